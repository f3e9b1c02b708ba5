"""Signals to the stance index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, func, select

from analysis import store
from analysis.index.balance import CELL, points
from analysis.settings import Settings
from analysis.steps.place import breached, check, open_place, reject, write
from analysis.tables import STANCES, authorities, documents, models, signal_sectors, signals, stance_index, statements

KEY = ["week_on", "window_weeks", *CELL, "model_id"]
FIGURES = [
    "balance",
    "balance_low",
    "balance_high",
    "tone_share",
    "signal_rate",
    "statement_count",
    "document_count",
    "effective_count",
    "reason",
]
COUNTS = ["statement_count", "document_count", "effective_count"]
DATED = ("stated", "found", "future")
"""Flags of the dates that count once their day has come: a date of the future was one only when it was stored."""
COUNTED = [
    statements.c.statement_id,
    statements.c.document_id,
    documents.c.story_id,
    documents.c.published_on,
    documents.c.channel,
    authorities.c.jurisdiction,
    signal_sectors.c.sector,
    signal_sectors.c.relevance,
    *(signals.c[stance] for stance in STANCES),
]


def index(settings: Settings, now: datetime) -> dict[str, int]:
    """Compute the index from all signals of the current model and return how many new figures were written.

    A figure that differs from its latest vintage becomes a new one; what did not change is not written.
    """
    engine = open_place(settings)
    with store.reading(engine) as connection:
        model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
        if model_id is None:
            return {"index_points": 0}
        found = store.read(connection, counted_signals(model_id, COUNTED, now.date()))
        held = store.read(connection, latest_points(model_id))
    computed = points(found, pd.Timestamp(monday(now.date()))).assign(model_id=model_id, as_of_at=now)
    computed["week_on"] = pd.to_datetime(computed["week_on"]).dt.date
    changed = new_vintages(computed, held, now)
    rows = store.rows_of(changed, stance_index)
    validated = check(stance_index, rows, model_id, now)
    with store.writing(engine) as connection:
        reject(connection, breached("index", validated, rows, KEY, now))
        return {"index_points": write(connection, stance_index, validated)}


def monday(day: date) -> date:
    """Return the first day of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def is_dated(today: date) -> ColumnElement[bool]:
    """Return the condition that a document is of a known day, and that this day has come."""
    return documents.c.date_flag.in_(DATED) & (documents.c.published_on <= today)


def counted_signals(model_id: str, columns: Sequence[ColumnElement], today: date) -> Select:
    """Select columns of the signals that the index counts, by sector: latest revisions, dated by today, with an authority."""
    of_signal = (signal_sectors.c.statement_id == signals.c.statement_id) & (signal_sectors.c.model_id == signals.c.model_id)
    return (
        select(*columns)
        .join_from(signals, statements)
        .join(documents)
        .join(authorities, authorities.c.authority_id == statements.c.authority_id)
        .join(signal_sectors, of_signal)
        .where(signals.c.model_id == model_id, documents.c.is_latest, is_dated(today))
        .order_by(statements.c.statement_id, signal_sectors.c.sector)
    )


def latest_points(model_id: str) -> Select:
    """Select the latest vintage of every point of a model."""
    key = [stance_index.c[name] for name in KEY]
    newest = func.row_number().over(partition_by=key, order_by=stance_index.c.as_of_at.desc()).label("age")
    ranked = select(stance_index, newest).where(stance_index.c.model_id == model_id).subquery()
    return select(*(ranked.c[column.name] for column in stance_index.columns)).where(ranked.c.age == 1)


def new_vintages(computed: pd.DataFrame, held: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return the computed points that differ from the held ones, and an empty one for each held point that is gone."""
    known = {tuple(row[name] for name in KEY): _figures(row) for row in held.to_dict("records")}
    rows = computed.to_dict("records")
    changed = [row for row in rows if known.pop(tuple(row[name] for name in KEY), None) != _figures(row)]
    empty = dict.fromkeys(FIGURES) | dict.fromkeys(COUNTS, 0) | {"reason": "too_few_stories", "as_of_at": now}
    gone = [dict(zip(KEY, key, strict=True)) | empty for key, figures in known.items() if figures != _figures(empty)]
    return pd.DataFrame([*changed, *gone], columns=[column.name for column in stance_index.columns])


def _figures(row: dict) -> tuple:
    """A point's figures as they are compared: to nine digits, so that no machine's last bit makes a vintage."""
    values = (row[name] for name in FIGURES)
    return tuple(
        None if pd.isna(value) else round(float(value), 9) if not isinstance(value, str) else value for value in values
    )


def count_points(connection: Connection) -> int:
    """Return how many points the index of the current model has."""
    model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
    return connection.scalar(select(func.count()).select_from(latest_points(model_id or "").subquery())) or 0
