"""The dated futures of the simulated market: when they expire, what they are called after, what they cost."""

from datetime import UTC, datetime, timedelta, tzinfo

from feeds.simulate.events import Ticker

_CARRY = 0.05  # what dated futures cost above the index, a year
_YEAR_MS = 365 * 86_400_000


def quarters(now_ms: int, hour: int = 8, zone: tzinfo = UTC) -> tuple[int, int]:
    """The next two expiries on the last Friday of March, June, September or December, at that hour of the zone."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC)
    found = []
    for months in range(7):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        if month % 3 == 2:  # counted from 0
            after = datetime(year + month // 11, (month + 1) % 12 + 1, 1, hour, tzinfo=zone)
            last = after - timedelta(days=(after.weekday() - 5) % 7 + 1)
            found.append(int(last.timestamp() * 1000))
    ahead = [ms for ms in found if ms > now_ms]
    return ahead[0], ahead[1]


def dated(expiry_ms: int, form: str = "%y%m%d") -> str:
    """The day of an expiry, in the form of `strftime`."""
    return datetime.fromtimestamp(expiry_ms / 1000, UTC).strftime(form)


def mark(ticker: Ticker, expiry_ms: int) -> float:
    """What a future of that expiry costs where its venue's perpetual stands so."""
    return ticker.index * (1 + _CARRY * (expiry_ms - ticker.ts_ms) / _YEAR_MS)
