"""The learning queue: which statements teach a model most, with a random part that keeps the rest honest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from analysis.classify.labelling.audit import Candidate, Drawn

QUEUE_SIZE = 50
RANDOM_SHARE = 0.25
DISAGREEMENT_SHARE = 0.25
POOL = 4
"""How many times as many candidates as are wanted are looked at for being different from each other."""

Vectors = Callable[[np.ndarray], np.ndarray]
"""Gives the sentence vectors of the candidates at these positions; the `__getitem__` of an array of all of them does."""


def learning_queue(
    candidates: Sequence[Candidate],
    disagreement: Mapping[str, float],
    vectors: Vectors,
    size: int,
    rng: np.random.Generator,
) -> list[Drawn]:
    """Return up to `size` candidates to be labelled: a quarter random, half of small margin, a quarter of large disagreement.

    `disagreement` of the voters is by statement, larger where they differ more; what has none is not chosen for it, and where
    too few have one their places go to small margins. The languages share the size as evenly as they can fill it. What is
    chosen is spread: of the nearest candidates, grouped by k-means over their vectors, the best of each group.
    The same text is asked once. The order is random, so that it tells nothing of the reason.
    """
    once = {candidate.text_key: candidate for candidate in sorted(candidates, key=lambda c: c.statement_id, reverse=True)}
    places = [number for number, candidate in enumerate(candidates) if once[candidate.text_key] is candidate]
    by_language: dict[str, list[int]] = {}
    for number in places:
        by_language.setdefault(candidates[number].language, []).append(number)
    languages = sorted(by_language)
    drawn = []
    for language, share in zip(languages, spread(size, [len(by_language[name]) for name in languages]), strict=True):
        drawn += _of_language(candidates, by_language[language], disagreement, vectors, share, rng)
    return [drawn[number] for number in rng.permutation(len(drawn))]


def spread(total: int, rooms: Sequence[int]) -> list[int]:
    """Return how many each takes so that none takes more than its room, and all take as evenly as they can."""
    taken = [0] * len(rooms)
    for _ in range(min(total, sum(rooms))):
        free = [number for number, room in enumerate(rooms) if taken[number] < room]
        taken[min(free, key=lambda number: taken[number])] += 1
    return taken


def margins(candidates: Sequence[Candidate]) -> np.ndarray:
    """Return by how much the most probable stance of each is ahead of the next."""
    ordered = np.sort(np.array([candidate.probabilities for candidate in candidates]), axis=1)
    return ordered[:, -1] - ordered[:, -2]


def _of_language(
    candidates: Sequence[Candidate],
    numbers: Sequence[int],
    disagreement: Mapping[str, float],
    vectors: Vectors,
    size: int,
    rng: np.random.Generator,
) -> list[Drawn]:
    by_chance, by_disagreement = round(size * RANDOM_SHARE), round(size * DISAGREEMENT_SHARE)
    # Drawn before the others, from all: only so it shows what all are like.
    random = [int(number) for number in rng.choice(numbers, by_chance, replace=False)]
    drawn = [Drawn(candidates[number], "random", by_chance / len(numbers)) for number in random]
    left = _without(numbers, random)
    differing = [number for number in left if disagreement.get(candidates[number].statement_id, 0) > 0]
    differing.sort(key=lambda number: -disagreement[candidates[number].statement_id])
    torn = _spread_out(differing, min(by_disagreement, len(differing)), vectors, rng)
    left = _without(left, torn)
    margin = margins([candidates[number] for number in left]) if left else np.empty(0)
    nearest = [left[place] for place in np.argsort(margin, kind="stable")]
    close = _spread_out(nearest, min(size - len(random) - len(torn), len(nearest)), vectors, rng)
    return [
        *drawn,
        *(Drawn(candidates[number], "disagreement", None) for number in torn),
        *(Drawn(candidates[number], "margin", None) for number in close),
    ]


def _spread_out(best_first: Sequence[int], count: int, vectors: Vectors, rng: np.random.Generator) -> list[int]:
    """Return the best of each of `count` groups of the first candidates, grouped by their vectors."""
    from sklearn.cluster import KMeans

    pool = list(best_first[: POOL * count])
    if len(pool) <= count or count < 2:
        return pool[:count]
    points = vectors(np.array(pool))
    kinds = min(count, len(np.unique(points, axis=0)))
    groups = KMeans(kinds, n_init=1, random_state=int(rng.integers(2**31))).fit_predict(points)
    first = {group: number for number, group in reversed(list(zip(pool, groups, strict=True)))}
    others = _without(pool, list(first.values()))
    # Equal vectors make fewer groups.
    return [*_without(pool, others), *others][:count]


def _without(numbers: Sequence[int], taken: Sequence[int]) -> list[int]:
    gone = set(taken)
    return [number for number in numbers if number not in gone]
