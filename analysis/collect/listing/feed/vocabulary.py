"""What of a feed's tree is read: the elements that tell of entries, and nothing else.

The rest is taken away before feedparser sees it: its regular expression for authors takes time in the square of their length,
and so does its list of categories.
"""

from __future__ import annotations

import re
from collections import Counter
from xml.sax.saxutils import escape

from lxml import etree

from analysis.collect.listing.entries import WEB
from analysis.collect.listing.feed.markup import ELEMENT_LIMIT, ENTRY_NAMES, OUTER_NAMES, USUAL_PREFIXES, local_name
from analysis.errors import ListingError

ENTRY_LIMIT = 10_000
"""Entries of one feed."""
ATTRIBUTE_LIMIT = 100
"""Attributes of one element; of an element with more none is read."""
REPEAT_LIMIT = 20
"""Elements of one name in one entry."""
BASE_LIMIT = 300
"""Characters of an `xml:base`: each link is resolved against it."""
LEVELS = 6
"""Elements from the root down to an entry, at most."""

MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")
PLAIN_FIELDS = frozenset(
    {
        "title", "link", "guid", "id", "description", "abstract", "summary", "subtitle", "tagline", "info", "content", "body",
        "fullitem", "pubdate", "published", "issued", "updated", "modified", "lastbuilddate", "created", "language",
        "enclosure",
    }
)  # fmt: skip
FIELDS_OF_NAMESPACES = {
    USUAL_PREFIXES["content"]: frozenset({"encoded"}),
    USUAL_PREFIXES["dc"]: frozenset({"title", "description", "date", "language"}),
    USUAL_PREFIXES["dcterms"]: frozenset({"issued", "modified", "created"}),
    "http://www.w3.org/1999/xhtml": frozenset({"body"}),
    "http://www.itunes.com/dtds/podcast-1.0.dtd": frozenset({"summary"}),
    **dict.fromkeys(MEDIA, frozenset({"description"})),
}
"""What is read of extensions, whose names are compared in small letters."""
PLAIN_NAMESPACES = ("http://www.w3.org/2005/atom", "http://purl.org/atom/ns#", "http://purl.org/rss/1.0/")
"""Those of feeds themselves, in small letters; they may be declared with a prefix."""
STANDS_FOR = {
    "title": {"title"}, "description": {"description", "summary", "content", "encoded", "subtitle", "tagline"},
    "date": {"pubdate", "published", "issued"}, "summary": {"description", "summary", "content", "encoded"},
}  # fmt: skip
"""Elements of the extensions, and the feed's own that are believed before them."""
CONTAINERS = ENTRY_NAMES | OUTER_NAMES | {"items"}
REFERRED = re.compile(r"[<>&\r]")
"""Characters that XML writes as references."""
PERMALINK = "isPermaLink"
BLANK = re.compile(r"\s")
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
UNDETERMINED = "und"
"""BCP 47's language of a text that takes the feed's language back."""
ATTRIBUTES = frozenset(
    {
        "type", "mode", "rel", "href", "url", "ispermalink", "version", "lastmod", "lang", "base",
        "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about", LANGUAGE, "{http://www.w3.org/XML/1998/namespace}base",
    }
)  # fmt: skip


def reduce_to_fields(root: etree._Element) -> None:
    """Take everything out of a feed's tree that tells nothing of its entries; markup within a field becomes its text.

    Raises ListingError when the feed has too many entries.
    """
    _reduce(root, 1, Counter())
    etree.cleanup_namespaces(root)


def _reduce(element: etree._Element, level: int, seen: Counter[str]) -> None:
    _keep_attributes(element)
    seen["elements"] += len(element)
    if seen["elements"] > ELEMENT_LIMIT:
        raise ListingError(f"the feed has more than {ELEMENT_LIMIT} elements: it is not read")
    kept: Counter[str] = Counter()
    names = {_field(child) for child in element if (child.text or len(child)) and not _is_extension(child)}
    for child in list(element):
        name = local_name(child.tag)
        if level < LEVELS and _is_container(child, name):
            seen["entries"] += name in ENTRY_NAMES
            if seen["entries"] > ENTRY_LIMIT:
                raise ListingError(f"the feed has more than {ENTRY_LIMIT} entries: it is not read")
            _reduce(child, level + 1, seen)
            continue
        field = _field(child)
        kept[child.tag] += 1
        is_told = _is_extension(child) and not names.isdisjoint(STANDS_FOR.get(name, ()))
        if field is None or is_told or kept[child.tag] > REPEAT_LIMIT:
            element.remove(child)
        else:
            _flatten(child)
            if name in ("guid", "id"):
                _settle_identifier(child)


def _field(element: etree._Element) -> str | None:
    """Return the name of the field that an element tells; None for one that is not read."""
    name = local_name(element.tag)
    fields = FIELDS_OF_NAMESPACES.get(_namespace(element).lower())
    if fields is not None:
        return name if name in fields else None
    return name if name in PLAIN_FIELDS and _is_plain(element) else None


def _namespace(element: etree._Element) -> str:
    """Return an element's namespace, also where its name is one that XML does not allow."""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def _is_plain(element: etree._Element) -> bool:
    namespace = _namespace(element).lower()
    return element.prefix is None or "backend.userland.com/rss" in namespace or namespace in PLAIN_NAMESPACES


def _is_container(element: etree._Element, name: str) -> bool:
    if name == "group":
        return _namespace(element) in MEDIA
    return name in CONTAINERS and _is_plain(element)


def _is_extension(element: etree._Element) -> bool:
    return not _is_plain(element) and _namespace(element) != USUAL_PREFIXES["content"]


def _flatten(field: etree._Element) -> None:
    """Make the elements in a field its text, as markup."""
    _keep_attributes(field)
    text = field.text or ""
    if len(field):
        for element in field.iterdescendants():
            element.tag = local_name(element.tag)
        text = escape(text) + "".join(etree.tostring(child, method="html", encoding="unicode") for child in field)
        field[:] = []
        field.attrib.pop("mode", None)
        field.set("type", "text/html")
    # In one piece, because a parser gives text with references bit by bit.
    field.text = etree.CDATA(text) if REFERRED.search(text) and "]]>" not in text else text


def _settle_identifier(field: etree._Element) -> None:
    """Say of an identifier whether it is an address: feedparser takes it for one unless it is said to be none."""
    text = (field.text or "").strip()
    told = {name: value.strip().lower() for name, value in field.attrib.items() if name.lower() == PERMALINK.lower()}
    place, slash, _ = text.partition("/")
    is_address = text.startswith(WEB) or (slash and ":" not in place and not BLANK.search(text))
    for name in told:
        del field.attrib[name]
    field.set(PERMALINK, "true" if is_address and "false" not in told.values() else "false")


def _keep_attributes(element: etree._Element) -> None:
    # Looking through them takes time in the square of their number.
    told = element.attrib.items() if len(element.attrib) <= ATTRIBUTE_LIMIT else []
    kept = {name: value for name, value in told if _is_kept(name, value)}
    if kept.get(LANGUAGE) == "":
        kept[LANGUAGE] = UNDETERMINED
    element.attrib.clear()
    element.attrib.update(kept)


def _is_kept(name: str, value: str) -> bool:
    known = name if name.startswith("{") else name.lower()
    return known in ATTRIBUTES and (not known.endswith("base") or len(value) <= BASE_LIMIT)
