"""The day on which a rule takes effect, where its text says so."""

from __future__ import annotations

import re
from datetime import date

from analysis.collect.extract.days import spelled_days

CHARACTERS = 400_000
REACH = 80
"""Characters between the words of taking effect and the day."""
CUES = 200
"""Places that are looked at: more make a digest of many rules, which has no day of its own."""
BEFORE = re.compile(
    r"(?:\b(?:takes?|shall take|will take|taking|to take) effect"
    r"|\b(?:comes?|coming|enters?|entering) into (?:force|effect|operation)"
    r"|\beffective(?: date)?(?: (?:is|of this (?:final )?rule is|is delayed until))?"
    r"|\beffective date [^.;\n]{0,120}?(?:is|until)"
    r"|\bentr(?:e|era|ent|eront) en (?:vigueur|application)|\bpren(?:d|dra|nent|dront) effet"
    r"|\bentra(?:rá|rán|n)? en (?:vigor|vigencia)|\bsurt(?:e|irá|en|irán) efectos?"
    r"|\bentr(?:a|ano|erà|eranno) in vigore|\bentra(?:rá|m|rão)? em vigor|\btree(?:dt|den) in werking"
    r"|\btr(?:itt|eten) in Kraft|\bträder i kraft|\bwchodz(?:i|ą) w życie|\bвступ(?:ает|ают|ит|ят) в силу)"
    r"\s?[:：]?\s{0,2}(?:(?:on|from|as of|as from|until|and|le|au|à compter du|à partir du|el|el día|a partir del?|desde el"
    r"|il|dal|a|em|no dia|op|am|zum|den|z dniem|с)\s)?\s{0,2}(?:(?:the|der|dem|día|dia)\s)?(?:\w{3,12},\s)?\Z",
    re.I,
)
"""What stands directly before the day; past tenses are left out, for they tell of other rules."""
AFTER = re.compile(
    r"\s{0,2}(?:起|开始)?\s?(?:正式)?(?:施行|实施|實施|生效|执行|試行|试行)|(?:から|より|に)\s?(?:施行|適用)|(?:부터|에)\s?시행"
    r"|\s(?:in Kraft|in werking)\b",
    re.I,
)
"""What stands directly behind it."""
CUE = re.compile(
    r"effective|into (?:force|effect|operation)|effect\b|vigueur|application|prend|vigor|vigencia|surt|werking"
    r"|kraft|życie|в силу|施行|实施|實施|生效|执行|試行|试行|시행|適用",
    re.I,
)


def effective_day(text: str, language: str = "en") -> date | None:
    """Return the day on which the text says that it takes effect; None where it says none, or several."""
    found: set[date] = set()
    for number, cue in enumerate(CUE.finditer(text[:CHARACTERS])):
        if number >= CUES or len(found) > 1:
            return None
        begin = max(0, cue.start() - REACH)
        window = text[begin : cue.end() + REACH]
        for spelled in spelled_days(window, language):
            if BEFORE.search(window[: spelled.start]) or AFTER.match(window[spelled.end :]):
                found.add(spelled.day)
    return found.pop() if len(found) == 1 else None
