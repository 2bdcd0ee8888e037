"""The five parts of stress as bars, each with its value and its score, or with the reason why it is missing. Pure."""

from collections.abc import Mapping, Sequence

from feeds import text
from feeds.topics import Reading, RepoPart
from tui.theme import ACCENT, BOLD, KEY, LABEL, LATE, PLAIN
from tui.widgets.lines import Line, Span, width_of
from tui.widgets.reading_words import mark
from tui.widgets.repo_words import READING_OF, SHORT, amount, sign_of, style_of

LABEL_WIDTH, SHORT_WIDTH, VALUE, SCORE = 28, 6, 10, 4
LEAST_BAR, MOST_BAR = 10, 40


def titles(width: int) -> Line:
    label, bar = _widths(width)
    said = f"    {'part':<{label}}{'value':>{VALUE}}  {'0'}{'100':>{bar - 1}}{'score':>{SCORE + 3}}"
    return ((said[:width], LABEL),)


def parts(
    rows: Sequence[RepoPart], by_name: Mapping[str, Reading], picked: str, width: int, *, bare: bool = False
) -> list[Line]:
    """A row for each part; `picked` is the name of the reading that is marked. `bare`: without a heading."""
    lines = [_row(number, part, by_name, picked, width) for number, part in enumerate(rows)]
    return lines if bare else [titles(width), *lines]


def _widths(width: int) -> tuple[int, int]:
    """The columns of the label and of the bar."""
    label = LABEL_WIDTH if width >= 4 + LABEL_WIDTH + VALUE + 2 + LEAST_BAR + SCORE + 3 else SHORT_WIDTH
    return label, max(1, min(MOST_BAR, width - 4 - label - VALUE - 2 - SCORE - 3))


def _row(number: int, part: RepoPart, by_name: Mapping[str, Reading], picked: str, width: int) -> Line:
    name = READING_OF.get(part.name, "")
    reading = by_name.get(name)
    label, bar = _widths(width)
    said = part.label if label == LABEL_WIDTH else SHORT[number] if number < len(SHORT) else part.name
    here = name == picked
    head: list[Span] = [("▸ " if here else "  ", ACCENT)]
    if part.value is None or part.score is None:
        head += [("· ", LABEL), (f"{text.plain(said, label):<{label}}", BOLD if here else PLAIN)]
        head.append((f" {text.UNKNOWN}  ", LABEL))
        room = max(1, width - width_of(head))
        why = f"missing: {part.note}"
        return (*head, (text.plain(why if len(why) <= room else part.note, room), LATE))
    # The share may be known where its reading has no number: the middle of two bounds as good as one.
    close = part.name == "share" and (reading is None or reading.value is None)
    source = by_name.get("repo.share.low") if close else reading
    sign = "~" if close else mark(source) if source is not None else ""
    value = sign + amount(part.value, part.unit)
    style = style_of(source)
    head += [sign_of(source), (f"{text.plain(said, label):<{label}}", BOLD if here else PLAIN)]
    head.append((f"{value:>{VALUE}}  ", style + BOLD))
    full = text.bar(part.score, 100, bar)
    head += [(full, KEY), ("·" * (bar - len(full)), LABEL), (f"{part.score:>{SCORE}.0f}", style + BOLD)]
    room = width - width_of(head) - 3
    note = f"   {part.note}" if part.note and len(part.note) <= room else "   "
    return (*head, (note, LABEL))
