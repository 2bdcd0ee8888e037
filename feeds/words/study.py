"""`tidegauge study [RULE]`: what followed each time a rule fired, and whether it deserves attention."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from feeds.clock import Clock
from feeds.run import say
from feeds.settings import Settings, SettingsError, load, paths
from feeds.signals.histories import HISTORIES, Record
from feeds.signals.studies import READY
from feeds.signals.study import study
from feeds.signals.study_rule import RuleError
from feeds.store import Store
from feeds.text import UNKNOWN
from feeds.topics.study import Cell, Fired, Spread, Study
from feeds.vintages import Vintages

DAYS = 20
"""Of these bitcoin's move is told in the list."""
SHOWN = 12
"""Firings that are told one by one."""


def options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "A rule is METRIC above|below|crosses|changes [VALUE]: 'MOVE above 130', 'repo.band changes', 'WALCL below "
        "6500000'. METRIC is a series of the history, in its own unit, or a metric with a past. Without a rule: the "
        "triggers of the verdict and a few others, and what there is to ask for."
    )
    parser.add_argument("rule", nargs="*", metavar="RULE")
    parser.add_argument("--json", action="store_true", help="all of it as one JSON document")


def run(args: argparse.Namespace) -> int:
    settings = load(config=args.config, environ=os.environ, overrides={})
    store = Store(paths(os.environ).data / "history.sqlite", keep_days=settings.history.keep_days)
    try:
        rows, trouble = Vintages(store.observations(), settings.sources.believe), store.notice
    finally:
        store.close()
    if trouble:
        say(trouble)
        return 1
    if not rows.series():
        say("the history holds no series yet: run tidegauge, or tidegauge poll")
        return 4
    record = Record(rows, Clock().now_ms(), settings.signals)
    try:
        studies = _asked(" ".join(args.rule), record, settings)
    except RuleError as error:
        raise SettingsError(str(error)) from None
    if args.json:
        _json(studies if not args.rule else studies[0])
    else:
        least = settings.signals.study.least_events
        told = _whole(studies[0], least) if args.rule else _list(studies, len(rows.series()))
        for line in told:
            print(line.rstrip())
    return 0 if any(one.seen for one in studies) else 4


def _asked(rule: str, record: Record, settings: Settings) -> list[Study]:
    return [study(one, record, settings.signals.study) for one in ([rule] if rule else READY)]


def _json(document: Study | list[Study]) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def _whole(found: Study, least: int) -> Iterator[str]:
    """One study as a page of text."""
    yield f"{found.rule}   ({found.label}{f', {found.unit}' if found.unit else ''})"
    if found.seen:
        yield f"{found.seen:,} values, {found.first} to {found.last}"
        few = len(found.fired) < least
        yield f"\n>>>>  n = {len(found.fired)}  <<<<\n" if few else f"fired {len(found.fired):,} times"
    if found.fired:
        yield from _table(found.cells)
        yield ""
        yield from _firings(found)
        yield ""
    yield from found.answer
    yield ""
    yield from (f"- {note}" for note in found.notes)


def _table(cells: Sequence[Cell]) -> Iterator[str]:
    yield f"{'':17}{'after it fired':^36}  {'all days':^27}  {'difference of means':^28}"
    spread = f"{'median':>8}{'mean':>8}{'up':>5}"
    yield f"{'':13}{'days':>4}{'n':>5}{'open':>5}{'apart':>6}{spread}  {'n':>6}{spread}{'points':>9}{'interval':>19}"
    for cell in cells:
        n = cell.fired.n if cell.fired else 0
        every = cell.all.n if cell.all else 0
        yield (
            f"{cell.label:13}{cell.days:4}{n:5}{cell.open:5}{cell.apart:6}{_spread(cell.fired)}"
            f"  {every:6,}{_spread(cell.all)}{_signed(cell.difference):>9}{_between(cell):>19}  {cell.says}"
        )


def _spread(of: Spread | None) -> str:
    if of is None:
        return f"{UNKNOWN:>8}{UNKNOWN:>8}{UNKNOWN:>5}"
    return f"{_signed(of.median):>8}{_signed(of.mean):>8}{f'{of.up:.0f}%':>5}"


def _between(cell: Cell) -> str:
    return UNKNOWN if cell.low is None else f"{_signed(cell.low)} to {_signed(cell.high)}"


def _signed(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.2f}"


def _firings(found: Study) -> Iterator[str]:
    """The newest firings with what bitcoin did; all of them are in the document."""
    ahead = [at for at, cell in enumerate(found.cells) if cell.outcome == "btc"]
    columns = "".join(f"{f'btc {found.cells[at].days} d':>10}" for at in ahead)
    yield f"{'fired for':12}{'value':>12}  {'known (UTC)':18}{'entry':10}{columns}"
    if len(found.fired) > SHOWN:
        yield f"... {len(found.fired) - SHOWN} before these; --json tells all of them"
    for one in found.fired[-SHOWN:]:
        yield _fired(one, ahead)


def _fired(one: Fired, ahead: Sequence[int]) -> str:
    known = datetime.fromtimestamp(one.known_ms / 1000, UTC)
    value = one.value if isinstance(one.value, str) else f"{round(one.value, 4):,.12g}"
    moves = "".join(f"{_signed(one.moves[at]):>10}" for at in ahead)
    value = f"ˡ{value}" if one.later else value
    return f"{one.day!s:12}{value:>12}  {known:%Y-%m-%d %H:%M}  {one.entry!s:10}{moves}"


def _list(studies: Sequence[Study], series: int) -> Iterator[str]:
    """A line for each of the ready rules: what bitcoin did in 20 days; and what else there is to ask for."""
    yield f"bitcoin over {DAYS} days after a rule fired, against all days; `tidegauge study RULE` tells all of one"
    yield f"{'':32}{'n':>4}{'ended':>6}  {'last':11}{'mean':>8}{'all days':>9}{'difference':>19}"
    for one in studies:
        cell = next(cell for cell in one.cells if cell.outcome == "btc" and cell.days == DAYS)
        last = str(one.fired[-1].day) if one.fired else UNKNOWN
        after, every = (_signed(of.mean if of else None) for of in (cell.fired, cell.all))
        words = cell.says if one.fired else "never fired" if one.seen else "nothing of it is known"
        yield (
            f"{one.rule:32}{len(one.fired):4}{cell.fired.n if cell.fired else 0:6}  {last:11}"
            f"{after:>8}{every:>9}{_between(cell):>19}  {words}"
        )
    yield ""
    yield f"metrics with a past: {', '.join(HISTORIES)}"
    yield f"and each of the {series} series of the history, such as MOVE or WALCL, in its own unit"
