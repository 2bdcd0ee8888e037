"""What the simulated venues list."""

import json
from datetime import UTC, datetime

import pytest

from feeds.simulate.contracts import Contracts


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "near", "far"),
    [
        ("2026-09-21T12:00", "260925", "261225"),
        ("2026-09-25T07:59", "260925", "261225"),
        ("2026-09-25T08:00", "261225", "270326"),
        ("2026-12-31T00:00", "270326", "270625"),
        ("2027-01-01T00:00", "270326", "270625"),
        ("2026-04-01T00:00", "260626", "260925"),
    ],
)
def test_quarterlies_expire_at_eight_on_the_last_friday_of_the_quarter(now: str, near: str, far: str) -> None:
    contracts = Contracts(lambda: ms(now))
    rows = json.loads(contracts.pages["binance_usdm", "/fapi/v1/exchangeInfo"]({}).body)["symbols"]
    dated = {row["symbol"]: row for row in rows if row["contractType"] != "PERPETUAL"}
    assert list(dated) == [f"BTCUSDT_{near}", f"BTCUSDT_{far}"]
    for symbol, row in dated.items():
        day = symbol.removeprefix("BTCUSDT_")
        assert row["deliveryDate"] == ms(f"20{day[:2]}-{day[2:4]}-{day[4:]}T08:00")


def test_before_the_first_ticker_there_is_no_price_to_tell() -> None:
    contracts = Contracts(lambda: 1_790_000_000_000)
    assert contracts.pages["binance_usdm", "/fapi/v1/openInterest"]({"symbol": "BTCUSDT"}).status == 400
    assert json.loads(contracts.pages["binance_usdm", "/fapi/v1/premiumIndex"]({}).body) == []
