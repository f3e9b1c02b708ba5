"""Boxes of a page that are none of its text: offers, related articles, captions, portraits of authors, fact boxes, consent."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, pairwise

from lxml.html import HtmlElement


def _pairs(firsts: str, seconds: str) -> set[str]:
    return {f"{first} {second}" for first in firsts.split() for second in seconds.split()}


NAMES = """
biography breadcrumb breadcrumbs caption captions copyright crowdfunding donate donation factbox infobox keywords newsletter
newsletters recommend recommendation recommendations recommended related signup subscribe subscription subscriptions tags
topics trending
"""
BOXES = frozenset(
    set(NAMES.split())
    | _pairs("fact facts info", "box boxes")
    | _pairs("bread", "crumb crumbs")
    | _pairs("news", "letter letters")
    | _pairs("cookie cookies", "banner bar box consent message modal notice overlay popup settings wall")
    | _pairs("consent content embed external privacy social", "blocker gate placeholder")
    | _pairs("paywall", "banner barrier box container message offer overlay promo teaser")
    | _pairs("author", "bio biography box card description info profile")
    | _pairs("image img photo picture", "copyright credit credits info source widget")
    | _pairs("comment comments", "area count form prompt section")
    | _pairs("join view", "comments")
    | _pairs("more", "articles from news on stories")
    | _pairs("most", "popular read viewed")
    | {
        "about author",
        "about the author",
        "ai article summary",
        "ai summary",
        "also read",
        "media info",
        "mediainfo",
        "see also",
    }
    | {"sign up", "teaser list", "under article"}
)
"""What boxes beside the text are called, as words of a class or an id."""
OPENINGS = frozenset(_pairs("read", "also more next on"))
"""The same, where a name begins with it: elsewhere it tells how a text is shown."""
HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
NO_LETTERS = re.compile(r"[^a-z ]+")
LOOKS = frozenset(("has", "hide", "is", "js", "no", "not", "show", "with", "without"))
"""First words of names that say only how something looks."""
WHOLE = frozenset(("body", "entry", "main", "page", "post", "wysiwyg"))
"""Words in the names of what holds a whole text."""
READ_MORE = re.compile(
    r"\W{0,9}(read (more|also|next|the full)|see also|also read|related( articles?| stor(y|ies))?:|more on this"
    r"|(don.t|do not) miss|lire (aussi|également|la suite)|à lire|voir aussi|lesen sie (auch|mehr|hier)|lies auch"
    r"|mehr (dazu|zum thema)|auch interessant|zum artikel|lea también|(le|te) puede interesar|leer (más|también)"
    r"|leggi (anche|tutto)|leia (também|mais)|lees ook|les også|læs også|läs (också|mer)"
    r"|czytaj (więcej|także|też|również)|читайте (также|ещё)|читайте також|čtěte také|ayrıca oku|baca juga"
    r"|関連記事|あわせて読みたい|延伸阅读|相关阅读|相關閱讀|延伸閱讀)",
    re.I,
)
"""How publishers begin a link to another article."""
MOST = 0.3
"""The share of a page's paragraphs above which a box is taken for the text itself."""
LINKED = 0.7
"""The share of a list's characters in links from which it only leads elsewhere."""
PARAGRAPH = 300
"""Characters: what is longer says more than where to read on."""
ENOUGH = 500
"""Characters of paragraphs that make a text."""
SILENT = frozenset(("script", "style", "noscript", "template", "svg"))
BLOCKS = ("p", "ul", "ol", "h2", "h3", "h4", "h5", "blockquote")


def remove_boxes(page: HtmlElement) -> None:
    """Take out of a page, in place, what its classes and ids call a box beside the text."""
    measure = _measure_for(page)
    most = MOST * measure(page)
    waiting = [page]
    while waiting:
        for child in list(waiting.pop()):
            if not isinstance(child.tag, str) or child.tag in SILENT:
                continue
            if _is_called_box(child) and child.find(".//h1") is None and measure(child) <= most:
                child.drop_tree()
            else:
                waiting.append(child)


def _measure_for(page: HtmlElement) -> Callable[[HtmlElement], int]:
    """Return how to measure what elements of a page hold: by its paragraphs where it has some, otherwise by all its words."""
    return _paragraphs if _paragraphs(page) > ENOUGH else _visible


def _is_called_box(element: HtmlElement) -> bool:
    names, identity = element.get("class"), element.get("id")
    return (
        bool(names and any(is_box(name) for name in names[:400].split()))
        or bool(identity and is_box(identity[:100]))
        or ("-" in element.tag and is_box(element.tag[:100]))
    )


def _paragraphs(element: HtmlElement) -> int:
    return sum(len(paragraph.text_content()) for paragraph in element.iter("p"))


def _visible(element: HtmlElement) -> int:
    return sum(
        len(part.text or "") + sum(len(child.tail or "") for child in part)
        for part in element.iter()
        if isinstance(part.tag, str) and part.tag not in SILENT
    )


@lru_cache(maxsize=8192)
def is_box(name: str) -> bool:
    """Tell whether a class or an id names a box that is none of the text."""
    words = NO_LETTERS.sub(" ", HUMP.sub(" ", name).lower()).split()
    if not words or words[0] in LOOKS or not WHOLE.isdisjoint(words):
        return False
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    triples = (f"{pair} {third}" for pair, third in zip(pairs, words[2:], strict=False))
    return not BOXES.isdisjoint(chain(words, pairs, triples)) or (bool(pairs) and pairs[0] in OPENINGS)


def remove_other_articles(page: HtmlElement) -> None:
    """Take out of a page, in place, the articles beside the first one that has a main heading and is long."""
    first = next((article for article in page.iter("article") if article.find(".//h1") is not None), None)
    if first is None or _paragraphs(first) < 1000:
        return
    kin = {first, *first.iterancestors(), *first.iter("article")}
    for article in [article for article in page.iter("article") if article not in kin]:
        if not any(above.tag == "article" and above not in kin for above in article.iterancestors()):
            article.drop_tree()


def remove_links_elsewhere(page: HtmlElement) -> None:
    """Take out of a page, in place, cards, paragraphs and lists that are nothing but links to other articles.

    A page that would have no text left besides is left as it is: there the links are the text.
    """
    found = [
        link for link in page.iter("a") if link.find(".//p") is not None and link.find(".//h1") is None and _leads_away(link)
    ]
    found += [element for element in page.iter(*BLOCKS) if _is_link_elsewhere(element)]
    chosen = set(found)
    outer = [element for element in found if chosen.isdisjoint(element.iterancestors())]
    measure = _measure_for(page)
    lost, total = sum(map(measure, outer)), measure(page)
    if lost <= MOST * total or (measure is _paragraphs and total - lost > ENOUGH):
        for element in outer:
            element.drop_tree()


def _leads_away(link: HtmlElement) -> bool:
    return not link.get("href", "#").startswith(("#", "javascript:"))


def _is_link_elsewhere(element: HtmlElement) -> bool:
    links = [link for link in element.iter("a") if _leads_away(link)]
    if not links:
        return False
    length = _length(element)
    linked = sum(_length(link) for link in links)
    if element.tag in ("ul", "ol"):
        return len(links) > 2 and linked > LINKED * length
    is_alone = element.tag == "p" and length > 30 and linked > 0.95 * length
    return is_alone or (length < PARAGRAPH and linked > 0.5 * length and bool(READ_MORE.match(element.text_content().strip())))


def _length(element: HtmlElement) -> int:
    return len(" ".join(element.text_content().split()))
