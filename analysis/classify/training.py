"""What a classifier is fitted on: composed examples, real statements kept as figures, people's labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack

from analysis.classify import features
from analysis.classify.features import Passage
from analysis.errors import ModelError
from analysis.tables import SECTORS, STANCES

EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Example:
    """A labelled passage; those of one `group` (document or sitting) never stand on both sides of a split."""

    passage: Passage
    stance: str
    sectors: tuple[str, ...]
    group: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class TrainingSet:
    """Labelled statements as the classifier sees them; all arrays have a row a statement."""

    inputs: csr_matrix
    stances: np.ndarray
    """Names of stances."""
    sectors: np.ndarray
    """Shape (statements, 13), 0 or 1, columns in the order of SECTORS."""
    languages: np.ndarray
    groups: np.ndarray
    weights: np.ndarray
    origins: np.ndarray
    """`composed`, `real` or `people`."""
    digest: str
    """Hash of the labels and of what they belong to."""

    def __len__(self) -> int:
        return len(self.stances)


def read_examples(paths: Sequence[Path]) -> list[Example]:
    """Return the labelled passages of JSON-lines files with `text`, `language`, `stance` (or `label`) and, if any, `sectors`.

    `before` and `after` are its neighbours; a line without a language counts as English. Lines of one `document`, or of one
    `writer` and `split`, are one group. Raises ModelError, naming file and line, for a line that is not such an example, and
    for an `id` that stands twice.
    """
    examples: list[Example] = []
    places: dict[str, str] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"{path} cannot be read ({error}): name a UTF-8 file of labelled lines") from error
        for number, line in enumerate(lines, 1):
            if line.strip():
                place = f"{path.name}, line {number}"
                raw = _object(line, place)
                name = str(raw.get("id") or place)
                if name in places:
                    raise ModelError(f"{place}: the id {name} stands at {places[name]} too: give each line its own id")
                places[name] = place
                examples.append(_example(raw, place))
    if not examples:
        raise ModelError(
            f"no examples in {', '.join(path.name for path in paths) or 'no file'}: name a file with labelled lines"
        )
    return examples


def _object(line: str, place: str) -> dict[str, Any]:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{place}: not a labelled passage ({error}): it needs text, language and stance") from error
    if not isinstance(raw, dict):
        raise ModelError(f"{place}: not a labelled passage but {type(raw).__name__}: it needs text, language and stance")
    return raw


def _example(raw: dict[str, Any], place: str) -> Example:
    needed = [raw.get("text"), raw.get("language") or "en", raw.get("stance") or raw.get("label")]
    told = [words for words in (*needed, raw.get("before") or "", raw.get("after") or "") if isinstance(words, str)]
    if len(told) < 5 or not told[0].strip():
        raise ModelError(f"{place}: not a labelled passage: it needs text and stance, and all its words are text")
    text, language, stance, before, after = told
    try:
        sectors = tuple(raw.get("sectors") or ())
        unknown = {stance} - set(STANCES) | set(sectors) - set(SECTORS)
    except TypeError as error:
        raise ModelError(f"{place}: not a labelled passage ({error}): sectors are a list of words") from error
    if unknown:
        raise ModelError(f"{place}: unknown label {', '.join(sorted(unknown))}: see docs/annotation_guide.md")
    sitting = f"{raw['writer']} {raw['split']}" if "writer" in raw and "split" in raw else place
    return Example(Passage(text, language, before, after), stance, sectors, str(raw.get("document") or sitting))


def composed_examples() -> list[Example]:
    """Return the statements composed for the project."""
    return read_examples(sorted(EXAMPLES.glob("*.jsonl")))


def training_set(examples: Sequence[Example], origin: str = "composed") -> TrainingSet:
    """Return examples as the classifier sees them."""
    shown = [
        (e.passage.language, e.passage.before, e.passage.text, e.passage.after, e.stance, e.sectors, e.weight) for e in examples
    ]
    return TrainingSet(
        features.inputs([example.passage for example in examples]),
        np.array([example.stance for example in examples]),
        sector_matrix(example.sectors for example in examples),
        np.array([example.passage.language for example in examples]),
        np.array([example.group for example in examples]),
        np.array([example.weight for example in examples]),
        np.array([origin] * len(examples)),
        hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest(),
    )


def sector_matrix(rows: Iterable[Sequence[str]]) -> np.ndarray:
    """Return which sectors each row names: shape (rows, 13), columns in the order of SECTORS."""
    return np.array([[sector in row for sector in SECTORS] for row in rows], dtype=np.int8).reshape(-1, len(SECTORS))


def joined(sets: Sequence[TrainingSet]) -> TrainingSet:
    """Return all sets as one."""
    if len(sets) == 1:
        return sets[0]
    names = ("stances", "sectors", "languages", "groups", "weights", "origins")
    return TrainingSet(
        vstack([part.inputs for part in sets], format="csr"),
        **{name: np.concatenate([getattr(part, name) for part in sets]) for name in names},
        digest=hashlib.sha256("".join(part.digest for part in sets).encode()).hexdigest(),
    )


def chosen(whole: TrainingSet, rows: np.ndarray) -> TrainingSet:
    """Return some rows of a set, named by their numbers; their digest tells which."""
    names = ("inputs", "stances", "sectors", "languages", "groups", "weights", "origins")
    told = hashlib.sha256(whole.digest.encode() + np.asarray(rows, dtype=np.int64).tobytes()).hexdigest()
    return replace(whole, **{name: getattr(whole, name)[rows] for name in names}, digest=told)
