from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analysis.index.vintages import LAST_LAG, is_provisional, new_vintages, revisions

MONDAY = date(2025, 3, 3)
END = datetime(2025, 3, 10, tzinfo=UTC)
KEY, FIGURES = ["week_on", "window_weeks"], ["balance", "story_count", "is_fragile", "reason"]
EMPTY = {"balance": None, "story_count": 0, "is_fragile": False, "reason": "too_few_stories"}


@pytest.mark.parametrize(
    ("as_of_at", "wanted"),
    [
        (END - timedelta(days=3), True),
        (END + timedelta(weeks=4) - timedelta(seconds=1), True),
        (END + timedelta(weeks=4), False),
    ],
)
def test_a_figure_is_provisional_for_four_weeks_after_its_windows_last_day(as_of_at, wanted):
    assert is_provisional(MONDAY, as_of_at) is wanted


def frame(*rows):
    return pd.DataFrame(list(rows), columns=[*KEY, *FIGURES])


ONE = (MONDAY, 1, 0.25, 4, False, None)
NONE = (MONDAY, 4, np.nan, 2, False, "too_few_stories")


def fresh(computed, held):
    return new_vintages(computed, held, KEY, FIGURES, EMPTY)


def test_nothing_is_new_where_nothing_differs():
    held = frame(ONE, (MONDAY, 4, None, 2, 0, "too_few_stories"))
    assert fresh(frame(NONE, ONE), held).empty
    assert fresh(frame((MONDAY, 1, 0.25 + 1e-9, 4, False, None)), frame(ONE)).empty
    assert fresh(frame(), frame()).empty


@pytest.mark.parametrize(
    "changed",
    [
        (MONDAY, 1, 0.26, 4, False, None),
        (MONDAY, 1, 0.25, 5, False, None),
        (MONDAY, 1, 0.25, 4, True, None),
        (MONDAY, 1, None, 4, False, "no_signal_mass"),
        (MONDAY + timedelta(weeks=1), 4, 0.25, 4, False, None),
    ],
)
def test_what_differs_in_a_figure_is_new(changed):
    held = frame(ONE) if changed[1] == 1 else frame(ONE, NONE)
    found = fresh(frame(changed) if changed[1] == 1 else frame(ONE, NONE, changed), held)
    assert len(found) == 1
    assert (found["week_on"].item(), found["window_weeks"].item(), found["story_count"].item()) == (
        changed[0],
        changed[1],
        changed[3],
    )


def test_a_point_that_is_gone_becomes_an_empty_one_once():
    found = fresh(frame(NONE), frame(ONE, NONE))
    assert found.where(found.notna(), None).to_dict("records") == [
        {"week_on": MONDAY, "window_weeks": 1, "balance": None, "story_count": 0, "is_fragile": False,
         "reason": "too_few_stories"}
    ]  # fmt: skip
    assert fresh(frame(NONE), frame((MONDAY, 1, None, 0, False, "too_few_stories"), NONE)).empty


def vintage(balance, weeks, week_on=MONDAY, window=1):
    moment = END + (week_on - MONDAY) + timedelta(weeks=weeks)
    return {"week_on": week_on, "window_weeks": window, "as_of_at": moment, "balance": balance}


def triangle(*rows):
    return revisions(pd.DataFrame(list(rows)), KEY).set_index(["window_weeks", "lag_weeks"])


def test_the_triangle_tells_how_far_each_lag_was_from_the_newest_figure():
    later = MONDAY + timedelta(weeks=1)
    found = triangle(vintage(0.1, -0.5), vintage(0.4, 1), vintage(0.3, 2.5), vintage(0.5, 0, later), vintage(0.1, 1, later))
    assert found["mean_revision"].to_dict() == pytest.approx({(1, 0): 0.3, (1, 1): 0.05, (1, 2): 0.1})
    assert found["largest_revision"].to_dict() == pytest.approx({(1, 0): 0.4, (1, 1): 0.1, (1, 2): 0.1})
    assert found["point_count"].to_dict() == {(1, 0): 2, (1, 1): 2, (1, 2): 1}


def test_what_was_not_known_yet_or_has_no_figure_is_not_counted():
    found = triangle(vintage(0.2, 3), vintage(0.2, 5, window=4), vintage(None, 1, window=13), vintage(0.7, 2, window=13))
    assert found.loc[1].index.tolist() == [3, 4, 5]
    assert found.loc[4].index.tolist() == [5]
    assert found.loc[13].index.tolist() == [2, 3, 4, 5]
    assert (found["mean_revision"] == 0).all()


def test_lags_end_after_half_a_year():
    found = triangle(vintage(0.1, 0), vintage(0.2, 200))
    assert found.loc[1].index.tolist() == list(range(LAST_LAG + 1))
    assert found["mean_revision"].to_list() == pytest.approx([0.1] * (LAST_LAG + 1))


def test_without_vintages_the_triangle_is_empty():
    empty = pd.DataFrame(columns=[*KEY, "as_of_at", "balance"])
    assert revisions(empty, KEY).empty
