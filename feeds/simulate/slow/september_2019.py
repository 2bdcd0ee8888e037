"""The repo market of September 2019, day by day.

Source: Federal Reserve Bank of New York, Markets Data (reference rates, repo operations; markets.newyorkfed.org),
rate by rate as headlines. The percentiles of 17 September are the published ones; those of the other days, and the
volumes, are made up around the published median. Operations are overnight repos taken up, in billions.
"""

from datetime import date

from msgspec import Struct

BEFORE = (2.00, 2.25, 2.10)
"""Target range, and interest on excess reserves, until 18 September 2019."""
AFTER = (1.75, 2.00, 1.80)
CUT = date(2019, 9, 19)
"""The first day of the lower rates."""


class Day(Struct, frozen=True):
    """Rates in percent; volume and operation in billions of dollars."""

    sofr: float
    p1: float
    p25: float
    p75: float
    p99: float
    effr: float
    volume: float
    operation: float = 0.0


DAYS: dict[date, Day] = {
    date(2019, 8, 23): Day(2.10, 2.03, 2.08, 2.14, 2.25, 2.12, 1120),
    date(2019, 8, 26): Day(2.10, 2.03, 2.08, 2.14, 2.25, 2.12, 1104),
    date(2019, 8, 27): Day(2.15, 2.06, 2.12, 2.19, 2.30, 2.12, 1098),
    date(2019, 8, 28): Day(2.12, 2.05, 2.10, 2.16, 2.28, 2.12, 1106),
    date(2019, 8, 29): Day(2.12, 2.05, 2.10, 2.16, 2.30, 2.12, 1112),
    date(2019, 8, 30): Day(2.16, 2.08, 2.13, 2.22, 2.36, 2.13, 1143),
    date(2019, 9, 3): Day(2.17, 2.09, 2.14, 2.24, 2.40, 2.13, 1165),
    date(2019, 9, 4): Day(2.21, 2.11, 2.16, 2.27, 2.42, 2.13, 1158),
    date(2019, 9, 5): Day(2.21, 2.11, 2.16, 2.27, 2.42, 2.13, 1144),
    date(2019, 9, 6): Day(2.15, 2.08, 2.12, 2.20, 2.33, 2.13, 1139),
    date(2019, 9, 9): Day(2.12, 2.05, 2.10, 2.17, 2.30, 2.13, 1131),
    date(2019, 9, 10): Day(2.14, 2.06, 2.11, 2.18, 2.30, 2.13, 1124),
    date(2019, 9, 11): Day(2.15, 2.07, 2.12, 2.19, 2.31, 2.13, 1119),
    date(2019, 9, 12): Day(2.20, 2.09, 2.15, 2.25, 2.38, 2.13, 1127),
    date(2019, 9, 13): Day(2.20, 2.10, 2.16, 2.26, 2.40, 2.14, 1132),
    date(2019, 9, 16): Day(2.43, 2.15, 2.25, 2.90, 4.60, 2.25, 1177),
    date(2019, 9, 17): Day(5.25, 2.25, 5.00, 5.85, 9.00, 2.30, 1177, 53.15),
    date(2019, 9, 18): Day(2.55, 2.12, 2.30, 2.80, 4.00, 2.25, 1230, 75.0),
    date(2019, 9, 19): Day(1.95, 1.76, 1.88, 2.05, 2.60, 1.90, 1240, 75.0),
    date(2019, 9, 20): Day(1.86, 1.76, 1.82, 1.93, 2.25, 1.90, 1197, 75.0),
    date(2019, 9, 23): Day(1.85, 1.75, 1.82, 1.92, 2.20, 1.90, 1188, 65.75),
    date(2019, 9, 24): Day(1.96, 1.78, 1.88, 2.02, 2.30, 1.90, 1201, 75.0),
    date(2019, 9, 25): Day(2.01, 1.80, 1.91, 2.08, 2.35, 1.90, 1205, 75.0),
    date(2019, 9, 26): Day(1.85, 1.75, 1.82, 1.92, 2.20, 1.85, 1196, 50.1),
    date(2019, 9, 27): Day(1.82, 1.74, 1.79, 1.88, 2.15, 1.83, 1180, 22.7),
}
TODAY = date(2019, 9, 20)
"""The day that stands for the newest one published: the cut is made, and the operations have run four days."""
