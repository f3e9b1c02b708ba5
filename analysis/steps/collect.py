"""Sources to documents."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, delete, func, select, update

from analysis import archive, catalogue, store
from analysis.catalogue import AD_HOC_FOLDER, Source
from analysis.collect.documents import document_row
from analysis.collect.extract import BYTE_LIMIT, extract
from analysis.collect.fetch import Reach, TransientError, fetch, user_agent
from analysis.collect.isolate import isolation
from analysis.collect.listing.entries import Entry
from analysis.collect.listing.feed import read_feed
from analysis.collect.listing.folder import INDEX_NAME, list_folder
from analysis.errors import CatalogueError, FetchError, ListingError, UnreadableError
from analysis.settings import PROJECT, Settings
from analysis.steps.place import (
    breached,
    check,
    failed_row,
    heal,
    open_place,
    reject,
    rejection,
    remember,
    sort_out,
    source_row,
    state_of,
)
from analysis.tables import checks, content_id, documents, fetches, signal_sectors, signals, sources, statements, stories

log = logging.getLogger(__name__)

BATCH = 200
"""Entries in one transaction."""
PAUSE_SECONDS = 1.0
"""Between two requests to the same host."""
PASSING = ("too_slow", "too_much_memory", "crashed", "not_readable")
"""Rules that the same bytes may keep on another day: what broke them is tried again."""
UNASKED = ("no_address", "host_not_allowed")
"""Rules by which an entry of a feed is never asked for."""
KEPT = ("source_id", "fetch_id", "file_path", "text", "character_count", "collected_at")
"""Columns of a document that tell how it first came; its statements point into that text."""
SPEAKER = ("authority_id", "channel", "language")
"""Columns of a document on which its statements depend beside the text."""


@dataclass(frozen=True)
class Received:
    """An entry with its bytes; `refusal` is the rule and reason where they were not taken."""

    entry: Entry
    subject: str
    content: bytes = b""
    media_type: str | None = None
    refusal: UnreadableError | None = None
    listing: str = ""

    def fetch_row(self, source_id: str, now: datetime) -> dict[str, Any]:
        content_hash = None if self.refusal else archive.content_hash(self.content)
        return {
            "fetch_id": content_id(source_id, self.subject, content_hash, self.listing),
            "source_id": source_id,
            "address": self.subject,
            "outcome": "refused" if self.refusal else "got",
            "content_hash": content_hash,
            "byte_count": None if self.refusal else len(self.content),
            "media_type": self.media_type,
            "error": self.refusal.reason if self.refusal else None,
            "fetched_at": now,
        }


@dataclass(frozen=True)
class Period:
    """The half-open interval of days that is wanted; a document without a date is always wanted."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date | None) -> bool:
        return day is None or ((self.since is None or day >= self.since) and (self.until is None or day < self.until))


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
    and holds up no other.
    """
    engine = open_place(settings)
    chosen = [_folder_source()] if folder else catalogue.chosen_sources(source_ids or settings.sources)
    counts: Counter[str] = Counter(documents=0, copies=0, rejected=0)
    failed = []
    with isolation() as isolated:
        for source in chosen:
            if offline and source.kind == "feed":
                log.warning("%s is on the web: left out, because this run is offline", source.id)
                continue
            try:
                store_batch = partial(_store, engine, settings, source, now=now, isolated=isolated, period=period)
                if source.kind == "folder":
                    root = folder.resolve() if folder else PROJECT / source.address
                    past = _past(engine, source)
                    counts += _total(store_batch(batch, past=past) for batch in _batches(_receive_folder(root)))
                    remember(engine, source, now, "got")
                else:
                    counts += _collect_feed(source, settings, engine, now, pause, store_batch, isolated, period == Period())
            except (FetchError, ListingError, UnreadableError) as error:
                log.error("%s: %s", source.id, error)
                failed.append(source.id)
                remember(engine, source, now, "failed", str(error))
    return {**{name: counts[name] for name in ("documents", "copies", "rejected")}, "failed_sources": failed}


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


def _receive_folder(root: Path) -> Iterator[Received]:
    for entry in list_folder(root):
        file_path = entry.file_path or ""
        path = root / file_path
        # Part of it, so that a file is read again once the catalogue has learnt its authority.
        listing = content_id(*astuple(replace(entry, file_path=None)), *(() if _knows_authority(entry) else ("unknown",)))
        received = Received(entry, _printable(file_path), listing=listing)
        try:
            yield replace(received, content=_read_file(path))
        except UnreadableError as refusal:
            yield replace(received, refusal=refusal)


def _printable(path: str) -> str:
    """Return a path or address as text that any database takes, whatever bytes it is made of."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _read_file(path: Path) -> bytes:
    """Return a file's bytes. Raises UnreadableError for what is no document, or may not be read."""
    if path.is_dir() and not path.is_symlink():
        raise UnreadableError("not_readable", "the folder cannot be listed: mend its permissions")
    if path.is_symlink() or not path.is_file():
        raise UnreadableError("not_a_file", "a link or a special file: put the document itself into the folder")
    if path.name == INDEX_NAME or path.stem.upper() == "README":
        raise UnreadableError("about_the_folder", "tells about the folder and is no document of it")
    try:
        size = path.stat().st_size
        if size > BYTE_LIMIT:
            raise UnreadableError("too_large", f"{size:,} bytes, more than the limit of {BYTE_LIMIT:,}: it stays where it is")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError("not_readable", f"the file cannot be read ({error.strerror}): mend its permissions") from error


def _collect_feed(
    source: Source,
    settings: Settings,
    engine: Engine,
    now: datetime,
    pause: Callable[[float], None],
    store_batch: Callable[[tuple[Received, ...]], Counter[str]],
    isolated: Callable[..., Any],
    is_whole: bool,
) -> Counter[str]:
    """Store the feed's entries that were not received before, each with its page; a page that fails is tried again next time.

    `is_whole` says that no entry is left out for its date.
    """
    reach, agent = Reach(source.hosts, settings.allow_loopback), user_agent(settings.contact)
    with store.reading(engine) as connection:
        state = state_of(connection, source.id)
        known = set(
            connection.scalars(select(fetches.c.address).where(fetches.c.source_id == source.id, fetches.c.outcome != "failed"))
        )
    answer = fetch(source.address, reach, agent, state.get("etag"), state.get("last_modified"))
    if answer.content is None:
        remember(engine, source, now, "unchanged", answer=answer)
        return Counter()
    entries = isolated(read_feed, answer.content, answer.address).entries
    failures: list[tuple[str, FetchError]] = []
    counts = _total(map(store_batch, _batches(_receive_pages(entries, known, reach, agent, pause, failures))))
    with store.writing(engine) as connection:
        store.upsert(connection, fetches, [failed_row(source.id, address, str(error), now) for address, error in failures])
    # Validators are kept only when no entry is left for another day: else such entries would never be listed again.
    is_done = is_whole and not counts["passing"] and not any(isinstance(error, TransientError) for _, error in failures)
    remember(engine, source, now, "got" if entries else "empty", answer=answer if is_done else None)
    return counts


def _total(counts: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counts, Counter())


def _receive_pages(
    entries: Iterable[Entry],
    known: set[str],
    reach: Reach,
    agent: str,
    pause: Callable[[float], None],
    failures: list[tuple[str, FetchError]],
) -> Iterator[Received]:
    """Give each entry's page; the addresses that failed are added to `failures` with their errors."""
    for entry in entries:
        subject = _printable(entry.address or entry.entry_id or entry.title or "an entry without link, identifier and title")
        if subject in known:
            continue
        if refusal := _unasked(entry, reach):
            yield Received(entry, subject, refusal=refusal)
            continue
        pause(PAUSE_SECONDS)
        try:
            page = fetch(subject, reach, agent)
        except FetchError as error:
            log.warning("%s", error)
            failures.append((subject, error))
            continue
        yield Received(replace(entry, address=page.address), subject, page.content or b"", page.media_type)


def _unasked(entry: Entry, reach: Reach) -> UnreadableError | None:
    """Return why an entry's page is not to be asked for, if so."""
    if not entry.address:
        return UnreadableError("no_address", "the feed gives no link that could be followed: it is left out")
    try:
        host = urlsplit(entry.address).hostname or ""
    except ValueError:
        return UnreadableError("no_address", "the feed's link is no web address: it is left out")
    if any(host == allowed or host.endswith(f".{allowed}") for allowed in reach.hosts):
        return None
    return UnreadableError("host_not_allowed", f"{host!r} is not among the source's hosts: add it there if it belongs to them")


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
    if not _knows_authority(entry):
        raise CatalogueError(
            f"its listing names the authority {entry.authority_id}, which authorities.toml lacks: add it there"
        )
    name = entry.file_path or ""
    extracted = isolated(extract, received.content, name, now.date(), received.media_type, entry.text_field)
    row = document_row(extracted, entry, source, fetch_id, now, catalogue.authority_named)
    return {**row, "file_path": _printable(entry.file_path) if entry.file_path else None}


def _knows_authority(entry: Entry) -> bool:
    return entry.authority_id is None or entry.authority_id in catalogue.authorities()


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
        heal(connection, source.id, [row["subject"] for row in [*good, *copies]])
        copied = reject(connection, copies)
        refused = reject(connection, [*rejections, *breached("collect", validated, unique, ["subject"], now)])
    return Counter(documents=stored, copies=copied, rejected=copied + refused)


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
