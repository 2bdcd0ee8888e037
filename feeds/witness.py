"""Listens to what came and what was read in it, and says of each venue which of its documented parts arrived."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from feeds.decode import Decoder
from feeds.facts import FeedStatus, Rejected
from feeds.health import Feed
from feeds.parts import Answer, Part, acknowledges, asks_liquidations, documented, parts_of
from feeds.text import plain
from feeds.venue import Http, Out, Refused, Stream, Venue
from feeds.wire import Frame

SAMPLE = 200
MOST_SAMPLES = 20
"""Kinds of answer of one feed that are shown; each is counted, however often it comes."""
_TRADES = re.compile("trade|match", re.IGNORECASE)
Arrived = Literal["came", "quiet", "missing", "refused"]


class PartFound(Struct, frozen=True):
    """What became of a part. `quiet`: subscribed to, and nothing happened, which is no fault. `said`: more of it."""

    part: Part
    state: Arrived
    count: int
    said: str = ""


class Otherwise(Struct, frozen=True):
    """An answer that is not as documented: where, what is wrong with it, how it begins, and how often it came.

    `sample` is at most 200 plain characters without keys.
    """

    where: str
    reason: str
    sample: str
    times: int


class VenueFound(Struct, frozen=True):
    """What a venue gave. `fault` is "" where it is whole; `closed` says since when it is, "" where it is open.

    `unread`: what frames call themselves that were neither subscribed to nor read, and how many there were.
    """

    venue: str
    title: str
    fault: str
    parts: tuple[PartFound, ...] = ()
    otherwise: tuple[Otherwise, ...] = ()
    unread: dict[str, int] = {}
    closed: str = ""

    @property
    def whole(self) -> bool:
        """Whether all that is documented came, as it is documented."""
        return not self.fault and not self.closed


class Witness:
    """Told of every frame and of what was read in it. Bounded, whatever comes."""

    def __init__(self, venues: Mapping[str, Venue], hide: Callable[[str], str] = lambda text: text) -> None:
        """`hide` puts something else for each key in a text."""
        self._hide = hide
        self._names = Decoder(venues)  # for the names of frames only
        self._unread: dict[str, Counter[str]] = {}
        self._came: dict[str, Counter[Part]] = {}
        self._otherwise: dict[str, dict[tuple[str, str], Otherwise]] = {}
        self._open: set[str] = set()
        self._confirmed: Counter[tuple[str, Answer]] = Counter()  # by feed, what was acknowledged
        self._read: dict[str, set[str]] = {}  # by venue, paths that answered as documented

    def take(self, frame: Frame, outs: Sequence[Out]) -> None:
        """Take note of a frame and of what was read in it."""
        venue = frame.feed.partition(".")[0]
        came = self._came.setdefault(venue, Counter())
        wrong = 0
        for out in outs:
            match out:
                case Rejected():
                    wrong += 1
                    self._note(venue, frame, out.reason, out.sample)
                case Refused():
                    wrong += 1
                    self._note(venue, frame, out.reason, "" if isinstance(frame.data, Http) else _begins(frame))
                case FeedStatus(phase="open"):
                    self._open.add(frame.feed)
                    for key in [key for key in self._confirmed if key[0] == frame.feed]:
                        del self._confirmed[key]
                case _:
                    came.update(parts_of(out))
        if isinstance(frame.data, Http):
            if not wrong:
                self._read.setdefault(venue, set()).add(urlsplit(frame.data.url).path)
        elif frame.data is not None and not outs:
            self._silent(venue, frame, frame.data)

    def found(self, venue: Venue, feeds: Iterable[Feed]) -> VenueFound:
        """Say what a venue gave so far. `feeds` are its streams as the state knows them."""
        own = {feed.name: feed for feed in feeds if feed.venue == venue.name}
        otherwise = tuple(self._otherwise.get(venue.name, {}).values())
        unread = dict(self._unread.get(venue.name, {}))
        if all(feed.seen_ms is None for feed in own.values()):
            errors = (plain(self._hide(feed.error.removeprefix("REST: ")), SAMPLE) for feed in own.values())
            why = next(filter(None, errors), "connected, but nothing came")
            return VenueFound(venue.name, venue.title, f"not heard: {why}", (), otherwise, unread)
        parts = tuple(self._part(venue, part, own) for part in documented(venue))
        lacking = [found.part for found in parts if found.state in ("missing", "refused")]
        faults = [f"without {', '.join(lacking)}"] * bool(lacking)
        faults += ["with answers other than documented"] * bool(otherwise)
        return VenueFound(venue.name, venue.title, ", ".join(faults), parts, otherwise, unread)

    def _part(self, venue: Venue, part: Part, own: dict[str, Feed]) -> PartFound:
        count = self._came.get(venue.name, Counter())[part]
        if part == "liquidations":
            return self._liquidations(venue, count, own)
        if count:
            return PartFound(part, "came", count)
        # Nobody may have traded in so short a time, unless trades came under another name.
        if part == "trade" and not any(_TRADES.search(name) for name in self._unread.get(venue.name, ())):
            return PartFound(part, "quiet", 0, "nothing happened")
        return PartFound(part, "missing", 0, _trouble(part, own))

    def _liquidations(self, venue: Venue, count: int, own: dict[str, Feed]) -> PartFound:
        streams = [stream for stream in venue.streams if stream.liquidations]
        deaf = "; ".join(dict.fromkeys(feed.deaf for feed in own.values() if feed.deaf))
        if deaf:
            return PartFound("liquidations", "refused", count, deaf)
        if count:
            return PartFound("liquidations", "came", count)
        lists = [urlsplit(poll.url).path for poll in venue.polls if poll.liquidations]
        if lists:
            read = self._read.get(venue.name, set())
            unread = [path for path in lists if not any(at.endswith(path) for at in read)]
            said = f"{unread[0]} was not read" if unread else "the lists were read, and hold nothing new"
            return PartFound("liquidations", "missing" if unread else "quiet", 0, said)
        unconfirmed = [venue.feed(stream) for stream in streams if not self._confirms(venue.feed(stream), stream)]
        if unconfirmed:
            return PartFound("liquidations", "missing", 0, f"{', '.join(unconfirmed)}: not confirmed by the venue")
        return PartFound("liquidations", "quiet", 0, "subscribed, and nothing happened")

    def _confirms(self, feed: str, stream: Stream) -> bool:
        match asks_liquidations(stream):
            case "by itself":
                unnamed = self._confirmed[feed, "unnamed"]
                return self._confirmed[feed, "liquidations"] > 0 or unnamed >= len(stream.hello)
            case "in the address":
                return feed in self._open
            case "with the trades":
                traded = self._came.get(feed.partition(".")[0], Counter())["trade"]
                return traded > 0 or self._confirmed[feed, "trades"] > 0

    def _silent(self, venue: str, frame: Frame, data: str | bytes) -> None:
        """Take a frame that gave nothing: an acknowledgement, or something that is not known."""
        if answer := acknowledges(data):
            self._confirmed[frame.feed, answer] += 1
        kinds = self._unread.setdefault(venue, Counter())
        name = self._names.unread(frame)
        if name and (name in kinds or len(kinds) < MOST_SAMPLES):
            kinds[name] += 1

    def _note(self, venue: str, frame: Frame, reason: str, sample: str) -> None:
        path = urlsplit(frame.data.url).path if isinstance(frame.data, Http) else ""
        where = plain(f"{frame.feed} {path}".strip(), SAMPLE)
        kinds = self._otherwise.setdefault(venue, {})
        known = kinds.get((where, reason))
        if known or len(kinds) < MOST_SAMPLES:
            said, begins = plain(self._hide(reason), SAMPLE), plain(self._hide(sample), SAMPLE)
            was = known or Otherwise(where, said, begins, 0)
            kinds[where, reason] = Otherwise(was.where, was.reason, was.sample, was.times + 1)


def _trouble(part: Part, own: Mapping[str, Feed]) -> str:
    """What went wrong last over REST, of a part that is read there at every venue; "" where nothing did."""
    if part not in ("candles", "contracts"):
        return ""
    return next((plain(feed.error) for feed in own.values() if feed.error.startswith("REST: ")), "")


def state_of(found: VenueFound) -> str:
    """One word of a venue for a sum: "whole", "closed", "not heard", "without index"."""
    return "closed" if found.closed else found.fault.partition(":")[0] or "whole"


def _begins(frame: Frame) -> str:
    data = frame.data
    return data[: 2 * SAMPLE] if isinstance(data, str) else ""
