"""Studies written by hand: of a rule that fired seldom, often, never, of one never seen, and of what is no rule."""

from datetime import date, timedelta

from feeds.topics.study import Cell, Fired, Says, Spread, Study

DAY = 86_400_000
FIRST = 1_700_000_000_000  # 2023-11-14 22:13:20 UTC
OUTCOMES = (("btc", "bitcoin"), ("netliq", "net liquidity"), ("dollar", "broad dollar"))
EVERY = Spread(3_600, 1.5, 2.25, 55.0)


def cells(n: int, says: Says, words: str, low: float | None = None, high: float | None = None) -> tuple[Cell, ...]:
    fired = Spread(n, 3.0, 4.5, 66.6) if n else None
    difference = 2.25 if n else None
    return tuple(
        Cell(outcome, label, days, 1, min(n, 14), fired, EVERY, difference, low, high, says, words)
        for outcome, label in OUTCOMES
        for days in (5, 20, 60)
    )


def fired(count: int, value: float | str = 131.25) -> tuple[Fired, ...]:
    out = []
    for n in range(count):
        day = date(2023, 11, 14) + timedelta(days=10 * n)
        moves = (-1.25, 4.5, None, 0.1, 0.2, 0.3, -0.1, -0.2, -0.3)
        out.append(Fired(day, FIRST + 10 * n * DAY, value, day, moves))
    return tuple(out)


SELDOM = Study(
    "MOVE above 130",
    "bond volatility",
    "",
    6_101,
    date(2002, 11, 12),
    date(2025, 3, 11),
    fired(3),
    cells(3, "too few", "n = 3: too few to say anything"),
    ("n = 3: too few to say anything", "10 windows that do not overlap are the least to speak of"),
    ("a rule fires when it becomes true", "moves are in percent"),
)
OFTEN = Study(
    "repo.band changes",
    "repo stress, band",
    "",
    1_850,
    date(2018, 4, 3),
    date(2025, 3, 11),
    fired(42, "watch"),
    cells(41, "above", "above all days", 0.5, 4.0),
    ("bitcoin over 20 days: above all days, by +2.25 points", "no reason yet to go by this rule"),
    ("a rule fires when it becomes true",),
)
NEVER = Study(
    "repo.band above watch",
    "repo stress, band",
    "",
    1_850,
    date(2018, 4, 3),
    date(2025, 3, 11),
    (),
    cells(0, "unknown", "no window that has ended and is known"),
    ("n = 0: it never fired in all this time, and nothing can be said of what follows",),
    (),
)
DARK = Study(
    "verdict.srf changes on",
    "standing repo",
    "",
    0,
    None,
    None,
    (),
    cells(0, "unknown", "no window that has ended and is known"),
    ("nothing of it is known",),
    (),
)
NO_RULE = Study("MOVE over 9", "MOVE over 9", "", 0, None, None, (), (), ("'MOVE over 9' is no rule like this",), ())
ALL = (SELDOM, OFTEN, NEVER, DARK)
