"""How the cues of a passage stand to each other: who acts in a sentence, who speaks, what is doubted or presupposed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from analysis.classify.lexicon import Match

LEAN = {
    "restrictive": "restrictive",
    "reversal_restrictive": "restrictive",
    "supportive": "supportive",
    "reversal_supportive": "supportive",
}
SUBJECTS = ("authority", "firm", "opinion", "nobody")
CLAUSES = ("supportive clause", "restrictive clause", "mixed clause", "actless clause", "firm act clause")
NAMES = (
    *(f"{subject}: {clause}" for subject in SUBJECTS for clause in CLAUSES),
    "authority speaks",
    "firm speaks",
    "supportive in doubt",
    "restrictive in doubt",
    "supportive presupposed",
    "restrictive presupposed",
    "act of unknown name",
    "quotation",
    "question",
    "headline",
)
SENTENCE_END = re.compile(r"[.!?;]\s|[。！？；\n]")
CLOSING = (".", "!", "?", ":", ";", "…", '"', "”", "»", "“", "。", "！", "？", "；", "」")
OPENING_QUOTES = '"“«「„'
UNKNOWN_NAME = re.compile(r"(?:[^.!?\n] |^[A-Z][\w-]+ )[A-Z][\w-]+(?:'s)? (?:\w+ ){0,3}$")
"""A capitalised word at most three words before the act; one that opens a sentence is none, as any word there has one."""
LANGUAGES_WITH_NAME_CAPITALS = ("en", "fr", "es")
NAME_REACH = 60
ACTOR_REACH = 8
SPEECH_REACH = 5
DOUBT_REACH = 4
"""Reaches in tokens (characters in Chinese), that of a name in characters."""
DOUBTS = ("modal.possibility", "modal.intention")


def relations(text: str, language: str, matches: Sequence[Match]) -> Counter[str]:
    """Return how often each of `NAMES` holds in a passage with these cues, in the order of the text."""
    tables = [match.label.partition(".")[0] for match in matches]
    counts = Counter(clauses(text, matches, tables))
    for number, table in enumerate(tables):
        if table == "reporting":
            counts.update(_speaker(number, matches, tables))
        elif table in LEAN:
            counts.update(_setting(number, matches, tables))
            if language in LANGUAGES_WITH_NAME_CAPITALS and _is_of_unknown_name(text, number, matches, tables):
                counts["act of unknown name"] += 1
    counts["quotation"] = sum(text.count(mark) for mark in OPENING_QUOTES)
    counts["question"] = text.count("?") + text.count("？")
    counts["headline"] = int(bool(text) and not text.rstrip().endswith(CLOSING))
    return counts


def clauses(text: str, matches: Sequence[Match], tables: Sequence[str]) -> list[str]:
    """Return what each sentence with a cue is: its first actor, and the lean of its acts or that it is a firm's.

    An opinion's voice is a subject too; a sentence with acts of both leans is mixed.
    """
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    found: list[str] = []
    at = 0
    for end in (*ends, len(text) + 1):
        begun = at
        while at < len(matches) and matches[at].start < end:
            at += 1
        if at > begun:
            found.append(_clause(tables[begun:at]))
    return found


def _clause(tables: Sequence[str]) -> str:
    subject = next((table for table in tables if table in SUBJECTS), "nobody")
    if "firm_act" in tables:
        return f"{subject}: firm act clause"
    leans = {LEAN[table] for table in tables if table in LEAN}
    kind = "mixed" if len(leans) == 2 else leans.pop() if leans else "actless"
    return f"{subject}: {kind} clause"


def _speaker(number: int, matches: Sequence[Match], tables: Sequence[str]) -> list[str]:
    """Return who speaks by the cue that stands next to a word of saying, before it rather than after it."""
    for near in (number - 1, number + 1):
        is_near = 0 <= near < len(matches) and abs(matches[near].token - matches[number].token) <= SPEECH_REACH
        if is_near and tables[near] in ("authority", "firm", "opinion"):
            return ["authority speaks" if tables[near] == "authority" else "firm speaks"]
    return []


def _setting(number: int, matches: Sequence[Match], tables: Sequence[str]) -> list[str]:
    """Return whether an act stands shortly after a word of doubt or intent, and after one that presupposes it."""
    lean = LEAN[tables[number]]
    before = _reached(number, matches, DOUBT_REACH)
    found = [f"{lean} in doubt"] if any(matches[near].label in DOUBTS for near in before) else []
    return [*found, f"{lean} presupposed"] if any(tables[near] == "presupposed" for near in before) else found


def _is_of_unknown_name(text: str, number: int, matches: Sequence[Match], tables: Sequence[str]) -> bool:
    if any(tables[near] in ("authority", "firm") for near in _reached(number, matches, ACTOR_REACH)):
        return False
    start = matches[number].start
    return UNKNOWN_NAME.search(text, max(0, start - NAME_REACH), start) is not None


def _reached(number: int, matches: Sequence[Match], reach: int) -> list[int]:
    """Return the numbers of the cues up to so many tokens before a cue, the nearest first."""
    found = []
    for near in range(number - 1, -1, -1):
        if matches[number].token - matches[near].token > reach:
            break
        found.append(near)
    return found
