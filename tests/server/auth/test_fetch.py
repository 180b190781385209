import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pokerws.server.auth import fetch as fetching
from pokerws.server.auth.errors import FetchError
from pokerws.server.auth.fetch import MAX_BYTES, fetch
from tests.server.publisher import Publisher
from tests.server.signing import private_key, private_pem


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    await publisher.start()
    yield publisher
    await publisher.stop()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\n\r\n", "answered 302"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "IncompleteRead"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * MAX_BYTES, f"longer than {MAX_BYTES}"),
        (b"nonsense\r\n\r\n", "nonsense"),
        (b"", "without response"),
    ],
)
async def test_an_answer_that_is_not_the_document_is_an_error(
    publisher: Publisher, answer: bytes, words: str
) -> None:
    publisher.answer = lambda: answer
    with pytest.raises(FetchError, match=words):
        await fetch(publisher.url)


async def test_an_answer_in_chunks_is_read(publisher: Publisher) -> None:
    publisher.answer = lambda: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nke\r\n2\r\nys\r\n0\r\n\r\n"
    )
    assert await fetch(f"{publisher.url}?v=1") == b"keys"
    assert publisher.requests[0].startswith(b"GET /jwks.json?v=1 HTTP/1.1\r\nHost: 127.0.0.1:")


async def test_a_server_that_does_not_answer_is_given_up(publisher: Publisher) -> None:
    publisher.held.clear()
    with pytest.raises(FetchError, match=r"longer than 0\.05 s"):
        await fetch(publisher.url, timeout_s=0.05)


def _certificate(path: Path) -> ssl.SSLContext:
    """A server's side of TLS, by a certificate for localhost that nobody has signed."""
    key = private_key("ES256")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(private_pem(key) + certificate.public_bytes(Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


async def test_over_https_only_a_trusted_server_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = Publisher()
    publisher.body = b"keys"
    await publisher.start(_certificate(tmp_path / "pem"))
    url = publisher.url.replace("http://127.0.0.1", "https://localhost")
    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        await fetch(url)
    trusting = ssl.create_default_context(cafile=tmp_path / "pem")
    monkeypatch.setattr(fetching, "_trusted", lambda: trusting)
    assert await fetch(url) == b"keys"
    with pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED"):
        await fetch(url.replace("localhost", "127.0.0.1"))
    await publisher.stop()
