from __future__ import annotations

import tomllib

import numpy as np
import pytest

from analysis.classify import cues

TABLES = {
    language: tomllib.loads((cues.FOLDER / f"{language}.toml").read_text(encoding="utf-8")) for language in cues.LANGUAGES
}


def counted(text, language="en"):
    """Return the cue numbers of a text that are not zero."""
    numbers = cues.cue_features(text, language)
    return {name: float(number) for name, number in zip(cues.feature_names(), numbers, strict=True) if number}


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_all_languages_have_the_same_groups(language):
    assert [f"{table}.{group}" for table, groups in TABLES[language].items() for group in groups] == list(cues.groups())
    assert all(forms for groups in TABLES[language].values() for forms in groups.values())


def test_every_number_has_its_own_name():
    names = cues.feature_names()
    assert len(set(names)) == len(names) == len(cues.cue_features("", "en"))
    assert tuple(names[: len(cues.groups())]) == cues.groups()


def test_cues_are_found_with_their_group():
    text = "The ministry banned exports."
    assert [(text[match.start : match.end], match.label) for match in cues.find(text, "en")] == [
        ("ministry", "authority.generic"),
        ("banned", "restrictive.prohibition"),
    ]
    assert cues.find("The ministry banned exports.", "ru") == []
    assert cues.lexicon("en") is cues.lexicon("en")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The ministry banned exports."),
        ("fr", "Le ministère interdit la publicité."),
        ("de", "Das Ministerium verbietet den Export."),
        ("es", "El ministerio prohíbe la publicidad."),
    ],
)
def test_an_authoritys_act_is_counted_for_it(language, text):
    numbers = counted(text, language)
    assert numbers["restrictive by authority"] == 1
    assert numbers["supportive minus restrictive"] == -1


def test_chinese_acts_are_counted():
    assert counted("监管部门禁止出口。", "zh")["restrictive by authority"] == 1


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("The ministry banned exports.", "authority"),
        ("The company banned users.", "firm"),
        ("It banned users.", "nobody"),
        ("It banned users, said the ministry.", "authority"),
        ("The company told the ministry that it banned users.", "authority"),
        ("The ministry heard that the company banned users.", "firm"),
    ],
)
def test_an_act_belongs_to_the_nearest_actor_before_it_else_to_the_first(text, actor):
    acts = {name: number for name, number in counted(text).items() if name.startswith("restrictive by")}
    assert acts == {f"restrictive by {actor}": 1}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The ministry will not ban exports."),
        ("fr", "Le ministère n'interdit pas la publicité."),
        ("zh", "监管部门不禁止出口。"),
    ],
)
def test_a_negation_before_an_act_turns_it(language, text):
    numbers = counted(text, language)
    assert numbers["restrictive negated"] == 1
    assert numbers["supportive by authority"] == 1
    assert numbers["supportive minus restrictive"] == 1


def test_a_negation_reaches_six_tokens():
    assert "restrictive negated" in counted("not x x x x x banned")
    assert "restrictive negated" not in counted("not x x x x x x banned")
    assert "restrictive negated" not in counted("banned, not")


@pytest.mark.parametrize("text", ["The ministry lifted the ban.", "The ministry did not keep it and lifted the ban."])
def test_a_reversal_keeps_its_side(text):
    numbers = counted(text)
    assert numbers["supportive by authority"] == numbers["reversal_supportive.ban_lifted"] == 1
    assert not {"restrictive.prohibition", "restrictive negated", "supportive negated"} & set(numbers)


def test_numbers_are_capped():
    numbers = counted("ban " * 9)
    assert numbers["restrictive.prohibition"] == numbers["restrictive by nobody"] == cues.CAP
    assert numbers["supportive minus restrictive"] == -cues.CAP


@pytest.mark.parametrize(("text", "language"), [("Prices rose.", "en"), ("", "en"), ("The ministry banned exports.", "ru")])
def test_no_cue_is_all_zeros(text, language):
    assert not np.any(cues.cue_features(text, language))


@pytest.mark.parametrize("language", cues.LANGUAGES)
def test_every_listed_form_is_found_by_itself(language):
    hidden = [
        form
        for groups in TABLES[language].values()
        for forms in groups.values()
        for form in forms
        if not cues.find(form.rstrip("*"), language)
    ]
    assert hidden == []
