"""The scenes the slow world can play: how each series ran in the last months. A new scene is one row."""

from collections.abc import Mapping

from msgspec import Struct

from feeds.simulate.scenes import Curve


class SlowScene(Struct, frozen=True):
    """One row of the table.

    `note`: what of it is real and what is made up, in words. `recent`: by the name of a path, its points as (days
    from today, value), in place of those of the calm scene.
    """

    name: str
    title: str
    note: str
    recent: Mapping[str, Curve] = {}


_MADE_UP = "All numbers are made up; only the dates of the Fed's steps and the rough shape of the years are real."
_TABLE = (SlowScene("calm", "nothing happens", _MADE_UP),)
SLOW_SCENES: dict[str, SlowScene] = {row.name: row for row in _TABLE}


def scene(name: str) -> SlowScene:
    """The scene of that name, or `ValueError` with the names there are."""
    try:
        return SLOW_SCENES[name]
    except KeyError:
        raise ValueError(f"no slow scene {name!r}; there are: {', '.join(SLOW_SCENES)}") from None
