"""The readings of what the average holder of the funds paid, and how far from it bitcoin is."""

from msgspec.structs import replace

from feeds.calendars import new_york_day
from feeds.signals._reading import Used, last_used, reading
from feeds.signals.cost_basis import OUTSIDE, Cost, average, net
from feeds.signals.flow_days import BEGIN, TOTAL, FlowDay, Table, completeness, used_on
from feeds.topics.base import Input, Quality, Reading
from feeds.vintages import Known

NET = "cumulative net dollars / cumulative net coins, each day's coins at its close"
AVERAGE = f"average cost of all funds but {OUTSIDE}: inflows buy at the day's close, outflows sell at average cost"


def costs(known: Known, found: Table, spot: float | None) -> tuple[Reading, ...]:
    """Cost basis by two definitions, and the distance of `spot`, or of the last close, to the first of them."""
    by_net, by_average = net(found.days), average(found.days)
    return (
        _cost(known, found, "etf.cost.net", by_net, NET, by_average, "average cost"),
        _cost(known, found, "etf.cost.average", by_average, AVERAGE, by_net, "net cost"),
        _distance(known, found, by_net, by_average, spot),
    )


def _cost(known: Known, found: Table, name: str, cost: Cost, formula: str, other: Cost, called: str) -> Reading:
    if not found.days:
        return reading(name, None, "$", known, words=("no flows are known",), missing=(TOTAL,))
    quality, doubts = _completeness(found, cost)
    last = found.days[-1]
    if cost.price is None:
        why = "no close of bitcoin" if cost.left_out == len(found.days) else "no coins are left to divide by"
        return reading(name, None, "$", known, words=[*doubts, why], missing=_lacking(cost))
    words = [f"${cost.dollars / 1e9:,.2f} bn over {cost.coins:,.0f} BTC"]
    if other.price is not None:
        apart = (cost.price / other.price - 1) * 100
        words.append(f"{abs(apart):.1f} % {'over' if apart > 0 else 'under'} {called} of ${other.price:,.0f}")
    return reading(
        name,
        cost.price,
        "$",
        known,
        _used(known, last),
        period=last.day,
        quality=quality,
        words=[*doubts, *words],
        formula=formula,
        missing=_lacking(cost),
    )


def _completeness(found: Table, cost: Cost) -> tuple[Quality | None, list[str]]:
    """As of the flows; and whether they go back to the beginning and all have a close."""
    quality, words = completeness(found, found.days)
    if cost.left_out:
        some = "a day" if cost.left_out == 1 else f"{cost.left_out} days"
        words.append(f"{some} without a close of bitcoin {'is' if cost.left_out == 1 else 'are'} left out")
    if found.days[0].day > BEGIN:
        words.append(f"only since {found.days[0].day}: the funds began {BEGIN}")
    return ("partial" if cost.left_out or found.days[0].day > BEGIN else quality), words


def _lacking(cost: Cost) -> tuple[str, ...]:
    return ("BTC",) if cost.left_out else ()


def _used(known: Known, day: FlowDay) -> list[Used]:
    close = known.on("BTC", day.day)
    return [*used_on(known, day), *([Used("BTC", close)] if close else [])]


def _distance(known: Known, found: Table, by_net: Cost, by_average: Cost, spot: float | None) -> Reading:
    name, close = "etf.vs_cost", last_used(known, "BTC")
    price = spot if spot is not None else close[0].point.value if close else None
    if by_net.price is None or price is None:
        lacking = [*([TOTAL] if not found.days else []), *(["BTC"] if not close else [])]
        what = "the price of bitcoin" if price is None else "the cost basis"
        return reading(name, None, "%", known, words=(f"{what} is not known",), missing=lacking)
    quality, doubts = _completeness(found, by_net)
    away = (price / by_net.price - 1) * 100
    words = [f"the average ETF holder is {_side(away)}", f"${price:,.0f} against a net cost of ${by_net.price:,.0f}"]
    if by_average.price is not None:
        beside = (price / by_average.price - 1) * 100
        words.append(f"{_side(beside)} by average cost without {OUTSIDE}, ${by_average.price:,.0f}")
    if spot is None:
        last = close[0].point
        words.append(f"bitcoin {'so far on' if last.provisional else 'as of the close of'} {last.period}")
    used = [*used_on(known, found.days[-1]), *(close if spot is None else [])]
    answer = reading(
        name,
        away,
        "%",
        known,
        used,
        period=found.days[-1].day,
        quality=quality,
        words=[*words, *doubts],
        formula="price / etf.cost.net - 1",
        missing=_lacking(by_net),
    )
    if spot is None:
        return answer
    live = Input("btc.price", new_york_day(known.as_of_ms), spot, known.as_of_ms, "live")
    return replace(answer, inputs=(*answer.inputs, live), known_ms=known.as_of_ms)


def _side(percent: float) -> str:
    return f"{abs(percent):.1f} % {'under water' if percent < 0 else 'in profit'}"
