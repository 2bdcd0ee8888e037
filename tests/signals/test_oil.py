"""The oil curve as readings and as a page, from hand-made closes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest

from feeds.calendars import business_day, day_end_ms
from feeds.facts import Observation
from feeds.signals.oil import oil
from feeds.signals.oil_legs import label
from feeds.signals.thresholds import OilRule
from feeds.topics.base import Reading
from feeds.topics.oil import Oil
from feeds.vintages import Known, Vintages, given

RULE = OilRule()
WEEK = ("2026-07-29", "2026-07-30", "2026-07-31", "2026-08-03", "2026-08-04", "2026-08-05")
"""Six sessions in a row, on all of which CLU26 is CL1 and CLG27 is CL6."""
Closes = Mapping[str, Sequence[float | None]]


def page(closes: Closes, days: Sequence[str] = WEEK, session: str | None = None, rule: OilRule = RULE) -> Oil:
    """The page from closes by contract, one for each of the days; `None` where there is none."""
    values = {
        id_: [(day, value) for day, value in zip(days, row, strict=True) if value is not None]
        for id_, row in closes.items()
    }
    last = date.fromisoformat(session or days[-1])
    return oil(given(values, day_end_ms(last)), rule, last)


def one(found: Oil, name: str) -> Reading:
    return next(reading for reading in found.readings if reading.name == name)


def sessions(first: str, count: int) -> list[str]:
    day, found = date.fromisoformat(first), list[str]()
    while len(found) < count:
        if business_day("nymex", day):
            found.append(day.isoformat())
        day += timedelta(1)
    return found


@pytest.mark.parametrize(
    ("front", "back", "expected"),
    [
        (0.0, 0.0, "quiet"),
        (0.49, -0.49, "quiet"),
        (0.50, 0.0, "front-led squeeze"),
        (0.50, 0.50, "parallel"),
        (-3.00, -3.00, "parallel"),
        (3.49, 3.00, "parallel"),
        (3.00, 3.49, "parallel"),
        (-0.01, 0.49, "quiet"),
        (0.49, -0.01, "quiet"),
        (-0.20, 0.50, "closing from both sides"),
        (-4.00, 0.01, "closing from both sides"),
        (0.50, -0.01, "opening to both sides"),
        (4.81, -1.70, "opening to both sides"),
        (-4.81, -1.70, "front-led easing"),
        (-3.50, -3.00, "front-led easing"),
        (-0.50, 0.0, "front-led easing"),
        (4.81, 1.70, "front-led squeeze"),
        (3.50, 3.00, "front-led squeeze"),
        (1.70, 4.81, "back-led catch-up"),
        (3.00, 3.50, "back-led catch-up"),
        (0.0, 0.50, "back-led catch-up"),
        (-1.70, -4.81, "back-led slide"),
        (-3.00, -3.50, "back-led slide"),
        (0.0, -0.50, "back-led slide"),
    ],
)
def test_every_row_of_the_table_of_legs_at_its_edges(front: float, back: float, expected: str) -> None:
    assert label(front, back, RULE) == expected


def test_a_move_of_fifty_cents_counts_though_neither_close_is_a_whole_float() -> None:
    found = page({"CLU26": [63.52, *[64.02] * 5], "CLG27": [60.0] * 6})
    assert 64.02 - 63.52 < 0.50
    leg = one(found, "oil.leg.5d")
    assert leg.value == "front-led squeeze"
    assert leg.words[0] == "front +0.50, back 0.00 in 5 sessions: front-led squeeze"


def test_yahoos_single_precision_is_taken_to_the_cent() -> None:
    found = page({"CLU26": [64.9800033569336], "CLG27": [63.49000167846680]}, ["2026-08-05"])
    assert one(found, "oil.cl1").value == 64.98
    assert one(found, "oil.spread").value == -1.49
    assert one(found, "oil.cl1").inputs[0].value == 64.9800033569336


def test_the_spread_with_its_contracts_ratio_and_band() -> None:
    found = page({"CLU26": [80.0], "CLG27": [72.0]}, ["2026-08-05"])
    spread, ratio = one(found, "oil.spread"), one(found, "oil.ratio")
    assert (spread.value, spread.unit, spread.band, spread.period) == (-8.0, "$/bbl", "backwardation", date(2026, 8, 5))
    assert spread.words == ("CLU26 80.00, CLG27 72.00 of 2026-08-05: backwardation of $8.00",)
    assert (spread.state, spread.quality) == ("fresh", "exact")
    assert [part.series for part in spread.inputs] == ["CLU26", "CLG27"]
    assert ratio.value == 0.9
    contango = one(page({"CLU26": [60.0], "CLG27": [60.01]}, ["2026-08-05"]), "oil.spread")
    assert (contango.value, contango.band) == (0.01, "contango")
    assert one(page({"CLU26": [60.0], "CLG27": [60.0]}, ["2026-08-05"]), "oil.spread").band == "flat"


def test_the_five_day_label_says_which_leg_over_what_and_apart_from_it_for_how_long() -> None:
    days = [*sessions("2026-07-27", 2), *WEEK]
    front = [90.0, 90.0, 90.0, 89.0, 88.0, 87.0, 86.0, 85.19]
    back = [75.0, 75.0, 75.0, 74.5, 74.5, 74.0, 73.8, 73.3]
    found = page({"CLU26": front, "CLG27": back}, days)
    leg = one(found, "oil.leg.5d")
    assert leg.value == "front-led easing"
    assert leg.words == (
        "front -4.81, back -1.70 in 5 sessions: front-led easing",
        "the market bets that the strait reopens",
        "for at least 3 sessions running",
        "since 2026-08-03",
        "CLU26 and CLG27, 2026-08-05 against 2026-07-29",
    )
    assert leg.said("since") == ("for at least 3 sessions running", "since 2026-08-03")
    assert [(part.series, part.period.day) for part in leg.inputs] == [
        ("CLU26", 29),
        ("CLU26", 5),
        ("CLG27", 29),
        ("CLG27", 5),
    ]
    drawn = next(leg for leg in found.legs if leg.window == 5)
    assert (drawn.front_move, drawn.back_move, drawn.since, drawn.sessions) == (-4.81, -1.7, date(2026, 8, 3), 3)
    assert drawn.at_least, "what it was before the first of these labels is not stored"
    assert one(found, "oil.leg.1d").words[0] == "front -0.81, back -0.50 in 1 session: parallel"


def test_the_window_of_a_move_and_the_duration_of_its_label_are_told_apart() -> None:
    days = sessions("2026-09-04", 4)
    assert days[-1] == "2026-09-10"
    found = page({"CLV26": [80.0, 80.2, 82.0, 88.43], "CLH27": [70.0, 70.1, 71.0, 73.45]}, days)
    leg = one(found, "oil.leg.1d")
    assert leg.words[0] == "front +6.43, back +2.45 in 1 session: front-led squeeze"
    assert leg.said("since") == ("for 2 sessions running", "since 2026-09-09")


def test_a_run_of_labels_is_told_only_as_far_back_as_every_session_has_one() -> None:
    front, back = [80.0, 81.0, 82.0, 83.0, 84.0, 85.0], [70.0] * 6
    assert (
        one(page({"CLU26": front, "CLG27": back}), "oil.leg.1d").said("since")[0] == "for at least 5 sessions running"
    )
    quiet = [80.0, 80.0, 81.0, 82.0, 83.0, 84.0]
    assert one(page({"CLU26": quiet, "CLG27": back}), "oil.leg.1d").said("since")[0] == "for 4 sessions running"
    torn = [80.0, 81.0, None, 83.0, 84.0, 85.0]
    found = one(page({"CLU26": torn, "CLG27": back}), "oil.leg.1d")
    assert (found.value, found.said("since")[0]) == ("front-led squeeze", "for at least 2 sessions running")


def test_the_one_day_label_is_of_the_last_two_sessions() -> None:
    found = page({"CLU26": [80.0, 81.0], "CLG27": [70.0, 72.0]}, WEEK[-2:])
    assert one(found, "oil.leg.1d").words[0] == "front +1.00, back +2.00 in 1 session: back-led catch-up"
    five = one(found, "oil.leg.5d")
    assert (five.value, five.state) == (None, "none")
    assert five.words == ("too few sessions: 1 before 2026-08-05, of 5 needed",)


def test_the_legs_never_cross_a_roll() -> None:
    """CLU26 expires on Thursday 2026-08-20: on Friday CLV26 is the front, and is held against its own past."""
    days = sessions("2026-08-14", 6)
    assert days[-1] == "2026-08-21"
    contracts = {
        "CLU26": [90.0, 90.0, 90.0, 90.0, 90.0, None],
        "CLV26": [80.0, 80.0, 80.0, 80.0, 80.0, 80.6],
        "CLG27": [70.0, 70.0, 70.0, 70.0, 70.0, 70.0],
        "CLH27": [69.0, 69.0, 69.0, 69.0, 69.0, 69.0],
    }
    found = page(contracts, days)
    leg = one(found, "oil.leg.5d")
    assert leg.words[0] == "front +0.60, back 0.00 in 5 sessions: front-led squeeze"
    assert leg.said("span")[0] == "CLV26 and CLH27, 2026-08-21 against 2026-08-14"
    assert one(found, "oil.spread").value == -11.6
    assert [(day.front, day.back, day.spread) for day in found.history[-2:]] == [
        ("CLU26", "CLG27", -20.0),
        ("CLV26", "CLH27", -11.6),
    ]


def test_an_expired_contract_is_not_used_though_a_price_of_it_comes() -> None:
    found = page({"CLU26": [90.0, 91.0], "CLV26": [80.0, None], "CLG27": [70.0, 70.0]}, ["2026-08-20", "2026-08-21"])
    cl1 = one(found, "oil.cl1")
    assert (cl1.value, cl1.period) == (90.0, date(2026, 8, 20))
    assert cl1.words[:2] == ("CLU26 of 2026-08-20", "CLV26 has no close of 2026-08-21")
    assert found.strips[0].points[0].contract == "CLV26"
    assert (found.strips[0].points[0].close, found.strips[0].points[0].period) == (None, date(2026, 8, 20))


def test_the_morning_after_a_roll_shows_the_last_close_and_says_what_is_the_front_now() -> None:
    found = page({"CLU26": [90.0], "CLG27": [70.0]}, ["2026-08-20"], "2026-08-21")
    cl1 = one(found, "oil.cl1")
    assert cl1.words[:2] == (
        "CLU26 of 2026-08-20",
        "since the roll after 2026-08-20 CL1 is CLV26, which has no close as that yet",
    )
    assert found.day == date(2026, 8, 20)
    assert found.roll.front == "CLV26"


def test_a_leg_without_a_close_today_leaves_the_last_day_that_has_both_and_says_so() -> None:
    found = page({"CLU26": [80.0, 81.0], "CLG27": [70.0, None], "CLV26": [79.0, 79.5]}, WEEK[-2:])
    spread = one(found, "oil.spread")
    assert (spread.value, spread.period) == (-10.0, date(2026, 8, 4))
    assert spread.words[1] == "the last day with both: CLG27 has no close of 2026-08-05"
    assert (one(found, "oil.cl1").value, one(found, "oil.cl1").period) == (81.0, date(2026, 8, 5))
    assert (one(found, "oil.cl6").value, one(found, "oil.cl6").period) == (70.0, date(2026, 8, 4))


def test_a_leg_that_lacks_the_first_day_has_no_label() -> None:
    found = page({"CLU26": [80.0] * 6, "CLG27": [None, *[70.0] * 5]})
    for name in ("oil.leg.5d", "oil.shock"):
        reading = one(found, name)
        assert (reading.value, reading.state, reading.words[0]) == (None, "none", "no close of CLG27 on 2026-07-29")
    assert one(found, "oil.leg.1d").value == "quiet"
    assert [day.leg for day in found.history] == [""] * 5


def test_a_day_on_which_wti_does_not_settle_is_no_session() -> None:
    """Labor Day 2026 is 7 September; Yahoo shows a price of the shortened trading of it."""
    days = ["2026-09-04", "2026-09-07", "2026-09-08"]
    found = page({"CLV26": [80.0, 99.0, 80.7], "CLH27": [70.0, 71.0, 70.0]}, days)
    assert [day.day.day for day in found.history] == [4, 8]
    assert one(found, "oil.leg.1d").words[0] == "front +0.70, back 0.00 in 1 session: front-led squeeze"


def test_a_window_is_of_so_many_sessions_whatever_is_missing_within_it() -> None:
    days = sessions("2026-07-27", 9)
    front = [80.0, 80.1, None, None, *[81.0] * 5]
    found = page({"CLU26": front, "CLG27": [70.0, 70.0, None, None, *[70.0] * 5]}, days)
    assert [(day.day.day, day.leg) for day in found.history] == [
        (27, ""), (28, ""), (31, ""), (3, "front-led squeeze"), (4, "front-led squeeze"), (5, ""), (6, ""),
    ]  # fmt: skip
    leg = one(found, "oil.leg.5d")
    assert (leg.value, leg.words) == (None, ("no close of CLU26 and CLG27 on 2026-07-30",))


def test_a_session_without_one_leg_makes_the_label_before_it_partial() -> None:
    whole = page({"CLU26": [80.0, 81.0], "CLG27": [70.0, 70.0]}, WEEK[-3:-1], WEEK[-1])
    assert (one(whole, "oil.leg.1d").value, one(whole, "oil.leg.1d").quality) == ("front-led squeeze", "exact")
    torn = page({"CLU26": [80.0, 81.0, 81.1], "CLG27": [70.0, 70.0, None]}, WEEK[-3:])
    leg = one(torn, "oil.leg.1d")
    assert (leg.value, leg.quality) == ("front-led squeeze", "partial")
    assert leg.said("older") == ("the last day with both: CLG27 has no close of 2026-08-05",)


def test_negative_prices_have_a_spread_and_no_ratio() -> None:
    """The front contract closed at -37.63 on 2020-04-20, the day before its last."""
    found = page({"CLK20": [18.27, -37.63], "CLV20": [32.0, 30.0]}, ["2020-04-17", "2020-04-20"])
    assert one(found, "oil.cl1").value == -37.63
    assert one(found, "oil.spread").value == 67.63
    ratio = one(found, "oil.ratio")
    assert (ratio.value, ratio.state) == (None, "none")
    assert ratio.words[0] == "CLK20 closed at -37.63: a ratio to it says nothing"
    assert one(found, "oil.leg.1d").words[0] == "front -55.90, back -2.00 in 1 session: front-led easing"


RISE = [70.0, 70.6, 71.2, 71.8, 72.4, 73.0, 73.6, 74.2, 74.2, 74.2]


def test_a_shock_is_the_back_up_three_dollars_and_has_its_first_day() -> None:
    days = sessions("2026-07-22", 10)
    found = page({"CLU26": [80.0] * 10, "CLG27": RISE}, days)
    assert [day.leg for day in found.history[5:]] == ["back-led catch-up"] * 5
    shock = one(found, "oil.shock")
    assert (shock.value, shock.band) == ("off", "")
    assert shock.words[:2] == (
        "front 0.00, back +1.80 in 5 sessions: back-led catch-up",
        "the last one: 2026-07-29 to 2026-07-31",
    )
    assert [(run.first, run.last, run.sessions, run.back, run.on) for run in found.shocks] == [
        (date(2026, 7, 29), date(2026, 7, 31), 3, 3.0, False)
    ]
    during = page({"CLU26": [80.0] * 8, "CLG27": RISE[:8]}, days[:8])
    shock = one(during, "oil.shock")
    assert (shock.value, shock.band) == ("on", "shock")
    assert shock.said("since") == ("since 2026-07-29, where the record of this begins", "for 3 sessions")
    assert during.shocks[-1].on


def test_a_cent_less_than_three_dollars_is_no_shock() -> None:
    found = page({"CLU26": [80.0] * 6, "CLG27": [70.0, 71.0, 72.0, 72.5, 72.9, 72.99]})
    assert (one(found, "oil.leg.5d").value, one(found, "oil.shock").value) == ("back-led catch-up", "off")
    assert one(found, "oil.shock").words[1] == "none since 2026-08-05, where the record of this begins"
    whole = page({"CLU26": [80.0] * 6, "CLG27": [70.0, 71.0, 72.0, 72.5, 72.9, 73.0]})
    assert one(whole, "oil.shock").value == "on"


def test_a_front_that_leads_the_back_up_is_no_shock() -> None:
    found = page({"CLU26": [80.0, *[90.0] * 5], "CLG27": [70.0, *[75.0] * 5]})
    assert (one(found, "oil.leg.5d").value, one(found, "oil.shock").value) == ("front-led squeeze", "off")


def test_two_shocks_are_listed_apart_and_a_session_without_a_leg_ends_none() -> None:
    """July 31 lacks the back leg: it has no label, and neither has August 7, which is held against it."""
    days = sessions("2026-07-22", 16)
    back = [70.0, 70.0, 70.0, 70.0, 70.0, 74.0, 74.0, None, 74.0, 74.0, 74.0, 74.0, None, 78.0, 78.0, 78.0]
    found = page({"CLU26": [80.0] * 16, "CLG27": back}, days)
    assert [(run.first.isoformat(), run.last.isoformat(), run.sessions) for run in found.shocks] == [
        ("2026-07-29", "2026-08-04", 4),
        ("2026-08-10", "2026-08-12", 3),
    ]
    assert one(found, "oil.shock").said("since") == ("since 2026-08-10", "for 3 sessions")
    assert [run.unknown for run in found.shocks] == [1, 0]


def test_an_old_strip_has_no_shock_neither_on_nor_off() -> None:
    days = sessions("2026-07-22", 8)
    closes = {"CLU26": [80.0] * 8, "CLG27": RISE[:8]}
    late = page(closes, days, "2026-08-07")
    assert (one(late, "oil.shock").value, one(late, "oil.shock").state) == ("on", "late")
    old = page(closes, days, "2026-08-14")
    shock = one(old, "oil.shock")
    assert (shock.value, shock.state, shock.band) == (None, "none", "")
    assert shock.said("why") == ("the last session with both closes is 2026-07-31: too old to tell",)
    assert shock.said("since") == ("since 2026-07-29, last seen on 2026-07-31",)
    assert old.shocks[-1].on is None
    assert one(old, "oil.leg.5d").state == "stale"
    assert one(old, "oil.spread").band == "", "a word that may decide nothing is not said"


def test_a_shock_after_which_no_session_has_a_label_has_neither_ended_nor_gone_on() -> None:
    """The close of the back leg on July 27, against which August 3 is held, is missing."""
    days = sessions("2026-07-22", 9)
    back = [70.0, 70.6, 71.2, None, 72.4, 73.0, 73.6, 74.2, 74.2]
    found = page({"CLU26": [80.0] * 9, "CLG27": back}, days)
    assert (one(found, "oil.shock").value, one(found, "oil.shock").words) == (
        None, ("no close of CLG27 on 2026-07-27",),
    )  # fmt: skip
    assert [(run.last, run.on) for run in found.shocks] == [(date(2026, 7, 31), None)]


def test_the_age_of_a_label_is_that_of_the_last_session_with_both_closes() -> None:
    """Each contract has a close of its own on one of the days after it, so that neither is old by itself."""
    days = ["2026-08-04", "2026-08-05", "2026-08-13", "2026-08-14"]
    found = page({"CLU26": [80.0, 81.0, 82.0, None], "CLG27": [70.0, 70.0, None, 71.0]}, days)
    for name in ("oil.spread", "oil.ratio", "oil.leg.1d"):
        assert (one(found, name).period, one(found, name).state) == (date(2026, 8, 5), "stale"), name


def test_while_the_past_is_read_there_is_no_label_and_no_shock() -> None:
    rows = [Observation(id_, day, 80.0, 1, "yahoo") for id_ in ("CLU26", "CLG27") for day in WEEK]
    stored = Vintages(rows)
    at_ms = day_end_ms(date(2026, 8, 5))
    known = Known(at_ms, lambda id_: stored.points(id_, at_ms), stored.series, {"CL*"}, (38, 91))
    found = oil(known, RULE, date(2026, 8, 5))
    for name in ("oil.leg.1d", "oil.leg.5d", "oil.shock"):
        assert (one(found, name).value, one(found, name).said("reading")) == (
            None, ("reading the past, 38 of 91 pages",),
        ), name  # fmt: skip
    assert one(found, "oil.spread").value == 0.0


def test_a_provisional_close_makes_what_comes_of_it_provisional() -> None:
    rows = [
        Observation("CLU26", "2026-08-05", 80.0, 1, "yahoo", True),
        Observation("CLG27", "2026-08-05", 72.0, 1, "yahoo"),
    ]
    known = Vintages(rows).known(day_end_ms(date(2026, 8, 5)))
    found = oil(known, RULE, date(2026, 8, 5))
    assert [one(found, name).quality for name in ("oil.cl1", "oil.cl6", "oil.spread")] == [
        "provisional",
        "exact",
        "provisional",
    ]


def test_a_roll_is_announced_two_business_days_ahead() -> None:
    found = {day: page({"CLU26": [80.0]}, [f"2026-08-{day}"]) for day in (17, 18, 19, 20)}
    assert [(found[day].roll.days, found[day].roll.soon) for day in found] == [
        (3, False),
        (2, True),
        (1, True),
        (0, True),
    ]
    assert (found[18].roll.front, found[18].roll.last_day, found[18].roll.next) == ("CLU26", date(2026, 8, 20), "CLV26")
    said = {day: one(found[day], "oil.cl1").words[1:] for day in found}
    assert said[17] == ()
    assert said[18] == ("roll: CLU26 is the front until 2026-08-20, in 2 business days; then CLV26",)
    assert said[19] == ("roll: CLU26 is the front until 2026-08-20, in 1 business day; then CLV26",)
    assert said[20] == ("roll: CLU26 is the front until 2026-08-20, today; then CLV26",)


def test_one_who_rolls_early_has_the_next_contract_in_front_five_business_days_before() -> None:
    early = OilRule(early_days=5)
    closes = {"CLU26": [80.0, 80.0], "CLV26": [79.0, 79.0], "CLG27": [71.0, 71.0], "CLH27": [70.0, 70.0]}
    found = page(closes, ["2026-08-13", "2026-08-14"], rule=early)
    assert [(day.front, day.back, day.spread) for day in found.history] == [
        ("CLU26", "CLG27", -9.0),
        ("CLV26", "CLH27", -9.0),
    ]
    assert one(found, "oil.spread").words[-1] == "rolled 5 business days before the last trading day"
    assert (found.roll.front, found.roll.last_day, found.roll.early) == ("CLV26", date(2026, 9, 15), 5)
    with pytest.raises(ValueError, match="early_days is to be 0 to 15"):
        OilRule(early_days=16)


def test_the_strip_now_and_one_five_and_twenty_sessions_ago() -> None:
    days = sessions("2026-08-05", 21)
    assert days[-1] == "2026-09-02"
    closes = {"CLU26": [80.0] * 12 + [None] * 9, "CLV26": [float(60 + n) for n in range(21)]}
    found = page(closes, days)
    assert [(strip.ago, strip.day.isoformat()) for strip in found.strips] == [
        (0, "2026-09-02"),
        (1, "2026-09-01"),
        (5, "2026-08-26"),
        (20, "2026-08-05"),
    ]
    now, _, _, before = found.strips
    assert [(point.n, point.contract, point.close) for point in now.points[:2]] == [
        (1, "CLV26", 80),
        (2, "CLX26", None),
    ]
    assert [(point.n, point.contract, point.close) for point in before.points[:2]] == [
        (1, "CLU26", 80.0),
        (2, "CLV26", 60.0),
    ]
    assert [len(strip.points) for strip in found.strips] == [12] * 4
    assert now.points[11].contract == "CLU27"


def test_what_was_imported_is_older_history_and_marked() -> None:
    days = ["2026-07-31", "2026-08-03", "2026-08-04", "2026-08-05"]
    closes = {
        "CL1": [70.0, 71.0, 72.0, 73.0],
        "CL6": [65.0, None, 66.5, 67.0],
        "CLU26": [None, None, None, 73.5],
        "CLG27": [None, None, None, 67.5],
    }
    found = page(closes, days)
    assert [(day.day.isoformat(), day.front, day.spread, day.imported) for day in found.history] == [
        ("2026-07-31", "CL1", -5.0, True),
        ("2026-08-04", "CL1", -5.5, True),
        ("2026-08-05", "CLU26", -6.0, False),
    ]
    assert found.stored == date(2026, 8, 5)
    assert found.notes == (
        "the spread is stored since 2026-08-05: expired contracts vanish from the source, so no past CL6 can be had",
        "until 2026-08-04 from your own series CL1 and CL6, in which rolls cannot be told apart",
    )


def test_without_any_close_everything_says_that_it_is_not_known() -> None:
    found = page({"CL=F": [-37.63, 10.01]}, ["2020-04-20", "2020-04-21"], "2026-08-05")
    assert [reading.value for reading in found.readings] == [None] * 7
    assert {reading.words for reading in found.readings} == {("no close of any WTI contract is stored",)}
    assert [reading.name for reading in found.readings] == [
        "oil.cl1",
        "oil.cl6",
        "oil.spread",
        "oil.ratio",
        "oil.leg.1d",
        "oil.leg.5d",
        "oil.shock",
    ]
    assert found.front == ((date(2020, 4, 20), -37.63), (date(2020, 4, 21), 10.01))
    assert (found.day, found.stored, found.strips) == (None, None, ())


def test_one_leg_alone_names_the_other_as_missing() -> None:
    spread = one(page({"CLU26": [80.0]}, ["2026-08-05"]), "oil.spread")
    assert (spread.value, spread.missing) == (None, ("CLG27",))
    assert spread.words == ("no day has closes of both CL1 and CL6; of 2026-08-05 lacks CLG27",)


def test_what_is_dated_after_the_session_is_not_looked_at() -> None:
    found = page({"CLU26": [80.0, 99.0], "CLG27": [70.0, 99.0]}, ["2026-08-04", "2026-08-05"], "2026-08-04")
    assert (found.day, one(found, "oil.cl1").value) == (date(2026, 8, 4), 80.0)


def test_closes_that_stopped_coming_are_late_and_then_stale() -> None:
    closes = {"CLU26": [80.0], "CLG27": [70.0]}
    later = ("2026-08-05", "2026-08-06", "2026-08-07", "2026-08-12", "2026-08-13")
    states = [one(page(closes, ["2026-08-05"], session), "oil.spread").state for session in later]
    assert states == ["fresh", "fresh", "late", "late", "stale"]
