"""What a run of collecting makes of each fault: rows of requests, health, and no document lost or doubled.

One notice is known from the day before. Then the fault is met, at the feed that lists a second notice or at the second notice's
page. On the day after it is over.
"""

from __future__ import annotations

import gzip
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from faults.site import FEED, WORDS, Site, feed, item, page
from faults.web import NOW, answer

from analysis.steps.integrity import check_database
from analysis.tables import documents, fetches, rejected

ONE, TWO = ("http://a.example/1.html", 1), ("http://a.example/2.html", 1)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n"
FAILED = [("failed", None)]
BOMB = gzip.compress(gzip.compress(bytes(100_000_000)))
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "ten words of a notice that is long and says nothing">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname"><!ENTITY page SYSTEM "http://a.example/secret">]>'


def endless(chunk: bytes) -> Callable:
    def play(connection) -> None:
        connection.sendall(HEAD + b"\r\n")
        while True:
            connection.sendall(chunk)

    return play


def moved(target: str) -> bytes:
    return answer("301 Moved", location=target)


def slowly(site: Site) -> None:
    site.web.clock.step = 0.5


def leads_inside(site: Site) -> None:
    site.web.numbers.update({host: [[host]] for host in ("127.0.0.1", "169.254.169.254")})
    site.declare(hosts=("a.example", "127.0.0.1", "169.254.169.254"))


@dataclass(frozen=True)
class Fault:
    """What is played in place of the right answer, and the outcomes of the requests and words of the error it ends in.

    Other addresses play what `also` says; `outcomes` empty: it ends well after all.
    """

    name: str
    plays: object
    outcomes: list
    error: str = ""
    also: dict | None = None
    prepare: Callable[[Site], None] | None = None


FAULTS = [
    Fault("403", answer("403 Forbidden"), [("failed", 403)], "answered 403"),
    Fault("404", answer("404 Not Found"), [("failed", 404)], "answered 404"),
    Fault("410", answer("410 Gone"), [("failed", 410)], "answered 410"),
    Fault("429", answer("429 Slow Down", retry_after="3600"), [("failed", 429)], "until 2025-06-03 10:30"),
    Fault("500", answer("500 Error"), [("failed", 500)], "answered 500"),
    Fault("503", answer("503 Busy"), [("failed", 503)] * 3, "answered 503"),
    Fault("loop", moved("/x"), [("redirected", 301)] * 2, "redirected in a loop", {"a.example/x": moved("/x")}),
    Fault("drip", endless(b"x"), FAILED * 3, "too long", prepare=slowly),
    Fault("endless", endless(bytes(100_000)), FAILED, "more than 20000000 bytes"),
    Fault("gzip bomb", answer("200 OK", gzip.decompress(BOMB), content_encoding="gzip"), FAILED, "more than 20000000 bytes"),
    Fault("brotli bomb", answer("200 OK", BOMB, content_encoding="br"), FAILED, "encoded as br"),
    Fault("stacked bomb", answer("200 OK", BOMB, content_encoding="gzip, gzip"), FAILED, "encoded as gzip, gzip"),
    Fault("content length", answer("200 OK", b"words", content_length="9"), FAILED * 3, "no answer"),
    Fault("to loopback", moved("http://127.0.0.1/x"), [("redirected", 301), ("refused", None)], "not public",
          prepare=leads_inside),
    Fault("to the cloud's own data", moved("http://169.254.169.254/latest"), [("redirected", 301), ("refused", None)],
          "not public", prepare=leads_inside),
    Fault("to a stranger", moved("http://evil.example/"), [("redirected", 301), ("refused", None)], "not among the source's"),
]  # fmt: skip
by_name = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


@pytest.fixture
def known(site) -> Site:
    """The publisher, whose first notice was collected on the first day; the second one is out since."""
    site.answers_well(1)
    site.collect()
    assert site.notices == [ONE] and site.state["health"] == "ok"
    site.answers_well()
    return site


def meet(site: Site, fault: Fault, address: str) -> None:
    for place, told in {address: fault.plays, **(fault.also or {})}.items():
        site.server.plays(place, told)
    if fault.prepare:
        fault.prepare(site)


def all_is_there_once(site: Site) -> None:
    assert site.notices == [ONE, TWO]
    assert len(site.rows(documents)) == 2 and not any(row["withdrawn_at"] for row in site.rows(documents))
    assert check_database(site.settings)["broken"] == {}


@by_name
def test_a_fault_of_the_feed_fails_the_source_alone_and_the_next_look_brings_all_once(known, fault):
    meet(known, fault, FEED)
    assert known.collect(1) == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": ["agency"]}
    state = known.state
    assert (state["state"], state["health"], state["failure_count"]) == ("failed", "failed", 1)
    assert fault.error in state["error"] and state["succeeded_at"] == NOW
    assert known.outcomes("listing", 1) == sorted(fault.outcomes, key=str)
    assert known.notices == [ONE]
    known.declare()
    known.answers_well()
    assert known.collect(2)["documents"] == 1
    assert (known.state["health"], known.state["failure_count"], known.state["error"]) == ("ok", 0, None)
    all_is_there_once(known)


@by_name
def test_a_fault_of_a_page_holds_up_nothing_and_the_next_look_brings_it_once(known, fault):
    if fault.name == "drip":
        known.server.plays("a.example/robots.txt", answer("404 Not Found"))
    known.server.plays(FEED, feed(item(1), item(2)))
    meet(known, fault, "a.example/2.html")
    counts = known.collect(1)
    assert (counts["documents"], counts["failed_sources"]) == (0, [])
    assert known.state["state"] == "got" and known.state["health"] == "nothing_new"
    assert known.outcomes("document", 1, without="1.html") == sorted(fault.outcomes, key=str)
    assert any(fault.error in (row["error"] or "") for row in known.rows(fetches, role="document")) or fault.name == "loop"
    known.declare()
    known.answers_well()
    assert known.collect(2)["documents"] == 1
    assert known.outcomes("document", 2, "2.html") == [("got", 200)]
    all_is_there_once(known)


def test_a_feed_that_is_unchanged_is_no_failure_and_loses_nothing(known):
    known.server.plays(FEED, feed(item(1), item(2), etag='"2"'))
    assert known.collect(1)["documents"] == 1
    known.server.plays(FEED, answer("304 Not Modified"))
    assert known.collect(2)["failed_sources"] == []
    assert known.outcomes("listing", 2) == [("unchanged", 304)]
    assert (known.state["state"], known.state["health"], known.state["etag"]) == ("unchanged", "nothing_new", '"2"')
    all_is_there_once(known)


def test_a_feed_that_has_moved_for_good_is_read_where_it_is_now_and_says_so(known):
    known.server.plays(FEED, moved("/second.xml"))
    known.server.plays("a.example/second.xml", answer("308 Moved", location="/third.xml"))
    known.server.plays("a.example/third.xml", feed(item(1), item(2)))
    assert known.collect(1)["documents"] == 1
    assert known.outcomes("listing", 1) == [("got", 200), ("redirected", 301), ("redirected", 308)]
    assert (known.state["health"], known.state["moved_to"]) == ("moved", "http://a.example/third.xml")
    known.answers_well()
    known.collect(2)
    assert (known.state["health"], known.state["moved_to"]) == ("nothing_new", None)
    all_is_there_once(known)


def test_a_page_that_has_moved_for_good_is_one_document_where_it_is_now(known):
    known.server.plays("a.example/2.html", moved("/second.html"))
    known.server.plays("a.example/second.html", page(2))
    assert known.collect(1)["documents"] == 1
    assert known.outcomes("document", 1, without="1.html") == [("got", 200), ("redirected", 301)]
    assert known.collect(2)["documents"] == 0
    assert known.notices == [ONE, ("http://a.example/second.html", 1)]
    assert check_database(known.settings)["broken"] == {}


def test_a_server_that_wants_to_be_left_alone_is_left_alone_as_long_as_it_says(known):
    known.server.plays(FEED, answer("429 Slow Down", retry_after="36000"))
    known.collect(1)
    before = known.state
    assert (before["retry_at"] - NOW).days == 1 and known.asked("/feed.xml") == 2
    known.answers_well()
    assert known.collect(1.4)["failed_sources"] == []
    assert known.asked("/feed.xml") == 2 and known.state == before
    assert known.collect(1.5)["documents"] == 1
    all_is_there_once(known)


def test_a_page_whose_server_wants_to_be_left_alone_puts_off_the_next_look_and_no_page_is_lost(known):
    known.server.plays(FEED, *[feed(*map(item, (1, 2, 3)))] * 2)
    known.server.plays("a.example/2.html", answer("429 Slow Down", retry_after="36000"))
    known.server.plays("a.example/3.html", page(3))
    known.collect(1)
    # The third one was never asked for, since its host rests.
    assert known.outcomes("document", 1, without="1.html") == [("failed", 429), ("refused", 429)]
    assert known.state["health"] == "nothing_new" and known.state["retry_at"] > NOW
    known.collect(1.4)
    assert known.asked("/feed.xml") == 2
    known.server.plays("a.example/2.html", page(2))
    assert known.collect(1.5)["documents"] == 2
    assert known.notices == [ONE, TWO, ("http://a.example/3.html", 1)]
    assert check_database(known.settings)["broken"] == {}


def test_a_certificate_that_nobody_vouches_for_fails_the_source_until_it_is_renewed(known, certificate):
    known.declare(address=f"https://{FEED}")
    known.collect(1)
    assert (known.outcomes("listing", 1), known.outcomes("robots", 1)) == ([("refused", None)], FAILED)
    assert known.state["health"] == "failed" and "certificate is not accepted" in known.state["error"]
    known.trust(ssl.create_default_context(cafile=certificate))
    assert known.collect(2)["documents"] == 1
    all_is_there_once(known)


def test_a_page_with_a_certificate_that_nobody_vouches_for_waits_until_it_is_renewed(known, certificate):
    known.server.plays(FEED, feed(item(1), item(2, scheme="https")))
    assert known.collect(1) == {"documents": 0, "copies": 0, "rejected": 0, "failed_sources": []}
    [failed] = known.rows(fetches, address="https://a.example/2.html")
    assert failed["outcome"] == "failed" and "certificate is not accepted" in failed["error"]
    known.trust(ssl.create_default_context(cafile=certificate))
    assert known.collect(2)["documents"] == 1
    assert known.notices == [ONE, ("https://a.example/2.html", 1)]


def test_a_feed_that_turned_into_a_page_fails_and_is_kept_as_it_was(known):
    known.server.plays(FEED, page(1))
    known.collect(1)
    assert known.outcomes("listing", 1) == [("got", 200)]
    assert known.state["health"] == "failed" and "HTML page" in known.state["error"]
    known.answers_well()
    assert known.collect(2)["documents"] == 1
    all_is_there_once(known)


def test_an_empty_feed_after_full_ones_is_silence_at_the_second_time_and_brings_nothing_twice(known):
    known.server.plays(FEED, feed())
    healths = []
    for days in (1, 2):
        assert known.collect(days)["failed_sources"] == []
        healths.append((known.state["state"], known.state["health"], known.state["empty_count"]))
    assert healths == [("empty", "nothing_new", 1), ("empty", "silent", 2)]
    known.answers_well()
    assert known.collect(3)["documents"] == 1
    assert known.state["health"] == "ok"
    all_is_there_once(known)


@pytest.mark.parametrize("head", [ENTITIES, OUTSIDE], ids=["bomb", "outside"])
def test_entities_of_a_feed_are_neither_multiplied_nor_fetched(known, head):
    named = "&i;" if head == ENTITIES else "&file;&page;"
    known.server.plays(FEED, feed(item(1), item(2, title=f"Notice {{0}} {named}"), head=head))
    known.collect(1)
    assert known.asked("/secret") == 0
    assert known.state["health"] in ("failed", "ok")
    known.answers_well()
    known.collect(2)
    known.collect(3)
    # Where the feed was read, the title has changed since.
    assert known.notices in ([ONE, TWO], [ONE, ("http://a.example/2.html", 2)])
    assert all(len(row["title"]) < 200 for row in known.rows(documents))
    assert check_database(known.settings)["broken"] == {}


@pytest.mark.parametrize("head", [ENTITIES, OUTSIDE], ids=["bomb", "outside"])
def test_entities_of_a_page_are_neither_multiplied_nor_fetched(known, head):
    named = "&i;" if head == ENTITIES else "&file;&page;"
    body = f"{head}<html><body><article><h1>Notice 2</h1><p>{WORDS.format(2)} {named}</p></article></body></html>"
    known.server.plays("a.example/2.html", answer("200 OK", body.encode(), content_type="application/xhtml+xml"))
    counts = known.collect(1)
    assert counts["documents"] + counts["rejected"] == 1
    assert known.asked("/secret") == 0 and all(len(row["text"]) < 400 for row in known.rows(documents))
    known.answers_well()
    known.collect(2)
    assert [address for address, _ in known.notices] == [ONE[0], TWO[0]] and known.rows(rejected) == []
    assert check_database(known.settings)["broken"] == {}


@pytest.mark.parametrize("charset", ["utf-16", "nonsense", "us-ascii"])
def test_a_wrong_charset_of_the_feed_loses_no_entry(known, charset):
    words = "Notice {0}: l’État décide"
    listed = feed(item(1), item(2, title=words), content_type=f"application/rss+xml; charset={charset}")
    known.server.plays(FEED, listed)
    assert known.collect(1)["documents"] == 1
    assert known.state["health"] == "ok"
    assert words.format(2) in {row["title"] for row in known.rows(documents)}
    all_is_there_once(known)


@pytest.mark.parametrize("charset", ["utf-16", "nonsense", "us-ascii"])
def test_a_wrong_charset_of_a_page_loses_no_document(known, charset):
    words = "À la réunion {0}, l’État a dit qu’il soutiendra les entreprises technologiques par des règles plus simples."
    known.server.plays("a.example/2.html", page(2, words, content_type=f"text/html; charset={charset}"))
    assert known.collect(1)["documents"] == 1
    assert any(words.format(2) in row["text"] for row in known.rows(documents))
    all_is_there_once(known)


def test_identifiers_that_change_double_nothing(known):
    for days, guid in enumerate("abc", 1):
        known.server.plays(FEED, feed(*(item(number, f"<guid isPermaLink='false'>{guid}{number}</guid>") for number in (1, 2))))
        assert known.collect(days)["documents"] == (days == 1)
    all_is_there_once(known)


def test_identifiers_that_all_entries_share_merge_nothing(known):
    shared = "<guid isPermaLink='false'>news</guid>"
    known.server.plays(FEED, feed(item(1, shared), item(2, shared)))
    known.collect(1)
    all_is_there_once(known)


def test_an_address_that_changes_under_one_identifier_doubles_nothing(known):
    guid = "<guid isPermaLink='false'>n{0}</guid>"
    known.server.plays(FEED, feed(item(1), item(2, guid.format(2))))
    known.collect(1)
    renamed = item(2, guid.format(2)).replace("/2.html", "/renamed.html")
    known.server.plays(FEED, feed(item(1), renamed))
    known.server.plays("a.example/renamed.html", page(2))
    known.server.plays("a.example/2.html", answer("404 Not Found"))
    assert known.collect(2)["documents"] == 0
    assert known.notices == [ONE, ("http://a.example/renamed.html", 1)]
    known.server.plays("a.example/renamed.html", page(2, WORDS + " A later line says that the vote was close."))
    assert known.collect(3)["documents"] == 1
    assert known.notices == [ONE, ("http://a.example/renamed.html", 2)]
    # Its first address is gone; the document is not.
    assert [row["withdrawn_at"] for row in known.rows(documents)] == [None] * 3
    assert check_database(known.settings)["broken"] == {}


def test_dates_of_the_future_are_flagged_and_put_right_when_the_feed_is(known):
    known.server.plays(FEED, feed(item(1), item(2, day=22).replace("2025", "2031")))
    known.collect(1)
    assert [row["date_flag"] for row in known.rows(documents, address=TWO[0])] == ["future"]
    assert known.state["health"] == "ok" and known.state["newest_on"].year == 2025
    known.answers_well()
    known.collect(2)
    assert [str(row["published_on"]) for row in known.rows(documents, address=TWO[0])] == ["2025-05-22"]
    all_is_there_once(known)


def test_a_feed_that_gives_every_entry_the_day_of_the_look_moves_no_date(known):
    for days in (1, 2, 3):
        known.server.plays(FEED, feed(item(1, day=24 + days), item(2, day=24 + days)))
        known.collect(days)
    assert [str(row["published_on"]) for row in known.rows(documents, is_latest=True)] in (
        ["2025-05-21", "2025-05-25"],
        ["2025-05-25", "2025-05-21"],
    )
    all_is_there_once(known)


def test_a_page_without_words_is_refused_and_looked_at_again_once_it_has_some(known):
    known.server.plays("a.example/2.html", answer("200 OK", b"<html><body></body></html>", content_type="text/html"))
    assert known.collect(1)["rejected"] == 1
    assert [row["subject"] for row in known.rows(rejected)] == [TWO[0]]
    known.answers_well()
    assert known.collect(2)["documents"] == 1
    assert known.rows(rejected) == []
    all_is_there_once(known)


def test_a_page_that_leads_to_the_front_page_is_no_document(known):
    known.server.plays("a.example/2.html", answer("302 Found", location="/"))
    known.server.plays("a.example/", page(9))
    known.collect(1)
    assert [(row["subject"], row["rule"]) for row in known.rows(rejected)] == [(TWO[0], "front_page")]
    known.answers_well()
    assert known.collect(2)["documents"] == 1
    all_is_there_once(known)


def test_a_source_none_of_whose_new_pages_can_be_had_has_failed_although_its_feed_answers(known):
    known.server.plays(FEED, feed(*map(item, (1, 2, 3, 4))))
    for number in (2, 3, 4):
        known.server.plays(f"a.example/{number}.html", answer("403 Forbidden"))
    assert known.collect(1)["failed_sources"] == ["agency"]
    assert known.state["health"] == "failed" and "none of 3 pages could be had" in known.state["error"]
    for number in (2, 3, 4):
        known.server.plays(f"a.example/{number}.html", page(number))
    assert known.collect(2)["documents"] == 3
    assert known.state["health"] == "ok" and len(known.rows(documents)) == 4
