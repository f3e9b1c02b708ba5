"""The dates of listings: which day and moment a text tells."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from analysis.collect.listing.entries import parse_day, parse_moment

EAST_ASIAN = re.compile(r"(?<!\d)(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)")
EPOCH_UNITS = {"epoch_s": 1, "epoch_ms": 1000}


def read_day(text: object, pattern: str = "") -> tuple[date | None, datetime | None]:
    """Return the day and, where it is told, the moment in UTC of a text or number; both None for what is no date.

    `pattern` is a strptime pattern, `epoch_s` or `epoch_ms`; without one, ISO 8601 and year, month, day in this order are read.
    """
    if pattern in EPOCH_UNITS:
        return _of_epoch(text, EPOCH_UNITS[pattern])
    words = " ".join(str(text).split()) if text else ""
    if pattern:
        try:
            moment = datetime.strptime(words, pattern)  # noqa: DTZ007 - its zone is asked for in the next line
        except ValueError:
            return None, None
        return moment.date(), moment.astimezone(UTC) if moment.tzinfo else None
    if day := parse_day(words):
        return day, parse_moment(words)
    found = EAST_ASIAN.search(words)
    try:
        return (date(int(found[1]), int(found[2]), int(found[3])), None) if found else (None, None)
    except ValueError:
        return None, None


def _of_epoch(number: object, units_a_second: int) -> tuple[date | None, datetime | None]:
    try:
        moment = datetime.fromtimestamp(float(str(number)) / units_a_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None, None
    return moment.date(), moment
