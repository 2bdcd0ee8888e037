"""What is made of publishers' values: since when each is known, who may correct whom, and what is not believed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from feeds.facts import Observation, Rejected
from feeds.series import series
from feeds.slow import Doubting, Polled, Slow, Taken, Wrong, known_ms
from feeds.sources import SOURCES
from feeds.vintages import Vintages

NEW_YORK = ZoneInfo("America/New_York")


def ms(text: str) -> int:
    """The time in New York."""
    return round(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp() * 1000)


def counts(taken: Taken) -> tuple[int, int, int]:
    """Values, of these new, of these revisions."""
    return taken.values, taken.new, taken.revised


class Desk:
    """A `Slow` that is told things, and what it wanted stored."""

    def __init__(self) -> None:
        self.stored: list[Observation | Polled | Doubting] = []
        self.slow = Slow(SOURCES, keep=self.stored.append)

    def read(self, feed: str, when: str, *values: tuple[str, str, float] | tuple[str, str, float, bool]) -> Taken:
        """All of a page is read at that time in New York, and says these values."""
        taken = self.hear(feed, when, *values)
        self.slow.read(feed, ms(when), taken)
        return taken

    def hear(self, feed: str, when: str, *values: tuple[str, str, float] | tuple[str, str, float, bool]) -> Taken:
        source = feed.partition(".")[0]
        rows = [Observation(id_, day, value, ms(when), source, *rest) for id_, day, value, *rest in values]
        return self.take(feed, when, rows)

    def take(self, feed: str, when: str, outs: Iterable[object]) -> Taken:
        return self.slow.take(feed, ms(when), outs)

    def known(self, id_: str, day: str) -> list[tuple[float, str, int]]:
        """All rows of a period: value, publisher, since when."""
        return [(r.value, r.source, r.known_ms) for r in self.slow.vintages.rows(id_) if r.period == day]


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- when a value was read


def test_what_is_read_days_after_it_was_due_keeps_when_that_was(desk: Desk) -> None:
    desk.read("fred.UNRATE", "2026-11-20T10:00", ("UNRATE", "2026-07-01", 4.1), ("UNRATE", "2026-10-01", 4.2))
    read = {row.period: row.read_ms for row in desk.slow.vintages.rows("UNRATE")}
    assert read == {"2026-07-01": ms("2026-11-20T10:00"), "2026-10-01": ms("2026-11-20T10:00")}


def test_what_is_read_when_it_is_due_or_within_three_days_is_what_came_out(desk: Desk) -> None:
    desk.read("fred.ICSA", "2026-11-12T08:35", ("ICSA", "2026-11-07", 220_000))
    desk.read("fred.ICSA", "2026-11-22T08:30", ("ICSA", "2026-11-14", 221_000))
    assert [row.read_ms for row in desk.slow.vintages.rows("ICSA")] == [0, 0]


def test_a_revision_that_is_seen_is_known_since_it_was_and_needs_no_mark(desk: Desk) -> None:
    desk.read("fred.ICSA", "2026-11-12T08:35", ("ICSA", "2026-11-07", 220_000))
    desk.read("fred.ICSA", "2026-11-25T08:35", ("ICSA", "2026-11-07", 222_000))
    assert [(row.value, row.read_ms) for row in desk.slow.vintages.rows("ICSA")] == [(220_000, 0), (222_000, 0)]


def test_a_value_published_then_stands_beside_the_one_of_today_and_keeps_its_own_time(desk: Desk) -> None:
    desk.read("fred.UNRATE", "2026-11-20T10:00", ("UNRATE", "2023-08-01", 3.7))
    out = ms("2023-09-01T08:30") + 1
    then = Observation("UNRATE", "2023-08-01", 3.8, out, "fred")
    taken = desk.take("fred.UNRATE.vintages", "2026-11-20T10:01", [then])
    assert (taken.new, desk.stored[-1]) == (1, then)
    october = desk.slow.vintages.known(ms("2023-10-01T23:59")).last("UNRATE")
    assert october is not None
    assert (october.value, october.quality) == (3.8, "exact")
    assert desk.slow.vintages.points("UNRATE", ms("2026-11-20T10:01"))[0].value == 3.7


def test_a_vintage_of_another_magnitude_is_refused(desk: Desk) -> None:
    bad = Observation("UNRATE", "2023-08-01", 380.0, 1, "fred")
    taken = desk.take("fred.UNRATE.vintages", "2026-11-20T10:01", [bad])
    assert taken.refused == ("380 is no value of UNRATE in % (0 to 40)",)


def test_vintages_are_no_part_of_the_filling_and_say_how_far_they_go(desk: Desk) -> None:
    desk.slow.to_fill = 2
    taken = desk.take("fred.UNRATE.vintages", "2026-11-20T10:01", [Observation("UNRATE", "2026-10-01", 4.2, 1, "fred")])
    desk.slow.read("fred.UNRATE.vintages", ms("2026-11-20T10:01"), taken)
    assert desk.slow.filled == 0
    assert desk.slow.polled["fred.UNRATE.vintages"].through == "2026-10-01"


# --- since when a value is known


def test_what_a_first_reading_brings_counts_as_known_since_its_release(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T12:00", ("SOFR", "2026-11-18", 4.01), ("SOFR", "2026-11-19", 4.02))
    assert desk.known("SOFR", "2026-11-18") == [(4.01, "nyfed", ms("2026-11-19T08:00"))]
    assert desk.known("SOFR", "2026-11-19") == [(4.02, "nyfed", ms("2026-11-20T08:00"))]


def test_what_was_due_since_the_last_reading_counts_as_known_since_it_was_due(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-19T12:00", ("SOFR", "2026-11-18", 4.01))
    desk.read("nyfed.sofr", "2026-11-20T12:00", ("SOFR", "2026-11-19", 4.02))
    assert desk.known("SOFR", "2026-11-19") == [(4.02, "nyfed", ms("2026-11-20T08:00"))]


def test_what_a_good_reading_after_its_hour_did_not_have_is_known_since_it_came(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-18", 4.01))
    desk.read("nyfed.sofr", "2026-11-20T09:10", ("SOFR", "2026-11-19", 4.02))
    assert desk.known("SOFR", "2026-11-19") == [(4.02, "nyfed", ms("2026-11-20T09:10"))]


def test_a_reading_that_failed_proves_nothing_about_what_was_there(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-19T12:00", ("SOFR", "2026-11-18", 4.01))
    desk.slow.failed("nyfed.sofr", ms("2026-11-20T08:05"), "HTTP 503")
    desk.read("nyfed.sofr", "2026-11-20T09:10", ("SOFR", "2026-11-19", 4.02))
    assert desk.known("SOFR", "2026-11-19") == [(4.02, "nyfed", ms("2026-11-20T08:00"))]


def test_an_answer_that_nothing_changed_is_a_good_reading(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-19T12:00", ("SOFR", "2026-11-18", 4.01))
    desk.slow.unchanged("nyfed.sofr", ms("2026-11-20T08:05"))
    desk.read("nyfed.sofr", "2026-11-20T09:10", ("SOFR", "2026-11-19", 4.02))
    assert desk.known("SOFR", "2026-11-19") == [(4.02, "nyfed", ms("2026-11-20T09:10"))]


def test_a_value_that_comes_before_its_hour_is_known_since_it_came(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T07:58", ("SOFR", "2026-11-19", 4.02))
    assert desk.known("SOFR", "2026-11-19") == [(4.02, "nyfed", ms("2026-11-20T07:58"))]


def test_a_release_that_is_only_usual_counts_with_its_grace(desk: Desk) -> None:
    desk.read("fred.CPIAUCSL", "2026-11-20T12:00", ("CPIAUCSL", "2026-08-01", 327.1))
    # Due about 2026-09-12, which is a Saturday: the 14th, and a week.
    assert desk.known("CPIAUCSL", "2026-08-01") == [(327.1, "fred", ms("2026-09-21T08:30"))]


def test_within_the_grace_of_a_usual_release_the_reading_that_has_it_tells_the_time(desk: Desk) -> None:
    desk.read("fred.CPIAUCSL", "2026-09-14T08:35", ("CPIAUCSL", "2026-07-01", 326.8))
    desk.read("fred.CPIAUCSL", "2026-09-15T08:35", ("CPIAUCSL", "2026-08-01", 327.1))
    assert desk.known("CPIAUCSL", "2026-08-01") == [(327.1, "fred", ms("2026-09-15T08:35"))]


@pytest.mark.parametrize(
    ("feed", "id_", "period", "value", "out"),
    [
        ("fred.CPIAUCSL", "CPIAUCSL", "2025-09-01", 324.4, "2025-10-24"),
        ("fred.CPIAUCSL", "CPIAUCSL", "2025-11-01", 325.0, "2025-12-18"),
        ("fred.PAYEMS", "PAYEMS", "2025-09-01", 159_600.0, "2025-11-20"),
        ("fred.GDPC1", "GDPC1", "2025-07-01", 24_000.0, "2025-12-23"),
        ("fred.ICSA", "ICSA", "2025-10-04", 220_000.0, "2025-11-20"),
        ("cftc.btc", "COT.133741.OI", "2025-10-07", 25_000.0, "2026-01-23"),
    ],
)
def test_what_the_shutdown_of_2025_held_up_is_not_known_before_it_came_out(
    desk: Desk, feed: str, id_: str, period: str, value: float, out: str
) -> None:
    desk.read(feed, "2026-11-20T12:00", (id_, period, value))
    ((_, _, since),) = desk.known(id_, period)
    assert since >= ms(f"{out}T23:59")
    assert since < ms(f"{out}T23:59") + timedelta(days=1) / timedelta(milliseconds=1)


def test_what_the_shutdown_did_not_touch_keeps_its_rule(desk: Desk) -> None:
    desk.read("fred.WALCL", "2026-11-20T12:00", ("WALCL", "2025-10-15", 6_590_000.0))
    assert desk.known("WALCL", "2025-10-15") == [(6_590_000.0, "fred", ms("2025-10-16T16:30"))]


def test_a_nowcast_that_is_read_later_was_not_known_while_its_quarter_ran(desk: Desk) -> None:
    desk.read("fred.GDPNOW", "2026-11-20T12:00", ("GDPNOW", "2026-04-01", 2.9), ("GDPNOW", "2026-10-01", 1.4))
    ((_, _, past),) = desk.known("GDPNOW", "2026-04-01")
    assert ms("2026-07-29T00:00") <= past < ms("2026-07-31T00:00")
    assert desk.known("GDPNOW", "2026-10-01") == [(1.4, "fred", ms("2026-11-20T12:00"))]


def test_the_figure_of_a_moment_is_known_since_that_moment_and_the_first_one_stays(desk: Desk) -> None:
    desk.read("interest.okx", "2026-11-20T14:00", ("OI.OKX", "2026-11-20", 26_000.0))
    desk.read("interest.okx", "2026-11-20T15:00", ("OI.OKX", "2026-11-20", 26_500.0))
    assert desk.known("OI.OKX", "2026-11-20") == [(26_000.0, "interest", ms("2026-11-20T14:00"))]


def test_past_days_of_such_a_series_are_known_since_they_ended(desk: Desk) -> None:
    desk.read("interest.binance", "2026-11-20T14:00", ("OI.BINANCE", "2026-11-18", 90_000.0))
    assert desk.known("OI.BINANCE", "2026-11-18") == [(90_000.0, "interest", ms("2026-11-18T20:00"))]


@pytest.mark.parametrize("id_", ["SOFR", "WALCL", "CPIAUCSL", "GDPC1", "COT.133741.OI", "BTC", "RDE", "TGA"])
def test_nothing_is_ever_known_later_than_it_came_or_before_its_period_began(id_: str) -> None:
    row = series(id_)
    assert row is not None
    recv_ms = ms("2026-11-20T12:00")
    for period in (date(2026, 11, 1), date(2026, 7, 1), date(2025, 10, 1), date(2019, 9, 17)):
        since_ms = known_ms(row, period, recv_ms)
        assert ms(f"{period}T00:00") < since_ms <= recv_ms


# --- revisions


def test_a_corrected_value_is_a_row_of_its_own_known_since_it_came(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 4.02))
    taken = desk.read("nyfed.sofr", "2026-11-20T14:35", ("SOFR", "2026-11-19", 4.03))
    assert counts(taken) == (1, 1, 1)
    assert desk.known("SOFR", "2026-11-19") == [
        (4.02, "nyfed", ms("2026-11-20T08:00")),
        (4.03, "nyfed", ms("2026-11-20T14:35")),
    ]
    assert [row.value for row in desk.stored if isinstance(row, Observation)] == [4.02, 4.03]


def test_the_same_value_again_is_nothing_new_and_is_not_stored(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 4.02))
    taken = desk.read("nyfed.sofr", "2026-11-20T14:35", ("SOFR", "2026-11-19", 4.02))
    assert counts(taken) == (1, 0, 0)
    assert len([row for row in desk.stored if isinstance(row, Observation)]) == 1


def test_a_provisional_value_gives_way_to_the_whole_one_which_is_no_revision(desk: Desk) -> None:
    desk.read("farside.daily", "2026-11-20T07:05", ("ETF.IBIT", "2026-11-19", 46.6, True))
    again = desk.read("farside.daily", "2026-11-20T19:00", ("ETF.IBIT", "2026-11-19", 50.1, True))
    final = desk.read("farside.daily", "2026-11-20T22:00", ("ETF.IBIT", "2026-11-19", 50.1))
    assert counts(again) == counts(final) == (1, 1, 0)
    last = desk.slow.vintages.latest("ETF.IBIT", date(2026, 11, 19))
    assert last is not None
    assert (last.value, last.provisional) == (50.1, False)
    assert not desk.slow.vintages.revised("ETF.IBIT", date(2026, 11, 19))


def test_a_whole_value_that_is_corrected_is_revised(desk: Desk) -> None:
    desk.read("farside.daily", "2026-11-20T07:05", ("ETF.IBIT", "2026-11-19", 46.6, True))
    desk.read("farside.daily", "2026-11-20T19:00", ("ETF.IBIT", "2026-11-19", 50.1))
    taken = desk.read("farside.daily", "2026-11-21T07:05", ("ETF.IBIT", "2026-11-19", 50.2))
    assert counts(taken) == (1, 1, 1)
    assert desk.slow.vintages.revised("ETF.IBIT", date(2026, 11, 19))


def test_revisions_never_stand_before_what_they_revise(desk: Desk) -> None:
    desk.slow.add([Observation("SOFR", "2026-11-19", 4.02, ms("2026-11-20T18:00"), "import")])
    desk.read("nyfed.sofr", "2026-11-20T12:00", ("SOFR", "2026-11-19", 4.03))
    assert desk.known("SOFR", "2026-11-19") == [
        (4.02, "import", ms("2026-11-20T18:00")),
        (4.03, "nyfed", ms("2026-11-20T18:00") + 1),
    ]


# --- who may correct whom


def test_fred_never_overrules_the_new_york_fed(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 4.02))
    taken = desk.read("fred.SOFR", "2026-11-20T09:00", ("SOFR", "2026-11-19", 4.30), ("SOFR", "2026-11-18", 4.01))
    assert counts(taken) == (2, 1, 0)
    assert desk.known("SOFR", "2026-11-19") == [(4.02, "nyfed", ms("2026-11-20T08:00"))]
    assert desk.known("SOFR", "2026-11-18") == [(4.01, "fred", ms("2026-11-19T08:00"))]


def test_the_new_york_fed_corrects_fred_with_a_row_of_its_own(desk: Desk) -> None:
    desk.read("fred.SOFR", "2026-11-20T09:00", ("SOFR", "2026-11-19", 4.30))
    taken = desk.read("nyfed.sofr", "2026-11-20T09:05", ("SOFR", "2026-11-19", 4.02))
    assert taken.revised == 1
    assert desk.known("SOFR", "2026-11-19") == [
        (4.30, "fred", ms("2026-11-20T08:00")),
        (4.02, "nyfed", ms("2026-11-20T09:05")),
    ]


def test_a_running_number_gives_way_to_a_whole_one_whoever_brings_it_and_not_to_another_running_one(
    desk: Desk,
) -> None:
    desk.read("btcusd.daily", "2026-11-20T12:00", ("BTC", "2026-11-20", 90_000.0, True))
    desk.read("coinmetrics.btc", "2026-11-20T12:30", ("BTC", "2026-11-20", 90_100.0, True))
    assert [value for value, _, _ in desk.known("BTC", "2026-11-20")] == [90_000.0]
    desk.read("coinmetrics.btc", "2026-11-20T21:00", ("BTC", "2026-11-20", 90_500.0))
    desk.read("btcusd.daily", "2026-11-20T21:05", ("BTC", "2026-11-20", 90_510.0))
    desk.read("coinmetrics.btc", "2026-11-21T21:00", ("BTC", "2026-11-20", 90_500.0))
    assert [(value, name) for value, name, _ in desk.known("BTC", "2026-11-20")] == [
        (90_000.0, "btcusd"),
        (90_500.0, "coinmetrics"),
        (90_510.0, "btcusd"),
    ]


def test_a_user_s_own_number_gives_way_to_any_publisher_s(desk: Desk) -> None:
    desk.slow.add([Observation("SOFR", "2026-11-19", 5.0, ms("2026-11-20T08:00"), "import")])
    desk.read("fred.SOFR", "2026-11-20T09:00", ("SOFR", "2026-11-19", 4.02))
    assert [value for value, _, _ in desk.known("SOFR", "2026-11-19")] == [5.0, 4.02]


# --- what is not believed


def test_a_value_of_another_unit_is_refused_and_what_was_known_stays(desk: Desk) -> None:
    desk.read("fred.WALCL", "2026-11-13T12:00", ("WALCL", "2026-11-11", 6_580_000.0))
    taken = desk.hear(
        "fred.WALCL", "2026-11-20T12:00", ("WALCL", "2026-11-11", 6_580.0), ("WALCL", "2026-11-18", 6_590.0)
    )
    why = "6,590 is no value of WALCL in $M (400,000 to 20,000,000)"
    assert (taken.values, taken.new, len(taken.refused)) == (0, 0, 2)
    assert taken.refused[1] == why
    assert desk.known("WALCL", "2026-11-18") == []
    assert desk.slow.newest("WALCL") == date(2026, 11, 11)
    assert desk.slow.refused == {"fred": 2}
    assert [fault.sample for fault in desk.slow.faults["fred"]] == ["WALCL 2026-11-11 6580", "WALCL 2026-11-18 6590"]
    assert desk.slow.wrong == {"WALCL": Wrong(why, date(2026, 11, 18), ms("2026-11-20T12:00"))}


def test_what_is_wrong_is_said_since_it_began_and_until_that_period_is_believed(desk: Desk) -> None:
    desk.read("fred.WALCL", "2026-11-06T12:00", ("WALCL", "2026-11-04", 6_570_000.0))
    desk.hear("fred.WALCL", "2026-11-13T12:00", ("WALCL", "2026-11-11", 6_580.0))
    desk.hear("fred.WALCL", "2026-11-20T12:00", ("WALCL", "2026-11-18", 6_590.0))
    assert desk.slow.wrong["WALCL"].since_ms == ms("2026-11-13T12:00")
    desk.hear("fred.WALCL", "2026-11-20T13:00", ("WALCL", "2026-11-11", 6_580_000.0))
    assert "WALCL" in desk.slow.wrong
    desk.hear("fred.WALCL", "2026-11-20T14:00", ("WALCL", "2026-11-18", 6_590_000.0))
    assert desk.slow.wrong == {}


def test_the_newest_first_the_older_ones_beside_it_do_not_excuse_a_bad_value(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-19T12:00", ("SOFR", "2026-11-18", 4.01))
    desk.hear("nyfed.sofr", "2026-11-20T12:00", ("SOFR", "2026-11-19", 402.0), ("SOFR", "2026-11-18", 4.01))
    assert desk.slow.wrong["SOFR"].period == date(2026, 11, 19)


def test_a_bad_value_of_long_ago_says_nothing_of_the_newest(desk: Desk) -> None:
    taken = desk.hear("nyfed.sofr", "2026-11-20T12:00", ("SOFR", "2026-11-19", 4.02), ("SOFR", "2019-09-17", 525.0))
    assert taken.refused == ("525 is no value of SOFR in % (-1 to 25)",)
    assert desk.slow.wrong == {}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 25.01, -1.01])
def test_no_value_beyond_the_bounds_is_taken(desk: Desk, value: float) -> None:
    assert len(desk.hear("nyfed.sofr", "2026-11-20T12:00", ("SOFR", "2026-11-19", value)).refused) == 1
    assert desk.known("SOFR", "2026-11-19") == []


def test_a_series_that_there_is_not_is_refused(desk: Desk) -> None:
    taken = desk.hear("nyfed.sofr", "2026-11-20T12:00", ("SOFA", "2026-11-19", 4.0))
    assert taken.refused == ("there is no series SOFA",)


def test_what_a_page_itself_refused_is_counted_and_the_last_five_are_kept(desk: Desk) -> None:
    before = desk.slow.revision
    faults = [Rejected("nyfed.sofr", ms("2026-11-20T12:00"), f"row {n}") for n in range(7)]
    assert desk.take("nyfed.sofr", "2026-11-20T12:00", faults).refused == tuple(f"row {n}" for n in range(7))
    assert desk.slow.refused == {"nyfed": 7}
    assert [fault.reason for fault in desk.slow.faults["nyfed"]] == [f"row {n}" for n in range(2, 7)]
    assert desk.slow.revision > before


# --- what is doubted, and whole answers


def three(desk: Desk, *values: float) -> None:
    """Three days of SOFR, or as many as there are values, from 2026-11-16 on."""
    days = [f"2026-11-{16 + n}" for n in range(len(values))]
    desk.read(
        "nyfed.sofr", "2026-11-20T08:05", *(("SOFR", day, value) for day, value in zip(days, values, strict=True))
    )


def test_a_doubted_value_is_stored_counted_and_said_and_what_was_known_stays_in_use(desk: Desk) -> None:
    three(desk, 4.00, 4.01, 4.03, 4.02)
    taken = desk.read("nyfed.sofr", "2026-11-23T08:05", ("SOFR", "2026-11-20", 0.0401))
    assert (counts(taken), taken.refused) == ((1, 1, 0), ())
    assert [why.partition(":")[0] for why in taken.doubted] == ["SOFR of 2026-11-20"]
    assert desk.slow.refused == {"nyfed": 1}
    assert [fault.sample for fault in desk.slow.faults["nyfed"]] == ["SOFR 2026-11-20 0.0401"]
    assert desk.slow.doubted["SOFR"].point.value == 0.0401
    last = desk.slow.vintages.known(ms("2026-11-23T09:00")).last("SOFR")
    assert last is not None
    assert (last.period, last.value) == (date(2026, 11, 19), 4.02)
    assert [row.value for row in desk.stored if isinstance(row, Observation)][-1] == 0.0401
    desk.read("nyfed.sofr", "2026-11-24T08:05", ("SOFR", "2026-11-23", 4.0))
    assert desk.slow.doubted == {}, "the newest is believed"


def test_the_next_publisher_s_value_for_the_period_is_taken_and_used_and_stays(desk: Desk) -> None:
    three(desk, 4.00, 4.01, 4.03)
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 0.0402))
    assert counts(desk.read("ofr.sofr", "2026-11-20T10:00", ("SOFR", "2026-11-19", 4.02))) == (1, 1, 1)
    assert desk.slow.doubted == {}
    assert desk.slow.vintages.points("SOFR", ms("2026-11-20T11:00"))[-1].value == 4.02
    desk.read("nyfed.sofr", "2026-11-20T12:00", ("SOFR", "2026-11-19", 0.0402))
    assert desk.slow.vintages.points("SOFR", ms("2026-11-20T13:00"))[-1].value == 4.02, "said again, it is nothing new"
    assert desk.slow.vintages.count("SOFR", "2026-11-19") == 2


def test_another_publisher_that_says_the_same_is_stored_and_confirms(desk: Desk) -> None:
    three(desk, 4.00, 4.01, 4.03)
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 0.0402))
    desk.read("ofr.sofr", "2026-11-20T10:00", ("SOFR", "2026-11-19", 0.0402))
    point = desk.slow.vintages.points("SOFR", ms("2026-11-20T11:00"))[-1]
    assert (point.value, point.known_ms) == (0.0402, ms("2026-11-20T10:00"))
    assert desk.slow.doubted == {}


def test_a_whole_answer_by_one_factor_is_refused_as_such_however_often_it_comes(desk: Desk) -> None:
    three(desk, 4.00, 4.01, 4.03)
    for minute in (0, 1, 2):
        taken = desk.hear(
            "nyfed.sofr",
            f"2026-11-20T10:0{minute}",
            *(("SOFR", f"2026-11-{16 + n}", value) for n, value in enumerate((0.04, 0.0401, 0.0403, 0.0402))),
        )
        why = "SOFR is 100 times smaller than what was known of 3 days: another unit or base"
        assert (counts(taken), taken.refused) == ((0, 0, 0), (why,))
    assert [point.value for point in desk.slow.vintages.points("SOFR", ms("2026-11-21T00:00"))] == [4.0, 4.01, 4.03]
    assert desk.slow.wrong["SOFR"].since_ms == ms("2026-11-20T10:00")
    assert desk.slow.wrong["SOFR"].period == date(2026, 11, 19)
    three(desk, 4.00, 4.01, 4.03, 4.02)
    assert desk.slow.wrong == {}


def test_a_whole_answer_by_one_factor_is_taken_once_another_publisher_says_so_too(desk: Desk) -> None:
    three(desk, 4.00, 4.01, 4.03)
    told = [("SOFR", f"2026-11-{16 + n}", value) for n, value in enumerate((0.04, 0.0401, 0.0403, 0.0402))]
    assert desk.hear("nyfed.sofr", "2026-11-20T10:00", *told).values == 0
    desk.hear("ofr.sofr", "2026-11-20T12:00", *told)
    points = desk.slow.vintages.points("SOFR", ms("2026-11-21T00:00"))
    assert [point.value for point in points] == [0.04, 0.0401, 0.0403, 0.0402]
    assert min(point.known_ms for point in points) >= ms("2026-11-20T12:00"), "known since it was confirmed"
    assert [p.value for p in desk.slow.vintages.points("SOFR", ms("2026-11-20T11:59"))] == [4.0, 4.01, 4.03]


def test_of_a_series_that_the_user_trusts_a_whole_answer_may_be_of_another_base(desk: Desk) -> None:
    desk.slow.trust(["sofr"])
    three(desk, 4.00, 4.01, 4.03)
    three(desk, 0.04, 0.0401, 0.0403)
    assert [p.value for p in desk.slow.vintages.points("SOFR", ms("2026-11-21T00:00"))] == [0.04, 0.0401, 0.0403]


def test_what_earlier_runs_stored_wrongly_is_judged_when_it_is_read(desk: Desk) -> None:
    rows = [("2026-11-17", 4.0), ("2026-11-18", 4.01), ("2026-11-19", 0.0402)]
    kept = Vintages(Observation("SOFR", day, value, ms(f"{day}T20:00"), "nyfed") for day, value in rows)
    desk.slow.restore(kept, ())
    assert desk.slow.doubted["SOFR"].point.period == date(2026, 11, 19)


def test_what_an_earlier_run_may_have_made_of_a_doubted_row_is_told_with_its_time() -> None:
    kept: list[object] = []
    slow = Slow(SOURCES, keep=kept.append)
    days = [("2026-11-17", 4.0), ("2026-11-18", 4.01), ("2026-11-19", 0.0402), ("2026-11-20", 4.02)]
    slow.restore(Vintages(Observation("SOFR", day, value, ms(f"{day}T20:00"), "nyfed") for day, value in days), ())
    since_ms, until_ms = ms("2026-11-19T20:00"), ms("2026-11-20T20:00") + 91 * 86_400_000
    assert kept == [Doubting("SOFR", "2026-11-19", since_ms, since_ms, until_ms)]


def test_of_a_row_that_was_doubted_when_it_came_nothing_was_made(desk: Desk) -> None:
    three(desk, 4.00, 4.01, 4.03)
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 0.0402))
    (doubting,) = [one for one in desk.stored if isinstance(one, Doubting)]
    assert doubting.from_ms == doubting.to_ms == doubting.known_ms


@pytest.mark.parametrize(
    ("id_", "day"),
    [
        ("SOFR", "2026-11-23"),
        ("BTC", "2026-11-22"),
        ("CPIAUCSL", "2026-12-01"),
        ("NFCI", "2026-11-27"),
        ("GDPNOW", "2027-01-01"),
    ],
)
def test_a_value_of_a_day_to_come_is_refused(desk: Desk, id_: str, day: str) -> None:
    row = series(id_)
    assert row is not None
    taken = desk.hear(f"{row.sources[0]}.x", "2026-11-20T12:00", (id_, day, max(row.low, 1.0)))
    assert taken.refused == (f"{day} is yet to come",)


# --- how asking goes


def test_a_failure_keeps_when_it_began_and_what_was_read_before(desk: Desk) -> None:
    slow = desk.slow
    taken = desk.hear("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 4.02))
    slow.read("nyfed.sofr", ms("2026-11-20T08:05"), taken, '"tag"', "Fri, 20 Nov 2026 13:00:00 GMT")
    slow.failed("nyfed.sofr", ms("2026-11-20T14:35"), "HTTP 503")
    slow.failed("nyfed.sofr", ms("2026-11-20T14:36"), "HTTP 500")
    assert slow.polled["nyfed.sofr"] == Polled(
        "nyfed.sofr",
        asked_ms=ms("2026-11-20T14:36"),
        ok_ms=ms("2026-11-20T08:05"),
        through="2026-11-19",
        etag='"tag"',
        modified="Fri, 20 Nov 2026 13:00:00 GMT",
        failures=2,
        error="HTTP 500",
        error_ms=ms("2026-11-20T14:35"),
    )
    slow.unchanged("nyfed.sofr", ms("2026-11-20T14:37"))
    after = slow.polled["nyfed.sofr"]
    assert (after.ok_ms, after.failures, after.error, after.error_ms) == (ms("2026-11-20T14:37"), 0, "", None)
    assert (after.etag, after.through) == ('"tag"', "2026-11-19")
    assert desk.stored[-1] == after


def test_a_page_has_got_as_far_as_the_series_that_lags_most(desk: Desk) -> None:
    desk.read("coinmetrics.btc", "2026-11-20T21:00", ("BTC", "2026-11-20", 90_000.0), ("BTC.MVRV", "2026-11-12", 1.9))
    assert desk.slow.polled["coinmetrics.btc"].through == "2026-11-12"


def test_what_another_publisher_brought_is_not_where_a_page_left_off(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T08:05", ("SOFR", "2026-11-19", 4.02))
    desk.read("fred.SOFR", "2026-11-20T08:06", ("SOFR", "2026-11-18", 4.01))
    desk.read("fred.SOFR", "2026-11-20T08:07")  # and a reading without any value keeps it
    assert desk.slow.polled["fred.SOFR"].through == "2026-11-18"


def test_of_a_family_an_expired_member_holds_nothing_back(desk: Desk) -> None:
    desk.read("yahoo.wti", "2026-11-20T21:00", ("CLV26", "2026-09-22", 61.0), ("CLF27", "2026-11-20", 60.0))
    assert desk.slow.polled["yahoo.wti"].through == "2026-11-20"
    assert desk.slow.newest("CL*") == date(2026, 11, 20)
    assert desk.slow.ids("yahoo.wti") == ["CLV26", "CLF27"]


def test_a_page_that_gave_nothing_yet_has_got_nowhere(desk: Desk) -> None:
    desk.read("nyfed.sofr", "2026-11-20T08:05")
    assert desk.slow.polled["nyfed.sofr"].through is None


def test_requests_are_counted_by_publisher(desk: Desk) -> None:
    for feed in ("nyfed.sofr", "nyfed.effr", "fred.WALCL"):
        desk.slow.asking(feed)
    assert desk.slow.asked == {"nyfed": 2, "fred": 1}


def test_what_earlier_runs_kept_is_known_beside_what_this_one_knows_already(desk: Desk) -> None:
    desk.slow.add([Observation("IORB", "2025-12-11", 3.65, ms("2025-12-10T14:00"), "steps")])
    kept = Vintages([Observation("SOFR", "2026-11-19", 4.02, ms("2026-11-20T08:00"), "nyfed")])
    polled = Polled("nyfed.sofr", ms("2026-11-20T08:05"), ms("2026-11-20T08:05"), "2026-11-19")
    before = desk.slow.revision
    desk.slow.restore(kept, [polled])
    assert desk.slow.vintages.series() == ["SOFR", "IORB"]
    assert desk.slow.polled == {"nyfed.sofr": polled}
    assert desk.slow.revision > before
    assert [row for row in desk.stored if isinstance(row, Polled)] == []  # it is stored already


def test_own_rows_are_kept_once(desk: Desk) -> None:
    row = Observation("IORB", "2025-12-11", 3.65, ms("2025-12-10T14:00"), "steps")
    assert desk.slow.add([row]) == 1
    assert desk.slow.add([row]) == 0
    assert desk.stored == [row]


def test_a_running_close_is_kept_every_half_hour_and_the_final_one_at_once() -> None:
    slow = Slow(SOURCES)
    first = ms("2026-11-19T15:20")

    def seen(minutes: int, value: float, running: bool = True) -> None:
        at_ms = first + minutes * 60_000
        slow.take("yahoo.move", at_ms, [Observation("MOVE", "2026-11-19", value, at_ms, "yahoo", running)])

    seen(0, 90.0)
    seen(15, 91.0)
    seen(30, 92.0)
    seen(45, 93.0, running=False)
    rows = [(row.value, row.known_ms - first, row.provisional) for row in slow.vintages.rows("MOVE")]
    assert rows == [(90.0, 0, True), (92.0, 1_800_000, True), (93.0, 2_700_000, False)]
