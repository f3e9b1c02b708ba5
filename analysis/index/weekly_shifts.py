"""The shifts of every week: both windows of each series, judged week by week, with the stories that moved them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.index.audits import ALL_LANGUAGES, Errors, Matrices, alarming, matrices, mixed, pool_sizes
from analysis.index.cells import KEPT, SERIES, Units
from analysis.index.correction import FEWEST_AUDITED, withheld
from analysis.index.gate import FEWEST_EFFECTIVE
from analysis.index.influence import INFLUENCE, influences
from analysis.index.intervals import DRAWS, balances
from analysis.index.points import healthy_shares
from analysis.index.resample import drawn_sums
from analysis.index.shifts import BEFORE_WEEKS, RECENT_WEEKS, SHIFT, Drawn, shifts, window_draws
from analysis.index.windows import Windows, windows

BINDING = ("rule", "fine", "approval")
"""Acts after which the matter is decided: with one of them a sure change need not last to be critical."""
ONE_WEEK = pd.Timedelta(weeks=1)
MOVED = ["week_on", *SERIES, *INFLUENCE]


def weekly_shifts(
    told: Units, until: pd.Timestamp, errors: Errors, healthy: pd.Series, binding: pd.DataFrame, draws: int = DRAWS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the shifts of all weeks up to `until` (week_on, SHIFT; those with a level alone), and the stories behind.

    A week is judged for the series with FEWEST_EFFECTIVE stories in both windows. `healthy` is that of `points`; `binding`
    tells where and when a binding act was told: the columns of BODY and week_on. The stories have the columns MOVED. What comes
    after a week changes nothing in it.
    """
    if told.rows.empty:
        return pd.DataFrame(columns=["week_on", *SHIFT]), pd.DataFrame(columns=MOVED)
    recent = windows(told, until, lengths=[RECENT_WEEKS])
    before = windows(told, until - RECENT_WEEKS * ONE_WEEK, lengths=[BEFORE_WEEKS])
    found, moved = [], []
    for week_on, judged, pairs, known in _judged_weeks(recent, before, errors, healthy, binding, draws):
        told_now = np.flatnonzero(judged["level"].notna())
        found.append(judged.iloc[told_now].assign(week_on=week_on))
        for place in told_now:
            here, there = int(pairs["recent"].iloc[place]), int(pairs["before"].iloc[place])
            matrix = _matrix(recent, here, known) if known and judged["is_corrected"].iloc[place] else None
            stories = influences(pd.concat([_stories(recent, here, True), _stories(before, there, False)]), matrix)
            series = {str(name): value for name, value in judged[SERIES].iloc[place].items()}
            moved.append(stories.assign(week_on=week_on, **series))
    return (
        pd.concat(found)[["week_on", *SHIFT]].reset_index(drop=True) if found else pd.DataFrame(columns=["week_on", *SHIFT]),
        pd.concat(moved)[MOVED].reset_index(drop=True) if moved else pd.DataFrame(columns=MOVED),
    )


def _judged_weeks(
    recent: Windows, before: Windows, errors: Errors, healthy: pd.Series, binding: pd.DataFrame, draws: int
) -> Iterator[tuple[pd.Timestamp, pd.DataFrame, pd.DataFrame, Matrices | None]]:
    """Give each week with a series that can be judged: its shifts, the cells of both windows, and the matrices if any."""
    earlier, earlier_on = None, None
    every = paired(recent, before)
    for week_on in map(pd.Timestamp, sorted(every["week_on"].unique())):
        pairs = every[every["week_on"] == week_on]
        known, size, rings = _errors_of(errors, week_on, draws)
        last, first = (
            _drawn(held, pairs[name].to_numpy(), known, size, rings, healthy, draws)
            for held, name in ((recent, "recent"), (before, "before"))
        )
        is_binding = holds_binding(pairs[SERIES], week_on, binding)
        judged = shifts(pairs[SERIES], last, first, is_binding, earlier if earlier_on == week_on - ONE_WEEK else None)
        earlier, earlier_on = judged, week_on
        yield week_on, judged, pairs, known


def paired(recent: Windows, before: Windows) -> pd.DataFrame:
    """Return the cells of both windows (SERIES, week_on, recent, before) that have enough effective stories on both sides."""
    sides = []
    for held, name, ahead in ((recent, "recent", 0), (before, "before", RECENT_WEEKS)):
        is_enough = held.effective >= FEWEST_EFFECTIVE
        rows = held.cells.rows.assign(**{name: np.arange(held.size)})[is_enough]
        sides.append(rows.assign(week_on=rows["week_on"] + ahead * ONE_WEEK)[[*SERIES, "week_on", name]])
    return sides[0].merge(sides[1], on=[*SERIES, "week_on"], validate="one_to_one").sort_values(["week_on", *SERIES])


def holds_binding(cells: pd.DataFrame, week_on: pd.Timestamp, binding: pd.DataFrame) -> np.ndarray:
    """Return which cells (SERIES) hold a binding act in the recent weeks up to `week_on`."""
    is_recent = (binding["week_on"] <= week_on) & (binding["week_on"] > week_on - RECENT_WEEKS * ONE_WEEK)
    acts = binding[is_recent]
    found = np.zeros(len(cells), bool)
    for scope, kept in KEPT.items():
        is_of = (cells["scope"] == scope).to_numpy()
        known = set(acts[kept].itertuples(index=False, name=None))
        found[is_of] = [key in known for key in cells[is_of][kept].itertuples(index=False, name=None)]
    return found


def _errors_of(errors: Errors, week_on: pd.Timestamp, draws: int) -> tuple[Matrices | None, int, frozenset[str]]:
    """Return the matrices of a week, None where it has too few audits, with their number and the languages that ring."""
    size = int(pool_sizes(errors, pd.Series([week_on]))[0])
    known = matrices(errors, week_on, draws) if size >= FEWEST_AUDITED and errors.frozen is not None else None
    return known, size, alarming(errors, week_on)


def _drawn(
    held: Windows,
    which: np.ndarray,
    known: Matrices | None,
    size: int,
    rings: frozenset[str],
    healthy: pd.Series,
    draws: int,
) -> Drawn:
    masses = np.concatenate([np.moveaxis(sums, 0, 2) for _, sums in drawn_sums(held.stories(which), draws)])
    corrected = np.full(masses.shape[:2], np.nan)
    if known:
        strata = held.strata(which, known)
        is_ringing = held.speak(which, rings) | (ALL_LANGUAGES in rings)
        why = withheld(np.full(len(which), size), mixed(strata, known.matrix), is_ringing)
        good = np.flatnonzero(pd.isna(why))
        if len(good):
            drawn = mixed(strata[good], known.drawn)
            corrected[good] = window_draws(masses[good], drawn, held.effective[which[good]], held.cell_seeds[which[good]])
    return Drawn(
        balances(masses),
        corrected,
        held.effective[which],
        held.counts["date_count"].to_numpy()[which],
        healthy_shares(held.cells.rows.iloc[which], healthy),
        np.full(len(which), size),
    )


def _matrix(held: Windows, cell: int, known: Matrices) -> np.ndarray:
    matrix = mixed(held.strata(np.array([cell]), known), known.matrix)
    return matrix if matrix.ndim == 2 else matrix[0]


def _stories(held: Windows, cell: int, is_recent: bool) -> pd.DataFrame:
    place, _ = held.members(np.array([cell]))
    return held.told.rows.iloc[held.cells.unit[place]].assign(is_recent=is_recent)
