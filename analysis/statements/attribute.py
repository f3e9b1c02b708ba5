"""Who speaks: the authority behind each passage, the speaker quoted, and how both were found."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import ahocorasick_rs
import opencc

from analysis.catalogue import Authority, authorities
from analysis.statements.dialogue import Turn
from analysis.statements.split import Passage

REACH = 6
"""Passages: how far an authority or a speaker is carried on by a pronoun or a general noun."""

# One mark is enough, for a quotation may run over several passages. A dozen characters at the mark are all that is looked at:
# more would be looked at again from each place of a long text.
QUOTATION = re.compile(r"[«“„「『][^«“„「『\"»”」』]{12}|[^«“„「『\"»”」』]{12}[»”」』]")

SHORTEST = 12
"""Characters between straight marks: less is a word set off, no quotation."""

CARRYING = ("speaker", "body", "titled")

# A general noun that is somebody else's: "the president of Intel", "the bank Acme".
OWNER = re.compile(r"\s(?:(?:of|de|du|des|del|von|vom|der)\s+\w+|d['’]\w+|[A-ZÀ-ÖØ-Þ][\w'’-]*)")
# The marks of a company or a longer acronym, and papers handed in to a body: "CMA CGM", "BSI Group", "an SEC filing".
OTHER_NAME = re.compile(r"\s(?:[A-Z]{3,}|Group|Holdings?|Inc|Corp|Ltd|AG|GmbH)(?!\w)|\s(?i:filings?)(?!\w)")
PERSON = re.compile(r"(?:\s[A-ZÀ-ÖØ-Þ][\w'’-]+){2}")


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


@dataclass(frozen=True)
class Speech:
    """How texts of one language go on with who spoke before; see `speech.toml`."""

    speaker: re.Pattern[str]
    body: re.Pattern[str]
    verb: re.Pattern[str]
    titled: re.Pattern[str]


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

    def hold(self, words: str, authority_id: str | None) -> bool:
        """Whether a name of this authority has these folded words in it."""
        return any(words in name for name, (owner, _, is_head) in self._owner.items() if owner == authority_id and not is_head)

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in their order; of overlapping names the longest counts."""
        folded = fold(text)
        mentions = []
        for number, start, end in self._search.find_matches_as_indexes(folded):
            authority_id, name, is_head = self._owner[self._patterns[number]]
            if _stands_alone(folded, start, end) and (not is_acronym(name) or _is_meant(name, text, start, end)):
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


def _is_meant(acronym: str, text: str, start: int, end: int) -> bool:
    """Whether an acronym is written as such and is no part of another name; in text all in capitals nothing tells."""
    return text[start:end] == acronym and (text.isupper() or not OTHER_NAME.match(text, end))


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
def _speech() -> dict[str, Speech]:
    lists = tomllib.loads((Path(__file__).parent / "speech.toml").read_text(encoding="utf-8"))
    return {language: _compiled(language, kinds) for language, kinds in lists.items()}


def _compiled(language: str, kinds: dict[str, list[str]]) -> Speech:
    """Return the patterns of one language's lists."""
    # 其他, "other", is no pronoun.
    start, end = (r"(?<!其)", "") if language == "zh" else (r"(?<!\w)", r"(?!\w)")
    words = {kind: f"(?:{'|'.join(map(re.escape, listed))})" for kind, listed in kinds.items()}
    verb, office = words.get("verb", "(?!)"), words.get("office", "(?!)")
    ways = [start + words["speaker"] + end, r"(?<!\w)(?<!\w\s)" + words.get("opening", "(?!)") + end]
    if language == "es":
        # Spanish leaves the pronoun out, so that only the place tells whether somebody else is the subject.
        ways.append(rf"(?:^|[»”\"][.,]?\s|[—–]\s?)(?:también\s|además\s)?{verb}(?=\s?(?:[.,;:—–]|$)|\sque\s)")
    return Speech(
        speaker=re.compile("|".join(ways)),
        body=re.compile(start + words["body"] + end),
        verb=re.compile(start + verb + end),
        titled=re.compile(rf"{start}{verb}\s{office}{end}"),
    )


def attribute(
    passages: Sequence[Passage],
    language: str,
    publisher_id: str | None,
    names: Names | None = None,
    turns: Sequence[Turn | None] = (),
) -> list[Attribution]:
    """Return whose position each passage of one document tells.

    `publisher_id` is the authority that published the document, None for press. A named authority comes first; a quotation,
    a pronoun or a general noun carries the last one on for a few passages; an official text otherwise speaks for its publisher.
    Of two bodies in one passage one only is kept: the publisher if it is there, else the first.

    `turns` tells for each passage the turn of a dialogue that it is in, if there is one. A question is nobody's position, even
    where it names a body. An answer is the position of the body that answers, whatever else it names; where that body is
    unknown, it is read like any other passage of press. Nothing is carried on from one turn into the next.
    """
    names = names or known_names()
    found: list[Attribution] = []
    for turn, group in groupby(zip(passages, turns or [None] * len(passages), strict=True), key=itemgetter(1)):
        said = [passage for passage, _ in group]
        if turn is None:
            found += _narrated(said, language, publisher_id, names)
        elif turn.kind == "question":
            found += [Attribution(None, "none", None, is_quoted(passage.text)) for passage in said]
        else:
            found += _answered(said, turn, language, publisher_id, names)
    return found


def _answered(
    passages: Sequence[Passage], turn: Turn, language: str, publisher_id: str | None, names: Names
) -> list[Attribution]:
    """Return whose position the passages of one answer tell."""
    answering_id, by = _answering(turn, publisher_id, names)
    if answering_id is None:
        narrated = _narrated(passages, language, None, names)
        return [replace(attribution, speaker=turn.speaker or attribution.speaker) for attribution in narrated]
    found = []
    for passage in passages:
        own = [mention for mention in names.find(passage.text) if mention.authority_id == answering_id]
        head = next((mention.name for mention in own if mention.is_head), None)
        way = ("speaker" if own[0].is_head else "name") if own else by
        found.append(Attribution(answering_id, way, turn.speaker or head, is_quoted(passage.text)))
    return found


def _answering(turn: Turn, publisher_id: str | None, names: Names) -> tuple[str | None, str]:
    """Return the authority that answers in a turn, and how it was found."""
    if named := names.find(turn.body):
        return named[0].authority_id, "speaker"
    publisher = authorities().get(publisher_id) if publisher_id else None
    if turn.answers == "guest":
        return None, "none"
    if turn.answers == "government" and publisher and publisher.level == "parliament":
        return _government(publisher.jurisdiction), "speaker"
    return publisher_id, "publisher"


def _government(jurisdiction: str) -> str | None:
    found = [body.id for body in authorities().values() if (body.jurisdiction, body.level) == (jurisdiction, "government")]
    return found[0] if len(found) == 1 else None


def _narrated(passages: Sequence[Passage], language: str, publisher_id: str | None, names: Names) -> list[Attribution]:
    """Return whose position passages tell in which nobody answers."""
    last, last_speaker, last_position, is_interrupted = publisher_id, None, 0, False
    found = []
    for position, passage in enumerate(passages):
        mentions = names.find(passage.text)
        is_quotation = is_quoted(passage.text)
        way = None if mentions else _goes_on(passage.text, language, is_quotation, names, last)
        if mentions:
            chosen = _leading(mentions, publisher_id)
            head = next((m.name for m in mentions if m.is_head and m.authority_id == chosen.authority_id), None)
            last_speaker = head or (last_speaker if chosen.authority_id == last else None)
            last, last_position, is_interrupted = chosen.authority_id, position, False
            found.append(Attribution(last, "speaker" if chosen.is_head else "name", head, is_quotation))
        elif last and position - last_position <= REACH and way in (("body", "titled") if is_interrupted else CARRYING):
            last_speaker = None if way == "titled" else last_speaker
            found.append(Attribution(last, "context", last_speaker if is_quotation else None, is_quotation))
            last_position, is_interrupted = position, False
        else:
            is_interrupted = is_interrupted or way == "other"
            found.append(Attribution(publisher_id, "publisher" if publisher_id else "none", None, is_quotation))
    return found


def _leading(mentions: list[Mention], publisher_id: str | None) -> Mention:
    """Return the mention that acts: the publisher's own if it is there, else the first."""
    return next((mention for mention in mentions if mention.authority_id == publisher_id), mentions[0])


def is_quoted(text: str) -> bool:
    """Whether a text holds direct speech.

    Straight marks open and close alike, so they count in pairs; the last may stay open where the text begins with one.
    """
    inside = text.split('"')[1 : None if text.startswith('"') else -1 : 2]
    return bool(QUOTATION.search(text)) or any(len(words) >= SHORTEST for words in inside)


def _goes_on(text: str, language: str, is_quotation: bool, names: Names, authority_id: str | None) -> str | None:
    """Return how a passage goes on with the authority and the speaker before it, None for not at all.

    `speaker`: who spoke last speaks; `body`: the authority named last does; `titled`: a new person of its office does;
    `other`: somebody named who is no listed head, so that a pronoun after it means nobody earlier.
    """
    speech = _speech().get(language)
    if speech is None:
        return "speaker" if is_quotation else None
    folded = fold(text)
    if is_quotation and any(PERSON.match(text, match.end()) for match in speech.titled.finditer(folded)):
        return "titled"
    if is_quotation and any(PERSON.match(text, match.end()) for match in speech.verb.finditer(folded)):
        return "other"
    if speech.speaker.search(folded):
        return "speaker"
    for noun in speech.body.finditer(folded):
        owner = OWNER.match(text, noun.end())
        # "the Ministry of Commerce" may be the one named before, whose name holds the words after the article.
        if not owner or names.hold(re.split(r"[\s']", folded[noun.start() : owner.end()], maxsplit=1)[1], authority_id):
            return "body"
    return None
