"""Tests of a price level: how often it was touched from above, and whether it held, by the closes of days in UTC.

A test begins with a low of at most `touch_pct` above the level, after a close of at least `away_pct` above it since the
last touch. It is decided by closes, that of the same day included, for it follows the low: it holds with `hold_days` of
them in a row at the level or over it, and fails with one more than `fail_pct` under it. Until then it is open, and
another touch belongs to it. A day whose close is not known, or that has not ended, breaks a row; a low so far today is
a low.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from feeds.signals._reading import last_used, reading, unread
from feeds.signals.lines import unknown
from feeds.signals.thresholds import LevelRule
from feeds.topics.base import Reading
from feeds.topics.regime import Level, LevelDay, LevelTest, Outcome
from feeds.vintages import Known, Point

CLOSE, LOW = "BTC", "BTC.LOW"
DAY = timedelta(days=1)


class _Day(Struct, frozen=True):
    """One day: its low, its close once it has ended, and since when what is known of it is."""

    day: date
    low: float | None
    close: float | None
    known_ms: int


class _Open(Struct):
    """A test as it goes on."""

    days: list[_Day] = []
    run: int = 0

    def take(self, day: _Day, level: float, rule: LevelRule) -> Outcome:
        """Take the next day with any number, and say what it comes to."""
        if self.days and day.day - self.days[-1].day != DAY:
            self.run = 0
        self.days.append(day)
        if day.close is None:
            self.run = 0
            return "open"
        self.run = self.run + 1 if day.close >= level else 0
        if day.close < _under(level, rule.fail_pct):
            return "failed"
        return "held" if self.run >= rule.hold_days else "open"

    def test(self, level: float, outcome: Outcome) -> LevelTest:
        """What there is to say of it."""
        lows = [low for day in self.days if (low := _lowest(day)) is not None]
        return LevelTest(
            self.days[0].day,
            self.days[-1].day,
            self.days[-1].known_ms,
            min(lows),
            min(lows) < level,
            sum(day.close is not None and day.close < level for day in self.days),
            self.run,
            outcome,
            tuple(LevelDay(day.day, day.low, day.close) for day in self.days),
        )


def _under(level: float, pct: float) -> float:
    return level * (100 - pct) / 100


def _over(level: float, pct: float) -> float:
    return level * (100 + pct) / 100


def _lowest(day: _Day) -> float | None:
    """The low, or where it is not known the close, under which it cannot have been."""
    return day.low if day.low is not None else day.close


def _days(known: Known) -> Iterator[_Day]:
    """Every day of which anything is known. What has not closed is no close."""
    lows = {point.period: point for point in known.points(LOW)}
    closes = {point.period: point for point in known.points(CLOSE) if not point.provisional}
    for day in sorted(lows.keys() | closes.keys()):
        low, close = lows.get(day), closes.get(day)
        there: list[Point] = [point for point in (low, close) if point]
        yield _Day(
            day, low.value if low else None, close.value if close else None, max(point.known_ms for point in there)
        )


def level_tests(days: Sequence[_Day], level: float, rule: LevelRule) -> tuple[list[LevelTest], bool, int]:
    """All tests, oldest first; whether a touch would begin another; and the days on which one may have been missed."""
    found: list[LevelTest] = []
    ready, going, blind = False, None, 0
    for day in days:
        low = _lowest(day)
        touched = low is not None and low <= _over(level, rule.touch_pct)
        if touched and ready and going is None:
            going = _Open()
        ready = ready and not touched
        blind += ready and day.low is None
        if going is not None:
            outcome = going.take(day, level, rule)
            if outcome != "open":
                found.append(going.test(level, outcome))
                going = None
        ready = ready or (day.close is not None and day.close >= _over(level, rule.away_pct))
    if going is not None:
        found.append(going.test(level, "open"))
    return found, ready, blind


def levels(known: Known, rule: LevelRule) -> tuple[Level, ...]:
    """Each of the levels with its tests."""
    days = list(_days(known))
    return tuple(_level(known, days, level, rule) for level in rule.levels_usd)


def _level(known: Known, days: Sequence[_Day], level: float, rule: LevelRule) -> Level:
    tests, ready, blind = level_tests(days, level, rule)
    held = [test for test in _standing(tests) if test.outcome == "held"]
    counts = held[1].last if len(held) > 1 else None
    return Level(level, tuple(tests), _readings(known, level, tests, (ready, blind), rule), ready, counts)


def _standing(tests: Sequence[LevelTest]) -> list[LevelTest]:
    """The tests since the level last failed."""
    failed = [at for at, test in enumerate(tests) if test.outcome == "failed"]
    return list(tests[failed[-1] + 1 if failed else 0 :])


def _readings(
    known: Known, level: float, tests: Sequence[LevelTest], now: tuple[bool, int], rule: LevelRule
) -> tuple[Reading, ...]:
    """How many tests there were, how many held, and how many of these since the level last failed."""
    at = f"level.{level:.0f}" if level == int(level) else f"level.{level}"
    kinds = {
        "tests": "touches from above",
        "held": "tests that held",
        "held_in_row": "tests that held since one failed",
    }
    if wait := unread(known, (CLOSE, LOW)):
        return tuple(reading(f"{at}.{kind}", None, "", known, words=wait) for kind in kinds)
    first = min((points[0].period for id_ in (CLOSE, LOW) if (points := known.points(id_))), default=None)
    if first is None:
        return tuple(unknown(known, f"{at}.{kind}", "", [CLOSE], "no close of bitcoin is known") for kind in kinds)
    ready, blind = now
    words = [_told(test) for test in reversed(tests[-3:])]
    words += (
        [f"the low of {blind} {'day is' if blind == 1 else 'days is'} not known: a test may have been missed"]
        if blind
        else []
    )
    touch, away = _over(level, rule.touch_pct), _over(level, rule.away_pct)
    words.append(f"a low of ${touch:,.0f} is a test" if ready else f"no test before a close of ${away:,.0f}")
    row = sum(test.outcome == "held" for test in _standing(tests))
    failed = [test.last for test in tests if test.outcome == "failed"]
    since = f"since it failed on {failed[-1]}" if failed else f"since {first}"
    said = [
        f"{row} held {since}: {'the second counts, and is there' if row > 1 else 'the second is the one that counts'}"
    ]
    counts = {"tests": len(tests), "held": sum(test.outcome == "held" for test in tests), "held_in_row": row}
    return tuple(
        reading(
            f"{at}.{kind}",
            float(counts[kind]),
            "",
            known,
            [*last_used(known, CLOSE), *last_used(known, LOW)],
            quality="floor" if blind else None,
            words=words if kind == "tests" else said + words,
            formula=f"{formula}, since {first}" if kind != "held_in_row" else formula,
            missing=[LOW] if known.last(LOW) is None else [],
        )
        for kind, formula in kinds.items()
    )


def _told(test: LevelTest) -> str:
    """A test in words: touched in the day is one thing, closed under another."""
    if test.closed_under:
        under = f"closed under it on {test.closed_under} {'day' if test.closed_under == 1 else 'days'}"
    elif test.touched_under:
        under = "traded under it, never closed under"
    else:
        under = "never under it"
    decided = {"held": f"held on {test.last}", "failed": f"failed on {test.last}"}
    ends = decided.get(
        test.outcome, f"open, {test.run} {'close' if test.run == 1 else 'closes'} in a row at or over it"
    )
    return f"test of {test.first}: low ${test.low:,.0f}, {under}, {ends}"
