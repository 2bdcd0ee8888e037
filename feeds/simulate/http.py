"""An HTTP server on loopback, in a thread of its own: sites by the first part of the path."""

import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

HOST = "127.0.0.1"


class Request(Struct, frozen=True):
    """What was asked. `path` is without the site's name; `query` keeps the last of equal names.

    The names of `headers` are in small letters.
    """

    method: str
    path: str
    query: dict[str, str]
    body: bytes = b""
    headers: dict[str, str] = {}


class Answer(Struct, frozen=True):
    """What is answered. `headers` are those beyond the type and length of the body."""

    status: int
    body: str | bytes
    content_type: str = "application/json"
    headers: dict[str, str] = {}

    @property
    def data(self) -> bytes:
        """The body as it is sent."""
        return self.body.encode() if isinstance(self.body, str) else self.body


Site = Callable[[Request], Answer]
Page = Callable[[dict[str, str]], Answer]
"""What is read with GET: it depends on the query alone."""


class Server:
    """Serves `sites` until `close`. A site is called from the server's threads, several at a time."""

    def __init__(self, sites: dict[str, Site]) -> None:
        self._server = _Server(sites)
        # The interval is how long `close` may have to wait for the loop to notice.
        loop = self._server.serve_forever
        self._thread = Thread(target=loop, args=(0.05,), name="simulated-http", daemon=True)
        self._thread.start()

    @property
    def requests(self) -> Counter[str]:
        """How often each site was asked so far."""
        return self._server.counted()

    @property
    def url(self) -> str:
        """Where sites are found: followed by `/` and the name of one."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def close(self) -> None:
        """End the thread, and every connection with its own. Blocks for up to 0.1 s."""
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for the connections' threads

    def __init__(self, sites: dict[str, Site]) -> None:
        self.sites = sites
        self._open: set[socket] = set()
        self._requests: Counter[str] = Counter()
        self._lock = Lock()
        super().__init__((HOST, 0), _Connection)

    def get_request(self) -> tuple[socket, Any]:
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def count(self, name: str) -> None:
        """Note that a site is asked."""
        with self._lock:
            self._requests[name] += 1

    def counted(self) -> Counter[str]:
        """How often each site was asked so far."""
        with self._lock:
            return self._requests.copy()

    def hang_up(self) -> None:
        """Wake the threads that wait for a kept connection's next request."""
        with self._lock:
            for connection in self._open:
                with suppress(OSError):  # the client was faster
                    connection.shutdown(SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no error; anything else is shown as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: the second would wait 40 ms for the client's ACK
    server: _Server

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        name, _, path = parts.path.removeprefix("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        site = self.server.sites.get(name)
        if site is None:
            answer = Answer(404, "no such site", "text/plain")
        else:
            self.server.count(name)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            headers = {header.lower(): value for header, value in self.headers.items()}
            try:
                answer = site(Request(self.command, f"/{path}", query, body, headers))
            except (KeyError, ValueError) as problem:  # of the query a part is missing, or is no number or no time
                answer = Answer(400, str(problem), "text/plain")
        data = answer.data
        self.send_response(answer.status)
        if answer.status not in (204, 304):  # which have no body, and no words about one
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(data)))
        for header, value in answer.headers.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal belongs to the screen."""
