"""SIGHUP replaces all workers of a machine, one by one, while people play.

ROLLS=10 does so ten times.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pokerws.client import Client, TableView, connect
from pokerws.serve import StopSignals
from pokerws.workers import processes as processes_module
from pokerws.workers import rolling
from pokerws.workers.kept import Kept
from pokerws.workers.processes import Processes
from tests.e2e.cluster.rig import Guarded, Place, Play, play
from tests.e2e.database import check_database
from tests.e2e.process import PROGRAM, REPOSITORY
from tests.e2e.workers.conftest import Grouped
from tests.e2e.workers.group import Group, all_ended
from tests.e2e.workers.test_parts import Script
from tests.storage.clusters import on_linux

pytestmark = on_linux

ROLLS = int(os.environ.get("ROLLS", "1"))
TABLES, PLAYERS = 3, 3


class Spectator(Guarded):
    """Somebody who only watches."""

    async def _step(self, client: Client, view: TableView) -> None:
        self._view = view
        self._look(view)
        seen = view.seq
        await view.wait_for(lambda later: later.seq != seen)


@asynccontextmanager
async def watched(played: Play, url: str) -> AsyncIterator[None]:
    """A spectator at each table, who is shown what is checked as what players see."""
    async with asyncio.TaskGroup() as tasks:
        running = []
        for number, (table, players) in enumerate(played.players.items()):
            spectator = Spectator(f"Sue{number}", random.Random(number), played.progress)
            players.append(spectator)
            running.append(tasks.create_task(spectator.play(url, table)))
        yield
        for task in running:
            task.cancel()


def places(group: Group) -> list[Place]:
    return [Place(group, [group.socket_url] * PLAYERS) for _ in range(TABLES)]


@pytest.mark.parametrize("count", [1, 2])
async def test_all_workers_are_replaced_under_load_and_nothing_is_lost(
    grouped: Grouped,
    database_url: str,
    count: int,
    record_property: Callable[[str, object], None],
) -> None:
    group = grouped(database_url=database_url, workers=count, grant_chips=10**9)
    await group.start_all()
    seen = set(group.workers.values())
    async with play(database_url, *places(group)) as played, watched(played, group.socket_url):
        for _ in range(ROLLS):
            await played.more(20)
            await group.reloaded("roll_ended")
            now = set(group.workers.values())
            assert len(now) == count
            assert not now & seen, "each is a new process"
            seen |= now
        await played.more(50)
    assert len(group.log("worker_replaced")) == ROLLS * count
    assert all(line["stay"] == 0 for line in group.log("tables_given"))
    assert not group.log("tables_taken_over"), "nothing was left behind"
    assert not group.log("tables_not_given")
    before = len(group.log("tables_given"))
    assert await group.stop() == 0
    last = group.log("tables_given")[before:]
    assert sum(line["stay"] for line in last) == TABLES, "they stop together, and give nothing"
    assert all(line["all_stored"] for line in group.log("server_stopped"))
    await played.nothing_is_lost()
    assert await check_database(database_url)
    record_property("longest_action_s", round(played.longest_s, 3))
    sys.stdout.write(f"longest action, {count} workers: {played.longest_s:.3f} s\n")


async def test_broken_code_ends_the_roll_and_the_old_ones_serve(
    grouped: Grouped, database_url: str, tmp_path: Path
) -> None:
    program = tmp_path / "server.py"
    shutil.copy(REPOSITORY / "server.py", program)
    group = grouped(database_url=database_url, pythonpath=REPOSITORY)
    await group.start_all(program)
    old = group.workers
    async with connect(group.socket_url, name="Ann") as ann:
        program.write_text("raise SystemExit(3)\n")
        failed = await group.reloaded("roll_failed")
        assert failed["number"] == 1
        assert failed["error"] == "the new one did not start, exit code 3; the old one serves"
        shutil.copy(REPOSITORY / "server.py", program)
        assert group.workers == old
        await ann.ping()
        assert not group.log("server_drains")
    await group.reloaded("roll_ended")
    assert not {*group.workers.values()} & {*old.values()}
    assert await group.stop() == 0


async def test_settings_in_a_file_are_read_again_and_wrong_ones_end_the_roll(
    grouped: Grouped, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("MAX_TABLES=7\nWORKERS=1\n")
    group = grouped(database_url=database_url)
    del group.settings["WORKERS"]
    await group.start_all(PROGRAM[1], "--env-file", str(file))
    file.write_text("MAX_TABLES=many\nWORKERS=1\n")
    failed = await group.reloaded("roll_failed")
    assert failed["error"] == "the new one did not start, exit code 2; the old one serves"
    assert any("MAX_TABLES" in line for line in group.output), "it says which"
    # The supervisor keeps what it has read.
    file.write_text("MAX_TABLES=8\nWORKERS=0\n")
    await group.reloaded("roll_ended")
    assert len(group.workers) == 1
    assert await group.stop() == 0


async def test_a_second_reload_is_refused_and_the_first_goes_on(
    grouped: Grouped, database_url: str
) -> None:
    group = grouped(database_url=database_url)
    await group.launch_group()
    # The second worker waits for the first.
    await group.logged("server_started")
    assert (await group.reloaded("roll_refused"))["reason"] == "not all workers have started"
    await group.logged("workers_started")
    await group.reloaded("roll_began")
    ended = group.expect("roll_ended")
    assert (await group.reloaded("roll_refused"))["reason"] == "another one goes on"
    await ended
    assert await group.stop() == 0


@pytest.mark.parametrize("moment", ["roll_began", "server_drains"])
async def test_a_stop_in_the_midst_of_a_roll_ends_all_in_order(
    grouped: Grouped, database_url: str, moment: str
) -> None:
    group = grouped(database_url=database_url, grant_chips=10**9)
    await group.start_all()
    async with play(database_url, *places(group)) as played:
        await group.reloaded(moment)
        processes = group.processes
        group.send(signal.SIGTERM)
        assert await group.ended() == 0
    await all_ended(processes)
    assert not group.log("roll_failed")
    assert not group.log("roll_ended")
    assert all(line["all_stored"] for line in group.log("server_stopped"))
    await played.everything_shown_is_stored()


async def test_a_new_worker_that_is_killed_in_its_start_leaves_the_old_ones(
    grouped: Grouped, database_url: str
) -> None:
    group = grouped(database_url=database_url)
    await group.start_all()
    before = set(group.processes)
    failed = group.expect("roll_failed")
    await group.reloaded("roll_began")
    while not (new := set(group.processes) - before):  # noqa: ASYNC110  no line says it
        await asyncio.sleep(0.001)
    for process in new:
        os.kill(process, signal.SIGKILL)
    assert "exit code -9" in (await failed)["error"]
    assert set(group.processes) == before
    assert await group.stop() == 0


async def test_an_old_worker_that_dies_while_it_drains_ends_the_roll_and_the_new_one_serves(
    grouped: Grouped, database_url: str
) -> None:
    group = grouped(database_url=database_url)
    await group.start_all()
    old = group.workers
    os.kill(old[1], signal.SIGSTOP)
    failed = group.expect("roll_failed")
    await group.reloaded("server_started")
    await _told_to_end(old[1])
    os.kill(old[1], signal.SIGKILL)
    error = (await failed)["error"]
    assert error == "the old one ended with exit code -9; the new one serves"
    assert group.workers[1] != old[1]
    assert group.workers[2] == old[2]
    await group.reloaded("roll_ended")
    assert await group.stop() == 0


async def _told_to_end(process: int) -> None:
    """SIGTERM waits for a process that is stopped."""
    while not _pending(process) & 1 << (signal.SIGTERM - 1):  # noqa: ASYNC110  no line says it
        await asyncio.sleep(0.001)


def _pending(process: int) -> int:
    """The signals that wait for a process, as bits."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(dict(line.split(":", 1) for line in lines)["ShdPnd"], 16)


async def test_a_worker_that_dies_while_another_is_replaced_comes_back_and_is_replaced(
    grouped: Grouped, database_url: str
) -> None:
    group = grouped(database_url=database_url)
    await group.start_all()
    old = group.workers
    ended, rolled = group.expect("process_ended"), group.expect("roll_ended")
    await group.reloaded("roll_began")
    os.kill(old[2], signal.SIGKILL)
    assert (await ended)["process"] == "worker 2"
    await rolled
    assert not {*group.workers.values()} & {*old.values()}
    assert await group.stop() == 0


def _script(name: str, word: str) -> Kept:
    return Kept(name, Script(word, "").start, asyncio.Event())


async def test_a_new_worker_that_hangs_is_given_up_and_the_old_one_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rolling, "READY_S", 0.1)
    processes = Processes(StopSignals())
    workers = [_script("old", "echo ready; exec sleep 100")]
    assert await processes.begun(workers[0])
    old, said = workers[0], list[str]()
    roll = rolling.Rolling(
        *(workers, lambda _: _script("new", "exec sleep 100"), processes),
        leave_s=1,
        say=said.append,
    )
    with capture_logs() as lines:
        await roll.run()
    assert [line["event"] for line in lines] == ["roll_began", "roll_failed"]
    assert "not ready within" in lines[1]["error"]
    assert "the last reload failed at worker 1" in said[-1]
    assert (workers, processes.all) == ([old], [old])
    old.end()
    await processes.ended([old], signal.SIGTERM)


async def test_an_old_worker_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "OVER_S", 0.1)
    monkeypatch.setattr(processes_module, "AGAIN_S", 0.01)
    monkeypatch.setattr(processes_module, "KILL_S", 0.02)
    processes = Processes(StopSignals())
    said: list[str] = []
    old = _script("old", "trap '' TERM; echo ready; while true; do sleep 0.05; done")
    new = _script("new", "echo ready; exec sleep 100")
    assert await processes.begun(old)
    with capture_logs() as lines:
        await rolling.Rolling([old], lambda _: new, processes, leave_s=0, say=said.append).run()
    assert lines[-1]["error"] == "the old one ended with exit code -9; the new one serves"
    assert processes.all == [new]
    new.end()
    await processes.ended([new], signal.SIGTERM)
