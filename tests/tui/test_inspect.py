"""The page that tells where the numbers of a pane come from, down to the inputs and their publishers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.pilot import Pilot

import tui.app
from feeds.topics import Input, Macro, Reading, SeriesPage, SeriesRow, noted
from tests.tui.hosted import NOW, text_of, view
from tests.tui.repo_topic import HOUR, known, reading
from tui.screens.inspect import Inspect
from tui.screens.series_page import SeriesScreen

DAY = date(2025, 3, 11)
HOSTILE = "\x1b[2J\x1b]0;owned\x07[bold red]go away[/]\nand\u202ehidden"
SPREAD = reading(
    "repo.sofr_iorb",
    -7.0,
    "bp",
    band="calm",
    words=("SOFR 7 bp under IORB", "at or over IORB on 0 of the last 5 days"),
    formula="(SOFR - IORB) x 100, both of the same day",
    inputs=(Input("SOFR", DAY, 4.33, known(1.6), "nyfed"), Input("IORB", DAY, 4.4, known(40), "board")),
)
SHARE = reading("repo.share.low", 45.8333333333, "%", 50, state="late", quality="partial", missing=("SOFR1", "SOFR25"))
NONE = reading("repo.rrp", None, "$bn", known_ms=None, period=None, words=("overnight reverse repo: not known",))
PAGE = SeriesPage(
    "SOFR", "secured overnight financing rate", "%", "basis points", "repo", "each business day at 8:00", "nyfed",
    "https://www.newyorkfed.org/markets/reference-rates/sofr", "", 2, (("2025-03-11", 4.33),), (),
)  # fmt: skip
ROW = SeriesRow(
    "SOFR", "secured overnight financing rate", "%", "repo", 2, 4.33, "2025-03-11", NOW, None, None, (), None, False,
    "fresh", "exact", "nyfed",
)  # fmt: skip
TOPICS: dict[str, Any] = {"readings": (SPREAD, SHARE, NONE)}


class Host(App[None]):
    """An app with nothing but the page."""

    CSS_PATH = Path(tui.app.__file__).with_name("app.tcss")

    def __init__(self, page: Inspect) -> None:
        super().__init__(ansi_color=True)
        self.page = page

    def on_mount(self) -> None:
        self.push_screen(self.page)


def readings(topics: Mapping[str, Any]) -> Sequence[Reading]:
    return topics.get("readings", ())


@asynccontextmanager
async def opened(
    topics: dict[str, Any], size: tuple[int, int] = (80, 24), at: str = ""
) -> AsyncIterator[tuple[Inspect, Pilot[None]]]:
    page = Inspect("repo", readings, at)
    async with Host(page).run_test(size=size) as pilot:
        await pilot.pause()
        page.show(topics, NOW, view({}).zone)
        await pilot.pause()
        yield page, pilot


async def rows(topics: dict[str, Any], size: tuple[int, int] = (80, 24), *keys: str, at: str = "") -> list[str]:
    """What the page shows after these keys, below the header."""
    async with opened(topics, size, at) as (_, pilot):
        await pilot.press(*keys)
        await pilot.pause()
        return text_of(pilot)[2:]


async def test_a_small_terminal_has_the_list_above_and_all_of_the_one_that_is_marked_below():
    assert (await rows(TOPICS))[:-1] == [
        " where the numbers of repo come from  3 numbers",
        " ▸ ● repo.sofr_iorb                                                 -7 bp  96m",
        "   ◐ repo.share.low                                          ~45.833333 %   2d",
        "   · repo.rrp                                                          --   --",
        "",
        "",
        "",
        "",
        "",
        " repo.sofr_iorb",
        " ● -7 bp  calm  fresh",
        " for       2025-03-11",
        " known     12 Mar 2025 12:59 UTC, 96m ago",
        " quality   exact: nothing is missing",
        " says      SOFR 7 bp under IORB",
        "           at or over IORB on 0 of the last 5 days",
        " formula   (SOFR - IORB) x 100, both of the same day",
        "",
        " 2 inputs",
        " ▸ SOFR           2025-03-11                  4.33  12 Mar 2025 12:59 UTC",
        " ▼ 4 more",
    ]


async def test_a_wide_one_has_them_beside_each_other():
    said = await rows(TOPICS, (120, 24))
    assert said[1] == " ▸ ● repo.sofr_iorb                 -7 bp  96m    repo.sofr_iorb"
    assert [line[50:] for line in said[10:17]] == [
        "2 inputs",
        "▸ SOFR           2025-03-11              4.33  12 Mar 2025 12:59 UTC",
        "    series    SOFR",
        "    from      nyfed",
        "    field     asking the engine",
        "  IORB           2025-03-11               4.4  10 Mar 2025 22:35 UTC",
        "",
    ]


async def test_what_is_missing_is_named_and_what_is_not_whole_says_so():
    said = await rows(TOPICS, (80, 24), "j")
    assert said[10:16] == [
        " ◐ ~45.833333 %  late",
        " for       2025-03-11",
        " known     10 Mar 2025 12:35 UTC, 2d ago",
        " quality   partial: a part of what it needs is missing",
        " missing   SOFR1, SOFR25",
        "",
    ]
    assert said[16] == " no inputs are told"


async def test_a_number_that_is_not_known_says_why_and_is_never_a_zero():
    said = await rows(TOPICS, (80, 24), "j", "j")
    assert said[9:17] == [
        " repo.rrp",
        " · --  not known",
        " for       --",
        " known     --",
        " quality   no value",
        " says      overnight reverse repo: not known",
        "",
        " nothing went in that is known",
    ]


async def test_it_begins_with_the_number_that_was_marked_and_then_follows_the_keys():
    said = await rows(TOPICS, at="repo.share.low")
    assert said[2].startswith(" ▸ ◐ repo.share.low")
    assert (await rows(TOPICS, (80, 24), "k", at="repo.share.low"))[1].startswith(" ▸ ● repo.sofr_iorb")
    assert (await rows(TOPICS, (80, 24), *"jjjjj"))[3].startswith(" ▸ · repo.rrp")


async def test_the_series_of_the_input_that_is_marked_is_asked_for_and_told():
    async with opened(TOPICS, (140, 30)) as (page, pilot):
        assert page.wants == ("series.SOFR",)
        page.show({**TOPICS, "series.SOFR": PAGE, "macro": Macro((ROW,), (), ())}, NOW, view({}).zone)
        await pilot.pause()
        assert [line[50:] for line in text_of(pilot)[13:19]] == [
            "▸ SOFR           2025-03-11                4.33 %  12 Mar 2025 12:59 UTC  nyfed",
            "    series    SOFR: secured overnight financing rate",
            "    from      nyfed https://www.newyorkfed.org/markets/reference-rates/sofr",
            "    field     published in basis points",
            "              each business day at 8:00",
            "  IORB           2025-03-11                   4.4  10 Mar 2025 22:35 UTC  board",
        ]
        await pilot.press("l")
        assert page.wants == ("series.IORB",)
        await pilot.press("tab")
        assert page.wants == ("series.IORB",)
        await pilot.press("h")
        assert page.wants == ("series.SOFR",)
        await pilot.press("j")
        assert page.wants == ()


async def test_a_narrow_one_tells_below_the_input_when_it_became_known():
    said = await rows(TOPICS, (64, 40))
    assert " ▸ SOFR           2025-03-11                  4.33" in said
    assert "     known     12 Mar 2025 12:59 UTC" in said


async def test_enter_opens_the_page_of_the_input():
    async with opened(TOPICS) as (_, pilot):
        await pilot.press("l", "enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, SeriesScreen)
        assert screen.wants == ("series.IORB",)


async def test_an_input_that_was_read_afterwards_has_its_sign_before_its_value():
    later = Input("UNRATE", DAY, 3.7, known(1), "fred", "later")
    shown = "\n".join(await rows({"readings": (reading("x", 3.7, "%", quality="partial", inputs=(later,)),)}))
    assert "UNRATE         2025-03-11                  ˡ3.7" in shown


@pytest.mark.parametrize(("series", "source"), [("okx BTC-USD-250328", "okx"), ("btc.price", "live")])
async def test_an_input_that_is_a_live_quote_waits_for_no_page_and_opens_none(series, source):
    basis = reading("curve.btc.30d", 5.0, "%/y", inputs=(Input(series, DAY, 5.0, known(1), source),))
    async with opened({"readings": (basis,)}) as (page, pilot):
        shown = "\n".join(text_of(pilot))
        assert "field     a live quote: no stored series, so there is no page of it" in shown
        assert "asking" not in shown
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.screen is page


async def test_enter_does_nothing_where_there_is_no_input():
    async with opened(TOPICS) as (page, pilot):
        await pilot.press("j", "enter")
        await pilot.pause()
        assert pilot.app.screen is page


@pytest.mark.parametrize("key", ["escape", "q", "i"])
async def test_it_closes(key):
    async with opened(TOPICS) as (page, pilot):
        await pilot.press(key)
        await pilot.pause()
        assert page not in pilot.app.screen_stack


async def test_numbers_go_on_changing_and_ageing_while_it_is_open():
    async with opened(TOPICS) as (page, pilot):
        page.show({"readings": (replace(SPREAD, value=-8.0, state="stale"), SHARE)}, NOW + HOUR, view({}).zone)
        await pilot.pause()
        said = text_of(pilot)[2:]
        assert said[0] == " where the numbers of repo come from  2 numbers"
        assert said[1] == " ▸ ○ repo.sofr_iorb                                                 -8 bp   2h"
        assert said[10] == " ○ -8 bp  calm  stale"


async def test_what_was_scrolled_to_stays_when_the_second_changes():
    many = replace(
        SPREAD, inputs=tuple(Input("SOFR", date(2025, 1, n), 4.0 + n / 100, NOW, "nyfed") for n in range(1, 29))
    )
    async with opened({"readings": (many,)}) as (page, pilot):
        await pilot.press("pagedown")
        page.show({"readings": (many,)}, NOW + 1_000, view({}).zone)
        await pilot.pause()
        said = text_of(pilot)[2:]
        assert said[9] == "     series    SOFR"
        await pilot.press(*"l" * 27)
        await pilot.pause()
        assert has(text_of(pilot), " ▸ SOFR           2025-01-28                  4.28")


def has(said: list[str], words: str) -> bool:
    return any(words in line for line in said)


async def test_without_any_number_it_says_that_it_waits():
    said = await rows({})
    assert said[0] == " where the numbers of repo come from  0 numbers"
    assert said[9] == " no number of it is known: waiting for the engine"


async def test_words_are_numbers_too():
    band = reading("repo.band", "calm", "", words=("share: 18",))
    assert (await rows({"readings": (band,)}))[10] == " ● calm  fresh"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (2.5e9, "$", "$2,500,000,000"),
        (-1.25, "$bn", "-$1.25 bn"),
        (0.1 + 0.2, "%", "0.3 %"),
        (-0.0000001, "bp", "0 bp"),
        (12.0, "", "12"),
        (1 / 3, "BTC", "0.333333 BTC"),
    ],
)
async def test_values_are_told_with_all_their_places_and_their_unit(value, unit, said):
    assert (await rows({"readings": (reading("x", value, unit),)}))[10] == f" ● {said}  fresh"


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
async def test_text_from_outside_never_reaches_the_terminal_raw(size):
    hostile = Reading(
        HOSTILE, HOSTILE, HOSTILE, DAY, NOW, "fresh", "exact", HOSTILE, noted((HOSTILE,)), HOSTILE,
        (Input(HOSTILE, DAY, 1.0, NOW, HOSTILE),), (HOSTILE,),
    )  # fmt: skip
    said = "\n".join(await rows({"readings": (hostile,)}, size))
    assert "go away" in said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\x07" not in said


async def test_a_fault_in_what_it_is_given_is_shown_on_it():
    def broken(_: Mapping[str, Any]) -> Sequence[Reading]:
        raise ValueError("a fault")

    page = Inspect("repo", broken)
    async with Host(page).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        page.show({}, NOW, view({}).zone)
        await pilot.pause()
        assert text_of(pilot)[2] == " repo cannot be inspected: ValueError('a fault')"


async def test_its_keys_stand_in_the_last_row():
    assert (await rows(TOPICS))[-1].startswith(" esc q i close  j ↓ next number  k ↑ number before")
