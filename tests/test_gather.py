"""Publishers that misbehave, over real HTTP: nothing known is lost, it is said what is wrong and since when."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.decode import Decoder
from feeds.due import GIVE_UP, next_ms
from feeds.facts import Observation
from feeds.gather import Gather, Rank
from feeds.poll import Fetcher
from feeds.settings import Keys, Publishers, Secret, Settings
from feeds.signals.rules import Rules
from feeds.signals.share import share
from feeds.simulate.http import Answer, Server, Site
from feeds.simulate.publishers import faults, sites
from feeds.simulate.slow import SlowWorld, scene
from feeds.slow import Polled, Slow, Taken, reaching
from feeds.source import Page
from feeds.sources import SOURCES
from feeds.store import Store
from feeds.wire import Frame
from tests.publishers import Market

MORNING = int(datetime(2026, 11, 20, 15, 3, tzinfo=UTC).timestamp()) * 1000  # a Friday, 10:03 in New York
MINUTE = 60_000
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def served() -> Iterator[Market]:
    market = Market(MORNING)
    yield market
    market.close()


@pytest.fixture
def market(served: Market) -> Iterator[Market]:
    """At its first hour, with nothing wrong."""
    served.now_ms = MORNING
    served.asked.clear()
    yield served
    for name in served.endpoints:
        served.faults.clear(name.removesuffix(".http"))


class Desk:
    """What asks them, and what it has learnt."""

    def __init__(self, market: Market, slow: Slow, gather: Gather) -> None:
        self.market, self.slow, self.gather = market, slow, gather

    async def ask(self, feed: str) -> tuple[Taken, str]:
        return await self.gather.once(*self.slow.pages[feed])

    def later(self, minutes: int) -> None:
        self.market.now_ms += minutes * MINUTE

    def rows(self) -> dict[str, list[Observation]]:
        known = self.slow.vintages
        return {id_: list(known.rows(id_)) for id_ in known.series()}

    def polled(self, feed: str) -> Polled:
        return self.slow.polled[feed]


@asynccontextmanager
async def desk(
    market: Market,
    slow: Slow | None = None,
    off: tuple[str, ...] = (),
    endpoints: dict[str, str] | None = None,
    *,
    keyed: bool = False,
    rank: Rank = lambda series: 0,
) -> AsyncIterator[Desk]:
    slow = slow or Slow(SOURCES)
    decoder = Decoder({}, slow.pages)

    async def sink(frame: Frame, through: str) -> Taken:
        at = Frame(frame.feed, market.now_ms, frame.data)
        assert KEY not in repr(at)
        outs = reaching(decoder.decode(at), through, at.feed, at.recv_ms)
        return slow.take(at.feed, at.recv_ms, outs)

    settings = Settings(
        endpoints={**market.endpoints, **(endpoints or {})},
        keys=Keys(
            census=Secret(KEY), fred=Secret(KEY) if keyed else None, sosovalue=Secret(KEY), coinglass=Secret(KEY)
        ),
        sources=Publishers(opt_in=("yahoo", "cips"), off=off),
    )
    fetcher = Fetcher(spacing_s=0.0, tries=2, backoff_s=0.01, patience_s=0.2)
    try:
        gather = Gather(slow, settings, fetcher, sink, lambda: market.now_ms, hurried=True, rank=rank)
        yield Desk(market, slow, gather)
    finally:
        await fetcher.aclose()


def site_of(feed: str) -> str:
    source, page = Slow(SOURCES).pages[feed]
    return page.endpoint.removesuffix(".http") or source.name


FEEDS = (
    *("nyfed.reverserepo", "nyfed.rde", "fred.WALCL", "treasury.real", "fiscaldata.deficit", "ofr.sofr"),
    *("board.average", "cboe.vix", "yahoo.hkd", "yahoo.btc", "btcusd.daily", "farside.daily", "sosovalue.flows"),
    *("coinglass.flows", "ishares.ibit", "cftc.btc", "interest.binance", "interest.bybit", "interest.okx"),
    *("interest.deribit", "coinmetrics.btc", "spdr.spy", "census.exports", "cips.monthly"),
)
"""At least one page of every publisher, and each of its formats."""

FAULTS: dict[str, tuple[faults.Fault, str, bool]] = {
    "empty": (faults.empty, "an empty answer", True),
    "truncated": (faults.truncated, "", True),
    "html": (faults.html, "", True),
    "captcha": (faults.captcha, "", True),
    "missing": (faults.missing, "HTTP 404 Not Found", True),
    "blocked": (faults.blocked, "HTTP 451 Unavailable For Legal Reasons", True),
    "broken gzip": (faults.broken_gzip, "its compressed answer is cut off", False),
    "garbage": (faults.changed(lambda body: "\0\1\2" * 100), "", True),
    "other JSON": (faults.changed(lambda body: '{"error": "maintenance"}'), "", True),
    "busy": (faults.busy(), "HTTP 429 Too Many Requests", False),
    "busy for an hour": (faults.busy("3600"), "asked us to wait for 3,600 s", False),
}
"""What goes wrong, what is said of it, and whether it is counted as refused: not where nothing came to judge."""


def test_every_publisher_is_tried() -> None:
    assert {feed.partition(".")[0] for feed in FEEDS} == {name for name, source in SOURCES.items() if source.pages}


@pytest.mark.parametrize("feed", FEEDS)
async def test_whatever_a_publisher_answers_nothing_known_is_lost_and_it_is_said(market: Market, feed: str) -> None:
    site, name = site_of(feed), feed.partition(".")[0]
    quiet = SOURCES[name].pages and Slow(SOURCES).pages[feed][1].quiet
    async with desk(market) as it:
        taken, wrong = await it.ask(feed)
        assert (wrong, bool(taken.new), taken.refused) == ("", True, ())
        known, refused, failures, since_ms = it.rows(), 0, 0, 0
        for fault, (how, said, counted) in FAULTS.items():
            if (fault, feed) in SOUND or (fault == "missing" and 404 in quiet):
                continue
            it.later(1)
            since_ms = since_ms or market.now_ms
            failures += 1
            market.faults.set(site, how)
            taken, wrong = await it.ask(feed)
            polled = it.polled(feed)
            assert said in wrong, fault
            assert wrong, fault
            assert "\0" not in wrong, fault
            assert "<" not in wrong, fault
            assert (polled.error, polled.failures, polled.error_ms) == (wrong, failures, since_ms), fault
            assert (polled.asked_ms, polled.ok_ms) == (market.now_ms, MORNING), fault
            assert it.rows() == known, fault
            assert (it.slow.refused.get(name, 0) > refused) == counted or fault == "truncated", fault
            refused = it.slow.refused.get(name, 0)
        market.faults.clear(site)
    async with desk(market, it.slow) as again:  # the ban was this connection's
        _, wrong = await again.ask(feed)
        assert wrong == ""
        polled = it.polled(feed)
        assert (polled.error, polled.failures, polled.error_ms, polled.ok_ms) == ("", 0, None, market.now_ms)
        assert {id_: rows[: len(known.get(id_, ()))] for id_, rows in it.rows().items() if id_ in known} == known


SOUND = {("truncated", "treasury.real"), ("truncated", "board.average")}
"""What is no fault of that page: it has the newest days first, and lacks what is known already."""


# --- one publisher's trouble is no other's


async def test_what_fails_at_one_publisher_stops_no_other_and_recovers(market: Market) -> None:
    busy = Server({"cboe": lambda request: faults.busy("3600")(Answer(200, ""))})  # on a port, and a host, of its own
    names = {"cboe", "board", "spdr", "ishares"}
    try:
        async with desk(market, off=tuple(set(SOURCES) - names), endpoints={"cboe.http": f"{busy.url}/cboe"}) as it:
            market.faults.set("board", faults.captcha)
            running = asyncio.create_task(it.gather.run())
            await until(lambda: len(it.slow.polled) == 5)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            wrong = {feed: polled.error for feed, polled in it.slow.polled.items() if polled.error}
            assert set(wrong) == {"cboe.vix", "board.average", "board.peak"}
            assert "asked us to wait for 3,600 s" in wrong["cboe.vix"]
            assert it.slow.vintages.newest("SPY.TOP10") is not None
            assert it.slow.vintages.newest("IBIT.BTC") is not None
            assert (it.slow.filled, it.slow.to_fill) == (2, 5)
            assert busy.requests == {"cboe": 1}  # it asked to be left alone
            await it.ask("cboe.vix")
            assert busy.requests == {"cboe": 1}
    finally:
        await asyncio.to_thread(busy.close)


async def test_who_says_that_he_will_not_answer_is_waited_for_no_longer_and_another_is_asked(market: Market) -> None:
    async with desk(market) as it:
        market.faults.set("nyfed", faults.blocked)
        await it.ask("nyfed.sofr")
        assert it.polled("nyfed.sofr").failures == GIVE_UP
        assert "SOFR" in it.slow.unread  # of who comes next
        assert (await it.ask("ofr.sofr"))[1] == ""
        assert "SOFR" not in it.slow.unread
        market.faults.set("nyfed", faults.empty)
        await it.ask("nyfed.rde")
        assert it.polled("nyfed.rde").failures == 1
        assert "RDE" in it.slow.unread


async def test_of_a_publisher_s_pages_those_are_read_first_that_are_wanted_soonest(market: Market) -> None:
    soon = {"LNS14024887": 0, "WALCL": 1, "NFCI": 1}

    def rank(series: Iterable[str]) -> int:
        return min(soon.get(id_, 2) for id_ in series)

    async with desk(market, off=tuple(set(SOURCES) - {"fred"}), rank=rank) as it:
        running = asyncio.create_task(it.gather.run())
        await until(lambda: len(it.slow.polled) > 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        first = [feed.removeprefix("fred.") for feed in it.slow.polled]
    assert first[0] == "LNS14024887"
    assert set(first[1:3]) == {"WALCL", "NFCI"}


async def test_a_fault_of_a_page_s_own_code_is_shown_and_holds_no_key(market: Market) -> None:
    def broken(span: object, key: str | None) -> tuple[()]:
        raise KeyError(f"https://127.0.0.1/?api_key={key}")

    page = Page("exports", ("GOLD.EXPORTS",), broken, lambda http, recv_ms: (), SOURCES["census"].pages[0].first)
    source = replace(SOURCES["census"], pages=(page,))
    async with desk(market, Slow({"census": source})) as it:
        taken, wrong = await it.ask("census.exports")
        assert (taken, wrong.partition(",")[0]) == (Taken(), "fault of this program: KeyError in test_gather.py")
        assert it.polled("census.exports").failures == 1


async def test_of_several_addresses_one_that_fails_keeps_none_of_the_others_from_being_read(market: Market) -> None:
    async with desk(market) as it:
        _, wrong = await it.ask("yahoo.btc")
        assert wrong == ""
        asked = [request.path for _, request in market.asked]
        bad = asked[0]
        true = _world_site(market, "yahoo")
        broken = Server({"yahoo": lambda r: Answer(200, "{}") if r.path == bad else true(r)})
        try:
            async with desk(market, endpoints={"yahoo.http": f"{broken.url}/yahoo"}) as other:
                taken, wrong = await other.ask("yahoo.btc")
                assert wrong != ""
                assert set(other.rows()) == set(it.rows()) - {_contract(bad)}
                assert broken.requests["yahoo"] == len(asked)
                assert taken.new > 0
        finally:
            await asyncio.to_thread(broken.close)


def _world_site(market: Market, name: str) -> Site:
    return sites(SlowWorld(scene("calm"), 1, lambda: market.now_ms))[name]


def _contract(path: str) -> str:
    found = re.search(r"BTC([A-Z])(\d\d)", path)
    assert found is not None
    return found[0]


# --- units and columns


def scaled(body: str, by: float, column: int = -1) -> str:
    """A CSV whose last column, or another, is in another unit."""
    rows = [line.split(",") for line in body.splitlines()]
    for row in rows[1:]:
        row[column] = repr(float(row[column]) * by) if row[column] else ""
    return "\n".join(map(",".join, rows)) + "\n"


def digits(by: int) -> Callable[[str], str]:
    """JSON whose long numbers are in another unit."""
    return lambda body: re.sub(r"\d{5,}(?:\.\d+)?", lambda found: repr(float(found[0]) / by), body)


@pytest.mark.parametrize(
    ("feed", "id_", "how", "why"),
    [
        ("fred.WALCL", "WALCL", lambda body: scaled(body, 0.001), "1,000 times smaller than"),  # billions, not millions
        ("fred.WRESBAL", "WRESBAL", lambda body: scaled(body, 0.001), "1,000 times smaller than"),
        ("fred.RRPONTSYD", "RRPONTSYD", lambda body: scaled(body, 1e9), "1,000,000,000 times larger than"),
        (
            "cboe.vix",
            "VIXCLS",
            lambda body: re.sub(r"(?<=,)([\d.]+)", lambda n: f"{100 * float(n[1]):.4f}", body),
            "100 times larger than",
        ),
        (
            "interest.okx",
            "OI.OKX",
            lambda body: re.sub(r'("oiCcy":\s?")([\d.]+)', r"\g<1>900000\2", body),
            "no value of",
        ),
    ],
)
async def test_a_page_that_goes_over_to_another_unit_is_not_believed(
    market: Market, feed: str, id_: str, how: Callable[[str], str], why: str
) -> None:
    async with desk(market) as it:
        await it.ask(feed)
        known = it.rows()
        it.later(24 * 60)
        market.faults.set(site_of(feed), faults.changed(how))
        taken, wrong = await it.ask(feed)
        assert taken.values == 0
        assert why in wrong
        assert id_ in wrong
        assert it.rows() == known
        assert it.slow.wrong[id_].since_ms == market.now_ms
        assert it.slow.refused[feed.partition(".")[0]] == len(taken.refused)
        assert it.polled(feed).error_ms == market.now_ms
        market.faults.clear(site_of(feed))
        it.later(1)
        assert (await it.ask(feed))[1] == ""
        assert it.slow.wrong == {}


def columns(body: str, how: Callable[[list[str]], list[str]]) -> str:
    """A CSV with the cells of each line changed."""
    lines = list(csv.reader(io.StringIO(body)))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([how(line) for line in lines])
    return out.getvalue()


CSVS = ("fred.WALCL", "cboe.vix", "treasury.real")


@pytest.mark.parametrize("feed", CSVS)
async def test_a_column_more_or_another_order_changes_nothing(market: Market, feed: str) -> None:
    site = site_of(feed)
    for how in (
        lambda cells: [cells[0], "NEW" if cells[0].lower().startswith(("date", "obs")) else "1.0", *cells[1:]],
        lambda cells: cells[::-1],
    ):
        async with desk(market) as plain, desk(market) as other:
            await plain.ask(feed)
            market.faults.set(site, faults.changed(lambda body, how=how: columns(body, how)))
            taken, wrong = await other.ask(feed)
            market.faults.clear(site)
            assert (wrong, taken.refused) == ("", ())
            assert other.rows() == plain.rows() != {}


@pytest.mark.parametrize("feed", CSVS)
async def test_a_column_less_is_a_fault_and_nothing_known_is_lost(market: Market, feed: str) -> None:
    async with desk(market) as it:
        await it.ask(feed)
        known = it.rows()
        for left_out in (lambda cells: cells[1:], lambda cells: cells[:1]):
            market.faults.set(site_of(feed), faults.changed(lambda body, how=left_out: columns(body, how)))
            taken, wrong = await it.ask(feed)
            assert (taken.values, bool(wrong)) == (0, True)
            assert it.rows() == known


JSONS = (
    ("nyfed.sofr", "percentRate"),
    ("coinmetrics.btc", "PriceUSD"),
    ("cftc.btc", "open_interest_all"),
    ("interest.okx", "oiCcy"),
    ("fiscaldata.deficit", "current_month_gross_outly_amt"),
)


@pytest.mark.parametrize(("feed", "field"), JSONS)
async def test_a_field_more_changes_nothing_and_one_less_loses_nothing(market: Market, feed: str, field: str) -> None:
    site = site_of(feed)
    async with desk(market) as plain, desk(market) as more:
        await plain.ask(feed)
        known = plain.rows()
        market.faults.set(site, faults.changed(lambda body: body.replace(f'"{field}"', f'"new": "1", "{field}"')))
        assert (await more.ask(feed))[1] == ""
        assert more.rows() == known
        plain.later(1)
        market.faults.set(site, faults.changed(lambda body: body.replace(f'"{field}"', '"renamed"')))
        await plain.ask(feed)
        assert plain.rows() == known
        market.faults.clear(site)


# --- the past as it was published


async def test_with_a_key_the_past_is_read_as_it_was_published_and_the_key_is_told_nowhere(market: Market) -> None:
    kept: list[object] = []
    async with desk(market, Slow(SOURCES, keep=kept.append), keyed=True) as it:
        await it.ask("fred.UNRATE")
        back = datetime(2024, 3, 1, tzinfo=UTC)
        then = it.slow.vintages.known(int(back.timestamp()) * 1000)
        assert {point.quality for point in then.points("UNRATE")} == {"later"}
        taken, wrong = await it.ask("fred.UNRATE.vintages")
        assert (wrong, taken.refused) == ("", ())
        assert market.asked[-1][1].query["api_key"] == KEY
        published = it.slow.vintages.known(int(back.timestamp()) * 1000)
        assert {point.quality for point in published.points("UNRATE")} == {"exact"}
        assert [point.value for point in published.points("UNRATE")] != [p.value for p in then.points("UNRATE")]
        now = it.slow.vintages.known(market.now_ms).points("UNRATE")
        assert [(p.period, p.value) for p in now] == list(market.world.points("UNRATE"))[-len(now) :]
        assert {point.quality for point in now} == {"exact"}

        revision = it.slow.vintages.revisions["UNRATE"]
        it.later(7 * 24 * 60)
        taken, wrong = await it.ask("fred.UNRATE.vintages")
        assert (wrong, taken.new, it.slow.vintages.revisions["UNRATE"]) == ("", 0, revision)
        assert KEY not in repr(kept)
        assert KEY not in repr(it.slow.polled)


async def test_the_past_is_asked_for_after_all_that_is_newest_and_is_no_part_of_the_filling(market: Market) -> None:
    slow = Slow(SOURCES)
    pages = [slow.sources["fred"].feed(page) for page in slow.sources["fred"].pages]
    async with desk(market, slow, off=tuple(set(SOURCES) - {"fred"}), keyed=True) as it:
        running = asyncio.create_task(it.gather.run())
        await until(lambda: len(slow.polled) == len(pages), within=60)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    asked = ["realtime_start" in request.query for name, request in market.asked if name == "fred"]
    assert asked == sorted(asked)
    assert slow.filled == slow.to_fill == asked.count(False)


async def test_the_crossing_of_2023_is_known_without_an_import_and_nothing_waited_for_it(market: Market) -> None:
    slow = Slow(SOURCES)
    pages = slow.sources["interest"].pages
    late = [f"interest.{page.name}" for page in pages if page.late and page.first <= date(2026, 11, 20)]
    off = tuple(set(SOURCES) - {"interest", "cftc"})
    async with desk(market, slow, off=off) as it:
        for page in slow.sources["cftc"].pages:
            await it.ask(f"cftc.{page.name}")
        running = asyncio.create_task(it.gather.run())
        await until(lambda: all(feed in slow.polled for feed in late), within=60)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert [one.error for one in slow.polled.values()] == [""] * len(slow.polled)
        assert (slow.filled, slow.to_fill) == (5, 5)
        asked = [(name, request.path, "startTime" in request.query) for name, request in market.asked]
        files = [path for name, path, _ in asked if name == "interest"]
        assert (len(files), len(set(files))) == (251, 251)
        first = next(at for at, (name, _, dated) in enumerate(asked) if name == "interest" or dated)
        assert {name for name, _, _ in asked[:first]} == {"cftc", "binance_usdm", "bybit", "okx", "deribit"}
        assert [name for name, _, dated in asked[first:] if not (name == "interest" or dated)] == []
        weeks = share(slow.vintages.known(market.now_ms), Rules().share)
        binance = {str(week.day): week.binance for week in weeks.weeks}
        assert (binance["2022-12-27"], binance["2023-11-07"]) == (
            None,
            dict(market.world.points("OI.BINANCE"))[date(2023, 11, 8)],
        )
        assert date(2023, 10, 1) < weeks.crossings[0].day < date(2023, 12, 1)  # in this world a week or two earlier
        assert all(next_ms(slow, *slow.pages[feed], market.now_ms) is None for feed in late)


async def test_without_a_key_the_past_is_not_asked_for(market: Market) -> None:
    async with desk(market) as it:
        assert it.slow.keyed == frozenset({"census", "sosovalue", "coinglass"})
        source, page = it.slow.pages["fred.UNRATE.vintages"]
        assert next_ms(it.slow, source, page, market.now_ms) is None


@pytest.mark.parametrize("fault", [name for name, (_, _, counted) in FAULTS.items() if counted])
async def test_whatever_the_archive_answers_nothing_known_is_lost_and_it_is_said(market: Market, fault: str) -> None:
    async with desk(market, keyed=True) as it:
        await it.ask("fred.UNRATE")
        await it.ask("fred.UNRATE.vintages")
        known = it.rows()
        market.faults.set("fred", FAULTS[fault][0])
        it.later(1)
        _, wrong = await it.ask("fred.UNRATE.vintages")
        assert FAULTS[fault][1] in wrong
        assert wrong
        assert KEY not in wrong
        assert it.rows() == known


# --- only what changed, and only what is new


async def test_a_second_reading_of_what_did_not_change_is_a_304_and_takes_nothing(market: Market) -> None:
    async with desk(market) as it:
        await it.ask("cboe.vix")
        tag = it.polled("cboe.vix").etag
        assert tag.startswith('"')
        assert "if-none-match" not in market.asked[-1][1].headers
        known, revision = it.rows(), it.slow.vintages.revisions["VIXCLS"]
        it.later(60)
        assert await it.ask("cboe.vix") == (Taken(), "")
        assert market.asked[-1][1].headers["if-none-match"] == tag
        assert it.rows() == known
        assert it.slow.vintages.revisions["VIXCLS"] == revision
        polled = it.polled("cboe.vix")
        assert (polled.ok_ms, polled.etag, polled.error) == (market.now_ms, tag, "")


async def test_of_several_addresses_none_is_asked_with_what_another_gave(market: Market) -> None:
    async with desk(market) as it:
        await it.ask("yahoo.btc")
        assert len(market.asked) > 2
        it.later(15)
        await it.ask("yahoo.btc")
        assert all("if-none-match" not in request.headers for _, request in market.asked)
        assert it.polled("yahoo.btc").etag == ""


async def test_what_holds_something_refused_is_read_whole_again(market: Market) -> None:
    def spoilt(body: str) -> str:
        lines = body.splitlines()
        return "\n".join([*lines[:-1], f"{lines[-1].partition(',')[0]},9999,9999,9999,9999"]) + "\n"

    market.faults.set("cboe", faults.changed(spoilt))
    async with desk(market) as it:
        taken, wrong = await it.ask("cboe.vix")
        assert (wrong, taken.refused) == ("", ("9,999 is no value of VIXCLS in index (3 to 200)",))
        assert it.polled("cboe.vix").etag == ""
        taken, _ = await it.ask("cboe.vix")
        assert len(taken.refused) == 1


async def test_a_304_to_a_question_that_did_not_ask_for_it_is_a_fault(market: Market) -> None:
    market.faults.set("cboe", lambda true: Answer(304, ""))
    async with desk(market) as it:
        assert (await it.ask("cboe.vix"))[1] == "HTTP 304 Not Modified"
        assert it.polled("cboe.vix").ok_ms is None


async def test_an_older_copy_is_a_fault(market: Market) -> None:
    async with desk(market) as it:
        await it.ask("fred.WALCL")
        known = it.rows()
        market.faults.set("fred", faults.changed(lambda body: "\n".join(body.splitlines()[:-1]) + "\n"))
        it.later(1)
        _, wrong = await it.ask("fred.WALCL")
        assert wrong == "it ends with 2026-11-11, and went to 2026-11-18 before"
        assert it.rows() == known


async def test_a_revision_is_read_and_dated_when_it_came(market: Market) -> None:
    async with desk(market) as it:
        await it.ask("fred.WALCL")
        first = it.rows()["WALCL"][-1]
        it.later(60)
        market.faults.set("fred", faults.changed(lambda body: scaled(body, 1.001)))
        taken, wrong = await it.ask("fred.WALCL")
        assert (taken.values, wrong.endswith("; kept apart until it says so again")) == (0, True)
        it.later(1)
        taken, wrong = await it.ask("fred.WALCL")
        assert (wrong, taken.new, taken.revised) == ("", taken.values, taken.values)
        last = it.rows()["WALCL"][-1]
        assert (last.period, last.value, last.known_ms) == (first.period, first.value * 1.001, market.now_ms)
        assert first in it.rows()["WALCL"]


async def test_a_later_start_asks_only_for_what_is_new(market: Market, tmp_path: Path) -> None:
    names = ("fiscaldata", "board", "cboe", "cftc", "coinmetrics", "ishares", "spdr", "census", "treasury", "farside")
    pages = [source.feed(page) for source, page in Slow(SOURCES).pages.values() if source.name in names]
    off = tuple(set(SOURCES) - set(names))

    async def run(done: Callable[[Slow], bool]) -> list[str]:
        """Start anew with the same history, until that is so; give who was asked."""
        market.asked.clear()
        store = Store(tmp_path / "history.sqlite", commit_s=0.05)
        store.open()
        slow = Slow(SOURCES, keep=store.put)
        slow.restore(*store.slow())
        async with desk(market, slow, off) as it:
            running = asyncio.create_task(it.gather.run())
            await until(lambda: done(slow))
            await asyncio.sleep(0.05)  # in which something could be asked that should not be
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert store.flush()
        store.close()
        return [name for name, _ in market.asked]

    first = await run(lambda slow: len(slow.polled) == len(pages))
    assert set(first) == set(names)
    assert await run(lambda slow: len(slow.polled) == len(pages)) == []
    # An hour and a half later nothing new is out but what the Treasury, ..., bring in the evening.
    market.now_ms += 2 * 24 * 60 * MINUTE  # Sunday
    market.now_ms += 18 * 60 * MINUTE + 24 * 60 * MINUTE  # Tuesday, 04:03
    asked = await run(
        lambda slow: all((one.ok_ms or 0) > MORNING for one in slow.polled.values() if "cboe" in one.feed)
    )
    assert "cboe" in asked
    assert "board" not in asked  # the next quarter is not out
    cboe = next(request for name, request in market.asked if name == "cboe")
    assert "if-none-match" in cboe.headers


async def until(true: Callable[[], bool], within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)
