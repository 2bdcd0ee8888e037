"""Oil, flows, positions and the bitcoin curve with an input missing: nothing that they say becomes more confident."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import pytest

from feeds.calendars import business_day, day_end_ms
from feeds.facts import Observation
from feeds.signals.curve import curve
from feeds.signals.flow_days import BEGIN, traded
from feeds.signals.flows import flows
from feeds.signals.knowledge import bounds
from feeds.signals.oil import oil
from feeds.signals.share import share
from feeds.signals.thresholds import CurveRule, FlowsRule, OilRule, ShareRule
from feeds.topics import Derivative, Share
from feeds.topics.base import QUALITIES, STATES, Reading
from feeds.vintages import Known, Vintages

Values = Mapping[str, Mapping[date, float]]
Page = Callable[[Values], Sequence[Reading]]


def known(values: Values, at: date) -> Known:
    rows = [Observation(id_, day.isoformat(), v, 0, "given") for id_, days in values.items() for day, v in days.items()]
    return Vintages(rows).known(day_end_ms(at))


# ---- four small worlds

SESSIONS = [day for n in range(22) if business_day("nymex", day := date(2026, 7, 22) + timedelta(n))]
MOVES = (0.0, 0.6, 1.2, 1.0, 0.2, 3.4, 3.9, 4.4, 4.0, -2.0, 3.2, 3.0, 6.5, 7.1, 7.0, 2.2)
OIL: Values = {
    "CLU26": {day: 80.0 + move * 0.7 for day, move in zip(SESSIONS, MOVES, strict=True)},
    "CLG27": {day: 70.0 + move for day, move in zip(SESSIONS, MOVES, strict=True)},
}
DAYS = traded(BEGIN, date(2024, 2, 20))
TOTALS = [600, -400, 300, 900, -20, -150, 700, 800, 650, 0.4, -900, 250, 300, 350, -50, -60, -70, 800] * 2
FUNDS = {"IBIT": 0.7, "FBTC": 0.4, "GBTC": -0.1}
FLOWS: Values = {
    **{f"ETF.{name}": {day: t * part for day, t in zip(DAYS, TOTALS, strict=False)} for name, part in FUNDS.items()},
    "ETF.TOTAL": {day: t * sum(FUNDS.values()) for day, t in zip(DAYS, TOTALS, strict=False)},
    "BTC": {BEGIN + timedelta(n): 42_000.0 + 300 * (n % 7) + 100 * n for n in range(41)},
    "BTC.MVRV": {BEGIN + timedelta(n): 1.9 + n / 100 for n in range(40)},
    "IBIT.BTC": {DAYS[-1]: 120_000.0},
    "IBIT.SHARES": {DAYS[-1]: 210_000_000.0},
    "IBIT.NAV": {DAYS[-1]: 29.5},
}
TUESDAYS = [date(2026, 6, 2) + timedelta(weeks=n) for n in range(6)]
CME = (118_000, 112_500, 111_500, 113_000, 108_000, 112_200)
OFFSHORE = {"OI.BINANCE": 112_000, "OI.BYBIT": 60_000, "OI.OKX": 35_000, "OI.DERIBIT": 12_000}
SHARE: Values = {
    "COT.133741.OI": {day: btc / 5 - 400 for day, btc in zip(TUESDAYS, CME, strict=True)},
    "COT.133742.OI": dict.fromkeys(TUESDAYS, 20_000.0),
    **{
        id_: {date(2026, 6, 1) + timedelta(n): level * (1 + (n % 5) / 400) for n in range(40)}
        for id_, level in OFFSHORE.items()
    },
}


def oil_page(values: Values) -> Sequence[Reading]:
    return oil(known(values, SESSIONS[-1]), OilRule(), SESSIONS[-1]).readings


def flows_page(values: Values) -> Sequence[Reading]:
    return flows(known(values, date(2024, 2, 21)), FlowsRule()).readings


def share_of(values: Values) -> Share:
    return share(known(values, date(2026, 7, 11)), ShareRule())


WORLDS: dict[str, tuple[Values, Page]] = {
    "oil": (OIL, oil_page),
    "flows": (FLOWS, flows_page),
    "share": (SHARE, lambda values: share_of(values).readings),
}


def without(values: Values, id_: str, lost: Callable[[date], bool]) -> Values:
    return {name: {d: v for d, v in days.items() if name != id_ or not lost(d)} for name, days in values.items()}


def losses(values: Values) -> Iterator[tuple[str, Values]]:
    """Each series in turn: all of it missing, its last month, and each single day; and each day of a whole family."""
    for id_, days in values.items():
        newest = max(days)
        yield f"{id_} missing", without(values, id_, lambda _: True)
        yield f"{id_} a month old", without(values, id_, lambda day, end=newest: day > end - timedelta(30))
        for day in days:
            yield f"{id_} without {day}", without(values, id_, lambda one, lost=day: one == lost)
    for family in FAMILIES:
        ids = [id_ for id_ in values if id_.startswith(family)]
        for day in sorted({day for id_ in ids for day in values[id_]}):
            left = values
            for id_ in ids:
                left = without(left, id_, lambda one, lost=day: one == lost)
            yield f"{family} without {day}", left


FAMILIES = ("ETF.", "CL", "OI.", "COT.")


def weaker(after: Reading, whole: Reading) -> bool:
    """Whether a reading says of itself that it is worth less."""
    worse = QUALITIES.index(after.quality or "exact") > QUALITIES.index(whole.quality or "exact")
    return worse or STATES.index(after.state) > STATES.index(whole.state)


def no_firmer(after: Reading, whole: Reading) -> bool:
    """Whether a reading with a loss says no more than the whole does."""
    if after.value is None or after.value == whole.value:
        return True
    assert after.period and whole.period
    if after.period < whole.period:  # it is of an earlier day, and says so
        return True
    if isinstance(after.value, str) or isinstance(whole.value, str) or whole.value is None:
        return weaker(after, whole)
    between = bounds(after)
    if between is None:
        return True
    return between.least - 1e-6 <= whole.value <= between.most + 1e-6


@pytest.mark.parametrize("world", WORLDS)
def test_a_loss_makes_no_number_or_label_more_confident(world: str) -> None:
    values, page = WORLDS[world]
    whole = {one.name: one for one in page(values)}
    count = 0
    for what, left in losses(values):
        for one in page(left):
            count += 1
            assert no_firmer(one, whole[one.name]), (what, one, whole[one.name])
            if one.band and one.period == whole[one.name].period and not weaker(one, whole[one.name]):
                assert one.band == whole[one.name].band, (what, one)
    assert count > 200, "so many readings were looked at"


def test_a_run_with_a_loss_is_at_least_so_long_and_never_longer_than_the_whole() -> None:
    whole = next(one for one in flows_page(FLOWS) if one.name == "etf.run")
    assert isinstance(whole.value, int) and abs(whole.value) > 1
    for what, left in losses(FLOWS):
        after = next(one for one in flows_page(left) if one.name == "etf.run")
        if isinstance(after.value, int) and after.period == whole.period:
            assert abs(after.value) <= abs(whole.value), what
            assert after.value == whole.value or after.said("says")[0].startswith("at least"), what


def test_a_crossing_that_is_told_with_a_loss_is_one_of_the_whole() -> None:
    whole = share_of(SHARE).crossings
    assert len(whole) == 3
    for what, left in losses(SHARE):
        for one in share_of(left).crossings:
            within = [one.since < other.day <= one.day and other.over is one.over for other in whole]
            assert any(within), (what, one)


def test_the_distance_to_the_cost_never_names_a_side_that_the_unknown_days_could_turn() -> None:
    for what, left in losses(FLOWS):
        after = {one.name: one for one in flows_page(left)}
        cost, away = after["etf.cost.net"], after["etf.vs_cost"]
        if away.value is not None and cost.least is not None:
            assert away.least is not None, what
            assert away.said("says")[0].startswith("by the flows ") or away.quality == "provisional", what


@pytest.mark.parametrize("bill", [(), (("2026-07-01", 3.65),)])
def test_without_a_bill_or_with_an_old_one_the_carry_has_no_band(bill: Sequence[tuple[str, float]]) -> None:
    now = day_end_ms(date(2026, 8, 5))
    quote = Derivative(
        "okx", "F", "future", False, "live", now, 64_000.0 * 1.015, 64_000.0, None, expiry_ms=now + 90 * 86_400_000
    )
    rows = [Observation("DGS3MO", day, value, 0, "fred") for day, value in bill]
    for state in ("live", "stale", "down"):
        row = Derivative(**{name: getattr(quote, name) for name in quote.__struct_fields__} | {"state": state})
        found = curve([row], Vintages(rows).known(now), now, CurveRule())
        carry = next(one for one in found.readings if one.name == "curve.carry.90d")
        assert (carry.band, carry.state in ("none", "stale", "down")) == ("", True)
