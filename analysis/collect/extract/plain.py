"""Plain text and Markdown to documents."""

from __future__ import annotations

import re

from analysis.collect.extract.encoding import decode
from analysis.collect.extract.extracted import Extracted
from analysis.collect.extract.fields import ADDRESS_FIELDS, TITLE_FIELDS, first_text, stated_date, web_address
from analysis.collect.extract.lines import first_line_title

FRONT_MATTER = re.compile(r"\A---[^\S\n]*\n(.*?)\n---[^\S\n]*(?:\n|\Z)", re.S)


def read_text(content: bytes, charset: str | None = None) -> Extracted:
    """Return what a text file holds; its first line is its title where it can be one."""
    text, encoding = decode(content, None, charset)
    return Extracted("txt", text, title=first_line_title(text), encoding=encoding)


def read_markdown(content: bytes, charset: str | None = None) -> Extracted:
    """Return what a Markdown file holds, without its marks; what its front matter tells goes before its first heading."""
    text, encoding = decode(content, None, charset)
    text = text.replace("\r\n", "\n")
    front = FRONT_MATTER.match(text)
    # Line by line and not as YAML: collectors write titles with colons and quotation marks that YAML refuses.
    pairs = (line.partition(":") for line in (front[1] if front else "").split("\n"))
    fields = {key.strip().lower(): value.strip().strip("'\"") for key, colon, value in pairs if colon and value.strip()}
    body = text[front.end() :] if front else text
    heading = re.search(r"^#\s+(.+)$", body, re.M)
    published_on, published_at = stated_date(fields)
    return Extracted(
        "md",
        _words(body),
        title=first_text(fields, TITLE_FIELDS) or (heading[1].strip() if heading else first_line_title(body)),
        published_on=published_on,
        published_at=published_at,
        encoding=encoding,
        address=web_address(first_text(fields, ADDRESS_FIELDS)),
        publisher=fields.get("publisher") or fields.get("source"),
    )


def _words(body: str) -> str:
    body = re.sub(r"!\[[^\[\]\n]{0,1000}\]\([^()\n]{0,2000}\)", "", body)
    body = re.sub(r"\[([^\[\]\n]{0,1000})\]\([^()\n]{0,2000}\)", r"\1", body)
    body = re.sub(r"^[^\S\n]{0,3}(#{1,6}|>|[-*+]|\d{1,9}\.)[^\S\n]+", "", body, flags=re.M)
    for mark, other in ((r"\*\*", r"\*"), ("__", "_"), (r"\*", r"\*"), ("`", "`")):
        body = re.sub(rf"{mark}(?=\S)([^{other}\n]{{1,2000}})(?<=\S){mark}", r"\1", body)
    return body
