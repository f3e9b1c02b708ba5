from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ValidationError
from analysis.index.silence import FALSE_DISCOVERY, SILENCE, WEEKS_BEFORE, WEEKS_JUDGED, silences
from analysis.tables.activity import TOGETHER

UNTIL = pd.Timestamp("2025-06-01")
WEEKS = pd.date_range(end=UNTIL - pd.Timedelta(days=6), periods=WEEKS_BEFORE + WEEKS_JUDGED, freq="7D")


def told(counts, authority="cn-ministry", sector="video_games", source="feed"):
    """Return statements of one sector, as many in each of the last weeks as `counts` say."""
    weeks = WEEKS[-len(counts) :]
    days = [week + pd.Timedelta(days=number % 7) for week, count in zip(weeks, counts, strict=True) for number in range(count)]
    return pd.DataFrame(
        {
            "statement_id": [f"{authority}-{sector}-{source}-{day:%m%d%y}-{number}" for number, day in enumerate(days)],
            "authority_id": authority,
            "sector": sector,
            "source_id": source,
            "published_on": days,
        }
    )


def healthy(sources=("feed",), dead=()):
    rows = [{"source_id": source, "week_on": week, "is_healthy": week not in dead} for source in sources for week in WEEKS]
    return pd.DataFrame(rows)


def row(frame, sector=TOGETHER, authority="cn-ministry"):
    [found] = frame[(frame["sector"] == sector) & (frame["authority_id"] == authority)].to_dict("records")
    return found


STEADY = [3] * WEEKS_BEFORE


def test_an_authority_that_stops_speaking_is_silent():
    found = silences(told([*STEADY, 0, 0, 0, 0]), healthy(), UNTIL)
    assert list(found.columns) == SILENCE
    for sector in ("video_games", TOGETHER):
        silent = row(found, sector)
        assert (silent["expected"], silent["seen_count"]) == (pytest.approx(12), 0)
        assert silent["is_silent"] and silent["reason"] is None
        assert silent["probability"] < 1e-4
        assert silent["probability"] <= silent["adjusted"] <= FALSE_DISCOVERY
        assert silent["source_count"] == 1


def test_one_that_says_as_much_as_ever_is_not():
    found = row(silences(told([*STEADY, 3, 2, 4, 3]), healthy(), UNTIL))
    assert not found["is_silent"]
    assert found["seen_count"] == 12
    assert found["probability"] > 0.4


def test_a_dead_feed_is_no_silence():
    found = silences(told([*STEADY, 0, 0, 0, 0]), healthy(dead=[WEEKS[-2]]), UNTIL)
    assert list(found["reason"]) == ["source_died"] * 2
    assert not found["is_silent"].any()
    assert found[["expected", "probability", "adjusted"]].isna().all(axis=None)
    unknown = silences(told([*STEADY, 0, 0, 0, 0]), healthy(("another",)), UNTIL)
    assert list(unknown["reason"]) == ["source_died"] * 2


def test_only_sources_that_are_healthy_now_are_counted_before_and_now():
    both = pd.concat([told([*([5] * WEEKS_BEFORE), 0, 0, 0, 0]), told([*([1] * WEEKS_BEFORE), 1, 1, 1, 1], source="dying")])
    lives = pd.concat([healthy(), healthy(("dying",), dead=WEEKS[-4:])])
    found = row(silences(both, lives, UNTIL))
    assert (found["expected"], found["seen_count"], found["source_count"]) == (pytest.approx(20), 0, 1)
    assert found["is_silent"]


def test_weeks_in_which_a_source_was_dead_do_not_lower_what_is_expected():
    gap = [3] * 52 + [0] * 26 + [3] * 26
    found = row(silences(told([*gap, 3, 3, 3, 3]), healthy(dead=WEEKS[52:78]), UNTIL))
    assert found["expected"] == pytest.approx(12)


def test_what_is_rarely_said_cannot_be_missed():
    found = row(silences(told([*([1, 0, 0, 0, 0, 0, 0, 0] * 13), 0, 0, 0, 0]), healthy(), UNTIL))
    assert (found["reason"], found["is_silent"]) == ("too_few_expected", False)
    assert found["expected"] == pytest.approx(0.5)
    assert np.isnan(found["probability"])


def test_a_short_past_is_told():
    found = row(silences(told([5] * 10 + [0, 0, 0, 0]), healthy(dead=WEEKS[:90]), UNTIL))
    assert found["reason"] == "past_too_short"


def test_statements_that_come_in_clumps_are_missed_later():
    even, clumped = [6] * WEEKS_BEFORE, [0, 0, 0, 0, 0, 0, 0, 48] * 13
    p_even, p_clumped = (row(silences(told([*past, 1, 2, 1, 0]), healthy(), UNTIL))["probability"] for past in (even, clumped))
    assert p_even < 0.001 < 0.05 < p_clumped


def test_a_month_in_which_little_is_ever_said_expects_little():
    is_may = [week.month == 5 for week in WEEKS + pd.Timedelta(days=3)]
    counts = [0 if quiet else 8 for quiet in is_may]
    found = row(silences(told(counts), healthy(), UNTIL))
    assert found["expected"] < 20 < 32
    flat = row(silences(told([*([8] * WEEKS_BEFORE), *counts[-4:]]), healthy(), UNTIL))
    assert flat["expected"] > 30
    assert flat["is_silent"]
    assert found["probability"] > 100 * flat["probability"]


def test_of_many_cells_of_which_none_changed_hardly_one_is_told():
    rng = np.random.default_rng(3)
    parts = [told(rng.negative_binomial(1.5, 0.3, len(WEEKS)), authority=f"a-{number}") for number in range(100)]
    found = silences(pd.concat(parts), healthy(), UNTIL)
    judged = found[found["sector"] == TOGETHER]
    assert judged["probability"].notna().all()
    assert (judged["probability"] < 0.1).mean() < 0.2
    assert found["is_silent"].sum() <= 2


def test_days_outside_are_not_looked_at_and_a_day_that_is_no_sunday_is_refused():
    rows = told([*STEADY, 0, 0, 0, 0])
    later = rows.assign(statement_id=rows["statement_id"] + "x", published_on=UNTIL + pd.Timedelta(days=1))
    pd.testing.assert_frame_equal(silences(pd.concat([rows, later]), healthy(), UNTIL), silences(rows, healthy(), UNTIL))
    with pytest.raises(ValidationError, match="give a Sunday"):
        silences(rows, healthy(), UNTIL - pd.Timedelta(days=1))
    assert silences(rows.iloc[:0], healthy(), UNTIL).empty
    assert silences(rows.assign(authority_id=None), healthy(), UNTIL).empty


@given(st.lists(st.integers(0, 9), min_size=WEEKS_BEFORE + 4, max_size=WEEKS_BEFORE + 4), st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_order_and_copies_of_rows_change_nothing_and_figures_keep_their_bounds(counts, seed):
    rows = pd.concat([told(counts), told(counts[::-1], sector="fintech"), told(counts, authority="us-office")])
    found = silences(rows, healthy(), UNTIL)
    shuffled = pd.concat([rows, rows]).sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(found, silences(shuffled, healthy().sample(frac=1, random_state=seed), UNTIL))
    judged = found[found["reason"].isna()]
    assert judged["probability"].between(0, 1).all()
    assert (judged["adjusted"] >= judged["probability"] - 1e-12).all()
    assert (found["reason"].isna() == found["probability"].notna()).all()
