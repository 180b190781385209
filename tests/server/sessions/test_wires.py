"""The two ways of writing messages, chosen by subprotocol: they say the same."""

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from pokerws.game.state import TableId
from pokerws.messages import MSGPACK, Hello, Watch
from pokerws.server.app import App

IN_MSGPACK = [Subprotocol("poker.v1.msgpack")]


async def test_a_client_that_offers_messagepack_is_answered_in_it(app: App) -> None:
    async with connect(app.socket_url, subprotocols=IN_MSGPACK) as connection:
        assert connection.subprotocol == "poker.v1.msgpack"
        await connection.send(msgspec.msgpack.encode({"type": "hello", "id": "1", "name": "Ann"}))
        answer = await connection.recv()
        assert isinstance(answer, bytes)
        welcome = msgspec.msgpack.decode(answer)
        assert (welcome["type"], welcome["id"], welcome["name"]) == ("welcome", "1", "Ann")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], None),
        (["poker.v1.json"], "poker.v1.json"),
        (["poker.v9", "poker.v1.msgpack", "poker.v1.json"], "poker.v1.msgpack"),
    ],
)
async def test_the_first_subprotocol_that_the_server_knows_is_chosen(
    app: App, offered: list[str], chosen: str | None
) -> None:
    names = [Subprotocol(name) for name in offered] or None
    async with connect(app.socket_url, subprotocols=names) as connection:
        assert connection.subprotocol == chosen


async def test_a_client_that_offers_only_what_the_server_does_not_know_is_refused(app: App) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(app.socket_url, subprotocols=[Subprotocol("poker.v9")])
    assert refused.value.response.status_code == 400
    assert b"poker.v1.json" in refused.value.response.body


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type":"ping","id":"1"}', "not_binary"),
        (b"", "not_msgpack"),
        (b"\xc1", "not_msgpack"),
        (b"\x91\x01", "not_an_object"),
        (b"\x91" * 4000, "not_an_object"),
        (msgspec.msgpack.encode({"type": "pong", "id": "1"}), "unknown_type"),
        (msgspec.msgpack.encode({"type": "ping"}), "missing_field"),
    ],
)
async def test_what_is_no_message_in_messagepack_is_refused(
    app: App, frame: str | bytes, code: str
) -> None:
    async with connect(app.socket_url, subprotocols=IN_MSGPACK) as connection:
        await connection.send(frame)
        answer = msgspec.msgpack.decode(await connection.recv(decode=False))
        assert (answer["type"], answer["code"]) == ("rejected", code)


async def test_viewers_in_both_ways_see_the_same_events(app: App) -> None:
    async with (
        connect(app.socket_url, subprotocols=IN_MSGPACK) as binary,
        connect(app.socket_url) as text,
    ):

        async def ask(kind: str, **fields: object) -> dict[str, object]:
            await text.send(msgspec.json.encode({"type": kind, "id": kind, **fields}), text=True)
            answer: dict[str, object] = msgspec.json.decode(await text.recv())
            return answer

        await ask("hello", name="Ann")
        table = (await ask("create_table", name="One", config={}))["table"]
        for message in (Hello("1", name="Ben"), Watch("2", TableId(str(table)))):
            await binary.send(MSGPACK.encode(message))
            await binary.recv()
        await ask("watch", table=table)
        of_binary = msgspec.msgpack.decode(await binary.recv(decode=False))
        of_text = msgspec.json.decode(await text.recv())
        assert of_binary["state"] == of_text["state"]
        await ask("sit", table=table, buy_in=10_000)
        of_binary = msgspec.msgpack.decode(await binary.recv(decode=False))
        of_text = msgspec.json.decode(await text.recv())
        assert of_binary == of_text
        assert of_text["events"][0]["type"] == "player_sat"
