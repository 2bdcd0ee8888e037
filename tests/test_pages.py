"""When a page of the signals is made anew, and what of it is kept: by what it asked for, and whether that is in."""

from datetime import date, timedelta

import pytest

from feeds.calendars import new_york_ms
from feeds.facts import Observation
from feeds.filling import Names
from feeds.sources import SOURCES
from feeds.state import Kept, State
from feeds.topics import Change
from feeds.views.pages import EVERY_MS, LEAST_MS, MAKES, WAITS_MS, Pages, Worked, work_out

TODAY = date(2026, 11, 19)
NOW = new_york_ms(TODAY, "19:00")
MINUTE = 60_000


def row(series: str, day: date, value: float) -> Observation:
    return Observation(series, day.isoformat(), value, new_york_ms(day, "18:00"), "given")


class Desk:
    """A state with publishers whose series are all read, and its pages."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.state = State({}, sources=SOURCES, keep=self.kept.append)
        self.pages = Pages(self.state)
        self.add("BTC", 64_000.0)

    def add(self, series: str, value: float, day: date = TODAY) -> None:
        self.state.slow.add([row(series, day, value)])

    def reading(self, *series: str) -> None:
        self.state.slow.unread = Names(series)
        self.state.slow.revision += 1

    def make(self, now_ms: int, *only: str) -> Worked:
        worked = work_out(*self.pages.begin(now_ms, only or None))
        self.pages.adopt(worked)
        return worked

    def all_made(self, now_ms: int) -> set[str]:
        made = set()
        while name := self.pages.next(now_ms):
            made.add(name)
            self.make(now_ms, name)
        return made

    @property
    def changes(self) -> list[Change]:
        return [one for one in self.kept if isinstance(one, Change)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_every_page_is_made_once_at_first_and_none_again_without_news(desk: Desk) -> None:
    assert desk.all_made(NOW) == set(MAKES)
    assert desk.all_made(NOW + MINUTE) == set()


def test_a_page_is_made_again_when_a_row_of_what_it_asked_for_came_and_not_for_another(desk: Desk) -> None:
    assert desk.make(NOW).seen["levels"].asked == {"BTC", "BTC.LOW"}
    desk.add("WALCL", 6.6e6)
    assert "levels" not in desk.make(NOW + MINUTE).pages
    desk.add("BTC.LOW", 63_000.0)
    assert "levels" in desk.make(NOW + 2 * MINUTE).pages


def test_a_contract_that_was_not_there_before_is_news_to_who_asks_for_all_of_them(desk: Desk) -> None:
    assert "CL*" in desk.make(NOW).seen["oil"].asked
    desk.add("CLF27", 60.0)
    assert "oil" in desk.make(NOW + MINUTE).pages


def test_a_page_is_not_made_again_so_soon_though_there_is_news(desk: Desk) -> None:
    desk.all_made(NOW)
    desk.add("BTC.LOW", 63_000.0)
    assert "levels" not in desk.all_made(NOW + LEAST_MS - 1)
    assert "levels" in desk.all_made(NOW + LEAST_MS)


def test_only_who_looks_at_the_price_is_made_again_because_it_moved(desk: Desk) -> None:
    rows, _, rules, _, _, still, _ = desk.pages.begin(NOW)
    first = work_out(rows, NOW, rules, 64_000.0, {}, still)
    assert {name for name, made in first.seen.items() if made.priced} == {"flows"}
    later = work_out(rows, NOW + EVERY_MS, rules, 65_000.0, first.seen, still)
    assert set(later.pages) == {"flows"}
    same = work_out(rows, NOW + 2 * EVERY_MS, rules, 65_000.0, {**first.seen, **later.seen}, still)
    assert set(same.pages) == set()


def test_what_waits_for_its_past_says_how_far_that_is_and_is_made_at_once_when_the_last_of_it_is_in(desk: Desk) -> None:
    desk.reading("BTC.LOW", "WALCL")
    desk.all_made(NOW)
    assert "levels" not in desk.all_made(NOW + WAITS_MS - 1)
    assert "levels" in desk.all_made(NOW + WAITS_MS)
    assert not desk.pages.arrived
    desk.reading("WALCL")
    assert desk.pages.next(NOW + WAITS_MS + 1) == "levels"
    desk.make(NOW + WAITS_MS + 1, "levels")
    assert desk.pages.arrived
    assert desk.pages.next(NOW + WAITS_MS + 1) is None


def test_the_page_whose_past_is_in_goes_before_all_others(desk: Desk) -> None:
    desk.reading("BTC.LOW")
    desk.all_made(NOW)
    for id_ in ("WALCL", "SOFR", "SPY"):
        desk.add(id_, 1.0)
    desk.reading()
    assert desk.pages.next(NOW + MINUTE) == "levels"


def test_a_signal_that_fails_is_said_and_not_tried_again_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(work: object) -> tuple[()]:
        raise ValueError("no such week")

    monkeypatch.setitem(MAKES, "levels", type(MAKES["levels"])(broken))
    desk.all_made(NOW)
    assert desk.pages.faults == {"levels": "levels cannot be worked out (ValueError: no such week)"}
    desk.make(NOW, "repo")
    assert "levels" in desk.pages.faults


def test_what_the_verdict_was_is_kept_only_once_all_of_its_past_is_in(desk: Desk) -> None:
    for week in range(8, 2, -1):
        desk.add("WALCL", 6_700_000.0, TODAY - timedelta(weeks=week))
        desk.add("WLCFLPCL", 6_000.0, TODAY - timedelta(weeks=week))
    for day in range(60, 40, -1):
        desk.add("SRF", 0.0, TODAY - timedelta(day))
    desk.add("MOVE", 140.0, TODAY - timedelta(3))
    desk.reading("MOVE")
    desk.all_made(NOW)
    assert desk.changes == []
    desk.add("MOVE", 150.0, TODAY - timedelta(6))
    desk.reading()
    desk.all_made(NOW + MINUTE)
    assert [(change.day, change.after) for change in desk.changes] == [(TODAY - timedelta(6), "ARMED")]


def test_series_are_wanted_soonest_that_a_page_in_view_asks_for_then_those_of_verdict_and_regime(desk: Desk) -> None:
    desk.make(NOW)
    desk.pages.show(["share", "price", "no such topic"])
    assert desk.pages.rank(("COT.*",)) == 0
    assert desk.pages.rank(("WALCL",)) == 1
    assert desk.pages.rank(("DRCCLACBS",)) == 2
    desk.pages.show(["fragility"])
    assert desk.pages.rank(("COT.*",)) == 2
    assert desk.pages.rank(("DRCCLACBS",)) == 0


def test_a_page_that_was_never_made_may_want_anything(desk: Desk) -> None:
    desk.pages.show(["share"])
    assert desk.pages.rank(("DRCCLACBS",)) == 0
