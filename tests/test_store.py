from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from subprocess import PIPE
from threading import Timer

import pandas as pd
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from analysis import store
from analysis.errors import StoreError
from analysis.settings import PROJECT
from analysis.tables import authorities, fetches, metadata, reports, sources, stories

HOUR = timedelta(hours=1)


def story(name: str, count: int = 1) -> dict:
    return {"story_id": name, "title": name.title(), "published_on": None, "document_count": count}


def fetch(name: str, moment: datetime, outcome: str = "got") -> dict:
    return {
        "fetch_id": name, "source_id": "paper", "address": "a", "outcome": outcome, "content_hash": None,
        "byte_count": None, "media_type": None, "error": None, "fetched_at": moment,
    }  # fmt: skip


@pytest.fixture
def filled(engine):
    """A database with one source in it."""
    with store.writing(engine) as connection:
        store.upsert(connection, sources, [{"source_id": "paper", "name": "Paper", "kind": "folder"}])
    return engine


def test_upsert_inserts_changes_and_leaves_alone_and_counts_what_it_wrote(engine):
    with store.writing(engine) as connection:
        assert store.upsert(connection, stories, [story("a"), story("b")]) == 2
        assert store.upsert(connection, stories, [story("a"), story("b")]) == 0
        assert store.upsert(connection, stories, [story("a"), story("b", 2), story("c")]) == 2
        assert store.upsert(connection, stories, []) == 0
    with store.reading(engine) as connection:
        assert dict(connection.execute(select(stories.c.story_id, stories.c.document_count)).all()) == {"a": 1, "b": 2, "c": 1}


def test_upsert_counts_over_more_rows_than_one_statement_takes(engine):
    many = [story(f"s{number}") for number in range(store.ROWS_A_STATEMENT * 2 + 7)]
    with store.writing(engine) as connection:
        assert store.upsert(connection, stories, many) == len(many)
        assert store.upsert(connection, stories, [*many[:-1], story(many[-1]["story_id"], 9)]) == 1


def test_a_change_from_nothing_to_something_is_a_change(engine):
    with store.writing(engine) as connection:
        store.upsert(connection, stories, [{**story("a"), "title": None}])
        assert store.upsert(connection, stories, [story("a")]) == 1
        assert store.upsert(connection, stories, [{**story("a"), "title": None}]) == 1


def test_a_volatile_column_alone_is_no_change_but_comes_along_with_one_and_with_touch(filled, now):
    def moment() -> datetime:
        return connection.scalar(select(fetches.c.fetched_at))

    with store.writing(filled) as connection:
        store.upsert(connection, fetches, [fetch("f", now)])
        assert store.upsert(connection, fetches, [fetch("f", now + HOUR)]) == 0
        assert moment() == now
        assert store.upsert(connection, fetches, [fetch("f", now + 2 * HOUR, "failed")]) == 1
        assert moment() == now + 2 * HOUR
        assert store.upsert(connection, fetches, [fetch("f", now + 3 * HOUR, "failed")], touch=True) == 1
        assert moment() == now + 3 * HOUR


def test_rows_that_are_nothing_but_a_key_are_added_once(engine):
    links = Table("links", MetaData(), Column("a", Integer, primary_key=True), Column("b", Integer, primary_key=True))
    with store.writing(engine) as connection:
        links.create(connection)
        assert store.upsert(connection, links, [{"a": 1, "b": 1}, {"a": 1, "b": 2}]) == 2
        assert store.upsert(connection, links, [{"a": 1, "b": 2}, {"a": 2, "b": 2}]) == 1


def test_of_two_rows_with_one_key_the_last_one_stays(engine):
    with store.writing(engine) as connection:
        store.upsert(connection, stories, [story("a", 1), story("b"), story("a", 3)])
        assert connection.scalar(select(stories.c.document_count).where(stories.c.story_id == "a")) == 3


def test_a_block_that_fails_writes_nothing(engine):
    with pytest.raises(KeyError, match="half way"), store.writing(engine) as connection:
        store.upsert(connection, stories, [story("a")])
        raise KeyError("half way")
    with store.reading(engine) as connection:
        assert store.row_counts(connection)["stories"] == 0


def test_the_database_itself_refuses_unknown_parents_and_unknown_words(engine, now):
    with pytest.raises(IntegrityError), store.writing(engine) as connection:
        store.upsert(connection, fetches, [fetch("f", now)])
    with pytest.raises(IntegrityError), store.writing(engine) as connection:
        connection.execute(text("INSERT INTO sources (source_id, name, kind) VALUES ('a', 'A', 'book')"))


def test_times_come_back_aware_and_in_utc(filled):
    elsewhere = datetime(2025, 3, 6, 1, 15, 30, 123456, tzinfo=timezone(timedelta(hours=8)))
    with store.writing(filled) as connection:
        store.upsert(connection, fetches, [fetch("f", elsewhere)])
    with store.reading(filled) as connection:
        moment = connection.scalar(select(fetches.c.fetched_at))
    assert moment == elsewhere
    assert moment.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused(filled, now):
    with pytest.raises(Exception, match="no time zone"), store.writing(filled) as connection:
        store.upsert(connection, fetches, [fetch("f", now.replace(tzinfo=None))])


def test_a_frame_keeps_its_columns_when_it_has_no_rows_and_gives_rows_without_nan(engine):
    with store.writing(engine) as connection:
        assert list(store.read(connection, stories).columns) == [column.name for column in stories.columns]
        store.upsert(connection, stories, [{**story("a"), "title": None}, story("b")])
        frame = store.read(connection, select(stories).order_by(stories.c.story_id))
    assert [row["title"] for row in store.rows_of(frame, stories)] == [None, "B"]
    numbers = pd.DataFrame([story("a"), {**story("b"), "document_count": None}])
    assert store.rows_of(numbers, stories)[1]["document_count"] is None


def test_a_frame_without_one_of_the_columns_is_refused():
    with pytest.raises(StoreError, match="rows for stories lack title"):
        store.rows_of(pd.DataFrame([story("a")]).drop(columns="title"), stories)


def test_every_table_is_counted(engine):
    with store.reading(engine) as connection:
        assert store.row_counts(connection) == {table.name: 0 for table in metadata.sorted_tables}


def test_an_upgraded_database_says_so_and_an_empty_one_does_not(database):
    engine = store.open_engine(database)
    with store.reading(engine) as connection:
        assert not store.is_upgraded(connection)
    revision = store.upgrade(engine)
    assert store.upgrade(engine) == revision != ""
    with store.reading(engine) as connection:
        assert store.is_upgraded(connection)
    engine.dispose()


def test_a_database_of_a_newer_program_is_left_alone_with_a_clear_error(engine):
    with store.writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of tomorrow'"))
    with pytest.raises(StoreError, match="cannot be upgraded .*newer version"):
        store.upgrade(engine)


WRITER = """
import sys
from sqlalchemy import select
from analysis import store
from analysis.tables import stories

url, times = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
engine = store.open_engine(url)
store.upgrade(engine)
for _ in range(times):
    with store.writing(engine) as connection:
        count = connection.scalar(select(stories.c.document_count)) or 0
        store.upsert(connection, stories, [{"story_id": "a", "title": None, "published_on": None, "document_count": count + 1}])
"""


def test_four_processes_that_make_the_database_read_and_then_update_lose_no_update(sqlite):
    times = 25
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, sqlite, str(times)], stdin=PIPE, stdout=PIPE, cwd=PROJECT, text=True)
        for _ in range(4)
    ]
    # All begin at once, on a database that is not there yet.
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * 4
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0] * 4
    with store.reading(store.open_engine(sqlite)) as connection:
        assert connection.scalar(select(stories.c.document_count)) == 4 * times


def test_a_database_that_another_connection_holds_before_it_has_its_log_is_waited_for(tmp_path):
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for words in ("CREATE TABLE made (x)", "BEGIN IMMEDIATE"):
        other.execute(words).fetchall()
    Timer(0.3, lambda: other.execute("COMMIT")).start()
    engine = store.open_engine(f"sqlite:///{path}")
    with store.reading(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


UPGRADER = """
import sys
from analysis import store
import alembic.command

engine = store.open_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
store.upgrade(engine)
"""


def test_processes_that_make_the_database_at_once_wait_for_each_other(database):
    makers = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADER, database], stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=PROJECT, text=True
        )
        for _ in range(4)
    ]
    assert [maker.stdout.readline() for maker in makers] == ["ready\n"] * 4
    for maker in makers:
        maker.stdin.write("go\n")
        maker.stdin.flush()
    errors = [maker.communicate(timeout=120)[1] for maker in makers]
    assert [maker.returncode for maker in makers] == [0] * 4, errors
    with store.reading(store.open_engine(database)) as connection:
        assert store.is_upgraded(connection)


def test_a_database_at_the_newest_revision_is_not_migrated_again(engine, monkeypatch):
    from alembic import command

    monkeypatch.setattr(command, "upgrade", lambda *_: pytest.fail("migrated again"))
    with store.reading(engine) as connection:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert store.upgrade(engine) == revision


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(engine):
    with store.reading(engine) as connection:
        assert store.row_counts(connection)["stories"] == 0
        with store.writing(engine) as other:
            store.upsert(other, stories, [story("a")])
        assert store.row_counts(connection)["stories"] == 0
    with store.reading(engine) as connection:
        assert store.row_counts(connection)["stories"] == 1


def test_a_connection_that_the_server_closed_is_replaced(postgresql):
    engine = store.open_engine(postgresql)
    with store.reading(engine) as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
    with store.writing(store.open_engine(postgresql)) as other:
        other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
    with store.reading(engine) as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != number


def test_rows_that_are_there_are_not_added_and_stay_as_they_are(engine):
    with store.writing(engine) as connection:
        assert store.add(connection, stories, [story("a")]) == 1
        assert store.add(connection, stories, [story("a", 9), story("b")]) == 1
        assert dict(connection.execute(select(stories.c.story_id, stories.c.document_count)).all()) == {"a": 1, "b": 1}


def test_a_reader_is_not_held_up_by_a_writer(sqlite):
    engine = store.open_engine(sqlite)
    store.upgrade(engine)
    with store.writing(engine) as connection:
        store.upsert(connection, authorities, [
            {"authority_id": "xx-a", "name": "A", "jurisdiction": "XX", "level": "regulator"}
        ])  # fmt: skip
        with store.reading(engine) as other:
            assert store.row_counts(other)["authorities"] == 0


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("sqlite:///{file}/below.db", "cannot be opened"),
        ("sqlite:///{file}", "file is not a database"),
        ("sqlite:///{folder}", "unable to open"),
        ("postgresql+psycopg://reader:secret@127.0.0.1:1/signals", "cannot be opened"),
        ("postgresql+psycopg://reader:secret@127.0.0.1:port/signals", "not understood"),
        ("postgresql+carrier_pigeon://reader:secret@127.0.0.1/signals", "not understood"),
        ("mysql://reader:secret@127.0.0.1/signals", "use sqlite:///path or postgresql"),
        ("a path and no address", "not understood"),
        ("", "not understood"),
    ],
)
def test_an_address_that_cannot_be_opened_gives_one_clear_line_without_the_password(address, words, tmp_path):
    (tmp_path / "file").write_text("no database " * 100)
    with pytest.raises(StoreError) as caught:
        store.open_engine(address.format(file=tmp_path / "file", folder=tmp_path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_reports_keep_their_home_relative_paths_as_given(engine, now):
    row = {
        "report_id": "r", "week_on": now.date(), "language": "en", "edition": 1, "headline": "Ünïcode 政策",
        "figures_hash": "f" * 64, "page_path": "reports/a.html", "mail_path": "reports/a.eml", "made_at": now,
    }  # fmt: skip
    with store.writing(engine) as connection:
        store.upsert(connection, reports, [row])
        assert connection.execute(select(reports)).mappings().one() == row
    assert now.tzinfo is UTC


def test_an_error_of_the_database_leaves_the_engine_usable(engine):
    with pytest.raises(DBAPIError), store.reading(engine) as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    with store.writing(engine) as connection:
        assert store.upsert(connection, stories, [story("a")]) == 1
