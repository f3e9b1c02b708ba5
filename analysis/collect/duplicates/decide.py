"""Two documents to one answer: are they the same text, by which layer, and why in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from analysis.collect.duplicates.event import WITHIN_DAYS, Closeness
from analysis.collect.duplicates.titles import Titles, compare_titles, document_number
from analysis.collect.duplicates.wording import Figures, compare_figures, days_apart, figure_places, normal_form, runs, words

Layer = Literal["copy", "text", "event"]

LEAST_SHARED = 0.4
"""Share of the shorter text's runs of words that a copy at another publisher keeps at least; own words keep under a fifth."""
MOST_JACCARD, MOST_SHARED = 0.8, 0.9
"""Jaccard index, or share of the shorter text, from which two texts of one publisher are one."""
FEWEST_RUNS = 30
"""Runs of words in common, below which only whole texts are compared."""
SAME_DAYS, LATER_DAYS = 7, 30
"""Days in which a publisher revises a text, and in which one text is published anew at all."""
TITLE_TOLD = 1 / 3
"""Share of a title's words that what two texts have in common must hold: a subscription page tells nothing of the title."""
TOLERATED, TOLERATED_ELSEWHERE = 1 / 20, 1 / 4
"""Numbers that differ, for each that agrees, which misreadings explain; at another publisher, which its editing explains."""
ALIKE = 0.5
"""Share of a title's words by which two headlines of one text are known, where the texts' lengths differ."""


@dataclass(frozen=True)
class Compared:
    """What is known of a document that is compared with others; None for what is not."""

    text: str
    title: str | None = None
    publisher: str | None = None
    address: str | None = None
    published_on: date | None = None
    is_official: bool = False
    own_text: str | None = None
    """The text without paragraphs that recur over its publisher's documents, where that is known."""

    @cached_property
    def words(self) -> list[str]:
        return words(self.text)

    @cached_property
    def runs(self) -> set[str]:
        return runs(self.words if self.own_text is None else words(self.own_text))

    @cached_property
    def figures(self):
        return figure_places(self.text if self.own_text is None else self.own_text)

    @cached_property
    def title_words(self) -> set[str]:
        return {word for word in words(self.title or "") if not word[0].isdecimal() and (len(word) > 3 or not word.isascii())}

    @cached_property
    def host(self) -> str | None:
        host = (urlsplit(self.address).hostname or "") if self.address else ""
        return host.removeprefix("www.").removeprefix("m.").removeprefix("amp.") or None


@dataclass(frozen=True)
class Decision:
    """Whether two documents are one story, by which layer, and why in words."""

    layer: Layer | None
    reason: str
    strength: float = 0.0
    """Share of the shorter text that the other holds, or nearness in meaning."""
    is_blocked: bool = False
    """Whether they are known to be two statements, so that nothing may bring them together."""


@dataclass(frozen=True)
class _Overlap:
    jaccard: float
    shared: float
    common: int


def decide(one: Compared, other: Compared, closeness: Callable[[], Closeness] | None = None) -> Decision:
    """Return whether two documents are copies, have much of one text, or tell one event.

    `closeness` is asked only where the texts are not the same and the rest speaks for one event; without it no event is found.
    """
    titles = compare_titles(one.title, one.text, other.title, other.text)
    gap = days_apart(one.published_on, other.published_on)
    same_publisher = _have_same_publisher(one, other)
    if one.words == other.words:
        return _decide_copy(one, other, titles, same_publisher)
    overlap = _overlap(one, other)
    if one.address and one.address == other.address:
        return _decide_address(one, other, overlap, gap)
    if overlap.shared < LEAST_SHARED or (overlap.common < FEWEST_RUNS and overlap.jaccard < MOST_JACCARD):
        return _decide_event(one, other, titles, same_publisher, gap, closeness, overlap)
    figures = compare_figures(one.figures, other.figures)
    obstacle = _obstacle(one, other, titles, same_publisher, gap, figures)
    if obstacle:
        return Decision(None, f"{obstacle}, though {_share(overlap)}", is_blocked=True)
    if same_publisher is False:
        return _decide_elsewhere(one, other, titles, gap, overlap)
    if overlap.jaccard >= MOST_JACCARD or overlap.shared >= MOST_SHARED:
        return Decision("text", f"the same title, and {_share(overlap)}", overlap.shared)
    return Decision(None, f"too little of one text: {_share(overlap)}", is_blocked=same_publisher is True)


def _decide_copy(one: Compared, other: Compared, titles: Titles, same_publisher: bool | None) -> Decision:
    if not one.words:
        return Decision(None, "neither has words")
    if titles == "numbered":
        return Decision(None, "the same text, but the titles differ in a year, round or number", is_blocked=True)
    if titles == "same" or not (one.title and other.title):
        return Decision("copy", "the same text, word for word", 1.0)
    told = min(_told(one, set(one.words)), _told(other, set(other.words)))
    if told < TITLE_TOLD:
        return Decision(
            None, "one text under two titles of which it tells nothing: cut off, or a page of the site", is_blocked=True
        )
    return Decision("copy", "the same text, word for word, under another title", 1.0)


def _decide_address(one: Compared, other: Compared, overlap: _Overlap, gap: int | None) -> Decision:
    """Decide on what one address gave at two times: a revision, unless it is a page that always holds the newest."""
    if overlap.shared >= LEAST_SHARED and (gap is None or gap <= LATER_DAYS):
        return Decision("text", f"the same address, and {_share(overlap)}", overlap.shared)
    apart = "" if gap is None else f", {gap} days apart"
    return Decision(None, f"the same address with another text{apart}: {_share(overlap)}", is_blocked=True)


def _obstacle(
    one: Compared, other: Compared, titles: Titles, same_publisher: bool | None, gap: int | None, figures: Figures
) -> str | None:
    """Return in words what tells two documents apart whose texts have much in common; None where nothing does."""
    if titles == "numbered":
        return "the titles differ in a year, round or number"
    if titles == "forwarding":
        return "one forwards the other"
    numbers = document_number(one.text), document_number(other.text)
    if all(numbers) and numbers[0] != numbers[1]:
        return "they were issued under different numbers"
    if gap is not None and gap > LATER_DAYS:
        return f"they are of days {gap} days apart"
    if (far := max(figures.day_gaps, default=0)) > LATER_DAYS:
        return f"dates in the same place of the text are {far} days apart"
    if same_publisher is False:
        return _changed(figures, TOLERATED_ELSEWHERE)
    if titles == "other":
        return "two titles" + (" of one publisher" if same_publisher else ", and the publishers are unknown")
    if len(figures.day_gaps) > 1:
        return "several dates in the same places of the text differ"
    if gap is not None and gap > SAME_DAYS and same_publisher and not figures.agreeing:
        return f"one publisher's texts of days {gap} days apart"
    return _changed(figures, 0 if gap else TOLERATED)


def _changed(figures: Figures, tolerated: float) -> str | None:
    if len(figures.changed) <= tolerated * figures.agreeing:
        return None
    shown = ", ".join(f"{one} and {other}" for one, other in figures.changed[:3])
    return f"numbers in the same places of the text differ ({shown})"


def _decide_elsewhere(one: Compared, other: Compared, titles: Titles, gap: int | None, overlap: _Overlap) -> Decision:
    """Decide on texts of two publishers of which much is the same: one has it from the other, or both from an agency."""
    is_most = overlap.jaccard >= MOST_JACCARD or overlap.shared >= MOST_SHARED
    if not is_most and (gap is None or gap > SAME_DAYS):
        return Decision(None, f"too little of one text for what is not of the same days: {_share(overlap)}")
    common = {word for run in one.runs & other.runs for word in run.split()}
    if min(_told(one, common), _told(other, common)) < TITLE_TOLD:
        return Decision(None, f"what they have in common tells nothing of their titles, though {_share(overlap)}")
    lengths = sorted((len(one.runs), len(other.runs)))
    if titles != "same" and lengths[0] < lengths[1] / 2 and _likeness(one, other) < ALIKE:
        return Decision(None, "one is a part of the other, which tells of more under another title")
    return Decision("text", f"two publishers with one text: {_share(overlap)}", overlap.shared)


def _decide_event(
    one: Compared,
    other: Compared,
    titles: Titles,
    same_publisher: bool | None,
    gap: int | None,
    closeness: Callable[[], Closeness] | None,
    overlap: _Overlap,
) -> Decision:
    """Decide on texts in own words: one event, where two publishers tell of it on the same days and mean much the same."""
    words_apart = f"each in its own words: {_share(overlap)}"
    if same_publisher is not False or (one.is_official and other.is_official):
        return Decision(None, words_apart, is_blocked=same_publisher is not None)
    if titles == "numbered":
        return Decision(None, f"the titles differ in a year, round or number; {words_apart}")
    if closeness is None or gap is None or gap > WITHIN_DAYS:
        return Decision(None, words_apart)
    near = closeness()
    meaning = f"their titles are near in meaning by {near.titles:.2f}, their leads by {near.leads:.2f}"
    if near.is_one_event:
        return Decision("event", f"one event told by two publishers within 72 hours: {meaning}", (near.titles + near.leads) / 2)
    return Decision(None, f"{words_apart}; {meaning}")


def _have_same_publisher(one: Compared, other: Compared) -> bool | None:
    """Whether two documents are of one publisher; None where that cannot be told."""
    names = [normal_form(compared.publisher) if compared.publisher else None for compared in (one, other)]
    hosts = [one.host, other.host]
    if any(pair[0] and pair[0] == pair[1] for pair in (names, hosts)):
        return True
    return False if all(names) or all(hosts) else None


def _overlap(one: Compared, other: Compared) -> _Overlap:
    common = len(one.runs & other.runs)
    fewest = min(len(one.runs), len(other.runs))
    union = len(one.runs) + len(other.runs) - common
    return _Overlap(common / union if union else 0.0, common / fewest if fewest else 0.0, common)


def _told(compared: Compared, told: set[str]) -> float:
    """Return the share of a title's words among these; 1 where there is no title."""
    return len(compared.title_words & told) / len(compared.title_words) if compared.title_words else 1.0


def _likeness(one: Compared, other: Compared) -> float:
    fewest = min(len(one.title_words), len(other.title_words))
    return len(one.title_words & other.title_words) / fewest if fewest else 1.0


def _share(overlap: _Overlap) -> str:
    return f"{overlap.shared:.0%} of the shorter text stand in the other"
