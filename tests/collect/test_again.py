from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analysis.collect.again import Memory, is_awaited, is_due_again, is_told_anew, is_tried_again
from analysis.collect.listing.entries import Entry

NOW = datetime(2025, 6, 30, 6, tzinfo=UTC)
TOLD = Entry(title="Notice", published_at=NOW - timedelta(days=20))


def memory(had: float | None = 0, asked: float = 0, first: float | None = None, **more) -> Memory:
    """Return what is remembered of a page that was had and last asked for so many days ago."""
    got_at = None if had is None else NOW - timedelta(days=had)
    asked_at = NOW - timedelta(days=asked)
    first_at = got_at or NOW - timedelta(days=first or 0)
    return Memory(first_at, asked_at, got_at, **{"entry": TOLD, **more})


@pytest.mark.parametrize(
    ("had", "asked", "is_due"),
    [(0.5, 0.5, False), (0.9, 0.9, True), (2, 1, True), (3, 1, False), (4, 2, True), (7, 3, False), (8, 4, True), (13, 9, True),
     (13, 5, False), (14, 14, False), (None, 5, False)],
)  # fmt: skip
def test_a_page_is_due_again_after_as_long_a_time_as_it_was_looked_at(had, asked, is_due):
    assert is_due_again(memory(had, asked), NOW) == is_due


@pytest.mark.parametrize(("first", "asked", "expected"), [(1, 0, True), (13, 1, True), (15, 1, False), (15, 7, True)])
def test_a_page_that_never_was_had_is_tried_at_each_look_for_two_weeks_and_then_once_a_week(first, asked, expected):
    assert is_tried_again(memory(None, asked, first), NOW) == expected
    assert is_awaited(NOW - timedelta(days=first), NOW) == (first < 14)


@pytest.mark.parametrize(
    ("remembered", "told", "expected"),
    [
        (memory(200, 1), Entry(title="Notice, corrected", published_at=TOLD.published_at), True),
        (memory(200, 0.5), Entry(title="Notice, corrected"), False),
        (memory(200, 1), TOLD, False),
        (memory(200, 192), Entry(title="Notice", published_at=NOW), True),
        (memory(200, 99), Entry(title="Notice", published_on=NOW.date()), False),
        (memory(200, 6, has_failed=True), TOLD, False),
        (memory(200, 7, has_failed=True), TOLD, True),
        (memory(3, 7, has_failed=True), TOLD, False),
        (memory(200, 99, entry=None), TOLD, False),
        (memory(None, 99, 99), TOLD, False),
    ],
)
def test_another_title_or_date_in_the_listing_is_reason_to_look_again(remembered, told, expected):
    assert is_told_anew(remembered, told, NOW) == expected
