"""Topics of the drivers, the regime, the quantity and price of money, the verdict, and the levels."""

from datetime import date
from typing import Literal

from msgspec import Struct

from feeds.topics.base import Reading

RegimeLabel = Literal["easy", "repair", "late", "drain", "mixed"]
VerdictState = Literal["NO-TRADE", "ARMED", "RELEASED"]
Outcome = Literal["held", "failed", "open"]


class Driver(Struct, frozen=True):
    """One link of the chain from inflation to the price. `values`: its value line.

    `direction`: a word for where it is going, "" where that is not known. `push`: -1, 0 or +1 on bitcoin, as a reading
    whose words say why.
    """

    name: str
    direction: str
    push: Reading
    values: tuple[Reading, ...]


class RiskPart(Struct, frozen=True):
    """One part of risk appetite: its newest value, and how many standard deviations over its mean that is.

    `days`: how far back the mean goes. `note`: why `z` is missing.
    """

    series: str
    label: str
    value: float | None
    z: float | None
    period: date | None
    days: int
    note: str = ""


class MoneyWeek(Struct, frozen=True, array_like=True):
    """Quantity and price of money on one Wednesday, both as changes over 13 weeks.

    `rates`: of the 2-year yield, in percentage points. `quantity`: of Fed assets and bank credit, in percent, and in
    $bn. `corner`: its name, or "on the line" where one of them has not moved.
    """

    day: date
    rates: float
    quantity: float
    quantity_bn: float
    corner: str


class Money(Struct, frozen=True):
    """The quadrant, and the weeks that led to it, oldest first. A week that lacks a number is not among them."""

    reading: Reading
    trail: tuple[MoneyWeek, ...]


class RegimeWeek(Struct, frozen=True, array_like=True):
    """One weekly close as it was known at `known_ms`: what it said by itself, and the label that held after it.

    Both are `None` where they cannot be told: `raw` where a push is not known, `label` where closes that cannot be told
    may have changed it. `netliq`: 13-week change of net liquidity in percent; `z`: of risk appetite, from `parts` of
    five, between `z_least` and `z_most` where some are missing. `later`: a number of it was read only after that, and
    may have been another then.
    """

    day: date
    known_ms: int
    raw: RegimeLabel | None
    label: RegimeLabel | None
    liquidity: int | None
    risk: int | None
    netliq: float | None
    z: float | None
    parts: int
    z_least: float | None = None
    z_most: float | None = None
    later: bool = False


class Need(Struct, frozen=True):
    """One condition of a flip: `name` is to be `sign` ("<=", "<", ">=" or ">") the threshold; `now` it is so much.

    `distance`: how far it has to move, `None` where it is not known. `least` and `most`: between what it lies now,
    where it is not known exactly.
    """

    name: str
    sign: str
    threshold: float
    unit: str
    now: float | None
    distance: float | None
    least: float | None = None
    most: float | None = None


class Flip(Struct, frozen=True):
    """What it takes for the regime to become `label`: all of `needs`, at as many weekly closes as are left."""

    label: RegimeLabel
    needs: tuple[Need, ...]
    words: str


class Regime(Struct, frozen=True):
    """The drivers, the money behind them, and what they add up to.

    `label` is the regime as a reading, of the newest close after which it can be told. `pending`: what the newest
    closes say that has not been confirmed; "" where nothing is. `changed`: what the newest close changed. `flips`: what
    it takes, nearest first. `timeline` is oldest first, each week as it was known then; empty until the past is read.
    """

    label: Reading
    pending: str
    changed: tuple[str, ...]
    flips: tuple[Flip, ...]
    timeline: tuple[RegimeWeek, ...]
    drivers: tuple[Driver, ...]
    risk_parts: tuple[RiskPart, ...]
    money: Money
    custody: Reading


class Trigger(Struct, frozen=True):
    """What arms the verdict, or releases it: its value is to be `sign` (">" or ">=") the threshold, "" without one.

    `distance`: how far the value has to go, in the unit of the reading. Less than 0: it is there; 0: only with ">=".
    `on`: what its newest observation says, `None` where that cannot be told. `last`: the last day on which it was.
    """

    name: str
    arms: bool
    label: str
    reading: Reading
    sign: str
    threshold: float | None
    distance: float | None
    on: bool | None
    last: date | None


class Change(Struct, frozen=True):
    """One change of the verdict. `day` is that of the observation that caused it, `known_ms` when it was known."""

    day: date
    known_ms: int
    before: VerdictState
    after: VerdictState
    trigger: str
    cause: str


class Course(Struct, frozen=True):
    """All changes of the verdict that are known of, oldest first, once all of the past has been read."""

    changes: tuple[Change, ...]


class Noted(Struct, frozen=True):
    """A trigger of release that came while nothing was armed, and so changed nothing."""

    day: date
    known_ms: int
    trigger: str
    words: str


class Verdict(Struct, frozen=True):
    """The no-trade zone. `changes` and `noted` are oldest first. `quiet_days`: business days without a trigger.

    `seen`: how many of the triggers were ever on or off, for what was never seen is left out.
    """

    state: Reading
    triggers: tuple[Trigger, ...]
    changes: tuple[Change, ...]
    noted: tuple[Noted, ...]
    quiet_days: int | None
    seen: int = 6


class LevelDay(Struct, frozen=True, array_like=True):
    """One day of a test, in UTC; what is not known, or has not closed, is `None`."""

    day: date
    low: float | None
    close: float | None


class LevelTest(Struct, frozen=True):
    """One test of a level, from the day of its touch to the close that decided it, or the newest.

    `low`: the lowest price. `touched_under`: it was traded under the level; `closed_under`: closes under it. `run`:
    closes in a row at or over it, up to the newest. `known_ms`: since when the outcome, or the newest day, is known.
    `sure`: whether no failure can have been missed on a day of which the close is not known.
    """

    first: date
    last: date
    known_ms: int
    low: float
    touched_under: bool
    closed_under: int
    run: int
    outcome: Outcome
    days: tuple[LevelDay, ...]
    sure: bool = True


class Level(Struct, frozen=True):
    """A level and its tests, oldest first. `ready`: a touch now would be a test, for it closed far enough above.

    `counts`: the second held test since the level last failed, or the first day; `None` until there is one.
    """

    level: float
    tests: tuple[LevelTest, ...]
    readings: tuple[Reading, ...]
    ready: bool
    counts: date | None
