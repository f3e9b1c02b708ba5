"""What a dialogue is made of: turns, the words that show them, and the occasion on which they are taken."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

LEAD = 1_500
"""Characters at the beginning of a text in which it may say what it is."""
FIRST_LINES = 4
HEADING = 200
"""Characters: a longer line is no heading."""

Kind = Literal["question", "answer"]
Answers = Literal["publisher", "government", "guest"]

# "The ministry's spokesperson on the measures, answering journalists": what stands before the matter is who answers.
CHINESE_OCCASION = re.compile(
    r"^(?P<who>[^\n，。：:《》]{2,40}?)(?:[就对對](?P<matter>[^\n]{1,150}?))?回?(?:答记者|答記者)(?:问|問|提问|提問)"
)
ABOUT = re.compile(r"\s(?:on|about|over|über|zu[mr]?|sur|à propos|sobre|acerca|su)\s")


@dataclass(frozen=True)
class Turn:
    """A part of a text, `text[start:end]`, in which one side asks or answers.

    `body` holds words in which the answering body may be named. Where it is not, `answers` tells who answers: the publisher of
    the text, the government of the publisher's country if that is a parliament, or a guest who speaks for nobody here.
    """

    start: int
    end: int
    kind: Kind
    speaker: str | None = None
    asked_by: str | None = None
    body: str = ""
    answers: Answers = "publisher"


@dataclass(frozen=True)
class Occasion:
    """What a text tells of its questions and answers before they begin: whether, from where on, and who takes part."""

    is_marked: bool
    start: int = 0
    speaker: str | None = None
    asked_by: str | None = None


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """Return the word lists of `words.toml`."""
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def alternatives(group: str, name: str) -> str:
    """Return a list of words as part of a pattern, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words()[group][name], key=len, reverse=True))


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    # A letter of a script with blanks must not go on at either end: "FAQ" is no part of another word.
    anywhere, heading, company = (
        re.compile(rf"(?<![a-zà-ÿ])(?:{alternatives('mark', name)})(?![a-zà-ÿ])", re.IGNORECASE)
        for name in ("anywhere", "heading", "with")
    )
    person = re.compile(rf"(?i:{company.pattern})\s(?P<who>[A-ZÀ-ÖØ-Þ][^\n:,–—|«“\"(]{{2,60}})")
    return anywhere, heading, person


def occasion(text: str, title: str | None) -> Occasion:
    """Return what the title, the lead and the headings tell of the questions and answers in a text."""
    anywhere, heading, person = _marks()
    opening = [title or "", *(line for line in text[:LEAD].split("\n")[:FIRST_LINES])]
    speaker, asked_by = _taking_part([line.strip() for line in opening if len(line) <= HEADING], person)
    if title and (anywhere.search(title) or heading.search(title)):
        return Occasion(True, 0, speaker, asked_by)
    for number, line in enumerate(re.finditer(r"[^\n]+", text)):
        is_short = len(line[0]) <= HEADING
        is_marked = (is_short or line.start() < LEAD) and anywhere.search(line[0][:LEAD])
        is_heading = number < FIRST_LINES and is_short and not line[0].rstrip().endswith((".", "。"))
        if is_marked or (is_heading and heading.search(line[0])):
            return Occasion(True, line.end(), speaker, asked_by)
    return Occasion(False, 0, speaker, asked_by)


def _taking_part(opening: Sequence[str], person: re.Pattern[str]) -> tuple[str | None, str | None]:
    for line in opening:
        if found := CHINESE_OCCASION.search(line):
            return found["who"], "记者"
    names = (ABOUT.split(found["who"])[0].strip() for line in opening if (found := person.search(line)))
    return next(names, None), None


def covered(turns: Sequence[Turn], text: str) -> float:
    """Return the share of a text that lies in turns."""
    return sum(turn.end - turn.start for turn in turns) / max(len(text), 1)


def pair_count(turns: Sequence[Turn]) -> int:
    """Return how many times an answer follows directly on a question."""
    return sum(one.kind == "question" and other.kind == "answer" for one, other in zip(turns, turns[1:], strict=False))
