"""Statements and signals to what stands beside the index: how much is said, how new, how far it goes, who fell silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, select

from analysis import catalogue, store
from analysis.errors import StoreError
from analysis.index.amplification import amplifications as amplified
from analysis.index.silence import WEEKS_BEFORE, WEEKS_JUDGED
from analysis.index.silence import silences as silent
from analysis.index.vintages import new_vintages
from analysis.index.volume import base_window
from analysis.index.volume import volumes as said
from analysis.settings import Settings
from analysis.steps.index import counted_signals, is_dated, monday
from analysis.steps.instruments import instrument_rows
from analysis.steps.place import breached, check, open_place, reject, write
from analysis.steps.repetition import new_novelties, portions, texts_of
from analysis.steps.source_weeks import source_weeks, weeks_of
from analysis.tables import (
    amplifications,
    authorities,
    documents,
    instrument_changes,
    language_changes,
    models,
    novelties,
    signal_sectors,
    signals,
    silences,
    sources,
    statements,
    volumes,
)

SIGNAL = 0.5
"""Probability of no signal below which a statement makes its story a signal story: it more likely is one than not."""
VOLUME_KEY = ["week_on", "window_weeks", "scope", "jurisdiction", "sector", "channel"]
VOLUME_FIGURES = ["volume", "source_count", "signal_count", "story_count", "reason"]
NO_VOLUME = {"volume": None, "source_count": 0, "signal_count": 0, "story_count": 0, "reason": "no_source_alive"}
"""Figures of a volume whose documents are gone."""
SEED = 6
"""Of the sample by which the language of a quarter is judged."""
KEYS = {
    volumes: VOLUME_KEY,
    silences: ["until_on", "authority_id", "sector"],
    novelties: ["statement_id"],
    amplifications: ["story_id"],
    language_changes: ["quarter_on"],
    instrument_changes: ["kind", "subject", "changed_on"],
}


@dataclass(frozen=True)
class _Look:
    """What the parts of one run share."""

    connection: Connection
    model_id: str | None
    now: datetime
    panel: pd.DataFrame

    @property
    def today(self) -> date:
        return self.now.date()

    def read(self, query: Any) -> pd.DataFrame:
        return store.read(self.connection, query)


def measure_activity(settings: Settings, now: datetime) -> dict[str, int]:
    """Measure what stands beside the index and return by table how many rows were new or changed.

    Volumes are vintages like the index; a silence is of the last week that is over and of the last one with a statement;
    novelty is measured once a statement, against what was known then; amplification again while it is not final or a story
    grew; the language once a quarter that is over. Without a current model only what needs none is measured.
    Raises StoreError where volumes were computed after `now`: a clock is wrong.
    """
    engine = open_place(settings)
    with store.reading(engine) as connection:
        newest = connection.scalar(select(func.max(volumes.c.as_of_at)))
        if newest is not None and newest > now:
            raise StoreError(
                f"volumes were computed at {newest:%Y-%m-%d %H:%M} UTC, which is after now: set the machine's clock"
            )
        model_id = connection.scalar(select(models.c.model_id).where(models.c.status == "current"))
        look = _Look(connection, model_id, now, source_weeks(connection, now.date()))
        frames = {
            novelties: new_novelties(connection, look.today),
            amplifications: _amplifications(look),
            instrument_changes: instrument_rows(connection, look.panel, now),
        }
        if model_id is not None:
            frames |= {volumes: _volumes(look), silences: _silences(look), language_changes: _language(look)}
        rows = {table: store.rows_of(frame, table) for table, frame in frames.items()}
        gone = _gone(connection, rows[instrument_changes])
        rows = {table: _changed(connection, table, of_table) for table, of_table in rows.items()}
    validated = {table: check(table, of_table, model_id or "all", now) for table, of_table in rows.items()}
    with store.writing(engine) as connection:
        for table, of_table in rows.items():
            reject(connection, breached("index", validated[table], of_table, KEYS[table], now))
        for part_of_gone in portions(gone):
            connection.execute(delete(instrument_changes).where(instrument_changes.c.change_id.in_(part_of_gone)))
        return {table.name: write(connection, table, found) for table, found in validated.items()}


def _changed(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows that differ from the held ones of the same key, so that nothing is checked or written in vain."""
    keys = [column.name for column in table.primary_key]
    weighty = [column.name for column in table.columns if not column.info.get("volatile")]
    if table in (novelties, volumes) or not rows:
        return rows
    first = keys[0]
    held: dict[tuple, tuple] = {}
    for part in portions(sorted({row[first] for row in rows})):
        query = select(*(table.c[name] for name in weighty)).where(table.c[first].in_(part))
        held |= {_values(row, keys): _values(row, weighty) for row in connection.execute(query).mappings()}
    return [row for row in rows if held.get(_values(row, keys)) != _values(row, weighty)]


def _values(row: Any, names: Sequence[str]) -> tuple:
    """A row's values as they are compared: to nine digits, so that no machine's last bit makes a change."""
    return tuple(round(value, 9) if isinstance(value := row[name], float) else value for name in names)


def _gone(connection: Connection, rows: list[dict[str, Any]]) -> list[str]:
    """Return the held instrument changes that are none any more, such as the end of a source that came back."""
    known = {row["change_id"] for row in rows}
    return [name for name in connection.scalars(select(instrument_changes.c.change_id)) if name not in known]


def _counted(look: _Look, *columns: ColumnElement, official: bool = False, since: date | None = None) -> pd.DataFrame:
    query = counted_signals(look.model_id or "", columns, look.today)
    if official:
        query = query.where(documents.c.channel == "official")
    if since is not None:
        query = query.where(documents.c.published_on >= since)
    return look.read(query)


def _volumes(look: _Look) -> pd.DataFrame:
    """Return the new vintages of the volumes of all weeks that are over."""
    columns = (documents.c.source_id, documents.c.channel, documents.c.story_id, documents.c.published_on)
    told = _counted(look, *columns, authorities.c.jurisdiction, signal_sectors.c.sector, signals.c.no_signal)
    told = told[told["no_signal"] < SIGNAL].drop(columns="no_signal")
    told = told.assign(week_on=weeks_of(told["published_on"]))
    until = pd.Timestamp(monday(look.today) - timedelta(weeks=1))
    base = base_window(look.panel)
    of_sectors = said(told, look.panel, base, until).assign(scope="sector", jurisdiction="")
    of_places = said(told, look.panel, base, until, ("jurisdiction", "sector")).assign(scope="jurisdiction")
    computed = pd.concat([of_sectors, of_places], ignore_index=True)
    computed["week_on"] = pd.to_datetime(computed["week_on"]).dt.date
    changed = new_vintages(computed, look.read(_latest_volumes(look.model_id)), VOLUME_KEY, VOLUME_FIGURES, NO_VOLUME)
    return changed.assign(model_id=look.model_id, as_of_at=look.now)


def _latest_volumes(model_id: str | None) -> Any:
    """Select the latest vintage of every volume of a model."""
    key = [volumes.c[name] for name in VOLUME_KEY]
    age = func.row_number().over(partition_by=key, order_by=volumes.c.as_of_at.desc()).label("age")
    ranked = select(volumes, age).where(volumes.c.model_id == model_id).subquery()
    return select(*(ranked.c[name] for name in [*VOLUME_KEY, *VOLUME_FIGURES])).where(ranked.c.age == 1)


def _silences(look: _Look) -> pd.DataFrame:
    """Return the silences in official statements up to the last week that is over, and the last one that has a statement."""
    last = monday(look.today) - timedelta(weeks=1)
    columns = (statements.c.statement_id, statements.c.authority_id, documents.c.source_id, documents.c.published_on)
    newest = look.connection.scalar(_newest_official(last + timedelta(days=6)))
    mondays = sorted({last, min(last, monday(newest or last))})
    since = mondays[0] - timedelta(weeks=WEEKS_BEFORE + WEEKS_JUDGED)
    told = _counted(look, *columns, signal_sectors.c.sector, official=True, since=since)
    healthy = look.panel[look.panel["channel"] == "official"].rename(columns={"is_alive": "is_healthy"})
    frames = [
        silent(told, healthy, pd.Timestamp(day + timedelta(days=6))).assign(until_on=day + timedelta(days=6)) for day in mondays
    ]
    return pd.concat(frames, ignore_index=True).assign(model_id=look.model_id, as_of_at=look.now)


def _amplifications(look: _Look) -> pd.DataFrame:
    """Return the amplification of the stories that are new, not final, or grew."""
    number, held = func.count(), amplifications.c
    is_due = held.is_final.is_not(True) | (held.document_count != number)
    due = (
        select(documents.c.story_id)
        .join(amplifications, held.story_id == documents.c.story_id, isouter=True)
        .where(documents.c.is_latest)
        .group_by(documents.c.story_id, held.is_final, held.document_count)
        .having(is_due)
        .order_by(documents.c.story_id)
    )
    names = list(look.connection.scalars(due))
    columns = ("document_id", "story_id", "source_id", "published_at", "published_on", "language", "publisher")
    query = select(*(documents.c[name] for name in columns), authorities.c.jurisdiction).where(documents.c.is_latest)
    query = query.join(authorities, authorities.c.authority_id == documents.c.authority_id, isouter=True)
    frames = [look.read(query.where(documents.c.story_id.in_(part))) for part in portions(names)]
    told = pd.concat(frames, ignore_index=True) if frames else look.read(query.where(documents.c.story_id.is_(None)))
    places = _countries(look)
    country = told["source_id"].map(places).astype(object)
    return amplified(told.assign(country=country.where(country.notna(), told["jurisdiction"])), pd.Timestamp(look.now))


def _countries(look: _Look) -> dict[str, str]:
    """Return the country of each source: its authority's, else what its declared id begins with."""
    declared = catalogue.sources()
    query = select(sources.c.source_id, authorities.c.jurisdiction).join(authorities)
    of_authority = {row.source_id: row.jurisdiction for row in look.connection.execute(query) if row.jurisdiction}
    of_id = {name: start.upper() for name in declared if len(start := name.split("-")[0]) == 2}
    return of_id | of_authority


def _language(look: _Look) -> pd.DataFrame:
    """Return the verdict on the last quarter that is over, and the last one with a statement, where they were not judged."""
    over = pd.Period(look.today, "Q") - 1
    newest = look.connection.scalar(_newest_official(over.end_time.date()))
    quarters = sorted({over, pd.Period(newest, "Q") if newest else over})
    judged = select(language_changes.c.quarter_on).where(language_changes.c.model_id == look.model_id)
    held = set(look.connection.scalars(judged))
    rows = [_quarter_row(look, quarter) for quarter in quarters if quarter.start_time.date() not in held]
    names = [column.name for column in language_changes.columns]
    return pd.DataFrame(rows, columns=names).assign(model_id=look.model_id, as_of_at=look.now)


def _newest_official(until: date) -> Select:
    is_official = documents.c.is_latest & (documents.c.channel == "official")
    return select(func.max(documents.c.published_on)).where(is_official, is_dated(until))


def _quarter_row(look: _Look, quarter: pd.Period) -> dict[str, Any]:
    # Both take long to load, and most runs have no quarter to judge.
    from analysis.classify import encoder
    from analysis.index.language_change import QUARTERS_BEFORE, language_change, sampled

    columns = (statements.c.statement_id, documents.c.published_on, signal_sectors.c.sector, signal_sectors.c.relevance)
    told = _counted(look, *columns, official=True, since=(quarter - QUARTERS_BEFORE).start_time.date())
    # The surest sector of each is what is to be recognised.
    told = told.sort_values(["statement_id", "relevance", "sector"], ascending=[True, False, True])
    told = told.drop_duplicates("statement_id", ignore_index=True)
    part = told.iloc[sampled(told, quarter, SEED)].reset_index(drop=True)
    vectors = encoder.vectors(texts_of(look.connection, list(part["statement_id"])))
    found = language_change(part, vectors, quarter)
    return {
        "quarter_on": quarter.start_time.date(),
        "jump": found.jump,
        "jump_low": found.low,
        "jump_high": found.high,
        "has_changed": found.has_changed,
        "statement_count": found.statement_count,
        "before_count": found.before_count,
        "reason": found.reason,
    }
