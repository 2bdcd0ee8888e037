from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from feeds.topics import TapeRow
from tests.tui.hosted import NOW, dirty_rows, hosted, styles_of, text_of
from tui.theme import DIM, LONG, SHORT
from tui.widgets.lines import width_of
from tui.widgets.tape import Tape
from tui.widgets.tape_rows import arrived, fold, gather, heading, left_out, picture, row

TODAY = date(2025, 3, 12)


def event(second: int = 0, usd: float = 12_345.0, position: str = "long", venue: str = "bybit", **parts) -> TapeRow:
    """A liquidation that many seconds before now."""
    price = parts.get("price", 64_000.0)
    symbol, cached = parts.get("symbol", "BTCUSDT"), parts.get("cached", False)
    return TapeRow(NOW - 1000 * second, venue, symbol, position, usd, usd / price, price, cached)


def apart(count: int, start: int = 0) -> tuple[TapeRow, ...]:
    """Events a second apart, the newest last; each is worth its number of dollars."""
    return tuple(event(second, 1000.0 + second) for second in range(start + count - 1, start - 1, -1))


def texts(lines) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


# ---- rows


def test_the_newest_is_on_top():
    rows = (event(9, 1_000.0), event(5, 2_000.0), event(1, 3_000.0))
    assert [line.usd for line in fold(rows)] == [3_000.0, 2_000.0, 1_000.0]


def test_a_row_says_time_side_dollars_venue_bitcoin_and_price():
    line = fold([event(0, 128_000.0, "short", price=64_000.0)])
    assert texts(picture(line, TODAY, UTC, 62, 3)) == ["14:35:30 ▲ SHORT  $128.0k bybit               2.00   64,000.0"]


def test_a_long_that_was_closed_points_down_in_word_sign_and_colour():
    at = datetime.fromtimestamp(NOW / 1000, UTC)
    down, up = (row(fold([event(0, 500.0, side)])[0], at, 62) for side in ("long", "short"))
    assert down[1] == ("▼ LONG      $500 ", LONG)
    assert up[1] == ("▲ SHORT     $500 ", SHORT)


def test_times_are_told_in_the_zone_of_the_view():
    line = fold([event(0, 500.0)])
    assert texts(picture(line, TODAY, ZoneInfo("America/New_York"), 62, 3))[0].startswith("10:35:30 ▼ LONG")


def test_a_burst_of_one_venue_side_and_second_is_one_row_with_its_count():
    rows = (event(1, 1_000.0, price=64_000.0), event(1, 3_000.0, price=60_000.0), event(1, 500.0, "short"))
    short, burst = fold(rows)
    assert (short.count, short.usd) == (1, 500.0)
    assert (burst.count, burst.usd, burst.mean) == (2, 4_000.0, True)
    assert burst.price == pytest.approx(4_000 / (1_000 / 64_000 + 3_000 / 60_000))
    assert texts(picture([burst], TODAY, UTC, 62, 1)) == [
        "14:35:29 ▼ LONG     $4.0k bybit ×2          0.0656  ~60,952.4"
    ]


def test_different_venues_seconds_and_sides_are_not_folded():
    rows = (event(2), event(1), event(1, venue="okx"), event(1, position="short", venue="okx"))
    assert [line.count for line in fold(rows)] == [1, 1, 1, 1]


def test_gathered_rows_are_one_for_each_second_venue_and_side_whatever_came_between():
    rows = (
        event(1, 1_000.0),
        event(1, 500.0, venue="okx"),
        event(1, 2_000.0, symbol="BTCUSD"),
        event(1, 700.0, "short"),
        event(0, 4_000.0, venue="okx"),
    )
    lines = gather(rows)
    assert [(line.venue, line.position, line.usd, line.count, line.depth) for line in lines] == [
        ("okx", "long", 4_000.0, 1, 0),
        ("bybit", "short", 700.0, 1, 1),
        ("okx", "long", 500.0, 1, 3),
        ("bybit", "long", 3_000.0, 2, 4),
    ]
    assert [line.symbol for line in lines] == ["BTCUSDT", "BTCUSDT", "BTCUSDT", "2 symbols"]
    assert texts(picture(lines, TODAY, UTC, 44, 9))[3] == "14:35:29 ▼ LONG     $3.0k bybit ×2"


def test_what_is_kept_from_an_earlier_run_is_not_gathered_with_what_is_new():
    assert [line.count for line in gather((event(1, cached=True), event(1)))] == [1, 1]


def test_what_is_left_out_is_said_in_as_many_words_as_have_room():
    def said(width: int) -> str:
        return left_out(100_000, 38, 1_050, width)[0][0]

    assert said(70) == "only rows of $100k or more: 38 of 1,050 hidden  f: next size"
    assert said(40) == "$100k or more: 38 of 1,050 hidden"
    assert said(30) == "$100k+: 38 hidden"


def test_columns_go_whole_from_the_right_and_the_venue_is_cut_last():
    line = fold([event(0, 999_990.0, venue="kraken_futures")])
    assert texts(picture(line, TODAY, UTC, 61, 1)) == ["14:35:30 ▼ LONG    $1.00M kraken_futures     15.62   64,000.0"]
    assert texts(picture(line, TODAY, UTC, 50, 1))[0].endswith("kraken_futures     15.62")
    assert texts(picture(line, TODAY, UTC, 44, 1))[0].endswith("kraken_futures")
    assert texts(picture(line, TODAY, UTC, 36, 1))[0].endswith("kraken_fu…")
    assert texts(picture(line, TODAY, UTC, 32, 1))[0].startswith("14:35 ▼ LONG")


def test_a_count_is_never_lost_with_the_venue():
    burst = fold([event(1, 1_000.0, venue="hyperliquid")] * 12)
    for width in range(30, 62):
        assert "×12" in texts(picture(burst, TODAY, UTC, width, 1))[0]


@pytest.mark.parametrize("width", range(30, 110, 4))
def test_no_row_is_wider_than_the_tape(width):
    lines = fold([event(0, 999_990_000.0, venue="kraken_futures", price=104_000.5)] * 3)
    assert all(width_of(line) <= width for line in picture(lines, TODAY, UTC, width, 9))
    assert width_of(heading("UTC", width)) <= width


def test_the_heading_stands_over_its_columns():
    line = fold([event(0, 128_000.0)])
    for width in (40, 55, 62, 90):
        head = heading("UTC", width)[0][0]
        body = texts(picture(line, TODAY, UTC, width, 1))[0]
        for name, value in (("USD", "$128.0k"), ("BTC", "2.00"), ("price", "64,000.0")):
            if value in body:
                assert head.index(name) + len(name) == body.index(value) + len(value)


def test_another_day_and_what_is_kept_from_before_have_a_divider():
    day = 86_400
    rows = (event(day + 9, cached=True), event(9, cached=True), event(1))
    assert texts(picture(fold(rows), TODAY, UTC, 40, 9)) == [
        "14:35:29 ▼ LONG    $12.3k bybit",
        "── from an earlier run ─────────────────",
        "14:35:21 ▼ LONG    $12.3k bybit",
        "── 11 Mar from an earlier run ──────────",
        "14:35:21 ▼ LONG    $12.3k bybit",
    ]


def test_big_ones_are_bold_huge_ones_reversed_and_cached_ones_dim():
    at = datetime.fromtimestamp(NOW / 1000, UTC)

    def style(usd: float, cached: bool = False):
        return row(fold([event(0, usd, cached=cached)])[0], at, 62)[1][1]

    assert style(99_999.0) == LONG
    assert style(100_000.0).bold
    assert not style(999_999.0).reverse
    assert style(1_000_000.0).reverse
    assert style(5_000_000.0, cached=True) == LONG + DIM


def test_rows_added_are_counted_though_the_oldest_were_dropped():
    old = apart(5, start=3)
    assert arrived(old, old) == 0
    assert arrived(old, (*old[2:], event(1), event(0))) == 2
    assert arrived((), old) == 5
    assert arrived(old, apart(3)) == 3


# ---- the widget


async def test_without_a_tape_it_waits_and_with_an_empty_one_it_says_none():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(None, NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[0] == "no tape yet: waiting for the engine"
        tape.show((), NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[0] == "none heard yet"


async def test_it_has_a_heading_where_there_is_room():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(3), NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[:2] == [
            "UTC      closed       USD venue                BTC",
            "14:35:30 ▼ LONG     $1.0k bybit             0.0156",
        ]


async def test_scrolled_it_keeps_its_place_and_counts_what_came():
    tape = Tape()
    rows = apart(40, start=10)
    async with hosted(tape, 50, 8) as pilot:
        tape.show(rows, NOW, UTC)
        tape.scroll_lines(3)
        await pilot.pause()
        before = text_of(pilot)
        assert before[0] == "older  g: to the newest"
        assert before[1].startswith("14:35:17")
        tape.show((*rows[2:], event(2), event(1), event(1)), NOW, UTC)
        await pilot.pause()
        after = text_of(pilot)
        assert after[0] == "+3 new  g: to the newest"
        assert after[1:] == before[1:]
        tape.to_newest()
        await pilot.pause()
        assert text_of(pilot)[1].startswith("14:35:29 ▼ LONG    $24.7k bybit ×2")


async def test_a_burst_that_grows_does_not_move_what_was_scrolled_to():
    tape = Tape()
    rows = (*apart(30, start=2), event(1))
    async with hosted(tape, 50, 8) as pilot:
        tape.show(rows, NOW, UTC)
        tape.scroll_lines(5)
        await pilot.pause()
        before = text_of(pilot)[1:]
        tape.show((*rows, event(1)), NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[1:] == before


async def test_scrolling_stops_with_the_oldest_in_the_last_row():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(20), NOW, UTC)
        tape.scroll_pages(99)
        await pilot.pause()
        assert text_of(pilot)[-1].startswith("14:35:11")
        tape.scroll_lines(-99)
        await pilot.pause()
        assert text_of(pilot)[1].startswith("14:35:30")


async def test_a_place_that_was_dropped_gives_the_oldest_that_is_left():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(20, start=100), NOW, UTC)
        tape.scroll_lines(10)
        tape.show(apart(20), NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[0].startswith("+20 new")
        assert text_of(pilot)[-1].startswith("14:35:11")


async def test_a_tape_that_starts_anew_runs_from_the_top():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(20), NOW, UTC)
        tape.scroll_lines(4)
        tape.show((), NOW, UTC)
        tape.show(apart(3), NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[1].startswith("14:35:30")


async def test_the_same_tape_again_repaints_nothing():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(20), NOW, UTC)
        await pilot.pause()
        tape.show(apart(20), NOW + 250, UTC)
        assert dirty_rows(tape) == set()


async def test_an_event_that_joins_the_newest_row_repaints_that_row_alone():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(20), NOW, UTC)
        await pilot.pause()
        tape.show((*apart(20), event(0, 2_000_000.0)), NOW, UTC)
        assert dirty_rows(tape) == {1}
        await pilot.pause()
        assert all("reverse" in style for _, style in styles_of(pilot, 1))


async def test_names_from_outside_are_cleaned():
    tape = Tape()
    async with hosted(tape, 62, 8) as pilot:
        tape.show((event(0, venue="by\x1b[31mbit[red]"),), NOW, UTC)
        await pilot.pause()
        assert "bybit[red]" in text_of(pilot)[1]


async def test_small_rows_are_left_out_and_counted():
    tape = Tape()
    rows = (*apart(5, start=10), event(3, 150_000.0), event(2, 20_000.0), event(1, 2_000_000.0))
    async with hosted(tape, 70, 8) as pilot:
        tape.show(rows, NOW, UTC)
        tape.show_from(100_000)
        await pilot.pause()
        shown = text_of(pilot)
        assert shown[0] == "only rows of $100k or more: 6 of 8 hidden  f: next size"
        assert shown[1].startswith("UTC      closed")
        assert [row[:25].rstrip() for row in shown[2:5]] == [
            "14:35:29 ▼ LONG    $2.00M",
            "14:35:27 ▼ LONG   $150.0k",
            "",
        ]
        tape.show((*rows, event(0, 9_000.0)), NOW, UTC)
        assert dirty_rows(tape) == {0}
        tape.show_from(0)
        await pilot.pause()
        assert text_of(pilot)[0].startswith("UTC      closed")
        assert text_of(pilot)[1].startswith("14:35:30 ▼ LONG     $9.0k")


async def test_a_tape_of_which_all_is_left_out_says_so():
    tape = Tape()
    async with hosted(tape, 40, 8) as pilot:
        tape.show(apart(5), NOW, UTC)
        tape.show_from(1_000_000)
        tape.scroll_lines(2)
        await pilot.pause()
        assert text_of(pilot)[0] == "$1M or more: 5 of 5 hidden"
        assert text_of(pilot)[2:] == [""] * 6


async def test_gathered_an_event_between_others_repaints_the_row_that_it_joins():
    tape = Tape()
    rows = (event(1, 1_000.0), event(1, 500.0, venue="okx"), event(1, 700.0, "short"))
    async with hosted(tape, 50, 8) as pilot:
        tape.show(rows, NOW, UTC, gathered=True)
        await pilot.pause()
        tape.show((*rows, event(1, 2_000.0)), NOW, UTC, gathered=True)
        assert dirty_rows(tape) == {3}
        await pilot.pause()
        assert text_of(pilot)[3].startswith("14:35:29 ▼ LONG     $3.0k bybit ×2")


async def test_scrolled_it_keeps_its_place_when_rows_are_gathered():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(40), NOW, UTC)
        tape.scroll_lines(5)
        tape.show((*apart(40), event(0, venue="okx")), NOW, UTC, gathered=True)
        await pilot.pause()
        assert text_of(pilot)[0] == "+1 new  g: to the newest"
        assert text_of(pilot)[1].startswith("14:35:25")


async def test_events_that_the_engine_no_longer_tells_are_kept_to_scroll_back_to():
    tape = Tape()
    async with hosted(tape, 50, 8) as pilot:
        tape.show(apart(30, start=30), NOW, UTC)
        tape.show(apart(30, start=10), NOW, UTC)
        tape.scroll_pages(99)
        await pilot.pause()
        assert len(tape.kept) == 50
        assert text_of(pilot)[-1].startswith("14:34:31")


async def test_what_is_kept_ends_where_events_were_missed():
    tape = Tape()
    async with hosted(tape, 50, 8):
        tape.show(apart(30, start=100), NOW, UTC)
        tape.show(apart(30, start=10), NOW, UTC)
        assert tape.kept == [*apart(30, start=10)]
