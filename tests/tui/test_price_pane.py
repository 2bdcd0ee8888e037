import pytest
from msgspec.structs import replace

from feeds.settings import Chart, Settings
from feeds.topics import TIMEFRAMES, BarRow, Bars, LiveBar, Price, VenuePrice
from tests.tui.hosted import MINUTE, NOW, dirty_rows, hosted, metric, shown, styles_of, text_of, view
from tui.panes.price import PricePane
from tui.theme import LATE
from tui.widgets.lines import width_of
from tui.widgets.price_rows import head, venues_below, venues_beside

START = NOW // MINUTE * MINUTE
FRAMES = dict(zip(TIMEFRAMES, (MINUTE * m for m in (1, 5, 15, 60, 240, 1440)), strict=True))


def venue(name: str, value: float | None, premium: float | None, state: str = "fresh", age: int = 400) -> VenuePrice:
    return VenuePrice(name, "BTC-USD", "USD", True, metric(value, state, age), premium)


VENUES = (
    venue("coinbase", 64_215.5, 0.8),
    venue("kraken", 64_190.0, -3.2, age=3_000),
    venue("bitstamp", 64_100.0, None, "stale", 95_000),
    venue("hyperliquid", None, None, "down"),
)


def price(**parts) -> Price:
    changes = {"1h": metric(0.32), "24h": metric(-1.2), "7d": metric(None, "none", note="no candle a week ago")}
    return Price(
        parts.get("reference", metric(64_210.5, source="median of 2")),
        parts.get("changes", changes),
        metric(1.2),
        parts.get("venues", VENUES),
    )


def bars(timeframe: str = "1m", count: int = 300) -> tuple[Bars, LiveBar]:
    step = FRAMES[timeframe]
    end = NOW // step * step
    rows = tuple(
        BarRow(end - (count - i) * step, 64_000.0 + i, 64_003.0 + i, 63_998.0 + i, 64_001.0 + i, 5.0, True)
        for i in range(count)
    )
    running = LiveBar("coinbase", timeframe, BarRow(end, 64_300.0, 64_310.0, 64_295.0, 64_305.0, 2.0, True))
    return Bars("coinbase", "BTC-USD", timeframe, rows), running


def topics(**parts) -> dict[str, object]:
    found: dict[str, object] = {"price": parts.get("price", price())}
    for timeframe in TIMEFRAMES:
        found[f"bars.{timeframe}"], found[f"bar.{timeframe}"] = bars(timeframe)
    return found


def test_a_venue_whose_price_is_doubted_says_so_where_its_premium_would_be():
    doubted = replace(venue("coinbase", 640_000.0, None), price=replace(metric(640_000.0), quality="doubted"))
    _, row = venues_beside([doubted], NOW, 2)
    assert "".join(said for said, _ in row) == "coinbase       640,000.0 doubted   0s"
    assert [style for _, style in row][1:3] == [LATE, LATE]


# ---- the head


async def test_a_fresh_price_stands_with_its_age_changes_premium_and_source():
    rows = await shown(PricePane(), topics(), 90, 20)
    assert rows[0] == "BTC 64,210.5 0s  1h +0.32%  24h -1.20%  7d --  coinbase +1.2bp  median of 2"


async def test_in_a_narrow_pane_whole_parts_go_to_the_next_row():
    rows = await shown(PricePane(), topics(), 34, 8)
    assert rows[:2] == ["BTC 64,210.5 0s  1h +0.32%", "24h -1.20%  7d --  cb +1.2bp"]


async def test_a_price_that_is_not_fresh_says_so_with_its_age_and_the_reason():
    old = metric(64_210.5, "stale", 42_000, note="two venues needed, one fresh")
    rows = await shown(PricePane(), topics(price=price(reference=old)), 34, 8)
    assert rows[:2] == ["BTC 64,210.5 stale 42s", "two venues needed, one fresh"]


async def test_a_price_that_is_not_known_is_two_dashes_and_never_zero():
    none = metric(None, "none", note="no venue is fresh")
    rows = await shown(PricePane(), topics(price=price(reference=none)), 60, 14)
    assert rows[0] == "BTC -- --"
    assert rows[1] == "no venue is fresh"


async def test_a_change_with_doubts_says_them():
    changes = {"1h": metric(0.5, "late"), "24h": metric(-1.0, quality="partial")}
    rows = await shown(PricePane(), topics(price=price(changes=changes)), 90, 14)
    assert "1h +0.50% late  24h -1.00% partial" in rows[0]


async def test_before_anything_came_every_part_says_that_it_waits():
    rows = await shown(PricePane(), {}, 60, 12)
    assert rows[0] == "no price yet: waiting for the engine"
    assert rows[1] == "no 1m candles yet: waiting for a venue"
    assert not any(row for row in rows[2:])


async def test_text_from_outside_is_cleaned():
    odd = metric(64_210.5, "stale", source="", note="one\x1b[31m\nfresh")
    rows = await shown(PricePane(), topics(price=price(reference=odd)), 60, 12)
    assert rows[1] == "one fresh"


# ---- the venues


async def test_a_wide_pane_has_the_venues_beside_the_chart():
    rows = await shown(PricePane(), topics(), 110, 20)
    assert [row[73:] for row in rows[1:6]] == [
        "venue               last      bp  age",
        "coinbase        64,215.5    +0.8   0s",
        "kraken          64,190.0    -3.2   3s",
        "bitstamp        64,100.0   stale  95s",
        "hyperliquid           --    down   --",
    ]


async def test_a_tall_pane_has_them_below_and_a_small_one_not_at_all():
    rows = await shown(PricePane(), topics(), 80, 30)
    assert rows[-2:] == [
        "coinbase        64,215.5    +0.8   0s   kraken          64,190.0    -3.2   3s",
        "bitstamp        64,100.0   stale  95s   hyperliquid           --    down   --",
    ]
    assert not any("kraken" in row for row in await shown(PricePane(), topics(), 80, 20))


def test_venues_that_have_no_room_are_counted():
    many = tuple(venue(f"venue{i}", 64_000.0, 0.0) for i in range(9))
    beside = ["".join(text for text, _ in line) for line in venues_beside(many, NOW, 6)]
    assert beside[-1] == "and 5 more"
    assert len(beside) == 6
    below = ["".join(text for text, _ in line) for line in venues_below(many, NOW, 80, 2)]
    assert below[-1].endswith("   and 6 more")


@pytest.mark.parametrize("width", range(28, 130, 3))
def test_no_row_of_the_head_or_the_venues_is_wider_than_the_pane(width):
    stale = price(reference=metric(104_210.5, "stale", 42_000, quality="estimated", source="median of 2"))
    for rows in (2, 3):
        lines = head(stale, NOW, width, rows)
        assert len(lines) <= rows
        assert all(width_of(line) <= width for line in lines)
    if width >= 37:
        assert all(width_of(line) <= width for line in venues_below(VENUES, NOW, width, 5))


# ---- the chart in the pane


@pytest.mark.parametrize(
    ("width", "height"), [(34, 7), (36, 7), (58, 14), (68, 23), (78, 20), (100, 26), (118, 48), (131, 37)]
)
async def test_at_every_size_the_last_price_is_marked_whole_and_the_zone_is_told(width, height):
    rows = await shown(PricePane(), topics(), width, height)
    assert any("◂64,305.0" in row for row in rows)
    assert any("1m UTC" in row for row in rows)
    assert all(len(row) <= width for row in rows)


async def test_brackets_change_the_time_frame_and_stop_at_the_ends():
    rows = await shown(PricePane(), topics(), 90, 20, "]", "]")
    assert rows[1].startswith(" 1m  5m [15m] 1h  4h  1d ")
    rows = await shown(PricePane(), topics(), 90, 20, *["]"] * 9, "[")
    assert rows[1].startswith(" 1m  5m  15m  1h [4h] 1d ")


async def test_candles_of_a_day_are_told_in_utc_days():
    rows = await shown(PricePane(), topics(), 90, 20, *["]"] * 5, "h")
    assert rows[1].startswith("12 Mar 2025 UTC O 64,300.0 H 64,310.0 L 64,295.0 C 64,305.0")
    assert rows[-1].endswith("1d UTC")


async def test_the_time_frame_and_the_style_that_are_set_come_first():
    pane = PricePane()
    pane.set_up(Settings(chart=Chart(timeframe="1h", style="line")))
    rows = await shown(pane, topics(), 90, 20)
    assert rows[1].startswith(" 1m  5m  15m [1h] 4h  1d ")
    assert any("⠉" in row or "⠤" in row for row in rows)


async def test_c_draws_a_line_and_candles_again():
    assert any("⠉" in row or "⠤" in row for row in await shown(PricePane(), topics(), 60, 16, "c"))
    assert any("┃" in row or "╽" in row for row in await shown(PricePane(), topics(), 60, 16, "c", "c"))


async def test_keys_move_the_cursor_and_end_takes_it_off():
    assert (await shown(PricePane(), topics(), 90, 20, "h", "left", "h"))[1].startswith("12 Mar 14:33 UTC")
    assert (await shown(PricePane(), topics(), 90, 20, "h", "h", "h", "l", "right"))[1].startswith("12 Mar 14:35 UTC")
    assert (await shown(PricePane(), topics(), 90, 20, "h", "h", "end"))[1].startswith("[1m]")
    assert (await shown(PricePane(), topics(), 90, 20, "h", "pageup", "G"))[1].startswith("[1m]")


async def test_a_screen_back_shows_history_and_says_how_to_return():
    rows = await shown(PricePane(), topics(), 90, 20, "h", "pageup")
    assert rows[1].startswith("12 Mar 13:15 UTC")


async def test_zoom_makes_candles_wider():
    rows = await shown(PricePane(), topics(), 60, 16, "k", "up", "+")
    assert any("▛▀▜" in row or "▗▄▖" in row or "▌ ▐" in row for row in rows)
    rows = await shown(PricePane(), topics(), 60, 16, "k", "k", "j", "-", "down")
    assert any("┃┃" in row or "╽┃" in row or "╽╽" in row for row in rows)


async def test_a_small_pane_gives_a_row_to_the_candle_under_the_cursor():
    rows = await shown(PricePane(), topics(), 34, 7, "h")
    assert rows[2].startswith("14:35 C 64,305.0")


async def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("price.") for binding in PricePane.BINDINGS)


async def test_a_tick_of_the_running_candle_repaints_no_venue_and_no_head():
    pane = PricePane()
    async with hosted(pane, 110, 20) as pilot:
        first = topics()
        pane.show(view(first))
        await pilot.pause()
        moved = LiveBar("coinbase", "1m", BarRow(START, 64_300.0, 64_310.0, 64_295.0, 64_305.5, 2.1, True))
        pane.show(view({**first, "bar.1m": moved}))
        assert dirty_rows(pane.query_one("#price-head")) == set()
        assert dirty_rows(pane.query_one("#price-beside")) == set()
        assert len(dirty_rows(pane.query_one("#chart-axis"))) == 1


async def test_the_pane_draws_itself_anew_when_its_size_changes():
    pane = PricePane()
    async with hosted(pane, 60, 14) as pilot:
        pane.show(view(topics()))
        await pilot.resize_terminal(110, 20)
        await pilot.pause()
        assert any("coinbase        64,215.5" in row for row in text_of(pilot))


async def test_a_stale_price_differs_by_word_and_by_style():
    pane = PricePane()
    async with hosted(pane, 60, 14) as pilot:
        pane.show(view(topics(price=price(reference=metric(64_210.5, "stale", 42_000)))))
        await pilot.pause()
        assert ("64,210.5", "magenta") in [(t, s.removesuffix(" on default")) for t, s in styles_of(pilot, 0)]
