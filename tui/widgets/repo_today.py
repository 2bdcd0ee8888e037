"""Repo stress as of its newest day: the dial, its parts, the share, the fan, and the numbers beside it. Pure."""

from datetime import tzinfo

from feeds.topics import Repo
from tui.theme import BOLD, LABEL, LATE, PLAIN
from tui.widgets import repo_numbers
from tui.widgets.lines import Line
from tui.widgets.repo_fan import fan
from tui.widgets.repo_gauge import DIAL_ROWS, DIAL_WIDTH, bar, dial
from tui.widgets.repo_parts import parts
from tui.widgets.repo_share import share
from tui.widgets.repo_words import band_style, band_word, beside, coming, day, joined_marks, named, value

WIDE = 90  # columns from which the dial stands beside the parts
ROOMY = 32  # rows of the dial, the pictures and all numbers with a blank one between
GAP = 2


def today(repo: Repo, picked: str, now_ms: int, zone: tzinfo, width: int, rows: int) -> list[Line]:
    """All of it, in pictures as large as the room allows."""
    by_name = named(repo.readings)
    stress = by_name.get("repo.stress")
    number = stress.value if stress is not None and isinstance(stress.value, float) else None
    most = stress.most if stress is not None else None
    style = band_style(stress)
    low, mid, high = (by_name.get(f"repo.share.{name}") for name in ("low", "mid", "high"))
    roomy = width >= WIDE and rows >= ROOMY
    numbers = repo_numbers.table(by_name, repo.next_mark, picked, now_ms, zone, width, whole=roomy)
    if not roomy:
        shared = share(low, mid, high, width)[:2]
        return [
            bar(number, most, style, width),
            *parts(repo.parts, by_name, picked, width, bare=True),
            *shared,
            *fan(low, width),
            *numbers,
        ]
    left = dial(number, most, style, value(stress), band_word(by_name) if number is not None else "not known")
    right: list[Line] = [*_when(repo, now_ms, zone), (), *parts(repo.parts, by_name, picked, width - DIAL_WIDTH - GAP)]
    right = [*right, *((),) * (DIAL_ROWS - len(right))]
    return [
        *beside(left, right, DIAL_WIDTH, GAP),
        (),
        *share(low, mid, high, width),
        (),
        *fan(low, width),
        (),
        *numbers[:-1],
    ]


def _when(repo: Repo, now_ms: int, zone: tzinfo) -> list[Line]:
    """The day it is of, and the marks of the calendar on it and ahead."""
    if repo.day is None:
        stress = named(repo.readings).get("repo.stress")
        why = next(iter(stress.said("reading", "why")), "") if stress is not None else ""
        return [((why or "SOFR is not known", LATE),), ()]
    marks = repo.history[-1].marks if repo.history else ()
    today_: Line = (("    day   ", LABEL), (day(repo.day), BOLD))
    if marks:
        today_ = (*today_, (f"  {joined_marks(marks)}: a spike is half expected", LATE))
    return [today_, (("    next  ", LABEL), (coming(repo.next_mark, now_ms, zone), PLAIN))]
