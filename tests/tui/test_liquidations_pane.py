from datetime import UTC

import pytest

from feeds.topics import WINDOWS, Cascade, Ladder, Liquidations, LiqVenue, Price, TapeRow
from tests.tui.hosted import NOW, dirty_rows, hosted, metric, shown, styles_of, text_of, total, view
from tui.pane import View
from tui.panes.liquidations import LiquidationsPane
from tui.widgets.lines import Lines, width_of
from tui.widgets.liquidation_rows import headline, spark, standing, table
from tui.widgets.venue_rows import ranked, venues

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
        parts.get("level", "calm"),
        **{name: parts[name] for name in ("level_since_ms", "level_notes", "running", "without") if name in parts},
    )


def of_venue(name: str, long_usd: float | None, short_usd: float | None, complete: str = "all", **parts) -> LiqVenue:
    windows = dict.fromkeys(WINDOWS, total(long_usd, short_usd))
    state, partial = parts.get("state", "live"), parts.get("partial", {})
    return LiqVenue(name, complete, state, windows, partial, parts.get("saturation", 0.0))


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


def test_the_quality_says_whether_a_total_is_whole_and_its_note_does_not():
    noted = liquidations(quality={"1m": "exact"}, note={"1m": "read afterwards at 14:20"})
    assert texts(standing(noted, "1m", NOW, 70)) == ["● fresh 2s"]
    assert " $12.3k" in texts(headline(noted, "1m", 60))[1]


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
    assert texts(venues(ranked(VENUES, "1h"), "1h", 9)) == [
        "venue             LONG ▼   SHORT ▲ 1h",
        "binance_usdm     ≥$9.34M   ≥$2.08M ● sampled",
        "bybit             $3.00M    $1.00M ● all",
        "hyperliquid           --        -- ✕ down",
    ]
    assert texts(venues(VENUES, "4h", 9))[1] == "bybit            ≥$3.00M   ≥$1.00M ● partial"


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


async def test_the_smallest_pane_keeps_level_totals_their_standing_and_the_tape():
    rows = await shown(LiquidationsPane(), topics(), 34, 7)
    assert rows[0] == "· CALM"
    assert rows[1].startswith("1h  LONG ▼   ≥$12.34M  █")
    assert rows[2].startswith("    SHORT ▲")
    assert rows[3] == "● fresh 2s  ≥ binance_usdm sampled"
    assert rows[4] == "14:35 ▼ LONG    $12.0k bybit"
    assert len(rows) == 7


async def test_sections_come_with_room():
    def has(rows: list[str]) -> str:
        words = "\n".join(rows)
        found = {"views": "[tape]", "spark": "5m ▼", "table": "[1h]", "venues": "LONG ▼   SHORT ▲"}
        return " ".join(name for name, sign in found.items() if sign in words)

    assert has(await shown(LiquidationsPane(), topics(), 46, 8)) == ""
    assert has(await shown(LiquidationsPane(), topics(), 46, 9)) == "views"
    assert has(await shown(LiquidationsPane(), topics(), 46, 13)) == "views spark"
    assert has(await shown(LiquidationsPane(), topics(), 46, 21)) == "views spark table"
    assert has(await shown(LiquidationsPane(), topics(), 46, 26)) == "views spark table venues"
    assert has(await shown(LiquidationsPane(), topics(), 110, 12)) == "views spark venues"


async def test_w_takes_the_next_window():
    rows = await shown(LiquidationsPane(), topics(), 60, 12, "w")
    assert rows[2].startswith("4h  LONG ▼   ≥$33.00M")
    assert rows[4] == "● fresh 2s  partial: bybit: heard since 13:02"
    rows = await shown(LiquidationsPane(), topics(), 60, 12, "w", "w", "w")
    assert rows[2].startswith("1m  LONG ▼         $0")


async def test_keys_scroll_the_tape_and_g_goes_to_the_newest():
    rows = await shown(LiquidationsPane(), topics(), 60, 9, "j", "down")
    assert rows[7].startswith("14:35:28")
    rows = await shown(LiquidationsPane(), topics(), 60, 9, "j", "j", "j", "k", "up")
    assert rows[7].startswith("14:35:29")
    rows = await shown(LiquidationsPane(), topics(), 60, 9, "j", "j", "j", "k", "up", "up")
    assert rows[6].startswith("14:35:30")
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
        assert dirty_rows(pane.query_one("#liq-head")) == {4}  # the largest seen
        assert dirty_rows(pane.query_one("#liq-venues")) == set()
        assert dirty_rows(pane.query_one("#liq-tape"))
        await pilot.pause()
        top = next(y for y, row in enumerate(text_of(pilot)) if "▲ SHORT   $2.00M okx" in row)
        assert "reverse" in styles_of(pilot, top)[0][1]


async def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("liquidations.") for binding in LiquidationsPane.BINDINGS)


# ---- the views

PAST = Cascade(NOW - 7_200_000, NOW - 7_000_000, 8_000_000.0, 1_000_000.0, 90, {"okx": (8_000_000.0, 1_000_000.0)})
RUNNING = Cascade(NOW - 70_000, None, 6_500_000.0, 400_000.0, 142, {}, 3_000_000.0, "bybit", 64_000.0, "long")


def all_topics(**parts) -> dict[str, object]:
    ladder = Ladder(50.0, dict.fromkeys(WINDOWS, tuple((64_400.0 - 50 * n, 1_000.0 * n, 500.0) for n in range(40))))
    price = Price(metric(64_077.5), {}, metric(1.0), ())
    return {**topics(**parts), "ladder": ladder, "price": price, "cascades": (PAST,)}


def in_a_cascade(**parts) -> dict[str, object]:
    return all_topics(level="cascade", level_since_ms=NOW - 40_000, running=RUNNING, **parts)


def body(rows: list[str], start: str) -> list[str]:
    """The rows from the one that begins so."""
    return rows[next(i for i, row in enumerate(rows) if row.startswith(start)) :]


@pytest.mark.parametrize(
    ("presses", "bar", "first"),
    [
        (0, "[tape]  v: by price", "UTC      closed       USD venue"),
        (1, "[by price]  v: by venue", "by price 1h  last 64,077.5 ●"),
        (2, "[by venue]  v: by time", "by venue 1h       LONG ▼   SHORT ▲"),
        (3, "[by time]  v: cascades", "by time  5 min, 30 s a row"),
        (4, "[cascades]  v: tape", "  start      for    LONG ▼   SHORT ▲"),
        (5, "[tape]  v: by price", "UTC      closed       USD venue"),
    ],
)
async def test_v_goes_through_the_views_and_each_is_named(presses, bar, first):
    rows = await shown(LiquidationsPane(), all_topics(), 36, 22, *["v"] * presses)
    named = body(rows, "[")
    assert named[0] == bar
    assert named[1] == first


async def test_in_a_wider_pane_all_views_are_named():
    rows = await shown(LiquidationsPane(), all_topics(), 70, 22, "v")
    assert body(rows, "tape")[0] == "tape  [by price]  by venue  by time  cascades    v: next"


async def test_a_view_has_the_room_that_the_tape_leaves_to_windows_and_venues():
    tape_rows = await shown(LiquidationsPane(), all_topics(), 60, 24)
    venue_rows = await shown(LiquidationsPane(), all_topics(), 60, 24, "v", "v")
    assert len(body(tape_rows, "[tape]")) < len(body(venue_rows, "tape  by price"))
    assert any(row.startswith("5m ▼") for row in tape_rows)
    assert not any(row.startswith("5m ▼") for row in venue_rows)


async def test_keys_scroll_the_view_that_is_shown():
    pane = LiquidationsPane()
    async with hosted(pane, 60, 24) as pilot:
        pane.show(view(all_topics()))
        await pilot.press("v", "pagedown", "j")
        assert "g: to the price" in "\n".join(text_of(pilot))
        await pilot.press("g")
        assert "g: to the price" not in "\n".join(text_of(pilot))
        assert any("▸64,050◂" in row for row in text_of(pilot))


async def test_w_changes_the_window_of_every_view():
    pane = LiquidationsPane()
    async with hosted(pane, 60, 24) as pilot:
        pane.show(view(all_topics()))
        await pilot.press("v", "w")
        assert "by price 4h" in "\n".join(text_of(pilot))
        await pilot.press("v", "w")
        assert "by venue 24h" in "\n".join(text_of(pilot))


async def test_f_leaves_out_small_rows_and_begins_anew_after_the_largest():
    pane = LiquidationsPane()
    async with hosted(pane, 70, 24) as pilot:
        pane.show(view(all_topics()))
        for said, hidden in (("$10k", 0), ("$100k", 60), ("$1M", 60)):
            await pilot.press("f")
            assert f"only rows of {said} or more: {hidden} of 60 hidden  f: next size" in text_of(pilot)
        await pilot.press("f")
        assert "hidden" not in "\n".join(text_of(pilot))


async def test_enter_opens_a_cascade_and_escape_goes_back():
    pane = LiquidationsPane()
    async with hosted(pane, 70, 24) as pilot:
        pane.show(view(in_a_cascade()))
        await pilot.press(*"vvvv", "j", "enter")
        opened = text_of(pilot)
        assert "12 Mar 12:35:30 UTC  to 12:38:50, 3m" in opened
        assert "okx              ≥$8.00M   ≥$1.00M ~100%" in opened
        await pilot.press("escape")
        assert any(row.startswith("▸ 12:35:30") for row in text_of(pilot))
        assert any(row.startswith("  14:34:20") for row in text_of(pilot))


async def test_a_wide_pane_has_venues_and_ladder_beside_the_tape():
    rows = await shown(LiquidationsPane(), all_topics(), 110, 36)
    at = next(i for i, row in enumerate(rows) if row.startswith("UTC      closed"))
    assert rows[at].endswith("venue             LONG ▼   SHORT ▲ 1h")
    assert "by price 1h  $50 a row  last 64,077.5 ●" in rows[at + 5]
    assert "64,077" not in "\n".join(await shown(LiquidationsPane(), all_topics(), 99, 36))


async def test_only_a_ladder_is_drawn_anew_for_a_price():
    pane = LiquidationsPane()
    async with hosted(pane, 60, 24) as pilot:
        first = all_topics()
        pane.show(view(first))
        await pilot.press("v")
        await pilot.pause()
        moved = {**first, "price": Price(metric(64_102.5), {}, metric(1.0), ())}
        pane.show(View(moved, frozenset({"price"}), NOW, UTC))
        assert dirty_rows(pane.query_one("#liq-head")) == set()
        assert len(dirty_rows(pane.query_one("#liq-ladder"))) == 3  # the last price, the row it left, the row it is in


# ---- in a cascade


@pytest.mark.parametrize(("width", "height"), [(32, 19), (44, 23), (62, 37), (110, 40)])
async def test_in_a_cascade_no_section_moves_whatever_comes(width, height):
    def places(rows: list[str]) -> dict[str, int]:
        signs = ("1h  LONG", "● fresh", "largest", "5m ▼", "LONG ▼  ", "venue ", "[tape]")
        return {sign: i for sign in signs for i, row in enumerate(rows) if row.startswith(sign)}

    pane = LiquidationsPane()
    async with hosted(pane, width, height) as pilot:
        pane.show(view(in_a_cascade(quality=dict.fromkeys(WINDOWS, "exact"), note=dict.fromkeys(WINDOWS, ""))))
        await pilot.pause()
        before = places(text_of(pilot))
        assert before["[tape]"] > before["1h  LONG"]
        more = tuple(of_venue(name, 1.0, 1.0, partial={"1h": "cut"}) for name in ("okx", "bitmex", "gate", "htx"))
        long = "a venue that was not heard; another one that was not; and one more of which nobody knows anything"
        pane.show(view(in_a_cascade(venues=(*VENUES, *more), note={"1h": long}, spark_long=(), spark_short=())))
        await pilot.pause()
        after = places(text_of(pilot))
        assert {sign: before[sign] for sign in after} == after
        calm = all_topics(note={"1h": long}, spark_long=(), spark_short=())
        pane.show(view(calm))
        await pilot.pause()
        assert places(text_of(pilot)) != before


async def test_in_a_cascade_rows_are_gathered_and_the_pane_says_so():
    interleaved = tuple(
        TapeRow(NOW, "bybit" if n % 2 else "okx", "BTCUSDT", "long", 10_000.0, 0.15, 64_000.0) for n in range(60)
    )
    rows = await shown(LiquidationsPane(), {**in_a_cascade(), "tape": interleaved}, 70, 24)
    assert body(rows, "[tape]")[0] == "[tape]  by price  by venue  by time  cascades  aggregated per second"
    assert [row[:36].rstrip() for row in body(rows, "[tape]")[2:5]] == [
        "14:35:30 ▼ LONG   $300.0k bybit ×30",
        "14:35:30 ▼ LONG   $300.0k okx ×30",
        "",
    ]
    calm = await shown(LiquidationsPane(), {**all_topics(), "tape": interleaved}, 70, 24)
    assert body(calm, "[tape]")[3].startswith("14:35:30 ▼ LONG    $10.0k okx")


async def test_in_a_cascade_venues_keep_their_order():
    pane = LiquidationsPane()
    async with hosted(pane, 60, 24) as pilot:
        pane.show(view(in_a_cascade()))
        await pilot.press("v", "v")
        grown = (of_venue("bybit", 90_000_000.0, 0.0), *VENUES[1:])
        pane.show(view(in_a_cascade(venues=grown)))
        await pilot.pause()
        order = [row.split()[0] for row in text_of(pilot) if row.split()[:1] and row.split()[0] in NAMES]
        assert order == ["binance_usdm", "bybit", "hyperliquid"]
        pane.show(view(all_topics(venues=grown)))
        await pilot.pause()
        order = [row.split()[0] for row in text_of(pilot) if row.split()[:1] and row.split()[0] in NAMES]
        assert order == ["bybit", "binance_usdm", "hyperliquid"]


NAMES = {venue.venue for venue in VENUES}


async def test_the_largest_stays_when_it_has_left_the_tape():
    pane = LiquidationsPane()
    async with hosted(pane, 60, 24) as pilot:
        big = TapeRow(NOW - 9_000, "okx", "BTC-USDT-SWAP", "short", 2_000_000.0, 31.25, 64_000.0)
        pane.show(view({**all_topics(), "tape": (big,)}))
        pane.show(view(all_topics()))
        await pilot.pause()
        assert "largest seen $2.00M ▲ SHORT okx at 64,000.0 14:35" in text_of(pilot)
        pane.show(view({"tape": tape(2)}))  # another engine speaks
        pane.show(view(all_topics()))
        await pilot.pause()
        assert "largest seen $12.0k ▼ LONG bybit at 64,000.0 14:35" in text_of(pilot)


async def test_the_same_again_repaints_nothing_in_any_view():
    pane = LiquidationsPane()
    async with hosted(pane, 110, 36) as pilot:
        for _ in range(5):
            pane.show(view(in_a_cascade()))
            await pilot.pause()
            pane.show(view(in_a_cascade()))
            on_screen = [one for one in pane.query(Lines) if one.display and one.parent.display]
            assert len(on_screen) >= 2
            assert [one.id for one in on_screen if dirty_rows(one)] == []
            await pilot.press("v")
