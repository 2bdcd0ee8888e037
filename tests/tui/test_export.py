"""The file that a pane is exported to: its name, who may read it, and what is in it."""

import os
from datetime import date
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from feeds.topics import Engine
from tests.tui.hosted import view
from tui.export import export, written
from tui.pane import Pane, Said, View


class Showing(Pane):
    title = "showing"

    def show(self, view: View) -> None:
        export(self, "showing", view, ("day", "value"), [(date(2025, 3, 12), 3.65)])


class Exporting(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.pane = Showing()
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_said(self, said: Said) -> None:
        self.said.append(said.word)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def said(*topics: dict[str, object]) -> list[str]:
    app = Exporting()
    async with app.run_test() as pilot:
        for one in topics:
            app.pane.show(view(one))
        await pilot.pause()
        return app.said


async def test_the_name_says_pane_and_time_and_the_footer_where_it_is(here):
    assert await said({}) == [f"exported to {here / 'tidegauge-showing-20250312T143530Z.csv'}"]
    assert [path.name for path in here.iterdir()] == ["tidegauge-showing-20250312T143530Z.csv"]
    assert (here / "tidegauge-showing-20250312T143530Z.csv").read_bytes() == b"day,value\n2025-03-12,3.65\n"


async def test_nobody_else_may_read_it_whatever_the_umask(here):
    before = os.umask(0)
    try:
        await said({})
    finally:
        os.umask(before)
    assert [oct(path.stat().st_mode & 0o777) for path in here.iterdir()] == ["0o600"]


async def test_a_second_export_in_the_same_second_replaces_nothing(here):
    await said({}, {}, {})
    assert sorted(path.name for path in here.iterdir()) == [
        "tidegauge-showing-20250312T143530Z-2.csv",
        "tidegauge-showing-20250312T143530Z-3.csv",
        "tidegauge-showing-20250312T143530Z.csv",
    ]


async def test_a_link_that_somebody_put_there_is_not_written_through(here):
    target = here / "elsewhere"
    (here / "tidegauge-showing-20250312T143530Z.csv").symlink_to(target)
    assert await said({}) == [f"exported to {here / 'tidegauge-showing-20250312T143530Z-2.csv'}"]
    assert not target.exists()


@pytest.mark.parametrize("mode", ["demo", "replay"])
async def test_what_is_not_live_says_so_in_the_name(here, mode):
    await said({"engine": Engine(mode, "calm", 0, False)})
    assert [path.name for path in here.iterdir()] == [f"tidegauge-{mode}-showing-20250312T143530Z.csv"]


async def test_a_live_one_has_the_plain_name(here):
    await said({"engine": Engine("live", "", 0, True)})
    assert [path.name for path in here.iterdir()] == ["tidegauge-showing-20250312T143530Z.csv"]


async def test_a_folder_that_is_gone_is_told(here):
    here.rmdir()
    assert await said({}) == ["not exported: No such file or directory"]


def test_numbers_are_whole_and_what_is_not_known_is_an_empty_cell():
    rows = [("share", 45.833333333333336, None), ("stress", -1.0, 0.0), ("count", 3, 1e21)]
    assert written(("name", "one", "two"), rows) == (
        "name,one,two\nshare,45.833333333333336,\nstress,-1,0\ncount,3,1e+21\n"
    )


def test_text_from_outside_is_one_line_quoted_and_never_a_formula():
    rows = [('=HYPERLINK("http://x")',), ("+1",), ("-1",), ("@x",), ("a,b\n\x1b[2Jc",)]
    assert written(("note",), rows) == ('note\n"\'=HYPERLINK(""http://x"")"\n\'+1\n\'-1\n\'@x\n"a,b c"\n')
