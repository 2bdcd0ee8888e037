"""What the pieces of the regime pane have in common: a reading as a short number, a day, a push, rows. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from textwrap import wrap

from rich.style import Style

from feeds import text
from feeds.topics.base import Reading
from tui.theme import ACCENT, BOLD, DOWN, LABEL, PLAIN, SIGN, STATE, UP, level_mark
from tui.widgets.flow import fit
from tui.widgets.lines import EMPTY, Line, Span, width_of
from tui.widgets.reading_words import age, with_unit
from tui.widgets.slow_numbers import number

LABELS = {
    "inflation.cpi.yoy": "CPI y/y",
    "inflation.core.yoy": "core CPI y/y",
    "inflation.core.3m": "core CPI 3m ann.",
    "inflation.core_pce.yoy": "core PCE y/y",
    "inflation.breakeven.10y": "breakeven 10y",
    "inflation.breakeven.5y5y": "breakeven 5y5y",
    "rates.2y_effr": "2y - EFFR",
    "rates.real_10y": "real 10y",
    "rates.real_10y.13w": "real 10y, 13w",
    "rates.real_5y": "real 5y",
    "rates.30y": "30y",
    "rates.curve": "10y - 2y",
    "growth.gdpnow": "GDPNow",
    "growth.cfnai.3m": "CFNAI, 3m mean",
    "growth.philadelphia": "Philadelphia Fed",
    "growth.new_york": "New York Fed",
    "growth.claims": "jobless claims",
    "growth.payrolls": "payrolls",
    "netliq.level": "net liquidity",
    "netliq.13w": "net liquidity, 13w",
    "liquidity.reserves": "reserves",
    "liquidity.foreign_rrp": "foreign RRP",
    "liquidity.m2.yoy": "M2 y/y",
    "liquidity.bank_credit.yoy": "bank credit y/y",
    "liquidity.ecb": "ECB assets",
    "liquidity.boj": "BoJ assets",
    "risk.z": "mean z, + is fear",
    "risk.vixcls": "VIX",
    "risk.move": "MOVE",
    "risk.bamlh0a0hym2": "HY spread",
    "risk.bamlc0a0cm": "IG spread",
    "risk.nfci": "NFCI",
    "hedge.label": "bitcoin is",
    "custody.change": "custody at the Fed",
    "custody.change.treasuries": "of it Treasuries",
    "custody.change.agencies": "of it agency debt",
    "custody.change.other": "of it other",
    "custody.13w": "custody, 13w",
    "gold.exports": "gold exports",
    "gold.exports.yoy": "gold exports y/y",
    "gold.net_exports": "gold, net exports",
    "dollar.swaps": "swap lines",
    "dollar.fima": "FIMA repo",
    "cips.value.yoy": "CIPS value y/y",
    "cips.count.yoy": "CIPS count y/y",
    "dollar.broad": "broad dollar (Fed)",
    "dollar.broad.13w": "broad dollar, 13w",
    "dxy.level": "DXY (ICE)",
    "dxy.13w": "DXY, 13w",
    "usdhkd.strong_side": "HKD over 7.75",
    "usdhkd.strong_side.pips": "HKD over 7.75",
    "deficit.12m": "deficit, 12 months",
    "gold.13w": "gold, 13w",
    "gold.revaluation": "gold revaluation",
    "fragility.hy": "high-yield spread",
    "fragility.ig": "IG spread",
    "fragility.rsp_spy": "RSP / SPY",
    "fragility.rsp_spy.1y": "RSP / SPY, 1y",
    "fragility.top10": "top 10 of S&P 500",
    "fragility.cards": "card delinquency",
    "fragility.cards.4q": "cards, 4 quarters",
    "fragility.stlfsi": "St. Louis stress",
    "fragility.youth": "youth unemployment",
    "fragility.nvda_qqq.20d": "NVDA / QQQ, 20d",
    "fragility.smh_qqq.20d": "SMH / QQQ, 20d",
}
"""Short names of readings; one that is not among them is called as it calls itself."""
SIGNED = (
    ".13w",
    ".20d",
    ".yoy",
    ".1y",
    ".4q",
    ".z",
    ".change",
    "_effr",
    ".curve",
    ".payrolls",
    ".core.3m",
    ".net_exports",
    ".stlfsi",
)
"""Ends of names of numbers that are changes or differences, and show their sign."""
PLACES = {"bp": 0, "thousand": 0, "pips": 0, "$bn": 1, "$/oz": 0}
PUSH = {1: ("▲", "+1", "lifts", UP), 0: ("■", "0", "neither", PLAIN), -1: ("▼", "-1", "weighs", DOWN)}
"""Of each push the arrow, the number, the word and the style."""
NO_PUSH = ("?", "--", "not known", LABEL)
BIG = 1000  # from which a number of billions has no places
AGE = 4  # cells of an age


def label(reading: Reading) -> str:
    """What it is called in a row; `hedge.corr.gld.90d` is the correlation to GLD over 90 days."""
    what, _, rest = reading.name.removeprefix("hedge.").partition(".")
    if reading.name.startswith("hedge.") and rest:
        of, _, window = rest.partition(".")
        return text.plain(f"{what} to {of.upper()}, {window}", 40)
    return LABELS.get(reading.name, text.plain(reading.name, 40))


def day(of: date | None, *, year: bool = False) -> str:
    """A day in words: `18 Nov`, with `year` `18 Nov 2026`."""
    return text.UNKNOWN if of is None else f"{of.day} {of:%b}{f' {of.year}' if year else ''}"


def digits(reading: Reading) -> int:
    """How many places its unit asks for."""
    if reading.unit == "$bn" and isinstance(reading.value, float) and abs(reading.value) >= BIG:
        return 0
    return PLACES.get(reading.unit, 2)


def value(reading: Reading, width: int = 24) -> str:
    """Its value with mark and unit, the unit only where it has room: `$5,899 bn`, `~+2.15 %`, `--`.

    Without a part, a mean or a difference is no floor, for the part may pull either way: it is marked as estimated.
    """
    if reading.value is None:
        return text.UNKNOWN
    if isinstance(reading.value, str):
        return text.plain(reading.value, width)
    mark = level_mark(reading.quality)
    signed = reading.name.endswith(SIGNED) or reading.name.startswith("hedge.")
    said = number(reading.value, digits(reading), width - len(mark), signed=signed)
    unit = "" if reading.unit in ("index", "z") else text.plain(reading.unit, 12)
    sign = said[0] if said[0] in "+-" else ""
    whole = mark + sign + with_unit(said.removeprefix(sign), unit)
    return whole if len(whole) <= width else mark + said


def style_of(reading: Reading) -> Style:
    return STATE[reading.state] if reading.value is not None else LABEL


def worth(reading: Reading, now_ms: int) -> list[tuple[int, Line]]:
    """The state as a sign, with its word where it is not fresh, for when, and the age: pieces with their ranks."""
    if reading.value is None:
        return [(1, (("· not known", LABEL),))]
    style = STATE[reading.state]
    word = "" if reading.state == "fresh" else f" {reading.state}"
    aged: Line = ((f"{SIGN[reading.state]}{word}", style), (f" {age(reading, now_ms)} old", LABEL))
    return [(1, aged), (3, ((f"for {day(reading.period)}", LABEL),) if reading.period else ())]


def why(reading: Reading) -> str:
    """Why it has no value, in its own words."""
    said = (*reading.said("reading", "why"), *reading.said("lacks"), *reading.words)
    return text.plain(said[0], 300) if said else "no reason is told"


def push(of: Reading) -> tuple[str, str, str, Style]:
    """Arrow, number, word and style of a push."""
    return PUSH.get(int(of.value), NO_PUSH) if isinstance(of.value, int | float) else NO_PUSH


def wrapped(said: str, width: int, rows: int, style: Style = PLAIN) -> list[Line]:
    """Words over at most so many rows; what has no room is left out, and a sign says so."""
    parts = wrap(text.plain(said, 1200), max(10, width))
    if len(parts) > rows > 0:
        parts = [*parts[: rows - 1], text.plain(" ".join(parts[rows - 1 :]), max(10, width))]
    return [((part, style),) for part in parts[: max(0, rows)]]


def heading(title: str, said: str = "", width: int = 200) -> Line:
    """The line above a part: its name, and what it is counted from or how it is made where there is room."""
    room = width - len(title) - 2
    return ((title, BOLD), (f"  {text.plain(said, room)}" if said and room > 8 else "", LABEL))


def bar(views: Sequence[str], at: str, width: int, keys: str) -> Line:
    """The views with the one that is shown in brackets; where they have no room, that one and the next."""
    tabs: Line = tuple((f"[{name}]" if name == at else f" {name} ", ACCENT if name == at else LABEL) for name in views)
    after = views[(views.index(at) + 1) % len(views)]
    if width_of(tabs) <= width:
        return fit([(0, tabs), (1, ((keys, LABEL),))], width)
    return fit([(0, ((f"[{at}]", ACCENT),)), (1, ((f"v: {after}", LABEL),)), (2, ((keys, LABEL),))], width)


def pad(line: Line, width: int) -> Line:
    """A line brought to a width; what sticks out is cut, which the parts see to that it never has to be."""
    out: list[Span] = []
    left = width
    for said, style in line:
        piece = said if width_of(((said, style),)) <= left else f"{said[: left - 1]}…" if left > 0 else ""
        if piece:
            out.append((piece, style))
            left -= width_of(((piece, style),))
    return (*out, (" " * left, EMPTY)) if left > 0 else tuple(out)


def beside(blocks: Iterable[tuple[Sequence[Line], int]], gap: int = 3) -> list[Line]:
    """Blocks of rows beside each other, each as wide as it says."""
    given = list(blocks)
    rows = max((len(lines) for lines, _ in given), default=0)
    made: list[Line] = []
    for row in range(rows):
        line: list[Span] = []
        for at, (lines, width) in enumerate(given):
            line += [(" " * gap, EMPTY)] if at else []
            line += pad(lines[row] if row < len(lines) else (), width)
        made.append(tuple(line))
    return made
