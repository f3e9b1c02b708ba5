"""Real statements as examples: references, labels and feature rows, never their text.

`references.jsonl` tells where each statement stands and how it was read; `features.npz` holds what the classifier sees of it.
Only who has the documents can make the rows anew: `python -m analysis.real_statements CORPUS`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from scipy.sparse import csr_matrix

from analysis.classify import features
from analysis.classify.features import Passage
from analysis.classify.training import EXAMPLES, TrainingSet, sector_matrix
from analysis.errors import ModelError

FOLDER = EXAMPLES / "real"
REFERENCES = "references.jsonl"
FEATURES = "features.npz"
DENSE = ("vector", "before", "after", "cues", "sector_words", "neighbour_sector_words")
COUNTS = ("words", "letters", "cue_grams")
CURE = "run `python -m analysis.real_statements CORPUS` with the folder of documents that the references name"


def read_references(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Return the references in their order."""
    return [json.loads(line) for line in (folder / REFERENCES).read_text(encoding="utf-8").splitlines()]


def real_statements(folder: Path = FOLDER) -> TrainingSet:
    """Return the real statements as the classifier sees them.

    Raises ModelError when the rows were made with another encoder, other word lists or other references.
    """
    references = read_references(folder)
    try:
        with np.load(folder / FEATURES, allow_pickle=False) as kept:
            rows = {name: kept[name] for name in kept.files}
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / FEATURES} cannot be read ({error}): {CURE}") from error
    expected = {"meaning": features.digest(), "references": text_hashes(references)}
    changed = [name for name, value in expected.items() if str(rows.get(name)) != value]
    if changed:
        what = "encoder or word lists" if "meaning" in changed else "the references"
        raise ModelError(f"the rows of real statements do not fit: {what} have changed since: {CURE}")
    return TrainingSet(
        features.as_matrix([rows[name].astype(np.float32) for name in DENSE], [_counts(rows, name) for name in COUNTS]),
        np.array([row["stance"] for row in references]),
        sector_matrix(row["sectors"] for row in references),
        np.array([row["language"] for row in references]),
        np.array([publisher(row) for row in references]),
        np.ones(len(references)),
        np.array(["real"] * len(references)),
        hashlib.sha256(json.dumps(references, ensure_ascii=False).encode()).hexdigest(),
    )


def publisher(reference: dict[str, Any]) -> str:
    """Return whose text a reference names: its publisher, else the host of its address, else its file.

    Held out by publisher, not by document: the next publisher's style is as new to a model as its texts.
    """
    return reference["publisher"] or urlsplit(reference["address"] or "").hostname or reference["file"]


def text_hashes(references: Sequence[dict[str, Any]]) -> str:
    """Return one hash of the texts that references name, in their order."""
    return hashlib.sha256("".join(row["text_hash"] for row in references).encode()).hexdigest()


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text without its blanks."""
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()


def _counts(rows: dict[str, np.ndarray], name: str) -> csr_matrix:
    parts, place = tuple(rows[f"{name}_{part}"] for part in ("data", "indices", "indptr")), features.columns()[name]
    return csr_matrix(parts, shape=(len(parts[2]) - 1, place.stop - place.start))


def write_features(passages: Sequence[Passage], references: Sequence[dict[str, Any]], folder: Path = FOLDER) -> None:
    """Write the feature rows of passages, which are those of the references in their order.

    Vectors, cue numbers and sector words are kept in 16 bits, counts of n-grams in 8.
    """
    whole, held = features.inputs(passages), features.columns()
    rows: dict[str, Any] = {"meaning": features.digest(), "references": text_hashes(references)}
    for name in DENSE:
        rows[name] = whole[:, held[name]].toarray().astype(np.float16)
    for name in COUNTS:
        part = whole[:, held[name]].tocsr()
        rows |= {
            f"{name}_data": np.minimum(part.data, 255).astype(np.uint8),
            f"{name}_indices": part.indices.astype(np.uint16),
            f"{name}_indptr": part.indptr.astype(np.int32),
        }
    np.savez_compressed(folder / FEATURES, **rows)
