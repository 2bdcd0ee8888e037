"""Funding, open interest and basis of every perpetual and dated future that is heard of."""

from collections.abc import Sequence

from msgspec import UNSET

from feeds.health import metric_state
from feeds.positions import Before, Key
from feeds.signals.derivatives import annualised, basis, together
from feeds.state import State
from feeds.text import age
from feeds.topics import Derivative, Derivatives, Metric, Quality, poorest, worst
from feeds.venue import Venue

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
STALE_MS = 180_000
"""Open interest is polled by the minute on some venues; older than this it is stale."""


def derivatives(state: State) -> Derivatives:
    """Draw up the derivatives topic."""
    known = state.positions
    keys = {*known.funding, *known.interest} | {
        key for key, listed in known.instruments.items() if listed.kind == "future" and key in known.parts
    }
    order = list(state.venues)
    rows = [_row(state, key) for key in keys if key[0] in state.venues]
    rows.sort(key=lambda row: (row.expiry_ms or 0, order.index(row.venue), row.symbol))
    return Derivatives(tuple(rows))


def metrics(state: State, view: Derivatives) -> dict[str, Metric]:
    """Funding of each venue's first perpetual, and open interest of all its contracts, by name."""
    result: dict[str, Metric] = {}
    for name, venue in state.venues.items():
        own = [row for row in view.rows if row.venue == name]
        for symbol in venue.prices:
            row = next((row for row in own if row.symbol == symbol and row.funding is not None), None)
            if row:
                quality: Quality = "exact" if row.interval_h else "estimated"
                note = f"{row.rate:.6f} per {row.interval_h or 8:g} h" + (
                    "" if row.interval_h else ", interval not told"
                )
                old = row.funding_ms is None or state.now_ms - row.funding_ms > STALE_MS
                worth = worst(["stale" if old else "fresh", metric_state(row.state)])
                source = f"{name} {symbol}"
                result[f"funding.{name}"] = Metric(row.funding, "%/y", row.funding_ms, source, worth, quality, note)
                break
        if total := _interest(state, name, own):
            result[f"oi.{name}"] = total
    return result


def _interest(state: State, venue: str, rows: Sequence[Derivative]) -> Metric | None:
    """Open interest of a venue's contracts. One told long ago is left out and named, unless all were: then all are old.

    `None` where none was ever told.
    """
    told = [(row, row.open_interest, row.open_interest_ms) for row in rows]
    known = [(row, btc, ms) for row, btc, ms in told if btc is not None and ms is not None]
    if not known:
        return None
    now_ms = state.now_ms
    young = [one for one in known if now_ms - one[2] <= STALE_MS]
    used = young or known
    total, as_of = sum(btc for _, btc, _ in used), min(ms for _, _, ms in used)
    out = [f"without {row.symbol}, {age(now_ms - ms)}" for row, _, ms in known if row not in [one[0] for one in used]]
    worth = metric_state(used[0][0].state) if young else worst(["stale", metric_state(used[0][0].state)])
    source = f"{venue} {', '.join(row.symbol for row, _, _ in used)}"
    facts = [state.positions.interest.get((venue, row.symbol)) for row, _, _ in used]
    guessed = list(dict.fromkeys(fact.estimated for fact in facts if fact and fact.estimated))
    quality = poorest([*(["floor"] if out else []), *(["estimated"] if guessed else [])])
    return Metric(total, "BTC", as_of, source, worth, quality, "; ".join([*out, *guessed]), total if out else UNSET)


def _row(state: State, key: Key) -> Derivative:
    known = state.positions
    mark, index = known.part(key, "mark"), known.part(key, "index")
    funding, interest = known.funding.get(key), known.interest.get(key)
    listed = known.instruments.get(key)
    expiry = listed.expiry_ms if listed else None
    now = interest.btc if interest else None
    mark_ms, index_ms = mark and mark[1], index and index[1]
    funding_ms = funding.recv_ms if funding else None
    apart = _apart(state.venues[key[0]], mark_ms, index_ms)
    before = {name: known.interest_before(key, state.now_ms - ms) for name, ms in (("1h", HOUR_MS), ("24h", DAY_MS))}
    both = None if mark is None or index is None or apart else (mark[0], index[0])
    return Derivative(
        key[0],
        key[1],
        "future" if expiry else "perpetual",
        bool(listed and listed.inverse),
        state.venue_state(key[0]),
        min((ms for ms in (mark_ms, index_ms, funding_ms) if ms is not None), default=None),
        mark and mark[0],
        index and index[0],
        (both[0] / both[1] - 1) * 10_000 if both else None,
        annualised(funding) if funding else None,
        funding.rate if funding else None,
        funding.interval_h if funding else None,
        funding.next_ms if funding else None,
        now,
        interest.recv_ms if interest else None,
        _change(now, before["1h"]),
        _change(now, before["24h"]),
        expiry,
        basis(*both, (expiry - state.now_ms) / DAY_MS) if expiry and both else None,
        mark_ms,
        index_ms,
        funding_ms,
        apart,
        tuple(name for name, one in before.items() if now is not None and one and not one.heard),
    )


def _apart(venue: Venue, mark_ms: int | None, index_ms: int | None) -> str:
    """Why a mark and an index are not set against each other, if that is because they are of different times."""
    if mark_ms is None or index_ms is None:
        return ""
    if together(mark_ms, index_ms, venue.every("mark"), venue.every("index")):
        return ""
    return f"its {'index' if index_ms < mark_ms else 'mark'} is {age(abs(mark_ms - index_ms))} older"


def _change(now: float | None, before: Before | None) -> float | None:
    return None if now is None or before is None else now - before.btc
