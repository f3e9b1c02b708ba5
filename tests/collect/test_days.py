"""Days in texts; every text is composed."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest

from analysis.collect.extract.days import Moment, month_number, read_moment, spelled_days

DAY = date(2024, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-04",
        "2024/3/4",
        "2024. 03. 04.",
        "04.03.2024",
        "4/3/2024",
        "4.3.24",
        "2024年3月4日",
        "２０２４年３月４日",
        "2024 年 3 月 4 日",
        "2024년 3월 4일",
        "令和6年3月4日",
        "民國113年3月4日",
        "二〇二四年三月四日",
        "4 March 2024",
        "4th of March 2024",
        "March 4, 2024",
        "Mar. 4th, 2024",
        "4. März 2024",
        "4 mars 2024",
        "4 de marzo de 2024",
        "4 marzo 2024",
        "4 de março de 2024",
        "4 maart 2024",
        "4 марта 2024 г.",
        "4 березня 2024",
        "4 Mart 2024",
        "4 marca 2024",
        "4. března 2024",
        "2024. március 4.",
        "2024 m. kovo 4 d.",
        "2024. gada 4. marts",
        "4 Μαρτίου 2024",
        "ngày 4 tháng 3 năm 2024",
        "4 มีนาคม 2567",
        "٤ مارس ٢٠٢٤",
        "4 मार्च 2024",
        "04-Mar-2024",
        "Mon Mar 04 21:00:22 GMT 2024",
    ],
)
def test_a_day_is_read_in_many_languages_and_orders(text):
    assert [spelled.day for spelled in spelled_days(f"Paris, {text} – News")] == [DAY]


@pytest.mark.parametrize(
    "text",
    [
        "March 2024",
        "2024年3月",
        "4 March",
        "2024",
        "31.02.2024",
        "10:30:24",
        "version 1.2.24.5",
        "+49 30 2024 1234",
        "4 chips 2024",
        "v4.3.24",
    ],
)
def test_what_tells_no_day_tells_none(text):
    assert spelled_days(text) == []


def test_the_order_of_day_and_month_is_the_one_asked_for_where_digits_leave_it_open():
    assert [spelled.day for spelled in spelled_days("03/04/2024", order="MDY")] == [date(2024, 3, 4)]
    assert [spelled.day for spelled in spelled_days("03/04/2024", order="DMY")] == [date(2024, 4, 3)]
    assert [spelled.day for spelled in spelled_days("03/14/2024", order="DMY")] == [date(2024, 3, 14)]


def test_a_name_that_means_two_months_is_read_in_the_language_of_the_page():
    assert month_number("listopada", "hr") == 10
    assert month_number("listopada", "pl") == 11
    assert month_number("Sept", "de") == 9
    assert month_number("ma", "en") is None
    assert month_number("Ministry", "en") is None


def test_days_keep_their_places_and_their_order():
    text = "First on 5 May 2024, then on 2024-05-06."
    assert [(text[found.start : found.end], found.day) for found in spelled_days(text)] == [
        ("5 May 2024", date(2024, 5, 5)),
        ("2024-05-06", date(2024, 5, 6)),
    ]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-04", Moment(DAY)),
        ("2024-03-04T10:30:00Z", Moment(DAY, datetime(2024, 3, 4, 10, 30, tzinfo=UTC))),
        ("2024-03-04T23:30:00-05:00", Moment(DAY, datetime(2024, 3, 5, 4, 30, tzinfo=UTC), is_local=True)),
        ("2024-03-04 01:30 +0900", Moment(DAY, datetime(2024, 3, 3, 16, 30, tzinfo=UTC), is_local=True)),
        ("2024-03-04T23:15:0Z", Moment(DAY, datetime(2024, 3, 4, 23, 15, tzinfo=UTC))),
        ("Mon, 04 Mar 2024 10:30:00 GMT", Moment(DAY, datetime(2024, 3, 4, 10, 30, tzinfo=UTC))),
        ("Mo., 04.03.2024 - 14:45", Moment(DAY)),
        ("20240304", Moment(DAY)),
        ("20240304103000", Moment(DAY)),
        ("1709548200", Moment(DAY, datetime(2024, 3, 4, 10, 30, tzinfo=UTC))),
        ("1709548200000", Moment(DAY, datetime(2024, 3, 4, 10, 30, tzinfo=UTC))),
        ("2024-03-04T10:99:00Z", Moment(DAY)),
    ],
)
def test_a_moment_is_read_as_metadata_write_it(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2024-03", "0001-01-01T00:00:00Z", "12345", "2024-13-45"])
def test_what_is_no_moment_is_none(text):
    assert read_moment(text) is None


@pytest.mark.parametrize("part", ["1.", "12 ", "2024 ", "Januar 4 ", "9", "年1月", "- ", "1 de ", "a"])
def test_hostile_text_takes_no_more_than_its_length(part):
    begun = time.process_time()
    spelled_days(part * (300_000 // len(part)))
    assert time.process_time() - begun < 20
