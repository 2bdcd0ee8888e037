import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from feeds.settings import (
    VENUES,
    Chart,
    Feeds,
    History,
    KeepDays,
    Keys,
    PriceRule,
    Secret,
    Settings,
    SettingsError,
    load,
)

SECRET = "f0e1d2c3b4a5"


def read(
    tmp_path: Path,
    text: str | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Settings:
    """Settings of a home of their own whose config.toml holds `text`; no file where it is `None`."""
    folder = tmp_path / "config"
    folder.mkdir(exist_ok=True)
    if text is not None:
        (folder / "config.toml").write_text(text, encoding="utf-8")
        (folder / "config.toml").chmod(0o600)
    return load(config=None, environ={"TIDEGAUGE_HOME": str(tmp_path), **(environ or {})}, overrides=overrides or {})


def problems(
    tmp_path: Path,
    text: str | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> list[str]:
    """The lines of the error, with the file called FILE."""
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text, environ, overrides)
    return str(caught.value).replace(str(tmp_path / "config" / "config.toml"), "FILE").split("\n")


def test_without_any_file_every_setting_has_its_default(tmp_path: Path) -> None:
    assert read(tmp_path) == Settings(
        venues=tuple(name for name in VENUES if name != "bitmex"),  # which has closed
        zone="local",
        tick_hz=4.0,
        chart=Chart(venues=("coinbase", "kraken", "bitstamp", "binance"), timeframe="1m", style="candles"),
        feeds=Feeds(late_s=4.0, stale_s=15.0, down_s=45.0),
        price=PriceRule(fresh_s=10.0),
        history=History(
            enabled=True,
            keep_days=KeepDays(liquidation=90, bar=365, metric=30, alert=365, feed_gap=365, verdict=0),
        ),
        endpoints={},
        keys=Keys(),
        notices=(),
    )


def test_the_default_venues_are_in_the_vocabulary() -> None:
    assert set(Settings().venues) <= set(VENUES)
    assert set(Settings().chart.venues) <= set(VENUES)
    assert len(VENUES) == len(set(VENUES)) == 16


def test_a_file_can_set_everything(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        f"""
venues = ["deribit", "okx"]
zone = "Europe/Berlin"
tick_hz = 2
chart = {{ venues = ["okx"], timeframe = "4h", style = "line" }}
feeds.late_s = 1.5
feeds.stale_s = 2
feeds.down_s = 3
price.fresh_s = 30
keys.fred = "{SECRET}"

[history]
enabled = false

[history.keep_days]
liquidation = 7
bar = 8
metric = 9
alert = 10
feed_gap = 11
verdict = 12

[endpoints]
"okx.ws" = "ws://127.0.0.1:9/okx"
""",
    )
    assert settings == Settings(
        venues=("deribit", "okx"),
        zone="Europe/Berlin",
        tick_hz=2.0,
        chart=Chart(venues=("okx",), timeframe="4h", style="line"),
        feeds=Feeds(late_s=1.5, stale_s=2.0, down_s=3.0),
        price=PriceRule(fresh_s=30.0),
        history=History(
            enabled=False,
            keep_days=KeepDays(liquidation=7, bar=8, metric=9, alert=10, feed_gap=11, verdict=12),
        ),
        endpoints={"okx.ws": "ws://127.0.0.1:9/okx"},
        keys=Keys(fred=Secret(SECRET)),
    )


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    text = "tick_hz = 2\nzone = 'UTC'\nfeeds.late_s = 2\n"
    environ = {"TIDEGAUGE_TICK_HZ": "3", "TIDEGAUGE_FEEDS__LATE_S": "3"}
    settings = read(tmp_path, text, environ, {"tick_hz": 5})
    assert (settings.tick_hz, settings.feeds.late_s, settings.zone, settings.feeds.stale_s) == (5.0, 3.0, "UTC", 15.0)


def test_what_the_command_line_leaves_out_is_left_as_it_was(tmp_path: Path) -> None:
    assert read(tmp_path, "tick_hz = 2", {}, {"tick_hz": None, "zone": None}).tick_hz == 2.0


def test_the_command_line_may_give_text_or_values(tmp_path: Path) -> None:
    settings = read(tmp_path, None, {}, {"venues": "bybit, okx", "tick_hz": "0.5", "chart.venues": ["kraken"]})
    assert (settings.venues, settings.tick_hz, settings.chart.venues) == (("bybit", "okx"), 0.5, ("kraken",))


def test_the_environment_reaches_nested_keys_lists_and_switches(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        None,
        {
            "TIDEGAUGE_CHART__STYLE": "line",
            "TIDEGAUGE_VENUES": "okx,bybit",
            "TIDEGAUGE_HISTORY__ENABLED": "false",
            "TIDEGAUGE_HISTORY__KEEP_DAYS__METRIC": "3",
        },
    )
    assert settings.chart.style == "line"
    assert settings.venues == ("okx", "bybit")
    assert settings.history.enabled is False
    assert settings.history.keep_days.metric == 3


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    assert read(tmp_path, "tick_hz = 2", {"TIDEGAUGE_TICK_HZ": "", "FRED_API_KEY": ""}).tick_hz == 2.0


def test_an_unknown_variable_names_the_nearest(tmp_path: Path) -> None:
    assert problems(tmp_path, None, {"TIDEGAUGE_TICKHZ": "3"}) == [
        "environment TIDEGAUGE_TICKHZ: unknown setting; did you mean TIDEGAUGE_TICK_HZ?"
    ]


def test_endpoints_cannot_be_set_in_the_environment(tmp_path: Path) -> None:
    assert problems(tmp_path, None, {"TIDEGAUGE_ENDPOINTS": "x"}) == [
        "environment TIDEGAUGE_ENDPOINTS: endpoints: can only be set in the file"
    ]


def test_all_problems_of_all_places_are_told_at_once(tmp_path: Path) -> None:
    text = """
tickhz = 2
venues = ["bybt", "okx", "okx"]

[chart]
stile = "line"  # a slip
timeframe = "2m"
"""
    assert problems(tmp_path, text, {"TIDEGAUGE_TICK_HZ": "fast"}, {"chart.style": "candle"}) == [
        "FILE, line 2: tickhz: unknown key; did you mean tick_hz?",
        "FILE, line 3: venues: unknown venue 'bybt'; did you mean bybit?",
        "FILE, line 3: venues: okx is named twice",
        "FILE, line 6: chart.stile: unknown key; did you mean chart.style?",
        "FILE, line 7: chart.timeframe: expected one of 1m, 5m, 15m, 1h, 4h, 1d, got the text '2m'",
        "environment TIDEGAUGE_TICK_HZ: tick_hz: expected a number from 0.5 to 20, got the text 'fast'",
        "command line: chart.style: expected candles or line, got the text 'candle'",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tick_hz = true", "tick_hz: expected a number from 0.5 to 20, got true"),
        ("tick_hz = 0.4", "tick_hz: expected a number from 0.5 to 20, got 0.4"),
        ("tick_hz = nan", "tick_hz: expected a number from 0.5 to 20, got nan"),
        ("tick_hz = '4'", "tick_hz: expected a number from 0.5 to 20, got the text '4'"),
        ("feeds.down_s = inf", "feeds.down_s: expected seconds above 0, at most 86400, got inf"),
        ("feeds = 4", "feeds: expected a table, [feeds], got 4"),
        ("venues = 'okx'", 'venues: expected a list of venue names, like ["bybit", "okx"], got the text \'okx\''),
        ("venues = [1]", 'venues: expected a list of venue names, like ["bybit", "okx"], got a list of 1'),
        ("zone = 2020-01-01", 'zone: expected "local", "UTC" or a zone like "Europe/Berlin", got a date'),
        ("history.enabled = 1", "history.enabled: expected true or false, got 1"),
        (
            "history.keep_days.bar = 1.5",
            "history.keep_days.bar: expected whole days from 0 (for ever) to 36500, got 1.5",
        ),
        ("history.keep_days.bars = 9", "history.keep_days.bars: unknown key; did you mean history.keep_days.bar?"),
        ("timeframe = '1m'", "timeframe: unknown key; did you mean chart.timeframe?"),
        ("[chrat]\nstyle = 'line'", "chrat: unknown key; did you mean chart?"),
        ("[price]\nqqqqq = 1", "price.qqqqq: unknown key; known here: fresh_s"),
    ],
)
def test_a_wrong_value_or_key_says_what_was_expected(tmp_path: Path, text: str, problem: str) -> None:
    (found,) = problems(tmp_path, text)
    place, _, rest = found.partition(": ")
    assert place in ("FILE, line 1", "FILE, line 2")
    assert rest == problem


def test_notices_are_no_setting(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "notices = ['x']")
    assert problem.startswith("FILE, line 1: notices: unknown key; ")


def test_a_zone_that_is_none_names_the_nearest(tmp_path: Path) -> None:
    assert problems(tmp_path, 'zone = "Europe/Berln"') == [
        'FILE, line 1: zone: expected "local", "UTC" or a zone like "Europe/Berlin", got \'Europe/Berln\'; '
        "did you mean Europe/Berlin?"
    ]


@pytest.mark.parametrize("zone", ["America", "../etc/passwd", "/etc/localtime", ""])
def test_a_zone_that_is_a_folder_or_a_path_is_refused(tmp_path: Path, zone: str) -> None:
    (problem,) = problems(tmp_path, f'zone = "{zone}"')
    assert problem.startswith('FILE, line 1: zone: expected "local", "UTC" or a zone like "Europe/Berlin", got ')


def test_the_limits_of_a_feed_must_rise(tmp_path: Path) -> None:
    assert problems(tmp_path, "feeds.late_s = 20") == [
        "feeds: expected late_s below stale_s below down_s, got 20, 15, 45"
    ]


def test_broken_toml_gives_line_and_column(tmp_path: Path) -> None:
    assert problems(tmp_path, 'tick_hz = 2\nzone = "UTC\n') == [
        "FILE: not valid TOML: Illegal character '\\n' (at line 2, column 12)"
    ]
    (problem,) = problems(tmp_path, "tick_hz = 2\nzone =")
    assert problem == "FILE: not valid TOML: Invalid value (at line 2, column 7, the end of the file)"


def test_toml_nested_without_end_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "venues = " + "[" * 20_000) == ["FILE: not valid TOML: nested too deeply"]


def test_a_file_that_is_no_utf8_is_one_clear_problem(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_bytes(b'tick_hz = 2\nzone = "\xff"\n')
    assert problems(tmp_path) == ["FILE, line 2: not UTF-8 text"]


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufefftick_hz = 2").tick_hz == 2.0


def test_a_file_that_is_a_folder_is_one_clear_problem(tmp_path: Path) -> None:
    (tmp_path / "config" / "config.toml").mkdir(parents=True)
    assert problems(tmp_path) == ["FILE: cannot be read: Is a directory"]


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "mine.toml"
    with pytest.raises(SettingsError) as caught:
        load(config=missing, environ={}, overrides={})
    assert str(caught.value) == f"{missing}: cannot be read: No such file or directory"


def test_a_file_that_was_asked_for_is_read_instead_of_the_usual_one(tmp_path: Path) -> None:
    read(tmp_path, "tick_hz = 2\nzone = 'UTC'")
    mine = tmp_path / "mine.toml"
    mine.write_text("tick_hz = 3")
    settings = load(config=mine, environ={"TIDEGAUGE_HOME": str(tmp_path)}, overrides={})
    assert (settings.tick_hz, settings.zone) == (3.0, "local")


def test_escape_sequences_in_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    text = '"tick\\u001b[2J_hz" = 2\nzone = "\\u001b]0;x\\u0007UTZ"\n'
    assert "\x1b" not in "".join(problems(tmp_path, text))


def test_each_endpoint_is_checked_and_every_fault_has_its_line(tmp_path: Path) -> None:
    text = """[endpoints]
"binance_usdn.ws" = "ws://h"
"bybit.ws" = "https://h"
"bybit.http" = "ws://h"
"okx.ws" = "wss://"
"okx.http" = "http://h:port/"
"kraken.ws" = "wss://h/?token=1"
"kraken.http" = "https://h/a b"
coinbase.ws = "wss://h/#x"
"nyfed.ws" = "wss://h"
"""
    assert problems(tmp_path, text) == [
        "FILE, line 2: endpoints.binance_usdn.ws: unknown endpoint; did you mean binance_usdm.ws?",
        "FILE, line 3: endpoints.bybit.ws: expected an address that begins with ws:// or wss:// and a host",
        "FILE, line 4: endpoints.bybit.http: expected an address that begins with http:// or https:// and a host",
        "FILE, line 5: endpoints.okx.ws: expected an address that begins with ws:// or wss:// and a host",
        "FILE, line 6: endpoints.okx.http: expected an address that begins with http:// or https://, "
        "got one that cannot be read",
        "FILE, line 7: endpoints.kraken.ws: an address here has no ? or # part; "
        "only scheme, host and the beginning of the path",
        "FILE, line 8: endpoints.kraken.http: expected an address that begins with http:// or https:// and a host",
        "FILE, line 9: endpoints.coinbase.ws: an address here has no ? or # part; "
        "only scheme, host and the beginning of the path",
        "FILE, line 10: endpoints.nyfed.ws: unknown endpoint; did you mean nyfed.http?",
    ]


def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f'[endpoints]\n"nyfed.http" = "https://me:{SECRET}@h/"')
    assert problem == ("FILE, line 2: endpoints.nyfed.http: a user name or password does not belong in an address")


def test_an_endpoint_may_be_named_with_or_without_quotes(tmp_path: Path) -> None:
    text = '[endpoints]\nbybit.ws = "ws://a"\n"okx.ws" = "ws://b"\n[endpoints.kraken]\nhttp = "http://c"\n'
    assert read(tmp_path, text).endpoints == {
        "bybit.ws": "ws://a",
        "okx.ws": "ws://b",
        "kraken.http": "http://c",
    }


@pytest.mark.parametrize(
    ("base", "url", "expected"),
    [
        (
            "ws://127.0.0.1:9/bybit",
            "wss://stream.bybit.com/v5/public/linear",
            "ws://127.0.0.1:9/bybit/v5/public/linear",
        ),
        (
            "ws://127.0.0.1:9/bybit/",
            "wss://stream.bybit.com/v5/public/linear",
            "ws://127.0.0.1:9/bybit/v5/public/linear",
        ),
        ("wss://proxy.example", "wss://ws.kraken.com/v2", "wss://proxy.example/v2"),
        ("wss://proxy.example/", "wss://ws.kraken.com/v2", "wss://proxy.example/v2"),
        ("ws://[::1]:8080/x", "wss://fstream.binance.com:9443/ws", "ws://[::1]:8080/x/ws"),
        ("ws://h:1/p", "wss://ws.bitstamp.net", "ws://h:1/p"),
        ("ws://h:1/p/", "wss://ws.bitstamp.net", "ws://h:1/p"),
        ("ws://h:1", "wss://ws.bitstamp.net/", "ws://h:1/"),
        (
            "http://h:1/p",
            "https://a.b/c/d/?x=1&y=a%2Fb&z=[1]&e=",
            "http://h:1/p/c/d/?x=1&y=a%2Fb&z=[1]&e=",
        ),
    ],
)
def test_an_endpoint_replaces_scheme_host_and_the_beginning_of_the_path(base: str, url: str, expected: str) -> None:
    assert Settings(endpoints={"bybit.ws": base}).endpoint("bybit.ws", url) == expected


def test_an_endpoint_that_is_not_set_leaves_the_address_as_it_is() -> None:
    settings = Settings(endpoints={"bybit.ws": "ws://h"})
    assert settings.endpoint("bybit.http", "https://api.bybit.com/v5?a=1#b") == "https://api.bybit.com/v5?a=1#b"


def test_a_key_comes_from_the_file_the_publishers_variable_or_ours_the_last_first(tmp_path: Path) -> None:
    text = '[keys]\nfred = "from-file"\ncoinglass = "coinglass-file"\ncensus = "census-file"'
    environ = {"FRED_API_KEY": "from-fred", "TIDEGAUGE_KEYS__FRED": "from-ours", "COINGLASS_API_KEY": "from-coinglass"}
    keys = read(tmp_path, text, environ).keys
    assert keys.fred is not None and keys.fred.reveal() == "from-ours"
    assert keys.coinglass is not None and keys.coinglass.reveal() == "from-coinglass"
    assert keys.census is not None and keys.census.reveal() == "census-file"
    assert keys.sosovalue is None


def test_a_key_is_never_in_what_is_printed_logged_or_encoded(tmp_path: Path) -> None:
    settings = read(tmp_path, f'keys.fred = "{SECRET}"')
    secret = settings.keys.fred
    assert secret is not None and secret.reveal() == SECRET
    shown = (repr(settings), str(settings), f"{secret} {secret!r} {secret!s}", repr([secret]), repr(settings.keys))
    assert all(SECRET not in text for text in shown)
    with pytest.raises(TypeError):
        msgspec.json.encode(settings)


@pytest.mark.parametrize(
    "text",
    [
        f'[keys]\nfrd = "{SECRET}"',
        f'[keys]\nfred = ["{SECRET}"]',
        f'[keys.fred]\nkey = "{SECRET}"',
        f'[keys]\nfred = "{SECRET}\\n{SECRET}"',
        f'[keys]\nfred = "é{SECRET}"',
        f'keys = "{SECRET}"',
        f'[keys]\nfred = "{SECRET}\n',
        f"[keys]\nfred = {SECRET}\n",
        f'fred_api_key = "{SECRET}"',
    ],
)
def test_a_key_is_never_in_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("mode", "told"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_keys_in_a_file_that_others_can_read_are_pointed_out(tmp_path: Path, mode: int, told: bool) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'keys.fred = "{SECRET}"')
    file.chmod(mode)
    settings = load(config=file, environ={}, overrides={})
    expected = f"{file} holds keys and is open to other users (mode {mode:04o}); `chmod 600` closes it"
    assert settings.notices == ((expected,) if told else ())


def test_a_file_without_keys_may_be_read_by_all(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("tick_hz = 2\n# [keys]\n")
    file.chmod(0o644)
    assert load(config=file, environ={"FRED_API_KEY": SECRET}, overrides={}).notices == ()


def test_importing_settings_loads_no_library_that_only_some_paths_need() -> None:
    code = "import sys, feeds.settings; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    unwanted = {"platformdirs", "tomllib", "difflib", "zoneinfo", "sqlite3", "asyncio", "httpx", "textual"}
    assert "feeds.settings" in loaded
    assert not unwanted & set(loaded)


def test_a_file_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    for file in (pipe, Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(SettingsError) as caught:
            load(config=file, environ={}, overrides={})
        assert str(caught.value) == f"{file}: cannot be read: it is no regular file"


@pytest.mark.parametrize(("size", "told"), [(1 << 20, False), ((1 << 20) + 1, True)])
def test_a_file_larger_than_a_mebibyte_is_refused(tmp_path: Path, size: int, told: bool) -> None:
    file = tmp_path / "large.toml"
    file.write_text("tick_hz = 2\n" + "#" * (size - 12))
    if told:
        with pytest.raises(SettingsError) as caught:
            load(config=file, environ={}, overrides={})
        assert str(caught.value) == f"{file}: cannot be read: it is larger than 1 MiB"
    else:
        assert load(config=file, environ={}, overrides={}).tick_hz == 2


def test_of_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, "".join(f"nonsense_{n} = 1\n" for n in range(1000)))
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[19].split(": ")[1] == "nonsense_19"
    assert lines[20].endswith(": and perhaps more")


@pytest.mark.parametrize("publisher", ["fred", "census", "sosovalue", "coinglass"])
def test_a_key_goes_without_encryption_to_this_machine_only(tmp_path: Path, publisher: str) -> None:
    own, key = f'[endpoints]\n"{publisher}.http" = "', f'"\n[keys]\n{publisher} = "{SECRET}"\n'
    for address in ("http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:9", "https://proxy.example.net"):
        assert read(tmp_path, f"{own}{address}{key}").endpoints == {f"{publisher}.http": address}
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, f"{own}http://proxy.example.net{key}")
    assert str(caught.value) == (
        f"endpoints.{publisher}.http: the key would go there without encryption; expected an address with https://"
    )
    assert read(tmp_path, f'{own}http://proxy.example.net"\n').endpoints  # without a key there is nothing to seal
