"""The figures of masses: net balance, tone share, signal rate, and why there may be no figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.index.intervals import balances
from analysis.tables import STANCES

MASSES = list(STANCES)
FEWEST_STORIES = 3
"""Stories in a window below which there is no figure: resampling one or two says nothing of their spread."""
LEAST_MASS = 0.05
"""Share of signal below which the balance would divide by almost nothing."""


def figures(mass: np.ndarray, story_count: np.ndarray) -> pd.DataFrame:
    """Return balance, tone_share, signal_rate and reason of masses (cells, 4); NaN and a reason where there is no figure.

    Net balance B = (p_S - p_R) / (p_S + p_N + p_R); tone share (p_S + p_R) / (p_S + p_N + p_R); signal rate the share of what
    is not no_signal, which is given always.
    """
    signal, whole = mass[:, :3].sum(axis=1), mass.sum(axis=1)
    rate = signal / np.where(whole > 0, whole, 1)
    few, faint = np.asarray(story_count) < FEWEST_STORIES, rate < LEAST_MASS
    is_given = ~(few | faint)
    tone = (mass[:, 0] + mass[:, 2]) / np.where(signal > 0, signal, 1)
    reason = np.full(len(mass), None, dtype=object)
    reason[faint] = "no_signal_mass"
    reason[few] = "too_few_stories"
    return pd.DataFrame(
        {
            "balance": np.where(is_given, balances(mass), np.nan),
            "tone_share": np.where(is_given, np.minimum(tone, 1), np.nan),
            "signal_rate": np.minimum(rate, 1),
            "reason": reason,
        }
    )


def fragile(main: pd.DataFrame, variants: list[np.ndarray]) -> np.ndarray:
    """Return whether a conclusion does not survive: the sign is another in a variant or after the correction.

    Asked only where the interval of the balance, or of the corrected one, excludes 0; `main` holds both with their ends. A
    variant without a figure says nothing; one that is 0 does not bear the conclusion out.
    """
    raw, corrected = main["balance"].to_numpy(), main["corrected_balance"].to_numpy()
    is_sure = _excludes_zero(main, "balance") | _excludes_zero(main, "corrected_balance")
    differs = [(np.sign(one) != np.sign(raw)) & np.isfinite(one) & np.isfinite(raw) for one in (*variants, corrected)]
    return is_sure & np.any(differs, axis=0)


def _excludes_zero(frame: pd.DataFrame, name: str) -> np.ndarray:
    return ((frame[f"{name}_low"] > 0) | (frame[f"{name}_high"] < 0)).to_numpy()
