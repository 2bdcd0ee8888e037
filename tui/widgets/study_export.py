"""What the page of studies shows, as rows of a file; times are in UTC, moves in percent."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from feeds.topics.study import Spread, Study
from tui.export import Cell

Table = tuple[Sequence[str], list[Sequence[Cell]]]

_SPREAD = ("n", "median_pct", "mean_pct", "up_pct")
RESULTS = (
    *("rule", "label", "unit", "seen", "first", "last", "fired", "outcome", "days"),
    *(f"fired_{name}" for name in _SPREAD),
    *("open", "apart"),
    *(f"all_{name}" for name in _SPREAD),
    *("difference_points", "interval_low", "interval_high", "says", "why"),
)
TIMES = ("rule", "unit", "fired_for", "value", "known_utc", "entry")


def results(studies: Sequence[Study]) -> Table:
    """A row for each outcome and span of each study; one for a study that has none of them."""
    return RESULTS, [row for one in studies for row in _results(one)]


def _results(of: Study) -> Iterator[Sequence[Cell]]:
    about: tuple[Cell, ...] = (of.rule, of.label, of.unit, of.seen, of.first, of.last, len(of.fired))
    for cell in of.cells:
        interval = (cell.difference, cell.low, cell.high, cell.says, cell.words)
        parts = (*_spread(cell.fired), cell.open, cell.apart, *_spread(cell.all), *interval)
        yield (*about, cell.outcome, cell.days, *parts)
    if not of.cells:
        yield (*about, *[None] * (len(RESULTS) - len(about) - 1), "; ".join(of.answer))


def _spread(of: Spread | None) -> tuple[Cell, ...]:
    return (0, None, None, None) if of is None else (of.n, of.median, of.mean, of.up)


def times(of: Study) -> Table:
    """A row for each firing, oldest first, with what followed."""
    columns = (*TIMES, *(f"{cell.outcome}_{cell.days}d_pct" for cell in of.cells), "quality")
    rows: list[Sequence[Cell]] = []
    for one in of.fired:
        known = datetime.fromtimestamp(one.known_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append(
            (of.rule, of.unit, one.day, one.value, known, one.entry, *one.moves, "later" if one.later else "exact")
        )
    return columns, rows
