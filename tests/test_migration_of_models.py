from __future__ import annotations

import pytest
from alembic import command
from alembic.config import Config
from judged_press import Press
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from analysis import store

OLD = (
    "INSERT INTO models (model_id, is_current, file_path, file_hash, languages, example_count, recipe, metrics, trained_at) "
    "VALUES ('{name}', {current}, 'models/x', 'h', 'en', 9, '{{}}', '{{}}', '2025-05-0{day} 00:00:00')"
)


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


def execute(engine, words: str) -> None:
    with store.writing(engine) as connection:
        connection.execute(text(words))


def test_models_and_signals_of_before_keep_their_place_after_the_upgrade(engine, move):
    Press(engine).add(2)
    move(command.downgrade, "0005")
    execute(engine, OLD.format(name="m-0", current="FALSE", day=1))
    assert told(engine, "SELECT model_id, is_current FROM models ORDER BY model_id") == [("m-0", False), ("m-1", True)]
    move(command.upgrade, "head")
    rows = told(engine, "SELECT model_id, status, has_vectors, data_hash, versions, promoted_by FROM models ORDER BY model_id")
    assert rows == [("m-0", "retired", True, "", "{}", None), ("m-1", "current", True, "", "{}", None)]
    assert told(engine, "SELECT count(*) FROM models WHERE promoted_at = trained_at") == [(2,)]
    assert told(engine, "SELECT stance_set, disagreement FROM signals") == [("", 0.0)] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE models SET status = 'famous'",
        "UPDATE models SET status = NULL",
        "UPDATE models SET status = 'current'",
        "UPDATE models SET replaced_id = 'm-nowhere'",
    ],
)
def test_the_database_itself_refuses_an_unknown_status_two_current_models_and_a_model_that_replaced_nothing(
    engine, move, wrong
):
    Press(engine)
    move(command.downgrade, "0005")
    execute(engine, OLD.format(name="m-0", current="FALSE", day=1))
    move(command.upgrade, "head")
    with pytest.raises(IntegrityError):
        execute(engine, wrong)


def test_taken_back_the_current_model_stays_current_and_signals_stay(engine, move):
    Press(engine).add(2)
    execute(engine, "UPDATE signals SET stance_set = 'neutral', disagreement = 0.5")
    move(command.downgrade, "0005")
    execute(engine, OLD.format(name="m-2", current="FALSE", day=2))
    move(command.upgrade, "head")
    execute(engine, "UPDATE models SET status = 'challenger', replaced_id = 'm-1' WHERE model_id = 'm-2'")
    move(command.downgrade, "0005")
    assert told(engine, "SELECT model_id, is_current FROM models ORDER BY model_id") == [("m-1", True), ("m-2", False)]
    assert told(engine, "SELECT count(*) FROM signals") == [(2,)]
    move(command.upgrade, "head")
    assert told(engine, "SELECT status FROM models ORDER BY model_id") == [("current",), ("retired",)]
