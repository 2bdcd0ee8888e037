"""What goes wrong with the simulated publishers, and that nothing is sent twice: over HTTP."""

import gzip
from collections.abc import Callable, Iterator

import httpx
import pytest

from feeds import settings
from feeds.simulate.http import Server
from feeds.simulate.publishers import Faults, faults, sites
from tests.simulate.small import Small

PATH = "fred/graph/fredgraph.csv?id=WALCL"
TRUE = "observation_date,WALCL\n2026-11-18,6735645\n"
Get = Callable[..., httpx.Response]


@pytest.fixture
def world() -> Small:
    return Small({"WALCL": [("2026-11-18", 6735645.0)], "IORB": [("2026-11-18", 3.65)]})


@pytest.fixture
def failing() -> Faults:
    return Faults()


@pytest.fixture
def server(world: Small, failing: Faults) -> Iterator[Server]:
    server = Server(sites(world, failing))
    yield server
    server.close()


@pytest.fixture
def get(server: Server) -> Iterator[Get]:
    with httpx.Client(trust_env=False, base_url=server.url) as client:
        yield client.get


def test_each_publisher_whose_address_can_be_set_has_a_site(world: Small) -> None:
    assert {*sites(world), "interest"} == set(settings.SOURCES)  # open interest is asked of the venues


def test_what_has_not_changed_is_not_sent_again(get: Get, server: Server) -> None:
    first = get(PATH)
    assert (first.status_code, first.text) == (200, TRUE)
    again = get(PATH, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert server.requests == {"fred": 2}


def test_a_new_value_is_sent_under_another_tag(get: Get, world: Small) -> None:
    old = get(PATH).headers["etag"]
    world.add("WALCL", "2026-11-25", 6740000.0)
    new = get(PATH, headers={"If-None-Match": old})
    assert (new.status_code, new.text) == (200, TRUE + "2026-11-25,6740000\n")
    assert new.headers["etag"] != old


def test_every_address_has_its_own_tag_and_refusals_have_none(get: Get) -> None:
    walcl, iorb = get(PATH).headers["etag"], get(PATH.replace("WALCL", "IORB")).headers["etag"]
    assert walcl != iorb
    assert walcl[0] == walcl[-1] == '"'
    assert "etag" not in get(PATH.replace("WALCL", "NAPM")).headers


def test_a_post_is_never_answered_with_not_changed() -> None:
    world = Small({"SOSO.FLOW": [("2026-11-18", 1e6)]})
    server = Server(sites(world))
    address = f"{server.url}/sosovalue/openapi/v2/etf/historicalInflowChart"
    headers = {"x-soso-api-key": "k", "If-None-Match": "*"}
    answer = httpx.post(address, content='{"type":"us-btc-spot"}', headers=headers, trust_env=False)
    server.close()
    assert (answer.status_code, answer.json()["code"]) == (200, 0)


@pytest.mark.parametrize(
    ("fault", "status", "body", "type_"),
    [
        (faults.empty, 200, "", "text/csv"),
        (faults.truncated, 200, TRUE[: len(TRUE) // 2], "text/csv"),
        (faults.html, 200, "Back soon.", "text/html; charset=UTF-8"),
        (faults.captcha, 200, "Verify you are human", "text/html; charset=UTF-8"),
        (faults.missing, 404, "<title>404 Not Found</title>", "text/html; charset=UTF-8"),
        (faults.blocked, 451, "Unavailable For Legal Reasons", "text/plain"),
        (faults.busy(), 429, "Too Many Requests", "text/plain"),
        (faults.changed(lambda text: text.replace("6735645", "6.735645")), 200, TRUE[:34] + "6.735645", "text/csv"),
    ],
    ids=["empty", "truncated", "html", "captcha", "missing", "blocked", "busy", "changed"],
)
def test_a_fault_lasts_until_it_is_cleared(
    get: Get, failing: Faults, fault: faults.Fault, status: int, body: str, type_: str
) -> None:
    tag = get(PATH).headers["etag"]
    failing.set("fred", fault)
    for _ in range(2):
        answer = get(PATH, headers={"If-None-Match": tag})  # what was known before does not hide the fault
        assert (answer.status_code, answer.headers["content-type"]) == (status, type_)
        assert body in answer.text
        assert answer.text != TRUE
    failing.clear("fred")
    assert get(PATH, headers={"If-None-Match": tag}).status_code == 304


def test_one_site_s_fault_is_not_another_s(get: Get, failing: Faults) -> None:
    failing.set("cboe", faults.empty)
    failing.clear("nyfed")  # which had none
    assert get(PATH).text == TRUE


def test_busy_may_say_for_how_long(get: Get, failing: Faults) -> None:
    failing.set("fred", faults.busy())
    assert "retry-after" not in get(PATH).headers
    failing.set("fred", faults.busy("120"))
    assert get(PATH).headers["retry-after"] == "120"


def test_broken_gzip_cannot_be_unpacked(server: Server, failing: Faults) -> None:
    failing.set("fred", faults.broken_gzip)
    with httpx.stream("GET", f"{server.url}/{PATH}", trust_env=False) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert raw[:2] == b"\x1f\x8b"
    with pytest.raises(EOFError):
        gzip.decompress(raw)
