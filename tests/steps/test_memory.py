"""What is remembered of pages, and that remembering takes no more room the more there is."""

from __future__ import annotations

import json
import tracemalloc
from datetime import datetime, timedelta

import pytest

from analysis import archive, store
from analysis.catalogue import Source
from analysis.steps.memory import mark_withdrawn, recall, recent
from analysis.steps.place import open_place, source_row
from analysis.steps.receive import Standing, receive_archive
from analysis.tables import fetches, sources

SOURCE = Source(
    id="agency", name="Agency", kind="feed", address="https://a.example/feed", channel="press", hosts=("a.example",)
)


def fetch_row(number: int, now: datetime, **told) -> dict:
    entry = json.dumps({"address": f"https://a.example/{number}", "title": f"Notice {number}", "summary": "words " * 50})
    return {
        "fetch_id": f"f{number}", "source_id": "agency", "role": "document", "address": f"https://a.example/{number}",
        "outcome": "got", "status": 200, "content_hash": "a" * 64, "byte_count": 5, "media_type": "text/html",
        "charset": None, "error": None, "entry": entry, "entry_id": None, "etag": None, "last_modified": None,
        "fetched_at": now, **told,
    }  # fmt: skip


@pytest.fixture
def remembered(home):
    """Write rows of `fetches` and return the engine of the database that they are in."""

    def remembered(rows: list[dict]):
        engine = open_place(home)
        with store.writing(engine) as connection:
            store.upsert(connection, sources, [source_row(SOURCE)])
            store.add(connection, fetches, rows)
        return engine

    return remembered


def test_of_an_address_the_first_and_last_asking_and_the_last_content_are_remembered(remembered, now):
    at = [now + timedelta(days=days) for days in range(5)]
    missed = {"address": "https://a.example/1", "content_hash": None, "entry": None, "status": 404}
    engine = remembered([
        fetch_row(0, at[0], **missed, outcome="failed", error="gone"),
        fetch_row(1, at[1], etag='"1"'),
        fetch_row(2, at[2], address="https://a.example/1", etag='"2"', content_hash="b" * 64),
        fetch_row(3, at[3], **missed, outcome="unchanged"),
        fetch_row(4, at[4], **missed, outcome="failed", error="gone again"),
        fetch_row(5, at[4]),
    ])  # fmt: skip
    memories = recall(engine, "agency", ["https://a.example/1", "https://a.example/9"])
    [memory] = memories.values()
    assert (memory.first_at, memory.got_at, memory.asked_at) == (at[0], at[1], at[4])
    assert (memory.has_failed, memory.error, memory.etag, memory.content_hash) == (True, "gone again", '"2"', "b" * 64)
    assert memory.entry.title == "Notice 2"
    assert recall(engine, "other", ["https://a.example/1"]) == {}


def test_recent_pages_are_given_in_the_order_in_which_they_were_asked_and_no_old_failed_or_unasked_ones(remembered, now):
    rows = [fetch_row(number, now - timedelta(days=days)) for number, days in enumerate((2, 5, 13, 15, 0.5))]
    rows += [
        fetch_row(7, now - timedelta(days=3), content_hash=None, outcome="failed"),
        fetch_row(8, now - timedelta(days=3), status=None),
    ]
    engine = remembered(rows)
    due = [address for address, _ in recent(engine, "agency", now, set(), 9)]
    assert due == [f"https://a.example/{number}" for number in (2, 1, 0)]
    assert [address for address, _ in recent(engine, "agency", now, {due[0]}, 1)] == due[1:2]
    assert recent(engine, "agency", now, set(), 0) == []


def test_marking_a_page_of_which_no_document_was_made_changes_nothing(remembered, now, contents, home):
    engine = remembered([fetch_row(1, now)])
    before = contents(home)
    mark_withdrawn(engine, "agency", [Standing("https://a.example/1", "https://a.example/1", True)], now)
    assert contents(home) == before


def test_ten_times_the_archive_takes_no_more_memory(remembered, now, home):
    kept = archive.keep(str(home.home / "archive"), b"words" * 100)
    peaks = []
    for first, last in ((0, 400), (400, 4000)):
        rows = [fetch_row(number, now - timedelta(hours=number % 4000), content_hash=kept) for number in range(first, last)]
        engine = remembered(rows)
        tracemalloc.start()
        recall(engine, "agency", [f"https://a.example/{number}" for number in range(100)])
        with store.reading(engine) as connection:
            assert sum(1 for _ in receive_archive(connection, str(home.home / "archive"), SOURCE)) == last
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
