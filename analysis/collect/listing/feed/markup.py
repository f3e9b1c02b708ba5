"""The markup of feeds: text to a tree, mended where it is not well-formed XML.

Nothing is fetched, and no entity is resolved but plain words: those of HTML, and those that a feed itself declares as text.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from html.entities import html5
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from analysis.collect.listing.entries import UNWANTED
from analysis.errors import ListingError

ELEMENT_LIMIT = 100_000
"""Elements of one feed."""
PART_LIMIT = 200_000
"""Tags and texts of a feed that is mended."""
DEPTH_LIMIT = 200
"""Elements within one another; the parser itself refuses more than 256."""
EXPANSION_LIMIT = 1_000_000
"""Characters that all the entities of a feed may stand for together."""

ENTRY_NAMES = frozenset({"item", "entry"})
OUTER_NAMES = frozenset({"rss", "rdf", "feed", "channel"})
FIELD_NAMES = frozenset(
    {"title", "link", "guid", "id", "pubdate", "published", "updated", "issued", "modified", "description", "encoded", "date"}
)
"""Elements that never stand within one another, so that the start of one ends another that was left open."""
KINDS = {
    **dict.fromkeys(ENTRY_NAMES, "#entry"),
    **dict.fromkeys(OUTER_NAMES, "#outer"),
    **dict.fromkeys(FIELD_NAMES, "#field"),
}
VOID_NAMES = frozenset({"br", "hr", "img", "input", "wbr", "embed", "meta"})
USUAL_PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": "http://www.w3.org/2005/Atom",
}
"""What prefixes mean that a feed uses and does not declare."""

BLANKS = {0x0B: " ", 0x0C: " "}
NO_CHARACTER = {**BLANKS, 0xFFFD: None}
"""What a reference to a number that is no character gives."""

NAME = r"[^\W\d][\w.-]*+(?::[^\W\d][\w.-]*+)?+"
# Quotation marks stand after an equals sign only: so no hostile text is read over and over from each of its tags.
ATTRIBUTE = r"[^\s<>/\"'=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>]++))?+"
WHOLE_NAME = re.compile(NAME)
TAG = re.compile(rf"<(/?)({NAME})((?:\s++|/|{ATTRIBUTE})*+)>")
ATTRIBUTE_PARTS = re.compile(r"([^\s<>/\"'=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>]++)))?+")
FIRST_TAG = re.compile(rf"<({NAME})")
BEGINNING = re.compile(r"<(?=[!?]|[^\W\d])")
ROOT_TAG = re.compile(r"<(?:[^\W\d][\w.-]{0,30}:)?(?:rss|rdf|feed|channel)[\s>]", re.I)
REFERENCE = re.compile(r"&(?:(#[xX]?[0-9a-fA-F]{1,8});?|(\w{1,32});)")
END_OF_SUBSET = re.compile(r"\]\s*+>")
DECLARED_ENTITY = re.compile(r"<!ENTITY\s++([\w.-]{1,64})\s++(?:\"([^\"<%]{0,255})\"|'([^'<%]{0,255})')\s*+>")


def read_markup(text: str) -> etree._Element:
    """Return the root element of a feed's text.

    Raises ListingError when it has none, is a page of HTML, or is too deep or too large to be a feed.
    """
    body, entities = _body(UNWANTED.sub("", text).translate(BLANKS))
    first = FIRST_TAG.match(body)
    if first is None or first[1].lower() == "html":
        kind = "an HTML page" if first else "not a feed"
        raise ListingError(f"the content is {kind}, where RSS, Atom or a JSON feed was expected: check the address")
    root = _parsed(body)
    if root is None:
        root = _parsed("".join(_mended(body, entities)), is_mended=True)
    if root is not None:
        return root
    raise ListingError("the content is not a feed that can be read, although it begins like XML: check the address")


def _parsed(body: str, is_mended: bool = False) -> etree._Element | None:
    # What is left to recover in mended markup are names of namespaces that are no addresses.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8", recover=is_mended
    )
    try:
        return etree.fromstring(body.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _body(text: str) -> tuple[str, dict[str, str]]:
    """Return the text from its first element on, and the entities that the document type before it declares as text."""
    entities: dict[str, str] = {}
    place = _next_tag(text, 0)
    while place >= 0 and (end := _end_of_prolog_part(text, place)) is not None:
        if text.startswith("<!", place) and not text.startswith("<!--", place):
            entities |= {name: html.unescape(a or b) for name, a, b in DECLARED_ENTITY.findall(text, place, end)}
        place = _next_tag(text, end)
    first = FIRST_TAG.match(text, max(place, 0))
    if first and local_name(first[1]) not in OUTER_NAMES | ENTRY_NAMES | {"html"}:
        # Servers put warnings of their programs before the feed.
        root = ROOT_TAG.search(text, place)
        place = root.start() if root else place
    return text[max(place, 0) :] if place >= 0 else "", entities


def _next_tag(text: str, place: int) -> int:
    found = BEGINNING.search(text, place)
    return found.start() if found else -1


def _end_of_prolog_part(text: str, place: int) -> int | None:
    """Return where the comment, instruction or document type at a place ends; None where an element begins."""
    for opening, closing in (("<!--", "-->"), ("<?", "?>")):
        if text.startswith(opening, place):
            end = text.find(closing, place)
            return end + len(closing) if end >= 0 else len(text)
    if not text.startswith("<!", place):
        return None
    end = text.find(">", place)
    if end < 0:
        return len(text)
    subset = text.find("[", place, end)
    if subset < 0:
        return end + 1
    closing_mark = END_OF_SUBSET.search(text, subset)
    return closing_mark.end() if closing_mark else len(text)


def _mended(body: str, entities: dict[str, str]) -> Iterator[str]:
    """Give the parts of well-formed XML that says what a broken one means."""
    if sum(len(word) * body.count(f"&{name};") for name, word in entities.items()) > EXPANSION_LIMIT:
        raise ListingError(f"the feed's entities stand for more than {EXPANSION_LIMIT} characters: it is not read")
    plain = partial(REFERENCE.sub, partial(_plain_reference, entities))
    elements = OpenElements()
    for number, part in enumerate(_parts(body, plain)):
        if number >= PART_LIMIT:
            raise ListingError(f"the feed is no sound XML and has more than {PART_LIMIT} tags and texts: it is not read")
        if isinstance(part, str):
            yield part if elements else ""
            continue
        closing, name, attributes = part.groups()
        if closing:
            yield from elements.close(name)
        else:
            told = [(key, plain(value)) for key, value in _attributes(attributes)]
            yield from elements.open(name, told, is_empty=part[0].endswith("/>"))
        if not elements:
            return
    yield from elements.close_down_to(0)


def _parts(body: str, plain: Callable[[str], str]) -> Iterator[str | re.Match[str]]:
    """Give the tags of broken XML, and the texts between them as XML writes them."""
    place, last_end = 0, body.rfind(">")
    while (start := body.find("<", place)) >= 0:
        if start > place:
            yield escape(plain(body[place:start]))
        place = start + 1
        if body.startswith("<![CDATA[", start):
            end = body.find("]]>", start)
            end = end if end >= 0 else len(body)
            yield escape(body[start + len("<![CDATA[") : end])
            place = end + len("]]>")
        elif body.startswith(("<!", "<?"), start):
            place = _end_of_prolog_part(body, start) or place
        elif tag := TAG.match(body, start):
            yield tag
            place = tag.end()
        elif start > last_end:
            # The feed was cut off within a tag.
            return
        else:
            yield "&lt;"
    yield escape(plain(body[place:]))


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for name, double, single, bare in ATTRIBUTE_PARTS.findall(text):
        yield name, double or single or bare


def _plain_reference(entities: dict[str, str], found: re.Match[str]) -> str:
    """Return the character or word that a reference stands for; the reference itself where it stands for nothing."""
    number, name = found.groups()
    if number:
        return UNWANTED.sub("", html.unescape(f"&{number};")).translate(NO_CHARACTER)
    return entities.get(name) or html5.get(f"{name};") or found[0]


class OpenElements:
    """The elements that are open while markup is mended, each with the prefixes that it declares."""

    def __init__(self) -> None:
        self.stack: list[tuple[str, set[str]]] = []
        self.prefixes: Counter[str] = Counter({"xml": 1})
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        """Places in the stack, by name and by kind, so that no search goes through the stack."""

    def __len__(self) -> int:
        return len(self.stack)

    def open(self, name: str, attributes: list[tuple[str, str]], is_empty: bool) -> Iterator[str]:
        """Give the start tag, after the ends of elements that it cannot stand in; nothing where elements nest too deep."""
        local = local_name(name)
        kind = kind_of(local)
        if kind == "#entry" and self._last("#entry") > self._last("#outer"):
            yield from self.close_down_to(self._last("#entry"))
        if kind == "#field" and self._last("#field") > max(self._last("#entry"), self._last("#outer")):
            yield from self.close_down_to(self._last("#field"))
        if len(self) >= DEPTH_LIMIT:
            return
        told, declared = self._told(name, attributes)
        yield f"<{name}{''.join(f' {key}={quoteattr(value)}' for key, value in told.items())}"
        if is_empty or local in VOID_NAMES:
            yield "/>"
            return
        yield ">"
        for key in (name, kind):
            self.places[key].append(len(self))
        self.stack.append((name, declared))
        self.prefixes.update(declared)

    def _told(self, name: str, attributes: list[tuple[str, str]]) -> tuple[dict[str, str], set[str]]:
        """Return the attributes that XML allows, with every prefix declared, and the prefixes that are declared here."""
        told: dict[str, str] = {}
        for key, value in attributes:
            is_namespace = key.startswith("xmlns")
            cleaned = "".join(value.split()) if is_namespace else value
            if WHOLE_NAME.fullmatch(key) and (cleaned or not is_namespace):
                told.setdefault(key, cleaned)
        declared = {key.partition(":")[2] for key in told if key.startswith("xmlns:")}
        for used in (name, *told):
            prefix, colon, _ = used.partition(":")
            if colon and prefix != "xmlns" and not self.prefixes[prefix] and prefix not in declared:
                told[f"xmlns:{prefix}"] = USUAL_PREFIXES.get(prefix.lower(), f"urn:undeclared:{prefix}")
                declared.add(prefix)
        return told, declared

    def close(self, name: str) -> Iterator[str]:
        """Give the end tags of an element and of all in it; nothing when it is not open, or only outside of this entry."""
        place = self._last(name)
        if place >= 0 and (place >= self._last("#entry") or kind_of(local_name(name)) == "#outer"):
            yield from self.close_down_to(place)

    def _last(self, key: str) -> int:
        return self.places[key][-1] if self.places.get(key) else -1

    def close_down_to(self, place: int) -> Iterator[str]:
        """Give the end tags of the elements from a place in the stack on."""
        while len(self) > place:
            name, declared = self.stack.pop()
            for key in (name, kind_of(local_name(name))):
                self.places[key].pop()
            self.prefixes.subtract(declared)
            yield f"</{name}>"


def kind_of(local: str) -> str:
    """Return which part of a feed an element is, in a word that is no element's name."""
    return KINDS.get(local, "#other")


def local_name(name: str) -> str:
    """Return an element's name without its prefix and namespace, in small letters."""
    return name.rpartition("}")[2].rpartition(":")[2].lower()
