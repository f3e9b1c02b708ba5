"""Mails of a folder to entries: what a mail's headers tell, and from whom it comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email import policy
from email.errors import InvalidHeaderDefect
from email.message import EmailMessage
from email.parser import BytesParser

from analysis.collect.listing.entries import Entry, one_line
from analysis.errors import UnreadableError

HEADER_FAULTS = (LookupError, ValueError, TypeError, AttributeError, RecursionError, NotImplementedError)
"""What the reader of headers raises on damaged ones."""


def read_mail(content: bytes) -> tuple[Entry, tuple[str, ...]]:
    """Return a mail as an entry, named by its Message-ID, and the domains of all its senders, in small letters.

    The senders are those that its From headers claim; nothing here proves them. A header that breaks the rules of addresses,
    and may so be read in two ways, gives an empty domain. Raises UnreadableError when the headers are
    damaged.
    """
    try:
        message = BytesParser(policy=policy.default).parsebytes(content, headersonly=True)
        moment = message["date"].datetime if message["date"] else None
        entry = Entry(
            entry_id=one_line(str(message["message-id"] or "").strip(" <>")),
            title=one_line(str(message["subject"] or "")),
            published_on=moment.date() if moment else None,
            published_at=_in_utc(moment),
        )
        return entry, _domains(message)
    except HEADER_FAULTS as error:
        raise UnreadableError("broken_mail", f"the mail's headers cannot be read ({error}): save the mail again") from error


def comes_from(domains: Sequence[str], hosts: Sequence[str]) -> bool:
    """Whether there are senders and the domain of each is one of the hosts or lies below one."""
    return bool(domains) and all(
        any(domain == host.lower() or domain.endswith(f".{host.lower()}") for host in hosts) for domain in domains
    )


def _domains(message: EmailMessage) -> tuple[str, ...]:
    domains: list[str] = []
    for header in message.get_all("from", ()):
        is_sound = not any(isinstance(defect, InvalidHeaderDefect) for defect in header.defects)
        domains += [address.domain.lower() for address in header.addresses] if is_sound else [""]
    return tuple(domains)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
