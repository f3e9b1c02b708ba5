"""Hands mails to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from analysis.errors import DeliveryError, SettingsError

SECONDS = 30


def smtp_delivery(address: str) -> Callable[[EmailMessage], None]:
    """Return what hands a mail to the server of an address: smtp://user:password@host:587, or smtps:// for TLS at once.

    Without TLS at once STARTTLS is asked for, except on loopback. The function raises DeliveryError for a mail that the
    server did not take. Raises SettingsError when the address is empty or no such address.
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
            with _connect(parts.scheme, parts.hostname or "", port) as server:
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                refused = server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"mail to {message['To']} was not taken by {parts.hostname}: {error}") from error
        if refused:
            raise DeliveryError(f"mail to {', '.join(refused)} was refused by {parts.hostname}")

    return deliver


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 587, timeout=SECONDS)
    if host not in ("127.0.0.1", "localhost", "::1"):
        server.starttls(context=ssl.create_default_context())
    return server
