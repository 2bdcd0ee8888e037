"""From frames to the screen: a cascade in which one of sixteen venues falls silent."""

from datetime import UTC
from typing import Any

import msgspec
import pytest

from feeds.topics import Engine, Metric, topic_type
from tests.sixteen import T0, Sixteen
from tests.tui.engine_double import price
from tests.tui.hosted import shown
from tui.link import HEADLINES
from tui.panes.liquidations import LiquidationsPane
from tui.widgets.header import Status, header
from tui.widgets.liquidation_rows import headline, standing
from tui.widgets.minute_rows import by_time
from tui.widgets.venue_rows import by_venue

BYBIT = {"bybit.linear", "bybit.inverse"}


@pytest.fixture(scope="module")
def topics() -> dict[str, Any]:
    """What a viewer has 56 s after bybit fell silent, five after it had told $6M of longs and $0.5M of shorts."""
    market = Sixteen()
    market.opened()
    market.until(70)
    market.liquidated("Buy", "100", "60000")
    market.liquidated("Sell", "10", "50000")
    market.until(75)
    market.silent |= BYBIT
    market.until(131)
    told = market.session.everything()
    types = {name: Metric if name in HEADLINES else topic_type(name) for name in told}
    found = {name: msgspec.json.decode(told[name], type=kind) for name, kind in types.items() if kind}
    return found | {"price": price(), "engine": Engine("live", "", T0, writing=False)}


def text(line: Any) -> str:
    return "".join(said for said, _ in line).rstrip()


@pytest.mark.parametrize(
    ("width", "first"),
    [
        (80, "-1.24% 24h  1h ▼≥$6.00M ▲≥$500.0k   "),
        (92, "-1.24% 24h  1h ▼≥$6.00M ▲≥$500.0k  without bybit, 56s"),
        (120, "liq 1h long ≥$6.00M short ≥$500.0k  without bybit, 56s"),
        (200, "liq 1h long ≥$6.00M short ≥$500.0k  without bybit, 56s"),
    ],
)
def test_the_header_goes_on_without_it(topics: dict[str, Any], width: int, first: str) -> None:
    rows = [text(line) for line in header(Status(topics, T0 + 131_000, UTC, "live", 0), width, 2)]
    assert first in rows[0]
    assert "down" not in rows[0]
    assert "stale" not in rows[0]
    assert rows[1].startswith(" !! CASCADE ≥$6.00M long  feeds ●●●✕●●")
    assert "15/16 live  bybit down" in rows[1]


def test_the_totals_stand_as_floors_and_say_whom_they_lack(topics: dict[str, Any]) -> None:
    liq, now = topics["liquidations"], T0 + 131_000
    assert [text(line).split()[-2] for line in headline(liq, "1h", 50)] == ["≥$6.00M", "≥$500.0k"]
    assert text(standing(liq, "1h", now, 90)[0]).startswith("● fresh 0s  ≥ without bybit, 56s; binance_usdm, ")
    assert text(by_time(liq, now, 60, 40)[0][0]) == "by time  5 min, 10 s a row"
    bybit = next(row for row in liq.venues if row.venue == "bybit")
    assert "✕ down" in text(by_venue([bybit], "1h", 120)[1][0])


async def test_the_pane_calls_it_a_cascade_that_runs(topics: dict[str, Any]) -> None:
    seen = {name: topics[name] for name in ("liquidations", "tape", "price")}
    rows = await shown(LiquidationsPane(), seen, 100, 20)
    assert rows[0].startswith("!! CASCADE since ")
    assert "≥$6.00M long  ≥$500.0k short" in rows[0]
    assert not any(word in row for row in rows[:4] for word in ("down", "stale"))
