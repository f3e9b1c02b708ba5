"""The database and the mail server that Airflow's connections name; both connections are optional."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import cast

from airflow.sdk import BaseHook, Connection
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException
from sqlalchemy import URL

from analysis.errors import DeliveryError, SettingsError
from analysis.report.delivery import hand_over
from analysis.settings import Settings, settings

DATABASE = "policy_signals"
MAIL = "smtp_default"


def airflow_settings() -> Settings:
    """Return the settings of this process, with the database of the connection `policy_signals` where there is one."""
    found = _connection(DATABASE)
    return settings().model_copy(update={"database": database_address(found)}) if found else settings()


def database_address(found: Connection) -> str:
    """Return a connection as the SQLAlchemy address of its database.

    Raises SettingsError for a connection that is neither PostgreSQL nor SQLite.
    """
    if found.conn_type == "sqlite":
        return f"sqlite:///{found.host or found.schema}"
    if found.conn_type in ("postgres", "postgresql"):
        options = {name: str(value) for name, value in found.extra_dejson.items()}
        address = URL.create("postgresql+psycopg", found.login, found.password, found.host, found.port, found.schema, options)
        return address.render_as_string(hide_password=False)
    raise SettingsError(
        f"connection {DATABASE} is of the type {found.conn_type}: make it postgres or sqlite, or remove it to use "
        "POLICY_SIGNALS_DATABASE"
    )


def mail_delivery() -> Callable[[EmailMessage], None]:
    """Return what hands a mail over to the server of the connection `smtp_default`, in the name that it gives.

    Raises SettingsError when there is no such connection; what is returned raises DeliveryError, for a mail that may have
    been taken its kind DeliveryInDoubtError.
    """
    if _connection(MAIL) is None:
        raise SettingsError(
            f"no mail can be sent without the Airflow connection {MAIL}: add it under Admin > Connections, or leave `send` off"
        )
    return _deliver


def _deliver(message: EmailMessage) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        with SmtpHook(smtp_conn_id=MAIL) as hook:
            if hook.from_email:
                message.replace_header("From", hook.from_email)
            # The hook's own sending writes no text part, no inline picture and no Message-ID.
            hand_over(cast("smtplib.SMTP", hook._smtp_client), message, MAIL)
    except (smtplib.SMTPException, OSError, AirflowException) as error:
        raise DeliveryError(f"mail to {message['To']} was not taken by {MAIL}: {error}") from error


def _connection(name: str) -> Connection | None:
    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None
