"""CME's reports beside the snapshots of the exchanges, week by week, and when CME and Binance changed sides."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

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


def crossings(weeks: Sequence[ShareWeek]) -> list[Crossing]:
    """Reports by which CME changed sides with Binance. A week with a doubtful or missing number decides nothing."""
    found: list[Crossing] = []
    side: bool | None = None
    since = date.min
    for one in weeks:
        if one.ratio is None or one.ratio == 1 or "binance" in one.doubted or one.missing:
            continue
        over = one.ratio > 1
        if side is not None and over != side:
            found.append(Crossing(one.day, over, since))
        side, since = over, one.day
    return found
