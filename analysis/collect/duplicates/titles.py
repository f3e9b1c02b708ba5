"""Titles compared: the same, the same but for a year or a round, or others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from analysis.collect.duplicates.wording import is_unspaced, normal_form, words
from analysis.collect.extract.days import month_number

Titles = Literal["same", "numbered", "forwarding", "other"]

OPENING = 400
"""Characters of a text in which its title stands when it is not told apart."""
OPENING_WORDS = 15
FEWEST, FEWEST_UNSPACED = 3, 8
"""Words that make the beginning of a title enough to know it by."""
COUNTED = (
    "one first i 一", "two second ii 二", "three third iii 三", "four fourth iv 四", "five fifth v 五", "six sixth vi 六",
    "seven seventh vii 七", "eight eighth viii 八", "nine ninth ix 九", "ten tenth x 十",
)  # fmt: skip
COUNTING = {word: str(number) for number, spellings in enumerate(COUNTED, 1) for word in spellings.split()}
"""Words that number a round or a part, with their number."""
UNCOUNTED = "百零〇上下"
FORWARDS = re.compile(r"转发|轉發|转印发|\bforward(?:s|ed|ing)?\b")
QUOTED_NUMBER = re.compile(r"[(（][^()（）]{0,40}号[)）]")
DOCUMENT_NUMBER = re.compile(r"(?:[〔\[【]\s?(\d{4})\s?[〕\]】]|令\s?(?:(\d{4})\s?年)?)\s?第?\s?(\d{1,5})\s?号")
NUMBER_HEAD = 600
"""Characters of a text in which its own number stands."""


def compare_titles(one: str | None, one_text: str, other: str | None, other_text: str) -> Titles:
    """Return how the titles of two documents compare; where one is unknown, the opening of its text stands for it.

    `same` also where one is cut off or has a few words more; `numbered` where they differ in figures, months or counting
    words alone; `forwarding` where one holds the other and says that it forwards it.
    """
    first, second = words(one or ""), words(other or "")
    if first and second:
        return _compare(first, second)
    openings = words(one_text[:OPENING]), words(other_text[:OPENING])
    if not first and not second:
        return _compare(openings[0][:OPENING_WORDS], openings[1][:OPENING_WORDS])
    title, opening = (first, openings[1]) if first else (second, openings[0])
    if _is_in(title, opening):
        return "same"
    return "numbered" if _is_in(_mask(title), _mask(opening)) else "other"


def _compare(one: Sequence[str], other: Sequence[str]) -> Titles:
    short, long = sorted((_in_figures(one), _in_figures(other)), key=len)
    if short == long:
        return "same"
    fewest = max(len(long) / 2, FEWEST_UNSPACED if is_unspaced(short) else FEWEST)
    if len(short) >= fewest and _is_in(short, long):
        return "forwarding" if FORWARDS.search(_joined(long)) and not FORWARDS.search(_joined(short)) else "same"
    masked, masked_long = _mask(short), _mask(long)
    is_beginning = len(short) >= fewest and masked == masked_long[: len(masked)]
    if masked != masked_long and not is_beginning:
        return "other"
    return "same" if _counts(short) == _counts(long if masked == masked_long else long[: len(short)]) else "numbered"


def _in_figures(tokens: Sequence[str]) -> list[str]:
    return [COUNTING.get(token, token) for token in tokens]


def _mask(tokens: Sequence[str]) -> list[str]:
    """Return words with each run of figures, months and counting words as one mark."""
    masked: list[str] = []
    for token in tokens:
        if _count(token) is None:
            masked.append(token)
        elif masked[-1:] != ["#"]:
            masked.append("#")
    return masked


def _counts(tokens: Sequence[str]) -> list[str]:
    return sorted(filter(None, map(_count, tokens)))


@lru_cache(10_000)
def _count(token: str) -> str | None:
    """Return the figure, counting word or month that a word is, months in any language by their number; None for others."""
    if token[0].isdecimal() or token in UNCOUNTED or token in COUNTING:
        return COUNTING.get(token, token)
    month = month_number(token) if len(token) > 2 else None
    return f"month {month}" if month else None


def _joined(tokens: Sequence[str]) -> str:
    return ("" if is_unspaced(tokens) else " ").join(tokens)


def _is_in(part: Sequence[str], whole: Sequence[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


def document_number(text: str) -> tuple[str, ...] | None:
    """Return the number under which a Chinese authority issued a document, as its year and number; None where it tells none.

    Numbers in brackets are those of documents that it refers to.
    """
    head = QUOTED_NUMBER.sub(" ", normal_form(text[:NUMBER_HEAD]))
    found = DOCUMENT_NUMBER.search(head)
    return tuple(part for part in found.groups() if part) if found else None
