"""Sources to documents."""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, delete, func, select, update

from analysis import archive, catalogue, store
from analysis.catalogue import AD_HOC_FOLDER, Source
from analysis.collect.documents import document_row
from analysis.collect.extract import extract
from analysis.collect.fetch import Fetcher, user_agent
from analysis.collect.health import Look, is_due
from analysis.collect.isolate import isolation
from analysis.errors import CatalogueError, ListingError, UnreadableError
from analysis.settings import PROJECT, Settings
from analysis.steps.place import (
    breached,
    check,
    heal,
    open_place,
    reject,
    rejection,
    remember,
    sort_out,
    source_row,
    state_of,
)
from analysis.steps.receive import Asked, Period, Received, knows_authority, printable, receive_archive, receive_folder, visit
from analysis.steps.side_by_side import side_by_side
from analysis.tables import checks, documents, fetches, signal_sectors, signals, sources, statements, stories

log = logging.getLogger(__name__)

BATCH = 200
"""Entries in one transaction."""
PASSING = ("too_slow", "too_much_memory", "crashed", "not_readable")
"""Rules that the same bytes may keep on another day: what broke them is tried again."""
UNASKED = ("no_address", "host_not_allowed")
"""Rules by which an entry of a listing is never asked for."""
KEPT = ("source_id", "fetch_id", "file_path", "text", "character_count", "collected_at")
"""Columns of a document that tell how it first came; its statements point into that text."""
SPEAKER = ("authority_id", "channel", "language")
"""Columns of a document on which its statements depend beside the text."""


def collect(
    settings: Settings,
    now: datetime,
    source_ids: list[str] | None = None,
    folder: Path | None = None,
    offline: bool = False,
    period: Period = Period(),
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Store what the sources have that is new, and return what this call wrote: documents, copies, rejected, failed_sources.

    `folder` reads that folder and no declared source. Offline, sources on the web are left out. A failed source is recorded
    and holds up no other; one that is to be left alone for a while is not asked.
    """
    engine = open_place(settings)
    chosen = [_folder_source()] if folder else catalogue.chosen_sources(source_ids or settings.sources)
    web = [source for source in chosen if source.is_on_the_web]
    if offline and web:
        log.warning("left out, because this run is offline: %s", ", ".join(source.id for source in web))
    counts: Counter[str] = Counter(documents=0, copies=0, rejected=0)
    failed: list[str] = []
    with isolation() as isolated:
        store_batch = partial(_store, engine, settings, now=now, isolated=isolated, period=period)
        for source in chosen:
            if not source.is_on_the_web:
                root = folder.resolve() if folder else PROJECT / source.address
                counts += _collect_folder(engine, source, root, now, store_batch, failed)
        if web and not offline:
            counts += _collect_web(engine, settings, web, now, store_batch, isolated, period, pause, failed)
    in_order = [source.id for source in chosen if source.id in failed]
    return {**{name: counts[name] for name in ("documents", "copies", "rejected")}, "failed_sources": in_order}


def collect_from_archive(settings: Settings, now: datetime, source_ids: list[str] | None = None) -> dict[str, Any]:
    """Read again all that the sources gave before, from the archive and without network; return the same counts as `collect`.

    A text that is now read otherwise is a new revision; what is now refused is counted no more. Raises StoreError when the
    archive lacks something.
    """
    engine = open_place(settings)
    chosen = catalogue.chosen_sources(source_ids) if source_ids else [*catalogue.sources().values(), _folder_source()]
    counts: Counter[str] = Counter(documents=0, copies=0, rejected=0)
    with isolation() as isolated:
        for source in chosen:
            with store.reading(engine) as connection:
                received = receive_archive(connection, str(settings.home / "archive"), source)
                for batch in _batches(received):
                    past = {str(item.fetched["fetch_id"]) for item in batch if item.fetched}
                    counts += _store(engine, settings, source, batch, now, isolated, Period(), past)
    return {**{name: counts[name] for name in ("documents", "copies", "rejected")}, "failed_sources": []}


def _collect_folder(
    engine: Engine, source: Source, root: Path, now: datetime, store_batch: Callable[..., Counter[str]], failed: list[str]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    try:
        past = _past(engine, source)
        for batch in _batches(receive_folder(root)):
            counts += store_batch(source, batch, past=past)
        remember(engine, source, now, Look("got", has_new=True))
    except (ListingError, UnreadableError) as error:
        log.error("%s: %s", source.id, error)
        failed.append(source.id)
        remember(engine, source, now, Look("failed", error=str(error)))
    return counts


def _collect_web(
    engine: Engine,
    settings: Settings,
    web: list[Source],
    now: datetime,
    store_batch: Callable[..., Counter[str]],
    isolated: Callable[..., Any],
    period: Period,
    pause: Callable[[float], None],
    failed: list[str],
) -> Counter[str]:
    """Look at the sources and store what they bring: one host's sources in turn, different hosts side by side."""
    counts: Counter[str] = Counter()
    waiting: dict[str, list[Received]] = defaultdict(list)
    with Fetcher(user_agent(settings.contact), settings.allow_loopback, now=now, pause=pause) as fetcher:
        keep = partial(archive.keep, str(settings.home / "archive"))
        look = partial(visit, fetcher=fetcher, isolated=isolated, keep=keep, period=period, now=now)
        # Closed, so that an error here ends the threads too.
        with closing(side_by_side(_jobs(engine, web, now, look))) as brought:
            for source, item in brought:
                if isinstance(item, Received):
                    waiting[source.id].append(item)
                elif isinstance(item, Asked):
                    _note(engine, source, item)
                if isinstance(item, Look) or len(waiting[source.id]) >= BATCH:
                    found = store_batch(source, tuple(waiting.pop(source.id, ())))
                    counts += found
                if isinstance(item, Look):
                    # What broke the reader is tried again: without validators the listing is read again.
                    look_row = replace(item, etag=None, last_modified=None) if found["passing"] else item
                    remember(engine, source, now, look_row)
                    if item.error:
                        log.error("%s: %s", source.id, item.error)
                        failed.append(source.id)
    return counts


def _jobs(engine: Engine, web: list[Source], now: datetime, look: Callable[..., Iterator]) -> list[Callable[[], Iterator]]:
    """Return a job for each host: the visits to its sources that are due."""
    by_host: dict[str, list[tuple[Source, dict[str, Any], set[str]]]] = defaultdict(list)
    with store.reading(engine) as connection:
        for source in web:
            before = state_of(connection, source.id)
            if is_due(source, before, now):
                by_host[urlsplit(source.address).hostname or ""].append((source, before, _known(connection, source)))
            else:
                log.info("%s is not due: left alone", source.id)
    return [partial(_visits, plan, look) for plan in by_host.values()]


def _visits(plan: list[tuple[Source, dict[str, Any], set[str]]], look: Callable[..., Iterator]) -> Iterator[tuple[Source, Any]]:
    for source, before, known in plan:
        for item in look(source, before, known):
            yield source, item


def _known(connection: Connection, source: Source) -> set[str]:
    """Return the addresses of documents that a source gave before."""
    got = fetches.c.outcome.in_(("got", "refused")) & (fetches.c.role == "document")
    return set(connection.scalars(select(fetches.c.address).where(fetches.c.source_id == source.id, got)))


def _note(engine: Engine, source: Source, asked: Asked) -> None:
    with store.writing(engine) as connection:
        store.upsert(connection, sources, [source_row(source)])
        store.add(connection, fetches, [asked.fetch_row(source.id)])


def _batches(received: Iterator[Received]) -> Iterator[tuple[Received, ...]]:
    while batch := tuple(islice(received, BATCH)):
        yield batch


def _folder_source() -> Source:
    """Return the source of a folder named at run time, without its place on this machine."""
    return Source(id=AD_HOC_FOLDER, name="Folder named at run time", kind="folder")


def _past(engine: Engine, source: Source) -> set[str]:
    """Return the fetches of a source after which the same address gave something else: what gives them again has changed."""
    got = (fetches.c.source_id == source.id) & (fetches.c.outcome != "failed")
    newest = (
        select(fetches.c.address, func.max(fetches.c.fetched_at).label("newest_at"))
        .where(got)
        .group_by(fetches.c.address)
        .having(func.count() > 1)
        .subquery()
    )
    older = (fetches.c.address == newest.c.address) & (fetches.c.fetched_at < newest.c.newest_at)
    with store.reading(engine) as connection:
        return set(connection.scalars(select(fetches.c.fetch_id).join(newest, older).where(got)))


def _store(
    engine: Engine,
    settings: Settings,
    source: Source,
    batch: tuple[Received, ...],
    now: datetime,
    isolated: Callable[..., Any],
    period: Period,
    past: Collection[str] = (),
) -> Counter[str]:
    """Store one batch of received entries in one transaction; those stored before are passed over, unless they are `past`."""
    fetched = {row["fetch_id"]: (row, received) for received in batch for row in [received.fetch_row(source.id, now)]}
    with store.reading(engine) as connection:
        known = set(connection.scalars(select(fetches.c.fetch_id).where(fetches.c.fetch_id.in_(fetched))))
    rows, rejections, kept = [], [], []
    passing = 0
    for fetch_id, (fetch_row, received) in fetched.items():
        if fetch_id in known and fetch_id not in past:
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
    return _write(engine, source, rows, rejections, kept, now) + Counter(passing=passing)


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
            f"its listing names the authority {entry.authority_id}, which authorities.toml lacks: add it there"
        )
    name = entry.file_path or ""
    extracted = isolated(extract, received.content, name, now.date(), received.media_type, entry.text_field)
    row = document_row(extracted, entry, source, fetch_id, now, catalogue.authority_named)
    return {**row, "file_path": printable(entry.file_path) if entry.file_path else None}


def _unreadable(
    error: Exception, received: Received, source_id: str, content_hash: str | None, now: datetime
) -> dict[str, Any]:
    rule = error.rule if isinstance(error, UnreadableError) else "unknown_authority"
    severity = "info" if rule == "about_the_folder" else "critical"
    return rejection("collect", received.subject, rule, str(error), now, severity, source_id, content_hash)


def _write(
    engine: Engine, source: Source, rows: list[dict], rejections: list[dict], fetched: list[dict], now: datetime
) -> Counter[str]:
    """Write what is good, what is not and what was fetched, all or nothing."""
    # A rejection names what was asked for, as the fetch does: a page may tell another address of itself.
    told = {row["fetch_id"]: {"subject": row["address"], "content_hash": row["content_hash"]} for row in fetched}
    with store.reading(engine) as connection:
        unique, copies = sort_out(connection, [{**row, **told[row["fetch_id"]]} for row in rows], now)
    validated = check(documents, unique, source.id, now)
    valid = set(validated.good["document_id"])
    with store.writing(engine) as connection:
        _take_turn(connection)
        # Sorted again, because another run may have written since.
        good, late = sort_out(connection, [row for row in unique if row["document_id"] in valid], now)
        copies += late
        store.upsert(connection, sources, [source_row(source)])
        store.upsert(connection, fetches, fetched)
        store.upsert(connection, checks, validated.checks)
        stored = _write_documents(connection, good)
        _supersede(connection, [row["fetch_id"] for row in fetched], [row["document_id"] for row in rows])
        heal(connection, source.id, [row["subject"] for row in [*good, *copies]])
        copied = reject(connection, copies)
        refused = reject(connection, [*rejections, *breached("collect", validated, unique, ["subject"], now)])
    return Counter(documents=stored, copies=copied, rejected=copied + refused)


def _supersede(connection: Connection, fetch_ids: list[str], read: list[str]) -> None:
    """Count no more what fetches were once read as, where they are now read otherwise."""
    of_fetches = documents.c.fetch_id.in_(fetch_ids) & documents.c.document_id.not_in(read)
    connection.execute(update(documents).where(of_fetches, documents.c.is_latest).values(is_latest=False))


def _take_turn(connection: Connection) -> None:
    """Wait until no other run stores documents; SQLite has one writer anyhow."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("collect"))))


def _write_documents(connection: Connection, good: list[dict]) -> int:
    rows = [{column.name: row[column.name] for column in documents.columns} for row in good]
    known = documents.select().where(documents.c.document_id.in_([row["document_id"] for row in rows]))
    held = {row["document_id"]: row for row in connection.execute(known).mappings()}
    _forget_judgements(
        connection,
        [key for row in rows if (key := row["document_id"]) in held and any(row[name] != held[key][name] for name in SPEAKER)],
    )
    rows = [{**row, **{name: held.get(row["document_id"], row)[name] for name in KEPT}} for row in rows]
    store.upsert(connection, stories, map(_story_row, rows))
    stored = store.upsert(connection, documents, rows)
    for row in rows:
        if row["is_latest"] and row["revision"] > 1:
            others = (documents.c.address_key == row["address_key"]) & (documents.c.document_id != row["document_id"])
            connection.execute(update(documents).where(others, documents.c.is_latest).values(is_latest=False))
    return stored


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
