"""Received bytes to rows: a batch of them in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from analysis import archive, catalogue, store
from analysis.catalogue import Source
from analysis.collect.documents import document_row
from analysis.collect.extract import extract
from analysis.errors import CatalogueError, UnreadableError
from analysis.settings import Settings
from analysis.steps.identity import follow_moves, settled
from analysis.steps.place import breached, check, heal, reject, rejection, sort_out, source_row, take_turn
from analysis.steps.receive import Period, Received, knows_authority, printable
from analysis.tables import checks, documents, fetches, signal_sectors, signals, sources, statements, stories

PASSING = ("too_slow", "too_much_memory", "crashed", "not_readable")
"""Rules that the same bytes may keep on another day: what broke them is tried again."""
HARMLESS = ("about_the_folder", "delivered_twice")
"""Rules by which nothing is lost."""
UNASKED = ("no_address", "host_not_allowed")
"""Rules by which an entry of a listing is never asked for."""
PLACE = ("story_id", "story_reason", "story_link", "story_note")
"""Columns of a document that tell its place in a story, which grouping decides."""
KEPT = ("source_id", "fetch_id", "file_path", "text", "character_count", "collected_at", *PLACE)
"""Columns of a document that tell how it first came; its statements point into that text."""
DATES = ("published_on", "published_at", "date_flag")
SPEAKER = ("authority_id", "channel", "language")
"""Columns of a document on which its statements depend beside the text."""


def store_batch(
    engine: Engine,
    settings: Settings,
    source: Source,
    batch: tuple[Received, ...],
    now: datetime,
    isolated: Callable[..., Any],
    period: Period,
    from_archive: bool = False,
) -> Counter[str]:
    """Store one batch of received entries in one transaction, and return how many documents, copies and rejections are new.

    What was stored before is passed over, unless it is read again from the archive, or the same file gave something else since.
    `passing` counts what is to be tried another time.
    """
    fetched = {row["fetch_id"]: (row, received) for received in batch for row in [received.fetch_row(source.id, now)]}
    with store.reading(engine) as connection:
        known = set() if from_archive else _known(connection, source, list(fetched), [item.subject for item in batch])
    rows, rejections, kept = [], [], []
    passing = 0
    for fetch_id, (fetch_row, received) in fetched.items():
        if fetch_id in known:
            continue
        try:
            row = _read(received, source, fetch_id, settings, now, isolated)
            if not period.holds(row["published_on"]):
                continue
            rows.append(row)
        except (UnreadableError, CatalogueError) as error:
            rejections.append(refused := _unreadable(error, received, source.id, fetch_row["content_hash"], now))
            passing += refused["rule"] in PASSING
            # No fetch is kept of it: else it would never be tried again.
            if refused["rule"] in PASSING + UNASKED:
                continue
        kept.append(fetch_row)
    counts = _write(engine, source, rows, rejections, kept, now, from_archive)
    counts["passing"] = passing
    return counts


def _known(connection: Connection, source: Source, fetch_ids: list[str], subjects: list[str]) -> set[str]:
    """Return the fetches that are there already and after which the same address gave nothing else."""
    there = set(connection.scalars(select(fetches.c.fetch_id).where(fetches.c.fetch_id.in_(fetch_ids))))
    if source.is_on_the_web:
        return there
    got = (fetches.c.source_id == source.id) & fetches.c.address.in_(subjects) & (fetches.c.outcome != "failed")
    in_order = select(fetches.c.address, fetches.c.fetch_id).where(got).order_by(fetches.c.fetched_at, fetches.c.fetch_id)
    newest = {row.address: row.fetch_id for row in connection.execute(in_order)}
    return there & set(newest.values())


def _read(
    received: Received, source: Source, fetch_id: str, settings: Settings, now: datetime, isolated: Callable[..., Any]
) -> dict[str, Any]:
    """Return the document row of received bytes, kept in the archive first."""
    if received.refusal:
        raise received.refusal
    entry = received.entry
    archive.keep(str(settings.home / "archive"), received.content)
    if not knows_authority(entry):
        raise CatalogueError(
            f"its listing names the authority {entry.authority_id}, which the catalogue lacks: declare it there"
        )
    name = entry.file_path or ""
    told = (received.media_type, entry.text_field, received.charset)
    extracted = isolated(extract, received.content, name, now.date(), *told)
    row = document_row(extracted, entry, source, fetch_id, now, catalogue.authority_named)
    return {**row, "file_path": printable(entry.file_path) if entry.file_path else None}


def _unreadable(
    error: Exception, received: Received, source_id: str, content_hash: str | None, now: datetime
) -> dict[str, Any]:
    rule = error.rule if isinstance(error, UnreadableError) else "unknown_authority"
    severity = "info" if rule in HARMLESS else "critical"
    return rejection("collect", received.subject, rule, str(error), now, severity, source_id, content_hash)


def _write(
    engine: Engine,
    source: Source,
    rows: list[dict],
    rejections: list[dict],
    fetched: list[dict],
    now: datetime,
    from_archive: bool,
) -> Counter[str]:
    """Write what is good, what is not and what was fetched, all or nothing."""
    told = {row["fetch_id"]: _told(row) for row in fetched}
    with store.reading(engine) as connection:
        rows = settled(connection, [{**row, **told[row["fetch_id"]]} for row in rows])
        unique, copies = sort_out(connection, rows, now)
    validated = check(documents, unique, source.id, now)
    valid = set(validated.good["document_id"])
    with store.writing(engine) as connection:
        take_turn(connection)
        # Sorted again, because another run may have written since.
        good, late = sort_out(connection, [row for row in unique if row["document_id"] in valid], now)
        copies += late
        store.upsert(connection, sources, [source_row(source)])
        # A file that is again what it was is what came last.
        store.upsert(connection, fetches, fetched, touch=not from_archive)
        store.upsert(connection, checks, validated.checks)
        stored = _write_documents(connection, good, source, from_archive)
        follow_moves(connection, [row for row in rows if row["address"] and not row["file_path"]])
        _supersede(connection, [row["fetch_id"] for row in fetched], [row["document_id"] for row in rows])
        broken = {row["fetch_id"] for row in unique if row["document_id"] not in valid}
        heal(connection, source.id, [told[row["fetch_id"]] for row in rows if row["fetch_id"] not in broken])
        copied = reject(connection, copies)
        refused = reject(connection, [*rejections, *breached("collect", validated, unique, ["subject"], now)])
    return Counter(documents=stored, copies=copied, rejected=copied + refused)


def _told(fetch_row: dict[str, Any]) -> dict[str, Any]:
    """Return what a document's row is sorted by beside its own columns.

    A rejection names what was asked for, as the fetch does: a page may tell another address of itself.
    """
    names = ("content_hash", "entry_id", "fetched_at")
    return {"subject": fetch_row["address"], **{name: fetch_row[name] for name in names}}


def _supersede(connection: Connection, fetch_ids: list[str], read: list[str]) -> None:
    """Count no more what fetches were once read as, where they are now read otherwise."""
    of_fetches = documents.c.fetch_id.in_(fetch_ids) & documents.c.document_id.not_in(read)
    connection.execute(update(documents).where(of_fetches, documents.c.is_latest).values(is_latest=False))


def _write_documents(connection: Connection, good: list[dict], source: Source, from_archive: bool) -> int:
    rows = [{column.name: row[column.name] for column in documents.columns} for row in good]
    known = documents.select().where(documents.c.document_id.in_([row["document_id"] for row in rows]))
    held = {row["document_id"]: dict(row) for row in connection.execute(known).mappings()}
    _forget_judgements(
        connection,
        [key for row in rows if (key := row["document_id"]) in held and any(row[name] != held[key][name] for name in SPEAKER)],
    )
    rows = [{**row, **_kept(held.get(row["document_id"], row), row, source, from_archive)} for row in rows]
    store.add(connection, stories, map(_story_row, rows))
    stored = store.upsert(connection, documents, rows)
    for row in rows:
        if row["is_latest"] and row["revision"] > 1:
            others = (documents.c.address_key == row["address_key"]) & (documents.c.document_id != row["document_id"])
            connection.execute(update(documents).where(others, documents.c.is_latest).values(is_latest=False))
    return stored


def _kept(held: Mapping[str, Any], row: dict[str, Any], source: Source, from_archive: bool) -> dict[str, Any]:
    """Return what a document that is there already keeps of itself."""
    days = (held["published_on"], row["published_on"])
    # Some listings give every entry the day of the look: of a text that is the same, a later day is not taken.
    is_later = source.is_on_the_web and held["date_flag"] == "stated" and None not in days and days[0] < days[1]
    # The archive does not tell whether a page is still there.
    names = (*KEPT, *(DATES if is_later else ()), *(("withdrawn_at",) if from_archive else ()))
    return {name: held[name] for name in names}


def _forget_judgements(connection: Connection, document_ids: list[str]) -> None:
    """Remove the statements of documents with all that was judged of them, so that they are made anew."""
    of_documents = select(statements.c.statement_id).where(statements.c.document_id.in_(document_ids))
    for table in (signal_sectors, signals, statements):
        connection.execute(delete(table).where(table.c.statement_id.in_(of_documents)))


def _story_row(row: dict) -> dict[str, Any]:
    return {
        "story_id": row["story_id"],
        "title": row["title"],
        "published_on": row["published_on"],
        "document_count": 1,
    }
