"""What it takes for the regime to change, in numbers: how far liquidity and risk appetite are from the next label."""

from feeds.signals.thresholds import DriversRule, RegimeRule
from feeds.signals.weeks import LABELS
from feeds.topics.regime import Flip, Need, RegimeLabel, RegimeWeek

LIQUIDITY, RISK = "13-week net liquidity", "risk appetite, mean z,"
_NAMES = {"netliq.13w": LIQUIDITY, "risk.z": RISK}


def flips(week: RegimeWeek, rule: DriversRule, weekly: RegimeRule) -> tuple[Flip, ...]:
    """For each other label what has to come on top of that close, nearest first."""
    found: list[tuple[RegimeLabel, list[Need]]] = [
        (label, [*_liquidity(week, sides[0], rule), *_risk(week, sides[1], rule)]) for sides, label in LABELS.items()
    ]
    if week.raw == "mixed":
        found.append(("mixed", []))
    elif week.raw is not None:
        found += [("mixed", [_off_liquidity(week, rule)]), ("mixed", [_off_risk(week, rule)])]
    others = [one for one in found if one[0] != week.label]
    others.sort(key=lambda one: sum(_far(need, rule) for need in one[1]))
    return tuple(Flip(label, tuple(needs), _words(label, needs, weekly)) for label, needs in others)


def _liquidity(week: RegimeWeek, side: int, rule: DriversRule) -> list[Need]:
    """What liquidity needs to push to that side; nothing where it does."""
    return (
        []
        if week.liquidity == side
        else [_need(week, "netliq.13w", ">=" if side > 0 else "<=", side * rule.netliq_pct)]
    )


def _risk(week: RegimeWeek, side: int, rule: DriversRule) -> list[Need]:
    """What risk appetite needs to push to that side: a low z is good."""
    if week.risk == side:
        return []
    return [_need(week, "risk.z", "<=", rule.calm_z) if side > 0 else _need(week, "risk.z", ">=", rule.fear_z)]


def _off_liquidity(week: RegimeWeek, rule: DriversRule) -> Need:
    """What ends the push of liquidity."""
    up = week.liquidity == 1
    return _need(week, "netliq.13w", "<" if up else ">", rule.netliq_pct if up else -rule.netliq_pct)


def _off_risk(week: RegimeWeek, rule: DriversRule) -> Need:
    """What ends the push of risk appetite."""
    up = week.risk == 1
    return _need(week, "risk.z", ">" if up else "<", rule.calm_z if up else rule.fear_z)


def _need(week: RegimeWeek, name: str, sign: str, threshold: float) -> Need:
    if name == "netliq.13w":
        return Need(name, sign, threshold, "%", week.netliq, _distance(threshold, week.netliq, week.liquidity))
    distance = _distance(threshold, week.z, week.risk)
    return Need(name, sign, threshold, "", week.z, distance, week.z_least, week.z_most)


def _distance(threshold: float, now: float | None, push: int | None) -> float | None:
    """How far a number is from a threshold; not known where it cannot be told on which side of its band it is."""
    return None if now is None or push is None else abs(threshold - now)


def between(of: RegimeWeek | Need) -> str:
    """Between what a number lies of which parts are missing."""
    least, most = (of.z_least, of.z_most) if isinstance(of, RegimeWeek) else (of.least, of.most)
    return f"between {least:+.2f} and {most:+.2f}"


def _far(need: Need, rule: DriversRule) -> float:
    """A distance in widths of the band in which the number pushes nowhere, so that two numbers compare."""
    if need.distance is None:
        return float("inf")
    return need.distance / (2 * rule.netliq_pct if need.name == "netliq.13w" else rule.fear_z - rule.calm_z)


def _words(label: RegimeLabel, needs: list[Need], weekly: RegimeRule) -> str:
    if not needs:
        return f"{label} if the next weekly closes say so again"
    said = " and ".join(_condition(need) for need in needs)
    times = "the next weekly close" if weekly.closes == 1 else f"{weekly.closes} weekly closes"
    return f"flips to {label} if {said}, at {times}"


def _condition(need: Need) -> str:
    unit = f" {need.unit}" if need.unit else ""
    now = "not known" if need.now is None else f"{need.now:+.2f}{unit}" if need.least is None else between(need)
    return f"{_NAMES[need.name]} {need.sign} {need.threshold:+.2f}{unit}, now {now}"
