from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from analysis.collect.extract import extract
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."


def read(document, **more):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return extract(content, "a.json", TODAY, **more)


def rule(document, **more):
    with pytest.raises(UnreadableError) as caught:
        read(document, **more)
    return caught.value.rule


def test_text_is_found_in_the_named_field():
    fields = {"title": "T <b>x</b>", "body": "no", "body_md": ENGLISH, "url": "https://a.example/1", "publisher": "P"}
    document = {**fields, "date": "2025-03-04T23:00:00-05:00"}
    found = read(document, text_field="body_md")
    assert (found.format, found.text, found.title) == ("json", ENGLISH, "T x")
    assert (found.published_on, found.published_at) == (date(2025, 3, 4), datetime(2025, 3, 5, 4, tzinfo=UTC))
    assert (found.address, found.publisher) == ("https://a.example/1", "P")
    assert rule(document, text_field="lacking") == "no_text"
    assert rule(document, text_field="body_md.deeper") == "no_text"


def test_a_point_leads_into_an_object():
    document = {"content": {"full": {"words": ENGLISH}}, "metadata": {"title": "A plan", "date": "March 4, 2025"}}
    found = read(document, text_field="content.full.words")
    assert (found.text, found.title, found.published_on) == (ENGLISH, "A plan", date(2025, 3, 4))


@pytest.mark.parametrize("part", ["article", "document", "data", "attributes", "content", "metadata", "details"])
def test_what_objects_inside_a_document_tell_counts_after_its_own_fields(part):
    found = read({part: {"text": ENGLISH, "title": "Inner", "url": "https://a.example/2"}, "title": "Outer"})
    assert (found.text, found.title, found.address) == (ENGLISH, "Outer", "https://a.example/2")


def test_html_in_a_document_becomes_text():
    details = {"body": f"<div><p>{ENGLISH}</p><script>evil()</script></div>"}
    content = json.dumps({"details": details, "first_published_at": "2025-03-04T10:00:00Z"}).encode()
    found = extract(content, "a", TODAY, media_type="application/json")
    assert (found.text, found.published_on) == (ENGLISH, date(2025, 3, 4))


def test_a_whole_page_in_a_field_is_read_as_one():
    menu = "<nav><ul><li><a href='/a'>Home</a><li><a href='/b'>Contact the ministry</a></ul></nav>"
    article = f"<article><h1>A plan</h1><p>{ENGLISH} {ENGLISH}</p><p>{ENGLISH} {ENGLISH}</p></article>"
    text = read({"html": f"<!doctype html><html><body>{menu}{article}</body></html>"}).text
    assert ENGLISH in text
    assert "Contact" not in text


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"datePublished": "2025-03-04", "dateModified": "2025-03-08"}, date(2025, 3, 4)),
        ({"first_published_at": "2025-03-04T10:00:00+01:00", "public_updated_at": "2025-03-08"}, date(2025, 3, 4)),
        ({"first_published_at": None, "public_updated_at": "2025-03-04"}, date(2025, 3, 4)),
        ({"details": {"first_public_at": "2025-03-04"}, "public_updated_at": "2025-03-08"}, date(2025, 3, 4)),
        ({"published": True, "date": "4 March 2025"}, date(2025, 3, 4)),
        ({"published": "yes", "date": "4 March 2025"}, date(2025, 3, 4)),
        ({"pubDate": "Tue, 04 Mar 2025 10:00:00 +0000"}, date(2025, 3, 4)),
        ({"date": "Feb. 4, 2025"}, date(2025, 2, 4)),
        ({"occurred_at": "2025-03-04"}, date(2025, 3, 4)),
        ({"scraped_at": "2025-03-04", "updated_at": "2025-03-04", "deadline": "2025-03-04"}, None),
        ({"date": "soon"}, None),
        ({"date": 1741046400}, None),
        ({}, None),
    ],
)
def test_the_day_of_publication_is_the_first_that_is_told(dates, day):
    assert read({"text": ENGLISH, **dates}).published_on == day


def test_the_moment_of_collection_is_no_day_of_publication():
    taken = {"text": ENGLISH, "scraped_at": "2025-03-04T13:21:52.434155"}
    assert read({**taken, "published_date": "2025-03-04T13:21:52.434094"}).published_on is None
    assert read({**taken, "published_date": "2025-03-04T13:21:52.4", "date": "3 March 2025"}).published_on == date(2025, 3, 3)
    assert read({**taken, "published_date": "2025-03-04T10:00:00"}).published_on == date(2025, 3, 4)
    assert read({**taken, "published_date": "2025-03-04"}).published_on == date(2025, 3, 4)


@pytest.mark.parametrize("unwanted", ["\ud800", "\x00"])
def test_characters_that_no_parser_takes_are_left_out(unwanted):
    found = read({"title": f"{unwanted} abc", "text": f"<p>{unwanted}{ENGLISH}</p>", "publisher": f"P{unwanted}"})
    assert (found.title, found.text, found.publisher) == ("abc", ENGLISH, "P")


def test_a_publisher_may_be_an_object_and_a_document_alone_in_a_list():
    assert read([{"articleBody": ENGLISH, "publisher": {"name": "P"}}]).publisher == "P"
    assert read({"text": ENGLISH, "publisher": 7}).publisher is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_in_its_encoding(encoding):
    assert read(json.dumps({"text": f"{ENGLISH} é"}, ensure_ascii=False).encode(encoding)).text == f"{ENGLISH} é"


@pytest.mark.parametrize(
    ("content", "broken"),
    [
        (b"[1, 2]", "no_text"),
        (b"7", "no_text"),
        (b"{broken", "broken_json"),
        (b"[" * 100_000, "broken_json"),
        (b"{}", "no_text"),
    ],
    ids=range(5),
)
def test_json_that_holds_no_document_is_refused(content, broken):
    assert rule(content) == broken
