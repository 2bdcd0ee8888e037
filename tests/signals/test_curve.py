"""The bitcoin futures curve as readings and as a page, from hand-made quotes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from feeds.facts import Observation
from feeds.signals.curve import curve
from feeds.signals.thresholds import CurveRule
from feeds.topics.base import FeedState, Reading
from feeds.topics.curve import Curve, ExpiryPoint
from feeds.topics.market import Derivative
from feeds.vintages import Known, Vintages, given

RULE = CurveRule()
NOW = int(datetime(2026, 8, 5, 20, tzinfo=UTC).timestamp()) * 1000
DAY = 86_400_000
INDEX = 100_000.0
BILL = {"DGS3MO": [("2026-08-04", 3.65)]}


def future(
    venue: str,
    days: float,
    basis: float,
    symbol: str = "F",
    *,
    inverse: bool = False,
    state: FeedState = "live",
    old_ms: int = 1_000,
    mark: float | None = -1.0,
    index: float | None = INDEX,
) -> Derivative:
    """A dated future so many days from expiry, its mark such that the basis is as given, percent a year."""
    told = INDEX * (1 + basis / 100 * days / 365) if mark == -1.0 else mark
    expiry = NOW + round(days * DAY)
    at = NOW - old_ms
    return Derivative(venue, symbol, "future", inverse, state, at, told, index, None, expiry_ms=expiry)


def perpetual(venue: str, funding: float | None, symbol: str = "BTCUSDT", next_ms: int | None = None) -> Derivative:
    rate = None if funding is None else funding / 365 / 3 / 100
    return Derivative(
        venue,
        symbol,
        "perpetual",
        False,
        "live",
        NOW,
        INDEX,
        INDEX,
        0.0,
        funding,
        rate,
        8.0,
        next_ms or NOW + 3_600_000,
    )


def page(rows: Iterable[Derivative], known: Known | None = None, rule: CurveRule = RULE) -> Curve:
    return curve(rows, known or given(BILL, NOW), NOW, rule)


def one(found: Curve, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def value(found: Curve, name: str) -> float | None:
    got = one(found, name).value
    assert got is None or isinstance(got, float)
    return None if got is None else round(got, 6)


def drawn(points: Iterable[ExpiryPoint]) -> list[tuple[float, float, int]]:
    return [(point.days, round(point.basis, 6), point.venues) for point in points]


def test_the_basis_is_annualised_over_the_days_to_expiry() -> None:
    row = Derivative(
        "deribit", "BTC-25DEC26", "future", True, "live", NOW, 102_000.0, INDEX, None, expiry_ms=NOW + 73 * DAY
    )
    point = page([row]).points[0]
    assert (point.venue, point.symbol, point.days, round(point.basis, 9)) == ("deribit", "BTC-25DEC26", 73.0, 10.0)
    assert (point.expiry, point.inverse, point.state, point.counted) == (date(2026, 10, 17), True, "fresh", True)


def test_a_tenor_lies_on_the_straight_line_between_two_expiries() -> None:
    found = page([future("deribit", 20, 4.0), future("deribit", 60, 6.0), future("deribit", 240, 9.0)])
    assert [value(found, f"curve.btc.{days}d") for days in (30, 90, 180)] == [4.5, 6.5, 8.0]
    reading = one(found, "curve.btc.30d")
    assert (reading.unit, reading.band, reading.state, reading.quality) == ("%/y", "contango", "fresh", "exact")
    assert reading.words == ("between 2026-08-25 (1 venue) and 2026-10-04 (1 venue)",)
    assert [(part.series, part.period) for part in reading.inputs] == [("deribit F", date(2026, 8, 5))] * 2
    assert reading.known_ms == NOW - 1_000


@pytest.mark.parametrize(("days", "quality"), [(45.0, "exact"), (44.9, "estimated")])
def test_a_line_across_a_wide_hole_is_an_estimate_and_says_so(days: float, quality: str) -> None:
    reading = one(page([future("deribit", days, 4.0), future("deribit", 360, 6.0)]), "curve.btc.90d")
    assert reading.quality == quality
    assert reading.words[0].endswith(": none within 45 d of it") is (quality == "estimated")


def test_an_expiry_on_the_very_day_of_the_tenor_is_its_basis() -> None:
    found = page([future("deribit", 20, 4.0), future("deribit", 90, 7.0), future("deribit", 200, 9.0)])
    assert value(found, "curve.btc.90d") == 7.0
    assert one(found, "curve.btc.90d").words == ("at 2026-11-03 (1 venue)",)


def test_below_the_spot_price_is_backwardation() -> None:
    reading = one(page([future("deribit", 90, -3.0)]), "curve.btc.90d")
    assert isinstance(reading.value, float)
    assert (round(reading.value, 6), reading.band) == (-3.0, "backwardation")


def test_each_expiry_is_the_median_of_the_venues_and_a_venue_counts_once() -> None:
    rows = [
        future("binance", 90, 5.0),
        future("okx", 90, 6.0),
        future("deribit", 90, 9.0, "BTC-1"),
        future("deribit", 90, 11.0, "BTC_USDC-1"),
    ]
    found = page(rows)
    assert drawn(found.all) == [(90.0, 6.0, 3)]
    assert (round(found.all[0].low, 6), round(found.all[0].high, 6)) == (5.0, 10.0)
    assert value(found, "curve.btc.90d") == 6.0


def test_expiries_of_one_day_at_different_hours_are_one_point() -> None:
    """Deribit's contracts end at 08:00 UTC, Kraken's at 15:00 or 16:00."""
    found = page([future("deribit", 90, 5.0), future("kraken_futures", 90.1, 7.0)])
    assert drawn(found.all) == [(90.05, 6.0, 2)]


def test_inverse_and_linear_are_drawn_apart_and_compared() -> None:
    rows = [
        future("deribit", 30, 4.0, inverse=True),
        future("deribit", 90, 5.0, inverse=True),
        future("binance_usdm", 90, 7.5),
    ]
    found = page(rows)
    assert drawn(found.inverse) == [(30.0, 4.0, 1), (90.0, 5.0, 1)]
    assert drawn(found.linear) == [(90.0, 7.5, 1)]
    tenors = {tenor.days: tenor for tenor in found.tenors}
    ninety = tenors[90]
    assert [round(number or 0.0, 6) for number in (ninety.all, ninety.inverse, ninety.linear, ninety.difference)] == [
        6.25,
        5.0,
        7.5,
        2.5,
    ]
    thirty = tenors[30]
    assert round(thirty.all or 0.0, 6) == 4.0
    assert (thirty.linear, thirty.difference) == (None, None)
    assert value(found, "curve.btc.90d") == 6.25


@pytest.mark.parametrize(("days", "expected"), [(150.0, 5.0), (149.9, None)])
def test_the_curve_reaches_a_fifth_beyond_its_last_expiry_and_no_further(days: float, expected: float | None) -> None:
    found = page([future("deribit", 30, 4.0), future("deribit", days, 5.0)])
    assert value(found, "curve.btc.180d") == expected
    reading = one(found, "curve.btc.180d")
    if expected is None:
        assert (reading.state, reading.words) == ("none", ("the last expiry, 2027-01-02 (1 venue), is in 150 d",))
    else:
        assert reading.quality == "estimated"
        assert reading.words == ("held level: the last expiry, 2027-01-02 (1 venue), is in 150 d",)


@pytest.mark.parametrize(("days", "expected"), [(36.0, 4.0), (36.1, None)])
def test_before_its_first_expiry_the_curve_reaches_as_far(days: float, expected: float | None) -> None:
    found = page([future("deribit", days, 4.0), future("deribit", 90, 5.0)])
    assert value(found, "curve.btc.30d") == expected
    assert one(found, "curve.btc.30d").words[0].endswith("the first expiry, 2026-09-10 (1 venue), is in 36 d")


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (2.99, "expires in 2 d"),
        (1.5, "expires in 1 d"),
        (0.6, "expires in 14 h"),
        (0.01, "expires within the hour"),
        (0.0, "has expired"),
    ],
)
def test_a_contract_of_the_last_three_days_is_left_out_with_a_word(days: float, why: str) -> None:
    found = page([future("okx", days, 5.0, "BTC-USD-260807"), future("okx", 90, 5.0)])
    assert [(row.venue, row.symbol, row.why) for row in found.dropped] == [("okx", "BTC-USD-260807", why)]
    assert one(found, "curve.btc.90d").words[1] == f"left out: {why}, 1 of 2"


def test_a_contract_of_exactly_three_days_is_kept() -> None:
    assert drawn(page([future("okx", 3, 5.0)]).all) == [(3.0, 5.0, 1)]


def test_a_contract_without_mark_or_index_is_counted_and_left_out() -> None:
    rows = [
        future("okx", 90, 5.0),
        future("gate", 90, 5.0, mark=None),
        future("htx", 90, 5.0, index=None),
        future("bybit", 90, 5.0, mark=None, index=0.0),
        future("bitmex", 90, 5.0, mark=None),
    ]
    found = page(rows)
    assert [(row.venue, row.why) for row in found.dropped] == [
        ("gate", "no mark"),
        ("htx", "no index"),
        ("bybit", "no mark and no index"),
        ("bitmex", "no mark"),
    ]
    assert one(found, "curve.btc.90d").words[1:] == (
        "left out: no mark, 2 of 5",
        "left out: no index, 1 of 5",
        "left out: no mark and no index, 1 of 5",
    )


def test_neither_a_perpetual_nor_an_xperp_is_a_dated_future() -> None:
    xperp = future("okx", 1_700, 5.0, "BTC-USD_UM_XPERP-310404")
    found = page([xperp, perpetual("binance_usdm", 10.95)])
    assert (found.points, found.dropped) == ((), ())
    assert [(point.venue, point.funding) for point in found.funding] == [("binance_usdm", 10.95)]
    assert one(found, "curve.btc.90d").words == ("no dated future has a basis",)


def test_a_venue_that_is_not_heard_is_drawn_and_not_counted() -> None:
    rows = [
        future("okx", 90, 5.0),
        future("bybit", 90, 50.0, state="down"),
        future("gate", 90, 60.0, state="stale"),
        future("htx", 90, 70.0, state="connecting"),
        future("deribit", 90, 80.0, old_ms=300_001),
        future("bitmex", 90, 5.5, state="late", old_ms=300_000),
    ]
    found = page(rows)
    reading = one(found, "curve.btc.90d")
    assert (value(found, "curve.btc.90d"), reading.state) == (5.25, "late")
    assert {(point.venue, point.counted, point.note) for point in found.points} == {
        ("okx", True, ""),
        ("bitmex", True, ""),
        ("bybit", False, "its venue is not heard: not counted"),
        ("gate", False, "its quote is old: not counted"),
        ("htx", False, "not heard yet: not counted"),
        ("deribit", False, "its quote is old: not counted"),
    }
    assert "left out: its quote is old, 2 of 6" in reading.words


def test_where_no_venue_is_heard_the_last_curve_stands_and_is_called_what_it_is() -> None:
    found = page([future("okx", 90, 5.0, state="down"), future("bybit", 90, 6.0, state="stale")])
    reading = one(found, "curve.btc.90d")
    assert (value(found, "curve.btc.90d"), reading.state) == (5.5, "down")
    assert one(found, "curve.carry.90d").state == "down"
    never = page([future("okx", 90, 5.0, state="connecting")])
    assert one(never, "curve.btc.90d").value is None


def test_carry_is_the_ninety_day_basis_less_the_bill_and_names_both_days() -> None:
    found = page([future("okx", 90, 6.15)])
    carry = one(found, "curve.carry.90d")
    assert (value(found, "curve.carry.90d"), carry.unit, carry.band) == (2.5, "pp", "above cash")
    assert carry.words[0] == "90 d basis 6.15 % of 2026-08-05 less 3-month bill 3.65 % of 2026-08-04"
    assert (carry.period, carry.state) == (date(2026, 8, 4), "fresh")
    assert carry.inputs[-1].series == "DGS3MO"
    below = page([future("okx", 90, 3.0)])
    assert (value(below, "curve.carry.90d"), one(below, "curve.carry.90d").band) == (-0.65, "below cash")


def test_carry_over_an_old_bill_is_stale_and_without_one_unknown() -> None:
    rows = [future("okx", 90, 6.0)]
    old = one(page(rows, given({"DGS3MO": [("2026-07-20", 3.65)]}, NOW)), "curve.carry.90d")
    assert old.state == "stale"
    assert isinstance(old.value, float)
    assert old.band == "", "what is too old says neither above nor below"
    none = one(page(rows, given({}, NOW)), "curve.carry.90d")
    assert (none.value, none.state, none.missing) == (None, "none", ("DGS3MO",))
    assert none.words == ("the bill is not known",)
    alone = one(page([future("okx", 30, 6.0)]), "curve.carry.90d")
    assert (alone.value, alone.missing) == (None, ())
    assert alone.words == ("the last expiry, 2026-09-04 (1 venue), is in 30 d",)


def test_a_basis_that_is_too_old_has_a_carry_that_is_too_old_and_no_band() -> None:
    found = page([future("okx", 90, 6.0, old_ms=900_000)])
    for name in ("curve.btc.90d", "curve.carry.90d"):
        assert (one(found, name).state, one(found, name).band) == ("stale", ""), name


def test_without_an_expiry_near_it_a_basis_lies_between_those_that_stand_for_it() -> None:
    found = page([future("okx", 20, -1.0), future("okx", 180, 9.0)])
    basis, carry = one(found, "curve.btc.90d"), one(found, "curve.carry.90d")
    assert basis.quality == "estimated"
    assert (round(basis.least or 0, 6), round(basis.most or 0, 6), basis.band) == (-1.0, 9.0, "")
    assert (round(carry.least or 0, 6), round(carry.most or 0, 6), carry.band) == (-4.65, 5.35, "")
    assert one(page([future("okx", 20, 5.0), future("okx", 180, 9.0)]), "curve.carry.90d").band == "above cash"


def test_funding_stands_beside_the_curve_with_the_time_of_the_next_payment() -> None:
    unknown = Derivative("gate", "BTC_USDT", "perpetual", False, "live", NOW, INDEX, INDEX, 0.0, 5.475, 0.00005)
    rows = [perpetual("binance_usdm", 10.95), perpetual("okx", None), perpetual("htx", 1.0, next_ms=NOW), unknown]
    found = page(rows).funding
    assert [(point.venue, point.funding, point.next_ms, point.quality) for point in found] == [
        ("binance_usdm", 10.95, NOW + 3_600_000, "exact"),
        ("htx", 1.0, None, "exact"),
        ("gate", 5.475, None, "estimated"),
    ]


def test_cash_is_a_line_from_overnight_to_six_months() -> None:
    known = given({"SOFR": [("2026-08-04", 3.64)], **BILL, "DGS6MO": [("2026-08-04", 3.60)]}, NOW)
    assert [(point.label, point.days, point.value, point.state) for point in page([], known).cash] == [
        ("overnight", 1, 3.64, "fresh"),
        ("1 m", 30, None, "none"),
        ("3 m", 91, 3.65, "fresh"),
        ("6 m", 182, 3.60, "fresh"),
    ]


def test_cme_is_taken_from_closes_of_the_same_day_and_is_in_no_curve() -> None:
    """BTCV26 ends on 2026-10-30, 86 days after August 5 and 87 after August 4."""
    rows = [
        Observation("BTC", "2026-08-03", 99_000.0, 1, "btcusd"),
        Observation("BTC", "2026-08-04", 100_000.0, 1, "btcusd"),
        Observation("BTC", "2026-08-05", 90_000.0, 1, "btcusd", True),
        Observation("BTCV26", "2026-08-03", 100_000.0, 1, "yahoo"),
        Observation("BTCV26", "2026-08-04", 101_740.0, 1, "yahoo"),
        Observation("BTCV26", "2026-08-05", 102_000.0, 1, "yahoo", True),
        Observation("BTCN26", "2026-07-31", 100_000.0, 1, "yahoo"),
    ]
    found = page([future("okx", 86, 20.0)], Vintages(rows).known(NOW))
    assert [(point.venue, point.symbol, point.expiry, point.days, point.counted) for point in found.cme] == [
        ("cme", "BTCV26", date(2026, 10, 30), 87.0, False)
    ]
    assert round(found.cme[0].basis, 6) == 7.3
    assert found.cme[0].note == "close of 2026-08-04 against bitcoin's of that day in UTC, some hours later"
    assert drawn(found.all) == [(86.0, 20.0, 1)]
    assert found.notes == (
        "the past of this curve and of the carry cannot be rebuilt: their charts begin when they were first kept",
        "CME from daily closes, beside the curve and not in it",
    )


def test_a_price_of_a_weekend_is_no_close_of_cme() -> None:
    """2026-08-01 and 02 are a weekend, on which CME trades bitcoin and settles nothing."""
    days = ("2026-07-31", "2026-08-01", "2026-08-02")
    known = given({"BTC": [(day, 100_000.0) for day in days], "BTCV26": [(day, 101_000.0) for day in days]}, NOW)
    (point,) = page([], known).cme
    assert point.days == 91.0
    assert point.note == "close of 2026-07-31 against bitcoin's of that day in UTC, some hours later"


def test_a_last_day_that_the_rule_leaves_open_is_told() -> None:
    known = given({"BTC": [("2026-08-04", 100_000.0)], "BTCH27": [("2026-08-04", 103_000.0)]}, NOW)
    (point,) = page([], known).cme
    assert point.expiry == date(2027, 3, 25)
    assert point.note == (
        "close of 2026-08-04 against bitcoin's of that day in UTC, some hours later; "
        "its last day is 2027-03-26 if CME counts Good Friday as a business day"
    )


def test_a_cme_contract_without_bitcoins_close_of_the_day_is_not_drawn() -> None:
    known = given({"BTC": [("2026-08-03", 99_000.0)], "BTCV26": [("2026-08-04", 101_000.0)]}, NOW)
    found = page([], known)
    assert found.cme == ()
    assert found.notes[1] == "CME: no day with closes of a contract and of bitcoin is stored"


def test_nothing_heard_is_nothing_known() -> None:
    found = page([])
    assert [(reading.name, reading.value, reading.state) for reading in found.readings] == [
        ("curve.btc.30d", None, "none"),
        ("curve.btc.90d", None, "none"),
        ("curve.btc.180d", None, "none"),
        ("curve.carry.90d", None, "none"),
    ]


def test_a_basis_over_fewer_than_three_days_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="least_days is to be 3 or more"):
        CurveRule(least_days=1)
