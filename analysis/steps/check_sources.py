"""One polite look at sources on the web: whether each still answers as declared, and what to mend."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from analysis import catalogue
from analysis.catalogue import Source
from analysis.collect.extract import extract
from analysis.collect.fetch import Fetcher, user_agent
from analysis.collect.health import Look, after_look
from analysis.collect.isolate import isolation
from analysis.collect.listing import Listing
from analysis.collect.listing.entries import Entry
from analysis.errors import CatalogueError, FetchError, ListingError, UnreadableError
from analysis.settings import Settings
from analysis.steps.listings import first_listing
from analysis.steps.pages import unasked
from analysis.steps.side_by_side import side_by_side

SHORT_TEXT = 200
"""Characters: a page with less is hardly an article."""


def check_sources(
    settings: Settings, now: datetime, ids: list[str] | None = None, pause: Callable[[float], None] = time.sleep
) -> Iterator[dict[str, Any]]:
    """Give for each source on the web what one look showed: id, health, entries, newest_on, error and what to mend.

    Asks for the listing's first page and the page of its first entry; writes nothing. Raises CatalogueError for an unknown id.
    """
    chosen = [source for source in catalogue.chosen_sources(ids or "all") if source.is_on_the_web]
    by_host: dict[str, list[Source]] = defaultdict(list)
    for source in chosen:
        by_host[urlsplit(source.address).hostname or ""].append(source)
    with (
        isolation() as isolated,
        Fetcher(user_agent(settings.contact), settings.allow_loopback, now=now, pause=pause) as fetcher,
    ):
        look = partial(_checked, fetcher=fetcher, isolated=isolated, now=now)
        yield from side_by_side([partial(map, look, sources) for sources in by_host.values()])


def _checked(source: Source, fetcher: Fetcher, isolated: Callable[..., Any], now: datetime) -> dict[str, Any]:
    line = {"id": source.id, "address": source.address, "health": "failed", "entries": 0, "newest_on": None, "error": None}
    try:
        answer, listing = first_listing(source, fetcher, isolated, now)
    except (FetchError, ListingError, UnreadableError, CatalogueError) as error:
        return {**line, "error": str(error), "mend": [advice_for(error)]}
    look = Look("got" if listing.entries else "empty", listing.entries, bool(listing.entries), moved_to=answer.moved_to)
    state = after_look(source, {}, look, now)
    mend = [*advice(source, listing, state, now), *_page_advice(source, listing.entries, fetcher, isolated, now)]
    if source.verified_on is None and not mend:
        mend = [f"it answers as declared: set verified_on = {now.date()}"]
    found = {"health": state["health"], "entries": len(listing.entries), "newest_on": state["newest_on"], "mend": mend}
    return {**line, **found}


def advice_for(error: Exception) -> str:
    """Return what to do about a listing that could not be had."""
    rule = getattr(error, "rule", "")
    by_rule = {
        "not_found": "look for the new address on the publisher's site and declare it",
        "gone": "the publisher took it away: look for another listing, or remove the source",
        "forbidden": "read the publisher's terms; set POLICY_SIGNALS_CONTACT, since some servers ask for a contact",
        "robots": "the publisher does not want it asked: look for a feed or an API, or remove the source",
        "host_not_allowed": "if the new host belongs to the publisher, add it to hosts and mend the address",
        "certificate": "check the address; if the publisher's certificate is wrong, write to them",
        "rate_limited": "raise pace_seconds",
    }
    if isinstance(error, ListingError):
        return "the listing is not what the declaration says: mend kind, address or parser"
    return by_rule.get(rule, "try again on another day; if it goes on failing, look for another address")


def advice(source: Source, listing: Listing, state: dict[str, Any], now: datetime) -> list[str]:
    """Return what to mend in a source whose listing was read."""
    entries = listing.entries
    told = []
    if state["moved_to"]:
        told.append(f'it has moved for good: set address = "{state["moved_to"]}"')
    if not entries and not listing.further:
        return [*told, "it lists nothing: check that the address and the parser are right"]
    if state["health"] == "stale":
        told.append(f"its newest entry is of {state['newest_on']}: look for a listing that is kept up")
    strangers = Counter(refusal.rule for entry in entries if (refusal := unasked(entry, source)))
    if strangers["host_not_allowed"]:
        hosts = sorted(
            {urlsplit(entry.address).hostname or "" for entry in entries if entry.address and unasked(entry, source)}
        )
        told.append(f"{strangers['host_not_allowed']} entries lead to {', '.join(hosts)}: add to hosts what is the publisher's")
    if strangers["no_address"]:
        told.append(f"{strangers['no_address']} entries have no link")
    undated = sum(entry.published_on is None for entry in entries)
    if undated:
        told.append(f"{undated} of {len(entries)} entries have no date: it will be looked for in the pages")
    if future := sum(bool(entry.published_on and entry.published_on > now.date()) for entry in entries):
        told.append(f"{future} entries are dated in the future")
    return told


def _page_advice(
    source: Source, entries: tuple[Entry, ...], fetcher: Fetcher, isolated: Callable[..., Any], now: datetime
) -> list[str]:
    first = next((entry for entry in entries if not unasked(entry, source)), None)
    if first is None or source.text == "entry" or first.text:
        return []
    try:
        page = fetcher.get(str(first.address), source.hosts, source.pace_seconds)
        found = isolated(extract, page.content or b"", "", now.date(), page.media_type, first.text_field, page.charset)
    except (FetchError, UnreadableError) as error:
        return [f"its first entry's page gives no text ({error})"]
    if len(found.text) < SHORT_TEXT:
        return [f"its first entry's page gives {len(found.text)} characters only: check that pages hold the text"]
    return []
