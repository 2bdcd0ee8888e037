import pytest

from feeds.topics import WINDOWS, Liquidations, LiqVenue, TapeRow
from tests.tui.hosted import NOW, dirty_rows, hosted, shown, styles_of, text_of, total, view
from tui.panes.liquidations import LiquidationsPane
from tui.widgets.lines import width_of
from tui.widgets.liquidation_rows import headline, spark, standing, table, venues

NOTHING = total(None, None)


def liquidations(**parts) -> Liquidations:
    windows = {
        "1m": total(0.0, 12_345.0),
        "5m": total(1_234_567.0, 245_000.0),
        "1h": total(12_340_000.0, 3_085_000.0),
        "4h": total(33_000_000.0, 51_000_000.0),
        "24h": NOTHING,
    }
    quality = {"1m": "exact", "5m": "floor", "1h": "floor", "4h": "partial", "24h": "partial"}
    note = {
        "5m": "binance_usdm sampled",
        "1h": "binance_usdm sampled",
        "4h": "bybit: heard since 13:02",
        "24h": "no venue was heard for 24 h",
    }
    return Liquidations(
        {**windows, **parts.get("windows", {})},
        parts.get("state", "fresh"),
        {**quality, **parts.get("quality", {})},
        {**note, **parts.get("note", {})},
        parts.get("venues", VENUES),
        parts.get("spark_long", tuple(float(i) for i in range(30))),
        parts.get("spark_short", (0.0,) * 29 + (29.0,)),
        NOW - parts.get("age", 2_000),
    )


def of_venue(name: str, long_usd: float | None, short_usd: float | None, complete: str = "all", **parts) -> LiqVenue:
    windows = dict.fromkeys(WINDOWS, total(long_usd, short_usd))
    return LiqVenue(name, complete, parts.get("state", "live"), windows, parts.get("partial", {}))


VENUES = (
    of_venue("bybit", 3_000_000.0, 1_000_000.0, partial={"4h": "heard since 13:02"}),
    of_venue("binance_usdm", 9_340_000.0, 2_085_000.0, "sampled"),
    of_venue("hyperliquid", None, None, state="down"),
)


def tape(count: int) -> tuple[TapeRow, ...]:
    return tuple(
        TapeRow(NOW - 1000 * second, "bybit", "BTCUSDT", "long", 12_000.0, 0.1875, 64_000.0)
        for second in range(count - 1, -1, -1)
    )


def topics(**parts) -> dict[str, object]:
    return {"liquidations": liquidations(**parts), "tape": tape(60)}


def texts(lines) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


# ---- the headline


def test_the_headline_compares_both_sides_and_marks_a_floor():
    assert texts(headline(liquidations(), "1h", 60)) == [
        "1h  LONG ▼   ≥$12.34M    ≥246.80 BTC  █████████████████████",
        "    SHORT ▲   ≥$3.08M     ≥61.70 BTC  █████▎",
    ]


def test_an_exact_total_has_no_sign():
    assert texts(headline(liquidations(), "1m", 36)) == [
        "1m  LONG ▼         $0",
        "    SHORT ▲    $12.3k  ████████████",
    ]


def test_what_is_not_known_is_two_dashes_and_no_bar():
    rows = texts(headline(liquidations(), "24h", 70))
    assert rows == [
        "24h LONG ▼         --             --       --",
        "    SHORT ▲        --             --       --",
    ]


def test_a_window_that_never_came_is_not_known_either():
    lacking = Liquidations({}, "none", {}, {}, (), (), (), None)
    assert texts(headline(lacking, "1h", 36)) == ["1h  LONG ▼         --", "    SHORT ▲        --"]
    assert texts(standing(lacking, "1h", NOW, 60)) == ["· none --  partial"]
    assert spark(lacking, 60) == []


def test_old_totals_are_drawn_in_the_style_of_their_state():
    fresh, stale = (headline(liquidations(state=state), "1h", 60)[0][2][1] for state in ("fresh", "stale"))
    assert (fresh.color.name, stale.color.name) == ("red", "magenta")


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("1m", "● fresh 2s"),
        ("1h", "● fresh 2s  ≥ binance_usdm sampled"),
        ("4h", "● fresh 2s  partial: bybit: heard since 13:02"),
    ],
)
def test_the_row_below_says_how_far_to_believe_them(window, words):
    assert texts(standing(liquidations(), window, NOW, 70)) == [words]


def test_a_floor_without_a_note_is_explained_all_the_same():
    assert texts(standing(liquidations(note={"1h": ""}), "1h", NOW, 70)) == [
        "● fresh 2s  ≥ some venues publish a sample"
    ]


def test_a_note_makes_an_exact_total_partial():
    noted = liquidations(quality={"1m": "exact"}, note={"1m": "okx: cut at 14:20"})
    assert texts(standing(noted, "1m", NOW, 70)) == ["● fresh 2s  partial: okx: cut at 14:20"]
    assert "≥$12.3k" in texts(headline(noted, "1m", 60))[1]


def test_a_floor_that_a_venue_was_not_wholly_heard_for_is_partial_as_well():
    note = "binance_usdm sampled; bybit: heard for 3m only"
    cut = of_venue("bybit", 3_000_000.0, 1_000_000.0, partial={"1h": "heard for 3m only"})
    floor = liquidations(note={"1h": note}, venues=(cut, *VENUES[1:]))
    assert texts(standing(floor, "1h", NOW, 90)) == [f"● fresh 2s  partial: {note}"]
    assert texts(table(floor, "1h", 60))[3].split() == ["floor", "partial", "partial", "partial"]


def test_totals_that_stopped_say_their_state_and_age():
    assert texts(standing(liquidations(state="stale", age=95_000), "1m", NOW, 70)) == ["○ stale 95s"]


def test_words_go_on_in_the_next_row_or_end_in_a_sign_that_they_do():
    assert texts(standing(liquidations(), "4h", NOW, 36)) == ["● fresh 2s  partial: bybit: heard …"]
    assert texts(standing(liquidations(), "4h", NOW, 36, 2)) == ["● fresh 2s  partial: bybit: heard", "  since 13:02"]


# ---- the sections


def test_the_last_minutes_are_drawn_to_one_scale():
    rows = texts(spark(liquidations(), 60))
    assert rows[0] == "5m ▼ ·▁▁▁▂▂▂▂▃▃▃▄▄▄▄▅▅▅▅▆▆▆▇▇▇▇████  peak $29 in 10s"
    assert rows[1] == "   ▲ " + "·" * 29 + "█"


def test_in_little_room_two_buckets_share_a_column():
    rows = texts(spark(liquidations(), 32))
    assert [len(row) for row in rows] == [20, 20]
    assert rows[1] == "   ▲ " + "·" * 14 + "▅"


def test_the_table_has_every_window_with_its_quality_in_words():
    assert texts(table(liquidations(), "1h", 60)) == [
        "                1m        5m      [1h]        4h       24h",
        "LONG ▼          $0   ≥$1.23M  ≥$12.34M  ≥$33.00M        --",
        "SHORT ▲     $12.3k  ≥$245.0k   ≥$3.08M  ≥$51.00M        --",
        "                       floor     floor   partial   partial",
    ]


def test_windows_that_have_no_room_go_whole():
    assert texts(table(liquidations(), "1h", 40))[0].split() == ["5m", "[1h]", "24h"]
    assert table(liquidations(), "1h", 27) == []


def test_venues_stand_by_size_and_say_if_they_tell_all():
    assert texts(venues(VENUES, "1h", 9)) == [
        "venue             LONG ▼   SHORT ▲ 1h",
        "binance_usdm     ≥$9.34M   ≥$2.08M ● sampled",
        "bybit             $3.00M    $1.00M ● all",
        "hyperliquid           --        -- ✕ down",
    ]
    assert texts(venues(VENUES, "4h", 9))[2] == "bybit            ≥$3.00M   ≥$1.00M ● partial"


def test_venues_that_have_no_room_are_counted():
    assert texts(venues(VENUES, "1h", 3))[-1] == "and 2 more"


@pytest.mark.parametrize("width", range(30, 131, 3))
@pytest.mark.parametrize("window", WINDOWS)
def test_no_row_is_wider_than_the_pane(width, window):
    huge = liquidations(windows={"1h": total(123_456_789.0, 999_990_000.0)})
    rows = [*headline(huge, window, width), *standing(huge, window, NOW, width, 2), *spark(huge, width)]
    rows += table(huge, window, width)
    assert all(width_of(row) <= width for row in rows)


# ---- the pane


async def test_the_smallest_pane_keeps_totals_their_standing_and_the_tape():
    rows = await shown(LiquidationsPane(), topics(), 34, 7)
    assert rows[0].startswith("1h  LONG ▼   ≥$12.34M  █")
    assert rows[1].startswith("    SHORT ▲")
    assert rows[2] == "● fresh 2s  ≥ binance_usdm sampled"
    assert rows[3] == "14:35 ▼ LONG    $12.0k bybit"
    assert len(rows) == 7


async def test_sections_come_with_room():
    def has(rows: list[str]) -> tuple[bool, bool, bool]:
        words = "\n".join(rows)
        return "5m ▼" in words, "[1h]" in words, "LONG ▼   SHORT ▲" in words

    assert has(await shown(LiquidationsPane(), topics(), 46, 9)) == (False, False, False)
    assert has(await shown(LiquidationsPane(), topics(), 46, 10)) == (True, False, False)
    assert has(await shown(LiquidationsPane(), topics(), 46, 14)) == (True, True, False)
    assert has(await shown(LiquidationsPane(), topics(), 46, 22)) == (True, True, True)
    assert has(await shown(LiquidationsPane(), topics(), 110, 12)) == (True, False, True)


async def test_w_takes_the_next_window():
    rows = await shown(LiquidationsPane(), topics(), 60, 12, "w")
    assert rows[0].startswith("4h  LONG ▼   ≥$33.00M")
    assert rows[2] == "● fresh 2s  partial: bybit: heard since 13:02"
    rows = await shown(LiquidationsPane(), topics(), 60, 12, "w", "w", "w")
    assert rows[0].startswith("1m  LONG ▼         $0")


async def test_keys_scroll_the_tape_and_g_goes_to_the_newest():
    rows = await shown(LiquidationsPane(), topics(), 60, 9, "j", "down")
    assert rows[4].startswith("14:35:28")
    rows = await shown(LiquidationsPane(), topics(), 60, 9, "j", "j", "j", "k", "up")
    assert rows[4].startswith("14:35:29")
    rows = await shown(LiquidationsPane(), topics(), 60, 9, "j", "j", "j", "k", "up", "up")
    assert rows[4].startswith("14:35:30")
    for key in ("g", "end"):
        rows = await shown(LiquidationsPane(), topics(), 60, 20, "pagedown", "pagedown", "pageup", key)
        assert not any("to the newest" in row for row in rows)


async def test_before_anything_came_it_says_that_it_waits():
    rows = await shown(LiquidationsPane(), {}, 60, 10)
    assert rows[:2] == ["no totals yet: waiting for the engine", "no tape yet: waiting for the engine"]


async def test_a_new_event_repaints_the_tape_and_not_the_venues():
    pane = LiquidationsPane()
    async with hosted(pane, 110, 30) as pilot:
        first = topics()
        pane.show(view(first))
        await pilot.pause()
        newest = TapeRow(NOW, "okx", "BTC-USDT-SWAP", "short", 2_000_000.0, 31.25, 64_000.0)
        pane.show(view({**first, "tape": (*first["tape"], newest)}))
        assert dirty_rows(pane.query_one("#liq-head")) == set()
        assert dirty_rows(pane.query_one("#liq-beside")) == set()
        assert dirty_rows(pane.query_one("#liq-tape"))
        await pilot.pause()
        top = next(y for y, row in enumerate(text_of(pilot)) if "▲ SHORT   $2.00M okx" in row)
        assert "reverse" in styles_of(pilot, top)[0][1]


async def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("liquidations.") for binding in LiquidationsPane.BINDINGS)
