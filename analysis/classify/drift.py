"""Whether a week's statements are still like those before it: figures, thresholds, and what chance alone would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import VotingClassifier

FEWEST, FEWEST_BEFORE = 50, 100
"""Statements of the week, and of the time before, below which nothing can be told."""
SHUFFLES = 200
CHANCE = 0.99
"""Share of the shuffled figures that a real one must exceed."""
BINS = 5

Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Judged:
    """What a model said of statements; all have one row a statement."""

    documents: np.ndarray
    """Document of each, by any name."""
    probabilities: np.ndarray
    """Shape (statements, 4), columns in the order of STANCES."""
    is_single: np.ndarray
    """Whether one stance alone cannot be ruled out."""
    is_opposed: np.ndarray
    """Whether cue words alone say the opposite stance."""


@dataclass(frozen=True)
class Sampled:
    """What a sample of statements is made of; all have one row a statement."""

    documents: np.ndarray
    gram_counts: np.ndarray
    """Word n-grams."""
    unseen_counts: np.ndarray
    """Those of them that are counted in a column that no training example filled."""
    vectors: np.ndarray
    """Sentence vectors, shape (statements, 512); of no columns where the model uses none."""


@dataclass(frozen=True)
class Limit:
    """What a figure is called and from where on it is a warning or an alarm."""

    name: str
    what: str
    warning: float
    alarm: float


STANCE = Limit("stance shares", "population stability index", 0.1, 0.25)
CONFIDENCE = Limit("highest probability", "population stability index", 0.1, 0.25)
CANNOT_TELL = Limit("share of cannot tell", "change", 0.1, 0.2)
OPPOSED = Limit("share of stances that cue words oppose", "change", 0.05, 0.1)
UNSEEN = Limit("n-grams unseen in training", "estimated rise of their share", 0.1, 0.25)
VECTORS = Limit("mean sentence vector", "squared distance over mean squared spread", 0.05, 0.1)


@dataclass(frozen=True)
class Finding:
    """One figure of a week against the time before."""

    limit: Limit
    count: int
    """Statements of the week that it is made of."""
    value: float | None = None
    """None where there is not enough to tell."""
    chance: float = 0.0
    """What 99 % of random divisions of the same documents stay below."""

    @property
    def severity(self) -> str:
        """`critical` for an alarm, `warning`, else `info`."""
        if self.value is None or self.value < self.limit.warning or self.value <= self.chance:
            return "info"
        return "critical" if self.value >= self.limit.alarm else "warning"

    @property
    def words(self) -> str:
        """The figure with its limits, in words."""
        if self.value is None:
            return f"{self.limit.name}: not enough ({self.count} statements)"
        bounds = f"warning from {self.limit.warning:g}, alarm from {self.limit.alarm:g}"
        return f"{self.limit.name}: {self.limit.what} {self.value:.3f}, by chance up to {self.chance:.3f}; {bounds}"


def judged_drift(week: Judged, before: Judged, rng: np.random.Generator) -> list[Finding]:
    """Return how a week's judgements differ from those before it: shares of stances, confidence, share of "cannot tell", cue
    words that oppose it.

    Shares are compared by the population stability index, sum over classes of (p - q) ln(p / q); the highest probability in
    five bins that each hold a fifth of the time before.
    """
    limits = [STANCE, CONFIDENCE, CANNOT_TELL, OPPOSED]
    if not _is_enough(len(week.documents), len(before.documents)):
        return [Finding(limit, len(week.documents)) for limit in limits]
    edges = np.quantile(before.probabilities.max(axis=1), np.arange(1, BINS) / BINS)
    classes = week.probabilities.shape[1]
    shown = [
        np.hstack([
            np.eye(classes)[part.probabilities.argmax(axis=1)],
            np.eye(BINS)[np.searchsorted(edges, part.probabilities.max(axis=1), side="right")],
            np.eye(2)[part.is_single.astype(int)],
            np.eye(2)[part.is_opposed.astype(int)],
        ])
        for part in (week, before)
    ]  # fmt: skip
    places = np.split(np.arange(classes + BINS + 4), [classes, classes + BINS, classes + BINS + 2])
    statistics: list[Statistic] = [_stability, _stability, _moved, _moved]
    told = _tested(shown, week.documents, before.documents, list(zip(places, statistics, strict=True)), rng)
    return [Finding(limit, len(week.documents), *figure) for limit, figure in zip(limits, told, strict=True)]


def sampled_drift(week: Sampled, before: Sampled, unseen_columns: float, rng: np.random.Generator) -> list[Finding]:
    """Return how a week's words and sentence vectors differ from those before it.

    `unseen_columns` is the share of columns that no training example filled: an n-gram that is new falls into one of them
    with that probability, so that their share over it estimates the share of new n-grams. The vectors' figure is the squared
    distance of the two means over the mean squared distance of the earlier vectors to their own mean.
    """
    has_vectors = week.vectors.shape[1] > 0
    limits = [UNSEEN, *([VECTORS] if has_vectors else [])]
    count = len(week.documents)
    if not _is_enough(count, len(before.documents)) or not unseen_columns:
        return [Finding(limit, count) for limit in limits]
    shown = [
        np.column_stack([
            part.unseen_counts,
            part.gram_counts,
            np.ones(len(part.documents)),
            (part.vectors.astype(float) ** 2).sum(axis=1),
            part.vectors,
        ])
        for part in (week, before)
    ]  # fmt: skip
    statistics: list[tuple[np.ndarray, Statistic]] = [
        (np.arange(2), lambda new, old: (_ratio(new) - _ratio(old)) / unseen_columns)
    ]
    if has_vectors:
        statistics.append((np.arange(2, shown[0].shape[1]), _distance))
    told = _tested(shown, week.documents, before.documents, statistics, rng)
    return [Finding(limit, count, *figure) for limit, figure in zip(limits, told, strict=True)]


def _is_enough(week: int, before: int) -> bool:
    return week >= FEWEST and before >= FEWEST_BEFORE


def _tested(
    shown: Sequence[np.ndarray],
    of_week: np.ndarray,
    of_before: np.ndarray,
    statistics: Sequence[tuple[np.ndarray, Statistic]],
    rng: np.random.Generator,
) -> list[tuple[float, float]]:
    """Return each statistic of the week against before, and what random divisions of the documents stay below.

    Whole documents are divided, because statements of one are alike. Each statistic is given sums over statements, of the
    columns named beside it: shape (divisions, columns).
    """
    names, owners = np.unique(np.concatenate([of_week, of_before]), return_inverse=True)
    sums = np.zeros((len(names), shown[0].shape[1]))
    np.add.at(sums, owners, np.vstack(shown))
    everything, week = sums.sum(axis=0), shown[0].sum(axis=0)
    size = len(np.unique(of_week))
    shuffled = [sums[rng.choice(len(names), size, replace=False)].sum(axis=0) for _ in range(SHUFFLES)]
    new = np.vstack([week, *shuffled])
    old = everything - new
    found = []
    for places, statistic in statistics:
        values = statistic(new[:, places], old[:, places])
        found.append((float(values[0]), float(np.quantile(values[1:], CHANCE))))
    return found


def _stability(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    # Half a statement is added to each class, so that none is empty.
    shares = [(counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True) for counts in (new, old)]
    return ((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum(axis=1)


def _moved(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    return np.abs(_share(new, 0) - _share(old, 0))


def _share(counts: np.ndarray, column: int) -> np.ndarray:
    return counts[:, column] / np.maximum(counts.sum(axis=1), 1)


def _ratio(counts: np.ndarray) -> np.ndarray:
    return counts[:, 0] / np.maximum(counts[:, 1], 1)


def _distance(new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Return the distance of means from sums of counts, squared lengths and vectors, in this order of columns."""
    means = [sums[:, 2:] / np.maximum(sums[:, :1], 1) for sums in (new, old)]
    spread = old[:, 1] / np.maximum(old[:, 0], 1) - (means[1] ** 2).sum(axis=1)
    return ((means[0] - means[1]) ** 2).sum(axis=1) / np.maximum(spread, 1e-12)


def seen_columns(fitted: VotingClassifier) -> np.ndarray:
    """Return which columns of word n-grams the training examples filled: shape (65536,).

    A column that was always zero has coefficients of exactly zero, since nothing but the penalty acts on them.
    """
    voter = fitted.named_estimators_["words"]
    return np.asarray((voter[-1].coef_[:, voter[0].output_indices_["words"]] != 0).any(axis=0))
