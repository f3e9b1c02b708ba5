"""A fitted classifier: how it is made from examples, and what it says of passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from analysis.classify import cues, encoder, explain, features, rule, sectors, stance
from analysis.classify.features import Passage
from analysis.classify.training import TrainingSet
from analysis.errors import ModelError
from analysis.tables import SECTORS, STANCES

FOLDS = 5
ENOUGH_REAL = 500
"""Real or people's statements from which on they alone calibrate: composed ones are clearer than life."""
COMPOSED_WEIGHT = 0.5
"""Of a composed statement for the sectors, beside one from life."""
BATCH = 1_000
"""Passages whose features are held in memory at once."""


@dataclass(frozen=True)
class Model:
    """A fitted classifier, what calibrates it, and the languages of its examples."""

    model_id: str
    stance: VotingClassifier
    sectors: sectors.SectorModel
    """The fitted sector classifier, with its thresholds."""
    temperature: float
    set_limits: tuple[float, ...]
    """Probability from which on a stance belongs to the set, in the order of STANCES."""
    languages: tuple[str, ...]
    without_signs: tuple[float, ...]
    """Shares of the stances, in the order of STANCES, among statements without any authority, sector or cue word."""
    rule_shares: tuple[tuple[float, ...], ...]
    """Those among the examples of which the rule over cue words says each stance, in the order of STANCES."""

    @property
    def has_vectors(self) -> bool:
        """Whether sentence vectors vote."""
        return len(self.stance.estimators_) > 1

    @property
    def judged_languages(self) -> tuple[str, ...]:
        """The languages of its examples, and those with cue words alone, where the rule answers."""
        return (*self.languages, *(language for language in cues.LANGUAGES if language not in self.languages))


@dataclass(frozen=True)
class Judgement:
    """What the model says of one passage."""

    stance: str
    probabilities: dict[str, float]
    stance_set: tuple[str, ...]
    """Stances that cannot be ruled out; none or several mean that the model cannot tell."""
    disagreement: float
    """0 when the voters say the same, 1 when they rule each other out."""
    rule_stance: str
    """What the cue words alone say."""
    sectors: dict[str, float]
    terms: list[tuple[str, float]]
    """Deciding terms with their weights towards the stance; see `explain.terms`, and `rule.terms` where the rule answers."""


@dataclass(frozen=True)
class HeldOut:
    """What models that had not seen them say of the examples."""

    probabilities: np.ndarray
    """Calibrated; shape (examples, 4), columns in the order of STANCES."""
    sectors: np.ndarray
    """Shape (examples, 13), 1 where the sector is given."""


def fit(examples: TrainingSet, model_id: str, has_vectors: bool = True) -> tuple[Model, HeldOut]:
    """Return the model fitted on the examples, and what cross-validation by groups says of them.

    Raises ModelError when a stance has too few examples, or stands in too few documents, to be learnt, and when the encoder
    gives other vectors than those that real statements are kept as.
    """
    _refuse_scarce(examples)
    if has_vectors:
        encoder.check_encoder()
    # The matrices are small: on two threads they took 53 s and 101 s of processor time, on one 38 s.
    with threadpool_limits(1):
        return _fitted(examples, model_id, has_vectors)


def _fitted(examples: TrainingSet, model_id: str, has_vectors: bool) -> tuple[Model, HeldOut]:
    wanted = np.array([STANCES.index(name) for name in examples.stances])
    votes = np.zeros((len(examples), len(STANCES)))
    scores = np.zeros((len(examples), len(SECTORS)))
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=1)
    for train, test in splitter.split(wanted, wanted, examples.groups):
        fitted = _fitted_stance(examples, train, has_vectors)
        votes[test] = _votes(fitted, examples.inputs[test]).mean(axis=0)
        scores[test] = _fitted_sectors(examples, train, has_vectors).decision_function(examples.inputs[test])
    everything = np.arange(len(examples))
    judged = _calibrating(examples)
    temperature = stance.best_temperature(stance.decisions(votes[judged]), wanted[judged])
    probabilities = stance.calibrated(votes, temperature)
    sector_model = _fitted_sectors(examples, everything, has_vectors).tuned(scores[judged], examples.sectors[judged])
    known = tuple(language for language in cues.LANGUAGES if language in set(examples.languages))
    model = Model(
        model_id,
        _fitted_stance(examples, everything, has_vectors),
        sector_model,
        temperature,
        tuple(map(float, stance.set_limits(probabilities[judged], wanted[judged]))),
        known,
        _without_signs(examples, wanted),
        tuple(map(tuple, rule.shares(_rule_answers(examples, judged), examples.stances[judged]).tolist())),
    )
    return model, HeldOut(probabilities, sector_model.given(scores))


def _refuse_scarce(examples: TrainingSet) -> None:
    groups = {name: len(set(examples.groups[examples.stances == name])) for name in STANCES}
    counts = {name: int((examples.stances == name).sum()) for name in STANCES}
    if scarce := [name for name in STANCES if counts[name] < 2 * FOLDS or groups[name] < FOLDS]:
        raise ModelError(
            f"fewer than {2 * FOLDS} examples of {', '.join(scarce)}, or from fewer than {FOLDS} documents: "
            "add labelled passages"
        )


def _without_signs(examples: TrainingSet, wanted: np.ndarray) -> tuple[float, ...]:
    """Return how often each stance stands without a sign, each counted once more, so that none is impossible."""
    held = features.columns()
    counts = examples.inputs[:, held["cues"].start : held["neighbour_sector_words"].stop].toarray()
    seen = np.bincount(wanted[~features.have_signs(counts)], minlength=len(STANCES)) + 1
    return tuple((seen / seen.sum()).tolist())


def _rule_answers(examples: TrainingSet, rows: np.ndarray) -> np.ndarray:
    return rule.answers(examples.inputs[rows, features.columns()["cues"]].toarray())


def _calibrating(examples: TrainingSet) -> np.ndarray:
    """Return the rows that calibrate: those from life where there are enough, else all."""
    from_life = np.flatnonzero(examples.origins != "composed")
    return from_life if len(from_life) >= ENOUGH_REAL else np.arange(len(examples))


def _fitted_stance(examples: TrainingSet, rows: np.ndarray, has_vectors: bool) -> VotingClassifier:
    return stance.fitted(has_vectors, examples.inputs[rows], examples.stances[rows], examples.weights[rows])


def _fitted_sectors(examples: TrainingSet, rows: np.ndarray, has_vectors: bool) -> sectors.SectorModel:
    # Composed statements name their sector more plainly than life does.
    weights = examples.weights[rows] * np.where(examples.origins[rows] == "composed", COMPOSED_WEIGHT, 1.0)
    return sectors.build_sectors(features.columns(), has_vectors).fit(examples.inputs[rows], examples.sectors[rows], weights)


def _votes(fitted: VotingClassifier, inputs: csr_matrix) -> np.ndarray:
    """Return each voter's probabilities: shape (voters, rows, 4), columns in the order of STANCES."""
    order = [list(fitted.classes_).index(name) for name in STANCES]
    return np.array([voter.predict_proba(inputs)[:, order] for voter in fitted.estimators_])


def judge(model: Model, passages: Sequence[Passage], skips: bool = False) -> list[Judgement]:
    """Return what the model says of each passage, in their order.

    With `skips` a passage that names no authority, no act that leans and no sector is not looked at further: it gets the shares
    of the stances among such statements, and no sector, so that it counts in no figure. In a language without examples the rule
    over cue words answers, with the shares of the stances where it says the same of examples; its sets are wide.
    """
    judgements: list[Judgement] = []
    for start in range(0, len(passages), BATCH):
        batch = passages[start : start + BATCH]
        counts = features.counted(batch)
        has_sign = features.have_signs(counts) if skips else np.ones(len(batch), dtype=bool)
        looked_at = np.flatnonzero(has_sign).tolist()
        judged = iter(_judge(model, [batch[number] for number in looked_at], counts[looked_at]) if looked_at else ())
        judgements += [next(judged) if sign else _unsigned(model) for sign in has_sign]
    return judgements


def _unsigned(model: Model) -> Judgement:
    probabilities = np.array([model.without_signs])
    (stance_set,) = stance.stance_sets(probabilities, np.array(model.set_limits))
    likeliest = STANCES[int(probabilities.argmax())]
    return Judgement(likeliest, dict(zip(STANCES, model.without_signs, strict=True)), stance_set, 0.0, "no_signal", {}, [])


def _judge(model: Model, passages: Sequence[Passage], counts: np.ndarray) -> list[Judgement]:
    inputs = features.inputs(passages, counts)
    votes = _votes(model.stance, inputs)
    said = rule.answers(counts[:, : len(cues.feature_names())])
    is_taught = np.isin([passage.language for passage in passages], model.languages)
    by_rule = np.array(model.rule_shares)[[STANCES.index(name) for name in said]]
    by_votes = stance.calibrated(votes.mean(axis=0), model.temperature)
    probabilities = np.where(is_taught[:, None], by_votes, by_rule)
    chosen = [STANCES[column] for column in probabilities.argmax(axis=1)]
    sets = stance.stance_sets(probabilities, np.array(model.set_limits))
    relevance = model.sectors.relevance(inputs)
    terms = [
        words if taught else rule.terms(passage.text, passage.language, said)
        for words, taught, passage, said in zip(
            explain.terms(model.stance, passages, inputs, chosen), is_taught, passages, chosen, strict=True
        )
    ]
    apart = np.where(is_taught, stance.disagreement(votes), 0.0)
    return [
        Judgement(
            chosen[number],
            dict(zip(STANCES, map(float, row), strict=True)),
            sets[number],
            float(apart[number]),
            str(said[number]),
            {name: float(value) for name, value in zip(SECTORS, relevance[number], strict=True) if value},
            terms[number],
        )
        for number, row in enumerate(probabilities)
    ]


def recipe(has_vectors: bool = True) -> dict[str, Any]:
    """Return what a model is made of, besides its examples: features, estimators and versions."""
    import sklearn

    return {
        "encoder": encoder.encoder_version() if has_vectors else None,
        "scikit_learn": sklearn.__version__,
        "stance": {
            "voters": [name for name, _ in stance.build_model(has_vectors).estimators],
            "sentence": {"C": stance.SENTENCE_C, "cue_weight": stance.CUE_WEIGHT},
            "words": {"C": stance.WORD_C, "cue_weight": stance.WORD_CUE_WEIGHT, "columns": 2 * features.GRAM_COUNT},
            "calibration": f"one temperature over {FOLDS} folds by publisher, document or sitting",
            "coverage": stance.COVERAGE,
        },
        "sectors": sectors.RECIPE,
        "features": features.digest(),
    }
