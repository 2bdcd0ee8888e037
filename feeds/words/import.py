"""`tidegauge import FILE`: series of the user's own, from CSV."""

import argparse
import csv
import math
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from feeds.calendars import day_end_ms, release_ms
from feeds.facts import Observation
from feeds.run import say
from feeds.series import series
from feeds.settings import load, paths
from feeds.store import Store

SHOWN = 10
"""Bad cells that are told one by one."""
_ID = re.compile(r"[A-Z][A-Z0-9._=^-]{0,39}")
_MISSING = ("", ".", "-", "NA", "N/A", "NULL", "NAN")
_LONG = ("series", "period", "value")


class Unreadable(ValueError):
    """A cell that cannot be believed; the text says which and why."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "A CSV with the columns series, period, value and perhaps known (an ISO time); or one with a column of dates "
        "and one column for each series. Dates are ISO dates. Empty cells are skipped. The file is taken whole or not."
    )
    parser.add_argument("file", type=Path, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    rows, problems = _read(args.file)
    for problem in problems[:SHOWN]:
        say(problem)
    if problems:
        say(f"{len(problems)} cells of {args.file} cannot be believed: nothing was imported")
        return 1
    if not rows:
        say(f"{args.file} holds no value")
        return 4
    store = Store(paths(os.environ).data / "history.sqlite", keep_days=settings.history.keep_days)
    store.open()
    try:
        if not store.writing:
            say(f"{store.notice}; end the engine that runs, and import again")
            return 1
        for row in rows:
            store.put(row)
        whole = store.flush(60.0)
    finally:
        store.close()
    if not whole:
        say("not all of it could be stored")
        return 1
    for id_ in sorted({row.series for row in rows}):
        own = [row for row in rows if row.series == id_]
        print(f"{id_:<20} {len(own):>6,} values, {own[0].period} to {own[-1].period}")
    return 0


def _read(path: Path) -> tuple[list[Observation], list[str]]:
    """The values by series and period, and what was wrong. Raises `OSError`."""
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        table = csv.reader(file)
        header = [name.strip() for name in next(table, [])]
        small = [name.lower() for name in header]
        long = all(name in small for name in _LONG)
        rows: list[Observation] = []
        problems: list[str] = []
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            found = _long(dict(zip(small, cells, strict=False))) if long else _wide(header, cells)
            try:
                rows += found
            except Unreadable as problem:
                problems.append(f"{path}, line {table.line_num}: {problem}")
    if not long and len(header) < 2:
        problems.append(f"{path}: no columns series, period and value, and no dates with a series beside them")
    return sorted(rows, key=lambda row: (row.series, row.period, row.known_ms)), problems


def _long(cells: dict[str, str]) -> Iterator[Observation]:
    if cells["value"].strip().upper() not in _MISSING:
        yield _observation(cells["series"], cells["period"], cells["value"], (cells.get("known") or "").strip())


def _wide(header: list[str], cells: list[str]) -> Iterator[Observation]:
    for name, cell in zip(header[1:], cells[1:], strict=False):
        if cell.strip().upper() not in _MISSING:
            yield _observation(name, cells[0], cell, "")


def _observation(name: str, period: str, value: str, known: str) -> Observation:
    id_ = name.strip().upper()
    if not _ID.fullmatch(id_):
        raise Unreadable(f"{name[:40]!r} is no name for a series: letters, digits and . _ = ^ -")
    try:
        day = date.fromisoformat(period.strip()[:10])
    except ValueError:
        raise Unreadable(f"{period[:40]!r} is no date like 2025-10-31") from None
    number = _number(value, id_)
    row = series(id_)
    if row is not None and not row.low <= number <= row.high:
        raise Unreadable(f"{number:,g} is no value of {id_} in {row.unit} ({row.low:,g} to {row.high:,g})")
    # A user's own number counts as known when its day ends, one of a series of the table when that was due.
    known_ms = _known(known) if known else release_ms(row.release, day) if row else day_end_ms(day)
    return Observation(id_, day.isoformat(), number, known_ms, "import")


def _number(text: str, id_: str) -> float:
    try:
        number = float(text.strip().replace(",", ""))
    except ValueError:
        raise Unreadable(f"{text[:40]!r} is no number of {id_}") from None
    if not math.isfinite(number):
        raise Unreadable(f"{text[:40]!r} is no number of {id_}")
    return number


def _known(text: str) -> int:
    try:
        known = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Unreadable(f"{text[:40]!r} is no time like 2025-10-31T20:00:00Z") from None
    return round((known if known.tzinfo else known.replace(tzinfo=UTC)).timestamp() * 1000)
