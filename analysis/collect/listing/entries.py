"""An entry: a link that a source lists; and how a listing's texts and dates are read."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urljoin

UNWANTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""Control characters, halves of surrogate pairs and non-characters: parsers and databases refuse them."""


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
    """Return markup's words without any tag, blanks joined; None when there are none."""
    if not isinstance(markup, str):
        return None
    import nh3

    words = nh3.clean(UNWANTED.sub("", markup), tags=set(), clean_content_tags={"script", "style"})
    return one_line(html.unescape(words))


def one_line(text: str | None) -> str | None:
    """Return the text with its blanks joined and without unwanted characters; None when nothing is left."""
    return " ".join(UNWANTED.sub("", text or "").split()) or None


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
