"""Pages that stand in a document's place: consent walls, paywall stubs, logins, lists, errors, and what is only announced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from analysis.collect.extract.phrases import ERROR_TITLE, LOGIN_TITLE, NAMES, PHRASES, PLACEHOLDER_TITLE, WEAK
from analysis.errors import UnreadableError

REASONS = {
    "consent_wall": "only a request for consent to cookies stands there: ask the publisher for a feed or an API with the text",
    "paywall_stub": "only an offer of a subscription stands there, not the text: the source needs access, or is to be left out",
    "login_page": "a login stands there, not the text: the source needs access, or is to be left out",
    "list_page": "a list of other documents stands there: declare it as a listing of the source",
    "error_page": "an error message or a check against robots stands there, although the server called it a success",
    "placeholder": "it says only that the document will be published: it is looked at again when its address is listed anew",
}
PLAIN = 300
"""Weight of plain sentences from which a text is more than a wall; a CJK character weighs as three letters."""
SHARES = {"consent_wall": 0.15, "paywall_stub": 0.3, "error_page": 0.15, "placeholder": 0.1}
"""The share of plain sentences, of all, up to which a longer text is a wall nevertheless."""
LONGEST = {"consent_wall": 8_000, "paywall_stub": 6_000, "error_page": 1_500, "placeholder": 1_500}
"""Weight of the longest wall of each kind."""
LINE = 100
"""Weight from which a line is a paragraph and no entry of a menu."""
SENTENCE = re.compile(r"(?:[^\n.!?\u3002\uff01\uff1f]|(?<=\d)\.){1,2000}[.!?\u3002\uff01\uff1f]{0,9}")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
LISTED = 10
"""Entries from which they are a list."""
BESIDE = ("nav", "header", "footer", "aside")


@dataclass(frozen=True)
class Signs:
    """What a page's markup tells of it before its boxes are taken out."""

    headings: tuple[str, ...]
    has_login: bool
    listed: frozenset[str]


def read_signs(page: HtmlElement) -> Signs:
    """Return the headings of a page, whether it asks for a password, and what it lists as links."""
    headings = [*page.xpath("//head/title"), *page.iter("h1")]
    return Signs(
        headings=tuple(" ".join(heading.text_content().split())[:300] for heading in headings[:4]),
        has_login=page.find(".//input[@type='password']") is not None,
        listed=frozenset(_letters(text) for text in _entries(page)),
    )


def _entries(page: HtmlElement) -> Iterable[str]:
    """Give the link texts, long enough for headlines, of a page with at least ten; and the blocks that hold little besides."""
    links = [link for link in page.iter("a") if _weight(link.text_content().strip()) >= 20 and not _is_beside(link)]
    # The words of one block are taken once: a thousand links may stand in a long one.
    words: dict[HtmlElement, str] = {}
    for link in links if len(links) >= LISTED else ():
        headline = link.text_content()
        yield headline
        for above in link.iterancestors():
            if above not in words:
                words[above] = above.text_content()
            text = words[above]
            if len(text) > 2 * len(headline) + 60:
                break
            yield text


def _is_beside(link: HtmlElement) -> bool:
    return any(above.tag in BESIDE for above in link.iterancestors())


def refuse_wall(title: str | None, text: str, signs: Signs | None = None) -> None:
    """Raise UnreadableError, with the rule that names the kind, when a text with its title is none but a wall.

    A page with an article under a banner is no wall: what counts is how much is left when the sentences of the wall are gone.
    """
    rule = find_wall(title, text, signs)
    if rule:
        raise UnreadableError(rule, REASONS[rule])


def find_wall(title: str | None, text: str, signs: Signs | None = None) -> str | None:
    """Return the rule that names the kind of wall a text is; None for a document."""
    headings = [heading for heading in (title, *(signs.headings if signs else ())) if heading]
    return (
        _by_heading(headings, text, signs)
        or _by_sentences(text)
        or ("list_page" if signs and _is_list(text, signs.listed) else None)
    )


def _by_heading(headings: list[str], text: str, signs: Signs | None) -> str | None:
    if any(PLACEHOLDER_TITLE.search(heading) for heading in headings):
        rule = "placeholder"
    elif any(ERROR_TITLE.match(heading) for heading in headings):
        rule = "error_page"
    elif signs and signs.has_login and any(LOGIN_TITLE.match(heading) for heading in headings):
        rule = "login_page"
    else:
        return None
    paragraphs = (line for line in text[: max(LONGEST.values())].split("\n") if _weight(line) >= LINE)
    plain = sum(_weight(line) for line in paragraphs if not any(words.search(line) for words in PHRASES.values()))
    return rule if plain < PLAIN else None


def _by_sentences(text: str) -> str | None:
    total, lower = _weight(text), text[: max(LONGEST.values())].lower()
    rules = [
        rule for rule in SHARES if total <= LONGEST[rule] and (rule not in NAMES or any(name in lower for name in NAMES[rule]))
    ]
    for rule in rules:
        of_rule = is_named = 0
        for match in SENTENCE.finditer(text):
            names_it = PHRASES[rule].search(match[0]) is not None
            is_named |= names_it
            of_rule += _weight(match[0]) if names_it or WEAK[rule].search(match[0]) else 0
        plain = total - of_rule
        if is_named and of_rule > plain / 2 and plain < max(PLAIN, SHARES[rule] * total):
            return rule
    return None


def _is_list(text: str, listed: frozenset[str]) -> bool:
    """Tell whether most lines of a text are entries of a list of links."""
    if len(listed) < LISTED:
        return False
    keys = [_letters(line) for line in text.split("\n")]
    entries = [key for key in keys if key in listed]
    rest = sum(map(len, keys)) - sum(map(len, entries))
    return len(entries) >= LISTED and rest < PLAIN


def _weight(text: str) -> int:
    return len(text) + 2 * len(CJK.findall(text))


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
