"""Small HTML, as word processors and mails make it, to lines of text: nothing in it is menu or advertisement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from lxml import html
from lxml.etree import ParserError

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "header",
    ]
    + ["hr", "main", "nav", "pre", "section", "tr"]
)
PARAGRAPHS = frozenset(["p", "table", "ol", "ul", "h1", "h2", "h3", "h4", "h5", "h6"])
SILENT = frozenset(["head", "script", "style", "template", "noscript", "title", "object", "svg"])
DEPTH = 200
ITEM = "\x00"
"""Stands behind a list item's mark while lines are made, so that its first paragraph stays in its line."""


def lines_of(markup: str) -> str:
    """Return the words of HTML: a line a block and a table's row, an empty one between paragraphs, items of lists marked."""
    try:
        tree = html.document_fromstring(markup)
    except (ParserError, ValueError):
        return ""
    pieces = "".join(_pieces(tree, 0))
    lines = "\n".join(re.sub(r"[^\S\n]+", " ", line).strip() for line in pieces.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).replace(ITEM + "\n", ITEM).replace(ITEM, "").strip()


def _pieces(element: html.HtmlElement, depth: int, item: str = "") -> Iterator[str]:
    """Give the words of an element with the line breaks between them; `item` is the mark of the list item it lies in."""
    tag = element.tag
    if not isinstance(tag, str) or tag in SILENT or depth > DEPTH:
        return
    if tag == "br":
        yield "\n"
    elif tag == "tr":
        yield "\n" + " | ".join(_cell(cell, depth) for cell in element if cell.tag in ("td", "th"))
    elif tag == "li":
        yield f"\n{item or '-'} {ITEM}"
        yield from _inner(element, depth, item or "-")
    else:
        before, after = _gaps(tag, bool(item))
        yield before
        yield from _inner(element, depth, item)
        yield after


def _gaps(tag: str, is_in_item: bool) -> tuple[str, str]:
    """Return what stands before and behind an element; whatever an item of a list consists of stays together."""
    if tag not in PARAGRAPHS | BLOCKS:
        return "", ""
    if is_in_item:
        return ("", "") if tag in ("ol", "ul") else ("\n", " ")
    return ("\n\n", "\n\n") if tag in PARAGRAPHS else ("\n", "\n")


def _inner(element: html.HtmlElement, depth: int, item: str = "") -> Iterator[str]:
    numbers = count(1)
    yield _blanks_joined(element.text)
    for child in element:
        mark = item if child.tag != "li" else f"{next(numbers)}." if element.tag == "ol" else "-"
        yield from _pieces(child, depth + 1, mark)
        yield _blanks_joined(child.tail)


def _cell(cell: html.HtmlElement, depth: int) -> str:
    return " ".join("".join(_inner(cell, depth + 1)).replace(ITEM, "").split())


def _blanks_joined(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")
