"""What does not hold yet, each with the reason. A row goes when what it tells of is mended: the table says `mended`."""

from msgspec import Struct


class Known(Struct, frozen=True):
    """A rule that is broken under some faults, `*` for any: there it may be, and need not, for it takes some luck."""

    rule: str
    faults: tuple[str, ...]
    why: str


_LEAST = "the smallest lag of a connection is the measure for all of it, and never forgotten"
_BEHIND = "a clock that ours is ahead of reads as a line that is slow"
_HEADER = "one header of an answer over HTTP ends the engine"
_FAR = "a price far from those of the other venues is believed"

KNOWN: tuple[Known, ...] = (
    Known("only_a_trade_makes_a_price_young", ("*",), "a ticker that repeats a price makes it young"),
    Known("the_fault_is_said", ("unknown", "escapes"), "a message of an unknown kind is not counted"),
    Known("it_is_fresh_again", ("odd_ahead", "odd_minute", "clock_steps_on"), _LEAST),
    Known("it_is_fresh_again", ("venue_behind", "clock_fast"), _BEHIND),
    Known("it_was_fresh_to_begin_with", ("venue_behind", "clock_fast"), _BEHIND),
    Known("the_reference_lies_where_the_market_was", ("clock_slow",), _LEAST),
    Known("no_price_is_younger_than_it_is", ("clock_slow", "begins_slow"), _LEAST),
    Known("what_is_fresh_is_young", ("clock_slow",), _LEAST),
    Known("only_prices_that_were_printed", ("one_x100", "one_x1.5", "half_x100", "half_÷1000", "most_x1.5"), _FAR),
    Known("the_reference_lies_where_the_market_was", ("half_x100", "most_x1.5"), _FAR),
    Known("no_sum_is_above_the_ledger", ("half_x100",), _FAR),
    Known("no_sum_is_above_the_ledger", ("sizes",), "a size that cannot be is believed"),
    Known("the_engine_lives", ("retry_date",), _HEADER),
    Known("it_is_fresh_again", ("retry_date",), _HEADER),
    Known("nothing_that_came_through_is_missing", ("retry_date",), _HEADER),
    Known("nothing_that_came_through_is_missing", ("killed",), "a gap of Gate begins after what was last read there"),
    Known("no_price_is_younger_than_it_is", ("killed",), "a price of an earlier run is dated to the start of this one"),
)


def known(rule: str, fault: str) -> str:
    """Why a rule is known to be broken under a fault; "" if it is not."""
    return next((row.why for row in KNOWN if row.rule == rule and ({"*", fault} & set(row.faults))), "")


def awaited(fault: str) -> set[str]:
    """The rules that are known to be broken under this very fault."""
    return {row.rule for row in KNOWN if fault in row.faults}
