"""How good a classifier is: figures with intervals, by class, language, kind and channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from analysis.classify.rule import is_opposed
from analysis.tables import SECTORS, STANCES

RESAMPLES = 1_000
BINS = 10
CLASSES = len(STANCES)
TOWARDS, AGAINST = STANCES.index("supportive"), STANCES.index("restrictive")


def stance_metrics(
    truth: Sequence[str] | np.ndarray,
    probabilities: np.ndarray,
    rng: np.random.Generator,
    groups: Sequence[Any] | np.ndarray | None = None,
    parts: Mapping[str, Sequence[str] | np.ndarray] | None = None,
    sets: Sequence[Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return how well probabilities tell the true stances.

    Macro-F1 and F1 by class with 95 % intervals, accuracy, calibration error with its table, Brier score, and supportive
    taken for restrictive or the reverse, as a share of all and of the directional passages. `probabilities` has the shape
    (statements, 4), columns in the order of STANCES. The intervals are a bootstrap over `groups` (documents), or over
    statements. `parts` names divisions, such as language, that have figures of their own; `sets` are the stances that
    cannot be ruled out, for coverage and the share of "cannot tell". What does not occur has None.
    """
    wanted = np.array([STANCES.index(stance) for stance in truth], dtype=int)
    given = probabilities.argmax(axis=1)
    owners = np.unique(groups if groups is not None else np.arange(len(wanted)), return_inverse=True)[1]
    kept = None if sets is None else np.array([[stance in row for stance in STANCES] for row in sets]).reshape(-1, CLASSES)
    counts = confusions(wanted, given, owners)
    drawn = resampled(counts, draws(len(counts), rng))
    by_class = f1_by_class(counts.sum(axis=0))
    return {
        "count": len(wanted),
        **_macro(counts, drawn),
        "f1": {stance: rounded(value) for stance, value in zip(STANCES, by_class, strict=True)},
        "mean_probabilities": mean_probabilities(wanted, probabilities),
        "f1_interval": dict(zip(STANCES, map(list, zip(*interval(f1_by_class(drawn)), strict=True)), strict=True)),
        "accuracy": rounded((wanted == given).mean()),
        "expected_calibration_error": rounded(calibration_error(wanted, probabilities)),
        "brier": rounded(((probabilities - np.eye(CLASSES)[wanted]) ** 2).sum(axis=1).mean()),
        **_opposites(counts),
        **({} if kept is None else set_metrics(wanted, kept)),
        "reliability": reliability(wanted, probabilities),
        **{name: _by_part(wanted, probabilities, owners, kept, values, rng) for name, values in (parts or {}).items()},
    }


def mean_probabilities(wanted: np.ndarray, probabilities: np.ndarray) -> dict[str, list[float] | None]:
    """Return for each true class the mean probabilities of its passages, columns in the order of STANCES; None without any.

    They are the columns of the response matrix by which the index is corrected.
    """
    means = ((stance, probabilities[wanted == number]) for number, stance in enumerate(STANCES))
    return {stance: [round(float(mean), 4) for mean in rows.mean(axis=0)] if len(rows) else None for stance, rows in means}


def _macro(counts: np.ndarray, drawn: np.ndarray) -> dict[str, float | None]:
    low, high = interval(macro_f1(drawn))
    return {"macro_f1": rounded(macro_f1(counts.sum(axis=0))), "macro_f1_low": low, "macro_f1_high": high}


def _opposites(counts: np.ndarray) -> dict[str, float | None]:
    whole = counts.sum(axis=0)
    return {
        "opposite_share": rounded(whole[[TOWARDS, AGAINST], [AGAINST, TOWARDS]].sum() / max(whole.sum(), 1)),
        "opposite_share_of_directional": rounded(opposite_share(whole)),
    }


def _by_part(
    wanted: np.ndarray,
    probabilities: np.ndarray,
    owners: np.ndarray,
    kept: np.ndarray | None,
    values: Sequence[str] | np.ndarray,
    rng: np.random.Generator,
) -> dict[str, dict[str, Any]]:
    found, told = {}, np.asarray(values)
    for value in np.unique(told):
        rows = told == value
        counts = confusions(wanted[rows], probabilities[rows].argmax(axis=1), np.unique(owners[rows], return_inverse=True)[1])
        found[str(value)] = {
            "count": int(rows.sum()),
            **_macro(counts, resampled(counts, draws(len(counts), rng))),
            "expected_calibration_error": rounded(calibration_error(wanted[rows], probabilities[rows])),
            "opposite_share_of_directional": rounded(opposite_share(counts.sum(axis=0))),
            **({} if kept is None else {"cannot_tell_share": set_metrics(wanted[rows], kept[rows])["cannot_tell_share"]}),
        }
    return found


def confusions(wanted: np.ndarray, given: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """Return how often each class was taken for each, a document: shape (documents, 4 true, 4 given).

    `owners` numbers each row's document from 0.
    """
    cells = (owners * CLASSES + wanted) * CLASSES + given
    documents = int(owners.max()) + 1 if len(owners) else 0
    return np.bincount(cells, minlength=documents * CLASSES**2).reshape(documents, CLASSES, CLASSES)


def draws(documents: int, rng: np.random.Generator, times: int = RESAMPLES) -> np.ndarray:
    """Return how often a bootstrap draws each document: shape (times, documents)."""
    return rng.multinomial(documents, np.full(documents, 1 / documents), size=times)


def resampled(counts: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the confusions of each draw: shape (times, 4, 4)."""
    # As floating-point numbers, which are multiplied far faster than integers and exact up to 2^53.
    return (drawn.astype(float) @ counts.reshape(len(counts), -1).astype(float)).reshape(-1, CLASSES, CLASSES)


def f1_by_class(counts: np.ndarray) -> np.ndarray:
    """Return F1 by class of confusions of any leading shape; not a number for a class in neither truth nor answers."""
    told = counts.sum(axis=-1) + counts.sum(axis=-2)
    hits = 2 * np.diagonal(counts, axis1=-2, axis2=-1)
    return np.divide(hits, told, out=np.full(told.shape, np.nan), where=told > 0)


def macro_f1(counts: np.ndarray) -> np.ndarray:
    """Return the mean F1 over the classes that occur in the truth or the answers."""
    by_class = f1_by_class(counts)
    occurs = ~np.isnan(by_class)
    return np.where(occurs, by_class, 0).sum(axis=-1) / np.maximum(occurs.sum(axis=-1), 1)


def opposite_share(counts: np.ndarray) -> np.ndarray:
    """Return the share of supportive and restrictive passages that were taken for the other; not a number without any."""
    directional = counts[..., [TOWARDS, AGAINST], :].sum(axis=(-1, -2)).astype(float)
    opposite = counts[..., TOWARDS, AGAINST] + counts[..., AGAINST, TOWARDS]
    return np.divide(opposite, directional, out=np.full(directional.shape, np.nan), where=directional > 0)


def interval(values: np.ndarray) -> tuple[Any, Any]:
    """Return the bounds that hold 95 % of resampled values, over the first axis; None where most draws have none."""
    known = (~np.isnan(values)).mean(axis=0) > 0.5
    bounds = np.nanquantile(np.where(known, values, 0), [0.025, 0.975], axis=0)
    low, high = np.where(known, bounds, np.nan)
    if values.ndim == 1:
        return rounded(low), rounded(high)
    return [rounded(value) for value in low], [rounded(value) for value in high]


def rounded(value: Any) -> float | None:
    """Return a number to four digits, None for one that is none."""
    return None if np.isnan(value) else round(float(value), 4)


def calibration_error(wanted: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the expected calibration error of the most probable class, over ten bins of equal width (Naeini et al. 2015)."""
    bins = reliability(wanted, probabilities)
    return sum(abs(row["accuracy"] - row["confidence"]) * row["count"] for row in bins) / max(len(wanted), 1)


def reliability(wanted: np.ndarray, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """Return for each tenth of confidence that occurs its lower end, the count, mean confidence and accuracy."""
    confidence, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == wanted
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        {
            "from": number / BINS,
            "count": int((bins == number).sum()),
            "confidence": float(confidence[bins == number].mean()),
            "accuracy": float(is_right[bins == number].mean()),
        }
        for number in np.unique(bins).tolist()
    ]


def set_metrics(wanted: np.ndarray, kept: np.ndarray) -> dict[str, float | None]:
    """Return how sets of stances fare: how many hold the true one, how many are single and right, how many cannot tell.

    `kept` has the shape (statements, 4), true where the stance cannot be ruled out.
    """
    holds, is_single = kept[np.arange(len(wanted)), wanted], kept.sum(axis=1) == 1
    return {
        "coverage": rounded(holds.mean()),
        "single_share": rounded(is_single.mean()),
        "single_accuracy": rounded(holds[is_single].mean()) if is_single.any() else None,
        "cannot_tell_share": rounded((~is_single).mean()),
    }


def rule_metrics(truth: Sequence[str], given: Sequence[str], said: Sequence[str]) -> dict[str, float | None]:
    """Return how well cue words alone do, and how often the model errs where they oppose it, and elsewhere.

    `given` are the model's stances, `said` those of the rule.
    """
    wanted, answered = np.asarray(truth), np.asarray(given)
    is_wrong = wanted != answered
    opposed = np.array([is_opposed(one, other) for one, other in zip(given, said, strict=True)], dtype=bool)
    return {
        "macro_f1": rounded(f1_score(wanted, np.asarray(said), average="macro")),
        "opposed_share": rounded(opposed.mean()),
        "error_share_where_opposed": rounded(is_wrong[opposed].mean()) if opposed.any() else None,
        "error_share_elsewhere": rounded(is_wrong[~opposed].mean()) if (~opposed).any() else None,
    }


def sector_metrics(truth: Sequence[Sequence[str]], given: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return micro-F1, macro-F1 over the sectors that occur, and F1 by sector."""
    wanted, answered = (np.array([[sector in row for sector in SECTORS] for row in rows], dtype=int) for rows in (truth, given))
    occurs = np.flatnonzero(wanted.sum(axis=0))
    by_sector = f1_score(wanted, answered, average=None, zero_division=0)
    return {
        "micro_f1": rounded(f1_score(wanted, answered, average="micro", zero_division=0)),
        "macro_f1": rounded(by_sector[occurs].mean()) if len(occurs) else None,
        "f1": {SECTORS[number]: rounded(by_sector[number]) for number in occurs},
    }


def jurisdiction_metrics(truth: Sequence[str | None], given: Sequence[str | None]) -> dict[str, Any]:
    """Return how often the jurisdiction was told right, of the passages for which the truth names one."""
    known = [(wanted, answer) for wanted, answer in zip(truth, given, strict=True) if wanted]
    right = sum(wanted == answer for wanted, answer in known)
    return {"count": len(known), "accuracy": rounded(right / len(known)) if known else None}
