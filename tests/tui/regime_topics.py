"""Topics of the regime pane written by hand: a squeeze has armed the verdict, and nobody has answered it yet."""

from datetime import date, timedelta
from typing import Any

from feeds.topics import Input, Note, Reading, noted
from feeds.topics.dollar import DollarExit, Fragility, Unpublished
from feeds.topics.hedge import Hedge
from feeds.topics.regime import (
    Change,
    Driver,
    Flip,
    Level,
    LevelDay,
    LevelTest,
    Money,
    MoneyWeek,
    Noted,
    Regime,
    RegimeWeek,
    RiskPart,
    Trigger,
    Verdict,
)
from feeds.topics.scenarios import Cell, Evidence, Scenario, Scenarios
from tests.tui.hosted import NOW

HOUR, DAY = 3_600_000, 86_400_000
FRIDAY, WEDNESDAY = date(2025, 3, 7), date(2025, 3, 5)


def reading(name: str, value: float | str | None, unit: str = "", *words: str | Note, **more: Any) -> Reading:
    """A fresh reading of last Friday that was known 5 h ago, of one input of the New York Fed's."""
    if value is None:
        return Reading(name, None, unit, notes=noted(words or ("not known",), "why"), missing=("X",), **more)
    given = Input("SOFR", FRIDAY, 4.31, NOW - 5 * HOUR, "nyfed")
    made: dict[str, Any] = {
        "period": FRIDAY,
        "known_ms": NOW - 5 * HOUR,
        "state": "fresh",
        "notes": noted(words or (f"words of {name}",)),
        "formula": f"formula of {name}",
        "inputs": (given,),
    }
    return Reading(name, value, unit, **(made | more))


def trigger(name: str, label: str, value: float | str | None, limit: float | None, **more: Any) -> Trigger:
    """A trigger; its distance follows from value and limit."""
    away = round(limit - value, 6) if limit is not None and isinstance(value, float) else None
    made: dict[str, Any] = {
        "name": name,
        "arms": name in ("move", "oil", "stress"),
        "label": label,
        "reading": reading(f"verdict.{name}", value, "" if name in ("move", "oil", "stress") else "$bn"),
        "sign": "" if limit is None else ">" if name == "move" else ">=",
        "threshold": limit,
        "distance": away,
        "on": away is not None and away <= 0,
        "last": None,
    }
    return Trigger(**(made | more))


TRIGGERS = (
    trigger("move", "MOVE", 134.5, 130.0, last=FRIDAY),
    trigger("oil", "oil shock", "no shock", None, on=False),
    trigger("stress", "repo stress", 41.0, 75.0, last=date(2024, 12, 31)),
    trigger("assets", "Fed assets", 13.4, 100.0),
    trigger("srf", "standing repo", 30.0, 50.0, last=date(2020, 4, 2)),
    trigger("primary", "primary credit", 0.04, 50.0),
)
ARMING = "MOVE closed at 134.50 on 2025-03-07"
CHANGES = (
    Change(date(2025, 1, 6), NOW - 64 * DAY, "NO-TRADE", "ARMED", "stress", "repo stress 88.0 on 2024-12-31"),
    Change(date(2025, 2, 4), NOW - 35 * DAY, "ARMED", "NO-TRADE", "stress", "20 business days without a trigger"),
    Change(FRIDAY, NOW - 5 * HOUR, "NO-TRADE", "ARMED", "move", ARMING),
)
NOTES = (Noted(date(2025, 2, 19), NOW - 20 * DAY, "assets", "Fed assets +104.3 $bn in 4 weeks: nothing was armed"),)


def verdict(word: str | None = "ARMED", **more: Any) -> Verdict:
    quiet = Note("since", "3 of 20 business days without a trigger")
    says = (f"{word} since 2025-03-07: {ARMING}", quiet)
    if word is None:
        return Verdict(reading("verdict.state", None, "", "nothing that would arm it is known"), (), (), (), None)
    made: dict[str, Any] = {
        "state": reading("verdict.state", word, "", *says, band=word, period=WEDNESDAY),
        "triggers": TRIGGERS,
        "changes": CHANGES,
        "noted": NOTES,
        "quiet_days": 3,
    }
    return Verdict(**(made | more))


def driver(name: str, push: float | None, direction: str, *values: Reading) -> Driver:
    words = ("October 2024 was never published: no core CPI",) if push is None else ("why",)
    return Driver(name, direction, reading(f"driver.{name}.push", push, "", *words, band=direction), values)


DRIVERS = (
    driver("inflation", None, "", reading("inflation.cpi.yoy", 2.74, "%"), reading("inflation.core.3m", 2.73, "%")),
    driver(
        "rates", -1.0, "tightening", reading("rates.real_10y.13w", 0.26, "points"), reading("rates.curve", 32.0, "bp")
    ),
    driver("growth", 0.0, "near trend", reading("growth.cfnai.3m", -0.12, "index")),
    driver(
        "liquidity",
        1.0,
        "rising",
        reading("netliq.level", 5898.748, "$bn", period=WEDNESDAY),
        reading("netliq.13w", 2.147969, "%", period=WEDNESDAY),
    ),
    driver("risk", 0.0, "neutral", reading("risk.z", 0.38, "z", quality="partial")),
)
PARTS = (
    RiskPart("VIXCLS", "VIX", 24.87, 1.21, FRIDAY, 1095),
    RiskPart("MOVE", "MOVE", None, None, None, 0, "not known"),
)


def weeks(*labels: str | None, first: date = date(2015, 1, 7)) -> tuple[RegimeWeek, ...]:
    """One week after the other, each with its label."""
    return tuple(
        RegimeWeek(first + timedelta(weeks=n), NOW - DAY, label, label, 1, 0, 2.15, 0.38, 4)  # type: ignore[arg-type]
        for n, label in enumerate(labels)
    )


TIMELINE = weeks(*["mixed"] * 200, *["easy"] * 100, *["drain"] * 100, *["late"] * 100, *["repair"] * 31)
"""531 weeks up to 5 March 2025."""
MONEY = Money(
    reading("money.quadrant", "hiking while printing", "", "2-year yield +0.46 points", period=WEDNESDAY),
    (
        MoneyWeek(date(2024, 9, 4), -0.50, -1.0, -200.0, "cutting while shrinking"),
        MoneyWeek(date(2024, 12, 4), -0.25, 0.5, 100.0, "cutting while printing"),
        MoneyWeek(WEDNESDAY, 0.46, 0.80, 201.0, "hiking while printing"),
    ),
)


def regime(**more: Any) -> Regime:
    notes = (
        Note("since", "repair since the weekly close of 2024-08-07"),
        Note("part", "13-week net liquidity +2.15 %: +1"),
        Note("part", "risk appetite, mean z, +0.38: 0"),
        Note("lacks", "risk appetite from 4 of 5 parts"),
        Note("needs", "mixed at 1 of 2 weekly closes"),
    )
    label = reading("regime.label", "repair", "", notes=notes, period=WEDNESDAY, quality="partial", missing=("MOVE",))
    made: dict[str, Any] = {
        "label": label,
        "pending": "mixed at 1 of 2 weekly closes",
        "changed": ("since the close of 2025-02-26:", "13-week net liquidity +1.21 % → +2.15 %"),
        "flips": (
            Flip("mixed", (), "mixed if the next weekly closes say so again"),
            Flip("drain", (), "flips to drain if 13-week net liquidity <= -1.00 %, now +2.15 %, at 2 weekly closes"),
        ),
        "timeline": TIMELINE,
        "drivers": DRIVERS,
        "risk_parts": PARTS,
        "money": MONEY,
        "custody": reading("custody.change", -22.4, "$bn"),
    }
    return Regime(**(made | more))


def days(first: str, *pairs: tuple[float | None, float | None]) -> tuple[LevelDay, ...]:
    start = date.fromisoformat(first)
    return tuple(LevelDay(start + timedelta(days=n), low, close) for n, (low, close) in enumerate(pairs))


TESTS = (
    LevelTest(
        date(2024, 8, 5),
        date(2024, 8, 6),
        NOW - 200 * DAY,
        49_577.0,
        True,
        2,
        0,
        "failed",
        days("2024-08-05", (49_577.0, 54_018.0), (54_000.0, 56_034.0)),
    ),
    LevelTest(
        date(2024, 9, 1),
        date(2024, 9, 5),
        NOW - 180 * DAY,
        59_100.0,
        True,
        0,
        5,
        "held",
        days("2024-09-01", (59_100.0, 60_500.0), (60_100.0, 61_000.0)),
    ),
    LevelTest(
        date(2025, 3, 10),
        date(2025, 3, 12),
        NOW - HOUR,
        60_812.5,
        False,
        0,
        2,
        "open",
        days("2025-03-10", (60_812.5, 61_404.2), (None, 61_900.0), (61_200.0, None)),
    ),
)


def levels() -> tuple[Level, ...]:
    tests = (Note("part", "test of 2025-03-10: open"), Note("needs", "no test before a close of $66,000"))
    readings = (
        reading("level.60000.tests", 3.0, notes=tests),
        reading("level.60000.held", 1.0),
        reading("level.60000.held_in_row", 1.0, "", "1 held since it failed on 2024-08-06: the second counts"),
    )
    return (Level(60_000.0, TESTS, readings, False, None),)


NAMES = {"normal": "back to normal", "tollbooth": "toll booth", "blockade": "blockade", "empire": "empire strikes back"}


def evidence(name: str, label: str, parts: tuple[Reading, ...], *says: str) -> Evidence:
    """`says` of the four scenarios, in their order."""
    cells = (
        Cell(one, what, "" if what == "says nothing" else f"rule of {one}")
        for one, what in zip(NAMES, says, strict=True)
    )  # type: ignore[arg-type]
    return Evidence(name, label, parts, tuple(cells))


EVIDENCE = (
    evidence(
        "oil_label",
        "oil, 5 d label",
        (reading("oil.leg.5d", "quiet"),),
        *("contradicts", "says nothing", "contradicts", "contradicts"),
    ),
    evidence(
        "gold_dollar",
        "gold and the dollar index, 13 weeks",
        (reading("gold.13w", 11.78, "%"), reading("dxy.13w", -3.24, "%", period=date(2025, 3, 6))),
        *("says nothing", "supports", "supports", "supports"),
    ),
    evidence(
        "custody",
        "Fed custody for foreign officials, 13 weeks",
        (reading("custody.13w", None, "$bn", "custody of 2024-12-04 is not known"),),
        *["unknown"] * 4,
    ),
    evidence("btc_igv", "BTC / IGV, 20 d", (reading("btc_igv.20d", 7.09, "%"),), *["says nothing"] * 4),
)


def scenario(name: str, supports: float, contradicts: float) -> Scenario:
    counts = (
        reading(f"scenario.{name}.for", supports),
        reading(f"scenario.{name}.against", contradicts),
        reading(f"scenario.{name}.unknown", 1.0),
    )
    return Scenario(name, NAMES[name], *counts)  # type: ignore[arg-type]


def scenarios() -> Scenarios:
    found = (
        scenario("normal", 0, 1),
        scenario("tollbooth", 1, 0),
        scenario("blockade", 1, 1),
        scenario("empire", 1, 1),
    )
    counts = tuple(count for one in found for count in (one.supports, one.contradicts, one.unknown))
    return Scenarios(counts, found, EVIDENCE)


HEDGE = Hedge(
    (
        reading("hedge.beta.qqq.90d", 1.31),
        reading("hedge.corr.gld.90d", -0.16),
        reading("hedge.label", "high beta", "", "beta to Nasdaq 100 +1.31", band="high beta"),
    ),
    (),
)
DOLLAR = DollarExit(
    (
        reading("custody.change", -22.4, "$bn"),
        reading("usdhkd.strong_side.pips", 520.0, "pips"),
        reading("cips.value.yoy", None, "%", "CIPS payments by value: not known"),
    ),
    (),
)
FRAGILITY = Fragility(
    (reading("fragility.hy", 2.79, "%"), reading("fragility.top10", 39.28, "%")),
    (
        Unpublished("Oracle's credit default swaps", "quoted among dealers"),
        Unpublished("marks of private loans", "late"),
    ),
)


def topics(**more: Any) -> dict[str, Any]:
    """All of them; `more` replaces one, or leaves it out with `None`."""
    found = {
        "verdict": verdict(),
        "regime": regime(),
        "levels": levels(),
        "scenarios": scenarios(),
        "hedge": HEDGE,
        "dollar": DOLLAR,
        "fragility": FRAGILITY,
    }
    return {name: topic for name, topic in (found | more).items() if topic is not None}
