"""Labels out to files and in from them, all of a file or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from analysis import store
from analysis.classify.labelling import label_studio, lines
from analysis.classify.labelling.answers import answer_of, counting, text_key
from analysis.classify.labelling.lines import Line, Parsed, refuse
from analysis.errors import LabelError
from analysis.steps.labels.answering import audit_chances, open_items, purpose_of, row_for
from analysis.steps.labels.held import label_rows, shown, take_turn
from analysis.tables import labels

FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".json": "label-studio"}
"""Formats by the ending of a file's name."""
WRITERS = {"csv": lines.to_csv, "jsonl": lines.to_json_lines, "label-studio": label_studio.to_tasks}


def export_labels(engine: Engine, form: str, waiting_for: str | None = None) -> bytes:
    """Return the answers that count as a file of a format, beside their statements; or what waits for a person, unanswered.

    Raises LabelError for an unknown format.
    """
    _known_format(form)
    rows = _waiting(engine, waiting_for) if waiting_for else _answered(engine)
    return WRITERS[form](rows)


def _known_format(form: str) -> None:
    if form not in WRITERS:
        raise LabelError(f"unknown format {form!r}: one of {', '.join(WRITERS)}")


def _answered(engine: Engine) -> list[dict[str, Any]]:
    with store.reading(engine) as connection:
        rows = counting(label_rows(connection))
        told = shown(connection, (row["statement_id"] for row in rows))
    answers = ((row, answer_of(row)) for row in rows if row["statement_id"] in told)
    return [
        {**told[row["statement_id"]], **row, "sectors": list(answer.sectors), "note": answer.note} for row, answer in answers
    ]


def _waiting(engine: Engine, person: str) -> list[dict[str, Any]]:
    names = ("statement_id", "purpose", "language", "channel", "published_on", "publisher", "title", "before", "text", "after")
    return [{name: getattr(item, name) for name in names} for item in open_items(engine, person, limit=10_000)]


def import_labels(
    engine: Engine,
    content: bytes,
    form: str,
    now: datetime,
    by: str | None = None,
    people: Mapping[int, str] | None = None,
) -> dict[str, int]:
    """Record the answers of a file and return how many are new, unchanged, known from before, and how many items have none.

    `by` answered what names nobody; `people` names the numbers of Label Studio's users. An answer that is not newer than the
    person's last one is known from before and changes nothing, also where that was taken back.
    Raises LabelError, naming lines and cures, and imports nothing, when any line cannot be taken.
    """
    _known_format(form)
    parsed = _parsed(content, form, by, people)
    with store.writing(engine) as connection:
        take_turn(connection)
        statement_ids = {line.statement_id for line in parsed.lines}
        told, chances = shown(connection, statement_ids), audit_chances(connection)
        refuse([f"{line.place}: {words}" for line in parsed.lines if (words := _fault(line, told, chances))])
        refuse(_doubled(parsed.lines, chances))
        rows, counts = _rows(parsed.lines, label_rows(connection, statement_ids), chances, now)
        if rows:
            connection.execute(labels.insert(), rows)
    return {**counts, "unanswered": parsed.unanswered}


def _parsed(content: bytes, form: str, by: str | None, people: Mapping[int, str] | None) -> Parsed:
    if form == "label-studio":
        return label_studio.from_tasks(content, by, people)
    return lines.from_csv(content, by) if form == "csv" else lines.from_json_lines(content, by)


def _fault(line: Line, told: Mapping[str, Mapping[str, Any]], chances: Mapping[str, float]) -> str | None:
    """Return why an answer cannot be taken here; None where it can."""
    row = told.get(line.statement_id)
    if row is None:
        return f"unknown statement {line.statement_id!r}: import into the database that it was exported from"
    if line.text_key and line.text_key != text_key(row["text"]):
        return f"its text is not that of statement {line.statement_id}: the columns have come apart, export anew"
    try:
        purpose_of(line.statement_id, line.purpose, chances)
    except LabelError as error:
        return str(error)
    return None


def _doubled(told: Sequence[Line], chances: Mapping[str, float]) -> list[str]:
    """Return a fault for each answer of a person to a statement that the file gives twice, with and without its purpose."""
    first: dict[tuple[str, str, str], str] = {}
    faults = []
    for line in told:
        key = (line.statement_id, line.labelled_by, purpose_of(line.statement_id, line.purpose, chances))
        if (earlier := first.setdefault(key, line.place)) != line.place:
            faults.append(f"{line.place}: {line.labelled_by} answers statement {line.statement_id} in {earlier} too: leave one")
    return faults


def _rows(
    told: Sequence[Line], held: Sequence[Mapping[str, Any]], chances: Mapping[str, float], now: datetime
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    counts = dict.fromkeys(("imported", "unchanged", "known"), 0)
    rows = []
    for line in told:
        purpose = purpose_of(line.statement_id, line.purpose, chances)
        key = (line.statement_id, line.labelled_by, purpose)
        own = [row for row in held if (row["statement_id"], row["labelled_by"], row["purpose"]) == key]
        if line.labelled_at and any(row["labelled_at"] >= line.labelled_at for row in own):
            counts["known"] += 1
            continue
        row, is_new = row_for(own, chances, line.statement_id, line.answer, line.labelled_by, line.labelled_at or now, purpose)
        counts["imported" if is_new else "unchanged"] += 1
        rows += [row] if is_new else []
    return rows, counts
