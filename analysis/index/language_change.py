"""A second opinion that needs no stance label: whether what authorities write became harder to recognise by its sector.

After the Policy Change Index (Chan and Zhong, Reading China: Predicting Policy Change with Machine Learning, AEI 2018-11): a
classifier learns from two years which sector a statement is about; a quarter on which it fails speaks another language.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from analysis.errors import ValidationError
from analysis.index.intervals import LEVELS

QUARTERS_BEFORE = 8
"""Two years: every season twice, and a language that is still one."""
FEWEST_QUARTERS = 5
"""Quarters of the window with FEWEST_STATEMENTS below which nobody knows how far ordinary quarters differ."""
FEWEST_STATEMENTS = 30
"""Statements of a quarter below which its mean loss is chance."""
FEWEST_BEFORE = 300
"""Statements of the window below which the classifier has not learned the sectors."""
FEWEST_OF_SECTOR = 20
"""Statements of a sector in the window below which it is left out."""
MOST_OF_QUARTER = 100
"""Statements of each quarter that are looked at, drawn by the seed: nine fits of 800 rows take some seconds."""
STRENGTH = 1.0
"""C of the logistic regression on vectors of length 1."""
STEPS = 100
"""Steps of the fit at most: one that is a few steps short predicts as well, and every quarter's is as short."""
LEAST_PROBABILITY = 1e-3
"""Probability below which a miss costs no more: one misread statement is not to carry a quarter."""


@dataclass(frozen=True)
class LanguageChange:
    """What is told of one quarter; figures are empty with a reason."""

    statement_count: int
    before_count: int
    jump: float | None = None
    """Mean loss (nats) of the quarter beyond that of quarters left out of the window."""
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    @property
    def has_changed(self) -> bool | None:
        """Whether the whole interval is above 0; None where it cannot be judged."""
        return None if self.low is None else self.low > 0

    @property
    def words(self) -> str:
        """The finding in words."""
        if self.reason:
            return f"cannot be judged: {self.reason.replace('_', ' ')}"
        return "language changed" if self.has_changed else "not"


def window_of(published_on: pd.Series, quarter: pd.Period) -> np.ndarray:
    """Return for each day how many quarters before `quarter` it lies; -1 for one outside of it and the window, and for none."""
    days = pd.to_datetime(published_on)
    number = (days.dt.year * 4 + days.dt.quarter).fillna(-1).to_numpy()
    age = quarter.year * 4 + quarter.quarter - number
    return np.where((age >= 0) & (age <= QUARTERS_BEFORE), age, -1).astype(int)


def sampled(statements: pd.DataFrame, quarter: pd.Period, seed: int) -> np.ndarray:
    """Return the numbers of the rows that are looked at: of each quarter at most MOST_OF_QUARTER, drawn by the seed.

    `statements` has statement_id, published_on and sector. A statement's chance depends on its own id alone, so that neither
    the order nor what comes later changes what is drawn. Sectors with too few statements in the window are left out.
    """
    age = window_of(statements["published_on"], quarter)
    of_window = statements.loc[age > 0, "sector"].value_counts()
    known = of_window.index[of_window >= FEWEST_OF_SECTOR]
    kept = np.flatnonzero((age >= 0) & statements["sector"].isin(known).to_numpy())
    drawn = pd.util.hash_array((f"{seed} " + statements["statement_id"].iloc[kept].astype(str)).to_numpy(dtype=object))
    order = kept[np.lexsort((drawn, age[kept]))]
    place = np.arange(len(order)) - np.searchsorted(age[order], age[order])
    return order[place < MOST_OF_QUARTER]


def language_change(statements: pd.DataFrame, vectors: np.ndarray, quarter: pd.Period) -> LanguageChange:
    """Return whether the language of a quarter differs from that of the two years before.

    `statements` are those of `sampled`: published_on and sector, one each; `vectors` has a row for each. For every quarter of
    the window a classifier learns from the others; its loss, less the mean loss of the statement's sector, tells how far
    ordinary quarters differ. The quarter's own is that of a classifier of the whole window. The interval is that of the
    prediction of one more quarter (Student's t, 90 %). Rows after the quarter are not looked at.
    """
    if len(vectors) != len(statements):
        raise ValidationError(f"{len(vectors)} vectors for {len(statements)} statements: give one for each")
    age = window_of(statements["published_on"], quarter)
    sectors, names = pd.factorize(statements["sector"], sort=True)
    before = age > 0
    counts = {"statement_count": int((age == 0).sum()), "before_count": int(before.sum())}
    sizes = np.bincount(age[before], minlength=QUARTERS_BEFORE + 1)
    told = np.flatnonzero(sizes >= FEWEST_STATEMENTS)
    if counts["before_count"] < FEWEST_BEFORE or len(np.unique(sectors[before])) < 2:
        return LanguageChange(**counts, reason="too_few_before")
    if counts["statement_count"] < FEWEST_STATEMENTS:
        return LanguageChange(**counts, reason="too_few_statements")
    if len(told) < FEWEST_QUARTERS:
        return LanguageChange(**counts, reason="too_few_quarters")
    losses = np.full(len(age), np.nan)
    for left_out in (0, *told):
        rows = age == left_out
        losses[rows] = _losses(vectors, sectors, before & ~rows, rows)
    usual = pd.Series(losses[before]).groupby(sectors[before]).mean().reindex(range(len(names))).to_numpy()
    beyond = losses - np.where(np.isnan(usual), np.nanmean(losses[before]), usual)[sectors]
    return _jump(counts, beyond[age == 0], [beyond[age == number] for number in told])


def _losses(vectors: np.ndarray, sectors: np.ndarray, learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Return -log of the probability that the classifier gives to each asked row's own sector; one never learned costs most."""
    model = LogisticRegression(C=STRENGTH, max_iter=STEPS, class_weight="balanced")
    with warnings.catch_warnings():
        # A fit a few steps short of its end predicts as well, and every quarter's is as short.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(vectors[learned], sectors[learned])
    probabilities = model.predict_proba(vectors[asked])
    column = {name: place for place, name in enumerate(model.classes_)}
    places = np.array([column.get(name, -1) for name in sectors[asked]])
    own = np.where(places >= 0, probabilities[np.arange(len(places)), places], 0)
    return -np.log(np.maximum(own, LEAST_PROBABILITY))


def _jump(counts: dict[str, Any], quarter: np.ndarray, ordinary: list[np.ndarray]) -> LanguageChange:
    """Return the quarter's mean beyond the mean of ordinary quarters, with the interval of one more quarter."""
    means = np.array([rows.mean() for rows in ordinary])
    number = len(means)
    # A quarter with fewer statements than the ordinary ones errs by more than they differ.
    own = max(means.var(ddof=1), quarter.var(ddof=1) / len(quarter))
    error = float(np.sqrt(own + means.var(ddof=1) / number))
    jump = float(quarter.mean() - means.mean())
    low, high = (jump + float(stats.t.ppf(level, number - 1)) * error for level in LEVELS)
    return LanguageChange(**counts, jump=jump, low=low, high=high)
