"""Who speaks: the authority behind each passage, the speaker quoted, and how both were found."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick_rs
import opencc

from analysis.catalogue import Authority, authorities
from analysis.statements.split import Passage

REACH = 6
"""Passages: how far an authority or a speaker is carried on by a pronoun or a general noun."""

QUOTATION = re.compile(r"[«“„「『\"][^«“„「『\"»”」』]{12,}|[^«“„「『\"»”」』]{12,}[»”」』]")


@dataclass(frozen=True)
class Mention:
    """A name of an authority, or of its head, at a place in a passage."""

    start: int
    end: int
    authority_id: str
    name: str
    is_head: bool


@dataclass(frozen=True)
class Attribution:
    """Whose position a passage tells; `by` says how that was found."""

    authority_id: str | None
    by: str
    speaker: str | None
    is_quotation: bool


class Names:
    """All names of all authorities, for finding them in a text of any of the languages."""

    def __init__(self, bodies: Iterable[Authority]) -> None:
        self._owner: dict[str, tuple[str, str, bool]] = {}
        for body in bodies:
            for name in (name for names in body.names.values() for name in names):
                self._owner.setdefault(fold(name), (body.id, name, False))
            for head in body.heads:
                self._owner.setdefault(fold(head), (body.id, head, True))
        self._patterns = list(self._owner)
        self._search = ahocorasick_rs.AhoCorasick(self._patterns, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in their order; of overlapping names the longest counts."""
        folded = fold(text)
        mentions = []
        for number, start, end in self._search.find_matches_as_indexes(folded):
            authority_id, name, is_head = self._owner[self._patterns[number]]
            if _stands_alone(folded, start, end) and not (is_acronym(name) and text[start:end] != name):
                mentions.append(Mention(start, end, authority_id, name, is_head))
        return mentions


def fold(text: str) -> str:
    """Return the text as names are compared: lower case, straight apostrophes, simplified characters; as long as before."""
    plain = text.translate({0x2019: "'", 0x02BC: "'", 0xA0: " ", 0x202F: " "})
    lower = "".join(low if len(low := character.lower()) == 1 else character for character in plain)
    simplified = _simplifier().convert(lower)
    return simplified if len(simplified) == len(text) else lower


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def is_acronym(name: str) -> bool:
    """Whether a name is so short and upper-case that it must be written exactly so."""
    return name.isascii() and name.isupper() and len(name) <= 6


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter of a script with blanks goes on at either end."""
    first, last = text[start], text[end - 1]
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before) and _joins(first)) and not (_joins(last) and _joins(after))


def _joins(character: str) -> bool:
    return bool(character) and character.isalnum() and "CJK" not in unicodedata.name(character, "")


@cache
def known_names() -> Names:
    """Return the names of the catalogue's authorities."""
    return Names(authorities().values())


@cache
def _speech() -> dict[str, dict[str, re.Pattern[str]]]:
    lists = tomllib.loads((Path(__file__).parent / "speech.toml").read_text(encoding="utf-8"))
    return {
        language: {
            kind: re.compile(
                "|".join(map(re.escape, words)) if language == "zh" else rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"
            )
            for kind, words in kinds.items()
        }
        for language, kinds in lists.items()
    }


def attribute(
    passages: Sequence[Passage], language: str, publisher_id: str | None, names: Names | None = None
) -> list[Attribution]:
    """Return whose position each passage of one document tells.

    `publisher_id` is the authority that published the document, None for press. A named authority comes first; a quotation,
    a pronoun or a general noun carries the last one on for a few passages; an official text otherwise speaks for its publisher.
    """
    names = names or known_names()
    last, last_speaker, last_position = publisher_id, None, 0
    found = []
    for position, passage in enumerate(passages):
        mentions = names.find(passage.text)
        is_quotation = bool(QUOTATION.search(passage.text))
        if mentions:
            chosen = _leading(mentions, publisher_id)
            head = next((m.name for m in mentions if m.is_head and m.authority_id == chosen.authority_id), None)
            last_speaker = head or (last_speaker if chosen.authority_id == last else None)
            last, last_position = chosen.authority_id, position
            found.append(Attribution(last, "speaker" if chosen.is_head else "name", head, is_quotation))
        elif last and position - last_position <= REACH and _goes_on(passage.text, language, is_quotation):
            found.append(Attribution(last, "context", last_speaker if is_quotation else None, is_quotation))
            last_position = position
        else:
            found.append(Attribution(publisher_id, "publisher" if publisher_id else "none", None, is_quotation))
    return found


def _leading(mentions: list[Mention], publisher_id: str | None) -> Mention:
    """Return the mention that acts: the publisher's own if it is there, else the first."""
    return next((mention for mention in mentions if mention.authority_id == publisher_id), mentions[0])


def _goes_on(text: str, language: str, is_quotation: bool) -> bool:
    patterns = _speech().get(language)
    if patterns is None:
        return is_quotation
    folded = fold(text)
    return bool(patterns["speaker"].search(folded) or patterns["body"].search(folded))
