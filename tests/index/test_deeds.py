"""The ledger of words and deeds over composed signals."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ValidationError
from analysis.index.deeds import DEEDS, LEDGER_FIGURES, LEDGER_KEY, LONGEST_RUN_WEEKS, WITHIN_DAYS, ledger
from analysis.tables import ACTS, OUTCOMES, STANCES, deeds

WARM, COLD, NEUTRAL = (0.8, 0.1, 0.05, 0.05), (0.05, 0.1, 0.8, 0.05), (0.1, 0.7, 0.1, 0.1)
LATER = pd.Timestamp("2026-01-01")


def signals(*rows):
    """Return signals of (day, act, probabilities), each in a story and document of its own unless a row tells otherwise."""
    made = []
    for number, (day, act, shares, *changes) in enumerate(rows):
        row = {
            "statement_id": f"s{number}", "document_id": f"d{number}", "story_id": f"t{number}", "published_on": day,
            "authority_id": "us-ftc", "sector": "online_platforms", "channel": "official", "act": act, "relevance": 1.0,
            **dict(zip(STANCES, shares, strict=True)),
        }  # fmt: skip
        made.append({**row, **(changes[0] if changes else {})})
    columns = [
        "statement_id", "document_id", "story_id", "published_on", "authority_id", "sector", "channel", "act", "relevance",
        *STANCES,
    ]  # fmt: skip
    return pd.DataFrame(made, columns=columns)


def outcomes(*rows, today=LATER):
    return ledger(signals(*rows), today)["outcome"].to_list()


def test_words_that_an_act_of_the_same_direction_follows_are_followed():
    found = ledger(signals(("2025-03-03", "speech", WARM), ("2025-04-01", "support", WARM)), LATER)
    [row] = found.to_dict("records")
    assert (row["words"], row["outcome"], row["acts"], row["act_count"]) == ("warm", "followed", "support", 1)
    assert (row["first_on"], row["last_on"], row["due_on"]) == (date(2025, 3, 3), date(2025, 3, 3), date(2025, 6, 1))
    assert row["first_act_on"] == date(2025, 4, 1)
    assert row["balance"] == pytest.approx(0.75 / 0.95)
    assert outcomes(("2025-03-03", "speech", COLD), ("2025-04-01", "fine", COLD)) == ["followed"]


def test_acts_of_the_other_direction_or_of_none_are_acting_otherwise():
    assert outcomes(("2025-03-03", "speech", WARM), ("2025-04-01", "fine", COLD)) == ["acted_otherwise"]
    assert outcomes(("2025-03-03", "speech", WARM), ("2025-04-01", "guidance", NEUTRAL)) == ["acted_otherwise"]
    both = [("2025-04-01", "fine", COLD), ("2025-04-02", "support", WARM)]
    assert outcomes(("2025-03-03", "speech", WARM), *both) == ["acted_otherwise"]
    assert outcomes(("2025-03-03", "speech", WARM), *both, ("2025-04-03", "approval", WARM)) == ["followed"]


def test_only_acts_from_the_next_day_to_the_ninetieth_count():
    for day, expected in (
        ("2025-03-03", "no_act"),
        ("2025-03-04", "followed"),
        ("2025-06-01", "followed"),
        ("2025-06-02", "no_act"),
    ):
        assert outcomes(("2025-03-03", "speech", WARM), (day, "support", WARM)) == [expected]
    assert WITHIN_DAYS == 90


def test_an_act_of_another_authority_or_sector_does_not_follow_and_one_told_by_the_press_does():
    words = ("2025-03-03", "speech", WARM)
    for change in ({"authority_id": "us-sec"}, {"sector": "fintech"}):
        assert outcomes(words, ("2025-04-01", "support", WARM, change)) == ["no_act"]
    assert outcomes(words, ("2025-04-01", "support", WARM, {"channel": "press"})) == ["followed"]


def test_what_is_not_due_yet_is_open_and_tells_the_acts_so_far():
    rows = [("2025-03-03", "speech", WARM), ("2025-04-01", "support", WARM)]
    found = ledger(signals(*rows), pd.Timestamp("2025-06-01"))
    assert found[["outcome", "act_count"]].to_numpy().tolist() == [["open", 1]]
    assert outcomes(*rows, today=pd.Timestamp("2025-06-02")) == ["followed"]


def test_a_run_goes_on_over_four_weeks_of_silence_and_ends_where_the_words_turn():
    days = [("2025-03-03", "speech", WARM), ("2025-03-31", "answer", WARM)]
    [row] = ledger(signals(*days), LATER).to_dict("records")
    assert (row["first_on"], row["last_on"], row["story_count"]) == (date(2025, 3, 3), date(2025, 3, 31), 2)
    assert len(ledger(signals(days[0], ("2025-04-07", "speech", WARM)), LATER)) == 2
    turned = ledger(signals(days[0], ("2025-03-10", "speech", COLD), ("2025-03-17", "speech", WARM)), LATER)
    assert turned["words"].to_list() == ["warm", "cold", "warm"]
    mixed = ledger(signals(days[0], ("2025-03-10", "speech", WARM), ("2025-03-10", "speech", COLD)), LATER)
    assert mixed["last_on"].to_list() == [date(2025, 3, 3)]


def test_a_run_is_cut_after_a_quarter():
    weeks = [f"{day:%Y-%m-%d}" for day in pd.date_range("2025-01-06", periods=LONGEST_RUN_WEEKS + 1, freq="7D")]
    found = ledger(signals(*((day, "speech", WARM) for day in weeks)), LATER)
    assert found["story_count"].to_list() == [LONGEST_RUN_WEEKS, 1]


def test_statements_without_direction_and_those_that_go_on_with_a_deed_are_no_words():
    assert outcomes(("2025-03-03", "speech", NEUTRAL)) == []
    together = {"document_id": "d", "story_id": "t"}
    assert outcomes(("2025-03-03", "fine", COLD, together), ("2025-03-03", "none", COLD, together)) == []
    assert outcomes(("2025-03-03", "fine", COLD, together), ("2025-03-03", "speech", COLD, together)) == ["no_act"]
    assert outcomes(("2025-03-03", "none", COLD)) == ["no_act"]


def test_a_story_counts_once_however_many_statements_and_acts_it_has():
    story = {"story_id": "t"}
    words = [("2025-03-03", "speech", WARM, {**story, "document_id": name}) for name in "ab"]
    acts = [("2025-04-01", act, WARM, {"story_id": "u"}) for act in ("rule", "support")]
    [row] = ledger(signals(*words, *acts), LATER).to_dict("records")
    assert (row["story_count"], row["statement_count"], row["act_count"]) == (1, 2, 1)
    assert row["acts"] == "rule support"


def test_without_words_the_ledger_is_empty_and_an_unknown_act_is_an_error():
    empty = ledger(signals(), LATER)
    assert list(empty.columns) == [*LEDGER_KEY, *LEDGER_FIGURES] and empty.empty
    with pytest.raises(ValidationError, match="unknown act 'gift'"):
        ledger(signals(("2025-03-03", "gift", WARM)), LATER)


def test_the_ledger_has_the_columns_of_its_table():
    assert {*LEDGER_KEY, *LEDGER_FIGURES, "model_id", "as_of_at"} == {column.name for column in deeds.columns}
    assert {act for act in ACTS if act not in DEEDS} == {"speech", "answer", "none"}


ROW = st.tuples(
    st.dates(date(2024, 12, 1), date(2025, 9, 1)),
    st.sampled_from(["speech", "none", "answer", "rule", "fine", "support"]),
    st.sampled_from([WARM, COLD, NEUTRAL]),
    st.fixed_dictionaries(
        {
            "authority_id": st.sampled_from(["us-ftc", "us-sec"]),
            "story_id": st.sampled_from("abcdefgh"),
            "document_id": st.sampled_from("abcdefgh"),
            "channel": st.sampled_from(["official", "press"]),
        }
    ),
)
ROWS = st.lists(ROW, max_size=25)
TODAY = st.dates(date(2025, 2, 1), date(2025, 12, 1))


@settings(max_examples=40, deadline=None)
@given(ROWS, TODAY)
def test_deleting_later_data_changes_nothing(rows, today):
    frame, moment = signals(*rows), pd.Timestamp(today)
    known = frame[pd.to_datetime(frame["published_on"]) <= moment]
    pd.testing.assert_frame_equal(ledger(frame, moment), ledger(known, moment))


@settings(max_examples=40, deadline=None)
@given(ROWS, TODAY, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_the_figures_are_bounded(rows, today, chance):
    frame, moment = signals(*rows), pd.Timestamp(today)
    found = ledger(frame, moment)
    order = list(range(len(frame)))
    chance.shuffle(order)
    pd.testing.assert_frame_equal(found, ledger(frame.iloc[order], moment))
    assert found["balance"].between(-1, 1).all() and found["outcome"].isin(OUTCOMES).all()
    assert (found["supportive_count"] + found["restrictive_count"] <= found["act_count"]).all()
    assert not found.duplicated(LEDGER_KEY).any()
    assert not found.drop(columns="first_act_on").isna().any().any()


@settings(max_examples=40, deadline=None)
@given(ROWS, TODAY)
def test_swapping_supportive_and_restrictive_swaps_warm_and_cold_alone(rows, today):
    frame, moment = signals(*rows), pd.Timestamp(today)
    swapped = frame.rename(columns={"supportive": "restrictive", "restrictive": "supportive"})
    found, turned = ledger(frame, moment), ledger(swapped, moment)
    assert turned["outcome"].to_list() == found["outcome"].to_list()
    assert turned["words"].to_list() == found["words"].map({"warm": "cold", "cold": "warm"}).to_list()
    assert turned["balance"].to_list() == pytest.approx([-value for value in found["balance"]])
