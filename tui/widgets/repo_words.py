"""Repo stress in words: the sentence on top, names for its numbers, days and marks. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo

from rich.style import Style

from feeds import text
from feeds.topics import Reading, Repo
from tui.theme import BAD, BOLD, FRESH, LABEL, LATE, PLAIN, SIGN, STATE
from tui.widgets.flow import length
from tui.widgets.lines import Line, Span
from tui.widgets.macro_rows import clipped
from tui.widgets.reading_words import mark

BAND = {"calm": FRESH, "watch": Style(color="cyan"), "tight": LATE, "stress": BAD}
"""How a band is drawn; its word always stands beside."""
SHORT = ("share", "SOFR", "99th", "EFFR", "SRF")
"""The parts of stress in a word each, in the order of `Repo.parts`."""
READING_OF = {
    "share": "repo.share.mid",
    "sofr_iorb": "repo.sofr_iorb",
    "p99_iorb": "repo.p99_iorb",
    "effr_iorb": "repo.effr_iorb",
    "srf": "repo.srf.5d",
}
"""The reading that a part of stress is told by."""
SAID = ("repo.sofr_iorb", "repo.share.low")
"""Whose words make the sentence, after the stress itself."""


def named(readings: Iterable[Reading]) -> Mapping[str, Reading]:
    return {reading.name: reading for reading in readings}


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def short_day(value: date) -> str:
    return f"{value.day} {value:%b}"


def value(reading: Reading | None) -> str:
    """A number as it is read, with its sign of quality and its unit: `-9.0 bp`, `$2,856.4 bn`, `$65.75 bn`."""
    if reading is None or reading.value is None:
        return text.UNKNOWN
    return mark(reading) + amount(reading.value, reading.unit)


def amount(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return text.plain(value, 20)
    match unit:
        case "bp":
            return f"{value + 0.0:+.1f} bp"
        case "%":
            return f"{value:.1f} %"
        case "$":
            return f"${value / 1e9:,.2f} bn"
        case "$bn":
            return f"${value:,.1f} bn"
        case _:
            return f"{value:.1f}"


def share_range(low: float, high: float) -> str:
    """The bounds of the share: `1 to 25 %`."""
    return f"{low:.4g} to {high:.4g} %"


def style_of(reading: Reading | None) -> Style:
    return LABEL if reading is None or reading.value is None else STATE[reading.state]


def band_style(stress: Reading | None) -> Style:
    """The style of the band; of one that is not fresh that of its state, for an old calm is none."""
    if stress is None or stress.value is None or stress.state != "fresh":
        return style_of(stress)
    return BAND.get(stress.band, PLAIN)


def sign_of(reading: Reading | None) -> Span:
    state = "none" if reading is None or reading.value is None else reading.state
    return (f"{SIGN[state]} ", STATE[state])


def sentence(repo: Repo, width: int, rows: int) -> list[Line]:
    """What the readings say, most important first, over at most so many rows; the band is in its style."""
    by_name = named(repo.readings)
    stress = by_name.get("repo.stress")
    if stress is None:
        return [(("repo stress: the engine tells no reading of it", LABEL),)]
    if not isinstance(stress.value, float):
        why = "; ".join(stress.said("reading", "doubt", "why", "lacks"))
        return [((said, LATE),) for said in clipped(f"repo stress is not known: {why}", width, rows)]
    lead = f"{band_word(by_name)} {value(stress)} of 100"
    on = f" for {day(stress.period)}" if stress.period else ""
    state = "" if stress.state == "fresh" else f" ({stress.state})"
    said = [*stress.said("doubt"), *stress.said("lacks")[:1], *stress.said("next")]
    for name in SAID:
        reading = by_name.get(name)
        said += [*reading.said("says", "why")[:1], *reading.said("since")] if reading else []
    parts = clipped("; ".join([lead + on + state, *said]), width, rows)
    if not parts or not parts[0].startswith(lead):
        return [((part, PLAIN),) for part in parts]
    style = band_style(stress) + BOLD
    return [((lead, style), (parts[0][len(lead) :], PLAIN)), *(((part, PLAIN),) for part in parts[1:])]


def band_word(by_name: Mapping[str, Reading]) -> str:
    """The band, or those between which a part that is missing would decide."""
    stress, band = by_name.get("repo.stress"), by_name.get("repo.band")
    if stress is not None and stress.band:
        return text.plain(stress.band, 20)
    between = band.said("why") if band is not None and band.value is None else ()
    return text.plain(between[0].partition(":")[0], 24) if between else "band not known"


def joined_marks(marks: Sequence[str]) -> str:
    return text.plain(" and ".join(marks), 60)


def coming(mark: tuple[date, Sequence[str]] | None, now_ms: int, zone: tzinfo) -> str:
    """The next day on which a spike is half expected: `30 Nov, month-end, in 9 days`."""
    if mark is None:
        return text.UNKNOWN
    days = (mark[0] - datetime.fromtimestamp(now_ms / 1000, zone).date()).days
    near = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days" if days > 0 else "its rates are not out yet")
    return f"{short_day(mark[0])}, {joined_marks(mark[1])}, {near}"


def beside(left: Sequence[Line], right: Sequence[Line], width: int, gap: int = 2) -> list[Line]:
    """Two blocks of rows next to each other, the left one `width` cells wide."""
    rows: list[Line] = []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else ()
        other = right[number] if number < len(right) else ()
        rows.append((*one, (" " * max(0, width + gap - length(one)), PLAIN), *other))
    return rows
