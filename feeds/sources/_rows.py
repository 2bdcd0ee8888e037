"""What publishers' answers have in common: words for "nothing", dates, CSV by header name, and rows put to the test."""

import csv
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from io import StringIO
from typing import TypeVar

from msgspec import MsgspecError

from feeds.calendars import new_york_day
from feeds.facts import Observation, Rejected
from feeds.text import plain
from feeds.venue import Empty, Reject

MISSING = frozenset({"", ".", "-", "–", "—", "na", "n/a", "n.a.", "nd", "null", "none"})
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMERICAN = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
_HTML = re.compile(r"\s*<(?:!doctype html|html|head|body|!--|script|title|meta)", re.IGNORECASE)
T = TypeVar("T")


def missing(value: object) -> bool:
    """Whether a publisher writes this for "no value". NaN is none of these words: it is a value gone wrong."""
    return value is None or (isinstance(value, str) and value.strip().lower() in MISSING)


def iso(text: object) -> date:
    """A date written 2026-08-05, and in no other way. Raises `Reject`."""
    if not isinstance(text, str) or not _ISO.fullmatch(text):
        raise Reject(f"no date of the form 2026-08-05: {plain(str(text), 40)!r}")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Reject(f"no day of the calendar: {text}") from None


def american(text: object) -> date:
    """A date written 8/5/2026 or 08/05/2026, the month first, and in no other way. Raises `Reject`."""
    found = _AMERICAN.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Reject(f"no date of the form 8/5/2026: {plain(str(text), 40)!r}")
    try:
        return date(int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        raise Reject(f"no day of the calendar: {found[0]}") from None


def due(body: str, what: str) -> str:
    """The body, without a byte order mark. Raises `Reject` where it is empty or a page of HTML; `what` was due."""
    text = body.removeprefix("\ufeff")
    if not text.strip():
        raise Empty("an empty answer")
    if _HTML.match(text):
        raise Reject(f"an HTML page where {what} was due")
    return text


def csv_rows(body: str, *needed: str) -> list[dict[str, str]]:
    """Rows of a CSV by the names of its first line, trimmed; a row that is cut short lacks its last names.

    Where the last line has no end, its last cell is left out unless it is as long as the one above: of 3.64 a file
    that breaks off may have left 3.6.
    Raises `Reject` where the body is no such CSV, or lacks one of the `needed` columns.
    """
    text = due(body, "CSV")
    if text.lstrip().startswith(("{", "[")):
        raise Reject("JSON where CSV was due")
    try:
        lines = [line for line in csv.reader(StringIO(text, newline="")) if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise Reject(f"no CSV: {error}") from None
    if not lines:
        raise Empty("an empty answer")
    names = [name.strip() for name in lines[0]]
    lacking = [name for name in needed if name not in names]
    if lacking:
        raise Reject(f"no column {lacking[0]!r} among {plain(', '.join(names), 80)!r}")
    if not text.endswith(("\n", "\r")) and len(lines) > 1 and not _as_long(lines[-1], lines[-2]):
        lines[-1] = lines[-1][:-1]
    return [dict(zip(names, (cell.strip() for cell in line), strict=False)) for line in lines[1:]]


def _as_long(line: list[str], above: list[str]) -> bool:
    return len(line) == len(above) and len(line[-1].strip()) == len(above[-1].strip())


def believed(
    feed: str, recv_ms: int, rows: Iterable[T], read: Callable[[T], Iterable[Observation]], ahead: int = 1
) -> list[Observation | Rejected]:
    """Observations of the rows that `read` can believe, and a `Rejected` for each row that it refuses.

    A row of a period more than `ahead` days after the day of receipt in New York is refused. Of two rows that
    contradict one another the later counts, and a `Rejected` says so. Raises `Reject` where most rows are bad.
    """
    limit = (new_york_day(recv_ms) + timedelta(days=ahead)).isoformat()
    kept: dict[tuple[str, str], Observation] = {}
    refused: list[Rejected] = []
    count, bad, first = 0, 0, ""
    for row in rows:
        count += 1
        sample = plain(str(row))
        try:
            found = list(read(row))
            if future := [item.period for item in found if item.period > limit]:
                raise Reject(f"{future[0]} is yet to come")
        except (Reject, MsgspecError) as error:
            bad, first = bad + 1, first or plain(str(error))
            refused.append(Rejected(feed, recv_ms, plain(str(error)), sample))
            continue
        for item in found:
            before = kept.get((item.series, item.period), item)
            if before.value != item.value:
                reason = f"{item.series} of {item.period} stands there twice: {before.value:g}, then {item.value:g}"
                refused.append(Rejected(feed, recv_ms, reason, sample))
            kept[item.series, item.period] = item
    if bad * 2 > count:
        raise Reject(f"{bad} of {count} rows cannot be believed; the first: {first}")
    return [*kept.values(), *refused]
