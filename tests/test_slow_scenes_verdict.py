"""Each scene of the slow series shows the verdict and the evidence that a reader of the rules would expect.

The simulated world's numbers are dated by their releases and worked out as the engine does it, signals and all.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feeds import asof
from feeds.calendars import day_end_ms
from feeds.facts import Observation
from feeds.filling import Names
from feeds.series import series
from feeds.settings import Settings
from feeds.signals.rules import Rules
from feeds.simulate.slow import SlowWorld, scene
from feeds.slow import known_ms
from feeds.sources import SOURCES
from feeds.state import State
from feeds.store import Store
from feeds.topics import Course, Regime, Scenarios, Verdict
from feeds.views.pages import MAKES, Made, Pages, Worked, work_out
from feeds.vintages import Vintages

NOW = round(datetime(2026, 11, 19, 19, tzinfo=ZoneInfo("America/New_York")).timestamp() * 1000)
QUIET = {"WALCL": 6_700_000.0, "WLCFLPCL": 6_000.0}
"""What releases the verdict, and does not."""
UNUSED = (
    "TGCR",
    "BGCR",
    "OBFR",
    "EFFR1",
    "EFFR2",
    "EFFR7",
    "EFFR9",
    "EFFRV",
    "ETF.",
    "OI.",
    "COT.",
    "FUNDING.",
    "LIQ.",
    "IBIT",
    "SOSO",
    "COINGLASS",
)
"""No verdict, regime or scenario looks at these."""


def published(name: str) -> list[Observation]:
    """All rows of a scene, each known since it was due."""
    world = SlowWorld(scene(name), 1, lambda: NOW)
    rows = []
    for id_ in world.series():
        row = series(id_)
        if row is None or id_.startswith(UNUSED):
            continue
        rows += [
            Observation(id_, day.isoformat(), value, known_ms(row, day, NOW, None), row.sources[0])
            for day, value in world.points(id_)
        ]
    return rows


@pytest.fixture(scope="module")
def release() -> list[Observation]:
    """The rows of the scene that is looked back into."""
    return published("release")


@pytest.fixture(scope="module")
def worked(release: list[Observation]) -> dict[str, Worked]:
    """Every scene, worked out once; the studies, which take longer than all else, of one scene only."""
    names = ("calm", "quarter-end", "repo-2019", "tollbooth", "blockade", "empire")
    studied = {"studies": Made(NOW)}
    found = {name: work_out(Vintages(published(name)), NOW, Rules(), None, studied) for name in names}
    return found | {"release": work_out(Vintages(release), NOW, Rules(), None, {})}


def verdict(found: Worked) -> Verdict:
    page = found.pages["verdict"]
    assert isinstance(page, Verdict)
    return page


def counts(found: Worked) -> dict[str, tuple[float | str | None, ...]]:
    """For, against and unknown of each scenario."""
    page = found.pages["scenarios"]
    assert isinstance(page, Scenarios)
    return {
        one.name: tuple(found.metrics[f"scenario.{one.name}.{what}"].value for what in ("for", "against", "unknown"))
        for one in page.scenarios
    }


def test_no_signal_fails_in_any_scene(worked: dict[str, Worked]) -> None:
    assert {name: found.faults for name, found in worked.items() if found.faults} == {}
    assert {name for name, found in worked.items() if "studies" in found.pages} == {"release"}
    assert {len(found.pages) for name, found in worked.items() if name != "release"} == {len(MAKES) - 1}


@pytest.mark.parametrize(
    ("name", "state", "cause"),
    [
        ("calm", "NO-TRADE", ""),
        ("tollbooth", "NO-TRADE", ""),
        ("empire", "ARMED", "MOVE closed at"),
        ("release", "RELEASED", "Fed assets +"),
        ("repo-2019", "RELEASED", "standing repo of $50 bn on 3 of 5 days"),
    ],
)
def test_the_verdict_of_a_scene_and_its_cause(worked: dict[str, Worked], name: str, state: str, cause: str) -> None:
    found = verdict(worked[name])
    assert found.state.value == state
    if cause:
        last = found.changes[-1]
        assert (last.after, cause in last.cause) == (state, True), last


def test_a_release_follows_the_arming_that_came_before(worked: dict[str, Worked]) -> None:
    assert [change.after for change in verdict(worked["release"]).changes][-2:] == ["ARMED", "RELEASED"]
    assert [change.after for change in verdict(worked["repo-2019"]).changes][-2:] == ["ARMED", "RELEASED"]


def test_a_quarter_s_end_is_tight_and_said_to_be_half_expected(worked: dict[str, Worked]) -> None:
    metrics = worked["quarter-end"].metrics
    assert metrics["repo.band"].value == "tight"
    assert worked["calm"].metrics["repo.band"].value == "calm"
    assert worked["repo-2019"].metrics["repo.band"].value == "stress"


@pytest.mark.parametrize("name", ["tollbooth", "blockade", "empire"])
def test_a_scenario_has_all_its_evidence_in_its_own_scene_and_no_other_has(
    worked: dict[str, Worked], name: str
) -> None:
    found = counts(worked[name])
    supported, against, _ = found[name]
    assert against == 0
    for other, (theirs, contradicted, _) in found.items():
        if other != name:
            assert isinstance(theirs, float)
            assert isinstance(supported, float)
            assert theirs < supported, (other, found)
            assert contradicted, (other, found)


def test_the_oil_label_is_that_of_the_scene(worked: dict[str, Worked]) -> None:
    labels = {name: found.metrics["oil.leg.5d"].value for name, found in worked.items()}
    assert labels["blockade"] == "front-led squeeze"
    assert labels["empire"] == "back-led catch-up"
    assert worked["empire"].metrics["oil.shock"].value == "on"
    assert worked["calm"].metrics["oil.shock"].value == "off"


def test_a_look_back_gives_what_the_timeline_says_of_that_day(
    worked: dict[str, Worked], release: list[Observation], tmp_path: Path
) -> None:
    """From the stored rows alone, by the same path as `snapshot --as-of`."""
    store = Store(tmp_path / "history.sqlite", limit=1_000_000)
    store.open()
    seen = worked["release"].seen
    asked = Names(seen["regime"].asked | seen["verdict"].asked)
    for row in release:
        if row.series in asked:
            store.put(row)
    assert store.flush(60)
    regime, found = worked["release"].pages["regime"], verdict(worked["release"])
    assert isinstance(regime, Regime)
    days = [date(2020, 3, 20), date(2023, 3, 24), *(change_day(NOW) - timedelta(n) for n in (25, 8))]
    for day in days:
        past = asof.session(store, Settings(), day).snapshot()["metrics"]
        end_ms = day_end_ms(day)
        weeks = [week for week in regime.timeline if week.known_ms <= end_ms and week.raw and week.label]
        changes = [change for change in found.changes if change.known_ms <= end_ms]
        stands = day - weeks[-1].day <= timedelta(weeks=13)
        assert past["regime.label"].value == (weeks[-1].label if stands else None), day
        assert past["verdict.state"].value == (changes[-1].after if changes else "NO-TRADE"), day
    store.close()


def test_leaving_out_what_a_page_does_not_ask_for_changes_nothing_of_it(
    worked: dict[str, Worked], release: list[Observation]
) -> None:
    whole = worked["release"]
    for name in whole.pages.keys() - {"studies"}:
        asked = Names(whole.seen[name].asked)
        rows = [row for row in release if row.series in asked]
        assert len(rows) < len(release), name
        found = work_out(Vintages(rows), NOW, Rules(), None, {}, only=(name,))
        assert found.pages[name] == whole.pages[name], name
        assert found.seen[name] == whole.seen[name], name


def change_day(t_ms: int) -> date:
    return datetime.fromtimestamp(t_ms / 1000, ZoneInfo("America/New_York")).date()


def test_the_usual_studies_wait_until_the_history_is_in() -> None:
    state = State({}, sources=SOURCES)
    pages = Pages(state)
    state.slow.unread = Names({"WALCL"})
    early = work_out(*pages.begin(NOW))
    assert "studies" not in early.pages
    pages.adopt(early)
    state.slow.unread = Names()
    later = work_out(*pages.begin(NOW + 10_000))
    assert "studies" in later.pages
    pages.adopt(later)
    assert "studies" not in work_out(*pages.begin(NOW + 20_000)).pages


def test_the_whole_course_of_the_verdict_is_given_once_when_the_past_is_in() -> None:
    kept: list[object] = []
    state = State({}, sources=SOURCES, keep=kept.append)
    pages = Pages(state)
    pages.adopt(work_out(*pages.begin(NOW)))
    assert not any(isinstance(one, Course) for one in kept), "of nothing known there is no course"
    closes = [("2026-10-05", 101.0), ("2026-10-06", 140.0), ("2026-10-07", 102.0)]
    levels = [(f"2026-09-{day:02}", id_, value) for day in (2, 9, 16, 23, 30) for id_, value in QUIET.items()]
    idle = [(f"2026-09-{day}", "SRF", 0.0) for day in (21, 22, 23, 24, 25)]
    rows = [*((day, "MOVE", value) for day, value in closes), *levels, *idle]
    state.slow.add(Observation(id_, day, value, day_end_ms(date.fromisoformat(day)), "x") for day, id_, value in rows)
    state.slow.unread = Names(("WALCL",))
    pages.adopt(work_out(*pages.begin(NOW + 60_000)))
    assert not any(isinstance(one, Course) for one in kept), "while the past is read it is none yet"
    state.slow.unread = Names()
    for minute in (2, 3):
        pages.adopt(work_out(*pages.begin(NOW + minute * 600_000)))
    (course,) = [one for one in kept if isinstance(one, Course)]
    assert [change.after for change in course.changes][:1] == ["ARMED"]
