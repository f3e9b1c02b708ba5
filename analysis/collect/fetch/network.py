"""Connections that go to a vetted number and end at a deadline."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import httpcore2
import httpx2

from analysis.collect.fetch.address import Resolve, vetted_numbers

SILENCE_SECONDS = 10
"""How long a connection or the next bytes may take."""


@cache
def certificates() -> ssl.SSLContext:
    """Return the one context by which every server's certificate is checked."""
    return ssl.create_default_context()


class Deadline:
    """The time of the clock at which the answer that is under way must be whole."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.at = float("inf")

    def bounded(self, timeout: float | None, fault: type[Exception]) -> float:
        """Return the shorter of the time-out and what is left, in seconds; raises the fault when nothing is."""
        left = self.at - self.clock()
        if left <= 0:
            raise fault("the answer took too long")
        return min(left, SILENCE_SECONDS if timeout is None else timeout)


class VettedBackend(httpcore2.NetworkBackend):
    """Resolves a name once, refuses it unless all its numbers are public, and connects to such a number.

    What is checked is what is connected to, so that a name that changes its number between the two gains nothing.
    The name stays the one that the certificate is checked for.
    """

    def __init__(self, allows_loopback: bool, resolve: Resolve, inner: httpcore2.NetworkBackend, deadline: Deadline) -> None:
        self.allows_loopback = allows_loopback
        self.resolve = resolve
        self.inner = inner
        self.deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a connection to the first vetted number that answers."""
        numbers = vetted_numbers(host, port, self.allows_loopback, self.resolve, host)
        fault: Exception = httpcore2.ConnectError(f"{host} has no address")
        for number in numbers:
            left = self.deadline.bounded(timeout, httpcore2.ConnectTimeout)
            try:
                stream = self.inner.connect_tcp(number, port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                fault = error
            else:
                return TimedStream(stream, self.deadline)
        raise fault


class TimedStream(httpcore2.NetworkStream):
    """A connection whose every read and write ends at the deadline, headers and handshake included."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self.inner = inner
        self.deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes."""
        return self.inner.read(max_bytes, self.deadline.bounded(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of the bytes."""
        self.inner.write(buffer, self.deadline.bounded(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Return the connection, encrypted; raises ConnectError when the certificate is not the host's."""
        left = self.deadline.bounded(timeout, httpcore2.ConnectTimeout)
        return TimedStream(self.inner.start_tls(ssl_context, server_hostname, left), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows of itself."""
        return self.inner.get_extra_info(info)


class _Transport(httpx2.HTTPTransport):
    """The client's own transport with a pool of one connection over the vetted backend."""

    def __init__(self, context: ssl.SSLContext, backend: httpcore2.NetworkBackend) -> None:
        # The parent takes no backend; its pool is the one thing that it builds.
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context, max_connections=1, keepalive_expiry=60, network_backend=backend
        )


def client(agent: str, context: ssl.SSLContext, backend: httpcore2.NetworkBackend) -> httpx2.Client:
    """Return a client of one connection that follows nothing by itself and takes no settings from the environment."""
    return httpx2.Client(
        transport=_Transport(context, backend),
        headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
        timeout=SILENCE_SECONDS,
        trust_env=False,
        follow_redirects=False,
    )
