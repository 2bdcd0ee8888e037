"""When publishers brought out late what their rule says: a back-filled value was not known before.

Without this table a look back at autumn 2025 would know numbers that nobody had: the federal shutdown of 2025-10-01 to
2025-11-12 stopped BLS, BEA, Census and CFTC, and what they caught up with came weeks and months behind its rule.
"""

from datetime import date

from msgspec import Struct


class Interruption(Struct, frozen=True):
    """Periods from `first` to `last` of the series that begin with `prefix` were not out before the day `out`."""

    prefix: str
    first: date
    last: date
    out: date


TABLE: tuple[Interruption, ...] = (
    # BLS, "Revised news release dates following the 2025 lapse in appropriations".
    Interruption("CPI", date(2025, 9, 1), date(2025, 9, 1), date(2025, 10, 24)),
    Interruption("CPI", date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 18)),
    Interruption("PAYEMS", date(2025, 9, 1), date(2025, 9, 1), date(2025, 11, 20)),
    Interruption("PAYEMS", date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 16)),
    Interruption("UNRATE", date(2025, 9, 1), date(2025, 9, 1), date(2025, 11, 20)),
    Interruption("UNRATE", date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 16)),
    Interruption("LNS14024887", date(2025, 9, 1), date(2025, 9, 1), date(2025, 11, 20)),
    Interruption("LNS14024887", date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 16)),
    # BEA's schedule after the shutdown.
    Interruption("PCEPI", date(2025, 9, 1), date(2025, 9, 1), date(2025, 12, 5)),
    Interruption("PCEPI", date(2025, 10, 1), date(2025, 11, 1), date(2026, 1, 22)),
    Interruption("GDPC1", date(2025, 7, 1), date(2025, 7, 1), date(2025, 12, 23)),
    Interruption("GDPC1", date(2025, 10, 1), date(2025, 10, 1), date(2026, 2, 20)),
    # CFTC brought out the missed reports one by one; the day by which all were out stands for each of them.
    Interruption("COT.", date(2025, 9, 30), date(2026, 1, 13), date(2026, 1, 23)),
    # Weekly claims were not published for the weeks of the shutdown until it had ended.
    Interruption("ICSA", date(2025, 9, 27), date(2025, 11, 8), date(2025, 11, 20)),
)


_FIRST = min(row.first for row in TABLE)


def out(series: str, period: date) -> date | None:
    """The day before which the value of that period was not out; `None` where the rule held."""
    if period < _FIRST:
        return None
    return next(
        (row.out for row in TABLE if series.startswith(row.prefix) and row.first <= period <= row.last),
        None,
    )
