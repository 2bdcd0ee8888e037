"""A slow world of a few numbers that stands still, and the sites of its publishers without a socket."""

import json
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from feeds.simulate.http import Answer, Request
from feeds.simulate.publishers import Faults, sites
from feeds.source import Ask


class Small:
    """Points as (ISO date, value). `clock`: what time it is in UTC on `today`."""

    def __init__(
        self,
        points: dict[str, list[tuple[str, float]]],
        today: str = "2026-11-20",
        funds: tuple[str, ...] = (),
        clock: str = "15:00:00",
    ) -> None:
        self._points = {id_: [(date.fromisoformat(day), v) for day, v in rows] for id_, rows in points.items()}
        self._today, self._funds = date.fromisoformat(today), funds
        self._now = datetime.fromisoformat(f"{today}T{clock}+00:00")

    def now_ms(self) -> int:
        return int(self._now.timestamp()) * 1000

    def today(self) -> date:
        return self._today

    def points(self, series: str) -> list[tuple[date, float]]:
        return self._points.get(series, [])

    def funds(self) -> tuple[str, ...]:
        return self._funds

    def add(self, series: str, day: str, value: float) -> None:
        self._points[series] = [*self.points(series), (date.fromisoformat(day), value)]


class Asked:
    """Asks the sites of a world by their addresses."""

    def __init__(self, world: Small, faults: Faults | None = None) -> None:
        self._sites = sites(world, faults)

    def __call__(self, name: str, address: str, headers: dict[str, str] | None = None, body: str = "") -> Answer:
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        small = {header.lower(): value for header, value in (headers or {}).items()}
        method = "POST" if body else "GET"
        return self._sites[name](Request(method, parts.path, query, body.encode(), small))

    def ask(self, name: str, ask: Ask) -> Answer:
        """As the program asks."""
        return self(name, ask.url, ask.headers, ask.body or "")

    def text(self, name: str, address: str, headers: dict[str, str] | None = None, body: str = "") -> str:
        """The body of an answer that has status 200."""
        answer = self(name, address, headers, body)
        assert answer.status == 200, answer
        return answer.data.decode()

    def json(self, name: str, address: str, headers: dict[str, str] | None = None, body: str = "") -> Any:
        return json.loads(self.text(name, address, headers, body))
