"""The derivatives pane: what it says of funding, open interest and basis, what it leaves out, and why."""

import pytest
from msgspec.structs import replace
from rich.style import Style

from feeds.topics import Derivative, Derivatives
from tests.tui.hosted import NOW, dirty_rows, hosted, shown, styles_of, text_of, view
from tui.panes.derivatives import DerivativesPane
from tui.widgets.derivative_rows import ordered, picture, span_of_time, table
from tui.widgets.derivative_words import reading
from tui.widgets.lines import Lines, width_of

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


def perpetual(venue: str, symbol: str, funding: float | None, interest: float | None, **more: object) -> Derivative:
    """A perpetual that pays every 8 h, told 2 s ago; its open interest fell by 1 % in an hour and rose by 4 % in 24."""
    row = Derivative(venue, symbol, "perpetual", False, "live", NOW - 2_000, 64_206.42, 64_200.0, 1.0)
    parts: dict[str, object] = {"next_ms": NOW + 3 * HOUR + 8 * MINUTE + 20_000, "interval_h": 8.0}
    if funding is not None:
        parts |= {"funding": funding, "rate": funding / 100 / 365 / 3}
    if interest is not None:
        parts |= {"open_interest": interest, "open_interest_ms": NOW - 5_000}
        parts |= {"open_interest_1h": interest - interest / 0.99, "open_interest_24h": interest - interest / 1.04}
    return replace(row, **(parts | more))


def future(venue: str, symbol: str, left_ms: int, basis: float | None, inverse: bool = False) -> Derivative:
    row = Derivative(venue, symbol, "future", inverse, "live", NOW - 9_000, 64_842.0, 64_200.0, 100.0)
    return replace(row, expiry_ms=NOW + left_ms, basis=basis)


OKX = perpetual("okx", "BTC-USDT-SWAP", 12.6, 31_000.0)
BYBIT = perpetual("bybit", "BTCUSDT", -5.0, 52_000.0, premium_bp=-3.2)
BINANCE = perpetual("binance_usdm", "BTCUSDT", 8.2, 92_000.0, interval_h=None)
PERPETUALS = (BINANCE, BYBIT, OKX)
DATED = (
    future("deribit", "BTC-14MAR25", 2 * DAY + 4 * HOUR, None, inverse=True),
    future("binance_usdm", "BTCUSDT_250627", 107 * DAY, 5.25),
    future("deribit", "BTC-27JUN25", 107 * DAY, -1.5, inverse=True),
)


def topics(*rows: Derivative) -> dict[str, object]:
    return {"derivatives": Derivatives(rows)}


def words(*rows: Derivative, width: int = 200) -> list[str]:
    return ["".join(said for said, _ in line) for line in reading(rows, NOW, width, 2)]


def plain(*rows: Derivative, sort: str = "perpetual", width: int = 200) -> list[str]:
    return ["".join(said for said, _ in line).rstrip() for line in table(rows, sort, NOW, width)]


# ---- the rows


async def test_a_wide_pane_has_every_number_and_a_picture_of_funding():
    assert await shown(DerivativesPane(), topics(*PERPETUALS, *DATED), 180, 16) == [
        "longs pay ~8.2%/y in the middle of 3 perpetuals, -5.0 to +12.6; open interest 175,000 BTC in 3 contracts"
        " of 3 venues, -1.0% in 1 h",
        "● oldest 5s; open interest of binance_usdm, bybit, okx",
        "▾perpetual        contract        fund %/y          rate    next  prem bp    OI BTC    OI 1h   OI 24h   age"
        "  state       funding, % a year",
        "● binance_usdm    BTCUSDT           ~+8.20    +0.0075%/?   3h08m     +1.0    92,000   -1.00%   +4.00%    5s"
        "  live                   ██████████████████▉",
        "● bybit           BTCUSDT            -5.00   -0.0046%/8h   3h08m     -3.2    52,000   -1.00%   +4.00%    5s"
        "  live        ███████████",
        "● okx             BTC-USDT-SWAP     +12.60   +0.0115%/8h   3h08m     +1.0    31,000   -1.00%   +4.00%    5s"
        "  live                   █████████████████████████████",
        "~ taken as paid every 8 h: not told by binance_usdm",
        "",
        "dated, linear     contract             expiry    left  basis %/y       mark      index   age  state",
        "● binance_usdm    BTCUSDT_250627    27 Jun 25    107d      +5.25   64,842.0   64,200.0    9s  live",
        "",
        "dated, inverse    contract             expiry    left  basis %/y       mark      index   age  state",
        "● deribit         BTC-14MAR25       14 Mar 25   2d04h         --   64,842.0   64,200.0    9s  live",
        "  14 Mar 25 expires in 2d04h: within 3 days of it a basis means nothing",
        "● deribit         BTC-27JUN25       27 Jun 25    107d      -1.50   64,842.0   64,200.0    9s  live",
        "",
    ]


async def test_in_76_columns_funding_next_open_interest_and_age_stay():
    assert (await shown(DerivativesPane(), topics(*PERPETUALS, DATED[1]), 76, 16))[:11] == [
        "longs pay ~8.2%/y in the middle of 3 perpetuals, -5.0 to +12.6; open",
        "interest 175,000 BTC in 3 contracts of 3 venues, -1.0% in 1 h",
        "● oldest 5s; open interest of binance_usdm, bybit, okx",
        "▾perpetual        contract        fund %/y    next    OI BTC    OI 1h   age",
        "● binance_usdm    BTCUSDT           ~+8.20   3h08m    92,000   -1.00%    5s",
        "● bybit           BTCUSDT            -5.00   3h08m    52,000   -1.00%    5s",
        "● okx             BTC-USDT-SWAP     +12.60   3h08m    31,000   -1.00%    5s",
        "~ taken as paid every 8 h: not told by binance_usdm",
        "",
        "dated, linear     contract             expiry    left  basis %/y   age",
        "● binance_usdm    BTCUSDT_250627    27 Jun 25    107d      +5.25    9s",
    ]


async def test_in_56_columns_funding_open_interest_and_age_stay():
    assert (await shown(DerivativesPane(), topics(BYBIT, OKX, DATED[1]), 56, 12))[:10] == [
        "longs pay 3.8%/y in the middle of 2 perpetuals, -5.0 to",
        "+12.6; open interest 83,000 BTC in 2 contracts of 2",
        "venues, -1.0% in 1 h",
        "● oldest 5s; open interest of bybit, okx",
        "▾perpetual       contract       fund %/y   OI BTC  age",
        "● bybit          BTCUSDT           -5.00   52,000   5s",
        "● okx            BTC-USDT-SWAP    +12.60   31,000   5s",
        "",
        "dated, linear       expiry   left basis %/y  age",
        "● binance_usdm   27 Jun 25   107d     +5.25   9s",
    ]


@pytest.mark.parametrize("width", [34, 41, 56, 59, 60, 76, 88, 96, 107, 121, 150, 196])
def test_no_row_is_wider_than_the_pane(width):
    odd = replace(OKX, venue="kraken_futures", funding=-12_345.6, open_interest=1_204_567.0, interval_h=None)
    for rows in ((*PERPETUALS, odd, *DATED), (odd,), (replace(odd, state="blocked"),)):
        lines = [*reading(rows, NOW, width, 2), *table(rows, "OI BTC", NOW, width)]
        assert all(len("".join(said for said, _ in line).rstrip()) <= width for line in lines)


async def test_a_positive_and_a_negative_rate_differ_by_sign_and_by_colour():
    async with hosted(DerivativesPane(), 76, 12) as pilot:
        pilot.app.query_one(DerivativesPane).show(view(topics(BYBIT, OKX)))
        await pilot.pause()
        styles = [
            (said.strip(), style.removesuffix(" on default")) for y in (4, 5) for said, style in styles_of(pilot, y)
        ]
        assert ("-5.00", "bold red") in styles
        assert ("+12.60", "bold green") in styles


def test_a_bar_of_a_venue_that_is_not_heard_has_no_colour_of_a_sign():
    _, fresh, down = table([OKX, replace(OKX, state="down")], "perpetual", NOW, 150)[:3]
    assert fresh[-1] == ("█" * 29, Style(color="green"))
    assert down[-1] == ("█" * 29, Style(color="bright_black"))


def test_the_picture_has_zero_where_the_signs_meet():
    assert [picture(value, -10.0, 10.0, 20) for value in (10.0, 5.0, -5.0, -10.0, -0.01)] == [
        " " * 10 + "█" * 10,
        " " * 10 + "█" * 5,
        " " * 5 + "█" * 5,
        "█" * 10,
        " " * 9 + "█",
    ]
    assert picture(5.0, 0.0, 10.0, 20) == "█" * 10
    assert picture(0.0, 0.0, 0.0, 20) == ""


@pytest.mark.parametrize(
    ("ms", "said"),
    [(59 * SECOND, "59s"), (MINUTE, "1m"), (HOUR, "1h00m"), (DAY - 1, "23h59m"), (DAY, "1d00h"), (10 * DAY, "10d")],
)
def test_a_time_to_come_takes_two_units_at_most(ms, said):
    assert span_of_time(ms) == said


def test_a_payment_that_should_have_been_is_due():
    assert "    due " in plain(replace(OKX, next_ms=NOW - 1))[1]


# ---- what is missing


async def test_before_anything_came_it_says_that_it_waits():
    assert (await shown(DerivativesPane(), {}, 76, 2))[0] == "no funding yet: waiting for the engine"
    assert (await shown(DerivativesPane(), topics(), 76, 2))[0] == "no perpetual or dated future heard yet"


def test_what_a_venue_does_not_tell_is_two_dashes_and_a_column_of_them_has_its_reason():
    bare = Derivative("gate", "BTC_USDT", "perpetual", False, "live", NOW - 2_000, None, None, None)
    rows = plain(replace(bare, funding=3.0, rate=0.3e-4, interval_h=8.0), width=107)
    assert rows[1] == (
        "● gate            BTC_USDT           +3.00   +0.0030%/8h      --       --        --       --       --    2s"
    )
    assert " ".join(rows[2:4]) == (
        "next: no venue tells when it is paid; premium needs a mark and an index of one moment; no open interest heard"
        " yet; 1 h change needs 1 h of listening; 24 h change needs 24 h of listening"
    )


def test_a_column_that_one_venue_tells_has_no_excuse():
    young = replace(BYBIT, open_interest_1h=None, open_interest_24h=None)
    rows = plain(young, OKX)
    assert rows[1].split()[-5:-3] == ["--", "--"]
    assert not any("listening" in row for row in rows)
    assert "24 h change needs 24 h of listening" in plain(young, replace(OKX, open_interest_24h=None))[3]


def test_changes_that_were_not_heard_but_told_afterwards_say_so():
    rows = plain(replace(BYBIT, told=("1h", "24h")), replace(OKX, told=("24h",)))
    assert rows[3] == "1h change by the venue's own history: bybit; 24h change by the venue's own history: bybit, okx"


def test_the_change_in_an_hour_is_over_those_alone_that_were_heard_then():
    (said, *_) = words(replace(BYBIT, open_interest_1h=None), OKX)
    assert said.endswith("open interest 83,000 BTC in 2 contracts of 2 venues, -1.0% in 1 h in 1 of them")
    (said, *_) = words(replace(OKX, open_interest_1h=None))
    assert said == (
        "longs pay 12.6%/y on okx, the only one heard; open interest 31,000 BTC in 1 contract of 1 venue,"
        " its change in 1 h not known"
    )


def test_a_stale_venue_is_in_no_sum_and_is_named_with_its_age():
    old = {"as_of_ms": NOW - 95_000, "open_interest_ms": NOW - 95_000}
    assert words(BYBIT, replace(OKX, state="stale", **old), width=120) == [
        "shorts pay 5.0%/y on bybit, the only one heard; open interest 52,000 BTC in 1 contract of 1 venue,"
        " -1.0% in 1 h",
        "● oldest 5s; open interest of bybit",
        "left out: okx stale 95s",
    ]


def test_what_a_live_venue_told_too_long_ago_is_stale_by_itself():
    poll = replace(OKX, open_interest_ms=NOW - 181_000)
    assert words(BYBIT, poll)[1:] == [
        "● oldest 5s; open interest of bybit",
        "left out: okx BTC-USDT-SWAP stale 3m",
    ]
    row = plain(poll)[1]
    assert row.startswith("● okx")
    assert " ○31,000 " in row
    assert "   3m  live" in row
    assert plain(replace(OKX, as_of_ms=NOW - 181_000))[1].startswith("○ okx")


def test_with_nothing_fresh_there_is_no_sum_at_all():
    assert words(replace(OKX, state="down"), replace(BYBIT, state="blocked")) == [
        "no fresh funding rate; no fresh open interest",
        "left out: okx down 2s, bybit blocked 2s",
    ]


def test_a_late_venue_counts_and_is_said_to_be_late():
    assert words(BYBIT, replace(OKX, state="late"))[1] == "◐ late, oldest 5s; open interest of bybit, okx"


def test_who_tells_no_open_interest_or_no_funding_is_named():
    silent, bare = perpetual("gate", "BTC_USDT", 3.0, None), perpetual("htx", "BTC-USDT", None, 5_000.0)
    assert words(OKX, silent, bare)[2:] == ["no funding told by htx; no open interest told by gate"]


def test_venues_that_agree_and_a_rate_of_nothing_are_told_so():
    assert words(OKX, replace(OKX, venue="htx"))[0].startswith(
        "longs pay 12.6%/y in the middle of 2 perpetuals, which agree;"
    )
    assert words(replace(OKX, funding=0.01))[0].startswith("funding is 0.0%/y on okx")


# ---- dated futures


def test_within_three_days_of_expiry_a_warning_stands_in_the_place_of_a_basis():
    rows = plain(OKX, future("deribit", "BTC-15MAR25", 3 * DAY, 4.0), future("deribit", "BTC-12MAR25", 9 * HOUR, None))
    assert rows[-3].startswith("● deribit         BTC-12MAR25       12 Mar 25   9h00m         --")
    assert rows[-2] == "  12 Mar 25 expires in 9h00m: within 3 days of it a basis means nothing"
    assert rows[-1].startswith("● deribit         BTC-15MAR25       15 Mar 25   3d00h      +4.00")


def test_an_expired_contract_is_called_so():
    rows = plain(OKX, future("deribit", "BTC-12MAR25", -1, None))
    assert "   over " in rows[-2]
    assert rows[-1] == "  12 Mar 25 expired"


def test_without_dated_futures_it_says_so():
    assert plain(OKX)[-1] == "no dated future is heard of"


# ---- keys


async def test_s_sorts_by_funding_then_by_open_interest_then_by_venue_again():
    for keys, order in (
        ("", ["binance_usdm", "bybit", "okx"]),
        ("s", ["okx", "binance_usdm", "bybit"]),
        ("ss", ["binance_usdm", "bybit", "okx"]),
        ("sss", ["binance_usdm", "bybit", "okx"]),
    ):
        rows = await shown(DerivativesPane(), topics(*PERPETUALS), 76, 12, *keys)
        assert [row.split()[1] for row in rows[4:7]] == order
        mark = ("▾perpetual", "▾fund %/y", "▾OI BTC")[len(keys) % 3]
        assert mark in rows[3]


def test_what_is_not_known_is_sorted_last():
    silent = perpetual("gate", "BTC_USDT", None, None)
    assert [row.venue for row in ordered([silent, BYBIT, OKX], "fund %/y")] == ["okx", "bybit", "gate"]
    assert [row.venue for row in ordered([silent, OKX, BYBIT], "OI BTC")] == ["bybit", "okx", "gate"]


async def test_j_and_k_scroll_the_table_under_the_sentence():
    pane = DerivativesPane()
    many = [perpetual(f"venue{number}", "BTCUSDT", 1.0, 10.0) for number in range(12)]
    async with hosted(pane, 76, 10) as pilot:
        pane.show(view(topics(*many)))
        await pilot.pause()
        top = text_of(pilot)
        assert top[-1] == "▼ 9 more"
        await pilot.press("j", "down")
        assert text_of(pilot)[:3] == top[:3]
        assert text_of(pilot)[3].startswith("● venue1 ")
        await pilot.press("pagedown", "l", "right", "pagedown")
        assert text_of(pilot)[-1] == "no dated future is heard of"
        await pilot.press("k", "up", "h", "left", "pageup", "pageup")
        assert text_of(pilot) == top
        await pilot.press("j", "s")
        assert "▾fund %/y" in text_of(pilot)[3]


async def test_every_key_can_be_remapped():
    assert all(binding.id and binding.id.startswith("derivatives.") for binding in DerivativesPane.BINDINGS)


# ---- drawing


async def test_escapes_and_markup_in_names_are_shown_as_text():
    hostile = replace(OKX, venue="\x1b[31m[b]ok\x1b]0;owned\x07", symbol="[red]\u202eBTC\n")
    stale = replace(hostile, state="stale", venue="[b]x\x1b[2J")
    dated = replace(DATED[1], venue="\x1b[2J[i]d", symbol="\x1b[0m[i]f")
    async with hosted(DerivativesPane(), 120, 14) as pilot:
        pilot.app.query_one(DerivativesPane).show(view(topics(hostile, stale, dated)))
        await pilot.pause()
        rows = "\n".join(text_of(pilot))
        for said in ("● [b]ok ", "[red] BTC", "left out: [b]x stale 2s", "● [i]d ", " [i]f "):
            assert said in rows
        strips = pilot.app.screen._compositor.render_strips()
        assert all(segment.text.isprintable() for strip in strips for segment in strip)


async def test_it_draws_once_a_second_and_repaints_only_what_changed():
    pane = DerivativesPane()
    old = {"as_of_ms": NOW - 150_000, "open_interest_ms": NOW - 150_000}
    rows = [replace(BYBIT, **old), replace(OKX, **old)]
    async with hosted(pane, 76, 12) as pilot:
        pane.show(view(topics(*rows)))
        await pilot.pause()
        lines = pane.query_one(Lines)
        moved = topics(rows[0], replace(rows[1], funding=12.7))
        pane.show(view(moved, NOW + 100))
        assert dirty_rows(lines) == set()
        pane.show(view(moved, NOW + 1_000))
        assert dirty_rows(lines) == {0, 5}


async def test_the_first_word_is_drawn_at_once_and_a_new_size_too():
    pane = DerivativesPane()
    async with hosted(pane, 76, 12) as pilot:
        pane.show(view({}))
        pane.show(view(topics(OKX)))
        await pilot.pause()
        assert text_of(pilot)[0].startswith("longs pay 12.6%/y on okx")
        await pilot.resize_terminal(110, 12)
        await pilot.pause()
        assert "prem bp" in "\n".join(text_of(pilot))
        assert all(width_of(row) <= 112 for row in pane.query_one(Lines)._rows)
