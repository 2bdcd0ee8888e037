"""`python -m tests.chaos [--only FAULT,...] [--venues VENUE,...] [--seconds N]`: play the faults, print the table."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable

import tests.chaos
from feeds.simulate import VENUES
from tests.chaos.faults import FAULTS, NAMED, Fault
from tests.chaos.judge import Case, judge
from tests.chaos.report import Outcome, closing, heading, line, outcome, words
from tests.chaos.rig import play

LONGEST_S = 150.0
"""No fault takes so long, unless something hangs."""


def main() -> int:
    """0 if every cell is as it should be or is known not to be; 1 otherwise."""
    options = _options()
    faults = [NAMED[name] for name in options.only] if options.only else list(FAULTS)
    print(heading())
    outcomes = []
    for fault in faults:
        began = time.monotonic()
        found = _played(fault, options)
        outcomes.append(found)
        print(line(found), flush=True)
        print(f"{time.monotonic() - began:5.0f} s  {fault.name}: {fault.does}", file=sys.stderr, flush=True)
        for text in words(found):
            print(f"         {text}", flush=True)
    print(closing(outcomes))
    return 1 if any(found.failed for found in outcomes) else 0


def _played(fault: Fault, options: argparse.Namespace) -> Outcome:
    try:
        case = asyncio.run(_bounded(fault, options))
    except Exception as error:  # noqa: BLE001  one fault that cannot be played is shown, and stops no other
        return Outcome(fault, {}, f"not played: {type(error).__name__}: {error}")
    return outcome(fault, judge(case))


async def _bounded(fault: Fault, options: argparse.Namespace) -> Case:
    async with asyncio.timeout(LONGEST_S + (options.seconds or 0)):
        return await play(fault, seconds=options.seconds, venues=options.venues or VENUES)


def _options() -> argparse.Namespace:
    def listed(known: tuple[str, ...]) -> Callable[[str], list[str]]:
        def names(text: str) -> list[str]:
            found = text.split(",")
            if wrong := [name for name in found if name not in known]:
                raise argparse.ArgumentTypeError(f"{', '.join(wrong)}: there are {', '.join(known)}")
            return found

        return names

    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=tests.chaos.__doc__)
    parser.add_argument("--only", type=listed(tuple(NAMED)), metavar="FAULT,...", help="these faults")
    parser.add_argument("--venues", type=listed(VENUES), metavar="VENUE,...", help="only these venues take part")
    parser.add_argument("--seconds", type=float, metavar="N", help="how long each fault lasts")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
