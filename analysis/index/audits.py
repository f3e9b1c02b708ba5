"""The errors of the classifier week by week: response matrices from the audits of the thirteen weeks before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ValidationError
from analysis.index.balance import MASSES
from analysis.index.correction import FEWEST_AUDITED, response_matrix
from analysis.index.intervals import DRAWS, resampled_matrices
from analysis.tables import STANCES

POOLED_WEEKS = 13
"""Weeks of audits that count together: ten answers a week and language then pass the least number."""
ALARM_WEEKS = 13
"""Weeks for which an alarm of drift stands when nothing newer was measured: then the audits before it are out of the pool."""
ALL_LANGUAGES = "all"
AUDIT = ["week_on", "language", "channel", "document_id", "stance", "weight", *MASSES]
ALARMS = ["week_on", "language", "is_alarm"]


@dataclass(frozen=True)
class Errors:
    """What is known of the classifier's errors.

    `audit` has a row an audited statement (AUDIT): the Monday of the week it was drawn from, what people say, the probabilities
    and 1 / inclusion probability. `frozen` is the response matrix (4, 4) of the model's evaluation, None where there is none.
    `alarms` (ALARMS) has the weeks in which drift was measured, by language, `all` for all together.
    """

    audit: pd.DataFrame
    frozen: np.ndarray | None
    alarms: pd.DataFrame


@dataclass(frozen=True)
class Matrices:
    """Response matrices of one week: first that of all languages, then those of `strata` with enough answers of their own."""

    strata: tuple[tuple[str, str], ...]
    """Language and channel."""
    matrix: np.ndarray
    """Shape (1 + strata, 4, 4)."""
    drawn: np.ndarray
    """Those of the resampled audits, shape (1 + strata, draws, 4, 4)."""


NOTHING_KNOWN = Errors(pd.DataFrame(columns=AUDIT), None, pd.DataFrame(columns=ALARMS))


def frozen_matrix(metrics: Sequence[Mapping[str, Any] | None]) -> np.ndarray | None:
    """Return the response matrix (4, 4) of the first of some stored stance metrics that tells every class, or None.

    Column k is the mean probability vector of the statements whose true class is k: `mean_probabilities` of `stance_metrics`.
    """
    for figures in metrics:
        means = (figures or {}).get("mean_probabilities") or {}
        if all(means.get(stance) for stance in STANCES):
            return np.array([means[stance] for stance in STANCES], dtype=float).T
    return None


def pool_sizes(errors: Errors, weeks: pd.Series) -> np.ndarray:
    """Return how many audited statements there are in the POOLED_WEEKS strictly before each week (a Monday)."""
    drawn = np.sort(pd.to_datetime(errors.audit["week_on"]).to_numpy())
    ends, starts = weeks.to_numpy(), (weeks - pd.Timedelta(weeks=POOLED_WEEKS)).to_numpy()
    return np.searchsorted(drawn, ends) - np.searchsorted(drawn, starts)


def matrices(errors: Errors, week_on: pd.Timestamp, draws: int = DRAWS) -> Matrices:
    """Return the matrices of a week: of the audits of the POOLED_WEEKS strictly before it.

    That of all languages is shrunk to the frozen one, that of a language and channel with FEWEST_AUDITED answers to that of
    all. Resampling draws whole documents, by their ids alone. Raises ValidationError without a frozen one.
    """
    weeks = pd.to_datetime(errors.audit["week_on"])
    pool = errors.audit[(weeks < week_on) & (weeks >= week_on - pd.Timedelta(weeks=POOLED_WEEKS))]
    if errors.frozen is None:
        raise ValidationError(
            "the errors of the model on held-out statements are not stored: train it, or `policy-signals evaluate`"
        )
    matrix, drawn = _of(pool, errors.frozen, errors.frozen, draws)
    sizes = pool.groupby(["language", "channel"]).size()
    strata = tuple(sorted((str(language), str(channel)) for language, channel in sizes.index[sizes >= FEWEST_AUDITED]))
    own = [
        _of(pool[(pool["language"] == language) & (pool["channel"] == channel)], matrix, drawn, draws)
        for language, channel in strata
    ]
    return Matrices(strata, np.stack([matrix, *(one for one, _ in own)]), np.stack([drawn, *(many for _, many in own)]))


def _of(pool: pd.DataFrame, towards: np.ndarray, towards_drawn: np.ndarray, draws: int) -> tuple[np.ndarray, np.ndarray]:
    # In an order of their own, so that the order of the rows changes no last digit.
    rows = pool.sort_values(["document_id", "stance", *MASSES])
    shares, weights = rows[MASSES].to_numpy(dtype=float), rows["weight"].to_numpy(dtype=float)
    stances = pd.Index(STANCES).get_indexer(pd.Index(rows["stance"]))
    documents = rows["document_id"].tolist()
    return (
        response_matrix(shares, stances, weights, towards),
        resampled_matrices(shares, stances, weights, documents, towards_drawn, draws),
    )


def mixed(weights: np.ndarray, each: np.ndarray) -> np.ndarray:
    """Return the matrix of each cell: the mean of its strata's, with the weight that the strata have in it.

    `weights` (cells, 1 + strata), `each` (1 + strata, ..., 4, 4); the result is (cells, ..., 4, 4), without the first axis
    where all cells have the same. Holds where the shares in a cell are the same in all its languages.
    """
    shares = weights / weights.sum(axis=1, keepdims=True)
    if (shares == shares[0]).all():
        return np.tensordot(shares[0], each, axes=1)
    return np.tensordot(shares, each, axes=1)


def alarming(errors: Errors, week_on: pd.Timestamp) -> frozenset[str]:
    """Return the languages of which the newest measurement up to a week rings, `all` where that of all together does."""
    alarms = errors.alarms
    weeks = pd.to_datetime(alarms["week_on"])
    known = alarms[(weeks <= week_on) & (weeks > week_on - pd.Timedelta(weeks=ALARM_WEEKS))]
    newest = known[pd.to_datetime(known["week_on"]) == pd.to_datetime(known.groupby("language")["week_on"].transform("max"))]
    return frozenset(newest.loc[newest["is_alarm"].astype(bool), "language"])
