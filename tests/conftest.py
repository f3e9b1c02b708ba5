"""What several tests stand on: settings of a home of their own, a model trained once, a PostgreSQL server of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from analysis import store
from analysis.settings import Settings, settings
from analysis.tables import metadata, models

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
POSTGRESQL_FOLDERS = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def system_program(*names: str) -> str:
    """Return the path of the first of these system programs that is installed.

    Where none is, the test is skipped by the program's name; with CI=true, where all of them must be, it fails.
    """
    places = os.pathsep.join([os.environ.get("PATH", ""), *POSTGRESQL_FOLDERS])
    found = next(filter(None, (shutil.which(name, path=places) for name in names)), None)
    if found:
        return found
    missing = f"{' or '.join(names)} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def needs_program() -> Callable[..., str]:
    """The function `system_program`, for tests in any folder."""
    return system_program


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def environment(tmp_path, monkeypatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without a developer's settings; what a test sets there counts for `settings()`."""
    for name in [name for name in os.environ if name.startswith("POLICY_SIGNALS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLICY_SIGNALS_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests; a database's name is to be put behind it."""
    # PostgreSQL refuses to be run by root.
    owner = {"user": "postgres"} if os.geteuid() == 0 else {}
    initdb, pg_ctl = system_program("initdb"), system_program("pg_ctl")
    # Not below pytest's own folder, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    if owner:
        shutil.chown(folder, "postgres")
    data, port = str(folder / "data"), free_port()

    def call(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=60, **owner)

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        call(initdb, "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        call(pg_ctl, "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql+psycopg://tests@127.0.0.1:{port}"
        finally:
            call(pg_ctl, "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql(request) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    server = request.getfixturevalue("postgresql_server")
    name = f"t{abs(hash(request.node.nodeid)):x}"
    administration = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    administration.dispose()


@pytest.fixture
def sqlite(tmp_path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'home' / 'policy_signals.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request) -> str:
    """The address of an empty database, once on each kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def engine(database) -> Iterator[Engine]:
    """An upgraded empty database, once on each kind."""
    opened = store.open_engine(database)
    store.upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Settings:
    """The settings of a home in which the project's model was trained; tests only copy from it."""
    from analysis import steps

    made = _settings(tmp_path_factory.mktemp("trained"), "")
    steps.train(made, NOW)
    return made


@pytest.fixture(scope="session")
def give_model(trained) -> Callable[[Settings], None]:
    """Put the trained model into another home and register it in its database."""

    def give(own: Settings) -> None:
        shutil.copytree(trained.home / "models", own.home / "models")
        with store.reading(store.open_engine(trained.database_url)) as connection:
            registered = store.rows_of(store.read(connection, models), models)
        engine = store.open_engine(own.database_url)
        store.upgrade(engine)
        with store.writing(engine) as connection:
            store.upsert(connection, models, registered)

    return give


@pytest.fixture
def own_home(give_model, tmp_path, environment) -> Callable[[str], Settings]:
    """Make a home of the test's own around a database, with the trained model registered in it.

    Its reports have no picture: each takes a browser seconds, and `tests/report` looks at them.
    """
    environment.setenv("BROWSER_PATH", "/nowhere/chromium")

    def make(url: str) -> Settings:
        made = _settings(tmp_path / "home", url)
        give_model(made)
        return made

    return make


@pytest.fixture
def home(own_home, sqlite) -> Settings:
    """A home of the test's own on SQLite, with a trained model."""
    return own_home(sqlite)


@pytest.fixture
def home_on_each(own_home, database) -> Settings:
    """A home of the test's own with a trained model, once on each kind of database."""
    return own_home(database)


def _settings(folder: Path, url: str) -> Settings:
    return Settings(home=folder, database=url, contact="", sources="sample", allow_loopback=True, smtp="", sender="")


@pytest.fixture
def contents() -> Callable[[Settings], dict[str, list[tuple]]]:
    """Give every row of every table of a home's database, in an order of its own."""

    def read(settings: Settings) -> dict[str, list[tuple]]:
        with store.reading(store.open_engine(settings.database_url)) as connection:
            return {
                table.name: sorted(map(tuple, connection.execute(table.select())), key=repr) for table in metadata.sorted_tables
            }

    return read


@pytest.fixture
def rows() -> Callable[..., list[dict]]:
    """Give the rows of one table of a home's database that have these values, in the order of their keys."""

    def read(settings: Settings, table, **values) -> list[dict]:
        query = table.select().order_by(*table.primary_key)
        for name, value in values.items():
            query = query.where(table.c[name] == value)
        with store.reading(store.open_engine(settings.database_url)) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    return read
