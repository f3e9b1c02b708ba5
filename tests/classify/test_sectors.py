from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from analysis.catalogue import sectors
from analysis.classify.sectors import (
    CAP,
    CONTEXT_WEIGHT,
    FEWEST_POSITIVES,
    GENERAL,
    LONE_HINT,
    REACH,
    build_sectors,
    languages,
    sector_lexicon,
    sector_words,
    tuned_thresholds,
)
from analysis.tables import SECTORS

CHIPS = SECTORS.index("semiconductors")
COINS = SECTORS.index("crypto_assets")
TECHNOLOGY = SECTORS.index(GENERAL)
COLUMNS = {
    "vector": slice(0, 4),
    "before": slice(4, 6),
    "after": slice(6, 8),
    "sector_words": slice(8, 21),
    "neighbour_sector_words": slice(21, 34),
}


def pointing(text, language="en"):
    """Return the sectors that words of a text point to, with their numbers."""
    return {sector: number for sector, number in zip(SECTORS, sector_words(text, language).tolist(), strict=True) if number}


def test_each_word_of_a_sector_counts():
    assert pointing("It banned microchips.") == {"semiconductors": 1}
    assert pointing("Microchips and more semiconductors.") == {"semiconductors": 2}
    assert pointing("芯片和人工智能", "zh") == {"artificial_intelligence": 1, "semiconductors": 1}


@pytest.mark.parametrize(
    ("text", "language", "sector"),
    [
        ("Le bitcoin est interdit.", "fr", "crypto_assets"),
        ("Die Halbleiterindustrie wächst.", "de", "semiconductors"),
        ("La inteligencia artificial crece.", "es", "artificial_intelligence"),
        ("晶圓廠", "zh", "semiconductors"),
        ("新しい半導体工場が完成した。", "ja", "semiconductors"),
        ("정부는 인공지능을 지원한다.", "ko", "artificial_intelligence"),
        ("As criptomoedas foram proibidas.", "pt", "crypto_assets"),
        ("Le criptovalute sono vietate.", "it", "crypto_assets"),
        ("OpenAI’s model is under review.", "en", "artificial_intelligence"),
        ("TSMC grows.", "fr", "semiconductors"),
        ("Vodafone raised its prices.", "en", "telecommunications"),
    ],
)
def test_words_of_every_language_and_names_tell_a_sector(text, language, sector):
    assert sector in pointing(text, language)


def test_no_sector_is_told_without_words_or_without_a_list():
    assert pointing("It rained.") == {}
    assert pointing("TSMC", "ru") == {}


def test_an_ambiguous_word_counts_in_full_only_in_company():
    assert pointing("The authority looked at the coin.") == {"crypto_assets": LONE_HINT}
    assert pointing("The authority looked at the coin and at mining.") == {"crypto_assets": 2}
    assert pointing("The authority looked at the coin and at bitcoin.") == {"crypto_assets": 2}


def test_a_phrase_that_only_looks_like_a_word_of_a_sector_points_to_none():
    assert "semiconductors" in pointing("Factories for microchips opened.")
    assert pointing("Factories for potato chips opened.") == {}


def test_sector_words_are_counted_to_a_limit_and_a_lone_hint_is_a_half():
    words = sector_words("Bitcoin, bitcoin, bitcoin, bitcoin and a semiconductor.", "en")
    assert words.shape == (13,)
    assert words[COINS] == CAP
    assert words[CHIPS] == 1
    assert sector_words("The authority looked at the coin.", "en")[COINS] == LONE_HINT


@pytest.mark.parametrize("language", languages())
def test_every_sector_has_words_in_every_language_and_finds_them(language):
    for name, sector in sectors().items():
        longest = max(sector.terms[language], key=len).rstrip("*")
        labels = {label for match in sector_lexicon(language).find(longest) for label in match.label.split()}
        assert name in labels, longest


def rows(labels: np.ndarray, rng: np.random.Generator) -> csr_matrix:
    """Return an input in which the vector tells chips, the words tell coins, and all else is noise."""
    dense = rng.normal(size=(len(labels), 34)) * 0.1
    dense[:, 0] += labels[:, CHIPS]
    dense[:, COLUMNS["sector_words"].start + COINS] += labels[:, COINS]
    return csr_matrix(dense)


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    labels = np.zeros((120, 13), dtype=int)
    labels[:40, CHIPS] = labels[30:70, COINS] = 1
    labels[70:90, TECHNOLOGY] = 1
    return labels


def test_sectors_are_learnt_from_vector_and_words(labels):
    rng = np.random.default_rng(1)
    model = build_sectors(COLUMNS).fit(rows(labels, rng), labels)
    fresh = rows(labels, rng)
    model.tuned(model.decision_function(fresh), labels)
    given = model.given(model.decision_function(fresh))
    assert given.shape == (120, 13)
    assert (given[:, CHIPS] == labels[:, CHIPS]).mean() > 0.95
    assert (given[:, COINS] == labels[:, COINS]).mean() > 0.95


def test_a_weight_of_nothing_takes_a_row_out(labels):
    rng = np.random.default_rng(1)
    inputs = rows(labels, rng)
    weight = np.ones(120)
    weight[labels[:, CHIPS] == 1] = 1e-9
    scores = build_sectors(COLUMNS).fit(inputs, labels, sample_weight=weight).decision_function(inputs)
    assert scores[:, CHIPS].max() < 0


def test_without_vectors_only_words_are_asked(labels):
    inputs = rows(labels, np.random.default_rng(1))
    model = build_sectors(COLUMNS, has_vectors=False).fit(inputs, labels)
    changed = inputs.toarray()
    changed[:, : COLUMNS["after"].stop] = 9
    assert np.array_equal(model.decision_function(inputs), model.decision_function(csr_matrix(changed)))


def test_a_sector_with_few_examples_is_left_to_its_words():
    labels = np.zeros((60, 13), dtype=int)
    labels[: FEWEST_POSITIVES - 1, CHIPS] = 1
    dense = np.zeros((60, 34))
    dense[7, COLUMNS["sector_words"].start + CHIPS] = 1
    scores = build_sectors(COLUMNS).fit(csr_matrix(dense), labels).decision_function(csr_matrix(dense))
    assert scores[7, CHIPS] == pytest.approx(1 - LONE_HINT)
    assert scores[8, CHIPS] == pytest.approx(-LONE_HINT)


def test_a_threshold_lies_amid_those_with_nearly_the_best_f1_and_never_parts_equal_scores():
    scores, wanted = np.zeros((40, 13)), np.zeros((40, 13), dtype=int)
    scores[:, CHIPS], wanted[:20, CHIPS] = -np.arange(40), 1
    scores[:20, COINS], wanted[:18, COINS] = 1, 1
    thresholds = tuned_thresholds(scores, wanted)
    assert thresholds[CHIPS] == -19.5
    assert thresholds[COINS] == 0.5
    assert thresholds[TECHNOLOGY] == 0


def test_where_no_sector_passes_the_nearest_within_reach_is_given(labels):
    model = build_sectors(COLUMNS).fit(rows(labels, np.random.default_rng(1)), labels)
    scores = np.full((2, 13), -5.0)
    scores[0, CHIPS], scores[1, CHIPS] = -REACH / 2, -REACH * 2
    given = model.given(scores)
    assert given[0].tolist() == [int(sector == "semiconductors") for sector in SECTORS]
    assert not given[1].any()


def test_the_general_sector_is_given_only_alone(labels):
    model = build_sectors(COLUMNS).fit(rows(labels, np.random.default_rng(1)), labels)
    scores = np.full((2, 13), -5.0)
    scores[:, TECHNOLOGY], scores[1, CHIPS] = 3, 1
    assert model.given(scores)[:, [TECHNOLOGY, CHIPS]].tolist() == [[1, 0], [0, 1]]


def test_relevance_is_none_where_a_sector_is_not_given_and_less_where_only_neighbours_tell_it(labels):
    model = build_sectors(COLUMNS).fit(rows(labels, np.random.default_rng(1)), labels)
    dense = np.zeros((2, 34))
    dense[:, 0] = 3
    dense[1, COLUMNS["neighbour_sector_words"].start + CHIPS] = 1
    inputs = csr_matrix(dense)
    scores = model.decision_function(inputs)
    relevance = model.relevance(inputs)
    assert 0.5 < relevance[0, CHIPS] < 1
    assert 0 < relevance[1, CHIPS] < CONTEXT_WEIGHT
    assert np.array_equal(relevance > 0, model.given(scores) == 1)
