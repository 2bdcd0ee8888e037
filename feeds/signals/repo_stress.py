"""Repo stress as a number of 0 to 100: its parts in words, and the readings."""

from collections.abc import Sequence
from datetime import date

from feeds.signals._reading import Used, last_used, reading
from feeds.signals.repo_days import PARTS, Day, band
from feeds.signals.repo_share import PERCENTILES
from feeds.signals.thresholds import RepoRule
from feeds.topics.base import Reading
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
FORMULA = "mean of the parts at hand, each 0 to 100: share of volume; SOFR, its p99 and EFFR over IORB; standing repo"


def used_on(known: Known, day: date, names: Sequence[str]) -> list[Used]:
    """The points of exactly that day, and IORB as it then was."""
    found = [Used(name, point) for name in names if (point := known.on(name, day))]
    return found + last_used(known, "IORB", day)


def stress(known: Known, day: Day | None, rule: RepoRule) -> tuple[Reading, Reading]:
    """The number, and its band as a reading of its own."""
    used: list[Used] = []
    number, word, missing, words = None, "", ["SOFR"], ["SOFR is not known"]
    if day is not None:
        srf = known.points("SRF", until=day.day)[-day.srf_days :] if day.srf_days else []
        used = used_on(known, day.day, [*(name for name, _ in PERCENTILES), "EFFR"])
        used += [Used("SRF", point) for point in srf]
        number, missing, words = day.stress, ["IORB"], [NO_IORB]
    if day is not None and number is not None:
        found = parts(day, rule)
        word = band(number, rule)
        missing = [NEEDS[part.name] for part in found if part.score is None]
        words = _words(found, day)
    whole = not missing and (day is None or day.srf_days == rule.srf_days)
    bands = f"calm under {rule.watch_from:g}, watch under {rule.tight_from:g}, tight under {rule.stress_from:g}, stress"
    both = []
    answers: tuple[tuple[str, float | str | None, str], ...] = (
        ("repo.stress", number, FORMULA),
        ("repo.band", word or None, bands),
    )
    for name, value, formula in answers:
        both.append(
            reading(
                name,
                value,
                "",
                known,
                used,
                period=day.day if day else None,
                quality=None if whole else "partial",
                band=word,
                words=words,
                formula=formula,
                missing=missing,
            )
        )
    return both[0], both[1]


def _words(found: Sequence[RepoPart], day: Day) -> list[str]:
    """The parts that push most come first; before them, that some are missing."""
    known = sorted(((part.score, part.label) for part in found if part.score is not None), reverse=True)
    notes = [f"{part.label}: {part.note}" for part in found if part.note]
    return [
        *([f"{len(known)} of {len(found)} parts"] if len(known) < len(found) else []),
        *(f"{label}: {score:.0f}" for score, label in known),
        *notes,
        *(f"{day.day} is a {mark}: a spike is half expected" for mark in day.marks),
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
