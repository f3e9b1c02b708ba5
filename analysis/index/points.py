"""Windows to points: balance with its interval, the corrected one beside it, variants, counts, and what withholds each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.index.audits import ALL_LANGUAGES, Errors, Matrices, alarming, matrices, mixed, pool_sizes
from analysis.index.balance import MASSES, figures, fragile
from analysis.index.cells import SERIES
from analysis.index.correction import FEWEST_AUDITED, corrected, withheld
from analysis.index.gate import withheld_points
from analysis.index.intervals import CELLS_AT_ONCE, DRAWS, balances, corrected_intervals, raw_intervals
from analysis.index.windows import COUNTS, Windows, variants

ENDS = ["corrected_balance_low", "corrected_balance", "corrected_balance_high"]
KEY = ["week_on", "window_weeks", *SERIES]
FIGURES = [
    "balance", "balance_low", "balance_high", "corrected_balance", "corrected_balance_low", "corrected_balance_high",
    "corrected_reason", "tone_share", "signal_rate", *COUNTS[:3], "effective_count", "date_count", "share_of_weight_present",
    "healthy_share", "equal_weight_balance", "hard_label_balance", "is_fragile", "reason", "gate",
]  # fmt: skip
POINT = [*KEY, *FIGURES]


def points(held: Windows, errors: Errors, healthy: pd.Series, draws: int = DRAWS) -> pd.DataFrame:
    """Return a row a window (POINT), in the order of `held.cells.rows`.

    `healthy` is the share of healthy sources by week (its index, Mondays); weeks without one count as healthy. Where there is
    no figure there is its reason, and NaN in its place.
    """
    if not held.size:
        return pd.DataFrame(columns=POINT)
    main = figures(held.summed(MASSES), held.counts["story_count"].to_numpy())
    is_given = main["reason"].isna().to_numpy()
    equal, hard = (np.where(is_given, balances(masses), np.nan) for masses in variants(held))
    found = pd.concat([held.cells.rows[KEY], main, held.counts, _raw(held, is_given, draws)], axis=1).assign(
        effective_count=held.effective,
        share_of_weight_present=held.share_of_weight_present,
        healthy_share=healthy_shares(held.cells.rows, healthy),
        equal_weight_balance=equal,
        hard_label_balance=hard,
    )
    found = pd.concat([found, corrections(held, errors, is_given, draws)], axis=1)
    found["corrected_reason"] = found["reason"].where(~is_given, found["corrected_reason"])
    found["is_fragile"] = fragile(found, [equal, hard])
    found["gate"] = gates(found)
    return found[POINT]


def _raw(held: Windows, is_given: np.ndarray, draws: int) -> pd.DataFrame:
    """Return the ends of the interval of the uncorrected balance of the cells that have a figure."""
    which = np.flatnonzero(is_given)
    ends = np.full((held.size, 2), np.nan)
    if len(which):
        low, _, high = raw_intervals(held.stories(which), held.effective[which], draws).T
        ends[which] = np.column_stack([low, high])
    return pd.DataFrame(ends, columns=["balance_low", "balance_high"])


def corrections(held: Windows, errors: Errors, is_given: np.ndarray, draws: int = DRAWS) -> pd.DataFrame:
    """Return the corrected balance with its ends and `corrected_reason` of every cell; only those asked for are computed."""
    ends = np.full((held.size, len(ENDS)), np.nan)
    reasons = np.full(held.size, "audit_too_small", dtype=object)
    for which, known, why in correctable(held, errors, is_given, draws):
        reasons[which] = why
        told = which[pd.isna(why)]
        for start in range(0, len(told), CELLS_AT_ONCE):
            part = told[start : start + CELLS_AT_ONCE]
            weights = held.strata(part, known)
            rows, prior = held.stories(part), corrected(held.prior[part], mixed(weights, known.matrix))
            effective, cell_seeds = held.effective[part], held.cell_seeds[part]
            ends[part] = corrected_intervals(rows, mixed(weights, known.drawn), prior, effective, cell_seeds)
    return pd.DataFrame(ends, columns=ENDS).assign(corrected_reason=reasons)


def correctable(
    held: Windows, errors: Errors, is_asked: np.ndarray, draws: int
) -> Iterator[tuple[np.ndarray, Matrices, np.ndarray]]:
    """Give, for each week with an audit that is large enough: its cells, its matrices, and why each cell is withheld, or None.

    Without a stored evaluation there are no matrices: the cells of such weeks are withheld for `no_evaluation`.
    """
    weeks = pd.Series(np.sort(held.cells.rows["week_on"].unique()))
    sizes = pool_sizes(errors, weeks)
    week_of_cell = held.cells.rows["week_on"].to_numpy()
    nothing = Matrices((), np.zeros((1, 4, 4)), np.zeros((1, draws, 4, 4)))
    for week, size in zip(weeks[sizes >= FEWEST_AUDITED], sizes[sizes >= FEWEST_AUDITED], strict=True):
        which = np.flatnonzero((week_of_cell == week.to_datetime64()) & is_asked)
        if errors.frozen is None:
            yield which, nothing, np.full(len(which), "no_evaluation", dtype=object)
        elif len(which):
            known, languages = matrices(errors, week, draws), alarming(errors, week)
            rings = held.speak(which, languages) | (ALL_LANGUAGES in languages)
            matrix = mixed(held.strata(which, known), known.matrix)
            yield which, known, withheld(np.full(len(which), size), matrix, rings)


def healthy_shares(rows: pd.DataFrame, healthy: pd.Series) -> np.ndarray:
    """Return the mean share of healthy sources over the weeks of each window; a week of which none is told counts as 1."""
    if healthy.empty:
        return np.ones(len(rows))
    first = min(healthy.index.min(), rows["week_on"].min() - pd.Timedelta(weeks=int(rows["window_weeks"].max())))
    last = max(healthy.index.max(), rows["week_on"].max())
    weeks = pd.date_range(first, last, freq="7D")
    running = np.r_[0, healthy.reindex(weeks).fillna(1.0).cumsum()]
    place = ((rows["week_on"] - first) // pd.Timedelta(weeks=1)).to_numpy() + 1
    window = rows["window_weeks"].to_numpy()
    return np.clip((running[place] - running[place - window]) / window, 0, 1)


def gates(found: pd.DataFrame) -> np.ndarray:
    """Return why each figure does not pass the publish gate, or None: that of the corrected balance where there is one.

    What has no figure has its reason already, and no gate.
    """
    raw = found["balance_high"] - found["balance_low"]
    width = (found["corrected_balance_high"] - found["corrected_balance_low"]).fillna(raw).to_numpy()
    effective, dates, healthy = (found[name].to_numpy() for name in ("effective_count", "date_count", "healthy_share"))
    reasons = withheld_points(effective, width, dates, healthy, np.array(np.inf))
    reasons[found["reason"].notna().to_numpy()] = None
    return reasons
