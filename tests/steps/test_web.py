"""List pages, APIs, sitemaps and press feeds on a server of the test's own; every text is composed."""

from __future__ import annotations

import json
import sys
import threading
from datetime import date, timedelta

import pytest
from werkzeug import Response

from analysis import archive, catalogue, steps
from analysis.errors import UnreadableError
from analysis.steps.check_sources import check_sources
from analysis.steps.integrity import check_database
from analysis.steps.receive import Period
from analysis.tables import documents, fetches, rejected, source_state

NOTICE = "The agency of round {0} said that it will support technology firms with simpler rules. It met on day {0} at noon."
PAGE = "<html><head><title>Notice {0}</title></head><body><article><h1>Notice {0}</h1><p>{1}</p></article></body></html>"


@pytest.fixture
def site(httpserver):
    """A server with a robots.txt that allows all but /private, and a way to put things on it."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /private\n")

    def put(path: str, content: str, content_type: str = "text/html", **more) -> str:
        httpserver.expect_request(path, **more).respond_with_data(content, content_type=content_type)
        return httpserver.url_for(path)

    put.asked = lambda path: sum(request.path == path for request, _ in httpserver.log)
    return put


@pytest.fixture
def declared(tmp_path, monkeypatch, declare):
    """Declare one source by its words beside those that every source of the catalogue needs."""

    def declared(address: str, **words) -> None:
        parser = words.pop("parser", None)
        declare(other="http://127.0.0.1:9/never")
        fields = {
            "id": "agency", "name": "Agency", "kind": "feed", "address": address, "channel": "official",
            "authority_id": "us-sec",
            "hosts": ["localhost", "127.0.0.1"], "languages": ["en"], "expected_per_week": 7, "confidence": "low",
            "seen_in": "this test", "terms": "Composed.", "robots": "Composed.", **words,
        }  # fmt: skip
        lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
        lines += ["[[source.parser]]", *(f"{name} = {json.dumps(value)}" for name, value in (parser or {}).items())]
        place = catalogue.FOLDER / "sources" / "agency.toml"
        place.write_text("[[source]]\n" + "\n".join(lines if parser else lines[:-1]), encoding="utf-8")
        catalogue.sources.cache_clear()

    return declared


@pytest.fixture
def collect(home, now):
    def collect(moment=now, **more):
        return steps.collect(home, moment, ["agency"], pause=lambda seconds: None, **more)

    return collect


def test_a_list_page_is_read_by_its_selectors(site, declared, collect, home, rows):
    for number in (1, 2):
        site(f"/notice-{number}.html", PAGE.format(number, NOTICE.format(number)))
    items = "".join(f'<li><a href="notice-{n}.html">Notice {n}</a><span>2025-03-0{n}</span></li>' for n in (1, 2))
    address = site("/list.html", f"<html><body><ul class='news'>{items}</ul></body></html>")
    declared(address, kind="list_page", parser={"rows": "ul.news li", "link": "a::attr(href)", "date": "span::text"})
    assert collect()["documents"] == 2
    found = {(row["title"], row["published_on"], row["channel"], row["authority_id"]) for row in rows(home, documents)}
    assert found == {(f"Notice {number}", date(2025, 3, number), "official", "us-sec") for number in (1, 2)}
    assert check_database(home)["broken"] == {}


def test_an_api_is_read_page_after_page_and_over_the_asked_period(site, declared, collect, home, rows, httpserver):
    def page(numbers) -> str:
        return json.dumps(
            {"hits": [{"id": n, "name": f"Notice {n}", "day": f"2025-02-{n:02d}", "body": NOTICE.format(n)} for n in numbers]}
        )

    for number, listed in ((1, (9, 8)), (2, (7, 6)), (3, ())):
        query = {"from": "2025-02-01", "to": "2025-02-10", "page": str(number)}
        site("/api", page(listed), "application/json", query_string=query)
    declared(
        httpserver.url_for("/api") + "?from={since}&to={until}&page={page}", kind="api",
        parser={
            "rows": "hits", "title": "name", "date": "day", "text": "body",
            "link": f"join('', ['{httpserver.url_for('/notice/')}', to_string(id)])",
        },
    )  # fmt: skip
    assert collect(period=Period(date(2025, 2, 1), date(2025, 2, 10)))["documents"] == 4
    assert {row["published_on"].day for row in rows(home, documents)} == {6, 7, 8, 9}
    assert site.asked("/api") == 3
    assert check_database(home)["broken"] == {}


def test_a_sitemap_leads_to_its_pages(site, declared, collect, home, rows, httpserver):
    site("/notice-1.html", PAGE.format(1, NOTICE.format(1)))
    news = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>{httpserver.url_for('/notice-1.html')}</loc><news:news><news:publication_date>2025-03-08</news:publication_date>"
        "<news:title>Notice 1</news:title></news:news></url></urlset>"
    )
    site("/news.xml", news, "application/xml")
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"<sitemap><loc>{httpserver.url_for('/news.xml')}</loc></sitemap></sitemapindex>"
    )
    declared(site("/sitemap.xml", index, "application/xml"), kind="sitemap")
    assert collect()["documents"] == 1
    assert [row["published_on"] for row in rows(home, documents)] == [date(2025, 3, 8)]


def in_turn(httpserver, path: str, *answers: str) -> None:
    """Let a path give another answer at each visit."""
    waiting = iter(answers)
    httpserver.expect_request(path).respond_with_handler(lambda _: Response(next(waiting), content_type="text/xml"))


def feed(*items: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{"".join(items)}</channel></rss>'


def item(link: str, title: str = "Notice", summary: str = NOTICE.format(1), day: str = "Tue, 04 Mar 2025") -> str:
    words = f"<title>{title}</title><link>{link}</link><description>{summary}</description>"
    return f"<item>{words}<pubDate>{day} 09:00:00 GMT</pubDate></item>"


def test_of_a_press_feed_title_and_summary_are_kept_and_no_page_is_asked_for(site, declared, collect, home, rows, httpserver):
    link = httpserver.url_for("/article.html")
    declared(site("/feed.xml", feed(item(link)), "text/xml"), channel="press", text="entry", authority_id="us-sec")
    assert collect()["documents"] == 1
    assert site.asked("/article.html") == 0
    [row] = rows(home, documents)
    assert NOTICE.format(1) in row["text"] and row["title"] == "Notice" and row["address"] == link
    assert (row["published_on"], row["date_flag"], row["channel"]) == (date(2025, 3, 4), "stated", "press")
    assert check_database(home)["broken"] == {}


def test_the_listing_itself_is_in_the_archive_before_it_is_read(site, declared, collect, home, rows):
    words = "<html><body><p>No feed at all.</p></body></html>"
    declared(site("/feed.xml", words))
    assert collect()["failed_sources"] == ["agency"]
    [listing] = rows(home, fetches, role="listing")
    assert archive.load(str(home.home / "archive"), listing["content_hash"]).decode() == words


def test_what_robots_txt_keeps_from_us_is_not_asked_and_shows(site, declared, collect, home, rows, httpserver):
    link = httpserver.url_for("/private/1.html")
    declared(site("/feed.xml", feed(item(link)), "text/xml"))
    assert collect()["documents"] == 0
    assert site.asked("/private/1.html") == 0
    [refused] = rows(home, fetches, address=link)
    assert refused["outcome"] == "refused" and "robots.txt" in refused["error"]


def test_an_empty_feed_after_full_ones_is_silence_at_the_second_time(site, declared, collect, home, rows, httpserver, now):
    site("/notice-1.html", PAGE.format(1, NOTICE.format(1)))
    address = httpserver.url_for("/feed.xml")
    full = feed(item(httpserver.url_for("/notice-1.html"), day=f"{now - timedelta(days=1):%a, %d %b %Y}"))
    in_turn(httpserver, "/feed.xml", full, feed(), feed())
    declared(address)
    healths = []
    for days in range(3):
        collect(now + timedelta(days=days))
        healths.append(rows(home, source_state, source_id="agency")[0]["health"])
    assert healths == ["ok", "nothing_new", "silent"]
    assert len(rows(home, documents)) == 1


def test_guids_that_change_double_nothing(site, declared, collect, home, rows, httpserver):
    site("/notice-1.html", PAGE.format(1, NOTICE.format(1)))
    link = httpserver.url_for("/notice-1.html")
    feeds = [feed(item(link).replace("<title>", f"<guid isPermaLink='false'>{guid}</guid><title>")) for guid in "ab"]
    in_turn(httpserver, "/feed.xml", *feeds)
    declared(httpserver.url_for("/feed.xml"))
    assert [collect()["documents"] for _ in range(2)] == [1, 0]
    assert site.asked("/notice-1.html") == 1


def test_a_date_of_the_future_is_flagged(site, declared, collect, home, rows, httpserver):
    site("/notice-1.html", PAGE.format(1, NOTICE.format(1)))
    words = feed(item(httpserver.url_for("/notice-1.html"), day="Tue, 04 Mar 2031"))
    declared(site("/feed.xml", words, "text/xml"))
    collect()
    assert [row["date_flag"] for row in rows(home, documents)] == ["future"]


def test_all_can_be_read_again_from_the_archive_without_any_server(
    site, declared, collect, home, rows, contents, httpserver, now
):
    for number in (1, 2):
        site(f"/notice-{number}.html", PAGE.format(number, NOTICE.format(number)))
    items = [item(httpserver.url_for(f"/notice-{number}.html"), f"Notice {number}") for number in (1, 2)]
    declared(site("/feed.xml", feed(*items), "text/xml"))
    collect()
    before, asked = contents(home), len(httpserver.log)
    assert steps.collect_from_archive(home, now)["documents"] == 0
    assert contents(home) == before and len(httpserver.log) == asked


def test_a_document_that_is_now_read_otherwise_is_a_new_revision_and_one_now_refused_is_counted_no_more(
    site, declared, collect, home, rows, httpserver, now, monkeypatch, reader
):
    site("/notice-1.html", PAGE.format(1, NOTICE.format(1)))
    declared(site("/feed.xml", feed(item(httpserver.url_for("/notice-1.html"))), "text/xml"))
    collect()
    [row] = rows(home, fetches, role="document")
    place = home.home / "archive" / row["content_hash"][:2] / row["content_hash"]
    assert place.is_file()
    step = sys.modules["analysis.steps.storing"]
    with monkeypatch.context() as patch:
        patch.setattr(step, "extract", refuse)
        assert steps.collect_from_archive(home, now)["rejected"] == 1
    assert [row["is_latest"] for row in rows(home, documents)] == [False]
    assert [row["rule"] for row in rows(home, rejected)] == ["consent_wall"]
    assert steps.collect_from_archive(home, now)["documents"] == 1
    assert [row["is_latest"] for row in rows(home, documents)] == [True]
    assert rows(home, rejected) == []


def test_reading_again_from_the_archive_brings_no_replaced_revision_back(home, write, rows, now, contents):
    told = {"file": "a.txt", "title": "Notice", "channel": "official", "address": "https://agency.example/a"}
    folder = write({"a.txt": NOTICE.format(1)}, [told])
    steps.collect(home, now, folder=folder)
    write({"a.txt": NOTICE.format(2)})
    steps.collect(home, now + timedelta(days=1), folder=folder)
    assert sorted((row["revision"], row["is_latest"]) for row in rows(home, documents)) == [(1, False), (2, True)]
    before = contents(home)
    steps.collect_from_archive(home, now + timedelta(days=2))
    assert contents(home) == before


def test_a_site_that_repeats_its_last_page_for_ever_is_not_asked_for_ever(site, declared, collect, rows, home, httpserver):
    site("/notice-1.html", PAGE.format(1, NOTICE.format(1)))
    hits = json.dumps({"hits": [{"link": httpserver.url_for("/notice-1.html")}]})
    site("/api", hits, "application/json")
    declared(httpserver.url_for("/api") + "?page={page}", kind="api", parser={"rows": "hits", "link": "link"})
    assert collect()["documents"] == 1
    assert site.asked("/api") == 2


def test_an_address_that_is_filled_in_is_asked_without_the_validators_of_another_day(site, declared, collect, httpserver, now):
    words = Response(json.dumps({"hits": []}), content_type="application/json", headers={"ETag": '"1"'})
    httpserver.expect_request("/api").respond_with_response(words)
    declared(httpserver.url_for("/api") + "?from={since}", kind="api", parser={"rows": "hits", "link": "link"})
    for days in range(2):
        collect(now + timedelta(days=days))
    asked = [request.headers.get("If-None-Match") for request, _ in httpserver.log if request.path == "/api"]
    assert asked == [None, None]


def test_a_link_that_is_no_web_address_is_never_followed(site, declared, collect, home, rows):
    hits = json.dumps({"hits": [{"link": "javascript:void(0)"}, {"link": "file:///etc/hostname"}]})
    declared(site("/api", hits, "application/json"), kind="api", parser={"rows": "hits", "link": "link"})
    assert collect()["rejected"] == 2
    assert {row["rule"] for row in rows(home, rejected)} == {"no_address"}


def test_an_error_while_storing_ends_the_visits_of_all_hosts(site, declared, collect, httpserver, monkeypatch):
    links = [httpserver.url_for(f"/notice-{number}.html") for number in range(3)]
    for number in range(3):
        site(f"/notice-{number}.html", PAGE.format(number, NOTICE.format(number)))
    declared(site("/feed.xml", feed(*map(item, links)), "text/xml"))
    step = sys.modules["analysis.steps.collect"]
    monkeypatch.setattr(step, "_note", fail)
    with pytest.raises(OSError, match="no room"):
        collect()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("visit")]


def fail(*_arguments) -> None:
    raise OSError("no room")


def refuse(*_arguments) -> None:
    raise UnreadableError("consent_wall", "asks for consent")


def test_a_check_says_what_to_mend_and_writes_nothing(site, declared, home, now, httpserver, contents):
    before = contents(home)
    stranger = item("https://elsewhere.example/1", day="Sun, 01 Jun 2025")
    declared(site("/feed.xml", feed(stranger), "text/xml"))
    [line] = check_sources(home, now, ["agency"], lambda seconds: None)
    assert (line["id"], line["entries"], line["error"]) == ("agency", 1, None)
    assert any("lead to elsewhere.example" in words for words in line["mend"])
    site("/notice-1.html", PAGE.format(1, NOTICE.format(1) * 3))
    declared(site("/good.xml", feed(item(httpserver.url_for("/notice-1.html"), day="Sun, 01 Jun 2025")), "text/xml"))
    [line] = check_sources(home, now, ["agency"], lambda seconds: None)
    assert line["mend"] == [f"it answers as declared: set verified_on = {now.date()}"]
    declared(httpserver.url_for("/gone.xml"))
    httpserver.expect_request("/gone.xml").respond_with_data("", 404)
    [line] = check_sources(home, now, ["agency"], lambda seconds: None)
    assert line["health"] == "failed" and line["mend"] == ["look for the new address on the publisher's site and declare it"]
    assert contents(home) == before
