"""Why a stance was given: the terms of a passage with their exact share in the voters' decision."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.ensemble import VotingClassifier

from analysis.classify import cues, features, stance
from analysis.classify.features import Passage
from analysis.classify.lexicon import LANGUAGES_WITHOUT_BLANKS

TERM_COUNT = 10
"""Terms named in full; what is smaller goes into `other words`."""
SENTENCE, NEIGHBOURS, LETTERS, ORDER = "sentence vector", "neighbours", "letters", "order of cues"
OTHER, LEVEL = "other words", "level"
PARTS = (SENTENCE, NEIGHBOURS, LETTERS, ORDER, OTHER, LEVEL)
UNREAD = {"vector": SENTENCE, "before": NEIGHBOURS, "after": NEIGHBOURS, "letters": LETTERS, "cue_grams": ORDER}
"""Blocks of the input that have no words, with the part that tells their vote."""

Shares = dict[str, Any]
"""What each block of the input adds to the decisions, an array or, for n-grams, a sparse matrix with a row a passage."""


def terms(
    fitted: VotingClassifier, passages: Sequence[Passage], inputs: csr_matrix, stances: Sequence[str]
) -> list[list[tuple[str, float]]]:
    """Return for each passage the terms that speak for or against its stance, the strongest first, and then the PARTS.

    Each voter is linear: its decision is the sum, over its inputs, of coefficient times scaled value, and a constant. A term's
    weight is its sum, averaged over the voters, so that all weights of a passage sum to the mean of the voters' decisions.
    A cue's weight is its group's, shared among the group's words; a number made from several cues stands under its own name,
    such as "restrictive by authority".
    `level` is the constant, `sentence vector`, `neighbours`, `letters` and `order of cues` are votes that cannot be read.
    """
    names = list(fitted.classes_)
    shares = _shares(fitted, inputs, np.array([names.index(name) for name in stances], dtype=int))
    parts = _parts(shares)
    found = []
    for number, passage in enumerate(passages):
        weights: dict[str, float] = defaultdict(float)
        for name, weight in (*_word_weights(passage, shares["words"], number), *_cue_weights(passage, shares["cues"][number])):
            weights[name] += weight
        found.append(_strongest(weights, {name: float(values[number]) for name, values in parts.items()}))
    return found


def _shares(fitted: VotingClassifier, inputs: csr_matrix, rows: np.ndarray) -> Shares:
    """Return what each block of inputs adds to the mean decision for each passage's stance, and the constant.

    `rows` tells the row of coefficients, that of the stance, of each passage.
    """
    shares: Shares = {}
    for voter in fitted.estimators_:
        scaling, regression = voter[0], voter[-1]
        values = scaling.transform(inputs)
        told: Shares = {LEVEL: regression.intercept_[rows]}
        for name, place in scaling.output_indices_.items():
            if name != "remainder":
                told[name] = _weighted(values[:, place], regression.coef_[:, place], rows, name in stance.GRAMS)
        for name, share in told.items():
            mine = share / len(fitted.estimators_)
            shares[name] = shares[name] + mine if name in shares else mine
    return shares


def _weighted(part: Any, coefficients: np.ndarray, rows: np.ndarray, is_sparse: bool) -> Any:
    """Return each value times the coefficient of its passage's stance; dense unless it `is_sparse`."""
    if not is_sparse:
        return (part if isinstance(part, np.ndarray) else part.toarray()) * coefficients[rows]
    # Only the coefficients of n-grams that are there: all of them would be a gigabyte for a thousand passages.
    told = coefficients[rows.repeat(np.diff(part.indptr)), part.indices]
    return csr_matrix((part.data * told, part.indices, part.indptr), shape=part.shape)


def _parts(shares: Shares) -> dict[str, np.ndarray]:
    """Return what the constant and the blocks without words add, a number a passage."""
    parts = dict.fromkeys(PARTS, np.zeros(len(shares[LEVEL]))) | {LEVEL: np.asarray(shares[LEVEL])}
    for block, name in UNREAD.items():
        if block in shares:
            parts[name] = parts[name] + np.asarray(shares[block].sum(axis=1)).ravel()
    return parts


def _word_weights(passage: Passage, shares: csr_matrix, number: int) -> list[tuple[str, float]]:
    """Return each word n-gram with its column's weight, shared among the n-grams that are counted there."""
    row = slice(shares.indptr[number], shares.indptr[number + 1])
    value = dict(zip(shares.indices[row].tolist(), shares.data[row].tolist(), strict=True))
    places = features.word_grams(passage.text[: features.LONGEST])
    sharers = Counter(places.values())
    joint = "" if passage.language in LANGUAGES_WITHOUT_BLANKS else " "
    return [(gram.replace(" ", joint), value.get(place, 0.0) / sharers[place]) for gram, place in places.items()]


def _cue_weights(passage: Passage, values: np.ndarray) -> list[tuple[str, float]]:
    """Return each cue with its share of its group's weight, under its words in lower case, and the numbers made of several."""
    by_group = dict(zip(cues.feature_names(), values.tolist(), strict=True))
    matches = cues.find(passage.text[: features.LONGEST], passage.language)
    counts = Counter(match.label for match in matches)
    named = [
        (passage.text[match.start : match.end].lower(), by_group[match.label] / counts[match.label])
        for match in matches
        if match.label in by_group
    ]
    derived = [(name, weight) for name, weight in by_group.items() if name not in counts and weight]
    return [*named, *derived]


def _strongest(weights: dict[str, float], parts: dict[str, float]) -> list[tuple[str, float]]:
    """Return the strongest terms, then the parts; a term with the name of a part (level) goes into `other words`."""
    words = sorted((pair for pair in weights.items() if pair[0] not in PARTS), key=lambda pair: (-abs(pair[1]), pair[0]))
    parts[OTHER] += sum(weight for name, weight in weights.items() if name in PARTS)
    parts[OTHER] += sum(weight for _, weight in words[TERM_COUNT:])
    return [(name, round(weight, 4)) for name, weight in (*words[:TERM_COUNT], *parts.items())]
