"""The Board's text of daylight overdrafts by the quarter, newest first, columns by spaces: psr_dlodavgqtr.txt."""

from datetime import date

from feeds.simulate.http import Answer, Request, Site
from feeds.simulate.publishers.world import Handler, World, grouped, routed

_PARTS = (0.95, 0.05, 0.9)
_FOLDER = "/paymentsystems/files"


def site(world: World) -> Site:
    """The averages and the peaks."""
    return routed(
        {
            f"{_FOLDER}/psr_dlodavgqtr.txt": _file(world, "DLOD", "Average"),
            f"{_FOLDER}/psr_dlodpeakqtr.txt": _file(world, "DLOD.PEAK", "Peak"),
        }
    )


def _file(world: World, series: str, kind: str) -> Handler:
    def quarters(request: Request) -> Answer:
        lines = [
            f"{kind} Daylight Overdrafts - Quarterly Data [1]",
            "(in billions of dollars)",
            "",
            "Date        Total      Funds    Book-entry   Collateralized   Percent",
            "                                              Overdrafts[2]   of Total",
            "",
            *(_line(day, value) for day, value in reversed(world.points(series))),
            "",
            "[1] Averages and peaks are of all institutions, over the business days of the quarter.",
            "[2] Backed by collateral that was pledged before.",
        ]
        return Answer(200, "\n".join(lines) + "\n", "text/plain")

    return quarters


def _line(day: date, total: float) -> str:
    """The total, and what of it are funds, book entries, and collateralized."""
    first, *parts = [f"${grouped(value, 2)}" for value in (total, *(round(total * part, 2) for part in _PARTS))]
    return f"{day.year}:Q{(day.month + 2) // 3}   {first:>8} {parts[0]:>10} {parts[1]:>11} {parts[2]:>14}        90%"
