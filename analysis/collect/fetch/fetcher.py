"""The one who asks: politely per host, several hosts at a time."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType

import httpcore2
import httpx2
from protego import Protego
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from analysis.collect.fetch.address import WEB_PORTS, Reach, Resolve, TransientError, check_name, resolve
from analysis.collect.fetch.answers import Attempt, Redirect, Response, as_fetch_error, check_status, redirect
from analysis.collect.fetch.body import SECONDS, read_bounded
from analysis.collect.fetch.network import Deadline, VettedBackend, certificates, client
from analysis.errors import FetchError

REDIRECT_LIMIT = 5
TRIES = 3
LONGEST_WAIT = 10
"""Seconds that a server's Retry-After is waited for within a run; a longer one ends the asking of that host."""
LONGEST_CRAWL_DELAY = 30
"""Seconds: a longer crawl-delay of robots.txt counts as this, so that one host cannot hold a run for hours."""
ROBOTS_BYTES = 512_000
"""As much of a robots.txt is read; RFC 9309 asks for 500 KiB at least."""

Note = Callable[[Attempt], None]


@dataclass
class _Host:
    """What a run knows of one host. `turn` is held for one request, `reading` while its robots.txt is asked for."""

    client: httpx2.Client
    deadline: Deadline
    turn: threading.Lock = field(default_factory=threading.Lock)
    reading: threading.Lock = field(default_factory=threading.Lock)
    last_start: float = float("-inf")
    robots: Protego | FetchError | None = None
    rest: TransientError | None = None
    crawl_delay: float = 0


@dataclass(frozen=True)
class _Question:
    """What is asked, the same over all redirects and tries."""

    reach: Reach
    pace_seconds: float
    note: Note
    validators: dict[str, str] = field(default_factory=dict)
    accept: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {**self.validators, **({"Accept": self.accept} if self.accept else {})}


class Fetcher:
    """Asks web addresses for one run: one connection and one request at a time per host, hosts beside each other.

    A context manager whose `get` may be called from any number of threads. Each host's robots.txt is asked for once and
    kept to; a host that wants to be left alone is left alone for the rest of the run. `now` is the run's time, `clock` a
    monotonic one in seconds, `seconds` the limit for one answer from connecting to the last byte.
    """

    def __init__(
        self,
        agent: str,
        allows_loopback: bool = False,
        *,
        now: datetime,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        seconds: float = SECONDS,
        resolve: Resolve = resolve,
        backend: httpcore2.NetworkBackend | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.agent = agent
        self.allows_loopback = allows_loopback
        self.now = now
        self.pause = pause
        self.clock = clock
        self.seconds = seconds
        self._begun = clock()
        self._resolve = resolve
        self._backend = backend or httpcore2.SyncBackend()
        self._context = context or certificates()
        self._hosts: dict[str, _Host] = {}
        self._hosts_lock = threading.Lock()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        for host in self._hosts.values():
            host.client.close()

    def get(
        self,
        address: str,
        hosts: tuple[str, ...],
        pace_seconds: float = 1.0,
        etag: str | None = None,
        last_modified: str | None = None,
        note: Note | None = None,
        accept: str | None = None,
    ) -> Response:
        """Return what an http(s) address gives, asking conditionally when validators are known; `accept` is a media type.

        Redirects are followed within the hosts. Requests to one host start at least `pace_seconds` apart. `note` is given
        every attempt, also those for robots.txt and those refused unasked. Raises FetchError with its rule otherwise.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        question = _Question(
            Reach(hosts, self.allows_loopback), pace_seconds, note or _unnoted,
            # A header is ASCII; a validator that is not cannot be sent back.
            {name: value for name, value in validators.items() if value and value.isascii()}, accept,
        )  # fmt: skip
        seen, redirects = [address], list[Redirect]()
        while True:
            answer = self._permitted(address, question)
            if isinstance(answer, Response):
                moved = bool(redirects) and all(step.is_permanent for step in redirects)
                return replace(answer, moved_to=answer.address if moved else None)
            redirects.append(answer)
            address = next_address(answer, seen)

    def _permitted(self, address: str, question: _Question) -> Response | Redirect:
        try:
            host = self._host(*check_name(address, question.reach))
            self._check_robots(host, address, question)
            if host.rest:
                raise _left_alone(address, host.rest)
        except FetchError as error:
            question.note(Attempt(address, self._moment(), 0.0, "refused", error.status, str(error)))
            raise
        return self._patiently(host, address, question)

    def _patiently(self, host: _Host, address: str, question: _Question) -> Response | Redirect:
        """Ask up to three times over transient faults; a short Retry-After is waited for once."""
        for is_last in (False, True):
            try:
                tries = Retrying(
                    retry=retry_if_exception(_may_pass),
                    stop=stop_after_attempt(TRIES),
                    wait=wait_exponential(1, max=10),
                    sleep=self.pause,
                    reraise=True,
                )
                return tries(self._once, host, address, question)
            except TransientError as error:
                if error.retry_at is None:
                    raise
                wait = (error.retry_at - self._moment()).total_seconds()
                if is_last or wait > LONGEST_WAIT:
                    host.rest = host.rest or error
                    raise
                self.pause(max(wait, 0))
        raise AssertionError("the second round returns or raises")

    def _once(self, host: _Host, address: str, question: _Question) -> Response | Redirect:
        with host.turn:
            if host.rest:
                raise _left_alone(address, host.rest)
            self._await_turn(host, max(question.pace_seconds, host.crawl_delay))
            begun, started_at = self.clock(), self._moment()
            answer: Response | Redirect | FetchError
            try:
                answer = self._ask(host, address, question)
            except FetchError as error:
                answer = error
            seconds = self.clock() - begun
        question.note(_attempt(address, started_at, seconds, answer))
        if isinstance(answer, FetchError):
            raise answer
        return answer

    def _await_turn(self, host: _Host, pace: float) -> None:
        wait = host.last_start + pace - self.clock()
        if wait > 0:
            self.pause(wait)
        host.last_start = self.clock()

    def _ask(self, host: _Host, address: str, question: _Question) -> Response | Redirect:
        host.deadline.at = self.clock() + self.seconds
        try:
            with host.client.stream("GET", address, headers=question.headers) as raw:
                if sent_on := redirect(raw, address):
                    return sent_on
                check_status(raw, address, bool(question.validators), self._moment())
                content = None
                if raw.status_code == 200:
                    encoding = raw.headers.get("content-encoding", "").strip().lower()
                    content = read_bounded(raw.iter_raw(), encoding, address, self.clock, host.deadline.at)
                return Response(
                    address=address,
                    content=content,
                    media_type=raw.headers.get("content-type", "").split(";")[0].strip() or None,
                    etag=raw.headers.get("etag"),
                    last_modified=raw.headers.get("last-modified"),
                    charset=raw.charset_encoding,
                    status=raw.status_code,
                )
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise as_fetch_error(error, address) from error

    def _check_robots(self, host: _Host, address: str, question: _Question) -> None:
        with host.reading:
            if host.robots is None and host.rest is None:
                host.robots = self._robots(address, question)
                if isinstance(host.robots, Protego):
                    host.crawl_delay = min(host.robots.crawl_delay(self._robot_name) or 0, LONGEST_CRAWL_DELAY)
        if isinstance(host.robots, FetchError):
            cause = host.robots
            kind = TransientError if cause.status else type(cause)
            raise kind(
                f"{address}: not asked, for its host's robots.txt cannot be read: {cause}",
                rule="robots" if cause.status else cause.rule, status=cause.status, retry_at=cause.retry_at,
            ) from cause  # fmt: skip
        if host.robots and not host.robots.can_fetch(address, self._robot_name):
            raise FetchError(f"{address}: the publisher's robots.txt keeps it from us: it is not asked", rule="robots")

    def _robots(self, page: str, question: _Question) -> Protego | FetchError:
        """Return what a host's robots.txt says; an error if it must be taken for a no."""
        address = str(httpx2.URL(page).copy_with(raw_path=b"/robots.txt", fragment=None, username=None, password=None))
        asked = replace(question, validators={}, accept=None)
        seen = [address]
        try:
            while True:
                host = self._host(*check_name(address, question.reach))
                answer = self._patiently(host, address, asked)
                if isinstance(answer, Response):
                    return Protego.parse((answer.content or b"")[:ROBOTS_BYTES].decode("utf-8-sig", "replace"))
                address = next_address(answer, seen)
        except FetchError as error:
            is_absent = error.status is not None and 400 <= error.status < 500 and error.status != 429
            # A robots.txt that lies with a stranger or nowhere is none: RFC 9309, 2.3.1.2 and 2.3.1.3.
            return Protego.parse("") if is_absent or error.rule in ("host_not_allowed", "redirects") else error

    @property
    def _robot_name(self) -> str:
        return self.agent.split("/")[0]

    def _host(self, name: str, port: int) -> _Host:
        key = name if port in WEB_PORTS else f"{name}:{port}"
        with self._hosts_lock:
            if key not in self._hosts:
                deadline = Deadline(self.clock)
                backend = VettedBackend(self.allows_loopback, self._resolve, self._backend, deadline)
                self._hosts[key] = _Host(client(self.agent, self._context, backend), deadline)
            return self._hosts[key]

    def _moment(self) -> datetime:
        return self.now + timedelta(seconds=self.clock() - self._begun)


def next_address(answer: Redirect, seen: list[str]) -> str:
    """Return the address that a redirect leads to and add it to those seen; raises FetchError for a loop or one too many."""
    target = answer.target.split("#")[0]
    if target in seen:
        loop = " -> ".join([*seen[seen.index(target) :], target])
        raise FetchError(f"{seen[0]}: redirected in a loop ({loop}): check the address", rule="redirects", status=answer.status)
    if len(seen) > REDIRECT_LIMIT:
        raise FetchError(
            f"{seen[0]}: more than {REDIRECT_LIMIT} redirects: check the address", rule="redirects", status=answer.status
        )
    seen.append(target)
    return target


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, TransientError) and error.retry_at is None


def _left_alone(address: str, cause: TransientError) -> TransientError:
    return TransientError(
        f"{address}: not asked, for its host wants to be left alone until {cause.retry_at:%Y-%m-%d %H:%M:%S} UTC: "
        "try again after that",
        rule=cause.rule, status=cause.status, retry_at=cause.retry_at,
    )  # fmt: skip


def _attempt(address: str, started_at: datetime, seconds: float, answer: Response | Redirect | FetchError) -> Attempt:
    if isinstance(answer, FetchError):
        outcome = "refused" if answer.rule == "blocked_address" else "failed"
        return Attempt(address, started_at, seconds, outcome, answer.status, str(answer))
    if isinstance(answer, Redirect):
        return Attempt(address, started_at, seconds, "redirected", answer.status)
    outcome = "unchanged" if answer.content is None else "got"
    byte_count = None if answer.content is None else len(answer.content)
    return Attempt(address, started_at, seconds, outcome, answer.status, byte_count=byte_count, media_type=answer.media_type)


def _unnoted(attempt: Attempt) -> None:
    """Take an attempt that nobody wants to know of."""
