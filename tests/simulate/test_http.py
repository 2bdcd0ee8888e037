"""The HTTP server under the simulated venues, for whatever site is put on it."""

import gzip
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from feeds.simulate.http import Answer, Request, Server


def echo(request: Request) -> Answer:
    return Answer(201, f"{request.method} {request.path} {request.query} {request.body!r}", "text/plain")


def count(request: Request) -> Answer:
    return Answer(200, str(int(request.query["n"]) + 1))


def packed(request: Request) -> Answer:
    return Answer(
        200, gzip.compress(b"\x00\xff"), "application/octet-stream", {"Content-Encoding": "gzip", "ETag": '"1"'}
    )


def unchanged(request: Request) -> Answer:
    return Answer(304, "", headers={"ETag": request.headers["if-none-match"]})


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server({"echo": echo, "count": count, "packed": packed, "unchanged": unchanged})
    yield server
    server.close()


def test_a_site_is_asked_below_its_name_with_query_and_body(server: Server) -> None:
    answer = httpx.post(f"{server.url}/echo/a/b?x=1&y=", content=b"hello", trust_env=False)
    assert (answer.status_code, answer.text) == (201, "POST /a/b {'x': '1', 'y': ''} b'hello'")
    assert answer.headers["content-type"] == "text/plain"


def test_a_body_may_be_bytes_and_an_answer_has_headers_of_its_own(server: Server) -> None:
    answer = httpx.get(f"{server.url}/packed/", trust_env=False)
    assert (answer.content, answer.headers["content-type"]) == (b"\x00\xff", "application/octet-stream")
    assert (answer.headers["content-encoding"], answer.headers["etag"]) == ("gzip", '"1"')


def test_a_site_sees_the_headers_in_small_letters_and_may_answer_that_nothing_changed(server: Server) -> None:
    with httpx.Client(trust_env=False, headers={"If-None-Match": '"x"'}) as client:
        answers = [client.get(f"{server.url}/unchanged/") for _ in range(2)]
    assert [(answer.status_code, answer.content, answer.headers["etag"]) for answer in answers] == [
        (304, b"", '"x"')
    ] * 2
    assert "content-length" not in answers[0].headers


def test_requests_are_counted_by_site(server: Server) -> None:
    def ask(name: str) -> None:
        for _ in range(5):
            httpx.get(f"{server.url}/{name}/?n=1", trust_env=False)

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("echo", "count", "count", "nobody")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.requests == {"echo": 5, "count": 10}


def test_a_connection_is_kept_for_the_next_question(server: Server) -> None:
    with httpx.Client(trust_env=False) as client:
        assert [client.get(f"{server.url}/count/?n={n}").text for n in range(3)] == ["1", "2", "3"]
        names = [thread.name for thread in threading.enumerate() if "process_request" in thread.name]
        assert len(names) == 1


def test_a_number_that_is_none_is_a_bad_request(server: Server) -> None:
    assert httpx.get(f"{server.url}/count/?n=x", trust_env=False).status_code == 400


def test_a_part_of_the_query_that_is_missing_is_a_bad_request(server: Server) -> None:
    answer = httpx.get(f"{server.url}/count/?m=1", trust_env=False)
    assert (answer.status_code, answer.text) == (400, "'n'")


def test_an_unknown_site_is_not_found(server: Server) -> None:
    assert httpx.get(f"{server.url}/nobody/x", trust_env=False).status_code == 404


def test_a_client_that_breaks_off_is_no_error(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for _ in range(3):
        with socket.create_connection((host, int(port))) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, not a farewell
            client.sendall(b"GET /echo/ HTTP/1.1\r\nHost")
    assert httpx.get(f"{server.url}/count/?n=1", trust_env=False).text == "2"
    server.close()
    assert capfd.readouterr().err == ""


def test_closing_ends_connections_that_are_kept_and_those_that_say_nothing() -> None:
    server = Server({"echo": echo})
    host, port = server.url.removeprefix("http://").split(":")
    threads = threading.active_count()
    with httpx.Client(trust_env=False) as client, socket.create_connection((host, int(port))) as silent:
        client.get(f"{server.url}/echo/")
        server.close()
        assert silent.recv(1) == b""
        assert threading.active_count() == threads - 1
        with pytest.raises(httpx.TransportError):
            client.get(f"{server.url}/echo/")
