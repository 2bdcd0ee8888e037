"""The page of a series: what it asks for, what it draws, and what its keys do."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.topics import DoubtRow, Macro, SeriesPage, VintageRow
from tests.tui.engine_double import EngineDouble, everything
from tests.tui.hosted import NOW, hosted, text_of
from tests.tui.pty_viewer import viewer
from tests.tui.test_macro_pane import DAY, HOUR, UTC, WALCL
from tui.screens.series_page import SeriesScreen
from tui.source import Source
from tui.widgets.braille import plotted
from tui.widgets.lines import Line, width_of
from tui.widgets.series_chart import SeriesChart
from tui.widgets.series_plot import date_ticks, in_view, place, plot
from tui.widgets.series_words import facts, head, vintages

WEEKS = tuple(((date(2025, 3, 5) - timedelta(7 * n)).isoformat(), 7_000_000.0 - 1_000 * n) for n in range(700, -1, -1))
REVISED = (
    VintageRow("2025-03-05", 7_000_000.0, NOW - HOUR, "fred"),
    VintageRow("2025-03-05", 6_999_000.0, NOW - 2 * DAY, "fred", True),
    VintageRow("2025-02-26", 6_998_000.0, NOW - 8 * DAY, "fred"),
)
PAGE = SeriesPage(
    "WALCL",
    "Fed total assets, Wednesday",
    "$M",
    "$ at the Fed",
    "net liquidity",
    "weekly, at 16:30 in New York",
    "FRED, St. Louis Fed",
    "https://fred.stlouisfed.org/series/WALCL",
    "Named, and within its limits.",
    0,
    WEEKS,
    REVISED,
)


def plain(lines: list[Line]) -> list[str]:
    return ["".join(said for said, _ in one).rstrip() for one in lines]


# ---- words


def test_the_head_has_the_newest_value_with_age_and_state_and_what_is_wrong():
    late = replace(WALCL, state="late", late_since_ms=NOW - HOUR, note="refused: 7 is out of 4e5..2e7")
    assert plain(head("WALCL", PAGE, late, NOW, UTC, 110)) == [
        "WALCL  Fed total assets, Wednesday",
        "◐ ʳ6,724,564 $M  for 2025-03-11  known 3h ago, late  change -12,345  z 3y +1.2  revised",
        "next about 13 Mar 2025 11:35 UTC",
        "a value was due on 12 Mar 2025 13:35 UTC",
        "refused: 7 is out of 4e5..2e7",
    ]
    assert plain(head("ODD", None, None, NOW, UTC, 80))[1] == "--  not in the table of the engine"


def test_the_facts_tell_both_units_the_use_the_rule_the_address_and_the_terms():
    assert plain(facts(PAGE, 80)) == [
        "unit       $M; published in $ at the Fed",
        "used for   net liquidity",
        "comes out  weekly, at 16:30 in New York",
        "source     FRED, St. Louis Fed https://fred.stlouisfed.org/series/WALCL",
        "terms      Named, and within its limits.",
        "kept       701 values, 2011-10-05 to 2025-03-05",
    ]


def test_a_revision_is_told_with_what_it_changed_and_since_when_it_is_known():
    title, rows = vintages(PAGE, UTC, 80)
    assert plain(title + rows) == [
        "revised values, the newest first; ᵖ: provisional",
        "period           value    revision  known since            by",
        "2025-03-05   7,000,000      +1,000  12 Mar 2025 13:35 UTC  fred",
        "2025-03-05  ᵖ6,999,000              10 Mar 2025 14:35 UTC  fred",
        "2025-02-26   6,998,000              4 Mar 2025 14:35 UTC   fred",
    ]
    assert plain(vintages(replace(PAGE, revised=()), UTC, 80)[0]) == [
        "no value of it was revised since it is kept here"
    ]


def test_a_value_that_was_read_long_after_it_came_out_has_its_sign():
    first, *rest = PAGE.revised
    title, rows = vintages(replace(PAGE, revised=(replace(first, later=True), *rest)), UTC, 80)
    assert plain(title)[0] == "revised values, the newest first; ᵖ: provisional; ˡ: read long after it came out"
    assert plain(rows)[0] == "2025-03-05  ˡ7,000,000      +1,000  12 Mar 2025 13:35 UTC  fred"


# ---- the chart


def test_a_line_goes_through_its_dots_and_leaves_other_cells_blank():
    assert plotted([[(0, 0), (3, 3)]], 2, 1) == ["⠑⢄"]
    assert plotted([[(0, 3), (5, 3)]], 3, 2) == ["⣀⣀⣀", "   "]
    assert plotted([[(1, 7)]], 1, 2) == [" ", "⢀"]


def test_the_span_counts_back_from_the_newest_point():
    assert len(in_view(WEEKS, "1y")) == 53
    assert len(in_view(WEEKS, "3y")) == 157
    assert len(in_view(WEEKS, "all")) == 701
    assert in_view((), "1y") == []


def test_a_month_that_was_left_out_breaks_the_line_and_a_long_weekend_does_not():
    months = [(f"2024-{month:02}-01", 1.0) for month in range(1, 13)]
    whole = plot(in_view(months, "all"), 60, 4).rows
    broken = plot(in_view([one for one in months if one[0] != "2024-07-01"], "all"), 60, 4).rows
    assert " " not in next(row for row in whole if row.strip()).rstrip()
    assert " " in next(row for row in broken if row.strip()).rstrip()
    days = [("2024-05-23", 1.0), ("2024-05-24", 1.0), ("2024-05-28", 1.0), ("2024-05-29", 1.0)]
    assert " " not in next(row for row in plot(in_view(days, "all"), 60, 4).rows if row.strip()).rstrip()


def test_days_have_their_place_and_january_has_its_year():
    first, last = date(2023, 11, 1), date(2025, 3, 1)
    assert [place(day, first, last, 100) for day in (first, date(2024, 7, 1), last)] == [0, 50, 99]
    assert place(first, first, first, 100) == 99
    ticks = date_ticks(first, last, 50)
    assert [said for _, said in ticks] == ["2024", "Apr", "Jul", "Oct", "2025"]
    assert [at for at, _ in ticks] == sorted(at for at, _ in ticks)
    assert date_ticks(date(2024, 7, 3), date(2024, 7, 9), 50) == [(0, "2024-07-03")]


async def test_the_cursor_reads_out_the_exact_value_and_the_change_before_it():
    chart = SeriesChart()
    async with hosted(chart, 78, 10) as pilot:
        chart.offer(PAGE.points, 0, "$M")
        await pilot.pause()
        said = " 1y [3y] 10y  all   low 6,844,000 on 2022-03-09  high 7,000,000 on 2025-03-05"
        assert text_of(pilot)[0] == said
        chart.move(-1)
        await pilot.pause()
        assert "2025-03-05  7,000,000 $M  +1,000 since 2025-02-26" in text_of(pilot)[0]
        chart.move(-1)
        chart.move(-1)
        await pilot.pause()
        assert "2025-02-05  6,996,000 $M  +1,000 since 2025-01-29" in text_of(pilot)[0]
        assert [row[65] for row in text_of(pilot)[1:9]] == ["●", *"│││││││"]
        assert text_of(pilot)[1].startswith("┄┄┄┄┄┄┄┄")
        chart.move(-999)
        await pilot.pause()
        assert text_of(pilot)[0].endswith("2022-03-09  6,844,000 $M")
        chart.to_newest()
        await pilot.pause()
        assert "●" not in "\n".join(text_of(pilot))


async def test_the_axes_name_values_and_years():
    chart = SeriesChart()
    async with hosted(chart, 78, 12) as pilot:
        chart.offer(PAGE.points, 0, "$M")
        await pilot.pause()
        rows = text_of(pilot)
        assert {y: row[69:] for y, row in enumerate(rows) if row.endswith("000")} == {1: "7,000,000", 7: "6,900,000"}
        assert rows[1:4] == [f"{' ' * 64}⢀⣀⡤⠤ 7,000,000", f"{' ' * 56}⢀⣀⡠⠤⠔⠒⠊⠉⠁", f"{' ' * 49}⣀⡠⠤⠤⠒⠊⠉⠁"]
        assert rows[-1] == "       Jul        2023       Jul         2024       Jul        2025"


async def test_a_scale_across_zero_has_a_line_there():
    chart = SeriesChart()
    async with hosted(chart, 40, 10) as pilot:
        chart.offer((("2024-01-01", -1.0), ("2024-02-01", 1.0)), 1, "%")
        await pilot.pause()
        assert sum("┈" in row for row in text_of(pilot)) == 1


@pytest.mark.parametrize("size", [(78, 3), (20, 10), (1, 1), (30, 4)])
async def test_a_chart_without_room_does_not_fail(size):
    chart = SeriesChart()
    async with hosted(chart, *size) as pilot:
        chart.offer(PAGE.points, 0, "$M")
        chart.move(-1)
        await pilot.pause()
        assert all(len(row) <= size[0] for row in text_of(pilot))


# ---- the screen


async def test_enter_asks_for_the_series_and_escape_asks_for_nothing_more(short_tmp: Path):
    macro = Macro((WALCL,), (), ())
    async with EngineDouble(short_tmp / "e.sock", everything(macro=macro)) as engine:
        engine.wanted = {"series.WALCL": PAGE}
        async with viewer(Source(socket=engine.path)) as screen:
            await screen.sees("1 price")
            screen.press("5")
            await screen.sees("▸ ● WALCL")
            screen.press("\r")
            await screen.sees("WALCL  Fed total assets, Wednesday", "[3y]", "net liquidity", "weekly, at 16:30")
            assert engine.wishes == [["series.WALCL"]]
            assert screen.lines[0].startswith(" BTC  64,210.5 ●")
            assert screen.lines[-1].startswith(" esc q enter close")
            screen.press("s")
            await screen.sees("[10y]")
            screen.press("]]]")
            await screen.sees("[all]")
            screen.press("[")
            await screen.sees("[10y]")
            screen.press("\x1b[D\x1b[D")
            await screen.sees("2025-01-22  6,994,000 $M  +1,000 since 2025-01-15")
            screen.press("v")
            await screen.sees("revised values", "2025-02-26   6,998,000")
            engine.say(series_WALCL=replace(PAGE, use="something else"))
            await screen.sees("something else")
            screen.press("q")
            await screen.sees("5 macro", "▸ ● WALCL")
            await screen.until(lambda: engine.wishes[-1] == [], "a wish for nothing")


async def test_before_the_engine_has_told_it_the_page_says_that_it_waits(short_tmp: Path):
    async with (
        EngineDouble(short_tmp / "e.sock", everything(macro=Macro((WALCL,), (), ()))) as engine,
        viewer(Source(socket=engine.path), environ={"NO_COLOR": "1"}) as screen,
    ):
        await screen.sees("1 price")
        screen.press("5")
        await screen.sees("▸ ● WALCL")
        screen.press("\r")
        await screen.sees("ʳ6,724,564 $M", "waiting for the engine to tell all of it")
        engine.say(series_WALCL=PAGE)
        await screen.sees("[3y]")
        for size in ((40, 10), (200, 60), (120, 40), (80, 24)):
            screen.resize(*size)
            await screen.until(lambda size=size: len(screen.lines) == size[1], f"{size}")
            await screen.sees("WALCL  Fed total assets")
        await screen.sees("[3y]", "used for")


async def test_escapes_and_markup_on_the_page_are_shown_as_text(short_tmp: Path):
    hostile = replace(PAGE, label="[b]\x1b[2Jlabel", use="[red]use\x1b]0;owned\x07", terms="[i]terms")
    row = replace(WALCL, note="refused: [u]\x1b[31mnote")
    async with EngineDouble(short_tmp / "e.sock", everything(macro=Macro((row,), (), ()))) as engine:
        engine.wanted = {"series.WALCL": hostile}
        async with viewer(Source(socket=engine.path), columns=120, rows=40) as screen:
            await screen.sees("1 price")
            screen.press("5")
            await screen.sees("▸ ● WALCL")
            screen.press("\r")
            await screen.sees("[b]label", "[red]use", "[i]terms", "refused: [u]note")
            assert b"owned" not in screen.raw
            assert b"\x1b[2J" not in screen.raw


@pytest.mark.parametrize("width", [30, 40, 58, 78, 118, 198])
def test_no_word_is_wider_than_the_page(width):
    for lines in (head("WALCL", PAGE, WALCL, NOW, UTC, width), facts(PAGE, width), *vintages(PAGE, UTC, 80)):
        assert all(width_of(one) <= max(width, 80) for one in lines)


def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("series.") for binding in SeriesScreen.BINDINGS)


def test_the_newest_doubted_values_are_told_with_their_reason() -> None:
    doubted = (
        DoubtRow("2025-03-12", 6_724.0, 0, "fred", "1,000 times as little"),
        DoubtRow("2025-01-01", 9e7, 0, "fred", "14 times as much", 5),
    )
    told = " ".join(plain(facts(replace(PAGE, doubted=doubted), 400)))
    assert "doubted    6,724 for 2025-03-12 from fred: 1,000 times as little; " in told
    assert "90,000,000 for 2025-01-01 from fred (confirmed since): 14 times as much" in told
