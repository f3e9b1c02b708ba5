"""Word files to documents: paragraphs, lists and tables, with footnotes at the end."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from itertools import count
from xml.parsers.expat import ExpatError

from analysis.collect.extract.extracted import BYTE_LIMIT, Extracted
from analysis.collect.extract.lines import TITLE_LENGTH, first_line_title
from analysis.collect.extract.markup import lines_of
from analysis.collect.listing.entries import one_line, plain_text
from analysis.errors import UnreadableError

FAULTS = (LookupError, ValueError, TypeError, AttributeError, RecursionError, NotImplementedError, OSError, EOFError)
"""What the reader raises on damaged bytes, beside its own errors."""
MEMBER_LIMIT = 2_000
XML_LIMIT = 2 * BYTE_LIMIT
STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='标题'] => h1.title:fresh
p[style-name='Subtitle'] => p:fresh
r[style-name='Footnote Reference'] =>
"""
NOTES = re.compile(r'<ol><li id="(?:foot|end)note-')
NOTE = re.compile(r'<li id="(?:foot|end)note-[^"]{1,40}">(?:<p>)?')


def read_docx(content: bytes) -> Extracted:
    """Return what a Word file holds. Raises UnreadableError for a damaged one, and one that unpacks to too much."""
    import mammoth

    try:
        _check_size(content)
        made = mammoth.convert_to_html(io.BytesIO(content), style_map=STYLES, convert_image=_no_picture).value
    except (zipfile.BadZipFile, zlib.error, ExpatError, *FAULTS) as error:
        raise UnreadableError("broken_docx", f"the DOCX file is damaged or cut off ({error})") from error
    text = lines_of(f"<html><body>{_with_footnotes(made)}</body></html>")
    return Extracted("docx", text, title=_title(made, text))


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
    size = sum(member.file_size for member in members if member.filename.endswith((".xml", ".rels")))
    if len(members) > MEMBER_LIMIT or size > XML_LIMIT:
        raise UnreadableError(
            "too_large", f"the DOCX file unpacks to {size:,} bytes of text, more than the limit of {XML_LIMIT:,}"
        )


def _no_picture(_: object) -> list:
    return []


def _with_footnotes(made: str) -> str:
    """Return the HTML with its footnotes as paragraphs that bear the mark by which the text calls them."""
    made = re.sub(r'<a href="#(?:foot|end)note-ref-[^"]{1,40}">↑</a>', "", made)
    found = NOTES.search(made)
    if not found:
        return made
    number = count(1)
    notes = re.sub(NOTE, lambda _: f"<p>[{next(number)}] ", made[found.start() :].removeprefix("<ol>"))
    return made[: found.start()] + re.sub(r"(?:</p>)?\s?</li>", "</p>", notes).removesuffix("</ol>")


def _title(made: str, text: str) -> str | None:
    """Return the heading that stands at the head of the text, else its first line."""
    heading = re.match(r"(?:<p>[^.。;；]{0,200}?</p>){0,3}?<h1[^>]{0,50}>(.{1,2000}?)</h1>", made, re.S)
    title = one_line(plain_text(heading[1])) if heading else None
    return title if title and len(title) <= 2 * TITLE_LENGTH else first_line_title(text)
