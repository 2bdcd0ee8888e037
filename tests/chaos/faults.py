"""The faults, as a table: what is done, to whom, for how long, and what may be expected of the program meanwhile."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tests.chaos import spoils
from tests.chaos.lines import answer
from tests.chaos.spoils import Spoil

Cell = Literal["price", "age", "sums", "state", "gaps"]
CELLS: tuple[Cell, ...] = ("price", "age", "sums", "state", "gaps")

HALVES = (
    ("binance", "binance_coinm", "bybit", "coinbase", "bitstamp", "deribit", "gate", "htx"),
    ("binance_usdm", "okx", "kraken", "kraken_futures", "bitmex", "bitget", "bitfinex", "hyperliquid"),
)
"""Either of them has dollar venues, token venues and perpetuals; the other is the control."""
A, B = HALVES
ALL = (*A, *B)
PROMPT = ("binance", "binance_coinm", "coinbase", "bitstamp", "deribit")
"""Those that give up a connection after 15 s of silence at most."""


class Fault(Struct, frozen=True):
    """One row.

    `frames` is done to what comes over websockets, `page` to what is answered over HTTP, `door` answers handshakes
    and requests alike (it is told which). `line`: `silent` says nothing but pongs, `dead` lets nothing through in
    either direction and goes on hanging after the end, `reset` breaks every connection. `slower`: seconds by which
    the line falls back in each second, up to `slowest_s`. `skew_s`: the venue's clock is so far ahead from the start.
    `everywhere`: for it is ours that is wrong, so nobody is the control. `sets_s`: the clock that the engine reads is
    set so far ahead when the fault begins, and stays so. `kills`: how often the engine is killed.

    What may be expected: `loses`, what was liquidated meanwhile at the spoiled may be missing; `cuts`, that has to be
    owned up to as a gap; `said`, the row of the feed has to show that something is wrong, and if `counted` not by
    growing old alone; `blocked`, it stays so after the end; `back_s`, so long after the end all is fresh again.
    """

    name: str
    does: str
    whom: tuple[str, ...]
    frames: Spoil | None = None
    page: Spoil | None = None
    door: Callable[[bool], bytes] | None = None
    line: Literal["", "silent", "dead", "reset", "cut"] = ""
    slower: float = 0.0
    slowest_s: float = 0.0
    skew_s: int = 0
    everywhere: bool = False
    sets_s: int = 0
    kills: int = 0
    seconds: float = 8.0
    loses: bool = False
    cuts: bool = False
    said: bool = False
    counted: bool = False
    blocked: bool = False
    back_s: float = 10.0


def _content(name: str, does: str, whom: tuple[str, ...], spoil: Spoil) -> Fault:
    """A fault of what is said, over websockets and HTTP alike."""
    return Fault(name, does, whom, frames=spoil, page=spoil, loses=True)


def _odd(name: str, does: str, whom: tuple[str, ...], seconds: int) -> Fault:
    """Three frames with odd times, and true ones for long enough after them."""
    return Fault(name, does, whom, frames=spoils.shifted(seconds, 3), loses=True, seconds=15)


def _backlog(name: str, does: str, skew_s: int) -> Fault:
    """A line that is slow for all, and all clocks but ours so far ahead of it."""
    slow = Fault(name, does, ALL, slower=0.8, slowest_s=25, seconds=34, back_s=15)
    return replace(slow, skew_s=skew_s, everywhere=True)


def _begins(name: str, does: str, skew_s: int) -> Fault:
    """Connections that are slow from their first frame on, so that no fast one was ever seen on them."""
    slow = Fault(name, does, ALL, line="cut", slower=1e9, slowest_s=6, seconds=14, loses=True, back_s=15)
    return replace(slow, skew_s=skew_s, everywhere=True)


def _step(name: str, does: str, sets_s: int) -> Fault:
    """A step of our clock."""
    return Fault(name, does, ALL, sets_s=sets_s, everywhere=True, seconds=15)


def _refusal(name: str, does: str, whom: tuple[str, ...], reply: bytes) -> Fault:
    """A fault at the door: the same answer to everyone."""
    return _cut(Fault(name, does, whom, door=lambda _: reply))


def _cut(fault: Fault, back_s: float = 20.0) -> Fault:
    """A fault that ends connections: it is tried again after longer and longer times."""
    return replace(fault, loses=True, cuts=True, said=True, back_s=back_s)


def _said(fault: Fault) -> Fault:
    """A fault that has to show in the row of its feed, before that grows old too."""
    return replace(fault, said=True, counted=True, seconds=12)


def _late(status: str, value: str) -> bytes:
    return answer(status, b"slow down", Retry_After=value)


def _only_http(reply: bytes) -> Callable[[bool], bytes]:
    return lambda upgrade: answer("503 Service Unavailable", b"later") if upgrade else reply


_PAGE = b"<!DOCTYPE html><html><title>Just a moment</title><body>checking your browser</body></html>"
_ABSURD = "Mon, 30 Nov 2026 10:00:00 +99999999999999"

FAULTS: tuple[Fault, ...] = (
    Fault("nothing", "nothing at all, to see that the judge is content", ()),
    # What is said.
    _said(_content("garbage", "noise in place of every frame and answer", A, spoils.garbage)),
    _said(_content("truncated", "every frame and answer ends too soon", B, spoils.truncated)),
    _said(
        _content(
            "nan",
            "prices are NaN and Infinity, bare and huge",
            A,
            spoils.numbers("NaN", "Infinity", "-Infinity", "1e999"),
        )
    ),
    _said(_content("zero", "prices are 0 and negative", B, spoils.numbers("0", "-64000", "-0.0"))),
    _said(_content("escapes", "commands to a terminal and markup in every string", A, spoils.escapes)),
    _said(_content("nested", "a hundred thousand lists in one another", B, spoils.nested)),
    _said(_content("large", "frames of 2 MB", A, spoils.huge(2))),
    _content("huge", "frames of 9 MB", B, spoils.huge(9)),
    _said(_content("unknown", "channels and kinds that nobody has heard of", A, spoils.unknown)),
    _said(_content("html", "a page of HTML in place of every frame and answer", B, spoils.html)),
    # The order in which it comes.
    Fault("doubled", "every frame comes twice", A, frames=spoils.doubled),
    Fault("reordered", "six frames at a time, the last first", B, frames=spoils.reordered),
    Fault("dropped", "every other frame is lost", A, frames=spoils.dropped, loses=True),
    # Times.
    _content("hour_ahead", "times an hour ahead", B, spoils.shifted(3600)),
    _content("hour_behind", "times an hour behind", A, spoils.shifted(-3600)),
    _odd("odd_ahead", "three frames of every venue an hour ahead", ALL, 3600),
    _odd("odd_minute", "three frames of each of half of the venues 65 s ahead", B, 65),
    _odd("odd_behind", "three frames of each of half of the venues an hour behind", A, -3600),
    Fault("venue_ahead", "the clocks of three venues are 30 s ahead", ("binance", "bitstamp", "deribit"), skew_s=30),
    Fault("venue_behind", "the clocks of three venues are 30 s behind", ("okx", "kraken", "bitfinex"), skew_s=-30),
    _backlog("clock_slow", "our clock is 30 s slow, and the line of all falls 25 s back", 30),
    _backlog("clock_fast", "our clock is 30 s fast, and the line of all falls 25 s back", -30),
    _begins("begins_slow", "connections of all begin 6 s back, and our clock is 30 s slow", 30),
    _begins("begins_right", "connections of all begin 6 s back, and our clock is right", 0),
    _step("clock_steps_on", "our clock is set 90 s forward, and stays so", 90),
    _step("clock_steps_back", "our clock is set 90 s back, and stays so", -90),
    # What it says of prices and sizes.
    _content("one_x100", "prices × 100 at one dollar venue", ("coinbase",), spoils.times(100)),
    _content("one_x1.5", "prices + 50 % at one dollar venue", ("kraken",), spoils.times(1.5)),
    _content("half_x100", "prices × 100 at half of the venues", A, spoils.times(100)),
    _content("half_÷1000", "prices ÷ 1000 at half of the venues", B, spoils.times(0.001)),
    _content("most_x1.5", "prices + 50 % at two of three dollar venues", ("kraken", "bitstamp"), spoils.times(1.5)),
    _content("sizes", "sizes × 1,000,000", A, spoils.sizes(1e6)),
    # The line.
    Fault("silent", "sockets stay open and say nothing but pongs", B, line="silent", loses=True, said=True, seconds=13),
    _cut(Fault("dead", "sockets hang half-open, new ones too", PROMPT, line="dead", seconds=12), back_s=25),
    Fault("slow", "the line of half of the venues falls 20 s back", A, slower=0.8, slowest_s=20, seconds=28, said=True),
    _backlog("slow_all", "the line of all venues falls 25 s back", 0),
    _cut(Fault("reset", "every connection is reset before a word", B, line="reset")),
    # The door.
    replace(_refusal("403", "Forbidden", A, answer("403 Forbidden", b"not you")), blocked=True),
    replace(
        _refusal("451", "Unavailable For Legal Reasons", B, answer("451 Unavailable For Legal Reasons", b"not there")),
        blocked=True,
    ),
    _refusal("503", "Service Unavailable", A, answer("503 Service Unavailable", b"later")),
    _refusal("html_door", "a page of HTML with status 200 in place of a handshake", B, answer("200 OK", _PAGE)),
    _refusal("nowhere", "redirected to where nobody listens", A, answer("302 Found", Location="http://127.0.0.1:9/")),
    _refusal("circle", "redirected to itself, over and over", B, answer("307 Temporary Redirect", Location="?again")),
    _cut(
        Fault(
            "retry_date",
            "429 over HTTP with a Retry-After that is no date",
            ("gate", "okx", "htx", "bybit"),
            door=_only_http(_late("429 Too Many Requests", _ABSURD)),
            seconds=12,
        )
    ),
    _cut(
        Fault(
            "retry_long",
            "429 with a Retry-After of three centuries",
            ("gate", "bitget", "deribit", "kraken_futures"),
            door=_only_http(_late("429 Too Many Requests", "9999999999")),
            seconds=12,
        )
    ),
    _cut(
        Fault(
            "length_long",
            "a Content-Length that promises more than comes",
            B,
            door=lambda _: answer("200 OK", b"[]", "100000"),
        )
    ),
    _cut(
        Fault(
            "length_wrong", "a Content-Length that is no number", A, door=lambda _: answer("200 OK", b"[]", "-7, ten")
        )
    ),
    # The engine itself.
    Fault("killed", "kill -9 in a cascade, and started again, three times", (), kills=3),
)


NAMED = {row.name: row for row in FAULTS}
