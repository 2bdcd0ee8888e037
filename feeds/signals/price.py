"""The reference price: what bitcoin costs in dollars, from the venues that trade it for dollars."""

from collections.abc import Sequence
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from feeds.text import price as shown
from feeds.topics import Metric, Quality, State, worst

DISAGREE = 0.02
"""Two dollar venues further apart than this share of their price cannot both be right; who is further off is named."""
FAR = 0.10
"""A trade further than this from the other venues is not believed until one of them confirms it."""
FAR_LIQUIDATED = 0.5
"""As much for liquidations: many are told at the price of bankruptcy, which for a large position is far off."""


class SpotPrice(Struct, frozen=True):
    """The last trade of a venue. `state` is that of its feed and age together. `doubted`: far from all other venues."""

    venue: str
    dollars: bool
    price: float
    as_of_ms: int
    state: State
    doubted: bool = False


def within(price: float, of: float, share: float) -> bool:
    """Whether a price is no further from another than so much of it."""
    return abs(price - of) <= share * of


def reference(prices: Sequence[SpotPrice], now_ms: int, fresh_ms: int, perpetuals: Sequence[SpotPrice] = ()) -> Metric:
    """Median of the last trades of the dollar venues younger than `fresh_ms`; what is doubted is in no median.

    With fewer than two of those, or two that disagree, the median of every spot venue that is as young, dollar
    tokens included: `estimated`, and the note says so. Where all other kinds of venue (`perpetuals` among them) say
    that the dollar venues are wrong, the median of all: `estimated`, or `doubted` where that has no majority either.
    With none, the last known price, at its age. Whoever is more than 2 % off is named.
    """
    fresh = [p for p in (*prices, *perpetuals) if now_ms - p.as_of_ms < fresh_ms and p.state in ("fresh", "late")]
    spot = {p.venue for p in prices}
    believed = [p for p in fresh if not p.doubted]
    young = [p for p in believed if p.venue in spot]
    dollars = [p for p in young if p.dollars]
    if len(dollars) >= 2 and not (len(dollars) == 2 and _disagree(dollars)):
        answer = _checked(_median(dollars, "exact", ""), dollars, fresh, spot)
    elif young:
        names = ", ".join(p.venue for p in dollars)
        worth = "fresh and not doubted" if any(p.doubted and p.dollars and p.venue in spot for p in fresh) else "fresh"
        missing = (
            f"{names} disagree by {_apart(dollars):.1%}"
            if len(dollars) == 2
            else f"only {names} of the dollar venues is {worth}"
            if dollars
            else f"no dollar venue is {worth}"
        )
        alone = "; no other venue confirms it" if len(believed) == 1 else ""
        note = f"{missing}; median of {len(young)} spot venue{'s'[: len(young) > 1]}{alone}"
        answer = _median(young, "estimated", note)
    else:
        answer = _last_known(prices)
    return _naming(answer, fresh)


def _last_known(prices: Sequence[SpotPrice]) -> Metric:
    if not prices:
        return Metric(None, "USD", None, "", "none", note="no spot venue has been heard")
    last = max(prices, key=lambda p: (not p.doubted, p.dollars, p.as_of_ms))
    state, quality = worst([last.state, "late"]), "doubted" if last.doubted else "estimated"
    return Metric(last.price, "USD", last.as_of_ms, last.venue, state, quality, "no spot venue is fresh")


def _checked(answer: Metric, dollars: Sequence[SpotPrice], fresh: Sequence[SpotPrice], spot: set[str]) -> Metric:
    """Hold the median of the dollar venues against the other kinds of venue.

    Dollar tokens may have lost their peg: that is no fault of dollar venues which agree with one another, and with
    whoever else counts in dollars.
    """
    middle, kinds = median(p.price for p in dollars), _kinds(fresh, spot)
    if not kinds or any(within(price, middle, DISAGREE) for price in kinds.values()):
        return answer
    said = f"{', '.join(p.venue for p in dollars if within(p.price, middle, DISAGREE))} at {shown(middle)}"
    against = ", ".join(f"{kind} at {shown(price)}" for kind, price in kinds.items())
    dissent = any(not within(p.price, middle, DISAGREE) for p in fresh if p.dollars and p.venue in spot)
    far = not any(within(price, middle, FAR) for price in kinds.values())
    if dissent or (far and OTHER_DOLLARS in kinds):
        everyone = [p for p in fresh if not p.doubted]
        over_all = median(p.price for p in everyone)
        used = [p for p in everyone if within(p.price, over_all, FAR)]
        note = f"{said}, but {against}"
        if 2 * len(used) <= len(everyone):
            return replace(answer, quality="doubted", note=note)
        return replace(_median(used, "estimated", note), value=over_all)
    return replace(answer, quality="estimated", note=f"{said}, but {against}") if far else answer


OTHER_DOLLARS, TOKENS, TOKEN_PERPETUALS = "other dollar venues", "token spot", "token perpetuals"


def _kinds(fresh: Sequence[SpotPrice], spot: set[str]) -> dict[str, float]:
    """What each other kind of venue says, in the middle."""
    kinds: dict[str, list[float]] = {OTHER_DOLLARS: [], TOKENS: [], TOKEN_PERPETUALS: []}
    for p in fresh:
        if not p.doubted and not (p.dollars and p.venue in spot):
            kinds[OTHER_DOLLARS if p.dollars else TOKENS if p.venue in spot else TOKEN_PERPETUALS].append(p.price)
    return {name: median(found) for name, found in kinds.items() if found}


def _naming(answer: Metric, fresh: Sequence[SpotPrice]) -> Metric:
    """Name whoever is far off, with its price."""
    value = answer.value
    if not isinstance(value, float | int):
        return answer
    off = [
        f"{p.venue} {p.price / value - 1:+,.1%} at {shown(p.price)}"
        for p in fresh
        if not within(p.price, value, DISAGREE)
    ]
    return replace(answer, note="; ".join(filter(None, [answer.note, ", ".join(off)])))


def _median(used: Sequence[SpotPrice], quality: Quality, note: str) -> Metric:
    return Metric(
        median(p.price for p in used),
        "USD",
        min(p.as_of_ms for p in used),
        "median of " + ", ".join(p.venue for p in used) if len(used) > 1 else used[0].venue,
        worst([p.state for p in used]),
        quality,
        note,
    )


def _disagree(prices: Sequence[SpotPrice]) -> bool:
    low, high = min(p.price for p in prices), max(p.price for p in prices)
    return not within(high, low, DISAGREE)


def _apart(prices: Sequence[SpotPrice]) -> float:
    low, high = min(p.price for p in prices), max(p.price for p in prices)
    return (high - low) / low
