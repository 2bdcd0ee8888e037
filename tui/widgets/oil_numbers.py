"""The oil curve as a table: each contract's close, and what it was before; then the shocks. Pure."""

from collections.abc import Sequence
from textwrap import wrap

from feeds import text
from feeds.topics import Oil, OilPoint, Strip
from tui.theme import BOLD, DOWN, LABEL, LATE, PLAIN, TITLE, UP
from tui.widgets.flow_words import named, told_day
from tui.widgets.lines import Line, Span
from tui.widgets.oil_words import signed
from tui.widgets.strip_chart import LOOKS, order

NAME, NUMBER, CLOSE, CHANGE = 9, 6, 9, 18
NARROW = 80
"""Columns under which an earlier close is left out, and only the change since is told."""
CHANGE_ALONE = 14


def titles(oil: Oil, width: int) -> Line:
    """The columns: the newest close, and the change since each earlier day."""
    if not oil.strips:
        return ()
    by_ago = {strip.ago: strip for strip in oil.strips}
    cells = [f"{'contract':<{NAME}}{'now':<{NUMBER}}{told_day(oil.strips[0].day)[4:]:>{CLOSE}}"]
    for ago in _earlier(width):
        strip = by_ago.get(ago)
        said = f"since {told_day(strip.day)[4:]}" if strip else f"{ago} d ago"
        cells.append(f"{said:>{_change(width)}}")
    return (("".join(cells), LABEL),)


def rows(oil: Oil, width: int) -> list[Line]:
    """The contracts, the nearest first; then the shocks, the newest first, and what is said of the two legs."""
    lines = [_contract(oil, contract, width) for contract in order(oil.strips)]
    if lines:
        lines.append(())
    by_name = named(oil.readings)
    if oil.shocks:
        lines.append((("shocks", TITLE),))
    for one in reversed(oil.shocks):
        count = f"{one.sessions} session{'s'[: one.sessions > 1]}"
        count += f" and {one.unknown} not known" if one.unknown else ""
        when = f"since {one.first}" if one.on is not False else f"{one.first} to {one.last}"
        when += f", last seen on {one.last}" if one.on is None else ""
        said = f"{when}, {count}, the back at most {signed(one.back)} over 5 sessions"
        lines += [((part, LATE if one.on else PLAIN),) for part in wrap(said, max(10, width), subsequent_indent="  ")]
    for name, reading in ((name, by_name[f"oil.{name.lower()}"]) for name in ("CL1", "CL6")):
        said = f"{name}: {'; '.join(note.text for note in reading.notes if note.kind != 'next')}"
        lines += [((part, LABEL),) for part in wrap(text.plain(said, 400), max(10, width), subsequent_indent="  ")]
    return lines


def _change(width: int) -> int:
    return CHANGE if width >= NARROW else CHANGE_ALONE


def _earlier(width: int) -> list[int]:
    """The earlier days that have room, in sessions ago."""
    return list(LOOKS)[1 : 1 + max(0, (width - NAME - NUMBER - CLOSE) // _change(width))]


def _contract(oil: Oil, contract: str, width: int) -> Line:
    by_ago = {strip.ago: strip for strip in oil.strips}
    newest = by_ago.get(0)
    now = _point(newest, contract)
    place = f"CL{now.n}" if now else "expired"
    line: list[Span] = [
        (f"{text.plain(contract, NAME - 1):<{NAME}}", BOLD),
        (f"{place[: NUMBER - 1] if now else '':<{NUMBER}}", LABEL),
        (f"{_close(now):>{CLOSE}}", BOLD if now and now.close is not None else LABEL),
    ]
    for ago in _earlier(width):
        line += _since(now, _point(by_ago.get(ago), contract), width)
    if now is None:
        line.append(("  has left the strip", LABEL))
    elif now.close is None and now.period is not None and newest is not None:
        line.append((f"  last of {now.period}", LATE))
    return tuple(line)


def _point(strip: Strip | None, contract: str) -> OilPoint | None:
    return next((point for point in strip.points if point.contract == contract), None) if strip else None


def _close(point: OilPoint | None) -> str:
    return text.UNKNOWN if point is None or point.close is None else f"{point.close:.2f}"


def _since(now: OilPoint | None, then: OilPoint | None, width: int) -> Sequence[Span]:
    """An earlier close, where there is room, and the change since, where both are known."""
    was = f"{_close(then):>{CHANGE - 8}}" if width >= NARROW else ""
    room = _change(width) - len(was)
    if now is None or then is None or now.close is None or then.close is None:
        return ((was, LABEL), (f"{text.UNKNOWN:>{room}}", LABEL))
    moved = round(now.close - then.close, 2)
    return ((was, LABEL), (f"{signed(moved):>{room}}", UP if moved > 0 else DOWN if moved < 0 else PLAIN))
