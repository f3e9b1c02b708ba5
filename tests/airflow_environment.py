"""The Airflow of the tests: in a folder of its own, set up at the first test that needs it."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from analysis.settings import Settings, settings

PROJECT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """Return a port on which nobody listens at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="session")
def airflow(tmp_path_factory) -> Path:
    """Airflow's home, with its database made."""
    return _airflow_home(tmp_path_factory.getbasetemp() / "airflow")


# Each folder of tests has the fixture as its own; Airflow takes its environment only once.
@cache
def _airflow_home(home: Path) -> Path:
    assert "airflow" not in sys.modules, "a test imported airflow at its top: import it where the fixture `airflow` is used"
    home.mkdir()
    os.environ.update(
        AIRFLOW_HOME=str(home),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DAGS_FOLDER=str(PROJECT / "dags"),
        AIRFLOW__CORE__PLUGINS_FOLDER=str(PROJECT / "plugins"),
        AIRFLOW__API_AUTH__JWT_SECRET="0" * 64,
    )
    from airflow.utils.db import initdb

    initdb()
    return home


@contextmanager
def settings_of(folder: Path, **chosen: str) -> Iterator[Settings]:
    """Give the settings of a home in the folder, as the environment gives them to a task."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("POLICY_SIGNALS_")]:
            patch.delenv(name)
        # A developer's .env is none of the tests' business.
        patch.setitem(Settings.model_config, "env_file", None)
        patch.chdir(folder)
        patch.setenv("POLICY_SIGNALS_HOME", str(folder / "home"))
        for name, value in chosen.items():
            patch.setenv(f"POLICY_SIGNALS_{name.upper()}", value)
        settings.cache_clear()
        yield settings()
    settings.cache_clear()


@pytest.fixture
def own_settings(tmp_path):
    """The settings of a home of the test's own."""
    with settings_of(tmp_path) as own:
        yield own


@pytest.fixture
def connect(airflow, own_settings, monkeypatch):
    """Define an Airflow connection by the environment, as an operator may."""

    def define(name: str, **parts) -> None:
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(parts))

    return define


@pytest.fixture
def mailbox():
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Message

    class Mailbox(Message):
        def __init__(self) -> None:
            super().__init__()
            self.received = []

        async def handle_RCPT(self, _server, _session, envelope, address, _options):
            if address.startswith("nobody@"):
                return "550 no such mailbox"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        def handle_message(self, message) -> None:
            self.received.append(message)

    box = Mailbox()
    box.port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def connected_mailbox(connect, mailbox):
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "policy@example.org", "retry_limit": 0}
    connect("smtp_default", conn_type="smtp", host="127.0.0.1", port=mailbox.port, extra=extra)
    return mailbox
