"""Dialogues without labels: questions as paragraphs of their own, or numbered, in a text that says what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.statements.dialogue.turn import Answers, Occasion, Turn, pair_count

FEWEST = 3
"""Alternations of question and answer."""
LONGEST = 1_200
"""Characters of a question, however it is broken into lines."""
SHORTEST = 3
HEADING = 40
"""Characters: a shorter line is whole without a mark at its end."""

LINE = re.compile(r"[^\n]+")
ASKED = re.compile(r"[?？؟][\s\"'“”«»」』)）\]*_]{0,6}$")
ENDED = re.compile(r"[.!?:;…。！？：；؟][\s\"'“”«»」』)）\]*_]{0,6}$")
ORDINAL = re.compile(
    r"[ \t\u3000*_#]{0,6}(?:(?P<number>\d{1,3})[.．、)）]|(?P<numeral>[一二三四五六七八九十]{1,3})、)[ \t\u3000]?(?=\S)"
)
NUMERALS = {sign: number for number, sign in enumerate("一二三四五六七八九", start=1)}

Span = tuple[int, int]


def unlabelled(text: str, occasion: Occasion) -> list[Turn]:
    """Return the turns of a text that is marked as a dialogue and has its questions in paragraphs of their own."""
    if not occasion.is_marked:
        return []
    questions = numbered_questions(text, occasion.start) or _asked_paragraphs(text, occasion.start)
    turns = turns_between(text, questions, occasion)
    return turns if pair_count(turns) >= FEWEST else []


def turns_between(text: str, questions: Sequence[Span], occasion: Occasion, answers: Answers = "publisher") -> list[Turn]:
    """Return the questions as turns, and what is between them and after the last as answers."""
    turns: list[Turn] = []
    ends = [*(start for start, _ in questions), len(text)][1:]
    for (start, end), answer_end in zip(questions, ends, strict=True):
        turns.append(Turn(start, end, "question", None, occasion.asked_by))
        if text[end:answer_end].strip():
            body = occasion.speaker or ""
            turns.append(Turn(end, answer_end, "answer", occasion.speaker, occasion.asked_by, body, answers))
    return turns


def numbered_questions(text: str, start: int = 0) -> list[Span]:
    """Return the questions numbered from 1 without a gap; each may run over several lines and ends with its mark."""
    questions: list[Span] = []
    opened = None
    for line in LINE.finditer(text, start):
        ordinal = ORDINAL.match(line[0])
        if ordinal and _number(ordinal) == len(questions) + 1:
            opened = line.start()
        elif ordinal or (opened is not None and line.end() - opened > LONGEST):
            opened = None
        if opened is not None and ASKED.search(line[0][-8:]) and line.end() - opened <= LONGEST:
            questions.append((opened, line.end()))
            opened = None
    return questions


def _number(ordinal: re.Match[str]) -> int:
    if ordinal["number"]:
        return int(ordinal["number"])
    tens, ten, ones = ordinal["numeral"].partition("十")
    return (NUMERALS.get(tens, 1) * 10 if ten else 0) + NUMERALS.get(ones if ten else tens, 0)


def _asked_paragraphs(text: str, start: int) -> list[Span]:
    """Return the lines that are nothing but questions, those in a row as one; the end of a broken line is none."""
    questions: list[Span] = []
    is_after_question, is_whole = False, True
    for line in LINE.finditer(text, start):
        words = line[0].strip()
        if not words:
            continue
        is_question = is_whole and SHORTEST <= len(words) <= LONGEST and not words[0].islower() and ASKED.search(words[-8:])
        if is_question and is_after_question:
            questions[-1] = (questions[-1][0], line.end())
        elif is_question:
            questions.append((line.start(), line.end()))
        is_after_question, is_whole = bool(is_question), len(words) < HEADING or bool(ENDED.search(words[-8:]))
    return questions
