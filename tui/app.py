"""The screen: it pulls from the link at its tick, and hands what is new to what is visible."""

import asyncio
import signal
import socket
import time
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from feeds.settings import Settings
from tui.boundary import in_words
from tui.keys import bindings
from tui.link import CannotStart, Link, Topics, seconds
from tui.pane import Pane, Said
from tui.panes import PANES
from tui.screens.desk import Desk
from tui.screens.framed import Framed, LaidOut
from tui.source import Child, Source
from tui.terminal import HUNG_UP, QUIT_DEADLINE_S, Ending, Gone, Terminal, behind
from tui.theme import BAD
from tui.widgets.header import Header, Status
from tui.zones import clock, cycle, zone_of

NEAR_S = 0.06
"""How much earlier or later than its rate asks for a tick may come, to meet a line. The engine sends eight a second."""
WORD_S = 4.0


class TideApp(App[None], inherit_bindings=False):
    """The monitor. It draws what the engine at the other end of the link says, and decides nothing itself."""

    CSS_PATH = "app.tcss"
    TITLE = "tidegauge"
    COMMAND_PALETTE_BINDING = "colon"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "help", id="app.help"),
        *(Binding(str(n % 10), f"go('{name}')", name, id=f"app.pane_{n}") for n, name in enumerate(PANES, 1)),
        Binding("z", "zoom", "zoom", id="app.zoom"),
        Binding("p", "pause", "pause", id="app.pause"),
        Binding("t", "zone", "time zone", id="app.zone"),
        Binding("colon", "command_palette", "commands", id="app.commands"),
        Binding("q", "quit", "quit", id="app.quit"),
        Binding("tab", "next(1)", "next pane", id="app.next"),
        Binding("shift+tab", "next(-1)", "pane before", id="app.previous"),
        Binding("ctrl+c", "interrupt", "quit", id="app.interrupt", priority=True),
        Binding("ctrl+z", "suspend_process", "to the background", id="app.suspend", priority=True),
    ]

    def __init__(
        self,
        source: Source,
        settings: Settings,
        *,
        sock: socket.socket | None = None,
        child: Child | None = None,
    ) -> None:
        """`sock`, `child`: what `tui.source.start` opened for `source` already."""
        super().__init__(driver_class=Terminal, ansi_color=True)
        self.animation_level = "none"
        self.theme = "ansi-dark"
        self.link = Link(source, sock, child)
        self.failure = ""
        """Why it ended by itself; "" if it did not."""
        self._settings = settings
        self._tick_hz = settings.tick_hz
        self._zones = cycle(settings.zone)
        self._zone = zone_of(self._zones[0])
        self._ending = Ending(self, self.link.kill)
        self._frozen: tuple[Topics, int, float] | None = None
        self._word = ("", 0.0)

    def get_default_screen(self) -> Screen[None]:
        return Desk(self._settings)

    def on_load(self) -> None:
        self._ending.on_signals(asyncio.get_running_loop().call_soon_threadsafe)

    def on_mount(self) -> None:
        self.run_worker(self._keep_link(), exit_on_error=True)
        self.run_worker(self._keep_time(), exit_on_error=True)
        self._tick(all_=True)

    @property
    def desk(self) -> Desk:
        """The main screen, which lies at the bottom of all others."""
        desk = self.screen_stack[0]
        assert isinstance(desk, Desk)
        return desk

    def on_said(self, said: Said) -> None:
        self.say(said.word)

    def on_laid_out(self, _: LaidOut) -> None:
        self._tick(all_=True)

    async def _keep_time(self) -> None:
        """Tick at the set rate, but each time just after a line from the engine, which should not wait for the next."""
        near = min(NEAR_S, 0.5 / self._tick_hz)
        while True:
            await asyncio.sleep(1 / self._tick_hz - near)
            await self.link.next_line(2 * near)
            self._tick()

    async def _keep_link(self) -> None:
        try:
            await self.link.run()
        except CannotStart as error:
            self.failure = str(error)
            self._ending.end(error.code)

    def _tick(self, *, all_: bool = False) -> None:
        if behind(self) and not all_:
            return  # the terminal has not read the last frame yet; this one would only queue up
        link = self.link
        link.refresh()
        screen = next(screen for screen in reversed(self.screen_stack) if isinstance(screen, Framed))
        self._show_header(screen.header)
        link.want(screen.wants)
        link.show(self.desk.topics)
        now_ms = link.now_ms if link.now_ms is not None else time.time_ns() // 1_000_000
        if screen is not self.desk:
            try:
                screen.show(link.topics, now_ms, self._zone)
            except Exception as error:  # noqa: BLE001  one page's fault is shown on it, and stops nothing else
                self.faulted(screen, error)
            return
        said, until = self._word
        self.desk.show_footer(bindings(self.BINDINGS), said if seconds() < until else "")
        if self._frozen is None:
            self.desk.note("")
            self.desk.show_panes(link.topics, now_ms, self._zone, all_=all_)
        elif all_:
            topics, now_ms, _ = self._frozen
            self.desk.note(f"paused at {clock(now_ms, self._zone)}")
            self.desk.show_panes(topics, now_ms, self._zone, all_=True)

    def _show_header(self, header: Header) -> None:
        try:
            header.show(self._status())
        except Exception as error:  # noqa: BLE001  the panes below go on
            header.draw([((f" this line cannot be drawn: {in_words(error)}", BAD),)])

    def faulted(self, node: DOMNode, error: Exception) -> None:
        """Say on the pane or page of `node` that it failed; the rest goes on."""
        pane = next((one for one in node.ancestors_with_self if isinstance(one, Pane)), None)
        if pane is not None:
            self.desk.fault(pane, error)
        elif isinstance(node.screen, Framed) and node.screen is not self.desk:
            node.screen.blank(error)
        else:
            self.say(f"fault of this program: {in_words(error)}")

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key asks for. What fails is shown where it was asked, and has been handled."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Exception as error:  # noqa: BLE001  a key must not end the program
            self.faulted(default_namespace or self.screen, error)
            return True

    def _fatal_error(self) -> None:
        """End in one sentence. Textual would print every value that was being worked on, in some 60 kB."""
        error = self._exception
        frame = traceback.extract_tb(error.__traceback__)[-1:] if error else []
        place = "".join(f" ({Path(at.filename).name}, line {at.lineno})" for at in frame)
        self.failure = f"fault of this program: {in_words(error) if error else 'unknown'}{place}"
        self._close_messages_no_wait()

    def _status(self) -> Status:
        link = self.link
        paused = None if self._frozen is None else int((seconds() - self._frozen[2]) * 1000)
        faults = [link.misfit] * bool(link.misfit)
        faults += [f"{name} cannot be read: {why}" for name, why in link.topics.unreadable.items()]
        if link.broken_lines:
            lines = "line" if link.broken_lines == 1 else "lines"
            faults.append(f"{link.broken_lines} broken {lines} from the engine")
        return Status(
            link.topics,
            link.now_ms,
            self._zone,
            link.state,
            link.for_ms,
            link.reason,
            paused,
            fault="; ".join(faults),
            notice="; ".join(self._settings.notices),
        )

    def say(self, word: str) -> None:
        """Tell the user something in the last row for some seconds."""
        self._word = (word, seconds() + WORD_S)
        self._tick(all_=True)

    def action_go(self, name: str) -> None:
        self.desk.go(name)

    def action_next(self, step: int) -> None:
        self.desk.next(step)

    def action_zoom(self) -> None:
        self.desk.zoomed = not self.desk.zoomed
        self.desk.lay_out()

    def action_pause(self) -> None:
        if self._frozen is not None:
            self._frozen = None
        elif self.link.now_ms is not None:
            self._frozen = (self.link.topics.frozen(), self.link.now_ms, seconds())
        self._tick(all_=True)

    def action_zone(self) -> None:
        self._zones = [*self._zones[1:], self._zones[0]]
        self._zone = zone_of(self._zones[0])
        self.say(f"times are {'those of this machine' if self._zones[0] == 'local' else 'in ' + self._zones[0]}")

    def action_help(self) -> None:
        from tui.screens.help import Help  # off the path of the first paint

        if not isinstance(self.screen, Help):
            self.push_screen(Help(bindings(self.BINDINGS)))
            self._tick(all_=True)  # its header must not be blank until the next one

    def action_studies(self) -> None:
        from tui.screens.study_page import StudyScreen  # off the path of the first paint

        self.push_screen(StudyScreen())
        self._tick(all_=True)  # its header must not be blank until the next one

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        try:
            self.say(f"saved {self.save_screenshot(filename, path)}")
        except OSError as error:
            self.say(f"not saved: {error.strerror or error}")

    async def action_quit(self) -> None:
        self._ending.end(0, QUIT_DEADLINE_S)

    def action_interrupt(self) -> None:
        self._ending.end(128 + signal.SIGINT, QUIT_DEADLINE_S)

    def on_gone(self, _: Gone) -> None:
        self._ending.end(HUNG_UP)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for name in PANES:
            yield SystemCommand(f"Go to {name}", f"Focus the {name} pane", lambda name=name: self.action_go(name))
        yield SystemCommand("Event studies", "What followed each time a rule fired", self.action_studies, False)
        yield SystemCommand("Zoom", "Show the focused pane alone, or all again", self.action_zoom)
        yield SystemCommand("Pause", "Freeze the panes, or let them run again", self.action_pause)
        yield SystemCommand("Time zone", "Tell times in the next zone", self.action_zone)
        yield SystemCommand("Help", "All keys, signs and states", self.action_help)
        yield SystemCommand("Screenshot", "Save the screen as SVG in this folder", self._screenshot_soon)
        yield SystemCommand("Quit", "Leave", self.action_quit)

    def _screenshot_soon(self) -> None:
        self.set_timer(0.1, self.action_screenshot)  # once the palette is off the screen
