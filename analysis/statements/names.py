"""Names of authorities, of their offices and of those who hold them, found in a text of any of the languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date as Day
from functools import cache
from typing import Literal

import opencc

from analysis.catalogue import Authority, Holder, authorities
from analysis.statements.phrases import Phrases

Kind = Literal["name", "office", "holder"]

# The marks of a company or a longer acronym, and papers handed in to a body: "CMA CGM", "BSI Group", "an SEC filing".
OTHER_NAME = re.compile(r"\s(?:[A-Z]{3,}|Group|Holdings?|Inc|Corp|Ltd|AG|GmbH)(?!\w)|\s(?i:filings?)(?!\w)")
FORMER = re.compile(
    r"(?:former|ex-?|then-|late|erstwhile|anciens?|anciennes?|ancien|l'ex-?|ehemaligen?|ehemaliger|frühere[rn]?|damalige[rn]?|"
    r"exministr[oa]|antigu[oa]|anterior|原|前)\s?$"
)
"""What stands before a title or a name of one who has left the office."""
REACH_BACK = 14
PARTICLES = frozenset(["von", "van", "der", "den", "de", "del", "la", "le", "da", "di", "dos", "du", "al", "bin", "ben"])
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
PLAIN = str.maketrans({0x2019: "'", 0x02BC: "'", 0xA0: " ", 0x202F: " "})


@dataclass(frozen=True)
class Mention:
    """A name of an authority, a title of one of its offices, or the name of one who holds it, at a place in a passage.

    `authority_id` is None for a person who did not hold the office on the document's day.
    """

    start: int
    end: int
    authority_id: str | None
    name: str
    kind: Kind = "name"
    office_id: str | None = None


@dataclass(frozen=True)
class _Entry:
    authority_id: str
    name: str
    kind: Kind
    office_id: str | None = None
    holder: Holder | None = None


@dataclass(frozen=True)
class Person:
    """One who holds an office: the name that is shown, the authority and the office."""

    name: str
    authority_id: str | None
    office_id: str | None = None


class Names:
    """All names of all authorities, their offices and office-holders, for finding them in a text of any of the languages."""

    def __init__(self, bodies: Iterable[Authority]) -> None:
        self._entries: dict[str, list[_Entry]] = {}
        self._surnames: dict[str, list[_Entry]] = {}
        for body in bodies:
            self._add_body(body)
        self._patterns = list(self._entries)
        self._search = Phrases(self._patterns)

    def _add_body(self, body: Authority) -> None:
        for name in (name for names in body.names.values() for name in names):
            self._entries.setdefault(fold(name), []).append(_Entry(body.id, name, "name"))
        for office in body.offices:
            for title in (title for titles in office.title.values() for title in titles):
                self._entries.setdefault(fold(title), []).append(_Entry(body.id, title, "office", office.id))
            for holder in office.holders:
                entry = _Entry(body.id, holder.names[0], "holder", office.id, holder)
                for name in holder.names:
                    self._entries.setdefault(fold(name), []).append(entry)
                for surname in {surname_of(fold(name)) for name in holder.names} - {""}:
                    self._surnames.setdefault(surname, []).append(entry)

    def hold(self, words: str, authority_id: str | None) -> bool:
        """Whether a name of this authority has these folded words in it."""
        return any(
            words in name
            for name, entries in self._entries.items()
            if entries[0].authority_id == authority_id and entries[0].kind == "name"
        )

    def find(self, text: str, day: Day | None = None) -> list[Mention]:
        """Return the mentions in their order; of overlapping names the longest counts.

        Who holds an office is told by its periods on the day; without a day anybody who ever held it does.
        """
        return self.find_folded(text, fold(text), day)

    def find_folded(self, text: str, folded: str, day: Day | None = None) -> list[Mention]:
        """Return what `find` does, for a text that is folded already."""
        mentions: list[Mention] = []
        is_capital = text.isupper()
        for number, start, end in self._search.find(folded):
            entry, is_held = _meant(self._entries[self._patterns[number]], day)
            if entry.kind == "name" and is_acronym(entry.name):
                # In a text all in capitals nothing tells whether the next word belongs to another name.
                is_other = text[start:end] != entry.name or (OTHER_NAME.match(text, end) and not is_capital)
                if is_other:
                    continue
            if entry.kind != "name" and FORMER.search(folded[max(0, start - REACH_BACK) : start]):
                is_held = False
            if entry.kind == "holder" and mentions and mentions[-1].kind == "office" and start - mentions[-1].end <= 2:
                is_held = is_held and mentions[-1].authority_id is not None
            owner = entry.authority_id if is_held else None
            mentions.append(Mention(start, end, owner, entry.name, entry.kind, entry.office_id if is_held else None))
        return mentions

    def titled(self, surname: str, day: Day | None = None) -> Person | None:
        """Return the one office-holder with this folded surname, None where there is none or several."""
        held = [entry for entry in self._surnames.get(surname, ()) if entry.holder and entry.holder.in_office(day)]
        if len({entry.name for entry in held}) != 1:
            return None
        entry, _ = _meant(held, day)
        return Person(entry.name, entry.authority_id, entry.office_id)


def _meant(entries: list[_Entry], day: Day | None) -> tuple[_Entry, bool]:
    """Return which of the bodies and offices of one name is meant on a day, and whether the office is held then."""
    if entries[0].holder is None:
        return entries[0], True
    held = [entry for entry in entries if entry.holder and entry.holder.in_office(day)]
    # Of several offices the one whose end is known is left first; then the one taken last counts.
    newest = max(
        held or entries,
        key=lambda entry: (entry.holder.until is None, entry.holder.since or Day.min) if entry.holder else (False,),
    )
    return newest, bool(held)


def surname_of(folded: str) -> str:
    """Return the last name in a folded name of several words, with its particles; empty for a name of one word."""
    words = folded.split()
    if len(words) < 2 or IDEOGRAPH.search(folded):
        return ""
    first = len(words) - 1
    while first > 1 and words[first - 1] in PARTICLES:
        first -= 1
    return " ".join(words[first:])


def fold(text: str) -> str:
    """Return the text as names are compared: lower case, straight apostrophes, simplified characters; as long as before."""
    plain = text.translate(PLAIN) if not text.isascii() else text
    lower = plain.lower()
    if len(lower) != len(plain):
        lower = "".join(low if len(low := character.lower()) == 1 else character for character in plain)
    if not IDEOGRAPH.search(lower):
        return lower
    simplified = _simplifier().convert(lower)
    return simplified if len(simplified) == len(text) else lower


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def is_acronym(name: str) -> bool:
    """Whether a name is so short and upper-case that it must be written exactly so."""
    return name.isascii() and name.isupper() and len(name) <= 6


@cache
def known_names() -> Names:
    """Return the names of the catalogue's authorities."""
    return Names(authorities().values())
