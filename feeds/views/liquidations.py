"""Liquidation totals, what is missing from them, and the tape."""

from collections.abc import Sequence

from msgspec import UNSET, Struct

from feeds.health import Feed
from feeds.heard import SATURATED, at_limit, channels, missed, of, standing, told, words
from feeds.heard import state as heard_as
from feeds.liquidated import CELL_USD
from feeds.state import State
from feeds.text import age
from feeds.topics import (
    WINDOW_MS,
    Cascade,
    FeedState,
    Lack,
    Ladder,
    Liquidations,
    LiqVenue,
    Metric,
    Note,
    Quality,
    TapeRow,
    Total,
)
from feeds.topics import State as Worth

TAPE_ROWS = 60
LADDER_ROWS = 400


def liquidations(state: State) -> Liquidations:
    """Draw up totals by window and venue, with what is missing from them.

    A total is a sum of floors: as good as the best of its venues, as of the oldest that is still current, and without
    those that are not heard, whom the note names. A venue that was never heard has no totals.
    """
    feeds = channels(state.venues, state.feeds.values())
    names = [name for name in state.venues if of(feeds, name)]
    heard = [name for name in names if told(of(feeds, name))]
    venues = tuple(_venue(state, name, of(feeds, name)) for name in names)
    stands = standing(feeds, state.now_ms)
    without = words(stands.without, state.now_ms)
    parts = {window: _completeness(venues, window, stands.without, without) for window in WINDOW_MS}
    return Liquidations(
        {window: state.book.total(window, (*heard, *state.closed)) if heard else _NOTHING for window in WINDOW_MS},
        stands.state,
        {window: quality for window, (quality, _) in parts.items()},
        {window: note for window, (_, note) in parts.items()},
        venues,
        *state.book.spark(state.now_ms),
        stands.as_of_ms,
        state.cascades.level,
        state.cascades.since_ms,
        tuple(_level_notes(state)),
        state.cascades.running,
        stands.without,
        state.cascades.risen,
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
    result = {"liq.state": _level(view, source)}
    for window, total in view.windows.items():
        head = Metric("", "", view.as_of_ms, source, view.state, view.quality[window], view.note[window])
        result |= _sides(total, f"liq.{{}}.{{}}.{window}", head, ("usd", "btc", "count"))
        for venue in view.venues:
            known = venue.windows[window]
            worth: Worth = "none" if known.long_usd is None else _WORTH[venue.state]
            own = Metric("", "", venue.as_of_ms, venue.venue, worth, *_completeness((venue,), window))
            result |= _sides(known, f"liq.{venue.venue}.{{}}.{{}}.{window}", own, ("usd",))
    return result


def _level(view: Liquidations, source: str) -> Metric:
    """The level as a metric: what rose on a floor is at least so much; without a value it says what it lacks."""
    lacks, spans = ([note.text for note in view.level_notes if note.kind == kind] for kind in ("lacks", "span"))
    if view.level is None:
        return Metric(None, "", view.as_of_ms, source, "none", None, "cannot be told: " + "; ".join(lacks))
    note = "; ".join(filter(None, (*spans, view.note["1m"])))
    return Metric(view.level, "", view.as_of_ms, source, view.state, view.quality["1m"], note)


_NOTHING = Total(None, None, None, None, None, None)
_WORTH: dict[FeedState, Worth] = {
    "live": "fresh",
    "late": "late",
    "stale": "stale",
    "down": "down",
    "blocked": "down",
    "connecting": "stale",
}
"""What a venue's totals are worth; while it is not heard again after a restart, they are cached."""
_UNITS = {"usd": "USD", "btc": "BTC", "count": "events"}


class _Side(Struct, frozen=True):
    usd: float | None
    btc: float | None
    count: float | None


def _sides(total: Total, name: str, head: Metric, parts: tuple[str, ...]) -> dict[str, Metric]:
    """Metrics of one total, which is a floor unless exact; `name` has a place for the side and one for the part."""
    sides = {
        "long": _Side(total.long_usd, total.long_btc, total.long_count),
        "short": _Side(total.short_usd, total.short_btc, total.short_count),
    }
    found = {}
    for side, values in sides.items():
        for part in parts:
            value = getattr(values, part)
            least = UNSET if value is None or head.quality == "exact" else value
            found[name.format(side, part)] = Metric(
                value, _UNITS[part], head.as_of_ms, head.source, head.state, head.quality, head.note, least
            )
    return found


def _venue(state: State, name: str, own: Sequence[Feed]) -> LiqVenue:
    """Draw up one venue, which may speak by several feeds: without one of them, it is not whole."""
    sampled = state.venues[name].liquidations == "sampled"
    stands = standing(own, state.now_ms)
    out = words(stands.without, state.now_ms) if told(own) else []
    gaps = {window: _missed(state, own, length) for window, length in WINDOW_MS.items()}
    partial = {window: "; ".join([*out, why] if why else out) for window, why in gaps.items()}
    return LiqVenue(
        name,
        "sampled" if sampled else "all",
        heard_as(own, state.now_ms),
        {window: state.book.total(window, (name,)) if told(own) else _NOTHING for window in WINDOW_MS},
        {window: why for window, why in partial.items() if why},
        state.saturations.get(name, 0.0),
        stands.as_of_ms,
    )


def _missed(state: State, own: Sequence[Feed], length_ms: int) -> str:
    start = state.now_ms - length_ms
    why = missed(own, start, state.now_ms)
    return why or ("more events than are kept" if state.book.whole_from_ms > start else "")


def _level_notes(state: State) -> list[Note]:
    """What the level lacks, and, where there is one, that there is too little history to tell what is rare."""
    watched, rule = state.cascades, state.cascades.rule
    notes = [Note("lacks", why) for why in state.unheard]
    if watched.level is None:
        return notes or [Note("lacks", f"all is heard, but not for {age(rule.calm_after_ms)} since it was above calm")]
    if watched.history_ms < rule.history_ms:
        said = f"by dollars alone: {age(watched.history_ms)} of history, {age(rule.history_ms)} needed"
        notes.append(Note("span", said))
    return notes


def _completeness(
    venues: Sequence[LiqVenue], window: str, without: Sequence[Lack] = (), said: Sequence[str] = ()
) -> tuple[Quality, str]:
    """Say whether a total is whole. A sampled venue and one that is missing make it a floor; the note names all."""
    sampled = [venue.venue for venue in venues if venue.complete == "sampled"]
    gone = {lack.name.partition(".")[0] for lack in without}
    there = [venue for venue in venues if venue.venue not in gone]
    reasons = list(said)
    reasons += [f"{', '.join(sampled)} sampled"] if sampled else []
    reasons += [at_limit(venue.venue, venue.saturation) for venue in there if venue.saturation >= SATURATED]
    partial: dict[str, list[str]] = {}
    for venue in there:
        if why := venue.partial.get(window):
            partial.setdefault(why, []).append(venue.venue)
    everybody = max(2, len(there))  # of one alone, its name is said
    reasons += [why if len(names) == everybody else f"{', '.join(names)}: {why}" for why, names in partial.items()]
    reasons += [f"{venue.venue} is {venue.state}" for venue in there if venue.state in ("down", "blocked", "stale")]
    quality: Quality = "floor" if sampled or without else "partial" if reasons else "exact"
    return quality, "; ".join(reasons)
