"""Authorities that say less than their own past lets expect, where their sources are healthy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ValidationError
from analysis.index.gate import LEAST_HEALTHY
from analysis.tables.activity import TOGETHER

WEEK = pd.Timedelta(weeks=1)
WEEKS_JUDGED = 4
"""28 days: shorter ones hold a holiday or a recess too often."""
WEEKS_BEFORE = 104
"""Two years: every season twice, and no more of an older policy than needed."""
LEAST_PAST = 26
"""Healthy weeks before which a source tells no rate."""
FEWEST_FOR_SEASONS = 240
"""Statements of an authority in the past from which its months are told apart: ten in each month of each year."""
SEASON_PSEUDO = 30.0
"""Statements at the mean rate that each month counts for in addition: as many as half an ordinary one at the fewest."""
RAREST = 0.05
"""Where no statement at all would be less rare than this, the cell cannot be judged."""
FALSE_DISCOVERY = 0.1
"""Share of the silences told that may be chance."""
CELL = ["authority_id", "sector"]
SILENCE = [*CELL, "expected", "seen_count", "probability", "adjusted", "is_silent", "source_count", "reason"]


class _Past(NamedTuple):
    """Pairs of a cell and a source that brought statements of it, a row a pair; weeks are those before and those judged."""

    counts: np.ndarray
    """Statements in the weeks in which the source is healthy, shape (pairs, weeks)."""
    healthy: np.ndarray
    """Whether the source is, the same shape."""
    all_before: np.ndarray
    """Statements before, those of weeks that are not healthy included."""
    cell: np.ndarray
    """Number of the pair's cell."""
    cell_count: int

    def per_cell(self, rows: np.ndarray) -> np.ndarray:
        """Return the sums over each cell's pairs."""
        sums = np.zeros((self.cell_count, *rows.shape[1:]))
        np.add.at(sums, self.cell, rows)
        return sums


def silences(statements: pd.DataFrame, healthy: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return for each authority and sector, and each authority with all sectors together, whether it was silent for 28 days.

    `statements` has a row for each statement and sector: statement_id, authority_id, sector, source_id, published_on. `healthy`
    has source_id, week_on and is_healthy; a week without a row is not healthy. `until` is the last day judged, a Sunday.
    Statements after it, and those more than 104 weeks before the 28 days, are not looked at. `probability` is that of as few
    statements or fewer (negative binomial), `adjusted` the same under false discovery control over all cells judged. A cell
    that is not judged has a reason; one whose sources died is never silent. The result has the columns of SILENCE.
    """
    if until.weekday() != 6:
        raise ValidationError(f"silence until {until:%Y-%m-%d}: give a Sunday")
    weeks = pd.date_range(end=until - pd.Timedelta(days=6), periods=WEEKS_BEFORE + WEEKS_JUDGED, freq="7D")
    together = statements.drop_duplicates(["statement_id"]).assign(sector=TOGETHER)
    told = pd.concat([statements.drop_duplicates(["statement_id", "sector"]), together], ignore_index=True)
    told = told.assign(week=((pd.to_datetime(told["published_on"]) - weeks[0]) // WEEK).astype("Int64"))
    told = told[told["authority_id"].notna() & told["week"].between(0, len(weeks) - 1)]
    # A cell is one with a past: what is said for the first time cannot be missed.
    before = told.loc[told["week"] < WEEKS_BEFORE, CELL].drop_duplicates()
    told = told.merge(before, on=CELL)
    if told.empty:
        return pd.DataFrame(columns=SILENCE)
    cells, past = _past(told, healthy, weeks)
    return _judged(cells, past, _seasons(cells, past, weeks))


def _past(told: pd.DataFrame, healthy: pd.DataFrame, weeks: pd.DatetimeIndex) -> tuple[pd.DataFrame, _Past]:
    """Return the cells in order, and what each source brought of each."""
    sources = pd.Index(sorted(told["source_id"].unique()))
    lives = healthy[healthy["is_healthy"] & healthy["source_id"].isin(sources)]
    place = weeks.get_indexer(pd.DatetimeIndex(pd.to_datetime(lives["week_on"])))
    is_healthy = np.zeros((len(sources), len(weeks)), dtype=bool)
    is_healthy[sources.get_indexer(lives["source_id"])[place >= 0], place[place >= 0]] = True
    groups = told.groupby(CELL, sort=True)
    cells = groups.size().index.to_frame(index=False)
    number = groups.ngroup().to_numpy() * len(sources) + sources.get_indexer(told["source_id"])
    pairs, of_pair = np.unique(number, return_inverse=True)
    counts = np.zeros((len(pairs), len(weeks)))
    np.add.at(counts, (of_pair, told["week"].to_numpy(dtype=int)), 1.0)
    alive = is_healthy[pairs % len(sources)]
    return cells, _Past(counts * alive, alive, counts[:, :WEEKS_BEFORE].sum(axis=1), pairs // len(sources), len(cells))


def _seasons(cells: pd.DataFrame, past: _Past, weeks: pd.DatetimeIndex) -> np.ndarray:
    """Return how much more than on average each cell's authority says in each week's month: (cells, weeks), 1 where unknown.

    Months are those of the weeks' Thursdays. The ratio of statements to those expected at the mean rate, SEASON_PSEUDO on both.
    """
    is_whole = (cells["sector"] == TOGETHER).to_numpy()
    rate = past.counts[:, :WEEKS_BEFORE].sum(axis=1) / np.maximum(past.healthy[:, :WEEKS_BEFORE].sum(axis=1), 1)
    seen, flat = past.per_cell(past.counts), past.per_cell(rate[:, None] * past.healthy)
    months = np.asarray((weeks + pd.Timedelta(days=3)).month) - 1
    is_month = np.eye(12)[months]
    sums = [rows[:, :WEEKS_BEFORE] @ is_month[:WEEKS_BEFORE] for rows in (seen, flat)]
    factors = (sums[0] + SEASON_PSEUDO) / (sums[1] + SEASON_PSEUDO)
    factors[seen[:, :WEEKS_BEFORE].sum(axis=1) < FEWEST_FOR_SEASONS] = 1
    whole = pd.Series(np.flatnonzero(is_whole), index=cells.loc[is_whole, "authority_id"])
    return factors[whole[cells["authority_id"]].to_numpy()][:, months]


def _judged(cells: pd.DataFrame, past: _Past, seasons: np.ndarray) -> pd.DataFrame:
    """Return the rows of the cells."""
    lived = past.healthy[:, :WEEKS_BEFORE].sum(axis=1)
    is_known = lived >= LEAST_PAST
    is_live = past.healthy[:, WEEKS_BEFORE:].all(axis=1)
    used = is_known & is_live
    brought = past.per_cell(past.all_before)
    shares = [past.per_cell(past.all_before * kept) / brought for kept in (is_live, used)]
    mean, alpha = _expected(past, seasons, used)
    seen = past.per_cell(past.counts[:, WEEKS_BEFORE:].sum(axis=1) * used)
    with np.errstate(divide="ignore", invalid="ignore"):
        probability, none_at_all = (stats.nbinom.cdf(count, 1 / alpha, 1 / (1 + alpha * mean)) for count in (seen, 0))
    reason = np.full(len(cells), None, dtype=object)
    reason[~(none_at_all <= RAREST)] = "too_few_expected"
    reason[shares[1] < LEAST_HEALTHY] = "past_too_short"
    reason[shares[0] < LEAST_HEALTHY] = "source_died"
    is_judged = pd.isna(reason)
    adjusted = np.full(len(cells), np.nan)
    if is_judged.any():
        adjusted[is_judged] = stats.false_discovery_control(probability[is_judged])
    frame = cells.assign(
        expected=np.where(np.isin(reason, ["source_died", "past_too_short"]), np.nan, mean),
        seen_count=seen.astype(int),
        probability=np.where(is_judged, probability, np.nan),
        adjusted=adjusted,
        is_silent=adjusted <= FALSE_DISCOVERY,
        source_count=past.per_cell(used.astype(int)).astype(int),
        reason=reason,
    )
    return frame[SILENCE]


def _expected(past: _Past, seasons: np.ndarray, used: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of each cell's statements in the 28 days, and its squared relative deviation beyond Poisson.

    The rate is that of the healthy weeks before; the dispersion alpha is the moment estimate of Cameron and Trivedi (Regression
    Analysis of Count Data, 2013, 3.4) over blocks of 28 days, to which the uncertainty of the rate itself is added.
    """
    season = seasons[past.cell] * past.healthy * used[:, None]
    counts = past.counts * used[:, None]
    weight = season[:, :WEEKS_BEFORE].sum(axis=1)
    rate = counts[:, :WEEKS_BEFORE].sum(axis=1) / np.where(weight > 0, weight, 1)
    means = past.per_cell(rate[:, None] * season)
    seen = past.per_cell(counts)
    blocks = [rows[:, :WEEKS_BEFORE].reshape(len(rows), -1, WEEKS_JUDGED).sum(axis=2) for rows in (seen, means)]
    number = blocks[0].shape[1]
    squares = (blocks[1] ** 2).sum(axis=1)
    excess = ((blocks[0] - blocks[1]) ** 2).sum(axis=1) * number / (number - 1) - blocks[1].sum(axis=1)
    alpha = np.maximum(excess, 0) / np.where(squares > 0, squares, 1)
    total = blocks[1].sum(axis=1)
    of_rate = 1 / np.maximum(total, 1) + alpha * squares / np.maximum(total, 1) ** 2
    return means[:, WEEKS_BEFORE:].sum(axis=1), alpha + of_rate
