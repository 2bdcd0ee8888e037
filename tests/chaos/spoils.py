"""What can be done to the text of a venue. Pure: a text and a hand go in, what is passed on instead comes out."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random

from msgspec import Struct

Text = str | bytes


class Hand(Struct):
    """What a spoiler knows of its connection: the market's price, how many texts it had, and those it keeps back."""

    venue: str
    mid: float
    random: Random
    count: int = 0
    kept: list[Text] = []


Spoil = Callable[[str, Hand], Iterable[Text]]

EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[31mred \u202egnp.exe\u2066 [bold red]loud[/] \r\nnew line\x00"
"""A title, a cleared screen, a colour, turned text, markup, an end of line."""
_ESCAPED = "".join(f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) > 126 else sign for sign in EVIL)

_PRICE = re.compile(r"(?<![\w.+-])\d{5,6}(?:\.\d+)?(?![\w.:-])")
_ISO = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d")
_EPOCH = re.compile(r"(?<![\w.])1[5-9]\d{8}(?=(?:\d{3}|\d{6}|\d{9})?(?!\d))")
_SIZE = re.compile(r'("(?:q|v|sz|size|qty|amount|quantity|volume|order_size|left)":"?-?)(\d+(?:\.\d+)?)(?=[",}])')
_KIND = re.compile(
    r'("(?:type|channel|e|topic|table|ch|stream|event|method|feed|op|action)":)"(?!ping|pong|subscribe)[^"]*"'
)
_STRING = re.compile(r'(:)"(?!-?\d)[^"]*"')


def same(text: str, hand: Hand) -> Iterable[Text]:
    """Pass it on."""
    return (text,)


def garbage(text: str, hand: Hand) -> Iterable[Text]:
    """Noise, as text and as bytes by turns."""
    noise = hand.random.randbytes(len(text) or 1)
    return (noise if hand.count % 2 else noise.decode("latin-1"),)


def truncated(text: str, hand: Hand) -> Iterable[Text]:
    """The first part of it."""
    return (text[: hand.random.randrange(1, max(2, len(text)))],)


def numbers(*tokens: str) -> Spoil:
    """Each price becomes one of these, in turn."""

    def spoil(text: str, hand: Hand) -> Iterable[Text]:
        return (_prices(text, hand, lambda _: tokens[hand.count % len(tokens)]),)

    return spoil


def times(factor: float) -> Spoil:
    """Each price is multiplied."""

    def spoil(text: str, hand: Hand) -> Iterable[Text]:
        return (_prices(text, hand, lambda token: _scaled(token, factor)),)

    return spoil


def sizes(factor: float) -> Spoil:
    """Each size is multiplied."""

    def spoil(text: str, hand: Hand) -> Iterable[Text]:
        return (_SIZE.sub(lambda found: found[1] + _scaled(found[2], factor), text),)

    return spoil


def shifted(seconds: int, first: int | None = None) -> Spoil:
    """Each time is moved; with `first`, only those of the first so many texts that have one."""

    def spoil(text: str, hand: Hand) -> Iterable[Text]:
        if '"ping"' in text or (first is not None and hand.count >= first):  # a ping has to come back as it was
            return (text,)
        return (shift(text, seconds),)

    return spoil


def shift(text: str, seconds: int) -> str:
    """Every time in a text, whether ISO-8601 or seconds, ms, µs or ns since 1970, so much later."""
    later = timedelta(seconds=seconds)
    text = _ISO.sub(lambda found: (datetime.fromisoformat(found[0]) + later).isoformat(), text)
    return _EPOCH.sub(lambda found: str(int(found[0]) + seconds), text)


def unknown(text: str, hand: Hand) -> Iterable[Text]:
    """A channel or kind of message that nobody has heard of."""
    return (_KIND.sub(r'\1"unheard-of-7"', text),)


def escapes(text: str, hand: Hand) -> Iterable[Text]:
    """Commands to a terminal, and markup, in every string."""
    return (_STRING.sub(lambda found: f'{found[1]}"{_ESCAPED}"', text),)


def nested(text: str, hand: Hand) -> Iterable[Text]:
    """Lists in lists in lists; every other text is let through."""
    deep = ("[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000)
    return (text,) if hand.count % 2 else (deep[hand.count // 2 % 2],)


def huge(megabytes: int) -> Spoil:
    """One text of so many megabytes before each fiftieth."""

    def spoil(text: str, hand: Hand) -> Iterable[Text]:
        return (text,) if hand.count % 50 else ('{"x":"' + "a" * (megabytes << 20) + '"}', text)

    return spoil


def html(text: str, hand: Hand) -> Iterable[Text]:
    """A page of some front end."""
    return (f"<!DOCTYPE html><html><title>Just a moment</title><body>{'<p>' * 200}</body></html>",)


def doubled(text: str, hand: Hand) -> Iterable[Text]:
    """Twice."""
    return (text, text)


def reordered(text: str, hand: Hand) -> Iterable[Text]:
    """In batches of six, last first."""
    hand.kept.append(text)
    if len(hand.kept) < 6:
        return ()
    batch, hand.kept = hand.kept[::-1], []
    return batch


def dropped(text: str, hand: Hand) -> Iterable[Text]:
    """Every other one."""
    return (text,) if hand.count % 2 else ()


def _prices(text: str, hand: Hand, change: Callable[[str], str]) -> str:
    """Change the numbers that look like a price of this market, among them those of the book and of the day."""

    def seen(found: re.Match[str]) -> str:
        return change(found[0]) if 0.8 < float(found[0]) / hand.mid < 1.25 else found[0]

    return _PRICE.sub(seen, text)


def _scaled(token: str, factor: float) -> str:
    places = len(token.partition(".")[2])
    return f"{float(token) * factor:.{places + (3 if factor < 1 else 0)}f}"
