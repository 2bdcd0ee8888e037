"""The vocabulary of every topic: states, qualities, and a number with its age, source and completeness."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import force_setattr

PROTOCOL = 2
"""How engine and viewers speak. 1, of version 0.1.0, told it nowhere: its readings had words in place of notes."""
State = Literal["fresh", "late", "stale", "down", "none"]
Quality = str
"""One of `QUALITIES`, or a word of a later version: readers take one that they do not know for the worst."""
FeedState = Literal["live", "connecting", "late", "stale", "down", "blocked"]
LiqLevel = Literal["calm", "elevated", "cascade"]
Mode = Literal["live", "replay", "demo"]
WINDOWS: tuple[str, ...] = ("1m", "5m", "1h", "4h", "24h")
WINDOW_MS: dict[str, int] = {
    "1m": 60_000,
    "5m": 300_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "24h": 86_400_000,
}
STATES: tuple[State, ...] = ("fresh", "late", "stale", "down", "none")
"""From best to worst: a derived metric has the worst of its inputs."""
QUALITIES: tuple[Quality, ...] = (
    "exact", "revised", "provisional", "later", "partial", "estimated", "sampled", "floor", "doubted",
)  # fmt: skip
"""From best to worst: a derived metric has the worst of its inputs. `later`: what a publisher says today of an earlier
day. `partial`: a part is missing. `floor`: at least so much. `doubted`: shown, and not used."""
Kind = Literal[
    "says", "why", "lacks", "doubt", "reading", "older", "span", "since", "part", "needs", "next",
]  # fmt: skip
"""What a note is about, so that a screen picks by kind and never by the words.

`says`: what it comes to. `why`: why it is not known. `lacks`: what is missing from it, or was left out. `doubt`: what
is not believed. `reading`: the past that it looks back on is still being read. `older`: a number of another day stands
in, or a newer day has none. `span`: from when to when, of which contracts. `since`: for how long it has been so.
`part`: what one of its parts says. `needs`: how far it is to a change. `next`: what the calendar brings.
"""


class Note(Struct, frozen=True, array_like=True):
    """One thing that is said of a number, and what it is about."""

    kind: str
    text: str


class Metric(Struct, frozen=True):
    """One number with its age, source and completeness. `value` is `None` with a reason in `note`, never 0.

    `quality` is `None` where there is no value. `least` and `most` are there where the number is an interval only:
    without `most` it is a floor, without `least` it is at most so much.
    """

    value: float | str | None
    unit: str
    as_of_ms: int | None
    source: str
    state: State
    quality: Quality | None = "exact"
    note: str = ""
    least: float | UnsetType = UNSET
    most: float | UnsetType = UNSET

    def __post_init__(self) -> None:
        """What is not known has no quality."""
        if self.value is None and self.quality is not None:
            force_setattr(self, "quality", None)


class Engine(Struct, frozen=True):
    """Who speaks. `title` says in words what is replayed or simulated; "" when live.

    `writing`: this engine keeps the history. `notices`: things the user should know, newest last. `read` of `pages`
    of the publishers have been read, where the past is still being read for the first time; else both are 0.
    `clock` says by how much this machine's clock or its line is off, and `clock_short` in a few characters; "" where
    neither is.
    """

    mode: Mode
    title: str
    started_ms: int
    writing: bool
    notices: tuple[str, ...] = ()
    read: int = 0
    pages: int = 0
    clock: str = ""
    clock_short: str = ""


class Input(Struct, frozen=True, omit_defaults=True):
    """One number that went in: of which series, for which period, known since when, from whom, and its worth."""

    series: str
    period: date
    value: float
    known_ms: int
    source: str
    quality: Quality = "exact"


class Reading(Struct, frozen=True):
    """One answer of a signal. `name` is a metric name; `value` is `None` with the reason in `notes`, never 0.

    `period`: the date it is for, the oldest of its inputs. `known_ms`: since when it could be known, the newest of
    its inputs. `band`: the word for where it lies ("tight"), "" where it has none. `notes`: what a trader reads, most
    important first. `formula`: how it is computed, in one line. `missing`: the series that were asked for and not
    known. `least` and `most`: the bounds of a number that is not known exactly, both `None` where it is; one alone is a
    floor, or a number that is at most so much. `value` is then what is sure of it, or the best guess between them.
    """

    name: str
    value: float | str | None
    unit: str
    period: date | None = None
    known_ms: int | None = None
    state: State = "none"
    quality: Quality | None = "exact"
    band: str = ""
    notes: tuple[Note, ...] = ()
    formula: str = ""
    inputs: tuple[Input, ...] = ()
    missing: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        """What is not known has no quality, and no bounds that say more."""
        if self.value is None and self.quality is not None:
            force_setattr(self, "quality", None)

    @property
    def words(self) -> tuple[str, ...]:
        """The notes without their kinds."""
        return tuple(note.text for note in self.notes)

    def said(self, *kinds: Kind) -> tuple[str, ...]:
        """The notes of these kinds, in their order."""
        return tuple(note.text for note in self.notes if note.kind in kinds)


def noted(words: Iterable["str | Note"], kind: Kind = "says") -> tuple[Note, ...]:
    """Notes out of words; what has no kind is of this one."""
    return tuple(word if isinstance(word, Note) else Note(kind, word) for word in words)


def worst(states: Sequence[State]) -> State:
    """The worst of several states; `none` where there are none."""
    return max(states, key=STATES.index, default="none")


def poorest(qualities: Iterable[Quality | None]) -> Quality:
    """The worst of several qualities; one that is not known here is the worst, and none at all is `exact`."""
    order = {quality: at for at, quality in enumerate(QUALITIES)}
    return max((one for one in qualities if one), key=lambda one: order.get(one, len(order)), default="exact")
