"""Recordings: what goes in comes out, and what is damaged is read up to the damage."""

import gzip
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from feeds.venue import Http
from feeds.wire import Frame, Recorder, Recording, RecordingError, decode, encode

FRAMES = [
    Frame("okx", 1_700_000_000_000, None),
    Frame("okx", 1_700_000_000_001, '{"event":"subscribe","note":"ünï\\u0000"}'),
    Frame("htx", 1_700_000_000_002, b"\x1f\x8b\x00\xff"),
    Frame("okx.http", 1_700_000_000_003, Http("https://www.okx.com/api", 429, "<html>slow down</html>")),
]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_survives_its_line(frame: Frame) -> None:
    assert decode(encode(frame)) == frame


def test_the_line_is_the_documented_format() -> None:
    assert encode(FRAMES[0]) == b'[1700000000000,"okx",null]\n'
    assert encode(FRAMES[2]) == b'[1700000000002,"htx",{"b64":"H4sA/w=="}]\n'


def test_a_recording_is_private_compressed_on_close_and_read_back(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.jsonl", recorded="live")
    for frame in FRAMES:
        recorder.write(frame)
    recorder.close()
    assert (tmp_path / "a.jsonl").read_bytes()[:2] == b"\x1f\x8b"
    assert stat.S_IMODE((tmp_path / "a.jsonl").stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [tmp_path / "a.jsonl"]
    recording = Recording(tmp_path / "a.jsonl")
    assert recording.header == {"tidegauge": 1, "recorded": "live"}
    assert list(recording) == FRAMES
    assert recording.cut == ""


def test_a_recording_of_a_killed_process_is_whole_up_to_the_last_flush(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from feeds.wire import *\n"
        "r = Recorder(Path(sys.argv[1])); r.write(Frame('okx', 1, 'a')); r.write(Frame('okx', 2, 'b')); r.flush()\n"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=False)
    assert killed.returncode == -9
    assert list(Recording(tmp_path / "a")) == [Frame("okx", 1, "a"), Frame("okx", 2, "b")]


def test_a_line_cut_in_the_middle_ends_the_replay_there_and_is_said(tmp_path: Path) -> None:
    lines = [b'{"tidegauge":1}\n', *map(encode, FRAMES)]
    path = tmp_path / "cut.jsonl"
    path.write_bytes(b"".join(lines)[:-7])
    recording = Recording(path)
    assert list(recording) == FRAMES[:3]
    assert recording.cut == "line 5 is cut off"


def test_a_last_line_without_its_end_counts_if_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_bytes(b'{"tidegauge":1}\n' + encode(FRAMES[1]).rstrip())
    recording = Recording(path)
    assert list(recording) == [FRAMES[1]]
    assert recording.cut == ""


def test_a_compressed_recording_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    # Incompressible lines, so that what is cut off is only the end.
    frames = [Frame("okx", i, os.urandom(60).hex()) for i in range(2000)]
    packed = gzip.compress(b'{"tidegauge":1}\n' + b"".join(map(encode, frames)))
    path = tmp_path / "cut.gz"
    path.write_bytes(packed[: len(packed) // 2])
    recording = Recording(path)
    read = list(recording)
    assert 500 < len(read) < 1500
    assert read == frames[: len(read)]
    assert recording.cut


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no recording"),
        (b"<html>\n", "is no recording"),
        (b'{"tidegauge":2}\n', "of format 1"),
        (b"\x1f\x8b\x08garbage", "is no recording"),
        (b"\xff\xfe\x00binary", "is no recording"),
    ],
)
def test_what_is_no_recording_is_refused_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(RecordingError, match=said):
        Recording(tmp_path / "x")


@pytest.mark.parametrize("recv_ms", [-1, 9_000_000_000_000_000, 4_102_444_800_000, -(2**62), 2**64])
def test_a_time_that_is_none_of_ours_ends_the_replay_there_and_is_said(tmp_path: Path, recv_ms: int) -> None:
    path = tmp_path / "absurd.jsonl"
    path.write_bytes(b'{"tidegauge":1}\n' + encode(FRAMES[0]) + encode(Frame("okx", recv_ms, "a")))
    recording = Recording(path)
    assert list(recording) == FRAMES[:1]
    assert recording.cut == f"line 3 is damaged: its time is not between 1970 and 2100: {recv_ms}"


def test_a_line_nested_too_deeply_ends_the_replay_there_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "deep.jsonl"
    path.write_bytes(b'{"tidegauge":1}\n[1,"okx",{"url":"x","none":' + b"[" * 100_000 + b"]" * 100_000 + b"}]\n")
    recording = Recording(path)
    assert list(recording) == []
    assert recording.cut == "line 2 is damaged: nested too deeply"
    path.write_bytes(b'{"tidegauge":' + b"[" * 30_000 + b"]" * 30_000 + b"}\n")
    with pytest.raises(RecordingError, match="is no recording"):
        Recording(path)


def test_a_line_of_a_gigabyte_is_said_and_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.gz"
    part = gzip.compress(b"x" * (1 << 24), 1)
    path.write_bytes(gzip.compress(b'{"tidegauge":1}\n' + encode(FRAMES[0])) + part * 64)
    code = (
        "import resource, sys; from pathlib import Path; from feeds.wire import Recording\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))\n"
        "recording = Recording(Path(sys.argv[1])); print(len(list(recording)), recording.cut)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 line 3 is longer than 32 MiB\n", "")


def test_a_header_without_an_end_is_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "huge.gz"
    path.write_bytes(gzip.compress(b'{"tidegauge":1,"x":"' + b"x" * (1 << 24)))
    with pytest.raises(RecordingError, match="is no recording"):
        Recording(path)


def test_a_frame_too_long_for_a_recording_is_left_out_and_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a")
    for frame in (FRAMES[0], Frame("fred", 1_700_000_000_000, "\x01" * (6 << 20)), FRAMES[1]):
        recorder.write(frame)
    recorder.close()
    assert (recorder.frames, recorder.left_out) == (2, 1)
    recording = Recording(tmp_path / "a")
    assert (list(recording), recording.cut) == ([FRAMES[0], FRAMES[1]], "")


@pytest.mark.parametrize("link", [False, True])
def test_a_file_that_is_there_is_written_over_only_where_that_is_asked_for(tmp_path: Path, link: bool) -> None:
    kept, path = tmp_path / "kept", tmp_path / "path" if link else tmp_path / "kept"
    kept.write_text("a trader's own")
    if link:
        path.symlink_to(kept)
    with pytest.raises(FileExistsError):
        Recorder(path)
    assert kept.read_text() == "a trader's own"
    recorder = Recorder(path, replace=True)
    recorder.write(FRAMES[0])
    recorder.close()
    assert path.is_symlink() == link
    assert list(Recording(kept)) == FRAMES[:1]


def test_a_link_that_leads_nowhere_yet_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "path").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        Recorder(tmp_path / "path")
    assert not (tmp_path / "elsewhere").exists()
