"""The overview of the regime pane: what stands above every view, and all parts beside or below each other. Pure."""

from collections.abc import Sequence

from tui.theme import BOLD, LABEL, TITLE
from tui.widgets import (
    money_quadrant,
    regime_chain,
    regime_levels,
    regime_lists,
    regime_rows,
    scenario_rows,
    timeline_strip,
    verdict_rows,
    verdict_triggers,
)
from tui.widgets.lines import Line
from tui.widgets.regime_board import LISTS, VIEWS, WAITING, Board, View
from tui.widgets.regime_words import bar, beside, heading, wrapped

WIDE, ROOMY, TALL = 100, 160, 36
"""Columns from which parts have room for words, and columns and rows from which they stand beside each other."""
GAP = 3
SIDE = 74  # columns of what stands at the right
LARGE_ROWS = 24  # rows from which the verdict is written large
CHANGES = 4
KEYS = "v: next view  i: inspect  e: export"


def top(of: Board, view: View, width: int, height: int) -> list[Line]:
    """The verdict with its cause; on the overview what would end it and the nearest trigger; then the views."""
    lines: list[Line] = []
    large = width >= verdict_rows.LARGE and height >= LARGE_ROWS
    if of.verdict is None:
        lines.append((("verdict ", LABEL), ("--", BOLD), (f"  {WAITING}", LABEL)))
    else:
        lines += verdict_rows.head(of.verdict, of.now_ms, width, large=large)
        if view == "overview":
            lines += wrapped(verdict_rows.sentence(of.verdict), width, 3)
    lines.append(bar(VIEWS, view, width, KEYS))
    return lines


def below(of: Board, width: int, height: int) -> list[Line]:
    """The parts of the overview. More rows than `height` are scrolled."""
    if width >= ROOMY and height >= TALL:
        return _roomy(of, width, height)
    parts = _wide(of, width) if width >= WIDE else _narrow(of, width)
    return _spaced(parts) if width >= WIDE else [line for part in parts for line in part]


def _narrow(of: Board, width: int) -> list[list[Line]]:
    regime: list[Line] = [_waiting("regime")]
    if of.regime is not None:
        regime = [
            regime_rows.headline(of.regime, of.now_ms, width),
            regime_rows.liquidity_line(of.regime, of.now_ms, width),
            *regime_rows.next_change(of.regime, width, 2),
            *_chain(of, width, 1),
            *timeline_strip.strip(of.regime.timeline, width),
            timeline_strip.legend(of.regime.timeline, width),
        ]
    return [regime, _triggers(of, width), *_rest(of, width)]


def _wide(of: Board, width: int) -> list[list[Line]]:
    regime = [_waiting("regime")] if of.regime is None else regime_rows.brief(of.regime, of.now_ms, width)
    return [_triggers(of, width), _chain(of, width, 3), [*regime, *_timeline(of, width)], *_rest(of, width)]


def _rest(of: Board, width: int) -> list[list[Line]]:
    """What comes after the regime, one below the other."""
    third = (width - 2 * GAP) // 3
    if width >= WIDE:
        lists = [beside([(regime_lists.block(of, name, third, 14), third) for name in LISTS], GAP)]
    else:
        lists = [regime_lists.block(of, name, width, 8) for name in LISTS]
    return [
        _changes(of, width, CHANGES),
        regime_levels.block(of.levels, of.now_ms, width, 4),
        scenario_rows.block(of.scenarios, of.now_ms, width)
        if width >= WIDE
        else scenario_rows.tally(of.scenarios, width),
        _money(of, min(width, 96), 18),
        *lists,
        regime_lists.unpublished(of.unpublished, width, 20),
    ]


def _roomy(of: Board, width: int, height: int) -> list[Line]:
    """All of it on one screen: the chain, triggers beside the regime, the strip, the board beside the quadrant."""
    left = width - SIDE - GAP
    regime = [_waiting("regime")] if of.regime is None else regime_rows.block(of.regime, of.now_ms, SIDE)
    upper = beside([([*_triggers(of, left), *_changes(of, left, CHANGES - 1)], left), (regime, SIDE)], GAP)
    lines: list[Line] = [*_chain(of, width, 3), (), *upper, (), *_timeline(of, width), ()]
    rows = max(20, height - len(lines))
    board = scenario_rows.block(of.scenarios, of.now_ms, left)
    lacking = regime_lists.unpublished_words(of.unpublished, left, 2)
    each = (left - 2 * GAP) // 3
    room = max(4, rows - len(board) - len(lacking) - 1)
    lists = beside([(regime_lists.block(of, name, each, room), each) for name in LISTS], GAP)
    levels = regime_levels.block(of.levels, of.now_ms, SIDE, 3)
    picture = _money(of, SIDE, max(10, rows - len(levels) - 1))
    return [*lines, *beside([([*board, (), *lists, *lacking], left), ([*picture, (), *levels], SIDE)], GAP)]


def _triggers(of: Board, width: int) -> list[Line]:
    return [_waiting("triggers")] if of.verdict is None else verdict_triggers.table(of.verdict, of.now_ms, width)


def _changes(of: Board, width: int, rows: int) -> list[Line]:
    if of.verdict is None:
        return []
    return [heading("latest changes"), *verdict_rows.changes(of.verdict, of.zone, width, rows)]


def _chain(of: Board, width: int, numbers: int) -> list[Line]:
    if of.regime is None:
        return [_waiting("chain")]
    return regime_chain.chain(of.regime, of.price, of.now_ms, width, numbers)


def _timeline(of: Board, width: int) -> list[Line]:
    return [] if of.regime is None else timeline_strip.block(of.regime.timeline, width, regime_rows.no_weeks(of.regime))


def _money(of: Board, width: int, rows: int) -> list[Line]:
    if of.regime is None:
        return [_waiting("quantity and price of money")]
    return money_quadrant.block(of.regime.money, of.now_ms, width, rows)


def _waiting(name: str) -> Line:
    return ((name, TITLE), (f"  {WAITING}", LABEL))


def _spaced(parts: Sequence[Sequence[Line]]) -> list[Line]:
    """Parts with a blank row between them."""
    lines: list[Line] = []
    for part in parts:
        lines += [(), *part] if lines and part else part
    return lines
