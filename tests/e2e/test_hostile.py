"""What a venue writes is never a command to the terminal: not in a table, not in a document, not in a line."""

import json
from typing import Any

from websockets.asyncio.server import ServerConnection

from tests.e2e.frames import SCRIPTS
from tests.e2e.stage import Script, says, stage
from tests.e2e.world import Viewer, World, until
from tests.loopback import Answer, refusal

EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m\x9b31m \u202egnp.exe\u2066 [bold red]loud[/] \r\nnew line\x00\x7f"
"""Escapes of both kinds, a title, turned text, markup, an end of line."""

SPOKEN = "[bold red]loud[/]"
"""What may be left of it: markup is for screens to escape, and is plain text here."""


async def close(peer: ServerConnection) -> None:
    await peer.close(1013, EVIL[:100])


SCRIPTED: dict[str, Script] = {
    "binance": says(json.dumps({"code": 2, "msg": EVIL, "id": 1})),
    "bybit.linear": says(json.dumps({"success": False, "ret_msg": EVIL, "op": "subscribe", "req_id": "1"})),
    "bybit.inverse": says(EVIL),
    "okx": says(json.dumps({"event": "error", "code": EVIL, "msg": EVIL})),
    "coinbase": says(json.dumps({"type": "error", "message": EVIL, "reason": EVIL})),
    "kraken": close,
}
VENUES = {
    **SCRIPTED,
    "binance_usdm": refusal(451, EVIL),
    "bitstamp": refusal(500, f"<html><title>{EVIL}</title><script>evil()</script><b>{EVIL}</b>"),
}
FEEDS = set(VENUES)


def harmless(*texts: bytes | str) -> None:
    """No sign that a terminal obeys, but for the ends of lines."""
    for text in texts:
        shown = text.decode() if isinstance(text, bytes) else text
        assert {sign for sign in shown if not sign.isprintable()} <= {"\n"}
        assert "evil()" not in shown


def harmless_within(value: Any) -> None:
    """No such sign in any text of a document, where JSON would have hidden it behind an escape."""
    match value:
        case str():
            assert value.isprintable(), value
        case dict():
            harmless_within([*value, *value.values()])
        case list():
            for part in value:
                harmless_within(part)


def page(_: str) -> Answer:
    return Answer(400, json.dumps({"msg": EVIL, "retMsg": EVIL}).encode(), {"X-Evil": "\x1b[31m"})


async def test_venues_cannot_write_escapes_to_the_terminal_through_any_word(world: World) -> None:
    async with stage(VENUES, page) as venues:
        world.settings(venues.endpoints, venues=["binance_usdm", "kraken", "coinbase"])
        doctor = await world.run("doctor", "--wait", "0.5s")
        assert doctor.code == 4
        harmless(doctor.out, doctor.err)
        assert SPOKEN in doctor.text  # it was said

        world.settings(venues.endpoints)
        snapshot = await world.run("snapshot", "--wait", "0.5s")
        assert snapshot.code == 4
        harmless(snapshot.out, snapshot.err)
        harmless_within(snapshot.json)
        assert {row["feed"] for row in snapshot.json["topics"]["feeds"]["rows"] if row["error"]} == FEEDS

        file = world.home / "evil.jsonl"
        recorded = await world.run("record", file, "--for", "0.5s")
        harmless(recorded.err)
        for more in ((), ("--snapshot",)):
            replayed = await world.run("replay", file, *more)
            harmless(replayed.out, replayed.err)
            harmless_within(replayed.json if more else replayed.lines)

        engine = await world.engine()
        async with world.viewer() as viewer:
            await until(lambda: _complained(viewer) >= FEEDS, "every feed has complained")
            for row in viewer.topics["feeds"]["rows"]:
                harmless(row["error"])
            harmless_within(viewer.topics)
            await until(world.latest.exists, "the status line's file")
            status = await world.run("status", "--format", "{btc.price} {liq.long.usd.1h}")
            harmless(status.out, status.err)
            harmless(world.latest.read_bytes())
            harmless_within(json.loads(world.latest.read_bytes()))
        assert engine.err == ""


async def test_a_venue_names_neither_feeds_nor_files(world: World) -> None:
    async with stage(SCRIPTS) as venues:
        world.settings(venues.endpoints)
        file = world.home / "evil.jsonl"
        header = json.dumps({"tidegauge": 1, "note": EVIL})
        rows = [
            [1_700_000_000_000, f"{EVIL}.x", "{}"],
            [1_700_000_000_500, "binance", None],
            [1_700_000_001_000, "", ""],
        ]
        file.write_text("".join(f"{line}\n" for line in (header, *map(json.dumps, rows))))
        for more in ((), ("--snapshot",)):
            done = await world.run("replay", file, *more)
            harmless(done.out, done.err)
            harmless_within(done.json if more else done.lines)
            assert done.code in (0, 4)


def _complained(viewer: Viewer) -> set[str]:
    return {row["feed"] for row in viewer.topics.get("feeds", {}).get("rows", ()) if row["error"]}
