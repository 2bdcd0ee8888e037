"""Other times to hold today's repo market against, and its weeks and months."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from statistics import fmean

from feeds.signals.knowledge import mean
from feeds.signals.repo_days import PARTS, Day
from feeds.signals.repo_share import weighed
from feeds.signals.thresholds import RepoRule
from feeds.topics.repo import Cohort, ShareSpan

TIMES = (
    ("2018-04..2019-08", date(2018, 4, 1), date(2019, 8, 31)),
    ("September 2019", date(2019, 9, 1), date(2019, 9, 30)),
    ("June 2025", date(2025, 6, 1), date(2025, 6, 30)),
    ("October 2025", date(2025, 10, 1), date(2025, 10, 31)),
)
"""Before, in and between squeezes: SOFR begins in April 2018."""


def cohorts(days: Sequence[Day], rule: RepoRule) -> tuple[Cohort, ...]:
    """Each of the named times, and the last business days; a time without any day has none of its numbers."""
    named = [
        _cohort(name, first, last, [day for day in days if first <= day.day <= last], rule)
        for name, first, last in TIMES
    ]
    recent = days[-rule.recent_days :]
    if recent:
        name = f"last {rule.recent_days} business days"
        named.append(_cohort(name, recent[0].day, recent[-1].day, recent, rule))
    return tuple(named)


def _cohort(name: str, first: date, last: date, days: Sequence[Day], rule: RepoRule) -> Cohort:
    columns = [[score for day in days if (score := day.scores[at]) is not None] for at in range(len(PARTS))]
    means = [fmean(column) if column else None for column in columns]
    share = _span(first, last, days, rule)
    # The share of a time is weighted by volume, as it is everywhere; spreads and take-up are of days.
    means[0] = share.mid if share else None
    stress = [bounds for day in days if (bounds := day.bounds())]
    ends = mean(stress) if stress else None
    return Cohort(
        name,
        first,
        last,
        len(days),
        tuple(means),
        (share.days if share and share.mid is not None else 0, *(len(column) for column in columns[1:])),
        ends.least if ends else None,
        share,
        ends.most if ends else None,
    )


def weeks(days: Sequence[Day], rule: RepoRule) -> tuple[ShareSpan, ...]:
    """The share of volume by week, Monday to Sunday."""
    return _spans(days, lambda day: day.day.isocalendar()[:2], rule)


def months(days: Sequence[Day], rule: RepoRule) -> tuple[ShareSpan, ...]:
    """The share of volume by month."""
    return _spans(days, lambda day: (day.day.year, day.day.month), rule)


def _spans(days: Sequence[Day], key: Callable[[Day], tuple[int, ...]], rule: RepoRule) -> tuple[ShareSpan, ...]:
    groups = [list(group) for _, group in groupby(days, key)]
    spans = [_span(group[0].day, group[-1].day, group, rule) for group in groups]
    return tuple(span for span in spans if span)


def _span(first: date, last: date, days: Sequence[Day], rule: RepoRule) -> ShareSpan | None:
    found = weighed([(day.share, day.volume) for day in days], rule.edge_pct)
    return ShareSpan(first, last, *found) if found else None
