"""Repo stress as a number of 0 to 100: its parts in words, and the readings."""

from collections.abc import Sequence
from datetime import date

from feeds.signals._reading import Used, derived, reading, unread
from feeds.signals.knowledge import Bounds, exactly
from feeds.signals.lines import unknown
from feeds.signals.repo_days import PARTS, Day, band
from feeds.signals.repo_share import PERCENTILES
from feeds.signals.reserve_rate import ReserveRate
from feeds.signals.thresholds import RepoRule
from feeds.topics.base import Note, Reading, poorest
from feeds.topics.repo import RepoPart
from feeds.vintages import Known

LABELS = {
    "share": ("volume at or above IORB", "%"),
    "sofr_iorb": ("SOFR - IORB", "bp"),
    "p99_iorb": ("99th percentile - IORB", "bp"),
    "effr_iorb": ("EFFR - IORB", "bp"),
    "srf": ("standing repo, 5-day maximum", "$"),
}
NEEDS = {"share": "SOFR", "sofr_iorb": "SOFR", "p99_iorb": "SOFR99", "effr_iorb": "EFFR", "srf": "SRF"}
"""The series that a missing part lacks, IORB aside."""
NO_IORB = "IORB of that day is not known"
BANDS = ("calm", "watch", "tight", "stress")
FORMULA = "mean of five parts, each 0 to 100: share of volume; SOFR, its p99 and EFFR over IORB; standing repo"


def used_on(known: Known, day: date, names: Sequence[str]) -> list[Used]:
    """The points of exactly that day, and what IORB as it then was rests on."""
    found = [Used(name, point) for name in names if (point := known.on(name, day))]
    return [*found, *ReserveRate(known).on(day).used]


def stress(known: Known, day: Day | None, rule: RepoRule) -> tuple[Reading, Reading]:
    """The number, and its band as a reading of its own; with a part missing both are told as far as they are sure."""
    bands = f"calm under {rule.watch_from:g}, watch under {rule.tight_from:g}, tight under {rule.stress_from:g}, stress"
    if day is None:
        none = unread(known, ["SOFR"]) or (Note("why", "SOFR is not known"),)
        return unknown(known, "repo.stress", "", ["SOFR"], *none), unknown(known, "repo.band", "", ["SOFR"], *none)
    number = of_day(known, day, "repo.stress", rule)
    bounds, named = day.bounds(), band(day.bounds(), rule)
    why = "" if named or bounds is None else f"{_between(bounds, rule)}: {day.at_hand()} of {len(PARTS)} parts"
    word = derived(
        "repo.band",
        named,
        "",
        [number],
        band=named or "",
        words=[*([Note("why", why)] if why else []), *number.notes],
        formula=bands,
    )
    return number, word


def of_day(known: Known, day: Day, name: str, rule: RepoRule) -> Reading:
    """The stress of one day under that name: what is sure of it, between its bounds."""
    srf = known.points("SRF", until=day.day)[-day.srf_days :] if day.srf_days else []
    used = used_on(known, day.day, [*(name_ for name_, _ in PERCENTILES), "EFFR"]) + [Used("SRF", one) for one in srf]
    rate, bounds = ReserveRate(known).on(day.day), day.bounds()
    if bounds is None:
        return reading(name, None, "", known, used, period=day.day, words=rate.notes, formula=FORMULA, missing=["IORB"])
    found = parts(day, rule)
    return reading(
        name,
        bounds.least,
        "",
        known,
        used,
        period=day.day,
        quality=poorest([rate.quality, "exact" if bounds.least == bounds.most else "partial"]),
        band=band(bounds, rule) or "",
        words=[*_notes(found, day, bounds), *rate.notes],
        formula=FORMULA,
        missing=[NEEDS[part.name] for part in found if part.score is None],
        bounds=bounds,
        holding=("IORB",) if rate.holding else (),
    )


def _between(bounds: Bounds, rule: RepoRule) -> str:
    """The words of the bands in which it can lie: "tight or stress"."""
    ends = (band(exactly(bounds.least), rule), band(exactly(bounds.most), rule))
    names = BANDS[BANDS.index(ends[0] or "") : BANDS.index(ends[1] or "") + 1]
    return " or ".join(names)


def _notes(found: Sequence[RepoPart], day: Day, bounds: Bounds) -> list[Note]:
    """That parts are missing and what it is then; the parts that push most first; and that a spike is half expected."""
    known = sorted(((part.score, part.label) for part in found if part.score is not None), reverse=True)
    sure = f"at least {bounds.least:.1f}, at most {bounds.most:.1f} of 100, {len(known)} of {len(found)} parts"
    return [
        *([Note("lacks", sure)] if bounds.least < bounds.most else []),
        *(Note("part", f"{label}: {score:.0f}") for score, label in known),
        *(Note("lacks", f"{part.label}: {part.note}") for part in found if part.note),
        *(Note("next", f"{day.day} is a {mark}: a spike is half expected") for mark in day.marks),
    ]


def parts(day: Day | None, rule: RepoRule) -> tuple[RepoPart, ...]:
    """The five parts of a day, each with a reason where it is missing or not whole."""
    if day is None:
        return tuple(RepoPart(name, *_of(name), None, "SOFR is not known") for name in PARTS)
    found = []
    for name, value, score in zip(PARTS, day.values, day.scores, strict=True):
        label, unit = LABELS[name]
        note = ""
        if value is None:
            note = _why(name, day)
        elif name == "share" and day.share and day.share.mid is None:
            note = f"the middle of {day.share.low:g} to {day.share.high:g} %"
        elif name == "srf" and day.srf_days < rule.srf_days:
            note = f"{day.srf_days} of {rule.srf_days} days known"
        found.append(RepoPart(name, label, value, unit, score, note))
    return tuple(found)


def _of(name: str) -> tuple[str, None, str]:
    label, unit = LABELS[name]
    return label, None, unit


def _why(name: str, day: Day) -> str:
    if name == "srf":
        return "no standing repo is known of those days"
    if day.iorb is None:
        return NO_IORB
    if name != "share":
        return f"{NEEDS[name]} of {day.day} is not known"
    return (
        f"only {day.share.low:g} to {day.share.high:g} % is known" if day.share else "the percentiles are out of order"
    )
