"""`python -m tests.bench [--quick] [--only NAME...] [--json FILE]`: measure, and print a table.

With `--soak`, memory alone, for an hour and over a day of a session's own time; `--minutes` and `--hours` change that.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

import tests.bench
from tests.bench import days, decode, fill, lag, soak, starts, steady
from tests.bench.pace import FULL, QUICK, Pace
from tests.bench.rows import Row, table

Subjects = tuple[tuple[Callable[[Pace], Iterator[Row]], tuple[str, ...]], ...]
SUBJECTS: Subjects = (
    (decode.rows, ("decode",)),
    (starts.status, ("status",)),
    (starts.paint, ("paint",)),
    (lag.rows, ("lag", "cpu.engine.500", "cpu.engine.2000")),
    (steady.quiet, ("bytes", "cpu.viewer", "cpu.engine.quiet", "memory.viewer", "memory.engine")),
    (steady.cascade, ("bytes", "cpu.viewer", "cpu.engine.cascade")),
    (fill.rows, ("fill", "memory.engine.fill")),
    (days.rows, ("memory.day",)),
)
"""What measures, and how the names of its rows begin."""
SOAK: Subjects = ((soak.rows, ("soak",)),)


def main() -> int:
    """Measure what is asked for; 1 if something could not be measured, whether targets are met or not."""
    options = _options()
    sys.setswitchinterval(0.0005)  # a terminal's reader has to note the time at once, whatever else runs here
    rows: list[Row] = []
    failed = 0
    asked = tuple(options.only)
    began = time.monotonic()
    pace = _pace(options)
    for measure, names in SOAK if options.soak else SUBJECTS:
        if not _meets(asked, names):
            continue
        try:
            rows += [row for row in measure(pace) if row.name.startswith(asked)]
        except Exception as error:  # noqa: BLE001  one subject that fails is shown, and stops no other
            failed += 1
            rows.append(Row(names[0], None, "", note=f"failed: {type(error).__name__}: {error}"))
        print(f"{time.monotonic() - began:5.0f} s  {', '.join(names)}", file=sys.stderr, flush=True)
    print(table(rows))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(_document(rows, options.quick))) + b"\n")
    return 1 if failed else 0


def _pace(options: argparse.Namespace) -> Pace:
    pace = QUICK if options.quick else FULL
    soak_s = pace.soak_s if options.minutes is None else options.minutes * 60
    return replace(pace, soak_s=soak_s, soak_hours=pace.soak_hours if options.hours is None else options.hours)


def _meets(asked: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Whether rows whose names begin like `names` can be among those asked for."""
    return any(name.startswith(one) or one.startswith(name) for one in asked for name in names)


def _document(rows: list[Row], quick: bool) -> dict[str, object]:
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "quick": quick,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}, {os.cpu_count()} cores",
        "rows": [row.document() for row in rows],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=tests.bench.__doc__)
    parser.add_argument("--quick", action="store_true", help="short windows: it works, but the numbers are rough")
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME", help="rows whose name begins so")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the rows")
    parser.add_argument("--soak", action="store_true", help="how memory grows, and nothing else: takes over an hour")
    parser.add_argument("--minutes", type=float, metavar="N", help="of real time to soak, 60 if not given")
    parser.add_argument("--hours", type=float, metavar="N", help="of a session's own time to soak, 24 if not given")
    options = parser.parse_args()
    subjects = SOAK if options.soak else SUBJECTS
    for asked in options.only:
        if not any(_meets((asked,), names) for _, names in subjects):
            known = ", ".join(dict.fromkeys(name for _, names in subjects for name in names))
            parser.error(f"no row begins with {asked!r}; they begin with {known}")
    return options


if __name__ == "__main__":
    sys.exit(main())
