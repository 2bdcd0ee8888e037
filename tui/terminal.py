"""The terminal as this program needs it: it may be slow, it may be gone, and the process must end all the same.

Textual's own driver spins when the terminal hangs up while SIGHUP is ignored, blocks its loop when the terminal
stops reading, and starts a second pair of threads when it is continued after a SIGSTOP. All three are mended here.
"""

import codecs
import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from functools import partial
from io import TextIOBase
from typing import Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

DEADLINE_S = 0.7
QUIT_DEADLINE_S = 5.0
HUNG_UP = 128 + signal.SIGHUP
LEAVE = b"\x1b[<u\x1b[?2004l\x1b[?1004l\x1b[?7h\x1b[?1049l\x1b[?25h"
"""Keyboard protocol, paste and focus reports off, wrapping on, first screen back, cursor back."""


class Gone(Message):
    """The terminal hung up."""


class Output(TextIOBase):
    """Writes to the terminal. `busy` while a write waits for it to read; once it is `gone`, what is written is lost."""

    def __init__(self, fd: int, encoding: str) -> None:
        super().__init__()
        self._fd = fd
        self._encoding = encoding
        self._waiting: list[str] = []
        self.busy = False
        self.gone = False

    def fileno(self) -> int:
        return self._fd

    def isatty(self) -> bool:
        return os.isatty(self._fd)

    def write(self, text: str) -> int:
        self._waiting.append(text)
        return len(text)

    def flush(self) -> None:
        data = memoryview("".join(self._waiting).encode(self._encoding, "replace"))
        self._waiting.clear()
        self.busy = True
        try:
            while data and not self.gone:
                try:
                    data = data[os.write(self._fd, data) :]
                except BlockingIOError:  # somebody else who has this terminal open made it non-blocking
                    select.select([], [self._fd], [])
        except OSError:
            self.gone = True
        finally:
            self.busy = False


class Terminal(LinuxDriver):
    """Textual's driver, writing to standard output; it says so when there is no terminal any more."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None):
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        assert sys.__stdout__ is not None
        self._output = Output(sys.__stdout__.fileno(), sys.__stdout__.encoding)
        self._file = self._output  # type: ignore[assignment]  # it is only written to, flushed, asked for its number
        self._asleep = False
        self._raw: list[Any] | None = None

    @property
    def behind(self) -> bool:
        """Whether the terminal still has to read what it was given: then nothing more should be drawn."""
        writer = self._writer_thread
        return self._output.busy or (writer is not None and not writer._queue.empty())

    def run_input_thread(self) -> None:
        """Read keys until told to stop. End of input, or an error, is a terminal that is gone."""
        parser = XTermParser(self._debug)
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], 0.1)
            if ready:
                data = self._read()
                if not data:
                    self.send_message(Gone())
                    return
                for message in parser.feed(decode(data)):
                    self.process_message(message)
            for message in parser.tick():
                self.process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:  # EIO: the other end hung up
            return b""

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._raw = _attributes(self.fileno)

    def restore(self) -> None:
        """Give the terminal back without waiting for it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})  # else one in the background would be stopped here
        if self.attrs_before is not None:
            _set_attributes(self.fileno, self.attrs_before)
        _, ready, _ = select.select([], [self._output.fileno()], [], 0)
        if ready and not self._output.busy:
            os.write(self._output.fileno(), LEAVE)

    def _sigtstp_application(self, *_: object) -> None:
        self._asleep = True
        super()._sigtstp_application()

    def _sigcont_application(self, *_: object) -> None:
        if self._asleep:
            self._asleep = False
            super()._sigcont_application()
        elif self._raw is not None:  # a SIGSTOP from outside: our modes are on, but a shell may have changed them
            _set_attributes(self.fileno, self._raw)
            self.write("\x1b[?1049h\x1b[?25l")
        self._loop.call_soon_threadsafe(partial(self._app.refresh, layout=True))


def _attributes(fd: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def _set_attributes(fd: int, attributes: list[Any]) -> None:
    try:
        termios.tcsetattr(fd, termios.TCSANOW, attributes)
    except termios.error:
        return  # it is gone, and there is nothing to give back


def behind(app: App[Any]) -> bool:
    """Whether the app's terminal has not read what was drawn last."""
    return isinstance(app._driver, Terminal) and app._driver.behind


class Ending:
    """How the app ends: by itself, or by the deadline if its terminal does not read and so holds it up."""

    def __init__(self, app: App[Any], farewell: Callable[[], None]) -> None:
        """`farewell`: what has to be done even then, like ending a process that was started. It must not wait."""
        self._app = app
        self._farewell = farewell

    def end(self, code: int, deadline_s: float = DEADLINE_S) -> None:
        """End with this exit code."""
        self._set_deadline(code, deadline_s)
        self._app.exit(return_code=code)

    def on_signals(self, call_soon: Callable[..., object]) -> None:
        """End on SIGTERM, SIGINT, SIGQUIT and SIGHUP; a SIGHUP that is ignored (nohup) stays so.

        The handlers are plain ones, not the loop's: they run even where the loop waits for the terminal.
        """

        def handle(number: int, _: object) -> None:
            self._set_deadline(128 + number, DEADLINE_S)
            call_soon(partial(self._app.exit, return_code=128 + number))

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, handle)

    def _set_deadline(self, code: int, seconds: float) -> None:
        def strike() -> None:
            time.sleep(seconds)
            try:
                self._farewell()
                if isinstance(self._app._driver, Terminal):
                    self._app._driver.restore()
            finally:
                os._exit(code)

        threading.Thread(target=strike, daemon=True, name="deadline").start()
