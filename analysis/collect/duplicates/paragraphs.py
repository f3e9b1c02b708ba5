"""Paragraphs that recur over a publisher's documents: what two documents share in them says nothing of either."""

from __future__ import annotations

from collections.abc import Collection

from analysis.collect.duplicates.wording import normal_form
from analysis.tables import content_id

RECURRING = 5
"""Documents of a publisher that hold a paragraph which is the site's and not theirs."""
SHORTEST = 20
"""Characters of a paragraph in normal form, below which it is not told apart from others."""


def paragraph_hashes(text: str) -> set[str]:
    """Return the hashes of a text's paragraphs, however they are typeset; a line is a paragraph."""
    return {digest for line in text.split("\n") if (digest := _hash(line))}


def without(text: str, recurring: Collection[str]) -> str:
    """Return a text without the paragraphs of these hashes."""
    if not recurring:
        return text
    return "\n".join(line for line in text.split("\n") if _hash(line) not in recurring)


def _hash(line: str) -> str | None:
    normal = normal_form(line)
    return content_id(normal) if len(normal) >= SHORTEST else None
