"""Signals to the stance index and the gap of official to press, in vintages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, Label, Select, String, Table, cast, delete, func, literal, select

from analysis import store
from analysis.errors import StoreError
from analysis.index.audits import Errors
from analysis.index.cells import units
from analysis.index.fingerprints import REACH, WEEK, Stretch, fingerprints, instrument, stretches, touched, unit_weeks
from analysis.index.gap import GAP_FIGURES, GAP_KEY, gaps
from analysis.index.points import FIGURES, KEY, points
from analysis.index.vintages import is_provisional, new_vintages, revisions
from analysis.index.weights import declared_weights
from analysis.index.windows import windows
from analysis.settings import Settings
from analysis.steps.double_run import current_then, models_beside
from analysis.steps.place import breached, check, open_place, reject, write
from analysis.steps.reliability import classifier_errors, healthy_by_week
from analysis.tables import (
    STANCES,
    authorities,
    documents,
    index_weeks,
    models,
    offices,
    signal_sectors,
    signals,
    stance_gaps,
    stance_index,
    statements,
)

NO_POINT = {
    **dict.fromkeys(FIGURES),
    **dict.fromkeys(["statement_count", "document_count", "story_count", "date_count", "effective_count"], 0),
    "share_of_weight_present": 0.0,
    "is_fragile": False,
    "reason": "too_few_stories",
    "corrected_reason": "too_few_stories",
}
"""Figures of a point whose documents are gone."""
NO_GAP = {
    **dict.fromkeys(GAP_FIGURES),
    **dict.fromkeys(["official_effective_count", "press_effective_count"], 0),
    "reason": "no_official_figure",
    "corrected_reason": "no_official_figure",
}
KEYS = {stance_index: KEY, stance_gaps: GAP_KEY}
DATED = ("stated", "found", "future")
"""Flags of the dates that count once their day has come: a date of the future was one only when it was stored."""
COUNTED = [
    statements.c.statement_id,
    statements.c.document_id,
    documents.c.story_id,
    documents.c.published_on,
    documents.c.channel,
    documents.c.language,
    authorities.c.authority_id,
    authorities.c.level,
    # The body's own, not what a supranational one speaks of: a figure tells who leans, not about whom.
    authorities.c.jurisdiction,
    offices.c.rank,
    statements.c.is_quotation,
    func.coalesce(statements.c.act, "none").label("act"),
    signal_sectors.c.sector,
    signal_sectors.c.relevance,
    signals.c.stance,
    *(signals.c[stance] for stance in STANCES),
]
UNIT = (authorities.c.authority_id, signal_sectors.c.sector, documents.c.channel, documents.c.story_id)
NUMBERS = (signal_sectors.c.relevance, *(signals.c[stance] for stance in STANCES))


def _words(columns: Iterable[ColumnElement], name: str) -> Label:
    """Return the columns as one text: the whole history is read for it, and reading one value is cheaper than many."""
    told: ColumnElement[str] = literal("")
    for column in columns:
        told = told + func.coalesce(cast(column, String), "-") + " "
    return told.label(name)


PRINTED = [
    statements.c.statement_id,
    _words(UNIT, "unit"),
    _words([column for column in COUNTED if column not in {*UNIT, *NUMBERS, statements.c.statement_id}], "words"),
    cast(documents.c.published_on, String).label("published_on"),
    *NUMBERS,
]
"""All of COUNTED in few values."""
EARLIEST = pd.Timestamp(1900, 1, 1)
"""A Monday before all documents."""


def index(settings: Settings, now: datetime, since: date | None = None) -> dict[str, int]:
    """Compute the index from all signals of the current model and return how many new points were written, gaps beside them.

    Only weeks are computed that are made of something else than when they were computed last (`fingerprints`), which gives what
    computing all of them gives, and costs the same however long the history is. A point that differs from its latest vintage
    becomes a new one; what did not change is not written. With `since` only windows that end in its week or later are computed.
    For the weeks of a double run there is the index of the model before the current one as well (`models_beside`).
    Raises StoreError where the index was computed after `now`: a clock is wrong.
    """
    engine = open_place(settings)
    with store.reading(engine) as connection:
        model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
        if model_id is None:
            return {"index_points": 0}
        _not_of_the_future(connection, now)
        both = [model_id, *(one.model_id for one in models_beside(connection, now))]
    return {"index_points": sum(_index_of(engine, one, now, since) for one in both)}


def _index_of(engine: Engine, model_id: str, now: datetime, since: date | None) -> int:
    """Compute the weeks of a model's index that are made of something else than when they were computed last.

    Return how many new points were written.
    """
    errors, until = classifier_errors(engine, model_id), pd.Timestamp(monday(now.date()))
    with store.reading(engine) as connection:
        rows = store.read(connection, counted_signals(model_id, PRINTED, now.date()).order_by(None))
        healthy = healthy_by_week(connection, now.date())
        known = _known(connection, model_id)
        weeks = unit_weeks(rows)
        prints = fingerprints(rows, weeks, errors, healthy, instrument(declared_weights(), errors), until)
        due = touched(prints, known)
        first = EARLIEST if since is None else pd.Timestamp(monday(since))
        due = due[(due >= first) & (due <= until)]
        # Before the first run that keeps fingerprints there may be points of weeks that are gone.
        parts = stretches(due) if len(known) else [(first, until)]
        held = {table: _held(connection, table, model_id, parts) for table in KEYS}
        found = [_within(connection, model_id, now.date(), rows, weeks, part) for part in parts]
    if not parts:
        return 0
    told = [_computed(*one, errors, healthy) for one in zip(found, parts, strict=True)]
    every, between = (pd.concat(frames, ignore_index=True) for frames in zip(*told, strict=True))
    changed = {
        stance_index: _changed(every, held[stance_index], stance_index, NO_POINT),
        stance_gaps: _changed(between, held[stance_gaps], stance_gaps, NO_GAP),
    }
    return _write(engine, changed, model_id, now, prints.reindex(due))[stance_index]


def _known(connection: Connection, model_id: str) -> pd.Series:
    """Return the fingerprints with which a model's weeks were computed last, by Monday."""
    query = select(index_weeks.c.week_on, index_weeks.c.fingerprint).where(index_weeks.c.model_id == model_id)
    held = store.read(connection, query)
    return pd.Series(held["fingerprint"].to_numpy(dtype=object), index=pd.DatetimeIndex(held["week_on"]))


def _held(connection: Connection, table: Table, model_id: str, parts: Sequence[Stretch]) -> pd.DataFrame:
    """Return the latest vintages of the weeks of some stretches."""
    queries = [latest(table, model_id, since=first.date(), until=last.date()) for first, last in parts]
    return pd.concat([store.read(connection, query) for query in queries], ignore_index=True) if queries else pd.DataFrame()


def _within(
    connection: Connection, model_id: str, today: date, rows: pd.DataFrame, weeks: pd.Series, part: Stretch
) -> pd.DataFrame:
    """Return the signals of the stories within the reach of a stretch of weeks, each story whole."""
    query = counted_signals(model_id, COUNTED, today).order_by(None)
    first, last = part
    if first == EARLIEST:
        return store.read(connection, query)
    chosen = rows[(weeks <= last) & (weeks >= first - REACH * WEEK)]
    names = chosen["statement_id"].unique().tolist()
    parts = [names[start : start + store.ROWS_A_STATEMENT] for start in range(0, len(names), store.ROWS_A_STATEMENT)] or [[]]
    frames = [store.read(connection, query.where(signals.c.statement_id.in_(of_part))) for of_part in parts]
    found = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    # The story of one sector of a statement may be within reach, that of another not.
    named = found[[column.name for column in UNIT]].astype(str)
    unit = named.iloc[:, 0].str.cat(named.iloc[:, 1:], sep=" ") + " "
    return found[unit.isin(chosen["unit"].unique())].reset_index(drop=True)


def _computed(found: pd.DataFrame, part: Stretch, errors: Errors, healthy: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the points and gaps of the windows that end in a stretch of weeks."""
    first, last = part
    told = windows(units(found, declared_weights()), last, first)
    every = points(told, errors, healthy)
    return every, gaps(told, every, errors)


def _not_of_the_future(connection: Connection, now: datetime) -> None:
    newest = connection.scalar(select(func.max(stance_index.c.as_of_at)))
    if newest is not None and newest > now:
        raise StoreError(f"the index was computed at {newest:%Y-%m-%d %H:%M} UTC, which is after now: set the machine's clock")


def _changed(computed: pd.DataFrame, held: pd.DataFrame, table: Table, empty: dict[str, Any]) -> pd.DataFrame:
    """Return the new vintages of a table, without model and moment."""
    key = KEYS[table]
    figures = GAP_FIGURES if table is stance_gaps else FIGURES
    dated = computed.assign(week_on=pd.to_datetime(computed["week_on"]).dt.date)
    return new_vintages(dated, held, key, figures, empty)


def _write(
    engine: Engine, changed: dict[Table, pd.DataFrame], model_id: str, now: datetime, prints: pd.Series
) -> dict[Table, int]:
    """Write what is valid of each table and what its weeks were computed from, all or nothing; return how many rows were new.

    A week that nothing is left of has no fingerprint any more.
    """
    rows = {table: store.rows_of(frame.assign(model_id=model_id, as_of_at=now), table) for table, frame in changed.items()}
    validated = {table: check(table, of_table, model_id, now) for table, of_table in rows.items()}
    with store.writing(engine) as connection:
        for table, of_table in rows.items():
            reject(connection, breached("index", validated[table], of_table, KEYS[table], now))
        _keep(connection, model_id, prints, now)
        return {table: write(connection, table, found) for table, found in validated.items()}


def _keep(connection: Connection, model_id: str, prints: pd.Series, now: datetime) -> None:
    of_week = dict(zip(pd.DatetimeIndex(prints.index).date, prints, strict=True))
    gone = [week for week, value in of_week.items() if pd.isna(value)]
    for first in range(0, len(gone), store.ROWS_A_STATEMENT):
        part = index_weeks.c.week_on.in_(gone[first : first + store.ROWS_A_STATEMENT])
        connection.execute(delete(index_weeks).where(index_weeks.c.model_id == model_id, part))
    rows = [
        {"model_id": model_id, "week_on": week, "fingerprint": value, "computed_at": now}
        for week, value in of_week.items()
        if not pd.isna(value)
    ]
    store.upsert(connection, index_weeks, rows)


def index_as_of(settings: Settings, day: date) -> pd.DataFrame:
    """Return the points that were known at the end of a day (UTC), as rows of `stance_index`, and which might change still.

    They are of the model that was current then, as far as the registry tells, else of the one with the newest figures.
    """
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    newest = (
        select(stance_index.c.model_id)
        .where(stance_index.c.as_of_at < end)
        .group_by(stance_index.c.model_id)
        .order_by(func.max(stance_index.c.as_of_at).desc())
    )
    with store.reading(open_place(settings)) as connection:
        with_figures = list(connection.scalars(newest))
        chosen = [*(name for name in current_then(connection, end) if name in with_figures), *with_figures, ""]
        known = store.read(connection, latest(stance_index, chosen[0], before=end))
    return known.assign(is_provisional=[is_provisional(week_on, end) for week_on in known["week_on"]])


def index_revisions(settings: Settings) -> pd.DataFrame:
    """Return how far the current model's figures moved after they were first told, by window and age in weeks (`revisions`)."""
    with store.reading(open_place(settings)) as connection:
        model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
        vintages = store.read(connection, select(stance_index).where(stance_index.c.model_id == (model_id or "")))
    return revisions(vintages, KEY)


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
        .join(offices, offices.c.office_id == statements.c.office_id, isouter=True)
        .join(signal_sectors, of_signal)
        .where(signals.c.model_id == model_id, documents.c.is_latest, is_dated(today))
        .order_by(statements.c.statement_id, signal_sectors.c.sector)
    )


def latest(
    table: Table,
    model_id: str,
    before: datetime | None = None,
    scope: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Select:
    """Select the latest vintage of every point or gap of a model.

    With `before` the latest before that moment, with `scope` those of one scope, with `since` those of that week or later, with
    `until` those of that week or earlier.
    """
    newest = func.row_number().over(partition_by=[table.c[name] for name in KEYS[table]], order_by=table.c.as_of_at.desc())
    chosen = select(table, newest.label("age")).where(table.c.model_id == model_id)
    if before is not None:
        chosen = chosen.where(table.c.as_of_at < before)
    if scope is not None:
        chosen = chosen.where(table.c.scope == scope)
    if since is not None:
        chosen = chosen.where(table.c.week_on >= since)
    if until is not None:
        chosen = chosen.where(table.c.week_on <= until)
    ranked = chosen.subquery()
    return select(*(ranked.c[column.name] for column in table.columns)).where(ranked.c.age == 1)


def latest_points(model_id: str, scope: str | None = None) -> Select:
    """Select the latest vintage of every point of a model, or of those of one scope."""
    return latest(stance_index, model_id, scope=scope)


def count_points(connection: Connection) -> int:
    """Return how many points the index of the current model has."""
    model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
    return connection.scalar(select(func.count()).select_from(latest_points(model_id or "").subquery())) or 0
