"""Frames as they came off the wire, and recordings of them.

A recording is JSON lines: a header `{"tidegauge": 1, ...}`, then `[recv_ms, "<feed>", data]`. Text frames are strings,
binary ones `{"b64": ...}`, HTTP answers `{"url", "status", "body"}` (with `b64` where the body
is no text), and `null` marks a new connection of that feed.
It is written plain, so that a crash leaves every whole line readable, and compressed in place on close.
"""

import base64
import binascii
import gzip
import os
import shutil
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from feeds.venue import Http


class Frame(Struct, frozen=True, gc=False):
    """One thing received. `data` is `None` at a new connection of the feed."""

    feed: str
    recv_ms: int
    data: str | bytes | Http | None


class RecordingError(ValueError):
    """This is no recording that can be replayed; the text says why."""


class _Data(Struct):
    b64: str | None = None
    url: str | None = None
    status: int = 0
    body: str = ""


_LINE = msgspec.json.Decoder(tuple[int, str, str | _Data | None])
_HEADER = msgspec.json.Decoder(dict[str, object])


def encode(frame: Frame) -> bytes:
    """One line of a recording, with its end."""
    data: object = frame.data
    if isinstance(data, bytes):
        data = {"b64": base64.b64encode(data).decode()}
    elif isinstance(data, Http):
        binary = {"b64": base64.b64encode(data.data).decode()} if data.data else {}
        data = {"url": data.url, "status": data.status, "body": data.body, **binary}
    return msgspec.json.encode((frame.recv_ms, frame.feed, data)) + b"\n"


def decode(line: bytes) -> Frame:
    """Read one line of a recording. Raises `RecordingError` where it is none."""
    try:
        recv_ms, feed, data = _LINE.decode(line)
        if isinstance(data, _Data):
            binary = base64.b64decode(data.b64 or "", validate=True)
            if data.url is not None:
                return Frame(feed, recv_ms, Http(data.url, data.status, data.body, binary))
            if data.b64 is None:
                raise RecordingError('data is neither text, {"b64"} nor {"url"}')
            return Frame(feed, recv_ms, binary)
    except (msgspec.MsgspecError, binascii.Error) as error:
        raise RecordingError(str(error)) from error
    return Frame(feed, recv_ms, data)


class Recorder:
    """Writes frames to a file (0600) as they come; `close` compresses it in place.

    Raises `OSError` from the file system, disk full included; what was written stays readable.
    """

    def __init__(self, path: Path, **header: object) -> None:
        self.path = path
        self.frames = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb")
        self._file.write(msgspec.json.encode({"tidegauge": 1, **header}) + b"\n")

    def write(self, frame: Frame) -> None:
        """Append one frame."""
        self._file.write(encode(frame))
        self.frames += 1

    def flush(self) -> None:
        """Hand what was written to the system, so that a killed process loses none of it."""
        self._file.flush()

    def close(self) -> None:
        """Flush, then replace the file by its compressed self; a crash in between leaves one of the two whole."""
        self._file.close()
        packed = self.path.with_name(self.path.name + ".packing")
        with (
            self.path.open("rb") as plain,
            os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
            gzip.GzipFile(filename="", fileobj=out, mode="wb") as zipped,
        ):
            shutil.copyfileobj(plain, zipped)
        packed.replace(self.path)


class Recording:
    """A recording to read. Iterating gives its frames up to the last whole line; `cut` then says why it ended early.

    Raises `RecordingError` if the file is no recording, or was written by a later version of the format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.cut = ""
        self.header = self._read_header()

    def _open(self) -> gzip.GzipFile | BufferedReader:
        with self.path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return gzip.open(self.path, "rb") if packed else self.path.open("rb")

    def _read_header(self) -> dict[str, object]:
        try:
            with self._open() as file:
                header = _HEADER.decode(file.readline())
        except (OSError, EOFError, zlib.error, msgspec.MsgspecError) as error:
            raise RecordingError(f"{self.path} is no recording: {error}") from error
        if header.get("tidegauge") != 1:
            raise RecordingError(
                f"{self.path} is no recording of format 1: its header says {header.get('tidegauge')!r}"
            )
        return header

    def __iter__(self) -> Iterator[Frame]:
        with self._open() as file:
            try:
                next(file)
                for number, line in enumerate(file, start=2):
                    try:
                        yield decode(line)
                    except RecordingError as error:
                        whole = line.endswith(b"\n")
                        self.cut = f"line {number} is damaged: {error}" if whole else f"line {number} is cut off"
                        return
            except (OSError, EOFError, zlib.error) as error:
                self.cut = f"the file is cut off: {error}"
