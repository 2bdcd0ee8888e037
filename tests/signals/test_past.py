"""What was known at one time after another: as `Vintages` answers, in one pass."""

from datetime import date
from random import Random

from feeds.facts import Observation
from feeds.signals.past import Past
from feeds.vintages import Vintages

BEGIN = date(2023, 1, 1)


def row(month: int, value: float, known_ms: int, read_ms: int = 0) -> Observation:
    return Observation("UNRATE", f"2023-{month:02}-01", value, known_ms, "fred", read_ms=read_ms)


def test_what_was_read_afterwards_gives_way_to_what_was_published_then_and_comes_back_when_it_was_read() -> None:
    past = Past(Vintages([row(8, 3.7, 12, 90), row(8, 3.8, 10), row(9, 3.8, 40, 90)]).rows, BEGIN)
    found = [[(p.value, p.quality) for p in past.at(t_ms).points("UNRATE")] for t_ms in (9, 11, 12, 40, 90)]
    assert found == [
        [],
        [(3.8, "exact")],
        [(3.8, "exact")],
        [(3.8, "exact"), (3.8, "later")],
        [(3.7, "exact"), (3.8, "exact")],
    ]


def test_each_time_is_answered_as_the_vintages_answer_it() -> None:
    chance = Random(7)
    for _ in range(200):
        rows = [
            row(chance.randint(1, 3), chance.randint(1, 3), known, chance.choice((0, known + chance.randint(1, 9))))
            for known in (chance.randint(1, 12) for _ in range(8))
        ]
        vintages = Vintages(rows)
        past = Past(vintages.rows, BEGIN)
        for t_ms in range(25):
            assert list(past.at(t_ms).points("UNRATE")) == vintages.points("UNRATE", t_ms), (rows, t_ms)
