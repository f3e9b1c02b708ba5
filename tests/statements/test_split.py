from __future__ import annotations

import re
import time
from itertools import pairwise
from types import SimpleNamespace

import pytest
import sentencex
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.statements import split as splitting
from analysis.statements.split import LENGTH_LIMIT, Passage, split

LANGUAGES = ("en", "fr", "de", "es", "zh", "ar", "und")
WORDS = st.sampled_from(
    ["The ministry", " said.", " No! ", "\n\n", "\t", "z. B. ", "Art. 5", " 4. März ", "U.S. ", "«", "» ", "“", "”",
     "发布公告。", "是吗？", "😀", "e\u0301", "\u200b", "\u00a0", "\r\n", "\u2028", "123 ", "— ", "العربية. ", "𝒳", "ß",
     "İ", "; "]
)  # fmt: skip
TEXTS = st.text(max_size=120) | st.lists(WORDS | st.text(max_size=8), max_size=30).map("".join)


def texts_of(text, language):
    return [passage.text for passage in split(text, language)]


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(TEXTS, st.sampled_from(LANGUAGES))
def test_passages_are_verbatim_ordered_apart_and_trimmed(text, language):
    passages = split(text, language)
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert sum(character.isalpha() for character in passage.text) > 1
        assert len(passage.text) <= LENGTH_LIMIT
    for one, following in pairwise(passages):
        assert one.end <= following.start
        assert (one.after, following.before) == (following.text, one.text)
    kept = {place for passage in passages for place in range(passage.start, passage.end)}
    lost = {place for place, character in enumerate(text) if character.isalpha()} - kept
    assert not any(place + 1 in lost for place in lost)


def test_passages_know_their_neighbours():
    assert split("One is here. Two is there.\n---\nThree.", "en") == [
        Passage(0, 12, "One is here.", "", "Two is there."),
        Passage(13, 26, "Two is there.", "One is here.", "Three."),
        Passage(31, 37, "Three.", "Two is there.", ""),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "123 456.", "--- * ---", "A", "3 b"])
def test_what_holds_no_word_is_left_out(text):
    assert split(text, "en") == []


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("fr", ["M. Dupont a dit non.", "La loi, art. 5, s'applique.", "Mme Roy et MM. Roux l'ont lue."]),
        ("de", ["Am 4. März 2025 beschloss das Amt nach Abs. 2 die Regel.", "Die Firma zahlt 3 Mio. Euro.", "Dr. Roth ging."]),
        ("es", ["La Sra. Díaz firmó el art. 3 de la ley.", "Los EE. UU. la apoyan.", "Entra en vigor hoy."]),
        ("en", ["Mr. Smith of the U.S. Senate spoke.", "Dr. Jones v. Acme Inc. was cited.", "Sen. Roe left."]),
        ("zh", ["市场监管总局发布公告。", "企业应当遵守！", "是吗？"]),
    ],
)
def test_abbreviations_and_german_dates_end_no_sentence(language, sentences):
    assert texts_of(("" if language == "zh" else " ").join(sentences), language) == sentences


def test_a_line_ends_a_passage():
    assert texts_of("A heading without a stop\nThe text begins.", "en") == ["A heading without a stop", "The text begins."]


def test_no_passage_goes_on_over_a_cut():
    text = "One asks this? Two says that\nand more. Three."
    assert [passage.text for passage in split(text, "en", [4, 15, 29, 35, len(text)])] == [
        "One", "asks this?", "Two says that", "and mo", "re.", "Three."
    ]  # fmt: skip
    assert split("", "en", [0]) == []


def test_a_language_without_rules_is_split_too():
    assert texts_of("Κάτι έγινε. Και άλλο.", "el") == ["Κάτι έγινε.", "Και άλλο."]
    assert texts_of("One is here. Two is there.", "und") == ["One is here.", "Two is there."]


@pytest.mark.parametrize("text", ["word " * 1000, "字" * 4000, "a" * 4000, "clause number one; " * 200])
def test_a_passage_that_is_too_long_is_cut_and_nothing_of_it_lost(text):
    passages = split(text, "en")
    assert len(passages) > 1
    assert all(0 < len(passage.text) <= LENGTH_LIMIT for passage in passages)
    assert "".join(passage.text for passage in passages).replace(" ", "") == text.replace(" ", "")


def test_a_long_passage_is_cut_at_a_mark_where_there_is_one():
    first, *_ = split("clause number one, " * 200, "en")
    assert first.text.endswith(",")


def test_each_line_is_looked_at_once(monkeypatch):
    looked_at = []

    def counted(language, line):
        looked_at.append(len(line))
        return boundaries(language, line)

    boundaries = sentencex.get_sentence_boundaries
    monkeypatch.setattr(sentencex, "get_sentence_boundaries", counted)
    for size in (10, 20, 40):
        looked_at.clear()
        text = "U.S. rules apply here\n" * size
        split(text, "en")
        assert sum(looked_at) == len(text) - size


def test_a_line_without_any_sentence_is_split_however_long():
    assert len(split("a" * 2_000_000, "en")) == -(-2_000_000 // LENGTH_LIMIT)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Corp. The "), ("de", "Ziff. Die "), ("fr", "voir art. "), ("es", "Sra. La ")]
)
def test_a_line_of_nothing_but_abbreviations_is_searched_in_its_ends_only(monkeypatch, language, words):
    searched = []

    class Counted:
        def __init__(self, pattern):
            self.pattern = pattern

        def search(self, text):
            searched.append(len(text))
            return self.pattern.search(text)

    compiled = re.compile
    monkeypatch.setattr(
        splitting, "re", SimpleNamespace(compile=lambda *rule: Counted(compiled(*rule)), finditer=re.finditer, I=re.I)
    )
    text = words * 500
    assert "".join(texts_of(text, language)).replace(" ", "") == text.replace(" ", "")
    assert sum(searched) <= 50 * 1000


@pytest.mark.parametrize("mark", ["«", "“", "„", '"', "。", ". "])
def test_a_line_of_marks_takes_linear_time(mark):
    started = time.process_time()
    split(mark * 200_000, "fr")
    assert time.process_time() - started < 20


def test_a_long_line_is_cut_behind_a_sentence():
    text = "The agency will act at once. " * 1_000
    assert {passage.text for passage in split(text, "en")} == {"The agency will act at once."}
