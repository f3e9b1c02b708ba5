"""Whose position each passage tells: the authority, the speaker quoted, and the rule that found them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from itertools import groupby

from analysis.catalogue import authorities
from analysis.statements.actor import ACTING, acting
from analysis.statements.dialogue import Turn
from analysis.statements.jurisdiction import acting_government, government_named, government_of
from analysis.statements.names import Names, Person, fold, known_names, surname_of
from analysis.statements.quotation import direct_part, find_quotations
from analysis.statements.scene import Known, Said, Scene
from analysis.statements.speaker import find_speaker, general_noun, known_subject, private_subject
from analysis.statements.speech import Speech, speeches
from analysis.statements.split import Passage

REACH = 6
"""Passages: how far an authority or a speaker is carried on by a pronoun or a general noun."""
ONLY_SPEAKER = 80
"""Characters: a longer passage tells more than who spoke before it."""
MOSTLY = 0.6
"""Share of a passage that a quotation must fill to go on without a word about who speaks."""


@dataclass(frozen=True)
class Attribution:
    """Whose position a passage tells.

    `by` is the rule that fired: `name` of a body, title of an `office`, name of a `holder`, a `quotation`, `pronoun` or general
    `noun` that goes on with who was told elsewhere, a `report` in the subjunctive that does, a `turn` of questions and answers,
    the `publisher`, or `none`. `quote_start` and `quote_end` are places in the document's text, without the marks.
    """

    authority_id: str | None
    by: str
    speaker: str | None
    is_quotation: bool
    office_id: str | None = None
    quote_start: int | None = None
    quote_end: int | None = None


@dataclass
class _Last:
    """Who was told last: the authority, who spoke, and where."""

    authority_id: str | None
    office_id: str | None = None
    speaker: str | None = None
    is_other: bool = False
    position: int = 0
    has_spoken: bool = False


def attribute(
    passages: Sequence[Passage],
    language: str,
    publisher_id: str | None,
    names: Names | None = None,
    turns: Sequence[Turn | None] = (),
    text: str | None = None,
    day: Day | None = None,
) -> list[Attribution]:
    """Return whose position each passage of one document tells.

    `publisher_id` is the authority that published the document, None for press. Who is said to speak comes first, then a
    quotation that goes on, then the body that acts; a pronoun or a general noun carries the last one on for a few passages; an
    official text otherwise speaks for its publisher. What a firm, a lobby or an expert says is nobody's position here: the
    speaker is kept, and no authority, unless a body acts before they are told to speak. Who holds an office is told by its
    periods on the document's `day`.

    `text` is the document's text, in which paragraphs end with a line; without it the passages are one paragraph.

    `turns` tells for each passage the turn of a dialogue that it is in, if there is one. A question is nobody's position, even
    where it names a body. An answer is the position of the body that answers, whatever else it names; where that body is
    unknown, it is read like any other passage of press. Nothing is carried on from one turn into the next.
    """
    names = names or known_names()
    scenes = _scenes(passages, language, names, text, day)
    firsts = _first_of_paragraphs(passages, text)
    found: list[Attribution] = []
    for turn, group in groupby(range(len(passages)), key=lambda place: turns[place] if turns else None):
        places = list(group)
        part, begin = [scenes[place] for place in places], [firsts[place] for place in places]
        if turn is None:
            found += _narrated(part, begin, language, publisher_id, names, day)
        elif turn.kind == "question":
            found += [Attribution(None, "none", None, False) for _ in part]
        else:
            found += _answered(part, begin, turn, language, publisher_id, names, day)
    return [_placed(one, scene, passage) for one, scene, passage in zip(found, scenes, passages, strict=True)]


def _scenes(passages: Sequence[Passage], language: str, names: Names, text: str | None, day: Day | None) -> list[Scene]:
    speech = speeches().get(language)
    texts = [passage.text for passage in passages]
    parts = find_quotations(texts, language, _first_of_paragraphs(passages, text))
    scenes = []
    for words, inside in zip(texts, parts, strict=True):
        folded = fold(words)
        tokens = speech.tokens(folded) if speech else []
        scenes.append(Scene(words, folded, names.find_folded(words, folded, day), tokens, inside))
    return scenes


def _first_of_paragraphs(passages: Sequence[Passage], text: str | None) -> list[bool]:
    """Return for each passage whether it begins a paragraph."""
    if text is None:
        return [position == 0 for position in range(len(passages))]
    ends = [0, *(passage.end for passage in passages)]
    return [position == 0 or "\n" in text[ends[position] : passage.start] for position, passage in enumerate(passages)]


def _placed(found: Attribution, scene: Scene, passage: Passage) -> Attribution:
    """Return an attribution with the place of its quotation in the document."""
    part = direct_part(scene.parts)
    if part is None:
        return found
    return replace(found, is_quotation=True, quote_start=passage.start + part.start, quote_end=passage.start + part.end)


def _answered(
    scenes: Sequence[Scene],
    firsts: Sequence[bool],
    turn: Turn,
    language: str,
    publisher_id: str | None,
    names: Names,
    day: Day | None,
) -> list[Attribution]:
    """Return whose position the passages of one answer tell."""
    answering_id, by = _answering(turn, publisher_id, names, day)
    if answering_id is None:
        narrated = _narrated(scenes, firsts, language, None, names, day)
        return [replace(attribution, speaker=turn.speaker or attribution.speaker) for attribution in narrated]
    found = []
    for scene in scenes:
        own = [mention for mention in scene.mentions if mention.authority_id == answering_id]
        holder = next((mention.name for mention in own if mention.kind == "holder"), None)
        way, office_id = (own[0].kind, own[0].office_id) if own else (by, None)
        found.append(Attribution(answering_id, way, turn.speaker or holder, False, office_id))
    return found


def _answering(turn: Turn, publisher_id: str | None, names: Names, day: Day | None) -> tuple[str | None, str]:
    """Return the authority that answers in a turn, and how it was found."""
    named = next((mention for mention in names.find(turn.body, day) if mention.authority_id), None)
    if named:
        return named.authority_id, "turn"
    publisher = authorities().get(publisher_id) if publisher_id else None
    if turn.answers == "guest":
        return None, "none"
    if turn.answers == "government" and publisher and publisher.level == "parliament":
        return _government(publisher.jurisdiction), "turn"
    return publisher_id, "publisher"


def _government(jurisdiction: str) -> str | None:
    """Return the government that answers a parliament; a head of state answers none."""
    found = government_of(jurisdiction)
    return found if found and authorities()[found].level != "head_of_state" else None


def _narrated(
    scenes: Sequence[Scene],
    firsts: Sequence[bool],
    language: str,
    publisher_id: str | None,
    names: Names,
    day: Day | None,
) -> list[Attribution]:
    """Return whose position passages tell in which nobody answers."""
    speech = speeches().get(language)
    reader = _Reader(scenes, firsts, speech, publisher_id, names, language)
    reader.said = _who_speaks(scenes, speech, names, day, publisher_id) if speech else [None] * len(scenes)
    for position, said in enumerate(reader.said):
        before = (
            scenes[position - 1].parts if position and not firsts[position] and _only_tells_speaker(scenes[position]) else ()
        )
        for part in (*scenes[position].parts, *before):
            if said and part.is_direct and said.who != "pronoun":
                reader.quoted.setdefault(part.number, said)
    return [reader.read(position) for position in range(len(scenes))]


def _only_tells_speaker(scene: Scene) -> bool:
    """Whether a passage is nothing but who said what stands before it: "\u201cWe act!\u201d said the minister."."""
    return (
        len(scene.text) <= ONLY_SPEAKER and direct_part(scene.parts) is None and any("say" in one.kinds for one in scene.tokens)
    )


def _who_speaks(
    scenes: Sequence[Scene], speech: Speech, names: Names, day: Day | None, publisher_id: str | None
) -> list[Said | None]:
    """Return who is said to speak in each passage, with the persons named before known by their surnames."""
    people: dict[str, Person] = {}
    found, last_id = [], publisher_id
    for scene in scenes:
        for mention in scene.mentions:
            last_id = mention.authority_id or last_id
            if mention.kind == "holder":
                _remember(people, Person(mention.name, mention.authority_id, mention.office_id))
        said = find_speaker(scene, speech, Known(names, people, day, last_id))
        subject = said or known_subject(scene, speech, people)
        if said and said.speaker and said.who in ("named", "other"):
            _remember(people, Person(said.speaker, said.authority_id, said.office_id))
        found.append(subject)
    return found


def _remember(people: dict[str, Person], person: Person) -> None:
    folded = fold(person.name)
    for name in {folded, surname_of(folded) or folded}:
        people.setdefault(name, person)


class _Reader:
    """Passages of one document read in their order, with who was told last."""

    def __init__(
        self,
        scenes: Sequence[Scene],
        firsts: Sequence[bool],
        speech: Speech | None,
        publisher_id: str | None,
        names: Names,
        language: str,
    ) -> None:
        self.language = language
        self.scenes, self.firsts, self.speech, self.publisher_id, self.names = scenes, firsts, speech, publisher_id, names
        self.last = _Last(publisher_id)
        self.said: list[Said | None] = []
        self.quoted: dict[int, Said] = {}

    def read(self, position: int) -> Attribution:
        """Return whose position a passage tells, after those before it."""
        scene, said = self.scenes[position], self.said[position]
        is_quotation = direct_part(scene.parts) is not None
        if self.firsts[position] and not self._begins_with_who_spoke(scene):
            self.last.has_spoken = False
        if said and (found := self._of_speaker(said, scene, position, is_quotation)):
            return found
        if found := self._of_quotation(scene, position):
            return found
        if found := self._of_actor(scene, position):
            return found
        if found := self._carried(scene, position, is_quotation):
            return found
        if self.speech and (subject := private_subject(scene, self.speech)):
            self._pass_to_other(subject, position)
        return Attribution(self.publisher_id, "publisher" if self.publisher_id else "none", None, is_quotation)

    def _begins_with_who_spoke(self, scene: Scene) -> bool:
        """Whether a new paragraph begins with a pronoun or with a quotation."""
        lead = len(scene.text) - len(scene.text.lstrip())
        if any(part.is_direct and part.start <= lead + 2 for part in scene.parts):
            return True
        return bool(self.speech and self.speech.alone.match(scene.folded, lead))

    def _of_speaker(self, said: Said, scene: Scene, position: int, is_quotation: bool) -> Attribution | None:
        if said.who == "named":
            return self._told(said.authority_id, said.by, said.speaker, said.office_id, position, has_spoken=True)
        if said.who == "other":
            return self._of_other(said, scene, position, is_quotation)
        if said.who == "pronoun":
            before = [one for one in scene.mentions if one.end <= said.place and one.authority_id]
            if before and not is_quotation:
                chosen = next((one for one in before if one.kind == "holder"), before[0])
                speaker = chosen.name if chosen.kind == "holder" else None
                return self._told(chosen.authority_id, "pronoun", speaker, chosen.office_id, position, has_spoken=True)
            is_near = self.last.has_spoken or (self.last.authority_id and not self.firsts[position])
            return self._again(position, "pronoun") if is_near else None
        if not self.last.authority_id or position - self.last.position > REACH:
            return self._of_other(said, scene, position, is_quotation) if said.who == "titled" else None
        speaker = said.speaker if said.who == "titled" else None
        return self._told(self.last.authority_id, "noun", speaker, None, position, has_spoken=True)

    def _of_other(self, said: Said, scene: Scene, position: int, is_quotation: bool) -> Attribution | None:
        if (government := government_named(said.speaker)) and not self.publisher_id:
            return self._told(government, "name", None, None, position, has_spoken=True)
        # In an official text a firm's words without marks are what the publisher says of it.
        if self.publisher_id and not is_quotation:
            return None
        actor, score = acting(scene, self.publisher_id)
        # "The agency acted, Acme said" tells an act; "Acme said the agency acted" only what a firm says of it.
        if actor and actor.start < said.place and score >= ACTING and not is_quotation:
            return self._told(actor.authority_id, actor.kind, said.speaker, actor.office_id, position)
        self._pass_to_other(said.speaker, position)
        return Attribution(None, "none", said.speaker, is_quotation)

    def _pass_to_other(self, speaker: str | None, position: int) -> None:
        """Let pronouns and quotations go on with somebody who stands for no authority; a general noun still means the last."""
        self.last = replace(self.last, is_other=True, speaker=speaker, position=position, has_spoken=True)

    def _again(self, position: int, by: str) -> Attribution | None:
        """Return the attribution to who spoke last, None where that is too long ago."""
        if position - self.last.position > REACH:
            return None
        self.last.has_spoken = True
        if self.last.is_other:
            self.last.position = position
            return Attribution(None, "none", self.last.speaker, False)
        if self.last.authority_id is None:
            return None
        return self._told(self.last.authority_id, by, self.last.speaker, self.last.office_id, position, has_spoken=True)

    def _told(
        self,
        authority_id: str | None,
        by: str,
        speaker: str | None,
        office_id: str | None,
        position: int,
        has_spoken: bool = False,
    ) -> Attribution:
        self.last = _Last(authority_id, office_id, speaker, False, position, has_spoken or self.last.has_spoken)
        return Attribution(authority_id, by, speaker, False, office_id)

    def _of_quotation(self, scene: Scene, position: int) -> Attribution | None:
        """Return the speaker of a quotation that is told in another of its passages."""
        for part in scene.parts:
            said = self.quoted.get(part.number) if part.is_direct else None
            if said and said.who in ("named", "other"):
                if said.who == "other":
                    self._pass_to_other(said.speaker, position)
                    return Attribution(None, "none", said.speaker, True)
                return self._told(said.authority_id, "quotation", said.speaker, said.office_id, position, has_spoken=True)
            if said and said.who in ("body", "titled") and self.last.authority_id:
                return self._told(self.last.authority_id, "quotation", said.speaker, None, position, has_spoken=True)
        return None

    def _of_actor(self, scene: Scene, position: int) -> Attribution | None:
        """Return the body that acts in a passage; in an official text the publisher, unless another one clearly does."""
        actor, score = acting(scene, self.publisher_id)
        is_clear = actor is not None and score >= ACTING
        if not (is_clear or self.publisher_id) and (government := acting_government(scene, self.language)):
            return self._told(government, "name", None, None, position)
        if actor is None or score < 0 or (self.publisher_id and actor.authority_id != self.publisher_id and score < ACTING):
            return None
        holder = next((one for one in scene.mentions if one.kind == "holder" and one.authority_id == actor.authority_id), None)
        office_id = actor.office_id or (holder.office_id if holder else None)
        speaker = holder.name if holder else None
        if speaker is None and actor.authority_id == self.last.authority_id and not self.last.is_other:
            found = self._told(actor.authority_id, actor.kind, self.last.speaker, self.last.office_id, position)
            return replace(found, speaker=None, office_id=office_id)
        return self._told(actor.authority_id, actor.kind, speaker, office_id, position)

    def _carried(self, scene: Scene, position: int, is_quotation: bool) -> Attribution | None:
        """Return who was told before, where a quotation, a general noun or reported speech goes on."""
        if self.last.authority_id is None and not self.last.is_other:
            return None
        if is_quotation and self._is_all_quoted(scene) and (self.last.has_spoken or self.speech is None):
            return self._again(position, "quotation")
        if self.speech is None:
            return None
        is_near = position - self.last.position <= REACH and self.last.authority_id
        if is_near and general_noun(scene, self.speech, self.names, self.last.authority_id):
            return replace(self._told(self.last.authority_id, "noun", self.last.speaker, None, position), speaker=None)
        is_reported = any("report" in token.kinds for token in scene.tokens)
        if is_reported and self.last.has_spoken and not self.firsts[position] and not self.publisher_id:
            return self._again(position, "report")
        return None

    def _is_all_quoted(self, scene: Scene) -> bool:
        quoted = sum(part.end - part.start for part in scene.parts if part.is_direct)
        return self.speech is None or quoted >= MOSTLY * len(scene.text.strip())
