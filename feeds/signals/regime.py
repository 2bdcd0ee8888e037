"""The regime from liquidity and risk appetite: what it is, since when, and what it takes to change it."""

from collections.abc import Sequence

from feeds.calendars import new_york_day
from feeds.signals._reading import reading, unread
from feeds.signals.by_date import WEEKS_13
from feeds.signals.drivers import drivers
from feeds.signals.lines import as_of, unknown
from feeds.signals.liquidity import PARTS as MONEY_PARTS
from feeds.signals.money import custody, money
from feeds.signals.past import Rows
from feeds.signals.regime_flips import LIQUIDITY, RISK, between, flips
from feeds.signals.risk import PARTS
from feeds.signals.thresholds import DriversRule, RegimeRule
from feeds.signals.weeks import WEEK, Close, timeline
from feeds.topics.base import Note, Reading
from feeds.topics.regime import Regime, RegimeWeek
from feeds.vintages import Known

NAME = "regime.label"
UNTOLD = "cannot be told"
STANDS = WEEKS_13
"""For so long a label stands as of its close: after that no number of it is in the newest changes any more."""
READ = (*MONEY_PARTS, *PARTS)
"""What the weekly closes look back on."""


def regime(known: Known, rows: Rows, rule: DriversRule, weekly: RegimeRule) -> Regime:
    """The page. `rows`: all rows of a series, such as `Vintages.rows`; what became known after `known` is left out."""
    wait = unread(known, READ)
    closes = [] if wait else timeline(rows, known.as_of_ms, rule, weekly)
    weeks = tuple(close.week for close in closes)
    chain, parts = drivers(known, rule)
    return Regime(
        unknown(known, NAME, "", (), *wait) if wait else _label(known, closes, weekly),
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
    """The label that holds, of the newest weekly close after which it can be told."""
    if not closes:
        return unknown(known, NAME, "", ["WALCL"], "no week has closed: Fed assets are not known")
    newest = closes[-1]
    at = next((at for at in range(len(closes) - 1, -1, -1) if _told(closes[at].week)), None)
    if at is None or new_york_day(known.as_of_ms) - closes[at].week.day > STANDS:
        why = _untold(newest.week, known) if at is None else _stands(closes[at].week, newest.week, known)
        return unknown(
            known, NAME, "", newest.missing, *why, *_sides(newest.week), *_parts(newest.week), used=newest.used
        )
    week, used, missing = closes[at]
    words = [_since(closes[: at + 1])] if newest.week is week else _stands(week, newest.week, known)
    words += [*_sides(week), *_parts(week)]
    if said := pending([close.week for close in closes], rule):
        words.append(Note("needs", said))
    found = reading(
        NAME,
        week.label,
        "",
        known,
        used,
        period=week.day,
        quality=None if newest.week is week else "partial",
        band=week.label or "",
        words=words,
        formula=f"liquidity and risk appetite at weekly closes; a change needs {rule.closes}",
        missing=[*missing, *(newest.missing if newest.week is not week else ())],
    )
    return as_of(found, known, ["WALCL"], week.day)


def _told(week: RegimeWeek) -> bool:
    return week.raw is not None and week.label is not None


def _since(closes: Sequence[Close]) -> Note:
    """Since which close the label has held without one that cannot be told."""
    label, first = closes[-1].week.label, len(closes) - 1
    while first and closes[first - 1].week.label == label:
        first -= 1
    longer = " or before" if first and closes[first - 1].week.label is None else ""
    return Note("since", f"{label} since the weekly close of {closes[first].week.day}{longer}")


def _stands(week: RegimeWeek, newest: RegimeWeek, known: Known) -> list[Note]:
    """That the label is of an earlier close, and why the newest says nothing."""
    return [Note("older", f"{week.label} as of the close of {week.day}"), *_untold(newest, known)]


def _untold(week: RegimeWeek, known: Known) -> list[Note]:
    """Why nothing can be told after that close."""
    if week.raw is not None:
        others = "closes before it that cannot be told may have changed the regime"
        return [Note("lacks", f"the close of {week.day} says {week.raw}; {others}")]
    lacks = [side.text for side in _sides(week) if side.kind == "lacks"]
    return [Note("lacks", f"the close of {week.day} cannot be told: {'; '.join(lacks)}")]


def _sides(week: RegimeWeek) -> list[Note]:
    """What liquidity and risk appetite came to at that close."""
    found = [_side(LIQUIDITY, week.liquidity, _shown(week.netliq, " %"), known=week.netliq is not None)]
    return [*found, _side(RISK, week.risk, _z(week), known=week.z is not None)]


def _z(week: RegimeWeek) -> str:
    return _shown(week.z, "") if week.z_least is None else between(week)


def _parts(week: RegimeWeek) -> list[Note]:
    """Of how many parts risk appetite was, where it was not of all."""
    count = len(PARTS)
    return [Note("lacks", f"risk appetite from {week.parts} of {count} parts")] if week.parts < count else []


def _side(label: str, push: int | None, said: str, *, known: bool) -> Note:
    if not known:
        return Note("lacks", f"{label} not known")
    return (
        Note("lacks", f"{label} {said}: no push can be told")
        if push is None
        else Note("part", f"{label} {said}: {_push(push)}")
    )


def pending(weeks: Sequence[RegimeWeek], rule: RegimeRule) -> str:
    """What the newest closes say that has not been confirmed yet."""
    if not weeks or not _told(weeks[-1]) or weeks[-1].raw == weeks[-1].label:
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
        f"{label} {was} → {is_}"
        for label, was, is_ in (
            (LIQUIDITY, _shown(before.netliq, " %"), _shown(now.netliq, " %")),
            (RISK, _z(before), _z(now)),
        )
        if was != is_
    ]
    for label, was, is_ in (("liquidity", before.liquidity, now.liquidity), ("risk", before.risk, now.risk)):
        if was != is_:
            words.append(f"push of {label} {_push(was)} → {_push(is_)}")
    if before.label != now.label:
        words.append(f"regime {before.label or UNTOLD} → {now.label or UNTOLD}")
    return (f"since the close of {before.day}:", *words) if words else (f"nothing since the close of {before.day}",)


def _shown(value: float | None, unit: str) -> str:
    return "--" if value is None else f"{value:+.2f}{unit}"


def _push(push: int | None) -> str:
    return "--" if push is None else f"{push:+d}" if push else "0"
