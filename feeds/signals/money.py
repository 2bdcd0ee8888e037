"""Quantity and price of money: whether rates rise while there is more of it, and the custody of foreign officials."""

from datetime import date, timedelta

from feeds.signals._reading import Used, reading, unread
from feeds.signals.by_date import PLACES, WEEKS_13, growth_pct, near, older
from feeds.signals.lines import as_of, risen_bn, unknown
from feeds.signals.thresholds import DriversRule
from feeds.topics.base import Note, Reading
from feeds.topics.regime import Money, MoneyWeek
from feeds.vintages import Known

CORNERS = {
    (True, True): "hiking while printing",
    (True, False): "hiking while shrinking",
    (False, True): "cutting while printing",
    (False, False): "cutting while shrinking",
}
"""By whether the 2-year yield has risen, and whether the quantity has. The first is the one to watch."""
ON_THE_LINE = "on the line"
SERIES = ("DGS2", "WALCL", "TOTBKCR")
BEHIND = 13
"""Weeks to look back for one that has all numbers: bank credit comes nine days after its Wednesday."""
WEEK = timedelta(days=6)


def quantity_bn(known: Known, wednesday: date) -> tuple[float, list[Used]] | None:
    """Fed assets, in $M, and bank credit, in $bn, of the same Wednesday, in $bn."""
    assets, credit = known.on("WALCL", wednesday), known.on("TOTBKCR", wednesday)
    if assets is None or credit is None:
        return None
    return assets.value / 1000 + credit.value, [Used("WALCL", assets), Used("TOTBKCR", credit)]


def week(known: Known, wednesday: date, rule: DriversRule) -> tuple[MoneyWeek, list[Used]] | None:
    """Both changes over the 13 weeks to that Wednesday; `None` where a number of them is not known.

    Where there was no yield on one of the two days, for it was a holiday, the last one before it stands for it.
    """
    start = wednesday - WEEKS_13
    now, before = quantity_bn(known, wednesday), quantity_bn(known, start)
    dear, was = (near(known, "DGS2", day, rule.nearest_days) for day in (wednesday, start))
    if now is None or before is None or dear is None or was is None:
        return None
    rates, bn = round(dear.value - was.value, PLACES), round(now[0] - before[0], PLACES)
    growth = growth_pct(now[0], before[0])
    if growth is None:
        return None
    corner = CORNERS[rates > 0, bn > 0] if rates and bn else ON_THE_LINE
    used = [Used("DGS2", dear), Used("DGS2", was), *now[1], *before[1]]
    return MoneyWeek(wednesday, rates, growth, bn, corner), used


def money(known: Known, rule: DriversRule) -> Money:
    """The corner of the newest Wednesday that has all numbers, and the weeks before it."""
    name = "money.quadrant"
    if wait := unread(known, SERIES):
        return Money(unknown(known, name, "", (), *wait), ())
    last = known.last("WALCL")
    weeks = [last.period - timedelta(weeks=n) for n in range(BEHIND)] if last else []
    found = next((one for day in weeks if (one := week(known, day, rule))), None)
    if found is None or last is None:
        lacking = [id_ for id_ in SERIES if known.last(id_) is None]
        why = (
            f"not known: {', '.join(lacking)}"
            if lacking
            else "no Wednesday has all numbers, with those of 13 weeks ago"
        )
        return Money(unknown(known, name, "", lacking or SERIES, why), ())
    now, used = found
    yields = [used[0].point, used[1].point]
    words: list[str | Note] = [
        f"2-year yield {now.rates:+.2f} points",
        f"Fed assets and bank credit {now.quantity:+.2f} %, {now.quantity_bn:+,.0f} $bn",
        Note("span", f"over the 13 weeks to Wednesday {now.day}"),
        *older(yields[0], now.day),
        *older(yields[1], now.day - WEEKS_13),
    ]
    trail = [one for n in range(rule.trail_weeks) if (one := week(known, now.day - timedelta(weeks=n), rule))]
    corner = reading(
        name,
        now.corner,
        "",
        known,
        used,
        period=now.day,
        band=now.corner,
        words=words,
        formula="13-week changes of DGS2, and of WALCL / 1,000 + TOTBKCR",
    )
    return Money(as_of(corner, known, SERIES, now.day), tuple(one for one, _ in reversed(trail)))


def custody(known: Known, rule: DriversRule) -> Reading:
    """What the Fed keeps for foreign officials, in $bn, against the Wednesday from which it is counted."""
    name, id_ = "custody.change", "WSEFINTL1"
    if wait := unread(known, [id_]):
        return unknown(known, name, "$bn", (), *wait)
    last = known.last(id_)
    if last is None:
        return unknown(known, name, "$bn", [id_], "custody for foreign officials: not known")
    start = near(known, id_, rule.custody_since, WEEK.days)
    if start is None or last.period < start.period:
        why = f"custody of {rule.custody_since} is not known"
        return unknown(known, name, "$bn", [id_], why, used=[Used(id_, last)])
    formula = f"({id_} - that of {rule.custody_since}) / 1,000, Wednesday levels"
    return risen_bn(known, name, id_, (start, last), formula)
