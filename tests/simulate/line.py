"""A connection to a simulated venue without a socket and without a clock: the market steps as the frames are read."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from feeds.simulate.desk import Session, Text
from feeds.simulate.events import Event, Liquidated
from feeds.simulate.http import Answer
from feeds.simulate.market import Market
from feeds.simulate.scenes import Scene
from feeds.simulate.server import DESKS, PAGES
from feeds.simulate.standing import Standing

START_MS = 1_790_000_000_000
"""21 September 2026, so that the quarters end on 25 September and 25 December."""
STEP_MS = 20
STORM = Scene("storm", "liquidations without end", longs=((0, 3000),), shorts=((0, 1000),))

Frame = Any
"""A frame, decoded. Tests look into it as deep as they like."""


class Line:
    """One connection. `events` is all that happened at the venue since it was opened, and `before` what did earlier.

    `told` are the liquidations that this connection was told of, and `published` all those of the venue.
    """

    def __init__(
        self,
        venue: str,
        target: str = "",
        *requests: object,
        scene: Scene = STORM,
        rate: float = 1.0,
        speed: float = 1.0,
        earlier_ms: int = 2000,
    ) -> None:
        self.venue, self.now_ms = venue, START_MS
        self.before: list[Event] = []
        self.events: list[Event] = []
        self.told: list[Liquidated] = []
        self.published: list[Liquidated] = []
        self._session: Session | None = None
        self._market = Market(scene, 7, START_MS, rate=rate, speed=speed, earlier_ms=earlier_ms)
        self._desk = DESKS[venue]()
        self._standing = Standing(lambda: self.now_ms)
        self._pages = PAGES[venue](self._standing) if venue in PAGES else {}
        for _ in range(earlier_ms // STEP_MS):
            list(self.step())
        self.before, self.events = self.events, []
        parts = urlsplit(target)
        self._session = self._desk.session(parts.path or "/", parts.query, self.now_ms)
        assert self._session is not None, f"{venue} has nothing at {target}"
        self._read = 0
        self.greeting = list(self._session.on_open(self.now_ms))
        self.frames = [decoded(text) for text in self.greeting]
        for request in requests:
            self.ask(request)

    def send(self, text: str) -> list[Text]:
        """Say something, and get the answers as they come over the wire."""
        assert self._session is not None
        self._session.heard_ms = self.now_ms
        answers = list(self._session.on_message(text, self.now_ms))
        if answers:
            self._session.sent_ms = self.now_ms
        return answers

    def ask(self, request: object) -> list[Frame]:
        """Say something, and get the answers decoded."""
        answers = [decoded(text) for text in self.send(request if isinstance(request, str) else json.dumps(request))]
        self.frames += answers
        return answers

    def step(self) -> Iterator[Text]:
        """What the next step of the market brings."""
        self.now_ms += STEP_MS
        for event in self._market.step(self.now_ms, STEP_MS):
            listing = getattr(event, "listing", None)
            if listing is not None and listing.venue != self.venue:
                continue
            if listing is not None:
                self.events.append(event)
            for message in self._desk.publish(event):
                self.published += message.liquidations
                for liquidation in message.liquidations:
                    self._standing.tell(liquidation)
                text = self._session.take(message, self.now_ms) if self._session else None
                if self._session and text is not None:
                    self._session.sent_ms = self.now_ms
                    self.told += message.liquidations
                    yield text
            if type(event).__name__ == "Ticker":
                self._standing.tickers[event.listing.symbol] = event  # type: ignore[union-attr]

    def play(self, seconds: float) -> list[Frame]:
        """All frames of so many seconds."""
        frames = [decoded(text) for _ in range(round(seconds * 1000 / STEP_MS)) for text in self.step()]
        self.frames += frames
        return frames

    def until(self, wanted: Callable[[Frame], object], seconds: float = 60) -> Frame:
        """Play on to the first frame that is wanted."""
        for _ in range(round(seconds * 1000 / STEP_MS)):
            for text in self.step():
                frame = decoded(text)
                self.frames.append(frame)
                if wanted(frame):
                    return frame
        raise AssertionError(f"it did not come within {seconds:g} s")

    def next(self, seconds: float = 60) -> Frame:
        """The next frame that this has not given yet, an answer or another."""
        while self._read == len(self.frames):
            assert seconds > 0, "nothing came in time"
            self.play(STEP_MS / 1000)
            seconds -= STEP_MS / 1000
        self._read += 1
        return self.frames[self._read - 1]

    def next_that(self, wanted: Callable[[Frame], object]) -> Frame:
        """Read on, as `next` does, to the first frame that is wanted."""
        while not wanted(frame := self.next()):
            pass
        return frame

    @property
    def overdue(self) -> bool:
        """Whether the venue would close this connection now."""
        assert self._session is not None
        return self._session.overdue(self.now_ms)

    def answer(self, target: str) -> Answer:
        """What is read at a REST address."""
        parts = urlsplit(target)
        return self._pages[parts.path](dict(parse_qsl(parts.query, keep_blank_values=True)))

    def get(self, target: str) -> Frame:
        """A good answer, decoded."""
        answer = self.answer(target)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)


def decoded(text: Text) -> Frame:
    """A frame as a client reads it."""
    if isinstance(text, bytes):
        text = gzip.decompress(text).decode()
    return json.loads(text) if text[:1] in "{[" else text
