from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.index.balance import CELL, MASSES, POINT, figures, points, stories
from analysis.tables import WINDOWS, stance_index

MONDAY = pd.Timestamp("2025-03-03")
FIGURES = ["balance", "balance_low", "balance_high", "tone_share", "signal_rate", "effective_count"]


def signal(story, mass, week=0, document=None, statement=None, relevance=1.0, cell=("US", "fintech", "official")):
    """Return the row of one statement, `week` weeks after the first Monday."""
    return {
        "story_id": story,
        "document_id": document or f"d-{story}-{week}",
        "statement_id": statement or f"s-{story}-{week}-{document}-{mass}",
        "published_on": (MONDAY + pd.Timedelta(weeks=week, days=2)).date(),
        **dict(zip(CELL, cell, strict=True)),
        "relevance": relevance,
        **dict(zip(MASSES, mass, strict=True)),
    }


def table(*rows):
    return pd.DataFrame(rows)


def many(count, week=0, seed=0, weights=(3, 2, 1, 2), name="story", cell=("US", "fintech", "official")):
    draws = np.random.default_rng(seed).dirichlet(weights, count)
    return [signal(f"{name}-{seed}-{week}-{number}", tuple(mass), week, cell=cell) for number, mass in enumerate(draws)]


def point(rows, week=0, window=1, until=MONDAY + pd.Timedelta(weeks=60)):
    found = points(table(*rows), until)
    (one,) = found[(found["week_on"] == MONDAY + pd.Timedelta(weeks=week)) & (found["window_weeks"] == window)].to_dict(
        "records"
    )
    return one


THREE = [
    signal("a", (0.8, 0.1, 0.1, 0.0)),
    signal("b", (0.2, 0.2, 0.4, 0.2)),
    signal("c", (0.0, 0.0, 0.0, 1.0)),
]


def test_the_balance_is_what_a_hand_computes():
    # p_S = 1.0, p_N = 0.3, p_R = 0.5 and p_0 = 1.2 over three stories.
    one = point(THREE)
    assert one["balance"] == pytest.approx((1.0 - 0.5) / 1.8)
    assert one["tone_share"] == pytest.approx((1.0 + 0.5) / 1.8)
    assert one["signal_rate"] == pytest.approx(1.8 / 3)
    assert (one["statement_count"], one["document_count"], one["effective_count"]) == (3, 3, 3)
    assert one["reason"] is None
    assert one["balance_low"] < one["balance"] < one["balance_high"]


def test_points_have_the_columns_of_their_table():
    assert list(points(table(*THREE), MONDAY).columns) == POINT
    assert set(POINT) <= {column.name for column in stance_index.columns}
    assert list(points(pd.DataFrame(), MONDAY).columns) == POINT
    assert points(table(*THREE), MONDAY - pd.Timedelta(weeks=1)).empty


def test_a_story_is_the_mean_of_its_statements_weighted_by_relevance():
    rows = [
        signal("a", (1.0, 0.0, 0.0, 0.0), statement="s1", relevance=0.75),
        signal("a", (0.0, 0.0, 1.0, 0.0), statement="s2", relevance=0.25),
    ]
    (story,) = stories(table(*rows)).to_dict("records")
    assert [story[name] for name in MASSES] == pytest.approx([0.75, 0.0, 0.25, 0.0])
    assert (story["statement_count"], story["document_count"], story["week_on"]) == (2, 1, MONDAY)


def test_copies_in_one_story_count_once():
    copies = [signal("a", (0.8, 0.1, 0.1, 0.0), document=f"copy-{number}") for number in range(9)]
    with_copies, without = point([*THREE, *copies]), point(THREE)
    assert [with_copies[name] for name in FIGURES] == pytest.approx([without[name] for name in FIGURES])
    assert with_copies["document_count"] == 12


@pytest.mark.parametrize("day", range(7))
def test_a_week_begins_on_monday(day):
    row = {**signal("a", (1, 0, 0, 0)), "published_on": (MONDAY + pd.Timedelta(days=day)).date()}
    assert stories(table(row))["week_on"].item() == MONDAY


def test_windows_hold_just_their_weeks():
    rows = [row for week in range(16) for row in many(3, week, seed=week)]
    found = points(table(*rows), MONDAY + pd.Timedelta(weeks=15))
    for window in WINDOWS:
        held = found[found["window_weeks"] == window].set_index("week_on")["effective_count"]
        assert list(held.index) == list(pd.date_range(MONDAY, periods=16, freq="7D"))
        assert held.to_list() == [3 * min(window, week + 1) for week in range(16)]


def test_a_window_is_the_sum_of_its_weeks():
    rows = [row for week in range(4) for row in many(4, week, seed=week)]
    whole = point(rows, week=3, window=4)
    mass = np.array([[row[name] for name in MASSES] for row in rows]).sum(axis=0)
    assert whole["balance"] == pytest.approx((mass[0] - mass[2]) / mass[:3].sum())
    assert whole["balance"] == pytest.approx(point(rows, week=3, window=13)["balance"])


def test_windows_end_where_they_hold_no_story():
    found = points(table(*THREE), MONDAY + pd.Timedelta(weeks=60))
    assert found.groupby("window_weeks").size().to_dict() == {1: 1, 4: 4, 13: 13}


def test_a_gap_is_no_point():
    found = points(table(*many(3, 0), *many(3, 6, seed=6)), MONDAY + pd.Timedelta(weeks=6))
    weeks = {window: ((rows["week_on"] - MONDAY).dt.days // 7).to_list() for window, rows in found.groupby("window_weeks")}
    assert weeks == {1: [0, 6], 4: [0, 1, 2, 3, 6], 13: [0, 1, 2, 3, 4, 5, 6]}


def test_too_few_stories_give_a_reason_and_no_figure():
    one = point(THREE[:2])
    assert one["reason"] == "too_few_stories"
    assert np.isnan([one[name] for name in ("balance", "balance_low", "balance_high", "tone_share")]).all()
    assert one["effective_count"] == 2
    assert one["signal_rate"] == pytest.approx(0.9)


def test_almost_no_signal_gives_a_reason_and_no_figure():
    silent = [signal(name, (0.01, 0.01, 0.01, 0.97)) for name in "abc"]
    assert point(silent)["reason"] == "no_signal_mass"
    assert np.isnan(point(silent)["balance"])
    mute = point([signal(name, (0.0, 0.0, 0.0, 1.0)) for name in "abc"])
    assert (mute["reason"], mute["signal_rate"]) == ("no_signal_mass", 0)
    assert point([signal(name, (0.02, 0.02, 0.02, 0.94)) for name in "abc"])["reason"] is None


def test_more_stories_make_the_interval_narrower():
    few, more = point(many(6, seed=1)), point(many(60, seed=1))
    assert more["balance_high"] - more["balance_low"] < few["balance_high"] - few["balance_low"]
    for one in (few, more):
        assert -1 <= one["balance_low"] < one["balance"] < one["balance_high"] <= 1


def test_cells_are_kept_apart():
    rows = [
        *many(4, seed=1),
        *many(4, seed=2, cell=("US", "fintech", "press")),
        *many(4, seed=3, cell=("EU", "fintech", "official")),
    ]
    found = points(table(*rows), MONDAY)
    assert len(found) == 3 * len(WINDOWS)
    alone = points(table(*rows[:4]), MONDAY)
    together = found[(found["jurisdiction"] == "US") & (found["channel"] == "official")]
    pd.testing.assert_frame_equal(together.reset_index(drop=True), alone, check_dtype=False)


def test_the_order_of_the_rows_changes_nothing():
    rows = [row for week in range(3) for row in many(5, week, seed=week)] + many(4, seed=9, cell=("EU", "fintech", "press"))
    until = MONDAY + pd.Timedelta(weeks=3)
    shuffled = table(*rows).sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(points(table(*rows), until), points(shuffled, until), rtol=1e-12)


def test_a_later_story_leaves_earlier_weeks_as_they_were():
    rows = [row for week in range(6) for row in many(4, week, seed=week)]
    until = MONDAY + pd.Timedelta(weeks=8)
    before = points(table(*rows), until)
    after = points(table(*rows, *many(5, 6, seed=77)), until)
    is_past = [frame["week_on"] < MONDAY + pd.Timedelta(weeks=6) for frame in (before, after)]
    pd.testing.assert_frame_equal(
        before[is_past[0]].reset_index(drop=True), after[is_past[1]].reset_index(drop=True), rtol=1e-12, check_dtype=False
    )


def test_nothing_after_until_counts():
    rows = [row for week in range(6) for row in many(4, week, seed=week)]
    until = MONDAY + pd.Timedelta(weeks=3)
    found = points(table(*rows), until)
    assert found["week_on"].max() == until
    pd.testing.assert_frame_equal(found, points(table(*rows[:16]), until), rtol=1e-12)


def test_figures_are_those_of_their_masses():
    mass = np.array([[2.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0]])
    found = figures(mass, np.tile(mass, (400, 1, 1)), np.array([4.0, 2.0]))
    assert found["balance"][0] == found["balance_low"][0] == found["balance_high"][0] == 0.25
    assert found["tone_share"][0] == 0.75
    assert found["signal_rate"].tolist() == [1.0, 0.5]
    assert found["reason"] == [None, "too_few_stories"]


def test_the_interval_covers_the_true_balance_as_often_as_it_promises():
    weights = np.array([1.5, 1.0, 0.5, 1.0])
    truth = (weights[0] - weights[2]) / weights[:3].sum()
    rows = [
        row
        for case in range(200)
        for row in many(12, seed=case, weights=weights, name=f"case-{case}", cell=(f"C{case:03}", "fintech", "official"))
    ]
    found = points(table(*rows), MONDAY)
    found = found[found["window_weeks"] == 1]
    assert len(found) == 200
    covered = ((found["balance_low"] <= truth) & (truth <= found["balance_high"])).mean()
    assert 0.8 <= covered <= 0.98
    assert (found["balance_high"] - found["balance_low"]).mean() < 0.8
