"""Finds the words of a list in a text: longest match first, each token in one match only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import ahocorasick_rs
import opencc

TOKEN = re.compile(r"[^\W_]+(?:[-&+.][^\W_]+)*'?|[^\w\s]")
"""A word with its hyphens and inner signs (R&D, I+D, Booking.com), a French elision with its apostrophe, or a mark."""
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'$", re.I)
LANGUAGES_WITHOUT_BLANKS = ("zh",)


@dataclass(frozen=True)
class Match:
    """A form found at `text[start:end]`, with the label it stands for."""

    start: int
    end: int
    label: str
    form: str
    token: int
    """Number of the first token, or of the first character in scripts without blanks."""


def normal(text: str) -> str:
    """Return the text in lower case with straight apostrophes, as long as before."""
    plain = text.translate({0x2019: "'", 0x02BC: "'", 0xA0: " ", 0x202F: " "})
    return "".join(low if len(low := character.lower()) == 1 else character for character in plain)


def simplified(text: str) -> str:
    """Return Chinese text in simplified characters, as long as before."""
    turned = _simplifier().convert(text)
    return turned if len(turned) == len(text) else text


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def tokens(text: str) -> list[tuple[int, int, str]]:
    """Return the tokens of a text with straight apostrophes, with their places.

    A contraction stays one token (don't), an elision is one of its own (l' + amende), a possessive loses its s.
    """
    found: list[tuple[int, int, str]] = []
    for match in TOKEN.finditer(text):
        start, end, word = match.start(), match.end(), match[0]
        if found and start < found[-1][1]:
            continue
        if word.endswith("'") and len(word) > 1 and not ELISION.match(word):
            rest = re.match(r"[^\W_]+", text[end:])
            tail = rest[0] if rest else ""
            end += len(tail)
            word = word[:-1] if tail in ("", "s", "S") else word + tail
        found.append((start, end, word))
    return found


class Lexicon:
    """Forms of one language with their labels; `*` at the end of a form stands for any rest of its last token."""

    def __init__(self, forms: Iterable[tuple[str, str]], language: str) -> None:
        self._has_blanks = language not in LANGUAGES_WITHOUT_BLANKS
        listed = list(forms)
        if self._has_blanks:
            self._by_first: dict[str, list[tuple[list[str], bool, str, str]]] = defaultdict(list)
            self._stems: dict[str, list[tuple[list[str], bool, str, str]]] = defaultdict(list)
            for form, label in listed:
                self._add(form, label)
        else:
            self._labels = [(simplified(normal(form)).rstrip("*"), label, form) for form, label in listed]
            self._search = ahocorasick_rs.AhoCorasick([text for text, _, _ in self._labels])

    def _add(self, form: str, label: str) -> None:
        is_exact = is_case_sensitive(form)
        words = [word for _, _, word in tokens((form if is_exact else normal(form)).rstrip("*"))]
        has_stem = form.endswith("*")
        if not words:
            return
        place = self._stems[words[0][:2].lower()] if has_stem and len(words) == 1 else self._by_first[words[0].lower()]
        place.append((words, has_stem, label, form))

    def find(self, text: str) -> list[Match]:
        """Return the matches in their order in the text."""
        candidates = self._in_tokens(text) if self._has_blanks else self._in_characters(text)
        # The order of the lists decides between forms of equal length, so the sort must be stable.
        candidates.sort(key=lambda pair: pair[0], reverse=True)
        taken: set[int] = set()
        chosen = []
        for _, match, places in candidates:
            if not taken & places:
                taken |= places
                chosen.append(match)
        return sorted(chosen, key=lambda match: match.start)

    def _in_tokens(self, text: str) -> list[tuple[tuple[int, int], Match, set[int]]]:
        plain = text.translate({0x2019: "'", 0x02BC: "'", 0xA0: " ", 0x202F: " "})
        lower = tokens(normal(text))
        found = []
        for number, (start, _, word) in enumerate(lower):
            for words, has_stem, label, form in (*self._by_first.get(word, ()), *self._stems.get(word[:2], ())):
                last = number + len(words) - 1
                if last < len(lower) and _fits(
                    words, has_stem, lower[number : last + 1], plain if is_case_sensitive(form) else None
                ):
                    end = lower[last][1]
                    found.append(
                        ((len(words), len(form)), Match(start, end, label, form, number), set(range(number, last + 1)))
                    )
        return found

    def _in_characters(self, text: str) -> list[tuple[tuple[int, int], Match, set[int]]]:
        matches = self._search.find_matches_as_indexes(simplified(normal(text)), overlapping=True)
        return [
            (
                (1, end - start),
                Match(start, end, self._labels[number][1], self._labels[number][2], start),
                set(range(start, end)),
            )
            for number, start, end in matches
            if not _is_inside_word(text, start, end)
        ]


def _is_inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin word goes on at either end: no AI in email."""
    return any(
        len(pair) == 2 and pair.isascii() and pair.isalpha()
        for pair in (text[max(start - 1, 0) : start + 1], text[end - 1 : end + 1])
    )


def is_case_sensitive(form: str) -> bool:
    """Whether a form holds a capital: names and acronyms must be written as they are listed."""
    return any(character.isupper() for character in form)


def _fits(words: list[str], has_stem: bool, found: list[tuple[int, int, str]], plain: str | None) -> bool:
    """Whether the tokens found are the form's; `plain` is the text as written, for forms in which capitals count."""
    # As long as the word and not to the token's end, where a possessive may stand.
    seen = [plain[start : start + len(word)] if plain is not None else word for start, _, word in found]
    last = seen[-1].startswith(words[-1]) if has_stem else seen[-1] == words[-1]
    return last and seen[:-1] == words[:-1]
