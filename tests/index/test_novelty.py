from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis.errors import ValidationError
from analysis.index import novelty
from analysis.index.novelty import DAYS_BEFORE, NOVELTY, novelties

DAY = pd.Timestamp("2025-03-03")
EAST, NORTH, BETWEEN = (1.0, 0.0), (0.0, 1.0), (0.6, 0.8)


def statement(name, day=0, speaker=None, authority="us-office", story=None):
    return {
        "statement_id": name,
        "story_id": story or f"t-{name}",
        "published_on": None if day is None else (DAY + pd.Timedelta(days=day)).date(),
        "speaker": speaker,
        "authority_id": authority,
    }


def found(rows, vectors, **more):
    frame = novelties(pd.DataFrame(rows), np.array(vectors, dtype=float), **more)
    return frame.astype(object).where(frame.notna(), None).set_index("statement_id").to_dict("index")


def test_the_novelty_is_what_a_hand_computes():
    rows = [statement("a", 0), statement("b", 1), statement("c", 2), statement("d", 3)]
    given_ = found(rows, [EAST, NORTH, BETWEEN, EAST])
    assert given_["a"] == {"novelty": None, "nearest_id": None, "compared_count": 0, "reason": "nothing_before"}
    assert (given_["b"]["novelty"], given_["b"]["nearest_id"], given_["b"]["compared_count"]) == (1, "a", 1)
    assert (given_["c"]["novelty"], given_["c"]["nearest_id"]) == (pytest.approx(0.2), "b")
    assert (given_["d"]["novelty"], given_["d"]["nearest_id"], given_["d"]["compared_count"]) == (0, "a", 3)
    assert given_["d"]["reason"] is None


def test_a_speaker_is_compared_with_himself_and_an_authority_with_all_of_its_own():
    rows = [
        statement("a", 0, "Wu Lan"), statement("b", 1, "Ann Bell"), statement("c", 2, "Wu Lan", "another-office"),
        statement("d", 3), statement("e", 4, None, "third-office"), statement("f", 5, None, None),
    ]  # fmt: skip
    given_ = found(rows, [EAST] * 6)
    assert [given_[name]["nearest_id"] for name in "abcdef"] == [None, None, "a", "a", None, None]
    assert given_["d"]["compared_count"] == 2
    assert [given_[name]["reason"] for name in "abef"] == ["nothing_before", "nothing_before", "nothing_before", "no_speaker"]


def test_only_the_twelve_months_strictly_before_count():
    rows = [
        statement("old", -DAYS_BEFORE - 1), statement("edge", -DAYS_BEFORE), statement("now", 0), statement("too", 0),
        statement("later", 1),
    ]  # fmt: skip
    given_ = found(rows, [EAST, BETWEEN, EAST, EAST, EAST])
    assert (given_["now"]["nearest_id"], given_["now"]["novelty"]) == ("edge", pytest.approx(0.4))
    assert given_["too"]["compared_count"] == 1
    assert given_["later"]["nearest_id"] == "now"


def test_a_copy_is_no_repetition():
    rows = [statement("a", 0, story="one"), statement("b", 1, story="one"), statement("c", 2, story="two")]
    given_ = found(rows, [EAST] * 3)
    assert given_["b"]["reason"] == "nothing_before"
    assert (given_["c"]["nearest_id"], given_["c"]["novelty"]) == ("a", 0)


def test_a_statement_without_a_day_is_neither_compared_nor_compared_with():
    given_ = found([statement("a", None), statement("b", 1), statement("c", 2)], [EAST, EAST, NORTH])
    assert (given_["a"]["reason"], given_["b"]["reason"]) == ("no_date", "nothing_before")
    assert given_["c"]["nearest_id"] == "b"


def test_a_vector_of_nothing_and_an_opposite_one_are_new():
    given_ = found([statement("a", 0), statement("b", 1), statement("c", 2)], [EAST, (0, 0), (-1, 0)])
    assert (given_["b"]["novelty"], given_["c"]["novelty"]) == (1, 1)


def test_only_those_asked_for_are_given_and_what_does_not_fit_is_refused():
    rows = [statement("a", 0), statement("b", 1)]
    assert list(found(rows, [EAST, EAST], is_asked=np.array([False, True]))) == ["b"]
    assert list(novelties(pd.DataFrame(rows).iloc[:0], np.zeros((0, 2))).columns) == NOVELTY
    with pytest.raises(ValidationError, match="1 vectors for 2 statements"):
        novelties(pd.DataFrame(rows), np.zeros((1, 2)))


def crowd(seed, number=160):
    rng = np.random.default_rng(seed)
    days = rng.integers(0, 700, number)
    speakers = rng.choice(["Wu Lan", "Ann Bell", None], number)
    offices = rng.choice(["x", "y", "z", None], number)
    stories = rng.integers(0, number // 2, number)
    rows = [statement(f"s{n:03}", int(days[n]), speakers[n], offices[n], f"t{stories[n]}") for n in range(number)]
    return pd.DataFrame(rows), rng.normal(size=(number, 5))


def by_hand(rows, vectors):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    days = pd.to_datetime(rows["published_on"])
    best = []
    for n, row in rows.iterrows():
        name = "speaker" if pd.notna(row["speaker"]) else "authority_id"
        age = (days[n] - days).dt.days
        is_before = (rows[name] == row[name]) & (age > 0) & (age <= DAYS_BEFORE) & (rows["story_id"] != row["story_id"])
        best.append(1 - max(0, (unit[is_before.to_numpy()] @ unit[n]).max()) if is_before.any() else np.nan)
    return best


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix])
def test_blocks_give_what_each_row_alone_gives(kind, monkeypatch):
    monkeypatch.setattr(novelty, "BLOCK_ROWS", 7)
    monkeypatch.setattr(novelty, "BLOCK_COLUMNS", 11)
    rows, vectors = crowd(5)
    np.testing.assert_allclose(novelties(rows, kind(vectors))["novelty"], by_hand(rows, vectors), atol=1e-8)


@given(st.integers(0, 10_000), st.integers(50, 650))
@settings(max_examples=15, deadline=None)
def test_later_statements_and_the_order_of_rows_change_nothing_and_novelty_keeps_its_bounds(seed, cut):
    rows, vectors = crowd(seed)
    whole = novelties(rows, vectors)
    order = np.random.default_rng(seed).permutation(len(rows))
    shuffled = novelties(rows.iloc[order], vectors[order]).sort_values("statement_id", ignore_index=True)
    pd.testing.assert_frame_equal(shuffled, whole)
    is_before = (pd.to_datetime(rows["published_on"]) <= DAY + pd.Timedelta(days=cut)).to_numpy()
    pd.testing.assert_frame_equal(novelties(rows[is_before], vectors[is_before]), whole[is_before].reset_index(drop=True))
    assert whole["novelty"].dropna().between(0, 1).all()
    assert (whole["novelty"].isna() == whole["reason"].notna()).all()
    assert (whole["nearest_id"].isna() == whole["reason"].notna()).all()
