from __future__ import annotations

import numpy as np
import pytest

from analysis.index import resample
from analysis.index.resample import Rows, clusters, drawn_sums, poisson_counts, seeds

NAMES = [f"story-{number}" for number in range(300)]


def rows(rng, count=400, cell_count=30, names=NAMES):
    return Rows(
        rng.integers(0, len(names), count),
        rng.integers(0, cell_count, count),
        rng.random((count, 3)),
        seeds(names),
        cell_count,
    )


def everything(given, draws=50):
    """Return the sums of all cells: (values, cells, draws)."""
    parts = list(drawn_sums(given, draws))
    assert [part.start for part, _ in parts] == [0, *(part.stop for part, _ in parts[:-1])]
    return np.concatenate([sums for _, sums in parts], axis=1)


def test_counts_are_poisson_with_mean_one():
    counts = poisson_counts(seeds(NAMES), 1000)
    assert counts.shape == (300, 1000)
    assert counts.mean() == pytest.approx(1, abs=0.01)
    assert counts.var() == pytest.approx(1, abs=0.01)
    for value, share in enumerate((0.3679, 0.3679, 0.1839, 0.0613)):
        assert (counts == value).mean() == pytest.approx(share, abs=0.005)


def test_counts_of_two_names_or_two_resamples_have_nothing_in_common():
    counts = poisson_counts(seeds(NAMES), 1000)
    between_names = np.corrcoef(counts[:100])[np.triu_indices(100, 1)]
    between_draws = np.corrcoef(counts[:, :100].T)[np.triu_indices(100, 1)]
    assert between_names.std() == pytest.approx(1000**-0.5, rel=0.1)
    assert between_draws.std() == pytest.approx(300**-0.5, rel=0.1)
    assert abs(between_names.mean()) < 0.003


def test_counts_depend_on_the_name_alone():
    counts = poisson_counts(seeds(NAMES), 30)
    assert np.array_equal(poisson_counts(seeds(NAMES[::-1]), 30), counts[::-1])
    assert np.array_equal(poisson_counts(seeds(NAMES[7:8]), 30), counts[7:8])
    assert np.array_equal(poisson_counts(seeds(NAMES), 27), counts[:, :27])


def test_seeds_are_the_same_on_every_machine():
    # Fixed here, because intervals that are stored depend on them.
    assert seeds(["a", "story-1"]).tolist() == [13950350942979735504, 6307440581345027619]
    assert poisson_counts(np.array([1], dtype=np.uint64), 12).tolist() == [[0, 1, 0, 1, 3, 1, 1, 2, 0, 4, 1, 3]]


def test_stories_that_share_a_document_are_one_cluster():
    story = ["b", "a", "c", "c", "d"]
    document = ["1", "1", "2", "3", "4"]
    assert clusters(story, document).tolist() == ["a", "a", "c", "c", "d"]
    assert clusters(["a", "b", "c"], ["1", "2", "3"]).tolist() == ["a", "b", "c"]
    assert clusters(["b", "b", "c", "a"], ["1", "2", "2", "9"]).tolist() == ["b", "b", "b", "a"]
    assert clusters([], []).tolist() == []


def test_clusters_do_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(1)
    story, document = rng.integers(0, 40, 60).astype(str), rng.integers(0, 80, 60).astype(str)
    order = rng.permutation(60)
    assert clusters(story[order], document[order]).tolist() == clusters(story, document)[order].tolist()


def test_sums_are_those_of_every_row_times_its_clusters_count():
    given = rows(np.random.default_rng(2))
    counts = poisson_counts(given.seeds, 50)
    wanted = np.zeros((3, 30, 50))
    for cluster, cell, values in zip(given.cluster, given.cell, given.values, strict=True):
        wanted[:, cell] += values[:, None] * counts[cluster]
    assert everything(given) == pytest.approx(wanted, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("block", [1, 7, 64, 10_000])
def test_the_size_of_a_block_changes_nothing(block, monkeypatch):
    given = rows(np.random.default_rng(3))
    whole = everything(given)
    monkeypatch.setattr(resample, "BLOCK_ROWS", block)
    assert np.array_equal(everything(given), whole)


def test_the_order_of_rows_and_a_row_in_parts_change_nothing():
    given = rows(np.random.default_rng(4))
    order = np.random.default_rng(5).permutation(len(given.cell))
    shuffled = Rows(given.cluster[order], given.cell[order], given.values[order], given.seeds, given.cell_count)
    halves = Rows(
        np.tile(given.cluster, 2), np.tile(given.cell, 2), np.tile(given.values / 2, (2, 1)), given.seeds, given.cell_count
    )
    assert everything(shuffled) == pytest.approx(everything(given), rel=1e-5)
    assert everything(halves) == pytest.approx(everything(given), rel=1e-5)


def test_cells_without_rows_are_given_as_zeros():
    empty = Rows(np.empty(0, int), np.empty(0, int), np.empty((0, 2)), seeds(["a"]), 3)
    assert np.array_equal(everything(empty), np.zeros((2, 3, 50)))
    one = Rows(np.array([0]), np.array([1]), np.array([[2.0]]), seeds(["a"]), 3)
    found = everything(one)
    assert np.array_equal(found[0, 1], 2 * poisson_counts(seeds(["a"]), 50)[0])
    assert not found[0, [0, 2]].any()
