"""One look at a source on the web: what it lists, and the pages of what is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from analysis.catalogue import Source
from analysis.collect.fetch import Attempt, Fetcher, Response
from analysis.collect.health import Look
from analysis.collect.listing.entries import Entry
from analysis.errors import CatalogueError, FetchError, ListingError, UnreadableError
from analysis.steps.listings import listing_pages
from analysis.steps.memory import Recall, Recent
from analysis.steps.pages import Anew, Asker, Missed, entry_pages, pages_again
from analysis.steps.receive import Asked, Period, Received, Standing

PAGES_MISSED = 3
"""New pages of which none could be had, by which a look has failed although the listing answered."""


def visit(
    source: Source,
    before: Mapping[str, Any],
    recall: Recall,
    recent: Recent,
    fetcher: Fetcher,
    isolated: Callable[..., Any],
    keep: Callable[[bytes], str],
    period: Period,
    now: datetime,
) -> Iterator[Received | Asked | Standing | Look]:
    """Give what one look at a source on the web brings: requests, new entries, known pages again, and last how it ended.

    `before` is its row of `source_state`, `recall` and `recent` tell what is remembered of its pages, `keep` puts bytes into
    the archive. Where a period is asked for, no known page is looked at again.
    """
    entries: list[Entry] = []
    answers: list[Response] = []
    asked: list[Asked] = []
    ask = partial(_ask, fetcher, source, asked)
    try:
        for answer, listing in listing_pages(source, before, ask, isolated, keep, period, now):
            answers.append(answer)
            entries += listing.entries
    except (FetchError, ListingError, UnreadableError, CatalogueError) as error:
        yield from asked
        yield _failed(before, error)
        return
    asker = Asker(source, ask, recall, recent, now, asked)
    yield from asker.requests()
    anew: list[Anew] = []
    missed: list[Missed] = []
    received_count = 0
    for item in entry_pages(entries, asker, anew):
        if isinstance(item, Missed):
            missed.append(item)
        else:
            received_count += isinstance(item, Received) and not item.refusal
            yield item
    if period == Period():
        yield from pages_again(asker, anew)
    yield _look(before, entries, answers, missed, received_count, period)


def _look(
    before: Mapping[str, Any],
    entries: list[Entry],
    answers: list[Response],
    missed: list[Missed],
    received_count: int,
    period: Period,
) -> Look:
    """Return how a look at a listing that was had ended."""
    moved_to = next((answer.moved_to for answer in answers if answer.moved_to), None)
    rests = [miss.error.retry_at for miss in missed if miss.error.retry_at]
    if all(answer.content is None for answer in answers):
        return Look("unchanged", etag=before.get("etag"), last_modified=before.get("last_modified"), moved_to=moved_to)
    is_failing = len(missed) >= PAGES_MISSED and not received_count
    # Validators are kept only when no entry is left for another day: else such entries would never be listed again.
    is_done = len(answers) == 1 and period == Period() and not any(miss.is_awaited for miss in missed)
    return Look(
        "failed" if is_failing else "got" if entries else "empty",
        tuple(entries),
        received_count > 0,
        error=f"none of {len(missed)} pages could be had: {missed[0].error}" if is_failing else None,
        etag=answers[0].etag if is_done else None,
        last_modified=answers[0].last_modified if is_done else None,
        moved_to=moved_to,
        retry_at=max(rests, default=None),
    )


def _ask(
    fetcher: Fetcher, source: Source, asked: list[Asked], role: str, address: str, keep: Callable[[bytes], str] | None = None,
    etag: str | None = None, last_modified: str | None = None,
) -> Response:  # fmt: skip
    """Return what an address gives; every request made for it is added to `asked`, and the bytes are archived by `keep`."""
    notes: list[Attempt] = []
    content_hash = None
    try:
        accept = source.accept if role == "listing" else None
        answer = fetcher.get(address, source.hosts, source.pace_seconds, etag, last_modified, note=notes.append, accept=accept)
        content_hash = keep(answer.content) if keep and answer.content is not None else None
        return answer
    finally:
        asked += [Asked(role, note, content_hash if note.outcome == "got" else None) for note in notes]


def _failed(before: Mapping[str, Any], error: Exception) -> Look:
    retry_at = getattr(error, "retry_at", None)
    return Look(
        "failed", error=str(error), etag=before.get("etag"), last_modified=before.get("last_modified"), retry_at=retry_at
    )
