from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from analysis.catalogue import Source
from analysis.collect.health import Look, after_look, is_due, usual_gap
from analysis.collect.listing.entries import Entry

NOW = datetime(2025, 3, 10, 6, tzinfo=UTC)
DAY = timedelta(days=1)


def paper(**more) -> Source:
    declared = {"id": "paper", "name": "Paper", "kind": "feed", "address": "https://paper.example/feed", "channel": "press"}
    return Source(**declared, hosts=("paper.example",), **{"expected_per_week": 7, **more})


def listed(*days: date | None) -> tuple[Entry, ...]:
    return tuple(Entry(address=f"https://paper.example/{number}", published_on=day) for number, day in enumerate(days))


def ago(days: int) -> date:
    return (NOW - days * DAY).date()


def test_a_listing_with_something_new_is_ok_and_one_without_is_nothing_new():
    first = after_look(paper(), {}, Look("got", listed(ago(1), ago(2)), has_new=True), NOW)
    assert (first["health"], first["entry_count"], first["newest_on"]) == ("ok", 2, ago(1))
    second = after_look(paper(), first, Look("unchanged", etag='"1"'), NOW + DAY)
    assert (second["health"], second["newest_on"], second["succeeded_at"]) == ("nothing_new", ago(1), NOW + DAY)


def test_one_empty_listing_is_no_alarm_and_two_are_silence_where_documents_are_expected():
    once = after_look(paper(), {}, Look("empty", ()), NOW)
    assert (once["health"], once["empty_count"]) == ("nothing_new", 1)
    twice = after_look(paper(), once, Look("empty", ()), NOW + DAY)
    assert (twice["health"], twice["empty_count"]) == ("silent", 2)
    assert after_look(paper(expected_per_week=None), once, Look("empty", ()), NOW)["health"] == "nothing_new"
    assert after_look(paper(), twice, Look("got", listed(ago(0)), has_new=True), NOW)["empty_count"] == 0


def test_neither_a_failure_nor_an_unchanged_listing_counts_as_an_empty_one():
    once = after_look(paper(), {}, Look("empty", ()), NOW)
    for look in (Look("failed", error="no answer"), Look("unchanged")):
        assert after_look(paper(), once, look, NOW)["empty_count"] == 1


def test_a_listing_that_answers_with_old_entries_only_is_stale():
    assert after_look(paper(), {}, Look("got", listed(ago(14)), has_new=True), NOW)["health"] == "ok"
    assert after_look(paper(), {}, Look("got", listed(ago(15)), has_new=True), NOW)["health"] == "stale"


def test_a_source_that_rarely_publishes_is_stale_later():
    monthly = Look("got", listed(*(ago(days) for days in (40, 70, 100, 130))))
    assert after_look(paper(), {}, monthly, NOW)["health"] == "nothing_new"
    assert after_look(paper(expected_per_week=0.25), {}, Look("got", listed(ago(100))), NOW)["health"] == "nothing_new"
    assert after_look(paper(expected_per_week=0.25), {}, Look("got", listed(ago(120))), NOW)["health"] == "stale"


def test_an_entry_of_the_future_hides_no_age():
    row = after_look(paper(), {}, Look("got", listed(ago(-3), ago(20), None)), NOW)
    assert (row["newest_on"], row["health"]) == (ago(20), "stale")


def test_a_failure_keeps_what_was_known_and_never_refreshes_the_last_success():
    good = after_look(paper(), {}, Look("got", listed(ago(1)), has_new=True), NOW)
    failed = after_look(paper(), good, Look("failed", error="the server answered 500"), NOW + DAY)
    assert (failed["health"], failed["error"]) == ("failed", "the server answered 500")
    assert (failed["succeeded_at"], failed["attempted_at"]) == (NOW, NOW + DAY)
    assert (failed["newest_on"], failed["entry_count"]) == (ago(1), 1)


def test_a_source_that_goes_on_failing_is_asked_less_and_less_but_at_least_once_a_week():
    state, waits = {}, []
    for _ in range(12):
        state = after_look(paper(), state, Look("failed", error="no answer"), NOW)
        waits.append(state["retry_at"] - NOW)
    assert waits[:4] == [timedelta(hours=hours) for hours in (1, 2, 4, 8)]
    assert waits[-1] == 7 * DAY and state["failure_count"] == 12
    assert not is_due(paper(), state, NOW + 6 * DAY)
    assert is_due(paper(), state, NOW + 7 * DAY)
    healed = after_look(paper(), state, Look("got", listed(ago(0)), has_new=True), NOW)
    assert (healed["failure_count"], healed["retry_at"], healed["health"]) == (0, None, "ok")


def test_what_the_server_asked_for_goes_before_the_own_wait():
    later = NOW + timedelta(hours=20)
    assert after_look(paper(), {}, Look("failed", error="429", retry_at=later), NOW)["retry_at"] == later


def test_a_source_that_moved_for_good_shows_where_to():
    row = after_look(paper(), {}, Look("got", listed(ago(1)), has_new=True, moved_to="https://paper.example/new"), NOW)
    assert (row["health"], row["moved_to"]) == ("moved", "https://paper.example/new")
    kept = after_look(paper(), row, Look("failed", error="no answer"), NOW)
    assert kept["moved_to"] == "https://paper.example/new"


def test_a_weekly_source_is_asked_once_in_six_days():
    state = after_look(paper(cadence="weekly"), {}, Look("got", listed(ago(1)), has_new=True), NOW)
    assert not is_due(paper(cadence="weekly"), state, NOW + 5 * DAY)
    assert is_due(paper(cadence="weekly"), state, NOW + 6 * DAY)
    assert is_due(paper(), state, NOW) and is_due(paper(cadence="weekly"), {}, NOW)


@pytest.mark.parametrize(
    ("days", "gap"), [((), None), ((ago(1),), None), ((ago(9), ago(1)), None), ((ago(9), ago(8), ago(1)), 4.0)]
)
def test_the_usual_gap_is_the_median_and_needs_three_days(days, gap):
    assert usual_gap(days) == gap
