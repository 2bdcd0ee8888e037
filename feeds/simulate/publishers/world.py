"""What the publishers publish, and how they write numbers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from feeds.simulate.http import Answer, Request, Site

Point = tuple[date, float]
Handler = Callable[[Request], Answer]

HTML = "text/html; charset=UTF-8"
CSV = "text/csv"
DAY = timedelta(days=1)


class World(Protocol):
    """What is known to the publishers now; values in the units of `feeds.series`. It may go on while it is asked."""

    @property
    def now_ms(self) -> Callable[[], int]:
        """What tells the time."""
        ...

    def today(self) -> date:
        """The day it is in New York."""
        ...

    def points(self, series: str) -> Sequence[Point]:
        """What has been published of a series, oldest first; empty where there is no such series."""
        ...

    def funds(self) -> Sequence[str]:
        """The tickers of the bitcoin funds, in the order of the publishers' columns."""
        ...


def spaced(points: Sequence[Point], span: "Span", holes: bool) -> Iterator[tuple[date, float | None]]:
    """The points of a span, oldest first; with `holes`, weekdays between them that have none are there as `None`."""
    before: date | None = None
    for day, value in points:
        if before and holes:
            yield from ((hole, None) for hole in weekdays(before + DAY, day - DAY) if hole in span)
        if day in span:
            yield day, value
        before = day


class Span:
    """Days, both included; `None` is open."""

    def __init__(self, first: str | None, last: str | None) -> None:
        self.first = date.fromisoformat(first) if first else date.min
        self.last = date.fromisoformat(last) if last else date.max

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def weekdays(first: date, last: date) -> Iterator[date]:
    """Monday to Friday, both ends included."""
    day = first
    while day <= last:
        if day.weekday() < 5:
            yield day
        day += DAY


def written(value: float, places: int) -> str:
    """A number with that many places, or with as many more as it takes to read it back exactly."""
    for more in range(places, 18):
        text = f"{value:.{more}f}"
        if float(text) == value:
            return text
    return format(Decimal(value), "f")


def grouped(value: float, places: int) -> str:
    """As `written`, with commas between the thousands."""
    whole, dot, rest = written(value, places).partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole != "-0" else f"-0{dot}{rest}"


def scaled(value: float, zeros: int) -> str:
    """A number times a power of ten, digit by digit: 50.35 and 9 zeros are 50350000000."""
    text = format(Decimal(repr(value)).scaleb(zeros), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def routed(pages: Mapping[str, Handler]) -> Site:
    """A site of fixed paths."""

    def answer(request: Request) -> Answer:
        page = pages.get(request.path)
        return page(request) if page else not_found()

    return answer


def not_found() -> Answer:
    """What a web server says of a page that it does not have."""
    return Answer(404, "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body></body></html>\n", HTML)
