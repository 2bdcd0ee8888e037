import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def bench(*argv: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    command = [sys.executable, "-m", "tests.bench", "--quick", *argv]
    return subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=30, check=False)


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


def test_a_name_that_no_row_has_is_wrong_usage() -> None:
    assert bench("--only", "nonsense").returncode == 2
