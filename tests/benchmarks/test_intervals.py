from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks import intervals
from benchmarks.simulated_cells import PLACES, PREVALENCES, SEPARATION, TRAINED, TURN, Situation, probabilities, world

STEADY = Situation(60, 0.75, "elsewhere", has_drift=False, is_audit_fresh=True)


def balance(shares):
    return (shares[..., 0] - shares[..., 2]) / shares[..., :3].sum(axis=-1)


@pytest.mark.parametrize("macro_f1", SEPARATION)
def test_the_classifier_has_the_f1_that_it_is_named_for(macro_f1):
    rng = np.random.default_rng(1)
    classes = rng.choice(4, 40_000, p=TRAINED)
    features = SEPARATION[macro_f1] * PLACES[classes] + rng.standard_normal((40_000, 2))
    said = probabilities(features, macro_f1)
    guessed = said.argmax(axis=1)
    scores = [2 * ((guessed == k) & (classes == k)).sum() / ((guessed == k).sum() + (classes == k).sum()) for k in range(4)]
    assert np.mean(scores) == pytest.approx(macro_f1, abs=0.015)
    assert said.mean(axis=0) == pytest.approx(TRAINED, abs=0.01)


def test_a_world_is_the_same_for_the_same_seed():
    one, again, other = (world(STEADY, 5, 10, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.truth, again.truth)
    assert np.array_equal(one.rows.values, again.rows.values)
    assert np.array_equal(one.drawn_matrices, again.drawn_matrices)
    assert not np.array_equal(one.truth, other.truth)


def test_the_cells_of_each_prevalence_are_where_they_are_said_to_be():
    truths = {name: world(Situation(15, 0.75, name, False, True), 300, 4, 1) for name in PREVALENCES}
    assert truths["as trained"].truth == pytest.approx(np.full(300, balance(TRAINED)))
    assert truths["elsewhere"].truth.std() > 0.2
    left = np.abs(truths["turned"].truth - balance(truths["turned"].prior))
    assert np.median(left) == pytest.approx(TURN, abs=0.1)


def test_drift_changes_what_a_fresh_audit_sees_and_a_stale_one_does_not():
    steady, fresh, stale = (
        world(Situation(15, 0.75, "as trained", *state), 60, 4, 1).matrix.mean(axis=0) for state in intervals.STATES.values()
    )
    assert np.abs(fresh - steady).max() > 0.08
    assert np.abs(stale - steady).max() < 0.03


def test_a_situation_is_scored_and_printed(capsys):
    found = intervals.scored(STEADY, 40)
    assert found.state == "steady"
    assert found.is_published.mean() > 0.5
    assert found.is_covered[found.is_published].mean() > 0.75
    assert found.is_covered_naively.mean() < found.is_covered.mean()
    drifted = intervals.scored(Situation(60, 0.75, "elsewhere", has_drift=True, is_audit_fresh=True), 40)
    intervals.goals([found, drifted])
    printed = capsys.readouterr().out
    assert "coverage of published points, steady" in printed
    assert printed.count("PASS") + printed.count("MISS") == 6


def test_the_ways_to_resample_agree():
    rng = np.random.default_rng(2)
    document, cell = rng.integers(0, 50, 500), rng.integers(0, 8, 500)
    net, signal = rng.uniform(-1, 1, 500), rng.uniform(0.1, 1, 500)
    counts = rng.poisson(1.0, 50).astype(float)
    frame = pd.DataFrame({"document": document, "cell": cell, "net": net, "signal": signal})
    one = intervals.numpy_pass(document, cell, net, signal, counts, 8)
    assert one == pytest.approx(intervals.pandas_pass(frame, counts).to_numpy())
