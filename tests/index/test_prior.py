from __future__ import annotations

import numpy as np
import pytest

from analysis.index.balance import MASSES
from analysis.index.prior import EVEN, KAPPA_MEAN, PAST_WEEKS, past, week_number

S, N, R = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)


def prior(held, scope, week, window=1, **key):
    rows = held.cells.rows
    is_asked = (rows["scope"] == scope) & (rows["window_weeks"] == window) & (rows["week_on"] == week)
    for name, value in key.items():
        is_asked &= rows[name] == value
    (place,) = np.flatnonzero(is_asked)
    return held.prior[place], held.share_of_weight_present[place]


def test_running_sums_are_those_of_the_weeks_asked_for(signal, told):
    rows = [signal("a", S), signal("b", R, week=2), signal("c", N, week=5), signal("d", N, week=1, authority_id="us-other")]
    held = told(rows)
    found = past(held.told)
    first = week_number(held.told.rows["week_on"]).min()
    body = found.bodies[held.told.rows["story_id"].to_numpy() == "a"][0]
    assert found.between(*(np.array([value]) for value in (body, first, first + 2)))[0].tolist() == [1, 0, 1, 0, 2, 2]
    assert found.between(*(np.array([value]) for value in (body, first + 1, first + 1)))[0].tolist() == [0] * 6
    assert found.between(*(np.array([value]) for value in (body, first - 9, first - 1)))[0].tolist() == [0] * 6


def test_without_any_past_nothing_is_expected(signal, told, monday):
    held = told([signal("a", S)])
    for scope in ("authority", "jurisdiction", "sector"):
        assert prior(held, scope, monday)[0] == pytest.approx(EVEN)


def test_the_past_is_shrunk_to_that_of_the_wider_scope(signal, told, monday):
    rows = [signal(f"a{number}", S) for number in range(10)] + [signal("z", N, week=3)]
    found = told(rows)
    now = {scope: prior(found, scope, monday + week(3))[0] for scope in ("authority", "jurisdiction", "sector")}
    sector = (10 * np.array(S) + KAPPA_MEAN * EVEN) / (10 + KAPPA_MEAN)
    line = (10 * np.array(S) + KAPPA_MEAN * sector) / (10 + KAPPA_MEAN)
    own = (10 * np.array(S) + KAPPA_MEAN * line) / (10 + KAPPA_MEAN)
    assert now["sector"] == pytest.approx(sector)
    assert now["jurisdiction"] == pytest.approx(line)
    assert now["authority"] == pytest.approx(own)


def week(count):
    return np.timedelta64(7 * count, "D")


def test_the_window_itself_and_what_is_older_than_the_past_do_not_count(signal, told, monday):
    recent = [signal(f"b{number}", R, week=PAST_WEEKS) for number in range(5)]
    old = [signal(f"a{number}", S) for number in range(5)]
    at = [signal("z", N, week=PAST_WEEKS + 1)]
    end = monday + week(PAST_WEEKS + 1)
    with_old = prior(told([*old, *recent, *at], until=PAST_WEEKS + 1), "authority", end)[0]
    without = prior(told([*recent, *at], until=PAST_WEEKS + 1), "authority", end)[0]
    assert with_old == pytest.approx(without)
    inside = prior(told([*recent, *at], until=PAST_WEEKS + 1), "authority", end, window=4)[0]
    assert inside == pytest.approx(EVEN)


def test_bodies_that_talk_more_do_not_weigh_more_in_the_past_of_a_line(signal, told, monday):
    loud = [signal(f"a{number}", S) for number in range(50)]
    quiet = [signal(f"b{number}", R, authority_id="us-other") for number in range(50)]
    more = [signal(f"c{number}", S) for number in range(500)]
    at = [signal("z", N, week=1)]
    one, other = (prior(told([*rows, *at]), "sector", monday + week(1))[0] for rows in (loud + quiet, loud + more + quiet))
    assert one[0] == pytest.approx(one[2])
    assert other[0] == pytest.approx(other[2])


def test_the_share_of_weight_present_tells_who_is_missing(signal, told, monday):
    rows = [
        signal("a", S),
        signal("b", S, authority_id="us-court", level="court"),
        signal("c", S, week=1),
        signal("d", S, week=PAST_WEEKS + 20),
    ]
    held = told(rows, until=PAST_WEEKS + 20)
    assert prior(held, "jurisdiction", monday)[1] == 1
    assert prior(held, "jurisdiction", monday + week(1))[1] == pytest.approx(1 / 1.5)
    assert prior(held, "jurisdiction", monday + week(1), window=4)[1] == 1
    assert prior(held, "authority", monday + week(1))[1] == 1
    # Who has said nothing for two years is not missed.
    assert prior(held, "jurisdiction", monday + week(PAST_WEEKS + 20))[1] == 1


def test_later_stories_change_no_prior(many, told, monday):
    early = [row for number in range(6) for row in many(3, number)]
    late = [row for number in range(6, 12) for row in many(3, number, seed=9)]
    before, after = told(early, until=5), told([*early, *late], until=11)
    rows = after.cells.rows
    is_past = (rows["week_on"] <= monday + week(5)).to_numpy()
    assert after.prior[is_past] == pytest.approx(before.prior, abs=1e-12)
    assert np.array_equal(after.share_of_weight_present[is_past], before.share_of_weight_present)
    assert before.prior.shape == (before.size, len(MASSES))
    assert before.prior.sum(axis=1) == pytest.approx(np.ones(before.size))


def test_who_spoke_only_before_the_weeks_that_are_asked_for_counts_in_their_past(told, many):
    rows = many(5, week=10) + many(5, week=40, authority_id="us-other") + many(5, week=58)
    every, part = told(rows), told(rows, since=58)
    is_asked = (every.cells.rows["week_on"] >= part.cells.rows["week_on"].min()).to_numpy()
    np.testing.assert_allclose(part.prior, every.prior[is_asked], atol=1e-12)
    np.testing.assert_allclose(part.share_of_weight_present, every.share_of_weight_present[is_asked], atol=1e-12)
    assert part.share_of_weight_present.min() < 1
