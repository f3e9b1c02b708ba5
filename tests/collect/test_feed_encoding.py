"""In which encoding a feed is read: its mark, then what the server says, then what it says itself, then the likeliest."""

from __future__ import annotations

import json

import pytest

from analysis.collect.listing.feed import read_feed

TITLE = "Décret n° 5 – l’été"


def xml(title, declared=None):
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    return f"{declaration}<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"


def title_of(content, charset=None):
    return read_feed(content, charset=charset).entries[0].title


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("form", ["xml", "json"])
def test_wide_and_marked_feeds_are_read_whatever_else_is_said(encoding, form):
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": TITLE}]}
    text = xml(TITLE, "iso-8859-1") if form == "xml" else json.dumps(feed, ensure_ascii=False)
    assert title_of(text.encode(encoding), "iso-8859-1") == TITLE


def test_the_server_is_believed_before_the_feed():
    content = xml("Łódź", "iso-8859-1").encode("iso-8859-2")
    assert title_of(content, "iso-8859-2") == "Łódź"
    assert title_of(xml("法令公布", "utf-8").encode("big5"), "big5") == "法令公布"


def test_the_feed_is_believed_where_the_server_says_nothing_or_cannot_be_right():
    assert title_of(xml("Łódź", "iso-8859-2").encode("iso-8859-2")) == "Łódź"
    assert title_of(xml("法令公布", "gb2312").encode("gbk"), "utf-8") == "法令公布"
    assert title_of(xml("규칙", "euc-kr").encode("euc-kr"), "no-such-encoding") == "규칙"


def test_bytes_that_are_sound_utf_8_are_no_other_encoding():
    assert title_of(xml(TITLE, "iso-8859-1").encode(), "windows-1252") == TITLE


def test_one_bad_byte_costs_a_feed_no_other_character():
    content = xml(TITLE * 20, "utf-8").encode().replace(b"n\xc2\xb0", b"n\xb0", 1)
    assert title_of(content).count("l’été") == 20


def test_a_feed_that_says_nothing_is_read_in_the_likeliest_encoding():
    assert title_of(xml("Verordnung über künstliche Intelligenz und Datenschutz").encode("cp1252")) == (
        "Verordnung über künstliche Intelligenz und Datenschutz"
    )


def test_a_feed_tells_in_what_it_was_read():
    assert read_feed(xml("규칙", "euc-kr").encode("euc-kr")).encoding == "cp949"
