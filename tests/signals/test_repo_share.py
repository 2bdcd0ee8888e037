"""The share of repo volume at or above a rate, from a few percentiles."""

from random import Random

import pytest

from feeds.signals.repo_share import Share, share, weighed

NTH = (1.0, 25.0, 50.0, 75.0, 99.0)


def of(*rates: float | None, at: float) -> Share | None:
    return share([(rate, nth) for rate, nth in zip(rates, NTH, strict=True) if rate is not None], at)


def test_between_two_percentiles_the_bounds_are_theirs_and_the_middle_is_interpolated() -> None:
    found = of(3.60, 3.63, 3.64, 3.70, 3.73, at=3.65)
    assert found is not None
    assert (found.low, found.high) == (25.0, 50.0)
    assert found.mid == pytest.approx(100 - (50 + 25 / 6))
    assert f"{found.mid:.1f}" == "45.8"


def test_a_rate_under_the_first_percentile_leaves_all_but_a_hundredth_above_and_no_middle() -> None:
    assert of(2.25, 5.00, 5.25, 5.85, 9.00, at=2.10) == Share(99.0, None, 100.0)


def test_at_the_first_percentile_its_volume_counts_as_at_or_above() -> None:
    assert of(3.60, 3.63, 3.64, 3.70, 3.73, at=3.60) == Share(99.0, None, 100.0)


def test_a_rate_over_the_last_percentile_leaves_a_hundredth_at_most() -> None:
    assert of(3.60, 3.63, 3.64, 3.70, 3.73, at=3.731) == Share(0.0, None, 1.0)


def test_at_the_last_percentile_a_hundredth_is_at_or_above_at_least() -> None:
    assert of(3.60, 3.63, 3.64, 3.70, 3.73, at=3.73) == Share(1.0, 1.0, 25.0)


def test_of_equal_percentiles_all_are_at_or_above_their_rate() -> None:
    assert of(3.60, 3.65, 3.65, 3.65, 3.73, at=3.65) == Share(75.0, 75.0, 99.0)
    assert of(3.65, 3.65, 3.65, 3.65, 3.65, at=3.65) == Share(99.0, None, 100.0)
    assert of(3.65, 3.65, 3.65, 3.65, 3.65, at=3.66) == Share(0.0, None, 1.0)


def test_without_a_percentile_the_bounds_are_wider_and_still_true() -> None:
    found = of(3.60, 3.63, None, 3.70, 3.73, at=3.65)
    assert found is not None
    assert (found.low, found.high) == (25.0, 75.0)
    assert found.mid == pytest.approx(100 - (25 + 50 * 2 / 7))


def test_without_a_percentile_on_one_side_there_is_no_middle() -> None:
    assert of(3.60, 3.63, 3.64, None, None, at=3.65) == Share(0.0, None, 50.0)
    assert of(None, None, None, 3.70, 3.73, at=3.65) == Share(25.0, None, 100.0)


def test_percentiles_out_of_order_are_no_distribution() -> None:
    assert of(3.60, 3.80, 3.64, 3.70, 3.73, at=3.65) is None
    assert share([], 3.65) is None


@pytest.mark.parametrize("seed", range(20))
def test_the_middle_never_leaves_the_bounds_and_a_missing_percentile_never_narrows_them(seed: int) -> None:
    dice = Random(seed)
    for _ in range(200):
        rates = sorted(round(dice.uniform(-0.5, 9.0), dice.choice((1, 2, 3))) for _ in NTH)
        at = dice.choice([*rates, round(dice.uniform(-1, 10), 2)])
        whole = of(*rates, at=at)
        fewer = of(*(rate if dice.random() < 0.7 else None for rate in rates), at=at)
        assert whole is not None
        assert 0 <= whole.low < whole.high <= 100
        for found in (whole, fewer):
            if found and found.mid is not None:
                assert found.low <= found.mid <= found.high
        if fewer:
            assert fewer.low <= whole.low < whole.high <= fewer.high


def test_days_are_weighted_by_their_volume() -> None:
    days = [(Share(25.0, 40.0, 50.0), 1000.0), (Share(75.0, 80.0, 99.0), 3000.0)]
    assert weighed(days, 1.0) == (62.5, 70.0, 86.75, 2, 2)


def test_a_day_without_volume_is_left_out_and_counted() -> None:
    days = [(Share(25.0, 40.0, 50.0), 1000.0), (Share(75.0, 80.0, 99.0), None), (None, 3000.0)]
    assert weighed(days, 1.0) == (25.0, 40.0, 50.0, 1, 3)
    assert weighed([(None, 1000.0)], 1.0) is None


def test_a_narrow_range_counts_in_its_middle_and_a_wide_one_takes_the_middle_away() -> None:
    narrow, wide = Share(99.0, None, 100.0), Share(0.0, None, 50.0)
    assert weighed([(narrow, 1000.0), (Share(25.0, 40.5, 50.0), 1000.0)], 1.0) == (62.0, 70.0, 75.0, 2, 2)
    assert weighed([(wide, 1000.0), (Share(25.0, 40.5, 50.0), 1000.0)], 1.0) == (12.5, None, 50.0, 2, 2)
