"""What does not hold yet, each with the reason. A row goes when what it tells of is mended: the table says `mended`."""

from msgspec import Struct


class Known(Struct, frozen=True):
    """A rule that is broken under some faults, `*` for any: there it may be, and need not, for it takes some luck."""

    rule: str
    faults: tuple[str, ...]
    why: str


KNOWN: tuple[Known, ...] = (
    Known("only_a_trade_makes_a_price_young", ("*",), "a ticker that repeats a price makes it young"),
)


def known(rule: str, fault: str) -> str:
    """Why a rule is known to be broken under a fault; "" if it is not."""
    return next((row.why for row in KNOWN if row.rule == rule and ({"*", fault} & set(row.faults))), "")


def awaited(fault: str) -> set[str]:
    """The rules that are known to be broken under this very fault."""
    return {row.rule for row in KNOWN if fault in row.faults}
