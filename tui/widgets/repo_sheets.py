"""What the views of repo stress show, as rows to export. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from feeds.topics import Repo
from tui.export import Cell
from tui.widgets.repo_history import By, Point

Sheet = tuple[Sequence[str], list[tuple[Cell, ...]]]
"""Columns, and rows of them."""


def _moment(ms: int | None) -> str | None:
    """A time in UTC as other programs read it: `2025-03-12T12:59:30Z`."""
    return None if ms is None else f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def today(repo: Repo) -> Sheet:
    columns = ("name", "value", "unit", "score", "period", "known", "state", "quality", "band", "words", "missing")
    rows: list[tuple[Cell, ...]] = [
        (
            one.name, one.value, one.unit, None, one.period, _moment(one.known_ms), one.state, one.quality, one.band,
            "; ".join(one.words), " ".join(one.missing),
        )
        for one in repo.readings
    ]  # fmt: skip
    for part in repo.parts:
        state = "" if part.value is not None else "none"
        rows.append(
            (f"part.{part.name}", part.value, part.unit, part.score, repo.day, None, state, "", "", part.note, "")
        )
    return columns, rows


def history(points: Sequence[Point], by: By) -> Sheet:
    if by != "day":
        columns = ("first", "last", "share_low", "share_mid", "share_high", "days", "of")
        return columns, [(one.first, one.day, one.low, one.mid, one.high, one.days, one.of) for one in points]
    return ("day", "share_low", "share_mid", "share_high", "stress", "parts", "marks"), [
        (one.day, one.low, one.mid, one.high, one.stress, one.parts, " and ".join(one.marks)) for one in points
    ]


def cohorts(repo: Repo) -> Sheet:
    names = [part.name for part in repo.parts]
    columns = ("cohort", "first", "last", "days", "stress", *names, *(f"{name}_days" for name in names))
    return columns, [
        (one.name, one.first, one.last, one.days, one.stress, *one.scores, *one.counts) for one in repo.cohorts
    ]


def indicators(repo: Repo) -> Sheet:
    columns = ("indicator", "value", "low", "high", "unit", "period", "state", "note")
    return columns, [
        (one.label, one.value, one.low, one.high, one.unit, one.period, one.state, one.note) for one in repo.indicators
    ]
