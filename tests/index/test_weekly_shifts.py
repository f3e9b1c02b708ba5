from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.index.audits import NOTHING_KNOWN
from analysis.index.cells import BODY, SERIES, units
from analysis.index.weekly_shifts import holds_binding, weekly_shifts
from analysis.index.weights import declared_weights

NO_BINDING = pd.DataFrame(columns=[*BODY, "week_on"])
HEALTHY = pd.Series(dtype=float)
WARM, COLD = (12, 4, 1, 3), (1, 4, 12, 3)


@pytest.fixture(scope="module")
def turned(many):
    """Twelve stories a week of one body: cold for 30 weeks, then warm for six."""
    return [row for week in range(36) for row in many(12, week, weights=COLD if week < 30 else WARM)]


@pytest.fixture(scope="module")
def find(monday):
    def find(rows, until=35, binding=NO_BINDING):
        told = units(pd.DataFrame(rows).astype({"rank": object}), declared_weights())
        return weekly_shifts(told, monday + pd.Timedelta(weeks=until), NOTHING_KNOWN, HEALTHY, binding, draws=200)

    return find


def weeks_after(monday, found):
    return sorted(int((week - monday) // pd.Timedelta(weeks=1)) for week in found["week_on"].unique())


def test_a_turn_is_found_in_all_three_scopes_soon_after_it_and_nowhere_before(turned, find, monday):
    found, _ = find(turned)
    assert set(found["scope"]) == {"authority", "jurisdiction", "sector"}
    weeks = weeks_after(monday, found)
    assert 30 <= weeks[0] <= 31 and weeks[-1] == 35
    assert (found["change"] > 0.2).all() and (found["low"] < found["change"]).all()
    assert set(found["level"]) == {"monitor", "critical"}
    assert not found["is_corrected"].any()


def test_a_sure_change_is_critical_at_once_with_a_binding_act_and_else_when_it_lasts(turned, find, monday):
    found, _ = find(turned)
    of_body = found[found["scope"] == "authority"].sort_values("week_on")
    sure = of_body[of_body["probability"] >= 0.95].iloc[0]
    assert sure["level"] == "monitor"
    act = {"authority_id": "us-body", "jurisdiction": "US", "sector": "fintech", "channel": "official"}
    bound, _ = find(turned, binding=pd.DataFrame([{**act, "week_on": sure["week_on"]}]))
    same = bound[(bound["scope"] == "authority") & (bound["week_on"] == sure["week_on"])]
    assert same["level"].tolist() == ["critical"]


def test_the_stories_that_moved_it_are_those_of_the_turn_and_in_order(turned, find):
    found, moved = find(turned)
    last = moved[moved["week_on"] == found["week_on"].max()]
    of_body = last[last["scope"] == "authority"].sort_values("rank")
    assert of_body["rank"].tolist() == [1, 2, 3, 4, 5]
    sizes = of_body["influence"].abs().round(9).tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert set(of_body["story_id"]) <= {row["story_id"] for row in turned}


def test_later_weeks_change_nothing_earlier(turned, find, monday):
    whole, whole_moved = find(turned)
    known = [row for row in turned if pd.Timestamp(row["published_on"]) < monday + pd.Timedelta(weeks=33)]
    part, part_moved = find(known, until=32)
    until = monday + pd.Timedelta(weeks=32)
    for one, other in ((whole, part), (whole_moved, part_moved)):
        pd.testing.assert_frame_equal(one[one["week_on"] <= until].reset_index(drop=True), other)
    assert len(part)


def test_a_series_without_a_turn_has_no_shift_and_nothing_gives_nothing(many, find):
    steady = [row for week in range(34) for row in many(12, week, weights=(3, 3, 3, 2))]
    assert find(steady, until=33)[0].empty
    nothing = pd.DataFrame(steady[:1]).iloc[:0]
    found, moved = find(nothing)
    assert found.empty and moved.empty
    assert {"week_on", *SERIES} <= set(found.columns) & set(moved.columns)


def test_a_binding_act_counts_in_the_weeks_of_its_own_series_alone(monday):
    act = {"authority_id": "us-body", "jurisdiction": "US", "sector": "fintech", "channel": "official", "week_on": monday}
    cells = pd.DataFrame(
        [
            ("authority", "us-body", "US", "fintech", "official"),
            ("authority", "us-other", "US", "fintech", "official"),
            ("jurisdiction", "", "US", "fintech", "official"),
            ("jurisdiction", "", "US", "fintech", "press"),
            ("sector", "", "", "fintech", "official"),
        ],
        columns=SERIES,
    )
    expected = [True, False, True, False, True]
    for after in (0, 3):
        assert holds_binding(cells, monday + pd.Timedelta(weeks=after), pd.DataFrame([act])).tolist() == expected
    assert not holds_binding(cells, monday + pd.Timedelta(weeks=4), pd.DataFrame([act])).any()
    assert not np.any(holds_binding(cells, monday - pd.Timedelta(weeks=1), pd.DataFrame([act])))
