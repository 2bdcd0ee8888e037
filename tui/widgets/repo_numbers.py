"""The numbers beside stress: spreads, what the Fed lends and takes, reserves, the Treasury's account. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo

from msgspec import Struct

from feeds import text
from feeds.topics import Reading
from tui.theme import ACCENT, BOLD, LABEL, LATE, PLAIN
from tui.widgets.lines import Line, Span, width_of
from tui.widgets.reading_words import age
from tui.widgets.repo_words import amount, beside, coming, short_day, sign_of, style_of, value

LABELS = {
    "repo.sofr_iorb": ("SOFR - IORB", "SOFR-IORB"),
    "repo.p99_iorb": ("99th percentile - IORB", "99th-IORB"),
    "repo.effr_iorb": ("EFFR - IORB", "EFFR-IORB"),
    "repo.tgcr_iorb": ("TGCR - IORB", "TGCR-IORB"),
    "repo.srf.5d": ("standing repo", "SRF"),
    "repo.rrp": ("overnight reverse repo", "ON RRP"),
    "repo.reserves": ("reserves, week average", "reserves"),
    "repo.reserves.wednesday": ("reserves, Wednesday", "on Wed"),
    "repo.tga": ("Treasury's account", "TGA"),
}
"""By name of the reading, in their order: in full, and in a word or two."""
DRAWN_AS_PARTS = ("repo.sofr_iorb", "repo.p99_iorb", "repo.effr_iorb")
LABEL_WIDTH, VALUE, PERIOD, AGE = 24, 13, 8, 6
PAIR = 37  # columns of one of two that stand next to each other
GAP = 2
NEXT = "next mark"


class Shown(Struct, frozen=True):
    """One row: a number of a reading, which the reading may tell in two (standing repo: today, and the most).

    `words`: those of the reading that say more than the row does.
    """

    name: str
    label: str
    brief: str
    said: str
    period: date | None
    words: tuple[str, ...]


def order(by_name: Mapping[str, Reading]) -> list[str]:
    """The readings that can be marked, parts first, in the order in which they stand on the screen."""
    first = ["repo.share.mid", *DRAWN_AS_PARTS, "repo.srf.5d"]
    return [name for name in dict.fromkeys([*first, *LABELS]) if name in by_name]


def rows(by_name: Mapping[str, Reading], *, whole: bool) -> list[Shown]:
    """The numbers; `whole`: also those that are drawn as parts of stress."""
    shown: list[Shown] = []
    for name, (label, brief) in LABELS.items():
        reading = by_name.get(name)
        if reading is None or (name in DRAWN_AS_PARTS and not whole):
            continue
        if name == "repo.srf.5d":
            shown += _standing(reading)
        else:
            shown.append(Shown(name, label, brief, value(reading), reading.period, asides(reading)))
    return shown


def asides(reading: Reading) -> tuple[str, ...]:
    """What is to be known of a number beside what it says."""
    return reading.said("doubt", "lacks", "older", "since", "part", "next")


def _standing(reading: Reading) -> list[Shown]:
    """Take-up of the newest day, and the largest of the last days with its day."""
    newest = max(reading.inputs, key=lambda one: one.period, default=None)
    label, brief = LABELS[reading.name]
    if newest is None or not isinstance(reading.value, float):
        return [Shown(reading.name, label, brief, value(reading), reading.period, reading.words)]
    most = max(reading.inputs, key=lambda one: one.value)
    return [
        Shown(reading.name, label, brief, amount(newest.value, "$"), newest.period, ()),
        Shown(reading.name, f"{label}, 5-day max", f"{brief} max", value(reading), most.period, asides(reading)),
    ]


def table(
    by_name: Mapping[str, Reading],
    mark: tuple[date, Sequence[str]] | None,
    picked: str,
    now_ms: int,
    zone: tzinfo,
    width: int,
    *,
    whole: bool,
) -> list[Line]:
    """The numbers below each other with their words, or in two columns without."""
    shown = rows(by_name, whole=whole)
    ahead: Line = ((f"    {NEXT}  ", LABEL), (coming(mark, now_ms, zone), PLAIN))
    if whole:
        said = f"    {'number':<{LABEL_WIDTH + 2}}{'value':>{VALUE}}{'for':>{PERIOD}}{'age':>{AGE}}"
        lines = [_row(one, by_name, picked, now_ms, width) for one in shown]
        return [((said[:width], LABEL),), *lines, ahead]
    cells = [_row(one, by_name, picked, now_ms, width if width < 2 * PAIR + GAP else PAIR) for one in shown]
    if width < 2 * PAIR + GAP:
        return [*cells, ahead]
    half = (len(cells) + 1) // 2
    return [*beside(cells[:half], cells[half:], PAIR, GAP), ahead]


def _row(one: Shown, by_name: Mapping[str, Reading], picked: str, now_ms: int, width: int) -> Line:
    reading = by_name.get(one.name)
    style = style_of(reading)
    here = one.name == picked
    narrow = width < 4 + LABEL_WIDTH + 2 + VALUE + PERIOD + AGE
    label = max(6, width - 4 - VALUE + 2 - PERIOD - AGE + 2) if narrow else LABEL_WIDTH + 2
    room = VALUE - 2 if narrow else VALUE
    named = one.brief if narrow else one.label
    line: list[Span] = [("▸ " if here else "  ", ACCENT), sign_of(reading)]
    line.append((f"{text.plain(named, label - 1):<{label}}", BOLD if here else PLAIN))
    line.append((f"{one.said:>{room}}", style + BOLD))
    if reading is None or reading.value is None:
        why = next(iter(reading.said("reading", "doubt", "why", "lacks")), "") if reading is not None else "not told"
        left = max(1, width - width_of(line) - 2)
        return (*line, ("  " + text.plain("not known" if narrow and len(why) > left else why, left), LATE))
    period = short_day(one.period) if one.period else text.UNKNOWN
    line.append((f"{period:>{PERIOD}}", PLAIN))
    line.append((f"{age(reading, now_ms):>{AGE - 2 if narrow else AGE}}", style))
    words = "; ".join(one.words)
    left = width - width_of(line) - 3
    if words and left >= 20:
        line.append(("   " + text.plain(words, left), LABEL))
    return tuple(line)
