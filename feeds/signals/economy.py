"""Inflation, rates and growth: the drivers that come before the money itself."""

from msgspec.structs import replace

from feeds.signals._reading import Used, derived, reading, unread
from feeds.signals.by_date import PLACES, month, months_before, why_missing
from feeds.signals.knowledge import bounds, holds
from feeds.signals.lines import (
    change,
    difference,
    ends_of,
    high_is_good,
    less,
    level,
    low_is_good,
    number,
    push,
    unknown,
)
from feeds.signals.over_months import over_months
from feeds.signals.thresholds import DriversRule
from feeds.topics.base import Note, Reading
from feeds.topics.regime import Driver
from feeds.vintages import Known

CORE = "CPILFESL"


def inflation(known: Known, rule: DriversRule) -> Driver:
    """Whether core prices rise slower than over the year, or faster."""
    core = over_months(known, "inflation.core.yoy", CORE, "core CPI", 12)
    lately = over_months(known, "inflation.core.3m", CORE, "core CPI", 3)
    gap = _gap(known, lately, core)
    return _driver(
        "inflation",
        push(
            "inflation",
            gap,
            low_is_good(bounds(gap), -rule.core_gap_pct, rule.core_gap_pct),
            ("heating", "steady", "cooling"),
            f"core CPI, 3 months annualised less the year: +1 at -{rule.core_gap_pct:g}, -1 at +{rule.core_gap_pct:g}",
        ),
        over_months(known, "inflation.cpi.yoy", "CPIAUCSL", "CPI", 12),
        core,
        lately,
        over_months(known, "inflation.core_pce.yoy", "PCEPILFE", "core PCE", 12),
        level(known, "inflation.breakeven.10y", "T10YIE", "breakeven, 10 years", "%"),
        level(known, "inflation.breakeven.5y5y", "T5YIFR", "5 years in 5 years", "%"),
    )


def _gap(known: Known, lately: Reading, core: Reading) -> Reading:
    """How far the last 3 months, annualised, are from the year; there is none without either."""
    name, fast, slow = "inflation.core.gap", number(lately), number(core)
    if fast is None or slow is None:
        notes = dict.fromkeys(note for one in (lately, core) if one.value is None for note in one.notes)
        return derived(name, None, "points", (lately, core), words=list(notes), missing=[CORE])
    value = round(fast - slow, PLACES)
    within = less(ends_of(lately, fast), ends_of(core, slow))
    said = f"{abs(value):.2f} points {'under' if value < 0 else 'over'} the year"
    if within.least < within.most:
        said += f", between {within.least:+.2f} and {within.most:+.2f}"
    return derived(
        name,
        value,
        "points",
        (lately, core),
        period=core.period,
        words=[said, *_parts(lately), *_parts(core)],
        formula="3 months annualised - year",
        bounds=within,
    )


def _parts(of: Reading) -> list[Note]:
    """What a part of a number says, as a part of it."""
    return [Note("part" if note.kind == "says" else note.kind, note.text) for note in of.notes]


def rates(known: Known, rule: DriversRule) -> Driver:
    """Whether money has become dearer in real terms; and what the market thinks the Fed will do."""
    moved = change(known, "rates.real_10y.13w", "DFII10", "real 10-year yield", "points", rule.nearest_days)
    return _driver(
        "rates",
        push(
            "rates",
            moved,
            low_is_good(bounds(moved), -rule.real_10y_pct, rule.real_10y_pct),
            ("tightening", "steady", "easing"),
            f"13-week change of the real 10-year yield: +1 at -{rule.real_10y_pct:g}, -1 at +{rule.real_10y_pct:g}",
        ),
        _priced(known),
        level(known, "rates.real_10y", "DFII10", "real yield, 10 years", "%"),
        moved,
        level(known, "rates.real_5y", "DFII5", "real yield, 5 years", "%"),
        level(known, "rates.30y", "DGS30", "yield, 30 years", "%"),
        difference(known, "rates.curve", ("DGS10", "DGS2"), "10 years less 2", "bp", times=100),
    )


def _priced(known: Known) -> Reading:
    """The 2-year yield over the rate of today: what is priced of hikes, or of cuts."""
    found = difference(known, "rates.2y_effr", ("DGS2", "EFFR"), "2 years less EFFR", "bp", times=100)
    over, under = (holds(found, sign, 0) for sign in (">", "<"))
    if over is None or under is None:
        return found
    return replace(found, band="hikes priced" if over else "cuts priced" if under else "nothing priced")


def growth(known: Known, rule: DriversRule) -> Driver:
    """How fast the economy grows, by the Chicago Fed; with substitutes for the purchasing managers, who sell theirs."""
    mean = _mean_3m(known)
    return _driver(
        "growth",
        push(
            "growth",
            mean,
            high_is_good(bounds(mean), rule.cfnai_down, rule.cfnai_up),
            ("below trend", "near trend", "above trend"),
            f"3-month mean of CFNAI: +1 at {rule.cfnai_up:+g}, -1 at {rule.cfnai_down:+g}",
        ),
        level(known, "growth.gdpnow", "GDPNOW", "GDPNow", "% a year"),
        mean,
        level(known, "growth.philadelphia", "GACDFSA066MSFRBPHI", "Philadelphia Fed, a substitute for PMI", "index"),
        level(known, "growth.new_york", "GACDISA066MSFRBNY", "New York Fed, a substitute for PMI", "index"),
        level(known, "growth.claims", "ICSA", "jobless claims", "thousand", 1000),
        _payrolls(known),
    )


def _mean_3m(known: Known) -> Reading:
    """CFNAI's mean of exactly three months in a row."""
    name, id_ = "growth.cfnai.3m", "CFNAI"
    if wait := unread(known, [id_]):
        return unknown(known, name, "index", (), *wait)
    last = known.last(id_)
    if last is None:
        return unknown(known, name, "index", [id_], "CFNAI: not known")
    months = [months_before(last.period, n) for n in range(3)]
    used = [Used(id_, point) for one in months if (point := known.on(id_, one))]
    if len(used) < 3:
        lacking = next(one for one in months if known.on(id_, one) is None)
        words = f"{why_missing(id_, lacking)}: no 3-month mean of {month(last.period)}"
        return unknown(known, name, "index", [id_], words, used=used)
    value = round(sum(one.point.value for one in used) / 3, PLACES)
    words = f"CFNAI {round(value, 2) + 0.0:+.2f} over the 3 months to {month(last.period)}"
    return reading(name, value, "index", known, used, period=last.period, words=[words], formula="mean of 3 months")


def _payrolls(known: Known) -> Reading:
    """Jobs added in the newest month: its level less that of exactly the month before."""
    name, id_ = "growth.payrolls", "PAYEMS"
    if wait := unread(known, [id_]):
        return unknown(known, name, "thousand", (), *wait)
    last = known.last(id_)
    if last is None:
        return unknown(known, name, "thousand", [id_], "payrolls: not known")
    before = known.on(id_, months_before(last.period, 1))
    if before is None:
        words = f"{why_missing(id_, months_before(last.period, 1))}: no change of payrolls in {month(last.period)}"
        return unknown(known, name, "thousand", [id_], words, used=[Used(id_, last)])
    value = last.value - before.value
    used = [Used(id_, last), Used(id_, before)]
    words = f"payrolls {value:+,.0f} thousand in {month(last.period)}"
    return reading(name, value, "thousand", known, used, period=last.period, words=[words], formula="month less month")


def _driver(name: str, pushes: Reading, *values: Reading) -> Driver:
    return Driver(name, pushes.band, pushes, values)
