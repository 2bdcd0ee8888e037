"""The event study: when a rule fired, what followed, and what is said of it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import fmean

import pytest
from msgspec.structs import replace

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.histories import HISTORIES, Record, history
from feeds.signals.rules import Rules
from feeds.signals.study import study
from feeds.signals.study_rule import Rule, RuleError, Seen, firings, fitted, parse
from feeds.signals.thresholds import StudyRule
from feeds.topics.study import Cell, Study
from feeds.vintages import Vintages

HOUR_MS = 3_600_000
FIRST = date(2025, 1, 1)


def day(n: int) -> date:
    return FIRST + timedelta(days=n)


def ms(of: date, hour: float = 0.0) -> int:
    return int(datetime(of.year, of.month, of.day, tzinfo=UTC).timestamp() * 1000 + hour * HOUR_MS)


def rows(series: str, values: Iterable[tuple[date, float]], hour: float = 22.0) -> list[Observation]:
    """Each known at that hour of its day, UTC."""
    return [Observation(series, of.isoformat(), value, ms(of, hour), "x") for of, value in values]


def record(*given: Sequence[Observation], until: date = date(2028, 1, 1)) -> Record:
    return Record(Vintages(row for part in given for row in part), day_end_ms(until), Rules())


def bitcoin(prices: Sequence[float]) -> list[Observation]:
    return rows("BTC", [(day(n), price) for n, price in enumerate(prices)], 24.0)


def told(rule: str, of: Record, thresholds: StudyRule | None = None) -> Study:
    return study(rule, of, thresholds or StudyRule())


def cell(found: Study, outcome: str, days: int) -> Cell:
    return next(one for one in found.cells if (one.outcome, one.days) == (outcome, days))


def seen(*values: float | str) -> list[Seen]:
    return [Seen(day(n), ms(day(n)), value) for n, value in enumerate(values)]


def fired(rule: str, *values: float | str, labels: tuple[str, ...] = ()) -> list[int]:
    return [(one.day - FIRST).days for one in firings(fitted(parse(rule), labels, bool(labels)), seen(*values), labels)]


def test_a_rule_is_read_as_it_is_written() -> None:
    assert parse("MOVE above 130") == Rule("MOVE", "above", 130.0)
    assert parse("  repo.band   Changes ") == Rule("repo.band", "changes", None)
    assert parse("verdict.state changes armed") == Rule("verdict.state", "changes", "armed")
    assert parse("WALCL below 6,500,000") == Rule("WALCL", "below", 6_500_000.0)
    assert parse("ETF.TOTAL crosses -500.5") == Rule("ETF.TOTAL", "crosses", -500.5)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no rule like"),
        ("MOVE", "is no rule like"),
        ("MOVE over 130", "is no rule like"),
        ("MOVE above 130 twice", "is no rule like"),
        ("MOVE above", "MOVE above what?"),
        ("MOVE above nan", "'nan' is no value"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(RuleError, match=why.replace("?", r"\?")):
        parse(text)


@pytest.mark.parametrize(
    ("rule", "labels", "ordered", "why"),
    [
        ("MOVE above high", (), False, "'high' is none"),
        ("regime.label above easy", ("easy", "drain"), False, "do not rise"),
        ("repo.band above 50", ("calm", "watch"), True, "is never 50.0, but one of calm, watch"),
    ],
)
def test_a_value_that_the_metric_cannot_have_is_refused(
    rule: str, labels: tuple[str, ...], ordered: bool, why: str
) -> None:
    with pytest.raises(RuleError, match=why):
        fitted(parse(rule), labels, ordered)


def test_above_fires_once_until_it_has_been_untrue() -> None:
    assert fired("X above 130", 120, 130, 131, 140, 130, 129, 135, 120, 150) == [2, 6, 8]
    assert fired("X below 10", 12, 9, 8, 10, 9) == [1, 4]


def test_what_is_true_at_the_first_value_did_not_become_so_there() -> None:
    assert fired("X above 130", 140, 150, 120, 140) == [3]
    assert fired("X crosses 130", 140, 150, 120) == [2]
    assert fired("X changes", 1, 1, 2) == [2]


def test_crosses_fires_both_ways_and_the_line_itself_is_on_neither_side() -> None:
    assert fired("X crosses 100", 99, 101, 100, 101, 99, 100, 99, 100, 102) == [1, 4, 8]


def test_changes_fires_at_each_change_or_only_at_those_to_a_value() -> None:
    bands = ("calm", "watch", "tight", "stress")
    values = ("calm", "watch", "watch", "tight", "watch", "calm", "tight")
    assert fired("b changes", *values, labels=bands) == [1, 3, 4, 5, 6]
    assert fired("b changes TIGHT", *values, labels=bands) == [3, 6]
    assert fired("b above watch", *values, labels=bands) == [3, 6]
    assert fired("b below tight", *values, labels=bands) == [4]
    assert fired("X changes 4.5", 4.25, 4.5, 4.5, 4.25, 4.5) == [1, 4]


def test_entry_is_the_first_close_after_it_was_known_and_moves_are_in_percent() -> None:
    """MOVE of the 10th day is known at 22:00 UTC, two hours before bitcoin's close of that day."""
    prices = [100.0 + n for n in range(100)]
    found = told(
        "MOVE above 130", record(bitcoin(prices), rows("MOVE", [(day(9), 120), (day(10), 131), (day(11), 132)]))
    )
    (once,) = found.fired
    assert (once.day, once.known_ms, once.value, once.entry) == (day(10), ms(day(10), 22), 131.0, day(10))
    assert once.moves[:3] == pytest.approx((500 / 110, 2000 / 110, 6000 / 110))
    assert once.moves[3:] == (None,) * 6
    assert (found.seen, found.first, found.last, found.unit) == (3, day(9), day(11), "index")


def test_what_became_known_days_later_counts_from_then() -> None:
    late = [
        Observation("CPIAUCSL", "2025-01-01", 300.0, ms(day(40)), "x"),
        Observation("CPIAUCSL", "2025-02-01", 310.0, ms(day(70)), "x"),
    ]
    found = told("CPIAUCSL above 305", record(bitcoin([100.0 + n for n in range(100)]), late))
    assert [(one.day, one.entry) for one in found.fired] == [(date(2025, 2, 1), day(70))], (
        "00:00 UTC is a close gone by"
    )
    assert found.fired[0].moves[0] == pytest.approx(500 / 170)


def test_a_value_counts_as_it_was_first_published_and_never_while_it_is_provisional() -> None:
    running = [Observation("MOVE", day(10).isoformat(), 140.0, ms(day(10), 15), "x", True)]
    final = [Observation("MOVE", day(10).isoformat(), 125.0, ms(day(10), 22), "x")]
    revised = [Observation("MOVE", day(9).isoformat(), 150.0, ms(day(12)), "x")]
    before = rows("MOVE", [(day(9), 120), (day(11), 128)])
    prices = bitcoin([100.0] * 60)
    assert told("MOVE above 130", record(prices, running, final, before, revised)).fired == ()
    assert len(told("MOVE above 124", record(prices, running, final, before, revised)).fired) == 1


def test_what_came_after_a_newer_day_was_known_is_no_news() -> None:
    old = [Observation("MOVE", day(10).isoformat(), 150.0, ms(day(20)), "x")]
    assert (
        told("MOVE above 130", record(rows("MOVE", [(day(9), 120), (day(11), 120), (day(12), 121)]), old)).fired == ()
    )


def test_windows_that_have_not_ended_are_counted_as_such() -> None:
    moves = rows("MOVE", [(day(n), 140.0 if n in (10, 50, 92) else 100.0) for n in range(100)])
    found = told("MOVE above 130", record(bitcoin([100.0] * 100), moves))
    assert [(cell(found, "btc", days).open, cell(found, "btc", days).fired.n) for days in (5, 20)] == [(0, 3), (1, 2)]
    assert (cell(found, "btc", 60).open, cell(found, "btc", 60).says) == (2, "too few")


def test_a_missing_close_of_bitcoin_is_never_replaced_by_another_days() -> None:
    prices = [row for row in bitcoin([100.0] * 100) if row.period != day(15).isoformat()]
    found = told("MOVE above 130", record(prices, rows("MOVE", [(day(9), 100), (day(10), 140)])))
    assert found.fired[0].moves[:3] == (None, 0.0, 0.0)
    absent = [row for row in bitcoin([100.0] * 100) if row.period != day(10).isoformat()]
    assert (
        told("MOVE above 130", record(absent, rows("MOVE", [(day(9), 100), (day(10), 140)]))).fired[0].moves[0] is None
    )


def test_all_days_are_those_of_the_span_in_which_the_rule_was_looked_at() -> None:
    """MOVE is known from the 40th to the 60th day: of bitcoin's windows those count that begin in that time."""
    prices = [100.0 * 1.01**n for n in range(80)]
    found = told(
        "MOVE above 130", record(bitcoin(prices), rows("MOVE", [(day(n), 100.0 + n % 2 * 40) for n in range(40, 61)]))
    )
    short, middle, long = (cell(found, "btc", days) for days in (5, 20, 60))
    assert short.all and middle.all and short.fired
    assert (short.all.n, middle.all.n, long.all) == (21, 20, None)
    assert short.all.mean == pytest.approx((1.01**5 - 1) * 100)
    assert (short.fired.n, short.apart) == (10, 4)
    assert short.difference == pytest.approx(0.0, abs=1e-9)


def test_net_liquidity_moves_in_weeks_from_the_first_wednesday_after_and_the_dollar_by_its_days() -> None:
    wednesdays = [date(2025, 1, 1) + timedelta(weeks=n) for n in range(20)]
    assets = rows("WALCL", [(of, 6_000_000.0 + 60_000 * n) for n, of in enumerate(wednesdays)], 45.0)
    account = rows("WDTGAL", [(of, 500_000.0) for of in wednesdays], 45.0)
    repo = rows("RRPONTSYD", [(of, 500.0) for of in wednesdays], 19.0)
    workdays = [day(n) for n in range(130) if day(n).weekday() < 5]
    dollar = rows("DTWEXBGS", [(of, 100.0 + (of - FIRST).days) for of in workdays])
    move = rows("MOVE", [(day(8), 100), (day(9), 140), (day(100), 100)])
    found = told("MOVE above 130", record(assets, account, repo, dollar, move))
    once = found.fired[0]
    assert (once.entry, once.entry.strftime("%A")) == (day(9), "Friday")
    level = [6_000.0 + 60 * n - 500 - 500 for n in range(20)]
    assert once.moves[3:6] == pytest.approx([(level[2 + n] / level[2] - 1) * 100 for n in (1, 3, 9)])
    # Five days after that Friday is a Wednesday, twenty are a Thursday, sixty a Tuesday.
    assert once.moves[6:] == pytest.approx([days / 109 * 100 for days in (5, 20, 60)])
    assert once.moves[:3] == (None, None, None)
    assert found.answer == (
        "n = 1: too few to say anything",
        "10 windows that do not overlap are the least to speak of",
        "not known of that time: bitcoin",
    )


def test_the_dollar_of_a_weekend_is_the_last_one_before_it() -> None:
    workdays = [day(n) for n in range(40) if day(n).weekday() < 5]
    dollar = rows("DTWEXBGS", [(of, 100.0 + (of - FIRST).days) for of in workdays])
    # Monday the 6th and five days are Saturday the 11th, whose last value is of Friday the 10th.
    found = told("MOVE above 130", record(dollar, rows("MOVE", [(day(4), 100), (day(5), 140)])))
    assert found.fired[0].moves[6] == pytest.approx(4 / 105 * 100)


def stairs(count: int, every: int, jump: float) -> tuple[list[Observation], list[Observation]]:
    """A bitcoin that rises by `jump` percent in the five days after each firing and falls back slowly."""
    price, prices = 100.0, list[float]()
    for n in range(count * every + 70):
        prices.append(price)
        price *= 1 + (jump / 5 if 10 <= n % every < 15 else -jump / (every - 5)) / 100
    moves = [(day(n), 140.0 if n % every == 10 and n < count * every else 100.0) for n in range(count * every + 70)]
    return bitcoin(prices), rows("MOVE", moves)


def test_enough_firings_with_a_clear_move_are_said_to_be_above_all_days() -> None:
    found = told("MOVE above 130", record(*stairs(12, 70, 10.0)))
    short = cell(found, "btc", 5)
    assert short.fired and short.all
    assert (short.fired.n, short.apart, short.fired.up, short.says) == (12, 12, 100.0, "above")
    assert short.fired.mean == pytest.approx((1.02**5 - 1) * 100)
    assert short.low is not None
    assert short.difference == pytest.approx(short.fired.mean - short.all.mean)
    assert found.answer[0] == f"bitcoin over 5 days: above all days, by {short.difference:+.2f} points"


def test_intervals_that_include_zero_are_not_distinguishable_from_all_days() -> None:
    prices = bitcoin([100.0 + (n * 7919 % 13) for n in range(900)])
    moves = rows("MOVE", [(day(n), 140.0 if n % 70 == 10 else 100.0) for n in range(830)])
    found = told("MOVE above 130", record(prices, moves))
    assert {cell(found, "btc", days).says for days in (5, 20, 60)} == {"no difference"}
    for days in (5, 20, 60):
        one = cell(found, "btc", days)
        assert one.low is not None and one.high is not None
        assert one.low <= 0 <= one.high
    assert found.answer == (
        "in 3 comparisons with enough windows every interval includes 0: not distinguishable from all days",
        "not known of that time: net liquidity, broad dollar",
    )


def test_a_study_told_twice_says_the_same_and_another_seed_draws_another_interval() -> None:
    of = record(
        bitcoin([100.0 + (n * 7919 % 13) for n in range(900)]),
        rows("MOVE", [(day(n), 140.0 if n % 70 == 10 else 100.0) for n in range(830)]),
    )
    assert told("MOVE above 130", of) == told("MOVE above 130", of)
    assert (
        cell(told("MOVE above 130", of), "btc", 5).low
        != cell(told("MOVE above 130", of, StudyRule(seed=2)), "btc", 5).low
    )


def test_the_interval_of_moves_that_are_all_alike_is_a_point() -> None:
    of = record(*stairs(12, 70, 10.0))
    short = cell(told("MOVE above 130", of), "btc", 5)
    assert short.low == pytest.approx(short.difference)
    assert short.high == pytest.approx(short.difference)


def test_windows_that_overlap_are_too_few_however_many_there_are() -> None:
    moves = rows("MOVE", [(day(n), 140.0 if n % 2 else 100.0) for n in range(60)])
    found = told("MOVE above 130", record(bitcoin([100.0 + n % 7 for n in range(200)]), moves))
    long = cell(found, "btc", 60)
    assert long.fired
    assert (len(found.fired), long.fired.n, long.apart, long.says) == (30, 30, 1, "too few")
    assert long.words == "n = 30, of which only 1 do not overlap: too few to say anything"
    assert cell(found, "btc", 5).apart == 10


def test_a_rule_that_never_fired_says_so() -> None:
    found = told("MOVE above 130", record(bitcoin([100.0] * 60), rows("MOVE", [(day(n), 100.0) for n in range(60)])))
    assert found.fired == ()
    assert found.answer == ("n = 0: it never fired in all this time, and nothing can be said of what follows",)
    assert all(one.fired is None for one in found.cells)


def test_a_series_without_any_value_is_not_known_and_a_name_that_is_none_is_refused() -> None:
    of = record(bitcoin([100.0] * 10))
    assert (told("DXY above 100", of).seen, told("DXY above 100", of).answer) == (0, ("nothing of it is known",))
    with pytest.raises(RuleError, match=r"'FOO' is no series, and none of repo\.stress"):
        told("FOO above 1", of)
    with pytest.raises(RuleError, match="is no series"):
        told("ETF.* above 1", of)


def test_a_series_of_the_users_own_can_be_studied_in_small_letters() -> None:
    of = record(rows("MY.INDEX", [(day(0), 1.0), (day(1), 3.0)]), bitcoin([100.0] * 30))
    assert len(told("my.index above 2", of).fired) == 1


# --- histories


def repo_rows(of: date, sofr: float, known: date, percentiles: float = 0.05) -> list[Observation]:
    """SOFR's day with its fan, EFFR and standing repo; rates are told at 13:00 UTC of the next day, EFFR at 14:00."""
    fan = {
        "SOFR1": sofr - percentiles,
        "SOFR25": sofr - 0.01,
        "SOFR": sofr,
        "SOFR75": sofr + 0.01,
        "SOFR99": sofr + percentiles,
    }
    found = [Observation(name, of.isoformat(), round(value, 2), ms(known, 13), "x") for name, value in fan.items()]
    found.append(Observation("EFFR", of.isoformat(), 3.63, ms(known, 14), "x"))
    return [*found, *rows("SRF", [(of, 0.0)], 19), *rows("IORB", [(of, 3.65)], 21)]


def test_repo_stress_is_known_when_the_last_number_of_its_day_has_come() -> None:
    calm, tight = date(2026, 8, 4), date(2026, 8, 5)
    idle = rows("SRF", [(date(2026, 7, 28) + timedelta(n), 0.0) for n in (0, 1, 2, 3, 6)], 19)
    of = record(idle, repo_rows(calm, 3.55, date(2026, 8, 5)), repo_rows(tight, 3.75, date(2026, 8, 6)))
    stress, band = HISTORIES["repo.stress"].read(of), HISTORIES["repo.band"].read(of)
    assert [(one.day, one.known_ms) for one in stress] == [
        (calm, ms(date(2026, 8, 5), 14)),
        (tight, ms(date(2026, 8, 6), 14)),
    ]
    # 99.5 of volume; 62.5, 30 and 53.3 of three spreads; no standing repo.
    assert stress[1].value == pytest.approx((99.5 + 62.5 + 30 + 160 / 3) / 5, abs=1e-6)
    assert [one.value for one in band] == ["calm", "watch"]
    assert [one.value for one in HISTORIES["repo.sofr_iorb"].read(of)] == [-10.0, 10.0]
    assert [one.known_ms for one in HISTORIES["repo.effr_iorb"].read(of)] == [
        ms(date(2026, 8, 5), 14),
        ms(date(2026, 8, 6), 14),
    ]


def test_a_spread_waits_for_the_rate_on_reserves_of_that_day() -> None:
    iorb = [Observation("IORB", "2026-08-01", 3.65, ms(date(2026, 8, 10)), "x")]
    (one,) = HISTORIES["repo.tgcr_iorb"].read(record(rows("TGCR", [(date(2026, 8, 5), 3.70)]), iorb))
    assert (one.value, one.known_ms) == (5.0, ms(date(2026, 8, 10)))
    assert HISTORIES["repo.tgcr_iorb"].read(record(rows("TGCR", [(date(2026, 8, 5), 3.70)]))) == []


def test_the_share_at_or_above_the_rate_is_a_history_of_its_middle() -> None:
    fan = {"SOFR1": 3.60, "SOFR25": 3.63, "SOFR": 3.64, "SOFR75": 3.70, "SOFR99": 3.73}
    of = date(2026, 8, 5)
    given = [row for name, value in fan.items() for row in rows(name, [(of, value)], 37)]
    (one,) = HISTORIES["repo.share.mid"].read(record(given, rows("IORB", [(of, 3.65)])))
    assert (one.day, one.known_ms, one.value) == (of, ms(of, 37), pytest.approx(100 - (50 + 25 / 6)))


def test_the_verdict_and_its_triggers_are_histories() -> None:
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(60)]
    move = rows("MOVE", [(of, 140.0 if of == date(2026, 6, 10) else 90.0) for of in days if of.weekday() < 5], 22)
    of = record(move, until=date(2026, 7, 30))
    verdict = HISTORIES["verdict.state"].read(of)
    assert [one.value for one in verdict] == ["NO-TRADE", "ARMED", "NO-TRADE", "NO-TRADE"]
    assert (verdict[1].day, verdict[1].known_ms) == (date(2026, 6, 10), ms(date(2026, 6, 10), 22))
    assert verdict[-1].known_ms == of.as_of_ms
    assert [
        (one.day) for one in firings(Rule("verdict.move", "changes", "on"), HISTORIES["verdict.move"].read(of))
    ] == [date(2026, 6, 10)]
    assert [one.day for one in told("verdict.state changes armed", of).fired] == [date(2026, 6, 10)]
    assert HISTORIES["verdict.state"].read(record()) == []


@pytest.mark.parametrize("name", HISTORIES)
def test_every_history_of_nothing_is_empty_and_is_found_by_its_name(name: str) -> None:
    found = history(name.upper(), Vintages())
    assert found is HISTORIES[name]
    assert found.read(record()) == []


def test_days_of_a_history_never_go_back() -> None:
    values = rows("MOVE", [(day(n), float(90 + n % 9)) for n in range(50)])
    found = history("move", record(values).rows)
    assert found is not None
    listed = found.read(record(values))
    assert all(a.day < b.day and a.known_ms <= b.known_ms for a, b in pairwise(listed))
    assert fmean(float(one.value) for one in listed) == pytest.approx(fmean(90 + n % 9 for n in range(50)))


def test_values_that_were_read_afterwards_are_counted_and_marked_where_a_rule_fired() -> None:
    values = [(day(0), 4.0), (day(31), 4.5), (day(59), 4.0), (day(90), 4.6)]
    read_ms = ms(day(400))
    jobless = [replace(one, read_ms=read_ms if n < 3 else 0) for n, one in enumerate(rows("UNRATE", values))]
    found = told("UNRATE above 4.4", record(jobless, bitcoin([100.0] * 120)))
    assert [(one.value, one.later) for one in found.fired] == [(4.5, True), (4.6, False)]
    assert found.notes[0].startswith("3 of 4 values were read afterwards (ˡ)")
    assert not told("UNRATE above 4.4", record(jobless[3:], bitcoin([100.0]))).notes[0].startswith("0 of")


def test_a_study_counts_what_was_published_then_and_not_what_was_read_afterwards() -> None:
    jobless = rows("UNRATE", [(day(0), 4.0), (day(31), 4.5)])
    today = [replace(one, value=4.0, known_ms=one.known_ms + 7, read_ms=ms(day(400))) for one in jobless]
    found = told("UNRATE above 4.4", record(today, jobless, bitcoin([100.0] * 120)))
    assert [(one.value, one.later) for one in found.fired] == [(4.5, False)]
