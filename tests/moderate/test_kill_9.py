"""A ban from the command line of a real server, which outlives `kill -9`."""

from pathlib import Path

import pytest

from pokerws.client import CommandRejected, ConnectionEnded, connect
from pokerws.messages import CloseCode
from tests.e2e.process import ServerProcess
from tests.e2e.test_command_line import run


async def test_a_ban_from_the_command_line_outlives_kill_9(
    database_url: str, tmp_path: Path
) -> None:
    server = ServerProcess(
        database_url=database_url,
        use_db_repository=True,
        vault_key_file=str(tmp_path / "vault.key"),
        bots=0,
    )
    settings = {**server.settings, "PORT": str(server.port)}
    await server.start()
    try:
        async with connect(server.socket_url, name="Ann") as ann:
            session = ann.session
            code, output, errors = await run(
                *("moderate", "ban", "Ann", "--for", "2h", "--reason", "threats"), **settings
            )
            assert (code, errors) == (0, "")
            assert output.startswith(f"banned {ann.player} until ")
            with pytest.raises(ConnectionEnded) as ended:
                await ann.ping()
            assert ended.value.code == CloseCode.BANNED
        (line,) = server.log("moderated")
        assert (line["action"], line["target"], line["reason"]) == ("ban", ann.player, "threats")

        await server.kill()
        await server.start()

        with pytest.raises(CommandRejected, match="banned from this server: threats"):
            async with connect(server.socket_url, token=session):
                pass
        async with connect(server.socket_url, name="Ben") as ben:
            assert await ben.list_tables() == []
    finally:
        if server.running:
            await server.kill()
