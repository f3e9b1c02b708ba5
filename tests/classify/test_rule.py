from __future__ import annotations

import numpy as np
import pytest

from analysis.classify import rule
from analysis.classify.cues import cue_features, feature_names
from analysis.tables import STANCES

TOLD = {
    "supportive": (
        ("The ministry will subsidise three new chip plants.", "en"),
        ("Le gouvernement lève l'interdiction des drones de livraison.", "fr"),
        ("Das Ministerium fördert das Quantenlabor mit 20 Millionen Euro.", "de"),
        ("工信部将给予芯片企业补贴。", "zh"),
    ),
    "restrictive": (
        ("The regulator fined the platform and banned its adverts.", "en"),
        ("La autoridad multó a la plataforma con dos millones de euros.", "es"),
        ("网信办禁止该平台上线新的直播功能。", "zh"),
    ),
    "neutral": (("The commission published the agenda of its next meeting.", "en"),),
    "no_signal": (("Rain fell all day.", "en"), ("The platform fined its own sellers.", "en"), ("雨下了一整天。", "zh")),
}


@pytest.mark.parametrize(("said", "text", "language"), [(said, *pair) for said, pairs in TOLD.items() for pair in pairs])
def test_the_rule_reads_a_plain_statement_without_any_example(said, text, language):
    assert rule.answers(cue_features(text, language)[None]) == [said]


def test_an_act_of_an_authority_outweighs_one_of_nobody():
    names = feature_names()
    numbers = np.zeros((3, len(names)))
    numbers[:, names.index("supportive by authority")] = 1
    numbers[:, names.index("restrictive by nobody")] = [1, 2, 3]
    numbers[:, names.index("authority.body")] = 1
    assert rule.answers(numbers).tolist() == ["supportive", "neutral", "restrictive"]


def test_shares_are_those_of_the_true_stances_where_the_rule_says_the_same_and_none_is_impossible():
    found = rule.shares(["supportive"] * 6 + ["no_signal"], ["supportive"] * 4 + ["neutral"] * 2 + ["no_signal"])
    assert found[0] == pytest.approx(np.array([5, 3, 1, 1]) / 10)
    assert found[STANCES.index("restrictive")] == pytest.approx([0.25] * 4)
    assert found[3] == pytest.approx(np.array([1, 1, 1, 2]) / 5)


def test_only_supportive_and_restrictive_are_opposed():
    opposed = [(one, other) for one in STANCES for other in STANCES if rule.is_opposed(one, other)]
    assert opposed == [("supportive", "restrictive"), ("restrictive", "supportive")]
    assert not rule.is_opposed("supportive", None)


def test_the_terms_of_the_rule_are_the_acts_for_and_against_it():
    text = "The regulator banned the app and fined its maker, while the ministry subsidises others."
    found = rule.terms(text, "en", "restrictive")
    assert all(words in text for words, _ in found)
    assert [weight for _, weight in found] == [1.0, 1.0, -1.0]
