"""Addresses to what is remembered of them, a part of a listing at a time: so that memory does not grow with the archive."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Engine, Row, func, select, update

from analysis import store
from analysis.collect.again import RECENT, Memory, is_due_again
from analysis.collect.extract import canonical_address
from analysis.steps.receive import Standing, told_entry
from analysis.tables import documents, fetches, rejected

PART = 200
"""Addresses that are looked up at once."""

Recall = Callable[[Collection[str]], dict[str, Memory]]
"""Addresses to what is remembered of those that were asked for before."""
Recent = Callable[[Collection[str], int], list[tuple[str, Memory]]]
"""Addresses that are left out and a limit, to the pages that are due for another look, the longest unasked first."""


def memory_of(engine: Engine, source_id: str, now: datetime) -> tuple[Recall, Recent]:
    """Return the two functions by which a visit to a source, in whatever thread, asks what is remembered of its pages."""
    return partial(recall, engine, source_id), partial(recent, engine, source_id, now)


def recall(engine: Engine, source_id: str, addresses: Collection[str]) -> dict[str, Memory]:
    """Return what is remembered of those addresses of a source's documents that were asked for before."""
    columns = ("address", "outcome", "error", "fetched_at", "entry", "content_hash", "etag", "last_modified")
    asked = select(*(fetches.c[name] for name in columns)).where(
        fetches.c.source_id == source_id, fetches.c.role == "document", fetches.c.address.in_(addresses)
    )
    memories: dict[str, Memory] = {}
    with store.reading(engine) as connection:
        for row in connection.execute(asked.order_by(fetches.c.fetched_at, fetches.c.fetch_id)):
            memories[row.address] = _after(memories.get(row.address), row)
    return memories


def _after(before: Memory | None, row: Row) -> Memory:
    memory = before or Memory(row.fetched_at, row.fetched_at)
    memory = replace(memory, asked_at=row.fetched_at, has_failed=row.outcome not in ("got", "unchanged"), error=row.error)
    if row.content_hash is None:
        return memory
    return replace(
        memory,
        got_at=memory.got_at or row.fetched_at,
        entry=told_entry(row.entry) if row.entry else None,
        content_hash=row.content_hash,
        etag=row.etag,
        last_modified=row.last_modified,
    )


def recent(engine: Engine, source_id: str, now: datetime, without: Collection[str], limit: int) -> list[tuple[str, Memory]]:
    """Return the pages of a source, each with its memory, that are due for another look: the longest unasked first.

    A copy of another document is none of them, nor is what the listing itself holds.
    """
    if limit <= 0:
        return []
    pages = (fetches.c.source_id == source_id) & (fetches.c.role == "document")
    had = pages & fetches.c.content_hash.is_not(None) & fetches.c.status.is_not(None) & fetches.c.entry.is_not(None)
    # A copy is rejected when it is first had.
    is_copy = (rejected.c.rule == "exact_copy") & (rejected.c.rejected_at > now - RECENT)
    with store.reading(engine) as connection:
        young = select(fetches.c.address).where(had).group_by(fetches.c.address)
        young = young.having(func.min(fetches.c.fetched_at) > now - RECENT)
        last = select(fetches.c.address).where(pages, fetches.c.address.in_(young)).group_by(fetches.c.address)
        addresses = list(connection.scalars(last.order_by(func.max(fetches.c.fetched_at), fetches.c.address)))
        copies = select(rejected.c.subject).where(is_copy, rejected.c.source_id == source_id)
        left_out = {*without, *(connection.scalars(copies) if addresses else ())}
    due: list[tuple[str, Memory]] = []
    candidates = [address for address in addresses if address not in left_out]
    for first in range(0, len(candidates), PART):
        part = candidates[first : first + PART]
        memories = recall(engine, source_id, part)
        due += [(address, memories[address]) for address in part if is_due_again(memories[address], now)]
        if len(due) >= limit:
            break
    return due[:limit]


def mark_withdrawn(engine: Engine, source_id: str, pages: Collection[Standing], now: datetime) -> None:
    """Note which documents' pages are gone, and take the note back of those that are there; the first such time is kept."""
    if not pages:
        return
    with store.writing(engine) as connection:
        for page in pages:
            of_page = select(fetches.c.fetch_id).where(fetches.c.source_id == source_id, fetches.c.address == page.subject)
            stands_there = documents.c.is_latest & (documents.c.address == canonical_address(page.address))
            is_marked = documents.c.withdrawn_at.is_not(None)
            connection.execute(
                update(documents)
                .where(documents.c.fetch_id.in_(of_page), stands_there, ~is_marked if page.is_gone else is_marked)
                .values(withdrawn_at=now if page.is_gone else None)
            )
