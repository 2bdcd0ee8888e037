"""The bitcoin futures curve in words: the carry, the tenors, funding, and what cash earns. Pure."""

from collections.abc import Sequence
from statistics import median

from rich.style import Style

from feeds import text
from feeds.topics import CashPoint, Curve, FundingPoint, Reading, Tenor
from feeds.topics.base import worst
from tui.theme import BOLD, DOWN, LABEL, LATE, PLAIN, QUALITY, SIGN, STATE, UP, level_mark
from tui.widgets.curve_sentence import sentence
from tui.widgets.derivative_rows import span_of_time
from tui.widgets.flow import fit, flow
from tui.widgets.flow_words import named, wrapped
from tui.widgets.lines import Line
from tui.widgets.reading_words import age

HEARD = ("fresh", "late")
CARRY = "curve.carry.90d"
LEFT_OUT = "left out: "
AIRY = 24
"""Rows from which words that do not fit into one row may take two."""


def head(curve: Curve, now_ms: int, width: int, height: int, *, brief: bool = False) -> list[Line]:
    """The carry in a sentence, the tenors, funding, what cash earns, and what is left out.

    `brief`: without what stands in the table, too.
    """
    by_name = named(curve.readings)
    most = 2 if height >= AIRY else 1
    lines = _carry(by_name[CARRY], now_ms, width)
    lines += [_tenor(tenor, by_name[f"curve.btc.{tenor.days}d"], width) for tenor in curve.tenors]
    lines += [] if brief else funding(curve.funding, now_ms, width, most)
    lines += flow(cash(curve.cash), width, most)
    said = [word for reading in curve.readings for word in reading.said("lacks", "doubt")]
    out = "; ".join(word.removeprefix(LEFT_OUT) for word in dict.fromkeys(said))
    return [*lines, *(((part, LATE),) for part in wrapped(LEFT_OUT + out, width, most) if out)]


def _carry(reading: Reading, now_ms: int, width: int) -> list[Line]:
    """What cash and carry earns over a bill: how it comes about, then how much, how old and how sure."""
    if not isinstance(reading.value, float):
        said = f"carry over cash {text.UNKNOWN}: {'; '.join(reading.words)}"
        return [((part, LABEL),) for part in wrapped(said, width, 2)]
    style = STATE[reading.state]
    band = f", {text.plain(reading.band, 20)}" if reading.band else ""
    result = f"= {level_mark(reading.quality)}{points(reading.value)} pp{band}"
    known = f"known {age(reading, now_ms)} ago" + ("" if reading.state == "fresh" else f", {reading.state}")
    said = " ".join([SIGN[reading.state], *reading.said("says")[:1]])
    return sentence(said, style + BOLD, [((result, style + BOLD),), ((known, style),)], width, 3)


def points(value: float | None) -> str:
    """Percent points with their sign; zero has none."""
    return text.UNKNOWN if value is None else f"{value:+.2f}" if round(value, 2) else "0.00"


def percent(value: float | None) -> str:
    return text.UNKNOWN if value is None else f"{round(value, 2) + 0.0:.2f}"


def _tenor(tenor: Tenor, reading: Reading, width: int) -> Line:
    """The basis at so many days, of each sort, with how it was found; or why there is none."""
    style = STATE[reading.state]
    items: list[tuple[int, Line]] = [
        (0, ((f"{SIGN[reading.state]} {tenor.days:>3} d  all ", style), (_level(reading), style + BOLD))),
        (1, (("inverse ", LABEL), (f"{percent(tenor.inverse):>6}", PLAIN))),
        (1, (("linear ", LABEL), (f"{percent(tenor.linear):>6}", PLAIN))),
        (2, (("difference ", LABEL), (f"{points(tenor.difference):>6}", _signed(tenor.difference)))),
    ]
    line = fit(items if reading.value is not None else items[:1], width)
    room = width - sum(len(said) for said, _ in line) - 2
    how = text.plain("; ".join(reading.said("why", "span")[:1]), room) if room > 12 else ""
    return (*line, (f"  {how}", LABEL)) if how else line


def _level(reading: Reading) -> str:
    value = reading.value if isinstance(reading.value, float) else None
    return f"{level_mark(reading.quality) if value is not None else ''}{percent(value)} %/y".rjust(11)


def _signed(value: float | None) -> Style:
    return LABEL if value is None else UP if round(value, 2) > 0 else DOWN if round(value, 2) < 0 else PLAIN


def funding(rows: Sequence[FundingPoint], now_ms: int, width: int, most: int) -> list[Line]:
    """What perpetuals pay in percent a year, when next, and of whom that is not heard."""
    heard = [row for row in rows if row.state in HEARD]
    if not heard:
        return [(("no fresh funding rate", LABEL),)]
    rates = sorted(row.funding for row in heard)
    state = worst([row.state for row in heard])
    guessed = QUALITY["estimated"] if any(row.quality == "estimated" for row in heard) else ""
    where = f"in {len(heard)} perpetuals" if len(heard) > 1 else "in 1 perpetual"
    items: list[Line] = [
        ((f"{SIGN[state]} funding ", STATE[state]), (f"{guessed}{median(rates):+.2f} %/y", STATE[state] + BOLD)),
        ((f"{rates[0]:+.2f} to {rates[-1]:+.2f} {where}", PLAIN),),
    ]
    items += [((said, PLAIN),) for said in payments(heard, now_ms)]
    left = [f"{text.plain(row.venue, 14)} {row.state}" for row in rows if row.state not in HEARD]
    items.append(((f"left out: {', '.join(dict.fromkeys(left))}", LATE),) if left else ())
    return flow(items, width, most + 1)


def payments(rows: Sequence[FundingPoint], now_ms: int) -> list[str]:
    """How long until the next payments, with how many pay then where that is not all; and how many do not tell."""
    left: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.next_ms or 0):
        if row.next_ms is not None:
            said = span_of_time(row.next_ms - now_ms) if row.next_ms > now_ms else "due"
            left[said] = left.get(said, 0) + 1
    words = [f"next payment {'' if said == 'due' else 'in '}{said}" for said in left]
    if len(left) > 1:
        words = ["next payments in " + ", ".join(f"{said} ({count})" for said, count in left.items())]
    untold = sum(row.next_ms is None for row in rows)
    return [*words, f"{untold} do not tell when"] if untold else words


def cash(rows: Sequence[CashPoint]) -> list[Line]:
    """What cash earns by how long it is bound, each with its day where that is another one."""
    items: list[Line] = [(("cash", LABEL),)]
    before = None
    for row in rows:
        style = STATE[row.state]
        day = f" ({row.period.day} {row.period:%b})" if row.period is not None and row.period != before else ""
        value = f"{text.plain(row.label, 12)} {percent(row.value)}"
        late = "" if row.state == "fresh" else f" {SIGN[row.state]} {'not known' if row.value is None else row.state}"
        items.append(((value, style), (f"{day}{late}", LABEL if row.state == "fresh" else style)))
        before = row.period
    return items
