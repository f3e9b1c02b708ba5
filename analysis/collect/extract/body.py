"""The main text of a page: what trafilatura finds once the boxes are gone, with its standfirst and without its headline."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from analysis.collect.extract.boxes import remove_boxes, remove_links_elsewhere, remove_other_articles
from analysis.collect.extract.structured import works

STATED_LENGTHS = range(500, 200_000)
"""Letters and digits of a text in a page's data that is held against the text found."""
START = 60
"""Letters and digits at a paragraph's start that tell it from others."""

SENTENCE_ENDS = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f", '"', "\u201d", "\u00bb", "\u201c")


def main_text(page: HtmlElement) -> str:
    """Return the main text of a page, one paragraph a line; empty when there is none. The page is changed on the way."""
    headings = {_letters(heading.text_content()) for heading in page.iter("h1")}
    lead = find_standfirst(page)
    stated = stated_text(page)
    remove_boxes(page)
    remove_other_articles(page)
    remove_links_elsewhere(page)
    lines = [line for line in _found(page).split("\n") if line.strip()]
    lines = without_headline(as_stated(lines, stated, page), headings)
    return "\n".join(with_standfirst(lines, lead))


def _found(page: HtmlElement) -> str:
    """Return trafilatura's text: the quick one where it fits the paragraphs of the page, otherwise the thorough one."""
    import trafilatura

    quick = _extracted(page, is_quick=True)
    paragraphs = sum(len(paragraph.text_content()) for paragraph in page.iter("p"))
    if paragraphs / 2 < len(quick) < paragraphs * 2:
        return quick
    thorough = _extracted(page, is_quick=False)
    # An answer that is all of the page found nothing in it.
    whole = 0.95 * len(trafilatura.html2txt(page))
    return quick if len(thorough) >= whole > len(quick) else thorough or quick


def _extracted(page: HtmlElement, *, is_quick: bool) -> str:
    import trafilatura
    from trafilatura.settings import Document

    found = trafilatura.bare_extraction(page, include_comments=False, fast=is_quick)
    return found.text or "" if isinstance(found, Document) else ""


def stated_text(page: HtmlElement) -> str:
    """Return the longest article body in the page's JSON-LD; empty when there is none, or one in HTML."""
    bodies = (work.get("articleBody") for work in works(page))
    longest = max((body for body in bodies if isinstance(body, str)), key=len, default="")
    return "" if re.search(r"</(p|div)>", longest) else longest


def as_stated(lines: list[str], stated: str, page: HtmlElement) -> list[str]:
    """Return the lines held against the text that the page states, where both are the same text.

    Where the stated one is longer, its paragraphs are taken from the page; where it ends, the lines after it are other texts.
    """
    key = _letters(stated)
    if len(key) not in STATED_LENGTHS:
        return lines
    keys = [_letters(line) for line in lines]
    shared = [len(line) > START / 2 and line[:START] in key for line in keys]
    found = sum(map(len, keys))
    known = sum(len(line) for line, is_shared in zip(keys, shared, strict=True) if is_shared)
    if known > 0.6 * found and len(key) > 1.3 * found:
        return _paragraphs_in(page, key) or lines
    if known > 0.5 * found and known > 0.8 * len(key):
        return lines[: len(lines) - shared[::-1].index(True)]
    return lines


def _paragraphs_in(page: HtmlElement, key: str) -> list[str]:
    """Return the paragraphs of a page that stand in a text of letters and digits; none when much of it is missing."""
    told = (" ".join(part.text_content().split()) for part in page.iter("p", "h2", "h3", "li", "blockquote"))
    parts = list(dict.fromkeys(part for part in told if len(part) > 25 and _letters(part)[:START] in key))
    return parts if sum(len(_letters(part)) for part in parts) > 0.7 * len(key) else []


def without_headline(lines: list[str], headings: set[str]) -> list[str]:
    """Return the lines without one of the main headings among the first six, and without what before it is no sentence."""
    for place, line in enumerate(lines[:6]):
        if _letters(line) in headings:
            return [before for before in lines[:place] if before.endswith(SENTENCE_ENDS)] + lines[place + 1 :]
    return lines


def find_standfirst(page: HtmlElement) -> str:
    """Return the paragraph of a page that is also its description for search and sharing; empty when there is none."""
    described = page.xpath('//meta[@property="og:description" or @name="description"]/@content')
    longest = {_letters(text)[:START]: len(text) + 40 for text in described if len(text) >= 40}
    starts = {key[:12] for key in longest}
    for element in page.iter("p", "h2", "h3", "div", "span", "strong", "b", "em"):
        if len(element.text or "") < 12 or _letters(element.text[:START])[:12] not in starts:
            continue
        text = " ".join(element.text_content().split())
        is_described = len(text) >= 30 and len(text) <= longest.get(_letters(text)[:START], 0)
        if is_described and not any(above.tag in ("a", "footer", "aside", "nav", "li") for above in element.iterancestors()):
            return text
    return ""


def with_standfirst(lines: list[str], lead: str) -> list[str]:
    """Return the lines with the standfirst before them where they lack it."""
    return lines if not lead or _letters(lead) in _letters("".join(lines)) else [lead, *lines]


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
