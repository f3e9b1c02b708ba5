from __future__ import annotations

import pytest

from analysis.statements.phrases import Phrases, stands_alone


def test_of_overlapping_phrases_the_first_and_then_the_longest_counts():
    assert Phrases(["new rule", "rule of law", "rule"]).find("a new rule of law, a rule of law") == [(0, 2, 10), (1, 21, 32)]


def test_what_is_found_inside_a_word_hides_nothing_after_it():
    assert Phrases(["er be", "be"]).find("under be") == [(1, 6, 8)]


def test_an_open_phrase_may_have_any_ending_but_no_other_beginning():
    phrases = Phrases(["deutsch", "amt"], [True, False])
    assert [number for number, _, _ in phrases.find("deutschen")] == [0]
    assert phrases.find("undeutsch ämter amts") == []


@pytest.mark.parametrize(("text", "alone"), [("中国证监会将", True), ("aftcb", False), ("ftc2", False), ("-ftc.", True)])
def test_signs_of_chinese_stand_alone_and_letters_do_not(text, alone):
    start = next(place for place in range(len(text)) if text[place] in "证f")
    assert stands_alone(text, start, start + 3) is alone
