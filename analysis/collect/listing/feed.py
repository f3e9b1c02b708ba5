"""RSS, Atom and JSON feeds to entries."""

from __future__ import annotations

import calendar
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from analysis.collect.listing.entries import Entry, one_line, parse_moment, plain_text, resolved
from analysis.errors import ListingError

FEED_LIMIT = 5_000_000
"""Bytes: feedparser takes quadratic time on some hostile input, so larger feeds are refused."""


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
        address=resolved(address, link),
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
        address=resolved(address, link),
        entry_id=one_line(str(item.get("id") or link or "")),
        title=plain_text(item.get("title")),
        summary=plain_text(item.get("summary") or item.get("content_text") or item.get("content_html")),
        published_at=published_at,
        published_on=published_at.date() if published_at else None,
        language=_language(item),
    )


def _language(raw: dict) -> str | None:
    return one_line(raw["language"]) if isinstance(raw.get("language"), str) else None
