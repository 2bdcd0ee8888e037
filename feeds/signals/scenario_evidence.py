"""The numbers that the scenario board goes by, each by the name of its reading."""

from math import copysign

from msgspec import Struct
from msgspec.structs import replace

from feeds.calendars import shift
from feeds.signals._reading import derived
from feeds.signals.by_date import PLACES
from feeds.signals.changes import NEAREST_DAYS, Line, change, line, now, ratio, trading_days
from feeds.signals.dollar_exit import cips_yoy, custody_13w, dxy_13w, gold_13w, gold_exports_yoy
from feeds.signals.fragility import cards_4q
from feeds.signals.knowledge import Bounds, bounds
from feeds.signals.lines import ends_of, number
from feeds.topics.base import Input, Note, Reading, poorest
from feeds.topics.oil import Oil, SpreadDay
from feeds.vintages import Known

DAYS = 20
OWN = (
    "oil.backwardation", "oil.ratio.20d", "move.level", "move.20d", "dgs10.20d", "spy.20d", "btc_igv.20d",
)  # fmt: skip
"""Readings that are worked out here and that no other page has."""


class OilNow(Struct, frozen=True):
    """What the oil curve says: `oil.leg.5d`, `oil.spread`, `oil.ratio`, and the curve of 20 trading days before."""

    leg: Reading
    spread: Reading
    ratio: Reading
    before: SpreadDay | None


def oil_now(page: Oil) -> OilNow:
    """What the board needs of the page of the oil curve."""
    by_name = {one.name: one for one in page.readings}
    ratio = by_name["oil.ratio"]
    before = None
    if ratio.period:
        start = shift("nymex", ratio.period, -DAYS)
        older = [one for one in page.history if 0 <= (start - one.day).days <= NEAREST_DAYS]
        before = older[-1] if older else None
    return OilNow(by_name["oil.leg.5d"], by_name["oil.spread"], ratio, before)


def evidence(known: Known, oil: OilNow) -> dict[str, Reading]:
    """All readings that the table names."""
    move = line(known, "MOVE", "MOVE", "index")
    found = (
        oil.leg,
        _backwardation(oil.spread),
        oil.ratio,
        _ratio_change(known, oil),
        now(known, "move.level", move),
        change(known, "move.20d", move, trading_days(DAYS), percent=False),
        custody_13w(known),
        gold_13w(known),
        dxy_13w(known),
        gold_exports_yoy(known),
        cips_yoy(known, "value"),
        *_yield_and_stocks(known),
        cards_4q(known),
        _btc_igv(known),
    )
    return {one.name: one for one in found}


def _backwardation(spread: Reading) -> Reading:
    value = number(spread)
    turned = None if value is None else round(-value, PLACES)
    ends = {"least": _turned(spread.most), "most": _turned(spread.least)}
    return replace(spread, name="oil.backwardation", value=turned, formula="CL1 - CL6, closes of the same day", **ends)


def _turned(end: float | None) -> float | None:
    return None if end is None else -end


def _ratio_change(known: Known, oil: OilNow) -> Reading:
    """How far CL6/CL1 has come in 20 trading days. The contracts may be others by then: it is the shape that counts."""
    name, formula = "oil.ratio.20d", f"CL6 / CL1 less that of {DAYS} trading days before"
    ratio, before = number(oil.ratio), oil.before
    if ratio is None:
        return replace(oil.ratio, name=name, formula=formula)
    if before is None or before.cl1 <= 0:
        why = f"the curve of {DAYS} trading days before is not known"
        return derived(name, None, "", (oil.ratio,), words=[why], formula=formula, missing=("CL*",))
    was = before.cl6 / before.cl1
    value = round(ratio - was, PLACES)
    words: list[str | Note] = [
        f"CL6/CL1 {value:+.4f} over {DAYS} trading days: {was:.4f} to {ratio:.4f}, {before.day} to {oil.ratio.period}",
        *([Note("span", f"{before.day} from your own series CL1 and CL6")] if before.imported else []),
    ]
    ends = Bounds(*(round(end - was, PLACES) for end in ends_of(oil.ratio, ratio)))
    then = [(id_, point) for id_ in (before.front, before.back) if (point := known.on(id_, before.day))]
    found = derived(
        name,
        value,
        "",
        (oil.ratio,),
        quality=poorest(point.quality for _, point in then),
        words=words,
        formula=formula,
        bounds=ends,
    )
    given = (Input(id_, point.period, point.value, point.known_ms, point.source) for id_, point in then)
    return replace(found, inputs=(*found.inputs, *given))


def _yield_and_stocks(known: Known) -> tuple[Reading, Reading]:
    """Both over the same 20 trading days, up to the newest day that has both."""
    yields = line(known, "DGS10", "10-year yield", "points")
    stocks = line(known, "SPY", "S&P 500", "$")
    days = {point.period for point in known.points("SPY")}
    both = next((point.period for point in reversed(known.points("DGS10")) if point.period in days), None)
    ago = trading_days(DAYS)
    return (
        change(known, "dgs10.20d", yields, ago, percent=False, until=both),
        change(known, "spy.20d", stocks, ago, percent=True, until=both),
    )


def _btc_igv(known: Known) -> Reading:
    """Bitcoin against software over 20 trading days: whether they still go the same way."""
    of: Line = ratio(known, "BTC", "IGV", "BTC over software (IGV)")
    found = change(known, "btc_igv.20d", of, trading_days(DAYS), percent=True, places=2)
    if found.value is None:
        return found
    btc_now, igv_now, btc_was, igv_was = (one.value for one in found.inputs)
    btc, igv = ((now_ / was - 1) * 100 for now_, was in ((btc_now, btc_was), (igv_now, igv_was)))
    apart = bool(btc and igv) and copysign(1, btc) != copysign(1, igv)
    band = "decoupling" if apart else "going together"
    said = Note("part", f"BTC {btc:+.2f} %, IGV {igv:+.2f} %")
    return replace(found, band=band if bounds(found) else "", notes=(said, *found.notes))
