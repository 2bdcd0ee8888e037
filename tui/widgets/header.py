"""The strip above the panes, and the one line that is left of everything in a tiny terminal.

Each piece is drawn whole or not at all; the least important goes first.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from msgspec import Struct
from rich.style import Style

from feeds import text
from feeds.topics import Engine, FeedRow, Feeds, FeedState, Liquidations, Metric, Price, Regime, Verdict
from tui.link import LinkState
from tui.theme import BAD, BOLD, DOWN, LABEL, LATE, LONG, NOTICE, PLAIN, SHORT, SIGN, STATE, UP, level_mark, sum_mark
from tui.widgets.flow import joined, length
from tui.widgets.lines import Line, Lines, Span
from tui.widgets.liquidation_rows import missing
from tui.widgets.notices import Notice, notices
from tui.widgets.regime_rows import short as regime_word
from tui.widgets.verdict_rows import short as verdict_word
from tui.zones import clock

GAP = 2
BADNESS: tuple[FeedState, ...] = ("live", "connecting", "late", "stale", "blocked", "down")
"""A venue is as bad as its worst feed."""


class Status(Struct, frozen=True):
    """What the header draws from. `now_ms` is `None` before the engine's first word.

    `link_ms`: how long the link has been as it is. `paused_ms`: how long the panes have been frozen, or `None`.
    `notice`: what the user should know of this viewer's settings, shown where there is nothing else to say.
    """

    topics: Mapping[str, Any]
    now_ms: int | None
    zone: tzinfo
    link: LinkState
    link_ms: int
    reason: str = ""
    paused_ms: int | None = None
    fault: str = ""
    notice: str = ""


class Header(Lines):
    """As wide as the terminal. `rows`: one or two; `strip` makes it the one-line strip."""

    rows = 2
    strip = False

    def show(self, status: Status) -> None:
        """Draw `status`."""
        width = self.app.size.width
        self.draw([strip(status, width)] if self.strip else header(status, width, self.rows))


class Piece(Struct, frozen=True):
    """A part of a row. The lower `rank` is, the longer it stays; `right` puts it at the right end.

    `short`: what it is drawn as where there is less room, if that is another line; `yields`: its rank until then.
    """

    rank: int
    line: Line
    short: Line = ()
    right: bool = False
    yields: int | None = None

    def order(self) -> int:
        """When it gives way: the highest first."""
        return self.rank if self.yields is None else self.yields


def header(status: Status, width: int, rows: int) -> list[Line]:
    """Draw the header in one row or two."""
    first = [
        Piece(1, _price(status), _price(status)[1:]),
        *(Piece(rank, _change(status, window)) for rank, window in ((4, "24h"), (10, "1h"), (11, "7d"))),
        Piece(6, _liquidated(status), _liquidated(status, short=True), yields=8),
        Piece(7, _without(status)),
        Piece(9, _title(status), right=True),
        Piece(0, _mode(status), right=True),
        Piece(3, _paused(status), right=True),
        Piece(5, _clock(status), right=True),
    ]
    link = _link(status, width - 2), _link_short(status)
    if rows == 1:
        urgent = [Piece(3, notice.short) for notice in _notices(status)]
        words = Piece(7, _regime(status, short=True))
        return [row([first[0], Piece(2, *link), *urgent, *first[1:4], words, *first[4:]], width)]
    urgent = [Piece(rank, notice.line, notice.short) for rank, notice in enumerate(_notices(status), 1)]
    after = len(urgent)
    second = [
        Piece(0, *link),
        *urgent,
        Piece(after + 1, _regime(status), _regime(status, short=True), yields=after + 3),
        Piece(after + 2, _dots(status), _dots(status, short=True), yields=after + 4),
        Piece(after + 5, _troubled(status)),
        Piece(after + 7, _lag(status)),
        Piece(after + 6, _notice(status), right=True),
    ]
    return [row(first, width), row(second, width)]


def strip(status: Status, width: int) -> Line:
    """Draw what is needed most in one row."""
    pieces = [
        Piece(1, _price(status), _price(status)[1:]),
        Piece(2, _link(status, width - 2), _link_short(status)),
        *(Piece(3, notice.short) for notice in _notices(status)[:1]),
        Piece(5, _change(status, "24h")),
        Piece(4, _liquidated(status), _liquidated(status, short=True), yields=7),
        Piece(6, _regime(status, short=True)),
        Piece(8, _title(status), right=True),
        Piece(0, _mode(status), right=True),  # a price is never shown without it
        Piece(3, _paused(status), right=True),
    ]
    return row(pieces, width)


def row(pieces: list[Piece], width: int) -> Line:
    """Set pieces in a row with a margin of one cell.

    Where they do not all fit, the one of the highest rank becomes short or goes, until the rest fits.
    """
    kept = [piece for piece in pieces if piece.line]
    room = width - 2
    while kept and sum(length(piece.line) + GAP for piece in kept) - GAP > room:
        last = max(range(len(kept)), key=lambda at: kept[at].order())
        piece = kept.pop(last)
        if piece.short:
            kept.insert(last, Piece(piece.rank, piece.short, right=piece.right))
    left = joined([piece.line for piece in kept if not piece.right], GAP)
    right = joined([piece.line for piece in kept if piece.right], GAP)
    return ((" ", PLAIN), *left, (" " * (room - length(left) - length(right)), PLAIN), *right, (" ", PLAIN))


def _price(status: Status) -> Line:
    price: Price | None = status.topics.get("price")
    if price is None or status.now_ms is None:
        return (("BTC  ", LABEL), ("waiting for the first prices", LABEL))
    metric = price.reference
    if not isinstance(metric.value, float | int):
        return (("BTC  ", LABEL), (f"{text.UNKNOWN} {metric.note or 'no price yet'}", LABEL))
    style = BOLD if metric.state == "fresh" else STATE[metric.state] + BOLD
    return (
        ("BTC  ", LABEL),
        (level_mark(metric.quality) + text.price(metric.value), style),
        (" " + _worth(metric, status.now_ms), STATE["live" if metric.state == "fresh" else metric.state]),
    )


def _worth(metric: Metric, now_ms: int) -> str:
    """The state as a sign; with word and age if it is not fresh."""
    if metric.state == "fresh":
        return SIGN["fresh"]
    age = "" if metric.as_of_ms is None else " " + text.age(now_ms - metric.as_of_ms)
    return f"{SIGN[metric.state]} {metric.state}{age}"


def _change(status: Status, window: str) -> Line:
    price: Price | None = status.topics.get("price")
    metric = None if price is None else price.changes.get(window)
    if metric is None:
        return ()
    if not isinstance(metric.value, float | int):
        return ((f"{text.UNKNOWN} {window}", LABEL),)
    good = metric.state == "fresh"
    style = STATE[metric.state] if not good else UP if metric.value > 0 else DOWN if metric.value < 0 else PLAIN
    mark = "" if good else f" {SIGN[metric.state]}"
    return ((level_mark(metric.quality) + text.percent(metric.value), style), (f" {window}{mark}", LABEL))


def _liquidated(status: Status, *, short: bool = False) -> Line:
    view: Liquidations | None = status.topics.get("liquidations")
    total = None if view is None else view.windows.get("1h")
    if view is None or total is None:
        return ()
    floor = sum_mark(view.quality.get("1h", "exact"))
    worth = "" if view.state == "fresh" else f"{SIGN[view.state]} " if short else f"{SIGN[view.state]} {view.state} "
    return (
        ("1h " if short else "liq 1h ", LABEL),
        (worth, STATE[view.state]),
        *_side("▼" if short else "long ", total.long_usd, floor, LONG),
        (" ", PLAIN),
        *_side("▲" if short else "short ", total.short_usd, floor, SHORT),
    )


def _without(status: Status) -> Line:
    """Who is missing from the totals that was heard within a day: for the rest, it is the usual state of things."""
    view: Liquidations | None = status.topics.get("liquidations")
    if view is None or status.now_ms is None or view.state not in ("fresh", "late"):
        return ()
    out = missing(view, status.now_ms)
    if not out:
        return ()
    said = ", ".join(out) if len(out) <= 2 else f"{len(out)} venues"
    return ((f"without {said}, {text.age(max(out.values()))}", LATE),)


def _side(name: str, usd: float | None, floor: str, style: Style) -> Line:
    return ((name, LABEL), (text.UNKNOWN, LABEL) if usd is None else (floor + text.usd(usd), style))


def _regime(status: Status, *, short: bool = False) -> Line:
    """The verdict and the regime in a word each, where they are known."""
    verdict: Verdict | None = status.topics.get("verdict")
    regime: Regime | None = status.topics.get("regime")
    words: list[Line] = [verdict_word(verdict) if verdict else ()]
    if regime and (said := regime_word(regime)):
        words.append(said if short else (("regime ", LABEL), *said))
    return joined([word for word in words if word], 1 if short else GAP)


def _mode(status: Status) -> Line:
    """The word that must never be missing where the numbers are not the live market's."""
    engine: Engine | None = status.topics.get("engine")
    return () if engine is None or engine.mode == "live" else ((f" {engine.mode.upper()} ", NOTICE),)


def _title(status: Status) -> Line:
    engine: Engine | None = status.topics.get("engine")
    return () if engine is None or engine.mode == "live" else ((text.plain(engine.title, 60), LATE),)


def _paused(status: Status) -> Line:
    return () if status.paused_ms is None else ((f" PAUSED {text.age(status.paused_ms)} ", NOTICE),)


def _clock(status: Status) -> Line:
    if status.now_ms is None:
        return ()
    engine: Engine | None = status.topics.get("engine")
    replay = engine is not None and engine.mode == "replay"
    return ((clock(status.now_ms, status.zone, date=replay), PLAIN),)


def _link(status: Status, room: int) -> Line:
    """What is wrong with the link, with its reason, in at most so many cells."""
    why = f": {text.plain(status.reason, 60)}" if status.reason else ""
    since = text.age(status.link_ms)
    match status.link:
        case "connecting":
            return ((text.plain(f"connecting to the engine {since}{why}", room), LATE),)
        case "silent":
            return ((f"engine silent {since}", BAD),)
        case "lost":
            return ((text.plain(f"engine lost {since} ago, reconnecting{why}", room), BAD),)
        case _:
            return ()


def _link_short(status: Status) -> Line:
    since = text.age(status.link_ms)
    style = LATE if status.link == "connecting" else BAD
    name = "" if status.link == "connecting" else "engine "
    return () if status.link == "live" else ((f"{name}{status.link} {since}", style),)


def _venues(status: Status) -> dict[str, FeedRow]:
    """The worst feed of each venue."""
    feeds: Feeds | None = status.topics.get("feeds")
    worst: dict[str, FeedRow] = {}
    for feed in feeds.rows if feeds is not None else ():
        if feed.venue not in worst or BADNESS.index(feed.state) > BADNESS.index(worst[feed.venue].state):
            worst[feed.venue] = feed
    return worst


def _dots(status: Status, *, short: bool = False) -> Line:
    """A sign for each venue, and how many of them are live."""
    venues = _venues(status)
    if not venues:
        return ()
    live = sum(feed.state == "live" for feed in venues.values())
    count: Span = (f"{live}/{len(venues)} live", PLAIN if live == len(venues) else LATE)
    if short:
        return (count,)
    signs = ((SIGN[feed.state], STATE[feed.state]) for feed in venues.values())
    return (("feeds ", LABEL), *signs, (" ", PLAIN), count)


def _troubled(status: Status) -> Line:
    """Name the venues that are not live, the worst first; many of one state are counted."""
    venues = sorted(_venues(status).values(), key=lambda feed: -BADNESS.index(feed.state))
    counts = Counter(feed.state for feed in venues)
    parts: list[Span] = []
    for state in reversed(BADNESS[1:]):
        names = [feed.venue for feed in venues if feed.state == state]
        if names:
            said = ", ".join(names) if len(names) <= 2 else f"{counts[state]} venues"
            parts += [(f"{', ' if parts else ''}{said} {state}", STATE[state])]
    return tuple(parts)


def _lag(status: Status) -> Line:
    """The worst lag of the feeds that are heard."""
    feeds: Feeds | None = status.topics.get("feeds")
    known = [(feed.lag_p95, feed.venue) for feed in feeds.rows if feed.lag_p95 is not None] if feeds else []
    if not known:
        return ()
    lag, venue = max(known)
    return (("lag p95 ", LABEL), (text.lag(lag), LATE if lag > 1000 else PLAIN), (f" {venue}", LABEL))


def _notices(status: Status) -> list[Notice]:
    """What is to be said before all else; nothing before the engine's first word."""
    return [] if status.now_ms is None else notices(status.topics, status.now_ms)


def _notice(status: Status) -> Line:
    """What the user should know: a fault of this viewer, the engine's latest notice, or one of the settings."""
    engine: Engine | None = status.topics.get("engine")
    said = status.fault or (engine.notices[-1] if engine is not None and engine.notices else status.notice)
    return ((text.plain(said, 80), LATE),) if said else ()
