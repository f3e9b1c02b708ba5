"""The stance classifier: voters averaged, calibrated by one temperature, and sets of stances that keep a promised coverage."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import log_softmax, softmax
from sklearn import config_context
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis.classify.features import columns
from analysis.tables import STANCES

CUE_WEIGHT = 2.0
"""Of a cue number beside one number of a sentence vector."""
SENTENCE_C = 0.0007
GRAMS = ("words", "letters", "cue_grams")
GRAM_WEIGHT = 0.7
WORD_CUE_WEIGHT = 0.15
"""Of a cue number beside n-grams of a kind, whose squares sum to 1 before they are weighted."""
WORD_C = 1.0
COVERAGE = 0.9
"""Share of the statements of each stance whose set of stances shall hold it."""
TINY = 1e-12


def build_model(has_vectors: bool = True) -> VotingClassifier:
    """Return the unfitted stance classifier over `features.inputs`: the mean of its voters' probabilities.

    `sentence` is a logistic regression on the vectors of the passage and its neighbours and the cue numbers, `words` one on
    n-grams of words, letters and cue groups and the cue numbers. Without vectors `words` votes alone.
    """
    # Only so may it be told which steps take the weights of examples.
    with config_context(enable_metadata_routing=True):
        voters = [("sentence", _sentence_voter())] if has_vectors else []
        return VotingClassifier([*voters, ("words", _word_voter())], voting="soft")


def _sentence_voter() -> Pipeline:
    held = columns()
    parts = [(name, _scaler(), held[name]) for name in ("vector", "before", "after", "cues")]
    scaled = ColumnTransformer(parts, transformer_weights={"cues": CUE_WEIGHT}, sparse_threshold=0)
    return make_pipeline(scaled, _regression(SENTENCE_C, 1000))


def _word_voter() -> Pipeline:
    held = columns()
    # Each kind of n-gram by itself, or the many letters would leave little to words and runs of cues.
    kinds = [(name, TfidfTransformer(sublinear_tf=True), held[name]) for name in GRAMS]
    parts = [*kinds, ("cues", _scaler(), held["cues"])]
    weights = {**dict.fromkeys(GRAMS, GRAM_WEIGHT), "cues": WORD_CUE_WEIGHT}
    weighted = ColumnTransformer(parts, transformer_weights=weights, sparse_threshold=1)
    return make_pipeline(weighted, _regression(WORD_C, 300))


def _scaler() -> StandardScaler:
    # The mean stays, so that a neighbour that is missing stays zero.
    return StandardScaler(with_mean=False).set_fit_request(sample_weight=False)


def _regression(penalty: float, rounds: int) -> LogisticRegression:
    regression = LogisticRegression(C=penalty, class_weight="balanced", max_iter=rounds, tol=1e-3)
    return regression.set_fit_request(sample_weight=True)


def fitted(has_vectors: bool, inputs: csr_matrix, stances: np.ndarray, weights: np.ndarray) -> VotingClassifier:
    """Return the stance classifier fitted on rows of `features.inputs` with their stances and weights."""
    with config_context(enable_metadata_routing=True):
        return build_model(has_vectors).fit(inputs, stances, sample_weight=weights)


def best_temperature(decisions: np.ndarray, wanted: np.ndarray) -> float:
    """Return the temperature whose softmax gives held-out decisions the smallest log loss (Guo et al. 2017).

    `decisions` has the shape (statements, classes), `wanted` the index of each true class. The order of the classes stays
    as it is, which a calibration of each class by itself would not promise.
    """
    rows = np.arange(len(wanted))

    def loss(logarithm: float) -> float:
        return float(-log_softmax(decisions / np.exp(logarithm), axis=1)[rows, wanted].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def decisions(votes: np.ndarray) -> np.ndarray:
    """Return the logarithms of mean probabilities, which a temperature scales."""
    return np.log(np.maximum(votes, TINY))


def calibrated(votes: np.ndarray, temperature: float) -> np.ndarray:
    """Return calibrated probabilities of mean votes, both of the shape (statements, classes)."""
    return softmax(decisions(votes) / temperature, axis=1)


def set_limits(probabilities: np.ndarray, wanted: np.ndarray, coverage: float = COVERAGE) -> np.ndarray:
    """Return for each class the smallest probability that still belongs to the set: class-conditional split conformal.

    `probabilities` are held-out and calibrated, `wanted` the index of each true class. A set of all classes that reach their
    limit then holds the true one in at least `coverage` of the statements of each class, as far as new statements are like
    these (Sadinle et al. 2019). A class with too few statements for that always belongs.
    """
    limits = np.zeros(probabilities.shape[1])
    for kind in range(probabilities.shape[1]):
        own = np.sort(probabilities[wanted == kind, kind])
        rank = int(np.floor((1 - coverage) * (len(own) + 1)))
        limits[kind] = own[rank - 1] if rank else 0.0
    return limits


def stance_sets(probabilities: np.ndarray, limits: np.ndarray) -> list[tuple[str, ...]]:
    """Return for each row the stances that reach their limit, the most probable first; none or several mean: cannot tell."""
    return [
        tuple(STANCES[kind] for kind in np.argsort(-row, kind="stable") if row[kind] >= limits[kind]) for row in probabilities
    ]


def disagreement(voters: np.ndarray) -> np.ndarray:
    """Return half the summed difference of two voters' probabilities: shape (2, statements, classes) to (statements,), 0 to 1.

    One voter alone never disagrees.
    """
    if len(voters) < 2:
        return np.zeros(voters.shape[1])
    return np.abs(voters[0] - voters[1]).sum(axis=1) / 2
