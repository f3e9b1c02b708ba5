"""The dates of listings: which day and moment a text tells."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from analysis.collect.listing.entries import parse_day, parse_moment

YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})(?!\d)")
EPOCH_UNITS = {"epoch_s": 1, "epoch_ms": 1000}


def read_day(text: object, pattern: str = "", order: str | None = None) -> tuple[date | None, datetime | None]:
    """Return the day and, where it is told, the moment in UTC of a text or number; both None for what is no date.

    `pattern` is a strptime pattern, `epoch_s` or `epoch_ms`; without one, ISO 8601 and year, month, day in this order are read,
    and where `order` is DMY or MDY, digits in that order.
    """
    if pattern in EPOCH_UNITS:
        return _of_epoch(text, EPOCH_UNITS[pattern])
    words = " ".join(str(text).split()) if text else ""
    if pattern:
        try:
            moment = datetime.strptime(words, pattern)  # noqa: DTZ007 - its zone is asked for in the next line
            return moment.date(), moment.astimezone(UTC) if moment.tzinfo else None
        except (ValueError, OverflowError):
            return None, None
    if day := parse_day(words):
        return day, parse_moment(words)
    if found := YEAR_FIRST.search(words):
        return _day(found[1], found[2], found[3]), None
    found = YEAR_LAST.search(words) if order in ("DMY", "MDY") else None
    if found is None:
        return None, None
    first, second, year = found.groups()
    return (_day(year, second, first) if order == "DMY" else _day(year, first, second)), None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _of_epoch(number: object, units_a_second: int) -> tuple[date | None, datetime | None]:
    try:
        moment = datetime.fromtimestamp(float(str(number)) / units_a_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None, None
    return moment.date(), moment
