from __future__ import annotations

import time
from datetime import date

import pytest

from analysis.collect.extract import extract
from analysis.collect.extract.lines import find_language, first_line_title, join_lines, join_words, tidy

TODAY = date(2025, 3, 10)
ENGLISH = "The ministry of economy published a plan for the chip industry on Tuesday."
CHINESE = "市场监管总局今日发布公告，要求平台企业停止要求商家二选一的行为，并对违法企业处以罚款。"
FRENCH = "Le ministère a annoncé une réforme générale : les opérateurs devront être agréés dès l’été, a précisé la ministre."


def read(text, name="a.md"):
    return extract(text.encode(), name, TODAY)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"A plan for chips\n\n{ENGLISH}", "A plan for chips"),
        (f"{ENGLISH}\n{ENGLISH}", None),
        ("A title alone", None),
        ("x" * 151 + "\n" + "y" * 200, None),
        ("公告：\n" + CHINESE, None),
        (f"PRESS RELEASE\nBerne, 4 March 2024\nA plan for chips\n{ENGLISH}", "A plan for chips"),
        (f"新闻稿\n芯片计划\n{CHINESE}", "芯片计划"),
        (f"关于芯片产业\n发展计划的通知\n发布日期：2024-03-04\n{CHINESE}", "关于芯片产业发展计划的通知"),
        (f"A plan for\nchips\nPublished on: 4 March 2024\n{ENGLISH}", "A plan for chips"),
        (f"《关于芯片产业的计划》的“一图读懂”\n发布日期：2024-03-04\n{CHINESE}", "《关于芯片产业的计划》的“一图读懂”"),
        (f"关于芯片的通知\n\n某部门\n发布日期：2024-03-04\n{CHINESE}", "关于芯片的通知"),
        ("", None),
    ],
)
def test_a_first_line_is_a_title_only_where_it_can_be(text, title):
    assert first_line_title(text) == title
    assert len(text) < 20 or read(text, "a.txt").title == title


def test_front_matter_of_markdown_is_read_with_colons_in_titles():
    found = read(
        '---\ntitle: "Plan: the second part"\ndate: 2025-03-04\nurl: https://a.example/x\nsource: The Ministry\nempty:\n---\n'
        "# Heading\n\nThe **ministry** published [a plan](https://b.example/y) for *chips*.\n- one point\n"
        "> a quote ![x](y.png)\n"
    )
    assert found.text == "Heading\n\nThe ministry published a plan for chips.\none point\na quote"
    assert (found.format, found.title, found.published_on) == ("md", "Plan: the second part", date(2025, 3, 4))
    assert (found.address, found.publisher) == ("https://a.example/x", "The Ministry")


def test_markdown_without_front_matter_has_its_heading_for_a_title():
    found = read(f"# A plan: chips\r\n\r\n{ENGLISH}\r\n", "a.markdown")
    assert (found.title, found.published_on, found.address) == ("A plan: chips", None, None)
    assert found.text == f"A plan: chips\n\n{ENGLISH}"


def test_a_day_at_the_head_of_markdown_and_text_is_found():
    assert read(f"# A plan\n\n*Published:* 4 March 2024\n\n{ENGLISH}").published_on == date(2024, 3, 4)
    assert read(f"A plan\nBerne, 4 March 2024\n{ENGLISH}", "a.txt").published_on == date(2024, 3, 4)
    assert read(f"A plan\n{ENGLISH}", "a.txt").published_on is None


def test_control_characters_and_loose_blanks_are_gone():
    assert tidy("a\x00\x07b\x1b \t c \r\nd\u2028e\x0bf\n\n\n\n g\x7f\ufffe\ud800 ") == "ab c\nd\ne\nf\n\ng"
    assert (
        read("Control\x00\x07 characters \x1bgo away from here\x7f.", "a.txt").text == "Control characters go away from here."
    )


def test_lines_broken_at_a_width_are_joined_and_paragraphs_kept():
    assert join_lines("The plan is\nnew.\nIt is good.\n\nnext") == "The plan is new.\nIt is good.\n\nnext"
    assert join_lines("公告发布，平台企业\n应当遵守规定。\n企业") == "公告发布，平台企业应当遵守规定。\n企业"
    assert join_lines("The long line of the European\nCommission ends.\nShort heading\nNext one.") == (
        "The long line of the European Commission ends.\nShort heading\nNext one."
    )


def test_lists_labels_and_headings_are_not_joined_to_the_line_before():
    wide = "A line that is as wide as the others are"
    for following in ("- A point", "1. A point", "一、总体要求", "（一）总体要求", "发布日期：2024-03-04", "Members:"):
        assert join_lines(f"{wide}\n{following}") == f"{wide}\n{following}"


def test_words_broken_at_a_line_end_are_joined():
    assert join_lines("semi-\nconductor") == "semiconductor"
    assert join_lines("semi\ufffe\nconductor") == "semiconductor"
    assert join_lines("Franco-\nGerman") == "Franco-German"
    assert join_words(["发展计划", "的通知"]) == "发展计划的通知"
    assert join_words(["A plan", "for chips"]) == "A plan for chips"


def test_a_line_that_is_to_stay_stays_unless_the_one_before_breaks_off():
    assert join_lines("Minutes of the long board meeting\n4 March", lambda line: line == "4 March").endswith("\n4 March")
    assert join_lines("Minutes of the meeting held on\n4 March", lambda line: line == "4 March").endswith("on 4 March")


def test_too_little_to_tell_a_language_is_undetermined():
    assert find_language("123 456 !") == "und"
    assert find_language(FRENCH) == "fr"


@pytest.mark.parametrize(
    "piece", ["[", "![", "[a](b", "**", "*a ", "`a", "# ", "> ", "---\n", "a\n", "a-\n", "发布日期：\n", "1.", "\ufffe\n"]
)
def test_hostile_text_is_read_in_time(piece):
    text = piece * (500_000 // len(piece)) + "Some words that end it."
    begun = time.process_time()
    read(text)
    join_lines(text)
    assert time.process_time() - begun < 20
