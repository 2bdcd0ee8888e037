"""The past of a series as it was published, value by value, out of FRED's API (its archive is called ALFRED).

https://fred.stlouisfed.org/docs/api/fred/series_observations.html and .../realtime_period.html. An answer has a row for
each value of a period, with the days from which to which it was what the publisher said, cut off at the days that were
asked for. It holds 100,000 rows, of at most 2,000 days on which something came out. `vintage_dates` is taken there and
has no effect.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from urllib.parse import parse_qs, quote, urlsplit

import msgspec
from msgspec import Struct

from feeds.calendars import new_york_day, new_york_ms
from feeds.facts import Observation, Rejected
from feeds.series import Series
from feeds.source import Ask, Span
from feeds.sources._rows import due, iso, missing
from feeds.text import plain
from feeds.venue import Http, Reject, number

LIMIT = 100_000
_KEY = re.compile(r"[0-9A-Za-z]{32,}")  # FRED's keys are 32 small letters and digits
_DAY = timedelta(days=1)


class Row(Struct, frozen=True):
    """One value of one period, from the day on which it came out."""

    realtime_start: str
    date: str
    value: str | float | None


class Answer(Struct, frozen=True):
    """`count`: rows that there are, in this answer or not."""

    observations: list[Row] | None = None
    count: int = 0
    error_message: str = ""


def refusal(message: str) -> Reject:
    """What FRED says of a request that it refuses. It repeats the request, and with it perhaps the key."""
    return Reject(f"FRED refuses: {plain(_KEY.sub('…', message)) or 'it does not say why'}")


def firsts_only(row: Series) -> bool:
    """Whether each period is asked for as it first came out, and no more.

    A past that is estimated anew each week comes to hundreds of thousands of values, all of them almost the same.
    """
    return row.nature == "index" and row.revised == "whole" and row.release.every in ("day", "week")


def ask(row: Series, first: date, span: Span, key: str | None) -> tuple[Ask, ...]:
    """All periods since `first`, by what came out in the span: one request; none without a key.

    A day more is asked for, so that what is cut off can be told by its first day. The first word of a period can be
    told only where all days are asked for.
    """
    if key is None:
        return ()
    since = first if firsts_only(row) else span.first
    return (
        Ask(
            f"https://api.stlouisfed.org/fred/series/observations?series_id={row.id}&api_key={quote(key, safe='')}"
            f"&file_type=json&observation_start={first}&realtime_start={since - _DAY}&realtime_end=9999-12-31"
            f"&output_type={4 if firsts_only(row) else 1}&sort_order=asc&limit={LIMIT}"
        ),
    )


def parse(row: Series, http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Each value since the hour at which its series comes out, on the day on which it came out.

    A millisecond after it: where the value of today is dated by the rule, both stand beside each other.
    """
    answer = msgspec.json.decode(due(http.body, "JSON"), type=Answer)
    if answer.observations is None:
        raise refusal(answer.error_message)
    if answer.count > len(answer.observations):
        raise Reject(f"{answer.count:,} rows, of which only {len(answer.observations):,} came")
    asked = parse_qs(urlsplit(http.url).query).get("realtime_start", [""])[0]
    today = new_york_day(recv_ms)
    found: list[Observation | Rejected] = []
    bad = 0
    for one in answer.observations:
        if one.realtime_start <= asked or missing(one.value):
            continue
        try:
            said, period = iso(one.realtime_start), iso(one.date)
            if max(said, period) > today + _DAY:
                raise Reject(f"{max(said, period)} is yet to come")
            since_ms = min(new_york_ms(said, row.release.at) + 1, recv_ms)
            found.append(Observation(row.id, period.isoformat(), number(one.value, row.id), since_ms, "alfred"))
        except Reject as error:
            bad += 1
            found.append(Rejected(f"fred.{row.id}.vintages", recv_ms, plain(str(error)), plain(str(one))))
    if bad * 2 > len(found):
        raise Reject(f"{bad} of {len(found)} rows cannot be believed")
    return found
