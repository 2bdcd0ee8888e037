"""`tidegauge study`, on series that a user has imported."""

from datetime import date, timedelta

from tests.e2e.world import World

FIRST = date(2025, 1, 1)
DAYS = 120


def csv() -> str:
    """Bitcoin that gains a dollar a day from 100 on, and a MOVE that is at 140 on the 10th day and at 100 else."""
    lines = ["series,period,value,known"]
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        closed = day + timedelta(days=1)
        lines.append(f"BTC,{day},{100 + n},{closed}T00:00:00Z")
        lines.append(f"MOVE,{day},{140 if n == 10 else 100},{day}T22:00:00Z")
    return "\n".join(lines) + "\n"


async def filled(world: World) -> None:
    file = world.home / "own.csv"
    file.write_text(csv())
    world.settings({})
    done = await world.run("import", file)
    assert done.code == 0, done.err


async def test_a_study_tells_when_a_rule_fired_what_followed_and_that_once_is_too_few(world: World) -> None:
    await filled(world)
    done = await world.run("study", "MOVE", "above", "130")
    assert (done.code, done.err) == (0, "")
    lines = done.text.splitlines()
    assert lines[:2] == ["MOVE above 130   (MOVE, index)", "120 values, 2025-01-01 to 2025-04-30"]
    assert ">>>>  n = 1  <<<<" in lines
    assert any(line.split()[:6] == ["bitcoin", "5", "1", "0", "1", "+4.55"] for line in lines)
    row = ["2025-01-11", "140", "2025-01-11", "22:00", "2025-01-11", "+4.55", "+18.18", "+54.55"]
    assert row in [line.split() for line in lines]
    assert "n = 1: too few to say anything" in lines


async def test_the_document_has_each_firing_and_each_cell(world: World) -> None:
    await filled(world)
    done = await world.run("study", "--json", "move above 130")
    assert done.code == 0
    document = done.json
    assert document["seen"] == DAYS
    assert [(one["day"], one["value"], one["entry"]) for one in document["fired"]] == [
        ("2025-01-11", 140.0, "2025-01-11")
    ]
    assert [(one["outcome"], one["days"]) for one in document["cells"]] == [
        (outcome, days) for outcome in ("btc", "netliq", "dollar") for days in (5, 20, 60)
    ]
    assert document["cells"][0]["all"]["n"] == DAYS - 5
    assert (document["cells"][0]["says"], document["cells"][0]["low"]) == ("too few", None)


async def test_without_a_rule_the_triggers_of_the_verdict_are_studied_and_what_there_is_is_listed(world: World) -> None:
    await filled(world)
    done = await world.run("study")
    assert (done.code, done.err) == (0, "")
    lines = done.text.splitlines()
    assert [line.split()[:4] for line in lines if line.startswith("verdict.move")] == [
        ["verdict.move", "changes", "on", "1"]
    ]
    assert any(line.startswith("verdict.oil changes on") and line.endswith("nothing of it is known") for line in lines)
    assert any(line.startswith("metrics with a past: repo.stress, repo.band,") for line in lines)
    assert lines[-1] == "and each of the 2 series of the history, such as MOVE or WALCL, in its own unit"


async def test_what_is_no_rule_is_wrong_usage_and_what_is_not_known_is_no_data(world: World) -> None:
    empty = await world.run("study", "MOVE above 130")
    assert (empty.code, empty.out) == (4, b"")
    assert "the history holds no series yet" in empty.err
    await filled(world)
    wrong = await world.run("study", "MOVE over 130")
    assert (wrong.code, wrong.out) == (2, b"")
    assert "is no rule like 'MOVE above 130'" in wrong.err
    unknown = await world.run("study", "FOO above 130")
    assert (unknown.code, unknown.out) == (2, b"")
    assert "'FOO' is no series" in unknown.err
    missing = await world.run("study", "DXY above 100")
    assert missing.code == 4
    assert "nothing of it is known" in missing.text
