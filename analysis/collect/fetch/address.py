"""Which addresses may be asked: web addresses of the source's own hosts that lead to public numbers only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from analysis.errors import FetchError

WEB_PORTS = (80, 443)
WRAPPING = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
"""IPv6 ranges whose last 32 bits are an IPv4 address."""

Number = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]
"""A host's name and port to the numbers that it leads to, as text; raises OSError for a name without any."""


class TransientError(FetchError):
    """A fault that a second try may not meet: a time-out, a broken connection, an overloaded server."""


@dataclass(frozen=True)
class Reach:
    """Whom a fetch may ask: these hosts with their subdomains, and loopback only where it is allowed."""

    hosts: tuple[str, ...]
    allows_loopback: bool = False


def resolve(host: str, port: int) -> list[str]:
    """Return the numbers that a host's name leads to, as the system knows them; raises OSError if there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))


def check_address(address: str, reach: Reach) -> None:
    """Raise FetchError unless the address is http(s), its host is allowed and leads to public addresses only."""
    host, port = check_name(address, reach)
    vetted_numbers(host, port, reach.allows_loopback, resolve, address)


def check_name(address: str, reach: Reach) -> tuple[str, int]:
    """Return host and port of an address that may be asked as far as its text shows; raises FetchError otherwise."""
    host, port = _host_and_port(address)
    if port not in WEB_PORTS and not reach.allows_loopback:
        raise FetchError(f"{address}: port {port} is none of the web's (80, 443): it is not asked", rule="blocked_address")
    if not any(host == allowed or host.endswith(f".{allowed}") for allowed in reach.hosts):
        raise FetchError(
            f"{address}: {host} is not among the source's hosts: add it there if it belongs to the publisher",
            rule="host_not_allowed",
        )
    return host, port


def vetted_numbers(host: str, port: int, allows_loopback: bool, resolve: Resolve, address: str) -> list[str]:
    """Return the numbers of a host if every one of them may be asked; raises FetchError otherwise.

    One number that is not public is enough to refuse: a name that leads inside and outside is a trap.
    """
    try:
        numbers = [ipaddress.ip_address(text) for text in resolve(host, port)]
    except OSError as error:
        raise TransientError(
            f"{address}: {host} has no address ({error}): check the network and the name", rule="no_answer"
        ) from error
    except ValueError as error:
        raise FetchError(f"{address}: {host} cannot be a host's name ({error}): check the address") from error
    for number in numbers:
        if not (is_public(number) or (allows_loopback and number.is_loopback)):
            raise FetchError(
                f"{address}: {host} leads to {number}, which is not public: it is not asked", rule="blocked_address"
            )
    return [str(number) for number in numbers]


def is_public(number: Number) -> bool:
    """Whether an address is one host's on the public network; of an address that wraps an IPv4 one, both must be."""
    if not number.is_global or number.is_multicast or getattr(number, "is_site_local", False):
        return False
    inner = getattr(number, "sixtofour", None)
    if any(number in network for network in WRAPPING):
        inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return inner is None or inner.is_global


def _host_and_port(address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"{address}: no web address ({error}): check the address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(f"{address}: not an http(s) address: mend the source's declaration")
    host = parts.hostname.lower()
    if host not in _hosts_as_the_client_reads(address, host):
        raise FetchError(f"{address}: its host can be read in two ways: check the address")
    default = 443 if parts.scheme == "https" else 80
    return host, default if port is None else port


def _hosts_as_the_client_reads(address: str, host: str) -> tuple[str, str]:
    """Return the host in letters and in ASCII: what was checked must be what is asked."""
    try:
        url = httpx2.URL(address)
        return url.host.lower(), url.raw_host.decode("ascii").lower()
    except (httpx2.InvalidURL, ValueError) as error:
        # A number in an odd spelling is how inner hosts are reached in disguise.
        rule = "blocked_address" if host[-1:].isdigit() else "failed"
        raise FetchError(f"{address}: no web address ({error}): check the address", rule=rule) from error
