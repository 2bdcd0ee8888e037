import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from feeds.engine import new_session
from feeds.settings import Settings
from feeds.topics import Metric
from feeds.words.status import FAMILIES, FORMAT, LAST, Latest, read, render, unknown

ROOT = Path(__file__).parents[1]
NOW = 1_741_790_130_000


def latest(silent_ms: int = 400, **metrics: Metric) -> Latest:
    named = {name.replace("_", "."): metric for name, metric in metrics.items()}
    document = {"tidegauge": 1, "mode": "live", "now_ms": NOW - silent_ms, "metrics": named, "topics": {}}
    return read(msgspec.json.encode(document))


PRICE = Metric(64_210.55, "USD", NOW - 300, "median of coinbase, kraken, bitstamp", "fresh")


def test_the_line_is_filled_with_fresh_numbers() -> None:
    change = Metric(-1.239, "%", NOW - 300, "coinbase BTC-USD, 5m candles", "fresh")
    line, state = render(latest(btc_price=PRICE, btc_change_24h=change), "{btc.price} {btc.change.24h}", NOW)
    assert (line, state) == ("64,210.6 -1.24%", "fresh")


def test_what_is_at_least_so_much_says_so() -> None:
    floor = Metric(1_234_500.0, "USD", NOW, "bybit, okx", "fresh", "floor", "okx sampled")
    line, state = render(latest(liq_long_usd_1h=floor), "L {liq.long.usd.1h}", NOW)
    assert (line, state) == ("L ≥$1.23M", "fresh")


def test_a_number_that_is_not_fresh_carries_state_and_age_and_the_worst_counts() -> None:
    late = Metric(64_000.0, "USD", NOW - 42_000, "bitstamp btcusd", "stale")
    line, state = render(latest(btc_price=PRICE, btc_bitstamp_price=late), "{btc.price} {btc.bitstamp.price}", NOW)
    assert (line, state) == ("64,210.6 64,000.0 (stale 42s)", "stale")


def test_of_a_silent_engine_everything_is_stale() -> None:
    line, state = render(latest(5_001, btc_price=PRICE), "{btc.price}", NOW)
    assert (line, state) == ("64,210.6 (stale 0s)", "stale")


def test_what_is_not_known_is_no_number_and_does_not_count() -> None:
    unknown = Metric(None, "%", None, "", "none", note="no price yet")
    line, state = render(latest(btc_price=PRICE, btc_change_24h=unknown), "{btc.price} {btc.change.24h} {no.such}", NOW)
    assert (line, state) == ("64,210.6 -- --", "fresh")
    assert render(latest(btc_change_24h=unknown), FORMAT, NOW)[1] == "none"


@pytest.mark.parametrize(("ahead_ms", "said"), [(5_000, "64,210.6"), (5_001, "64,210.6 (stale --)")])
def test_a_file_of_a_time_to_come_is_stale_and_of_no_known_age(ahead_ms: int, said: str) -> None:
    line, state = render(latest(-ahead_ms, btc_price=PRICE), "{btc.price}", NOW)
    assert (line, state) == (said, "stale" if "stale" in said else "fresh")


def test_a_number_of_three_hundred_digits_is_not_written_out() -> None:
    huge = Metric(1e308, "USD", NOW, "a test", "fresh")
    assert render(latest(btc_price=huge), "{btc.price}", NOW) == ("1.00e+308", "fresh")
    damaged = Latest(NOW, {"btc.price": {**msgspec.to_builtins(PRICE), "value": 10**400}})
    with pytest.raises(ValueError, match="too many digits"):
        render(damaged, "{btc.price}", NOW)


def test_a_name_that_no_metric_has_is_wrong_usage_and_its_neighbour_is_named() -> None:
    young, whole = latest(btc_price=PRICE), latest(btc_price=PRICE, verdict_state=PRICE)
    assert (
        unknown(whole, FORMAT.replace("btc.price", "btc.prise"))
        == "no metric is called btc.prise; did you mean btc.price?"
    )
    assert unknown(whole, "{nope}") == unknown(young, "{nope}") == "no metric is called nope"
    assert unknown(whole, "{btc.price} {verdict.state} {BTC} {}") == ""


def test_an_engine_that_was_just_started_may_know_a_name_later() -> None:
    assert unknown(latest(btc_price=PRICE), "{repo.stress}") == ""
    assert render(latest(btc_price=PRICE), "{repo.stress}", NOW) == ("--", "none")


def test_every_metric_is_of_a_family_that_the_status_line_knows() -> None:
    names = new_session(Settings(), "live", "", NOW).snapshot()["metrics"]
    assert LAST in names
    assert {name.partition(".")[0] for name in names} <= FAMILIES


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b'{"now_ms":"1","metrics":{}}', b'{"now_ms":1}'])
def test_a_file_that_is_none_of_the_engines_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError):
        read(document)


def test_a_metric_that_is_not_as_the_engine_writes_it_is_refused() -> None:
    damaged = Latest(
        NOW, {"btc.price": {"value": 1.0, "unit": "USD", "as_of_ms": NOW, "state": "great", "quality": ""}}
    )
    with pytest.raises(ValueError, match="great"):
        render(damaged, "{btc.price}", NOW)


def test_where_nothing_is_set_no_settings_are_loaded_for_an_engine_that_is_gone(tmp_path: Path) -> None:
    code = "import sys; from feeds.cli import main; main(['status']); print('msgspec' in sys.modules)"
    environ = {"TIDEGAUGE_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environ, cwd=ROOT)
    assert done.stdout == b"-- no engine\nFalse\n"
    environ["TIDEGAUGE_ZONE"] = "UTC"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environ, cwd=ROOT)
    assert done.stdout == b"-- no engine\nTrue\n"


def test_the_status_line_loads_no_library() -> None:
    code = "import sys, feeds.words.status; print([m for m in ('msgspec', 'asyncio', 'textual') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"[]\n"
