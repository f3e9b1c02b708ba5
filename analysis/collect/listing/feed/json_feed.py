"""JSON feeds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from analysis.collect.listing.entries import Entry, language_tag, one_line, plain_or_marked, plain_text, resolved
from analysis.collect.listing.feed import Feed, made_id
from analysis.collect.listing.feed.moments import Dated
from analysis.collect.listing.feed.vocabulary import ENTRY_LIMIT
from analysis.errors import ListingError

VERSION = re.compile(r"(?:https?://(?:www\.)?jsonfeed\.org/version/)?(1)(?:\.(\d))?/?")
"""The address that the format asks for, or the bare number that some write."""


def read_json_feed(text: str, address: str, encoding: str, language: str | None, dates: Callable[..., Dated]) -> Feed:
    """Return what a JSON feed holds; `dates` reads a date, of a text in a language.

    Raises ListingError when the text is none.
    """
    try:
        # Real feeds hold line ends within their texts.
        raw = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ListingError(f"the feed is not valid JSON ({error}): check the address") from error
    version = VERSION.fullmatch(_text(raw, "version") or "") if isinstance(raw, dict) else None
    if not version or not isinstance(raw.get("items"), list):
        raise ListingError("the content is JSON but no JSON feed (no version or no items): check the address")
    if len(raw["items"]) > ENTRY_LIMIT:
        raise ListingError(f"the feed has more than {ENTRY_LIMIT} entries: it is not read")
    base = address or _text(raw, "feed_url") or _text(raw, "home_page_url") or ""
    tongue = language_tag(_text(raw, "language") or language)
    return Feed(
        format=f"json{version[1]}{version[2] or '0'}",
        language=tongue,
        entries=tuple(_entry(item, base, tongue, dates) for item in raw["items"] if isinstance(item, dict)),
        encoding=encoding,
        title=plain_or_marked(raw.get("title")),
        address=resolved(base, _text(raw, "home_page_url")),
        feed_id=resolved(base, _text(raw, "feed_url")),
        summary=plain_or_marked(raw.get("description")),
    )


def _entry(item: dict[str, Any], base: str, language: str | None, dates: Callable[..., Dated]) -> Entry:
    address = resolved(base, _text(item, "url") or _text(item, "external_url"))
    tongue = language_tag(_text(item, "language")) or language
    told = (dates(_text(item, name), tongue) for name in ("date_published", "date_modified"))
    day, moment = next((date for date in told if date[0]), (None, None))
    title = plain_or_marked(item.get("title"))
    summary = (
        plain_or_marked(item.get("summary"))
        or plain_or_marked(item.get("content_text"))
        or plain_text(item.get("content_html"))
    )
    return Entry(
        address=address,
        entry_id=_identifier(item.get("id")) or address or made_id(title or summary, day, moment),
        title=title,
        summary=summary,
        published_at=moment,
        published_on=day,
        language=tongue,
    )


def _text(raw: dict[str, Any], name: str) -> str | None:
    return raw[name] if isinstance(raw.get(name), str) else None


def _identifier(told: object) -> str | None:
    """Return an identifier as text; numbers are taken too, as the format asks."""
    return one_line(str(told)) if isinstance(told, str | int | float) and not isinstance(told, bool) else None
