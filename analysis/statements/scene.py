"""A passage with all that was found in it, and what is told of who speaks there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
    """A passage with all that was found in it."""

    text: str
    folded: str
    mentions: Sequence[Mention]
    tokens: Sequence[Token]
    parts: Sequence[Part]

    def is_quoted(self, place: int) -> bool:
        return any(part.is_direct and part.start <= place < part.end for part in self.parts)


@dataclass(frozen=True)
class Known:
    """What is known outside a passage: all names, persons named before by folded name, the day, the authority named last."""

    names: Names
    people: Mapping[str, Person]
    day: Day | None = None
    authority_id: str | None = None
