"""The header and the one-line strip as text."""

from datetime import UTC
from typing import Any

import pytest
from msgspec.structs import replace

from feeds.topics import Cascade, Engine, Lack, Liquidations, Price
from tests.tui.engine_double import everything, feed, feeds, liquidations, metric
from tests.tui.regime_topics import reading, regime, verdict
from tui.theme import NOTICE, QUALITY, SIGN, STATE
from tui.widgets.header import Status, header, strip
from tui.widgets.level_rows import LEVEL
from tui.widgets.lines import Line
from tui.widgets.verdict_rows import STYLES

NOW = 1_760_131_205_000  # 2025-10-10 21:20:05 UTC


def at(age_ms: int, value: float | None = 64_210.5, state: str = "fresh", **more: Any) -> Price:
    """A price topic of that age at `NOW`."""
    quote = metric(value, state=state, **more)
    changes = {"1h": metric(0.31, "%"), "24h": metric(-1.24, "%"), "7d": metric(None, "%", "none", note="no candle")}
    return Price(
        type(quote)(quote.value, "USD", NOW - age_ms, "test", quote.state, note=quote.note), changes, quote, ()
    )


def status(
    link: str = "live", link_ms: int = 0, reason: str = "", paused_ms: int | None = None, **topics: Any
) -> Status:
    return Status(everything(price=at(200)) | topics, NOW, UTC, link, link_ms, reason, paused_ms)


def text(line: Line) -> str:
    return "".join(said for said, _ in line)


def rows(shown: Status, width: int = 120, height: int = 2) -> list[str]:
    found = [text(line) for line in header(shown, width, height)]
    assert all(len(row) == width for row in found)
    return [row.rstrip() for row in found]


def test_it_says_price_change_liquidations_and_time():
    assert rows(status()) == [
        " BTC  64,210.5 ●  -1.24% 24h  +0.31% 1h  -- 7d  liq 1h long ≥$11.70M short ≥$3.60M"
        + " " * 25
        + "21:20:05 UTC",
        " feeds ●●● 3/3 live  lag p95 88ms okx",
    ]


@pytest.mark.parametrize(
    ("state", "age_ms", "said"),
    [("late", 12_000, "64,210.5 ◐ late 12s"), ("stale", 95_000, "64,210.5 ○ stale 95s"), ("down", 3e6, "✕ down 50m")],
)
def test_a_price_that_is_not_fresh_says_so_with_sign_word_and_age(state, age_ms, said):
    assert said in rows(status(price=at(int(age_ms), state=state)))[0]


def test_a_change_that_lacks_a_part_is_only_about_so_much_and_no_floor():
    price = at(200)
    lacking = replace(price, changes=price.changes | {"24h": metric(-1.24, "%", quality="partial")})
    assert " ~-1.24% 24h " in rows(status(price=lacking))[0]


def test_a_price_that_is_not_known_is_never_a_number():
    shown = rows(status(price=at(0, None, "none", note="no venue is fresh")))[0]
    assert shown.startswith(" BTC  -- no venue is fresh  ")
    before = Status({}, None, UTC, "connecting", 1_000)
    assert rows(before) == [" BTC  waiting for the first prices", " connecting to the engine 1s"]


@pytest.mark.parametrize("mode", ["demo", "replay"])
@pytest.mark.parametrize("width", [200, 120, 80, 60, 40, 24])
def test_demo_and_replay_are_in_words_at_every_width(mode, width):
    shown = status(engine=Engine(mode, "a market that never was, with a long title to it", NOW, False))
    for line in (strip(shown, width), header(shown, width, 1)[0], header(shown, width, 2)[0]):
        assert mode.upper() in text(line)
        assert (f" {mode.upper()} ", NOTICE) in line
        assert "64,210.5 ●" in text(line)
    assert "a market that never was" in rows(shown, 200)[0]


def test_a_replay_shows_the_day_too():
    assert rows(status(engine=Engine("replay", "", NOW, False)))[0].endswith("10 Oct 2025 21:20:05 UTC")


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("connecting", "connecting to the engine 5s: no such file"),
        ("silent", "engine silent 5s"),
        ("lost", "engine lost 5s ago, reconnecting: no such file"),
    ],
)
def test_a_link_that_is_not_live_comes_first_in_words(link, said):
    shown = status(link, 5_000, "no such file")
    assert rows(shown)[1].startswith(f" {said}  feeds")
    assert said.split(" ago")[0].split(" to the")[0] in rows(shown, 60, 1)[0]
    assert said.split(" ago")[0].split(" to the")[0] in text(strip(shown, 60))


def test_the_reason_of_a_lost_link_is_plain_text():
    assert "reconnecting: [red]gone[/]  feeds" in rows(status("lost", 0, "\x1b[31m[red]gone[/]\x1b[0m"))[1]


def test_every_venue_has_a_dot_by_the_worst_of_its_feeds_and_trouble_is_named():
    several = feeds(
        *(feed("binance"), feed("okx.public"), feed("okx.private", "late"), feed("bybit", "stale")),
        *(feed("kraken", "down"), feed("gate", "blocked"), feed("htx", "connecting")),
    )
    shown = rows(status(feeds=several), 200)[1]
    assert shown.startswith(" feeds ●◐○✕⊘· 1/6 live  kraken down, gate blocked, bybit stale, okx late, htx connecting")


def test_many_venues_in_one_trouble_are_counted():
    shown = rows(status(feeds=feeds(*(feed(name, "down") for name in "abc"), feed("d"))))[1]
    assert shown.startswith(" feeds ✕✕✕● 1/4 live  3 venues down")


def test_the_worst_lag_is_named():
    shown = rows(status(feeds=feeds(feed("okx"), feed("bybit", lag_p95=1_430.0), feed("gate", lag_p95=None))))[1]
    assert shown.endswith("lag p95 1.4s bybit")


def test_paused_is_said_with_its_age():
    assert " PAUSED 25s " in rows(status(paused_ms=25_000))[0]


@pytest.mark.parametrize("width", range(4, 140))
def test_no_number_is_ever_cut(width):
    whole = {"BTC", "64,210.5 ●", "-1.24% 24h", "+0.31% 1h", "-- 7d", "1h ▼≥$11.70M ▲≥$3.60M", "21:20:05 UTC"}
    whole |= {"liq 1h long ≥$11.70M short ≥$3.60M"}
    for line in (strip(status(), width), header(status(), width, 2)[0]):
        pieces = {piece.strip() for piece in text(line).split("  ") if piece.strip()}
        assert pieces <= whole


def test_the_strip_has_price_change_liquidations_and_mode():
    demo = status(engine=Engine("demo", "", NOW, False))
    assert text(strip(demo, 60)) == " BTC  64,210.5 ●  -1.24% 24h  1h ▼≥$11.70M ▲≥$3.60M   DEMO  "
    assert text(strip(demo, 50)) == " BTC  64,210.5 ●  1h ▼≥$11.70M ▲≥$3.60M     DEMO  "
    assert text(strip(demo, 30)) == " BTC  64,210.5 ●        DEMO  "


def test_liquidations_that_are_not_fresh_say_so():
    view = liquidations()
    down = type(view)(view.windows, "down", view.quality, view.note, view.venues, (), (), None)
    assert "liq 1h ✕ down long ≥$11.70M" in rows(status(liquidations=down))[0]
    assert "1h ✕ ▼≥$11.70M" in text(strip(status(liquidations=down), 60))


def test_verdict_and_regime_stand_in_a_word_each_once_they_are_known():
    known = status(verdict=verdict("ARMED"), regime=regime())
    assert rows(known)[1].startswith(" ARMED  regime repair  feeds ●●● 3/3 live")
    assert ("ARMED", STYLES["ARMED"]) in header(known, 120, 2)[1]
    assert rows(known, 160, 1)[0].startswith(" BTC  64,210.5 ●  -1.24% 24h  +0.31% 1h  -- 7d  ARMED repair  liq 1h")
    assert text(strip(known, 72)).startswith(" BTC  64,210.5 ●  -1.24% 24h  1h ▼≥$11.70M ▲≥$3.60M  ARMED repair ")
    assert rows(status(verdict=verdict("ARMED")))[1].startswith(" ARMED  feeds")
    nobody = regime(label=reading("regime.label", None, "", "no week has closed"))
    assert rows(status(regime=nobody))[1].startswith(" regime --  feeds"), "it cannot be told"
    first = replace(nobody, timeline=())
    assert rows(status(verdict=verdict(None), regime=first)) == rows(status())


@pytest.mark.parametrize("width", [200, 120, 80])
def test_while_the_past_is_read_it_says_how_far_that_is(width):
    several = feeds(*(feed(f"venue{n}") for n in range(16)))
    reading_ = Engine("live", "", NOW, True, read=38, pages=91)
    shown = status(engine=reading_, feeds=several, regime=regime(), verdict=verdict(None))
    assert "reading the past, 38 of 91 pages" in rows(shown, width)[1]
    assert "regime repair" in rows(shown, width)[1]
    assert "reading the past" not in rows(status(engine=replace(reading_, read=0, pages=0)), width)[1]


def test_a_clock_that_is_off_is_said_before_that_the_past_is_read():
    off = Engine("live", "", NOW, True, read=38, pages=91, clock="clock or line 20 s off: not told apart yet")
    off = replace(off, clock_short="clock or line 20 s")
    shown = rows(status(engine=off), 160)[1]
    assert "clock or line 20 s off: not told apart yet" in shown
    assert "clock or line 20 s" in rows(status(engine=off), 60, 1)[0]
    assert "clock" not in rows(status(engine=replace(off, clock="")), 160)[1]


def test_in_a_tiny_terminal_it_says_so_shortly():
    shown = status(engine=Engine("live", "", NOW, True, read=38, pages=91))
    assert "past 38/91" in text(strip(shown, 60))
    assert "past 38/91" in rows(shown, 60, 1)[0]


def test_a_verdict_that_is_not_fresh_says_so():
    old = replace(verdict("RELEASED").state, state="stale")
    assert rows(status(verdict=verdict(state=old)))[1].startswith(" RELEASED ○ stale  feeds")
    late = replace(regime().label, state="late")
    assert rows(status(regime=regime(label=late)))[1].startswith(" regime repair ◐ late  feeds")


def test_where_there_is_little_room_the_words_lose_their_names_and_a_link_that_is_lost_goes_first():
    known = status("lost", 5_000, "no such file", verdict=verdict("NO-TRADE"), regime=regime())
    assert rows(known)[1].startswith(" engine lost 5s ago, reconnecting: no such file  NO-TRADE  regime repair")
    assert rows(status(verdict=verdict("NO-TRADE"), regime=regime()), 24)[1] == " NO-TRADE repair"


def test_every_state_and_quality_has_its_own_look():
    feed_states = ("live", "connecting", "late", "stale", "down", "blocked")
    assert len({SIGN[state] for state in feed_states}) == len(feed_states)
    assert set(SIGN) == set(STATE)
    assert QUALITY["exact"] == ""
    assert all(QUALITY[quality] for quality in QUALITY if quality != "exact")


CASCADE = Cascade(NOW - 52_000, None, 6_390_000.0, 400_000.0)


def risen(level: str = "cascade", state: str = "fresh", **more: Any) -> Liquidations:
    running = CASCADE if level == "cascade" else None
    return replace(liquidations(), level=level, level_since_ms=NOW - 52_000, running=running, state=state, **more)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_cascade_a_tight_repo_market_and_an_oil_shock_are_said_at_every_width(width):
    known = status(
        liquidations=risen(),
        verdict=verdict("NO-TRADE"),
        regime=regime(),
        feeds=feeds(*(feed(f"venue{number}") for number in range(16))),
        **{"repo.band": metric("tight", ""), "oil.shock": metric("on", "")},
    )
    words = "NO-TRADE  regime repair" if width > 80 else "NO-TRADE repair"
    said = rows(known, width)[1]
    assert said.startswith(f" !! CASCADE ≥$6.39M long  repo tight  oil shock  {words}")
    assert "16/16 live" in said


def test_what_is_calm_off_unknown_or_doubted_is_not_said():
    quiet = {"repo.band": metric("watch", ""), "oil.shock": metric("off", "")}
    assert rows(status(liquidations=risen("calm"), **quiet)) == rows(status())
    assert rows(status(liquidations=replace(liquidations(), level=None))) == rows(status())
    over = rows(status(liquidations=replace(liquidations(), level=None, risen=True)))[1]
    assert over.startswith(" liq level cannot be told  feeds")
    nobody = {"repo.band": metric(None, "", "none"), "oil.shock": metric("on", "", quality="doubted")}
    assert rows(status(**nobody)) == rows(status())


def test_an_elevated_level_is_said_with_the_last_minute():
    assert rows(status(liquidations=risen("elevated")))[1].startswith(" ! ELEVATED ≥$130.0k long in 1m  feeds")


def test_what_is_not_current_says_so_and_comes_after_what_is():
    known = status(
        liquidations=risen(state="down"),
        **{"repo.band": metric("stress", "", "late"), "oil.shock": metric("on", "", "stale")},
    )
    assert rows(known)[1].startswith(
        " repo stress ◐ late  !! CASCADE ✕ down ≥$6.39M long  oil shock ○ stale  feeds ●●● 3/3 live"
    )
    current = dict(line for line in header(status(liquidations=risen()), 120, 2)[1])
    assert current["!! CASCADE"] == LEVEL["cascade"][1]
    assert dict(header(known, 120, 2)[1])["!! CASCADE"] == STATE["down"]


def test_in_one_row_the_level_stays_in_a_word():
    assert " !! CASCADE " in rows(status(liquidations=risen()), 60, 1)[0]
    assert "64,210.5 ●  !! CASCADE  1h ▼≥$11.70M" in text(strip(status(liquidations=risen()), 60))


def test_a_total_that_goes_without_a_venue_names_it_and_is_not_called_down():
    lacks = (Lack("bybit", "down", NOW - 56_000), Lack("htx", "down", None, "never heard"))
    shown = status(liquidations=replace(liquidations(), without=lacks))
    first = rows(shown, 140)[0]
    assert "liq 1h long ≥$11.70M short ≥$3.60M  without bybit, 56s" in first
    assert "1h ▼≥$11.70M ▲≥$3.60M  without bybit, 56s" in rows(shown, 92)[0]
    many = tuple(Lack(name, "stale", NOW - 1_000 * at) for at, name in enumerate(("bybit", "okx", "gate"), 20))
    assert "  without 3 venues, 22s" in rows(status(liquidations=replace(liquidations(), without=many)), 140)[0]
    gone = (Lack("bybit", "down", NOW - 25 * 3_600_000),)
    assert "without" not in rows(status(liquidations=replace(liquidations(), without=gone)), 140)[0]
