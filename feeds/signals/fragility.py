"""What could break: credit spreads, concentration, card debt, the young out of work, the AI trade."""

from msgspec.structs import replace

from feeds.signals.by_date import PLACES
from feeds.signals.changes import Line, a_year, change, line, months, now, ratio, trading_days
from feeds.signals.knowledge import bounds, word
from feeds.signals.lines import number
from feeds.signals.thresholds import FragilityRule
from feeds.topics.base import Note, Reading, noted
from feeds.topics.dollar import Fragility, Unpublished
from feeds.vintages import Known

UNPUBLISHED = (
    Unpublished("Oracle's credit default swaps", "quoted among dealers; no free number"),
    Unpublished("marks of private loans", "funds value them themselves, a quarter late; no index is free"),
    Unpublished("interbank payments sent late", "the New York Fed watches them and does not publish them"),
    Unpublished("domestic banks' share of fed funds borrowed", "the New York Fed watches it and does not publish it"),
    Unpublished("age and share of first-time home buyers", "a survey once a year, for readers and not for programs"),
    Unpublished("subprime car loans in arrears", "in quarterly reports only, some for subscribers"),
)
"""All of them belong beside the numbers above, and no program can have them."""


def fragility(known: Known, rule: FragilityRule) -> Fragility:
    """The page with its readings."""
    spread = ratio(known, "RSP", "SPY", "S&P 500 of equal weights over that by size")
    without = (Note("part", "closes, without what the funds pay out"),)
    return Fragility(
        (
            now(known, "fragility.hy", line(known, "BAMLH0A0HYM2", "high-yield spread", "%")),
            now(known, "fragility.ig", line(known, "BAMLC0A0CM", "investment-grade spread", "%")),
            now(known, "fragility.rsp_spy", spread, without),
            _with(change(known, "fragility.rsp_spy.1y", spread, a_year(), percent=True, places=4), without),
            top10(known, rule),
            now(known, "fragility.cards", _cards(known)),
            cards_4q(known),
            now(known, "fragility.stlfsi", line(known, "STLFSI4", "financial stress, St. Louis Fed", "index")),
            now(known, "fragility.youth", line(known, "LNS14024887", "unemployment of ages 16 to 24", "%")),
            *(_against_qqq(known, id_, label) for id_, label in (("NVDA", "Nvidia"), ("SMH", "semiconductors"))),
        ),
        UNPUBLISHED,
    )


def _with(of: Reading, notes: tuple[Note, ...]) -> Reading:
    return of if of.value is None else replace(of, notes=(*of.notes, *notes))


def _cards(known: Known) -> Line:
    return line(known, "DRCCLACBS", "card delinquency", "%")


def cards_4q(known: Known) -> Reading:
    """Card delinquency against the same quarter of the year before, in percentage points."""
    of = _cards(known)._replace(unit="points")
    return change(known, "fragility.cards.4q", of, months(12, "over 4 quarters"), percent=False)


def top10(known: Known, rule: FragilityRule) -> Reading:
    """The weight of the ten largest of the S&P 500, beside the mark."""
    found = now(known, "fragility.top10", line(known, "SPY.TOP10", "ten largest of the S&P 500", "%"))
    value, within = number(found), bounds(found)
    if value is None:
        return found
    apart = round(value - rule.top10_pct, PLACES)
    band = word(within, ((rule.top10_pct, "under the mark"),), "over the mark") or ""
    said = (
        f"{abs(apart):.2f} points {'over' if apart >= 0 else 'under'} {rule.top10_pct:g} %" if apart else "at the mark"
    )
    return replace(found, band=band, notes=(*noted([said]), *found.notes))


def _against_qqq(known: Known, id_: str, label: str) -> Reading:
    """What one has gained on the Nasdaq 100 over 20 trading days, in percent."""
    of = ratio(known, id_, "QQQ", f"{label} over the Nasdaq 100")
    return change(known, f"fragility.{id_.lower()}_qqq.20d", of, trading_days(20), percent=True, places=4)
