"""Perpetuals and dated futures: funding and basis as yearly rates."""

from feeds.facts import Funding

USUAL_INTERVAL_H = 8.0
"""Hours between two payments where the venue does not tell: what BTC perpetuals of the large venues use."""

TOGETHER_MS = 2_000


def annualised(funding: Funding) -> float:
    """Funding as percent a year: rate × (24 h / interval) × 365."""
    return funding.rate * 24 / (funding.interval_h or USUAL_INTERVAL_H) * 365 * 100


def basis(future: float, spot: float, days: float) -> float | None:
    """Annualised basis in percent, (F/S − 1) × 365 / days; `None` under three days, where it means nothing."""
    return (future / spot - 1) * 365 / days * 100 if days >= 3 else None


def together(one_ms: int, other_ms: int, *every_s: float) -> bool:
    """Whether two numbers are of one moment: no further apart than twice the time in which the slower one is told.

    `every_s`: how often each is told. Two seconds are always near enough.
    """
    return abs(one_ms - other_ms) <= max(TOGETHER_MS, *(2_000 * s for s in every_s))
