"""The rules. Each says in words where what was shown cannot be reconciled with what happened; nothing if it can."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import pairwise

from msgspec import Struct

from feeds.facts import Gap, Liquidation
from tests.chaos.faults import CELLS, Cell, Fault
from tests.chaos.truth import Key, Truth
from tests.chaos.watch import STALL_S, Sample

FRESH_MS = 10_000
"""What is older than this is not fresh (the program's own rule, as it stands in its settings)."""
AGE_MS = 1_000
"""By so much at most may a price be shown younger than it is."""
SLACK_MS = 1_500
"""What a time may be off between this machine's processes."""
POLLED_MS = 14_000
"""Liquidations of a venue that is asked over REST are known after so long."""
BAND = 0.001
"""By so much the reference may lie outside of the spot trades since it was made: venues differ a little."""
WAVER_MS = 2_000
"""For so long a control may look late without being called so: this machine has other work."""
LAST_MS = 2_000
"""It has to be fresh at the end of the watch too."""
STALLED_MS = 6_000
"""After a stall of the whole machine nobody is called late for so long."""
SIZE = 1e-4
"""A size that is reckoned from contracts and a price may be so far from the market's."""
DOLLARS = 1.005
"""A venue may tell of the same liquidation at another price over REST."""


class Life(Struct, frozen=True):
    """One engine: when it was started, from when on all was fresh (or should have been), and when it ended."""

    started_ms: int
    calm_ms: int
    ended_ms: int


class Case(Struct):
    """One run of one fault. Times in ms of this machine's clock; `back_ms` is `None` where it was never fresh again."""

    fault: Fault
    truth: Truth
    samples: list[Sample]
    spoiled: frozenset[str]
    live_ms: int
    begin_ms: int
    end_ms: int
    back_ms: int | None
    done_ms: int
    lives: list[Life]
    gaps: list[Gap]
    kept: list[Liquidation]
    """What is in the history at the end, as the gaps are."""
    said: str
    """What the engines wrote to standard error."""
    ended: str = ""
    """How an engine ended that should not have, "" if none did."""

    def control(self, venue: str) -> bool:
        return venue not in self.spoiled and not self.fault.everywhere

    def between(self, from_ms: int, to_ms: int) -> Iterator[Sample]:
        return (sample for sample in self.samples if from_ms <= sample.at_ms <= to_ms)


Rule = Callable[[Case], Iterator[str]]


def only_prices_that_were_printed(case: Case) -> Iterator[str]:
    """A price that is believed was traded at by that venue, to the cent."""
    for sample in case.samples:
        for venue, shown in sample.prices.items():
            if shown.believed and case.truth.printed_ms(shown.of, shown.value or 0.0, sample.at_ms) is None:
                who = "control" if case.control(venue) else "spoiled"
                yield f"{who} {venue} shows {shown.value:,} {shown.state}, and never traded there"


def the_reference_lies_where_the_market_was(case: Case) -> Iterator[str]:
    """The reference price, while believed and not stale, is within a tenth of a percent of the spot trades since."""
    for sample in case.samples:
        shown = sample.reference
        if not shown.believed or shown.as_of_ms is None or shown.state not in ("fresh", "late"):
            continue
        band = case.truth.band(shown.as_of_ms - 2_000, sample.at_ms)
        if band and not band[0] * (1 - BAND) <= (shown.value or 0.0) <= band[1] * (1 + BAND):
            age = (sample.at_ms - shown.as_of_ms) / 1000
            told = f"btc.price {shown.value:,.0f} {shown.state}, {age:.1f} s old"
            yield f"{told}; traded {band[0]:,.0f} to {band[1]:,.0f}"


def no_price_is_younger_than_it_is(case: Case) -> Iterator[str]:
    """No price is dated to when another had been traded there already, but for a second."""
    yield from _too_young(case, case.truth.stood_ms)


def only_a_trade_makes_a_price_young(case: Case) -> Iterator[str]:
    """No price is dated after the last trade at it, but for a second: to say it again makes it no younger."""
    yield from _too_young(case, case.truth.printed_ms)


def _too_young(case: Case, until: Callable[[Key, float, int], int | None]) -> Iterator[str]:
    for sample in case.samples:
        for venue, shown in sample.prices.items():
            if not shown.believed or shown.as_of_ms is None:
                continue
            most_ms = until(shown.of, shown.value or 0.0, sample.at_ms)
            if most_ms is not None and shown.as_of_ms > most_ms + AGE_MS:
                real, told = ((sample.at_ms - ms) / 1000 for ms in (most_ms, shown.as_of_ms))
                yield f"{venue} is {real:.1f} s old and says {told:.1f} s"


def what_is_fresh_is_young(case: Case) -> Iterator[str]:
    """Nothing reads fresh that was overtaken longer ago than the limit."""
    for sample in case.samples:
        for venue, shown in sample.prices.items():
            if shown.believed and shown.state == "fresh":
                stood_ms = case.truth.stood_ms(shown.of, shown.value or 0.0, sample.at_ms)
                if stood_ms is not None and sample.at_ms - stood_ms > FRESH_MS + SLACK_MS:
                    yield f"{venue} reads fresh {(sample.at_ms - stood_ms) / 1000:.1f} s after that was the last price"


def no_sum_is_above_the_ledger(case: Case) -> Iterator[str]:
    """No venue's liquidations are more, or more dollars, than it told of, unless they are doubted."""
    for sample in case.samples:
        for (venue, side), (count, usd, shown) in sample.sums.items():
            most, dollars = case.truth.told_until(venue, side, sample.at_ms)
            if count > most:
                yield f"{venue} {side}: {count} events, {most} were told of"
            elif usd > dollars * DOLLARS + 1 and shown.quality != "doubted":
                yield f"{venue} {side}: ${usd:,.0f}, ${dollars:,.0f} were told of"


def nothing_that_came_through_is_missing(case: Case) -> Iterator[str]:
    """What a venue told of was kept, or lies in a gap that is owned up to, or was spoiled on its way."""
    until_ms = case.done_ms - POLLED_MS
    for venue, side in case.samples[-1].sums if case.samples else ():
        holes = _holes(case, venue)
        due = [
            event
            for at_ms, event in case.truth.told[venue, side]
            if case.live_ms < at_ms <= until_ms and not any(a <= at_ms <= b for a, b in holes)
        ]
        kept = sorted(fact.btc for fact in case.kept if (fact.venue, fact.position) == (venue, side))
        if lost := [event for event in due if not _taken(kept, event.btc)]:
            first_s = (lost[0].ts_ms - case.begin_ms) / 1000
            yield f"{venue} {side}: {len(lost)} of {len(due)} events were lost, one at {first_s:.1f} s; no gap says so"


def _taken(kept: list[float], btc: float) -> bool:
    """Take out of the sorted sizes one that is as good as this; `False` if there is none."""
    at = bisect_left(kept, btc * (1 - SIZE))
    if at < len(kept) and kept[at] <= btc * (1 + SIZE):
        del kept[at]
        return True
    return False


def _holes(case: Case, venue: str) -> list[tuple[int, int]]:
    """When liquidations of a venue may be missing: gaps that were not filled, and while it was spoiled."""
    holes = [
        (gap.from_ms - SLACK_MS, (gap.to_ms or case.done_ms) + SLACK_MS)
        for gap in case.gaps
        if gap.feed.partition(".")[0] == venue and not gap.filled
    ]
    if case.fault.loses and venue in case.spoiled:
        holes.append((case.begin_ms - SLACK_MS, (case.back_ms or case.done_ms) + SLACK_MS))
    return holes


def the_engine_lives(case: Case) -> Iterator[str]:
    """The engine neither ends nor writes a traceback."""
    if case.ended:
        yield case.ended
    if "Traceback" in case.said:
        yield f"a traceback: {case.said.strip().splitlines()[-1]}"


def nothing_commands_a_terminal(case: Case) -> Iterator[str]:
    """No text has a sign that is not printed."""
    for sample in case.samples:
        yield from sample.signs


def the_control_is_fresh(case: Case) -> Iterator[str]:
    """Every venue that is not spoiled is heard and fresh all the time, but for a moment or where the machine stalls."""
    stalls = [sample.at_ms for sample in case.samples if sample.late_s > STALL_S]
    for life in case.lives:
        since: dict[str, int] = {}
        for sample in case.between(life.calm_ms, life.ended_ms):
            excused = any(0 <= sample.at_ms - at < STALLED_MS for at in stalls)
            for venue in sample.prices:
                if excused or not case.control(venue) or sample.fine(venue):
                    since.pop(venue, None)
                elif sample.at_ms - since.setdefault(venue, sample.at_ms) > WAVER_MS:
                    states = [row.state for row in sample.rows if row.venue == venue]
                    yield f"control {venue}: price {sample.prices[venue].state}, feed {', '.join(states)}"


def it_was_fresh_to_begin_with(case: Case) -> Iterator[str]:
    """Before anything happens, and whatever the clocks are, all is fresh at some time."""
    samples = list(case.between(case.live_ms - SLACK_MS, case.begin_ms + SLACK_MS))
    if not any(sample.calm() for sample in samples):
        lacking = [venue for venue in samples[-1].prices if not samples[-1].fine(venue)] if samples else []
        yield f"not fresh before the fault: {_names(lacking)}"


def it_is_fresh_again(case: Case) -> Iterator[str]:
    """A spoiled venue is fresh again soon after the end; one that is refused for good says so."""
    if case.fault.blocked:
        wrong = [row.feed for row in case.samples[-1].rows if row.venue in case.spoiled and row.state != "blocked"]
        if wrong:
            yield f"not said to be blocked: {_names(wrong)}"
    elif case.back_ms is None or not any(one.calm() for one in case.between(case.done_ms - LAST_MS, case.done_ms)):
        lacking = [venue for venue in case.samples[-1].prices if not case.samples[-1].fine(venue)]
        yield f"not fresh {(case.done_ms - case.end_ms) / 1000:.0f} s after the end: {_names(lacking)}"


def the_fault_is_said(case: Case) -> Iterator[str]:
    """The row of a feed that is spoiled shows it: by a count or in words, or else by its state."""
    if not case.fault.said:
        return
    before = list(case.between(case.live_ms - SLACK_MS, case.begin_ms))
    known = {row.feed: row.told for row in before[-1].rows} if before else {}
    seen: set[str] = set()
    for sample in case.between(case.begin_ms, case.end_ms + SLACK_MS):
        for row in sample.rows:
            old = not case.fault.counted and not sample.fine(row.venue)
            if old or row.told != known.get(row.feed):
                seen.add(row.venue)
    silent = case.spoiled - seen
    if silent:
        yield f"nothing is said of {_names(sorted(silent))}"


def the_control_has_no_gap(case: Case) -> Iterator[str]:
    """No gap of a venue that was heard all the time."""
    for gap in case.gaps:
        if case.control(gap.feed.partition(".")[0]) and gap.from_ms > case.live_ms and not case.fault.kills:
            yield f"a gap of {gap.feed}: {gap.reason}"


def a_cut_is_owned_up_to(case: Case) -> Iterator[str]:
    """Each feed that was cut has a gap over that time."""
    if case.fault.cuts:
        feeds = {row.feed for row in case.samples[-1].rows if row.venue in case.spoiled}
        yield from _uncovered(case, feeds, case.begin_ms + 2_500, case.end_ms - 2_500)


def the_time_away_is_owned_up_to(case: Case) -> Iterator[str]:
    """Each feed has a gap over each time in which no engine ran."""
    for old, new in pairwise(case.lives):
        yield from _uncovered(case, {row.feed for row in case.samples[-1].rows}, old.ended_ms, new.started_ms)


def _uncovered(case: Case, feeds: set[str], from_ms: int, to_ms: int) -> Iterator[str]:
    for feed in sorted(feeds):
        own = [(gap.from_ms, gap.to_ms or case.done_ms) for gap in case.gaps if gap.feed == feed]
        if not any(a <= from_ms and b >= to_ms for a, b in own):
            yield f"no gap of {feed} over the {(to_ms - from_ms) / 1000:.0f} s without it"


def _names(names: list[str]) -> str:
    return ", ".join(names) if len(names) < 6 else f"{', '.join(names[:4])} and {len(names) - 4} more"


RULES: dict[Cell, tuple[Rule, ...]] = {
    "price": (only_prices_that_were_printed, the_reference_lies_where_the_market_was),
    "age": (no_price_is_younger_than_it_is, only_a_trade_makes_a_price_young, what_is_fresh_is_young),
    "sums": (no_sum_is_above_the_ledger, nothing_that_came_through_is_missing),
    "state": (
        the_engine_lives,
        nothing_commands_a_terminal,
        it_was_fresh_to_begin_with,
        the_control_is_fresh,
        the_fault_is_said,
        it_is_fresh_again,
    ),
    "gaps": (the_control_has_no_gap, a_cut_is_owned_up_to, the_time_away_is_owned_up_to),
}


class Verdict(Struct, frozen=True):
    """What came out in one cell: how often each rule was broken, and the first words of it."""

    cell: Cell
    broken: dict[str, tuple[int, str]]


def judge(case: Case) -> list[Verdict]:
    """Hold every rule of every cell against a case."""
    verdicts = []
    for cell in CELLS:
        broken = {}
        for rule in RULES[cell]:
            if found := list(rule(case)):
                broken[rule.__name__] = (len(found), found[0])
        verdicts.append(Verdict(cell, broken))
    return verdicts
