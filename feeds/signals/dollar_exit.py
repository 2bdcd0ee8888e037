"""Who leaves the dollar: custody at the Fed, gold, CIPS, two dollar indices, Hong Kong's band, the deficit."""

from collections.abc import Sequence
from datetime import date

from feeds.signals._reading import Used, last_used, reading, unread
from feeds.signals.by_date import PLACES, month, months_before, why_missing
from feeds.signals.changes import Line, change, line, months, now, since, weeks
from feeds.signals.lines import difference, unknown
from feeds.signals.money import custody
from feeds.signals.thresholds import DollarRule, DriversRule
from feeds.topics.base import Note, Reading
from feeds.topics.dollar import CustodyWeek, DollarExit
from feeds.vintages import Known

TROY_OUNCES_A_TON = 32_150.7466
"""1,000 kg at 31.1034768 g the ounce, as bullion is counted."""
CUSTODY = "WSEFINTL1"
PARTS = (
    ("treasuries", "WMTSECL1", "Treasuries in custody"),
    ("agencies", "WFASECL1", "agency debt in custody"),
    ("other", "WSEFINOL", "other securities in custody"),
)
WEEK_DAYS = 6
"""An anchor that is no Wednesday is counted from the last one before it."""
PIPS = 10_000


def dollar_exit(known: Known, rule: DollarRule, drivers: DriversRule) -> DollarExit:
    """The page with its readings. Custody is counted from the date that the drivers count it from."""
    anchor = drivers.custody_since
    return DollarExit(
        (
            custody(known, drivers),
            *(
                change(known, f"custody.change.{name}", _bn(known, id_, label), since(anchor, WEEK_DAYS), percent=False)
                for name, id_, label in PARTS
            ),
            custody_13w(known),
            now(known, "gold.exports", line(known, "GOLD.EXPORTS", "gold exports", "$bn", per=1e9, whole=True)),
            gold_exports_yoy(known),
            cips_yoy(known, "value"),
            cips_yoy(known, "count"),
            difference(
                known,
                "gold.net_exports",
                ("GOLD.EXPORTS", "GOLD.IMPORTS"),
                "gold, exports less imports,",
                "$bn",
                times=1e-9,
                places=1,
            ),
            now(known, "dollar.swaps", _bn(known, "SWPT", "drawn by other central banks on swap lines, Wednesday")),
            now(known, "dollar.fima", _bn(known, "H41RESPPALGTRFNWW", "lent to foreign officials (FIMA), Wednesday")),
            now(known, "dollar.broad", _broad(known)),
            change(known, "dollar.broad.13w", _broad(known), weeks(13), percent=True),
            now(known, "dxy.level", _dxy(known)),
            dxy_13w(known),
            *hong_kong(known, rule),
            deficit(known),
            gold_13w(known),
            revaluation(known, rule),
        ),
        _weeks(known, anchor),
    )


def custody_13w(known: Known) -> Reading:
    """Custody for foreign officials against the Wednesday exactly 13 weeks before, in $bn."""
    return change(
        known, "custody.13w", _bn(known, CUSTODY, "custody for foreign officials"), weeks(13, 0), percent=False
    )


def gold_13w(known: Known) -> Reading:
    """Gold over 13 weeks, in percent; of the front future."""
    return change(known, "gold.13w", line(known, "GOLD", "gold", "$/oz"), weeks(13), percent=True)


def dxy_13w(known: Known) -> Reading:
    """ICE's dollar index over 13 weeks, in percent. The Fed's broad one is another index and never takes its place."""
    return change(known, "dxy.13w", _dxy(known), weeks(13), percent=True)


def gold_exports_yoy(known: Known) -> Reading:
    """Exports of nonmonetary gold against the same month of the year before, in percent."""
    of = line(known, "GOLD.EXPORTS", "gold exports", "$bn", per=1e9, whole=True)
    return change(known, "gold.exports.yoy", of, months(12), percent=True)


def cips_yoy(known: Known, what: str) -> Reading:
    """CIPS payments, "value" or "count", against the same month of the year before; a running month does not count."""
    of = line(known, f"CIPS.{what.upper()}", f"CIPS payments by {what}", "", whole=True)
    return change(known, f"cips.{what}.yoy", of, months(12), percent=True)


def _bn(known: Known, id_: str, label: str) -> Line:
    """A series of H.4.1, which writes millions."""
    return line(known, id_, label, "$bn", per=1000)


def _broad(known: Known) -> Line:
    return line(known, "DTWEXBGS", "broad dollar of the Fed, 2006 = 100", "index 2006")


def _dxy(known: Known) -> Line:
    return line(known, "DXY", "dollar index of ICE", "index")


def hong_kong(known: Known, rule: DollarRule) -> tuple[Reading, Reading]:
    """How far the Hong Kong dollar is from the strong side of its band, in percent and in pips; below 0 outside of it.

    From Yahoo's rate, or from the Fed's of New York's noon where that is newer.
    """
    names = ("usdhkd.strong_side", "%"), ("usdhkd.strong_side.pips", "pips")
    found = [*last_used(known, "HKD"), *last_used(known, "DEXHKUS")]
    if not found:
        lacking = [unknown(known, name, unit, ("HKD", "DEXHKUS")) for name, unit in names]
        return lacking[0], lacking[1]
    used = max(found, key=lambda one: one.point.period)
    rate = used.point.value
    pips = round((rate - rule.hkd_strong) * PIPS, 3)
    percent = round((rate / rule.hkd_strong - 1) * 100, PLACES)
    left = round((rule.hkd_weak - rate) * PIPS, 3)
    if pips < 0:
        place = f"{-pips:,.0f} pips stronger than the band"
    elif left < 0:
        place = f"{-left:,.0f} pips weaker than the band"
    else:
        place = f"{pips:,.0f} pips from the strong side, {left:,.0f} from the weak one"
    words: list[str | Note] = [f"{rate:.4f} HKD, {used.point.period}: {place}"]
    if used.series == "DEXHKUS":
        words.append(Note("older", "the Fed's rate at noon in New York, which comes out once a week"))
    strong = f"{rule.hkd_strong:g}"
    both = (
        reading(names[0][0], percent, "%", known, [used], words=words, formula=f"{used.series} / {strong} - 1"),
        reading(names[1][0], pips, "pips", known, [used], words=words, formula=f"({used.series} - {strong}) x 10,000"),
    )
    return both[0], both[1]


def deficit(known: Known) -> Reading:
    """The Treasury's deficit of twelve months in a row, in $bn; no number where one of them is missing."""
    name, id_ = "deficit.12m", "DEFICIT"
    if wait := unread(known, [id_]):
        return unknown(known, name, "$bn", (), *wait)
    newest = known.last(id_)
    if newest is None:
        return unknown(known, name, "$bn", [id_], "the Treasury's deficit: not known")
    wanted = [months_before(newest.period, n) for n in range(11, -1, -1)]
    points = {day: known.on(id_, day) for day in wanted}
    used = [Used(id_, point) for point in points.values() if point]
    lacking = [day for day, point in points.items() if point is None]
    if lacking:
        why = f"{why_missing(id_, lacking[-1])}: no sum of twelve months to {month(newest.period)}"
        return unknown(known, name, "$bn", [id_], why, used=used)
    return reading(
        name,
        round(sum(point.value for _, point in used) / 1e9, PLACES),
        "$bn",
        known,
        used,
        period=newest.period,
        words=[
            Note("span", f"{month(wanted[0])} to {month(newest.period)}"),
            Note("part", f"${newest.value / 1e9:,.1f} bn in the last of them"),
        ],
        formula="sum of DEFICIT over twelve months; a surplus counts against it",
    )


def revaluation(known: Known, rule: DollarRule) -> Reading:
    """What the Treasury's gold is worth over what it is carried at, in $bn."""
    name, used = "gold.revaluation", last_used(known, "GOLD")
    if not used:
        return unknown(known, name, "$bn", ["GOLD"], "gold: not known")
    price = used[0].point.value
    value = rule.gold_t * TROY_OUNCES_A_TON * (price - rule.gold_book_usd) / 1e9
    words: list[str | Note] = [
        f"{rule.gold_t:,.0f} t at ${price:,.2f} an ounce instead of ${rule.gold_book_usd:g}, {used[0].point.period}",
        Note("part", "the price is the front future's"),
    ]
    formula = f"{rule.gold_t:g} t x {TROY_OUNCES_A_TON:,} oz x (GOLD - {rule.gold_book_usd:g})"
    return reading(name, round(value, PLACES), "$bn", known, used, words=words, formula=formula)


def _weeks(known: Known, anchor: date) -> tuple[CustodyWeek, ...]:
    """The Wednesdays from the one that the change is counted from."""
    first = known.last(CUSTODY, anchor)
    points = known.points(CUSTODY, since=first.period if first else anchor)
    return tuple(
        CustodyWeek(point.period, point.value / 1000, *_parts(known, point.period, [id_ for _, id_, _ in PARTS]))
        for point in points
    )


def _parts(known: Known, day: date, ids: Sequence[str]) -> tuple[float | None, float | None, float | None]:
    a, b, c = (point.value / 1000 if (point := known.on(id_, day)) else None for id_ in ids)
    return a, b, c
