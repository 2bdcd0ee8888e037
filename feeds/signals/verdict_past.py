"""What the verdict is fed with of other signals, each day as it was known at that day's end."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from feeds.calendars import day_end_ms, new_york_day, release_ms
from feeds.series import FUTURES
from feeds.signals._reading import Used
from feeds.signals.knowledge import Bounds
from feeds.signals.oil_legs import SHOCK_LABEL, SHOCK_WINDOW, moves
from feeds.signals.oil_strip import Board
from feeds.signals.past import Past, Rows
from feeds.signals.repo_days import days
from feeds.signals.repo_share import PERCENTILES
from feeds.signals.reserve_rate import SERIES as RESERVE_RATE
from feeds.signals.thresholds import OilRule, RepoRule
from feeds.signals.verdict_events import Shock, Shocks, Stress, StressDay
from feeds.vintages import Known, Point

BEGIN = date(2018, 4, 2)
"""SOFR begins."""
ENOUGH = 20
"""Days of each series that the newest day of stress looks at, and some."""
AGAIN = 2
"""Newest days of SOFR that are looked at each day: of the one before, a part may have come since."""
STRESS_SERIES = (*(name for name, _ in PERCENTILES), "EFFR", *RESERVE_RATE, "SRF")


def stress_past(rows: Rows, as_of_ms: int, rule: RepoRule) -> Stress:
    """What repo stress could be at the end of each New York day that brought a part of it, for the newest days of SOFR.

    Worked out from what was known then, so that a later correction of SOFR changes no earlier verdict. A day is told
    again while a part of it was missing, for that part may decide.
    """
    ends = {
        day_end_ms(new_york_day(row.known_ms))
        for id_ in STRESS_SERIES
        for row in rows(id_, BEGIN)
        if row.known_ms <= as_of_ms
    }
    past = Past(rows, BEGIN)
    found: list[StressDay] = []
    told: dict[date, Bounds | None] = {}
    for end_ms in sorted({min(end_ms, as_of_ms) for end_ms in ends}):
        known = past.at(end_ms)
        recent = Known(end_ms, partial(_newest, known), tuple)
        for day in days(recent, rule, newest=AGAIN):
            now, was = day.bounds(), told.get(day.day)
            if day.day not in told or (now and now != was and (was is None or was.least < was.most)):
                found.append(StressDay(day.day, end_ms, now))
            if was is None or was.least < was.most:
                told[day.day] = now
    return found


def _newest(known: Known, series: str) -> Sequence[Point]:
    return known.points(series)[-ENOUGH:]


def shock_past(known: Known, rule: OilRule) -> Shocks:
    """Whether oil was in shock on each session on which that can be told, known when the session's closes were."""
    board = Board(known, rule, new_york_day(known.as_of_ms))
    return [
        Shock(
            move.end,
            max(release_ms(FUTURES, move.end), *(point.known_ms for _, point in move.used)),
            move.label == SHOCK_LABEL and move.back_move >= rule.shock_back_usd,
            tuple(Used(contract, point) for contract, point in move.used),
        )
        for move in moves(board, SHOCK_WINDOW, rule)
    ]
