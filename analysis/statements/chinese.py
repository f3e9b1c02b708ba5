"""Who is said to speak in a Chinese passage: the words before a verb of saying, whose end no blank shows."""

from __future__ import annotations

import re

from analysis.statements.names import Mention
from analysis.statements.scene import REACH, STOP, Known, Said, Scene
from analysis.statements.speech import Speech, Token

PRONOUN_LENGTH = 10
"""Signs of the longest subject that a pronoun begins."""
SIGNS = 18
"""Signs of the longest speaker in Chinese."""
VERB_LENGTH = 2
"""Signs of the verb at the end of "发言人表示"."""
ADVERBIAL_END = ("时", "后", "上", "中", "里", "会", "间", "日", "下")
ADVERBIAL_START = re.compile(r"[在对就并日对于针关当同]|[0-9]{1,2}[日月]")
TRIMMED = re.compile(r"(?:[0-9]{1,2}[日月]|[在对就向于]|近日|今天|昨日|周[一二三四五六日]|介绍|接受|等)")
ACCORDING_TAIL = re.compile(r"(?:了解|悉|报道|消息|统计)")


def cited(token: Token, scene: Scene, speech: Speech, known: Known) -> Said | None:
    """Return who is cited in "据…介绍"; a report or hearsay is nobody."""
    if scene.folded[token.start] != "据" or ACCORDING_TAIL.match(scene.folded, token.end):
        return None
    verb = next((other for other in scene.tokens if "say" in other.kinds and 0 < other.start - token.end <= 25), None)
    return _subject(scene, token.end, verb.start, speech, known) if verb else None


def before_verb(end: int, scene: Scene, speech: Speech, known: Known) -> Said | None:
    """Return the subject before a Chinese verb of saying; what only tells when or where is no subject."""
    floor = max(0, end - REACH)
    for part in scene.parts:
        if part.is_direct and part.end <= end:
            floor = max(floor, part.end)
    for stop in STOP.finditer(scene.folded, floor, end):
        floor = stop.end()
    stop_at = end
    for _ in range(3):
        comma = max(scene.folded.rfind("，", floor, stop_at), scene.folded.rfind(",", floor, stop_at))
        start = comma + 1 if comma >= 0 else floor
        words = scene.folded[start:stop_at].strip()
        is_aside = not words or words.endswith(ADVERBIAL_END) or ADVERBIAL_START.match(words)
        if found := _subject(scene, start, stop_at, speech, known):
            return found
        if comma < 0 or not is_aside:
            return None
        stop_at = comma
    return None


def _subject(scene: Scene, start: int, end: int, speech: Speech, known: Known) -> Said | None:
    words = scene.folded[start:end].strip("，, \u3000")
    if not words:
        return None
    if speech.alone.match(words) and not words.startswith(("其他", "其中")) and len(words) <= PRONOUN_LENGTH:
        return Said("pronoun", by="pronoun")
    if speech.body.match(words):
        return Said("body", by="noun")
    inside = [mention for mention in scene.mentions if start <= mention.start < end]
    subjects = [
        mention for mention in inside if scene.folded[mention.start - 1 : mention.start] not in ("对", "向", "就", "在", "据")
    ]
    holder = next((mention for mention in subjects if mention.kind == "holder"), None)
    title = next((mention for mention in subjects if mention.kind == "office"), None)
    if chosen := holder or title or (subjects[0] if subjects else None):
        speaker = chosen.name if chosen.kind == "holder" else _person(scene, chosen, end, speech)
        return Said("named" if chosen.authority_id else "other", chosen.authority_id, chosen.office_id, speaker, chosen.kind)
    speaker = TRIMMED.split(words)[0].strip("，, ")
    if before := known.people.get(speaker):
        return Said("named" if before.authority_id else "other", before.authority_id, before.office_id, before.name, "holder")
    is_somebody = speech.private.search(speaker) or speech.role.search(speaker)
    return Said("other", speaker=speaker) if is_somebody and 1 < len(speaker) <= SIGNS else None


def _person(scene: Scene, mention: Mention, end: int, speech: Speech) -> str | None:
    """Return the name after a title: two to four signs that no other word follows."""
    role = None if mention.kind == "office" else speech.role.search(scene.folded, mention.end, end)
    if role is None and mention.kind != "office":
        return None
    words = TRIMMED.split(scene.text[role.end() if role else mention.end : end])[0].strip("，, ")
    return words if 2 <= len(words) <= 4 and words.isalpha() else None
