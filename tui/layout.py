"""Which panes a terminal of some size shows, and how: a table, tried from the roomiest row down."""

from msgspec import Struct


class Rule(Struct, frozen=True):
    """What a terminal of at least this many columns and rows shows.

    `name`: the class of the body in `app.tcss`. `header`: rows of the header. A pane that is not among `panes` takes
    the whole body while it has the focus, as a zoomed one does.
    """

    columns: int
    rows: int
    name: str
    panes: tuple[str, ...]
    header: int


RULES: tuple[Rule, ...] = (
    Rule(160, 44, "roomy", ("price", "liquidations", "feeds", "derivatives"), 2),
    Rule(100, 34, "three", ("price", "liquidations", "feeds"), 2),
    Rule(76, 22, "two", ("price", "liquidations"), 2),
    Rule(60, 16, "one", (), 1),
    Rule(0, 0, "strip", (), 1),
)


def rule_for(columns: int, rows: int) -> Rule:
    """Give the first rule that the terminal is large enough for."""
    return next(rule for rule in RULES if columns >= rule.columns and rows >= rule.rows)
