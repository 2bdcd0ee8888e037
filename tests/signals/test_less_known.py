"""Whatever is missing, old, late or full of holes: no answer becomes another one, and none becomes more confident."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cache
from math import exp, pi, sin

import pytest

from feeds.signals.dollar_exit import dollar_exit
from feeds.signals.drivers import drivers
from feeds.signals.fragility import fragility
from feeds.signals.hedge import hedge
from feeds.signals.knowledge import bounds, told
from feeds.signals.levels import levels
from feeds.signals.money import custody, money
from feeds.signals.regime import READ, regime
from feeds.signals.scenario_evidence import OilNow
from feeds.signals.scenarios import scenarios
from feeds.signals.thresholds import (
    DollarRule,
    DriversRule,
    FragilityRule,
    HedgeRule,
    LevelRule,
    RegimeRule,
    ScenarioRule,
)
from feeds.topics.base import Reading
from feeds.topics.oil import SpreadDay
from feeds.topics.regime import Regime
from tests.signals.worlds import LAST, LOSSES, NOW_MS, Shape, World, growing, level, moving, swinging, world

WEEKLY = RegimeRule(since=LAST - timedelta(weeks=26))
DRIVERS = DriversRule()


def _prices(faster: float) -> Shape:
    """Three percent a year, and in the last quarter so much more."""
    return lambda t: 320 * exp(0.03 * t + faster * max(0.0, t + 0.3))


def _stocks(t: float) -> float:
    return 600 * exp(0.1 * t + 0.05 * sin(2 * pi * 9 * t))


def shapes(up: bool, calm: bool) -> dict[str, Shape]:
    """A world in which liquidity rises or falls, and fear is low, or so high that it just weighs."""
    sign, fear = (1 if up else -1), (-1.0 if calm else 1.0)
    return {
        "WALCL": growing(6_700_000.0, 0.2 * sign),
        "WDTGAL": level(800_000.0),
        "RRPONTSYD": level(5.0),
        "TOTBKCR": growing(18_000.0, 0.1 * sign),
        "WRBWFRBL": growing(3_000_000.0, 0.1 * sign),
        "WLRRAFOIAL": level(350_000.0),
        "M2SL": growing(22_000.0, 0.05),
        "ECBASSETSW": level(6e6),
        "DEXUSEU": level(1.15),
        "JPNASSETS": level(7e6),
        "DEXJPUS": level(150.0),
        "DGS2": moving(3.9, 1.5 * sign),
        "DGS10": moving(4.5, 2.0 * -sign),
        "DGS30": moving(5.0, 0.5),
        "DFII5": moving(1.5, 1.5 * -sign),
        "DFII10": moving(2.0, 2.0 * -sign),
        "EFFR": level(3.63),
        "T10YIE": level(2.3),
        "T5YIFR": level(2.3),
        "CPIAUCSL": _prices(-0.02 * sign),
        "CPILFESL": _prices(-0.02 * sign),
        "PCEPILFE": _prices(0.0),
        "GDPNOW": level(2.0),
        "CFNAI": level(0.4 * sign),
        "GACDFSA066MSFRBPHI": level(3.0),
        "GACDISA066MSFRBNY": level(3.0),
        "ICSA": level(220_000.0),
        "PAYEMS": moving(158_000.0, 1_000.0),
        "VIXCLS": swinging(20.0, 8.0, 1.0 * fear),
        "MOVE": swinging(100.0, 35.0, 0.99 * fear),
        "BAMLH0A0HYM2": swinging(4.0, 1.0, 0.8 * fear),
        "BAMLC0A0CM": swinging(1.2, 0.3, 0.9 * fear),
        "NFCI": swinging(-0.4, 0.3, 0.6 * fear),
        "STLFSI4": level(-0.5),
        "WSEFINTL1": growing(2_900_000.0, -0.08 * sign),
        "WMTSECL1": growing(2_500_000.0, -0.05),
        "WFASECL1": level(300_000.0),
        "WSEFINOL": level(80_000.0),
        "SWPT": level(100.0),
        "H41RESPPALGTRFNWW": level(0.0),
        "GOLD": growing(4_000.0, 0.4 * sign),
        "DXY": growing(98.0, -0.1 * sign),
        "DTWEXBGS": growing(120.0, -0.1),
        "HKD": level(7.8),
        "DEXHKUS": level(7.8),
        "GOLD.EXPORTS": growing(7e9, 1.0),
        "GOLD.IMPORTS": level(2e9),
        "CIPS.VALUE": growing(150_000.0, 0.3),
        "CIPS.COUNT": growing(800_000.0, 0.3),
        "DEFICIT": level(150e9),
        "DRCCLACBS": moving(3.2, 0.3),
        "LNS14024887": level(10.0),
        "SPY": lambda t: _stocks(t),
        "QQQ": _stocks,
        "RSP": growing(180.0, 0.05),
        "SPY.TOP10": level(38.0),
        "NVDA": growing(180.0, 0.4),
        "SMH": growing(300.0, 0.3),
        "IGV": growing(100.0, -0.5),
        "GLD": growing(370.0, 0.3),
        "BTC": lambda t: 64_000 * (_stocks(t) / 600) ** 2,
        "BTC.LOW": lambda t: 62_500 * (_stocks(t) / 600) ** 2,
    }


WORLDS = {
    f"liquidity {'up' if up else 'down'}, {'calm' if calm else 'fear'}": (up, calm)
    for up in (True, False)
    for calm in (True, False)
}


@cache
def made(name: str) -> World:
    return world(shapes(*WORLDS[name]))


# ---- the pages, each as its readings


def _drivers(of: World) -> list[Reading]:
    chain, _ = drivers(of.known, DRIVERS)
    beside = (money(of.known, DRIVERS).reading, custody(of.known, DRIVERS))
    return [*beside, *(one for link in chain for one in (link.push, *link.values))]


def _page(of: World) -> Regime:
    return regime(of.known, of.rows, DRIVERS, WEEKLY)


def _scenarios(of: World) -> list[Reading]:
    def oil(name: str, value: float | str) -> Reading:
        return Reading(name, value, "", LAST, NOW_MS, "fresh")

    before = SpreadDay(LAST - timedelta(days=28), "CLU26", "CLG27", 80.0, 76.0, -4.0)
    curve = OilNow(oil("oil.leg.5d", "front-led easing"), oil("oil.spread", -2.0), oil("oil.ratio", 0.97), before)
    page = scenarios(of.known, ScenarioRule(), curve)
    return [*page.readings, *(part for row in page.evidence for part in row.parts)]


def _levels(of: World) -> list[Reading]:
    return [one for found in levels(of.known, LevelRule()) for one in found.readings]


PAGES: dict[str, Callable[[World], Iterable[Reading]]] = {
    "drivers": _drivers,
    "scenarios": _scenarios,
    "levels": _levels,
    "hedge": lambda of: hedge(of.known, HedgeRule()).readings,
    "dollar": lambda of: dollar_exit(of.known, DollarRule(), DRIVERS).readings,
    "fragility": lambda of: fragility(of.known, FragilityRule()).readings,
}


@cache
def whole(page: str, name: str) -> dict[str, Reading]:
    return {one.name: one for one in PAGES[page](made(name))}


def used(page: str, name: str) -> list[str]:
    """The series that a page reads there."""
    asked: set[str] = set()
    of = made(name)

    class Watched(World):
        def __init__(self) -> None:
            super().__init__(of._rows, of._points)

        def _known(self, id_: str) -> list:  # type: ignore[type-arg]
            asked.add(id_)
            return super()._known(id_)

    list(PAGES[page](Watched()))
    return sorted(asked & set(shapes(True, True)))


def wrong(full: Reading, part: Reading) -> str:
    """What is said more firmly, or otherwise, than with all that there is; "" where nothing is."""
    if part.value is None:
        return "" if not part.band and part.quality is None else "has a band or a quality and no number"
    if full.value is None:
        return f"is {part.value}, and with all series it is not known"
    if isinstance(part.value, str) or isinstance(full.value, str):
        return "" if told(part) in (None, full.value) else f"is {part.value} for {full.value}"
    within = bounds(part)
    if part.name.endswith(".push"):
        return "" if part.value == full.value else f"is {part.value} for {full.value}"
    if part.name.startswith("level."):
        floor = part.quality == "floor" and part.value < full.value
        return "" if floor or part.value == full.value else f"is {part.value} of {full.value}, and no floor"
    if part.name.endswith((".for", ".against")) and within:
        return "" if within.least <= full.value <= within.most else f"is {within} for {full.value}"
    return f"is {part.band} for {full.band}" if part.band and within and part.band != full.band else ""


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("page", PAGES)
def test_a_series_that_is_less_known_changes_no_answer_but_to_none(page: str, name: str) -> None:
    full = whole(page, name)
    found = [
        f"{id_} {loss}: {part.name} {said}"
        for id_ in used(page, name)
        for loss in LOSSES
        for part in PAGES[page](made(name).lose(id_, LOSSES[loss]))
        if (said := wrong(full[part.name], part))
    ]
    assert found == []


@pytest.mark.parametrize("name", WORLDS)
def test_a_regime_is_what_it_was_at_that_close_with_all_series_or_is_not_told(name: str) -> None:
    full = {week.day: week.label for week in _page(made(name)).timeline}
    assert set(full.values()) != {None}
    for id_ in READ:
        for loss in LOSSES:
            page = _page(made(name).lose(id_, LOSSES[loss]))
            label = page.label
            assert label.value is None or label.value == full[label.period], (id_, loss)  # type: ignore[index]
            assert all(week.label in (None, full[week.day]) for week in page.timeline), (id_, loss)


@pytest.mark.parametrize("page", PAGES)
def test_what_looks_back_on_a_series_that_is_still_being_read_has_no_answer(page: str) -> None:
    name = next(iter(WORLDS))
    full, waiting = whole(page, name), set()
    for id_ in used(page, name):
        for part in PAGES[page](made(name).unread(id_)):
            if part.value is None and full[part.name].value is not None:
                assert part.said("reading") == ("reading the past, 38 of 91 pages",), (id_, part.name)
                waiting.add(part.name)
            elif part.name.endswith((".for", ".against", ".unknown")):
                assert not wrong(full[part.name], part), (id_, part.name)
            else:
                assert part == full[part.name], (id_, part.name)
    back = (".push", ".13w", ".yoy", ".3m", ".20d", ".4q", ".1y", ".change", ".12m", "quadrant", "label", ".payrolls")
    looks = {one for one in full if one.endswith(back) or one.startswith(("hedge.", "level.")) or one == "risk.z"}
    mine = {one for one in looks if not one.startswith("oil.") and full[one].value is not None}
    assert mine - waiting == set()


def test_a_world_has_answers_to_lose() -> None:
    pushes = {name: [whole("drivers", name)[f"driver.{one}.push"].value for one in LINKS] for name in WORLDS}
    assert pushes == {
        "liquidity up, calm": [1.0, 1.0, 1.0, 1.0, 1.0],
        "liquidity up, fear": [1.0, 1.0, 1.0, 1.0, -1.0],
        "liquidity down, calm": [-1.0, -1.0, -1.0, -1.0, 1.0],
        "liquidity down, fear": [-1.0, -1.0, -1.0, -1.0, -1.0],
    }
    labels = {name: _page(made(name)).label.value for name in WORLDS}
    assert list(labels.values()) == ["easy", "repair", "late", "drain"]
    assert whole("hedge", "liquidity up, calm")["hedge.label"].value == "high beta"
    assert whole("drivers", "liquidity up, calm")["money.quadrant"].value == "hiking while printing"


LINKS = ("inflation", "rates", "growth", "liquidity", "risk")
