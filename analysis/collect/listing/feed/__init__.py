"""RSS, Atom and JSON feeds to entries.

The bytes become text (`analysis.collect.extract.encoding`), the text a tree that is mended where it is broken (`markup`), the
tree is reduced to what tells of entries (`vocabulary`), and feedparser says what each element means (`xml_feed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analysis.collect.extract.encoding import declared_encoding, decode
from analysis.collect.listing.entries import Entry, language_tag
from analysis.collect.listing.feed.moments import Dated, read_date
from analysis.errors import ListingError
from analysis.tables import content_id

FEED_LIMIT = 5_000_000
"""Bytes of a feed."""


@dataclass(frozen=True)
class Feed:
    """What a feed holds: its format (`rss20`, `atom10`, `json11`, ...), what it tells of itself, and its entries."""

    format: str
    language: str | None
    entries: tuple[Entry, ...]
    encoding: str = "utf-8"
    title: str | None = None
    address: str | None = None
    """The page that the feed is of."""
    feed_id: str | None = None
    summary: str | None = None
    published_on: date | None = None
    published_at: datetime | None = None


def read_feed(
    content: bytes,
    address: str = "",
    media_type: str | None = None,
    charset: str | None = None,
    language: str | None = None,
    order: str | None = None,
    languages: Sequence[str] = (),
) -> Feed:
    """Return what an RSS, Atom or JSON feed holds; links are resolved against `xml:base` and the feed's address.

    `media_type`, `charset` and `language` are what the server says of it; `order` is that of day and month in dates of digits,
    `languages` those of dates in words. Raises ListingError when the content is no feed.
    """
    if not content.strip():
        raise ListingError("the feed is empty: check its address")
    if len(content) > FEED_LIMIT:
        raise ListingError(f"the feed has {len(content)} bytes, more than {FEED_LIMIT}: it is not read")
    text, encoding = decode(content, declared_encoding(content), charset)
    text = text.lstrip("\ufeff \r\n\t")

    def dates(told: object, language: str | None) -> Dated:
        return read_date(told, order, tuple(tag for tag in (language, *languages) if tag))

    told = (text, address, encoding, language_tag(language), dates)
    if text.startswith("{") or ("json" in (media_type or "") and not text.startswith("<")):
        from analysis.collect.listing.feed.json_feed import read_json_feed

        return read_json_feed(*told)
    from analysis.collect.listing.feed.xml_feed import read_xml_feed

    return read_xml_feed(*told)


def made_id(*told: object) -> str:
    """Return the identifier of an entry that gives none, and no link: it stays the same while the entry does."""
    return f"urn:sha256:{content_id(*told)}"
