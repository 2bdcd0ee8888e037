"""Scripted servers on loopback for the tests: a websocket venue, a bare TCP port, an HTTP publisher.

Each is a context manager on a port of its own, and on leaving it nothing of it runs any more.
"""

import asyncio
import base64
import hashlib
import shutil
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

HOST = "127.0.0.1"


async def until(true: Callable[[], object], within: float = 60.0) -> None:
    """Wait until `true()` holds, and fail if it does not in time."""
    end = time.monotonic() + within
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.005)


@dataclass
class Venue:
    """What a websocket server was asked: the handshakes and their times (monotonic), and the messages received."""

    port: int = 0
    asked: list[Request] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    got: list[str | bytes] = field(default_factory=list)
    got_at: list[float] = field(default_factory=list)
    closed: list[tuple[int | None, str | None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"ws://{HOST}:{self.port}/ws"

    @property
    def waits(self) -> list[float]:
        """Seconds between one handshake and the next."""
        return [b - a for a, b in zip(self.times, self.times[1:], strict=False)]


Script = Callable[[ServerConnection, int], Awaitable[None]]


async def idle(peer: ServerConnection, _: int) -> None:
    """Say nothing for as long as the connection lasts; the library still answers protocol pings."""
    await peer.wait_closed()


@asynccontextmanager
async def venue(
    script: Script = idle,
    answer: Callable[[int], Response | None] = lambda _: None,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Venue]:
    """Run a websocket server. `answer` may refuse the n-th handshake (from 0); `script` plays the n-th connection.

    What the client sends is kept in `got` all the while. When the script returns, the connection is closed.
    """
    seen = Venue()

    def handshake(_: ServerConnection, request: Request) -> Response | None:
        seen.times.append(time.monotonic())
        seen.asked.append(request)
        return answer(len(seen.asked) - 1)

    async def listen(peer: ServerConnection) -> None:
        async for message in peer:
            seen.got_at.append(time.monotonic())
            seen.got.append(message)

    async def play(peer: ServerConnection) -> None:
        listener = asyncio.create_task(listen(peer))
        try:
            await script(peer, len(seen.asked) - 1)
        finally:
            await peer.close()
            seen.closed.append((peer.close_code, peer.close_reason))
            await asyncio.gather(listener, return_exceptions=True)

    async with serve(play, HOST, port, process_request=handshake, close_timeout=0.2, max_size=None, ssl=tls) as server:
        seen.port = next(iter(server.sockets)).getsockname()[1]
        yield seen


def refusal(status: int, body: str = "", **headers: str) -> Response:
    """Refuse a handshake. Underscores in the names of headers stand for hyphens."""
    fields = {"Content-Length": str(len(body.encode())), "Connection": "close"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, "refused", Headers(fields), body.encode())


TcpScript = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def tcp(script: TcpScript) -> AsyncIterator[tuple[int, list[float]]]:
    """Run a bare TCP server; gives its port and the times of its connections, each closed when the script returns."""
    times: list[float] = []
    running: set[asyncio.Task[None]] = set()

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        times.append(time.monotonic())
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await script(reader, writer)
            writer.close()
        except (ConnectionError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            running.discard(task)

    server = await asyncio.start_server(play, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1], times
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Open a websocket by hand (RFC 6455, 4.2.2), so that the script can then break the protocol as it likes."""
    request = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(line.split(": ")[1] for line in request.split("\r\n") if line.lower().startswith("sec-websocket-key"))
    proof = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
    writer.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {proof}\r\n\r\n".encode()
    )
    await writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side sees a reset, not an end."""
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class Answer:
    """One HTTP answer. `length` replaces the true one; `pause` is before the body; `length=None` sends none at all."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = -1
    pause: float = 0.0


@dataclass
class Publisher:
    """What an HTTP server was asked: paths with their queries, headers, and times (monotonic)."""

    base: str = ""
    paths: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def waits(self) -> list[float]:
        """Seconds between one request and the next."""
        return [b - a for a, b in zip(self.times, self.times[1:], strict=False)]


@contextmanager
def publisher(
    answer: Callable[[str, int], Answer], tls: ssl.SSLContext | None = None, date: bool = True
) -> Iterator[Publisher]:
    """Run an HTTP server in a thread. `answer` gets the path and the number of the request (from 0).

    Without `date` only the answer's own headers are sent.
    """
    seen = Publisher()
    leaving = threading.Event()

    class Play(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.times.append(time.monotonic())
            seen.headers.append(dict(self.headers.items()))
            seen.paths.append(self.path)
            reply = answer(self.path, len(seen.paths) - 1)
            if date:
                self.send_response(reply.status)
            else:
                self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.length is not None:
                self.send_header("Content-Length", str(len(reply.body) if reply.length < 0 else reply.length))
            self.end_headers()
            leaving.wait(reply.pause)
            self.wfile.write(reply.body)
            self.close_connection = reply.length is None or reply.length >= 0

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of the tests clean."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that left early is part of the tests."""

    server = Quiet((HOST, 0), Play)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    seen.base = f"{'https' if tls else 'http'}://{HOST}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield seen
    finally:
        leaving.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Certificate:
    """A certificate for loopback that nobody trusts, and the server side of TLS with it."""

    path: Path
    server: ssl.SSLContext


def certificate(folder: Path) -> Certificate:
    """Make a certificate that signs itself; skips the test where there is no `openssl` to make it with."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    key, path = folder / "key.pem", folder / "certificate.pem"
    asked = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=loopback"]
    asked += ["-addext", f"subjectAltName=IP:{HOST}", "-keyout", str(key), "-out", str(path)]
    subprocess.run(asked, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    return Certificate(path, context)
