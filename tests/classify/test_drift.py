from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.classify.drift import (
    CANNOT_TELL,
    CONFIDENCE,
    FEWEST,
    OPPOSED,
    STANCE,
    UNSEEN,
    VECTORS,
    Finding,
    Judged,
    Sampled,
    judged_drift,
    sampled_drift,
    seen_columns,
)
from analysis.classify.features import GRAM_COUNT, Passage, columns
from analysis.classify.stance import build_model
from analysis.classify.training import Example, training_set
from analysis.tables import STANCES


def judged(count, shares, seed, confidence=0.7, single=0.8, opposed=0.01, a_document=5, first=0):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(4, count, p=shares)
    peaks = np.clip(rng.normal(confidence, 0.08, count), 0.3, 0.99)
    probabilities = np.tile(((1 - peaks) / 3)[:, None], (1, 4))
    probabilities[np.arange(count), chosen] = peaks
    documents = np.array([f"d{first + number // a_document}" for number in range(count)])
    return Judged(documents, probabilities, rng.random(count) < single, rng.random(count) < opposed)


USUAL = (0.2, 0.2, 0.2, 0.4)
BEFORE = judged(3000, USUAL, 1)


def found(week, before=BEFORE):
    return {finding.limit: finding for finding in judged_drift(week, before, np.random.default_rng(0))}


def test_a_week_like_those_before_it_tells_nothing():
    told = found(judged(400, USUAL, 2, first=10_000))
    assert [finding.severity for finding in told.values()] == ["info"] * 4
    assert all(0 <= finding.value < 0.1 for finding in told.values())


def test_other_shares_of_stances_are_an_alarm_and_touch_nothing_else():
    told = found(judged(400, (0.6, 0.1, 0.1, 0.2), 2, first=10_000))
    assert told[STANCE].severity == "critical"
    assert told[STANCE].value > 0.25 > told[STANCE].chance
    assert told[CONFIDENCE].severity == told[CANNOT_TELL].severity == "info"
    assert "stance shares: population stability index" in told[STANCE].words


def test_the_index_is_that_of_its_formula():
    week = judged(400, (0.6, 0.1, 0.1, 0.2), 2, first=10_000)
    shares = []
    for part in (week, BEFORE):
        counts = np.bincount(part.probabilities.argmax(axis=1), minlength=4) + 0.5
        shares.append(counts / counts.sum())
    expected = ((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum()
    assert found(week)[STANCE].value == pytest.approx(expected)


def test_less_confidence_and_more_cannot_tell_are_noticed():
    told = found(judged(400, USUAL, 2, confidence=0.5, single=0.4, first=10_000))
    assert told[CONFIDENCE].severity == "critical"
    assert told[CANNOT_TELL].severity == "critical"
    assert told[CANNOT_TELL].value == pytest.approx(0.4, abs=0.06)
    assert told[STANCE].severity == "info"


def test_more_stances_that_cue_words_oppose_are_noticed():
    told = found(judged(400, USUAL, 2, opposed=0.2, first=10_000))
    assert told[OPPOSED].severity == "critical"
    assert told[OPPOSED].value == pytest.approx(0.19, abs=0.06)
    assert told[CANNOT_TELL].severity == told[STANCE].severity == "info"


def test_a_change_that_a_few_long_documents_make_by_chance_is_no_alarm():
    kinds = [judged(50, np.eye(4)[number % 4], number, a_document=50, first=number) for number in range(24)]
    before = Judged(*(np.concatenate([getattr(kind, name) for kind in kinds]) for name in Judged.__dataclass_fields__))
    told = found(judged(60, (0, 0, 1, 0), 99, a_document=60, first=10_000), before)
    assert told[STANCE].value > 0.25
    assert told[STANCE].severity == "info"


def test_few_statements_are_not_enough():
    for week, before in ((judged(FEWEST - 1, USUAL, 2), BEFORE), (judged(400, USUAL, 2), judged(60, USUAL, 3))):
        told = found(week, before)
        assert {finding.value for finding in told.values()} == {None}
        assert {finding.severity for finding in told.values()} == {"info"}
        assert f"not enough ({len(week.documents)} statements)" in told[STANCE].words
    assert found(judged(0, USUAL, 2), judged(0, USUAL, 2))[STANCE].value is None


def sampled(count, seed, unseen=0.01, shift=0.0, width=16, first=0):
    rng = np.random.default_rng(seed)
    grams = rng.integers(20, 40, count)
    vectors = rng.normal(size=(count, width))
    vectors[:, 0] += shift
    documents = np.array([f"d{first + number // 2}" for number in range(count)])
    return Sampled(documents, grams, rng.binomial(grams, unseen), vectors)


OLD = sampled(200, 1)


def told_of(week, unseen_columns=0.03, before=OLD):
    return {f.limit: f for f in sampled_drift(week, before, unseen_columns, np.random.default_rng(0))}


def test_words_and_vectors_like_before_tell_nothing():
    assert [finding.severity for finding in told_of(sampled(200, 2, first=1000)).values()] == ["info", "info"]


def test_new_words_are_estimated_from_the_columns_that_were_never_filled():
    week = sampled(200, 2, unseen=0.025, first=1000)
    told = told_of(week)
    new, old = (part.unseen_counts.sum() / part.gram_counts.sum() for part in (week, OLD))
    assert told[UNSEEN].value == pytest.approx((new - old) / 0.03)
    assert told[UNSEEN].severity == "critical"
    assert told[VECTORS].severity == "info"
    assert told_of(sampled(200, 2, unseen=0.0, first=1000))[UNSEEN].severity == "info"


def test_vectors_elsewhere_are_noticed_by_their_mean():
    told = told_of(sampled(200, 2, shift=1.5, first=1000))
    assert told[VECTORS].value == pytest.approx(1.5**2 / 16, abs=0.06)
    assert told[VECTORS].severity == "critical"
    assert told[UNSEEN].severity == "info"


def test_a_model_without_vectors_has_no_figure_for_them_and_one_that_saw_every_column_none_for_words():
    plain = [replace(part, vectors=np.zeros((200, 0))) for part in (sampled(200, 2, first=1000), OLD)]
    assert list(told_of(plain[0], before=plain[1])) == [UNSEEN]
    assert told_of(sampled(200, 2), unseen_columns=0.0)[UNSEEN].value is None
    assert told_of(sampled(10, 2))[VECTORS].value is None


def test_a_figure_between_its_limits_is_a_warning_and_one_within_chance_none():
    assert Finding(STANCE, 100, 0.15, 0.05).severity == "warning"
    assert Finding(STANCE, 100, 0.3, 0.05).severity == "critical"
    assert Finding(STANCE, 100, 0.3, 0.4).severity == "info"


def test_seen_columns_are_those_that_the_examples_fill():
    texts = ["The ministry banned chips.", "Prices rose in spring.", "The agency praised the plan.", "The office met."] * 3
    examples = training_set(
        [Example(Passage(text, "en"), STANCES[number % 4], (), str(number)) for number, text in enumerate(texts)]
    )
    fitted = build_model(has_vectors=False).fit(examples.inputs, examples.stances)
    seen = seen_columns(fitted)
    filled = np.zeros(GRAM_COUNT, dtype=bool)
    filled[np.unique(examples.inputs[:, columns()["words"]].tocoo().col)] = True
    assert seen.shape == (GRAM_COUNT,)
    assert (seen == filled).all()
