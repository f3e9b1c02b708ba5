"""Where a step works: the opened database with the catalogue in it, and rows that every step writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, Table

from analysis import catalogue, store
from analysis.errors import SettingsError
from analysis.settings import Settings
from analysis.tables import authorities, checks, content_id, rejected, sources
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
    """Return a row of `rejected`; the same subject and rule always give the same one."""
    shown = {name: value for name, value in (row or {}).items() if name != "text"}
    return {
        "rejected_id": content_id(stage, source_id, subject, rule),
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
            row=rows[breach.position],
        )
        for breach in validated.rejecting
    ]


def write(connection: Connection, table: Table, validated: Validated) -> int:
    """Write the good rows and the checks, and return how many rows were new or changed."""
    store.upsert(connection, checks, validated.checks)
    return store.upsert(connection, table, store.rows_of(validated.good, table))


def reject(connection: Connection, rows: list[dict[str, Any]]) -> int:
    """Write rejections and return how many were new or changed."""
    return store.upsert(connection, rejected, rows)
