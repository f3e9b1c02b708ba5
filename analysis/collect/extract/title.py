"""The title of a page: what its data, its headings and its head agree on, without kickers and without the name of the site."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from copy import deepcopy

from lxml.html import HtmlElement

from analysis.collect.extract.structured import articles

SEPARATOR = re.compile(r"\s+[|\u2013\u2014\u00b7\u2022:\-]\s+|\s*[|\u2502]\s*")
"""What sites put between a headline and their name."""
BAR = re.compile(r"\s*[|\u2502\uff5c]\s*")
"""What headlines themselves do not hold."""
AFTER_TITLE = re.compile(r"\s*[|\u2013\u2014\u00b7\u2022\uff5c\u3163\-]")
COLON = re.compile(r"\s*[:\uff1a]")
BEFORE_TITLE = re.compile(r"[|\u2013\u2014\u00b7\u2022:\uff1a\uff5c\u3163\-/]\s*$")
LONG_TITLE = 10
"""Characters from which a title that begins or ends another one is the whole of it."""
CUT = ("...", "\u2026")
KICKER = re.compile(
    r"kicker|eyebrow|overline|topline|roofline|dachzeile|offscreen|visually-?hidden|sr-only|screen-?reader|aural", re.I
)
"""Classes of what stands in a heading but is no part of the headline, or is not seen."""
PLAIN = str.maketrans(
    "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2010\u2011\u2012\u2013\u2014\u00a0", '\'\'\'\'"""""----- '
)
"""Quotes, dashes and blanks, each as the one that keyboards have."""
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Where words may break; no part of them."""


def find_title(page: HtmlElement, listed: str | None = None) -> str | None:
    """Return the title of a page; None when it tells none.

    The title that its listing gave (`listed`) goes first, unless it is cut off. Then comes the title for sharing; but where the
    first heading and the structured data agree on another headline, and the title for sharing only repeats that of the head or
    adds a kicker to it, that headline. Then the headline of the structured data, a heading that the head's title repeats, and
    the head's title or the first heading, whichever says more. The name of the site is taken off.
    """
    head = next((_words(text) for text in page.xpath("//title/text()")), "")
    shared = next((_words(text) for text in page.xpath('//meta[@property="og:title"]/@content')), "")
    structured = [_words(text) for text in headlines(page)][:1]
    headings = [text for heading in page.iter("h1") if (text := _headline(heading))]
    others, sites = [*structured, *headings], _site_names(page)
    if (given := _words(listed)) and not given.endswith(CUT):
        return without_site(given, sites, others)
    shared, head = without_site(shared, sites, others), without_site(head, sites, others)
    if own := _own_headline(shared, head, structured, headings):
        return own
    told = [shared, *structured, _heading_in(head, page, headings), max([head, *headings[:1]], key=len)]
    first = next((text for text in told if text), None)
    return without_site(first, sites, others) if first else None


def headlines(page: HtmlElement) -> Iterator[str]:
    """Give the headlines of articles in a page's JSON-LD, in its order."""
    for article in articles(page):
        if isinstance(article.get("headline"), str):
            yield article["headline"]


def _own_headline(shared: str, head: str, structured: list[str], headings: list[str]) -> str | None:
    """Return the headline on which heading and structured data agree against the title for sharing; None without one."""
    if not shared or not headings:
        return None
    heading, told, read = headings[0], _letters(shared), _letters(headings[0])
    if read == told or structured and _letters(structured[0]) != read:
        return None
    if len(heading) >= LONG_TITLE and _plain(shared).endswith(_plain(heading)):
        return heading if BEFORE_TITLE.search(shared[: -len(heading)]) else None
    return structured[0] if structured and told == _letters(head) and read not in told else None


def _headline(heading: HtmlElement) -> str:
    """Return the words of a heading without its kicker, and without parts that readers do not see."""
    whole = _seen(heading)
    if KICKER.search(heading.get("class") or ""):
        return ""
    if not any(KICKER.search(part.get("class") or "") for part in heading.iterdescendants()):
        return whole
    shown = deepcopy(heading)
    for part in [part for part in shown.iterdescendants() if KICKER.search(part.get("class") or "")]:
        part.drop_tree()
    headline = _seen(shown)
    return headline if 2 * len(headline) > len(whole) else whole


def _seen(heading: HtmlElement) -> str:
    return _words(heading.text_content()).translate(UNSEEN)


def _heading_in(head: str, page: HtmlElement, headings: list[str]) -> str | None:
    """Return the longest heading that the head's title repeats; None where it repeats none."""
    seconds = (_seen(heading) for heading in page.iter("h2"))
    told = _letters(head)
    repeated = [text for text in (*headings, *seconds) if len(text) >= LONG_TITLE and _letters(text) in told]
    return max(repeated, key=len, default=None)


def _site_names(page: HtmlElement) -> set[str]:
    names = page.xpath('//meta[@property="og:site_name" or @name="application-name"]/@content')
    return {_words(name).casefold() for name in names if _words(name)}


def without_site(title: str, sites: set[str], others: list[str]) -> str:
    """Return a title without the parts at its end that name the site, or that all other titles of the page lack."""
    for other in others:
        if len(other) < LONG_TITLE or not _plain(title).startswith(_plain(other)):
            continue
        more = title[len(other) :]
        if AFTER_TITLE.match(more) or COLON.match(more) and len(more) < len(other):
            return title[: len(other)]
    parts = [*SEPARATOR.finditer(title)]
    while parts and title[parts[-1].end() :].casefold() in sites:
        title = title[: parts.pop().start()]
    if any(_letters(title) == _letters(other) for other in others):
        return title
    return max(BAR.split(title), key=len)


def _plain(text: str) -> str:
    """Return a text of the same length with plain quotes, dashes and blanks."""
    return text.translate(PLAIN)


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", text)).casefold()


def _words(text: str | None) -> str:
    return " ".join(html.unescape(text or "").split())
