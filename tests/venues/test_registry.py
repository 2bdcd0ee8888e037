"""The registry: what every row must hold, whichever venue it is."""

import json
from urllib.parse import urlsplit

import pytest

from feeds.decode import Decoder
from feeds.facts import TIMEFRAME_MS, FeedStatus
from feeds.venue import Venue
from feeds.venues import VENUES
from feeds.wire import Frame

NAMES = [
    *("binance", "binance_usdm", "binance_coinm", "bybit", "okx", "coinbase", "kraken", "kraken_futures"),
    *("bitstamp", "deribit", "bitmex", "gate", "htx", "bitget", "bitfinex", "hyperliquid"),
]


def every() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("venue", VENUES.values(), ids=VENUES.keys())


def test_venues_stand_in_the_order_of_the_screen_under_their_own_names() -> None:
    assert list(VENUES) == NAMES
    assert [venue.name for venue in VENUES.values()] == NAMES


def test_no_two_streams_share_a_feed() -> None:
    feeds = [venue.feed(stream) for venue in VENUES.values() for stream in venue.streams]
    assert len(feeds) == len(set(feeds))


@every()
def test_every_address_is_encrypted_and_of_the_venue(venue: Venue) -> None:
    assert venue.streams
    for stream in venue.streams:
        assert urlsplit(stream.url).scheme == "wss"
        assert urlsplit(stream.url).hostname
    assert urlsplit(venue.http).scheme == "https"
    addresses = [
        *venue.setup,
        *(url for frame in TIMEFRAME_MS if (url := venue.bars(frame))),
        *venue.interest(0, 600_000),
    ]
    for url in addresses:
        assert url.startswith(venue.http.rstrip("/") + "/")


@every()
def test_what_is_sent_is_json_or_a_plain_word(venue: Venue) -> None:
    for stream in venue.streams:
        for text in (*stream.hello, *([stream.ping] if stream.ping else [])):
            assert text == "ping" or isinstance(json.loads(text), dict)


@every()
def test_a_silent_socket_is_given_up_within_a_minute(venue: Venue) -> None:
    for stream in venue.streams:
        assert 5 <= stream.limit_s <= 60


@every()
def test_prices_name_the_spot_pair_and_the_venue_is_presentable(venue: Venue) -> None:
    assert venue.title
    assert len(set(venue.prices)) == len(venue.prices)
    assert venue.spot is None or venue.spot in venue.prices


@every()
def test_a_venue_with_liquidations_says_which_stream_carries_them(venue: Venue) -> None:
    assert any(stream.liquidations for stream in venue.streams) is (venue.liquidations != "none")


@every()
def test_candles_are_asked_by_an_address_of_their_own_for_each_time_frame(venue: Venue) -> None:
    urls = [url for frame in TIMEFRAME_MS if (url := venue.bars(frame))]
    assert len(urls) == len(set(urls))


@every()
def test_a_new_connection_and_nonsense_pass_the_boundary(venue: Venue) -> None:
    decoder = Decoder(VENUES)
    feed = venue.feed(venue.streams[0])
    assert decoder.decode(Frame(feed, 1789669890000, None)) == [FeedStatus(feed, 1789669890000, "open")]
    for data in ("", "nonsense", "{", b"\x00\xff", "[" * 2000):
        outs = decoder.decode(Frame(feed, 1789669890000, data))
        assert [type(out).__name__ for out in outs] == ["Rejected"]
