"""What can be set, its defaults, and where it is read: defaults < TOML < environment < command line.

The file is `config.toml` in the config folder, or the one named by `--config`. In the environment a key is upper case
after `TIDEGAUGE_`, with `__` for a dot and commas between the parts of a list: `TIDEGAUGE_CHART__STYLE=line`,
`TIDEGAUGE_VENUES=bybit,okx`. Only `[endpoints]` cannot be set there. An empty variable is one that is not set.
A key (`[keys]`) is also read from `FRED_API_KEY` and its like.
"""

import os
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit, urlunsplit

from msgspec import Meta, Struct
from msgspec.structs import fields, replace

from feeds.facts import Timeframe
from feeds.layers import Layers, Secret, nearest
from feeds.life import WRITTEN_MS, life, today
from feeds.paths import Paths, SettingsError, paths, private_folder
from feeds.signals.rules import Rules
from feeds.text import plain

__all__ = ["Paths", "Secret", "Settings", "SettingsError", "load", "paths", "private_folder"]

VENUES: tuple[str, ...] = (
    *("binance", "binance_usdm", "binance_coinm", "bybit", "okx", "coinbase", "kraken", "kraken_futures"),
    *("bitstamp", "deribit", "bitmex", "gate", "htx", "bitget", "bitfinex", "hyperliquid"),
)
OPEN: tuple[str, ...] = tuple(name for name in VENUES if not life(name).over(WRITTEN_MS))
"""The venues that still exist: all that are listened to by default."""

SOURCES: tuple[str, ...] = (
    *("nyfed", "fred", "ofr", "treasury", "fiscaldata", "cftc", "yahoo", "cboe", "farside"),
    *("sosovalue", "coinglass", "coinmetrics", "census", "ishares", "cips", "spdr", "board", "btcusd", "interest"),
)
"""Publishers whose address can be set; they speak HTTP only."""

_SCHEMES: dict[str, tuple[str, ...]] = {"ws": ("ws", "wss"), "http": ("http", "https")}
LARGEST = 1 << 20
"""Bytes of a file of settings."""
_ENVIRONMENT = "TIDEGAUGE_"
_NOT_SETTINGS = ("TIDEGAUGE_HOME",)

Venues = Annotated[tuple[str, ...], Meta(description='a list of venue names, like ["bybit", "okx"]')]
Seconds = Annotated[float, Meta(gt=0, le=86_400, description="seconds above 0, at most 86400")]
Days = Annotated[int, Meta(ge=0, le=36_500, description="whole days from 0 (for ever) to 36500")]
Key = Annotated[Secret | None, Meta(description="a key as text in quotes")]


class Chart(Struct, frozen=True):
    """The candles. The first of `venues` that has candles draws them."""

    venues: Venues = ("coinbase", "kraken", "bitstamp", "binance")
    timeframe: Annotated[Timeframe, Meta(description="one of 1m, 5m, 15m, 1h, 4h, 1d")] = "1m"
    style: Annotated[Literal["candles", "line"], Meta(description="candles or line")] = "candles"


class Feeds(Struct, frozen=True):
    """Seconds without proof of life after which a feed is late, stale and down."""

    late_s: Seconds = 4.0
    stale_s: Seconds = 15.0
    down_s: Seconds = 45.0


class PriceRule(Struct, frozen=True):
    """Seconds for which a venue's last price counts toward the reference price."""

    fresh_s: Seconds = 10.0


class KeepDays(Struct, frozen=True):
    """Days for which each table of the history is kept; 0 is for ever. Observations are never dropped."""

    liquidation: Days = 90
    bar: Days = 365
    metric: Days = 30
    alert: Days = 365
    feed_gap: Days = 365
    verdict: Days = 0


class History(Struct, frozen=True):
    """The history on disk."""

    enabled: Annotated[bool, Meta(description="true or false")] = True
    keep_days: KeepDays = KeepDays()


class Publishers(Struct, frozen=True):
    """Publishers of slow series. `opt_in`: those to ask although their terms want a decision of the user's.

    `off`: those not to ask. `believe`: series of which whatever comes is used, and nothing doubted.
    """

    opt_in: Annotated[tuple[str, ...], Meta(description='a list of publishers, like ["yahoo"]')] = ()
    off: Annotated[tuple[str, ...], Meta(description='a list of publishers, like ["ofr"]')] = ()
    believe: Annotated[tuple[str, ...], Meta(description='a list of series, like ["NVDA"]')] = ()


class Keys(Struct, frozen=True):
    """Keys for publishers that ask for one. They go to that publisher's host and nowhere else."""

    fred: Key = None
    census: Key = None
    sosovalue: Key = None
    coinglass: Key = None


class Settings(Struct, frozen=True):
    """All that can be set. `notices` are things the user should know about the file itself; they cannot be set."""

    venues: Venues = OPEN
    zone: Annotated[str, Meta(description='"local", "UTC" or a zone like "Europe/Berlin"')] = "local"
    tick_hz: Annotated[float, Meta(ge=0.5, le=20, description="a number from 0.5 to 20")] = 4.0
    chart: Chart = Chart()
    feeds: Feeds = Feeds()
    price: PriceRule = PriceRule()
    history: History = History()
    sources: Publishers = Publishers()
    signals: Rules = Rules()
    endpoints: Annotated[
        dict[str, str], Meta(description='a table of addresses, like "bybit.ws" = "wss://example.net/bybit"')
    ] = {}
    keys: Keys = Keys()
    notices: tuple[str, ...] = ()

    def endpoint(self, name: str, url: str) -> str:
        """`url`, or where `name` ("bybit.ws") is set elsewhere: its path and query below the address that was set."""
        if name not in self.endpoints:
            return url
        base, asked = urlsplit(self.endpoints[name]), urlsplit(url)
        path = f"{base.path.rstrip('/')}{asked.path}"
        return urlunsplit(asked._replace(scheme=base.scheme, netloc=base.netloc, path=path))


def load(
    *,
    config: Path | None,
    environ: Mapping[str, str],
    overrides: Mapping[str, object],
    now_ms: int | None = None,
) -> Settings:
    """Read every layer. `config`: the file that was asked for, which must be there, or `None` for the usual one.

    `overrides` come from the command line by dotted name; `None` there means it was not given. Venues that have closed
    by `now_ms`, or by now, are left out with a notice.
    Raises `SettingsError` with all problems of all layers, one a line.
    """
    layers = Layers(
        Settings,
        {
            "venues": _venues,
            "chart.venues": _venues,
            "zone": _zone,
            "endpoints": _endpoints,
            "sources.opt_in": _sources,
            "sources.off": _sources,
            "sources.believe": _series,
        },
    )
    file = config or paths(environ).config / "config.toml"
    text, mode = _read(file, layers.problems, optional=config is None)
    layers.toml(text, str(file))
    exposed = layers.has("keys") and mode & 0o077
    _environment(layers, environ)
    for name, value in overrides.items():
        if value is not None:
            layers.put(name, value, "command line")
    settings = layers.build()
    settings, closed = _without_closed(settings, today(time.time_ns() // 1_000_000 if now_ms is None else now_ms))
    problems = layers.problems or [*_order(settings.feeds), *_unsealed(settings)]
    if not settings.venues and closed:
        problems = [*problems, f"venues: none is left to listen to: {', '.join(closed)}"]
    if problems:
        raise SettingsError("\n".join(problems))
    said = [f"venues: {what}, and is left out" for what in closed]
    if exposed:
        said.append(f"{file} holds keys and is open to other users (mode {mode:04o}); `chmod 600` closes it")
    return replace(settings, notices=tuple(said))


def _without_closed(settings: Settings, now_ms: int) -> tuple[Settings, list[str]]:
    """The settings without the venues that have closed for good, and what those are, with the day."""
    gone = [name for name in settings.venues if life(name).over(now_ms)]
    left = tuple(name for name in settings.venues if name not in gone)
    return replace(settings, venues=left), [f"{name} {life(name).words(now_ms)}" for name in gone]


def _read(file: Path, problems: list[str], *, optional: bool) -> tuple[str, int]:
    """The file's text and mode; no text where there is no file or reading it is a problem."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:  # a pipe must not be waited for
            mode = os.fstat(opened.fileno()).st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                problems.append(f"{file}: cannot be read: it is no regular file")
                return "", 0
            data = opened.read(LARGEST + 1)
            if len(data) > LARGEST:
                problems.append(f"{file}: cannot be read: it is larger than {LARGEST >> 20} MiB")
                return "", 0
            return data.decode("utf-8-sig"), stat.S_IMODE(mode)
    except (FileNotFoundError, NotADirectoryError) as problem:
        if not optional:
            problems.append(f"{file}: cannot be read: {problem.strerror}")
    except OSError as problem:
        problems.append(f"{file}: cannot be read: {problem.strerror}")
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        problems.append(f"{file}, line {line}: not UTF-8 text")
    return "", 0


def _environment(layers: Layers[Settings], environ: Mapping[str, str]) -> None:
    for name in layers.names():
        variable = f"{name.removeprefix('keys.').upper()}_API_KEY"
        if name.startswith("keys.") and environ.get(variable):
            layers.put(name, environ[variable], f"environment {variable}")
    variables = {f"{_ENVIRONMENT}{name.replace('.', '__').upper()}": name for name in layers.names()}
    for variable, value in sorted(environ.items()):
        if not variable.startswith(_ENVIRONMENT) or variable in _NOT_SETTINGS or not value:
            continue
        if variable in variables:
            layers.put(variables[variable], value, f"environment {variable}")
        else:
            near = nearest(variable, variables)
            layers.problems.append(
                f"environment {variable}: unknown setting" + (f"; did you mean {near}?" if near else "")
            )


def _unsealed(settings: Settings) -> Iterator[str]:
    """Say which key would go without encryption to an address that is not this machine's."""
    for field in fields(settings.keys):
        name = f"{field.name}.http"
        address = urlsplit(settings.endpoints.get(name, ""))
        if address.scheme == "http" and getattr(settings.keys, field.name) and not _is_here(address.hostname or ""):
            yield f"endpoints.{name}: the key would go there without encryption; expected an address with https://"


def _is_here(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _order(feeds: Feeds) -> Iterator[str]:
    if not feeds.late_s < feeds.stale_s < feeds.down_s:
        said = f"{feeds.late_s:g}, {feeds.stale_s:g}, {feeds.down_s:g}"
        yield f"feeds: expected late_s below stale_s below down_s, got {said}"


def _venues(value: object) -> Iterator[tuple[str, str]]:
    return _names(value, "venue", VENUES)


def _sources(value: object) -> Iterator[tuple[str, str]]:
    return _names(value, "publisher", SOURCES)


def _series(value: object) -> Iterator[tuple[str, str]]:
    from feeds.series import FAMILIES, TABLE, series  # a table that most commands have no need of

    assert isinstance(value, tuple)
    for name in value:
        if series(name) is None:
            near = nearest(name.upper(), (*TABLE, *FAMILIES))
            yield "", f"no series is called '{plain(name, 40)}'" + (f"; did you mean {near}?" if near else "")


def _names(value: object, what: str, known: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    assert isinstance(value, tuple)
    for place, name in enumerate(value):
        if name not in known:
            near = nearest(name.lower(), known)
            hint = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
            yield "", f"unknown {what} '{plain(name, 40)}'; {hint}"
        elif name in value[:place]:
            yield "", f"{name} is named twice"


def _zone(value: object) -> Iterator[tuple[str, str]]:
    assert isinstance(value, str)
    if value in ("local", "UTC"):
        return
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # OSError where the name is a folder of the zone database: "America"
        near = nearest(value, available_timezones())
        said = f"; did you mean {near}?" if near else ""
        yield "", f'expected "local", "UTC" or a zone like "Europe/Berlin", got \'{plain(value, 40)}\'{said}'


def _endpoints(value: object) -> Iterator[tuple[str, str]]:
    assert isinstance(value, dict)
    names = tuple(f"{venue}.{kind}" for venue in VENUES for kind in _SCHEMES) + tuple(f"{s}.http" for s in SOURCES)
    for name, address in value.items():
        if name not in names:
            near = nearest(name.lower(), names)
            hint = f"did you mean {near}?" if near else "expected a venue's name and .ws or .http, like bybit.ws"
            yield f".{name}", f"unknown endpoint; {hint}"
        elif problem := _address_problem(address, _SCHEMES[name.rpartition(".")[2]]):
            yield f".{name}", problem


def _address_problem(address: str, schemes: tuple[str, ...]) -> str:
    """What is wrong with a base address, or "". An address with a password in it is never repeated."""
    begins = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # a port that is no number raises only when it is asked for
    except ValueError:
        return f"expected an address that begins with {begins}, got one that cannot be read"
    if "@" in parts.netloc:
        return "a user name or password does not belong in an address"
    if parts.scheme not in schemes or not host or not address.isprintable() or " " in address:
        return f"expected an address that begins with {begins} and a host"
    if parts.query or parts.fragment or "?" in address or "#" in address:
        return "an address here has no ? or # part; only scheme, host and the beginning of the path"
    return ""
