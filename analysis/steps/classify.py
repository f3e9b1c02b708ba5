"""Documents to statements to signals."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import date as Day
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, delete, exists, select, update

from analysis import store
from analysis.errors import ModelError
from analysis.settings import Settings
from analysis.statements.act import act
from analysis.statements.attribute import attribute
from analysis.statements.dialogue import dialogue, turns_at
from analysis.statements.jurisdiction import jurisdiction
from analysis.statements.split import split
from analysis.steps.double_run import models_beside
from analysis.steps.models import current_model, model_of
from analysis.steps.place import breached, check, open_place, reject, rejection, write
from analysis.tables import content_id, documents, rejected, signal_sectors, signals, statements

if TYPE_CHECKING:
    from analysis.classify.model import Judgement, Model

log = logging.getLogger(__name__)


def classify(settings: Settings, now: datetime) -> dict[str, int]:
    """Split new documents, judge statements that the current model has not judged, and return what this call wrote.

    Where there is no usable model, one is trained from the project's examples first. Documents in a language that the model
    was not trained for keep their statements and are rejected as unclassified. Questions in a dialogue are kept and not judged.
    For the weeks of a double run the model before the current one judges what is new, too (`models_beside`).
    """
    engine = open_place(settings)
    statement_count = _split_new(engine, now)
    _tell_acts(engine)
    model = current_model(settings, engine, now)
    told = _judge_new(engine, model, now)
    told["signals"] += _judge_beside(settings, engine, now)
    return {"statements": statement_count, **told}


def _split_new(engine: Engine, now: datetime) -> int:
    told = ("document_id", "text", "language", "channel", "authority_id", "title", "published_on")
    with store.reading(engine) as connection:
        is_split = exists().where(statements.c.document_id == documents.c.document_id)
        texts = connection.execute(
            select(*(documents.c[name] for name in told))
            .where(documents.c.is_latest, ~is_split)
            .order_by(documents.c.document_id)
        ).mappings().all()  # fmt: skip
    rows = [row for text in texts for row in statement_rows(**text)]
    validated = check(statements, rows, "new documents", now)
    with store.writing(engine) as connection:
        reject(connection, breached("statements", validated, rows, ["statement_id"], now))
        return write(connection, statements, validated)


def _tell_acts(engine: Engine) -> None:
    """Tell the act of each statement that was split before acts were told."""
    told = ("text", "language", "turn", "authority_id", "speaker", "is_quotation")
    query = (
        select(statements.c.statement_id, *(statements.c[name] for name in told), documents.c.channel, documents.c.title)
        .join(documents)
        .where(statements.c.act.is_(None))
        .limit(store.ROWS_A_STATEMENT)
    )
    telling = update(statements).where(statements.c.statement_id == bindparam("name"))
    while True:
        with store.writing(engine) as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
            if not rows:
                return
            names = [row.pop("statement_id") for row in rows]
            acts = [{"name": name, "act": act(**row)} for name, row in zip(names, rows, strict=True)]
            connection.execute(telling, acts)


def statement_rows(
    document_id: str,
    text: str,
    language: str,
    channel: str,
    authority_id: str | None,
    title: str | None = None,
    published_on: Day | None = None,
) -> list[dict[str, Any]]:
    """Return the statements of a document, each a verbatim part of its text, with whose position it tells and of which country.

    Offices are read as they were held when it was published. None goes on from one turn of a dialogue into the next.
    """
    spoken = dialogue(text, title)
    passages = split(text, language, [place for turn in spoken for place in (turn.start, turn.end)])
    turns = turns_at(spoken, [passage.start for passage in passages])
    publisher_id = authority_id if channel == "official" else None
    attributions = attribute(passages, language, publisher_id, turns=turns, text=text, day=published_on)
    places = [
        jurisdiction(passage.text, language, attribution.authority_id)
        for passage, attribution in zip(passages, attributions, strict=True)
    ]
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
            "office_id": attribution.office_id,
            "speaker": attribution.speaker,
            "is_quotation": attribution.is_quotation,
            "quote_start": attribution.quote_start,
            "quote_end": attribution.quote_end,
            "jurisdiction": place.code,
            "jurisdiction_by": place.by if place.code else None,
            "turn": turn.kind if turn else None,
            "asked_by": turn.asked_by if turn else None,
            "act": act(
                passage.text,
                language,
                turn.kind if turn else None,
                channel,
                attribution.authority_id,
                attribution.speaker,
                attribution.is_quotation,
                title,
            ),
        }
        for position, (passage, turn, attribution, place) in enumerate(zip(passages, turns, attributions, places, strict=True))
    ]


def _judge_beside(settings: Settings, engine: Engine, now: datetime) -> int:
    """Let the models of a double run judge what they have not judged, and return how many signals they gave.

    One that cannot be loaded any more is told in the log and left: its series ends there.
    """
    written = 0
    with store.reading(engine) as connection:
        beside = models_beside(connection, now)
    for one in beside:
        try:
            model = model_of(settings, engine, one.model_id)
        except ModelError as error:
            log.warning("%s does not run beside the current model: %s", one.model_id, error)
            continue
        written += _write_signals(engine, model, _pending(engine, model, one.judges_since), [], now)["signals"]
    return written


def _judge_new(engine: Engine, model: Model, now: datetime) -> dict[str, int]:
    with store.reading(engine) as connection:
        foreign = connection.execute(
            select(documents.c.document_id, documents.c.source_id, documents.c.language, documents.c.title)
            .where(documents.c.is_latest, documents.c.language.not_in(model.judged_languages))
        ).mappings().all()  # fmt: skip
    unclassified = [_unclassified(row, model, now) for row in foreign]
    with store.writing(engine) as connection:
        _heal(connection, model)
    return _write_signals(engine, model, _pending(engine, model), unclassified, now)


def _pending(engine: Engine, model: Model, since: Day | None = None) -> Sequence[RowMapping]:
    """Return the statements that a model can judge and has not judged, of documents published since a day."""
    is_judged = exists().where(signals.c.statement_id == statements.c.statement_id, signals.c.model_id == model.model_id)
    asked = select(documents.c.document_id).where(documents.c.is_latest)
    if since is not None:
        asked = asked.where(documents.c.published_on >= since)
    query = (
        select(statements)
        .where(statements.c.document_id.in_(asked), statements.c.language.in_(model.judged_languages), ~is_judged)
        .where(statements.c.turn.is_distinct_from("question"))
        # Side by side with its neighbours, most of which are then encoded once.
        .order_by(statements.c.document_id, statements.c.position)
    )
    with store.reading(engine) as connection:
        return connection.execute(query).mappings().all()


def _write_signals(
    engine: Engine, model: Model, pending: Sequence[RowMapping], unclassified: list[dict[str, Any]], now: datetime
) -> dict[str, int]:
    """Judge statements and write what a model says, all or nothing, with what is rejected."""
    from analysis.classify.features import Passage
    from analysis.classify.model import judge

    passages = [Passage(row["text"], row["language"], row["before"], row["after"]) for row in pending]
    judgements = judge(model, passages, skips=True)
    judged = list(zip([row["statement_id"] for row in pending], judgements, strict=True))
    signal_rows = [_signal_row(name, model.model_id, judgement) for name, judgement in judged]
    sector_rows = [row for name, judgement in judged for row in _sector_rows(name, model.model_id, judgement)]
    checked, checked_sectors = (
        check(table, rows, model.model_id, now) for table, rows in ((signals, signal_rows), (signal_sectors, sector_rows))
    )
    with store.writing(engine) as connection:
        rejections = [
            *unclassified,
            *breached("classify", checked, signal_rows, ["statement_id"], now),
            *breached("classify", checked_sectors, sector_rows, ["statement_id"], now),
        ]
        refused = reject(connection, rejections)
        written = write(connection, signals, checked)
        write(connection, signal_sectors, checked_sectors)
    return {"signals": written, "rejected": refused}


def _heal(connection: Connection, model: Model) -> None:
    """Remove what was said against the language of documents that the model can judge."""
    known = select(documents.c.document_id).where(documents.c.language.in_(model.judged_languages))
    connection.execute(delete(rejected).where(rejected.c.rule == "language_not_supported", rejected.c.subject.in_(known)))


def _signal_row(statement_id: str, model_id: str, judgement: Judgement) -> dict[str, Any]:
    return {
        "statement_id": statement_id,
        "model_id": model_id,
        "stance": judgement.stance,
        **judgement.probabilities,
        "stance_set": " ".join(judgement.stance_set),
        "disagreement": judgement.disagreement,
        "rule_stance": judgement.rule_stance,
        "terms": json.dumps(judgement.terms, ensure_ascii=False),
    }


def _sector_rows(statement_id: str, model_id: str, judgement: Judgement) -> list[dict[str, Any]]:
    return [
        {"statement_id": statement_id, "model_id": model_id, "sector": sector, "relevance": relevance}
        for sector, relevance in judgement.sectors.items()
    ]


def _unclassified(document: Any, model: Model, now: datetime) -> dict[str, Any]:
    known = ", ".join(model.judged_languages)
    reason = f"language {document['language']}: the model knows {known}; its statements are kept, not judged"
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
