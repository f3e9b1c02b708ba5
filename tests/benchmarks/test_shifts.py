from __future__ import annotations

import numpy as np
import pytest

from analysis.index.intervals import balances
from benchmarks import shifts
from benchmarks.shifts import GOAL, PERFECT, SIZE, Setting


def test_a_shift_has_the_size_it_is_said_to_have():
    before, after = shifts.shares(200, np.random.default_rng(1))
    assert np.abs(balances(after) - balances(before)) == pytest.approx(np.full(200, SIZE))
    assert before.sum(axis=1) == pytest.approx(np.ones(200))
    assert after.sum(axis=1) == pytest.approx(np.ones(200))
    assert after.min() > 0


def test_cells_are_the_same_for_the_same_seed_and_hold_as_many_statements_as_said():
    one, again, other = (shifts.weekly(GOAL, 6, 6, 3, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.masses, again.masses)
    assert not np.array_equal(one.masses, other.masses)
    many = shifts.weekly(Setting(PERFECT, has_stance=True), 8, 20, 10, 1)
    with_stance = (
        many.masses[:, -1, :, :3].sum(axis=-1).mean() / many.masses[:, -1].sum(axis=-1).mean() * many.weights[:, -1, 0].mean()
    )
    assert with_stance / 20 == pytest.approx(30 * np.mean(shifts.WEIGHTS), rel=0.1)


def test_a_tiny_run_finds_shifts_and_prints_what_was_promised(capsys, monkeypatch):
    monkeypatch.setattr(shifts, "DRAWS", 80)
    monkeypatch.setattr(shifts, "YEAR", 8)
    shifts.main(["--years", "20", "--only-goal"])
    printed = capsys.readouterr().out
    assert printed.count("PASS") + printed.count("MISS") == 2
    assert str(GOAL) in printed


def test_a_reader_who_never_errs_finds_more_than_one_who_does(monkeypatch):
    monkeypatch.setattr(shifts, "DRAWS", 80)
    perfect, poor = (shifts.true_shifts(Setting(f1), 8, 1) for f1 in (PERFECT, 0.55))
    found = [one.loc[one["level"].notna() & one["is_right"], "cell"].nunique() for one in (perfect, poor)]
    assert found[0] >= 6
    assert found[0] > found[1]
