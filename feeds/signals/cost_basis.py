"""What the bitcoin in the funds cost, by two definitions that are up to a tenth apart."""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from feeds.signals.flow_days import FlowDay
from feeds.signals.knowledge import Bounds

OUTSIDE = "GBTC"
"""It was a trust for ten years before it was a fund: what leaves it was not bought at any of these prices."""


class Cost(NamedTuple):
    """Dollars for each bitcoin, `None` where there is nothing to divide, and over how much.

    `left_out`: days that have no close of bitcoin; `unsplit`: days of which nothing is known of the funds.
    """

    price: float | None
    dollars: float
    coins: float
    left_out: int
    unsplit: int = 0


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
    selling does not change. It cannot sell more than it holds. A day without a close is left out, and so is one whose
    known funds do not make up its total, such as another counter's. Coins that the smaller Grayscale fund got from GBTC
    without a flow are in neither.
    """
    dollars = coins = 0.0
    left_out = 0
    for day in days:
        if not day.split:
            continue
        flow = sum(value for name, value in day.funds.items() if name != OUTSIDE) * 1e6
        if day.close is None:
            left_out += 1
        elif flow >= 0:
            dollars += flow
            coins += flow / day.close
        elif coins > 0:
            kept = max(0.0, 1 + flow / day.close / coins)
            dollars, coins = dollars * kept, coins * kept
    unsplit = sum(not day.split for day in days)
    return Cost(dollars / coins if coins > 0 else None, dollars, coins, left_out, unsplit)


ANY = Bounds(0.0, inf)
"""What a cost can be of which nothing is known but that it is one."""


def net_bounds(days: Sequence[FlowDay], closes: Sequence[float | None], limits: tuple[float, float]) -> Bounds:
    """Between what the net cost lies where the totals of some days, whose `closes` these are, are not known.

    Each of them lies between `limits`, in $M. The largest and the smallest ratio that they can make of what is known
    are found by turns: each total is put where it raises the ratio, until the ratio stays (Dinkelbach, 1967).
    """
    whole = net([day for day in days if day.whole])
    known = [close for close in closes if close is not None]
    low, high = limits[0] * 1e6, limits[1] * 1e6
    least_coins = whole.coins + sum(low / close for close in known)
    least_dollars = whole.dollars + low * len(known)
    if len(known) < len(closes) or whole.left_out or whole.price is None or min(least_coins, least_dollars) <= 0:
        return ANY
    return Bounds(_extreme(whole, known, high, low), _extreme(whole, known, low, high))


def _extreme(whole: Cost, closes: Sequence[float], under: float, over: float) -> float:
    """The ratio with a total of `under` on each day whose close is under it, and of `over` on each other."""
    ratio = whole.dollars / whole.coins
    while True:
        flows = [over if close >= ratio else under for close in closes]
        dollars = whole.dollars + sum(flows)
        coins = whole.coins + sum(flow / close for flow, close in zip(flows, closes, strict=True))
        if abs(dollars / coins - ratio) < 1e-6:
            return ratio
        ratio = dollars / coins
