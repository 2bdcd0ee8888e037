"""What a process has used, from /proc. Elsewhere than on Linux nothing of this can be said."""

import os
import re
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Seconds of processor time of all threads, in user and in system mode; its children are not in it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def rss_mb(pid: int) -> float:
    """Resident memory, shared pages counted in full; millions of bytes."""
    return _kb(Path(f"/proc/{pid}/status"), "VmRSS")


def pss_mb(pid: int) -> float:
    """Resident memory, pages that n processes share counted as 1/n; millions of bytes."""
    return _kb(Path(f"/proc/{pid}/smaps_rollup"), "Pss")


def _kb(path: Path, field: str) -> float:
    found = re.search(rf"^{field}:\s+(\d+) kB$", path.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024 / 1e6
