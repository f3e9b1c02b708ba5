"""The day on which an official text says that it was published, issued or signed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from analysis.collect.extract.days import LANGUAGES, Spelled, spelled_days

HEAD_CHARACTERS = 2_500
HEAD_LINES = 20
TAIL_CHARACTERS = 800
TAIL_LINES = 8
LINE_LENGTH = 90
SIGNED_LINES = 5_000
"""Lines in which a signature is looked for: more are tables and lists."""
EAST_ASIAN = ("zh", "ja", "ko")
PUBLISHED = re.compile(
    r"(?:[发發][布佈](?:日期|[时時][间間])|公布(?:日期|时间)|发表时间|刊登日期|上网日期|公表日|掲載日|発表日|公開日|報道発表日|등록일|게시일"
    r"|배포일시?|보도일시?|작성일)\s{0,3}[:：]?\s{0,3}\Z"
    r"|(?:^|\n|\||•)[\s*_]{0,4}(?:published(?: on)?|publication date|date of publication|date published|release date"
    r"|date of release|posted(?: on)?|publié le|date de publication|mis en ligne le|veröffentlicht am|veröffentlichungsdatum"
    r"|erscheinungsdatum|publicado (?:el|em)|fecha de publicación|data de publicação|data di pubblicazione|pubblicato il"
    r"|дата публикации|опубликовано|gepubliceerd op|publicatiedatum|data publikacji|opublikowano)"
    r"[*_]{0,2}\s{0,3}[:：]?[\s*_]{0,5}\Z"
    r"|(?:for (?:immediate |general )?release|not to be released (?:until|before)|embargo(?:ed)? until|pour diffusion immédiate"
    r"|communiqué de presse|zur sofortigen veröffentlichung|para publicación inmediata)\b[^.;!?]{0,12}"
    r"(?:(?:a|p)\.m\.[^.;!?]{0,60}|[^.;!?]{0,60})\Z",
    re.I,
)
"""What stands before the day of publication."""
ISSUED = re.compile(
    r"(?:印发|成文|发文|签发|制发)(?:日期|时间)\s{0,3}[:：]?\s{0,3}\Z"
    r"|(?:^|\n)[\s*_]{0,4}(?:date|issued(?: on)?|date of issue|issue date|fecha|datum|data|дата|日期|时间|日時)"
    r"[*_]{0,2}\s{0,2}[:：][\s*_]{0,5}\Z",
    re.I,
)
SOURCED = re.compile(r"\s{0,3}(?:\d{1,2}:\d{2}(?::\d{2})?)?\s{0,5}(?:来源|來源|信息来源|文章来源)\s?[:：]")
PRINTED = re.compile(r"\s{0,2}印发[。\s]{0,3}(?:\n|\Z)")
EVENT = re.compile(
    r"(?:\bheld|\bmeetings?|\bsession|\bhearing|\btook place|date of meeting|date and time|tenue?|réunion|sitzung|reunión"
    r"|celebrada|заседани\w{0,3}|会议(?:日期|时间)|召开时间)(?:\s(?:ending|concluded))?\s?(?:on|of|du|le|am|vom|del?|el|от|:)?\s?(?:the\s)?\W{0,3}(?:\w{3,12},\s)?\Z",
    re.I,
)
"""What stands before the day of a meeting."""
GATHERED = re.compile(r"\s{0,2}(?:[上下]午)?\s{0,2}(?:召开|召開|举行|舉行|主持)")
DECIDED = re.compile(
    r"[^.!?;:。\n]{0,30}?(?:принял[аио]?\s(?:\w{1,15}\s)?решение|\bdecided\b|\ba décidé|\bbeschlossen|\bdecidió|\bacordó"
    r"|\bha deciso|\bdecidiu|\bbesloot|결정하였|결정했|決定した|决定)"
)
BARE = re.compile(r"(?<!\d)(?P<year>(?:19[89]|20\d)\d) (?P<month>\d{1,2}) (?P<day>\d{1,2})(?=\s|\Z)")
"""A day in the order of East Asia whose points were lost."""
PLACE = re.compile(r"(?:[^\W\d_][\w.'’-]{0,20}\s{0,2}){1,4},\s{0,2}(?:le|den|am|el|a|em|il|,)?\s{0,2}\Z")
BEFORE_DAY = re.compile(r"(?P<word>[^\W\d_]{1,20}(?:-feira)?)\.?,?\s{0,2}(?:le|den|der|el|il|de|,)?\s{0,2}\Z")
ISSUER = re.compile(
    r"[\u4e00-\u9fff\u3000\s、（）()·]{2,80}\s\Z|[\u4e00-\u9fff]{2,60}[部局厅廳委院会會办辦室署府行司处處组組]\Z"
)
AFTER = re.compile(
    r"\s{0,3}(?:\(?[^\W\d_]{1,12}\)?|\(?星期.\)?|\d{1,2}[:.h]\d{2}(?:\s?(?:[ap]\.?m\.?|Uhr|[A-Z]{2,4}))?)?[.。\s]{0,3}\Z", re.I
)
DASHED = re.compile(r"\s{0,3}(?:\([^\W\d_]{2,20}\))?\s{0,2}(?:[—–]|--?\s|/\s?\S)")
NUMERIC = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/]\d{2,4}\Z")


class Line(NamedTuple):
    """A line with a day and what stands around it."""

    before: str
    day: date
    after: str


def stated_day(text: str, today: date, language: str = "en") -> date | None:
    """Return the day on which a text says it was published, issued or signed; None where it says none, or several.

    What is labelled goes before what stands alone at the head, the foot or under a signature, and that before the opening
    words of a decision. A day after `today` is none, and neither is that of a meeting that the text reports.
    """
    head = text[:HEAD_CHARACTERS]
    days = [found for found in spelled_days(head, language) if found.day <= today and not _is_ambiguous(head, found)]
    meetings = {found.day for found in days if _is_of_a_meeting(head, found)}
    ways = (
        lambda: _published(head, days),
        lambda: {found.day for found in days if ISSUED.search(head[: found.start][-60:])} | _printed(text[-200:], language),
        *_standing_alone(text, language, meetings),
        lambda: _opening(head, days, language),
    )
    for way in ways:
        found = {day for day in way() if day <= today}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _standing_alone(text: str, language: str, meetings: set[date]) -> tuple[Callable[[], set[date]], ...]:
    """Return the ways to the days in lines of their own, the better first."""
    head, tail = text[:HEAD_CHARACTERS].split("\n")[:HEAD_LINES], text[-TAIL_CHARACTERS:].split("\n")[-TAIL_LINES:]
    at_head, at_foot = _alone(head, language, meetings, is_head=True), _alone(tail, language, meetings)
    if language in EAST_ASIAN:
        # A notice is signed before the rules that it sends out, and those may be signed again.
        return (lambda: {*at_head, *at_foot, *_signed(text, language)},)
    return lambda: set(at_head), lambda: set(at_foot)


def event_day(text: str, language: str = "en") -> date | None:
    """Return the day of the meeting that a text reports in its first lines; None where it names none, or several."""
    head = text[:800]
    days = {found.day for found in spelled_days(head, language) if _is_of_a_meeting(head, found)}
    return days.pop() if len(days) == 1 else None


def is_dateline(line: str) -> bool:
    """Return whether a line holds a day and nothing else but a place or a day of the week."""
    return bool(re.search(r"\d|[〇○一二三四五六七八九十]", line)) and any(True for _ in _alone([line], "en"))


def _published(head: str, days: list[Spelled]) -> set[date]:
    """Return the days whose own label says that they are those of publication."""
    found, last = set(), 0
    for spelled in days:
        before, after = head[max(last, spelled.start - 140) : spelled.start], head[spelled.end :][:40]
        found |= {spelled.day} if PUBLISHED.search(before) or SOURCED.match(after) else set()
        last = spelled.end
    return found


def _is_of_a_meeting(head: str, found: Spelled) -> bool:
    return bool(EVENT.search(head[: found.start][-60:]) or GATHERED.match(head[found.end :][:20]))


def _is_ambiguous(text: str, found: Spelled) -> bool:
    """Return whether day and month of a date in digits could change places."""
    numbers = NUMERIC.match(text[found.start : found.end])
    return bool(numbers and int(numbers[1]) <= 12 and int(numbers[2]) <= 12 and numbers[1] != numbers[2])


def _printed(foot: str, language: str) -> set[date]:
    return {found.day for found in spelled_days(foot, language) if PRINTED.match(foot[found.end :])}


def _alone(lines: Iterable[str], language: str, meetings: Collection[date] = (), is_head: bool = False) -> Iterator[date]:
    """Give the days that stand in lines of their own, with a place, a weekday or an issuer before them at most.

    Without a place, the day of a meeting is none.
    """
    for line in _dated(lines, language):
        is_bare = not line.before.strip() or _is_weekday(line.before)
        ends_here = AFTER.match(line.after)
        is_placed = not is_bare and PLACE.match(line.before) and (ends_here or (is_head and DASHED.match(line.after)))
        is_signed = is_bare or (not is_head and ISSUER.match(line.before))
        if is_placed or (ends_here and is_signed and line.day not in meetings):
            yield line.day


def _is_weekday(before: str) -> bool:
    found = BEFORE_DAY.match(before.strip())
    return bool(found and found["word"].lower() in _weekdays())


@lru_cache
def _weekdays() -> frozenset[str]:
    """Return the names of the days of the week in all languages whose months are known."""
    from babel import Locale

    named = (Locale.parse(language).days["format"][width] for language in LANGUAGES for width in ("wide", "abbreviated"))
    return frozenset(name.lower().strip(".") for names in named for name in names.values())


def _dated(lines: Iterable[str], language: str) -> Iterator[Line]:
    """Give each line whose first words hold its only day."""
    for line in lines:
        line = line.strip()
        found = spelled_days(line[:LINE_LENGTH], language)
        if len(found) == 1 and not _is_ambiguous(line, found[0]):
            yield Line(line[: found[0].start], found[0].day, line[found[0].end :])


def _signed(text: str, language: str) -> Iterator[date]:
    """Give the days that stand alone under a short line of Chinese, Japanese or Korean: whoever signed."""
    last = ""
    for line in text.split("\n", SIGNED_LINES)[:SIGNED_LINES]:
        line = line.strip()
        if 6 <= len(line) <= 20 and line[-1] in "日일" and 2 <= len(last) <= 40 and last[-1] not in "。，；：.,;:":
            yield from _alone([line], language)
        last = line or last


def _opening(head: str, days: list[Spelled], language: str) -> set[date]:
    """Return the day of a decision that the first words announce, or the day at the head of a text without points."""
    if days and days[0].start <= 100 and DECIDED.match(head[days[0].end :][:80]):
        return {days[0].day}
    bare = BARE.search(head[:80]) if language in EAST_ASIAN else None
    try:
        return {date(int(bare["year"]), int(bare["month"]), int(bare["day"]))} if bare else set()
    except ValueError:
        return set()
