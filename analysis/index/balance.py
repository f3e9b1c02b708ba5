"""Signals to stories to the net balance of each cell and window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.index.intervals import interval, story_draws
from analysis.tables import WINDOWS

CELL = ["jurisdiction", "sector", "channel"]
MASSES = ["supportive", "neutral", "restrictive", "no_signal"]
FEWEST_STORIES = 3
"""Stories in a window below which there is no figure: resampling one or two says nothing of their spread."""
LEAST_MASS = 0.05
"""Share of signal below which the balance would divide by almost nothing."""

POINT = [
    "week_on", "window_weeks", *CELL, "balance", "balance_low", "balance_high", "tone_share", "signal_rate",
    "statement_count", "document_count", "effective_count", "reason",
]  # fmt: skip


def stories(signals: pd.DataFrame) -> pd.DataFrame:
    """Return one row a story, cell and week: mean probabilities of its statements, weighted by relevance, and counts.

    `signals` has a row for each statement and sector: story_id, document_id, statement_id, published_on, jurisdiction,
    sector, channel, relevance and the four stance probabilities.
    """
    weeks = pd.to_datetime(signals["published_on"])
    weighted = signals.assign(week_on=weeks - pd.to_timedelta(weeks.dt.day_of_week, unit="D"))
    weighted[MASSES] = weighted[MASSES].multiply(weighted["relevance"], axis=0)
    groups = weighted.groupby([*CELL, "story_id", "week_on"], sort=True)
    sums = groups[[*MASSES, "relevance"]].sum()
    means = sums[MASSES].div(sums["relevance"], axis=0)
    counts = groups.agg(statement_count=("statement_id", "nunique"), document_count=("document_id", "nunique"))
    return means.join(counts).reset_index()


def points(signals: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return the index of every cell, window and week up to `until` (a Monday) in which its window holds a story."""
    if signals.empty:
        return pd.DataFrame(columns=POINT)
    told = stories(signals)
    told = told[told["week_on"] <= until]
    cells = [_cell_points(cell, rows, until) for cell, rows in told.groupby(CELL, sort=True)]
    return pd.concat(cells, ignore_index=True)[POINT] if cells else pd.DataFrame(columns=POINT)


def _cell_points(cell: tuple[Any, ...], rows: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Return a cell's points over all windows."""
    last = min(until, rows["week_on"].max() + pd.Timedelta(weeks=max(WINDOWS) - 1))
    weeks = pd.date_range(rows["week_on"].min(), last, freq="7D")
    age = (weeks.to_numpy()[None, :] - rows["week_on"].to_numpy()[:, None]) // np.timedelta64(7, "D")
    draws = story_draws(rows["story_id"])
    masses = rows[MASSES].to_numpy()
    frames = []
    for window in WINDOWS:
        is_inside = ((age >= 0) & (age < window)).astype(float)
        kept = is_inside.any(axis=0)
        is_inside = is_inside[:, kept]
        frame = pd.DataFrame({"week_on": weeks[kept]}).assign(window_weeks=window, **dict(zip(CELL, cell, strict=True)))
        counts = {name: rows[name].to_numpy() @ is_inside for name in ("statement_count", "document_count")}
        # Resamples in front, weeks in the middle, masses behind.
        drawn = np.stack([(draws * mass) @ is_inside for mass in masses.T], axis=-1)
        frames.append(frame.assign(**counts, **figures(is_inside.T @ masses, drawn, is_inside.sum(axis=0))))
    return pd.concat(frames, ignore_index=True)


def figures(mass: np.ndarray, drawn: np.ndarray, story_count: np.ndarray) -> dict[str, np.ndarray | list]:
    """Return balance, interval, tone share, signal rate and reason of each week.

    Net balance B = (p_S - p_R) / (p_S + p_N + p_R); tone share (p_S + p_R) / (p_S + p_N + p_R). With equal weights the
    effective count (sum w)^2 / sum w^2 is the number of stories.
    """
    signal = mass[:, :3].sum(axis=1)
    rate = signal / mass.sum(axis=1)
    few, faint = story_count < FEWEST_STORIES, rate < LEAST_MASS
    is_given = ~(few | faint)
    balance = np.where(is_given, (mass[:, 0] - mass[:, 2]) / np.where(signal > 0, signal, 1), np.nan)
    low, high = interval(drawn, balance, story_count)
    return {
        "balance": balance,
        "balance_low": low,
        "balance_high": high,
        "tone_share": np.where(is_given, (mass[:, 0] + mass[:, 2]) / np.where(signal > 0, signal, 1), np.nan),
        "signal_rate": rate,
        "effective_count": story_count,
        "reason": ["too_few_stories" if f else "no_signal_mass" if n else None for f, n in zip(few, faint, strict=True)],
    }
