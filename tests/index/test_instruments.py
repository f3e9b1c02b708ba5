from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index.instruments import CHANGE, DIFFERENCE, WEEKS_COMPARED, compared_series, instrument_changes

TODAY = pd.Timestamp("2025-06-02")
MONDAY = pd.Timestamp("2025-03-03")


def model(name, promoted=None, replaced=None, back=None):
    return {
        "model_id": name,
        "trained_at": datetime(2025, 1, 5, tzinfo=UTC),
        "promoted_at": promoted,
        "replaced_id": replaced,
        "promotion_reason": "better on Chinese" if replaced else None,
        "rolled_back_at": back,
        "rollback_reason": "worse on French" if back else None,
    }


def source(name, first, last, is_alive=True):
    return {"source_id": name, "first_on": first, "last_on": last, "is_alive": is_alive}


MODELS = pd.DataFrame(
    [
        model("m-1", datetime(2025, 1, 6, tzinfo=UTC)),
        model("m-2", datetime(2025, 2, 1, 22, tzinfo=UTC), "m-1", datetime(2025, 2, 9, tzinfo=UTC)),
        model("m-3"),
    ]
)
SOURCES = pd.DataFrame(
    [
        source("first", date(2024, 1, 1), date(2025, 6, 1)),
        source("joined", date(2024, 9, 2), date(2025, 6, 1)),
        source("ended", date(2024, 1, 1), date(2025, 3, 3), False),
        source("late", date(2024, 1, 1), date(2025, 5, 20), False),
    ]
)
PARSERS = pd.DataFrame(
    [
        {"source_id": "joined", "version": 1, "valid_from": None},
        {"source_id": "joined", "version": 2, "valid_from": date(2025, 4, 1)},
        {"source_id": "joined", "version": 3, "valid_from": date(2025, 9, 1)},
    ]
)


def test_changes_are_told_with_day_kind_subject_and_note():
    found = instrument_changes(MODELS, SOURCES, PARSERS, TODAY)
    assert list(found.columns) == CHANGE
    assert [tuple(row) for row in found.itertuples(index=False)] == [
        (date(2024, 9, 2), "source", "joined", "its first document"),
        (date(2025, 2, 1), "model", "m-2", "replaced m-1, trained on 2025-01-05: better on Chinese"),
        (date(2025, 2, 9), "model", "m-2", "taken back for m-1: worse on French"),
        (date(2025, 3, 3), "source", "ended", "its last document"),
        (date(2025, 4, 1), "parser", "joined", "read by version 2 of its parser"),
    ]


def test_nothing_at_all_is_no_change():
    assert instrument_changes(MODELS.iloc[:0], SOURCES.iloc[:0], PARSERS.iloc[:0], TODAY).empty
    assert instrument_changes(MODELS.iloc[:1], SOURCES.iloc[:1], PARSERS.iloc[:1], TODAY).empty


@given(st.integers(0, 99), st.sampled_from(["2024-12-01", "2025-02-05", "2025-05-01"]))
@settings(max_examples=10, deadline=None)
def test_neither_the_order_of_rows_nor_later_changes_matter(seed, day):
    shuffled = [frame.sample(frac=1, random_state=seed) for frame in (MODELS, SOURCES, PARSERS)]
    whole = instrument_changes(*shuffled, TODAY)
    pd.testing.assert_frame_equal(whole, instrument_changes(MODELS, SOURCES, PARSERS, TODAY))
    early = instrument_changes(MODELS, SOURCES, PARSERS, pd.Timestamp(day))
    is_past = pd.to_datetime(whole["changed_on"]) <= pd.Timestamp(day)
    pd.testing.assert_frame_equal(early, whole[is_past].reset_index(drop=True))


def series(values, sector="fintech"):
    weeks = [MONDAY + timedelta(weeks=number) for number in range(len(values))]
    return pd.DataFrame({"sector": sector, "week_on": weeks, "balance": values})


def test_the_difference_is_what_a_hand_computes():
    older = series([0.1, 0.2, 0.3, 0.4])
    newer = series([0.2, 0.4, 0.4, 0.6])
    [row] = compared_series(newer, older, ["sector"], TODAY).to_dict("records")
    assert (row["sector"], row["week_count"]) == ("fintech", 4)
    assert pd.isna(row["reason"])
    assert row["mean_difference"] == pytest.approx(0.15)
    # The deviation of 0.1, 0.2, 0.1, 0.2 is 0.0577; t with three degrees of freedom is 2.353.
    assert row["difference_high"] - row["mean_difference"] == pytest.approx(2.353 * 0.0577 / 2, rel=1e-3)
    assert row["mean_difference"] - row["difference_low"] == pytest.approx(2.353 * 0.0577 / 2, rel=1e-3)


def test_only_the_last_weeks_that_both_ran_are_compared():
    older = series([0.9] * 5 + [0.1] * WEEKS_COMPARED + [np.nan])
    newer = series([0.1] * 5 + [0.2] * WEEKS_COMPARED + [0.9])
    [row] = compared_series(newer, older, ["sector"], MONDAY + timedelta(weeks=60)).to_dict("records")
    assert (row["week_count"], row["mean_difference"]) == (WEEKS_COMPARED, pytest.approx(0.1))
    [early] = compared_series(newer, older, ["sector"], MONDAY + timedelta(weeks=4)).to_dict("records")
    assert early["mean_difference"] == pytest.approx(-0.8)


def test_few_weeks_are_told_to_be_too_few_and_none_give_nothing():
    [row] = compared_series(series([0.1, 0.2]), series([0.2, 0.2]), ["sector"], TODAY).to_dict("records")
    assert (row["reason"], row["week_count"]) == ("too_few_weeks", 2)
    assert np.isnan([row["mean_difference"], row["difference_low"], row["difference_high"]]).all()
    nothing = compared_series(series([0.1]).iloc[:0], series([0.1]), ["sector"], TODAY)
    assert list(nothing.columns) == ["sector", *DIFFERENCE] and nothing.empty


def test_all_cells_can_be_compared_together_and_each_apart():
    older = pd.concat([series([0.0] * 6), series([0.0] * 6, "crypto_assets")])
    newer = pd.concat([series([0.1] * 6), series([0.3] * 6, "crypto_assets")])
    apart = compared_series(newer, older, ["sector"], TODAY).set_index("sector")["mean_difference"]
    assert apart.to_dict() == pytest.approx({"crypto_assets": 0.3, "fintech": 0.1})
    [together] = compared_series(newer, older, [], TODAY).to_dict("records")
    assert (together["mean_difference"], together["week_count"]) == (pytest.approx(0.2), 6)


@given(st.lists(st.floats(-1, 1), min_size=5, max_size=20), st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_swapping_the_models_turns_the_sign_and_the_order_of_rows_changes_nothing(values, seed):
    newer, older = series(values), series(values[::-1])
    [there] = compared_series(newer, older, ["sector"], TODAY).to_dict("records")
    [back] = compared_series(older.sample(frac=1, random_state=seed), newer, ["sector"], TODAY).to_dict("records")
    assert there["mean_difference"] == pytest.approx(-back["mean_difference"], abs=1e-12)
    assert there["difference_low"] == pytest.approx(-back["difference_high"], abs=1e-12)
    assert -2 <= there["mean_difference"] <= 2
