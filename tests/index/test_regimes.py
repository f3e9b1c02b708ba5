from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ValidationError
from analysis.index.regimes import LEAST_DEVIATION, REGIME, breaks, deviation, mean_interval, regimes

FIRST = date(2023, 1, 2)


def weeks(count):
    return [FIRST + timedelta(weeks=number) for number in range(count)]


def series(levels, length, noise=0.1, seed=1):
    """Return means of four weeks over weekly values about levels that last `length` weeks each."""
    weekly = np.repeat(levels, length) + noise * np.random.default_rng(seed).standard_normal(length * len(levels))
    return np.clip(np.convolve(weekly, np.full(4, 0.25), "valid"), -1, 1)


def found(values, *changes):
    return regimes(weeks(len(values)), values, changes)


def test_a_series_that_moves_once_has_two_regimes_that_meet():
    values = series([0.0, 0.4], 40)
    told = found(values)
    assert list(told.columns) == REGIME
    assert told["kind"].tolist() == ["first", "shift"]
    assert told["mean"].to_numpy() == pytest.approx([0.0, 0.4], abs=0.05)
    # The window of four weeks is half new two weeks after the break.
    assert abs((told["started_on"][1] - weeks(80)[39]).days) <= 14
    assert told["started_on"][1] - told["ended_on"][0] == timedelta(weeks=1)
    assert (told["started_on"][0], told["ended_on"][1]) == (FIRST, weeks(len(values))[-1])
    assert told["high"][0] < told["low"][1]


def test_a_series_that_comes_back_has_three_regimes():
    assert found(series([0.0, 0.5, 0.0], 30))["kind"].tolist() == ["first", "shift", "shift"]


def test_most_series_without_a_break_are_one_regime():
    counts = [len(found(series([0.1], 104, seed=seed))) for seed in range(30)]
    assert np.mean(np.array(counts) > 1) <= 0.2


def test_a_step_that_is_smaller_than_the_series_knows_its_level_is_no_break():
    values = series([0.0, 0.06], 30, noise=0.2)
    assert len(found(values)) == 1
    assert breaks(series([0.0, 0.4], 30)) != []


@pytest.mark.parametrize(("days", "kind"), [(-8, "shift"), (-7, "instrument change"), (7, "instrument change"), (8, "shift")])
def test_a_break_within_a_week_of_a_change_of_the_instrument_is_called_so(days, kind):
    values = series([0.0, 0.5], 40)
    started_on = found(values)["started_on"][1]
    assert found(values, started_on + timedelta(days=days))["kind"].tolist() == ["first", kind]


def test_weeks_without_a_figure_are_left_out():
    values = series([0.0, 0.4], 40)
    values[[0, 10, 11, 50]] = np.nan
    told = found(values)
    assert told["kind"].tolist() == ["first", "shift"]
    assert told["started_on"][0] == weeks(2)[1]
    assert told.notna().all(axis=None)


@pytest.mark.parametrize("values", [[], [0.1] * 5, [np.nan] * 20])
def test_too_few_figures_are_no_regime(values):
    told = found(np.array(values))
    assert told.empty
    assert list(told.columns) == REGIME


@pytest.mark.parametrize("count", [6, 11, 12, 13])
def test_a_still_series_is_one_regime_however_short(count):
    told = found(np.full(count, 0.3))
    assert told["mean"].tolist() == [pytest.approx(0.3)]
    assert told["low"][0] < 0.3 < told["high"][0]


def test_all_of_one_class_stays_on_the_scale():
    told = found(np.ones(30))
    assert (told["high"][0], told["mean"][0]) == (1.0, 1.0)


def test_it_says_up_to_when_it_looked():
    values = series([0.0, 0.4], 40)
    assert set(found(values)["found_on"]) == {weeks(len(values))[-1]}


def test_what_was_known_on_a_day_comes_of_the_series_up_to_it():
    values = series([0.0, 0.5], 40)
    early = found(values[:30])
    later = values.copy()
    later[30:] = -later[30:]
    assert early.equals(found(later[:30]))
    assert len(early) == 1 and early["found_on"][0] == weeks(30)[-1]


def test_the_deviation_is_that_of_the_noise_whatever_the_breaks():
    steady, broken = (
        np.mean([deviation(series(levels, 60, seed=seed)) for seed in range(20)]) for levels in ([0, 0], [-0.4, 0.4])
    )
    # A mean of four weeks has half the deviation of one.
    assert steady == pytest.approx(0.05, rel=0.15)
    assert broken == pytest.approx(steady, rel=0.2)
    assert deviation(np.zeros(20)) == LEAST_DEVIATION


def test_the_interval_of_a_mean_narrows_with_its_weeks_and_widens_with_its_spread():
    values = series([0.0], 60)
    width = [
        high - low
        for low, _, high in (mean_interval(values[:20], 0.05), mean_interval(values, 0.05), mean_interval(values, 0.2))
    ]
    assert width[1] < width[0] < width[2]


def test_weeks_out_of_order_other_lengths_and_values_off_the_scale_are_refused():
    with pytest.raises(ValidationError, match="do not ascend"):
        regimes(weeks(8)[::-1], np.zeros(8))
    with pytest.raises(ValidationError, match="do not fit"):
        regimes(weeks(8), np.zeros(7))
    with pytest.raises(ValidationError, match="outside -1 to 1"):
        regimes(weeks(8), np.full(8, 1.5))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=6, max_size=60))
def test_regimes_fill_the_series_within_its_bounds_and_turn_with_the_labels(values):
    told, turned = found(np.array(values)), found(-np.array(values))
    assert told["started_on"][0] == FIRST and told["ended_on"].iloc[-1] == weeks(len(values))[-1]
    assert (told["low"] >= -1).all() and (told["high"] <= 1).all()
    assert (told["low"] <= told["mean"]).all() and (told["mean"] <= told["high"]).all()
    assert (told["ended_on"] - told["started_on"] >= timedelta(weeks=5)).all()
    assert turned["started_on"].tolist() == told["started_on"].tolist()
    assert turned["mean"].to_numpy() == pytest.approx(-told["mean"].to_numpy())
