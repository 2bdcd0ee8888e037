"""What the regime pane draws, piece by piece: the verdict, the chain, the weeks, money, levels, scenarios, lists."""

from collections.abc import Sequence
from datetime import UTC, date

import pytest
from msgspec.structs import replace
from rich.style import Style

from feeds.topics import Note, Price, Reading
from tests.tui import regime_topics as made
from tests.tui.engine_double import metric as live
from tests.tui.hosted import NOW
from tests.tui.regime_topics import reading, regime, topics, trigger, verdict, weeks
from tui.theme import LABEL
from tui.widgets import (
    money_quadrant,
    regime_chain,
    regime_levels,
    regime_lists,
    regime_rows,
    scenario_rows,
    timeline_strip,
    timeline_years,
    verdict_rows,
    verdict_triggers,
)
from tui.widgets.lines import Line
from tui.widgets.regime_board import board
from tui.widgets.regime_words import beside, pad, value
from tui.widgets.verdict_letters import letters

SECOND, HOUR = 1_000, 3_600_000


def said(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def one(line: Line) -> str:
    return said([line])[0]


# ---- the verdict


def test_the_words_of_the_verdict_can_be_written_large():
    assert letters("NO-TRADE") == [
        "█▄  █ ▄▀▀▄     ▀▀█▀▀ █▀▀▄ ▄▀▀▄ █▀▀▄ █▀▀▀",
        "█ ▀▄█ █  █ ▀▀▀   █   █▀█  █▀▀█ █  █ █▀▀ ",
        "▀   ▀  ▀▀        ▀   ▀  ▀ ▀  ▀ ▀▀▀  ▀▀▀▀",
    ]
    assert [len(row) for row in letters("RELEASED")] == [39] * 3


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (
            "NO-TRADE",
            "ends when MOVE > 130, oil shock or repo stress ≥ 75 arms it, and then the Fed answers: Fed assets ≥ +$100"
            " bn, standing repo ≥ $50 bn or primary credit ≥ +$50 bn. A bounce in price is no release.",
        ),
        (
            "RELEASED",
            "the no-trade zone has ended, and comes back when triggers have been quiet for long enough; so far 3 of 20"
            " business days without a trigger.",
        ),
        (None, "whether it is one is not known: nothing that would arm it is known."),
    ],
)
def test_the_sentence_says_what_would_end_the_no_trade_zone(state, ends):
    assert verdict_rows.sentence(verdict(state)) == ends


@pytest.mark.parametrize("word", ["NO-TRADE", "ARMED", "RELEASED"])
def test_each_verdict_is_told_by_its_word_and_by_a_style_of_its_own(word):
    lines = verdict_rows.head(verdict(word), NOW, 76, large=False)
    assert lines[0][0] == (f" {word} ", verdict_rows.STYLES[word] + Style(reverse=True))
    assert len({str(style) for style in verdict_rows.STYLES.values()}) == 3


def test_a_verdict_that_is_not_known_is_no_word_and_says_why():
    lines = said(verdict_rows.head(verdict(None), NOW, 76, large=False))
    assert lines == [
        " --   · not known",
        "nothing that would arm it is known",
        "nearest trigger  none has a distance that is known",
    ]


@pytest.mark.parametrize("large", [True, False])
def test_while_its_past_is_read_the_verdict_is_no_word_in_letters_and_that_is_said_once(large):
    state = reading("verdict.state", None, "", Note("reading", "reading the past, 38 of 91 pages"))
    waits = verdict(state=state, changes=(), noted=())
    assert said(verdict_rows.head(waits, NOW, 120, large=large)) == ["reading the past, 38 of 91 pages"]
    assert verdict_rows.sentence(waits) == (
        "Whether this is a no-trade zone is told once all that it looks back on has been read."
    )
    assert said(verdict_rows.changes(waits, UTC, 120, 3)) == ["told once the past has been read"]
    assert verdict_rows.short(waits) == ()


def test_a_verdict_without_changes_says_so_in_its_own_words():
    never = reading(
        "verdict.state",
        "NO-TRADE",
        "",
        "nothing has armed it since 2018-01-01",
        Note("needs", "MOVE 86.1, arms at > 130"),
    )
    lines = said(verdict_rows.head(verdict(state=never, changes=(), noted=()), NOW, 76, large=False))
    assert lines[0] == " NO-TRADE   ● fresh  6 of 6 triggers seen  newest 5h old  oldest for 7 Mar"
    assert lines[1] == "nothing has armed it since 2018-01-01"
    assert said(verdict_rows.changes(verdict(state=never, changes=(), noted=()), UTC, 76, 3)) == [
        "no change: nothing has armed it since 2018-01-01"
    ]


def test_what_the_verdict_lacks_is_said_and_counted():
    without = trigger("oil", "oil shock", None, None, on=None, reading=reading("verdict.oil", None, "", "no session"))
    state = reading("verdict.state", "NO-TRADE", "", "NO-TRADE since", Note("lacks", "without oil shock: no session"))
    lacking = verdict(state=state, triggers=(made.TRIGGERS[2], without), seen=1)
    lines = said(verdict_rows.head(lacking, NOW, 96, large=False))
    assert "1 of 2 triggers seen" in lines[0]
    assert lines[2] == "without oil shock: no session"
    assert said(verdict_triggers.table(lacking, NOW, 60))[3] == "· oil shock                 -- no session"


def test_the_nearest_trigger_has_the_least_of_its_threshold_to_go_of_those_that_would_change_the_verdict():
    assert [verdict_rows.nearest(verdict(word)) for word in ("NO-TRADE", "ARMED")] == [
        made.TRIGGERS[0],
        made.TRIGGERS[4],
    ]
    two = (trigger("move", "MOVE", 86.0, 130.0), trigger("stress", "repo stress", 70.0, 75.0))
    calm = verdict("NO-TRADE", triggers=two)
    assert one(verdict_rows.nearest_line(calm, NOW, 90)) == (
        "nearest to arm  repo stress 70.00, 5.0 to go  (≥ 75)  ● 5h old  for 7 Mar"
    )


def test_where_it_is_released_what_is_on_is_told_with_its_age():
    lines = one(verdict_rows.nearest_line(verdict("RELEASED"), NOW, 90))
    assert lines == "on now  ● MOVE 134.50 7 Mar, 5h old"
    late = replace(made.TRIGGERS[0], reading=replace(made.TRIGGERS[0].reading, state="late"))
    assert one(verdict_rows.nearest_line(verdict("RELEASED", triggers=(late,)), NOW, 90)).startswith("on now  ◐ MOVE")


@pytest.mark.parametrize(
    ("name", "now", "limit", "away"),
    [
        ("move", 130.0, 130.0, "0.000 to go"),
        ("move", 130.01, 130.0, "there"),
        ("stress", 75.0, 75.0, "there"),
        ("stress", 74.99, 75.0, "0.010 to go"),
        ("assets", -20.0, 100.0, "120.0 to go"),
        ("stress", None, 75.0, "--"),
    ],
)
def test_at_its_threshold_stands_what_may_be_equal_to_it_and_not_what_is_to_be_above(name, now, limit, away):
    assert verdict_triggers.distance(trigger(name, "it", now, limit)) == away


@pytest.mark.parametrize(("on", "away"), [(True, "there"), (False, "--"), (None, "--")])
def test_a_trigger_without_a_number_is_there_once_it_is_on(on, away):
    assert verdict_triggers.distance(trigger("oil", "oil shock", "shock", None, on=on)) == away


def test_changes_stand_newest_first_and_what_changed_nothing_is_only_noted():
    assert said(verdict_rows.changes(verdict(), UTC, 76, 10)) == [
        "2025-03-07 ARMED     MOVE closed at 134.50 on 2025-03-07",
        "2025-02-19 noted     Fed assets +104.3 $bn in 4 weeks: nothing was armed",
        "2025-02-04 NO-TRADE  20 business days without a trigger",
        "2025-01-06 ARMED     repo stress 88.0 on 2024-12-31",
    ]
    assert len(verdict_rows.changes(verdict(), UTC, 80, 2)) == 2


# ---- the chain and the regime


def test_a_push_is_told_by_arrow_number_and_word():
    lines = said(regime_chain.chain(regime(), None, NOW, 116, 1))
    assert lines[1].split("  ")[0] == "? not known"
    assert [word in lines[1] for word in ("▼ -1 weighs", "■ 0 neither", "▲ +1 lifts")] == [True] * 3
    assert lines[-1] == "4 of 5 drivers; inflation: October 2024 was never published: no core CPI"


def test_the_number_that_decides_a_push_comes_first_in_its_cell():
    lines = said(regime_chain.chain(regime(), None, NOW, 196, 2))
    assert lines[3].startswith("core CPI 3m ann.       +2.73 %   real 10y, 13w     +0.26 points")
    assert lines[4].startswith("CPI y/y                +2.74 %   10y - 2y                +32 bp")


def test_a_driver_that_is_late_says_so_by_sign():
    late = replace(made.DRIVERS[1], push=replace(made.DRIVERS[1].push, state="late"))
    lines = said(regime_chain.chain(regime(drivers=(late,)), None, NOW, 76, 1))
    assert lines[-1] == "◐ for 7 Mar, 5h old"
    assert "not known" not in "\n".join(lines)


def test_the_price_stands_at_the_end_of_the_chain_with_its_age_and_marks():
    price = Price(
        replace(live(64_210.5), as_of_ms=NOW - 3 * SECOND, state="late", quality="estimated"),
        {"24h": live(-1.24, "%"), "7d": live(None, "%", "none")},
        live(3.2, "bp"),
        (),
    )
    lines = said(regime_chain.chain(regime(), price, NOW, 196, 3))
    assert [line.split("  ")[-1].strip() for line in lines[:5]] == [
        "→ price",
        "~64,210.5",
        "-1.24% 24h",
        "-- 7d",
        "◐ 3s",
    ]


def test_a_regime_that_is_not_known_says_why():
    label = reading("regime.label", None, "", "no week has closed: Fed assets are not known")
    empty = regime(label=label, pending="", changed=(), flips=(), timeline=(), drivers=())
    assert said(regime_rows.brief(empty, NOW, 90)) == [
        "regime --  no week has closed: Fed assets are not known",
        "net liquidity --  no driver tells it",
        "next change not known",
    ]
    assert said(timeline_strip.block((), 80, regime_rows.no_weeks(empty))) == [
        "regime by the week",
        "no week has closed yet",
    ]


def test_a_label_of_an_earlier_close_says_of_which_and_why_the_newest_says_nothing():
    notes = (
        Note("older", "easy as of the close of 2025-02-26"),
        Note("lacks", "the close of 2025-03-05 cannot be told: 13-week net liquidity not known"),
        Note("part", "risk appetite, mean z, -0.61: +1"),
    )
    label = reading("regime.label", "easy", notes=notes, state="late", missing=("net liquidity",))
    found = regime(label=label, pending="", timeline=weeks("easy", None))
    assert said(regime_rows.brief(found, NOW, 120))[0].startswith(
        "regime  easy   as of the close of 2025-02-26  without net liquidity  ◐ late"
    )
    rows = said(regime_rows.block(found, NOW, 120))
    assert "the close of 2025-03-05 cannot be told: 13-week net liquidity not known; risk appetite" in rows[2]
    assert not any("nothing is pending" in row for row in rows)


def test_while_the_past_is_read_it_says_so_in_the_place_of_label_and_weeks():
    label = Reading("regime.label", None, "", notes=(Note("reading", "reading the past, 38 of 91 pages"),))
    found = regime(label=label, pending="", changed=(), flips=(), timeline=())
    assert said(regime_rows.brief(found, NOW, 90))[0] == "regime --  reading the past, 38 of 91 pages"
    assert said(timeline_strip.block((), 80, regime_rows.no_weeks(found)))[1] == "reading the past, 38 of 91 pages"
    assert regime_rows.short(found) == (("--", LABEL),)


# ---- the weeks


def test_a_week_that_cannot_be_told_has_a_sign_of_its_own_which_the_legend_tells():
    found = weeks("easy", None, "easy")
    line, _ = timeline_strip.strip(found, 80)
    assert "".join(text for text, _ in line) == "E?E"
    assert "? cannot be told" in said([timeline_strip.legend(found, 120)])[0]
    assert "cannot be told" not in said([timeline_strip.legend(weeks("easy"), 120)])[0]
    told = " ".join(said(timeline_years.told(found, found[1].day, UTC, 120, 4)))
    assert "what held cannot be told; 13-week net liquidity" in told


def test_each_week_has_its_letter_where_there_is_room():
    line, years = timeline_strip.strip(weeks("mixed", "easy", "repair", "late", "drain"), 80)
    assert line == (
        timeline_strip.cell("mixed"),
        timeline_strip.cell("easy"),
        timeline_strip.cell("repair"),
        timeline_strip.cell("late"),
        timeline_strip.cell("drain"),
    )
    assert one(line) == "·ERLD"
    assert one(years) == "2015"


def test_a_letter_for_several_weeks_is_what_held_in_most_of_them_and_of_equals_the_newer():
    assert said(timeline_strip.strip(weeks("easy", "easy", "drain", "late", "repair", "repair"), 2)) == ["ER", ""]
    assert said(timeline_strip.strip(weeks("easy", "late"), 1)) == ["L", ""]


def test_a_week_that_did_not_close_is_blank():
    found = (*weeks("easy"), *weeks("late", first=date(2015, 1, 21)))
    assert said(timeline_strip.strip(found, 80))[0] == "E L"


def test_the_years_hold_one_letter_a_week_the_newest_on_top():
    found = weeks("easy", "late", first=date(2015, 12, 30))
    lines = said(timeline_years.grid(found, None))
    assert lines == [
        "      Jan Feb Mar Apr  May Jun Jul  Aug Sep  Oct Nov Dec",
        "2016  L",
        "2015" + " " * 53 + "E",
    ]


def test_the_week_of_the_cursor_keeps_the_sign_that_the_legend_tells():
    found = weeks("mixed", "late")
    row = timeline_years.grid(found, found[0].day)[1]
    assert [said for said, style in row if style == timeline_years.CURSOR] == ["·"]


def test_a_week_whose_close_said_something_else_says_both():
    week = replace(weeks("easy")[0], raw="drain", liquidity=None, netliq=None, z=None, risk=None, parts=2)
    assert said(timeline_years.told((week,), week.day, UTC, 200, 2)) == [
        "Wednesday 2015-01-07: easy held, the close by itself said drain; 13-week net liquidity --: --; risk appetite"
        " -- z: --, from 2 of 5 parts; known 11 Mar 2025 14:35 UTC"
    ]


def test_a_week_of_numbers_that_were_read_afterwards_says_so():
    week = replace(weeks("easy")[0], later=True)
    (only,) = said(timeline_years.told((week,), week.day, UTC, 300, 2))
    assert only.endswith("from 4 of 5 parts; with numbers that were read afterwards; known 11 Mar 2025 14:35 UTC")


# ---- money


def test_the_corner_to_watch_is_told_by_words_and_signs_and_the_newest_week_is_marked():
    lines = money_quadrant.quadrant(made.MONEY, 60, 12)
    rows = said(lines)
    assert rows[0] == "hiking while shrinking               ! hiking while printing"
    assert rows[-2] == "cutting while shrinking               cutting while printing"
    assert rows[-1] == "x: quantity ±1.15 %   y: 2-year yield ±0.57 points, both ov…"
    assert [row.count("◆") for row in rows].index(1) < len(rows) // 2
    assert "".join(rows).count("○") == 1
    newest, oldest = (next(row.find(sign) for row in rows if sign in row) for sign in "◆○")
    assert newest > 30 > oldest
    words = said(money_quadrant.words(made.MONEY, NOW, 60))
    assert words == ["hiking while printing ◀ the corner to watch", "2-year yield +0.46 points", "● 5h old  for 5 Mar"]


def test_without_its_numbers_the_quadrant_is_a_reason():
    empty = type(made.MONEY)(reading("money.quadrant", None, "", "not known: DGS2"), ())
    assert said(money_quadrant.block(empty, NOW, 60, 14)) == [
        "quantity and price of money",
        "quantity and price of money not known: not known: DGS2",
    ]


# ---- levels


def test_a_test_says_when_how_low_whether_it_closed_under_and_its_outcome():
    rows = [one(regime_levels.row(test, False, 80)) for test in reversed(made.TESTS)]
    assert [one(regime_levels.titles(80)), *rows] == [
        "  began      decided          low     under it closes over  outcome",
        "  2025-03-10 not yet      $60,812        never           2  ◌ open",
        "  2024-09-01 2024-09-05   $59,100       traded           5  ✓ held",
        "  2024-08-05 2024-08-06   $49,577     2 closes           0  ✕ failed",
    ]


def test_a_test_in_which_a_failure_may_have_been_missed_says_so():
    test = replace(made.levels()[0].tests[0], outcome="held")
    assert one(regime_levels.row(replace(test, sure=False), False, 90)).endswith(", may have failed")
    holed = replace(made.levels()[0].tests[-1], days=made.days("2025-03-10", (61_000.0, None), (61_200.0, None)))
    told = " ".join(said(regime_levels.detail(made.levels()[0], holed, 90, 4)))
    assert "10 Mar: low $61,000, close not known; 11 Mar: low $61,200, close not yet" in told


def test_a_stale_corner_is_not_the_one_to_watch():
    old = type(made.MONEY)(replace(made.MONEY.reading, state="stale"), made.MONEY.trail)
    assert "the corner to watch" in " ".join(said(money_quadrant.words(made.MONEY, NOW, 60)))
    assert "the corner to watch" not in " ".join(said(money_quadrant.words(old, NOW, 60)))


def test_tests_that_may_have_been_missed_make_the_count_a_floor():
    level = made.levels()[0]
    floor = tuple(replace(one_, quality="floor") for one_ in level.readings)
    assert said(regime_levels.title(replace(level, readings=floor, counts=date(2025, 3, 1)), NOW, 90))[0] == (
        "level $60,000  ≥3 tests, ≥1 held, ≥1 in a row  the second held on 2025-03-01  ● 5h old"
    )


# ---- scenarios


def test_with_room_each_sign_has_its_word():
    found = made.scenarios()
    lines = [scenario_rows.titles(found, 116), scenario_rows.row(made.EVIDENCE[1], found, False, NOW, 116)]
    assert [line[56:] for line in said(lines)] == [
        "normal      toll booth  blockade    empire         for  age",
        "·           + for       + for       + for        6 Mar   5h",
    ]


def test_a_wide_board_names_the_sources():
    found = made.scenarios()
    lines = [scenario_rows.titles(found, 190), scenario_rows.row(made.EVIDENCE[0], found, False, NOW, 190)]
    assert [line[144:] for line in said(lines)] == [
        "empire strikes back     for  age  source",
        "- against             7 Mar   5h  nyfed",
    ]


def test_a_number_of_the_evidence_is_never_cut():
    parts = (reading("gold.13w", 11.78, "%"), reading("dxy.13w", -3.24, "%"))
    assert [scenario_rows.told(parts, width)[0] for width in (26, 25, 15)] == [
        "gold +11.78 %, DXY -3.24 %",
        "gold +11.78 % …",
        "gold +11.78 % …",
    ]


def test_a_count_that_is_not_known_is_no_zero():
    normal = replace(made.scenario("normal", 0, 0), supports=reading("scenario.normal.for", None))
    board_ = replace(made.scenarios(), scenarios=(normal,))
    assert one(scenario_rows.counts(board_, 116)[0]).endswith("probability" + " " * 20 + "--")


# ---- the lists


def test_a_list_says_what_is_left_out_and_why_a_number_is_missing():
    of = board(topics(), NOW, UTC)
    assert said(regime_lists.block(of, "dollar", 44, 9)) == [
        "dollar exit  3 numbers",
        "● custody at the Fed        -$22.4 bn  7 Mar",
        "● HKD over 7.75              520 pips  7 Mar",
        "· CIPS value y/y -- CIPS payments by value:…",
    ]
    assert said(regime_lists.block(of, "dollar", 44, 3))[-1] == "  2 more in hedge & dollar"
    assert said(regime_lists.unpublished(of.unpublished, 70, 9)) == [
        "without a public number",
        "-- Oracle's credit default swaps  quoted among dealers",
        "-- marks of private loans  late",
    ]


# ---- words


@pytest.mark.parametrize(
    ("name", "number", "unit", "quality", "told"),
    [
        ("netliq.level", 5898.748, "$bn", "exact", "$5,899 bn"),
        ("custody.13w", 11.217, "$bn", "exact", "+$11.2 bn"),
        ("custody.13w", -11.217, "$bn", "provisional", "ᵖ-$11.2 bn"),
        ("netliq.13w", 2.147969, "%", "exact", "+2.15 %"),
        ("rates.2y_effr", -21.0, "bp", "exact", "-21 bp"),
        ("risk.z", -0.616, "z", "partial", "~-0.62"),
        ("risk.vixcls", 16.31, "index", "revised", "ʳ16.31"),
        ("x", "quiet", "", "exact", "quiet"),
        ("x", None, "%", "exact", "--"),
    ],
)
def test_a_number_has_its_sign_its_mark_and_its_unit(name, number, unit, quality, told):
    assert value(replace(reading(name, number, unit), quality=quality)) == told


def test_rows_beside_each_other_keep_their_columns_whatever_is_in_them():
    plain = Style()
    left: list[Line] = [(("ab", plain),), (("too long", plain),)]
    assert said(beside([(left, 4), ([(("x", plain),)] * 3, 2)], 1)) == ["ab   x", "too… x", "     x"]
    assert pad((("abc", plain), ("def", plain)), 3) == (("abc", plain),)
