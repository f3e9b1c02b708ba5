"""Sources to received bytes: the files of a folder, and what a look at a source on the web brings."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, exists, select

from analysis import archive, catalogue
from analysis.catalogue import Source
from analysis.collect.extract.extracted import BYTE_LIMIT
from analysis.collect.fetch import Attempt, Fetcher, Response, TransientError
from analysis.collect.health import Look
from analysis.collect.listing import Listing, read_listing
from analysis.collect.listing.entries import Entry
from analysis.collect.listing.folder import INDEX_NAME, list_folder
from analysis.collect.listing.paging import fields_of, is_paged, listing_addresses, more, page_address
from analysis.errors import CatalogueError, FetchError, ListingError, UnreadableError
from analysis.tables import content_id, documents, fetches

log = logging.getLogger(__name__)

LOOKBACK = timedelta(days=14)
"""How far back a look asks an archive when no period is given."""
PAGE_LIMIT = 200
"""Pages of one listing, sitemaps of one index: more is an error that tells to take a shorter period."""


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
            "fetched_at": attempt.started_at,
        }


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


def receive_archive(connection: Connection, root: str, source: Source) -> Iterator[Received]:
    """Give what each address of a source gave last, from the archive, with what its listing said then.

    What a newer revision has replaced is left out. Raises StoreError when bytes are missing or were changed.
    """
    newer, latest = fetches.alias(), documents.alias()
    chosen = select(fetches).where(
        fetches.c.source_id == source.id,
        fetches.c.role == "document",
        fetches.c.content_hash.is_not(None),
        ~exists().where(
            newer.c.source_id == fetches.c.source_id,
            newer.c.address == fetches.c.address,
            newer.c.content_hash.is_not(None),
            newer.c.fetched_at > fetches.c.fetched_at,
        ),
        ~exists().where(
            documents.c.fetch_id == fetches.c.fetch_id,
            documents.c.is_latest.is_(False),
            latest.c.address_key == documents.c.address_key,
            latest.c.is_latest,
        ),
    )
    for row in connection.execute(chosen.order_by(fetches.c.fetched_at, fetches.c.fetch_id)).mappings():
        if row["entry"] is None:
            log.warning("%s: %s was received before listings were kept: it is left as it was read", source.id, row["address"])
            continue
        content = archive.load(root, row["content_hash"])
        yield Received(_entry(row["entry"]), row["address"], content, row["media_type"], row["charset"], fetched=dict(row))


def _entry(told: str) -> Entry:
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


def visit(
    source: Source,
    before: Mapping[str, Any],
    known: set[str],
    fetcher: Fetcher,
    isolated: Callable[..., Any],
    keep: Callable[[bytes], str],
    period: Period,
    now: datetime,
) -> Iterator[Received | Asked | Look]:
    """Give what one look at a source on the web brings: every request, every entry that is not known, and last how it ended.

    `before` is its row of `source_state`, `known` the addresses received before, `keep` puts bytes into the archive.
    """
    entries: list[Entry] = []
    answers: list[Response] = []
    asked: list[Asked] = []
    ask = partial(_ask, fetcher, source, asked)
    try:
        for answer, listing in _listings(source, before, ask, isolated, keep, period, now):
            answers.append(answer)
            entries += listing.entries
    except (FetchError, ListingError, UnreadableError, CatalogueError) as error:
        yield from asked
        yield _failed(before, error)
        return
    yield from asked
    asked.clear()
    if all(answer.content is None for answer in answers):
        yield Look("unchanged", etag=before.get("etag"), last_modified=before.get("last_modified"), moved_to=_moved(answers))
        return
    has_new, is_passing = False, False
    for item in _documents(source, entries, known, ask, asked):
        has_new |= isinstance(item, Received) and not item.refusal
        is_passing |= isinstance(item, Passing)
        if not isinstance(item, Passing):
            yield item
    # Validators are kept only when no entry is left for another day: else such entries would never be listed again.
    kept = answers[0] if len(answers) == 1 and not is_passing and period == Period() else None
    yield Look(
        "got" if entries else "empty",
        tuple(entries),
        has_new,
        etag=kept.etag if kept else None,
        last_modified=kept.last_modified if kept else None,
        moved_to=_moved(answers),
    )


def _ask(
    fetcher: Fetcher, source: Source, asked: list[Asked], role: str, address: str, keep: Callable[[bytes], str] | None = None,
    etag: str | None = None, last_modified: str | None = None,
) -> Response:  # fmt: skip
    """Return what an address gives; every request made for it is added to `asked`, and the bytes are archived by `keep`."""
    notes: list[Attempt] = []
    content_hash = None
    try:
        answer = fetcher.get(address, source.hosts, source.pace_seconds, etag, last_modified, note=notes.append)
        content_hash = keep(answer.content) if keep and answer.content is not None else None
        return answer
    finally:
        asked += [Asked(role, note, content_hash if note.outcome == "got" else None) for note in notes]


def _failed(before: Mapping[str, Any], error: Exception) -> Look:
    retry_at = getattr(error, "retry_at", None)
    return Look(
        "failed", error=str(error), etag=before.get("etag"), last_modified=before.get("last_modified"), retry_at=retry_at
    )


def _moved(answers: list[Response]) -> str | None:
    return next((answer.moved_to for answer in answers if answer.moved_to), None)


def _listings(
    source: Source,
    before: Mapping[str, Any],
    ask: Callable[..., Response],
    isolated: Callable[..., Any],
    keep: Callable[[bytes], str],
    period: Period,
    now: datetime,
) -> Iterator[tuple[Response, Listing]]:
    """Give each page of a source's listing with what it holds; its bytes are in the archive before anything reads them."""
    parser = source.parser_on(now.date())
    since, until = period.since or (now - LOOKBACK).date(), period.until or now.date() + timedelta(days=1)
    waiting = deque((template, 0) for template in listing_addresses(source.address, since, until, parser))
    # Validators belong to one address: one that is filled in is another on another day.
    is_conditional = not fields_of(source.address)
    known: set[str] = set()
    listed: set[str | None] = set()
    while waiting:
        template, number = waiting.popleft()
        address = page_address(template, number, parser)
        if address in known:
            continue
        if len(known) >= PAGE_LIMIT:
            raise ListingError(f"{source.address}: more than {PAGE_LIMIT} pages: take a shorter period")
        known.add(address)
        validators = (before.get("etag"), before.get("last_modified")) if is_conditional else (None, None)
        answer = ask("listing", address, keep, *validators)
        if answer.content is None:
            yield answer, Listing(())
            continue
        listing = isolated(read_listing, source.kind, answer.content, answer.address, parser, source.date_order)
        yield answer, listing
        # A site may repeat its last page for any number beyond it.
        has_new = not listed.issuperset(entry.address for entry in listing.entries)
        listed.update(entry.address for entry in listing.entries)
        if is_paged(template) and has_new and more(listing.entries, since):
            waiting.append((template, number + 1))
        waiting.extend((further, 0) for further in listing.further)


def first_listing(source: Source, fetcher: Fetcher, isolated: Callable[..., Any], now: datetime) -> tuple[Response, Listing]:
    """Return the first page of a source's listing with what it holds; it is asked for without validators.

    Raises what a fetch or the reading raises.
    """
    parser = source.parser_on(now.date())
    template = next(listing_addresses(source.address, (now - LOOKBACK).date(), now.date() + timedelta(days=1), parser))
    answer = fetcher.get(page_address(template, 0, parser), source.hosts, source.pace_seconds)
    return answer, isolated(read_listing, source.kind, answer.content or b"", answer.address, parser, source.date_order)


@dataclass(frozen=True)
class Passing:
    """A page that may be had on another day."""


def _documents(
    source: Source, entries: list[Entry], known: set[str], ask: Callable[..., Response], asked: list[Asked]
) -> Iterator[Received | Asked | Passing]:
    """Give each entry that is not known, with its page or, where the source says so, its own words."""
    seen = set(known)
    for entry in entries:
        subject = printable(entry.address or entry.entry_id or entry.title or "an entry without link, identifier and title")
        if subject in seen:
            continue
        seen.add(subject)
        if refusal := unasked(entry, source):
            yield Received(entry, subject, refusal=refusal)
        elif source.text == "entry" or entry.text:
            yield Received(entry, subject, _words(entry), "application/json")
        else:
            yield from _page(source, entry, subject, ask, asked)
            asked.clear()


def _page(
    source: Source, entry: Entry, subject: str, ask: Callable[..., Response], asked: list[Asked]
) -> Iterator[Received | Asked | Passing]:
    try:
        page = ask("document", subject)
    except FetchError as error:
        log.warning("%s: %s", source.id, error)
        yield from asked
        if isinstance(error, TransientError):
            yield Passing()
        return
    *others, last = asked
    yield from others
    found = replace(entry, address=page.address)
    yield Received(found, subject, page.content or b"", page.media_type, page.charset, attempt=last.attempt)


def _words(entry: Entry) -> bytes:
    """Return what the listing itself says of a document, as the JSON document that is kept of it."""
    told = {
        "title": entry.title,
        "text": entry.text or "\n\n".join(part for part in (entry.title, entry.summary) if part),
        "url": entry.address,
        "date": (entry.published_at or entry.published_on or ""),
    }
    return json.dumps(told, ensure_ascii=False, default=str).encode("utf-8")


def unasked(entry: Entry, source: Source) -> UnreadableError | None:
    """Return why an entry's page is not to be asked for, if so."""
    if not (entry.address or "").startswith(("http://", "https://")):
        return UnreadableError("no_address", "the listing gives no link that could be followed: it is left out")
    try:
        host = urlsplit(str(entry.address)).hostname or ""
    except ValueError:
        return UnreadableError("no_address", "the listing's link is no web address: it is left out")
    if any(host == allowed or host.endswith(f".{allowed}") for allowed in source.hosts):
        return None
    return UnreadableError("host_not_allowed", f"{host!r} is not among the source's hosts: add it there if it belongs to them")
