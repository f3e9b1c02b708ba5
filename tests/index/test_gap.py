from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index import gap as module
from analysis.index.audits import ALARMS, AUDIT, Errors
from analysis.index.balance import MASSES
from analysis.index.gap import GAP
from analysis.tables import STANCES, stance_gaps

MONDAY = pd.Timestamp("2025-03-03")


def known(count=120, seed=0, blur=0.6):
    rng = np.random.default_rng(seed)
    stances = rng.integers(0, 4, count)
    shares = 0.1 * rng.dirichlet(np.ones(4), count) + 0.9 * (blur * np.eye(4) + (1 - blur) / 4)[stances]
    rows = pd.DataFrame(shares, columns=MASSES).assign(
        week_on=(MONDAY - pd.Timedelta(weeks=1)).date(),
        language="en",
        channel="official",
        document_id=[f"audit-{number}" for number in range(count)],
        stance=np.array(STANCES)[stances],
        weight=1.0,
    )
    return Errors(rows[AUDIT], blur * np.eye(4) + (1 - blur) / 4, pd.DataFrame(columns=ALARMS))


def only(found, scope="jurisdiction", window=1):
    (one,) = found[(found["scope"] == scope) & (found["window_weeks"] == window)].to_dict("records")
    return one


def test_gaps_have_the_columns_of_their_table(index, many):
    _, found = index([*many(4), *many(4, seed=1, channel="press")], until=0)
    assert list(found.columns) == GAP
    assert {*GAP, "model_id", "as_of_at"} == {column.name for column in stance_gaps.columns}
    assert set(found["scope"]) == {"authority", "jurisdiction"}


def test_the_gap_is_the_difference_of_two_balances_with_an_interval_of_its_own(index, many):
    rows = [*many(40, weights=(5, 2, 1, 1)), *many(50, seed=1, weights=(1, 2, 3, 1), channel="press")]
    points, found = index(rows, until=0, errors=known(), draws=400)
    is_line = (points["scope"] == "jurisdiction") & (points["window_weeks"] == 1)
    official, press = (points[is_line & (points["channel"] == side)].iloc[0] for side in ("official", "press"))
    one = only(found)
    assert one["gap"] == pytest.approx(official["balance"] - press["balance"])
    assert one["gap_low"] < one["gap"] < one["gap_high"]
    assert one["gap_high"] - one["gap_low"] == pytest.approx(
        np.hypot(official["balance_high"] - official["balance_low"], press["balance_high"] - press["balance_low"]), rel=0.2
    )
    assert one["corrected_gap"] == pytest.approx(official["corrected_balance"] - press["corrected_balance"], abs=0.03)
    assert one["corrected_gap_low"] < one["corrected_gap"] < one["corrected_gap_high"]
    assert (one["reason"], one["corrected_reason"], one["gate"]) == (None, None, None)
    assert (one["official_effective_count"], one["press_effective_count"]) == pytest.approx((40, 50))


def test_the_error_of_the_matrix_is_the_same_on_both_sides_and_cancels(index, many):
    rows = many(200, weights=(5, 2, 1, 1))
    press = [{**row, "channel": "press", "is_quotation": True, "story_id": f"p-{row['story_id']}"} for row in rows]
    sure, unsure = (only(index([*rows, *press], until=0, errors=known(count), draws=400)[1]) for count in (2000, 60))
    assert abs(unsure["corrected_gap"]) < 0.05
    width = [one["corrected_gap_high"] - one["corrected_gap_low"] for one in (sure, unsure)]
    assert width[1] < 1.3 * width[0]


@pytest.mark.parametrize(
    ("official", "press", "reason"),
    [(4, 0, "no_press_figure"), (4, 2, "no_press_figure"), (0, 4, "no_official_figure"), (2, 4, "no_official_figure")],
)
def test_a_missing_side_is_the_reason(index, many, official, press, reason):
    _, found = index([*many(official), *many(press, seed=1, channel="press")], until=0)
    one = only(found)
    assert (one["reason"], one["corrected_reason"], one["gate"]) == (reason, reason, None)
    assert np.isnan([one[name] for name in ("gap", "gap_low", "gap_high", "corrected_gap")]).all()


def test_where_no_side_has_a_figure_there_is_no_row(index, many):
    assert index([*many(2), *many(2, seed=1, channel="press")], until=0)[1].empty


def test_a_thin_side_makes_a_thin_gap_and_a_withheld_one_withholds_it(index, many):
    one = only(index([*many(80), *many(5, seed=1, channel="press")], until=0)[1])
    assert (one["gate"], one["corrected_reason"]) == ("too_few_effective", "audit_too_small")
    assert np.isfinite(one["gap"])
    assert np.isnan(one["corrected_gap"])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**16))
def test_ends_are_ordered_and_within_the_bounds_and_turn_with_the_sign(index, many, seed):
    rows = [*many(6, seed=seed), *many(9, seed=seed + 1, channel="press")]
    turned = [{**row, "supportive": row["restrictive"], "restrictive": row["supportive"]} for row in rows]
    one, other = (only(index(told, until=0, draws=100)[1]) for told in (rows, turned))
    assert -2 <= one["gap_low"] <= one["gap"] <= one["gap_high"] <= 2
    assert (other["gap"], other["gap_low"]) == pytest.approx((-one["gap"], -one["gap_high"]), abs=1e-5)


def test_how_many_are_corrected_at_once_changes_nothing(index, many, monkeypatch):
    rows = [*many(5), *many(5, seed=1, channel="press"), *many(5, seed=2, authority_id="b"), *many(5, 0, 3, channel="press",
                                                                                               authority_id="b")]  # fmt: skip
    _, whole = index(rows, until=0, errors=known(), draws=50)
    monkeypatch.setattr(module, "CELLS_AT_ONCE", 1)
    _, single = index(rows, until=0, errors=known(), draws=50)
    numbers = whole.select_dtypes("number").columns
    assert np.allclose(whole[numbers], single[numbers], equal_nan=True)
