from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from analysis.errors import ValidationError
from analysis.index.correction import (
    FEWEST_AUDITED,
    HIGHEST_CONDITION,
    condition,
    corrected,
    normalised,
    response_matrix,
    withheld,
)

EVEN = np.full((4, 4), 0.25)
SWAP = [2, 1, 0, 3]
"""Supportive and restrictive exchanged."""
SEEDS = st.integers(0, 2**32 - 1)


def confusing(rng, clearness=0.4, lead=()):
    """Return random response matrices whose classes can be told apart."""
    return normalised(rng.dirichlet(np.ones(4), (*lead, 4)).swapaxes(-1, -2) + clearness * np.eye(4), axis=-2)


def by_library(shares, matrix):
    """Return what scipy finds, with a heavy row that holds the sum at 1."""
    heavy = 1e4
    found, _ = nnls(np.vstack([matrix, heavy * np.ones((1, 4))]), np.r_[shares, heavy])
    return found / found.sum()


def audited(rng, count=80):
    return rng.dirichlet(np.ones(4), count), rng.integers(0, 4, count), rng.uniform(1, 5, count)


def test_a_column_is_the_weighted_mean_of_what_is_said_of_its_class():
    said = np.array([[0.7, 0.1, 0.1, 0.1], [0.4, 0.4, 0.1, 0.1], [0.0, 0.0, 1.0, 0.0]])
    found = response_matrix(said, np.array([0, 0, 2]), np.array([3.0, 1.0, 2.0]), EVEN, pseudo=0.5)
    # The weights are scaled to a mean of 1: 1.5, 0.5 and 1.
    assert found[:, 0] == pytest.approx((1.5 * said[0] + 0.5 * said[1] + 0.5 * 0.25) / 2.5)
    assert found[:, 2] == pytest.approx((said[2] + 0.5 * 0.25) / 1.5)
    assert found[:, 1] == pytest.approx(EVEN[:, 1])
    assert found[:, 3] == pytest.approx(EVEN[:, 3])


def test_an_empty_audit_leaves_the_frozen_matrix():
    frozen = confusing(np.random.default_rng(1))
    found = response_matrix(np.empty((0, 4)), np.empty(0, int), np.empty(0), frozen)
    assert found == pytest.approx(frozen)


def test_resampled_audits_give_a_matrix_each():
    rng = np.random.default_rng(2)
    said, stances, weights = audited(rng)
    draws = rng.poisson(1, (7, len(said))) * weights
    found = response_matrix(said, stances, draws, EVEN)
    assert found.shape == (7, 4, 4)
    assert found.sum(axis=1) == pytest.approx(np.ones((7, 4)))
    for one, drawn in zip(found, draws, strict=True):
        assert one == pytest.approx(response_matrix(said, stances, drawn, EVEN))


def test_an_audit_that_is_never_drawn_leaves_the_frozen_matrix():
    said, stances, weights = audited(np.random.default_rng(3))
    frozen = confusing(np.random.default_rng(4))
    assert response_matrix(said, stances, weights * 0, frozen) == pytest.approx(frozen)


def test_pseudo_items_hold_a_class_that_was_seldom_seen_and_yield_to_many():
    said = np.tile([0.0, 0.0, 0.0, 1.0], (100, 1))
    few = response_matrix(said[:5], np.zeros(5, int), np.ones(5), np.eye(4))
    many = response_matrix(said, np.zeros(100, int), np.ones(100), np.eye(4))
    assert few[:, 0] == pytest.approx([0.5, 0, 0, 0.5])
    assert many[0, 0] == pytest.approx(5 / 105)


def test_probabilities_that_do_not_sum_to_one_are_taken_as_parts():
    said, stances, weights = audited(np.random.default_rng(5))
    assert response_matrix(said * 3, stances, weights, EVEN) == pytest.approx(response_matrix(said, stances, weights, EVEN))


@pytest.mark.parametrize("wrong", [[np.nan, 0, 0, 1], [-0.1, 0.5, 0.5, 0.1], [0, 0, 0, 0]])
def test_probabilities_that_are_none_are_refused(wrong):
    said, stances, weights = audited(np.random.default_rng(6))
    said[3] = wrong
    with pytest.raises(ValidationError, match="audited item 3"):
        response_matrix(said, stances, weights, EVEN)


def test_a_stance_outside_the_four_is_refused():
    said, _, weights = audited(np.random.default_rng(7), 2)
    with pytest.raises(ValidationError, match="STANCES"):
        response_matrix(said, np.array([0, 4]), weights, EVEN)


def test_shares_that_were_confused_by_the_matrix_are_found_again():
    rng = np.random.default_rng(8)
    truth, matrix = rng.dirichlet(np.ones(4), 50), confusing(rng)
    assert corrected(truth @ matrix.T, matrix) == pytest.approx(truth, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from([0.2, 0.4, 2.0]), st.sampled_from([0.15, 0.5, 3.0]))
def test_the_shares_are_those_of_least_distance_on_the_simplex(seed, clearness, evenness):
    rng = np.random.default_rng(seed)
    matrix, shares = confusing(rng, clearness), rng.dirichlet(np.full(4, evenness))
    ours, theirs = corrected(shares, matrix), by_library(shares, matrix)
    assert ours.min() >= 0
    assert ours.sum() == pytest.approx(1)
    assert np.square(matrix @ ours - shares).sum() <= np.square(matrix @ theirs - shares).sum() + 1e-8


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_exchanging_two_classes_exchanges_their_shares(seed):
    rng = np.random.default_rng(seed)
    matrix, shares = confusing(rng), rng.dirichlet(np.full(4, 0.3), 20)
    mirrored = corrected(shares[:, SWAP], matrix[SWAP][:, SWAP])
    assert mirrored[:, SWAP] == pytest.approx(corrected(shares, matrix), abs=1e-7)


def test_one_matrix_a_resample_serves_all_cells():
    rng = np.random.default_rng(9)
    shares, matrices = rng.dirichlet(np.full(4, 0.3), (6, 11)), confusing(rng, lead=(11,))
    found = corrected(shares, matrices)
    assert found.shape == (6, 11, 4)
    for cell in range(6):
        for draw in range(11):
            assert found[cell, draw] == pytest.approx(corrected(shares[cell, draw], matrices[draw]), abs=1e-9)
    each = np.broadcast_to(matrices, (6, 11, 4, 4))
    assert corrected(shares, each) == pytest.approx(found, abs=1e-9)


def test_masses_are_taken_as_parts_and_no_mass_stays_unknown():
    rng = np.random.default_rng(10)
    shares, matrix = rng.dirichlet(np.ones(4), 3), confusing(rng)
    masses = shares * np.array([[5.0], [0.0], [0.2]])
    found = corrected(masses, matrix)
    assert found[[0, 2]] == pytest.approx(corrected(shares, matrix)[[0, 2]])
    assert np.isnan(found[1]).all()


def test_classes_that_cannot_be_told_apart_still_give_shares():
    found = corrected(np.array([0.4, 0.3, 0.2, 0.1]), EVEN)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)


def test_the_condition_is_one_without_errors_and_high_without_a_difference():
    assert condition(np.eye(4)) == pytest.approx(1)
    assert condition(0.001 * np.eye(4) + 0.24975) > HIGHEST_CONDITION


@pytest.mark.parametrize(
    ("audited_count", "matrix", "has_alarm", "reason"),
    [
        (FEWEST_AUDITED, np.eye(4), False, None),
        (FEWEST_AUDITED - 1, np.eye(4), False, "audit_too_small"),
        (0, EVEN, True, "audit_too_small"),
        (FEWEST_AUDITED, np.eye(4), True, "drift_alarm"),
        (FEWEST_AUDITED, 0.01 * np.eye(4) + 0.2475, False, "ill_conditioned"),
    ],
)
def test_the_correction_is_withheld_for_a_stated_reason(audited_count, matrix, has_alarm, reason):
    assert withheld(audited_count, matrix, has_alarm).item() == reason
    assert withheld(audited_count, np.stack([matrix, matrix]), np.array([has_alarm, has_alarm])).tolist() == [reason, reason]
