"""Repo stress: what cash costs overnight against what the Fed pays for it, today, before, and in other squeezes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize

from feeds.topics import Reading, Repo
from tui.export import export
from tui.pane import Pane, View
from tui.theme import ACCENT, LABEL
from tui.widgets import repo_cohorts, repo_sheets
from tui.widgets.lines import Line, Lines, width_of
from tui.widgets.listing import Listing
from tui.widgets.reading_words import age
from tui.widgets.repo_chart import RepoChart
from tui.widgets.repo_numbers import order
from tui.widgets.repo_readings import of_cohort, of_indicators, of_point
from tui.widgets.repo_reserves import indicators
from tui.widgets.repo_today import today
from tui.widgets.repo_words import coming, named, sentence

VIEWS = ("today", "history", "radar", "indicators")
ROOMY_WIDTH, ROOMY_ROWS = 170, 48  # from here all four stand together in the first view
LOW = 12  # rows under which the sentence has one of them
AIRY = 24


class RepoPane(Pane):
    """Draws the topic `repo`: in a roomy pane the first view is all of them."""

    DEFAULT_CSS = """
    RepoPane { layout: vertical; }
    RepoPane #repo-head { height: 3; }
    RepoPane #repo-upper, RepoPane #repo-lower { height: 1fr; }
    RepoPane #repo-today, RepoPane #repo-cohorts, RepoPane #repo-chart, RepoPane #repo-indicators { width: 1fr; }
    RepoPane.-roomy #repo-lower { height: 19; margin: 1 0 0 0; }
    RepoPane.-roomy #repo-cohorts { width: 84; margin: 0 0 0 4; }
    RepoPane.-roomy #repo-indicators { width: 58; margin: 0 0 0 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "view", "next view", id="repo.view"),
        Binding("i,enter", "inspect", "where the number comes from", id="repo.inspect"),
        Binding("e", "export", "export to a file", id="repo.export"),
        Binding("c", "cohort(1)", "next time on the radar", id="repo.cohort"),
        Binding("s", "span(1, True)", "next span of the history", id="repo.span"),
        Binding("[", "span(-1, False)", "shorter span", id="repo.shorter"),
        Binding("]", "span(1, False)", "longer span", id="repo.longer"),
        Binding("m", "measure", "share, stress, both", id="repo.measure"),
        Binding("g", "by", "by day, week, month", id="repo.by"),
        Binding("h,left", "cursor(-1, False)", "cursor to an earlier day", id="repo.earlier"),
        Binding("l,right", "cursor(1, False)", "cursor to a later day", id="repo.later"),
        Binding("H", "cursor(-1, True)", "the day before", id="repo.day_before"),
        Binding("L", "cursor(1, True)", "the day after", id="repo.day_after"),
        Binding("G,end,escape", "newest", "cursor and marks off", id="repo.newest"),
        Binding("j,down", "move(1)", "next number", id="repo.down"),
        Binding("k,up", "move(-1)", "number before", id="repo.up"),
    ]
    title = "repo"
    topics = frozenset({"repo"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._head, self._today = Lines(id="repo-head"), Listing(id="repo-today")
        self._cohorts, self._chart = Listing(id="repo-cohorts"), RepoChart(id="repo-chart")
        self._indicators = Listing(id="repo-indicators")
        self._upper, self._lower = Horizontal(id="repo-upper"), Horizontal(id="repo-lower")
        self._view: View | None = None
        self._at = VIEWS[0]
        self._picked = ""
        self._cohort: int | None = None
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield self._head
        with self._upper:
            yield self._today
            yield self._cohorts
        with self._lower:
            yield self._chart
            yield self._indicators

    def show(self, view: View) -> None:
        """Draw anew only where the topic is another one, or an age reads otherwise."""
        self._view = view
        repo = self._repo
        ages = [age(reading, view.now_ms) for reading in repo.readings] if repo is not None else []
        ahead = coming(repo.next_mark, view.now_ms, view.zone) if repo is not None else ""
        if not self._drawn or repo is not self._drawn[0] or (ages, ahead) != self._drawn[1:]:
            self._drawn = (repo, ages, ahead)
            self._draw()

    def on_resize(self, _: Resize) -> None:
        self._place()
        self.call_after_refresh(self._draw)

    @property
    def _repo(self) -> Repo | None:
        return None if self._view is None else self._view.topics.get("repo")

    @property
    def _roomy(self) -> bool:
        return self.size.width >= ROOMY_WIDTH and self.size.height >= ROOMY_ROWS

    def _shows(self, name: str) -> bool:
        return self._at == name or (self._at == VIEWS[0] and self._roomy)

    def _place(self) -> None:
        """Bring those parts on screen that the view and the size ask for."""
        self.set_class(self._roomy and self._at == VIEWS[0], "-roomy")
        parts = (self._today, self._chart, self._cohorts, self._indicators)
        for name, part in zip(VIEWS, parts, strict=True):
            part.display = self._shows(name)
        self._upper.display = self._today.display or self._cohorts.display
        self._lower.display = self._chart.display or self._indicators.display

    # ---- drawing

    def _draw(self) -> None:
        width, height = self.size
        view, repo = self._view, self._repo
        if view is None or not width:
            return
        if repo is None:
            self._head.draw([(("no repo stress yet: waiting for the engine", LABEL),)])
            for part in (self._today, self._cohorts, self._indicators):
                part.show([], [])
            self._chart.offer(None)
            return
        said = sentence(repo, width, 1 if height < LOW else 2)
        self._head.styles.height = len(said) + 1
        self._head.draw([*said, self._bar(width)])
        if self._today.display and all(self._today.size):
            lines = today(repo, self._picked, view.now_ms, view.zone, *self._today.size)
            marked = next((row for row, line in enumerate(lines) if any(said == "▸ " for said, _ in line)), None)
            self._today.show([], lines, marked)
        if self._chart.display:
            self._chart.offer(repo)
        if self._cohorts.display and all(self._cohorts.size):
            self._cohorts.show([], repo_cohorts.page(repo, self._cohort, *self._cohorts.size))
        if self._indicators.display:
            airy = self._indicators.size.height >= AIRY
            self._indicators.show([], indicators(repo.indicators, max(20, self._indicators.size.width), airy=airy))

    def _bar(self, width: int) -> Line:
        names = ["all" if name == VIEWS[0] and self._roomy else name for name in VIEWS]
        here = VIEWS.index(self._at)
        tabs: Line = tuple(
            (f"[{name}]  " if at == here else f" {name}   ", ACCENT if at == here else LABEL)
            for at, name in enumerate(names)
        )
        keys = {
            "today": "v view  j k mark  i inspect  e export",
            "history": "s span  m measure  g by  h l cursor",
            "radar": "c one of them  i inspect  e export",
            "indicators": "i inspect  e export",
        }
        said = next((one for one in (keys[self._at], "v view") if width_of(tabs) + 2 + len(one) <= width), "")
        return (*tabs, ("  " + said, LABEL))

    # ---- keys

    def action_view(self) -> None:
        self._at = VIEWS[(VIEWS.index(self._at) + 1) % len(VIEWS)]
        self._place()
        self.call_after_refresh(self._draw)

    def action_move(self, rows: int) -> None:
        """Move the mark over the numbers, or scroll what has none."""
        if self._repo is None:
            return
        if not self._today.display:
            (self._cohorts if self._cohorts.display else self._indicators).scroll_lines(rows)
            return
        names = order(named(self._repo.readings))
        if not names:
            return
        at = names.index(self._picked) + rows if self._picked in names else 0
        self._picked = names[max(0, min(len(names) - 1, at))]
        self._draw()

    def action_cohort(self, step: int) -> None:
        """Mark the next of the times on the radar; after the last none."""
        count = len(self._repo.cohorts) if self._repo is not None else 0
        if count and self._cohorts.display:
            at = (-1 if self._cohort is None else self._cohort) + step
            self._cohort = at if at < count else None
            self._draw()

    def action_span(self, step: int, around: bool) -> None:
        self._chart.look_back(step, around=around)

    def action_measure(self) -> None:
        self._chart.next_measure()

    def action_by(self) -> None:
        self._chart.next_by()

    def action_cursor(self, step: int, finely: bool) -> None:
        if self._chart.display:
            self._chart.move(step, finely=finely)

    def action_newest(self) -> None:
        self._picked, self._cohort = "", None
        self._chart.to_newest()
        self._draw()

    def action_inspect(self) -> None:
        """Open the page of what is marked, or of all that is told."""
        from tui.screens.inspect import Inspect  # only where it is asked for

        readings, at = self._inspected()
        self.app.push_screen(Inspect("repo", readings, at))

    def _inspected(self) -> tuple[Callable[[Mapping[str, Any]], Sequence[Reading]], str]:
        """What to inspect, and which of it first: the day under the cursor, the time that is marked, or the number."""
        point, by, cohort, view = self._chart.point, self._chart.by, self._cohort, self._at

        def readings(topics: Mapping[str, Any]) -> Sequence[Reading]:
            repo: Repo | None = topics.get("repo")
            if repo is None:
                return ()
            if view == "indicators":
                return of_indicators(repo)
            if view == "radar" and cohort is not None and cohort < len(repo.cohorts):
                return of_cohort(repo, repo.cohorts[cohort])
            if view == "history" and point is not None:
                return of_point(repo, point, by)
            return repo.readings

        return readings, self._picked or "repo.stress"

    def action_export(self) -> None:
        """Write what the view shows to a file."""
        view, repo = self._view, self._repo
        if view is None or repo is None:
            return
        made = {
            "today": lambda: repo_sheets.today(repo),
            "history": lambda: repo_sheets.history(self._chart.shown, self._chart.by),
            "radar": lambda: repo_sheets.cohorts(repo),
            "indicators": lambda: repo_sheets.indicators(repo),
        }
        export(self, f"repo-{self._at}", view, *made[self._at]())
