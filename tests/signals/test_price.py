"""The reference price, and what is said when it is not the whole truth."""

from collections.abc import Sequence

import pytest

from feeds.signals.price import SpotPrice, reference

NOW = 1_700_000_000_000


def spot(venue: str, price: float, age_ms: int = 100, state: str = "fresh", *, doubted: bool = False) -> SpotPrice:
    dollars = venue in ("coinbase", "kraken", "bitstamp")
    return SpotPrice(venue, dollars, price, NOW - age_ms, state, doubted)  # type: ignore[arg-type]


def perp(venue: str, price: float, *, dollars: bool = True) -> SpotPrice:
    return SpotPrice(venue, dollars, price, NOW - 100, "fresh")


def ref(*prices: SpotPrice, others: Sequence[SpotPrice] = ()):
    return reference(prices, NOW, 10_000, others)


def test_it_is_the_median_of_the_dollar_venues_with_the_oldest_time() -> None:
    m = ref(
        spot("coinbase", 64_010, 50),
        spot("kraken", 64_000, 9_000),
        spot("bitstamp", 63_950, 10),
        spot("binance", 70_000),
    )
    assert (m.value, m.unit, m.as_of_ms, m.state, m.quality, m.note) == (
        64_000,
        "USD",
        NOW - 9_000,
        "fresh",
        "exact",
        "binance +9.4% at 70,000.0",
    )
    assert m.source == "median of coinbase, kraken, bitstamp"


def test_a_price_ten_seconds_old_no_longer_counts() -> None:
    m = ref(spot("coinbase", 64_010), spot("kraken", 64_000), spot("bitstamp", 50_000, 10_000))
    assert m.value == 64_005
    assert m.quality == "exact"


def test_one_dollar_venue_is_joined_by_the_token_venues_and_it_is_said() -> None:
    m = ref(
        spot("coinbase", 64_010), spot("kraken", 60_000, 60_000, "stale"), spot("binance", 64_050), spot("okx", 64_060)
    )
    assert (m.value, m.quality) == (64_050, "estimated")
    assert m.note == "only coinbase of the dollar venues is fresh; median of 3 spot venues"


def test_without_dollar_venues_the_token_venues_stand_in() -> None:
    m = ref(spot("binance", 64_050), spot("okx", 64_060))
    assert (m.value, m.quality, m.note) == (64_055, "estimated", "no dollar venue is fresh; median of 2 spot venues")


def test_two_dollar_venues_far_apart_are_not_averaged_on_their_own() -> None:
    m = ref(spot("coinbase", 64_000), spot("kraken", 6_400), spot("binance", 64_050))
    assert m.value == 64_000
    assert m.note.startswith("coinbase, kraken disagree by 900.0%")


@pytest.mark.parametrize(
    ("kraken", "value", "quality"), [(65_280.0, 64_640.0, "exact"), (65_280.1, 64_050.0, "estimated")]
)
def test_two_dollar_venues_may_be_two_percent_apart_and_no_more(kraken: float, value: float, quality: str) -> None:
    m = ref(spot("coinbase", 64_000.0), spot("kraken", kraken), spot("binance", 64_050.0))
    assert (m.value, m.quality) == (value, quality)
    assert ("coinbase, kraken disagree by 2.0%" in m.note) is (quality == "estimated")


@pytest.mark.parametrize(("bitstamp", "note"), [(62_720.0, ""), (62_719.9, "bitstamp -2.0% at 62,719.9")])
def test_a_third_dollar_venue_more_than_two_percent_off_is_named(bitstamp: float, note: str) -> None:
    m = ref(spot("coinbase", 64_000.0), spot("kraken", 64_000.0), spot("bitstamp", bitstamp), spot("binance", 64_000.0))
    assert (m.value, m.quality, m.note) == (64_000.0, "exact", note)


def test_every_venue_that_is_far_off_is_named_however_many_there_are() -> None:
    tokens = [spot(name, 66_000.0) for name in ("binance", "okx")]
    m = ref(spot("coinbase", 64_000.0), spot("kraken", 64_010.0), *tokens, others=[perp("deribit", 60_000.0)])
    assert m.value == 64_005.0
    assert m.note == "binance +3.1% at 66,000.0, okx +3.1% at 66,000.0, deribit -6.3% at 60,000.0"


def test_a_doubted_price_is_in_no_median_and_is_named() -> None:
    m = ref(spot("coinbase", 640_000.0, doubted=True), spot("kraken", 64_000.0), spot("bitstamp", 64_010.0))
    assert (m.value, m.state, m.quality, m.source) == (64_005.0, "fresh", "exact", "median of kraken, bitstamp")
    assert m.note == "coinbase +899.9% at 640,000.0"


def test_a_wrong_majority_of_the_dollar_venues_is_doubted_by_the_other_kinds_of_venue() -> None:
    wrong = [spot("coinbase", 95_811.0), spot("kraken", 95_821.0), spot("bitstamp", 64_010.0)]
    right = [spot("binance", 64_020.0), spot("okx", 64_030.0)]
    perpetuals = [perp("deribit", 64_000.0), perp("bybit", 64_040.0, dollars=False)]
    m = ref(*wrong, *right, others=perpetuals)
    assert (m.value, m.quality, m.state) == (64_030.0, "estimated", "fresh")
    assert m.note == (
        "coinbase, kraken at 95,811.0, but other dollar venues at 64,000.0, token spot at 64,025.0,"
        " token perpetuals at 64,040.0; coinbase +49.6% at 95,811.0, kraken +49.7% at 95,821.0"
    )
    assert ref(*wrong).quality == "exact"  # nobody else is there to say so; the third is named
    assert ref(*wrong).note == "bitstamp -33.2% at 64,010.0"


def test_where_no_price_has_a_majority_the_price_is_doubted() -> None:
    m = ref(
        *(spot("coinbase", 96_000.0), spot("kraken", 96_000.0)),
        others=[perp("deribit", 64_000.0), perp("kraken_futures", 64_000.0)],
    )
    assert (m.value, m.quality, m.state) == (96_000.0, "doubted", "fresh")
    assert m.note.startswith("coinbase, kraken at 96,000.0, but other dollar venues at 64,000.0")


def test_a_dollar_token_off_its_peg_leaves_the_reference_to_the_dollar_venues() -> None:
    dollars = [spot("coinbase", 64_000.0), spot("kraken", 64_010.0), spot("bitstamp", 64_020.0)]
    tokens = [spot("binance", 74_000.0), spot("okx", 74_000.0)]
    m = ref(*dollars, *tokens, others=[perp("deribit", 64_005.0), perp("bybit", 74_000.0, dollars=False)])
    assert (m.value, m.quality) == (64_010.0, "exact")
    assert m.note.startswith("binance +15.6% at 74,000.0, okx +15.6% at 74,000.0, bybit")
    unsure = ref(*dollars, *tokens)  # nobody else counts in dollars: it may be the token, or all three dollar venues
    assert (unsure.value, unsure.quality) == (64_010.0, "estimated")
    assert unsure.note.startswith("coinbase, kraken, bitstamp at 64,010.0, but token spot at 74,000.0; binance +15.6%")


def test_one_venue_alone_is_used_and_it_is_said_that_nothing_confirms_it() -> None:
    m = ref(spot("coinbase", 64_010.0))
    assert (m.value, m.quality) == (64_010.0, "estimated")
    assert m.note == "only coinbase of the dollar venues is fresh; median of 1 spot venue; no other venue confirms it"
    confirmed = ref(spot("coinbase", 64_010.0), others=[perp("deribit", 64_000.0)])
    assert confirmed.note == "only coinbase of the dollar venues is fresh; median of 1 spot venue"


def test_with_nothing_fresh_the_last_price_is_kept_at_its_age_and_never_fresh() -> None:
    m = ref(spot("coinbase", 64_010, 61_000, "down"), spot("binance", 64_050, 30_000, "stale"))
    assert (m.value, m.as_of_ms, m.state, m.note) == (64_010, NOW - 61_000, "down", "no spot venue is fresh")
    m = ref(spot("coinbase", 64_010, 10_000, "fresh"))
    assert m.state == "late"


def test_nothing_heard_is_no_number() -> None:
    m = ref()
    assert (m.value, m.state) == (None, "none")


def test_a_late_feed_makes_the_price_late() -> None:
    assert ref(spot("coinbase", 64_010, 5_000, "late"), spot("kraken", 64_000)).state == "late"
