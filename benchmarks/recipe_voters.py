"""The recipe of the stance classifier for any labelled texts: voters whose calibrated probabilities are averaged.

Voters are a logistic regression on TF-IDF of hashed n-grams and other tokens, one on the vectors of each encoder, and a support
vector machine on the mean of all their kernels. Every setting, and who of them votes, is chosen by cross-validation inside the
training texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from scipy.special import softmax
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from analysis.classify.features import GRAM_COUNT
from analysis.classify.stance import best_temperature

WORD_CS = (1.0, 4.0)
SENTENCE_CS = (0.001, 0.003, 0.01)
KERNEL_CS = (1.0, 2.0, 4.0)
KERNEL_LEAST = 50
"""Texts of the rarest class below which a kernel machine falls behind a linear one."""
KERNEL_MOST = 3_000
"""Training texts above which a kernel machine takes minutes."""
FOLDS = 5

Metric = Callable[[Any, Any], float]


@dataclass(frozen=True)
class Inputs:
    """Features of training texts, then test texts: counts by family, and vectors by encoder; each matrix has a row a text."""

    counts: dict[str, csr_matrix]
    vectors: dict[str, np.ndarray]


@dataclass(frozen=True)
class Voter:
    """How decisions are made from features: a maker of estimators by C, and the Cs to choose from."""

    features: Any
    build: Callable[[float], Any]
    strengths: tuple[float, ...]
    is_kernel: bool = False


def hashed(tokens: Sequence[Sequence[str]]) -> csr_matrix:
    """Return the counts of tokens, a row a text, hashed into as many columns as the n-grams are."""
    return FeatureHasher(GRAM_COUNT, input_type="string", alternate_sign=False).transform(tokens)


def predict(inputs: Inputs, labels: np.ndarray, groups: np.ndarray, metric: Metric) -> np.ndarray:
    """Return the predicted labels of the texts after the first `len(labels)`, which train.

    Rows of one group, copies of a text, never stand on both sides of an inner fold. `metric` gives from true and predicted
    labels a figure of which more is better.
    """
    kinds, wanted = np.unique(labels, return_inverse=True)
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    folds = list(splitter.split(wanted, wanted, groups))
    votes = [_vote(voter, wanted, folds, metric) for voter in _voters(inputs, wanted)]
    held_out, asked = (np.array(part) for part in zip(*votes, strict=True))
    voters = _chosen(held_out, wanted, metric)
    return kinds[asked[voters].mean(axis=0).argmax(axis=1)]


def _chosen(held_out: np.ndarray, wanted: np.ndarray, metric: Metric) -> list[int]:
    """Return the voters whose mean is best on held-out folds, the most of them where several do as well."""
    every = range(len(held_out))
    groups = [list(group) for size in range(len(held_out), 0, -1) for group in combinations(every, size)]
    return max(groups, key=lambda group: metric(wanted, held_out[group].mean(axis=0).argmax(axis=1)))


def _voters(inputs: Inputs, wanted: np.ndarray) -> list[Voter]:
    weighted = [_weighted(counts, len(wanted)) for counts in inputs.counts.values()]
    scaled = [StandardScaler().fit(vectors[: len(wanted)]).transform(vectors) for vectors in inputs.vectors.values()]
    voters = [Voter(vectors, _regression, SENTENCE_CS) for vectors in scaled]
    if weighted:
        voters.append(Voter(_seen(hstack(weighted, format="csr"), len(wanted)), _regression, WORD_CS))
    if np.bincount(wanted).min() >= KERNEL_LEAST and len(wanted) <= KERNEL_MOST:
        voters.append(Voter(_kernel(weighted, scaled), _machine, KERNEL_CS, is_kernel=True))
    return voters


def _weighted(counts: csr_matrix, training: int) -> csr_matrix:
    """Return the TF-IDF of one family of tokens; each has a norm of its own, so that no family drowns another."""
    return TfidfTransformer(sublinear_tf=True).fit(counts[:training]).transform(counts)


def _seen(counts: csr_matrix, training: int) -> csr_matrix:
    """Return the columns that training texts fill: most of the hashed ones are empty, and each costs time."""
    return counts[:, np.unique(counts[:training].indices)]


def _kernel(weighted: Sequence[csr_matrix], scaled: Sequence[np.ndarray]) -> np.ndarray:
    """Return the mean of the kernels, cosines of tokens and radial ones of vectors; tokens and vectors count half each."""
    cosines = [np.asarray((counts @ counts.T).todense()) for counts in weighted]
    radial = [rbf_kernel(vectors, gamma=1 / vectors.shape[1]) for vectors in scaled]
    return np.mean([np.mean(part, axis=0) for part in (cosines, radial) if part], axis=0)


def _regression(strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, class_weight="balanced", max_iter=300, tol=1e-3)


def _machine(strength: float) -> SVC:
    return SVC(C=strength, kernel="precomputed", class_weight="balanced")


def _vote(voter: Voter, wanted: np.ndarray, folds: Sequence[Any], metric: Metric) -> tuple[np.ndarray, np.ndarray]:
    """Return calibrated probabilities of the training texts, held out, and of the others, by the C that is best held out."""
    best: tuple[float, float, np.ndarray] | None = None
    for strength in voter.strengths:
        held_out = np.zeros((len(wanted), wanted.max() + 1))
        for train, test in folds:
            held_out[test] = _decide(voter, strength, wanted, train, test)
        score = metric(wanted, held_out.argmax(axis=1))
        if best is None or score > best[0]:
            best = score, strength, held_out
    assert best is not None
    rows = voter.features.shape[0]
    decisions = _decide(voter, best[1], wanted, np.arange(len(wanted)), np.arange(len(wanted), rows))
    temperature = best_temperature(best[2], wanted)
    return softmax(best[2] / temperature, axis=1), softmax(decisions / temperature, axis=1)


def _decide(voter: Voter, strength: float, wanted: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return the decisions for `test` rows of an estimator fitted on `train` rows, a column a class."""
    known, asked = voter.features[train], voter.features[test]
    if voter.is_kernel:
        known, asked = known[:, train], asked[:, train]
    found = voter.build(strength).fit(known, wanted[train]).decision_function(asked)
    return found if found.ndim == 2 else np.column_stack([-found, found]) / 2
