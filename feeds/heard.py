"""Who is heard of those that tell liquidations, and what is missing without the others.

A total over feeds is a sum of floors: current while one of them is, as old as the oldest that is, and without the rest,
who are named. Whether its last minute is whole is another question, and decides what may be said of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from feeds.facts import Gap
from feeds.health import Feed, metric_state
from feeds.text import age
from feeds.topics import STATES, WINDOW_MS, FeedState, Lack, State
from feeds.venue import Venue

MINUTE_MS = WINDOW_MS["1m"]
USUAL_MS = WINDOW_MS["24h"]
"""Whoever was heard within this time is expected to be heard now; who was not is gone for good, or refused here."""
CURRENT: tuple[State, ...] = ("fresh", "late")
SATURATED = 0.5
"""From this share of seconds on, a feed that publishes one event a second hides others."""
_ORDER: tuple[FeedState, ...] = ("live", "late", "stale", "down", "connecting", "blocked")


class Standing(NamedTuple):
    """How a total stands: as its best part, as of the oldest part that is current, and without whom."""

    state: State
    as_of_ms: int | None
    without: tuple[Lack, ...]


def channels(venues: Mapping[str, Venue], feeds: Iterable[Feed]) -> list[Feed]:
    """Feeds that carry liquidations; a recording may call a feed by the bare venue name, then all of it counts."""
    found = []
    for feed in feeds:
        venue = venues.get(feed.venue)
        if venue and venue.liquidations != "none":
            streams = [venue.feed(stream) for stream in venue.streams if stream.liquidations]
            if feed.name in streams or feed.name == feed.venue:
                found.append(feed)
    return found


def of(channels: Iterable[Feed], venue: str) -> list[Feed]:
    """The feeds of one venue."""
    return [feed for feed in channels if feed.venue == venue]


def told(own: Sequence[Feed]) -> bool:
    """Whether a venue with these feeds told anything, in this run or one before, and refused none of it at once."""
    refused = any(feed.deaf and feed.listened_ms is None for feed in own)
    return any(feed.heard_from_ms is not None for feed in own) and not refused


def state(own: Sequence[Feed], now_ms: int) -> FeedState:
    """How a venue's liquidations are heard: as the best of its feeds, `blocked` where one of them was refused."""
    if any(feed.deaf for feed in own):
        return "blocked"
    return min((feed.state(now_ms) for feed in own), key=_ORDER.index, default="connecting")


def standing(channels: Sequence[Feed], now_ms: int) -> Standing:
    """How a total over the venues of these feeds stands."""
    worth: dict[str, State] = {feed.name: _worth(channels, feed, now_ms) for feed in channels}
    best: State = min(worth.values(), key=STATES.index, default="none")
    good = CURRENT if best in CURRENT else () if best == "none" else (best,)
    inside = [feed for feed in channels if worth[feed.name] in good]
    seen = [last_ms for feed in inside if (last_ms := _last_ms(feed)) is not None]
    return Standing(best, min(seen, default=None), _lacks(channels, inside, now_ms))


def words(lacks: Sequence[Lack], now_ms: int) -> list[str]:
    """Who is missing, each with for how long or why, those of the same words together: `without bybit, 56s`."""
    same: dict[str, list[str]] = {}
    for lack in lacks:
        silent = "" if lack.since_ms is None else age(now_ms - lack.since_ms)
        same.setdefault(" ".join(filter(None, (lack.why, silent))), []).append(lack.name)
    return [f"without {', '.join([*names, tail])}" for tail, names in same.items()]


def missed(own: Sequence[Feed], from_ms: int, now_ms: int) -> str:
    """Why what a venue's feeds told since `from_ms` is not whole; "" if it is."""
    for feed in own:
        if feed.deaf:
            return f"liquidations refused: {feed.deaf}"
        if feed.heard_from_ms is None:
            return "not heard yet"
        if feed.heard_from_ms > from_ms:
            return f"heard for {age(now_ms - feed.heard_from_ms)} only"
        if gaps := _gaps(feed, from_ms):
            lost = sum((gap.to_ms or now_ms) - max(gap.from_ms, from_ms) for gap in gaps)
            return f"{len(gaps)} gap{'s'[: len(gaps) > 1]}, {age(lost)}"
    return ""


def unheard(channels: Sequence[Feed], full: Mapping[str, float], now_ms: int) -> tuple[str, ...]:
    """Why the last minute's total may be far less than there was; empty where it is as good as whole.

    Of who was not heard within a day, or never and is given up, nothing is expected. A sample of one event a second
    counts as whole until it is `full`: the share of the minute's seconds in which each sampled venue told one.
    """
    expected = [feed for feed in channels if _expected(feed, now_ms)]
    if not any(feed.heard_from_ms is not None and not feed.deaf for feed in expected):
        return ("nothing is heard yet" if expected else "nobody is heard",)
    heard = [feed for feed in expected if _worth(channels, feed, now_ms) in CURRENT]
    found = words(_lacks(expected, heard, now_ms), now_ms)
    since = max((feed.heard_from_ms for feed in heard if feed.heard_from_ms is not None), default=0)
    if since > now_ms - MINUTE_MS:
        found.append(f"heard for {age(now_ms - since)} of the last {age(MINUTE_MS)}")
    else:
        gaps = {feed.name: missed([feed], now_ms - MINUTE_MS, now_ms) for feed in heard}
        found += [f"{name}: {why}" for name, why in gaps.items() if why]
    if not found:
        found += [at_limit(venue, share) for venue, share in full.items() if share >= SATURATED]
    return tuple(found)


def at_limit(venue: str, share: float) -> str:
    """In words, that a sampled feed told as much as it can."""
    return f"{venue} at its limit in {share:.0%} of the last minute's seconds"


def _expected(feed: Feed, now_ms: int) -> bool:
    last_ms = _last_ms(feed)
    if feed.heard_from_ms is None or last_ms is None:
        return feed.state(now_ms) == "connecting" and not feed.deaf
    return now_ms - last_ms < USUAL_MS


def _last_ms(feed: Feed) -> int | None:
    """When its liquidations were last listened to."""
    return feed.listened_ms if feed.deaf else feed.seen_ms


def _worth(channels: Sequence[Feed], feed: Feed, now_ms: int) -> State:
    """What a feed's totals are worth; while it is not heard again after a restart, they are cached."""
    own = of(channels, feed.venue)
    if feed.heard_from_ms is None or not told(own):
        return "none"
    if any(one.deaf for one in own):
        return "down"
    how = feed.state(now_ms)
    return "stale" if how == "connecting" else metric_state(how)


def _lacks(channels: Sequence[Feed], inside: Sequence[Feed], now_ms: int) -> tuple[Lack, ...]:
    """The feeds that are not inside; under the venue's name where none of its feeds is."""
    found = []
    for venue in dict.fromkeys(feed.venue for feed in channels):
        own = of(channels, venue)
        out = [feed for feed in own if feed not in inside]
        if len(out) == len(own):
            found.append(min((_lack(feed, venue, now_ms) for feed in out), key=lambda lack: lack.since_ms or 0))
        else:
            found += [_lack(feed, feed.name, now_ms) for feed in out]
    return tuple(found)


def _lack(feed: Feed, name: str, now_ms: int) -> Lack:
    how = feed.state(now_ms)
    if feed.deaf:
        return Lack(name, "blocked", feed.listened_ms, f"liquidations refused: {feed.deaf}")
    if feed.heard_from_ms is None:
        return Lack(name, how, None, {"connecting": "not heard yet", "blocked": "blocked"}.get(how, "never heard"))
    return Lack(name, how, feed.seen_ms, "blocked" if how == "blocked" else "")


def _gaps(feed: Feed, from_ms: int) -> list[Gap]:
    return [gap for gap in feed.gaps if not gap.filled and (gap.to_ms is None or gap.to_ms > from_ms)]
