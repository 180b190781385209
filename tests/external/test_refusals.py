"""Why a database cannot be used: one line that says what to change, and tells no password."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pokerws.storage.errors import StorageError
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import connect_errors, connected
from pokerws.storage.postgres.connecting.connect_errors import of_pooler
from pokerws.storage.postgres.connecting.pooling import with_pooler
from tests.e2e.test_command_line import refused
from tests.external.debian_postgres import PASSWORD, QUOTED, DebianPostgres
from tests.external.pgbouncer import pgbouncer
from tests.server.net.test_tls import write_certificate, write_key

CANARY = "Canary7secret"


async def refusal(url: str, connect_s: float = 5.0) -> str:
    """What a start says; it is one line without the password."""
    with pytest.raises(StorageError) as caught:
        async with connected(replace(address_of(url), connect_s=connect_s), "test"):
            pass
    error: BaseException | None = caught.value
    message = str(error)
    assert "\n" not in message
    while error is not None:
        assert CANARY not in str(error)
        assert PASSWORD not in str(error)
        error = error.__cause__ or error.__context__
    return message


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"password": CANARY}, "refuses user 'postgres' or its password: correct them in DATABASE"),
        ({"password": ""}, "requires a password for user 'postgres': write USER:PASSWORD@"),
        ({"role": "nobody"}, "refuses user 'nobody' or its password"),
        ({"name": "nothing"}, 'database "nothing" does not exist: create it, or correct'),
        ({"host": "no-such-host.invalid"}, "the host 'no-such-host.invalid' is not found"),
        ({"more": "sslmode=require"}, "does not support TLS: turn it on there, or, on a network"),
        ({"more": "sslmode=require&sslnegotiation=direct"}, "does not support direct TLS: remove"),
        ({"more": "sslmode=verify-full"}, "add sslrootcert=FILE"),
        ({"more": "target_session_attrs=standby"}, "correct target_session_attrs"),
        (
            {"host": "127.0.0.1:1,127.0.0.1", "more": "target_session_attrs=standby"},
            "no server at 127.0.0.1:1,127.0.0.1:",
        ),
        ({"more": "options=-c%20nosuch%3D1"}, "correct options in DATABASE_URL"),
        ({"more": "options=endpoint%3D1"}, "correct options in DATABASE_URL"),
    ],
)
async def test_what_cannot_be_connected_to_is_one_line(
    postgres: DebianPostgres,
    changed: dict[str, str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Nobody's own certificates and passwords count here.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGPASSWORD", raising=False)
    parts = {"role": "postgres", "password": QUOTED, "host": "127.0.0.1", "name": "postgres"}
    url = "postgresql://{role}:{password}@{host}:{port}/{name}?{more}"

    said = await refusal(url.format_map({**parts, "port": postgres.port, "more": "", **changed}))

    assert expected in said


async def test_a_wrong_variable_of_libpq_is_named(
    postgres: DebianPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", CANARY)
    url = f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres"
    assert "refuses user 'postgres' or the password that PGPASSWORD gives" in await refusal(url)
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "master")
    assert "PGTARGETSESSIONATTRS must be one of any, primary" in await refusal(url)


async def test_a_role_that_may_not_log_in_or_has_no_connection_left_is_one_line(
    postgres: DebianPostgres,
) -> None:
    role = postgres.role("CONNECTION LIMIT 0")
    assert "too many connections for role" in await refusal(postgres.url(role=role))
    postgres.psql(postgres.url(), f"ALTER ROLE {role} NOLOGIN")
    assert "give the role LOGIN" in await refusal(postgres.url(role=role))


async def test_where_nothing_listens_or_nobody_answers_is_one_line(place: Path) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    found = await refusal(f"postgres://u:{CANARY}@127.0.0.1:{port}/d", 0.05)
    assert f"127.0.0.1:{port} does not answer within 0.05 s" in found
    silent.close()

    assert "nothing listens at" in await refusal(f"postgres://u:{CANARY}@127.0.0.1:1/d")
    assert f"no PostgreSQL socket is in {place}" in await refusal(f"postgres://u@/d?host={place}")


async def test_an_address_with_ipv6_alone_is_named_as_the_reason() -> None:
    host = "db.abc.supabase.co"
    address = replace(address_of(f"postgres://u@{host}/d"), hosts=("2001:db8::1",))
    unreachable = OSError(101, "Network is unreachable")
    assert "has only an IPv6 address" in connect_errors.explain(unreachable, address)
    assert "session pooler" in connect_errors.explain(
        socket.gaierror(-5, "No address associated with hostname"),
        address_of(f"postgres://u@{host}/d"),
    )


@pytest.fixture
def tls(postgres: DebianPostgres, place: Path) -> Iterator[tuple[str, Path]]:
    """An address with a self-signed certificate of another name, and that certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    write_key(place / "key", key)
    write_certificate(place / "cert", key, "db.example")
    for file in place.iterdir():
        file.chmod(0o644)
    more = f"client_tls_sslmode = require\nclient_tls_key_file = {place}/key\n"
    with pgbouncer(postgres, "session", f"{more}client_tls_cert_file = {place}/cert") as port:
        yield postgres.url(port=port), place / "cert"


async def test_a_certificate_that_cannot_be_trusted_is_one_line(tls: tuple[str, Path]) -> None:
    url, certificate = tls
    for mode in (
        "require",
        "require&channel_binding=require",
        f"verify-ca&sslrootcert={certificate}",
    ):
        async with connected(address_of(f"{url}?sslmode={mode}"), "test") as connection:
            assert await connection.fetchval("SELECT 1") == 1
    system = await refusal(f"{url}?sslmode=verify-full&sslrootcert=system")
    assert "is not trusted (self-signed certificate): add sslrootcert=FILE" in system
    other = url.replace("127.0.0.1", "localhost")
    named = await refusal(f"{other}?sslmode=verify-full&sslrootcert={certificate}")
    assert "is for another host" in named
    assert "sslmode=require" in await refusal(f"{url}?sslmode=disable")


async def test_a_pooler_refuses_in_the_same_words(postgres: DebianPostgres) -> None:
    wrong = pytest.raises(StorageError, match="give it pool_mode = transaction or session")
    with pgbouncer(postgres, "statement") as port, wrong:
        await with_pooler(address_of(postgres.url(port=port)), "test")
    with pgbouncer(postgres, "transaction", "max_client_conn = 1") as port:
        url = postgres.url(port=port)
        assert "or its password" in await refusal(url.replace(QUOTED, CANARY))
        assert "create it, or correct the name" in await refusal(
            f"{url.removesuffix('postgres')}nothing"
        )
        assert "remove options" in await refusal(f"{url}?options=endpoint%3D1")
        async with connected(address_of(url), "test"):
            assert "no more connections allowed" in await refusal(url)
    nowhere = "[databases]\n* = host=127.0.0.1 port=1"
    with pgbouncer(postgres, "transaction", nowhere) as port:
        assert "that a pooler there reaches PostgreSQL" in await refusal(
            postgres.url(port=port), 0.5
        )
    # So it says when PostgreSQL ends while clients are connected.
    words = "server login has been failing, try again later (server_login_retry)"
    assert f"PostgreSQL does not admit the pooler ({words}): " in (of_pooler(words) or "")


async def test_no_error_of_a_broken_url_tells_a_part_of_the_password() -> None:
    """Many URLs that are broken in one place or two."""
    pieces = ["#", "/", "@", "%", "[", "]", "?", ":", "&", "=", " ", "%zz", "?a=b", "@h/", ":1/"]
    urls = [
        f"postgres://u:{before}{CANARY}{middle}{CANARY}{after}@127.0.0.1:1/d"
        for before in ("", *pieces)
        for middle in pieces
        for after in ("", *pieces)
    ]
    for url in urls:
        try:
            shown = repr(address_of(url))
        except StorageError as error:
            shown = str(error)
        assert CANARY not in shown, url
    # What looks whole but is not is tried.
    assert CANARY not in await refusal(f"postgres://u:{CANARY}:{CANARY}&=@127.0.0.1:1/d")


async def test_a_start_prints_one_line(postgres: DebianPostgres) -> None:
    wrong = postgres.url().replace(QUOTED, CANARY)
    await refused("refuses user 'postgres'", DATABASE_URL=wrong, USE_DB_REPOSITORY="true")
    await refused("write '#' as %23", "verify", DATABASE_URL=f"postgres://u:{CANARY}#@127.0.0.1/d")
