"""RSS, RDF, Atom and CDF to a feed, by feedparser."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from analysis.collect.listing.entries import WEB, Entry, language_tag, one_line, plain_or_marked, plain_text, resolved
from analysis.collect.listing.feed import Feed, made_id
from analysis.collect.listing.feed.markup import ENTRY_NAMES, OUTER_NAMES, local_name, read_markup
from analysis.collect.listing.feed.moments import Dated
from analysis.collect.listing.feed.vocabulary import UNDETERMINED, reduce_to_fields
from analysis.errors import ListingError

BASES = ("self", "alternate")
"""Links of a feed by which its own links are resolved when nothing tells its address."""
TEXT_DOCUMENTS = ("application/pdf", "text/html")
"""Types of an enclosure that is the document itself where an entry has no other link."""


@dataclass(frozen=True)
class Reading:
    """By what the entries of one feed are read."""

    base: str
    language: str | None
    is_typed: bool
    """Whether the format says of each text that it is plain, as Atom does; in others any text may hold markup."""
    dates: Callable[[object, str | None], Dated]


def read_xml_feed(text: str, address: str, encoding: str, language: str | None, dates: Callable[..., Dated]) -> Feed:
    """Return what the text of an RSS, RDF, Atom or CDF feed holds; `dates` reads a date, of a text in a language.

    Raises ListingError when it is none.
    """
    root = read_markup(text)
    name = local_name(root.tag)
    if name not in OUTER_NAMES | ENTRY_NAMES:
        raise _refusal(text)
    reduce_to_fields(root)
    parsed = _parsed(root, address)
    kind = parsed.version or ("cdf" if name == "channel" else "")
    if not kind:
        raise _refusal(text)
    told = parsed.feed
    reading = Reading(address or _own_address(told), _language(told) or language, kind.startswith("atom"), dates)
    entries = tuple(_entry(raw, reading) for raw in parsed.entries)
    day, moment = _date(told, reading.language, dates)
    return Feed(
        format=kind,
        language=reading.language or _common({entry.language for entry in entries}),
        entries=entries,
        encoding=encoding,
        title=_words(told, "title", reading.is_typed),
        address=_address(told, reading.base),
        feed_id=one_line(told.get("id")),
        summary=_words(told, "subtitle", reading.is_typed) or _words(told, "info", reading.is_typed),
        published_on=day,
        published_at=moment,
    )


def _parsed(root: etree._Element, address: str) -> Any:
    import feedparser

    headers = {"content-location": address} if address else {}
    # A stream, because feedparser takes a bare string for a path or an address and opens it.
    markup = io.BytesIO(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    return feedparser.parse(markup, response_headers=headers, resolve_relative_uris=False, sanitize_html=False)


def _refusal(text: str) -> ListingError:
    is_page = re.search(r"<(!doctype\s+html|html)\b", text[:2000], re.I)
    kind = "an HTML page" if is_page else "not a feed"
    return ListingError(f"the content is {kind}, where RSS, Atom or a JSON feed was expected: check the address")


def _own_address(told: Any) -> str:
    """Return the address by which a feed names itself or its page; empty when it names none."""
    links = {link.get("rel"): link.get("href") or "" for link in reversed(told.get("links", []))}
    return next((links[rel] for rel in BASES if links.get(rel, "").startswith(WEB)), "")


def _entry(raw: Any, reading: Reading) -> Entry:
    language = _language(raw) or reading.language
    language = None if language == UNDETERMINED else language
    day, moment = _date(raw, language, reading.dates)
    address, title = _address(raw, reading.base), _words(raw, "title", reading.is_typed)
    summary = _words(raw, "summary", reading.is_typed) or _content(raw, reading.is_typed)
    return Entry(
        address=address,
        entry_id=one_line(raw.get("id")) or address or made_id(title or summary, day, moment),
        title=title,
        summary=summary,
        published_at=moment,
        published_on=day,
        language=language,
    )


def _common(languages: set[str | None]) -> str | None:
    return languages.pop() if len(languages) == 1 else None


def _language(raw: Any) -> str | None:
    """Return the language that a feed or an entry declares, or else the first of its texts."""
    texts = [raw.get("title_detail"), raw.get("summary_detail"), *_contents(raw)]
    told = (raw.get("language"), *(text.get("language") for text in texts if text))
    return next(filter(None, map(language_tag, told)), None)


def _words(raw: Any, name: str, is_typed: bool) -> str | None:
    return _plain(raw.get(name), raw.get(f"{name}_detail", {}).get("type", "text/html"), is_typed)


def _content(raw: Any, is_typed: bool) -> str | None:
    texts = (content for content in _contents(raw) if "text" in content.type or "html" in content.type)
    return next(filter(None, (_plain(text.value, text.type, is_typed) for text in texts)), None)


def _contents(raw: Any) -> list[Any]:
    """Return an entry's contents; what a feed itself has of that name is one text, and no content."""
    found = raw.get("content")
    return found if isinstance(found, list) else []


def _plain(text: str | None, kind: str, is_typed: bool) -> str | None:
    if kind != "text/plain":
        return plain_text(text)
    return one_line(text) if is_typed else plain_or_marked(text)


def _date(raw: Any, language: str | None, dates: Callable[..., Dated]) -> Dated:
    # By their own keys: feedparser gives the date of publication for a missing one of a change.
    found = (dates(dict.get(raw, name), language) for name in ("published", "updated", "created"))
    return next((told for told in found if told[0]), (None, None))


def _address(raw: Any, base: str) -> str | None:
    """Return the page's address: the link, another alternate, or an enclosed document."""
    links = [link for link in raw.get("links", ()) if link.get("href")]
    others = [link.href for link in links if link.get("rel") == "alternate"]
    others += [link.href for link in links if link.get("rel") == "enclosure" and link.get("type") in TEXT_DOCUMENTS]
    found = [address for address in (resolved(base, link) for link in (raw.get("link"), *others)) if address]
    return next((address for address in found if address.startswith(WEB)), found[0] if found else None)
