"""Rules of a study: `METRIC above|below|crosses|changes [VALUE]`, and the times at which one fired."""

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import NamedTuple

WORDS = ("above", "below", "crosses", "changes")


class Seen(NamedTuple):
    """A value of a metric: for which day, and since when it was known.

    `later`: it, or a number that went into it, was read afterwards, and may have been another then.
    """

    day: date
    known_ms: int
    value: float | str
    later: bool = False


class Rule(NamedTuple):
    """`value` is a label where the metric has labels, and `None` where any change counts."""

    metric: str
    word: str
    value: float | str | None


class RuleError(ValueError):
    """The text is no rule; it says why, fit for a screen."""


def parse(text: str) -> Rule:
    """Read a rule as a person writes it. Raises `RuleError`."""
    metric, word, value, *more = [*text.split(), "", "", ""][: max(3, len(text.split()))]
    word = word.lower()
    if word not in WORDS or more:
        raise RuleError(f"{text!r} is no rule like 'MOVE above 130' or 'repo.band changes'; words are {_either(WORDS)}")
    if not value and word != "changes":
        raise RuleError(f"{text!r} lacks a value: {metric} {word} what?")
    return Rule(metric, word, _number(value) if value else None)


def _number(text: str) -> float | str:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return text
    if not isfinite(value):
        raise RuleError(f"{text!r} is no value")
    return value


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def fitted(rule: Rule, labels: Sequence[str], ordered: bool) -> Rule:
    """The rule with its value as the metric has it. `labels`: of a metric that has them; `ordered`: they rise.

    Raises `RuleError` where the metric has no such value, or none that could be above another.
    """
    if not labels:
        if isinstance(rule.value, str):
            raise RuleError(f"{rule.metric} is a number, and {rule.value!r} is none")
        return rule
    if rule.word != "changes" and not ordered:
        raise RuleError(f"{rule.metric} is one of {', '.join(labels)}, which do not rise: use 'changes'")
    if rule.value is None:
        return rule
    named = {label.lower(): label for label in labels}
    if str(rule.value).lower() not in named:
        raise RuleError(f"{rule.metric} is never {rule.value!r}, but one of {', '.join(labels)}")
    return rule._replace(value=named[str(rule.value).lower()])


def firings(rule: Rule, seen: Sequence[Seen], labels: Sequence[str] = ()) -> list[Seen]:
    """The times at which the rule became true, in the order in which they became known.

    What is true at the first value did not become so there. A rule that is true fires again only after it has not
    been; `crosses` fires both ways, and a value that is exactly the rule's is on the side where it was before.
    """
    found = []
    before: object = None
    for one in seen:
        now = _side(rule, one.value, labels)
        if now is None:
            continue
        turned = before is not None and now != before
        if turned and (rule.word == "crosses" or now is True or _becomes(rule, one)):
            found.append(one)
        before = now
    return found


def _becomes(rule: Rule, one: Seen) -> bool:
    return rule.word == "changes" and rule.value in (None, one.value)


def _side(rule: Rule, value: float | str, labels: Sequence[str]) -> object:
    """What has to differ from before for the rule to fire; `None` where the value does not decide it."""
    if rule.word == "changes":
        return value
    assert rule.value is not None
    apart = _place(value, labels) - _place(rule.value, labels)
    match rule.word:
        case "above":
            return apart > 0
        case "below":
            return apart < 0
        case _:
            return apart > 0 if apart else None


def _place(value: float | str, labels: Sequence[str]) -> float:
    return labels.index(value) if isinstance(value, str) else value
