"""ETF flows in words and sums: what stands above every view of them. Pure."""

from collections.abc import Iterable
from datetime import date
from textwrap import wrap

from rich.style import Style

from feeds import text
from feeds.topics import Flows, Reading
from tui.theme import BOLD, DOWN, LABEL, LATE, PLAIN, SIGN, STATE, UP, sum_mark
from tui.widgets.flow import fit, flow
from tui.widgets.lines import Line, Span

PROGRESS = 12
"""Cells of the bar that says how many funds have reported."""
NOW_MS = 120_000
"""So old a live price is still called that of now: sums are worked out once a minute."""
NOWHERE = "what the publishers answered stands in the macro pane"
LACKING = ("etf.flow.1d", "etf.flow.cum", "etf.cost.net", "etf.cost.average")
"""Readings whose doubts stand above every view: together they look at all days, funds and closes."""
NET_SUM = "~"
"""A sum of flows with a part missing is no floor, for the part may be of either sign."""


def named(readings: Iterable[Reading]) -> dict[str, Reading]:
    return {reading.name: reading for reading in readings}


def told_day(day: date, *, year: bool = False) -> str:
    """A day in words, `Thu 19 Nov`."""
    return f"{day:%a} {day.day} {day:%b}{f' {day.year}' if year else ''}"


def millions(value: float | None) -> str:
    """Millions of dollars with their sign; zero has none, and what is not known is `--`."""
    return text.UNKNOWN if value is None else f"{value:+,.1f}" if round(value, 1) else "0.0"


def coins(value: float | None) -> str:
    """Bitcoin with their sign, whole where there are some."""
    if value is None:
        return text.UNKNOWN
    if not round(value, 1):
        return "0"
    return f"{value:+,.0f}" if abs(value) >= 10 else f"{value:+,.1f}"


def mark(reading: Reading) -> str:
    return NET_SUM if reading.quality == "partial" else sum_mark(reading.quality)


def head(flows: Flows, now_ms: int, width: int, doubt_rows: int) -> list[Line]:
    """The sentence, the sums, how much of the day is there, the cost, and in so many rows what to be wary of."""
    by_name = named(flows.readings)
    day = by_name.get("etf.flow.1d")
    if day is None or day.value is None:
        why = "; ".join(day.words) if day else "no flows are known"
        return [((part, LABEL),) for part in wrap(f"{text.plain(why)}: {NOWHERE}", max(10, width))]
    lines: list[Line] = [((part, BOLD),) for part in wrapped(sentence(by_name), width, 3)]
    lines += flow([*_sums(by_name, flows, now_ms), *_whole(flows)], width, 2)
    lines += _arrival(flows, width)
    lines += flow(_cost(by_name, now_ms), width, 3)
    return [*lines, *(((part, LATE),) for part in wrapped(doubts(flows), width, doubt_rows))]


def wrapped(said: str, width: int, rows: int) -> list[str]:
    """Words over at most so many rows, the last cut where they are more."""
    parts = wrap(text.plain(said, 900), max(10, width)) if rows else []
    if len(parts) > rows:
        parts = [*parts[: rows - 1], text.plain(" ".join(parts[rows - 1 :]), width)]
    return parts


def sentence(by_name: dict[str, Reading]) -> str:
    """What the run and the cost say first; of a run what is not known of it; or why there is none."""
    run, away = by_name["etf.run"], by_name["etf.vs_cost"]
    doubts = ", ".join(run.said("older", "lacks", "doubt"))
    said = [f"{word} ({doubts})" if doubts else word for word in _first(run)]
    return "; ".join(dict.fromkeys([*said, *_first(away)]))


def _first(reading: Reading) -> tuple[str, ...]:
    """What a reading comes to, or why it is not known."""
    return reading.said("says", "why", "reading")[:1]


def _sums(by_name: dict[str, Reading], flows: Flows, now_ms: int) -> list[Line]:
    day = by_name["etf.flow.1d"]
    style = STATE[day.state]
    when = told_day(day.period, year=True) if day.period else text.UNKNOWN
    known = text.age(None if day.known_ms is None else now_ms - day.known_ms)
    odds = text.UNKNOWN if flows.z is None else f"{flows.z:+.1f}"
    return [
        ((f"{SIGN[day.state]} ", style), *_sum(day), (" $M", LABEL)),
        ((when, style),),
        ((f"known {known} ago" + ("" if day.state == "fresh" else f", {day.state}"), style),),
        *(((text.plain(word, 60), LATE),) for word in day.said("part")),
        (("z ", LABEL), (odds, BOLD if flows.z is not None and abs(flows.z) >= 2 else PLAIN)),
        (("5 days ", LABEL), *_sum(by_name["etf.flow.5d"])),
        (("20 days ", LABEL), *_sum(by_name["etf.flow.20d"])),
        (("all days ", LABEL), *_sum(by_name["etf.flow.cum"])),
    ]


def _sum(reading: Reading) -> Line:
    """A sum with its mark; one that is not known with its reason."""
    if not isinstance(reading.value, int | float):
        return _unknown(reading)
    return ((mark(reading) + millions(reading.value), signed(reading) + BOLD),)


def _unknown(reading: Reading) -> Line:
    """That a number is not known, and why."""
    return ((text.UNKNOWN, LABEL), *((f" {text.plain(word, 40)}", LABEL) for word in _first(reading)))


def signed(reading: Reading) -> Style:
    """Green over zero and red under it while fresh; else the style of its state."""
    if reading.state != "fresh" or not isinstance(reading.value, int | float):
        return STATE[reading.state]
    return UP if reading.value > 0 else DOWN if reading.value < 0 else PLAIN


def _whole(flows: Flows) -> list[Line]:
    """That all funds have reported the newest day, or those that are still in the table; or who counted it."""
    newest = flows.rows[0]
    if newest.by:
        return [((f"total by {text.plain(newest.by, 20)}, the funds are not known", LATE),)]
    if newest.provisional:
        return []
    said: Line = ((f"{flows.arrived} of {flows.expected} funds", LATE if newest.missing else PLAIN),)
    return [said, ((f"without {text.plain(' '.join(newest.missing), 60)}", LATE),)] if newest.missing else [said]


def _arrival(flows: Flows, width: int) -> list[Line]:
    """Of a day that is not whole how many funds have reported, as a bar too, and which have not."""
    newest = flows.rows[0]
    if not newest.provisional or newest.by:
        return []
    there, all_ = flows.arrived, flows.expected
    full = min(PROGRESS - (there < all_), round(there / all_ * PROGRESS)) if all_ else 0
    waiting = text.plain(" ".join([*newest.missing, *newest.unsure]), 100)
    items: list[tuple[int, Line]] = [
        (0, ((f"{there} of {all_} funds", LATE + BOLD),)),
        (1, (("▕" + "█" * full, LATE), ("░" * (PROGRESS - full), LABEL), ("▏", LATE))),
        (0, (("provisional", LATE),)),
        (2, ((f"not yet: {waiting}", LATE),) if waiting else ()),
    ]
    return [fit(items, width, 1)]


def _cost(by_name: dict[str, Reading], now_ms: int) -> list[Line]:
    """What the coins cost by both definitions, how far bitcoin is from each, and what all bitcoin cost."""
    net, average, away = (by_name[name] for name in ("etf.cost.net", "etf.cost.average", "etf.vs_cost"))
    items: list[Line] = [
        (("net cost ", LABEL), *_dollars(net, "of net $ / net coins")),
        (("average cost ", LABEL), *_dollars(average, "without GBTC")),
    ]
    if isinstance(net.value, float) and isinstance(average.value, float) and average.value:
        items.append(((f"{abs(net.value / average.value - 1) * 100:.1f} % apart", PLAIN),))
    whole, price = (
        by_name.get("btc.realised"),
        next((one for one in reversed(away.inputs) if one.series in ("BTC", "btc.price")), None),
    )
    realised: list[Line] = []
    if whole is not None and whole.value is not None:
        realised = [(("realised price ", LABEL), *_dollars(whole, f"of {whole.period}"))]
    if price is None or not isinstance(away.value, float):
        return [*items, *realised]
    when = f"on {told_day(price.period)}"
    if price.series == "btc.price":
        old_ms = now_ms - price.known_ms
        when = "now" if old_ms < NOW_MS else f"{text.age(old_ms)} ago"
    style = signed(away) + BOLD
    said: list[Span] = [(f"{mark(away)}{away.value:+.1f} %", style), (" to net", LABEL)]
    if isinstance(average.value, float) and average.value:
        beside = (price.value / average.value - 1) * 100
        said += [(", ", LABEL), (f"{mark(away)}{beside:+.1f} %", style), (" to average", LABEL)]
    return [*items, ((f"${price.value:,.0f} {when} is ", LABEL), *said), *realised]


def _dollars(reading: Reading, how: str) -> Line:
    """A cost, and by which definition; or why there is none."""
    if not isinstance(reading.value, int | float):
        return _unknown(reading)
    return ((f"{mark(reading)}${reading.value:,.0f}", STATE[reading.state] + BOLD), (f" {how}", LABEL))


def doubts(flows: Flows) -> str:
    """What a reader of the sums has to know: what the sums lack, and funds that came or went."""
    by_name = named(flows.readings)
    said = [word for name in LACKING if name in by_name for word in by_name[name].said("lacks", "doubt")]
    said += [f"{fund} is new, since {told_day(day, year=True)}" for fund, day in flows.new]
    said += [f"{fund} has left the table, last on {told_day(day, year=True)}" for fund, day in flows.gone]
    return "; ".join(dict.fromkeys(said))
