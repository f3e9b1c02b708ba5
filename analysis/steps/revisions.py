"""Documents to revisions: the how manieth of its address each is, and what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from analysis.collect.changes import changes
from analysis.tables import documents


def with_revisions(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with their revisions: what is read now is the newest of its address, also where it was there before.

    A new revision tells in `changes` what it changes of the one that was the newest until now.
    """
    names = ("address_key", "document_id", "revision", "is_latest", "changes")
    of_keys = documents.c.address_key.in_({row["address_key"] for row in rows})
    held = connection.execute(select(*(documents.c[name] for name in names)).where(of_keys)).all()
    latest = {row.document_id: row for row in held if row.is_latest}
    newest: Counter[str] = Counter()
    before: dict[str, str] = {}
    for there in sorted(held, key=lambda row: (row.is_latest, row.revision)):
        newest[there.address_key] = max(newest[there.address_key], there.revision)
        before[there.address_key] = there.document_id
    texts: dict[str, Mapping[str, Any]] = {}
    numbered = []
    for row in rows:
        key, document_id = row["address_key"], row["document_id"]
        if known := latest.get(document_id):
            numbered.append({**row, "revision": known.revision, "changes": known.changes})
            continue
        newest[key] += 1
        told = _told_changes(connection, before.get(key), row, texts)
        numbered.append({**row, "revision": newest[key], "changes": told, "compared_with": before.get(key)})
        before[key], texts[document_id] = document_id, row
    return [{**row, "is_latest": row["revision"] == newest[row["address_key"]]} for row in numbered]


def _told_changes(
    connection: Connection, before_id: str | None, row: dict[str, Any], texts: dict[str, Mapping[str, Any]]
) -> str | None:
    """Return what a row changes of a document, in words that were found before if it was compared with it."""
    if before_id is None or before_id == row["document_id"]:
        return None
    if row.get("compared_with") == before_id:
        return row["changes"]
    if before_id not in texts:
        wanted = select(documents.c.title, documents.c.text).where(documents.c.document_id == before_id)
        texts[before_id] = dict(connection.execute(wanted).mappings().one())
    return changes(_words(texts[before_id]), _words(row))


def _words(row: Mapping[str, Any]) -> str:
    return f"{row['title'] or ''}\n{row['text']}"
