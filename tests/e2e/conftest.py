"""What the end-to-end tests share."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.world import World


@pytest.fixture
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A home of its own; whatever runs in it is ended with the test."""
    world = World(tmp_path_factory.mktemp("home"))
    try:
        yield world
    finally:
        await world.end()
