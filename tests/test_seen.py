"""What was seen lately: known again for exactly so long, whatever shares its bits."""

import random

import pytest

from feeds import seen
from feeds.seen import Seen


def test_what_was_seen_is_known_again_until_as_many_others_have_followed() -> None:
    names = Seen(4)
    assert [names.again(name) for name in "abcd"] == [False] * 4
    assert [names.again(name) for name in "abcd"] == [True] * 4
    assert [names.again(name) for name in "ea"] == [False, False]  # a was the fourth before e
    assert [names.again(name) for name in "cdea"] == [True] * 4


def test_seeing_it_again_makes_nothing_younger() -> None:
    names = Seen(2)
    assert [names.again(name) for name in "abaca"] == [False, False, True, False, False]


def test_the_last_ones_of_many_are_known_and_no_other() -> None:
    """Held against a list of all, names coming again at any distance."""
    rng = random.Random(11)
    names = Seen(256)
    plain: list[str] = []
    for number in range(20_000):
        name = rng.choice(plain[-600:]) if plain and rng.random() < 0.3 else str(number)
        known = name in plain[-256:]
        assert names.again(name) is known, number
        if not known:
            plain.append(name)


def test_names_whose_last_bits_are_alike_are_told_apart() -> None:
    """Whole numbers hash to themselves: these share one chain."""
    names = Seen(8)
    alike = [n << 32 for n in range(8)]
    assert [names.again(name) for name in alike] == [False] * 8
    assert [names.again(name) for name in alike] == [True] * 8
    assert not names.again(8 << 32)
    assert not names.again(0)


def test_numbers_that_are_used_up_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_HIGHEST", 10)  # of which the first eight stand for what nothing leads to
    names = Seen(8)
    assert [names.again(name) for name in "aba"] == [False, False, True]
    assert [names.again(name) for name in "cc"] == [False, True]
