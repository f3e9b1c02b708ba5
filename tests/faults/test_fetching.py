"""What a fetcher does when a publisher's server errs, lies or attacks."""

from __future__ import annotations

import gzip
import pickle
import ssl
import threading
import time
import zlib
from datetime import timedelta
from random import Random

import pytest
from faults.web import NOW, PUBLIC, answer

from analysis.collect.fetch import TransientError
from analysis.collect.fetch.address import resolve
from analysis.errors import FetchError

PAGE = answer("200 OK", b"words", content_type="text/html; charset=GBK", etag='"1"')


def refusal(web, url, hosts=("a.example",), **options) -> FetchError:
    with pytest.raises(FetchError) as caught:
        web.get(url, hosts, **options)
    return caught.value


def test_a_page_comes_with_all_that_its_answer_tells(web):
    web.server.plays("a.example/", PAGE)
    got = web.get("http://a.example/")
    assert (got.content, got.media_type, got.charset, got.etag, got.status) == (b"words", "text/html", "gbk", '"1"', 200)
    assert got.moved_to is None
    assert web.outcomes == [("got", 200)]
    last = web.attempts[-1]
    assert (last.byte_count, last.media_type, last.error, last.started_at >= NOW) == (5, "text/html", None, True)
    assert "User-Agent: PolicySignals/test (+mail@example.org)\r\n" in web.server.headers[-1]


def test_nothing_changed_is_no_content_and_one_request(web):
    web.server.plays("a.example/", answer("304 Not Modified", etag='"1"'))
    got = web.get("http://a.example/", etag='"1"', last_modified="Mon, 02 Jun 2025 09:30:00 GMT")
    assert (got.content, got.status, web.outcomes) == (None, 304, [("unchanged", 304)])
    assert "if-none-match" in web.server.headers[-1].lower() and "if-modified-since" in web.server.headers[-1].lower()


def test_nothing_changed_where_nothing_was_known_is_a_fault(web):
    web.server.plays("a.example/", answer("304 Not Modified"))
    assert refusal(web, "http://a.example/").status == 304


@pytest.mark.parametrize(
    ("status", "rule", "tries", "is_transient"),
    [
        ("401 Unauthorized", "forbidden", 1, False), ("403 Forbidden", "forbidden", 1, False),
        ("404 Not Found", "not_found", 1, False), ("410 Gone", "gone", 1, False), ("418 Teapot", "failed", 1, False),
        ("500 Error", "server_error", 1, False), ("502 Bad", "server_error", 3, True),
        ("503 Busy", "server_error", 3, True), ("504 Late", "server_error", 3, True),
    ],
)  # fmt: skip
def test_a_status_has_its_rule_and_its_number_of_tries(web, status, rule, tries, is_transient):
    web.server.plays("a.example/", answer(status))
    error = refusal(web, "http://a.example/")
    assert (error.rule, error.status, isinstance(error, TransientError)) == (rule, int(status[:3]), is_transient)
    assert web.outcomes == [("failed", int(status[:3]))] * tries
    assert error.retry_at is None


@pytest.mark.parametrize("status", ["429 Slow Down", "503 Busy"])
@pytest.mark.parametrize("wish", ["7", "Mon, 02 Jun 2025 09:30:08 GMT"])
def test_a_short_wish_to_wait_is_granted_once(web, status, wish):
    web.server.plays("a.example/", answer(status, retry_after=wish), PAGE)
    assert web.get("http://a.example/").content == b"words"
    assert 7 in web.clock.pauses
    assert web.outcomes == [("failed", int(status[:3])), ("got", 200)]


def test_a_long_wish_to_wait_ends_the_asking_of_that_host_only(web):
    web.server.plays("a.example/", answer("429 Slow Down", retry_after="3600"))
    web.server.plays("b.example/", PAGE)
    with web.fetcher() as fetcher:
        first = refusal(web, "http://a.example/", fetcher=fetcher)
        second = refusal(web, "http://a.example/other", fetcher=fetcher)
        assert web.get("http://b.example/", ("b.example",), fetcher=fetcher).content == b"words"
    assert first.rule == second.rule == "rate_limited"
    assert NOW + timedelta(hours=1) <= first.retry_at == second.retry_at < NOW + timedelta(hours=1, seconds=9)
    assert web.pages_asked == ["a.example/", "b.example/"]
    assert web.outcomes == [("failed", 429), ("refused", 429), ("got", 200)]


@pytest.mark.parametrize("wish", ["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_host_is_left_alone_for_more_than_a_day(web, wish):
    web.server.plays("a.example/", answer("503 Busy", retry_after=wish))
    assert refusal(web, "http://a.example/").retry_at <= NOW + timedelta(hours=24, seconds=9)


def test_who_is_limited_again_after_the_wait_stops_asking(web):
    web.server.plays("a.example/", answer("429 Slow Down"))
    with web.fetcher() as fetcher:
        assert refusal(web, "http://a.example/", fetcher=fetcher).status == 429
        refusal(web, "http://a.example/2", fetcher=fetcher)
    assert web.pages_asked == ["a.example/"] * 2


def test_an_error_survives_the_way_between_processes(web):
    web.server.plays("a.example/", answer("429 Slow Down", retry_after="60"))
    error = refusal(web, "http://a.example/")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.rule, copy.status, copy.retry_at) == (str(error), error.rule, 429, error.retry_at)
    assert type(copy) is TransientError


def moved(target: str, status: str = "301 Moved") -> bytes:
    return answer(status, location=target)


def test_a_chain_of_permanent_redirects_tells_the_new_address(web):
    web.server.plays("a.example/1", moved("/2"))
    web.server.plays("a.example/2", moved("http://www.a.example/3", "308 Moved"))
    web.server.plays("www.a.example/3", PAGE)
    got = web.get("http://a.example/1")
    assert got.address == got.moved_to == "http://www.a.example/3"
    assert web.outcomes == [("redirected", 301), ("redirected", 308), ("got", 200)]


def test_one_passing_redirect_in_a_chain_is_no_move(web):
    web.server.plays("a.example/1", moved("/2"))
    web.server.plays("a.example/2", moved("/3", "302 Found"))
    web.server.plays("a.example/3", PAGE)
    assert web.get("http://a.example/1").moved_to is None


def test_a_redirect_loop_is_named(web):
    web.server.plays("a.example/1", moved("/2"))
    web.server.plays("a.example/2", moved("/1"))
    error = refusal(web, "http://a.example/1")
    assert "loop (http://a.example/1 -> http://a.example/2 -> http://a.example/1)" in str(error)
    assert (error.rule, web.pages_asked) == ("redirects", ["a.example/1", "a.example/2"])


def test_a_redirect_to_a_stranger_is_refused_unasked(web):
    web.server.plays("a.example/", moved("http://evil.example/"))
    assert refusal(web, "http://a.example/").rule == "host_not_allowed"
    assert (web.pages_asked, web.outcomes) == (["a.example/"], [("redirected", 301), ("refused", None)])


@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "10.0.0.7", "[::1]"])
def test_a_redirect_to_an_inner_number_is_refused_even_if_the_source_allows_it(web, inside):
    web.server.plays("a.example/", moved(f"http://{inside}/latest/meta-data"))
    web.numbers[inside.strip("[]")] = [[inside.strip("[]")]]
    error = refusal(web, "http://a.example/", ("a.example", inside.strip("[]")))
    assert error.rule == "blocked_address"
    assert set(web.backend.connected) == {PUBLIC}


@pytest.mark.parametrize("number", ["127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a00:1", "0.0.0.0"])
def test_a_name_that_leads_outside_and_inside_is_refused(web, number):
    web.numbers["a.example"] = [[PUBLIC, number]]
    assert refusal(web, "http://a.example/").rule == "blocked_address"
    assert (web.backend.connected, web.server.asked) == ([], [])
    assert {made.outcome for made in web.attempts} == {"refused"}


def test_a_name_that_changes_its_number_is_connected_only_where_it_was_vetted(web):
    web.numbers["a.example"] = [[PUBLIC], ["127.0.0.1"]]
    web.server.plays("a.example/", PAGE)
    assert refusal(web, "http://a.example/").rule == "blocked_address"
    assert web.backend.connected == [PUBLIC]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "10.0.0.1",
        "172.16.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "[2002:7f00:1::]",
        "x@127.0.0.1",
    ],
)  # fmt: skip
def test_no_spelling_of_an_inner_number_is_connected_to(web, host):
    web.resolve = resolve
    error = refusal(web, f"http://{host}/", (host.split("@")[-1].strip("[]"),))
    assert error.rule == "blocked_address"
    assert (web.backend.connected, web.server.asked) == ([], [])


def test_a_certificate_that_nobody_vouches_for_ends_the_asking(web):
    web.server.plays("a.example/", PAGE)
    error = refusal(web, "https://a.example/")
    assert error.rule == "certificate" and not isinstance(error, TransientError)
    assert "certificate is not accepted" in str(error)
    assert web.server.asked == []


def test_an_upgrade_to_https_is_followed_and_the_name_is_what_the_certificate_is_checked_for(web, certificate):
    trusting = ssl.create_default_context(cafile=certificate)
    web.server.plays("a.example/", moved("https://a.example/secure"))
    web.server.plays("a.example/secure", PAGE)
    web.server.plays("www.a.example/", PAGE)
    with web.fetcher(context=trusting) as fetcher:
        assert web.get("http://a.example/", fetcher=fetcher).moved_to == "https://a.example/secure"
        assert refusal(web, "https://www.a.example/", fetcher=fetcher).rule == "certificate"
    assert set(web.backend.connected) == {PUBLIC}


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://a.example/", "javascript:alert(1)", "gopher://a.example/"])
def test_a_redirect_to_another_scheme_is_refused(web, target):
    web.server.plays("a.example/", moved(target))
    assert "not an http(s) address" in str(refusal(web, "http://a.example/"))
    assert web.pages_asked == ["a.example/"]


@pytest.mark.parametrize("target", ["http://[::1/", "http://a.example:99999/", "http://a.example:x/", "http://a.example:8080/"])
def test_a_redirect_to_what_cannot_be_an_address_is_refused(web, target):
    web.server.plays("a.example/", moved(target))
    error = refusal(web, "http://a.example/")
    assert not isinstance(error, TransientError) and web.pages_asked == ["a.example/"]


def test_a_host_where_nobody_listens_is_a_passing_fault_of_that_host(web):
    web.server.plays("a.example/", PAGE)
    web.backend.dead.add(PUBLIC)
    error = refusal(web, "http://a.example/")
    assert error.rule == "no_answer" and isinstance(error, TransientError)
    assert len(web.backend.connected) == 3
    waits = web.clock.pauses
    assert len(waits) == 2 and 0 < waits[0] < waits[1] <= 10


def test_a_name_without_a_number_is_a_passing_fault(web):
    def nowhere(host, port):
        raise OSError("name unknown")

    web.resolve = nowhere
    error = refusal(web, "http://a.example/")
    assert error.rule == "no_answer" and isinstance(error, TransientError)
    assert "has no address" in str(error)


def test_a_host_whose_first_number_is_dead_is_reached_by_its_second(web):
    web.numbers["a.example"] = [["93.184.215.15", PUBLIC]]
    web.backend.dead.add("93.184.215.15")
    web.server.plays("a.example/", PAGE)
    assert web.get("http://a.example/").content == b"words"


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n"


def endless(head: bytes, chunk: bytes):
    def play(connection):
        connection.sendall(head)
        while True:
            connection.sendall(chunk)

    return play


def test_an_endless_body_is_cut_at_the_limit(web):
    web.server.plays("a.example/", endless(HEAD + b"\r\n", bytes(100_000)))
    error = refusal(web, "http://a.example/")
    assert (error.rule, web.outcomes) == ("too_large", [("failed", None)])


def test_a_body_that_drips_is_stopped_by_the_clock(web):
    web.server.plays("a.example/robots.txt", answer("404 Not Found"))
    web.server.plays("a.example/", endless(HEAD + b"\r\n", b"x"))
    web.clock.step = 0.5
    error = refusal(web, "http://a.example/")
    assert error.rule == "too_slow" and isinstance(error, TransientError)
    assert [outcome for outcome, _ in web.outcomes] == ["failed"] * 3


def dripping(seconds: float):
    def play(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
        while True:
            connection.sendall(b"x")
            threading.Event().wait(seconds)

    return play


def test_headers_that_drip_are_stopped_by_the_clock_too(web):
    web.server.plays("a.example/robots.txt", dripping(0.01))
    begun = time.monotonic()
    with web.fetcher(clock=time.monotonic, seconds=0.1) as fetcher:
        error = refusal(web, "http://a.example/", fetcher=fetcher)
    assert error.rule == "too_slow"
    assert time.monotonic() - begun < 2


def packed(size: int, times: int = 1) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()
    for _ in range(times - 1):
        body = gzip.compress(body)
    return body


def test_a_gzip_bomb_is_not_unpacked(web):
    web.server.plays("a.example/", answer("200 OK", packed(200_000_000), content_encoding="gzip"))
    assert refusal(web, "http://a.example/").rule == "too_large"


def test_gzip_that_unpacks_to_nothing_for_ever_is_cut_at_the_limit_of_the_wire(web):
    head = HEAD + b"content-encoding: gzip\r\n\r\n" + gzip.compress(b"words")
    web.server.plays("a.example/", endless(head, bytes(100_000)))
    assert refusal(web, "http://a.example/").rule == "too_large"


def test_gzip_of_very_many_streams_is_not_read(web):
    web.server.plays("a.example/", answer("200 OK", gzip.compress(b"") * 500, content_encoding="gzip"))
    assert refusal(web, "http://a.example/").rule == "too_large"


def test_gzip_of_two_streams_is_read_whole_wherever_the_wire_cuts_it(web):
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    web.server.plays("a.example/", answer("200 OK", body, content_encoding="GZip"))
    assert web.get("http://a.example/").content == b"one two"


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip, br", "zstd", "deflate"])
def test_other_and_stacked_encodings_are_refused_unread(web, encoding):
    web.server.plays("a.example/", answer("200 OK", packed(50_000_000, 2), content_encoding=encoding))
    error = refusal(web, "http://a.example/")
    assert error.rule == "encoding" and f"encoded as {encoding}" in str(error)


@pytest.mark.parametrize(
    "cut",
    [
        answer("200 OK", b"words", content_length="9"),
        answer("200 OK", gzip.compress(b"many words " * 99)[:-12], content_encoding="gzip"),
        HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nwords\r\n",
        HEAD[:20],
        b"",
    ],
)  # fmt: skip
def test_an_answer_that_is_cut_off_is_asked_again(web, cut):
    web.server.plays("a.example/", cut, PAGE)
    assert web.get("http://a.example/").content == b"words"
    web.server.plays("a.example/", cut)
    error = refusal(web, "http://a.example/")
    assert error.rule == "cut_off" and isinstance(error, TransientError)


def test_what_is_no_http_is_an_error(web):
    web.server.plays("a.example/", b"220 mail.example ready\r\n")
    assert refusal(web, "http://a.example/").rule == "cut_off"


def test_robots_txt_is_asked_once_and_kept_to(web):
    web.server.plays("a.example/robots.txt", answer("200 OK", b"User-agent: *\nDisallow: /inner/\nCrawl-delay: 4\n"))
    for page in "12":
        web.server.plays(f"a.example/{page}", PAGE)
    with web.fetcher() as fetcher:
        for page in "12":
            web.get(f"http://a.example/{page}", fetcher=fetcher)
        error = refusal(web, "http://a.example/inner/x", fetcher=fetcher)
    assert error.rule == "robots" and not isinstance(error, TransientError)
    assert web.server.asked == ["a.example/robots.txt", "a.example/1", "a.example/2"]
    assert web.clock.pauses == [4, 4]
    assert web.outcomes[-1] == ("refused", None)


def test_a_crawl_delay_of_hours_is_capped(web):
    web.server.plays("a.example/robots.txt", answer("200 OK", b"User-agent: policysignals\nCrawl-delay: 86400\n"))
    web.server.plays("a.example/", PAGE)
    web.get("http://a.example/")
    assert web.clock.pauses == [30]


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden", "410 Gone"])
def test_no_robots_txt_is_leave_to_ask(web, status):
    web.server.plays("a.example/robots.txt", answer(status))
    web.server.plays("a.example/", PAGE)
    assert web.get("http://a.example/").content == b"words"


@pytest.mark.parametrize("fault", [answer("500 Error"), answer("503 Busy"), b""])
def test_a_robots_txt_that_cannot_be_read_is_a_no_for_this_run(web, fault):
    web.server.plays("a.example/robots.txt", fault)
    web.server.plays("a.example/", PAGE)
    with web.fetcher() as fetcher:
        errors = [refusal(web, "http://a.example/", fetcher=fetcher) for _ in range(2)]
    assert all(isinstance(error, TransientError) and "robots.txt cannot be read" in str(error) for error in errors)
    assert web.pages_asked == [] and len(web.server.asked) <= 3


def test_a_robots_txt_that_moved_is_followed_within_the_hosts(web):
    web.server.plays("a.example/robots.txt", moved("http://www.a.example/robots.txt"))
    web.server.plays("www.a.example/robots.txt", answer("200 OK", b"User-agent: *\nDisallow: /\n"))
    assert refusal(web, "http://a.example/").rule == "robots"
    assert web.pages_asked == []


def test_requests_to_one_host_start_a_pace_apart_and_other_hosts_do_not_wait(web):
    for host in ("a.example", "b.example"):
        for page in "12":
            web.server.plays(f"{host}/{page}", PAGE)
    with web.fetcher() as fetcher:
        for page in "12":
            for host in ("a.example", "b.example"):
                web.get(f"http://{host}/{page}", (host,), fetcher=fetcher, pace_seconds=5)
    for host in ("a.example", "b.example"):
        starts = [made.started_at for made in web.attempts if f"//{host}/" in made.address]
        gaps = [(later - earlier).total_seconds() for earlier, later in zip(starts, starts[1:], strict=False)]
        assert len(gaps) == 2 and min(gaps) >= 5
    assert web.clock.pauses == [5, 5, 5]


def test_many_threads_ask_one_host_one_after_the_other(web):
    under_way, most = [], []

    def play(connection):
        under_way.append(1)
        most.append(len(under_way))
        threading.Event().wait(0.01)
        under_way.pop()
        connection.sendall(PAGE)

    web.server.plays("a.example/", play)
    with web.fetcher() as fetcher:
        threads = [threading.Thread(target=web.get, args=("http://a.example/",), kwargs={"fetcher": fetcher}) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(most), max(most)) == (8, 1)
    assert web.server.asked.count("a.example/robots.txt") == 1
    assert web.outcomes == [("got", 200)] * 8


def test_whatever_bytes_a_server_sends_the_end_is_a_response_or_a_stated_error(web):
    random = Random(7)
    odd = [
        b"content-type: text/html; charset*0*=x''%ff", b"content-type: ;;;charset=\xff", b"content-type: a/b; charset=utf-99",
        b"content-encoding: \xff", b"content-length: -1", b"content-length: x", b"transfer-encoding: gzip", b"etag: \xe9\xff",
        b"location: http://[", b"location: \xff\x80", b"location: ////", b"location: ?", b"location: http://a.example:0/",
            b"location: http://evil.example/",
        b"retry-after: -1", b"retry-after: Mon, 02 Jun 99999999999999999999 09:30:00 GMT", b"retry-after: \xb2",
        b"set-cookie: a=b; expires=x", b"set-cookie: \xff", b"refresh: 0", b"x" * 200_000, b": ", b"a\x00b: c",
    ]  # fmt: skip
    statuses = [b"200 OK", b"301 x", b"302 x", b"304 x", b"429 x", b"503 x", b"100 x", b"999 x", b"0 x", b"abc", b"204 x"]
    rules = set()
    with web.fetcher() as fetcher:
        for number in range(300):
            lines = [b"HTTP/1.1 " + random.choice(statuses), *random.sample(odd, 2), b"", random.randbytes(30)]
            web.server.plays(f"h{number}.a.example/", b"\r\n".join(lines))
            try:
                web.get(f"http://h{number}.a.example/", fetcher=fetcher, etag=random.choice(["\xe9", None, "1"]))
            except FetchError as error:
                rules.add(error.rule)
                assert str(error).startswith("http")
    assert rules >= {"cut_off", "rate_limited", "server_error", "host_not_allowed", "failed"}
