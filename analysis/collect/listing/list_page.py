"""HTML pages that list documents to entries, by the selectors of their parser."""

from __future__ import annotations

from collections.abc import Sequence

from cssselect import SelectorError
from parsel import Selector

from analysis.catalogue import Parser
from analysis.collect.extract.encoding import declared_encoding, decode
from analysis.collect.listing.dates import read_day
from analysis.collect.listing.entries import Entry, one_line, resolved
from analysis.errors import ListingError


def read_list_page(
    content: bytes, address: str, parser: Parser, order: str | None = None, languages: Sequence[str] = ()
) -> tuple[Entry, ...]:
    """Return the entries of a list page; a row without a link is a heading or an ornament and none.

    `order` is that of day, month and year in dates of digits, `languages` those of its dates in words.
    Raises ListingError, naming the selector, when one finds nothing in the page or is none.
    """
    text, _ = decode(content, declared_encoding(content))
    try:
        return _entries(Selector(text=text or "<html/>", type="html"), address, parser, order, languages)
    except (SelectorError, ValueError) as error:
        raise ListingError(f"a selector of the parser cannot be read ({error}): mend it") from error


def _entries(page: Selector, address: str, parser: Parser, order: str | None, languages: Sequence[str]) -> tuple[Entry, ...]:
    rows = page.css(parser.rows)
    if not rows:
        raise ListingError(f"{parser.rows!r} finds nothing in the page: mend the parser's rows, or check the address")
    address = resolved(address, (page.css("base::attr(href)").get() or "").strip()) or address
    entries = tuple(_entry(row, address, parser, order, languages) for row in rows)
    found = tuple(entry for entry in entries if entry.address)
    if not found:
        raise ListingError(f"{parser.link or 'a::attr(href)'!r} finds no link in {len(rows)} rows: mend the parser's link")
    return found


def _entry(row: Selector, address: str, parser: Parser, order: str | None, languages: Sequence[str]) -> Entry:
    link = row.css(parser.link or "a::attr(href)").get()
    place = resolved(address, link.strip()) if link and link.strip() else None
    published_on, published_at = read_day(_words(row, parser.date), parser.date_format, order, languages, parser.time_zone)
    return Entry(
        address=place if place and place.startswith(("http://", "https://")) else None,
        entry_id=_words(row, parser.id) or place,
        title=_words(row, parser.title or "a::attr(title)") or _words(row, "a ::text") or _words(row, "::text"),
        summary=_words(row, parser.summary),
        published_on=published_on,
        published_at=published_at,
        publisher=_words(row, parser.publisher),
        text=_words(row, parser.text),
    )


def _words(row: Selector, selector: str) -> str | None:
    return one_line(" ".join(row.css(selector).getall())) if selector else None
