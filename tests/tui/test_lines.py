"""Rows of styled text: only what changed is repainted."""

from itertools import pairwise

import pytest
from rich.style import Style

from tui.layout import RULES, rule_for
from tui.panes import PANES
from tui.widgets.lines import changed, cut, width_of

A, B = Style(), Style(bold=True)


@pytest.mark.parametrize(
    ("old", "new", "span"),
    [
        ([("ab", A)], [("ab", A)], (0, 0)),
        ([("ab", A), ("cd", A)], [("ab", A), ("xy", A)], (2, 4)),
        ([("ab", A), ("cd", A), ("ef", A)], [("ab", A), ("xy", A), ("ef", A)], (2, 4)),
        ([("ab", A), ("cd", A)], [("ab", A), ("cd", B)], (2, 4)),
        ([("ab", A), ("cd", A)], [("ab", A), ("cde", A)], (2, 5)),
        ([("ab", A), ("cd", A)], [("ab", A)], (2, 4)),
        ([], [("ab", A)], (0, 2)),
        ([("ab", A), ("cd", A)], [("abc", A), ("cd", A)], (0, 5)),
        ([("日本", A), ("x", A), ("yz", A)], [("日本", A), ("w", A), ("yz", A)], (4, 5)),
    ],
)
def test_the_cells_that_differ(old, new, span):
    assert changed(old, new) == span


@pytest.mark.parametrize(
    ("columns", "rows", "name"),
    [
        *((200, 60, "roomy"), (160, 44, "roomy"), (159, 60, "three"), (120, 40, "three"), (100, 34, "three")),
        *((120, 33, "two"), (80, 24, "two"), (76, 22, "two"), (75, 60, "one"), (60, 16, "one")),
        *((59, 60, "strip"), (200, 15, "strip"), (50, 10, "strip"), (1, 1, "strip")),
    ],
)
def test_the_layout_for_a_size(columns, rows, name):
    assert rule_for(columns, rows).name == name


def test_the_rules_go_from_roomy_to_tiny_and_name_panes_there_are():
    for roomier, smaller in pairwise(RULES):
        assert roomier.columns >= smaller.columns
        assert roomier.rows >= smaller.rows
    assert all(name in PANES for rule in RULES for name in rule.panes)


@pytest.mark.parametrize(
    ("width", "said"),
    [(9, "share, %"), (8, "share, %"), (7, "share,…"), (6, "share…"), (3, "sh…")],
)
def test_a_row_without_room_for_all_says_that_it_is_cut(width, said):
    row = cut((("share", Style(bold=True)), (", %", Style())), width)
    assert "".join(text for text, _ in row) == said
    assert width_of(row) <= width
