"""What a publisher of slow series is: a row of data, and pure functions. Nothing here knows a socket or a clock."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from feeds.facts import Observation, Rejected
from feeds.venue import Http


class Span(NamedTuple):
    """Days that are asked for, both included."""

    first: date
    last: date


class Ask(Struct, frozen=True):
    """One request. It is a POST where it has a `body`, which is JSON."""

    url: str
    headers: dict[str, str] = {}
    body: str | None = None


class Page(Struct, frozen=True):
    """One thing a publisher can be asked for, which answers for some series.

    `series`: ids of `feeds.series` that it fills; of a family, its pattern ("ETF.*"). `ask`: the requests for a span,
    in order, given the user's key or `None`; a page that always answers with everything ignores the span.
    `parse`: observations of one answer of status 200, each with `known_ms` the time of receipt, oldest first or not.
    It raises `Reject` (of `feeds.venue`) or a `msgspec.MsgspecError` where the answer as a whole cannot be believed;
    one bad row among good ones is a `Rejected` beside them.
    `first`: the earliest day worth asking for. `overlap`: days before the last known period that are asked for again,
    for revisions. `every_s`: read so often on weekdays, instead of by the calendar of its series. `times`: times of
    day in New York, "14:35", at which it is read as well, every day.
    `quiet`: answers of other statuses that mean "nothing there" and are no fault. `endpoint`: the setting that moves
    it, where that is not the publisher's ("binance_usdm.http"). `patience_min`: minutes to leave it alone, at least,
    after a failure and while what is due has not come; for those who ask not to be read often.
    `vintages`: the series of which it gives the past as it was published, each row with the time since when it was
    known, and no `series`. It is asked with a key only, after all that is newest, every `every_s`.
    `late`: a past that is read once, from `first` on, after everything else, and for which nothing waits.
    """

    name: str
    series: tuple[str, ...]
    ask: Callable[[Span, str | None], tuple[Ask, ...]]
    parse: Callable[[Http, int], Iterable[Observation | Rejected]]
    first: date
    overlap: int = 10
    every_s: float | None = None
    times: tuple[str, ...] = ()
    quiet: tuple[int, ...] = ()
    endpoint: str = ""
    patience_min: int = 1
    vintages: str = ""
    late: bool = False


class Source(Struct, frozen=True):
    """One row of the registry of publishers.

    `address`: a page for people. `terms`: what the user may do with it, in one line. `key`: the name of the setting
    that holds the user's key, and `how` the one line that says how to get one; without a key, a source that
    `needs_key` is off. `opt_in`: off until the settings name it, or hold the key that it
    takes, because of its terms.
    `spacing_s`: seconds between two requests.
    """

    name: str
    title: str
    address: str
    terms: str
    pages: tuple[Page, ...]
    key: str = ""
    needs_key: bool = False
    how: str = ""
    opt_in: bool = False
    spacing_s: float = 1.0

    def feed(self, page: Page) -> str:
        """The name of a page in recordings, in the history and on screen."""
        return f"{self.name}.{page.name}"
