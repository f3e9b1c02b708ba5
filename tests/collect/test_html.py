"""A page gives its text, title, day, address and publisher, and is parsed once."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import html

from analysis.collect.extract.html import HTML_LIMIT, find_address, find_publisher, read_html
from analysis.errors import UnreadableError
from tests.collect.pages import TODAY, page

SENTENCES = " ".join(f"Point {number} obliges operators of large platforms to keep records." for number in range(1, 12))
HEAD = (
    '<link rel="canonical" href="https://ministry.example.org/decree"><meta property="og:site_name" content="Ministry">'
    '<meta property="article:published_time" content="2025-03-04T09:00:00Z">'
)


def tree(head: str) -> html.HtmlElement:
    return html.fromstring(page("Decree", "<p>x</p>", head).decode())


def test_a_page_becomes_a_document():
    found = read_html(
        page("Decree on platforms | Ministry", f"<article><h1>Decree on platforms</h1><p>{SENTENCES}</p></article>", HEAD),
        TODAY,
    )
    assert (found.format, found.text, found.title) == ("html", SENTENCES, "Decree on platforms")
    assert (found.published_on, found.address) == (date(2025, 3, 4), "https://ministry.example.org/decree")
    assert (found.publisher, found.encoding) == ("Ministry", "utf-8")


def test_a_page_is_read_in_the_charset_of_its_answer():
    content = page("Décret", f"<article><p>Décret. {SENTENCES}</p></article>").decode().encode("cp1252")
    assert read_html(content, TODAY, "windows-1252").text.startswith("Décret.")


@pytest.mark.parametrize("content", [b"<html></html>", b"   ", b"<!doctype html>"])
def test_a_page_without_words_has_no_text(content):
    assert read_html(content, TODAY).text == ""


def test_a_page_that_is_too_large_is_refused():
    with pytest.raises(UnreadableError) as caught:
        read_html(b"<p>" + b"x" * HTML_LIMIT, TODAY)
    assert caught.value.rule == "too_large"


def test_the_address_for_sharing_goes_before_the_canonical_one():
    shared = '<meta property="og:url" content="https://example.org/shared">'
    canonical = '<link rel="canonical" href="https://example.org/canonical">'
    assert find_address(tree(shared + canonical)) == "https://example.org/shared"
    assert find_address(tree(canonical)) == "https://example.org/canonical"
    assert find_address(tree('<meta property="og:url" content="javascript:alert(1)">')) is None


def test_the_publisher_is_the_site_then_the_articles_publisher_then_the_host():
    site = '<meta property="og:site_name" content="The Site">'
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "publisher": {"name": "The Publisher"}}</script>'
    assert find_publisher(tree(data + site), None) == "The Site"
    assert find_publisher(tree(data), "https://www.example.org/a") == "The Publisher"
    assert find_publisher(tree(""), "https://www.example.org/a") == "example.org"
    assert find_publisher(tree(""), None) is None
