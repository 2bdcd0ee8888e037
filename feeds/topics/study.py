"""What became of a rule each time it fired: the answer of `tidegauge study`."""

from datetime import date
from typing import Literal

from msgspec import Struct

Says = Literal["unknown", "too few", "no difference", "above", "below"]


class Fired(Struct, frozen=True):
    """One time that a rule fired. `day`: what the value is for; `known_ms`: when it became known.

    `entry`: the day in UTC at whose end bitcoin had its first close after that. `moves`: what followed, in percent, in
    the order of `Study.cells`; `None` where the window has not ended, or a number of it is not known. `later`: the
    value was read afterwards, and may have been another when it came out.
    """

    day: date
    known_ms: int
    value: float | str
    entry: date
    moves: tuple[float | None, ...]
    later: bool = False


class Spread(Struct, frozen=True):
    """So many moves, in percent: their median and mean, and in percent of them how many were up."""

    n: int
    median: float
    mean: float
    up: float


class Cell(Struct, frozen=True):
    """What followed over so many days, against all days of the same span; all in percent.

    `open`: windows that have not ended, or lack a number. `apart`: windows that do not overlap. `low` and `high`: the
    bootstrap's interval of the mean's difference from that of all days, `None` with too few windows. `says`: what this
    comes to, and `words` why.
    """

    outcome: str
    label: str
    days: int
    open: int
    apart: int
    fired: Spread | None
    all: Spread | None
    difference: float | None
    low: float | None
    high: float | None
    says: Says
    words: str


class Study(Struct, frozen=True):
    """One rule. `seen`: values of its metric, from `first` to `last`. `fired` is oldest first.

    `answer`: whether the rule deserves attention, by these numbers. `notes`: how they are made.
    """

    rule: str
    label: str
    unit: str
    seen: int
    first: date | None
    last: date | None
    fired: tuple[Fired, ...]
    cells: tuple[Cell, ...]
    answer: tuple[str, ...]
    notes: tuple[str, ...]
