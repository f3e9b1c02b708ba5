"""Stances of officials over composed signals; every person below is invented."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index.speakers import FEWEST_STORIES, SPEAKER_FIGURES, SPEAKER_KEY, speaker_stances
from analysis.tables import NO_STANCE, STANCES
from analysis.tables import speaker_stances as table

WARM, COLD, SILENT = (0.8, 0.1, 0.05, 0.05), (0.05, 0.1, 0.8, 0.05), (0.01, 0.01, 0.01, 0.97)
LATER = pd.Timestamp("2026-01-01")
HOLDERS = pd.DataFrame(
    [
        ("x-member", "Ada Example", date(2021, 1, 1), date(2023, 12, 31)),
        ("x-chair", "Ada Example", date(2024, 1, 1), None),
        ("y-head", "Bo Sample", None, None),
    ],
    columns=["office_id", "name", "since_on", "until_on"],
)


def signals(*rows):
    made = []
    for number, (day, speaker, office_id, shares, *changes) in enumerate(rows):
        row = {
            "statement_id": f"s{number}", "story_id": f"t{number}", "published_on": day, "authority_id": "x",
            "office_id": office_id, "speaker": speaker, "sector": "fintech", "channel": "press", "relevance": 1.0,
            **dict(zip(STANCES, shares, strict=True)),
        }  # fmt: skip
        made.append({**row, **(changes[0] if changes else {})})
    columns = [
        "statement_id", "story_id", "published_on", "authority_id", "office_id", "speaker", "sector", "channel", "relevance",
        *STANCES,
    ]  # fmt: skip
    return pd.DataFrame(made, columns=columns)


def chair(*days, shares=WARM, **changes):
    return [(day, "Ada Example", "x-chair", shares, changes) for day in days]


THREE = ("2025-02-01", "2025-03-01", "2025-04-01")


def test_an_official_has_a_balance_with_its_interval_counts_and_days():
    frame = signals(*chair(*THREE), *chair("2025-05-01", shares=COLD))
    [row] = speaker_stances(frame, HOLDERS, LATER).to_dict("records")
    assert (row["person"], row["office_id"], row["authority_id"], row["year_on"]) == (
        "Ada Example", "x-chair", "x", date(2025, 1, 1)
    )  # fmt: skip
    assert row["balance"] == pytest.approx((3 * 0.75 - 0.75) / (4 * 0.95))
    assert -1 <= row["balance_low"] < row["balance"] < row["balance_high"] <= 1
    assert (row["statement_count"], row["effective_count"], row["reason"]) == (4, 4, None)
    assert (row["first_on"], row["last_on"]) == (date(2025, 2, 1), date(2025, 5, 1))


def test_a_story_counts_once_however_often_the_person_is_quoted_in_it():
    copies = chair(*(["2025-05-01"] * 9), shares=COLD, story_id="t")
    [row] = speaker_stances(signals(*chair(*THREE), *copies), HOLDERS, LATER).to_dict("records")
    assert (row["statement_count"], row["effective_count"]) == (12, 4)
    assert row["balance"] == pytest.approx((3 * 0.75 - 0.75) / (4 * 0.95))


def test_too_few_stories_and_words_without_a_position_have_a_reason_in_place_of_a_figure():
    few = speaker_stances(signals(*chair(*THREE[: FEWEST_STORIES - 1])), HOLDERS, LATER).iloc[0]
    silent = speaker_stances(signals(*chair(*THREE, shares=SILENT)), HOLDERS, LATER).iloc[0]
    assert (few["reason"], silent["reason"]) == NO_STANCE
    assert np.isnan([few["balance"], few["balance_low"], silent["balance"], silent["balance_high"]]).all()


def test_years_offices_sectors_and_channels_are_told_apart():
    rows = [*chair("2024-06-01", *THREE), *chair(*THREE, channel="official"), *chair(*THREE, sector="crypto_assets")]
    found = speaker_stances(signals(*rows, ("2022-05-01", "Ada Example", "x-member", COLD)), HOLDERS, LATER)
    assert len(found) == 5
    assert not found.duplicated(SPEAKER_KEY).any()


def test_a_change_of_office_is_marked_by_the_office_before():
    rows = [("2022-05-01", "Ada Example", "x-member", COLD), *chair("2024-05-01"), ("2024-05-01", "Bo Sample", "y-head", WARM)]
    found = speaker_stances(signals(*rows), HOLDERS, LATER).set_index(["person", "office_id"])["previous_office_id"]
    assert found["Ada Example", "x-chair"] == "x-member"
    assert found[[("Ada Example", "x-member"), ("Bo Sample", "y-head")]].isna().all()
    # The catalogue tells of the office before, although nothing that was said in it is there.
    assert speaker_stances(signals(*chair("2024-05-01")), HOLDERS, LATER)["previous_office_id"].to_list() == ["x-member"]


def test_who_is_no_holder_of_the_office_on_the_day_is_left_out():
    rows = [
        ("2025-02-01", "Ada Example", "x-member", WARM), ("2023-02-01", "Ada Example", "x-chair", WARM),
        ("2025-02-01", "Cy Stranger", "x-chair", WARM), ("2025-02-01", "Ada Example", None, WARM),
        ("2025-02-01", None, "x-chair", WARM), ("2025-02-01", "Bo Sample", "x-chair", WARM),
    ]  # fmt: skip
    assert speaker_stances(signals(*rows), HOLDERS, LATER).empty


def test_whom_an_official_text_names_with_the_office_is_an_official_from_that_day_on():
    named = ("2025-02-01", "Cy Stranger", "x-chair", WARM, {"channel": "official"})
    rows = [("2025-01-31", "Cy Stranger", "x-chair", WARM), named, ("2025-02-02", "Cy Stranger", "x-chair", WARM)]
    found = speaker_stances(signals(*rows), HOLDERS, LATER)
    assert found[["channel", "statement_count"]].to_numpy().tolist() == [["official", 1], ["press", 1]]
    surname = ("2025-02-01", "Stranger", "x-chair", WARM, {"channel": "official"})
    assert speaker_stances(signals(surname), HOLDERS, LATER).empty
    chinese = ("2025-02-01", "陈小明", "x-chair", WARM, {"channel": "official"})
    assert speaker_stances(signals(chinese), HOLDERS, LATER)["person"].to_list() == ["陈小明"]


def test_nothing_said_is_no_row_and_the_columns_are_those_of_the_table():
    found = speaker_stances(signals(), HOLDERS, LATER)
    assert found.empty
    assert {*found.columns, "model_id", "as_of_at"} == {column.name for column in table.columns}
    assert set(found.columns) == {*SPEAKER_KEY, "authority_id", *SPEAKER_FIGURES}


ROW = st.tuples(
    st.dates(date(2022, 1, 1), date(2025, 12, 1)),
    st.sampled_from(["Ada Example", "Bo Sample", "Cy Stranger"]),
    st.sampled_from(["x-member", "x-chair", "y-head"]),
    st.sampled_from([WARM, COLD, SILENT]),
    st.fixed_dictionaries({"story_id": st.sampled_from("abcdefghij"), "channel": st.sampled_from(["official", "press"])}),
)
ROWS = st.lists(ROW, max_size=30)


@settings(max_examples=30, deadline=None)
@given(ROWS, st.dates(date(2023, 1, 1), date(2026, 1, 1)))
def test_deleting_later_data_changes_nothing(rows, today):
    frame, moment = signals(*rows), pd.Timestamp(today)
    known = frame[pd.to_datetime(frame["published_on"]) <= moment]
    pd.testing.assert_frame_equal(speaker_stances(frame, HOLDERS, moment), speaker_stances(known, HOLDERS, moment))


@settings(max_examples=30, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_figures_are_bounded_and_change_sign_with_the_labels(rows, chance):
    frame = signals(*rows)
    found = speaker_stances(frame, HOLDERS, LATER)
    order = list(range(len(frame)))
    chance.shuffle(order)
    pd.testing.assert_frame_equal(found, speaker_stances(frame.iloc[order], HOLDERS, LATER))
    told = found[found["reason"].isna()]
    assert (told["balance_low"] <= told["balance"]).all() and (told["balance"] <= told["balance_high"]).all()
    assert told[["balance_low", "balance_high"]].abs().max(axis=None) <= 1 or told.empty
    swapped = frame.rename(columns={"supportive": "restrictive", "restrictive": "supportive"})
    turned = speaker_stances(swapped, HOLDERS, LATER)
    np.testing.assert_allclose(turned["balance"].astype(float), -found["balance"].astype(float))
    np.testing.assert_allclose(turned["balance_low"].astype(float), -found["balance_high"].astype(float), atol=1e-6)
