"""What funding and open interest add up to, in words, with what they leave out. Pure.

A number told more than three minutes ago, or by a venue that is not heard, is stale: it goes into no sum.
"""

from collections.abc import Iterable, Sequence
from textwrap import wrap

from feeds import text
from feeds.topics import Derivative, FeedState
from tui.theme import BOLD, LABEL, LATE, SIGN, STATE
from tui.widgets.lines import Line

STALE_MS = 180_000
"""Some venues are asked by the minute, some tell funding as rarely; what is older than this was missed."""
HEARD: tuple[FeedState, ...] = ("live", "late")


def worth(row: Derivative, told_ms: int | None, now_ms: int) -> FeedState:
    """How far a number told at that time can be believed: as its venue, but stale where it is old itself."""
    if row.state in HEARD and told_ms is not None and now_ms - told_ms > STALE_MS:
        return "stale"
    return row.state


def funded_ms(row: Derivative) -> int | None:
    """When the funding of the row was told."""
    return row.as_of_ms if row.funding_ms is None else row.funding_ms


def oldest_ms(row: Derivative) -> int | None:
    """When the oldest number of the row was told."""
    return min((ms for ms in (row.as_of_ms, row.open_interest_ms) if ms is not None), default=None)


def named(rows: Iterable[Derivative]) -> str:
    """The venues of the rows, each once."""
    return ", ".join(dict.fromkeys(text.plain(row.venue, 14) for row in rows))


def reading(rows: Sequence[Derivative], now_ms: int, width: int, most: int) -> list[Line]:
    """What funding and open interest say, then how old that is and of whom, then what is left out and why.

    The first takes at most three rows, each of the others `most`.
    """
    funding = [row for row in rows if row.funding is not None and worth(row, funded_ms(row), now_ms) in HEARD]
    told = [row for row in rows if row.open_interest is not None]
    interest = [row for row in told if worth(row, row.open_interest_ms, now_ms) in HEARD]
    lines = _wrapped(f"{_pays(funding)}; {_total(interest)}", width, 3)
    out: list[Line] = [((line, BOLD),) for line in lines]
    used = [(row, funded_ms(row)) for row in funding] + [(row, row.open_interest_ms) for row in interest]
    if used:
        age = text.age(max(now_ms - ms for _, ms in used if ms is not None))
        state: FeedState = "late" if any(row.state == "late" for row, _ in used) else "live"
        lead = f"{SIGN[state]} {'late, ' if state == 'late' else ''}oldest {age}"
        whose = f"; open interest of {named(interest)}" if interest else ""
        out += [((line, LABEL if state == "live" else STATE[state]),) for line in _wrapped(lead + whose, width, most)]
    missing = _missing(rows, funding, interest, now_ms)
    return out + [((line, LATE),) for line in _wrapped(missing, width, most)]


def _pays(rows: Sequence[Derivative]) -> str:
    rates = sorted(row.funding for row in rows if row.funding is not None)
    if not rates:
        return "no fresh funding rate"
    middle = (rates[(len(rates) - 1) // 2] + rates[len(rates) // 2]) / 2
    guessed = "~" if any(row.interval_h is None for row in rows) else ""
    size = f"{guessed}{abs(middle):.1f}%/y"
    who = "longs pay" if middle > 0 else "shorts pay"
    said = f"{who} {size}" if abs(middle) >= 0.05 else f"funding is {size}"
    if len(rates) == 1:
        return f"{said} on {named(rows)}, the only one heard"
    low, high = f"{rates[0]:+.1f}", f"{rates[-1]:+.1f}"
    return f"{said} in the middle of {len(rates)} perpetuals, {f'{low} to {high}' if low != high else 'which agree'}"


def _total(rows: Sequence[Derivative]) -> str:
    """Open interest added up, and its change over those contracts alone that were heard an hour ago too."""
    if not rows:
        return "no fresh open interest"
    total = sum(row.open_interest or 0.0 for row in rows)
    venues = len({row.venue for row in rows})
    said = f"open interest {text.btc(total)} BTC in {_count(len(rows), 'contract')} of {_count(venues, 'venue')}"
    since = [row for row in rows if row.open_interest_1h is not None]
    change = sum(row.open_interest_1h or 0.0 for row in since)
    before = sum(row.open_interest or 0.0 for row in since) - change
    if before <= 0:
        return f"{said}, its change in 1 h not known"
    return f"{said}, {change / before * 100:+.1f}% in 1 h" + (f" in {len(since)} of them" if since != rows else "")


def _missing(
    rows: Sequence[Derivative], funding: Sequence[Derivative], interest: Sequence[Derivative], now_ms: int
) -> str:
    """Who is left out of the sums, and why; "" where nobody is."""
    out: dict[str, str] = {}
    inside = {row.venue for row in (*funding, *interest)}
    for row in rows:
        for value, told_ms, used in (
            (row.funding, funded_ms(row), funding),
            (row.open_interest, row.open_interest_ms, interest),
        ):
            if value is None or row in used:
                continue
            venue = text.plain(row.venue, 14)
            name = f"{venue} {text.plain(row.symbol, 20)}" if row.venue in inside else venue
            age = text.age(None if told_ms is None else now_ms - told_ms)
            out.setdefault(name, f"{name} {worth(row, told_ms, now_ms)} {age}")
    parts = [f"left out: {', '.join(out.values())}"] if out else []
    apart = [f"{text.plain(row.venue, 14)} {text.plain(row.symbol, 20)} ({row.apart})" for row in rows if row.apart]
    parts += [f"no premium of {', '.join(apart)}"] if apart else []
    perpetuals = [row for row in rows if row.kind == "perpetual"]
    for what, told in (
        ("funding", {row.venue for row in rows if row.funding is not None}),
        ("open interest", {row.venue for row in rows if row.open_interest is not None}),
    ):
        silent = named(row for row in perpetuals if row.venue not in told)
        parts += [f"no {what} told by {silent}"] if silent else []
    return "; ".join(parts)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _wrapped(words: str, width: int, most: int) -> list[str]:
    return wrap(words, max(10, width), max_lines=most, placeholder=" …")
