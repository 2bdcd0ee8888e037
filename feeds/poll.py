"""The one HTTP driver: polite to each host, bounded in time and size, and silent about keys."""

import asyncio
import codecs
import logging
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit

from msgspec import Struct, structs

from feeds.answers import answered
from feeds.network import USER_AGENT, delay, http_date_ms, is_loopback, retry_after, tls, why
from feeds.source import Ask
from feeds.text import plain
from feeds.venue import Http
from feeds.wire import Frame

if TYPE_CHECKING:  # 110 ms to import: done in a thread, when something is first fetched
    import httpx

LARGEST = 16 * 1024 * 1024
CONNECT_S = 10.0
MOST_WAIT_S = 30.0
LONGEST_BAN_S = 86_400.0
MOST_SET_MS = 250
"""If the wall clock and the monotonic one differ by more over one request, the wall clock was set."""
BANNED = (418, 429)
"""Too many requests; 418 is Binance's, for those who went on after a 429 (rest-api.md, "IP Limits")."""
CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be"})
"""What publishers write in, as Python names it. Some of Python's other codecs take the square of a text's length."""
LONGEST_VALIDATOR = 512
LOST_S = 10.0
"""For so long after all tries a host to which no connection came about is not asked again."""
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
SHORTEST_KEY = 8
BINARY = 1024
"""Text has no zero byte among its first so many bytes."""
KEYS = frozenset(
    {"key", "token", "apikey", "accesskey", "accesstoken", "registrationkey", "secret", "password", "userid"}
)
"""Names of query parameters that carry a key, in small letters without `-` and `_`. BEA calls its key UserID."""


class FetchError(Exception):
    """Nothing usable came. The text says why, in words for a screen, and holds no key."""


class _Passing(FetchError):
    """Trouble that another try may be spared."""


class _Unreachable(_Passing):
    """No connection came about at all."""


class Probe(Struct, frozen=True):
    """One answer, measured. `ms` is from the request to the last byte, the connection's set-up included.

    `reason` is "" unless the server refused. `skew_ms` is our clock minus the server's, which tells whole seconds
    only: below a second it means nothing. `None` where the server gave no time, or a cache's.
    """

    status: int
    reason: str
    ms: float
    skew_ms: int | None
    bytes: int


class Validators(Struct, frozen=True):
    """What a server gives to ask it later "only if changed": RFC 9110, section 8.8."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[str, str]:
        """The headers of such a request."""
        found = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in found.items() if value}


class Fetched(Struct, frozen=True):
    """What came, and what to ask with the next time."""

    frame: Frame
    validators: Validators


class Told(Struct, frozen=True):
    """A server's time, in whole seconds, and ours before and after it said so: ms."""

    sent_ms: int
    received_ms: int
    date_ms: int


class _Answer(Struct, frozen=True):
    status: int
    body: bytes
    text: str
    validators: Validators
    retry_after: str | None
    location: str | None
    ms: float
    skew_ms: int | None
    told: Told | None


@contextmanager
def _only_fetch_errors() -> Iterator[None]:
    """Turn whatever nobody foresaw into a `FetchError` of its type; its text, which may hold a key, is left out."""
    try:
        yield
    except FetchError:
        raise
    except Exception as error:  # noqa: BLE001  the boundary: what one server sends must not end what asks the others
        raise FetchError(f"fault of this program: {type(error).__name__}") from None


class _Host:
    """When one host may next be asked, on the monotonic clock. The lock keeps requests in order while they wait.

    `lost`: why no connection to it came about, which holds until `lost_until`.
    """

    def __init__(self) -> None:
        self.free_at = 0.0
        self.lost, self.lost_until = "", 0.0
        self.turn = asyncio.Lock()


class Fetcher:
    """Reads addresses; one for the whole engine, so that the spacing holds.

    Requests to one host start at least `spacing_s` apart, in order. One try, from the name's look-up to the last byte,
    takes at most `timeout_s`. Server errors and lost connections are tried up to `tries` times, after `backoff_s` and
    then twice as long each time. A host that asks for more time than `patience_s` is left alone until then, and what
    would ask it meanwhile fails at once. So it does for a while after no try brought about a connection: without a
    network the eighty series of one publisher would else be tried one by one.
    """

    def __init__(
        self,
        *,
        spacing_s: float = 0.5,
        timeout_s: float = 30.0,
        tries: int = 3,
        backoff_s: float = 1.0,
        patience_s: float = 30.0,
        now_ms: Callable[[], int] = lambda: _now_ms(),
        told: Callable[[str, Told], None] = lambda feed, told: None,
    ) -> None:
        """`now_ms` stamps what comes. `told` is given the time that each answer tells, with the feed it was for."""
        self._spacing_s, self._timeout_s, self._patience_s = spacing_s, timeout_s, patience_s
        self._tries, self._backoff_s = tries, backoff_s
        self._now_ms, self._told = now_ms, told
        self._hosts: dict[str, _Host] = {}
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def fetch(self, feed: str, url: str, headers: Mapping[str, str] | None = None) -> Frame:
        """Read `url` as `ask` does."""
        return (await self.ask(feed, Ask(url, dict(headers or {})))).frame

    async def ask(
        self,
        feed: str,
        ask: Ask,
        *,
        secrets: Iterable[str] = (),
        validators: Validators | None = None,
        spacing_s: float = 0.0,
    ) -> Fetched:
        """Make a request. Any answer but a server error or a ban is given back: 403, 404 and 451 are the caller's.

        `secrets` are keys in its headers. With `validators` the answer may be a 304 without a body. `spacing_s`: if
        longer than the fetcher's own. Raises `FetchError`, and nothing else. Keys are `***` in what it returns and
        raises.
        """
        with _only_fetch_errors():
            hidden = _Secrets(ask.url, secrets)
            conditional = validators.headers() if validators else {}
            asked = structs.replace(ask, headers={**ask.headers, **conditional})
            return await self._tried(feed, ask.url, hidden, asked, spacing_s)

    async def _tried(self, feed: str, url: str, secrets: "_Secrets", ask: Ask, spacing_s: float) -> Fetched:
        host, clock = self._host(url), asyncio.get_running_loop().time
        trouble, lost = "", False
        for tried in range(self._tries):
            if clock() < host.lost_until:
                raise FetchError(host.lost)
            pause = delay(tried, self._backoff_s, MOST_WAIT_S, 0.25)
            try:
                answer = await self._follow(ask, secrets, spacing_s)
                if answer.told:
                    self._told(feed, answer.told)
                if answer.status not in BANNED and answer.status < 500:
                    binary = b"\0" in answer.body[:BINARY]
                    http = Http(secrets.shown, answer.status, "" if binary else answer.text)
                    http = structs.replace(http, data=answer.body) if binary else http
                    return Fetched(Frame(feed, self._now_ms(), http), answer.validators)
                trouble, lost = answered(answer.status, answer.text), False
                self._hold(url, answer, pause)
            except _Passing as error:
                trouble, lost = str(error), isinstance(error, _Unreachable)
            except FetchError as error:
                raise FetchError(secrets.hide(str(error))) from None
            except Exception as error:  # noqa: BLE001  the boundary: whatever a server says, nothing else is raised
                raise FetchError(f"could not be read: {type(error).__name__}") from None
            if tried + 1 < self._tries:
                await asyncio.sleep(pause)
        trouble = secrets.hide(trouble)
        if lost:
            host.lost, host.lost_until = trouble, clock() + LOST_S
        raise FetchError(trouble)

    async def probe(self, url: str, feed: str = "") -> Probe:
        """Ask once and measure. Raises `FetchError` where no answer came, and nothing else.

        With a `feed` the time that the answer tells is told.
        """
        with _only_fetch_errors():
            secrets = _Secrets(url)
            try:
                answer = await self._follow(Ask(url), secrets)
            except FetchError as error:
                raise FetchError(secrets.hide(str(error))) from None
            if feed and answer.told:
                self._told(feed, answer.told)
            reason = "" if answer.status < 400 else answered(answer.status, answer.text)
            return Probe(answer.status, reason, answer.ms, answer.skew_ms, len(answer.body))

    async def aclose(self) -> None:
        """Close what is open."""
        if self._client is not None:
            await self._client.aclose()

    async def _follow(self, ask: Ask, secrets: "_Secrets", spacing_s: float = 0.0) -> _Answer:
        """Ask, and follow redirects as far as they are safe: never out of TLS, never to another host with a key.

        A key goes nowhere without TLS, but to this machine.
        """
        at = ask.url
        if secrets.any and _split(at).scheme == "http" and not is_loopback(at):
            raise FetchError("not asked: the key would go there without encryption; an address with https is wanted")
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._ask(structs.replace(ask, url=at), spacing_s)
            if answer.status not in REDIRECTS or answer.location is None:
                return structs.replace(answer, text=secrets.hide(answer.text))  # before anything cuts a key in two
            old, new = _split(at), _split(answer.location, at)
            at = new.geturl()
            name = plain(new.hostname or "", 60)
            if old.scheme == "https" and new.scheme != "https":
                raise FetchError(f"would send us on to {name} without encryption")
            if new.netloc != old.netloc and secrets.any:
                raise FetchError(f"would send our key on to {name}")
        raise FetchError("sends us in circles")

    async def _ask(self, ask: Ask, spacing_s: float) -> _Answer:
        await self._turn(ask.url, spacing_s)
        try:
            async with asyncio.timeout(self._timeout_s):
                client = await self._open()
                return await self._get(client, ask)
        except TimeoutError:
            raise _Passing(f"no whole answer within {self._timeout_s:g} s") from None

    async def _get(self, client: "httpx.AsyncClient", ask: Ask) -> _Answer:
        import httpx

        method, headers = "GET", ask.headers
        if ask.body is not None:
            method, headers = "POST", {"Content-Type": "application/json", **headers}

        began, sent_ms = time.monotonic(), self._now_ms()
        try:
            async with client.stream(method, ask.url, headers=headers, content=ask.body) as response:
                told = _told(response.headers, sent_ms, self._now_ms(), time.monotonic() - began)
                body = await _body(response)
        except FetchError:
            raise
        except httpx.ProtocolError as error:
            raise _Passing(_broken(str(error))) from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Unreachable(why(error)) from None
        except (httpx.TransportError, OSError) as error:
            raise _Passing(why(error)) from None
        except Exception as error:  # noqa: BLE001  the boundary: libraries below let errors of every kind through
            raise FetchError(why(error)) from None
        return _Answer(
            response.status_code,
            body,
            _text(body, _charset(response)),
            Validators(_given_back(response.headers, "ETag"), _given_back(response.headers, "Last-Modified")),
            response.headers.get("Retry-After"),
            response.headers.get("Location"),
            (time.monotonic() - began) * 1000,
            None if told is None else (told.sent_ms + told.received_ms) // 2 - (told.date_ms + 500),
            told,
        )

    async def _open(self) -> "httpx.AsyncClient":
        async with self._opening:
            if self._client is None:
                try:
                    self._client = await asyncio.to_thread(_client, self._timeout_s)
                except (ImportError, ValueError) as error:
                    raise FetchError(
                        f"the proxy that the environment names cannot be used: {plain(str(error))}"
                    ) from None
        return self._client

    async def _turn(self, url: str, spacing_s: float) -> None:
        """Wait until this host may be asked, and take the turn."""
        host = self._host(url)
        spacing_s = max(spacing_s, self._spacing_s)
        clock = asyncio.get_running_loop().time
        async with host.turn:
            while (left := host.free_at - clock()) > 0:
                if left > max(self._patience_s, spacing_s):
                    raise FetchError(f"asked us to wait, for another {left:,.0f} s")
                await asyncio.sleep(left)
            host.free_at = clock() + spacing_s

    def _hold(self, url: str, answer: _Answer, pause: float) -> None:
        """Leave the host alone for as long as it asks, and after a ban for a while even if it does not ask."""
        asked = retry_after(answer.retry_after, _now_ms())
        if asked is None:
            asked = pause if answer.status in BANNED else 0.0
        asked = min(asked, LONGEST_BAN_S)
        host = self._host(url)
        host.free_at = max(host.free_at, asyncio.get_running_loop().time() + asked)
        if asked > self._patience_s:
            raise FetchError(f"{answered(answer.status, answer.text)}; asked us to wait for {asked:,.0f} s")

    def _host(self, url: str) -> _Host:
        return self._hosts.setdefault(_split(url).netloc.rpartition("@")[2].lower(), _Host())


class _Secrets:
    """The keys in a request: query parameters by their names, a password before the host, and those of its headers."""

    def __init__(self, url: str, others: Iterable[str] = ()) -> None:
        parts = _split(url)
        self._values: set[str] = set()
        carried = [one for one in others if one]  # however short: it goes to no other host
        for one in carried:
            self._note(one)
        login, at, host = parts.netloc.rpartition("@")
        self._note(login.partition(":")[2])
        query = "&".join(self._shown(pair) for pair in parts.query.split("&"))
        in_url = bool(at) or query != parts.query
        self.any = in_url or bool(carried)
        shown = parts._replace(netloc=f"***@{host}" if at else host, query=query)
        self.shown = shown.geturl() if in_url else url

    def hide(self, text: str) -> str:
        """Put `***` for each key that a server repeats (EIA gives the request back in its answer)."""
        for value in self._values:
            text = text.replace(value, "***")
        return text

    def _shown(self, pair: str) -> str:
        name, equals, value = pair.partition("=")
        if not value or unquote_plus(name).lower().replace("-", "").replace("_", "") not in KEYS:
            return pair
        self._note(value)
        return f"{name}{equals}***"

    def _note(self, value: str) -> None:
        # Shorter than any key: to look for it in texts would garble them.
        self._values |= {v for v in (value, unquote_plus(value)) if len(v) >= SHORTEST_KEY}


def _split(url: str, base: str = "") -> SplitResult:
    """Take an address apart. Raises `FetchError` if it is none that can be asked."""
    try:
        parts = urlsplit(urljoin(base, url))
        asked = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # reading `port` raises where it is no number, or too large
        asked = False
    if not asked:
        raise FetchError("not a web address")
    return parts


def _client(timeout_s: float) -> "httpx.AsyncClient":
    import httpx

    for name in ("httpx", "httpcore"):  # which log every address, keys included
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.AsyncClient(
        verify=tls(),
        timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S)),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
        mounts={f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")},  # no proxy reaches these for us
    )


async def _body(response: "httpx.Response") -> bytes:
    """Read the body, unpacked. Done here because httpx lets a compressed body that is cut off pass as whole."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise FetchError(f"answered in a compression that we did not ask for: {plain(coding, 40)}")
    unzip = zlib.decompressobj(wbits=31) if "gzip" in coding else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        try:
            body += unzip.decompress(chunk, LARGEST + 1 - len(body)) if unzip else chunk
        except zlib.error:
            raise _Passing("its compressed answer is broken") from None
        if len(body) > LARGEST:
            raise FetchError(f"answered with more than {LARGEST >> 20} MiB")
    if unzip and response.num_bytes_downloaded and (not unzip.eof or unzip.unused_data):
        raise _Passing("its compressed answer is cut off or has too much")
    return bytes(body)


def _broken(error: str) -> str:
    """Say what h11 complains of. Only two of its complaints mean something to people."""
    if "complete" in error:  # "peer closed connection without sending complete message body"
        return "its answer is cut off"
    return "hung up without an answer" if "disconnected" in error else "answered with something that is no HTTP"


def _charset(response: "httpx.Response") -> str | None:
    """What the answer says it is written in; `None` where it says nothing that can be read."""
    try:
        return response.charset_encoding
    except ValueError:  # a zero byte in it
        return None


def _text(body: bytes, charset: str | None) -> str:
    """Turn bytes into text; what cannot be read is replaced, and the mark that some put before UTF-8 is dropped."""
    try:
        known = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):  # ValueError where the name has a zero byte in it
        known = ""
    return body.decode(known if known in CHARSETS else "utf-8", "replace").removeprefix("\ufeff")


def _given_back(headers: "httpx.Headers", name: str) -> str:
    """A validator, if it is one that can be sent back; "" else."""
    value: str = headers.get(name, "")
    return value if len(value) <= LONGEST_VALIDATOR and value.isascii() and value.isprintable() else ""


def _told(headers: "httpx.Headers", sent_ms: int, received_ms: int, took_s: float) -> Told | None:
    """The time that a server tells; `None` where it tells none, or our clock was set meanwhile."""
    date_ms = http_date_ms(headers.get("Date", ""))
    if date_ms is None or headers.get("Age", "0") != "0":  # a cache repeats the time at which it was filled
        return None
    set_meanwhile = abs(received_ms - sent_ms - took_s * 1000) > MOST_SET_MS
    return None if set_meanwhile else Told(sent_ms, received_ms, date_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
