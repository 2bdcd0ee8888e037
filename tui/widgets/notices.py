"""States that matter whatever pane is in sight, for the header, the most urgent first. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from rich.style import Style

from feeds import text
from feeds.topics import Engine, Liquidations, Metric, State
from tui.theme import BAD, BOLD, LATE, PLAIN, SIGN, STATE, sum_mark
from tui.widgets.level_rows import LEVEL, sign
from tui.widgets.lines import Line

CURRENT: tuple[State, ...] = ("fresh", "late")


class Notice(Struct, frozen=True):
    """One thing to say. `short`: the same where there is less room."""

    line: Line
    short: Line


def notices(topics: Mapping[str, Any], now_ms: int) -> list[Notice]:
    """All that is to be said now, the first to stay longest. What is not current says so, and comes last."""
    there = [(topics[name], of) for name, of in TABLE if name in topics]
    there.sort(key=lambda row: getattr(row[0], "state", "fresh") not in CURRENT)
    return [found for topic, of in there if (found := of(topic, now_ms))]


def _liquidations(liq: Liquidations, now_ms: int) -> Notice | None:
    """A cascade with the larger of its sides; an elevated level with that of the last minute; that neither is told."""
    if liq.level is None and liq.risen:
        return Notice((("liq level cannot be told", LATE),), (("liq level --", LATE),))
    if liq.level not in ("elevated", "cascade"):
        return None
    word: Line = (LEVEL[liq.level],) if liq.state in CURRENT else ((LEVEL[liq.level][0], STATE[liq.state]),)
    word = (*word, *_worth(liq.state))
    if liq.level == "cascade" and liq.running is not None:
        one = liq.running
        return Notice((*word, *_larger(one.long_usd, one.short_usd, sign(liq, one.from_ms, now_ms))), word)
    last = liq.windows["1m"]
    amount = _larger(last.long_usd or 0.0, last.short_usd or 0.0, sum_mark(liq.quality["1m"]))
    return Notice((*word, *amount, (" in 1m", PLAIN)), word) if amount else Notice(word, word)


def _repo(band: Metric, _: int) -> Notice | None:
    return _word(band, {"tight": ("repo tight", LATE), "stress": ("repo stress", BAD)})


def _oil(shock: Metric, _: int) -> Notice | None:
    return _word(shock, {"on": ("oil shock", BAD)})


def _clock(engine: Engine, _: int) -> Notice | None:
    """By how much this machine's clock or its line is off."""
    return Notice(((engine.clock, LATE),), ((engine.clock_short, LATE),)) if engine.clock else None


def _reading(engine: Engine, _: int) -> Notice | None:
    """How far the past is read, while states that look back on it cannot be told."""
    if not engine.pages:
        return None
    said = f"reading the past, {engine.read} of {engine.pages} pages"
    return Notice(((said, LATE),), ((f"past {engine.read}/{engine.pages}", LATE),))


def _word(metric: Metric, words: Mapping[str, tuple[str, Style]]) -> Notice | None:
    """The words for a metric's value; none for what is not known, or doubted."""
    if metric.quality == "doubted" or str(metric.value) not in words:
        return None
    said, style = words[str(metric.value)]
    line: Line = ((said, style if metric.state in CURRENT else STATE[metric.state]), *_worth(metric.state))
    return Notice(line, line)


def _worth(state: State) -> Line:
    return () if state == "fresh" else ((f" {SIGN[state]} {state}", STATE[state]),)


def _larger(longs: float, shorts: float, floor: str) -> Line:
    if not longs and not shorts:
        return ()
    side, usd = ("long", longs) if longs >= shorts else ("short", shorts)
    return ((f" {floor}{text.usd(usd)}", BOLD), (f" {side}", PLAIN))


TABLE: tuple[tuple[str, Callable[[Any, int], Notice | None]], ...] = (
    ("liquidations", _liquidations),
    ("repo.band", _repo),
    ("oil.shock", _oil),
    ("engine", _clock),
    ("engine", _reading),
)
"""Topics, and metrics that the link keeps, the most urgent first, and what each has to say: mostly nothing.

One more notice is one more row. What has a `state` that is not current comes after all that is.
"""
