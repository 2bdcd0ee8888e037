"""`tidegauge import`: a user's own series, whole or not at all."""

import csv
import io
import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.world import Done, World

KNOWN = "series,period,value,known\n"


async def take(world: World, text: str | bytes, name: str = "own.csv") -> Done:
    file = world.home / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return await world.run("import", file)


async def export(world: World, *names: str, vintages: bool = True) -> list[tuple[str, str, str, str]]:
    """Series, period, value and since when, of each row."""
    done = await world.run("export", *names, *(["--vintages"] * vintages))
    return [
        (row["series"], row["period"], row["value"], row["known"]) for row in csv.DictReader(io.StringIO(done.text))
    ]


async def test_one_row_for_each_value(world: World) -> None:
    done = await take(world, f"{KNOWN}MINE,2025-10-30,1.5,\nmine,2025-10-31,-2e3,2025-11-03T09:30:00-05:00\n")
    assert (done.code, done.err) == (0, "")
    assert done.text == "MINE                      2 values, 2 new, 2025-10-30 to 2025-10-31\n"
    assert await export(world, "MINE") == [
        ("MINE", "2025-10-30", "1.5", "2025-10-31T03:59:59.999Z"),  # the end of its day in New York
        ("MINE", "2025-10-31", "-2000", "2025-11-03T14:30:00Z"),
    ]


async def test_a_column_of_dates_and_one_for_each_series(world: World) -> None:
    done = await take(world, "\ufeffDate,MINE,Yours\r\n2025-10-30,1,\r\n2025-10-31,2,NA\r\n2025-11-03,.,7\r\n\r\n")
    assert (done.code, done.err) == (0, "")
    assert [row[:3] for row in await export(world, "MINE", "YOURS")] == [
        ("MINE", "2025-10-30", "1"),
        ("MINE", "2025-10-31", "2"),
        ("YOURS", "2025-11-03", "7"),
    ]


async def test_columns_stand_in_any_order_with_others_among_them(world: World) -> None:
    done = await take(world, 'note,value,Period,SERIES\n"mine, of course","1,234.5",2025-10-31T00:00:00,MINE\n')
    assert done.code == 0
    assert [row[:3] for row in await export(world, "MINE")] == [("MINE", "2025-10-31", "1234.5")]


async def test_a_series_of_the_table_counts_as_known_when_it_was_due(world: World) -> None:
    done = await take(
        world,
        "series,period,value\n"
        "SOFR,2025-11-05,3.91\nWALCL,2025-11-05,6573000\nCPIAUCSL,2025-09-01,324.4\nCPIAUCSL,2025-08-01,323.4\n",
    )
    assert done.code == 0
    assert await export(world, "SOFR", "WALCL", "CPIAUCSL") == [
        ("CPIAUCSL", "2025-08-01", "323.4", "2025-09-19T12:30:00Z"),  # the 12th, and the week by which it is only usual
        ("CPIAUCSL", "2025-09-01", "324.4", "2025-10-25T03:59:59.999Z"),  # the shutdown
        ("SOFR", "2025-11-05", "3.91", "2025-11-06T13:00:00Z"),
        ("WALCL", "2025-11-05", "6573000", "2025-11-06T21:30:00Z"),
    ]


async def test_a_day_as_the_time_since_when_it_is_known_is_its_end_in_new_york(world: World) -> None:
    await take(world, f"{KNOWN}MINE,2025-07-01,1,2025-07-15\nMINE,2025-07-02,2,2025-07-15T12:00\n")
    assert [row[3] for row in await export(world, "MINE")] == ["2025-07-16T03:59:59.999Z", "2025-07-15T12:00:00Z"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("MINE,2025-10-31,abc", "'abc' is no number of MINE"),
        ("MINE,2025-10-31,NaN%", "'NaN%' is no number of MINE"),
        ("MINE,2025-10-31,inf", "'inf' is no number of MINE"),
        ("MINE,2025-10-31,1e999", "'1e999' is no number of MINE"),
        ('MINE,2025-10-31,"3,64"', "'3,64' is no number of MINE"),
        ("MINE,2025-10-31,1_000", "'1_000' is no number of MINE"),
        ("MINE,2025-10-31,$5", "'$5' is no number of MINE"),
        ("MINE,2025-10-31,.", None),
        ("MINE,31.10.2025,1", "'31.10.2025' is no date like 2025-10-31"),
        ("MINE,10/31/2025,1", "'10/31/2025' is no date like 2025-10-31"),
        ("MINE,2025-02-30,1", "'2025-02-30' is no date like 2025-10-31"),
        ("MINE,2025-10-311,1", "'2025-10-311' is no date like 2025-10-31"),
        ("MINE,2099-10-31,1", "2099-10-31 is yet to come"),
        ("MY SERIES,2025-10-31,1", "'MY SERIES' is no name for a series: letters, digits and . _ = ^ -"),
        (",2025-10-31,1", "'' is no name for a series"),
        ("MINE,2025-10-31,1,234", "4 cells, where the first line has 3"),
        ("MINE,2025-10-31", "2 cells, where the first line has 3"),
        ("SOFR,2025-10-31,391", "391 is no value of SOFR in % (-1 to 25)"),
        ("WALCL,2025-10-29,6590", "6,590 is no value of WALCL in $M (400,000 to 20,000,000)"),
        ("CPIAUCSL,2025-09-30,324", "2025-09-30 is not the first day of a month, by which CPIAUCSL is dated"),
        ("GDPC1,2025-08-01,24000", "2025-08-01 is not the first day of a quarter, by which GDPC1 is dated"),
        ("MINE,2025-10-30,2", "another value of MINE for 2025-10-30 stands before it"),
    ],
)
async def test_one_bad_cell_refuses_the_whole_file_and_is_told_with_its_line(
    world: World, line: str, why: str | None
) -> None:
    done = await take(world, f"series,period,value\nMINE,2025-10-30,1\n\n{line}\nMINE,2025-11-03,3\n")
    if why is None:
        assert done.code == 0
        return
    file = world.home / "own.csv"
    assert (done.code, done.out) == (1, b"")
    first, last = done.err.splitlines()
    assert first.startswith(f"tidegauge: {file}, line 4: {why}")
    assert last == f"tidegauge: 1 lines of {file} cannot be believed: nothing was imported"
    assert not world.places.data.exists()


async def test_a_time_that_is_none_is_refused(world: World) -> None:
    done = await take(world, f"{KNOWN}MINE,2025-10-31,1,yesterday\n")
    assert done.code == 1
    assert "line 2: 'yesterday' is no time like 2025-10-31T20:00:00Z" in done.err


async def test_of_many_bad_cells_ten_are_told_one_by_one(world: World) -> None:
    done = await take(world, "Date,MINE\n" + "2025-10-31,x\n" * 25)
    assert done.code == 1
    assert done.err.count("'x' is no number of MINE") == 10
    assert "tidegauge: 25 lines of " in done.err


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("", 1, "no columns series, period and value, and no dates with a series beside them"),
        ("one column\n1\n", 1, "no columns series, period and value"),
        ("series,period,value\n", 4, "holds no value"),
        ("Date,MINE\n2025-10-31,\n", 4, "holds no value"),
        (b"\x00\x01\xff\xfe" * 50, 1, "cannot be believed"),
        ('series,period,value\nMINE,2025-10-31,"' + "1" * 200_000 + '"\n', 1, "no CSV: field larger than field limit"),
        ("<html>\n<p>Sign in, please</p>\n</html>\n", 1, "cannot be believed"),
    ],
)
async def test_what_is_no_table_is_refused(world: World, content: str | bytes, code: int, said: str) -> None:
    done = await take(world, content)
    assert (done.code, done.out) == (code, b"")
    assert said in done.err


async def test_a_file_that_is_not_there(world: World) -> None:
    done = await world.run("import", world.home / "nowhere.csv")
    assert (done.code, done.err) == (1, f"tidegauge: {world.home / 'nowhere.csv'}: No such file or directory\n")


async def test_the_same_file_again_brings_nothing_new(world: World) -> None:
    text = "series,period,value\nMINE,2025-10-30,1\nMINE,2025-10-31,2\n"
    await take(world, text)
    done = await take(world, text)
    assert done.text == "MINE                      2 values, 0 new, 2025-10-30 to 2025-10-31\n"
    assert len(await export(world, "MINE")) == 2


async def test_a_file_that_was_corrected_corrects_from_now_on(world: World) -> None:
    before = datetime.now(UTC)
    await take(world, "series,period,value\nMINE,2025-10-30,1\nMINE,2025-10-31,2\n")
    done = await take(world, "series,period,value\nMINE,2025-10-30,1\nMINE,2025-10-31,3\n")
    assert done.text == "MINE                      2 values, 1 new, 2025-10-30 to 2025-10-31\n"
    _, first, second = await export(world, "MINE")
    assert first == ("MINE", "2025-10-31", "2", "2025-11-01T03:59:59.999Z")
    assert second[:3] == ("MINE", "2025-10-31", "3")
    assert before - timedelta(seconds=1) < datetime.fromisoformat(second[3]) <= datetime.now(UTC)
    assert [row[2] for row in await export(world, "MINE", vintages=False)] == ["1", "3"]


async def test_vintages_of_one_period_are_told_by_when_each_was_known(world: World) -> None:
    third, first, second = (f"GDPC1,2025-04-01,{value},{day}\n" for value, day in (
        ("23770.5", "2025-09-25"), ("23685.3", "2025-07-30"), ("23703.8", "2025-08-28")))  # fmt: skip
    assert (await take(world, KNOWN + third)).code == 0
    assert (await take(world, KNOWN + second + first)).code == 0  # older ones go before it
    assert [row[2] for row in await export(world, "GDPC1")] == ["23685.3", "23703.8", "23770.5"]
    assert [row[2] for row in await export(world, "GDPC1", vintages=False)] == ["23770.5"]


async def test_two_values_known_since_the_same_time_contradict_each_other(world: World) -> None:
    await take(world, f"{KNOWN}MINE,2025-10-30,1,2025-11-01\n")
    done = await take(world, f"{KNOWN}MINE,2025-10-29,5,2025-11-01\nMINE,2025-10-30,2,2025-11-01\n")
    assert (done.code, done.out) == (1, b"")
    assert done.err == (
        "tidegauge: MINE of 2025-10-30 is known with another value since the same time: nothing was imported\n"
    )
    assert [row[1:3] for row in await export(world, "MINE")] == [("2025-10-30", "1")]


async def test_many_rows_are_all_stored(world: World) -> None:
    days = [datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(1_010)]
    names = [f"S{n}" for n in range(100)]
    lines = [f"{day:%Y-%m-%d}," + ",".join(str(n) for n in range(100)) for day in days]
    done = await take(world, "\n".join([",".join(["Date", *names]), *lines]))
    assert done.code == 0
    exported = await world.run("export", "observation")
    assert len(exported.text.splitlines()) == 101_001


async def test_what_was_imported_is_the_user_s_alone(world: World) -> None:
    await take(world, "series,period,value\nMINE,2025-10-31,1\n")
    files = [file for file in world.places.data.iterdir() if file.is_file()]
    assert {file.name for file in files} >= {"history.sqlite"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_a_file_of_today_is_read_afterwards_and_one_that_says_when_each_value_was_known_is_not(
    world: World,
) -> None:
    file = world.home / "jobs.csv"
    file.write_text(
        "series,period,value,known,quality\n"
        "UNRATE,2023-07-01,3.5,,\n"
        "UNRATE,2023-08-01,3.8,2023-09-01T12:30:00Z,\n"
        "UNRATE,2023-09-01,3.8,2023-10-06T12:30:00Z,later\n"
    )
    assert (await world.run("import", file)).code == 0
    done = await world.run("export", "UNRATE", "--as-of", "2023-12-31", "--format", "json")
    assert [(row["period"], row["quality"]) for row in json.loads(done.out)] == [
        ("2023-07-01", "later"),
        ("2023-08-01", "exact"),
        ("2023-09-01", "later"),
    ]


async def test_the_user_s_word_confirms_a_value_that_is_doubted(world: World) -> None:
    stored = "".join(f"SOFR,2025-11-{day:02},{value},\n" for day, value in ((5, 3.91), (6, 3.92), (7, 0.0391)))
    await take(world, f"{KNOWN}{stored}")
    with closing(sqlite3.connect(world.home / "data" / "history.sqlite")) as db, db:
        db.execute("UPDATE observation SET source = 'nyfed'")
    assert [row[2] for row in await export(world, "SOFR", vintages=False)] == ["3.91", "3.92"]
    assert [row[2] for row in await export(world, "SOFR")] == ["3.91", "3.92", "0.0391"]
    done = await take(world, "series,period,value\nSOFR,2025-11-07,0.0391\n")
    assert done.text == "SOFR                      1 values, 1 new, 2025-11-07 to 2025-11-07\n"
    assert [row[2] for row in await export(world, "SOFR", vintages=False)] == ["3.91", "3.92", "0.0391"]


async def test_a_series_that_the_settings_trust_is_never_doubted(world: World) -> None:
    await take(world, f"{KNOWN}SOFR,2025-11-05,3.91,\nSOFR,2025-11-06,3.92,\nSOFR,2025-11-07,0.0391,\n")
    with closing(sqlite3.connect(world.home / "data" / "history.sqlite")) as db, db:
        db.execute("UPDATE observation SET source = 'nyfed'")
    world.settings({}, sources={"believe": ["SOFR"]})
    assert [row[2] for row in await export(world, "SOFR", vintages=False)] == ["3.91", "3.92", "0.0391"]
