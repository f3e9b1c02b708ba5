"""Feeds made to do harm: bounded in time and size, and nothing outside of them is opened."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from analysis.collect.listing.entries import plain_text
from analysis.collect.listing.feed import read_feed
from analysis.collect.listing.feed.markup import ELEMENT_LIMIT, PART_LIMIT
from analysis.collect.listing.feed.vocabulary import ENTRY_LIMIT, REPEAT_LIMIT
from analysis.errors import ListingError

ADDRESS = "https://ministry.example/news/feed.xml"
SECONDS = 20.0
"""Far above what is needed for so many bytes, far below what time in their square needs."""


def rss(inner):
    return b"<rss version='2.0'><channel>" + inner + b"</channel></rss>"


def entry(inner):
    return rss(b"<item><title>T</title>" + inner + b"</item>")


def read_in_time(content):
    begun = time.process_time()
    try:
        return read_feed(content, ADDRESS)
    finally:
        assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    "inner",
    [
        b"<author>" + b"a" * 128_000 + b"</author>",
        b"<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>" + b"a." * 64_000 + b"</dc:creator>",
        b"".join(b"<category>%d</category>" % number for number in range(10_000)),
        b"<guid " + b"".join(b"a%d='1' " % number for number in range(20_000)) + b"/>",
        b"<description><![CDATA[" + b"".join(b"<font size=%d>" % number for number in range(20_000)) + b"]]></description>",
        b"<description>" + b"&lt;a " * 50_000 + b"</description>",
    ],
    ids=["author", "creator", "categories", "attributes", "fonts", "tags"],
)
def test_no_element_takes_time_in_the_square_of_its_length(inner):
    assert read_in_time(entry(inner)).entries[0].title == "T"


@pytest.mark.parametrize(
    "part",
    [
        b'<a b="',
        b"<a b='<a c=\"",
        b"<a ",
        b"<a>",
        b"</a>",
        b"<![CDATA[",
        b"<!--",
        b"<?",
        b"<!>",
        b"<![>",
        b"&",
        b"&a",
        b"<",
        b"]]>",
    ],
)
@pytest.mark.parametrize("end", [b"", b">"])
def test_no_broken_markup_takes_time_in_the_square_of_its_length(part, end):
    content = b"<rss version='2.0'><channel><title>News</title>&" + part * (600_000 // len(part)) + end
    with suppress(ListingError):
        assert read_in_time(content).title == "News"


@pytest.mark.parametrize(
    "markup",
    ["<a b='", "<a b=\"<a c='", "<script></script", "<!--", "</p>", "<", "&", "<b><i></b></i>", "<a =", "<p " + "a " * 50],
)
def test_no_markup_takes_time_in_the_square_of_its_length(markup):
    begun = time.process_time()
    plain_text(markup * (1_000_000 // len(markup)))
    assert time.process_time() - begun < SECONDS


def test_more_entries_or_elements_than_any_feed_has_are_refused():
    with pytest.raises(ListingError, match=f"more than {ENTRY_LIMIT} entries"):
        read_in_time(rss(b"<item/>" * (ENTRY_LIMIT + 1)))
    with pytest.raises(ListingError, match=f"more than {ELEMENT_LIMIT} elements"):
        read_in_time(rss(b"<a/>" * (ELEMENT_LIMIT + 1)))
    with pytest.raises(ListingError, match=f"more than {PART_LIMIT} tags and texts"):
        read_in_time(b"<rss>&" + b"<a/>" * PART_LIMIT)
    items = b"{}," * ENTRY_LIMIT
    with pytest.raises(ListingError, match=f"more than {ENTRY_LIMIT} entries"):
        read_in_time(b'{"version": "https://jsonfeed.org/version/1", "items": [' + items + b"{}]}")


def test_of_elements_that_repeat_without_end_the_first_are_read():
    links = b"".join(b"<link>/%d</link>" % number for number in range(REPEAT_LIMIT + 5))
    assert read_in_time(entry(links)).entries[0].address == f"https://ministry.example/{REPEAT_LIMIT - 1}"


def test_a_base_that_is_longer_than_any_address_is_none():
    content = b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='%s'><entry><link href='1'/></entry></feed>"
    assert read_in_time(content % (b"a/" * 1000)).entries[0].address == "https://ministry.example/news/1"
    assert read_in_time(content % b"a/").entries[0].address == "https://ministry.example/news/a/1"


def test_elements_nest_no_deeper_than_the_parser_bears():
    assert read_in_time(rss(b"<title>News</title>" + b"<channel>" * 5000)).title == "News"
    assert read_in_time(rss(b"<title>News</title><item>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</item>")).title == "News"


def test_no_file_is_put_in_for_an_entity(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for declared in (f"<!ENTITY x SYSTEM '{secret.as_uri()}'>", f"<!ENTITY % p SYSTEM '{secret.as_uri()}'> %p;"):
        content = f"<!DOCTYPE rss [{declared}]><rss version='2.0'><channel><item><title>a&x;b</title></item></channel></rss>"
        assert read_in_time(content.encode()).entries[0].title == "a&x;b"


def test_an_entity_bomb_does_not_grow():
    levels = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
    bomb = f"<!DOCTYPE rss [<!ENTITY l0 'lol'>{levels}]><rss version='2.0'><channel><title>&l11;</title></channel></rss>"
    assert len(read_in_time(bomb.encode()).title) < 100
    flat = f"<!DOCTYPE rss [<!ENTITY a '{'x' * 200}'>]><rss version='2.0'><channel>{'&a;' * 100_000}</channel></rss>"
    with pytest.raises(ListingError, match="entities stand for more than"):
        read_in_time(flat.encode())
