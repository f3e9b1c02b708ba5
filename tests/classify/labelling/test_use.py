from __future__ import annotations

import pytest

from analysis.classify.labelling.answers import Answer, Read, text_key
from analysis.classify.labelling.use import for_errors, for_training


def statement(name: str, text: str, document: str) -> dict:
    return {
        "statement_id": name, "document_id": document, "text": text, "before": "Before.", "after": "", "language": "en",
        "channel": "press",
    }  # fmt: skip


SHOWN = {
    "s1": statement("s1", "The office eases the rule.", "d1"),
    "s2": statement("s2", "The OFFICE eases  the rule.", "d2"),
    "s3": statement("s3", "The office bars the app.", "d3"),
}
ONE = {"ada": Answer("supportive", ("fintech",), "FR")}


def test_undisputed_labels_for_training_are_given_with_weight_and_document():
    [label] = for_training({("s1", "training"): Read(ONE)}, SHOWN, set(), set(), 0.7)
    assert (label.stance, label.sectors, label.jurisdiction, label.weight, label.group) == (
        "supportive", ("fintech",), "FR", 0.7, "d1"
    )  # fmt: skip
    assert (label.text, label.before, label.language, label.channel) == (SHOWN["s1"]["text"], "Before.", "en", "press")


def test_the_same_text_in_two_documents_has_one_group():
    read = {(name, "training"): Read(ONE) for name in SHOWN}
    assert [label.group for label in for_training(read, SHOWN, set(), set())] == ["d1", "d1", "d3"]


@pytest.mark.parametrize(
    "read",
    [
        {("s1", "audit"): Read(ONE)},
        {("s1", "training"): Read({**ONE, "bob": Answer("neutral")})},
        {("s1", "training"): Read({"ada": Answer("neutral", is_unsure=True)})},
        {("gone", "training"): Read(ONE)},
    ],
)
def test_an_audit_a_dispute_a_doubt_and_a_lost_statement_are_not_trained_on(read):
    assert for_training(read, SHOWN, set(), set()) == []


def test_what_was_drawn_for_an_audit_is_not_trained_on_nor_its_text_elsewhere():
    read = {(name, "training"): Read(ONE) for name in SHOWN}
    left = for_training(read, SHOWN, {"s1"}, {text_key(SHOWN["s1"]["text"])})
    assert [label.statement_id for label in left] == ["s3"]
    assert [label.statement_id for label in for_training(read, SHOWN, {"s3"}, set())] == ["s1", "s2"]


def sample(name: str, purpose="audit", chance=0.25) -> dict:
    return {
        "statement_id": name, "purpose": purpose, "batch": "2025-W23", "language": "fr", "channel": "press", "model_id": "m",
        "document_id": "d", "inclusion_probability": chance, "supportive": 0.1, "neutral": 0.2, "restrictive": 0.3,
        "no_signal": 0.4,
    }  # fmt: skip


def test_audited_statements_have_the_probabilities_of_the_draw_and_weigh_the_inverse_of_their_chance():
    read = {("s1", "audit"): Read({"ada": Answer("neutral", is_unsure=True)}), ("s2", "training"): Read(ONE)}
    [label] = for_errors(read, [sample("s1"), sample("s2"), sample("s3"), sample("s2", "training")])
    assert (label.statement_id, label.stance, label.probabilities, label.weight) == ("s1", "neutral", (0.1, 0.2, 0.3, 0.4), 4)
    assert (label.week, label.language, label.channel, label.model_id, label.group) == ("2025-W23", "fr", "press", "m", "d")


def test_an_audited_statement_waits_while_it_is_disputed():
    given = {"ada": Answer("neutral"), "bob": Answer("restrictive")}
    assert for_errors({("s1", "audit"): Read(given)}, [sample("s1")]) == []
    assert for_errors({("s1", "audit"): Read(given, Answer("neutral"))}, [sample("s1")])[0].stance == "neutral"
