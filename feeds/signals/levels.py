"""Tests of a price level: how often it was touched from above, and whether it held, by the closes of days in UTC.

A test begins with a low of at most `touch_pct` above the level, after a close of at least `away_pct` above it since the
last touch. It is decided by closes, that of the same day included, for it follows the low: it holds with `hold_days` of
them in a row at the level or over it, and fails with one more than `fail_pct` under it. Until then it is open, and
another touch belongs to it. A day whose close is not known, or that has not ended, breaks a row; a low so far today is
a low.

A day without its low, or without its close, may hide a test, so that counts are floors. A close that is not known and
may have been a failure is more: from there on a test that held is not counted until the level has been left behind,
for it may belong to one that had failed.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from msgspec import Struct

from feeds.signals._reading import last_used, reading, unread
from feeds.signals.lines import unknown
from feeds.signals.thresholds import LevelRule
from feeds.topics.base import Note, Reading
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
    sure: bool = True

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
            self.sure,
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


class _Course(Struct):
    """What the days come to.

    `blind`: days on which a test may have been missed; `lost`: those on which a failure may have been, newest last.
    `ready`: a touch now would be a test.
    """

    tests: list[LevelTest] = []
    ready: bool = False
    blind: int = 0
    lost: list[date] = []

    def standing(self) -> list[LevelTest]:
        """The tests that held for sure since the level last failed, or may have."""
        since = max([*(test.last for test in self.tests if test.outcome == "failed"), *self.lost], default=date.min)
        return [test for test in self.held() if test.first > since]

    def held(self) -> list[LevelTest]:
        """The tests that held for sure."""
        return [test for test in self.tests if test.sure and test.outcome == "held"]


def level_tests(days: Sequence[_Day], level: float, rule: LevelRule) -> _Course:
    """All tests, oldest first, and what can have been missed."""
    course = _Course()
    going: _Open | None = None
    doubt, run = False, 0
    for at, day in enumerate(days):
        gone = (day.day - days[at - 1].day).days - 1 if at else 0
        closed = day.close is not None or at == len(days) - 1  # the newest has only not ended yet
        low = _lowest(day)
        if gone or (not closed and (day.low is None or day.low < _under(level, rule.fail_pct))):
            course.lost.append(day.day if not closed else day.day - DAY)
            doubt = True
        run = 0 if gone or day.close is None or day.close < level else run + 1
        touched = low is not None and low <= _over(level, rule.touch_pct)
        if touched and course.ready and going is None:
            going = _Open(sure=not doubt)
        course.ready = course.ready and not touched
        course.blind += gone + (not closed or (course.ready and day.low is None))
        if going is not None:
            going.sure = going.sure and not doubt
            outcome = going.take(day, level, rule)
            if outcome != "open":
                course.tests.append(going.test(level, outcome))
                going = None
        if day.close is not None and day.close >= _over(level, rule.away_pct):
            course.ready = True
            doubt = doubt and (going is not None or run < rule.hold_days)
    if going is not None:
        course.tests.append(going.test(level, "open"))
    return course


def levels(known: Known, rule: LevelRule) -> tuple[Level, ...]:
    """Each of the levels with its tests."""
    if wait := unread(known, (CLOSE, LOW)):
        return tuple(
            Level(level, (), _none(known, level, *wait), ready=False, counts=None) for level in rule.levels_usd
        )
    days = list(_days(known))
    return tuple(_level(known, days, level, rule) for level in rule.levels_usd)


def _level(known: Known, days: Sequence[_Day], level: float, rule: LevelRule) -> Level:
    course = level_tests(days, level, rule)
    standing = course.standing()
    counts = standing[1].last if len(standing) > 1 else None
    return Level(level, tuple(course.tests), _readings(known, level, course, rule), course.ready, counts)


KINDS = {
    "tests": "touches from above",
    "held": "tests that held",
    "held_in_row": "tests that held since one failed: the count of the rule",
}


def _name(level: float) -> str:
    return f"level.{level:.0f}" if level == int(level) else f"level.{level}"


def _none(known: Known, level: float, *why: Note | str) -> tuple[Reading, ...]:
    missing = () if any(isinstance(one, Note) for one in why) else (CLOSE,)
    return tuple(unknown(known, f"{_name(level)}.{kind}", "", missing, *why) for kind in KINDS)


def _readings(known: Known, level: float, course: _Course, rule: LevelRule) -> tuple[Reading, ...]:
    """How many tests there were, how many held, and how many of these since the level last failed."""
    first = min((points[0].period for id_ in (CLOSE, LOW) if (points := known.points(id_))), default=None)
    if first is None:
        return _none(known, level, "no close of bitcoin is known")
    at, tests, held, row = _name(level), len(course.tests), len(course.held()), len(course.standing())
    rest = [*(Note("part", _told(test)) for test in reversed(course.tests[-3:])), *_missed(course)]
    touch, away = _over(level, rule.touch_pct), _over(level, rule.away_pct)
    rest.append(
        Note(
            "needs", f"a low of ${touch:,.0f} is a test" if course.ready else f"no test before a close of ${away:,.0f}"
        )
    )
    counts = {"tests": tests, "held": held, "held_in_row": row}
    second = "the second counts, and is there" if row > 1 else "the second is the one that counts"
    counted = f"{row} held {_since(course, first)}: {second}"
    says: dict[str, list[str | Note]] = {
        "tests": [],
        "held": [f"{held} of {tests} held since {first}, which is not the count of the rule", Note("part", counted)],
        "held_in_row": [counted],
    }
    return tuple(
        reading(
            f"{at}.{kind}",
            float(counts[kind]),
            "",
            known,
            [*last_used(known, CLOSE), *last_used(known, LOW)],
            quality="floor" if course.blind or course.lost else None,
            words=[*says[kind], *rest],
            formula=f"{formula}, since {first}" if kind != "held_in_row" else formula,
            missing=[LOW] if known.last(LOW) is None else [],
        )
        for kind, formula in KINDS.items()
    )


def _since(course: _Course, first: date) -> str:
    """Since when tests that held are counted in a row."""
    failed = max((test.last for test in course.tests if test.outcome == "failed"), default=None)
    lost = course.lost[-1] if course.lost else None
    if lost and (failed is None or lost > failed):
        return f"since {lost}, of which the close is not known"
    return f"since it failed on {failed}" if failed else f"since {first}"


def _missed(course: _Course) -> list[Note]:
    """What may have been missed on days of which a number is not known."""
    said = []
    if course.blind:
        days = "1 day is" if course.blind == 1 else f"{course.blind} days are"
        said.append(Note("lacks", f"the low or the close of {days} not known: a test may have been missed"))
    if course.lost:
        said.append(Note("lacks", f"the close of {course.lost[-1]} is not known: it may have failed then"))
    return said


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
