"""Every threshold of the signals by its name, with its unit in the name; the settings file may change each."""

from datetime import date

from msgspec import Struct


class RepoRule(Struct, frozen=True):
    """Repo stress. Each part of it is 0 at its `low` and 100 at its `high`, and clamped between.

    `srf_days`: business days whose largest standing-repo take-up counts. `edge_pct`: where the share of volume is
    known no closer than between two bounds, it counts in the middle of them if they are at most so far apart.
    `recent_days`: business days of the last cohort.
    """

    sofr_iorb_low_bp: float = -15.0
    sofr_iorb_high_bp: float = 25.0
    p99_iorb_low_bp: float = 0.0
    p99_iorb_high_bp: float = 50.0
    effr_iorb_low_bp: float = -10.0
    effr_iorb_high_bp: float = 5.0
    srf_low_usd: float = 0.0
    srf_high_usd: float = 50e9
    srf_days: int = 5
    watch_from: float = 25.0
    tight_from: float = 50.0
    stress_from: float = 75.0
    edge_pct: float = 1.0
    recent_days: int = 20

    def __post_init__(self) -> None:
        """Refuse what nothing can be measured against."""
        ends = ("sofr_iorb", "bp"), ("p99_iorb", "bp"), ("effr_iorb", "bp"), ("srf", "usd")
        for name, unit in ends:
            if not getattr(self, f"{name}_low_{unit}") < getattr(self, f"{name}_high_{unit}"):
                raise ValueError(f"{name}_low_{unit} is to be below {name}_high_{unit}")
        if not self.watch_from < self.tight_from < self.stress_from:
            raise ValueError("watch_from, tight_from and stress_from are to rise")


class FlowsRule(Struct, frozen=True):
    """ETF flows. The day's z is against the `z_days` before it, and none with fewer than `z_least_days`.

    `gone_days`: a fund that was not in the table for so many of its days has left it. `table_days`: days to show.
    `revisions`: how many to show.
    """

    z_days: int = 250
    z_least_days: int = 60
    gone_days: int = 10
    table_days: int = 60
    revisions: int = 20


class ShareRule(Struct, frozen=True):
    """Who sets the price. An exchange whose open interest is `jump_ratio` times that of the day before is doubted.

    It stays so until it is below that again, or `jump_days` have passed, after which the new level is believed.
    `nearest_days`: a missing snapshot is replaced by one so many days older at most. `gap_days`: more days than that
    between two CFTC reports and one is missing.
    """

    jump_ratio: float = 1.9
    jump_days: int = 14
    nearest_days: int = 3
    gap_days: int = 10


class OilRule(Struct, frozen=True):
    """The oil curve. `quiet_usd`, `parallel_usd`, `shock_back_usd`: $/bbl over the window of a label.

    `gap_days`: sessions without a label that a shock steps over. `early_days`: business days before its last trading
    day on which the front is left, 0 for none. `announce_days`: to announce a roll.
    """

    quiet_usd: float = 0.50
    parallel_usd: float = 0.50
    shock_back_usd: float = 3.00
    gap_days: int = 2
    early_days: int = 0
    announce_days: int = 2

    def __post_init__(self) -> None:
        """Refuse a roll so early that another contract than the next would be in front."""
        if not 0 <= self.early_days <= 15:
            raise ValueError("early_days is to be 0 to 15")
        if self.shock_back_usd <= 0:
            raise ValueError("shock_back_usd is to be above 0")


class CurveRule(Struct, frozen=True):
    """Bitcoin futures. `least_days`: a contract that expires sooner is left out.

    `beyond_pct`: how far outside of the expiries there are the basis of a tenor may lie, held level from the nearest.
    `near_pct`: a tenor with no expiry so near on either side, in percent of its days, is an estimate.
    `quote_s`: a quote older than that is stale, however its venue is.
    """

    least_days: float = 3.0
    beyond_pct: float = 20.0
    near_pct: float = 50.0
    quote_s: int = 300

    def __post_init__(self) -> None:
        """Refuse a basis over so few days that it means nothing."""
        if self.least_days < 3:
            raise ValueError("least_days is to be 3 or more")


class DriversRule(Struct, frozen=True):
    """The drivers' pushes. All but `netliq_pct` (percent) and the z are in the unit of what they measure.

    `core_gap_pct`: percentage points between core prices annualised over 3 months and over the year. `real_10y_pct`:
    percentage points in 13 weeks. `cfnai_up`, `cfnai_down`: the 3-month mean. Risk appetite is measured over up to
    `z_days`; a part with less than `z_least_days` behind it has no z, and fewer than `risk_least_parts` parts are no
    composite. `risk_apart_z`: how far a missing part is taken to lie from the mean of the others at most, either way.
    `nearest_days`: a daily number that is missing on a date is replaced by one so many days older at most.
    `custody_since`: from which Wednesday on the change of custody is counted. `trail_weeks`: of the quadrant.
    """

    core_gap_pct: float = 0.3
    real_10y_pct: float = 0.20
    cfnai_up: float = 0.20
    cfnai_down: float = -0.35
    netliq_pct: float = 1.0
    calm_z: float = -0.25
    fear_z: float = 1.0
    z_days: int = 1096
    z_least_days: int = 182
    risk_least_parts: int = 3
    risk_apart_z: float = 2.0
    nearest_days: int = 4
    custody_since: date = date(2026, 2, 25)
    trail_weeks: int = 52

    def __post_init__(self) -> None:
        """Refuse pushes in both directions at once."""
        if min(self.core_gap_pct, self.real_10y_pct, self.netliq_pct) <= 0:
            raise ValueError("core_gap_pct, real_10y_pct and netliq_pct are to be above 0")
        if self.risk_apart_z < 0:
            raise ValueError("risk_apart_z is to be 0 or more")
        for low, high in (("cfnai_down", "cfnai_up"), ("calm_z", "fear_z")):
            if not getattr(self, low) < getattr(self, high):
                raise ValueError(f"{low} is to be below {high}")


class RegimeRule(Struct, frozen=True):
    """The regime. `closes`: weekly closes in a row that a change needs. `since`: the first Wednesday of its timeline.

    `wait_h`: a week in which a part of net liquidity does not come closes without it so long after Fed assets did.
    """

    closes: int = 2
    since: date = date(2015, 1, 1)
    wait_h: float = 24.0

    def __post_init__(self) -> None:
        """Refuse changes without any close."""
        if self.closes < 1:
            raise ValueError("closes is to be 1 or more")


class VerdictRule(Struct, frozen=True):
    """The no-trade zone. Armed by a close of MOVE above `move_above`, or repo stress of `stress_from`.

    Released by Fed assets up by `assets_bn` in `assets_weeks`, standing repo of `srf_bn` on `srf_hits` of `srf_days`
    business days, or primary credit up by `primary_bn` in `primary_weeks`; disarmed after `quiet_days` business days.
    `since`: the first day that is looked at.
    """

    move_above: float = 130.0
    stress_from: float = 75.0
    assets_bn: float = 100.0
    assets_weeks: int = 4
    srf_bn: float = 50.0
    srf_hits: int = 3
    srf_days: int = 5
    primary_bn: float = 50.0
    primary_weeks: int = 2
    quiet_days: int = 20
    since: date = date(2018, 1, 1)

    def __post_init__(self) -> None:
        """Refuse what nothing can fulfil, and what everything does."""
        if not 1 <= self.srf_hits <= self.srf_days:
            raise ValueError("srf_hits is to be 1 to srf_days")
        if min(self.assets_weeks, self.primary_weeks, self.quiet_days) < 1:
            raise ValueError("assets_weeks, primary_weeks and quiet_days are to be 1 or more")


class LevelRule(Struct, frozen=True):
    """Level tests. `levels_usd`: the levels. Percents are of the level.

    A test is a low of at most `touch_pct` above it after a close of at least `away_pct` above it; it holds after
    `hold_days` closes in a row at the level or over it, and fails on a close more than `fail_pct` under it.
    """

    levels_usd: tuple[float, ...] = (60_000.0,)
    touch_pct: float = 2.0
    away_pct: float = 10.0
    hold_days: int = 5
    fail_pct: float = 2.0

    def __post_init__(self) -> None:
        """Refuse levels that are no prices, and a touch that is never left."""
        if not all(level > 0 for level in self.levels_usd):
            raise ValueError("levels_usd are to be above 0")
        if not 0 <= self.touch_pct < self.away_pct:
            raise ValueError("touch_pct is to be below away_pct")
        if self.hold_days < 1:
            raise ValueError("hold_days is to be 1 or more")


class ScenarioRule(Struct, frozen=True):
    """The scenario board. What rises or falls is held against 0 unless set otherwise, in the unit of the name.

    `_20d`: over 20 trading days; `_13w`: over 13 weeks. `ratio_level`: over it CL6/CL1 no longer rises toward it.
    """

    normal_backwardation_usd: float = 3.0
    tollbooth_backwardation_usd: float = 5.0
    blockade_backwardation_usd: float = 8.0
    ratio_rising_20d: float = 0.0
    ratio_level: float = 1.0
    normal_move: float = 100.0
    empire_move: float = 130.0
    move_rising_20d: float = 0.0
    tollbooth_custody_13w_bn: float = -40.0
    custody_falling_13w_bn: float = 0.0
    gold_up_13w_pct: float = 0.0
    dollar_up_13w_pct: float = 0.0
    dollar_down_13w_pct: float = 0.0
    gold_exports_yoy_pct: float = 50.0
    cips_up_yoy_pct: float = 0.0
    yield_up_20d: float = 0.0
    stocks_down_20d_pct: float = 0.0
    cards_rising_4q: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a dollar that rises and falls at once."""
        if self.dollar_down_13w_pct > self.dollar_up_13w_pct:
            raise ValueError("dollar_down_13w_pct is to be dollar_up_13w_pct at most")


class HedgeRule(Struct, frozen=True):
    """Hedge or high beta. `label_days`: the window that decides the label, 30 or 90 trading days.

    `gap_days`: calendar days without a common close from which on a window has a hole, as it has where more than
    `lost_pct` percent of its trading days have none: it decides no label then. `history_years`: to show.
    """

    high_beta: float = 1.0
    high_corr: float = 0.4
    hedge_qqq: float = 0.0
    hedge_gold: float = 0.3
    label_days: int = 90
    gap_days: int = 7
    lost_pct: float = 5.0
    history_years: int = 10

    def __post_init__(self) -> None:
        """Refuse a window that is not worked out."""
        if self.label_days not in (30, 90):
            raise ValueError("label_days is to be 30 or 90")


class DollarRule(Struct, frozen=True):
    """The dollar exit. `gold_t`: metric tons the Treasury owns, carried at `gold_book_usd` an ounce.

    `hkd_strong`, `hkd_weak`: the band of the Hong Kong dollar.
    """

    gold_t: float = 8133.0
    gold_book_usd: float = 42.22
    hkd_strong: float = 7.75
    hkd_weak: float = 7.85

    def __post_init__(self) -> None:
        """Refuse a band without width."""
        if not self.hkd_strong < self.hkd_weak:
            raise ValueError("hkd_strong is to be below hkd_weak")


class FragilityRule(Struct, frozen=True):
    """Fragility. `top10_pct`: the mark for the ten largest of the S&P 500."""

    top10_pct: float = 40.0


class StudyRule(Struct, frozen=True):
    """The event study. With fewer than `least_events` that do not overlap, nothing is said of them.

    `resamples` and `seed`: of the bootstrap, whose interval holds `interval_pct` of the means.
    """

    least_events: int = 10
    resamples: int = 2_000
    interval_pct: float = 90.0
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse what no interval can be drawn from."""
        if self.least_events < 2 or self.resamples < 100:
            raise ValueError("least_events is to be 2 or more, resamples 100 or more")
        if not 0 < self.interval_pct < 100:
            raise ValueError("interval_pct is to be between 0 and 100")
