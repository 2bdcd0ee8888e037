"""What is known of the slow series: values with the time they became known, and how asking for them goes.

A value is refused, and that is said, where its size is none of its series': a publisher who switches from millions to
billions is not believed. Neither is a whole answer that is what was known times one factor. What was known stays. What
is doubted only (`feeds.doubt`) is kept, shown, and not used until it is confirmed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import CalendarName, day_end_ms, new_york_day, off_calendar, release_ms, running
from feeds.doubt import SURE
from feeds.facts import Observation, Rejected
from feeds.incidents import Apart, Incidents, alike, values
from feeds.interruptions import out
from feeds.magnitude import unbelievable
from feeds.scales import Scales
from feeds.series import Series, imported, series
from feeds.source import Page, Source
from feeds.timeliness import HOUR_MS
from feeds.venue import Out
from feeds.vintages import Point, Vintages

KEPT_FAULTS = 5
IN_TIME_MS = 3 * 86_400_000
"""A value that is read so soon after it was due is what came out: publishers revise it with a later release."""
RUNNING_MS = 1_800_000
"""A number that is not whole yet is kept no more often: the running closes of forty symbols would fill the history."""

LISTED = ".liquidations"
"""What a feed's name ends in that says when a venue's liquidations were read, among the pages of publishers."""

LATEST_MS = 1 << 62
LOOK_BACK_MS = 91 * 24 * HOUR_MS
"""Most of the numbers that are stored look back 13 weeks at most."""
AHEAD = 1
"""Days after that of receipt in New York of which there can be a value, where days begin in the evening there."""
EVENING: tuple[CalendarName, ...] = ("all", "nymex", "weekdays")
"""Calendars of such days: those of UTC, and the sessions of futures and currencies."""


class Polled(Struct, frozen=True):
    """How one page was last asked; kept between runs. `ok_ms`: when its answer was last believed.

    `through`: the day to which it gave all of its series. `etag`, `modified`: to ask it with "only if changed".
    """

    feed: str
    asked_ms: int
    ok_ms: int | None = None
    through: str | None = None
    etag: str = ""
    modified: str = ""
    failures: int = 0
    error: str = ""
    error_ms: int | None = None


class Taken(Struct, frozen=True):
    """What one answer came to: values taken, of these new, of these revisions, and what was refused, in words.

    `ends`: the newest period of each series in it. `doubted`: of the new ones those that are not used, and why.
    """

    values: int = 0
    new: int = 0
    revised: int = 0
    refused: tuple[str, ...] = ()
    ends: dict[str, str] = {}
    doubted: tuple[str, ...] = ()

    def __add__(self, other: "Taken") -> "Taken":
        """Both together."""
        refused = (*self.refused, *other.refused)
        ends = {id_: max(one.ends.get(id_, "") for one in (self, other)) for id_ in {**self.ends, **other.ends}}
        doubted = (*self.doubted, *other.doubted)
        new, revised = self.new + other.new, self.revised + other.revised
        return Taken(self.values + other.values, new, revised, refused, ends, doubted)


class Wrong(Struct, frozen=True):
    """Why a value was refused that would be the newest of its series, of which period, and since when it is so."""

    why: str
    period: date
    since_ms: int


class Doubted(Struct, frozen=True):
    """The newest value of a series, where it is doubted, and why."""

    point: Point
    why: str


class Doubting(Struct, frozen=True):
    """That a row is doubted, and when numbers that are stored may have been made of it; kept once for each row.

    `from_ms` to `to_ms`: that time; none where the one is not before the other.
    """

    series: str
    period: str
    known_ms: int
    from_ms: int
    to_ms: int


class Slow:
    """The slow half of what is known. One writer. `keep` is given each row and each page's state, to be stored."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        *,
        keep: Callable[[Observation | Polled | Doubting], object] = lambda fact: None,
    ) -> None:
        self.sources = sources
        self.pages: dict[str, tuple[Source, Page]] = {
            source.feed(page): (source, page) for source in sources.values() for page in source.pages
        }
        self.vintages = Vintages()
        self.polled: dict[str, Polled] = {}
        self.asked: dict[str, int] = {}
        """Requests of this run, by publisher."""
        self.refused: dict[str, int] = {}
        """Values and answers of this run that were not believed, by publisher."""
        self.faults: dict[str, list[Rejected]] = {}
        """The last few of them, by publisher."""
        self.wrong: dict[str, Wrong] = {}
        """What is wrong with a series' newest value."""
        self.doubted: dict[str, Doubted] = {}
        """Newest values that are shown and not used."""
        self._scales, self._incidents = Scales(), Incidents()
        self._short: dict[str, dict[tuple[str, str], float]] = {}  # by feed: the answer that ended early
        self.off: dict[str, str] = {}
        """Why a publisher is not asked, by its name."""
        self.keyed: frozenset[str] = frozenset()
        """Publishers that are asked with the user's key."""
        self.unread: Collection[str] = ()
        """Series, and patterns of families, whose past is still being read for the first time."""
        self.filled = self.to_fill = 0
        """Pages that this run has read for the first time, of how many; the same where none is left to be read."""
        self.revision = 0
        """Rises with everything that changes here."""
        self._keep = keep

    def restore(self, kept: Vintages, polled: Iterable[Polled]) -> None:
        """Take what earlier runs kept, beside what is known already."""
        for id_ in self.vintages.series():
            for row in self.vintages.raw(id_):
                kept.put(row)
        kept.trust(self.vintages.believe)
        self.vintages = kept
        self._look(kept.series())
        for id_ in kept.series():
            for point, doubt in kept.doubts(id_):
                if doubt.since_ms is None:  # an earlier run may have believed it
                    self._keep(_in_use(kept, id_, point))
        self.polled |= {one.feed: one for one in polled}
        self.revision += 1

    def trust(self, believe: Iterable[str]) -> None:
        """Take the user's word for these series: whatever comes of them is used."""
        self.vintages.trust(frozenset(id_.upper() for id_ in believe))
        self._look(self.vintages.series())
        self.revision += 1

    def add(self, rows: Iterable[Observation]) -> int:
        """Take rows whose dates are known already: a user's own, or those of a table; return how many are new."""
        new = [row for row in rows if self.vintages.put(row)]
        for row in new:
            self._keep(row)
        self._look(dict.fromkeys(row.series for row in new))
        self.revision += bool(new)
        return len(new)

    def asking(self, feed: str) -> None:
        """Count a request that is about to be made."""
        name = feed.partition(".")[0]
        self.asked[name] = self.asked.get(name, 0) + 1

    def failed(self, feed: str, now_ms: int, reason: str, *, least: int = 1) -> None:
        """Take note that a page could not be read. What is known stays. `least`: failures that it counts for, at least.

        Where the publisher says that it will not answer, trying again is of no use.
        """
        was = self.polled.get(feed) or Polled(feed, now_ms)
        since = was.error_ms if was.error and was.error_ms else now_ms
        failures = max(was.failures + 1, least)
        self._note(replace(was, asked_ms=now_ms, failures=failures, error=reason, error_ms=since))

    def unchanged(self, feed: str, now_ms: int) -> None:
        """Take note that a page says it is as it was."""
        was = self.polled.get(feed) or Polled(feed, now_ms)
        self._note(replace(was, asked_ms=now_ms, ok_ms=now_ms, failures=0, error="", error_ms=None))

    def read(self, feed: str, now_ms: int, taken: Taken, etag: str = "", modified: str = "") -> None:
        """Take note that all of a page has been read and believed."""
        was = self.polled.get(feed) or Polled(feed, now_ms)
        through = self._through(feed, taken) or was.through
        self._note(Polled(feed, now_ms, now_ms, through, etag, modified, 0, "", None))

    def _through(self, feed: str, taken: Taken) -> str | None:
        """The day to which the page gave each of its series; of a family, any member: contracts expire."""
        given = [
            max((end for id_, end in taken.ends.items() if id_ == name or _of(id_, name)), default=None)
            for name in self._names(feed)
        ]
        return min((end for end in given if end), default=None)

    def ids(self, feed: str) -> list[str]:
        """The series that a page fills, families by the members that are known."""
        return [id_ for name in self._names(feed) for id_ in self.members(name)]

    def _names(self, feed: str) -> tuple[str, ...]:
        """The series, or families, of which a page tells."""
        page = self.pages[feed][1]
        return page.series or (page.vintages,)

    def members(self, name: str) -> list[str]:
        """The series itself, or of a family the members that are known."""
        return [id_ for id_ in self.vintages.series() if _of(id_, name)] if "*" in name else [name]

    def newest(self, name: str) -> date | None:
        """The newest period of a series that has any row; of a family, of any member: contracts expire."""
        return max((last for id_ in self.members(name) if (last := self.vintages.newest(id_))), default=None)

    def sift(self, feed: str, recv_ms: int, outs: Sequence[Out]) -> list[Out]:
        """A whole answer, with a `Rejected` in place of each series that is what was known of it times one factor.

        So it is of one that is another page's, as far as can be seen: see `feeds.incidents`.
        """
        found, scaled = self._scales.sift(feed, recv_ms, outs, self.vintages)
        apart: dict[str, Apart] = {}
        if not self._dated(feed):
            agreed = partial(self._scales.agreed, recv_ms=recv_ms)
            found, apart = self._incidents.sift(feed, recv_ms, found, self.vintages, agreed)
        for id_, why, period in (
            *((id_, one.why, one.period) for id_, one in scaled.items()),
            *((id_, one.why, one.period) for id_, one in apart.items()),
        ):
            wrong = self.wrong.get(id_)
            self.wrong[id_] = Wrong(why, period, wrong.since_ms if wrong else recv_ms)
        return found

    def _dated(self, feed: str) -> bool:
        """Whether a page tells of each value since when it was known."""
        return feed in self.pages and bool(self.pages[feed][1].vintages)

    def reach(self, outs: list[Out], through: str, feed: str, recv_ms: int) -> list[Out]:
        """As `reaching`; but what ends early twice in the same way is the page as it is, and that before was not."""
        found, said = reaching(outs, through, feed, recv_ms), values(outs)
        before = self._short.pop(feed, None)
        if found is outs or (before is not None and alike(before, said)):
            return outs
        self._short[feed] = said
        return found

    def in_question(self, id_: str) -> bool:
        """Whether its newest value waits for another publisher to say something, too."""
        return id_ in self.doubted or id_ in self._scales.refused or id_ in self._incidents.apart

    def take(self, feed: str, recv_ms: int, outs: Sequence[Out], *, sifted: bool = False) -> Taken:
        """Take what one answer gave: date each value, refuse what cannot be, keep what is new.

        `sifted`: it is what `sift` gave of a whole answer, or a part of that.
        """
        values = revised = 0
        refused: list[Rejected] = []
        new: list[Observation] = []
        ends: dict[str, str] = {}
        polled = self.polled.get(feed)
        seen_ms = polled.ok_ms if polled else None
        dated = self._dated(feed)
        for out_ in outs if dated or sifted else self.sift(feed, recv_ms, outs):
            if isinstance(out_, Rejected):
                refused.append(out_)
            elif isinstance(out_, Observation):
                row, why = _dated(out_) if dated else self._judge(out_, recv_ms, seen_ms)
                if why:
                    refused.append(Rejected(feed, recv_ms, why, f"{out_.series} {out_.period} {out_.value:g}"))
                    continue
                values += 1
                ends[out_.series] = max(out_.period, ends.get(out_.series, ""))
                if row and self.vintages.put(row):
                    self._keep(row)
                    new.append(row)
                    revised += not dated and self.vintages.revised(row.series, date.fromisoformat(row.period))
        doubted = self._doubts(feed, recv_ms, new)
        self._refuse(feed.partition(".")[0], [*refused, *doubted])
        self.revision += bool(new or refused)
        whys = tuple(one.reason for one in doubted)
        return Taken(values, len(new), revised, tuple(one.reason for one in refused), ends, whys)

    # ---------------------------------------------------------------------------------------------------------------

    def _doubts(self, feed: str, recv_ms: int, new: Sequence[Observation]) -> list[Rejected]:
        """Which of the rows that came are not used."""
        came = {(row.series, row.period, row.known_ms) for row in new}
        names = dict.fromkeys(row.series for row in new)
        self._look(names)
        found = [
            (id_, point, doubt)
            for id_ in names
            for point, doubt in self.vintages.doubts(id_)
            if doubt.since_ms is None and (id_, point.period.isoformat(), point.known_ms) in came
        ]
        for id_, point, _ in found:
            self._keep(Doubting(id_, point.period.isoformat(), point.known_ms, point.known_ms, point.known_ms))
        return [
            Rejected(feed, recv_ms, f"{id_} of {point.period}: {doubt.why}", f"{id_} {point.period} {point.value:g}")
            for id_, point, doubt in found
        ]

    def _look(self, names: Iterable[str]) -> None:
        """Take note whether the newest value of these series is doubted."""
        for id_ in names:
            self.doubted.pop(id_, None)
            newest = self.vintages.newest(id_)
            if newest and (doubt := self.vintages.in_doubt(id_, newest)):
                point = self.vintages.latest(id_, newest)
                assert point is not None
                self.doubted[id_] = Doubted(point, doubt.why)

    def _judge(self, given: Observation, recv_ms: int, seen_ms: int | None) -> tuple[Observation | None, str]:
        """Date a value, or say why it is refused; neither where a better publisher has spoken already."""
        row = series(given.series)
        if row is None:
            return None, f"there is no series {given.series}"
        newest, period, wrong = self.newest(row.id), date.fromisoformat(given.period), self.wrong.get(row.id)
        if period > new_york_day(recv_ms) + timedelta(_ahead(row)):
            return None, f"{given.period} is yet to come"
        if given.source not in SURE:
            if not row.step and (why := off_calendar(row.release, period, row.beside)):
                return None, f"{row.id}: {why}"
            if not (row.snapshot or row.step or given.provisional) and running(row.release, period, recv_ms):
                given = replace(given, provisional=True)  # whatever its page says: that day has no close yet
        if why := unbelievable(row, given.value):
            if (newest is None or period >= newest) and (wrong is None or period >= wrong.period):
                self.wrong[row.id] = Wrong(why, period, wrong.since_ms if wrong else recv_ms)
            return None, why
        if wrong and period >= wrong.period:
            del self.wrong[row.id]
        was = self.vintages.latest(row.id, period)
        if was is None:
            if self._scales.agreed(row.id, recv_ms):
                return replace(given, known_ms=recv_ms), ""
            since_ms = known_ms(row, period, recv_ms, seen_ms)
            read_ms = recv_ms if recv_ms - since_ms > IN_TIME_MS else 0
            return replace(given, known_ms=since_ms, read_ms=read_ms), ""
        if self.vintages.in_doubt(row.id, period) and given.source != was.source:
            said = self.vintages.said(row.id, period, given.source)
            return (
                None if said and said[0] == given.value else replace(given, known_ms=max(recv_ms, was.known_ms + 1))
            ), ""
        return self._against(row, given, was, recv_ms), ""

    def _against(self, row: Series, given: Observation, was: Point, recv_ms: int) -> Observation | None:
        """The row that revises what is known of its period; `None` where it says nothing new, or is not asked."""
        waits = was.provisional and not given.provisional  # for the whole number, whoever brings it
        if row.snapshot or (_rank(row, was.source) < _rank(row, given.source) and not waits):
            return None
        if was.value == given.value and was.provisional == given.provisional:
            return None
        if was.provisional and given.provisional and 0 <= recv_ms - was.known_ms < RUNNING_MS:
            return None
        if given.source != was.source and self.vintages.said(row.id, was.period, given.source) == (given.value, True):
            return None  # it says again what was doubted, and another publisher was believed instead
        return replace(given, known_ms=max(recv_ms, was.known_ms + 1))

    def _refuse(self, name: str, refused: list[Rejected]) -> None:
        if refused:
            self.refused[name] = self.refused.get(name, 0) + len(refused)
            self.faults[name] = [*self.faults.get(name, []), *refused][-KEPT_FAULTS:]

    def _note(self, polled: Polled) -> None:
        self.polled[polled.feed] = polled
        self.revision += 1
        self._keep(polled)


def reaching(outs: list[Out], through: str, feed: str, recv_ms: int) -> list[Out]:
    """What an answer holds, or a `Rejected` alone where it ends earlier than the page did before.

    It breaks off somewhere then, or is an old copy, and what it says of earlier days is no revision.
    """
    newest = max((one.period for one in outs if isinstance(one, Observation)), default="")
    if newest and newest < through:
        return [Rejected(feed, recv_ms, f"it ends with {newest}, and went to {through} before")]
    return outs


def _ahead(row: Series) -> int:
    return AHEAD if row.step or row.release.days in EVENING else 0


def _dated(given: Observation) -> tuple[Observation | None, str]:
    """A value that tells itself since when it has been known, or why it is refused."""
    row = series(given.series)
    why = unbelievable(row, given.value) if row else f"there is no series {given.series}"
    return (None, why) if why else (given, "")


def known_ms(row: Series, period: date, recv_ms: int, seen_ms: int | None = None) -> int:
    """Since when a value received for the first time at `recv_ms` can be called known.

    Where it was due since its page was last read (`seen_ms`), or the page never was: since it was due. Where the page
    had been read after that and did not have it: since now. A day that is only usual counts with its grace, so that
    looking back never sees a number too early.
    """
    due_ms = release_ms(row.release, period) + (round(row.release.grace_h * HOUR_MS) if row.release.usual else 0)
    if (late := out(row.id, period)) is not None:
        due_ms = max(due_ms, day_end_ms(late))
    if row.settles:
        due_ms = max(due_ms, day_end_ms(period + timedelta(row.settles)))
    if seen_ms is not None and seen_ms >= due_ms:
        return recv_ms
    return min(due_ms, recv_ms)


def _in_use(rows: Vintages, id_: str, point: Point) -> Doubting:
    """The span in which numbers may have been made of a row: while it was the newest, and as long as they look back."""
    after = [row.known_ms for row in rows.raw(id_, point.period) if row.known_ms > point.known_ms]
    to_ms = min(after, default=LATEST_MS - LOOK_BACK_MS) + LOOK_BACK_MS
    return Doubting(id_, point.period.isoformat(), point.known_ms, point.known_ms, to_ms)


def _rank(row: Series, source: str) -> int:
    return row.sources.index(source) if source in row.sources else len(row.sources)


def _of(id_: str, family: str) -> bool:
    row = series(id_)
    return row is not None and row.family == family


def described(id_: str, unit: str = "") -> Series:
    """The row of any series that is known, a user's own included."""
    return series(id_) or imported(id_, unit)
