from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from feeds.topics import BarRow, Bars, LiveBar
from tests.tui.hosted import MINUTE, NOW, dirty_rows, hosted, styles_of, text_of
from tui.widgets.candle_chart import axis_width, heights, running, window
from tui.widgets.candle_rows import candles, line, spans, under, volume, volume_scale
from tui.widgets.candle_words import readout
from tui.widgets.candles import Candles
from tui.widgets.scale import Scale, fitted, nice, price_ticks, time_ticks

SCALE = Scale(0, 80)  # over four rows: ten dollars to half a cell
START = NOW // MINUTE * MINUTE


def bar(o: float, h: float, l: float, c: float, v: float = 1, complete: bool = True, t: int = 0) -> BarRow:  # noqa: E741
    return BarRow(t, o, h, l, c, v, complete)


def text_rows(grid) -> list[str]:
    return ["".join(text for text, _ in spans(row)) for row in grid]


def columns(*bars: BarRow | None, pitch: int = 1) -> list[str]:
    return text_rows(candles(bars, SCALE, 4, pitch))


def chart_bars(*closes: float, timeframe: str = "1m", cached: bool = False, skip: tuple[int, ...] = ()) -> Bars:
    """Closed candles of a minute each up to the running one, rising or falling by their closes."""
    rows = []
    for i, (before, close) in enumerate(zip((closes[0], *closes), closes, strict=False)):
        t = START - (len(closes) - i) * MINUTE
        if i not in skip:
            rows.append(BarRow(t, before, max(before, close), min(before, close), close, 2.0, True))
    return Bars("coinbase", "BTC-USD", timeframe, tuple(rows), cached)


def live(o: float, h: float, l: float, c: float, v: float = 1.0) -> LiveBar:  # noqa: E741
    return LiveBar("coinbase", "1m", BarRow(START, o, h, l, c, v, True))


# ---- one candle


def test_a_rising_candle_is_a_heavy_line_with_thin_wicks():
    assert columns(bar(30, 75, 5, 60)) == ["│", "┃", "┃", "│"]


def test_body_and_wick_may_share_a_cell_of_a_rising_candle():
    assert columns(bar(35, 75, 5, 65)) == ["╽", "┃", "╿", "│"]


def test_wicks_end_in_the_middle_of_a_cell():
    assert columns(bar(35, 65, 15, 45)) == ["╷", "╽", "╿", "╵"]


def test_a_falling_candle_is_thick_so_that_it_differs_without_colour():
    assert columns(bar(60, 75, 5, 30)) == ["│", "▌", "▌", "│"]
    assert columns(bar(65, 75, 5, 35)) == ["▖", "▌", "▘", "│"]


def test_a_candle_that_did_not_move_is_half_a_cell():
    assert columns(bar(35, 35, 35, 35)) == ["", "", "╹", ""]


def test_a_candle_that_is_not_complete_is_dashed_and_dim():
    whole = bar(30, 75, 5, 60, complete=False)
    assert columns(whole) == ["┆", "┇", "┇", "┆"]
    assert columns(bar(60, 75, 5, 30, complete=False)) == ["┆", "▒", "▒", "┆"]
    assert all(style.dim for row in candles([whole], SCALE, 4, 1) for _, _, style in row)


def test_a_missing_candle_is_an_empty_column():
    assert columns(bar(30, 75, 5, 60), None, bar(60, 75, 5, 30)) == ["│ │", "┃ ▌", "┃ ▌", "│ │"]


def test_two_columns_leave_a_space_between_candles():
    assert columns(bar(30, 75, 5, 60), bar(60, 75, 5, 30), pitch=2) == ["│ │", "┃ ▌", "┃ ▌", "│ │"]


def test_wide_candles_are_hollow_if_they_rise_and_solid_if_they_fall():
    assert columns(bar(15, 75, 5, 65), bar(65, 75, 5, 15), pitch=4) == ["▗▄▖ ▄▄▄", "▌ ▐ ███", "▌ ▐ ███", "▝▀▘ ▀▀▀"]
    assert columns(bar(25, 75, 5, 55), pitch=4) == [" │ ", "▛▀▜", "▙▄▟", " │ "]


def test_prices_outside_the_scale_stay_at_its_edge():
    assert columns(bar(30, 900, -900, 60)) == ["│", "┃", "┃", "│"]


def test_neighbours_of_one_colour_are_one_piece_of_text():
    grid = candles([bar(30, 75, 5, 60), bar(30, 75, 5, 60), bar(60, 75, 5, 30)], SCALE, 4, 1)
    assert [text for text, _ in spans(grid[1])] == ["┃┃", "▌"]


# ---- line and volume


def test_a_line_has_eight_dots_to_a_cell():
    rising = [bar(0, 0, 0, close) for close in (5, 25, 45, 65)]
    assert text_rows(line(rising, SCALE, 2, 1)) == ["  ⢀⡴", "⢀⡴⠋"]


def test_a_line_breaks_where_a_candle_is_missing():
    flat = bar(40, 40, 40, 40)
    assert text_rows(line([flat, flat, None, flat], SCALE, 1, 1)) == ["⠠⠤ ⠠"]


def test_volume_is_drawn_in_eighths_over_both_rows():
    bars = [bar(0, 1, 0, 1, v) for v in (1, 8, 16)]
    assert text_rows(volume(bars, 2, 1, 16.0)) == ["  █", "▁██"]


def test_no_volume_is_no_bar():
    assert text_rows(volume([bar(0, 1, 0, 1, 0.0), None], 1, 1, 1.0)) == [""]
    assert volume_scale(0.0) == 1.0
    assert volume_scale(13.2) == 15.0


def test_what_lies_behind_shows_only_where_nothing_is_drawn():
    grid = candles([bar(30, 75, 5, 60)], SCALE, 4, 1)
    under(grid, 1, [(0, "·", grid[1][0][2]), (2, "·", grid[1][0][2])])
    assert text_rows(grid)[1] == "┃ ·"


# ---- scales


def test_a_scale_holds_its_prices_with_some_air():
    scale = fitted(None, 64_000, 64_400)
    assert scale == Scale(63_970, 64_430)


def test_a_price_that_does_not_move_has_a_scale_around_it():
    scale = fitted(None, 64_000, 64_000)
    assert scale.low < 64_000 < scale.high
    assert scale.high - scale.low < 64_000 * 0.001


def test_a_new_high_within_the_air_keeps_the_scale():
    scale = fitted(None, 64_000, 64_400)
    assert fitted(scale, 64_000, 64_429) is scale


def test_a_new_high_beyond_it_makes_a_new_scale():
    scale = fitted(None, 64_000, 64_400)
    assert fitted(scale, 64_000, 64_431).high > 64_431


def test_a_scale_is_let_go_only_when_the_bars_fill_little_of_it():
    scale = fitted(None, 64_000, 64_400)
    assert fitted(scale, 64_060, 64_340) is scale
    assert fitted(scale, 64_100, 64_300) == Scale(64_085, 64_315)


@pytest.mark.parametrize(("least", "step"), [(1, 1), (1.2, 2), (3, 5), (70, 100), (0.03, 0.05)])
def test_steps_are_one_two_or_five(least, step):
    assert nice(least) == pytest.approx(step)


def test_the_price_axis_has_readable_steps():
    assert price_ticks(Scale(63_900, 64_300), 16) == {0: "64,300", 4: "64,200", 8: "64,100", 12: "64,000"}


def test_small_steps_have_the_places_they_need():
    assert price_ticks(Scale(99.9, 100.1), 8) == {0: "100.1", 4: "100.0"}


def test_times_are_labelled_where_their_step_begins():
    slots = range(START - 20 * MINUTE, START + MINUTE, MINUTE)  # 14:15 to 14:35
    assert time_ticks(slots, 1, UTC, MINUTE) == [(5, "14:20"), (15, "14:30")]


def test_local_midnight_says_the_date_even_if_an_hour_stood_there():
    midnight = 1_741_734_000_000  # 2025-03-12 00:00 in Berlin, 23:00 UTC the day before
    slots = range(midnight - 6 * 60 * MINUTE, midnight + 7 * 60 * MINUTE, 60 * MINUTE)
    berlin = ZoneInfo("Europe/Berlin")
    assert (6, "12 Mar") in time_ticks(slots, 2, berlin, 60 * MINUTE)


def test_candles_of_four_hours_get_labels_in_a_zone_that_their_hours_miss():
    slots = range(0, 40 * 240 * MINUTE, 240 * MINUTE)  # 01:00, 05:00, ... in Berlin
    labels = time_ticks(slots, 2, ZoneInfo("Europe/Berlin"), 240 * MINUTE)
    assert labels[:3] == [(6, "2 Jan"), (12, "3 Jan"), (18, "4 Jan")]


def test_candles_of_a_day_are_days_of_utc_and_begin_weeks_on_monday():
    day = 1440 * MINUTE
    slots = range(0, 30 * day, day)
    new_york = ZoneInfo("America/New_York")
    assert time_ticks(slots, 2, new_york, day) == [(4, "5 Jan"), (11, "12 Jan"), (18, "19 Jan"), (25, "26 Jan")]


# ---- what is in view


def test_the_newest_candle_is_in_the_last_column():
    slots = window(START, NOW, None, None, 10, MINUTE)
    assert (slots[0], slots[-1], len(slots)) == (START - 9 * MINUTE, START, 10)


def test_time_goes_on_without_candles_but_not_over_all_the_view():
    assert window(START - MINUTE, NOW, None, None, 20, MINUTE)[-1] == START
    assert window(START - 500 * MINUTE, NOW, None, None, 20, MINUTE)[-1] == START - 495 * MINUTE


def test_a_cursor_beyond_the_left_edge_takes_the_view_along():
    cursor = START - 30 * MINUTE
    slots = window(START, NOW, None, cursor, 20, MINUTE)
    assert slots.index(cursor) == 5
    assert slots[-1] < START


def test_a_running_candle_of_another_venue_or_already_closed_is_not_joined():
    bars = chart_bars(100, 101)
    own = live(101, 101, 101, 101)
    assert running(bars, own) == own.row
    assert running(bars, LiveBar("kraken", "1m", own.row)) is None
    assert running(bars, LiveBar("coinbase", "5m", own.row)) is None
    assert running(bars, LiveBar("coinbase", "1m", bars.rows[-1])) is None
    assert running(bars, LiveBar("coinbase", "1m", None)) is None


def test_rows_go_to_volume_and_times_only_where_there_are_enough():
    assert [heights(h) for h in (3, 4, 12, 22)] == [(3, 0, 0), (3, 0, 1), (10, 1, 1), (19, 2, 1)]


def test_the_axis_is_as_wide_as_its_longest_price():
    assert axis_width(104_200.5) == len("◂104,200.5")


def test_a_readout_drops_whole_numbers_and_keeps_the_close():
    row = BarRow(START, 64_000.0, 64_250.0, 63_900.5, 64_210.5, 12.3, False)
    wide = "".join(text for text, _ in readout(START, row, UTC, MINUTE, 120))
    assert wide == ("12 Mar 14:35 UTC O 64,000.0 H 64,250.0 L 63,900.5 C 64,210.5 +0.33% V 12.30 BTC partial")
    narrow = "".join(text for text, _ in readout(START, row, UTC, MINUTE, 30))
    assert narrow == "14:35 C 64,210.5 partial"


# ---- the widget


async def drawn(bars: Bars | None, running_bar: LiveBar | None, width: int, height: int) -> list[str]:
    chart = Candles()
    async with hosted(chart, width, height) as pilot:
        chart.draw(bars, running_bar, "1m", NOW, UTC)
        await pilot.pause()
        return text_of(pilot)


async def test_a_small_chart_is_exact():
    bars = chart_bars(100, 110, 120, 130, 120, 110)
    assert await drawn(bars, live(110, 125, 105, 120), 24, 8) == [
        "[1m]  coinbase BTC-USD",
        "            ┃▌",
        "            ┃▌ │",
        "          ·┃╹▘▌┃ ◂120.00",
        "          ╻┃  ▌┃",
        "          ┃    │",
        "         ╻┃          100",
        "          ╵14:30  1m UTC",
    ]


async def test_a_gap_in_time_is_a_gap_in_the_chart():
    bars = chart_bars(100, 110, 120, 130, 120, 110, skip=(3, 4))
    rows = await drawn(bars, live(110, 125, 105, 120), 24, 8)
    assert [row[9:16] for row in rows[1:7]] == [
        "      │",
        " ·┃  ▌┃",
        "  ┃  ▌┃",
        " ╻┃  ▌┃",
        " ┃    │",
        "╻┃     ",
    ]


async def test_without_bars_it_says_what_it_waits_for():
    assert (await drawn(None, None, 50, 5))[0] == "no 1m candles yet: waiting for a venue"
    empty = Bars("coinbase", "BTC-USD", "1m", ())
    assert (await drawn(empty, LiveBar("coinbase", "1m", None), 50, 5))[0] == "no 1m candles yet: waiting for coinbase"


async def test_a_single_running_candle_is_a_chart():
    rows = await drawn(Bars("coinbase", "BTC-USD", "1m", ()), live(100, 100, 100, 100), 30, 6)
    assert [row for row in rows if "╻" in row or "╹" in row] == ["      ·         ·    ╹ ◂100.00"]


async def test_cached_candles_are_dim_and_say_so():
    chart = Candles()
    async with hosted(chart, 60, 10) as pilot:
        chart.draw(chart_bars(100, 110, 120, cached=True), None, "1m", NOW, UTC)
        await pilot.pause()
        assert "cached until live" in text_of(pilot)[0]
        pieces = [style for row in range(1, 8) for text, style in styles_of(pilot, row) if "┃" in text]
        assert pieces
        assert all("dim" in style for style in pieces)


async def test_candles_that_stopped_say_since_when():
    chart = Candles()
    async with hosted(chart, 60, 10) as pilot:
        chart.draw(chart_bars(100, 110, 120), None, "1m", NOW + 12 * MINUTE, UTC)
        await pilot.pause()
        assert "last candle ended 12m ago" in text_of(pilot)[0]


# ---- what is repainted


async def test_a_tick_within_half_a_cell_repaints_only_the_mark_of_the_last_price():
    chart = Candles()
    async with hosted(chart, 24, 8) as pilot:
        bars = chart_bars(100, 110, 120, 130, 120, 110)
        chart.draw(bars, live(110, 125, 105, 120), "1m", NOW, UTC)
        await pilot.pause()
        chart.draw(bars, live(110, 125, 105, 120.4), "1m", NOW, UTC)
        assert dirty_rows(chart.query_one("#chart-plot")) == set()
        assert dirty_rows(chart.query_one("#chart-axis")) == {2}
        assert dirty_rows(chart.query_one("#chart-head")) == set()


async def test_a_tick_repaints_only_the_rows_that_the_running_candle_changed():
    chart = Candles()
    async with hosted(chart, 24, 8) as pilot:
        bars = chart_bars(100, 110, 120, 130, 120, 110)
        chart.draw(bars, live(110, 125, 105, 120), "1m", NOW, UTC)
        await pilot.pause()
        chart.draw(bars, live(110, 125, 105, 121), "1m", NOW, UTC)
        assert dirty_rows(chart.query_one("#chart-plot")) == {1}
        assert dirty_rows(chart.query_one("#chart-axis")) == {1, 2}


async def test_a_new_high_within_the_scale_does_not_repaint_the_chart():
    chart = Candles()
    async with hosted(chart, 24, 8) as pilot:
        bars = chart_bars(100, 110, 120, 130, 120, 110)
        chart.draw(bars, live(110, 125, 105, 120), "1m", NOW, UTC)
        await pilot.pause()
        chart.draw(bars, live(110, 131, 105, 120), "1m", NOW, UTC)
        assert dirty_rows(chart.query_one("#chart-plot")) == {0}
        await pilot.pause()
        chart.draw(bars, live(110, 150, 105, 120), "1m", NOW, UTC)
        assert dirty_rows(chart.query_one("#chart-plot")) == {0, 1, 2, 3, 4, 5}


async def test_the_same_bars_again_repaint_nothing():
    chart = Candles()
    async with hosted(chart, 40, 12) as pilot:
        bars, now = chart_bars(100, 110, 120), live(120, 125, 118, 121)
        chart.draw(bars, now, "1m", NOW, UTC)
        await pilot.pause()
        chart.draw(bars, now, "1m", NOW + 250, UTC)
        assert not any(dirty_rows(part) for part in chart.query("Lines"))


async def test_the_line_of_the_running_candle_meets_the_line_before_it():
    chart = Candles()
    async with hosted(chart, 24, 8) as pilot:
        bars = chart_bars(100, 110, 120, 130, 120, 110)
        chart.draw(bars, live(110, 125, 105, 120), "1m", NOW, UTC)
        chart.toggle_line()
        await pilot.pause()
        together = text_of(pilot)
        closed = chart_bars(100, 110, 120, 130, 120, 110, 120)
        moved = Bars("coinbase", "BTC-USD", "1m", tuple(BarRow(r.t + MINUTE, *_rest(r)) for r in closed.rows))
        chart.draw(moved, None, "1m", NOW, UTC)
        await pilot.pause()
        assert [row[:16] for row in text_of(pilot)[1:7]] == [row[:16] for row in together[1:7]]


def _rest(row: BarRow) -> tuple[float, float, float, float, float, bool]:
    return row.o, row.h, row.l, row.c, row.v, row.complete


# ---- cursor, history, zoom


async def test_the_cursor_reads_one_candle_and_goes_back_into_history():
    chart = Candles()
    closes = [64_000.0 + 10 * (i % 7) for i in range(60)]
    async with hosted(chart, 80, 12) as pilot:
        chart.draw(chart_bars(*closes), live(64_000, 64_050, 63_990, 64_020), "1m", NOW, UTC)
        chart.move(-1)
        await pilot.pause()
        assert text_of(pilot)[0].startswith("12 Mar 14:35 UTC O 64,000.0 H 64,050.0 L 63,990.0 C 64,020.0")
        chart.zoom(1)
        chart.zoom(1)
        chart.move(-40)
        await pilot.pause()
        assert text_of(pilot)[0].startswith("12 Mar 13:55 UTC")
        assert any("▴13:55" in row or "13:55▴" in row for row in text_of(pilot))
        chart.to_now()
        await pilot.pause()
        assert text_of(pilot)[0].startswith("[1m] 5m")


async def test_the_cursor_stops_at_the_oldest_candle():
    chart = Candles()
    async with hosted(chart, 80, 12) as pilot:
        chart.draw(chart_bars(100, 110, 120), live(120, 125, 118, 121), "1m", NOW, UTC)
        chart.move(-1)
        chart.move(-500)
        await pilot.pause()
        assert text_of(pilot)[0].startswith("12 Mar 14:32 UTC O 100.00")


async def test_a_cursor_on_a_missing_candle_says_so():
    chart = Candles()
    async with hosted(chart, 80, 12) as pilot:
        chart.draw(chart_bars(100, 110, 120, 130, skip=(2,)), live(130, 135, 128, 131), "1m", NOW, UTC)
        chart.move(-1)
        chart.move(-2)
        await pilot.pause()
        assert text_of(pilot)[0] == "12 Mar 14:33 UTC no candle"


async def test_history_stays_in_view_when_new_candles_come():
    chart = Candles()
    closes = [64_000.0 + 10 * (i % 7) for i in range(90)]
    async with hosted(chart, 50, 12) as pilot:
        bars = chart_bars(*closes)
        chart.draw(bars, live(64_000, 64_050, 63_990, 64_020), "1m", NOW, UTC)
        chart.move(-1)
        chart.move(-60)
        await pilot.pause()
        before = text_of(pilot)
        newer = Bars("coinbase", "BTC-USD", "1m", (*bars.rows, live(64_000, 64_050, 63_990, 64_030).row))
        running_bar = LiveBar("coinbase", "1m", BarRow(START + MINUTE, 64_030, 64_031, 64_029, 64_030, 1, True))
        chart.draw(newer, running_bar, "1m", NOW + MINUTE, UTC)
        await pilot.pause()
        after = text_of(pilot)
        assert [row[:40] for row in after] == [row[:40] for row in before]


async def test_another_time_frame_starts_at_now_without_a_cursor():
    chart = Candles()
    async with hosted(chart, 80, 12) as pilot:
        chart.draw(chart_bars(100, 110, 120), live(120, 125, 118, 121), "1m", NOW, UTC)
        chart.move(-1)
        chart.draw(Bars("coinbase", "BTC-USD", "5m", ()), None, "5m", NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[0] == "no 5m candles yet: waiting for coinbase"
