"""Which format bytes are in, told by themselves before their name."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from pathlib import PurePath

from analysis.collect.extract.extracted import BYTE_LIMIT
from analysis.errors import UnreadableError

SUFFIXES = {
    "txt": "txt", "text": "txt", "md": "md", "markdown": "md", "html": "html", "htm": "html", "xhtml": "html",
    "pdf": "pdf", "docx": "docx", "eml": "eml", "json": "json", "xml": "xml",
}  # fmt: skip
MEDIA_TYPES = {
    "text/html": "html", "application/xhtml+xml": "html", "text/plain": "txt", "text/markdown": "md",
    "application/pdf": "pdf", "message/rfc822": "eml", "application/json": "json",
    "application/xml": "xml", "text/xml": "xml",
}  # fmt: skip
OFFICE = {
    "doc": "DOC (Word before 2007)", "xls": "XLS (Excel before 2007)", "ppt": "PPT (PowerPoint before 2007)",
    "wps": "WPS (WPS Writer)", "et": "ET (WPS Spreadsheets)", "dps": "DPS (WPS Presentation)", "msg": "MSG (Outlook)",
    "rtf": "RTF", "ofd": "OFD", "odt": "ODT", "ods": "ODS", "odp": "ODP", "xlsx": "XLSX", "pptx": "PPTX", "epub": "EPUB",
    "ceb": "CEB", "caj": "CAJ", "pages": "Pages", "wpd": "WPD (WordPerfect)", "docm": "DOCM",
}  # fmt: skip
"""Formats of documents without reader, by the ending of their files' names."""
STREAMS = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt", "__substg1.0_": "msg"}
"""Entries of an OLE file that tell which program wrote it."""
PICTURES = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"BM": "BMP"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HTML = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.I)
MAIL = re.compile(
    rb"^(?:received|return-path|delivered-to|from|to|date|subject|message-id|mime-version|content-type)[ \t]?:", re.I | re.M
)


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

    Raises UnreadableError, naming the format and what to do, when there is no reader for it.
    """
    suffix = PurePath(name).suffix.lower().lstrip(".")
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n\x0c")
    if head.startswith(b"%PDF-") or (suffix == "pdf" and b"%PDF-" in content[:2000]):
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return _zip_format(content, suffix)
    _refuse_by_first_bytes(content, head, suffix)
    told = SUFFIXES.get(suffix) or MEDIA_TYPES.get((media_type or "").lower())
    is_page = HTML.search(head) is not None
    if told:
        return "html" if told == "xml" and is_page else told
    if is_page:
        return "html"
    if head.startswith(b"<?xml"):
        return "xml"
    is_text = not re.search(rb"[\x00-\x08\x0e-\x1a]", content[:8000])
    if suffix in OFFICE and suffix != "ofd" and is_text:
        return "eml" if _is_mail(head) else "txt"
    if suffix in OFFICE:
        raise unsupported(OFFICE[suffix])
    if not suffix and is_text:
        return "eml" if _is_mail(head) else "txt"
    raise unsupported(suffix or "binary")


def _is_mail(head: bytes) -> bool:
    return MAIL.match(head) is not None and len(MAIL.findall(head)) > 1


def unsupported(name: str) -> UnreadableError:
    return UnreadableError("unsupported_format", f"no reader for {name} files: save it as DOCX or PDF")


def _refuse_by_first_bytes(content: bytes, head: bytes, suffix: str) -> None:
    if content.startswith(OLE):
        # The encrypted form of a DOCX file is an OLE file too.
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableError("unsupported_format", "an Office file with a password: save it without one")
        written = next((kind for stream, kind in STREAMS.items() if stream.encode("utf-16-le") in content), "doc")
        raise unsupported(OFFICE[suffix if suffix in ("wps", "et", "dps") else written])
    if head.startswith(b"{\\rtf"):
        raise unsupported(OFFICE["rtf"])
    for start, picture in PICTURES.items():
        if content.startswith(start) and (start != b"BM" or suffix == "bmp"):
            raise UnreadableError(
                "unsupported_format", f"a picture ({picture}): its words cannot be read, save the text as DOCX"
            )


def _zip_format(content: bytes, suffix: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()[:5000]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        names = []
    if any(name.startswith("word/") for name in names) or (not names and (suffix == "docx" or b"word/" in content[:4000])):
        return "docx"
    if suffix == "docx" and not any(name.startswith(("xl/", "ppt/")) for name in names):
        return "docx"
    parts = {"OFD.xml": "ofd", "xl/": "xlsx", "ppt/": "pptx"}
    inner = next((kind for part, kind in parts.items() if any(name.startswith(part) for name in names)), suffix)
    raise unsupported(OFFICE.get(inner, inner or "zip"))
