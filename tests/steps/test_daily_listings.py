"""Listings by the day, as gazettes have them, on a server of the test's own; every text is composed."""

from __future__ import annotations

import json
from datetime import date

import pytest

from analysis import catalogue, steps
from analysis.steps.check_sources import check_sources
from analysis.steps.receive import Period
from analysis.tables import documents, fetches, source_state

NOTICE = "The agency of round {0} said that it will support technology firms with simpler rules. It met on day {0} at noon."
PERIOD = Period(date(2025, 3, 1), date(2025, 3, 4))
GAZETTE = """
[[source]]
id = "gazette"
name = "Gazette"
kind = "{kind}"
address = "{address}"
channel = "official"
hosts = ["localhost", "127.0.0.1"]
languages = ["en"]
expected_per_week = 7
confidence = "low"
seen_in = "this test"
terms = "Composed."
robots = "Composed."
"""
API = GAZETTE + 'accept = "application/json"\nempty_status = [404]\n[[source.parser]]\nrows = "acts"\nlink = "url"\n'


@pytest.fixture
def declared(declare):
    """Declare the gazette with this text."""

    def declared(words: str) -> None:
        declare(other="http://127.0.0.1:9/never")
        (catalogue.FOLDER / "sources" / "gazette.toml").write_text(words, encoding="utf-8")
        catalogue.sources.cache_clear()

    return declared


@pytest.fixture
def collect(home, now):
    def collect(**more):
        return steps.collect(home, now, ["gazette"], pause=lambda seconds: None, **more)

    return collect


@pytest.fixture
def site(httpserver):
    """A server whose other pages are missing, and a way to put an issue of the gazette with one act on it."""
    httpserver.expect_request("/robots.txt").respond_with_data("")

    def put(day: str, number: int, **more) -> None:
        act = httpserver.url_for(f"/act-{number}.html")
        issue = json.dumps({"acts": [{"url": act}]})
        httpserver.expect_request(f"/issue/{day}", **more).respond_with_data(issue, content_type="application/json")
        page = f"<html><body><article><h1>Act {number}</h1><p>{NOTICE.format(number)}</p></article></body></html>"
        httpserver.expect_request(f"/act-{number}.html").respond_with_data(page, content_type="text/html")

    httpserver.no_handler_status_code = 404
    return put


def test_a_day_without_an_issue_is_empty_and_no_failure(site, declared, collect, httpserver, home, rows):
    declared(API.format(kind="api", address=httpserver.url_for("/issue/") + "{day:%Y%m%d}"))
    site("20250302", 1)
    assert collect(period=PERIOD) == {"documents": 1, "copies": 0, "rejected": 0, "failed_sources": []}
    [state] = rows(home, source_state)
    assert (state["state"], state["health"], state["error"], state["entry_count"]) == ("got", "ok", None, 1)
    listings = [(row["status"], row["address"][-2:]) for row in rows(home, fetches, role="listing")]
    assert sorted(listings) == [(200, "02"), (404, "01"), (404, "03")]


def test_days_without_any_issue_are_an_empty_listing(declared, site, collect, httpserver, home, rows):
    declared(API.format(kind="api", address=httpserver.url_for("/issue/") + "{day:%Y%m%d}"))
    assert collect(period=PERIOD)["failed_sources"] == []
    [state] = rows(home, source_state)
    assert (state["state"], state["empty_count"], state["failure_count"]) == ("empty", 1, 0)


def test_any_other_failure_of_a_day_and_a_missing_act_stay_failures(site, declared, collect, httpserver, home, rows):
    declared(API.format(kind="api", address=httpserver.url_for("/issue/") + "{day:%Y%m%d}"))
    httpserver.expect_request("/issue/20250301").respond_with_data("", status=410)
    assert collect(period=PERIOD)["failed_sources"] == ["gazette"]
    assert "410" in rows(home, source_state)[0]["error"]


def test_the_declared_media_type_is_asked_for_in_listings_only(site, declared, collect, httpserver):
    declared(API.format(kind="api", address=httpserver.url_for("/issue/") + "{day:%Y%m%d}"))
    site("20250302", 1, headers={"Accept": "application/json"})
    assert collect(period=PERIOD)["documents"] == 1
    asked = {request.path: request.headers.get("Accept") for request, _ in httpserver.log}
    assert asked["/issue/20250302"] == "application/json"
    assert "application/json" not in (asked["/act-1.html"], asked["/robots.txt"])


def test_a_look_at_a_daily_source_goes_to_the_first_day_that_has_an_issue(site, declared, httpserver, home, now):
    declared(API.format(kind="api", address=httpserver.url_for("/issue/") + "{day:%Y%m%d}"))
    site(f"{now:%Y%m%d}", 1, headers={"Accept": "application/json"})
    [line] = check_sources(home, now, ["gazette"], pause=lambda seconds: None)
    assert (line["entries"], line["error"]) == (1, None)
    httpserver.clear_all_handlers()
    httpserver.expect_request("/robots.txt").respond_with_data("")
    [line] = check_sources(home, now, ["gazette"], pause=lambda seconds: None)
    assert (line["entries"], line["mend"]) == (0, ["it lists nothing: check that the address and the parser are right"])


def test_a_feed_of_each_year_is_asked_for_in_every_year_of_the_period(site, declared, collect, httpserver, home, rows):
    address = httpserver.url_for("/") + "{day:%Y}/feed"
    declared(GAZETTE.format(kind="feed", address=address) + 'text = "entry"\n')
    for year, day in ((2024, 30), (2025, 2)):
        moment = f"{day:02d} {'Dec' if year == 2024 else 'Jan'} {year} 10:00:00 GMT"
        item = f"<item><title>Act</title><link>{httpserver.url_for(f'/{year}')}</link><pubDate>{moment}</pubDate>"
        words = f"<description>{NOTICE.format(day)}</description></item>"
        feed = f'<rss version="2.0"><channel><title>G</title>{item}{words}</channel></rss>'
        httpserver.expect_request(f"/{year}/feed").respond_with_data(feed, content_type="application/rss+xml")
    assert collect(period=Period(date(2024, 12, 29), date(2025, 1, 3)))["documents"] == 2
    assert {row["published_on"] for row in rows(home, documents)} == {date(2024, 12, 30), date(2025, 1, 2)}
    assert sum(request.path.endswith("/feed") for request, _ in httpserver.log) == 2
