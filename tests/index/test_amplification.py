from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index.amplification import AMPLIFICATION, HOURS, amplifications

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
NOW = pd.Timestamp("2025-04-01", tz="UTC")


def document(name, hours=0, story="t", publisher="Gazette", language="en", country="US"):
    """Return a document `hours` after the first one's moment; a date is a day of which nothing more is known."""
    is_moment = isinstance(hours, int | float)
    at = NOON + timedelta(hours=hours) if is_moment else None
    return {
        "document_id": name,
        "story_id": story,
        "published_at": at,
        "published_on": at.date() if at else hours,
        "language": language,
        "publisher": publisher,
        "country": country,
    }


def found(*rows, now=NOW):
    frame = amplifications(pd.DataFrame(rows), now)
    return frame.astype(object).where(frame.notna(), None).set_index("story_id").to_dict("index")


def test_what_carries_a_story_within_three_days_is_counted():
    rows = [
        document("a"), document("b", 5, publisher="Courier", language="fr", country="FR"),
        document("c", HOURS, publisher="Courier", language="de", country=None), document("d", HOURS + 1, publisher="Late"),
    ]  # fmt: skip
    [story] = found(*rows).values()
    assert story == {
        "first_at": pd.Timestamp(NOON), "copy_count": 2, "publisher_count": 2, "language_count": 3, "country_count": 2,
        "attention": pytest.approx(np.log(3)), "document_count": 4, "is_final": True, "reason": None,
    }  # fmt: skip


def test_a_story_told_once_has_no_copies():
    [story] = found(document("a")).values()
    assert (story["copy_count"], story["attention"], story["publisher_count"]) == (0, 0, 1)


def test_a_day_counts_from_its_start():
    rows = [document("a", date(2025, 3, 3)), document("b", date(2025, 3, 6)), document("c", date(2025, 3, 7))]
    [story] = found(*rows).values()
    assert (story["first_at"], story["copy_count"]) == (pd.Timestamp("2025-03-03", tz="UTC"), 1)


def test_stories_are_kept_apart_and_one_without_a_date_says_so():
    stories = found(document("a"), document("b", 1, story="u"), document("c", None, story="v"))
    assert list(stories) == ["t", "u", "v"]
    assert (stories["t"]["copy_count"], stories["u"]["copy_count"]) == (0, 0)
    undated = stories["v"]
    assert (undated["reason"], undated["copy_count"], undated["document_count"], undated["is_final"]) == (
        "no_date",
        0,
        1,
        False,
    )
    assert undated["first_at"] is undated["attention"] is None


def test_before_three_days_are_over_the_figures_are_not_final():
    rows = [document("a"), document("b", 50)]
    early = pd.Timestamp(NOON) + pd.Timedelta(hours=10)
    [story] = found(*rows, now=early).values()
    assert (story["copy_count"], story["is_final"]) == (0, False)
    assert not found(*rows, now=pd.Timestamp(NOON) + pd.Timedelta(hours=HOURS))["t"]["is_final"]


def test_nothing_gives_an_empty_frame_of_the_same_columns():
    empty = pd.DataFrame([document("a")]).iloc[:0]
    assert list(amplifications(empty, NOW).columns) == AMPLIFICATION
    assert amplifications(empty, NOW).empty


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 200), st.sampled_from(["en", "fr", "zh"])), min_size=1, max_size=30)
)
@settings(max_examples=20, deadline=None)
def test_later_documents_the_order_and_copies_of_rows_change_nothing(drawn):
    rows = [document(f"d{n}", hours, f"t{story}", f"p{n % 4}", language) for n, (story, hours, language) in enumerate(drawn)]
    frame = pd.DataFrame(rows)
    whole = amplifications(frame, NOW)
    pd.testing.assert_frame_equal(amplifications(pd.concat([frame[::-1], frame]), NOW), whole)
    late = frame.assign(document_id=frame["document_id"] + "x", published_at=pd.Timestamp(NOON) + pd.Timedelta(days=20))
    figures = [name for name in AMPLIFICATION if name != "document_count"]
    pd.testing.assert_frame_equal(amplifications(pd.concat([frame, late]), NOW)[figures], whole[figures])
    assert (whole["copy_count"] < whole["document_count"]).all()
    assert (whole["publisher_count"] <= whole["copy_count"] + 1).all()
