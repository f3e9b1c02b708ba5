from __future__ import annotations

import time

import pytest

from analysis.classify import cues, relations


def related(text, language="en"):
    counts = relations.relations(text, language, cues.find(text, language))
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("The ministry banned exports.", "authority: restrictive clause"),
        ("The ministry will subsidise plants.", "authority: supportive clause"),
        ("The ministry banned imports and will subsidise plants.", "authority: mixed clause"),
        ("The ministry spoke.", "authority: actless clause"),
        ("The retailer banned imports from the ministry.", "firm: restrictive clause"),
        ("Retailers urged the ministry to act.", "firm: firm act clause"),
        ("Experts praised the ministry.", "opinion: supportive clause"),
        ("Exports were banned.", "nobody: restrictive clause"),
    ],
)
def test_a_sentence_is_told_by_its_first_actor_and_the_lean_of_its_acts(text, clause):
    assert related(text)[clause] == 1


def test_each_sentence_with_a_cue_counts_for_itself():
    found = related("The ministry banned exports. Nothing else. The retailer banned imports.")
    assert found["authority: restrictive clause"] == found["firm: restrictive clause"] == 1
    assert related("监管部门禁止出口。企业禁止进口。", "zh")["authority: restrictive clause"] == 1


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The ministry said so.", "authority speaks"),
        ("It is safe, said the ministry.", "authority speaks"),
        ("The retailer said so.", "firm speaks"),
        ("Critics said so.", "firm speaks"),
    ],
)
def test_the_cue_beside_a_word_of_saying_speaks(text, speaker):
    assert related(text)[speaker] == 1
    assert len({"authority speaks", "firm speaks"} & set(related(text))) == 1


def test_nobody_near_a_word_of_saying_is_no_speaker():
    assert not {"authority speaks", "firm speaks"} & set(
        related("The ministry, so far away from them in so many ways, said so.")
    )


def test_doubt_and_presupposition_stand_shortly_before_the_act():
    assert related("It could ban imports.")["restrictive in doubt"] == 1
    assert related("They might subsidise plants.")["supportive in doubt"] == 1
    assert related("Despite that, a ban")["restrictive presupposed"] == 1
    assert "restrictive in doubt" not in related("It could, or so many people here hope, ban imports.")


def test_a_name_that_no_list_holds_is_an_unknown_actor():
    assert related("Yesterday Zorblatt Foods banned imports.")["act of unknown name"] == 1
    assert "act of unknown name" not in related("Yesterday the ministry at Zorblatt banned imports.")
    assert "act of unknown name" not in related("They have banned imports.")
    assert "act of unknown name" not in related("Gestern hat Zorblatt Importe verboten.", "de")


def test_quotations_questions_and_headlines_are_seen():
    assert related("“It works,” he said. Does it?") == {
        **related("“It works,” he said. Does it?"),
        "quotation": 1,
        "question": 1,
    }
    assert related("Ministry bans imports")["headline"] == 1
    assert "headline" not in related("Ministry bans imports.")
    assert "headline" not in related("")


def test_every_relation_has_a_name_and_hostile_text_is_read_in_linear_time():
    hostile = "Aa-" * 20_000 + " ban " + "A a " * 20_000
    begun = time.process_time()
    assert set(related(hostile)) <= set(relations.NAMES)
    assert time.process_time() - begun < 20
