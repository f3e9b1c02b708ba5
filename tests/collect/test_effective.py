from __future__ import annotations

import time
from datetime import date

import pytest

from analysis.collect.extract.effective import effective_day

DAY = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("本办法自2024年3月1日起施行。", "zh"),
        ("本規定自2024年3月1日起正式實施。", "zh"),
        ("本公告于2024年3月1日起生效，有效期五年。", "zh"),
        ("本通知自二〇二四年三月一日起执行。", "zh"),
        ("The rule takes effect on 1 March 2024.", "en"),
        ("This Act shall come into force on 1 March 2024.", "en"),
        ("The Regulation will enter into force on 1 March 2024.", "en"),
        ("The regulation enters into force on Friday, March 1, 2024.", "en"),
        ("The ban is effective March 1, 2024.", "en"),
        ("DATES: Effective date: March 1, 2024.", "en"),
        ("The changes, effective from 1 March 2024, apply to all banks.", "en"),
        ("The effective date for the amendments to part 7 is delayed until March 1, 2024.", "en"),
        ("Le décret entre en vigueur le 1er mars 2024.", "fr"),
        ("La loi entrera en vigueur à compter du 1er mars 2024.", "fr"),
        ("Die Verordnung tritt am 1. März 2024 in Kraft.", "de"),
        ("Das Gesetz tritt mit Wirkung vom 1. März 2024 in Kraft.", "de"),
        ("La norma entrará en vigor el 1 de marzo de 2024.", "es"),
        ("La resolución entra en vigencia a partir del 1 de marzo de 2024.", "es"),
        ("Il decreto entra in vigore il 1 marzo 2024.", "it"),
        ("A lei entra em vigor em 1 de março de 2024.", "pt"),
        ("De wet treedt op 1 maart 2024 in werking.", "nl"),
        ("Ustawa wchodzi w życie z dniem 1 marca 2024 r.", "pl"),
        ("Закон вступает в силу с 1 марта 2024 года.", "ru"),
        ("この省令は、2024年3月1日から施行する。", "ja"),
        ("이 규정은 2024년 3월 1일부터 시행한다.", "ko"),
    ],
)
def test_the_day_on_which_a_rule_takes_effect_is_found(text, language):
    assert effective_day(f"{text}\n\n{text}", language) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "The rule was published on 1 March 2024 and takes effect next year.",
        "The earlier act entered into force on 1 March 2024.",
        "The rule took effect on 1 March 2024.",
        "Part one takes effect on 1 March 2024. Part two takes effect on 1 April 2024.",
        "本办法自发布之日起施行。2024年3月1日",
        "An effective law of 1 March 2024",
        "Cost-effective measures were set out on 1 March 2024.",
        "The rule takes effect in March 2024.",
        "",
    ],
)
def test_no_day_or_several_or_those_of_other_rules_are_none(text):
    assert effective_day(text) is None


def test_a_digest_of_many_rules_has_no_day_of_its_own():
    assert effective_day("It is effective. " * 300 + "It takes effect on 1 March 2024.") is None


@pytest.mark.parametrize(
    "piece", ["effective ", "effective date ", "施行", "entre en vigueur ", "в силу ", "2024年3月1日", "effective 1 "]
)
def test_hostile_text_is_searched_in_time(piece):
    begun = time.process_time()
    effective_day(piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < 20
