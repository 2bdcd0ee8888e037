"""The feeds pane: what it says, what it leaves out where it is narrow, and that text from outside stays text."""

from datetime import UTC

import pytest

from feeds.topics import Feeds, GapRow
from tests.tui.engine_double import feed
from tests.tui.hosted import NOW, hosted, shown, text_of, view
from tui.panes.feeds import COLUMNS, FeedsPane, fitting, table

HOSTILE = "HTTP 451 \x1b[31m\x1b]0;owned\x07[bold red]no[/bold red] \u202egnp.exe"


def row(name: str, state: str = "live", **more: object):
    return feed(name, state, seen_ms=NOW - 400, **more)


ROWS = Feeds(
    (
        row("binance"),
        row("okx.public", "late", rejected=1_204, reconnects=3, lag_p50=40.0, lag_p95=1_430.0),
        row("kraken", "down", gaps=2, gap_ms=42_000, error="no proof of life", error_ms=NOW - 720_000),
    ),
    (
        GapRow("kraken", NOW - 45_000, None, "no proof of life"),
        GapRow("okx.public", NOW - 900_000, NOW - 860_000, "reconnected"),
    ),
)


async def test_all_columns_and_the_latest_gaps_where_there_is_room():
    rows = await shown(FeedsPane(), {"feeds": ROWS}, 150, 9)
    assert rows == [
        "feed                  state         heard    msg/s  lag p50  lag p95        gaps  reconnects  rejected"
        "  last error, or note",
        "binance               ● live           0s     12.3     34ms     88ms           0           0         0",
        "okx.public            ◐ late           0s     12.3     40ms     1.4s           0           3     1,204",
        "kraken                ✕ down           0s     12.3     34ms     88ms     2 / 42s           0         0"
        "  12m ago: no proof of life",
        "",
        "gaps, the newest first",
        "kraken                from 14:34:45 UTC for 45s, still open  no proof of life",
        "okx.public            from 14:20:30 UTC for 40s  reconnected",
        "",
    ]


async def test_where_it_is_narrow_columns_go_and_the_last_errors_stand_below():
    rows = await shown(FeedsPane(), {"feeds": ROWS}, 60, 10)
    assert rows[:7] == [
        "feed                  state         heard    msg/s  lag p95",
        "binance               ● live           0s     12.3     88ms",
        "okx.public            ◐ late           0s     12.3     1.4s",
        "kraken                ✕ down           0s     12.3     88ms",
        "",
        "last errors",
        "kraken, 12m ago: no proof of life",
    ]


@pytest.mark.parametrize("width", range(34, 170))
def test_no_row_is_wider_than_the_pane(width):
    for line in table(ROWS, NOW, UTC, width):
        assert len("".join(said for said, _ in line).rstrip()) <= width


def test_name_and_state_are_the_last_to_go_and_the_lag_outlives_the_counts():
    assert [column.title for column in fitting(0)[0]] == ["feed", "state"]
    assert [column.title for column in fitting(50)[0]] == ["feed", "state", "heard", "lag p95"]
    columns, error = fitting(150)
    assert columns == list(COLUMNS)
    assert error > 24


@pytest.mark.parametrize("width", [160, 70])
async def test_escapes_and_markup_in_an_error_are_shown_as_text(width):
    hostile = Feeds((row("okx", "blocked", error=HOSTILE, error_ms=NOW - 5_000),), ())
    async with hosted(FeedsPane(), width, 8) as pilot:
        pilot.app.query_one(FeedsPane).show(view({"feeds": hostile}))
        await pilot.pause()
        assert "5s ago: HTTP 451 [bold red]no[/bold red]  gnp.exe" in "\n".join(text_of(pilot))
        strips = pilot.app.screen._compositor.render_strips()
        assert all(segment.text.isprintable() for strip in strips for segment in strip)


async def test_what_is_below_is_counted_and_scrolled_to():
    many = Feeds(tuple(row(f"venue{number}") for number in range(12)), ())
    async with hosted(FeedsPane(), 80, 6) as pilot:
        pilot.app.query_one(FeedsPane).show(view({"feeds": many}))
        await pilot.pause()
        assert [line.split()[0] for line in text_of(pilot)[:5]] == ["feed", "venue0", "venue1", "venue2", "venue3"]
        assert text_of(pilot)[5] == "▼ 8 more"
        await pilot.press("j", "down")
        assert text_of(pilot)[1].startswith("venue2 ")
        await pilot.press("pagedown", "pagedown", "pagedown")
        assert [line.split()[0] for line in text_of(pilot)[1:]] == [f"venue{number}" for number in range(7, 12)]
        await pilot.press("k")
        assert text_of(pilot)[1].startswith("venue6 ")
        await pilot.press("pageup", "pageup", "pageup")
        assert text_of(pilot)[1].startswith("venue0 ")


async def test_before_the_first_word_it_says_that_it_waits():
    assert await shown(FeedsPane(), {}, 60, 2) == ["waiting for the first word of the feeds", ""]


async def test_a_venues_note_stands_where_there_is_no_error():
    noted = Feeds((row("okx", note="at most one liquidation a second"),), ())
    assert (await shown(FeedsPane(), {"feeds": noted}, 150, 2))[1].endswith("at most one liquidation a second")
