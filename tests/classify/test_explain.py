from __future__ import annotations

import numpy as np
import pytest

from analysis.classify import cues, stance
from analysis.classify.explain import LETTERS, LEVEL, NEIGHBOURS, OTHER, PARTS, SENTENCE, TERM_COUNT, terms
from analysis.classify.features import Passage, inputs
from analysis.classify.training import EXAMPLES, read_examples, training_set
from analysis.tables import STANCES

PASSAGES = [
    Passage("The ministry banned the export of chips and will fine firms that break it.", "en", "It met.", "Fines follow."),
    Passage("The government will subsidise new chip plants with two billion euros.", "en"),
    Passage("部门禁止出口芯片", "zh"),
]


@pytest.fixture(scope="module", params=[True, False], ids=["vectors", "words"])
def fitted(request):
    known = read_examples([EXAMPLES / "en.jsonl"])
    examples = training_set([example for name in STANCES for example in [e for e in known if e.stance == name][:60]])
    return stance.build_model(request.param).fit(examples.inputs, examples.stances)


def mean_decision(fitted, rows, name):
    place = list(fitted.classes_).index(name)
    return np.mean([voter.decision_function(rows)[:, place] for voter in fitted.estimators_], axis=0)


@pytest.mark.parametrize("name", STANCES)
def test_all_terms_sum_to_the_mean_decision_of_the_voters(fitted, name):
    rows = inputs(PASSAGES)
    found = terms(fitted, PASSAGES, rows, [name] * len(PASSAGES))
    sums = [sum(weight for _, weight in row) for row in found]
    assert sums == pytest.approx(mean_decision(fitted, rows, name), abs=0.002)


def test_words_stand_in_the_text_strongest_first_and_the_parts_last(fitted):
    for passage, row in zip(PASSAGES, terms(fitted, PASSAGES, inputs(PASSAGES), ["restrictive"] * 3), strict=True):
        words, parts = row[: -len(PARTS)], row[-len(PARTS) :]
        assert tuple(name for name, _ in parts) == PARTS
        assert len(words) <= TERM_COUNT
        assert all(word in passage.text.lower() or word in cues.feature_names() for word, _ in words)
        weights = [abs(weight) for _, weight in words]
        assert weights == sorted(weights, reverse=True)


def test_the_word_that_decides_is_named_with_its_direction(fitted):
    towards, against = (
        dict(terms(fitted, PASSAGES[:1], inputs(PASSAGES[:1]), [name])[0]) for name in ("restrictive", "supportive")
    )
    assert towards["banned"] > max(0, against["banned"])


def test_without_vectors_nothing_unreadable_but_letters_votes(fitted):
    row = dict(terms(fitted, PASSAGES[:1], inputs(PASSAGES[:1]), ["restrictive"])[0])
    has_vectors = len(fitted.estimators_) > 1
    assert (row[SENTENCE] != 0) == has_vectors
    assert (row[NEIGHBOURS] != 0) == has_vectors
    assert row[LETTERS] != 0
    assert {LEVEL, OTHER} <= set(row)


def test_a_word_that_is_called_as_a_part_is_leaves_that_part_as_it_is(fitted):
    passage = Passage("The ministry banned letters above the level.", "en")
    row = terms(fitted, [passage], inputs([passage]), ["restrictive"])[0]
    names, place = [name for name, _ in row], list(fitted.classes_).index("restrictive")
    assert (names.count(LEVEL), names.count(LETTERS)) == (1, 1)
    constant = np.mean([voter[-1].intercept_[place] for voter in fitted.estimators_])
    assert dict(row)[LEVEL] == pytest.approx(constant, abs=0.0001)


def test_who_acts_on_whom_is_named(fitted):
    row = dict(terms(fitted, PASSAGES[:1], inputs(PASSAGES[:1]), ["restrictive"])[0])
    assert "restrictive by authority" in row


def test_pairs_of_characters_are_joined_as_they_stand(fitted):
    row = terms(fitted, PASSAGES[2:], inputs(PASSAGES[2:]), ["restrictive"])[0]
    assert any(len(name) == 2 and name in PASSAGES[2].text for name, _ in row)
