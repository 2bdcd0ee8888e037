"""The simulated market on loopback: the only part that knows sockets and reads the clock."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from websockets.asyncio.server import Server as Sockets
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from feeds.simulate import binance_coinm, bitfinex, bitget, deribit, gate, http, htx, kraken_futures, past_interest
from feeds.simulate.binance import Binance
from feeds.simulate.bitfinex import Bitfinex
from feeds.simulate.bitget import Bitget
from feeds.simulate.bitstamp import Bitstamp
from feeds.simulate.bybit import Bybit
from feeds.simulate.candles import Candles
from feeds.simulate.coinbase import Coinbase
from feeds.simulate.contracts import Contracts
from feeds.simulate.dated import Dated
from feeds.simulate.deribit import Deribit
from feeds.simulate.desk import Desk, Session, Text
from feeds.simulate.events import Beat, Event, Liquidated, Outage, Sweep, Ticker
from feeds.simulate.gate import Gate
from feeds.simulate.htx import Htx
from feeds.simulate.hyperliquid import Hyperliquid
from feeds.simulate.kraken import Kraken
from feeds.simulate.kraken_futures import KrakenFutures
from feeds.simulate.ledger import Ledger
from feeds.simulate.listings import VENUES
from feeds.simulate.market import Market
from feeds.simulate.okx import Okx
from feeds.simulate.publishers import Faults, exchanges, sites
from feeds.simulate.scenes import Scene
from feeds.simulate.slow import SlowWorld
from feeds.simulate.slow import scene as slow_scene
from feeds.simulate.standing import Standing

_STEP_MS = 20
_EARLIER_MS = 10_000  # of a quiet market before anyone can connect, so that there is a last trade, a ticker, ...
_MOST_STEPS = 50  # made up at once after a stall; what is more is left out
_CLOSE_S = 0.4

DESKS: dict[str, Callable[[], Desk]] = {
    "binance": lambda: Binance("binance"),
    "binance_usdm": lambda: Binance("binance_usdm"),
    "binance_coinm": lambda: Binance("binance_coinm"),
    "bybit": Bybit,
    "okx": Okx,
    "coinbase": Coinbase,
    "kraken": Kraken,
    "kraken_futures": KrakenFutures,
    "bitstamp": Bitstamp,
    "deribit": Deribit,
    "gate": Gate,
    "htx": Htx,
    "bitget": Bitget,
    "bitfinex": Bitfinex,
    "hyperliquid": Hyperliquid,
}
PAGES: dict[str, Callable[[Standing], dict[str, http.Page]]] = {
    "binance_coinm": binance_coinm.pages,
    "kraken_futures": kraken_futures.pages,
    "deribit": deribit.pages,
    "gate": gate.pages,
    "htx": htx.pages,
    "bitget": bitget.pages,
    "bitfinex": bitfinex.pages,
}
"""What is read with GET by path, of the venues that are in neither `Candles` nor `Contracts`."""

LISTS = frozenset({"kraken_futures", "deribit", "gate", "htx", "bitget", "bitfinex"})
"""The venues that list past liquidations over REST."""


class SimulatedMarket:
    """All venues on 127.0.0.1. Made by `simulate.start` or `simulate.serve`; nothing outlives `close`.

    `endpoints` goes into the settings of that name. `ledger` is exact; read it on the same event loop.
    """

    def __init__(self, scene: Scene, seed: int, rate: float, speed: float, slow: str = "calm") -> None:
        """`scene` is what the market does, `slow` names what the publishers of slow series say."""
        played = slow_scene(slow)
        self.title = f"simulated market, scene {scene.name if slow == 'calm' else slow}, seed {seed}"
        if slow != "calm":
            self.title += f": {played.title}. {played.note}"
        self.ledger = Ledger()
        self.endpoints: dict[str, str] = {}
        self._began_ms = _wall_ms() - _EARLIER_MS
        self._market = Market(scene, seed, self._began_ms, rate=rate, speed=speed, earlier_ms=_EARLIER_MS)
        self._desks = {venue: DESKS[venue]() for venue in VENUES}
        self._now_ms = self._began_ms
        self._contracts = Contracts(lambda: self._now_ms)
        self._dated = Dated(lambda: self._now_ms)
        self._standings = {venue: Standing(lambda: self._now_ms) for venue in VENUES}
        self._pages = Candles(self._market.history, lambda: self._now_ms).pages | self._contracts.pages
        self._pages |= self._dated.pages
        for venue, make in PAGES.items():
            self._pages |= {(venue, path): page for path, page in make(self._standings[venue]).items()}
        self._pages |= past_interest.pages(self._standings)
        self.faults = Faults()
        """What goes wrong with a publisher, by its name; for tests."""
        world = SlowWorld(slow_scene(slow), seed, _wall_ms)
        self._publishers = sites(world, self.faults)
        self._pages |= exchanges.pages(world, self._pages)
        self._missed: dict[str, list[Liquidated]] = {venue: [] for venue in VENUES}  # while it was down
        self._sessions: dict[str, dict[ServerConnection, Session]] = {venue: {} for venue in VENUES}
        self._cut: set[str] = set()  # by hand
        self._out: set[str] = set()  # by the scene
        self._silent: set[str] = set()
        self._ended: set[str] = set()
        self._sockets: Sockets | None = None
        self._http: http.Server | None = None
        self._clock: asyncio.Task[None] | None = None
        self._farewells: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Play what was before, open the ports and let time run."""
        for _ in range(_EARLIER_MS // _STEP_MS):
            self._step()
        self._http = http.Server({**{venue: self._site(venue) for venue in VENUES}, **self._publishers})
        self._sockets = await serve(
            self._connection,
            http.HOST,
            0,
            process_request=self._admit,
            compression=None,
            close_timeout=_CLOSE_S,
            server_header=None,
        )
        port = next(iter(self._sockets.sockets)).getsockname()[1]
        for venue in VENUES:
            self.endpoints[f"{venue}.ws"] = f"ws://{http.HOST}:{port}/{venue}"
            self.endpoints[f"{venue}.http"] = f"{self._http.url}/{venue}"
        self.endpoints |= {f"{name}.http": f"{self._http.url}/{name}" for name in self._publishers}
        self._clock = asyncio.create_task(self._run(), name="simulated market")

    async def close(self) -> None:
        """End every task, thread and socket."""
        if self._clock:
            self._clock.cancel()
            await asyncio.wait([self._clock, *self._farewells])
        if self._sockets:
            self._sockets.close()
            await self._sockets.wait_closed()
        if self._http:
            await asyncio.to_thread(self._http.close)
        if self._clock and not self._clock.cancelled():
            self._clock.result()  # it does not end by itself: say why it did

    @property
    def requests(self) -> Counter[str]:
        """How often each site was asked over HTTP."""
        return self._http.requests if self._http else Counter()

    async def cut(self, venue: str) -> None:
        """The venue drops out: its sockets break without a farewell, and new ones and HTTP get 503 until restored."""
        self._cut.add(venue)
        broken = self._break(venue)
        await asyncio.gather(*(connection.wait_closed() for connection in broken))

    async def restore(self, venue: str) -> None:
        """The venue is back, whatever was done to it by hand."""
        self._cut.discard(venue)
        self._silent.discard(venue)
        self._catch_up(venue)

    async def end(self, venue: str) -> None:
        """The venue closes for good: it says goodbye on its sockets, and whoever comes later finds nobody."""
        self._ended.add(venue)
        goodbyes = [connection.close(CloseCode.GOING_AWAY, "closed for good") for connection in self._sessions[venue]]
        await asyncio.gather(*goodbyes)

    def silence(self, venue: str) -> None:
        """The venue's sockets stay open and answer the websocket's own pings, and say nothing else until restored."""
        self._silent.add(venue)

    def _is_down(self, venue: str) -> bool:
        return venue in self._cut or venue in self._out or venue in self._ended

    def _break(self, venue: str) -> list[ServerConnection]:
        connections = list(self._sessions[venue])
        for connection in connections:
            connection.transport.abort()
        return connections

    def _site(self, venue: str) -> http.Site:
        def answer(request: http.Request) -> http.Answer:
            if venue in self._ended:
                return http.Answer(410, "Gone", "text/plain")
            if self._is_down(venue):
                return http.Answer(503, "Service Unavailable", "text/plain")
            page = self._pages.get((venue, request.path))
            return page(request.query) if page else http.Answer(404, '{"message":"NotFound"}')

        return answer

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        venue, session = self._open(request.path)
        if venue in self._ended:
            return connection.respond(HTTPStatus.GONE, "closed for good\n")
        if venue and self._is_down(venue):
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "down\n")
        return None if session else connection.respond(HTTPStatus.NOT_FOUND, "nothing here\n")

    def _open(self, target: str) -> tuple[str | None, Session | None]:
        parts = urlsplit(target)
        venue, _, path = parts.path.removeprefix("/").partition("/")
        desk = self._desks.get(venue)
        return (venue, desk.session(f"/{path}", parts.query, self._now_ms)) if desk else (None, None)

    async def _connection(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        venue, session = self._open(connection.request.path)
        assert venue is not None
        assert session is not None
        if self._is_down(venue):  # since it was admitted
            connection.transport.abort()
            return
        self._sessions[venue][connection] = session
        try:
            self._say(venue, connection, session, session.on_open(self._now_ms))
            async for message in connection:
                session.heard_ms = self._now_ms
                text = message if isinstance(message, str) else message.decode(errors="replace")
                if venue not in self._silent:
                    self._say(venue, connection, session, session.on_message(text, self._now_ms))
        except ConnectionClosed:
            return  # the client's affair, or that of `cut`
        finally:
            del self._sessions[venue][connection]

    def _say(self, venue: str, connection: ServerConnection, session: Session, texts: Sequence[Text]) -> None:
        for text in texts:
            if venue not in self._silent:
                session.sent_ms = self._now_ms
                broadcast((connection,), text)

    async def _run(self) -> None:
        """Step as often as time asks for; after a stall of the machine leave out what nobody could have seen."""
        loop = asyncio.get_running_loop()
        origin = loop.time() - (_wall_ms() - self._now_ms) / 1000
        stepped = 0
        while True:
            late = int((loop.time() - origin) * 1000) // _STEP_MS - stepped
            if late > _MOST_STEPS:
                self._now_ms += (late - _MOST_STEPS) * _STEP_MS
                stepped += late - _MOST_STEPS
                late = _MOST_STEPS
            for _ in range(late):
                self._step()
            stepped += late
            await asyncio.sleep(max(0.0, origin + (stepped + 1) * _STEP_MS / 1000 - loop.time()))

    def _step(self) -> None:
        self._now_ms += _STEP_MS
        for event in self._market.step(self._now_ms, _STEP_MS):
            match event:
                case Beat():
                    for venue in VENUES:
                        self._publish(venue, event)
                    if event.count % 10 == 0:
                        self._tend()
                case Outage(venue=venue, down=True):
                    self._out.add(venue)
                    self._break(venue)
                case Outage(venue=venue):
                    self._out.discard(venue)
                    self._catch_up(venue)
                case _:
                    if isinstance(event, Liquidated):
                        self.ledger.happen(event)
                    elif isinstance(event, Ticker):
                        self._contracts.note(event)
                        self._dated.note(event)
                        self._standings[event.listing.venue].tickers[event.listing.symbol] = event
                    self._publish(event.listing.venue, event)

    def _publish(self, venue: str, event: Event) -> None:
        """Let a venue make its messages, also while it is down: its desk has to know what happened meanwhile."""
        if venue in self._ended:
            return
        messages = self._desks[venue].publish(event)
        if self._is_down(venue) and venue in LISTS:
            self._missed[venue] += [liquidation for message in messages for liquidation in message.liquidations]
        if self._is_down(venue) or venue in self._silent:
            return
        if isinstance(event, Sweep):
            self.ledger.trade(event)
        for message in messages:
            for liquidation in message.liquidations:
                self._tell(liquidation)
            for connection, session in self._sessions[venue].items():
                text = session.take(message, self._now_ms)
                if text is not None:
                    session.sent_ms = self._now_ms
                    broadcast((connection,), text)

    def _tell(self, event: Liquidated) -> None:
        self.ledger.tell(event)
        self._standings[event.listing.venue].tell(event)

    def _catch_up(self, venue: str) -> None:
        """What a venue liquidated while it was down is in its list over REST, if it has one, once it is back."""
        if not self._is_down(venue):
            missed, self._missed[venue] = self._missed[venue], []
            for event in missed:
                self._tell(event)

    def _tend(self) -> None:
        """Close what a venue would close. (Clients that do not read are found by the library's own pings.)"""
        for venue, sessions in self._sessions.items():
            for connection, session in sessions.items():
                if session.overdue(self._now_ms) and venue not in self._silent:
                    task = asyncio.create_task(connection.close(CloseCode.POLICY_VIOLATION))
                    self._farewells.add(task)
                    task.add_done_callback(self._farewells.discard)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
