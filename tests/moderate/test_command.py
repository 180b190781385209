"""The command `moderate` against a server in the same process, which it reaches by the settings."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from pokerws.arguments import parser
from pokerws.client import Client, ConnectionEnded, connect
from pokerws.game.config.table_config import TableConfig
from pokerws.messages import CloseCode
from pokerws.moderate.command import moderate
from pokerws.server.app import App
from pokerws.settings import Settings, SettingsError
from tests.certificates import self_signed
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS


class Done(NamedTuple):
    """The exit code, the output and the errors of a command."""

    code: int
    out: str
    errors: str


class Console:
    """A running server's machine, on which an operator types commands."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def type(self, *arguments: str) -> Done:
        out, errors = StringIO(), StringIO()
        parsed = parser().parse_args(["moderate", *arguments])
        code = await asyncio.to_thread(moderate, self.settings, parsed, out, errors)
        return Done(code, out.getvalue(), errors.getvalue())

    def player(self, name: str) -> Client:
        return connect(self.app.socket_url, name=name, tls=self.app.own_tls)


@asynccontextmanager
async def console(place: Path, **more: object) -> AsyncIterator[Console]:
    given = {
        "vault_key_file": str(place / "vault.key"),
        "database_url": f"embedded:{place / 'none'}",
        **NO_LIMITS,
        **more,
    }
    app = App(settings_of(port=0, **given))
    await app.start()
    try:
        yield Console(app, settings_of(port=app.port, **given))
    finally:
        await app.stop()


async def test_an_evening_of_an_operator(tmp_path: Path) -> None:
    tls = self_signed(tmp_path, "poker.example")
    async with (
        console(tmp_path, base_path="/poker", **tls) as operator,
        operator.player("Ann") as ann,
        operator.player("Ben") as ben,
    ):
        table = await ann.create_table("One", TableConfig())
        await ann.sit(table, 5_000)

        # Options may stand before the action or after it.
        listed = await operator.type("players", "--env-file", "local.env")
        assert listed.code == 0
        assert f"{ann.player}  Ann  connected from 127.0.0.1  seated at {table}\n" in listed.out

        muted = await operator.type("--as", "alice", "mute", "ann", "--for", "2h", "--reason", "x")
        assert muted.out.startswith(f"muted {ann.player} until 20")
        assert muted.out.endswith(" by operator:alice: x\n")
        kicked = await operator.type("kick", "--table", table, "--player", "Ann")
        assert kicked.out.startswith(f"kicked {ann.player} from table {table} until 20")
        assert (await ann.list_tables())[0].players == 0
        banned = await operator.type("--json", "ban", ann.player, "--for", "1w")
        said = json.loads(banned.out)
        assert (said["kind"], said["player"], said["stored"]) == ("ban", ann.player, True)
        with pytest.raises(ConnectionEnded) as ended:
            await ann.ping()
        assert ended.value.code == CloseCode.BANNED

        address = await operator.type("ban", "2001:db8::9")
        assert address.out.startswith("banned 2001:db8::/64 until 20")
        bans = (await operator.type("bans")).out.splitlines()
        assert [line.split()[0] for line in bans] == ["banned", "banned", "kicked", "muted"]
        assert (await operator.type("unban", ann.player)).out == f"unbanned {ann.player}\n"
        assert (await operator.type("unmute", ann.player)).out == f"unmuted {ann.player}\n"
        lifted = await operator.type("unban", "2001:db8::9", "--json")
        assert json.loads(lifted.out) == {"done": "unbanned", "address": "2001:db8::9"}
        signed_out = await operator.type("end-session", "Ben", "--as", "bob")
        assert signed_out.out == f"signed out {ben.player} by operator:bob\n"
        closed = await operator.type("close-table", table)
        assert closed.out == f"closed {table}\n"


async def test_what_cannot_be_done_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    async with (
        console(tmp_path) as operator,
        operator.player("Ann"),
    ):
        for arguments, why in (
            (("mute", "nobody"), "unknown_player: there is no player nobody"),
            (("ban", "127.0.0.1"), "protected: 127.0.0.1/32 contains your own address"),
            (("ban", "8.0.0.0/8"), "invalid_value: 8.0.0.0/8 is too wide"),
            (("kick", "--table", "none", "--player", "Ann"), "unknown_table: "),
        ):
            done = await operator.type(*arguments)
            assert (done.code, done.out, done.errors.count("\n")) == (1, "", 1)
            assert done.errors.startswith(f"pokerws: {why}")
        wrong = settings_of(
            port=operator.app.port, operator_key="another key than the server has it"
        )
        refused = await Console(operator.app, wrong).type("players")
        assert (refused.code, refused.out) == (1, "")
        assert refused.errors.startswith("pokerws: bad_token: ")
    gone = await operator.type("players")
    assert gone.errors.endswith(": is a server running with these settings?\n")
    unknown = await Console(operator.app, settings_of(port=0, operator_key="k" * 32)).type("bans")
    assert "PORT is 0" in unknown.errors


async def test_without_a_key_nothing_can_be_signed(tmp_path: Path) -> None:
    nowhere = settings_of(vault_key_file=str(tmp_path / "vault.key"))
    with pytest.raises(SettingsError, match="there is no key to sign with"):
        await Console(App(nowhere), nowhere).type("players")


@pytest.mark.parametrize(
    "arguments",
    [
        ["ban", "p_1", "--for", "soon"],
        ["ban", "p_1", "--for", "11000000m"],
        ["ban", "p_1", "--for", "0m"],
        ["ban"],
        [],
        ["mute", "p_1", "--reason", "x" * 201],
        ["--as", "a b", "bans"],
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_asked(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        parser().parse_args(["moderate", *arguments])
    assert stopped.value.code == 2
