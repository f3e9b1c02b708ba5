"""How often the intervals of the index hold the truth, what the correction gains, and how long a million signals take.

    python -m benchmarks.intervals [--only coverage|speed] [--cells 200]

Coverage is measured over a grid of situations (see `simulated_cells`) for the points that pass the gate of
`analysis.index.gate`; a stale audit is shown without the gate, as the alarm of drift withholds it. Speed compares with one pass
of numpy over the signals (two sums by cell) and with pandas weights and a groupby for each resample, in the same run.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterable
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.index.correction import HIGHEST_CONDITION, condition
from analysis.index.gate import withheld_points
from analysis.index.intervals import balances, corrected_intervals, effective_count, quantiles, raw_intervals
from analysis.index.resample import Rows, drawn_sums
from benchmarks.simulated_cells import AUDITED, PREVALENCES, SEPARATION, Situation, World, world

SEED = 2026
"""Another than that of the trials by which KAPPA and CONCENTRATION were chosen."""
COUNTS = (15, 32, 60, 120, 240, 480)
"""Stories; 32 with unequal weights are 31 effective ones."""
STATES = {"steady": (False, True), "drift, fresh audit": (True, True), "drift, stale audit": (True, False)}
DRAWS, NAIVE_DRAWS = 400, 200
LOWEST, HIGHEST, GAIN = 0.88, 0.93, 0.8
SIGNALS, DOCUMENTS, WEEKS, CELLS_A_WEEK, REPLICATES = 1_000_000, 250_000, 500, 200, 1000
FEWEST_POINTS = 60
"""Published points without which a single situation says nothing of its coverage."""
CHANCE = 0.05
"""Two standard errors of the coverage of a single situation, with 150 published points."""


class Scored(NamedTuple):
    """Figures of each cell of a situation."""

    situation: Situation
    is_published: np.ndarray
    is_covered: np.ndarray
    is_covered_naively: np.ndarray
    width: np.ndarray
    naive_width: np.ndarray
    error: np.ndarray
    raw_error: np.ndarray

    @property
    def state(self) -> str:
        """Name of the state of classifier and audit."""
        held = (self.situation.has_drift, self.situation.is_audit_fresh)
        return next(name for name, state in STATES.items() if state == held)


def scored(situation: Situation, cells: int) -> Scored:
    """Return what the intervals of a situation's cells are worth."""
    found: World = world(situation, cells, DRAWS, SEED)
    seeds = np.random.default_rng(SEED).integers(0, 2**63, cells)
    low, middle, high = corrected_intervals(found.rows, found.drawn_matrices, found.prior, found.effective, seeds).T
    naive_low, naive_high = naive(found.statements)
    held = [found.effective, high - low, np.full(cells, 9), np.ones(cells), np.full(cells, AUDITED)]
    is_published = pd.isna(withheld_points(*held)) & (condition(found.matrix) <= HIGHEST_CONDITION)
    sums = np.stack([np.bincount(found.rows.cell, column, cells) for column in found.rows.values.T], axis=-1)
    return Scored(
        situation,
        is_published if situation.is_audit_fresh else np.ones(cells, bool),
        (low <= found.truth) & (found.truth <= high),
        (naive_low <= found.truth) & (found.truth <= naive_high),
        high - low,
        naive_high - naive_low,
        np.abs(middle - found.truth),
        np.abs(balances(sums) - found.truth),
    )


def naive(statements: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of the uncorrected balance when every statement is drawn by itself."""
    ends = [quantiles(balances(np.moveaxis(sums, 0, 2)), (0.05, 0.95)) for _, sums in drawn_sums(statements, NAIVE_DRAWS)]
    low, high = (np.concatenate(parts) for parts in zip(*ends, strict=True))
    return low, high


def coverage(cells: int) -> None:
    """Print the grid by each of its axes, then the goals."""
    grid = product(STATES.values(), PREVALENCES, SEPARATION, COUNTS)
    every = [scored(Situation(n, f1, prevalence, *state), cells) for state, prevalence, f1, n in grid]
    tell(f"{'':30} published  covered  width  naive  width  error  uncorrected  ratio")
    for state in STATES:
        of_state = [one for one in every if one.state == state]
        tell(line(state, of_state))
        for axis in ("story_count", "macro_f1", "prevalence"):
            for value in dict.fromkeys(getattr(one.situation, axis) for one in of_state):
                chosen = [one for one in of_state if getattr(one.situation, axis) == value]
                tell(line(f"  {axis} {value}", chosen))
    goals(every)


def goals(every: list[Scored]) -> None:
    """Print what was promised beside what was found."""
    steady, drifted = ([one for one in every if one.state == name] for name in list(STATES)[:2])
    shifted = [one for one in steady if one.situation.prevalence != PREVALENCES[0]]
    for name, chosen in (("steady", steady), ("drift, fresh audit", drifted), ("both", steady + drifted)):
        found = mean(chosen, "is_covered")
        verdict(f"coverage of published points, {name}", found, f"{LOWEST} to {HIGHEST}", LOWEST <= found <= HIGHEST)
    single = [mean([one], "is_covered") for one in steady + drifted if one.is_published.sum() >= FEWEST_POINTS]
    if single:
        near = np.mean([LOWEST - CHANCE <= found <= HIGHEST + CHANCE for found in single])
        tell(f"{len(single)} single situations with {FEWEST_POINTS} points: {min(single):.2f} to {max(single):.2f}; "
             f"{near:.0%} within the goal give or take {CHANCE}")  # fmt: skip
    found = mean(shifted, "error") / mean(shifted, "raw_error")
    verdict("error by uncorrected, no drift, shifted prevalence", found, f"<= {GAIN}", found <= GAIN)
    found = mean(steady, "error") / mean(steady, "raw_error")
    tell(f"{'the same, cells as trained among them':52} {found:.3f}")
    found = mean(drifted, "error") / mean(drifted, "raw_error")
    verdict("error by uncorrected, drift and fresh audit", found, "<= 1", found <= 1)
    worse = [one.situation for one in drifted if is_worse(one)]
    verdict("situations with drift that it makes worse (2 s.e.)", len(worse), "0", not worse)
    for situation in worse:
        tell(f"    {situation}")


def is_worse(one: Scored) -> bool:
    """Return whether the corrected error is larger than the uncorrected one by more than two standard errors."""
    difference = (one.error - one.raw_error)[one.is_published]
    return len(difference) > 1 and bool(difference.mean() > 2 * difference.std(ddof=1) / np.sqrt(len(difference)))


def mean(chosen: Iterable[Scored], figure: str) -> float:
    """Return the mean of a figure over all published points; NaN without any."""
    values = np.concatenate([getattr(one, figure)[one.is_published] for one in chosen])
    return float(values.mean()) if len(values) else float("nan")


def line(name: str, chosen: list[Scored]) -> str:
    """Return a row of the table."""
    share = np.mean([one.is_published.mean() for one in chosen])
    figures = [mean(chosen, name) for name in Scored._fields[2:]]
    covered, naively, width, naive_width, error, raw_error = figures
    return (
        f"{name:30} {share:9.2f} {covered:8.3f} {width:6.2f} {naively:6.2f} {naive_width:6.2f} {error:6.3f} {raw_error:12.3f} "
        f"{error / raw_error:6.2f}"
    )


def signals(seed: int = SEED) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return document, cell (week by week) and the four probabilities of each signal."""
    rng = np.random.default_rng(seed)
    document = rng.integers(0, DOCUMENTS, SIGNALS)
    week = rng.integers(0, WEEKS, DOCUMENTS)
    cell = week[document] * CELLS_A_WEEK + rng.integers(0, CELLS_A_WEEK, SIGNALS)
    return document, cell, rng.dirichlet((1, 1, 1, 1), SIGNALS).astype(np.float32)


def speed() -> None:
    """Print how long a thousand resamples of a million signals take, and what else they could take."""
    document, cell, shares = signals()
    cell_count = WEEKS * CELLS_A_WEEK
    seeds = np.random.default_rng(SEED).integers(0, 2**63, DOCUMENTS).astype(np.uint64)
    rows = Rows(document, cell, shares, seeds, cell_count)
    effective = effective_count(np.ones(SIGNALS), cell, cell_count)
    before = peak()
    ours = [cpu(lambda: raw_intervals(rows, effective, REPLICATES))]
    added = peak()
    net, signal = shares[:, 0] - shares[:, 2], shares[:, :3].sum(axis=1)
    counts = np.random.default_rng(SEED).poisson(1.0, DOCUMENTS).astype(float)
    frame = pd.DataFrame({"document": document, "cell": cell, "net": net, "signal": signal})
    passes, loops = [], []
    for _ in range(3):
        passes.append(cpu(lambda: numpy_pass(document, cell, net, signal, counts, cell_count)))
        loops.append(cpu(lambda: pandas_pass(frame, counts)))
        ours.append(cpu(lambda: raw_intervals(rows, effective, REPLICATES)))
    mine, one, loop = (float(np.median(times)) for times in (ours, passes, loops))
    tell(f"{SIGNALS:,} signals, {cell_count:,} cells, {REPLICATES:,} resamples: {mine:.2f} s of processor time; "
         f"one numpy pass {one * 1e3:.1f} ms; one pandas resample {loop * 1e3:.0f} ms")  # fmt: skip
    verdict("numpy passes a resample", mine / REPLICATES / one, "<= 0.6", mine / REPLICATES / one <= 0.6)
    verdict("times faster than pandas weights", loop * REPLICATES / mine, ">= 20", loop * REPLICATES / mine >= 20)
    verdict(f"peak memory, MB ({before:.0f} before)", added, "< 1000", added < 1000)
    one_week(rows, effective)


def one_week(rows: Rows, effective: np.ndarray) -> None:
    """Print what the last week costs, with and without correction."""
    start = (WEEKS - 1) * CELLS_A_WEEK
    is_last = rows.cell >= start
    week = Rows(rows.cluster[is_last], rows.cell[is_last] - start, rows.values[is_last], rows.seeds, CELLS_A_WEEK)
    matrices = np.tile(0.5 * np.eye(4) + 0.125, (REPLICATES, 1, 1))
    prior, count = np.full((CELLS_A_WEEK, 4), 0.25), effective[start:]
    seeds = np.arange(CELLS_A_WEEK, dtype=np.uint64)
    raw = cpu(lambda: raw_intervals(week, count, REPLICATES))
    both = cpu(lambda: corrected_intervals(week, matrices, prior, count, seeds))
    tell(f"one more week of {CELLS_A_WEEK} cells: {raw * 1e3:.0f} ms uncorrected, {both * 1e3:.0f} ms corrected")


def numpy_pass(
    document: np.ndarray, cell: np.ndarray, net: np.ndarray, signal: np.ndarray, counts: np.ndarray, cell_count: int
) -> np.ndarray:
    """Return the balances of one resample."""
    drawn = counts[document]
    below = np.bincount(cell, drawn * signal, cell_count)
    return np.bincount(cell, drawn * net, cell_count) / np.where(below > 0, below, 1)


def pandas_pass(frame: pd.DataFrame, counts: np.ndarray) -> pd.Series:
    """Return the balances of one resample, as they are written first."""
    drawn = frame["document"].map(pd.Series(counts))
    sums = frame[["net", "signal"]].mul(drawn, axis=0).groupby(frame["cell"]).sum()
    return sums["net"] / sums["signal"]


def cpu(work: Callable[[], object]) -> float:
    """Return how many seconds of processor time something takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def peak() -> float:
    """Return the most memory that the process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def verdict(name: str, found: float, goal: str, is_reached: bool) -> None:
    """Print a figure beside its goal."""
    tell(f"{name:52} {found:9.3f}  {goal:14} {'PASS' if is_reached else 'MISS'}")


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Print what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intervals", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", choices=("coverage", "speed"), help="one of the two parts")
    parser.add_argument("--cells", type=int, default=200, help="cells of each of the 216 situations")
    asked = parser.parse_args()
    # Speed comes first: the peak of memory is the process's.
    if asked.only != "coverage":
        speed()
    if asked.only != "speed":
        coverage(asked.cells)


if __name__ == "__main__":
    main()
