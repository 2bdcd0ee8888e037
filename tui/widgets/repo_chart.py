"""The history of repo stress as a chart with a cursor that reads out one day."""

from collections.abc import Iterable, Sequence
from datetime import date

from textual.events import Resize

from feeds import text
from feeds.topics import Repo, ShareSpan
from tui.theme import ACCENT, BOLD, KEY, LABEL, LATE, PLAIN
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Lines
from tui.widgets.repo_history import (
    LETTERS,
    SPANS,
    By,
    Measure,
    Point,
    chart,
    dates,
    episodes,
    marks,
    points,
)
from tui.widgets.repo_words import joined_marks, share_range

SHOWN: dict[str, tuple[Measure, ...]] = {"share": ("share",), "stress": ("stress",), "both": ("share", "stress")}
BYS: tuple[By, ...] = ("day", "week", "month")
TITLES = {"share": "volume at or above IORB, %: bounds and middle", "stress": "stress, 0 to 100"}
LEAST_ROWS, LEAST_WIDTH = 4, 30
LEAST_BOTH = 20  # rows from which there is room for two charts


class RepoChart(Lines):
    """Set by `offer`; keys of the pane move the cursor, change the span, the measure, and what a point is."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._repo: Repo | None = None
        self._span, self._measure = "all", "share"
        self._by: By = "day"
        self._shown: list[Point] = []
        self._cursor: date | None = None

    def offer(self, repo: Repo | None) -> None:
        """Draw this history; nothing is done where it is the one that is drawn."""
        if repo is not self._repo:
            self._repo = repo
            self._look()

    @property
    def shown(self) -> Sequence[Point]:
        """What is in view, oldest first."""
        return self._shown

    @property
    def by(self) -> By:
        """What a point is."""
        return self._by

    @property
    def point(self) -> Point | None:
        """What the cursor stands on."""
        return next((point for point in self._shown if point.day == self._cursor), None)

    def look_back(self, step: int, *, around: bool = False) -> None:
        """Show a longer or a shorter span; `around`: after the longest the shortest."""
        at = list(SPANS).index(self._span) + step
        at = at % len(SPANS) if around else max(0, min(len(SPANS) - 1, at))
        self._span = list(SPANS)[at]
        self._look()

    def next_measure(self) -> None:
        """Draw the next measure; both are left out where there is no room, and stress where it is not by day."""
        names = self._measures()
        self._measure = names[(names.index(self._fitting()) + 1) % len(names)]
        self._redraw()

    def _measures(self) -> list[str]:
        if self._by != "day":
            return ["share"]
        return list(SHOWN) if self.size.height >= LEAST_BOTH else ["share", "stress"]

    def _fitting(self) -> str:
        """The measure asked for, or the share where that is not to be had."""
        return self._measure if self._measure in self._measures() else "share"

    def next_by(self) -> None:
        self._by = BYS[(BYS.index(self._by) + 1) % len(BYS)]
        self._look()

    def move(self, steps: int, *, finely: bool = False) -> None:
        """Move the cursor by columns, or by points where it is to be fine; it starts on the newest point."""
        if self._shown:
            days = [point.day for point in self._shown]
            each = 1 if finely else max(1, len(days) // max(1, self.size.width))
            at = len(days) - 1 if self._cursor is None else days.index(self._cursor) + steps * each
            self._cursor = days[max(0, min(len(days) - 1, at))]
            self._redraw()

    def to_newest(self) -> None:
        """Take the cursor off."""
        self._cursor = None
        self._redraw()

    def on_resize(self, _: Resize) -> None:
        self._redraw()

    def _look(self) -> None:
        spans: Sequence[ShareSpan] = ()
        if self._repo is not None and self._by != "day":
            spans = self._repo.weeks if self._by == "week" else self._repo.months
        self._shown = points(self._repo.history, spans, self._by, self._span) if self._repo else []
        if self.point is None:
            self._cursor = None
        self._redraw()

    def _redraw(self) -> None:
        width, height = self.size
        if not height:
            return
        if not self._shown:
            self.draw([(("no day of SOFR is known yet", LABEL),)])
            return
        if height < LEAST_ROWS + 3 or width < LEAST_WIDTH:
            self.draw([self._readout(width)])
            return
        letters, told = marks(self._shown, width)
        head = [self._controls(width), self._readout(width), *episodes(self._shown, width)]
        foot = [letters, dates(self._shown, width)] if told else [dates(self._shown, width)]
        self.draw([*head, *self._charts(width, height - len(head) - len(foot)), *foot])

    def _charts(self, width: int, room: int) -> list[Line]:
        """One chart, or two below each other on the same days."""
        measures = SHOWN[self._fitting()]
        lines: list[Line] = []
        for number, measure in enumerate(measures):
            left = room // len(measures) + (room % len(measures) if not number else 0) - 1
            lines.append(self._title(measure))
            lines += chart(self._shown, measure, self._cursor, width, max(1, left))
        return lines

    def _title(self, measure: Measure) -> Line:
        levels = (point.low if measure == "share" else point.stress for point in self._shown)
        if all(level is None for level in levels):
            return ((f"{TITLES[measure].split(':')[0]}: not known on any of these days", LATE),)
        return ((TITLES[measure], LABEL),)

    def _controls(self, width: int) -> Line:
        _, told = marks(self._shown, width)
        legend = "  ".join(f"{LETTERS[name]} {name}" for name in told)
        choices = (_choice(SPANS, self._span), _choice(self._measures(), self._fitting()), _choice(BYS, self._by))
        return fit([*((number, one) for number, one in enumerate(choices)), (3, ((legend, LABEL),))], width, 3)

    def _readout(self, width: int) -> Line:
        """The day under the cursor in full, or the newest one."""
        point = self.point
        style = ACCENT if point is not None else LABEL
        point = point or self._shown[-1]
        when = f"{point.day:%a} {point.day.isoformat()}"
        if self._by != "day":
            when = f"{point.first.isoformat()} to {point.day.isoformat()}, {point.days} of {point.of} days"
        if point.low is None or point.high is None:
            share: Line = (("share ", LABEL), (text.UNKNOWN, BOLD))
        else:
            mid = "no middle" if point.mid is None else f"mid {point.mid:.1f} %"
            share = (
                ("share ", LABEL),
                (share_range(round(point.low, 1), round(point.high, 1)), BOLD),
                (f" {mid}", PLAIN),
            )
        items: list[tuple[int, Line]] = [(0, ((when, style),)), (0, share)]
        if self._by == "day":
            stress = text.UNKNOWN if point.stress is None else f"{point.stress:.1f}"
            if point.stress is not None and point.most is not None and point.most > point.stress:
                stress = f"{point.stress:.1f} to {point.most:.1f}"
            items.append((0, (("stress ", LABEL), (stress, BOLD))))
            items.append((2, ((f"{point.parts} of 5 parts", LABEL if point.parts == 5 else LATE),)))
        if point.marks:
            items.append((1, ((joined_marks(point.marks), LATE),)))
            items.append((3, (("a spike is half expected", LATE),)))
        return fit(items, width)


def _choice(names: Iterable[str], here: str) -> Line:
    return tuple((f"[{name}]" if name == here else f" {name} ", KEY if name == here else LABEL) for name in names)
