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

from feeds.text import plain
from feeds.venue import Http

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes of a line with its end: an answer over HTTP has room in it, and a file of one line does not fill memory."""
LONGEST_HEADER = 64 * 1024
LATEST_MS = 4_102_444_800_000
"""2100-01-01. Frames of a later time, or of one before 1970, are none that were received."""


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
        if not 0 <= recv_ms < LATEST_MS:
            raise RecordingError(f"its time is not between 1970 and 2100: {recv_ms}")
        if isinstance(data, _Data):
            binary = base64.b64decode(data.b64 or "", validate=True)
            if data.url is not None:
                return Frame(feed, recv_ms, Http(data.url, data.status, data.body, binary))
            if data.b64 is None:
                raise RecordingError('data is neither text, {"b64"} nor {"url"}')
            return Frame(feed, recv_ms, binary)
    except RecursionError:
        raise RecordingError("nested too deeply") from None
    except (msgspec.MsgspecError, binascii.Error) as error:
        raise RecordingError(str(error)) from error
    return Frame(feed, recv_ms, data)


class Recorder:
    """Writes frames to a file (0600) as they come; `close` compresses it in place.

    A frame whose line would be longer than a recording may have is counted in `left_out`.
    Raises `OSError` from the file system, disk full included; what was written stays readable. `FileExistsError` where
    there is such a file, or a link of that name, already, unless it may be written over (`replace`).
    """

    def __init__(self, path: Path, *, replace: bool = False, **header: object) -> None:
        self.path = path.resolve() if replace else path  # what a link leads to is written over, not the link
        self.frames = 0
        self.left_out = 0
        how = os.O_TRUNC if replace else os.O_EXCL
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | how, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb")
        self._file.write(msgspec.json.encode({"tidegauge": 1, **header}) + b"\n")

    def write(self, frame: Frame) -> None:
        """Append one frame."""
        line = encode(frame)
        if len(line) > LONGEST_LINE:
            self.left_out += 1
            return
        self._file.write(line)
        self.frames += 1

    def flush(self) -> None:
        """Hand what was written to the system, so that a killed process loses none of it."""
        self._file.flush()

    def close(self) -> None:
        """Flush, then replace the file by its compressed self; a crash in between leaves one of the two whole."""
        self._file.close()
        packed = self.path.with_name(f"{self.path.name}.packing-{os.getpid()}")
        with (
            self.path.open("rb") as written,
            os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
            gzip.GzipFile(filename="", fileobj=out, mode="wb") as zipped,
        ):
            shutil.copyfileobj(written, zipped)
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
                header = _HEADER.decode(file.readline(LONGEST_HEADER))
        except (OSError, EOFError, zlib.error, msgspec.MsgspecError, RecursionError) as error:
            raise RecordingError(f"{self.path} is no recording: {error}") from error
        if header.get("tidegauge") != 1:
            raise RecordingError(
                f"{self.path} is no recording of format 1: its header says {plain(repr(header.get('tidegauge')), 40)}"
            )
        return header

    def __iter__(self) -> Iterator[Frame]:
        with self._open() as file:
            try:
                file.readline(LONGEST_HEADER)
                for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=2):
                    if len(line) > LONGEST_LINE:
                        self.cut = f"line {number} is longer than {LONGEST_LINE >> 20} MiB"
                        return
                    try:
                        yield decode(line)
                    except RecordingError as error:
                        whole = line.endswith(b"\n")
                        self.cut = f"line {number} is damaged: {error}" if whole else f"line {number} is cut off"
                        return
            except (OSError, EOFError, zlib.error) as error:
                self.cut = f"the file is cut off: {error}"
