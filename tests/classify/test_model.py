from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from analysis.classify import encoder
from analysis.classify.features import Passage
from analysis.classify.model import FOLDS, fit, judge, recipe
from analysis.classify.registry import model_id
from analysis.classify.training import EXAMPLES, chosen, read_examples, training_set
from analysis.errors import ModelError
from analysis.tables import SECTORS, STANCES

PASSAGES = [
    Passage("The ministry banned the export of chips and will fine firms that break the ban.", "en"),
    Passage("The government will subsidise new chip plants with two billion euros.", "en"),
    Passage("Prices rose.", "fr", "Les puces sont chères."),
]


@pytest.fixture(scope="module")
def examples():
    """Return 90 of the project's English examples for each stance."""
    known = read_examples([EXAMPLES / "en.jsonl"])
    return training_set([example for stance in STANCES for example in [e for e in known if e.stance == stance][:90]])


@pytest.fixture(scope="module")
def fitted(examples):
    return fit(examples, model_id(examples))


@pytest.fixture(scope="module")
def model(fitted):
    return fitted[0]


@pytest.fixture(scope="module")
def judgements(model):
    return judge(model, PASSAGES)


def test_too_few_examples_are_refused(examples):
    rows = np.flatnonzero(examples.stances != "neutral")
    few = np.flatnonzero(examples.stances == "neutral")[: 2 * FOLDS - 1]
    with pytest.raises(ModelError, match="fewer than 10 examples of neutral"):
        fit(chosen(examples, np.sort(np.concatenate([rows, few]))), "m-x")


def test_examples_of_one_document_alone_are_refused(examples):
    groups = np.where(examples.stances == "neutral", "one document", examples.groups)
    with pytest.raises(ModelError, match="from fewer than 5 documents"):
        fit(replace(examples, groups=groups), "m-x")


def test_nothing_is_fitted_on_vectors_of_another_encoder(examples, tmp_path, monkeypatch):
    np.save(tmp_path / "vectors.npy", np.random.default_rng(1).normal(size=(len(encoder.PINNED_TEXTS), encoder.LENGTH)))
    monkeypatch.setattr(encoder, "PINNED", tmp_path / "vectors.npy")
    with pytest.raises(ModelError, match="gives other vectors than the pinned ones"):
        fit(examples, "m-x")


def test_probabilities_sum_to_one_and_the_stance_is_the_likeliest(judgements):
    for judgement in judgements:
        assert tuple(judgement.probabilities) == STANCES
        assert sum(judgement.probabilities.values()) == pytest.approx(1)
        assert all(0 < probability < 1 for probability in judgement.probabilities.values())
        assert judgement.stance == max(judgement.probabilities, key=judgement.probabilities.get)
        assert 0 <= judgement.disagreement <= 1
        assert set(judgement.stance_set) <= set(STANCES)


def test_plain_passages_are_judged_as_anyone_would(judgements):
    assert [judgement.stance for judgement in judgements[:2]] == ["restrictive", "supportive"]
    assert all("semiconductors" in judgement.sectors for judgement in judgements[:2])


def test_held_out_answers_belong_to_the_examples(fitted, examples):
    _, held_out = fitted
    assert held_out.probabilities.shape == (len(examples), len(STANCES))
    assert held_out.probabilities.sum(axis=1) == pytest.approx(1)
    assert np.mean(np.array(STANCES)[held_out.probabilities.argmax(axis=1)] == examples.stances) > 0.45
    assert held_out.sectors.shape == (len(examples), len(SECTORS))
    both = (held_out.sectors > 0) & (examples.sectors > 0)
    assert both.sum() > 0.5 * examples.sectors.sum()


@pytest.fixture(scope="module")
def few(examples):
    """Return 30 examples of each stance."""
    return chosen(examples, np.concatenate([np.flatnonzero(examples.stances == name)[::3] for name in STANCES]))


def test_no_document_teaches_what_it_is_asked(few):
    """Rows of one group stand on one side: copies under one group must not be answered from memory."""
    noise = np.random.default_rng(7).permutation(few.stances)
    twice = chosen(few, np.tile(np.arange(len(few)), 2))
    twice = replace(twice, stances=np.tile(noise, 2), groups=np.tile(np.arange(len(noise)).astype(str), 2))
    _, held_out = fit(twice, "m-x", has_vectors=False)
    assert np.mean(np.array(STANCES)[held_out.probabilities.argmax(axis=1)] == twice.stances) < 0.45


def test_the_same_examples_give_the_same_model_and_answers(few):
    (one, held_out), (again, held_again) = (fit(few, model_id(few)) for _ in range(2))
    assert again.model_id == one.model_id
    assert np.array_equal(held_out.probabilities, held_again.probabilities)
    assert judge(again, PASSAGES) == judge(one, PASSAGES)


def test_a_model_judges_the_languages_of_its_examples_that_have_word_lists(model, few):
    assert model.languages == ("en",)
    assert model.temperature > 0
    languages = np.array(["en", "fr", "ja"])[np.arange(len(few)) % 3]
    assert fit(replace(few, languages=languages), "m-x", has_vectors=False)[0].languages == ("en", "fr")


def test_a_passage_is_judged_alike_alone_and_among_others(model, judgements):
    (alone,) = judge(model, PASSAGES[:1])
    assert alone.probabilities == pytest.approx(judgements[0].probabilities, abs=1e-4)
    assert judge(model, []) == []


def test_neighbours_count(model):
    text = "The decision takes effect in May."
    alone, beside = judge(model, [Passage(text, "en"), Passage(text, "en", "The regulator banned the chips.", "Fines follow.")])
    assert alone.probabilities != pytest.approx(beside.probabilities, abs=1e-3)


def test_the_second_flavour_does_without_sentence_vectors(examples):
    model, _ = fit(examples, model_id(examples, has_vectors=False), has_vectors=False)
    assert not model.has_vectors
    judged = judge(model, PASSAGES)
    assert [judgement.stance for judgement in judged[:2]] == ["restrictive", "supportive"]
    assert all(judgement.disagreement == 0 for judgement in judged)
    assert dict(judged[0].terms)["sentence vector"] == 0


def test_cue_words_alone_judge_a_language_without_examples(model):
    french = Passage("Le ministère interdit l'exportation de puces et infligera des amendes.", "fr")
    plain, other = judge(model, [french, PASSAGES[0]])
    assert model.judged_languages == ("en", "fr", "zh", "de", "es")
    assert plain.rule_stance == "restrictive"
    assert tuple(plain.probabilities.values()) == pytest.approx(model.rule_shares[STANCES.index("restrictive")])
    assert plain.terms and all(words in french.text and weight == 1.0 for words, weight in plain.terms)
    assert plain.disagreement == 0 and "semiconductors" in plain.sectors
    assert other.probabilities == pytest.approx(judge(model, [PASSAGES[0]])[0].probabilities, abs=1e-4)


def test_what_cue_words_say_stands_beside_the_models_answer(model):
    judged = judge(model, [*PASSAGES, Passage("It rained all day in the hills.", "en")], skips=True)
    assert [judgement.rule_stance for judgement in judged] == ["restrictive", "supportive", "no_signal", "no_signal"]
    assert np.array(model.rule_shares).sum(axis=1) == pytest.approx(1)
    assert np.array(model.rule_shares).shape == (len(STANCES), len(STANCES))


def test_passages_without_a_sign_are_skipped_only_when_asked(model):
    plain, telling = Passage("It rained all day in the hills.", "en"), PASSAGES[0]
    skipped, judged = judge(model, [plain, telling], skips=True)
    assert (skipped.stance, skipped.sectors, skipped.terms) == ("no_signal", {}, [])
    assert tuple(skipped.probabilities.values()) == model.without_signs
    assert sum(model.without_signs) == pytest.approx(1)
    assert judged.probabilities == pytest.approx(judge(model, [telling])[0].probabilities, abs=1e-4)
    assert judge(model, [plain])[0].terms
    assert judge(model, [plain], skips=True) == [skipped]


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "x", "🙂", "Chips 芯片", "\u202e\u2066", "<b>ban</b>", "\ud800"], ids=str.__len__
)
def test_any_text_is_judged(model, text):
    (judgement,) = judge(model, [Passage(text, "en")])
    assert sum(judgement.probabilities.values()) == pytest.approx(1)


def test_heavier_examples_weigh_more(few):
    heavy = replace(few, weights=np.where(few.stances == "restrictive", 20.0, 1.0))
    passage = [Passage("The committee met.", "en")]
    plain, leaning = (judge(fit(part, "m-x", has_vectors=False)[0], passage)[0] for part in (few, heavy))
    assert leaning.probabilities != plain.probabilities


def test_the_recipe_names_encoder_and_versions():
    assert recipe()["encoder"] == encoder.encoder_version()
    assert recipe(has_vectors=False)["encoder"] is None
    assert {"scikit_learn", "stance", "sectors", "features"} <= set(recipe())
    assert json.loads(json.dumps(recipe())) == recipe()
