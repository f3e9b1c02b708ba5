"""The mail of a week to its readers, once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, cast

from sqlalchemy import Connection, Engine, RowMapping, select, update

from analysis import store
from analysis.errors import DeliveryError, DeliveryInDoubtError, PolicySignalsError
from analysis.settings import Settings
from analysis.steps.place import open_place
from analysis.steps.report import parse_week
from analysis.tables import content_id, deliveries, reports


def send(
    settings: Settings, now: datetime, week: str, recipients: Sequence[str], deliver: Callable[[EmailMessage], None]
) -> dict[str, Any]:
    """Hand the mail of a week's latest edition over for each recipient; return sent, already_sent, failed and in_doubt.

    The ledger says `sending` before a mail leaves, and goes on saying it for one in doubt: who may have it already is left
    out next time and counted as already_sent. `deliver` raises DeliveryError for a mail that was not taken, and
    DeliveryInDoubtError for one that may have been. Raises PolicySignalsError when the week has no report, its mail cannot
    be read, or nobody is named.
    """
    if not recipients:
        raise PolicySignalsError("no recipient: name at least one with --to")
    engine = open_place(settings)
    with store.reading(engine) as connection:
        edition = _latest_edition(connection, week)
    content = _mail(settings, edition, week)
    outcome: dict[str, Any] = {"sent": 0, "already_sent": 0, "failed": [], "in_doubt": []}
    # All before the first leaves: a wrong one costs nobody the mail, and none is sent by half.
    messages = {recipient: _addressed(content, recipient) for recipient in recipients}
    for recipient, message in messages.items():
        row = _row(edition["report_id"], recipient, message["Message-ID"], now)
        if not _claim(engine, row):
            outcome["already_sent"] += 1
            continue
        try:
            deliver(message)
            row |= {"state": "sent"}
            outcome["sent"] += 1
        except DeliveryInDoubtError as error:
            row |= {"error": str(error)}
            outcome["in_doubt"].append(recipient)
        except DeliveryError as error:
            row |= {"state": "failed", "error": str(error)}
            outcome["failed"].append(recipient)
        with store.writing(engine) as connection:
            store.upsert(connection, deliveries, [row])
    return outcome


def _claim(engine: Engine, row: dict[str, Any]) -> bool:
    """Write that a mail is being sent, and return whether this call may send it: of several at once only one may."""
    has_failed = (deliveries.c.delivery_id == row["delivery_id"]) & (deliveries.c.state == "failed")
    with store.writing(engine) as connection:
        # The database decides by what it wrote: what is read before may have changed by then.
        if store.add(connection, deliveries, [row]):
            return True
        return connection.execute(update(deliveries).where(has_failed).values(row)).rowcount == 1


def _mail(settings: Settings, edition: RowMapping, week: str) -> bytes:
    try:
        return (settings.home / edition["mail_path"]).read_bytes()
    except OSError as error:
        cure = f"run `policy-signals report --week {week}`"
        raise PolicySignalsError(f"the mail {edition['mail_path']} cannot be read ({error.strerror}): {cure}") from error


def _latest_edition(connection: Connection, week: str) -> RowMapping:
    query = select(reports).where(reports.c.week_on == parse_week(week)).order_by(reports.c.edition.desc())
    edition = connection.execute(query).mappings().first()
    if edition is None:
        raise PolicySignalsError(f"week {week} has no report: run `policy-signals report --week {week}`")
    return edition


def _addressed(content: bytes, recipient: str) -> EmailMessage:
    message = cast("EmailMessage", BytesParser(policy=policy.SMTP.clone(max_line_length=998)).parsebytes(content))
    del message["To"]
    try:
        message["To"] = recipient
        addresses = message["To"].addresses
    except (ValueError, IndexError) as error:
        # IndexError: what the standard library raises for `name@`.
        raise PolicySignalsError(f"recipient {recipient!r} is no mail address ({error})") from error
    if not recipient.isprintable() or len(addresses) != 1 or not addresses[0].domain:
        raise PolicySignalsError(f"recipient {recipient!r} is not one mail address: write name@host, and --to once for each")
    return message


def _row(report_id: str, recipient: str, message_id: str, now: datetime) -> dict[str, Any]:
    return {
        "delivery_id": content_id(report_id, recipient.lower()),
        "report_id": report_id,
        "recipient": recipient,
        "message_id": message_id,
        "state": "sending",
        "error": None,
        "changed_at": now,
    }
