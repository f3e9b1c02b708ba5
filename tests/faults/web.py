"""A server on loopback that plays every fault, and a fetcher for which it stands at any public number."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import httpcore2

from analysis.collect.fetch import Attempt, Fetcher

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
PUBLIC = "93.184.215.14"
AGENT = "PolicySignals/test (+mail@example.org)"

Answer = bytes | Callable[[socket.socket], None]


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    """Return an answer as it goes over the wire; a header's `_` stands for `-`."""
    told = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in told.items()), "connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class FaultServer:
    """Gives the prepared answers of a path one after the other, the last one for ever, and remembers what was asked."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.context = context
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.asked: list[str] = []
        self.headers: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def plays(self, url: str, *answers: Answer) -> None:
        """Let an address without its scheme (`host/path`) give these answers."""
        self.answers[url] = list(answers)

    def close(self) -> None:
        self.listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # The client hanging up is what most of these faults are about.
        with suppress(OSError), connection:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096) or b"\r\n\r\n"
            self._reply(connection, head.decode("latin-1"))
            connection.close()

    def _reply(self, connection: socket.socket, head: str) -> None:
        host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host:"))
        url = host + head.split(" ")[1]
        self.asked.append(url)
        self.headers.append(head)
        prepared = self.answers[url] or [answer("404 Not Found")]
        given = prepared.pop(0) if len(prepared) > 1 else prepared[0]
        if isinstance(given, bytes):
            connection.sendall(given)
        else:
            given(connection)


class Towards(httpcore2.NetworkBackend):
    """Leads every number to the server, by port, and remembers which numbers were connected to."""

    def __init__(self, servers: dict[int, FaultServer]) -> None:
        self.servers = servers
        self.inner = httpcore2.SyncBackend()
        self.connected: list[str] = []
        self.dead: set[str] = set()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        self.connected.append(host)
        if host in self.dead:
            raise httpcore2.ConnectError("nobody listens")
        return self.inner.connect_tcp(*self.servers[port].address, timeout, local_address, socket_options)


class Clock:
    """A clock that only the pauses, or each look at it, push on."""

    def __init__(self, step: float = 0.0) -> None:
        self.time = 0.0
        self.step = step
        self.pauses: list[float] = []

    def __call__(self) -> float:
        self.time += self.step
        return self.time

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


class Web:
    """A web of public hosts, all played by one server, with what a fetcher did in it."""

    def __init__(self, server: FaultServer, secure: FaultServer) -> None:
        self.server = server
        self.backend = Towards({80: server, 443: secure})
        self.numbers: dict[str, list[list[str]]] = {}
        self.clock = Clock()
        self.attempts: list[Attempt] = []

    def resolve(self, host: str, port: int) -> list[str]:
        prepared = self.numbers.get(host, [[PUBLIC]])
        return prepared.pop(0) if len(prepared) > 1 else prepared[0]

    def fetcher(self, **options) -> Fetcher:
        clock = options.pop("clock", self.clock)
        pause = clock.pause if isinstance(clock, Clock) else self.clock.pause
        return Fetcher(AGENT, now=NOW, pause=pause, clock=clock, resolve=self.resolve, backend=self.backend, **options)

    def get(self, url: str, hosts: tuple[str, ...] = ("a.example",), fetcher: Fetcher | None = None, **options):
        """Return what an address gives to a fetcher of its own, or to this one."""
        if fetcher:
            return fetcher.get(url, hosts, note=self.attempts.append, **options)
        with self.fetcher() as own:
            return own.get(url, hosts, note=self.attempts.append, **options)

    @property
    def pages_asked(self) -> list[str]:
        return [url for url in self.server.asked if not url.endswith("/robots.txt")]

    @property
    def outcomes(self) -> list[tuple[str, int | None]]:
        return [(made.outcome, made.status) for made in self.attempts if not made.address.endswith("/robots.txt")]
