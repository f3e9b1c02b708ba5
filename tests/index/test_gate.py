from __future__ import annotations

import numpy as np
import pytest

from analysis.index.gate import withheld_points

GOOD = {"effective": 30.0, "width": 0.7, "date_count": 2, "healthy_share": 0.8, "audited_count": 60}


def reason(**changed):
    (found,) = withheld_points(**{name: np.array([value]) for name, value in (GOOD | changed).items()})
    return found


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, None),
        ({"effective": 29.9}, "too_few_effective"),
        ({"effective": 0, "width": np.nan}, "too_few_effective"),
        ({"date_count": 1}, "one_date"),
        ({"healthy_share": 0.79}, "sources_not_healthy"),
        ({"audited_count": 59}, "audit_too_small"),
        ({"audited_count": np.inf}, None),
        ({"width": 0.71}, "interval_too_wide"),
        ({"width": np.nan}, "interval_too_wide"),
    ],
)
def test_a_point_is_withheld_for_the_first_reason_that_holds(changed, wanted):
    assert reason(**changed) == wanted


def test_points_are_judged_by_themselves():
    found = withheld_points(
        np.array([40.0, 10.0, 40.0]), np.array([0.5, 0.5, 0.9]), np.array([3, 3, 3]), np.array(1.0), np.array(120)
    )
    assert found.tolist() == [None, "too_few_effective", "interval_too_wide"]
