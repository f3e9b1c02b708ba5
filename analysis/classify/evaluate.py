"""How good a classifier is: figures with intervals, by class, language and channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.metrics import f1_score

from analysis.tables import SECTORS, STANCES

RESAMPLES = 500
BINS = 10


def stance_metrics(
    truth: Sequence[str],
    probabilities: np.ndarray,
    rng: np.random.Generator,
    groups: Sequence[str] | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> dict:
    """Return macro-F1 with a 95 % interval, F1 by class, calibration error, Brier score and supportive-restrictive confusions.

    `probabilities` has the shape (statements, 4), columns in the order of STANCES. The interval is a bootstrap over `groups`
    (documents), or over statements. `parts` names further divisions, such as language, for which macro-F1 is given.
    """
    wanted = np.array([STANCES.index(stance) for stance in truth])
    given = probabilities.argmax(axis=1)
    low, high = _interval(wanted, given, np.asarray(groups) if groups is not None else np.arange(len(wanted)), rng)
    return {
        "count": len(wanted),
        "macro_f1": round(_macro_f1(wanted, given), 4),
        "macro_f1_low": low,
        "macro_f1_high": high,
        "f1": {stance: round(float(value), 4) for stance, value in zip(STANCES, _f1_by_class(wanted, given), strict=True)},
        "accuracy": round(float((wanted == given).mean()), 4),
        "expected_calibration_error": round(calibration_error(wanted, probabilities), 4),
        "brier": round(float(((probabilities - np.eye(len(STANCES))[wanted]) ** 2).sum(axis=1).mean()), 4),
        "opposite_share": round(float((np.isin(wanted, (0, 2)) & np.isin(given, (0, 2)) & (wanted != given)).mean()), 4),
        **{name: _by_part(wanted, given, values) for name, values in (parts or {}).items()},
    }


def _macro_f1(wanted: np.ndarray, given: np.ndarray) -> float:
    """Mean F1 over the classes that occur in the truth or the answers."""
    return float(f1_score(wanted, given, average="macro", zero_division=0))


def _f1_by_class(wanted: np.ndarray, given: np.ndarray) -> np.ndarray:
    return f1_score(wanted, given, average=None, labels=range(len(STANCES)), zero_division=0)


def _by_part(wanted: np.ndarray, given: np.ndarray, values: Sequence[str]) -> dict[str, dict]:
    rows = {value: np.array([other == value for other in values]) for value in sorted(set(values))}
    return {
        value: {"count": int(mask.sum()), "macro_f1": round(_macro_f1(wanted[mask], given[mask]), 4)}
        for value, mask in rows.items()
    }


def _interval(wanted: np.ndarray, given: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    names, members = np.unique(groups, return_inverse=True)
    rows = [np.flatnonzero(members == number) for number in range(len(names))]
    scores = []
    for _ in range(RESAMPLES):
        drawn = np.concatenate([rows[number] for number in rng.integers(0, len(names), len(names))])
        scores.append(_macro_f1(wanted[drawn], given[drawn]))
    low, high = np.quantile(scores, [0.025, 0.975])
    return round(float(low), 4), round(float(high), 4)


def calibration_error(wanted: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the expected calibration error of the most probable class, over ten bins of equal width (Naeini et al. 2015)."""
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == wanted
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(is_right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    )


def sector_metrics(truth: Sequence[Sequence[str]], given: Sequence[Sequence[str]]) -> dict:
    """Return micro-F1, macro-F1 over the sectors that occur, and F1 by sector."""
    wanted, answered = (np.array([[sector in row for sector in SECTORS] for row in rows], dtype=int) for rows in (truth, given))
    occurs = np.flatnonzero(wanted.sum(axis=0))
    by_sector = f1_score(wanted, answered, average=None, zero_division=0)
    return {
        "micro_f1": round(float(f1_score(wanted, answered, average="micro", zero_division=0)), 4),
        "macro_f1": round(float(by_sector[occurs].mean()), 4) if len(occurs) else None,
        "f1": {SECTORS[number]: round(float(by_sector[number]), 4) for number in occurs},
    }
