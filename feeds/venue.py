"""What a stream venue is: a row of data and a parser. Nothing here knows a socket or a clock."""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from feeds.facts import Fact, Timeframe
from feeds.life import OPEN, Life


class Http(Struct, frozen=True, gc=False):
    """One HTTP answer as it came: the address asked (without keys), the status and the body as text.

    `data` holds a body that is no text (a spreadsheet); `body` is then "".
    """

    url: str
    status: int
    body: str
    data: bytes = b""


class Stream(Struct, frozen=True):
    """One websocket connection of a venue, and what keeps it alive.

    `name` is "" where the venue has one stream; the feed is then called after the venue alone.
    `hello` is sent, in order, once the socket is open. `ping` is sent every `ping_s` seconds.
    `limit_s` without proof of life (a fact, or an `Alive` from the parser) and the socket is given up.
    `life_s`: how long such a proof may be in coming in a quiet but healthy hour, if that is long; twice that is late.
    `fallbacks` are addresses of the same, to be tried in turn where one cannot be reached or never proves alive.
    """

    name: str
    url: str
    hello: tuple[str, ...]
    ping: str | None = None
    ping_s: float = 20.0
    limit_s: float = 15.0
    life_s: float = 0.0
    liquidations: bool = False
    fallbacks: tuple[str, ...] = ()


ABSURD = 1e15
"""No price, size or total of any venue comes near; NaN is not below it either."""


class Poll(Struct, frozen=True):
    """A REST address to read every so often, for what no stream carries. The first time is at once.

    `liquidations`: it tells the venue's liquidations, which are heard as far as it was read.
    """

    url: str
    every_s: float
    liquidations: bool = False


class Send(Struct, frozen=True):
    """The venue wants this answered, to the letter."""

    text: str


class Alive(Struct, frozen=True):
    """Proof of life that is no fact: a pong or a heartbeat, where the venue's heartbeat proves anything."""


class Reconnect(Struct, frozen=True):
    """The venue announced that it will close; connect anew now."""

    reason: str


class Refused(Struct, frozen=True):
    """The venue answered with an error of its own. Counted and shown; the connection stays.

    `liquidations`: it was the subscription to liquidations, so their silence from now on means nothing.
    """

    reason: str
    liquidations: bool = False


class More(Struct, frozen=True):
    """A list over REST did not reach back to the beginning that was asked for; its next page is at `url`."""

    url: str


class Short(Struct, frozen=True):
    """A list over REST does not reach back to the beginning that was asked for, and no page of it will."""

    reason: str


Control = Send | Alive | Reconnect | Refused | More | Short
Out = Fact | Control


class Reject(ValueError):
    """This frame cannot be believed; the text says why, in words fit for a screen."""


class Empty(Reject):
    """There was no text to read. Whether bytes came in its place only the frame tells."""


class Parser(Protocol):
    """Bytes in, facts out. Holds only what the wire makes it hold (ticker deltas, contract sizes)."""

    def opened(self, feed: str, recv_ms: int) -> None:
        """A new connection of `feed`: forget what only the old one knew."""
        ...

    def parse(self, feed: str, data: str | bytes, recv_ms: int) -> Sequence[Out]:
        """Facts and controls of one websocket frame; empty where it is none of our business.

        Raises `Reject`, or any `msgspec.MsgspecError`, where the frame cannot be believed. One bad row
        among good ones is a `Rejected` beside their facts.
        """
        ...

    def answer(self, feed: str, http: Http, recv_ms: int) -> Sequence[Out]:
        """Facts of one HTTP answer, recognised by its path. Raises as `parse` does."""
        ...


class Venue(Struct, frozen=True):
    """One row of the registry.

    `prices`: symbols whose trades make the venue's price, best first. `spot`: the one that counts toward the
    reference price, with `quote` "USD" or "USDT"; `None` on a venue without spot.
    `liquidations`: every one published (`all`), a sample or a part of them (`sampled`), or `none`.
    `setup`: REST addresses to read on start and every few hours (contract sizes, listed futures). `polls`: those to
    read all the time. `bars`: address of the candles of a time frame. `missed`: addresses of the liquidations between
    two times, for a gap; `interest`: likewise of open interest, every five minutes. None where the venue offers none.
    What follows `#` in one is for the parser alone.
    `also`: of one of these addresses, the others at which the same can be asked, in the order in which to try them:
    another host, an earlier generation. The first that answers as documented is used.
    `headers`: what the venue wants on the handshake and on REST requests beyond the usual.
    `every_s`: how many seconds pass between two tellings of a part of a quote (`last`, `mark`, `index`) while it moves,
    as the venue documents, or as often as it is asked; 1 where it is not named. `changes`: its tickers tell changes
    only, so that a part which a quote repeats was not told anew.
    `note`: one line on geography or completeness for the user.
    `life`: when it began, and when it closes for good.
    """

    name: str
    title: str
    streams: tuple[Stream, ...]
    parser: Callable[[], Parser]
    prices: tuple[str, ...]
    spot: str | None
    quote: Literal["USD", "USDT"]
    liquidations: Literal["all", "sampled", "none"]
    http: str
    setup: tuple[str, ...] = ()
    polls: tuple[Poll, ...] = ()
    bars: Callable[[Timeframe], str | None] = lambda _: None
    missed: Callable[[int, int], tuple[str, ...]] = lambda from_ms, to_ms: ()
    interest: Callable[[int, int], tuple[str, ...]] = lambda from_ms, to_ms: ()
    also: Callable[[str], tuple[str, ...]] = lambda url: ()
    headers: dict[str, str] = {}
    note: str = ""
    life: Life = OPEN
    every_s: dict[str, float] = {}
    changes: bool = False

    def every(self, part: str) -> float:
        """How many seconds pass between two tellings of a part of a quote."""
        return self.every_s.get(part, 1.0)

    def feed(self, stream: Stream) -> str:
        """The name of a stream in recordings, settings and on screen."""
        return f"{self.name}.{stream.name}" if stream.name else self.name


def number(value: str | float | int | None, what: str) -> float:
    """A finite number, from text or number. Raises `Reject` for anything else, NaN and infinity included."""
    if value is None or value == "" or isinstance(value, bool):
        raise Reject(f"{what} is missing")
    try:
        result = float(value)
    except ValueError:
        raise Reject(f"{what} is no number: {str(value)[:40]!r}") from None
    if not -ABSURD < result < ABSURD:
        raise Reject(f"{what} is {result}")
    if isinstance(value, str) and ("_" in value or not value.isascii()):  # Python reads more than a number here
        raise Reject(f"{what} is no number: {value[:40]!r}")
    return result


def positive(value: str | float | int | None, what: str) -> float:
    """A finite number above zero, or `Reject`."""
    result = number(value, what)
    if result <= 0:
        raise Reject(f"{what} is not above zero: {result:g}")
    return result


def optional(value: str | float | int | None, what: str) -> float | None:
    """As `positive`, but missing, empty and zero mean "not known"."""
    if value is None or value == "":
        return None
    return positive(value, what) if number(value, what) else None
