"""CME's open interest beside the exchanges', from hand-made reports and snapshots."""

from collections.abc import Mapping
from datetime import date

import pytest

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.knowledge import holds
from feeds.signals.share import share
from feeds.signals.thresholds import ShareRule
from feeds.topics.base import Reading
from feeds.topics.share import Crossing, Share
from feeds.vintages import Known, Vintages, given

RULE = ShareRule()
JULY_7 = {"COT.133741.OI": 18_832, "COT.133742.OI": 24_658}
LEVERAGED = {
    "COT.133741.LEV.LONG": 4_500,
    "COT.133741.LEV.SHORT": 11_200,
    "COT.133742.LEV.LONG": 8_000,
    "COT.133742.LEV.SHORT": 6_500,
}
JULY_8 = {"OI.BINANCE": 112_000.0, "OI.BYBIT": 60_000.0, "OI.OKX": 35_000.0, "OI.DERIBIT": 12_374.2}


def page(*days: tuple[str, Mapping[str, float]], until: str = "2026-07-11") -> Share:
    values: dict[str, list[tuple[str, float]]] = {}
    for day, numbers in days:
        for name, value in numbers.items():
            values.setdefault(name, []).append((day, value))
    return share(given(values, day_end_ms(date.fromisoformat(until))), RULE)


def one(found: Share, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def cot(day: str, btc: float) -> tuple[str, Mapping[str, float]]:
    return day, {"COT.133741.OI": btc / 5, "COT.133742.OI": 0.0}


def test_cme_is_five_bitcoin_and_a_tenth_by_the_contract() -> None:
    reading = one(page(("2026-07-07", JULY_7)), "oi.cme")
    assert reading.value == pytest.approx(96_625.8, abs=1e-6)
    assert (reading.unit, reading.period, reading.state, reading.quality) == ("BTC", date(2026, 7, 7), "fresh", "exact")
    assert reading.words == ("close of Tuesday 2026-07-07",)
    assert reading.formula == "5 x 133741 + 0.1 x 133742"


def test_the_share_is_of_five_on_one_date_and_both_dates_are_printed() -> None:
    later = {"OI.BINANCE": 90_000.0, "OI.BYBIT": 1_000.0, "OI.OKX": 1_000.0, "OI.DERIBIT": 1_000.0}
    found = page(("2026-07-07", JULY_7), ("2026-07-08", JULY_8), ("2026-07-11", later))
    reading = one(found, "oi.cme_share")
    assert reading.value == pytest.approx(96_625.8 / 316_000 * 100)
    assert (reading.unit, reading.state, reading.quality) == ("%", "fresh", "exact")
    assert reading.words == ("CME's close of Tuesday 2026-07-07 against 00:00 UTC of 2026-07-08",)
    assert {row.period for row in reading.inputs} == {date(2026, 7, 7), date(2026, 7, 8)}
    assert one(found, "oi.binance").value == 90_000.0
    assert one(found, "oi.binance").words == ("00:00 UTC of 2026-07-11",)
    ratio = one(found, "oi.cme_binance")
    assert (ratio.value, ratio.unit) == (pytest.approx(96_625.8 / 112_000), "")


def test_without_an_exchange_the_share_is_an_upper_bound_and_says_so() -> None:
    snapshots = {name: value for name, value in JULY_8.items() if name != "OI.BYBIT"}
    reading = one(page(("2026-07-07", JULY_7), ("2026-07-08", snapshots)), "oi.cme_share")
    assert reading.value == pytest.approx(96_625.8 / 256_000 * 100)
    assert (reading.quality, reading.missing) == ("partial", ("OI.BYBIT",))
    assert reading.words[0] == "4 of 5 parts, without bybit: at most so much"
    assert (reading.least, reading.most) == (0.0, reading.value)
    assert (holds(reading, "<", 40), holds(reading, "<", 35), holds(reading, ">=", 35)) == (True, None, None)


def test_a_missing_snapshot_is_replaced_by_the_nearest_before_and_it_is_said() -> None:
    snapshots = {name: value for name, value in JULY_8.items() if name != "OI.BINANCE"}
    binance = {"OI.BINANCE": 110_000.0}
    found = page(("2026-07-05", binance), ("2026-07-07", JULY_7), ("2026-07-08", snapshots), ("2026-07-09", binance))
    for name in ("oi.cme_share", "oi.cme_binance"):
        assert one(found, name).said("older") == ("binance of 2026-07-05, the nearest before",)
        assert one(found, name).quality == "estimated"
    assert holds(one(found, "oi.cme_binance"), "<", 1) is None, "a number of another day decides nothing"
    assert found.weeks[-1].older == (("binance", date(2026, 7, 5)),)
    too_old = page(("2026-07-04", binance), ("2026-07-07", JULY_7), ("2026-07-08", snapshots), ("2026-07-09", binance))
    assert one(too_old, "oi.cme_binance").value is None
    assert one(too_old, "oi.cme_binance").words[0] == "Binance is not known"
    assert one(too_old, "oi.cme_share").words[0] == "4 of 5 parts, without binance: at most so much"


def test_with_no_snapshot_of_that_date_there_is_no_share() -> None:
    reading = one(page(("2026-07-07", JULY_7), ("2026-07-11", JULY_8)), "oi.cme_share")
    assert (reading.value, reading.state) == (None, "none")
    assert reading.words[0] == "nothing to compare: no snapshot of that date is known"
    assert len(reading.missing) == 4


def test_a_report_of_a_monday_is_matched_with_the_midnight_that_follows_it() -> None:
    monday = page(
        ("2025-11-10", JULY_7), ("2025-11-11", JULY_8), ("2025-11-12", {"OI.BINANCE": 1.0}), until="2025-11-14"
    )
    reading = one(monday, "oi.cme_share")
    assert reading.value == pytest.approx(96_625.8 / 316_000 * 100)
    assert reading.words == ("CME's close of Monday 2025-11-10 against 00:00 UTC of 2025-11-11",)
    assert one(monday, "oi.cme").state == "fresh"


def test_steps_of_six_and_eight_days_are_no_gap_and_two_missing_weeks_are() -> None:
    whole = page(cot("2025-11-04", 1e5), cot("2025-11-10", 1e5), cot("2025-11-18", 1e5), until="2025-11-21")
    assert whole.gaps == ()
    found = page(cot("2026-06-09", 1e5), cot("2026-06-16", 1e5), cot("2026-07-07", 1e5))
    assert found.gaps == ((date(2026, 6, 16), date(2026, 7, 7), 2),)
    assert one(found, "oi.cme").words[-1] == "2 reports are missing between 2026-06-16 and 2026-07-07"
    assert [week.day for week in found.weeks] == [date(2026, 6, 9), date(2026, 6, 16), date(2026, 7, 7)]


def test_a_report_that_did_not_come_is_late_and_then_stale() -> None:
    states = [
        one(page(("2026-07-07", JULY_7), until=day), "oi.cme").state
        for day in ("2026-07-16", "2026-07-17", "2026-07-26")
    ]
    assert states == ["fresh", "late", "stale"]


def test_crossings_of_one_are_dated_and_a_hole_leaves_them_between_two_reports() -> None:
    binance = {"OI.BINANCE": 100_000.0}
    found = page(
        cot("2023-10-31", 98_000), ("2023-11-01", binance),
        cot("2023-11-07", 101_000), ("2023-11-08", binance),
        cot("2023-11-14", 100_000), ("2023-11-15", binance),
        cot("2023-12-05", 99_000), ("2023-12-06", binance),
        until="2023-12-09",
    )  # fmt: skip
    assert found.crossings == (
        Crossing(date(2023, 11, 7), True, date(2023, 10, 31)),
        Crossing(date(2023, 12, 5), False, date(2023, 11, 7)),
    )
    assert one(found, "oi.cme_binance").words[-1] == "under 1 since the report of 2023-12-05, after that of 2023-11-07"


def test_a_doubled_open_interest_is_said_and_makes_no_crossing() -> None:
    binance = [(f"2026-06-{day:02}", {"OI.BINANCE": 90_000.0}) for day in range(9, 24)]
    doubled = [(f"2026-06-{day:02}", {"OI.BINANCE": 185_000.0}) for day in range(24, 26)]
    reports = [cot("2026-06-09", 95_000), cot("2026-06-16", 95_000), cot("2026-06-23", 96_000)]
    found = page(*reports, *binance, *doubled, until="2026-06-26")
    assert found.crossings == ()
    assert found.weeks[-1].doubted == ("binance",)
    ratio = one(found, "oi.cme_binance")
    assert (ratio.value, ratio.quality) == (pytest.approx(96_000 / 185_000), "doubted")
    assert holds(ratio, "<", 1) is None
    assert ratio.words[0] == "binance looks doubled: 185,000 BTC on 2026-06-24 after 90,000 on 2026-06-23"
    assert one(found, "oi.cme_share").quality == "estimated"
    newest = one(found, "oi.binance")
    assert (newest.value, newest.quality) == (185_000.0, "doubted")
    assert newest.words[0] == "binance looks doubled: 185,000 BTC on 2026-06-25 after 90,000 on 2026-06-23"


def test_a_snapshot_of_another_day_makes_no_crossing_and_what_was_sure_is_said() -> None:
    binance = [(day, {"OI.BINANCE": 100_000.0}) for day in ("2026-06-17", "2026-06-24")]
    reports = [cot("2026-06-16", 95_000), cot("2026-06-23", 105_000), cot("2026-06-30", 95_000)]
    late = ("2026-06-29", {"OI.BINANCE": 100_000.0})
    found = page(*reports, *binance, late, until="2026-07-03")
    assert [one_.day for one_ in found.crossings] == [date(2026, 6, 23)]
    assert one(found, "oi.cme_binance").said("since") == (
        "last sure: over 1 since the report of 2026-06-23, after that of 2026-06-16",
    )


def test_while_the_past_is_read_nothing_is_said_of_who_changed_sides() -> None:
    days = {"COT.133741.OI": 19_000.0, "COT.133742.OI": 0.0}
    stored = given(
        {name: [("2026-07-07", value)] for name, value in days.items()} | {"OI.BINANCE": [("2026-07-08", 1e5)]}
    )
    at_ms = day_end_ms(date(2026, 7, 11))
    known = Known(at_ms, stored.points, stored.series, {"OI.BINANCE"}, (38, 91))
    ratio = one(share(known, RULE), "oi.cme_binance")
    assert (ratio.value, ratio.said("since", "reading")) == (0.95, ("reading the past, 38 of 91 pages",))


def test_growth_below_the_jump_is_believed_and_a_level_that_stays_is_believed_in_time() -> None:
    grown = page(("2026-07-07", {"OI.BINANCE": 100.0}), ("2026-07-08", {"OI.BINANCE": 189.9}))
    assert one(grown, "oi.binance").quality == "exact"
    at = page(("2026-07-07", {"OI.BINANCE": 100.0}), ("2026-07-08", {"OI.BINANCE": 190.0}))
    assert one(at, "oi.binance").quality == "doubted"
    stays = [(f"2026-06-{day:02}", {"OI.BINANCE": 200.0}) for day in range(2, 20)]
    first = ("2026-06-01", {"OI.BINANCE": 100.0})
    assert one(page(first, *stays[:14], until="2026-06-15"), "oi.binance").quality == "doubted"
    assert one(page(first, *stays[:15], until="2026-06-16"), "oi.binance").quality == "exact"
    halved = page(("2026-07-07", {"OI.BINANCE": 200.0}), ("2026-07-08", {"OI.BINANCE": 100.0}))
    assert one(halved, "oi.binance").quality == "exact"


def test_a_contract_that_is_not_in_the_report_leaves_a_floor_or_nothing() -> None:
    main = {"COT.133741.OI": 18_832}
    floor = one(page(("2026-07-07", main), ("2026-07-08", JULY_8)), "oi.cme")
    assert (floor.value, floor.quality, floor.missing) == (94_160.0, "floor", ("COT.133742.OI",))
    assert floor.words[0] == "at least so much: COT.133742.OI is not in the report"
    share_ = one(page(("2026-07-07", main), ("2026-07-08", JULY_8)), "oi.cme_share")
    assert (share_.least, share_.most) == (share_.value, 100.0)
    micro = page(("2026-07-07", {"COT.133742.OI": 24_658}), ("2026-07-08", JULY_8))
    for name in ("oi.cme", "oi.cme_share", "oi.cme_binance"):
        assert one(micro, name).value is None, name
    assert one(micro, "oi.cme_share").words[0] == "CME's larger contract is not in the report"
    before_micro = one(page(("2021-04-27", main), until="2021-04-30"), "oi.cme")
    assert (before_micro.value, before_micro.quality, before_micro.missing) == (94_160.0, "exact", ())


def test_leveraged_funds_are_net_short_in_bitcoin() -> None:
    found = page(("2026-07-07", {**JULY_7, **LEVERAGED}))
    reading = one(found, "oi.cme.net_short")
    assert reading.value == pytest.approx(5 * (11_200 - 4_500) + 0.1 * (6_500 - 8_000))
    assert (reading.value, reading.unit) == (pytest.approx(33_350.0), "BTC")
    assert reading.words == ("leveraged funds, close of Tuesday 2026-07-07",)
    lacking = {name: value for name, value in LEVERAGED.items() if name != "COT.133742.LEV.LONG"}
    part = one(page(("2026-07-07", {**JULY_7, **lacking})), "oi.cme.net_short")
    assert (part.value, part.missing) == (None, ("COT.133742.LEV.LONG",))
    assert part.words[0] == "positions of leveraged funds are not whole"


def test_a_snapshot_of_an_exchange_without_a_past_says_at_what_hour_it_was_taken() -> None:
    midnight = day_end_ms(date(2026, 7, 7)) + 1 - 4 * 3_600_000  # New York is four hours behind
    rows = [
        Observation("COT.133741.OI", "2026-07-07", 18_832, 0, "cftc"),
        Observation("COT.133742.OI", "2026-07-07", 24_658, 0, "cftc"),
        Observation("OI.BINANCE", "2026-07-08", 112_000.0, midnight + 86_400_000, "interest"),
        Observation("OI.OKX", "2026-07-08", 35_000.0, midnight + 52_200_000, "interest"),
        Observation("OI.DERIBIT", "2026-07-08", 12_000.0, midnight + 240_000, "interest"),
    ]
    found = share(Vintages(rows).known(midnight + 3 * 86_400_000), RULE)
    assert one(found, "oi.okx").words == ("okx as it stood at 14:30 UTC of 2026-07-08",)
    assert one(found, "oi.deribit").words == ("00:00 UTC of 2026-07-08",)
    assert one(found, "oi.binance").words == ("00:00 UTC of 2026-07-08",)
    assert one(found, "oi.cme_share").words[2] == "okx as it stood at 14:30 UTC of 2026-07-08"


def test_with_nothing_known_every_number_is_missing_and_none_is_zero() -> None:
    found = page()
    assert [reading.value for reading in found.readings] == [None] * 8
    assert all(reading.words and reading.missing for reading in found.readings)
    assert (found.weeks, found.crossings, found.gaps) == ((), (), ())
