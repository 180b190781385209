"""`WORKERS=2`: how the servers of one machine start, die, come back and end together."""

import asyncio
import os
import signal
import socket
from pathlib import Path

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from tests.e2e.workers.conftest import Grouped
from tests.e2e.workers.group import Group, all_ended
from tests.storage.clusters import on_linux

pytestmark = on_linux


def postmaster(cluster: Path) -> int:
    return int((cluster / "cluster/data/postmaster.pid").read_text().split()[0])


async def test_two_workers_share_a_port_and_a_database_and_each_is_replaced_when_it_dies(
    grouped: Grouped, cluster_copy: Path
) -> None:
    group = grouped(database_url=f"embedded:{cluster_copy}", log_format="json", bots=2)
    await group.start_all()
    workers, services, postgres = group.workers, group.services, postmaster(cluster_copy)
    # A terminal's Ctrl-C goes to a session, and a service manager's SIGTERM to all processes.
    assert len({os.getsid(one) for one in (group.pid, services, *workers.values())}) == 4
    os.kill(services, signal.SIGTERM)
    shown = [line["what"] for line in group.log("status")]
    assert shown.count("workers") == shown.count("address") == 1, "it is shown by the first alone"
    await group.reach_both()
    bots = {line["worker"] for line in group.log("session_opened") if "bot" in line["player"]}
    assert bots == {1}
    # The one with the bots, which have to come back.
    served = asyncio.create_task(group.again("server_started", worker=1))
    returned = asyncio.create_task(group.again("session_opened", player="bot_ada", worker=1))
    os.kill(workers[1], signal.SIGKILL)
    async with connect(group.socket_url, name="Ann") as ann:
        assert ann.player, "the other one accepts at once"
    await asyncio.gather(served, returned)
    (line,) = group.log("process_ended")
    assert (line["process"], line["exit_code"]) == ("worker 1", -signal.SIGKILL)
    assert group.workers[1] != workers[1]
    assert group.workers[2] == workers[2]
    assert (group.services, postmaster(cluster_copy)) == (services, postgres)
    processes = [*group.processes, postgres]
    group.interrupt()
    assert await group.ended() == 0
    assert {line["worker"] for line in group.log("server_stopped") if line["all_stored"]} == {1, 2}
    await all_ended(processes)


async def test_a_killed_supervisor_leaves_nothing_running_and_nothing_unstored(
    grouped: Grouped, cluster_copy: Path
) -> None:
    group = grouped(database_url=f"embedded:{cluster_copy}")
    await group.start_all()
    processes = [*group.processes, postmaster(cluster_copy)]
    async with connect(group.socket_url, name="Ann") as ann:
        table = await ann.create_table("One", TableConfig())
        await ann.watch(table)
    await group.kill()
    await all_ended(processes)
    assert {line["worker"] for line in group.log("server_stopped") if line["all_stored"]} == {1, 2}
    assert not (cluster_copy / "cluster/data/postmaster.pid").exists(), "it was stopped in order"


async def test_nats_comes_back_and_a_worker_that_hangs_is_killed_at_the_second_signal(
    grouped: Grouped, database_url: str
) -> None:
    group = grouped(database_url=database_url)
    await group.start_all()
    port = _port_of_nats(group)
    ended = asyncio.create_task(group.again("nats_ended"))
    os.kill(group.nats, signal.SIGKILL)
    await ended
    await asyncio.to_thread(_accepts, port)
    # The services themselves: the next ones find the workers where they were.
    services, nats = group.services, group.nats
    ended = asyncio.create_task(group.again("process_ended", process="services"))
    os.kill(services, signal.SIGKILL)
    await ended
    # It does not outlive who would have ended it.
    await all_ended([nats])
    await asyncio.to_thread(_accepts, port)
    processes = group.processes
    os.kill(group.workers[2], signal.SIGSTOP)
    stopped = asyncio.create_task(group.again("server_stopped", worker=1))
    group.send(signal.SIGTERM)
    await stopped
    # The second one counts a second after the first.
    await asyncio.sleep(1.1)
    assert await group.end(signal.SIGTERM) == 1, "what the frozen one had is not stored"
    await all_ended(processes)


def _port_of_nats(group: Group) -> int:
    variables = Path(f"/proc/{group.workers[1]}/environ").read_text().split("\0")
    (url,) = (one for one in variables if one.startswith("CLUSTER_URL="))
    return int(url.rpartition(":")[2])


def _accepts(port: int) -> None:
    """Return when somebody accepts connections there."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return


async def test_a_worker_that_cannot_start_ends_all_with_its_reason(grouped: Grouped) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgres://poker:hidden@127.0.0.1:{closed.getsockname()[1]}/poker"
        group = grouped(database_url=url)
        await group.launch()
        assert await group.ended() == 1
    (line,) = (line for line in group.output if line.startswith("pokerws: "))
    assert "hidden" not in line
    assert len(group.log("process_ended")) == 0


async def test_a_port_in_use_is_named_before_anything_is_started(grouped: Grouped) -> None:
    group = grouped()
    with socket.create_server(("127.0.0.1", group.port)):
        await group.launch()
        assert await group.ended() == 1
    (line,) = group.output
    assert line.startswith(f"pokerws: cannot listen on 127.0.0.1:{group.port}: it is in use; ")


async def test_a_signal_during_the_start_ends_it_with_nothing_left(
    grouped: Grouped, cluster_copy: Path
) -> None:
    group = grouped(database_url=f"embedded:{cluster_copy}")
    await group.launch()
    await group.logged("migration_applied")
    processes = [*group.processes, postmaster(cluster_copy)]
    assert await group.stop() == 0
    await all_ended(processes)
    assert not group.log("workers_started")
