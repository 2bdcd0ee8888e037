"""What a pane shows, as a CSV file in the folder in which the monitor was started."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from textual.widget import Widget

from feeds.text import plain
from feeds.topics import Engine
from tui.pane import Said, View

Cell = str | float | date | None
"""`None` is what is not known: an empty cell."""
MOST_NAMES = 100
_FORMULA = ("=", "+", "-", "@")


def export(pane: Widget, name: str, view: View, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write the rows to a file of their own, and tell the user where it is, or why there is none.

    Its name says the pane, the time in UTC, and whether the numbers are a demo's or a replay's.
    """
    engine: Engine | None = view.topics.get("engine")
    made_up = f"{engine.mode}-" if engine is not None and engine.mode != "live" else ""
    at = datetime.fromtimestamp(view.now_ms / 1000, UTC)
    try:
        path = _write(Path.cwd(), f"tidegauge-{made_up}{name}-{at:%Y%m%dT%H%M%SZ}", written(columns, rows))
    except OSError as error:
        pane.post_message(Said(f"not exported: {error.strerror or error}"))
    else:
        pane.post_message(Said(f"exported to {path}"))


def written(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV. Numbers are whole, as they came; text that a spreadsheet would calculate stays text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Cell) -> str:
    match value:
        case None:
            return ""
        case str():
            said = plain(value, 1000)
            return f"'{said}" if said.startswith(_FORMULA) else said
        case date():
            return value.isoformat()
        case _:
            return repr(value).removesuffix(".0")


def _write(folder: Path, stem: str, content: str) -> Path:
    """Write a file that only the user may read, under a name that is free."""
    for number in range(1, MOST_NAMES):
        path = folder / (f"{stem}.csv" if number == 1 else f"{stem}-{number}.csv")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content)
        return path
    raise FileExistsError(f"there are {MOST_NAMES - 1} files named {stem} already")
