"""Which of the bodies named in a passage acts in it: the subject of a verb, or the agent of a passive one."""

from __future__ import annotations

import re
from bisect import bisect_left

from analysis.statements.names import Mention
from analysis.statements.scene import Scene

ACTING = 3
"""Score of a body that is subject or agent of a verb."""
REACH = 45
"""Characters between a subject and its verb."""
BEFORE = 40
"""Characters that the longest phrase before a name takes, with an article between."""
TITLE = 200
"""Signs of the longest title of a document."""
JOINED = (
    "、",
    "和",
    "与",
    "及",
    "会同",
    "and",
    "and the",
    "et",
    "et la",
    "et le",
    "und",
    "und die",
    "und das",
    "y",
    "y la",
    "y el",
)
ARTICLE = re.compile(
    r"(?:the|an?|le|la|les|l'|une?|der|die|das|den|dem|ein|eine|el|los|las|ce|cette|this|its|their|his|her|sein|ihr)(?!\w)\s*"
)
PASSIVE = re.compile(
    r"\s(?:was|were|is|are|(?:has|have|had) been|wurden?|wird|werden|est|sont|a été|ont été|fue|fueron|es|son|ha sido)"
    r"(?!\w)[^.,;:]*$"
)
BETWEEN = (".", ";", ":", "。", "；", "：", "，")


def acting(scene: Scene, publisher_id: str | None) -> tuple[Mention | None, int]:
    """Return the mention that acts most clearly and its score; below 0 it is only acted upon.

    Mentions outside direct speech come first, then the publisher's own, then the first.
    """
    mentions = [mention for mention in scene.mentions if mention.authority_id]
    outside = [mention for mention in mentions if not scene.is_quoted(mention.start)] or mentions
    best, best_score = None, 0
    for group in _in_one_breath(outside, scene):
        # "The ministries A, B and C decide": all of them do, and the first leads; "to implement what A and B ask" likewise.
        score = max((_score(mention, scene) for mention in group), key=lambda one: (abs(one), one))
        for mention in group:
            total = score + (mention.authority_id == publisher_id)
            if best is None or total > best_score:
                best, best_score = mention, total
    return best, best_score


def _in_one_breath(mentions: list[Mention], scene: Scene) -> list[list[Mention]]:
    groups: list[list[Mention]] = []
    for mention in mentions:
        if groups and scene.folded[groups[-1][-1].end : mention.start].strip() in JOINED:
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _score(mention: Mention, scene: Scene) -> int:
    score = 0
    floor = max(0, mention.start - TITLE)
    if scene.folded.rfind("《", floor, mention.start) > scene.folded.rfind("》", floor, mention.start):
        # In the title of a document, which somebody else may cite.
        return -1
    for token in scene.tokens_from(mention.start - BEFORE):
        if token.end <= mention.start and mention.start - token.end <= 6:
            gap = scene.folded[token.end : mention.start]
            if not ARTICLE.sub("", gap.strip() + " ").strip():
                if "beside" in token.kinds:
                    return 0
                score += ACTING if token.kinds & {"agent", "turned"} else 0
                score -= ACTING if "object" in token.kinds else 0
        if score:
            return score
        if token.start - mention.end > REACH:
            break
        if token.start >= mention.end and token.kinds & {"say", "act", "being"} and _is_subject(mention, token.start, scene):
            if _is_passive(mention, scene):
                return -1
            return ACTING if token.kinds & {"say", "act"} else ACTING - 1
    return score


def _is_passive(mention: Mention, scene: Scene) -> bool:
    """Whether something is done to the subject: "The agency was sued by a firm"."""
    for token in scene.tokens_from(mention.end + 1):
        if token.start - mention.end > REACH:
            return False
        if "agent" in token.kinds:
            return bool(PASSIVE.match(scene.folded, mention.end, token.start))
    return False


def _is_subject(mention: Mention, verb: int, scene: Scene) -> bool:
    """Whether a name is the subject of a verb that follows: no end of a clause and no other name stands between."""
    between = scene.folded[mention.end : verb]
    if any(mark in between for mark in BETWEEN):
        return False
    if "," in between and not (between.rstrip().endswith(",") and between.count(",") > 1):
        return False
    first = bisect_left(scene.mentions, mention.end, key=lambda other: other.start)
    last = bisect_left(scene.mentions, verb, key=lambda other: other.start)
    return all(other.kind != "name" for other in scene.mentions[first:last])
