"""A real Textual app around one widget, and what it shows, read back from its screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from feeds.topics import Metric, Total
from tui.pane import Pane, View

NOW = 1_741_790_130_000  # 2025-03-12 14:35:30 UTC
MINUTE = 60_000


class Hosted(App[None]):
    CSS = "Screen { overflow: hidden; }"

    def __init__(self, widget: Widget) -> None:
        super().__init__(ansi_color=True)
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


@asynccontextmanager
async def hosted(widget: Widget, width: int, height: int) -> AsyncIterator[Pilot[None]]:
    """The widget on a screen of that size, without a border; focused if it can be."""
    async with Hosted(widget).run_test(size=(width, height)) as pilot:
        widget.focus()
        await pilot.pause()
        yield pilot


def text_of(pilot: Pilot[Any]) -> list[str]:
    """The rows of the screen, as they would be written to a terminal."""
    strips = pilot.app.screen._compositor.render_strips()
    return [strip.text.rstrip() for strip in strips]


def styles_of(pilot: Pilot[Any], row: int) -> list[tuple[str, str]]:
    """One row of the screen as pieces of text, each with its style in words; blanks left out."""
    strip = pilot.app.screen._compositor.render_strips()[row]
    return [(segment.text, str(segment.style)) for segment in strip if segment.text.strip()]


def dirty_rows(widget: Widget) -> set[int]:
    """The rows that the last drawing asked to be repainted; read before the app goes on."""
    return {y for region in widget._repaint_regions for y in range(region.y, region.bottom)}


def view(topics: dict[str, Any], now_ms: int = NOW) -> View:
    return View(topics, frozenset(topics), now_ms, UTC)


async def shown(pane: Pane, topics: dict[str, Any], width: int, height: int, *keys: str) -> list[str]:
    """What a pane shows of these topics after these keys."""
    async with hosted(pane, width, height) as pilot:
        pane.show(view(topics))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return text_of(pilot)


def metric(value: float | None, state: str = "fresh", age: int = 400, **parts: str) -> Metric:
    as_of = None if value is None else NOW - age
    return Metric(value, parts.pop("unit", "USD"), as_of, parts.pop("source", ""), state, **parts)


def total(long_usd: float | None, short_usd: float | None) -> Total:
    """A total whose bitcoin and counts follow from its dollars: $50,000 a coin, $10,000 an event."""
    if long_usd is None or short_usd is None:
        return Total(None, None, None, None, None, None)
    return Total(
        long_usd, short_usd, long_usd / 50_000, short_usd / 50_000, int(long_usd / 10_000), int(short_usd / 10_000)
    )
