from __future__ import annotations

import time
from datetime import date

import pytest

from analysis.collect.extract.dateline import event_day, is_dateline, stated_day

TODAY = date(2025, 3, 10)
DAY = date(2024, 3, 4)
BODY = "The ministry said on 2 February 2023 that it would look at the rules.\nFirms had asked for it since 1 May 2022."
RULES = "为规范平台企业行为，根据2021年5月1日公布的办法，现就有关事项通知如下。\n一、加强管理，落实2022年6月2日会议要求。"


def stated(text, language="en"):
    return stated_day(text, TODAY, language)


@pytest.mark.parametrize(
    "head",
    [
        "发布日期: 2024-03-04",
        "发布日期：2024年3月4日 来源：经济报",
        "来源：经济报   发布时间：2024-03-04",
        "2024-03-04 22:07 来源： 经济报",
        "發布日期：2024/3/4",
        "公布日期：二〇二四年三月四日",
        "발표\n배포일시: 2024. 3. 4.",
        "公表日：令和6年3月4日",
        "For immediate release: March 4, 2024",
        "FOR IMMEDIATE RELEASE\nMonday, March 4, 2024",
        "For release at 2:00 p.m. EST, March 4, 2024",
        "Not to be released until 8:50 a.m.\nLocal time on Monday,\nMarch 4, 2024",
        "Published: 4 March 2024",
        "Published on 4 March 2024",
        "**Date:** 4 March 2024",
        "Publié le 4 mars 2024",
        "Veröffentlicht am 4. März 2024",
        "Fecha de publicación: 4 de marzo de 2024",
        "Дата публикации: 4 марта 2024",
        "Pubblicato il 4 marzo 2024",
        "成文日期：2024年3月4日",
        "4 March 2024",
        "Monday, March 4, 2024",
        "Berne, 4 March 2024",
        "Paris, le 4 mars 2024",
        "Berlin, den 4. März 2024",
        "Madrid, 4 de marzo de 2024",
        "CAPITAL CITY, March 4, 2024 — The ministry published a plan today.",
        "CAPITAL CITY, March 4, 2024 (Wire) -- The ministry published a plan today.",
    ],
)
def test_a_day_is_found_at_the_head_of_a_text(head):
    assert stated(f"A plan for chips\n{head}\n\n{BODY}") == DAY


@pytest.mark.parametrize(
    "foot",
    [
        "经济发展厅\n2024年3月4日",
        "经济发展厅\n二〇二四年三月四日\n（此件公开发布）",
        "经济发展厅办公室 2024年3月4日",
        "经济发展厅　　　2024年3月4日",
        "经济发展厅2024年3月4日",
        "某省办公厅2024年3月4日印发",
    ],
)
def test_the_day_of_a_signature_is_found_at_the_foot(foot):
    assert stated(f"关于平台企业的通知\n{RULES}\n\n{foot}\n", "zh") == DAY


def test_the_day_of_a_signature_is_found_before_an_annex():
    annex = "\n".join(["附件：平台企业名单"] + [f"{number}、某某企业有限公司" for number in range(300)])
    assert stated(f"关于平台企业的通知\n{RULES}\n经济发展厅\n2024年3月4日\n{annex}", "zh") == DAY


def test_a_place_and_day_at_the_foot_is_the_day_of_publication():
    assert stated(f"{BODY}\nThe board meets again on April 10, 2024.\nLima, March 4, 2024.") == DAY


def test_a_day_with_a_place_is_that_of_publication_though_a_meeting_was_held_on_it():
    assert stated(f"Statement\nBerne, 4 March 2024\nThe board meeting on 4 March 2024 was long.\n{BODY}") == DAY
    assert stated(f"Statement\nMonday, 4 March 2024\nThe board meeting on 4 March 2024 was long.\n{BODY}") is None


def test_what_is_labelled_goes_before_a_signature():
    assert stated(f"通知\n发布日期:2024-03-04\n{RULES}\n经济发展厅\n2024年2月28日", "zh") == DAY


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        RULES,
        "Meeting of March 2024\nMarch 2024\n" + BODY,
        "Published: 4 March 2024\nPublished: 5 March 2024\n" + BODY,
        "4 March 2024\n5 March 2024\n" + BODY,
        "4 March 2026\n" + BODY,
        "Published: 4 March 2026\n" + BODY,
        "Date: 03/04/2024\n" + BODY,
        "Minutes of the board\n4 March 2024\nHeld on 4 March 2024\n" + BODY,
        "The report published on 4 March 2024 by the office is long.\n" + BODY,
        "The law of 4 March 2024\n" + BODY,
        "通知\n" + RULES + "\n某厅\n2024年3月4日\n附件：办法\n" + "一、内容如下。\n" * 300 + "某局\n2024年1月2日",
        "讲话\n（2024年3月4日）\n" + RULES,
        "",
    ],
)
def test_a_day_is_never_made_up(text):
    assert stated(text, "zh" if "通知" in text or "讲话" in text else "en") is None


def test_digits_that_could_be_read_in_two_orders_are_no_day_unless_they_cannot_differ():
    assert stated(f"Date: 25/02/2025\n{BODY}") == date(2025, 2, 25)
    assert stated(f"Date: 02/02/2025\n{BODY}") == date(2025, 2, 2)
    assert stated(f"Datum: 4.3.2024\n{BODY}", "de") == DAY


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Совет директоров 4 марта 2024 года принял решение сохранить ставку. Инфляция замедляется.", "ru"),
        ("On 4 March 2024 the Board decided to keep the rate. Inflation is slowing.", "en"),
        ("Le 4 mars 2024, le conseil a décidé de maintenir le taux.", "fr"),
        ("통화정책방향2024 3 4 위원회는 다음과 같이 정하였다", "ko"),
    ],
)
def test_the_day_of_a_decision_in_the_first_words_counts_where_nothing_else_is_told(text, language):
    assert stated(text, language) == DAY
    assert stated(f"5 March 2024\n{text}", language) == date(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "Совет директоров принял решение повысить ставку с 4 марта 2024 года.",
        "On 4 March 2024 a fire destroyed the archive of the ministry.",
        "Rate 2024 13 40 of the board decided",
    ],
)
def test_other_first_words_tell_no_day(text):
    assert stated(text, "ru") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Minutes of the meeting on 4 March 2024", DAY),
        ("Minutes of the committee meeting ending on 4 March 2024\n6 March 2024", DAY),
        ("Hearing held on 4 March 2024", DAY),
        ("1. Date of meeting: Monday, March 4, 2024", DAY),
        ("会议日期：2024年3月4日", DAY),
        ("领导小组2024年3月4日召开会议", DAY),
        ("The hearing on 4 March 2024 and the meeting on 5 March 2024", None),
        ("发布日期：2024年3月4日", None),
        ("The law of 4 March 2024", None),
        ("x" * 800 + " held on 4 March 2024", None),
    ],
)
def test_the_day_of_a_meeting_is_found_where_the_first_lines_name_one(text, day):
    assert event_day(text) == day


@pytest.mark.parametrize(
    "line", ["4 March 2024", "Berne, 4 March 2024", "2024年3月4日", "二〇二四年三月四日", "Monday, 4 March 2024"]
)
def test_a_line_with_nothing_but_a_day_is_a_dateline(line):
    assert is_dateline(line)


@pytest.mark.parametrize("line", ["The law of 4 March 2024", "March", "", "4 March 2024 is the day on which it begins", "12"])
def test_another_line_is_no_dateline(line):
    assert not is_dateline(line)


@pytest.mark.parametrize(
    "piece", ["a ", "a, ", "发布日期", "2024年", "4 March 2024\n", "某厅\n2024年3月4日\n", "date: ", "—", "(", "for release "]
)
def test_hostile_text_is_searched_in_time(piece):
    begun = time.process_time()
    stated_day(piece * (1_000_000 // len(piece)), TODAY, "zh")
    event_day(piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < 20
