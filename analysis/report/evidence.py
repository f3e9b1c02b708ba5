"""The statements behind the figures, ready to be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from analysis.report.edition import Cell, Edition, cells, leading_cells, missing, records
from analysis.report.headline import day
from analysis.tables import STANCES

WITHOUT_WORDS = {
    "sentence vector": "the sentence as a whole",
    "neighbours": "the sentences around it",
    "letters": "parts of words",
    "order of cues": "the order of its cues",
    "other words": "all other words",
    "level": "",
}
"""Terms of a signal that are no words of its text, as readers see them; the constant is none of the statement's."""
"""The classifier's name for the vote of all that is not a word of its lists."""
TERMS_SHOWN = 3


class Reference(NamedTuple):
    """Where a text can be read."""

    title: str
    publisher: str
    day: str
    link: str
    host: str
    reference: str


class Quotation(NamedTuple):
    """A statement with what a reader needs to judge it.

    `pieces` are the parts of its text, each with whether it is a deciding term.
    """

    statement_id: str
    text: str
    pieces: list[tuple[str, bool]]
    before: str
    after: str
    language: str
    speaker: str
    authority: str
    title: str
    publisher: str
    day: str
    link: str
    host: str
    reference: str
    stance: str
    probability: float
    shares: list[tuple[str, float]]
    terms: list[tuple[str, float]]


def by_cell(edition: Edition, limit: int) -> list[tuple[Cell, list[Quotation]]]:
    """Return at most `limit` quotations, under their cells, the strongest first.

    Every cell's strongest statement comes before any cell's second one, and the leading cells come first. Where a cell has a
    lean, the statements that make it come before those against it.
    """
    order = [*leading_cells(edition), *(cell for cell in cells(edition) if cell.figure is None)]
    found = _rows_by_key(edition)
    rows = {cell.key: _with_lean_first(found.get(cell.key, []), cell) for cell in order}
    ranked = sorted((rank, position) for position, cell in enumerate(order) for rank in range(len(rows[cell.key])))
    taken = [0] * len(order)
    for _rank, position in ranked[:limit]:
        taken[position] += 1
    shown = ((cell, count) for cell, count in zip(order, taken, strict=True) if count)
    return [(cell, [quotation(row) for row in rows[cell.key][:count]]) for cell, count in shown]


def _with_lean_first(rows: list[dict[str, Any]], cell: Cell) -> list[dict[str, Any]]:
    lean = cell.figure.lean if cell.figure else ""
    return sorted(rows, key=lambda row: row["stance"] != lean) if lean else rows


def strongest(edition: Edition, limit: int) -> list[tuple[Cell, Quotation]]:
    """Return the strongest quotations of the leading cells, each statement once."""
    groups = by_cell(edition, limit * 12)
    depth = max((len(quotations) for _cell, quotations in groups), default=0)
    found: dict[str, tuple[Cell, Quotation]] = {}
    for rank in range(depth):
        for cell, quotations in groups:
            if rank < len(quotations):
                found.setdefault(quotations[rank].statement_id, (cell, quotations[rank]))
    return list(found.values())[:limit]


def _rows_by_key(edition: Edition) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
    grouped: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in records(edition.evidence):
        jurisdiction = "" if missing(row["jurisdiction"]) else row["jurisdiction"]
        grouped.setdefault((jurisdiction, row["sector"], row["channel"]), []).append(row)
    for rows in grouped.values():
        rows.sort(key=lambda row: (-abs(row["supportive"] - row["restrictive"]), row["statement_id"]))
    return grouped


def quotation(row: Mapping[str, Any]) -> Quotation:
    """Return a row of the evidence as a quotation."""
    terms = [(term, weight) for term, weight in json.loads(row["terms"]) if weight > 0 and WITHOUT_WORDS.get(term, term)]
    terms.sort(key=lambda term: (-term[1], term[0]))
    return Quotation(
        statement_id=row["statement_id"],
        text=_text(row["text"]),
        pieces=marked(_text(row["text"]), [term for term, _ in terms[:TERMS_SHOWN] if term not in WITHOUT_WORDS]),
        before=_text(row["before"]),
        after=_text(row["after"]),
        language="" if row["language"] == "und" else _text(row["language"]),
        speaker=_text(row["speaker"]),
        authority=_text(row["authority"]),
        **reference_of(row)._asdict(),
        stance=row["stance"],
        probability=float(row[row["stance"]]),
        shares=[(stance, float(row[stance])) for stance in STANCES],
        terms=[(WITHOUT_WORDS.get(term, term), weight) for term, weight in terms[:TERMS_SHOWN]],
    )


def reference_of(row: Mapping[str, Any]) -> Reference:
    """Return where the document of a row can be read; its address only where it may be linked."""
    link = safe_link(_text(row["address"]))
    return Reference(
        title=_text(row["title"]),
        publisher=_text(row["publisher"]),
        day="" if missing(row["published_on"]) else day(row["published_on"]),
        link=link,
        host=(urlsplit(link).hostname or "") if link else "",
        reference=_text(row["reference"]),
    )


def safe_link(address: str) -> str:
    """Return a web address that may be linked, or nothing: only http and https, with a host and without a user name."""
    try:
        parts = urlsplit(address)
        is_safe = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return address if is_safe and not re.search(r"[\s\x00-\x1f\"<>\\]", address) else ""


def marked(text: str, terms: list[str]) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is one of the terms, however capital; together they are the text."""
    wanted = [re.escape(term) for term in sorted(terms, key=len, reverse=True) if term.strip()]
    if not wanted:
        return [(text, False)]
    parts = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    return [(part, position % 2 == 1) for position, part in enumerate(parts) if part]


def _text(value: object) -> str:
    """A frame's text without the control characters that neither HTML nor mail may hold."""
    return "" if missing(value) else re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", " ", str(value))
