"""What a file or page becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

BYTE_LIMIT = 20_000_000


@dataclass(frozen=True)
class Extracted:
    """What a file or page becomes; None for what it does not tell."""

    format: str
    text: str
    title: str | None = None
    published_on: date | None = None
    published_at: datetime | None = None
    language: str = "und"
    encoding: str | None = None
    address: str | None = None
    publisher: str | None = None
    effective_on: date | None = None
    event_on: date | None = None
    replacement_count: int = 0
    """Characters that could not be decoded."""
    notes: tuple[str, ...] = ()
    """What of it could not be read."""
    sender_domain: str | None = None
    message_id: str | None = None
    """Of a mail: what tells that a second delivery is the same message."""
