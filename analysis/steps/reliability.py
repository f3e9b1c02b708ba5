"""How far the index's instruments can be trusted: the classifier's audited errors and its drift, and which sources answered."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, Engine, select

from analysis import store
from analysis.index.audits import ALARMS, ALL_LANGUAGES, AUDIT, Errors, frozen_matrix
from analysis.steps.drift import ALL
from analysis.steps.labels import audit_labels
from analysis.tables import STANCES, checks, fetches, models, signals

ANSWERED_WITHIN_WEEKS = 2
"""A source is healthy in a week in which its listing was read, and in the next one: not every source is asked each week."""
OF_A_WEEK = re.compile(r"(\d{4}-W\d{2}) (\S+) (\S+)")
"""Partition of a check of drift: week, source and language."""


def classifier_errors(engine: Engine, model_id: str) -> Errors:
    """Return what audits, the stored evaluation and the checks of drift tell of a model's errors."""
    with store.reading(engine) as connection:
        row = connection.execute(select(models).where(models.c.model_id == model_id)).mappings().one()
        alarms = _alarms(connection)
    evaluation, metrics = json.loads(row["evaluation"] or "{}"), json.loads(row["metrics"])
    # A labelled file first: it is what the model never saw; then real statements before those composed for the project.
    stored = [evaluation.get("stance"), metrics.get("real"), metrics.get("composed")]
    return Errors(_audit(engine, model_id), frozen_matrix(stored), alarms)


def _audit(engine: Engine, model_id: str) -> pd.DataFrame:
    """Return the audited statements with the probabilities that this model gives them; those it did not read are left out."""
    from analysis.steps.report import parse_week

    labels = audit_labels(engine)
    names = sorted({label.statement_id for label in labels})
    query = select(signals.c.statement_id, *(signals.c[stance] for stance in STANCES)).where(signals.c.model_id == model_id)
    read: dict[str, tuple[float, ...]] = {}
    with store.reading(engine) as connection:
        for first in range(0, len(names), store.ROWS_A_STATEMENT):
            part = names[first : first + store.ROWS_A_STATEMENT]
            found = connection.execute(query.where(signals.c.statement_id.in_(part)))
            read |= {row.statement_id: tuple(row[1:]) for row in found}
    drawn = {label.statement_id: label.probabilities for label in labels if label.model_id == model_id}
    given = drawn | read
    rows = [
        (parse_week(one.week), one.language, one.channel, one.group, one.stance, one.weight, *given[one.statement_id])
        for one in labels
        if one.statement_id in given
    ]
    return pd.DataFrame(rows, columns=AUDIT)


def _alarms(connection: Connection) -> pd.DataFrame:
    """Return whether drift rang in each week and language that was measured; alarms of single sources are left out."""
    from analysis.steps.report import parse_week

    query = select(checks.c.partition, checks.c.severity, checks.c.is_met).where(checks.c.table_name == "signals")
    told = [
        (OF_A_WEEK.fullmatch(row.partition), row.severity == "critical" and not row.is_met) for row in connection.execute(query)
    ]
    rows = [
        (parse_week(match[1]), ALL_LANGUAGES if match[3] == ALL else match[3], rings)
        for match, rings in told
        if match and match[2] == ALL
    ]
    found = pd.DataFrame(rows, columns=ALARMS)
    return found.groupby(["week_on", "language"])[["is_alarm"]].any().reset_index() if rows else found


def healthy_by_week(connection: Connection, today: date) -> pd.Series:
    """Return the share of the sources asked so far whose listing was read, by week (Mondays, from the first request on).

    Folders have no listing, and what they hold was never asked for: weeks before the first request are not told.
    """
    query = select(fetches.c.source_id, fetches.c.outcome, fetches.c.fetched_at).where(fetches.c.role == "listing")
    asked = store.read(connection, query.order_by(fetches.c.fetched_at))
    if asked.empty:
        return pd.Series(dtype=float)
    asked["week_on"] = [_monday(moment) for moment in asked["fetched_at"]]
    weeks = pd.date_range(asked["week_on"].min(), pd.Timestamp(today), freq="7D")
    is_read = asked["outcome"].isin(["got", "unchanged"])
    answered = asked[is_read].groupby(["week_on", "source_id"]).size().unstack().reindex(weeks)
    recent = answered.notna().rolling(ANSWERED_WITHIN_WEEKS, min_periods=1).max().sum(axis=1)
    first = asked.groupby("source_id")["week_on"].min().value_counts().reindex(weeks, fill_value=0).cumsum()
    return recent / first


def _monday(moment: datetime) -> pd.Timestamp:
    day = moment.date()
    return pd.Timestamp(day - timedelta(days=day.weekday()))
