"""The dates of listings: what is a full day, and what stays empty."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest

from analysis.collect.listing.dates import read_day


@pytest.mark.parametrize(
    ("text", "languages", "day"),
    [
        ("6 March 2025", "en", 6), ("March 6, 2025", "en", 6), ("Thursday, Mar. 6, 2025 | News", "en", 6),
        ("Published 6th of March 2025 at 10:00", "en", 6), ("06-Mar-2025", "en", 6), ("Thu, 06 Mar 2025 10:00:00 GMT", "en", 6),
        ("6 mars 2025", "fr", 6), ("jeudi 6 MARS 2025", "fr", 6), ("1er mars 2025", "fr", 1), ("6. März 2025", "de", 6),
        ("06.Mär.2025", "de", 6), ("6 de marzo de 2025", "es", 6), ("6 marzo del 2025", "es", 6),
        ("1º de março de 2025", "pt", 1), ("令和7年3月6日", "ja", 6),
        ("06/mar/2025", "pt", 6), ("6 marzo 2025", "it", 6), ("1° marzo 2025", "it", 1),
        ("6 maart 2025", "nl", 6), ("6 mrt. 2025", "nl", 6), ("6 mars 2025", "sv", 6), ("6 मार्च 2025", "hi", 6),
        ("2025年3月6日", "zh", 6), ("２０２５年３月６日", "ja", 6), ("2025 年 3 月 6 日", "zh", 6), ("2025. 3. 6.", "ko", 6),
        ("2025년 3월 6일", "ko", 6), ("/dias/2025/03/06/pdfs/a.pdf", "es", 6), ("6 mars 2025", "de fr", 6),
        ("6 March 2025", "", 6), ("6 mars 2025", "en", 6), ("No. 2025-12 - 6 March 2025", "en", 6),
    ],
)  # fmt: skip
def test_a_day_in_words_is_read(text, languages, day):
    assert read_day(text, "", None, languages.split()) == (date(2025, 3, day), None)


@pytest.mark.parametrize(
    "text",
    [
        "March 2025", "2025", "6 March", "6 March 25", "31 February 2025", "6 ju 2025", "6 notes 2025",
        "March 6-8, 2025",
        "3-6 March 2025", "3 – 6 March 2025", "3 and 6 March 2025", "3. bis 6. March 2025", "2025-12 - 6", "yesterday", "10:30",
        "0001-01-01T00:00:00", "1900-01-01", "1970-01-01 00:00", "00/00/0000", "March 6 1025",
    ],
)  # fmt: skip
def test_what_is_no_full_day_of_these_languages_stays_empty(text):
    assert read_day(text, "", "DMY", ("en", "no language", "xx")) == (None, None)


def test_an_epoch_number_gives_its_day_in_utc_or_in_the_declared_zone():
    late = datetime(2025, 3, 3, 16, 30, tzinfo=UTC)
    for number, pattern in ((late.timestamp(), "epoch_s"), (int(late.timestamp() * 1000), "epoch_ms")):
        assert read_day(number, pattern) == (date(2025, 3, 3), late)
        assert read_day(str(number), pattern, zone="Asia/Shanghai") == (date(2025, 3, 4), late)
    assert read_day(0, "epoch_s") == read_day("nan", "epoch_s") == read_day(True, "epoch_s") == (None, None)


@pytest.mark.parametrize(
    ("text", "pattern", "day", "hour"),
    [
        ("2025-03-04 00:30:00", "", 4, 16), ("2025-03-04T00:30+09:00", "", 3, 15), ("2025-03-03T16:30:00Z", "", 4, 16),
        ("04/03/2025 00:30", "%d/%m/%Y %H:%M", 4, 16), ("2025-03-04", "", 4, None), ("04/03/2025", "%d/%m/%Y", 4, None),
        ("2025-03-04T99:30", "", 4, None),
    ],
)  # fmt: skip
def test_a_moment_has_the_day_of_the_declared_zone_and_is_meant_there_where_it_names_none(text, pattern, day, hour):
    found, moment = read_day(text, pattern, zone="Asia/Shanghai")
    assert (found, moment and moment.hour) == (date(2025, 3, day), hour)


@pytest.mark.parametrize("worst", ["6 march ", "1 a ", "1-", "1.2.", " ", "a" * 20 + " 1 ", "2025年"])
def test_a_long_text_costs_no_time_to_look_for_a_day_in(worst):
    begun = time.process_time()
    read_day(worst * (1_000_000 // len(worst)), "", "DMY", ("fr", "de"))
    assert time.process_time() - begun < 20


@pytest.mark.parametrize(
    ("text", "pattern", "day"),
    [
        ("2025-03-04", "", date(2025, 3, 4)), ("2025年3月4日", "", date(2025, 3, 4)), ("[2025.3.4]", "", date(2025, 3, 4)),
        ("04/03/2025", "%d/%m/%Y", date(2025, 3, 4)), ("March 4, 2025", "%B %d, %Y", date(2025, 3, 4)),
        ("1741046400", "epoch_s", date(2025, 3, 4)), ("03-04", "", None), ("2025-13-04", "", None), ("2025年13月4日", "", None),
        ("soon", "%d/%m/%Y", None), ("soon", "epoch_s", None), (None, "", None), ("9" * 30, "epoch_ms", None),
    ],
)  # fmt: skip
def test_a_day_is_read_or_stays_empty(text, pattern, day):
    assert read_day(text, pattern)[0] == day
