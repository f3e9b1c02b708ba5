"""Titles of pages; every headline is composed."""

from __future__ import annotations

import json

import pytest
from lxml import html

from analysis.collect.extract.title import find_title, headlines

HEADLINE = "Regulator opens a test field for robots"
CHINESE = "监管部门支持人工智能企业创新发展"


def page(head: str = "", body: str = "") -> html.HtmlElement:
    return html.document_fromstring(f"<html><head>{head}</head><body><p>Text.</p>{body}</body></html>")


def shared(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (shared(HEADLINE), f"<h1>News</h1><h2>{HEADLINE}</h2>", HEADLINE),
        (shared(f"{HEADLINE} | The Composed Paper"), f"<h1>{HEADLINE}</h1>", HEADLINE),
        (shared(f"{HEADLINE} - paper.example"), f"<h1> {HEADLINE}\n</h1>", HEADLINE),
        (shared(f"{HEADLINE} – Paper") + '<meta property="og:site_name" content="Paper">', "", HEADLINE),
        (f"<title>{HEADLINE} | Politics | Paper</title>", f"<h1>{HEADLINE}</h1>", HEADLINE),
        (f"<title>{HEADLINE}</title>", "", HEADLINE),
        (shared("Chips &amp;amp; robots: what the ministry plans"), "", "Chips & robots: what the ministry plans"),
        (
            shared("监管部门支持人工智能企业创新发展｜日报"),
            "<h1>监管部门支持人工智能企业创新发展</h1>",
            "监管部门支持人工智能企业创新发展",
        ),
        (shared("Minister: more chips - and soon"), "<h1>Minister</h1>", "Minister: more chips - and soon"),
    ],
)
def test_the_title_is_what_the_page_says_of_itself_without_the_name_of_the_site(head, body, title):
    assert find_title(page(head, body)) == title


def test_a_page_without_any_title_has_none():
    assert find_title(page()) is None


def test_the_headline_of_structured_data_is_found_wherever_an_article_stands_in_it():
    data = {"@graph": [{"@type": "WebSite", "headline": "Paper"}, {"@type": ["NewsArticle"], "headline": HEADLINE}]}
    told = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    broken = '<script type="application/ld+json">{"@type": "Article", "headline": </script>'
    assert [*headlines(page(broken + told))] == [HEADLINE]
    assert find_title(page(told)) == HEADLINE


def linked(headline: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": headline})}</script>'


OTHER = "Ports get robots that sort parcels"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (shared(OTHER) + f"<title>{OTHER} | Paper</title>" + linked(HEADLINE), f"<h1>{HEADLINE}</h1>", HEADLINE),
        (shared(OTHER) + f"<title>{HEADLINE} | Paper</title>" + linked(HEADLINE), f"<h1>{HEADLINE}</h1>", OTHER),
        (shared(OTHER) + f"<title>{OTHER} | Paper</title>" + linked(HEADLINE), f"<h1>{OTHER}</h1>", OTHER),
    ],
)
def test_a_title_for_searching_gives_way_to_the_headline_that_heading_and_data_agree_on(head, body, title):
    assert find_title(page(head, body)) == title


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (shared(f"Ports | {HEADLINE}"), f"<h1>{HEADLINE}</h1>", HEADLINE),
        (shared(f"Robots in ports: {HEADLINE} | Ports News - Paper"), f"<h1>{HEADLINE}</h1>", HEADLINE),
        (shared(f"Ports | {HEADLINE}"), f"<h1>Ports | {HEADLINE}</h1>", f"Ports | {HEADLINE}"),
        ("", f"<h1><span class='article__kicker'>Ports</span> {HEADLINE}</h1>", HEADLINE),
        ("", f"<h1><span class='overline'>Ports</span><i class='h-offscreen'> - </i><b>{HEADLINE}</b></h1>", HEADLINE),
        (
            "",
            "<h1><span class='topline'>Regulator opens a test field</span>: robots</h1>",
            "Regulator opens a test field: robots",
        ),
        ("", "<h1>Regulator opens a test\u00adfield</h1>", "Regulator opens a testfield"),
    ],
)
def test_a_kicker_is_no_part_of_the_headline(head, body, title):
    assert find_title(page(head, body)) == title


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (shared(f"{HEADLINE} | News | Ministry of Ports"), "<h1>Ministry opens ports</h1>", HEADLINE),
        (
            shared(f"{HEADLINE}: the \u2018Port\u2019 | Paper"),
            f"<h1>{HEADLINE}: the 'Port'</h1>",
            f"{HEADLINE}: the \u2018Port\u2019",
        ),
        (f"<title>Ministry - {HEADLINE}</title>", f"<h1>Ministry of Ports</h1><h2>{HEADLINE}</h2>", HEADLINE),
        (f"<title>MoP | {HEADLINE}</title>", "<h1 class='aural'>Navigation and service of the ministry</h1>", HEADLINE),
        ("<title>News</title>", f"<h1>{HEADLINE}</h1>", HEADLINE),
        (shared(f"{HEADLINE}: firms may test them in six ports"), f"<h1>{HEADLINE}</h1>", HEADLINE),
        (
            shared("Robots: firms may test them in six ports"),
            "<h1>Robots in ports</h1>",
            "Robots: firms may test them in six ports",
        ),
    ],
)
def test_the_name_of_the_site_is_taken_off_and_hidden_headings_do_not_count(head, body, title):
    assert find_title(page(head, body)) == title


def test_the_title_of_the_listing_goes_first_unless_it_is_cut_off():
    head = shared(f"{OTHER} | Paper") + '<meta property="og:site_name" content="Paper">'
    assert find_title(page(head), listed=f"{HEADLINE} - Paper") == HEADLINE
    assert find_title(page(head), listed="Regulator opens a test field \u2026") == OTHER
    assert find_title(page(head), listed=" ") == OTHER


def test_broken_data_still_tell_the_headline():
    assert (
        find_title(page('<script type="application/ld+json">{"@type": "Article", "headline": "' + HEADLINE + '", </script>'))
        == HEADLINE
    )
