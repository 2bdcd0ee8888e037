"""What every venue needs: times in milliseconds, and names for rows that have none."""

from datetime import UTC, datetime, timedelta

from feeds.venue import Reject

EARLIEST_MS = 1_262_304_000_000  # 2010-01-01
LATEST_MS = 4_102_444_800_000  # 2100-01-01
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def ms(value: int | str | None, what: str) -> int:
    """A time in milliseconds, from a count of s, ms, µs or ns; which one shows by its size, for 2010 to 2100."""
    if type(value) is int and EARLIEST_MS <= value < LATEST_MS:
        return value
    if value is None or value == "" or isinstance(value, bool):
        raise Reject(f"{what} is missing")
    if isinstance(value, str) and not (len(value) <= 19 and value.isascii() and value.isdecimal()):
        raise Reject(f"{what} is no time: {value[:40]!r}")
    count = int(value)
    for scaled in (count, count * 1000, count // 1000, count // 1_000_000):
        if EARLIEST_MS <= scaled < LATEST_MS:
            return scaled
    raise Reject(f"{what} is not between 2010 and 2100: {str(value)[:40]}")


def iso_ms(value: str | None, what: str) -> int:
    """Milliseconds of an ISO-8601 time with its zone; what is finer than a millisecond is cut off."""
    if not value:
        raise Reject(f"{what} is missing")
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise Reject(f"{what} is no time: {value[:40]!r}") from None
    if time.tzinfo is None:
        raise Reject(f"{what} has no zone: {value[:40]!r}")
    return ms((time - _EPOCH) // _MILLISECOND, what)


def numbered(key: str, seen: dict[str, int]) -> str:
    """`key`, or `key#2`, `key#3`, ... where the rows of one frame repeat it. `seen` lives as long as the frame."""
    count = seen[key] = seen.get(key, 0) + 1
    return key if count == 1 else f"{key}#{count}"
