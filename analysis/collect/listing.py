"""Feeds and folders to entries: what a source says it has."""

from __future__ import annotations

import calendar
import html
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urljoin

from analysis.errors import ListingError

INDEX_NAME = "index.jsonl"
INDEX_FIELDS = (
    "file", "address", "title", "date", "date_precision", "language", "publisher", "channel", "authority_id", "reference",
    "kind", "text_field",
)  # fmt: skip
FEED_LIMIT = 5_000_000
"""Bytes: feedparser takes quadratic time on some hostile input, so larger feeds are refused."""
UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Control characters, halves of surrogate pairs and non-characters: parsers and databases refuse them."""


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
    return Feed(parsed.version, one_line(parsed.feed.get("language")), entries)


def _xml_entry(raw: dict, address: str) -> Entry:
    link = raw.get("link")
    moment = raw.get("published_parsed") or raw.get("updated_parsed")
    published_at = _moment(calendar.timegm(moment)) if moment else None
    return Entry(
        address=_resolved(address, link),
        entry_id=one_line(raw.get("id") or link),
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
        entry_id=one_line(str(item.get("id") or link or "")),
        title=plain_text(item.get("title")),
        summary=plain_text(item.get("summary") or item.get("content_text") or item.get("content_html")),
        published_at=published_at,
        published_on=published_at.date() if published_at else None,
        language=_language(item),
    )


def _language(raw: dict) -> str | None:
    return one_line(raw["language"]) if isinstance(raw.get("language"), str) else None


def _resolved(address: str, link: object) -> str | None:
    """Return a link as a full address; None for what is none, so that one broken link does not cost a feed its entries."""
    try:
        return one_line(urljoin(address, str(link))) if link else None
    except ValueError:
        return None


def plain_text(markup: object) -> str | None:
    """Return markup's words without any tag, blanks joined; None when there are none."""
    if not isinstance(markup, str):
        return None
    import nh3

    words = nh3.clean(UNWANTED.sub("", markup), tags=set(), clean_content_tags={"script", "style"})
    return one_line(html.unescape(words))


def one_line(text: str | None) -> str | None:
    """Return the text with its blanks joined and without unwanted characters; None when nothing is left."""
    return " ".join(UNWANTED.sub("", text or "").split()) or None


def parse_moment(text: object) -> datetime | None:
    """Return the moment of an ISO 8601 text in UTC; None for anything else, and for a day without a time."""
    if not isinstance(text, str) or len(text) <= 10 or parse_day(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def parse_day(text: object) -> date | None:
    """Return the day of a text that begins with YYYY-MM-DD or YYYYMMDD; None for any other."""
    found = re.match(r"\s*([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?![0-9])", str(text))
    try:
        return date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None


def list_folder(folder: Path) -> Iterator[Entry]:
    """Give an entry for each file below the folder, in the order of their paths; a folder that cannot be listed has its own.

    What the folder's index tells (`index.jsonl` in it, or beside it) comes along; links are not followed.
    Raises ListingError when the folder is missing or cannot be listed, or its index cannot be read.
    """
    paths = sorted(_paths(folder))
    known = read_index(folder)
    for path in paths:
        relative = path.relative_to(folder).as_posix()
        yield replace(known.get(Path(os.path.realpath(path)), Entry()), file_path=relative)


def _paths(folder: Path) -> Iterator[Path]:
    """Give whatever lies below the folder and is no folder itself, and folders that cannot be listed."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as found:
                for item in found:
                    if item.is_dir(follow_symlinks=False):
                        waiting.append(place / item.name)
                    else:
                        yield place / item.name
        except OSError as error:
            if place == folder:
                raise ListingError(
                    f"{folder} is not a folder that can be listed ({error.strerror}): name one that holds documents"
                ) from error
            yield place


def read_index(folder: Path) -> dict[Path, Entry]:
    """Return what an index in the folder, or beside it, tells of each file.

    Raises ListingError, naming the line, when an index is not what it should be.
    """
    entries: dict[Path, Entry] = {}
    for place in (folder.resolve().parent, folder.resolve()):
        index = place / INDEX_NAME
        for number, line in enumerate(_lines(index), start=1):
            if line.strip():
                path, entry = _index_line(line, place, f"{index.name}, line {number}")
                entries[path] = entry
    return entries


def _lines(index: Path) -> list[bytes]:
    try:
        return index.read_bytes().split(b"\n") if index.is_file() else []
    except OSError as error:
        raise ListingError(f"{index.name} cannot be read ({error.strerror}): mend its permissions") from error


def _index_line(line: bytes, place: Path, subject: str) -> tuple[Path, Entry]:
    try:
        raw = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ListingError(f"{subject}: not JSON in UTF-8 ({error}): mend or remove the line") from error
    if not isinstance(raw, dict):
        raise ListingError(f"{subject}: not a JSON object: mend or remove the line")
    for name in INDEX_FIELDS:
        if not isinstance(raw.get(name), str | None):
            raise ListingError(f"{subject}: {name} is not a text: put its value between quotation marks or remove it")
    try:
        return Path(os.path.realpath(place / (raw.get("file") or ""))), _index_entry(raw)
    except ValueError as error:
        raise ListingError(f"{subject}: no file can have this name ({error}): mend or remove the line") from error


def _index_entry(raw: dict) -> Entry:
    is_exact = raw.get("date_precision") in (None, "day")
    return Entry(
        address=one_line(raw.get("address")),
        title=one_line(raw.get("title")),
        published_on=parse_day(raw.get("date")) if is_exact else None,
        date_is_decided="date" in raw,
        language=one_line(raw.get("language")),
        publisher=one_line(raw.get("publisher")),
        channel=one_line(raw.get("channel")),
        authority_id=one_line(raw.get("authority_id")),
        reference=one_line(raw.get("reference")),
        kind=one_line(raw.get("kind")),
        text_field=one_line(raw.get("text_field")),
    )
