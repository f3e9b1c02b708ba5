from __future__ import annotations

import pytest

from analysis.classify.lexicon import Lexicon, Match, alternatives, is_case_sensitive, normal, simplified, tokens

FORMS = (
    ("ban", "ban"),
    ("lifted the ban", "reversal"),
    ("semiconductor*", "chips"),
    ("data cent*", "cloud"),
    ("commission", "authority"),
    ("l'", "article"),
    ("amende", "fine"),
    ("don't", "negation"),
    ("commerce", "trade"),
    ("e-commerce", "platform"),
    ("R&D", "research"),
    ("AI", "ai"),
    ("Apple", "firm"),
    ("JD.com", "firm"),
    ("Data Act", "law"),
)
LEXICON = Lexicon(FORMS, "en")
CHINESE = Lexicon((("禁止", "ban"), ("禁止令", "order"), ("不得", "ban"), ("AI", "ai"), ("5G", "telecom")), "zh")


def found(text, lexicon=LEXICON):
    return [(text[match.start : match.end], match.label) for match in lexicon.find(text)]


def test_a_match_tells_its_place_label_form_and_token():
    assert LEXICON.find("They lifted the ban: a ban!") == [
        Match(5, 19, "reversal", "lifted the ban", 1),
        Match(23, 26, "ban", "ban", 6),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("urban banner bans", []),
        ("BAN Ban ban", [("BAN", "ban"), ("Ban", "ban"), ("ban", "ban")]),
        ("e-commerce and commerce", [("e-commerce", "platform"), ("commerce", "trade")]),
        ("Semiconductors, semiconductor-makers", [("Semiconductors", "chips"), ("semiconductor-makers", "chips")]),
        ("data centres, a data centre, data in centres", [("data centres", "cloud"), ("data centre", "cloud")]),
        ("L’amende et l'amende", [("L’", "article"), ("amende", "fine"), ("l'", "article"), ("amende", "fine")]),
        ("the Commission’s ban", [("Commission’s", "authority"), ("ban", "ban")]),
        ("They don’t ban", [("don’t", "negation"), ("ban", "ban")]),
        ("lifted the\n ban", [("lifted the\n ban", "reversal")]),
        ("lifted, the ban", [("ban", "ban")]),
        ("", []),
    ],
)
def test_whole_tokens_are_matched_the_longest_first(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AI and ai and Ai", [("AI", "ai")]),
        ("Apple grows an apple", [("Apple", "firm")]),
        ("R&D, r&d", [("R&D", "research")]),
        ("JD.com JD.com's jd.com", [("JD.com", "firm"), ("JD.com's", "firm")]),
        ("Apple’s ban, AI's rise", [("Apple’s", "firm"), ("ban", "ban"), ("AI's", "ai")]),
        ("the Data Act, the data act", [("Data Act", "law")]),
    ],
)
def test_names_must_be_written_as_they_are_listed(text, expected):
    assert found(text) == expected
    assert (is_case_sensitive("R&D"), is_case_sensitive("e-commerce")) == (True, False)


@pytest.mark.parametrize(
    "text", ["They lifted the ban on semiconductors, AI and the ban of e-commerce.", "ban ban lifted the ban the ban"]
)
def test_each_token_belongs_to_one_match(text):
    matches = LEXICON.find(text)
    assert matches == sorted(matches, key=lambda match: match.start)
    assert all(one.end <= following.start for one, following in zip(matches, matches[1:], strict=False))


def test_the_first_listed_form_wins_at_equal_length():
    assert found("must", Lexicon((("must", "restrictive"), ("must", "modal")), "en")) == [("must", "restrictive")]
    assert found("必须", Lexicon((("必须", "restrictive"), ("必须", "modal")), "zh")) == [("必须", "restrictive")]


def test_chinese_is_matched_within_the_text_whatever_its_characters():
    assert found("該部禁止令與禁止，不得", CHINESE) == [("禁止令", "order"), ("禁止", "ban"), ("不得", "ban")]
    assert CHINESE.find("我们禁止")[0] == Match(2, 4, "ban", "禁止", 2)


def test_a_latin_form_in_chinese_text_is_a_word_of_its_own():
    assert found("发展AI技术和5G网络", CHINESE) == [("AI", "ai"), ("5G", "telecom")]
    assert found("发email到TAIWAN", CHINESE) == []


def test_tokens_keep_hyphens_and_inner_signs_and_part_elisions():
    text = "l'amende isn't the EU's firms' R&D: I+D in Booking.com, well-known qu'il"
    assert [word for _, _, word in tokens(text)] == [
        "l'", "amende", "isn't", "the", "EU", "firms", "R&D", ":", "I+D", "in", "Booking.com", ",", "well-known", "qu'", "il",
    ]  # fmt: skip
    assert all(text[start:end].startswith(word) for start, end, word in tokens(text))


def test_normal_and_simplified_texts_keep_every_place():
    assert normal("L’İD\u00a0É") == "l'İd é"
    assert simplified("國家發展") == "国家发展"
    assert len(simplified("這裡的頭髮")) == 5


GERMAN = Lexicon(
    (
        ("hebt … *verbot* … auf", "ban lifted"),
        ("*verbot", "ban"),
        ("amt", "office"),
        ("beschränk* … gelockert", "eased"),
        ("Amt … Bonn", "name"),
    ),
    "de",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Verbot, Exportverbot, Handy-Verbot, Verbote", ["ban", "ban", "ban"]),
        ("Das Amt hebt das Verbot auf", ["office", "ban lifted"]),
        ("Bald hebt das zuständige Amt sein strenges Werbeverbot für Apps wieder auf", ["ban lifted", "office"]),
        ("Es hebt eins zwei drei vier fünf sechs sieben Verbot auf", ["ban"]),
        ("Es hebt die Hand, das Verbot fällt auf", ["ban"]),
        ("Beschränkungen werden gelockert", ["eased"]),
        ("hebt Verbot", ["ban"]),
        ("das Amt in Bonn, das amt in bonn", ["name", "office"]),
    ],
)
def test_a_star_stands_for_either_end_of_a_word_and_a_gap_for_some_words_without_a_mark(text, expected):
    assert [match.label for match in GERMAN.find(text)] == expected


def test_a_gap_in_chinese_reaches_twelve_characters_within_a_clause():
    lexicon = Lexicon((("解除…禁令", "ban lifted"), ("禁令", "ban"), ("游戏", "games")), "zh")
    assert [(match.label, match.start, match.end) for match in lexicon.find("将解除对游戏的禁令")] == [
        ("ban lifted", 1, 9),
        ("games", 4, 6),
    ]
    assert found("解除職務，禁令不變", lexicon) == [("禁令", "ban")]
    assert found("解除了它在去年冬天对这些游戏的禁令", lexicon) == [("游戏", "games"), ("禁令", "ban")]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("plain", ["plain"]),
        ("(lifts|lifted) … (ban*|the gag)", ["lifts … ban*", "lifts … the gag", "lifted … ban*", "lifted … the gag"]),
        ("(解除|取消)…禁令", ["解除…禁令", "取消…禁令"]),
        ("subsection (1)", ["subsection (1)"]),
    ],
)
def test_brackets_with_bars_stand_for_each_choice(form, expected):
    assert alternatives(form) == expected


def test_a_match_of_a_choice_names_the_form_chosen():
    lexicon = Lexicon((("(lifts|lifted) … (ban*|gag)", "relief"),), "en")
    assert [match.form for match in lexicon.find("It lifted its old bans and lifts the gag.")] == [
        "lifted … ban*",
        "lifts … gag",
    ]
