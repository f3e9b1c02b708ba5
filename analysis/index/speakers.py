"""What a named official leans to, over the offices that the person held."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from analysis.index.balance import FEWEST_STORIES, LEAST_MASS
from analysis.index.intervals import effective_count, raw_intervals
from analysis.index.resample import Rows, seeds
from analysis.tables import STANCES

PLACE = ["person", "office_id"]
SPEAKER_KEY = [*PLACE, "sector", "channel", "year_on"]
SPEAKER_FIGURES = [
    "previous_office_id", "balance", "balance_low", "balance_high", "statement_count", "effective_count",
    "first_on", "last_on", "reason",
]  # fmt: skip
FULL_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:\s[^\W\d_][\w'’.-]*){1,5}|[\u3400-\u9fff·]{2,15}")
"""A name of two words or more, or of Chinese characters: a surname or a title alone names nobody."""


def speaker_stances(signals: pd.DataFrame, holders: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return what officials lean to, a row a person, office, sector, channel and calendar year.

    The columns are those of SPEAKER_KEY, authority_id and SPEAKER_FIGURES.
    `signals` has a row a statement and sector: statement_id, story_id, published_on, authority_id, office_id, speaker,
    sector, channel, relevance and the four probabilities; `holders` is who held an office: office_id, name, since_on, until_on
    (both may be empty). Nothing dated after `today` counts.

    Only officials are told: who held the office by `holders` on the day, or whom an official text of an authority calls by a
    full name and this office, on that day or before. Stories count once each, with the mean probabilities of the person's
    statements weighted by relevance; the interval is that of `raw_intervals`. With too few stories there is a reason instead.
    """
    rows = _named(signals, holders, today)
    if rows.empty:
        return pd.DataFrame(columns=[*SPEAKER_KEY, "authority_id", *SPEAKER_FIGURES])
    rows = rows.sort_values([*SPEAKER_KEY, "story_id", "statement_id"], kind="stable")
    weighted = rows.assign(**{stance: rows[stance] * rows["relevance"] for stance in STANCES})
    groups = weighted.groupby([*SPEAKER_KEY, "story_id"], sort=True)
    sums = groups[[*STANCES, "relevance"]].sum()
    stories = sums[list(STANCES)].div(sums["relevance"], axis=0).reset_index()
    cells = rows.groupby(SPEAKER_KEY, sort=True).agg(
        authority_id=("authority_id", "first"), statement_count=("statement_id", "nunique"), first_on=("told_on", "min"),
        last_on=("told_on", "max"),
    )  # fmt: skip
    found = pd.concat([cells.reset_index(), _figures(stories, len(cells))], axis=1)
    found["previous_office_id"] = _previous(rows, holders, today).reindex(pd.MultiIndex.from_frame(found[PLACE])).to_numpy()
    for name in ("year_on", "first_on", "last_on"):
        found[name] = found[name].dt.date
    return found[[*SPEAKER_KEY, "authority_id", *SPEAKER_FIGURES]]


def _named(signals: pd.DataFrame, holders: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """Return the signals up to a day in which an official speaks, with person, day and first day of the year."""
    told_on = pd.to_datetime(signals["published_on"])
    has_both = signals["speaker"].notna() & signals["office_id"].notna() & signals["authority_id"].notna()
    rows = signals.assign(told_on=told_on, person=signals["speaker"])
    rows = rows[(told_on <= today) & has_both & (signals["relevance"] > 0)].reset_index(drop=True)
    is_kept = _is_holder(rows, holders) | _is_published(rows)
    year_on = rows["told_on"].dt.to_period("Y").dt.start_time
    return rows.assign(year_on=year_on)[is_kept]


def _is_holder(rows: pd.DataFrame, holders: pd.DataFrame) -> np.ndarray:
    """Return whether the catalogue knows the speaker as holder of the office on the day."""
    terms = _terms(holders)
    beside = rows[[*PLACE, "told_on"]].assign(row=np.arange(len(rows))).merge(terms, on=PLACE)
    # A day that is not known is neither before nor after another.
    is_within = ~((beside["told_on"] < beside["since_on"]) | (beside["told_on"] > beside["until_on"]))
    found = np.zeros(len(rows), bool)
    found[beside["row"][is_within]] = True
    return found


def _terms(holders: pd.DataFrame) -> pd.DataFrame:
    dated = {name: pd.to_datetime(holders[name]).astype("datetime64[s]") for name in ("since_on", "until_on")}
    return holders.rename(columns={"name": "person"}).assign(**dated)[[*PLACE, "since_on", "until_on"]]


def _is_published(rows: pd.DataFrame) -> np.ndarray:
    """Return whether an official text has called the speaker by a full name and this office by the day."""
    is_full = rows["person"].map(lambda name: FULL_NAME.fullmatch(name) is not None).astype(bool)
    first = rows[is_full & (rows["channel"] == "official")].groupby(PLACE)["told_on"].min()
    named_on = first.reindex(pd.MultiIndex.from_frame(rows[PLACE])).to_numpy()
    return np.asarray(rows["told_on"].to_numpy() >= named_on)


def _figures(stories: pd.DataFrame, cell_count: int) -> pd.DataFrame:
    """Return balance, interval, effective count and reason of each cell."""
    cell = stories.groupby(SPEAKER_KEY, sort=True).ngroup().to_numpy()
    cluster, names = pd.factorize(stories["story_id"], sort=True)
    masses = stories[list(STANCES)].to_numpy(dtype=float)
    effective = effective_count(np.ones(len(cell)), cell, cell_count)
    total = np.bincount(cell, masses.sum(axis=1), cell_count)
    rate = np.bincount(cell, masses[:, :3].sum(axis=1), cell_count) / np.where(total > 0, total, 1)
    is_few, is_faint = effective < FEWEST_STORIES, rate < LEAST_MASS
    is_told = ~(is_few | is_faint)
    ends = raw_intervals(Rows(cluster, cell, masses, seeds(list(names)), cell_count), np.where(is_told, effective, 0))
    reason = np.full(cell_count, None, dtype=object)
    reason[is_faint] = "no_signal_mass"
    reason[is_few] = "too_few_stories"
    columns = {"balance_low": ends[:, 0], "balance": ends[:, 1], "balance_high": ends[:, 2], "effective_count": effective}
    return pd.DataFrame({**columns, "reason": reason})


def _previous(rows: pd.DataFrame, holders: pd.DataFrame, today: pd.Timestamp) -> pd.Series:
    """Return for each person and office the office before: by the first day in it that the catalogue or a statement tells."""
    terms = _terms(holders).rename(columns={"since_on": "begun_on"})
    terms = terms[(terms["begun_on"] <= today) & terms["person"].isin(rows["person"])]
    seen = rows.rename(columns={"told_on": "begun_on"})
    begun = pd.concat([terms[[*PLACE, "begun_on"]], seen[[*PLACE, "begun_on"]].astype({"begun_on": "datetime64[s]"})])
    begun = begun.groupby(PLACE, sort=True)["begun_on"].min().reset_index().sort_values(["person", "begun_on", "office_id"])
    before = begun.groupby("person")["office_id"].shift(1)
    found = before.astype(object).where(before.notna(), None)
    return pd.Series(found.to_numpy(), index=pd.MultiIndex.from_frame(begun[PLACE]))
