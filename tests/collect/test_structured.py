"""JSON-LD of pages; every article is composed."""

from __future__ import annotations

import json

import pytest
from lxml import html

from analysis.collect.extract.structured import articles, kinds, linked_data, works

ARTICLE = {"@type": "NewsArticle", "headline": "Robots in ports", "datePublished": "2024-03-04"}


def page(*scripts):
    told = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return html.document_fromstring(f"<html><head>{told}</head><body><p>Text.</p></body></html>")


@pytest.mark.parametrize(
    "data",
    [
        ARTICLE,
        [ARTICLE],
        {"@graph": [{"@type": "WebSite", "name": "Paper"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {"@type": ["Thing"], "mainEntityOfPage": [[ARTICLE]]},
    ],
)
def test_an_article_is_found_wherever_it_stands(data):
    assert articles(page(json.dumps(data))) == [ARTICLE]


@pytest.mark.parametrize("name", ["image", "video", "itemListElement", "liveBlogUpdate", "isPartOf", "comment", "mentions"])
def test_a_work_named_in_passing_is_not_the_page(name):
    assert articles(page(json.dumps({"@type": "WebPage", name: [ARTICLE]}))) == []


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type": "Article", "headline": "Robots"} -->',
        '//<![CDATA[\n{"@type": "Article", "headline": "Robots"}\n//]]>',
        '{"@type": "Article", "headline": "Robots",}',
        '{"@type": "Article", "headline": "Robots"};',
        '{"@type": "Article", "headline": "Robots", "articleBody": "line\nline"}',
        '{"@type": "Article", "headline": "Robots", "author": {"name": "A", "sameAs": ]}',
        '{"@type": "Organization", "logo": }, {"@type": "Article", "headline": "Robots"',
    ],
)
def test_broken_json_tells_what_it_can(script):
    assert [article["headline"] for article in articles(page(script))] == ["Robots"]


def test_a_broken_script_costs_only_itself():
    assert articles(page("{", json.dumps(ARTICLE), "", '"@type"')) == [ARTICLE]


def test_a_work_has_one_kind_or_many():
    assert kinds({"@type": "Article"}) == ["Article"]
    assert kinds({"@type": ["Article", "Report"]}) == ["Article", "Report"]
    assert [kinds(work) for work in works(page(json.dumps({"@type": "Person", "worksFor": {"@type": "Port"}})))] == [
        ["Person"],
        ["Port"],
    ]


def test_hostile_nesting_neither_ends_the_reading_nor_takes_long():
    deep = '{"@type":"Thing","next":' * 400 + json.dumps(ARTICLE) + "}" * 400
    assert articles(page(deep, "[" * 100_000, '{"a":[' * 50_000)) == [ARTICLE]
    assert [*linked_data(page("no json at all"))] == [{}]
