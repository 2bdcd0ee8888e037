"""Repo stress: what cash costs in the repo market against what the Fed pays for it, as readings and as a page."""

from collections.abc import Sequence
from datetime import date

from feeds.signals._reading import Used, reading, unread
from feeds.signals.cohorts import cohorts, months, weeks
from feeds.signals.marks import next_mark
from feeds.signals.repo_days import Day, days, spread_bp
from feeds.signals.repo_levels import indicators, levels, standing
from feeds.signals.repo_share import PERCENTILES
from feeds.signals.repo_stress import parts, stress, used_on
from feeds.signals.reserve_rate import ReserveRate
from feeds.signals.thresholds import RepoRule
from feeds.topics.base import Note, Reading
from feeds.topics.repo import Repo, RepoDay
from feeds.vintages import Known

SPREADS = (
    ("repo.sofr_iorb", "SOFR", "SOFR"),
    ("repo.p99_iorb", "SOFR99", "SOFR's 99th percentile"),
    ("repo.effr_iorb", "EFFR", "EFFR"),
    ("repo.tgcr_iorb", "TGCR", "TGCR"),
)


def repo(known: Known, rule: RepoRule) -> Repo:
    """The page of repo stress, with all readings of it."""
    all_days = days(known, rule)
    newest = all_days[-1] if all_days else None
    spreads = [_spread(known, name, rate, label, all_days) for name, rate, label in SPREADS]
    share = _share(known, newest)
    return Repo(
        newest.day if newest else None,
        (*share, *spreads, standing(known, rule), *levels(known), *stress(known, newest, rule)),
        parts(newest, rule),
        tuple(_row(day) for day in all_days),
        weeks(all_days, rule),
        months(all_days, rule),
        cohorts(all_days, rule),
        indicators(known, share[1], share[0], share[2]),
        next_mark(newest.day) if newest else None,
    )


def _row(day: Day) -> RepoDay:
    low, mid, high = day.share or (None, None, None)
    return RepoDay(day.day, low, mid, high, day.least, day.at_hand(), day.marks, day.most)


def _share(known: Known, day: Day | None) -> tuple[Reading, ...]:
    """The bounds and the middle of the share of volume at or above IORB."""
    formula = "share of SOFR's volume at or above IORB, from the percentiles around it"
    names = [name for name, _ in PERCENTILES]
    labels = ("repo.share.low", "repo.share.mid", "repo.share.high")
    if day is None:
        none = unread(known, names) or ("SOFR is not known",)
        return tuple(reading(name, None, "%", known, words=none, missing=names) for name in labels)
    used = used_on(known, day.day, [*names, "SOFRVOL"])
    rate = ReserveRate(known).on(day.day)
    at_hand = {one.series for one in used}
    missing = [name for name in names if name not in at_hand]
    words: list[str | Note]
    if day.iorb is None:
        words, missing = [*rate.notes], [*missing, "IORB"]
    elif day.share is None:
        words = ["the percentiles of that day are out of order"]
    else:
        volume = f"${day.volume:,.0f} bn" if day.volume is not None else "the volume, which is not known,"
        words = [
            f"{day.share.low:g} to {day.share.high:g} % of {volume} at or above {day.iorb:.2f} %",
            *([Note("lacks", f"without {', '.join(missing)}: the bounds are wider")] if missing else []),
            *rate.notes,
        ]
    readings = []
    for at, name in enumerate(labels):
        value = day.share[at] if day.share else None
        why = [Note("why", "IORB lies outside of the percentiles known, so there is only a range")]
        readings.append(
            reading(
                name,
                value,
                "%",
                known,
                used,
                period=day.day,
                quality=rate.quality,
                words=[*why, *words] if day.share and value is None else words,
                formula=formula,
                missing=missing,
                holding=("IORB",) if rate.holding else (),
            )
        )
    return tuple(readings)


def _spread(known: Known, name: str, rate: str, label: str, all_days: Sequence[Day]) -> Reading:
    """A rate over IORB on the last day that has both; a later day that has only other rates is named."""
    point = known.last(rate)
    if point is None:
        why = unread(known, [rate]) or (f"{label} is not known",)
        return reading(name, None, "bp", known, words=why, missing=(rate,))
    iorb = ReserveRate(known).on(point.period)
    used = [Used(rate, point), *iorb.used]
    value = spread_bp(point.value, iorb.percent)
    if value is None:
        return reading(name, None, "bp", known, used, period=point.period, words=iorb.notes, missing=("IORB",))
    words: list[str | Note] = [
        f"{label} {abs(value):g} bp {'under' if value < 0 else 'over'} IORB" if value else f"{label} at IORB"
    ]
    words += _over(known, rate, point.period)
    if all_days and all_days[-1].day > point.period:
        words.append(Note("older", f"of {point.period}: there is none of {all_days[-1].day}"))
    return reading(
        name,
        value,
        "bp",
        known,
        used,
        period=point.period,
        quality=iorb.quality,
        words=[*words, *iorb.notes],
        formula=f"({rate} - IORB) x 100, both of the same day",
        holding=("IORB",) if iorb.holding else (),
    )


def _over(known: Known, rate: str, day: date) -> list[Note]:
    """On how many of the last five days the rate was at IORB or over it; nothing where one of them is not known."""
    rates = ReserveRate(known)
    held = [(point.value, rates.on(point.period).percent) for point in known.points(rate, until=day)[-5:]]
    over = [value >= iorb for value, iorb in held if iorb is not None]
    return [Note("since", f"at or over IORB on {sum(over)} of the last 5 days")] if len(over) == 5 else []
