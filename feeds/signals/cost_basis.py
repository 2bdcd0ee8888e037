"""What the bitcoin in the funds cost, by two definitions that are up to a tenth apart."""

from collections.abc import Sequence
from typing import NamedTuple

from feeds.signals.flow_days import FlowDay

OUTSIDE = "GBTC"
"""It was a trust for ten years before it was a fund: what leaves it was not bought at any of these prices."""


class Cost(NamedTuple):
    """Dollars for each bitcoin, `None` where there is nothing to divide; over how much; how many days were left out."""

    price: float | None
    dollars: float
    coins: float
    left_out: int


def net(days: Sequence[FlowDay]) -> Cost:
    """Cumulative net dollars over cumulative net coins, all funds; each day's coins are its dollars at its close.

    A day without a close is left out of both. It is no cost that anyone paid: money that left high pulls it down.
    """
    whole = [(day.total * 1e6, day.coins) for day in days if day.coins is not None]
    dollars = sum(flow for flow, _ in whole)
    coins = sum(coins for _, coins in whole)
    price = dollars / coins if dollars > 0 and coins > 0 else None
    return Cost(price, dollars, coins, len(days) - len(whole))


def average(days: Sequence[FlowDay]) -> Cost:
    """Average cost of the coins held by all funds but GBTC, taken as one pool that starts empty.

    Each day the net flow of these funds either buys at that day's close, or sells at the pool's average cost, which
    selling does not change. It cannot sell more than it holds. A day without a close is left out. Coins that the
    smaller Grayscale fund got from GBTC without a flow are in neither.
    """
    dollars = coins = 0.0
    left_out = 0
    for day in days:
        flow = sum(value for name, value in day.funds.items() if name != OUTSIDE) * 1e6
        if day.close is None:
            left_out += 1
        elif flow >= 0:
            dollars += flow
            coins += flow / day.close
        elif coins > 0:
            kept = max(0.0, 1 + flow / day.close / coins)
            dollars, coins = dollars * kept, coins * kept
    return Cost(dollars / coins if coins > 0 else None, dollars, coins, left_out)
