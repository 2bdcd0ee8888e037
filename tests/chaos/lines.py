"""Bytes on the wire: websocket frames and HTTP heads, as far as one who passes them on has to know them."""

import gzip
import re
import struct
from asyncio import StreamReader
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

from msgspec import Struct

from tests.chaos.spoils import Text

TEXT, BINARY = 1, 2
_DATE = re.compile(rb"(?im)^(date: *)([^\r\n]+)")


class Framed(Struct, frozen=True):
    """One websocket frame of a server, which masks nothing."""

    opcode: int
    payload: bytes

    @property
    def said(self) -> str | None:
        """What it says, unpacked where the venue compresses; `None` for one that is about the connection."""
        match self.opcode:
            case 1:
                return self.payload.decode()
            case 2:
                return gzip.decompress(self.payload).decode()
        return None

    @property
    def data(self) -> bytes:
        """As it goes over the wire."""
        length = len(self.payload)
        head = bytes([0x80 | self.opcode])
        if length < 126:
            return head + bytes([length]) + self.payload
        if length < 1 << 16:
            return head + struct.pack("!BH", 126, length) + self.payload
        return head + struct.pack("!BQ", 127, length) + self.payload


async def framed(reader: StreamReader) -> Framed:
    """Read one whole frame. The simulated market sends none in pieces."""
    first, second = await reader.readexactly(2)
    assert first & 0x80
    assert second < 128
    length = second
    if second == 126:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    elif second == 127:
        (length,) = struct.unpack("!Q", await reader.readexactly(8))
    return Framed(first & 0x0F, await reader.readexactly(length))


def like(frame: Framed, text: Text) -> Framed:
    """A frame of the same kind that says something else."""
    if isinstance(text, bytes):
        return Framed(BINARY, text)
    data = text.encode(errors="surrogatepass")
    return Framed(BINARY, gzip.compress(data, 1)) if frame.opcode == BINARY else Framed(TEXT, data)


def dated(head: bytes, seconds: int) -> bytes:
    """An HTTP head whose `Date` is moved."""

    def moved(found: re.Match[bytes]) -> bytes:
        date = parsedate_to_datetime(found[2].decode()) + timedelta(seconds=seconds)
        return found[1] + format_datetime(date, usegmt=True).encode()

    return _DATE.sub(moved, head) if seconds else head


def answer(status: str, body: bytes = b"", length: str | None = None, **headers: str) -> bytes:
    """A whole HTTP answer, with a length that need not be true."""
    said = str(len(body)) if length is None else length
    named = {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items())]
    lines += [f"Content-Length: {said}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body
