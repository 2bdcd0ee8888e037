"""What the simulated publishers say, as the program reads it: the slow world's own numbers, every one."""

import importlib
import pkgutil
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from threading import Barrier
from urllib.parse import parse_qsl, urlsplit

import pytest

import feeds.sources
import feeds.sources.fred
from feeds.calendars import contracts
from feeds.facts import Observation, Rejected
from feeds.simulate.events import Ticker
from feeds.simulate.http import Answer, Request
from feeds.simulate.publishers import exchanges, sites
from feeds.simulate.scenes import named
from feeds.simulate.slow import SlowWorld, scene
from feeds.source import Ask, Source, Span
from feeds.source import Page as Asked
from feeds.sources import interest
from feeds.venue import Http
from tests.simulate.line import Line

MORNING = datetime(2026, 11, 20, 15, 3, tzinfo=UTC)  # a Friday, half an hour into the session of the stock exchange
NIGHT = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # Tuesday, 23:00 in New York
KEY = "0123456789abcdef0123456789abcdef"


class Publishers:
    """All sites of one world, asked as the program asks."""

    def __init__(self, now: datetime) -> None:
        self.now_ms = int(now.timestamp()) * 1000
        self.world = SlowWorld(scene("calm"), 1, lambda: self.now_ms)
        self._sites = sites(self.world)
        self._pages = exchanges.pages(self.world, {("coinbase", "/products/BTC-USD/candles"): _nothing})

    def read(self, source: Source, page: Asked, first: date | None = None) -> list[Observation | Rejected]:
        """What the program gets for its first reading, or from `first` on."""
        span = Span(first or page.first, self.world.today())
        return [row for ask in page.ask(span, KEY if source.key else None) for row in self.parsed(source, page, ask)]

    def parsed(self, source: Source, page: Asked, ask: Ask) -> list[Observation | Rejected]:
        answer = self.answered(source, page, ask)
        if answer.status in page.quiet:
            return []
        assert answer.status == 200, (ask.url, answer)
        is_text = answer.content_type.startswith(("text", "application/json"))
        http = Http(ask.url, 200, answer.data.decode()) if is_text else Http(ask.url, 200, "", answer.data)
        return list(page.parse(http, self.now_ms))

    def answered(self, source: Source, page: Asked, ask: Ask) -> Answer:
        parts = urlsplit(ask.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if page.endpoint:
            return self._pages[page.endpoint.removesuffix(".http"), parts.path](query)
        headers = {name.lower(): value for name, value in ask.headers.items()}
        method, body = ("POST", ask.body) if ask.body else ("GET", "")
        return self._sites[source.name](Request(method, parts.path, query, body.encode(), headers))

    def known(self, id_: str, since: date) -> dict[str, float]:
        """What the world has published of a series."""
        return {str(day): value for day, value in self.world.points(id_) if day >= since}


def _nothing(query: dict[str, str]) -> Answer:
    raise AssertionError("asked for what is traded now")


FRED = feeds.sources.fred.SOURCE
NFCI = next(page for page in FRED.pages if page.vintages == "NFCI")
FIRST_WORDS = ("NFCI", "STLFSI4")
"""Of these only what was said first is asked for."""
PAGES = [
    (source, page)
    for module in pkgutil.iter_modules(feeds.sources.__path__)
    if not module.name.startswith("_")
    for source in [importlib.import_module(f"feeds.sources.{module.name}").SOURCE]
    for page in source.pages
    if source.feed(page) != "interest.deribit"  # which the market answers for: see below
    if page.vintages not in FIRST_WORDS
    if not page.late  # which have tests of their own: see below
]
NEWEST = {
    "farside.daily": 12,  # and a row of dashes
    "sosovalue.flows": 300,
    "ishares.ibit": 1,
    "spdr.spy": 1,
    "interest.binance": 30,
    "interest.bybit": 200,
    "interest.okx": 1,
}
"""How many of the last periods a page gives, where it does not give all."""


def series_of(page: Asked, publishers: Publishers) -> list[str]:
    """What the page has to bring."""
    match (page.series or (page.vintages,))[0]:
        case "ETF.*":
            return [*(f"ETF.{fund}" for fund in publishers.world.funds()), "ETF.TOTAL"]
        case "COT.*":
            return publishers.world.series("COT.")
        case "CL*":
            return contracts(publishers.world.today(), 14)
        case "BTC*":
            return [f"BTC{month}" for month in ("X26", "Z26", "F27", "G27", "H27", "J27")]
        case _:
            return list(page.series or (page.vintages,))


@pytest.fixture(scope="module", params=[MORNING, NIGHT], ids=["morning", "night"])
def publishers(request: pytest.FixtureRequest) -> Publishers:
    return Publishers(request.param)


@pytest.mark.parametrize(("source", "page"), PAGES, ids=[source.feed(page) for source, page in PAGES])
def test_a_page_gives_back_the_world(publishers: Publishers, source: Source, page: Asked) -> None:
    rows = publishers.read(source, page)
    assert [row for row in rows if isinstance(row, Rejected)] == []
    if page.vintages:  # the last word of each period is what the world says
        rows = list({row.period: row for row in rows if isinstance(row, Observation)}.values())
    found: dict[str, dict[str, float]] = {}
    for row in rows:
        assert isinstance(row, Observation)
        if row.period >= str(page.first):
            found.setdefault(row.series, {})[row.period] = row.value
    wanted = {}
    for id_ in series_of(page, publishers):
        known = publishers.known(id_, page.first)
        assert known, f"the world has nothing of {id_}"
        wanted[id_] = dict([*known.items()][-NEWEST.get(source.feed(page), len(known)) :])
        early = set(found.get(id_, {})) - set(known)
        for day in early:  # how a session stands while it lasts
            assert {row.provisional for row in rows if (row.series, row.period) == (id_, day)} == {True}
            assert day > max(known)
            del found[id_][day]
    assert found == wanted


def test_in_the_morning_the_running_sessions_are_provisional_and_at_night_nothing_is_but_the_day() -> None:
    def provisional(now: datetime, name: str, page: str) -> list[tuple[str, str]]:
        publishers = Publishers(now)
        rows = publishers.read(*find(name, page))
        return [(row.series, row.period) for row in rows if isinstance(row, Observation) and row.provisional]

    assert provisional(MORNING, "yahoo", "qqq") == [("QQQ", "2026-11-20")]
    assert provisional(NIGHT, "yahoo", "qqq") == []
    assert provisional(NIGHT, "btcusd", "daily") == [("BTC", "2026-11-18"), ("BTC.LOW", "2026-11-18")]


def find(name: str, page: str) -> tuple[Source, Asked]:
    return next(pair for pair in PAGES if (pair[0].name, pair[1].name) == (name, page))


def test_time_moves_on_and_what_falls_due_is_published() -> None:
    publishers = Publishers(datetime(2026, 11, 20, 12, 30, tzinfo=UTC))  # half an hour before SOFR
    source, page = find("nyfed", "sofr")

    def newest() -> str:
        rows = publishers.read(source, page, date(2026, 11, 1))
        return max(row.period for row in rows if isinstance(row, Observation))

    assert newest() == "2026-11-18"
    publishers.now_ms += 3_600_000
    assert newest() == "2026-11-19"


def test_a_new_world_that_is_asked_by_many_at_once_says_the_same() -> None:
    names = ("QQQ", "SPY", "BTC", "DGS2", "DXY", "MOVE", "VIXCLS", "GOLD")
    alone, together = Publishers(MORNING).world, [Publishers(MORNING).world for _ in range(5)]
    begin = Barrier(len(names))

    def ask(world: SlowWorld, name: str) -> list[tuple[date, float]]:
        begin.wait()
        return world.points(name)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(len(names)) as pool:
            found = [list(pool.map(partial(ask, world), names)) for world in together]
    finally:
        sys.setswitchinterval(before)
    assert found == [[alone.points(name) for name in names]] * len(together)


def test_without_keys_a_page_that_needs_none_is_read_as_well() -> None:
    publishers = Publishers(MORNING)
    source, page = find("fred", "DGS10")
    (ask,) = page.ask(Span(date(2026, 1, 1), publishers.world.today()), None)
    assert "fredgraph.csv" in ask.url
    rows = publishers.parsed(source, page, ask)
    assert {row.period: row.value for row in rows if isinstance(row, Observation)} == publishers.known(
        "DGS10", date(2026, 1, 1)
    )


def test_deribit_s_open_interest_is_the_market_s() -> None:
    line = Line("deribit", "/ws/api/v2", scene=named("quiet"))
    page = next(page for page in interest.SOURCE.pages if page.name == "deribit")
    (ask,) = page.ask(Span(date(2026, 9, 21), date(2026, 9, 21)), None)
    answer = line.answer(ask.url)
    (row,) = page.parse(Http(ask.url, answer.status, answer.data.decode()), line.now_ms)
    assert isinstance(row, Observation)
    told = [event for event in line.before if isinstance(event, Ticker) and event.listing.symbol == "BTC-PERPETUAL"]
    assert (row.series, row.period) == ("OI.DERIBIT", "2026-09-21")
    assert row.value == pytest.approx(told[-1].oi_btc * 1.4, rel=0.001)  # and two dated ones, of a fifth each


def test_some_of_what_is_revised_was_one_more_in_its_last_place_until_the_next_release() -> None:
    publishers = Publishers(NIGHT)
    rows = [row for row in publishers.read(*find("fred", "UNRATE.vintages")) if isinstance(row, Observation)]
    now = publishers.known("UNRATE", date(2026, 1, 1))
    said = {day: [row.value for row in rows if row.period == day] for day in now}
    assert {len(values) for values in said.values()} == {1, 2}
    assert all(values[-1] == now[day] for day, values in said.items())
    assert all(values[0] == round(values[1] + 0.1, 1) for values in said.values() if len(values) == 2)
    firsts = [row for row in publishers.read(FRED, NFCI) if isinstance(row, Observation)]
    assert len({row.period for row in firsts}) == len(firsts)


INTEREST = {page.name: page for page in interest.SOURCE.pages}


def test_bybits_days_before_those_that_it_tells_at_once_are_told_page_by_page(publishers: Publishers) -> None:
    rows = publishers.read(interest.SOURCE, INTEREST["bybit_past"])
    usual = publishers.read(interest.SOURCE, INTEREST["bybit"])
    found = [row for row in (*rows, *usual) if isinstance(row, Observation)]
    known = publishers.known("OI.BYBIT", interest.BYBIT_BEGAN)
    assert {row.period: row.value for row in found} == known
    assert len(rows) + len(usual) <= len(known) + 2  # the newest days may not be out yet


def test_of_binances_days_those_after_tuesdays_are_told_and_years_that_it_has_nothing_of_are_holes(
    publishers: Publishers,
) -> None:
    rows = publishers.read(interest.SOURCE, INTEREST["binance_2023"])
    known = publishers.known("OI.BINANCE", date(2023, 1, 1))
    assert {row.period: row.value for row in rows if isinstance(row, Observation)} == {
        day: value for day, value in known.items() if day.startswith("2023") and date.fromisoformat(day).weekday() == 2
    }
    assert len(rows) == 52
    assert publishers.read(interest.SOURCE, INTEREST["binance_2022"]) == []
