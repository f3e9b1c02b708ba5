"""How far readers agree: raw share, Cohen's kappa, Krippendorff's alpha with an interval; by class and by part."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from analysis.tables import STANCES

RESAMPLES = 1000
ENDS = (0.025, 0.975)

Units = Sequence[Sequence[Hashable]]
"""The answers to each statement, in the order of its readers."""


def agreement(
    units: Units,
    rng: np.random.Generator,
    groups: Sequence[Hashable] | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return how far the readers of statements agree on the stance, for all, for each class, and for each of the parts.

    Statements with fewer than two answers are left out. `groups` names the document of each statement, over which the
    interval of alpha is a bootstrap; without them it is one over statements. `parts` names divisions, such as language.
    A class is judged as itself against the rest.
    """
    rows = [number for number, unit in enumerate(units) if len(unit) > 1]
    told = [units[number] for number in rows]
    of = [groups[number] for number in rows] if groups is not None else None
    by_part = {name: [values[number] for number in rows] for name, values in (parts or {}).items()}
    return {
        **_figures(told, rng, of),
        "stance": {name: _figures([[a == name for a in unit] for unit in told], rng, of) for name in STANCES},
        **{name: _by_part(told, values, rng, of) for name, values in by_part.items()},
    }


def _by_part(told: Units, values: Sequence[str], rng: np.random.Generator, of: Sequence[Hashable] | None) -> dict[str, Any]:
    rows = {value: [number for number, other in enumerate(values) if other == value] for value in sorted(set(values))}
    return {
        value: _figures([told[n] for n in numbers], rng, [of[n] for n in numbers] if of is not None else None)
        for value, numbers in rows.items()
    }


def _figures(told: Units, rng: np.random.Generator, of: Sequence[Hashable] | None) -> dict[str, Any]:
    low, high = alpha_interval(told, rng, of)
    shown = {"raw": raw_agreement(told), "kappa": cohen_kappa(told), "alpha": krippendorff_alpha(told)}
    ends = {"alpha_low": low, "alpha_high": high}
    return {"count": len(told), **{name: _rounded(value) for name, value in {**shown, **ends}.items()}}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def raw_agreement(units: Units) -> float | None:
    """Return the share of pairs of readers that agree, each statement weighing the same; None without any."""
    shares = [np.mean([a == b for a, b in combinations(unit, 2)]) for unit in units if len(unit) > 1]
    return float(np.mean(shares)) if shares else None


def cohen_kappa(units: Units) -> float | None:
    """Return Cohen's kappa of the first two readers of each statement; None where chance alone makes them agree."""
    from sklearn.metrics import cohen_kappa_score

    pairs = [(str(unit[0]), str(unit[1])) for unit in units if len(unit) > 1]
    if len({answer for pair in pairs for answer in pair}) < 2:
        return None
    return float(cohen_kappa_score(*zip(*pairs, strict=True)))


def krippendorff_alpha(units: Units) -> float | None:
    """Return Krippendorff's alpha for nominal answers; None where only one answer was ever given.

    alpha = 1 - observed / expected disagreement (Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011, part D).
    Any number of readers a statement, any of whom may be missing.
    """
    counts = _counts(units)
    alpha = float(_alpha(np.ones((1, len(counts))), counts)[0])
    return alpha if np.isfinite(alpha) else None


def alpha_interval(
    units: Units, rng: np.random.Generator, groups: Sequence[Hashable] | None = None
) -> tuple[float | None, float | None]:
    """Return the ends of the 95 % interval of alpha: a bootstrap over groups, else over statements.

    (None, None) with fewer than two groups, or where hardly any resample has an alpha.
    """
    counts = _counts(units)
    names = list(range(len(units))) if groups is None else [str(name) for name in groups]
    known, members = np.unique(names, return_inverse=True) if len(names) else (np.empty(0), np.empty(0, int))
    if len(known) < 2:
        return None, None
    drawn = rng.multinomial(len(known), np.full(len(known), 1 / len(known)), RESAMPLES)
    alphas = _alpha(drawn[:, members], counts)
    alphas = alphas[np.isfinite(alphas)]
    if len(alphas) < RESAMPLES / 2:
        return None, None
    low, high = np.quantile(alphas, ENDS)
    return float(low), float(high)


def _counts(units: Units) -> np.ndarray:
    """Return how often each answer was given to each statement: shape (statements, answers)."""
    answers = sorted({answer for unit in units for answer in unit}, key=repr)
    counted = [[list(unit).count(answer) for answer in answers] for unit in units]
    return np.array(counted, dtype=float).reshape(len(units), len(answers))


def _alpha(weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return alpha for each row of weights of the statements, NaN where it is not defined."""
    readers = counts.sum(axis=1)
    pairable = counts * (readers > 1)[:, None]
    disagreeing = (pairable * (readers[:, None] - pairable)).sum(axis=1) / np.maximum(readers - 1, 1)
    totals = weights @ pairable
    all_answers = totals.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (all_answers**2 - (totals**2).sum(axis=1)) / (all_answers - 1)
        return 1 - (weights @ disagreeing) / np.where(expected > 0, expected, np.nan)
