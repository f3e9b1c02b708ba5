"""Cue words to numbers: what kinds of act, actor and speech a passage names, and how they stand to each other."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from analysis.classify import relations
from analysis.classify.lexicon import Lexicon, Match
from analysis.classify.relations import LEAN

FOLDER = Path(__file__).parent / "cues"
LANGUAGES = ("en", "fr", "zh", "de", "es")
OPPOSITE = {"restrictive": "supportive", "supportive": "restrictive"}
ACTORS = ("authority", "firm", "nobody")
NEGATION_REACH = {"zh": 8}
"""Tokens (characters in Chinese) before an act in which a negation turns it; 6 elsewhere."""
CAP = 3
TEXTS_KEPT = 2_000
"""Texts whose cues are kept at hand: counting, their order and explaining ask for those of a batch one after the other."""


@cache
def lexicon(language: str) -> Lexicon:
    """Return the cue words of a language, labelled `table.group`."""
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Lexicon(
        ((form, f"{table}.{group}") for table, groups in tables.items() for group, forms in groups.items() for form in forms),
        language,
    )


@cache
def groups() -> tuple[str, ...]:
    """Return every `table.group`, the same in all languages, in the order of the files."""
    tables = tomllib.loads((FOLDER / "en.toml").read_text(encoding="utf-8"))
    return tuple(f"{table}.{group}" for table, kinds in tables.items() for group in kinds)


def feature_names() -> list[str]:
    """Return the names of the numbers that `cue_features` gives."""
    acts = [f"{lean} by {actor}" for lean in ("supportive", "restrictive") for actor in ACTORS]
    return [*groups(), *acts, "supportive negated", "restrictive negated", "supportive minus restrictive", *relations.NAMES]


@lru_cache(TEXTS_KEPT)
def find(text: str, language: str) -> tuple[Match, ...]:
    """Return the cues of a text; none in a language without a list."""
    return tuple(lexicon(language).find(text)) if language in LANGUAGES else ()


def cue_features(text: str, language: str) -> np.ndarray:
    """Return the passage's cue numbers, each capped at 3 (the difference between -3 and 3), in the order of `feature_names`."""
    matches = find(text, language)
    counts = dict.fromkeys(feature_names(), 0.0)
    for match in matches:
        counts[match.label] += 1
        lean = LEAN.get(match.label.split(".")[0])
        if lean:
            _count_act(counts, match, lean, matches, language)
    supportive, restrictive = (sum(counts[f"{lean} by {actor}"] for actor in ACTORS) for lean in ("supportive", "restrictive"))
    counts["supportive minus restrictive"] = supportive - restrictive
    if language in LANGUAGES:
        counts.update(relations.relations(text, language, matches))
    return np.clip(np.array(list(counts.values())), -CAP, CAP)


def _count_act(counts: dict[str, float], act: Match, lean: str, matches: Sequence[Match], language: str) -> None:
    """Count an act by its nearest actor; a negation before it turns it, except in reversals, which hold their own."""
    if not act.label.startswith("reversal") and _is_negated(act, matches, language):
        counts[f"{lean} negated"] += 1
        lean = OPPOSITE[lean]
    counts[f"{lean} by {_actor(act, matches)}"] += 1


def _is_negated(act: Match, matches: Sequence[Match], language: str) -> bool:
    reach = NEGATION_REACH.get(language, 6)
    return any(match.label.startswith("negation.") and 0 < act.token - match.token <= reach for match in matches)


def _actor(act: Match, matches: Sequence[Match]) -> str:
    actors = [match for match in matches if match.label.split(".")[0] in ("authority", "firm")]
    before = [match for match in actors if match.start < act.start]
    if before:
        return before[-1].label.split(".")[0]
    return actors[0].label.split(".")[0] if actors else "nobody"
