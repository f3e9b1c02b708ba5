"""Where a step works: the opened database with the catalogue in it, what it holds already, and rows that are written."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Table, delete, select

from analysis import catalogue, store
from analysis.collect.health import Look, after_look
from analysis.errors import SettingsError
from analysis.settings import Settings
from analysis.tables import authorities, checks, content_id, documents, fetches, rejected, source_state, sources
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
        store.upsert(
            connection,
            authorities,
            (
                {"authority_id": body.id, "name": body.name, "jurisdiction": body.jurisdiction, "level": body.level}
                for body in catalogue.authorities().values()
            ),
        )
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


def heal(connection: Connection, source_id: str, subjects: Iterable[str]) -> None:
    """Remove what `collect` said against subjects that have been read since."""
    connection.execute(
        delete(rejected).where(
            rejected.c.stage == "collect",
            rejected.c.severity == "critical",
            rejected.c.source_id == source_id,
            rejected.c.subject.in_(list(subjects)),
        )
    )


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
        original = counted.setdefault(row["text_hash"], holder)
        is_good = original == holder and holder not in seen
        if is_good:
            good.append(row)
        if not is_good or holders.get(row["document_id"], holder) != holder:
            copies.append(_copy(row, original[0], now))
        seen.append(holder)
    return _with_revisions(connection, good), copies


def _copy(row: dict, original: str, now: datetime) -> dict[str, Any]:
    reason = f"an exact copy of document {original}: counted once"
    shown = {name: row[name] for name in row if name not in ("subject", "content_hash")}
    return rejection(
        "collect", row["subject"], "exact_copy", reason, now, "info", row["source_id"], row["content_hash"], row=shown
    )


def _with_revisions(connection: Connection, rows: list[dict]) -> list[dict]:
    """Return the rows with their revisions: what is read now is the newest of its address, also where it was there before."""
    keys = {row["address_key"] for row in rows}
    held = connection.execute(
        select(documents.c.address_key, documents.c.document_id, documents.c.revision, documents.c.is_latest).where(
            documents.c.address_key.in_(keys)
        )
    ).all()
    latest = {document_id: revision for _, document_id, revision, is_latest in held if is_latest}
    newest: Counter[str] = Counter()
    for key, _, revision, _ in held:
        newest[key] = max(newest[key], revision)
    numbered = []
    for row in rows:
        revision = latest.get(row["document_id"]) or newest[row["address_key"]] + 1
        newest[row["address_key"]] = max(newest[row["address_key"]], revision)
        numbered.append({**row, "revision": revision})
    return [{**row, "is_latest": row["revision"] == newest[row["address_key"]]} for row in numbered]
