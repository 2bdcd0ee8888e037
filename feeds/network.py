"""What both drivers share: who we say we are, how often to try, and what the other side said, in words for a screen."""

import os
import random
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cache
from importlib.metadata import version
from ipaddress import ip_address
from urllib.parse import urlsplit

from feeds.text import plain

USER_AGENT = f"tidegauge/{version('tidegauge')}"
BLOCKED = (403, 451)
"""Refused for who or where we are; Bybit answers 403 and Binance 451 to places they do not serve."""

LONGEST_DATE = 64
"""Characters of a header that are read as a date; those that HTTP writes have 29 to 33."""
EARLIEST_MS, LATEST_MS = 946_684_800_000, 4_102_444_800_000
"""2000 to 2100: a date outside tells of a clock that was never set, or of nothing."""

_ERRNO = re.compile(r"\[Errno (\d+)\]")


@cache
def tls() -> ssl.SSLContext:
    """The system's trusted certificates. Loading them takes 30 ms, so one context serves every connection."""
    return ssl.create_default_context()


def is_loopback(url: str) -> bool:
    """Whether this address is of this machine, which no proxy can reach for us."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def delay(tries: int, first: float, most: float, jitter: float) -> float:
    """Seconds before the next try after `tries` failures in a row: doubling, then spread by ± `jitter`, a fraction."""
    return min(most, first * 2.0 ** min(tries, 20)) * random.uniform(1 - jitter, 1 + jitter)  # noqa: S311


def http_date_ms(value: str) -> int | None:
    """A date as HTTP writes it (RFC 9110, 5.6.7), in milliseconds; `None` where it is none, or none of our time.

    Raises nothing, whatever the header holds.
    """
    try:
        date = parsedate_to_datetime(value[:LONGEST_DATE])
        date_ms = int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)
    except Exception:  # noqa: BLE001  the boundary: what the reader of dates raises on nonsense is not documented
        return None
    return date_ms if EARLIEST_MS <= date_ms < LATEST_MS else None


def retry_after(value: str | None, now_ms: int) -> float | None:
    """Seconds that a `Retry-After` asks for, as a number or a date (RFC 9110, 10.2.3); `None` if it says neither.

    Raises nothing, whatever the header holds.
    """
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    date_ms = http_date_ms(value)
    return None if date_ms is None else max(0.0, (date_ms - now_ms) / 1000)


def why(error: BaseException) -> str:
    """Say why a connection failed. Looks through wrappers for what the system said; never a Python repr."""
    found = next((e for e in _chain(error) if isinstance(e, OSError)), None)
    match found:
        case None:
            return plain(str(error)) or "failed without a reason"
        case socket.gaierror():
            return "the name of the server could not be looked up"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {plain(found.verify_message)}"
        case ssl.SSLError():
            return f"TLS failed: {plain((found.reason or str(found)).replace('_', ' ').lower())}"
    number = found.errno
    if number is None and (listed := _ERRNO.search(str(found))):  # asyncio, when several addresses failed in turn
        number = int(listed[1])
    if number is not None:
        return os.strerror(number).lower()
    return "no answer in time" if isinstance(found, TimeoutError) else plain(str(found)) or "cut off"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give the system's own error before those that only pass it on, so the innermost comes first."""
    links: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in links:
        links.append(at)
        inner = at.exceptions[0] if isinstance(at, BaseExceptionGroup) else None
        at = inner or at.__cause__ or at.__context__
    return reversed(links)
