"""Extracted text and its entry to a row of `documents`: whose text it is, of what day, at which address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from analysis.catalogue import Source
from analysis.collect.duplicates import text_hash
from analysis.collect.extract import Extracted, canonical_address
from analysis.collect.listing.entries import Entry, one_line
from analysis.tables import content_id

PRESS_KINDS = ("press", "news", "article", "opinion", "interview", "blog")
"""Kinds by which a listing says that a text is no authority's own."""
LANGUAGE_ALIASES = {"wuu": "zh", "yue": "zh", "cmn": "zh", "pcm": "en", "nb": "no", "nn": "no"}


def document_row(
    extracted: Extracted,
    entry: Entry,
    source: Source,
    fetch_id: str,
    now: datetime,
    authority_named: Callable[[str | None], str | None],
) -> dict[str, Any]:
    """Return the row of a document, as its first revision.

    What the source's declaration or its listing says goes before what the text says of itself; only the former can make a
    text official.
    """
    publisher = one_line(entry.publisher) or source.publisher
    authority_id = entry.authority_id or source.authority_id or authority_named(publisher)
    address = canonical_address(one_line(entry.address) or one_line(extracted.address))
    title = one_line(entry.title) or one_line(extracted.title)
    digest = text_hash(title, extracted.text)
    published_on, published_at, date_flag = _date(extracted, entry, now.date())
    told = (publisher or source.id, title, published_on)
    address_key = content_id(*_identity(address, source.id, entry, told, extracted.text, digest))
    return {
        "document_id": content_id(address_key, digest),
        "address_key": address_key,
        "revision": 1,
        "is_latest": True,
        "story_id": address_key,
        "story_reason": "first",
        "story_link": None,
        "story_note": None,
        "source_id": source.id,
        "fetch_id": fetch_id,
        "address": address,
        "file_path": entry.file_path,
        "reference": one_line(entry.reference),
        "publisher": publisher or one_line(extracted.publisher),
        "title": title,
        "language": language_code(entry.language or extracted.language),
        "channel": entry.channel or source.channel or _channel(authority_id, entry.kind),
        "authority_id": authority_id,
        "published_on": published_on,
        "published_at": published_at,
        "date_flag": date_flag,
        "effective_on": extracted.effective_on,
        "event_on": extracted.event_on,
        "text": extracted.text,
        "text_hash": digest,
        "character_count": len(extracted.text),
        "replacement_count": extracted.replacement_count,
        "notes": "; ".join(extracted.notes) or None,
        "changes": None,
        "withdrawn_at": None,
        "collected_at": now,
    }


def under_key(row: dict[str, Any], address_key: str) -> dict[str, Any]:
    """Return a document's row as a revision of the document of this key."""
    document_id = content_id(address_key, row["text_hash"])
    return {**row, "document_id": document_id, "address_key": address_key, "story_id": address_key}


def _identity(
    address: str | None, source_id: str, entry: Entry, told: tuple[str, str | None, date | None], text: str, digest: str
) -> tuple[object, ...]:
    """Return what stays the same over a document's revisions: its address, else the listing's identifier, else what is `told`.

    `told` is publisher, title and day, which name a document only where they are all known.
    """
    if address:
        return (address,)
    if entry.entry_id:
        return (source_id, "id", entry.entry_id)
    # The path, because several files may hold statements of one title and day.
    path = [entry.file_path] if entry.file_path else []
    if all(told):
        return (*told, *path)
    # The text, because folders named at run time share a source; the path, because cut-off articles share a text.
    return (source_id, *path, text_hash(None, text)) if path else (digest,)


def _channel(authority_id: str | None, kind: str | None) -> str:
    return "official" if authority_id or (kind and kind.lower() not in PRESS_KINDS) else "press"


def _date(extracted: Extracted, entry: Entry, today: date) -> tuple[date | None, datetime | None, str]:
    """Return day, moment and how they are known; a listing that says the date is unknown is believed."""
    if entry.published_on or entry.date_is_decided:
        published_on, published_at, flag = entry.published_on, entry.published_at, "stated"
    else:
        published_on, published_at, flag = extracted.published_on, extracted.published_at, "found"
    if published_on is None:
        return None, None, "unknown"
    return published_on, published_at, "future" if published_on > today else flag


def language_code(tag: str) -> str:
    """Return a language tag as the code that all tables use: `zh-Hans` and `yue` become `zh`."""
    code = tag.lower().replace("_", "-").split("-")[0][:3]
    return LANGUAGE_ALIASES.get(code, code)
