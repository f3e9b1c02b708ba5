"""The day that a reader sees beside the headline of a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from analysis.collect.extract.days import Order, spelled_days

SILENT = frozenset(
    (
        *("script", "style", "noscript", "template", "svg", "iframe", "head", "figure"),
        *("form", "select", "option", "textarea", "nav", "aside", "footer"),
    )
)
"""Elements whose text is not seen, or not of the article."""
REACH_BELOW = 1500
"""Characters of text after the headline in which its date stands."""
REACH_ABOVE = 400
REACH_AFTER_DATE = 300
SHORTEST_HEADLINE = 8
MOST_LINES = 200
LONGEST_LINE = 200
"""Characters of an element that holds a date line; longer ones are running text."""
LONGEST_TEXT = 2000
MOST_PARTS = 40
LONGEST_COMPANY = 45
"""Letters beside a date in a line that is about the date: a place, an author, a kind of text."""
REACH_OF_LABEL = 45
"""Characters before a date in which its label stands."""
PUBLISHED = re.compile(
    r"publi[cks]|posted|issued|released|veröffentlicht|erschienen|erstellt|gepubliceerd|geplaatst|опублик|yayın|julkaistu|megjelen"
    r"|δημοσ|نشر|发布|發布|发表|發表|公布|公開|掲載|등록|입력|게시|작성",
    re.I,
)
DATED = re.compile(r"datum|date|fecha|data|дата|tarih|日期|时间|時間|日時", re.I)
"""What labels any date, so that it counts only where nothing says which."""
CHANGED = re.compile(
    r"updat|modif|revis|amend|review|correct|aktualis|geändert|änderung|bearbeitet|mise? à jour|actuali[sz]|aggiorn|atuali[sz]"
    r"|bijgewerkt|gewijzigd|обновл|измен|güncel|aktualiz|zmian|uppdat|oppdat|opdat|ändrad|endret|muokattu|päivitet|frissít|módos"
    r"|ενημ|оновл|تحديث|更新|修改|수정|업데이트",
    re.I,
)
"""What labels the date of a later change."""
OTHER = re.compile(
    r"expir|deadline|until|bis zum|frist|copyright|©|termin|veranstaltung|event|wann:|when:|meeting|sitzung|réunion|reunión"
    r"|riunione|effective|in force|in kraft|en vigueur|born|geboren|will be|wird am|sera |将于|將於|予定|截止|会议|會議|開催"
    r"|today|heute|aujourd|\bhoy\b|\boggi\b|сегодня|bugün|今天|오늘",
    re.I,
)
"""What labels another date: of an event, of an entry into force, of what is still to come."""
STILL_TO_COME = re.compile(
    r"will be (?:published|released|issued|posted|available)|to be (?:published|released)|wird voraussichtlich|erscheint am"
    r"|sera (?:publi|diffus)|paraîtra|se publicará|será publicad|sarà pubblicat|zal worden gepubliceerd|будет опубликован"
    r"|公表予定|掲載予定",
    re.I,
)
"""What announces a document that the page does not hold yet."""
MARKED = re.compile(r"date|time|publi|posted|datum|fecha|meta|byline|info", re.I)
SITE_HEAD = re.compile(r"^header |masthead|banner|top-?bar|site-?header|ticker|weather", re.I)
"""What stands above the headline on every page of a site, often with the day of the visit."""
DIGIT = re.compile(r"\d")
PUBLISHED_MARK = re.compile(r"publish(?!er)|pub-?date", re.I)
CHANGE_MARK = re.compile(r"modif|updat", re.I)
DATELINE = re.compile(r"[^\w]{0,3}(?:\)|[\u2013\u2014:]|\s-\s|[.,]?\s[\u2013\u2014-]\s)")
"""What follows the date at the beginning of a text, after the place."""
FARTHEST_DATELINE = 50


class Line(NamedTuple):
    """A short text of a page, and whether its markup says that it holds a date."""

    text: str
    is_marked: bool = False


class Byline(NamedTuple):
    """The days beside a headline, the likeliest of each kind first."""

    published: tuple[date, ...] = ()
    changed: tuple[date, ...] = ()
    announced: tuple[date, ...] = ()
    """Days on which the document is still to come."""


def read_byline(page: HtmlElement, language: str, order: Order, title: str) -> Byline:
    """Return the days that stand beside the headline of a page; none without a headline.

    What is labelled as published goes before a bare date, and that before the date line of the text; dates within sentences do
    not count.
    """
    headline = find_headline(page, title)
    if headline is None:
        return Byline()
    found = _ranked_within(_below(headline), REACH_BELOW, language, order)
    if not any(rank in PUBLICATIONS for rank, _ in found):
        found += _ranked_within(_above(headline), REACH_ABOVE, language, order)
    ranked = sorted(found, key=lambda pair: pair[0])
    return Byline(*(tuple(day for rank, day in ranked if rank in kinds) for kinds in (PUBLICATIONS, (CHANGE,), (ANNOUNCED,))))


LABELLED, BARE, BEFORE_TEXT, CHANGE, ANNOUNCED, NO_DAY = range(6)
PUBLICATIONS = (LABELLED, BARE, BEFORE_TEXT)
LABELS = ((PUBLISHED, LABELLED), (CHANGED, CHANGE), (OTHER, NO_DAY), (STILL_TO_COME, ANNOUNCED))


def _ranked_within(lines: Iterator[Line], reach: int, language: str, order: Order) -> list[tuple[int, date]]:
    """Return the ranked days of the lines within a reach, which ends soon after the first of them: others follow in teasers."""
    found: list[tuple[int, date]] = []
    passed = 0
    for line in islice(lines, MOST_LINES):
        ranked = [*_ranked(line, language, order)]
        passed += len(line.text)
        if any(rank <= CHANGE for rank, _ in ranked) and not any(rank <= CHANGE for rank, _ in found):
            reach = min(reach, passed + REACH_AFTER_DATE)
        found += ranked
        if passed > reach:
            break
    return found


def _ranked(line: Line, language: str, order: Order) -> Iterator[tuple[int, date]]:
    is_short = len(line.text) <= LONGEST_LINE
    begin, last = 0, None
    for found in spelled_days(line.text if is_short else line.text[: 2 * FARTHEST_DATELINE], language, order):
        before, after = line.text[begin : found.start], line.text[found.end :]
        begin = found.end
        label = _label(before[-REACH_OF_LABEL:])
        if label is None and found.day == last:
            # The same day again, as the element's attribute has it.
            continue
        last = found.day
        company = sum(map(str.isalpha, line.text)) - sum(map(str.isalpha, line.text[found.start : found.end]))
        if label in (ANNOUNCED, NO_DAY):
            yield label, found.day
        elif not is_short:
            if found.start == 0 or found.start <= FARTHEST_DATELINE and DATELINE.match(after):
                yield BEFORE_TEXT, found.day
        elif label is not None:
            yield label, found.day
        elif line.is_marked and (company <= LONGEST_COMPANY or found.start == 0):
            yield LABELLED, found.day
        elif company <= LONGEST_COMPANY:
            yield BARE, found.day


def _label(before: str) -> int | None:
    """Return what the label nearest to a date makes of it; None without a label."""
    ends = [(max((match.end() for match in label.finditer(before)), default=-1), rank) for label, rank in LABELS]
    end, rank = max(ends)
    if end < 0:
        return LABELLED if DATED.search(before) else None
    return rank


def find_headline(page: HtmlElement, title: str) -> HtmlElement | None:
    """Return the heading that says the page's title, or its first heading of the first rank; None without one."""
    told = _letters(title)
    first = None
    for heading in page.iter("h1", "h2", "h3", "h4", "h5"):
        words = _letters(" ".join(islice(heading.itertext(), 20)))
        if told and len(words) >= SHORTEST_HEADLINE and 2 * len(words) >= len(told) and (words in told or told in words):
            return heading
        if first is None and heading.tag == "h1" and words:
            first = heading
    return first


def _letters(text: str) -> str:
    return "".join(re.findall(r"\w+", html.unescape(html.unescape(text[:500])))).casefold()


def _below(headline: HtmlElement) -> Iterator[Line]:
    """Give the lines after an element, in the order of the page."""
    element: HtmlElement | None = headline
    while element is not None:
        yield from _line(element.tail)
        for sibling in element.itersiblings():
            yield from _lines(sibling)
            yield from _line(sibling.tail)
        element = element.getparent()


def _above(headline: HtmlElement) -> Iterator[Line]:
    """Give the lines before an element, nearest first."""
    element: HtmlElement | None = headline
    while element is not None:
        for sibling in element.itersiblings(preceding=True):
            yield from _line(sibling.tail)
            if not SITE_HEAD.search(f"{sibling.tag} {sibling.get('class')} {sibling.get('id')} {sibling.get('role')}"):
                yield from reversed([*_lines(sibling)])
        element = element.getparent()
        if element is not None:
            yield from _line(element.text)


def _lines(element: HtmlElement) -> Iterator[Line]:
    if not isinstance(element.tag, str) or element.tag in SILENT:
        return
    short = _short_text(element)
    if short is not None:
        yield from _line(short, element.tag == "time" or bool(MARKED.search(_marks(element))))
        return
    if element.tag == "p":
        yield from _line(" ".join(islice(element.itertext(), MOST_PARTS)))
        return
    yield from _line(element.text)
    for child in element:
        yield from _lines(child)
        yield from _line(child.tail)


def _short_text(element: HtmlElement) -> str | None:
    """Return the words of an element, with what its markup says of its dates; None where they are more than a line."""
    parts: list[str] = []
    length = 0
    for part in islice(_parts(element), MOST_PARTS + 1):
        parts.append(part)
        length += len(part) + 1
        if length > LONGEST_LINE or len(parts) > MOST_PARTS:
            return None
    return " ".join(parts)


def _parts(element: HtmlElement) -> Iterator[str]:
    if words := _joined(element.text):
        marks = _marks(element) if DIGIT.search(words) else ""
        yield (
            f"modified {words}"
            if CHANGE_MARK.search(marks)
            else f"published {words}"
            if PUBLISHED_MARK.search(marks)
            else words
        )
    for child in element:
        if isinstance(child.tag, str) and child.tag not in SILENT:
            yield from _parts(child)
        if words := _joined(child.tail):
            yield words
    if moment := element.get("datetime") or (element.get("content") if element.tag != "meta" else None):
        yield moment


def _marks(element: HtmlElement) -> str:
    return f"{element.get('class')} {element.get('id')} {element.get('itemprop')}"


def _line(text: str | None, is_marked: bool = False) -> Iterator[Line]:
    if joined := _joined(text):
        yield Line(joined, is_marked)


def _joined(text: str | None) -> str:
    return " ".join(text[:LONGEST_TEXT].split()) if text and not text.isspace() else ""
