"""The wheel alone: built, installed into an environment of its own, run in an empty directory."""

import asyncio
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest

from pokerws.client import connect
from pokerws.game.state import TableConfig
from pokerws.storage.postgres.migrate import SQL
from tests.e2e.process import REPOSITORY, ServerProcess
from tests.vaults import VAULT_KEYS

SOURCES = ("pyproject.toml", "LICENSE", "pokerws", "sql")


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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources without the network."""
    place = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        source = REPOSITORY / name
        if source.is_dir():
            without_caches = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, place / name, symlinks=True, ignore=without_caches)
        else:
            shutil.copy(source, place / name)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", "dist")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", *options, ".", cwd=place)
    (built,) = (place / "dist").glob("pokerws-*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command `pokerws`.  Its dependencies are those of the tests."""
    place = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", "venv", cwd=place)
    python = place / "venv/bin/python"
    options = ("--no-deps", "--no-index", "--quiet")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, wheel, cwd=place)
    # A path that is added like this is searched last, and no .pth file in it is read: the checkout,
    # which the tests have installed in place, is not found through it.
    (packages,) = (place / "venv/lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place / "venv/bin/pokerws"


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
    assert verified.startswith("1 games verified, 0 mismatches\n")
    assert os.listdir(tmp_path) == [], "nothing but the database was written to"  # noqa: PTH208
