"""The studies that are always at hand, and one that somebody asks for."""

from feeds.signals.histories import Record
from feeds.signals.study import study
from feeds.signals.study_rule import RuleError
from feeds.signals.thresholds import StudyRule
from feeds.signals.verdict_events import LABELS
from feeds.topics.study import Study

READY = (
    *(f"verdict.{trigger} changes on" for trigger in LABELS),
    "verdict.state changes ARMED",
    "verdict.state changes RELEASED",
    "regime.label changes",
    "repo.band changes",
    "repo.band above watch",
)
"""What is studied where no rule is given."""


def studies(record: Record, settings: StudyRule) -> tuple[Study, ...]:
    """Those that are always at hand."""
    return tuple(study(rule, record, settings) for rule in READY)


def answered(rule: str, record: Record, settings: StudyRule) -> Study:
    """The study of a rule; one that is none is answered with the reason, and with nothing seen."""
    try:
        return study(rule, record, settings)
    except RuleError as error:
        return Study(rule, rule, "", 0, None, None, (), (), (str(error),), ())
