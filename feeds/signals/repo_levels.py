"""The quantities beside repo rates: standing repo, reverse repo, reserves, the Treasury's account, indicators."""

from msgspec.structs import replace

from feeds.calendars import shift
from feeds.signals._reading import Used, reading, state_of
from feeds.signals.lines import level, number, unknown
from feeds.signals.thresholds import RepoRule
from feeds.topics.base import Note, Reading, noted
from feeds.topics.repo import ReserveIndicator
from feeds.vintages import Known


def standing(known: Known, rule: RepoRule) -> Reading:
    """The largest take-up of standing repo of the last business days, in dollars; a floor where a day is missing."""
    name, newest = "repo.srf.5d", known.last("SRF")
    if newest is None:
        return unknown(known, name, "$", ["SRF"], "standing repo is not known")
    first = shift("repo", newest.period, 1 - rule.srf_days)
    points = known.points("SRF", since=first)
    most = max(points, key=lambda point: point.value)
    words: list[str | Note] = [
        f"${newest.value / 1e9:,.2f} bn on {newest.period}",
        f"most of {rule.srf_days} business days: ${most.value / 1e9:,.2f} bn on {most.period}",
    ]
    if len(points) < rule.srf_days:
        words.append(Note("lacks", f"{len(points)} of {rule.srf_days} days known: at least so much"))
    return reading(
        name,
        most.value,
        "$",
        known,
        [Used("SRF", point) for point in points],
        period=newest.period,
        quality="floor" if len(points) < rule.srf_days else None,
        words=words,
        formula=f"largest day of {rule.srf_days}, both operations and all collateral, tests left out",
    )


def levels(known: Known) -> tuple[Reading, ...]:
    """Reverse repo, reserves (the average of the week, and its Wednesday) and the Treasury's account; all in $bn."""
    wednesday = known.last("WRBWFRBL")
    beside = [f"Wednesday {wednesday.period}: ${wednesday.value / 1000:,.0f} bn"] if wednesday else []
    return (
        _level(known, "repo.rrp", "RRPONTSYD", 1.0, "overnight reverse repo"),
        _level(known, "repo.reserves", "WRESBAL", 1000.0, "reserves, average of the week", *beside),
        _level(known, "repo.reserves.wednesday", "WRBWFRBL", 1000.0, "reserves, Wednesday level"),
        _level(known, "repo.tga", "TGA", 1000.0, "Treasury's account, daily close"),
    )


def _level(known: Known, name: str, series: str, per_bn: float, label: str, *beside: str) -> Reading:
    """A level in $bn of a series of which `per_bn` make one: H.4.1 and the Treasury write millions."""
    found = level(known, name, series, label, "$bn", per_bn)
    return replace(found, notes=(*found.notes, *noted(beside, "part"))) if found.value is not None else found


def indicators(known: Known, mid: Reading, low: Reading, high: Reading) -> tuple[ReserveIndicator, ...]:
    """The five by which the New York Fed judges whether reserves are ample, and what of them is public."""
    return (
        _published(known, "elasticity of the demand for reserves", "RDE", "RDE.LOW", "RDE.HIGH", ""),
        _published(known, "daylight overdrafts, average", "DLOD", "", "DLOD.PEAK", "$bn"),
        ReserveIndicator(
            "repo volume at or above IORB",
            number(mid),
            number(low),
            number(high),
            "%",
            low.period,
            low.state,
            "computed here from the percentiles of SOFR" if low.value is not None else low.words[0],
        ),
        _closed("interbank payments sent late"),
        _closed("domestic banks' share of fed funds borrowed"),
    )


def _closed(label: str) -> ReserveIndicator:
    return ReserveIndicator(label, None, None, None, "", None, "none", "not published")


def _published(known: Known, label: str, series: str, low: str, high: str, unit: str) -> ReserveIndicator:
    point = known.last(series)
    if point is None:
        return ReserveIndicator(label, None, None, None, unit, None, "none", "not known yet")
    floor = known.on(low, point.period) if low else None
    top = known.on(high, point.period)
    note = "monthly; 95 % range" if low else "quarterly; the upper number is the peak"
    if point.provisional:
        note += "; the newest is not final"
    return ReserveIndicator(
        label,
        point.value,
        floor.value if floor else None,
        top.value if top else None,
        unit,
        point.period,
        state_of(series, point, known.as_of_ms),
        note,
    )
