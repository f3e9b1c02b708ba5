"""Whose authorities a passage is about, as a jurisdiction: by the authority found, else by what names a country in it."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.catalogue import authorities
from analysis.statements.actor import ACTING, acting
from analysis.statements.names import fold, known_names
from analysis.statements.phrases import Phrases
from analysis.statements.scene import Scene
from analysis.statements.speech import speeches

WEIGHTS = {
    "mention": 4.0,
    "organ": 4.0,
    "law": 3.0,
    "union": 2.5,
    "capital": 2.0,
    "place": 2.0,
    "name": 1.5,
    "people": 1.5,
    "hint": 1.5,
    "money": 1.0,
}
"""How much one thing points to a jurisdiction; set by hand, in the order of how seldom it means another."""
BESIDE_GOVERNMENT = 3.0
ACTS = 3.0
FIRST = 0.25
ACTORS = ("name", "union", "capital", "organ", "hint")
METONYMS = ("union", "capital", "name")
"""What stands for a government where it acts or speaks: "Brussels wants", "China said"."""
PLACED = re.compile(
    r"(?:(?<!\w)(?:in|of|to|from|for|at|under|across|within|with|like|than|into|on|between|against|over|outside|inside|"
    r"throughout|near|around|en|de|du|des|à|au|aux|dans|vers|pour|avec|contre|sous|entre|chez|a|al|del|con|para|desde|hacia|"
    r"sobre|ante|bajo|contra|nach|aus|von|vom|zu|zur|mit|für|gegen|zwischen|über|bei|an|auf)"
    r"(?:\s(?:the|la|le|les|l'|el|los|las|die|der|das|den|dem))?\s?|(?<!\w)d'|[在对向从与给赴])$"
)
"""What stands before a country's name that is a place or an object: "offices in Berlin will close"."""
PLACED_LENGTH = 20
BROKEN = re.compile(r"^[-/]|[,.;:()«»“”„\"?!，。]|(?<!\w)(?:and|or|et|ou|und|oder|y|o)(?!\w)")
"""What between a country's name and a verb gives the verb another subject."""
CLOSE = 14
"""Characters between a country's name and its verb."""
NEAR = 28
"""Characters between a country's name and the word that makes it its authorities."""
PRIOR = {
    "zh": ("CN", 3.0),
    "ja": ("JP", 2.0),
    "ko": ("KR", 2.0),
    "it": ("IT", 1.0),
    "de": ("DE", 2.0),
    "fr": ("FR", 2.0),
    "es": ("ES", 1.0),
    "pt": ("BR", 0.5),
}
"""Where most texts of a language are from, and how much that weighs: less than any body or law named."""
LANGUAGES = ("en", "fr", "zh", "de", "es", "ja", "ko", "pt", "it")
NO_COUNTRIES = ("ZZ", "EZ", "UN", "XA", "XB", "QO")
BY = {
    "union": "organ",
    "people": "country",
    "name": "country",
    "capital": "place",
    "money": "place",
    "mention": "organ",
    "hint": "organ",
}


@dataclass(frozen=True)
class Place:
    """A jurisdiction and what told it.

    `by`: the `authority` whose position the passage tells, an `organ` or another body named, a `law`, the name of a `country`
    or its people, a `place` or its money, the `language` alone, or `none`.
    """

    code: str | None
    by: str


@dataclass(frozen=True)
class _Entry:
    code: str
    kind: str
    written: str
    is_open: bool = False
    languages: frozenset[str] | None = None


class _Atlas:
    """What points to jurisdictions, for finding all of it in a text at once."""

    def __init__(self) -> None:
        lists = tomllib.loads((Path(__file__).parent / "countries.toml").read_text(encoding="utf-8"))
        government = lists.pop("government")["words"]
        self.governments = {code: kinds.pop("stands_for") for code, kinds in lists.items() if "stands_for" in kinds}
        entries: dict[str, list[_Entry]] = defaultdict(list)
        for word in government:
            entries[fold(word)].append(_Entry("", "government", word))
        # First, for what is both a name and an adjective is a name that may act.
        for (code, name), languages in _country_names().items():
            _add(entries, fold(name), _Entry(code, "name", name.lower(), languages=frozenset(languages)))
        for code, kinds in lists.items():
            for kind, words in kinds.items():
                for word in words:
                    stem = word.removesuffix("*")
                    _add(entries, fold(stem), _Entry(code, kind, stem, stem != word))
        self.patterns = list(entries)
        self.entries = [entries[pattern] for pattern in self.patterns]
        self.named = {pattern: found[0] for pattern, found in entries.items()}
        self.search = Phrases(self.patterns, [found[0].is_open for found in self.entries])


def _add(entries: dict[str, list[_Entry]], pattern: str, entry: _Entry) -> None:
    known = entries[pattern]
    if all(other.code != entry.code for other in known):
        known.append(entry)


def _country_names() -> dict[tuple[str, str], set[str]]:
    """Return the names of countries with the languages in which they are so called: a German's Island is no English one."""
    from babel import Locale

    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
                names[code, name].add(language)
    return names


@cache
def _atlas() -> _Atlas:
    return _Atlas()


def jurisdiction(text: str, language: str, authority_id: str | None = None, is_loose: bool = False) -> Place:
    """Return whose authorities a passage is about.

    The authority's jurisdiction where there is an authority that belongs to one, else that to which most in the text points.
    A loose passage, of which nothing else is known, is given that of its language where its words tell nothing.
    """
    if authority_id and (code := authorities()[authority_id].jurisdiction):
        return Place(code, "authority")
    scores, ways = _evidence(text, language)
    prior, weight = PRIOR.get(language, ("", 0.0))
    if prior and (scores or is_loose):
        scores[prior] += weight
        ways.setdefault(prior, (0.0, "language"))
    if not scores:
        return Place(None, "none")
    best = max(scores, key=lambda code: (scores[code], code == prior))
    found = ways[best][1]
    if found == "language" and not is_loose:
        return Place(None, "none")
    return Place(best, BY.get(found, found))


def _evidence(text: str, language: str) -> tuple[dict[str, float], dict[str, tuple[float, str]]]:
    """Return how much points to each jurisdiction, and the kind of the heaviest thing that does."""
    folded = fold(text)
    scores: dict[str, float] = defaultdict(float)
    ways: dict[str, tuple[float, str]] = {}
    seen: set[tuple[str, str]] = set()
    speech = speeches().get(language)
    scene = Scene(text, folded, known_names().find_folded(text, folded), speech.tokens(folded) if speech else (), ())
    for code, kind, word, weight in (*_of_words(scene, language), *_of_mentions(scene)):
        if (code, word) in seen:
            continue
        seen.add((code, word))
        scores[code] += weight + (FIRST if not scores else 0)
        ways[code] = max(ways.get(code, (0.0, "")), (weight, kind))
    return scores, ways


def _of_words(scene: Scene, language: str) -> list[tuple[str, str, str, float]]:
    atlas = _atlas()
    hits: list[tuple[int, int, list[_Entry]]] = []
    government: list[tuple[int, int]] = []
    for number, start, end in atlas.search.find(scene.folded):
        entries = [one for one in atlas.entries[number] if one.languages is None or language in one.languages]
        if not entries or not _is_written(scene.text[start:end], entries[0].written):
            continue
        if entries[0].kind == "government":
            government.append((start, end))
        else:
            hits.append((start, end, entries))
    found = []
    for start, end, entries in hits:
        near = government[bisect_left(government, (start - NEAR, 0)) : bisect_left(government, (end + NEAR, 0))]
        is_beside = any(first - end >= 0 or start - last <= NEAR // 3 for first, last in near)
        bonus = ACTS if any(entry.kind in ACTORS for entry in entries) and _acts(scene, start, end) else 0.0
        for entry in entries:
            weight = WEIGHTS[entry.kind]
            weight += BESIDE_GOVERNMENT if is_beside and entry.kind in ("people", "name", "union") else 0.0
            weight += bonus if entry.kind in ACTORS else 0.0
            found.append((entry.code, entry.kind, scene.folded[start:end], weight / len(entries)))
    return found


def _acts(scene: Scene, start: int, end: int) -> bool:
    """Whether a country's name is the subject of the verb after it, or the agent of a passive one."""
    for token in scene.tokens_from(start - NEAR):
        if token.start > end + CLOSE:
            return False
        if token.start >= end and token.kinds & {"say", "act"}:
            is_placed = PLACED.search(scene.folded[max(0, start - PLACED_LENGTH) : start])
            return not (is_placed or BROKEN.search(scene.folded[end : token.start]))
        if "agent" in token.kinds and 0 <= start - token.end <= CLOSE // 2:
            return True
    return False


def acting_government(scene: Scene, language: str) -> str | None:
    """Return the government of the country, or of the capital that stands for it, that is subject or agent of a verb."""
    if not scene.tokens:
        return None
    atlas = _atlas()
    for number, start, end in atlas.search.find(scene.folded):
        entry = atlas.entries[number][0]
        if entry.kind not in METONYMS or (entry.languages and language not in entry.languages):
            continue
        is_meant = _is_written(scene.text[start:end], entry.written) and not scene.is_quoted(start)
        if is_meant and _acts(scene, start, end) and (found := government_of(entry.code)):
            return found
    return None


def government_named(name: str | None) -> str | None:
    """Return the government of the country, or of the capital that stands for it, that is so called."""
    if not name:
        return None
    found = _atlas().named.get(fold(name))
    return government_of(found.code) if found and found.kind in METONYMS and _is_written(name, found.written) else None


def government_of(code: str) -> str | None:
    """Return the body for which a country's name stands, None where the catalogue has none."""
    found = _atlas().governments.get(code, f"{code.lower()}-government")
    return found if found in authorities() else None


def _is_written(found: str, written: str) -> bool:
    """Whether a word is written as it is listed: with the capitals it has there; a sentence may begin with it."""
    if written == written.lower():
        return True
    return found in (written, written.upper()) or found[0].lower() + found[1:] == written


def _of_mentions(scene: Scene) -> list[tuple[str, str, str, float]]:
    actor, score = acting(scene, None)
    found = []
    for mention in scene.mentions:
        code = authorities()[mention.authority_id].jurisdiction if mention.authority_id else ""
        if code:
            weight = WEIGHTS["mention"] + (ACTS if mention is actor and score >= ACTING else 0)
            found.append((code, "mention", mention.authority_id or "", weight))
    return found
