"""People's answers: what a person is asked, recording, taking back, and who has done how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from analysis import store
from analysis.classify.labelling.answers import Answer, answer_of, counters, counting, person, read_by, text_key
from analysis.errors import LabelError
from analysis.steps.labels.held import (
    audited,
    everything_read,
    label_rows,
    reading_rows,
    sample_rows,
    shown,
    take_turn,
)
from analysis.tables import content_id, labels, samples


@dataclass(frozen=True)
class OpenItem:
    """A statement that a person is asked about; `answers` are those that a third reader decides between, without names.

    Nothing in it tells what a model or, before the third reading, another person says.
    """

    statement_id: str
    purpose: str
    reading: str
    batch: str
    language: str
    channel: str
    published_on: date | None
    publisher: str | None
    title: str | None
    address: str | None
    before: str
    text: str
    after: str
    answers: tuple[Answer, ...] = ()


def open_items(engine: Engine, by: str, limit: int = 50) -> list[OpenItem]:
    """Return up to `limit` statements that a person is to answer: what is given to them to read again, audits, the queue.

    What somebody has answered already is asked of others only when they are to read it again. What of the queue came into an
    audit is asked there only.
    """
    name = person(by)
    with store.reading(engine) as connection:
        asked = _asked(connection, name)
        told = shown(connection, (row["statement_id"] for row in asked))
    found = [{**row, **_shown_columns(told[row["statement_id"]])} for row in asked if row["statement_id"] in told]
    return [OpenItem(**row) for row in found[:limit]]


def _shown_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "document_id"}


def _asked(connection: Connection, name: str) -> list[dict[str, Any]]:
    rows = label_rows(connection)
    answers = {(row["statement_id"], row["purpose"]): row for row in counting(rows)}
    mine = {(row["statement_id"], row["purpose"]) for row in counting(rows) if row["labelled_by"] == name}
    drawn = sample_rows(connection)
    batches = {(row["statement_id"], row["purpose"]): row["batch"] for row in drawn}
    read = read_by(rows, {})
    again = [
        {
            "statement_id": row["statement_id"],
            "purpose": row["purpose"],
            "reading": row["reading"],
            "batch": batches.get(key, ""),
            "answers": _in_order(read[key].answers.values()) if row["reading"] == "third" and key in read else (),
        }
        for row in sorted(reading_rows(connection), key=lambda row: row["reading"], reverse=True)
        if row["assigned_to"] == name and (key := (row["statement_id"], row["purpose"])) not in mine
    ]
    ids, texts = audited(connection)
    first = [
        {"statement_id": row["statement_id"], "purpose": row["purpose"], "reading": "first", "batch": row["batch"]}
        for row in drawn
        if (row["statement_id"], row["purpose"]) not in answers
        and (row["purpose"] == "audit" or not (row["statement_id"] in ids or row["text_key"] in texts))
    ]
    return [*again, *first]


def _in_order(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    # By what is said, so that the order tells nothing of who came first.
    return tuple(sorted(answers, key=lambda answer: answer.said))


def record(
    engine: Engine, statement_id: str, answer: Answer, by: str, now: datetime, purpose: str | None = None
) -> dict[str, Any]:
    """Keep a person's answer, the newest of which counts, and return its row of `labels`.

    The same answer again changes nothing. The purpose is audit where the statement was drawn for one, else training.
    Raises LabelError for a statement that is not there, or an audit that it was not drawn for.
    """
    with store.writing(engine) as connection:
        take_turn(connection)
        if statement_id not in shown(connection, [statement_id]):
            raise LabelError(f"unknown statement {statement_id!r}: name one that `policy-signals labels open` shows")
        held, chances = label_rows(connection, [statement_id]), audit_chances(connection)
        row, is_new = row_for(held, chances, statement_id, answer, person(by), now, purpose_of(statement_id, purpose, chances))
        if is_new:
            connection.execute(labels.insert(), [row])
    return row


def audit_chances(connection: Connection) -> dict[str, float]:
    """Return the inclusion probability of each statement that was drawn for an audit."""
    query = select(samples.c.statement_id, samples.c.inclusion_probability).where(samples.c.purpose == "audit")
    return {row.statement_id: row.inclusion_probability for row in connection.execute(query)}


def purpose_of(statement_id: str, purpose: str | None, chances: Mapping[str, float]) -> str:
    """Return the purpose for which an answer counts.

    Raises LabelError for an audit without a draw: its inclusion probability would be made up.
    """
    if purpose == "audit" and statement_id not in chances:
        raise LabelError(f"statement {statement_id} was not drawn for an audit: leave the purpose out, it is training then")
    return purpose or ("audit" if statement_id in chances else "training")


def row_for(
    held: Iterable[Mapping[str, Any]],
    chances: Mapping[str, float],
    statement_id: str,
    answer: Answer,
    by: str,
    moment: datetime,
    purpose: str,
) -> tuple[dict[str, Any], bool]:
    """Return the row of `labels` for an answer, and whether it is new: it is not where what counts says the same."""
    own = [row for row in held if (row["statement_id"], row["labelled_by"], row["purpose"]) == (statement_id, by, purpose)]
    standing = counting(own)
    if standing and answer_of(standing[0]).said == answer.said:
        return dict(standing[0]), False
    version = len(own) + 1
    row = {
        "label_id": content_id(statement_id, by, purpose, version, moment.astimezone(UTC).isoformat()),
        "statement_id": statement_id,
        **answer.columns(),
        "labelled_by": by,
        "purpose": purpose,
        "version": version,
        "inclusion_probability": chances[statement_id] if purpose == "audit" else None,
        "labelled_at": moment,
        "withdrawn_at": None,
    }
    return row, True


def undo(engine: Engine, statement_id: str, by: str, now: datetime, purpose: str | None = None) -> Answer | None:
    """Take back a person's last answer to a statement and return the one before it, which counts again; None without any.

    Raises LabelError when there is none to take back.
    """
    name = person(by)
    with store.writing(engine) as connection:
        take_turn(connection)
        own = [row for row in label_rows(connection, [statement_id]) if row["labelled_by"] == name]
        standing = [row for row in counting(own) if purpose in (row["purpose"], None)]
        if not standing:
            raise LabelError(f"{name} has no answer to statement {statement_id!r} to take back: answer it first")
        last = standing[-1]
        connection.execute(update(labels).where(labels.c.label_id == last["label_id"]).values(withdrawn_at=now))
    left = [row for row in own if row["purpose"] == last["purpose"] and row["label_id"] != last["label_id"]]
    before = counting(left)
    return answer_of(before[0]) if before else None


def status(engine: Engine) -> dict[str, Any]:
    """Return how much was answered by whom, of which batch, what is disputed, and labels whose statement or use is gone."""
    with store.reading(engine) as connection:
        rows, read, drawn = label_rows(connection), everything_read(connection), sample_rows(connection)
        told = shown(connection, (statement_id for statement_id, _ in read))
        ids, texts = audited(connection)
        people = counters(rows, reading_rows(connection))
    answered = Counter((row["purpose"], row["batch"]) for row in drawn if (row["statement_id"], row["purpose"]) in read)
    batches = Counter((row["purpose"], row["batch"]) for row in drawn)
    disputed = Counter(purpose for (_, purpose), said in read.items() if said.is_disputed)
    trained = {key for key in read if key[1] == "training" and key[0] in told}
    kept_out = [key for key in trained if key[0] in ids or text_key(told[key[0]]["text"]) in texts]
    return {
        "people": people,
        "batches": [
            {"purpose": purpose, "batch": batch, "drawn": count, "answered": answered[purpose, batch]}
            for (purpose, batch), count in sorted(batches.items())
        ],
        "disputed": dict(disputed),
        "without_statement": sum(statement_id not in told for statement_id, _ in read),
        "kept_out_of_training_by_an_audit": len(kept_out),
    }
