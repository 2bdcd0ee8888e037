"""Farside's tables of what flowed into the bitcoin funds, in millions of dollars. Format: pages of farside.co.uk, 2026.

`(44.5)` is below zero, `-` is not reported yet. A day's row is there before its numbers are.
"""

from collections.abc import Sequence
from datetime import date

from feeds.calendars import business_day
from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import DAY, HTML, World, grouped, routed

_RECENT = 13
_SHADED = ' style="background-color: #eaeffa !important;"'
_NEWEST = ' style="background-color: #99ff99 !important;"'

Row = list[float | None]


def site(world: World) -> Site:
    """The page of the last days, whose tickers have no word above the totals, and that of all days."""

    def recent(request: Request) -> Answer:
        return _page(world, _RECENT, "")

    def everything(request: Request) -> Answer:
        return _page(world, None, "Total")

    return routed({"/btc/": recent, "/bitcoin-etf-flow-all-data/": everything})


def _page(world: World, newest: int | None, above_totals: str) -> Answer:
    funds = world.funds()
    rows = _days(world, funds)
    days = list(rows)[-newest:] if newest else list(rows)
    text = "Bitcoin ETF Flow (US$m)"
    body = [
        f"<!DOCTYPE html>\n<html>\n<head><title>{text} – Farside Investors</title></head>\n<body>\n<h1>{text}</h1>",
        '<table class="etf">\n<thead>',
        _header("", [f'<img src="/images/etf/{fund.lower()}.jpg" alt="{fund}">' for fund in funds], "Total"),
        _header("", list(funds), above_totals),
        _header("Fee", ["0.25%"] * len(funds), ""),
        "</thead>\n<tbody>",
        *(_row(f"{day:%d %b %Y}", _cells(rows[day]), _NEWEST if day == days[-1] else "") for day in days),
        *_summary(list(rows.values())),
        "</tbody>\n</table>\n</body>\n</html>\n",
    ]
    return Answer(200, "\n".join(body), HTML)


def _days(world: World, funds: Sequence[str]) -> dict[date, Row]:
    """A row for each day that any fund has reported, and one for the session after these if it has begun."""
    flows = [dict(world.points(f"ETF.{fund}")) for fund in funds]
    days = sorted({day for points in flows for day in points})
    if days:
        following = days[-1] + DAY
        while not business_day("nyse", following):
            following += DAY
        days += [following] if following <= world.today() else []
    return {day: [points.get(day) for points in flows] for day in days}


def _summary(rows: Sequence[Row]) -> list[str]:
    """Total, average, maximum and minimum of all days, whichever the page shows."""
    columns = [[value for value in column if value is not None] for column in zip(*rows, strict=True)]
    columns.append([_total(row) for row in rows])
    whole = [f"{sum(column):,.0f}" for column in columns]
    means = [sum(column) / len(column) if column else 0.0 for column in columns]
    return [
        _row("Total", [_signed(text) for text in whole], _SHADED),
        _row("Average", [_signed(f"{mean:,.1f}") for mean in means], _SHADED),
        _row("Maximum", [_cell(max(column, default=0.0)) for column in columns], _SHADED),
        _row("Minimum", [_cell(min(column, default=0.0)) for column in columns], _SHADED),
    ]


def _total(row: Row) -> float:
    return round(sum(value for value in row if value is not None), 1)


def _cells(row: Row) -> list[str]:
    """Each fund's flow and, last, what those that have reported come to."""
    return [_cell(value) for value in (*row, _total(row))]


def _cell(value: float | None) -> str:
    return "-" if value is None else _signed(grouped(value, 1))


def _signed(text: str) -> str:
    """Below zero in parentheses and red."""
    return f'<span class="redFont">({text[1:]})</span>' if text.startswith("-") else text


def _row(name: str, cells: Sequence[str], style: str = "") -> str:
    listed = "".join(
        f'<td{_class(cell)}><div align="right"><span class="tabletext">{cell}</span></div></td>' for cell in cells
    )
    return f'<tr{style}>\n    <td><span class="tabletext">{name}</span></td>\n    {listed}</tr>'


def _class(cell: str) -> str:
    return ' class="zero-flow"' if cell in ("0.0", "-") else ""


def _header(first: str, cells: Sequence[str], last: str) -> str:
    listed = [f'<th><div align="right"><span class="tabletext">{cell}</span></div></th>' for cell in (*cells, last)]
    name = f'<th><span class="tabletext">{first}</span></th>'
    return "\n    ".join(['<tr bgcolor="#eaeffa">', name, *listed]) + "\n</tr>"
