"""The one websocket driver: connect, subscribe, ping, notice silence, back off, for as long as it is let.

It knows no venue. What a frame means is the sink's business, and so is proof of life: only an `Alive` that the sink
gives back keeps a connection. Nothing that we send does, and no protocol pong, for a venue's front end goes on
answering those after the feed behind it has died.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from msgspec import Struct, structs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidMessage,
    InvalidProxyStatus,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.protocol import State

from feeds.answers import answered
from feeds.facts import FeedStatus, Phase
from feeds.network import BLOCKED, USER_AGENT, delay, is_loopback, retry_after, tls, why
from feeds.text import plain
from feeds.venue import Alive, Control, Reconnect, Send, Stream
from feeds.wire import Frame

LARGEST = 8 * 1024 * 1024
"""A bigger frame closes the connection. The decode boundary refuses smaller ones and keeps it, so this is far above."""

LOOK_S, SECOND_LOOK_S = 1.0, 0.1
"""How often the watchdog looks, and how soon again when it found nothing."""


SLOW_S = 1.0
"""A pong that takes longer tells of a queue."""


class Pace(Struct, frozen=True):
    """The driver's timings, in seconds; `jitter` is a fraction.

    After a failure it waits `first`, then twice as long each time up to `most`, until a connection has given data for
    `reset_after`. Where it is blocked it asks again after `blocked_retry`; a server that asks for time gets at most
    `longest_wait`. `close_timeout` is what a peer has for its goodbye.

    `keepalive` is between protocol pings: often enough for home routers, which forget a quiet connection after 30 s
    or more, and for Kraken Futures, which wants one a minute; seldom enough for Binance, which counts them among the
    five messages a second that it takes. `keepalive_slow` is between them while one takes long.
    """

    first: float = 0.5
    most: float = 30.0
    jitter: float = 0.25
    reset_after: float = 10.0
    blocked_retry: float = 900.0
    longest_wait: float = 300.0
    open_timeout: float = 10.0
    close_timeout: float = 0.5
    keepalive: float = 20.0
    keepalive_slow: float = 2.0


PACE = Pace()
_NO_HEADERS: Mapping[str, str] = {}


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class _End(Struct, frozen=True):
    """How one try ended. `wait_s` is what the server asked for; `proven`: it gave data long enough to trust again.

    `silent`: it never proved that it is alive, connected or not.
    """

    reason: str
    phase: Phase = "closed"
    wait_s: float = 0.0
    proven: bool = False
    announced: bool = False
    silent: bool = False


class _Life:
    """When a connection proved that it is alive, on the monotonic clock: a wall clock that jumps changes nothing."""

    def __init__(self, now: float) -> None:
        self.last = now
        self.first: float | None = None
        self.verdict = ""

    def prove(self, now: float) -> None:
        if self.first is None:
            self.first = now
        self.last = now

    def lasted(self) -> float:
        """Seconds from the first proof to the latest."""
        return 0.0 if self.first is None else self.last - self.first


async def keep(
    stream: Stream,
    feed: str,
    url: str,
    *,
    sink: Callable[[Frame], Sequence[Control]],
    status: Callable[[FeedStatus], None],
    fallbacks: Sequence[str] = (),
    headers: Mapping[str, str] = _NO_HEADERS,
    now_ms: Callable[[], int] = _wall_ms,
    pong: Callable[[float], None] = lambda took_s: None,
    pace: Pace = PACE,
) -> None:
    """Keep `stream` connected to `url` until cancelled. Each new connection begins with a frame of `None`.

    `fallbacks` are other addresses of the same: where one never proves alive, the next is tried.
    `headers` go with the handshake. `now_ms` stamps what arrives; waiting is on the monotonic clock. `pong` is told
    how many seconds each protocol ping took to be answered, which is how long the queue is.

    `sink` gets every frame as it came and gives back what the venue wants done. It must not raise: what it raises is
    a fault of ours, ends the feed, and comes out of here for the engine to show. Nothing else does.

    A feed that is blocked says so once, and tries again quietly: no `connecting`, and no second `blocked` for the
    same reason.
    """
    tries = 0
    blocked = ""
    urls = deque([url, *fallbacks])
    while True:
        if not blocked:
            status(FeedStatus(feed, now_ms(), "connecting"))
        end = await _connection(stream, feed, urls[0], headers, sink, status, now_ms, pong, pace)
        if end.reason != blocked or end.phase != "blocked":
            status(FeedStatus(feed, now_ms(), end.phase, end.reason))
        if end.silent:
            urls.rotate(-1)
        blocked = end.reason if end.phase == "blocked" else ""
        tries = 0 if end.proven else tries
        # A venue that announces its restart is obeyed at once, but only once: the next time it must have given data.
        at_once = end.announced and tries == 0
        await asyncio.sleep(0 if at_once else max(end.wait_s, delay(tries, pace.first, pace.most, pace.jitter)))
        tries += 1


async def _connection(
    stream: Stream,
    feed: str,
    url: str,
    headers: Mapping[str, str],
    sink: Callable[[Frame], Sequence[Control]],
    status: Callable[[FeedStatus], None],
    now_ms: Callable[[], int],
    pong: Callable[[float], None],
    pace: Pace,
) -> _End:
    """Hold one connection from the handshake to its end."""
    try:
        socket = await _open(url, headers, pace)
    except Exception as error:  # noqa: BLE001  the boundary: whatever undid the handshake is said in the feed's status
        try:
            return structs.replace(_refusal(error, url, pace), silent=True)
        except Exception as odd:  # noqa: BLE001  no header of a refusal is any reason to end the feed
            return _End(f"refused, and what it said cannot be read ({type(odd).__name__})", silent=True)
    life = _Life(asyncio.get_running_loop().time())
    beside = [asyncio.create_task(_watch(socket, stream.limit_s, life, pace))]
    beside.append(asyncio.create_task(_keep_open(socket, pong, pace)))
    if stream.ping is not None:
        beside.append(asyncio.create_task(_ping(socket, stream.ping, stream.ping_s)))
    announced = ""
    try:
        sink(Frame(feed, now_ms(), None))
        for text in stream.hello:
            await socket.send(text)
        status(FeedStatus(feed, now_ms(), "open"))
        announced = await _listen(socket, feed, sink, now_ms, life)
        reason = f"the venue asked for a new connection: {plain(announced)}"
    except ConnectionClosed as error:
        reason = life.verdict or _goodbye(error)
    finally:
        await _hang_up(socket, beside, pace)
    proven = life.lasted() >= pace.reset_after
    return _End(reason, proven=proven, announced=bool(announced), silent=life.first is None)


async def _open(url: str, headers: Mapping[str, str], pace: Pace) -> ClientConnection:
    here = is_loopback(url)
    return await connect(
        url,
        additional_headers=headers,
        user_agent_header=USER_AGENT,
        open_timeout=pace.open_timeout,
        close_timeout=pace.close_timeout,
        # Pings are ours, to know how long each takes. Whether the other side lives is for the watchdog to say: a pong
        # that is late on a slow line full of data must not close it.
        ping_interval=None,
        max_size=LARGEST,
        proxy=None if here else True,
        # A host whose IPv6 leads nowhere would otherwise spend the whole handshake's time on it and never try IPv4.
        happy_eyeballs_delay=None if here else 0.25,
        ssl=tls() if urlsplit(url).scheme == "wss" else None,
    )


async def _listen(
    socket: ClientConnection,
    feed: str,
    sink: Callable[[Frame], Sequence[Control]],
    now_ms: Callable[[], int],
    life: _Life,
) -> str:
    """Pass frames on and do what comes back. Returns the venue's reason once it wants a new connection."""
    receive, clock = socket.recv, asyncio.get_running_loop().time
    while True:
        data = await receive()  # does not suspend while frames wait
        for control in sink(Frame(feed, now_ms(), data)):
            if isinstance(control, Alive):
                life.prove(clock())
            elif isinstance(control, Send):
                await socket.send(control.text)
            elif isinstance(control, Reconnect):
                return control.reason or "without a reason"


async def _watch(socket: ClientConnection, limit_s: float, life: _Life, pace: Pace) -> None:
    """Give the connection up when proof of life is overdue, or when the venue said goodbye and then did not hang up.

    The library would wait for that as long as the venue likes. Overdue is what is so at two looks: if this process
    itself stood still (stopped, or starved), what arrived meanwhile is read first.
    """
    clock = asyncio.get_running_loop().time
    overdue = False
    while socket.state is State.OPEN:
        left = life.last + limit_s - clock()
        if left <= 0 and overdue:
            life.verdict = f"no proof of life for {limit_s:g} s"
            break
        overdue = left <= 0
        await asyncio.sleep(SECOND_LOOK_S if overdue else min(left, LOOK_S))
    await _close(socket, life.verdict, pace)


async def _keep_open(socket: ClientConnection, told: Callable[[float], None], pace: Pace) -> None:
    """Send protocol pings, the first at once: they keep the path open, and tell how long the queue is.

    A pong comes after all that was under way before it. While they are slow the next ping follows soon.
    """

    def answered(pong: asyncio.Future[float]) -> None:
        if not pong.cancelled() and pong.exception() is None:
            told(pong.result())

    clock = asyncio.get_running_loop().time
    while True:
        sent = clock()
        try:
            pong = asyncio.ensure_future(await socket.ping())
        except ConnectionClosed:
            return
        pong.add_done_callback(answered)
        done, _ = await asyncio.wait([pong], timeout=pace.keepalive)
        took = clock() - sent
        await asyncio.sleep(max(0.0, (pace.keepalive_slow if done and took > SLOW_S else pace.keepalive) - took))


async def _ping(socket: ClientConnection, text: str, every_s: float) -> None:
    """Send the venue's own ping. When the connection ends, the receiving side says why."""
    clock = asyncio.get_running_loop().time
    due = clock()
    while True:
        due += every_s
        await asyncio.sleep(due - clock())
        try:
            await socket.send(text)
        except ConnectionClosed:
            return


async def _hang_up(socket: ClientConnection, beside: list[asyncio.Task[None]], pace: Pace) -> None:
    """End the connection and the tasks beside it, even if cancelled meanwhile."""
    for task in beside:
        task.cancel()
    await _close(socket, "", pace)
    for result in await asyncio.gather(*beside, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


async def _close(socket: ClientConnection, reason: str, pace: Pace) -> None:
    """Say goodbye, but wait at most `close_timeout` for the other side.

    The library counts that only from the moment its goodbye is written, which a peer that reads nothing never allows.
    """
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(pace.close_timeout):
                await socket.close(reason=reason)
    finally:
        socket.transport.abort()


def _refusal(error: Exception, url: str, pace: Pace) -> _End:
    """Say why there was no connection."""
    match error:
        case InvalidStatus():
            answer = error.response
            code, body = answer.status_code, bytes(answer.body).decode("utf-8", "replace")
            if code in BLOCKED:
                return _End(answered(code, body), "blocked", wait_s=pace.blocked_retry)
            asked = retry_after(next(iter(answer.headers.get_all("Retry-After")), None), _wall_ms())
            return _End(answered(code, body), wait_s=min(asked or 0.0, pace.longest_wait))
        case InvalidMessage() | LookupError():  # a header given twice is a LookupError
            hung_up = isinstance(error.__cause__, EOFError)
            return _End("hung up during the handshake" if hung_up else "answered with something that is no websocket")
        case InvalidURI():
            return _End("not a websocket address" if error.uri == url else "sent us on to what is no websocket")
        case InvalidProxyStatus():
            return _End(f"the proxy answered {answered(error.response.status_code, '')}")
        case TimeoutError() if error.errno is None:
            return _End(f"no handshake within {pace.open_timeout:g} s")
        case WebSocketException():
            return _End(f"handshake failed: {plain(str(error))}")
    return _End(why(error))


def _goodbye(error: ConnectionClosed) -> str:
    """Say why a connection ended. Only one that the other side closed has a code and a reason of its own."""
    if error.rcvd is not None and error.rcvd_then_sent is not False:
        return f"closed by the venue: {plain(str(error.rcvd))}"
    if error.sent is not None:
        return f"gave up on a broken frame: {plain(str(error.sent))}"
    return why(error.__cause__) if isinstance(error.__cause__, OSError) else "cut off without a goodbye"
