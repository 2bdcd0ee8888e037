"""The websocket driver against real servers on loopback."""

import asyncio
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response

from feeds.facts import FeedStatus
from feeds.stream import PACE, Pace, keep
from feeds.venue import Alive, Control, Reconnect, Refused, Send, Stream
from feeds.wire import Frame
from tests.loopback import HOST, certificate, idle, refusal, reset, shake_hands, tcp, until, venue

QUICK = Pace(
    first=0.05,
    most=0.4,
    jitter=0,
    reset_after=0.3,
    blocked_retry=0.5,
    longest_wait=5,
    open_timeout=1,
    close_timeout=0.3,
    keepalive=0.04,
)
PLAIN = Stream("", "", ())


@dataclass
class Seen:
    """What one feed said."""

    frames: list[Frame] = field(default_factory=list)
    statuses: list[FeedStatus] = field(default_factory=list)

    @property
    def data(self) -> list[object]:
        return [frame.data for frame in self.frames]

    @property
    def phases(self) -> list[str]:
        return [status.phase for status in self.statuses]

    def reasons(self, phase: str) -> list[str]:
        return [status.reason for status in self.statuses if status.phase == phase]


def lively(frame: Frame) -> Sequence[Control]:
    """Everything the venue says is proof of life, except what begins with `ack`."""
    if frame.data is None or (isinstance(frame.data, str) and frame.data.startswith("ack")):
        return ()
    return (Alive(),)


@asynccontextmanager
async def kept(
    url: str,
    stream: Stream = PLAIN,
    meaning: Callable[[Frame], Sequence[Control]] = lively,
    pace: Pace = QUICK,
    **more: Any,
) -> AsyncIterator[Seen]:
    seen = Seen()

    def sink(frame: Frame) -> Sequence[Control]:
        seen.frames.append(frame)
        return meaning(frame)

    status = seen.statuses.append
    task = asyncio.create_task(keep(stream, "bybit.linear", url, sink=sink, status=status, pace=pace, **more))
    try:
        yield seen
        assert not task.done(), "keep() ended by itself"
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def after(seconds: float, waits: Sequence[float]) -> None:
    """The first wait is `seconds`, give or take what a busy machine adds."""
    assert seconds * 0.98 <= waits[0] < seconds + 0.6


# --- what is passed on


async def test_a_connection_begins_with_a_mark_and_then_the_hello_in_order() -> None:
    async with venue() as server, kept(server.url, Stream("", "", ('{"op":"a"}', "b", "ü"))) as seen:
        await until(lambda: seen.phases == ["connecting", "open"])
        await until(lambda: len(server.got) == 3)
        assert server.got == ['{"op":"a"}', "b", "ü"]
        assert seen.data == [None]
        assert server.asked[0].headers["User-Agent"].startswith("tidegauge/")
        assert seen.statuses[0].feed == seen.frames[0].feed == "bybit.linear"


async def test_frames_arrive_unmodified_and_in_order() -> None:
    sent: list[str | bytes] = [' {"a": 1.50}\r\n', "", "Zürich ₿ \x1b[31m", b"\x1f\x8b\x08\x00\xff", b"", "last"]

    async def script(peer: ServerConnection, _: int) -> None:
        for message in sent:
            await peer.send(message)
        await peer.wait_closed()

    before = time.time_ns() // 1_000_000
    async with venue(script) as server, kept(server.url) as seen:
        await until(lambda: len(seen.frames) == 7)
        assert seen.data == [None, *sent]
        assert all(before <= frame.recv_ms <= time.time_ns() // 1_000_000 for frame in seen.frames)


async def test_a_message_sent_in_pieces_arrives_as_one() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send(["half", "-", "half"])
        await peer.wait_closed()

    async with venue(script) as server, kept(server.url) as seen:
        await until(lambda: seen.data == [None, "half-half"])


async def test_a_frame_of_five_megabytes_is_handed_on() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send("x" * 5_000_000)
        await peer.send("y" * 8 * 1024 * 1024)
        await peer.wait_closed()

    async with venue(script) as server, kept(server.url) as seen:
        await until(lambda: len(seen.frames) == 3)
        assert [len(frame.data) for frame in seen.frames[1:] if isinstance(frame.data, str)] == [5_000_000, 8_388_608]
        assert len(server.times) == 1


async def test_a_frame_beyond_eight_mebibytes_closes_the_connection_with_the_reason() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send(b"x" * 9 * 1024 * 1024)
        await peer.wait_closed()

    async with venue(script) as server, kept(server.url) as seen:
        await until(lambda: len(server.times) == 2)
        assert seen.reasons("closed")[0].startswith("gave up on a broken frame: 1009 (message too big)")
        assert [data for data in seen.data if data is not None] == []


# --- what is sent


async def test_the_venues_own_ping_is_sent_in_time() -> None:
    async with venue() as server, kept(server.url, Stream("", "", ("hello",), ping="ping", ping_s=0.1)):
        await until(lambda: len(server.got) == 6)
        assert server.got == ["hello", "ping", "ping", "ping", "ping", "ping"]
        assert 0.45 <= server.got_at[5] - server.got_at[0] < 1.0


async def test_what_the_venue_wants_answered_is_answered_to_the_letter() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send('{"op":"ping","ts":"1789676447110"}')
        await peer.wait_closed()

    def pong(frame: Frame) -> Sequence[Control]:
        return () if frame.data is None else (Alive(), Send('{"op":"pong","ts":"1789676447110"}'))

    async with venue(script) as server, kept(server.url, meaning=pong):
        await until(lambda: server.got == ['{"op":"pong","ts":"1789676447110"}'])


async def test_a_refused_subscription_leaves_the_connection_open() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send('{"success":false}')
        await peer.send("tick")
        await peer.wait_closed()

    def meaning(frame: Frame) -> Sequence[Control]:
        return (Refused("no such topic"),) if frame.data == '{"success":false}' else lively(frame)

    async with venue(script) as server, kept(server.url, meaning=meaning) as seen:
        await until(lambda: seen.data == [None, '{"success":false}', "tick"])
        assert seen.phases == ["connecting", "open"]


# --- proof of life


async def test_a_silent_venue_is_given_up_though_it_answers_protocol_pings() -> None:
    async with venue() as server, kept(server.url, Stream("", "", ("hello",), limit_s=0.3)) as seen:
        await until(lambda: len(server.times) == 2)
        assert seen.reasons("closed") == ["no proof of life for 0.3 s"]
        assert server.closed == [(1000, "no proof of life for 0.3 s")]
        after(0.35, server.waits)  # the limit, and the first wait


async def test_an_address_that_connects_and_stays_silent_gives_way_to_the_next() -> None:
    async def talk(peer: ServerConnection, _: int) -> None:
        await peer.send("price")
        await peer.wait_closed()

    async with venue() as retired, venue(talk) as current:
        others = (current.url,)
        async with kept(retired.url, Stream("", "", (), limit_s=0.3), fallbacks=others) as seen:
            await until(lambda: "price" in seen.data)
            await until(lambda: len(current.times) == 2)  # it spoke once: it is stayed with
            assert len(retired.times) == 1


async def test_an_address_that_cannot_be_reached_gives_way_to_the_next() -> None:
    async def talk(peer: ServerConnection, _: int) -> None:
        await peer.send("price")
        await peer.wait_closed()

    async with venue(talk) as current:
        others = (current.url,)
        async with kept("ws://127.0.0.1:9", Stream("", "", ()), fallbacks=others) as seen:
            await until(lambda: "price" in seen.data)
            assert seen.reasons("closed") == ["connection refused"]


async def test_what_arrives_is_stamped_by_the_clock_that_was_given() -> None:
    async with venue() as server, kept(server.url, now_ms=lambda: 1_700_000_000_123) as seen:
        await until(lambda: bool(seen.frames) and bool(server.times))
        assert {frame.recv_ms for frame in seen.frames} == {1_700_000_000_123}
        assert {event.recv_ms for event in seen.statuses} == {1_700_000_000_123}


async def test_what_we_send_is_no_proof_of_life() -> None:
    async with venue() as server, kept(server.url, Stream("", "", (), ping="ping", ping_s=0.05, limit_s=0.3)) as seen:
        await until(lambda: len(server.times) == 2)
        assert "ping" in server.got
        assert seen.reasons("closed") == ["no proof of life for 0.3 s"]


async def test_acknowledgements_alone_do_not_keep_a_connection() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        while True:
            await peer.send("ack")
            await asyncio.sleep(0.02)

    def meaning(frame: Frame) -> Sequence[Control]:
        return (Refused("no such topic"), Send("again")) if frame.data else ()

    async with venue(script) as server, kept(server.url, Stream("", "", (), limit_s=0.3), meaning) as seen:
        await until(lambda: len(server.times) == 2)
        assert seen.data.count("ack") > 5
        assert seen.reasons("closed") == ["no proof of life for 0.3 s"]


async def test_a_heartbeat_keeps_a_quiet_connection() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        for _ in range(10):
            await asyncio.sleep(0.1)
            await peer.send("pong")
        await peer.send("end")
        await peer.wait_closed()

    async with venue(script) as server, kept(server.url, Stream("", "", (), limit_s=0.5)) as seen:
        await until(lambda: "end" in seen.data)
        assert len(server.times) == 1


async def test_a_wall_clock_that_jumps_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    true = time.time_ns

    async def script(peer: ServerConnection, _: int) -> None:
        for hours in (0, 5, -9, 2, 0):
            await peer.send(str(hours))
            await asyncio.sleep(0.1)
            monkeypatch.setattr(time, "time_ns", lambda hours=hours: true() + hours * 3_600_000_000_000)
        await peer.send("end")
        await peer.wait_closed()

    async with venue(script) as server, kept(server.url, Stream("", "", (), limit_s=0.5)) as seen:
        await until(lambda: "end" in seen.data)
        assert len(server.times) == 1


STOPPED = """
import asyncio, sys
from feeds.stream import keep
from feeds.venue import Alive, Stream
said = lambda status: print(status.phase, status.reason, flush=True)
asyncio.run(keep(Stream("", "", (), limit_s=0.5), "okx", sys.argv[1], sink=lambda _: (Alive(),), status=said))
"""


async def test_a_process_that_stood_still_reads_what_came_meanwhile_before_it_judges() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        with suppress(ConnectionClosed):
            while True:
                await peer.send("tick")
                await asyncio.sleep(0.05)

    async with venue(script) as server:
        client = await asyncio.create_subprocess_exec(sys.executable, "-c", STOPPED, server.url, stdout=PIPE)
        assert client.stdout is not None
        try:
            assert await client.stdout.readline() == b"connecting \n"
            assert await client.stdout.readline() == b"open \n"
            for _ in range(4):
                client.send_signal(signal.SIGSTOP)
                await asyncio.sleep(0.8)  # the stand-still itself, longer than the limit
                client.send_signal(signal.SIGCONT)
                await asyncio.sleep(0.3)
        finally:
            client.kill()
            rest, _ = await client.communicate()
        assert rest == b""
        assert len(server.times) == 1


# --- connections that end


async def leave(peer: ServerConnection, _: int) -> None:
    """Close as soon as it is open."""


async def test_a_venue_that_closes_at_once_is_not_hammered() -> None:
    async with venue(leave) as server, kept(server.url) as seen:
        await until(lambda: len(server.times) == 6)
        for wait, least in zip(server.waits, (0.05, 0.1, 0.2, 0.4, 0.4), strict=True):
            assert least * 0.98 <= wait < least + 0.5
        assert seen.reasons("closed")[0] == "closed by the venue: 1000 (OK)"
        assert seen.phases[:4] == ["connecting", "open", "closed", "connecting"]
        assert seen.data[:3] == [None, None, None]


async def test_the_venues_goodbye_is_the_reason_and_cannot_carry_control_signs() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.close(1012, "maintenance \x1b[2Jsoon")

    async with venue(script) as server, kept(server.url) as seen:
        await until(lambda: seen.reasons("closed"))
        assert seen.reasons("closed")[0] == "closed by the venue: 1012 (service restart) maintenance soon"


async def test_waits_start_anew_only_after_enough_data() -> None:
    async def script(peer: ServerConnection, nth: int) -> None:
        for _ in range({3: 3, 5: 9}.get(nth, 0)):  # too little data on the fourth connection, enough on the sixth
            await peer.send("tick")
            await asyncio.sleep(0.05)

    async with venue(script) as server, kept(server.url) as seen:
        await until(lambda: len(server.times) == 8)
        waits = server.waits
        assert waits[3] >= 0.15 + 0.4 * 0.98  # still the longest
        assert waits[4] >= 0.4 * 0.98
        assert 0.45 + 0.05 * 0.98 <= waits[5] < 0.45 + 0.05 + 0.3  # the data, and the first wait again
        assert 0.1 * 0.98 <= waits[6] < 0.4
        assert seen.data.count("tick") == 12


async def test_a_connection_that_is_only_open_long_does_not_shorten_the_next_wait() -> None:
    async def script(peer: ServerConnection, nth: int) -> None:
        if nth == 3:
            await peer.send("tick")
            await asyncio.sleep(0.5)

    async with venue(script) as server, kept(server.url):
        await until(lambda: len(server.times) == 5)
        assert server.waits[3] >= 0.5 + 0.4 * 0.98


async def test_an_announced_restart_is_followed_at_once() -> None:
    async def script(peer: ServerConnection, nth: int) -> None:
        await peer.send("serverShutdown" if nth == 0 else "tick")
        await peer.wait_closed()

    def meaning(frame: Frame) -> Sequence[Control]:
        return (Reconnect("planned restart"),) if frame.data == "serverShutdown" else lively(frame)

    async with venue(script) as server, kept(server.url, meaning=meaning, pace=PACE) as seen:
        await until(lambda: seen.data == [None, "serverShutdown", None, "tick"])
        assert server.waits[0] < PACE.first * (1 - PACE.jitter)
        assert seen.reasons("closed") == ["the venue asked for a new connection: planned restart"]


async def test_a_venue_that_always_announces_a_restart_is_not_hammered() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send("serverShutdown")
        await peer.wait_closed()

    def meaning(frame: Frame) -> Sequence[Control]:
        return (Reconnect("planned restart"),) if frame.data else ()

    async with venue(script) as server, kept(server.url, meaning=meaning):
        await until(lambda: len(server.times) == 5)
        assert server.waits[1] >= 0.1 * 0.98
        assert server.waits[2] >= 0.2 * 0.98
        assert server.waits[3] >= 0.4 * 0.98


async def test_a_reset_half_way_through_a_frame_is_a_reason_to_connect_anew() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        writer.write(b"\x81\x04tick" + b"\x81\x7e\x01\x00half")  # a whole frame, and 4 of 256 bytes
        await writer.drain()
        await reader.read(1)  # the client's hello: it has had time to read ours
        reset(writer)

    async with tcp(script) as (port, times), kept(f"ws://{HOST}:{port}", Stream("", "", ("hello",))) as seen:
        await until(lambda: len(times) == 2)
        assert seen.data[:2] == [None, "tick"]
        assert set(seen.reasons("closed")) == {"connection reset by peer"}


async def test_an_end_half_way_through_a_frame_is_a_reason_to_connect_anew() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        writer.write(b"\x81\x7e\x01\x00half")

    async with tcp(script) as (port, times), kept(f"ws://{HOST}:{port}") as seen:
        await until(lambda: len(times) == 2)
        assert seen.data[0] is None and len(seen.frames) <= 2
        assert set(seen.reasons("closed")) == {"cut off without a goodbye"}


async def test_text_that_is_no_text_closes_the_connection_even_if_the_venue_does_not_answer() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        writer.write(b"\x81\x02\xff\xfe")
        await asyncio.Event().wait()

    async with tcp(script) as (port, times), kept(f"ws://{HOST}:{port}") as seen:
        await until(lambda: len(times) == 2)
        assert seen.reasons("closed")[0].startswith("gave up on a broken frame: 1007 (invalid frame payload data)")


async def test_a_venue_that_says_goodbye_but_does_not_hang_up_is_taken_at_its_word() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        writer.write(b"\x88\x02\x03\xf4")
        await asyncio.Event().wait()

    async with tcp(script) as (port, _), kept(f"ws://{HOST}:{port}") as seen:
        await until(lambda: seen.reasons("closed"))
        assert seen.reasons("closed") == ["closed by the venue: 1012 (service restart)"]


# --- handshakes that fail


@pytest.mark.parametrize("status", [403, 451])
async def test_blocked_is_said_once_with_the_reason_and_asked_again_later(status: int) -> None:
    body = '{"code":0,"msg":"Service unavailable from a restricted location"}'

    def answer(nth: int) -> Response | None:
        return refusal(status, body) if nth < 3 else None

    async with venue(idle, answer) as server, kept(server.url) as seen:
        await until(lambda: "open" in seen.phases)
        assert seen.phases == ["connecting", "blocked", "open"]
        assert seen.reasons("blocked")[0].startswith(f"HTTP {status} ")
        assert seen.reasons("blocked")[0].endswith(body)
        assert len(server.times) == 4
        assert min(server.waits) >= 0.5 * 0.98


async def test_a_server_that_asks_for_time_gets_it() -> None:
    busy = refusal(429, "slow down", Retry_After="1")
    async with venue(idle, lambda nth: busy if nth == 0 else None) as server, kept(server.url) as seen:
        await until(lambda: "open" in seen.phases)
        assert seen.reasons("closed") == ["HTTP 429 Too Many Requests: slow down"]
        after(1, server.waits)


async def test_a_server_that_names_a_time_gets_it() -> None:
    def answer(nth: int) -> Response | None:
        late = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)  # cut to a whole second
        return refusal(503, Retry_After=late) if nth == 0 else None

    async with venue(idle, answer) as server, kept(server.url) as seen:
        await until(lambda: "open" in seen.phases)
        assert seen.reasons("closed") == ["HTTP 503 Service Unavailable"]
        assert 0.95 < server.waits[0] < 2.6


@pytest.mark.parametrize(("asks", "gets"), [("86400", 0.3), ("0", 0.05), ("soon", 0.05), ("-5", 0.05), (None, 0.05)])
async def test_a_server_cannot_ask_for_too_much_or_too_little_time(asks: str | None, gets: float) -> None:
    busy = refusal(429) if asks is None else refusal(429, Retry_After=asks)
    pace = Pace(first=0.05, jitter=0, longest_wait=0.3)
    async with venue(idle, lambda nth: busy if nth == 0 else None) as server, kept(server.url, pace=pace) as seen:
        await until(lambda: "open" in seen.phases)
        after(gets, server.waits)


async def test_a_web_page_is_no_websocket() -> None:
    page = "<html><head><style>b{}</style></head><body><b>Sign&nbsp;in</b> to the caf&eacute;</body></html>"
    async with venue(idle, lambda _: refusal(200, page)) as server, kept(server.url) as seen:
        await until(lambda: len(server.times) == 3)
        assert seen.reasons("closed")[:2] == ["HTTP 200 OK: Sign in to the café"] * 2


async def test_a_redirect_to_a_web_page_is_no_websocket() -> None:
    elsewhere = refusal(302, Location="https://127.0.0.1/login")
    async with venue(idle, lambda _: elsewhere) as server, kept(server.url) as seen:
        await until(lambda: seen.reasons("closed"))
        assert seen.reasons("closed")[0] == "sent us on to what is no websocket"


GARBAGE = {
    b"": "hung up during the handshake",
    b"\x00\xff\x16\x03\x01 nothing\r\n\r\n": "answered with something that is no websocket",
    b"220 mail.example ESMTP\r\n": "answered with something that is no websocket",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgr": "hung up during the handshake",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: no\r\n\r\n": "handshake failed: invalid Sec-WebSocket-Accept header: no",
}


@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_instead_of_a_handshake_is_said_in_words(garbage: bytes) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(garbage)

    async with tcp(script) as (port, times), kept(f"ws://{HOST}:{port}") as seen:
        await until(lambda: len(times) == 2)
        assert set(seen.reasons("closed")) == {GARBAGE[garbage]}
        assert seen.frames == []


async def test_no_answer_to_the_handshake_is_given_up_in_time() -> None:
    async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with tcp(script) as (port, times), kept(f"ws://{HOST}:{port}", pace=Pace(0.05, open_timeout=0.3)) as seen:
        await until(lambda: len(times) == 2)
        assert seen.reasons("closed") == ["no handshake within 0.3 s"]


async def test_a_port_without_tls_is_said_in_words() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with tcp(script) as (port, _), kept(f"wss://{HOST}:{port}") as seen:
        await until(lambda: seen.reasons("closed"))
        assert seen.reasons("closed")[0] == "TLS failed: wrong version number"


async def test_a_port_that_hangs_up_on_tls_is_said_in_words() -> None:
    async def script(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(1000)

    async with tcp(script) as (port, _), kept(f"wss://{HOST}:{port}") as seen:
        await until(lambda: seen.reasons("closed"))
        assert seen.reasons("closed")[0] == "cut off"


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    async with venue(tls=certificate(tmp_path).server) as server, kept(f"wss://{HOST}:{server.port}") as seen:
        await until(lambda: seen.reasons("closed"))
        assert seen.reasons("closed")[0] == "its certificate is not trusted: self-signed certificate"
        assert server.asked == []


async def test_an_address_that_is_none_is_said_in_words() -> None:
    async with kept("http://127.0.0.1/") as seen:
        await until(lambda: seen.reasons("closed"))
        assert seen.reasons("closed")[0] == "not a websocket address"


async def test_a_feed_recovers_when_its_server_comes_back() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send("tick")
        await peer.wait_closed()

    with socket() as reserved:
        reserved.bind((HOST, 0))
        port = reserved.getsockname()[1]
        async with kept(f"ws://{HOST}:{port}") as seen:  # bound, but nobody listens
            await until(lambda: len(seen.reasons("closed")) == 2)
            assert seen.reasons("closed") == ["connection refused", "connection refused"]
            reserved.close()
            for _ in range(2):
                seen.frames.clear()
                async with venue(script, port=port):
                    await until(lambda: seen.data == [None, "tick"])
                await until(lambda: seen.reasons("closed")[-1] == "connection refused")


async def test_loopback_is_never_asked_of_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("all_proxy", "http_proxy", "https_proxy", "ws_proxy", "no_proxy"):
        monkeypatch.setenv(name, "" if name == "no_proxy" else f"http://{HOST}:9")
    async with venue() as server, kept(server.url) as seen:
        await until(lambda: seen.phases == ["connecting", "open"])


# --- the end


async def test_cancelling_says_goodbye() -> None:
    async with venue() as server:
        async with kept(server.url) as seen:
            await until(lambda: "open" in seen.phases)
        await until(lambda: server.closed == [(1000, "")])
        assert seen.phases == ["connecting", "open"]


async def test_a_dead_peer_does_not_hold_the_end_up() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await asyncio.Event().wait()  # never reads again

    async with tcp(script) as (port, _):
        async with kept(f"ws://{HOST}:{port}", pace=PACE) as seen:
            await until(lambda: "open" in seen.phases)
            began = time.monotonic()
        assert time.monotonic() - began < 1.0


async def test_a_dead_peer_does_not_hold_the_next_try_up() -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await asyncio.Event().wait()

    stream = Stream("", "", ("x" * 10_000_000,), limit_s=0.3)  # more than fits into the buffers of a peer that is stuck
    async with tcp(script) as (port, times), kept(f"ws://{HOST}:{port}", stream) as seen:
        await until(lambda: len(times) == 2)
        assert times[1] - times[0] < 0.3 + 0.3 + 0.05 + 0.5
        assert seen.reasons("closed") == ["no proof of life for 0.3 s"]


async def test_a_fault_of_the_sink_comes_out_and_closes_the_socket() -> None:
    async def script(peer: ServerConnection, _: int) -> None:
        await peer.send("tick")
        await peer.wait_closed()

    def broken(frame: Frame) -> Sequence[Control]:
        raise ZeroDivisionError(frame.data)

    async with venue(script) as server:
        with pytest.raises(ZeroDivisionError):
            await keep(PLAIN, "okx", server.url, sink=broken, status=lambda _: None, pace=QUICK)
        await until(lambda: len(server.closed) == 1)
    assert len(asyncio.all_tasks()) == 1


# --- how long the queue is


async def test_a_new_connection_is_pinged_at_once_and_the_pongs_time_is_told() -> None:
    told: list[float] = []
    async with venue() as server, kept(server.url, pace=PACE, pong=told.append):
        await until(lambda: len(told) == 1)  # the next is due after twenty seconds
        assert 0 <= told[0] < 5


async def test_a_pong_that_comes_late_tells_how_late() -> None:
    told: list[float] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        head = await reader.readexactly(6)
        data = await reader.readexactly(head[1] & 127)
        mask = head[2:]
        await asyncio.sleep(0.3)
        writer.write(bytes((0x8A, len(data))) + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data)))
        await reader.read()

    async with tcp(script) as (port, _), kept(f"ws://{HOST}:{port}", pace=PACE, pong=told.append):
        await until(lambda: len(told) == 1)
    assert 0.3 <= told[0] < 5


async def test_a_connection_that_ends_before_its_pong_tells_nothing_of_it() -> None:
    told: list[float] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        await reader.readexactly(6)
        writer.close()

    async with tcp(script) as (port, _), kept(f"ws://{HOST}:{port}", pong=told.append) as seen:
        await until(lambda: seen.phases.count("open") == 3)
    assert told == []
