"""Runs the viewer as the console script does: `viewer_program.py SOURCE TICK_HZ`, with the source as JSON."""

import sys

import msgspec

from feeds.settings import Settings
from tui.source import Source
from tui.start import run

if __name__ == "__main__":
    source = msgspec.json.decode(sys.argv[1], type=Source, dec_hook=lambda kind, value: kind(value))
    sys.exit(run(source, Settings(zone="UTC", tick_hz=float(sys.argv[2]))))
