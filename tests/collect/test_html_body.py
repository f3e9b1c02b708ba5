"""The main text of a page is its article alone: no boxes, no other articles, no headline, but its standfirst."""

from __future__ import annotations

import json
import time

import pytest
from lxml import html

from analysis.collect.extract.body import (
    as_stated,
    find_standfirst,
    main_text,
    stated_text,
    with_standfirst,
    without_headline,
)
from analysis.collect.extract.boxes import is_box, remove_boxes, remove_links_elsewhere, remove_other_articles
from tests.collect.pages import page

SENTENCES = [
    f"In its {count} point the decree obliges operators of large platforms to keep records and to show them to the authority."
    for count in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "last")
]
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
BOX_WORDS = "Twelve words that belong to no decree stand here and must be gone."


def tree(body: str, head: str = "") -> html.HtmlElement:
    return html.fromstring(page("Decree", body, head).decode())


def text(body: str, head: str = "") -> str:
    return main_text(tree(body, head))


def article(inner: str) -> str:
    return f"<main><article><h1>Decree on platforms</h1>{inner}</article></main>"


def test_the_text_is_the_paragraphs_in_order_a_line_each():
    assert text(article(PARAGRAPHS)).split("\n") == SENTENCES


@pytest.mark.parametrize(
    "name",
    [
        "fact-box", "ArticleFactbox", "infobox c-infobox", "cookie-notice", "newsletter_signup", "SubscribeForm",
        "paywall-offer", "author-bio", "about-the-author", "related",
        "c-related-articles", "recommended", "read-more", "see-also", "more-from",
        "most-read", "trending-now", "image-caption", "photo__credit", "media-info", "copyright", "breadcrumbs",
        "social-placeholder", "join-comments", "article-tags", "ai-summary",
    ],
)  # fmt: skip
def test_what_its_name_calls_a_box_is_no_text(name):
    box = f"<div class='{name}'><p>{BOX_WORDS}</p></div>"
    middle = len(PARAGRAPHS) // 2
    middle = PARAGRAPHS.index("<p>", middle)
    found = text(article(PARAGRAPHS[:middle] + box + PARAGRAPHS[middle:]))
    assert BOX_WORDS not in found
    assert all(sentence in found for sentence in SENTENCES)


@pytest.mark.parametrize(
    "name",
    [
        "entry-content-read-more",
        "post-related",
        "has-caption",
        "with-newsletter",
        "page-copyright",
        "content",
        "story-read-more",
        "",
    ],
)
def test_what_holds_a_whole_text_or_says_how_it_looks_is_no_box(name):
    assert not is_box(name)


def test_a_box_that_holds_much_of_the_page_or_its_heading_is_the_text():
    for inner in (PARAGRAPHS, f"<h1>Decree</h1><p>{SENTENCES[0]}</p>"):
        found = tree(f"<div class='related'>{inner}</div><p>{SENTENCES[1]}</p>")
        remove_boxes(found)
        assert SENTENCES[0] in found.text_content()


def test_boxes_go_from_a_page_without_paragraphs_only_where_they_are_small():
    rest = "<br>".join(SENTENCES)
    found = tree(f"<div>{rest}</div><div class='newsletter'>{BOX_WORDS}</div>")
    remove_boxes(found)
    assert BOX_WORDS not in found.text_content()
    kept = tree(f"<div class='newsletter'>{rest}</div><div>{BOX_WORDS}</div>")
    remove_boxes(kept)
    assert SENTENCES[0] in kept.text_content()


def test_an_element_of_the_sites_own_is_a_box_by_its_tag():
    found = tree(article(f"{PARAGRAPHS}<our-factbox><p>{BOX_WORDS}</p></our-factbox>"))
    remove_boxes(found)
    assert BOX_WORDS not in found.text_content()


def test_words_after_a_box_are_kept():
    found = tree(article(f"{PARAGRAPHS}<p>Before <span class='copyright'>(c) 2025</span> and after.</p>"))
    remove_boxes(found)
    assert "Before  and after." in found.text_content()


def test_articles_that_follow_the_first_are_other_texts():
    other = f"<article><h2>Another matter</h2><p>{BOX_WORDS}</p></article>"
    found = tree(article(PARAGRAPHS) + f"<div>{other}{other}</div>")
    remove_other_articles(found)
    assert BOX_WORDS not in found.text_content()
    assert SENTENCES[-1] in found.text_content()


def test_articles_inside_the_first_one_or_beside_a_short_one_stay():
    for body in (
        article(f"{PARAGRAPHS}<article><p>{BOX_WORDS}</p></article>"),
        article("") + f"<article><p>{BOX_WORDS}</p></article>",
    ):
        found = tree(body)
        remove_other_articles(found)
        assert BOX_WORDS in found.text_content()


@pytest.mark.parametrize(
    "piece",
    [
        f"<p><a href='/a'>{BOX_WORDS}</a></p>",
        "<p>Read more: <a href='/a'>Twelve words on something else</a></p>",
        "<h3>Lesen Sie auch: <a href='/a'>Twelve words on something else</a></h3>",
        "<p>Lire aussi : <a href='/a'>Twelve words on something else</a></p>",
        "<p>关联 <a></a></p><p>延伸阅读：<a href='/a'>Twelve words on something else</a></p>",
        "<ul>" + "".join(f"<li><a href='/{n}'>Twelve words on something else {n}</a></li>" for n in range(4)) + "</ul>",
        "<a href='/a'><div><p>Twelve words on something else</p></div></a>",
    ],
)
def test_links_to_other_articles_are_no_text(piece):
    found = tree(article(PARAGRAPHS + piece))
    remove_links_elsewhere(found)
    assert "Twelve words" not in found.text_content()
    assert SENTENCES[-1] in found.text_content()


@pytest.mark.parametrize(
    "piece",
    [
        "<p>The ministry wrote so in <a href='/a'>a letter</a> to the twelve operators.</p>",
        "<p><a href='#note'>A note further down that explains the twelve words</a></p>",
        "<ul><li>Records of twelve kinds, see <a href='/a'>annex</a></li><li>Names and addresses</li><li>Reports</li></ul>",
    ],
)
def test_links_inside_a_text_stay_with_it(piece):
    found = tree(article(PARAGRAPHS + piece))
    remove_links_elsewhere(found)
    assert html.fromstring(piece).text_content() in found.text_content()


def test_a_page_of_links_keeps_them():
    links = "".join(f"<p><a href='/{n}'>A headline about the matter, number {n}</a></p>" for n in range(20))
    found = tree(f"<h1>News</h1>{links}")
    remove_links_elsewhere(found)
    assert "number 19" in found.text_content()


def test_the_headline_and_what_stands_over_it_is_no_text():
    lines = ["Politics", "A decree was signed.", "Decree on platforms!", SENTENCES[0]]
    assert without_headline(lines, {"decreeonplatforms"}) == ["A decree was signed.", SENTENCES[0]]
    assert without_headline(lines, {"another"}) == lines
    assert text(article(PARAGRAPHS)).startswith(SENTENCES[0])


LEAD = "Operators of large platforms have to keep records from next year on, the ministry says."


def test_a_standfirst_is_put_before_the_text_that_lacks_it():
    described = f'<meta name="description" content="{LEAD}">'
    header = f"<header><h2><strong>{LEAD}</strong></h2></header>"
    assert find_standfirst(tree(header, described)) == LEAD
    assert text(f"{header}{article(PARAGRAPHS)}", described).split("\n") == [LEAD, *SENTENCES]


def test_a_description_that_the_page_does_not_show_as_its_own_is_no_standfirst():
    described = f'<meta property="og:description" content="{LEAD}">'
    assert find_standfirst(tree("<p>Other words</p>", described)) == ""
    assert find_standfirst(tree(f"<footer><p>{LEAD}</p></footer>", described)) == ""
    assert find_standfirst(tree(f"<p>{LEAD} {SENTENCES[0]}</p>", described)) == ""


def test_a_standfirst_is_not_said_twice():
    assert with_standfirst([LEAD.upper(), SENTENCES[0]], LEAD) == [LEAD.upper(), SENTENCES[0]]


def stating(words: str) -> str:
    data = {"@type": "NewsArticle", "articleBody": words}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_the_text_that_a_page_states_is_its_articles_longest_without_markup():
    assert stated_text(tree("<p>x</p>", stating("Short.") + stating("Longer words."))) == "Longer words."
    assert stated_text(tree("<p>x</p>", stating("<p>Longer words.</p>"))) == ""
    assert stated_text(tree("<p>x</p>")) == ""


def test_lines_after_the_end_of_the_stated_text_are_other_texts():
    assert as_stated([*SENTENCES, BOX_WORDS], " ".join(SENTENCES), tree("")) == SENTENCES


def test_a_text_found_in_part_is_completed_from_the_page_by_the_stated_one():
    found = tree(article(PARAGRAPHS + f"<p>{BOX_WORDS}</p>"))
    assert as_stated(SENTENCES[:4], " ".join(SENTENCES), found) == SENTENCES


def test_a_stated_text_of_other_words_or_of_few_counts_for_nothing():
    other = " ".join(f"Number {n} of another matter altogether, without a word in common." for n in range(20))
    lines = [*SENTENCES, BOX_WORDS]
    assert as_stated(lines, other, tree(article(PARAGRAPHS))) == lines
    assert as_stated(lines, SENTENCES[0], tree("")) == lines
    assert as_stated(SENTENCES[:4], " ".join(SENTENCES), tree("")) == SENTENCES[:4]


def test_a_page_whose_quick_reading_finds_little_is_read_thoroughly():
    teaser = "<div class='article-content'><p>A short notice stands in the block that looks like the text.</p></div>"
    found = text(f"<div>{teaser}</div><div class='longread'>{PARAGRAPHS}</div>")
    assert SENTENCES[0] in found
    assert SENTENCES[-1] in found


def test_a_page_without_text_has_none():
    assert text("") == ""


@pytest.mark.parametrize(
    "body",
    [
        "<div class='related'>" * 20_000 + "words",
        "<ul>" * 5_000 + "<li><a href='/a'>link</a>" * 5_000,
        "<p><a href='/a'>" + "x " * 300_000 + "</a></p>",
        "<a href='/a'><p>card</p></a>" * 20_000,
        f"<article><h1>Title</h1>{PARAGRAPHS}" + "<article><p>x</p>" * 5_000,
    ],
)
def test_a_hostile_page_takes_no_long_time(body):
    began = time.process_time()
    found = tree(body)
    for step in (remove_boxes, remove_other_articles, remove_links_elsewhere, find_standfirst):
        step(found)
    assert time.process_time() - began < 20
