"""Addresses of a listing's pages: the bounds of a period, its days, page numbers and offsets filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from string import Formatter

from analysis.catalogue import Parser
from analysis.collect.listing.entries import Entry


class _Later(str):
    """A place of an address that is filled in later: it gives itself, with its format."""

    def __format__(self, form: str) -> str:
        return "{" + self + (f":{form}" if form else "") + "}"


def as_literal(address: str) -> str:
    """Return an address that a listing names as one in which nothing is to be filled in."""
    return address.replace("{", "%7B").replace("}", "%7D")


def fields_of(address: str) -> set[str]:
    """Return the names of what is to be filled into an address."""
    return {name for _, name, _, _ in Formatter().parse(address) if name}


def is_paged(address: str) -> bool:
    """Whether an address has a page number or an offset to be filled in."""
    return bool(fields_of(address) & {"page", "offset"})


def listing_addresses(address: str, since: date, until: date, parser: Parser) -> Iterator[str]:
    """Give the addresses that list [since, until), one or one for each day; page and offset are still to be filled in.

    Days that give the same address, as those of one year do in `{day:%Y}`, give it once.
    """
    is_daily = "day" in fields_of(address)
    days = [since + timedelta(days=number) for number in range((until - since).days)] if is_daily else [since]
    last = until - timedelta(days=1)
    yield from dict.fromkeys(
        address.format(since=since, until=until, last=last, day=day, page=_Later("page"), offset=_Later("offset"))
        for day in days
    )


def page_address(template: str, number: int, parser: Parser) -> str:
    """Return the address of a page of the listing, counted from 0."""
    if not is_paged(template):
        return template
    return template.format(page=parser.first_page + number, offset=number * parser.page_size)


def more(entries: Sequence[Entry], since: date) -> bool:
    """Whether the page after one with these entries is wanted: this one has some, and not all are older than the period."""
    return any(entry.published_on is None or entry.published_on >= since for entry in entries)
