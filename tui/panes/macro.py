"""The slow series: what drives the dollar's liquidity, how old each number is, who says it, and what comes next."""

from collections.abc import Callable
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Resize

from feeds.topics import Due, Macro, SeriesRow, SourceRow
from tui.pane import Pane, View
from tui.theme import ACCENT, LABEL, LATE, PLAIN
from tui.widgets import macro_rows, publisher_rows, release_list
from tui.widgets.flow import fit
from tui.widgets.lines import Line, Lines
from tui.widgets.macro_rows import ONLY, Only, beneath, chosen, counts, note_style
from tui.widgets.pick_list import Item, PickList

Shown = Literal["series", "releases", "publishers"]
SHOWN: tuple[Shown, ...] = ("series", "releases", "publishers")
WIDE, LOW = 100, 14  # columns from which, and rows under which, the words at the bottom take two rows, not three
MOST_WORDS = 40
NOTHING = "nothing matches"
ABOUT: Line = (("~ is only the usual day", LABEL),)
GOOD: Line = (("good: since the last answer that was believed", LABEL),)


class MacroPane(Pane):
    """Draws the topic `macro`: the series grouped by what they drive, the releases to come, or the publishers.

    The row that is marked is told in full at the bottom, so that nothing is lost where columns have no room.
    """

    DEFAULT_CSS = """
    MacroPane { layout: vertical; }
    MacroPane #macro-head { height: 1; }
    MacroPane #macro-foot { height: 3; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "chart and vintages", id="macro.open"),
        Binding("slash", "search", "filter by words", id="macro.search"),
        Binding("f", "only", "all; late, stale or wrong; provisional or revised", id="macro.only"),
        Binding("v", "next_view", "series, releases of 7 days, publishers", id="macro.view"),
        Binding("g", "group", "next group", id="macro.group"),
        Binding("escape", "clear", "no filter", id="macro.clear"),
        Binding("j,down", "move(1)", "down", id="macro.down"),
        Binding("k,up", "move(-1)", "up", id="macro.up"),
        Binding("pagedown,l,right", "page(1)", "page down", id="macro.page_down"),
        Binding("pageup,h,left", "page(-1)", "page up", id="macro.page_up"),
        Binding("home", "move(-9999)", "first", id="macro.first"),
        Binding("end,G", "move(9999)", "last", id="macro.last"),
    ]
    title = "macro"
    topics = frozenset({"macro"})

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._head, self._foot = Lines(id="macro-head"), Lines(id="macro-foot")
        self._lists: dict[Shown, PickList] = {name: PickList(id=f"macro-{name}") for name in SHOWN}
        self._view: View | None = None
        self._at: Shown = "series"
        self._words = ""
        self._typing = False
        self._only: Only = "all"
        self._listed: tuple[tuple[Macro, str, Only], list[Item], list[Line | SeriesRow]] | None = None

    def compose(self) -> ComposeResult:
        yield self._head
        for name, one in self._lists.items():
            one.display = name == self._at
            yield one
        yield self._foot

    def show(self, view: View) -> None:
        self._view = view
        self._draw()

    def on_resize(self, _: Resize) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._typing = False
        self._draw()

    def on_key(self, event: Key) -> None:
        """Take what is typed into the filter; other keys do what they do elsewhere.

        The key that opens it is taken here too: by the time that a binding runs, the next keys have been bound already,
        and a word typed at once would quit the program with its `q`.
        """
        if not self._typing:
            bound = self.screen.active_bindings.get(event.key)
            if bound is not None and bound.binding.id == "macro.search":
                event.stop()
                self.action_search()
            return
        if event.key in ("enter", "escape"):
            self._typing = False
            self._words = self._words if event.key == "enter" else ""
        elif event.key == "backspace":
            self._words = self._words[:-1]
        elif event.is_printable and event.character and not event.key.startswith("alt+"):
            self._words = (self._words + event.character)[:MOST_WORDS]
        else:
            return
        event.stop()
        self._draw()

    # ---- keys

    def action_search(self) -> None:
        self._typing = True
        self._turn_to("series")

    def action_clear(self) -> None:
        self._words, self._only = "", "all"
        self._draw()

    def action_only(self) -> None:
        names = list(ONLY)
        self._only = names[(names.index(self._only) + 1) % len(names)]
        self._turn_to("series")

    def action_next_view(self) -> None:
        self._turn_to(SHOWN[(SHOWN.index(self._at) + 1) % len(SHOWN)])

    def action_move(self, rows: int) -> None:
        self._lists[self._at].move(rows)
        self._draw_foot()

    def action_page(self, pages: int) -> None:
        self._lists[self._at].page(pages)
        self._draw_foot()

    def action_group(self) -> None:
        self._lists[self._at].next_heading()
        self._draw_foot()

    def action_open(self) -> None:
        """Open the page of the series that is marked, or of the first in the release that is marked."""
        picked = self._picked()
        id_ = picked.id if isinstance(picked, SeriesRow) else picked.series[0] if isinstance(picked, Due) else ""
        if id_:
            from tui.screens.series_page import SeriesScreen  # off the path of the first paint

            self.app.push_screen(SeriesScreen(id_))

    def _turn_to(self, name: Shown) -> None:
        self._at = name
        for other, one in self._lists.items():
            one.display = other == name
        self._draw()

    # ---- drawing

    @property
    def _macro(self) -> Macro | None:
        return None if self._view is None else self._view.topics.get("macro")

    def _draw(self) -> None:
        width = self.size.width
        if self._view is None or not width:
            return
        macro = self._macro
        self._foot.styles.height = self._foot_rows
        if macro is None:
            self._head.draw([(("no series yet: waiting for the engine", LABEL),)])
            self._lists[self._at].offer([], [], lambda number, picked: ())
        else:
            self._head.draw([self._headline(macro, width)])
            draw = {"series": self._draw_series, "releases": self._draw_releases, "publishers": self._draw_publishers}
            draw[self._at](macro, self._view, width)
        self._draw_foot()

    def _headline(self, macro: Macro, width: int) -> Line:
        filling: Line = ((f"reading the past, {macro.filled} of {macro.to_fill} pages", LATE),) if macro.to_fill else ()
        if self._at == "releases":
            assert self._view is not None
            return fit([(0, (("releases of the next 7 days", ACCENT),)), (1, filling), (2, ABOUT)], width)
        if self._at == "publishers":
            return fit([(0, (("publishers", ACCENT),)), (1, filling), (2, GOOD)], width)
        states: list[Line] = [(one,) for one in counts(macro.rows)]
        filters: list[tuple[int, Line]] = []
        if self._typing or self._words:
            cursor = "▏" if self._typing else ""
            keys = "enter keeps, esc clears" if self._typing else "esc clears"
            shown = sum(isinstance(row, SeriesRow) for row in self._rows(macro)[1])
            filters = [
                (0, ((f"/{self._words}{cursor}", ACCENT), (f" {shown} of {len(macro.rows)}", PLAIN))),
                (6, ((keys, LABEL),)),
            ]
        if self._only != "all":
            filters.append((1, ((ONLY[self._only], ACCENT),)))
        total: Line = ((f"{len(macro.rows)} series", LABEL),)
        return fit([*filters, (3, total), (2, filling), *((4, one) for one in states)], width)

    def _rows(self, macro: Macro) -> tuple[list[Item], list[Line | SeriesRow]]:
        """The rows of the table and what they show; made anew only where the topic or the filter changed."""
        made_of = (macro, self._words, self._only)
        if self._listed is None or self._listed[0] != made_of:
            items: list[Item] = []
            content: list[Line | SeriesRow] = []
            before: SeriesRow | None = None
            rows = chosen(macro.rows, self._words, self._only)
            for row in rows:
                if before is None or before.group != row.group:
                    items.append(Item(heading=True))
                    content.append(macro_rows.heading(row.group, [one for one in rows if one.group == row.group]))
                    before = None
                items.append(Item(row.id))
                content.append(row)
                if said := beneath(row, before):
                    items.append(Item())
                    content.append((("    ", PLAIN), (said, note_style(row))))
                before = row
            self._listed = (made_of, items, content)
        return self._listed[1:]

    def _draw_series(self, macro: Macro, view: View, width: int) -> None:
        items, content = self._rows(macro)

        def draw(number: int, picked: bool) -> Line:
            one = content[number]
            return macro_rows.line(one, picked, view.now_ms, view.zone, width) if isinstance(one, SeriesRow) else one

        head: Line = macro_rows.titles(width, view.zone) if items else ((NOTHING, LABEL),)
        self._lists["series"].offer([head], items, draw)

    def _draw_releases(self, macro: Macro, view: View, width: int) -> None:
        items: list[Item] = []
        content: list[Line | Due] = []
        for _, dues in release_list.days(macro.calendar, view.zone):
            items += [Item(heading=True), *(Item(release_list.key(due)) for due in dues)]
            content += [release_list.day_heading(dues[0].at_ms, view.now_ms, view.zone), *dues]

        def draw(number: int, picked: bool) -> Line:
            one = content[number]
            return release_list.release(one, picked, view.now_ms, view.zone, width) if isinstance(one, Due) else one

        head: list[Line] = [] if items else [(("no release is known of", LABEL),)]
        self._lists["releases"].offer(head, items, draw)

    def _draw_publishers(self, macro: Macro, view: View, width: int) -> None:
        def draw(number: int, picked: bool) -> Line:
            return publisher_rows.line(macro.sources[number], picked, view.now_ms, width)

        items = [Item(row.name) for row in macro.sources]
        self._lists["publishers"].offer([publisher_rows.titles(width)], items, draw)

    def _picked(self) -> SeriesRow | SourceRow | Due | None:
        macro, key = self._macro, self._lists[self._at].picked
        if macro is None or not key:
            return None
        found: dict[Shown, Callable[[], SeriesRow | SourceRow | Due | None]] = {
            "series": lambda: next((row for row in macro.rows if row.id == key), None),
            "releases": lambda: next((due for due in macro.calendar if release_list.key(due) == key), None),
            "publishers": lambda: next((row for row in macro.sources if row.name == key), None),
        }
        return found[self._at]()

    @property
    def _foot_rows(self) -> int:
        return 2 if self.size.width >= WIDE or self.size.height < LOW else 3

    def _draw_foot(self) -> None:
        """Tell the row that is marked in full."""
        if self._view is None:
            return
        now_ms, zone, width = self._view.now_ms, self._view.zone, self.size.width
        rows = self._foot_rows
        match self._picked():
            case SeriesRow() as row:
                self._foot.draw(macro_rows.detail(row, now_ms, zone, width, rows))
            case SourceRow() as source:
                self._foot.draw(publisher_rows.detail(source, now_ms, width, rows))
            case Due() as due:
                self._foot.draw(release_list.detail(due, zone, width, rows))
            case _:
                self._foot.draw([])
