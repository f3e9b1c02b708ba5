"""Addresses to bytes: the only module that opens sockets."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin, urlsplit

import httpx2
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from analysis.errors import FetchError

BYTE_LIMIT = 20_000_000
REDIRECT_LIMIT = 5
SECONDS = 30
"""Limit for the whole of one answer; a server that sends a byte a second ends here too."""

WRAPPING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
"""IPv6 ranges whose last 32 bits are an IPv4 address."""


class TransientError(FetchError):
    """A fault that a second try may not meet: a time-out, a broken connection, an overloaded server."""


@dataclass(frozen=True)
class Response:
    """What an address gave; `content` is None when the server said that nothing changed."""

    address: str
    content: bytes | None
    media_type: str | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True)
class Reach:
    """Whom a fetch may ask: these hosts with their subdomains, and loopback only where it is allowed."""

    hosts: tuple[str, ...]
    allows_loopback: bool = False


def user_agent(contact: str) -> str:
    """Return the name under which every request is made."""
    return "PolicySignals/0.1" + (f" (+{contact})" if contact else "")


def fetch(address: str, reach: Reach, agent: str, etag: str | None = None, last_modified: str | None = None) -> Response:
    """Return what an http(s) address gives, asking conditionally when validators are known.

    Transient faults are tried three times. Raises FetchError with the reason otherwise.
    """
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip", **{k: v for k, v in validators.items() if v}}
    tries = Retrying(
        retry=retry_if_exception_type(TransientError),
        stop=stop_after_attempt(3),
        wait=wait_exponential(1, max=10),
        reraise=True,
    )
    return tries(_follow, address, reach, headers)


def _follow(address: str, reach: Reach, headers: dict[str, str]) -> Response:
    with httpx2.Client(verify=_certificates(), timeout=10, trust_env=False, follow_redirects=False) as client:
        for _ in range(REDIRECT_LIMIT + 1):
            check_address(address, reach)
            answer = _ask(client, address, headers)
            if isinstance(answer, Response):
                return answer
            address = answer
    raise FetchError(f"{address}: more than {REDIRECT_LIMIT} redirects: check the address")


@cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _ask(client: httpx2.Client, address: str, headers: dict[str, str]) -> Response | str:
    """Return the response, or the address that it redirects to."""
    try:
        with client.stream("GET", address, headers=headers) as raw:
            if raw.has_redirect_location:
                return urljoin(address, raw.headers["location"])
            if raw.status_code in (429, 502, 503, 504):
                raise TransientError(f"{address}: the server answered {raw.status_code}: try again later")
            if raw.status_code not in (200, 304):
                raise FetchError(f"{address}: the server answered {raw.status_code}: check the address")
            content = (
                None if raw.status_code == 304 else read_bounded(raw.iter_raw(), raw.headers.get("content-encoding"), address)
            )
            media_type = raw.headers.get("content-type", "").split(";")[0].strip() or None
            return Response(address, content, media_type, raw.headers.get("etag"), raw.headers.get("last-modified"))
    except (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError) as error:
        raise TransientError(
            f"{address}: no answer ({type(error).__name__}: {error}): check the network and the address"
        ) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise FetchError(f"{address}: {error}: check the address") from error


def read_bounded(chunks, encoding: str | None, address: str, clock: Callable[[], float] = time.monotonic) -> bytes:
    """Return the body of an answer, unzipped, never holding more than the limit.

    Raises FetchError for a body that is too large, too slow or in another encoding than gzip.
    """
    if encoding not in (None, "", "identity", "gzip"):
        raise FetchError(f"{address}: encoded as {encoding}, where gzip or nothing was asked for: it is not read")
    inflate = zlib.decompressobj(31) if encoding == "gzip" else None
    deadline, body = clock() + SECONDS, bytearray()
    for chunk in chunks:
        room = BYTE_LIMIT + 1 - len(body)
        try:
            body += inflate.decompress(chunk, room) if inflate else chunk[:room]
        except zlib.error as error:
            raise FetchError(f"{address}: the gzip body is broken ({error})") from error
        if len(body) > BYTE_LIMIT:
            raise FetchError(f"{address}: more than {BYTE_LIMIT} bytes: it is not read")
        if clock() > deadline:
            raise TransientError(f"{address}: still sending after {SECONDS} s: try again later")
    if inflate and body and not inflate.eof:
        raise TransientError(f"{address}: the gzip body is cut off: try again later")
    return bytes(body)


def check_address(address: str, reach: Reach) -> None:
    """Raise FetchError unless the address is http(s), its host is allowed and leads to public addresses only."""
    host, port = _host_and_port(address)
    if port not in (80, 443) and not reach.allows_loopback:
        raise FetchError(f"{address}: port {port} is none of the web's (80, 443): it is not asked")
    if not any(host == allowed or host.endswith(f".{allowed}") for allowed in reach.hosts):
        raise FetchError(f"{address}: {host} is not among the source's hosts: add it there if it belongs to the publisher")
    for number in _numbers(address, host, port):
        if not (_is_public(number) or (reach.allows_loopback and number.is_loopback)):
            raise FetchError(f"{address}: {host} leads to {number}, which is not public: it is not asked")


def _host_and_port(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"{address}: no web address ({error}): check the address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(f"{address}: not an http(s) address: mend the source's declaration")
    default = 443 if parts.scheme == "https" else 80
    return parts.hostname.lower(), default if port is None else port


def _numbers(address: str, host: str, port: int) -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise TransientError(f"{address}: {host} has no address ({error}): check the network and the name") from error
    except ValueError as error:
        raise FetchError(f"{address}: {host} cannot be a host's name ({error}): check the address") from error
    return {ipaddress.ip_address(text.split("%")[0]) for text in found}


def _is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is one host's on the public network; of an address that wraps an IPv4 one, both must be."""
    if not number.is_global or number.is_multicast or getattr(number, "is_site_local", False):
        return False
    inner = getattr(number, "sixtofour", None)
    if any(number in network for network in WRAPPING):
        inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return inner is None or inner.is_global
