from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from analysis.classify.features import columns
from analysis.classify.stance import (
    CUE_WEIGHT,
    best_temperature,
    build_model,
    calibrated,
    decisions,
    disagreement,
    set_limits,
    stance_sets,
)
from analysis.tables import STANCES


def drawn(rng, count, sharpness=2.0):
    """Return probabilities and true classes that fit them."""
    probabilities = softmax(sharpness * rng.normal(size=(count, 4)), axis=1)
    return probabilities, np.array([rng.choice(4, p=row) for row in probabilities])


def test_the_best_temperature_undoes_overconfidence():
    probabilities, wanted = drawn(np.random.default_rng(2), 4000, 1.0)
    right = np.log(probabilities)
    assert best_temperature(right, wanted) == pytest.approx(1, abs=0.1)
    assert best_temperature(3 * right, wanted) == pytest.approx(3, abs=0.3)


def test_a_temperature_of_one_changes_nothing_and_a_high_one_levels():
    votes = np.array([[0.7, 0.1, 0.1, 0.1], [0.0, 0.5, 0.5, 0.0]])
    assert calibrated(votes, 1.0) == pytest.approx(votes, abs=1e-6)
    assert calibrated(votes, 100.0)[0] == pytest.approx([0.25] * 4, abs=0.02)
    assert np.isfinite(decisions(votes)).all()


def test_sets_hold_the_true_stance_as_often_as_promised_in_every_class():
    rng = np.random.default_rng(3)
    limits = set_limits(*drawn(rng, 4000))
    probabilities, wanted = drawn(rng, 4000)
    sets = stance_sets(probabilities, limits)
    for kind, name in enumerate(STANCES):
        held = [name in found for found, true in zip(sets, wanted, strict=True) if true == kind]
        assert np.mean(held) == pytest.approx(0.9, abs=0.03)
    assert {len(found) for found in sets} >= {1, 2}


def test_a_class_without_enough_statements_is_never_ruled_out():
    probabilities, wanted = drawn(np.random.default_rng(4), 200)
    limits = set_limits(probabilities, np.where(wanted == 2, 0, wanted))
    assert limits[2] == 0
    assert all("restrictive" in found for found in stance_sets(probabilities, limits))


def test_sets_name_the_likeliest_first_and_may_be_empty():
    found = stance_sets(np.array([[0.2, 0.5, 0.2, 0.1], [0.25] * 4]), np.array([0.15, 0.3, 0.3, 0.3]))
    assert found == [("neutral", "supportive"), ("supportive",)]
    assert stance_sets(np.array([[0.25] * 4]), np.array([0.3] * 4)) == [()]


def test_voters_disagree_from_nothing_to_all():
    sure, other = [1.0, 0, 0, 0], [0, 0, 1.0, 0]
    assert disagreement(np.array([[sure, sure], [sure, other]])).tolist() == [0, 1]
    assert disagreement(np.array([[sure, other]])).tolist() == [0, 0]


def test_cues_weigh_more_than_one_number_of_the_vector():
    held = columns()
    rows = np.random.default_rng(1).normal(size=(40, held["cue_grams"].stop))
    voter = build_model().estimators[0][1]
    scaled = voter[0].fit_transform(rows)
    place = voter[0].output_indices_
    assert scaled[:, place["vector"]].std(axis=0) == pytest.approx(1)
    assert scaled[:, place["cues"]].std(axis=0) == pytest.approx(CUE_WEIGHT)


def test_without_vectors_words_vote_alone():
    assert [name for name, _ in build_model().estimators] == ["sentence", "words"]
    assert [name for name, _ in build_model(has_vectors=False).estimators] == ["words"]
