"""Days as texts write them: in digits and in words, in many languages and in several orders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

Order = Literal["DMY", "MDY"]
MONTH_FIRST = ("en-us", "en-ph")
"""Languages whose readers write the month before the day."""

LANGUAGES = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "ru", "uk", "bg", "mk", "sr", "pl", "cs", "sk", "sl", "sv", "da", "nb", "nn"),
    *("fi", "et", "lv", "lt", "hu", "ro", "el", "tr", "az", "sq", "bs", "ca", "eu", "gl", "is", "ga", "id", "ms", "vi", "th"),
    *("ar", "ar_SY", "fa", "he", "hi", "bn", "ta", "te", "ur", "my", "ko", "ja", "zh", "hr"),
)
"""Whose names of months are known; Croatian last, because its names mean other months in Czech and Polish."""
SHORTEST_BEGINNING = 3
ERAS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}
"""What is added to a year of an era; its first year is written 元."""
BUDDHIST_YEARS = 543
NUMERALS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
DIGITS = {zero + value: str(value) for zero in (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10) for value in range(10)}
"""Arabic, Persian, Devanagari, Bengali, Thai and wide digits."""

YEAR = r"(?:19[89]\d|20\d\d|25[3-9]\d)"
WORD = r"(?<![^\W\d_])[^\W\d_][^\s\d.,;:|/()<>\"'_-]{2,15}"
TIME = r"(?:\d{1,2}:\d\d(?::\d\d)?\s(?:[A-Z]{2,5}\s)?)?"
DATED = re.compile(r"\d|年")
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d)(?P<year>{YEAR})\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日號号일]",
        r"(?P<era>令和|平成|民國|民国)\s?(?P<year>\d{1,3}|元)\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
        r"(?P<year>[〇○零一二三四五六七八九]{4})年(?P<month>[一二三四五六七八九十]{1,2})月(?P<day>[一二三四五六七八九十]{1,3})日",
        rf"(?<!\d)(?P<year>{YEAR})\s?(?P<mark>[-/.])\s?(?P<month>\d{{1,2}})\s?(?P=mark)\s?(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d)(?<!\d[-./,:])(?P<first>\d{{1,2}})(?P<mark>[-/.])\s?(?P<second>\d{{1,2}})(?P=mark)\s?(?P<year>{YEAR})(?!\d)",
        r"(?<!\w)(?<!\d[-./,:])(?P<first>\d{1,2})(?P<mark>[/.])(?P<second>\d{1,2})(?P=mark)(?P<year>\d\d)(?!\d|[-./:,]\d)",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°|ª|\.|-го)?[\s,/-]{{0,3}}(?:de\s|of\s)?(?P<word>{WORD})\.?[\s,/-]{{0,3}}"
        rf"(?:del?\s)?(?P<year>{YEAR})(?!\d)",
        rf"(?P<word>{WORD})\.?\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}{TIME}(?P<year>{YEAR})(?!\d)",
        rf"(?<!\d)(?P<year>{YEAR})[.,]?\s(?:m\.\s)?(?P<word>{WORD})\.?\s(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d)(?P<year>{YEAR})\.?\s(?:gada\s)?(?P<day>\d{{1,2}})\.\s(?P<word>{WORD})",
        rf"(?<!\d)(?P<day>\d{{1,2}})\stháng\s(?P<month>\d{{1,2}}),?\s(?:năm\s)?(?P<year>{YEAR})(?!\d)",
    )
)
COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19[89]|20\d)\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?=\d{4}(?:\d\d)?(?!\d)|\D|$)")
CLOCK = re.compile(
    r"[T\s]{1,2}(?P<hour>[0-2]?\d):(?P<minute>\d\d)(?::(?P<second>\d{1,2})(?:[.,]\d{1,9})?)?\s?"
    r"(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
)
EPOCH = re.compile(r"\s*(1\d{9}|[4-9]\d{8})(\d{3})?\s*")


class Spelled(NamedTuple):
    """A day found in a text, and where it stands there."""

    start: int
    end: int
    day: date


class Moment(NamedTuple):
    """A day as a page states it, and its time in UTC where a zone is told."""

    day: date
    instant: datetime | None = None
    is_local: bool = False
    """Whether the zone told is another than UTC, so that the day is the publisher's own."""


def spelled_days(text: str, language: str = "en", order: Order = "DMY") -> list[Spelled]:
    """Return the days that a text spells, in its order; a month without a day is none, and neither is a day without a year."""
    if not DATED.search(text):
        return []
    text = text.translate(DIGITS)
    matches = (match for pattern in PATTERNS for match in pattern.finditer(text))
    found: list[Spelled] = []
    for match in sorted(matches, key=re.Match.start):
        day = _day_of(match, language, order)
        if day and (not found or match.start() >= found[-1].end):
            found.append(Spelled(match.start(), match.end(), day))
    return found


def read_moment(text: str, language: str = "en", order: Order = "DMY") -> Moment | None:
    """Return the day and moment of a date as metadata write it: ISO 8601, digits, words, or seconds since 1970; else None."""
    text = text[:100].translate(DIGITS)
    if epoch := EPOCH.fullmatch(text):
        instant = datetime.fromtimestamp(int(epoch[1]), UTC)
        return Moment(instant.date(), instant)
    days = spelled_days(text, language, order) or _compact_days(text)
    if not days:
        return None
    clock = CLOCK.match(text, days[0].end)
    if clock is None or clock["zone"] is None:
        return Moment(days[0].day)
    return _moment(days[0].day, clock)


def _moment(day: date, clock: re.Match[str]) -> Moment:
    sign, digits = clock["zone"][0], clock["zone"][1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) if sign in "+-" else timedelta()
    try:
        local = datetime(day.year, day.month, day.day, int(clock["hour"]), int(clock["minute"]), tzinfo=UTC)
        return Moment(day, local + offset if sign == "-" else local - offset, bool(offset))
    except (ValueError, OverflowError):
        return Moment(day)


def _compact_days(text: str) -> list[Spelled]:
    found = [(match, _date(int(match["year"]), int(match["month"]), int(match["day"]))) for match in COMPACT.finditer(text)]
    return [Spelled(match.start(), match.end(), day) for match, day in found if day]


def _day_of(match: re.Match[str], language: str, order: Order) -> date | None:
    parts = match.groupdict()
    year = _year(parts["year"], parts.get("era"))
    if "first" in parts:
        return _in_order(year, int(parts["first"]), int(parts["second"]), order)
    month = month_number(parts["word"], language) if "word" in parts else _number(parts["month"])
    return _date(year, month, _number(parts["day"])) if month else None


def _in_order(year: int, first: int, second: int, order: Order) -> date | None:
    if max(first, second) > 12:
        return _date(year, min(first, second), max(first, second))
    return _date(year, second, first) if order == "DMY" else _date(year, first, second)


def _year(text: str, era: str | None) -> int:
    if era:
        return ERAS[era] + (1 if text == "元" else int(text))
    if text[0] in NUMERALS:
        return int("".join(str(NUMERALS[numeral]) for numeral in text))
    year = int(text)
    if year < 100:
        return 2000 + year
    return year - BUDDHIST_YEARS if year > 2500 else year


def _number(text: str) -> int:
    """Return the number of digits, or of Chinese numerals up to 99."""
    if text.isdecimal():
        return int(text)
    tens, _, ones = text.rpartition("十")
    has_ten = "十" in text
    return (NUMERALS.get(tens, 1) * 10 if has_ten else 0) + NUMERALS.get(ones, 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_number(word: str, language: str = "en") -> int | None:
    """Return the number of the month that a word names in any known language; None for other words.

    In the language given and in English, the beginning of one month's name is enough.
    """
    folded = _folded(word)
    for names in _tables_of(language):
        if folded in names:
            return names[folded]
        beginnings = {number for name, number in names.items() if name.startswith(folded)}
        if len(folded) >= SHORTEST_BEGINNING and len(beginnings) == 1:
            return beginnings.pop()
    return _all_names().get(folded)


def _tables_of(language: str) -> Iterator[dict[str, int]]:
    code = re.split(r"[-_]", language.lower())[0]
    for known in dict.fromkeys((code, "en")):
        if known in LANGUAGES:
            yield _names(known)


@lru_cache
def _all_names() -> dict[str, int]:
    names: dict[str, int] = {}
    for language in LANGUAGES:
        names = _names(language) | names
    return names


@lru_cache
def _names(language: str) -> dict[str, int]:
    from babel import Locale

    months = Locale.parse(language).months
    named = (
        (name, number) for use in months.values() for width in ("wide", "abbreviated") for number, name in use[width].items()
    )
    return {_folded(name): number for name, number in named if not name.strip(".").isdecimal()}


def _folded(word: str) -> str:
    return word.replace("İ", "i").replace("ı", "i").lower().strip(".")
