"""The views of the liquidations pane, row by row: the level, by price, by venue, by time, cascades."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from feeds.topics import Cascade, Lack, Ladder, Note
from tests.tui.hosted import MINUTE, NOW, dirty_rows, hosted, metric, text_of
from tests.tui.test_liquidations_pane import VENUES, liquidations, of_venue, tape, texts
from tui.theme import LABEL, LATE
from tui.widgets.cascade_list import CascadeList
from tui.widgets.cascade_rows import detail, listing, told
from tui.widgets.ladder import Ladder as LadderWidget
from tui.widgets.ladder_rows import Step, steps
from tui.widgets.level_rows import Largest, largest, largest_row, level_rows, sign
from tui.widgets.lines import width_of
from tui.widgets.liquidation_rows import standing
from tui.widgets.minute_rows import by_time
from tui.widgets.venue_rows import by_venue, ranked, venues

HOUR = 60 * MINUTE
RUNNING = Cascade(
    NOW - 70_000,
    None,
    6_500_000.0,
    400_000.0,
    142,
    {"okx": (1_500_000.0, 0.0), "bybit": (5_000_000.0, 400_000.0)},
    3_000_000.0,
    "bybit",
    64_000.0,
    "long",
    price_from=65_000.0,
    price_low=63_000.0,
    price_high=65_100.0,
    price_to=63_700.0,
)
ENDED = Cascade(
    NOW - 3 * HOUR,
    NOW - 3 * HOUR + 335_000,
    1_000_000.0,
    12_340_000.0,
    80,
    {"binance_usdm": (1_000_000.0, 12_340_000.0)},
    2_500_000.0,
    "binance_usdm",
    61_250.0,
    "short",
    60_000.0,
    59_900.0,
    61_500.0,
    61_200.0,
    open_interest_change=-1_204.0,
    funding=-12.4,
    price_hour_after=60_588.0,
)
OLD = Cascade(NOW - 30 * HOUR, NOW - 29 * HOUR, 7_000_000.0)


def cascading(**parts):
    return liquidations(level="cascade", level_since_ms=NOW - 40_000, running=RUNNING, **parts)


# ---- the level


def test_a_calm_market_says_so_with_what_its_level_lacks_and_the_last_cascade():
    calm = liquidations(level_notes=(Note("span", "by dollars alone: 12m of history, 2h needed"),))
    assert texts(level_rows(calm, ENDED, NOW, 70, 1)) == ["· CALM  by dollars alone: 12m of history, 2h needed"]
    assert texts(level_rows(liquidations(), ENDED, NOW, 70, 1)) == [
        "· CALM  last cascade 2h ago: ≥$1.00M long, ≥$12.34M short"
    ]
    assert texts(level_rows(calm, None, NOW, 32, 3)) == ["· CALM", "by dollars alone: 12m of", "history, 2h needed"]


def test_an_elevated_one_says_since_when():
    elevated = liquidations(level="elevated", level_since_ms=NOW - 2 * MINUTE)
    assert texts(level_rows(elevated, None, NOW, 40, 2)) == ["! ELEVATED since 2m"]


def test_a_cascade_says_what_it_took_and_its_worst():
    assert texts(level_rows(cascading(), None, NOW, 100, 1)) == [
        "!! CASCADE since 40s  ≥$6.50M long  ≥$400.0k short  worst $3.00M bybit at 64,000"
    ]
    assert texts(level_rows(cascading(), None, NOW, 32, 3)) == [
        "!! CASCADE since 40s",
        "≥$6.50M long  ≥$400.0k short",
        "worst $3.00M bybit at 64,000",
    ]


def test_a_cascade_wholly_heard_has_exact_totals():
    whole = cascading(quality={"5m": "exact"}, note={"5m": ""})
    assert sign(whole, RUNNING.from_ms, NOW) == ""
    assert "CASCADE since 40s  $6.50M long  $400.0k short" in texts(level_rows(whole, None, NOW, 100, 1))[0]
    assert sign(whole, NOW - 2 * HOUR, NOW) == "≥"
    assert sign(None, NOW, NOW) == "≥"


@pytest.mark.parametrize(
    ("state", "row"), [("none", "· level --  nothing heard yet"), ("down", "· CALM ✕ as of 95s ago, down")]
)
def test_a_level_that_nobody_vouches_for_is_not_called_calm(state, row):
    assert texts(level_rows(liquidations(state=state, age=95_000), None, NOW, 60, 1)) == [row]


LACKS = (Lack("bybit", "down", NOW - 56_000),)


def test_a_level_that_cannot_be_told_says_what_it_lacks_and_no_word():
    notes = (Note("lacks", "without bybit, 56s"), Note("lacks", "okx: 1 gap, 3s"))
    untold = liquidations(level=None, level_notes=notes)
    assert texts(level_rows(untold, ENDED, NOW, 70, 1)) == [
        "· level cannot be told  without bybit, 56s; okx: 1 gap, 3s",
    ]
    assert texts(level_rows(untold, None, NOW, 34, 3)) == [
        "· level cannot be told",
        "without bybit, 56s; okx: 1 gap, 3s",
    ]
    assert texts(level_rows(untold, None, NOW, 40, 1)) == ["· level cannot be told  without bybit, …"]


def test_a_cascade_without_a_venue_goes_on_and_the_row_of_the_totals_names_it():
    liq = cascading(without=LACKS, note={"1h": "without bybit, 56s; binance_usdm sampled"})
    assert texts(level_rows(liq, None, NOW, 100, 1)) == [
        "!! CASCADE since 40s  ≥$6.50M long  ≥$400.0k short  worst $3.00M bybit at 64,000"
    ]
    assert texts(standing(liq, "1h", NOW, 70)) == ["● fresh 2s  ≥ without bybit, 56s; binance_usdm sampled"]
    assert standing(liq, "1h", NOW, 70)[0][2][1] == LATE
    gone = cascading(without=(Lack("gate", "blocked", None, "blocked"),), note={"1h": "without gate, blocked"})
    assert standing(gone, "1h", NOW, 70)[0][2] == ("≥ without gate, blocked", LABEL)


def test_the_largest_seen_is_kept_for_a_day_and_told_with_its_time():
    rows = tape(3)
    one = largest(None, rows, (), NOW)
    assert (one.usd, one.venue, one.at_ms) == (12_000.0, "bybit", NOW - 2_000)
    one = largest(one, (), (RUNNING, OLD), NOW)
    assert (one.usd, one.within) == (3_000_000.0, True)
    assert largest(one, (), (), NOW + 24 * HOUR) is None
    assert texts([largest_row(one, NOW, UTC, 80)]) == [
        "largest seen $3.00M ▼ LONG bybit at 64,000.0 in the cascade of 14:34"
    ]
    exact = Largest(3_000_000.0, "short", "binance_usdm", 64_000.0, NOW - 20 * HOUR)
    assert texts([largest_row(exact, NOW, UTC, 44)]) == ["largest $3.00M ▲ binance_usdm 11 Mar 18:35"]
    assert texts([largest_row(exact, NOW, UTC, 30)]) == ["largest $3.00M ▲ 11 Mar 18:35"]
    assert texts([largest_row(None, NOW, UTC, 44)]) == ["largest seen --"]


def test_of_a_print_on_the_tape_and_in_the_cascade_the_exact_time_is_told():
    row = tape(1)[0]
    same = Cascade(NOW - MINUTE, None, worst_usd=row.usd, worst_venue=row.venue, worst_price=row.price)
    assert largest(None, (row,), (same,), NOW).within is False


# ---- by price


def ladder(*rows: tuple[float, float, float], step: float = 50.0) -> Ladder:
    return Ladder(step, {"1h": rows, "4h": ()})


ROWS = ((64_100.0, 0.0, 300_000.0), (64_050.0, 1_200_000.0, 600_000.0), (63_950.0, 12_300.0, 0.0))


def test_steps_have_no_hole_and_many_empty_ones_are_counted():
    assert steps(((500.0, 1.0, 0.0), (400.0, 2.0, 0.0), (50.0, 0.0, 3.0)), 50.0, 301.0) == [
        Step(10, 1.0, 0.0),
        Step(9),
        Step(8, 2.0, 0.0),
        Step(7),
        Step(6),
        Step(5, skipped=4),
        Step(1, 0.0, 3.0),
    ]


async def test_longs_stand_left_and_shorts_right_of_the_price_and_the_last_one_is_marked():
    widget = LadderWidget()
    async with hosted(widget, 50, 8) as pilot:
        widget.show(ladder(*ROWS), "1h", "≥", metric(64_077.5), NOW)
        await pilot.pause()
        assert text_of(pilot) == [
            "by price 1h  $50 a row  last 64,077.5 ●",
            "   LONG ▼             price               SHORT ▲",
            "        ·            64,100  ██▌         ≥$300.0k",
            "  ≥$1.20M ██████████▸64,050◂ █████       ≥$600.0k",
            "        ·            64,000                     ·",
            "  ≥$12.3k          ▐ 63,950                     ·",
            "",
            "",
        ]


async def test_in_little_room_the_numbers_stand_without_bars():
    widget = LadderWidget()
    async with hosted(widget, 30, 4) as pilot:
        widget.show(ladder(*ROWS), "1h", "", metric(64_077.5), NOW)
        await pilot.pause()
        assert text_of(pilot) == [
            "        ·  64,100     $300.0k",
            "   $1.20M ▸64,050◂    $600.0k",
            "        ·  64,000           ·",
            "   $12.3k  63,950           ·",
        ]


async def test_it_says_what_it_waits_for_and_that_nothing_was_heard():
    widget = LadderWidget()
    async with hosted(widget, 44, 6) as pilot:
        widget.show(None, "1h", "", None, NOW)
        await pilot.pause()
        assert text_of(pilot)[0] == "no ladder yet: waiting for the engine"
        widget.show(ladder(*ROWS), "4h", "", metric(64_000.0, "stale", 95_000), NOW)
        await pilot.pause()
        assert text_of(pilot)[0] == "by price 4h  last 64,000.0 ○ stale 95s"
        assert text_of(pilot)[2] == "none heard in 4h"
        widget.show(ladder(*ROWS), "1h", "", metric(None, "none"), NOW)
        await pilot.pause()
        assert text_of(pilot)[0].endswith("last --")
        assert "▸" not in "".join(text_of(pilot))


def long_ladder() -> Ladder:
    return ladder(*((60_000.0 - 50 * number, 1_000.0 * (number + 1), 0.0) for number in range(100)))


def prices(pilot) -> list[str]:
    return [row[20:30].strip(" ▸◂█▐") for row in text_of(pilot)[2:]]


async def test_rows_stand_still_until_the_price_leaves_their_middle():
    widget = LadderWidget()
    async with hosted(widget, 50, 14) as pilot:
        widget.show(long_ladder(), "1h", "", metric(58_010.0), NOW)
        await pilot.pause()
        before = prices(pilot)
        assert before[6] == "58,000"
        widget.show(long_ladder(), "1h", "", metric(57_960.0), NOW)
        assert dirty_rows(widget) == {0, 8, 9}
        await pilot.pause()
        assert prices(pilot) == before
        widget.show(long_ladder(), "1h", "", metric(57_810.0), NOW)
        await pilot.pause()
        assert prices(pilot)[6] == "57,800"


async def test_scrolled_it_does_not_follow_until_told_to():
    widget = LadderWidget()
    async with hosted(widget, 50, 14) as pilot:
        widget.show(long_ladder(), "1h", "", metric(58_010.0), NOW)
        widget.scroll_lines(20)
        await pilot.pause()
        assert prices(pilot)[0] == "57,300"
        assert text_of(pilot)[0].endswith("g: to the price")
        widget.show(long_ladder(), "1h", "", metric(59_910.0), NOW)
        await pilot.pause()
        assert prices(pilot)[0] == "57,300"
        widget.scroll_pages(99)
        await pilot.pause()
        assert prices(pilot)[-1] == "55,050"
        widget.to_newest()
        await pilot.pause()
        assert "59,900" in prices(pilot)
        assert "g: to the price" not in text_of(pilot)[0]


# ---- by venue

MANY = (
    of_venue("bybit", 3_000_000.0, 1_000_000.0, partial={"1h": "heard for 12m only"}),
    of_venue("binance_usdm", 9_000_000.0, 3_000_000.0, "sampled", saturation=0.62),
    of_venue("hyperliquid", None, None, state="down"),
)


def test_in_a_wide_pane_all_of_a_venue_is_in_one_row():
    head, body = by_venue(ranked(MANY, "1h"), "1h", 120)
    assert texts([head, *body]) == [
        "by venue 1h       LONG ▼   SHORT ▲  share   events  told",
        "binance_usdm     ≥$9.00M   ≥$3.00M   ~75%  ≥1,200×  sampled ● live        at its limit 62% of the last minute",
        "bybit            ≥$3.00M   ≥$1.00M   ~25%    ≥400×  all     ● live        partial: heard for 12m only",
        "hyperliquid           --        --     --       --  none    ✕ down",
    ]


def test_in_a_narrow_one_it_has_rows_of_its_own():
    head, body = by_venue(ranked(MANY, "1h"), "1h", 32)
    assert texts([head, *body]) == [
        "1h              LONG ▼   SHORT ▲",
        "binance_usdm   ≥$9.00M   ≥$3.00M",
        "  ~75%  ≥1,200×  sampled  ● live",
        "  at its limit 62% of the last",
        "  minute",
        "bybit          ≥$3.00M   ≥$1.00M",
        "  ~25%  ≥400×  all  ● live",
        "  partial: heard for 12m only",
        "hyperliquid         --        --",
        "  --  --  none  ✕ down",
    ]


def test_a_venue_at_its_limit_says_so_in_the_short_list_too():
    assert texts(venues(ranked(MANY, "1h"), "1h", 9))[1] == "binance_usdm     ≥$9.00M   ≥$3.00M ● lim 62%"
    low = (of_venue("okx", 1.0, 1.0, "sampled", saturation=0.49),)
    assert texts(venues(low, "1h", 9))[1].endswith("● sampled")


def test_an_order_that_is_kept_does_not_follow_sizes():
    assert [row.venue for row in ranked(VENUES, "1h", ("hyperliquid", "bybit"))] == [
        "hyperliquid",
        "bybit",
        "binance_usdm",
    ]


def test_reasons_from_outside_are_cleaned():
    row = of_venue("by\x1b[2Jbit", 1.0, 1.0, partial={"1h": "\x1b]0;owned\x07refused [red]x[/red]"})
    words = "\n".join(texts(by_venue((row,), "1h", 80)[1]))
    assert "\x1b" not in words
    assert "partial: refused [red]x[/red]" in words


# ---- by time


def test_rows_of_time_are_as_short_as_there_is_room_for_all():
    head, body = by_time(liquidations(), NOW, 50, 40)
    assert texts(head) == ["by time  5 min, 10 s a row", "   LONG ▼             from                SHORT ▲"]
    assert len(body) == 30
    assert texts(body)[:2] == [
        "     ≥$29 ███████████ -0:10 ███████████      ≥$29",
        "     ≥$28 ▐██████████ -0:20                     ·",
    ]
    head, body = by_time(liquidations(), NOW, 32, 9)
    assert texts(head)[0] == "by time  5 min, 60 s a row"
    assert texts(body) == [
        "    ≥$159 ██ -1:00 ▍       ≥$29",
        "    ≥$123 ▐█ -2:00            ·",
        "     ≥$87  █ -3:00            ·",
        "     ≥$51  ▐ -4:00            ·",
        "     ≥$15  ▐ -5:00            ·",
    ]


def test_old_minutes_say_so_and_none_are_waited_for():
    assert texts(by_time(liquidations(state="stale", age=95_000), NOW, 50, 40)[0])[0].endswith("stale 95s")
    lacking = liquidations(spark_long=(), spark_short=())
    assert texts(by_time(lacking, NOW, 50, 40)[0]) == ["no last minutes yet: waiting for the engine"]


# ---- cascades


def test_cascades_stand_in_a_list_with_what_each_took_and_what_came_after():
    rows = [told(one, "", NOW, UTC, picked=one is RUNNING) for one in (RUNNING, ENDED, OLD)]
    head, body = listing(rows, NOW, 110)
    assert texts([head, *body]) == [
        "  start          for    LONG ▼   SHORT ▲    price     worst at                       OI 1h after",
        "▸ 14:34:20      70s…    $6.50M   $400.0k   -2.00%    $3.00M bybit                    --       --",
        "  11:35:30        5m   ≥$1.00M  ≥$12.34M   +2.00%    $2.50M binance_usdm     -1,204 BTC   -1.00%",
        "  11 Mar 08:35   60m   ≥$7.00M       ≥$0       --        --                          --       --",
    ]


def test_in_little_room_start_and_both_sides_stay():
    rows = [told(one, "≥", NOW, UTC) for one in (RUNNING, OLD)]
    head, body = listing(rows, NOW, 32)
    assert texts([head, *body]) == [
        "  start       LONG ▼   SHORT ▲",
        "  14:34:20   ≥$6.50M  ≥$400.0k",
        "  11 Mar     ≥$7.00M       ≥$0",
    ]


def test_times_of_cascades_are_those_of_the_view():
    assert told(ENDED, "", NOW, ZoneInfo("America/New_York")).start == "07:35:30"


def test_one_cascade_has_all_its_parts():
    head, body = detail(told(ENDED, "≥", NOW, UTC), NOW, UTC, 70)
    assert texts([head, *body]) == [
        "esc: back to the list",
        "12 Mar 11:35:30 UTC  to 11:41:05, 5m",
        "LONG ▼ ≥$1.00M  SHORT ▲ ≥$12.34M  events ≥80",
        "worst $2.50M short binance_usdm  at 61,250.0",
        "price 60,000.0 → 61,200.0  +2.00%",
        "low 59,900.0 -0.17%  high 61,500.0 +2.50%",
        "open interest -1,204 BTC  funding -12.40% a year",
        "an hour after 60,588.0 -1.00%",
        "",
        "venue             LONG ▼   SHORT ▲ share",
        "binance_usdm     ≥$1.00M  ≥$12.34M ~100%",
    ]
    running = texts(detail(told(RUNNING, "", NOW, UTC), NOW, UTC, 70)[1])
    assert running[0] == "12 Mar 14:34:20 UTC  runs, 70s"
    assert running[5:7] == ["open interest --  funding --", "an hour after --  not an hour ago yet"]


@pytest.mark.parametrize("width", range(30, 121, 5))
def test_no_row_of_a_view_is_wider_than_the_pane(width):
    rows = [
        *level_rows(cascading(), ENDED, NOW, width, 3),
        largest_row(largest(None, (), (RUNNING,), NOW), NOW, UTC, width),
    ]
    head, body = by_venue(MANY, "1h", width)
    rows += [head, *body, *by_time(liquidations(), NOW, width, 20)[0], *by_time(liquidations(), NOW, width, 20)[1]]
    for one in (RUNNING, ENDED, OLD):
        head, body = listing([told(one, "≥", NOW, UTC)], NOW, width)
        rows += [head, *body]
        rows += detail(told(one, "≥", NOW, UTC), NOW, UTC, width)[1]
    assert all(width_of(row) <= width for row in rows)


async def test_the_mark_moves_and_what_is_opened_stays_open_when_another_begins():
    widget = CascadeList()
    async with hosted(widget, 60, 10) as pilot:
        widget.offer((ENDED, OLD), "≥", NOW, UTC)
        widget.scroll_lines(1)
        await pilot.pause()
        assert [row[:10] for row in text_of(pilot)[1:3]] == ["  11:35:30", "▸ 11 Mar 0"]
        widget.scroll_lines(-1)
        widget.open(True)
        widget.offer((RUNNING, ENDED, OLD), "≥", NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[:2] == ["esc: back to the list", "12 Mar 11:35:30 UTC  to 11:41:05, 5m"]
        widget.open(False)
        await pilot.pause()
        assert text_of(pilot)[2].startswith("▸ 11:35:30")
        widget.offer((), "≥", NOW, UTC)
        await pilot.pause()
        assert text_of(pilot)[0] == "no cascade in what is kept"
