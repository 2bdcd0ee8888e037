"""The regime from liquidity and risk appetite: what it is, since when, and what it takes to change it."""

from collections.abc import Sequence

from feeds.signals._reading import reading, unread
from feeds.signals.drivers import drivers
from feeds.signals.lines import unknown
from feeds.signals.money import custody, money
from feeds.signals.past import Rows
from feeds.signals.regime_flips import LIQUIDITY, RISK, flips
from feeds.signals.thresholds import DriversRule, RegimeRule
from feeds.signals.weeks import WEEK, Close, timeline
from feeds.topics.base import Reading
from feeds.topics.regime import Regime, RegimeWeek
from feeds.vintages import Known

READ = ("WALCL", "WDTGAL", "RRPONTSYD", "VIXCLS", "MOVE", "BAMLH0A0HYM2", "BAMLC0A0CM", "NFCI")
"""What the label looks back on."""


def regime(known: Known, rows: Rows, rule: DriversRule, weekly: RegimeRule) -> Regime:
    """The page. `rows`: all rows of a series, such as `Vintages.rows`; what became known after `known` is left out."""
    closes = timeline(rows, known.as_of_ms, rule, weekly)
    weeks = tuple(close.week for close in closes)
    chain, parts = drivers(known, rule)
    return Regime(
        _label(known, closes, weekly),
        pending(weeks, weekly),
        changed(weeks),
        flips(weeks[-1], rule, weekly) if weeks else (),
        weeks,
        chain,
        parts,
        money(known, rule),
        custody(known, rule),
    )


def _label(known: Known, closes: Sequence[Close], rule: RegimeRule) -> Reading:
    """The label that holds, of the newest weekly close."""
    name = "regime.label"
    if wait := unread(known, READ):
        return reading(name, None, "", known, words=wait)
    if not closes:
        return unknown(known, name, "", ["WALCL"], "no week has closed: Fed assets are not known")
    week, used, missing = closes[-1]
    since = week.day
    for close in reversed(closes):
        if close.week.label != week.label:
            break
        since = close.week.day
    words = [f"{week.label} since the weekly close of {since}", _side(LIQUIDITY, week.liquidity, week.netliq, " %")]
    words.append(_side(RISK, week.risk, week.z, ""))
    if week.parts < 5:
        words.append(f"risk appetite from {week.parts} of 5 parts")
    if said := pending([close.week for close in closes], rule):
        words.append(said)
    return reading(
        name,
        week.label,
        "",
        known,
        used,
        period=week.day,
        band=week.label,
        words=words,
        formula=f"liquidity and risk appetite at weekly closes; a change needs {rule.closes}",
        missing=missing,
    )


def _side(label: str, push: int | None, value: float | None, unit: str) -> str:
    return f"{label} not known" if push is None else f"{label} {_shown(value, unit)}: {_push(push)}"


def pending(weeks: Sequence[RegimeWeek], rule: RegimeRule) -> str:
    """What the newest closes say that has not been confirmed yet."""
    if not weeks or weeks[-1].raw == weeks[-1].label:
        return ""
    newest, times = weeks[-1], 1
    for at in range(len(weeks) - 1, 0, -1):
        if weeks[at - 1].raw != newest.raw or weeks[at].day - weeks[at - 1].day != WEEK:
            break
        times += 1
    return f"{newest.raw} at {times} of {rule.closes} weekly closes"


def changed(weeks: Sequence[RegimeWeek]) -> tuple[str, ...]:
    """What the newest close changed against the one before it."""
    if len(weeks) < 2:
        return ()
    before, now = weeks[-2], weeks[-1]
    words = [
        f"{label} {_shown(was, unit)} → {_shown(is_, unit)}"
        for label, was, is_, unit in ((LIQUIDITY, before.netliq, now.netliq, " %"), (RISK, before.z, now.z, ""))
        if was != is_
    ]
    for label, was, is_ in (("liquidity", before.liquidity, now.liquidity), ("risk", before.risk, now.risk)):
        if was != is_:
            words.append(f"push of {label} {_push(was)} → {_push(is_)}")
    if before.label != now.label:
        words.append(f"regime {before.label} → {now.label}")
    return (f"since the close of {before.day}:", *words) if words else (f"nothing since the close of {before.day}",)


def _shown(value: float | None, unit: str) -> str:
    return "--" if value is None else f"{value:+.2f}{unit}"


def _push(push: int | None) -> str:
    return "--" if push is None else f"{push:+d}" if push else "0"
