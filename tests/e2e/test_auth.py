"""A server with `USE_AUTH_MIDDLEWARE` as an operator runs it: its bots, its players, its output."""

import asyncio
import json
import os
from typing import Any

from websockets.asyncio.client import connect

from tests.e2e.process import INHERITED, PROGRAM, ServerProcess

SECRET = "a secret that only this test knows of"


async def minted(*arguments: str) -> str:
    """What `python server.py token` prints."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        "token",
        *arguments,
        env={
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "AUTH_SECRET": SECRET,
        },
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode().strip()


async def hello(url: str, **fields: object) -> dict[str, Any]:
    return await said(url, json.dumps({"type": "hello", "id": "1", **fields}))


async def said(url: str, text: str) -> dict[str, Any]:
    async with connect(url, compression=None) as connection:
        await connection.send(text)
        answer: dict[str, Any] = json.loads(await connection.recv())
        return answer


async def test_with_auth_on_players_come_in_with_tokens_and_the_bots_play_on() -> None:
    server = ServerProcess(
        use_auth_middleware=True,
        auth_secret=SECRET,
        bots=2,
        bot_max_delay_ms=1,
        bot_min_delay_ms=0,
        next_hand_delay_ms=0,
        log_level="debug",
    )
    await server.start()
    token = await minted("--player", "ann", "--name", "Ann", "--role", "admin")
    welcome = await hello(server.socket_url, token=token)
    assert (welcome["player"], welcome["name"], welcome["role"]) == ("ann", "Ann", "admin")
    assert welcome["flags"]["use_auth_middleware"] is True
    assert (await hello(server.socket_url, name="Ann"))["code"] == "token_missing"
    # A number that is too long is not read at all.
    number = "1" + 700 * "0"
    too_long = await said(
        server.socket_url, f'{{"type": "hello", "id": "1", "protocol": {number}}}'
    )
    assert too_long["message"] == "Integer value out of range - at `$.protocol`"
    in_the_address = f"{server.socket_url}?token={token}"
    assert (await hello(in_the_address, name="Ann"))["code"] == "token_missing"
    assert (await hello(server.socket_url, token=token[:-3]))["code"] == "bad_token"
    # A hand is played: the bots were let in.
    await server.logged("save_game", lambda line: line["seq"] > 20)
    players = {line["player"] for line in server.log("session_opened")}
    assert players == {"ann", "bot_ada", "bot_blaise"}
    assert await server.stop() == 0
    for secret in (SECRET, token, token.rpartition(".")[2], "eyJ"):
        assert not [line for line in server.output if secret in line]
