from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.index import intervals
from analysis.index.correction import corrected, normalised, response_matrix
from analysis.index.intervals import (
    DRAWS,
    balances,
    corrected_draws,
    corrected_interval,
    corrected_intervals,
    effective_count,
    equivalent_count,
    quantiles,
    raw_intervals,
    resampled_matrices,
    widened,
    widening,
)
from analysis.index.resample import Rows, drawn_sums, poisson_counts, seeds

IDS = [f"story-{number}" for number in range(40)]


def masses(count, rng):
    return rng.dirichlet((2, 1, 1, 1), count)


def ends(mass, ids):
    """Return the interval of one cell with these stories."""
    count = len(ids)
    rows = Rows(np.arange(count), np.zeros(count, dtype=int), mass, seeds(ids), 1)
    return raw_intervals(rows, np.array([float(count)]))[0]


def test_the_interval_contains_the_balance_and_narrows_with_more_stories():
    mass = masses(40, np.random.default_rng(1))
    wide, narrow = ends(mass[:6], IDS[:6]), ends(mass, IDS)
    for low, value, high in (wide, narrow):
        assert -1 <= low < value < high <= 1
    assert narrow[2] - narrow[0] < wide[2] - wide[0]


def test_the_interval_is_the_percentiles_widened_about_the_balance():
    mass = masses(10, np.random.default_rng(2))
    low, value, high = ends(mass, IDS[:10])
    drawn = poisson_counts(seeds(IDS[:10]), DRAWS).T @ mass
    bottom, top = np.quantile((drawn[:, 0] - drawn[:, 2]) / drawn[:, :3].sum(axis=1), (0.05, 0.95))
    factor = widening(np.array([10]))[0]
    assert (low, high) == pytest.approx((value - factor * (value - bottom), value + factor * (top - value)), abs=1e-6)


def test_the_interval_ends_at_the_bounds():
    mass = np.array([[0.9, 0.0, 0.05, 0.05], [0.9, 0.0, 0.0, 0.1], [0.1, 0.0, 0.8, 0.1]])
    low, _, high = ends(mass, IDS[:3])
    assert (low, high) == (-1, 1)


def test_stories_that_agree_have_no_width():
    assert ends(np.tile([0.5, 0.2, 0.1, 0.2], (5, 1)), IDS[:5]) == pytest.approx((0.5, 0.5, 0.5))


def test_small_numbers_are_widened_as_the_t_distribution_asks():
    three, ten, many = widening(np.array([3, 10, 100_000]))
    assert three == pytest.approx(np.sqrt(3 / 2) * 2.919986 / 1.644854, rel=1e-5)
    assert ten == pytest.approx(np.sqrt(10 / 9) * stats.t.ppf(0.95, 9) / stats.norm.ppf(0.95))
    assert many == pytest.approx(1, abs=1e-4)


SWAP = [2, 1, 0, 3]
"""Supportive and restrictive exchanged."""
SEEDS = st.integers(0, 2**32 - 1)


def cells(rng, cell_count=4, stories=25, concentration=(2, 1, 1, 1)):
    """Return rows of stories of their own in every cell, with unequal weights, and the effective counts."""
    cell = np.repeat(np.arange(cell_count), stories)
    weights = rng.choice([0.5, 1.0, 1.5], len(cell))
    names = [f"story-{number}" for number in range(len(cell))]
    values = weights[:, None] * rng.dirichlet(concentration, len(cell))
    return Rows(np.arange(len(cell)), cell, values, seeds(names), cell_count), effective_count(weights, cell, cell_count)


def matrices(rng, draws=200, noise=0.02):
    """Return response matrices of resampled audits of one classifier."""
    one = normalised(np.eye(4) + 0.2, axis=0)
    return normalised(np.maximum(one + noise * rng.standard_normal((draws, 4, 4)), 0.01), axis=-2)


def corrected_of(rows, effective, rng, draws=200):
    prior = np.full((rows.cell_count, 4), 0.25)
    return corrected_intervals(rows, matrices(rng, draws), prior, effective, np.arange(rows.cell_count))


def test_the_effective_count_is_the_number_of_stories_of_equal_weight():
    found = effective_count(np.array([1.0, 1, 1, 3, 1]), np.array([0, 0, 0, 2, 2]), 4)
    assert found == pytest.approx([3, 0, 16 / 10, 0])


def test_perfectly_read_stories_are_equivalent_to_themselves():
    truth = np.array([0.4, 0.2, 0.1, 0.3])
    drawn = np.random.default_rng(1).multinomial(50, truth, (2, 4000)) / 50
    assert equivalent_count(drawn, np.array([1000.0, 20.0])) == pytest.approx([50, 20], rel=0.1)


def test_quantiles_are_those_of_numpy_and_leave_out_what_is_unknown():
    drawn = np.random.default_rng(2).normal(size=(3, 101))
    drawn[1, 10:40] = np.nan
    found = np.array(quantiles(drawn, (0.05, 0.5, 0.95)))
    assert found == pytest.approx(np.nanquantile(drawn, (0.05, 0.5, 0.95), axis=1))
    assert np.isnan(quantiles(np.full((1, 5), np.nan), (0.5,))[0]).all()


def test_uncorrected_intervals_are_the_widened_percentiles_of_resampled_stories():
    rows, effective = cells(np.random.default_rng(3))
    found = raw_intervals(rows, effective, 300)
    (_, sums), *_ = drawn_sums(rows, 300)
    bottom, top = quantiles(balances(np.moveaxis(sums, 0, 2)), (0.05, 0.95))
    low, high = widened(bottom, found[:, 1], top, effective)
    assert found[:, [0, 2]] == pytest.approx(np.column_stack([low, high]), abs=1e-5)
    masses = np.array([rows.values[rows.cell == cell].sum(axis=0) for cell in range(4)])
    assert found[:, 1] == pytest.approx(balances(masses))


def test_corrected_intervals_hold_the_corrected_balance():
    rng = np.random.default_rng(4)
    rows, effective = cells(rng, stories=200)
    low, middle, high = corrected_of(rows, effective, rng).T
    masses = np.array([rows.values[rows.cell == cell].sum(axis=0) for cell in range(4)])
    plain = balances(corrected(masses, normalised(np.eye(4) + 0.2, axis=0)))
    assert ((low < plain) & (plain < high)).all()
    assert ((low < middle) & (middle < high)).all()
    assert np.abs(middle - plain).max() < 0.1


def test_the_correction_undoes_what_the_classifier_blurs():
    """All stories are supportive; the classifier gives half of its belief away."""
    matrix = np.tile(normalised(np.eye(4) + 1 / 3, axis=0), (200, 1, 1))
    said = np.tile(matrix[0, :, 0], (100, 1))
    rows = Rows(np.arange(100), np.zeros(100, int), said, seeds([str(number) for number in range(100)]), 1)
    raw = raw_intervals(rows, np.array([100.0]))
    found = corrected_intervals(rows, matrix, np.array([[1.0, 0, 0, 0]]), np.array([100.0]), np.array([1]))
    assert raw[0, 1] == pytest.approx((4 / 7 - 1 / 7) / (6 / 7))
    assert found[0, 1] == pytest.approx(1, abs=0.01)


def test_an_uncertain_audit_makes_the_corrected_interval_wider():
    rows, effective = cells(np.random.default_rng(5), stories=200)
    prior, numbers = np.full((4, 4), 0.25), np.arange(4)
    widths = [
        np.diff(corrected_intervals(rows, matrices(np.random.default_rng(6), 300, noise), prior, effective, numbers)[:, [0, 2]])
        for noise in (0.0, 0.1)
    ]
    assert (widths[1] > 1.2 * widths[0]).all()


def test_the_past_weighs_on_few_stories_and_hardly_on_many():
    past = np.array([[0.01, 0.01, 0.97, 0.01]])
    moved = []
    for stories in (10, 400):
        rows, effective = cells(np.random.default_rng(7), 1, stories)
        even, held = (
            corrected_intervals(rows, matrices(np.random.default_rng(8)), prior, effective, np.array([1]))[0, 1]
            for prior in (np.full((1, 4), 0.25), past)
        )
        moved.append(even - held)
    assert moved[0] > 0.1
    assert 0 < moved[1] < 0.05


def test_a_cells_figures_do_not_depend_on_its_neighbours():
    rng = np.random.default_rng(9)
    rows, effective = cells(rng)
    is_last = rows.cell == 3
    alone = Rows(rows.cluster[is_last], rows.cell[is_last] - 3, rows.values[is_last], rows.seeds, 1)
    many = matrices(rng)
    together = corrected_intervals(rows, many, np.full((4, 4), 0.25), effective, np.arange(4))
    single = corrected_intervals(alone, many, np.full((1, 4), 0.25), effective[3:], np.array([3]))
    assert single[0] == pytest.approx(together[3], abs=1e-6)
    assert raw_intervals(alone, effective[3:])[0] == pytest.approx(raw_intervals(rows, effective)[3], abs=1e-6)


def test_how_many_cells_are_corrected_at_once_changes_nothing(monkeypatch):
    rng = np.random.default_rng(14)
    rows, effective = cells(rng, 7)
    many, prior = matrices(rng), rng.dirichlet(np.ones(4), 7)
    whole = corrected_intervals(rows, many, prior, effective, np.arange(7))
    monkeypatch.setattr(intervals, "CELLS_AT_ONCE", 3)
    assert np.array_equal(corrected_intervals(rows, many, prior, effective, np.arange(7)), whole)


def test_matrices_may_differ_between_cells():
    rng = np.random.default_rng(10)
    rows, effective = cells(rng, 2)
    many = np.stack([matrices(rng), matrices(rng)])
    prior, numbers = np.full((2, 4), 0.25), np.arange(2)
    found = corrected_intervals(rows, many, prior, effective, numbers)
    for cell in range(2):
        assert found[cell] == pytest.approx(corrected_intervals(rows, many[cell], prior, effective, numbers)[cell])


def test_audited_items_of_one_document_are_drawn_together():
    rng = np.random.default_rng(15)
    said, stances = (np.repeat(values, 6, axis=0) for values in (rng.dirichlet(np.ones(4), 10), rng.integers(0, 4, 10)))
    weights = rng.uniform(1, 3, 60)
    apart = resampled_matrices(said, stances, weights, [f"d-{number}" for number in range(60)], np.eye(4))
    together = resampled_matrices(said, stances, weights, [f"d-{number // 6}" for number in range(60)], np.eye(4), 300)
    assert apart.shape == (DRAWS, 4, 4)
    assert apart.mean(axis=0) == pytest.approx(response_matrix(said, stances, weights, np.eye(4)), abs=0.03)
    assert together.std(axis=0).mean() > 1.2 * apart.std(axis=0).mean()
    again = resampled_matrices(said[:30], stances[:30], weights[:30], [f"d-{number}" for number in range(30)], np.eye(4), 5)
    counts = poisson_counts(seeds([f"d-{number}" for number in range(30)]), 5).T
    assert again[2] == pytest.approx(response_matrix(said[:30], stances[:30], counts[2] * weights[:30], np.eye(4)))


def test_the_corrected_ends_are_widened_about_the_median():
    drawn = np.random.default_rng(16).uniform(-0.2, 0.6, (1, 500))
    low, middle, high = corrected_interval(drawn, np.array([5.0]))[0]
    bottom, centre, top = np.quantile(drawn[0], (0.05, 0.5, 0.95))
    factor = widening(np.array([5.0]))[0]
    assert (low, middle, high) == pytest.approx((centre - factor * (centre - bottom), centre, centre + factor * (top - centre)))


def test_windows_that_share_matrices_may_be_subtracted():
    """What both windows owe to the audit cancels: the difference is known better than either balance."""
    rng = np.random.default_rng(11)
    masses = np.tile(rng.dirichlet((2, 1, 1, 1)), (2, 400, 1))
    drawn = corrected_draws(masses, matrices(rng, 400, 0.1), np.full((2, 4), 0.25), np.full(2, 2000.0), np.arange(2))
    assert (drawn[0] - drawn[1]).std() < 0.8 * np.hypot(drawn[0].std(), drawn[1].std())


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(2, 40), st.sampled_from([0.05, 0.5, 3.0]))
def test_ends_are_ordered_and_within_the_bounds(seed, stories, evenness):
    rng = np.random.default_rng(seed)
    rows, effective = cells(rng, 3, stories, np.full(4, evenness))
    for found in (raw_intervals(rows, effective, 200), corrected_of(rows, effective, rng)):
        told = found[np.isfinite(found).all(axis=1)]
        assert ((told >= -1) & (told <= 1)).all()
        assert not np.isnan(found[:, 1]).any()
        assert (np.diff(told, axis=1) >= 0).all()


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_exchanging_supportive_and_restrictive_turns_the_sign(seed):
    rng = np.random.default_rng(seed)
    rows, effective = cells(rng)
    many, prior = matrices(rng, 1000), rng.dirichlet(np.ones(4), 4)
    mirror = Rows(rows.cluster, rows.cell, rows.values[:, SWAP], rows.seeds, rows.cell_count)
    assert raw_intervals(mirror, effective) == pytest.approx(-raw_intervals(rows, effective)[:, ::-1], abs=1e-5)
    found = corrected_intervals(rows, many, prior, effective, np.arange(4))
    turned = corrected_intervals(mirror, many[:, SWAP][:, :, SWAP], prior[:, SWAP], effective, np.arange(4))
    # The Dirichlet draw gives each class numbers of its own, which are exchanged with them.
    assert turned == pytest.approx(-found[:, ::-1], abs=0.08)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_order_of_rows_and_copies_in_a_story_change_nothing(seed):
    rng = np.random.default_rng(seed)
    rows, effective = cells(rng)
    many, prior = matrices(rng), np.full((4, 4), 0.25)
    order = rng.permutation(len(rows.cell))
    shuffled = Rows(rows.cluster[order], rows.cell[order], rows.values[order], rows.seeds, 4)
    copied = Rows(np.repeat(rows.cluster, 3), np.repeat(rows.cell, 3), np.repeat(rows.values / 3, 3, axis=0), rows.seeds, 4)
    for other in (shuffled, copied):
        assert raw_intervals(other, effective) == pytest.approx(raw_intervals(rows, effective), abs=1e-5)
        assert corrected_intervals(other, many, prior, effective, np.arange(4)) == pytest.approx(
            corrected_intervals(rows, many, prior, effective, np.arange(4)), abs=1e-4
        )


def test_one_story_or_none_has_no_interval_and_two_that_are_seldom_drawn_have():
    names = seeds(["a", "b", "c"])
    said = np.array([[0.6, 0.2, 0.1, 0.1], [0.1, 0.2, 0.6, 0.1], [0.5, 0.3, 0.1, 0.1]])
    rows = Rows(np.arange(3), np.array([0, 0, 2]), said, names, 3)
    effective = effective_count(np.ones(3), rows.cell, 3)
    for found in (raw_intervals(rows, effective), corrected_of(rows, effective, np.random.default_rng(12), 1000)):
        assert np.isfinite(found[0]).all()
        assert np.isnan(found[1:]).all()


def test_all_of_one_class_has_an_interval_that_ends_at_the_bound():
    rows = Rows(np.arange(40), np.zeros(40, int), np.tile([1.0, 0, 0, 0], (40, 1)), seeds(list(map(str, range(40)))), 1)
    low, middle, high = corrected_of(rows, np.array([40.0]), np.random.default_rng(13))[0]
    assert 0.5 < low < middle <= high <= 1
