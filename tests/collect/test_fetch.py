from __future__ import annotations

import gzip
import itertools
import ssl
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from analysis.collect.fetch import BYTE_LIMIT, SECONDS, Reach, TransientError, check_address, read_bounded, user_agent
from analysis.collect.fetch.answers import Redirect, rest_until
from analysis.collect.fetch.fetcher import REDIRECT_LIMIT, next_address
from analysis.collect.fetch.network import certificates
from analysis.errors import FetchError

HERE = Reach(("localhost",), allows_loopback=True)
NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)


def test_the_agent_names_the_project_and_whom_to_ask():
    assert user_agent("") == "PolicySignals/0.1"
    assert user_agent("mail@example.org") == "PolicySignals/0.1 (+mail@example.org)"


def test_certificates_are_checked():
    context = certificates()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


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
    with pytest.raises(FetchError, match="not public|Invalid IPv4") as caught:
        check_address(f"http://{host}/", Reach((allowed,)))
    assert caught.value.rule == "blocked_address"


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
        check_address(address, Reach(("a.example",)))
    assert not isinstance(caught.value, TransientError)


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


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0), ("12", 12), (" 12 ", 12), ("86401", 86400), ("9" * 5000, 86400),
        ("Mon, 02 Jun 2025 09:31:00 GMT", 60), ("Mon, 02 Jun 2025 11:31:00 +0200", 60), ("Mon, 02 Jun 2025 08:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400),
    ],
)  # fmt: skip
def test_a_retry_after_is_a_time_of_at_most_a_day_ahead(header, seconds):
    assert rest_until(header, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("header", [None, "", "soon", "-1", "1.5", "\xb2", "Mon, 02 Jun 99999999999999999999 09:30:00 GMT"])
def test_a_retry_after_that_names_no_time_is_none(header):
    assert rest_until(header, NOW) is None


def test_five_redirects_are_followed_and_no_sixth():
    seen = ["http://a.example/0"]
    for step in range(1, REDIRECT_LIMIT + 1):
        assert next_address(Redirect(f"http://a.example/{step}#part", 301), seen) == f"http://a.example/{step}"
    with pytest.raises(FetchError, match="a.example/0: more than 5 redirects") as caught:
        next_address(Redirect("http://a.example/6", 301), seen)
    assert (caught.value.rule, caught.value.status) == ("redirects", 301)
