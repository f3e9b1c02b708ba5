"""The dates of feeds: what is read, and what is not made up."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from analysis.collect.listing.feed import read_feed
from analysis.collect.listing.feed.moments import read_date


def moment(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Tue, 04 Mar 2025 10:00:00 GMT", moment(2025, 3, 4, 10)),
        ("Tue, 4 Mar 2025 10:00 +0100", moment(2025, 3, 4, 9)),
        ("Tuesday, March 4, 2025 10:00 am EST", moment(2025, 3, 4, 15)),
        ("March 4, 2025, 12:30 p.m.", moment(2025, 3, 4, 12, 30)),
        ("04-Mar-25 10:00:00 GMT+08:00", moment(2025, 3, 4, 2)),
        ("4 Sept. 2025 10:00:00 Z", moment(2025, 9, 4, 10)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", moment(2016, 12, 31, 23, 59, 59)),
        ("Tue Mar  4 10:00:00 2025", moment(2025, 3, 4, 10)),
        ("Tue Mar 4 10:00:00 KST 2025", moment(2025, 3, 4, 1)),
        ("mar., 04 Mar 2025 10:00:00 CET", moment(2025, 3, 4, 9)),
        ("2025-03-04T10:00:00.5+08:00", moment(2025, 3, 4, 2, 0, 0, 500_000)),
        ('<time datetime="2025-03-04T10:00:00Z">Tuesday</time>', moment(2025, 3, 4, 10)),
    ],
)
def test_a_moment_is_read_in_utc(text, told):
    assert read_date(text)[1] == told


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Tue, 04 Mar 2025", date(2025, 3, 4)),
        ("4 Mar 2025 10:00:00 XYZ", date(2025, 3, 4)),
        ("4 Mar 2025 10:00:00 IST", date(2025, 3, 4)),
        ("4 Mar 2025 25:00:00 GMT", date(2025, 3, 4)),
        ("4 Mar 99", date(1999, 3, 4)),
        ("2025-03-04", date(2025, 3, 4)),
        ("4 mars 2025", date(2025, 3, 4)),
        ("2025年3月4日", date(2025, 3, 4)),
    ],
)
def test_a_day_without_a_known_moment_is_a_day(text, day):
    assert read_date(text, languages=("fr",)) == (day, None)


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "today", "Mar 2025", "2025", "2025-03", "31 Feb 2025 10:00:00 GMT", "03/04/2025", "10:00", "Tue",
        "Mon, 01 Jan 0001 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00Z", None, 20250304,
        "4 Mar 2025 " * 50,
    ],
)  # fmt: skip
def test_what_tells_no_day_is_no_date(text):
    assert read_date(text) == (None, None)


def test_digits_are_read_in_the_order_that_is_told():
    assert read_date("03/04/2025", "DMY")[0] == date(2025, 4, 3)
    assert read_date("03/04/2025", "MDY")[0] == date(2025, 3, 4)


def test_an_american_and_a_chinese_zone_of_one_name_are_told_apart_by_the_language():
    assert read_date("4 Mar 2025 10:00:00 CST")[1] == moment(2025, 3, 4, 16)
    assert read_date("4 Mar 2025 10:00:00 CST", languages=("zh-CN",))[1] == moment(2025, 3, 4, 2)


def entry(inner):
    content = f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:t="http://purl.org/dc/terms/"><entry>{inner}</entry></feed>'
    return read_feed(content.encode()).entries[0]


def test_the_publication_counts_before_a_change_and_a_change_before_the_making():
    made, changed = "<t:created>2025-03-01T10:00:00Z</t:created>", "<updated>2025-03-03T10:00:00Z</updated>"
    published = "<published>2025-03-02T10:00:00Z</published>"
    assert entry(made + changed + published).published_on == date(2025, 3, 2)
    assert entry(made + changed).published_on == date(2025, 3, 3)
    assert entry(made).published_at == moment(2025, 3, 1, 10)
    assert entry(f"<published>0001-01-01T00:00:00Z</published>{changed}").published_on == date(2025, 3, 3)
    assert (entry("<title>T</title>").published_on, entry("<title>T</title>").published_at) == (None, None)


def test_the_order_and_the_languages_of_a_source_reach_its_feeds_dates():
    content = b"<rss version='2.0'><channel><item><pubDate>%s</pubDate></item></channel></rss>"
    days = [
        read_feed(content % b"03/04/2025", order="DMY").entries[0].published_on,
        read_feed(content % b"4 mars 2025", languages=("fr",)).entries[0].published_on,
    ]
    assert days == [date(2025, 4, 3), date(2025, 3, 4)]
