"""Document to passages: sentences with their place in the text and their neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sentencex

LENGTH_LIMIT = 1_500
"""Characters: a longer passage holds no one message, and slows everything after it."""

ABBREVIATIONS = {
    "de": r"\d{1,2}|Abs|Art|Nr|Az|Dr|Prof|St|Mio|Mrd|Str|vgl|ca|bzw|ggf|Ziff",
    "fr": r"M|MM|Mme|Mmes|Mlle|Dr|Me|art|al|cf|ex|éd|n|no|p|St|Ste|av|J\.-C",
    "es": r"Sr|Sra|Sres|Dr|Dra|D|Dña|art|núm|n|pág|p|Uds?|EE|UU|Excmo|Excma",
    "en": r"Mr|Mrs|Ms|Dr|Prof|St|No|Nos|Art|Sec|Inc|Ltd|Co|Corp|v|vs|U\.S|U\.K|Sen|Rep|Gov|Gen",
}
"""What a full stop follows without ending a sentence; in German also the day of a date."""
LINE_LIMIT = 6 * LENGTH_LIMIT
"""Characters of a line that are looked at together: the sentence finder takes quadratic time on a line of quote marks."""
REACH_BACK = 40
"""Characters in which an abbreviation is looked for at the end of a sentence."""


@dataclass(frozen=True)
class Passage:
    """A verbatim part of a text, `text[start:end]`, with the passages before and after it in the document."""

    start: int
    end: int
    text: str
    before: str = ""
    after: str = ""


def split(text: str, language: str, cuts: Sequence[int] = ()) -> list[Passage]:
    """Return the text's sentences in their order; what holds fewer than two letters is left out.

    A passage never goes on over one of the `cuts`, places in the text in ascending order.
    """
    spans = [
        (start, end)
        for whole_start, whole_end in _lines(text, cuts)
        for line_start, line_end in _bounded(text, whole_start, whole_end)
        for first, last in _sentences(text[line_start:line_end], language)
        for start, end in _pieces(text, line_start + first, line_start + last)
        if sum(character.isalpha() for character in text[start:end]) > 1
    ]
    words = ["", *(text[start:end] for start, end in spans), ""]
    return [
        Passage(start, end, words[position + 1], words[position], words[position + 2])
        for position, (start, end) in enumerate(spans)
    ]


def _lines(text: str, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the text's lines, cut where a cut falls inside one."""
    position = 0
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        while position < len(cuts) and cuts[position] < line.end():
            if cuts[position] > start:
                yield start, cuts[position]
                start = cuts[position]
            position += 1
        yield start, line.end()


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give a line in parts that keep to the limit, cut behind the end of a sentence where there is one."""
    while end - start > LINE_LIMIT:
        stop = start + LINE_LIMIT
        cut = max(text.rfind(mark, start + LINE_LIMIT // 2, stop) for mark in (". ", "! ", "? ", "。", "！", "？"))
        cut = cut + 1 if cut >= 0 else stop
        yield start, cut
        start = cut
    yield start, end


def _sentences(line: str, language: str) -> list[tuple[int, int]]:
    abbreviation = (
        re.compile(rf"(?:^|[\s(’'«])(?:{ABBREVIATIONS[language]})\.\s*$", re.I) if language in ABBREVIATIONS else None
    )
    spans: list[tuple[int, int]] = []
    for boundary in sentencex.get_sentence_boundaries(language, line):
        start, end = boundary["start_index"], boundary["end_index"]
        # Only the end of what was joined so far, or a line of nothing but abbreviations would take quadratic time.
        if spans and abbreviation and abbreviation.search(line[max(spans[-1][0], spans[-1][1] - REACH_BACK) : spans[-1][1]]):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the span without blanks at its ends, cut into pieces that keep to the length limit."""
    pieces = []
    while start < end:
        if text[start].isspace():
            start += 1
            continue
        stop = min(start + LENGTH_LIMIT, end)
        cut = max(text.rfind(mark, start, stop) for mark in ";；。, ，")
        if stop < end and cut - start > LENGTH_LIMIT // 2:
            stop = cut + 1
        pieces.append((start, start + len(text[start:stop].rstrip())))
        start = stop
    return pieces
