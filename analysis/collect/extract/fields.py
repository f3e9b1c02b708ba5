"""The names under which documents in JSON and Markdown tell of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from analysis.collect.extract.days import spelled_days
from analysis.collect.listing.entries import UNWANTED, parse_day, parse_moment

TEXT_FIELDS = (
    "text", "full_text", "fulltext", "content", "content_text", "articleBody", "body", "body_text", "content_html", "body_html",
    "html", "raw_text", "abstract",
)  # fmt: skip
TITLE_FIELDS = ("title", "headline", "name")
DATE_FIELDS = (
    "published_at", "published_date", "published_on", "date_published", "datePublished", "publication_date", "publicationDate",
    "publishedAt", "publish_date", "pubDate", "published", "release_date", "first_published_at", "first_public_at",
    "public_updated_at", "date", "issued", "occurred_at",
)  # fmt: skip
"""The first day of a document before that of a change; an act's own day where nothing tells the day of its publication."""
TAKEN_FIELDS = (
    "collected_date", "collected_at", "scraped_at", "crawled_at", "fetched_at", "retrieved_at", "extraction_date",
    "extracted_at", "downloaded_at", "accessed_at",
)  # fmt: skip
SAME_MOMENT = timedelta(minutes=1)
ADDRESS_FIELDS = ("url", "address", "link", "canonical_url", "source_url")


def first_text(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the first of the named fields that holds words, without characters that databases refuse."""
    found = (fields.get(name) for name in names)
    return next((UNWANTED.sub("", text) for text in found if isinstance(text, str) and text.strip()), None)


def stated_date(fields: Mapping[str, Any]) -> tuple[date | None, datetime | None]:
    """Return the day and the moment of the first field of publication that holds a date.

    The moment at which a collector took the document, as collectors write it where they found none, is no date of it.
    """
    taken = [moment for name in TAKEN_FIELDS if (moment := read_date(first_text(fields, (name,)))[1])]
    for name in DATE_FIELDS:
        day, moment = read_date(first_text(fields, (name,)))
        if day and not (moment and any(abs(moment - when) <= SAME_MOMENT for when in taken)):
            return day, moment
    return None, None


def read_date(stated: str | None) -> tuple[date | None, datetime | None]:
    """Return the day and, where a time is told, the moment in UTC of a date in ISO 8601, as in mails, or in words."""
    if stated is None:
        return None, None
    if day := parse_day(stated):
        return day, parse_moment(stated)
    try:
        moment = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError):
        days = spelled_days(stated[:60])
        return (days[0].day if len(days) == 1 else None), None
    return moment.date(), moment.astimezone(UTC) if moment.tzinfo else None


def web_address(text: str | None) -> str | None:
    return text if text and text.startswith(("http://", "https://")) else None
