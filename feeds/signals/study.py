"""The event study: what bitcoin, liquidity and the dollar did after a rule had fired, against all days."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import fmean, median

from feeds.signals.histories import HISTORIES, History, Record, history
from feeds.signals.outcomes import HORIZONS, Outcome, outcomes
from feeds.signals.study_rule import Rule, RuleError, Seen, firings, fitted, parse
from feeds.signals.study_words import answer, notes, read_afterwards, said
from feeds.signals.thresholds import StudyRule
from feeds.topics.study import Cell, Fired, Spread, Study


def study(text: str, record: Record, rule: StudyRule) -> Study:
    """The study of a rule such as "MOVE above 130". Raises `RuleError`: it is none, or its metric has no past."""
    asked = parse(text)
    found = history(asked.metric, record.rows)
    if found is None:
        raise RuleError(f"{asked.metric!r} is no series, and none of {', '.join(HISTORIES)}")
    asked = fitted(asked, found.labels, found.ordered)
    return work_out(asked, found, found.read(record), outcomes(record.rows.known(record.as_of_ms)), rule)


def work_out(asked: Rule, of: History, seen: Sequence[Seen], results: Sequence[Outcome], rule: StudyRule) -> Study:
    """The study of a rule whose metric has been seen so, oldest first."""
    hits = firings(asked, seen, of.labels)
    entries = [_entry(one) for one in hits]
    span = (_entry(seen[0]), _entry(seen[-1])) if seen else None
    columns = [(result, horizon) for result in results for horizon in HORIZONS]
    moves = [[_move(result, entry, horizon) for entry in entries] for result, horizon in columns]
    cells = tuple(
        _cell(result, horizon, entries, column, span, rule)
        for (result, horizon), column in zip(columns, moves, strict=True)
    )
    fired = tuple(
        Fired(one.day, one.known_ms, one.value, entry, tuple(column[at] for column in moves), one.later)
        for at, (one, entry) in enumerate(zip(hits, entries, strict=True))
    )
    return Study(
        " ".join(str(part) if not isinstance(part, float) else f"{part:g}" for part in asked if part is not None),
        of.label,
        of.unit,
        len(seen),
        seen[0].day if seen else None,
        seen[-1].day if seen else None,
        fired,
        cells,
        answer(len(fired), cells, rule) if seen else ("nothing of it is known",),
        (*read_afterwards(seen), *notes(rule)),
    )


def _entry(one: Seen) -> date:
    """The day in UTC that was running when it became known: at its end is bitcoin's first close after that."""
    return datetime.fromtimestamp(one.known_ms / 1000, UTC).date()


def _move(result: Outcome, entry: date, horizon: int) -> float | None:
    base = result.base(entry)
    return result.move(base, horizon) if base else None


def _cell(
    result: Outcome,
    horizon: int,
    entries: Sequence[date],
    moves: Sequence[float | None],
    span: tuple[date, date] | None,
    rule: StudyRule,
) -> Cell:
    whole = [(entry, move) for entry, move in zip(entries, moves, strict=True) if move is not None]
    within = [day for day in result.days if span and span[0] <= day <= span[1]]
    every = _spread([move for day in within if (move := result.move(day, horizon)) is not None])
    values = [move for _, move in whole]
    fired = _spread(values)
    apart = _apart([base for entry, _ in whole if (base := result.base(entry))], result.length(horizon))
    difference = fired.mean - every.mean if fired and every else None
    enough = len(values) >= rule.least_events
    low, high = _interval(values, every.mean, rule) if every and enough else (None, None)
    says, words = said(len(values), apart, low, high, rule)
    open_ = len(entries) - len(values)
    return Cell(result.name, result.label, horizon, open_, apart, fired, every, difference, low, high, says, words)


def _spread(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    return Spread(len(values), median(values), fmean(values), sum(value > 0 for value in values) / len(values) * 100)


def _apart(bases: Sequence[date], length: int) -> int:
    """How many windows can be had that do not overlap: each begins where the one before it has ended, or later."""
    count, free = 0, date.min
    for base in sorted(bases):
        if base >= free:
            count, free = count + 1, base + timedelta(days=length)
    return count


def _interval(values: Sequence[float], mean: float, rule: StudyRule) -> tuple[float, float]:
    """The bootstrap's interval of the values' mean less `mean`, which is that of all days and taken as it is.

    The same seed for every cell, so that a study told twice says the same.
    """
    draw = Random(rule.seed)  # noqa: S311  nothing here is a secret
    count = len(values)
    means = sorted(fmean(draw.choices(values, k=count)) - mean for _ in range(rule.resamples))
    out = round(rule.resamples * (1 - rule.interval_pct / 100) / 2)
    return means[out], means[-out - 1]
