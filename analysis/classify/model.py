"""The stance classifier: a calibrated logistic regression on sentence vectors and cue counts; sectors by words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from analysis.classify import cues, features
from analysis.classify.features import VECTOR_LENGTH, Passage
from analysis.errors import ModelError
from analysis.tables import SECTORS, STANCES

EXAMPLES = Path(__file__).parent / "examples"
CUE_WEIGHT = 4.0
STANCE_C = 0.003
FOLDS = 5
TERM_COUNT = 5


@dataclass(frozen=True)
class Example:
    """A labelled passage."""

    passage: Passage
    stance: str
    sectors: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """A fitted stance classifier, the temperature that calibrates it, and the only languages that it judges."""

    model_id: str
    stance: Pipeline
    temperature: float
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """What the model says of one passage; `terms` are deciding words with their weights towards the stance."""

    stance: str
    probabilities: dict[str, float]
    sectors: dict[str, float]
    terms: list[tuple[str, float]]


def read_examples(paths: Sequence[Path]) -> list[Example]:
    """Return the labelled passages of JSON-lines files with `text`, `language`, `stance` (or `label`) and `sectors`.

    Raises ModelError, naming file and line, for a line that is not such an example.
    """
    examples = []
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"{path} cannot be read ({error}): name a UTF-8 file of labelled lines") from error
        examples += [_example(line, f"{path.name}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not examples:
        raise ModelError(
            f"no examples in {', '.join(path.name for path in paths) or 'no file'}: name a file with labelled lines"
        )
    return examples


def _example(line: str, place: str) -> Example:
    try:
        raw = json.loads(line)
        stance = raw.get("stance") or raw["label"]
        example = Example(Passage(raw["text"], raw.get("language") or "en"), stance, tuple(raw.get("sectors") or ()))
    except (ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{place}: not a labelled passage ({error!r}): it needs text, language and stance") from error
    unknown = {example.stance} - set(STANCES) | set(example.sectors) - set(SECTORS)
    if unknown:
        raise ModelError(f"{place}: unknown label {', '.join(sorted(unknown))}: see docs/annotation_guide.md")
    return example


def build_stance() -> Pipeline:
    """Return the unfitted stance classifier over `features.stance_features`."""
    scaled = ColumnTransformer(
        [("vector", StandardScaler(), slice(0, VECTOR_LENGTH)), ("cues", StandardScaler(), slice(VECTOR_LENGTH, None))],
        transformer_weights={"cues": CUE_WEIGHT},
    )
    return make_pipeline(scaled, LogisticRegression(C=STANCE_C, class_weight="balanced", max_iter=3000, tol=1e-3))


def fit(examples: Sequence[Example], model_id: str) -> tuple[Model, np.ndarray]:
    """Return the model fitted on the examples, and its cross-validated stance probabilities for them.

    The probabilities have the shape (examples, 4), columns in the order of STANCES.
    Raises ModelError when a stance has too few examples to be learnt.
    """
    stances = np.array([example.stance for example in examples])
    scarce = [stance for stance in STANCES if (stances == stance).sum() < 2 * FOLDS]
    if scarce:
        raise ModelError(f"fewer than {2 * FOLDS} examples of {', '.join(scarce)}: add labelled passages")
    passages = [example.passage for example in examples]
    encoded = features.vectors([passage.text for passage in passages])
    inputs = features.stance_features(passages, encoded)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    stance = build_stance().fit(inputs, stances)
    held_out = cross_val_predict(build_stance(), inputs, stances, cv=folds, method="decision_function")
    temperature = best_temperature(held_out, np.searchsorted(stance.classes_, stances))
    model = Model(model_id, stance, temperature, tuple(sorted({passage.language for passage in passages})))
    return model, _probabilities(held_out, model)


def best_temperature(decisions: np.ndarray, wanted: np.ndarray) -> float:
    """Return the temperature whose softmax gives held-out decisions the smallest log loss (Guo et al. 2017).

    `decisions` has the shape (statements, classes), `wanted` the index of each true class. The order of the classes stays
    as it is, which a calibration of each class by itself would not promise.
    """
    rows = np.arange(len(wanted))

    def loss(logarithm: float) -> float:
        return float(-log_softmax(decisions / np.exp(logarithm), axis=1)[rows, wanted].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def _probabilities(decisions: np.ndarray, model: Model) -> np.ndarray:
    """Return calibrated probabilities, columns in the order of STANCES."""
    order = [list(model.stance.classes_).index(name) for name in STANCES]
    return softmax(decisions / model.temperature, axis=1)[:, order]


def judge(model: Model, passages: Sequence[Passage]) -> list[Judgement]:
    """Return what the model says of each passage, in their order."""
    if not passages:
        return []
    inputs = features.stance_features(passages, features.vectors([passage.text for passage in passages]))
    probabilities = _probabilities(model.stance.decision_function(inputs), model)
    return [
        Judgement(
            stance := STANCES[int(row.argmax())],
            dict(zip(STANCES, map(float, row), strict=True)),
            features.find_sectors(passage),
            deciding_terms(model, passage, inputs[number], stance),
        )
        for number, (passage, row) in enumerate(zip(passages, probabilities, strict=True))
    ]


def deciding_terms(model: Model, passage: Passage, inputs: np.ndarray, stance: str) -> list[tuple[str, float]]:
    """Return the cue words of a passage with their weight towards the stance, the strongest first.

    A word's weight is its group's coefficient times the group's scaled value, shared among the group's words.
    The last term, `sentence vector`, is the vote of all that is not a cue.
    """
    row = list(model.stance.classes_).index(stance)
    contribution = model.stance[-1].coef_[row] * model.stance[:-1].transform(inputs.reshape(1, -1))[0]
    by_group = dict(zip(cues.feature_names(), contribution[VECTOR_LENGTH:], strict=True))
    found = cues.find(passage.text, passage.language)
    counts = {match.label: sum(other.label == match.label for other in found) for match in found}
    weights = {passage.text[m.start : m.end]: float(by_group[m.label] / counts[m.label]) for m in found}
    strongest = sorted(weights.items(), key=lambda pair: abs(pair[1]), reverse=True)[:TERM_COUNT]
    vote = ("sentence vector", float(contribution[:VECTOR_LENGTH].sum()))
    return [(word, round(weight, 3)) for word, weight in (*strongest, vote)]


def recipe() -> dict[str, Any]:
    """Return what a model is made of, besides its examples: features, estimators and versions."""
    import sklearn

    return {
        "encoder": features.encoder_version(),
        "scikit_learn": sklearn.__version__,
        "stance": f"logistic regression, C={STANCE_C}, cues weighted {CUE_WEIGHT}, one temperature over {FOLDS} folds",
        "sectors": "words and names of sectors.toml",
        "cue_groups": len(cues.groups()),
    }
