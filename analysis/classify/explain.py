"""Why a stance was given: the terms of a passage with their exact share in the voters' decision."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.ensemble import VotingClassifier
from sklearn.pipeline import Pipeline

from analysis.classify import cues, features, stance
from analysis.classify.features import Passage, columns

TERM_COUNT = 10
"""Terms named in full; what is smaller goes into `other words`."""
SENTENCE, NEIGHBOURS, LETTERS, ORDER = "sentence vector", "neighbours", "letters", "order of cues"
OTHER, LEVEL = "other words", "level"
PARTS = (SENTENCE, NEIGHBOURS, LETTERS, ORDER, OTHER, LEVEL)


def terms(
    fitted: VotingClassifier, passages: Sequence[Passage], inputs: csr_matrix, stances: Sequence[str]
) -> list[list[tuple[str, float]]]:
    """Return for each passage the terms that speak for or against its stance, the strongest first, and then the PARTS.

    Each voter is linear: its decision is the sum, over its inputs, of coefficient times scaled value, and a constant. A term's
    weight is its sum, averaged over the voters, so that all weights of a passage sum to the mean of the voters' decisions.
    A cue's weight is its group's, shared among the group's words; numbers made from several cues count as `other words`.
    `level` is the constant, `sentence vector`, `neighbours`, `letters` and `order of cues` are votes that cannot be read.
    """
    rows = [list(fitted.classes_).index(name) for name in stances]
    shares = [_shares(voter, inputs, rows) for voter in fitted.estimators_]
    found = []
    for number, passage in enumerate(passages):
        weights: dict[str, float] = defaultdict(float)
        for share in shares:
            for name, weight in _named(passage, {kind: values[number] for kind, values in share.items()}):
                weights[name] += weight / len(shares)
        found.append(_strongest(weights))
    return found


def _shares(voter: Pipeline, inputs: csr_matrix, rows: list[int]) -> dict[str, np.ndarray | csr_matrix]:
    """Return what each block of a voter's inputs adds to the decision for each passage's stance, and the constant."""
    scaling, regression = voter[0], voter[-1]
    values = scaling.transform(inputs)
    shares: dict[str, np.ndarray | csr_matrix] = {LEVEL: regression.intercept_[rows]}
    for name, place in scaling.output_indices_.items():
        if name == "remainder":
            continue
        part, weight = values[:, place], regression.coef_[rows][:, place]
        shares[name] = part.multiply(weight).tocsr() if name in stance.GRAMS else _dense(part) * weight
    return shares


def _dense(part: np.ndarray | csr_matrix) -> np.ndarray:
    return part if isinstance(part, np.ndarray) else part.toarray()


def _named(passage: Passage, share: dict) -> list[tuple[str, float]]:
    named = [(LEVEL, float(share[LEVEL]))]
    unread = {"vector": SENTENCE, "before": NEIGHBOURS, "after": NEIGHBOURS, "letters": LETTERS, "cue_grams": ORDER}
    named += [(name, float(share[kind].sum())) for kind, name in unread.items() if kind in share]
    if "words" in share:
        named += _word_weights(passage, share["words"])
    return named + _cue_weights(passage, share["cues"])


def _word_weights(passage: Passage, row: csr_matrix) -> list[tuple[str, float]]:
    """Return each word n-gram with its column's weight, shared among the n-grams that are counted there."""
    value = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
    places = features.word_grams(passage.text[: features.LONGEST])
    sharers = Counter(places.values())
    return [(gram, value.get(place, 0.0) / sharers[place]) for gram, place in places.items()]


def _cue_weights(passage: Passage, values: np.ndarray) -> list[tuple[str, float]]:
    """Return each cue with its share of its group's weight, under its words in lower case; the rest as `other words`."""
    by_group = dict(zip(cues.feature_names(), values.tolist(), strict=True))
    matches = cues.find(passage.text[: features.LONGEST], passage.language)
    counts = Counter(match.label for match in matches)
    named = [
        (passage.text[match.start : match.end].lower(), by_group[match.label] / counts[match.label])
        for match in matches
        if match.label in by_group
    ]
    rest = sum(weight for group, weight in by_group.items() if group not in counts)
    return [*named, (OTHER, rest)]


def _strongest(weights: dict[str, float]) -> list[tuple[str, float]]:
    words = sorted((pair for pair in weights.items() if pair[0] not in PARTS), key=lambda pair: (-abs(pair[1]), pair[0]))
    parts = {name: weights.get(name, 0.0) for name in PARTS}
    parts[OTHER] += sum(weight for _, weight in words[TERM_COUNT:])
    return [(name, round(weight, 4)) for name, weight in (*words[:TERM_COUNT], *parts.items())]


def vector_of(whole: csr_matrix) -> np.ndarray:
    """Return the sentence vectors in a classifier's input: shape (rows, 512)."""
    return whole[:, columns()["vector"]].toarray()
