"""The table of fault × result, in plain text."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from tests.chaos.faults import CELLS, Cell, Fault
from tests.chaos.judge import RULES, Verdict
from tests.chaos.known import awaited, known

_WIDTH = 18


class Outcome(Struct, frozen=True):
    """What came out of one fault. `verdicts` is empty where it could not be played, and `problem` says why."""

    fault: Fault
    verdicts: dict[Cell, Verdict]
    problem: str = ""

    def mark(self, cell: Cell) -> str:
        """`ok`, `FAIL`, `known` (it fails as is known), `mended` (it is known to fail, and does not), `--`."""
        verdict = self.verdicts.get(cell)
        if verdict is None:
            return "--"
        if any(not known(rule, self.fault.name) for rule in verdict.broken):
            return "FAIL"
        if verdict.broken:
            return "known"
        return "mended" if awaited(self.fault.name) & {rule.__name__ for rule in RULES[cell]} else "ok"

    @property
    def failed(self) -> bool:
        """Whether there is something that should not be, and that nobody knew."""
        return bool(self.problem) or any(self.mark(cell) == "FAIL" for cell in CELLS)


def outcome(fault: Fault, verdicts: Sequence[Verdict]) -> Outcome:
    """Put the verdicts of one fault together."""
    return Outcome(fault, {verdict.cell: verdict for verdict in verdicts})


def heading() -> str:
    """The first line of the table."""
    return "".join([f"{'fault':<{_WIDTH}}", *(f"{cell:<8}" for cell in CELLS)]).rstrip()


def line(found: Outcome) -> str:
    """The line of one fault."""
    return "".join([f"{found.fault.name:<{_WIDTH}}", *(f"{found.mark(cell):<8}" for cell in CELLS)]).rstrip()


def words(found: Outcome) -> Iterator[str]:
    """What is behind the marks that are not `ok`, in words."""
    if found.problem:
        yield found.problem
    for cell, verdict in found.verdicts.items():
        for rule, (count, first) in verdict.broken.items():
            more = f" (and {count - 1} more)" if count > 1 else ""
            why = known(rule, found.fault.name)
            yield f"{cell}: {rule.replace('_', ' ')}: {first}{more}" + (f" [known: {why}]" if why else "")


def closing(outcomes: Sequence[Outcome]) -> str:
    """The last line: how many cells of each kind."""
    counted = Counter(found.mark(cell) for found in outcomes for cell in CELLS)
    return f"{len(outcomes)} faults: " + ", ".join(f"{count} {mark}" for mark, count in counted.most_common())
