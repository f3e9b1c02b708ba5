"""Which models run beside the current one, so that the step that a change of the model makes in the series is measured."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, select

from analysis.index.instruments import WEEKS_COMPARED
from analysis.steps.models.registered import current_row
from analysis.tables import models

DOUBLE_RUN = timedelta(weeks=WEEKS_COMPARED)


class Beside(NamedTuple):
    """A model that goes on beside the current one."""

    model_id: str
    changed_at: datetime
    """When the current model took its place."""

    @property
    def judges_since(self) -> date:
        """Day of publication from which on it judges what it has not judged: it read the rest when it was current."""
        return (self.changed_at - DOUBLE_RUN).date()


def models_beside(connection: Connection, now: datetime) -> list[Beside]:
    """Return the retired models whose place the current one took in the DOUBLE_RUN before now, the last change first.

    That is the one it replaced when it was promoted, and one that was taken back for it.
    """
    current = current_row(connection)
    if current is None:
        return []
    retired = connection.execute(select(models).where(models.c.status == "retired")).mappings().all()
    changes = [(row["model_id"], row["rolled_back_at"]) for row in retired if row["replaced_id"] == current["model_id"]]
    changes += [(row["model_id"], current["promoted_at"]) for row in retired if row["model_id"] == current["replaced_id"]]
    newest: dict[str, datetime] = {}
    for name, moment in changes:
        if moment is not None and moment <= now < moment + DOUBLE_RUN:
            newest[name] = max(moment, newest.get(name, moment))
    return sorted((Beside(*change) for change in newest.items()), key=lambda one: (one.changed_at, one.model_id), reverse=True)


def current_then(connection: Connection, end: datetime) -> list[str]:
    """Return the models that were current at some time before a moment, as the registry tells it, the last one first.

    It keeps the last promotion and the last rollback of each model, so that of one promoted twice the first time is not told.
    """
    rows = connection.execute(select(models)).mappings().all()
    told = [(row["promoted_at"], row["model_id"]) for row in rows]
    told += [(row["rolled_back_at"], row["replaced_id"]) for row in rows]
    known = sorted(((moment, name) for moment, name in told if moment and name and moment < end), reverse=True)
    return list(dict.fromkeys(name for _, name in known))
