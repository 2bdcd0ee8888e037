"""`tidegauge replay`, on the venues' hand-written recordings and on files that are none."""

import gzip
import json
import os
from pathlib import Path

import pytest

from tests.e2e.frames import LIQUIDATED, PRICES, SCRIPTS, Sums, T
from tests.e2e.world import LACKING, ROOT, Json, World, totals

FIXTURES = ROOT / "tests" / "fixtures"
HELD: dict[str, tuple[str, float, Sums]] = {
    "binance": ("btc.binance.price", 87499.5, {}),
    "binance_usdm": (
        "btc.binance_usdm.price",
        87491.5,
        {
            ("binance_usdm", "long"): (2, 0.5 * 87400 + 0.1 * 88100, 0.6),
            ("binance_usdm", "short"): (1, 0.02 * 88000, 0.02),
        },
    ),
    "bybit": (
        "btc.bybit.price",
        87501.0,
        {("bybit", "long"): (3, 2 * 0.2 * 87000 + 43500, 0.9), ("bybit", "short"): (1, 0.1 * 88000, 0.1)},
    ),
    "okx": (
        "btc.okx.price",
        80002.0,
        {
            ("okx", "long"): (3, 2 * 0.0356 * 79900 + 0.0038 * 80000, 0.075),
            ("okx", "short"): (3, 0.1 * 80100 + 2000 + 0.01 * 80003, 0.1 + 2000 / 80000 + 0.01),
        },
    ),
    "coinbase": ("btc.coinbase.price", 80006.0, {}),
    "kraken": ("btc.kraken.price", 80000.25, {}),
    "bitstamp": ("btc.bitstamp.price", 80000.0, {}),
}
"""What each fixture comes to at its end: the venue's price, and what was liquidated."""


def written(file: Path, scripts: dict[str, tuple[str, ...]]) -> Path:
    """A recording of these frames, one every 50 ms, the feeds in turn."""
    rows: list[list[object]] = [[T + 100, feed, None] for feed in scripts]
    rows += [[0, feed, frame] for feed, frames in scripts.items() for frame in frames]
    for number, row in enumerate(rows):
        row[0] = T + 1_000 + 50 * number
    header = {"tidegauge": 1, "recorded": "live"}
    file.write_text("".join(json.dumps(row) + "\n" for row in [header, *rows]))
    return file


async def test_each_venues_recording_comes_to_exactly_what_it_holds(world: World) -> None:
    for venue, (metric, price, liquidated) in HELD.items():
        done = await world.run("replay", FIXTURES / f"{venue}.jsonl", "--snapshot")
        document = done.json
        assert (document["tidegauge"], document["mode"]) == (1, "replay")
        assert document["metrics"][metric]["value"] == price
        found = totals(document["topics"]["liquidations"])
        assert found == {key: pytest.approx(sums, abs=1e-6) for key, sums in liquidated.items()}, venue
        assert done.err == ""
        assert done.code == (3 if venue == "okx" else 0)  # OKX's only spot trade is 24 s old at the end


async def test_a_recording_of_all_venues_comes_to_the_same_as_the_venues_themselves(world: World) -> None:
    document = (await world.run("replay", written(world.home / "all.jsonl", SCRIPTS), "--snapshot")).json
    assert {venue: document["metrics"][f"btc.{venue}.price"]["value"] for venue in PRICES} == PRICES
    found = totals(document["topics"]["liquidations"], "1m")
    assert found == {key: pytest.approx(sums, abs=1e-6) for key, sums in LIQUIDATED.items()}
    assert document["now_ms"] == T + 1_000 + 50 * (len(SCRIPTS) + sum(map(len, SCRIPTS.values())) - 1)


@pytest.mark.parametrize("name", [*HELD, "all"])
async def test_the_lines_of_a_recording_add_up_to_its_snapshot(world: World, name: str) -> None:
    file = FIXTURES / f"{name}.jsonl" if name in HELD else written(world.home / "all.jsonl", SCRIPTS)
    lines = await world.run("replay", file)
    assert (lines.code, lines.err) == (0, "")
    snapshot = (await world.run("replay", file, "--snapshot")).json
    times = [line["t"] for line in lines.lines]
    assert times == sorted(times)
    assert times[-1] == snapshot["now_ms"]
    said: Json = {}
    for line in lines.lines:
        said |= line["set"]
    assert said == snapshot["metrics"] | snapshot["topics"]


async def test_a_recording_replayed_twice_gives_the_same_bytes(world: World) -> None:
    for file in (FIXTURES / "okx.jsonl", written(world.home / "all.jsonl", SCRIPTS)):
        for more in ((), ("--snapshot",)):
            first, second = [(await world.run("replay", file, *more)).out for _ in range(2)]
            assert first == second
            assert first


async def test_a_recording_cut_in_the_middle_of_a_line_is_replayed_up_to_there(world: World) -> None:
    whole = (FIXTURES / "binance_usdm.jsonl").read_bytes()
    file = world.home / "cut.jsonl"
    file.write_bytes(whole[: whole.index(b'"PARTIALLY_FILLED')])
    done = await world.run("replay", file, "--snapshot")
    assert done.code == 0
    assert done.err == f"tidegauge: {file}: line 8 is cut off; replayed up to there\n"
    assert totals(done.json["topics"]["liquidations"]) == {("binance_usdm", "long"): (1, 43700.0, 0.5)}
    lines = await world.run("replay", file)
    assert (lines.code, lines.err) == (0, done.err)


async def test_a_compressed_recording_cut_off_is_replayed_up_to_there(world: World) -> None:
    whole = written(world.home / "all.jsonl", SCRIPTS).read_bytes()
    file = world.home / "cut.jsonl"
    packed = gzip.compress(whole)
    file.write_bytes(packed[: len(packed) * 3 // 4])
    done = await world.run("replay", file, "--snapshot")
    assert done.err.startswith(f"tidegauge: {file}: ")
    assert "cut off" in done.err
    assert done.err.endswith("; replayed up to there\n")
    assert 0 < len(totals(done.json["topics"]["liquidations"])) < len(LIQUIDATED)


async def test_what_is_no_recording_gives_one_clear_line_and_exit_code_1(world: World) -> None:
    written_by_hand = {
        "empty": b"",
        "text": b"time,price\n1,2\n",
        "other": b'{"version": 3}\n',
        "later": b'{"tidegauge": 2}\n[1,"binance",null]\n',
        "binary": bytes(range(256)) * 10,
        "packed": gzip.compress(b"\x00\x01\x02"),
        "broken": b"\x1f\x8b\x08\x00garbage",
    }
    files = {world.home / name: data for name, data in written_by_hand.items()}
    for file, data in files.items():
        file.write_bytes(data)
    for file in (*files, world.home / "missing", world.home):
        done = await world.run("replay", file, *["--snapshot"] * (file.name in ("text", "missing")))
        assert (done.code, done.out) == (1, b""), file.name
        assert done.err.startswith(f"tidegauge: {file} is no recording"), done.err
        assert done.err.count("\n") == 1, done.err


@pytest.mark.parametrize("recv_ms", [9_000_000_000_000_000, -1, 4_102_444_799_999, 0])
async def test_a_recording_with_an_absurd_time_is_replayed_up_to_there(world: World, recv_ms: int) -> None:
    file = world.home / "absurd.jsonl"
    file.write_text(f'{{"tidegauge": 1}}\n[1796032800000,"binance",null]\n[{recv_ms},"binance",null]\n')
    said = f"{file}: line 3 is damaged: its time is not between 1970 and 2100: {recv_ms}; replayed up to there"
    damaged = not 0 <= recv_ms < 4_102_444_800_000
    for how in ([], ["--snapshot"]):
        done = await world.run("replay", file, *how)
        assert (done.code, done.err) == (4 if how else 0, f"tidegauge: {said}\n" if damaged else "")


async def test_a_recording_of_nothing_has_no_numbers(world: World) -> None:
    file = world.home / "nothing.jsonl"
    file.write_text('{"tidegauge": 1}\n')
    done = await world.run("replay", file, "--snapshot")
    assert done.code == 4
    values = {name: metric["value"] for name, metric in done.json["metrics"].items()}
    assert {name: value for name, value in values.items() if value is not None} == LACKING


async def test_damaged_and_hostile_lines_are_counted_and_said_but_never_fatal(world: World) -> None:
    frames = (
        '{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","s":"BTCUSDT"}}',
        "[" * 100_000,
        '{"e":' * 50_000,
        "\x1b]0;owned\x07\x1b[2J not json",
        '{"code":1,"msg":"\x1b[31mred\\u001b[0m [bold]loud[/bold]"}',
    )
    file = written(world.home / "hostile.jsonl", {"binance": frames, "nobody": ("{}",)})
    done = await world.run("replay", file, "--snapshot")
    assert done.code == 4
    assert b"\x1b" not in done.out
    assert rb"\u001b" not in done.out
    row = next(row for row in done.json["topics"]["feeds"]["rows"] if row["feed"] == "binance")
    assert row["rejected"] == len(frames)


async def test_an_output_that_cannot_be_written_is_said_in_one_line(world: World) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        process = await world.start("replay", FIXTURES / "okx.jsonl", stdout=full)
        done = await process.ended()
    finally:
        os.close(full)
    assert done.code == 1
    assert done.err == "tidegauge: No space left on device\n"
