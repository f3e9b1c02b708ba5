"""The weekly audit: a random sample of what was newly judged, in which every statement's chance to be drawn is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.tables import content_id

AUDIT_SIZE = 10
"""Statements a week of each language and channel; 13 weeks then give the 120 that a response matrix wants."""


@dataclass(frozen=True)
class Candidate:
    """A judged statement that may be drawn; `probabilities` in the order of STANCES."""

    statement_id: str
    document_id: str
    text_key: str
    language: str
    channel: str
    model_id: str
    probabilities: tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawn:
    """A candidate that was drawn, why, and its chance to be drawn at random; None for what was chosen."""

    candidate: Candidate
    reason: str
    inclusion_probability: float | None


def draw_audit(candidates: Iterable[Candidate], week: str, size: int = AUDIT_SIZE) -> list[Drawn]:
    """Return a random sample of up to `size` candidates of each language and channel: of the same week and candidates the same.

    Each candidate of a language and channel has the same chance, size / number. The draw is systematic along the most
    probable stance (Kish, Survey Sampling, 1965, chapter 4), so that the stances' shares in the sample are off by less than
    one statement from those among the candidates.
    """
    cells: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.statement_id):
        cells.setdefault((candidate.language, candidate.channel), []).append(candidate)
    drawn = []
    for (language, channel), members in sorted(cells.items()):
        # A seed for each cell: what comes in another language leaves this one's sample as it is.
        rng = np.random.default_rng(int(content_id("audit", week, language, channel), 16))
        count = min(size, len(members))
        chosen = systematic([int(np.argmax(member.probabilities)) for member in members], count, rng)
        drawn += [Drawn(members[number], "random", count / len(members)) for number in chosen]
    return drawn


def systematic(strata: Sequence[int], count: int, rng: np.random.Generator) -> list[int]:
    """Return the positions of `count` of the members, each with the same chance, spread over the strata by their size.

    The members are shuffled inside their strata, and the positions come in random order.
    """
    if not count:
        return []
    shuffled = rng.permutation(len(strata))
    ordered = shuffled[np.argsort(np.asarray(strata)[shuffled], kind="stable")]
    places = np.floor((rng.random() + np.arange(count)) * len(strata) / count).astype(int)
    # A start that rounds up to 1 would lead past the end.
    return [int(number) for number in rng.permutation(ordered[np.minimum(places, len(strata) - 1)])]
