"""Numbers of repo stress that the engine tells without a reading of their own, as readings. Pure."""

from feeds.topics import Cohort, Reading, Repo, noted
from tui.widgets.repo_history import By, Point
from tui.widgets.repo_words import named

PAST = "its inputs are on the pages of their series: the engine tells those of the newest day only"


def of_point(repo: Repo, point: Point, by: By) -> list[Reading]:
    """The numbers of a day, a week or a month in the past."""
    today = named(repo.readings)
    words = [f"{point.first} to {point.day}, {point.days} of {point.of} days, by volume"] if by != "day" else []
    words += [f"{point.parts} of 5 parts"] if by == "day" else []
    words += [f"{mark}: a spike is half expected" for mark in point.marks]
    partial = point.days < point.of if by != "day" else False
    rows: list[tuple[str, float | None, str, bool]] = [
        ("repo.share.low", point.low, "%", partial),
        ("repo.share.mid", point.mid, "%", partial),
        ("repo.share.high", point.high, "%", partial),
    ]
    if by == "day":
        rows.append(("repo.stress", point.stress, "", point.parts < 5))
    made = []
    for name, value, unit, part in rows:
        now = today.get(name)
        why = [] if value is not None else ["not known for it, or only a range is"]
        made.append(
            Reading(
                f"{name} {point.day}",
                value,
                unit,
                point.day,
                None,
                now.state if value is not None and now is not None else "none",
                "partial" if part and value is not None else "exact",
                notes=noted((*why, *words, PAST)),
                formula=now.formula if now is not None else "",
            )
        )
    return made


def of_cohort(repo: Repo, one: Cohort) -> list[Reading]:
    """The scores of a cohort."""
    made = []
    labels = [part.label for part in repo.parts]
    for label, score, count in zip(labels, one.scores, one.counts, strict=False):
        made.append(_mean(one, f"{one.name}: {label}", score, count))
    return [*made, _mean(one, f"{one.name}: stress", one.stress, one.days)]


def _mean(one: Cohort, name: str, score: float | None, count: int) -> Reading:
    words = (f"mean of {count} of {one.days} days, {one.first} to {one.last}", PAST)
    whole = count == one.days
    return Reading(
        name, score, "", one.first, None, "fresh" if score is not None else "none", "exact" if whole else "partial",
        notes=noted(words), formula="mean over the days of the scores of the part, 0 to 100; the share by volume",
    )  # fmt: skip


def of_indicators(repo: Repo) -> list[Reading]:
    """The five indicators of the New York Fed."""
    made = []
    for one in repo.indicators:
        bounds = [f"between {one.low:g} and {one.high:g}"] if one.low is not None and one.high is not None else []
        bounds += [f"at most {one.high:g}"] if one.low is None and one.high is not None else []
        made.append(
            Reading(one.label, one.value, one.unit, one.period, None, one.state, notes=noted((*bounds, one.note)))
        )
    return made
