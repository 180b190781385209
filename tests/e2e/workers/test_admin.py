"""Admin commands with `WORKERS=2`: each worker is reached at its own socket and port."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from pokerws.server.auth.operator_key import issue_for_operator
from pokerws.server.clock import Clock
from pokerws.settings import load
from tests.e2e.test_command_line import run
from tests.e2e.workers.conftest import Grouped
from tests.e2e.workers.group import Group
from tests.storage.clusters import on_linux

pytestmark = on_linux


def asked(group: Group) -> dict[str, str]:
    """The settings of the group, for a command."""
    return {**os.environ, **group.settings, "PORT": str(group.port)}


async def nodes(group: Group, ways: Sequence[Sequence[str]]) -> list[Any]:
    """The names of the servers that answer by each way."""
    found = []
    for way in ways:
        code, out, errors = await run("admin", *way, "status", "--json", **asked(group))
        assert (code, errors) == (0, "")
        found.append(json.loads(out)["node"])
    return found


async def test_each_worker_is_reached_alone_before_and_after_it_is_replaced(
    grouped: Grouped, database_url: str, tmp_path: Path, free_ports: int
) -> None:
    group = grouped(
        database_url=database_url,
        vault_key_file=tmp_path / "vault.key",
        admin_socket="admin.sock",
        admin_port=free_ports,
        node_name="poker",
    )
    await group.start_all()
    settings = load({name: group.settings[name] for name in ("VAULT_KEYS", "VAULT_KEY_FILE")})
    token = tmp_path / "token"
    token.write_text(issue_for_operator(settings, "bob", 5, Clock().wall_ms(), "operator"))
    with_token = ("--token-file", str(token), "--url")
    ways = [
        ("--worker", "1"),
        ("--worker", "2"),
        (*with_token, f"ws://127.0.0.1:{free_ports}/"),
        (*with_token, f"ws://127.0.0.1:{free_ports + 1}/"),
    ]
    names = ["poker/1", "poker/2"] * 2
    assert await nodes(group, ways) == names
    assert await nodes(group, [()]) == ["poker/1"]
    await group.reloaded("roll_ended")
    assert await nodes(group, ways) == names
    # One that is told to drain is started again, and the other one has its tables meanwhile.
    back = group.expect("server_started")
    command = ("drain", "--worker", "2", "--reason", "x")
    code, out, _ = await run("admin", *command, **asked(group))
    assert (code, out) == (
        0,
        "poker/2 drains, and ends when its clients are gone\n(of the server poker/2 alone)\n",
    )
    assert (await back)["worker"] == 2
    (ended,) = group.log("process_ended")
    assert (ended["process"], ended["exit_code"]) == ("worker 2", 0)
    assert await nodes(group, ways) == names
    assert not group.log("admin_socket_not_open")
    code, _, errors = await run("admin", "status", "--worker", "3", **asked(group))
    assert code == 1
    assert f"no server listens at {tmp_path}/admin-3.sock" in errors
    assert await group.stop() == 0
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".sock")]  # noqa: PTH208  as Path it would block


async def test_a_table_is_moved_between_workers_over_the_nats_that_they_started(
    grouped: Grouped, database_url: str, tmp_path: Path
) -> None:
    group = grouped(database_url=database_url, vault_key_file=tmp_path / "vault.key")
    await group.start_all()
    async with connect(group.socket_url, name="Ann") as ann:
        table = await ann.create_table("One", TableConfig())
        view = await ann.watch(table)
        await ann.sit(table, 5_000)
        code, listed, _ = await run("nodes", **asked(group))
        assert (code, len(listed.splitlines())) == (0, 3)
        (holder,) = (line.split()[0] for line in listed.splitlines() if line.endswith(" 1"))
        other = f"{holder[:-1]}{3 - int(holder[-1])}"
        code, out, errors = await run("move", table, other, **asked(group))
        assert (code, out, errors) == (0, f"table {table}: given to {other}\n", "")
        await ann.stand(table)
        await view.wait_for(lambda view: view.own is None)
    (note,) = (name for name in os.listdir(tmp_path) if name.endswith(".url"))  # noqa: PTH208  as above
    assert os.stat(tmp_path / note).st_mode & 0o777 == 0o600  # noqa: PTH116  as above
    assert await group.stop() == 0
    assert note not in os.listdir(tmp_path)  # noqa: PTH208  as above
    code, _, errors = await run("move", table, other, **asked(group))
    assert code == 2
    assert "no workers with a NATS of their own run at PORT" in errors
