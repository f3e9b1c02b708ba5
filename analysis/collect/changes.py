"""Two revisions of a text to what changed between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice

LIMIT = 20_000
"""Characters that are kept of a diff."""
CUT_OFF = "… and more, which is left out"
UNIT = 600
"""Characters of a line of the diff: a longer sentence is cut into several."""
COMPARED = 1_500
"""Sentences that are compared one by one; where more lie between the first and the last change, all count as new."""
READ = 50_000
"""Sentences of either text that are looked at."""
REPEATED = 4
"""Times that sentences may recur on average: the comparison takes quadratic time on texts of few different ones."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
Span = tuple[str, int, int, int, int]


def changes(before: str, after: str) -> str | None:
    """Return the unified diff, a sentence a line, that leads from one text to the other; None for the same sentences.

    Takes time linear in the texts, but for the bounded part that is compared, and never has more than `LIMIT` characters.
    """
    old, new = _sentences(before), _sentences(after)
    if old == new:
        return None
    start = _equal_count(old, new)
    end = _equal_count(old[start:][::-1], new[start:][::-1])
    # One sentence on each side shows where it is.
    first, last = max(0, start - 1), max(0, end - 1)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    return _cut(line for spans in _hunks(old, new) for line in _lines(spans, old, new, first))


def _sentences(text: str) -> list[str]:
    sentences = (sentence for line in text.splitlines() for sentence in SENTENCE_END.split(line.strip()) if sentence)
    units = (sentence[first : first + UNIT] for sentence in sentences for first in range(0, len(sentence), UNIT))
    return list(islice(units, READ))


def _equal_count(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(old), len(new)))


def _hunks(old: list[str], new: list[str]) -> Iterable[list[Span]]:
    times = Counter(new)
    pairs = sum(times[sentence] for sentence in old)
    if max(len(old), len(new)) > COMPARED or pairs > REPEATED * (len(old) + len(new)):
        return [[("replace", 0, len(old), 0, len(new))]]
    return SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(1)


def _lines(spans: list[Span], old: list[str], new: list[str], offset: int) -> Iterator[str]:
    (_, old_from, _, new_from, _), (_, _, old_to, _, new_to) = spans[0], spans[-1]
    counts = f"-{offset + old_from + 1},{old_to - old_from} +{offset + new_from + 1},{new_to - new_from}"
    yield f"@@ {counts} @@"
    for kind, left, right, new_left, new_right in spans:
        if kind == "equal":
            yield from (f" {sentence}" for sentence in old[left:right])
        else:
            yield from (f"-{sentence}" for sentence in old[left:right])
            yield from (f"+{sentence}" for sentence in new[new_left:new_right])


def _cut(lines: Iterable[str]) -> str:
    kept: list[str] = []
    room = LIMIT - len(CUT_OFF)
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*kept, CUT_OFF])
        kept.append(line)
    return "\n".join(kept)
