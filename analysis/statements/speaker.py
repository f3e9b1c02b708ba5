"""Who is said to speak in one passage: a person or body beside a verb of saying, or a pronoun for one named before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from analysis.statements import chinese
from analysis.statements.actor import ARTICLE
from analysis.statements.names import Mention, Names, Person, fold, surname_of
from analysis.statements.scene import REACH, STOP, Known, Said, Scene
from analysis.statements.speech import NAME, Speech, Token

SPEAKER_LENGTH = 60
SUBJECT_LENGTH = 80
"""Characters at the beginning of a passage in which its subject is looked for."""
GAP = 40
"""Characters between the beginning of a subject and the name of the authority in it: "officials of the competition body"."""
# A general noun that is somebody else's: "the president of Intel", "the bank Acme".
OWNER = re.compile(r"\s(?:(?:of|de|du|des|del|von|vom|der)\s+\w+|d['’]\w+|[A-ZÀ-ÖØ-Þ][\w'’-]*)")
# Somebody's whom a name tells: "the president of Intel", but not "the head of the agency".
OWNED = re.compile(r"\s(?:(?:of|de|du|del|von)\s|d['’])[A-ZÀ-ÖØ-Þ]")
SEPARATED = re.compile(r"\s(?:mit|an|ein|zu|fest|klar|hin|hervor|zurück)$")
"""The end of a German verb, which stands behind its subject: "teilte der Konzern mit"."""
CONNECTED = re.compile(r"(?<!\w)(?:for|of|at|de|du|des|del|der|von|vom|für|en|in|à|the|la|le)(?!\w)|'s|\w+-$")
AFTER_SPEAKER = re.compile(r"\s*(?:$|,|(?:on|in|at|during|after|of|for|this|last|to|told)(?!\w))")
ONLY_TOLD = re.compile(r"(?:is|was|were|are|be|been|being|to|not|never|as|often|it is|he was|she was)\s$")
"""English: what stands before a form of a verb of saying that has no speaker before it."""


def find_speaker(scene: Scene, speech: Speech, known: Known) -> Said | None:
    """Return who is said to speak in a passage, None where nobody is."""
    # Who is told at the very end tells all of it: "The firm praised it, the agency said."
    ends = [token for token in scene.tokens[-1:] if not any(map(str.isalnum, scene.folded[token.end : token.end + 4]))]
    for token in (*ends, *scene.tokens):
        if scene.is_quoted(token.start):
            continue
        if found := _of_token(token, scene, speech, known):
            return replace(found, place=token.start)
    return _before_colon(scene, speech, known)


def _of_token(token: Token, scene: Scene, speech: Speech, known: Known) -> Said | None:
    if "pronoun" in token.kinds:
        # 其他, "other", is no pronoun.
        if not speech.has_blanks and scene.folded[token.start - 1 : token.start] == "其":
            return None
        return Said("pronoun", by="pronoun")
    if "opening" in token.kinds:
        before = scene.folded[max(0, token.start - 2) : token.start]
        if not before or not (before[-1].isalnum() or (before[-1].isspace() and before[0].isalnum())):
            return Said("pronoun", by="pronoun")
        is_verb = scene.folded[token.start : token.end].endswith(("表示", "指出"))
        return chinese.before_verb(token.end - chinese.VERB_LENGTH, scene, speech, known) if is_verb else None
    if "according" in token.kinds:
        if not speech.has_blanks:
            return chinese.cited(token, scene, speech, known)
        return _subject(scene, token.end, _right_end(scene, token.end), speech, known)
    if "according_after" in token.kinds:
        return _subject(scene, _left_start(scene, token.start, speech)[0], token.start, speech, known, True)
    if "say" not in token.kinds:
        return None
    if not speech.has_blanks:
        return chinese.before_verb(token.start, scene, speech, known)
    if ONLY_TOLD.search(scene.folded[max(0, token.start - 8) : token.start]) and speech.language == "en":
        return None
    return _beside_verb(token, scene, speech, known)


def _beside_verb(token: Token, scene: Scene, speech: Speech, known: Known) -> Said | None:
    start, is_set_off = _left_start(scene, token.start, speech)
    left = scene.folded[start : token.start]
    if not left.strip(" ,\t'\u2013"):
        if speech.dropped.match(scene.folded, token.start):
            return Said("pronoun", by="pronoun")
        return _subject(scene, token.end, _right_end(scene, token.end), speech, known)
    skipped = speech.skip.match(scene.folded, start, token.start)
    if skipped and skipped.end() == token.start and speech.dropped.match(scene.folded, token.start):
        return Said("pronoun", by="pronoun")
    turns_round = (
        is_set_off and _ends_with_speaker(scene, token.end)
        if speech.language == "en"
        else is_set_off or _is_aside(left.strip(" ,"), speech)
    )
    if turns_round and (found := _subject(scene, token.end, _right_end(scene, token.end), speech, known)):
        return found
    return _subject(scene, start, token.start, speech, known, True)


def _is_aside(words: str, speech: Speech) -> bool:
    """Whether the subject follows its verb after these words: "Am Montag sagte"; "das" is an article before others."""
    aside = speech.aside.match(words)
    return aside is not None and (aside[0] == words or not ARTICLE.fullmatch(aside[0]))


def _ends_with_speaker(scene: Scene, start: int) -> bool:
    """Whether nothing but a name with its titles, a time or a place follows an English verb in its clause."""
    end = _right_end(scene, start)
    names = list(NAME.finditer(scene.text, start, end))
    if not names or scene.text[start : names[0].start()].strip() not in ("", "the", "by"):
        return False
    return bool(AFTER_SPEAKER.match(scene.folded, max(name.end() for name in names[:2]), end))


def _left_start(scene: Scene, end: int, speech: Speech) -> tuple[int, bool]:
    """Return where the subject before a verb begins, and whether a comma stands directly before the verb."""
    floor = max(0, end - REACH)
    for part in scene.parts:
        if part.is_direct and part.end <= end:
            floor = max(floor, part.end)
    for stop in STOP.finditer(scene.folded, floor, end):
        floor = stop.end()
    commas = [place for place in range(floor, end) if scene.folded[place] == ","]
    if commas and not scene.folded[commas[-1] + 1 : end].strip():
        # A subject with words set off behind it: "Ada Muster, head of the agency, said".
        start = commas[-3] + 1 if len(commas) > 2 else floor
        return _after_cut(scene, start, commas[-2] if len(commas) > 1 else commas[-1], speech), True
    start = commas[-1] + 1 if commas else floor
    return _after_cut(scene, start, end, speech), False


def _after_cut(scene: Scene, start: int, end: int, speech: Speech) -> int:
    for cut in speech.cut.finditer(scene.folded, start, end):
        start = cut.end()
    return start


def _right_end(scene: Scene, start: int) -> int:
    limit = min(len(scene.folded), start + REACH)
    stop = STOP.search(scene.folded, start, limit)
    end = stop.start() if stop else limit
    for part in scene.parts:
        if part.is_direct and part.start >= start:
            end = min(end, part.start)
    return end


def _subject(scene: Scene, start: int, end: int, speech: Speech, known: Known, is_before_verb: bool = False) -> Said | None:
    """Return who the words of a subject, `text[start:end]`, name; None where they name nobody who could speak."""
    if not scene.folded[start:end].strip():
        return None
    begin = speech.skip.match(scene.folded, start, end)
    first = begin.end() if begin else start
    if speech.alone.match(scene.folded, first, end) or speech.alone.match(scene.folded, start + 1, end):
        return Said("pronoun", by="pronoun")
    inside = [mention for mention in scene.mentions if start <= mention.start < end]
    private = speech.private.search(scene.folded, first, end)
    role = speech.role.search(scene.folded, first, end)
    person = _person(scene, first, end, speech, inside, is_before_verb)
    if named := _named(scene, first, inside, private, role, person):
        return named
    return _unlisted(scene, start, first, end, speech, known, private, role, person)


def _named(
    scene: Scene,
    first: int,
    inside: list[Mention],
    private: re.Match[str] | None,
    role: re.Match[str] | None,
    person: str | None,
) -> Said | None:
    """Return the authority in a subject, if it or somebody of it is what speaks."""
    if not inside:
        return None
    holder = next((mention for mention in inside if mention.kind == "holder"), None)
    if holder and private and private.start() < holder.start:
        return Said("other", speaker=holder.name, by="holder")
    if holder and holder.start - first <= GAP:
        return Said("named" if holder.authority_id else "other", holder.authority_id, holder.office_id, holder.name, "holder")
    head = inside[0]
    if private and private.start() < head.start:
        return None
    gap = scene.folded[first : head.start]
    is_first = not ARTICLE.sub("", gap.strip() + " ").strip()
    if is_first and private and private.start() - head.end < 3:
        return None
    if is_first or role or (len(gap) <= GAP and person is None):
        title = next((mention for mention in inside if mention.kind == "office"), None)
        by: Literal["office", "name"] = "office" if title or (role and person) else "name"
        chosen = title or head
        return Said("named" if chosen.authority_id else "other", chosen.authority_id, chosen.office_id, person, by)
    return None


def _unlisted(
    scene: Scene,
    start: int,
    first: int,
    end: int,
    speech: Speech,
    known: Known,
    private: re.Match[str] | None,
    role: re.Match[str] | None,
    person: str | None,
) -> Said | None:
    """Return a speaker that no listed name tells: one named before, an office-holder by surname, or nobody's."""
    if person:
        folded = fold(person)
        surname = surname_of(folded) or folded
        if before := known.people.get(folded) or known.people.get(surname):
            return Said(
                "named" if before.authority_id else "other", before.authority_id, before.office_id, before.name, "holder"
            )
        if role and not private and (held := known.names.titled(surname, known.day)) and _agrees(folded, held.name):
            return Said("named", held.authority_id, held.office_id, held.name, "holder")
    body = speech.body.match(scene.folded, start) or speech.body.match(scene.folded, _blank_end(scene.folded, start))
    if body and not private:
        owner = OWNER.match(scene.text, body.end())
        if person and role and not (owner and owner[0].lstrip()[0].islower()):
            return Said("titled", speaker=person, by="noun")
        if not _is_owned(scene, body, known.names, known.authority_id):
            return Said("body", by="noun")
    is_named_alone = first == _blank_end(scene.folded, start) or speech.language in ("en", "fr", "es")
    if person and (is_named_alone or " " in person or role or private):
        return Said("other", speaker=person)
    if private or role:
        words = scene.text[_blank_end(scene.folded, start) : end].split(",")[0].strip()
        words = SEPARATED.sub("", words) if speech.language == "de" else words
        return Said("other", speaker=words[:SPEAKER_LENGTH] or None)
    return None


def _agrees(folded: str, name: str) -> bool:
    """Whether a person's folded name may be that of a listed one: the surname alone, or the same first name."""
    words = folded.split()
    return len(words) == 1 or fold(name).split()[0] == words[0] or surname_of(fold(name)) == folded


def _is_owned(scene: Scene, noun: re.Match[str] | Token, names: Names, authority_id: str | None) -> bool:
    """Whether a general noun belongs to somebody else than the authority, whose name may hold the words after the article."""
    start, end = noun.span() if isinstance(noun, re.Match) else (noun.start, noun.end)
    owner = OWNER.match(scene.text, end)
    if not owner:
        return False
    words = re.split(r"[\s']", scene.folded[start : owner.end()], maxsplit=1)
    return not names.hold(words[-1], authority_id)


def general_noun(scene: Scene, speech: Speech, names: Names, authority_id: str | None) -> bool:
    """Whether a passage has a general noun, or the words of an unnamed official, for the authority named last."""
    for token in scene.tokens:
        if "body" in token.kinds and not _is_owned(scene, token, names, authority_id):
            return True
        if "opening" in token.kinds and _of_token(token, scene, speech, Known(names, {})):
            return True
    return False


def known_subject(scene: Scene, speech: Speech, people: Mapping[str, Person]) -> Said | None:
    """Return the person named before with whose surname a passage begins, if a verb follows."""
    if not people or not speech.has_blanks:
        return None
    begin = speech.skip.match(scene.folded)
    name = NAME.match(scene.text, begin.end() if begin else 0)
    person = people.get(fold(name[0])) if name else None
    if not (name and person and person.authority_id):
        return None
    is_followed = any(0 <= token.start - name.end() <= 2 and token.kinds & {"say", "act"} for token in scene.tokens)
    return Said("named", person.authority_id, person.office_id, person.name, "holder") if is_followed else None


def private_subject(scene: Scene, speech: Speech) -> str | None:
    """Return the person who is the subject of a passage and, by trade or by the firm named, speaks for no authority.

    No verb of saying is needed, for a pronoun after it means this person and nobody told before. Empty in Chinese.
    """
    if not speech.has_blanks:
        return None
    stop = STOP.search(scene.folded, 0, SUBJECT_LENGTH)
    end = min([stop.start() if stop else SUBJECT_LENGTH, len(scene.text), *(part.start for part in scene.parts)])
    end = min([end, *(token.start for token in scene.tokens if token.kinds & {"say", "act", "being"})])
    if any(mention.start < end for mention in scene.mentions):
        return None
    begin = speech.skip.match(scene.folded)
    first = begin.end() if begin else 0
    role, name = speech.role.search(scene.folded, first, end), NAME.match(scene.text, first, end)
    is_firms = role and (OWNED.match(scene.text, role.end(), end) or (name and name.end() + 1 == role.start()))
    if not (is_firms or speech.private.search(scene.folded, 0, end)):
        return None
    people = (_person(scene, first, end, speech, [], False), *(one[0] for one in NAME.finditer(scene.text, first, end)))
    # A name of one word is rather a firm's, to which no "he" goes back.
    return next((one for one in people if one and " " in one and not speech.private.search(fold(one))), None)


def _blank_end(folded: str, start: int) -> int:
    while start < len(folded) and (folded[start].isspace() or folded[start] == ","):
        start += 1
    return start


def _person(scene: Scene, first: int, end: int, speech: Speech, inside: list[Mention], is_before_verb: bool) -> str | None:
    """Return the name of a person or firm in a subject, without titles before it.

    Nothing but titles may come before it, unless its verb follows directly.
    """
    bodies = [mention for mention in inside if mention.kind != "holder"]
    for match in NAME.finditer(scene.text, first, min(end, first + REACH)):
        start, stop = match.span()
        for mention in bodies:
            start = min(max(start, mention.end), stop) if mention.start <= start else start
            stop = min(stop, mention.start) if start <= mention.start < stop else stop
        words = scene.text[start:stop].strip(" '’-").split()
        while words and any(titles.fullmatch(fold(words[0])) for titles in (speech.role, speech.private, speech.skip)):
            words = words[1:]
        name = " ".join(words).removesuffix("'s").removesuffix("’s")
        if not name[:1].isupper() or speech.private.fullmatch(fold(name)):
            continue
        begin = max([first, *(mention.end for mention in bodies if mention.end <= start)])
        between = CONNECTED.sub("", speech.role.sub("", scene.folded[begin:start]))
        is_last = is_before_verb and not scene.folded[stop:end].strip(" ,")
        if not is_last and speech.skip.sub("", between).strip(" ,-'()"):
            return None
        # "Acme chief executive Ada Muster": the firm stands before the trade of its person.
        trade = speech.private.match(scene.folded, stop + 1, end) or speech.role.match(scene.folded, stop + 1, end)
        person = NAME.match(scene.text, _blank_end(scene.folded, trade.end()), end) if trade else None
        return person[0] if person else name
    return None


def _before_colon(scene: Scene, speech: Speech, known: Known) -> Said | None:
    """Return who is named before a colon at which a quotation begins: `Ada Muster: "We shall act."`"""
    for part in scene.parts:
        head = scene.folded[max(0, part.start - 4) : part.start].rstrip('«“„"「 \u00a0')
        if not part.is_direct or not head.endswith((":", "：")):
            continue
        colon = max(scene.folded.rfind(":", 0, part.start), scene.folded.rfind("：", 0, part.start))
        start = max(0, colon - SPEAKER_LENGTH)
        for stop in STOP.finditer(scene.folded, start, colon):
            start = stop.end()
        if speech.has_blanks:
            found = _subject(scene, start, colon, speech, known)
        else:
            found = chinese.before_verb(colon, scene, speech, known)
        if found and (found.who != "other" or " " in (found.speaker or "")):
            return found
    return None
