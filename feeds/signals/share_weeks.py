"""CME's reports beside the snapshots of the exchanges, week by week, and when CME and Binance changed sides."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import inf

from feeds.signals.knowledge import Bounds
from feeds.signals.open_interest import VENUES, Cme, snapshot
from feeds.signals.thresholds import ShareRule
from feeds.topics.share import Crossing, ShareWeek
from feeds.vintages import Known


def week(known: Known, report: Cme, doubts: Mapping[str, set[date]], rule: ShareRule) -> ShareWeek:
    """A report and the snapshots of the following midnight. `doubts`: the days of each exchange not to be believed."""
    points = {venue: snapshot(known, venue, report.day, rule) for venue in VENUES}
    there = {venue: point for venue, point in points.items() if point}
    binance, bybit, okx, deribit = (there[venue].value if venue in there else None for venue in VENUES)
    cme, due = report.open_interest, report.day + timedelta(days=1)
    total = sum(point.value for point in there.values())
    return ShareWeek(
        report.day,
        due,
        cme,
        binance,
        bybit,
        okx,
        deribit,
        share=cme / (cme + total) * 100 if cme is not None and total > 0 else None,
        parts=len(there) + (cme is not None),
        ratio=cme / binance if cme is not None and binance else None,
        net_short=report.net_short,
        doubted=tuple(venue for venue, point in there.items() if point.period in doubts[venue]),
        older=tuple((venue, point.period) for venue, point in there.items() if point.period != due),
        missing=report.missing,
    )


def sure(week: ShareWeek, venue: str) -> bool:
    """Whether an exchange's number of a week is there, of its own day, and believed."""
    return getattr(week, venue) is not None and venue not in week.doubted and venue not in dict(week.older)


def share_bounds(week: ShareWeek) -> Bounds | None:
    """Between what CME's share lies, in percent; `None` where it is exact.

    An exchange that is not sure may have anything, and is below the line only; a contract that is not in CME's report
    is above it too.
    """
    believed = {venue: getattr(week, venue) for venue in VENUES if sure(week, venue)}
    if week.cme is None or week.share is None or (len(believed) == len(VENUES) and not week.missing):
        return None
    most = week.cme / (week.cme + sum(believed.values())) * 100
    return Bounds(week.share if len(believed) == len(VENUES) else 0.0, 100.0 if week.missing else most)


def ratio_bounds(week: ShareWeek) -> Bounds | None:
    """Between what CME over Binance lies; `None` where it is exact."""
    if week.ratio is None or (sure(week, "binance") and not week.missing):
        return None
    return Bounds(week.ratio if sure(week, "binance") else 0.0, inf)


def decides(week: ShareWeek) -> bool:
    """Whether a week tells which of CME and Binance has more: neither is missing, doubted or of another day."""
    return week.ratio is not None and week.ratio != 1 and sure(week, "binance") and not week.missing


def crossings(weeks: Sequence[ShareWeek]) -> list[Crossing]:
    """Reports by which CME changed sides with Binance. A week with a number that is not sure decides nothing."""
    found: list[Crossing] = []
    side: bool | None = None
    since = date.min
    for one in weeks:
        if one.ratio is None or not decides(one):
            continue
        over = one.ratio > 1
        if side is not None and over != side:
            found.append(Crossing(one.day, over, since))
        side, since = over, one.day
    return found
