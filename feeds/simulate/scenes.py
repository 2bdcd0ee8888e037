"""The scenes a simulated market can play: what happens when, as curves over scene time. A new scene is one row."""

from bisect import bisect_right

from msgspec import Struct

Curve = tuple[tuple[float, float], ...]
"""Points (scene second, value), straight lines between them; before the first and after the last the value holds."""


class Outage(Struct, frozen=True):
    """A venue that cannot be reached between two scene seconds."""

    venue: str
    from_s: float
    to_s: float


class Scene(Struct, frozen=True):
    """One row of the table.

    `path`: the price against its start, in percent. `unrest`: multiplies the volatility. `activity`: multiplies the
    trades. `longs`, `shorts`: liquidations a minute over all venues. `size`: multiplies the size of liquidations.
    """

    name: str
    title: str
    path: Curve = ((0, 0),)
    unrest: Curve = ((0, 1),)
    activity: Curve = ((0, 1),)
    longs: Curve = ((0, 2),)
    shorts: Curve = ((0, 2),)
    size: Curve = ((0, 1),)
    outages: tuple[Outage, ...] = ()


_TABLE = (
    Scene("quiet", "a calm market with a few small liquidations a minute"),
    Scene(
        "cascade",
        "a fall of 6 % in ten minutes that feeds on longs, with Bybit out for 40 s, then half of it back",
        path=(
            *((15, 0.0), (70, -0.8), (95, -0.5), (180, -2.1), (215, -1.6), (320, -3.4), (365, -2.8)),
            *((470, -4.9), (545, -6.9), (575, -6.3), (615, -6.0), (780, -4.4), (1000, -3.2), (1300, -3.0)),
        ),
        unrest=((15, 1), (70, 2), (545, 2.5), (700, 1.5), (1300, 1)),
        activity=((15, 1), (70, 2), (215, 2), (470, 3), (545, 5), (615, 3), (900, 1.5), (1300, 1)),
        longs=(
            *((15, 2), (25, 20), (70, 50), (95, 12), (180, 120), (215, 20), (320, 210), (365, 40)),
            *((470, 320), (545, 720), (600, 120), (700, 15), (900, 4), (1300, 2)),
        ),
        shorts=((60, 2), (90, 14), (110, 4), (210, 30), (240, 5), (360, 45), (390, 8), (580, 70), (700, 25), (900, 2)),
        size=((15, 1), (180, 2), (545, 4), (700, 2), (1300, 1)),
        outages=(Outage("bybit", 250, 290),),
    ),
)
_ROWS = {row.name: row for row in _TABLE}
SCENES = {row.name: row.title for row in _TABLE}
"""The known scenes and what each shows, in one line."""


def named(name: str) -> Scene:
    """The scene of that name, or `ValueError` with the names there are."""
    try:
        return _ROWS[name]
    except KeyError:
        raise ValueError(f"no scene {name!r}; there are: {', '.join(_ROWS)}") from None


def value(curve: Curve, at_s: float) -> float:
    """A curve's value at one scene second."""
    index = bisect_right(curve, at_s, key=lambda point: point[0])
    if index == 0:
        return curve[0][1]
    if index == len(curve):
        return curve[-1][1]
    (left_s, left), (right_s, right) = curve[index - 1], curve[index]
    return left + (right - left) * (at_s - left_s) / (right_s - left_s)
