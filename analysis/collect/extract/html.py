"""Web pages to documents: main text, title, date and address."""

from __future__ import annotations

import re
from datetime import date

from analysis.collect.extract.encoding import decode
from analysis.collect.extract.extracted import Extracted
from analysis.collect.extract.title import find_title
from analysis.collect.listing.entries import parse_day, plain_text
from analysis.errors import UnreadableError

HTML_LIMIT = 5_000_000
"""Bytes: the parser needs a minute for a page of 20 MB."""


def read_html(content: bytes, today: date) -> Extracted:
    import trafilatura
    from trafilatura.settings import Document

    if len(content) > HTML_LIMIT:
        raise UnreadableError("too_large", f"a page of {len(content):,} bytes, more than the limit of {HTML_LIMIT:,}")
    declared = re.search(rb"charset\s*=\s*[\"']?\s*([\w.-]+)", content[:4000], re.I)
    text, encoding = decode(content, declared[1].decode("ascii") if declared else None)
    dates = {"original_date": True, "extensive_search": True, "max_date": today.isoformat()}
    tree = trafilatura.load_html(text)
    page = trafilatura.bare_extraction(text, with_metadata=True, include_comments=False, date_extraction_params=dates)
    if not isinstance(page, Document) or not page.text:
        return Extracted("html", trafilatura.html2txt(text), encoding=encoding)
    return Extracted(
        "html",
        page.text,
        title=plain_text(find_title(tree) if tree is not None else page.title),
        published_on=_stated_day(page.date, text),
        encoding=encoding,
        address=web_address(page.url),
        publisher=plain_text(page.sitename),
    )


def _stated_day(found: str | None, markup: str) -> date | None:
    """Return the day found in a page; None for the first of a month that the page does not spell.

    The search for a date makes a first of January of a bare year, and a first of the month of a bare month.
    """
    day = parse_day(found)
    if day is None or day.day != 1:
        return day
    month, year = day.month, day.year
    spelled = (
        rf"(?<!\d)0?1[./-]0?{month}(?!\d)|(?<!\d)0?{month}[./-]0?1(?!\d)|{year}{month:02}01|{month}月1日"
        rf"|(?<!\d)0?1(?:er|st|º|\.)?\s+(?:de\s+)?[^\W\d]{{3,}}\.?,?\s+(?:del?\s+)?{year}|[^\W\d]{{3,}}\.?\s+0?1(?:st)?,?\s+{year}"
    )
    return day if re.search(spelled, markup) else None


def web_address(text: str | None) -> str | None:
    return text if text and text.startswith(("http://", "https://")) else None
