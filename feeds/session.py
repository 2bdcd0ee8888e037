"""One run of the monitor, live, replayed or simulated: frames in, changed topics out. No task, no socket, no clock."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import msgspec
from msgspec import structs

from feeds import views
from feeds.decode import Decoder
from feeds.facts import TIMEFRAME_MS, FeedStatus, Rejected
from feeds.our_clock import CLOCK, evidence
from feeds.slow import Taken
from feeds.state import State
from feeds.topics import PROTOCOL, Engine, Metric, Study
from feeds.venue import Alive, Control, Http, More, Out, Reconnect, Refused, Send, Short
from feeds.views.pages import study_of, work_out
from feeds.wire import Frame

Changes = dict[str, bytes]
"""Topics by name, as JSON."""

MACRO_MS = 15_000
"""Slow series are looked at so often even if no new value came: one may have become late."""
KEPT_PAGES = 16
DAY_MS = 86_400_000
_ORDERS = (Send, Reconnect, Refused)  # a union, made and searched once for each frame, takes several times as long
_encode = msgspec.json.Encoder().encode


class Session:
    """The one path from a frame to a line. Whoever feeds it decides where frames come from and what time it is."""

    def __init__(self, state: State, engine: Engine) -> None:
        self.state = state
        self.engine = engine
        self._decoder = Decoder({**state.venues}, state.slow.pages)
        self.signals = views.Pages(state)
        self.works_out = True
        """Whether the pages of the signals are worked out here, by the session's own time; else somebody else does."""
        self.witness: Callable[[Frame, Sequence[Out]], object] | None = None
        """Told of each frame of a venue and of what was read in it, before that is taken."""
        self._macro = views.macro.MacroView(state.slow)
        self._pages: dict[str, tuple[int, bytes | None]] = {}
        self.studies: dict[str, bytes | None] = {}
        """Studies that were asked for, by their rule; `None` while one is not worked out."""
        self._published: Changes = {}
        self._revisions: dict[str, object] = {}
        self._second = 0
        self._day = 0

    def frame(self, frame: Frame) -> list[Control]:
        """Take a frame; return what the connection it came by should do. An `Alive` among it is proof of life.

        Of an HTTP answer, return a `Refused` for each part that was not believed, and where its list goes on.
        """
        if frame.feed in self.state.slow.pages:
            return [Refused(reason) for reason in self.take(frame, self.decode(frame)).refused]
        if frame.feed == CLOCK:
            self._measured(frame)
            return []
        outs = self._decoder.decode(frame)
        if self.witness:
            self.witness(frame, outs)
        if isinstance(frame.data, Http):
            self.state.answered(frame.feed, frame.recv_ms, outs)
            refused: list[Control] = [Refused(out.reason) for out in outs if isinstance(out, Rejected)]
            return refused + [out for out in outs if isinstance(out, More | Short)]
        if frame.data is None:
            self.state.advance(frame.recv_ms)
            for out in outs:
                if isinstance(out, FeedStatus):
                    self.state.status(out)
            return []
        lively = self.state.heard(frame.feed, frame.recv_ms, outs)
        if not outs and (kind := self._decoder.unread(frame)):
            self.state.feeds[frame.feed].unread.add(kind, frame.recv_ms)
        orders: list[Control] = [out for out in outs if isinstance(out, _ORDERS)]
        if lively:
            orders.append(Alive())
        return orders

    def _measured(self, frame: Frame) -> None:
        """Take evidence of clocks. Only our own recorder writes it: what cannot be read is of a later version."""
        if isinstance(frame.data, str | bytes):
            with suppress(msgspec.MsgspecError):
                self.state.measured(evidence(frame.data), frame.recv_ms)

    def decode(self, frame: Frame) -> list[Out]:
        """What a publisher's frame says. May be called in any thread: a long answer must not hold up the market."""
        return self._decoder.decode(frame)

    def take(self, frame: Frame, outs: Sequence[Out], *, sifted: bool = False) -> Taken:
        """Take what `decode` read in a publisher's frame, or a part of what `Slow.sift` left of it."""
        assert isinstance(frame.data, Http)
        self.state.advance(frame.recv_ms)
        return self.state.slow.take(frame.feed, frame.recv_ms, outs, sifted=sifted)

    def changes(self, now_ms: int, *, whole: bool = False) -> Changes:
        """Let time pass up to `now_ms`; return the topics that differ from what was returned before.

        `whole`: look at everything, also at what is looked at once a second only.
        """
        self.state.advance(now_ms)
        if whole:
            self._revisions.clear()
        found = self._fast()
        second = self.state.now_ms // 1000
        if whole or second != self._second or self.signals.arrived:
            self._second = second
            self._turn_day()
            found |= self._slow(whole=whole)
        changed = {name: data for name, data in found.items() if self._published.get(name) != data}
        self._published |= changed
        return changed

    def _turn_day(self) -> None:
        """At the turn of a day in UTC, store what is stored daily. A first look, and one after days, is no turn."""
        day = self.state.now_ms // DAY_MS
        if day == self._day + 1:
            self.state.slow.add(views.daily(self.state))
        self._day = day

    def everything(self) -> Changes:
        """Return what `changes` has returned so far, newest of each topic."""
        return dict(self._published)

    def wanted(self, name: str) -> bytes | None:
        """A topic told only to who asks for it, as JSON; `None` where there is none of that name, or not yet."""
        kind, _, of = name.partition(".")
        match kind:
            case "series":
                return self._page(of)
            case "study":
                return self._study(of)
            case _:
                return None

    def _page(self, of: str) -> bytes | None:
        revision = self.state.slow.vintages.revisions.get(of.upper(), 0)
        known = self._pages.get(of)
        if known is None or known[0] != revision:
            page = views.macro.page(self.state.slow, of)
            known = (revision, _encode(page) if page else None)
            self._pages = {**dict(list(self._pages.items())[-KEPT_PAGES:]), of: known}
        return known[1]

    def _study(self, rule: str) -> bytes | None:
        """A study takes a second. Where somebody else works out the signals, it is put down for them."""
        if rule not in self.studies and self.works_out:
            self.studied(rule, study_of(rule, self.state.slow.vintages, self.state.now_ms, self.state.rules))
        return self.studies.setdefault(rule, None)

    def studied(self, rule: str, study: Study) -> None:
        """Take a study that was asked for."""
        self.studies = {**dict(list(self.studies.items())[-KEPT_PAGES:]), rule: _encode(study)}

    def snapshot(self) -> dict[str, Any]:
        """Return the document that `tidegauge snapshot` prints."""
        self.changes(self.state.now_ms, whole=True)
        metrics = self.metrics()
        return {
            "tidegauge": 1,
            "mode": self.engine.mode,
            "now_ms": self.state.now_ms,
            "metrics": metrics,
            "topics": {name: msgspec.Raw(data) for name, data in self._published.items() if name not in metrics},
        }

    def metrics(self) -> dict[str, Metric]:
        """Every metric by its name. What the market tells now goes before what was published of it by the week."""
        live = views.metrics(self.state)
        slow = self.signals.metrics
        return slow | {name: metric for name, metric in live.items() if metric.value is not None or name not in slow}

    def _fast(self) -> Changes:
        """Topics that move with the market."""
        state = self.state
        found = {"price": _encode(views.price.price(state))}
        second = state.now_ms // 1000
        if self._new("liquidations", (state.book.revision, second)):
            found["liquidations"] = _encode(views.liquidations.liquidations(state))
        if self._new("tape", state.book.revision):
            found["tape"] = _encode(views.tape(state))
        if self._new("cascades", (len(state.cascades.past), state.cascades.past[-1] if state.cascades.past else None)):
            found["cascades"] = _encode(views.cascades(state))
        venue = state.chart_venue()
        if venue is None:
            return found
        candles = state.candles[venue]
        fresh = self._new("bars", (venue, candles.revision, candles.cached))
        for name in TIMEFRAME_MS:
            if fresh:
                found[f"bars.{name}"] = _encode(views.bars(state, name))
            found[f"bar.{name}"] = _encode(views.live_bar(state, name))
        return found

    def _slow(self, *, whole: bool) -> Changes:
        """Topics and metrics that are looked at once a second."""
        clock = self.state.clock
        found: Mapping[str, object] = {
            "engine": structs.replace(self.engine, clock=clock.words(), clock_short=clock.short()),
            "feeds": views.feeds(self.state),
            "ladder": views.ladder(self.state),
            "derivatives": views.derivatives.derivatives(self.state),
        }
        if self._new("macro", (self.state.slow.revision, self.state.now_ms // MACRO_MS)):
            found = {**found, "macro": self._macro.macro(self.state.now_ms)}
        if self.works_out and (whole or self.signals.due(self.state.now_ms)):
            self.signals.adopt(work_out(*self.signals.begin(self.state.now_ms)))
        found = {**found, **self.signals.news(whole=whole)}
        metrics: Mapping[str, Metric] = self.metrics()
        return {name: _encode(value) for name, value in {**found, **metrics}.items()}

    def _new(self, name: str, revision: object) -> bool:
        if self._revisions.get(name) == revision:
            return False
        self._revisions[name] = revision
        return True


def line(t_ms: int, changed: Changes, *, first: bool = False) -> bytes:
    """One line of the protocol with the viewers, with its end. The `first` says who speaks, and how."""
    hello = {"tidegauge": version("tidegauge"), "protocol": PROTOCOL} if first else {}
    return _encode({**hello, "t": t_ms, "set": {name: msgspec.Raw(data) for name, data in changed.items()}}) + b"\n"
