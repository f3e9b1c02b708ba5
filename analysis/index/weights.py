"""How much stories and authorities count: the one declared table, checked, and what it gives each statement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from analysis.catalogue.declaration import Declaration, declare, load
from analysis.errors import CatalogueError, ValidationError
from analysis.tables import LEVELS, RANKS
from analysis.tables.words import ACTS

FILE = Path(__file__).parent / "weights.toml"
COLLECTIVE, SUBNATIONAL = "collective", "subnational"
QUOTATION, PARAPHRASE = "quotation", "paraphrase"
USUAL_ACT = "speech"
"""Act of statements of which none is told."""
NAMES = {
    "speaker": (*RANKS, COLLECTIVE, SUBNATIONAL),
    "act": ACTS,
    "press": (QUOTATION, PARAPHRASE),
    "authority": LEVELS,
}
"""What the table must give a weight, each once."""


class Weight(Declaration):
    """One line of the table."""

    of: Literal["speaker", "act", "press", "authority"]
    name: str
    value: float = Field(gt=0, le=2)
    why: str = Field(min_length=10)


@dataclass(frozen=True)
class Weights:
    """The declared weights, by what they are of and by name, in the order of the file."""

    lines: tuple[Weight, ...]

    def of(self, what: str) -> dict[str, float]:
        """Return the weights of one kind by name."""
        return {line.name: line.value for line in self.lines if line.of == what}

    def rows(self) -> list[dict[str, Any]]:
        """Return the table as it is printed: of, name, value, why."""
        return [line.model_dump() for line in self.lines]


@cache
def declared_weights(path: Path = FILE) -> Weights:
    """Return the weights of a file. Raises CatalogueError for a weight that is missing, twice, unknown or not above 0."""
    raw = load(path).get("weight", [])
    lines = tuple(declare(Weight, line, path) for line in raw)
    told = [(line.of, line.name) for line in lines]
    wanted = [(of, name) for of, names in NAMES.items() for name in names]
    wrong = [
        *(("is missing", one) for one in wanted if one not in told),
        *(("is unknown", one) for one in told if one not in wanted),
        *(("stands twice", one) for one in sorted(set(told)) if told.count(one) > 1),
    ]
    if wrong:
        what, (of, name) = wrong[0]
        raise CatalogueError(f"{path.name}: the weight of {of} {name} {what}: each of {', '.join(NAMES[of])} has one line")
    return Weights(lines)


def statement_weights(signals: pd.DataFrame, weights: Weights) -> np.ndarray:
    """Return w = L x T of each row.

    The columns are `rank` (empty: the body as a whole), `level` of the authority, `channel`, `is_quotation` and, where there is
    one, `act`. Raises ValidationError for a rank, level or act that has no weight.
    """
    speaker, press = weights.of("speaker"), weights.of("press")
    rank = _looked_up(signals["rank"].fillna(COLLECTIVE), speaker, "rank")
    _looked_up(signals["level"], weights.of("authority"), "level")
    is_regional = (signals["level"] == SUBNATIONAL).to_numpy()
    acts = signals["act"].fillna(USUAL_ACT) if "act" in signals else pd.Series(USUAL_ACT, index=signals.index)
    act = _looked_up(acts, weights.of("act"), "act")
    told = np.where(signals["is_quotation"].to_numpy(dtype=bool), press[QUOTATION], press[PARAPHRASE])
    level = np.where(is_regional, np.minimum(rank, speaker[SUBNATIONAL]), rank)
    return level * np.where((signals["channel"] == "press").to_numpy(), told, act)


def authority_weights(levels: pd.Series, weights: Weights) -> np.ndarray:
    """Return the fixed weight of authorities of these levels. Raises ValidationError for an unknown level."""
    return _looked_up(levels, weights.of("authority"), "level")


def _looked_up(values: pd.Series, known: dict[str, float], what: str) -> np.ndarray:
    found = values.map(known)
    if found.isna().any():
        unknown = values[found.isna()].iloc[0]
        raise ValidationError(f"{what} {unknown!r} has no weight: add it to {FILE.name}, or mend what gave it")
    return found.to_numpy(dtype=float)
