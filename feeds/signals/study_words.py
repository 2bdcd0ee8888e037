"""What the numbers of a study come to, said no better than they are."""

from collections.abc import Sequence
from math import comb

from feeds.signals.study_rule import Seen
from feeds.signals.thresholds import StudyRule
from feeds.topics.study import Cell, Says

SELDOM = 0.1
"""What luck gives more often than this is no reason to go by a rule."""
NO_DIFFERENCE = "not distinguishable from all days"


def said(n: int, apart: int, low: float | None, high: float | None, rule: StudyRule) -> tuple[Says, str]:
    """What one cell comes to, and why."""
    if n == 0:
        return "unknown", "no window that has ended and is known"
    if n < rule.least_events:
        return "too few", f"n = {n}: too few to say anything"
    if apart < rule.least_events:
        return "too few", f"n = {n}, of which only {apart} do not overlap: too few to say anything"
    if low is None or high is None:
        return "unknown", "nothing to compare with"
    if low <= 0 <= high:
        return "no difference", f"the interval includes 0: {NO_DIFFERENCE}"
    return ("above", "above all days") if low > 0 else ("below", "below all days")


def answer(n: int, cells: Sequence[Cell], rule: StudyRule) -> tuple[str, ...]:
    """Whether the rule deserves attention. Of many comparisons some look like something by luck, and it is said."""
    if n == 0:
        return ("n = 0: it never fired in all this time, and nothing can be said of what follows",)
    dark = dict.fromkeys(cell.label for cell in cells)
    for cell in cells:
        if cell.fired and cell.all:
            dark.pop(cell.label, None)
    lacking = (f"not known of that time: {', '.join(dark)}",) if dark else ()
    clear = [cell for cell in cells if cell.says in ("above", "below")]
    enough = [cell for cell in cells if cell.says == "no difference" or cell in clear]
    if not enough:
        apart = max(cell.apart for cell in cells)
        few = f"n = {n}" if n < rule.least_events else f"n = {n}, but at most {apart} windows that do not overlap"
        least = f"{rule.least_events} windows that do not overlap are the least to speak of"
        return (f"{few}: too few to say anything", least, *lacking)
    of = f"{len(enough)} comparison{'s'[: len(enough) > 1]} with enough windows"
    if not clear:
        return (f"in {of} every interval includes 0: {NO_DIFFERENCE}", *lacking)
    words = [f"{cell.label} over {cell.days} days: {cell.words}, by {cell.difference:+.2f} points" for cell in clear]
    odds = _by_luck(len(clear), len(enough), 1 - rule.interval_pct / 100)
    words.append(f"{len(clear)} of {of} exclude 0; luck alone does as much in {odds * 100:.0f} % of such studies")
    words.append("no reason yet to go by this rule" if odds > SELDOM else "more than luck usually gives, and no proof")
    words.append("where windows overlap, all of it looks like more evidence than it is")
    return (*words, *lacking)


def _by_luck(hits: int, of: int, odds: float) -> float:
    """How likely so many hits or more are, if each of so many comparisons hits by itself with those odds."""
    return sum(comb(of, k) * odds**k * (1 - odds) ** (of - k) for k in range(hits, of + 1))


def read_afterwards(seen: Sequence[Seen]) -> tuple[str, ...]:
    """How many of the values are not what was seen then, as far as is known."""
    later = sum(one.later for one in seen)
    if not later:
        return ()
    return (
        f"{later:,} of {len(seen):,} values were read afterwards (ˡ): what the publisher says today of an earlier day, "
        "which may first have been another number; with a key FRED tells what it was",
    )


def notes(rule: StudyRule) -> tuple[str, ...]:
    """How the numbers are made."""
    return (
        "a rule fires when it becomes true, and again only after it has not been; it counts from when it was known",
        "entry: bitcoin's first close (00:00 UTC) after that; days are calendar days; moves are in percent",
        "net liquidity goes by Wednesdays (1, 3, 9 weeks) from the first after the entry, the dollar by its own days",
        "all days: every window that begins in the same span; they overlap, and so do those of firings close together",
        f"interval: {rule.interval_pct:g} % of {rule.resamples:,} resamples of the firings' mean less all days'",
        "firings are drawn one by one, as if they did not overlap: where they do, it is too narrow",
        "a series counts by its first value for each period; one filled in later is the newest of then, not the first",
    )
