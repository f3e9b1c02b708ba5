"""A feed on a server of the test's own."""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from functools import partial

import pytest
from werkzeug import Response

from analysis import steps
from analysis.collect import isolate
from analysis.steps.integrity import check_database
from analysis.steps.receive import Period
from analysis.tables import documents, fetches, rejected, source_state

PAGE = (
    "<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>The agency said on {title} that it will "
    "support technology firms with simpler rules for {title}.</p><p>A second paragraph tells what happened at the meeting on "
    "{title}.</p>"
    "</article></body></html>"
)
ITEM = "<item><title>{0}</title><link>{1}</link><guid>{1}</guid><pubDate>Tue, 04 Mar 2025 09:00:00 GMT</pubDate></item>"


class Publisher:
    """A publisher's site: a feed with a validator, and pages that can be changed between two visits."""

    def __init__(self, server) -> None:
        self.server, self.pages, self.visits = server, {}, []
        self.feed_address = server.url_for("/feed.xml")
        server.expect_request("/robots.txt").respond_with_data("", 404)
        server.expect_request("/feed.xml").respond_with_handler(self.feed)

    def feed(self, request) -> Response:
        self.visits.append(request)
        etag = f'"{len(self.pages)}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304)
        items = "".join(ITEM.format(title, self.server.url_for(path)) for path, title in self.pages.items())
        words = f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{items}</channel></rss>'
        return Response(words, content_type="application/rss+xml", headers={"ETag": etag})

    def publish(self, path: str, title: str, status: int = 200) -> None:
        self.pages[path] = title
        page = PAGE.format(title=title)
        self.server.expect_request(path.split("?")[0]).respond_with_data(page, status, content_type="text/html")

    def asked(self, path: str) -> int:
        return sum(request.path == path for request, _ in self.server.log)


@pytest.fixture
def publisher(httpserver) -> Publisher:
    return Publisher(httpserver)


@pytest.fixture
def collect(home, now):
    pauses = []
    run = partial(steps.collect, home, now, ["paper"], pause=pauses.append)
    run.pauses = pauses
    return run


def test_entries_are_fetched_once_and_a_second_visit_asks_conditionally(publisher, declare, collect, home, contents, rows):
    declare(paper=publisher.feed_address)
    for number in (1, 2):
        publisher.publish(f"/{number}.html", f"round {number}")
    assert collect() == {"documents": 2, "copies": 0, "rejected": 0, "failed_sources": []}
    # One second from start to start, between robots.txt, feed and two pages, unless reading took that long.
    assert 0 < len(collect.pauses) <= 3 and all(0 < pause <= 1 for pause in collect.pauses)
    assert publisher.asked("/robots.txt") == 1
    found = rows(home, documents)
    assert {row["address"] for row in found} == {publisher.server.url_for(f"/{number}.html") for number in (1, 2)}
    shown = {(row["channel"], str(row["published_on"]), row["date_flag"]) for row in found}
    assert shown == {("press", "2025-03-04", "stated")}
    before = contents(home)
    assert collect()["documents"] == 0
    assert publisher.visits[1].headers["If-None-Match"] == '"2"'
    assert [publisher.asked(f"/{number}.html") for number in (1, 2)] == [1, 1]
    after = contents(home)
    assert {name for name in after if after[name] != before[name]} == {"source_state", "fetches"}
    assert [row["role"] for row in rows(home, fetches, outcome="unchanged")] == ["listing"]
    assert rows(home, source_state, source_id="paper")[0]["state"] == "unchanged"
    publisher.publish("/3.html", "round 3")
    assert collect()["documents"] == 1
    assert [publisher.asked(f"/{number}.html") for number in (1, 2, 3)] == [1, 1, 1]
    assert check_database(home)["broken"] == {}


def test_a_page_that_fails_is_tried_again_next_time(publisher, declare, collect, home, rows):
    declare(paper=publisher.feed_address)
    publisher.publish("/1.html", "round 1")
    # Not 404 as before: an unchanged feed is read again only for what may have passed by then.
    publisher.publish("/2.html", "round 2", status=503)
    assert collect()["documents"] == 1
    failures = rows(home, fetches, outcome="failed", role="document")
    assert len(failures) == 3
    for failure in failures:
        assert "answered 503" in failure["error"] and failure["content_hash"] is None and failure["status"] == 503
    assert rows(home, source_state, source_id="paper")[0]["etag"] is None
    publisher.server.clear_all_handlers()
    mended = Publisher(publisher.server)
    mended.publish("/1.html", "round 1")
    mended.publish("/2.html", "round 2")
    assert collect()["documents"] == 1
    assert len(rows(home, documents)) == 2
    assert rows(home, source_state, source_id="paper")[0]["etag"] == '"2"'
    assert check_database(home)["broken"] == {}


def test_a_page_that_is_not_there_is_asked_for_at_each_look_for_two_weeks_and_then_with_a_changed_feed_only(
    publisher, declare, home, rows, now
):
    declare(paper=publisher.feed_address)
    publisher.publish("/1.html", "round 1", status=404)
    asked = []
    for days in range(22):
        if days == 21:
            publisher.publish("/2.html", "round 2")
        steps.collect(home, now + timedelta(days=days), ["paper"], pause=lambda seconds: None)
        asked.append(publisher.asked("/1.html"))
    assert asked == [*range(1, 15), *[14] * 7, 15]
    assert [row["state"] for row in rows(home, source_state, source_id="paper")] == ["got"]
    assert rows(home, source_state, source_id="paper")[0]["etag"] == '"2"'


def test_a_page_on_which_the_reader_failed_is_read_again_though_the_feed_is_unchanged(
    publisher, declare, collect, home, rows, monkeypatch
):
    declare(paper=publisher.feed_address)
    publisher.publish("/1.html", "round 1")
    with monkeypatch.context() as patch:
        # It takes other arguments: an error that nobody foresaw.
        patch.setattr(sys.modules["analysis.steps.storing"], "extract", os._exit)
        assert collect()["rejected"] == 1
    assert [row["rule"] for row in rows(home, rejected)] == ["crashed"]
    assert collect()["documents"] == 1
    assert rows(home, rejected) == []


def test_a_feed_that_takes_too_long_to_parse_fails_its_source_alone(publisher, declare, collect, home, rows, monkeypatch):
    declare(paper=publisher.feed_address)
    for number in range(5000):
        publisher.pages[f"/{number}.html"] = f"round {number}"
    monkeypatch.setattr(isolate, "SECONDS", 0.1)
    assert collect()["failed_sources"] == ["paper"]
    assert "took more than" in rows(home, source_state, source_id="paper")[0]["error"]


def test_an_entry_without_a_link_or_with_one_to_a_foreign_host_is_a_stated_rejection(
    publisher, httpserver, declare, collect, home, rows
):
    items = "<item><title>No link</title></item>" + ITEM.format("Away", "https://elsewhere.example/1")
    httpserver.expect_request("/odd.xml").respond_with_data(
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{items}</channel></rss>', headers={"ETag": '"1"'}
    )
    declare(paper=httpserver.url_for("/odd.xml"))
    assert collect()["rejected"] == 2
    assert sorted(row["rule"] for row in rows(home, rejected)) == ["host_not_allowed", "no_address"]
    assert [row["rule"] for row in rows(home, rejected, subject="https://elsewhere.example/1")] == ["host_not_allowed"]
    assert rows(home, fetches, role="document") == []
    [state] = rows(home, source_state, source_id="paper")
    assert (state["state"], state["etag"]) == ("got", '"1"')
    assert collect()["rejected"] == 0


def test_what_a_period_left_out_is_taken_by_a_visit_without_one(publisher, declare, collect, home, rows, now):
    declare(paper=publisher.feed_address)
    publisher.publish("/1.html", "round 1")
    assert collect(period=Period(since=now.date()))["documents"] == 0
    assert collect()["documents"] == 1


def test_a_visit_that_breaks_off_leaves_no_validator_behind(publisher, declare, collect, home, rows, monkeypatch):
    declare(paper=publisher.feed_address)
    publisher.publish("/1.html", "round 1")
    (home.home / "archive").write_text("a file where the archive should be")
    with pytest.raises(Exception, match="archive .* cannot be written"):
        collect()
    (home.home / "archive").unlink()
    assert collect()["documents"] == 1


def test_an_html_page_for_a_feed_fails_that_source_with_a_clear_error_and_no_other(
    publisher, httpserver, declare, collect, home, rows, now
):
    httpserver.expect_request("/page.html").respond_with_data(PAGE.format(title="no feed"), content_type="text/html")
    declare(broken=httpserver.url_for("/page.html"), paper=publisher.feed_address)
    publisher.publish("/1.html", "round 1")
    counts = steps.collect(home, now, ["broken", "paper"], pause=collect.pauses.append)
    assert counts["failed_sources"] == ["broken"]
    assert counts["documents"] == 1
    states = {row["source_id"]: row for row in rows(home, source_state)}
    assert states["broken"]["state"] == "failed" and "is an HTML page" in states["broken"]["error"]
    assert states["broken"]["succeeded_at"] is None
    assert (states["paper"]["state"], states["paper"]["error"]) == ("got", None)
    visits = publisher.asked("/page.html")
    steps.collect(home, now, ["broken"], pause=collect.pauses.append)
    assert publisher.asked("/page.html") == visits
    assert rows(home, source_state, source_id="broken")[0] == states["broken"]
    steps.collect(home, now + timedelta(hours=1), ["broken"], pause=collect.pauses.append)
    assert rows(home, source_state, source_id="broken")[0]["failure_count"] == 2


def test_a_feed_without_entries_is_empty_and_not_failed(publisher, declare, collect, home, rows):
    declare(paper=publisher.feed_address)
    assert collect()["failed_sources"] == []
    assert rows(home, source_state, source_id="paper")[0]["state"] == "empty"


def test_the_same_text_at_two_addresses_is_one_document_and_a_stated_copy(publisher, declare, collect, home, rows):
    declare(paper=publisher.feed_address)
    for path in ("/1.html", "/2.html?utm_source=feed", "/1.html?utm_source=feed"):
        publisher.publish(path, "one round")
    assert collect() == {"documents": 1, "copies": 2, "rejected": 2, "failed_sources": []}
    copied = {publisher.server.url_for(path) for path in ("/2.html?utm_source=feed", "/1.html?utm_source=feed")}
    assert {row["subject"] for row in rows(home, rejected)} == copied
    assert check_database(home)["broken"] == {}


def test_a_page_that_holds_no_text_is_a_stated_rejection_and_not_asked_again(
    publisher, httpserver, declare, collect, home, rows
):
    declare(paper=publisher.feed_address)
    publisher.pages["/empty.html"] = "nothing"
    httpserver.expect_request("/empty.html").respond_with_data("", content_type="text/html")
    assert collect()["rejected"] == 1
    publisher.publish("/1.html", "round 1")
    assert collect()["documents"] == 1
    assert publisher.asked("/empty.html") == 1
    assert [row["rule"] for row in rows(home, rejected)] == ["empty"]


def test_offline_no_server_is_asked(publisher, declare, collect):
    declare(paper=publisher.feed_address)
    assert collect(offline=True) == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": []}
    assert publisher.visits == []
