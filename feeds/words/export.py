"""`tidegauge export SERIES|TABLE`: what the history holds, as CSV or as one JSON document."""

import argparse
import csv
import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

import msgspec

from feeds.calendars import day_end_ms
from feeds.run import say
from feeds.settings import SettingsError, load, paths
from feeds.slow import described
from feeds.store import TABLES, Store
from feeds.vintages import ALWAYS_MS, Point, Vintages

COLUMNS = ("series", "period", "value", "unit", "known", "source", "provisional", "quality")
Row = tuple[object, ...]


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
    lacking = {name: name.upper() for name in args.names}
    try:
        if tables:
            columns, rows = store.table(tables[0], as_of_ms)
            told = _write(columns, rows, args.format)
        else:
            rows = _series(store, args.names, as_of_ms, args.vintages, settings.sources.believe)
            told = _write(COLUMNS, _found(rows, lacking), args.format)
        trouble = store.notice
    finally:
        store.close()
    if trouble:
        say(f"{trouble}; what was told of it is not all" if told else trouble)
        return 1
    if lacking and not (tables and told):
        say(f"the history holds nothing of {', '.join(lacking)}")
    return 0 if told else 4


def _found(rows: Iterable[Row], lacking: dict[str, str]) -> Iterator[Row]:
    """The rows as they are; the names that any of them answers to are taken out of `lacking`."""
    last = ""
    for row in rows:
        if lacking and row[0] != last:
            last = str(row[0])
            for name in [name for name, meant in lacking.items() if _meant(last, meant)]:
                del lacking[name]
        yield row


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
    return series, of.period.isoformat(), of.value, unit, known, of.source, of.provisional, of.quality


def _write(columns: Sequence[str], rows: Iterable[Row], form: str) -> int:
    """Print row after row, none of them held; of none nothing at all. Returns how many there were."""
    told = 0
    for text in _json(columns, rows) if form == "json" else _csv(columns, rows):
        sys.stdout.write(text)
        told += 1
    if told and form == "json":
        sys.stdout.write("\n]\n")
    return told


def _json(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """One document, whose rows are as `msgspec.json.format` would print them."""
    lead = "[\n  "
    for row in rows:
        text = msgspec.json.format(msgspec.json.encode(dict(zip(columns, row, strict=True))), indent=2).decode()
        yield lead + text.replace("\n", "\n  ")
        lead = ",\n  "


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield text.getvalue()
        text.seek(0)
        text.truncate()


def _cell(value: object) -> object:
    """Numbers as they were published: whole ones without a point. What is not known is an empty cell."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value
