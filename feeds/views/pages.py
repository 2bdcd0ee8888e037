"""What the slow series add up to: the pages of the signals, and their readings as metrics.

All of them together take a second or so, which is too long for the loop that hears the market: a running engine works
them out in a thread, from a copy of the rows (`work_out` is pure), and adopts what came. A replay, a look back and the
tests work them out in place, when they are due by the session's own time.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import new_york_day
from feeds.signals.curve import curve
from feeds.signals.dollar_exit import dollar_exit
from feeds.signals.flows import flows
from feeds.signals.fragility import fragility
from feeds.signals.hedge import hedge
from feeds.signals.histories import Record
from feeds.signals.levels import levels
from feeds.signals.oil import oil
from feeds.signals.regime import regime
from feeds.signals.repo import repo
from feeds.signals.repo_days import days as repo_days
from feeds.signals.repo_stress import stress as repo_stress
from feeds.signals.rules import Rules
from feeds.signals.scenario_evidence import oil_now
from feeds.signals.scenarios import scenarios
from feeds.signals.share import share
from feeds.signals.studies import answered, studies
from feeds.signals.verdict import verdict
from feeds.signals.verdict_past import shock_past, stress_past
from feeds.state import State
from feeds.topics import (
    Change,
    Course,
    Curve,
    DollarExit,
    Flows,
    Fragility,
    Hedge,
    Level,
    Metric,
    Oil,
    Reading,
    Regime,
    Repo,
    Scenarios,
    Share,
    Study,
    Verdict,
)
from feeds.views.derivatives import derivatives
from feeds.views.price import price
from feeds.views.readings import metrics
from feeds.vintages import Known, Vintages

EVERY_MS = 60_000
"""Pages are worked out so often even without news, for what is due may not have come."""
LEAST_MS = 10_000
"""And not more often than this, so that a first fill, which brings news all the time, does not take all time."""
CURVE_MS = 5_000
"""Bitcoin's curve moves with the market, and costs little."""
AT_LEAST_MS = 600_000
"""A page whose own series have no news is worked out so often: something of it may have become late."""
FINE_DAYS = 400
"""Of a long history that is only drawn, days before the last so many are told by the week."""

Page = (
    Curve
    | DollarExit
    | Flows
    | Fragility
    | Hedge
    | Oil
    | Regime
    | Repo
    | Scenarios
    | Share
    | Verdict
    | tuple[Level, ...]
    | tuple[Study, ...]
)


class Work:
    """What a page is made of: the rows, the time, the thresholds, the price."""

    def __init__(self, rows: Vintages, now_ms: int, rules: Rules, spot: float | None) -> None:
        self.rows, self.now_ms, self.rules, self.spot = rows, now_ms, rules, spot
        self.today = new_york_day(now_ms)

    @cached_property
    def known(self) -> Known:
        """What is known now."""
        return self.rows.known(self.now_ms)

    @property
    def oil(self) -> Oil:
        """The oil page, which the scenarios look at too."""
        return oil(self.known, self.rules.oil, self.today)


class Make(Struct, frozen=True):
    """How a page is made, and from which series, by the beginnings of their ids; all where none is named.

    `rest_ms`: for how long it is left as it is even where there is news.
    """

    page: Callable[[Work], Page]
    of: tuple[str, ...] = ()
    rest_ms: int = 0

    def revision(self, rows: Vintages) -> int:
        """Rises with every row of these series."""
        return sum(n for name, n in rows.revisions.items() if not self.of or name.startswith(self.of))


Seen = Mapping[str, tuple[int, int]]
"""Of which revision each page was made, and when."""


class Worked(Struct, frozen=True):
    """Pages by topic, readings as metrics, which signals failed, and how, and what was seen."""

    pages: dict[str, Page]
    metrics: dict[str, Metric]
    faults: dict[str, str]
    seen: dict[str, tuple[int, int]]


def _flows(work: Work) -> Flows:
    rows = [row for id_ in work.known.series("ETF.") for row in work.rows.rows(id_)]
    return flows(work.known, work.rules.flows, work.spot, rows)


def _oil(work: Work) -> Oil:
    page = work.oil
    first = len(page.front) - FINE_DAYS
    return replace(page, front=tuple(point for at, point in enumerate(page.front) if at >= first or at % 5 == 0))


def _verdict(work: Work) -> Verdict:
    stress = stress_past(work.rows.rows, work.now_ms, work.rules.repo)
    shocks = shock_past(work.known, work.rules.oil)
    days = repo_days(work.known, work.rules.repo, newest=1)
    now = repo_stress(work.known, days[-1] if days else None, work.rules.repo)[0]
    return verdict(work.known, work.rows.rows, stress, shocks, work.rules.verdict, stress_now=now)


def _studies(work: Work) -> tuple[Study, ...]:
    return studies(Record(work.rows, work.now_ms, work.rules), work.rules.study)


def study_of(rule: str, rows: Vintages, now_ms: int, rules: Rules) -> Study:
    """The study of a rule that somebody asks for; a second's work. Pure."""
    return answered(rule, Record(rows, now_ms, rules), rules.study)


_DOLLAR = ("WSEF", "WMTS", "WFAS", "GOLD", "CIPS", "D", "HKD")
_FRAGILITY = ("BAML", "RSP", "SPY", "DRCC", "LNS", "NVDA", "SMH", "QQQ")
_SCENARIOS = ("CL", "MOVE", "WSEF", "GOLD", "D", "CIPS", "SPY", "BTC", "IGV")
_REPO = ("SOFR", "TGCR", "EFFR", "IORB", "SRF")
MAKES: dict[str, Make] = {
    "repo": Make(lambda work: repo(work.known, work.rules.repo), (*_REPO, "RRP", "WRES", "WRBW", "TGA", "RDE", "DLOD")),
    "flows": Make(_flows),
    "share": Make(lambda work: share(work.known, work.rules.share), ("COT.", "OI.")),
    "oil": Make(_oil, ("CL",)),
    "regime": Make(
        lambda work: regime(work.known, work.rows.rows, work.rules.drivers, work.rules.regime),
        (
            *("CPI", "PCE", "T10", "T5", "DGS", "DFII", "EFFR", "GDP", "CFNAI", "GAC", "ICSA", "PAY", "UNRATE", "W"),
            *("RRP", "M2", "TOTB", "ECB", "JPN", "DEX", "VIX", "MOVE", "BAML", "NFCI"),
        ),
    ),
    "verdict": Make(_verdict, (*_REPO, "MOVE", "CL", "WALCL", "WLCFLPCL")),
    "levels": Make(lambda work: levels(work.known, work.rules.levels), ("BTC",)),
    "studies": Make(_studies, (*_REPO, "MOVE", "WALCL", "BTC", "DTWEXBGS"), 3_600_000),
    "scenarios": Make(lambda work: scenarios(work.known, work.rules.scenarios, oil_now(work.oil)), _SCENARIOS),
    "hedge": Make(lambda work: hedge(work.known, work.rules.hedge), ("BTC", "QQQ", "GLD", "IGV", "DXY")),
    "dollar": Make(lambda work: dollar_exit(work.known, work.rules.dollar, work.rules.drivers), _DOLLAR),
    "fragility": Make(lambda work: fragility(work.known, work.rules.fragility), _FRAGILITY),
}
"""Pages by the name of their topic. A new signal with a page is one row."""


def work_out(rows: Vintages, now_ms: int, rules: Rules, spot: float | None, seen: Seen) -> Worked:
    """All pages as of `now_ms` that may have changed since they were seen. Pure.

    One signal's fault is told, and stops no other.
    """
    done = Worked({}, {}, {}, {})
    for name, make in MAKES.items():
        revision = make.revision(rows)
        was, at_ms = seen.get(name, (-1, 0))
        age_ms = now_ms - at_ms
        if make.of and (age_ms < make.rest_ms or (was == revision and age_ms < AT_LEAST_MS)):
            continue
        # What one page has read of the rows is let go before the next is made: all at once it would be 40 MB.
        work = Work(rows, now_ms, rules, spot)
        try:
            page = make.page(work)
            done.metrics.update(metrics(_readings(page)))
            done.pages[name], done.seen[name] = page, (revision, now_ms)
        except Exception as error:  # noqa: BLE001  the boundary between signals
            done.faults[name] = f"{name} cannot be worked out ({type(error).__name__}: {error})"
    return done


def _readings(page: Page) -> Iterable[Reading]:
    match page:
        case Regime():
            chain = (reading for driver in page.drivers for reading in (driver.push, *driver.values))
            return (page.label, *chain, page.money.reading, page.custody)
        case Verdict():
            return (page.state,)
        case tuple():
            return (reading for level in page if isinstance(level, Level) for reading in level.readings)
        case _:
            return page.readings


class Pages:
    """The newest of each page."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._at_ms = self._curve_ms = 0
        self._revision = -1
        self._news: dict[str, Page] = {"studies": ()}  # until the history is in there are none
        self._changes: tuple[Change, ...] = ()
        self._seen: dict[str, tuple[int, int]] = {}
        self._whole = self._told = False
        """Whether what is worked out now is of all of the past; and whether the whole course was given to be kept."""
        self.metrics: dict[str, Metric] = {}
        self.faults: dict[str, str] = {}

    def due(self, now_ms: int) -> bool:
        """Whether the pages are to be worked out anew."""
        age_ms = now_ms - self._at_ms
        return age_ms >= EVERY_MS or (age_ms >= LEAST_MS and self._state.slow.revision != self._revision)

    def begin(self, now_ms: int, *, filling: bool = False) -> tuple[Vintages, int, Rules, float | None, Seen]:
        """Take note that they are being worked out; give what `work_out` is to be called with.

        `filling`: the history is still being read; pages that rest for long are not worth making yet.
        """
        self._at_ms, self._revision = now_ms, self._state.slow.revision
        self._whole = not filling
        reference = price(self._state).reference
        fresh = reference.value if reference.state == "fresh" and isinstance(reference.value, float) else None
        seen = dict(self._seen)
        if filling:
            seen |= {name: (-1, now_ms) for name, make in MAKES.items() if make.rest_ms}
        return self._state.slow.vintages, now_ms, self._state.rules, fresh, seen

    def adopt(self, worked: Worked) -> None:
        """Take what came. The page of a signal that failed stays as it was."""
        self.metrics |= worked.metrics
        found = worked.pages.get("verdict")
        if isinstance(found, Verdict):
            for change in found.changes:
                if change not in self._changes:
                    self._state.keep(change)
            self._changes = found.changes
            if self._whole and not self._told and found.state.value is not None:
                self._state.keep(Course(found.changes))
                self._told = True
        self.faults = worked.faults
        self._seen |= worked.seen
        self._news |= worked.pages

    def news(self, *, whole: bool) -> Mapping[str, Page]:
        """Pages that came since this was last asked; and bitcoin's curve, which moves with the market."""
        now_ms = self._state.now_ms
        if whole or now_ms - self._curve_ms >= CURVE_MS:
            self._curve_ms = now_ms
            known = self._state.slow.vintages.known(now_ms)
            page = curve(derivatives(self._state).rows, known, now_ms, self._state.rules.curve)
            self.metrics |= metrics(page.readings)
            self._news["curve"] = page
        news, self._news = self._news, {}
        return news
