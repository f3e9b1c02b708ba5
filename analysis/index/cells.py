"""Signals to stories of each authority, sector and channel, and stories to the windows of three scopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import ValidationError
from analysis.index.balance import MASSES
from analysis.index.weights import Weights, authority_weights, statement_weights
from analysis.tables import SCOPES, STANCES, WINDOWS

BODY = ["authority_id", "jurisdiction", "sector", "channel"]
"""What a story is counted once for, with its id."""
HARD = [f"hard_{stance}" for stance in STANCES]
SERIES = ["scope", *BODY]
SUM_ERROR = 1e-6
"""By how much probabilities may miss the sum 1: far more than rounding in a database does."""
WEEK = np.timedelta64(7, "D")
KEPT = {"authority": BODY, "jurisdiction": BODY[1:], "sector": BODY[2:]}
"""What tells the series of a scope apart; the rest of their key is empty."""


@dataclass(frozen=True)
class Units:
    """Stories, one for each authority, sector and channel in which they stand.

    `rows` has a row a unit, in an order of their own: authority_id, jurisdiction, sector, channel, story_id, week_on, first_on,
    language, weight, authority_weight, statement_count, the mean probabilities (by the names of STANCES) and the mean of the
    most probable stance (HARD). `documents` has a row for each `unit` (its number) and document.
    """

    rows: pd.DataFrame
    documents: pd.DataFrame


def units(signals: pd.DataFrame, weights: Weights) -> Units:
    """Return the stories of signals, a row a statement and sector.

    A story belongs to the week of its first day in the cell; what comes in a later week tells how far it carries, and changes
    neither shares nor counts of the past. Probabilities are means over statements weighted by relevance, the weight is that of
    the first document. Columns: story_id, document_id, statement_id, published_on, authority_id, level, jurisdiction, sector,
    channel, language, relevance, rank, is_quotation, stance, the four probabilities, and perhaps act.
    Raises ValidationError for probabilities that are none or do not sum to 1, and for an unknown rank, level or act.
    """
    rows = _checked(signals)
    rows = rows.assign(weight=statement_weights(rows, weights), authority_weight=authority_weights(rows["level"], weights))
    key = [*BODY, "story_id"]
    rows["first_on"] = pd.to_datetime(rows["published_on"])
    rows = rows.sort_values([*key, "first_on", "document_id", "statement_id"], kind="stable")
    rows["week_on"] = rows["first_on"] - pd.to_timedelta(rows["first_on"].dt.day_of_week, unit="D")
    groups = rows.groupby(key, sort=False)
    rows = rows[(rows["week_on"] == groups["week_on"].transform("first")).to_numpy()]
    groups = rows.groupby(key, sort=True)
    is_first = (rows["document_id"] == groups["document_id"].transform("first")).to_numpy()
    chosen = np.eye(len(STANCES))[pd.Index(STANCES).get_indexer(pd.Index(rows["stance"]))]
    summed = pd.DataFrame(
        np.column_stack(
            [rows[MASSES], chosen, np.where(is_first, rows["weight"], 0), np.ones(len(rows)), is_first]
        ) * rows["relevance"].to_numpy()[:, None],
        columns=[*MASSES, *HARD, "weight", "relevance", "first_relevance"],
        index=rows.index,
    )  # fmt: skip
    sums = summed.groupby([rows[name] for name in key], sort=True).sum()
    found = sums[[*MASSES, *HARD]].div(sums["relevance"], axis=0)
    found["weight"] = sums["weight"] / sums["first_relevance"]
    firsts = groups[["week_on", "first_on", "language", "authority_weight"]].first()
    found = found.join(firsts).join(groups["statement_id"].nunique().rename("statement_count")).reset_index()
    numbers = pd.DataFrame({"unit": groups.ngroup(), "document_id": rows["document_id"]})
    return Units(found, numbers.drop_duplicates().reset_index(drop=True))


def _checked(signals: pd.DataFrame) -> pd.DataFrame:
    """Return the signals that are about their sector at all. Raises ValidationError for probabilities that are none."""
    shares = signals[MASSES].to_numpy(dtype=float)
    is_wrong = ~(np.isfinite(shares).all(axis=1) & (shares >= 0).all(axis=1) & (abs(shares.sum(axis=1) - 1) <= SUM_ERROR))
    if is_wrong.any():
        name = signals["statement_id"].to_numpy()[is_wrong][0]
        raise ValidationError(
            f"statement {name}: its probabilities are {shares[is_wrong][0].tolist()}, which do not sum to 1: classify it again"
        )
    is_unknown = ~signals["stance"].isin(STANCES)
    if is_unknown.any():
        raise ValidationError(f"unknown stance {signals['stance'][is_unknown].iloc[0]!r}: one of {', '.join(STANCES)}")
    # A database's answer without rows has no types of its own.
    typed = signals.astype(dict.fromkeys([*MASSES, "relevance"], float))
    return typed[typed["relevance"] > 0].reset_index(drop=True)


@dataclass(frozen=True)
class Cells:
    """Windows that hold a story, and which stories they hold.

    `rows` has a row a cell, sorted by series, window and week: series (its number), scope, the columns of BODY, window_weeks,
    week_on. `member` and `unit` are the numbers of cell and unit of each story in a window, sorted by cell. `parent` is the
    cell of the same window in the next wider scope, -1 in the widest. `series` (scopes, units) are the numbers of the series in
    which each unit is counted, also of those in none of the windows.
    """

    rows: pd.DataFrame
    member: np.ndarray
    unit: np.ndarray
    parent: np.ndarray
    series: np.ndarray


def cells(told: Units, until: pd.Timestamp, since: pd.Timestamp | None = None, lengths: Sequence[int] = WINDOWS) -> Cells:
    """Return the trailing windows up to the week `until`, from the week `since` on, in each scope: those that hold a story.

    `lengths` are those of the windows, in weeks.
    """
    rows = told.rows
    offset = np.concatenate([np.arange(window) for window in lengths])
    window = np.repeat(np.arange(len(lengths)), lengths)
    origin = until.to_numpy().astype("datetime64[D]")
    age = (origin - rows["week_on"].to_numpy().astype("datetime64[D]")) // WEEK
    # Weeks are counted back from `until`, up to the oldest story, so that larger is later.
    span = int(age.max(initial=0)) + 1
    first = 0 if since is None else max(0, span - 1 - int((until - since) // pd.Timedelta(WEEK)))
    week = (span - 1 - age)[:, None] + offset
    is_asked = (week < span) & (week >= first) & (age >= 0)[:, None]
    unit, place = np.nonzero(is_asked)
    within = window[place] * span + week[unit, place]
    keys = pd.concat([_series(rows, scope) for scope in SCOPES])
    number = keys.groupby(SERIES, sort=True).ngroup().to_numpy().reshape(len(SCOPES), len(rows))
    size = len(lengths) * span
    codes = number[:, unit] * size + within
    known, member = np.unique(codes, return_inverse=True)
    member = member.reshape(codes.shape)
    parent = np.full(len(known), -1)
    parent[member[:-1].ravel()] = member[1:].ravel()
    series, rest = np.divmod(known, size)
    found = keys.drop_duplicates().sort_values(SERIES).reset_index(drop=True).iloc[series].reset_index(drop=True)
    found["window_weeks"] = np.array(lengths)[rest // span]
    found["week_on"] = until - pd.to_timedelta((span - 1 - rest % span) * 7, unit="D")
    order = np.argsort(member, axis=None, kind="stable")
    return Cells(found.assign(series=series), member.ravel()[order], np.tile(unit, len(SCOPES))[order], parent, number)


def _series(rows: pd.DataFrame, scope: str) -> pd.DataFrame:
    """Return the key of the series in which each unit is counted in a scope."""
    kept = KEPT[scope]
    return pd.DataFrame({"scope": scope, **{name: rows[name] if name in kept else "" for name in BODY}})[SERIES]
