from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index.balance import figures, fragile

SHARES = st.lists(st.tuples(*[st.floats(0, 5)] * 4), min_size=1, max_size=20)


def one(mass, count=3):
    return figures(np.array([mass], dtype=float), np.array([count])).iloc[0]


def test_figures_are_what_a_hand_computes():
    found = one((1.0, 0.3, 0.5, 1.2))
    assert found["balance"] == pytest.approx(0.5 / 1.8)
    assert found["tone_share"] == pytest.approx(1.5 / 1.8)
    assert found["signal_rate"] == pytest.approx(0.6)
    assert found["reason"] is None


def test_too_few_stories_give_a_reason_and_no_figure():
    found = one((1.0, 0.3, 0.5, 1.2), count=2)
    assert found["reason"] == "too_few_stories"
    assert np.isnan(found["balance"])
    assert found["signal_rate"] == pytest.approx(0.6)


@pytest.mark.parametrize(("mass", "reason"), [((0.02, 0.01, 0.01, 0.96), "no_signal_mass"), ((0.02, 0.02, 0.02, 0.94), None),
                                             ((0, 0, 0, 3), "no_signal_mass"), ((0, 0, 0, 0), "no_signal_mass")])  # fmt: skip
def test_almost_no_signal_gives_a_reason_and_no_figure(mass, reason):
    found = one(mass)
    assert found["reason"] == reason
    assert np.isnan(found["balance"]) == (reason is not None)


@settings(max_examples=50, deadline=None)
@given(SHARES)
def test_figures_keep_their_bounds_and_exchanging_the_sides_turns_the_sign(rows):
    mass = np.array(rows)
    found, turned = figures(mass, np.full(len(mass), 3)), figures(mass[:, [2, 1, 0, 3]], np.full(len(mass), 3))
    given = found["reason"].isna()
    assert found.loc[given, "balance"].between(-1, 1).all()
    assert found.loc[given, "tone_share"].between(0, 1).all()
    assert found["signal_rate"].between(0, 1).all()
    assert found.loc[~given, ["balance", "tone_share"]].isna().all(axis=None)
    assert np.allclose(turned["balance"], -found["balance"], equal_nan=True)
    assert np.allclose(turned["tone_share"], found["tone_share"], equal_nan=True)


def conclusion(balance=0.3, low=0.1, high=0.5, corrected=np.nan, corrected_low=np.nan, corrected_high=np.nan):
    names = ["balance", "balance_low", "balance_high", "corrected_balance", "corrected_balance_low", "corrected_balance_high"]
    return pd.DataFrame([(balance, low, high, corrected, corrected_low, corrected_high)], columns=names)


@pytest.mark.parametrize(
    ("main", "variant", "is_fragile"),
    [
        (conclusion(), 0.2, False),
        (conclusion(), -0.1, True),
        (conclusion(), 0.0, True),
        (conclusion(), np.nan, False),
        (conclusion(low=-0.1), -0.1, False),
        (conclusion(corrected=-0.1, corrected_low=-0.3, corrected_high=0.1), 0.2, True),
        (conclusion(low=-0.1, corrected=-0.1, corrected_low=-0.3, corrected_high=-0.05), 0.2, True),
        (conclusion(np.nan, np.nan, np.nan), 0.2, False),
    ],
)
def test_a_conclusion_is_fragile_where_a_sign_is_another_and_an_interval_excludes_zero(main, variant, is_fragile):
    assert fragile(main, [np.array([0.4]), np.array([variant])]).tolist() == [is_fragile]
