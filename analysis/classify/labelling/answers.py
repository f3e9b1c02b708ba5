"""What a person says of a statement, which of several answers counts, and what the readers of a statement say together."""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import Any

from analysis.errors import LabelError
from analysis.tables import SECTORS, STANCES, content_id

GUIDE = "see docs/annotation_guide.md"
PERSON_LENGTH = 200
NOTE_LENGTH = 5000


@dataclass(frozen=True)
class Answer:
    """What a person says of a statement; `jurisdiction` is empty for none.

    Raises LabelError for a label that the guide lacks.
    """

    stance: str
    sectors: tuple[str, ...] = ()
    jurisdiction: str = ""
    note: str = ""
    is_unsure: bool = False
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.stance not in STANCES:
            raise LabelError(f"unknown stance {self.stance!r}: one of {', '.join(STANCES)}; {GUIDE}")
        if unknown := [sector for sector in self.sectors if sector not in SECTORS]:
            raise LabelError(f"unknown sector {', '.join(map(repr, unknown))}: of {', '.join(SECTORS)}; {GUIDE}")
        if self.jurisdiction and self.jurisdiction not in jurisdictions():
            raise LabelError(f"unknown jurisdiction {self.jurisdiction!r}: an ISO 3166 code of two capitals, or EU; {GUIDE}")
        if self.jurisdiction and self.stance == "no_signal":
            raise LabelError(f"jurisdiction {self.jurisdiction!r} with no_signal: leave it empty where no authority speaks")
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds >= 0):
            raise LabelError(f"seconds {self.seconds!r}: give a number from 0, or leave it out")
        if len(self.note) > NOTE_LENGTH or any(unicodedata.category(sign) == "Cs" or sign == "\0" for sign in self.note):
            raise LabelError(f"note {self.note[:40]!r}: give up to {NOTE_LENGTH} characters of text")
        object.__setattr__(self, "sectors", tuple(sector for sector in SECTORS if sector in self.sectors))
        object.__setattr__(self, "note", self.note.strip())

    @property
    def said(self) -> tuple[Any, ...]:
        """All of it but the time that it took."""
        return self.stance, self.sectors, self.jurisdiction, self.note, self.is_unsure

    def columns(self) -> dict[str, Any]:
        """Return it as columns of `labels`."""
        return {
            "stance": self.stance,
            "sectors": json.dumps(self.sectors),
            "jurisdiction": self.jurisdiction,
            "note": self.note or None,
            "is_unsure": self.is_unsure,
            "seconds": self.seconds,
        }


@cache
def jurisdictions() -> frozenset[str]:
    """Return the codes that a jurisdiction may have."""
    from babel import Locale

    return frozenset(name for name in map(str, Locale("en").territories) if len(name) == 2 and name.isalpha()) | {"EU"}


def answer_of(row: Mapping[str, Any]) -> Answer:
    """Return the answer that a row of `labels` holds."""
    return Answer(
        row["stance"],
        tuple(json.loads(row["sectors"])),
        row["jurisdiction"],
        row["note"] or "",
        bool(row["is_unsure"]),
        row["seconds"],
    )


def person(name: str) -> str:
    """Return the name of a person without blanks around it.

    Raises LabelError when it is empty, too long or holds signs that no page shows.
    """
    bare = name.strip()
    if not bare or len(bare) > PERSON_LENGTH or any(unicodedata.category(sign) in ("Cc", "Cf", "Cs") for sign in bare):
        raise LabelError(f"{name[:40]!r} is no name of a person: give up to {PERSON_LENGTH} visible characters")
    return bare


def text_key(text: str) -> str:
    """Return the identifier that a text has however it is spaced, capitalised or encoded."""
    return content_id("text", "".join(unicodedata.normalize("NFKC", text).casefold().split()))


def counting(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows of `labels` that count: of each person, statement and purpose the newest that is not withdrawn."""
    newest: dict[tuple, Mapping[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["version"]):
        if row["withdrawn_at"] is None:
            newest[row["statement_id"], row["purpose"], row["labelled_by"]] = row
    return sorted(newest.values(), key=lambda row: (row["labelled_at"], row["label_id"]))


@dataclass(frozen=True)
class Read:
    """The answers that count for one statement, by person in the order in which they came, and the third reader's."""

    answers: Mapping[str, Answer]
    decision: Answer | None = None

    @property
    def is_disputed(self) -> bool:
        """Whether readers differ on the stance and nobody has decided."""
        return self.decision is None and len({answer.stance for answer in self.answers.values()}) > 1

    @property
    def resolved(self) -> Answer | None:
        """The third reader's answer, else what the readers say together; None without any answer or where they differ.

        A sector counts where more than half of the readers name it, a jurisdiction where all name the same, a doubt where
        all of them have it.
        """
        if self.decision or not self.answers or self.is_disputed:
            return self.decision
        given = list(self.answers.values())
        named = Counter(sector for answer in given for sector in answer.sectors)
        places = {answer.jurisdiction for answer in given}
        return Answer(
            given[0].stance,
            tuple(sector for sector, count in named.items() if count * 2 > len(given)),
            places.pop() if len(places) == 1 else "",
            is_unsure=all(answer.is_unsure for answer in given),
        )


def read_by(rows: Iterable[Mapping[str, Any]], thirds: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], Read]:
    """Return what was read of each statement and purpose, from rows of `labels`.

    `thirds` names the person who decides, by statement and purpose.
    """
    answers: dict[tuple[str, str], dict[str, Answer]] = defaultdict(dict)
    for row in counting(rows):
        answers[row["statement_id"], row["purpose"]][row["labelled_by"]] = answer_of(row)
    return {key: Read(given, given.pop(thirds[key], None) if key in thirds else None) for key, given in answers.items()}


def counters(rows: Sequence[Mapping[str, Any]], readings: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return, by person, how much was answered, changed, withdrawn and doubted, how fast, and what is still to read again.

    `rows` are of `labels`, `readings` of the table of that name.
    """
    told: dict[str, dict[str, Any]] = defaultdict(
        lambda: dict.fromkeys(("audit", "training", "unsure", "changed", "withdrawn", "open_second", "open_third"), 0)
    )
    seconds: dict[str, list[float]] = defaultdict(list)
    standing = counting(rows)
    for row in standing:
        mine = told[row["labelled_by"]]
        mine[row["purpose"]] += 1
        mine["unsure"] += bool(row["is_unsure"])
        if row["seconds"] is not None:
            seconds[row["labelled_by"]].append(row["seconds"])
    for name, count in Counter(row["labelled_by"] for row in rows if row["withdrawn_at"] is None).items():
        told[name]["changed"] = count - told[name]["audit"] - told[name]["training"]
    for row in rows:
        told[row["labelled_by"]]["withdrawn"] += row["withdrawn_at"] is not None
    answered = {(row["statement_id"], row["purpose"], row["labelled_by"]) for row in standing}
    for row in readings:
        is_open = (row["statement_id"], row["purpose"], row["assigned_to"]) not in answered
        told[row["assigned_to"]][f"open_{row['reading']}"] += is_open
    return {
        name: {**counts, "median_seconds": median(seconds[name]) if name in seconds else None}
        for name, counts in sorted(told.items())
    }
