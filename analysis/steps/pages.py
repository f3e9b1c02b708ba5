"""Entries of a listing to the bytes of their pages: of new ones, and of known ones another time."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from analysis.catalogue import Source
from analysis.collect.again import Memory, is_awaited, is_told_anew, is_tried_again
from analysis.collect.fetch import Response, TransientError
from analysis.collect.listing.entries import Entry
from analysis.errors import FetchError, UnreadableError
from analysis.steps.memory import PART, Recall, Recent
from analysis.steps.receive import Asked, Received, Standing, printable

log = logging.getLogger(__name__)

AGAIN_LIMIT = 20
"""Known pages that one look at a source asks for again."""
LASTING = ("robots", "host_not_allowed", "blocked_address")
"""Rules by which a page is not asked for, so that no other answer is waited for."""
GONE = ("not_found", "gone")
"""Rules by which a page is no longer there."""


@dataclass(frozen=True)
class Missed:
    """A new page that could not be had; awaited where the next look is to try it again."""

    error: FetchError
    is_awaited: bool


@dataclass(frozen=True)
class Asker:
    """What a visit asks with: `ask` gives the answer to a role and an address and adds every request to `asked`."""

    source: Source
    ask: Callable[..., Response]
    recall: Recall
    recent: Recent
    now: datetime
    asked: list[Asked] = field(default_factory=list)

    def requests(self) -> list[Asked]:
        """Return the requests since the last call."""
        made, self.asked[:] = self.asked[:], []
        return made


Anew = tuple[str, Memory, Entry]
"""A known page with what is remembered of it and what the listing tells now."""


def entry_pages(entries: Sequence[Entry], asker: Asker, anew: list[Anew]) -> Iterator[Received | Asked | Missed]:
    """Give each entry that is not known, with its page or, where the source says so, its own words, and those words anew.

    Known pages of which the listing now tells otherwise are added to `anew`.
    """
    seen: set[str] = set()
    for first in range(0, len(entries), PART):
        named: dict[str, Entry] = {}
        for entry in entries[first : first + PART]:
            if (subject := _subject(entry)) not in seen:
                named[subject] = entry
                seen.add(subject)
        memories = asker.recall(list(named))
        for subject, entry in named.items():
            memory = memories.get(subject)
            if refusal := unasked(entry, asker.source):
                yield Received(entry, subject, refusal=refusal)
            elif asker.source.text == "entry" or entry.text:
                yield from _own_words(entry, subject, memory)
            elif memory is None or (memory.got_at is None and is_tried_again(memory, asker.now)):
                yield from _new_page(entry, subject, memory, asker)
            elif is_told_anew(memory, entry, asker.now):
                anew.append((subject, memory, entry))


def _subject(entry: Entry) -> str:
    return printable(entry.address or entry.entry_id or entry.title or "an entry without link, identifier and title")


def _own_words(entry: Entry, subject: str, memory: Memory | None) -> Iterator[Received]:
    before = memory.entry if memory else None
    if memory is None or before is None:
        yield Received(entry, subject, _words(entry), "application/json")
    elif (before.title, before.summary, before.text) != (entry.title, entry.summary, entry.text):
        # Words that come back are a change too, so that the moment before it is part of what names it.
        yield Received(entry, subject, _words(entry), "application/json", listing=memory.asked_at.isoformat())


def _new_page(entry: Entry, subject: str, memory: Memory | None, asker: Asker) -> Iterator[Received | Asked | Missed]:
    try:
        page = asker.ask("document", subject)
    except FetchError as error:
        log.warning("%s: %s", asker.source.id, error)
        # What was not asked for, for the same reason as before, is noted once.
        yield from (item for item in asker.requests() if item.attempt.outcome != "refused" or not _is_told(item, memory))
        is_passing = isinstance(error, TransientError) or error.rule not in LASTING
        yield Missed(error, is_passing and is_awaited(memory.first_at if memory else asker.now, asker.now))
        return
    yield from _received(entry, subject, page, asker.requests())


def _is_told(item: Asked, memory: Memory | None) -> bool:
    return memory is not None and memory.error == item.attempt.error


def _received(entry: Entry, subject: str, page: Response, requests: list[Asked]) -> Iterator[Received | Asked]:
    *others, last = requests
    yield from others
    refusal = _front_page(subject, page.address)
    found = replace(entry, address=page.address)
    answer = Received(found, subject, page.content or b"", page.media_type, page.charset, refusal, attempt=last.attempt)
    yield replace(answer, etag=page.etag, last_modified=page.last_modified)


def _front_page(subject: str, address: str) -> UnreadableError | None:
    """Return why what a page leads to is not that page, if so: many sites send the asker to their front page instead."""
    if address == subject or urlsplit(address).path.strip("/") or not urlsplit(subject).path.strip("/"):
        return None
    return UnreadableError("front_page", f"it leads to the front page {address}: the page itself is not there")


def pages_again(asker: Asker, anew: list[Anew]) -> Iterator[Received | Asked | Standing]:
    """Give known pages another time: those that the listing tells otherwise of, then recent ones that are due.

    They are asked for only if they have changed, except where the listing says that they have. A host that wants to be left
    alone, or does not answer, ends it.
    """
    told = sorted(anew, key=lambda page: page[1].asked_at)[:AGAIN_LIMIT]
    recent = asker.recent({subject for subject, _, _ in told}, AGAIN_LIMIT - len(told))
    for subject, memory, entry in [*told, *((subject, memory, None) for subject, memory in recent)]:
        try:
            yield from _page_again(subject, memory, entry, asker)
        except TransientError as error:
            log.warning("%s: %s", asker.source.id, error)
            yield from asker.requests()
            return


def _page_again(subject: str, memory: Memory, told: Entry | None, asker: Asker) -> Iterator[Received | Asked | Standing]:
    entry = told or memory.entry or Entry(address=subject)
    found_at = (memory.entry.address if memory.entry else None) or subject
    validators = (None, None) if told else (memory.etag, memory.last_modified)
    try:
        # What is remembered is where it led to; what the listing names is asked for.
        page = asker.ask("document", subject, None, *validators)
    except TransientError:
        raise
    except FetchError as error:
        log.warning("%s: %s", asker.source.id, error)
        yield from asker.requests()
        if error.rule in GONE:
            yield Standing(subject, found_at, is_gone=True)
        return
    if page.content is not None:
        yield from _received(entry, subject, page, asker.requests())
        return
    *others, last = asker.requests()
    yield from others
    yield replace(last, attempt=replace(last.attempt, address=subject))
    yield Standing(subject, found_at, is_gone=False)


def _words(entry: Entry) -> bytes:
    """Return what the listing itself says of a document, as the JSON document that is kept of it."""
    told = {
        "title": entry.title,
        "text": entry.text or "\n\n".join(part for part in (entry.title, entry.summary) if part),
        "url": entry.address,
        "date": (entry.published_at or entry.published_on or ""),
    }
    return json.dumps(told, ensure_ascii=False, default=str).encode("utf-8")


def unasked(entry: Entry, source: Source) -> UnreadableError | None:
    """Return why an entry's page is not to be asked for, if so."""
    if not (entry.address or "").startswith(("http://", "https://")):
        return UnreadableError("no_address", "the listing gives no link that could be followed: it is left out")
    try:
        host = urlsplit(str(entry.address)).hostname or ""
    except ValueError:
        return UnreadableError("no_address", "the listing's link is no web address: it is left out")
    if any(host == allowed or host.endswith(f".{allowed}") for allowed in source.hosts):
        return None
    return UnreadableError("host_not_allowed", f"{host!r} is not among the source's hosts: add it there if it belongs to them")
