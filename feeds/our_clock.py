"""How wrong our own clock is, by short exchanges with servers that tell the time, and what is said of it.

"Ours" is the clock that stamps what arrives. Its error is positive where it is ahead. Nothing here reads a clock: the
evidence comes as frames of the feed `clock`, which are recorded like all others, so that a replay comes to the same.
"""

from collections.abc import Iterable, Sequence
from statistics import median_high, median_low

import msgspec
from msgspec import Struct

from feeds.wire import Frame

CLOCK = "clock"
"""The feed of what is known about clocks. No venue or publisher is called so."""

SECOND_MS = 1_000
"""A `Date` tells whole seconds. What is less is not taken off an age, and not said."""
KEEP_MS = 600_000
"""An exchange counts so long: an ordinary clock drifts by 60 ms meanwhile, one that is being slewed by some seconds."""
KEEP = 32
WITNESSES = 64
SAID_MS = 3_000
"""What the venues' messages are late by together is said from here on; a slow line has a second or two at times."""
AGAIN_MS, QUIET_MS = 10_000, 60_000
"""So long after the last exchange another is wanted: while it is not known what is wrong, and while it is."""


class Exchange(Struct, frozen=True, tag="date", tag_field="kind"):
    """A server said `date_ms`, in whole seconds, between `sent_ms` and `received_ms` on our clock."""

    witness: str
    sent_ms: int
    received_ms: int
    date_ms: int


class Pong(Struct, frozen=True, tag="pong", tag_field="kind"):
    """A ping of a connection was answered after `took_ms` on the monotonic clock: behind all that was under way."""

    feed: str
    took_ms: int


class Stepped(Struct, frozen=True, tag="step", tag_field="kind"):
    """The system's clock was set, by so much. `held_ms`: how far ours has been kept ahead of it since."""

    step_ms: int
    held_ms: int = 0


Evidence = Exchange | Pong | Stepped
_DECODE = msgspec.json.Decoder(Evidence)


def frame(evidence: Evidence, now_ms: int) -> Frame:
    """Evidence as a frame."""
    return Frame(CLOCK, now_ms, msgspec.json.encode(evidence).decode())


def evidence(data: str | bytes) -> Evidence:
    """What a frame of the feed `clock` says. Raises `msgspec.MsgspecError`."""
    return _DECODE.decode(data)


class Span(Struct, frozen=True):
    """Our clock's error is between these, ms."""

    least: int
    most: int

    def common(self, other: "Span") -> "Span | None":
        """What both allow; `None` where they contradict one another."""
        least, most = max(self.least, other.least), min(self.most, other.most)
        return Span(least, most) if least <= most else None


def span(exchange: Exchange) -> Span:
    """The errors that an exchange allows: its server's time lay within that second when it answered."""
    return Span(exchange.sent_ms - exchange.date_ms - SECOND_MS, exchange.received_ms - exchange.date_ms)


def agreed(spans: Sequence[Span]) -> Span | None:
    """What more than half of the witnesses allow, and two at least (after Marzullo, as NTP chooses); else `None`."""
    edges = sorted([(s.least, 0) for s in spans] + [(s.most, 1) for s in spans])
    count = best = 0
    found = None
    for at, (where, ends) in enumerate(edges):
        if ends:
            count -= 1
            continue
        count += 1
        if count > best:
            best, found = count, Span(where, edges[at + 1][0])
    return found if best >= 2 and best * 2 > len(spans) else None


class OurClock:
    """What is known of our clock's error. `base_ms` is what of it is taken off every age, never too much of it."""

    def __init__(self) -> None:
        self.base_ms = 0
        self.proven: Span | None = None
        self.held_ms = 0
        self.late_ms = 0
        """By how much the quickest of the recent messages are late, in the middle of the venues; what is explained
        is taken off."""
        self.queue_ms = 0
        """How long the pongs take, in the middle of the venues that answer pings."""
        self._slow_ms = 0
        self._exchanges: dict[str, list[Exchange]] = {}
        self._newest_ms: int | None = None
        self._oldest_ms = 0
        self._asked_ms: int | None = 0  # what is read at the start tells the time as well

    def heard(self, exchange: Exchange) -> None:
        """Take an exchange. One that lasted backwards, in which the clock was set, is none."""
        if exchange.received_ms < exchange.sent_ms:
            return
        if exchange.witness not in self._exchanges and len(self._exchanges) >= WITNESSES:
            return
        kept = self._exchanges.setdefault(exchange.witness, [])
        kept.append(exchange)
        del kept[:-KEEP]
        self._newest_ms = max(self._newest_ms or 0, exchange.received_ms)
        self._prove(exchange.received_ms)

    def stepped(self, step: Stepped) -> None:
        """Forget what was measured, for the clock was set; where ours went on at its own pace it still holds."""
        self.held_ms = step.held_ms
        if step.step_ms > 0:
            self._exchanges.clear()
            self._newest_ms = None
            self._asked_ms = None
            self._slow_ms = 0
            self._prove(0)

    def look(self, now_ms: int, slow: Iterable[int], late: Iterable[int], queues: Iterable[int]) -> None:
        """Look at the venues once a second.

        `slow`: for each, the least that its messages were usually late by, 0 at most: below it they came before they
        were sent. `late`: how late the quickest of its last messages was, beyond what is explained. `queues`: how
        long its pongs take.
        """
        lows, lates, pongs = list(slow), list(late), list(queues)
        self._slow_ms = min(0, median_high(lows)) if len(lows) > 1 else 0
        if now_ms - self._oldest_ms > KEEP_MS:
            self._prove(now_ms)
        self._weigh()
        self.late_ms = median_low(lates) if lates else 0
        self.queue_ms = median_low(pongs) if pongs else 0

    def wants(self, now_ms: int) -> bool:
        """Whether somebody should be asked for the time now: something is off, and not measured just before."""
        if self._asked_ms is None:
            return True
        off = max(self.late_ms, -self._slow_ms, abs(self.base_ms)) >= SECOND_MS
        pause = QUIET_MS if self.proven else AGAIN_MS
        return off and now_ms - max(self._asked_ms, self._newest_ms or 0) >= pause

    def asked(self, now_ms: int) -> None:
        """Take note that somebody is being asked."""
        self._asked_ms = now_ms

    def words(self) -> str:
        """What the user should know of clocks and line; "" where nothing is off."""
        return "; ".join(said for said in (self._own(), self._rest()) if said)

    def short(self) -> str:
        """The same where there is little room."""
        if self.proven and self._own():
            return f"clock {_seconds(self._middle(self.proven), sign=True)}"
        if not self._own():
            return f"{'line' if self._is_line() else 'clock or line'} {_seconds(self.late_ms)}" if self._rest() else ""
        return f"clock {_seconds(self._slow_ms, sign=True)} or more"

    def _own(self) -> str:
        if self.proven:
            error = self._middle(self.proven)
            outside = self.proven.least - self.held_ms >= SECOND_MS or self.proven.most - self.held_ms <= -SECOND_MS
            side = "ahead" if error > 0 else "behind"
            return f"this machine's clock is {_seconds(error)} {side}" if outside else ""
        if self._slow_ms <= -SECOND_MS:
            return f"this machine's clock is {_seconds(self._slow_ms)} or more behind the venues'"
        return ""

    def _rest(self) -> str:
        if self.late_ms < SAID_MS:
            return ""
        said = _seconds(self.late_ms)
        return f"the line is {said} behind" if self._is_line() else f"clock or line {said} off: not told apart yet"

    def _is_line(self) -> bool:
        return self.proven is not None or self.queue_ms * 2 >= self.late_ms

    def _middle(self, proven: Span) -> int:
        return (proven.least + proven.most) // 2 - self.held_ms

    def _prove(self, now_ms: int) -> None:
        """Work out what the exchanges of the last minutes prove."""
        for witness, kept in list(self._exchanges.items()):
            kept[:] = [one for one in kept if now_ms - one.received_ms <= KEEP_MS]
            if not kept:
                del self._exchanges[witness]
        self.proven = agreed([_of(kept) for kept in self._exchanges.values()])
        self._oldest_ms = min((kept[0].received_ms for kept in self._exchanges.values()), default=now_ms)
        self._weigh()

    def _weigh(self) -> None:
        """Work out what is taken off an age: never more than is certain, so that none comes out too low.

        What lies within the second that a `Date` leaves open is taken off only as far as messages came before they
        were sent.
        """
        before = self.base_ms
        if self.proven is None:
            self.base_ms = self._slow_ms
        elif self.proven.least >= SECOND_MS or self.proven.most <= -SECOND_MS:
            self.base_ms = self.proven.least
        else:
            self.base_ms = min(0, max(self.proven.least, self._slow_ms))
        self.late_ms = max(0, self.late_ms - max(0, self.base_ms - before))


def _of(exchanges: Sequence[Exchange]) -> Span:
    """What one witness's exchanges allow together; of those before a contradiction only the later count."""
    found = span(exchanges[-1])
    for exchange in reversed(exchanges[:-1]):
        narrower = found.common(span(exchange))
        if narrower is None:
            break
        found = narrower
    return found


def _seconds(ms: int, *, sign: bool = False) -> str:
    return f"{ms / 1000:+,.0f} s" if sign else f"{abs(ms) / 1000:,.0f} s"
