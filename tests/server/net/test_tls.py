"""The port over TLS, with certificates made for the occasion."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs
from websockets.asyncio.client import connect

from pokerws.client import connect as connect_client
from pokerws.game.config.table_config import TableConfig
from pokerws.server.app import App
from pokerws.server.net.tls import CHECK_MS, Certificate, server_context
from pokerws.settings import SettingsError, load
from tests.e2e.process import ServerProcess
from tests.server.fakes import ManualClock
from tests.settings import settings_of

Key = ec.EllipticCurvePrivateKey


def write_key(path: Path, key: Key, password: bytes | None = None) -> None:
    sealed: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        sealed = serialization.BestAvailableEncryption(password)
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
    )


def write_certificate(
    path: Path, key: Key, name: str, signer: Key | None = None, *, hours: float = 1
) -> None:
    """A certificate for poker.example and 127.0.0.1: of itself, or of an authority of that key.

    It lasts from an hour ago for so many hours from now.
    """

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if signer is None:
        names.append(x509.IPAddress(ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(name if signer is None else "Authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=hours))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signer or key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, str]:
    """The settings for a certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    cert_file, key_file = tmp_path / "server.pem", tmp_path / "server.key"
    write_certificate(cert_file, key, "poker.example")
    write_key(key_file, key)
    return {"tls_cert_file": str(cert_file), "tls_key_file": str(key_file)}


@pytest.fixture
async def app(pair: dict[str, str], tmp_path: Path) -> AsyncIterator[App]:
    nowhere = f"embedded:{tmp_path / 'none'}"
    app = App(settings_of(port=0, database_url=nowhere, **pair))
    await app.start()
    yield app
    await app.stop()


async def test_page_and_socket_are_served_over_tls(app: App, pair: dict[str, str]) -> None:
    trusting = ssl.create_default_context(cafile=pair["tls_cert_file"])
    assert app.address == f"https://127.0.0.1:{app.port}/"

    def page() -> tuple[int, str]:
        with urlopen(app.address, context=trusting) as response:
            return response.status, response.headers["Strict-Transport-Security"]

    assert await asyncio.to_thread(page) == (200, "max-age=31536000")
    assert app.socket_url == f"wss://127.0.0.1:{app.port}/ws"
    async with connect(app.socket_url, ssl=trusting) as connection:
        assert connection.response is not None
        assert "Strict-Transport-Security" in connection.response.headers


async def test_a_client_that_does_not_trust_the_certificate_stays_away(app: App) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await connect(app.socket_url)


async def test_what_speaks_no_tls_gets_no_answer(app: App) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"HTTP" not in await reader.read()
    writer.close()


def test_old_versions_of_tls_are_not_spoken(pair: dict[str, str]) -> None:
    context = server_context(settings_of(**pair))
    # Whether an older one would be spoken without this is up to how OpenSSL was built.
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


async def test_the_servers_own_bots_trust_its_certificate(app: App) -> None:
    async with connect_client(app.socket_url, name="Ada", tls=app.own_tls) as client:
        assert client.player


async def test_over_tls_messages_are_taken_and_answered_as_they_come(app: App) -> None:
    async with connect_client(app.socket_url, name="Ada", tls=app.own_tls) as client:
        table = await client.create_table("One", TableConfig())
        view = await client.watch(table)
        await client.sit(table, 10_000)
        await asyncio.gather(client.sit_out(table), client.sit_in(table), client.stand(table))
        await view.wait_for(lambda view: view.table.seat_of(client.player) is None)


async def test_own_bots_trust_a_certificate_that_somebody_else_has_signed(tmp_path: Path) -> None:
    key, authority = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    cert_file, key_file = tmp_path / "server.pem", tmp_path / "server.key"
    write_certificate(cert_file, key, "poker.example", authority)
    write_key(key_file, key)
    nowhere = f"embedded:{tmp_path / 'none'}"
    app = App(
        settings_of(
            port=0,
            database_url=nowhere,
            tls_cert_file=str(cert_file),
            tls_key_file=str(key_file),
        )
    )
    await app.start()
    async with connect_client(app.socket_url, name="Ada", tls=app.own_tls) as client:
        assert client.player
    await app.stop()


def renew(pair: dict[str, str], name: str = "poker.example", *, hours: float = 2) -> None:
    """Another certificate with another key, in the files of the one in use."""
    key = ec.generate_private_key(ec.SECP256R1())
    write_certificate(Path(pair["tls_cert_file"]), key, name, hours=hours)
    write_key(Path(pair["tls_key_file"]), key)


def read(pair: dict[str, str]) -> str:
    """The certificate in the file."""
    return Path(pair["tls_cert_file"]).read_text()


def spoil(pair: dict[str, str], how: str) -> str:
    """Make the files wrong; returns the one that is to blame."""
    match how:
        case "key of another":
            write_key(Path(pair["tls_key_file"]), ec.generate_private_key(ec.SECP256R1()))
        case "no key":
            Path(pair["tls_key_file"]).unlink()
        case _:
            Path(pair["tls_cert_file"]).write_text(read(pair)[:100])
            return pair["tls_cert_file"]
    return pair["tls_key_file"]


async def presented(app: App) -> str:
    """The certificate that a new connection is shown."""
    return await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", app.port))


async def test_a_renewed_certificate_is_shown_to_new_connections_and_old_ones_stay(
    app: App, pair: dict[str, str]
) -> None:
    async with connect_client(app.socket_url, name="Ada", tls=app.own_tls) as client:
        before = await presented(app)
        renew(pair)
        with capture_logs() as lines:
            app.reload()
            app.reload()
        after = await presented(app)
        assert after != before
        assert after == read(pair)
        assert [line["event"] for line in lines] == ["tls_certificate_loaded"] * 2
        leaf = x509.load_pem_x509_certificate(after.encode())
        assert lines[0]["expires"] == leaf.not_valid_after_utc.isoformat()
        await client.ping()
    # Clients of the machine itself know the new one, too.
    async with connect_client(app.socket_url, name="Ben", tls=app.own_tls) as client:
        assert client.player
    trusting = ssl.create_default_context(cafile=pair["tls_cert_file"])
    async with connect(app.socket_url, ssl=trusting):
        pass


@pytest.mark.parametrize("broken", ["key of another", "no key", "half a certificate"])
async def test_of_files_that_are_not_right_the_reason_is_logged_and_the_old_ones_stay(
    app: App, pair: dict[str, str], broken: str
) -> None:
    before = read(pair)
    renew(pair)
    file = spoil(pair, broken)
    with capture_logs() as lines:
        app.reload()
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("tls_certificate_not_loaded", "error")
    assert file in line["error"]
    assert "\n" not in line["error"]
    assert await presented(app) == before
    async with connect_client(app.socket_url, name="Ada", tls=app.own_tls) as client:
        assert client.player
    renew(pair)
    app.reload()
    assert await presented(app) == read(pair)


async def test_the_names_of_the_certificate_in_use_are_the_servers(
    app: App, pair: dict[str, str]
) -> None:
    async def status(name: str) -> int:
        trusting = ssl.create_default_context(cafile=pair["tls_cert_file"])
        trusting.check_hostname = False
        reader, writer = await asyncio.open_connection("127.0.0.1", app.port, ssl=trusting)
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return int(answer.split()[1])

    assert [await status(name) for name in ("poker.example", "club.example")] == [200, 421]
    renew(pair, "*.example")
    app.reload()
    assert [await status(name) for name in ("club.example", "a.club.test")] == [200, 421]


def test_a_certificate_that_ends_soon_is_a_warning_every_day_and_then_an_error(
    pair: dict[str, str],
) -> None:
    clock = ManualClock()
    clock.wall_ahead_ms = time.time_ns() // 1_000_000 - clock.now_ms()
    renew(pair, hours=24 * 20 + 1)
    with capture_logs() as lines:
        certificate = Certificate(settings_of(**pair), clock)
        certificate.start()
        for _ in range(21):
            clock.advance(CHECK_MS)
        certificate.stop()
        clock.advance(CHECK_MS)
    levels = [line["log_level"] for line in lines if line["event"] == "tls_certificate_expires"]
    assert levels == ["warning"] * 2 + ["error"] * 1
    assert [line["days_left"] for line in lines[1:]] == [1, 0, -1]


async def test_a_server_without_tls_has_nothing_to_read_again(tmp_path: Path) -> None:
    app = App(settings_of(port=0, database_url=f"embedded:{tmp_path / 'none'}"))
    await app.start()
    with capture_logs() as lines:
        app.reload()
    assert [line["event"] for line in lines] == ["nothing_to_reload"]
    await app.stop()


async def test_sighup_has_the_certificate_read_again_and_stops_nothing(
    pair: dict[str, str],
) -> None:
    server = ServerProcess(database_url="embedded:var/none", bots=2, bot_max_delay_ms=500, **pair)
    await server.start()
    try:
        await server.logged("session_opened")
        expires = (await server.logged("tls_certificate_loaded"))["expires"]
        spoil(pair, "key of another")
        server.hang_up()
        await server.logged("tls_certificate_not_loaded")
        renew(pair)
        server.hang_up()
        await server.logged("tls_certificate_loaded", lambda line: line["expires"] != expires)
        trusting = ssl.create_default_context(cafile=pair["tls_cert_file"])
        async with connect(f"wss://127.0.0.1:{server.port}/ws", ssl=trusting):
            assert not server.log("bot_failed")
    finally:
        assert await server.stop() == 0


async def test_a_server_without_tls_survives_sighup() -> None:
    server = ServerProcess(database_url="embedded:var/none")
    await server.start()
    server.hang_up()
    await server.logged("nothing_to_reload")
    assert await server.stop() == 0


def refusal(settings: dict[str, str]) -> str:
    with pytest.raises(SettingsError, match=r".") as caught:
        server_context(settings_of(**settings))
    return str(caught.value)


@pytest.mark.parametrize("name", ["tls_cert_file", "tls_key_file"])
def test_a_file_that_cannot_be_read_is_named(name: str, pair: dict[str, str]) -> None:
    message = refusal({**pair, name: "/no/such/file"})
    assert message.startswith(f"{name.upper()} cannot be read: /no/such/file: No such file")


def test_a_key_of_another_certificate_is_named(pair: dict[str, str]) -> None:
    key_file = Path(pair["tls_key_file"])
    write_key(key_file, ec.generate_private_key(ec.SECP256R1()))
    assert refusal(pair).startswith(f"TLS_KEY_FILE {key_file} is not the key of")


def test_a_file_that_is_no_certificate_or_no_key_is_named(pair: dict[str, str]) -> None:
    cert_file, key_file = pair["tls_cert_file"], pair["tls_key_file"]
    assert refusal({**pair, "tls_cert_file": key_file}).startswith(f"TLS_CERT_FILE {key_file}")
    assert refusal({**pair, "tls_key_file": cert_file}).startswith(f"TLS_KEY_FILE {cert_file}")
    whole = Path(cert_file).read_bytes()
    Path(cert_file).write_bytes(whole + whole[: len(whole) // 2])
    assert refusal(pair).startswith(f"TLS_CERT_FILE {cert_file} cannot be used (")
    Path(cert_file).write_bytes(b"\x00nonsense")
    assert refusal(pair).startswith(f"TLS_CERT_FILE {cert_file} holds no certificate")


def test_a_key_with_a_password_is_refused_instead_of_asking_for_it(pair: dict[str, str]) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    write_key(Path(pair["tls_key_file"]), key, b"secret")
    write_certificate(Path(pair["tls_cert_file"]), key, "poker.example")
    assert "without a password" in refusal(pair)


@pytest.mark.parametrize("name", ["TLS_CERT_FILE", "TLS_KEY_FILE"])
def test_one_file_without_the_other_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is set and"):
        load({name: "some.pem"})


@pytest.mark.parametrize("proxies", ["10.0.0.1/8", "10.0.0.0/99", "1.2.3", "10.0.0.0/8,x"])
def test_proxies_that_are_no_networks_are_refused(proxies: str) -> None:
    with pytest.raises(SettingsError, match=r"^TRUSTED_PROXIES must be addresses or networks"):
        load({"TRUSTED_PROXIES": proxies})


async def test_without_a_certificate_nothing_is_said_of_tls(tmp_path: Path) -> None:
    app = App(settings_of(port=0, database_url=f"embedded:{tmp_path / 'none'}"))
    await app.start()
    async with connect(app.socket_url) as connection:
        assert connection.response is not None
        assert "Strict-Transport-Security" not in connection.response.headers
    assert app.own_tls is None
    assert app.address.startswith("http://")
    await app.stop()
