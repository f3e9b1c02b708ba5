"""Quotations in the passages of a document, in the marks of the languages: nested, unclosed, and over several sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SHORTEST = 12
"""Characters between marks: less is a word set off, no quotation, unless a colon stands before it."""
SHORTEST_AFTER_COLON = 3
SHORTEST_SENTENCE = 5
"""Signs between marks that end with a full stop of Chinese."""
REACH = 12
"""Passages: a quotation that is still open after so many was never meant as one."""

MARKS = re.compile(r"[«»“”„‟‚‘’「」『』\"＂]")
CLOSERS = {
    "«": "»",
    "»": "«",
    "“": "”",
    "”": "”“",
    "„": '“”"',
    "‟": "”",
    "‚": "‘’",
    "‘": "’",
    "「": "」",
    "『": "』",
    '"': '"',
    "＂": "＂",
}
ALIKE = '"＂”'
"""Marks that open and close alike: blanks tell which of the two they do."""
ONLY_CLOSING = "»”」』“"
COLONS = (":", "：")


@dataclass(frozen=True)
class Part:
    """The part of a quotation that lies in one passage: `text[start:end]` there, without the marks.

    `number` is the same in all passages of one quotation; `is_direct` tells direct speech from a word set off.
    """

    number: int
    start: int
    end: int
    is_direct: bool


@dataclass
class _Open:
    mark: str
    number: int
    start: int
    after_colon: bool
    depth: int = 1
    passages: int = 0


def find_quotations(texts: Sequence[str], language: str, first_of_paragraph: Sequence[bool] = ()) -> list[list[Part]]:
    """Return for each passage of a document the parts of quotations in it, in their order.

    A quotation ends with its paragraph, unless the next one begins with its opening mark or holds its closing mark first.
    Takes time in proportion to the length of the texts.
    """
    found: list[list[Part]] = []
    state: _Open | None = None
    count = 0
    for position, text in enumerate(texts):
        begins = position > 0 and bool(first_of_paragraph) and first_of_paragraph[position]
        marks = list(MARKS.finditer(text))
        if state and ((begins and not _goes_on(state, marks, text)) or state.passages >= REACH):
            state = None
        parts, state, count = _parts(text, [mark.start() for mark in marks], language, state, count)
        found.append(parts)
    return found


def _goes_on(state: _Open, marks: list[re.Match[str]], text: str) -> bool:
    """Whether a quotation that is open at the end of a paragraph runs on into the next."""
    if not marks:
        return False
    first = marks[0]
    if first.group() == state.mark and not text[: first.start()].strip():
        return True
    return state.mark not in ALIKE and first.group() in CLOSERS[state.mark]


def _parts(
    text: str, places: list[int], language: str, state: _Open | None, count: int
) -> tuple[list[Part], _Open | None, int]:
    """Return the parts in one passage, what is open at its end, and the number of quotations so far."""
    parts: list[Part] = []
    lead = len(text) - len(text.lstrip())
    if state:
        state.start, state.passages = 0, state.passages + 1
    for place in places:
        mark = text[place]
        if state:
            if _closes(text, place, state):
                state.depth -= 1
                if state.depth < 1:
                    parts.append(_part(state, text, place, True))
                    state = None
            elif mark == state.mark and (place == lead or (mark in ALIKE and _may_open(text, place))):
                state.start = place + 1
            elif mark == state.mark and mark in "«「":
                state.depth += 1
        elif _opens(text, place, language):
            state = _Open(mark, count, place + 1, text[max(0, place - 2) : place].rstrip()[-1:] in COLONS)
            count += 1
        elif mark in ONLY_CLOSING and not parts and place >= SHORTEST and not _may_open(text, place):
            parts.append(Part(count, 0, place, True))
            count += 1
    if state:
        parts.append(_part(state, text, len(text), False))
    return [part for part in parts if part.start < part.end], state, count


def _part(state: _Open, text: str, end: int, is_closed: bool) -> Part:
    length, is_sentence = end - state.start, text[end - 1 : end] in ("。", "！", "？")
    least = SHORTEST_AFTER_COLON if state.after_colon else SHORTEST
    is_direct = (
        length >= least
        or (length >= SHORTEST_SENTENCE and is_sentence)
        or (bool(state.passages) and (is_closed or length >= SHORTEST_AFTER_COLON))
    )
    return Part(state.number, state.start, end, is_direct)


def _may_open(text: str, place: int) -> bool:
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    return (
        (not before or not before.isalnum())
        and bool(after)
        and not after.isspace()
        and (after.isalnum() or after in "([¿¡‘‚'…@#$")
    )


def _opens(text: str, place: int, language: str) -> bool:
    mark, after = text[place], text[place + 1 : place + 2]
    if mark in "«„‟“「『":
        if mark == "“" and language == "de":
            return _may_open(text, place)
        return True
    if mark in "»‚‘":
        return (mark != "»" or language in ("de", "da", "en")) and _may_open(text, place)
    if mark in ALIKE:
        before = text[place - 1 : place]
        if mark == "＂" or (before and "\u3400" <= before <= "\u9fff"):
            return True
        return (not before or not before.isalnum()) and bool(after) and not after.isspace()
    return False


def _closes(text: str, place: int, state: _Open) -> bool:
    mark = text[place]
    if mark not in CLOSERS[state.mark]:
        return False
    after = text[place + 1 : place + 2]
    if mark == "’" or (state.mark == "‚" and mark == "‘"):
        return not (after and after.isalnum())
    if mark in ALIKE and state.mark == mark:
        before = text[place - 1 : place]
        # A mark after a blank and before a letter opens anew: the one before it was no opening mark.
        return not ((not before or before.isspace()) and after.isalnum() and place > state.start)
    return True


def direct_part(parts: Sequence[Part]) -> Part | None:
    """Return the longest part that is direct speech, None where there is none."""
    return max((part for part in parts if part.is_direct), key=lambda part: part.end - part.start, default=None)
