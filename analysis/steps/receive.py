"""What is received: the files of a folder, what the archive holds, and the requests made for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, and_, exists, or_, select

from analysis import archive, catalogue
from analysis.catalogue import Source
from analysis.collect.extract.extracted import BYTE_LIMIT
from analysis.collect.fetch import Attempt
from analysis.collect.listing.entries import Entry
from analysis.collect.listing.folder import INDEX_NAME, list_folder
from analysis.collect.listing.mail import comes_from, read_mail
from analysis.errors import UnreadableError
from analysis.tables import content_id, documents, fetches

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 200
"""Rows that are held of what the archive gives."""


@dataclass(frozen=True)
class Received:
    """An entry with its bytes; `refusal` is the rule and reason where they were not taken."""

    entry: Entry
    subject: str
    content: bytes = b""
    media_type: str | None = None
    charset: str | None = None
    refusal: UnreadableError | None = None
    listing: str = ""
    attempt: Attempt | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched: Mapping[str, Any] | None = None
    """The row of `fetches` where the bytes come from the archive."""

    def fetch_row(self, source_id: str, now: datetime) -> dict[str, Any]:
        if self.fetched:
            return dict(self.fetched)
        content_hash = None if self.refusal else archive.content_hash(self.content)
        mark = self.attempt.started_at.isoformat() if self.attempt else content_hash
        return {
            "fetch_id": content_id(source_id, self.subject, mark, self.listing),
            "source_id": source_id,
            "role": "document",
            "address": self.subject,
            "outcome": "refused" if self.refusal else "got",
            "status": self.attempt.status if self.attempt else None,
            "content_hash": content_hash,
            "byte_count": None if self.refusal else len(self.content),
            "media_type": self.media_type,
            "charset": self.charset,
            "error": self.refusal.reason if self.refusal else None,
            # In ASCII, because a file's name may hold what no database takes.
            "entry": json.dumps({k: v for k, v in asdict(self.entry).items() if v}, default=str),
            "entry_id": self.entry.entry_id if self.entry.entry_id not in (self.subject, self.entry.address) else None,
            "etag": self.etag,
            "last_modified": self.last_modified,
            "fetched_at": self.attempt.started_at if self.attempt else now,
        }


@dataclass(frozen=True)
class Asked:
    """A request that brought no document: a listing, a robots.txt, a redirect or a failure."""

    role: str
    attempt: Attempt
    content_hash: str | None = None

    def fetch_row(self, source_id: str) -> dict[str, Any]:
        attempt = self.attempt
        return {
            "fetch_id": content_id(source_id, attempt.address, attempt.started_at.isoformat(), attempt.outcome),
            "source_id": source_id,
            "role": "robots" if urlsplit(attempt.address).path == "/robots.txt" else self.role,
            "address": attempt.address,
            "outcome": attempt.outcome,
            "status": attempt.status,
            "content_hash": self.content_hash,
            "byte_count": attempt.byte_count,
            "media_type": attempt.media_type,
            "charset": None,
            "error": attempt.error,
            "entry": None,
            "entry_id": None,
            "etag": None,
            "last_modified": None,
            "fetched_at": attempt.started_at,
        }


@dataclass(frozen=True)
class Standing:
    """What another look at a document's page showed of it: there as before, or gone."""

    subject: str
    address: str
    """Where the document was found last, after redirects."""
    is_gone: bool


@dataclass(frozen=True)
class Period:
    """The half-open interval of days that is wanted; a document without a date is always wanted."""

    since: date | None = None
    until: date | None = None

    def holds(self, day: date | None) -> bool:
        return day is None or ((self.since is None or day >= self.since) and (self.until is None or day < self.until))


def receive_folder(root: Path) -> Iterator[Received]:
    """Give each file of a folder with what its index tells.

    Raises ListingError when the folder or its index cannot be read.
    """
    for entry in list_folder(root):
        file_path = entry.file_path or ""
        # Part of it, so that a file is read again once the catalogue has learnt its authority.
        listing = content_id(*astuple(replace(entry, file_path=None)), *(() if knows_authority(entry) else ("unknown",)))
        received = Received(entry, printable(file_path), listing=listing)
        try:
            yield replace(received, content=_read_file(root / file_path))
        except UnreadableError as refusal:
            yield replace(received, refusal=refusal)


def receive_mail(root: Path, source: Source, isolated: Callable[..., Any]) -> Iterator[Received]:
    """Give each mail of a folder, with what its headers tell; those of strangers and second deliveries are refused.

    Raises ListingError when the folder cannot be read.
    """
    seen: set[str] = set()
    for file in list_folder(root):
        path = file.file_path or ""
        received = Received(file, printable(path), media_type="message/rfc822", listing=content_id(*source.hosts))
        try:
            content = _read_file(root / path)
            if not path.lower().endswith(".eml"):
                raise UnreadableError("not_a_mail", "no .eml file: put nothing but mails into this folder")
            entry, domains = isolated(read_mail, content)
            _check_mail(entry, domains, source, seen)
            yield replace(received, entry=replace(entry, file_path=path), content=content)
        except UnreadableError as refusal:
            yield replace(received, refusal=refusal)


def _check_mail(entry: Entry, domains: tuple[str, ...], source: Source, seen: set[str]) -> None:
    """Raise UnreadableError for a mail that is not taken; the Message-ID of one that is goes into `seen`."""
    if not comes_from(domains, source.hosts):
        senders = ", ".join(domain or "a sender who cannot be read" for domain in domains) or "nobody"
        raise UnreadableError(
            "sender_not_allowed", f"it is from {senders}, not of the source's hosts: add there what belongs to them"
        )
    if entry.entry_id in seen:
        raise UnreadableError(
            "delivered_twice", f"another mail of the folder has its Message-ID {entry.entry_id}: counted once"
        )
    if entry.entry_id:
        seen.add(entry.entry_id)


def receive_archive(connection: Connection, root: str, source: Source) -> Iterator[Received]:
    """Give what each address of a source gave last, and what its newest document came from, as far as that is another.

    The bytes come from the archive, with what the listing said then. What a newer revision has replaced is left out. Raises
    StoreError when bytes are missing or were changed.
    """
    newer, latest = fetches.alias(), documents.alias()
    of_fetch = documents.c.fetch_id == fetches.c.fetch_id
    is_newest = ~exists().where(
        newer.c.source_id == fetches.c.source_id,
        newer.c.address == fetches.c.address,
        newer.c.content_hash.is_not(None),
        newer.c.fetched_at > fetches.c.fetched_at,
    )
    is_replaced = exists().where(
        of_fetch, documents.c.is_latest.is_(False), latest.c.address_key == documents.c.address_key, latest.c.is_latest
    )
    chosen = select(fetches).where(
        fetches.c.source_id == source.id,
        fetches.c.role == "document",
        fetches.c.content_hash.is_not(None),
        or_(exists().where(of_fetch, documents.c.is_latest), and_(is_newest, ~is_replaced)),
    )
    in_order = chosen.order_by(fetches.c.fetched_at, fetches.c.fetch_id).execution_options(yield_per=ROWS_AT_ONCE)
    for row in connection.execute(in_order).mappings():
        if row["entry"] is None:
            log.warning("%s: %s was received before listings were kept: it is left as it was read", source.id, row["address"])
            continue
        content = archive.load(root, row["content_hash"])
        yield Received(told_entry(row["entry"]), row["address"], content, row["media_type"], row["charset"], fetched=dict(row))


def told_entry(told: str) -> Entry:
    """Return the entry that a row of `fetches` holds as JSON."""
    fields = json.loads(told)
    if "published_at" in fields:
        fields["published_at"] = datetime.fromisoformat(fields["published_at"])
    if "published_on" in fields:
        fields["published_on"] = date.fromisoformat(fields["published_on"])
    return Entry(**fields)


def knows_authority(entry: Entry) -> bool:
    return entry.authority_id is None or entry.authority_id in catalogue.authorities()


def printable(path: str) -> str:
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
