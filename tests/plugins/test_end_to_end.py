from __future__ import annotations

import html
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx2
import psutil
import pytest
from airflow_environment import PROJECT, free_port
from sqlalchemy import select

from analysis.settings import Settings
from analysis.store import open_engine, reading
from analysis.tables import reports
from policy_signals_airflow import serve

SCRIPT = PROJECT / "plugins" / "policy_signals_airflow" / "serve.py"
CHAIN_SECONDS = 300


class Served(NamedTuple):
    """Airflow as `make run` starts it, with what it printed for the person at the terminal."""

    process: subprocess.Popen
    home: Path
    port: int
    printed: dict[str, str]


@pytest.fixture
def served(tmp_path):
    """Airflow started on a free port in a home of its own; killed at the end if the test did not get to stop it."""
    home, port = tmp_path / "home", free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "_AIRFLOW", "POLICY_"))}
    process = subprocess.Popen(
        [sys.executable, SCRIPT, "--port", str(port)],
        env=environment | {"POLICY_SIGNALS_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    printed = {}
    for line in process.stdout:
        first, _, rest = line.strip().partition(" ")
        printed[first] = rest.strip()
        if first == "stop":
            break
    yield Served(process, home, port, printed)
    if process.poll() is None:
        process.terminate()
        process.wait(serve.STOP_SECONDS + 20)
    process.stdout.close()


def until(look: Callable[[], object], seconds: float, what: str, log: Path):
    """Return what a look gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(1)
    pytest.fail(f"{what} within {seconds:.0f} s; the end of Airflow's log:\n{serve.tail(log)}")


def runs(api: httpx2.Client, dag_id: str) -> list[dict]:
    return api.get(f"/api/v2/dags/{dag_id}/dagRuns").raise_for_status().json()["dag_runs"]


def first_ended_report(api: httpx2.Client) -> dict | None:
    wanted = "/api/v2/dags/~/dagRuns/~/taskInstances"
    failed = api.get(wanted, params={"state": ["failed", "up_for_retry"]}).raise_for_status().json()["task_instances"]
    assert [(task["dag_id"], task["dag_run_id"]) for task in failed] == []
    ended = [run for run in runs(api, "weekly_report") if run["state"] in ("success", "failed")]
    return ended[0] if ended else None


def import_errors(served: Served) -> list:
    secret = (served.home / "airflow" / "jwt_secret").read_text()
    own = Settings(_env_file=None, home=served.home)
    ended = subprocess.run(
        [Path(sys.executable).with_name("airflow"), "dags", "list-import-errors", "--output", "json"],
        env=serve.airflow_environment(own, served.port, secret, os.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads(ended.stdout.strip().splitlines()[-1])


def headline(home: Path) -> str:
    with reading(open_engine(Settings(_env_file=None, home=home).database_url)) as connection:
        return connection.execute(select(reports.c.headline)).scalar_one()


def is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.mark.end_to_end
def test_from_one_command_to_a_report_behind_airflows_login_and_back_to_nothing(served):
    log = served.home / "airflow" / "airflow.log"
    address = served.printed["Airflow"]
    assert address == f"http://127.0.0.1:{served.port}/"
    with httpx2.Client(base_url=address, trust_env=False, timeout=30) as api:
        login = {"username": served.printed["user"], "password": served.printed["password"]}
        token = api.post("/auth/token", json=login).raise_for_status().json()["access_token"]
        api.headers["Authorization"] = f"Bearer {token}"
        assert "No report yet" in api.get("/policy-signals/").text
        known = until(lambda: api.get("/api/v2/dags").json()["total_entries"] == 4, 90, "no four DAGs", log)
        assert known
        api.patch("/api/v2/dags/collect", json={"is_paused": False}).raise_for_status()
        api.post("/api/v2/dags/collect/dagRuns", json={"logical_date": None}).raise_for_status()
        report_run = until(lambda: first_ended_report(api), CHAIN_SECONDS, "no report", log)
        assert report_run["state"] == "success"
        assert report_run["run_type"] == "asset_triggered"

        page = api.get("/policy-signals/")
        assert page.status_code == 200
        assert headline(served.home) in html.unescape(page.text)
    with httpx2.Client(base_url=address, trust_env=False) as anonymous:
        assert anonymous.get("/policy-signals/").status_code == 401
    assert import_errors(served) == []

    family = psutil.Process(served.process.pid).children(recursive=True)
    assert len(family) > 4
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(serve.STOP_SECONDS + 20) == 0
    assert [process for process in family if is_alive(process)] == []
    serve.check_port(served.port)
