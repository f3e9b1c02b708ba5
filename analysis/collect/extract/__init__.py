"""Bytes to documents: format, text, title, date, language and canonical address of one file or page."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import PurePath
from xml.parsers.expat import ExpatError

from analysis.collect.extract.encoding import decode
from analysis.collect.extract.extracted import BYTE_LIMIT, Extracted
from analysis.collect.extract.html import read_html, web_address
from analysis.collect.listing.entries import UNWANTED, parse_day, parse_moment, plain_text
from analysis.errors import UnreadableError

PAGE_LIMIT = 2_000
PARSER_FAULTS = (LookupError, ValueError, TypeError, AttributeError, RecursionError, NotImplementedError, OSError, EOFError)
"""What the readers of mail and DOCX raise on damaged bytes, beside their own errors."""
TEXT_FIELDS = ("text", "full_text", "content", "content_text", "body", "content_html", "html")
TITLE_FIELDS = ("title", "headline", "name")
DATE_FIELDS = (
    "published_at",
    "published_date",
    "published_on",
    "date_published",
    "date",
    "first_published_at",
    "public_updated_at",
)
ADDRESS_FIELDS = ("url", "address", "link", "canonical_url")


def extract(content: bytes, name: str, today: date, media_type: str | None = None, text_field: str | None = None) -> Extracted:
    """Return what the bytes of a file or page hold; dates after `today` are not looked for.

    `text_field` names the field of a JSON document that holds its text.
    Raises UnreadableError with the rule that was broken when there is no text to be had.
    """
    content, name = unzip(content, name)
    if not content.strip():
        raise UnreadableError("empty", "the file is empty")
    if len(content) > BYTE_LIMIT:
        raise UnreadableError("too_large", f"{len(content):,} bytes, more than the limit of {BYTE_LIMIT:,}")
    kind = find_format(content, name, media_type)
    if kind == "json":
        found = _read_json(content, text_field, today)
    elif kind == "html":
        found = read_html(content, today)
    else:
        found = READERS[kind](content)
    text = tidy(found.text)
    if len(text) < 20:
        raise UnreadableError("no_text", f"no text in it (format {kind}, {len(text)} characters found)")
    return replace(found, text=text, language=find_language(text))


def unzip(content: bytes, name: str) -> tuple[bytes, str]:
    """Return gzip content unpacked, never more than the limit, and the name without its ending."""
    if content[:2] != b"\x1f\x8b":
        return content, name
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            return stream.read(BYTE_LIMIT + 1), name.removesuffix(".gz")
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError("broken_gzip", f"the gzip file cannot be unpacked ({error})") from error


def find_format(content: bytes, name: str, media_type: str | None = None) -> str:
    """Return the format by the first bytes, then by the name or the media type.

    Raises UnreadableError, naming the format, when there is no reader for it.
    """
    suffix = PurePath(name).suffix.lower().lstrip(".")
    head = content[:2000].lstrip()
    if head.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        if suffix == "docx" or b"word/" in content[:4000]:
            return "docx"
        raise UnreadableError("unsupported_format", f"no reader for {suffix or 'zip'} files")
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    if media_type and media_type in MEDIA_TYPES:
        return MEDIA_TYPES[media_type]
    if re.search(rb"<(!doctype\s+html|html|head|body)\b", head, re.I):
        return "html"
    if not suffix and b"\x00" not in head:
        return "txt"
    raise UnreadableError("unsupported_format", f"no reader for {suffix or 'binary'} files")


SUFFIXES = {
    "txt": "txt", "text": "txt", "md": "md", "markdown": "md", "html": "html", "htm": "html", "xhtml": "html",
    "pdf": "pdf", "docx": "docx", "eml": "eml", "json": "json",
}  # fmt: skip
MEDIA_TYPES = {
    "text/html": "html", "application/xhtml+xml": "html", "text/plain": "txt", "text/markdown": "md",
    "application/pdf": "pdf", "message/rfc822": "eml", "application/json": "json",
}  # fmt: skip


def tidy(text: str) -> str:
    """Return the text in lines without blanks at their ends, without control characters, at most one empty line in a row."""
    text = re.sub(r"[^\S\n]+", " ", re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c]", "\n", text))
    text = UNWANTED.sub("", text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def find_language(text: str) -> str:
    """Return the ISO 639 code of the text's language, `und` when there is too little to tell."""
    if sum(character.isalpha() for character in text[:4000]) < 15:
        return "und"
    import py3langid

    return py3langid.classify(text[:4000])[0]


def _read_text(content: bytes) -> Extracted:
    text, encoding = decode(content)
    return Extracted("txt", text, title=first_line_title(text), encoding=encoding)


def first_line_title(text: str) -> str | None:
    """Return the first line where it can be a title: short, ended by no full stop, and followed by more text."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    is_title = 0 < len(first) <= 150 and first[-1] not in '.。!?！？;；:：,，»”"' and len(rest.strip()) > len(first)
    return first if is_title else None


FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*\n", re.S)


def _read_markdown(content: bytes) -> Extracted:
    text, encoding = decode(content)
    text = text.replace("\r\n", "\n")
    front = FRONT_MATTER.match(text)
    # Line by line and not as YAML: collectors write titles with colons and quotation marks that YAML refuses.
    pairs = (line.partition(":") for line in (front[1] if front else "").split("\n"))
    fields = {key.strip().lower(): value.strip().strip("'\"") for key, colon, value in pairs if colon and value.strip()}
    body = FRONT_MATTER.sub("", text)
    heading = re.search(r"^#\s+(.+)$", body, re.M)
    stated = _first(fields, DATE_FIELDS)
    return Extracted(
        "md",
        _markdown_words(body),
        title=_first(fields, TITLE_FIELDS) or (heading[1].strip() if heading else first_line_title(body)),
        published_on=parse_day(stated),
        published_at=None,
        encoding=encoding,
        address=web_address(_first(fields, ADDRESS_FIELDS)),
        publisher=fields.get("publisher") or fields.get("source"),
    )


def _markdown_words(body: str) -> str:
    body = re.sub(r"!\[[^\]]*\]\([^)\s]*[^)]*\)", "", body)
    body = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", body)
    body = re.sub(r"^\s{0,3}(#{1,6}|>|[-*+]|\d+\.)\s+", "", body, flags=re.M)
    return re.sub(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1", r"\2", body)


def _read_pdf(content: bytes) -> Extracted:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as pdf:
            if len(pdf) > PAGE_LIMIT:
                raise UnreadableError("too_large", f"a PDF of {len(pdf)} pages, more than the limit of {PAGE_LIMIT}")
            text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
            title = (pdf.get_metadata_dict().get("Title") or "").strip() or None
    except pypdfium2.PdfiumError as error:
        raise UnreadableError("broken_pdf", f"the PDF is damaged, cut off or encrypted ({error})") from error
    # A hyphen that only a line's end made; then lines of one paragraph are joined.
    text = re.sub(r"(?<=\w)[\u00ad\ufffe\u0002-]\r?\n(?=[a-zà-ÿ])", "", text)
    return Extracted("pdf", join_lines(text.replace("\r\n", "\n")), title=title or first_line_title(text))


def join_lines(text: str) -> str:
    """Return text that was broken at a fixed width with each paragraph in one line."""
    return re.sub(r"(?<![.!?:;。！？：；\n])\n(?=[a-zà-ÿ0-9(\u4e00-\u9fff\u3040-\u30ff])", _glue, text)


def _glue(match: re.Match) -> str:
    following = match.string[match.end() : match.end() + 1]
    return "" if "\u3040" <= following <= "\u9fff" else " "


def _read_docx(content: bytes) -> Extracted:
    import mammoth

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > 1000 or sum(member.file_size for member in members) > 5 * BYTE_LIMIT:
                raise UnreadableError("too_large", "the DOCX file unpacks to more than the limit")
        text = mammoth.extract_raw_text(io.BytesIO(content)).value
    except (zipfile.BadZipFile, zlib.error, ExpatError, *PARSER_FAULTS) as error:
        raise UnreadableError("broken_docx", f"the DOCX file is damaged or cut off ({error})") from error
    return Extracted("docx", text, title=first_line_title(text))


def _read_mail(content: bytes) -> Extracted:
    try:
        message = BytesParser(policy=policy.default).parsebytes(content)
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body else ""
        moment = message["date"].datetime if message["date"] else None
        title, publisher = " ".join(str(message["subject"] or "").split()) or None, _sender(message)
    except PARSER_FAULTS as error:
        raise UnreadableError("broken_mail", f"the mail cannot be read ({error})") from error
    if body and body.get_content_subtype() == "html":
        import trafilatura

        # The parser takes a bare paragraph for no HTML.
        text = trafilatura.html2txt(text if re.search(r"<(html|body)\b", text, re.I) else f"<html><body>{text}</body></html>")
    is_zoned = moment is not None and moment.tzinfo is not None
    return Extracted(
        "eml",
        text,
        title=title,
        published_on=moment.date() if moment else None,
        published_at=moment if is_zoned else None,
        publisher=publisher,
    )


def _sender(message: EmailMessage) -> str | None:
    addresses = message["from"].addresses if message["from"] else ()
    # A person's mail address is no publisher; the name in front of it is.
    return (addresses[0].display_name or addresses[0].domain or None) if addresses else None


def _read_json(content: bytes, text_field: str | None, today: date) -> Extracted:
    text, encoding = decode(content)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("broken_json", f"not valid JSON ({error})") from error
    if not isinstance(raw, dict):
        raise UnreadableError("no_text", "the JSON is a list or a value, where a document was expected")
    fields = {**raw.get("details", {}), **raw} if isinstance(raw.get("details"), dict) else raw
    words = _text(fields, (text_field,) if text_field else TEXT_FIELDS)
    if words is None:
        raise UnreadableError(
            "no_text", f"none of the fields {', '.join((text_field,) if text_field else TEXT_FIELDS)} holds text"
        )
    if re.search(r"</?(p|div|br|h[1-6]|li)\b", words, re.I):
        words = read_html(f"<html><body><article>{words}</article></body></html>".encode(), today).text
    stated = _text(fields, DATE_FIELDS)
    return Extracted(
        "json",
        words,
        title=plain_text(_text(fields, TITLE_FIELDS)),
        published_on=parse_day(stated),
        published_at=parse_moment(stated),
        encoding=encoding,
        address=web_address(_text(fields, ADDRESS_FIELDS)),
        publisher=_text(fields, ("publisher",)),
    )


def _text(fields: dict, names: tuple[str | None, ...]) -> str | None:
    found = next((fields[name] for name in names if isinstance(fields.get(name), str) and fields[name].strip()), None)
    return UNWANTED.sub("", found) if found else None


def _first(fields: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if fields.get(name)), None)


def canonical_address(address: str | None) -> str | None:
    """Return the address without trackers, default port and fragment; None for what is no web address."""
    from courlan import clean_url

    return (clean_url(address.partition("#")[0]) or None) if address and web_address(address) else None


READERS: dict[str, Callable[[bytes], Extracted]] = {
    "txt": _read_text,
    "md": _read_markdown,
    "pdf": _read_pdf,
    "docx": _read_docx,
    "eml": _read_mail,
}
