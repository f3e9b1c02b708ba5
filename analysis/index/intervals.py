"""Intervals of the balance: stories drawn again, widened for their small number."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import stats

from analysis.tables import content_id

DRAWS = 400
LEVELS = (0.05, 0.95)


def story_draws(story_ids: Iterable[str]) -> np.ndarray:
    """Return how often each story is drawn in each resample: shape (draws, rows), Poisson with mean 1.

    A story's draws depend on its id alone, so that a cell's past intervals stay as they are when new stories come, and a
    story in several cells is drawn together in all of them.
    """
    ids = list(story_ids)
    columns = {name: np.random.default_rng(int(content_id(name), 16)).poisson(1.0, DRAWS) for name in set(ids)}
    return np.column_stack([columns[name] for name in ids])


def interval(drawn: np.ndarray, balance: np.ndarray, story_count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the 90 % interval of each week's balance, NaN where the balance is.

    `drawn` holds the stance masses of each resample, shape (draws, weeks, 4). The percentiles' distances from the balance are
    widened by sqrt(n / (n - 1)) t(n - 1) / z: percentile intervals are too narrow at small n (Hesterberg, What Teachers Should
    Know About the Bootstrap, The American Statistician 69, 2015).
    """
    signal = drawn[:, :, :3].sum(axis=2)
    with np.errstate(invalid="ignore"):
        balances = (drawn[:, :, 0] - drawn[:, :, 2]) / np.where(signal > 0, signal, np.nan)
    is_given = np.isfinite(balance) & (story_count > 1)
    low, high = np.full(len(balance), np.nan), np.full(len(balance), np.nan)
    if is_given.any():
        ends = np.nanquantile(balances[:, is_given], LEVELS, axis=0)
        centre, factor = balance[is_given], widening(story_count[is_given])
        low[is_given] = np.clip(centre - factor * np.maximum(centre - ends[0], 0), -1, 1)
        high[is_given] = np.clip(centre + factor * np.maximum(ends[1] - centre, 0), -1, 1)
    return low, high


def widening(story_count: np.ndarray) -> np.ndarray:
    """Return by how much a percentile interval over n > 1 stories is widened: 2.2 at 3, 1.2 at 10, 1 in the limit."""
    return np.sqrt(story_count / (story_count - 1)) * stats.t.ppf(LEVELS[1], story_count - 1) / stats.norm.ppf(LEVELS[1])
