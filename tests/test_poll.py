"""The HTTP driver against real servers on loopback."""

import asyncio
import gzip
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from socket import gaierror, socket
from ssl import SSLContext

import pytest

from feeds.network import delay, http_date_ms, retry_after, tls, why
from feeds.poll import Fetcher, FetchError, Told, Validators
from feeds.source import Ask
from feeds.venue import Http
from feeds.wire import Frame
from tests.loopback import HOST, Answer, certificate, publisher, reset, tcp

KEY = "0123456789abcdef0123456789abcdef"


@asynccontextmanager
async def fetcher(
    spacing_s: float = 0.0, timeout_s: float = 5.0, tries: int = 3, backoff_s: float = 0.05, patience_s: float = 5.0
) -> AsyncIterator[Fetcher]:
    it = Fetcher(spacing_s=spacing_s, timeout_s=timeout_s, tries=tries, backoff_s=backoff_s, patience_s=patience_s)
    try:
        yield it
    finally:
        await it.aclose()


def always(answer: Answer) -> Callable[[str, int], Answer]:
    return lambda path, nth: answer


def first(answer: Answer, times: int = 1) -> Callable[[str, int], Answer]:
    """Give `answer` to the first requests, then a good one."""
    return lambda path, nth: answer if nth < times else Answer(body=b"good")


def http(frame: Frame) -> Http:
    assert isinstance(frame.data, Http)
    return frame.data


# --- answers


async def test_an_answer_comes_as_a_frame_with_address_status_text_and_time() -> None:
    body = '{"symbols":["BTCUSDT"],"note":"Zürich"}'
    before = time.time_ns() // 1_000_000
    with publisher(always(Answer(body=body.encode()))) as server:
        async with fetcher() as it:
            frame = await it.fetch("binance.http", f"{server.base}/api/v3/exchangeInfo?symbol=BTCUSDT")
    assert frame.feed == "binance.http"
    assert before <= frame.recv_ms <= time.time_ns() // 1_000_000
    assert frame.data == Http(f"{server.base}/api/v3/exchangeInfo?symbol=BTCUSDT", 200, body)
    assert server.headers[0]["User-Agent"].startswith("tidegauge/")


@pytest.mark.parametrize("status", [400, 403, 404, 451])
async def test_a_refusal_is_the_callers_to_judge_and_asked_for_once(status: int) -> None:
    with publisher(always(Answer(status, b'{"msg":"restricted location"}'))) as server:
        async with fetcher() as it:
            frame = await it.fetch("bybit.http", f"{server.base}/v5")
    assert frame.data == Http(f"{server.base}/v5", status, '{"msg":"restricted location"}')
    assert len(server.paths) == 1


async def test_a_web_page_in_place_of_data_is_handed_on_as_it_is() -> None:
    page = b"<!DOCTYPE html><html><body>Sign in</body></html>"
    with publisher(always(Answer(body=page, headers={"Content-Type": "text/html"}))) as server:
        async with fetcher() as it:
            assert http(await it.fetch("fred", server.base)).body == page.decode()


async def test_compressed_answers_are_unpacked() -> None:
    packed = Answer(body=gzip.compress(b"value," * 10_000), headers={"Content-Encoding": "gzip"})
    with publisher(always(packed)) as server:
        async with fetcher() as it:
            assert http(await it.fetch("fred", server.base)).body == "value," * 10_000
    assert server.headers[0]["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "charset", "text"),
    [
        (b"a \xff b", "", "a � b"),
        (b"\xef\xbb\xbfdate,value", "", "date,value"),
        ("Zürich".encode("latin-1"), "; charset=iso-8859-1", "Zürich"),
        ("Zürich".encode(), "; charset=nonsense", "Zürich"),
        (b"", "", ""),
    ],
)
async def test_text_is_read_as_its_charset_says_and_never_fails(body: bytes, charset: str, text: str) -> None:
    with publisher(always(Answer(body=body, headers={"Content-Type": f"text/csv{charset}"}))) as server:
        async with fetcher() as it:
            assert http(await it.fetch("fred", server.base)).body == text


# --- politeness


async def test_requests_to_one_host_are_spaced_and_in_order() -> None:
    with publisher(always(Answer(body=b"x"))) as server:
        async with fetcher(spacing_s=0.15) as it:
            await asyncio.gather(*(it.fetch("fred", f"{server.base}/{n}") for n in range(4)))
    assert server.paths == ["/0", "/1", "/2", "/3"]
    # A server's own clock sees them with the jitter of its threads.
    assert all(0.12 <= wait < 0.6 for wait in server.waits)
    assert server.times[-1] - server.times[0] >= 0.43


async def test_hosts_do_not_wait_for_each_other() -> None:
    with publisher(always(Answer(pause=1.0))) as slow, publisher(always(Answer(body=b"x"))) as quick:
        async with fetcher(spacing_s=1.0) as it:
            waiting = asyncio.gather(it.fetch("a", slow.base), it.fetch("a", slow.base))
            began = time.monotonic()
            await it.fetch("b", quick.base)
            assert time.monotonic() - began < 0.9
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting


async def test_a_slow_answer_does_not_hold_up_the_next_request_to_its_host() -> None:
    with publisher(lambda path, nth: Answer(body=b"x", pause=2.0 if nth == 0 else 0)) as server:
        async with fetcher(spacing_s=0.1) as it:
            slow = asyncio.create_task(it.fetch("a", f"{server.base}/slow"))
            await asyncio.sleep(0)
            began = time.monotonic()
            await it.fetch("a", f"{server.base}/quick")
            assert time.monotonic() - began < 1.5
            slow.cancel()


async def test_a_server_error_is_tried_again_after_a_while() -> None:
    with publisher(first(Answer(500, b"oops"), times=2)) as server:
        async with fetcher(backoff_s=0.2) as it:
            assert http(await it.fetch("okx.http", server.base)).body == "good"
    assert len(server.paths) == 3
    assert server.waits[0] >= 0.2 * 0.75 * 0.98
    assert server.waits[1] >= 0.4 * 0.75 * 0.98


async def test_a_server_that_keeps_failing_is_asked_three_times_and_then_said_to_have_failed() -> None:
    with publisher(always(Answer(502, b"<html><h1>Bad gateway</h1> \x1b[31mnginx</html>"))) as server:
        async with fetcher() as it:
            with pytest.raises(FetchError, match=r"^HTTP 502 Bad Gateway: Bad gateway nginx$"):
                await it.fetch("okx.http", server.base)
    assert len(server.paths) == 3


@pytest.mark.parametrize("status", [418, 429, 503])
async def test_a_server_that_asks_for_time_gets_it(status: int) -> None:
    with publisher(first(Answer(status, headers={"Retry-After": "1"}))) as server:
        async with fetcher() as it:
            assert http(await it.fetch("binance.http", server.base)).body == "good"
    assert 0.98 <= server.waits[0] < 1.8


async def test_a_server_that_names_a_time_gets_it() -> None:
    def answer(path: str, nth: int) -> Answer:
        late = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)  # cut to a whole second
        return Answer(429, headers={"Retry-After": late}) if nth == 0 else Answer(body=b"good")

    with publisher(answer) as server:
        async with fetcher() as it:
            assert http(await it.fetch("binance.http", server.base)).body == "good"
    assert 0.95 < server.waits[0] < 2.8


async def test_a_long_ban_fails_at_once_and_nothing_asks_meanwhile() -> None:
    with publisher(always(Answer(418, b'{"code":-1003}', {"Retry-After": "600"}))) as server:
        async with fetcher() as it:
            with pytest.raises(FetchError, match=r'^HTTP 418 .*: {"code":-1003}; asked us to wait for 600 s$'):
                await it.fetch("binance.http", f"{server.base}/a")
            with pytest.raises(FetchError, match=r"^asked us to wait, for another (600|599) s$"):
                await it.fetch("binance.http", f"{server.base}/b")
            with pytest.raises(FetchError, match=r"^asked us to wait"):
                await it.probe(f"{server.base}/c")
    assert server.paths == ["/a"]


async def test_too_many_requests_without_a_time_still_quiets_the_whole_host() -> None:
    with publisher(first(Answer(429))) as server:
        async with fetcher(backoff_s=0.5, tries=1) as it:
            with pytest.raises(FetchError, match=r"^HTTP 429 Too Many Requests$"):
                await it.fetch("a", f"{server.base}/a")
            await it.fetch("a", f"{server.base}/b")
    assert server.waits[0] >= 0.5 * 0.75 * 0.98


# --- what is not usable


async def test_a_body_that_is_cut_off_is_tried_again_and_never_handed_on() -> None:
    with publisher(always(Answer(body=b"1,2,3", length=50))) as server:
        async with fetcher(tries=2) as it:
            with pytest.raises(FetchError, match=r"^its answer is cut off$"):
                await it.fetch("fred", server.base)
    assert len(server.paths) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"this is not gzip", "its compressed answer is broken"),
        (gzip.compress(b"1,2,3\n" * 1000, mtime=0)[:-20], "its compressed answer is cut off or has too much"),
        (gzip.compress(b"1,2,3\n", mtime=0)[:-1], "its compressed answer is cut off or has too much"),
        (gzip.compress(b"1,2,3\n", mtime=0) + b"more", "its compressed answer is cut off or has too much"),
    ],
)
async def test_a_broken_compressed_body_is_never_handed_on(body: bytes, reason: str) -> None:
    with publisher(always(Answer(body=body, headers={"Content-Encoding": "gzip"}))) as server:
        async with fetcher(tries=1) as it:
            with pytest.raises(FetchError, match=f"^{reason}$"):
                await it.fetch("fred", server.base)


async def test_an_unknown_compression_is_refused() -> None:
    with publisher(always(Answer(body=b"x", headers={"Content-Encoding": "br"}))) as server:
        async with fetcher() as it:
            with pytest.raises(FetchError, match=r"^answered in a compression that we did not ask for: br$"):
                await it.fetch("fred", server.base)


BOMB = gzip.compress(b"0" * (16 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    "answer",
    [Answer(body=b"x" * (16 * 1024 * 1024 + 1)), Answer(body=BOMB, headers={"Content-Encoding": "gzip"})],
    ids=["large", "packed"],
)
async def test_too_large_a_body_is_refused_and_not_asked_for_again(answer: Answer) -> None:
    with publisher(always(answer)) as server:
        async with fetcher() as it:
            with pytest.raises(FetchError, match=r"^answered with more than 16 MiB$"):
                await it.fetch("fred", server.base)
    assert len(server.paths) == 1


async def test_a_body_of_sixteen_mebibytes_is_taken() -> None:
    with publisher(always(Answer(body=b"x" * (16 * 1024 * 1024)))) as server:
        async with fetcher() as it:
            assert len(http(await it.fetch("fred", server.base)).body) == 16 * 1024 * 1024


async def test_a_server_that_does_not_answer_in_time_is_given_up() -> None:
    with publisher(always(Answer(body=b"x", pause=30))) as server:
        async with fetcher(timeout_s=0.3, tries=2) as it:
            began = time.monotonic()
            with pytest.raises(FetchError, match=r"^no (whole answer within 0\.3 s|answer in time)$"):
                await it.fetch("fred", server.base)
            assert time.monotonic() - began < 2
    assert len(server.paths) == 2


async def test_a_server_that_trickles_is_given_up() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with tcp(script) as (port, _), fetcher(timeout_s=0.4, tries=1) as it:
        with pytest.raises(FetchError, match=r"^no whole answer within 0\.4 s$"):
            await it.fetch("fred", f"http://{HOST}:{port}/")


async def test_a_refused_connection_is_said_in_words() -> None:
    with socket() as reserved:
        reserved.bind((HOST, 0))  # bound, but nobody listens
        async with fetcher() as it:
            with pytest.raises(FetchError, match=r"^connection refused$"):
                await it.fetch("fred", f"http://{HOST}:{reserved.getsockname()[1]}/")


async def test_a_reset_connection_is_said_in_words() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        reset(writer)

    async with tcp(script) as (port, times), fetcher() as it:
        with pytest.raises(FetchError, match=r"^connection reset by peer$"):
            await it.fetch("fred", f"http://{HOST}:{port}/")
        assert len(times) == 3


NO_HTTP = "answered with something that is no HTTP"


@pytest.mark.parametrize(
    ("garbage", "reason"),
    [
        (b"", "hung up without an answer"),
        (b"220 mail ESMTP\r\n", "hung up without an answer"),
        (b"\x16\x03\x01\x00", NO_HTTP),
        (b"HTTP/1.1 abc\r\n\r\n", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", NO_HTTP),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "its answer is cut off"),
    ],
)
async def test_garbage_is_a_reason_in_words(garbage: bytes, reason: str) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(garbage)

    async with tcp(script) as (port, _), fetcher(tries=1) as it:
        with pytest.raises(FetchError, match=f"^{reason}$"):
            await it.fetch("fred", f"http://{HOST}:{port}/")


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/", "127.0.0.1", "http://[::1", "http://127.0.0.1:port/", "http://127.0.0.1:99999/", ""]
)
async def test_an_address_that_is_none_is_a_reason_in_words(url: str) -> None:
    async with fetcher(tries=1) as it:
        with pytest.raises(FetchError, match=r"^not a web address$"):
            await it.fetch("fred", url)


def test_a_name_that_cannot_be_looked_up_is_said_in_words() -> None:
    assert why(gaierror(-2, "Name or service not known")) == "the name of the server could not be looked up"


def test_waits_double_up_to_the_most_and_are_spread() -> None:
    assert [delay(n, 0.5, 30, 0) for n in (0, 1, 2, 5, 6, 7, 5000)] == [0.5, 1, 2, 16, 30, 30, 30]
    spread = [delay(3, 0.5, 30, 0.25) for _ in range(500)]
    assert 3.0 <= min(spread) < 3.3 and 4.7 < max(spread) <= 5.0


# --- TLS and redirects


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SSLContext]:
    """A certificate for loopback that this process trusts for the length of a test."""
    made = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.path))
    tls.cache_clear()
    yield made.server
    tls.cache_clear()


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with publisher(always(Answer(body=b"x")), certificate(tmp_path).server) as server:
        async with fetcher(tries=1) as it:
            with pytest.raises(FetchError, match=r"^its certificate is not trusted: self-signed certificate$"):
                await it.fetch("fred", server.base)
    assert server.paths == []


async def test_a_redirect_out_of_tls_is_refused(trusted: SSLContext) -> None:
    with (
        publisher(always(Answer(body=b"x"))) as plain,
        publisher(
            lambda path, nth: (
                Answer(302, headers={"Location": f"{plain.base}/data"}) if path == "/" else Answer(body=b"safe")
            ),
            trusted,
        ) as safe,
    ):
        async with fetcher() as it:
            assert http(await it.fetch("fred", f"{safe.base}/direct")).body == "safe"
            with pytest.raises(FetchError, match=r"^would send us on to 127\.0\.0\.1 without encryption$"):
                await it.fetch("fred", f"{safe.base}/")
    assert plain.paths == []


async def test_a_redirect_is_followed_and_the_frame_keeps_the_address_that_was_asked() -> None:
    def answer(path: str, nth: int) -> Answer:
        return Answer(301, headers={"Location": "/new"}) if path == "/old" else Answer(body=path.encode())

    with publisher(answer) as server:
        async with fetcher() as it:
            frame = await it.fetch("fred", f"{server.base}/old")
    assert frame.data == Http(f"{server.base}/old", 200, "/new")


async def test_a_redirect_to_another_host_never_takes_a_key_along() -> None:
    with (
        publisher(always(Answer(body=b"x"))) as other,
        publisher(lambda path, nth: Answer(307, headers={"Location": f"{other.base}{path}"})) as server,
    ):
        async with fetcher() as it:
            assert http(await it.fetch("fred", f"{server.base}/a")).body == "x"
            with pytest.raises(FetchError, match=r"^would send our key on to 127\.0\.0\.1$"):
                await it.fetch("fred", f"{server.base}/b?api_key={KEY}")
    assert other.paths == ["/a"]


@pytest.mark.parametrize("location", ["/again", "file:///etc/passwd", "http://[", "http://127.0.0.1:99999/"])
async def test_a_redirect_that_leads_nowhere_is_a_reason_in_words(location: str) -> None:
    with publisher(always(Answer(302, headers={"Location": location}))) as server:
        async with fetcher(tries=1) as it:
            with pytest.raises(FetchError):
                await it.fetch("fred", server.base)
    assert len(server.paths) <= 6


async def test_loopback_is_never_asked_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("all_proxy", "http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.setenv(name, "" if name == "no_proxy" else f"http://{HOST}:9")
    with publisher(always(Answer(body=b"direct"))) as server:
        async with fetcher(tries=1) as it:
            assert http(await it.fetch("fred", server.base)).body == "direct"


async def test_a_proxy_that_cannot_be_used_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "carrier-pigeon://127.0.0.1")
    async with fetcher() as it:
        with pytest.raises(FetchError, match=r"^the proxy that the environment names cannot be used: "):
            await it.fetch("fred", f"http://{HOST}:9/")


# --- what nobody foresaw

DATES = (
    "Mon, 30 Nov 2026 10:00:00 +99999999999999",
    "Mon, 30 Nov 99999999999 10:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -9999",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "9" * 5000,
    "1" * 9 + "é",
    "-1",
    "(" * 2000,
    "²",
    "\t",
    "Mon, 30 Nov 2026 " + "1" * 5000 + ":00:00 GMT",
)
CHARSETS = ("*=utf-8''%00", "*=%00''x", "*=''''", "=punycode", "=idna", "=unicode_escape", "=" + "x" * 3000)


@pytest.mark.parametrize("date", DATES)
def test_a_header_that_is_no_date_of_our_time_is_none(date: str) -> None:
    assert http_date_ms(date) is None
    assert retry_after(date, 1_796_000_000_000) is None


@pytest.mark.parametrize(("asked", "seconds"), [("120", 120.0), ("Mon, 30 Nov 2026 10:00:00 GMT", 60.0), ("0", 0.0)])
def test_a_time_that_is_asked_for_is_understood(asked: str, seconds: float) -> None:
    assert retry_after(asked, 1_796_032_740_000) == seconds


@pytest.mark.parametrize(
    "name", ["Retry-After", "Date", "Age", "ETag", "Last-Modified", "Location", "Content-Encoding"]
)
async def test_no_header_raises_anything_but_a_reason_in_words(name: str) -> None:
    """Each header that is read, with whatever came to mind, in a good answer, a redirect, a ban and an error."""
    random = Random(name)
    noise = ["".join(chr(random.randint(33, 255)) for _ in range(random.randint(1, 60))) for _ in range(20)]
    values = [*DATES, *noise]

    def answer(path: str, nth: int) -> Answer:
        status, value = path.removeprefix("/").split("/")
        return Answer(int(status), b"x", {name: values[int(value)]})

    with publisher(answer, date=name != "Date") as server:
        for status in (200, 302, 429, 503):
            for value in range(len(values)):
                async with fetcher(tries=1, patience_s=0.01) as it:  # a new one: a ban keeps the next from being asked
                    with suppress(FetchError):
                        await it.fetch("gate.http", f"{server.base}/{status}/{value}")
    assert len(server.paths) >= len(values) * 4


@pytest.mark.parametrize("charset", CHARSETS)
async def test_an_answer_in_no_charset_that_publishers_use_is_read_as_utf_8(charset: str) -> None:
    headers = {"Content-Type": f"text/csv; charset{charset}"}
    with publisher(always(Answer(body="Zürich".encode(), headers=headers))) as server:
        async with fetcher() as it:
            assert http(await it.fetch("fred", server.base)).body == "Zürich"


async def test_a_validator_that_cannot_be_sent_back_is_not_kept() -> None:
    headers = {"ETag": '"é"', "Last-Modified": "x" * 600}
    with publisher(always(Answer(body=b"x", headers=headers))) as server:
        async with fetcher() as it:
            fetched = await it.ask("fred", Ask(server.base))
    assert fetched.validators == Validators("", "")


async def test_a_fault_of_this_program_is_a_reason_too_and_tells_nothing_but_its_kind() -> None:
    async with fetcher() as it:
        with pytest.raises(FetchError, match=r"^fault of this program: AttributeError$"):
            await it.ask("fred", Ask(f"http://{HOST}/"), secrets=(int(KEY, 16),))  # type: ignore[arg-type]


async def test_a_host_that_could_not_be_reached_is_left_alone_for_a_while() -> None:
    with socket() as reserved:
        reserved.bind((HOST, 0))
        base = f"http://{HOST}:{reserved.getsockname()[1]}"
        async with fetcher(timeout_s=1.0) as it:
            with pytest.raises(FetchError, match=r"^connection refused$"):
                await it.fetch("fred", f"{base}/0")
            reserved.listen()
            for series in range(1, 80):
                with pytest.raises(FetchError, match=r"^connection refused$"):
                    await it.fetch("fred", f"{base}/{series}")
        reserved.setblocking(False)
        with pytest.raises(BlockingIOError):
            reserved.accept()  # nobody has even tried


# --- keys


async def test_a_key_goes_nowhere_without_encryption_but_to_this_machine() -> None:
    said = r"^not asked: the key would go there without encryption; an address with https is wanted$"
    async with fetcher(tries=1) as it:
        with pytest.raises(FetchError, match=said):
            await it.fetch("fred", f"http://feed.invalid/obs?api_key={KEY}")
        with pytest.raises(FetchError, match=said):
            await it.ask("sosovalue", Ask("http://feed.invalid/flows", {"x-key": KEY}), secrets=(KEY,))
        with pytest.raises(FetchError, match=said):
            await it.probe(f"http://feed.invalid/obs?api_key={KEY}")


@pytest.mark.parametrize("name", ["api_key", "apikey", "API-KEY", "key", "token", "registrationkey", "api%5Fkey"])
async def test_a_key_is_sent_but_never_given_back(name: str) -> None:
    with publisher(always(Answer(404, f'{{"request":{{"api_key":"{KEY}"}}}}'.encode()))) as server:
        async with fetcher() as it:
            frame = await it.fetch("fred", f"{server.base}/obs?series=SOFR&{name}={KEY}&limit=5")
    assert server.paths == [f"/obs?series=SOFR&{name}={KEY}&limit=5"]
    assert frame.data == Http(f"{server.base}/obs?series=SOFR&{name}=***&limit=5", 404, '{"request":{"api_key":"***"}}')


async def test_a_key_is_in_no_error() -> None:
    with publisher(always(Answer(500, f"cannot serve /obs?api_key={KEY}".encode()))) as server:
        async with fetcher(tries=1) as it:
            with pytest.raises(FetchError) as caught:
                await it.fetch("fred", f"{server.base}/obs?api_key={KEY}")
            assert str(caught.value) == "HTTP 500 Internal Server Error: cannot serve /obs?api_key=***"
            assert caught.value.__cause__ is None
            probe = await it.probe(f"{server.base}/obs?api_key={KEY}")
            assert KEY not in repr(probe)


async def test_no_part_of_a_key_is_left_where_a_long_answer_is_cut() -> None:
    with publisher(always(Answer(500, b"no " * 35 + KEY.encode() + b" no" * 50))) as server:
        async with fetcher(tries=1) as it:
            with pytest.raises(FetchError) as caught:
                await it.fetch("fred", f"{server.base}/obs?api_key={KEY}")
    assert KEY[:4] not in str(caught.value)
    assert "***" in str(caught.value)


async def test_a_key_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with publisher(always(Answer(body=b"x"))) as server:
        async with fetcher() as it:
            await it.fetch("fred", f"{server.base}/obs?api_key={KEY}")
    assert KEY not in caplog.text


async def test_a_short_key_does_not_garble_the_answer() -> None:
    with publisher(always(Answer(body=b'{"value":1.1}'))) as server:
        async with fetcher() as it:
            frame = await it.fetch("fred", f"{server.base}/?token=1")
    assert frame.data == Http(f"{server.base}/?token=***", 200, '{"value":1.1}')


# --- the time that answers tell


@pytest.mark.parametrize("ahead_s", [0, 33, -3600])
async def test_each_answer_tells_the_servers_time_between_two_of_ours(ahead_s: int) -> None:
    told: list[tuple[str, Told]] = []
    now = 1_700_000_000_000 + ahead_s * 1_000
    started = time.monotonic()

    def now_ms() -> int:
        return now + round((time.monotonic() - started) * 1_000)

    with publisher(always(Answer(404, b"no", {"Date": "Tue, 14 Nov 2023 22:13:20 GMT"})), date=False) as server:
        it = Fetcher(spacing_s=0.0, now_ms=now_ms, told=lambda feed, one: told.append((feed, one)))
        frame = await it.fetch("okx.http", server.base)
        await it.probe(server.base)
        await it.probe(server.base, "gate")
        await it.aclose()
    assert [feed for feed, _ in told] == ["okx.http", "gate"], "a probe for nobody tells nobody"
    for _, one in told:
        assert one.date_ms == 1_700_000_000_000
        assert now <= one.sent_ms <= one.received_ms <= now_ms()
    assert now <= frame.recv_ms <= now_ms()


async def test_an_answer_during_which_our_clock_was_set_tells_no_time() -> None:
    told: list[str] = []
    times = iter(range(1_700_000_000_000, 1_700_001_000_000, 20_000))
    with publisher(always(Answer(body=b"ok"))) as server:
        it = Fetcher(spacing_s=0.0, now_ms=lambda: next(times), told=lambda feed, _: told.append(feed))
        await it.fetch("okx.http", server.base)
        await it.aclose()
    assert told == []


# --- the probe


@pytest.mark.parametrize("ahead_s", [0, 90, -3600])
async def test_a_probe_tells_how_far_our_clock_is_from_the_servers(ahead_s: int) -> None:
    def answer(path: str, nth: int) -> Answer:
        date = format_datetime(datetime.now(UTC) - timedelta(seconds=ahead_s), usegmt=True)
        return Answer(body=b"12345", headers={"date": date}, pause=0.05)

    with publisher(answer, date=False) as server:
        async with fetcher() as it:
            probe = await it.probe(f"{server.base}/time")
    assert (probe.status, probe.reason, probe.bytes) == (200, "", 5)
    assert 50 <= probe.ms < 2000
    assert probe.skew_ms is not None and abs(probe.skew_ms - ahead_s * 1000) < 1000


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": "Fri, 21 Nov 2025 03:00:00 GMT", "Age": "40"}])
async def test_a_probe_does_not_guess_at_a_clock(headers: dict[str, str]) -> None:
    with publisher(always(Answer(451, b"not here", headers)), date=False) as server:
        async with fetcher() as it:
            probe = await it.probe(server.base)
    assert probe.skew_ms is None
    assert probe.reason == "HTTP 451 Unavailable For Legal Reasons: not here"


async def test_a_probe_that_gets_no_answer_says_why_at_once() -> None:
    with socket() as reserved:
        reserved.bind((HOST, 0))
        async with fetcher(backoff_s=30) as it:
            with pytest.raises(FetchError, match=r"^connection refused$"):
                await it.probe(f"http://{HOST}:{reserved.getsockname()[1]}/")


def test_httpx_is_not_imported_before_something_is_fetched() -> None:
    code = "import sys, feeds.poll; feeds.poll.Fetcher(); sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
