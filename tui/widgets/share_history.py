"""The weeks of open interest for a chart: CME's share, CME against Binance, and the shorts of leveraged funds. Pure."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import groupby

from feeds import text
from feeds.topics import Share, ShareWeek
from tui.theme import ACCENT, BOLD, KEY, LABEL, LATE, PLAIN
from tui.widgets.flow_panels import Panel, Trace, pieces
from tui.widgets.lines import Line, Span
from tui.widgets.share_words import CROSSED, PARTS, SIGNS, bound, number, ratio_mark, ratio_of, value_of

Pieces = list[list[tuple[date, float]]]
LEAST_PARTS = 3
SPANS = {"1y": 366, "3y": 3 * 366, "all": 1 << 20}


def days(share: Share) -> list[date]:
    return [week.day for week in share.weeks]


def panels(share: Share) -> list[Panel]:
    """The share above; below it CME over Binance with their crossings, and what leveraged funds are short."""
    holes = [before + timedelta(days=1) for before, _, _ in share.gaps]
    weeks = share.weeks
    whole, other, starts = _shares(weeks, holes)
    ratio = pieces(((week.day, week.ratio) for week in weeks), holes)
    shorts = pieces(((week.day, week.net_short) for week in weeks), holes)
    at = {week.day: week.ratio for week in weeks}
    marks = [
        (one.day, value, (CROSSED[one.over], ACCENT))
        for one in share.crossings
        if (value := at.get(one.day)) is not None
    ]
    bounds: Line = (("   ╌╌ of as many as the digit says: at most, or doubted", LATE),) if other else ()
    return [
        Panel(
            (("CME's share of the five, %", KEY), *bounds),
            [Trace(whole, KEY), Trace(other, LATE, dashed=True)],
            marks=starts,
        ),
        Panel(
            (("CME / Binance", KEY), ("   ┈ 1, as much as Binance; ▲ over, ▼ under it from then on", LABEL)),
            [Trace(ratio, KEY)],
            1.0,
            marks,
        ),
        Panel((("leveraged funds net short at CME, BTC", KEY),), [Trace(shorts, KEY)]),
    ]


def _shares(weeks: Sequence[ShareWeek], holes: Sequence[date]) -> tuple[Pieces, Pieces, list[tuple[date, float, Span]]]:
    """The lines of whole weeks and of others, and where the latter begin, of how many parts they are.

    A line ends where other parts are known: the share of three does not fall to that of five. That of two is no share.
    """
    whole: Pieces = []
    other: Pieces = []
    starts: list[tuple[date, float, Span]] = []
    for (known, sign), group in groupby(weeks, key=lambda week: (_known(week), bound(week))):
        if len(known) < LEAST_PARTS:
            continue
        found = pieces(((week.day, week.share) for week in group), holes)
        (other if sign else whole).extend(found)
        if sign:
            starts += [(*piece[0], (str(len(known)), LATE)) for piece in found]
    return whole, other, starts


def _known(week: ShareWeek) -> tuple[str, ...]:
    return tuple(part for part in PARTS if value_of(week, part) is not None)


def reading(share: Share) -> Callable[[int], Sequence[tuple[int, Line]]]:
    """What is said of a week, by its number."""
    crossed = {one.day: one.over for one in share.crossings}

    def read(at: int) -> list[tuple[int, Line]]:
        week = share.weeks[at]
        side = CROSSED[crossed[week.day]] + " " if week.day in crossed else ""
        return [
            (0, ((f"{week.day} and {week.snapshot}", PLAIN),)),
            (0, (("share ", LABEL), (_share(week), BOLD))),
            (1, (("/Binance ", LABEL), (side + _ratio(week), BOLD))),
            (2, (("CME ", LABEL), (number(week.cme), PLAIN), (" BTC", LABEL))),
            (3, (("net short ", LABEL), (number(week.net_short), PLAIN), (" BTC", LABEL))),
        ]

    return read


def _share(week: ShareWeek) -> str:
    return text.UNKNOWN if week.share is None else f"{SIGNS[bound(week)]}{week.share:.1f} %"


def _ratio(week: ShareWeek) -> str:
    return text.UNKNOWN if week.ratio is None else ratio_mark(week) + ratio_of(week.ratio)
