"""Intervals of the balance: stories and audited items drawn again, widened for their small number.

The uncorrected balance has the interval of its resampled stories. The corrected one carries three uncertainties in one draw:
the stories (Poisson weights by cluster), the response matrix (one of a resampled audit for each draw), and what few stories
cannot show at all (a Dirichlet draw about the authority's own past).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy import stats

from analysis.index.correction import corrected, normalised, response_matrix
from analysis.index.resample import Rows, drawn_sums, poisson_counts, seeds

DRAWS = 1000
"""Resamples: the levels of the interval's ends then err by 0.7 points."""
LEVELS = (0.05, 0.95)
"""Ends of every interval: the truth lies beyond each of them once in twenty."""
KAPPA = 4.0
"""Perfectly read stories that the authority's own past counts for."""
CONCENTRATION = 6.0
"""How many times the known stories the Dirichlet draw is concentrated: it adds a sixth of their variance, for what resampling
misses where shares end at zero. With KAPPA and this, 90 % intervals cover 88 to 93 % in `benchmarks.intervals` and the most
points can be published; KAPPA 10 on the plain count with a concentration of 1 covers 93 % and publishes a tenth fewer."""
CELLS_AT_ONCE = 128
"""Cells that are corrected together: with 1,000 draws some 100 MB at most."""
LEAST_SHARE = 1e-3
"""Stories of each class that are always thought possible, so that the Dirichlet draw is defined where a share is zero."""


def effective_count(weights: np.ndarray, cell: np.ndarray, cell_count: int) -> np.ndarray:
    """Return n_eff = (sum w)^2 / sum w^2 of the stories of each cell; 0 where there is none."""
    total = np.bincount(cell, weights, cell_count)
    squares = np.bincount(cell, np.square(weights), cell_count)
    return total**2 / np.where(squares > 0, squares, 1)


def equivalent_count(drawn: np.ndarray, effective: np.ndarray) -> np.ndarray:
    """Return how many perfectly read stories would know the shares as well: at most n_eff.

    `drawn` holds corrected shares of each resample, shape (cells, draws, 4). n perfectly read stories have variance
    sum p (1 - p) / n; what the errors of the classifier and of the audit add makes that of the draws larger.
    """
    mean = np.nanmean(drawn, axis=1)
    variance = np.nanvar(drawn, axis=1).sum(axis=-1)
    # One story's worth on both sides: shares that never leave a corner have no variance and are known from n_eff stories.
    one = 1 / effective
    return np.minimum(((mean * (1 - mean)).sum(axis=-1) + one) / (variance + one**2), effective)


def balances(shares: np.ndarray) -> np.ndarray:
    """Return B = (p_S - p_R) / (p_S + p_N + p_R) of shares or masses (..., 4); NaN without signal."""
    signal = shares[..., :3].sum(axis=-1)
    return (shares[..., 0] - shares[..., 2]) / np.where(signal > 0, signal, np.nan)


def resampled_matrices(
    probabilities: np.ndarray,
    stances: np.ndarray,
    weights: np.ndarray,
    groups: Sequence[str],
    frozen: np.ndarray,
    draws: int = DRAWS,
) -> np.ndarray:
    """Return the response matrix of each resampled audit, shape (draws, 4, 4).

    The arguments are those of `response_matrix`; `groups` are the documents of the items, which are drawn as a whole and depend
    on their name alone.
    """
    drawn = poisson_counts(seeds(groups), draws).T * np.asarray(weights, dtype=float)
    return response_matrix(probabilities, stances, drawn, frozen)


def corrected_draws(
    masses: np.ndarray, matrices: np.ndarray, prior: np.ndarray, effective: np.ndarray, cell_seeds: np.ndarray
) -> np.ndarray:
    """Return draws of the corrected balance, shape (cells, draws).

    `masses` (cells, draws, 4) are what the cells hold in each resample, `matrices` (draws, 4, 4) or (cells, draws, 4, 4) the
    response matrices of each resampled audit, `prior` (cells, 4) shares in the authority's own past, `effective` n_eff. Each
    cell's Dirichlet draw depends on its seed alone. With the same matrices, the draws of two cells or windows may be
    subtracted: the error of the matrix is then the same in both.
    """
    shares = corrected(masses, matrices)
    known = equivalent_count(shares, effective)[:, None, None] * shares
    weight = CONCENTRATION * (KAPPA * normalised(prior)[:, None] + known) + LEAST_SHARE
    found = np.empty(weight.shape[:2])
    for number, seed in enumerate(cell_seeds):
        # A Dirichlet draw is gamma draws over their sum; of the balance's classes, no_signal is not needed.
        drawn = np.random.default_rng(int(seed)).standard_gamma(weight[number, :, :3])
        found[number] = balances(np.pad(drawn, ((0, 0), (0, 1))))
    return found


def corrected_interval(drawn: np.ndarray, effective: np.ndarray) -> np.ndarray:
    """Return 5 % end, median and 95 % end of each cell's draws of the balance, widened about the median: shape (cells, 3)."""
    low, middle, high = quantiles(drawn, (LEVELS[0], 0.5, LEVELS[1]))
    return np.column_stack([*widened(low, middle, high, effective), middle])[:, [0, 2, 1]]


def corrected_intervals(
    rows: Rows, matrices: np.ndarray, prior: np.ndarray, effective: np.ndarray, cell_seeds: np.ndarray
) -> np.ndarray:
    """Return low, middle and high of the corrected balance of every cell, shape (cells, 3); NaN below two stories.

    `rows.values` are the weighted probabilities of the four stances; the other arguments are those of `corrected_draws`.
    """
    found = np.full((rows.cell_count, 3), np.nan)
    for part, sums in drawn_sums(rows, matrices.shape[-3]):
        told = np.arange(part.start, part.stop)[effective[part] > 1]
        for start in range(0, len(told), CELLS_AT_ONCE):
            which = told[start : start + CELLS_AT_ONCE]
            used = matrices if matrices.ndim == 3 else matrices[which]
            masses = np.moveaxis(sums[:, which - part.start], 0, 2)
            drawn = corrected_draws(masses, used, prior[which], effective[which], cell_seeds[which])
            found[which] = corrected_interval(drawn, effective[which])
    return found


def raw_intervals(rows: Rows, effective: np.ndarray, draws: int = DRAWS) -> np.ndarray:
    """Return low, balance and high of the uncorrected balance of every cell, shape (cells, 3); NaN below two stories."""
    signed = np.column_stack([rows.values[:, 0] - rows.values[:, 2], rows.values[:, :3].sum(axis=1)])
    net, signal = (np.bincount(rows.cell, column, rows.cell_count) for column in signed.T)
    centre = np.where(effective > 1, net / np.where(signal > 0, signal, np.nan), np.nan)
    found = np.column_stack([np.full(len(centre), np.nan), centre, np.full(len(centre), np.nan)])
    for part, sums in drawn_sums(Rows(rows.cluster, rows.cell, signed, rows.seeds, rows.cell_count), draws):
        is_told = np.isfinite(centre[part])
        if is_told.any():
            which = np.arange(part.start, part.stop)[is_told]
            told = sums if is_told.all() else sums[:, is_told]
            with np.errstate(invalid="ignore"):
                found[which, 0], found[which, 2] = quantiles(told[0] / told[1], LEVELS)
    is_given = np.isfinite(centre)
    low, middle, high = found[is_given].T
    found[is_given, 0], found[is_given, 2] = widened(low, middle, high, effective[is_given])
    return found


def quantiles(drawn: np.ndarray, levels: Iterable[float]) -> list[np.ndarray]:
    """Return the quantiles of each row at each level, interpolated linearly; NaN among the draws is no draw."""
    ranked = np.sort(drawn, axis=1)
    last = ranked.shape[1] - 1 - np.isnan(ranked[:, -1:]).any() * np.isnan(ranked).sum(axis=1)
    each = np.arange(len(ranked))
    found = []
    for level in levels:
        place = np.maximum(level * last, 0)
        below = np.floor(place).astype(int)
        above = np.minimum(below + 1, np.maximum(last, 0))
        found.append(ranked[each, below] + (place - below) * (ranked[each, above] - ranked[each, below]).astype(float))
    return found


def widened(
    low: np.ndarray, centre: np.ndarray, high: np.ndarray, story_count: np.ndarray, most: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of an interval moved away from its centre by the factor for its number of stories, within +-most."""
    factor = widening(story_count)
    return (
        np.clip(centre - factor * np.maximum(centre - low, 0), -most, most),
        np.clip(centre + factor * np.maximum(high - centre, 0), -most, most),
    )


def widening(story_count: np.ndarray) -> np.ndarray:
    """Return by how much a percentile interval over n > 1 stories is widened: 2.2 at 3, 1.2 at 10, 1 in the limit.

    sqrt(n / (n - 1)) t(n - 1) / z: percentile intervals are too narrow at small n (Hesterberg, What Teachers Should Know About
    the Bootstrap, The American Statistician 69, 2015).
    """
    return np.sqrt(story_count / (story_count - 1)) * stats.t.ppf(LEVELS[1], story_count - 1) / stats.norm.ppf(LEVELS[1])
