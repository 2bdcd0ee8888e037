"""What is known of a number: an interval; and comparisons of it that answer yes, no, or that it cannot be told.

All labels, bands, triggers and verdicts act on yes and no alone. `None` is the third answer, and it never makes
anything more confident: leaving an input out widens an interval, and a wider one answers less.
"""

from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple

from feeds.topics.base import Reading

Answer = bool | None
"""Yes, no, or cannot be told."""
DECIDES = ("fresh", "late")
"""States of a reading that may decide anything. What is stale is shown, and not acted upon."""


class Bounds(NamedTuple):
    """The least and the most that a number can be; infinite where nothing bounds it."""

    least: float
    most: float

    def ends(self) -> tuple[float | None, float | None]:
        """As a reading has them: `None` where it has none, both where it is exact."""
        if self.least == self.most:
            return None, None
        return (None if self.least == -inf else self.least), (None if self.most == inf else self.most)


def exactly(value: float) -> Bounds:
    """A number that is known."""
    return Bounds(value, value)


def bounds(of: Reading) -> Bounds | None:
    """What is known of a reading's number; `None` where it is to decide nothing: not known, stale, or doubted."""
    return interval(of) if of.state in DECIDES and of.quality != "doubted" else None


def interval(of: Reading) -> Bounds | None:
    """Between what a reading's number lies, however old it is; `None` where it has none, or lacks a part unbounded."""
    if not isinstance(of.value, (int, float)) or (of.quality == "partial" and of.least is None and of.most is None):
        return None
    if of.quality == "floor" and of.least is None:
        return Bounds(of.value, inf)
    if of.least is None and of.most is None:
        return exactly(of.value)
    return Bounds(-inf if of.least is None else of.least, inf if of.most is None else of.most)


def told(of: Reading) -> str | None:
    """The word of a reading that has one and may decide something."""
    return of.value if isinstance(of.value, str) and of.state in DECIDES and of.quality != "doubted" else None


def compare(known: Bounds | None, sign: str, threshold: float) -> Answer:
    """Whether a number is `<`, `<=`, `>` or `>=` a threshold, whatever it is between its bounds."""
    if known is None:
        return None
    least, most = known
    match sign:
        case ">=":
            yes, no = least >= threshold, most < threshold
        case ">":
            yes, no = least > threshold, most <= threshold
        case "<=":
            yes, no = most <= threshold, least > threshold
        case "<":
            yes, no = most < threshold, least >= threshold
        case _:
            raise ValueError(f"no comparison {sign!r}")
    return True if yes else False if no else None


def holds(of: Reading, sign: str, threshold: float) -> Answer:
    """Whether a reading's number compares so."""
    return compare(bounds(of), sign, threshold)


def every(answers: Iterable[Answer]) -> Answer:
    """No if one of them is no, else cannot be told if one of them cannot, else yes."""
    given = list(answers)
    return False if False in given else None if None in given else True


def some(answers: Iterable[Answer]) -> Answer:
    """Yes if one of them is yes, else cannot be told if one of them cannot, else no."""
    given = list(answers)
    return True if True in given else None if None in given else False


def mean(parts: Sequence[Bounds]) -> Bounds:
    """The mean of parts of which each lies between bounds."""
    return Bounds(sum(part.least for part in parts) / len(parts), sum(part.most for part in parts) / len(parts))


def word(known: Bounds | None, below: Sequence[tuple[float, str]], last: str) -> str | None:
    """The word for where a number lies: the first of `below` whose end it is under, else `last`.

    `None` where its bounds lie under different words.
    """
    if known is None:
        return None
    found = {next((name for end, name in below if value < end), last) for value in known}
    return found.pop() if len(found) == 1 else None
