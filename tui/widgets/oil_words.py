"""The oil curve in words: its spread, which leg moved, whether that is a shock, and the roll to come. Pure."""

from collections.abc import Mapping

from rich.style import Style

from feeds import text
from feeds.topics import Leg, Oil, Reading, Roll
from feeds.topics.base import Kind
from tui.theme import BAD, BOLD, DOWN, LABEL, LATE, PLAIN, SIGN, STATE, UP
from tui.widgets.curve_sentence import sentence
from tui.widgets.flow import flow
from tui.widgets.flow_words import named, wrapped
from tui.widgets.lines import Line, Span, width_of
from tui.widgets.reading_words import age, short
from tui.widgets.slow_numbers import spark

WINDOWS = (5, 1)
"""Sessions of the two windows, the one that makes a shock first."""
NAMES = 5  # cells of what a window is called
LEG = 20  # cells of a leg's name and move
SPARK = 24
NOT_KNOWN: tuple[Kind, ...] = ("why", "reading")
"""Notes that say why there is no number."""
AIRY, WIDE = 24, 90
"""Rows from which what is known of a move and of a shock is told in full; columns from which one row is enough."""


def head(oil: Oil, now_ms: int, width: int, height: int, *, brief: bool = False) -> list[Line]:
    """The spread, both windows with their two legs, the shock, and the roll; in a low pane less of each.

    `brief`: without the legs, where what is below needs the rows.
    """
    by_name = named(oil.readings)
    full = height >= AIRY
    lines = _spread(oil, by_name, now_ms, width, full)
    if brief:
        return [*lines, *_shock(by_name["oil.shock"], oil, width, full, set())]
    largest = max((abs(move) for leg in oil.legs for move in (leg.front_move, leg.back_move)), default=0.0)
    legs = {leg.window: leg for leg in oil.legs}
    told = set(by_name["oil.spread"].said(*NOT_KNOWN))
    for window in WINDOWS:
        reading = by_name[f"oil.leg.{window}d"]
        why = set(reading.said(*NOT_KNOWN))
        if reading.value is None and why <= told:
            continue  # a reason said twice says no more
        told |= why
        lines += _leg(reading, window, legs.get(window), largest, width, full or window == WINDOWS[0])
    lines += _shock(by_name["oil.shock"], oil, width, full, told)
    return lines


def _spread(oil: Oil, by_name: Mapping[str, Reading], now_ms: int, width: int, full: bool) -> list[Line]:
    """CL6 less CL1 with band, day and age; then of which closes, or why it is not known."""
    spread, ratio = by_name["oil.spread"], by_name["oil.ratio"]
    style = STATE[spread.state]
    items: list[Line] = [
        (
            (f"{SIGN[spread.state]} ", style),
            ("CL6-CL1 ", PLAIN),
            (f"{short(spread, 2, signed=True)} $/bbl", style + BOLD),
        )
    ]
    if spread.value is None:
        words = "; ".join(spread.words)
        return [*flow(items, width, 1), *_said(words, width, 2 if full else 1, LABEL)]
    items.append(((text.plain(spread.band, 20), BOLD),))
    items.append(
        ((f"known {age(spread, now_ms)} ago" + ("" if spread.state == "fresh" else f", {spread.state}"), style),)
    )
    items.append((("CL6/CL1 ", LABEL), (short(ratio, 3), PLAIN)))
    drawn = spark([day.spread for day in oil.history], SPARK)
    items.append(((f"last {len(drawn)} ", LABEL), (drawn, PLAIN)) if len(drawn) > 1 else ())
    words = "; ".join(note.text for note in spread.notes if note.kind != "next")  # the roll has a row of its own
    return [*flow(items, width, 1), *_said(words, width, 2 if full else 1)]


def _leg(reading: Reading, window: int, leg: Leg | None, largest: float, width: int, meaning: bool) -> list[Line]:
    """What a window's two legs did in a sentence, and both as arrows to one scale."""
    name: Span = (f"{f'{window} d':<{NAMES}}", LABEL)
    room = width - NAMES
    if reading.value is None or leg is None:
        parts = wrapped("; ".join(reading.words), room, 2)
        return [(name if not n else (" " * NAMES, PLAIN), (part, LABEL)) for n, part in enumerate(parts)]
    style = STATE[reading.state]
    more: list[Line] = [((text.plain(doubt, 100), LATE),) for doubt in reading.said("lacks", "doubt")]
    more += [((text.plain(leg.meaning, 200), style),)] if meaning and leg.meaning else []
    more += [((text.plain(since, 100), LABEL),) for since in reading.said("since")]
    said = (*reading.said("says"), str(reading.value))[0] + worth(reading)
    told = sentence(said, style + BOLD, more, room, 2 if meaning else 1)
    lines: list[Line] = [(name if not n else (" " * NAMES, PLAIN), *line) for n, line in enumerate(told)]
    return [*lines, ((" " * NAMES, PLAIN), *arrows(leg, largest, room))]


def worth(reading: Reading) -> str:
    """In words, what a label is worth, where it is not exact: a sign before a word would be taken for a letter."""
    return "" if reading.quality in (None, "exact") else f" ({text.plain(reading.quality, 20)})"


def arrows(leg: Leg, largest: float, width: int) -> Line:
    """Both legs beside each other, each with its contract, its move and an arrow from zero; then since when.

    `largest`: the move that a whole arrow stands for, of either sign.
    """
    since = f"  from {leg.start}"
    half = min(24, (width - 2 * LEG - 4 - (len(since) if width >= WIDE - NAMES else 0)) // 4)
    line: list[Span] = []
    for which, contract, move in (("front", leg.front, leg.front_move), ("back", leg.back, leg.back_move)):
        style = UP if move > 0 else DOWN if move < 0 else PLAIN
        line.append((f"{which} {text.plain(contract, 6)} ", LABEL))
        line.append((f"{signed(move):>{LEG - 1 - width_of(line[-1:])}} ", style + BOLD))
        line += [*_arrow(move, largest, half, style), ("  ", PLAIN)] if half >= 3 else []
    line = line[:-1] if half >= 3 else line
    return (*line, (since, LABEL)) if width_of(line) + len(since) <= width else tuple(line)


def signed(move: float) -> str:
    return f"{move:+.2f}" if round(move, 2) else "0.00"


def _arrow(move: float, largest: float, half: int, style: Style) -> list[Span]:
    cells = max(1, round(abs(move) / largest * half)) if move and largest else 0
    left = f"◀{'━' * (cells - 1)}" if move < 0 and cells else ""
    right = f"{'━' * (cells - 1)}▶" if move > 0 and cells else ""
    return [(f"{left:>{half}}", style), ("│", LABEL), (f"{right:<{half}}", style)]


def _shock(reading: Reading, oil: Oil, width: int, full: bool, told: set[str]) -> list[Line]:
    """Whether it is a shock and since when; then the roll, which has a row of its own once it is announced.

    `told`: reasons that stand above already. Its legs do so too.
    """
    since, doubts = ", ".join(reading.said("since")), reading.said("lacks", "doubt")
    if reading.value is None:
        why = [word for word in reading.said(*NOT_KNOWN) if word not in told]
        said = "; ".join([*why, *([since] if since else []), *doubts])
        lines: list[Line] = _said(f"shock not known{': ' if said else ''}{said}", width, 2 if full else 1, LABEL)
    else:
        style = BAD if reading.value == "on" else STATE[reading.state]
        legs = reading.said("says")[:1] if reading.value == "on" and full else ()
        said = "; ".join([*([since] if since else []), *legs, *doubts])
        lines = _said(f"shock {reading.value}{worth(reading)}: {said}", width, 2 if full else 1, style)
    roll = roll_words(oil.roll)
    if oil.roll.soon:
        return [*lines, *_said(roll, width, 2, LATE)]
    if lines and width_of(lines[-1]) + 2 + len(roll) <= width:
        return [*lines[:-1], (*lines[-1], ("  ", PLAIN), (roll, LABEL))]
    return [*lines, *_said(roll, width, 1, LABEL)]


def roll_words(roll: Roll) -> str:
    """Which contract is the front, until when, and which is next; and that one rolls early, where one does."""
    ahead = {0: "today", 1: "in 1 business day"}.get(roll.days, f"in {roll.days} business days")
    lead = "roll: " if roll.soon else ""
    front, after = text.plain(roll.front, 6), text.plain(roll.next, 6)
    said = f"{lead}{front} is the front until {roll.last_day}, {ahead}; then {after}"
    return f"{said}; rolled {roll.early} business days before the last trading day" if roll.early else said


def _said(words: str, width: int, rows: int, style: Style = PLAIN) -> list[Line]:
    return [((part, style),) for part in wrapped(words, width, rows)]
