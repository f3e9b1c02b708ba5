"""Stories drawn again: how often each counts in each resample, and what the cells then hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, stats
from scipy.sparse.csgraph import connected_components

BLOCK_ROWS = 2048
"""Rows whose draws are held at once: with 1,000 draws 8 MB, which stays near the processor and bounds the memory."""
STEP = np.uint64(0x9E3779B97F4A7C15)
MIXING = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
    (np.uint64(31), None),
)
"""Step, shifts and factors of splitmix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number
Generators, OOPSLA 2014)."""
LEVELS_OF_CHANCE = 1 << 16
POISSON = np.searchsorted(stats.poisson.cdf(np.arange(12), 1.0), (np.arange(LEVELS_OF_CHANCE) + 0.5) / LEVELS_OF_CHANCE).astype(
    np.float32
)
"""The Poisson(1) count of each 16-bit number: mean and variance 1 to three digits."""


@dataclass(frozen=True)
class Rows:
    """What stories bring to cells: a row a story and cell, or several, which are then summed."""

    cluster: np.ndarray
    """Number of the row's cluster, which is drawn as a whole."""
    cell: np.ndarray
    """Number of the row's cell. Cells that share clusters (those of a week) should have neighbouring numbers."""
    values: np.ndarray
    """What is summed in the cell, shape (rows, values)."""
    seeds: np.ndarray
    """Seed of each cluster."""
    cell_count: int


def clusters(story_ids: Sequence[str], document_ids: Sequence[str]) -> np.ndarray:
    """Return for each row the name of its cluster: rows of one story, or of one document, are always in the same one.

    A cluster is named by the least of its stories, so that it keeps its draws when rows come or go. Where every document is of
    one story, the clusters are the stories.
    """
    story, stories = pd.factorize(np.asarray(story_ids, dtype=object), sort=True)
    document, documents = pd.factorize(np.asarray(document_ids, dtype=object))
    size = len(stories) + len(documents)
    links = sparse.coo_matrix((np.ones(len(story)), (story, len(stories) + document)), shape=(size, size))
    group = connected_components(links, directed=False)[1][: len(stories)]
    # The stories are in order, so that the first of a group is its least.
    _, least, member = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(stories, dtype=object)[least[member]][story]


def seeds(names: Sequence[str]) -> np.ndarray:
    """Return a number of 64 bits for each name, which depends on the name alone."""
    return pd.util.hash_array(np.asarray(names, dtype=object), categorize=False)


def poisson_counts(of: np.ndarray, draws: int) -> np.ndarray:
    """Return how often each seed is drawn in each resample: Poisson with mean 1, float32, shape (seeds, draws).

    The numbers of a seed are those of splitmix64 begun there, four of 16 bits a step: they depend on the seed alone.
    """
    steps = np.arange(1, -(-draws // 4) + 1, dtype=np.uint64) * STEP
    state = of.astype(np.uint64)[:, None] + steps[None, :]
    shifted = np.empty_like(state)
    for shift, factor in MIXING:
        np.right_shift(state, shift, out=shifted)
        np.bitwise_xor(state, shifted, out=state)
        if factor is not None:
            np.multiply(state, factor, out=state)
    # Every number is an index of the table; said so, numpy need not look.
    counts = np.take(POISSON, state.astype("<u8", copy=False).view("<u2"), mode="clip")
    return counts[:, :draws]


def drawn_sums(rows: Rows, draws: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Give, block by block of cells, their sums in each resample: float32, shape (values, cells, draws).

    Cells without rows are given too, with zeros. What is held at once does not grow with the number of rows, cells or draws
    beyond one block (or the largest cell).
    """
    cluster, cell, values = _summed(rows)
    ends = np.searchsorted(cell, np.arange(rows.cell_count + 1))
    first = 0
    while first < rows.cell_count:
        last = max(first + 1, int(np.searchsorted(ends, ends[first] + BLOCK_ROWS, side="right")) - 1)
        last = min(last, first + BLOCK_ROWS, rows.cell_count)
        part = slice(ends[first], ends[last])
        drawn, column = np.unique(cluster[part], return_inverse=True)
        counts = poisson_counts(rows.seeds[drawn], draws)
        starts, shape = ends[first : last + 1] - ends[first], (last - first, len(drawn))
        summed = [sparse.csr_matrix((value, column, starts), shape=shape) @ counts for value in values[part].T]
        yield slice(first, last), np.stack(summed)
        first = last


def _summed(rows: Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return cluster, cell and values with one row for each pair of both, sorted by cell, then cluster."""
    order = np.argsort(rows.cell.astype(np.int64) * len(rows.seeds) + rows.cluster)
    cluster, cell, values = rows.cluster[order], rows.cell[order], np.asarray(rows.values, dtype=float)[order]
    if not len(order):
        return cluster, cell, values
    is_new = np.r_[True, (cluster[1:] != cluster[:-1]) | (cell[1:] != cell[:-1])]
    starts = np.flatnonzero(is_new)
    return cluster[starts], cell[starts], np.add.reduceat(values, starts, axis=0).astype(np.float32)
