from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ValidationError
from analysis.index.cells import SERIES
from analysis.index.intervals import balances
from analysis.index.shifts import FALSE_SHARE, SHIFT, Drawn, kind, p_values, probabilities, shifts, window_draws

DRAWS = 400
MONDAY = date(2025, 3, 3)


def cells(count):
    frame = pd.DataFrame({"authority_id": [f"body-{number}" for number in range(count)]})
    return frame.assign(scope="authority", jurisdiction="FR", sector="fintech", channel="official")[SERIES]


def window(centres, spread=0.05, seed=1, corrected=True, **changed):
    """Return a window of cells whose balances lie about their centres."""
    rng = np.random.default_rng(seed)
    drawn = np.asarray(centres)[:, None] + spread * rng.standard_normal((len(centres), DRAWS))
    full = np.ones(len(centres))
    given = {"effective": 120 * full, "date_count": 20 * full, "healthy_share": full, "audited_count": 120 * full}
    given |= {name: np.asarray(values, dtype=float) for name, values in changed.items()}
    return Drawn(drawn, drawn if corrected else np.full_like(drawn, np.nan), **given)


def found(recent, before, is_binding=None, earlier=None):
    count = len(recent.effective)
    binding = np.zeros(count, bool) if is_binding is None else np.array(is_binding)
    return shifts(cells(count), recent, before, binding, earlier)


def test_a_large_change_is_a_shift_and_a_small_one_is_none():
    told = found(window([0.5, 0.05, -0.6]), window([0.0, 0.0, 0.0], seed=2))
    assert told["level"].tolist() == ["monitor", None, "monitor"]
    assert told["change"].to_numpy() == pytest.approx([0.5, 0.05, -0.6], abs=0.02)
    assert (told["low"] < told["change"]).all() and (told["change"] < told["high"]).all()
    assert told["probability"][1] < 0.1 < 0.99 < told["probability"][0]
    assert list(told.columns) == SHIFT


def test_a_certain_but_small_change_is_no_shift():
    told = found(window([0.15], spread=0.01), window([0.0], spread=0.01, seed=2))
    assert told["q_value"][0] < 1e-6
    assert told["level"][0] is None


def test_a_probable_change_that_many_cells_make_by_chance_is_no_shift():
    alone = found(window([0.32], spread=0.1), window([0.0], spread=0.1, seed=2))
    crowd = np.r_[0.32, np.zeros(199)]
    among = found(window(crowd, spread=0.1), window(np.zeros(200), spread=0.1, seed=2))
    assert alone["level"][0] == "monitor"
    assert among["probability"][0] > 0.8
    assert among["q_value"][0] > FALSE_SHARE
    assert among["level"].isna().all()


def test_a_sure_shift_is_critical_with_a_binding_act():
    recent, before = window([0.6, 0.6, 0.3]), window([0.0, 0.0, 0.0], seed=2)
    assert found(recent, before, [True, False, True])["level"].tolist() == ["critical", "monitor", "monitor"]


def test_a_sure_shift_is_critical_in_the_second_run_of_the_same_direction():
    recent, before = window([0.6, 0.6, 0.6]), window([0.0, 0.0, 0.0], seed=2)
    earlier = found(window([0.6, -0.6, 0.3], seed=3), before)
    assert found(recent, before, earlier=earlier)["level"].tolist() == ["critical", "monitor", "monitor"]
    assert found(recent, before, earlier=earlier.iloc[:0])["level"].tolist() == ["monitor"] * 3
    assert found(recent, before, earlier=earlier.iloc[1:])["level"].tolist() == ["monitor"] * 3


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"effective": [29.0]}, "too_few_effective"),
        ({"date_count": [1]}, "one_date"),
        ({"healthy_share": [0.5]}, "sources_not_healthy"),
        ({"audited_count": [59]}, "audit_too_small"),
        ({"spread": 0.4}, "interval_too_wide"),
        ({"centres": [np.nan]}, "interval_too_wide"),
    ],
)
def test_a_cell_is_not_judged_when_either_window_does_not_pass_the_gate(changed, reason):
    good, bad = window([0.6]), window(**({"centres": [0.0]} | changed))
    for recent, before, whose in ((bad, good, "recent"), (good, bad, "before")):
        told = found(recent, before).iloc[0]
        assert (told["reason"], told["reason_window"], told["level"]) == (reason, whose, None)
        assert told[["change", "low", "high", "probability", "p_value", "q_value"]].isna().all()


def test_a_cell_that_is_not_judged_changes_nothing_for_the_others():
    crowd, still = [0.5, 0.0, 0.1], [0.0, 0.0, 0.0]
    alone = found(window(crowd[:2]), window(still[:2], seed=2))
    recent, before = window(crowd, effective=[120, 120, 3]), window(still, seed=2)
    among = found(recent, before)
    pd.testing.assert_series_equal(alone["level"], among["level"][:2])
    assert among["q_value"][:2].max() <= 1


def test_without_correction_the_uncorrected_draws_are_judged_without_an_audit():
    recent, before = window([0.6], corrected=False, audited_count=[0]), window([0.0], seed=2)
    told = found(recent, before).iloc[0]
    assert (told["level"], told["is_corrected"], told["reason"]) == ("monitor", False, None)
    assert found(window([0.6]), before)["is_corrected"].all()


def test_size_is_told_by_the_corrected_draws_and_chance_by_the_uncorrected_ones():
    before = window([0.0], seed=2)
    halved = replace(window([0.5]), raw=window([0.25]).raw)
    assert found(halved, before)["level"][0] == "monitor"
    nothing = replace(window([0.5]), raw=window([0.0], seed=3).raw)
    assert found(nothing, before)["level"][0] is None


def test_a_cell_that_stands_twice_or_arrays_that_do_not_fit_are_refused():
    one = window([0.0, 0.1])
    with pytest.raises(ValidationError, match="stands twice"):
        shifts(pd.concat([cells(1), cells(1)]), one, one, np.zeros(2, bool))
    with pytest.raises(ValidationError, match="do not fit 1 cells"):
        shifts(cells(1), one, one, np.zeros(1, bool))
    with pytest.raises(ValidationError, match="one value a cell"):
        shifts(cells(2), one, replace(one, effective=np.ones(3)), np.zeros(2, bool))


def test_no_cells_are_no_shifts():
    nothing = Drawn(np.empty((0, 5)), np.empty((0, 5)), *(np.empty(0) for _ in range(4)))
    assert shifts(cells(0), nothing, nothing, np.zeros(0, bool)).empty


def test_p_values_are_even_where_nothing_changed():
    rng = np.random.default_rng(5)
    true = 0.1 * rng.standard_normal((2, 4000, 1))
    drawn = true + 0.1 * rng.standard_normal((2, 4000, 200))
    found_p = p_values(*drawn, np.full(4000, 400.0), np.full(4000, 400.0))
    assert (found_p <= 0.05).mean() == pytest.approx(0.05, abs=0.015)
    assert (found_p <= 0.5).mean() == pytest.approx(0.5, abs=0.03)


def test_draws_that_never_differ_are_not_taken_for_certainty():
    (p,) = p_values(np.full((1, 50), 0.02), np.zeros((1, 50)), np.array([30.0]), np.array([200.0]))
    assert 0.3 < p < 1


def test_a_resample_without_signal_is_no_draw():
    assert probabilities(np.array([[0.3, np.nan, 0.1, np.nan], [np.nan] * 4])) == pytest.approx([0.5, 0])


def counted(shares, size, seed):
    """Return resampled masses (1, draws, 4) of statements that are read without error."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(size, shares, (1, DRAWS)).astype(float)


def test_a_window_is_not_pulled_towards_any_past():
    matrices = np.broadcast_to(np.eye(4), (DRAWS, 4, 4))
    for shares in ((0.5, 0.2, 0.1, 0.2), (0.1, 0.2, 0.5, 0.2)):
        drawn = window_draws(counted(shares, 60, 1), matrices, np.array([60.0]), np.array([7], dtype=np.uint64))
        assert np.median(drawn) == pytest.approx(balances(np.array(shares)), abs=0.02)


def test_the_errors_of_the_classifier_are_taken_out_with_one_matrix_for_all_or_one_a_cell():
    matrix = 0.6 * np.eye(4) + 0.1
    shares = np.array([0.5, 0.2, 0.1, 0.2])
    masses, one, seeds = counted(matrix @ shares, 200, 1), np.array([200.0]), np.array([7], dtype=np.uint64)
    same = np.broadcast_to(matrix, (DRAWS, 4, 4))
    drawn = window_draws(masses, same, one, seeds)
    assert np.median(drawn) == pytest.approx(balances(shares), abs=0.08)
    assert window_draws(masses, same[None], one, seeds) == pytest.approx(drawn)


def test_a_window_without_any_mass_has_no_draws_and_an_empty_resample_says_what_the_others_say():
    matrices, seeds = np.broadcast_to(np.eye(4), (DRAWS, 4, 4)), np.arange(2, dtype=np.uint64)
    masses = np.concatenate([np.zeros((1, DRAWS, 4)), counted((0.5, 0.2, 0.1, 0.2), 40, 1)])
    masses[1, 0] = 0
    drawn = window_draws(masses, matrices, np.array([0.0, 40.0]), seeds)
    assert np.isnan(drawn[0]).all()
    assert np.isfinite(drawn[1]).all()


@pytest.mark.parametrize(
    ("days", "wanted"), [(-29, "shift"), (-28, "instrument change"), (6, "instrument change"), (7, "shift")]
)
def test_a_shift_beside_a_change_of_the_instrument_is_called_so(days, wanted):
    assert kind(MONDAY, [MONDAY + timedelta(days=days)]) == wanted
    assert kind(MONDAY, []) == "shift"


CENTRES = st.lists(st.tuples(st.floats(-0.6, 0.6), st.floats(-0.6, 0.6)), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None)
@given(CENTRES, st.floats(0.01, 0.3))
def test_figures_lie_within_their_bounds(pairs, spread):
    recent, before = (window(centres, spread, seed) for seed, centres in enumerate(zip(*pairs, strict=True)))
    told = found(recent, before)
    told = told[told["reason"].isna()]
    assert told[["change", "low", "high"]].abs().to_numpy().max(initial=0) <= 2
    for name in ("probability", "p_value", "q_value"):
        assert told[name].between(0, 1).all()
    assert (told["q_value"] >= told["p_value"] - 1e-12).all()


@settings(max_examples=25, deadline=None)
@given(CENTRES)
def test_swapped_labels_swap_the_sign_of_the_change_and_nothing_else(pairs):
    recent, before = (window(centres, 0.1, seed) for seed, centres in enumerate(zip(*pairs, strict=True)))
    one = found(recent, before)
    other = found(*(replace(side, raw=-side.raw, corrected=-side.corrected) for side in (recent, before)))
    assert other["change"].to_numpy() == pytest.approx(-one["change"].to_numpy())
    assert other["low"].to_numpy() == pytest.approx(-one["high"].to_numpy())
    pd.testing.assert_frame_equal(
        one[["probability", "p_value", "q_value", "level"]], other[["probability", "p_value", "q_value", "level"]]
    )


@settings(max_examples=25, deadline=None)
@given(CENTRES, st.randoms(use_true_random=False))
def test_the_order_of_the_cells_is_nothing(pairs, random):
    recent, before = (window(centres, 0.1, seed) for seed, centres in enumerate(zip(*pairs, strict=True)))
    order = list(range(len(pairs)))
    random.shuffle(order)
    turned = [Drawn(*(getattr(side, field.name)[order] for field in fields(side))) for side in (recent, before)]
    frame, none = cells(len(pairs)), np.zeros(len(pairs), bool)
    one = shifts(frame, recent, before, none).iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(one, shifts(frame.iloc[order], *turned, none))
