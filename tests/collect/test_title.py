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
