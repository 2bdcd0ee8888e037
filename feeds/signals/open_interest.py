"""Open interest in bitcoin: CME's from the CFTC's reports, the exchanges' from their snapshots at 00:00 UTC."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from feeds.signals.by_date import values_by_day
from feeds.signals.thresholds import ShareRule
from feeds.vintages import Known, Point

CONTRACTS = (("133741", 5.0), ("133742", 0.1))
"""CFTC's codes of CME's bitcoin and micro bitcoin futures, and bitcoin in one contract of each."""
MICRO_BEGAN = date(2021, 5, 4)
"""The first report with micro futures; before it the larger contract is all there is."""
VENUES = ("binance", "bybit", "okx", "deribit")
NO_PAST = ("okx", "deribit")
"""They tell how it stands now only: their snapshot is of when they were asked, on that day in UTC."""
ON_TIME = timedelta(hours=1)


class Cme(Struct, frozen=True, gc=False):
    """A report in BTC. `open_interest` is a floor where a contract is `missing`, and `None` without the larger one.

    `net_short`: leveraged funds' shorts less their longs; `None` where any number of it is missing.
    """

    day: date
    open_interest: float | None
    net_short: float | None
    missing: tuple[str, ...]


def reports(known: Known) -> list[Cme]:
    """All reports by their own dates, oldest first."""
    open_, long_, short = (
        {code: values_by_day(known, f"COT.{code}.{what}") for code, _ in CONTRACTS}
        for what in ("OI", "LEV.LONG", "LEV.SHORT")
    )
    found = []
    for day in sorted(open_["133741"].keys() | open_["133742"].keys()):
        there = [(code, size) for code, size in CONTRACTS if code == "133741" or day >= MICRO_BEGAN]
        missing = tuple(f"COT.{code}.OI" for code, _ in there if day not in open_[code])
        main = day in open_["133741"]
        btc = sum(open_[code][day] * size for code, size in there if day in open_[code]) if main else None
        legs = [(short[code].get(day), long_[code].get(day), size) for code, size in there]
        net = [(sold - bought) * size for sold, bought, size in legs if sold is not None and bought is not None]
        found.append(Cme(day, btc, sum(net) if len(net) == len(legs) else None, missing))
    return found


def gaps(days: Sequence[date], rule: ShareRule) -> list[tuple[date, date, int]]:
    """Reports between which others were due, and how many. A report of a Monday makes steps of 6 and 8 days."""
    return [
        (before, after, round((after - before).days / 7) - 1)
        for before, after in pairwise(days)
        if (after - before).days > rule.gap_days
    ]


def doubted(points: Sequence[Point], rule: ShareRule) -> set[date]:
    """Days on which an exchange tells so much more than the last number believed that it counts something twice.

    After `jump_days` the new level is believed, for it may be true; a number after a hole as long is not compared.
    """
    found: set[date] = set()
    believed: Point | None = None
    for point in points:
        recent = believed is not None and (point.period - believed.period).days <= rule.jump_days
        if believed is not None and recent and point.value >= believed.value * rule.jump_ratio:
            found.add(point.period)
        else:
            believed = point
    return found


def snapshot(known: Known, venue: str, report: date, rule: ShareRule) -> Point | None:
    """The snapshot of 00:00 UTC that follows the close of the report's day, or one a few days older."""
    due = report + timedelta(days=1)
    point = known.last(f"OI.{venue.upper()}", due)
    return point if point and (due - point.period).days <= rule.nearest_days else None


def seen_late(venue: str, point: Point) -> str:
    """In words, when a snapshot was taken, where that was not soon after 00:00 UTC; "" where it was."""
    seen = datetime.fromtimestamp(point.known_ms / 1000, UTC)
    midnight = datetime.combine(point.period, datetime.min.time(), UTC)
    if venue not in NO_PAST or seen - midnight <= ON_TIME:
        return ""
    return f"{venue} as it stood at {seen:%H:%M} UTC of {seen:%Y-%m-%d}"
