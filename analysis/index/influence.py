"""Which stories moved a shift most: how much of the change is gone when a story is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.index.balance import MASSES
from analysis.index.correction import corrected
from analysis.index.intervals import balances

MOST = 5
"""Stories that are listed with a shift: as many as a reader looks at."""
INFLUENCE = ["story_id", "influence", "rank"]


def influences(rows: pd.DataFrame, matrix: np.ndarray | None = None, most: int = MOST) -> pd.DataFrame:
    """Return the stories (INFLUENCE) that moved the change of one cell's balance most, the largest in size first.

    `rows` has a row for each story and authority in one of the two windows: story_id, authority_id, authority_weight (the
    authority's fixed weight), weight (the story's own), the four probabilities by the names of STANCES, and is_recent (the
    recent window, else the one before). `influence` is the change, recent minus before, less the change without any row of the
    story: exactly, with the weights that the other stories of the authority then have. Above 0 it moved the balance up. The
    change is that of the uncorrected balance, or of the corrected one where the response matrix is given. Of stories with the
    same influence the lesser id comes first. A story without which a window has no signal is left out: there is no change then.
    """
    story, names = pd.factorize(rows["story_id"], sort=True)
    moved = np.zeros(len(names))
    for is_recent, sign in ((True, 1), (False, -1)):
        is_inside = (rows["is_recent"] == is_recent).to_numpy()
        moved += sign * _moves(rows[is_inside], story[is_inside], len(names), matrix)
    found = pd.DataFrame({"story_id": names, "influence": moved}).dropna()
    order = np.lexsort((found["story_id"].to_numpy(dtype=str), -found["influence"].abs().round(12).to_numpy()))
    found = found.iloc[order[:most]].reset_index(drop=True)
    return found.assign(rank=np.arange(1, len(found) + 1))[INFLUENCE]


def _moves(rows: pd.DataFrame, story: np.ndarray, story_count: int, matrix: np.ndarray | None) -> np.ndarray:
    """Return, for each story, the balance of a window less the balance without it; 0 for a story that is not in it."""
    body = pd.factorize(rows["authority_id"])[0]
    weight, fixed = rows["weight"].to_numpy(dtype=float), rows["authority_weight"].to_numpy(dtype=float)
    masses = rows[MASSES].to_numpy(dtype=float) * weight[:, None]
    pair, place = np.unique(body * story_count + story, return_inverse=True)
    own_weight, own_mass = np.bincount(place, weight), _sums(place, masses, len(pair))
    of_body, of_story = np.divmod(pair, story_count)
    body_count = int(body.max(initial=-1)) + 1
    whole, mass = np.bincount(of_body, own_weight, body_count), _sums(of_body, own_mass, body_count)
    level = np.zeros(body_count)
    level[body] = fixed
    left = whole[of_body] - own_weight
    # What is left of an authority with this story alone is nothing, and rounding must not divide it by nothing.
    is_left = np.bincount(of_body, minlength=body_count)[of_body] > 1
    others = np.where(is_left[:, None], (mass[of_body] - own_mass) / np.where(is_left, left, 1)[:, None], 0)
    shares = level[:, None] * mass / whole[:, None]
    change = level[of_body, None] * others - shares[of_body]
    total = shares.sum(axis=0)
    without = total + _sums(of_story, change, story_count)
    # Of one story in all, nothing is left but rounding.
    without[(np.bincount(of_story, minlength=story_count) > 0) & (len(np.unique(of_story)) == 1)] = 0
    moved = _balance(total[None], matrix) - _balance(without, matrix)
    return np.where(np.bincount(of_story, minlength=story_count) > 0, moved, 0.0)


def _balance(masses: np.ndarray, matrix: np.ndarray | None) -> np.ndarray:
    return balances(np.maximum(masses, 0) if matrix is None else corrected(np.maximum(masses, 0), matrix))


def _sums(places: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    return np.stack([np.bincount(places, column, size) for column in values.T], axis=1)
