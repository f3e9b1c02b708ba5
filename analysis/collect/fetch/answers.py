"""What is made of an answer's status and headers."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import httpx2

from analysis.collect.fetch.address import TransientError
from analysis.errors import FetchError

LONGEST_REST = timedelta(hours=24)
"""Longest time for which a server's wish to be left alone is kept."""
USUAL_REST = timedelta(seconds=10)
"""What a server that answers 429 without a time is given."""
RULES = {401: "forbidden", 403: "forbidden", 404: "not_found", 410: "gone", 429: "rate_limited", 451: "forbidden"}


@dataclass(frozen=True)
class Response:
    """What an address gave; `content` is None when the server said that nothing changed.

    `address` is where it came from after redirects; `moved_to` is that address when all redirects were for good;
    `charset` is the declared one in small letters.
    """

    address: str
    content: bytes | None
    media_type: str | None
    etag: str | None
    last_modified: str | None
    charset: str | None = None
    status: int = 200
    moved_to: str | None = None


@dataclass(frozen=True)
class Redirect:
    """Where an answer sends the asker, and whether for good."""

    target: str
    status: int

    @property
    def is_permanent(self) -> bool:
        return self.status in (301, 308)


@dataclass(frozen=True)
class Attempt:
    """One request, or one that was refused before it was made (`outcome` refused).

    `outcome` is got, unchanged, redirected, failed or refused; `seconds` is the time from the request's start to its end,
    without the waiting before it; `byte_count` counts the unpacked body.
    """

    address: str
    started_at: datetime
    seconds: float
    outcome: str
    status: int | None = None
    error: str | None = None
    byte_count: int | None = None
    media_type: str | None = None


def redirect(raw: httpx2.Response, address: str) -> Redirect | None:
    """Return where an answer sends the asker, if it does."""
    if not raw.has_redirect_location:
        return None
    try:
        return Redirect(urljoin(address, raw.headers["location"]), raw.status_code)
    except ValueError as error:
        raise FetchError(
            f"{address}: redirected to no web address ({error}): check the address", rule="redirects", status=raw.status_code
        ) from error


def check_status(raw: httpx2.Response, address: str, is_conditional: bool, moment: datetime) -> None:
    """Raise FetchError unless the status is 200, or 304 where validators were sent."""
    status = raw.status_code
    if status == 200 or (status == 304 and is_conditional):
        return
    rule = RULES.get(status, "server_error" if status >= 500 else "failed")
    retry_at = rest_until(raw.headers.get("retry-after"), moment) if status in (429, 503) else None
    if status == 429 and retry_at is None:
        retry_at = moment + USUAL_REST
    if retry_at is not None:
        raise TransientError(
            f"{address}: the server answered {status} and asks to be left alone until {retry_at:%Y-%m-%d %H:%M:%S} UTC: "
            "try again after that",
            rule=rule, status=status, retry_at=retry_at,
        )  # fmt: skip
    if status in (502, 503, 504):
        raise TransientError(f"{address}: the server answered {status}: try again later", rule=rule, status=status)
    raise FetchError(f"{address}: the server answered {status}: check the address", rule=rule, status=status)


def rest_until(retry_after: str | None, moment: datetime) -> datetime | None:
    """Return the time that a Retry-After header names in seconds or as a date, at most 24 h ahead; None if it names none."""
    text = (retry_after or "").strip()
    try:
        if text.isascii() and text.isdigit():
            wanted = moment + min(timedelta(seconds=int(text[:9])), LONGEST_REST)
        else:
            wanted = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=UTC)
    return max(moment, min(wanted, moment + LONGEST_REST)).astimezone(UTC)


def as_fetch_error(error: Exception, address: str) -> FetchError:
    """Return what a fault of the network or the protocol means for the address."""
    if certificate := _certificate_fault(error):
        return FetchError(
            f"{address}: the server's certificate is not accepted ({certificate.verify_message}): "
            "the publisher must renew it, or the address is wrong",
            rule="certificate",
        )
    told = f"{address}: no answer ({type(error).__name__}: {error}): check the network and the address"
    if isinstance(error, httpx2.TimeoutException):
        is_connecting = isinstance(error, httpx2.ConnectTimeout)
        return TransientError(told, rule="no_answer" if is_connecting else "too_slow")
    if isinstance(error, httpx2.NetworkError | httpx2.RemoteProtocolError):
        return TransientError(told, rule="cut_off" if isinstance(error, httpx2.RemoteProtocolError) else "no_answer")
    return FetchError(f"{address}: {error}: check the address")


def _certificate_fault(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None
