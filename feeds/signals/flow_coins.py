"""Beside the flows: what all bitcoin cost when they last moved, and what the largest fund holds for its shares."""

from feeds.signals._reading import Used, reading
from feeds.signals.by_date import values_by_day
from feeds.topics.base import Note, Reading
from feeds.vintages import Known

MVRV, CLOSE = "BTC.MVRV", "BTC"
COINS, SHARES, SHARE = "IBIT.BTC", "IBIT.SHARES", "IBIT.NAV"


def realised(known: Known) -> Reading:
    """The realised price: the close of the newest day that has a ratio of market to realised value, over that ratio."""
    name, formula = "btc.realised", "close of BTC / BTC.MVRV of the same day"
    closes = values_by_day(known, CLOSE)
    ratios = known.points(MVRV)
    ratio = next((point for point in reversed(ratios) if point.period in closes), None)
    if ratio is None:
        missing = [id_ for id_, there in ((MVRV, bool(ratios)), (CLOSE, bool(closes))) if not there]
        why = f"{' and '.join(missing)} is not known" if missing else "no day has both a close and a ratio"
        return reading(name, None, "$", known, words=(why,), missing=missing, formula=formula)
    close = known.on(CLOSE, ratio.period)
    assert close, ratio.period
    notes = [
        Note("says", "what all bitcoin cost when they last moved"),
        Note("span", f"{close.value:,.2f} / {ratio.value:.4f} of {ratio.period}"),
    ]
    if ratios[-1].period > ratio.period:
        notes.append(Note("older", f"there is no close of {ratios[-1].period}"))
    return reading(
        name,
        close.value / ratio.value,
        "$",
        known,
        [Used(CLOSE, close), Used(MVRV, ratio)],
        words=notes,
        formula=formula,
    )


def ibit(known: Known) -> tuple[Reading, Reading]:
    """Bitcoin that IBIT holds, and what one of its shares is worth by its holdings."""
    coins, share = known.last(COINS), known.last(SHARE)
    shares = known.on(SHARES, coins.period) if coins else None
    notes = [f"{shares.value:,.0f} shares"] if shares else ["how many shares there are is not in the file"]
    held = (
        reading("etf.ibit.btc", None, "BTC", known, words=("no file of IBIT's holdings is known",), missing=(COINS,))
        if coins is None
        else reading(
            "etf.ibit.btc",
            coins.value,
            "BTC",
            known,
            [Used(COINS, coins)],
            words=[Note("part" if shares else "lacks", notes[0]), Note("span", f"holdings of {coins.period}")],
            formula="bitcoin in the file of IBIT's holdings",
        )
    )
    why = "no file of IBIT's holdings with shares outstanding is known"
    worth = (
        reading("etf.ibit.share", None, "$", known, words=(why,), missing=(SHARE,))
        if share is None
        else reading(
            "etf.ibit.share",
            share.value,
            "$",
            known,
            [Used(SHARE, share)],
            words=["computed, for the file does not tell it", Note("span", f"holdings of {share.period}")],
            formula="market values of all holdings / shares outstanding",
        )
    )
    return held, worth
