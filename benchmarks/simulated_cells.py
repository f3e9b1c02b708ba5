"""Cells whose true balance is known: stories, a classifier that errs, audits, drift. All by fixed seeds, nothing real.

A statement is a point in the plane: one axis tells which way it leans, the other whether it says anything. The classifier knows
the exact chances of the classes in the population it was trained in (TRAINED), and nothing of what changed since.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.index.correction import response_matrix
from analysis.index.intervals import balances, effective_count
from analysis.index.resample import Rows, poisson_counts

TRAINED = np.array([0.25, 0.25, 0.15, 0.35])
PLACES = np.array([[1, 0.45], [0, 0.45], [-1, 0.45], [0, -0.75]])
"""Where the classes lie: supportive and restrictive farthest apart, neutral and no_signal nearest, as real confusions are."""
SEPARATION = {0.55: 1.12, 0.65: 1.47, 0.75: 1.9, 0.85: 2.46}
"""How far the classes are apart, in standard deviations, for each macro-F1 of the classifier at TRAINED."""
DRIFT_SCALE, DRIFT_MOVE = 0.85, np.array([-0.35, -0.15])
"""New words: the classes draw nearer, and all look more restrictive and less of a signal than they are."""
PREVALENCES = ("as trained", "elsewhere", "turned")
SPREAD = 6.0
"""Concentration of the authorities' shares about TRAINED: at F1 0.65 and 120 stories the uncorrected balance then errs by 0.14,
as in the study by which the method was chosen."""
TURN = 0.4
"""By how much a turned authority's balance has left its own past."""
MOST_STATEMENTS, WITHIN_STORY = 3, 0.7
"""Statements of a story, and the correlation root of their features: they share class and wording."""
GOLD, AUDITED = 600, 120
WEIGHTS = (0.7, 1.0, 1.2)


@dataclass(frozen=True)
class Situation:
    """One point of the grid."""

    story_count: int
    macro_f1: float
    prevalence: str
    has_drift: bool
    is_audit_fresh: bool


@dataclass(frozen=True)
class World:
    """Cells of one situation, each with its own truth, stories, audit and past; the first axis is the cell."""

    truth: np.ndarray
    """True balance."""
    rows: Rows
    """A row a story: weighted mean probabilities of its statements."""
    statements: Rows
    """A row a statement, each a cluster of its own: what a bootstrap that knows no stories sees."""
    effective: np.ndarray
    matrix: np.ndarray
    """Response matrix, (cells, 4, 4)."""
    drawn_matrices: np.ndarray
    """Those of the resampled audits, (cells, draws, 4, 4)."""
    prior: np.ndarray
    """What the authority's own past is thought to be: noisy, and shrunk."""


def world(situation: Situation, cells: int, draws: int, seed: int) -> World:
    """Return the cells of a situation; the same seed gives the same."""
    place = [PREVALENCES.index(situation.prevalence), situation.has_drift, situation.is_audit_fresh]
    rng = np.random.default_rng([seed, situation.story_count, round(situation.macro_f1 * 100), *map(int, place)])
    past, shares = _shares(situation.prevalence, cells, rng)
    story, mass, weights, statement_cell, statement_mass = _stories(situation, shares, rng)
    audit = _audit(situation, cells, rng)
    frozen = _frozen(situation, cells, rng)
    counts = poisson_counts(rng.integers(0, 2**63, cells * AUDITED), draws).reshape(cells, AUDITED, draws)
    matrices = [
        (
            response_matrix(*one, weight[None], before)[0],
            response_matrix(*one, weight * count.T, before),
        )
        for *one, weight, before, count in zip(*audit, frozen, counts, strict=True)
    ]
    size, said = len(story), len(statement_cell)
    return World(
        truth=balances(shares),
        rows=Rows(np.arange(size), story, mass, rng.integers(0, 2**63, size), cells),
        statements=Rows(np.arange(said), statement_cell, statement_mass, rng.integers(0, 2**63, said), cells),
        effective=effective_count(weights, story, cells),
        matrix=np.stack([one for one, _ in matrices]),
        drawn_matrices=np.stack([many for _, many in matrices]),
        prior=0.9 * _dirichlet(60 * past + 0.3, rng) + 0.1 * TRAINED,
    )


def probabilities(features: np.ndarray, macro_f1: float) -> np.ndarray:
    """Return the chances of the classes at TRAINED, given the features (..., 2) of statements that did not drift."""
    centres = SEPARATION[macro_f1] * PLACES
    logs = np.log(TRAINED) - 0.5 * np.square(features[..., None, :] - centres).sum(axis=-1)
    likely = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return likely / likely.sum(axis=-1, keepdims=True)


def _centres(classes: np.ndarray, macro_f1: float, has_drift: bool) -> np.ndarray:
    centres = SEPARATION[macro_f1] * PLACES[classes]
    return DRIFT_SCALE * centres + DRIFT_MOVE if has_drift else centres


def _shares(prevalence: str, cells: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of the classes in the authority's past, and now."""
    if prevalence == "as trained":
        return np.tile(TRAINED, (cells, 1)), np.tile(TRAINED, (cells, 1))
    past = 0.96 * rng.dirichlet(SPREAD * TRAINED, cells) + 0.01
    if prevalence == "elsewhere":
        return past, _dirichlet(20 * past + 0.2, rng)
    each, now = np.arange(cells), past.copy()
    wanted = TURN / 2 * past[:, :3].sum(axis=1)
    giver = rng.choice([0, 2], cells)
    giver = np.where(past[each, giver] < wanted, 2 - giver, giver)
    moved = np.minimum(wanted, 0.95 * past[each, giver])
    now[each, giver] -= moved
    now[each, 2 - giver] += moved
    return past, now


def _stories(
    situation: Situation, shares: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return cell, weighted probabilities and weight of each story, then cell and weighted probabilities of each statement."""
    shape = (len(shares), situation.story_count)
    classes = (rng.random((*shape, 1)) > shares.cumsum(axis=1)[:, None, :-1]).sum(axis=-1)
    common = WITHIN_STORY * rng.standard_normal((*shape, 1, 2))
    own = np.sqrt(1 - WITHIN_STORY**2) * rng.standard_normal((*shape, MOST_STATEMENTS, 2))
    centres = _centres(classes, situation.macro_f1, situation.has_drift)[:, :, None]
    said = probabilities(centres + common + own, situation.macro_f1)
    has = np.arange(MOST_STATEMENTS) < 1 + rng.binomial(MOST_STATEMENTS - 1, 0.4, shape)[..., None]
    weights = rng.choice(WEIGHTS, shape)
    mean = (said * has[..., None]).sum(axis=2) / has.sum(axis=2)[..., None]
    cell = np.repeat(np.arange(shape[0]), shape[1])
    statement_cell = np.broadcast_to(np.arange(shape[0])[:, None, None], has.shape)[has]
    statement_mass = (weights[..., None, None] * said)[has]
    return cell, (weights[..., None] * mean).reshape(-1, 4), weights.ravel(), statement_cell, statement_mass


def _audit(situation: Situation, cells: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return probabilities, classes and weights of audited items: those that seem to hold no signal are drawn half as often."""
    shape = (cells, 4 * AUDITED)
    classes = rng.choice(4, shape, p=TRAINED)
    centres = _centres(classes, situation.macro_f1, situation.has_drift and situation.is_audit_fresh)
    said = probabilities(centres + rng.standard_normal(centres.shape), situation.macro_f1)
    chance = np.where(said.argmax(axis=-1) == 3, 0.5, 1.0)
    drawn = np.argsort(rng.exponential(size=shape) / chance, axis=1)[:, :AUDITED]
    each = np.arange(cells)[:, None]
    return said[each, drawn], classes[each, drawn], 1 / chance[each, drawn]


def _frozen(situation: Situation, cells: int, rng: np.random.Generator) -> np.ndarray:
    """Return the matrices of evaluations before any drift, each on its own gold items."""
    classes = rng.choice(4, (cells, GOLD), p=TRAINED)
    centres = _centres(classes, situation.macro_f1, False)
    said = probabilities(centres + rng.standard_normal(centres.shape), situation.macro_f1)
    even = np.full((4, 4), 0.25)
    return np.stack([response_matrix(*one, np.ones(GOLD), even, pseudo=1.0) for one in zip(said, classes, strict=True)])


def _dirichlet(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return one draw for each row of weights."""
    drawn = rng.standard_gamma(weights)
    return drawn / drawn.sum(axis=1, keepdims=True)
