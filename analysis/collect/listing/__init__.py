"""Sources to entries: what a source says it has, a module for each kind of listing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.catalogue import Parser
from analysis.collect.listing.entries import Entry
from analysis.errors import ListingError


@dataclass(frozen=True)
class Listing:
    """One page of a listing: its entries, and the addresses of further pages that it names."""

    entries: tuple[Entry, ...]
    further: tuple[str, ...] = ()
    is_last: bool = False
    """Whether the page says that no numbered page follows it."""


def read_listing(
    kind: str,
    content: bytes,
    address: str,
    parser: Parser,
    order: str | None = None,
    languages: Sequence[str] = (),
    media_type: str | None = None,
    charset: str | None = None,
    language: str | None = None,
) -> Listing:
    """Return what a page of a listing on the web holds.

    `order` is that of day, month and year in dates of digits, `languages` those of its dates in words; `media_type`, `charset`
    and `language` are what the server says of the page, as far as this kind of listing needs it.
    Raises ListingError when the content is not what a source of this kind gives.
    """
    if kind == "feed":
        from analysis.collect.listing.feed import read_feed

        return Listing(read_feed(content, address, media_type, charset, language, order, languages).entries)
    if kind == "sitemap":
        from analysis.collect.listing.sitemap import read_sitemap

        sitemap = read_sitemap(content, address)
        return Listing(sitemap.entries, sitemap.further)
    if kind == "list_page":
        from analysis.collect.listing.list_page import read_list_page

        return Listing(read_list_page(content, address, parser, order, languages))
    if kind == "api":
        from analysis.collect.listing.api import read_api

        page = read_api(content, address, parser, order, languages)
        return Listing(page.entries, (page.next_address,) if page.next_address else (), page.is_last)
    raise ListingError(f"a source of kind {kind} has no listing on the web: mend its declaration")
