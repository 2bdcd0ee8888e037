"""What there is to know of the flows beside the numbers: what the sums lack, who came and went, what changed. Pure."""

from collections.abc import Sequence
from datetime import tzinfo

from feeds import text
from feeds.topics import FlowRevision, Flows, Reading
from tui.theme import BOLD, LABEL, LATE, PLAIN, TITLE
from tui.widgets.flow_rows import STEPS, apart
from tui.widgets.flow_words import millions, told_day, wrapped
from tui.widgets.heat import heat
from tui.widgets.lines import Line
from tui.widgets.reading_words import short
from tui.widgets.slow_numbers import moment

INDENT = "  "
ROWS = 3  # of what is said of one reading
COUNTED = 10  # days on which counters differ
BESIDE = ("btc.realised", "etf.ibit.btc", "etf.ibit.share")


def notes(flows: Flows, zone: tzinfo, width: int) -> list[Line]:
    """All of it, a heading over each part; a part of which there is nothing says so."""
    return [
        *_part("revised numbers, $M", _revisions(flows.revisions, zone), "no number was revised since it is kept here"),
        *_part("what other counters say of days that Farside has, $M", _counters(flows), "the same, or nothing"),
        *_part("days of trading not in the table", _holes(flows, width), "none"),
        *_part("funds that came or left", _funds(flows), "none"),
        *_part("the sums, as they are known", _sums(flows, width), ""),
        *_part("beside the flows", _beside(flows, width), ""),
    ]


def _part(title: str, rows: Sequence[Line], nothing: str) -> list[Line]:
    return [((title, TITLE),), *(rows or [((INDENT + nothing, LABEL),)]), ()]


def _revisions(revisions: Sequence[FlowRevision], zone: tzinfo) -> list[Line]:
    if not revisions:
        return []
    title = f"{INDENT}{'day':<16}{'fund':<6}{'was':>9}{'now':>9}{'change':>9}  seen"
    return [((title, LABEL),), *(_revision(one, zone) for one in revisions)]


def _revision(one: FlowRevision, zone: tzinfo) -> Line:
    return (
        (f"{INDENT}{told_day(one.day, year=True):<16}", PLAIN),
        (f"{text.plain(one.fund, 6):<6}", BOLD),
        (f"{millions(one.was):>9}", LABEL),
        (f"{millions(one.now):>9}", heat(one.now, STEPS)),
        (f"{millions(one.now - one.was):>9}", PLAIN),
        (f"  {moment(one.known_ms, zone, year=True)}", LABEL),
    )


def _holes(flows: Flows, width: int) -> list[Line]:
    if not flows.holes:
        return []
    said = ", ".join(told_day(day, year=True) for day in reversed(flows.holes))
    return [((INDENT + part, LATE),) for part in wrapped(said, width - len(INDENT), ROWS)]


def _funds(flows: Flows) -> list[Line]:
    new = [f"{text.plain(fund, 6):<6} is new, first on {told_day(day, year=True)}" for fund, day in flows.new]
    gone = [f"{text.plain(fund, 6):<6} has left, last on {told_day(day, year=True)}" for fund, day in flows.gone]
    return [((INDENT + said, LATE),) for said in (*new, *gone)]


def _counters(flows: Flows) -> list[Line]:
    """Days of which another counter tells another total, the newest first."""
    found = [(row, by, more) for row in flows.rows for by, more in apart(row)]
    if not found:
        return []
    title = f"{INDENT}{'day':<16}{'Farside':>9}  {'counter':<12}{'says':>9}{'more':>9}"
    return [
        ((title, LABEL),),
        *(
            (
                (f"{INDENT}{told_day(row.day, year=True):<16}{millions(row.total):>9}", PLAIN),
                (f"  {text.plain(by, 12):<12}{millions(row.total + more):>9}{millions(more):>9}", LATE),
            )
            for row, by, more in found[:COUNTED]
        ),
    ]


def _beside(flows: Flows, width: int) -> list[Line]:
    """What is told beside the flows, with its number."""
    return [line for one in flows.readings if one.name in BESIDE for line in _reading(one, width, short(one, 2))]


def _sums(flows: Flows, width: int) -> list[Line]:
    """Each reading by its name with all its words."""
    return [line for one in flows.readings if one.name not in BESIDE for line in _reading(one, width)]


def _reading(one: Reading, width: int, number: str = "") -> list[Line]:
    said = "; ".join([*([number] if number else []), *one.words]) or one.formula
    first, *more = wrapped(said, width - 20, ROWS)
    style = PLAIN if one.quality == "exact" else LATE
    return [((f"{INDENT}{one.name:<18}", LABEL), (first, style)), *(((" " * 20 + part, style),) for part in more)]
