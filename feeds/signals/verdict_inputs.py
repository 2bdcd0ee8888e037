"""What other signals say that arms the verdict: repo stress and oil shocks, day by day, with the time they were known.

Both are told as their series are known now: a day whose number was revised is dated by the revision.
"""

from datetime import date

from feeds.signals.oil_legs import SHOCK_LABEL, SHOCK_WINDOW, moves
from feeds.signals.oil_strip import Board
from feeds.signals.repo_days import days
from feeds.signals.repo_share import PERCENTILES
from feeds.signals.thresholds import OilRule, RepoRule
from feeds.signals.verdict_events import Shocks, Stress
from feeds.vintages import Known

_OF_THE_DAY = (*(name for name, _ in PERCENTILES), "EFFR")


def stress_days(known: Known, rule: RepoRule, least_parts: int) -> Stress:
    """Repo stress of each day, known since the last of its rates was; `None` where it is of fewer parts than that."""
    since: dict[date, int] = {}
    for name in _OF_THE_DAY:
        for point in known.points(name):
            since[point.period] = max(point.known_ms, since.get(point.period, point.known_ms))
    return [
        (day.day, since[day.day], day.stress if day.at_hand() >= least_parts else None) for day in days(known, rule)
    ]


def shock_days(known: Known, rule: OilRule, session: date) -> Shocks:
    """Each session over whose last five days the leg that moved is known, and whether that was a shock."""
    return [
        (
            one.end,
            max(point.known_ms for _, point in one.used),
            one.label == SHOCK_LABEL and one.back_move >= rule.shock_back_usd,
        )
        for one in moves(Board(known, rule, session), SHOCK_WINDOW, rule)
    ]
