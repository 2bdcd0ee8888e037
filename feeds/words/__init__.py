"""One file per headless word: `options` declares, `run` does it and returns the exit code."""
