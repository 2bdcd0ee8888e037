"""The slow series as viewers see them."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from feeds.calendars import Release
from feeds.facts import Observation
from feeds.session import Session
from feeds.slow import Slow
from feeds.sources import SOURCES
from feeds.state import State
from feeds.topics import Due, Engine, Macro, SeriesPage, SeriesRow
from feeds.venue import Http
from feeds.views.macro import MacroView, _rule, page
from feeds.wire import Frame


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York")).timestamp() * 1000)


NOW = ms("2026-11-20T10:30")


def rows(*points: tuple[str, float, int], series: str = "SOFR") -> list[Observation]:
    return [Observation(series, period, value, known, "nyfed") for period, value, known in points]


def row(macro: Macro, id_: str) -> SeriesRow:
    return next(one for one in macro.rows if one.id == id_)


def test_a_row_has_value_change_period_state_and_the_next_release() -> None:
    slow = Slow(SOURCES)
    slow.add(rows(("2026-11-18", 3.62, ms("2026-11-19T08:00")), ("2026-11-19", 3.66, ms("2026-11-20T08:00"))))
    found = row(MacroView(slow).macro(NOW), "SOFR")
    assert (found.value, found.change, found.period, found.state) == (3.66, 0.04, "2026-11-19", "fresh")
    assert found.known_ms == ms("2026-11-20T08:00")
    assert found.next_ms == ms("2026-11-23T08:00")
    assert (found.z, found.spark, found.quality, found.source) == (None, (3.62, 3.66), "exact", "nyfed")


def test_what_was_due_and_did_not_come_is_late_since_its_hour() -> None:
    slow = Slow(SOURCES)
    slow.add(rows(("2026-11-18", 3.62, ms("2026-11-19T08:00"))))
    found = row(MacroView(slow).macro(NOW), "SOFR")
    assert (found.state, found.late_since_ms) == ("late", ms("2026-11-20T08:00"))


def test_a_revised_value_says_so_and_its_page_lists_both() -> None:
    slow = Slow(SOURCES)
    slow.add(rows(("2026-11-19", 3.66, ms("2026-11-20T08:00")), ("2026-11-19", 3.67, ms("2026-11-20T14:30"))))
    assert row(MacroView(slow).macro(ms("2026-11-20T15:00")), "SOFR").quality == "revised"
    told = page(slow, "sofr")
    assert told is not None
    assert told.points == (("2026-11-19", 3.67),)
    assert [(one.value, one.known_ms) for one in told.revised] == [
        (3.67, ms("2026-11-20T14:30")),
        (3.66, ms("2026-11-20T08:00")),
    ]
    assert told.rule == "daily, 1 business day later, at 08:00 in New York"


def test_the_z_is_against_the_last_three_years() -> None:
    slow = Slow(SOURCES)
    known = ms("2026-11-20T08:00")
    values = [("2019-01-02", 99.0, known), *((f"2026-10-{day:02}", 3.0 + day % 2, known) for day in range(1, 21))]
    slow.add(rows(*values, series="VIXCLS"))
    found = row(MacroView(slow).macro(NOW), "VIXCLS")
    assert found.z == pytest.approx((3.0 - 3.5) / 0.5)


def test_a_publisher_that_is_off_says_what_to_do_about_it() -> None:
    slow = Slow(SOURCES)
    slow.off = {"yahoo": 'off: set sources.opt_in = ["yahoo"]'}
    macro = MacroView(slow).macro(NOW)
    assert row(macro, "MOVE").note == 'off: set sources.opt_in = ["yahoo"]'
    assert row(macro, "MOVE").next_ms is None
    assert next(one for one in macro.sources if one.name == "yahoo").off == 'off: set sources.opt_in = ["yahoo"]'


def test_a_value_of_another_unit_is_told_beside_what_stays() -> None:
    state = State({}, sources=SOURCES)
    session = Session(state, Engine("live", "", 0, writing=False))
    csv = "observation_date,WALCL\n2026-11-11,6741124\n2026-11-18,6744.122\n"
    session.frame(Frame("fred.WALCL", NOW, Http("https://fred.stlouisfed.org/graph/fredgraph.csv?id=WALCL", 200, csv)))
    session.changes(NOW)
    topic = msgspec.json.decode(session.everything()["macro"], type=Macro)
    found = row(topic, "WALCL")
    assert (found.value, found.period) == (6_741_124.0, "2026-11-11")
    assert found.note == "refused: 6,744.12 is no value of WALCL in $M (400,000 to 20,000,000)"


def test_the_calendar_names_each_release_of_the_next_seven_days_once() -> None:
    calendar = MacroView(Slow(SOURCES)).macro(ms("2026-11-21T12:00")).calendar
    h41 = [due for due in calendar if "WALCL" in due.series]
    assert [(due.at_ms, due.period, due.source, due.about) for due in h41] == [
        (ms("2026-11-27T16:30"), "2026-11-25", "fred", False)  # Friday: Thursday is Thanksgiving
    ]
    assert [due.at_ms for due in calendar] == sorted(due.at_ms for due in calendar)


def test_a_decision_of_the_fed_stands_in_the_calendar_to_the_minute_in_which_it_is_published() -> None:
    def told(now: str) -> list[Due]:
        return [due for due in MacroView(Slow(SOURCES)).macro(ms(now)).calendar if due.source == "fomc"]

    december = Due(
        ms("2026-12-09T14:00"),
        "Fed decision, with projections",
        "2026-12-10",
        "fomc",
        False,
        ("DFEDTARU", "DFEDTARL", "IORB"),
    )
    assert told("2026-12-02T14:00") == []
    assert told("2026-12-02T14:01") == [december]
    assert told("2026-12-09T13:59") == [december]
    assert told("2026-12-09T14:00") == []
    assert [(due.label, due.period) for due in told("2027-01-25T12:00")] == [("Fed decision", "2027-01-28")]


def test_claims_of_the_week_of_thanksgiving_stand_on_the_wednesday() -> None:
    calendar = MacroView(Slow(SOURCES)).macro(ms("2026-11-21T12:00")).calendar
    claims = [due for due in calendar if "ICSA" in due.series]
    assert [(due.at_ms, due.period) for due in claims] == [(ms("2026-11-25T08:30"), "2026-11-21")]


def test_a_value_of_a_day_to_come_is_stale_and_it_is_said_why() -> None:
    slow = Slow(SOURCES)
    slow.add(rows(("2026-11-19", 3.62, ms("2026-11-20T08:00")), ("2027-11-19", 3.66, ms("2026-11-20T08:00"))))
    found = row(MacroView(slow).macro(NOW), "SOFR")
    assert (found.state, found.note) == ("stale", "2027-11-19 is yet to come: misdated, or the clock here is wrong")
    assert found.late_since_ms == ms("2026-11-20T08:00")


def test_a_page_is_told_only_to_who_asks_and_anew_when_it_changed() -> None:
    state = State({}, sources=SOURCES)
    session = Session(state, Engine("live", "", 0, writing=False))
    state.slow.add(rows(("2026-11-18", 3.62, ms("2026-11-19T08:00"))))
    first = session.wanted("series.sofr")
    assert first is not None
    assert msgspec.json.decode(first, type=SeriesPage).points == (("2026-11-18", 3.62),)
    assert session.wanted("series.sofr") is first
    state.slow.add(rows(("2026-11-19", 3.66, NOW)))
    again = session.wanted("series.sofr")
    assert again is not None
    assert json.loads(again)["points"] == [["2026-11-18", 3.62], ["2026-11-19", 3.66]]
    assert session.wanted("series.NOBODY") is None
    assert session.wanted("price") is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Release("day", "16:00", lag=0), "daily, the same day, at 16:00 in New York"),
        (
            Release("month", "14:00", lag=8, working=True),
            "each month, 8 business days after its end, at 14:00 in New York",
        ),
        (
            Release("week", "15:30", lag=3, weekday=1, working=True),
            "weekly, of Tuesday, 3 business days later, at 15:30 in New York",
        ),
        (Release("week", "16:30", lag=1), "weekly, of Wednesday, 1 day later, at 16:30 in New York"),
        (
            Release("month", "08:30", lag=12, usual=True),
            "about each month, 12 days after its end, at 08:30 in New York",
        ),
        (
            Release("week", "08:30", lag=5, weekday=5, eve="federal"),
            "weekly, of Saturday, 5 days later, the day before where that is a holiday, at 08:30 in New York",
        ),
        (Release("quarter", "08:30", lag=-60), "each quarter, 60 days before its end, at 08:30 in New York"),
    ],
)
def test_rules_in_words(rule: Release, words: str) -> None:
    assert _rule(rule) == words


def test_what_was_read_afterwards_is_marked_where_it_is_looked_back_on_and_on_its_page() -> None:
    read_ms, out_ms = ms("2026-11-20T10:00"), ms("2023-09-01T08:30")
    slow = Slow(SOURCES)
    slow.add([Observation("UNRATE", "2023-08-01", 3.7, out_ms, "fred", read_ms=read_ms)])
    assert row(MacroView(slow).macro(read_ms - 1), "UNRATE").quality == "later"
    assert row(MacroView(slow).macro(read_ms), "UNRATE").quality == "exact"
    slow.add([Observation("UNRATE", "2023-08-01", 3.8, out_ms + 1, "fred")])
    told = page(slow, "UNRATE")
    assert told is not None
    assert [(one.value, one.later) for one in told.revised] == [(3.8, False), (3.7, True)]


def test_a_doubted_value_is_shown_with_its_reason_beside_what_is_believed() -> None:
    slow = Slow(SOURCES)
    times = {day: ms(f"2026-11-{day + 1}T08:00") for day in (17, 18, 19)}
    slow.add(rows(*((f"2026-11-{day}", value, times[day]) for day, value in ((17, 3.62), (18, 3.66), (19, 0.0365)))))
    found = row(MacroView(slow).macro(NOW), "SOFR")
    assert (found.value, found.period, found.quality, found.kind) == (0.0365, "2026-11-19", "doubted", "doubt")
    assert (found.change, found.z, found.spark) == (-3.6235, None, (3.62, 3.66))
    assert found.note == (
        "doubted, and not used: 0.0365 % after 3.66 of 2026-11-18, 100 times as little: another unit? "
        "It waits for another publisher, or your word"
    )
    told = page(slow, "SOFR")
    assert told is not None
    assert told.points == (("2026-11-17", 3.62), ("2026-11-18", 3.66))
    assert [(one.period, one.value, one.source, one.since_ms) for one in told.doubted] == [
        ("2026-11-19", 0.0365, "nyfed", None)
    ]


def test_a_doubt_that_was_confirmed_is_told_with_its_time_and_marks_nothing() -> None:
    slow = Slow(SOURCES)
    closes = [(16, 100.0), (17, 101.0), (18, 14.0), (19, 14.2)]
    times = {day: ms(f"2026-11-{day}T18:00") for day, _ in closes}
    slow.add(rows(*((f"2026-11-{day}", value, times[day]) for day, value in closes), series="GLD"))
    found = row(MacroView(slow).macro(NOW), "GLD")
    assert (found.value, found.quality, found.kind) == (14.2, "exact", "why")
    told = page(slow, "GLD")
    assert told is not None
    assert [(one.period, one.since_ms) for one in told.doubted] == [("2026-11-18", times[19])]


def test_the_page_says_what_is_revised_by_rule() -> None:
    slow = Slow(SOURCES)
    slow.add(rows(("2026-10-01", 159_000.0, NOW), series="PAYEMS"))
    told = page(slow, "PAYEMS")
    assert told is not None
    assert told.rule.endswith("; all of it is re-estimated")
