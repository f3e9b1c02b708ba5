"""Reads periods and writes rows: the only module that opens a database.

SQLite and PostgreSQL by the same code. Every write is one transaction; on SQLite it takes the write lock at its start,
because a transaction that reads first and writes later loses updates there without an error.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Insert, Select, Table, create_engine, event, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from tenacity import Retrying, retry_if_exception_message, stop_after_delay, wait_random

from analysis.errors import StoreError
from analysis.tables import metadata

if TYPE_CHECKING:
    import pandas as pd

BUSY_SECONDS = 30
ROWS_A_STATEMENT = 500
UPGRADE_LOCK = 7_094_136_207
"""Number of the advisory lock on PostgreSQL that an upgrade holds."""


def open_engine(url: str) -> Engine:
    """Return the engine for a database address, after one connection has proved that it answers.

    Raises StoreError when the address is wrong or the database cannot be opened.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreError(f"database {address!r}: use sqlite:///path or postgresql+psycopg://user@host/name")
        engine = _sqlite_engine(address) if address.get_backend_name() == "sqlite" else _postgresql_engine(address)
        with reading(engine):
            return engine
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"database address is not understood ({error}): set POLICY_SIGNALS_DATABASE") from error
    except (DBAPIError, OSError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        place = make_url(url).render_as_string(hide_password=True)
        raise StoreError(
            f"database {place} cannot be opened ({' '.join(str(cause).split())}): check that the place exists "
            "and may be written, or set POLICY_SIGNALS_DATABASE or POLICY_SIGNALS_HOME"
        ) from error


def _postgresql_engine(address) -> Engine:
    # A server that was restarted leaves dead connections in the pool.
    return create_engine(address, pool_pre_ping=True)


def _sqlite_engine(address) -> Engine:
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:
        # None hands the transaction's start over to `begin` below.
        connection.isolation_level = None
        _use_write_ahead_log(connection)
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "foreign_keys = ON",
            "synchronous = NORMAL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_read = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if is_read else "BEGIN IMMEDIATE")

    return engine


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch a database to its write-ahead log: while another process makes it, SQLite refuses that without waiting."""
    patiently = Retrying(
        retry=retry_if_exception_message(match="database is locked"),
        stop=stop_after_delay(BUSY_SECONDS),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    )
    patiently(connection.execute, "PRAGMA journal_mode = WAL")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one consistent state and holds up no writer."""
    with engine.connect() as connection:
        connection = connection.execution_options(reads_only=True)
        if connection.dialect.name == "postgresql":
            # By default each statement there sees what was written before itself.
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose writes are all kept, or none if an error leaves the block."""
    with engine.begin() as connection:
        yield connection


def upgrade(engine: Engine) -> str:
    """Bring the database to the newest revision and return that revision's name; several may do so at once."""
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.util import CommandError

    configuration = _alembic_configuration()
    try:
        with reading(engine) as connection:
            is_newest = is_upgraded(connection)
        if not is_newest:
            with engine.connect() as connection:
                _wait_for_other_upgrades(connection)
                configuration.attributes["connection"] = connection
                command.upgrade(configuration, "head")
        with reading(engine) as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    except (CommandError, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(
            f"database {engine.url.render_as_string(hide_password=True)} cannot be upgraded ({' '.join(str(cause).split())}): "
            "check that it may be written and that no newer version of the program made it"
        ) from error


def _wait_for_other_upgrades(connection: Connection) -> None:
    """Let one upgrade at a time pass on PostgreSQL until the connection is closed; SQLite's write lock does so itself."""
    if connection.dialect.name != "postgresql":
        return
    # Out of the pool, so that closing it ends the session and with it the lock.
    connection.detach()
    connection.execute(select(func.pg_advisory_lock(UPGRADE_LOCK)))
    connection.commit()


def _alembic_configuration():
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", "analysis:migrations")
    configuration.set_main_option("path_separator", "os")
    return configuration


def is_upgraded(connection: Connection) -> bool:
    """Whether the database stands at the newest revision."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory.from_config(_alembic_configuration()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def upsert(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]], touch: bool = False) -> int:
    """Insert rows or bring those with the same key up to date, and return how many were written.

    A row that differs only in volatile columns is left as it is, so that repeating a step changes nothing;
    `touch` writes it all the same.
    """
    rows = [*rows]
    if not rows:
        return 0
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    others = [column for column in table.columns if column.name not in keys and column.name in rows[0]]
    weighty = [column for column in others if touch or not column.info.get("volatile")]
    if not weighty:
        return add(connection, table, rows)
    changing = statement.on_conflict_do_update(
        index_elements=keys,
        set_={column.name: statement.excluded[column.name] for column in others},
        where=or_(*(column.is_distinct_from(statement.excluded[column.name]) for column in weighty)),
    )
    return _write(connection, changing, rows)


def add(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose keys are not there yet, and return how many those were."""
    keys = [column.name for column in table.primary_key]
    adding = _insert(connection, table).on_conflict_do_nothing(index_elements=keys)
    return _write(connection, adding, [*rows])


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _write(connection: Connection, statement: Insert, rows: list[Mapping[str, Any]]) -> int:
    # Asked for, because PostgreSQL's driver tells no count of inserted rows otherwise.
    counted = {"preserve_rowcount": True}
    return sum(
        connection.execute(statement, rows[first : first + ROWS_A_STATEMENT], execution_options=counted).rowcount
        for first in range(0, len(rows), ROWS_A_STATEMENT)
    )


def read(connection: Connection, query: Select | Table) -> pd.DataFrame:
    """Return a query's rows, or a whole table's, as a frame with one column for each selected one."""
    import pandas as pd

    result = connection.execute(select(query) if isinstance(query, Table) else query)
    # As plain tuples: pandas asks every row for attributes, which rows of SQLAlchemy are slow to deny.
    return pd.DataFrame(list(map(tuple, result.fetchall())), columns=list(result.keys()))


def rows_of(frame: pd.DataFrame, table: Table) -> list[dict[str, Any]]:
    """Return a frame's rows as the table's columns, with None for what is missing.

    Raises StoreError when the frame lacks one of the table's columns.
    """
    names = [column.name for column in table.columns]
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise StoreError(f"rows for {table.name} lack {', '.join(missing)}: the step before must give every column")
    values = frame[names].astype(object)
    records = values.where(values.notna(), None).to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]


def row_counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table, by name."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables
    }
