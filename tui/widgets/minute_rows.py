"""The last minutes as rows: longs and shorts of each piece of time, the newest on top. Pure."""

from feeds import text
from feeds.topics import Liquidations
from tui.theme import LABEL, PLAIN, sum_mark
from tui.widgets.lines import Line
from tui.widgets.liquidation_rows import quality_of
from tui.widgets.mirror import mirror, titles

BUCKET_S = 10
SCALE = 7  # columns of a time before now, `-4:50`


def by_time(liq: Liquidations, now_ms: int, width: int, height: int) -> tuple[list[Line], list[Line]]:
    """A heading, and rows of 10 s, 20 s, 30 s or a minute: the shortest of which all have room.

    They are told by how long before the newest they began: it runs, and its clock is the engine's.
    """
    count = len(liq.spark_long)
    if not count or len(liq.spark_short) != count:
        return [(("no last minutes yet: waiting for the engine", LABEL),)], []
    each = next((n for n in (1, 2, 3, 6) if count // n <= height - 2), 6)
    sides = (_grouped(liq.spark_long, each), _grouped(liq.spark_short, each))
    full = max(*sides[0], *sides[1])
    sign = sum_mark(quality_of(liq, "5m"))
    words = f"by time  {count * BUCKET_S // 60} min, {each * BUCKET_S} s a row"
    if liq.state != "fresh":
        words += f", {liq.state} {text.age(None if liq.as_of_ms is None else now_ms - liq.as_of_ms)}"
    head: list[Line] = [((words[:width], LABEL),), titles(f"{'from':^{SCALE}}", width)]
    rows: list[Line] = []
    for at, (longs, shorts) in enumerate(zip(*sides, strict=True), 1):
        seconds = at * each * BUCKET_S
        scale = f"-{seconds // 60}:{seconds % 60:02}"
        rows.append(mirror((f"{scale:^{SCALE}}", PLAIN), longs, shorts, full, sign, width))
    return head, rows


def _grouped(values: tuple[float, ...], each: int) -> list[float]:
    """Sums of so many neighbours, newest first."""
    newest = values[::-1]
    return [sum(newest[at : at + each]) for at in range(0, len(newest), each)]
