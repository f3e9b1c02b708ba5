"""Labels as tasks with annotations of Label Studio (https://labelstud.io/guide/task_format), and the interface for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from analysis.classify.labelling.lines import Parsed, decoded, gathered
from analysis.errors import LabelError
from analysis.tables import SECTORS, STANCES, content_id

DATA = ("statement_id", "purpose", "language", "channel", "published_on", "publisher", "title", "before", "text", "after")
"""What of a row is the task; the rest is the annotation."""
KINDS = {"stance": "choices", "sectors": "choices", "unsure": "choices", "jurisdiction": "textarea", "note": "textarea"}
"""Controls of the interface, with the type that the tool gives their results."""
UNSURE = "unsure"
INDENT = "\n  "


def interface() -> str:
    """Return the labelling interface to paste into a project's settings: its controls are those that `from_tasks` reads."""

    def choices(name: str, words: Sequence[str], how: str) -> str:
        inner = "".join(f'{INDENT}  <Choice value="{word}"/>' for word in words)
        return f'{INDENT}<Choices name="{name}" toName="text" {how}>{inner}{INDENT}</Choices>'

    def words(name: str, rows: int) -> str:
        return f'{INDENT}<TextArea name="{name}" toName="text" rows="{rows}" maxSubmissions="1"/>'

    shown = "".join(f'{INDENT}<Text name="{name}" value="${name}"/>' for name in ("title", "before", "text", "after"))
    asked = (
        choices("stance", STANCES, 'choice="single" required="true"'),
        choices("sectors", SECTORS, 'choice="multiple"'),
        words("jurisdiction", 1),
        choices("unsure", [UNSURE], 'choice="multiple"'),
        words("note", 2),
    )
    return f"<View>{shown}{''.join(asked)}\n</View>\n"


def to_tasks(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows with the COLUMNS of `lines` as JSON tasks, one a statement and purpose, with an annotation for each answer.

    A row without a stance is a task that waits. Whoever answered is told by address, as the tool's import wants it.
    """
    tasks = []
    for number, (_, answers) in enumerate(groupby(sorted(rows, key=_task_key), key=_task_key), 1):
        given = list(answers)
        data = {name: _plain(given[0].get(name)) or "" for name in DATA}
        annotations = [_annotation(row, number) for row in given if row.get("stance")]
        tasks.append({"id": number, "data": data, "annotations": annotations, "predictions": []})
    return (json.dumps(tasks, ensure_ascii=False, indent=1) + "\n").encode()


def _task_key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["statement_id"], row.get("purpose") or ""


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _annotation(row: Mapping[str, Any], task: int) -> dict[str, Any]:
    name = content_id(row["statement_id"], row["labelled_by"], row.get("purpose"))
    chosen = {"stance": [row["stance"]], "sectors": list(row["sectors"]), "unsure": [UNSURE] if row["is_unsure"] else []}
    written = {"jurisdiction": row.get("jurisdiction"), "note": row.get("note")}
    told = {**chosen, **{control: [words] if words else [] for control, words in written.items()}}
    return {
        "id": int(name[:8], 16),
        "result": [_result(control, values, name) for control, values in told.items() if values],
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": _plain(row["labelled_at"]),
        "updated_at": _plain(row["labelled_at"]),
        "lead_time": row.get("seconds"),
        "task": task,
        "completed_by": {"email": row["labelled_by"]},
    }


def _result(control: str, values: list[str], name: str) -> dict[str, Any]:
    value = {"choices" if KINDS[control] == "choices" else "text": values}
    return {
        "id": content_id(name, control)[:10], "from_name": control, "to_name": "text", "type": KINDS[control],
        "origin": "manual", "value": value,
    }  # fmt: skip


def from_tasks(content: bytes, by: str | None = None, people: Mapping[int, str] | None = None) -> Parsed:
    """Return the answers of a JSON export; `by` answered where an annotation does not tell who, `people` names numbers.

    An annotation that was skipped in the tool, and a task without any, count as unanswered.
    Raises LabelError, naming tasks and cures, when any of it cannot be taken.
    """
    try:
        tasks = json.loads(decoded(content))
    except (ValueError, RecursionError) as error:
        raise LabelError(f"no JSON ({error}): export the project as JSON") from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise LabelError("no list of tasks: export the project as JSON, not as JSON-MIN or CSV")
    return gathered(_rows(tasks, people or {}), by)


def _rows(tasks: Sequence[Mapping[str, Any]], people: Mapping[int, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    seen: dict[tuple[str, str], str] = {}
    for number, task in enumerate(tasks, 1):
        place = f"task {task.get('id', number)}"
        data = task.get("data")
        if not isinstance(data, dict) or not isinstance(data.get("statement_id"), str):
            raise LabelError(f"{place}: no data.statement_id: export tasks that were made by `labels export`")
        purpose = data.get("purpose") or None
        if (earlier := seen.setdefault((data["statement_id"], str(purpose)), f"{place} ({number})")) != f"{place} ({number})":
            raise LabelError(f"{place}: statement {data['statement_id']} is {earlier} too: delete one of them")
        annotations = task.get("annotations")
        if not isinstance(annotations, list) or not all(isinstance(each, dict) for each in annotations):
            raise LabelError(f"{place}: no list of annotations: export the project as JSON, not as JSON-MIN or CSV")
        told = [each for each in annotations if not each.get("was_cancelled")]
        if not told:
            yield place, {"statement_id": data["statement_id"]}
        for each in told:
            where = f"{place}, annotation {each.get('id', '?')}"
            shown = {"statement_id": data["statement_id"], "text": data.get("text"), "purpose": purpose}
            yield where, {**_answer(each, people, where), **shown}


def _answer(annotation: Mapping[str, Any], people: Mapping[int, str], place: str) -> dict[str, Any]:
    told: dict[str, list[str]] = {}
    for result in annotation.get("result") or []:
        control, value = (result.get("from_name"), result.get("value")) if isinstance(result, dict) else (None, None)
        values = value.get("choices", value.get("text")) if isinstance(value, dict) else None
        values = [values] if isinstance(values, str) else values
        if control not in KINDS or not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise LabelError(f"{place}: unknown result {control!r}: use the interface that `labels interface` prints")
        told[control] = values
    if len(told.get("stance", ())) > 1:
        raise LabelError(f"{place}: stances {', '.join(told['stance'])}: one answer has one stance")
    return {
        "stance": "".join(told.get("stance", ())),
        "sectors": told.get("sectors", []),
        "jurisdiction": " ".join(told.get("jurisdiction", ())),
        "note": "\n".join(told.get("note", ())),
        "is_unsure": bool(told.get("unsure")),
        "seconds": annotation.get("lead_time"),
        "labelled_at": annotation.get("updated_at") or annotation.get("created_at"),
        "labelled_by": _who(annotation.get("completed_by"), people, place),
    }


def _who(completed_by: Any, people: Mapping[int, str], place: str) -> str | None:
    if isinstance(completed_by, dict):
        completed_by = completed_by.get("email") or completed_by.get("id")
    if isinstance(completed_by, int):
        if completed_by not in people:
            raise LabelError(f"{place}: answered by number {completed_by}: say who that is (--person {completed_by}=NAME)")
        return people[completed_by]
    return completed_by
