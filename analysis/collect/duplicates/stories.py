"""Decisions to stories: which documents tell one, which of them is the first, and by which other each came to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from analysis.collect.duplicates.decide import Compared, Decision
from analysis.collect.duplicates.event import WITHIN_DAYS
from analysis.collect.duplicates.wording import days_apart

LAYERS = ("copy", "text", "event")
"""The strongest first."""
REVISED = "a later revision of the same document"


@dataclass(frozen=True)
class Member:
    """A document in one revision, among those that may tell one story."""

    document_id: str
    address_key: str
    revision: int
    compared: Compared
    is_latest: bool = True


class Place(NamedTuple):
    """The place of a document in its story, as in the columns of `documents`."""

    story_id: str
    story_reason: str
    story_link: str | None
    story_note: str | None


class _Edge(NamedTuple):
    layer: int
    weakness: float
    left: int
    right: int
    reason: str


def gather(members: Sequence[Member], decide: Callable[[Member, Member], Decision]) -> dict[str, Place]:
    """Return the place of each document by its id; the same for the same members in any order.

    Documents come together by the strongest decision first, and never where that would bring a pair together that is known
    to be two statements, or events that are more than 72 hours apart. The first of a story is the earliest, an official text
    before an article of the same day. Revisions of one address always stay together, and the newest is compared.
    """
    by_address: dict[str, list[Member]] = defaultdict(list)
    for member in sorted(members, key=lambda member: (member.revision, member.document_id)):
        by_address[member.address_key].append(member)
    chains = sorted(by_address.values(), key=lambda chain: _order(chain[0]))
    faces = [max(chain, key=lambda member: (member.is_latest, member.revision)) for chain in chains]
    edges, blocked = _edges(faces, decide)
    places: dict[str, Place] = {}
    for numbers, kept in _joined(faces, edges, blocked):
        places |= _places(chains, faces, numbers, kept)
    return places


def _order(member: Member) -> tuple[date, bool, str]:
    return member.compared.published_on or date.max, not member.compared.is_official, member.document_id


def _edges(faces: Sequence[Member], decide: Callable[[Member, Member], Decision]) -> tuple[list[_Edge], set[tuple[int, int]]]:
    """Return what brings pairs together, the strongest first, and the pairs that nothing may bring together."""
    edges: list[_Edge] = []
    blocked: set[tuple[int, int]] = set()
    for left in range(len(faces)):
        for right in range(left + 1, len(faces)):
            decision = decide(faces[left], faces[right])
            if decision.layer:
                rank = LAYERS.index(decision.layer)
                edges.append(_Edge(rank, -round(decision.strength, 6), left, right, decision.reason))
            elif decision.is_blocked:
                blocked.add((left, right))
    return sorted(edges), blocked


def _joined(
    faces: Sequence[Member], edges: Sequence[_Edge], blocked: set[tuple[int, int]]
) -> list[tuple[list[int], list[_Edge]]]:
    """Return each group of documents with the edges by which it came together."""
    group_of = {number: [number] for number in range(len(faces))}
    kept_of: dict[int, list[_Edge]] = {number: [] for number in range(len(faces))}
    root = list(range(len(faces)))
    for edge in edges:
        one, other = sorted((root[edge.left], root[edge.right]))
        if one == other or _is_barred(faces, group_of[one], group_of[other], blocked, LAYERS[edge.layer] == "event"):
            continue
        for number in group_of[other]:
            root[number] = one
        group_of[one] += group_of.pop(other)
        kept_of[one] += [*kept_of.pop(other), edge]
    return [(sorted(group_of[number]), kept_of[number]) for number in group_of]


def _is_barred(
    faces: Sequence[Member], left: Sequence[int], right: Sequence[int], blocked: set[tuple[int, int]], is_event: bool
) -> bool:
    for one in left:
        for other in right:
            gap = days_apart(faces[one].compared.published_on, faces[other].compared.published_on)
            if (min(one, other), max(one, other)) in blocked or (is_event and gap is not None and gap > WITHIN_DAYS):
                return True
    return False


def _places(
    chains: Sequence[Sequence[Member]], faces: Sequence[Member], numbers: Sequence[int], kept: Sequence[_Edge]
) -> dict[str, Place]:
    """Return the places in one story, whose first is the lowest number: each other hangs on the one nearer to the first."""
    story_id = chains[numbers[0]][0].address_key
    links: dict[int, Place] = {numbers[0]: Place(story_id, "first", None, None)}
    waiting = [numbers[0]]
    for near in waiting:
        for edge in kept:
            far = edge.right if edge.left == near else edge.left if edge.right == near else None
            if far is not None and far not in links:
                links[far] = Place(story_id, LAYERS[edge.layer], faces[near].document_id, edge.reason)
                waiting.append(far)
    places = {chains[number][0].document_id: link for number, link in links.items()}
    for number in numbers:
        for before, after in zip(chains[number], chains[number][1:], strict=False):
            places[after.document_id] = Place(story_id, "text", before.document_id, REVISED)
    return places
