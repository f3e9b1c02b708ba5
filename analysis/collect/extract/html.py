"""Web pages to documents: main text, title, date and address, of a page parsed once."""

from __future__ import annotations

import re
from datetime import date

from lxml.html import HtmlElement

from analysis.collect.extract.body import main_text
from analysis.collect.extract.encoding import declared_encoding, decode
from analysis.collect.extract.extracted import Extracted
from analysis.collect.extract.fields import web_address
from analysis.collect.extract.published import find_published_on
from analysis.collect.extract.structured import articles
from analysis.collect.extract.title import find_title
from analysis.collect.extract.walls import read_signs, refuse_wall
from analysis.collect.listing.entries import plain_text
from analysis.errors import UnreadableError

HTML_LIMIT = 5_000_000
"""Bytes: the parser needs a minute for a page of 20 MB."""
HOST = re.compile(r"https?://(?:www\.)?([^/:?#]+)")


def read_html(content: bytes, today: date, charset: str | None = None) -> Extracted:
    """Return what a page holds; its text is empty when there is none to be found.

    Raises UnreadableError for a page that is too large, and for one that stands in the place of a document, by the kind's rule.
    """
    import trafilatura

    if len(content) > HTML_LIMIT:
        raise UnreadableError("too_large", f"a page of {len(content):,} bytes, more than the limit of {HTML_LIMIT:,}")
    markup, encoding = decode(content, declared_encoding(content), charset)
    page = trafilatura.load_html(markup)
    if page is None:
        return Extracted("html", "", encoding=encoding)
    address = find_address(page)
    title = plain_text(find_title(page))
    published_on = find_published_on(page, markup, address, today)
    publisher = find_publisher(page, address)
    signs = read_signs(page)
    text = main_text(page)
    refuse_wall(title, text, signs)
    return Extracted(
        "html", text, title=title, published_on=published_on, encoding=encoding, address=address, publisher=publisher
    )


def find_address(page: HtmlElement) -> str | None:
    """Return the address that a page gives for itself, for sharing or as the canonical one."""
    from trafilatura.metadata import extract_url

    shared = page.xpath('string(//meta[@property="og:url"]/@content)').strip()
    return web_address(shared) or web_address(extract_url(page))


def find_publisher(page: HtmlElement, address: str | None) -> str | None:
    """Return the name of a page's site, its article's publisher, or the host of its address."""
    named = page.xpath('//meta[@property="og:site_name" or @name="application-name"]/@content')
    published = [work.get("publisher") for work in articles(page)]
    named += [publisher.get("name") for publisher in published if isinstance(publisher, dict)]
    told = next((name for name in named if isinstance(name, str) and name.strip()), None)
    host = HOST.match(address or "")
    return plain_text(told.lstrip("@")) if told else host[1] if host else None
