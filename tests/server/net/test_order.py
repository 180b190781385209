"""Messages over real sockets: their order, and what a fault or an end does to those around it."""

import asyncio
import json
import logging

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.protocol import OPEN

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import CloseCode
from pokerws.server.app import App
from pokerws.server.tables.actor import TableActor
from tests.server.conftest import Connect, Message, Raw
from tests.server.hand_fed import frame

CONFIG = {"seats": 3, "next_hand_delay_ms": 0, "turn_time_ms": 60_000}


async def send_in_one_segment(raw: Raw, *messages: Message) -> None:
    raw.connection.transport.write(b"".join(frame(json.dumps(one).encode()) for one in messages))


async def a_hand(open_connection: Connect) -> tuple[str, list[Raw], Message]:
    """A table with two players in a hand, and the turn that is open."""
    players = [await open_connection(name) for name in ("Ann", "Ben")]
    table = str((await players[0].ask("create_table", name="One", config=CONFIG))["table"])
    for seat, player in enumerate(players):
        await player.ask("watch", table=table)
        await player.ask("sit", table=table, seat=seat, buy_in=10_000)
    return table, players, await next_turn(players[0])


def actor_of(app: App, table: str) -> TableActor:
    actor = app.lobby.at(TableId(table))
    assert actor is not None
    return actor


async def next_turn(raw: Raw) -> Message:
    while True:
        for event in (await raw.until("events"))["events"]:
            if event["type"] == "turn_started":
                turn: Message = event["turn"]
                return turn


def fold(table: str, turn: Message, id: str = "fold") -> Message:
    return {"type": "act", "id": id, "table": table, "turn": turn["number"], "action": "fold"}


async def ended(raw: Raw) -> int | None:
    """What the server closes with, after whatever it says before."""
    try:
        async with asyncio.timeout(60):
            while True:
                await raw.receive()
    except ConnectionClosed as error:
        return None if error.rcvd is None else error.rcvd.code


async def test_who_has_not_said_hello_may_not_act(open_connection: Connect) -> None:
    raw = await open_connection()
    host = await open_connection("Ann")
    table = (await host.ask("create_table", name="One", config=CONFIG))["table"]
    answer = await raw.ask("act", table=table, turn=1, action="fold")
    assert answer["code"] == "hello_first"


async def test_what_comes_behind_a_seat_that_takes_its_time_comes_after_it(
    app: App, open_connection: Connect
) -> None:
    raw = await open_connection("Ann")
    table = (await raw.ask("create_table", name="One", config=CONFIG))["table"]
    on_table: Message = {"table": table}
    async with app.lobby._cashier.paying(PlayerId(raw.welcome["player"])):
        await send_in_one_segment(
            raw,
            {"type": "sit", "id": "1", "buy_in": 10_000, **on_table},
            {"type": "sit_out", "id": "2", **on_table},
            {"type": "ping", "id": "3"},
        )
        await raw.send({"type": "sit_in", "id": "4", **on_table})
        # The answer to this says that the server has read all that came before.
        await (await raw.connection.ping())
        actor = actor_of(app, table)
        assert actor.table.players == 0
    answers = [await raw.receive() for _ in range(4)]
    assert [(one["id"], one["type"]) for one in answers] == [
        ("1", "accepted"),
        ("2", "accepted"),
        ("3", "pong"),
        ("4", "accepted"),
    ]


async def test_what_comes_behind_a_logout_is_not_carried_out(
    app: App, open_connection: Connect
) -> None:
    table, players, turn = await a_hand(open_connection)
    raw = players[turn["seat"]]
    await send_in_one_segment(raw, {"type": "logout", "id": "out"}, fold(table, turn))
    assert await ended(raw) == CloseCode.LOGGED_OUT
    actor = actor_of(app, table)
    assert actor.table.hand is not None
    assert actor.table.hand.turn is not None, "the hand is still on"
    assert actor.table.hand.turn.number == turn["number"]


# The second waits for the account before it fails.
@pytest.mark.parametrize("kind", ["act", "add_chips"])
async def test_a_message_that_fails_ends_its_connection_and_nothing_else(
    kind: str,
    open_connection: Connect,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, players, turn = await a_hand(open_connection)
    raw, other = players[turn["seat"]], players[1 - turn["seat"]]

    def fail(*_: object) -> None:
        raise KeyError("AsKd")

    with monkeypatch.context() as patched:
        patched.setattr(TableActor, "handle", fail)
        chips = {"type": "add_chips", "table": table, "amount": 1}
        await raw.send(fold(table, turn) if kind == "act" else chips)
        assert await ended(raw) == 1011
    assert "session_failed" in capsys.readouterr().out
    assert raw.connection.close_code == 1011
    assert (await other.ask("sit_out", table=table))["type"] == "accepted"
    again = await open_connection()
    await again.ask("hello", token=raw.welcome["session"])
    assert (await again.ask(**fold(table, turn)))["type"] == "accepted"


async def test_a_watcher_who_is_lost_while_it_is_shown_something_harms_nobody(
    app: App, open_connection: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    table, players, turn = await a_hand(open_connection)
    rail = await open_connection("Rail")
    await rail.ask("watch", table=table)
    (session,) = (one for one in app.listener._sessions if one.identity.name == "Rail")  # type: ignore[union-attr]
    # From here on the server's end of it is dead, and the session does not know it yet.
    session._connection.transport.abort()
    with caplog.at_level(logging.WARNING):
        answer = await players[turn["seat"]].ask(**fold(table, turn))
    assert answer["type"] == "accepted"
    for player in players:
        while (await player.until("events"))["seq"] < answer["seq"]:
            pass
    assert await ended(rail) is None
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == []


async def test_a_message_on_its_way_when_the_server_stops_is_no_fault(
    app: App, open_connection: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    table, players, turn = await a_hand(open_connection)
    raw = players[turn["seat"]]
    stopping = asyncio.create_task(app.stop())
    number = 0
    while not raw.connection.transport.is_closing() and raw.connection.state is OPEN:
        number += 1
        await send_in_one_segment(raw, fold(table, turn, str(number)))
        await asyncio.sleep(0)
    assert {await ended(one) for one in players} == {CloseCode.RESTARTING}
    await stopping
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x03abc", 1002),
        (b"\xc1\x83mask\x0f\x0f\x0f", 1002),
        (b"\x83\x80mask", 1002),
        (b"\x80\x80mask", 1002),
        (frame(b'{"type":"act","id":"\xff"}'), 1007),
        (b"\x81\xff" + (1 << 40).to_bytes(8), 1009),
    ],
    ids=["unmasked", "extension", "opcode", "piece", "not utf-8", "too long"],
)
async def test_what_breaks_the_protocol_is_closed_and_what_came_before_it_counts(
    app: App, open_connection: Connect, sent: bytes, code: int
) -> None:
    raw = await open_connection("Ann")
    table = (await raw.ask("create_table", name="One", config=CONFIG))["table"]
    await raw.ask("sit", table=table, buy_in=10_000)
    actor = actor_of(app, table)
    sit_out = json.dumps({"type": "sit_out", "id": "x", "table": table}).encode()
    seq = actor.table.seq
    raw.connection.transport.write(frame(sit_out) + sent + frame(sit_out.replace(b"x", b"y")))
    assert await ended(raw) == code
    assert actor.table.seq == seq + 1
