"""Statements drawn for people: the weekly audit, and rounds of the learning queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, select

from analysis import store
from analysis.classify.labelling.answers import text_key
from analysis.classify.labelling.audit import AUDIT_SIZE, Candidate, Drawn, draw_audit
from analysis.classify.labelling.queue import QUEUE_SIZE, learning_queue
from analysis.classify.rule import is_opposed
from analysis.errors import LabelError
from analysis.steps.labels.held import audited, label_rows, parts, take_turn
from analysis.tables import STANCES, content_id, documents, models, samples, signals, statements

QUEUE_DAYS = 91
"""How far back the learning queue looks."""


def draw_week(engine: Engine, now: datetime, week: str | None = None, size: int = AUDIT_SIZE) -> dict[str, Any]:
    """Draw the audit of an ISO week, else of the last one that is over, and return how many statements are new in it.

    The candidates are the statements of documents that were first stored in that week, as the current model judged them.
    A language and channel that has a sample of the week keeps it. Raises LabelError while the week lasts, and without a model.
    """
    monday = _monday(week, now)
    name, start = f"{monday:%G-W%V}", datetime.combine(monday, time(), UTC)
    if now < start + timedelta(weeks=1):
        raise LabelError(f"week {name} is not over: draw its audit from {monday + timedelta(weeks=1)} on")
    with store.writing(engine) as connection:
        take_turn(connection)
        candidates = _candidates(connection, start, start + timedelta(weeks=1))
        held = _cells_of(connection, name)
        fresh = [each for each in candidates if (each.language, each.channel) not in held]
        rows = _sample_rows(draw_audit(fresh, name, size), "audit", name, now)
        drawn = store.add(connection, samples, rows)
    return {"week": name, "candidates": len(candidates), "drawn": drawn, "cells_drawn_before": len(held)}


def _monday(week: str | None, now: datetime) -> date:
    from analysis.steps.report import parse_week

    return parse_week(week) if week else now.date() - timedelta(days=now.weekday(), weeks=1)


def _candidates(connection: Connection, start: datetime, end: datetime | None = None) -> list[Candidate]:
    """Return what the current model judged of documents stored in [start, end)."""
    current = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
    if current is None:
        raise LabelError("no model is current: run `policy-signals classify` first")
    query = (
        select(
            statements.c.statement_id, documents.c.document_id, statements.c.text, statements.c.language, documents.c.channel
        )
        .add_columns(signals.c.model_id, *(signals.c[stance] for stance in STANCES))
        .join(documents, documents.c.document_id == statements.c.document_id)
        .join(signals, signals.c.statement_id == statements.c.statement_id)
        .where(signals.c.model_id == current, documents.c.is_latest, documents.c.collected_at >= start)
        .order_by(statements.c.statement_id)
    )
    rows = connection.execute(query.where(documents.c.collected_at < end) if end else query).mappings()
    return [
        Candidate(
            row["statement_id"],
            row["document_id"],
            text_key(row["text"]),
            row["language"],
            row["channel"],
            row["model_id"],
            (row["supportive"], row["neutral"], row["restrictive"], row["no_signal"]),
        )
        for row in rows
    ]


def _cells_of(connection: Connection, week: str) -> set[tuple[str, str]]:
    """Return the languages and channels of which the week's audit has a sample."""
    query = select(samples.c.language, samples.c.channel).where(samples.c.purpose == "audit", samples.c.batch == week)
    return {(row.language, row.channel) for row in connection.execute(query)}


def _sample_rows(drawn: Sequence[Drawn], purpose: str, batch: str, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "sample_id": content_id(each.candidate.statement_id, purpose),
            "statement_id": each.candidate.statement_id,
            "document_id": each.candidate.document_id,
            "text_key": each.candidate.text_key,
            "language": each.candidate.language,
            "channel": each.candidate.channel,
            "purpose": purpose,
            "batch": batch,
            "position": position,
            "reason": each.reason,
            "inclusion_probability": each.inclusion_probability,
            "model_id": each.candidate.model_id,
            **dict(zip(STANCES, each.candidate.probabilities, strict=True)),
            "drawn_at": now,
        }
        for position, each in enumerate(drawn)
    ]


def fill_queue(
    engine: Engine,
    now: datetime,
    size: int = QUEUE_SIZE,
    batch: str | None = None,
    disagreement: Mapping[str, float] | None = None,
    encode: Callable[[Sequence[str]], np.ndarray] | None = None,
) -> dict[str, Any]:
    """Draw a round of the learning queue and return how many statements it has for each reason; a named round is drawn once.

    What was labelled, drawn before, or is in an audit is left out, also where only the text is the same. `disagreement` of the
    voters is by statement, else that of the current model's signals; `encode` gives the vectors of texts, else the classifier's
    encoder does.
    """
    name = batch or f"{now:%Y-%m-%d}"
    with store.reading(engine) as connection:
        of_batch = (samples.c.purpose == "training") & (samples.c.batch == name)
        held = connection.scalars(select(samples.c.reason).where(of_batch)).all()
        candidates = [] if held else _candidates(connection, now - timedelta(days=QUEUE_DAYS))
        ids, texts = _not_to_be_asked(connection) if candidates else (set(), set())
        apart = _disagreement(connection, candidates) if disagreement is None else disagreement
    left = [each for each in candidates if each.statement_id not in ids and each.text_key not in texts]
    rng = np.random.default_rng(int(content_id("queue", name), 16))

    def vectors(places: np.ndarray) -> np.ndarray:
        with store.reading(engine) as connection:
            told = _texts(connection, [left[place].statement_id for place in places])
        return (encode or _encoder())([told[left[place].statement_id] for place in places])

    # Encoded outside the writing transaction, which would hold up others.
    drawn = learning_queue(left, apart, vectors, size, rng)
    with store.writing(engine) as connection:
        take_turn(connection)
        ids, texts = _not_to_be_asked(connection) if drawn else (set(), set())
        still = [each for each in drawn if each.candidate.statement_id not in ids and each.candidate.text_key not in texts]
        store.add(connection, samples, _sample_rows(still, "training", name, now))
    reasons = [*held, *(each.reason for each in still)]
    return {"batch": name, "drawn": len(still), **{why: reasons.count(why) for why in ("margin", "disagreement", "random")}}


def _disagreement(connection: Connection, candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return how far the voters of the model that judged them are apart, by statement; 1 more where cue words oppose it."""
    judged_by = {candidate.model_id for candidate in candidates}
    told = (signals.c.statement_id, signals.c.disagreement, signals.c.stance, signals.c.rule_stance)
    query = select(*told).where(signals.c.model_id.in_(judged_by))
    names = parts(candidate.statement_id for candidate in candidates)
    rows = (connection.execute(query.where(signals.c.statement_id.in_(part))) for part in names)
    return {row.statement_id: row.disagreement + is_opposed(row.stance, row.rule_stance) for some in rows for row in some}


def _not_to_be_asked(connection: Connection) -> tuple[set[str], set[str]]:
    """Return statements and texts that were drawn or labelled before."""
    drawn = connection.execute(select(samples.c.statement_id, samples.c.text_key)).all()
    labelled = {row["statement_id"] for row in label_rows(connection) if row["withdrawn_at"] is None}
    ids, texts = audited(connection)
    return (
        {row.statement_id for row in drawn} | labelled | ids,
        {row.text_key for row in drawn} | {text_key(text) for text in _texts(connection, labelled).values()} | texts,
    )


def _texts(connection: Connection, statement_ids) -> dict[str, str]:
    query = select(statements.c.statement_id, statements.c.text)
    rows = (connection.execute(query.where(statements.c.statement_id.in_(part))) for part in parts(statement_ids))
    return {row.statement_id: row.text for some in rows for row in some}


def _encoder() -> Callable[[Sequence[str]], np.ndarray]:
    from analysis.classify.encoder import vectors

    return vectors
