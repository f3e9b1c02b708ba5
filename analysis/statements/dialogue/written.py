"""Written questions of members of a parliament, and a government's answers: several parliaments' forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from analysis.statements.dialogue.label import find_labels
from analysis.statements.dialogue.turn import HEADING, LEAD, Kind, Occasion, Turn, alternatives, words
from analysis.statements.dialogue.unlabelled import numbered_questions, turns_between

Part = Literal["question", "answer", "question_heading", "answer_heading", "asked_by", "answered_by", "aside", "to_ask", "text"]

PARTS: tuple[Part, ...] = ("question", "answer", "question_heading", "answer_heading", "asked_by", "answered_by", "aside")
LINE = re.compile(r"[^\n]+")
TO_ASK = re.compile(
    r"(?:[^\n:]{2,80}: ?)?[\[(]?\d{0,7}[\])]?\.? ?To ask (?P<body>(?:[Tt]he|His|Her) [A-Z][^\n,]{3,150}?)"
    r"(?=,| what | whether | if | how | when | why | which | who | where | for | pursuant | with | further | to )"
)
MEMBER = re.compile(r"[^\n()]{3,200}\([^\n()]{2,16}\)(?:, ?[^\n()]{3,80}\([^\n()]{2,16}\)){0,20}")
HEAD_LINES = 6
"""Lines after the head of a question in which its author stands."""
ASIDE = re.compile(r"\s*\([^()\n]{0,80}\)?\s*$")
INQUIRY = re.compile(
    r"Antwort(?:en)?\s(?P<speaker>(?:der|des)\s[\w-]{0,40}(?:[Rr]egierung|[Ss]enats?|[Mm]inisteriums?))(?:\s[^\n?!]{0,80})?\s"
    r"auf\s(?:die|eine)\s(?:Kleine|Große|schriftliche|mündliche)\sAnfrage\s(?:der|des|von)\s(?P<who>[^?!]{3,300}?)"
    r"(?=\s[–—-]\sDrucksache|\s?\n\s?\n|\nVorbemerkung|\n\d|$)"
)
FOREWORD = re.compile(r"^Vorbemerkung\s(?:der|des)\s(?P<who>[^\n]{3,60})$", re.MULTILINE)


@dataclass(frozen=True)
class _Line:
    """A line with the part it plays, and what it tells after its first words; `who` stands before them."""

    start: int
    end: int
    part: Part
    told: str = ""
    who: str | None = None


class _Record:
    """The turns of written questions so far, and what was told of those who take part in the next."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.is_form = False
        self.asked_by: str | None = None
        self.speaker: str | None = None
        self.body = ""
        self.head_lines = 0
        self.awaits_answer = False

    def read(self, line: _Line) -> None:
        """Take up the next line: it opens a turn, tells of one, or goes on with the last."""
        if line.part in ("question", "question_heading", "to_ask"):
            self._question(line)
        elif line.part in ("answer", "answer_heading"):
            self._answer(line)
        elif line.part == "asked_by":
            self.asked_by = line.told or None
            if not self._is_asking():
                self._open("question", line)
            self._correct(asked_by=self.asked_by)
        elif line.part == "answered_by":
            self.speaker, self.body = line.told or None, line.told
            if self.awaits_answer:
                self._open("answer", line)
        elif line.part == "text":
            self._text(line)
        self._correct(end=line.end)

    def _question(self, line: _Line) -> None:
        self.asked_by = line.who or (self.asked_by if line.part != "question" else None)
        self.is_form = self.is_form or line.part == "question"
        if line.part != "question_heading":
            self.speaker, self.body = None, line.told if line.part == "to_ask" else ""
        if line.part == "question" or self.awaits_answer or not self._is_asking():
            self._open("question", line)
        self._correct(asked_by=self.asked_by)
        self.head_lines = HEAD_LINES if line.part == "question" else 0
        self.awaits_answer = line.part == "to_ask"

    def _answer(self, line: _Line) -> None:
        if line.part == "answer":
            speaker, behalf, body = _on_behalf(ASIDE.sub("", line.told))
            self.is_form = self.is_form or behalf
            self.speaker, self.body = speaker or None, body
        else:
            self.body = f"{self.body} {line.told}".strip()
        self._open("answer", line)

    def _text(self, line: _Line) -> None:
        if self.awaits_answer:
            self.speaker = _labelled_name(line.told) or self.speaker
            self._open("answer", line)
        elif self.head_lines:
            self.head_lines -= 1
            if MEMBER.fullmatch(line.told[:LEAD]):
                self.asked_by, self.head_lines = line.told, 0
                self._correct(asked_by=self.asked_by)

    def _is_asking(self) -> bool:
        return bool(self.turns) and self.turns[-1].kind == "question"

    def _open(self, kind: Kind, line: _Line) -> None:
        speaker, body = (self.speaker, self.body) if kind == "answer" else (None, "")
        self.turns.append(Turn(line.start, line.end, kind, speaker, self.asked_by, body, "government"))
        self.awaits_answer = False

    def _correct(self, **known: Any) -> None:
        if self.turns:
            self.turns[-1] = replace(self.turns[-1], **known)


def written(text: str, title: str | None) -> list[Turn]:
    """Return the turns of written questions and answers, none in a text that is none.

    A question or an answer of the European Parliament's form stands alone too; in other forms each needs the other.
    """
    if turns := _inquiry(text, title):
        return turns
    record = _Record()
    if title and not _part(text[:LEAD].lstrip().split("\n")[0], 0, 0).part.startswith("question"):
        opening = _part(title, 0, 0)
        if opening.part == "question":
            record.read(opening)
    for line in LINE.finditer(text):
        if line[0].strip():
            record.read(_part(line[0], line.start(), line.end()))
    kinds = {turn.kind for turn in record.turns}
    return record.turns if record.is_form or kinds == {"question", "answer"} else []


@cache
def _beginnings() -> re.Pattern[str]:
    groups = "|".join(f"(?P<{name}>{alternatives('written', name)})" for name in PARTS)
    return re.compile(rf"[ \t\u00a0\u3000>*#_•·«\"“–-]{{0,8}}(?:{groups})(?![^\W\d_])", re.IGNORECASE)


def _part(words_of_line: str, start: int, end: int) -> _Line:
    """Return the part that a line plays by its first words."""
    plain = words_of_line.strip()
    if asked := TO_ASK.match(plain[:LEAD]):
        return _Line(start, end, "to_ask", asked["body"], _labelled_name(plain))
    begun = _beginnings().match(plain) if len(plain) <= HEADING else None
    if begun:
        part = next(name for name in PARTS if begun[name])
        return _Line(start, end, part, plain[begun.end() :].strip(" :>*_»\u00a0"))
    return _Line(start, end, "text", plain)


def _labelled_name(line: str) -> str | None:
    """Return the name in the label at which a line begins."""
    return next((label.name for label in find_labels(line[:LEAD]) if label.start == 0), None)


def _on_behalf(told: str) -> tuple[str, bool, str]:
    """Return who answers, whether on behalf of a body, and the body."""
    low = told.casefold()
    for words_between in words()["written"]["behalf"]:
        if words_between in low:
            place = low.index(words_between)
            return told[:place].strip(), True, told[place + len(words_between) :]
    return told, False, told


def _inquiry(text: str, title: str | None) -> list[Turn]:
    """Return the turns of a German government's answer to an inquiry, with its forewords and numbered questions."""
    inquiry = INQUIRY.search(f"{title or ''}\n\n{text[:LEAD]}")
    if not inquiry:
        return []
    asked_by, speaker = (" ".join(inquiry[name].split()) for name in ("who", "speaker"))
    speaker = speaker.split(" ", 1)[1]
    questions = numbered_questions(text)
    told = Occasion(True, 0, speaker, asked_by)
    return [
        *_forewords(text, questions[0][0] if questions else len(text), told),
        *turns_between(text, questions, told, "government"),
    ]


def _forewords(text: str, until: int, told: Occasion) -> list[Turn]:
    found = list(FOREWORD.finditer(text, 0, until))
    ends = [*(one.start() for one in found), until][1:]
    return [
        Turn(one.start(), end, "question", None, told.asked_by)
        if "Fragesteller" in one["who"]
        else Turn(one.start(), end, "answer", told.speaker, told.asked_by, told.speaker or "", "government")
        for one, end in zip(found, ends, strict=True)
    ]
