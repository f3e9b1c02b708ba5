"""Which sectors a passage is about: counts of the words that point to each, and one linear model per sector beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from analysis.catalogue import sectors
from analysis.classify.lexicon import Lexicon
from analysis.tables import SECTORS

CONTEXT_WEIGHT = 1 / 3
CAP = 3
LONE_HINT = 0.5
GENERAL = "technology_general"
HINT_MARK = "?"
WORDS = "sector_words"
NEIGHBOUR_WORDS = "neighbour_sector_words"
BLOCK_WEIGHTS = {"vector": 1.0, "before": 0.5, "after": 0.5, WORDS: 1.0, NEIGHBOUR_WORDS: 0.5}
PENALTY = 0.3
FEWEST_POSITIVES = 15
PLATEAU = 0.02
"""How far below the best F1 a threshold still counts as good: the middle of the good ones outlasts the best one."""
REACH = 0.5
"""How far below its threshold the nearest sector of a row may lie to be given where no other is."""
RECIPE = {
    "learners": f"logistic regression per sector, C={PENALTY}; words alone below {FEWEST_POSITIVES} positive rows",
    "block_weights": BLOCK_WEIGHTS,
    "thresholds": f"amid those within {PLATEAU} of the best held-out F1; the nearest sector within {REACH} where none passes",
}


@cache
def languages() -> tuple[str, ...]:
    """Return the languages in which every sector has words."""
    return tuple(next(iter(sectors().values())).terms)


@cache
def sector_lexicon(language: str) -> Lexicon:
    """Return the words of a language, and the names of any, labelled with their sectors, blank-separated.

    A sector of which the form is only a hint ends in `?`. A form that only looks like a word of a sector has no label.
    """
    labels: dict[str, list[str]] = {}
    for name, sector in sectors().items():
        names_here = sector.names_zh if language == "zh" else ()
        for form in dict.fromkeys((*sector.terms.get(language, ()), *sector.names, *names_here)):
            labels.setdefault(form, []).append(name)
        for form in dict.fromkeys((*sector.hints.get(language, ()), *sector.hint_names)):
            labels.setdefault(form, []).append(name + HINT_MARK)
        for form in sector.exclusions.get(language, ()):
            labels.setdefault(form, [])
    return Lexicon(((form, " ".join(names)) for form, names in labels.items()), language)


def _found(text: str, language: str) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Return how many words of a text name each sector, and the forms that only hint at each."""
    counts: dict[str, int] = dict.fromkeys(SECTORS, 0)
    hints: dict[str, set[str]] = {sector: set() for sector in SECTORS}
    if language in languages():
        for match in sector_lexicon(language).find(text):
            for label in match.label.split():
                if label.endswith(HINT_MARK):
                    hints[label.removesuffix(HINT_MARK)].add(match.form)
                else:
                    counts[label] += 1
    return counts, hints


def sector_words(text: str, language: str) -> np.ndarray:
    """Return how many words point to each sector, at most 3: shape (13,), in the order of SECTORS.

    Words that only hint at a sector count in company, beside a word that names it or beside another hint at it; a single
    hint counts as a half. In a language without a list none is found.
    """
    counts, hints = _found(text, language)
    return np.array([_pointing(counts[sector], len(hints[sector])) for sector in SECTORS], dtype=np.float64)


def _pointing(named: int, hinted: int) -> float:
    return LONE_HINT if (named, hinted) == (0, 1) else min(named + hinted, CAP)


class SectorModel(ClassifierMixin, BaseEstimator):
    """One logistic regression per sector over some blocks of the classifier's input, and the thresholds of their scores.

    `blocks` maps the name of a block to (first column, column after the last, weight). A sector with fewer than 15
    positive rows is left to its words: its score is their count less a half, so that a named sector is above 0.
    """

    def __init__(self, blocks: dict[str, tuple[int, int, float]], C: float = PENALTY) -> None:
        self.blocks = blocks
        self.C = C

    def fit(self, X: csr_matrix, Y: np.ndarray, sample_weight: np.ndarray | None = None) -> SectorModel:
        """Fit on rows X with labels Y, shape (rows, 13), 0 or 1, in the order of SECTORS; thresholds are 0 until tuned."""
        dense = self._chosen(X)
        self.classes_ = np.arange(Y.shape[1])
        self.is_learnt_ = Y.sum(axis=0) >= FEWEST_POSITIVES
        self.coef_ = np.zeros((Y.shape[1], dense.shape[1]))
        self.intercept_ = np.zeros(Y.shape[1])
        self.thresholds_ = np.zeros(Y.shape[1])
        for number in np.flatnonzero(self.is_learnt_):
            one = LogisticRegression(C=self.C, max_iter=500).fit(dense, Y[:, number], sample_weight=sample_weight)
            self.coef_[number], self.intercept_[number] = one.coef_[0], one.intercept_[0]
        return self

    def tuned(self, scores: np.ndarray, Y: np.ndarray) -> SectorModel:
        """Return this model with the thresholds that suit held-out scores, shape (rows, 13), and their labels."""
        self.thresholds_ = tuned_thresholds(scores, Y)
        return self

    def decision_function(self, X: csr_matrix) -> np.ndarray:
        """Return a score for each row and sector: shape (rows, 13)."""
        scores = self._chosen(X) @ self.coef_.T + self.intercept_
        return np.where(self.is_learnt_, scores, self._block(X, WORDS) - LONE_HINT)

    def given(self, scores: np.ndarray) -> np.ndarray:
        """Return 1 where a sector is given, 0 elsewhere: shape (rows, 13).

        A sector is given where its score passes its threshold; where none does, the nearest one if it lies within reach.
        The general sector is given only where it stands alone.
        """
        margins = scores - self.thresholds_
        passed = margins > 0
        rows, nearest = np.arange(len(margins)), margins.argmax(axis=1)
        passed[rows, nearest] |= margins[rows, nearest] > -REACH
        passed[passed.sum(axis=1) > 1, SECTORS.index(GENERAL)] = False
        return passed.astype(int)

    def relevance(self, X: csr_matrix) -> np.ndarray:
        """Return how relevant each sector is to each row, 0 where it is not given: shape (rows, 13).

        Relevance is 1/2 at the threshold and tends to 1 above it (logistic), a third of it where only words of the
        neighbours point to the sector.
        """
        scores = self.decision_function(X)
        is_borrowed = (self._block(X, WORDS) == 0) & (self._block(X, NEIGHBOUR_WORDS) > 0)
        weight = np.where(is_borrowed, CONTEXT_WEIGHT, 1.0)
        return self.given(scores) * weight * expit(scores - self.thresholds_)

    def _block(self, X: csr_matrix, name: str) -> np.ndarray:
        start, stop, _ = self.blocks[name]
        return X[:, start:stop].toarray()

    def _chosen(self, X: csr_matrix) -> np.ndarray:
        return np.hstack([self._block(X, name) * weight for name, (_, _, weight) in self.blocks.items()])


def build_sectors(columns: Mapping[str, slice], has_vectors: bool = True) -> SectorModel:
    """Return the unfitted sector classifier over an input in which `columns` names the blocks."""
    names = BLOCK_WEIGHTS if has_vectors else (WORDS, NEIGHBOUR_WORDS)
    return SectorModel({name: (columns[name].start, columns[name].stop, BLOCK_WEIGHTS[name]) for name in names})


def tuned_thresholds(scores: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return for each sector the middle of the thresholds with nearly its best F1 on held-out scores; 0 below 15 positive rows.

    `scores` and `Y` have the shape (rows, 13). A sector is given where its score is above its threshold.
    """
    return np.array([_best_threshold(scores[:, number], Y[:, number]) for number in range(Y.shape[1])])


def _best_threshold(scores: np.ndarray, wanted: np.ndarray) -> float:
    if wanted.sum() < FEWEST_POSITIVES:
        return 0.0
    order = np.argsort(-scores, kind="stable")
    ranked = np.append(scores[order], scores.min() - 1)
    f1 = 2 * np.cumsum(wanted[order]) / (np.arange(1, len(order) + 1) + wanted.sum())
    # Equal scores cannot be told apart, so no threshold lies between them.
    f1[ranked[:-1] == ranked[1:]] = 0
    good = np.flatnonzero(f1 >= f1.max() - PLATEAU)
    return float((ranked[good[0]] + ranked[good[-1] + 1]) / 2)
