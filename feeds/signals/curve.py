"""The bitcoin futures curve at fixed tenors and what it earns over cash, as readings and as a page."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from feeds.calendars import new_york_day
from feeds.signals._reading import Used, derived, reading, state_of
from feeds.signals.curve_points import At, at, cme, funding, line, points
from feeds.signals.knowledge import Bounds, bounds, word
from feeds.signals.thresholds import CurveRule
from feeds.topics.base import Input, Note, Reading, worst
from feeds.topics.curve import CashPoint, Curve, CurvePoint, Dropped, ExpiryPoint, Tenor
from feeds.topics.market import Derivative
from feeds.vintages import Known

TENORS = (30, 90, 180)
CARRY_DAYS = 90
BILL = "DGS3MO"
CASH = (("overnight", "SOFR", 1), ("1 m", "DGS1MO", 30), ("3 m", BILL, 91), ("6 m", "DGS6MO", 182))
FORMULA = "(mark / index - 1) x 365 / days, median of the venues by expiry, straight between expiries"


def curve(rows: Iterable[Derivative], known: Known, now_ms: int, rule: CurveRule) -> Curve:
    """The page of the futures curve, with all readings of it, from what the venues quote now."""
    rows = list(rows)
    found, dropped = points(rows, now_ms, rule)
    whole = line(found)
    inverse, linear = line(found, lambda point: point.inverse), line(found, lambda point: not point.inverse)
    tenors = [_tenor(days, whole, inverse, linear, rule) for days in TENORS]
    basis = {days: _basis(days, at(whole, days, rule), found, dropped, known) for days in TENORS}
    closes = cme(known, now_ms, rule)
    return Curve(
        (*basis.values(), _carry(basis[CARRY_DAYS], known)),
        found,
        dropped,
        whole,
        inverse,
        linear,
        tuple(tenors),
        closes,
        funding(rows, now_ms, rule),
        tuple(_cash(known, label, id_, days) for label, id_, days in CASH),
        _notes(closes),
    )


def _tenor(
    days: int,
    whole: Sequence[ExpiryPoint],
    inverse: Sequence[ExpiryPoint],
    linear: Sequence[ExpiryPoint],
    rule: CurveRule,
) -> Tenor:
    both, coin, dollar = (at(one, days, rule).value for one in (whole, inverse, linear))
    return Tenor(days, both, coin, dollar, None if coin is None or dollar is None else dollar - coin)


def _basis(days: int, found: At, live: Sequence[CurvePoint], dropped: Sequence[Dropped], known: Known) -> Reading:
    """The basis at a tenor over all contracts, inverse and linear; its state is the worst of those it is made of."""
    name = f"curve.btc.{days}d"
    left_out = [Note("lacks", word) for word in _left_out(live, dropped)]
    if found.value is None:
        return reading(name, None, "%/y", known, words=[Note("why", found.words), *left_out], formula=FORMULA)
    expiries = {point.expiry for point in found.used}
    used = [point for point in live if point.counted and point.expiry in expiries]
    inputs = [
        Input(f"{point.venue} {point.symbol}", new_york_day(point.as_of_ms), point.basis, point.as_of_ms, point.venue)
        for point in used
        if point.as_of_ms is not None
    ]
    answer = Reading(
        name,
        found.value,
        "%/y",
        min((one.period for one in inputs), default=None),
        max((one.known_ms for one in inputs), default=None),
        worst([point.state for point in used]),
        "estimated" if found.rough else "exact",
        "",
        (Note("span", found.words), *left_out),
        FORMULA,
        tuple(inputs),
        (),
        *(_range(found).ends() if found.rough else (None, None)),
    )
    return replace(answer, band=_band(answer, "backwardation", "contango"))


def _range(found: At) -> Bounds:
    """Between what a basis lies that has no expiry near it: what the venues tell of the expiries that stand for it."""
    return Bounds(min(point.low for point in found.used), max(point.high for point in found.used))


def _band(of: Reading, under: str, over: str) -> str:
    """The word for its side of zero; "" where that cannot be told: from what is too old, or where it may be either."""
    return word(bounds(of), ((0.0, under),), over) or ""


def _left_out(live: Sequence[CurvePoint], dropped: Sequence[Dropped]) -> list[str]:
    """How many contracts are in no curve, and why."""
    whys = [one.why for one in dropped]
    whys += [point.note.removesuffix(": not counted") for point in live if not point.counted]
    return [f"left out: {why}, {whys.count(why)} of {len(live) + len(dropped)}" for why in dict.fromkeys(whys)]


def _carry(basis: Reading, known: Known) -> Reading:
    """What buying spot and selling the future earns over the bill of the same length."""
    name = "curve.carry.90d"
    formula = f"curve.btc.{CARRY_DAYS}d - {BILL}"
    bill = known.last(BILL)
    missing = () if bill else (BILL,)
    if basis.value is None or bill is None:
        why = [*basis.said("why")[:1], *(() if bill else ("the bill is not known",))]
        used = [Used(BILL, bill)] if bill else []
        return reading(name, None, "pp", known, used, words=why, formula=formula, missing=missing)
    assert isinstance(basis.value, float)
    value = basis.value - bill.value
    day = basis.period or bill.period
    said = _carried(basis.value, day, bill.value, bill.period)
    cash = reading("cash.3m", bill.value, "%", known, [Used(BILL, bill)], words=[said])
    ends = bounds(basis)
    answer = derived(
        name,
        value,
        "pp",
        (basis, cash),
        words=[said, *basis.notes],
        formula=formula,
        bounds=Bounds(ends.least - bill.value, ends.most - bill.value) if ends and ends.least < ends.most else None,
    )
    return replace(answer, band=_band(answer, "below cash", "above cash"))


def _carried(basis: float, day: date, bill: float, bill_day: date) -> str:
    return f"{CARRY_DAYS} d basis {basis:.2f} % of {day} less 3-month bill {bill:.2f} % of {bill_day}"


def _cash(known: Known, label: str, id_: str, days: int) -> CashPoint:
    point = known.last(id_)
    state = state_of(id_, point, known.as_of_ms)
    return CashPoint(label, id_, days, point.value if point else None, point.period if point else None, state)


def _notes(closes: Sequence[CurvePoint]) -> tuple[str, ...]:
    return (
        "the past of this curve and of the carry cannot be rebuilt: their charts begin when they were first kept",
        "CME from daily closes, beside the curve and not in it"
        if closes
        else "CME: no day with closes of a contract and of bitcoin is stored",
    )
