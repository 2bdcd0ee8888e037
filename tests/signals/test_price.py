"""The reference price, and what is said when it is not the whole truth."""

from feeds.signals.price import SpotPrice, reference

NOW = 1_700_000_000_000


def spot(venue: str, price: float, age_ms: int = 100, state: str = "fresh") -> SpotPrice:
    return SpotPrice(venue, venue in ("coinbase", "kraken", "bitstamp"), price, NOW - age_ms, state)  # type: ignore[arg-type]


def ref(*prices: SpotPrice):
    return reference(prices, NOW, 10_000)


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
        "",
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
