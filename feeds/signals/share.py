"""Who sets the price: CME's share of open interest, always of one date, which is said."""

from collections.abc import Sequence
from datetime import date

from feeds.signals._reading import Used, last_used, reading, unread
from feeds.signals.open_interest import CONTRACTS, MICRO_BEGAN, VENUES, Cme, doubted, gaps, reports, seen_late, snapshot
from feeds.signals.share_weeks import crossings, decides, ratio_bounds, share_bounds, sure, week
from feeds.signals.thresholds import ShareRule
from feeds.topics.base import Kind, Note, Quality, Reading
from feeds.topics.share import Share, ShareWeek
from feeds.vintages import Known, Point

CME_FORMULA = " + ".join(f"{size:g} x {code}" for code, size in CONTRACTS)
CME_SERIES = tuple(f"COT.{code}.OI" for code, _ in CONTRACTS)
NO_REPORT = "no report of the CFTC is known"


def share(known: Known, rule: ShareRule) -> Share:
    """The page with its readings."""
    all_reports = reports(known)
    doubts = {venue: doubted(known.points(f"OI.{venue.upper()}"), rule) for venue in VENUES}
    weeks = [week(known, report, doubts, rule) for report in all_reports]
    missing = gaps([report.day for report in all_reports], rule)
    newest = all_reports[-1] if all_reports else None
    return Share(
        (
            _cme(known, newest, missing),
            *(_venue(known, venue, doubts[venue]) for venue in VENUES),
            _share(known, weeks, newest, rule),
            _ratio(known, weeks, newest, rule),
            _net_short(known, newest),
        ),
        tuple(weeks),
        tuple(crossings(weeks)),
        tuple(missing),
    )


def _cme(known: Known, report: Cme | None, missing: Sequence[tuple[date, date, int]]) -> Reading:
    name, main = "oi.cme", "COT.133741.OI"
    if report is None:
        return reading(name, None, "BTC", known, words=(NO_REPORT,), missing=(main,))
    words = [Note("span", f"close of {report.day:%A} {report.day}")]
    if report.missing:
        least = "at least so much: " if report.open_interest is not None else ""
        kind: Kind = "lacks" if report.open_interest is not None else "why"
        words.insert(0, Note(kind, f"{least}{', '.join(report.missing)} is not in the report"))
    words += [Note("lacks", f"{_count(n)} missing between {before} and {after}") for before, after, n in missing[-1:]]
    return reading(
        name,
        report.open_interest,
        "BTC",
        known,
        _report_used(known, report, "OI"),
        period=report.day,
        quality="floor" if report.missing else None,
        words=words,
        formula=CME_FORMULA,
        missing=report.missing,
    )


def _count(reports_: int) -> str:
    return "1 report is" if reports_ == 1 else f"{reports_} reports are"


def _report_used(known: Known, report: Cme, *fields: str) -> list[Used]:
    names = [f"COT.{code}.{what}" for code, _ in CONTRACTS for what in fields]
    return [Used(name, point) for name in names if (point := known.on(name, report.day))]


def _venue(known: Known, venue: str, doubts: set[date]) -> Reading:
    """The newest snapshot of an exchange."""
    series = f"OI.{venue.upper()}"
    used = last_used(known, series)
    if not used:
        return reading(f"oi.{venue}", None, "BTC", known, words=(f"{venue} is not known",), missing=(series,))
    point = used[0].point
    strange = point.period in doubts
    words = [
        *([Note("doubt", _doubt(known, venue, doubts))] if strange else []),
        Note("span", seen_late(venue, point) or f"00:00 UTC of {point.period}"),
    ]
    quality: Quality | None = "doubted" if strange else None
    return reading(f"oi.{venue}", point.value, "BTC", known, used, quality=quality, words=words, formula=series)


def _doubt(known: Known, venue: str, doubts: set[date]) -> str:
    """Since when an exchange tells a number that is not believed, against which."""
    points = known.points(f"OI.{venue.upper()}", until=max(doubts))
    believed = next((point for point in reversed(points) if point.period not in doubts), None)
    before = f" after {believed.value:,.0f} on {believed.period}" if believed else ""
    return f"{venue} looks doubled: {points[-1].value:,.0f} BTC on {points[-1].period}{before}"


def _matched(known: Known, report: Cme, rule: ShareRule, venues: Sequence[str]) -> list[Used]:
    points: list[tuple[str, Point | None]] = [(venue, snapshot(known, venue, report.day, rule)) for venue in venues]
    return _report_used(known, report, "OI") + [Used(f"OI.{venue.upper()}", point) for venue, point in points if point]


def _dates(known: Known, one: ShareWeek, venues: Sequence[str]) -> list[Note]:
    """Both dates, always; and which snapshots are older or younger than they should be."""
    older = dict(one.older)
    words = [Note("span", f"CME's close of {one.day:%A} {one.day} against 00:00 UTC of {one.snapshot}")]
    for venue in venues:
        point = known.on(f"OI.{venue.upper()}", older.get(venue, one.snapshot))
        if venue in older:
            words.append(Note("older", f"{venue} of {older[venue]}, the nearest before"))
        if point and (late := seen_late(venue, point)):
            words.append(Note("span", late))
    return words


def _worth(one: ShareWeek, report: Cme, venues: Sequence[str], lacking: Sequence[str]) -> Quality | None:
    if any(not sure(one, venue) for venue in venues if venue not in lacking):
        return "estimated"
    return "partial" if lacking or report.missing else None


def _share(known: Known, weeks: Sequence[ShareWeek], report: Cme | None, rule: ShareRule) -> Reading:
    """CME's share of the five. Without one of them it is at most so much, for it is missing below the line only."""
    name = "oi.cme_share"
    if report is None:
        return reading(name, None, "%", known, words=(NO_REPORT,), missing=("COT.133741.OI",))
    one = weeks[-1]
    lacking = [venue for venue in VENUES if getattr(one, venue) is None]
    missing = [*report.missing, *(f"OI.{venue.upper()}" for venue in lacking)]
    words = _dates(known, one, VENUES)
    if one.cme is None:
        words.insert(0, Note("why", "CME's larger contract is not in the report"))
    elif one.share is None:
        words.insert(0, Note("why", "nothing to compare: no snapshot of that date is known"))
    elif lacking:
        most = "" if report.missing else ": at most so much"
        words.insert(0, Note("lacks", f"{one.parts} of 5 parts, without {', '.join(lacking)}{most}"))
    words = [_strange(known, venue, one, rule) for venue in one.doubted] + words
    return reading(
        name,
        one.share,
        "%",
        known,
        _matched(known, report, rule, VENUES),
        period=report.day,
        quality=_worth(one, report, VENUES, lacking),
        words=words,
        formula="CME / (CME + Binance + Bybit + OKX + Deribit), all in BTC",
        missing=missing,
        bounds=share_bounds(one),
    )


def _strange(known: Known, venue: str, one: ShareWeek, rule: ShareRule) -> Note:
    """What is said of an exchange whose number of that week is not believed."""
    days = {day for day in doubted(known.points(f"OI.{venue.upper()}"), rule) if day <= one.snapshot}
    return Note("doubt", _doubt(known, venue, days))


def _ratio(known: Known, weeks: Sequence[ShareWeek], report: Cme | None, rule: ShareRule) -> Reading:
    """CME over Binance, and when they last changed sides."""
    name = "oi.cme_binance"
    if report is None:
        return reading(name, None, "", known, words=(NO_REPORT,), missing=("COT.133741.OI",))
    one = weeks[-1]
    lacking = [] if one.binance is not None else ["binance"]
    words = [_strange(known, "binance", one, rule)] if "binance" in one.doubted else []
    if one.cme is None or lacking:
        why = "CME's larger contract is not in the report" if one.cme is None else "Binance is not known"
        words.append(Note("why", why))
    words += [*_dates(known, one, ("binance",)), *_side(known, weeks)]
    return reading(
        name,
        one.ratio,
        "",
        known,
        _matched(known, report, rule, ("binance",)),
        period=report.day,
        quality="doubted" if "binance" in one.doubted else _worth(one, report, ("binance",), lacking),
        words=words,
        formula="CME / Binance, both in BTC",
        missing=[*report.missing, *(f"OI.{venue.upper()}" for venue in lacking)],
        bounds=ratio_bounds(one),
    )


def _side(known: Known, weeks: Sequence[ShareWeek]) -> Sequence[Note]:
    """Since when CME has had more than Binance, or less; as far as that is sure by the newest report."""
    if reading_in := unread(known, ("COT.*", "OI.*", "OI.BINANCE", *CME_SERIES)):
        return reading_in
    sure_ = "" if decides(weeks[-1]) else "last sure: "
    return [
        Note("since", f"{sure_}{side} 1 since the report of {last.day}, after that of {last.since}")
        for last in crossings(weeks)[-1:]
        for side in ("over" if last.over else "under",)
    ]


def _net_short(known: Known, report: Cme | None) -> Reading:
    """What leveraged funds are short at CME, in BTC: the futures' side of a cash-and-carry trade."""
    name = "oi.cme.net_short"
    if report is None:
        return reading(name, None, "BTC", known, words=(NO_REPORT,), missing=("COT.133741.LEV.SHORT",))
    used = _report_used(known, report, "LEV.SHORT", "LEV.LONG")
    codes = [code for code, _ in CONTRACTS if code == "133741" or report.day >= MICRO_BEGAN]
    names = [f"COT.{code}.LEV.{side}" for code in codes for side in ("LONG", "SHORT")]
    missing = [one for one in names if not known.on(one, report.day)]
    words = [Note("why", "positions of leveraged funds are not whole")] if report.net_short is None else []
    return reading(
        name,
        report.net_short,
        "BTC",
        known,
        used,
        period=report.day,
        words=[*words, Note("span", f"leveraged funds, close of {report.day:%A} {report.day}")],
        formula="(short - long) in contracts, " + CME_FORMULA,
        missing=missing,
    )
