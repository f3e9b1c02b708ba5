"""The gap of official to press: both sides drawn with the same resampled matrices, never pooled."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.index.audits import Errors, mixed
from analysis.index.cells import SERIES
from analysis.index.correction import corrected
from analysis.index.intervals import CELLS_AT_ONCE, DRAWS, LEVELS, balances, corrected_draws, quantiles, widened
from analysis.index.points import correctable
from analysis.index.resample import Rows, drawn_sums
from analysis.index.windows import Windows
from analysis.tables import GAP_SCOPES

GAP_KEY = ["week_on", "window_weeks", *(name for name in SERIES if name != "channel")]
SIDES = ("official", "press")
GAP_FIGURES = [
    "gap", "gap_low", "gap_high", "corrected_gap", "corrected_gap_low", "corrected_gap_high", "corrected_reason",
    "official_effective_count", "press_effective_count", "reason", "gate",
]  # fmt: skip
GAP = [*GAP_KEY, *GAP_FIGURES]
WIDEST_GAP = 2.0
"""The largest gap there can be: one side at 1, the other at -1."""


def gaps(held: Windows, found: pd.DataFrame, errors: Errors, draws: int = DRAWS) -> pd.DataFrame:
    """Return official minus press balance (GAP) of each authority's and jurisdiction's window in which a side has a figure.

    `found` are the points of `held`, in its order. Where a side has no figure that is the reason. The gate is the first of
    those of the two sides.
    """
    pairs = _pairs(found)
    if pairs.empty:
        return pd.DataFrame(columns=GAP)
    is_both = pairs["reason"].isna().to_numpy()
    sides = pairs.loc[is_both, list(SIDES)].to_numpy(dtype=int)
    pairs[["gap", "gap_low", "gap_high"]] = _filled(is_both, _raw(held, found, sides, draws))
    ends, why = _corrected(held, found, errors, sides, draws)
    pairs[["corrected_gap", "corrected_gap_low", "corrected_gap_high"]] = _filled(is_both, ends)
    pairs.loc[is_both, "corrected_reason"] = why
    return pairs[GAP].reset_index(drop=True)


def _pairs(found: pd.DataFrame) -> pd.DataFrame:
    """Return key, places of both points (-1: none), effective counts, reason and gate."""
    rows = found[found["scope"].isin(GAP_SCOPES)].assign(place=np.flatnonzero(found["scope"].isin(GAP_SCOPES)))
    kept = [*GAP_KEY, "place", "effective_count", "reason", "gate"]
    one, other = (rows.loc[rows["channel"] == side, kept] for side in SIDES)
    pairs = one.merge(other, on=GAP_KEY, how="outer", suffixes=("_official", "_press"))
    has = {side: pairs[f"place_{side}"].notna() & pairs[f"reason_{side}"].isna() for side in SIDES}
    pairs = pairs.assign(
        **{side: pairs[f"place_{side}"].fillna(-1).astype(int) for side in SIDES},
        **{f"{side}_effective_count": pairs[f"effective_count_{side}"].fillna(0.0) for side in SIDES},
        reason=_missing(has["official"].to_numpy(), has["press"].to_numpy()),
    )
    gate = pairs["gate_official"].where(pairs["gate_official"].notna(), pairs["gate_press"])
    pairs["gate"] = gate.astype(object).where(pairs["reason"].isna() & gate.notna(), None)
    pairs["corrected_reason"] = pairs["reason"]
    return pairs[has["official"] | has["press"]].reset_index(drop=True)


def _missing(has_official: np.ndarray, has_press: np.ndarray) -> np.ndarray:
    reasons = np.full(len(has_official), None, dtype=object)
    reasons[~has_press] = "no_press_figure"
    reasons[~has_official] = "no_official_figure"
    return reasons


def _filled(is_both: np.ndarray, values: np.ndarray) -> np.ndarray:
    whole = np.full((len(is_both), values.shape[1]), np.nan)
    whole[is_both] = values
    return whole


def _raw(held: Windows, found: pd.DataFrame, sides: np.ndarray, draws: int) -> np.ndarray:
    """Return the uncorrected gap with its ends, shape (pairs, 3)."""
    balance = found["balance"].to_numpy(dtype=float)
    ends = np.column_stack([balance[sides[:, 0]] - balance[sides[:, 1]], np.full((len(sides), 2), np.nan)])
    for part, sums in drawn_sums(_beside(held, sides), draws):
        drawn = balances(np.moveaxis(sums[:4], 0, 2)) - balances(np.moveaxis(sums[4:], 0, 2))
        ends[part, 1:] = _ends(drawn, ends[part, 0], held.effective[sides[part]])
    return ends


def _beside(held: Windows, sides: np.ndarray) -> Rows:
    """Return the stories of both sides of each pair: four columns of the official ones, four of the press."""
    parts = [held.stories(which) for which in sides.T]
    values = [np.pad(parts[0].values, ((0, 0), (0, 4))), np.pad(parts[1].values, ((0, 0), (4, 0)))]
    cluster, cell = (np.concatenate([getattr(part, name) for part in parts]) for name in ("cluster", "cell"))
    return Rows(cluster, cell, np.concatenate(values), held.story_seeds, len(sides))


def _ends(drawn: np.ndarray, centre: np.ndarray, effective: np.ndarray) -> np.ndarray:
    """Return both ends, widened as for the smaller side; NaN where a side's stories do not suffice."""
    least = effective.min(axis=1)
    ends = np.full((len(centre), 2), np.nan)
    is_told = (least > 1) & np.isfinite(centre)
    if is_told.any():
        low, high = quantiles(drawn[is_told], LEVELS)
        ends[is_told] = np.column_stack(widened(low, centre[is_told], high, least[is_told], WIDEST_GAP))
    return ends


def _corrected(
    held: Windows, found: pd.DataFrame, errors: Errors, sides: np.ndarray, draws: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the corrected gap with its ends, shape (pairs, 3), and why it is withheld."""
    ends = np.full((len(sides), 3), np.nan)
    reasons = found["corrected_reason"].to_numpy(dtype=object)[sides]
    why = np.where(pd.isna(reasons[:, 0]), reasons[:, 1], reasons[:, 0])
    is_asked = np.zeros(held.size, bool)
    is_asked[sides[pd.isna(why)]] = True
    pair_of = np.full(held.size, -1)
    pair_of[sides[:, 0]] = np.arange(len(sides))
    for which, known, _ in correctable(held, errors, is_asked, draws):
        pairs = pair_of[which]
        pairs = pairs[pairs >= 0]
        for start in range(0, len(pairs), CELLS_AT_ONCE):
            part = pairs[start : start + CELLS_AT_ONCE]
            ends[part] = _of_part(held, sides[part], known, draws)
    return ends, why


def _of_part(held: Windows, sides: np.ndarray, known, draws: int) -> np.ndarray:
    """Return corrected gaps with their ends of some pairs of one week."""
    drawn = np.empty((len(sides), draws))
    for part, sums in drawn_sums(_beside(held, sides), draws):
        of_side = []
        for side, columns in zip(sides[part].T, (sums[:4], sums[4:]), strict=True):
            weights = held.strata(side, known)
            prior = corrected(held.prior[side], mixed(weights, known.matrix))
            masses, effective = np.moveaxis(columns, 0, 2), held.effective[side]
            of_side.append(corrected_draws(masses, mixed(weights, known.drawn), prior, effective, held.cell_seeds[side]))
        drawn[part] = of_side[0] - of_side[1]
    middle = quantiles(drawn, (0.5,))[0]
    return np.column_stack([middle, _ends(drawn, middle, held.effective[sides])])
