"""Pairs of loose files, judged without a database of documents: is it one text, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from analysis.collect.documents import language_code
from analysis.collect.duplicates.decide import Compared, decide
from analysis.collect.duplicates.event import LANGUAGES, Meanings, Told
from analysis.collect.extract import canonical_address, extract
from analysis.collect.isolate import isolation
from analysis.errors import PolicySignalsError, UnreadableError

FILES_HELD = 200
"""Files whose text is kept for the next pairs."""


@dataclass(frozen=True)
class _Read:
    """What became of a file: a document to compare, or why there is none."""

    compared: Compared | None = None
    language: str = "und"
    error: str | None = None


def pair_lines(text: str, folder: Path, now: datetime) -> Iterator[dict[str, Any]]:
    """Give for each pair of a JSON-lines text, in its order, whether its two files hold one text, and why.

    Files are named relative to `folder`; what they tell of themselves counts, never their names. `same` is None where a file
    cannot be read. An event that two publishers tell in their own words is told in the reason, and is not the same.
    Raises PolicySignalsError, naming the line, for one that is no pair.
    """
    pairs = [_pair(line, number) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    meanings = Meanings(FILES_HELD)
    with isolation() as isolated:

        @lru_cache(FILES_HELD)
        def read(path: Path) -> _Read:
            return _read(path, isolated, now)

        for pair in pairs:
            same, reason = _judge(pair, folder, read, meanings)
            yield {"a": pair["a"], "b": pair["b"], "same": same, "reason": reason}


def _pair(line: str, number: int) -> dict[str, str]:
    try:
        row = json.loads(line)
        if isinstance(row["a"], str) and isinstance(row["b"], str):
            return row
    except (ValueError, KeyError, TypeError):
        pass
    raise PolicySignalsError(f'line {number}: no pair: write {{"a": "file", "b": "file"}} a line')


def _read(path: Path, isolated: Callable[..., Any], now: datetime) -> _Read:
    try:
        found = isolated(extract, path.read_bytes(), path.name, now.date())
    except UnreadableError as error:
        return _Read(error=error.reason)
    except (OSError, ValueError) as error:
        return _Read(error=f"the file cannot be read ({getattr(error, 'strerror', None) or error})")
    compared = Compared(found.text, found.title, found.publisher, canonical_address(found.address), found.published_on)
    return _Read(compared, language_code(found.language))


def _judge(pair: dict[str, str], folder: Path, read: Callable[[Path], _Read], meanings: Meanings) -> tuple[bool | None, str]:
    one, other = (read(folder / pair[side]) for side in "ab")
    if one.compared is None or other.compared is None:
        unread = ((pair[side], found.error) for side, found in zip("ab", (one, other), strict=True) if found.error)
        return None, "; ".join(f"{name}: {error}" for name, error in unread)
    both = (one.compared, other.compared)
    told = [Told(pair[side], compared.title or "", compared.text) for side, compared in zip("ab", both, strict=True)]
    is_understood = all(found.language in LANGUAGES for found in (one, other)) and all(document.title for document in told)
    decision = decide(*both, partial(meanings.closeness, *told) if is_understood else None)
    if decision.layer == "event":
        return False, f"two texts, each in its own words, of {decision.reason}"
    return decision.layer is not None, decision.reason
