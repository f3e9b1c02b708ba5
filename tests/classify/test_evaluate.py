from __future__ import annotations

from time import process_time

import numpy as np
import pytest
from sklearn.metrics import f1_score

from analysis.classify.evaluate import (
    calibration_error,
    confusions,
    jurisdiction_metrics,
    macro_f1,
    reliability,
    rule_metrics,
    sector_metrics,
    set_metrics,
    stance_metrics,
)
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
    assert found["opposite_share_of_directional"] == round(1 / 4, 4)
    assert found["brier"] == round(2 * 2 / 6, 4)


def test_the_mean_probabilities_of_each_true_class_are_told():
    given = np.array([[0.7, 0.1, 0.1, 0.1], [0.5, 0.3, 0.1, 0.1], [0.0, 0.2, 0.8, 0.0]])
    found = metrics([SUPPORTIVE, SUPPORTIVE, RESTRICTIVE], given)["mean_probabilities"]
    assert found == {
        SUPPORTIVE: [0.6, 0.2, 0.1, 0.1], NEUTRAL: None, RESTRICTIVE: [0.0, 0.2, 0.8, 0.0], NO_SIGNAL: None
    }  # fmt: skip


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
    told = {name: (part["count"], part["macro_f1"]) for name, part in found["language"].items()}
    assert told == {"en": (3, 0.5556), "fr": (3, 0.5)}
    for part in found["language"].values():
        assert part["macro_f1_low"] <= part["macro_f1"] <= part["macro_f1_high"]
    assert [part["opposite_share_of_directional"] for part in found["language"].values()] == [0.5, 0.0]
    assert [part["expected_calibration_error"] for part in found["language"].values()] == [0.3333, 0.3333]


def test_documents_of_a_part_are_drawn_together_too():
    truth, given = TRUTH * 20, sure(GIVEN * 20)
    languages = ["en"] * 60 + ["fr"] * 60
    found = metrics(truth, given, groups=[str(number // 6) for number in range(120)], parts={"language": languages})
    assert found["language"]["fr"]["macro_f1_low"] == found["language"]["fr"]["macro_f1_high"] == found["macro_f1"]


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


def test_macro_f1_is_that_of_scikit_learn():
    rng = np.random.default_rng(5)
    wanted, given = rng.integers(0, 4, 300), rng.integers(0, 4, 300)
    for some in (slice(None), wanted < 2):
        counts = confusions(wanted[some], given[some], np.zeros(len(wanted[some]), dtype=int)).sum(axis=0)
        assert macro_f1(counts) == pytest.approx(f1_score(wanted[some], given[some], average="macro", zero_division=0))


def test_each_stance_has_an_interval_around_its_figure_and_none_where_it_does_not_occur():
    found = metrics([SUPPORTIVE, NEUTRAL, RESTRICTIVE] * 20, sure([SUPPORTIVE, NEUTRAL, NEUTRAL] * 20))
    for stance in (SUPPORTIVE, NEUTRAL, RESTRICTIVE):
        low, high = found["f1_interval"][stance]
        assert low <= found["f1"][stance] <= high
    assert found["f1_interval"][NEUTRAL][0] < found["f1_interval"][NEUTRAL][1]
    assert (found["f1"][NO_SIGNAL], found["f1_interval"][NO_SIGNAL]) == (None, [None, None])


def test_without_directional_statements_there_is_no_share_of_opposites():
    found = metrics([NEUTRAL, NO_SIGNAL], sure([NEUTRAL, SUPPORTIVE]))
    assert (found["opposite_share"], found["opposite_share_of_directional"]) == (0, None)


def test_sets_tell_coverage_and_how_often_nothing_can_be_told():
    wanted = np.array([0, 1, 2, 3])
    kept = np.array([[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]], dtype=bool)
    assert set_metrics(wanted, kept) == {
        "coverage": 0.5, "single_share": 0.5, "single_accuracy": 0.5, "cannot_tell_share": 0.5
    }  # fmt: skip
    found = metrics(sets=[(stance,) for stance in GIVEN], parts={"kind": ["a"] * 3 + ["b"] * 3})
    assert found["coverage"] == found["single_accuracy"] == found["accuracy"]
    assert found["kind"]["a"]["cannot_tell_share"] == 0
    assert metrics(sets=[()] * 6)["single_accuracy"] is None


def test_the_table_of_reliability_has_a_line_for_each_tenth_that_occurs():
    rows = reliability(np.array([0, 0, 1]), np.vstack([sure([SUPPORTIVE] * 2, 0.75), sure([SUPPORTIVE], 0.4)]))
    assert [(row["from"], row["count"], row["accuracy"]) for row in rows] == [(0.4, 1, 0.0), (0.7, 2, 1.0)]
    assert rows[1]["confidence"] == pytest.approx(0.75)


def test_jurisdictions_count_where_the_truth_names_one():
    assert jurisdiction_metrics(["FR", "", None, "EU"], ["FR", "US", "US", None]) == {"count": 2, "accuracy": 0.5}
    assert jurisdiction_metrics([""], ["FR"]) == {"count": 0, "accuracy": None}


def test_ten_thousand_statements_are_resampled_within_seconds():
    truth = np.random.default_rng(1).choice(STANCES, 10_000)
    began = process_time()
    metrics(list(truth), sure(list(truth), 0.7), groups=[number // 5 for number in range(10_000)])
    assert process_time() - began < 10


def test_the_rule_has_its_own_figures_and_errors_are_told_apart_where_it_opposes():
    truth = ["supportive", "restrictive", "neutral", "no_signal"]
    given = ["supportive", "supportive", "neutral", "neutral"]
    said = ["restrictive", "restrictive", "neutral", "no_signal"]
    told = rule_metrics(truth, given, said)
    assert told == {
        "macro_f1": pytest.approx((0 + 2 / 3 + 1 + 1) / 4, abs=1e-4),
        "opposed_share": 0.5,
        "error_share_where_opposed": 0.5,
        "error_share_elsewhere": 0.5,
    }
    assert rule_metrics(truth, truth, truth)["error_share_where_opposed"] is None
