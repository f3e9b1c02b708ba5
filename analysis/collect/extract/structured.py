"""What a page tells machines of its article: its JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

ARTICLE_TYPES = ("Article", "Posting", "Report", "SpeechStatement", "GovernmentAnnouncement")
OTHER_WORKS = frozenset(
    (
        *("about", "associatedMedia", "audio", "author", "breadcrumb", "citation", "comment", "creator", "hasPart", "image"),
        *("isBasedOn", "isPartOf", "itemListElement", "liveBlogUpdate", "logo", "mentions", "potentialAction", "publisher"),
        *("relatedLink", "review", "significantLink", "thumbnail", "video"),
    )
)
"""Properties whose values are other works than the page's own."""
SCRIPTS = "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]/text()"
TRAILING_COMMA = re.compile(r",\s{0,200}([}\]])")
TOLD = re.compile(r"\"(@type|headline|datePublished)\"\s{0,9}:\s{0,9}\"((?:[^\"\\]|\\.){1,500})\"")


def linked_data(page: HtmlElement) -> Iterator[Any]:
    """Give what the page's JSON-LD scripts hold, in their order.

    Of a script that is no JSON, even mended, it gives the name and the date of its article.
    """
    for text in page.xpath(SCRIPTS):
        try:
            yield _parsed(text)
        except (ValueError, RecursionError):
            yield _salvaged(text)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except ValueError:
        # Comments, CDATA marks and semicolons stand around the outermost bracket.
        begin, end = re.search(r"[\[{]|$", text), max(text.rfind("]"), text.rfind("}"))
        return json.loads(TRAILING_COMMA.sub(r"\1", text[begin.start() if begin else 0 : end + 1]), strict=False)


def _salvaged(text: str) -> dict[str, str]:
    """Return type, headline and date of the first article in broken JSON; empty when it names none."""
    found: dict[str, str] = {}
    for match in TOLD.finditer(text):
        name, value = match[1], match[2].replace('\\"', '"').replace("\\/", "/")
        if name == "@type" and not value.endswith(ARTICLE_TYPES):
            continue
        found.setdefault(name, value)
    return found if "@type" in found else {}


def articles(page: HtmlElement) -> list[dict[str, Any]]:
    """Return the articles of a page's JSON-LD; works named in passing are left out."""
    return [work for work in works(page) if is_article(work)]


def works(page: HtmlElement) -> list[dict[str, Any]]:
    """Return all typed works of a page's JSON-LD that are the page's own."""
    return [work for data in linked_data(page) for work in _works(data)]


def _works(data: Any) -> Iterator[dict[str, Any]]:
    # A list of what is still to be read instead of recursion, because hostile data are nested deeply.
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            if "@type" in item:
                yield item
            waiting.extend(reversed([value for name, value in item.items() if name not in OTHER_WORKS]))


def is_article(work: dict[str, Any]) -> bool:
    """Tell whether a work is of a type of articles."""
    return any(kind.endswith(ARTICLE_TYPES) for kind in kinds(work))


def kinds(work: dict[str, Any]) -> list[str]:
    """Return the types of a work."""
    told = work.get("@type")
    return [str(kind) for kind in (told if isinstance(told, list) else [told])]
