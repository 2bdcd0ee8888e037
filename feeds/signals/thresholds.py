"""Every threshold of the signals by its name, with its unit in the name; the settings file may change each."""

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

    `gap_days`: days of trading without closes that a window or a run of labels steps over. `early_days`: business
    days before its last trading day on which the front is left, 0 for none. `announce_days`: to announce a roll.
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

    `beyond_pct`: how far outside of the expiries there are the basis of a tenor may lie, held flat from the nearest.
    `quote_s`: a quote older than that is stale, however its venue is.
    """

    least_days: float = 3.0
    beyond_pct: float = 20.0
    quote_s: int = 300

    def __post_init__(self) -> None:
        """Refuse a basis over so few days that it means nothing."""
        if self.least_days < 3:
            raise ValueError("least_days is to be 3 or more")
