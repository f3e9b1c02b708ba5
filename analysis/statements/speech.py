"""The words by which a language tells who speaks and who acts, found in a text all at once; see `speech.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.statements.phrases import Phrases

CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
WORD = rf"(?:{CAPITAL}\.|{CAPITAL}[\w'’-]+)"
PARTICLE = r"(?:von|van|der|den|de|del|la|le|du|da|di|dos|bin|al)"
NAME = re.compile(rf"{WORD}(?:\s(?:{PARTICLE}\s){{0,2}}{WORD}){{0,4}}")
"""A person or a firm as it is written in scripts with capitals: one to five words, with particles between them."""
PHRASES = (
    "say",
    "act",
    "being",
    "agent",
    "object",
    "beside",
    "turned",
    "according",
    "according_after",
    "pronoun",
    "opening",
    "body",
    "report",
)


@dataclass(frozen=True)
class Token:
    """A phrase of the lists at a place in a folded text, with the lists that it stands in."""

    start: int
    end: int
    kinds: frozenset[str]


@dataclass(frozen=True)
class Speech:
    """The lists of one language, ready to be found."""

    language: str
    phrases: tuple[frozenset[str], ...]
    search: Phrases
    skip: re.Pattern[str]
    alone: re.Pattern[str]
    body: re.Pattern[str]
    role: re.Pattern[str]
    private: re.Pattern[str]
    cut: re.Pattern[str]
    aside: re.Pattern[str]
    dropped: re.Pattern[str]

    @property
    def has_blanks(self) -> bool:
        return self.language != "zh"

    def tokens(self, folded: str) -> list[Token]:
        """Return the phrases in their order; of overlapping ones the longest counts."""
        return [Token(start, end, self.phrases[number]) for number, start, end in self.search.find(folded)]


@cache
def speeches() -> dict[str, Speech]:
    """Return the lists of each language."""
    lists = tomllib.loads((Path(__file__).parent / "speech.toml").read_text(encoding="utf-8"))
    return {language: _compiled(language, kinds) for language, kinds in lists.items()}


def _compiled(language: str, lists: dict[str, list[str]]) -> Speech:
    kinds: dict[str, set[str]] = {}
    for kind in PHRASES:
        for phrase in lists.get(kind, ()):
            kinds.setdefault(phrase, set()).add(kind)
    said = set(lists["say"])
    for phrase in lists["object"]:
        # "urged the" is found instead of "urged".
        if phrase.split(" ", maxsplit=1)[0] in said:
            kinds[phrase].add("say")
    has_blanks = language != "zh"
    verb = _alternatives(lists["say"])
    return Speech(
        language,
        tuple(frozenset(found) for found in kinds.values()),
        Phrases(list(kinds)),
        skip=re.compile(rf"(?>(?>{_alternatives(lists['skip'])})(?!\w)|(?<=')|[\s,]+)*" if lists["skip"] else r"[\s，,]*"),
        alone=_pattern(lists["alone"], has_blanks),
        body=_pattern(lists["body"], has_blanks),
        # German makes one word of an office and its matter, and of a body and its office.
        role=re.compile(rf"(?<!\w)\w{{0,40}}(?:{_alternatives(lists['role'])})(?:s|n|en|innen)?(?!\w)")
        if language == "de"
        else _pattern(lists["role"], has_blanks),
        private=_pattern(lists["private"], has_blanks),
        cut=_pattern(lists["cut"], has_blanks),
        aside=_pattern(lists["aside"], has_blanks),
        # Spanish leaves the pronoun out, so that only the place tells whether somebody else is the subject.
        dropped=re.compile(rf"(?:también\s|además\s)?(?:{verb})(?=\s?(?:[.,;:—–«“\"]|$)|\sque\s)")
        if language == "es"
        else re.compile(r"(?!)"),
    )


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _pattern(words: list[str], has_blanks: bool) -> re.Pattern[str]:
    if not words:
        return re.compile(r"(?!)")
    start, end = (r"(?<!\w)", r"(?!\w)") if has_blanks else ("", "")
    return re.compile(f"{start}(?:{_alternatives(words)}){end}")
