"""Vintages: what is new against what was held, what is provisional, and how much figures moved after they were first given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analysis.tables import PROVISIONAL_WEEKS

LAST_LAG = 26
"""Weeks up to which revisions are told: what changes later is an archive that was filled, or another model."""
SAME = 1e-6
"""Difference below which figures are the same: they are drawn in single precision, whose last bit differs between machines."""
REVISIONS = ["window_weeks", "lag_weeks", "point_count", "mean_revision", "largest_revision"]


def is_provisional(week_on: date, as_of_at: datetime) -> bool:
    """Whether a figure of the window that ends with the week of this Monday may still change, at a moment (aware)."""
    end = datetime.combine(week_on, datetime.min.time(), UTC) + timedelta(weeks=1)
    return as_of_at < end + timedelta(weeks=PROVISIONAL_WEEKS)


def new_vintages(
    computed: pd.DataFrame, held: pd.DataFrame, key: Sequence[str], figures: Sequence[str], empty: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the computed points that differ from the latest held ones, then an empty one for each held one that is gone.

    The frames have the columns of `key`, which tells points apart, and `figures`, what is compared. `empty` holds the figures
    of a point that nothing is left of; one that is so already is not given again. The result has key and figures.
    """
    columns = [*key, *figures]
    before = held[columns]
    beside = computed[list(key)].merge(before, on=list(key), how="left", indicator="side")
    is_known = (beside["side"] == "both").to_numpy()
    is_changed = ~is_known | _differ(computed[figures].reset_index(drop=True), beside[figures])
    found = before[list(key)].merge(computed[list(key)], on=list(key), how="left", indicator="side")
    gone = before[(found["side"] == "left_only").to_numpy()].reset_index(drop=True)
    nothing = pd.DataFrame([dict(empty)] * len(gone), columns=list(figures), dtype=object)
    gone = pd.concat([gone[list(key)], nothing], axis=1)[_differ(gone[figures], nothing)]
    changed = computed.loc[is_changed, columns].astype(object)
    return pd.concat([changed, gone.astype(object)], ignore_index=True)


def _differ(one: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Return for each row whether a figure differs; what is missing on both sides is the same."""
    found = np.zeros(len(one), bool)
    for name in one.columns:
        left, right = one[name], other[name]
        if _is_text(left) or _is_text(right):
            found |= (left.astype(object).where(left.notna(), "") != right.astype(object).where(right.notna(), "")).to_numpy()
        else:
            now, then = (pd.to_numeric(side.astype(object)).to_numpy(dtype=float, na_value=np.nan) for side in (left, right))
            found |= ~np.isclose(now, then, rtol=0, atol=SAME, equal_nan=True)
    return found


def _is_text(values: pd.Series) -> bool:
    return any(isinstance(value, str) for value in values.dropna().unique())


def revisions(vintages: pd.DataFrame, key: Sequence[str], figure: str = "balance") -> pd.DataFrame:
    """Return the revision triangle: by window and lag in weeks, how far the figure known then was from the newest one.

    `vintages` has the columns of `key` (with week_on and window_weeks), as_of_at (aware) and the figure. The lag counts whole
    weeks from the end of the window; a point counts at the lags from its first vintage up to the newest vintage of all, where
    it had a figure then and has one now. The columns are REVISIONS.
    """
    names, told = list(key), vintages.sort_values("as_of_at", kind="stable").reset_index(drop=True)
    moments, week = pd.to_datetime(told["as_of_at"], utc=True), pd.Timedelta(weeks=1)
    ends = pd.to_datetime(told["week_on"]).dt.tz_localize("UTC") + week
    told = told.assign(
        lag_weeks=np.maximum(np.ceil((moments - ends) / week), 0).astype(int),
        until=np.minimum((moments.max() - ends) // week, LAST_LAG) + 1,
        last=told.groupby(names)[figure].transform(lambda rows: rows.iloc[-1]),
    )
    known = told.drop_duplicates([*names, "lag_weeks"], keep="last").reset_index(drop=True)
    # What was known at a lag is known at the later ones, until the next vintage.
    following = known.groupby(names)["lag_weeks"].shift(-1).fillna(known["until"])
    times = (np.minimum(following, known["until"]) - known["lag_weeks"]).clip(lower=0).astype(int)
    spread = known.loc[known.index.repeat(times)]
    lags = spread["lag_weeks"] + spread.groupby(level=0).cumcount()
    moved = (spread["last"].astype(float) - spread[figure].astype(float)).abs()
    by_lag = pd.DataFrame({"window_weeks": spread["window_weeks"], "lag_weeks": lags, "moved": moved}).dropna()
    found = by_lag.groupby(["window_weeks", "lag_weeks"])["moved"]
    return found.agg(point_count="size", mean_revision="mean", largest_revision="max").reset_index()[REVISIONS]
