from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.index.audits import ALARMS, AUDIT, NOTHING_KNOWN, Errors
from analysis.index.fingerprints import GAP, REACH, fingerprints, instrument, stretches, touched, unit_weeks
from analysis.index.weights import Weights, declared_weights

MONDAY = pd.Timestamp("2025-03-03")
NONE = pd.Series(dtype=float)
LAST = 180


def rows(weeks):
    """Return a row a statement, each of a story of its own, in these weeks after the first Monday."""
    return pd.DataFrame(
        {
            "unit": [f"story {number}" for number in range(len(weeks))],
            "words": "en none",
            "published_on": [f"{MONDAY + pd.Timedelta(weeks=week, days=2):%Y-%m-%d}" for week in weeks],
            "relevance": 1.0,
            "supportive": [number / 100 for number in range(len(weeks))],
        }
    )


def prints(told, errors=NOTHING_KNOWN, healthy=NONE, shared="", until=LAST):
    return fingerprints(told, unit_weeks(told), errors, healthy, shared, MONDAY + pd.Timedelta(weeks=until))


def changed(one, other):
    return [int((week - MONDAY) / pd.Timedelta(weeks=1)) for week in touched(one, other)]


def test_a_story_counts_in_its_first_week_and_what_is_not_about_its_sector_in_none():
    told = rows([3, 1, 5]).assign(unit=["a", "a", "b"], relevance=[1.0, 1.0, 0.0])
    assert unit_weeks(told).tolist()[:2] == [MONDAY + pd.Timedelta(weeks=1)] * 2
    assert unit_weeks(told).isna().tolist() == [False, False, True]


@given(st.lists(st.integers(0, LAST), min_size=2, max_size=12), st.integers(0, LAST), st.randoms())
@settings(max_examples=40, deadline=None)
def test_a_story_more_is_felt_in_its_week_and_the_reach_after_it_whatever_the_order(weeks, more, random):
    before, both = rows([0, *weeks]), rows([0, *weeks, more])
    mixed = both.sample(frac=1, random_state=random.randrange(2**31))
    pd.testing.assert_series_equal(prints(mixed), prints(both))
    assert changed(prints(before), prints(both)) == list(range(more, min(more + REACH, LAST) + 1))


@pytest.mark.parametrize("column", ["words", "supportive", "unit", "relevance", "published_on"])
def test_every_column_counts(column):
    told = rows([0, 20, 20])
    other = told.assign(**{column: told[column].where([True, False, True], {"published_on": "2025-07-24"}.get(column, 0.5))})
    assert changed(prints(told), prints(other)) == list(range(20, 20 + REACH + 1))


def test_two_statements_that_change_places_are_seen():
    told = rows([0, 20, 20])
    assert changed(prints(told), prints(told.assign(words=["en none", "de none", "en none"])))
    one, other = (told.assign(words=["en none", *words]) for words in (("fr a", "fr b"), ("fr b", "fr a")))
    assert changed(prints(one), prints(other)) == list(range(20, 20 + REACH + 1))


def test_audits_alarms_and_healthy_sources_are_felt_where_figures_ask_for_them():
    told, week = rows([0, LAST]), MONDAY + pd.Timedelta(weeks=50)
    answer = pd.DataFrame([(week.date(), "en", "press", "d", "neutral", 1.0, 0.1, 0.7, 0.1, 0.1)], columns=AUDIT)
    alarm = pd.DataFrame([(week.date(), "en", True)], columns=ALARMS)
    plain = prints(told)
    assert changed(plain, prints(told, Errors(answer, None, NOTHING_KNOWN.alarms))) == list(range(51, 64))
    assert changed(plain, prints(told, Errors(NOTHING_KNOWN.audit, None, alarm))) == list(range(50, 63))
    assert changed(plain, prints(told, healthy=pd.Series([0.5], index=[week]))) == list(range(50, 63))
    assert len(changed(plain, prints(told, shared="another"))) == LAST + 1


def test_what_all_weeks_share_is_weights_and_the_stored_evaluation():
    plain = instrument(declared_weights(), NOTHING_KNOWN)
    assert plain == instrument(declared_weights(), NOTHING_KNOWN)
    assert plain != instrument(Weights(declared_weights().lines[1:]), NOTHING_KNOWN)
    assert plain != instrument(declared_weights(), Errors(NOTHING_KNOWN.audit, np.eye(4), NOTHING_KNOWN.alarms))


def test_what_comes_after_the_last_week_is_not_looked_at_and_nothing_has_no_fingerprint():
    pd.testing.assert_series_equal(prints(rows([0, 7, 30]), until=20), prints(rows([0, 7]), until=20))
    assert prints(rows([30]), until=20).empty
    assert prints(rows([1]).iloc[:0]).empty


def test_weeks_that_only_one_run_knows_are_touched():
    assert changed(prints(rows([3])), prints(rows([1]).iloc[:0])) == list(range(3, LAST + 1))


def test_touched_weeks_are_computed_in_stretches():
    weeks = pd.DatetimeIndex([MONDAY + pd.Timedelta(weeks=number) for number in (0, 1, 1 + GAP, 2 + 2 * GAP)])
    assert stretches(weeks) == [(weeks[0], weeks[2]), (weeks[3], weeks[3])]
    assert stretches(weeks[:0]) == []
