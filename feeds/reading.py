"""What a signal answers with."""

from datetime import date

from msgspec import Struct

from feeds.topics import Quality, State


class Input(Struct, frozen=True):
    """One number that went in: of which series, for which period, known since when, from whom."""

    series: str
    period: date
    value: float
    known_ms: int
    source: str


class Reading(Struct, frozen=True):
    """One answer of a signal. `name` is a metric name; `value` is `None` with the reason in `words`, never 0.

    `period`: the date it is for, the oldest of its inputs. `known_ms`: since when it could be known, the newest of
    its inputs. `band`: the word for where it lies ("tight"), "" where it has none. `words`: what a trader reads, most
    important first. `formula`: how it is computed, in one line. `missing`: the series that were asked for and not
    known.
    """

    name: str
    value: float | str | None
    unit: str
    period: date | None = None
    known_ms: int | None = None
    state: State = "none"
    quality: Quality = "exact"
    band: str = ""
    words: tuple[str, ...] = ()
    formula: str = ""
    inputs: tuple[Input, ...] = ()
    missing: tuple[str, ...] = ()
