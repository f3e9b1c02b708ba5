"""The classifier's errors, measured on audited statements, and the shares of stance freed of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import ValidationError
from analysis.tables import STANCES

CLASSES = len(STANCES)
PSEUDO = 5.0
"""Items that the frozen matrix counts for in each class: enough to hold a class that an audit of 60 saw twice, and a seventh of
one that it saw thirty times."""
FEWEST_AUDITED = 60
"""Audited items below which the errors are not known well enough to correct by them; 120 are better."""
HIGHEST_CONDITION = 20.0
"""Condition number of the matrix above which an error in the shares read grows twentyfold: the classes are not separable."""
ROUNDING = 1e-9
"""A share below zero by less than this is zero: products of floating-point numbers err by far less."""
FACES = [np.array(chosen) for size in range(CLASSES - 1, 0, -1) for chosen in combinations(range(CLASSES), size)]
"""The sets of classes that may be the only ones present, without that of all."""


def response_matrix(
    probabilities: np.ndarray, stances: np.ndarray, weights: np.ndarray, frozen: np.ndarray, pseudo: float = PSEUDO
) -> np.ndarray:
    """Return M: column k is the mean probability vector that the classifier gives to items whose true class is k.

    `probabilities` (items, 4) are what the classifier said, `stances` (items,) the numbers of the classes that people say,
    `weights` (..., items) 1 / inclusion probability, times how often the item is drawn in each resample. Every column is shrunk
    towards that of `frozen` (4, 4), or of each resample's (..., 4, 4), with `pseudo` items. The result has shape (..., 4, 4)
    and columns that sum to 1.
    """
    _check(probabilities, stances)
    given = np.asarray(weights, dtype=float)
    total = given.sum(axis=-1, keepdims=True)
    scaled = given * (given.shape[-1] / np.where(total > 0, total, 1))
    shares = normalised(probabilities)
    is_class = np.eye(CLASSES)[np.asarray(stances, dtype=int)]
    pairs = (shares[:, :, None] * is_class[:, None, :]).reshape(len(shares), CLASSES * CLASSES)
    sums = (scaled @ pairs).reshape(*given.shape[:-1], CLASSES, CLASSES)
    counts = (scaled @ is_class)[..., None, :]
    return (sums + pseudo * normalised(frozen, axis=-2)) / (counts + pseudo)


def _check(probabilities: np.ndarray, stances: np.ndarray) -> None:
    """Raise a `ValidationError` for probabilities that are none and for stances that are not numbers of classes."""
    given = np.asarray(probabilities, dtype=float)
    is_usable = np.isfinite(given).all(axis=-1) & (given >= 0).all(axis=-1) & (given.sum(axis=-1) > 0)
    if not is_usable.all():
        first = int(np.flatnonzero(~is_usable)[0])
        raise ValidationError(f"audited item {first} has no usable probabilities: they must be finite, from 0 up, not all 0")
    if not np.isin(stances, range(CLASSES)).all():
        raise ValidationError("an audited item has a stance outside the four: give its number in the order of STANCES")


def condition(matrix: np.ndarray) -> np.ndarray:
    """Return the 2-norm condition number of each matrix (..., 4, 4)."""
    return np.linalg.cond(matrix)


def corrected(shares: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return p on the simplex with the least |M p - m|: probabilistic adjusted classify and count (PACC).

    `shares` (..., 4) are the shares m read from the classifier, `matrix` (..., 4, 4) its response matrix; the leading axes are
    broadcast, so that one matrix a resample serves all cells: shares (cells, resamples, 4) and matrix (resamples, 4, 4). Shares
    without any mass stay NaN. Source: Bella et al., Quantification via probability estimators, ICDM 2010. Where the plain
    inverse leaves the simplex, the minimum is found among those of the 14 sets of classes that may be the only ones present.
    """
    read = normalised(shares)
    inverse = np.linalg.inv(matrix + ROUNDING * np.eye(CLASSES))
    found = np.einsum("...ij,...j->...i", inverse, read)
    is_outside = found.min(axis=-1) < -ROUNDING
    if is_outside.any():
        found[is_outside] = _on_a_face(read, matrix, is_outside)
    found = np.maximum(found, 0)
    return found / found.sum(axis=-1, keepdims=True)


def _on_a_face(shares: np.ndarray, matrix: np.ndarray, is_asked: np.ndarray) -> np.ndarray:
    """Return the best shares with at least one class absent where they are asked for: (asked, 4)."""
    asked = np.broadcast_to(shares, (*is_asked.shape, CLASSES))[is_asked]
    # One number a matrix, so that what is computed of a matrix is computed once, however many cells it serves.
    numbers = np.broadcast_to(np.arange(matrix[..., 0, 0].size).reshape(matrix.shape[:-2]), is_asked.shape)[is_asked]
    used, numbers = np.unique(numbers, return_inverse=True)
    matrices = matrix.reshape(-1, CLASSES, CLASSES)[used]
    best, least = np.zeros_like(asked), np.full(len(asked), np.inf)
    for face in FACES:
        candidates = np.einsum("nij,nj->ni", _solver(matrices, face)[numbers], asked)
        missed = ((np.einsum("nij,nj->ni", matrices[numbers], candidates) - asked) ** 2).sum(axis=-1)
        is_better = (candidates.min(axis=-1) >= -ROUNDING) & (missed < least)
        best[is_better], least[is_better] = candidates[is_better], missed[is_better]
    return best


def _solver(matrices: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Return what gives, from the shares read, those with the least distance when only the classes of a face are present.

    With shares on the face that sum to 1, the minimum of |M p - m|^2 is p = G^-1 (M' m + l 1) over the face's columns of M,
    G = M' M, and l such that the sum is 1 (Lagrange). As m sums to 1 too, the constant part is a matrix of equal columns.
    """
    part = matrices[:, :, face]
    transposed = np.swapaxes(part, 1, 2)
    inverse = np.linalg.inv(transposed @ part + ROUNDING * np.eye(len(face)))
    free = inverse @ transposed
    spread = inverse.sum(axis=2) / inverse.sum(axis=(1, 2))[:, None]
    found = np.zeros((len(matrices), CLASSES, CLASSES))
    found[:, face] = free + spread[:, :, None] * (1 - free.sum(axis=1))[:, None, :]
    return found


def withheld(audited_count: ArrayLike, matrix: np.ndarray, has_drift_alarm: ArrayLike) -> np.ndarray:
    """Return for each matrix (..., 4, 4) why what it corrects may not be given, or None: the first reason that holds."""
    is_ill = condition(matrix) > HIGHEST_CONDITION
    is_small, has_alarm, is_ill = np.broadcast_arrays(np.asarray(audited_count) < FEWEST_AUDITED, has_drift_alarm, is_ill)
    reasons = np.full(is_ill.shape, None, dtype=object)
    reasons[is_ill] = "ill_conditioned"
    reasons[has_alarm] = "drift_alarm"
    reasons[is_small] = "audit_too_small"
    return reasons


def normalised(values: ArrayLike, axis: int = -1) -> np.ndarray:
    """Return the values divided by their sum along an axis; NaN where the sum is 0."""
    given = np.asarray(values, dtype=float)
    total = given.sum(axis=axis, keepdims=True)
    return given / np.where(total > 0, total, np.nan)
