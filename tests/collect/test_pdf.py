from __future__ import annotations

from datetime import date

import pypdfium2
import pytest
from collect.files import pdf_file

from analysis.collect.extract import extract, pdf
from analysis.collect.extract.pdf import find_title, largest_words, without_running_lines
from analysis.errors import UnreadableError

TODAY = date(2025, 3, 10)
SENTENCE = "The ministry published a plan for the chip industry, and it asked firms for their views within a month."


def read(content):
    return extract(content, "a.pdf", TODAY)


def rule(content):
    with pytest.raises(UnreadableError) as caught:
        read(content)
    return caught.value.rule


def test_broken_lines_and_words_are_joined():
    found = read(
        pdf_file(
            ["The ministry published a plan for the semi-", "conductor industry and for", "quantum computers."], title="A plan"
        )
    )
    assert (found.format, found.language, found.published_on) == ("pdf", "en", None)
    assert found.text == "The ministry published a plan for the semiconductor industry and for quantum computers."


def test_running_heads_and_page_numbers_go_and_what_stands_on_the_first_page_stays():
    pages = [
        [
            "Ministry of Economy",
            f"Page {number} of 4",
            f"Part {7 * number}: {SENTENCE}",
            SENTENCE,
            "More of it.",
            "Annual report",
        ]
        for number in range(1, 5)
    ]
    text = read(pdf_file(*pages)).text
    assert "Page" not in text
    assert (text.count("Ministry of Economy"), text.count("Annual report")) == (1, 1)
    assert all(f"Part {7 * number}: {SENTENCE}" in text for number in range(1, 5))


@pytest.mark.parametrize(
    "number", ["- 7 -", "Page 7", "Page 7 of 9", "Seite 7 von 9", "7/9", "第7页", "第 7 页 共 9 页", "vii", "1"]
)
def test_a_page_number_is_known_in_its_forms(number):
    pages = [
        ["One line of text here.", "Two", "Three", "Four", "Five", number],
        ["Other", "text", "that", "goes", "on", "here"],
    ]
    assert number not in without_running_lines(pages)[0]


@pytest.mark.parametrize("line", ["2024", "57", "7 firms", "Page by page", "civil law"])
def test_what_only_looks_like_a_page_number_stays(line):
    pages = [["One line of text here.", line], ["Other", "text"]]
    assert line in without_running_lines(pages)[0]


def test_numbered_lines_at_the_edges_of_pages_stay_unless_they_count_the_pages():
    pages = [["Other text", f"Article {number}", "More", "Lines", "and", "words", "here"] for number in (3, 9, 4)]
    assert all(f"Article {number}" in lines for number, lines in zip((3, 9, 4), without_running_lines(pages), strict=True))
    pages = [[f"Yearly report 2025, {number}", "More", "Lines"] for number in (11, 12, 13)]
    assert not any("Yearly" in line for lines in without_running_lines(pages) for line in lines)


def test_lines_in_the_middle_of_pages_stay_however_often_they_come():
    pages = [[*"abcd", "total", *"efgh"], [*"ijkl", "total", *"mnop"]]
    assert without_running_lines(pages) == pages
    assert without_running_lines([["7"]]) == [["7"]]


def test_two_columns_are_read_one_after_the_other():
    left = [(f"left column line {number} of the", 11, (40, 700 - 16 * number)) for number in range(5)]
    right = [(f"right column line {number} of the", 11, (330, 700 - 16 * number)) for number in range(5)]
    text = read(pdf_file([*left, *right])).text
    assert text.index("left column line 4") < text.index("right column line 0")


@pytest.mark.parametrize(
    "stated",
    ["Microsoft Word - final2.doc", "untitled", "report_v3.indd", "Document1", "press-2024-03", "C:\\texts\\a", "7", "Slide 1"],
)
def test_what_a_program_wrote_for_a_title_is_none(stated):
    assert find_title(stated, None, f"Rules for chips\n{SENTENCE}") == "Rules for chips"
    assert find_title(stated, None, f"{SENTENCE}\n{stated}") is None


def test_a_stated_title_counts_before_others_when_the_text_bears_it_out():
    text = f"Ministry\nRules for\nchips 2025\n{SENTENCE}"
    assert find_title("Rules for Chips 2025", "Other", text) == "Rules for Chips 2025"
    assert find_title("Printing/scanning rules", None, f"{SENTENCE} Printing/scanning rules") == "Printing/scanning rules"
    assert find_title("Template of a note", "Rules for chips", text) == "Rules for chips"
    assert find_title("Template of a note", None, SENTENCE) == "Template of a note"


def test_the_largest_letters_are_the_title_though_a_letterhead_stands_above():
    head = [("Ministry of Economy", 13, (40, 740)), ("A plan for the", 22, (40, 700)), ("chip industry", 22, (40, 670))]
    body = [(SENTENCE, 10, (40, 600)), (SENTENCE, 10, (40, 580))]
    assert read(pdf_file([*head, *body])).title == "A plan for the chip industry"


def test_letters_that_stand_out_little_are_no_title():
    assert largest_words([(11.0, "Ministry of Economy"), (10.5, SENTENCE), (10.5, SENTENCE)]) is None
    assert largest_words([(22.0, "42"), (10.5, SENTENCE)]) is None
    assert largest_words([]) is None
    assert largest_words([(22.0, "A plan ends."), (22.0, "Then more"), (10.0, SENTENCE)]) == "A plan ends."


def test_a_date_line_stays_a_line_and_is_the_day_of_publication():
    found = read(pdf_file([("Minutes of the board that met on", 20), ("20 February 2025", 20), "4 March 2025", SENTENCE]))
    assert "\n4 March 2025\n" in found.text
    assert "met on 20 February 2025\n" in found.text
    assert found.published_on == date(2025, 3, 4)


def test_the_day_of_the_files_creation_is_no_date():
    content = pdf_file([SENTENCE]).replace(b"/Title ()", b"/CreationDate (D:20240304120000) /Title ()")
    assert pypdfium2.PdfDocument(content).get_metadata_dict()["CreationDate"]
    assert read(content).published_on is None


@pytest.mark.parametrize("content", [pdf_file([SENTENCE])[:200], b"%PDF-1.7 nothing more in it"])
def test_a_pdf_that_was_cut_off_is_refused(content):
    assert rule(content) == "broken_pdf"


def test_a_pdf_without_text_is_no_success():
    assert rule(pdf_file([""])) == "no_text"


def test_too_many_pages_or_characters_are_refused(monkeypatch):
    monkeypatch.setattr(pdf, "PAGE_LIMIT", 1)
    assert rule(pdf_file([SENTENCE], [SENTENCE])) == "too_large"
    monkeypatch.setattr(pdf, "CHARACTER_LIMIT", 50)
    assert rule(pdf_file([SENTENCE])) == "too_large"
