"""The scenes: a table of curves."""

import pytest

from feeds import simulate
from feeds.simulate.listings import VENUES
from feeds.simulate.scenes import SCENES as OF_THE_MARKET
from feeds.simulate.scenes import named, value
from feeds.simulate.slow import SLOW_SCENES


def test_the_scenes_are_known_by_name_with_a_line_each() -> None:
    assert list(OF_THE_MARKET) == ["quiet", "cascade"]
    slow = ["calm", "quarter-end", "repo-2019", "tollbooth", "blockade", "empire", "release"]
    assert list(SLOW_SCENES) == slow
    assert list(simulate.SCENES) == ["quiet", "cascade", *slow]
    assert simulate.SCENES["quiet"] == "a calm market with a few small liquidations a minute"
    assert simulate.SCENES["calm"].startswith("made up: repo calm, ")


def test_an_unknown_scene_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="no scene 'panic'; there are: quiet, cascade"):
        named("panic")


async def test_a_market_of_an_unknown_scene_does_not_start() -> None:
    with pytest.raises(ValueError, match="there are: quiet, cascade"):
        await simulate.start("panic")


@pytest.mark.parametrize(("second", "expected"), [(-5, 2.0), (0, 2.0), (5, 3.0), (10, 4.0), (15, 2.0), (99, 0.0)])
def test_a_curve_is_straight_between_its_points_and_holds_outside(second: float, expected: float) -> None:
    assert value(((0, 2), (10, 4), (20, 0)), second) == pytest.approx(expected)


def test_only_venues_that_exist_drop_out() -> None:
    for name in OF_THE_MARKET:
        for outage in named(name).outages:
            assert outage.venue in VENUES
            assert outage.from_s < outage.to_s
