from __future__ import annotations

import time

import pytest

from analysis.collect.duplicates import normal_form, text_hash
from analysis.collect.duplicates.titles import compare_titles, document_number
from analysis.collect.duplicates.wording import Figures, compare_figures, figure_places, runs, words

SENTENCE = "The ministry bans chip exports."


@pytest.mark.parametrize("invisible", ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u202e"])
def test_invisible_characters_make_no_other_text(invisible):
    assert text_hash(None, SENTENCE.replace("i", f"i{invisible}")) == text_hash(None, SENTENCE)


@pytest.mark.parametrize(
    "copy",
    [SENTENCE.upper(), SENTENCE.replace(" ", "\n \u00a0"), f"  {SENTENCE}\n", SENTENCE.replace("fi", "ﬁ"), "Ｔ" + SENTENCE[1:]],
)
def test_copies_share_a_hash_however_they_are_typeset(copy):
    assert normal_form(copy) == "the ministry bans chip exports."
    assert text_hash("Title", copy) == text_hash(" TITLE", SENTENCE)


def test_another_text_or_title_has_another_hash():
    hashes = {
        text_hash("T", SENTENCE),
        text_hash("U", SENTENCE),
        text_hash("T", SENTENCE + "!"),
        text_hash(None, f"T {SENTENCE}"),
    }
    assert len(hashes) == 4
    assert all(len(digest) == 64 for digest in hashes)


def test_half_a_surrogate_pair_can_be_hashed():
    assert text_hash(None, "\ud800") != text_hash(None, "\ud801")


def test_words_are_compared_without_punctuation_and_unspaced_scripts_by_character():
    assert words("The rate — 4.25 %, “held”.") == ["the", "rate", "4.25", "held"]
    assert words("监管 AI，2025年") == ["监", "管", "ai", "2025", "年"]
    assert words("규제 완화") == ["규", "제", "완", "화"]


def test_runs_are_of_three_words_or_five_characters_and_a_short_text_is_one():
    assert runs(words("one two three four")) == {"one two three", "two three four"}
    assert runs(words("银行开放接口")) == {"银 行 开 放 接", "行 开 放 接 口"}
    assert runs(words("one two")) == {"one two"}
    assert runs([]) == set()


def test_numbers_and_days_are_compared_where_the_words_around_them_are_the_same():
    one = "The board sets the rate at 4.25 percent from 3 March 2025 on, and the quota stays at 300 tonnes a year."
    other = "The board sets the rate at 4.50 percent from 14 April 2025 on, and the quota stays at 300 tonnes a year."
    figures = compare_figures(figure_places(one), figure_places(other))
    assert (figures.agreeing, figures.changed, figures.day_gaps) == (1, (("4.25", "4.50"),), (42,))
    assert compare_figures(figure_places(one), figure_places("In other words, 4.50 percent.")) == Figures(0, (), ())


def test_days_are_known_in_several_languages():
    pairs = [
        ("Das Amt teilte am 3. März 2025 mit, dass", "Das Amt teilte am 4. März 2025 mit, dass"),
        ("L'autorité a annoncé le 3 mars 2025 que", "L'autorité a annoncé le 4 mars 2025 que"),
        ("本办法自二〇二五年三月三日起施行", "本办法自二〇二五年三月四日起施行"),
        ("本办法自2025年3月3日起施行", "本办法自2025年3月4日起施行"),
    ]
    for one, other in pairs:
        assert compare_figures(figure_places(one), figure_places(other)).day_gaps == (1,), one


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Bank opens its data", "BANK OPENS ITS DATA!", "same"),
        ("Regulator fines a chip maker over", "Regulator fines a chip maker over late filings", "same"),
        ("Subsidies by 25 June", "Subsidies by June 25", "same"),
        ("Two ministers meet on chips", "2 ministers meet on chips", "same"),
        ("Call for pilots 2024", "Call for pilots 2025", "numbered"),
        ("Minutes of the March meeting", "Minutes of the April meeting", "numbered"),
        ("First round of grants", "Second round of grants", "numbered"),
        ("关于公布第三批试点城市名单的通知", "关于公布第四批试点城市名单的通知", "numbered"),
        ("省政府办公厅转发市场监管规则的通知", "市场监管规则的通知", "forwarding"),
        ("Bank opens its data", "Ministry closes its archive", "other"),
        ("Chips", "Chips and the long road to a new law on data", "other"),
    ],
)
def test_titles_are_the_same_or_numbered_or_others(one, other, expected):
    assert compare_titles(one, "", other, "") == expected
    assert compare_titles(other, "", one, "") == expected


def test_the_opening_of_a_text_stands_for_a_title_that_is_not_told():
    text = "Call for pilots 2024 in the north. Applications are open to all towns and firms that run their own networks."
    assert compare_titles("Call for pilots 2024", "", None, text) == "same"
    assert compare_titles("Call for pilots 2025", "", None, text) == "numbered"
    assert compare_titles("Ministry closes its archive", "", None, text) == "other"
    assert compare_titles(None, text, None, text.replace("2024", "2026")) == "numbered"
    assert compare_titles(None, text, None, text + " More.") == "same"


def test_a_documents_own_number_is_told_and_those_it_refers_to_are_not():
    assert document_number("关于网络的通知\n某办发〔2023〕6号\n各单位：") == ("2023", "6")
    assert document_number("根据国务院意见（国发〔2015〕61号），现通知如下。") is None
    assert document_number("交通部令2019年第21号 现予公布") == ("2019", "21")
    assert document_number("The office has no number.") is None


@pytest.mark.parametrize("hostile", ["1.", "@1", "〔2023〕", "(", "一", "a", "1 ", "2025-01-", "\u200b", "第1"])
def test_hostile_text_is_compared_in_time(hostile):
    text = hostile * (300_000 // len(hostile))
    started = time.process_time()
    figure_places(text)
    runs(words(text))
    compare_titles(text[:1000], text, text[1:1000], text)
    document_number(text)
    assert time.process_time() - started < 20
