"""The pane of who sets the price: CME against four exchanges, with both dates, and what is missing or doubted."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.signals.share import share
from feeds.signals.thresholds import ShareRule
from feeds.topics import Curve, Reading, Share, noted
from feeds.vintages import given
from tests.tui.hosted import dirty_rows, hosted, styles_of, text_of
from tui.pane import View
from tui.panes.share import SharePane
from tui.screens.inspect import Inspect
from tui.widgets.flow_panels import stack
from tui.widgets.lines import Lines, width_of
from tui.widgets.share_history import panels
from tui.widgets.share_rows import titles, week_row, weeks
from tui.widgets.share_words import bar, head

NOW = int(datetime(2026, 7, 11, 12, tzinfo=UTC).timestamp() * 1000)
REPORTS: dict[str, tuple[float, float, float]] = {
    "2026-06-09": (101_000.0, 98_000.0, 30_000.0),
    "2026-06-16": (99_500.0, 100_250.0, 31_500.0),
    "2026-06-23": (97_000.0, 103_000.0, 29_000.0),
    "2026-06-30": (99_400.0, 98_100.0, 33_250.0),
    "2026-07-07": (96_500.0, 112_000.0, 36_000.0),
}
"""By report: CME, Binance at the midnight that follows, and the net short of leveraged funds, in BTC."""
OTHERS = {"OI.BYBIT": 60_000.0, "OI.OKX": 35_000.0, "OI.DERIBIT": 12_500.0}
Values = dict[str, dict[str, float]]


def values(reports: Mapping[str, tuple[float, float, float]] = REPORTS) -> Values:
    """The series of these reports by their days."""
    found: Values = {}
    for report, (cme, binance, short) in reports.items():
        midnight = (date.fromisoformat(report) + timedelta(days=1)).isoformat()
        told = {"COT.133741.OI": cme / 5, "COT.133742.OI": 0.0, "COT.133741.LEV.LONG": 1_000.0}
        told |= {"COT.133741.LEV.SHORT": 1_000.0 + short / 5, "COT.133742.LEV.LONG": 0.0, "COT.133742.LEV.SHORT": 0.0}
        for name, value in told.items():
            found.setdefault(name, {})[report] = value
        for name, value in ({"OI.BINANCE": binance} | OTHERS).items():
            found.setdefault(name, {})[midnight] = value
    return found


def made(found: Values | None = None) -> Share:
    rows = {name: list(points.items()) for name, points in (values() if found is None else found).items()}
    return share(given(rows, NOW), ShareRule())


def without(*names: str, day: str = "") -> Values:
    """The series without these, or without their number of one day."""
    return {
        name: {at: value for at, value in points.items() if name not in names or (day and at != day)}
        for name, points in values().items()
    }


def view_of(topic: Share | None, curve: Curve | None = None, now_ms: int = NOW) -> View:
    topics = ({} if topic is None else {"share": topic}) | ({} if curve is None else {"curve": curve})
    return View(topics, frozenset(topics), now_ms, UTC)


def carry(value: float | None, known_ms: int = NOW - 1_000) -> Curve:
    words = ("90 d basis 6.00 % of 2026-07-11 less 3-month bill 4.10 % of 2026-07-10",) if value else ("no basis",)
    one = Reading(
        "curve.carry.90d",
        value,
        "pp",
        date(2026, 7, 10),
        known_ms,
        "fresh" if value else "none",
        notes=noted(words, "says" if value else "why"),
    )
    return Curve((one,), (), (), (), (), (), (), (), (), (), ())


async def shown(topic: Share | None, width: int, height: int, *keys: str, curve: Curve | None = None) -> list[str]:
    pane = SharePane()
    async with hosted(pane, width, height) as pilot:
        pane.show(view_of(topic, curve))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return text_of(pilot)


def words(topic: Share, width: int = 196) -> list[str]:
    return ["".join(said for said, _ in line).rstrip() for line in head(topic, None, NOW, width, whole=True)]


# ---- three sizes


async def test_in_80_by_24_the_five_stand_with_both_dates() -> None:
    assert await shown(made(), 76, 19, curve=carry(1.9)) == [
        "CME holds 30.5 % of the open interest of five; CME / Binance 0.86, under 1",
        "since the report of 2026-07-07, after that of 2026-06-30",
        " CME 31%                Binance 35%                Bybit 19%      OKX",
        "BTC         matched     part  date           newest  date        age",
        "CME          96,500   30.5 %  2026-07-07     96,500  2026-07-07  4d ●",
        "Binance     112,000   35.4 %  2026-07-08    112,000  2026-07-08  3d ◐",
        "Bybit        60,000   19.0 %  2026-07-08     60,000  2026-07-08  3d ◐",
        "OKX          35,000   11.1 %  2026-07-08     35,000  2026-07-08  3d ◐",
        "Deribit      12,500    4.0 %  2026-07-08     12,500  2026-07-08  3d ◐",
        "leveraged funds net short at CME 36,000 BTC, 2026-07-07, known 4d ago",
        "90 d carry over bills +1.90 pp, 1s ago",
        "CME over ▲ or under ▼ Binance since   ▼ 2026-07-07  ▲ 2026-06-30  1 before",
        "Binance and Bybit and OKX and Deribit late, the newest is of 2026-07-08",
        "CME's close of Tuesday 2026-07-07 against 00:00 UTC of 2026-07-08",
        "",
        "",
        "",
        "",
        "",
    ]


async def test_in_120_by_40_the_history_stands_below_with_the_crossings_marked() -> None:
    rows = await shown(made(), 116, 35)
    start = next(n for n, row in enumerate(rows) if "[3y]" in row)
    assert rows[start : start + 2] == [
        " 1y [3y] all   2026-07-07 and 2026-07-08  share 30.5 %  /Binance ▼ 0.86  CME 96,500 BTC  net short 36,000 BTC",
        "CME's share of the five, %",
    ]
    ratio = rows.index("CME / Binance   ┈ 1, as much as Binance; ▲ over, ▼ under it from then on")
    shorts = rows.index("leveraged funds net short at CME, BTC")
    between = "".join(rows[ratio + 1 : shorts])
    assert (between.count("▲"), between.count("▼")) == (1, 2)
    level = next(row for row in rows[ratio + 1 : shorts] if "┈" in row)
    assert level.endswith(" 1.0"), "the line of as much as Binance is where 1 is on the scale"
    assert rows[-1].strip() == "Jul"


async def test_in_200_by_60_every_part_has_its_name_in_the_bar() -> None:
    assert (await shown(made(), 196, 55))[:12] == [
        "CME holds 30.5 % of the open interest of five; CME / Binance 0.86, under 1 since the report of"
        " 2026-07-07, after that of 2026-06-30",
        " CME 31%                                                     Binance 35%                           "
        "                               Bybit 19%                             OKX 11%",
        "BTC         matched     part                                                                date   "
        "        newest  date        age",
        "CME          96,500   30.5 %  ███████████████████████████████████████████████████▊         "
        " 2026-07-07     96,500  2026-07-07  4d ●",
        "Binance     112,000   35.4 %  ████████████████████████████████████████████████████████████ "
        " 2026-07-08    112,000  2026-07-08  3d ◐",
        "Bybit        60,000   19.0 %  ████████████████████████████████▏                            "
        " 2026-07-08     60,000  2026-07-08  3d ◐",
        "OKX          35,000   11.1 %  ██████████████████▊                                          "
        " 2026-07-08     35,000  2026-07-08  3d ◐",
        "Deribit      12,500    4.0 %  ██████▊                                                      "
        " 2026-07-08     12,500  2026-07-08  3d ◐",
        "leveraged funds net short at CME 36,000 BTC, 2026-07-07, known 4d ago",
        "CME over ▲ or under ▼ Binance since   ▼ 2026-07-07  ▲ 2026-06-30  ▼ 2026-06-16",
        "Binance and Bybit and OKX and Deribit late, the newest is of 2026-07-08",
        "CME's close of Tuesday 2026-07-07 against 00:00 UTC of 2026-07-08",
    ]


async def test_all_weeks_are_in_a_table_with_the_crossings_and_the_one_marked_in_full() -> None:
    assert (await shown(made(), 76, 19, "v", "v", "j")) == [
        "CME holds 30.5 % of the open interest of five; CME / Binance 0.86, under 1",
        "since the report of 2026-07-07, after that of 2026-06-30",
        "leveraged funds net short at CME 36,000 BTC, 2026-07-07, known 4d ago",
        "Binance and Bybit and OKX and Deribit late, the newest is of 2026-07-08",
        "  report     snapshot      share /Binance      CME  Binance net short",
        "  2026-07-07 2026-07-08   30.5 %   ▼ 0.86   96,500  112,000    36,000",
        "▸ 2026-06-30 2026-07-01   32.6 %   ▲ 1.01   99,400   98,100    33,250",
        "  2026-06-23 2026-06-24   31.5 %     0.94   97,000  103,000    29,000",
        "  2026-06-16 2026-06-17   32.4 %   ▼ 0.99   99,500  100,250    31,500",
        "  2026-06-09 2026-06-10   33.0 %     1.03  101,000   98,000    30,000",
        "",
        "",
        "",
        "",
        "",
        "",
        "CME's close of Tuesday 2026-06-30 against 00:00 UTC of 2026-07-01; CME",
        "99,400, Binance 98,100, Bybit 60,000, OKX 35,000, Deribit 12,500 BTC; CME",
        "over Binance since this report, after that of 2026-06-23",
    ]


async def test_in_120_columns_the_table_of_weeks_has_all_five() -> None:
    rows = await shown(made(), 116, 19, "v", "v")
    start = next(n for n, row in enumerate(rows) if row.startswith("  report"))
    assert rows[start : start + 2] == [
        "  report     snapshot      share /Binance      CME  Binance    Bybit      OKX  Deribit net short",
        "▸ 2026-07-07 2026-07-08   30.5 %   ▼ 0.86   96,500  112,000   60,000   35,000   12,500    36,000",
    ]


@pytest.mark.parametrize("width", [40, 56, 66, 76, 88, 116, 150, 196])
def test_no_row_is_wider_than_the_pane(width: int) -> None:
    topic = made()
    for line in (titles(width), *(week_row(row, True, width) for row in weeks(topic))):
        assert width_of(line) <= width
    assert all(width_of(line) <= width for line in head(topic, carry(1.9).readings[0], NOW, width, whole=True))


# ---- what is missing or not believed


def test_without_an_exchange_the_share_is_at_most_so_much() -> None:
    rows = words(made(without("OI.BYBIT", day="2026-07-08")))
    assert rows[0].startswith("CME holds at most 37.7 % of the open interest of five (4 known); CME / Binance 0.86")
    assert rows[5].split()[:3] == ["Bybit", "--", "--"]
    assert any(row.startswith("4 of 5 parts, without bybit: at most so much") for row in rows)


def test_without_a_contract_of_cme_the_share_is_at_least_so_much_and_decides_no_crossing() -> None:
    rows = words(made(without("COT.133742.OI", day="2026-07-07")))
    assert rows[0] == (
        "CME holds at least 30.5 % of the open interest of five; CME / Binance ≥0.86,"
        " last sure: over 1 since the report of 2026-06-30, after that of 2026-06-23"
    )
    assert rows[3].split()[:3] == ["CME", "≥96,500", "≥30.5"]
    assert rows[4].split()[:3] == ["Binance", "112,000", "≤35.4"]
    assert any("at least so much: COT.133742.OI is not in the report" in row for row in rows)


def test_without_a_contract_and_an_exchange_it_is_about_so_much() -> None:
    found = without("COT.133742.OI", day="2026-07-07")
    del found["OI.OKX"]["2026-07-08"]
    assert words(made(found))[0].startswith("CME holds about 34.3 % of the open interest of five (4 known)")


def test_an_exchange_that_looks_doubled_is_marked_and_said() -> None:
    found = values()
    found["OI.BINANCE"] |= {"2026-07-07": 100_000.0, "2026-07-08": 224_000.0}
    rows = words(made(found))
    assert rows[0].startswith("CME holds about 22.5 % of the open interest of five; CME / Binance ?0.43")
    assert rows[4].split()[:2] == ["Binance", "?224,000"]
    assert any("binance looks doubled: 224,000 BTC on 2026-07-08 after 100,000 on 2026-07-07" in row for row in rows)


def test_a_share_of_other_parts_is_another_line_and_says_of_how_many() -> None:
    found = values()
    for day in ("2026-06-10", "2026-06-17"):
        del found["OI.OKX"][day], found["OI.DERIBIT"][day]
    del found["OI.BYBIT"]["2026-06-10"]
    share_panel = panels(made(found))[0]
    whole, other = share_panel.traces
    assert [[day for day, _ in piece] for piece in whole.pieces] == [
        [date(2026, 6, 23), date(2026, 6, 30), date(2026, 7, 7)]
    ]
    assert [[day for day, _ in piece] for piece in other.pieces] == [[date(2026, 6, 16)]], "that of two is no share"
    assert [(day, sign) for day, _, (sign, _) in share_panel.marks] == [(date(2026, 6, 16), "3")]


def test_the_name_of_a_panel_that_has_no_room_ends_in_a_sign() -> None:
    found = values()
    for day in ("2026-06-10", "2026-06-17"):
        del found["OI.OKX"][day], found["OI.DERIBIT"][day]
    drawn = stack(panels(made(found)), date(2026, 6, 9), date(2026, 7, 7), 76, 16).lines()
    title = "".join(said for said, _ in drawn[0])
    assert title == "CME's share of the five, %   ╌╌ of as many as the digit says: at most, or d…"


def test_a_snapshot_of_another_day_has_its_own_date() -> None:
    found = without("OI.DERIBIT", day="2026-07-08")
    found["OI.DERIBIT"]["2026-07-06"] = 12_000.0
    rows = words(made(found))
    row = next(row for row in rows if row.startswith("Deribit"))
    assert row.split()[1] == "*12,000" and "2026-07-06" in row
    assert any("deribit of 2026-07-06, the nearest before" in row for row in rows)
    assert rows[0].startswith("CME holds about ")


def test_in_other_words_every_caveat_still_stands_on_the_screen() -> None:
    """The screen goes by what a note is about: a reworded sentence makes nothing vanish."""
    found = without("COT.133742.OI", day="2026-07-07")
    found["OI.BINANCE"] |= {"2026-07-07": 100_000.0, "2026-07-08": 224_000.0}
    del found["OI.OKX"]["2026-07-08"], found["OI.DERIBIT"]["2026-07-08"]
    found["OI.DERIBIT"]["2026-07-06"] = 12_000.0
    topic = made(found)
    readings = tuple(
        replace(one, notes=tuple(replace(note, text=f"{one.name}{n}") for n, note in enumerate(one.notes)))
        for one in topic.readings
    )
    topic = replace(topic, readings=readings)
    text = " ".join(words(topic))
    by_name = {one.name: one for one in readings}
    shown_ = [by_name["oi.cme_share"].said("doubt", "lacks", "older", "span"), by_name["oi.cme"].said("lacks")]
    assert [len(one) for one in shown_] == [4, 1]
    assert [word for one in shown_ for word in one if word not in text] == []
    assert by_name["oi.cme_binance"].said("since")[0] in text


async def test_reports_that_are_missing_stand_between_the_weeks_and_break_the_lines() -> None:
    topic = made(values({day: told for day, told in REPORTS.items() if day not in ("2026-06-16", "2026-06-23")}))
    rows = await shown(topic, 116, 24, "v", "v")
    assert "  2 reports are missing between 2026-06-09 and 2026-06-30" in rows
    assert any("2 reports are missing between 2026-06-09 and 2026-06-30" in row for row in words(topic))


def test_a_net_long_is_not_called_a_short() -> None:
    rows = words(made(values({"2026-07-07": (96_500.0, 112_000.0, -4_000.0)})))
    assert "leveraged funds net long at CME 4,000 BTC, 2026-07-07, known 12h ago" not in rows
    assert any(row.startswith("leveraged funds net long at CME 4,000 BTC, 2026-07-07") for row in rows)


async def test_a_carry_that_is_not_known_says_why() -> None:
    rows = await shown(made(), 196, 55, curve=carry(None))
    assert any(row.endswith("90 d carry -- no basis") for row in rows)


# ---- bars and colours


def test_the_bar_has_the_five_in_the_order_of_the_table_and_leaves_out_what_is_not_known() -> None:
    spans = bar(made().weeks[-1], 100)
    assert [(said.strip(), len(said)) for said, _ in spans] == [
        ("CME 31%", 31), ("Binance 35%", 35), ("Bybit 19%", 19), ("OKX 11%", 11), ("", 4),
    ]  # fmt: skip
    assert [bool(style.reverse) for _, style in spans] == [True, False, True, False, True]
    less = bar(made(without("OI.BYBIT", day="2026-07-08")).weeks[-1], 100)
    assert [said.strip() for said, _ in less] == ["CME ≤38%", "Binance ≤44%", "OKX ≤14%", ""]


async def test_without_colour_the_parts_of_the_bar_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with hosted(SharePane(), 76, 19) as pilot:
        pilot.app.query_one(SharePane).show(view_of(made()))
        await pilot.pause()
        row = next(n for n, said in enumerate(text_of(pilot)) if said.startswith(" CME 31%"))
        styles = {said.strip(): style for said, style in styles_of(pilot, row)}
    assert "cyan" not in str(styles)
    assert "reverse" in styles["CME 31%"] and "reverse" not in styles["Binance 35%"]


# ---- nothing, hostile


async def test_with_nothing_it_says_why() -> None:
    assert (await shown(None, 76, 19))[0] == "no open interest yet: waiting for the engine"
    assert (await shown(made({}), 76, 19))[:4] == [
        "no report of the CFTC is known; binance is not known; bybit is not known;",
        "okx is not known; deribit is not known",
        "what the publishers answered stands in the macro pane",
        "",
    ]
    for key in ("v", "l", "j", "enter", "s"):
        assert (await shown(made({}), 76, 19, key))[0].startswith("no report of the CFTC is known")


async def test_words_from_outside_are_neither_markup_nor_escapes() -> None:
    evil = "[red]\x1b[31mX\x07 not in the report"
    topic = made()
    topic = replace(
        topic, readings=tuple(replace(one, notes=(*noted([evil], "lacks"), *one.notes)) for one in topic.readings)
    )
    week = replace(topic.weeks[-1], missing=(evil,), older=((evil, date(2026, 7, 1)),), doubted=(evil,))
    topic = replace(topic, weeks=(*topic.weeks[:-1], week))
    for keys in ((), ("v", "v")):
        said = "\n".join(await shown(topic, 116, 40, *keys))
        assert "\x1b" not in said and "\x07" not in said and "[red]X" in said


# ---- keys


async def test_the_history_reads_out_the_week_under_the_cursor() -> None:
    rows = await shown(made(), 116, 19, "enter", "h", "h")
    start = next(n for n, row in enumerate(rows) if "[3y]" in row)
    assert rows[start] == (
        " 1y [3y] all   2026-06-30 and 2026-07-01  share 32.6 %  /Binance ▲ 1.01  CME 99,400 BTC  net short 33,250 BTC"
    )
    assert "▲" in "".join(rows[start + 1 :]) and "▼" in "".join(rows[start + 1 :])
    rows = await shown(made(), 116, 19, "enter", "h", "h", "G")
    assert "2026-07-07 and 2026-07-08  share 30.5 %  /Binance ▼ 0.86" in rows[start]


async def test_i_shows_where_the_numbers_come_from_and_the_carry_with_them() -> None:
    async with hosted(SharePane(), 116, 35) as pilot:
        pilot.app.query_one(SharePane).show(view_of(made()))
        await pilot.press("i")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, Inspect)
        names = [one.name for one in screen._readings({"share": made(), "curve": carry(1.9)})]
        assert screen._readings({}) == ()
    assert names == [
        "oi.cme", "oi.binance", "oi.bybit", "oi.okx", "oi.deribit", "oi.cme_share", "oi.cme_binance",
        "oi.cme.net_short", "curve.carry.90d",
    ]  # fmt: skip


@pytest.mark.parametrize(("keys", "name", "content"), [
    ((), "share-now", (
        "of,matched_btc,matched_day,doubt,newest_btc,newest_day,state",
        "cme,96500,2026-07-07,,96500,2026-07-07,fresh",
        "binance,112000,2026-07-08,,112000,2026-07-08,late",
    )),
    (("v", "v"), "share-weeks", (
        "report,snapshot,cme_btc,binance_btc,bybit_btc,okx_btc,deribit_btc,parts,share_pct,bound,cme_binance,crossed,"
        "net_short_btc,doubted,older,missing",
        "2026-07-07,2026-07-08,96500,112000,,35000,12500,4,37.6953125,at most,0.8616071428571429,under,36000,,,",
    )),
])  # fmt: skip
async def test_e_writes_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], name: str, content: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    await shown(made(without("OI.BYBIT", day="2026-07-08")), 76, 19, *keys, "e")
    written = (tmp_path / f"tidegauge-{name}-20260711T120000Z.csv").read_text().splitlines()
    assert tuple(written[: len(content)]) == content


# ---- what it costs


async def test_the_carry_moves_with_the_market_and_nothing_else_is_drawn_again() -> None:
    topic = made()
    async with hosted(SharePane(), 116, 35) as pilot:
        pane = pilot.app.query_one(SharePane)
        pane.show(view_of(topic, carry(1.9)))
        await pilot.pause()
        pane.show(view_of(topic, carry(1.9)))
        assert _dirty(pane) == {}
        pane.show(view_of(topic, carry(1.8)))
        assert _dirty(pane) == {"share-head": {9}}


def _dirty(pane: SharePane) -> dict[str | None, set[int]]:
    return {lines.id: dirty_rows(lines) for lines in pane.query(Lines) if lines.display and dirty_rows(lines)}


async def test_after_a_change_of_size_it_looks_as_if_it_had_always_been_so() -> None:
    for keys in ((), ("v",), ("v", "v")):
        async with hosted(SharePane(), 196, 55) as pilot:
            pilot.app.query_one(SharePane).show(view_of(made()))
            await pilot.press(*keys)
            for width, height in ((76, 19), (116, 35), (40, 8), (76, 19)):
                await pilot.resize_terminal(width, height)
                await pilot.pause()
            assert text_of(pilot) == await shown(made(), 76, 19, *keys)
