"""XML documents, as registers and gazettes publish them: the words of their elements, whatever these are called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from analysis.collect.extract.encoding import declared_encoding, decode
from analysis.collect.extract.extracted import Extracted
from analysis.collect.extract.fields import DATE_FIELDS, stated_date
from analysis.collect.listing.entries import one_line
from analysis.errors import UnreadableError

LISTINGS = ("rss", "feed", "rdf", "urlset", "sitemapindex")
TITLES = ("title", "headline", "subject", "doctitle", "titulo", "titre")
"""Elements of which the first holds the title."""
DATES = {"fecha_publicacion": "published_date", "date_publication": "published_date", "dateissued": "published_date"}
"""Names of a day of publication in other languages, and what they are called here."""


def read_xml(content: bytes, charset: str | None = None) -> Extracted:
    """Return what an XML document holds, a line for each element with words of its own.

    Raises UnreadableError when it is broken, and for a feed or sitemap, which is no document.
    """
    text, encoding = decode(content, declared_encoding(content), charset)
    # No entity is resolved and nothing is fetched: an entity may stand for a file of this machine, or for a billion letters.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False, remove_comments=True)
    try:
        root = etree.fromstring(re.sub(r"\A\s*<\?xml[^>]{0,200}\?>", "", text).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("broken_xml", f"not valid XML ({error})") from error
    if _name(root).lower() in LISTINGS:
        raise UnreadableError("no_text", "a feed or sitemap and no document: declare it as a source")
    told = _told(root)
    published_on, published_at = stated_date(told)
    return Extracted(
        "xml",
        "\n".join(_lines(root)),
        title=next((words for name, words in told.items() if name in TITLES), None),
        published_on=published_on,
        published_at=published_at,
        encoding=encoding,
    )


def _told(root: etree._Element) -> dict[str, str]:
    """Return the words of the first element of each name that titles and dates have, in the document's order."""
    told: dict[str, str] = {}
    names = {name.lower(): name for name in (*TITLES, *DATE_FIELDS)} | DATES
    for element in root.iter(tag=etree.Element):
        name = names.get(_name(element).lower())
        words = one_line(_words(element)) if name and name not in told else None
        if name and words:
            told[name] = words
    return told


def _lines(element: etree._Element) -> Iterator[str]:
    """Give the words of each outermost element that has words of its own beside those of its children."""
    own = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in own):
        yield " ".join(_words(element).split())
        return
    for child in element.iterchildren(etree.Element):
        yield from _lines(child)


def _words(element: etree._Element) -> str:
    return "".join(element.itertext(etree.Element))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
