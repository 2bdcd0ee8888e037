"""The topic of who sets the price: CME's open interest against that of four exchanges."""

from datetime import date

from msgspec import Struct

from feeds.topics.base import Reading


class ShareWeek(Struct, frozen=True, array_like=True):
    """One CFTC report beside the snapshots that match it; all in BTC, `None` where not known.

    `cme` is the close of `day`, a Tuesday or the Monday before a holiday; the others are of 00:00 UTC of `snapshot`,
    the following day; `older`: exchanges whose snapshot is of a day before that, and which. `missing`: series that the
    report lacks, so that `cme` is a floor. `share` is CME's of all that are known, in percent, and an upper bound where
    `parts` is under five. `net_short`: what leveraged funds are short at CME, less their longs. `doubted`: exchanges
    whose number is not believed.
    """

    day: date
    snapshot: date
    cme: float | None
    binance: float | None
    bybit: float | None
    okx: float | None
    deribit: float | None
    share: float | None
    parts: int
    ratio: float | None
    net_short: float | None
    doubted: tuple[str, ...] = ()
    older: tuple[tuple[str, date], ...] = ()
    missing: tuple[str, ...] = ()


class Crossing(Struct, frozen=True, array_like=True):
    """CME's open interest rose over Binance's, or fell under it, by the report of `day`, after that of `since`."""

    day: date
    over: bool
    since: date


class Share(Struct, frozen=True):
    """Who sets the price. `weeks` oldest first; `crossings` of CME and Binance oldest first.

    `gaps`: pairs of CFTC reports between which others were due, and how many are missing.
    """

    readings: tuple[Reading, ...]
    weeks: tuple[ShareWeek, ...]
    crossings: tuple[Crossing, ...]
    gaps: tuple[tuple[date, date, int], ...]
