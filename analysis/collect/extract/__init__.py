"""Bytes to documents: format, text, title, date, language and canonical address of one file or page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from analysis.collect.extract.dateline import event_day, stated_day
from analysis.collect.extract.docx import read_docx
from analysis.collect.extract.effective import effective_day
from analysis.collect.extract.encoding import REPLACEMENT
from analysis.collect.extract.extracted import BYTE_LIMIT, Extracted
from analysis.collect.extract.fields import web_address
from analysis.collect.extract.formats import find_format, unzip
from analysis.collect.extract.html import read_html
from analysis.collect.extract.json_document import read_json
from analysis.collect.extract.lines import find_language, tidy
from analysis.collect.extract.mail import read_mail
from analysis.collect.extract.pdf import read_pdf
from analysis.collect.extract.plain import read_markdown, read_text
from analysis.collect.extract.walls import refuse_wall
from analysis.collect.extract.xml_document import read_xml
from analysis.errors import UnreadableError

__all__ = ["BYTE_LIMIT", "Extracted", "canonical_address", "extract", "find_language"]

SHORTEST = 20
"""Characters of the shortest text that is one."""


def extract(
    content: bytes,
    name: str,
    today: date,
    media_type: str | None = None,
    text_field: str | None = None,
    charset: str | None = None,
) -> Extracted:
    """Return what the bytes of a file or page hold; dates after `today` are not looked for.

    `text_field` names the field of a JSON document that holds its text, `charset` is what the answer's header said.
    Raises UnreadableError with the rule that was broken when there is no text to be had.
    """
    content, name = unzip(content, name)
    if not content.strip():
        raise UnreadableError("empty", "the file is empty")
    if len(content) > BYTE_LIMIT:
        raise UnreadableError("too_large", f"{len(content):,} bytes, more than the limit of {BYTE_LIMIT:,}")
    kind = find_format(content, name, media_type)
    found = _read(kind, content, today, text_field, charset)
    text = tidy(found.text)
    if len(text) < SHORTEST:
        raise UnreadableError("no_text", f"no text in it (format {kind}, {len(text)} characters found)")
    if kind in ("txt", "md", "json"):
        refuse_wall(found.title, text)
    return _judged(replace(found, text=text, replacement_count=text.count(REPLACEMENT)), kind, today)


def _read(kind: str, content: bytes, today: date, text_field: str | None, charset: str | None) -> Extracted:
    match kind:
        case "html":
            return read_html(content, today, charset)
        case "json":
            return read_json(content, text_field, today, charset)
        case "eml":
            return read_mail(content, partial(_attachment_text, today=today))
        case "md":
            return read_markdown(content, charset)
        case "pdf":
            return read_pdf(content)
        case "docx":
            return read_docx(content)
        case "xml":
            return read_xml(content, charset)
        case _:
            return read_text(content, charset)


def _attachment_text(content: bytes, name: str, media_type: str | None, charset: str | None, today: date) -> str:
    """Return the text of a mail's attachment. Raises UnreadableError, as `extract` does, and for a mail: those are unpacked."""
    if not content.strip():
        raise UnreadableError("empty", "the file is empty")
    content, name = unzip(content, name)
    if len(content) > BYTE_LIMIT:
        raise UnreadableError("too_large", f"more than the limit of {BYTE_LIMIT:,} bytes")
    kind = find_format(content, name, media_type)
    if kind == "eml":
        raise UnreadableError("unsupported_format", "a mail kept as a file: put it into the folder itself")
    return tidy(_read(kind, content, today, None, charset).text)


def _judged(found: Extracted, kind: str, today: date) -> Extracted:
    """Return a document with what its text tells of it: language, and the days of publication, effect and meeting."""
    language = find_language(found.text)
    if found.published_on is None and kind != "html":
        found = replace(found, published_on=stated_day(found.text, today, language))
    return replace(
        found,
        language=language,
        effective_on=effective_day(found.text, language),
        event_on=event_day(found.text, language),
    )


def canonical_address(address: str | None) -> str | None:
    """Return the address without trackers, default port and fragment; None for what is no web address."""
    from courlan import clean_url

    return (clean_url(address.partition("#")[0]) or None) if address and web_address(address) else None
