"""The bitcoin futures curve as rows of a file: every number of the view, one to a row. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from feeds.topics import Curve, CurvePoint
from tui.export import Cell
from tui.widgets.flow_export import Sheet

COLUMNS = (
    "what", "venue", "contract", "sort", "expiry", "days", "pct_a_year", "state", "quality", "as_of_utc", "for_day",
    "counted", "note",
)  # fmt: skip


def points(curve: Curve) -> Sheet:
    """Contracts, medians by expiry, tenors, perpetuals, cash, and what has no basis, whose number is empty."""
    rows: list[Sequence[Cell]] = [_contract("contract", point) for point in curve.points]
    rows += [_contract("cme", point) for point in curve.cme]
    for sort, line in (("all", curve.all), ("inverse", curve.inverse), ("linear", curve.linear)):
        rows += [
            (
                "median",
                "",
                "",
                sort,
                one.expiry,
                one.days,
                one.basis,
                "",
                "",
                "",
                None,
                "",
                f"{one.venues} venue{'s'[: one.venues > 1]}",
            )
            for one in line
        ]
    worth = {reading.name: reading for reading in curve.readings}
    for tenor in curve.tenors:
        reading = worth[f"curve.btc.{tenor.days}d"]
        how = "; ".join(reading.said("why", "span")[:1])
        rows.append(
            ("tenor", "", "", "all", None, tenor.days, tenor.all, reading.state, reading.quality, "", None, "", how)
        )
        rows += [
            ("tenor", "", "", sort, None, tenor.days, value, "", "", "", None, "", "")
            for sort, value in (("inverse", tenor.inverse), ("linear", tenor.linear))
        ]
    rows += [
        ("funding", one.venue, one.symbol, _sort(one.inverse), None, 0, one.funding, one.state, one.quality,
         _moment(one.as_of_ms), None, "", f"next {_moment(one.next_ms)}" if one.next_ms else "")
        for one in curve.funding
    ]  # fmt: skip
    rows += [
        ("cash", "", one.series, "", None, one.days, one.value, one.state, "", "", one.period, "", "")
        for one in curve.cash
    ]
    rows += [
        ("dropped", one.venue, one.symbol, "", None, None, None, "", "", "", None, "", one.why) for one in curve.dropped
    ]
    return "curve-btc", COLUMNS, rows


def _contract(what: str, point: CurvePoint) -> Sequence[Cell]:
    return (
        what, point.venue, point.symbol, _sort(point.inverse), point.expiry, point.days, point.basis, point.state, "",
        _moment(point.as_of_ms), None, "counted" if point.counted else "", point.note,
    )  # fmt: skip


def _sort(inverse: bool) -> str:
    return "inverse" if inverse else "linear"


def _moment(ms: int | None) -> str:
    return "" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat()
