"""Second and third readers, and how far readers agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine

from analysis import store
from analysis.classify.labelling.agreement import agreement
from analysis.classify.labelling.answers import counting, person
from analysis.classify.labelling.readers import SECOND_SHARE, assign
from analysis.errors import LabelError
from analysis.steps.labels.held import everything_read, label_rows, reading_rows, shown, take_turn
from analysis.tables import PURPOSES, content_id, readings


def assign_second(
    engine: Engine, readers: Sequence[str], purpose: str, now: datetime, share: float = SECOND_SHARE
) -> dict[str, int]:
    """Give a share of all statements labelled for a purpose to second readers, at random, and return how many new by reader.

    Nobody gets what he or she has answered. Done again without new labels, it gives nothing more.
    """
    with store.writing(engine) as connection:
        take_turn(connection)
        by_statement = _readers_of(connection, _purpose(purpose))
        held = _assigned(connection, purpose, "second")
        # What two have read of their own accord needs no second reader.
        held |= {name: "" for name, who in by_statement.items() if len(who) > 1 and name not in held}
        return _give(connection, by_statement, held, readers, share, purpose, "second", now)


def assign_third(engine: Engine, readers: Sequence[str], purpose: str, now: datetime) -> dict[str, int]:
    """Give each statement on whose stance readers differ to a third one, whose answer decides; return how many by reader."""
    with store.writing(engine) as connection:
        take_turn(connection)
        read = everything_read(connection)
        disputed = {name for (name, kind), said in read.items() if kind == _purpose(purpose) and said.is_disputed}
        by_statement = {name: who for name, who in _readers_of(connection, purpose).items() if name in disputed}
        seconds = _assigned(connection, purpose, "second")
        # Who has still to read it second cannot decide it.
        by_statement = {name: who | {seconds.get(name, "")} for name, who in by_statement.items()}
        held = {name: who for name, who in _assigned(connection, purpose, "third").items() if name in disputed}
        return _give(connection, by_statement, held, readers, 1, purpose, "third", now)


def _purpose(purpose: str) -> str:
    if purpose not in PURPOSES:
        raise LabelError(f"unknown purpose {purpose!r}: one of {', '.join(PURPOSES)}")
    return purpose


def _readers_of(connection: Connection, purpose: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in counting(label_rows(connection)):
        if row["purpose"] == purpose:
            found.setdefault(row["statement_id"], set()).add(row["labelled_by"])
    return found


def _assigned(connection: Connection, purpose: str, reading: str) -> dict[str, str]:
    return {
        row["statement_id"]: row["assigned_to"]
        for row in reading_rows(connection)
        if (row["purpose"], row["reading"]) == (purpose, reading)
    }


def _give(connection, by_statement, held, readers, share, purpose, reading, now) -> dict[str, int]:
    names = [person(reader) for reader in readers]
    # The seed follows from what is labelled, so that the same labels give the same readings.
    rng = np.random.default_rng(int(content_id(reading, purpose, *sorted(by_statement)), 16))
    of_these = {name: who for name, who in held.items() if name in by_statement}
    new = assign(by_statement, of_these, names, share, rng)
    rows = [
        {"statement_id": name, "purpose": purpose, "reading": reading, "assigned_to": who, "assigned_at": now}
        for name, who in new.items()
    ]
    store.add(connection, readings, rows)
    return {name: list(new.values()).count(name) for name in names}


def assign_reader(engine: Engine, statement_id: str, purpose: str, reading: str, reader: str, now: datetime) -> None:
    """Give a statement to a certain second or third reader, in place of the one who was to read it.

    Raises LabelError when that person has answered it, or the former one has.
    """
    name = person(reader)
    if reading not in ("second", "third"):
        raise LabelError(f"unknown reading {reading!r}: second or third")
    with store.writing(engine) as connection:
        take_turn(connection)
        who = _readers_of(connection, _purpose(purpose)).get(statement_id, set())
        former = _assigned(connection, purpose, reading).get(statement_id)
        if not who:
            raise LabelError(f"statement {statement_id!r} has no answer for {purpose} yet: it needs a first reader")
        if taken := who & {name, former}:
            raise LabelError(f"{', '.join(sorted(map(str, taken)))} has answered statement {statement_id}: name another reader")
        row = {"statement_id": statement_id, "purpose": purpose, "reading": reading, "assigned_to": name, "assigned_at": now}
        store.upsert(connection, readings, [row])


def measure_agreement(engine: Engine, purpose: str | None = None, rng: np.random.Generator | None = None) -> dict[str, Any]:
    """Return how far first and second readers agree on the stance: all, by class, language and channel; for a purpose, or both.

    What a third reader decides, who sees the answers, does not count. The intervals are over documents.
    """
    asked = PURPOSES if purpose is None else (_purpose(purpose),)
    with store.reading(engine) as connection:
        read = everything_read(connection)
        told = shown(connection, (name for name, _ in read))
    twice = [
        (told[name], list(said.answers.values()))
        for (name, kind), said in sorted(read.items())
        if name in told and len(said.answers) > 1 and kind in asked
    ]
    return agreement(
        [[answer.stance for answer in answers] for _, answers in twice],
        rng or np.random.default_rng(0),
        [row["document_id"] for row, _ in twice],
        {part: [row[part] for row, _ in twice] for part in ("language", "channel")},
    )
