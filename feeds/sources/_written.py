"""Numbers and dates as people write them: 1,448,200,000 and (44.5), 06 Jul 2026 and Nov 19, 2026."""

import re
from datetime import date

from feeds.text import plain
from feeds.venue import Reject, number

_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
# With the month in words the order of day and month is beyond doubt.
_DAY_FIRST = re.compile(r"(?P<d>\d\d?)[ -](?P<m>[a-z]{3,9})[ -](?P<y>\d{4})", re.ASCII | re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(?P<m>[a-z]{3,9})\.? (?P<d>\d\d?),? (?P<y>\d{4})", re.ASCII | re.IGNORECASE)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


def grouped(value: object, what: str) -> float:
    """A finite number, which may have commas between its thousands. Raises `Reject`."""
    if value is not None and not isinstance(value, str | int | float):
        raise Reject(f"{what} is no number: {plain(str(value), 40)!r}")
    if isinstance(value, str) and _GROUPED.fullmatch(value.strip()):
        value = value.replace(",", "")
    return number(value, what)


def parenthesised(text: str, what: str) -> float:
    """As `grouped`, and below zero where it stands in parentheses."""
    if not (text.startswith("(") and text.endswith(")")):
        return grouped(text, what)
    if text.startswith(("(-", "(+")):
        raise Reject(f"{what} is no number: {plain(text, 40)!r}")
    return 0.0 - grouped(text[1:-1], what)


def spelled(text: str) -> date:
    """A date with its month in English words, like 06 Jul 2026, 19-Nov-2026 or Nov 19, 2026. Raises `Reject`."""
    found = _DAY_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    word = found["m"].lower() if found else ""
    month = next((n for n, name in enumerate(_MONTHS, 1) if word in (name, name[:3], name[:4])), 0)
    if found is None or not month:
        raise Reject(f"no date with its month in words: {plain(text, 40)!r}")
    try:
        return date(int(found["y"]), month, int(found["d"]))
    except ValueError:
        raise Reject(f"no day of the calendar: {plain(text, 40)}") from None
