"""The flows pane: what it says of a day, of a run and of what the holders paid, and what it says is missing."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.signals.flows import flows
from feeds.signals.thresholds import FlowsRule
from feeds.topics import Flows, Reading, noted
from feeds.vintages import Vintages
from tests.tui.hosted import dirty_rows, hosted, styles_of, text_of
from tui.pane import View
from tui.panes.flows import FlowsPane
from tui.screens.inspect import Inspect
from tui.widgets.flow_rows import columns, day_row, table, titles
from tui.widgets.lines import Lines, width_of

NOW = int(datetime(2026, 7, 23, 12, tzinfo=UTC).timestamp() * 1000)
FUNDS = ("IBIT", "FBTC", "GBTC", "ARKB", "BITB", "HODL", "BRRR", "EZBC")
DAYS: dict[str, tuple[float, ...]] = {
    "2026-07-14": (1310.0, 55.5, -20.0, 11.0, 5.0, 2.0, 1.0, 0.0),
    "2026-07-15": (120.0, 20.0, -10.0, 0.0, 4.0, 1.5, 0.5, 0.4),
    "2026-07-16": (-60.0, -30.0, -12.5, -8.0, 0.0, -1.0, 0.0, 0.0),
    "2026-07-17": (-402.3, -88.0, -31.4, -12.0, -6.0, 0.0, -1.2, 0.0),
    "2026-07-21": (-251.0, -49.9, -15.0, -7.5, -3.5, -2.0, 0.0, 0.0),
    "2026-07-22": (-44.5, -12.0, 0.0, -3.1, 0.0, 0.0, -0.4, 0.0),
}
"""In the order of FUNDS, $M. The 20th, a Monday, was a day of trading."""
CLOSES = dict(zip(DAYS, (118_000.0, 119_500.0, 117_000.0, 112_000.0, 110_250.0, 109_800.0), strict=True))


def made(
    days: Mapping[str, tuple[float | None, ...]] = DAYS,
    *,
    unsure: tuple[str, ...] = (),
    spot: float | None = 108_000.0,
    closes: Mapping[str, float] = CLOSES,
    more: tuple[Observation, ...] = (),
) -> Flows:
    """The topic of these days. The newest is provisional where funds are missing of it or `unsure`."""
    rows: list[Observation] = []
    newest = max(days, default="")
    for day, values in days.items():
        known = day_end_ms(date.fromisoformat(day))
        open_ = day == newest and (None in values or bool(unsure))
        found = {fund: value for fund, value in zip(FUNDS, values, strict=True) if value is not None}
        rows += [
            Observation(f"ETF.{fund}", day, value, known, "farside", open_ and fund in unsure)
            for fund, value in found.items()
        ]
        rows.append(Observation("ETF.TOTAL", day, round(sum(found.values()), 6), known, "farside", open_))
    rows += [
        Observation("BTC", day, value, day_end_ms(date.fromisoformat(day)), "btc") for day, value in closes.items()
    ]
    rows += more
    return flows(Vintages(rows).known(NOW), FlowsRule(), spot, rows)


def view_of(topic: Flows | None, now_ms: int = NOW) -> View:
    topics = {} if topic is None else {"flows": topic}
    return View(topics, frozenset(topics), now_ms, UTC)


async def shown(topic: Flows | None, width: int, height: int, *keys: str) -> list[str]:
    pane = FlowsPane()
    async with hosted(pane, width, height) as pilot:
        pane.show(view_of(topic))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return text_of(pilot)


OPEN = {**DAYS, "2026-07-22": (-44.5, 0.0, None, -3.1, None, 0.0, -0.4, 0.0)}


# ---- three sizes


async def test_in_80_by_24_the_sentence_the_sums_the_cost_and_the_days_have_room() -> None:
    assert await shown(made(), 76, 19) == [
        "at least 2 days in a row of outflows (2026-07-20 is not in the table); by",
        "the flows since 2026-07-14 the price is 20.3 % under the net cost of the",
        "funds' coins",
        "● -60.0 $M  Wed 22 Jul 2026  known 8h ago  z --  5 days ~-1,041.3",
        "20 days -- only 6 of 20 days are known  all days ~+459.6  8 of 8 funds",
        "net cost ~$135,461 of net $ / net coins  average cost ~$118,142 without GBTC",
        "14.7 % apart  $108,000 now is ~-20.3 % to net, ~-8.6 % to average",
        "without a day of trading, 2026-07-20; only since 2026-07-14: the funds bega…",
        "funds in $M  -- not reported, 0.0 zero, · no fund",
        "  $M            total   coins     IBIT  FBTC  GBTC  ARKB BITB HODL BRRR EZBC",
        "▸ Wed 22 Jul    -60.0    -546    -44.5 -12.0   0.0  -3.1  0.0  0.0 -0.4  0.0",
        "  Tue 21 Jul   -328.9  -2,983   -251.0 -49.9 -15.0  -7.5 -3.5 -2.0  0.0  0.0",
        "  Mon 20 Jul: traded, not in the table",
        "  Fri 17 Jul   -540.9  -4,829   -402.3 -88.0 -31.4 -12.0 -6.0  0.0 -1.2  0.0",
        "  Thu 16 Jul   -111.5    -953    -60.0 -30.0 -12.5  -8.0  0.0 -1.0  0.0  0.0",
        "  Wed 15 Jul   +136.4  +1,141   +120.0 +20.0 -10.0   0.0 +4.0 +1.5 +0.5 +0.4",
        "  Tue 14 Jul +1,364.5 +11,564 +1,310.0 +55.5 -20.0 +11.0 +5.0 +2.0 +1.0  0.0",
        "Wed 22 Jul 2026: -60.0 $M, -546 BTC at a close of $109,800, 8 of 8 funds",
        "reported",
    ]


async def test_where_a_day_is_not_whole_it_says_who_has_not_reported_and_marks_what_may_change() -> None:
    assert (await shown(made(OPEN, unsure=("FBTC", "HODL")), 76, 19))[:12] == [
        "at least 1 day of outflows (2026-07-22 is not whole and not counted,",
        "2026-07-20 is not in the table); by the flows since 2026-07-14 the price is",
        "19.8 % under the net cost of the funds' coins",
        "● ᵖ-48.0 $M  Wed 22 Jul 2026  known 8h ago  z --  5 days ~-1,029.3",
        "20 days -- only 6 of 20 days are known  all days ~+471.6",
        "4 of 8 funds ▕██████░░░░░░▏ provisional not yet: BITB GBTC FBTC HODL",
        "net cost ~$134,660 of net $ / net coins  average cost ~$118,142 without GBTC",
        "14.0 % apart  $108,000 now is ~-19.8 % to net, ~-8.6 % to average",
        "2026-07-22 is provisional: 4 of 8 funds; without a day of trading, 2026-07-…",
        "funds in $M  -- not reported, 0.0 zero, · no fund",
        "  $M            total   coins     IBIT  FBTC  GBTC  ARKB BITB HODL BRRR EZBC",
        "▸ Wed 22 Jul   ᵖ-48.0   ᵖ-437    -44.5  ᵖ0.0    --  -3.1   -- ᵖ0.0 -0.4  0.0",
    ]


async def test_in_120_by_40_the_history_stands_below_the_days() -> None:
    assert await shown(made(), 116, 35) == [
        "at least 2 days in a row of outflows (2026-07-20 is not in the table); by the flows since 2026-07-14 the"
        " price is",
        "20.3 % under the net cost of the funds' coins",
        "● -60.0 $M  Wed 22 Jul 2026  known 8h ago  z --  5 days ~-1,041.3  20 days -- only 6 of 20 days are known",
        "all days ~+459.6  8 of 8 funds",
        "net cost ~$135,461 of net $ / net coins  average cost ~$118,142 without GBTC  14.7 % apart",
        "$108,000 now is ~-20.3 % to net, ~-8.6 % to average",
        "without a day of trading, 2026-07-20; only since 2026-07-14: the funds began 2024-01-11",
        "funds in $M  -- not reported, 0.0 zero, · no fund  heavier from 50 $M, reversed from 250",
        "  $M               total      coins        IBIT     FBTC     GBTC     ARKB    BITB    HODL    BRRR    EZBC",
        "▸ Wed 22 Jul       -60.0       -546       -44.5    -12.0      0.0     -3.1     0.0     0.0    -0.4     0.0",
        "  Tue 21 Jul      -328.9     -2,983      -251.0    -49.9    -15.0     -7.5    -3.5    -2.0     0.0     0.0",
        "  Mon 20 Jul: traded, not in the table",
        "  Fri 17 Jul      -540.9     -4,829      -402.3    -88.0    -31.4    -12.0    -6.0     0.0    -1.2     0.0",
        "  Thu 16 Jul      -111.5       -953       -60.0    -30.0    -12.5     -8.0     0.0    -1.0     0.0     0.0",
        "  Wed 15 Jul      +136.4     +1,141      +120.0    +20.0    -10.0      0.0    +4.0    +1.5    +0.5    +0.4",
        "  Tue 14 Jul    +1,364.5    +11,564    +1,310.0    +55.5    -20.0    +11.0    +5.0    +2.0    +1.0     0.0",
        "",
        "",
        "",
        "Wed 22 Jul 2026: -60.0 $M, -546 BTC at a close of $109,800, 8 of 8 funds reported",
        "",
        " 3m [1y] all   Wed 22 Jul 2026  -60.0 $M  all +459.6  bitcoin $109,800  net cost $135,461 -18.9 %",
        "all flows so far, $bn",
        "⣀⣀⣀⡠⠤⠤⠤⠤⠤⠤⠔⠒⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀                                                                       "
        "              1.5",
        "                            ⠉⠑⠒⠤⢄⣀",
        "                                  ⠉⠑⠒⠤⢄⣀                                                           "
        "              1.0",
        "                                        ⠉",
        "                                                                                             "
        " ⠒⠒⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤     0.5",
        "bitcoin's close, $   ╌╌ net cost of the coins in the funds",
        "                                                                                                ⢀⣀⣀ ⣀⠤ ⠤⠤ ⠒⠒",
        "                                                                                              ⠉⠉⠁",
        "                                  ⣀⣀ ⣀⡠ ⠤",
        "⠒⠒⠒⠒⠒⠒⠒⠛⠛⠉⠛⠛⠉⠛⠛⠉⠛⠒⠒⠒⠒⠒⠒⠒⠤⠶⠶⠤⠶⢎⣀⣉⣉⣉                                                                 "
        "          120,000",
        "                                  ⠉⠉⠉⠉⠑⠒⠒                                                     ⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤",
        "2026-07-14",
    ]


async def test_in_200_by_60_the_columns_stand_apart_and_all_signs_are_explained() -> None:
    rows = await shown(made(), 196, 55)
    assert rows[:7] == [
        "at least 2 days in a row of outflows (2026-07-20 is not in the table); by the flows since 2026-07-14 the"
        " price is 20.3 % under the net cost of the funds' coins",
        "● -60.0 $M  Wed 22 Jul 2026  known 8h ago  z --  5 days ~-1,041.3  20 days -- only 6 of 20 days are"
        " known  all days ~+459.6  8 of 8 funds",
        "net cost ~$135,461 of net $ / net coins  average cost ~$118,142 without GBTC  14.7 % apart "
        " $108,000 now is ~-20.3 % to net, ~-8.6 % to average",
        "without a day of trading, 2026-07-20; only since 2026-07-14: the funds began 2024-01-11",
        "funds in $M  -- not reported, 0.0 zero, · no fund  heavier from 50 $M, reversed from 250",
        "  $M               total      coins        IBIT     FBTC     GBTC     ARKB    BITB    HODL    BRRR    EZBC",
        "▸ Wed 22 Jul       -60.0       -546       -44.5    -12.0      0.0     -3.1     0.0     0.0    -0.4     0.0",
    ]
    assert rows[-1] == "2026-07-14"


@pytest.mark.parametrize("width", [34, 40, 56, 60, 76, 88, 116, 150, 196])
def test_no_row_of_the_table_is_wider_than_the_pane(width: int) -> None:
    for topic in (made(), made(OPEN, unsure=("FBTC",))):
        for in_coins in (False, True):
            one = table(topic, in_coins)
            for first in range(len(FUNDS)):
                there = columns(one, width, first)
                for line in (titles(one, there), *(day_row(one, row, there, True) for row in topic.rows)):
                    assert width_of(line) <= max(width, 44)


# ---- funds, days, units


async def test_where_not_all_funds_have_room_the_others_are_summed_and_keys_move_along_them() -> None:
    first = await shown(made(), 60, 19)
    assert [first[n] for n in range(*_table(first))] == [
        "funds in $M, 1 to 3 of 8 by size ▸",
        "  $M            total   coins     IBIT  FBTC  GBTC 5 others",
        "▸ Wed 22 Jul    -60.0    -546    -44.5 -12.0   0.0     -3.5",
        "  Tue 21 Jul   -328.9  -2,983   -251.0 -49.9 -15.0    -13.0",
    ]
    moved = await shown(made(), 60, 19, *["l"] * 9)
    assert [moved[n] for n in range(*_table(moved))] == [
        "funds in $M, ◂ 5 to 8 of 8 by size",
        "  $M            total   coins BITB HODL BRRR EZBC 4 others",
        "▸ Wed 22 Jul    -60.0    -546  0.0  0.0 -0.4  0.0    -59.6",
        "  Tue 21 Jul   -328.9  -2,983 -3.5 -2.0  0.0  0.0   -323.4",
    ]
    assert await shown(made(), 60, 19, *["l"] * 9, *["h"] * 9) == first


def _table(rows: list[str]) -> tuple[int, int]:
    """Where the table stands: from what names its columns up to its third day."""
    start = next(n for n, row in enumerate(rows) if row.startswith("funds in"))
    return start, start + 4


def test_the_sum_of_the_others_is_marked_where_one_of_them_is_missing() -> None:
    late = {**DAYS, "2026-07-21": (-251.0, -49.9, -15.0, -7.5, -3.5, None, 0.0, 0.0)}
    topic = made(late)
    one = table(topic, False)
    there = columns(one, 60, 0)
    rows = ["".join(said for said, _ in day_row(one, row, there, False)) for row in topic.rows[:2]]
    assert rows[1].split()[3:] == ["~-326.9", "~-2,965", "-251.0", "-49.9", "-15.0", "~-11.0"]
    assert rows[0].split()[3] == "-60.0"


async def test_funds_are_told_in_coins_at_the_close_of_each_day() -> None:
    rows = await shown(made(), 76, 19, "u")
    start, _ = _table(rows)
    assert rows[start].startswith("funds in BTC")
    assert rows[start + 2] == "▸ Wed 22 Jul    -60.0    -546    -405 -109    0  -28    0    0 -3.6    0"
    without = made(closes={day: close for day, close in CLOSES.items() if day != "2026-07-21"})
    rows = await shown(without, 76, 19, "u")
    assert rows[start + 3] == "  Tue 21 Jul   -328.9      --      --   --   --   --   --   --   --   --"


async def test_the_day_that_is_marked_is_told_in_full() -> None:
    assert (await shown(made(), 116, 24, "j"))[-2:] == [
        "Tue 21 Jul 2026: -328.9 $M, -2,983 BTC at a close of $110,250, 8 of 8 funds reported",
        "",
    ]
    assert (await shown(made(OPEN, unsure=("FBTC",)), 196, 24))[-2] == (
        "Wed 22 Jul 2026: ᵖ-48.0 $M, ᵖ-437 BTC at a close of $109,800, 5 of 8 funds reported, provisional,"
        " without BITB GBTC, may be filled in: FBTC"
    )


# ---- colour and without


async def test_an_inflow_and_an_outflow_differ_by_sign_and_colour_and_size_by_weight() -> None:
    async with hosted(FlowsPane(), 76, 19) as pilot:
        pilot.app.query_one(FlowsPane).show(view_of(made()))
        await pilot.pause()
        rows = text_of(pilot)
        styles = {
            said.strip(): style.removesuffix(" on default")
            for n in range(len(rows))
            if re.match(r"..(Wed|Tue|Fri) ", rows[n])
            for said, style in styles_of(pilot, n)
        }
    assert styles["+120.0"] == "bold green"
    assert styles["+20.0"] == "green"
    assert styles["+1,310.0"] == "bold reverse green"
    assert styles["-402.3"] == "bold reverse red"
    assert styles["-88.0"] == "bold red"
    assert styles["-12.0"] == "red"
    assert styles["0.0"] == "bright_black"


async def test_without_colour_the_weight_of_an_amount_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with hosted(FlowsPane(), 76, 19) as pilot:
        pilot.app.query_one(FlowsPane).show(view_of(made()))
        await pilot.pause()
        rows = text_of(pilot)
        row = next(n for n, said in enumerate(rows) if "Fri 17 Jul" in said)
        styles = {said.strip(): style for said, style in styles_of(pilot, row)}
    assert "green" not in str(styles) and "red" not in str(styles)
    assert "bold reverse" in styles["-402.3"]
    assert "bold" in styles["-88.0"] and "reverse" not in styles["-88.0"]
    assert "bold" not in styles["-12.0"]


# ---- history and notes


async def test_the_history_alone_reads_out_the_day_under_the_cursor() -> None:
    rows = await shown(made(), 116, 19, "enter", "h", "h")
    start = next(n for n, row in enumerate(rows) if "[1y]" in row)
    assert rows[start] == (
        " 3m [1y] all   Tue 21 Jul 2026  -328.9 $M  all +519.6  bitcoin $110,250  net cost $131,901 -16.4 %"
    )
    crossed = {row.index("│") for row in rows[start:] if "│" in row}
    assert len(crossed) == 1, "one line down through the day"
    back = await shown(made(), 116, 19, "enter", "h", "h", "G")
    assert "Wed 22 Jul 2026" in back[start] and "│" not in "".join(back)


async def test_the_span_of_the_history_changes() -> None:
    rows = await shown(made(), 116, 19, "enter", "]", "]", "]")
    assert any("3m  1y [all]" in row for row in rows)
    rows = await shown(made(), 116, 19, "enter", "s", "s")
    assert any("[3m] 1y  all" in row for row in rows)


async def test_the_notes_list_revisions_holes_funds_and_what_each_sum_lacks() -> None:
    seen = day_end_ms(date(2026, 7, 22)) + 3_600_001
    topic = made(more=(Observation("ETF.IBIT", "2026-07-21", -248.5, seen, "farside"),))
    topic = replace(topic, new=(("EZBC", date(2026, 7, 15)),), gone=(("DEFI", date(2026, 7, 2)),))
    rows = await shown(topic, 116, 40, "v", "v")
    start = rows.index("revised numbers, $M")
    assert rows[start : start + 15] == [
        "revised numbers, $M",
        "  day             fund        was      now   change  seen",
        "  Tue 21 Jul 2026 IBIT     -251.0   -248.5     +2.5  23 Jul 2026 05:00 UTC",
        "",
        "what other counters say of days that Farside has, $M",
        "  the same, or nothing",
        "",
        "days of trading not in the table",
        "  Mon 20 Jul 2026",
        "",
        "funds that came or left",
        "  EZBC   is new, first on Wed 15 Jul 2026",
        "  DEFI   has left, last on Thu 2 Jul 2026",
        "",
        "the sums, as they are known",
    ]
    assert "  etf.run           at least 2 days in a row of outflows; 2026-07-20 is not in the table" in rows


# ---- other counters, and words in other words


async def test_a_day_that_another_counter_told_is_named_and_marked_in_every_place() -> None:
    more = (Observation("COINGLASS.FLOW", "2026-07-20", 12.5e6, 0, "coinglass"),)
    days = {day: row for day, row in DAYS.items() if day < "2026-07-22"}
    more += (Observation("COINGLASS.FLOW", "2026-07-22", -61e6, 0, "coinglass"),)
    rows = await shown(made(days, more=more), 116, 35)
    assert rows[2].startswith("● ~-61.0 $M  Wed 22 Jul 2026")
    assert any("total by CoinGlass, the funds are not known" in row for row in rows[:5])
    assert any("total by CoinGlass, Farside is silent since 2026-07-22" in row for row in rows[:9])
    assert "▸ Wed 22 Jul ~-61.0 ~-556 -- -- -- -- -- -- -- --" in [" ".join(row.split()) for row in rows]
    assert any(row.startswith("Wed 22 Jul 2026: ~-61.0 $M, ~-556 BTC") for row in rows)


async def test_where_counters_differ_the_page_says_by_how_much() -> None:
    topic = made(more=(Observation("SOSO.FLOW", "2026-07-22", -49.5e6, 0, "sosovalue"),))
    assert "SoSoValue counts -49.5: +10.5" in (await shown(topic, 116, 35))[2]
    rows = await shown(topic, 116, 40, "v", "v")
    start = rows.index("what other counters say of days that Farside has, $M")
    assert rows[start + 1 : start + 3] == [
        "  day               Farside  counter          says     more",
        "  Wed 22 Jul 2026     -60.0  SoSoValue       -49.5    +10.5",
    ]


async def test_the_realised_price_stands_beside_the_costs() -> None:
    topic = made(more=(Observation("BTC.MVRV", "2026-07-22", 1.8, 0, "coinmetrics"),))
    assert any("realised price $61,000 of 2026-07-22" in row for row in await shown(topic, 116, 35))


async def test_in_other_words_every_caveat_still_stands_on_the_screen() -> None:
    """The screen goes by what a note is about: a reworded sentence makes nothing vanish."""
    count = 0

    def reworded(one: Reading) -> Reading:
        nonlocal count
        count += 1
        return replace(
            one, notes=tuple(replace(note, text=f"{note.kind}{count}x{n}") for n, note in enumerate(one.notes))
        )

    topic = made(OPEN, unsure=("FBTC", "HODL"))
    topic = replace(topic, readings=tuple(map(reworded, topic.readings)))
    text = " ".join(await shown(topic, 196, 55))
    for one in topic.readings:
        if one.name in ("etf.flow.1d", "etf.flow.cum", "etf.run", "etf.cost.net", "etf.cost.average"):
            for word in one.said("lacks", "doubt", "older"):
                assert word in text, (one.name, word)
        if one.name in ("etf.run", "etf.vs_cost"):
            assert one.said("says")[0] in text


# ---- nothing, stale, hostile


async def test_with_nothing_it_says_why() -> None:
    assert (await shown(None, 76, 19))[0] == "no flows yet: waiting for the engine"
    assert (await shown(made({}), 76, 19))[:2] == [
        "no flows are known: what the publishers answered stands in the macro pane",
        "",
    ]
    for key in ("v", "u", "l", "j", "enter", "s"):
        assert (await shown(made({}), 76, 19, key))[0].startswith("no flows are known")


async def test_flows_that_are_stale_say_so_and_lose_the_colour_of_a_sign() -> None:
    old = tuple(replace(one, state="stale") for one in made().readings)
    async with hosted(FlowsPane(), 76, 19) as pilot:
        pilot.app.query_one(FlowsPane).show(view_of(replace(made(), readings=old)))
        await pilot.pause()
        assert text_of(pilot)[3] == "○ -60.0 $M  Wed 22 Jul 2026  known 8h ago, stale  z --  5 days ~-1,041.3"
        said = dict(styles_of(pilot, 3))
    assert said["-60.0"].startswith("bold magenta") and said["~-1,041.3"].startswith("bold magenta")


async def test_names_and_words_from_outside_are_neither_markup_nor_escapes() -> None:
    evil = "[red]\x1b[31mX\x07"
    topic = made()
    readings = tuple(replace(one, notes=(*noted([evil]), *one.notes)) for one in topic.readings)
    topic = replace(topic, readings=readings, funds=(evil, *topic.funds[1:]), new=((evil, date(2026, 7, 15)),))
    for keys in ((), ("v",), ("v", "v"), ("l", "l")):
        said = "\n".join(await shown(topic, 116, 40, *keys))
        assert "\x1b" not in said and "\x07" not in said and "[red]X" in said


# ---- keys


async def test_i_shows_where_the_numbers_come_from() -> None:
    async with hosted(FlowsPane(), 116, 35) as pilot:
        pane = pilot.app.query_one(FlowsPane)
        pane.show(view_of(made()))
        await pilot.press("i")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, Inspect)
        names = [one.name for one in screen._readings({"flows": made()})]
        assert screen._readings({}) == ()
    assert names == [
        "etf.flow.1d",
        "etf.flow.5d",
        "etf.flow.20d",
        "etf.flow.cum",
        "etf.run",
        "etf.cost.net",
        "etf.cost.average",
        "etf.vs_cost",
        "btc.realised",
        "etf.ibit.btc",
        "etf.ibit.share",
    ]


@pytest.mark.parametrize(("keys", "name", "content"), [
    ((), "flows-days", (
        "day,total_usd_m,coins_btc,provisional,missing,unsure,by,others,IBIT,FBTC,GBTC,ARKB,BITB,HODL,BRRR,EZBC",
        "2026-07-22,-48,-437.1584699453552,provisional,BITB GBTC,FBTC HODL,,,-44.5,0,,-3.1,,0,-0.4,0",
    )),
    (("v",), "flows-history", (
        "day,total_usd_m,cumulative_usd_m,btc_close_usd,net_cost_usd,by",
        "2026-07-14,1364.5,1364.5,118000,118000,",
    )),
    (("v", "v"), "flows-revisions", ("day,fund,was_usd_m,now_usd_m,known_utc",)),
])  # fmt: skip
async def test_e_writes_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], name: str, content: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    await shown(made(OPEN, unsure=("FBTC", "HODL")), 76, 19, *keys, "e")
    written = (tmp_path / f"tidegauge-{name}-20260723T120000Z.csv").read_text().splitlines()
    assert tuple(written[: len(content)]) == content


# ---- what it costs


def _dirty(pane: FlowsPane) -> dict[str | None, set[int]]:
    return {lines.id: dirty_rows(lines) for lines in pane.query(Lines) if lines.display and dirty_rows(lines)}


async def test_nothing_is_drawn_again_until_the_topic_or_an_age_changes() -> None:
    topic = made()
    async with hosted(FlowsPane(), 116, 35) as pilot:
        pane = pilot.app.query_one(FlowsPane)
        pane.show(view_of(topic))
        await pilot.pause()
        pane.show(view_of(topic, NOW + 1_000))
        assert _dirty(pane) == {}
        pane.show(view_of(topic, NOW + 3_600_000))
        assert _dirty(pane) == {"flows-head": {2, 5}}
        await pilot.pause()
        rows = text_of(pilot)
        assert "known 9h ago" in rows[2]
        assert rows[5] == "$108,000 60m ago is ~-20.3 % to net, ~-8.6 % to average"


async def test_the_mark_stays_on_the_newest_day_when_there_is_a_newer_one_and_else_on_its_own() -> None:
    less = {day: values for day, values in DAYS.items() if day < "2026-07-22"}
    for keys, told in (((), "Wed 22 Jul 2026: "), (("j",), "Fri 17 Jul 2026: ")):
        async with hosted(FlowsPane(), 116, 24) as pilot:
            pane = pilot.app.query_one(FlowsPane)
            pane.show(view_of(made(less)))
            await pilot.press(*keys)
            pane.show(view_of(made()))
            await pilot.pause()
            assert text_of(pilot)[-2].startswith(told)


async def test_after_a_change_of_size_it_looks_as_if_it_had_always_been_so() -> None:
    for keys in ((), ("v",), ("v", "v")):
        async with hosted(FlowsPane(), 196, 55) as pilot:
            pilot.app.query_one(FlowsPane).show(view_of(made()))
            await pilot.press(*keys)
            for width, height in ((76, 19), (116, 35), (40, 8), (76, 19)):
                await pilot.resize_terminal(width, height)
                await pilot.pause()
            assert text_of(pilot) == await shown(made(), 76, 19, *keys)
