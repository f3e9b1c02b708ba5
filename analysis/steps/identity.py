"""Documents to those that are held already: which of them are the same under another address, identifier or date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from analysis.collect.documents import under_key
from analysis.collect.duplicates import text_hash
from analysis.tables import documents, fetches

Held = dict[tuple[str, str], list[Row]]
"""Source and address, or source and identifier, to the newest documents that came under it."""


def settled(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows, each under the key of the document that it is a revision of where one is held (`has_moved`).

    Held under its own key is a document of the same canonical address. After that decides the listing's identifier, as long as
    title or moment agree, since some listings number their entries anew; then the address that was asked for, from which the
    page was led elsewhere; for a file without address the same file with the same text, or the same publisher, title and date.
    """
    keys = {row["address_key"] for row in rows}
    there = set(connection.scalars(select(documents.c.address_key).where(documents.c.address_key.in_(keys))))
    strangers = [row for row in rows if row["address_key"] not in there]
    if not strangers:
        return rows
    named = [row["entry_id"] for row in strangers if row["entry_id"]]
    by_id = _held(connection, fetches.c.entry_id, named)
    by_subject = _held(connection, fetches.c.address, [row["subject"] for row in strangers])
    found = {id(row): _found(row, by_id, by_subject) for row in strangers}
    return [{**under_key(row, key), "has_moved": True} if (key := found.get(id(row))) else row for row in rows]


def _held(connection: Connection, column: ColumnElement[str], values: Collection[str]) -> Held:
    if not values:
        return {}
    names = ("address_key", "address", "file_path", "publisher", "title", "published_on", "published_at", "text")
    query = (
        select(*(documents.c[name] for name in names), documents.c.source_id, column.label("known_by"))
        .join(fetches)
        .where(column.in_(values), documents.c.is_latest)
    )
    held: Held = defaultdict(list)
    for row in connection.execute(query):
        held[row.source_id, row.known_by].append(row)
    return held


def _found(row: dict[str, Any], by_id: Held, by_subject: Held) -> str | None:
    named = by_id.get((row["source_id"], row["entry_id"] or ""), ())
    asked = by_subject.get((row["source_id"], row["subject"]), ())
    same = [held for held in named if _is_same_entry(row, held)]
    same += [held for held in asked if (_is_same_file(row, held) if row["file_path"] else _is_same_page(row, held))]
    return same[0].address_key if same else None


def _is_same_entry(row: dict[str, Any], held: Row) -> bool:
    if row["published_at"] and row["published_at"] == held.published_at:
        return True
    days = {row["published_on"], held.published_on} - {None}
    return bool(row["title"]) and row["title"] == held.title and len(days) < 2


def _is_same_page(row: dict[str, Any], held: Row) -> bool:
    return bool(row["address"] and held.address)


def _is_same_file(row: dict[str, Any], held: Row) -> bool:
    if row["address"] or held.address or row["file_path"] != held.file_path:
        return False
    told = ("publisher", "title", "published_on")
    is_told = row["title"] and row["published_on"] and all(row[name] == getattr(held, name) for name in told)
    return bool(is_told) or text_hash(None, row["text"]) == text_hash(None, held.text)


def follow_moves(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Give documents that were found again under another address that address, although nothing else of them is new."""
    for row in rows:
        is_moved = documents.c.address.is_not(None) & (documents.c.address != row["address"])
        this = documents.c.document_id == row["document_id"]
        connection.execute(update(documents).where(this, documents.c.is_latest, is_moved).values(address=row["address"]))
