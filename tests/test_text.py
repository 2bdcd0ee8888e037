"""Text from outside, as it may stand on a terminal."""

from collections.abc import Callable

import pytest

from feeds import text
from feeds.text import plain


@pytest.mark.parametrize(
    ("sign", "name"),
    [
        ("\u061c", "a direction"),
        ("\u202e", "a direction"),
        ("\u2066", "a direction"),
        ("\ue000", "private use"),
        ("\U000f1234", "private use"),
        ("\U0010fffd", "private use"),
        ("\u115f", "a filler"),
        ("\u1160", "a filler"),
        ("\u3164", "a filler"),
        ("\uffa0", "a filler"),
    ],
)
def test_what_moves_or_blanks_its_neighbours_is_one_space(sign: str, name: str) -> None:
    assert plain(f"a{sign}b{sign * 30}c") == "a b c", name


def test_half_of_a_pair_is_one_space_too() -> None:
    assert ascii(plain("a\udc80\ud83db")) == "'a b'"


@pytest.mark.parametrize("sign", ["\u00ad", "\u180e", "\ufe0f", "\ufe00", "\U000e0041", "\U000e0100", "\u034f"])
def test_what_is_not_seen_is_gone(sign: str) -> None:
    assert plain(f"B{sign}T{sign * 30}C") == "BTC"


def test_a_letter_keeps_two_marks_and_no_tower() -> None:
    assert plain("Z" + "\u0301" * 50 + "ürich") == "Z\u0301\u0301ürich"
    assert plain("e\u0301\u0323a\u0300") == "e\u0301\u0323a\u0300"
    assert plain("a\u20dd\u20dd\u20dd") == "a\u20dd\u20dd"


def test_marks_before_any_letter_would_stand_on_somebody_elses() -> None:
    assert plain("\u0301\u0301word") == "word"
    assert plain("\u00ad\u0301word") == "word"


def test_words_of_any_language_are_kept() -> None:
    for words in ("Zürich", "ビットコイン", "биткоин", "₿ 64,210.5 — “quoted”", "비트코인", "⚠ late"):
        assert plain(words) == words


def test_a_long_text_is_cut_to_its_limit_and_says_so() -> None:
    assert plain("x" * 300, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize("draw", [text.price, text.usd, text.btc, text.percent, text.bp])
def test_a_number_that_no_market_has_takes_few_characters(draw: Callable[[float | None], str]) -> None:
    assert draw(1e308) == "1.00e+308"
    assert draw(-1e15) == "-1.00e+15"
    assert draw(float("inf")) == draw(float("nan")) == draw(None) == "--"


def test_the_largest_numbers_of_a_market_are_written_as_ever() -> None:
    assert text.price(999_999_999.5) == "999,999,999.5"
    assert text.usd(-6_000_000_000_000) == "-$6000.00B"


@pytest.mark.parametrize("draw", [text.age, text.lag])
def test_a_time_that_is_none_is_unknown(draw: Callable[[float | None], str]) -> None:
    assert draw(1e300) == draw(float("nan")) == draw(-(10**400)) == "--"
