"""Finds the words of a list in a text: longest match first, each token in one match only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain

import ahocorasick_rs
import opencc

TOKEN = re.compile(r"[^\W_]+(?:[-&+.][^\W_]+)*'?|[^\w\s]")
"""A word with its hyphens and inner signs (R&D, I+D, Booking.com), a French elision with its apostrophe, or a mark."""
ELISION = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'$", re.I)
LANGUAGES_WITHOUT_BLANKS = ("zh", "ja", "ko")
CHOICE = re.compile(r"\(([^()|]*(?:\|[^()|]*)+)\)")
GAP = "…"
GAP_WORDS = 6
GAP_CHARACTERS = 12
KNOWN_WORDS = 100_000
"""Words whose forms a lexicon keeps at hand."""
MARK = re.compile(r"[^\w\s“”‘’「」《》〈〉、]")
"""A mark that ends a clause in Chinese: a gap does not reach over it."""


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
    lower = plain.lower()
    if len(lower) == len(plain):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in plain)


def simplified(text: str) -> str:
    """Return Chinese text in simplified characters, as long as before."""
    # Half of a surrogate pair is no character, and the converter refuses it.
    readable = text.encode("utf-8", "replace").decode("utf-8")
    turned = _simplifier().convert(readable)
    return turned if len(turned) == len(text) else readable


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


@dataclass(frozen=True)
class _Word:
    """A word of a form: its letters, whether others may stand before or after them, and whether a gap leads up to it."""

    letters: str
    is_end: bool
    is_stem: bool
    after_gap: bool = False

    def fits(self, seen: str) -> bool:
        if self.is_end:
            return seen.endswith(self.letters)
        return seen.startswith(self.letters) if self.is_stem else seen == self.letters


@dataclass(frozen=True)
class _Form:
    words: tuple[_Word, ...]
    label: str
    form: str
    is_exact: bool

    @property
    def whole_last(self) -> str:
        """The last word in lower case when nothing may stand before or after it, else nothing."""
        last = self.words[-1]
        return "" if last.is_end or last.is_stem else last.letters.lower()


class Lexicon:
    """Forms of one language with their labels.

    `*` at the end of a word stands for any rest of it, at its beginning for any beginning ("*verbot" finds Exportverbot);
    ` … ` (`…` in Chinese) for up to 6 words (12 characters) without a mark, which stay free for other forms;
    `(lifts|lifted) … (ban|embargo)` for each of its `alternatives`.
    """

    def __init__(self, forms: Iterable[tuple[str, str]], language: str) -> None:
        self._has_blanks = language not in LANGUAGES_WITHOUT_BLANKS
        listed = [(each, label) for form, label in forms for each in alternatives(form)]
        if self._has_blanks:
            self._by_first: dict[str, list[_Form]] = defaultdict(list)
            self._by_beginning: dict[str, list[_Form]] = defaultdict(list)
            self._by_ending: dict[str, list[_Form]] = defaultdict(list)
            self._starting: dict[str, list[tuple[_Form, str]]] = {}
            for form, label in listed:
                self._add(form, label)
        else:
            self._forms = [(simplified(normal(form)).replace("*", "").split(GAP), label, form) for form, label in listed]
            self._search = ahocorasick_rs.AhoCorasick([pieces[0] for pieces, _, _ in self._forms])

    def _add(self, form: str, label: str) -> None:
        is_exact = is_case_sensitive(form)
        words = _words(form if is_exact else normal(form))
        if not words:
            return
        first = words[0].letters.lower()
        if words[0].is_end:
            place = self._by_ending[first[-2:]]
        else:
            place = self._by_beginning[first[:2]] if words[0].is_stem else self._by_first[first]
        place.append(_Form(words, label, form, is_exact))

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
        present = {"", *(word for _, _, word in lower)}
        found = []
        for number, (start, _, word) in enumerate(lower):
            for form, last in self._starting_with(word):
                places = _places(form, lower, number, plain) if last in present else ()
                if places:
                    match = Match(start, lower[places[-1]][1], form.label, form.form, number)
                    found.append(((len(form.words), len(form.form)), match, set(places)))
        return found

    def _starting_with(self, word: str) -> list[tuple[_Form, str]]:
        """Return the forms that a word may begin, each with its last word; kept for words that come again."""
        known = self._starting.get(word)
        if known is None:
            forms = (self._by_first.get(word, ()), self._by_beginning.get(word[:2], ()), self._by_ending.get(word[-2:], ()))
            known = [
                (form, form.whole_last) for form in chain.from_iterable(forms) if form.is_exact or form.words[0].fits(word)
            ]
            if len(self._starting) < KNOWN_WORDS:
                self._starting[word] = known
        return known

    def _in_characters(self, text: str) -> list[tuple[tuple[int, int], Match, set[int]]]:
        plain = simplified(normal(text))
        found = []
        for number, start, end in self._search.find_matches_as_indexes(plain, overlapping=True):
            pieces, label, form = self._forms[number]
            places = _later_pieces(pieces, plain, set(range(start, end)))
            if places and not _is_inside_word(text, start, end):
                found.append(((1, len(places)), Match(start, max(places) + 1, label, form, start), places))
        return found


def alternatives(form: str) -> list[str]:
    """Return the forms that `(a|b)` in a form stands for: every choice of one in each pair of brackets."""
    choice = CHOICE.search(form)
    if not choice:
        return [form]
    before, after = form[: choice.start()], form[choice.end() :]
    return [whole for one in choice[1].split("|") for whole in alternatives(" ".join(f"{before}{one}{after}".split()))]


def _words(form: str) -> tuple[_Word, ...]:
    """Return the words of a form; an elision is one of its own, and a star belongs to the letters that it touches."""
    words: list[_Word] = []
    after_gap = False
    for part in form.split():
        if part == GAP:
            after_gap = bool(words)
            continue
        found = [word for _, _, word in tokens(part.strip("*"))]
        for number, word in enumerate(found):
            is_end = part.startswith("*") and number == 0
            is_stem = part.endswith("*") and number == len(found) - 1
            words.append(_Word(word, is_end, is_stem, after_gap))
            after_gap = False
    return tuple(words)


def _places(form: _Form, lower: list[tuple[int, int, str]], number: int, plain: str) -> list[int]:
    """Return the numbers of the tokens that a form takes from token `number` on, each word at its nearest place, or none."""
    places: list[int] = []
    at = number
    for word in form.words:
        last = min(at + (GAP_WORDS if word.after_gap else 0), len(lower) - 1)
        while at <= last:
            start, _, seen = lower[at]
            # As long as the word and not to the token's end, where a possessive may stand.
            if word.fits(plain[start : start + len(seen)] if form.is_exact else seen):
                break
            if not seen[0].isalnum():
                return []
            at += 1
        if at > last:
            return []
        places.append(at)
        at += 1
    return places


def _later_pieces(pieces: list[str], plain: str, places: set[int]) -> set[int]:
    """Return the places of a Chinese form with a gap, given those of its first piece; none where a later piece fails."""
    for piece in pieces[1:]:
        after = max(places) + 1
        at = plain.find(piece, after, after + GAP_CHARACTERS + len(piece))
        if at < 0 or MARK.search(plain, after, at):
            return set()
        places = places | set(range(at, at + len(piece)))
    return places


def _is_inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin word goes on at either end: no AI in email."""
    return any(
        len(pair) == 2 and pair.isascii() and pair.isalpha()
        for pair in (text[max(start - 1, 0) : start + 1], text[end - 1 : end + 1])
    )


def is_case_sensitive(form: str) -> bool:
    """Whether a form holds a capital: names and acronyms must be written as they are listed."""
    return any(character.isupper() for character in form)
