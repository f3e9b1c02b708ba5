"""Questions and answers through the steps: composed dialogues, no real ones."""

from __future__ import annotations

from datetime import date

from analysis.loose import explain
from analysis.steps.integrity import check_database
from analysis.tables import signals, stance_index, statements

ASKED = (
    "The office takes questions on crypto assets.\n"
    "Reporter: The SEC banned crypto asset firms and fined them last year. Will the ban on digital tokens stay?\n"
    "Spokesperson Muster: We will support crypto asset firms with simpler rules in case {number}. We welcome digital tokens.\n"
    "Reporter: Does the Federal Reserve agree that a ban harms crypto assets?\n"
    "Spokesperson Muster: We speak for ourselves, and we welcome innovation in digital tokens.\n"
)


def official(number):
    return {
        "file": f"answers-{number}.txt", "date": f"2025-03-{number + 2:02d}", "title": f"Press conference number {number}",
        "language": "en", "channel": "official", "authority_id": "us-sec", "publisher": "Composed Gazette",
        "address": f"https://www.agency.example/answers/{number}",
    }  # fmt: skip


def folder(write):
    return write(
        {f"answers-{number}.txt": ASKED.format(number=number) for number in (1, 2, 3)},
        [official(number) for number in (1, 2, 3)],
    )


def test_questions_are_kept_as_statements_of_nobody_and_only_answers_are_judged(home, write, flow, rows):
    flow(home, folder(write))
    said = rows(home, statements)
    questions = [row for row in said if row["turn"] == "question"]
    answers = [row for row in said if row["turn"] == "answer"]
    assert (len(questions), len(answers), len(said)) == (9, 9, 21)
    assert {(row["authority_id"], row["attributed_by"], row["asked_by"]) for row in questions} == {(None, "none", "Reporter")}
    assert {(row["authority_id"], row["speaker"], row["asked_by"]) for row in answers} == {
        ("us-sec", "Spokesperson Muster", "Reporter")
    }
    assert {row["statement_id"] for row in rows(home, signals)} == {row["statement_id"] for row in said if row not in questions}
    cell = {"scope": "jurisdiction", "jurisdiction": "US", "sector": "crypto_assets", "channel": "official"}
    [point] = rows(home, stance_index, week_on=date(2025, 3, 3), window_weeks=4, **cell)
    assert point["statement_count"] == len(said) - len(questions)
    assert point["balance"] > 0.5
    assert check_database(home)["broken"] == {}


def test_reading_a_dialogue_shows_who_asks_and_who_answers(home, write, trained, now):
    [*told] = explain(home, folder(write) / "answers-1.txt", None, now)["statements"]
    assert [line["turn"] for line in told] == [None, "question", "question", "answer", "answer", "question", "answer"]
    assert told[1]["asked_by"] == told[3]["asked_by"] == "Reporter"
    assert told[1]["stance"] is None and told[1]["probabilities"] is None
    assert told[3]["speaker"] == "Spokesperson Muster" and told[3]["stance"] is not None
