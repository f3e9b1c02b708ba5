"""Feeds and folders to entries: what a source says it has."""

from __future__ import annotations

import calendar
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urljoin

from analysis.errors import ListingError

INDEX_NAME = "index.jsonl"
FEED_LIMIT = 5_000_000
"""Bytes: feedparser takes quadratic time on some hostile input, so larger feeds are refused."""


@dataclass(frozen=True)
class Entry:
    """A link that a source lists, with what the listing tells about it; None where it tells nothing."""

    address: str | None = None
    file_path: str | None = None
    entry_id: str | None = None
    title: str | None = None
    summary: str | None = None
    published_at: datetime | None = None
    published_on: date | None = None
    date_is_decided: bool = False
    """Whether the listing's date holds even when it is empty."""
    language: str | None = None
    publisher: str | None = None
    channel: str | None = None
    authority_id: str | None = None
    reference: str | None = None
    kind: str | None = None
    """Kind of text in the listing's words; `press` says that it is no official text."""
    text_field: str | None = None


@dataclass(frozen=True)
class Feed:
    """What a feed holds: its format (`rss20`, `atom10`, `json11`, ...), its language and its entries."""

    format: str
    language: str | None
    entries: tuple[Entry, ...]


def read_feed(content: bytes, address: str = "") -> Feed:
    """Return what an RSS, Atom or JSON feed holds; relative links are resolved against its address.

    Raises ListingError when the content is no feed.
    """
    if not content.strip():
        raise ListingError("the feed is empty: check its address")
    if len(content) > FEED_LIMIT:
        raise ListingError(f"the feed has {len(content)} bytes, more than {FEED_LIMIT}: it is not read")
    return _json_feed(content, address) if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" else _xml_feed(content, address)


def _xml_feed(content: bytes, address: str) -> Feed:
    import feedparser

    # A stream, because feedparser takes a bare string for a path or an address and opens it.
    parsed = feedparser.parse(io.BytesIO(content), response_headers={"content-location": address} if address else {})
    if not parsed.get("version"):
        kind = "an HTML page" if re.search(rb"<(!doctype\s+html|html|body)\b", content[:2000], re.I) else "not a feed"
        raise ListingError(f"the content is {kind}, where RSS, Atom or a JSON feed was expected: check the address")
    entries = tuple(_xml_entry(raw, address) for raw in parsed.entries)
    return Feed(parsed.version, parsed.feed.get("language"), entries)


def _xml_entry(raw: dict, address: str) -> Entry:
    link = raw.get("link")
    moment = raw.get("published_parsed") or raw.get("updated_parsed")
    published_at = _moment(calendar.timegm(moment)) if moment else None
    return Entry(
        address=_resolved(address, link),
        entry_id=raw.get("id") or link,
        title=plain_text(raw.get("title")),
        summary=plain_text(raw.get("summary")),
        published_at=published_at,
        published_on=published_at.date() if published_at else None,
    )


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _json_feed(content: bytes, address: str) -> Feed:
    try:
        raw = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ListingError(f"the feed is not valid JSON ({error}): check the address") from error
    version = re.search(r"jsonfeed\.org/version/(\d)(?:\.(\d))?", str(raw.get("version", "")))
    if not version or not isinstance(raw.get("items"), list):
        raise ListingError("the content is JSON but no JSON feed (no version or no items): check the address")
    entries = tuple(_json_entry(item, address) for item in raw["items"] if isinstance(item, dict))
    return Feed(f"json{version[1]}{version[2] or '0'}", _language(raw), entries)


def _json_entry(item: dict, address: str) -> Entry:
    link = item.get("url") or item.get("external_url")
    published_at = parse_moment(item.get("date_published") or item.get("date_modified"))
    return Entry(
        address=_resolved(address, link),
        entry_id=str(item.get("id") or link or "") or None,
        title=plain_text(item.get("title")),
        summary=plain_text(item.get("summary") or item.get("content_text") or item.get("content_html")),
        published_at=published_at,
        published_on=published_at.date() if published_at else None,
        language=_language(item),
    )


def _language(raw: dict) -> str | None:
    return raw["language"] if isinstance(raw.get("language"), str) else None


def _resolved(address: str, link: object) -> str | None:
    """Return a link as a full address; None for what is none, so that one broken link does not cost a feed its entries."""
    try:
        return urljoin(address, str(link)) if link else None
    except ValueError:
        return None


def plain_text(markup: object) -> str | None:
    """Return markup's words without any tag, blanks joined; None when there are none."""
    if not isinstance(markup, str):
        return None
    import nh3

    words = " ".join(html.unescape(nh3.clean(markup, tags=set(), clean_content_tags={"script", "style"})).split())
    return words or None


def parse_moment(text: object) -> datetime | None:
    """Return the moment of an ISO 8601 text in UTC; None for anything else, and for a day without a time."""
    if not isinstance(text, str) or len(text) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def parse_day(text: object) -> date | None:
    """Return the day of an ISO 8601 text; None when it does not tell the day."""
    try:
        return date.fromisoformat(str(text).strip()[:10]) if text else None
    except ValueError:
        return None


def list_folder(folder: Path) -> Iterator[Entry]:
    """Give an entry for each file below the folder, in the order of their paths.

    What the folder's index tells (`index.jsonl` in it, or beside it) comes along; links are not followed.
    Raises ListingError when the folder is missing or its index has a line that is no JSON object.
    """
    if not folder.is_dir():
        raise ListingError(f"{folder} is not a folder: name one that holds documents")
    known = read_index(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            relative = path.relative_to(folder).as_posix()
            yield replace(known.get(path.resolve(), Entry()), file_path=relative)


def read_index(folder: Path) -> dict[Path, Entry]:
    """Return what an index in the folder, or beside it, tells of each file."""
    entries: dict[Path, Entry] = {}
    for place in (folder.resolve().parent, folder.resolve()):
        index = place / INDEX_NAME
        if index.is_file():
            for number, line in enumerate(index.read_text(encoding="utf-8").splitlines(), start=1):
                if line.strip():
                    raw = _index_line(line, index, number)
                    entries[(place / str(raw.get("file", ""))).resolve()] = _index_entry(raw)
    return entries


def _index_line(line: str, index: Path, number: int) -> dict:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise ListingError(f"{index.name}, line {number}: not JSON ({error}): mend or remove the line") from error
    if not isinstance(raw, dict):
        raise ListingError(f"{index.name}, line {number}: not a JSON object: mend or remove the line")
    return raw


def _index_entry(raw: dict) -> Entry:
    is_exact = raw.get("date_precision") in (None, "day")
    return Entry(
        address=raw.get("address") or None,
        title=raw.get("title") or None,
        published_on=parse_day(raw.get("date")) if is_exact else None,
        date_is_decided="date" in raw,
        language=raw.get("language") or None,
        publisher=raw.get("publisher") or None,
        channel=raw.get("channel") or None,
        authority_id=raw.get("authority_id") or None,
        reference=raw.get("reference") or None,
        kind=raw.get("kind") or None,
        text_field=raw.get("text_field") or None,
    )
