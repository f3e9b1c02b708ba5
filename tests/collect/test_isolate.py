from __future__ import annotations

import itertools
import os
import time
from datetime import date

import pytest

from analysis.collect import isolate
from analysis.collect.extract import extract
from analysis.collect.listing.feed import read_feed
from analysis.errors import ListingError, UnreadableError


@pytest.fixture(scope="module")
def isolated():
    with isolate.isolation() as call:
        yield call


def refusal(isolated, *call):
    with pytest.raises(UnreadableError) as caught:
        isolated(*call)
    return caught.value


def test_a_result_comes_back_from_another_process(isolated):
    assert isolated(max, 3, 4) == 4
    assert isolated(os.getpid) not in (os.getpid(), None)


def test_a_function_that_never_ends_is_ended_and_the_next_one_is_served(isolated, monkeypatch):
    isolated(os.getpid)
    monkeypatch.setattr(isolate, "SECONDS", 0.3)
    began = time.monotonic()
    assert refusal(isolated, sum, itertools.repeat(0)).rule == "too_slow"
    assert time.monotonic() - began < 20
    monkeypatch.undo()
    assert isolated(max, 1, 2) == 2


def test_a_crash_is_told_and_the_next_one_is_served(isolated):
    assert refusal(isolated, os._exit, 3).rule == "crashed"
    assert isolated(max, 1, 2) == 2


def test_too_much_memory_is_refused(isolated):
    assert refusal(isolated, bytearray, isolate.MEMORY_BYTES + 1).rule == "too_much_memory"


def test_its_own_refusal_comes_through_with_rule_and_reason(isolated):
    error = refusal(isolated, extract, b"", "a.txt", date(2025, 3, 4))
    assert (error.rule, error.reason) == ("empty", "the file is empty")


def test_the_projects_other_errors_come_through(isolated):
    with pytest.raises(ListingError, match="the feed is empty"):
        isolated(read_feed, b"")


# An unforeseen error used to come through and ended the whole run for one file.
def test_an_unforeseen_error_is_told_as_a_crash_in_words_that_any_database_takes(isolated):
    error = refusal(isolated, int, "x\0")
    assert error.rule == "crashed"
    assert "ValueError" in error.reason and "invalid literal" in error.reason
    assert "\0" not in error.reason
