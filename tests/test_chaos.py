"""Some of the faults of `python -m tests.chaos`, and whether its judge can tell right from wrong."""

from collections.abc import Callable
from random import Random

import pytest
from msgspec.structs import replace

from feeds.facts import Gap
from feeds.simulate.events import Liquidated, Sweep, Trade
from feeds.simulate.listings import of
from tests.chaos import spoils
from tests.chaos.faults import FAULTS, HALVES, NAMED
from tests.chaos.judge import RULES, Case, Life, judge
from tests.chaos.known import KNOWN, known
from tests.chaos.report import line, outcome
from tests.chaos.rig import play
from tests.chaos.spoils import Hand, Spoil
from tests.chaos.truth import Truth
from tests.chaos.watch import Row, Sample, Shown

FEW = ("coinbase", "bybit", "deribit", "kraken", "okx")
"""A dollar venue and one that liquidates in either half."""
T = 1_790_000_000_000


def broken(case: Case) -> dict[str, str]:
    """The first words of each rule that is broken, and not known to be."""
    found = {rule: words for verdict in judge(case) for rule, (_, words) in verdict.broken.items()}
    return {rule: words for rule, words in found.items() if not known(rule, case.fault.name)}


@pytest.mark.parametrize("name", ["garbage", "doubled", "reset"])
async def test_what_half_of_the_venues_do_spoils_no_number(name: str) -> None:
    case = await play(NAMED[name], seconds=2, around_s=1, venues=FEW)
    assert broken(case) == {}
    assert case.spoiled == set(FEW) & set(NAMED[name].whom)
    assert len({sample.prices["kraken"].value for sample in case.samples}) > 1  # something was there to be judged


async def test_the_judge_sees_a_control_whose_prices_are_moved_behind_its_back() -> None:
    case = await play(NAMED["nothing"], seconds=1, around_s=1, venues=FEW, by_hand={"kraken": spoils.times(1.001)})
    found = broken(case)
    assert found["only_prices_that_were_printed"].startswith("control kraken shows ")
    assert "FAIL" in line(outcome(case.fault, judge(case)))


def _trade(truth: Truth, venue: str, ts_ms: int, price: float) -> None:
    truth.trade(Sweep(of(venue)[0], (Trade(1, ts_ms, price, 0.1, 0.1, "buy"),), price, price))


def _tell(truth: Truth, at_ms: int, usd: float) -> None:
    event = Liquidated(of("bybit")[0], at_ms, "long", 64_000.0, usd / 64_000, usd / 64_000, usd)
    truth.told["bybit", "long"].append((at_ms, event))


def _price(venue: str, value: float, as_of_ms: int, state: str = "fresh") -> Shown:
    return Shown(value, as_of_ms, state, "exact", "", (venue, of(venue)[0].symbol))


def _row(venue: str, state: str = "live") -> Row:
    return Row(venue, venue, state)


def _sample(at_ms: int) -> Sample:
    """Coinbase, Kraken and Bybit as they are: 64,000 traded ten times a second, one liquidation of $100."""
    venues = ("coinbase", "kraken", "bybit")
    return Sample(
        at_ms,
        {venue: _price(venue, 64_000.0, at_ms) for venue in venues},
        Shown(64_000.0, at_ms, "fresh", "exact", ""),
        {("bybit", "long"): (1, 100.0, Shown(100.0, at_ms, "fresh", "exact", ""))},
        tuple(_row(venue) for venue in venues),
        (),
        0.0,
    )


def _case() -> Case:
    """A minute in which all went well: Coinbase was cut from second 20 to 28, and owned up to it."""
    truth = Truth()
    for ts_ms in range(T, T + 60_000, 100):
        for venue in ("coinbase", "kraken", "bybit"):
            _trade(truth, venue, ts_ms, 64_000.0)
    _tell(truth, T - 1_000, 100.0)
    samples = [_sample(at_ms) for at_ms in range(T, T + 60_000, 200)]
    gone = replace(samples[0], rows=(_row("coinbase", "down"), *samples[0].rows[1:]))
    samples = [
        replace(one, rows=gone.rows) if 20_000 <= one.at_ms - T < 28_000 else one for one in samples
    ]  # fmt: skip
    return Case(
        fault=NAMED["503"],
        truth=truth,
        samples=samples,
        spoiled=frozenset({"coinbase"}),
        live_ms=T,
        begin_ms=T + 20_000,
        end_ms=T + 28_000,
        back_ms=T + 28_000,
        done_ms=T + 60_000,
        lives=[Life(T - 5_000, T, T + 60_000)],
        gaps=[Gap("coinbase", T + 20_000, T + 28_000, "HTTP 503")],
        kept=[],
        said="",
    )


def _last(case: Case, **changes: object) -> None:
    case.samples[-1] = replace(case.samples[-1], **changes)


def _shows(case: Case, venue: str, shown: Shown) -> None:
    _last(case, prices={**case.samples[-1].prices, venue: shown})


def _price_of_its_own(case: Case) -> None:
    _shows(case, "kraken", _price("kraken", 64_000.5, T + 59_800))


def _reference_off(case: Case) -> None:
    _last(case, reference=Shown(64_100.0, T + 59_800, "fresh", "exact", ""))


def _overtaken(case: Case) -> None:
    for ts_ms in range(T + 10_000, T + 59_000, 100):  # and 64,000 no more for all that time
        case.truth.tape["kraken", "BTC/USD"][(ts_ms - T) // 100] = (ts_ms, 64_001.0)
    case.truth.printed["kraken", "BTC/USD"][64_000.0] = list(range(100))


def _said_again(case: Case) -> None:
    del case.truth.tape["kraken", "BTC/USD"][100:]
    case.truth.printed["kraken", "BTC/USD"][64_000.0] = list(range(100))


def _old_and_fresh(case: Case) -> None:
    _overtaken(case)
    case.samples = [
        replace(one, prices={**one.prices, "kraken": _price("kraken", 64_000.0, T + 9_900)}) for one in case.samples
    ]


def _sum_too_large(case: Case) -> None:
    _last(case, sums={("bybit", "long"): (1, 102.0, Shown(102.0, T, "fresh", "exact", ""))})


def _one_lost(case: Case) -> None:
    _tell(case.truth, T + 10_000, 100.0)


def _traceback(case: Case) -> None:
    case.said = "Traceback (most recent call last):\nOverflowError: too large"


def _escape(case: Case) -> None:
    _last(case, signs=("feeds: '\\x1b[2J'",))


def _stale_before(case: Case) -> None:
    case.samples = [replace(one, prices=_stale(one)) if one.at_ms < T + 22_000 else one for one in case.samples]


def _stale(sample: Sample, *venues: str) -> dict[str, Shown]:
    named = venues or tuple(sample.prices)
    return {name: replace(shown, state="stale") if name in named else shown for name, shown in sample.prices.items()}


def _control_stale(case: Case) -> None:
    case.samples = [
        replace(one, prices=_stale(one, "kraken")) if 40_000 <= one.at_ms - T <= 42_600 else one
        for one in case.samples
    ]  # fmt: skip


def _silent_about_it(case: Case) -> None:
    case.samples = [_sample(one.at_ms) for one in case.samples]


def _never_back(case: Case) -> None:
    case.back_ms = None
    _last(case, prices=_stale(case.samples[-1], "coinbase"))


def _gap_of_the_control(case: Case) -> None:
    case.gaps.append(Gap("kraken", T + 5_000, T + 6_000, "reconnected"))


def _no_gap(case: Case) -> None:
    case.gaps.clear()


def _away(case: Case) -> None:
    case.lives = [Life(T - 5_000, T, T + 30_000), Life(T + 32_000, T + 33_000, T + 60_000)]


WRONGS: dict[str, tuple[Callable[[Case], None], str]] = {
    "only_prices_that_were_printed": (_price_of_its_own, "control kraken shows 64,000.5 fresh, and never traded there"),
    "the_reference_lies_where_the_market_was": (
        _reference_off,
        "btc.price 64,100 fresh, 0.0 s old; traded 64,000 to 64,000",
    ),
    "no_price_is_younger_than_it_is": (_overtaken, "kraken is 1.2 s old and says 0.0 s"),
    "only_a_trade_makes_a_price_young": (_said_again, "kraken is 1.1 s old and says 0.0 s"),
    "what_is_fresh_is_young": (_old_and_fresh, "kraken reads fresh 11.6 s after that was the last price"),
    "no_sum_is_above_the_ledger": (_sum_too_large, "bybit long: $102, $100 were told of"),
    "nothing_that_came_through_is_missing": (
        _one_lost,
        "bybit long: 1 of 1 events were lost, one at -10.0 s; no gap says so",
    ),
    "the_engine_lives": (_traceback, "a traceback: OverflowError: too large"),
    "nothing_commands_a_terminal": (_escape, "feeds: '\\x1b[2J'"),
    "it_was_fresh_to_begin_with": (_stale_before, "not fresh before the fault: coinbase, kraken, bybit"),
    "the_control_is_fresh": (_control_stale, "control kraken: price stale, feed live"),
    "the_fault_is_said": (_silent_about_it, "nothing is said of coinbase"),
    "it_is_fresh_again": (_never_back, "not fresh 32 s after the end: coinbase"),
    "the_control_has_no_gap": (_gap_of_the_control, "a gap of kraken: reconnected"),
    "a_cut_is_owned_up_to": (_no_gap, "no gap of coinbase over the 3 s without it"),
    "the_time_away_is_owned_up_to": (_away, "no gap of bybit over the 2 s without it"),
}


def test_a_case_in_which_all_went_well_breaks_no_rule() -> None:
    assert [verdict.broken for verdict in judge(_case())] == [{}] * 5


def test_for_every_rule_there_is_a_case_that_breaks_it() -> None:
    assert list(WRONGS) == [rule.__name__ for rules in RULES.values() for rule in rules]


@pytest.mark.parametrize("rule", WRONGS)
def test_a_rule_says_what_is_wrong(rule: str) -> None:
    spoil, words = WRONGS[rule]
    case = _case()
    spoil(case)
    found = {name: first for verdict in judge(case) for name, (_, first) in verdict.broken.items()}
    assert found[rule] == words


def test_the_table_tells_what_is_known_from_what_is_not_and_fails_for_the_latter_only() -> None:
    case = _case()
    assert line(outcome(case.fault, judge(case))).split() == ["503", "ok", "ok", "ok", "ok", "ok"]
    _said_again(case)
    found = outcome(case.fault, judge(case))
    assert (line(found).split(), found.failed) == (["503", "ok", "known", "ok", "ok", "ok"], False)
    _traceback(case)
    found = outcome(case.fault, judge(case))
    assert (line(found).split(), found.failed) == (["503", "ok", "known", "ok", "FAIL", "ok"], True)


def test_every_fault_has_a_name_of_its_own_and_spoils_venues_that_there_are() -> None:
    assert len(NAMED) == len(FAULTS)
    assert not set(HALVES[0]) & set(HALVES[1])
    assert {venue for row in FAULTS for venue in row.whom} <= {*HALVES[0], *HALVES[1]}
    assert {row.rule for row in KNOWN} <= set(WRONGS)
    assert {name for row in KNOWN for name in row.faults} <= {"*", *NAMED}


TEXT = '{"e":"trade","T":1790000000123,"t":"2026-09-21T14:13:20.5Z","p":"64000.10","x":64001,"q":"0.25","id":1000001}'
TURNED: dict[str, tuple[Spoil, str]] = {
    "prices": (spoils.times(100), '"p":"6400010.00","x":6400100,"q":"0.25","id":1000001}'),
    "small": (spoils.times(0.001), '"p":"64.00010","x":64.001,"q":"0.25","id":1000001}'),
    "sizes": (spoils.sizes(1e6), '"p":"64000.10","x":64001,"q":"250000.00","id":1000001}'),
    "numbers": (spoils.numbers("NaN"), '"p":"NaN","x":NaN,"q":"0.25","id":1000001}'),
}


@pytest.mark.parametrize("name", TURNED)
def test_a_spoiler_turns_the_numbers_that_it_means_and_no_others(name: str) -> None:
    spoil, end = TURNED[name]
    (found,) = spoil(TEXT, Hand("binance", 64_000.0, Random(1)))
    assert found == TEXT[: TEXT.index('"p"')] + end


def test_times_are_moved_however_they_are_written() -> None:
    assert spoils.shift(TEXT, 3600).startswith('{"e":"trade","T":1790003600123,"t":"2026-09-21T15:13:20.5Z"')
