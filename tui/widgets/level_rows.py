"""Whether liquidations come as a cascade, in words and a sign, and the largest one seen. Pure."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from textwrap import wrap

from msgspec import Struct
from rich.style import Style

from feeds import text
from feeds.topics import WINDOW_MS, Cascade, Liquidations, TapeRow
from tui.theme import BAD, BOLD, FRESH, LABEL, LATE, LONG, PLAIN, QUALITY, SHORT, SIGN, STATE
from tui.widgets.flow import fit, flow
from tui.widgets.lines import Line, width_of

DAY_MS = WINDOW_MS["24h"]
LEVEL = {
    "calm": ("· CALM", FRESH),
    "elevated": ("! ELEVATED", LATE),
    "cascade": ("!! CASCADE", BAD + Style(reverse=True)),
}
ROOM_FOR_SIDE = 48  # columns from which the largest one's side is in words as well
SIDE = {"long": ("▼ LONG", LONG), "short": ("▲ SHORT", SHORT)}


class Largest(Struct, frozen=True):
    """The largest liquidation seen. `within`: of a cascade that began at `at_ms`; its own time is not known."""

    usd: float
    position: str
    venue: str
    price: float | None
    at_ms: int
    within: bool = False


def level_rows(liq: Liquidations, last: Cascade | None, now_ms: int, width: int, rows: int) -> list[Line]:
    """The level and since when; in a cascade what it took, else what the level lacks and when the last one was."""
    if liq.state == "none":
        return [(("· level --", LABEL), ("  nothing heard yet", LABEL))]
    lead = _lead(liq, now_ms)
    if liq.level == "cascade" and liq.running is not None:
        return flow([lead, *_running(liq, liq.running, now_ms)], width, rows)
    kind = "lacks" if liq.level is None else "span"
    note = text.plain("; ".join(note.text for note in liq.level_notes if note.kind == kind))
    if rows > 1 and len(note) > width:
        wrapped = wrap(note, width, max_lines=rows - 1, placeholder=" …")
        return [lead, *(((line, LABEL),) for line in wrapped)]
    if rows == 1:
        note = text.plain(note, max(12, width - width_of(lead) - 2))
    said = [lead, ((note, LABEL),), _last(last, now_ms)]
    return flow([one for one in said if width_of(one)], width, rows)


def _lead(liq: Liquidations, now_ms: int) -> Line:
    """The level in a word with its sign, and since when, or how old it is where nobody is heard."""
    if liq.level is None:
        return (("· level cannot be told", LATE),)
    words, style = LEVEL[liq.level]
    if liq.state in ("stale", "down"):
        age = text.age(None if liq.as_of_ms is None else now_ms - liq.as_of_ms)
        return ((words, STATE[liq.state]), (f" {SIGN[liq.state]} as of {age} ago, {liq.state}", STATE[liq.state]))
    if liq.level != "calm" and liq.level_since_ms is not None:
        return ((words, style), (f" since {text.age(now_ms - liq.level_since_ms)}", PLAIN))
    return ((words, style),)


def sign(liq: Liquidations | None, from_ms: int, now_ms: int) -> str:
    """`≥` before the totals of a cascade, unless the shortest window that covers it is known to be whole."""
    covering = (window for window, length in WINDOW_MS.items() if now_ms - from_ms <= length)
    window = next(covering, None)
    if liq is None or window is None or liq.quality.get(window) != "exact":
        return QUALITY["floor"]
    return ""


def largest(
    before: Largest | None, tape: Sequence[TapeRow], cascades: Sequence[Cascade], now_ms: int
) -> Largest | None:
    """The largest of a day: what was seen before, what the tape has, and the worst of cascades."""
    seen = [] if before is None else [before]
    seen += [Largest(row.usd, row.position, row.venue, row.price, row.ts_ms) for row in tape]
    seen += [
        Largest(one.worst_usd, one.worst_position, one.worst_venue, one.worst_price, one.from_ms, True)
        for one in cascades
        if one.worst_usd > 0
    ]
    day = [one for one in seen if now_ms - DAY_MS < one.at_ms <= now_ms + 60_000]
    return max(day, key=lambda one: (one.usd, not one.within), default=None)


def largest_row(one: Largest | None, now_ms: int, zone: tzinfo, width: int) -> Line:
    """The largest one with its time, as far as it has room."""
    if one is None:
        return (("largest seen --", LABEL),)
    at = datetime.fromtimestamp(one.at_ms / 1000, zone)
    today = at.date() == datetime.fromtimestamp(now_ms / 1000, zone).date()
    time = f"{at:%H:%M}" if today else f"{at.day} {at:%b} {at:%H:%M}"
    when = time if not one.within else f"in the cascade of {time}" if width >= ROOM_FOR_SIDE else f"cascade {time}"
    side, style = SIDE.get(one.position, ("", PLAIN))
    if width < ROOM_FOR_SIDE:
        side = side[:1]
    parts: list[tuple[int, Line]] = [
        (0, (("largest seen" if width >= ROOM_FOR_SIDE else "largest", LABEL),)),
        (0, ((text.usd(one.usd), style + BOLD),)),
        (2, ((side, style),)),
        (3, ((text.plain(one.venue, 14), PLAIN),)),
        (5, ((f"at {text.price(one.price)}", LABEL),) if one.price is not None else ()),
        (1, ((when, LABEL),)),
    ]
    return fit(parts, width, gap=1)


def _running(liq: Liquidations, one: Cascade, now_ms: int) -> list[Line]:
    floor = sign(liq, one.from_ms, now_ms)
    worst: Line = ()
    if one.worst_usd:
        where = "" if one.worst_price is None else f" at {one.worst_price:,.0f}"
        worst = (
            ("worst ", LABEL),
            (text.usd(one.worst_usd), SIDE.get(one.worst_position, ("", PLAIN))[1] + BOLD),
            (f" {text.plain(one.worst_venue, 14)}{where}", PLAIN),
        )
    return [
        ((f"{floor}{text.usd(one.long_usd)} long", LONG),),
        ((f"{floor}{text.usd(one.short_usd)} short", SHORT),),
        worst,
    ]


def _last(one: Cascade | None, now_ms: int) -> Line:
    if one is None or one.to_ms is None:
        return ()
    floor = QUALITY["floor"]
    sides = f"{floor}{text.usd(one.long_usd)} long, {floor}{text.usd(one.short_usd)} short"
    return ((f"last cascade {text.age(now_ms - one.to_ms)} ago: {sides}", LABEL),)
