"""What the database holds of labels: answers, readings, samples, and the statements as a person is shown them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from analysis.classify.labelling.answers import Read, read_by
from analysis.store import ROWS_A_STATEMENT
from analysis.tables import documents, labels, readings, samples, statements

SHOWN = (
    statements.c.statement_id, statements.c.document_id, statements.c.language, documents.c.channel, documents.c.published_on,
    documents.c.publisher, documents.c.title, documents.c.address, statements.c.before, statements.c.text, statements.c.after,
)  # fmt: skip
"""What a person is shown of a statement: nothing that was judged of it."""


def take_turn(connection: Connection) -> None:
    """Wait until nobody else writes labels; SQLite has one writer anyhow."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("labels"))))


def shown(connection: Connection, statement_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the statements of these ids that are there, by id, as a person is shown them."""
    query = select(*SHOWN).join(documents, documents.c.document_id == statements.c.document_id)
    return {
        row["statement_id"]: dict(row)
        for part in parts(statement_ids)
        for row in connection.execute(query.where(statements.c.statement_id.in_(part))).mappings()
    }


def parts(names: Iterable[str]) -> Iterator[list[str]]:
    """Give names in lists that one query can take."""
    ordered = sorted(set(names))
    for first in range(0, len(ordered), ROWS_A_STATEMENT):
        yield ordered[first : first + ROWS_A_STATEMENT]


def label_rows(connection: Connection, statement_ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return the rows of `labels`, all or those of some statements, withdrawn ones among them."""
    query = select(labels).order_by(labels.c.label_id)
    if statement_ids is None:
        return [dict(row) for row in connection.execute(query).mappings()]
    chosen = (query.where(labels.c.statement_id.in_(part)) for part in parts(statement_ids))
    return [dict(row) for some in chosen for row in connection.execute(some).mappings()]


def reading_rows(connection: Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(readings).order_by(*readings.primary_key)).mappings()]


def sample_rows(connection: Connection) -> list[dict[str, Any]]:
    """Return the rows of `samples` in the order in which to ask: audits first, then the queue, the oldest batch first."""
    order = (samples.c.purpose, samples.c.batch, samples.c.position)
    return [dict(row) for row in connection.execute(select(samples).order_by(*order)).mappings()]


def everything_read(connection: Connection) -> dict[tuple[str, str], Read]:
    """Return what was read of each statement and purpose."""
    return read_by(label_rows(connection), _deciders(reading_rows(connection)))


def _deciders(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], str]:
    return {(row["statement_id"], row["purpose"]): row["assigned_to"] for row in rows if row["reading"] == "third"}


def audited(connection: Connection) -> tuple[set[str], set[str]]:
    """Return the statements that were ever drawn for an audit, and the keys of their texts."""
    of_audits = select(samples.c.statement_id, samples.c.text_key).where(samples.c.purpose == "audit")
    rows = connection.execute(of_audits).all()
    return {row.statement_id for row in rows}, {row.text_key for row in rows}
