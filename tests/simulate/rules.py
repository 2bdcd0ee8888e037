"""The rules by which a slow scene is meant, worked out from a world's published numbers by themselves."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from feeds.calendars import contracts
from feeds.simulate.slow import SlowWorld, scene


def at(text: str) -> int:
    """Milliseconds of a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class Clock:
    """A time that a test moves on."""

    def __init__(self, text: str) -> None:
        self.ms = at(text)

    def __call__(self) -> int:
        return self.ms

    def ahead(self, hours: float) -> None:
        self.ms += int(hours * 3_600_000)


def world(name: str, now: str, seed: int = 1) -> SlowWorld:
    now_ms = at(now)
    return SlowWorld(scene(name), seed, lambda: now_ms)


def last(slow: SlowWorld, series: str) -> float:
    return slow.points(series)[-1][1]


def before(slow: SlowWorld, series: str, days: int) -> float:
    """The value so many days before the newest, or the one before that."""
    points = slow.points(series)
    until = points[-1][0] - timedelta(days=days)
    return [value for day, value in points if day <= until][-1]


def change(slow: SlowWorld, series: str, days: int) -> float:
    return last(slow, series) - before(slow, series, days)


def back(slow: SlowWorld, series: str, periods: int) -> float:
    """The change over so many published values."""
    points = slow.points(series)
    return points[-1][1] - points[-1 - periods][1]


def share(slow: SlowWorld, day: date) -> tuple[float, float, float]:
    """The part of repo at or above the interest on reserves, in percent: at least, in the middle, at most."""
    names = (("SOFR1", 0.01), ("SOFR25", 0.25), ("SOFR", 0.5), ("SOFR75", 0.75), ("SOFR99", 0.99))
    fan = [(dict(slow.points(name))[day], q) for name, q in names]
    x = dict(slow.points("IORB"))[day]
    under = [(v, q) for v, q in fan if v < x]
    over = [(v, q) for v, q in fan if v >= x]
    low, high = (under[-1][1] if under else 0.0), (over[0][1] if over else 1.0)
    if under and over:
        (v0, q0), (v1, q1) = under[-1], over[0]
        middle = q0 + (q1 - q0) * (x - v0) / (v1 - v0)
    else:
        middle = (low + high) / 2
    return 100 * (1 - high), 100 * (1 - middle), 100 * (1 - low)


def _part(value: float, zero: float, full: float) -> float:
    return max(0.0, min(100.0, 100 * (value - zero) / (full - zero)))


def stress(slow: SlowWorld) -> float:
    """0 to 100, of the newest day that has both SOFR and the fed funds rate, which comes an hour later."""
    of = {name: dict(slow.points(name)) for name in ("SOFR", "SOFR99", "EFFR")}
    day = max(of["SOFR"].keys() & of["EFFR"].keys())
    iorb = dict(slow.points("IORB"))[day]
    lent = [value for when, value in slow.points("SRF") if when <= day][-5:]
    parts = (
        share(slow, day)[1],
        _part(100 * (of["SOFR"][day] - iorb), -15, 25),
        _part(100 * (of["SOFR99"][day] - iorb), 0, 50),
        _part(100 * (of["EFFR"][day] - iorb), -10, 5),
        _part(max(lent) / 1e9, 0, 50),
    )
    return sum(parts) / len(parts)


def legs(slow: SlowWorld, sessions: int) -> tuple[float, float]:
    """How the contracts that are first and sixth now have moved: front and back."""
    day = slow.points("CL=F")[-1][0]
    codes = contracts(day, 6)
    front, back_ = ([value for _, value in slow.points(code)] for code in (codes[0], codes[5]))
    return front[-1] - front[-1 - sessions], back_[-1] - back_[-1 - sessions]


def leg(slow: SlowWorld, sessions: int) -> str:
    """Which leg of the oil curve moved."""
    d_front, d_back = legs(slow, sessions)
    rows: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: max(abs(d_front), abs(d_back)) < 0.5, "quiet"),
        (lambda: abs(d_back - d_front) < 0.5, "parallel"),
        (lambda: d_front < 0 < d_back, "closing from both sides"),
        (lambda: d_back < 0 < d_front, "opening to both sides"),
        (lambda: abs(d_front) > abs(d_back), "front-led easing" if d_front < 0 else "front-led squeeze"),
        (lambda: True, "back-led catch-up" if d_back > 0 else "back-led slide"),
    )
    return next(label for rule, label in rows if rule())


def shock(slow: SlowWorld) -> bool:
    return leg(slow, 5) == "back-led catch-up" and legs(slow, 5)[1] >= 3


def backwardation(slow: SlowWorld) -> float:
    """The first contract less the sixth."""
    codes = contracts(slow.points("CL=F")[-1][0], 6)
    return last(slow, codes[0]) - last(slow, codes[5])


def net_liquidity(slow: SlowWorld) -> dict[date, float]:
    """Billions, of each Wednesday: the Fed's assets less the Treasury's account and overnight reverse repo."""
    tga, repo = dict(slow.points("WDTGAL")), dict(slow.points("RRPONTSYD"))
    result, overnight = {}, 0.0
    for day, assets in slow.points("WALCL"):
        overnight = repo.get(day, overnight)
        result[day] = (assets - tga[day]) / 1000 - overnight
    return result


def armed(slow: SlowWorld) -> bool:
    return last(slow, "MOVE") > 130 or shock(slow) or stress(slow) >= 75


def released(slow: SlowWorld) -> set[str]:
    """The rules by which trading is released, that hold now."""
    lent = [value for _, value in slow.points("SRF")][-5:]
    rules = {
        "assets": back(slow, "WALCL", 4) >= 100_000,
        "repo": sum(value >= 50e9 for value in lent) >= 3,
        "window": back(slow, "WLCFLPCL", 2) >= 50_000,
    }
    return {name for name, holds in rules.items() if holds}
