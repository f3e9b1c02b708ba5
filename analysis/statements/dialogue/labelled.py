"""Dialogues whose turns begin with labels: press conferences, hearings, interviews, questions and answers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from analysis.statements.dialogue.label import Label, find_labels
from analysis.statements.dialogue.turn import Kind, Occasion, Turn, covered, pair_count, words

QUESTION_MARKS = ("?", "？", "؟")
CLOSERS = " \t\r\n\u00a0\u3000\"'“”«»」』)）]*_"
OWN_PARAGRAPH = re.compile(r"[^\n:：]*[:：]?[*_ \t\u00a0\u3000]*\n*[^\n]*")
MAJORITY = 0.5


def labelled(text: str, occasion: Occasion) -> list[Turn]:
    """Return the turns that labels show, none where the text is no dialogue.

    Labels that say so themselves must make two pairs of question and answer, or one in a text that is marked as a dialogue or
    is little else; titles of persons two pairs; mere names three, in a text that is little else.
    """
    labels = _taken(text, find_labels(text))
    turns = _turns(text, labels, _asking(text, labels), occasion)
    pairs = pair_count(turns)
    kinds = {label.kind for label in labels}
    if kinds & {"question", "asks"}:
        is_dialogue = pairs > 1 or (pairs == 1 and (occasion.is_marked or covered(turns, text) >= MAJORITY))
    elif "name" not in kinds or "answers" in kinds:
        is_dialogue = pairs > 1
    else:
        is_dialogue = pairs > 2 and covered(turns, text) >= MAJORITY
    return turns if is_dialogue else []


def _segments(text: str, labels: Sequence[Label]) -> list[str]:
    ends = [*(label.start for label in labels), len(text)][1:]
    return [text[label.start : end] for label, end in zip(labels, ends, strict=True)]


def _is_asked(segment: str) -> bool:
    return any(mark in segment for mark in QUESTION_MARKS)


def _taken(text: str, labels: list[Label]) -> list[Label]:
    """Return the labels without letters of a mere list and names of no speaker."""
    labels = _paired_letters(labels)
    kinds = {label.kind for label in labels}
    if "answer" in kinds:
        return [label for label in labels if label.kind in ("question", "answer", "asks")]
    counts = Counter(label.name for label in labels if label.kind == "name")
    often = [label for label in labels if label.kind != "name" or counts[label.name] > 1]
    if kinds & {"question", "asks"}:
        steps = zip(often, often[1:], strict=False)
        answering = {two.name for one, two in steps if one.kind in ("question", "asks") and two.kind == "name"}
        return [label for label in often if label.kind != "name" or label.name in answering]
    if "answers" in kinds:
        return _with_askers(text, labels, [label for label in labels if label.kind != "name"], {"answers"})
    if counts.total() > len(labels) / 2:
        return _with_askers(text, labels, often, {"name"})
    return [label for label in often if label.kind != "name"]


def _with_askers(text: str, labels: list[Label], taken: list[Label], answering: set[str]) -> list[Label]:
    """Return the labels taken, and of the others those names that ask one of them and are answered."""
    known = set(taken)
    followers = zip(labels, [*labels[1:], None], _segments(text, labels), strict=True)
    return [
        label
        for label, following, segment in followers
        if label in known or (following in known and following.kind in answering and _is_asked(segment))
    ]


def _paired_letters(labels: list[Label]) -> list[Label]:
    """Return the labels without single letters, unless question and answer are both used, more than a list would."""
    counts = Counter(label.letter for label in labels if label.letter)
    # With a full stop each must come twice, or it would be a list of names.
    pairs = [
        [letter + stop for letter in pair]
        for stop, fewest in (("", 1), (".", 2))
        for pair in words()["label"]["letters"]
        if all(counts[letter + stop] >= fewest for letter in pair)
    ]
    best = max(pairs, key=lambda pair: min(counts[letter] for letter in pair), default=[])
    speakers = any(label.kind in ("answers", "person", "house", "name") for label in labels)
    alone = [letter for letter in ("q", "q.") if counts[letter] > 1 and speakers]
    return [label for label in labels if not label.letter or label.letter in (best or alone)]


def _asking(text: str, labels: Sequence[Label]) -> set[str]:
    """Return the names of the speakers that ask: those whose turns mostly end with a question, where no label tells it."""
    asked: defaultdict[str, list[bool]] = defaultdict(list)
    for label, segment in zip(labels, _segments(text, labels), strict=True):
        if label.kind in ("house", "person", "name"):
            # Below a mere name only the first paragraph: the next may be the question of somebody without a label.
            own = OWN_PARAGRAPH.match(segment) if label.kind == "name" else None
            ends = (own[0] if own else segment).rstrip(CLOSERS).endswith(QUESTION_MARKS)
            asked[label.name or ""].append(ends or (label.kind == "house" and _is_asked(segment)))
    kinds = {label.kind for label in labels}
    if kinds & {"question", "asks"} and not kinds & {"house", "answers"}:
        return set()
    return {name for name, ends in asked.items() if sum(ends) >= MAJORITY * len(ends)}


def _turns(text: str, labels: Sequence[Label], asking: set[str], occasion: Occasion) -> list[Turn]:
    """Return a turn for each label whose speaker asks, or answers what was asked before."""
    in_house = any(label.kind == "house" and label.name in asking for label in labels)
    others_answer = any(label.kind in ("person", "name", "answers") and label.name not in asking for label in labels)
    turns: list[Turn] = []
    asked_by, is_asked = None, False
    for label, segment in zip(labels, _segments(text, labels), strict=True):
        kind = _kind(label, segment, asking, in_house and others_answer)
        if kind == "question":
            asked_by, is_asked = label.name or occasion.asked_by, True
        elif kind is None or not is_asked:
            continue
        end = label.start + len(segment)
        speaker = (label.name or occasion.speaker) if kind == "answer" else None
        turn = Turn(label.start, end, kind, speaker, asked_by, _body(speaker, occasion), "guest" if in_house else "publisher")
        turns.append(turn)
    return turns


def _kind(label: Label, segment: str, asking: set[str], is_hearing: bool) -> Kind | None:
    if label.kind in ("question", "asks"):
        return "question"
    if label.kind in ("house", "person", "name") and label.name in asking:
        return "question" if _is_asked(segment) else None
    return None if label.kind == "house" and is_hearing else "answer"


def _body(speaker: str | None, occasion: Occasion) -> str:
    return " ".join(dict.fromkeys(name for name in (speaker, occasion.speaker) if name))
