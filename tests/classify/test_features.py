from __future__ import annotations

import numpy as np
import pytest

from analysis.classify import cues
from analysis.classify.encoder import vectors
from analysis.classify.features import (
    GRAM_COUNT,
    LONGEST,
    NEIGHBOUR_REACH,
    Passage,
    columns,
    counted,
    digest,
    grams,
    have_signs,
    inputs,
    plain,
    word_grams,
)
from analysis.classify.sectors import sector_words

BAN = Passage("The ministry banned the export of chips.", "en", "It met on Monday.", "Bitcoin fell.")


def test_every_block_stands_where_the_columns_say():
    row, held = inputs([BAN]), columns()
    assert row.shape == (1, held["cue_grams"].stop)
    for name, text in (("vector", BAN.text), ("before", BAN.before), ("after", BAN.after)):
        assert row[:, held[name]].toarray()[0] == pytest.approx(vectors([text])[0], abs=1e-6)
    assert np.array_equal(row[:, held["cues"]].toarray()[0], cues.cue_features(BAN.text, "en"))
    assert np.array_equal(row[:, held["sector_words"]].toarray()[0], sector_words(BAN.text, "en"))
    assert np.array_equal(row[:, held["neighbour_sector_words"]].toarray()[0], sector_words("Bitcoin fell.", "en"))
    words, letters, runs = grams([BAN])
    assert (row[:, held["words"]] != words).nnz == 0
    assert (row[:, held["letters"]] != letters).nnz == 0
    assert (row[:, held["cue_grams"]] != runs).nnz == 0


def test_a_missing_neighbour_is_zero():
    row, held = inputs([Passage("The ministry banned exports.", "en")]), columns()
    assert row[:, held["before"]].nnz == row[:, held["after"]].nnz == row[:, held["neighbour_sector_words"]].nnz == 0


def test_no_passages_have_no_rows():
    assert inputs([]).shape == (0, columns()["cue_grams"].stop)


def test_a_row_is_the_same_alone_and_among_others():
    alone, among = inputs([BAN]), inputs([Passage("Es regnet.", "de"), BAN])[1]
    assert abs(alone - among).max() < 1e-5


@pytest.mark.parametrize(
    "text",
    ["a" * 20_000, "x", "🙂🙂🙂", "Chips 芯片 puces чипы", "\u202e\u2066ban\u2069", "<b>ban</b> &amp;", "\ud800", " "],
    ids=["long", "one", "emoji", "mixed", "bidi", "html", "surrogate", "blank"],
)
def test_any_text_has_numbers(text):
    row = inputs([Passage(text, "en", text, text)])
    assert np.isfinite(row.data).all()


def test_what_is_beyond_the_longest_passage_is_not_looked_at():
    text = "The ministry met. " * 200
    assert (inputs([Passage(text, "en")]) != inputs([Passage(text[:LONGEST], "en")])).nnz == 0
    near, far = (Passage("It met.", "en", before) for before in ("chips " + "x " * NEIGHBOUR_REACH, "x " * NEIGHBOUR_REACH))
    assert (inputs([near]) != inputs([far])).nnz == 0


def test_grams_are_counted_on_one_form_of_each_character():
    assert plain("ＡＩ in 2025: see https://example.org/a?b=1, mail a.b@example.org") == "ai in 0000: see   mail  "
    one, other = (grams([Passage(text, "en")])[0] for text in ("The BAN of 2024", "the ban of 1999"))
    assert (one != other).nnz == 0


def test_a_pair_of_characters_is_a_word_pair_in_chinese():
    assert {"芯", "片", "芯 片"} == set(word_grams("芯片"))
    assert {"the", "ban", "the ban"} == set(word_grams("The ban"))


def test_each_word_gram_is_counted_in_its_column():
    words = grams([Passage("The ministry banned chips and chips.", "en")])[0]
    places = word_grams("The ministry banned chips and chips.")
    assert set(words.indices) == set(places.values())
    assert words[0, places["chips"]] == 2
    assert max(places.values()) < GRAM_COUNT


def test_the_meaning_of_the_numbers_has_one_name(monkeypatch, tmp_path):
    before = digest()
    assert before == digest()
    (tmp_path / "en.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(cues, "FOLDER", tmp_path)
    digest.cache_clear()
    assert digest() != before
    digest.cache_clear()


def test_the_order_of_cues_counts():
    one, other = (
        grams([Passage(text, "en")])[2] for text in ("The ministry banned exports.", "Banned: exports, by the ministry.")
    )
    assert (one != other).nnz > 0


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("The ministry met.", True),
        ("It banned them.", True),
        ("Semiconductors matter.", True),
        ("It rained all day in the hills.", False),
        ("工信部表示", True),
        ("下雨了", False),
    ],
)
def test_a_sign_is_an_authority_an_act_or_a_sector(text, sign):
    language = "en" if text.isascii() else "zh"
    assert have_signs(counted([Passage(text, language)])).tolist() == [sign]
    assert have_signs(counted([Passage("It rained.", "en", "Semiconductors matter.")])).tolist() == [False]
