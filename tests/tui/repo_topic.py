"""A page of repo stress written by hand: a calm day in March 2025, and pieces to make others of."""

from datetime import date, timedelta
from typing import Any

from feeds.topics import Cohort, Input, Note, Reading, Repo, RepoDay, RepoPart, ReserveIndicator, ShareSpan, noted
from tests.tui.hosted import NOW

HOUR = 3_600_000
DAY = date(2025, 3, 11)
FAN = {"SOFR1": 4.30, "SOFR25": 4.32, "SOFR": 4.33, "SOFR75": 4.38, "SOFR99": 4.46}
IORB = 4.40
FORMULA = "mean of the parts at hand"


def known(hours: float) -> int:
    return NOW - int(hours * HOUR)


def used(series: str, value: float, hours: float, day: date = DAY) -> Input:
    return Input(series, day, value, known(hours), "nyfed")


def reading(name: str, value: float | str | None, unit: str, hours: float = 1.6, **more: Any) -> Reading:
    """Of 11 March, known for so many hours, fresh."""
    if "words" in more:
        more["notes"] = noted(more.pop("words"), "says" if value is not None else "why")
    parts: dict[str, Any] = {"period": DAY, "known_ms": known(hours), "state": "none" if value is None else "fresh"}
    return Reading(name, value, unit, **(parts | more))


SHARE_INPUTS = (*(used(name, value, 1.6) for name, value in FAN.items()), used("IORB", IORB, 40))
SHARE = {
    "words": ("1 to 25 % of $2,500 bn at or above 4.40 %",),
    "formula": "share of SOFR's volume at or above IORB",
    "inputs": SHARE_INPUTS,
}


def spread(name: str, label: str, bp: float, hours: float = 1.6) -> Reading:
    side = "under" if bp < 0 else "over"
    held = Note("since", f"at or over IORB on {5 if bp > 0 else 0} of the last 5 days")
    words = (f"{label} {abs(bp):g} bp {side} IORB", held)
    return reading(name, bp, "bp", hours, words=words)


PUSHES = (Note("part", "share: 18"), Note("part", "SOFR - IORB: 20"))
READINGS = (
    reading("repo.share.low", 1.0, "%", **SHARE),
    reading("repo.share.mid", 18.25, "%", **SHARE),
    reading("repo.share.high", 25.0, "%", **SHARE),
    spread("repo.sofr_iorb", "SOFR", -7.0),
    spread("repo.p99_iorb", "SOFR's 99th percentile", 6.0),
    spread("repo.effr_iorb", "EFFR", -7.0, 0.6),
    spread("repo.tgcr_iorb", "TGCR", -9.0),
    reading(
        "repo.srf.5d",
        2.5e9,
        "$",
        period=date(2025, 3, 12),
        words=("$0.00 bn on 2025-03-12", "most of 5 business days: $2.50 bn on 2025-03-07"),
        inputs=(used("SRF", 2.5e9, 110, date(2025, 3, 7)), used("SRF", 0.0, 1, date(2025, 3, 12))),
    ),
    reading("repo.rrp", 96.318, "$bn", 17, words=("overnight reverse repo, 2025-03-11",)),
    reading(
        "repo.reserves",
        3412.9,
        "$bn",
        6 * 24,
        period=date(2025, 3, 5),
        words=("reserves, average of the week, 2025-03-05", Note("part", "Wednesday 2025-03-05: $3,459 bn")),
    ),
    reading("repo.reserves.wednesday", 3459.281, "$bn", 6 * 24, period=date(2025, 3, 5), words=("reserves",)),
    reading("repo.tga", 508.4, "$bn", 18, period=date(2025, 3, 10), words=("Treasury's account",)),
    reading(
        "repo.stress",
        16.65,
        "",
        0.6,
        band="calm",
        words=(Note("part", "share: 18"), Note("part", "SOFR - IORB: 20")),
        formula=FORMULA,
    ),
    reading("repo.band", "calm", "", 0.6, band="calm", words=(Note("part", "share: 18"),), formula="calm under 25"),
)
PARTS = (
    RepoPart("share", "volume at or above IORB", 18.25, "%", 18.25),
    RepoPart("sofr_iorb", "SOFR - IORB", -7.0, "bp", 20.0),
    RepoPart("p99_iorb", "99th percentile - IORB", 6.0, "bp", 12.0),
    RepoPart("effr_iorb", "EFFR - IORB", -7.0, "bp", 20.0),
    RepoPart("srf", "standing repo, 5-day maximum", 2.5e9, "$", 5.0),
)
INDICATORS = (
    ReserveIndicator(
        "elasticity of the demand for reserves", -0.172, -0.452, 0.068, "", date(2025, 2, 1), "fresh", "95 % range"
    ),
    ReserveIndicator("daylight overdrafts, average", 1.91, None, 17.22, "$bn", date(2024, 10, 1), "late", "quarterly"),
    ReserveIndicator("repo volume at or above IORB", 18.25, 1.0, 25.0, "%", DAY, "fresh", "computed here"),
    ReserveIndicator("interbank payments sent late", None, None, None, "", None, "none", "not published"),
    ReserveIndicator("domestic banks' share", None, None, None, "", None, "none", "not published"),
)


def cohort(name: str, first: date, last: date, days: int, *scores: float | None, **more: Any) -> Cohort:
    parts: dict[str, Any] = {"counts": tuple(0 if score is None else days for score in scores)}
    known_ = [score for score in scores if score is not None]
    share = ShareSpan(first, last, 40.0, scores[0], 75.0, days, days)
    return Cohort(name, first, last, days, scores, stress=sum(known_) / len(known_), share=share, **(parts | more))


COHORTS = (
    cohort("2018-04..2019-08", date(2018, 4, 1), date(2019, 8, 31), 356, 66.0, 42.0, 38.0, 61.0, None),
    cohort(
        "September 2019", date(2019, 9, 1), date(2019, 9, 30), 20, 91.0, 67.0, 75.0, 93.0, 100.0,
        counts=(20, 20, 20, 20, 10),
    ),
    cohort("June 2025", date(2025, 6, 1), date(2025, 6, 30), 20, 24.0, 22.0, 17.0, 21.0, 1.0),
    cohort("October 2025", date(2025, 10, 1), date(2025, 10, 31), 22, 93.0, 59.0, 50.0, 41.0, 12.0),
    cohort("last 20 business days", date(2025, 2, 11), DAY, 20, 16.0, 14.0, 13.0, 20.0, 0.0),
)  # fmt: skip


def days(first: date, last: date) -> list[date]:
    """Monday to Friday."""
    all_ = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in all_ if day.weekday() < 5]


def row(
    day: date, low: float | None, mid: float | None, high: float | None, stress: float | None, **more: Any
) -> RepoDay:
    return RepoDay(day, low, mid, high, stress, more.get("parts", 5), more.get("marks", ()))


def ends(day: date) -> tuple[str, ...]:
    """The marks of a day, weekends aside: what this file needs of the calendar."""
    later = day + timedelta(days=3 if day.weekday() == 4 else 1)
    marks = []
    if later.month != day.month:
        marks.append("year-end" if later.month == 1 else "quarter-end" if later.month % 3 == 1 else "month-end")
    if day.month in (1, 4, 6, 9, 12) and day.day == 15:
        marks.append("tax date")
    return tuple(marks)


HISTORY = tuple(row(day, 1.0, 18.25, 25.0, 16.65, marks=ends(day)) for day in days(date(2018, 4, 3), DAY))
WEEKS = (
    ShareSpan(date(2025, 3, 3), date(2025, 3, 7), 1.0, 20.5, 25.0, 5, 5),
    ShareSpan(date(2025, 3, 10), DAY, 1.0, 18.0, 25.0, 1, 2),
)
MONTHS = (ShareSpan(date(2025, 3, 3), DAY, 1.0, 19.5, 25.0, 6, 7),)


def repo(**more: Any) -> Repo:
    """A calm day, with parts of the page replaced."""
    parts: dict[str, Any] = {
        "day": DAY,
        "readings": READINGS,
        "parts": PARTS,
        "history": HISTORY,
        "weeks": WEEKS,
        "months": MONTHS,
        "cohorts": COHORTS,
        "indicators": INDICATORS,
        "next_mark": (date(2025, 3, 31), ("quarter-end",)),
    }
    return Repo(**(parts | more))


def with_reading(*changed: Reading) -> tuple[Reading, ...]:
    """The readings, with those of these names replaced."""
    by_name = {one.name: one for one in changed}
    return tuple(by_name.get(one.name, one) for one in READINGS)
