"""What the verdict is fed with of other signals, each day as it was known at that day's end."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from feeds.calendars import day_end_ms, new_york_day, release_ms
from feeds.series import FUTURES
from feeds.signals.oil_legs import SHOCK_LABEL, SHOCK_WINDOW, moves
from feeds.signals.oil_strip import Board
from feeds.signals.past import Past, Rows
from feeds.signals.repo_days import days
from feeds.signals.thresholds import OilRule, RepoRule
from feeds.signals.verdict_events import Shocks, Stress
from feeds.vintages import Known, Point

BEGIN = date(2018, 4, 2)
"""SOFR begins."""
ENOUGH = 20
"""Days of each series that the newest day of stress looks at, and some."""
LEAST_PARTS = 3


def stress_past(rows: Rows, as_of_ms: int, rule: RepoRule) -> Stress:
    """Repo stress of the newest day of SOFR at the end of each New York day that brought one.

    Worked out from what was known then, so that a later correction of SOFR changes no earlier verdict. A mean of fewer
    than three of its five parts arms nothing: it counts as not known.
    """
    ends = {day_end_ms(new_york_day(row.known_ms)) for row in rows("SOFR", BEGIN) if row.known_ms <= as_of_ms}
    past = Past(rows, BEGIN)
    found: dict[date, tuple[int, float | None]] = {}
    for end_ms in sorted(min(end_ms, as_of_ms) for end_ms in ends):
        known = past.at(end_ms)
        recent = Known(end_ms, partial(_newest, known), tuple)
        for day in days(recent, rule, newest=1):
            found.setdefault(day.day, (end_ms, day.stress if day.at_hand() >= LEAST_PARTS else None))
    return [(day, known_ms, stress) for day, (known_ms, stress) in sorted(found.items())]


def _newest(known: Known, series: str) -> Sequence[Point]:
    return known.points(series)[-ENOUGH:]


def shock_past(known: Known, rule: OilRule) -> Shocks:
    """Whether oil was in shock on each session on which that can be told, known when the session's closes were."""
    board = Board(known, rule, new_york_day(known.as_of_ms))
    return [
        (
            move.end,
            max(release_ms(FUTURES, move.end), *(point.known_ms for _, point in move.used)),
            move.label == SHOCK_LABEL and move.back_move >= rule.shock_back_usd,
        )
        for move in moves(board, SHOCK_WINDOW, rule)
    ]
