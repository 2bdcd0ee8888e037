"""Hedge or high beta: bitcoin's beta and correlations over 30 and 90 trading days, and what they call it.

Bitcoin's close is that of the day in UTC, hours after New York's: the two returns of a day do not cover the same hours.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate, pairwise

from feeds.calendars import business_day
from feeds.signals._reading import Used, derived, reading, unread
from feeds.signals.lines import as_of, unknown
from feeds.signals.rolling import Common, Fit, common, rolling
from feeds.signals.thresholds import HedgeRule
from feeds.topics.base import Note, Quality, Reading
from feeds.topics.hedge import Hedge, HedgeDay, HedgeLabel, HedgeWindow
from feeds.vintages import Known

OURS = "BTC"
OTHERS = {"QQQ": "Nasdaq 100", "GLD": "gold", "IGV": "software", "DXY": "the dollar"}
WINDOWS = (30, 90)
"""Returns, one for each day that has a close of both and one before it."""
Fits = Mapping[date, Fit]


def hedge(known: Known, rule: HedgeRule) -> Hedge:
    """The page with its readings."""
    if wait := unread(known, (OURS, *OTHERS)):
        names = (f"hedge.{what}.{id_.lower()}.{n}d" for id_ in OTHERS for n in WINDOWS for what in ("beta", "corr"))
        nothing = [unknown(known, name, "", (), *wait) for name in (*names, "hedge.label")]
        return Hedge(tuple(nothing), tuple(HedgeWindow(window, ()) for window in WINDOWS))
    newest = known.last(OURS)
    first = newest.period - timedelta(days=round(365.25 * rule.history_years)) if newest else None
    since = first - timedelta(days=2 * max(WINDOWS)) if first else None
    pairs = {id_: common(known, OURS, id_, since) for id_ in OTHERS}
    fits = {
        (id_, window): dict(zip(pair.days[window:], rolling(pair.ours, pair.theirs, window), strict=True))
        for id_, pair in pairs.items()
        for window in WINDOWS
    }
    windows = []
    for window in WINDOWS:
        by_id = {id_: fits[id_, window] for id_ in OTHERS}
        holed = {id_: _holed(pairs[id_].days, window, rule) for id_ in ("QQQ", "GLD")}
        days = (day for day in by_id["QQQ"] if first and day >= first)
        windows.append(HedgeWindow(window, tuple(_day(day, by_id, holed, rule) for day in days)))
    readings = [
        one
        for id_, pair in pairs.items()
        for window in WINDOWS
        for one in _readings(known, id_, pair, fits[id_, window], window, rule)
    ]
    return Hedge((*readings, _label(readings, windows, rule)), tuple(windows))


def _day(day: date, by_id: Mapping[str, Fits], holed: Mapping[str, set[date]], rule: HedgeRule) -> HedgeDay:
    """A window with a hole has its numbers and decides nothing."""
    none = Fit(None, None)
    qqq, gld, igv, dxy = (by_id[id_].get(day, none) for id_ in OTHERS)
    stocks = none if day in holed["QQQ"] else qqq
    gold = None if day in holed["GLD"] else gld.corr
    return HedgeDay(day, qqq.beta, qqq.corr, gld.corr, igv.corr, dxy.corr, label(stocks.beta, stocks.corr, gold, rule))


def _holed(days: Sequence[date], window: int, rule: HedgeRule) -> set[date]:
    """The days whose window steps over a time without closes in common, or over too many single days."""
    found: set[date] = set()
    lost = [0, *accumulate(_sessions_between(a, b) for a, b in pairwise(days))]
    for at, (a, b) in enumerate(pairwise(days), 1):
        if (b - a).days > rule.gap_days:
            found.update(days[at : at + window])
        if at >= window and lost[at] - lost[at - window] > window * rule.lost_pct / 100:
            found.add(b)
    return found


def _sessions_between(a: date, b: date) -> int:
    """The days of the New York Stock Exchange between two days, neither included."""
    between = (a + timedelta(days=n) for n in range(1, (b - a).days))
    return sum(business_day("nyse", day) for day in between)


def label(beta: float | None, qqq: float | None, gld: float | None, rule: HedgeRule) -> HedgeLabel | None:
    """What bitcoin is by its beta and correlation to QQQ and its correlation to gold; `None` where that is not known.

    Gold is asked only where stocks alone do not decide it.
    """
    if beta is None or qqq is None:
        return None
    if beta >= rule.high_beta and qqq >= rule.high_corr:
        return "high beta"
    if qqq > rule.hedge_qqq:
        return "its own"
    if gld is None:
        return None
    return "hedge" if gld >= rule.hedge_gold else "its own"


def _readings(known: Known, id_: str, pair: Common, fits: Fits, window: int, rule: HedgeRule) -> list[Reading]:
    """Beta and correlation over the last window, with the closes at its ends as inputs."""
    name = f"{id_.lower()}.{window}d"
    names = (f"hedge.beta.{name}", f"hedge.corr.{name}")
    if not fits:
        lacking = [one for one in (OURS, id_) if known.last(one) is None]
        why = f"{len(pair.days)} closes in common, of {window + 1} needed"
        said = f"not known: {', '.join(lacking)}" if lacking else why
        return [unknown(known, one, "", lacking or (OURS, id_), said) for one in names]
    days = pair.days[-window - 1 :]
    ends = [Used(one, point) for one in (OURS, id_) for day in (days[0], days[-1]) if (point := known.on(one, day))]
    gaps = [(a, b) for a, b in pairwise(days) if (b - a).days > rule.gap_days]
    holes = [Note("lacks", f"no close in common from {a} to {b}") for a, b in gaps]
    if not holes and days[-1] in _holed(days, window, rule):
        holes = [Note("lacks", f"no close in common on more than {rule.lost_pct:g} % of the trading days")]
    found = []
    for one, what, value in zip(names, ("beta", "correlation"), fits[days[-1]], strict=True):
        still = "one of the two has not moved"
        said = f"{what} to {OTHERS[id_]} {value:+.2f}" if value is not None else f"no {what} to {OTHERS[id_]}: {still}"
        words: list[str | Note] = [said, Note("span", f"{window} returns, {days[0]} to {days[-1]}"), *holes]
        formula = f"{what} of log returns of {OURS} to those of {id_}, on days that have both"
        quality: Quality | None = "partial" if holes else None
        made = reading(one, value, "", known, ends, period=days[-1], quality=quality, words=words, formula=formula)
        found.append(as_of(made, known, (OURS, id_), days[-1]))
    return found


def _label(readings: Sequence[Reading], windows: Sequence[HedgeWindow], rule: HedgeRule) -> Reading:
    """The label of the window that decides it, and what the other one says."""
    decides = f".{rule.label_days}d"
    asked = [f"hedge.{what}{decides}" for what in ("beta.qqq", "corr.qqq", "corr.gld")]
    by_name = {one.name: one for one in readings}
    parts = [by_name[name] for name in asked]
    newest = {one.days: one.history[-1] for one in windows if one.history}
    day = newest.get(rule.label_days)
    words: list[str | Note] = [Note("part", word) for part in parts for word in part.said("says")]
    others = [f"over {n} days: {one.label}" for n, one in newest.items() if n != rule.label_days and one.label]
    value = day.label if day else None
    decide = parts
    if value is None:
        lacking = [word for part in parts for word in (part.words if part.value is None else part.said("lacks"))]
        words = list(dict.fromkeys(lacking or [f"gold has no close in common of {day.day if day else 'any day'}"]))
    elif value == "high beta" or _over(parts[1], rule.hedge_qqq):
        decide = parts[:2]
    return derived(
        "hedge.label",
        value,
        "",
        decide,
        period=day.day if day else None,
        band=value or "",
        words=(*words, *(Note("part", other) for other in others)),
        formula=f"over {rule.label_days} days: high beta from {rule.high_beta:g} with correlation from "
        f"{rule.high_corr:g}; hedge to {rule.hedge_qqq:g} with gold from {rule.hedge_gold:g}; else its own",
    )


def _over(part: Reading, threshold: float) -> bool:
    """Stocks alone decide there, and gold is not asked."""
    return isinstance(part.value, float) and part.value > threshold
