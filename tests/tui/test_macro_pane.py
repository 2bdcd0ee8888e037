"""The macro pane: what it says of each series, how it is grouped and filtered, what comes next, and who tells it."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.style import Style

from feeds.topics import Due, Macro, SeriesRow, SourceRow
from tests.tui.engine_double import EngineDouble, everything
from tests.tui.hosted import NOW, dirty_rows, hosted, shown, styles_of, text_of, view
from tests.tui.pty_viewer import viewer
from tui.panes.macro import MacroPane
from tui.source import Source
from tui.theme import LABEL
from tui.widgets.lines import width_of
from tui.widgets.macro_rows import chosen, detail, line, off, style_of, titles, wrong
from tui.widgets.pick_list import PickList
from tui.widgets.slow_numbers import number, spark
from tui.zones import zone_of

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
UTC, NEW_YORK = zone_of("UTC"), zone_of("America/New_York")


def series(id_: str, group: str = "rates", value: float | None = 4.31, **more: object) -> SeriesRow:
    """A yield that was published 3 h ago, rose by 0.02, and comes again in 21 h."""
    row = SeriesRow(
        id_, f"label of {id_}", "%", group, 2, value, "2025-03-11", NOW - 3 * HOUR, 0.02, 1.24, (4.1, 4.2, 4.3),
        NOW + 21 * HOUR, False, "fresh", "exact", "treasury",
    )  # fmt: skip
    if value is None:
        row = replace(row, period=None, known_ms=None, change=None, z=None, spark=(), state="none", source="")
    return replace(row, **more)


SOFR = series("SOFR", "repo", label="SOFR", source="nyfed")
WALCL = series(
    "WALCL",
    "liquidity",
    6_724_564.0,
    label="Fed total assets, Wednesday",
    unit="$M",
    digits=0,
    change=-12_345.0,
    about=True,
    source="fred",
    quality="revised",
)
DGS10 = series("DGS10", label="Treasury, 10 years", state="late", late_since_ms=NOW - 26 * HOUR)
REFUSED = series(
    "DGS2", label="Treasury, 2 years", note="refused: 431 is out of -2..25", quality="provisional", kind="doubt"
)
OFF = series("SOSO.FLOW", "etf", None, next_ms=None, label="Funds", note="off: it wants a key. Ask sosovalue.com")
UNREAD = series("MOVE", "risk", None, label="MOVE", note="not read yet")
OWN = series("LIQ.LONG", "own", None, next_ms=None, label="Longs", note="stored from now on, once a day")
MINE = series("MINE", "imported", 7.0, next_ms=None, label="Mine", source="import")
ROWS = (DGS10, REFUSED, SOFR, OFF, UNREAD, OWN, WALCL, MINE)
SOURCES = (
    SourceRow("fred", "FRED, St. Louis Fed", "late", NOW - 5 * HOUR, NOW + 40 * MINUTE, 12, 3, "HTTP 503", NOW - HOUR),
    SourceRow("nyfed", "New York Fed", "fresh", NOW - HOUR, NOW, 1_204, 0, terms="Public."),
    SourceRow("census", "US Census", "none", None, NOW, 0, 0, off="off: it wants a key. Free at census.gov"),
)
CALENDAR = (
    Due(NOW + 2 * HOUR, "Fed total assets, Wednesday", "2025-03-05", "fred", False, ("WALCL", "WRESBAL")),
    Due(NOW + 12 * HOUR, "Consumer prices", "2025-02-01", "fred", True, ("CPIAUCSL",)),
    Due(NOW + 3 * DAY, "SOFR", "2025-03-13", "nyfed", False, ("SOFR",)),
)


def topics(*rows: SeriesRow, **more: object) -> dict[str, object]:
    return {"macro": replace(Macro(rows or ROWS, SOURCES, CALENDAR), **more)}


def plain(row: SeriesRow, width: int, picked: bool = False) -> str:
    return "".join(said for said, _ in line(row, picked, NOW, UTC, width)).rstrip()


# ---- the table


async def test_a_wide_pane_has_every_column_and_the_groups_in_the_order_of_what_drives_what():
    assert await shown(MacroPane(), topics(filled=23, to_fill=71), 196, 24) == [
        "8 series  reading the past, 23 of 71 pages  4 fresh  1 late  1 not known  2 off",
        f"  series{' ' * 62}value  unit               change   z 3y  trend                     period   age  state"
        "                       next  source",
        "repo: what cash costs overnight  1 series",
        "▸ ● SOFR                SOFR                                           4.31  %                   +0.02   +1.2"
        "  ▁▅█                   2025-03-11    3h  fresh                     21h00m  nyfed",
        "liquidity: the quantity of money  1 series",
        "  ● WALCL               Fed total assets, Wednesday              ʳ6,724,564  $M                -12,345   +1.2"
        "  ▁▅█                   2025-03-11    3h  fresh                    ~21h00m  fred",
        "rates: the price of money  2 series, 1 late",
        "  ◐ DGS10               Treasury, 10 years                             4.31  %                   +0.02   +1.2"
        "  ▁▅█                   2025-03-11    3h  late since 11 Mar 12:35   21h00m  treasury",
        "  ● DGS2                Treasury, 2 years                             ᵖ4.31  %                   +0.02   +1.2"
        "  ▁▅█                   2025-03-11    3h  fresh                     21h00m  treasury",
        "    refused: 431 is out of -2..25",
        "risk appetite  1 series, 1 not known",
        "  · MOVE                MOVE                                             --  not read yet",
        "bitcoin funds  1 series, 1 off",
        "  · SOSO.FLOW           Funds                                            --  off: it wants a key."
        " Ask sosovalue.com",
        "counted here  1 series, 1 off",
        "  · LIQ.LONG            Longs                                            --  stored from now on, once a day",
        "imported  1 series",
        "  ● MINE                Mine                                           7.00  %                   +0.02   +1.2"
        "  ▁▅█                   2025-03-11    3h  fresh                         --  import",
        "",
        "",
        "",
        "",
        "SOFR: SOFR; 4.31 % for 2025-03-11, known 3h ago from nyfed; next 13 Mar 2025 11:35 UTC",
        "",
    ]


async def test_in_76_columns_value_unit_change_age_and_state_stay_and_the_foot_has_the_rest():
    assert await shown(MacroPane(), topics(), 76, 18, "j", "j") == [
        "8 series  4 fresh  1 late  1 not known  2 off",
        "  series                               value unit      change  age state",
        "repo: what cash costs overnight  1 series",
        "  ● SOFR         SOFR                   4.31 %          +0.02   3h fresh",
        "liquidity: the quantity of money  1 series",
        "  ● WALCL        Fed total asse…  ʳ6,724,564 $M       -12,345   3h fresh",
        "rates: the price of money  2 series, 1 late",
        "▸ ◐ DGS10        Treasury, 10 y…        4.31 %          +0.02   3h late 26h",
        "  ● DGS2         Treasury, 2 ye…       ᵖ4.31 %          +0.02   3h fresh",
        "    refused: 431 is out of -2..25",
        "risk appetite  1 series, 1 not known",
        "  · MOVE         MOVE                     -- not read yet",
        "bitcoin funds  1 series, 1 off",
        "  · SOSO.FLOW    Funds                    -- off: it wants a key. Ask sosov…",
        "▼ 4 more",
        "late: a value was due on 11 Mar 2025 12:35 UTC",
        "DGS10: Treasury, 10 years; 4.31 % for 2025-03-11, known 3h ago from",
        "treasury; next 13 Mar 2025 11:35 UTC",
    ]


@pytest.mark.parametrize("width", [34, 41, 56, 60, 76, 96, 116, 140, 169, 170, 196])
def test_no_row_is_wider_than_the_pane(width):
    odd = series("H41RESPPALGTRFNWW", value=-123_456_789_012.5, digits=3, change=-9e11, unit="$bn of 2017", z=-123.4)
    for row in (*ROWS, odd, replace(odd, late_since_ms=NOW - 400 * DAY, state="late", about=True)):
        assert len(plain(row, width)) <= width
        assert all(width_of(one) <= width for one in detail(row, NOW, UTC, width, 3))
    assert len("".join(said for said, _ in titles(width, UTC)).rstrip()) <= width


async def test_each_state_has_a_sign_and_a_word_besides_its_colour():
    rows = (SOFR, replace(DGS10, group="repo"), series("MOVE", "repo", state="stale"), series("GOLD", "repo"))
    rows = (*rows[:3], replace(rows[3], state="down"))
    async with hosted(MacroPane(), 116, 12) as pilot:
        pilot.app.query_one(MacroPane).show(view(topics(*rows)))
        await pilot.pause()
        said = text_of(pilot)
        for y, sign, word, style in (
            (3, "●", "fresh", "none"),
            (4, "◐", "late 26h", "yellow"),
            (5, "○", "stale", "magenta"),
            (6, "✕", "down", "bold red"),
        ):
            assert sign in said[y] and f" {word} " in said[y]
            assert any(word in piece and look == style for piece, look in styles_of(pilot, y)), styles_of(pilot, y)


def test_what_nobody_is_asked_for_is_grey_and_is_neither_wrong_nor_late():
    assert [off(row) for row in ROWS] == [False, False, False, True, False, True, False, False]
    assert [wrong(row) for row in ROWS] == [True, True, False, False, True, False, False, False]
    assert style_of(OFF) == LABEL
    kept = replace(OFF, value=3.0, state="stale", source="sosovalue")
    assert {style for said, style in line(kept, False, NOW, UTC, 196) if said.strip()} <= {
        LABEL,
        LABEL + Style(bold=True),
    }
    assert " off " in plain(kept, 116)


async def test_a_note_that_many_rows_share_stands_once():
    failing = [series(f"ETF.{n}", "etf", note="HTTP 403") for n in range(3)]
    rows = await shown(MacroPane(), topics(*failing), 76, 12)
    assert [row.strip() for row in rows[3:8]] == [
        rows[3].strip(),
        "HTTP 403",
        rows[5].strip(),
        rows[6].strip(),
        "",
    ]


async def test_before_the_first_word_it_says_that_it_waits():
    assert (await shown(MacroPane(), {}, 76, 8))[0] == "no series yet: waiting for the engine"


# ---- numbers


@pytest.mark.parametrize(
    ("value", "digits", "width", "said"),
    [
        (6_724_564.0, 0, 16, "6,724,564"),
        (0.4321, 3, 11, "0.432"),
        (None, 2, 11, "--"),
        (12_345_678.912, 3, 11, "12,345,679"),
        (123_456_789_012.0, 0, 11, "123.46B"),
        (-0.001, 2, 11, "0.00"),
        (-1_500_000_000_000.0, 0, 9, "-1.50T"),
    ],
)
def test_a_number_keeps_its_unit_and_says_when_it_is_shortened(value, digits, width, said):
    assert number(value, digits, width) == said


def test_a_change_has_a_sign():
    assert [number(change, 2, signed=True) for change in (0.021, -3.0, 0.0)] == ["+0.02", "-3.00", "+0.00"]


def test_the_trend_lies_between_its_own_extremes():
    assert spark((100.0, 107.0, 114.0), 16) == "▁▅█"
    assert spark((5.0, 5.0, 5.0), 16) == "▄▄▄"
    assert spark((9.0, 0.0, 1.0), 2) == "▁█"
    assert spark((), 16) == ""


# ---- filter


async def test_a_slash_opens_a_filter_that_narrows_with_every_letter():
    pane = MacroPane()
    async with hosted(pane, 96, 14) as pilot:
        pane.show(view(topics()))
        await pilot.press("slash")
        assert text_of(pilot)[0].startswith("/▏ 8 of 8  enter keeps, esc clears  8 series")
        await pilot.press(*"treas")
        assert text_of(pilot)[0].startswith("/treas▏ 2 of 8  enter keeps")
        assert [row[4:9].strip() for row in text_of(pilot)[3:5]] == ["DGS10", "DGS2"]
        await pilot.press("space", *"2x")
        assert text_of(pilot)[:2] == [
            "/treas 2x▏ 0 of 8  enter keeps, esc clears  8 series  4 fresh  1 late  1 not known  2 off",
            "nothing matches",
        ]
        await pilot.press("backspace", "enter")
        assert text_of(pilot)[0].startswith("/treas 2 1 of 8  esc clears  8 series")
        assert text_of(pilot)[3].startswith("▸ ● DGS2 ")
        await pilot.press("escape")
        assert text_of(pilot)[0] == "8 series  4 fresh  1 late  1 not known  2 off"
        assert any(row.startswith("▸ ● DGS2 ") for row in text_of(pilot))


async def test_escape_while_typing_takes_the_filter_away_and_arrows_still_move():
    pane = MacroPane()
    async with hosted(pane, 96, 14) as pilot:
        pane.show(view(topics()))
        await pilot.press("slash", *"treas", "down")
        assert text_of(pilot)[4].startswith("▸ ● DGS2 ")
        await pilot.press("escape")
        assert text_of(pilot)[0] == "8 series  4 fresh  1 late  1 not known  2 off"


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("walcl", ["WALCL"]),
        ("total assets", ["WALCL"]),
        ("quantity", ["WALCL"]),
        ("NYFED", ["SOFR"]),
        ("rates 10", ["DGS10"]),
        ("[b]", []),
    ],
)
def test_a_filter_looks_at_id_label_group_and_source(words, ids):
    assert [row.id for row in chosen(ROWS, words, "all")] == ids


async def test_f_goes_through_all_what_is_wrong_and_what_may_change():
    for keys, ids, said in (
        (("f",), ["DGS10", "DGS2", "MOVE"], "only late, stale or wrong  "),
        (("f", "f"), ["WALCL", "DGS2"], "only provisional or revised  "),
        (("f", "f", "f"), ["SOFR", "WALCL", "DGS10", "DGS2", "MOVE", "SOSO.FLOW", "LIQ.LONG", "MINE"], "8 series"),
    ):
        rows = await shown(MacroPane(), topics(), 96, 24, *keys)
        assert rows[0].startswith(said)
        assert [row[4:].split()[0] for row in rows[2:-2] if row[2:3] in ("●", "◐", "·")] == ids


# ---- moving


async def test_keys_move_the_mark_and_the_rows_follow_it():
    pane = MacroPane()
    many = [series(f"S{n:02}", "repo" if n < 10 else "rates") for n in range(20)]
    async with hosted(pane, 76, 13) as pilot:
        pane.show(view(topics(*many)))

        def marked() -> str:
            (row,) = [row for row in text_of(pilot) if row.startswith("▸")]
            return row[4:8].strip()

        for key, id_ in (
            ("k", "S00"), ("j", "S01"), ("down", "S02"), ("up", "S01"), ("pagedown", "S08"), ("pageup", "S01"),
            ("g", "S10"), ("g", "S00"), ("end", "S19"), ("j", "S19"), ("home", "S00"),
        ):  # fmt: skip
            await pilot.press(key)
            assert marked() == id_, key
        assert text_of(pilot)[2] == "repo: what cash costs overnight  10 series"
        assert text_of(pilot)[10] == "▼ 14 more"
        await pilot.press("g")
        assert text_of(pilot)[2] == "rates: the price of money  10 series"


async def test_the_mark_stays_on_its_series_when_others_come_and_goes_to_the_nearest_when_it_is_gone():
    pane = MacroPane()
    async with hosted(pane, 76, 16) as pilot:
        pane.show(view(topics(series("B"), series("C"), series("D"))))
        await pilot.press("j")
        pane.show(view(topics(series("A"), series("B"), series("C"), series("D"))))
        await pilot.pause()
        assert "▸ ● C" in "\n".join(text_of(pilot))
        pane.show(view(topics(series("A"), series("D"))))
        await pilot.pause()
        assert "▸ ● D" in "\n".join(text_of(pilot))


async def test_it_repaints_only_the_ages_that_changed():
    pane = MacroPane()
    young = replace(SOFR, known_ms=NOW - 30_000)
    async with hosted(pane, 76, 12) as pilot:
        pane.show(view(topics(young, DGS10, WALCL)))
        await pilot.pause()
        rows = pane.query_one("#macro-series", PickList)
        pane.show(view(topics(young, DGS10, WALCL), NOW + 1_000))
        assert dirty_rows(rows) == {2}


async def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("macro.") for binding in MacroPane.BINDINGS)


# ---- releases and publishers


async def test_v_shows_the_releases_of_the_next_days_in_the_zone_of_the_user():
    pane = MacroPane()
    async with hosted(pane, 96, 12) as pilot:
        pane.show(replace(view(topics()), zone=NEW_YORK))
        await pilot.press("v", "j")
        assert text_of(pilot) == [
            "releases of the next 7 days  ~ is only the usual day",
            "Wed 12 Mar  today",
            "   12:35   2h00m  Fed total assets, Wednesday                    2025-03-05  fred",
            "▸ ~22:35  12h00m  Consumer prices                                2025-02-01  fred",
            "Sat 15 Mar  in 3 days",
            "   10:35   3d00h  SOFR                                           2025-03-13  nyfed",
            "",
            "",
            "",
            "",
            "12 Mar 2025 22:35 EDT, which is only the usual day: Consumer prices for 2025-02-01, from fred:",
            "CPIAUCSL",
        ]


async def test_v_twice_shows_the_publishers_and_why_one_is_not_asked():
    assert await shown(MacroPane(), topics(), 96, 10, "v", "v", "end") == [
        "publishers  good: since the last answer that was believed",
        "  publisher       state  good    next   asked  refused  who, or what is wrong",
        "  ◐ fred          late     5h     40m      12        3  for 60m: HTTP 503",
        "  ● nyfed         fresh   60m     now   1,204        0  New York Fed",
        "▸ · census        off      --      --       0        0  off: it wants a key. Free at census.gov",
        "",
        "",
        "",
        "off: it wants a key. Free at census.gov",
        "census: US Census",
    ]


# ---- drawing


async def test_escapes_and_markup_from_outside_are_shown_as_text():
    hostile = series("\x1b[31m[b]ID", label="[red]\u202elabel\n", note="refused: [b]\x1b[2Jx\x1b]0;owned\x07")
    bare = replace(hostile, value=None, group="[i]own", id="X")
    async with hosted(MacroPane(), 96, 14) as pilot:
        pilot.app.query_one(MacroPane).show(view(topics(hostile, bare)))
        await pilot.pause()
        rows = "\n".join(text_of(pilot))
        for said in ("● [b]ID ", "[red] label ", "    refused: [b]x", "[i]own  1 series"):
            assert said in rows
        assert "owned" not in rows
        strips = pilot.app.screen._compositor.render_strips()
        assert all(segment.text.isprintable() for strip in strips for segment in strip)


async def test_a_new_size_is_drawn_at_once():
    pane = MacroPane()
    async with hosted(pane, 76, 18) as pilot:
        pane.show(view(topics()))
        await pilot.resize_terminal(196, 18)
        await pilot.pause()
        assert "late since 11 Mar 12:35" in "\n".join(text_of(pilot))
        await pilot.resize_terminal(40, 9)
        await pilot.pause()
        assert all(len(row) <= 40 for row in text_of(pilot))
        assert "▸ ● SOFR" in "\n".join(text_of(pilot))


async def test_five_shows_it_alone_in_a_real_terminal_and_letters_of_the_filter_are_no_keys(short_tmp: Path):
    async with (
        EngineDouble(short_tmp / "e.sock", everything(**topics())) as engine,
        viewer(Source(socket=engine.path), environ={"NO_COLOR": "1"}) as screen,
    ):
        await screen.sees("1 price")
        screen.press("5")
        await screen.sees("5 macro", "◐ DGS10", "4 fresh")
        assert "1 price ━" not in screen.text
        screen.press("/qp5z")
        await screen.sees("/qp5z▏ 0 of 8", "nothing matches")
        screen.press("\x1b")
        await screen.sees("repo: what cash costs overnight")
        assert screen.code() is None
        assert all(len(row) <= 80 for row in screen.lines)
        assert b"\x1b[33m" not in screen.raw
