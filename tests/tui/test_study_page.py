"""The page of studies: the rules at hand, all of one, a rule of one's own, and the files it writes."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.tui.engine_double import EngineDouble, everything
from tests.tui.pty_viewer import PtyViewer, viewer
from tests.tui.study_topics import ALL, DARK, NEVER, NO_RULE, OFTEN, SELDOM
from tui.export import written
from tui.screens.study_page import StudyScreen
from tui.source import Source
from tui.widgets.lines import Line, width_of
from tui.widgets.study_export import results, times
from tui.widgets.study_words import Asked, brief, firings, listed, table, whole

ROWS = [Asked(one.rule, one) for one in ALL]


def said(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


# ---- the list


def test_a_rule_that_seldom_fired_is_marked_and_one_never_seen_has_no_number():
    head, lines = listed(ROWS, 78)
    assert said(head) == ["  rule                          n     mean all days says"]
    assert said([plain for plain, _ in lines]) == [
        "  MOVE above 130          >> 3 <<    +4.50    +2.25 too few",
        "  repo.band changes            42    +4.50    +2.25 above",
        "  repo.band above watch   >> 0 <<       --    +2.25 never fired",
        "  verdict.srf changes on       --       --       -- nothing of it is known",
    ]
    assert said([lines[1][1]]) == ["▸ repo.band changes            42    +4.50    +2.25 above"]


def test_where_there_is_room_the_list_has_the_ended_windows_the_last_time_and_the_interval():
    head, lines = listed(ROWS, 118)
    assert said(head) == [
        "  rule                          n ended last           mean all days         difference says"
    ]
    assert said([lines[1][0]]) == [
        "  repo.band changes            42    41 2024-12-28    +4.50    +2.25     +0.50 to +4.00 above"
    ]


def test_a_rule_that_the_engine_has_not_answered_and_one_that_is_none_say_so():
    _, lines = listed([Asked("MOVE over 9", None), Asked("MOVE over 9", NO_RULE)], 78)
    assert [line.split("  ")[-1].split("-- ")[-1] for line in said([plain for plain, _ in lines])] == [
        "asking the engine...",
        "no such rule",
    ]
    assert said(brief(Asked("MOVE over 9", NO_RULE), 78, 5)) == ["'MOVE over 9' is no rule like this"]


def test_the_rule_picked_is_told_in_words_with_its_answer():
    assert said(brief(Asked(OFTEN.rule, OFTEN), 78, 6)) == [
        "repo stress, band; 1,850 values, 2018-04-03 to 2025-03-11",
        "bitcoin over 20 days, in %: mean +4.50 after it, +2.25 of all days, difference",
        "+2.25, interval +0.50 to +4.00: above all days",
        "bitcoin over 20 days: above all days, by +2.25 points",
        "no reason yet to go by this rule",
    ]
    assert said(brief(Asked(OFTEN.rule, OFTEN), 78, 3))[-1] == "Enter tells the rest"


# ---- one study


def test_a_small_n_stands_large_above_the_answer():
    assert said(whole(SELDOM, 78))[:7] == [
        "MOVE above 130",
        "bond volatility; 6,101 values, 2002-11-12 to 2025-03-11",
        "",
        ">>>>  n = 3  <<<<",
        "",
        "n = 3: too few to say anything",
        "10 windows that do not overlap are the least to speak of",
    ]
    assert said(whole(SELDOM, 78))[-2:] == ["- a rule fires when it becomes true", "- moves are in percent"]
    assert "fired 42 times" in said(whole(OFTEN, 78))
    assert said(whole(DARK, 78)) == ["verdict.srf changes on", "nothing of it is known", ""]


def test_the_table_is_one_where_it_fits_and_two_where_not():
    rows = said(table(OFTEN.cells, 126))
    assert len(rows) == 11
    assert rows[2] == (
        "bitcoin         5   41    1    14   +3.00   +4.50  67%   3,600   +1.50   +2.25  55%    +2.25"
        "     +0.50 to +4.00  above"
    )
    rows = said(table(OFTEN.cells, 78))
    assert rows[3] == "bitcoin        20   41    1    14   +3.00   +4.50  67%  above"
    assert rows[15] == "bitcoin        20   3,600   +1.50   +2.25  55%    +2.25     +0.50 to +4.00"


def test_each_firing_has_its_moves_and_an_open_window_is_not_zero():
    rows = said(firings(SELDOM, 78))
    assert rows[1:3] == [
        "fired for   value known (UTC)      entry        btc 5d  btc 20d  btc 60d",
        "2023-12-04 131.25 2023-12-04 22:13 2023-12-04    -1.25    +4.50       --",
    ]
    assert [row[:10] for row in rows[2:]] == ["2023-12-04", "2023-11-24", "2023-11-14"]
    assert said(firings(SELDOM, 118))[1].endswith("usd 5d  usd 20d  usd 60d")
    assert "entry" not in said(firings(SELDOM, 118))[1]
    assert "entry" in said(firings(SELDOM, 198))[1]


@pytest.mark.parametrize("width", [40, 78, 118, 198])
def test_a_list_and_its_words_are_no_wider_than_the_page(width: int):
    head, lines = listed(ROWS, width)
    told = [line for row in ROWS for line in brief(row, width, 9)]
    assert max(width_of(line) for line in [*told]) <= width
    if width >= 78:
        all_ = [line for one in (*ALL, NO_RULE) for line in whole(one, width)]
        assert max(width_of(line) for line in all_) <= width + 1  # a column's gap is after the last one, too
        assert max(width_of(line) for line in [*head, *(picked for _, picked in lines)]) <= width + 1


# ---- files


def test_the_table_is_written_whole_and_what_is_not_known_is_an_empty_cell():
    rows = written(*results([SELDOM, NO_RULE])).splitlines()
    assert rows[0] == (
        "rule,label,unit,seen,first,last,fired,outcome,days,fired_n,fired_median_pct,fired_mean_pct,fired_up_pct,open,"
        "apart,all_n,all_median_pct,all_mean_pct,all_up_pct,difference_points,interval_low,interval_high,says,why"
    )
    assert rows[1] == (
        "MOVE above 130,bond volatility,,6101,2002-11-12,2025-03-11,3,btc,5,3,3,4.5,66.6,1,3,3600,1.5,2.25,55,2.25,,,"
        "too few,n = 3: too few to say anything"
    )
    assert rows[10] == f"MOVE over 9,MOVE over 9,,0,,,0{',' * 17}'MOVE over 9' is no rule like this"
    assert len(rows) == 11


def test_the_times_are_written_in_utc_oldest_first():
    rows = written(*times(SELDOM)).splitlines()
    assert rows[0] == (
        "rule,unit,fired_for,value,known_utc,entry,btc_5d_pct,btc_20d_pct,btc_60d_pct,netliq_5d_pct,netliq_20d_pct,"
        "netliq_60d_pct,dollar_5d_pct,dollar_20d_pct,dollar_60d_pct,quality"
    )
    assert rows[1] == (
        "MOVE above 130,,2023-11-14,131.25,2023-11-14T22:13:20Z,2023-11-14,-1.25,4.5,,0.1,0.2,0.3,-0.1,-0.2,-0.3,exact"
    )
    assert len(rows) == 4


# ---- the screen


async def opened(screen: PtyViewer) -> None:
    await screen.sees("1 price")
    screen.press("0")
    await screen.sees("[overview] chain")
    screen.press("y")
    await screen.sees("what bitcoin did in 20 days after a rule fired")


async def test_the_page_opens_from_the_regime_shows_one_and_goes_back(short_tmp: Path):
    async with (
        EngineDouble(short_tmp / "e.sock", everything(studies=ALL)) as engine,
        viewer(Source(socket=engine.path), environ={"NO_COLOR": "1"}) as screen,
    ):
        await opened(screen)
        await screen.sees("▸ MOVE above 130          >> 3 <<", "10 windows that do not overlap")
        screen.press("\r")
        await screen.sees(">>>>  n = 3  <<<<", "after it fired, in %")
        screen.press("G")
        await screen.sees("- moves are in percent")
        screen.press("\x1b")
        await screen.sees("▸ MOVE above 130")
        screen.press("j")
        await screen.sees("▸ repo.band changes", "no reason yet to go by this rule")
        for size in ((40, 10), (200, 60), (120, 40), (80, 24)):
            screen.resize(*size)
            await screen.until(lambda size=size: len(screen.lines) == size[1], f"{size}")
            await screen.sees("▸ repo.band changes")
        screen.press("q")
        await screen.sees("0 regime")


async def test_a_rule_of_ones_own_is_asked_of_the_engine_and_shown_when_it_comes(short_tmp: Path):
    async with (
        EngineDouble(short_tmp / "e.sock", everything(studies=ALL)) as engine,
        viewer(Source(socket=engine.path)) as screen,
    ):
        await opened(screen)
        screen.press("/")
        await screen.sees("METRIC above|below|crosses|changes [VALUE]", "enter ask the engine")
        screen.press("MOVE  over 9 ")
        await screen.sees("MOVE  over 9")
        screen.press("\r")
        await screen.sees("asking the engine...")
        await screen.until(lambda: engine.wishes == [["study.MOVE over 9"]], "the wish")
        engine.say(**{"study_MOVE over 9": NO_RULE})
        await screen.sees("'MOVE over 9' is no rule like this")
        engine.say(**{"study_MOVE over 9": replace(SELDOM, rule="MOVE over 9")})
        await screen.sees(">>>>  n = 3  <<<<")
        screen.press("q")
        await screen.sees("▸ MOVE over 9", "repo.band changes")
        screen.press("q")
        await screen.until(lambda: engine.wishes[-1] == [], "a wish for nothing")


async def test_the_page_opens_from_the_palette(short_tmp: Path):
    async with (
        EngineDouble(short_tmp / "e.sock", everything(studies=ALL)) as engine,
        viewer(Source(socket=engine.path)) as screen,
    ):
        await screen.sees("1 price")
        screen.press(":")
        await screen.sees("Search for commands")
        screen.press("studies")
        await screen.sees("What followed each time a rule fired")
        screen.press("\r")
        await screen.sees("▸ MOVE above 130")


async def test_escape_leaves_the_input_and_asks_nothing(short_tmp: Path):
    async with (
        EngineDouble(short_tmp / "e.sock", everything()) as engine,
        viewer(Source(socket=engine.path)) as screen,
    ):
        await opened(screen)
        await screen.sees("waiting for the engine to tell what it has studied")
        screen.press("/")
        await screen.sees("enter ask the engine")
        screen.press("q?1")
        await screen.sees("q?1")
        screen.press("\x1b")
        await screen.sees("/ a rule of your own")
        assert engine.wishes == []


async def test_the_page_writes_its_table_and_says_where(short_tmp: Path):
    async with (
        EngineDouble(short_tmp / "e.sock", everything(studies=(SELDOM, NEVER))) as engine,
        viewer(Source(socket=engine.path), columns=120, folder=short_tmp) as screen,
    ):
        await opened(screen)
        await screen.sees("▸ MOVE above 130")
        screen.press("e")
        await screen.sees("exported to")
        (path,) = short_tmp.glob("tidegauge-studies-*.csv")
        assert path.read_text() == written(*results([SELDOM, NEVER]))
        assert path.stat().st_mode & 0o777 == 0o600
        screen.press("E")
        await screen.until(lambda: list(short_tmp.glob("tidegauge-study-times-*.csv")) != [], "the second file")


async def test_escapes_and_markup_in_a_rule_are_shown_as_text(short_tmp: Path):
    hostile = replace(SELDOM, rule="[b]\x1b[2Jrule", label="[red]x\x1b]0;owned\x07y", answer=("[i]\x1b[31manswer",))
    async with (
        EngineDouble(short_tmp / "e.sock", everything(studies=(hostile,))) as engine,
        viewer(Source(socket=engine.path)) as screen,
    ):
        await opened(screen)
        await screen.sees("▸ [b]rule", "[red]xy", "[i]answer")
        screen.press("\r")
        await screen.sees(">>>>  n = 3", "[b]rule", "[red]xy")
        assert b"owned" not in screen.raw
        assert b"\x1b[2J" not in screen.raw


def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("study.") for binding in StudyScreen.BINDINGS)
