"""Sources to documents."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from analysis import archive, catalogue, store
from analysis.catalogue import AD_HOC_FOLDER, Source
from analysis.collect.documents import document_row
from analysis.collect.extract import BYTE_LIMIT, extract
from analysis.collect.fetch import Reach, Response, fetch, user_agent
from analysis.collect.isolate import isolation
from analysis.collect.listing import INDEX_NAME, Entry, list_folder, read_feed
from analysis.errors import CatalogueError, FetchError, ListingError, UnreadableError
from analysis.settings import PROJECT, Settings
from analysis.steps.place import breached, check, open_place, reject, rejection, source_row
from analysis.tables import checks, content_id, documents, fetches, source_state, sources, stories

log = logging.getLogger(__name__)

BATCH = 200
"""Entries in one transaction."""
PAUSE_SECONDS = 1.0
"""Between two requests to the same host."""


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
    chosen = [_folder_source(folder)] if folder else catalogue.chosen_sources(source_ids or settings.sources)
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
                    counts += _total(map(store_batch, _batches(_receive_folder(source))))
                    _remember(engine, source, now, "got")
                else:
                    counts += _collect_feed(source, settings, engine, now, pause, store_batch, period == Period())
            except (FetchError, ListingError) as error:
                log.error("%s: %s", source.id, error)
                failed.append(source.id)
                _remember(engine, source, now, "failed", str(error))
    return {**{name: counts[name] for name in ("documents", "copies", "rejected")}, "failed_sources": failed}


def _batches(received: Iterator[Received]) -> Iterator[tuple[Received, ...]]:
    while batch := tuple(islice(received, BATCH)):
        yield batch


def _folder_source(folder: Path) -> Source:
    return Source(id=AD_HOC_FOLDER, name="Folder named at run time", kind="folder", address=str(folder.resolve()))


def _receive_folder(source: Source) -> Iterator[Received]:
    root = PROJECT / source.address
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
    """Return a path as text that any database takes, whatever bytes the name is made of."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _read_file(path: Path) -> bytes:
    """Return a file's bytes. Raises UnreadableError for what is no document, or may not be read."""
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
    is_whole: bool,
) -> Counter[str]:
    """Store the feed's entries that were not received before, each with its page; a page that fails is tried again next time.

    `is_whole` says that no entry is left out for its date.
    """
    reach, agent = Reach(source.hosts, settings.allow_loopback), user_agent(settings.contact)
    with store.reading(engine) as connection:
        state = _state(connection, source)
        known = set(
            connection.scalars(select(fetches.c.address).where(fetches.c.source_id == source.id, fetches.c.outcome != "failed"))
        )
    answer = fetch(source.address, reach, agent, state.get("etag"), state.get("last_modified"))
    if answer.content is None:
        _remember(engine, source, now, "unchanged", answer=answer)
        return Counter()
    entries = read_feed(answer.content, answer.address).entries
    failures: list[tuple[str, str]] = []
    counts = _total(map(store_batch, _batches(_receive_pages(entries, known, reach, agent, pause, failures))))
    with store.writing(engine) as connection:
        store.upsert(connection, fetches, [_failed_row(source.id, address, error, now) for address, error in failures])
    # Validators are kept only when every entry is stored: else those that are not would never be listed again.
    _remember(engine, source, now, "got" if entries else "empty", answer=answer if is_whole and not failures else None)
    return counts


def _total(counts: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counts, Counter())


def _receive_pages(
    entries: Iterable[Entry],
    known: set[str],
    reach: Reach,
    agent: str,
    pause: Callable[[float], None],
    failures: list[tuple[str, str]],
) -> Iterator[Received]:
    """Give each entry's page; the addresses that failed are added to `failures` with their errors."""
    for entry in entries:
        if not entry.address or entry.address in known:
            continue
        pause(PAUSE_SECONDS)
        try:
            page = fetch(entry.address, reach, agent)
        except FetchError as error:
            log.warning("%s", error)
            failures.append((entry.address, str(error)))
            continue
        yield Received(replace(entry, address=page.address), entry.address, page.content or b"", page.media_type)


def _failed_row(source_id: str, address: str, error: str, now: datetime) -> dict[str, Any]:
    return {
        "fetch_id": content_id(source_id, address, None, "failed"),
        "source_id": source_id,
        "address": address,
        "outcome": "failed",
        "content_hash": None,
        "byte_count": None,
        "media_type": None,
        "error": error,
        "fetched_at": now,
    }


def _store(
    engine: Engine,
    settings: Settings,
    source: Source,
    batch: tuple[Received, ...],
    now: datetime,
    isolated: Callable[..., Any],
    period: Period,
) -> Counter[str]:
    """Store one batch of received entries in one transaction; those stored before are passed over."""
    fetched = {row["fetch_id"]: (row, received) for received in batch for row in [received.fetch_row(source.id, now)]}
    with store.reading(engine) as connection:
        known = set(connection.scalars(select(fetches.c.fetch_id).where(fetches.c.fetch_id.in_(fetched))))
    rows, rejections, kept = [], [], []
    for fetch_id, (fetch_row, received) in fetched.items():
        if fetch_id in known:
            continue
        try:
            row = _read(received, source, fetch_id, settings, now, isolated)
            if not period.holds(row["published_on"]):
                continue
            rows.append(row)
        except (UnreadableError, CatalogueError) as error:
            rejections.append(_unreadable(error, received, source.id, fetch_row["content_hash"], now))
        kept.append(fetch_row)
    return _write(engine, source, rows, rejections, kept, now)


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
    subjects = {row["fetch_id"]: row["address"] for row in fetched}
    with store.reading(engine) as connection:
        unique, copies = _sort_out(connection, [{**row, "subject": subjects[row["fetch_id"]]} for row in rows], now)
    validated = check(documents, unique, source.id, now)
    good = store.rows_of(validated.good, documents)
    rejections += [*copies, *breached("collect", validated, unique, ["subject"], now)]
    with store.writing(engine) as connection:
        store.upsert(connection, sources, [source_row(replace_address(source))])
        store.upsert(connection, fetches, fetched)
        store.upsert(connection, checks, validated.checks)
        store.upsert(connection, stories, map(_story_row, good))
        stored = store.upsert(connection, documents, good)
        for row in good:
            _supersede(connection, row)
        refused = reject(connection, rejections)
    return Counter(documents=stored, copies=len(copies), rejected=refused)


def replace_address(source: Source) -> Source:
    """Return the source as it is stored: a folder named at run time without its place on this machine."""
    return source.model_copy(update={"address": ""}) if source.id == AD_HOC_FOLDER else source


def _sort_out(connection: Connection, rows: list[dict], now: datetime) -> tuple[list[dict], list[dict]]:
    """Return the rows to store, each with its revision, and a rejection for each exact copy of a text that is there already."""
    texts = [row["text_hash"] for row in rows]
    found = connection.execute(
        select(documents.c.text_hash, documents.c.document_id, documents.c.source_id, fetches.c.address)
        .join(fetches)
        .where(documents.c.text_hash.in_(texts))
    ).all()
    held = {text: holder for text, *holder in found}
    good, copies, seen = [], [], []
    for row in rows:
        # Who brought it counts: the same text in another file would take the document away from the first one.
        holder = [row["document_id"], row["source_id"], row["subject"]]
        original = held.setdefault(row["text_hash"], holder)
        if original == holder and holder not in seen:
            good.append(row)
        else:
            copies.append(_copy(row, original[0], now))
        seen.append(holder)
    return _with_revisions(connection, good), copies


def _copy(row: dict, original: str, now: datetime) -> dict[str, Any]:
    reason = f"an exact copy of document {original}: counted once"
    return rejection("collect", row["subject"], "exact_copy", reason, now, "info", row["source_id"], row=row)


def _with_revisions(connection: Connection, rows: list[dict]) -> list[dict]:
    keys = {row["address_key"] for row in rows}
    held = connection.execute(
        select(documents.c.address_key, documents.c.document_id, documents.c.revision).where(documents.c.address_key.in_(keys))
    ).all()
    revisions = {document_id: revision for _, document_id, revision in held}
    newest: Counter[str] = Counter()
    for key, _, revision in held:
        newest[key] = max(newest[key], revision)
    numbered = []
    for row in rows:
        revision = revisions.get(row["document_id"]) or newest[row["address_key"]] + 1
        newest[row["address_key"]] = max(newest[row["address_key"]], revision)
        numbered.append({**row, "revision": revision})
    return [{**row, "is_latest": row["revision"] == newest[row["address_key"]]} for row in numbered]


def _supersede(connection: Connection, row: dict) -> None:
    if row["is_latest"] and row["revision"] > 1:
        older = (documents.c.address_key == row["address_key"]) & (documents.c.revision < row["revision"])
        connection.execute(update(documents).where(older).values(is_latest=False))


def _story_row(row: dict) -> dict[str, Any]:
    return {
        "story_id": row["story_id"],
        "title": row["title"],
        "published_on": row["published_on"],
        "document_count": 1,
    }


def _state(connection: Connection, source: Source) -> dict[str, Any]:
    row = connection.execute(select(source_state).where(source_state.c.source_id == source.id)).mappings().first()
    return dict(row or {})


def _remember(
    engine: Engine, source: Source, now: datetime, state: str, error: str | None = None, answer: Response | None = None
) -> None:
    """Keep how an attempt ended; for a folder only when that changed, since a folder is always there."""
    with store.writing(engine) as connection:
        store.upsert(connection, sources, [source_row(replace_address(source))])
        before = _state(connection, source)
        row = {
            "source_id": source.id,
            "state": state,
            "attempted_at": now,
            "succeeded_at": before.get("succeeded_at") if error else now,
            "etag": answer.etag if answer else before.get("etag"),
            "last_modified": answer.last_modified if answer else before.get("last_modified"),
            "failure_count": before.get("failure_count", 0) + 1 if error else 0,
            "error": error,
        }
        store.upsert(connection, source_state, [row], touch=source.kind == "feed")
