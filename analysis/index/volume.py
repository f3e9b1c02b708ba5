"""Signal stories against all stories of the same sources: how much is said, whichever way it leans.

The rule is that of Economic Policy Uncertainty (Baker, Bloom and Davis, Measuring Economic Policy Uncertainty, QJE 131, 2016):
each source's share of stories, in the source's own standard deviation over a base window, mean over the sources, mean 100.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.errors import ValidationError
from analysis.index.gate import LEAST_HEALTHY
from analysis.tables import WINDOWS

WEEK = pd.Timedelta(weeks=1)
OVERLAP = 26
"""Weeks with a share that a source needs before it counts, in the base window or beside others: half a year, by which a mean is
known to a fifth of the standard deviation."""
FEWEST_SIGNALS = 16
"""Signal stories in a cell's base below which its mean is not known to a quarter: 1 / sqrt(16)."""
LEAST_DEVIATION = 1e-9
"""Deviation of shares up to which they are all the same: what is left are rounding errors."""
SOURCE = ["source_id", "channel"]
REASONS = ("base_not_over", "no_base", "too_few_stories", "no_source_alive")
"""Why there is no figure, in the order in which they are told."""
VOLUME = ["week_on", "window_weeks", "volume", "source_count", "signal_count", "story_count", "reason"]


class Base(NamedTuple):
    """The window over which scale and mean are taken."""

    first: pd.Timestamp
    """Its first Monday."""
    weeks: int

    @property
    def end(self) -> pd.Timestamp:
        """The Monday after it."""
        return self.first + self.weeks * WEEK


DECLARED = Base(pd.Timestamp("2023-01-02"), 104)
"""2023 and 2024: whole years, in which each season counts the same, over before the weeks that are reported."""
FIRST_YEAR = 52
"""Weeks of the base where no source reaches back to the declared one: the first year of what there is."""


class _Lines(NamedTuple):
    """Shares of pairs of a cell and a source, a row a pair, and what they are made of."""

    shares: np.ndarray
    """Signal stories over all, shape (pairs, weeks); NaN where the source is dead in too much of the window."""
    signals: np.ndarray
    totals: np.ndarray
    cell: np.ndarray
    """Number of the pair's cell."""
    cell_count: int


def base_window(panel: pd.DataFrame, declared: Base = DECLARED) -> Base:
    """Return the declared base, or the first year of the panel where no source has OVERLAP weeks with stories in the former.

    `panel` is that of `volumes`. Only weeks up to the base's end are looked at, so that later ones never move it.
    """
    told = panel[panel["is_alive"] & (panel["story_count"] > 0)]
    weeks = pd.to_datetime(told["week_on"])
    in_declared = told[(weeks >= declared.first) & (weeks < declared.end)]
    if told.empty or in_declared.groupby(SOURCE).size().max() >= OVERLAP:
        return declared
    return Base(weeks.min(), FIRST_YEAR)


def volumes(
    signals: pd.DataFrame, panel: pd.DataFrame, base: Base, until: pd.Timestamp, cell: Sequence[str] = ("sector",)
) -> pd.DataFrame:
    """Return the volume of each cell, channel, window and week from the end of the base up to `until` (a Monday).

    `panel` has a row for each source, channel and week that is known: source_id, channel, week_on, story_count (all its
    stories) and is_alive. A week without a row, or not alive, is a gap of the source, never a zero; with more than a fifth of
    such weeks in a window the source has no share in it. `signals` has a row a story that holds a signal: the source's columns,
    week_on, story_id and those of `cell`. The result has the columns of `cell`, channel and VOLUME. A cell without base has one
    row a window, of the week after the base, with the reason.
    """
    cell = [*cell, "channel"]
    panel = panel[pd.to_datetime(panel["week_on"]) <= until]
    signals = signals[pd.to_datetime(signals["week_on"]) <= until]
    if signals.empty or panel.empty:
        return pd.DataFrame(columns=[*cell, *VOLUME])
    if until.weekday() or base.first.weekday():
        raise ValidationError(f"volume until {until:%Y-%m-%d}, base from {base.first:%Y-%m-%d}: give Mondays")
    first = min(base.first, pd.to_datetime(panel["week_on"]).min())
    weeks = pd.date_range(first, max(until, base.end), freq="7D")
    sources = panel.groupby(SOURCE, sort=True).size().index
    shape = (len(sources), len(weeks))
    place = (sources.get_indexer(pd.MultiIndex.from_frame(panel[SOURCE])), _number(panel["week_on"], first))
    total, alive = np.zeros(shape), np.zeros(shape)
    np.add.at(total, place, panel["story_count"].to_numpy(dtype=float))
    alive[place] = panel["is_alive"].to_numpy(dtype=float)
    cells, counted = _counted(signals, sources, total * alive, alive, cell, first)
    told = np.bincount(counted.cell, counted.signals[:, _in_base(base, weeks)].sum(axis=1), len(cells))
    frames = [
        _window_frame(cells, _over(window, counted, alive), told < FEWEST_SIGNALS, base, weeks, until, window)
        for window in WINDOWS
    ]
    return pd.concat(frames, ignore_index=True)[[*cell, *VOLUME]]


def _number(week_on: pd.Series, first: pd.Timestamp) -> np.ndarray:
    return ((pd.to_datetime(week_on) - first) // WEEK).to_numpy(dtype=int)


class _Counted(NamedTuple):
    """Weekly counts of pairs of a cell and a source."""

    signals: np.ndarray
    totals: np.ndarray
    source: np.ndarray
    cell: np.ndarray


def _counted(
    signals: pd.DataFrame, sources: pd.Index, total: np.ndarray, alive: np.ndarray, cell: list[str], first: pd.Timestamp
) -> tuple[pd.DataFrame, _Counted]:
    """Return the cells in order, and the weekly counts of each pair that ever holds a signal; gaps of the source are 0."""
    stories = signals.drop_duplicates([*SOURCE, "week_on", "story_id", *cell])
    number = sources.get_indexer(pd.MultiIndex.from_frame(stories[SOURCE]))
    if (number < 0).any():
        unknown = stories.loc[number < 0, "source_id"].iloc[0]
        raise ValidationError(f"source {unknown} has signals and no row in the panel: give the weeks in which it is known")
    groups = stories.groupby(cell, sort=True)
    of_cell = groups.ngroup().to_numpy()
    cells = groups.size().index.to_frame(index=False)
    pairs, of_pair = np.unique(of_cell * len(sources) + number, return_inverse=True)
    source = pairs % len(sources)
    counts = np.zeros((len(pairs), total.shape[1]))
    np.add.at(counts, (of_pair, _number(stories["week_on"], first)), 1.0)
    return cells, _Counted(counts * alive[source], total[source], source, pairs // len(sources))


def _over(window: int, counted: _Counted, alive: np.ndarray) -> _Lines:
    """Return the shares over a trailing window in which the source is alive."""
    signals, totals, lived = (_trailing(rows, window) for rows in (counted.signals, counted.totals, alive[counted.source]))
    is_known = (lived >= LEAST_HEALTHY * window) & (totals > 0)
    shares = np.where(is_known, signals / np.where(totals > 0, totals, 1), np.nan)
    return _Lines(shares, signals, totals, counted.cell, int(counted.cell.max()) + 1)


def _trailing(rows: np.ndarray, window: int) -> np.ndarray:
    sums = np.cumsum(np.pad(rows, ((0, 0), (window, 0))), axis=1)
    return sums[:, window:] - sums[:, :-window]


def _window_frame(
    cells: pd.DataFrame,
    lines: _Lines,
    is_thin: np.ndarray,
    base: Base,
    weeks: pd.DatetimeIndex,
    until: pd.Timestamp,
    window: int,
) -> pd.DataFrame:
    """Return the rows of one window; `is_thin` tells the cells with too few signal stories in their base."""
    level, counted, has_base = _spliced(lines, _in_base(base, weeks))
    source_count, signal_count, story_count = (
        _per_cell(np.where(counted, rows, 0.0), lines) for rows in (1.0, lines.signals, lines.totals)
    )
    is_over = until >= base.end
    # Why a cell has no base is told of one week alone, and always of the same, so that a further week changes nothing.
    after = (weeks >= base.end) & (weeks <= until)
    row, column = np.nonzero(np.where((is_over & has_base & ~is_thin)[:, None], after, weeks == base.end))
    source_count, signal_count, story_count = (each[row, column] for each in (source_count, signal_count, story_count))
    held = [np.full(len(row), not is_over), ~has_base[row], is_thin[row], source_count == 0]
    reason = np.full(len(row), None, dtype=object)
    for name, does_hold in zip(reversed(REASONS), reversed(held), strict=True):
        reason[does_hold] = name
    is_given = pd.isna(reason)
    frame = cells.iloc[row].reset_index(drop=True).assign(week_on=weeks[column], window_weeks=window)
    return frame.assign(
        volume=np.where(is_given, level[row, column], np.nan),
        source_count=np.where(is_given, source_count, 0).astype(int),
        signal_count=np.where(is_given, signal_count, 0).astype(int),
        story_count=np.where(is_given, story_count, 0).astype(int),
        reason=reason,
    )


def _in_base(base: Base, weeks: pd.DatetimeIndex) -> slice:
    start = (base.first - weeks[0]) // WEEK
    return slice(start, start + base.weeks)


def _per_cell(rows: np.ndarray, lines: _Lines) -> np.ndarray:
    """Return the sums over each cell's pairs, shape (cells, weeks)."""
    sums = np.zeros((lines.cell_count, rows.shape[1]))
    np.add.at(sums, lines.cell, rows)
    return sums


def _spliced(lines: _Lines, in_base: slice) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the level of each cell and week, which pairs count in it, and which cells have sources in the base.

    Sources with OVERLAP known weeks in the base are scaled by their own deviation there. The others join one by one in the
    order of their first signal, each from the week after its overlap on, at the mean and variance of the level over that time.
    """
    shares = lines.shares
    known = np.isfinite(shares)
    known_in_base = known[:, in_base]
    deviation = _deviation(np.where(known_in_base, shares[:, in_base], np.nan))
    is_founder = (known_in_base.sum(axis=1) >= OVERLAP) & (deviation > 0)
    counted = known & is_founder[:, None]
    scaled = np.where(counted, shares, 0) / np.where(is_founder, deviation, 1)[:, None]
    sums, counts = _per_cell(scaled, lines), _per_cell(counted, lines)
    with np.errstate(invalid="ignore", divide="ignore"):
        level = sums / counts
        mean = np.nansum(level[:, in_base], axis=1) / (counts[:, in_base] > 0).sum(axis=1) / 100
    has_base = np.bincount(lines.cell, is_founder, lines.cell_count) > 0
    for joining in _joiners(known, is_founder, lines):
        cell = lines.cell[joining]
        joined, is_in = _joined(shares[joining], level[cell])
        sums[cell] += np.where(is_in, joined, 0)
        counts[cell] += is_in
        counted[joining] = is_in
        with np.errstate(invalid="ignore", divide="ignore"):
            level[cell] = sums[cell] / counts[cell]
    return level / np.where(has_base, mean, 1)[:, None], counted, has_base


def _deviation(rows: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each row, 0 where fewer than two values are known."""
    count = np.isfinite(rows).sum(axis=1)
    centred = rows - (np.nansum(rows, axis=1) / np.maximum(count, 1))[:, None]
    found = np.sqrt(np.nansum(centred**2, axis=1) / np.maximum(count - 1, 1))
    return np.where(found > LEAST_DEVIATION, found, 0)


def _joiners(known: np.ndarray, is_founder: np.ndarray, lines: _Lines) -> Iterator[np.ndarray]:
    """Give the pairs that are no founders, at most one a cell at a time, in the order in which they come to be known."""
    others = np.flatnonzero(~is_founder & (known.sum(axis=1) > OVERLAP))
    # A share above 0 starts the overlap, so that by then a source has shown that the cell is its matter.
    first = np.argmax(np.where(known[others], lines.shares[others], 0) > 0, axis=1)
    others = others[np.lexsort((others, first, lines.cell[others]))]
    cell = lines.cell[others]
    rank = np.arange(len(others)) - np.searchsorted(cell, cell)
    for number in range(int(rank.max()) + 1 if len(rank) else 0):
        yield others[rank == number]


def _joined(shares: np.ndarray, level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of joining pairs at the scale of their cells' levels, and in which weeks they count."""
    both = np.isfinite(shares) & np.isfinite(level)
    both &= np.cumsum(np.where(both, shares, 0) > 0, axis=1) > 0
    number = np.cumsum(both, axis=1)
    is_overlap = both & (number <= OVERLAP)
    inside, beside = (np.where(is_overlap, rows, np.nan) for rows in (shares, level))
    deviation = _deviation(inside)
    ratio = _deviation(beside) / np.where(deviation > 0, deviation, 1)
    count = np.maximum(is_overlap.sum(axis=1), 1)
    means = [(np.nansum(rows, axis=1) / count)[:, None] for rows in (inside, beside)]
    joined = np.maximum((shares - means[0]) * ratio[:, None] + means[1], 0)
    is_in = np.isfinite(shares) & (number >= OVERLAP) & ~is_overlap & (deviation > 0)[:, None]
    return joined, is_in
