"""What is read over REST: pages back to a gap's beginning, other addresses of the same, and lists that are no more."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from feeds.backfill import MOST_PAGES, Backfill
from feeds.facts import FeedStatus, Gap
from feeds.session import Session
from feeds.settings import Settings
from feeds.state import State
from feeds.topics import Engine
from feeds.venue import Alive, Http, Venue
from feeds.venues import VENUES
from feeds.views.liquidations import liquidations
from feeds.wire import Frame

T = 1_790_000_000_000
END = T + 601_000
Answers = Callable[[str], tuple[int, object]]


class Asked:
    """Answers what is asked, and remembers it. In place of the network: the rest is the program itself."""

    def __init__(self, answers: Answers) -> None:
        self.answers, self.urls = answers, list[str]()

    async def fetch(self, feed: str, url: str, headers: object = None) -> Frame:
        self.urls.append(url)
        status, body = self.answers(url)
        return Frame(feed, END + 10_000, Http(url, status, body if isinstance(body, str) else json.dumps(body)))

    def of(self, part: str) -> list[str]:
        return [url for url in self.urls if part in url]


class Run:
    """A session of one venue whose liquidations were not heard from T to END, and its back-fill."""

    def __init__(self, name: str, answers: Answers) -> None:
        self.venue: Venue = VENUES[name]
        self.state = State({name: self.venue})
        self.session = Session(self.state, Engine("live", "", 0, writing=False))
        feed = self.venue.feed(next(stream for stream in self.venue.streams if stream.liquidations))
        self.state.status(FeedStatus(feed, T - 86_400_000, "open"))
        self.state.heard(feed, T - 86_400_000, [Alive()])
        self.state.heard(feed, T, [Alive()])
        self.state.status(FeedStatus(feed, T, "closed", "cut"))
        self.state.heard(feed, END, [Alive()])
        self.feed = self.state.feeds[feed]
        self.asked, self.said = Asked(answers), dict[str, str]()
        fetcher: Any = self.asked
        self.backfill = Backfill(self.state, Settings(), fetcher, self.session.frame, self.said.__setitem__)

    @property
    def gap(self) -> Gap:
        [gap] = self.feed.gaps
        return gap

    async def repair(self) -> Gap:
        await self.backfill.repair(self.venue, self.gap)
        return self.gap

    def partial(self) -> str:
        return liquidations(self.state).venues[0].partial.get("1h", "")


def okx(*times: int, symbol: str = "BTC-USDT-SWAP") -> dict[str, object]:
    details = [{"bkPx": "77000", "side": "sell", "sz": "1", "ts": str(at), "posSide": "long"} for at in times]
    family = symbol.rpartition("-")[0]
    return {"code": "0", "data": [{"details": details, "instFamily": family, "instId": symbol, "uly": family}]}


NOTHING: tuple[int, object] = (200, {"code": "0", "data": [], "msg": ""})


async def test_a_list_that_always_gives_the_same_hundred_does_not_fill_a_gap() -> None:
    newest = [END - 110 * at for at in range(100)]  # of the last eleven seconds
    run = Run("okx", lambda url: (200, okx(*newest)) if "SWAP&state=filled&uly=BTC-USDT&" in url else NOTHING)
    assert (run.gap.from_ms, run.gap.to_ms, run.gap.filled) == (T, END, False)
    gap = await run.repair()
    assert not gap.filled
    assert gap.reason == "cut; cannot be filled: the list does not go back as far as the gap"
    assert run.feed.error == "REST: a gap cannot be filled: the list does not go back as far as the gap"
    assert run.partial() == "1 gap, 10m"
    assert run.state.book.total("24h", ("okx",)).long_count == 100  # what it told counts all the same
    asked = len(run.asked.urls)
    await run.repair()
    assert len(run.asked.urls) == asked  # and is not asked for again


async def test_pages_are_read_until_one_reaches_the_beginning_of_the_gap() -> None:
    happened = [END - 1_000 * at for at in range(700)]  # down to a minute and a half before it

    def answers(url: str) -> tuple[int, object]:
        if "SWAP&state=filled&uly=BTC-USDT&" not in url:
            return NOTHING
        after = int(parse_qs(urlsplit(url).query)["after"][0])
        return 200, okx(*[at for at in happened if at < after][:100])

    run = Run("okx", answers)
    assert (await run.repair()).filled
    assert run.partial() == ""
    pages = run.asked.of("SWAP&state=filled&uly=BTC-USDT&")
    assert len(pages) == 7
    assert run.state.book.total("24h", ("okx",)).long_count == 700


async def test_the_next_page_is_asked_where_a_setting_has_moved_the_first() -> None:
    def answers(url: str) -> tuple[int, object]:
        if "SWAP&state=filled&uly=BTC-USDT&" not in url:
            return NOTHING
        after = int(parse_qs(urlsplit(url).query)["after"][0])
        return 200, okx(*[at for at in range(END, T - 9_000, -4_000) if at < after][:100])

    run = Run("okx", answers)
    fetcher: Any = run.asked
    settings = replace(Settings(), endpoints={"okx.http": "http://127.0.0.1:9/okx"})
    await Backfill(run.state, settings, fetcher, run.session.frame).repair(run.venue, run.gap)
    assert run.gap.filled
    pages = run.asked.of("SWAP&state=filled&uly=BTC-USDT&")
    path = "http://127.0.0.1:9/okx/api/v5/public/liquidation-orders"
    assert [url.partition("?")[0] for url in pages] == [path, path]


async def test_a_list_of_too_many_pages_is_given_up() -> None:
    def answers(url: str) -> tuple[int, object]:
        if "SWAP&state=filled&uly=BTC-USDT&" not in url:
            return NOTHING
        after = int(parse_qs(urlsplit(url).query)["after"][0])
        return 200, okx(*[after - 1 - at for at in range(100)])

    run = Run("okx", answers)
    gap = await run.repair()
    assert "longer than 20 pages" in gap.reason
    assert len(run.asked.of("SWAP&state=filled&uly=BTC-USDT&")) == MOST_PAGES


async def test_a_family_that_fails_is_asked_again_alone_and_the_others_are_repaired() -> None:
    broken = True

    def answers(url: str) -> tuple[int, object]:
        if "FUTURES" in url and "uly=BTC-USD&alias=quarter" in url and broken:
            return 200, {"code": "50011", "data": [], "msg": "Too Many Requests"}
        return (200, okx(T + 5_000)) if "SWAP&state=filled&uly=BTC-USDT&" in url else NOTHING

    run = Run("okx", answers)
    gap = await run.repair()
    assert (gap.filled, gap.reason) == (False, "cut")
    assert run.state.book.total("24h", ("okx",)).long_count == 1
    run.asked.urls.clear()
    broken = False
    assert (await run.repair()).filled
    [url] = run.asked.urls
    assert "uly=BTC-USD&alias=quarter" in url


async def test_a_list_that_is_gone_is_said_once_and_asked_for_no_more() -> None:
    run = Run("okx", lambda url: (404, '{"message":"not found"}'))
    gap = await run.repair()
    assert gap.reason == "cut; cannot be filled: /api/v5/public/liquidation-orders is no more"
    hosts = [urlsplit(url).hostname for url in run.asked.urls]
    assert hosts == ["www.okx.com", "openapi.okx.com"]
    again = Gap(run.feed.name, END + 1_000, END + 3_000, "cut again")
    run.feed.gaps.append(again)
    await run.backfill.repair(run.venue, again)
    assert len(run.asked.urls) == 2
    assert "cannot be filled" in run.feed.gaps[-1].reason


async def test_the_first_address_that_answers_as_documented_is_used_and_said() -> None:
    offline = {"status": "error", "err_code": 404, "err_msg": "The interface is offline"}
    row = {"amount": "6000", "volume": "6000000", "contract_code": "BTC-USDT"}

    def answers(url: str) -> tuple[int, object]:
        if "/v5/" in url:
            return (404, "Not Found") if "hbdm.com" in url else (200, offline)
        return 200, {"status": "ok", "data": [row], "ts": T}

    run = Run("htx", answers)
    read = run.backfill.read
    assert (await read(run.venue, run.venue.polls[0].url)).good
    assert [f"{urlsplit(url).hostname}{urlsplit(url).path}" for url in run.asked.urls] == [
        "api.hbdm.com/v5/market/open_interest",
        "api.hbdm.vn/v5/market/open_interest",
        "api.hbdm.com/linear-swap-api/v1/swap_open_interest",
    ]
    assert run.said == {
        "htx /v5/market/open_interest": "HTX: api.hbdm.com/linear-swap-api/v1/swap_open_interest is read in place of "
        "api.hbdm.com/v5/market/open_interest"
    }
    assert run.state.positions.interest["htx", "BTC-USDT"].btc == 3000.0
    run.asked.urls.clear()
    assert (await read(run.venue, run.venue.polls[0].url)).good
    assert len(run.asked.urls) == 1


async def test_another_host_is_asked_where_the_first_has_nothing() -> None:
    run = Run("okx", lambda url: NOTHING if "openapi" in url else (503, "down"))
    assert (await run.repair()).filled
    assert run.said["okx /api/v5/public/liquidation-orders"].startswith("OKX: openapi.okx.com/api/v5/")


async def test_where_one_setting_moves_all_addresses_each_is_asked_once() -> None:
    run = Run("okx", lambda url: (404, "Not Found"))
    settings = replace(Settings(), endpoints={"okx.http": "http://127.0.0.1:9/okx"})
    fetcher: Any = run.asked
    backfill = Backfill(run.state, settings, fetcher, run.session.frame)
    answer = await backfill.read(run.venue, run.venue.setup[0])
    assert (answer.good, answer.gone, len(run.asked.urls)) == (False, True, 1)


@pytest.mark.parametrize("name", ["gate", "bitget", "bitfinex", "deribit", "kraken_futures", "htx"])
async def test_lists_that_are_empty_fill_a_gap(name: str) -> None:
    empty: dict[str, object] = {
        "gate": [],
        "bitget": {"code": "00000", "data": {"list": [], "cursor": ""}},
        "bitfinex": [],
        "deribit": {"result": {"trades": [], "has_more": False}},
        "kraken_futures": {"result": "success", "history": [], "serverTime": "2026-09-21T14:23:20.000Z"},
        "htx": {"code": 200, "message": "Success", "data": [], "ts": T},
    }
    run = Run(name, lambda url: (200, empty[name]))
    if name == "kraken_futures":  # whose list is not asked for longer gaps
        run.feed.gaps[0] = replace(run.gap, from_ms=END - 60_000)
    assert (await run.repair()).filled


async def test_a_gap_that_is_longer_than_is_asked_for_says_so_and_one_without_a_list_says_nothing() -> None:
    long = Run("kraken_futures", lambda url: NOTHING)
    assert (await long.repair()).reason == "cut; cannot be filled: it is longer than is asked for"
    none = Run("bybit", lambda url: NOTHING)
    assert (await none.repair()).reason == "cut"
    assert long.asked.urls == none.asked.urls == []


# Numbers that skip


def kraken(seq: int, qty: float = 0.25) -> str:
    row = {"feed": "trade", "product_id": "PF_XBTUSD", "uid": str(seq), "side": "sell", "type": "fill", "seq": seq}
    return json.dumps(row | {"time": T, "qty": qty, "price": 77000.0})


def test_lost_numbers_make_the_windows_of_the_venue_partial_until_they_are_read() -> None:
    name = "kraken_futures"
    session = Session(State({name: VENUES[name]}), Engine("replay", "", 0, writing=False))
    session.frame(Frame(name, T - 90_000, None))
    session.frame(Frame(name, T - 90_000, kraken(4)))
    session.frame(Frame(name, T, kraken(5)))
    assert liquidations(session.state).quality["1m"] == "exact"
    session.frame(Frame(name, T + 500, kraken(9)))
    view = liquidations(session.state)
    assert (view.quality["1m"], view.note["1m"]) == ("partial", "kraken_futures: 1 gap, 0s")
    assert session.state.feeds[name].error == "3 of the trades of PF_XBTUSD before this one never came"
    session.state.fill(session.state.feeds[name].gaps[-1])
    assert liquidations(session.state).quality["1m"] == "exact"


@pytest.mark.parametrize(("last", "complete"), [(3, True), (4, False)])
def test_a_lost_trade_leaves_the_running_candle_incomplete(last: int, complete: bool) -> None:
    session = Session(State({"coinbase": VENUES["coinbase"]}), Engine("replay", "", 0, writing=False))

    def match(id: int, at: str) -> str:
        row = {"type": "match", "trade_id": id, "side": "buy", "size": "1", "price": "77000", "product_id": "BTC-USD"}
        return json.dumps(row | {"time": f"2026-09-21T{at}Z"})

    for seconds, id, clock in ((0, 1, "14:13:20"), (41, 2, "14:14:01"), (45, last, "14:14:05")):
        session.frame(Frame("coinbase", T + seconds * 1000, match(id, clock)))
    running = session.state.candles["coinbase"].running("1m")
    assert running is not None
    assert running.complete is complete
    assert [gap.from_ms for gap in session.state.feeds["coinbase"].gaps] == [] if complete else [T + 41_000]
