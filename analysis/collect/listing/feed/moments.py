"""The dates of feeds: RFC 822 as feeds write it, and what listings in general write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

from analysis.collect.listing.dates import UNSET, read_day
from analysis.collect.listing.entries import one_line

Dated = tuple[date | None, datetime | None]
"""A day, and the moment in UTC where it is told."""
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"
)  # fmt: skip
ZONE_HOURS = {
    "": 0, "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "cest": 2, "mest": 2,
    "eet": 2, "sast": 2, "eest": 3, "msk": 3, "pkt": 5, "wib": 7, "hkt": 8, "sgt": 8, "myt": 8, "awst": 8, "jst": 9, "kst": 9,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "art": -3, "adt": -3, "ast": -4, "edt": -4, "et": -5, "est": -5,
    "cdt": -5, "ct": -6, "cst": -6, "mdt": -6, "mt": -7, "mst": -7, "pdt": -7, "pt": -8, "pst": -8, "akdt": -8, "akst": -9,
    "hst": -10,
}  # fmt: skip
"""Hours before UTC of the zones that feeds name. IST is left out: it is the time of India, of Israel and of Ireland."""
CHINESE_HOURS = {"cst": 8}
LONGEST = 100
"""Characters of a date."""
RFC_822 = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?(?:(?P<day>\d{1,2})[\s-]+(?P<month>[a-z]{3,9})\.?,?|(?P<us_month>[a-z]{3,9})\.?\s+(?P<us_day>\d{1,2}),?)"
    r"[\s-]+(?P<year>\d{4}|\d{2})"
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?:\s*(?P<half>[ap])\.?m\.?)?\s*(?P<zone>\S.*)?)?",
    re.I,
)
TIME_ELEMENT = re.compile(r"<time\s[^<>]{0,200}?datetime=[\"']([^\"'<>]{8,40})[\"']", re.I)
OFFSET = re.compile(r"(?:gmt|utc)?\s*([+-])(\d{1,2}):?(\d{2})?(?:\s*\(.*\))?", re.I)
ASCTIME = re.compile(r"([a-z]{3}\s+[a-z]{3}\s+\d{1,2})\s+(\d{1,2}:\d{2}:\d{2})\s+([a-z]{2,5}\s+|[+-]\d{4}\s+)?(\d{4})", re.I)


def read_date(text: object, order: str | None = None, languages: Sequence[str] = ()) -> Dated:
    """Return the day that a feed tells, as its own clock has it, and the moment in UTC where it tells one.

    RFC 822 is read here, all else as in any listing, with the order of digits and the languages of words that are given. Both
    are None for what is no date. A zone without a known name leaves the day.
    """
    told = text[: 10 * LONGEST] if isinstance(text, str) else ""
    # Some put the whole element of a page there.
    element = TIME_ELEMENT.search(told)
    words = element[1] if element else one_line(told)
    if words is None or len(words) > LONGEST:
        return None, None
    if asctime := ASCTIME.fullmatch(words):
        words = f"{asctime[1]} {asctime[4]} {asctime[2]} {asctime[3] or ''}"
    found = RFC_822.fullmatch(words)
    day, moment = _of_parts(found.groupdict(), languages) if found else (None, None)
    if day is None:
        return read_day(words, order=order, languages=languages)
    return (None, None) if day in UNSET else (day, moment)


def _of_parts(told: dict[str, str | None], languages: Sequence[str]) -> Dated:
    year = int(told["year"] or 0)
    if len(told["year"] or "") == 2:
        year += 2000 if year < 90 else 1900
    word = (told["month"] or told["us_month"] or "").lower()
    month = next((number for number, name in enumerate(MONTHS, start=1) if name.startswith(word)), 0)
    try:
        day = date(year, month, int(told["day"] or told["us_day"] or 0))
    except ValueError:
        return None, None
    offset = _offset(told["zone"] or "", languages)
    if told["hour"] is None or offset is None:
        return day, None
    hour = int(told["hour"])
    if told["half"]:
        hour = hour % 12 + (12 if told["half"].lower() == "p" else 0)
    # A second that was put in is the sixtieth.
    minute, second = int(told["minute"] or 0), min(int(told["second"] or 0), 59)
    try:
        return day, datetime(year, month, day.day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return day, None


def _offset(zone: str, languages: Sequence[str]) -> timedelta | None:
    """Return how far a zone is before UTC; None for one that is not known."""
    if found := OFFSET.fullmatch(zone.strip()):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return (-offset if found[1] == "-" else offset) if offset < timedelta(hours=24) else None
    name = zone.strip().lower().removeprefix("etc/").strip("()")
    hours = {**ZONE_HOURS, **(CHINESE_HOURS if any(language.startswith("zh") for language in languages[:1]) else {})}
    return timedelta(hours=hours[name]) if name in hours else None
