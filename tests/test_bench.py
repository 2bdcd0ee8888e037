import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.soak import slope

pytestmark = pytest.mark.timeout(300)  # a program that measures for seconds, on a machine that may be busy
ROOT = Path(__file__).parents[1]


def bench(*argv: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    command = [sys.executable, "-m", "tests.bench", "--quick", *argv]
    return subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)


def test_a_quick_run_prints_rows_and_keeps_them(tmp_path: Path) -> None:
    kept = tmp_path / "rows.json"
    done = bench("--only", "decode", "status", "cpu.engine.quiet", "--json", str(kept))
    assert done.returncode == 0, done.stderr
    document = json.loads(kept.read_bytes())
    rows = {row["name"]: row for row in document["rows"]}
    assert list(rows) == ["decode", "decode.publish", "status", "status.over_python", "cpu.engine.quiet"]
    assert all(row["value"] > 0 for row in rows.values())
    assert (rows["decode"]["unit"], rows["decode"]["target"]) == ("frames/s", "≥ 3 ×")
    assert (rows["status"]["unit"], rows["status"]["target"]) == ("ms", "≤ 100 ms")
    assert rows["status"]["met"] is (rows["status"]["value"] <= 100)
    assert document["quick"] is True
    heading, *lines = done.stdout.splitlines()
    assert heading.split() == ["name", "value", "unit", "target", "ratio", "met", "note"]
    assert [line.split()[0] for line in lines] == list(rows)


def test_a_soak_says_by_how_much_each_process_grows_in_an_hour(tmp_path: Path) -> None:
    kept = tmp_path / "rows.json"
    done = bench("--soak", "--minutes", "0.02", "--hours", "0.05", "--json", str(kept))
    assert done.returncode == 0, done.stdout
    rows = {row["name"]: row for row in json.loads(kept.read_bytes())["rows"]}
    assert {name: row["unit"] for name, row in rows.items()} == {
        "soak.engine": "MB/h",
        "soak.viewer": "MB/h",
        "soak.day": "MB/h",
    }
    assert " MB in 0.05 h, at most " in rows["soak.day"]["note"]


def test_growth_is_by_the_hour_and_without_its_first_quarter() -> None:
    assert slope([(0.0, 10.0), (0.25, 50.0), (0.5, 50.5), (0.75, 51.0)]) == 2.0


def test_a_name_that_no_row_has_is_wrong_usage() -> None:
    assert bench("--only", "nonsense").returncode == 2
