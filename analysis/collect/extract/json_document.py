"""JSON documents, as registers and collectors write them."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from analysis.collect.extract.encoding import decode
from analysis.collect.extract.extracted import Extracted
from analysis.collect.extract.fields import (
    ADDRESS_FIELDS,
    TEXT_FIELDS,
    TITLE_FIELDS,
    first_text,
    stated_date,
    web_address,
)
from analysis.collect.extract.html import read_html
from analysis.collect.extract.markup import lines_of
from analysis.collect.listing.entries import UNWANTED, plain_text
from analysis.errors import UnreadableError

PARTS = ("article", "document", "data", "attributes", "content", "metadata", "details")
"""Objects inside a document that tell of it; the document's own fields go before theirs."""


def read_json(content: bytes, text_field: str | None, today: date, charset: str | None = None) -> Extracted:
    """Return what a JSON document holds; `text_field` names the field of its text, a point leads into an object.

    Raises UnreadableError when it is broken or holds no document.
    """
    text, encoding = decode(content, None, charset)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("broken_json", f"not valid JSON ({error})") from error
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, dict):
        raise UnreadableError("no_text", "the JSON is a list or a value, where a document was expected")
    fields = _flat(raw)
    words = _field(raw, text_field) or _field(fields, text_field) if text_field else first_text(fields, TEXT_FIELDS)
    if words is None:
        names = text_field or ", ".join(TEXT_FIELDS)
        raise UnreadableError("no_text", f"none of the fields {names} holds text: name the right one as text_field")
    if re.search(r"</?(p|div|br|h[1-6]|li)\b", words, re.I):
        is_page = re.match(r"\s*<(?:!doctype|html)\b", words, re.I)
        words = read_html(words.encode(), today, "utf-8").text if is_page else lines_of(words)
    published_on, published_at = stated_date(fields)
    return Extracted(
        "json",
        words,
        title=plain_text(first_text(fields, TITLE_FIELDS)),
        published_on=published_on,
        published_at=published_at,
        encoding=encoding,
        address=web_address(first_text(fields, ADDRESS_FIELDS)),
        publisher=_publisher(fields.get("publisher")),
    )


def _flat(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a document's fields together with those of the objects inside it that tell of it."""
    fields: dict[str, Any] = {}
    for name in reversed(PARTS):
        part = raw.get(name)
        if isinstance(part, dict):
            fields |= {key: value for key, value in part.items() if value is not None}
    return fields | {key: value for key, value in raw.items() if value is not None}


def _field(raw: dict[str, Any], path: str) -> str | None:
    found: Any = raw
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return UNWANTED.sub("", found) if isinstance(found, str) and found.strip() else None


def _publisher(told: object) -> str | None:
    return first_text(told if isinstance(told, dict) else {"name": told}, ("name",))
