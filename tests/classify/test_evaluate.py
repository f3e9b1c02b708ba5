from __future__ import annotations

import numpy as np
import pytest

from analysis.classify.evaluate import calibration_error, sector_metrics, stance_metrics
from analysis.tables import STANCES

SUPPORTIVE, NEUTRAL, RESTRICTIVE, NO_SIGNAL = STANCES
TRUTH = [SUPPORTIVE, SUPPORTIVE, NEUTRAL, RESTRICTIVE, RESTRICTIVE, NO_SIGNAL]
GIVEN = [SUPPORTIVE, RESTRICTIVE, NEUTRAL, RESTRICTIVE, RESTRICTIVE, NEUTRAL]


def sure(stances, confidence=1.0):
    """Return probabilities that give each of these stances this much and share the rest."""
    rows = np.full((len(stances), len(STANCES)), (1 - confidence) / 3)
    for row, stance in zip(rows, stances, strict=True):
        row[STANCES.index(stance)] = confidence
    return rows


def metrics(truth=TRUTH, given=None, **more):
    return stance_metrics(truth, sure(GIVEN) if given is None else given, np.random.default_rng(0), **more)


def test_a_small_confusion_gives_known_figures():
    found = metrics()
    assert found["count"] == 6
    assert found["f1"] == {SUPPORTIVE: 0.6667, NEUTRAL: 0.6667, RESTRICTIVE: 0.8, NO_SIGNAL: 0.0}
    assert found["macro_f1"] == round((2 / 3 + 2 / 3 + 4 / 5 + 0) / 4, 4)
    assert found["accuracy"] == round(4 / 6, 4)
    assert found["opposite_share"] == round(1 / 6, 4)
    assert found["brier"] == round(2 * 2 / 6, 4)


def test_perfect_answers_have_perfect_figures():
    found = metrics(given=sure(TRUTH))
    assert (found["macro_f1"], found["macro_f1_low"], found["macro_f1_high"]) == (1, 1, 1)
    assert (found["accuracy"], found["brier"], found["opposite_share"], found["expected_calibration_error"]) == (1, 0, 0, 0)


def test_the_interval_contains_the_value_and_narrows_with_more():
    truth = np.random.default_rng(3).choice(STANCES, 400)
    given = [stance if number % 4 else STANCES[number % 3] for number, stance in enumerate(truth)]
    few, many = (metrics(list(truth[:size]), sure(given[:size])) for size in (60, 400))
    for found in (few, many):
        assert found["macro_f1_low"] < found["macro_f1"] < found["macro_f1_high"]
    assert many["macro_f1_high"] - many["macro_f1_low"] < few["macro_f1_high"] - few["macro_f1_low"]


def test_statements_of_one_document_are_drawn_together():
    truth, given = TRUTH * 20, sure(GIVEN * 20)
    alone = metrics(truth, given)
    together = metrics(truth, given, groups=[number // 6 for number in range(120)])
    assert together["macro_f1"] == alone["macro_f1"]
    assert together["macro_f1_low"] == together["macro_f1_high"] == together["macro_f1"]
    assert alone["macro_f1_low"] < alone["macro_f1_high"]


def test_the_same_seed_gives_the_same_interval():
    assert metrics() == metrics()


def test_parts_have_figures_of_their_own():
    found = metrics(parts={"language": ["fr", "en", "en", "en", "fr", "fr"]})
    assert found["language"] == {"en": {"count": 3, "macro_f1": 0.5556}, "fr": {"count": 3, "macro_f1": 0.5}}


def test_calibration_is_perfect_where_confidence_is_accuracy():
    wanted = np.array([0, 0, 0, 1])
    given = sure([SUPPORTIVE] * 4, 0.75)
    assert calibration_error(wanted, given) == pytest.approx(0)
    assert calibration_error(np.zeros(4, dtype=int), sure([SUPPORTIVE] * 4)) == pytest.approx(0)


def test_overconfidence_is_an_error_as_large_as_it_is():
    wanted = np.array([0, 1, 0, 1])
    assert calibration_error(wanted, sure([SUPPORTIVE] * 4, 0.95)) == pytest.approx(0.45)
    mixed = np.vstack([sure([SUPPORTIVE] * 4, 0.95), sure([SUPPORTIVE] * 4, 0.5)])
    assert calibration_error(np.tile(wanted, 2), mixed) == pytest.approx(0.225)


def test_sectors_are_scored_by_their_overlap():
    found = sector_metrics([("fintech", "semiconductors"), ("fintech",), ()], [("fintech",), ("fintech", "crypto_assets"), ()])
    assert found["f1"] == {"semiconductors": 0.0, "fintech": 1.0}
    assert found["micro_f1"] == round(2 * 2 / (2 * 2 + 1 + 1), 4)
    assert found["macro_f1"] == 0.5


def test_no_sectors_at_all_have_no_macro_figure():
    assert sector_metrics([()], [()])["macro_f1"] is None
