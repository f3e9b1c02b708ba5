"""A passage with all that was found in it, and what is told of who speaks there."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from typing import Literal

from analysis.statements.names import Mention, Names, Person
from analysis.statements.quotation import Part
from analysis.statements.speech import Token

Who = Literal["named", "other", "pronoun", "body", "titled"]
"""`named`: somebody who stands for an authority. `other`: who stands for none that is known. `pronoun`: who spoke last.
`body`: the authority named last, by a general noun. `titled`: a new person with an office of the authority named last."""

STOP = re.compile(r"[;:!?—–()\n«»“”„\"。；！？：「」]|(?<=[^\W\d_]{3})[.](?=\s)|(?<=[^\W\d_]{3})[.]$")
REACH = 120
"""Characters beside a verb in which its subject is looked for."""


@dataclass(frozen=True)
class Said:
    """Who is said to speak, and how that was told; see `Who`."""

    who: Who
    authority_id: str | None = None
    office_id: str | None = None
    speaker: str | None = None
    by: Literal["name", "office", "holder", "pronoun", "noun"] = "name"
    place: int = 0


@dataclass(frozen=True)
class Scene:
    """A passage with all that was found in it, each kind in the order of its places."""

    text: str
    folded: str
    mentions: Sequence[Mention]
    tokens: Sequence[Token]
    parts: Sequence[Part]

    def tokens_from(self, place: int) -> Iterator[Token]:
        """Yield the tokens that begin at a place in the text or after it."""
        for number in range(bisect_left(self.tokens, place, key=lambda token: token.start), len(self.tokens)):
            yield self.tokens[number]

    def is_quoted(self, place: int) -> bool:
        """Whether a place in the text lies in direct speech."""
        return any(part.is_direct and part.start <= place < part.end for part in self.parts)


@dataclass(frozen=True)
class Known:
    """What is known outside a passage: all names, persons named before by folded name, the day, the authority named last."""

    names: Names
    people: Mapping[str, Person]
    day: Day | None = None
    authority_id: str | None = None
