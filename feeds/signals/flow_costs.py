"""The readings of what the coins in the funds cost, and how far from it bitcoin is."""

from msgspec.structs import replace

from feeds.calendars import new_york_day
from feeds.signals._reading import Used, Words, last_used, reading, unread
from feeds.signals.cost_basis import ANY, OUTSIDE, Cost, average, net, net_bounds
from feeds.signals.flow_days import BEGIN, TOTAL, FlowDay, Table, flow_ids, used_on
from feeds.signals.flow_sums import completeness, cut, limits, told, unknown_days
from feeds.signals.knowledge import Bounds
from feeds.topics.base import Input, Note, Quality, Reading, poorest
from feeds.vintages import Known

NET = "cumulative net dollars / cumulative net coins, each day's coins at its close"
AVERAGE = f"average cost of all funds but {OUTSIDE}: inflows buy at the day's close, outflows sell at average cost"
DISTANCE = "price / etf.cost.net - 1"
CALLED = {"etf.cost.net": "the net cost of the funds' coins", "etf.cost.average": f"the average cost without {OUTSIDE}"}


def costs(known: Known, found: Table, spot: float | None, nothing: str) -> tuple[Reading, ...]:
    """Cost basis by two definitions, and the distance of `spot`, or of the last close, to each of them.

    `nothing`: what is said where no day is known at all.
    """
    names = (("etf.cost.net", "$", NET), ("etf.cost.average", "$", AVERAGE), ("etf.vs_cost", "%", DISTANCE))
    why: Words = unread(known, [*flow_ids(known), "BTC"]) or (() if found.days else (nothing,))
    if why:
        missing = () if found.days else (TOTAL,)
        return tuple(
            reading(name, None, unit, known, words=why, missing=missing, formula=formula)
            for name, unit, formula in names
        )
    by_net, by_average = net(found.days), average(found.days)
    return (
        _cost(known, found, "etf.cost.net", by_net, NET, by_average, "average cost"),
        _cost(known, found, "etf.cost.average", by_average, AVERAGE, by_net, "net cost"),
        _distance(known, found, by_net, by_average, spot),
    )


def _cost(known: Known, found: Table, name: str, cost: Cost, formula: str, other: Cost, called: str) -> Reading:
    quality, doubts = _completeness(found, cost)
    last = found.days[-1]
    if cost.price is None:
        why = "no close of bitcoin" if cost.left_out == len(found.days) else "no coins are left to divide by"
        return reading(name, None, "$", known, words=[why, *doubts], missing=_lacking(cost), formula=formula)
    notes = [Note("says", f"${cost.dollars / 1e9:,.2f} bn over {cost.coins:,.0f} BTC")]
    if other.price is not None:
        away = (cost.price / other.price - 1) * 100
        notes.append(Note("part", f"{_side(away)} {called} of ${other.price:,.0f}"))
    return told(
        name,
        cost.price,
        "$",
        known,
        found,
        _used(known, last),
        period=last.day,
        quality=quality,
        words=[*doubts, *notes],
        formula=formula,
        missing=_lacking(cost),
        bounds=_bounds(found, cost, split=name == "etf.cost.average"),
    )


def _completeness(found: Table, cost: Cost) -> tuple[Quality | None, list[Note]]:
    """As of the flows; and whether they go back to the beginning, all have a close, and their funds are known."""
    quality, notes = completeness(found, found.days[0].day)
    left = [(cost.left_out, "a close of bitcoin"), (cost.unsplit, "its funds" if cost.unsplit == 1 else "their funds")]
    for count, what in left:
        if count:
            days = "a day" if count == 1 else f"{count} days"
            notes.append(Note("lacks", f"{days} without {what} {'is' if count == 1 else 'are'} left out"))
    notes += cut(found)
    partial = cost.left_out or cost.unsplit or found.days[0].day > BEGIN
    return (poorest([quality, "partial"]) if partial else quality), notes


def _bounds(found: Table, cost: Cost, *, split: bool) -> Bounds | None:
    """Between what a cost lies; `None` where no day is unknown. That of single funds has no bounds but zero."""
    unknown = unknown_days(found, found.days[0].day)
    if found.days[0].day > BEGIN or cost.left_out or cost.unsplit or (split and unknown):
        return ANY
    if not unknown:
        return None
    closes = {day.day: day.close for day in found.days}
    return net_bounds(found.days, [closes.get(day) for day in unknown], limits())


def _lacking(cost: Cost) -> tuple[str, ...]:
    return ("BTC",) if cost.left_out else ()


def _used(known: Known, day: FlowDay) -> list[Used]:
    close = known.on("BTC", day.day)
    return [*used_on(known, day), *([Used("BTC", close)] if close else [])]


def _distance(known: Known, found: Table, by_net: Cost, by_average: Cost, spot: float | None) -> Reading:
    name, close = "etf.vs_cost", last_used(known, "BTC")
    price = spot if spot is not None else close[0].point.value if close else None
    if by_net.price is None or price is None:
        what = "the price of bitcoin" if price is None else "the cost basis"
        missing = [] if close else ["BTC"]
        return reading(name, None, "%", known, words=(f"{what} is not known",), missing=missing, formula=DISTANCE)
    quality, doubts = _completeness(found, by_net)
    away = (price / by_net.price - 1) * 100
    by = _by(found, quality)
    notes = [
        Note("says", f"{by}the price is {_side(away)} {CALLED['etf.cost.net']}"),
        Note("says", f"${price:,.0f} against a net cost of ${by_net.price:,.0f}"),
    ]
    if by_average.price is not None:
        beside = _side((price / by_average.price - 1) * 100)
        notes.append(Note("says", f"{beside} {CALLED['etf.cost.average']}, ${by_average.price:,.0f}"))
    if spot is None:
        last = close[0].point
        notes.append(
            Note("older", f"bitcoin {'so far on' if last.provisional else 'as of the close of'} {last.period}")
        )
    ends = _bounds(found, by_net, split=False)
    answer = told(
        name,
        away,
        "%",
        known,
        found,
        [*used_on(known, found.days[-1]), *(close if spot is None else [])],
        period=min([found.days[-1].day, *(one.point.period for one in close if spot is None)]),
        quality=quality,
        words=[*notes, *doubts],
        formula=DISTANCE,
        missing=_lacking(by_net),
        bounds=None if ends is None else _from(price, ends),
    )
    if spot is None:
        return answer
    live = Input("btc.price", new_york_day(known.as_of_ms), spot, known.as_of_ms, "live")
    return replace(answer, inputs=(*answer.inputs, live), known_ms=known.as_of_ms)


def _from(price: float, cost: Bounds) -> Bounds:
    """Between what the distance of a price to a cost lies, in percent."""
    least, most = ((price / end - 1) * 100 if end else float("inf") for end in (cost.most, cost.least))
    return Bounds(least, most)


def _by(found: Table, quality: Quality | None) -> str:
    """By what a cost is told, where that is not by the flows of all days."""
    if found.days[0].day > BEGIN:
        return f"by the flows since {found.days[0].day} "
    return "by the flows known " if quality in ("partial", "estimated") else ""


def _side(percent: float) -> str:
    return f"{abs(percent):.1f} % {'over' if percent > 0 else 'under'}"
