"""The rate the Federal Reserve pays on reserves, by its own announcements: a table that is asked of nobody.

Interest on excess reserves (IOER) before 2021-07-29, on reserve balances (IORB) since; both are set by the Board and
named in the implementation note of each decision (https://www.federalreserve.gov/monetarypolicy/openmarket.htm).
The table fills what FRED's IORB does not reach back to, and stands in for it. It knows nothing of later decisions, and
says to what day it is sure.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from feeds.facts import Observation
from feeds.source import Source

IORB_STEPS: tuple[tuple[str, float], ...] = (
    ("2015-12-17", 0.50),
    ("2016-12-15", 0.75),
    ("2017-03-16", 1.00),
    ("2017-06-15", 1.25),
    ("2017-12-14", 1.50),
    ("2018-03-22", 1.75),
    ("2018-06-14", 1.95),
    ("2018-09-27", 2.20),
    ("2018-12-20", 2.40),
    ("2019-05-02", 2.35),
    ("2019-08-01", 2.10),
    ("2019-09-19", 1.80),
    ("2019-10-31", 1.55),
    ("2020-01-30", 1.60),
    ("2020-03-04", 1.10),
    ("2020-03-16", 0.10),
    ("2021-06-17", 0.15),
    ("2022-03-17", 0.40),
    ("2022-05-05", 0.90),
    ("2022-06-16", 1.65),
    ("2022-07-28", 2.40),
    ("2022-09-22", 3.15),
    ("2022-11-03", 3.90),
    ("2022-12-15", 4.40),
    ("2023-02-02", 4.65),
    ("2023-03-23", 4.90),
    ("2023-05-04", 5.15),
    ("2023-07-27", 5.40),
    ("2024-09-19", 4.90),
    ("2024-11-08", 4.65),
    ("2024-12-19", 4.40),
    ("2025-09-18", 4.15),
    ("2025-10-30", 3.90),
    ("2025-12-11", 3.65),
    ("2026-09-17", 3.90),
)
"""The first day of each rate, and percent. All of it was compared with FRED's IORB up to 2026-08-21; the last line is
by the implementation note of 2026-09-16 (monetary20260916a1)."""
SURE_TO = date(2026, 10, 28)
"""The last day of which the table is sure: a decision that it does not know may take effect on the day after."""

# A decision is announced at 14:00 in New York on the eve of its first day; the two of March 2020 were not scheduled.
_USUAL = time(14)
_ANNOUNCED = {"2020-03-04": time(10), "2020-03-16": time(17)}
_NEW_YORK = ZoneInfo("America/New_York")


def observations(until: date) -> Iterator[Observation]:
    """The rates whose first day is on or before `until`, oldest first, each known since it was announced."""
    for effective, percent in IORB_STEPS:
        day = date.fromisoformat(effective)
        if day <= until:
            at = datetime.combine(day - timedelta(days=1), _ANNOUNCED.get(effective, _USUAL), _NEW_YORK)
            yield Observation("IORB", effective, percent, int(at.timestamp()) * 1000, "steps")


SOURCE = Source(
    name="steps",
    title="Federal Reserve announcements, a table of this program",
    address="https://www.federalreserve.gov/monetarypolicy/openmarket.htm",
    terms="public domain (US government)",
    pages=(),
)
