"""The first start: an engine without a history asks all publishers for all of theirs, as it would the real ones."""

import time
from collections.abc import Iterator

from tests.bench.market import MarketProcess
from tests.bench.pace import Pace
from tests.bench.processes import cpu_s, pss_mb, rss_mb
from tests.bench.rig import Rig, wait_for
from tests.bench.rows import Row

LONGEST_S = 300.0
AFTER_S = 15.0
"""By then all pages have been worked out of the whole history."""


def rows(pace: Pace) -> Iterator[Row]:
    """What the engine has spent and holds once the history is in."""
    if not pace.publishers:
        return
    with MarketProcess("quiet", apart=True) as market:
        began = time.monotonic()
        with Rig(market.endpoints) as rig:
            wait_for(lambda: _filled(rig), "history of the slow series", LONGEST_S)
            spent = time.monotonic() - began
            time.sleep(AFTER_S)
            known = sum(row.value is not None for row in rig.macro().rows)
            yield Row("fill", spent, "s", note=f"{known} series, each publisher asked no faster than it is spared")
            yield Row("fill.cpu", cpu_s(rig.pid), "s", note=f"of the engine, by {AFTER_S:g} s after")
            yield Row(
                "memory.engine.fill", rss_mb(rig.pid), "MB RSS", 100.0, note=f"then; {pss_mb(rig.pid):.1f} MB PSS"
            )


def _filled(rig: Rig) -> bool:
    macro = rig.macro()
    return macro.filled == macro.to_fill and any(row.state == "fresh" for row in macro.sources)
