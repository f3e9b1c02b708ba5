from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import zlib
from types import SimpleNamespace

import pytest
import tenacity.nap
from werkzeug import Request, Response

from analysis.collect.fetch import (
    BYTE_LIMIT,
    REDIRECT_LIMIT,
    SECONDS,
    Reach,
    TransientError,
    _certificates,
    check_address,
    fetch,
    read_bounded,
    user_agent,
)
from analysis.errors import FetchError

HERE = Reach(("localhost",), allows_loopback=True)
AGENT = "PolicySignals/test"


@pytest.fixture
def waits(monkeypatch):
    """Take the place of the waiting between two tries and keep what would have been waited."""
    waited = []
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=waited.append))
    return waited


def test_a_page_comes_with_its_type_and_validators(httpserver):
    seen = []

    def answer(request: Request) -> Response:
        seen.append(request.headers)
        return Response(
            b"<p>x</p>", 200, {"Content-Type": "text/html; charset=utf-8", "ETag": '"1"', "Last-Modified": "yesterday"}
        )

    httpserver.expect_request("/page").respond_with_handler(answer)
    got = fetch(httpserver.url_for("/page"), HERE, AGENT)
    assert (got.address, got.content, got.media_type) == (httpserver.url_for("/page"), b"<p>x</p>", "text/html")
    assert (got.etag, got.last_modified) == ('"1"', "yesterday")
    assert seen[0]["User-Agent"] == AGENT
    assert seen[0]["Accept-Encoding"] == "gzip"
    assert "If-None-Match" not in seen[0]


def test_the_agent_names_the_project_and_whom_to_ask():
    assert user_agent("") == "PolicySignals/0.1"
    assert user_agent("mail@example.org") == "PolicySignals/0.1 (+mail@example.org)"


def test_certificates_are_checked():
    context = _certificates()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_nothing_changed_is_no_content(httpserver):
    seen = []

    def answer(request: Request) -> Response:
        seen.append((request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")))
        return Response(status=304, headers={"ETag": '"1"'})

    httpserver.expect_request("/feed").respond_with_handler(answer)
    got = fetch(httpserver.url_for("/feed"), HERE, AGENT, '"1"', "yesterday")
    assert (got.content, got.etag) == (None, '"1"')
    assert seen == [('"1"', "yesterday")]


def test_a_gzip_body_is_unpacked(httpserver):
    httpserver.expect_request("/z").respond_with_data(gzip.compress(b"words"), headers={"Content-Encoding": "gzip"})
    assert fetch(httpserver.url_for("/z"), HERE, AGENT).content == b"words"


@pytest.mark.parametrize("status", [404, 403, 500])
def test_a_refusal_is_final(httpserver, waits, status):
    httpserver.expect_request("/gone").respond_with_data("no", status)
    with pytest.raises(FetchError, match=f"answered {status}") as caught:
        fetch(httpserver.url_for("/gone"), HERE, AGENT)
    assert not isinstance(caught.value, TransientError)
    assert (len(httpserver.log), waits) == (1, [])


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_overloaded_server_is_asked_three_times_with_growing_waits(httpserver, waits, status):
    httpserver.expect_request("/busy").respond_with_data("later", status)
    with pytest.raises(TransientError, match=f"answered {status}"):
        fetch(httpserver.url_for("/busy"), HERE, AGENT)
    assert len(httpserver.log) == 3
    assert len(waits) == 2
    assert 0 < waits[0] < waits[1] <= 10


def test_a_server_that_recovers_is_heard(httpserver, waits):
    httpserver.expect_ordered_request("/page").respond_with_data("later", 503)
    httpserver.expect_ordered_request("/page").respond_with_data("now")
    assert fetch(httpserver.url_for("/page"), HERE, AGENT).content == b"now"


def test_a_port_where_nobody_listens_is_a_transient_fault(waits):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TransientError, match="no answer"):
            fetch(f"http://localhost:{taken.getsockname()[1]}/", HERE, AGENT)
    assert len(waits) == 2


def redirect(httpserver, path, target):
    httpserver.expect_request(path).respond_with_data("", 302, headers={"Location": target})


def test_a_redirect_within_the_hosts_is_followed(httpserver):
    redirect(httpserver, "/old", "/new")
    httpserver.expect_request("/new").respond_with_data("words")
    got = fetch(httpserver.url_for("/old"), HERE, AGENT)
    assert (got.address, got.content) == (httpserver.url_for("/new"), b"words")


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/inside", "//127.0.0.1:{port}/inside", "file:///etc/hostname", "ftp://localhost/"]
)
def test_a_redirect_to_another_host_or_scheme_is_refused(httpserver, target):
    redirect(httpserver, "/old", target.format(port=httpserver.port))
    httpserver.expect_request("/inside").respond_with_data("secret")
    with pytest.raises(FetchError, match="not among the source's hosts|not an http"):
        fetch(httpserver.url_for("/old"), HERE, AGENT)
    assert [request.path for request, _ in httpserver.log] == ["/old"]


def test_an_endless_redirect_ends(httpserver):
    redirect(httpserver, "/loop", "/loop")
    with pytest.raises(FetchError, match="more than 5 redirects"):
        fetch(httpserver.url_for("/loop"), HERE, AGENT)
    assert len(httpserver.log) == REDIRECT_LIMIT + 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "10.0.0.1",
        "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fc00::1]", "[fec0::1]", "[ff02::1]",
        "x@127.0.0.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused_in_every_spelling(host):
    allowed = host.split("@")[-1].strip("[]")
    with pytest.raises(FetchError, match="not public"):
        check_address(f"http://{host}/", Reach((allowed,)))


def test_public_addresses_pass_and_loopback_only_where_it_is_allowed():
    for host in ("93.184.215.14", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]", "[64:ff9b::5db8:d70e]"):
        check_address(f"https://{host}/", Reach((host.strip("[]"),)))
    check_address("http://localhost/", HERE)
    with pytest.raises(FetchError, match="not public"):
        check_address("http://10.0.0.1/", Reach(("10.0.0.1",), allows_loopback=True))


@pytest.mark.parametrize(
    "address",
    [
        "https://evilwhitehouse.gov/", "https://whitehouse.gov.evil.example/", "https://evil.example/whitehouse.gov",
        "https://whitehouse.gov@evil.example/", "https://evil.example#whitehouse.gov", "https://whitehouse.example/",
    ],
)  # fmt: skip
def test_a_host_that_only_looks_like_the_source_is_refused(address):
    with pytest.raises(FetchError, match="not among the source's hosts"):
        check_address(address, Reach(("whitehouse.gov",)))


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/", "/relative", "http://", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(address):
    with pytest.raises(FetchError, match="not an http"):
        check_address(address, HERE)


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example:99999/", "http://a.example:x/", "http://[::1/", f"http://{'a' * 64}.a.example/",
        "http://\ud800.a.example/", "http://a..a.example/",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_refused_for_good(address):
    with pytest.raises(FetchError, match="check the address") as caught:
        fetch(address, Reach(("a.example",)), AGENT)
    assert not isinstance(caught.value, TransientError)


@pytest.mark.parametrize("target", ["http://[::1/", "http://localhost:99999/", "http://localhost:x/"])
def test_a_redirect_to_what_cannot_be_an_address_is_refused(httpserver, waits, target):
    class Plain(Response):
        """An answer whose Location goes out as it is, where the server's own would be mended or refused."""

        def get_wsgi_headers(self, environ):
            return self.headers

    httpserver.expect_request("/old").respond_with_handler(lambda _: Plain("", 302, {"Location": target}))
    with pytest.raises(FetchError, match="check the address") as caught:
        fetch(httpserver.url_for("/old"), HERE, AGENT)
    assert "answered" not in str(caught.value)
    assert (len(httpserver.log), waits) == (1, [])


@pytest.mark.parametrize("port", [22, 6379, 8080, 0])
def test_only_the_ports_of_the_web_are_asked_unless_loopback_is_allowed(port):
    with pytest.raises(FetchError, match=f"port {port} is none of the web's"):
        check_address(f"https://93.184.215.14:{port}/", Reach(("93.184.215.14",)))
    check_address(f"http://localhost:{port}/", HERE)
    for usual in ("http://93.184.215.14:80/", "http://93.184.215.14:443/"):
        check_address(usual, Reach(("93.184.215.14",)))


def test_a_subdomain_belongs_to_its_host_and_a_name_without_address_is_transient():
    with pytest.raises(TransientError, match="has no address"):
        check_address("https://www.nowhere.invalid/", Reach(("nowhere.invalid",)))


def test_a_body_that_never_ends_is_stopped_at_the_limit():
    given = itertools.count()
    chunks = (bytes(1_000_000) for _ in given)
    with pytest.raises(FetchError, match="more than 20000000 bytes"):
        read_bounded(chunks, None, "https://a.example/")
    assert next(given) <= BYTE_LIMIT // 1_000_000 + 2


def test_a_body_of_just_the_limit_is_read():
    assert len(read_bounded([bytes(BYTE_LIMIT)], None, "a")) == BYTE_LIMIT


def test_a_gzip_bomb_is_never_unpacked_whole():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(20)) + packer.flush()
    assert len(bomb) < 300_000
    with pytest.raises(FetchError, match="more than 20000000 bytes"):
        read_bounded([bomb], "gzip", "https://a.example/")


def test_a_trickling_body_is_stopped_by_the_clock():
    moments = itertools.count(0, 1)
    with pytest.raises(TransientError, match=f"still sending after {SECONDS} s"):
        read_bounded(itertools.repeat(b"x"), None, "https://a.example/", clock=lambda: next(moments))
    assert next(moments) == SECONDS + 2


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_an_encoding_that_nobody_asked_for_is_not_read(encoding):
    with pytest.raises(FetchError, match=f"encoded as {encoding}"):
        read_bounded(iter([b"x"]), encoding, "https://a.example/")


def test_a_broken_or_cut_gzip_body_is_an_error():
    with pytest.raises(FetchError, match="broken"):
        read_bounded([b"no gzip at all"], "gzip", "https://a.example/")
    with pytest.raises(TransientError, match="cut off"):
        read_bounded([gzip.compress(b"many words " * 99)[:-12]], "gzip", "https://a.example/")


def test_chunks_are_joined():
    packed = gzip.compress(b"one two three")
    assert read_bounded([packed[:7], packed[7:]], "gzip", "a") == b"one two three"
    assert read_bounded([b"one ", b"two"], "identity", "a") == b"one two"
    assert read_bounded([], None, "a") == b""
