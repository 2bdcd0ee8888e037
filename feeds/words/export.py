"""`tidegauge export SERIES|TABLE`: what the history holds, as CSV or as one JSON document."""

import argparse
import csv
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

import msgspec

from feeds.calendars import day_end_ms
from feeds.run import say
from feeds.settings import SettingsError, load, paths
from feeds.slow import described
from feeds.store import TABLES, Store
from feeds.vintages import ALWAYS_MS, Point, Vintages

COLUMNS = ("series", "period", "value", "unit", "known", "source", "provisional", "quality")
Row = dict[str, object]


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names",
        nargs="+",
        metavar="SERIES|TABLE",
        help=f"series, families of them (ETF.*), or one of the tables {', '.join(TABLES)}",
    )
    parser.add_argument("--as-of", type=day, metavar="DATE", help="as was known at the end of that day in New York")
    parser.add_argument("--vintages", action="store_true", help="every value that was ever published, not the newest")
    parser.add_argument("--format", choices=("csv", "json"), default="csv")


def day(text: str) -> date:
    """A date as people write it to programs: `2025-10-31`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2025-10-31") from None


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    tables = [name for name in args.names if name in TABLES]
    if tables and len(args.names) > 1:
        raise SettingsError(f"{tables[0]} is a table, which has columns of its own: export it by itself")
    store = Store(paths(os.environ).data / "history.sqlite", keep_days=settings.history.keep_days)
    as_of_ms = day_end_ms(args.as_of) if args.as_of else None
    try:
        if tables:
            columns, rows = store.table(tables[0], as_of_ms)
            named = [dict(zip(columns, row, strict=True)) for row in rows]
        else:
            columns, named = (
                COLUMNS,
                list(_series(store, args.names, as_of_ms, args.vintages, settings.sources.believe)),
            )
        trouble = store.notice
    finally:
        store.close()
    if trouble:
        say(trouble)
        return 1
    found = {str(row["series"]) for row in named} if not tables else set()
    lacking = [name for name in args.names if not any(_meant(id_, name.upper()) for id_ in found)]
    if lacking and not (tables and named):
        say(f"the history holds nothing of {', '.join(lacking)}")
    if not named:
        return 4
    _write(columns, named, args.format)
    return 0


def _series(
    store: Store, names: list[str], as_of_ms: int | None, vintages: bool, believe: Iterable[str]
) -> Iterator[Row]:
    """The rows that were known then. `later`: what was only read after that, or, of vintages, long after it was due."""
    until_ms = ALWAYS_MS if as_of_ms is None else as_of_ms
    known = Vintages((row for row in store.observations() if row.known_ms <= until_ms), frozenset(believe))
    for id_ in sorted(known.series()):
        if not any(_meant(id_, name.upper()) for name in names):
            continue
        row = described(id_)
        if vintages:
            for one in known.raw(id_):
                later = one.read_ms > (one.known_ms if as_of_ms is None else as_of_ms)
                yield _row(
                    row.unit,
                    id_,
                    Point(date.fromisoformat(one.period), one.value, one.known_ms, one.source, one.provisional, later),
                )
        else:
            for point in known.points(id_, until_ms):
                yield _row(row.unit, id_, point)


def _meant(id_: str, name: str) -> bool:
    return id_.upper() == name or (name.endswith("*") and described(id_).family == name)


def _row(unit: str, series: str, of: Point) -> Row:
    places = "milliseconds" if of.known_ms % 1000 else "seconds"
    known = datetime.fromtimestamp(of.known_ms / 1000, UTC).isoformat(timespec=places).replace("+00:00", "Z")
    cells = (series, of.period.isoformat(), of.value, unit, known, of.source, of.provisional, of.quality)
    return dict(zip(COLUMNS, cells, strict=True))


def _write(columns: Iterable[str], rows: list[Row], form: str) -> None:
    if form == "json":
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(rows), indent=2) + b"\n")
        return
    writer = csv.DictWriter(sys.stdout, list(columns), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    """Numbers as they were published: whole ones without a point. What is not known is an empty cell."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value
