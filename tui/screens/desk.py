"""The main screen: the header, the panes in the layout that the terminal has room for, and the footer."""

from collections.abc import Iterable
from datetime import tzinfo

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.events import Resize, ScreenResume

from feeds.settings import Settings
from tui.keys import bindings
from tui.layout import RULES, Rule
from tui.link import Topics
from tui.pane import Pane, View
from tui.panes import PANES
from tui.screens.framed import Framed, LaidOut
from tui.widgets.footer import Footer

HOLD_S = 10
"""How long a pane that failed is left blank at least: else it would flicker where it fails after every other draw."""


class Desk(Framed):
    """Holds the panes and shows them. Which are on screen follows from size, focus and zoom."""

    AUTO_FOCUS = ""

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="desk")
        self.current = next(iter(PANES))
        """The name of the pane that has the focus."""
        self.zoomed = False
        self._body, self._footer = Container(id="body"), Footer(id="footer")
        self._panes: dict[str, Pane] = {name: kind(id=name) for name, kind in PANES.items()}
        for pane in self._panes.values():
            pane.set_up(settings)
        self._rule: Rule = RULES[0]
        self._seen: dict[str, dict[str, int]] = {}
        self._faults: dict[str, int] = {}
        """Panes that are blank, and the second of the engine's clock in which they failed."""
        self._second = 0
        self._note = ""
        self._filled = False

    def compose(self) -> ComposeResult:
        for number, pane in enumerate(self._panes.values(), 1):
            pane.border_title = f"{number % 10} {pane.title}"
        self._place()
        yield self.header
        yield self._body
        yield self._footer

    def on_mount(self) -> None:
        self.call_after_refresh(self._fill)

    async def _fill(self) -> None:
        """Mount the panes, after the first frame: that has words already, and comes a good deal sooner without them."""
        await self._body.mount_all(self._panes.values())
        self._filled = True
        self.go(self.current)

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the panes on screen."""
        if self._rule.name == "strip":
            return ()
        if self.zoomed or self.current not in self._rule.panes:
            return (self.current,)
        return self._rule.panes

    @property
    def topics(self) -> tuple[str, ...]:
        """What the panes on screen draw from."""
        return tuple(sorted({topic for name in self.shown for topic in self._panes[name].topics}))

    def lay_out(self) -> None:
        """Lay out anew for the terminal's size, the current pane and the zoom; `LaidOut` follows."""
        self._place()
        self.call_after_refresh(self.post_message, LaidOut())

    def on_resize(self, _: Resize) -> None:
        self.lay_out()

    def on_screen_resume(self, _: ScreenResume) -> None:
        self.lay_out()

    def _place(self) -> None:
        self._rule = rule = self.fit_header()
        self._body.display = self._footer.display = rule.name != "strip"
        shown = self.shown
        for one in RULES:
            self._body.set_class(one is rule and len(shown) > 1, f"-{one.name}")
        for name, pane in self._panes.items():
            pane.display = name in shown
            pane.set_class(name == self.current, "-current")

    def go(self, name: str) -> None:
        """Focus a pane, and bring it on screen if it is not."""
        self.current = name
        self._place()
        if self._filled:
            self.set_focus(self._panes[name], scroll_visible=False)
        self.lay_out()

    def next(self, step: int) -> None:
        """Focus the pane that many further in the order of their numbers."""
        names = list(self._panes)
        self.go(names[(names.index(self.current) + step) % len(names)])

    def show_footer(self, keys: Iterable[Binding], word: str) -> None:
        """Draw the footer: these keys and those of the focused pane, or `word`."""
        self._footer.show([*keys, *bindings(self._panes[self.current].BINDINGS)], word)

    def show_panes(self, topics: Topics, now_ms: int, zone: tzinfo, *, all_: bool = False) -> None:
        """Draw the panes on screen whose topics changed since they were drawn; once a second all, for their ages."""
        second = now_ms // 1000
        if not self._filled:
            return
        due = all_ or second != self._second
        self._second = second
        for name in self.shown:
            pane = self._panes[name]
            seen = self._seen.get(name, {})
            revisions = {topic: topics.revision(topic) for topic in pane.topics}
            changed = frozenset(topic for topic, revision in revisions.items() if revision != seen.get(topic, 0))
            faulty = name in self._faults
            if faulty and abs(second - self._faults[name]) < HOLD_S:
                continue
            if changed or (due and not faulty):
                self._faults.pop(name, None)
                self._seen[name] = revisions
                self._show_pane(pane, View(topics, changed, now_ms, zone))

    def note(self, said: str) -> None:
        """Write something into the lower border of every pane; "" to take it away."""
        if said != self._note:
            self._note = said
            for pane in self._panes.values():
                pane.border_subtitle = said or None

    def _show_pane(self, pane: Pane, view: View) -> None:
        try:
            pane.show(view)
        except Exception as error:  # noqa: BLE001  one pane's fault is shown on it, and stops no other
            self.fault(pane, error)
        else:
            if pane.has_class("-faulty"):
                pane.unblank()

    def fault(self, pane: Pane, error: Exception) -> None:
        """Blank a pane that failed; it is drawn again when what it shows has changed, but not at once."""
        self._faults[pane.id or ""] = self._second
        pane.blank(error)
