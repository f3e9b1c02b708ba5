"""The dates of listings: which day and moment a text tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from analysis.collect.extract.days import spelled_days
from analysis.collect.listing.entries import parse_day, parse_moment

YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?: ?[年년] ?|(?P<mark>[./-]) ?)(?P<month>\d{1,2})(?: ?[月월] ?|(?P=mark) ?)(?P<day>\d{1,2})(?!\d)"
)
YEAR_LAST = re.compile(r"(?<!\d)(?P<first>\d{1,2})(?P<mark>[./-]) ?(?P<second>\d{1,2})(?P=mark) ?(?P<year>\d{4})(?!\d)")
RANGE_BEFORE = re.compile(r"(?<![\d-])\d{1,2}\.?(?: ?[-–—&/] ?| (?:to|and|bis|und|au|et|al|y|a|ao|e|tot|en|till|och) )\Z", re.I)
READ_CHARACTERS = 1000
"""A day is looked for in as many characters of a text."""
UNSET = (date(1, 1, 1), date(1900, 1, 1), date(1970, 1, 1))
"""Days that databases give where they hold none."""
EPOCH_UNITS = {"epoch_s": 1, "epoch_ms": 1000}


def read_day(
    told: object, pattern: str = "", order: str | None = None, languages: Sequence[str] = (), zone: str = ""
) -> tuple[date | None, datetime | None]:
    """Return the day and, where it is told, the moment in UTC of a text or number; both None for what is no full date.

    `pattern` is a strptime pattern, `epoch_s` or `epoch_ms`. Without one are read ISO 8601; year, month, day in this order;
    day and year with a month's name, in the first of the `languages` or else any; and digits in `order`, if it is DMY or MDY.
    `zone` is an IANA name: moments without a zone are meant there, and the day of a moment is its day there. Without one a
    moment has the day that its text spells, and an epoch number its day in UTC.
    """
    words = " ".join(str(told)[:READ_CHARACTERS].split()) if told is not None else ""
    place = ZoneInfo(zone) if zone else None
    if pattern in EPOCH_UNITS:
        day, moment = _of_epoch(words, EPOCH_UNITS[pattern], place)
    elif pattern:
        day, moment = _by_pattern(words, pattern, place)
    elif day := parse_day(words):
        day, moment = _of_iso(words, day, place)
    else:
        day, moment = _spelled(words, order, languages), None
    is_unset = day in UNSET or (moment is not None and moment.date() in UNSET)
    return (None, None) if is_unset else (day, moment)


def _of_epoch(words: str, units_a_second: int, place: tzinfo | None) -> tuple[date | None, datetime | None]:
    try:
        moment = datetime.fromtimestamp(float(words) / units_a_second, UTC)
        return moment.astimezone(place or UTC).date(), moment
    except (ValueError, OverflowError, OSError):
        return None, None


def _by_pattern(words: str, pattern: str, place: tzinfo | None) -> tuple[date | None, datetime | None]:
    try:
        found = datetime.strptime(words, pattern)  # noqa: DTZ007 - its zone is asked for in the next lines
        if found.tzinfo is None and place and any(hour in pattern for hour in ("%H", "%I")):
            found = found.replace(tzinfo=place)
        moment = found.astimezone(UTC) if found.tzinfo else None
        return (found.astimezone(place) if moment and place else found).date(), moment
    except (ValueError, OverflowError):
        return None, None


def _of_iso(words: str, day: date, place: tzinfo | None) -> tuple[date | None, datetime | None]:
    if place is None:
        return day, parse_moment(words)
    try:
        found = datetime.fromisoformat(words) if len(words) > len("2025-03-06") else None
        moment = found and (found if found.tzinfo else found.replace(tzinfo=place)).astimezone(UTC)
        return (moment.astimezone(place).date(), moment) if moment else (day, None)
    except (ValueError, OverflowError):
        return day, None


def _spelled(words: str, order: str | None, languages: Sequence[str]) -> date | None:
    if found := YEAR_FIRST.search(words):
        return _day(found["year"], found["month"], found["day"])
    if order in ("DMY", "MDY") and (found := YEAR_LAST.search(words)):
        places = ("second", "first") if order == "DMY" else ("first", "second")
        return _day(found["year"], *map(found.group, places))
    # A hyphen between blanks parts what stands around it: no date is written with it.
    for day in spelled_days(words.replace(" - ", " | "), next(iter(languages), "en")):
        # Digits alone do not tell which of them is the month, and the last day of a range is no date of a document.
        is_named = any(character.isalpha() for character in words[day.start : day.end])
        if is_named and not RANGE_BEFORE.search(words[: day.start]):
            return day.day
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
