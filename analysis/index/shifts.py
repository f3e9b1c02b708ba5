"""Shifts: changes of the balance that are larger than chance, over all cells of a run.

Two questions are asked of the last weeks against those before. Is there a change at all? That is tested on the uncorrected
balances: both windows are read by the same classifier, so that where nothing changed what it reads does not change either, and
the test need not carry the uncertainty of the correction. Is it large? That is the probability, by the corrected balances.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ValidationError
from analysis.index.cells import SERIES
from analysis.index.correction import corrected
from analysis.index.gate import withheld_points
from analysis.index.intervals import LEVELS, corrected_draws, corrected_interval, quantiles, widened
from analysis.tables import BREAKS

SHIFTED, INSTRUMENT_CHANGE = BREAKS
RECENT_WEEKS = 4
"""A month: as long as an authority with eight stories a week needs for the 30 of the gate."""
BEFORE_WEEKS = 26
"""Half a year before the recent weeks: long enough that its own error is small beside theirs, short enough to be one policy."""
THRESHOLD = 0.2
"""Change of the balance, which lies in [-1, 1], that a reader would call one."""
MONITOR = 0.80
"""Probability from which a shift is listed."""
CRITICAL = 0.95
"""Probability from which a shift is critical, when it lasts into a second run or comes with a binding act."""
FALSE_SHARE = 0.10
"""Share of false ones among the changes told over all cells of a run."""
NEAR_WEEKS = 1
"""Weeks before the recent ones in which a change of the instrument may still be what shows in them."""
LARGEST = 2.0
"""The largest change there can be: from one end of the scale to the other."""
FIGURES = [
    "change", "low", "high", "probability", "p_value", "q_value", "level", "is_corrected", "effective_count", "before_count",
    "reason", "reason_window",
]  # fmt: skip
SHIFT = [*SERIES, *FIGURES]


@dataclass(frozen=True)
class Drawn:
    """What is known of one window of all cells of a run; the first axis of every array is the cell."""

    raw: np.ndarray
    """Uncorrected balance in each resample, shape (cells, draws)."""
    corrected: np.ndarray
    """Corrected balance in each resample (`window_draws`), shape (cells, draws); NaN where the correction is withheld. Both
    windows must be made with the same resampled matrices, so that their error cancels, and with different seeds."""
    effective: np.ndarray
    """n_eff of the stories."""
    date_count: np.ndarray
    healthy_share: np.ndarray
    audited_count: np.ndarray
    """Audited items behind the correction; not asked where it is withheld."""


def shifts(
    cells: pd.DataFrame,
    recent: Drawn,
    before: Drawn,
    is_binding: np.ndarray,
    earlier: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return a row a cell (SHIFT), in the order of `cells`: its change, how sure it is, its level, or why it was not judged.

    `cells` has the columns SERIES, each cell once. `is_binding` tells which cells hold a binding act in the recent window,
    `earlier` are the shifts of the run one week before (SERIES, change, probability, q_value). `change`, `low` and `high` are
    median and 90 % interval of recent minus before; `probability` that the change is larger than THRESHOLD in either direction;
    `level` is None for what is no shift. `reason` is that of the gate and `reason_window` whose it is (`recent` or `before`);
    such a cell has no figures (NaN). Raises ValidationError where arrays do not fit the cells.
    """
    _check(cells, recent, before, is_binding)
    reason, whose = _withheld(recent, before)
    is_judged = pd.isna(reason)
    is_corrected = _is_corrected(recent) & _is_corrected(before)
    found = cells[SERIES].reset_index(drop=True).assign(
        effective_count=recent.effective, before_count=before.effective, is_corrected=is_corrected,
        reason=pd.Series(reason, dtype=object), reason_window=pd.Series(whose, dtype=object),
    )  # fmt: skip
    for name in ("change", "low", "high", "probability", "p_value", "q_value"):
        found[name] = np.full(len(found), np.nan)
    if is_judged.any():
        which = np.flatnonzero(is_judged)
        difference = np.where(is_corrected[:, None], recent.corrected - before.corrected, recent.raw - before.raw)[which]
        fewest = np.minimum(recent.effective, before.effective)[which]
        low, middle, high = quantiles(difference, (LEVELS[0], 0.5, LEVELS[1]))
        low, high = widened(low, middle, high, fewest, LARGEST)
        p = p_values(recent.raw[which], before.raw[which], recent.effective[which], before.effective[which])
        told = {"change": middle, "low": low, "high": high, "probability": probabilities(difference)}
        for name, values in (told | {"p_value": p, "q_value": stats.false_discovery_control(p, method="bh")}).items():
            found.loc[which, name] = values
    found["level"] = pd.Series(levels(found, is_binding, earlier), dtype=object)
    return found[SHIFT]


def window_draws(masses: np.ndarray, matrices: np.ndarray, effective: np.ndarray, cell_seeds: np.ndarray) -> np.ndarray:
    """Return draws (cells, draws) of the corrected balance of one of the two windows; NaN in a cell without any mass.

    As `corrected_draws`, with the window's own corrected shares as what is thought before: what the authority used to say would
    pull both windows to the same place and the difference to zero, by a tenth with thirty statements a week. Give the two
    windows the same `matrices` and different `cell_seeds`.
    """
    found = np.full(masses.shape[:2], np.nan)
    which = np.flatnonzero((masses.sum(axis=-1) > 0).any(axis=-1) & (effective > 1))
    if len(which):
        used = matrices if matrices.ndim == 3 else matrices[which]
        # A resample that drew no story at all says what the others say together.
        told = masses[which]
        whole = told.sum(axis=1, keepdims=True)
        told = np.where(told.sum(axis=-1, keepdims=True) > 0, told, whole)
        own = corrected(whole[:, 0], used.mean(axis=-3))
        found[which] = corrected_draws(told, used, own, effective[which], cell_seeds[which])
    return found


def kind(week_on: date, instrument_changes: Collection[date]) -> str:
    """Return what a shift is: `instrument change` where one took effect in the recent weeks or NEAR_WEEKS before, else `shift`.

    `week_on` is the Monday of the last of the recent weeks.
    """
    first = week_on - timedelta(weeks=RECENT_WEEKS - 1 + NEAR_WEEKS)
    is_near = any(first <= changed < week_on + timedelta(weeks=1) for changed in instrument_changes)
    return INSTRUMENT_CHANGE if is_near else SHIFTED


def probabilities(difference: np.ndarray) -> np.ndarray:
    """Return the share of the draws (cells, draws) of a difference that are larger than THRESHOLD in size; NaN is no draw."""
    is_drawn = np.isfinite(difference)
    return (np.abs(difference) > THRESHOLD).sum(axis=1) / np.maximum(is_drawn.sum(axis=1), 1)


def p_values(recent: np.ndarray, before: np.ndarray, recent_effective: np.ndarray, before_effective: np.ndarray) -> np.ndarray:
    """Return how often a difference as large as that of two windows comes by chance where nothing changed, two-sided.

    `recent` and `before` are the uncorrected balances in each resample, shape (cells, draws). Their difference over its
    standard deviation is referred to the normal distribution, so that p values can be smaller than one draw in all, which
    Benjamini-Hochberg needs with many cells. A story's worth of variance on each side stands for what resampling misses.
    1 - probability is no p value to that end: it tests whether a change is above THRESHOLD, and in `benchmarks.shifts` it tells
    23 % of the shifts of 0.4 of which this tells 86 % (30 statements with a stance a week, each a story, macro-F1 0.75).
    """
    difference = recent - before
    variance = np.nanvar(difference, axis=1) + 1 / np.square(recent_effective) + 1 / np.square(before_effective)
    return 2 * stats.norm.sf(np.abs(np.nanmean(difference, axis=1)) / np.sqrt(variance))


def levels(found: pd.DataFrame, is_binding: np.ndarray, earlier: pd.DataFrame | None) -> np.ndarray:
    """Return `critical`, `monitor` or None for each cell.

    A shift is a change that is told at FALSE_SHARE over all cells and has a probability of MONITOR. It is critical with a
    probability of CRITICAL and a binding act, or CRITICAL in the run before too, in the same direction.
    """
    is_told = (found["q_value"] <= FALSE_SHARE).to_numpy()
    is_sure = is_told & (found["probability"] >= CRITICAL).to_numpy()
    lasts = np.zeros(len(found), bool)
    if earlier is not None and len(earlier):
        was = earlier[(earlier["probability"] >= CRITICAL) & (earlier["q_value"] <= FALSE_SHARE)]
        known = found[SERIES].merge(was[[*SERIES, "change"]], on=SERIES, how="left", validate="one_to_one")["change"]
        lasts = (np.sign(known) == np.sign(found["change"])).to_numpy()
    is_listed = is_told & (found["probability"] >= MONITOR).to_numpy()
    level = np.full(len(found), None, dtype=object)
    level[is_listed] = "monitor"
    level[is_sure & (lasts | np.asarray(is_binding, dtype=bool))] = "critical"
    return level


def _withheld(recent: Drawn, before: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """Return why each cell cannot be judged, and which window holds it back; None where both pass."""
    reason, whose = np.full(len(recent.effective), None, dtype=object), np.full(len(recent.effective), None, dtype=object)
    is_corrected = _is_corrected(recent) & _is_corrected(before)
    for name, one in (("before", before), ("recent", recent)):
        why = withheld_points(
            one.effective,
            _widths(np.where(is_corrected[:, None], one.corrected, one.raw), one.effective),
            one.date_count,
            one.healthy_share,
            np.where(is_corrected, one.audited_count, np.inf),
        )
        does_hold = ~pd.isna(why)
        reason[does_hold], whose[does_hold] = why[does_hold], name
    return reason, whose


def _widths(drawn: np.ndarray, effective: np.ndarray) -> np.ndarray:
    """Return the width of each cell's 90 % interval, NaN below two stories."""
    found = np.full(len(drawn), np.nan)
    which = np.flatnonzero(effective > 1)
    if len(which):
        low, _, high = corrected_interval(drawn[which], effective[which]).T
        found[which] = high - low
    return found


def _is_corrected(one: Drawn) -> np.ndarray:
    return np.isfinite(one.corrected).any(axis=1)


def _check(cells: pd.DataFrame, recent: Drawn, before: Drawn, is_binding: np.ndarray) -> None:
    """Raise a ValidationError where a cell stands twice or an array is of another shape."""
    if cells.duplicated(SERIES).any():
        twice = cells[cells.duplicated(SERIES)].iloc[0]
        raise ValidationError(f"cell {'/'.join(map(str, twice[SERIES]))} stands twice: give each cell of a run once")
    shape = recent.raw.shape
    if any(one.shape != shape for one in (recent.corrected, before.raw, before.corrected)) or shape[0] != len(cells):
        raise ValidationError(f"draws of {shape} do not fit {len(cells)} cells: give both windows as many draws, a row a cell")
    counts = [
        getattr(one, name) for one in (recent, before) for name in ("effective", "date_count", "healthy_share", "audited_count")
    ]
    if any(np.shape(one) != (len(cells),) for one in [*counts, is_binding]):
        raise ValidationError(f"a count or mark does not fit {len(cells)} cells: give one value a cell")
