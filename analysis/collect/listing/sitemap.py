"""Sitemaps to entries: plain ones, those of news, lists of lines, packed ones, and indexes of others."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from gzip import GzipFile

from lxml import etree

from analysis.collect.extract.encoding import declared_encoding, decode
from analysis.collect.listing.dates import read_day
from analysis.collect.listing.entries import Entry, one_line, plain_text, resolved
from analysis.collect.listing.paging import as_literal
from analysis.errors import ListingError

BYTE_LIMIT = 20_000_000
"""Bytes of an unpacked sitemap."""


@dataclass(frozen=True)
class Sitemap:
    """What a sitemap holds: entries, or the addresses of further sitemaps."""

    entries: tuple[Entry, ...]
    further: tuple[str, ...] = ()


def read_sitemap(content: bytes, address: str = "") -> Sitemap:
    """Return what a sitemap or an index of sitemaps holds.

    Only the news extension tells a day of publication: `lastmod` is the day of a change and no date of a document.
    Raises ListingError when the content is no sitemap.
    """
    content = _unpacked(content)
    text, _ = decode(content, declared_encoding(content))
    text = text.replace("\0", "").lstrip("\ufeff \r\n\t")
    if not text.startswith("<"):
        return Sitemap(_lines(text, address))
    # The encoding is decided above: what the declaration says of it no longer holds.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    root = etree.fromstring(text.encode("utf-8"), parser)
    kind = etree.QName(root).localname if root is not None else ""
    if kind == "sitemapindex":
        places = (resolved(address, _text(item, "loc")) for item in root.iterchildren("{*}sitemap"))
        return Sitemap((), tuple(as_literal(place) for place in places if place))
    if kind != "urlset":
        raise ListingError(f"the content is {kind or 'not XML'}, where a sitemap was expected: check the address")
    return Sitemap(tuple(_entry(item, address) for item in root.iterchildren("{*}url") if _text(item, "loc")))


def _unpacked(content: bytes) -> bytes:
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        with GzipFile(fileobj=io.BytesIO(content)) as stream:
            unpacked = stream.read(BYTE_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ListingError(f"the packed sitemap cannot be unpacked ({error}): check the address") from error
    if len(unpacked) > BYTE_LIMIT:
        raise ListingError(f"the sitemap unpacks to more than {BYTE_LIMIT} bytes: it is not read")
    return unpacked


def _lines(text: str, address: str) -> tuple[Entry, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines):
        raise ListingError(
            "the content is neither XML nor a list of addresses, where a sitemap was expected: check the address"
        )
    return tuple(Entry(address=resolved(address, line), entry_id=line) for line in lines)


def _entry(item: etree._Element, address: str) -> Entry:
    place = resolved(address, _text(item, "loc"))
    news = item.find("{*}news")
    if news is None:
        return Entry(address=place, entry_id=place)
    published_on, published_at = read_day(_text(news, "publication_date"))
    language = news.findtext(".//{*}language")
    return Entry(
        address=place,
        entry_id=place,
        title=plain_text(_text(news, "title")),
        published_on=published_on,
        published_at=published_at,
        language=one_line(language),
    )


def _text(item: etree._Element, name: str) -> str | None:
    return one_line(item.findtext(f"{{*}}{name}"))
