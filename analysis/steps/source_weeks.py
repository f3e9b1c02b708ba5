"""In which weeks each source was alive: what tells a week without a story from a week without a feed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from analysis import catalogue, store
from analysis.collect.health import stale_after
from analysis.steps.index import is_dated, monday
from analysis.steps.reliability import ANSWERED_WITHIN_WEEKS
from analysis.tables import documents, fetches

WEEK = pd.Timedelta(weeks=1)
ANSWERS = ("got", "unchanged")
"""Outcomes of a look at a listing which show that the source is there."""


def source_weeks(connection: Connection, today: date) -> pd.DataFrame:
    """Return every source, channel and week that is over with its stories: source_id, channel, week_on, story_count, is_alive.

    A source is alive in a week in which it has a story or its listing answered. In a week without any look at the listing it
    is as in the week before, or, as in all years before it was collected, where its stories before and after are no further
    apart than those of a source that is not stale. A week in which every look failed is dead. A folder cannot die between its
    first document and its last.
    """
    query = (
        select(documents.c.source_id, documents.c.channel, documents.c.published_on, documents.c.story_id)
        .where(documents.c.is_latest, is_dated(today))
        .distinct()
    )
    told = store.read(connection, query)
    told = told.assign(week_on=weeks_of(told["published_on"]))
    told = told[told["week_on"] < pd.Timestamp(monday(today))]
    counts = told.groupby(["source_id", "channel", "week_on"])["story_id"].nunique().rename("story_count")
    alive = _alive(told, _looks(connection, today), pd.Timestamp(monday(today)) - WEEK)
    # A source that is alive is so in all channels that it ever brought.
    panel = told[["source_id", "channel"]].drop_duplicates().merge(alive, on="source_id")
    panel = panel.join(counts, on=["source_id", "channel", "week_on"]).fillna({"story_count": 0})
    return panel.astype({"story_count": int}).sort_values(["source_id", "channel", "week_on"], ignore_index=True)


def weeks_of(days: pd.Series) -> pd.Series:
    """Return the Monday of each day's ISO week."""
    times = pd.to_datetime(days)
    return times - pd.to_timedelta(times.dt.day_of_week, unit="D")


def _looks(connection: Connection, today: date) -> pd.DataFrame:
    """Return for each source and week that is over in which its listing was asked for whether it ever answered."""
    query = select(fetches.c.source_id, fetches.c.outcome, fetches.c.fetched_at).where(fetches.c.role == "listing")
    looks = store.read(connection, query)
    times = pd.to_datetime(looks["fetched_at"], utc=True).dt.tz_localize(None).dt.normalize()
    looks = looks.assign(week_on=weeks_of(times), answered=looks["outcome"].isin(ANSWERS))
    looks = looks[looks["week_on"] < pd.Timestamp(monday(today))]
    return looks.groupby(["source_id", "week_on"])["answered"].max().reset_index()


def _alive(told: pd.DataFrame, looks: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    """Return the weeks of each source from its first story to the last week that is over: source_id, week_on, is_alive."""
    parts = [_weeks(str(name), rows, looks[looks["source_id"] == name], last) for name, rows in told.groupby("source_id")]
    nothing = pd.DataFrame({"source_id": told["source_id"], "week_on": told["week_on"], "is_alive": True}).iloc[:0]
    return pd.concat(parts, ignore_index=True) if parts else nothing


def _weeks(source_id: str, told: pd.DataFrame, looks: pd.DataFrame, last: pd.Timestamp) -> pd.DataFrame:
    weeks = pd.date_range(told["week_on"].min(), last, freq="7D")
    answered = looks.set_index("week_on")["answered"].reindex(weeks).astype("boolean")
    # Not every source is asked in each calendar week.
    answered = answered.ffill(limit=ANSWERED_WITHIN_WEEKS - 1)
    source = catalogue.sources().get(source_id)
    longest = stale_after(source, None) if source and source.is_on_the_web else pd.Timedelta.max
    days = pd.Series(pd.to_datetime(told["published_on"]).sort_values().unique())
    before = days.iloc[days.searchsorted(weeks, side="right").clip(1) - 1].reset_index(drop=True)
    following = days.reindex(days.searchsorted(weeks)).reset_index(drop=True)
    is_bridged = ((following - before) <= longest).to_numpy()
    is_known = answered.notna().to_numpy()
    alive = weeks.isin(told["week_on"]) | np.where(is_known, answered.fillna(False).to_numpy(dtype=bool), is_bridged)
    return pd.DataFrame({"source_id": source_id, "week_on": weeks, "is_alive": alive})
