"""What stands above a view of the liquidations, and how many rows each section has. Pure.

A plan is made from what is there; drawn from another time's data, it keeps the size of every section.
"""

from collections.abc import Sequence
from datetime import tzinfo

from msgspec import Struct

from feeds.topics import Cascade, Liquidations, LiqVenue
from tui.theme import ACCENT, LABEL, LATE
from tui.widgets.flow import fit
from tui.widgets.level_rows import Largest, largest_row, level_rows
from tui.widgets.lines import Line, width_of
from tui.widgets.liquidation_rows import headline, spark, standing, table
from tui.widgets.venue_rows import VENUE_WIDTH, venues

VIEWS = ("tape", "by price", "by venue", "by time", "cascades")
LEVELS_KEPT = ("cascade",)
"""Levels in which the plan, and the order of the venues, stay as they are."""
WIDE, WIDER, BESIDE_WIDER = 100, 160, 60  # columns from which venues and a ladder stand beside the tape, and theirs
ROOM_FOR_BAR = 9  # rows from which the views have one
ROOM_FOR_WORDS = 14  # rows from which what is missing may take two of them
ROOM_FOR_LARGEST = 16
ROOM_FOR_LEVEL = 22  # rows from which the level may take three in a pane that is not wide
AIRY = 30  # rows from which sections are set apart by a blank one
TAPE_ROWS, TAPE_ROWS_BEFORE_TABLES = 5, 8  # what the last minutes, and the tables, must leave to the tape
LADDER_ROWS = 8  # what the venues beside the tape must leave to the ladder


class Given(Struct, frozen=True):
    """All that the sections are drawn from, and the size of the pane."""

    liq: Liquidations | None
    last: Cascade | None
    largest: Largest | None
    window: str
    view: str
    now_ms: int
    zone: tzinfo
    width: int
    height: int

    @property
    def frozen(self) -> bool:
        return self.liq is not None and self.liq.level in LEVELS_KEPT


class Plan(Struct, frozen=True):
    """Sections from the top with their rows; columns beside the tape (0: nothing is), of which `venues` rows."""

    sections: tuple[tuple[str, int], ...]
    beside: int = 0
    venues: int = 0


def plan(given: Given) -> Plan:
    """Give each section its rows, as long as the view keeps its own."""
    liq, width, height = given.liq, given.width, given.height
    if liq is None:
        return Plan((("waiting", 1),))
    level = 1 if height < ROOM_FOR_BAR or width >= WIDE else 2 if height < ROOM_FOR_LEVEL else 3
    words = 1 if height < ROOM_FOR_WORDS else 2 if height < AIRY else 3
    sections = [("level", level), ("headline", 2), ("standing", len(_standing(given, words)))]
    if height >= ROOM_FOR_LARGEST:
        sections.append(("largest", 1))
    bar = 1 if height >= ROOM_FOR_BAR else 0
    gap = 1 if height >= AIRY else 0
    tape = given.view == "tape"
    beside = (BESIDE_WIDER if width >= WIDER else VENUE_WIDTH) if tape and width >= WIDE and height >= 8 else 0

    def used() -> int:
        return sum(rows for _, rows in sections)

    if tape:
        for name, rows, leaves in (
            ("spark", len(spark(liq, width)), TAPE_ROWS),
            ("table", len(table(liq, given.window, width)), TAPE_ROWS_BEFORE_TABLES),
            ("venues", len(liq.venues) + 1 if not beside and width >= VENUE_WIDTH else 0, TAPE_ROWS_BEFORE_TABLES),
        ):
            room = height - used() - bar - 2 * gap - leaves
            if name == "venues" and liq.venues and 3 < room < rows:
                rows = room
            if rows > (1 if name == "venues" else 0) and rows <= room:
                sections += [("gap", gap), (name, rows)]
    sections += [("gap", gap), ("bar", bar)]
    left = height - used()
    whole = len(liq.venues) + 1
    return Plan(tuple(sections), beside, (whole if whole + LADDER_ROWS <= left else left) if beside else 0)


def draw(given: Given, made: Plan, order: Sequence[LiqVenue]) -> list[Line]:
    """The sections, each in exactly the rows that the plan gives it."""
    out: list[Line] = []
    for name, rows in made.sections:
        lines = _section(given, name, rows, order)[:rows] if rows else []
        out += [*lines, *((),) * (rows - len(lines))]
    return out


def bar(given: Given) -> Line:
    """The views with the one that is shown in brackets, and in a cascade what its rows are."""
    names: list[tuple[str, bool]] = [
        (f"[{name}]" if name == given.view else name, name == given.view) for name in VIEWS
    ]
    tabs: Line = tuple((f"{name}  ", ACCENT if here else LABEL) for name, here in names)
    said: Line = ()
    if given.view == "tape" and given.frozen:
        said = (("aggregated per second", LATE),)
    if width_of(tabs) + width_of(said) <= given.width:
        return fit([(0, (*tabs, *said)), (1, (("v: next", LABEL),))], given.width)
    after = VIEWS[(VIEWS.index(given.view) + 1) % len(VIEWS)]
    here = ((f"[{given.view}]", ACCENT),)
    return fit([(0, here), (1, said), (2, ((f"v: {after}", LABEL),))], given.width)


def _section(given: Given, name: str, rows: int, order: Sequence[LiqVenue]) -> Sequence[Line]:
    liq, width = given.liq, given.width
    if liq is None:
        return [(("no totals yet: waiting for the engine", LABEL),)]
    match name:
        case "level":
            return level_rows(liq, given.last, given.now_ms, width, rows)
        case "headline":
            return headline(liq, given.window, width)
        case "standing":
            return _standing(given, rows)
        case "largest":
            return [largest_row(given.largest, given.now_ms, given.zone, width)]
        case "spark":
            return spark(liq, width)
        case "table":
            return table(liq, given.window, width)
        case "venues":
            return venues(order, given.window, rows)
        case "bar":
            return [bar(given)]
        case _:
            return []


def _standing(given: Given, rows: int) -> list[Line]:
    assert given.liq is not None
    return standing(given.liq, given.window, given.now_ms, given.width, rows)
