from __future__ import annotations

from datetime import date

import pytest
from alembic import command
from alembic.config import Config
from judged_press import Press, filled
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from analysis import store
from analysis.steps.classify import _tell_acts
from analysis.steps.index import COUNTED, counted_signals
from analysis.tables import authorities, documents, shifts, signal_sectors, stance_index, statements

POINT = (
    "INSERT INTO stance_index (week_on, window_weeks, jurisdiction, sector, channel, model_id, as_of_at, balance, balance_low, "
    "balance_high, tone_share, signal_rate, statement_count, document_count, effective_count, reason) VALUES "
    "('2025-03-03', {window}, 'US', 'fintech', 'official', 'm-1', '2025-05-0{day} 00:00:00', {figures}, 50, 45, {effective}, "
    "{reason})"
)
KEPT = (
    "SELECT window_weeks, jurisdiction, balance, balance_low, balance_high, statement_count, document_count, effective_count, "
    "reason FROM stance_index ORDER BY window_weeks, as_of_at"
)
FIGURES, NO_FIGURES = "0.5, 0.2, 0.8, 0.9, 0.7", "NULL, NULL, NULL, NULL, NULL"
THIN = (1, "US", 0.5, 0.2, 0.8, 50, 45, 12.5, None)
OLDER = (4, "US", None, None, None, 50, 45, 2.0, "no_signal_mass")
NEWER = (4, "US", 0.5, 0.2, 0.8, 50, 45, 40.0, None)
NONE = (13, "US", None, None, None, 50, 45, 2.0, "too_few_stories")


@pytest.fixture
def move(engine):
    def move(way, revision: str) -> None:
        configuration = Config()
        configuration.set_main_option("script_location", "analysis:migrations")
        configuration.set_main_option("path_separator", "os")
        with engine.connect() as connection:
            configuration.attributes["connection"] = connection
            way(configuration, revision)

    return move


def told(engine, words: str) -> list[tuple]:
    with store.reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(words))]


def execute(engine, *words: str) -> None:
    with store.writing(engine) as connection:
        for one in words:
            connection.execute(text(one))


@pytest.fixture
def old(engine, move):
    """A database of before, with points in two vintages, and two judged statements of which the first tells an act."""
    press = Press(engine)
    [fined] = press.add(text="The commission fined the platform ten million dollars.", channel="official")
    press.add(text="The weather was fair.", channel="official")
    body = {"authority_id": "us-body", "name": "Commission", "jurisdiction": "US", "level": "regulator"}
    with store.writing(engine) as connection:
        connection.execute(insert(authorities), [filled(authorities, **body)])
        connection.execute(update(statements).values(authority_id="us-body"))
        connection.execute(update(documents).values(published_on=date(2025, 3, 4), date_flag="stated"))
        sector = {"statement_id": fined, "model_id": "m-1", "sector": "fintech", "relevance": 1.0}
        connection.execute(insert(signal_sectors), [sector])
    move(command.downgrade, "0008")
    execute(
        engine,
        POINT.format(window=1, day=1, figures=FIGURES, effective=12.5, reason="NULL"),
        POINT.format(window=4, day=1, figures=NO_FIGURES, effective=2.0, reason="'no_signal_mass'"),
        POINT.format(window=4, day=2, figures=FIGURES, effective=40.0, reason="NULL"),
        POINT.format(window=13, day=1, figures=NO_FIGURES, effective=2.0, reason="'too_few_stories'"),
    )
    return engine


def test_every_vintage_of_before_stays_as_a_point_of_its_jurisdictions_line_with_what_can_be_told_of_it(old, move):
    assert told(old, KEPT) == [THIN, OLDER, NEWER, NONE]
    move(command.upgrade, "head")
    assert told(old, KEPT) == [THIN, OLDER, NEWER, NONE]
    added = "scope, authority_id, corrected_balance, corrected_reason, gate, story_count, is_fragile, healthy_share"
    rows = told(old, f"SELECT {added} FROM stance_index ORDER BY window_weeks, as_of_at")
    line = ("jurisdiction", "", None)
    assert rows == [
        (*line, "audit_too_small", "too_few_effective", 12, False, None),
        (*line, "no_signal_mass", None, 2, False, None),
        (*line, "audit_too_small", None, 40, False, None),
        (*line, "too_few_stories", None, 2, False, None),
    ]
    with store.reading(old) as connection:
        assert len(store.read(connection, stance_index.select())) == 4


def test_statements_of_before_have_no_act_until_it_is_asked_and_count_as_none_in_the_index(old, move):
    move(command.upgrade, "head")
    assert told(old, "SELECT act FROM statements ORDER BY statement_id") == [(None,), (None,)]
    with store.reading(old) as connection:
        counted = store.read(connection, counted_signals("m-1", COUNTED, date(2025, 6, 2)))
    assert counted["act"].tolist() == ["none"]
    _tell_acts(old)
    assert told(old, "SELECT act FROM statements ORDER BY statement_id") == [("fine",), ("none",)]
    assert told(old, "SELECT count(*) FROM signals") == [(2,)]


def test_an_act_that_was_told_is_not_told_anew(old, move):
    move(command.upgrade, "head")
    execute(old, "UPDATE statements SET act = 'speech'")
    _tell_acts(old)
    assert told(old, "SELECT DISTINCT act FROM statements") == [("speech",)]


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE statements SET act = 'dance'",
        "UPDATE stance_index SET scope = 'planet'",
        "UPDATE stance_index SET gate = 'closed'",
        "UPDATE stance_index SET corrected_reason = 'tired'",
        "UPDATE stance_index SET authority_id = NULL",
    ],
)
def test_the_database_itself_refuses_an_unknown_act_scope_or_reason(old, move, wrong):
    move(command.upgrade, "head")
    with pytest.raises(IntegrityError):
        execute(old, wrong)


def test_taken_back_the_lines_of_jurisdictions_are_the_points_again_and_other_scopes_are_gone(old, move):
    move(command.upgrade, "head")
    execute(old, "UPDATE stance_index SET scope = 'authority', authority_id = 'us-body' WHERE window_weeks = 13")
    with store.writing(old) as connection:
        connection.execute(insert(shifts), [filled(shifts, shift_id="s", model_id="m-1")])
    move(command.downgrade, "0008")
    assert told(old, KEPT) == [THIN, OLDER, NEWER]
    assert told(old, "SELECT count(*) FROM shifts") == [(0,)]
    assert told(old, "SELECT count(*) FROM statements") == told(old, "SELECT count(*) FROM signals") == [(2,)]
    move(command.upgrade, "head")
    assert told(old, KEPT) == [THIN, OLDER, NEWER]
