"""What cue words alone say of a stance: needs no labelled statement, and is a second opinion on every judgement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.classify import cues
from analysis.classify.relations import LEAN
from analysis.tables import STANCES

WEIGHTS = {"authority": 1.0, "nobody": 0.5}
"""Of an act by its nearest actor; a firm's act is nobody's position. Others were no better on statements from life: see the
decisions."""
DIRECTIONS = ("supportive", "restrictive")


def answers(numbers: np.ndarray) -> np.ndarray:
    """Return the stance that the cue numbers of each passage tell, an array of names.

    `numbers` has the columns of `cues.feature_names` and a row a passage. The lean of more acts wins; without a lean an
    authority that is named is neutral, and where none is named there is no signal.
    """
    place = {name: number for number, name in enumerate(cues.feature_names())}
    towards, against = (
        sum(weight * numbers[:, place[f"{lean} by {actor}"]] for actor, weight in WEIGHTS.items()) for lean in DIRECTIONS
    )
    named = numbers[:, [number for name, number in place.items() if name.startswith("authority.")]].any(axis=1)
    told = [towards > against, against > towards, named]
    return np.select(told, ["supportive", "restrictive", "neutral"], "no_signal")


def shares(said: Sequence[str] | np.ndarray, stances: Sequence[str] | np.ndarray) -> np.ndarray:
    """Return the shares of the true stances among statements of which the rule says the same: shape (4 said, 4 true).

    Each is counted once more than seen, so that none is impossible.
    """
    counts = np.ones((len(STANCES), len(STANCES)))
    numbered = [[STANCES.index(name) for name in names] for names in (said, stances)]
    np.add.at(counts, tuple(numbered), 1)
    return counts / counts.sum(axis=1, keepdims=True)


def is_opposed(one: str, other: str) -> bool:
    """Whether one stance is supportive and the other restrictive."""
    return {one, other} == set(DIRECTIONS)


def terms(text: str, language: str, said: str) -> list[tuple[str, float]]:
    """Return the acts of a text that lean, in their order: 1 for those that lean as the rule says, -1 for the others."""
    leaning = [(text[match.start : match.end], LEAN.get(match.label.split(".")[0])) for match in cues.find(text, language)]
    return [(words, 1.0 if lean == said else -1.0) for words, lean in leaning if lean]
