"""The day a page was first published: what its data say, then what stands beside its headline, then what can be searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from typing import Any

from lxml.html import HtmlElement

from analysis.collect.extract.byline import Byline, find_headline, read_byline
from analysis.collect.extract.days import MONTH_FIRST, Moment, Order, read_moment, spelled_days
from analysis.collect.extract.structured import is_article, kinds, works
from analysis.collect.listing.entries import parse_day

PUBLISHED_NAME = re.compile(
    r"(?!.*(?:last|modif|updat|expir|dcsext|unpubl|publisher|image|video:(?!release)))"
    r"(?:.*(?:publish|publication|mediator_published)[_.:-]?(?:ed)?[_.:-]?(?:date|time|at|on)?|.*date[_.:-]?published|.*pub-?date"
    r"|.*pub-date|.*date[_.:-](?:issued|publication)|(?:dc|dcterms)[.:]issued|citation_(?:online_)?date|sailthru\.date|og:regdate"
    r"|video:release_date)"
)
"""Names of meta elements that tell the first publication."""
OTHER_NAME = re.compile(
    r"date|(?:dc|dcterms)[.:](?:date|created|date\.created)|(?:article\.|content_create_|article_)?(?:created|date_?created)"
    r"|article_date_original|content_create_date|displaydate|doc_date|gentime|release_date|dcsext\.articlefirstpublished"
)
"""Names of meta elements that tell the first publication on some sites, and on others that of the file or its last change."""
DATED = "//*[@itemprop='datePublished' or @property='datePublished' or @property='schema:datePublished' or @pubdate]"
ADDRESS_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)"
    r"(?:/(0?[1-9]|1[0-2])/([0-3]?\d)|([_-])(0?[1-9]|1[0-2])\4([0-3]?\d)|(0[1-9]|1[0-2])([0-3]\d))(?![\dA-Za-z])"
)
TITLE_END = re.compile(r"[^\d.\s]\s+[|\u2013\u2014\u00b7-]\s+([^|\u2013\u2014\u00b7]{6,30})$")
ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]{4,12} ?[+-]\d\d:?\d\d")
AMERICAN_HOST = re.compile(r"https?://[^/?#]{1,250}\.(?:gov|mil|us)(?![\w.-])", re.I)
MIDNIGHT = time()
WESTERNMOST, EASTERNMOST = timedelta(hours=-10), timedelta(hours=13)


@dataclass
class Page:
    """A page with what reading its dates needs; its data and its byline are read once, and only when asked for."""

    tree: HtmlElement
    address: str | None = None

    @cached_property
    def language(self) -> str:
        """The language that the page declares, English when none."""
        return self.tree.get("lang") or self.tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "en"

    @cached_property
    def order(self) -> Order:
        """The order of day and month in digits: that of the page's language and region."""
        region = self.tree.xpath("string(//meta[@property='og:locale']/@content)") if len(self.language) == 2 else ""
        code = str(region or self.language).lower().replace("_", "-")
        return "MDY" if code in MONTH_FIRST or self.language == "en" and AMERICAN_HOST.match(self.address or "") else "DMY"

    @cached_property
    def title(self) -> str:
        """The title for sharing, or that of the head."""
        shared = self.tree.xpath("string(//meta[@property='og:title']/@content)")
        return str(shared or self.tree.xpath("string(//title)"))

    @cached_property
    def works(self) -> list[dict[str, Any]]:
        """The works of its JSON-LD."""
        return works(self.tree)

    @cached_property
    def byline(self) -> Byline:
        """The days beside its headline."""
        return read_byline(self.tree, self.language, self.order, self.title)

    def moment(self, text: Any) -> Moment | None:
        """Return the moment that a text tells in the page's language; None for none."""
        return read_moment(text, self.language, self.order) if isinstance(text, str) else None


def find_published_on(tree: HtmlElement, markup: str, address: str | None, today: date) -> date | None:
    """Return the day a page was first published, as its publisher counts days; None when the page does not tell it.

    What the page states of itself goes first; a page that states only days after `today` has none. A day that has to be
    searched for counts only where it is spelled to the day.
    """
    page = Page(tree, address)
    is_announced_somewhere = False
    for source in STATED:
        if moment := next(source(page), None):
            day = _local_day(moment, page, today)
            is_announced = day > today or source is _from_byline and day in page.byline.announced
            if not is_announced:
                return day
            if source is _from_byline:
                return None
            is_announced_somewhere = True
    return None if is_announced_somewhere else _searched(page, markup, today)


def _from_articles(page: Page) -> Iterator[Moment]:
    yield from _told_by([work for work in page.works if is_article(work)], "datePublished", page)


def _from_head(page: Page) -> Iterator[Moment]:
    yield from _from_meta(page, PUBLISHED_NAME)


def _from_other_works(page: Page) -> Iterator[Moment]:
    yield from _told_by(page.works, "datePublished", page)
    yield from _told_by([work for work in page.works if is_article(work)], "dateCreated", page)
    yield from _told_by([work for work in page.works if "VideoObject" in kinds(work)], "uploadDate", page)


def _told_by(told: list[dict[str, Any]], name: str, page: Page) -> Iterator[Moment]:
    for work in told:
        value = work.get(name)
        if moment := page.moment(value[0] if isinstance(value, list) and value else value):
            yield moment


def _from_meta(page: Page, name: re.Pattern[str]) -> Iterator[Moment]:
    for meta in page.tree.iter("meta"):
        told = ((meta.get(key) or "")[:60].strip().lower() for key in ("property", "name", "itemprop"))
        if any(name.fullmatch(text) for text in told) and (moment := page.moment(meta.get("content") or meta.get("datetime"))):
            yield moment


def _from_byline(page: Page) -> Iterator[Moment]:
    for day in (*page.byline.published, *page.byline.changed):
        yield Moment(day)


def _from_microdata(page: Page) -> Iterator[Moment]:
    headline = find_headline(page.tree, page.title)
    for element in page.tree.xpath(DATED):
        scope = next(element.iterancestors("article", "li", "aside", "footer"), None)
        if headline is not None and scope is not None and scope not in headline.iterancestors():
            continue
        told = (element.get("datetime"), element.get("content"), element.text_content())
        yield from [moment for text in told if (moment := page.moment(text))][:1]


def _from_title(page: Page) -> Iterator[Moment]:
    if found := TITLE_END.search(page.title):
        for spelled in spelled_days(found[1], page.language, page.order):
            yield Moment(spelled.day)


def _from_address(page: Page) -> Iterator[Moment]:
    canonical = page.tree.xpath("string(//link[@rel='canonical']/@href)")
    for found in ADDRESS_DAY.finditer(page.address or canonical or ""):
        month, day = found[2] or found[5] or found[7], found[3] or found[6] or found[8]
        if told := parse_day(f"{found[1]}-{month:0>2}-{day:0>2}"):
            yield Moment(told)


def _from_other_meta(page: Page) -> Iterator[Moment]:
    yield from _from_meta(page, OTHER_NAME)


STATED: tuple[Callable[[Page], Iterator[Moment]], ...] = (
    _from_articles,
    _from_head,
    _from_byline,
    _from_microdata,
    _from_other_works,
    _from_title,
    _from_address,
    _from_other_meta,
)
"""Where a page states its day, the surest first."""


def _local_day(moment: Moment, page: Page, today: date) -> date:
    """Return the day of a moment in the publisher's zone, where the page shows the same moment in it too.

    A day in UTC can be the day before or after the one that the reader sees.
    """
    if moment.instant and moment.day > today:
        # East of Greenwich the next day has begun.
        return moment.instant.date()
    if moment.instant is None or moment.is_local or moment.instant.time() == MIDNIGHT:
        return moment.day
    times = [other for element in page.tree.iter("time") if (other := page.moment(element.get("datetime")))]
    contents = (text for text in page.tree.xpath("//meta/@content") if ZONED.match(text))
    heads = [other for text in contents if (other := page.moment(text))]
    for other in (*times, *heads):
        if other.is_local and other.instant == moment.instant and other.day <= today:
            return other.day
    farthest = {(moment.instant + WESTERNMOST).date(), (moment.instant + EASTERNMOST).date()}
    shown = page.byline.published[0] if page.byline.published else moment.day
    is_of_other_moment = any(other.instant and other.day == shown for other in times)
    return shown if shown in farthest and shown <= today and not is_of_other_moment else moment.day


def _searched(page: Page, markup: str, today: date) -> date | None:
    from htmldate import find_date

    # Its extensive search takes dates of other articles and out of addresses for that of the page.
    found = find_date(
        _without_surroundings(page.tree),
        extensive_search=False,
        original_date=True,
        url=page.address,
        max_date=today.isoformat(),
    )
    day = _stated_day(parse_day(found), markup)
    # A day that only a search finds is that of a clock on the page when it is that of the visit.
    return None if day == today else day


def _without_surroundings(tree: HtmlElement) -> HtmlElement:
    """Return a copy of a page without what stands beside and below its article."""
    copied = deepcopy(tree)
    for element in [*copied.iter("aside", "nav", "footer")]:
        if next(element.iterancestors("article", "main"), None) is None and element.getparent() is not None:
            element.drop_tree()
    return copied


def _stated_day(day: date | None, markup: str) -> date | None:
    """Return the day found in a page; None for the first of a month that the page does not spell.

    The search for a date makes a first of January of a bare year, and a first of the month of a bare month.
    """
    return day if day is None or is_spelled(day, markup) else None


def is_spelled(day: date, markup: str) -> bool:
    """Tell whether a page spells a first of a month to the day; other days cannot come from a bare month or year, and count."""
    if day.day != 1:
        return True
    month, year = day.month, rf"(?:{day.year}|{day.year % 100:02}(?!\d))"
    spelled = (
        rf"(?<![\d.])0?1([./-])0?{month}\1{year}|(?<![\d.])0?{month}([./-])0?1\2{year}|{day.year}([./-])0?{month}\3\s?0?1(?!\d)"
        rf"|{day.year}{month:02}01|{day.year}\s?[年년]\s?0?{month}\s?[月월]\s?0?1\s?[日일]"
        rf"|(?<!\d)0?1(?:er|st|º|\.)?\s+(?:de\s+)?[^\W\d]{{3,20}}\.?,?\s+(?:del?\s+)?{year}"
        rf"|[^\W\d]{{3,20}}\.?\s+0?1(?:st)?,?\s+{year}"
    )
    return re.search(spelled, markup) is not None
