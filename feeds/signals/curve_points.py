"""The points of the bitcoin futures curve: which contracts have a basis, and the curve through them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from statistics import fmean, median
from typing import NamedTuple

from msgspec.structs import replace

from feeds.calendars import business_day, last_day_if_open, last_trading_day, new_york_day
from feeds.series import series
from feeds.signals._reading import state_of
from feeds.signals.derivatives import basis
from feeds.signals.thresholds import CurveRule
from feeds.topics.base import FeedState, State, worst
from feeds.topics.curve import CurvePoint, Dropped, ExpiryPoint, FundingPoint
from feeds.topics.market import Derivative
from feeds.vintages import Known

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
CME_FAMILY = "BTC*"
SPOT = "BTC"
_STATES: dict[FeedState, State] = {
    "live": "fresh",
    "connecting": "none",
    "late": "late",
    "stale": "stale",
    "down": "down",
    "blocked": "down",
}
_HEARD: tuple[State, ...] = ("fresh", "late")


def dated(row: Derivative) -> bool:
    """Whether it is a future with a date: OKX lists perpetuals, too, as futures that expire years ahead."""
    return row.kind == "future" and "XPERP" not in row.symbol


def state(row: Derivative, now_ms: int, rule: CurveRule) -> State:
    """How timely a row is: as its venue, but stale where its own quote is old."""
    return _worth(row, row.as_of_ms, now_ms, rule)


def _worth(row: Derivative, told_ms: int | None, now_ms: int, rule: CurveRule) -> State:
    venue = _STATES[row.state]
    if venue != "none" and (told_ms is None or now_ms - told_ms > rule.quote_s * 1000):
        return worst([venue, "stale"])
    return venue


def points(
    rows: Iterable[Derivative], now_ms: int, rule: CurveRule
) -> tuple[tuple[CurvePoint, ...], tuple[Dropped, ...]]:
    """The dated futures with a basis, by expiry, and those without one."""
    kept: list[CurvePoint] = []
    dropped: list[Dropped] = []
    for row in rows:
        if dated(row):
            found = _point(row, now_ms, rule)
            kept.append(found) if isinstance(found, CurvePoint) else dropped.append(found)
    kept.sort(key=lambda point: (point.expiry, point.venue, point.symbol))
    return counted(kept), tuple(dropped)


def _point(row: Derivative, now_ms: int, rule: CurveRule) -> CurvePoint | Dropped:
    if row.expiry_ms is None:
        return Dropped(row.venue, row.symbol, "its expiry is not told")
    days = (row.expiry_ms - now_ms) / DAY_MS
    if days < rule.least_days:
        return Dropped(row.venue, row.symbol, _expires(row.expiry_ms - now_ms))
    if row.apart:
        return Dropped(row.venue, row.symbol, row.apart)
    lacks = [name for name, value in (("mark", row.mark), ("index", row.index)) if not value or value < 0]
    found = basis(row.mark, row.index, days) if row.mark and row.index and not lacks else None
    if found is None:
        return Dropped(row.venue, row.symbol, f"no {' and no '.join(lacks)}")
    expiry = datetime.fromtimestamp(row.expiry_ms // 1000, UTC).date()
    worth = state(row, now_ms, rule)
    return CurvePoint(
        row.venue, row.symbol, expiry, round(days, 2), found, row.inverse, worth, row.as_of_ms, worth in _HEARD
    )


def _expires(left_ms: int) -> str:
    if left_ms <= 0:
        return "has expired"
    days, hours = left_ms // DAY_MS, left_ms // HOUR_MS
    return f"expires in {days} d" if days else f"expires in {hours} h" if hours else "expires within the hour"


def counted(found: Sequence[CurvePoint]) -> tuple[CurvePoint, ...]:
    """Count what is heard now; where nothing is, what was heard last, which the state of the answer shows."""
    heard = any(point.counted for point in found)
    return tuple(
        replace(point, counted=point.counted if heard else point.state != "none", note=_why(point, heard))
        for point in found
    )


def _why(point: CurvePoint, heard: bool) -> str:
    if point.counted:
        return ""
    what = {"none": "not heard yet", "stale": "its quote is old"}.get(point.state, "its venue is not heard")
    return f"{what}: not counted" if heard or point.state == "none" else what


def line(found: Iterable[CurvePoint], wanted: Callable[[CurvePoint], bool] = bool) -> tuple[ExpiryPoint, ...]:
    """The curve through the counted points: for each day of expiry (UTC) the median of the venues.

    A venue with several contracts of one day counts once, with their mean.
    """
    groups: dict[date, list[CurvePoint]] = {}
    for point in found:
        if point.counted and wanted(point):
            groups.setdefault(point.expiry, []).append(point)
    return tuple(_expiry(day, groups[day]) for day in sorted(groups))


def _expiry(day: date, group: Sequence[CurvePoint]) -> ExpiryPoint:
    venues: dict[str, list[float]] = {}
    for point in group:
        venues.setdefault(point.venue, []).append(point.basis)
    values = [fmean(own) for own in venues.values()]
    days = round(fmean(point.days for point in group), 2)
    return ExpiryPoint(day, days, median(values), min(values), max(values), len(values))


class At(NamedTuple):
    """The curve at a tenor. `value` is `None` where the curve does not reach it; `rough`: with no expiry near it."""

    value: float | None
    words: str
    used: tuple[ExpiryPoint, ...] = ()
    rough: bool = False


def at(curve: Sequence[ExpiryPoint], days: int, rule: CurveRule) -> At:
    """The basis at so many days: between two expiries on the straight line in days.

    Outside of them that of the nearest, if it is near enough; nothing is extended as a slope.
    """
    if not curve:
        return At(None, "no dated future has a basis")
    first, last = curve[0], curve[-1]
    if days < first.days:
        near = first.days <= days * (1 + rule.beyond_pct / 100)
        said = f"the first expiry, {_name(first)}, is in {first.days:.0f} d"
        return At(first.basis, f"held level: {said}", (first,), rough=True) if near else At(None, said)
    if days > last.days:
        near = days <= last.days * (1 + rule.beyond_pct / 100)
        said = f"the last expiry, {_name(last)}, is in {last.days:.0f} d"
        return At(last.basis, f"held level: {said}", (last,), rough=True) if near else At(None, said)
    after = next(n for n, point in enumerate(curve) if point.days >= days)
    right = curve[after]
    if right.days == days:
        return At(right.basis, f"at {_name(right)}", (right,))
    left = curve[after - 1]
    share = (days - left.days) / (right.days - left.days)
    value = left.basis + share * (right.basis - left.basis)
    said = f"between {_name(left)} and {_name(right)}"
    reach = days * rule.near_pct / 100
    rough = min(days - left.days, right.days - days) > reach
    return At(value, f"{said}: none within {reach:.0f} d of it" if rough else said, (left, right), rough)


def _name(point: ExpiryPoint) -> str:
    return f"{point.expiry} ({point.venues} venue{'s'[: point.venues > 1]})"


def funding(rows: Iterable[Derivative], now_ms: int, rule: CurveRule) -> tuple[FundingPoint, ...]:
    """Funding of the perpetuals that tell it."""
    return tuple(
        FundingPoint(
            row.venue,
            row.symbol,
            row.inverse,
            row.funding,
            row.rate,
            row.interval_h,
            row.next_ms if row.next_ms and row.next_ms > now_ms else None,
            _worth(row, row.funding_ms or row.as_of_ms, now_ms, rule),
            row.funding_ms or row.as_of_ms,
            "exact" if row.interval_h else "estimated",
        )
        for row in rows
        if row.funding is not None and not dated(row)
    )


def cme(known: Known, now_ms: int, rule: CurveRule) -> tuple[CurvePoint, ...]:
    """CME's contracts from closes: the newest settlement for which the contract and bitcoin both have a final one.

    CME trades bitcoin at weekends and on holidays too, and settles it then as little as it settles oil.
    """
    today = new_york_day(now_ms)
    spots = {point.period: point for point in known.points(SPOT, until=today) if not point.provisional}
    found: list[CurvePoint] = []
    for id_ in known.series(SPOT):
        row = series(id_)
        if row is None or row.family != CME_FAMILY or (last := last_trading_day(id_)) < today:
            continue
        finals = (one for one in known.points(id_, until=today) if one.period in spots and not one.provisional)
        closes = [one for one in finals if business_day("nymex", one.period)]
        if not closes:
            continue
        close, spot = closes[-1], spots[closes[-1].period]
        days = (last - close.period).days
        value = basis(close.value, spot.value, days)
        if value is None or (last - today).days < rule.least_days:
            continue
        worth = worst([state_of(name, known.last(name), known.as_of_ms) for name in (id_, SPOT)])
        note = f"close of {close.period} against bitcoin's of that day in UTC, some hours later"
        if late := last_day_if_open(id_):
            note += f"; its last day is {late} if CME counts Good Friday as a business day"
        as_of = max(close.known_ms, spot.known_ms)
        found.append(CurvePoint("cme", id_, last, float(days), value, False, worth, as_of, False, note))
    return tuple(sorted(found, key=lambda point: point.expiry))
