"""Where a step works: the opened database with the catalogue in it, what it holds already, and rows that are written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Table, bindparam, delete, func, select

from analysis import catalogue, store
from analysis.collect.health import Look, after_look
from analysis.errors import SettingsError
from analysis.settings import Settings
from analysis.steps.bodies import place_bodies
from analysis.steps.identity import settled
from analysis.steps.revisions import with_revisions
from analysis.tables import checks, content_id, documents, fetches, rejected, source_state, sources
from analysis.validate import Validated, validate


def open_place(settings: Settings) -> Engine:
    """Return the engine of the settings' database, at the newest revision and with the catalogue in it.

    Raises SettingsError or StoreError when home or database cannot be written.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"home {settings.home} cannot be made ({error}): set POLICY_SIGNALS_HOME") from error
    engine = store.open_engine(settings.database_url)
    store.upgrade(engine)
    with store.writing(engine) as connection:
        place_bodies(connection, catalogue.authorities())
        store.upsert(connection, sources, map(source_row, catalogue.sources().values()))
    return engine


def source_row(source: catalogue.Source) -> dict[str, Any]:
    """Return a declared source as a row of `sources`."""
    return {
        "source_id": source.id,
        "name": source.name,
        "kind": source.kind,
        "channel": source.channel,
        "authority_id": source.authority_id,
        "address": source.address or None,
    }


def rejection(
    stage: str,
    subject: str,
    rule: str,
    reason: str,
    now: datetime,
    severity: str = "critical",
    source_id: str | None = None,
    content_hash: str | None = None,
    row: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a row of `rejected`; the same subject, rule and content always give the same one."""
    shown = {name: value for name, value in (row or {}).items() if name != "text"}
    return {
        # The content tells two folders' files of one name apart.
        "rejected_id": content_id(stage, source_id, subject, rule, *([content_hash] if content_hash else [])),
        "stage": stage,
        "source_id": source_id,
        "subject": subject,
        "rule": rule,
        "reason": reason,
        "severity": severity,
        "content_hash": content_hash,
        "row": json.dumps(shown, default=str, ensure_ascii=False) if row else None,
        "rejected_at": now,
    }


def check(table: Table, rows: Iterable[dict[str, Any]], partition: str, now: datetime) -> Validated:
    """Return the rows validated against their table."""
    frame = pd.DataFrame(list(rows), columns=[column.name for column in table.columns])
    return validate(table, frame, partition, now)


def breached(
    stage: str, validated: Validated, rows: list[dict[str, Any]], subject: Sequence[str], now: datetime
) -> list[dict[str, Any]]:
    """Return a rejection for each row that validation took out; `subject` names the columns that tell which it was."""
    return [
        rejection(
            stage,
            " ".join(str(rows[breach.position][name]) for name in subject),
            breach.rule,
            breach.reason,
            now,
            source_id=rows[breach.position].get("source_id"),
            content_hash=rows[breach.position].get("content_hash"),
            row=rows[breach.position],
        )
        for breach in validated.rejecting
    ]


def take_turn(connection: Connection) -> None:
    """Wait until no other run stores or groups documents; SQLite has one writer anyhow."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("collect"))))


def write(connection: Connection, table: Table, validated: Validated) -> int:
    """Write the good rows and the checks, and return how many rows were new or changed."""
    store.upsert(connection, checks, validated.checks)
    return store.upsert(connection, table, store.rows_of(validated.good, table))


def reject(connection: Connection, rows: list[dict[str, Any]]) -> int:
    """Write rejections and return how many were new or changed; each keeps the time at which it was first made."""
    written = 0
    for first in range(0, len(rows), store.ROWS_A_STATEMENT):
        part = rows[first : first + store.ROWS_A_STATEMENT]
        known = select(rejected.c.rejected_id, rejected.c.rejected_at).where(
            rejected.c.rejected_id.in_([row["rejected_id"] for row in part])
        )
        times = {row.rejected_id: row.rejected_at for row in connection.execute(known)}
        kept = [{**row, "rejected_at": times.get(row["rejected_id"], row["rejected_at"])} for row in part]
        written += store.upsert(connection, rejected, kept)
    return written


def heal(connection: Connection, source_id: str, rows: Iterable[dict[str, Any]]) -> None:
    """Remove what `collect` said against subjects that have been read since: against these bytes, or before they came."""
    of_collect = (rejected.c.stage == "collect") & (rejected.c.severity == "critical") & (rejected.c.source_id == source_id)
    read = [{"read": row["subject"], "bytes": row["content_hash"], "came_at": row["fetched_at"]} for row in rows]
    if read:
        is_settled = (rejected.c.content_hash == bindparam("bytes")) | (rejected.c.rejected_at <= bindparam("came_at"))
        connection.execute(delete(rejected).where(of_collect, rejected.c.subject == bindparam("read"), is_settled), read)


def state_of(connection: Connection, source_id: str) -> dict[str, Any]:
    """Return the row of `source_state` of a source; empty where it was never asked."""
    row = connection.execute(select(source_state).where(source_state.c.source_id == source_id)).mappings().first()
    return dict(row or {})


def remember(engine: Engine, source: catalogue.Source, now: datetime, look: Look) -> None:
    """Keep how a look at a source ended; for a folder only when that changed, since a folder is always there."""
    with store.writing(engine) as connection:
        store.upsert(connection, sources, [source_row(source)])
        row = after_look(source, state_of(connection, source.id), look, now)
        store.upsert(connection, source_state, [row], touch=source.is_on_the_web)


def sort_out(connection: Connection, rows: list[dict], now: datetime) -> tuple[list[dict], list[dict]]:
    """Return the rows to store, each with its revision, and a rejection for each exact copy of a text that is there already."""
    rows = settled(connection, rows)
    held = connection.execute(
        select(documents.c.text_hash, documents.c.document_id, documents.c.is_latest, documents.c.source_id, fetches.c.address)
        .join(fetches)
        .where(documents.c.text_hash.in_([row["text_hash"] for row in rows]))
    ).all()
    holders = {row.document_id: [row.document_id, row.source_id, row.address] for row in held}
    # What is superseded is not counted, so that nothing is its copy.
    counted = {row.text_hash: holders[row.document_id] for row in held if row.is_latest}
    good, copies, seen = [], [], []
    for row in rows:
        # Who brought it counts: the same text in another file would take the document away from the first one.
        holder = [row["document_id"], row["source_id"], row["subject"]]
        if holder in seen:
            continue
        original = counted.setdefault(row["text_hash"], holder)
        is_good = original == holder
        if is_good:
            good.append(row)
        if not is_good or holders.get(row["document_id"], holder) != holder:
            copies.append(_copy(row, original[0], now))
        seen.append(holder)
    return with_revisions(connection, good), copies


def _copy(row: dict, original: str, now: datetime) -> dict[str, Any]:
    is_same = row.get("has_moved") and row["document_id"] == original
    rule, what = ("new_address", "at a new address") if is_same else ("exact_copy", "again")
    reason = f"the text of document {original} {what}: counted once"
    shown = {name: row[name] for name in row if name in documents.columns}
    return rejection("collect", row["subject"], rule, reason, now, "info", row["source_id"], row["content_hash"], row=shown)
