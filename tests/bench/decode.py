"""Decoding and applying on one core: a recording through the session, the same frames through cryptofeed's playback."""

import importlib.util
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from feeds.decode import Decoder
from feeds.engine import new_session
from feeds.facts import Liquidation, Trade
from feeds.replay import replay
from feeds.session import Session
from feeds.settings import Settings
from feeds.venues import VENUES
from feeds.wire import Frame, Recording, encode
from tests.bench.frames import frames
from tests.bench.pace import Pace
from tests.bench.rows import Row

Seen = Counter[tuple[str, str, str]]
"""How many trades and liquidations by venue, kind and side of the order."""


def rows(pace: Pace) -> Iterator[Row]:
    """Frames a second from the file to the state, and with everything that viewers would be told."""
    made = list(frames(pace.frames))
    with tempfile.TemporaryDirectory(prefix="tidegauge-bench-") as folder:
        recording = Path(folder) / "frames.jsonl"
        recording.write_bytes(b'{"tidegauge":1}\n' + b"".join(map(encode, made)))
        theirs = None
        if importlib.util.find_spec("cryptofeed"):
            from tests.bench.playback import Playback

            theirs = Playback(Path(folder), made)
            _agree(_ours_seen(made), theirs.seen())
        own, whole, other = [], [], []
        for _ in range(pace.turns):
            own.append(pace.frames / _apply(recording))
            if theirs:
                other.append(pace.frames / theirs.play())
            whole.append(pace.frames / _replay(recording))
    ratio = median(a / b for a, b in zip(own, other, strict=True)) if other else None
    note = f"cryptofeed {median(other):,.0f}" if other else "cryptofeed is not installed: pip install '.[bench]'"
    yield Row("decode", median(own), "frames/s", 3.0, ratio, judged="ratio", at_least=True, note=note)
    yield Row(
        "decode.publish", median(whole), "frames/s", note="the same, and topics 10 times a second of 1,000 frames"
    )


def _session() -> Session:
    return new_session(Settings(), "replay", "", 0, expected=False)


def _apply(recording: Path) -> float:
    session = _session()
    began = time.perf_counter()
    for frame in Recording(recording):
        session.frame(frame)
    return time.perf_counter() - began


def _replay(recording: Path) -> float:
    session = _session()
    began = time.perf_counter()
    for _ in replay(Recording(recording), session):
        continue
    return time.perf_counter() - began


def _ours_seen(made: list[Frame]) -> Seen:
    seen: Seen = Counter()
    decoder = Decoder(VENUES)
    for frame in made:
        for out in decoder.decode(frame):
            match out:
                case Trade():
                    seen[out.venue, "trade", out.side] += 1
                case Liquidation():
                    seen[out.venue, "liquidation", "sell" if out.position == "long" else "buy"] += 1
    return seen


def _agree(ours: Seen, theirs: Seen) -> None:
    """Raise where the two have not read the same: then there is nothing to compare."""
    if ours != theirs or not ours:
        raise RuntimeError(f"read differently: {dict(ours - theirs)} here only, {dict(theirs - ours)} there only")
