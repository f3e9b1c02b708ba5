"""What becomes of pages that were had before: changed, gone, back again, or faulty."""

from __future__ import annotations

import sys

import pytest
from faults.site import FEED, WORDS, feed, item, page
from faults.web import answer

from analysis import steps, store
from analysis.steps.integrity import check_database
from analysis.steps.receive import Period
from analysis.tables import documents, fetches, metadata, rejected

ONE, TWO = "http://a.example/1.html", "http://a.example/2.html"
CORRECTED = WORDS.replace("at noon", "at midnight")
SEEN = answer("304 Not Modified")


@pytest.fixture
def known(site):
    """A publisher both of whose notices were collected on the first day."""
    assert site.collect()["documents"] == 2
    return site


def withdrawn(site) -> dict[str, str | None]:
    rows = site.rows(documents, is_latest=True)
    return {row["address"]: row["withdrawn_at"] and str(row["withdrawn_at"].date()) for row in rows}


def contents(site) -> dict:
    """Return all rows but the checks, which tell of the last batch."""
    tables = [table for table in metadata.sorted_tables if table.name != "checks"]
    with store.reading(store.open_engine(site.settings.database_url)) as connection:
        return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in tables}


def test_a_page_is_looked_at_again_after_1_2_4_and_8_days_and_then_no_more(known):
    asked = []
    for days in range(1, 25):
        known.collect(days)
        asked.append(known.asked("/1.html"))
    assert asked == [2, 3, 3, 4, 4, 4, 4, *[5] * 17]
    assert known.notices == [(ONE, 1), (TWO, 1)]
    assert check_database(known.settings)["broken"] == {}


def test_a_page_is_looked_at_again_although_the_feed_is_unchanged(known):
    known.server.plays(FEED, feed(item(1), item(2), etag='"1"'))
    known.collect(1)
    known.server.plays(FEED, SEEN)
    known.server.plays("a.example/2.html", page(2, CORRECTED))
    assert known.collect(2)["documents"] == 1
    assert known.state["state"] == "unchanged"


def test_a_changed_page_is_a_new_revision_that_tells_what_it_changes_and_the_old_one_stays(known):
    known.server.plays("a.example/2.html", page(2, CORRECTED))
    assert known.collect(1)["documents"] == 1
    first, second = sorted(known.rows(documents, address=TWO), key=lambda row: row["revision"])
    assert (first["revision"], first["is_latest"], first["changes"]) == (1, False, None)
    assert (second["revision"], second["is_latest"]) == (2, True)
    assert second["changes"].splitlines()[-2:] == ["-It met on day 2 at noon.", "+It met on day 2 at midnight."]
    assert (first["published_on"], first["source_id"]) == (second["published_on"], second["source_id"])
    assert known.collect(2)["documents"] == 0
    assert [row["changes"] for row in known.rows(documents, is_latest=True, address=TWO)] == [second["changes"]]
    assert check_database(known.settings)["broken"] == {}


def test_a_text_that_is_put_back_is_the_newest_revision_again_with_what_it_changes(known):
    for days, words in ((1, CORRECTED), (2, WORDS)):
        known.server.plays("a.example/2.html", page(2, words))
        assert known.collect(days)["documents"] == 1
    [latest] = known.rows(documents, address=TWO, is_latest=True)
    assert latest["revision"] == 3 and latest["changes"].endswith("-It met on day 2 at midnight.\n+It met on day 2 at noon.")


def test_a_known_page_is_asked_for_only_if_it_has_changed_since(site):
    site.server.plays("a.example/1.html", page(1, etag='"7"', last_modified="Mon, 02 Jun 2025 09:00:00 GMT"), SEEN)
    site.collect()
    before = site.rows(documents)
    site.collect(1)
    asked = next(head.lower() for head in reversed(site.server.headers) if head.startswith("GET /1.html"))
    assert 'if-none-match: "7"' in asked and "if-modified-since: mon, 02 jun 2025" in asked
    assert site.outcomes("document", 1, "1.html") == [("unchanged", 304)]
    assert site.rows(documents) == before
    site.collect(2)
    assert site.asked("/1.html") == 3


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_a_page_that_is_gone_is_marked_since_when_and_counts_as_before(known, status):
    known.server.plays("a.example/2.html", answer(status))
    for days in (1, 2):
        assert known.collect(days) == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": []}
        assert withdrawn(known) == {ONE: None, TWO: "2025-06-03"}
    assert known.notices == [(ONE, 1), (TWO, 1)] and known.state["health"] == "nothing_new"
    before = known.rows(documents)
    steps.collect_from_archive(known.settings, before[0]["collected_at"])
    assert known.rows(documents) == before


@pytest.mark.parametrize(("back", "revision"), [(SEEN, 1), (page(2), 1), (page(2, CORRECTED), 2)])
def test_a_page_that_comes_back_is_marked_no_more(site, back, revision):
    site.server.plays("a.example/2.html", page(2, etag='"1"'), answer("404 Not Found"), back)
    for days in (0, 1):
        site.collect(days)
    assert withdrawn(site)[TWO]
    site.collect(2)
    assert withdrawn(site) == {ONE: None, TWO: None}
    assert site.notices == [(ONE, 1), (TWO, revision)]


def test_a_page_that_is_gone_and_still_listed_is_looked_for_once_a_week(known):
    known.server.plays("a.example/2.html", answer("404 Not Found"))
    for days in range(1, 30):
        known.collect(days)
    # Days 0, 1, 2, 4, 8, then every seven.
    assert known.asked("/2.html") == 8
    known.server.plays("a.example/2.html", page(2))
    known.collect(36)
    assert withdrawn(known)[TWO] is None


@pytest.mark.parametrize(
    "fault",
    [
        answer("403 Forbidden"), answer("500 Error"), answer("503 Busy"), answer("429 Slow Down", retry_after="60"),
        answer("301 Moved", location="http://evil.example/"), answer("302 Found", location="/"),
        answer("200 OK", b"<html><body></body></html>", content_type="text/html"), b"",
    ],
    ids=["403", "500", "503", "429", "stranger", "front page", "empty", "nothing"],
)  # fmt: skip
def test_a_fault_of_a_known_page_leaves_its_document_as_it_is(known, fault):
    before = known.rows(documents)
    known.server.plays("a.example/", page(9))
    known.server.plays("a.example/2.html", fault)
    known.collect(1)
    assert known.rows(documents) == before
    known.server.plays("a.example/2.html", page(2, CORRECTED))
    known.collect(2)
    assert known.notices == [(ONE, 1), (TWO, 2)] and known.rows(rejected) == []
    assert check_database(known.settings)["broken"] == {}


def test_after_a_host_wants_to_be_left_alone_no_further_known_page_is_asked_for(known):
    known.server.plays("a.example/1.html", answer("429 Slow Down", retry_after="36000"))
    known.collect(1)
    assert (known.asked("/1.html"), known.asked("/2.html")) == (2, 1)
    assert known.outcomes("document", 1) == [("failed", 429)]


def test_one_look_asks_for_few_known_pages_and_first_for_those_longest_unasked(known, monkeypatch):
    monkeypatch.setattr(sys.modules["analysis.steps.pages"], "AGAIN_LIMIT", 1)
    known.collect(1)
    assert (known.asked("/1.html"), known.asked("/2.html")) == (2, 1)
    known.collect(1.1)
    assert (known.asked("/1.html"), known.asked("/2.html")) == (2, 2)


def test_a_new_title_in_the_feed_is_reason_to_look_again_however_old_the_document_is(known):
    known.collect(60)
    asked = known.asked("/2.html")
    known.server.plays(FEED, feed(item(1), item(2, title="Notice {0}, corrected")))
    known.server.plays("a.example/2.html", page(2, CORRECTED))
    assert known.collect(61)["documents"] == 1
    assert known.asked("/2.html") == asked + 1
    [latest] = known.rows(documents, address=TWO, is_latest=True)
    assert latest["title"] == "Notice 2, corrected" and "+Notice 2, corrected" in latest["changes"]
    known.collect(62)
    assert known.asked("/2.html") == asked + 1


def test_a_newer_date_in_the_feed_is_reason_to_look_again_ever_more_rarely(known):
    for days in range(30, 61):
        known.server.plays(FEED, feed(item(1), item(2, day=days - 29)))
        known.collect(days)
    # Without it: on day 0. With it: on days 30 and 60.
    assert (known.asked("/1.html"), known.asked("/2.html")) == (1, 3)
    assert [str(row["published_on"]) for row in known.rows(documents, address=TWO)] == ["2025-05-01"]


def test_where_a_period_is_asked_for_no_known_page_is_looked_at_again(known):
    known.collect(1, period=Period(since=known.rows(documents)[0]["published_on"]))
    assert known.asked("/1.html") == 1


def test_words_that_a_press_feed_changes_are_a_new_revision_without_any_request(site):
    site.declare(text="entry", channel="press")
    first, second = (f"<description>{words.format(2)}</description>" for words in (WORDS, CORRECTED))
    for days, words in enumerate((first, second, second, first)):
        site.server.plays(FEED, feed(item(2, words)))
        assert site.collect(days)["documents"] == (days != 2)
    [latest] = site.rows(documents, is_latest=True)
    assert latest["revision"] == 3 and latest["changes"].endswith("-It met on day 2 at midnight.\n+It met on day 2 at noon.")
    assert site.web.pages_asked == [FEED] * 4
    assert check_database(site.settings)["broken"] == {}


def test_the_archive_gives_the_newest_revision_again_and_the_last_good_one_where_the_page_became_empty(known):
    known.server.plays("a.example/1.html", page(1), answer("200 OK", b"<html><body></body></html>", content_type="text/html"))
    known.server.plays("a.example/2.html", page(2, CORRECTED))
    known.collect(1)
    known.collect(2)
    assert [row["rule"] for row in known.rows(rejected)] == ["no_text"]
    before = contents(known)
    assert steps.collect_from_archive(known.settings, known.rows(fetches)[0]["fetched_at"])["documents"] == 0
    assert contents(known) == before
    assert known.notices == [(ONE, 1), (TWO, 2)]


def test_what_the_archive_is_read_as_anew_is_a_revision_with_what_it_changes(known, monkeypatch):
    step = sys.modules["analysis.steps.storing"]
    extract = step.extract
    monkeypatch.setattr(step, "extract", read_with_more)
    assert steps.collect_from_archive(known.settings, known.rows(fetches)[0]["fetched_at"])["documents"] == 2
    assert {row["changes"].splitlines()[-1] for row in known.rows(documents, is_latest=True)} == {"+More was found."}
    assert extract is not read_with_more


def read_with_more(*told):
    """Return what is read in the child process, as a better reader would."""
    from dataclasses import replace

    from analysis.collect.extract import extract

    found = extract(*told)
    return replace(found, text=f"{found.text}\nMore was found.")
