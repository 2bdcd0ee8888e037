"""The repo pane: what a trader sees of repo stress today, before, and in other squeezes; and what is not known."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.app import App, ComposeResult

from feeds.topics import Note, Repo, RepoPart, noted
from tests.tui.hosted import NOW, dirty_rows, hosted, shown, styles_of, text_of, view
from tests.tui.repo_topic import (
    COHORTS,
    DAY,
    HISTORY,
    INDICATORS,
    PARTS,
    READINGS,
    cohort,
    reading,
    repo,
    row,
    with_reading,
)
from tui.pane import Said
from tui.panes.repo import RepoPane
from tui.screens.inspect import Inspect
from tui.widgets.lines import Lines, width_of
from tui.widgets.radar import Shape, radar
from tui.widgets.repo_fan import fan
from tui.widgets.repo_words import named

SMALL, MIDDLE, LARGE = (76, 19), (116, 35), (196, 55)
"""What is left for a pane in terminals of 80x24, 120x40 and 200x60."""
HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]go away[/]\nand\u202ehidden"


def topics(**more: object) -> dict[str, object]:
    return {"repo": repo(**more)}


async def rows(size: tuple[int, int] = SMALL, *keys: str, **more: object) -> list[str]:
    return await shown(RepoPane(), topics(**more), *size, *keys)


def nothing_known() -> Repo:
    """The page before any day of SOFR is known."""
    why = ("SOFR is not known",)
    none = {"value": None, "state": "none", "notes": noted(why, "why"), "inputs": (), "known_ms": None}
    readings = tuple(replace(one, **none) for one in READINGS)
    parts = tuple(replace(part, value=None, score=None, note=why[0]) for part in PARTS)
    cohorts = tuple(
        replace(one, days=0, scores=(None,) * 5, counts=(0,) * 5, stress=None, share=None) for one in COHORTS[:-1]
    )
    return Repo(None, readings, parts, (), (), (), cohorts, INDICATORS[3:], None)


# ---- today


async def test_a_small_terminal_has_every_number_of_today_on_one_screen():
    assert await rows() == [
        "calm 16.6 of 100 for 11 Mar 2025; SOFR 7 bp under IORB; at or over IORB on 0",
        "of the last 5 days; 1 to 25 % of $2,500 bn at or above 4.40 %",
        "[today]   history    radar    indicators     v view",
        "████████████······┊·················┊················┊·················· 100",
        "  ● volume at or above IORB         18.2 %  ████▌····················  18",
        "  ● SOFR - IORB                    -7.0 bp  █████····················  20",
        "  ● 99th percentile - IORB         +6.0 bp  ███······················  12",
        "  ● EFFR - IORB                    -7.0 bp  █████····················  20",
        "  ● standing repo, 5-day maximum  $2.50 bn  █▎·······················   5",
        "at or above IORB, of SOFR volume  ● 1 to 25 %  mid 18.2 %",
        "·▒▒▒▒▒▒▒▒▒▒▒▒▒┃▒▒▒▒▒························································",
        "SOFR less IORB, bp ●   p1 -10  p25 -8  median -7  p75 -2  p99 +6",
        "···├───────━━━━━◆━━━━━━━━━━━━━━━━━━━━━━───────┃─────────────────────────┤···",
        "  -10       -7.5       -5        -2.5       IORB       +2.5        +5",
        "  ● TGCR-IORB     -9.0 bp  11 Mar 96m    ● reserves  $3,412.9 bn   5 Mar  6d",
        "  ● SRF          $0.00 bn  12 Mar 96m    ● on Wed    $3,459.3 bn   5 Mar  6d",
        "  ● SRF max      $2.50 bn   7 Mar 96m    ● TGA         $508.4 bn  10 Mar 18h",
        "  ● ON RRP       $96.3 bn  11 Mar 17h",
        "    next mark  31 Mar, quarter-end, in 19 days",
    ]


async def test_a_middle_one_has_the_dial_with_the_number_in_large_and_every_number_with_its_words():
    said = await rows(MIDDLE)
    assert said[2] == "[today]   history    radar    indicators     v view  j k mark  i inspect  e export"
    assert [line[:44].rstrip() for line in said[9:15]] == [
        "       ⣀⠁⠄⠁⠄⠁⠄⠁               ⠁⠄⠁⠄⠁⠄",
        "      ⣸⣿⣿⣶⣄⡀⠁    ▀█ █▀▀   █▀▀   ⠁⠄⠁⠄⠁⠄",
        "     ⢠⣿⣿⣿⣿⣿⠏      █ █▀█   █▀█   ⠁⠄⠁⠄⠁⠄",
        "     ⣼⣿⣿⣿⣿⡿       ▀ ▀▀▀ ▄ ▀▀▀    ⠄⠁⠄⠁⠄⠁",
        "     ⣿⣿⣿⣿⣿⡇         calm          ⠁⠄⠁⠄⠁",
        "     0                              100",
    ]
    assert [line[46:] for line in said[3:5]] == [
        "    day   11 Mar 2025",
        "    next  31 Mar, quarter-end, in 19 days",
    ]
    assert said[24:35] == [
        "    number                            value     for   age",
        "  ● SOFR - IORB                     -7.0 bp  11 Mar   96m   at or over IORB on 0 of the last 5 days",
        "  ● 99th percentile - IORB          +6.0 bp  11 Mar   96m   at or over IORB on 5 of the last 5 days",
        "  ● EFFR - IORB                     -7.0 bp  11 Mar   36m   at or over IORB on 0 of the last 5 days",
        "  ● TGCR - IORB                     -9.0 bp  11 Mar   96m   at or over IORB on 0 of the last 5 days",
        "  ● standing repo                  $0.00 bn  12 Mar   96m",
        "  ● standing repo, 5-day max       $2.50 bn   7 Mar   96m",
        "  ● overnight reverse repo         $96.3 bn  11 Mar   17h",
        "  ● reserves, week average      $3,412.9 bn   5 Mar    6d   Wednesday 2025-03-05: $3,459 bn",
        "  ● reserves, Wednesday         $3,459.3 bn   5 Mar    6d",
        "  ● Treasury's account            $508.4 bn  10 Mar   18h",
    ]


async def test_a_large_one_has_today_history_radar_and_indicators_together():
    said = await rows(LARGE)
    assert said[1].startswith("[all]   history    radar    indicators")
    whole = "\n".join(said)
    for words in (
        "● standing repo, 5-day maximum  $2.50 bn",
        "SOFR less IORB, bp ●   p1 -10  p25 -8  median -7  p75 -2  p99 +6  IORB 4.40 %",
        "Tue 2025-03-11  share 1 to 25 % mid 18.2 %  stress 16.6  5 of 5 parts",
        "volume at or above IORB, %: bounds and middle",
        "B ╌╌╌ September 2019               91     67     75     93    100     85   20",
        "are reserves ample? the New York Fed's five indicators",
        "domestic banks' share",
    ):
        assert words in whole


async def test_a_narrow_pane_names_the_parts_in_a_word_and_counts_what_is_below():
    said = await rows((56, 12))
    assert said[4:] == [
        "  ● share     18.2 %  ████▉······················  18",
        "  ● SOFR     -7.0 bp  █████▍·····················  20",
        "  ● 99th     +6.0 bp  ███▎·······················  12",
        "  ● EFFR     -7.0 bp  █████▍·····················  20",
        "  ● SRF     $2.50 bn  █▍·························   5",
        "at or above IORB  ● 1 to 25 %  mid 18.2 %",
        "·▒▒▒▒▒▒▒▒▒┃▒▒▒▒·········································",
        "▼ 11 more",
    ]


async def test_on_a_quarters_end_it_is_said_that_a_spike_is_half_expected():
    words = (Note("part", "SOFR: 82"), Note("next", "2025-03-31 is a quarter-end: a spike is half expected"))
    stress = reading("repo.stress", 65.8, "", 0.6, band="tight", period=date(2025, 3, 31), words=words)
    history = (*HISTORY, row(date(2025, 3, 31), 99.0, None, 100.0, 65.8, marks=("quarter-end",)))
    more = {"readings": with_reading(stress), "history": history, "day": date(2025, 3, 31)}
    assert (await rows(**more))[0] == "tight 65.8 of 100 for 31 Mar 2025; 2025-03-31 is a quarter-end: a spike is"
    assert "    day   31 Mar 2025  quarter-end: a spike is half expected" in (await rows(MIDDLE, **more))[3]


async def test_a_part_that_is_missing_says_why_and_stress_is_only_about_so_much():
    parts = (
        *PARTS[:4],
        RepoPart("srf", "standing repo, 5-day maximum", None, "$", None, "no standing repo is known of those days"),
    )
    words = (Note("lacks", "at least 17.6, at most 37.6 of 100, 4 of 5 parts"), Note("part", "share: 18"))
    stress = reading("repo.stress", 17.6, "", 0.6, quality="partial", words=words, least=17.6, most=37.6)
    band = reading("repo.band", None, "", words=(Note("why", "calm or watch: 4 of 5 parts"),), missing=("SRF",))
    srf = reading("repo.srf.5d", None, "$", words=("standing repo is not known",), missing=("SRF",))
    said = await rows(parts=parts, readings=with_reading(stress, band, srf))
    assert said[0] == "calm or watch ≥17.6 of 100 for 11 Mar 2025; at least 17.6, at most 37.6 of"
    assert said[3].startswith("█" * 12 + "▋" + "▒" * 14 + "·········┊")
    assert said[8] == "  · standing repo, 5-day maximum --  no standing repo is known of those days"
    assert said[15] == "  · SRF                --  not known     ● on Wed    $3,459.3 bn   5 Mar  6d"
    assert "$0" not in "".join(said)


async def test_where_only_a_range_is_known_its_middle_is_marked_as_about():
    low = reading("repo.share.low", 99.0, "%", inputs=READINGS[0].inputs, words=("99 to 100 %",))
    mid = reading("repo.share.mid", None, "%", words=("IORB lies outside of the percentiles",))
    high = reading("repo.share.high", 100.0, "%", words=("99 to 100 %",))
    parts = (replace(PARTS[0], value=99.5, score=99.5, note="the middle of 99 to 100 %"), *PARTS[1:])
    said = await rows(readings=with_reading(low, mid, high), parts=parts)
    assert said[4] == "  ● volume at or above IORB        ~99.5 %  ████████████████████████▉ 100"
    assert said[9] == "at or above IORB, of SOFR volume  ● 99 to 100 %  only this range is known"
    assert said[10] == "·" * 74 + "▒▒"


async def test_states_are_told_by_shapes_and_an_old_calm_is_not_green():
    stale = tuple(replace(one, state="stale") if one.value is not None else one for one in READINGS)
    pane = RepoPane()
    async with hosted(pane, *SMALL) as pilot:
        pane.show(view(topics(readings=stale)))
        await pilot.pause()
        assert text_of(pilot)[0].startswith("calm 16.6 of 100 for 11 Mar 2025 (stale);")
        assert text_of(pilot)[5].startswith("  ○ SOFR - IORB")
        assert styles_of(pilot, 0)[0] == ("calm 16.6 of 100", "bold magenta")
        pane.show(view(topics()))
        await pilot.pause()
        assert styles_of(pilot, 0)[0] == ("calm 16.6 of 100", "bold green")


@pytest.mark.parametrize(
    ("band", "style"),
    [("calm", "bold green"), ("watch", "bold cyan"), ("tight", "bold yellow"), ("stress", "bold red")],
)
async def test_every_band_has_its_word_beside_its_colour(band, style):
    stress = reading("repo.stress", 60.0, "", 0.6, band=band)
    pane = RepoPane()
    async with hosted(pane, *SMALL) as pilot:
        pane.show(view(topics(readings=with_reading(stress))))
        await pilot.pause()
        assert styles_of(pilot, 0)[0] == (f"{band} 60.0 of 100", style)


async def test_before_anything_is_known_each_number_says_so():
    said = await shown(RepoPane(), {"repo": nothing_known()}, *SMALL)
    assert said[0] == "repo stress is not known: SOFR is not known"
    assert said[2] == "··················┊·················┊················┊·················· 100"
    assert said[3] == "  · volume at or above IORB      --  missing: SOFR is not known"
    assert said[8] == "at or above IORB, of SOFR volume  --  SOFR is not known"
    assert said[9] == "SOFR less IORB, bp  -- its percentiles are not known"
    assert said[10:14] == [
        "  · TGCR-IORB          --  not known     · reserves           --  not known",
        "  · SRF                --  not known     · on Wed             --  not known",
        "  · ON RRP             --  not known     · TGA                --  not known",
        "    next mark  --",
    ]


async def test_without_a_topic_it_waits_in_words_and_keys_do_nothing():
    said = await shown(RepoPane(), {}, *SMALL, *"vjcehlsmgvv")
    assert [line for line in said if line] == ["no repo stress yet: waiting for the engine"]


# ---- the pictures


def picture(**rates: float) -> list[str]:
    inputs = [replace(one, value=rates[one.series]) for one in READINGS[0].inputs if one.series in rates]
    lines = fan(replace(READINGS[0], inputs=tuple(inputs)), 60)
    return ["".join(said for said, _ in line).rstrip() for line in lines]


def test_the_fan_has_iorb_at_zero_and_every_percentile_in_basis_points():
    assert picture(SOFR1=2.25, SOFR25=5.00, SOFR=5.25, SOFR75=5.85, SOFR99=9.00, IORB=2.10) == [
        "SOFR less IORB, bp ●   p1 +15  median +315  p99 +690",
        "··┃├─────────────────────━━◆━━━━━────────────────────────┤··",
        "IORB            +200            +400            +600",
    ]


def test_percentiles_that_are_missing_are_named_and_no_box_is_drawn_between_unknown_ends():
    said = picture(SOFR=4.33, SOFR99=4.46, IORB=4.40)
    assert said[0] == "SOFR less IORB, bp ●   median -7  not known: p1, p25, p75"
    assert "━" not in said[1]
    assert said[1].count("◆") == said[1].count("┃") == said[1].count("┤") == 1


def test_without_the_rate_on_reserves_there_is_no_fan():
    assert picture(SOFR=4.33) == ["SOFR less IORB, bp  -- IORB of that day is not known"]


def plain(lines: list) -> list[str]:
    return ["".join(said for said, _ in line).rstrip() for line in lines]


def test_a_radar_has_its_corners_where_the_values_are():
    drawn = plain(
        radar(("up", "right", "low", "left", "far"), [Shape("X", (100.0, 100.0, 100.0, 100.0, 100.0))], 50, 22)
    )
    corners = [(row, line.index("X")) for row, line in enumerate(drawn) if "X" in line]
    assert corners[0][1] == 25
    assert [line.count("X") for line in drawn if "X" in line] == [1, 2, 2]
    assert drawn[corners[0][0] - 1].split() == ["up"]
    assert drawn[corners[-1][0] + 1].split() == ["left", "low"]


def test_a_shape_is_open_where_a_value_is_not_known():
    whole = plain(radar("abcde", [Shape("X", (80.0, 80.0, 80.0, 80.0, 80.0))], 60, 26))
    open_ = plain(radar("abcde", [Shape("X", (80.0, 80.0, 80.0, 80.0, None))], 60, 26))
    assert sum(line.count("X") for line in whole) == 5
    assert sum(line.count("X") for line in open_) == 4
    assert dots(open_) < dots(whole)


def dots(lines: list[str]) -> int:
    return sum((ord(sign) - 0x2800).bit_count() for line in lines for sign in line if 0x2800 <= ord(sign) <= 0x28FF)


def test_shapes_are_told_apart_without_colour_by_letter_and_texture():
    value = (70.0,) * 5
    solid, dotted = (radar("abcde", [Shape("X", value, texture)], 60, 26) for texture in ("1", "10"))
    assert dots(plain(dotted)) < dots(plain(solid))


# ---- history


def squeeze(history: tuple, day: date) -> tuple:
    """The history, with one day of a squeeze in it."""
    return tuple(row(one.day, 99.0, None, 100.0, 99.9, parts=4) if one.day == day else one for one in history)


async def test_all_of_the_history_names_the_squeezes_and_marks_the_years():
    last = date(2026, 3, 31)
    days = [DAY + timedelta(days=n) for n in range(1, (last - DAY).days + 1)]
    later = tuple(row(day, 1.0, 18.25, 25.0, 16.65) for day in days if day.weekday() < 5)
    for size in (SMALL, MIDDLE, LARGE):
        said = "\n".join(await rows(size, "v", history=(*HISTORY, *later)))
        for name in ("Sep 2019", "Mar 2020", "Mar 2023", "late 2025"):
            assert name in said, size
    small = await rows(SMALL, "v")
    assert small[3] == " 3m  1y  3y [all]   [share] stress    [day] week  month    Y year-end"
    assert small[4] == "Tue 2025-03-11  share 1 to 25 % mid 18.2 %  stress 16.6  5 of 5 parts"
    assert small[5:7] == [
        "              Sep 2019                            Mar 2023",
        "                   Mar 2020",
    ]
    assert small[-2:] == [
        "        Y         Y         Y         Y         Y         Y         Y",
        "        2019      2020      2021      2022      2023      2024",
    ]


async def test_the_band_lies_between_its_bounds_and_the_middle_in_it():
    said = (await rows(SMALL, "v"))[8:17]
    assert [line[71:].strip() for line in said] == ["100", "", "75", "", "50", "", "25", "", "0"]
    assert set(said[6][:71]) == {"⢄"}
    assert set(said[7][:71]) == {"⠒"}
    assert set(said[8][:71]) == {"⢕"}


async def test_the_cursor_reads_out_one_day_exactly():
    day = date(2025, 3, 6)
    history = squeeze(HISTORY, day)
    said = await rows(SMALL, "v", "s", "h", "h", "h", "h", history=history)
    assert said[4] == "Thu 2025-03-06  share 99 to 100 % no middle  stress 99.9  4 of 5 parts"
    assert (await rows(SMALL, "v", "s", *"hhhh", "l", history=history))[4].startswith("Fri 2025-03-07  share 1 to 25 %")
    assert (await rows(SMALL, "v", "s", *"hhhh", "G", history=history))[4].startswith("Tue 2025-03-11")


async def test_a_column_of_many_days_is_passed_in_one_step_and_a_day_in_a_fine_one():
    assert (await rows(SMALL, "v", "h", "h"))[4].startswith("Thu 2025-02-06")
    assert (await rows(SMALL, "v", "h", "H"))[4].startswith("Mon 2025-03-10")
    assert (await rows(SMALL, "v", "h", "H", "L"))[4].startswith("Tue 2025-03-11")


async def test_a_mark_under_the_cursor_is_told():
    said = await rows(SMALL, "v", "s", "h", *"h" * 7)
    assert said[4] == "Fri 2025-02-28  share 1 to 25 % mid 18.2 %  stress 16.6  month-end"
    wide = await rows(MIDDLE, "v", "s", "h", *"h" * 7)
    assert wide[4] == (
        "Fri 2025-02-28  share 1 to 25 % mid 18.2 %  stress 16.6  5 of 5 parts  month-end  a spike is half expected"
    )


async def test_a_year_has_marks_for_months_quarters_and_tax_dates():
    said = await rows(SMALL, "v", "s", "s")
    assert said[3] == " 3m [1y] 3y  all    [share] stress    [day] week  month"
    assert said[-2].split() == ["Q", "T", "m", "m", "Q", "m", "m", "Q", "m", "m", "Y", "T", "m", "m"]
    wide = await rows(MIDDLE, "v", "s", "s")
    assert wide[3].endswith("Y year-end  Q quarter-end  m month-end  T tax date")


async def test_stress_and_both_are_other_measures_where_there_is_room():
    small = await rows(SMALL, "v", "m")
    assert small[3].startswith(" 3m  1y  3y [all]    share [stress]")
    assert "stress, 0 to 100" in small
    middle = await rows(MIDDLE, "v", "m", "m")
    assert "  share  stress [both]" in middle[3]
    assert [line for line in middle if line.startswith(("volume", "stress"))] == [
        "volume at or above IORB, %: bounds and middle",
        "stress, 0 to 100",
    ]


async def test_weeks_and_months_say_how_many_of_their_days_went_in():
    assert (await rows(SMALL, "v", "g"))[4] == "2025-03-10 to 2025-03-11, 1 of 2 days  share 1 to 25 % mid 18.0 %"
    assert (await rows(SMALL, "v", "g", "h", "h"))[4] == (
        "2025-03-03 to 2025-03-07, 5 of 5 days  share 1 to 25 % mid 20.5 %"
    )
    assert (await rows(SMALL, "v", "g", "g"))[4] == "2025-03-03 to 2025-03-11, 6 of 7 days  share 1 to 25 % mid 19.5 %"


async def test_a_day_that_is_not_known_is_a_hole_and_no_zero():
    hole = tuple(row(one.day, None, None, None, None, parts=0) for one in HISTORY[-3:])
    said = await rows(SMALL, "v", "s", "s", "s", history=(*HISTORY[:-3], *hole))
    assert said[4] == "Tue 2025-03-11  share --  stress --  0 of 5 parts"
    nothing = await rows(SMALL, "v", history=hole)
    assert "volume at or above IORB, %: not known on any of these days" in nothing


# ---- the radar


async def test_a_small_terminal_has_the_radar_beside_a_legend_with_sample_sizes():
    said = await rows(SMALL, "v", "v")
    assert [line[39:] for line in said[3:16]] == [
        "  A ┈┈┈ 2018-04..2019-08        356 d",
        "  B ╌╌╌ September 2019           20 d",
        "  C ┄┄┄ June 2025                20 d",
        "  D ╌┈╌ October 2025             22 d",
        "  E ─── last 20 business days    20 d",
        "",
        "last 20 business days  stress 13",
        "  mean score of each part",
        "  share    16 █▉",
        "  SOFR     14 █▋",
        "  99th     13 █▌",
        "  EFFR     20 ██▍",
        "  SRF       0",
    ]
    assert "SRF B" in said[9]


async def test_the_times_are_marked_one_after_the_other_with_what_is_missing_of_them():
    first = await rows(SMALL, "v", "v", "c")
    assert first[3][39:] == "▸ A ┈┈┈ 2018-04..2019-08        356 d"
    assert first[9][39:] == "2018-04..2019-08  stress 52"
    assert first[15][39:] == "  SRF      -- not known"
    second = await rows(SMALL, "v", "v", "c", "c")
    assert second[15][39:] == "  SRF     100 ████████████ of 10 d"
    assert "▸" not in "".join(await rows(SMALL, "v", "v", *"cccccc"))


async def test_a_share_without_a_middle_tells_its_range():
    wide = cohort("October 2025", date(2025, 10, 1), date(2025, 10, 31), 22, None, 59.0, 50.0, 41.0, 12.0)
    said = await rows(SMALL, "v", "v", "c", cohorts=(wide,))
    assert "  share    -- 40 to 75 %" in [line[39:] for line in said]


async def test_with_room_there_is_a_table_of_all_times_and_of_the_day():
    said = await rows(MIDDLE, "v", "v")
    assert said[-8:] == [
        "        2025-03-11 alone             18     20     12     20      5     17    1",
        "  A ┈┈┈ 2018-04..2019-08             66     42     38     61     --     52  356",
        "        days known                                             none",
        "  B ╌╌╌ September 2019               91     67     75     93    100     85   20",
        "        days known                                             10 d",
        "  C ┄┄┄ June 2025                    24     22     17     21      1     17   20",
        "  D ╌┈╌ October 2025                 93     59     50     41     12     51   22",
        "  E ─── last 20 business days        16     14     13     20      0     13   20",
    ]


async def test_where_no_radar_fits_there_is_the_table():
    said = await rows((76, 12), "v", "v")
    assert said[3] == "        mean score, 0 to 100   share   SOFR   99th   EFFR    SRF stress days"
    assert said[5].startswith("  A ┈┈┈ 2018-04..2019-08")


async def test_times_of_which_nothing_is_known_are_no_radar():
    said = await shown(RepoPane(), {"repo": nothing_known()}, *SMALL, "v", "v")
    assert said[2] == "no part of stress is known on any day of these times"
    assert said[5] == "  A ┈┈┈ 2018-04..2019-08          --     --     --     --     --     --    0"


# ---- the indicators


async def test_the_five_indicators_say_what_is_public_and_what_is_not():
    assert (await rows(SMALL, "v", "v", "v"))[2:14] == [
        " today    history    radar   [indicators]    i inspect  e export",
        "are reserves ample? the New York Fed's five indicators",
        "● elasticity of the demand for reserves",
        "    -0.172, between -0.452 and 0.068; 95 % range; for 1 Feb 2025",
        "◐ daylight overdrafts, average",
        "    $1.91 bn, peak $17.22 bn; quarterly; for 1 Oct 2024; late",
        "● repo volume at or above IORB",
        "    18.2 %, between 1.0 % and 25.0 %; computed here; for 11 Mar 2025",
        "· interbank payments sent late",
        "    not published",
        "· domestic banks' share",
        "    not published",
    ]


# ---- inspecting and exporting


class Desk(App[None]):
    """An app that has the pane, and hears what it says."""

    def __init__(self, pane: RepoPane) -> None:
        super().__init__(ansi_color=True)
        self.pane = pane
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_said(self, said: Said) -> None:
        self.said.append(said.word)


async def inspected(*keys: str) -> list[str]:
    """The page that opens after these keys."""
    app = Desk(RepoPane())
    async with app.run_test(size=(120, 40)) as pilot:
        app.pane.focus()
        app.pane.show(view(topics()))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, Inspect)
        given = view(topics())
        screen.show(given.topics, given.now_ms, given.zone)
        await pilot.pause()
        return text_of(pilot)


def has(said: list[str], words: str) -> bool:
    return any(words in line for line in said)


async def test_the_number_that_is_marked_is_inspected():
    said = await inspected("j", "j", "j", "i")
    assert has(said, "▸ ● repo.p99_iorb")
    assert has(said, "says      SOFR's 99th percentile 6 bp over IORB")


async def test_without_a_mark_it_begins_with_stress():
    said = await inspected("enter")
    assert has(said, "where the numbers of repo come from  14 numbers")
    assert has(said, "▸ ● repo.stress")
    assert has(said, "formula   mean of the parts at hand")


async def test_the_day_under_the_cursor_is_inspected():
    said = await inspected("v", "s", "h", "h", "i")
    assert has(said, "▸ ● repo.share.low 2025-03-10")
    assert has(said, "  ● repo.stress 2025-03-10")
    assert has(said, "5 of 5 parts")


async def test_the_time_that_is_marked_on_the_radar_is_inspected():
    said = await inspected("v", "v", "c", "c", "i")
    assert has(said, "▸ ● September 2019: volume at or")
    assert has(said, "mean of 20 of 20 days, 2019-09-01 to 2019-09-30")


async def test_the_indicators_are_inspected_with_what_is_not_published():
    said = await inspected("v", "v", "v", "i")
    assert has(said, "5 numbers")
    assert has(said, "▸ ● elasticity of the demand")
    assert has(said, "says      between -0.452 and 0.068")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def exported(here: Path, *keys: str, **more: object) -> tuple[str, list[list[str]]]:
    """The name and the rows of the one file that `e` writes after these keys."""
    app = Desk(RepoPane())
    async with app.run_test(size=SMALL) as pilot:
        app.pane.focus()
        app.pane.show(view(topics(**more)))
        await pilot.pause()
        await pilot.press(*keys, "e")
        await pilot.pause()
        (path,) = here.iterdir()
        assert app.said == [f"exported to {path}"]
        with path.open(newline="") as file:
            return path.name, list(csv.reader(file))


async def test_today_is_exported_whole(here):
    name, lines = await exported(here)
    assert name == "tidegauge-repo-today-20250312T143530Z.csv"
    assert ",".join(lines[0]) == "name,value,unit,score,period,known,state,quality,band,words,missing"
    assert lines[1] == [
        "repo.share.low", "1", "%", "", "2025-03-11", "2025-03-12T12:59:30Z", "fresh", "exact", "",
        "1 to 25 % of $2,500 bn at or above 4.40 %", "",
    ]  # fmt: skip
    assert len(lines) == 1 + 14 + 5
    assert lines[-1] == ["part.srf", "2500000000", "$", "5", "2025-03-11", "", "", "", "", "", ""]


async def test_of_the_history_the_span_in_view_is_exported(here):
    name, lines = await exported(here, "v", "s", history=squeeze(HISTORY, DAY))
    assert name == "tidegauge-repo-history-20250312T143530Z.csv"
    assert lines[0] == ["day", "share_low", "share_mid", "share_high", "stress", "parts", "marks"]
    assert lines[-1] == ["2025-03-11", "99", "", "100", "99.9", "4", ""]
    assert lines[1][0] == "2024-12-09"
    assert ["2024-12-31", "1", "18.25", "25", "16.65", "5", "year-end"] in lines


async def test_weeks_are_exported_as_weeks(here):
    _, lines = await exported(here, "v", "g")
    assert lines == [
        ["first", "last", "share_low", "share_mid", "share_high", "days", "of"],
        ["2025-03-03", "2025-03-07", "1", "20.5", "25", "5", "5"],
        ["2025-03-10", "2025-03-11", "1", "18", "25", "1", "2"],
    ]


async def test_the_times_are_exported_with_their_counts(here):
    name, lines = await exported(here, "v", "v")
    assert name == "tidegauge-repo-radar-20250312T143530Z.csv"
    assert lines[0][:5] == ["cohort", "first", "last", "days", "stress"]
    assert lines[2] == [
        "September 2019", "2019-09-01", "2019-09-30", "20", "85.2", "91", "67", "75", "93", "100",
        "20", "20", "20", "20", "10",
    ]  # fmt: skip
    assert lines[1][9] == ""


async def test_the_indicators_are_exported(here):
    _, lines = await exported(here, "v", "v", "v")
    assert lines[2] == [
        "daylight overdrafts, average", "1.91", "", "17.22", "$bn", "2024-10-01", "late", "quarterly",
    ]  # fmt: skip
    assert lines[4] == ["interbank payments sent late", "", "", "", "", "", "none", "not published"]


# ---- drawing


async def test_it_draws_only_what_changed():
    pane = RepoPane()
    async with hosted(pane, *SMALL) as pilot:
        same = repo()
        pane.show(view({"repo": same}))
        await pilot.pause()
        pane.show(view({"repo": same}, NOW + 1_000))
        parts = [pane.query_one(name, Lines) for name in ("#repo-head", "#repo-today")]
        assert [dirty_rows(part) for part in parts] == [set(), set()]
        pane.show(view({"repo": same}, NOW + 60_000))
        today = pane.query_one("#repo-today", Lines)
        assert dirty_rows(today) == {11, 12, 13}
        assert dirty_rows(pane.query_one("#repo-head", Lines)) == set()


async def test_a_page_with_another_number_draws_that_row():
    pane = RepoPane()
    async with hosted(pane, *SMALL) as pilot:
        pane.show(view(topics()))
        await pilot.pause()
        pane.show(view(topics(readings=with_reading(reading("repo.rrp", 97.0, "$bn", 17)))))
        assert dirty_rows(pane.query_one("#repo-today", Lines)) == {14}


@pytest.mark.parametrize("size", [(1, 1), (12, 3), (30, 8), (76, 5), (100, 20), (196, 10), (260, 70)])
async def test_every_page_can_be_drawn_in_every_view_and_size(size):
    hole = replace(nothing_known(), history=HISTORY[:3], cohorts=())
    pane = RepoPane()
    async with hosted(pane, *size) as pilot:
        for page in (repo(), nothing_known(), hole, repo(parts=(), indicators=(), readings=())):
            pane.show(view({"repo": page}))
            for _ in range(4):
                pane.action_move(1)
                pane.action_cohort(1)
                pane.action_measure()
                pane.action_by()
                pane.action_cursor(-1, finely=False)
                pane.action_span(1, around=True)
                pane.action_view()
                await pilot.pause()
            assert all(width_of(line) < 400 for part in pane.query(Lines) for line in part._rows)


async def test_it_is_laid_out_anew_when_the_terminal_changes_its_size():
    pane = RepoPane()
    async with hosted(pane, *LARGE) as pilot:
        pane.show(view(topics()))
        await pilot.pause()
        for size in (SMALL, LARGE, MIDDLE, SMALL):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert text_of(pilot) == await rows(size)


@pytest.mark.parametrize("size", [SMALL, MIDDLE, LARGE])
async def test_text_from_outside_never_reaches_the_terminal_raw(size):
    hostile = repo(
        readings=tuple(
            replace(one, notes=noted((HOSTILE,) * 3), band=HOSTILE, formula=HOSTILE, missing=(HOSTILE,))
            for one in READINGS
        ),
        parts=tuple(replace(part, label=HOSTILE, note=HOSTILE, value=None, score=None) for part in PARTS),
        history=tuple(replace(one, marks=(HOSTILE,)) for one in HISTORY[-300:]),
        cohorts=tuple(replace(one, name=HOSTILE) for one in COHORTS),
        indicators=tuple(replace(one, label=HOSTILE, note=HOSTILE) for one in INDICATORS),
        next_mark=(DAY, (HOSTILE,)),
    )
    for keys in ("", "v", "vh", "vv", "vvc", "vvv"):
        said = "\n".join(await shown(RepoPane(), {"repo": hostile}, *size, *keys))
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "\x07" not in said


async def test_what_is_said_is_the_same_without_colour(monkeypatch):
    with_colour = await rows(LARGE)
    monkeypatch.setenv("NO_COLOR", "1")
    assert await rows(LARGE) == with_colour


def test_every_reading_that_can_be_marked_is_on_the_page():
    from tui.widgets.repo_numbers import order

    assert order(named(READINGS)) == [
        "repo.share.mid",
        "repo.sofr_iorb",
        "repo.p99_iorb",
        "repo.effr_iorb",
        "repo.srf.5d",
        "repo.tgcr_iorb",
        "repo.rrp",
        "repo.reserves",
        "repo.reserves.wednesday",
        "repo.tga",
    ]
