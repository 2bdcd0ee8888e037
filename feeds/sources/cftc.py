"""The CFTC's Traders in Financial Futures, futures only: who holds CME's two bitcoin contracts, in contracts.

133741 is worth 5 BTC, 133742 a tenth of one. Socrata dataset gpe5-46if; all values are strings, and a row lacks what
it has no value for. Positions of a Tuesday, or of the Monday before where Tuesday is a holiday: the date is kept as
it is.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import quote

import msgspec

from feeds.facts import Observation, Rejected
from feeds.source import Ask, Page, Source, Span
from feeds.sources._rows import believed, due, iso, missing
from feeds.text import plain
from feeds.venue import Http, Reject, number

_ADDRESS = "https://publicreporting.cftc.gov/resource/gpe5-46if.json"
_CODES = ("133741", "133742")
FUTURES_ONLY = "FutOnly"

# Only the open interest and the dealers' fields end in "_all" so far; the others may come to.
_FIELDS = {
    "OI": "open_interest",
    "LEV.LONG": "lev_money_positions_long",
    "LEV.SHORT": "lev_money_positions_short",
    "AM.LONG": "asset_mgr_positions_long",
    "AM.SHORT": "asset_mgr_positions_short",
    "DEALER.LONG": "dealer_positions_long",
    "DEALER.SHORT": "dealer_positions_short",
}

Row = Mapping[str, object]


def ask(span: Span, key: str | None) -> tuple[Ask, ...]:
    """One request for both contracts."""
    codes = ",".join(f"'{code}'" for code in _CODES)
    date_ = "report_date_as_yyyy_mm_dd"
    query = {
        "$where": f"cftc_contract_market_code in({codes}) AND {date_}>='{span.first}T00:00:00'",
        "$order": f"{date_} ASC",
        "$limit": "5000",
    }
    return (Ask(f"{_ADDRESS}?{'&'.join(f'{quote(name)}={quote(value)}' for name, value in query.items())}"),)


def parse(http: Http, recv_ms: int) -> Iterable[Observation | Rejected]:
    """Positions in contracts. A field that no row has any more is said once."""
    body = due(http.body, "JSON")
    if body.lstrip().startswith("{"):
        raise Reject(f"the CFTC refuses: {plain(body)}")
    rows = msgspec.json.decode(body, type=list[dict[str, object]])
    gone = [
        what for what, name in _FIELDS.items() if rows and not any(name in row or f"{name}_all" in row for row in rows)
    ]
    if len(gone) == len(_FIELDS):
        raise Reject("no row has any of the positions")

    def read(row: Row) -> Iterable[Observation]:
        code = str(row.get("cftc_contract_market_code")).strip()
        if code not in _CODES:
            raise Reject(f"contract {plain(code, 20)!r} was not asked for")
        if str(row.get("futonly_or_combined", FUTURES_ONLY)).strip().casefold() != FUTURES_ONLY.casefold():
            raise Reject("another body: futures and options combined")
        period = iso(str(row.get("report_date_as_yyyy_mm_dd")).partition("T")[0]).isoformat()
        for what, name in _FIELDS.items():
            value = row.get(name, row.get(f"{name}_all"))
            if not missing(value):
                yield Observation(f"COT.{code}.{what}", period, _contracts(value, name), recv_ms, "cftc")

    lost = [Rejected("cftc.btc", recv_ms, f"no row has {_FIELDS[what]}") for what in gone]
    return [*believed("cftc.btc", recv_ms, rows, read), *lost]


def _contracts(value: object, what: str) -> float:
    contracts = number(value if isinstance(value, str | int | float) else str(value), what)
    if contracts < 0:
        raise Reject(f"{what} is {contracts:g}")
    return contracts


SOURCE = Source(
    name="cftc",
    title="CFTC, Commitments of Traders",
    address="https://publicreporting.cftc.gov/Commitments-of-Traders/TFF-Futures-Only/gpe5-46if",
    terms="public domain (US government)",
    pages=(Page("btc", ("COT.*",), ask, parse, first=date(2017, 12, 1), overlap=60),),
)
