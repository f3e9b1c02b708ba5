from __future__ import annotations

import pytest

from analysis.collect.duplicates import normal_form, text_hash

SENTENCE = "The ministry bans chip exports."


@pytest.mark.parametrize("invisible", ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u202e"])
def test_invisible_characters_make_no_other_text(invisible):
    assert text_hash(None, SENTENCE.replace("i", f"i{invisible}")) == text_hash(None, SENTENCE)


@pytest.mark.parametrize(
    "copy",
    [SENTENCE.upper(), SENTENCE.replace(" ", "\n \u00a0"), f"  {SENTENCE}\n", SENTENCE.replace("fi", "ﬁ"), "Ｔ" + SENTENCE[1:]],
)
def test_copies_share_a_hash_however_they_are_typeset(copy):
    assert normal_form(copy) == "the ministry bans chip exports."
    assert text_hash("Title", copy) == text_hash(" TITLE", SENTENCE)


def test_another_text_or_title_has_another_hash():
    hashes = {
        text_hash("T", SENTENCE),
        text_hash("U", SENTENCE),
        text_hash("T", SENTENCE + "!"),
        text_hash(None, f"T {SENTENCE}"),
    }
    assert len(hashes) == 4
    assert all(len(digest) == 64 for digest in hashes)


def test_half_a_surrogate_pair_can_be_hashed():
    assert text_hash(None, "\ud800") != text_hash(None, "\ud801")
