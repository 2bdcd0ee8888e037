"""The layer rule: lower never imports higher. Each module is imported alone, in a process of its own."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS: tuple[tuple[str, ...], ...] = (
    ("facts", "life", "topics", "text", "answers", "unread"),
    (
        "vintages",
        "doubt",
        "magnitude",
        "interruptions",
        "timeliness",
        "calendars",
        "fomc",
        "series",
        "venue",
        "source",
        "venues",
        "sources",
        "signals",
    ),
    (
        "wire",
        "decode",
        "bars",
        "columns",
        "seen",
        "liquidated",
        "cascades",
        "positions",
        "prices",
        "health",
        "our_clock",
        "venue_clock",
        "heard",
        "slow",
        "scales",
        "incidents",
        "due",
        "filling",
        "possible",
        "parts",
        "witness",
        "checkup",
    ),
    ("state", "views", "session", "replay", "clock"),
    ("network", "paths", "layers", "settings", "stream", "poll", "store", "simulate"),
    ("watchdog", "backfill", "gather", "hearing", "serve", "attach", "loop", "engine", "examine", "run", "asof"),
    ("cli", "words"),
)
"""From low to high. A module may import its own layer and those below it."""

ONLY = {
    "websockets": ("feeds.stream", "feeds.simulate"),
    "httpx": ("feeds.poll",),
    "sqlite3": ("feeds.store",),
    "pandas": ("feeds.signals",),
    "textual": ("tui",),
    "plotext": ("tui.widgets.chart",),
}
"""Who may import what from outside; everyone else gets it only through them."""
WANTED = (
    *("html", "http.server", "sqlite3", "statistics", "sysconfig", "zoneinfo"),
    *("httpx", "holidays", "msgspec", "selectolax.lexbor", "websockets.asyncio.client", "websockets.asyncio.server"),
)
"""Libraries that most of what collects loads, and none of which is or loads the screen."""


def modules(package: str) -> list[str]:
    files = sorted((ROOT / package).rglob("*.py"))
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def layer(module: str) -> int | None:
    part = module.split(".")[1] if "." in module else ""
    return next((i for i, names in enumerate(LAYERS) if part in names), None)


@cache
def loaded(package: str, *ready: str) -> dict[str, list[str]]:
    """What each module of a package loads of the project and of the libraries watched, each in an interpreter of its
    own, in which the libraries that are `ready` are loaded beforehand: most modules want them.
    """
    names = modules(package)
    code = (
        "import gc, json, sys, importlib, os\n"
        "watched = ('feeds', 'tui', *sys.argv[1].split(','))\n"
        f"for name in {ready}: importlib.import_module(name)\n"
        "assert not {'feeds', 'tui'} & set(sys.modules)\n"
        "gc.freeze(); gc.disable()\n"  # so that a child copies no page only to count
        "out = {}\n"
        "for name in sys.argv[2:]:\n"
        "    r, w = os.pipe()\n"
        "    if os.fork() == 0:\n"
        "        importlib.import_module(name)\n"
        "        found = [m for m in sys.modules if m.split('.')[0] in watched]\n"
        "        os.write(w, json.dumps(found).encode()); os._exit(0)\n"
        "    os.close(w)\n"
        "    with os.fdopen(r) as pipe: text = pipe.read()\n"
        "    assert os.wait()[1] == 0, name\n"
        "    out[name] = json.loads(text)\n"
        "print(json.dumps(out))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, ",".join(ONLY), *names], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


FEEDS = modules("feeds")


@pytest.mark.parametrize("module", [name for name in FEEDS if name != "feeds"])
def test_every_module_stands_in_a_layer_and_imports_none_above(module: str) -> None:
    own = layer(module)
    assert own is not None, f"{module} stands in no layer"
    above = [m for m in loaded("feeds", *WANTED)[module] if m.startswith("feeds.") and (layer(m) or 0) > own]
    assert above == []


@pytest.mark.parametrize("module", FEEDS)
def test_what_collects_never_imports_the_screen(module: str) -> None:
    assert [m for m in loaded("feeds", *WANTED)[module] if m.split(".")[0] in ("tui", "textual", "plotext")] == []


def test_the_screen_imports_only_topics_text_and_settings_of_the_feeds() -> None:
    allowed = {"feeds", "feeds.topics", "feeds.text", "feeds.settings", "feeds.facts", "feeds.layers", "feeds.paths"}
    allowed |= {"feeds.life"}  # by which the settings leave closed venues out
    allowed |= {"feeds.signals", "feeds.signals.rules", "feeds.signals.thresholds"}  # which the settings hold
    for module, found in loaded("tui", "textual.app", "textual.widgets").items():
        feeds = {m for m in found if m.split(".")[0] == "feeds" and not m.startswith("feeds.topics.")}
        assert feeds <= allowed, module


@pytest.mark.parametrize("library", ONLY)
def test_a_library_is_imported_by_its_owner_only(library: str) -> None:
    importing = []
    for name in [*modules("feeds"), *modules("tui")]:
        path = ROOT / Path(*name.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        lines = file.read_text().splitlines()
        if any(
            line.split()[:2][-1].split(".")[0] == library
            for line in map(str.strip, lines)
            if line.startswith(("import ", "from "))
        ):
            importing.append(name)
    assert [name for name in importing if not name.startswith(ONLY[library])] == []
