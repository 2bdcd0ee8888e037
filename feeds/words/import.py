"""`tidegauge import FILE`: series of the user's own, from CSV."""

import argparse
import csv
import os
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from feeds.calendars import day_end_ms, new_york_day
from feeds.facts import Observation
from feeds.magnitude import unbelievable
from feeds.run import say
from feeds.series import Series, series
from feeds.settings import load, paths
from feeds.slow import IN_TIME_MS, known_ms
from feeds.store import Store
from feeds.vintages import Vintages

SHOWN = 10
"""Bad cells that are told one by one."""
AT_ONCE = 50_000
"""Rows that are given to the history before the disk is waited for."""
_ID = re.compile(r"[A-Z][A-Z0-9._=^-]{0,39}")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII)
# A comma stands between thousands or the number is not believed: 3,64 is no 364.
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_MISSING = ("", ".", "-", "NA", "N/A", "NULL", "NAN")
_LONG = ("series", "period", "value")
_ABSURD = 1e18


class Unreadable(ValueError):
    """A cell that cannot be believed; the text says which and why."""


class _Given(NamedTuple):
    """A value, and whether the file tells since when it is known."""

    row: Observation
    told: bool


def options(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "A CSV with the columns series, period, value and perhaps known (an ISO time, or a day, at the end of which); "
        "or one with a column of dates and one column for each series. Dates are ISO dates. Empty cells are skipped. "
        "A column quality that says `later`, as export writes it, is kept. "
        "The file is taken whole or not."
    )
    parser.add_argument("file", type=Path, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    history = paths(os.environ).data / "history.sqlite"
    now_ms = time.time_ns() // 1_000_000
    rows, problems = _read(args.file, now_ms)
    for problem in problems[:SHOWN]:
        say(problem)
    if problems:
        say(f"{len(problems)} lines of {args.file} cannot be believed: nothing was imported")
        return 1
    if not rows:
        say(f"{args.file} holds no value")
        return 4
    store = Store(history, keep_days=settings.history.keep_days)
    store.open()
    try:
        if not store.writing:
            say(f"{store.notice}; end the engine that runs, and import again")
            return 1
        kept, _ = store.slow()
        new = _new(rows, kept, now_ms)
        whole = _stored(store, new)
    except Unreadable as problem:
        say(f"{problem}: nothing was imported")
        return 1
    finally:
        store.close()
    if not whole:
        say("not all of it could be stored")
        return 1
    added = Counter(row.series for row in new)
    for id_ in sorted({one.row.series for one in rows}):
        own = [one.row for one in rows if one.row.series == id_]
        print(f"{id_:<20} {len(own):>6,} values, {added[id_]:,} new, {own[0].period} to {own[-1].period}")
    return 0


def _stored(store: Store, rows: Sequence[Observation]) -> bool:
    for start in range(0, len(rows), AT_ONCE):
        for row in rows[start : start + AT_ONCE]:
            store.put(row)
        if not store.flush(60.0):
            return False
    return not store.notice


def _new(rows: Sequence[_Given], kept: Vintages, now_ms: int) -> list[Observation]:
    """What is to be kept beside `kept`, which takes it too. Raises `Unreadable`.

    Where the file does not say since when a value is known, and another is known since then, it is corrected now. So
    is one that is doubted, or it is confirmed if the file says the same: that is the user's word.
    """
    new = []
    for row, told in rows:
        day = date.fromisoformat(row.period)
        was, doubted = kept.latest(row.series, day), kept.in_doubt(row.series, day)
        corrects = was is not None and (doubted or (not told and was.value != row.value))
        if was is not None and corrects and was.known_ms >= row.known_ms:
            row = replace(row, known_ms=max(now_ms, was.known_ms + 1))
        if kept.put(row):
            new.append(row)
        elif any(one.known_ms == row.known_ms and one.value != row.value for one in _of(kept, row)):
            raise Unreadable(f"{row.series} of {row.period} is known with another value since the same time")
    return new


def _of(kept: Vintages, row: Observation) -> Iterator[Observation]:
    """What is kept of the same period."""
    return (one for one in kept.raw(row.series, date.fromisoformat(row.period)) if one.period == row.period)


def _read(path: Path, now_ms: int) -> tuple[list[_Given], list[str]]:
    """The values by series, period and time, and what was wrong. Raises `OSError`."""
    found: dict[tuple[str, str, int], _Given] = {}
    problems: list[str] = []
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        table = csv.reader(file)
        try:
            header = [name.strip() for name in next(table, [])]
            small = [name.lower() for name in header]
            long = all(name in small for name in _LONG)
            if not long and len(header) < 2:
                problems.append(f"{path}: no columns series, period and value, and no dates with a series beside them")
            for cells in table:
                try:
                    for one in _rows(header, small, cells, long, now_ms):
                        row = one.row
                        if found.setdefault((row.series, row.period, row.known_ms), one).row.value != row.value:
                            raise Unreadable(f"another value of {row.series} for {row.period} stands before it")
                except Unreadable as problem:
                    problems.append(f"{path}, line {table.line_num}: {problem}")
        except csv.Error as error:
            problems.append(f"{path}, line {table.line_num}: no CSV: {error}")
    return [found[key] for key in sorted(found)], problems


def _rows(header: list[str], small: list[str], cells: list[str], long: bool, now_ms: int) -> Iterator[_Given]:
    """The values of a line. One of another length is not believed: a number with a comma in it becomes two."""
    if not any(cell.strip() for cell in cells):
        return
    if len(cells) != len(header):
        raise Unreadable(f"{len(cells)} cells, where the first line has {len(header)}")
    if long:
        named = dict(zip(small, cells, strict=True))
        later = named.get("quality", "").strip() == "later"
        yield from _observation(named["series"], named["period"], named["value"], named.get("known", ""), now_ms, later)
    else:
        for name, cell in zip(header[1:], cells[1:], strict=True):
            yield from _observation(name, cells[0], cell, "", now_ms)


def _observation(name: str, period: str, value: str, known: str, now_ms: int, later: bool = False) -> Iterator[_Given]:
    """The value of a cell, if it has one. `later`: the file itself says that it was read after it was due."""
    if value.strip().upper() in _MISSING:
        return
    id_ = name.strip().upper()
    if not _ID.fullmatch(id_):
        raise Unreadable(f"{name[:40]!r} is no name for a series: letters, digits and . _ = ^ -")
    row, number = series(id_), _number(value, id_)
    day = _day(period, row, now_ms)
    if row is not None and (why := unbelievable(row, number)):
        raise Unreadable(why)
    if known.strip():
        since_ms = _known(known.strip())
    elif row is not None:  # as of a publisher's own: when it was due
        since_ms = known_ms(row, day, now_ms)
    else:
        since_ms = min(day_end_ms(day), now_ms)
    by_rule = row is not None and not known.strip()
    read_ms = now_ms if (later or by_rule) and now_ms - since_ms > IN_TIME_MS else 0
    yield _Given(Observation(id_, day.isoformat(), number, since_ms, "import", read_ms=read_ms), bool(known.strip()))


def _day(text: str, row: Series | None, now_ms: int) -> date:
    """The period that a date names."""
    written = _DATE.fullmatch(text.strip())
    try:
        day = date.fromisoformat(written[1]) if written else None
    except ValueError:
        day = None
    if day is None:
        raise Unreadable(f"{text[:40]!r} is no date like 2025-10-31")
    if day > new_york_day(now_ms + 86_400_000):
        raise Unreadable(f"{day} is yet to come")
    every = row.release.every if row else "day"
    if every in ("month", "quarter") and (day.day != 1 or (every == "quarter" and day.month % 3 != 1)):
        raise Unreadable(f"{day} is not the first day of a {every}, by which {row.id if row else ''} is dated")
    return day


def _number(text: str, id_: str) -> float:
    written = text.strip()
    if not _NUMBER.fullmatch(written) or not any(sign.isdigit() for sign in written.partition("e")[0]):
        raise Unreadable(f"{text[:40]!r} is no number of {id_}")
    try:
        number = float(written.replace(",", ""))
    except ValueError:
        raise Unreadable(f"{text[:40]!r} is no number of {id_}") from None
    if not -_ABSURD < number < _ABSURD:
        raise Unreadable(f"{text[:40]!r} is no number of {id_}")
    return number


def _known(text: str) -> int:
    """A time; without a zone, in UTC. A day alone is its end in New York: nobody can tell when on that day."""
    try:
        if _DATE.fullmatch(text) and len(text) == len("2025-10-31"):
            return day_end_ms(date.fromisoformat(text))
        known = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Unreadable(f"{text[:40]!r} is no time like 2025-10-31T20:00:00Z") from None
    return round((known if known.tzinfo else known.replace(tzinfo=UTC)).timestamp() * 1000)
