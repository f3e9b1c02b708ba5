"""What was asked for before to whether it is asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.collect.listing.entries import Entry

RECENT = timedelta(days=13, hours=20)
"""How long after a page was first had it is looked at again, and after its first failure it is tried at each look."""
SHORTEST_WAIT = timedelta(hours=20)
"""No page that was had is asked for again before; like all of these less than whole days, as a daily run may come early."""
RARELY = timedelta(days=6, hours=20)
"""Between two tries of a page that has failed for longer."""


@dataclass(frozen=True)
class Memory:
    """What is remembered of an address: the first and the last time it was asked for, and what it gave last.

    `got_at` is the first time that it gave something, None if it never did; all that follows is of the last time.
    """

    first_at: datetime
    asked_at: datetime
    got_at: datetime | None = None
    has_failed: bool = False
    error: str | None = None
    entry: Entry | None = None
    content_hash: str | None = None
    etag: str | None = None
    last_modified: str | None = None


def is_awaited(first_at: datetime, now: datetime) -> bool:
    """Whether a page that never was had is tried at each look, because it failed a short time ago for the first time."""
    return now - first_at < RECENT


def is_tried_again(memory: Memory, now: datetime) -> bool:
    """Whether a listed page that never was had is to be asked for."""
    return is_awaited(memory.first_at, now) or now - memory.asked_at >= RARELY


def is_told_anew(memory: Memory, told: Entry, now: datetime) -> bool:
    """Whether a listing tells of a page that was had what makes another look worth while: another title, or another date.

    The longer a page was looked at, the longer another date has to wait: some listings give every entry the time of the look.
    """
    before = memory.entry
    if memory.got_at is None or before is None or now - memory.asked_at < SHORTEST_WAIT:
        return False
    if memory.has_failed and not _is_recent(memory, now):
        return now - memory.asked_at >= RARELY
    moments = (before.published_at or before.published_on, told.published_at or told.published_on)
    return before.title != told.title or (moments[0] != moments[1] and _has_waited(memory, now))


def is_due_again(memory: Memory, now: datetime) -> bool:
    """Whether a page that was had a short time ago is to be looked at again: after about 1, 2, 4 and 8 days."""
    return _is_recent(memory, now) and now - memory.asked_at >= SHORTEST_WAIT and _has_waited(memory, now)


def _is_recent(memory: Memory, now: datetime) -> bool:
    return memory.got_at is not None and now - memory.got_at < RECENT


def _has_waited(memory: Memory, now: datetime) -> bool:
    """Whether as much time has passed since the last look as between the first and the last, less some hours."""
    past = memory.asked_at - (memory.got_at or memory.first_at)
    return now - memory.asked_at >= past - (timedelta(days=1) - SHORTEST_WAIT)
