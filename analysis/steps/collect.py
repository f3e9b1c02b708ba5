"""Sources to documents."""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from analysis import archive, catalogue, store
from analysis.catalogue import AD_HOC_FOLDER, Source
from analysis.collect.fetch import Fetcher, user_agent
from analysis.collect.health import Look, is_due
from analysis.collect.isolate import isolation
from analysis.collect.listing.entries import Entry
from analysis.errors import ListingError, UnreadableError
from analysis.settings import PROJECT, Settings
from analysis.steps.group import group
from analysis.steps.memory import mark_withdrawn, memory_of
from analysis.steps.place import open_place, remember, source_row, state_of
from analysis.steps.progress import Progress, progress
from analysis.steps.receive import Asked, Period, Received, Standing, receive_archive, receive_folder, receive_mail
from analysis.steps.side_by_side import side_by_side
from analysis.steps.storing import store_batch
from analysis.steps.visit import visit
from analysis.tables import fetches, sources

log = logging.getLogger(__name__)

BATCH = 200
"""Entries in one transaction."""
BATCH_BYTES = 60_000_000
"""Bytes of pages and files that wait to be stored, of each source."""


def collect(
    settings: Settings,
    now: datetime,
    source_ids: list[str] | None = None,
    folder: Path | None = None,
    offline: bool = False,
    period: Period = Period(),
    pause: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """Store what the sources have that is new, and return what this call wrote: documents, copies, rejected, failed_sources.

    `folder` reads that folder and no declared source. Offline, sources on the web are left out. A failed source is recorded
    and holds up no other; one that is to be left alone for a while is not asked.
    """
    engine = open_place(settings)
    chosen = [_folder_source()] if folder else catalogue.chosen_sources(source_ids or settings.sources)
    web = [source for source in chosen if source.is_on_the_web]
    if offline and web:
        log.warning("left out, because this run is offline: %s", ", ".join(source.id for source in web))
    with isolation() as isolated, progress(len(chosen)) as told:
        run = _Run(engine, settings, now, isolated, told, period, pause)
        for source in chosen:
            if not source.is_on_the_web:
                _collect_folder(run, source, folder.resolve() if folder else PROJECT / source.address)
        if offline:
            told.left_alone(len(web))
        elif web:
            _collect_web(run, web)
        group(engine)
    return _result(told, chosen)


def collect_from_archive(settings: Settings, now: datetime, source_ids: list[str] | None = None) -> dict[str, Any]:
    """Read again all that the sources gave before, from the archive and without network; return the same counts as `collect`.

    A text that is now read otherwise is a new revision; what is now refused is counted no more. Raises StoreError when the
    archive lacks something.
    """
    engine = open_place(settings)
    chosen = catalogue.chosen_sources(source_ids) if source_ids else [*catalogue.sources().values(), _folder_source()]
    with isolation() as isolated, progress(len(chosen)) as told:
        run = _Run(engine, settings, now, isolated, told)
        for source in chosen:
            with store.reading(engine) as connection:
                for batch in _batches(receive_archive(connection, run.archive, source)):
                    run.store(source, batch, from_archive=True)
            told.ended(source.id)
        group(engine)
    return _result(told, chosen)


@dataclass(frozen=True)
class _Run:
    """What stays the same over one run, and what it tells its progress to."""

    engine: Engine
    settings: Settings
    now: datetime
    isolated: Callable[..., Any]
    told: Progress
    period: Period = Period()
    pause: Callable[[float], None] = time.sleep

    @property
    def archive(self) -> str:
        return str(self.settings.home / "archive")

    def store(self, source: Source, batch: tuple[Received, ...], from_archive: bool = False) -> Counter[str]:
        counts = store_batch(self.engine, self.settings, source, batch, self.now, self.isolated, self.period, from_archive)
        self.told.stored(counts)
        return counts


def _result(told: Progress, chosen: list[Source]) -> dict[str, Any]:
    return {**told.counts, "failed_sources": [source.id for source in chosen if source.id in told.failed]}


def _collect_folder(run: _Run, source: Source, root: Path) -> None:
    is_mail = source.kind == "mail"
    entries: list[Entry] = []
    stored = 0
    try:
        for batch in _batches(receive_mail(root, source, run.isolated) if is_mail else receive_folder(root)):
            stored += run.store(source, batch)["documents"]
            entries += [item.entry for item in batch if is_mail and not item.refusal]
        mails = Look("got" if entries else "empty", entries, stored > 0)
        _end(run, source, mails if is_mail else Look("got", has_new=True))
    except (ListingError, UnreadableError) as error:
        _end(run, source, Look("failed", error=str(error)))


def _end(run: _Run, source: Source, look: Look) -> None:
    """Keep how a look at a source ended."""
    remember(run.engine, source, run.now, look)
    if look.error:
        log.error("%s: %s", source.id, look.error)
    run.told.ended(source.id, has_failed=look.error is not None)


def _collect_web(run: _Run, web: list[Source]) -> None:
    """Look at the sources and store what they bring: one host's sources in turn, different hosts side by side."""
    waiting: dict[str, list[Received]] = defaultdict(list)
    standing: dict[str, list[Standing]] = defaultdict(list)
    with Fetcher(user_agent(run.settings.contact), run.settings.allow_loopback, now=run.now, pause=run.pause) as fetcher:
        keep = partial(archive.keep, run.archive)
        look = partial(visit, fetcher=fetcher, isolated=run.isolated, keep=keep, period=run.period, now=run.now)
        # Closed, so that an error here ends the threads too.
        with closing(side_by_side(_jobs(run, web, look))) as brought:
            for source, item in brought:
                if isinstance(item, Received):
                    waiting[source.id].append(item)
                elif isinstance(item, Asked):
                    _note(run.engine, source, item)
                elif isinstance(item, Standing):
                    standing[source.id].append(item)
                if isinstance(item, Look) or _is_full(waiting[source.id]):
                    found = run.store(source, tuple(waiting.pop(source.id, ())))
                if isinstance(item, Look):
                    # After what was stored, by which a document may stand elsewhere now.
                    mark_withdrawn(run.engine, source.id, standing.pop(source.id, []), run.now)
                    # What broke the reader is tried again: without validators the listing is read again.
                    _end(run, source, replace(item, etag=None, last_modified=None) if found["passing"] else item)


def _jobs(run: _Run, web: list[Source], look: Callable[..., Iterator]) -> list[Callable[[], Iterator]]:
    """Return a job for each host: the visits to its sources that are due."""
    by_host: dict[str, list[tuple[Source, dict[str, Any]]]] = defaultdict(list)
    with store.reading(run.engine) as connection:
        for source in web:
            before = state_of(connection, source.id)
            if is_due(source, before, run.now):
                by_host[urlsplit(source.address).hostname or ""].append((source, before))
            else:
                log.debug("%s is not due: left alone", source.id)
                run.told.left_alone()
    return [partial(_visits, run, plan, look) for plan in by_host.values()]


def _visits(
    run: _Run, plan: list[tuple[Source, dict[str, Any]]], look: Callable[..., Iterator]
) -> Iterator[tuple[Source, Any]]:
    for source, before in plan:
        recall, recent = memory_of(run.engine, source.id, run.now)
        for item in look(source, before, recall, recent):
            yield source, item


def _note(engine: Engine, source: Source, asked: Asked) -> None:
    with store.writing(engine) as connection:
        store.upsert(connection, sources, [source_row(source)])
        store.add(connection, fetches, [asked.fetch_row(source.id)])


def _batches(received: Iterator[Received]) -> Iterator[tuple[Received, ...]]:
    batch: list[Received] = []
    for item in received:
        batch.append(item)
        if _is_full(batch):
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def _is_full(batch: list[Received]) -> bool:
    return len(batch) >= BATCH or sum(len(item.content) for item in batch) >= BATCH_BYTES


def _folder_source() -> Source:
    """Return the source of a folder named at run time, without its place on this machine."""
    return Source(id=AD_HOC_FOLDER, name="Folder named at run time", kind="folder")
