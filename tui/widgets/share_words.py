"""Who sets the price, in words and bars: CME against four exchanges on one date, and which is larger. Pure."""

from collections.abc import Iterable

from rich.style import Style

from feeds import text
from feeds.topics import Reading, Share, ShareWeek
from tui.theme import ACCENT, BOLD, LABEL, LATE, PLAIN, QUALITY, SIGN, STATE, level_mark, sum_mark
from tui.widgets.flow import fit, flow
from tui.widgets.flow_words import named, wrapped
from tui.widgets.lines import Line, Span

PARTS = {"cme": "CME", "binance": "Binance", "bybit": "Bybit", "okx": "OKX", "deribit": "Deribit"}
"""The five, by what a week calls them."""
CARRY = "curve.carry.90d"
LIKE = {"<": "at most ", ">": "at least ", "~": "about ", "": ""}
SIGNS = {"<": "≤", ">": "≥", "~": "~", "": ""}
FILLS = (ACCENT + Style(reverse=True), PLAIN, LABEL + Style(reverse=True), PLAIN, LABEL + Style(reverse=True))
"""Of the parts of the bar: reversed and not by turns, so that their ends are seen without colour."""
NAME, DAY = 8, 10
NEWEST = 11 + 2 + DAY + 7
"""Cells of the newest number with its date and age: left out where there is no room for them whole."""
COLUMNS = NAME + 11 + 9 + 2 + 2 + DAY + NEWEST
"""Cells of the table of the five but for the bars in it."""
LEAST_BAR, MOST_BAR = 6, 60
NEAR = 0.005
CROSSED = {True: "▲", False: "▼"}


def value_of(week: ShareWeek, part: str) -> float | None:
    found: float | None = getattr(week, part)
    return found


def bound(week: ShareWeek) -> str:
    """How CME's share of that week is to be read: "<" as at most so much, ">" as at least, "~" as about.

    It is about so much where a number is doubted or of another day. An exchange that is missing is missing below the
    line only; a contract that is not in CME's report above it too.
    """
    lacking = any(value_of(week, part) is None for part in PARTS)
    if week.doubted or week.older or (lacking and week.missing):
        return "~"
    return "<" if lacking else ">" if week.missing else ""


def part_bound(week: ShareWeek, part: str) -> str:
    """The same of the share of any part: whatever is missing, an exchange's share is at most what it seems."""
    if part == "cme" or week.doubted or week.older:
        return bound(week)
    return "<" if week.missing or any(value_of(week, one) is None for one in PARTS) else ""


def number(value: float | None, sign: str = "") -> str:
    return text.UNKNOWN if value is None else f"{sign}{value:,.0f}"


def part_mark(week: ShareWeek, part: str) -> str:
    """The sign before a number of a week: what is not believed, lacks a contract, or is of another day."""
    if part in week.doubted:
        return QUALITY["doubted"]
    if part == "cme" and week.missing:
        return QUALITY["floor"]
    return "*" if part in dict(week.older) else ""


def sentence(share: Share) -> str:
    """CME's share, and which of CME and Binance is the larger since when; or why that is not known."""
    by_name = named(share.readings)
    of_five, ratio = by_name["oi.cme_share"], by_name["oi.cme_binance"]
    week = share.weeks[-1] if share.weeks else None
    if week is None or not isinstance(of_five.value, float):
        return "; ".join(of_five.said("why", "reading")[:1])
    said = f"CME holds {LIKE[bound(week)]}{of_five.value:.1f} % of the open interest of five"
    if week.parts < len(PARTS):
        said += f" ({week.parts} known)"
    if isinstance(ratio.value, float):
        since = ratio.said("since", "reading")[:1]
        said += ", ".join([f"; CME / Binance {ratio_mark(week)}{ratio_of(ratio.value)}", *since])
    return said


def ratio_mark(week: ShareWeek) -> str:
    if "binance" in week.doubted:
        return QUALITY["doubted"]
    return "~" if "binance" in dict(week.older) else QUALITY["floor"] if week.missing else ""


def ratio_of(value: float) -> str:
    """CME over Binance, with as many places as tell it from 1."""
    return f"{value:.2f}" if abs(value - 1) >= NEAR else f"{value:.4f}"


def head(share: Share, carry: Reading | None, now_ms: int, width: int, *, whole: bool) -> list[Line]:
    """The sentence, and where `whole` the bar, the five with both dates, and what else is to be known of the week."""
    week = share.weeks[-1] if share.weeks else None
    lines: list[Line] = [((part, BOLD),) for part in wrapped(sentence(share), width, 3)]
    if week is None:
        why = dict.fromkeys(word for reading in share.readings for word in reading.words)
        lines = [((part, LABEL),) for part in wrapped("; ".join(why), width, 3)]
        return [*lines, (("what the publishers answered stands in the macro pane", LABEL),)]
    if whole:
        lines += [bar(week, width), *_table(share, week, now_ms, width)]
    lines += flow([_shorts(share, now_ms), _carry(carry, now_ms)], width, 2)
    if whole:
        lines.append(_crossings(share, width))
    said = _doubts(share)
    lines += [((part, LATE),) for part in wrapped("; ".join(said), width, 2 if whole else 1)] if said else []
    if whole:
        lines += [((part, LABEL),) for part in wrapped("; ".join(_dates(share)), width, 2)]
    return lines


def bar(week: ShareWeek, width: int) -> Line:
    """One bar of the parts that are known, each as wide as its share, with its name where that has room."""
    there = [(part, value) for part in PARTS if (value := value_of(week, part)) is not None]
    total = sum(value for _, value in there)
    if total <= 0:
        return (("nothing to compare", LABEL),)
    spans: list[Span] = []
    done, before = 0.0, 0
    for part, value in there:
        done += value
        end = round(done / total * width)
        room = end - before
        percent = f"{SIGNS[part_bound(week, part)]}{value / total * 100:.0f}%"
        said = next((one for one in (f" {PARTS[part]} {percent}", f" {PARTS[part]}") if len(one) < room), "")
        spans.append((f"{said:<{room}}", FILLS[list(PARTS).index(part)]))
        before = end
    return tuple(spans)


def _table(share: Share, week: ShareWeek, now_ms: int, width: int) -> list[Line]:
    """The five: in BTC on the date of the report, their parts, and the newest number with its own date and age."""
    by_name = named(share.readings)
    known = [value for part in PARTS if (value := value_of(week, part)) is not None]
    total = sum(known)
    beside = width >= COLUMNS
    room = width - (COLUMNS if beside else COLUMNS - NEWEST)
    room = min(MOST_BAR, room) if room >= LEAST_BAR else 0
    bars = f"{'':<{room}}  " if room else ""
    title = f"{'BTC':<{NAME}}{'matched':>11}{'part':>9}  {bars}{'date':<{DAY}}"
    lines: list[Line] = [((title + (f"{'newest':>11}  {'date':<{DAY}}{'age':>5}" if beside else ""), LABEL),)]
    older = dict(week.older)
    for part, name in PARTS.items():
        value, newest = value_of(week, part), by_name.get(f"oi.{part}")
        day = week.day if part == "cme" else older.get(part, week.snapshot)
        mark = part_mark(week, part)
        sign = SIGNS[part_bound(week, part)]
        share_of = "" if value is None or not total else f"{sign}{value / total * 100:.1f} %"
        style = LATE if value is None or mark else PLAIN
        line: list[Span] = [
            (f"{name:<{NAME}}", ACCENT if part == "cme" else PLAIN),
            (f"{number(value, mark):>11}", style + BOLD),
            (f"{share_of:>9}  ", style),
        ]
        if room:
            line.append((f"{text.bar(value or 0.0, max(known, default=0.0), room):<{room}}  ", style))
        line.append((f"{day.isoformat() if value is not None else text.UNKNOWN:<{DAY}}", style if mark else LABEL))
        lines.append((*line, *(_newest(newest, now_ms) if beside else ())))
    return lines


def _newest(reading: Reading | None, now_ms: int) -> list[Span]:
    """The newest number of one of the five, of which date, and known since when."""
    if reading is None or not isinstance(reading.value, float):
        return [(f"{text.UNKNOWN:>11}", LABEL)]
    style = STATE[reading.state]
    day = reading.period.isoformat() if reading.period else text.UNKNOWN
    age = text.age(None if reading.known_ms is None else now_ms - reading.known_ms)
    value = number(reading.value, sum_mark(reading.quality))
    return [(f"{value:>11}", style), (f"  {day:<{DAY}}{age:>4} {SIGN[reading.state]}", style)]


def _shorts(share: Share, now_ms: int) -> Line:
    """What leveraged funds are short at CME, with its date."""
    reading = named(share.readings)["oi.cme.net_short"]
    if not isinstance(reading.value, float):
        why = text.plain("; ".join(reading.said("why", "reading")[:1]), 60)
        return (("leveraged funds net short at CME ", LABEL), (text.UNKNOWN, LABEL), (f" {why}", LATE))
    side = "long" if reading.value < 0 else "short"
    age = text.age(None if reading.known_ms is None else now_ms - reading.known_ms)
    when = f" BTC, {reading.period}, known {age} ago" if reading.period else " BTC"
    value = (number(abs(reading.value)), STATE[reading.state] + BOLD)
    return ((f"leveraged funds net {side} at CME ", LABEL), value, (when, LABEL))


def _carry(reading: Reading | None, now_ms: int) -> Line:
    """What the other side of these shorts earns: the carry, with its own time."""
    if reading is None:
        return ()
    if not isinstance(reading.value, float):
        why = text.plain("; ".join(reading.said("why", "reading")[:1]), 60)
        return (("90 d carry ", LABEL), (f"{text.UNKNOWN} {why}", LABEL))
    when = "now" if reading.known_ms is None else f"{text.age(now_ms - reading.known_ms)} ago"
    value = f"{level_mark(reading.quality)}{reading.value:+.2f} {text.plain(reading.unit, 8)}"
    return (("90 d carry over bills ", LABEL), (value, STATE[reading.state] + BOLD), (f", {when}", LABEL))


def _crossings(share: Share, width: int) -> Line:
    """Reports by which CME and Binance changed sides, the newest first; how many have no room is said."""
    if not share.crossings:
        return (("CME and Binance have not changed sides in these reports", LABEL),)
    newest = list(reversed(share.crossings))
    title: Line = (("CME over ▲ or under ▼ Binance since ", LABEL),)
    for count in range(len(newest), 0, -1):
        dates: list[Line] = [((f"{CROSSED[one.over]} {one.day}", PLAIN),) for one in newest[:count]]
        more: list[Line] = [((f"{len(newest) - count} before", LABEL),)] if count < len(newest) else []
        line = fit([(0, title), *((0, one) for one in [*dates, *more])], width)
        if sum(len(said) for said, _ in line) >= len(title[0][0]) + sum(len(one[0][0]) + 2 for one in dates + more):
            return line
    return fit([(0, title)], width)


def _doubts(share: Share) -> list[str]:
    """What makes the numbers less than they seem: doubted, missing and older parts, late feeds, gaps."""
    by_name = named(share.readings)
    said = [*by_name["oi.cme_share"].said("doubt", "lacks", "older"), *by_name["oi.cme"].said("lacks", "why")]
    late: dict[str, list[str]] = {}
    for part, name in PARTS.items():
        reading = by_name[f"oi.{part}"]
        if reading.state in ("late", "stale", "down"):
            late.setdefault(f"{reading.state}, the newest is of {reading.period}", []).append(name)
    said += [f"{' and '.join(names)} {how}" for how, names in late.items()]
    return list(dict.fromkeys(said))


def _dates(share: Share) -> Iterable[str]:
    """Both dates, and at what hour the snapshots were taken."""
    return named(share.readings)["oi.cme_share"].said("span")
