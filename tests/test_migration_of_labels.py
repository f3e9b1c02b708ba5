from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.config import Config
from judged_press import Press
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from analysis import store
from analysis.classify.labelling.answers import Answer
from analysis.steps import labels as steps

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
OLD = "INSERT INTO labels (label_id, statement_id, stance, sectors, labelled_by, purpose, labelled_at) VALUES "


@pytest.fixture
def move(engine):
    def move(revision: str) -> None:
        configuration = Config()
        configuration.set_main_option("script_location", "analysis:migrations")
        configuration.set_main_option("path_separator", "os")
        with engine.connect() as connection:
            configuration.attributes["connection"] = connection
            (command.upgrade if revision == "head" else command.downgrade)(configuration, revision)

    return move


def told(engine, columns: str) -> list[tuple]:
    with store.reading(engine) as connection:
        return sorted(map(tuple, connection.execute(text(f"SELECT {columns} FROM labels"))), key=repr)


def execute(engine, words: str) -> None:
    with store.writing(engine) as connection:
        connection.execute(text(words))


def test_answers_of_before_count_after_the_upgrade_and_go_on_in_versions(engine, move):
    [name] = Press(engine).add(1)
    move("0006")
    execute(engine, f"{OLD}('old', '{name}', 'neutral', '[\"fintech\"]', 'ada', 'training', '2025-05-01 00:00:00')")
    move("head")
    assert told(engine, "label_id, version, jurisdiction, is_unsure, withdrawn_at") == [("old", 1, "", False, None)]
    assert [(each.stance, each.sectors) for each in steps.training_labels(engine)] == [("neutral", ("fintech",))]
    assert steps.record(engine, name, Answer("restrictive"), "ada", NOW)["version"] == 2
    assert steps.undo(engine, name, "ada", NOW) == Answer("neutral", ("fintech",))
    with pytest.raises(IntegrityError):
        execute(engine, "UPDATE labels SET purpose = 'fun'")
    with pytest.raises(IntegrityError):
        execute(engine, "UPDATE labels SET version = 1")


def test_taken_back_it_keeps_what_counts_and_what_is_drawn_anew_can_be_made_again(engine, move):
    press = Press(engine)
    names = press.add(3)
    steps.draw_week(engine, NOW, size=1)
    for by in ("ada", "bob"):
        steps.record(engine, names[0], Answer("neutral"), by, NOW)
        steps.record(engine, names[0], Answer("restrictive"), by, NOW)
    steps.undo(engine, names[0], "bob", NOW)
    steps.record(engine, names[1], Answer("neutral"), "ada", NOW)
    steps.assign_second(engine, ["cleo"], "training", NOW, 1)
    with store.writing(engine) as connection:
        for table in ("signals", "statements"):
            connection.execute(text(f"DELETE FROM {table} WHERE statement_id = '{names[1]}'"))
    move("0006")
    assert told(engine, "statement_id, labelled_by, stance") == [
        (names[0], "ada", "restrictive"), (names[0], "bob", "neutral")
    ]  # fmt: skip
    with pytest.raises(IntegrityError):
        execute(engine, f"{OLD}('odd', 'nowhere', 'neutral', '[]', 'ada', 'training', '2025-05-01 00:00:00')")
    move("head")
    assert told(engine, "labelled_by, version") == [("ada", 1), ("bob", 1)]
    assert steps.record(engine, names[0], Answer("supportive"), "ada", NOW + timedelta(days=1))["version"] == 2
    assert ("ada", "supportive") in told(engine, "labelled_by, stance")
    assert steps.draw_week(engine, NOW, size=1)["drawn"] == 1
