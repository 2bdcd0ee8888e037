"""What the slow series add up to: the pages of the signals, and their readings as metrics.

All of them together take a second or so, which is too long for the loop that hears the market: a running engine works
them out in a thread, from a copy of the rows (`work_out` is pure), and adopts what came. A replay, a look back and the
tests work them out in place, when they are due by the session's own time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import new_york_day
from feeds.filling import Names
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
"""Pages are looked at so often even without news, for the price moves."""
LEAST_MS = 10_000
"""And made not more often than this, so that a first fill, which brings news all the time, does not take all time."""
WAITS_MS = 30_000
"""One that waits for some of its past is made so often, for it says how far that is; and at once when all is in."""
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


class Still(NamedTuple):
    """What of the past is still being read for the first time: series, and pages that have been read, of how many."""

    unread: Collection[str] = ()
    progress: tuple[int, int] = (0, 0)

    def lacks(self, asked: Collection[str]) -> bool:
        """Whether some of `asked` is still being read."""
        return bool(self.unread) and any(name in self.unread for name in asked)


ALL_READ = Still()


class Work:
    """What a page is made of: the rows, the time, the thresholds, the price. It notes in `asked` what is looked at."""

    def __init__(self, rows: Vintages, now_ms: int, rules: Rules, spot: float | None, still: Still = ALL_READ) -> None:
        self.asked: set[str] = set()
        self.priced = False
        """Whether the price was looked at."""
        self.rows, self.now_ms, self.rules = rows.watched(self.asked), now_ms, rules
        self.today = new_york_day(now_ms)
        self._spot, self._still = spot, still

    @cached_property
    def known(self) -> Known:
        """What is known now."""
        return self.rows.known(self.now_ms, *self._still)

    @property
    def spot(self) -> float | None:
        """Dollars for a bitcoin now."""
        self.priced = True
        return self._spot

    @property
    def oil(self) -> Oil:
        """The oil page, which the scenarios look at too."""
        return oil(self.known, self.rules.oil, self.today)


class Make(Struct, frozen=True):
    """How a page is made. `rest_ms`: for how long it is left as it is even where there is news.

    One that rests is not made before the past is in.
    """

    page: Callable[[Work], Page]
    rest_ms: int = 0


class Made(Struct, frozen=True):
    """How a page was made last: of which series, by their ids and by patterns ("CL*"), and of which revision of them.

    `priced`: it looked at the price, which was `spot`. `waits`: some of its past was still being read.
    """

    at_ms: int
    asked: frozenset[str] = frozenset()
    revision: int = 0
    priced: bool = False
    spot: float | None = None
    waits: bool = False


Seen = Mapping[str, Made]
"""How each page was made."""


def revision(asked: Collection[str], rows: Vintages) -> int:
    """Rises with every row of these series."""
    begin = tuple(name[:-1] for name in asked if name.endswith("*"))
    plain = sum(rows.revisions.get(name, 0) for name in asked)
    return plain + sum(n for name, n in rows.revisions.items() if begin and name.startswith(begin))


def due(
    make: Make, made: Made | None, rows: Vintages, now_ms: int, spot: float | None, still: Still, least_ms: int = 0
) -> bool:
    """Whether a page is to be made, where one was made at least `least_ms` ago."""
    if make.rest_ms and still.unread:
        return False
    if made is None:
        return True
    age_ms, waits = now_ms - made.at_ms, still.lacks(made.asked)
    if made.waits and not waits:
        return True  # what it waited for has come
    if age_ms < max(make.rest_ms, WAITS_MS if waits and least_ms else least_ms):
        return False
    moved = made.priced and spot != made.spot
    if age_ms >= (WAITS_MS if waits else AT_LEAST_MS) or (moved and (age_ms >= EVERY_MS or not least_ms)):
        return True
    return revision(made.asked, rows) != made.revision


class Worked(Struct, frozen=True):
    """Pages by topic, readings as metrics, which signals failed, and how, and what was seen."""

    pages: dict[str, Page]
    metrics: dict[str, Metric]
    faults: dict[str, str]
    seen: dict[str, Made]


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


MAKES: dict[str, Make] = {
    "verdict": Make(_verdict),
    "regime": Make(lambda work: regime(work.known, work.rows.rows, work.rules.drivers, work.rules.regime)),
    "repo": Make(lambda work: repo(work.known, work.rules.repo)),
    "flows": Make(_flows),
    "share": Make(lambda work: share(work.known, work.rules.share)),
    "oil": Make(_oil),
    "levels": Make(lambda work: levels(work.known, work.rules.levels)),
    "scenarios": Make(lambda work: scenarios(work.known, work.rules.scenarios, oil_now(work.oil))),
    "hedge": Make(lambda work: hedge(work.known, work.rules.hedge)),
    "dollar": Make(lambda work: dollar_exit(work.known, work.rules.dollar, work.rules.drivers)),
    "fragility": Make(lambda work: fragility(work.known, work.rules.fragility)),
    "studies": Make(_studies, 3_600_000),
}
"""Pages by the name of their topic, those first that are always in sight. A new signal with a page is one row."""
ALWAYS = ("verdict", "regime")
"""Their words stand above every pane."""
CURVE = "curve"
"""The page that moves with the market, and is made apart."""


def work_out(
    rows: Vintages,
    now_ms: int,
    rules: Rules,
    spot: float | None,
    seen: Seen,
    still: Still = ALL_READ,
    only: Collection[str] | None = None,
) -> Worked:
    """All pages as of `now_ms` that may have changed since they were seen, or those that are named in `only`. Pure.

    One signal's fault is told, and stops no other.
    """
    done = Worked({}, {}, {}, {})
    for name, make in MAKES.items():
        if name not in only if only is not None else not due(make, seen.get(name), rows, now_ms, spot, still):
            continue
        # What one page has read of the rows is let go before the next is made: all at once it would be 40 MB.
        work = Work(rows, now_ms, rules, spot, still)
        try:
            page = make.page(work)
            done.metrics.update(metrics(_readings(page)))
            done.pages[name] = page
        except Exception as error:  # noqa: BLE001  the boundary between signals
            done.faults[name] = f"{name} cannot be worked out ({type(error).__name__}: {error})"
        asked = frozenset(work.asked)
        done.seen[name] = Made(now_ms, asked, revision(asked, rows), work.priced, spot, still.lacks(asked))
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
        self._seen: dict[str, Made] = {}
        self._shown: frozenset[str] = frozenset()
        self._ranks: dict[tuple[str, ...], int] = {}
        self.arrived = False
        """Whether a page came, since pages were last asked for, of which all that it needs has been read only now."""
        self._told = False
        """Whether the whole course of the verdict was given to be kept."""
        self.metrics: dict[str, Metric] = {}
        self.faults: dict[str, str] = {}

    @property
    def _still(self) -> Still:
        slow = self._state.slow
        return Still(slow.unread, (slow.filled, slow.to_fill))

    def show(self, topics: Iterable[str]) -> None:
        """Take note of the topics that somebody looks at."""
        self._shown = frozenset(topics) & {*MAKES, CURVE}
        self._ranks.clear()

    def rank(self, series: Iterable[str]) -> int:
        """How soon series are wanted: 0 where a page in view asks for one, 1 where one that is always, else 2."""
        names = tuple(series)
        if names not in self._ranks:
            self._ranks[names] = self._rank(Names(names))
        return self._ranks[names]

    def _rank(self, series: Names) -> int:
        for rank, topics in enumerate((self._shown, ALWAYS)):
            if any(self._asks(topic, series) for topic in topics):
                return rank
        return 2

    def _asks(self, topic: str, series: Names) -> bool:
        """Whether a page asks for one of these series; one that was never made may ask for all."""
        made = self._seen.get(topic)
        return made is None or any(name in series for name in made.asked)

    def due(self, now_ms: int) -> bool:
        """Whether the pages are to be worked out anew, all that have changed at once."""
        age_ms = now_ms - self._at_ms
        return age_ms >= EVERY_MS or (age_ms >= LEAST_MS and self._state.slow.revision != self._revision)

    def next(self, now_ms: int) -> str | None:
        """The page that is to be made next: one whose past is now in first, then the oldest."""
        rows, still, spot = self._state.slow.vintages, self._still, self._spot()
        found = [
            name for name, make in MAKES.items() if due(make, self._seen.get(name), rows, now_ms, spot, still, LEAST_MS)
        ]
        return min(found, key=lambda name: self._order(name, still), default=None)

    def _order(self, name: str, still: Still) -> tuple[bool, int, int]:
        made = self._seen.get(name)
        came = made is not None and made.waits and not still.lacks(made.asked)
        return not came, made.at_ms if made else 0, 0 if name in ALWAYS else 1 if name in self._shown else 2

    def _spot(self) -> float | None:
        reference = price(self._state).reference
        return reference.value if reference.state == "fresh" and isinstance(reference.value, float) else None

    def begin(
        self, now_ms: int, only: Collection[str] | None = None
    ) -> tuple[Vintages, int, Rules, float | None, Seen, Still, Collection[str] | None]:
        """Take note that they are being worked out; give what `work_out` is to be called with."""
        slow = self._state.slow
        self._at_ms, self._revision = now_ms, slow.revision
        return slow.vintages, now_ms, self._state.rules, self._spot(), dict(self._seen), self._still, only

    def adopt(self, worked: Worked) -> None:
        """Take what came. The page of a signal that failed stays as it was.

        What the verdict says was before, while not all of its past has been read or it has no word, is kept nowhere.
        """
        self.metrics |= worked.metrics
        found = worked.pages.get("verdict")
        if isinstance(found, Verdict) and found.state.value is not None and not worked.seen["verdict"].waits:
            for change in found.changes:
                if change not in self._changes:
                    self._state.keep(change)
            self._changes = found.changes
            if not self._told:
                self._state.keep(Course(found.changes))
                self._told = True
        self.arrived |= any(self._waited(name) and not made.waits for name, made in worked.seen.items())
        self.faults = {name: why for name, why in self.faults.items() if name not in worked.seen} | worked.faults
        self._seen |= worked.seen
        self._news |= worked.pages
        self._ranks.clear()

    def _waited(self, name: str) -> bool:
        made = self._seen.get(name)
        return made is not None and made.waits

    def news(self, *, whole: bool) -> Mapping[str, Page]:
        """Pages that came since this was last asked; and bitcoin's curve, which moves with the market."""
        now_ms = self._state.now_ms
        if whole or now_ms - self._curve_ms >= CURVE_MS:
            self._curve_ms = now_ms
            asked: set[str] = set()
            known = self._state.slow.vintages.watched(asked).known(now_ms, *self._still)
            page = curve(derivatives(self._state).rows, known, now_ms, self._state.rules.curve)
            self._seen[CURVE] = Made(now_ms, frozenset(asked))
            self.metrics |= metrics(page.readings)
            self._news[CURVE] = page
        news, self._news, self.arrived = self._news, {}, False
        return news
