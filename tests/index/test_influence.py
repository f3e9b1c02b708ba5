from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index.balance import MASSES
from analysis.index.correction import corrected
from analysis.index.influence import influences
from analysis.index.intervals import balances


def rows(count=12, seed=1):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.dirichlet((2, 1, 1, 1), count), columns=MASSES)
    bodies = rng.integers(0, 3, count)
    return frame.assign(
        story_id=[f"story-{number:02}" for number in range(count)],
        authority_id=[f"body-{body}" for body in bodies],
        authority_weight=np.array([1.0, 0.5, 2.0])[bodies],
        weight=rng.choice([0.5, 1.0, 1.5], count),
        is_recent=np.arange(count) % 3 == 0,
    )


def balance(frame, matrix=None):
    """Return the balance of a window, authority by authority."""
    total = sum(
        part["authority_weight"].iloc[0] * (part[MASSES].to_numpy().T @ part["weight"].to_numpy()) / part["weight"].sum()
        for _, part in frame.groupby("authority_id")
    )
    return balances(total if matrix is None else corrected(total, matrix))


def change(frame, matrix=None):
    return balance(frame[frame["is_recent"]], matrix) - balance(frame[~frame["is_recent"]], matrix)


def by_hand(frame, matrix=None):
    whole = change(frame, matrix)
    return {name: whole - change(frame[frame["story_id"] != name], matrix) for name in frame["story_id"].unique()}


@pytest.mark.parametrize("matrix", [None, 0.6 * np.eye(4) + 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_the_influence_is_the_change_less_the_change_without_the_story(matrix, seed):
    frame = rows(seed=seed)
    told = influences(frame, matrix, most=100)
    wanted = by_hand(frame, matrix)
    assert dict(zip(told["story_id"], told["influence"], strict=True)) == pytest.approx(wanted)


def test_a_story_that_several_authorities_tell_in_both_windows_is_left_out_whole():
    frame = rows()
    frame.loc[[3, 7, 8], "story_id"] = "story-00"
    told = influences(frame, most=100).set_index("story_id")["influence"]
    assert told["story-00"] == pytest.approx(by_hand(frame)["story-00"])
    assert len(told) == 9


def test_the_largest_come_first_and_no_more_than_asked_for():
    frame = rows(30)
    told = influences(frame, most=4)
    sizes = sorted((abs(value) for value in by_hand(frame).values()), reverse=True)
    assert told["influence"].abs().to_numpy() == pytest.approx(sizes[:4])
    assert told["rank"].tolist() == [1, 2, 3, 4]
    assert len(influences(frame)) == 5


def test_a_supportive_story_moves_up_in_the_recent_window_and_down_in_the_one_before():
    frame = rows(20)
    frame.loc[[0, 1], MASSES] = [1.0, 0.0, 0.0, 0.0]
    told = influences(frame, most=20).set_index("story_id")["influence"]
    assert told["story-00"] > 0 > told["story-01"]


def test_of_equal_influences_the_lesser_id_comes_first():
    frame = pd.concat([rows(6), rows(6)], ignore_index=True).assign(story_id=[f"s-{number:02}" for number in range(12)])
    told = influences(frame, most=12)
    assert told["story_id"].tolist() == [
        name for pair in zip(told["story_id"][::2], told["story_id"][1::2], strict=True) for name in sorted(pair)
    ]


def test_a_story_without_which_nothing_is_left_has_no_influence():
    frame = rows(5).assign(is_recent=[True, False, False, False, False])
    told = influences(frame, most=5)
    assert "story-00" not in set(told["story_id"])
    assert len(told) == 4
    assert influences(frame.iloc[:0]).empty


@settings(max_examples=25, deadline=None)
@given(st.integers(6, 25), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_it_is_bounded_turns_with_the_labels_and_minds_no_order(count, seed, random):
    frame = rows(count, seed)
    order = list(range(count))
    random.shuffle(order)
    told = influences(frame, most=count)
    assert told["influence"].abs().max() <= 4
    pd.testing.assert_frame_equal(told, influences(frame.iloc[order], most=count))
    swapped = frame.rename(columns={"supportive": "restrictive", "restrictive": "supportive"})
    turned = influences(swapped, most=count).set_index("story_id")["influence"]
    assert turned[told["story_id"]].to_numpy() == pytest.approx(-told["influence"].to_numpy())
