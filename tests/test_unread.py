"""Frames of a kind that nobody knows: counted by kind, and said where nothing else comes."""

import gzip
import json

import pytest

from feeds.engine import new_session
from feeds.facts import FeedStatus
from feeds.session import Session
from feeds.settings import Settings
from feeds.topics import FeedRow
from feeds.unread import MOST_KINDS, Unread, kind
from feeds.views import feeds
from feeds.wire import Frame

T = 1_790_000_000_000


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ('{"type":"newmatch","product_id":"BTC-USD"}', "newmatch"),
        ('{"arg":{"channel":"trades-v6","instId":"BTC-USDT-SWAP"},"data":[]}', "trades-v6"),
        ('{"table":"prints","action":"insert","data":[]}', "prints"),
        ('{"stream":"btcusdt@newTrade","data":{"e":"newTrade"}}', "btcusdt@newTrade"),
        (gzip.compress(b'{"ch":"market.BTC-USDT.prints","tick":{}}'), "market.BTC-USDT.prints"),
        (b"\x00\x01\x02", "binary"),
        (b"\x1f\x8bno gzip at all", "binary"),
        ("[17,[1,2,3]]", "without a name"),
        ('{"price":"1"}', "without a name"),
        ('{"type":"\\u001b[31mred"}', "\\u001b[31mred"),
        ('{"type":"subscriptions","channels":[]}', ""),
        ('{"channel":"heartbeat"}', ""),
        ('{"jsonrpc":"2.0","id":1,"result":"ok"}', ""),
        ('[17,"hb"]', ""),
        ("pong", ""),
    ],
)
def test_a_frame_is_called_what_it_calls_itself_and_what_is_usual_is_not_counted(data: str | bytes, name: str) -> None:
    assert kind(data) == name


def test_the_kinds_that_came_most_are_named_and_no_more_are_kept_than_there_is_room_for() -> None:
    unread = Unread()
    for n in range(3 * MOST_KINDS):
        for _ in range(1 + (n < 3)):
            unread.add(f"kind{n}", T)
    assert unread.words == f"{3 * MOST_KINDS + 3} frames not understood: others, kind0, kind1 and others"


def match(type_: str, trade: int) -> str:
    row = {"type": type_, "trade_id": trade, "maker_order_id": "a", "taker_order_id": "b", "side": "buy", "size": "1"}
    return json.dumps(
        row | {"price": "64000", "product_id": "BTC-USD", "sequence": trade, "time": "2026-09-21T14:13:20Z"}
    )


@pytest.fixture
def session() -> Session:
    return new_session(Settings(venues=("coinbase",)), "live", "", T)


def row(session: Session, now_ms: int) -> FeedRow:
    session.state.advance(now_ms)
    return feeds(session.state).rows[0]


def say(session: Session, type_: str, n: int, recv_ms: int) -> None:
    session.frame(Frame("coinbase", recv_ms, match(type_, n)))


def test_where_nothing_else_comes_the_row_says_how_many_frames_are_not_understood(session: Session) -> None:
    session.frame(Frame("coinbase", T, None))
    say(session, "match", 0, T)
    session.frame(Frame("coinbase", T + 1, match("match", 1).replace("64000", "0")))  # long before
    assert row(session, T + 2).error.startswith("price is not above zero")
    for n in range(12):
        say(session, "newchannel", n, T + 1_000 + 1_000 * n)
    found = row(session, T + 12_500)
    assert (found.state, found.error) == ("late", "12 frames not understood: newchannel")
    assert found.error_ms == T + 12_000
    say(session, "match", 2, T + 13_000)
    found = row(session, T + 13_000)
    assert (found.state, found.error_ms) == ("live", T + 1)


def test_beside_what_is_understood_they_are_not_said(session: Session) -> None:
    session.frame(Frame("coinbase", T, None))
    for n in range(12):
        say(session, "newchannel", n, T + n)
        say(session, "match", n, T + n)
        say(session, "newchannel", n, T + n)
    assert row(session, T + 20).error == ""


def test_what_went_wrong_after_them_is_said(session: Session) -> None:
    session.frame(Frame("coinbase", T, None))
    say(session, "newchannel", 1, T + 1)
    session.state.status(FeedStatus("coinbase", T + 9_000, "closed", "cut off without a goodbye"))
    assert row(session, T + 9_001).error == "cut off without a goodbye"


def test_other_coins_of_what_was_subscribed_to_are_understood() -> None:
    session = new_session(Settings(venues=("okx",)), "live", "", T)
    row_ = {"arg": {"channel": "liquidation-orders", "instType": "SWAP"}, "data": [{"instId": "ETH-USDT-SWAP"}]}
    session.frame(Frame("okx", T, None))
    session.frame(Frame("okx", T + 1, json.dumps({**row_, "data": []})))
    assert row(session, T + 9_000).error == ""
