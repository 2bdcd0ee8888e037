"""What followed each time a rule fired: the rules that are always at hand, all of one, and a rule of one's own."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.widgets import Input

from feeds.text import plain
from feeds.topics import Study
from tui.export import export
from tui.keys import bindings
from tui.link import seconds
from tui.pane import Said, View
from tui.screens.framed import Framed, LaidOut
from tui.theme import BAD, LABEL, LATE, TITLE
from tui.widgets.footer import Footer
from tui.widgets.lines import Lines
from tui.widgets.listing import Listing
from tui.widgets.pick_list import Item, PickList
from tui.widgets.study_export import results, times
from tui.widgets.study_words import ASKING, DAYS, Asked, brief, listed, whole

WORD_S = 4.0
LONGEST = 120
LEAST_FOOT = 6
"""Rows in which is told what is to be said of the rule picked."""
HOW = "METRIC above|below|crosses|changes [VALUE], such as MOVE above 130 or repo.band changes"
TYPING = [
    Binding("enter", "", "ask the engine", id="study.ask"),
    Binding("escape", "", "as before", id="study.unask"),
]
"""What the footer tells while a rule is written."""


class StudyScreen(Framed):
    """The page over the panes. A rule of one's own is asked of the engine for as long as the page is on screen."""

    DEFAULT_CSS = """
    StudyScreen #study-head { height: 1; padding: 0 1; }
    StudyScreen #study-ask { height: 1; border: none; padding: 0 1; display: none; }
    StudyScreen #study-ask, StudyScreen #study-ask:focus { background: ansi_default; color: ansi_default; }
    StudyScreen #study-list { height: 3; padding: 0 1; }
    StudyScreen #study-foot { height: 1fr; padding: 0 1; }
    StudyScreen #study-one { height: 1fr; padding: 0 1; display: none; }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "back", id="study.back"),
        Binding("enter", "open", "all of the rule", id="study.open"),
        Binding("slash", "ask", "a rule of your own", id="study.rule"),
        Binding("e", "export", "write the table to a file", id="study.export"),
        Binding("E", "export_times", "write each time it fired to a file", id="study.export_times"),
        Binding("j,down", "move(1)", "down", id="study.down"),
        Binding("k,up", "move(-1)", "up", id="study.up"),
        Binding("pagedown", "page(1)", "page down", id="study.page_down"),
        Binding("pageup", "page(-1)", "page up", id="study.page_up"),
        Binding("home,g", "ends(-9999)", "first", id="study.first"),
        Binding("end,G", "ends(9999)", "last", id="study.last"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._head, self._list = Lines(id="study-head"), PickList(id="study-list")
        self._foot, self._one = Lines(id="study-foot"), Listing(id="study-one")
        self._ask = Input(id="study-ask", placeholder=HOW, max_length=LONGEST, select_on_focus=False)
        self._ask.cursor_blink = False
        self._footer = Footer(id="footer")
        self._own = ""
        self._opened = False
        self._typing = False
        self._rows: list[Asked] = []
        self._view: View | None = None
        self._drawn: tuple[object, ...] = ()
        self._word = ("", 0.0)

    def compose(self) -> ComposeResult:
        self.fit_header()
        yield self.header
        yield self._head
        yield self._ask
        yield self._list
        yield self._foot
        yield self._one
        yield self._footer

    def on_resize(self, _: Resize) -> None:
        self.fit_header()
        self._laid()

    def _laid(self) -> None:
        """Show the list or the one, and draw once each has its place."""
        self._list.display = self._foot.display = not self._opened
        self._one.display = self._opened
        self._ask.display = self._typing
        self._drawn = ()
        self.call_after_refresh(self.post_message, LaidOut())

    # ---- drawing

    def show(self, topics: Mapping[str, Any], now_ms: int, zone: tzinfo) -> None:
        """Draw what has been told of the rules, when it changed."""
        self._view = View(topics, frozenset(), now_ms, zone)
        if not self._head.size.width:
            return
        word, until = self._word
        self._footer.show(self._keys, word if seconds() < until else "")
        studies: tuple[Study, ...] | None = topics.get("studies")
        own: Study | None = topics.get(self.wants[0]) if self.wants else None
        drawn = (studies, own, self._own, self._opened, self.size)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        try:
            self._draw(studies, own)
        except Exception as error:  # noqa: BLE001  a fault here is shown here, and the panes go on
            self._head.draw([((plain(f"studies cannot be drawn: {error!r}"), BAD),)])

    @property
    def _keys(self) -> list[Binding]:
        """Those that do something now."""
        if self._typing:
            return TYPING
        return [one for one in bindings(self.BINDINGS) if not (self._opened and one.id == "study.open")]

    def _draw(self, studies: tuple[Study, ...] | None, own: Study | None) -> None:
        self._rows = [Asked(self._own, own)] if self._own else []
        self._rows += [Asked(one.rule, one) for one in studies or ()]
        width = self.size.width - 2
        self._head.draw([((plain(f"what bitcoin did in {DAYS} days after a rule fired, in %", width), TITLE),)])
        head, lines = listed(self._rows, width)
        self._list.styles.height = min(len(lines) + 1, self._free - LEAST_FOOT)
        items = [Item(f"{number} {row.rule}") for number, row in self._numbered()]
        self._list.offer(head if items else [], items, lambda number, picked: lines[number][picked])
        if not self._rows:
            self._foot.draw([(("waiting for the engine to tell what it has studied", LATE),)])
        else:
            self._tell()
        if self._opened:
            self._draw_one(width)

    def _numbered(self) -> Sequence[tuple[int, Asked]]:
        """The rows with a number for each that stays when a rule of one's own comes or goes."""
        return list(enumerate(self._rows, 0 if self._own else 1))

    @property
    def _picked(self) -> Asked | None:
        at = self._list.picked.partition(" ")[0]
        return next((row for number, row in self._numbered() if str(number) == at), None)

    @property
    def _free(self) -> int:
        """Rows that the list and what is told of the rule picked share."""
        return max(LEAST_FOOT + 3, self.size.height - self.header.size.height - 2 - self._typing)

    def _tell(self) -> None:
        row = self._picked
        if row is not None:
            rows = self._free - min(len(self._rows) + 1, self._free - LEAST_FOOT) - 1
            self._foot.draw([(), *brief(row, self.size.width - 2, rows)])

    def _draw_one(self, width: int) -> None:
        row = self._picked
        self._head.draw([(("what followed each time the rule fired", TITLE),)])
        if row is None:
            self._one.show([], [(("no rule is picked", LABEL),)])
        elif row.study is None:
            self._one.show([], [((plain(row.rule, width), TITLE),), ((ASKING, LATE),)])
        else:
            self._one.show([], whole(row.study, width))

    # ---- keys

    def action_back(self) -> None:
        """Leave what was entered last: the input, the one rule, the page."""
        if self._typing:
            self._stop_typing()
        elif self._opened:
            self._opened = False
            self._laid()
        else:
            self.app.pop_screen()

    def action_open(self) -> None:
        if not self._opened and self._picked is not None:
            self._opened = True
            self._one.to_newest()
            self._laid()

    def action_ask(self) -> None:
        self._typing = True
        self._ask.value = ""
        self._laid()
        self.set_focus(self._ask)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Ask for the rule, and show it: that it is asked for, until it comes."""
        event.stop()
        rule = " ".join(plain(event.value, LONGEST).split())
        if rule:
            self._own = rule
            self.wants = (f"study.{rule}",)
            self._opened = True
            self._one.to_newest()
            self._draw((self._view.topics.get("studies") if self._view else None), None)
            self._list.pick(f"0 {rule}")
        self._stop_typing()

    def _stop_typing(self) -> None:
        self._typing = False
        self.set_focus(None)
        self._laid()

    def on_said(self, said: Said) -> None:
        self._word = (said.word, seconds() + WORD_S)

    def action_export(self) -> None:
        """Write the table: of the rule that is open, else of all."""
        row = self._picked
        studies = [row.study] if self._opened and row else [one.study for one in self._rows]
        known = [one for one in studies if one is not None]
        if self._view is None or not known:
            self.post_message(Said("nothing to export yet"))
            return
        columns, rows = results(known)
        export(self, "study" if self._opened else "studies", self._view, columns, rows)

    def action_export_times(self) -> None:
        row = self._picked
        if self._view is None or row is None or row.study is None or not row.study.fired:
            self.post_message(Said("it never fired: nothing to export"))
            return
        columns, rows = times(row.study)
        export(self, "study-times", self._view, columns, rows)

    def action_move(self, rows: int) -> None:
        if self._opened:
            self._one.scroll_lines(rows)
        else:
            self._list.move(rows)
            self._tell()

    def action_page(self, pages: int) -> None:
        if self._opened:
            self._one.scroll_pages(pages)
        else:
            self._list.page(pages)
            self._tell()

    def action_ends(self, rows: int) -> None:
        self.action_move(rows)
