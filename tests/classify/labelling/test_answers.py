from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analysis.classify.labelling.answers import Answer, Read, answer_of, counters, counting, person, read_by, text_key
from analysis.errors import LabelError

START = datetime(2025, 6, 2, 9, tzinfo=UTC)


def row(statement="s1", by="ada", version=1, answer=None, purpose="training", withdrawn=False) -> dict:
    return {
        "label_id": f"{statement}{by}{version}", "statement_id": statement, "labelled_by": by, "version": version,
        "purpose": purpose, "labelled_at": START + timedelta(minutes=version),
        "withdrawn_at": START if withdrawn else None, **(answer or Answer("neutral")).columns(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"stance": "hostile"}, "unknown stance 'hostile': one of supportive"),
        ({"stance": "neutral", "sectors": ("fintech", "farming")}, "unknown sector 'farming'"),
        ({"stance": "neutral", "jurisdiction": "Utopia"}, "unknown jurisdiction 'Utopia'"),
        ({"stance": "neutral", "jurisdiction": "QQ"}, "two capitals, or EU"),
        ({"stance": "no_signal", "jurisdiction": "FR"}, "leave it empty where no authority speaks"),
        ({"stance": "neutral", "seconds": float("nan")}, "seconds nan"),
        ({"stance": "neutral", "seconds": -1.0}, "a number from 0"),
        ({"stance": "neutral", "note": "a\0b"}, "characters of text"),
        ({"stance": "neutral", "note": "a" * 5001}, "up to 5000 characters"),
    ],
)
def test_an_answer_that_the_guide_lacks_is_refused_with_its_cure(words, told):
    with pytest.raises(LabelError, match=told.replace("(", r"\(")):
        Answer(**words)


def test_sectors_stand_once_and_in_the_order_of_the_guide():
    assert Answer("neutral", ("fintech", "semiconductors", "fintech")).sectors == ("semiconductors", "fintech")


def test_an_answer_comes_back_from_its_columns():
    given = Answer("restrictive", ("fintech",), "EU", " not sure at all ", True, 12.5)
    assert answer_of(given.columns()) == given
    assert given.note == "not sure at all"


@pytest.mark.parametrize("name", ["", "  ", "a" * 201, "ada\u202e", "ada\nbob"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(LabelError, match="no name of a person"):
        person(name)


def test_a_name_is_kept_without_blanks_around_it():
    assert person(" ada@example.org ") == "ada@example.org"


def test_the_same_text_is_known_however_it_is_spaced_capitalised_or_encoded():
    assert text_key("The  Rule\nstands ﬁrm") == text_key("the rule stands firm ")
    assert text_key("The rule stands firm") != text_key("The rule stands firmly")


def test_of_a_persons_answers_the_newest_that_is_not_withdrawn_counts():
    rows = [row(version=1, answer=Answer("neutral")), row(version=2, answer=Answer("restrictive")), row(by="bob")]
    assert [(r["labelled_by"], r["version"]) for r in counting(rows)] == [("bob", 1), ("ada", 2)]
    rows[1]["withdrawn_at"] = START
    assert {(r["labelled_by"], r["version"]) for r in counting(rows)} == {("bob", 1), ("ada", 1)}
    assert counting([row(withdrawn=True)]) == []


def test_an_answer_for_an_audit_and_one_for_training_stand_beside_each_other():
    assert len(counting([row(purpose="audit"), row(purpose="training")])) == 2


def test_readers_who_agree_are_resolved_by_what_more_than_half_name():
    read = Read(
        {
            "ada": Answer("neutral", ("fintech", "crypto_assets"), "FR", is_unsure=True),
            "bob": Answer("neutral", ("fintech",), "FR"),
        }
    )
    assert read.resolved == Answer("neutral", ("fintech",), "FR")
    assert not read.is_disputed
    assert Read({"ada": Answer("neutral", is_unsure=True)}).resolved.is_unsure
    assert Read({"ada": Answer("neutral", (), "FR"), "bob": Answer("neutral", (), "DE")}).resolved.jurisdiction == ""


def test_readers_who_differ_are_disputed_until_a_third_decides():
    given = {"ada": Answer("neutral"), "bob": Answer("restrictive")}
    assert Read(given).is_disputed and Read(given).resolved is None
    decided = Read(given, Answer("supportive", ("fintech",)))
    assert not decided.is_disputed and decided.resolved == Answer("supportive", ("fintech",))
    assert Read({}).resolved is None and not Read({}).is_disputed


def test_the_third_readers_answer_is_told_apart_from_the_others():
    rows = [row(by="ada"), row(by="bob", answer=Answer("restrictive")), row(by="cleo", answer=Answer("supportive"))]
    read = read_by(rows, {("s1", "training"): "cleo"})["s1", "training"]
    assert set(read.answers) == {"ada", "bob"} and read.decision == Answer("supportive")
    assert read_by(rows, {("s1", "audit"): "cleo"})["s1", "training"].decision is None


def test_counters_tell_what_each_person_did_and_has_still_to_read():
    rows = [
        row("s1", answer=Answer("neutral", seconds=10)), row("s1", version=2, answer=Answer("restrictive", seconds=30)),
        row("s2", answer=Answer("neutral", seconds=50, is_unsure=True), purpose="audit"), row("s3", withdrawn=True),
        row("s1", by="bob"),
    ]  # fmt: skip
    readings = [
        {"statement_id": name, "purpose": "training", "reading": reading, "assigned_to": who}
        for name, reading, who in [("s1", "second", "bob"), ("s2", "second", "bob"), ("s1", "third", "cleo")]
    ]
    told = counters(rows, readings)
    assert told["ada"] == {
        "audit": 1, "training": 1, "unsure": 1, "changed": 1, "withdrawn": 1, "open_second": 0, "open_third": 0,
        "median_seconds": 40,
    }  # fmt: skip
    assert (told["bob"]["training"], told["bob"]["open_second"], told["bob"]["median_seconds"]) == (1, 1, None)
    assert told["cleo"]["open_third"] == 1


def test_two_answers_say_the_same_whatever_time_they_took():
    assert Answer("neutral", note="A", seconds=3).said == Answer("neutral", note="A ", seconds=90).said
    told = {Answer("neutral").said, Answer("restrictive").said, Answer("neutral", ("fintech",)).said}
    assert (
        len(told | {Answer("neutral", (), "FR").said, Answer("neutral", note="A").said, Answer("neutral", is_unsure=True).said})
        == 6
    )
