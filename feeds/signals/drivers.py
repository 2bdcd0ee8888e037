"""The chain of drivers: inflation, rates, growth, liquidity, risk appetite; and then the price."""

from feeds.signals.economy import growth, inflation, rates
from feeds.signals.liquidity import liquidity
from feeds.signals.risk import risk
from feeds.signals.thresholds import DriversRule
from feeds.topics.regime import Driver, RiskPart
from feeds.vintages import Known


def drivers(known: Known, rule: DriversRule) -> tuple[tuple[Driver, ...], tuple[RiskPart, ...]]:
    """All five in the order in which one drives the next, and the parts of the last."""
    appetite, parts = risk(known, rule)
    return (inflation(known, rule), rates(known, rule), growth(known, rule), liquidity(known, rule), appetite), parts
