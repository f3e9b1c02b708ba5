"""Hands mails to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from analysis.errors import DeliveryError, DeliveryInDoubtError, SettingsError

SECONDS = 30


def smtp_delivery(address: str) -> Callable[[EmailMessage], None]:
    """Return what hands a mail to the server of an address: smtp://user:password@host:587, or smtps:// for TLS at once.

    Without TLS at once STARTTLS is asked for, except on loopback. The function raises DeliveryError for a mail that the
    server did not take, DeliveryInDoubtError for one that it may have taken. Raises SettingsError when the address is empty or
    no such address.
    """
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"mail server: {error}: set POLICY_SIGNALS_SMTP to smtp://user:password@host:587") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingsError("no mail server: set POLICY_SIGNALS_SMTP to smtp://user:password@host:587")

    def deliver(message: EmailMessage) -> None:
        try:
            with ExitStack() as stack:
                server = _connect(parts.scheme, parts.hostname or "", port)
                stack.callback(_leave, server)
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                hand_over(server, message, parts.hostname or "")
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"mail to {message['To']} was not taken by {parts.hostname}: {error}") from error

    return deliver


def hand_over(server: smtplib.SMTP, message: EmailMessage, name: str) -> None:
    """Give a mail to a connected server, which errors call by `name`.

    Raises DeliveryError for a mail that was not taken, and DeliveryInDoubtError when the connection broke after the server
    had been given the text.
    """
    given: list[bool] = []
    give = server.data

    def give_text(text) -> tuple[int, bytes]:
        given.append(True)
        return give(text)

    # Nothing else tells a connection that broke before the text from one that broke after it.
    server.data = give_text  # type: ignore[method-assign, assignment]
    try:
        refused = server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        if given and not isinstance(error, smtplib.SMTPDataError):
            raise DeliveryInDoubtError(f"mail to {message['To']} may have been taken by {name}: {error}") from error
        raise DeliveryError(f"mail to {message['To']} was not taken by {name}: {error}") from error
    if refused:
        raise DeliveryError(f"mail to {', '.join(refused)} was refused by {name}: {refused}")


def _leave(server: smtplib.SMTP) -> None:
    # What became of the mail is known by now, and a strange farewell does not change it.
    with suppress(smtplib.SMTPException, OSError):
        server.quit()


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
    if host not in ("127.0.0.1", "localhost", "::1"):
        server.starttls(context=ssl.create_default_context())
    return server
