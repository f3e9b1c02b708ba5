"""Starts Airflow on this machine for one person, and ends every process of it.

`make run` calls it: `python plugins/policy_signals_airflow/serve.py [--port 8080]`.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from analysis.errors import PolicySignalsError, SettingsError
from analysis.settings import PROJECT, Settings, settings

HOST = "127.0.0.1"
USER = "admin"
MEMORY_NEEDED = 3 * 10**9
START_SECONDS = 180
STOP_SECONDS = 20
TAIL_LINES = 15
FOREIGN = ("AIRFLOW_CONFIG", "AIRFLOW_HOME")
MARK = "POLICY_SIGNALS_SERVE"
"""Environment variable by which a process is known to belong to this Airflow, wherever it has gone."""


class AirflowError(PolicySignalsError):
    """Airflow did not start, ended by itself, or left a process behind."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve Airflow until Ctrl-C and return the exit code."""
    parser = argparse.ArgumentParser(prog="serve.py", description=__doc__)
    parser.add_argument("--port", type=_port, default=8080, help="port on 127.0.0.1 (default 8080)")
    port = parser.parse_args(arguments).port
    # Set also for the interrupt, which a shell turns off for what it starts in the background.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        check_port(port)
        check_memory(psutil.virtual_memory().available)
        serve(settings(), port)
    except PolicySignalsError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError(f"{port} is no port: choose one from 1024 to 65535")
    return port


def check_port(port: int) -> None:
    """Raise SettingsError unless the port can be listened on."""
    # macOS lets a bind pass beside a listener on all addresses, so a connection is tried first.
    with socket.socket() as caller:
        caller.settimeout(1)
        is_answering = caller.connect_ex((HOST, port)) == 0
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except PermissionError as error:
            raise SettingsError(f"port {port} is reserved: choose one above 1023 with make run PORT=8080") from error
        except OSError:
            is_answering = True
    if is_answering:
        raise SettingsError(f"port {port} is taken: choose another with make run PORT={port + 1}")


def check_memory(available: int) -> None:
    """Raise SettingsError unless that many bytes are enough for Airflow."""
    if available < MEMORY_NEEDED:
        raise SettingsError(
            f"{available / 1e9:.1f} GB of memory is free and Airflow needs {MEMORY_NEEDED / 1e9:.0f} GB: "
            "run without it by make run AIRFLOW=no"
        )


def serve(own: Settings, port: int) -> None:
    """Start Airflow, tell how to reach it, and end it at Ctrl-C.

    Raises AirflowError when it does not become healthy, ends by itself, or leaves a process behind.
    """
    folder = own.home.resolve() / "airflow"
    log = folder / "airflow.log"
    with sole_use(folder):
        mark = secrets.token_hex(8)
        environment = airflow_environment(own, port, kept_secret(folder / "jwt_secret"), os.environ) | {MARK: mark}
        print(f"Airflow is starting, which takes about half a minute (log: {log})", flush=True)
        airflow = start(environment, log)
        try:
            wait_until_healthy(airflow, port, log)
            print(welcome(port, password(folder)), flush=True)
            airflow.wait()
            raise AirflowError(f"Airflow ended by itself with code {airflow.returncode}; its last lines:\n{tail(log)}")
        except KeyboardInterrupt:
            print("Airflow is stopping", flush=True)
        finally:
            stop(airflow, mark)


@contextmanager
def sole_use(folder: Path) -> Iterator[None]:
    """Keep Airflow's folder for this process alone; two schedulers on one SQLite file would run tasks twice."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / "serve.lock").open("w")
    except OSError as error:
        reason = f"{folder} cannot be written ({error.strerror})"
        raise SettingsError(f"{reason}: choose another POLICY_SIGNALS_HOME") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            reason = f"Airflow already runs on {folder}"
            raise SettingsError(f"{reason}: stop it, or choose another POLICY_SIGNALS_HOME") from error
        yield


def kept_secret(path: Path) -> str:
    """Return the secret in a file that only its owner can read, made at the first call."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(64))
    return path.read_text()


def airflow_environment(own: Settings, port: int, secret: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which this project's Airflow runs, whatever the caller's shell says of another one."""
    unproxied = ",".join(filter(None, (inherited.get("NO_PROXY") or inherited.get("no_proxy"), HOST, "localhost")))
    given = {f"POLICY_SIGNALS_{name.upper()}": str(value) for name, value in own.model_dump().items() if value}
    # Another Airflow's settings could lead to its database, which `airflow standalone` would migrate.
    kept = {name: value for name, value in inherited.items() if not (name.startswith("AIRFLOW__") or name in FOREIGN)}
    return {
        **kept,
        **given,
        "POLICY_SIGNALS_HOME": str(own.home.resolve()),
        # `airflow standalone` finds its own parts by name.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), inherited.get("PATH", os.defpath))),
        "NO_PROXY": unproxied,
        "no_proxy": unproxied,
        "AIRFLOW_HOME": str(own.home.resolve() / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{HOST}:{port}/execution/",
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__INSTANCE_NAME": "Policy Signals",
        "AIRFLOW__API_AUTH__JWT_SECRET": secret,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    }


def start(environment: Mapping[str, str], log: Path) -> subprocess.Popen:
    """Start Airflow in a session of its own, its output and whatever it writes readable by the owner only."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(
            [Path(sys.executable).with_name("airflow"), "standalone"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(descriptor)


def wait_until_healthy(airflow: subprocess.Popen, port: int, log: Path, seconds: float = START_SECONDS) -> None:
    """Return as soon as every part of Airflow answers; raise AirflowError with the log's end if it does not."""
    end = time.monotonic() + seconds
    while not is_healthy(port):
        if airflow.poll() is not None:
            raise AirflowError(f"Airflow did not start (code {airflow.returncode}); its last lines:\n{tail(log)}")
        if time.monotonic() > end:
            raise AirflowError(f"Airflow is not healthy after {seconds:.0f} s; its last lines:\n{tail(log)}")
        time.sleep(0.5)


def is_healthy(port: int) -> bool:
    """Whether Airflow's API answers and calls every part healthy."""
    # The caller's proxy knows nothing of this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{HOST}:{port}/api/v2/monitor/health", timeout=5) as response:
            parts = json.load(response)
    except (OSError, ValueError):
        return False
    return all(part["status"] == "healthy" for part in parts.values())


def tail(log: Path) -> str:
    """Return the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def password(folder: Path) -> str:
    """Return the password that Airflow made for the user at its first start."""
    return json.loads((folder / "simple_auth_manager_passwords.json.generated").read_text())[USER]


def welcome(port: int, secret: str) -> str:
    """Return what the person at the terminal needs to know."""
    return (
        f"Airflow   http://{HOST}:{port}/\n"
        f"user      {USER}\n"
        f"password  {secret}\n"
        f"Signals   http://{HOST}:{port}/plugin/policy-signals\n"
        "next      switch on 1 · Collect: the other three follow it\n"
        "stop      Ctrl-C"
    )


def stop(airflow: subprocess.Popen, mark: str, seconds: float = STOP_SECONDS) -> None:
    """End every process of this Airflow: asked first, forced after some seconds.

    Raises AirflowError when one is left all the same.
    """
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    _send(family(airflow.pid, mark), signal.SIGTERM)
    if _has_ended(airflow, mark, seconds):
        return
    # A process may start another one while it is being ended.
    for _attempt in range(3):
        _send(family(airflow.pid, mark), signal.SIGKILL)
        if _has_ended(airflow, mark, 2):
            return
    numbers = " ".join(str(process.pid) for process in family(airflow.pid, mark))
    raise AirflowError(f"Airflow left processes behind: end them with kill -9 {numbers}")


def _has_ended(airflow: subprocess.Popen, mark: str, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while family(airflow.pid, mark):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    airflow.wait()
    return True


def family(leader: int, mark: str) -> list[psutil.Process]:
    """Return the living processes of the leader's session, and those that left it but carry the mark."""
    return [process for process in psutil.process_iter() if _belongs(process, leader, mark)]


def _belongs(process: psutil.Process, leader: int, mark: str) -> bool:
    with suppress(psutil.Error, OSError):
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return os.getsid(process.pid) == leader or process.environ().get(MARK) == mark
    return False


def _send(processes: Sequence[psutil.Process], name: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(name)


if __name__ == "__main__":
    sys.exit(main())
