"""Attempts to health: what a source's answers show together, and when it is asked again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from analysis.catalogue import Source
from analysis.collect.listing.entries import Entry
from analysis.tables import Health

EMPTY_LIMIT = 2
"""Listings without an entry, in a row, after which a source of which documents are expected is silent."""
STALE_DAYS = 14
"""The newest entry of a source is never called too old before this age."""
STALE_GAPS = 4
"""Usual gaps between documents after which the newest one is too old."""
LONGEST_WAIT = timedelta(days=7)
WEEKLY_WAIT = timedelta(days=6)
"""After this time a weekly source is due again: a daily run some hours early must not put it off for a day."""


@dataclass(frozen=True)
class Look:
    """How one look at a source's listing ended; `entries` is None where none was read."""

    state: str
    entries: Sequence[Entry] | None = None
    has_new: bool = False
    error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    retry_at: datetime | None = None


def after_look(source: Source, before: Mapping[str, Any], look: Look, now: datetime) -> dict[str, Any]:
    """Return the row of `source_state` after a look; `before` is the row before it, empty if there was none."""
    today = now.date()
    days = sorted({entry.published_on for entry in look.entries or () if entry.published_on and entry.published_on <= today})
    known = before.get("newest_on")
    failures = before.get("failure_count", 0) + 1 if look.error else 0
    row = {
        "source_id": source.id,
        "state": look.state,
        "attempted_at": now,
        "succeeded_at": before.get("succeeded_at") if look.error else now,
        "etag": look.etag,
        "last_modified": look.last_modified,
        "failure_count": failures,
        "empty_count": _empty_count(before.get("empty_count", 0), look),
        "entry_count": before.get("entry_count") if look.entries is None else len(look.entries),
        "newest_on": max([*days[-1:], *([known] if known else [])], default=None),
        "usual_gap_days": usual_gap(days) or before.get("usual_gap_days"),
        "moved_to": before.get("moved_to") if look.error else look.moved_to,
        "retry_at": _retry_at(failures, look, now) if source.is_on_the_web else None,
        "error": look.error,
    }
    return {**row, "health": health(source, row, now, look.has_new)}


def _empty_count(before: int, look: Look) -> int:
    if look.entries is None:
        # Neither a failure nor an unchanged listing says whether there are entries.
        return before
    return 0 if look.entries else before + 1


def _retry_at(failures: int, look: Look, now: datetime) -> datetime | None:
    """Return when to ask again: one hour after a failure, twice as long after each further one, never more than a week."""
    if not failures:
        return look.retry_at
    own = now + min(timedelta(hours=2 ** min(failures - 1, 10)), LONGEST_WAIT)
    return max(own, look.retry_at) if look.retry_at else own


def usual_gap(days: Sequence[date]) -> float | None:
    """Return the median number of days between successive days; None for fewer than three days."""
    gaps = [(later - earlier).days for earlier, later in zip(days, days[1:], strict=False)]
    return float(median(gaps)) if len(gaps) >= 2 else None


def stale_after(source: Source, usual_gap_days: float | None) -> timedelta:
    """Return the age from which the newest entry of a source is too old."""
    expected_gap = 7 / source.expected_per_week if source.expected_per_week else 0
    return timedelta(days=max(STALE_DAYS, STALE_GAPS * max(expected_gap, usual_gap_days or 0)))


def health(source: Source, state: Mapping[str, Any], now: datetime, has_new: bool = False) -> Health:
    """Return what the facts of `source_state` show at a moment; the gravest finding goes first."""
    if state["error"]:
        return "failed"
    if state["moved_to"]:
        return "moved"
    if state["empty_count"] >= EMPTY_LIMIT and source.expected_per_week:
        return "silent"
    newest_on = state["newest_on"]
    if newest_on and now.date() - newest_on > stale_after(source, state["usual_gap_days"]):
        return "stale"
    return "ok" if has_new else "nothing_new"


def is_due(source: Source, state: Mapping[str, Any], now: datetime) -> bool:
    """Whether a source is to be asked now: not before its wait is over, and a weekly one not twice in a week."""
    if (retry_at := state.get("retry_at")) and now < retry_at:
        return False
    succeeded_at = state.get("succeeded_at")
    return source.cadence == "daily" or succeeded_at is None or now - succeeded_at >= WEEKLY_WAIT
