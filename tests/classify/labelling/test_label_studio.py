from __future__ import annotations

import json
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from analysis.classify.labelling.answers import Answer
from analysis.classify.labelling.label_studio import from_tasks, interface, to_tasks
from analysis.errors import LabelError
from analysis.tables import SECTORS, STANCES

MOMENT = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)


def row(**changes) -> dict:
    told = {
        "statement_id": "s1", "purpose": "training", "language": "en", "channel": "press", "published_on": date(2025, 6, 1),
        "publisher": "Composed Gazette", "title": None, "before": "", "text": "The office waits.", "after": "",
        "stance": "neutral", "sectors": ["fintech"], "jurisdiction": "FR", "note": "A remark.", "is_unsure": True,
        "labelled_by": "ada@example.org", "labelled_at": MOMENT, "seconds": 12.5,
    }  # fmt: skip
    return {**told, **changes}


def written_by_the_tool(**changes) -> dict:
    """A task as the tool's JSON export has it, with one annotation by its user number 3."""
    annotation = {
        "id": 17,
        "completed_by": 3,
        "result": [
            {"value": {"choices": ["restrictive"]}, "id": "9m5j0VqiQB", "from_name": "stance", "to_name": "text",
             "type": "choices", "origin": "manual"},
            {"value": {"choices": ["fintech", "crypto_assets"]}, "id": "aaaaaaaaaa", "from_name": "sectors", "to_name": "text",
             "type": "choices", "origin": "manual"},
            {"value": {"text": ["DE"]}, "id": "O6ho-q9Ip7", "from_name": "jurisdiction", "to_name": "text",
             "type": "textarea", "origin": "manual"},
        ],
        "was_cancelled": False, "ground_truth": False, "created_at": "2025-06-02T09:00:00.123456Z",
        "updated_at": "2025-06-02T09:30:00Z", "draft_created_at": None, "lead_time": 23.797, "prediction": {},
        "result_count": 3, "unique_id": "5f2c", "import_id": None, "last_action": None, "bulk_created": False, "task": 8,
        "project": 2, "updated_by": 3, "parent_prediction": None, "parent_annotation": None, "last_created_by": None,
        **changes,
    }  # fmt: skip
    return {
        "id": 8, "annotations": [annotation], "file_upload": "9f-tasks.json", "drafts": [], "predictions": [],
        "data": {"statement_id": "s1", "text": "The office waits."}, "meta": {}, "created_at": "2025-06-01T09:00:00Z",
        "updated_at": "2025-06-02T09:30:00Z", "inner_id": 1, "total_annotations": 1, "cancelled_annotations": 0,
        "total_predictions": 0, "comment_count": 0, "project": 2, "updated_by": 3, "comment_authors": [],
    }  # fmt: skip


def content(*tasks) -> bytes:
    return json.dumps(list(tasks)).encode()


def test_answers_go_out_as_annotations_of_one_task_and_come_back():
    given = to_tasks(
        [row(), row(labelled_by="bob@example.org", stance="restrictive", is_unsure=False, note=""), row(statement_id="s2")]
    )
    tasks = json.loads(given)
    assert [len(task["annotations"]) for task in tasks] == [2, 1]
    assert tasks[0]["annotations"][0]["completed_by"] == {"email": "ada@example.org"}
    parsed = from_tasks(given)
    assert [(line.statement_id, line.labelled_by) for line in parsed.lines] == [
        ("s1", "ada@example.org"), ("s1", "bob@example.org"), ("s2", "ada@example.org")
    ]  # fmt: skip
    assert parsed.lines[0].answer == Answer("neutral", ("fintech",), "FR", "A remark.", True, 12.5)
    assert parsed.lines[1].answer == Answer("restrictive", ("fintech",), "FR", "", False, 12.5)
    assert (parsed.lines[0].labelled_at, parsed.lines[0].purpose) == (MOMENT, "training")


def test_what_waits_is_a_task_without_annotations_and_counts_as_unanswered():
    waiting = row(stance=None, labelled_by=None)
    [task] = json.loads(to_tasks([waiting]))
    assert (task["annotations"], task["predictions"], task["data"]["text"]) == ([], [], "The office waits.")
    assert from_tasks(to_tasks([waiting])).unanswered == 1


def test_a_task_as_the_tool_writes_it_is_read():
    [line] = from_tasks(content(written_by_the_tool()), people={3: "cleo"}).lines
    assert line.answer == Answer("restrictive", ("fintech", "crypto_assets"), "DE", seconds=23.797)
    assert (line.labelled_by, line.labelled_at, line.purpose, line.place) == ("cleo", MOMENT, None, "task 8, annotation 17")
    full = {"id": 3, "email": "cleo@example.org", "first_name": "C", "last_name": "L"}
    assert from_tasks(content(written_by_the_tool(completed_by=full))).lines[0].labelled_by == "cleo@example.org"
    assert from_tasks(content(written_by_the_tool(completed_by=None)), by="dan").lines[0].labelled_by == "dan"


def test_what_was_skipped_or_left_empty_is_unanswered():
    told = from_tasks(content(written_by_the_tool(was_cancelled=True)))
    assert (told.lines, told.unanswered) == ((), 1)
    told = from_tasks(content(written_by_the_tool(result=[])), people={3: "cleo"})
    assert (told.lines, told.unanswered) == ((), 1)


def result(control="stance", values=("neutral",), kind="choices") -> dict:
    return {"from_name": control, "to_name": "text", "type": "choices", "value": {kind: list(values)}}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (content(written_by_the_tool()), r"task 8, annotation 17: answered by number 3: say who that is \(--person 3=NAME\)"),
        (content(written_by_the_tool(result=[result("mood")])), "task 8, annotation 17: unknown result 'mood'"),
        (content(written_by_the_tool(result=[result(values=["bad"])], completed_by=None)), "unknown stance 'bad'"),
        (content(written_by_the_tool(result=[result(values=["neutral", "bad"])])), "one answer has one stance"),
        (content(written_by_the_tool(result=[result("sectors", ["fintech"])], completed_by=None)), "stance is missing"),
        (content(written_by_the_tool(result=["x"], completed_by=None)), "unknown result None"),
        (content({**written_by_the_tool(), "data": {"text": "A"}}), r"task 8: no data\.statement_id"),
        (content({"id": 8, "data": {"statement_id": "s1"}, "stance": "neutral"}), "no list of annotations"),
        (content(written_by_the_tool(was_cancelled=True), written_by_the_tool()), r"task 8: statement s1 is task 8 \(1\) too"),
        (b'{"tasks": []}', "no list of tasks"),
        (b"[1]", "no list of tasks"),
        (b"[", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b"\xff\xfe[]", "no UTF-8"),
    ],
)  # fmt: skip
def test_tasks_of_another_form_are_refused_with_the_cure(given, told):
    with pytest.raises(LabelError, match=told):
        from_tasks(given, by="dan")


def test_the_interface_asks_for_what_is_read_and_offers_every_label():
    shown = ET.fromstring(interface())
    assert {control.get("name") for control in shown if control.get("toName")} == {
        "stance", "sectors", "jurisdiction", "unsure", "note"
    }  # fmt: skip
    offered = [choice.get("value") for choice in shown.iter("Choice")]
    assert offered == [*STANCES, *SECTORS, "unsure"]
    assert {text.get("value") for text in shown.iter("Text")} == {"$title", "$before", "$text", "$after"}
