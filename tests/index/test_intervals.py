from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.index.intervals import DRAWS, interval, story_draws, widening

IDS = [f"story-{number}" for number in range(40)]


def masses(count, rng):
    return rng.dirichlet((2, 1, 1, 1), count)


def ends(mass, ids, balance=None):
    """Return the interval of one week with these stories."""
    signal = mass[:, :3].sum()
    value = (mass[:, 0].sum() - mass[:, 2].sum()) / signal if balance is None else balance
    low, high = interval((story_draws(ids) @ mass)[:, None, :], np.array([value]), np.array([len(ids)]))
    return low[0], value, high[0]


def test_draws_are_counts_with_mean_and_variance_one():
    draws = story_draws(IDS)
    assert draws.shape == (DRAWS, len(IDS))
    assert draws.mean() == pytest.approx(1, abs=0.03)
    assert draws.var() == pytest.approx(1, abs=0.05)
    assert draws.min() == 0


def test_a_storys_draws_depend_on_its_id_alone():
    draws = story_draws(IDS)
    assert np.array_equal(story_draws(IDS[::-1]), draws[:, ::-1])
    assert np.array_equal(story_draws(["new", *IDS])[:, 1:], draws)
    twice = story_draws(["a", "b", "a"])
    assert np.array_equal(twice[:, 0], twice[:, 2])
    assert not np.array_equal(twice[:, 0], twice[:, 1])


def test_the_interval_contains_the_balance_and_narrows_with_more_stories():
    mass = masses(40, np.random.default_rng(1))
    wide, narrow = ends(mass[:6], IDS[:6]), ends(mass, IDS)
    for low, value, high in (wide, narrow):
        assert -1 <= low < value < high <= 1
    assert narrow[2] - narrow[0] < wide[2] - wide[0]


def test_the_interval_is_the_percentiles_widened_about_the_balance():
    mass = masses(10, np.random.default_rng(2))
    low, value, high = ends(mass, IDS[:10])
    drawn = story_draws(IDS[:10]) @ mass
    balances = (drawn[:, 0] - drawn[:, 2]) / drawn[:, :3].sum(axis=1)
    bottom, top = np.quantile(balances, (0.05, 0.95))
    factor = widening(np.array([10]))[0]
    assert (low, high) == pytest.approx((value - factor * (value - bottom), value + factor * (top - value)))


def test_the_interval_ends_at_the_bounds():
    mass = np.array([[0.9, 0.0, 0.05, 0.05], [0.9, 0.0, 0.0, 0.1], [0.1, 0.0, 0.8, 0.1]])
    low, _, high = ends(mass, IDS[:3])
    assert (low, high) == (-1, 1)


def test_stories_that_agree_have_no_width():
    assert ends(np.tile([0.5, 0.2, 0.1, 0.2], (5, 1)), IDS[:5]) == pytest.approx((0.5, 0.5, 0.5))


def test_no_interval_is_given_without_a_balance_or_for_one_story():
    mass = masses(4, np.random.default_rng(3))
    assert np.isnan(ends(mass, IDS[:4], np.nan)[::2]).all()
    assert np.isnan(ends(mass[:1], IDS[:1])[::2]).all()


def test_weeks_do_not_touch_each_other():
    rng = np.random.default_rng(4)
    drawn = rng.gamma(2, size=(DRAWS, 3, 4))
    balance, counts = np.array([0.1, np.nan, -0.1]), np.array([5, 5, 9])
    low, high = interval(drawn, balance, counts)
    alone = interval(drawn[:, 2:], balance[2:], counts[2:])
    assert (low[2], high[2]) == (alone[0][0], alone[1][0])
    assert np.isnan(low[1])
    assert np.isnan(high[1])


def test_small_numbers_are_widened_as_the_t_distribution_asks():
    three, ten, many = widening(np.array([3, 10, 100_000]))
    assert three == pytest.approx(np.sqrt(3 / 2) * 2.919986 / 1.644854, rel=1e-5)
    assert ten == pytest.approx(np.sqrt(10 / 9) * stats.t.ppf(0.95, 9) / stats.norm.ppf(0.95))
    assert many == pytest.approx(1, abs=1e-4)
