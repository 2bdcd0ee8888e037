"""Liquidation totals, what is missing from them, and the tape."""

from collections.abc import Iterator

from msgspec import Struct

from feeds.health import Feed, metric_state
from feeds.liquidated import CELL_USD
from feeds.state import State
from feeds.text import age
from feeds.topics import (
    WINDOW_MS,
    Cascade,
    FeedState,
    Ladder,
    Liquidations,
    LiqVenue,
    Metric,
    Quality,
    TapeRow,
    Total,
    worst,
)
from feeds.topics import State as Worth

TAPE_ROWS = 60
LADDER_ROWS = 400
SATURATED = 0.5
"""From this share of seconds on, a feed that publishes one event a second hides others."""


def liquidations(state: State) -> Liquidations:
    """Draw up totals by window and venue, with what is missing from them.

    A venue that was never heard has no totals, and is no part of the whole; one that is blocked does not make the
    whole as bad as itself, for it will not come back: the note names it.
    """
    names = _liquidation_venues(state)
    heard = [name for name in names if _heard(state, name)]
    venues = tuple(
        LiqVenue(
            name,
            "all" if state.venues[name].liquidations == "all" else "sampled",
            _channel_state(state, name),
            {window: state.book.total(window, (name,)) if name in heard else _NOTHING for window in WINDOW_MS},
            {window: why for window in WINDOW_MS if (why := _missing(state, name, window))},
            state.book.saturation(name, state.now_ms) if state.venues[name].liquidations == "sampled" else 0.0,
        )
        for name in names
    )
    parts = {window: _completeness(venues, window) for window in WINDOW_MS}
    seen = [feed.seen_ms for feed in _channels(state) if feed.seen_ms is not None]
    return Liquidations(
        {window: state.book.total(window, (*heard, *state.closed)) if heard else _NOTHING for window in WINDOW_MS},
        worst([_worth(venue) for venue in venues if venue.venue in heard and venue.state != "blocked"]),
        {window: quality for window, (quality, _) in parts.items()},
        {window: note for window, (_, note) in parts.items()},
        venues,
        *state.book.spark(state.now_ms),
        min(seen, default=None),
        state.cascades.level,
        state.cascades.since_ms,
        _level_note(state),
        state.cascades.running,
    )


def ladder(state: State) -> Ladder:
    """Draw up dollars by price, in steps of a readable size near a thousandth of the price."""
    last = state.book.tape[-1][0].price if state.book.tape else None
    step = readable(last / 1000) if last else CELL_USD
    windows = {}
    for window in WINDOW_MS:
        prices = state.book.prices(window, step)
        windows[window] = tuple((edge, *prices[edge]) for edge in sorted(prices, reverse=True))[:LADDER_ROWS]
    return Ladder(step, windows)


def readable(step: float) -> float:
    """Round to the nearest of 10, 20, 50, 100, 200, ... and never below the finest price cell."""
    steps = [base * 10.0**power for power in range(1, 6) for base in (1.0, 2.0, 5.0)]
    return min(steps, key=lambda candidate: abs(candidate - step))


def cascades(state: State) -> tuple[Cascade, ...]:
    """Draw up the past cascades, newest first."""
    return tuple(reversed(state.cascades.past))


def tape(state: State) -> tuple[TapeRow, ...]:
    """Draw up the last liquidations, oldest first."""
    rows = list(state.book.tape)[-TAPE_ROWS:]
    return tuple(TapeRow(e.ts_ms, e.venue, e.symbol, e.position, e.usd, e.btc, e.price, cached) for e, cached in rows)


def metrics(view: Liquidations) -> dict[str, Metric]:
    """Metrics of the liquidations topic, by name."""
    source = ", ".join(venue.venue for venue in view.venues)
    level = view.level if view.state != "none" else None
    quality, note = view.quality["1m"], "; ".join(filter(None, (view.level_note, view.note["1m"])))
    result = {"liq.state": Metric(level, "", view.as_of_ms, source, view.state, quality, note)}
    for window, total in view.windows.items():
        head = Metric("", "", view.as_of_ms, source, view.state, view.quality[window], view.note[window])
        result |= _sides(total, f"liq.{{}}.{{}}.{window}", head, ("usd", "btc", "count"))
        for venue in view.venues:
            quality, note = _completeness((venue,), window)
            known = venue.windows[window]
            worth = "none" if known.long_usd is None else _worth(venue)
            own = Metric("", "", view.as_of_ms, venue.venue, worth, quality, note)
            result |= _sides(known, f"liq.{venue.venue}.{{}}.{{}}.{window}", own, ("usd",))
    return result


_NOTHING = Total(None, None, None, None, None, None)
_UNITS = {"usd": "USD", "btc": "BTC", "count": "events"}


class _Side(Struct, frozen=True):
    usd: float | None
    btc: float | None
    count: float | None


def _sides(total: Total, name: str, head: Metric, parts: tuple[str, ...]) -> dict[str, Metric]:
    """Metrics of one total; `name` has a place for the side and one for the part."""
    sides = {
        "long": _Side(total.long_usd, total.long_btc, total.long_count),
        "short": _Side(total.short_usd, total.short_btc, total.short_count),
    }
    return {
        name.format(side, part): Metric(
            getattr(values, part), _UNITS[part], head.as_of_ms, head.source, head.state, head.quality, head.note
        )
        for side, values in sides.items()
        for part in parts
    }


def _liquidation_venues(state: State) -> list[str]:
    known = {feed.venue for feed in state.feeds.values()}
    return [name for name, venue in state.venues.items() if name in known and venue.liquidations != "none"]


def _channels(state: State) -> Iterator[Feed]:
    """Feeds that carry liquidations; a recording may call a feed by the bare venue name, then all of it counts."""
    for feed in state.feeds.values():
        venue = state.venues.get(feed.venue)
        if venue and venue.liquidations != "none":
            streams = [venue.feed(stream) for stream in venue.streams if stream.liquidations]
            if feed.name in streams or feed.name == feed.venue:
                yield feed


def _level_note(state: State) -> str:
    """Say so while there is too little history to tell what is rare."""
    since = state.cascades.heard_from_ms
    heard_ms = 0 if since is None else state.now_ms - since
    if heard_ms >= state.cascades.rule.history_ms:
        return ""
    return f"by dollars alone: {age(heard_ms)} of history, {age(state.cascades.rule.history_ms)} needed"


def _heard(state: State, venue: str) -> bool:
    channels = [feed for feed in _channels(state) if feed.venue == venue]
    return any(feed.heard_from_ms is not None for feed in channels) and not any(feed.deaf for feed in channels)


def _worth(venue: LiqVenue) -> Worth:
    """What a venue's totals are worth; while it is not heard again after a restart, they are cached."""
    return "stale" if venue.state == "connecting" else metric_state(venue.state)


def _channel_state(state: State, venue: str) -> FeedState:
    """How the venue's liquidations are heard: as badly as the worst of its streams that carry them."""
    order: tuple[FeedState, ...] = ("live", "late", "stale", "down", "connecting", "blocked")
    return max(
        ("blocked" if feed.deaf else feed.state(state.now_ms) for feed in _channels(state) if feed.venue == venue),
        key=order.index,
        default="connecting",
    )


def _missing(state: State, venue: str, window: str) -> str:
    """Why a venue's window is not whole; "" if it is."""
    start = state.now_ms - WINDOW_MS[window]
    for feed in _channels(state):
        if feed.venue != venue:
            continue
        if feed.deaf:
            return f"liquidations refused: {feed.deaf}"
        if feed.heard_from_ms is None:
            return "not heard yet"
        if feed.heard_from_ms > start:
            return f"heard for {age(state.now_ms - feed.heard_from_ms)} only"
        gaps = [gap for gap in feed.gaps if not gap.filled and (gap.to_ms is None or gap.to_ms > start)]
        if gaps:
            lost = sum((gap.to_ms or state.now_ms) - max(gap.from_ms, start) for gap in gaps)
            return f"{len(gaps)} gap{'s'[: len(gaps) > 1]}, {age(lost)}"
    return "more events than are kept" if state.book.whole_from_ms > start else ""


def _completeness(venues: tuple[LiqVenue, ...], window: str) -> tuple[Quality, str]:
    """Say whether a total is whole. A sampled venue makes it a floor, whatever else is missing; the note names all."""
    sampled = [venue.venue for venue in venues if venue.complete == "sampled"]
    reasons = [f"{', '.join(sampled)} sampled"] if sampled else []
    reasons += [
        f"{venue.venue} at its limit in {venue.saturation:.0%} of the last minute's seconds"
        for venue in venues
        if venue.saturation >= SATURATED
    ]
    reasons += [f"{venue.venue}: {venue.partial[window]}" for venue in venues if window in venue.partial]
    reasons += [f"{venue.venue} is {venue.state}" for venue in venues if venue.state in ("down", "blocked", "stale")]
    quality: Quality = "floor" if sampled else "partial" if reasons else "exact"
    return quality, "; ".join(reasons)
