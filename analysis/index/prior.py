"""The past of each body and line: what an authority is thought to say before its window is read, and who is missing in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.index.balance import MASSES
from analysis.index.cells import BODY, Cells, Units
from analysis.tables import SCOPES

PAST_WEEKS = 104
"""Two years: long enough for the seasons of an authority, short enough to forget who led it before."""
KAPPA_MEAN = 30.0
"""Stories that the line of the jurisdiction counts for in the past of an authority, and that of the sector in the past of a
jurisdiction: as many as a figure needs to be published."""
EVEN = np.full(len(MASSES), 1 / len(MASSES))
"""What is thought of a sector without any past."""
FIRST_MONDAY = pd.Timestamp("1970-01-05")
SUMS = [*MASSES, "weight", "square"]
WEIGHT, SQUARE = SUMS.index("weight"), SUMS.index("square")


@dataclass(frozen=True)
class Past:
    """Running sums of each body's stories, week by week."""

    bodies: np.ndarray
    """Number of the body of each unit."""
    levels: np.ndarray
    """Fixed weight of each body."""
    body: np.ndarray
    """Body of each running sum; body and week ascend."""
    week: np.ndarray
    sums: np.ndarray

    def until(self, body: np.ndarray, week: np.ndarray) -> np.ndarray:
        """Return the sums (SUMS) of bodies up to weeks, these included."""
        span = int(max(self.week.max(initial=0), week.max(initial=0))) + 2
        place = np.searchsorted(self.body * span + self.week, body * span + np.maximum(week, -1), side="right") - 1
        is_there = (place >= 0) & (self.body[place] == body) if len(self.body) else np.zeros(len(place), bool)
        return np.where(is_there[:, None], self.sums[place], 0) if len(self.body) else np.zeros((len(place), len(SUMS)))

    def between(self, body: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Return the sums of bodies over weeks, both ends included."""
        return self.until(body, last) - self.until(body, first - 1)


def past(told: Units) -> Past:
    """Return the running sums of all units."""
    rows = told.rows
    summed = pd.DataFrame(rows[MASSES].to_numpy() * rows["weight"].to_numpy()[:, None], columns=MASSES)
    summed = summed.assign(weight=rows["weight"], square=np.square(rows["weight"]))
    body = rows.groupby(BODY, sort=True).ngroup().to_numpy()
    sums = summed.groupby([body, week_number(rows["week_on"])], sort=True).sum()
    running = sums.groupby(level=0).cumsum()
    levels = rows["authority_weight"].groupby(body).first().to_numpy(dtype=float)
    return Past(
        body,
        levels,
        running.index.get_level_values(0).to_numpy(),
        running.index.get_level_values(1).to_numpy(),
        running[SUMS].to_numpy(),
    )


def week_number(weeks: pd.Series) -> np.ndarray:
    """Return the number of each Monday, counted in weeks from one far back."""
    return ((weeks - FIRST_MONDAY) // pd.Timedelta(weeks=1)).to_numpy()


def shares_before(told: Past, held: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Return the prior shares (cells, 4), and the share of weight present (cells,), of each cell.

    A prior is p = (n q + KAPPA_MEAN r) / (n + KAPPA_MEAN): q the shares over the PAST_WEEKS strictly before the window, with
    fixed weights of the bodies in a line, n their effective stories, r the prior of the next wider scope, EVEN for the widest.
    The share of weight present is the fixed weight of the bodies with a story in the window over that of the bodies with one in
    the PAST_WEEKS up to its end.
    """
    cell, body = _pairs(told, held)
    last = week_number(held.rows["week_on"])[cell]
    first = last - held.rows["window_weeks"].to_numpy()[cell] + 1
    level, count = told.levels[body], len(held.rows)
    spoke = told.between(body, last - PAST_WEEKS + 1, last)[:, WEIGHT] > 0
    speaks = told.between(body, first, last)[:, WEIGHT] > 0
    present = np.bincount(cell, level * speaks, count) / np.bincount(cell, level * (spoke | speaks), count)
    own = told.between(body, first - PAST_WEEKS, first - 1)
    shares, effective = _mean_of_bodies(cell, np.where(own[:, WEIGHT] > 0, level, 0), own, count)
    return _shrunk(held, shares, effective), np.minimum(present, 1)


def _pairs(told: Past, held: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Return cell and body for each body that is ever in the series of a cell, also before the windows that are asked for."""
    series = held.rows["series"].to_numpy()
    bodies = np.tile(told.bodies, len(held.series))
    known = pd.DataFrame({"series": held.series.ravel(), "body": bodies}).drop_duplicates()
    found = pd.DataFrame({"series": series, "cell": np.arange(len(series))}).merge(known, on="series")
    return found["cell"].to_numpy(), found["body"].to_numpy()


def _mean_of_bodies(cell: np.ndarray, level: np.ndarray, sums: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean shares of the bodies of each cell with their fixed weights, and its effective number of stories."""
    weight, square = np.where(level > 0, sums[:, WEIGHT], 1), np.where(level > 0, sums[:, SQUARE], 1)
    whole = np.bincount(cell, level, count)
    known = np.where(whole > 0, whole, 1)
    summed = [np.bincount(cell, level * sums[:, number] / weight, count) for number in range(len(MASSES))]
    # The variance of a weighted mean of means: each body's falls with its own effective stories.
    variance = np.bincount(cell, np.square(level) * square / np.square(weight), count)
    return np.stack(summed, axis=1) / known[:, None], whole**2 / np.where(variance > 0, variance, 1)


def _shrunk(held: Cells, shares: np.ndarray, effective: np.ndarray) -> np.ndarray:
    prior = np.tile(EVEN, (len(shares), 1))
    scope = held.rows["scope"].to_numpy()
    for name in reversed(SCOPES):
        is_of = scope == name
        wider = np.where((held.parent[is_of] >= 0)[:, None], prior[held.parent[is_of]], EVEN)
        own = effective[is_of, None]
        prior[is_of] = (own * shares[is_of] + KAPPA_MEAN * wider) / (own + KAPPA_MEAN)
    return prior
