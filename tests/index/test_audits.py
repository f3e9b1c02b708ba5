from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ValidationError
from analysis.index.audits import ALARMS, AUDIT, NOTHING_KNOWN, Errors, alarming, frozen_matrix, matrices, mixed, pool_sizes
from analysis.index.balance import MASSES
from analysis.index.correction import response_matrix
from analysis.tables import STANCES

MONDAY = pd.Timestamp("2025-03-03")
FROZEN = 0.6 * np.eye(4) + 0.1


def audit(count, weeks=(1,), language="en", channel="official", seed=0):
    rng = np.random.default_rng(seed)
    stances = rng.integers(0, 4, count)
    shares = rng.dirichlet(np.ones(4), count) * 0.5 + 0.5 * np.eye(4)[stances]
    frame = pd.DataFrame(shares, columns=MASSES)
    return frame.assign(
        week_on=[(MONDAY - pd.Timedelta(weeks=weeks[number % len(weeks)])).date() for number in range(count)],
        language=language,
        channel=channel,
        document_id=[f"{language}-{channel}-{seed}-{number}" for number in range(count)],
        stance=np.array(STANCES)[stances],
        weight=rng.uniform(1, 3, count),
    )[AUDIT]


def errors(*parts, frozen=FROZEN, alarms=()):
    return Errors(pd.concat(parts), frozen, pd.DataFrame(list(alarms), columns=ALARMS))


def test_the_pool_is_that_of_the_thirteen_weeks_before():
    known = errors(audit(56, weeks=(0, 1, 2, 12, 13, 14, 30)))
    assert pool_sizes(known, pd.Series([MONDAY])).tolist() == [4 * 8]
    assert pool_sizes(known, pd.Series([MONDAY - pd.Timedelta(weeks=200), MONDAY + pd.Timedelta(weeks=200)])).tolist() == [0, 0]
    assert pool_sizes(NOTHING_KNOWN, pd.Series([MONDAY])).tolist() == [0]


def test_the_matrix_of_all_is_shrunk_to_the_frozen_one_and_nothing_outside_the_pool_counts():
    inside, outside = audit(80), audit(80, weeks=(0, 14), seed=5)
    found = matrices(errors(inside, outside), MONDAY, 50)
    stances = pd.Index(STANCES).get_indexer(inside["stance"])
    wanted = response_matrix(inside[MASSES].to_numpy(), stances, inside["weight"].to_numpy(), FROZEN)
    assert found.strata == (("en", "official"),)
    assert found.matrix[0] == pytest.approx(wanted)
    own = response_matrix(inside[MASSES].to_numpy(), stances, inside["weight"].to_numpy(), wanted)
    assert found.matrix[1] == pytest.approx(own)
    assert found.drawn.shape == (2, 50, 4, 4)
    assert found.drawn.sum(axis=-2) == pytest.approx(np.ones((2, 50, 4)))
    assert found.drawn.mean(axis=1) == pytest.approx(found.matrix, abs=0.03)


def test_a_language_and_channel_has_its_own_matrix_from_sixty_answers_on():
    found = matrices(errors(audit(60, language="fr"), audit(59, seed=1), audit(61, channel="press", seed=2)), MONDAY, 5)
    assert found.strata == (("en", "press"), ("fr", "official"))
    assert len(found.matrix) == 3


def test_the_order_of_the_answers_changes_nothing():
    one = audit(90)
    here, there = (matrices(errors(rows), MONDAY, 20) for rows in (one, one.sample(frac=1, random_state=3)))
    assert np.array_equal(here.drawn, there.drawn)


def test_without_a_frozen_matrix_there_is_none():
    with pytest.raises(ValidationError, match="evaluate"):
        matrices(errors(audit(80), frozen=None), MONDAY)


def test_the_frozen_matrix_is_the_first_that_tells_every_class():
    full = {"mean_probabilities": {stance: list(row) for stance, row in zip(STANCES, FROZEN.T, strict=True)}}
    short = {"mean_probabilities": {**full["mean_probabilities"], "restrictive": None}}
    other = {"mean_probabilities": {stance: [1.0, 0.0, 0.0, 0.0] for stance in STANCES}}
    assert frozen_matrix([None, {}, short, full, other]) == pytest.approx(FROZEN)
    assert frozen_matrix([None, {}, short]) is None


def test_a_cell_has_the_mean_matrix_of_its_languages():
    each = np.stack([np.eye(4), np.full((4, 4), 0.25)])
    found = mixed(np.array([[1.0, 0.0], [1.0, 3.0]]), each)
    assert found[0] == pytest.approx(np.eye(4))
    assert found[1] == pytest.approx(0.25 * np.eye(4) + 0.75 * 0.25)
    drawn = np.stack([each, each[::-1]], axis=1)
    assert mixed(np.array([[1.0, 1.0], [2.0, 2.0]]), drawn).shape == (2, 4, 4)


def test_the_newest_measurement_tells_whether_drift_rings():
    weeks = [(MONDAY - pd.Timedelta(weeks=back)).date() for back in range(30)]
    rows = [(weeks[3], "all", True), (weeks[2], "all", False), (weeks[2], "fr", True), (weeks[20], "de", True)]
    known = errors(audit(1), alarms=rows)
    assert alarming(known, MONDAY) == {"fr"}
    assert alarming(known, MONDAY - pd.Timedelta(weeks=3)) == {"all"}
    assert alarming(known, MONDAY - pd.Timedelta(weeks=4)) == set()
    assert alarming(known, MONDAY - pd.Timedelta(weeks=20)) == {"de"}
    assert alarming(NOTHING_KNOWN, MONDAY) == set()
