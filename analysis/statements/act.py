"""The type of act that a statement tells: what an authority does, apart from what it says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.catalogue import authorities
from analysis.statements.names import fold
from analysis.statements.phrases import Phrases, stands_alone
from analysis.statements.speech import speeches

TYPES = ("draft", "fine", "probe", "support", "approval", "guidance", "rule")
"""Types of deeds; of several that a passage tells, the first of this order counts: what is only proposed before what
binds, what was decided of one firm before what was made for all, and money and clearances before the law that they rest on."""
UNDONE = {
    "fine": "approval", "probe": "approval", "approval": "rule", "support": "rule", "rule": "rule", "guidance": "guidance",
    "draft": "draft",
}  # fmt: skip
"""What taking back an act is: a fine annulled or a probe closed lets the firm go on, as an approval does; a licence or a
subsidy taken away binds, as the end of a ban does; a proposal or a guideline withdrawn stays one. The direction is the
stance's matter."""
ROLES = ("does", "undoes", "unreal", "future", "must", "firm", "says", "own", "against", "idle")
REACH = {True: 70, False: 60}
"""Characters from a verb to what it makes, in scripts with blanks and without: a line of words, a Chinese title."""
UNREAL_REACH = {True: 60, False: 8}
"""Characters from a word that denies an act, or makes it one that may come, to the act."""
UNDOING_REACH = 16
"""Characters from a verb of taking back to what it takes: an article and an adjective."""
FUTURE_REACH = 16
"""Characters from "will" to the verb that it makes a promise of: an adverb."""
SUBJECT = re.compile(
    r"\s*(?:(?:also|then|now|today|has|have|had|will|already|recently|newly|a|ont|aussi|va|également|hat|haben|auch|ha|han|también|"
    r"已|还|也|将|近日|今日|拟)\s*){0,2}$"
)
"""What may stand between a firm and the verb whose subject it is."""
SUFFERED = re.compile(r"(?<=ed)\s*(?:$|[,.]|(?:in|by|from|for|over|under|after|on|with)\s)")
"""What follows an English participle that tells what was done to the firm: "TikTok banned in Montana"."""
ANNOUNCED = ("probe",)
"""Types that are done when they are announced: who says that it will investigate has begun to."""
STOP = re.compile(r"[.!?](?=\s|$)|[;:。！？；\n]")
CITED = re.compile(
    r"(?:按照|根据|依据|依照|贯彻落实|贯彻|落实|遵照|参照|符合|违反|、|和|与)《[^》]*》(?:（[^）]*）|\([^)]*\))?"
)
"""A Chinese title that a passage only cites."""
QUOTES = ("“", '"', "«", "„", "「")
"""Marks with which a passage of an official text begins that is all quoted; marks inside are those of terms."""
TITLE = re.compile(r"《[^》]*》?")
FIRST = 12
"""Characters before the subject with which a sentence begins: an adverb."""


@dataclass(frozen=True)
class _Cue:
    """A phrase at a place in a folded passage, with its roles: one of ROLES, or a part of a type such as `fine.sure`."""

    start: int
    end: int
    roles: frozenset[str]


@dataclass(frozen=True)
class _Lists:
    """The lists of one language, ready to be found."""

    has_blanks: bool
    phrases: tuple[frozenset[str], ...]
    search: Phrases
    speech: tuple[str, ...]

    def cues(self, folded: str) -> list[_Cue]:
        return [_Cue(start, end, self.phrases[number]) for number, start, end in self.search.find(folded)]


@cache
def _lists() -> dict[str, _Lists]:
    """Return the lists of each language."""
    declared = tomllib.loads((Path(__file__).parent / "acts.toml").read_text(encoding="utf-8"))
    firms = declared.pop("firms")["names"]
    return {language: _compiled(language, {**lists, "firm": lists["firm"] + firms}) for language, lists in declared.items()}


def _compiled(language: str, lists: dict) -> _Lists:
    roles: dict[str, set[str]] = {}
    for role in ROLES:
        for phrase in lists[role]:
            roles.setdefault(phrase, set()).add(role)
    for kind in TYPES:
        for part, phrases in lists[kind].items():
            for phrase in phrases:
                roles.setdefault(phrase, set()).add(f"{kind}.{part}")
    search = Phrases(list(roles))
    return _Lists(language != "zh", tuple(frozenset(found) for found in roles.values()), search, tuple(lists["speech"]))


def act(
    text: str,
    language: str,
    turn: str | None = None,
    channel: str = "official",
    authority_id: str | None = None,
    speaker: str | None = None,
    is_quotation: bool = False,
    title: str | None = None,
) -> str:
    """Return the type of act of `analysis.tables.ACTS` that a passage tells.

    An answer in a dialogue is `answer`, a question `none`. A passage of no known authority is `none`: what a firm does is no
    act here. Else a deed counts that is told as done, not one that is threatened, asked for, denied or promised; an
    investigation counts from its announcement, and taking back a deed is one (`UNDONE`). Without a deed, what an authority
    says is `speech`, and so is any passage of an official text that its title calls a speech; what an official text lays on
    others is a `rule`. A language without lists has `speech` and `none` alone.
    """
    if turn is not None:
        return "answer" if turn == "answer" else "none"
    if authority_id is None:
        return "none"
    folded = fold(text)
    lists = _lists().get(language)
    is_quoted = is_quotation and (channel != "official" or folded.lstrip().startswith(QUOTES))
    is_speech = speaker is not None or is_quoted or _says(folded, language)
    if lists is None:
        return "speech" if is_speech else "none"
    passage = _Passage(_without_cited(folded, lists), lists)
    told = set(passage.deeds())
    if deed := next((kind for kind in TYPES if kind in told), None):
        # "The act allows banks to": what a law permits is what it says.
        return "rule" if deed == "approval" and passage.about() == "rule" else deed
    if is_speech or passage.says() or (channel == "official" and (_is_speech_titled(title, lists) or passage.is_own())):
        body = authorities().get(authority_id)
        return "rule" if body and body.level == "court" and not (speaker or is_quotation) else "speech"
    if about := passage.about():
        return about
    return "rule" if channel == "official" and passage.binds() else "none"


def _without_cited(folded: str, lists: _Lists) -> str:
    """Return a folded passage with the titles that it only cites blanked, as long as before."""
    return folded if lists.has_blanks else CITED.sub(lambda cited: "　" * len(cited[0]), folded)


def _says(folded: str, language: str) -> bool:
    """Whether a passage has a verb of saying or cites somebody."""
    speech = speeches().get(language)
    if speech is None:
        return False
    # In Chinese "according to" is one character, which other words have too.
    telling = {"say", "according", "according_after"} if speech.has_blanks else {"say"}
    return any(token.kinds & telling for token in speech.tokens(folded))


def _is_speech_titled(title: str | None, lists: _Lists) -> bool:
    """Whether a title calls its text a speech."""
    folded = fold(title or "")
    places = ((folded.find(word), word) for word in lists.speech)
    return any(place >= 0 and stands_alone(folded, place, place + len(word)) for place, word in places)


class _Passage:
    """A passage with the phrases found in it."""

    def __init__(self, folded: str, lists: _Lists) -> None:
        self.folded, self.lists = folded, lists
        self.cues = lists.cues(folded)
        self.reach = REACH[lists.has_blanks]

    def deeds(self) -> Iterator[str]:
        """Give the types of the deeds that the passage tells as done."""
        for number, cue in enumerate(self.cues):
            for kind in TYPES:
                if f"{kind}.sure" in cue.roles and self._is_done(number, number, kind):
                    yield UNDONE[kind] if self._is_undone(number) else kind
            for role in ("does", "undoes"):
                if role in cue.roles and (made := self._made(number)) is not None:
                    kind, place = made
                    if self._is_done(min(number, place), number, kind):
                        yield kind if role == "does" else UNDONE[kind]

    def _is_undone(self, number: int) -> bool:
        """Whether a verb of taking back stands before what tells an act: "annulled the fine of 2021"."""
        verb = self.cues[number - 1] if number else None
        if verb is None or "undoes" not in verb.roles:
            return False
        gap = self.folded[verb.end : self.cues[number].start]
        return len(gap) <= UNDOING_REACH and not STOP.search(gap)

    def about(self) -> str | None:
        """Return the type of what a sentence begins with, such as a law or a guideline."""
        firsts = (cue for cue in self.cues if any(role.endswith(".about") for role in cue.roles) and self._begins(cue))
        found = {role.split(".")[0] for cue in firsts for role in cue.roles if role.endswith(".about")}
        return next((kind for kind in TYPES if kind in found), None)

    def _begins(self, cue: _Cue) -> bool:
        before = self.folded[max(0, cue.start - FIRST) : cue.start]
        return cue.start <= FIRST or STOP.search(before + " ") is not None

    def says(self) -> bool:
        """Whether the passage tells a position that is taken."""
        return any("says" in cue.roles for cue in self.cues)

    def is_own(self) -> bool:
        """Whether somebody speaks for himself or his body."""
        return any("own" in cue.roles for cue in self.cues)

    def binds(self) -> bool:
        """Whether the passage tells others what they must do."""
        return any("must" in cue.roles for cue in self.cues)

    def _made(self, verb: int) -> tuple[str, int] | None:
        """Return the type and the number of what a verb makes: the nearest noun after it in its sentence, else before it."""
        after = (number for number in range(verb + 1, len(self.cues)))
        before = (number for number in range(verb - 1, -1, -1))
        for numbers in (after, before):
            for number in numbers:
                start, end = self._between(verb, number)
                if end - start > self.reach or STOP.search(self.folded, start, end):
                    break
                # In Chinese what is made stands before its verb only as a title: "现将《…指南》印发给你们".
                if number < verb and not self.lists.has_blanks and "》" not in self.folded[start:end]:
                    break
                place = self._last_of_title(number)
                if kind := self._noun(place):
                    return kind, place
        return None

    def _between(self, one: int, other: int) -> tuple[int, int]:
        first, second = self.cues[min(one, other)], self.cues[max(one, other)]
        return first.end, second.start

    def _noun(self, number: int) -> str | None:
        return next((kind for kind in TYPES if self.cues[number].roles & {f"{kind}.noun", f"{kind}.about"}), None)

    def _last_of_title(self, number: int) -> int:
        """Return the last noun of the Chinese title in which a noun stands: a title ends with what it is."""
        cue = self.cues[number]
        opened = -1 if self.lists.has_blanks else self.folded.rfind("《", 0, cue.start)
        title = TITLE.match(self.folded, opened) if opened >= 0 else None
        if title is None or title.end() <= cue.start:
            return number
        inside = [place for place in range(number, len(self.cues)) if self.cues[place].end <= title.end() and self._noun(place)]
        return inside[-1] if inside else number

    def _is_done(self, first: int, verb: int, kind: str) -> bool:
        """Whether a deed is told as done, and not by a firm."""
        start = self.cues[first].start
        for cue in reversed(self.cues[:first]):
            gap = start - cue.end
            if gap > UNREAL_REACH[self.lists.has_blanks] or STOP.search(self.folded, cue.end, start):
                break
            is_laid_on_others = "must" in cue.roles and kind != "rule"
            if (
                "unreal" in cue.roles
                or is_laid_on_others
                or ("future" in cue.roles and kind not in ANNOUNCED and gap <= FUTURE_REACH)
            ):
                return False
        if any("against" in cue.roles and self._is_in_one_sentence(cue, self.cues[verb]) for cue in self.cues):
            return False
        # A fine is told of the firm that pays it: "Google fined", "Apple agrees to pay".
        return kind == "fine" or not self._is_by_firm(verb)

    def _is_in_one_sentence(self, one: _Cue, other: _Cue) -> bool:
        first, last = sorted((one.start, other.start))
        return STOP.search(self.folded, first, last) is None

    def _is_by_firm(self, verb: int) -> bool:
        """Whether a firm stands directly before a verb as its subject."""
        cue = self.cues[verb]
        before = (other for other in self.cues[:verb] if "firm" in other.roles)
        is_next = any(SUBJECT.fullmatch(self.folded, other.end, cue.start) for other in before)
        return is_next and not SUFFERED.match(self.folded, cue.end)
