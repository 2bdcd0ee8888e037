"""The regime pane: the verdict and what would end it, the chain, the regime and its past, levels, scenarios, lists."""

import csv
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.topics import TOPICS, Price, noted
from tests.tui import regime_topics as made
from tests.tui.engine_double import EngineDouble, everything
from tests.tui.engine_double import metric as live
from tests.tui.hosted import NOW, dirty_rows, hosted, shown, text_of, view
from tests.tui.pty_viewer import viewer
from tests.tui.regime_topics import reading, regime, topics, trigger, verdict
from tui.panes import PANES
from tui.panes.regime import RegimePane
from tui.screens.inspect import Inspect
from tui.source import Source
from tui.widgets.lines import Line, width_of
from tui.widgets.regime_board import VIEWS, board, readings
from tui.widgets.regime_export import table

SECOND, HOUR = 1_000, 3_600_000


def said(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def one(line: Line) -> str:
    return said([line])[0]


# ---- the overview in three sizes


async def test_in_a_small_terminal_stand_verdict_sentence_nearest_trigger_regime_and_net_liquidity():
    assert await shown(RegimePane(), topics(), 76, 19) == [
        " ARMED   since Fri 7 Mar 2025  ● fresh  newest 5h old  oldest for 5 Mar",
        "MOVE closed at 134.50 on 2025-03-07",
        "nearest to release  standing repo $30.0 bn, 20.0 to go  (≥ $50 bn)  ● 5h old",
        "ends when the Fed answers: Fed assets ≥ +$100 bn, standing repo ≥ $50 bn or",
        "primary credit ≥ +$50 bn. A bounce in price is no release. Without one it",
        "goes back to NO-TRADE; so far 3 of 20 business days without a trigger.",
        "[overview] chain  history  scenarios  levels  hedge & dollar",
        "regime  repair   since 2024-08-07  without MOVE  ● 5h old  for 5 Mar",
        "net liquidity $5,899 bn  +2.15 % in 13 weeks  ● 5h old  for 5 Mar",
        "pending  mixed at 1 of 2 weekly closes",
        "mixed if the next weekly closes say so again",
        "inflation  →rates      →growth     →liquidity  →risk       →price",
        "? not known ▼ -1 weighs ■ 0 neither ▲ +1 lifts  ■ 0 neither --",
        "--          tightening  near trend  rising      neutral",
        "core 3m     10y 13w     CFNAI 3m    net 13w     mean z",
        "+2.73 %     +0.26 pt    -0.12       +2.15 %     ~+0.38",
        "·           ● 5h old    ● 5h old    ● 5h old    ● 5h old",
        "4 of 5 drivers; inflation: October 2024 was never published: no core CPI",
        "▼ 60 more",
    ]


async def test_a_middling_terminal_has_large_letters_the_triggers_and_the_strip_of_weeks():
    rows = await shown(RegimePane(), topics(), 108, 36)
    assert rows[:16] == [
        "▄▀▀▄ █▀▀▄ █▄ ▄█ █▀▀▀ █▀▀▄   since Fri 7 Mar 2025  ● fresh  newest 5h old  oldest for 5 Mar",
        "█▀▀█ █▀█  █ ▀ █ █▀▀  █  █   MOVE closed at 134.50 on 2025-03-07",
        "▀  ▀ ▀  ▀ ▀   ▀ ▀▀▀▀ ▀▀▀    nearest to release  standing repo $30.0 bn, 20.0 to go  (≥ $50 bn)  ● 5h old",
        "ends when the Fed answers: Fed assets ≥ +$100 bn, standing repo ≥ $50 bn or primary credit ≥ +$50 bn. A",
        "bounce in price is no release. Without one it goes back to NO-TRADE; so far 3 of 20 business days without a",
        "trigger.",
        "[overview] chain  history  scenarios  levels  hedge & dollar   v: next view  i: inspect  e: export",
        "trigger                    now threshold      distance says           for  age state     last on",
        "armed by any of",
        "● MOVE                  134.50 > 130             there ■ on         7 Mar   5h fresh  7 Mar 2025",
        "● oil shock           no shock a shock              -- □ off        7 Mar   5h fresh       never",
        "● repo stress            41.00 ≥ 75         34.0 to go □ off        7 Mar   5h fresh 31 Dec 2024",
        "released by any of, once armed",
        "● Fed assets          $13.4 bn ≥ +$100 bn   86.6 to go □ off        7 Mar   5h fresh       never",
        "● standing repo       $30.0 bn ≥ $50 bn     20.0 to go □ off        7 Mar   5h fresh  2 Apr 2020",
        "● primary credit       $0.0 bn ≥ +$50 bn    50.0 to go □ off        7 Mar   5h fresh       never",
    ]
    assert rows[17:24] == [
        "inflation        →rates            →growth           →liquidity        →risk appetite    →price",
        "? not known       ▼ -1 weighs       ■ 0 neither       ▲ +1 lifts        ■ 0 neither       --",
        "--                tightening        near trend        rising            neutral",
        "core 3m   +2.73 % 10y 13w  +0.26 pt CFNAI 3m    -0.12 net 13w   +2.15 % mean z     ~+0.38",
        "CPI y/y   +2.74 % 10y - 2y   +32 bp ● 5h old          net liq  $5.90 tn ● 5h old",
        "·                 ● 5h old                            ● 5h old",
        "4 of 5 drivers; inflation: October 2024 was never published: no core CPI",
    ]
    assert rows[25:34] == [
        "regime  repair   since 2024-08-07  without MOVE  ● 5h old  for 5 Mar",
        "net liquidity $5,899 bn  +2.15 % in 13 weeks  ● 5h old  for 5 Mar",
        "13-week net liquidity +2.15 %: +1; risk appetite, mean z, +0.38: 0; risk appetite from 4 of 5 parts",
        "pending  mixed at 1 of 2 weekly closes",
        "mixed if the next weekly closes say so again",
        "since the close of 2025-02-26: 13-week net liquidity +1.21 % → +2.15 %",
        "regime by the week  since 2015-01-07, 4.9 weeks a letter   E easy  R repair  L late  D drain  · mixed",
        "·" * 41 + "E" * 20 + "D" * 20 + "L" * 21 + "R" * 6,
        "2015      2016       2017      2018       2019      2020       2021       2022      2023       2024",
    ]


async def test_a_roomy_terminal_has_all_of_it_on_one_screen():
    rows = await shown(RegimePane(), topics(), 196, 55)
    everything_ = "\n".join(rows)
    assert "more" not in everything_.replace("more in hedge", "")
    for part in (
        *("inflation                      → rates", "armed by any of", "latest changes", "regime by the week"),
        *("+ for: counts, never a probability", "hiking while printing ◀ the corner to watch", "level $60,000"),
        *("● bitcoin is         high beta  7 Mar", "dollar exit  3 numbers", "fragility  2 numbers"),
        "without a public number: Oracle's credit default swaps; marks of private loans",
    ):
        assert part in everything_
    assert rows[14] == (
        "trigger                    now threshold      distance              says           for  age state     last on"
        "             regime  repair   since 2024-08-07  without MOVE  ● 5h old  for 5 Mar"
    )
    assert rows[24] == ("2025-03-07 ARMED     MOVE closed at 134.50 on 2025-03-07  known 12 Mar 2025 09:35 UTC")


@pytest.mark.parametrize("size", [(24, 8), (40, 12), (60, 14), (76, 19), (99, 30), (116, 35), (160, 40), (196, 55)])
async def test_no_row_is_wider_than_its_pane_in_any_view(size):
    pane = RegimePane()
    async with hosted(pane, *size) as pilot:
        pane.show(view(topics()))
        for _ in VIEWS:
            await pilot.press("v")
            await pilot.pause()
            assert any(text_of(pilot))
            if size[0] >= 76:
                for part in (pane._top, pane._page, pane._list, pane._foot):
                    assert [one(line) for line in part._rows if part.display and width_of(line) > size[0]] == []


async def test_a_new_size_is_drawn_at_once():
    pane = RegimePane()
    async with hosted(pane, 76, 19) as pilot:
        pane.show(view(topics()))
        await pilot.resize_terminal(196, 55)
        await pilot.pause()
        assert text_of(pilot)[0].startswith("▄▀▀▄ █▀▀▄")
        await pilot.resize_terminal(76, 19)
        await pilot.pause()
        assert text_of(pilot)[0].startswith(" ARMED   since")


# ---- the other views


async def test_in_the_history_keys_go_by_weeks_and_years_and_the_week_is_read_out():
    pane = RegimePane()
    async with hosted(pane, 102, 35) as pilot:
        pane.show(view(topics()))
        await pilot.press("v", "v", "h")
        await pilot.pause()
        assert text_of(pilot)[33:] == [
            "Wednesday 2025-02-26: repair held; 13-week net liquidity +2.15 %: +1; risk appetite +0.38 z: 0, from 4",
            "of 5 parts; known 11 Mar 2025 14:35 UTC",
        ]
        await pilot.press("j")
        await pilot.pause()
        assert text_of(pilot)[33].startswith("Wednesday 2024-02-28: late held")
        await pilot.press("g")
        await pilot.pause()
        assert text_of(pilot)[33].startswith("Wednesday 2025-03-05: repair held")


async def test_the_days_of_the_marked_test_are_told_in_full():
    rows = await shown(RegimePane(), topics(), 76, 19, "v", "v", "v", "v")
    assert rows[4:7] == [
        "level $60,000  3 tests, 1 held, 1 in a row  ● 5h old  for 7 Mar",
        "1 held since it failed on 2024-08-06: the second counts; no test before a",
        "close of $66,000",
    ]
    assert rows[16:18] == [
        "10 Mar: low $60,812, close $61,404; 11 Mar: low --, close $61,900; 12 Mar:",
        "low $61,200, close not yet; 2 closes in a row at or over $60,000 so far",
    ]


async def test_the_board_has_a_sign_for_each_scenario_and_counts_at_the_bottom():
    rows = await shown(RegimePane(), topics(), 108, 35, "v", "v", "v", "j")
    assert rows[4:14] == [
        "  evidence                     now                                          norm toll blok emp     for  age",
        "  oil, 5 d label               quiet                                        -    ·    -    -     7 Mar   5h",
        "▸ gold, dollar, 13 w           gold +11.78 %, DXY -3.24 %                   ·    +    +    +     6 Mar   5h",
        "  Fed custody, 13 w            --                                           ?    ?    ?    ?        --   --",
        "  BTC / IGV, 20 d              +7.09 %                                      ·    ·    ·    ·     7 Mar   5h",
        "  + for: counts, never a probability                                        0    1    1    1",
        "  - against                                                                 1    0    1    1",
        "  ? unknown                                                                 1    1    1    1",
        "",
        "+ supports  - contradicts  ? unknown  · says nothing  no row is worth as much as another",
    ]
    assert rows[26:] == [
        "gold and the dollar index, 13 weeks",
        "supports toll booth, which wants: rule of tollbooth",
        "supports blockade, which wants: rule of blockade",
        "supports empire strikes back, which wants: rule of empire",
        "words of gold.13w",
        "words of dxy.13w",
        "from nyfed",
        "",
        "",
    ]


async def test_in_little_room_the_counts_stay_in_sight_and_the_rules_are_run_together():
    rows = await shown(RegimePane(), topics(), 76, 19, "v", "v", "v", "j")
    assert rows[9:12] == [
        "  + for: counts, never a probability                    0    1    1    1",
        "  - against                                             1    0    1    1",
        "  ? unknown                                             1    1    1    1",
    ]
    assert rows[17:] == [
        "supports toll booth, which wants: rule of tollbooth; supports blockade, whi…",
        "words of gold.13w; words of dxy.13w; from nyfed",
    ]


async def test_hedge_and_dollar_lists_everything_with_what_it_says():
    rows = await shown(RegimePane(), topics(), 116, 35, "v", "v", "v", "v", "v")
    assert rows[4:19] == [
        "hedge or high beta",
        "▸ ● bitcoin is                      high beta  7 Mar   5h fresh beta to Nasdaq 100 +1.31",
        "  ● beta to QQQ, 90d                    +1.31  7 Mar   5h fresh words of hedge.beta.qqq.90d",
        "  ● corr to GLD, 90d                    -0.16  7 Mar   5h fresh words of hedge.corr.gld.90d",
        "dollar exit",
        "  ● custody at the Fed              -$22.4 bn  7 Mar   5h fresh words of custody.change",
        "  ● HKD over 7.75                    520 pips  7 Mar   5h fresh words of usdhkd.strong_side.pips",
        "  · CIPS value y/y                         --  CIPS payments by value: not known",
        "fragility",
        "  ● high-yield spread                  2.79 %  7 Mar   5h fresh words of fragility.hy",
        "  ● top 10 of S&P 500                 39.28 %  7 Mar   5h fresh words of fragility.top10",
        "without a public number",
        "  -- Oracle's credit default swaps  quoted among dealers",
        "  -- marks of private loans  late",
        "",
    ]


# ---- views, keys


async def test_v_goes_through_the_views_and_capital_v_back():
    pane = RegimePane()
    async with hosted(pane, 116, 35) as pilot:
        pane.show(view(topics()))
        await pilot.pause()
        seen = []
        for _ in range(len(VIEWS) + 1):
            seen.append(next(name for name in VIEWS if any(f"[{name}]" in row for row in text_of(pilot))))
            await pilot.press("v")
            await pilot.pause()
        assert tuple(seen) == (*VIEWS, "overview")
        await pilot.press("V", "V")
        await pilot.pause()
        assert "[hedge & dollar]" in "\n".join(text_of(pilot))


async def test_the_overview_scrolls_where_it_has_no_room():
    pane = RegimePane()
    async with hosted(pane, 76, 19) as pilot:
        pane.show(view(topics()))
        await pilot.press("pagedown")
        await pilot.pause()
        assert "armed by any of" in text_of(pilot)
        assert text_of(pilot)[0].startswith(" ARMED")


async def test_nothing_is_drawn_while_nothing_changed_and_the_price_moves_it_once_a_second():
    pane = RegimePane()
    async with hosted(pane, 196, 55) as pilot:
        pane.show(view(topics()))
        await pilot.pause()
        dirty_rows(pane._page)
        pane._page._repaint_regions.clear()
        pane.show(view(topics(), NOW + 300))
        assert dirty_rows(pane._page) == set()
        price = Price(live(64_210.5), {}, live(3.2, "bp"), ())
        moving = view(topics(price=price), NOW + 600)
        pane.show(type(moving)(moving.topics, frozenset({"price"}), moving.now_ms, moving.zone))
        assert dirty_rows(pane._page) == set()
        pane.show(view(topics(price=price), NOW + SECOND))
        assert dirty_rows(pane._page) == {1, 2}
        await pilot.pause()
        pane._page._repaint_regions.clear()
        pane.show(view(topics(price=price), NOW + HOUR))
        assert len(dirty_rows(pane._page)) > 10


# ---- inspecting


@pytest.mark.parametrize("at", VIEWS)
async def test_every_reading_that_a_view_shows_can_be_inspected(at):
    pane = RegimePane()
    async with hosted(pane, 120, 40) as pilot:
        pane.show(view(topics()))
        await pilot.press(*["v"] * VIEWS.index(at), "i")
        await pilot.pause()
        page = pilot.app.screen
        assert isinstance(page, Inspect)
        page.show(topics(), NOW, UTC)
        await pilot.pause()
        found = readings(board(topics(), NOW, UTC), at)
        assert f"{len(found)} numbers" in "\n".join(text_of(pilot))
        assert len({one_.name for one_ in found}) == len(found)
    names = {one_.name for one_ in found}
    assert {
        "overview": {"verdict.state", "verdict.oil", "regime.label", "risk.z", "level.60000.held", "hedge.label"},
        "chain": {"driver.rates.push", "inflation.cpi.yoy", "money.quadrant", "custody.change"},
        "history": {"verdict.state", "regime.label"},
        "scenarios": {"scenario.empire.for", "gold.13w", "btc_igv.20d"},
        "levels": {"level.60000.tests"},
        "hedge & dollar": {"hedge.beta.qqq.90d", "usdhkd.strong_side.pips", "fragility.top10"},
    }[at] <= names


async def test_inspecting_begins_with_what_is_marked():
    pane = RegimePane()
    async with hosted(pane, 120, 40) as pilot:
        pane.show(view(topics()))
        await pilot.press("v", "j", "j", "enter")
        await pilot.pause()
        page = pilot.app.screen
        assert isinstance(page, Inspect)
        page.show(topics(), NOW, UTC)
        await pilot.pause()
        rows = text_of(pilot)
        assert any("inflation.core.3m" in row and "formula" not in row for row in rows)
        assert any("formula   formula of inflation.core.3m" in row for row in rows)


# ---- exporting


async def exported(here: Path, *keys: str) -> tuple[str, list[dict[str, str]]]:
    pane = RegimePane()
    async with hosted(pane, 116, 35) as pilot:
        pane.show(view(topics()))
        await pilot.press(*keys, "e")
        await pilot.pause()
    (path,) = here.glob("*.csv")
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(newline="", encoding="utf-8") as file:
        return path.name, list(csv.DictReader(file))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_the_overview_is_exported_with_thresholds_and_distances(here):
    name, rows = await exported(here)
    assert name == "tidegauge-regime-20250312T143530Z.csv"
    assert rows[3] == {
        "name": "verdict.stress",
        "value": "41",
        "unit": "",
        "period": "2025-03-07",
        "known_utc": "2025-03-12T09:35:30Z",
        "state": "fresh",
        "quality": "exact",
        "band": "",
        "words": "words of verdict.stress",
        "missing": "",
        "least": "",
        "most": "",
        "threshold": "75",
        "distance": "34",
        "on": "no",
        "last_on": "2024-12-31",
    }
    push = next(row for row in rows if row["name"] == "driver.inflation.push")
    assert (push["value"], push["state"], push["missing"], push["threshold"]) == ("", "none", "X", "")


async def test_the_chain_is_exported_whole_and_not_as_it_is_rounded(here):
    name, rows = await exported(here, "v")
    assert name == "tidegauge-chain-20250312T143530Z.csv"
    assert next(row["value"] for row in rows if row["name"] == "netliq.level") == "5898.748"


async def test_the_history_is_exported_week_by_week_and_change_by_change(here):
    name, rows = await exported(here, "v", "v")
    assert name == "tidegauge-history-20250312T143530Z.csv"
    assert len(rows) == len(made.TIMELINE) + len(made.CHANGES) + len(made.NOTES)
    assert list(rows[0].values()) == [
        *("week", "2015-01-07", "2025-03-11T14:35:30Z", "mixed", "mixed", "1", "0", "2.15", "0.38", "4", "")
    ]
    assert list(rows[-2].values()) == [
        *("verdict", "2025-03-07", "2025-03-12T09:35:30Z", "NO-TRADE", "ARMED", "", "", "", "", "", made.ARMING)
    ]


async def test_scenarios_are_exported_cell_by_cell_and_then_their_counts(here):
    name, rows = await exported(here, "v", "v", "v")
    assert name == "tidegauge-scenarios-20250312T143530Z.csv"
    assert len(rows) == 4 * 4 + 4 * 3
    assert list(rows[5].values()) == [
        *("gold and the dollar index, 13 weeks", "toll booth", "supports", "rule of tollbooth"),
        *("gold.13w 11.78 %; dxy.13w -3.24 %", "2025-03-06", "2025-03-12T09:35:30Z", "nyfed"),
    ]
    assert list(rows[-1].values())[:5] == ["count", "empire strikes back", "unknown", "", "1.0"]


async def test_levels_are_exported_day_by_day(here):
    name, rows = await exported(here, "v", "v", "v", "v")
    assert name == "tidegauge-levels-20250312T143530Z.csv"
    assert [list(row.values()) for row in rows[-2:]] == [
        ["60000", "2025-03-10", "open", "", "60812.5", "no", "0", "2", "2025-03-11", "", "61900"],
        ["60000", "2025-03-10", "open", "", "60812.5", "no", "0", "2", "2025-03-12", "61200", ""],
    ]


async def test_hedge_dollar_and_what_is_not_public_are_exported_together(here):
    name, rows = await exported(here, "v", "v", "v", "v", "v")
    assert name == "tidegauge-hedge-dollar-20250312T143530Z.csv"
    assert rows[-1]["name"] == "marks of private loans"
    assert (rows[-1]["value"], rows[-1]["band"], rows[-1]["words"]) == ("", "without a public number", "late")


async def test_without_topics_nothing_is_exported_and_every_view_says_that_it_waits(here):
    pane = RegimePane()
    async with hosted(pane, 116, 35) as pilot:
        pane.show(view({}))
        for _ in VIEWS:
            await pilot.press("e")
            await pilot.pause()
            assert "waiting for the engine" in "\n".join(text_of(pilot)[1:])
            await pilot.press("v")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("size", [(76, 19), (116, 35), (196, 55)])
async def test_each_topic_may_be_missing_by_itself(size):
    pane = RegimePane()
    async with hosted(pane, *size) as pilot:
        for name in topics():
            pane.show(view(topics(**{name: None})))
            for _ in VIEWS:
                pane.action_view(1)
            await pilot.pause()
            assert any(text_of(pilot)), name
            of = board(topics(**{name: None}), NOW, UTC)
            assert all(len(row) == len(columns) for at in VIEWS for _, columns, rows in [table(of, at)] for row in rows)


# ---- what comes from outside


async def test_escapes_and_markup_in_any_word_are_inert():
    evil = "\x1b[31m[red]evil[/]\x07\n\u202e"
    bad = replace(reading("evil", evil, evil, evil, band=evil), formula=evil, missing=(evil,))
    hostile = topics(
        verdict=verdict(
            state=replace(verdict().state, notes=noted([evil, f"without {evil}"])),
            triggers=(trigger("move", evil, None, 1.0, reading=replace(bad, value=None)), *made.TRIGGERS),
            changes=(replace(made.CHANGES[0], cause=evil),),
        ),
        regime=regime(
            label=replace(bad, name="regime.label"),
            pending=evil,
            changed=(evil, evil),
            flips=(replace(regime().flips[0], words=evil),),
            drivers=(made.driver("rates", 1.0, evil, bad), made.driver(evil, None, evil, bad)),
            money=type(made.MONEY)(bad, made.MONEY.trail),
        ),
        scenarios=replace(made.scenarios(), evidence=(made.evidence("evil", evil, (bad,), *["unknown"] * 4),)),
        hedge=type(made.HEDGE)((bad,), ()),
        fragility=type(made.FRAGILITY)((bad,), (type(made.FRAGILITY.unpublished[0])(evil, evil),)),
    )
    for size in ((76, 19), (196, 55)):
        pane = RegimePane()
        async with hosted(pane, *size) as pilot:
            pane.show(view(hostile))
            for _ in VIEWS:
                await pilot.press("v")
                await pilot.pause()
                strips = pilot.app.screen._compositor.render_strips()
                assert all(segment.text.isprintable() for strip in strips for segment in strip)
                assert "[red]evil[/]" in "\n".join(text_of(pilot)) or pane._at in ("levels", "history")


# ---- in the program


@pytest.mark.skipif("regime" not in PANES or "regime" not in TOPICS, reason="it is not among the panes yet")
async def test_its_key_shows_it_alone_in_a_real_terminal_without_colours(short_tmp: Path):
    key = str((list(PANES).index("regime") + 1) % 10)
    told = {name: topic for name, topic in topics().items() if name in TOPICS}
    async with (
        EngineDouble(short_tmp / "e.sock", everything(**told)) as engine,
        viewer(Source(socket=engine.path), environ={"NO_COLOR": "1"}) as screen,
    ):
        await screen.sees("1 price", "ARMED", "repair")
        screen.press(key)
        await screen.sees(f"{key} regime", " ARMED   since Fri 7 Mar 2025", "ends when the Fed answers")
        screen.press("v")
        await screen.sees("[chain]", "▸ · push")
        assert screen.code() is None
        assert all(len(row) <= 80 for row in screen.lines)
        assert b"\x1b[33m" not in screen.raw and b"\x1b[31m" not in screen.raw
