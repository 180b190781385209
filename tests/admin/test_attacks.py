"""Operators with too few rights, broken messages, and servers that end half-way."""

import asyncio
import json
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pokerws.client import Client
from pokerws.game.config.table_config import TableConfig
from pokerws.server.admin import acting, port
from pokerws.server.admin.commands import COMMANDS, may, name_of
from pokerws.server.admin.inner_session import send
from pokerws.server.admin.waiting_room import MOST, MOST_OF_ADDRESS
from pokerws.server.auth.identity import OperatorRole
from pokerws.settings import SettingsError, load
from tests.admin.console import Console, Line, console

# What each command needs, so that it would be carried out.
FIELDS: dict[str, dict[str, Any]] = {
    "table": {"table": "t"},
    "player": {"player": "Ann"},
    "audit": {"players": ["Ann"]},
    "kick": {"table": "t", "player": "Ann", "reason": "x"},
    "mute": {"player": "Ann", "reason": "x"},
    "unmute": {"player": "Ann"},
    "ban": {"target": "Ann", "reason": "x"},
    "unban": {"target": "Ann"},
    "end-session": {"player": "Ann", "reason": "x"},
    "announce": {"text": "x"},
    "freeze": {"table": "t", "reason": "x"},
    "resume": {"table": "t"},
    "close-table": {"table": "t", "reason": "x"},
    "adjust": {"player": "Ann", "chips": 5, "reason": "x", "request": "12345678"},
    "log-level": {"level": "info"},
    "drain": {"reason": "x"},
}


@pytest.mark.parametrize("role", ["viewer", "moderator"])
async def test_a_role_is_refused_what_it_may_not_do_and_nothing_happens(
    tmp_path: Path, free_port: int, role: OperatorRole
) -> None:
    async with (
        console(tmp_path, admin_port=free_port) as operator,
        operator.player("Ann") as ann,
        operator.line_of(role) as line,
    ):
        for command in COMMANDS:
            name = name_of(command)
            if not may(role, command):
                assert await line.refused(name, **FIELDS.get(name, {})) == "forbidden"
        await ann.ping()
        async with operator.line() as own:
            assert (await own.do("log"))["actions"] == []


async def test_a_viewer_sees_no_addresses(tmp_path: Path, free_port: int) -> None:
    async with (
        console(tmp_path, admin_port=free_port) as operator,
        operator.player("Ann"),
        operator.line_of("viewer") as viewer,
        operator.line_of("moderator") as moderator,
    ):
        assert "127.0.0.1" not in json.dumps(await viewer.do("players"))
        assert "127.0.0.1" in json.dumps(await moderator.do("players"))


async def test_a_moderators_token_is_none_in_the_game(tmp_path: Path) -> None:
    async with (
        console(tmp_path) as operator,
        connect(operator.app.socket_url, compression=None) as connection,
    ):
        hello = {"type": "hello", "id": "1", "token": operator.token("moderator")}
        assert (await Line(connection).say(json.dumps(hello)))["code"] == "bad_token"


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"command": "hello", "id": "1"}, "token_missing"),
        ({"command": "hello", "id": "1", "token": "x.y.z"}, "bad_token"),
        ({"command": "hello", "id": "1", "name": "eve"}, "token_missing"),
        ({"command": "status", "id": "1"}, "hello_first"),
        ([], "hello_first"),
    ],
)
async def test_nobody_comes_in_at_the_port_without_a_token(
    tmp_path: Path, free_port: int, hello: object, code: str
) -> None:
    async with (
        console(tmp_path, admin_port=free_port) as operator,
        connect(operator.url, compression=None) as connection,
    ):
        assert (await Line(connection).say(json.dumps(hello)))["code"] == code
        with pytest.raises(ConnectionClosed):
            await connection.recv()


async def test_an_expired_token_ends_the_rights_of_an_open_connection(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        console(tmp_path, admin_port=free_port) as operator,
        operator.line_of("operator") as line,
    ):
        assert (await line.ask("status"))["type"] == "done"
        clock = operator.app.moderation._clock
        late_ms = clock.wall_ms() + 6 * 60_000
        monkeypatch.setattr(clock, "wall_ms", lambda: late_ms)
        assert await line.refused("status") == "token_expired"


async def test_a_page_of_another_site_is_refused(tmp_path: Path, free_port: int) -> None:
    async with console(tmp_path, admin_port=free_port) as operator:
        with pytest.raises(InvalidStatus, match="403"):
            await connect(operator.url, origin="http://evil.example")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "not_json"),
        (b"\xff", "not_json"),
        ("[" * 5_000, "not_an_object"),
        ("[]", "not_an_object"),
        ("{}", "unknown_type"),
        ('{"command":"launch"}', "unknown_type"),
        ('{"command":"mute","player":"Ann"}', "missing_field"),
        ('{"command":"status","all":true}', "unknown_field"),
        ('{"command":"mute","player":7,"reason":"x"}', "wrong_type"),
        ('{"command":"mute","player":"Ann","reason":"x","minutes":0}', "out_of_range"),
        ('{"command":"mute","player":"Ann","reason":"x","minutes":1.5}', "wrong_type"),
        ('{"command":"mute","player":"Ann","reason":""}', "out_of_range"),
        ('{"command":"mute","player":"Ann","reason":"a\\u202eb"}', "invalid_value"),
        ('{"command":"kick","table":"t\\u0000","player":"Ann","reason":"x"}', "invalid_value"),
        ('{"command":"adjust","player":"Ann","chips":1e99,"reason":"x","request":"12345678"}', "*"),
        ('{"command":"status","id":"\\u0000"}', "invalid_value"),
    ],
)
async def test_what_cannot_be_read_is_refused_and_the_connection_goes_on(
    tmp_path: Path, frame: str | bytes, code: str
) -> None:
    async with console(tmp_path) as operator, operator.player("Ann"), operator.line() as line:
        answer = await line.say(frame)
        assert answer["type"] == "rejected"
        assert code in {answer["code"], "*"}
        assert (await line.ask("status"))["type"] == "done"


async def test_a_huge_command_ends_its_connection_alone(tmp_path: Path) -> None:
    async with console(tmp_path) as operator, operator.line() as other:
        async with operator.line() as line:
            with pytest.raises(ConnectionClosed) as closed:
                await line.ask("announce", text="x" * 100_000)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        assert (await other.ask("status"))["type"] == "done"


async def test_a_name_that_cannot_be_logged_is_refused(tmp_path: Path) -> None:
    async with (
        console(tmp_path) as operator,
        unix_connect(str(operator.file), uri="ws://admin/") as connection,
    ):
        hello = {"command": "hello", "id": "1", "name": "eve\n"}
        assert (await Line(connection).say(json.dumps(hello)))["code"] == "bad_name"


async def seated(operator: Console, ann: Client) -> str:
    """A table at which Ann sits."""
    table = await ann.create_table("One", TableConfig())
    await ann.sit(table, 5_000)
    return table


async def test_the_same_request_twice_is_one_adjustment(tmp_path: Path) -> None:
    async with console(tmp_path) as operator, operator.player("Ann") as ann:
        await ann.account()
        async with operator.line() as line:
            given = {"player": "Ann", "chips": 500, "reason": "x", "request": "11112222"}
            assert (await line.do("adjust", **given))["balance"] == 100_500
            again = await line.do("adjust", **given)
            assert (again["balance"], again["repeated"]) == (100_500, True)
            assert await line.refused("adjust", **{**given, "chips": 501}) == "id_conflict"
            much = {**given, "chips": -200_000, "request": "33334444"}
            assert await line.refused("adjust", **much) == "out_of_range"
            log = (await line.do("log"))["actions"]
            assert [one["result"] for one in log] == ["out_of_range", "id_conflict", "done"]
        assert (await ann.account()).balance == 100_500


async def test_a_command_that_comes_late_or_twice_changes_nothing_more(tmp_path: Path) -> None:
    async with (
        console(tmp_path) as operator,
        operator.player("Ann") as ann,
        operator.line() as line,
    ):
        table = await seated(operator, ann)
        kick = {"table": table, "player": "Ann", "reason": "x"}
        await line.do("kick", **kick)
        assert await line.refused("kick", **kick) == "not_seated"
        await line.do("close-table", table=table, reason="x")
        assert await line.refused("close-table", table=table, reason="x") == "table_closed"
        assert await line.refused("freeze", table=table, reason="x") == "unknown_table"


async def test_what_has_begun_is_done_though_its_connection_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any) -> None:
        begun.set()
        await go_on.wait()
        await send(*arguments)

    monkeypatch.setattr(acting, "send", slow)
    async with console(tmp_path) as operator, operator.player("Ann") as ann:
        table = await seated(operator, ann)
        async with operator.line() as line:
            await line.connection.send(
                json.dumps({"command": "close-table", "table": table, "reason": "x"})
            )
            await begun.wait()
        async with operator.line() as line:
            # As after a crash between the two: it has begun, and has no result.
            log = (await line.do("log"))["actions"]
            assert [(one["command"], "result" in one) for one in log] == [("close-table", False)]
            go_on.set()
            while "result" not in log[0]:
                log = (await line.do("log"))["actions"]
            assert log[0]["result"] == "done"


def test_tokens_are_not_taken_from_the_network_without_tls() -> None:
    with pytest.raises(SettingsError, match=r"ADMIN_PORT listens on 0\.0\.0\.0 without TLS"):
        load({"ADMIN_PORT": "9000", "ADMIN_HOST": "0.0.0.0"})
    load({"ADMIN_PORT": "9000"})
    tls = {"TLS_CERT_FILE": "a", "TLS_KEY_FILE": "b"}
    load({"ADMIN_PORT": "9000", "ADMIN_HOST": "0.0.0.0", **tls})
    with pytest.raises(SettingsError, match="ADMIN_PORT and PORT are the same"):
        load({"ADMIN_PORT": "9000", "PORT": "9000"})


async def test_a_flood_of_half_open_connections_does_not_keep_the_operator_out(
    tmp_path: Path, free_port: int
) -> None:
    async with (
        console(tmp_path, admin_port=free_port) as operator,
        AsyncExitStack() as stack,
        operator.line_of("operator") as early,
    ):
        for number in range(3):
            for _ in range(2 * MOST):
                _, writer = await asyncio.open_connection("127.0.0.1", free_port)
                stack.callback(writer.close)
                if number:
                    # Some of them come further than others.
                    writer.write(b"GET / HTTP/1.1\r\n")
            async with operator.line_of("viewer") as line:
                assert (await line.ask("status"))["type"] == "done"
        # Whoever is known is in nobody's way.
        assert (await early.ask("status"))["type"] == "done"
        assert _refused(operator, "opening") > 0


def _refused(operator: Console, reason: str) -> float:
    name = f'pokerws_connections_refused_total{{reason="{reason}"}} '
    lines = operator.app._metrics.text().decode().splitlines()
    (value,) = (line.removeprefix(name) for line in lines if line.startswith(name))
    return float(value)


async def test_of_one_address_few_connections_wait_and_the_oldest_goes(
    tmp_path: Path, free_port: int
) -> None:
    async with console(tmp_path, admin_port=free_port), AsyncExitStack() as stack:
        readers = []
        for _ in range(MOST_OF_ADDRESS + 2):
            reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
            stack.callback(writer.close)
            readers.append(reader)
        for gone in readers[:2]:
            with suppress(ConnectionResetError):
                assert await gone.read() == b""
        assert not any(reader.at_eof() for reader in readers[2:])


async def test_each_wrong_token_waits_and_is_counted(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port, "REFUSED_S", 0.2)
    async with console(tmp_path, admin_port=free_port) as operator:
        for _ in range(2):
            async with connect(operator.url, compression=None) as connection:
                began_s = asyncio.get_running_loop().time()
                answer = await Line(connection).ask("hello", token="x.y.z")
                assert answer["code"] == "bad_token"
                assert asyncio.get_running_loop().time() - began_s >= 0.2
        assert _refused(operator, "operator") == 2
