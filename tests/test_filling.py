"""How far the first reading of the past is: which series wait for it, and how many pages are in."""

from datetime import date

import pytest
from msgspec.structs import replace

from feeds.due import GIVE_UP
from feeds.filling import Filling, Names
from feeds.slow import Polled, Slow, Taken
from feeds.source import Ask, Page, Source

NOON = 1_795_000_000_000


def page(name: str, *series: str) -> Page:
    return Page(
        name, series, lambda span, key: (Ask("https://127.0.0.1/"),), lambda http, recv_ms: (), date(2018, 4, 2)
    )


def source(name: str, *pages: Page) -> Source:
    return Source(name, name, "https://127.0.0.1/", "", pages)


class Desk:
    """Two publishers of SOFR, one of whom has fed funds too; oil from one; funds from one."""

    def __init__(self) -> None:
        sources = (
            source("nyfed", page("sofr", "SOFR", "SOFR99"), page("effr", "EFFR")),
            source("ofr", page("sofr", "SOFR", "SOFR99")),
            source("fred", page("EFFR", "EFFR"), page("WALCL", "WALCL")),
            source("yahoo", page("wti", "CL*"), page("front", "CL=F")),
            source("farside", page("daily", "ETF.*")),
        )
        self.slow = Slow({one.name: one for one in sources})
        self.filling = Filling(self.slow)

    def read(self, *feeds: str) -> None:
        for feed in feeds:
            self.slow.read(feed, NOON, Taken())
        self.filling.look()

    def fail(self, feed: str, times: int = 1) -> None:
        for _ in range(times):
            self.slow.failed(feed, NOON, "HTTP 503")
        self.filling.look()

    @property
    def unread(self) -> set[str]:
        return set(self.slow.unread)

    @property
    def progress(self) -> tuple[int, int]:
        return self.slow.filled, self.slow.to_fill


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_on_a_first_start_every_series_waits_for_the_publisher_that_is_asked_first(desk: Desk) -> None:
    assert desk.unread == {"SOFR", "SOFR99", "EFFR", "WALCL", "CL*", "CL=F", "ETF.*"}
    assert desk.progress == (0, 6)


def test_a_page_that_was_read_lets_its_series_go_and_counts_once(desk: Desk) -> None:
    desk.read("nyfed.sofr")
    desk.read("nyfed.sofr")
    assert desk.unread == {"EFFR", "WALCL", "CL*", "CL=F", "ETF.*"}
    assert desk.progress == (1, 6)


def test_a_page_that_failed_is_still_waited_for_until_it_is_given_up(desk: Desk) -> None:
    desk.fail("fred.WALCL", GIVE_UP - 1)
    assert "WALCL" in desk.unread
    assert desk.progress == (0, 6)
    desk.fail("fred.WALCL")
    assert "WALCL" not in desk.unread
    assert desk.progress == (0, 5)


def test_who_stands_in_for_a_page_that_is_given_up_is_waited_for_next(desk: Desk) -> None:
    desk.fail("nyfed.sofr", GIVE_UP)
    assert {"SOFR", "SOFR99"} <= desk.unread
    assert desk.progress == (0, 6)
    desk.read("ofr.sofr")
    assert not {"SOFR", "SOFR99"} & desk.unread
    assert desk.progress == (1, 6)


def test_a_publisher_of_whom_several_pages_fail_is_given_up_with_those_that_were_not_asked_yet() -> None:
    pages = [page(name, name) for name in ("WALCL", "WDTGAL", "NFCI", "ICSA", "UNRATE")]
    slow = Slow({"fred": source("fred", *pages)})
    filling = Filling(slow)
    for name in ("WALCL", "WDTGAL"):
        slow.failed(f"fred.{name}", NOON, "no whole answer within 30 s")
        filling.look()
    assert (len(slow.unread), slow.to_fill) == (5, 5)
    slow.failed("fred.NFCI", NOON + 1, "no whole answer within 30 s")
    filling.look()
    assert (set(slow.unread), slow.filled, slow.to_fill) == (set(), 0, 0)
    slow.read("fred.ICSA", NOON + 2, Taken())  # it comes round: what had been given up is not waited for again
    filling.look()
    assert (set(slow.unread), slow.filled, slow.to_fill) == (set(), 0, 0)


def test_who_has_answered_since_is_not_given_up() -> None:
    slow = Slow({"fred": source("fred", *(page(name, name) for name in ("WALCL", "WDTGAL", "NFCI", "ICSA", "UNRATE")))})
    filling = Filling(slow)
    for at, name in enumerate(("WALCL", "WDTGAL")):
        slow.failed(f"fred.{name}", NOON + at, "HTTP 503")
    slow.read("fred.ICSA", NOON + 2, Taken())
    slow.failed("fred.NFCI", NOON + 3, "HTTP 503")
    filling.look()
    assert set(slow.unread) == {"WALCL", "WDTGAL", "NFCI", "UNRATE"}


def test_pages_that_are_read_never_become_fewer_and_at_the_end_are_all(desk: Desk) -> None:
    told = [desk.progress]
    steps = ("fred.WALCL", "nyfed.effr", "yahoo.wti", "farside.daily", "yahoo.front")
    desk.fail("nyfed.sofr", GIVE_UP)
    for feed in (*steps, "ofr.sofr"):
        desk.read(feed)
        told.append(desk.progress)
    assert [read for read, _ in told] == sorted(read for read, _ in told)
    assert told[-1] == (6, 6)
    assert desk.unread == set()


def test_who_is_off_is_not_waited_for(desk: Desk) -> None:
    desk.slow.off = {"yahoo": "off: its terms", "nyfed": "off, as the settings say"}
    desk.filling.look()
    assert desk.unread == {"SOFR", "SOFR99", "EFFR", "WALCL", "ETF.*"}  # of others now


def test_what_has_been_read_once_is_never_unread_again_whoever_has_to_stand_in_later(desk: Desk) -> None:
    desk.read("nyfed.sofr", "nyfed.effr", "fred.WALCL", "yahoo.wti", "yahoo.front", "farside.daily")
    desk.fail("nyfed.sofr", GIVE_UP)
    assert desk.unread == set()
    assert desk.progress == (6, 6)


def test_what_an_earlier_run_read_is_read_and_only_a_new_page_is_not() -> None:
    sources = {
        "nyfed": source("nyfed", page("sofr", "SOFR"), page("effr", "EFFR")),
        "fred": source("fred", page("WALCL", "WALCL")),
    }
    slow = Slow(sources)
    slow.restore(slow.vintages, [Polled("nyfed.sofr", NOON, NOON, "2026-11-19"), Polled("fred.WALCL", NOON, NOON)])
    Filling(slow)
    assert (set(slow.unread), slow.filled, slow.to_fill) == ({"EFFR"}, 0, 1)


def test_what_failed_a_few_times_in_an_earlier_run_is_tried_anew_and_what_was_given_up_is_not_waited_for() -> None:
    slow = Slow({"fred": source("fred", *(page(name, name) for name in ("WALCL", "WDTGAL", "NFCI", "ICSA")))})
    failed = [Polled(f"fred.{name}", NOON, failures=2, error="HTTP 503") for name in ("WALCL", "WDTGAL", "NFCI")]
    slow.restore(slow.vintages, [*failed, Polled("fred.ICSA", NOON, failures=GIVE_UP, error="HTTP 403")])
    Filling(slow)
    assert (set(slow.unread), slow.to_fill) == ({"WALCL", "WDTGAL", "NFCI"}, 3)
    assert set(slow.polled) == {"fred.ICSA"}


def test_without_publishers_nothing_waits() -> None:
    slow = Slow({})
    assert (tuple(slow.unread), slow.filled, slow.to_fill) == ((), 0, 0)


def test_a_page_of_which_a_better_publisher_has_given_one_series_waits_for_the_others() -> None:
    both = source("fred", page("both", "SOFR", "WALCL"))
    slow = Slow({"nyfed": source("nyfed", page("sofr", "SOFR")), "fred": both})
    filling = Filling(slow)
    slow.read("nyfed.sofr", NOON, Taken())
    filling.look()
    assert set(slow.unread) == {"WALCL"}


def test_a_series_of_two_pages_of_one_publisher_waits_for_both() -> None:
    slow = Slow({"nyfed": source("nyfed", page("early", "SRF"), page("late", "SRF"))})
    filling = Filling(slow)
    slow.read("nyfed.late", NOON, Taken())
    filling.look()
    assert (set(slow.unread), slow.filled, slow.to_fill) == ({"SRF"}, 1, 2)


def test_a_member_waits_with_its_family_and_a_pattern_with_any_that_begins_so() -> None:
    names = Names({"CL*", "ETF.*", "BTC", "OI.OKX"})
    assert "CLX26" in names
    assert "ETF.IBIT" in names
    assert "OI.*" in names
    assert "CL=F" not in names
    assert "BTCZ26" not in names  # a contract of CME's, which is another family than the price
    assert "COT.*" not in names


def test_nothing_is_among_no_names() -> None:
    assert "CLX26" not in Names()
    assert "*" not in Names()


def test_nothing_waits_for_a_late_past() -> None:
    late = replace(page("past", "OI.BYBIT"), late=True)
    slow = Slow({"interest": source("interest", page("bybit", "OI.BYBIT"), late)})
    filling = Filling(slow)
    assert (set(slow.unread), slow.filled, slow.to_fill) == ({"OI.BYBIT"}, 0, 1)
    assert not filling.reads("interest.past")
    slow.read("interest.bybit", NOON, Taken())
    filling.look()
    assert (set(slow.unread), slow.filled, slow.to_fill) == (set(), 1, 1)
