import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """A folder whose name is short enough for a socket in it: pytest's own may not be."""
    with tempfile.TemporaryDirectory(prefix="tg") as name:
        yield Path(name)
