"""JSON answers of APIs to entries, by the paths of their parser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from analysis.catalogue import Parser
from analysis.collect.extract.encoding import decode
from analysis.collect.listing.dates import read_day
from analysis.collect.listing.entries import UNWANTED, Entry, one_line, plain_or_marked, resolved
from analysis.collect.listing.paging import as_literal
from analysis.errors import ListingError


@dataclass(frozen=True)
class ApiPage:
    """One answer of an API: its entries, the address of the next one where it names it, and whether it is the last."""

    entries: tuple[Entry, ...]
    next_address: str | None = None
    is_last: bool = False
    """Whether the answer says that no other page follows."""


def read_api(content: bytes, address: str, parser: Parser, order: str | None = None, languages: Sequence[str] = ()) -> ApiPage:
    """Return the entries of one answer.

    `order` is that of day, month and year in dates of digits, `languages` those of its dates in words.
    Raises ListingError when the answer is no JSON, or `rows` finds no list in it.
    """
    text, _ = decode(content)
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "an HTML page" if text.lstrip()[:1] == "<" else f"not JSON ({error})"
        raise ListingError(f"the answer is {kind}, where JSON was expected: check the address") from error
    rows = _found(parser.rows, told, "rows")
    if not isinstance(rows, list):
        raise ListingError(f"{parser.rows!r} finds no list in the answer: mend the parser's rows, or check the address")
    following = _found(parser.next, told, "next") if parser.next else None
    next_address = resolved(address, following) if isinstance(following, str) else None
    return ApiPage(
        tuple(_entry(row, address, parser, order, languages) for row in rows),
        as_literal(next_address) if next_address else None,
        bool(parser.more) and not _found(parser.more, told, "more"),
    )


def _found(path: str, told: Any, name: str) -> Any:
    try:
        return jmespath.search(path, told)
    except JMESPathError as error:
        words = " ".join(str(error).split())
        raise ListingError(f"{path!r} cannot be looked up ({words}): mend the parser's {name}") from error


def _entry(row: Any, address: str, parser: Parser, order: str | None, languages: Sequence[str]) -> Entry:
    told = {
        name: _found(path, row, name)
        for name in ("link", "title", "date", "id", "summary", "text", "publisher")
        if (path := getattr(parser, name))
    }
    published_on, published_at = read_day(told.get("date"), parser.date_format, order, languages, parser.time_zone)
    link, identifier = told.get("link"), told.get("id")
    return Entry(
        address=resolved(address, link) if isinstance(link, str) and link.strip() else None,
        entry_id=one_line(str(identifier)) if identifier is not None else resolved(address, link),
        title=plain_or_marked(told.get("title")),
        summary=plain_or_marked(told.get("summary")),
        published_on=published_on,
        published_at=published_at,
        publisher=one_line(told["publisher"]) if isinstance(told.get("publisher"), str) else None,
        text=_text(told.get("text")),
        text_field=parser.text_field or None,
    )


def _text(told: object) -> str | None:
    """Return a text as the listing gives it, without what parsers and databases refuse; None when nothing is left."""
    words = UNWANTED.sub("", told) if isinstance(told, str) else ""
    return words if words.strip() else None
