"""Public bodies, their offices and who held them, from the catalogue into the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete

from analysis import store
from analysis.catalogue import Authority, Office
from analysis.tables import authorities, content_id, office_holders, offices


def place_bodies(connection: Connection, declared: dict[str, Authority]) -> None:
    """Bring authorities, offices and office-holders in line with the catalogue.

    Bodies and offices that it no longer declares stay, for statements may name them; holders go.
    """
    store.upsert(connection, authorities, map(authority_row, parents_first(declared)))
    held = [(office, body) for body in declared.values() for office in body.offices]
    store.upsert(connection, offices, [office_row(office, body) for office, body in held])
    holders = [row for office, _ in held for row in holder_rows(office)]
    store.upsert(connection, office_holders, holders)
    known = [row["holder_id"] for row in holders]
    connection.execute(delete(office_holders).where(office_holders.c.holder_id.not_in(known)))


def parents_first(declared: dict[str, Authority]) -> list[Authority]:
    """Return the bodies so that each comes after the one that it belongs to."""

    def depth(body: Authority) -> int:
        return 1 + depth(declared[body.parent]) if body.parent else 0

    return sorted(declared.values(), key=depth)


def authority_row(body: Authority) -> dict[str, Any]:
    """Return a declared body as a row of `authorities`."""
    return {
        "authority_id": body.id,
        "name": body.name,
        "jurisdiction": body.jurisdiction,
        "level": body.level,
        "branch": body.branch,
        "parent_id": body.parent,
    }


def office_row(office: Office, body: Authority) -> dict[str, Any]:
    """Return a declared office as a row of `offices`."""
    titles = office.title.get("en")
    return {"office_id": office.id, "authority_id": body.id, "rank": office.rank, "title": titles[0] if titles else None}


def holder_rows(office: Office) -> Iterator[dict[str, Any]]:
    """Yield who held an office as rows of `office_holders`; whoever came back has one for each time."""
    times: Counter[str] = Counter()
    for holder in office.holders:
        name = holder.names[0]
        yield {
            "holder_id": content_id(office.id, name, times[name]),
            "office_id": office.id,
            "name": name,
            "since_on": holder.since,
            "until_on": holder.until,
        }
        times[name] += 1
