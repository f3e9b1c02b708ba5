"""Texts as they are compared: normal form, words, runs of words, and numbers and days with what stands around them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.collect.extract.days import spelled_days

UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Characters of Chinese, Japanese and Korean: each is compared as a word."""
WORD = re.compile(rf"[{UNSPACED}]|[^\W\d_{UNSPACED}]+|\d+(?:[.,]\d+)*")
RUN_OF_WORDS, RUN_OF_CHARACTERS = 3, 5
"""How many words, or characters of an unspaced script, make one run."""
AROUND = 3
"""Words on each side by which a number is found again in another text; characters of an unspaced script carry less."""
AROUND_UNSPACED = 4
DAY_MARK, NUMBER_MARK = "@", "#"


def normal_form(text: str) -> str:
    """Return the text as it is compared: NFKC, invisible characters out, blanks joined, lower case."""
    normal = unicodedata.normalize("NFKC", text)
    invisible = {ord(character): None for character in set(normal) if unicodedata.category(character) == "Cf"}
    return " ".join(normal.translate(invisible).split() if invisible else normal.split()).casefold()


def text_hash(title: str | None, text: str) -> str:
    """Return the SHA-256 that exact copies share, however they are spaced and typeset."""
    joined = f"{normal_form(title or '')}\n{normal_form(text)}"
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def words(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case, without punctuation."""
    return WORD.findall(normal_form(text).replace(DAY_MARK, " "))


def is_unspaced(tokens: Sequence[str]) -> bool:
    """Whether most words of a text are single characters of Chinese, Japanese or Korean."""
    return sum("\u3040" <= token[0] <= "\ufaff" for token in tokens) * 2 > len(tokens)


def runs(tokens: Sequence[str]) -> set[str]:
    """Return all runs of neighbouring words of a text, or of characters of an unspaced script; a short text is one run."""
    length = RUN_OF_CHARACTERS if is_unspaced(tokens) else RUN_OF_WORDS
    if len(tokens) <= length:
        return {" ".join(tokens)} if tokens else set()
    return set(map(" ".join, zip(*(tokens[start:] for start in range(length)), strict=False)))


@dataclass(frozen=True)
class Figures:
    """What two texts say at the same places: how many numbers agree, and which differ."""

    agreeing: int
    changed: tuple[tuple[str, str], ...]
    """Numbers that differ where the words around them are the same."""
    day_gaps: tuple[int, ...]
    """Days between dates that differ where the words around them are the same."""


Places = dict[tuple[str, ...], set[str]]


def figure_places(text: str) -> Places:
    """Return the numbers and days of a text by the words around them, in which numbers and days are masked."""
    tokens = _words_and_days(text)
    width = AROUND_UNSPACED if is_unspaced(tokens) else AROUND
    edge = [""] * width
    masked = [*edge, *(_mask(token) for token in tokens), *edge]
    places: Places = defaultdict(set)
    for position, token in enumerate(tokens):
        if masked[position + width] in (DAY_MARK, NUMBER_MARK):
            places[tuple(masked[position : position + 2 * width + 1])].add(token)
    return places


def compare_figures(left: Places, right: Places) -> Figures:
    """Return how the numbers and days of two texts agree, at the places that both have."""
    agreeing, changed, day_gaps = 0, [], []
    for place in sorted(left.keys() & right.keys()):
        if left[place] & right[place]:
            agreeing += 1
        elif place[len(place) // 2] == NUMBER_MARK:
            changed.append((min(left[place]), min(right[place])))
        else:
            day_gaps.append(min(abs(int(one[1:]) - int(other[1:])) for one in left[place] for other in right[place]))
    return Figures(agreeing, tuple(changed), tuple(day_gaps))


def _words_and_days(text: str) -> list[str]:
    """Return the words of a text, each spelled date as one word: `@` with the number of its day."""
    joined = " ".join(unicodedata.normalize("NFKC", text).replace(DAY_MARK, " ").split())
    tokens: list[str] = []
    end = 0
    for spelled in spelled_days(joined):
        tokens += [*words(joined[end : spelled.start]), f"{DAY_MARK}{spelled.day.toordinal()}"]
        end = spelled.end
    return [*tokens, *words(joined[end:])]


def _mask(token: str) -> str:
    if token[0] == DAY_MARK:
        return DAY_MARK
    return NUMBER_MARK if token[0].isdecimal() else token


def days_apart(one: date | None, other: date | None) -> int | None:
    """Return the days between two dates; None where one is unknown."""
    return abs((one - other).days) if one and other else None
