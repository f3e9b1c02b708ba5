"""Where a source lists what it has, on the web: page after page of its listing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from analysis.catalogue import Source
from analysis.collect.fetch import Fetcher, Response
from analysis.collect.listing import Listing, read_listing
from analysis.collect.listing.paging import fields_of, is_paged, listing_addresses, more, page_address
from analysis.errors import FetchError, ListingError
from analysis.steps.receive import Period

LOOKBACK = timedelta(days=14)
"""How far back a look asks an archive when no period is given."""
PAGE_LIMIT = 200
"""Pages of one listing, sitemaps of one index: more is an error that tells to take a shorter period."""


def listing_pages(
    source: Source,
    before: Mapping[str, Any],
    ask: Callable[..., Response],
    isolated: Callable[..., Any],
    keep: Callable[[bytes], str],
    period: Period,
    now: datetime,
) -> Iterator[tuple[Response, Listing]]:
    """Give each page of a source's listing with what it holds; its bytes are in the archive before anything reads them."""
    parser = source.parser_on(now.date())
    since, until = period.since or (now - LOOKBACK).date(), period.until or now.date() + timedelta(days=1)
    waiting = deque((template, 0) for template in listing_addresses(source.address, since, until, parser))
    # Validators belong to one address: one that is filled in is another on another day.
    is_conditional = not fields_of(source.address)
    known: set[str] = set()
    listed: set[str | None] = set()
    while waiting:
        template, number = waiting.popleft()
        address = page_address(template, number, parser)
        if address in known:
            continue
        if len(known) >= PAGE_LIMIT:
            raise ListingError(f"{source.address}: more than {PAGE_LIMIT} pages: take a shorter period")
        known.add(address)
        validators = (before.get("etag"), before.get("last_modified")) if is_conditional else (None, None)
        answer = _answer(source, address, partial(ask, "listing", address, keep, *validators))
        if answer.content is None or answer.status in source.empty_status:
            yield answer, Listing(())
            continue
        told = (source.kind, answer.content, answer.address, parser, source.date_order, source.languages)
        listing = isolated(read_listing, *told, answer.media_type, answer.charset)
        yield answer, listing
        # A site may repeat its last page for any number beyond it.
        has_new = not listed.issuperset(entry.address for entry in listing.entries)
        listed.update(entry.address for entry in listing.entries)
        if is_paged(template) and not listing.is_last and has_new and more(listing.entries, since):
            waiting.append((template, number + 1))
        waiting.extend((further, 0) for further in listing.further)


def _answer(source: Source, address: str, ask: Callable[[], Response]) -> Response:
    """Return what a listing's address gives; an empty answer where its status says that the day has no listing."""
    try:
        return ask()
    except FetchError as error:
        if error.status not in source.empty_status:
            raise
        return Response(address, b"", None, None, None, status=error.status or 0)


def first_listing(source: Source, fetcher: Fetcher, isolated: Callable[..., Any], now: datetime) -> tuple[Response, Listing]:
    """Return the first page of a source's listing with what it holds, of its first day that has one, asked without validators.

    Raises what a fetch or the reading raises.
    """
    parser = source.parser_on(now.date())
    for template in listing_addresses(source.address, (now - LOOKBACK).date(), now.date() + timedelta(days=1), parser):
        address = page_address(template, 0, parser)
        get = partial(fetcher.get, address, source.hosts, source.pace_seconds, accept=source.accept)
        answer = _answer(source, address, get)
        if answer.status not in source.empty_status:
            told = (source.kind, answer.content or b"", answer.address, parser, source.date_order, source.languages)
            return answer, isolated(read_listing, *told, answer.media_type, answer.charset)
    return answer, Listing(())
