"""Documents to statements to signals."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, Engine, delete, exists, select, update

from analysis import store
from analysis.errors import ModelError
from analysis.settings import Settings
from analysis.statements.attribute import attribute
from analysis.statements.dialogue import dialogue, turns_at
from analysis.statements.split import split
from analysis.steps.place import breached, check, open_place, reject, rejection, write
from analysis.tables import content_id, documents, models, rejected, signal_sectors, signals, statements

if TYPE_CHECKING:
    from analysis.classify.model import Judgement, Model

log = logging.getLogger(__name__)


def classify(settings: Settings, now: datetime) -> dict[str, int]:
    """Split new documents, judge statements that the current model has not judged, and return what this call wrote.

    Where there is no usable model, one is trained from the project's examples first. Documents in a language that the model
    was not trained for keep their statements and are rejected as unclassified. Questions in a dialogue are kept and not judged.
    """
    engine = open_place(settings)
    statement_count = _split_new(engine, now)
    model = current_model(settings, engine, now)
    return {"statements": statement_count, **_judge_new(engine, model, now)}


def _split_new(engine: Engine, now: datetime) -> int:
    with store.reading(engine) as connection:
        is_split = exists().where(statements.c.document_id == documents.c.document_id)
        texts = connection.execute(
            select(*(documents.c[name] for name in ("document_id", "text", "language", "channel", "authority_id", "title")))
            .where(documents.c.is_latest, ~is_split)
            .order_by(documents.c.document_id)
        ).mappings().all()  # fmt: skip
    rows = [row for text in texts for row in statement_rows(**text)]
    validated = check(statements, rows, "new documents", now)
    with store.writing(engine) as connection:
        reject(connection, breached("statements", validated, rows, ["statement_id"], now))
        return write(connection, statements, validated)


def statement_rows(
    document_id: str, text: str, language: str, channel: str, authority_id: str | None, title: str | None = None
) -> list[dict[str, Any]]:
    """Return the statements of a document, each a verbatim part of its text, with whose position it tells.

    None goes on from one turn of a dialogue into the next.
    """
    spoken = dialogue(text, title)
    passages = split(text, language, [place for turn in spoken for place in (turn.start, turn.end)])
    turns = turns_at(spoken, [passage.start for passage in passages])
    attributions = attribute(passages, language, authority_id if channel == "official" else None, turns=turns)
    return [
        {
            "statement_id": content_id(document_id, passage.start, passage.end),
            "document_id": document_id,
            "position": position,
            "start": passage.start,
            "end": passage.end,
            "text": passage.text,
            "before": passage.before,
            "after": passage.after,
            "language": language,
            "authority_id": attribution.authority_id,
            "attributed_by": attribution.by,
            "speaker": attribution.speaker,
            "is_quotation": attribution.is_quotation,
            "turn": turn.kind if turn else None,
            "asked_by": turn.asked_by if turn else None,
        }
        for position, (passage, turn, attribution) in enumerate(zip(passages, turns, attributions, strict=True))
    ]


def _judge_new(engine: Engine, model: Model, now: datetime) -> dict[str, int]:
    from analysis.classify.features import Passage
    from analysis.classify.model import judge

    with store.reading(engine) as connection:
        is_judged = exists().where(signals.c.statement_id == statements.c.statement_id, signals.c.model_id == model.model_id)
        latest = select(documents.c.document_id).where(documents.c.is_latest)
        pending = connection.execute(
            select(statements)
            .where(statements.c.document_id.in_(latest), statements.c.language.in_(model.languages), ~is_judged)
            .where(statements.c.turn.is_distinct_from("question"))
            .order_by(statements.c.statement_id)
        ).mappings().all()  # fmt: skip
        foreign = connection.execute(
            select(documents.c.document_id, documents.c.source_id, documents.c.language, documents.c.title)
            .where(documents.c.is_latest, documents.c.language.not_in(model.languages))
        ).mappings().all()  # fmt: skip
    judgements = judge(model, [Passage(row["text"], row["language"], f"{row['before']} {row['after']}") for row in pending])
    judged = list(zip([row["statement_id"] for row in pending], judgements, strict=True))
    signal_rows = [_signal_row(name, model.model_id, judgement) for name, judgement in judged]
    sector_rows = [row for name, judgement in judged for row in _sector_rows(name, model.model_id, judgement)]
    checked, checked_sectors = (
        check(table, rows, model.model_id, now) for table, rows in ((signals, signal_rows), (signal_sectors, sector_rows))
    )
    unclassified = [_unclassified(row, model, now) for row in foreign]
    with store.writing(engine) as connection:
        rejections = [
            *unclassified,
            *breached("classify", checked, signal_rows, ["statement_id"], now),
            *breached("classify", checked_sectors, sector_rows, ["statement_id"], now),
        ]
        _heal(connection, model)
        refused = reject(connection, rejections)
        written = write(connection, signals, checked)
        write(connection, signal_sectors, checked_sectors)
    return {"signals": written, "rejected": refused}


def _heal(connection: Connection, model: Model) -> None:
    """Remove what was said against the language of documents that the model can judge."""
    known = select(documents.c.document_id).where(documents.c.language.in_(model.languages))
    connection.execute(delete(rejected).where(rejected.c.rule == "language_not_supported", rejected.c.subject.in_(known)))


def _signal_row(statement_id: str, model_id: str, judgement: Judgement) -> dict[str, Any]:
    return {
        "statement_id": statement_id,
        "model_id": model_id,
        "stance": judgement.stance,
        **judgement.probabilities,
        "terms": json.dumps(judgement.terms, ensure_ascii=False),
    }


def _sector_rows(statement_id: str, model_id: str, judgement: Judgement) -> list[dict[str, Any]]:
    return [
        {"statement_id": statement_id, "model_id": model_id, "sector": sector, "relevance": relevance}
        for sector, relevance in judgement.sectors.items()
    ]


def _unclassified(document: Any, model: Model, now: datetime) -> dict[str, Any]:
    reason = (
        f"language {document['language']}: the model knows {', '.join(model.languages)}; its statements are kept, not judged"
    )
    return rejection(
        "classify",
        document["document_id"],
        "language_not_supported",
        reason,
        now,
        "warning",
        document["source_id"],
        row=dict(document),
    )


def current_model(settings: Settings, engine: Engine, now: datetime) -> Model:
    """Return the registry's current model, trained from the project's examples where there is none that can be used."""
    from analysis.classify import registry

    with store.reading(engine) as connection:
        path = connection.scalar(select(models.c.file_path).where(models.c.is_current))
    if path:
        try:
            return registry.load(settings.home / path)
        except ModelError as error:
            log.warning("%s; a new one is trained from the project's examples", error)
    train(settings, now)
    return current_model(settings, engine, now)


def train(settings: Settings, now: datetime, labels: Sequence[Path] = (), out: Path | None = None) -> dict[str, Any]:
    """Fit a model on labelled files, else on the project's examples, and return its id and cross-validated metrics.

    With `out` it is written there and nowhere registered; otherwise it becomes the current model.
    """
    from analysis.classify import registry
    from analysis.classify.evaluate import stance_metrics
    from analysis.classify.model import EXAMPLES, fit, read_examples, recipe

    examples = read_examples(labels or sorted(EXAMPLES.glob("*.jsonl")))
    model, held_out = fit(examples, registry.model_id(examples))
    metrics = stance_metrics(
        [example.stance for example in examples],
        held_out,
        np.random.default_rng(0),
        parts={"language": [example.passage.language for example in examples]},
    )
    path = Path("models") / model.model_id
    digest = registry.save(model, out or settings.home / path)
    if out is None:
        row = {
            "model_id": model.model_id,
            "is_current": True,
            "file_path": path.as_posix(),
            "file_hash": digest,
            "languages": " ".join(model.languages),
            "example_count": len(examples),
            "recipe": json.dumps(recipe(), sort_keys=True),
            "metrics": json.dumps(metrics),
            "trained_at": now,
        }
        _register(open_place(settings), row, now)
    return {"model_id": model.model_id, "examples": len(examples), "metrics": metrics}


def _register(engine: Engine, row: dict[str, Any], now: datetime) -> None:
    validated = check(models, [row], row["model_id"], now)
    with store.writing(engine) as connection:
        connection.execute(update(models).where(models.c.model_id != row["model_id"]).values(is_current=False))
        # Touched, because a file written anew has a new hash.
        write(connection, models, validated)
        store.upsert(connection, models, [row], touch=True)
