"""Labels at which turns begin: `Q:`, `问：`, `（答）`, `Reporter:`, `Senator Smith:`, `Mr. SMITH.`, `Antwort der Firma:`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from analysis.statements.dialogue.turn import alternatives, words

Kind = Literal["question", "answer", "asks", "answers", "house", "person", "name"]
"""`question`, `answer`: the label says so. `asks`, `answers`: the speaker's trade does. Else the text must tell: `house` is a
member of a parliament, `person` has a form of address, `name` is any name."""

DECORATION = " \t\u00a0\u202f\u3000>*#_•·○◯〇●◆■▪–—-\"'“”«»"
BRACKETS = "【】[]（）()<>〈〉「」＜＞"
NUMERALS = "0-9０-９一二三四五六七八九十"
LATIN_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’.-]*|of|de|da|di|del|von|van|der|la|le|and|und|the|The|&")
SIGNS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
SIGN_NAME = re.compile(r"[\u4e00-\u9fff\uac00-\ud7afァ-ヶー·]{2,8}")
NAME_LENGTH = 50
PUNCTUATION = re.compile(r"[，。、；！？,;!?…《》]")

COLON = re.compile(r"^(?P<label>[^\n:：]{1,80})[:：]", re.MULTILINE)
BRACKETED = re.compile(
    r"^[ \t\u3000○]{0,4}(?:[（(【\[<〈「＜](?P<label>[^\n（()）【】\[\]<>〈〉「」＜＞]{1,16})[）)】\]>〉」＞]"
    r"|(?P<open>[^\W\d_]{1,6}[0-9０-９]{0,3})[)）])",
    re.MULTILINE,
)
NUMBERED = re.compile(
    rf"^[ \t\u3000*#_•·○-]{{0,6}}(?P<label>[^\W\d_]{{1,12}}\s?[{NUMERALS}]{{1,3}})(?:[.．、]|[*_]{{1,3}}|[ \t\u3000])",
    re.MULTILINE,
)
LETTERED = re.compile(r"^[ \t\u3000*#_•·-]{0,6}(?P<label>[A-Z])[*_]{0,2}[.．](?=[*_]{0,2}\s)", re.MULTILINE)
ALONE = re.compile(r"^[ \t\u3000*#_«]{0,6}(?P<label>[^\W\d_]{1,12}(?: ?[0-9０-９]{1,3})?)[ \t\u3000*_»]{0,6}$", re.MULTILINE)
# "Mr. SMITH. We agree.", as the Congress prints it.
PRINTED = re.compile(
    r"^[ \t]{0,8}(?P<label>(?:[Tt]he|THE) (?:CHAIR(?:MAN|WOMAN)?|Chair(?:man|woman)?|WITNESS|Witness)"
    r"|(?:M[RrSs]s?|Dr|DR|Miss|MISS|Senator|SENATOR|Representative|Chair(?:man|woman)?|CHAIR(?:MAN|WOMAN)?|Secretary|Director)"
    r"\.? [A-ZÀ-Þ][\w'’-]{1,30}(?: [A-ZÀ-Þ][\w'’-]{1,30}){0,2})\.[ \t\u00a0]+(?=[\"“(A-ZÀ-Þ])",
    re.MULTILINE,
)
REACH_BACK = 12
WHOLE = re.compile(r"(?:^|[.!?:;\"”’)\]-])\s*$")
"""What stands before a printed label: the end of a sentence, else the name belongs to a sentence broken into lines."""


@dataclass(frozen=True)
class Label:
    """A label at a place, with the name it tells; `letter` for a single one, with its full stop."""

    start: int
    kind: Kind
    name: str | None = None
    letter: str = ""


@dataclass(frozen=True)
class _Meaning:
    kind: Kind
    name: str | None = None
    letter: str = ""


def find_labels(text: str) -> list[Label]:
    """Return all labels that may begin a turn, in their order, one to a place."""
    found: dict[int, tuple[Label, int]] = {}
    for label, end in _labels_with_end(text):
        found.setdefault(label.start, (label, end))
    labels: list[Label] = []
    last_end = 0
    for start in sorted(found):
        label, end = found[start]
        # "1. Question:" holds a label after a full stop.
        if start >= last_end:
            labels.append(label)
            last_end = end
    return labels


def _labels_with_end(text: str) -> Iterator[tuple[Label, int]]:
    for pattern, kinds in (
        (COLON, None),
        (BRACKETED, ("question", "answer", "asks", "answers")),
        (NUMBERED, ("question", "answer")),
        (LETTERED, ("question", "answer")),
        (ALONE, ("question", "answer")),
        (PRINTED, ("house", "person", "answers")),
        (_inline(), ("question", "answer")),
    ):
        for match in pattern.finditer(text):
            meaning = _meaning(match["label"] or match["open"] if pattern is BRACKETED else match["label"])
            if meaning is None or (kinds and meaning.kind not in kinds):
                continue
            if pattern is PRINTED and not WHOLE.search(text[max(0, match.start() - REACH_BACK) : match.start()]):
                continue
            letter = meaning.letter + "." if meaning.letter and pattern is LETTERED else meaning.letter
            start = match.start("label") if pattern is _inline() else match.start()
            yield Label(start, meaning.kind, meaning.name, letter), match.end()


@cache
def _inline() -> re.Pattern[str]:
    """The pattern of labels within a line, where an extraction joined its paragraphs: after the end of a sentence only."""
    both = f"{alternatives('label', 'question')}|{alternatives('label', 'answer')}|[A-Z]"
    return re.compile(rf"(?<=[。？！?.!”\"’])[ \t\u3000]{{0,3}}(?P<label>(?i:{both})\s?[0-9０-９]{{0,3}})(?=[:：])")


@lru_cache(maxsize=10_000)
def _meaning(label: str) -> _Meaning | None:
    """Return what a label says, None where it is none."""
    label = label.strip(DECORATION)
    aside = re.fullmatch(r"(?P<words>[^()（）]{1,60})[(（](?P<name>[^()（）]{1,60})[)）]", label)
    label, told = (aside["words"], aside["name"].strip()) if aside else (label, None)
    label = label.strip(DECORATION + BRACKETS)
    label = re.sub(rf"^(?:第?[{NUMERALS}]{{1,3}})\s?[.．、)）]\s*", "", label)
    bare = re.sub(rf"\s?(?:n[°ºo]\.?\s?)?[{NUMERALS}]{{1,3}}$", "", label).strip()
    return _explicit(bare, label != bare, told) or (_speaker(label, told) if label else None)


def _explicit(label: str, is_numbered: bool, told: str | None) -> _Meaning | None:
    lists, low = words()["label"], label.casefold()
    for kind in ("question", "answer"):
        if low in lists[kind] or (kind == "question" and is_numbered and low in lists["numbered_question"]):
            return _Meaning(kind, told)
        first, _, rest = low.partition(" ")
        if first in lists[kind] and rest.split(" ")[0] in lists["of"]:
            return _Meaning(kind, label.split(" ", 2)[2] if rest.count(" ") else told)
    pair = next((pair for pair in lists["letters"] if len(label) == 1 and label.isupper() and low in pair), None)
    return _Meaning("question" if low == pair[0] else "answer", told, low) if pair else None


def _speaker(label: str, told: str | None) -> _Meaning | None:
    if PUNCTUATION.search(label):
        return None
    name = f"{label} ({told})" if told else label
    if not label.isascii() and SIGNS.search(label):
        # Some set a blank between two signs of a label, so that all labels are of one length.
        plain = re.sub(r"\s", "", label)
        role = _sign_role(plain) or ("name" if SIGN_NAME.fullmatch(plain) else None)
        return _Meaning(role, f"{plain} ({told})" if told else plain) if role else None
    tokens = label.split()
    if len(label) > NAME_LENGTH or not all(LATIN_NAME.fullmatch(token) for token in tokens):
        return None
    low = [token.strip(".").casefold() for token in tokens]
    low = low[1:] if low[0] == "the" else low
    roles = words()["role"]
    for kind in ("asks", "house", "answers"):
        if low and (low[0] in roles[kind] or low[-1] in roles[kind]):
            return _Meaning(kind, name)
    return _Meaning("person" if len(low) > 1 and low[0] in roles["title"] else "name", name) if low else None


def _sign_role(plain: str) -> Kind | None:
    """Return the role in a label of Chinese, Japanese or Korean without blanks."""
    signs = words()["sign"]
    if len(plain) > 24 or plain.endswith(tuple(signs["saying"])) or "答记者" in plain or "答記者" in plain:
        return None
    if plain.endswith(tuple(signs["asks"])):
        return "asks"
    if plain.endswith(tuple(signs["house"])):
        return "house"
    if any(role in plain[-len(role) - 4 :] for role in signs["answers"]):
        return "answers"
    return None
