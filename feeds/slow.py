"""What is known of the slow series: values with the time they became known, and how asking for them goes.

A value is refused, and that is said, where its size is none of its series': a publisher who switches from millions to
billions is not believed. What was known stays.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import day_end_ms, release_ms
from feeds.facts import Observation, Rejected
from feeds.interruptions import out
from feeds.series import Series, imported, series
from feeds.source import Page, Source
from feeds.timeliness import HOUR_MS
from feeds.venue import Out
from feeds.vintages import Vintages

KEPT_FAULTS = 5
IN_TIME_MS = 3 * 86_400_000
"""A value that is read so soon after it was due is what came out: publishers revise it with a later release."""
RUNNING_MS = 1_800_000
"""A number that is not whole yet is kept no more often: the running closes of forty symbols would fill the history."""


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
    """What one answer came to: values believed, of these new, of these revisions, and what was refused, in words.

    `ends`: the newest period of each series in it.
    """

    values: int = 0
    new: int = 0
    revised: int = 0
    refused: tuple[str, ...] = ()
    ends: dict[str, str] = {}

    def __add__(self, other: "Taken") -> "Taken":
        """Both together."""
        refused = (*self.refused, *other.refused)
        ends = {id_: max(one.ends.get(id_, "") for one in (self, other)) for id_ in {**self.ends, **other.ends}}
        return Taken(self.values + other.values, self.new + other.new, self.revised + other.revised, refused, ends)


class Wrong(Struct, frozen=True):
    """Why a value was refused that would be the newest of its series, of which period, and since when it is so."""

    why: str
    period: date
    since_ms: int


class Slow:
    """The slow half of what is known. One writer. `keep` is given each row and each page's state, to be stored."""

    def __init__(
        self, sources: Mapping[str, Source], *, keep: Callable[[Observation | Polled], object] = lambda fact: None
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
            for row in self.vintages.rows(id_):
                kept.put(row)
        self.vintages = kept
        self.polled |= {one.feed: one for one in polled}
        self.revision += 1

    def add(self, rows: Iterable[Observation]) -> int:
        """Take rows whose dates are known already: a user's own, or those of a table; return how many are new."""
        new = [row for row in rows if self.vintages.put(row)]
        for row in new:
            self._keep(row)
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

    def take(self, feed: str, recv_ms: int, outs: Iterable[object]) -> Taken:
        """Take what one answer gave: date each value, refuse what cannot be, keep what is new."""
        values = new = revised = 0
        refused: list[Rejected] = []
        ends: dict[str, str] = {}
        polled = self.polled.get(feed)
        seen_ms = polled.ok_ms if polled else None
        dated = bool(self.pages[feed][1].vintages) if feed in self.pages else False
        for out_ in outs:
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
                    new += 1
                    revised += not dated and self.vintages.revised(row.series, date.fromisoformat(row.period))
        self._refuse(feed.partition(".")[0], refused)
        self.revision += bool(new or refused)
        return Taken(values, new, revised, tuple(one.reason for one in refused), ends)

    # ---------------------------------------------------------------------------------------------------------------

    def _judge(self, given: Observation, recv_ms: int, seen_ms: int | None) -> tuple[Observation | None, str]:
        """Date a value, or say why it is refused; neither where a better publisher has spoken already."""
        row = series(given.series)
        if row is None:
            return None, f"there is no series {given.series}"
        newest, period, wrong = self.newest(row.id), date.fromisoformat(given.period), self.wrong.get(row.id)
        if why := unbelievable(row, given.value):
            if (newest is None or period >= newest) and (wrong is None or period >= wrong.period):
                self.wrong[row.id] = Wrong(why, period, wrong.since_ms if wrong else recv_ms)
            return None, why
        if wrong and period >= wrong.period:
            del self.wrong[row.id]
        was = self.vintages.latest(row.id, period)
        if was is None:
            since_ms = known_ms(row, period, recv_ms, seen_ms)
            read_ms = recv_ms if recv_ms - since_ms > IN_TIME_MS else 0
            return replace(given, known_ms=since_ms, read_ms=read_ms), ""
        waits = was.provisional and not given.provisional  # for the whole number, whoever brings it
        if row.snapshot or (_rank(row, was.source) < _rank(row, given.source) and not waits):
            return None, ""
        if was.value == given.value and was.provisional == given.provisional:
            return None, ""
        if was.provisional and given.provisional and 0 <= recv_ms - was.known_ms < RUNNING_MS:
            return None, ""
        return replace(given, known_ms=max(recv_ms, was.known_ms + 1)), ""

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


def _dated(given: Observation) -> tuple[Observation | None, str]:
    """A value that tells itself since when it has been known, or why it is refused."""
    row = series(given.series)
    why = unbelievable(row, given.value) if row else f"there is no series {given.series}"
    return (None, why) if why else (given, "")


def unbelievable(row: Series, value: float) -> str:
    """Why a value is refused for its size, in words; "" where it may well be one of the series."""
    if row.low <= value <= row.high:
        return ""
    return f"{value:,g} is no value of {row.id} in {row.unit or 'its unit'} ({row.low:,.12g} to {row.high:,.12g})"


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


def _rank(row: Series, source: str) -> int:
    return row.sources.index(source) if source in row.sources else len(row.sources)


def _of(id_: str, family: str) -> bool:
    row = series(id_)
    return row is not None and row.family == family


def described(id_: str, unit: str = "") -> Series:
    """The row of any series that is known, a user's own included."""
    return series(id_) or imported(id_, unit)
