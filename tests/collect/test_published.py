"""Days of publication of pages; every page is composed."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from lxml import html

from analysis.collect.extract.published import find_published_on

TODAY = date(2024, 6, 1)
DAY = date(2024, 3, 4)
HEADLINE = "Regulator opens a test field for robots"
PARAGRAPH = (
    "<p>" + "The regulator said on Monday that firms may test their robots in six ports from the summer onwards. " * 4 + "</p>"
)


def found(head="", body=PARAGRAPH, address=None, language="en", above="", today=TODAY):
    markup = (
        f"<html lang='{language}'><head><title>{HEADLINE} | Paper</title>{head}</head>"
        f"<body>{above}<h1>{HEADLINE}</h1>{body}</body></html>"
    )
    return find_published_on(html.document_fromstring(markup), markup, address, today)


def linked(**data):
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **data})}</script>'


def meta(name, content):
    return f'<meta property="{name}" content="{content}">'


def test_the_article_goes_before_the_images_and_videos_of_its_data():
    image = {"@type": "ImageObject", "datePublished": "2024-03-01"}
    assert found(linked(image=image, video=[image | {"@type": "VideoObject"}], datePublished="2024-03-04T10:00:00Z")) == DAY


def test_the_data_of_the_article_go_before_the_head():
    head = meta("article:published_time", "2024-03-09T10:00:00Z") + linked(datePublished="2024-03-04T10:00:00Z")
    assert found(head) == DAY


@pytest.mark.parametrize(
    "head",
    [
        linked(datePublished="Mon, Mar 4 2024 10:01:41 EST"),
        linked(datePublished=["2024-03-04"]),
        linked(dateCreated="2024-03-04", dateModified="2024-03-08"),
        '<script type="application/ld+json">{"@type":"VideoObject","uploadDate":"2024-03-04"}</script>',
        '<script type="application/ld+json">{"@type":"WebPage","datePublished":"2024-03-04"}</script>',
        '<script type="application/ld+json">{"@type":"Article","datePublished":"2024-03-04","x":}</script>',
    ],
)
def test_structured_data_tell_the_day_in_several_ways(head):
    assert found(head) == DAY


@pytest.mark.parametrize(
    "name",
    [
        "article:published_time",
        "og:published_time",
        "datePublished",
        "DC.date.issued",
        "dcterms.issued",
        "citation_publication_date",
        "citation_date",
        "parsely-pub-date",
        "sailthru.date",
        "pubdate",
        "PubDate",
        "publish_date",
        "publication_date",
        "firstPublishedAt",
        "date",
        "DC.date",
        "created",
    ],
)
def test_the_head_tells_the_day_under_many_names(name):
    assert found(f'<meta name="{name}" content="2024-03-04">') == DAY


@pytest.mark.parametrize(
    "name", ["article:modified_time", "lastPublishedDate", "og:updated_time", "publisher", "article:publisher", "expires"]
)
def test_the_head_tells_other_days_that_do_not_count(name):
    assert found(f'<meta name="{name}" content="2024-03-04">') is None


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("<p class='date'>4 March 2024</p>", "en"),
        ("<div><span>Monday, March 4, 2024</span> <span>By A. Writer</span></div>", "en-US"),
        ("<p>03/04/2024</p>", "en-US"),
        ("<p>04/03/2024</p>", "en-GB"),
        ("<p>发布时间：2024-03-04 来源：日报</p>", "zh"),
        ("<p>2024年3月4日</p>", "zh"),
        ("<p>關於召開會議的通知 發布日期：2024年3月4日</p>", "zh"),
        ("<p>公開日：令和6年3月4日</p>", "ja"),
        ("<p>등록일 2024.03.04</p>", "ko"),
        ("<p>Berlin, 4. März 2024 – " + "Der Regler öffnet die Häfen für die Roboter der Firmen. " * 6 + "</p>", "de"),
        ("<p>Publié le 4 mars 2024 à 10h</p>", "fr"),
        ("<p>4 de marzo de 2024</p>", "es"),
        ("<p>Pubblicato il 4 marzo 2024</p>", "it"),
        ("<p>4 de março de 2024</p>", "pt"),
        ("<p>4 maart 2024</p>", "nl"),
        ("<p>4 марта 2024, 10:00</p>", "ru"),
        ("<p>4 Mart 2024 Pazartesi</p>", "tr"),
        ("<p>4 marca 2024</p>", "pl"),
        ("<p><time datetime='2024-03-04T10:00:00+01:00'>yesterday</time></p>", "en"),
        ("<ul class='meta'><li>News</li><li>4 March 2024</li></ul>", "en"),
    ],
)
def test_the_day_beside_the_headline_is_read_in_many_languages(line, language):
    assert found(body=line + PARAGRAPH, language=language) == DAY


def test_the_day_above_the_headline_counts_when_none_stands_below():
    assert found(above="<p>Press release, 4 March 2024</p>") == DAY
    assert found(above="<p>1 March 2024</p>", body="<p>4 March 2024</p>") == DAY


@pytest.mark.parametrize(
    "line",
    [
        "<p>Published: 4 March 2024. Last updated: 8 March 2024</p>",
        "<p>Last updated 8 March 2024</p><p>Published 4 March 2024</p>",
        "<p><time itemprop='dateModified'>2024-03-08</time> <time itemprop='datePublished'>2024-03-04</time></p>",
        "<p>Meeting of 1 March 2024</p><p>4 March 2024</p>",
        "<p>4 March 2024</p><p>Deadline: 1 May 2024</p>",
        "<p>Letzte Änderung: 08.03.2024</p><p>Datum: 04.03.2024</p>",
        "<p>更新时间：2024-03-08</p><p>发布时间：2024-03-04</p>",
        "<p>Updated <time datetime='2024-03-08'>8 March 2024</time></p><p>4 March 2024</p>",
        "<p>Updated: 4 March 2024</p>" + PARAGRAPH + "<p>Other robots <b>1 March 2024</b></p>",
    ],
)
def test_days_of_changes_and_of_events_are_not_the_day_of_publication(line):
    assert found(body=line + PARAGRAPH) == DAY


def test_the_day_of_a_change_is_better_than_none():
    assert found(body="<p>Last updated 4 March 2024</p>" + PARAGRAPH) == DAY


def test_the_day_beside_the_headline_goes_before_a_date_in_the_head_that_may_be_that_of_the_file():
    assert found('<meta name="date" content="2024-03-08">', body="<p>4 March 2024</p>" + PARAGRAPH) == DAY


@pytest.mark.parametrize(
    "head",
    [
        meta("article:published_time", "2024-03-04T23:30:00-05:00"),
        linked(datePublished="2024-03-04T01:30:00+09:00"),
        linked(datePublished="2024-03-05T04:30:00Z") + '<meta itemprop="x" content="2024-03-04T23:30:00-05:00">',
    ],
)
def test_the_day_is_that_of_the_publishers_zone(head):
    assert found(head) == DAY


def test_a_day_in_utc_gives_way_to_the_neighbouring_day_that_the_reader_sees():
    line = "<p>March 4, 2024 at 8:30 p.m.</p>"
    assert found(linked(datePublished="2024-03-05T04:30:00Z"), body=line) == DAY
    assert found(linked(datePublished="2024-03-03T15:30:00Z"), body=line) == DAY
    assert found(linked(datePublished="2024-03-05T20:30:00Z"), body=line) == date(2024, 3, 5)
    assert found(linked(datePublished="2024-03-05T00:00:00Z"), body=line) == date(2024, 3, 5)
    assert found(linked(datePublished="2024-03-07T04:30:00Z"), body=line) == date(2024, 3, 7)
    changed = "<p><time datetime='2024-03-05T11:46:00Z'>11:46</time></p>"
    assert found(linked(datePublished="2024-03-04T20:30:00Z"), body=changed) == DAY


def test_microdata_count_where_they_belong_to_the_article():
    far = "<p>" + "Robots carry boxes and sort parcels in the ports of the region. " * 40 + "</p>"
    assert found(body=far + "<div itemprop='datePublished' content='2024-03-04'></div>") == DAY
    assert found(body=far + "<li><i itemprop='datePublished' content='2024-03-04'></i>Other news</li>") is None


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://a.example/2024/03/04/robots", DAY),
        ("https://a.example/news/2024-3-4-robots.html", DAY),
        ("https://a.example/news/20240304/robots", DAY),
        ("https://a.example/20240304IPR11111", None),
        ("https://a.example/2024/03/robots", None),
        ("https://a.example/2024/13/44/robots", None),
        ("https://a.example/id/120240304", None),
    ],
)
def test_the_address_tells_the_day_when_the_page_does_not(address, day):
    assert found(address=address) == day
    assert found(f'<link rel="canonical" href="{address}">') == day


def test_the_title_tells_the_day_at_its_end():
    assert found(meta("og:title", f"{HEADLINE} | Paper | 04.03.2024")) == DAY
    assert found(meta("og:title", "Report of the week 1 - 4 March 2024")) is None


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("", "<footer>© 2023 Paper. 4 March 2024</footer>"),
        ("", "<aside><time datetime='2024-03-04'>4 March 2024</time> Other news</aside>"),
        (
            "",
            "<p>The minister said that the law of 4 March 2024 had opened the ports to robots and their makers.</p>"
            + PARAGRAPH,
        ),
        ("", "<p>March 2024</p>"),
        ("", "<p>2024</p>"),
        (meta("article:published_time", "2024-07-04"), ""),
        (linked(datePublished="2024-07-04"), "<p>Posted 5 July 2024</p>"),
        ("", "<p>Published on 4 July 2024</p><ul><li class='release-date'>4 March 2024 Other news</li></ul>"),
        ("", "<p>Published on 4 March 2024. These minutes will be published on 4 March 2024.</p>"),
        ("", "<p>Today is 4 March 2024</p>"),
    ],
)
def test_a_day_is_never_made_up_nor_taken_from_elsewhere_nor_after_today(head, body):
    assert found(head, body) is None


def test_a_clock_of_the_site_is_not_the_day_of_the_article():
    clock = "<header class='masthead'><span class='date'>Saturday, 1 June 2024</span></header>"
    assert found(above=clock) is None
    assert found(above=clock, body="<p>4 March 2024</p>" + PARAGRAPH) == DAY


def test_a_moment_that_is_tomorrow_east_of_greenwich_is_told_as_the_day_in_utc():
    assert found(meta("article:published_time", "2024-06-02T02:00:00+08:00")) == TODAY


def far(line):
    """Return a body in which a line stands too far from the headline to belong to it."""
    return PARAGRAPH * 12 + f"<div class='date'>{line}</div>"


def test_a_day_far_from_the_headline_is_found_by_searching():
    assert found(body=far("4 March 2024")) == DAY
    assert found(body=far("1 March 2024")) == date(2024, 3, 1)
    assert found(body=far("1 June 2024")) is None


@pytest.mark.parametrize("line", ["February 2024", "02/2024", "Winter 2024"])
def test_a_first_of_the_month_counts_only_where_it_is_spelled(line):
    assert found(body=far(line)) is None
    assert found(body=far("01.02.2024")) == date(2024, 2, 1)


def test_the_day_of_the_visit_counts_where_the_head_states_it():
    assert found('<meta name="date" content="2024-06-01">') == TODAY


def test_american_pages_write_the_month_first():
    assert found(body="<p>03/04/2024</p>", address="https://robots.gov/news") == DAY
    assert found(meta("og:locale", "en_US"), body="<p>03/04/2024</p>") == DAY
    assert found(body="<p>04/03/2024</p>", address="https://robots.gov.example/news") == DAY


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 3000 + "x" * 200_000,
        "<span>1.1.2 </span>" * 20_000,
        "4 March " * 50_000,
        "<time>x</time>" * 20_000,
        "<li itemprop='datePublished'>x" * 2000,
        '<script type="application/ld+json">{"@type":"Article","</script>' * 3000,
    ],
    ids=range(6),
)
def test_a_hostile_page_takes_no_more_than_its_length(body):
    begun = time.process_time()
    assert found(body=body) is None
    assert time.process_time() - begun < 20
