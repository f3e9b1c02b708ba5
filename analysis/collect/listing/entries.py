"""An entry: a link that a source lists; and how a listing's texts and dates are read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urljoin

UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Control characters, halves of surrogate pairs and non-characters: parsers and databases refuse them."""
WEB = ("http://", "https://")
TAG = re.compile(
    r"<[a-z/!?](?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+>"
    # Broken ones, and the one in which a summary was cut off.
    r"|<[a-z/!?][^<>]*+(?:>|\Z)",
    re.I,
)
BLOCK = re.compile(
    r"</?(?:p|br|div|li|ul|ol|dl|dt|dd|tr|td|th|table|h[1-6]|hr|blockquote|section|article|header|footer|figure|figcaption|pre)\b",
    re.I,
)
"""Tags where a word ends, although no blank stands there."""
UNSEEN = re.compile(r"<!--|<(script|style)\b", re.I)
"""Where that begins which a page does not show."""
MARKUP = re.compile(
    r"</[a-z]\w{0,10}\s*>|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}\d{0,2});|<(?:br|img|hr)\b[^<>]{0,500}>", re.I
)
"""What no text holds but one with markup: the end of an element, a reference, or an element that has no end."""
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True)
class Entry:
    """A link that a source lists, with what the listing tells about it; None where it tells nothing."""

    address: str | None = None
    file_path: str | None = None
    entry_id: str | None = None
    title: str | None = None
    summary: str | None = None
    published_at: datetime | None = None
    published_on: date | None = None
    date_is_decided: bool = False
    """Whether the listing's date holds even when it is empty."""
    language: str | None = None
    publisher: str | None = None
    channel: str | None = None
    authority_id: str | None = None
    reference: str | None = None
    kind: str | None = None
    """Kind of text in the listing's words; `press` says that it is no official text."""
    text_field: str | None = None
    text: str | None = None
    """The whole text, where the listing itself holds it."""


def resolved(address: str, link: object) -> str | None:
    """Return a link as a full address; None for what is none, so that one broken link does not cost a feed its entries."""
    try:
        return one_line(urljoin(address, str(link))) if link else None
    except ValueError:
        return None


def plain_text(markup: object) -> str | None:
    """Return markup's words without any tag, blanks joined; None when there are none.

    Tags are taken out of the text, without a tree of them: those that build one take time in the square of hostile markup.
    """
    if not isinstance(markup, str):
        return None
    seen = "".join(_seen_parts(UNWANTED.sub("", markup)))
    words = TAG.sub(lambda tag: " " if BLOCK.match(tag[0]) else "", seen)
    return one_line(html.unescape(words))


def _seen_parts(markup: str) -> Iterator[str]:
    """Give what a page shows: all but comments, scripts and styles."""
    place = 0
    while found := UNSEEN.search(markup, place):
        yield markup[place : found.start()]
        closing = re.compile(rf"</{found[1]}\b[^<>]*+>" if found[1] else "-->", re.I).search(markup, found.end())
        if closing is None:
            return
        place = closing.end()
    yield markup[place:]


def plain_or_marked(text: object) -> str | None:
    """Return the words of a text that should hold no markup; where it does all the same, without it."""
    if not isinstance(text, str):
        return None
    return plain_text(text) if MARKUP.search(text) else one_line(text)


def one_line(text: str | None) -> str | None:
    """Return the text with its blanks joined and without unwanted characters; None when nothing is left."""
    return " ".join(UNWANTED.sub("", text or "").split()) or None


def language_tag(text: str | None) -> str | None:
    """Return a language as BCP 47 writes it, such as `pt-BR`; None for what is none, or several."""
    tag = (one_line(text) or "").replace("_", "-")
    return tag if LANGUAGE.fullmatch(tag) else None


def parse_moment(text: object) -> datetime | None:
    """Return the moment of an ISO 8601 text in UTC; None for anything else, and for a day without a time."""
    if not isinstance(text, str) or len(text) <= 10 or parse_day(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def parse_day(text: object) -> date | None:
    """Return the day of a text that begins with YYYY-MM-DD or YYYYMMDD; None for any other."""
    found = re.match(r"\s*([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?![0-9])", str(text))
    try:
        return date(int(found[1]), int(found[3]), int(found[4])) if found else None
    except ValueError:
        return None
