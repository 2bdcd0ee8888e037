"""When each page of a publisher is asked next, and for which days. Pure: the driver waits and asks."""

from datetime import date, timedelta
from random import Random

from feeds.calendars import new_york_day, new_york_ms, next_due, release_ms
from feeds.series import Series, series
from feeds.slow import Slow
from feeds.source import Page, Source, Span
from feeds.timeliness import missed

MINUTE_MS = 60_000
AFTER_MS = 5 * MINUTE_MS
"""A release is asked for this long after its hour: publishers are seldom on the second."""
RETRY_MIN = (1, 2, 5, 10, 20, 40, 60)
"""Minutes to the next try, by how many failed in a row."""
WAIT_MIN = ((20, 5), (40, 10), (80, 20), (160, 40), (24 * 60, 60))
"""Minutes to the next look for what is due and not there yet, by the minutes for which it has been due."""
LONGEST_WAIT_MIN = 180
SET_BACK_MS = 60 * MINUTE_MS
"""A page cannot have been read so long from now: the clock was set back."""
GIVE_UP = 3
"""After so many failures in a row the next publisher of a series is asked."""


def next_ms(slow: Slow, source: Source, page: Page, now_ms: int) -> int | None:
    """When to ask next; `None` while another publisher serves all that it would give, or a late past was read."""
    if not needed(slow, source, page):
        return None
    polled = slow.polled.get(source.feed(page))
    if page.late and (page.first > new_york_day(now_ms) or (polled is not None and polled.ok_ms is not None)):
        return None
    if polled is None or polled.asked_ms > now_ms + SET_BACK_MS:
        return now_ms
    if polled.failures:
        minutes = max(page.patience_min, RETRY_MIN[min(polled.failures, len(RETRY_MIN)) - 1])
        return _jittered(polled.feed, polled.asked_ms, polled.asked_ms + minutes * MINUTE_MS)
    assert polled.ok_ms is not None
    if page.every_s and (page.vintages or _weekday(now_ms)):
        return polled.ok_ms + round(page.every_s * 1000)
    due = min(_next_release(row, polled.ok_ms) for row in rows(page))
    due = min([due, *(_next_time(at, polled.ok_ms) for at in page.times)])
    missing_min = _missing_min(slow, page, polled.ok_ms)
    if missing_min is not None:
        minutes = next((wait for until, wait in WAIT_MIN if missing_min < until), LONGEST_WAIT_MIN)
        due = min(due, polled.ok_ms + max(page.patience_min, minutes) * MINUTE_MS)
    return _jittered(polled.feed, polled.ok_ms, due)


def span(slow: Slow, source: Source, page: Page, now_ms: int) -> Span:
    """The days to ask for: all on a first start, then from a little before the newest that this page gave itself."""
    today = new_york_day(now_ms)
    polled = slow.polled.get(source.feed(page))
    if polled is None or polled.through is None:
        return Span(page.first, today)
    through = min(date.fromisoformat(polled.through), today)
    return Span(max(page.first, through - timedelta(page.overlap)), today)


def needed(slow: Slow, source: Source, page: Page) -> bool:
    """Whether a better publisher leaves something of this page to be asked for. Vintages nobody has without a key."""
    if source.name in slow.off:
        return False
    if page.vintages:
        return source.name in slow.keyed
    return any(wanted(slow, row, source.name) for row in rows(page))


def rows(page: Page) -> list[Series]:
    """The rows of the table behind a page: of a family, the family's."""
    return [row for name in page.series if (row := series(name))]


def wanted(slow: Slow, row: Series, name: str) -> bool:
    """Whether no publisher before `name` in the row's order serves it; none does while its newest value is doubted."""
    for better in row.sources[: row.sources.index(name)] if name in row.sources else ():
        source = slow.sources.get(better)
        if source is None or better in slow.off:
            continue
        pages = [page for page in source.pages if row.id in page.series and not (page.vintages or page.late)]
        if any(not given_up(slow, source, page) for page in pages) and not slow.in_question(row.id):
            return False
    return True


def given_up(slow: Slow, source: Source, page: Page) -> bool:
    """Whether a page has failed so often that another publisher's is asked.

    One that was never read is given up with its publisher too, where so many of its pages have failed since one was
    read: to wait for each of them in turn would take hours at a publisher who lets one hang.
    """
    polled = slow.polled.get(source.feed(page))
    if polled and (polled.ok_ms is not None or polled.failures >= GIVE_UP):
        return polled.failures >= GIVE_UP
    pages = [other for other in source.pages if not other.late]
    others = [one for other in pages if (one := slow.polled.get(source.feed(other)))]
    read_ms = max((one.ok_ms for one in others if one.ok_ms is not None), default=0)
    return sum(one.failures > 0 and one.asked_ms >= read_ms for one in others) >= GIVE_UP


def _missing_min(slow: Slow, page: Page, ok_ms: int) -> int | None:
    """For how many minutes the page's newest value had been due when it was read last, if it was not there.

    Of a family it is there if any member has it. A series' grace is no matter here.
    """
    released = [
        release_ms(row.release, period) for row in rows(page) if (period := missed(row, slow.newest(row.id), ok_ms))
    ]
    return (ok_ms - max(released)) // MINUTE_MS if released else None


def _next_release(row: Series, after_ms: int) -> int:
    return next_due(row.release, after_ms - AFTER_MS)[1] + AFTER_MS


def _next_time(at: str, after_ms: int) -> int:
    """The next time that clocks in New York show `at`."""
    day = new_york_day(after_ms)
    for _ in range(3):
        t_ms = new_york_ms(day, at)
        if t_ms > after_ms:
            return t_ms
        day += timedelta(1)
    raise AssertionError("a day has 25 hours at most")


def _weekday(now_ms: int) -> bool:
    return new_york_day(now_ms).weekday() < 5


def _jittered(feed: str, from_ms: int, to_ms: int) -> int:
    """Later by up to a tenth of the wait, and by no more than a minute: the same for the same wait."""
    spread = min(MINUTE_MS, max(0, to_ms - from_ms) // 10)
    return to_ms + Random(f"{feed} {from_ms}").randrange(spread + 1)  # noqa: S311  politeness, no secret
