"""Questions and answers in a text: the turns of a dialogue, with who asks and who answers.

Only forms that show themselves are taken: labels (`Q:`, `答：`, `Senator Smith:`), written questions of several parliaments,
and questions as paragraphs of their own in a text that says it is a dialogue. A text with rhetorical questions is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from analysis.statements.dialogue.labelled import labelled
from analysis.statements.dialogue.turn import Turn, occasion
from analysis.statements.dialogue.unlabelled import unlabelled
from analysis.statements.dialogue.written import written

__all__ = ["Turn", "dialogue", "turns_at"]


def dialogue(text: str, title: str | None = None) -> list[Turn]:
    """Return the turns of a text in their order, apart from each other; none where the text is no dialogue.

    Takes time in proportion to the length of the text.
    """
    told = occasion(text, title)
    return written(text, title) or labelled(text, told) or unlabelled(text, told)


def turns_at(turns: Sequence[Turn], places: Iterable[int]) -> list[Turn | None]:
    """Return for each place in the text the turn that contains it, None for no turn."""
    starts = [turn.start for turn in turns]
    before = [turns[position - 1] if (position := bisect_right(starts, place)) else None for place in places]
    return [turn if turn and place < turn.end else None for turn, place in zip(before, places, strict=True)]
