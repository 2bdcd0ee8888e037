"""Realised liquidations by price as rows: what was closed where, around the last price. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from feeds import text
from feeds.topics import Metric
from tui.theme import ACCENT, LABEL, PLAIN, SIGN, STATE
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Span
from tui.widgets.mirror import across, mirror, titles

EMPTY_STEPS = 3
"""More steps than these without a liquidation become one row that counts them."""
SCALE = 9  # columns of a price with its mark on both sides


class Step(Struct, frozen=True):
    """One row. `number` times the step is its lower edge; `skipped` rows without a liquidation stand for none."""

    number: int
    longs: float = 0.0
    shorts: float = 0.0
    skipped: int = 0


def steps(rows: Sequence[tuple[float, float, float]], step: float, last: float | None) -> list[Step]:
    """Steps from the highest to the lowest without a hole, that of the last price among them."""
    known = {number: Step(number, longs, shorts) for edge, longs, shorts in rows if (number := round(edge / step)) >= 0}
    if last is not None:
        known.setdefault(int(last // step), Step(int(last // step)))
    out: list[Step] = []
    for number in sorted(known, reverse=True):
        missing = out[-1].number - number - 1 if out else 0
        if missing > EMPTY_STEPS:
            out.append(Step(out[-1].number - 1, skipped=missing))
        else:
            out += [Step(number + left) for left in range(missing, 0, -1)]
        out.append(known[number])
    return out


def rows_of(shown: Sequence[Step], step: float, last: float | None, full: float, sign: str, width: int) -> list[Line]:
    """The steps as rows; the one of the last price is marked on both sides."""
    at = None if last is None else int(last // step)
    out: list[Line] = []
    for one in shown:
        if one.skipped:
            out.append(across(f"{one.skipped} empty steps", width))
            continue
        price = f"{one.number * step:,.0f}"
        here = one.number == at
        scale: Span = (f"▸{price}◂" if here else f" {price} ", ACCENT if here else PLAIN)
        out.append(mirror((f"{scale[0]:^{SCALE}}", scale[1]), one.longs, one.shorts, full, sign, width))
    return out


def heading(step: float, window: str, last: Metric | None, now_ms: int, moved: bool, width: int) -> list[Line]:
    """What the rows are, where the price is, and the names of the columns."""
    said: Line = (("last --", LABEL),)
    if last is not None and isinstance(last.value, float | int):
        words = f"last {text.price(float(last.value))} {SIGN[last.state]}"
        if last.state != "fresh" and last.as_of_ms is not None:
            words += f" {last.state} {text.age(now_ms - last.as_of_ms)}"
        said = ((words, STATE[last.state]),)
    parts: list[tuple[int, Line]] = [
        (2, ((f"by price {window}", LABEL),)),
        (3, ((f"${step:,.0f} a row", LABEL),)),
        (1, said),
    ]
    if moved:
        parts.append((0, (("g: to the price", ACCENT),)))
    return [fit(parts, width), titles(f"{'price':^{SCALE}}", width)]
