"""What the registry, the archive and the catalogue tell of changes of what measures, with how far two models' series differ."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from analysis import catalogue, store
from analysis.index.instruments import DIFFERENCE, WEEKS_COMPARED, compared_series, instrument_changes
from analysis.steps.index import is_dated, latest_points, monday
from analysis.tables import content_id, documents, models
from analysis.tables import instrument_changes as table

POINT = ["week_on", "scope", "authority_id", "jurisdiction", "sector", "channel", "balance"]
SCOPE = "sector"
"""The lines by which two models are compared: the widest, which most weeks have."""


def instrument_rows(connection: Connection, panel: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Return every change up to now as rows of `instrument_changes`, those of models with the difference of the series.

    `panel` is that of `source_weeks`. A source ended that is not alive in the last week that is over.
    """
    registered = store.read(connection, select(models))
    parsers = pd.DataFrame(
        [
            {"source_id": source.id, "version": parser.version, "valid_from": parser.valid_from}
            for source in catalogue.sources().values()
            for parser in source.parsers
        ],
        columns=["source_id", "version", "valid_from"],
    )
    told = instrument_changes(registered, _source_days(connection, panel, now.date()), parsers, pd.Timestamp(now.date()))
    before = dict(zip(registered["model_id"], registered["replaced_id"], strict=True))
    rows = [
        {
            **change,
            "change_id": content_id(change["kind"], change["subject"], change["changed_on"], change["note"]),
            **(_difference(connection, change, before[change["subject"]], now.date()) if change["kind"] == "model" else {}),
        }
        for change in told.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=[column.name for column in table.columns])


def _source_days(connection: Connection, panel: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return of each source the days of its first and its last document, and whether it is alive."""
    days = [extreme(documents.c.published_on).label(name) for name, extreme in (("first_on", func.min), ("last_on", func.max))]
    query = select(documents.c.source_id, *days).where(documents.c.is_latest, is_dated(today))
    frame = store.read(connection, query.group_by(documents.c.source_id).order_by(documents.c.source_id))
    last_week = pd.Timestamp(monday(today) - timedelta(weeks=1))
    alive = panel.loc[(panel["week_on"] == last_week) & panel["is_alive"], "source_id"]
    return frame.assign(is_alive=frame["source_id"].isin(alive))


def _difference(connection: Connection, change: dict[Hashable, Any], before: str, today: date) -> dict[Hashable, Any]:
    """Return by how much the newer model's weekly lines differ from the older one's; nothing where no week has both."""
    newer, older = (_weekly(connection, name) for name in (change["subject"], before))
    # The 13 weeks that both read to their end (`models_beside`), so that the figure stands once they are over.
    until = min(monday(today), monday(change["changed_on"]) + timedelta(weeks=WEEKS_COMPARED - 1))
    found = compared_series(newer, older, [], pd.Timestamp(until))
    return {} if found.empty else found[DIFFERENCE[:4]].astype(object).to_dict("records")[0]


def _weekly(connection: Connection, model_id: str) -> pd.DataFrame:
    points = store.read(connection, latest_points(model_id, SCOPE))
    return points[points["window_weeks"] == 1][POINT]
