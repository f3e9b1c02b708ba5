"""Regimes: stretches of weeks between which a cell's balance lies at different levels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ValidationError
from analysis.index.intervals import LEVELS
from analysis.index.shifts import INSTRUMENT_CHANGE, SHIFTED
from analysis.tables import FIRST

SHORTEST = 6
"""Weeks of a regime: a window of four weeks holds two whole ones of it then."""
OVERLAP_WEEKS = 4
"""Weeks of the series' windows: points nearer than that share stories."""
TO_DEVIATION = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""
LEAST_DEVIATION = 0.02
"""A balance is never known better than this: where the series stands still, rounding must not make regimes."""
NEAR_DAYS = 7
"""A break that lies this near to a change of the instrument may be its work."""
REGIME = ["started_on", "ended_on", "mean", "low", "high", "kind", "found_on"]


def regimes(weeks: Sequence[date], balance: Sequence[float], instrument_changes: Collection[date] = ()) -> pd.DataFrame:
    """Return the regimes (REGIME) of one cell's 4-week series, in order; a series of fewer than two has at most one.

    `weeks` are the Mondays of the windows' last weeks, ascending; `balance` is NaN where there is no figure, and such weeks are
    left out. `started_on` and `ended_on` are the first and last week with a figure; `mean`, `low`, `high` the mean with its
    90 % interval. `kind` tells what the break at its start is: `first`, `shift`, or `instrument change` where a declared
    change of model, source or parser lies within NEAR_DAYS of the break.

    The segments are those of PELT (Killick, Fearnhead and Eckley, JASA 107, 2012; l2 cost, penalty 2 sigma^2 log n), of which
    neighbours are joined, the most alike first, until all differ with intervals that do not overlap. The whole series up to its
    last week is used, so that later weeks may move a break or undo it: `found_on` is the last week that was seen. What was
    known on a day comes of the series up to that day.
    """
    days, values = _checked(weeks, balance)
    if len(values) < SHORTEST:
        return pd.DataFrame(columns=REGIME)
    joined, spread = _joined(values, breaks(values)), deviation(values)
    rows = [
        {
            "started_on": days[start],
            "ended_on": days[end - 1],
            **dict(zip(("low", "mean", "high"), mean_interval(values[start:end], spread), strict=True)),
            "kind": _kind(days[start], instrument_changes) if start else FIRST,
            "found_on": days[-1],
        }
        for start, end in zip([0, *joined], [*joined, len(values)], strict=True)
    ]
    return pd.DataFrame(rows)[REGIME]


def breaks(values: np.ndarray) -> list[int]:
    """Return where PELT begins a new segment, ascending, without 0; none where two segments would not fit."""
    # It brings scipy's optimisers with it: two seconds.
    import ruptures

    if len(values) < 2 * SHORTEST:
        return []
    penalty = 2 * deviation(values) ** 2 * np.log(len(values))
    # jump: the search looks at each week, not at every fifth.
    found = ruptures.Pelt(model="l2", min_size=SHORTEST, jump=1).fit(values.reshape(-1, 1)).predict(pen=penalty)
    return [int(place) for place in found[:-1]]


def deviation(values: np.ndarray) -> float:
    """Return the robust standard deviation of a series about its level, which a few breaks do not widen.

    The median absolute difference of weeks OVERLAP_WEEKS apart, which share no story, over sqrt 2: the residuals of a series
    without its level.
    """
    apart = values[OVERLAP_WEEKS:] - values[:-OVERLAP_WEEKS]
    return max(TO_DEVIATION * float(np.median(np.abs(apart))) / np.sqrt(2), LEAST_DEVIATION)


def mean_interval(values: np.ndarray, spread: float) -> tuple[float, float, float]:
    """Return low, mean and high of a segment: Student's 90 % interval with as many values as windows that share no story.

    `spread` is the deviation of the whole series. A segment that varies more has its own; one that varies less was chosen for
    it: with its own, 20 to 31 % of series of two years without a break had one, so 4 to 11 %.
    """
    count = max(len(values) / OVERLAP_WEEKS, 2)
    half = stats.t.ppf(LEVELS[1], count - 1) * max(float(np.std(values, ddof=1)), spread) / np.sqrt(count)
    mean = float(np.mean(values))
    return max(mean - half, -1.0), mean, min(mean + half, 1.0)


def _joined(values: np.ndarray, found: list[int]) -> list[int]:
    """Return the breaks whose two sides differ with intervals that do not overlap."""
    kept, spread = list(found), deviation(values)
    while kept:
        ends = [0, *kept, len(values)]
        sides = [mean_interval(values[start:end], spread) for start, end in zip(ends, ends[1:], strict=False)]
        apart = [max(one[0] - other[2], other[0] - one[2]) for one, other in zip(sides, sides[1:], strict=False)]
        if min(apart) > 0:
            break
        kept.pop(int(np.argmin(apart)))
    return kept


def _kind(started_on: date, instrument_changes: Collection[date]) -> str:
    is_near = any(abs(changed - started_on) <= timedelta(days=NEAR_DAYS) for changed in instrument_changes)
    return INSTRUMENT_CHANGE if is_near else SHIFTED


def _checked(weeks: Sequence[date], balance: Sequence[float]) -> tuple[list[date], np.ndarray]:
    """Return weeks and values that have a figure. Raises ValidationError for weeks out of order or values off the scale."""
    values = np.asarray(balance, dtype=float)
    days = [pd.Timestamp(week).date() for week in weeks]
    if len(days) != len(values):
        raise ValidationError(f"{len(days)} weeks do not fit {len(values)} balances: give one each")
    if any(later <= sooner for sooner, later in zip(days, days[1:], strict=False)):
        raise ValidationError("the weeks of a series do not ascend: sort them, each once")
    is_given = np.isfinite(values)
    if (np.abs(values[is_given]) > 1).any():
        raise ValidationError("a balance lies outside -1 to 1: give the index, not its change")
    return [day for day, given in zip(days, is_given, strict=True) if given], values[is_given]
