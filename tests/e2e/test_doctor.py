"""`tidegauge doctor`: what works and why not, endpoint by endpoint."""

import gzip
import json
import os
import pty
import re
import socket
import time

from feeds import simulate
from feeds.settings import SOURCES
from feeds.venues import VENUES
from feeds.wire import Recording
from tests.e2e.stage import Stage, stage
from tests.e2e.world import Done, World

FEEDS = tuple(VENUES[venue].feed(stream) for venue in simulate.VENUES for stream in VENUES[venue].streams)

PATIENT = ("--wait", "40s")
"""It ends when all has come; a machine that is busy with other tests may be slow to bring it."""


def findings(done: Done, section: str = "") -> dict[str, tuple[str, str]]:
    """Each line's sign and words, by what it is about; of one section, or of all but the venues' and publishers'."""
    found, title = {}, ""
    for line in done.text.splitlines():
        row = re.fullmatch(r"  (ok|!!)  (\d+ ×|\S+(?: \S+)*?) {1,}(\S.*)", line)
        if not row:
            title = line
        elif title == section or (not section and title not in ("venues", "publishers")):
            found.setdefault(row[2], (row[1], row[3]))
    return found


def at_hyperliquid(built: Stage) -> dict[str, str]:
    """The addresses of a stage at which Hyperliquid is to be played."""
    return {
        f"hyperliquid.{kind}": built.endpoints[f"okx.{kind}"].replace("okx", "hyperliquid") for kind in ("ws", "http")
    }


def traded() -> str:
    """A trade of just now: what is older is no news there."""
    row = {"coin": "BTC", "side": "B", "px": "60000.0", "sz": "0.5", "time": time.time_ns() // 1_000_000, "tid": 7}
    return json.dumps({"channel": "trades", "data": [row]})


def context(**ctx: str) -> str:
    return json.dumps({"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": ctx}})


async def test_against_a_market_that_works_every_endpoint_is_ok(world: World) -> None:
    async with simulate.serve("quiet", seed=1, rate=4) as market:
        world.settings(market.endpoints, venues=[*simulate.VENUES])
        done = await world.run("doctor", *PATIENT, within=60, FRED_API_KEY="abcdef0123456789", TERM="xterm")
    assert (done.code, done.err) == (0, ""), done.text
    found = findings(done)
    for feed in FEEDS:
        assert found[feed][0] == "ok"
        assert found[feed][1].startswith(("live, lag ", "live, no dated message yet"))
    assert found["okx"][1].startswith("live, lag ")
    assert "hyperliquid.http" not in found  # nothing is read there
    assert found["bitmex"] == ("ok", "closed on 2026-09-23")
    assert {sign for sign, _ in findings(done, "venues").values()} == {"ok"}
    assert findings(done, "venues")["coinbase"] == ("ok", "came: trade, ticker, candles")
    assert findings(done, "venues")["hyperliquid"] == ("ok", "came: trade, mark, index, funding, open interest")
    last = done.text.splitlines()[-1]
    assert last == "16 venues: 15 whole, 1 closed; 19 publishers: 19 off"
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
    assert findings(done, "network") == {
        "5 ×": ("!!", "connection refused (bybit.linear, bybit.inverse, okx and 2 more)"),
        "clock": ("!!", "no two servers have told the same time"),
    }
    *_, summed, advice = done.text.splitlines()
    assert summed == "3 venues: 2 not heard, 1 closed; 19 publishers: 19 off"
    assert (
        advice == "nothing outside this machine answers; `tidegauge --demo` shows a simulated market without a network"
    )


async def test_where_some_venues_work_the_exit_code_is_between(world: World) -> None:
    async with simulate.serve("quiet", seed=1) as market:
        await market.cut("okx")
        world.settings(market.endpoints, venues=["okx", "coinbase"])
        done = await world.run("doctor", "--wait", "1s")
    assert done.code == 3
    found = findings(done)
    assert found["okx"][0] == "!!"
    assert re.fullmatch("connecting: (REST: )?HTTP 503 Service Unavailable.*", found["okx"][1])  # whichever came last
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


async def test_a_venue_that_never_tells_an_index_is_without_one(world: World) -> None:
    frames = (traded(), context(markPx="60010.0", funding="0.0000125", openInterest="30000.5"))
    async with stage({"hyperliquid": frames}) as venues:
        world.settings(at_hyperliquid(venues), venues=["hyperliquid"])
        done = await world.run("doctor", "--wait", "1s")
    assert done.code == 3
    said = "without index; came: trade, mark, funding, open interest"
    assert findings(done, "venues") == {"hyperliquid": ("!!", said)}
    assert done.text.splitlines()[-1].startswith("2 venues: 1 without index, 1 closed; ")


async def test_an_answer_of_another_shape_is_shown_without_keys_and_escapes(world: World) -> None:
    secret = "s3cr3t-key-0123456789"
    whole = context(markPx="60010.0", oraclePx="60000.0", funding="0.0000125", openInterest="30000.5")
    strange = context(markPx=f"{secret}\x1b[31m")
    async with stage({"hyperliquid": (traded(), whole, strange, strange)}) as venues:
        world.settings(at_hyperliquid(venues), venues=["hyperliquid"], keys={"census": secret})
        done = await world.run("doctor", "--wait", "1s", "--save", world.home / "kept.jsonl.gz")
    assert done.code == 3
    lines = [line for line in done.text.splitlines() if "not as documented" in line]
    assert lines == [
        "  !!  hyperliquid              not as documented: markPx is no number: '***\\x1b[31m' (2 ×): "
        '{"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": {"markPx": "***\\u001b[31m"}}}'
    ]
    assert "1 with answers other than documented" in done.text.splitlines()[-1]
    assert secret not in done.text + done.err


async def test_the_findings_as_json(world: World) -> None:
    async with simulate.serve("quiet", seed=1, rate=4) as market:
        world.settings(market.endpoints, venues=["coinbase"])
        done = await world.run("doctor", "--json", *PATIENT, within=60)
    found = done.json
    assert (done.code, done.err) == (0, "")
    assert (found["tidegauge"], found["code"], found["offline"]) == (1, 0, False)
    assert found["sum"] == "2 venues: 1 whole, 1 closed; 19 publishers: 19 off"
    coinbase, bitmex = found["venues"]
    assert {part["part"]: part["state"] for part in coinbase["parts"]} == {
        "trade": "came",
        "ticker": "came",
        "candles": "came",
    }
    assert (coinbase["fault"], coinbase["otherwise"]) == ("", [])
    assert (bitmex["venue"], bitmex["closed"]) == ("bitmex", "closed on 2026-09-23")


async def test_what_came_is_kept_as_a_recording_that_replays(world: World) -> None:
    secret = "abcdef0123456789abcdef0123456789"
    file = world.home / "kept.jsonl.gz"
    async with simulate.serve("quiet", seed=1, rate=4) as market:
        only = [name for name in SOURCES if name != "census"]
        world.settings(market.endpoints, venues=["coinbase"], sources={"off": only}, keys={"census": secret})
        done = await world.run("doctor", "--save", file, *PATIENT, within=60)
        again = await world.run("doctor", "--save", file)
    assert done.code == 0
    assert done.err.endswith(f"frames in {file}\n")
    assert secret.encode() not in gzip.decompress(file.read_bytes())
    assert {frame.feed for frame in Recording(file)} >= {
        "coinbase",
        "coinbase.http",
        "census.exports",
        "census.imports",
    }
    replayed = await world.run("replay", file, "--snapshot")
    assert replayed.json["metrics"]["btc.coinbase.price"]["value"] > 0
    assert again.code == 2
    assert again.err == f"tidegauge: {file} is there already, and is left as it is; --force writes over it\n"


async def test_each_page_of_a_publisher_is_told_and_one_that_fails(world: World) -> None:
    async with simulate.serve("quiet", seed=1) as market:
        off = [name for name in SOURCES if name not in ("treasury", "cboe")]
        endpoints = {**market.endpoints, "cboe.http": f"{market.endpoints['cboe.http']}/nowhere"}
        world.settings(endpoints, venues=["coinbase"], sources={"off": off})
        done = await world.run("doctor", *PATIENT, within=60)
    found = findings(done, "publishers")
    assert re.fullmatch(r"2 pages: [\d,]+ values, the newest of \d{4}-\d\d-\d\d", found["treasury"][1])
    assert found["cboe"][0] == "!!"
    assert found["cboe"][1].startswith("vix: HTTP 404: ")
    said = "19 publishers: 1 answered, 17 off, 1 without an answer of use"
    assert done.text.splitlines()[-1].endswith(said)


async def test_how_far_it_is_is_said_on_a_terminal_only(world: World) -> None:
    world.settings({"coinbase.ws": "ws://127.0.0.1:9", "coinbase.http": "http://127.0.0.1:9"})
    screen, theirs = pty.openpty()
    try:
        done = await (await world.start("doctor", "--wait", "0.3s", stderr=theirs)).ended(20)
        said = os.read(screen, 4_096).decode()
    finally:
        os.close(theirs)
        os.close(screen)
    assert done.code == 4
    assert said.startswith("\r0 of 1 venues whole; ")
    assert said.endswith("\r\x1b[K")


async def test_a_simulated_market_is_asked_without_the_users_addresses_keys_and_history(world: World) -> None:
    file = world.home / "kept.jsonl.gz"
    world.settings({"coinbase.ws": "ws://127.0.0.1:9"}, venues=["coinbase"], keys={"census": "abcdef0123456789"})
    done = await world.run("doctor", "--demo", "--json", "--wait", "1s", "--save", file, within=60)
    assert [venue["venue"] for venue in done.json["venues"]] == [*simulate.VENUES, "bitmex"]
    assert not done.json["offline"]
    assert Recording(file).header["recorded"] == "demo"
    assert b"abcdef0123456789" not in done.out + gzip.decompress(file.read_bytes())
    assert not world.places.data.exists()
