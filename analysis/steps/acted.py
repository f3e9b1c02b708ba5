"""Signals to the ledger of words and deeds and to the stances of officials, in vintages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, Table, func, select

from analysis import store
from analysis.errors import StoreError
from analysis.index.deeds import LEDGER_FIGURES, LEDGER_KEY, ledger
from analysis.index.speakers import SPEAKER_FIGURES, SPEAKER_KEY, speaker_stances
from analysis.index.vintages import new_vintages
from analysis.settings import Settings
from analysis.steps.index import counted_signals
from analysis.steps.place import breached, check, open_place, reject, write
from analysis.tables import (
    STANCES,
    deeds,
    documents,
    models,
    office_holders,
    signal_sectors,
    signals,
    statements,
)
from analysis.tables import speaker_stances as stances_of_speakers

READ = [
    statements.c.statement_id,
    statements.c.document_id,
    documents.c.story_id,
    documents.c.published_on,
    documents.c.channel,
    statements.c.authority_id,
    statements.c.office_id,
    statements.c.speaker,
    func.coalesce(statements.c.act, "none").label("act"),
    signal_sectors.c.sector,
    signal_sectors.c.relevance,
    *(signals.c[stance] for stance in STANCES),
]
KEYS = {deeds: LEDGER_KEY, stances_of_speakers: [*SPEAKER_KEY, "authority_id"]}
FIGURES = {deeds: LEDGER_FIGURES, stances_of_speakers: SPEAKER_FIGURES}
COUNTS = ("story_count", "statement_count", "effective_count", "act_count", "supportive_count", "restrictive_count")
DAYS = ("last_on", "due_on", "first_act_on")
"""Figures that are days; `first_on` is one of an official and part of the key of a run."""
NO_RUN = {
    **dict.fromkeys(LEDGER_FIGURES),
    **{name: 0 for name in LEDGER_FIGURES if name in COUNTS},
    "outcome": "withdrawn",
    "acts": "",
}
"""Figures of a run that is no longer found."""
NO_WORDS = {
    **dict.fromkeys(SPEAKER_FIGURES),
    **{name: 0 for name in SPEAKER_FIGURES if name in COUNTS},
    "reason": "too_few_stories",
}
"""Figures of an official's year whose documents are gone."""
NOTHING = {deeds: NO_RUN, stances_of_speakers: NO_WORDS}


def weigh_deeds(settings: Settings, now: datetime) -> dict[str, int]:
    """Compute the ledger and the officials' stances from the current model's signals and return how many new rows were written.

    A row that differs from its latest vintage becomes a new one; what did not change is not written. What is gone becomes a
    run that is withdrawn, or an official's year without statements. Raises StoreError where either was computed after `now`.
    """
    engine = open_place(settings)
    with store.reading(engine) as connection:
        model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
        if model_id is None:
            return {"deeds": 0, "speaker_stances": 0}
        _not_of_the_future(connection, now)
        found = store.read(connection, counted_signals(model_id, READ, now.date()))
        holders = store.read(connection, office_holders)
        held = {table: store.read(connection, _latest(table, model_id)) for table in KEYS}
    today = pd.Timestamp(now.date())
    computed = {deeds: ledger(found, today), stances_of_speakers: speaker_stances(found, holders, today)}
    rows = {table: _changed(table, computed[table], held[table], model_id, now) for table in KEYS}
    checked = {table: check(table, rows[table], model_id, now) for table in KEYS}
    with store.writing(engine) as connection:
        for table in KEYS:
            reject(connection, breached("acted", checked[table], rows[table], KEYS[table], now))
        return {table.name: write(connection, table, checked[table]) for table in KEYS}


def _not_of_the_future(connection: Connection, now: datetime) -> None:
    for table in KEYS:
        newest = connection.scalar(select(func.max(table.c.as_of_at)))
        if newest is not None and newest > now:
            raise StoreError(
                f"{table.name} was computed at {newest:%Y-%m-%d %H:%M} UTC, which is after now: set the machine's clock"
            )


def _latest(table: Table, model_id: str) -> Select:
    """Select the latest vintage of every row of a model."""
    newest = func.row_number().over(partition_by=[table.c[name] for name in KEYS[table]], order_by=table.c.as_of_at.desc())
    ranked = select(table, newest.label("age")).where(table.c.model_id == model_id).subquery()
    return select(*(ranked.c[column.name] for column in table.columns)).where(ranked.c.age == 1)


def _changed(table: Table, computed: pd.DataFrame, held: pd.DataFrame, model_id: str, now: datetime) -> list[dict[str, Any]]:
    """Return the new vintages of a table as its rows."""
    days = [name for name in FIGURES[table] if name in DAYS or name == "first_on"]
    vintages = new_vintages(_spelled(computed, days), _spelled(held, days), KEYS[table], FIGURES[table], NOTHING[table])
    for name in days:
        vintages[name] = [None if pd.isna(day) else date.fromisoformat(day) for day in vintages[name]]
    return store.rows_of(vintages.assign(model_id=model_id, as_of_at=now), table)


def _spelled(rows: pd.DataFrame, days: list[str]) -> pd.DataFrame:
    """Return rows with these days as texts, which are compared as they are; figures else are numbers."""
    spelled = rows.copy()
    for name in days:
        spelled[name] = [None if pd.isna(day) else day.isoformat() for day in rows[name]]
    return spelled
