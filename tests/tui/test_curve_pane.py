"""The futures-curve pane: oil by its two legs, strip and past; bitcoin by expiry and venue against what cash earns."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from feeds.calendars import business_day, contracts, day_end_ms
from feeds.signals.curve import curve
from feeds.signals.oil import oil
from feeds.signals.thresholds import CurveRule, OilRule
from feeds.topics import Curve, Derivative, Engine, Note, Oil, Strip, noted
from feeds.topics.oil import OilPoint, Shock, SpreadDay
from feeds.vintages import given
from tests.tui.engine_double import EngineDouble, everything
from tests.tui.hosted import dirty_rows, hosted, styles_of, text_of
from tests.tui.pty_viewer import viewer
from tui.pane import View
from tui.panes import PANES
from tui.panes.curve import CurvePane
from tui.screens.inspect import Inspect
from tui.source import Source
from tui.theme import BOLD, PLAIN, SIGN
from tui.widgets import curve_export, oil_export, oil_past
from tui.widgets.curve_chart import chart as picture
from tui.widgets.curve_chart import scale_of
from tui.widgets.curve_sentence import sentence
from tui.widgets.curve_table import rows as table
from tui.widgets.curve_venues import key, letter
from tui.widgets.curve_words import funding, payments
from tui.widgets.curve_words import head as btc_head
from tui.widgets.lines import Line, Lines
from tui.widgets.oil_numbers import rows as oil_rows
from tui.widgets.oil_numbers import titles as oil_titles
from tui.widgets.oil_words import arrows, roll_words
from tui.widgets.oil_words import head as oil_head
from tui.widgets.strip_chart import chart, legend, order

DAY = 86_400_000
LOW, MID, BIG = (76, 19), (116, 35), (196, 55)


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


NOW = at("2026-08-05T23:00:00")


def plain(lines: Sequence[Line]) -> list[str]:
    return ["".join(said for said, _ in line).rstrip() for line in lines]


def view(topics: dict[str, object], now_ms: int = NOW) -> View:
    return View(topics, frozenset(topics), now_ms, UTC)


# ---- oil by hand


def sessions(first: str, count: int) -> list[str]:
    day, found = date.fromisoformat(first), list[str]()
    while len(found) < count:
        if business_day("nymex", day):
            found.append(day.isoformat())
        day += timedelta(1)
    return found


LONG = sessions("2026-07-21", 12)  # the 21st is the last day of CLQ26, the others have CLU26 in front
STRIP = contracts(date(2026, 8, 5), 12)


def closes(fronts: Sequence[float], backs: Sequence[float], days: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
    """Closes of twelve contracts: straight from the front one to the sixth, and level from there."""
    return {
        code: [
            (day, round(front + (back - front) * min(n, 5) / 5, 2))
            for day, front, back in zip(days, fronts, backs, strict=True)
        ]
        for n, code in enumerate(STRIP)
    }


FRONTS = [80.0, 80.0, 80.5, 81.0, 82.0, 83.5, 85.0, 86.0, 87.5, 89.0, 90.0, 91.0]
BACKS = [70.0, 70.0, 70.2, 70.5, 71.0, 72.5, 75.0, 77.0, 80.0, 81.0, 82.5, 83.3]
VALUES = closes(FRONTS[1:], BACKS[1:], LONG[1:])


def made(
    values: Mapping[str, Sequence[tuple[str, float]]] = VALUES, session: str = "2026-08-05", rule: OilRule | None = None
) -> Oil:
    last = date.fromisoformat(session)
    known = given({name: list(rows) for name, rows in values.items()}, day_end_ms(last))
    return oil(known, rule or OilRule(), last)


OIL = made()
FRONT_LED = made(
    closes([90.0, 90.0, 89.0, 88.0, 87.0, 86.0, 85.19], [75.0, 75.0, 74.5, 74.5, 74.0, 73.8, 73.3], LONG[-7:])
)
ONE_DAY = made(closes([80.0], [70.0], ["2026-08-05"]))


def test_the_words_of_the_spread_the_legs_the_shock_and_the_roll_stand_on_top():
    assert plain(oil_head(OIL, NOW, 76, 19)) == [
        "● CL6-CL1 -7.70 $/bbl  backwardation  known 23h ago  CL6/CL1 0.915",
        "CLU26 91.00, CLG27 83.30 of 2026-08-05: backwardation of $7.70",
        "5 d  front +6.00, back +8.30 in 5 sessions: back-led catch-up",
        "     the shock is being priced as lasting  for 5 sessions running",
        "     front CLU26   +6.00       │━━━▶    back CLG27    +8.30       │━━━━━▶",
        "1 d  front +1.00, back +0.80 in 1 session: parallel",
        "     front CLU26   +1.00       │▶       back CLG27    +0.80       │▶",
        "shock on: since 2026-07-30, for 5 sessions",
        "CLU26 is the front until 2026-08-20, in 11 business days; then CLV26",
    ]


def test_a_wide_pane_says_what_the_label_means_and_since_when_the_legs_are_compared():
    assert plain(oil_head(FRONT_LED, NOW, 116, 35)) == [
        "● CL6-CL1 -11.89 $/bbl  backwardation  known 23h ago  CL6/CL1 0.860  last 7 ▁▁▂▄▆██",
        "CLU26 85.19, CLG27 73.30 of 2026-08-05: backwardation of $11.89",
        "5 d  front -4.81, back -1.70 in 5 sessions: front-led easing  the market bets that the strait reopens",
        "     for at least 2 sessions running  since 2026-08-04",
        "     front CLU26   -4.81 ◀━━━━━━━━━━━│              back CLG27    -1.70         ◀━━━│"
        "              from 2026-07-29",
        "1 d  front -0.81, back -0.50 in 1 session: parallel  level moved, shape did not",
        "     front CLU26   -0.81           ◀━│              back CLG27    -0.50            ◀│"
        "              from 2026-08-04",
        "shock off: none since 2026-08-04, where the record of this begins",
        "CLU26 is the front until 2026-08-20, in 11 business days; then CLV26",
    ]


def test_of_one_stored_day_it_says_what_is_not_known_yet_and_why():
    assert plain(oil_head(ONE_DAY, NOW, 76, 19))[2:5] == [
        "5 d  too few sessions: 0 before 2026-08-05, of 5 needed",
        "1 d  too few sessions: 0 before 2026-08-05, of 1 needed",
        "shock not known",
    ]


def test_a_reason_that_is_that_of_the_spread_is_said_once():
    without = made({name: rows for name, rows in VALUES.items() if name != "CLU26"})
    assert plain(oil_head(without, NOW, 76, 19)) == [
        "· CL6-CL1 -- $/bbl",
        "no day has closes of both CL1 and CL6; of 2026-08-05 lacks CLU26",
        "shock not known",
        "CLU26 is the front until 2026-08-20, in 11 business days; then CLV26",
    ]


def test_two_business_days_ahead_the_roll_is_announced_and_not_three():
    days = sessions("2026-08-14", 5)
    values = closes([80.0] * 5, [70.0] * 5, days)
    said = {day: plain(oil_head(made(values, day), NOW, 90, 19))[-1] for day in days}
    assert days == ["2026-08-14", "2026-08-17", "2026-08-18", "2026-08-19", "2026-08-20"]
    assert said["2026-08-17"].endswith("  CLU26 is the front until 2026-08-20, in 3 business days; then CLV26")
    assert said["2026-08-18"] == "roll: CLU26 is the front until 2026-08-20, in 2 business days; then CLV26"
    assert said["2026-08-19"] == "roll: CLU26 is the front until 2026-08-20, in 1 business day; then CLV26"
    assert said["2026-08-20"] == "roll: CLU26 is the front until 2026-08-20, today; then CLV26"


def test_one_who_rolls_early_is_told_so():
    early = made(rule=OilRule(early_days=5))
    assert roll_words(early.roll).endswith("; rolled 5 business days before the last trading day")


def test_arrows_point_by_sign_and_a_leg_that_has_not_moved_has_none():
    leg = replace(OIL.legs[0], front_move=-2.0, back_move=0.0)
    assert plain([arrows(leg, 4.0, 70)]) == ["front CLU26   -2.00    ◀━━│        back CLG27     0.00       │"]
    assert plain([arrows(leg, 4.0, 50)]) == ["front CLU26   -2.00 back CLG27     0.00"]
    assert plain([arrows(replace(leg, front_move=0.01), 4.0, 70)])[0].startswith("front CLU26   +0.01       │▶")


def test_a_shock_that_has_ended_is_told_with_both_its_ends():
    past = Shock(date(2026, 7, 30), date(2026, 7, 31), 2, 3.4, on=False)
    rows = plain(oil_rows(replace(OIL, shocks=(past, *OIL.shocks)), 76))
    assert rows[rows.index("shocks") + 1 :] == [
        "since 2026-07-30, 5 sessions, the back at most +10.00 over 5 sessions",
        "2026-07-30 to 2026-07-31, 2 sessions, the back at most +3.40 over 5 sessions",
        "CL1: CLU26 of 2026-08-05",
        "CL6: CLG27 of 2026-08-05",
    ]


# ---- the table of oil


def test_the_table_has_each_contract_with_its_close_and_the_change_since():
    lines = plain([oil_titles(OIL, 116), *oil_rows(OIL, 116)])
    assert lines[:3] == [
        "contract now       5 Aug       since 4 Aug      since 29 Jul          20 d ago",
        "CLU26    CL1       91.00     90.00   +1.00     85.00   +6.00        --      --",
        "CLV26    CL2       89.46     88.50   +0.96     83.00   +6.46        --      --",
    ]
    assert lines[12] == "CLQ27    CL12      83.30     82.50   +0.80     75.00   +8.30        --      --"
    assert plain([oil_titles(OIL, 56), *oil_rows(OIL, 56)])[:2] == [
        "contract now       5 Aug   since 4 Aug  since 29 Jul",
        "CLU26    CL1       91.00         +1.00         +6.00",
    ]


def test_a_contract_without_a_close_of_the_day_has_dashes_and_the_day_of_its_last():
    late = {name: rows if name != "CLX26" else rows[:-1] for name, rows in VALUES.items()}
    row = plain(oil_rows(made(late), 116))[2]
    assert row == "CLX26    CL3          --     87.00      --     81.00      --        --      --  last of 2026-08-04"


def test_a_contract_that_was_in_front_before_a_roll_stands_with_what_it_was():
    days = sessions("2026-08-19", 3)
    rolled = made(closes([80.0] * 3, [70.0] * 3, days) | {"CLU27": [(day, 69.0) for day in days]}, days[-1])
    assert order(rolled.strips)[0] == "CLU26"
    first, second = plain(oil_rows(rolled, 116))[:2]
    assert first.split() == ["CLU26", "--", "80.00", "--", "--", "--", "--", "--", "has", "left", "the", "strip"]
    assert second.split()[:5] == ["CLV26", "CL1", "78.00", "78.00", "0.00"]


# ---- the strip as a picture


def signs(rows: Sequence[str], sign: str) -> list[int]:
    """The columns of a sign in a picture, from the left."""
    return sorted(at for row in rows for at, cell in enumerate(row) if cell == sign)


def test_the_strip_has_four_lines_told_apart_by_signs_and_contracts_below():
    days = sessions("2026-07-22", 21)
    fronts, backs = [80.0 + n for n in range(21)], [70.0 + n for n in range(21)]
    strips = made(closes(fronts, backs, days), days[-1]).strips
    assert [strip.ago for strip in strips] == [0, 1, 5, 20]
    rows = plain(chart(strips, 90, 24))
    assert rows[-2].split() == STRIP
    assert rows[-1].split() == ["CL1", "CL6", "CL12"]
    named = [rows[-2].index(code) + 2 for code in STRIP]
    for sign in ("●", "5", "x"):
        assert signs(rows[:-2], sign) == named
    assert [row[85:].strip() for row in rows[:-2] if row[85:].strip()] == ["100", "90", "80", "70"]


def test_a_contract_keeps_its_column_over_a_roll():
    days = sessions("2026-08-20", 2)  # the last day of CLU26, and the next
    values = closes([80.0] * 2, [70.0] * 2, days) | {"CLU27": [(day, 69.0) for day in days]}
    values["CLU26"] = values["CLU26"][:1]
    rows = plain(chart(made(values, days[-1]).strips, 90, 16))
    assert rows[-2].split() == [*STRIP, "CLU27"]
    assert rows[-1].index("CL1") == rows[-2].index("CLV26") + 1
    assert min(signs(rows[:-2], "●")) == rows[-2].index("CLV26") + 2
    assert min(signs(rows[:-2], "1")) == rows[-2].index("CLU26") + 2


def test_a_contract_without_a_close_breaks_the_line():
    points = tuple(OilPoint(n, code, None if n == 3 else 80.0 - n, None) for n, code in enumerate(STRIP, 1))
    whole = tuple(OilPoint(n, code, 80.0 - n, None) for n, code in enumerate(STRIP, 1))
    broken, full = (plain(chart([Strip(0, date(2026, 8, 5), one)], 90, 12)) for one in (points, whole))
    gap = slice(full[-2].index("CLV26") + 5, full[-2].index("CLZ26"))
    assert len(signs(broken, "●")) == 11
    assert any(row[gap].strip() for row in full[:-2])
    assert not any(row[gap].strip() for row in broken[:-2])


def test_names_of_contracts_lose_what_has_no_room():
    assert plain(chart(OIL.strips, 60, 12))[-2].split() == [code[2:] for code in STRIP]
    few = plain(chart(OIL.strips, 40, 12))[-2].split()
    assert set(few) < {code[2:] for code in STRIP}


@pytest.mark.parametrize("size", [(23, 20), (90, 3), (0, 0)])
def test_a_strip_without_room_is_not_drawn(size):
    assert chart(OIL.strips, *size) == []


def test_the_legend_names_the_days_and_what_has_none():
    assert plain(legend(OIL.strips, "ᵖ", 76, 2)) == [
        "$/bbl  ─●─ Wed 5 Augᵖ  ╌1╌ 1 session ago, Tue 4 Aug",
        "┈5┈ 5 sessions ago, Wed 29 Jul   x  20 sessions ago: no closes",
    ]
    assert plain(legend(OIL.strips, "", 56, 2)) == [
        "$/bbl  ─●─ 5 Aug  ╌1╌ 1 ago, 4 Aug  ┈5┈ 5 ago, 29 Jul",
        " x  20 ago: no closes",
    ]


# ---- the past of the spread


def test_the_past_has_stored_and_imported_days_apart_and_the_shock_marked():
    history = (SpreadDay(date(2026, 7, 20), "CL1", "CL6", 80.0, 70.0, -10.0, imported=True), *OIL.history)
    found = replace(OIL, history=history, front=((date(2024, 1, 2), 70.38), (date(2026, 8, 5), 91.0)))
    spread, front = oil_past.panels(found)
    assert plain([spread.title]) == ["CL6-CL1, $/bbl  ▲ a shock begins  ╌╌ imported  below 0 backwardation"]
    stored, imported = spread.traces
    assert ([len(one) for one in stored.pieces], stored.dashed) == ([11], False)
    assert (imported.pieces, imported.dashed) == ([[(date(2026, 7, 20), -10.0)]], True)
    assert [(day, sign[0]) for day, _, sign in spread.marks] == [(date(2026, 8, 5), "●"), (date(2026, 7, 30), "▲")]
    assert front.traces[0].pieces == [found.front]
    read = oil_past.reading(found)
    days = oil_past.days(found)
    assert [plain([line])[0] for _, line in read(0)] == ["Tue 2 Jan 2024", "CL6-CL1 --", "CL=F 70.38"]
    assert [plain([line])[0] for _, line in read(days.index(date(2026, 7, 20)))] == [
        "Mon 20 Jul 2026",
        "CL6-CL1 -10.00",
        "CL1 80.00  CL6 70.00",
        "imported",
        "",
        "CL=F --",
    ]
    assert [plain([line])[0] for _, line in read(len(days) - 1)][-2:] == ["5 d back-led catch-up", "CL=F 91.00"]


def test_a_week_without_closes_breaks_the_line_of_the_spread():
    days = [day for day in LONG[1:] if not "2026-07-24" <= day <= "2026-07-31"]
    spread, _ = oil_past.panels(made(closes([80.0] * len(days), [70.0] * len(days), days)))
    assert [len(one) for one in spread.traces[0].pieces] == [2, 3]


# ---- bitcoin by hand


def future(
    venue: str, symbol: str, expiry: str, basis: float, *, inverse: bool = False, state: str = "live", age: int = 2_000
) -> Derivative:
    expiry_ms = at(f"{expiry}T08:00:00")
    mark = 64_000 * (1 + basis / 100 * (expiry_ms - NOW) / DAY / 365)
    row = Derivative(venue, symbol, "future", inverse, "live", NOW - age, mark, 64_000.0, 100.0, expiry_ms=expiry_ms)
    return replace(row, state=state)


def perpetual(venue: str, symbol: str, yearly: float, left_ms: int | None = 90 * 60_000, **more: object) -> Derivative:
    row = Derivative(
        venue, symbol, "perpetual", False, "live", NOW - 3_000, 64_000.0, 64_000.0, 1.0,
        rate=yearly / 100 / 365 / 3, interval_h=8.0, funding=yearly, next_ms=None if left_ms is None else NOW + left_ms,
    )  # fmt: skip
    return replace(row, **more)


DATED = (
    future("deribit", "BTC-7AUG26", "2026-08-07", 5.0, inverse=True),
    future("deribit", "BTC-28AUG26", "2026-08-28", 4.9, inverse=True),
    future("okx", "BTC-USD-260828", "2026-08-28", 5.3, inverse=True),
    future("deribit", "BTC-25SEP26", "2026-09-25", 6.0, inverse=True),
    future("binance_coinm", "BTCUSD_260925", "2026-09-25", 6.2, inverse=True),
    future("binance_usdm", "BTCUSDT_260925", "2026-09-25", 7.0),
    future("bybit", "BTCUSDT-25SEP26", "2026-09-25", 6.8),
    future("kraken_futures", "FF_XBTUSD_260925", "2026-09-25", 9.9, state="stale", age=900_000),
    future("deribit", "BTC-26MAR27", "2027-03-26", 6.6, inverse=True),
    future("binance_usdm", "BTCUSDT_270326", "2027-03-26", 7.6),
)
PERPETUALS = (
    perpetual("binance_usdm", "BTCUSDT", 8.0),
    perpetual("bybit", "BTCUSDT", 10.4),
    perpetual("hyperliquid", "BTC", 12.8, 24 * 60_000, interval_h=1.0),
    perpetual("deribit", "BTC-PERPETUAL", 0.8, None, inverse=True),
    perpetual("htx", "BTC-USDT", 8.0, interval_h=None),
    perpetual("gate", "BTC_USDT", 240.0),
    perpetual("bitmex", "XBTUSD", -3.0, state="down"),
)
CASH = {
    "SOFR": [("2026-08-04", 4.31)],
    "DGS1MO": [("2026-08-05", 4.37)],
    "DGS3MO": [("2026-08-05", 4.33)],
    "DGS6MO": [("2026-08-05", 4.28)],
}
CME = {"BTC": [("2026-08-04", 63_500.0)], "BTCU26": [("2026-08-04", 64_000.0)]}


def bitcoin(rows: Sequence[Derivative] = (*DATED, *PERPETUALS), **series: Sequence[tuple[str, float]]) -> Curve:
    known = {name: list(points) for name, points in (CASH | CME | series).items()}
    return curve(rows, given(known, NOW), NOW, CurveRule())


BTC = bitcoin()


def test_the_carry_is_the_sentence_and_tenors_funding_and_cash_stand_below():
    assert plain(btc_head(BTC, NOW, 76, 19)) == [
        "● 90 d basis 6.63 % of 2026-08-05 less 3-month bill 4.33 % of 2026-08-05",
        "= +2.30 pp, above cash  known 2s ago",
        "●  30 d  all    5.48 %/y  inverse   5.37  linear     --  difference     --",
        "●  90 d  all    6.63 %/y  inverse   6.21  linear   7.05  difference  +0.84",
        "● 180 d  all    6.93 %/y  inverse   6.46  linear   7.40  difference  +0.94",
        "● funding ~+9.20 %/y  +0.80 to +240.00 in 6 perpetuals",
        "next payments in 24m (1), 1h30m (4)  1 do not tell when",
        "cash  overnight 4.31 (4 Aug)  1 m 4.37 (5 Aug)  3 m 4.33  6 m 4.28",
        "left out: expires in 1 d, 1 of 10; its quote is old, 1 of 10",
    ]
    wide = plain(btc_head(BTC, NOW, 116, 35))
    assert wide[0] == (
        "● 90 d basis 6.63 % of 2026-08-05 less 3-month bill 4.33 % of 2026-08-05  = +2.30 pp, above cash  known 2s ago"
    )
    assert wide[1].endswith("difference     --  between 2026-08-28 (2 venues) and 2026-…")
    assert wide[5] == "left out: bitmex down"


def reworded(page):
    """The page with all notes in other words, and of what kinds these were."""
    readings = tuple(
        replace(one, notes=tuple(replace(note, text=f"{one.name}:{note.kind}{n}.") for n, note in enumerate(one.notes)))
        for one in page.readings
    )
    return replace(page, readings=readings)


def test_in_other_words_every_caveat_still_stands_on_the_screen():
    """The screen goes by what a note is about: a reworded sentence makes nothing vanish."""
    btc = reworded(bitcoin())
    text = " ".join(plain(btc_head(btc, NOW, 196, 55)))
    by_name = {one.name: one for one in btc.readings}
    assert by_name["curve.carry.90d"].said("says")[0] in text
    lacking = [word for one in btc.readings for word in one.said("lacks")]
    assert lacking and [word for word in lacking if word not in text] == []
    assert [name for name in ("30", "90", "180") if by_name[f"curve.btc.{name}d"].said("span")[0] not in text] == []

    torn = {name: rows[:-1] if name == "CLG27" else rows for name, rows in VALUES.items()}
    oil_page = reworded(made(torn))
    text = " ".join(plain(oil_head(oil_page, NOW, 196, 55)))
    by_name = {one.name: one for one in oil_page.readings}
    for name in ("oil.spread", "oil.leg.5d", "oil.leg.1d"):
        assert by_name[name].said("says")[0] in text, name
    caveats = [*by_name["oil.spread"].said("older"), *by_name["oil.leg.5d"].said("since")]
    assert len(caveats) > 1 and [word for word in caveats if word not in text] == []
    few = reworded(ONE_DAY)
    text = " ".join(plain(oil_head(few, NOW, 196, 55)))
    assert [one.name for one in few.readings for word in one.said("why") if word not in text] == []


def test_what_a_label_is_worth_is_told_in_a_word_and_not_by_a_sign_before_it():
    leg = next(one for one in OIL.readings if one.name == "oil.leg.5d")
    unsure = replace(OIL, readings=tuple(replace(one, quality="provisional") for one in OIL.readings))
    rows = plain(oil_head(unsure, NOW, 76, 19))
    assert rows[2] == f"5 d  {leg.said('says')[0]} (provisional)"
    assert rows[7] == "shock on (provisional): since 2026-07-30, for 5 sessions"


def test_a_basis_under_the_bill_is_told_with_its_sign_and_word():
    low = bitcoin(
        [future("okx", "BTC-USDT-261030", "2026-10-30", -2.5), future("okx", "BTC-USDT-261127", "2026-11-27", -2.5)]
    )
    first, second, *_ = plain(btc_head(low, NOW, 76, 19))
    assert first == "● 90 d basis -2.50 % of 2026-08-05 less 3-month bill 4.33 % of 2026-08-05"
    assert second == "= -6.83 pp, below cash  known 2s ago"


def test_a_late_bill_makes_the_carry_late_and_says_so():
    late = bitcoin(DGS3MO=[("2026-07-31", 4.4)])
    first, second, *_ = plain(btc_head(late, NOW, 76, 19))
    assert first == "◐ 90 d basis 6.63 % of 2026-08-05 less 3-month bill 4.40 % of 2026-07-31"
    assert second == "= +2.23 pp, above cash  known 2s ago, late"


def test_without_futures_and_bill_it_says_why_there_is_no_carry():
    lines = plain(btc_head(bitcoin((), DGS3MO=[]), NOW, 76, 19))
    assert lines == [
        "carry over cash --: no dated future has a basis; the bill is not known",
        "·  30 d  all      -- %/y  no dated future has a basis",
        "·  90 d  all      -- %/y  no dated future has a basis",
        "· 180 d  all      -- %/y  no dated future has a basis",
        "no fresh funding rate",
        "cash  overnight 4.31 (4 Aug)  1 m 4.37 (5 Aug)  3 m -- · not known",
    ]


def test_a_tenor_that_no_expiry_reaches_says_so_and_one_without_an_expiry_near_is_an_estimate():
    near, far = future("okx", "BTC-USDT-260814", "2026-08-14", 5.0), future("okx", "BTC-USDT-270326", "2027-03-26", 6.0)
    lines = plain(btc_head(bitcoin([near, far]), NOW, 76, 19))
    assert lines[1] == "= ~+1.03 pp, above cash  known 2s ago"
    assert lines[3] == "●  90 d  all   ~5.36 %/y  inverse     --  linear   5.36  difference     --"
    lines = plain(btc_head(bitcoin([near]), NOW, 76, 19))
    assert lines[0] == "carry over cash --: the last expiry, 2026-08-14 (1 venue), is in 8 d"
    assert lines[3] == "· 180 d  all      -- %/y  the last expiry, 2026-08-14 (1 venue), is in 8 d"


def test_payments_are_told_together_where_all_pay_at_once():
    rows = bitcoin([perpetual("okx", "BTC-USDT-SWAP", 5.0), perpetual("bybit", "BTCUSDT", 7.0)]).funding
    assert payments(rows, NOW) == ["next payment in 1h30m"]
    assert payments(rows, NOW + 90 * 60_000) == ["next payment due"]
    assert plain(funding(rows, NOW, 100, 2)) == [
        "● funding +6.00 %/y  +5.00 to +7.00 in 2 perpetuals  next payment in 1h30m"
    ]


def test_the_table_goes_by_expiry_and_then_tells_funding_cme_and_what_is_left_out():
    assert plain(table(BTC, NOW, 116)) == [
        "dated futures       contract              sort         expiry  basis %/y  to median   age  state",
        "2026-08-28  22 d  median 5.10 %/y  4.90 to 5.30 in 2 venues",
        "● d deribit         BTC-28AUG26           inverse  2026-08-28       4.90      -0.20    2s  fresh",
        "● o okx             BTC-USD-260828        inverse  2026-08-28       5.30      +0.20    2s  fresh",
        "2026-09-25  50 d  median 6.50 %/y  6.00 to 7.00 in 4 venues",
        "● b binance_coinm   BTCUSD_260925         inverse  2026-09-25       6.20      -0.30    2s  fresh",
        "● B binance_usdm    BTCUSDT_260925        linear   2026-09-25       7.00      +0.50    2s  fresh",
        "● Y bybit           BTCUSDT-25SEP26       linear   2026-09-25       6.80      +0.30    2s  fresh",
        "● d deribit         BTC-25SEP26           inverse  2026-09-25       6.00      -0.50    2s  fresh",
        "○ K kraken_futures  FF_XBTUSD_260925      linear   2026-09-25       9.90      +3.40   15m  stale",
        "      its quote is old: not counted",
        "2027-03-26  232 d  median 7.10 %/y  6.60 to 7.60 in 2 venues",
        "● B binance_usdm    BTCUSDT_270326        linear   2027-03-26       7.60      +0.50    2s  fresh",
        "● d deribit         BTC-26MAR27           inverse  2027-03-26       6.60      -0.50    2s  fresh",
        "",
        "perpetuals, day 0   contract              sort      fund %/y          paid    next   age",
        "● B binance_usdm    BTCUSDT               linear       +8.00   +0.0073%/8h   1h30m    3s",
        "● Y bybit           BTCUSDT               linear      +10.40   +0.0095%/8h   1h30m    3s",
        "● L hyperliquid     BTC                   linear      +12.80   +0.0117%/1h     24m    3s",
        "● d deribit         BTC-PERPETUAL         inverse      +0.80   +0.0007%/8h      --    3s",
        "● H htx             BTC-USDT              linear      ~+8.00    +0.0073%/?   1h30m    3s",
        "● G gate            BTC_USDT              linear     +240.00   +0.2192%/8h   1h30m    3s",
        "✕ M bitmex          XBTUSD                linear       -3.00   -0.0027%/8h   1h30m    3s",
        "~ taken as paid every 8 h: the venue does not tell",
        "",
        "CME daily closes    contract              sort         expiry  basis %/y   age  state",
        "● C cme             BTCU26                linear   2026-09-25       5.53   47h  fresh",
        "close of 2026-08-04 against bitcoin's of that day in UTC, some hours later",
        "",
        "no basis",
        "  deribit         BTC-7AUG26            expires in 1 d",
        "",
        "the past of this curve and of the carry cannot be rebuilt: their charts begin when they were first kept",
        "CME from daily closes, beside the curve and not in it",
    ]


@pytest.mark.parametrize("width", [56, 61, 76, 97, 116, 196])
def test_no_row_is_wider_than_the_pane(width):
    words = [*btc_head(BTC, NOW, width, 35), *oil_head(OIL, NOW, width, 35), *table(BTC, NOW, width)]
    numbers = [oil_titles(OIL, width), *oil_rows(OIL, width)]
    pictures = [*chart(OIL.strips, width, 12), *picture(BTC, width, 12), *legend(OIL.strips, "", width, 2)]
    for line in (*words, *numbers, *pictures):
        assert len(plain([line])[0]) <= width


def test_a_sentence_is_wrapped_and_what_follows_it_is_whole_or_not_there():
    more: list[Line] = [(("= +2.11 pp", BOLD),), (("known 2s ago", PLAIN),)]
    found = {width: plain(sentence("one two three", BOLD, more, width, 2)) for width in (40, 26, 14)}
    assert found == {
        40: ["one two three  = +2.11 pp  known 2s ago"],
        26: ["one two three  = +2.11 pp", "known 2s ago"],
        14: ["one two three", "= +2.11 pp"],
    }


# ---- bitcoin as a picture


def test_letters_say_the_venue_and_capitals_the_linear_contracts():
    assert (letter("binance_usdm", False), letter("binance_coinm", True), letter("some_new", False)) == ("B", "b", "?")
    assert key(["okx", "binance_usdm", "binance_coinm", "cme"]) == ["b binance", "c cme", "o okx"]


def test_each_contract_stands_at_its_day_and_basis_and_perpetuals_before_day_0():
    rows = plain(picture(BTC, 116, 16))
    assert [row[:9].strip() for row in rows[:-1] if row[:9].strip()] == ["▲G", "L", "Y", "BH", "d"]
    assert all(row[10] == "│" for row in rows[:-1])
    assert rows[-1].split() == ["perp", "28", "Aug", "26", "22d", "50d", "26", "Mar", "27", "232d"]
    by_letter = {
        name: [row.index(name) for row in rows[:-1] if name in row[11:]] for name in ("do", "BY", "bd", "C", "K")
    }
    assert by_letter == {"do": [19], "BY": [31], "bd": [31], "C": [33], "K": [32]}


def test_cash_inverse_and_linear_have_lines_of_their_own_texture():
    only = replace(BTC, funding=(), cme=(), tenors=(), points=BTC.points[:1])
    blank = replace(only, cash=(), inverse=(), linear=())

    def dots(found: Curve) -> int:
        return sum(0x2800 < ord(cell) < 0x2900 for row in plain(picture(found, 116, 20))[:-1] for cell in row)

    assert dots(blank) == 0
    linear, inverse = replace(blank, linear=BTC.linear), replace(blank, inverse=BTC.inverse)
    cash = replace(blank, cash=BTC.cash)
    assert dots(linear) > 1.5 * dots(inverse) > 0
    assert dots(cash) > 0


def test_what_is_in_no_curve_is_fainter_than_what_is():
    lines = picture(BTC, 116, 16)
    style = {said.strip(): style for line in lines for said, style in line if said.strip() in ("K", "C", "do")}
    assert (style["do"].bold, style["K"].dim, style["C"].bold) == (True, True, None)


def test_many_in_one_place_are_counted_and_few_stand_beside_each_other():
    venues = (
        "binance_usdm",
        "bybit",
        "okx",
        "deribit",
        "kraken_futures",
        "bitmex",
        "gate",
        "htx",
        "bitget",
        "bitfinex",
    )
    many = [future(venue, f"{venue}-1", "2026-09-25", 5.0) for venue in venues]
    assert any("×10" in row for row in plain(picture(bitcoin(many), 116, 12)))
    assert any("BDGHKMOTY" in row for row in plain(picture(bitcoin(many[:9]), 116, 12)))


def test_funding_far_from_the_curve_stands_at_the_edge_and_does_not_flatten_it():
    assert scale_of(BTC).high == 14.0
    low = bitcoin([*DATED, perpetual("gate", "BTC_USDT", -300.0)])
    assert scale_of(low).low >= 3.5
    assert any(row.startswith("▼G") for row in plain(picture(low, 76, 12)))


def test_a_picture_of_nothing_is_none():
    assert picture(replace(bitcoin(()), cme=()), 116, 20) == []
    assert picture(BTC, 116, 4) == []


# ---- the pane


TOPICS: dict[str, object] = {"oil": OIL, "curve": BTC}


async def looked(size: tuple[int, int], *keys: str, topics: dict[str, object] = TOPICS) -> list[str]:
    pane = CurvePane()
    async with hosted(pane, *size) as pilot:
        pane.show(view(topics))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return text_of(pilot)


async def test_at_80_columns_one_of_the_two_is_shown_and_v_turns_to_the_other():
    rows = await looked(LOW)
    assert rows[0] == "[WTI oil] bitcoin   v: next  enter: past, numbers"
    assert rows[1] == "● CL6-CL1 -7.70 $/bbl  backwardation  known 23h ago  CL6/CL1 0.915"
    assert rows[10] == "$/bbl  ─●─ Wed 5 Aug  ╌1╌ 1 session ago, Tue 4 Aug"
    assert rows[-1].split() == STRIP
    assert not any("90 d basis" in row for row in rows)
    rows = await looked(LOW, "v")
    assert rows[0] == " WTI oil [bitcoin]  v: next  enter: numbers"
    assert rows[1].startswith("● 90 d basis 6.63 %")
    assert rows[-1].split() == ["perp", "22d", "50d", "26", "Mar", "27", "232d"]
    assert not any("CL6-CL1" in row for row in rows)
    assert await looked(LOW, "v", "v") == await looked(LOW)


async def test_at_120_columns_strip_past_and_numbers_are_shown_together():
    rows = await looked(MID)
    text = "\n".join(rows)
    for said in (
        "$/bbl  ─●─ Wed 5 Aug",
        "[3m] 1y  all",
        "CL6-CL1, $/bbl",
        "contract now       5 Aug",
        "CLU26    CL1       91.00",
    ):
        assert said in text
    assert rows[-1] == (
        "the spread is stored since 2026-07-22: expired contracts vanish from the source, so no past CL6 can be had"
    )
    rows = await looked(MID, "v")
    assert any(row.startswith("dated futures") for row in rows)
    assert rows[-1].startswith("▼ ")


async def test_at_200_columns_both_stand_beside_each_other():
    rows = await looked(BIG)
    assert rows[0] == "[WTI oil]" + " " * 91 + "bitcoin"
    assert rows[1].startswith("● CL6-CL1 -7.70 $/bbl")
    assert rows[1][99:].startswith("● 90 d basis 6.63 % of 2026-08-05 less 3-month bill")
    assert any(row.startswith("contract now") for row in rows)
    assert any(row[99:].startswith("dated futures") for row in rows)
    assert (await looked(BIG, "v"))[0] == " WTI oil" + " " * 91 + "[bitcoin]"


async def test_enter_shows_the_past_alone_then_the_numbers_then_all_again():
    past = await looked(LOW, "enter")
    assert past[5].startswith("[3m] 1y  all   Wed 5 Aug 2026  CL6-CL1 -7.70  CLU26 91.00  CLG27 83.30")
    assert past[-2:] == [
        "the spread is stored since 2026-07-22: expired contracts vanish from the",
        "source, so no past CL6 can be had",
    ]
    numbers = await looked(LOW, "enter", "enter")
    assert numbers[5].startswith("contract now       5 Aug")
    assert numbers[6].startswith("CLU26    CL1       91.00")
    assert await looked(LOW, "enter", "enter", "enter") == await looked(LOW)
    table_ = await looked(LOW, "v", "enter")
    assert [row for row in table_ if row.startswith("dated futures")]
    assert not any(row.startswith("perp ") for row in table_)


async def test_the_cursor_reads_out_an_earlier_day_and_the_span_can_be_longer():
    assert any("Tue 4 Aug 2026  CL6-CL1 -7.50" in row for row in await looked(LOW, "enter", "h", "h"))
    assert any("3m [1y] all" in row for row in await looked(LOW, "enter", "s"))
    assert any("[3m]" in row for row in await looked(LOW, "enter", "]", "["))
    rows = await looked(LOW, "enter", "h", "h", "end")
    assert any("Wed 5 Aug 2026" in row for row in rows)


async def test_j_and_k_scroll_the_numbers_of_the_view_that_is_shown():
    top = await looked(LOW, "v", "enter")
    first = next(n for n, row in enumerate(top) if row.startswith("dated futures"))
    down = await looked(LOW, "v", "enter", "j", "down")
    assert down[first].startswith("● d deribit")
    assert await looked(LOW, "v", "enter", "j", "pagedown", "k", "pageup", "pageup") == top
    assert (await looked(LOW, "enter", "enter", "j"))[6].startswith("CLV26")


async def test_on_a_first_start_with_one_stored_day_it_draws_that_day_and_says_since_when():
    topics: dict[str, object] = {"oil": ONE_DAY, "curve": bitcoin(())}
    for size in (LOW, MID, BIG):
        text = "\n".join(await looked(size, topics=topics))
        assert "5 d  too few sessions: 0 before 2026-08-05, of 5 needed" in text
        assert "1 session ago: no closes" in text
        assert "●" in text
    past = await looked(LOW, "enter", topics=topics)
    assert any("the spread is stored since 2026-08-05" in row for row in past)
    assert sum("●" in row for row in past) == 2  # the state of the spread, and its one day


async def test_with_nothing_it_says_that_it_waits_and_with_nothing_stored_why_there_is_no_curve():
    assert [row for row in await looked(BIG, topics={}) if row] == [
        "[WTI oil]" + " " * 91 + "bitcoin",
        "no oil curve yet: waiting for the engine" + " " * 59 + "no futures curve yet: waiting for the engine",
    ]
    empty: dict[str, object] = {"oil": made({}), "curve": replace(bitcoin((), DGS3MO=[]), cme=())}
    oil_rows_ = [row for row in await looked(LOW, topics=empty) if row]
    assert oil_rows_[1:5] == [
        "· CL6-CL1 -- $/bbl",
        "no close of any WTI contract is stored",
        "shock not known",
        "CLU26 is the front until 2026-08-20, in 11 business days; then CLV26",
    ]
    assert oil_rows_[5] == "no strip to draw: no close of a contract is stored"
    assert any("not stored yet" in row for row in oil_rows_)
    btc_rows = [row for row in await looked(LOW, "v", topics=empty) if row]
    assert btc_rows[-1] == "no future and no funding to draw"


async def test_stale_numbers_are_marked_by_a_sign_and_by_colour():
    old = replace(OIL, readings=tuple(replace(one, state="stale") for one in OIL.readings))
    pane = CurvePane()
    async with hosted(pane, *LOW) as pilot:
        pane.show(view({"oil": old}))
        await pilot.pause()
        assert text_of(pilot)[1].startswith(f"{SIGN['stale']} CL6-CL1")
        assert "stale" in text_of(pilot)[1]
        assert ("-7.70 $/bbl", "bold magenta") in styles_of(pilot, 1)


async def test_a_shock_is_red_and_says_shock():
    pane = CurvePane()
    async with hosted(pane, *LOW) as pilot:
        pane.show(view(TOPICS))
        await pilot.pause()
        assert styles_of(pilot, 8)[0] == ("shock on: since 2026-07-30, for 5 sessions", "bold red")


async def test_i_tells_where_the_numbers_of_the_view_come_from():
    for size, keys, names in (
        (LOW, ("i",), ["oil.cl1", "oil.cl6", "oil.spread", "oil.ratio", "oil.leg.1d", "oil.leg.5d", "oil.shock"]),
        (LOW, ("v", "i"), ["curve.btc.30d", "curve.btc.90d", "curve.btc.180d", "curve.carry.90d"]),
    ):
        pane = CurvePane()
        async with hosted(pane, *size) as pilot:
            pane.show(view(TOPICS))
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            screen = pilot.app.screen
            assert isinstance(screen, Inspect)
            assert [one.name for one in screen._readings(TOPICS)] == names
            assert list(screen._readings({})) == []


@pytest.mark.parametrize(
    ("keys", "name", "first"),
    [
        (
            ("e",),
            "curve-oil-strip",
            "sessions_ago,day,n,contract,close_usd_bbl,newest_close_day\n0,2026-08-05,1,CLU26,91,2026-08-05\n0,2026-08-05,2,CLV26,89.46,2026-08-05\n",
        ),
        (
            ("enter", "e"),
            "curve-oil-spread",
            "day,front,back,cl1_usd_bbl,cl6_usd_bbl,spread_usd_bbl,leg_5d,imported\n2026-07-22,CLU26,CLG27,80,70,-10,,\n",
        ),
        (
            ("v", "e"),
            "curve-btc",
            "what,venue,contract,sort,expiry,days,pct_a_year,state,quality,as_of_utc,for_day,counted,note\ncontract,deribit,BTC-28AUG26,inverse,2026-08-28,22.38,",
        ),
    ],
)
async def test_e_writes_what_is_shown_to_a_file_that_only_the_user_may_read(tmp_path, monkeypatch, keys, name, first):
    monkeypatch.chdir(tmp_path)
    await looked(LOW, *keys, topics=TOPICS | {"engine": Engine("demo", "", 0, True)})
    (path,) = tmp_path.iterdir()
    assert path.name == f"tidegauge-demo-{name}-20260805T230000Z.csv"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith(first)


def test_the_files_hold_every_number_of_their_view():
    _, columns, rows = oil_export.strips(OIL)
    assert (len(columns), len(rows)) == (6, 3 * 12)
    _, columns, rows = oil_export.spreads(OIL)
    assert rows[-1] == (date(2026, 8, 5), "CLU26", "CLG27", 91.0, 83.3, -7.7, "back-led catch-up", "")
    _, columns, rows = curve_export.points(BTC)
    assert all(len(row) == len(columns) for row in rows)
    assert [(kind, sum(row[0] == kind for row in rows)) for kind in dict.fromkeys(row[0] for row in rows)] == [
        ("contract", 9),
        ("cme", 1),
        ("median", 8),
        ("tenor", 9),
        ("funding", 7),
        ("cash", 4),
        ("dropped", 1),
    ]
    assert rows[-1] == (
        "dropped",
        "deribit",
        "BTC-7AUG26",
        "",
        None,
        None,
        None,
        "",
        "",
        "",
        None,
        "",
        "expires in 1 d",
    )


async def test_with_nothing_to_export_no_file_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    await looked(LOW, "e", "v", "e", topics={})
    assert list(tmp_path.iterdir()) == []


async def test_escapes_and_markup_in_names_are_shown_as_text():
    bad = "\x1b[2J[b]x\x1b]0;owned\x07"
    points = tuple(replace(one, venue=bad, symbol=bad, note=bad) for one in BTC.points)
    hostile_btc = replace(
        BTC,
        points=points,
        funding=tuple(replace(one, venue=bad, symbol=bad) for one in BTC.funding),
        dropped=tuple(replace(one, venue=bad, symbol=bad, why=bad) for one in BTC.dropped),
        readings=tuple(replace(one, notes=(*noted([bad]), Note("lacks", bad)), band=bad) for one in BTC.readings),
        cash=tuple(replace(one, label=bad) for one in BTC.cash),
        notes=(bad,),
    )
    strips = tuple(
        replace(strip, points=tuple(replace(point, contract=f"{bad}{point.n}") for point in strip.points))
        for strip in OIL.strips
    )
    hostile_oil = replace(
        OIL,
        strips=strips,
        readings=tuple(replace(one, notes=noted((bad, bad, bad)), band=bad) for one in OIL.readings),
        legs=tuple(replace(one, front=bad, back=bad, meaning=bad) for one in OIL.legs),
        history=tuple(replace(one, front=bad, back=bad, leg=bad) for one in OIL.history),
        roll=replace(OIL.roll, front=bad, next=bad),
        notes=(bad,),
    )
    for size, keys in (
        (BIG, ()),
        (LOW, ()),
        (LOW, ("enter",)),
        (LOW, ("enter", "enter")),
        (LOW, ("v",)),
        (LOW, ("v", "enter")),
    ):
        pane = CurvePane()
        async with hosted(pane, *size) as pilot:
            pane.show(view({"oil": hostile_oil, "curve": hostile_btc}))
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            strips_ = pilot.app.screen._compositor.render_strips()
            print(
                [(keys, size, segment.text) for strip in strips_ for segment in strip if not segment.text.isprintable()]
            )
            assert all(segment.text.isprintable() for strip in strips_ for segment in strip)
            assert "owned" not in "\n".join(text_of(pilot))


@pytest.mark.parametrize("size", [(56, 11), (40, 8), (76, 30), (116, 20), (160, 24), (196, 30)])
async def test_every_size_can_be_drawn_in_every_part(size):
    for topics in (TOPICS, {"oil": ONE_DAY, "curve": bitcoin(())}):
        pane = CurvePane()
        async with hosted(pane, *size) as pilot:
            pane.show(view(topics))
            for key_ in ("enter", "enter", "enter", "v", "enter", "v"):
                await pilot.pause()
                rows = text_of(pilot)
                assert len(rows) == size[1]
                assert all(len(row) <= size[0] for row in rows)
                await pilot.press(key_)


async def test_a_new_size_is_drawn_at_once():
    pane = CurvePane()
    async with hosted(pane, *LOW) as pilot:
        pane.show(view(TOPICS))
        await pilot.pause()
        await pilot.resize_terminal(*BIG)
        await pilot.pause()
        await pilot.pause()
        text = text_of(pilot)
        assert text == await looked(BIG)
        await pilot.resize_terminal(*LOW)
        await pilot.pause()
        await pilot.pause()
        assert text_of(pilot) == await looked(LOW)


async def test_within_a_second_nothing_is_drawn_and_then_only_what_changed():
    pane = CurvePane()
    async with hosted(pane, *BIG) as pilot:
        pane.show(view(TOPICS))
        await pilot.pause()
        all_ = list(pane.query(Lines))
        pane.show(view(TOPICS, NOW + 900))
        assert all(dirty_rows(one) == set() for one in all_)
        pane.show(view(TOPICS, NOW + 1_000))
        moved = {one.id: dirty_rows(one) for one in all_ if dirty_rows(one)}
        assert set(moved) == {"btc-head", "btc-numbers"}


async def test_six_shows_it_in_a_real_terminal_without_colour(short_tmp: Path):
    assert list(PANES).index("curve") == 5
    async with (
        EngineDouble(short_tmp / "e.sock", everything(**TOPICS)) as engine,
        viewer(Source(socket=engine.path), environ={"NO_COLOR": "1"}) as screen,
    ):
        await screen.sees("1 price")
        screen.press("6")
        await screen.sees("6 futures curve", "CL6-CL1 -7.70 $/bbl", "shock on: since 2026-07-30", "CLQ27")
        screen.press("v")
        await screen.sees("90 d basis 6.63 %", "+2.30 pp, above cash", "perp")
        screen.press("i")
        await screen.sees("where the numbers of the futures curve come from", "curve.carry.90d")
        screen.press("q")
        await screen.sees("6 futures curve", "[bitcoin]")
        screen.resize(200, 60)
        await screen.until(lambda: len(screen.lines) == 60, "60 rows")
        await screen.sees("[bitcoin]", "CL6-CL1 -7.70 $/bbl", "dated futures")
        assert all(code not in screen.raw for code in (b"\x1b[31m", b"\x1b[32m", b"\x1b[36m"))


def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("curve.") for binding in CurvePane.BINDINGS)
