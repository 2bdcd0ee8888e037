"""`tidegauge doctor`: what works and why not, endpoint by endpoint."""

import re
import socket

from feeds import simulate
from feeds.venues import VENUES
from tests.e2e.world import Done, World

FEEDS = tuple(VENUES[venue].feed(stream) for venue in simulate.VENUES for stream in VENUES[venue].streams)


def findings(done: Done) -> dict[str, tuple[str, str]]:
    """Each line's sign and words, by what it is about."""
    rows = (re.fullmatch(r"  (ok|!!)  (\S+(?: \S+)*?) {1,}(\S.*)", line) for line in done.text.splitlines())
    return {row[2]: (row[1], row[3]) for row in rows if row}


async def test_against_a_market_that_works_every_endpoint_is_ok(world: World) -> None:
    async with simulate.serve("quiet", seed=1, rate=4) as market:
        world.settings(market.endpoints, venues=[*simulate.VENUES])
        done = await world.run("doctor", FRED_API_KEY="abcdef0123456789", TERM="xterm")
    assert (done.code, done.err) == (0, "")
    found = findings(done)
    for feed in FEEDS:
        assert found[feed][0] == "ok"
        assert found[feed][1].startswith(("live, lag ", "live, no dated message yet"))
    assert found["okx"][1].startswith("live, lag ")
    assert "hyperliquid.http" not in found  # nothing is read there
    assert found["bitmex"] == ("ok", "closed on 2026-09-23")
    for venue in set(simulate.VENUES) - {"hyperliquid"}:
        sign, said = found[f"{venue}.http"]
        assert sign == "ok"
        assert re.fullmatch(r"HTTP 200, [\d,]+ bytes in \d+ ms, our clock [+-]\d\.\d s from its", said)
    assert found["engine"] == ("ok", "none runs; one is started with the first viewer")
    assert found["settings"] == ("ok", str(world.places.config / "config.toml"))
    assert found["history"][1].startswith(str(world.places.data))
    assert "abcdef0123456789" not in done.text
    assert not world.places.data.exists()  # it only looks


async def test_against_a_closed_port_each_endpoint_says_why_it_does_not_work(world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]  # bound, and nobody listens
        endpoints = {f"{venue}.ws": f"ws://127.0.0.1:{port}/{venue}" for venue in ("okx", "bybit")}
        endpoints |= {f"{venue}.http": f"http://127.0.0.1:{port}/{venue}" for venue in ("okx", "bybit")}
        world.settings(endpoints)
        done = await world.run("doctor", "--wait", "1s")
    assert (done.code, done.err) == (4, "")
    found = findings(done)
    for feed in ("okx", "bybit.linear", "bybit.inverse"):
        assert found[feed] == ("!!", "connecting: connection refused")
    for venue in ("okx", "bybit"):
        assert found[f"{venue}.http"] == ("!!", "connection refused")


async def test_where_some_venues_work_the_exit_code_is_between(world: World) -> None:
    async with simulate.serve("quiet", seed=1) as market:
        await market.cut("okx")
        world.settings(market.endpoints, venues=["okx", "coinbase"])
        done = await world.run("doctor", "--wait", "1s")
    assert done.code == 3
    found = findings(done)
    assert found["okx"] == ("!!", "connecting: HTTP 503 Service Unavailable: down")
    assert found["okx.http"][0] == "!!"
    assert found["okx.http"][1].startswith("HTTP 503")
    assert found["coinbase"][0] == "ok"


async def test_an_engine_that_runs_is_found_and_not_disturbed(world: World) -> None:
    async with simulate.serve("quiet", seed=1) as market:
        world.settings(market.endpoints, venues=["coinbase"])
        engine = await world.engine("--with-viewers")
        async with world.viewer() as viewer:
            done = await world.run("doctor", "--wait", "1s")
            assert findings(done)["engine"] == ("ok", "runs")
            assert engine.running
            assert not viewer.closed


async def test_keys_are_never_shown_and_a_file_open_to_others_is_said(world: World) -> None:
    secret = "s3cr3t-key-0123456789"
    async with simulate.serve("quiet", seed=1) as market:
        world.settings({"coinbase.ws": market.endpoints["coinbase.ws"]}, keys={"fred": secret, "census": secret[::-1]})
        file = world.places.config / "config.toml"
        file.chmod(0o644)
        done = await world.run("doctor", "--wait", "1s", FRED_API_KEY="another-secret-key")
    said = done.text + done.err
    assert f"{file} holds keys and is open to other users (mode 0644); `chmod 600` closes it" in said
    for key in (secret, secret[::-1], "another-secret-key"):
        assert key not in said


async def test_the_terminal_and_tmux_are_told_and_tmux_may_be_missing(world: World) -> None:
    world.settings({"coinbase.ws": "ws://127.0.0.1:9", "coinbase.http": "http://127.0.0.1:9"})
    done = await world.run(
        "doctor", "--wait", "0.2s", TMUX="/tmp/tmux-0/default,1,0", PATH=str(world.home), NO_COLOR="1"
    )
    found = findings(done)
    assert found["tmux"] == ("ok", "version unknown")
    assert found["terminal"] == ("!!", "none")
    assert found["colours"] == ("ok", "none, as NO_COLOR asks")
