"""Other times laid over one another: the five parts of stress as a radar, and as a table with sample sizes. Pure."""

from collections.abc import Sequence

from rich.style import Style

from feeds import text
from feeds.topics import Cohort, Repo
from tui.theme import ACCENT, BOLD, LABEL, LATE, PLAIN, TITLE
from tui.widgets.lines import Line, Span, width_of
from tui.widgets.radar import LEAST_RADIUS, Shape, radar, size
from tui.widgets.repo_words import SHORT, beside

LETTERS = "ABCDEFGH"
TEXTURES = ("10", "1111000", "1100", "11110100", "1")
COLORS = ("magenta", "red", "green", "yellow", "cyan")
SAMPLES = {"10": "┈┈┈", "1111000": "╌╌╌", "1100": "┄┄┄", "11110100": "╌┈╌", "1": "───"}
"""How a line of that texture looks in the legend."""
NAME, SCORE, DAYS = 24, 7, 5
TABLE_WIDTH = 2 + 6 + NAME + SCORE * 6 + DAYS
LEGEND_WIDTH = 37
GAP = 2


def style_of(number: int, picked: int | None) -> Style:
    """The style of a cohort: of one that is picked in bold, of the others then faint."""
    own = Style(color=COLORS[number % len(COLORS)])
    if picked is None:
        return own + BOLD if number == len(COLORS) - 1 else own
    return own + BOLD if number == picked else Style(dim=True)


def shapes(cohorts: Sequence[Cohort], picked: int | None) -> list[Shape]:
    """The cohorts as shapes, the one that is picked on top, else the newest."""
    made = [
        Shape(LETTERS[n % len(LETTERS)], one.scores, TEXTURES[n % len(TEXTURES)], style_of(n, picked))
        for n, one in enumerate(cohorts)
    ]
    return made if picked is None else [*made[:picked], *made[picked + 1 :], made[picked]]


def page(repo: Repo, picked: int | None, width: int, rows: int) -> list[Line]:
    """The radar with its table below or beside, whichever leaves it larger; with a legend; or only the table."""
    cohorts = repo.cohorts
    if not cohorts:
        return [(("no other times to hold it against: no day of SOFR is known", LABEL),)]
    whole = table(repo, picked, width)
    if not any(score is not None for one in cohorts for score in one.scores):
        return [(("no part of stress is known on any day of these times", LATE),), (), *whole]
    below, aside = rows - len(whole) - 1, width - TABLE_WIDTH - GAP
    sizes = (size(SHORT, width, below), size(SHORT, aside, rows))
    if max(sizes) >= LEAST_RADIUS:
        if sizes[0] >= sizes[1]:
            return [*radar(SHORT, shapes(cohorts, picked), width, below), (), *whole]
        drawn = radar(SHORT, shapes(cohorts, picked), aside, rows)
        return beside(drawn, [*((),) * ((rows - len(whole)) // 2), *whole], aside, GAP)
    room = width - LEGEND_WIDTH - GAP
    if size(SHORT, room, rows) >= LEAST_RADIUS:
        drawn = radar(SHORT, shapes(cohorts, picked), room, rows)
        return beside(drawn, legend(repo, picked, LEGEND_WIDTH), room, GAP)
    return whole


def legend(repo: Repo, picked: int | None, width: int) -> list[Line]:
    """Each cohort with its letter, line and sample size, and the scores of the one that is picked, else the newest."""
    lines: list[Line] = [_entry(number, one, picked, width) for number, one in enumerate(repo.cohorts)]
    shown = repo.cohorts[-1 if picked is None else picked]
    stress = text.UNKNOWN if shown.stress is None else f"{shown.stress:.0f}"
    lines += [(), ((text.plain(shown.name, width - 12), TITLE), (f"  stress {stress}", BOLD))]
    lines.append((("  mean score of each part", LABEL),))
    return [*lines, *(_score(label, shown, n, width) for n, label in enumerate(SHORT[: len(shown.scores)]))]


def _entry(number: int, one: Cohort, picked: int | None, width: int) -> Line:
    style = style_of(number, picked)
    mark: Span = ("▸ ", ACCENT) if number == picked else ("  ", PLAIN)
    texture = TEXTURES[number % len(TEXTURES)]
    days = f"{one.days} d"
    head: list[Span] = [mark, (f"{LETTERS[number % len(LETTERS)]} {SAMPLES[texture]} ", style + BOLD)]
    room = width - width_of(head) - len(days) - 1
    head.append((f"{text.plain(one.name, max(1, room)):<{room + 1}}", BOLD if number == picked else PLAIN))
    return (*head, (days, LABEL))


def _score(label: str, one: Cohort, part: int, width: int) -> Line:
    score, count = one.scores[part], one.counts[part]
    if score is None:
        why = f"{one.share.low:.0f} to {one.share.high:.0f} %" if not part and one.share else "not known"
        return ((f"  {label:<7}", PLAIN), (f"{text.UNKNOWN:>4}", BOLD), (f" {why}", LATE))
    of = "" if count == one.days else f"of {count} d"
    bar = text.bar(score, 100, 12)
    return (
        (f"  {label:<7}", PLAIN),
        (f"{score:>4.0f} ", BOLD),
        (f"{bar:<12}", ACCENT),
        (f" {of}", LATE),
    )


def table(repo: Repo, picked: int | None, width: int) -> list[Line]:
    """Scores by cohort and part; a count stands below where fewer days than the cohort has went in."""
    name = NAME if width >= TABLE_WIDTH else max(8, width - (TABLE_WIDTH - NAME))
    head = f"  {'':<6}{'mean score, 0 to 100':<{name}}" + "".join(f"{label:>{SCORE}}" for label in (*SHORT, "stress"))
    lines: list[Line] = [((f"{head}{'days':>{DAYS}}"[:width], LABEL),)]
    if repo.day is not None and repo.history:
        scores = [part.score for part in repo.parts]
        stress = repo.history[-1].stress
        today: list[Span] = [("  ", PLAIN), ("      ", PLAIN)]
        today.append((f"{text.plain(f'{repo.day.isoformat()} alone', name - 1):<{name}}", PLAIN))
        today += [_cell(score) for score in (*scores, stress)]
        lines.append((*today, (f"{1:>{DAYS}}", LABEL)))
    for number, one in enumerate(repo.cohorts):
        lines += _rows(number, one, picked, name)
    return lines


def _rows(number: int, one: Cohort, picked: int | None, name: int) -> list[Line]:
    here = number == picked
    texture = TEXTURES[number % len(TEXTURES)]
    row: list[Span] = [("▸ " if here else "  ", ACCENT)]
    row.append((f"{LETTERS[number % len(LETTERS)]} {SAMPLES[texture]} ", style_of(number, picked) + BOLD))
    row.append((f"{text.plain(one.name, name - 1):<{name}}", BOLD if here else PLAIN))
    row += [_cell(score) for score in (*one.scores, one.stress)]
    row.append((f"{one.days:>{DAYS}}", LABEL))
    if all(count == one.days for count in one.counts):
        return [tuple(row)]
    counts = "".join(f"{_days(count, one.days):>{SCORE}}" for count in one.counts)
    return [tuple(row), ((f"{'        days known':<{8 + name}}{counts}", LATE),)]


def _days(count: int, of: int) -> str:
    return "" if count == of else f"{count} d" if count else "none"


def _cell(score: float | None) -> Span:
    return (f"{text.UNKNOWN if score is None else f'{score:.0f}':>{SCORE}}", LABEL if score is None else PLAIN)
