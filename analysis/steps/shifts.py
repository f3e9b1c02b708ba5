"""Signals and index to shifts, the stories that moved them, and regimes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Engine, delete, select

from analysis import store
from analysis.index.cells import BODY, SERIES, units
from analysis.index.regimes import regimes
from analysis.index.shifts import RECENT_WEEKS, kind
from analysis.index.weekly_shifts import BINDING, weekly_shifts
from analysis.index.weights import declared_weights
from analysis.settings import Settings
from analysis.steps.index import COUNTED, counted_signals, latest_points, monday
from analysis.steps.place import breached, check, open_place, reject, write
from analysis.steps.reliability import classifier_errors, healthy_by_week
from analysis.tables import content_id, instrument_changes, models, shift_stories, shifts
from analysis.tables import regimes as regimes_table

DAY = timedelta(days=1)


def find_shifts(settings: Settings, now: datetime) -> dict[str, int]:
    """Find the current model's shifts and regimes up to the last week that is over, and return how many rows were new.

    A shift that was told stays as it was told. A series' regimes are written anew where their breaks are others than before.
    """
    engine = open_place(settings)
    until = monday(now.date()) - timedelta(weeks=1)
    with store.reading(engine) as connection:
        model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
        if model_id is None:
            return {"shifts": 0, "regimes": 0}
        # Of the week that is not over nothing is read, so that the rest of it changes nothing.
        signals = store.read(connection, counted_signals(model_id, COUNTED, until + 6 * DAY))
        healthy = healthy_by_week(connection, now.date())
        changed_on = list(connection.scalars(select(instrument_changes.c.changed_on)))
    told = units(signals, declared_weights())
    found, moved = weekly_shifts(told, pd.Timestamp(until), classifier_errors(engine, model_id), healthy, _binding(signals))
    written = _write_shifts(engine, found, moved, changed_on, model_id, now)
    return {"shifts": written, "regimes": _write_regimes(engine, model_id, until, changed_on, now)}


def _binding(signals: pd.DataFrame) -> pd.DataFrame:
    """Return where and in which week binding acts were told."""
    acts = signals[signals["act"].isin(BINDING)]
    days = pd.to_datetime(acts["published_on"])
    return acts[BODY].assign(week_on=days - pd.to_timedelta(days.dt.day_of_week, unit="D")).drop_duplicates()


def _write_shifts(
    engine: Engine, found: pd.DataFrame, moved: pd.DataFrame, changed_on: list[date], model_id: str, now: datetime
) -> int:
    rows = [_shift_row(row, changed_on, model_id, now) for row in found.to_dict("records")]
    with store.reading(engine) as connection:
        held = set(connection.scalars(select(shifts.c.shift_id).where(shifts.c.model_id == model_id)))
    new = [row for row in rows if row["shift_id"] not in held]
    names = {row["shift_id"] for row in new}
    stories = [
        {"shift_id": name, "story_id": row["story_id"], "influence": row["influence"], "rank": row["rank"]}
        for row in moved.to_dict("records")
        if (name := _shift_id(row, model_id)) in names
    ]
    checked, checked_stories = check(shifts, new, model_id, now), check(shift_stories, stories, model_id, now)
    with store.writing(engine) as connection:
        reject(connection, breached("shifts", checked, new, ["shift_id"], now))
        reject(connection, breached("shifts", checked_stories, stories, ["shift_id", "story_id"], now))
        written = write(connection, shifts, checked)
        write(connection, shift_stories, checked_stories)
    return written


def _shift_id(row: dict[Any, Any], model_id: str) -> str:
    return content_id("shift", *(row[name] for name in SERIES), model_id, row["week_on"].date())


def _shift_row(row: dict[Any, Any], changed_on: list[date], model_id: str, now: datetime) -> dict[str, Any]:
    week_on = row["week_on"].date()
    return {
        **{column.name: row.get(column.name) for column in shifts.columns},
        "shift_id": _shift_id(row, model_id),
        "week_on": week_on,
        "model_id": model_id,
        "kind": kind(week_on, changed_on),
        "as_of_at": now,
    }


def _write_regimes(engine: Engine, model_id: str, until: date, changed_on: list[date], now: datetime) -> int:
    with store.reading(engine) as connection:
        points = store.read(connection, latest_points(model_id))
        held = _held_breaks(connection, model_id)
    passing = points[(points["window_weeks"] == RECENT_WEEKS) & points["reason"].isna() & points["gate"].isna()]
    rows: list[dict[str, Any]] = []
    renewed: list[dict[str, Any]] = []
    for key, series in passing[passing["week_on"] <= until].groupby(SERIES, sort=True):
        ordered = series.sort_values("week_on")
        found = regimes(ordered["week_on"].tolist(), ordered["balance"].tolist(), changed_on)
        # One regime is no news, unless breaks were told: nothing broke.
        fewest = 1 if key in held else 2
        if len(found) >= fewest and held.get(key) != tuple(found["started_on"]):
            of_series = dict(zip(SERIES, key, strict=True)) | {"model_id": model_id}
            renewed.append(of_series | {"found_on": found["found_on"].iloc[0]})
            rows += [{str(name): value for name, value in row.items()} | of_series for row in found.to_dict("records")]
    checked = check(regimes_table, rows, model_id, now)
    with store.writing(engine) as connection:
        # Of two sets of one week, of which the second knows documents that came late, readers could not tell which holds.
        for of_week in renewed:
            named = (regimes_table.c[name] == value for name, value in of_week.items())
            connection.execute(delete(regimes_table).where(*named))
        reject(connection, breached("shifts", checked, rows, [*SERIES, "found_on", "started_on"], now))
        return write(connection, regimes_table, checked)


def _held_breaks(connection: Connection, model_id: str) -> dict[Any, tuple[date, ...]]:
    """Return when the regimes of each series began, as they were last found."""
    frame = store.read(connection, select(regimes_table).where(regimes_table.c.model_id == model_id))
    if frame.empty:
        return {}
    newest = frame[frame["found_on"] == frame.groupby(SERIES)["found_on"].transform("max")]
    return {key: tuple(sorted(part["started_on"])) for key, part in newest.groupby(SERIES)}
