"""The tape of liquidations as rows: a burst made one row, small ones left out, columns by the room there is. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby

from msgspec import Struct
from rich.style import Style

from feeds import text
from feeds.topics import TapeRow
from tui.theme import BOLD, DIM, LABEL, LATE, LONG, PLAIN, SHORT
from tui.widgets.lines import Line

BIG_USD, HUGE_USD = 100_000, 1_000_000
SIDE = {"long": "▼ LONG ", "short": "▲ SHORT"}
COLOUR = {"long": LONG, "short": SHORT}
REVERSE = BOLD + Style(reverse=True)
VENUE, BTC, PRICE, SYMBOL = 14, 9, 10, 18  # columns of these cells
BASE = 8 + 1 + 7 + 1 + 8 + 1  # time, side, dollars: always there
NARROW = BASE + 10  # columns; in fewer the seconds go, for the sake of the venue
LEAST = {0: "", 10_000: "$10k", 100_000: "$100k", 1_000_000: "$1M"}
"""Dollars that a row must be worth to be shown, in the order of the key that changes them."""


class TapeLine(Struct, frozen=True):
    """Liquidations of one venue, symbol, position and second. `depth`: how many events are newer than its first."""

    ts_ms: int
    venue: str
    symbol: str
    position: str
    usd: float
    btc: float
    price: float
    mean: bool
    count: int
    cached: bool
    depth: int


def fold(rows: Sequence[TapeRow]) -> list[TapeLine]:
    """Lines newest first, from rows newest last: neighbours of one second, venue, symbol and position are one."""
    lines: list[TapeLine] = []
    depth = -1
    for _, same in groupby(reversed(rows), key=lambda r: (r.ts_ms // 1000, r.venue, r.symbol, r.position, r.cached)):
        burst = list(same)
        depth += len(burst)
        lines.append(_line(burst, depth))
    return lines


def gather(rows: Sequence[TapeRow]) -> list[TapeLine]:
    """Lines newest first, one for each second, venue and position, whatever came in between.

    A line stands where its first event came, so that later ones change it and move nothing.
    """
    bursts: dict[tuple[int, str, str, bool], list[TapeRow]] = {}
    depths: list[int] = []
    for at, row in enumerate(rows):
        key = (row.ts_ms // 1000, row.venue, row.position, row.cached)
        if key not in bursts:
            depths.append(len(rows) - 1 - at)
        bursts.setdefault(key, []).append(row)
    lines = [_line(burst[::-1], depth) for burst, depth in zip(bursts.values(), depths, strict=True)]
    return lines[::-1]


def _line(burst: Sequence[TapeRow], depth: int) -> TapeLine:
    """Events, newest first, as one line. Of several prices the mean is given, weighted by size."""
    first = burst[0]
    btc = sum(row.btc for row in burst)
    mean = len({row.price for row in burst}) > 1 and btc > 0
    symbols = {row.symbol for row in burst}
    return TapeLine(
        ts_ms=first.ts_ms,
        venue=first.venue,
        symbol=first.symbol if len(symbols) == 1 else f"{len(symbols)} symbols",
        position=first.position,
        usd=sum(row.usd for row in burst),
        btc=btc,
        price=sum(row.price * row.btc for row in burst) / btc if mean else first.price,
        mean=mean,
        count=len(burst),
        cached=first.cached,
        depth=depth,
    )


def arrived(old: Sequence[TapeRow], new: Sequence[TapeRow]) -> int:
    """How many rows were added at the end, the oldest having been dropped from the front."""
    for dropped in range(len(old)):
        kept = old[dropped:]
        if len(kept) <= len(new) and new[: len(kept)] == kept:
            return len(new) - len(kept)
    return len(new)


def picture(lines: Sequence[TapeLine], today: date, zone: tzinfo, width: int, height: int) -> list[Line]:
    """Lines from the top, with a divider wherever the day changes or what was kept from an earlier run begins."""
    out: list[Line] = []
    before = (today, False)
    for line in lines:
        if len(out) >= height:
            break
        at = datetime.fromtimestamp(line.ts_ms / 1000, zone)
        if (at.date(), line.cached) != before:
            day = f" {at.day} {at:%b}" if at.date() != today else ""
            kept = " from an earlier run" if line.cached else ""
            out.append(((f"──{day}{kept} ".ljust(width, "─")[:width], LABEL),))
            before = (at.date(), line.cached)
        out.append(row(line, at, width))
    return out[:height]


def row(line: TapeLine, at: datetime, width: int) -> Line:
    """One line: time, position closed, dollars; then venue, bitcoin, price and symbol as far as they have room."""
    main, rest = _styles(line)
    time = f"{at:%H:%M:%S}" if width >= NARROW else f"{at:%H:%M}"
    out = [(f"{time} ", rest), (f"{SIDE[line.position]} {text.usd(line.usd):>8} ", main)]
    name = text.plain(line.venue, VENUE)
    count = f" ×{line.count}" if line.count > 1 else ""
    room = min(VENUE, width - BASE + 8 - len(time))
    if room < 4 + len(count):
        out.append((count, rest))
    else:
        out.append((f"{_cut(name, room - len(count)) + count:<{room}}", rest))
    price = ("~" if line.mean else "") + text.price(line.price)
    left = width - BASE - VENUE
    for size, cell in ((BTC, f"{text.btc(line.btc):>{BTC}}"), (PRICE, f"{price:>{PRICE}}")):
        if left < size + 1:
            return tuple(out)
        out.append((f" {cell}", rest))
        left -= size + 1
    if left >= SYMBOL + 2:
        out.append((f"  {_cut(text.plain(line.symbol, SYMBOL), SYMBOL):<{SYMBOL}}", rest))
    return tuple(out)


def heading(zone_name: str, width: int) -> Line:
    """Names of the columns, at the places where `row` puts them."""
    time = 8 if width >= NARROW else 5
    out = f"{text.plain(zone_name, time) or 'time':<{time}} {'closed':<7} {'USD':>8} {'venue':<{VENUE}}"
    left = width - BASE - VENUE
    for size, name in ((BTC, "BTC"), (PRICE, "price")):
        if left < size + 1:
            return ((out[:width], LABEL),)
        out += f" {name:>{size}}"
        left -= size + 1
    return ((out + ("  symbol" if left >= SYMBOL + 2 else ""), LABEL),)


def left_out(least: int, hidden: int, of: int, width: int) -> Line:
    """Say which rows are shown and how many are not, in as many words as have room."""
    size = LEAST[least]
    said = (
        f"only rows of {size} or more: {hidden:,} of {of:,} hidden  f: next size",
        f"{size} or more: {hidden:,} of {of:,} hidden",
        f"{size}+: {hidden:,} hidden",
    )
    return ((next((words for words in said if len(words) <= width), said[-1]), LATE),)


def _cut(name: str, room: int) -> str:
    return name if len(name) <= room else name[: room - 1] + "…"


def _styles(line: TapeLine) -> tuple[Style, Style]:
    """Style of side and dollars, and of the rest: dim if cached, bold if big, reversed if huge."""
    colour = COLOUR[line.position]
    if line.cached:
        return colour + DIM, DIM
    if line.usd >= HUGE_USD:
        return colour + REVERSE, colour + REVERSE
    return (colour + BOLD, BOLD) if line.usd >= BIG_USD else (colour, PLAIN)
