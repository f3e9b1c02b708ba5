"""A web of faults for each test, a publisher on it, and a certificate that nobody vouches for."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from faults.site import STEP, Site
from faults.web import FaultServer, Web

from analysis.collect.isolate import isolation
from analysis.settings import Settings


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate for a.example that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a.example")])
    today = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("certificate") / "a.example.pem"
    path.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def web(certificate: Path) -> Iterator[Web]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server, secure = FaultServer(), FaultServer(context)
    # Both ports give the same answers, as a publisher's do.
    secure.answers, secure.asked, secure.headers = server.answers, server.asked, server.headers
    yield Web(server, secure)
    server.close()
    secure.close()


@pytest.fixture(scope="session")
def reader() -> Iterator[Callable]:
    """A child process that reads hostile bytes, for all tests: each takes seconds to start."""
    with isolation() as isolated:
        yield isolated


@pytest.fixture
def site(web, reader, tmp_path, monkeypatch) -> Site:
    """A publisher with a feed of two notices and the collecting of it."""

    @contextmanager
    def open_again() -> Iterator[Callable]:
        yield reader

    monkeypatch.setattr(STEP, "isolation", open_again)
    home = Settings(home=tmp_path / "home", database="", contact="", sources="", allow_loopback=False, smtp="", sender="")
    return Site(web, home, monkeypatch)
