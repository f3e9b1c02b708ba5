"""What `database check` finds in the figures of the index and in shifts."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from judged_press import Press, filled
from sqlalchemy import insert, text

from analysis import store
from analysis.settings import Settings
from analysis.steps.integrity import check_database
from analysis.steps.place import open_place
from analysis.tables import WINDOWS, shift_stories, shifts, stance_gaps, stance_index

SERIES = {"week_on": date(2025, 3, 3), "scope": "jurisdiction", "jurisdiction": "US", "sector": "fintech", "model_id": "m-1"}
POINT = "a point has a figure in its interval, or a reason"
CORRECTED = "a point has a corrected figure in its interval, or a reason"
GAP = "a gap has a figure in its interval, or a reason"
CORRECTED_GAP = "a gap has a corrected figure in its interval, or a reason"
WINDOW = "a week's story is in the longer windows too"


def figures(name: str, low: float, value: float, high: float) -> dict[str, float]:
    return {f"{name}_low": low, name: value, f"{name}_high": high}


def settings_of(folder: Path, address: str) -> Settings:
    return Settings(home=folder, database=address, contact="", sources="sample", allow_loopback=True, smtp="", sender="")


def compose(made: Settings) -> Settings:
    """Fill a place with points in all windows, a gap with all its figures, one without, and a shift with a story."""
    engine = open_place(made)
    Press(engine).add()
    whole = {**figures("balance", 0.2, 0.5, 0.7), **figures("corrected_balance", 0.3, 0.6, 1.0)}
    none = {"reason": "too_few_stories", "corrected_reason": "too_few_stories"}
    points = [{"window_weeks": weeks, **(none if weeks == 1 else whole)} for weeks in WINDOWS]
    gap = {**figures("gap", -2.0, -1.5, 0.1), **figures("corrected_gap", -1.9, -1.6, -1.0)}
    without = {"reason": "no_press_figure", "corrected_reason": "no_press_figure"}
    shift = {**SERIES, "shift_id": "moved", "low": 0.2, "change": 0.4, "high": 0.6}
    with store.writing(engine) as connection:
        for values in points:
            connection.execute(insert(stance_index), [filled(stance_index, **SERIES, **values)])
        for weeks, values in ((13, gap), (1, without)):
            connection.execute(insert(stance_gaps), [filled(stance_gaps, **SERIES, window_weeks=weeks, **values)])
        connection.execute(insert(shifts), [filled(shifts, **shift)])
        connection.execute(insert(shift_stories), [filled(shift_stories, shift_id="moved", story_id="t0000")])
    engine.dispose()
    return made


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    """A database on SQLite that breaks no rule, for tests to copy."""
    path = tmp_path_factory.mktemp("original") / "policy_signals.db"
    compose(settings_of(path.parent, f"sqlite:///{path}"))
    return path


@pytest.fixture
def place(original, tmp_path) -> Settings:
    shutil.copy(original, tmp_path)
    return settings_of(tmp_path, f"sqlite:///{tmp_path / original.name}")


def broken(place) -> dict[str, int]:
    """The broken rules, without those of documents: a composed statement has no place in its text."""
    found = check_database(place)["broken"]
    return {rule: count for rule, count in found.items() if "document" not in rule}


def change(place, words: str) -> None:
    with store.writing(store.open_engine(place.database_url)) as connection:
        connection.execute(text(words))


def test_figures_in_their_intervals_and_stated_reasons_break_no_rule_and_others_do(database, tmp_path):
    place = compose(settings_of(tmp_path / "home", database))
    assert broken(place) == {}
    change(place, "UPDATE stance_index SET corrected_balance_low = 0.9 WHERE window_weeks > 1")
    change(place, "UPDATE stance_gaps SET reason = NULL")
    change(place, "DELETE FROM shift_stories")
    assert broken(place) == {CORRECTED: 2, GAP: 1, "a shift leads to the stories that moved it": 1}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("stance_index SET balance_low = NULL WHERE window_weeks = 13", POINT),
        ("stance_index SET balance_low = 0.6 WHERE window_weeks = 13", POINT),
        ("stance_index SET balance_high = 1.1 WHERE window_weeks = 13", POINT),
        ("stance_index SET reason = NULL WHERE window_weeks = 1", POINT),
        ("stance_index SET balance = 0.5 WHERE window_weeks = 1", POINT),
        ("stance_index SET reason = 'too_few_stories' WHERE window_weeks = 13", POINT),
        ("stance_index SET corrected_balance_high = 0.5 WHERE window_weeks = 13", CORRECTED),
        ("stance_index SET corrected_balance_low = -1.1 WHERE window_weeks = 13", CORRECTED),
        ("stance_index SET corrected_reason = NULL WHERE window_weeks = 1", CORRECTED),
        ("stance_index SET corrected_balance = NULL WHERE window_weeks = 13", CORRECTED),
        ("stance_gaps SET gap_low = -2.1 WHERE window_weeks = 13", GAP),
        ("stance_gaps SET gap_high = -1.7 WHERE window_weeks = 13", GAP),
        ("stance_gaps SET reason = NULL WHERE window_weeks = 1", GAP),
        ("stance_gaps SET corrected_gap_high = 2.1 WHERE window_weeks = 13", CORRECTED_GAP),
        ("stance_gaps SET corrected_reason = 'audit_too_small' WHERE window_weeks = 13", CORRECTED_GAP),
        ("shifts SET low = 0.5", "a shift has its change in its interval"),
        ("shifts SET high = 2.1", "a shift has its change in its interval"),
    ],
)
def test_a_figure_out_of_its_interval_or_scale_or_without_a_reason_is_found(place, wrong, rule):
    change(place, f"UPDATE {wrong}")
    assert broken(place) == {rule: 1}


@pytest.mark.parametrize("weeks", [4, 13])
def test_a_week_that_is_missing_in_a_longer_window_is_found(place, weeks):
    change(place, f"DELETE FROM stance_index WHERE window_weeks = {weeks}")
    assert broken(place) == {WINDOW: 1}


@pytest.mark.parametrize("gone", ["stories", "shifts"])
def test_a_story_of_a_shift_that_is_not_there_is_found(place, gone):
    engine = store.open_engine(place.database_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"DELETE FROM {gone}")
        connection.exec_driver_sql("COMMIT")
    assert broken(place).get("a story of a shift is there") == 1
