from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from analysis import store
from analysis.tables import metadata


@pytest.fixture
def configuration() -> Config:
    made = Config()
    made.set_main_option("script_location", "analysis:migrations")
    made.set_main_option("path_separator", "os")
    return made


def differences(engine) -> list:
    with store.reading(engine) as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def test_a_new_database_is_what_the_tables_say(engine):
    assert differences(engine) == []


def test_a_table_that_no_revision_makes_would_be_noticed(engine):
    with store.writing(engine) as connection:
        connection.execute(text("DROP TABLE labels"))
    assert [difference[0] for difference in differences(engine)] == ["add_table"]


def test_each_word_of_a_choice_is_checked_by_the_database(engine):
    checked = {
        (table.name, constraint["name"])
        for table in metadata.sorted_tables
        for constraint in inspect(engine).get_check_constraints(table.name)
    }
    choices = [column for table in metadata.sorted_tables for column in table.columns if hasattr(column.type, "enums")]
    assert len(checked) >= len(choices) > 10


def test_a_second_upgrade_changes_nothing(engine):
    with store.writing(engine) as connection:
        connection.execute(text("INSERT INTO stories (story_id, document_count) VALUES ('a', 1)"))
    store.upgrade(engine)
    assert differences(engine) == []
    with store.reading(engine) as connection:
        assert store.row_counts(connection)["stories"] == 1


def test_every_revision_can_be_taken_back_and_made_again(engine, configuration):
    with engine.connect() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    store.upgrade(engine)
    assert differences(engine) == []


def test_foreign_keys_are_on_again_after_an_upgrade(sqlite):
    engine = store.open_engine(sqlite)
    store.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_there_is_one_newest_revision(configuration):
    assert len(ScriptDirectory.from_config(configuration).get_heads()) == 1


def test_a_database_with_rows_keeps_them_through_every_revision_and_then_takes_the_new_kinds(engine, configuration):
    with engine.connect() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "0001")
    with store.writing(engine) as connection:
        connection.execute(text("INSERT INTO sources (source_id, name, kind) VALUES ('paper', 'Paper', 'feed')"))
        connection.execute(
            text(
                "INSERT INTO source_state (source_id, state, attempted_at, failure_count) "
                "VALUES ('paper', 'got', '2025-03-10 00:00:00', 2)"
            )
        )
    store.upgrade(engine)
    with store.reading(engine) as connection:
        state = connection.execute(text("SELECT failure_count, empty_count, health FROM source_state")).one()
        assert tuple(state) == (2, 0, None)
    with store.writing(engine) as connection:
        connection.execute(text("UPDATE sources SET kind = 'list_page'"))
        connection.execute(text("UPDATE source_state SET health = 'stale'"))
    with pytest.raises(IntegrityError), store.writing(engine) as connection:
        connection.execute(text("UPDATE sources SET kind = 'telegraph'"))
    with pytest.raises(IntegrityError), store.writing(engine) as connection:
        connection.execute(text("UPDATE source_state SET health = 'unwell'"))


def test_how_an_authority_was_found_is_told_in_the_new_words_after_the_revision_and_in_the_old_ones_before(
    engine, configuration
):
    def move(revision):
        with engine.connect() as connection:
            configuration.attributes["connection"] = connection
            (command.downgrade if revision == "0004" else command.upgrade)(configuration, revision)

    def rules():
        with store.reading(engine) as connection:
            return [rule for (rule,) in connection.execute(text("SELECT attributed_by FROM statements ORDER BY statement_id"))]

    move("0004")
    old = ("name", "speaker", "context", "context", "publisher", "none")
    rows = [
        f'INSERT INTO statements (statement_id, document_id, position, start, "end", text, before, after, language, '
        f"attributed_by, is_quotation) VALUES ('{number}', 'd', {number}, 0, 2, 'ab', '', '', 'en', '{rule}', {number == 2})"
        for number, rule in enumerate(old)
    ]
    parents = (
        "INSERT INTO sources (source_id, name, kind) VALUES ('paper', 'Paper', 'feed')",
        "INSERT INTO stories (story_id, document_count) VALUES ('s', 1)",
        "INSERT INTO fetches (fetch_id, source_id, address, outcome, fetched_at) "
        "VALUES ('f', 'paper', 'https://paper.example/', 'got', '2025-03-10 00:00:00')",
        "INSERT INTO documents (document_id, address_key, revision, is_latest, story_id, source_id, fetch_id, language, "
        "channel, date_flag, text, text_hash, character_count, collected_at) VALUES ('d', 'k', 1, TRUE, 's', 'paper', 'f', "
        "'en', 'press', 'unknown', 'ab', 'h', 2, '2025-03-10 00:00:00')",
    )
    with store.writing(engine) as connection:
        for statement in (*parents, *rows):
            connection.execute(text(statement))
    move("0005")
    assert rules() == ["name", "holder", "quotation", "noun", "publisher", "none"]
    move("0004")
    assert rules() == list(old)


def test_authorities_keep_their_rows_when_branches_and_offices_come_and_go(engine, configuration):
    def move(way, revision: str) -> None:
        with engine.connect() as connection:
            configuration.attributes["connection"] = connection
            way(configuration, revision)

    move(command.downgrade, "0003")
    with store.writing(engine) as connection:
        for body in ("xx-ministry", "xx-agency"):
            connection.execute(
                text("INSERT INTO authorities (authority_id, name, jurisdiction, level) VALUES (:body, 'B', 'XX', 'ministry')"),
                {"body": body},
            )
        connection.execute(
            text("INSERT INTO sources (source_id, name, kind, authority_id) VALUES ('paper', 'Paper', 'feed', 'xx-agency')")
        )
    store.upgrade(engine)
    with store.writing(engine) as connection:
        connection.execute(
            text("UPDATE authorities SET branch = 'executive', parent_id = 'xx-ministry' WHERE authority_id = 'xx-agency'")
        )
        connection.execute(text("INSERT INTO offices (office_id, authority_id, rank) VALUES ('o', 'xx-agency', 'head')"))
        connection.execute(
            text("INSERT INTO office_holders (holder_id, office_id, name, since_on) VALUES ('h', 'o', 'Ada', '2020-01-01')")
        )
    for wrong in (
        "UPDATE authorities SET branch = 'fourth'",
        "UPDATE authorities SET parent_id = 'xx-nobody'",
        "UPDATE offices SET rank = 'king'",
        "UPDATE office_holders SET office_id = 'nothing'",
    ):
        with pytest.raises(IntegrityError), store.writing(engine) as connection:
            connection.execute(text(wrong))
    move(command.downgrade, "0003")
    store.upgrade(engine)
    with store.reading(engine) as connection:
        rows = connection.execute(text("SELECT authority_id, branch, parent_id FROM authorities ORDER BY authority_id"))
        assert [*map(tuple, rows)] == [("xx-agency", None, None), ("xx-ministry", None, None)]
        assert store.row_counts(connection)["offices"] == 0
        assert connection.execute(text("SELECT authority_id FROM sources")).scalar() == "xx-agency"
