"""Reading the address of a database: what is understood, and what is refused without telling."""

from pathlib import Path

import pytest

from pokerws.storage.errors import AddressError
from pokerws.storage.postgres.address import Address, address_of

CANARY = "Canary7secret"


def refusal(url: str) -> str:
    with pytest.raises(AddressError) as caught:
        address_of(url)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_parts_of_a_plain_url() -> None:
    found = address_of("postgres://ann:s%40fe@db.example:6000/poker")

    assert (found.hosts, found.ports) == (("db.example",), (6000,))
    assert (found.user, found.password, found.database) == ("ann", "s@fe", "poker")
    assert found.place == "db.example:6000"
    assert "s@fe" not in repr(found)


def test_what_the_hosts_of_postgres_show_can_be_pasted() -> None:
    neon = address_of(
        f"postgresql://ann:{CANARY}@ep-cool-1.eu-central-1.aws.neon.tech/neondb"
        "?sslmode=require&channel_binding=require"
    )
    assert neon.driver == {"sslmode": "require"}
    assert neon.unused == ("channel_binding",)
    assert neon.pooler is None

    supabase = address_of(
        f"postgresql://postgres.abc:{CANARY}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres"
    )
    assert (supabase.user, supabase.pooler) == ("postgres.abc", "transaction")

    prisma = address_of("postgres://u@h/d?pgbouncer=true")
    assert prisma.pooler == "transaction"


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgres://[::1]:5433/d", ("::1",), (5433,)),
        ("postgres://a,b:2/d", ("a", "b"), (5432, 2)),
        ("postgres://u@%2Fvar%2Frun/d", ("/var/run",), (5432,)),
        ("postgresql://u@/d?host=/tmp/x&port=7", ("/tmp/x",), (7,)),
        ("postgresql:///d?host=a,b&port=1,2", ("a", "b"), (1, 2)),
        ("postgresql:///d?port=7", (), (7,)),
        ("postgresql:///d", (), ()),
        ("postgres://db.example/d?hostaddr=127.0.0.1", ("127.0.0.1",), (5432,)),
    ],
)
def test_hosts_and_ports(
    url: str, hosts: tuple[str, ...], ports: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPORT", raising=False)
    found = address_of(url)
    assert (found.hosts, found.ports) == (hosts, ports)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("application_name=poker", {"application": "poker"}),
        ("connect_timeout=7", {"connect_s": 7.0}),
        ("connect_timeout=1", {"connect_s": 2.0}),
        ("connect_timeout=0", {"connect_s": 60.0}),
        (
            "options=-c%20work_mem%3D8MB%20--jit%3Doff",
            {"settings": {"work_mem": "8MB", "jit": "off"}},
        ),
        ("options=-csearch_path%3Da%5C%20b", {"settings": {"search_path": "a b"}}),
        ("options=endpoint%3Dep-cool-1", {"options": "endpoint=ep-cool-1"}),
        ("target_session_attrs=read-write", {"driver": {"target_session_attrs": "read-write"}}),
        ("keepalives_idle=9&gssencmode=disable", {"unused": ("keepalives_idle",)}),
        ("pooler=session", {"pooler": "session"}),
        ("pooler=none", {"pooler": "none"}),
    ],
)
def test_parameters(parameters: str, expected: dict[str, object]) -> None:
    found = address_of(f"postgres://u@h/d?{parameters}")
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_every_sslmode_is_known(mode: str) -> None:
    assert address_of(f"postgres://u@h/d?sslmode={mode}").driver == {"sslmode": mode}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"postgres://u:{CANARY}#x@h/d", "'#' as %23"),
        (f"postgres://u:{CANARY}/x@h/d", "'/' as %2F"),
        (f"postgres://u:{CANARY}?x@h/d", "'?' as %3F"),
        (f"postgres://u:{CANARY}?x=1&y@h/d", "'?' as %3F"),
        (f"postgres://u:{CANARY}@x@h/d", "'@' as %40"),
        (f"postgres://u:x@{CANARY}/y@h/d", "'@' as %40"),
        (f"postgres://u:x@{CANARY}?a=b@h/d", "'@' as %40"),
        (f"postgres://u:100%{CANARY}@h/d", "'%' as %25"),
        (f"postgres://u:%ff{CANARY}@h/d", "'%' as %25"),
        (f"postgres://u:{CANARY}[x@h/d", "'[' as %5B"),
        (f"postgres://u:{CANARY}]x@h/d", "']' as %5D"),
        (f"postgres://u:[{CANARY}]@h/d", "without the brackets"),
        ("postgres://postgres:[YOUR-PASSWORD]@db.abc.supabase.co:5432/postgres", "brackets"),
        (f"postgres://u:{CANARY} x@h/d", "a space is %20"),
        (f"postgres://u:{CANARY}/d", "its port is not a number"),
        (f"postgres://u:{CANARY}?x=1/d", "its port is not a number"),
        ("postgres://u@h:0/d", "its port is not a number"),
        ("postgres://u@h:65536/d", "its port is not a number"),
        (f"postgres://u:{CANARY}@[x/d", "IPv6"),
        (f"postgres://u:{CANARY}@h/d?sslmode", "NAME=VALUE"),
        (f"postgres://u:{CANARY}@h/d?sslmode=on", "sslmode must be one of disable, allow"),
        (f"postgres://u:{CANARY}@h/d?gssencmode=require", "gssencmode must be one of"),
        (f"postgres://u:{CANARY}@h/d?requirepeer=x", "requirepeer is not supported"),
        (f"postgres://u:{CANARY}@h/d?require_auth=md5", "require_auth is not supported"),
        (f"postgres://u:{CANARY}@h/d?search_path=x", "set DB_SCHEMA"),
        (f"postgres://u:{CANARY}@h/d?work_mem=1", "options=-c%20NAME%3DVALUE"),
        (f"postgres://u:{CANARY}@h/d?connect_timeout=1s", "connect_timeout must be"),
        (f"postgres://u:{CANARY}@h/d?sslrootcert=/none/ca.pem", "No such file"),
        (f"postgres://u:{CANARY}@h/d?sslrootcert=system", "needs sslmode=verify-full"),
        (f"postgres://u:{CANARY}@h/d?sslnegotiation=direct", "needs sslmode=require"),
        (f"postgres://u:{CANARY}@h/d?hostaddr=1.1.1.1&sslmode=verify-full", "remove hostaddr"),
        (f"postgres://u:{CANARY}@h,i/d?port=1,2,3", "the numbers of ports and hosts differ"),
        (f"postgres://u:{CANARY}@h/d?host=i", "remove one"),
        (f"postgres://u:{CANARY}@h/d?service=none", "PGSERVICEFILE"),
        (f"postgres://u:{CANARY}@h/d%00", "%00"),
        (f"mysql://u:{CANARY}@h/d", "must begin with postgres://"),
    ],
)
def test_what_is_wrong_is_one_line_that_says_what_to_write(url: str, expected: str) -> None:
    message = refusal(url)

    assert expected in message
    assert CANARY not in message


def test_a_service_file_gives_what_the_url_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "services"
    file.write_text(f"[poker]\nhost=db.example\nport=6000\nuser=ann\npassword={CANARY}\ndbname=d\n")
    monkeypatch.setenv("PGSERVICEFILE", str(file))

    found = address_of("postgres:///other?service=poker")
    assert (found.place, found.user, found.database) == ("db.example:6000", "ann", "other")
    assert found.password == CANARY
    assert address_of("postgres://h:1/d?service=poker").place == "h:1"

    file.write_text(f"[poker]\npassword={CANARY}\n{CANARY}\n")
    assert CANARY not in refusal("postgres:///?service=poker")


def test_an_embedded_database_has_a_directory_and_its_hosts_when_it_runs() -> None:
    assert address_of("embedded").embedded_dir == Path("var/postgres")
    found = address_of("embedded:/srv/a:b", "poker")
    assert found == Address(embedded_dir=Path("/srv/a:b"), schema="poker", pooler="none")

    running = found.running_at("postgresql://postgres@/postgres?host=/srv/run&port=5432")
    assert (running.embedded_dir, running.schema) == (Path("/srv/a:b"), "poker")
    assert (running.place, running.pooler) == ("/srv/run", "none")


def test_the_schema_is_the_search_path_of_each_session() -> None:
    assert address_of("postgres://u@h/d").session_settings() == {}
    found = address_of("postgres://u@h/d?options=-csearch_path%3Dx", "poker")
    assert found.session_settings({"jit": "off"}) == {"search_path": '"poker"', "jit": "off"}
