"""Shifts, the stories that moved them, and regimes as a step: what it writes, and what it leaves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from judged_press import Press, filled
from sqlalchemy import bindparam, insert, update

from analysis import store
from analysis.settings import Settings
from analysis.steps.index import monday
from analysis.steps.place import open_place
from analysis.steps.shifts import find_shifts
from analysis.tables import (
    documents,
    instrument_changes,
    models,
    regimes,
    shift_stories,
    shifts,
    signal_sectors,
    stance_index,
    statements,
)

WARM, COLD = (0.8, 0.1, 0.05, 0.05), (0.05, 0.1, 0.8, 0.05)
STORIES_A_WEEK = 30
COLD_WEEKS, WARM_WEEKS = 12, 8
RUNNING = 0


@pytest.fixture
def place(request, tmp_path) -> Settings:
    """A place of the test's own, on SQLite where the test names no other database."""
    address = request.getfixturevalue(getattr(request, "param", "sqlite"))
    return Settings(
        home=tmp_path / "home", database=address, contact="", sources="sample", allow_loopback=True, smtp="", sender=""
    )


@pytest.fixture
def press(place) -> Press:
    engine = open_place(place)
    yield Press(engine)
    engine.dispose()


@pytest.fixture
def week(now):
    """The Monday of the week that lies this many weeks before the running one."""
    return lambda ago: monday(now.date()) - timedelta(weeks=ago)


def say(press, week_on: date, warm: int, act: str = "speech") -> list[str]:
    """Add a week's official stories of one authority on platforms, of which some lean towards them, and return their ids."""
    names = press.add(warm, WARM, channel="official") + press.add(STORIES_A_WEEK - warm, COLD, channel="official")
    days = [{"name": f"d{name[1:]}", "day": week_on + timedelta(days=number % 5)} for number, name in enumerate(names)]
    dating = update(documents).where(documents.c.document_id == bindparam("name"))
    said = update(statements).where(statements.c.authority_id.is_(None))
    about = [{"statement_id": name, "model_id": "m-1", "sector": "online_platforms", "relevance": 1.0} for name in names]
    with store.writing(press.engine) as connection:
        connection.execute(dating.values(published_on=bindparam("day"), date_flag="stated"), days)
        connection.execute(said.values(authority_id="us-ftc", act=act))
        connection.execute(insert(signal_sectors), about)
    return names


@pytest.fixture
def turned(press, week) -> Press:
    """Cold weeks, then warm ones; the last of them is the week before the running one."""
    for ago in range(COLD_WEEKS + WARM_WEEKS, RUNNING, -1):
        say(press, week(ago), warm=24 if ago <= WARM_WEEKS else 6)
    return press


@pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)
def test_a_turn_is_written_once_in_each_scope_with_the_stories_that_moved_it(turned, place, now, week, contents):
    written = find_shifts(place, now)["shifts"]
    rows = turned.rows(shifts)
    assert written == len(rows) > 0
    assert {row["scope"] for row in rows if row["week_on"] == week(1)} == {"authority", "jurisdiction", "sector"}
    # A week of 30 is not yet a turn of four weeks, and before it nothing moved.
    assert week(WARM_WEEKS) <= min(row["week_on"] for row in rows) <= week(WARM_WEEKS - 1)
    [last] = [row for row in rows if (row["scope"], row["week_on"]) == ("authority", week(1))]
    assert (last["authority_id"], last["jurisdiction"], last["sector"]) == ("us-ftc", "US", "online_platforms")
    assert (last["model_id"], last["as_of_at"], last["kind"], last["level"]) == ("m-1", now, "shift", "critical")
    assert 0.2 < last["low"] < last["change"] < last["high"] and not last["is_corrected"]
    assert last["effective_count"] == pytest.approx(4 * STORIES_A_WEEK)
    moved = turned.rows(shift_stories, shift_id=last["shift_id"])
    assert sorted(row["rank"] for row in moved) == [1, 2, 3, 4, 5]
    assert {row["shift_id"] for row in turned.rows(shift_stories)} == {row["shift_id"] for row in rows}
    before = contents(place)
    assert find_shifts(place, now + timedelta(hours=1)) == {"shifts": 0, "regimes": 0}
    assert contents(place) == before


def test_what_was_told_stays_though_the_documents_behind_it_are_gone(turned, place, now, contents):
    find_shifts(place, now)
    before = contents(place)
    with store.writing(turned.engine) as connection:
        connection.execute(update(documents).values(is_latest=False))
    assert find_shifts(place, now + timedelta(days=1)) == {"shifts": 0, "regimes": 0}
    after = contents(place)
    assert (after["shifts"], after["shift_stories"]) == (before["shifts"], before["shift_stories"])


def test_a_shift_near_a_change_of_the_instrument_is_called_one_and_others_are_not(turned, place, now, week):
    changed = filled(instrument_changes, change_id="c", changed_on=week(WARM_WEEKS), kind="parser", subject="paper")
    with store.writing(turned.engine) as connection:
        connection.execute(insert(instrument_changes), [changed])
    find_shifts(place, now)
    kinds = {row["week_on"]: row["kind"] for row in turned.rows(shifts)}
    assert kinds[min(kinds)] == "instrument change"
    assert kinds[week(1)] == "shift"


def test_a_sure_turn_with_a_binding_act_is_critical_at_once(press, place, now, week):
    for ago in range(6, 2, -1):
        say(press, week(ago), warm=6)
    for ago in (2, 1):
        say(press, week(ago), warm=29, act="fine")
    find_shifts(place, now)
    first, *_ = sorted(press.rows(shifts, scope="authority"), key=lambda row: row["week_on"])
    assert first["level"] == "critical"


def test_the_running_week_is_judged_when_it_is_over(press, place, now, week):
    for ago in range(7, RUNNING, -1):
        say(press, week(ago), warm=6)
    say(press, week(RUNNING), warm=29)
    assert find_shifts(place, now + timedelta(days=6)) == {"shifts": 0, "regimes": 0}
    assert find_shifts(place, now + timedelta(days=7))["shifts"] > 0
    assert {row["week_on"] for row in press.rows(shifts)} == {week(RUNNING)}


def draw(press, week, now, levels: dict[int, float]) -> None:
    """Write a point of four weeks for each week that lies so long ago."""
    series = {"scope": "authority", "authority_id": "us-ftc", "jurisdiction": "US", "sector": "online_platforms"}
    shown = {"channel": "official", "model_id": "m-1", "window_weeks": 4, "effective_count": 60.0, "as_of_at": now}
    points = [filled(stance_index, week_on=week(ago), balance=level, **series, **shown) for ago, level in levels.items()]
    with store.writing(press.engine) as connection:
        connection.execute(insert(stance_index), points)


def test_regimes_of_a_series_with_a_break_are_written_once_and_again_when_the_breaks_change(press, place, now, week):
    draw(press, week, now, {ago: -0.5 if ago > 8 else 0.5 for ago in range(20, RUNNING, -1)})
    assert find_shifts(place, now)["regimes"] == 2
    before, after = press.rows(regimes)
    assert [(row["started_on"], row["ended_on"]) for row in (before, after)] == [(week(20), week(9)), (week(8), week(1))]
    assert (before["kind"], after["kind"]) == ("first", "shift")
    assert (before["mean"], after["mean"]) == (-0.5, 0.5) and before["high"] < after["low"]
    assert (before["scope"], before["model_id"], before["found_on"]) == ("authority", "m-1", week(1))
    # A week more of the same moves no break.
    draw(press, week, now, {RUNNING: 0.5})
    assert find_shifts(place, now + timedelta(weeks=1))["regimes"] == 0
    draw(press, week, now, {-ahead: -0.5 for ahead in range(1, 11)})
    later = now + timedelta(weeks=11)
    assert find_shifts(place, later)["regimes"] == 3
    told = press.rows(regimes)
    assert [row for row in told if row["found_on"] == week(1)] == [before, after]
    assert [row["started_on"] for row in told if row["found_on"] == week(-10)] == [week(20), week(8), week(-1)]
    assert find_shifts(place, later)["regimes"] == 0


def test_regimes_that_late_documents_move_take_the_place_of_those_of_the_same_week(press, place, now, week):
    draw(press, week, now, {ago: -0.5 if ago > 8 else 0.5 for ago in range(20, RUNNING, -1)})
    find_shifts(place, now)
    with store.writing(press.engine) as connection:
        late = stance_index.c.week_on.in_([week(9), week(10)])
        connection.execute(update(stance_index).where(late).values(balance=0.5))
    assert find_shifts(place, now + timedelta(hours=1))["regimes"] == 2
    assert [row["started_on"] for row in press.rows(regimes)] == [week(20), week(10)]
    assert find_shifts(place, now + timedelta(hours=2))["regimes"] == 0


def test_a_break_that_is_undone_is_told_as_one_regime(press, place, now, week):
    draw(press, week, now, {ago: -0.5 if ago > 8 else 0.5 for ago in range(20, RUNNING, -1)})
    find_shifts(place, now)
    with store.writing(press.engine) as connection:
        connection.execute(update(stance_index).values(balance=0.5))
    assert find_shifts(place, now + timedelta(hours=1))["regimes"] == 1
    assert [(row["started_on"], row["kind"]) for row in press.rows(regimes)] == [(week(20), "first")]
    assert find_shifts(place, now + timedelta(hours=2))["regimes"] == 0


def test_of_a_series_that_became_too_short_the_regimes_stay_as_they_were_told(press, place, now, week):
    draw(press, week, now, {ago: -0.5 if ago > 8 else 0.5 for ago in range(20, RUNNING, -1)})
    find_shifts(place, now)
    with store.writing(press.engine) as connection:
        connection.execute(update(stance_index).where(stance_index.c.week_on > week(18)).values(gate="too_few_effective"))
    assert find_shifts(place, now + timedelta(hours=1))["regimes"] == 0
    assert len(press.rows(regimes)) == 2


@pytest.mark.parametrize("flaw", [{"gate": "too_few_effective"}, {"reason": "too_few_stories"}, {"window_weeks": 1}])
def test_regimes_are_of_the_points_of_four_weeks_that_pass_the_gate(press, place, now, week, flaw):
    draw(press, week, now, {ago: -0.5 if ago > 8 else 0.5 for ago in range(20, RUNNING, -1)})
    with store.writing(press.engine) as connection:
        connection.execute(update(stance_index).values(flaw))
    assert find_shifts(place, now)["regimes"] == 0


def test_without_a_current_model_nothing_is_written(turned, place, now):
    with store.writing(turned.engine) as connection:
        connection.execute(update(models).values(status="retired"))
    assert find_shifts(place, now) == {"shifts": 0, "regimes": 0}


def test_a_place_without_documents_has_no_shift(press, place, now):
    assert find_shifts(place, now) == {"shifts": 0, "regimes": 0}
