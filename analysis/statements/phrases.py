"""Many phrases found in a text at once, where no letter of a script with blanks goes on at either end."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import ahocorasick_rs


class Phrases:
    """Phrases, folded, for finding them all in one pass."""

    def __init__(self, phrases: Sequence[str], is_open: Sequence[bool] = ()) -> None:
        self._is_open = is_open or [False] * len(phrases)
        self._search = ahocorasick_rs.AhoCorasick(phrases, matchkind=ahocorasick_rs.MatchKind.Standard)

    def find(self, folded: str) -> list[tuple[int, int, int]]:
        """Return number, start and end of the phrases in their order; of overlapping ones the first, then the longest counts.

        What is found inside a longer word does not stand in the way of what follows. An open phrase may have any ending.
        """
        matches = self._search.find_matches_as_indexes(folded, overlapping=True)
        matches.sort(key=lambda match: (match[1], -match[2]))
        found, last = [], 0
        for match in matches:
            number, start, end = match
            if start >= last and stands_alone(folded, start, end, self._is_open[number]):
                found.append(match)
                last = end
        return found


def stands_alone(text: str, start: int, end: int, is_open: bool = False) -> bool:
    """Whether no letter of a script with blanks goes on before a place in a text, nor after it, unless it is open there."""
    if start and _joins(text[start - 1]) and _joins(text[start]):
        return False
    return is_open or end >= len(text) or not (_joins(text[end]) and _joins(text[end - 1]))


@cache
def _joins(character: str) -> bool:
    return character.isalnum() and "CJK" not in unicodedata.name(character, "")
