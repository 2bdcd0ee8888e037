"""The triggers of the verdict as they stand: value, threshold, distance, age."""

from collections.abc import Mapping
from datetime import timedelta

from feeds.signals._reading import Used, derived, reading
from feeds.signals.by_date import PLACES
from feeds.signals.knowledge import DECIDES, interval
from feeds.signals.lines import risen_bn, unknown
from feeds.signals.thresholds import VerdictRule
from feeds.signals.verdict_events import ARMS, LABELS, Event, srf_window
from feeds.topics.base import Reading
from feeds.topics.regime import Trigger
from feeds.vintages import Known


def triggers(
    known: Known, stress: Reading, newest: Mapping[str, Event], fired: Mapping[str, Event], rule: VerdictRule
) -> tuple[Trigger, ...]:
    """All six. `stress`: repo stress now. `newest` and `fired`: the last look at each, and the last that was one."""
    found: tuple[tuple[str, str, float | None, Reading], ...] = (
        ("move", ">", rule.move_above, _move(known)),
        ("oil", "", None, _oil(known, newest.get("oil"))),
        ("stress", ">=", rule.stress_from, _stress(stress)),
        ("assets", ">=", rule.assets_bn, _rise(known, "assets", "WALCL", rule.assets_weeks)),
        ("srf", ">=", rule.srf_bn, _standing(known, rule)),
        ("primary", ">=", rule.primary_bn, _rise(known, "primary", "WLCFLPCL", rule.primary_weeks)),
    )
    return tuple(
        Trigger(
            name,
            name in ARMS,
            LABELS[name],
            one,
            sign,
            threshold,
            _distance(one, threshold),
            newest[name].on if name in newest and one.state in DECIDES else None,
            fired[name].day if name in fired else None,
        )
        for name, sign, threshold, one in found
    )


def _move(known: Known) -> Reading:
    name, points = "verdict.move", known.points("MOVE")
    closed = next((point for point in reversed(points) if not point.provisional), None)
    if closed is None:
        return unknown(known, name, "", ["MOVE"], "no close is known")
    words = [f"closed at {closed.value:.2f} on {closed.period}"]
    if points[-1].provisional:
        words.append(f"{points[-1].value:.2f} on {points[-1].period}, not closed")
    return reading(name, closed.value, "", known, [Used("MOVE", closed)], words=words, formula="close of MOVE")


def _oil(known: Known, event: Event | None) -> Reading:
    name = "verdict.oil"
    if event is None:
        return unknown(known, name, "", ["CL*"], "no session's label is known")
    return reading(
        name,
        "shock" if event.on else "no shock",
        "",
        known,
        event.used,
        period=event.day,
        words=[event.words if event.on else f"no shock on {event.day}"],
        formula="back-led catch-up over 5 days",
    )


def _stress(now: Reading) -> Reading:
    """Repo stress as its own page has it, with all of its parts."""
    return derived(
        "verdict.stress",
        now.value,
        "",
        [now],
        words=now.notes,
        band=now.band,
        formula="repo.stress",
        bounds=interval(now),
    )


def _distance(of: Reading, threshold: float | None) -> float | None:
    """How far its number has to go at least; `None` where it cannot be told on which side of the threshold it is."""
    known = interval(of)
    if threshold is None or known is None or known.least < threshold <= known.most:
        return None
    return round(threshold - (known.most if known.most < threshold else known.least), PLACES)


def _rise(known: Known, trigger: str, id_: str, weeks: int) -> Reading:
    """A Wednesday level in $M against exactly so many weeks before, in $bn."""
    name, now = f"verdict.{trigger}", known.last(id_)
    if now is None:
        return unknown(known, name, "$bn", [id_], "not known")
    start = now.period - timedelta(weeks=weeks)
    before = known.on(id_, start)
    if before is None:
        return unknown(known, name, "$bn", [id_], f"that of {start} is not known", used=[Used(id_, now)])
    return risen_bn(known, name, id_, (before, now), f"({id_} - that of {weeks} weeks before) / 1,000")


def _standing(known: Known, rule: VerdictRule) -> Reading:
    """The smallest of the days that would have to reach the threshold: with three of five, the third largest."""
    name, now = "verdict.srf", known.last("SRF")
    if now is None:
        return unknown(known, name, "$bn", ["SRF"], "not known")
    window = srf_window(now.period, rule)
    used = [Used("SRF", point) for day in window if (point := known.on("SRF", day))]
    taken = sorted((one.point.value / 1e9 for one in used), reverse=True)
    hits = sum(value >= rule.srf_bn for value in taken)
    words = [f"${rule.srf_bn:g} bn or more on {hits} of the last {rule.srf_days} days"]
    if len(taken) < rule.srf_days:
        words.append(f"{len(taken)} of {rule.srf_days} days known")
    if len(taken) < rule.srf_hits:
        return unknown(known, name, "$bn", ["SRF"], *words, used=used)
    return reading(
        name,
        taken[rule.srf_hits - 1],
        "$bn",
        known,
        used,
        period=now.period,
        quality="floor" if len(taken) < rule.srf_days else None,
        words=words,
        formula=f"the day that ranks {rule.srf_hits} of {rule.srf_days} by its take-up",
    )
