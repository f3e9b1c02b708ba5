from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from analysis.classify import cues, features
from analysis.classify.features import VECTOR_LENGTH, Passage
from analysis.classify.model import (
    CUE_WEIGHT,
    EXAMPLES,
    FOLDS,
    TERM_COUNT,
    best_temperature,
    build_stance,
    deciding_terms,
    fit,
    judge,
    read_examples,
    recipe,
)
from analysis.classify.registry import model_id
from analysis.errors import ModelError
from analysis.tables import STANCES

PASSAGES = [
    Passage("The ministry banned the export of chips and will fine firms that break the ban.", "en"),
    Passage("The government will subsidise new chip plants with two billion euros.", "en"),
    Passage("Prices rose.", "fr", "Les puces sont chères."),
]


@pytest.fixture(scope="module")
def examples():
    """Return 90 of the project's English examples for each stance."""
    known = read_examples([EXAMPLES / "en.jsonl"])
    return [example for stance in STANCES for example in [e for e in known if e.stance == stance][:90]]


@pytest.fixture(scope="module")
def fitted(examples):
    return fit(examples, model_id(examples))


@pytest.fixture(scope="module")
def model(fitted):
    return fitted[0]


@pytest.fixture(scope="module")
def judgements(model):
    return judge(model, PASSAGES)


def write(tmp_path, *lines):
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_examples_are_read_with_either_name_of_the_label(tmp_path):
    path = write(
        tmp_path,
        {"text": "a", "language": "fr", "stance": "neutral", "sectors": ["fintech"]},
        "",
        {"text": "b", "label": "supportive", "sectors": None},
    )
    first, second = read_examples([path])
    assert (first.passage, first.stance, first.sectors) == (Passage("a", "fr"), "neutral", ("fintech",))
    assert (second.passage, second.stance, second.sectors) == (Passage("b", "en"), "supportive", ())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"text": "b", "stance": "hostile"}, "unknown label hostile"),
        ({"text": "b", "stance": "neutral", "sectors": ["farming"]}, "unknown label farming"),
        ({"text": "b"}, "not a labelled passage"),
        ({"stance": "neutral"}, "not a labelled passage"),
        ("[1]", "not a labelled passage"),
        ("{broken", "not a labelled passage"),
    ],
)
def test_a_line_that_is_no_example_is_named_with_its_file(tmp_path, line, told):
    path = write(tmp_path, {"text": "a", "stance": "neutral"}, line)
    with pytest.raises(ModelError, match=f"labels.jsonl, line 2: {told}"):
        read_examples([path])


def test_no_examples_are_told(tmp_path):
    with pytest.raises(ModelError, match=r"no examples in labels\.jsonl"):
        read_examples([write(tmp_path, "")])
    with pytest.raises(ModelError, match="no examples in no file"):
        read_examples([])


def test_too_few_examples_are_refused(examples):
    kept = [example for example in examples if example.stance == "neutral"][: 2 * FOLDS - 1]
    scarce = [example for example in examples if example.stance != "neutral"] + kept
    with pytest.raises(ModelError, match="fewer than 10 examples of neutral"):
        fit(scarce, "m-x")


def test_probabilities_sum_to_one_and_the_stance_is_the_likeliest(judgements):
    for judgement in judgements:
        assert tuple(judgement.probabilities) == STANCES
        assert sum(judgement.probabilities.values()) == pytest.approx(1)
        assert all(0 < probability < 1 for probability in judgement.probabilities.values())
        assert judgement.stance == max(judgement.probabilities, key=judgement.probabilities.get)


def test_plain_passages_are_judged_as_anyone_would(judgements):
    assert [judgement.stance for judgement in judgements[:2]] == ["restrictive", "supportive"]
    assert [judgement.sectors for judgement in judgements[:2]] == [features.find_sectors(passage) for passage in PASSAGES[:2]]
    assert judgements[2].sectors == {"semiconductors": pytest.approx(1 / 6)}


def test_held_out_probabilities_belong_to_the_examples(fitted, examples):
    _, held_out = fitted
    assert held_out.shape == (len(examples), len(STANCES))
    assert held_out.sum(axis=1) == pytest.approx(1)
    right = [STANCES[column] == example.stance for column, example in zip(held_out.argmax(axis=1), examples, strict=True)]
    assert np.mean(right) > 0.45


def test_the_same_examples_give_the_same_model_and_answers(fitted, examples):
    again, held_out = fit(list(examples), model_id(examples))
    assert again.model_id == fitted[0].model_id
    assert np.array_equal(held_out, fitted[1])
    assert judge(again, PASSAGES) == judge(fitted[0], PASSAGES)


def test_a_model_judges_the_languages_of_its_examples(model, examples):
    assert model.languages == ("en",)
    assert model.temperature > 0
    french = [replace(example, passage=replace(example.passage, language="fr")) for example in examples[::2]]
    assert fit([*examples, *french], "m-x")[0].languages == ("en", "fr")


def test_a_passage_is_judged_alike_alone_and_among_others(model, judgements):
    (alone,) = judge(model, PASSAGES[:1])
    assert alone.probabilities == pytest.approx(judgements[0].probabilities, abs=1e-5)
    assert judge(model, []) == []


def test_deciding_terms_stand_in_the_text(judgements):
    for passage, judgement in zip(PASSAGES, judgements, strict=True):
        *words, (last, _) = judgement.terms
        assert last == "sentence vector"
        assert all(word in passage.text for word, _ in words)
        assert len(words) <= TERM_COUNT
        weights = [abs(weight) for _, weight in words]
        assert weights == sorted(weights, reverse=True)
    assert {"banned", "ministry"} <= {word for word, _ in judgements[0].terms}
    assert dict(judgements[0].terms)["banned"] > 0


def test_terms_share_the_weight_of_their_group(model):
    passage = Passage("It banned and prohibited them.", "en")
    (group,) = {match.label for match in cues.find(passage.text, "en")}
    place = VECTOR_LENGTH + cues.feature_names().index(group)
    (inputs,) = features.stance_features([passage], features.vectors([passage.text]))
    (scaled,) = model.stance[:-1].transform([inputs])
    for stance in ("restrictive", "supportive"):
        coefficient = model.stance[-1].coef_[list(model.stance.classes_).index(stance)][place]
        terms = dict(deciding_terms(model, passage, inputs, stance))
        assert terms["banned"] == terms["prohibited"] == pytest.approx(coefficient * scaled[place] / 2, abs=0.001)


def test_cues_weigh_more_than_one_number_of_the_vector():
    inputs = np.random.default_rng(1).normal(size=(40, VECTOR_LENGTH + len(cues.feature_names())))
    scaled = build_stance()[:-1].fit_transform(inputs)
    assert scaled[:, :VECTOR_LENGTH].std() == pytest.approx(1)
    assert scaled[:, VECTOR_LENGTH:].std() == pytest.approx(CUE_WEIGHT)


def test_the_best_temperature_undoes_overconfidence():
    rng = np.random.default_rng(2)
    decisions = rng.normal(size=(4000, 4))
    wanted = np.array([rng.choice(4, p=row) for row in softmax(decisions, axis=1)])
    assert best_temperature(decisions, wanted) == pytest.approx(1, abs=0.1)
    assert best_temperature(3 * decisions, wanted) == pytest.approx(3, abs=0.3)


def test_the_recipe_names_encoder_and_versions():
    assert recipe()["encoder"] == features.encoder_version()
    assert {"scikit_learn", "stance", "sectors", "cue_groups"} <= set(recipe())
    assert json.loads(json.dumps(recipe())) == recipe()
