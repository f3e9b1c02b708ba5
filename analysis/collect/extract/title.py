"""The title of a page: what its data, its headings and its head agree on, without the name of the site."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

ARTICLE_TYPES = ("Article", "Posting", "Report")
SEPARATOR = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022:\-]\s+|\s*[|\u2502]\s*")
"""What sites put between a headline and their name."""
AFTER_TITLE = re.compile(r"\s*[|\u2013\u2014\u00b7\u2022:\uff1a\uff5c\u3163\-]")
LONG_TITLE = 10
"""Characters from which a title that begins another one is the whole of it."""


def find_title(page: HtmlElement) -> str | None:
    """Return the title of a page; None when it tells none.

    The title for sharing goes first, then the headline of its structured data, its first heading and its head's title: what an
    editor wrote for other places says most alone. The name of the site is taken off it.
    """
    shared = [_words(text) for text in page.xpath('//meta[@property="og:title"]/@content')[:1]]
    structured = [_words(text) for text in headlines(page)][:1]
    headings = [_words(heading.text_content()) for heading in page.xpath("//h1")]
    head = [_words(text) for text in page.xpath("//title/text()")[:1]]
    told = [text for text in (*shared, *structured, *headings[:1], *head) if text]
    return without_site(told[0], _site_names(page), [*structured, *headings]) if told else None


def headlines(page: HtmlElement) -> Iterator[str]:
    """Give the headlines of articles in a page's JSON-LD, in its order."""
    for script in page.xpath('//script[@type="application/ld+json"]/text()'):
        try:
            yield from _headlines(json.loads(script, strict=False))
        except (ValueError, RecursionError):
            continue


def _headlines(data: Any) -> Iterator[str]:
    if isinstance(data, list):
        for item in data:
            yield from _headlines(item)
    if isinstance(data, dict):
        kinds = data.get("@type")
        is_article = any(str(kind).endswith(ARTICLE_TYPES) for kind in (kinds if isinstance(kinds, list) else [kinds]))
        if is_article and isinstance(data.get("headline"), str):
            yield data["headline"]
        for value in data.values():
            if isinstance(value, dict | list):
                yield from _headlines(value)


def _site_names(page: HtmlElement) -> set[str]:
    names = page.xpath('//meta[@property="og:site_name" or @name="application-name"]/@content')
    return {_words(name).casefold() for name in names if _words(name)}


def without_site(title: str, sites: set[str], others: list[str]) -> str:
    """Return a title without the parts at its end that name the site, or that all other titles of the page lack."""
    for other in others:
        if len(other) >= LONG_TITLE and title.startswith(other) and AFTER_TITLE.match(title[len(other) :]):
            return other
    parts = [*SEPARATOR.finditer(title)]
    while parts and title[parts[-1].end() :].casefold() in sites:
        title = title[: parts.pop().start()]
    return title


def _words(text: str | None) -> str:
    return " ".join(html.unescape(text or "").split())
