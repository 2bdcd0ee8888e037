"""Whether a few tests are played at full length: every scene, twenty kills. `LONG=1` in the environment asks for it."""

import os

LONG = bool(os.environ.get("LONG"))
