from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from airflow_environment import free_port

from analysis.errors import SettingsError
from analysis.settings import PROJECT, Settings
from policy_signals_airflow import serve

SCRIPT = PROJECT / "plugins" / "policy_signals_airflow" / "serve.py"
LEADER = """
import subprocess, sys, time
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
for is_own in (False, True):
    started = subprocess.Popen([sys.executable, "-c", child], start_new_session=is_own, stdout=subprocess.PIPE)
    started.stdout.readline()
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def listener():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


@pytest.fixture(autouse=True)
def kept_signal_handlers():
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.getsignal(name) for name in names}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


def test_a_taken_port_is_told_in_one_line_with_the_cure(listener, tmp_path):
    ended = subprocess.run(
        [sys.executable, SCRIPT, "--port", str(listener)],
        capture_output=True,
        text=True,
        env=os.environ | {"POLICY_SIGNALS_HOME": str(tmp_path)},
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr == f"port {listener} is taken: choose another with make run PORT={listener + 1}\n"
    assert ended.stdout == ""
    assert not any(tmp_path.iterdir())


def test_a_port_that_somebody_holds_on_all_addresses_is_taken():
    with socket.socket() as sock:
        sock.bind(("", 0))
        sock.listen()
        with pytest.raises(SettingsError, match="is taken"):
            serve.check_port(sock.getsockname()[1])


def test_a_free_port_passes():
    serve.check_port(free_port())


@pytest.mark.parametrize("port", ["0", "65536", "web"])
def test_what_is_no_port_is_wrong_use(port, capsys):
    with pytest.raises(SystemExit) as ended:
        serve.main(["--port", port])
    assert ended.value.code == 2
    assert "port" in capsys.readouterr().err


def test_too_little_memory_is_told_with_the_cure():
    with pytest.raises(SettingsError, match=r"^2\.1 GB of memory is free and Airflow needs 3 GB: .*make run AIRFLOW=no$"):
        serve.check_memory(2_100_000_000)
    serve.check_memory(3_000_000_000)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "jwt_secret"
    secret = serve.kept_secret(path)
    assert len(secret) >= 64
    assert serve.kept_secret(path) == secret
    assert serve.kept_secret(tmp_path / "other") != secret
    assert path.stat().st_mode & 0o777 == 0o600


def test_one_home_serves_one_airflow_at_a_time(tmp_path):
    with (
        serve.sole_use(tmp_path / "airflow"),
        pytest.raises(SettingsError, match="already runs"),
        serve.sole_use(tmp_path / "airflow"),
    ):
        pass
    with serve.sole_use(tmp_path / "airflow"):
        pass


def test_a_home_that_cannot_be_written_is_told_with_the_cure(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(SettingsError, match=r"cannot be written .*POLICY_SIGNALS_HOME"),
        serve.sole_use(tmp_path / "file" / "airflow"),
    ):
        pass


def test_airflow_gets_this_projects_folders_and_only_this_machine(tmp_path):
    own = Settings(_env_file=None, home=tmp_path, contact="https://example.org")
    shell = {
        "AIRFLOW_HOME": "/elsewhere",
        "AIRFLOW__CORE__DAGS_FOLDER": "/elsewhere",
        "PATH": "/bin",
        "no_proxy": "intranet",
    }
    environment = serve.airflow_environment(own, 8081, "s" * 64, shell)
    assert environment["AIRFLOW_HOME"] == str(tmp_path / "airflow")
    assert environment["AIRFLOW__CORE__DAGS_FOLDER"] == str(PROJECT / "dags")
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__API__PORT"] == "8081"
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8081/execution/"
    assert environment["AIRFLOW__API_AUTH__JWT_SECRET"] == "s" * 64
    assert environment["POLICY_SIGNALS_HOME"] == str(tmp_path)
    assert environment["POLICY_SIGNALS_CONTACT"] == "https://example.org"
    assert environment["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert environment["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/bin"


def test_nothing_of_another_airflow_gets_in_but_its_connections(tmp_path):
    shell = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://somebody@elsewhere/airflow",
        "AIRFLOW__CORE__FERNET_KEY_CMD": "cat /elsewhere",
        "AIRFLOW_CONFIG": "/elsewhere/airflow.cfg",
        "AIRFLOW_HOME": "/elsewhere",
        "AIRFLOW_CONN_SMTP_DEFAULT": "smtp://mail.example.org",
    }
    environment = serve.airflow_environment(Settings(_env_file=None, home=tmp_path), 8081, "s" * 64, shell)
    assert [name for name, value in environment.items() if "elsewhere" in value] == []
    assert not {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY_CMD", "AIRFLOW_CONFIG"} & set(environment)
    assert environment["AIRFLOW_CONN_SMTP_DEFAULT"] == "smtp://mail.example.org"


def started(mark: str) -> subprocess.Popen:
    leader = subprocess.Popen(
        [sys.executable, "-c", LEADER],
        env=os.environ | {serve.MARK: mark},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with leader.stdout:
        assert leader.stdout.readline() == b"ready\n"
    return leader


def test_stopping_ends_children_that_ignore_the_signal_or_left_the_session():
    leader = started("test-mark")
    processes = serve.family(leader.pid, "test-mark")
    assert len(processes) == 3
    serve.stop(leader, "test-mark", seconds=0.5)
    assert leader.returncode == -signal.SIGTERM
    assert [process.pid for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []


def test_airflow_that_ends_before_it_is_healthy_is_told_with_the_end_of_its_log(listener, tmp_path):
    log = tmp_path / "airflow.log"
    log.write_text("first\n" + "line\n" * 30 + "No module named airflow\n")
    ended = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    ended.wait()
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        with pytest.raises(serve.AirflowError, match=r"(?s)code 3.*No module named airflow$") as told:
            serve.wait_until_healthy(ended, sock.getsockname()[1], log)
    assert "first" not in str(told.value)


def test_airflow_that_never_gets_healthy_is_given_up(tmp_path):
    log = tmp_path / "airflow.log"
    log.write_text("waiting\n")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as silent, socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        began = time.monotonic()
        with pytest.raises(serve.AirflowError, match=r"(?s)not healthy after 1 s.*waiting$"):
            serve.wait_until_healthy(silent, sock.getsockname()[1], log, seconds=1)
        assert time.monotonic() - began < 10
        silent.kill()


@pytest.mark.parametrize(("scheduler", "expected"), [("healthy", True), ("unhealthy", False)])
def test_airflow_is_healthy_when_each_part_is(httpserver, scheduler, expected):
    parts = {"metadatabase": {"status": "healthy"}, "scheduler": {"status": scheduler}}
    httpserver.expect_request("/api/v2/monitor/health").respond_with_json(parts)
    assert serve.is_healthy(httpserver.port) is expected


def test_the_welcome_names_address_user_password_and_page():
    text = serve.welcome(8081, "geheim")
    assert len(text.splitlines()) <= 10
    for part in ("http://127.0.0.1:8081/", "admin", "geheim", "/plugin/policy-signals", "Ctrl-C"):
        assert part in text


def test_the_password_is_the_one_that_airflow_made(tmp_path):
    (tmp_path / "simple_auth_manager_passwords.json.generated").write_text('{"admin": "geheim"}\n')
    assert serve.password(tmp_path) == "geheim"
