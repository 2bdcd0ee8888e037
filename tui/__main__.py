"""The console script: a headless word goes to `feeds.cli`, which never loads the screen; the rest opens the monitor."""

import os
import sys


def main() -> int:
    """Run what the command line asks for; give the exit code."""
    argv = sys.argv[1:]
    if argv and not argv[0].startswith("-"):
        from feeds import cli

        if argv[0] in cli.WORDS:
            code = cli.main(argv)
            sys.stderr.flush()
            os._exit(code)  # standard output is flushed; a thread that hangs in a name look-up is not waited for
        print(f"tidegauge: there is no '{argv[0]}'; known: {', '.join(cli.WORDS)}", file=sys.stderr)  # noqa: T201
        return 2
    from tui.start import view

    return view(argv)


if __name__ == "__main__":
    sys.exit(main())
