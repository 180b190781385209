"""The server in Node.js plays poker by our protocol, so a comparison with it is fair."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from bench.live.servers import NODE, running

SEATS, BUY_IN = 6, 20_000
CONFIG = {"seats": SEATS, "small_blind": 50, "big_blind": 100, "turn_time_ms": 60_000}

Message = dict[str, Any]


class Table:
    """Six connections at one table of the peer, and the events that each received."""

    def __init__(self, connections: list[ClientConnection]) -> None:
        self.connections = connections
        self.id = ""
        self.seen: list[list[Message]] = [[] for _ in connections]
        self.next_seq = [0] * len(connections)
        self.asked = 0

    async def ask(self, viewer: int, type: str, **fields: Any) -> Message:
        """Send a command; return its answer."""
        self.asked += 1
        id = str(self.asked)
        await self.connections[viewer].send(json.dumps({"type": type, "id": id, **fields}))
        while (answer := await self.receive(viewer)).get("id") != id:
            assert answer["type"] == "events"
        return answer

    async def receive(self, seat: int) -> Message:
        """The next message. Events are kept, and must follow each other."""
        message: Message = json.loads(await self.connections[seat].recv())
        if message["type"] == "snapshot":
            self.next_seq[seat] = message["seq"] + 1
        elif message["type"] == "events":
            assert message["table"] == self.id
            assert message["seq"] == self.next_seq[seat]
            self.next_seq[seat] += len(message["events"])
            self.seen[seat] += message["events"]
        return message

    async def open(self) -> None:
        """Let all watch, and then sit."""
        for seat in range(SEATS):
            assert (await self.ask(seat, "hello", name=f"P {seat}"))["type"] == "welcome"
        self.id = (await self.ask(0, "create_table", name="Main", config=CONFIG))["table"]
        for seat in range(SEATS):
            assert (await self.ask(seat, "watch", table=self.id))["type"] == "accepted"
            assert (await self.receive(seat))["type"] == "snapshot"
        for seat in range(SEATS):
            answer = await self.ask(seat, "sit", table=self.id, seat=seat, buy_in=BUY_IN)
            assert answer["type"] == "accepted"

    async def turn(self) -> Message:
        """The open turn, when all have seen it."""
        latest = max(range(SEATS), key=lambda seat: self.next_seq[seat])
        while self.seen[latest][-1]["type"] != "turn_started":
            await self.receive(latest)
        for seat in range(SEATS):
            while self.next_seq[seat] < self.next_seq[latest]:
                await self.receive(seat)
        turn: Message = self.seen[latest][-1]["turn"]
        return turn

    async def act(self, turn: Message, action: str, **amount: int) -> Message:
        """Answer the turn, and receive the events."""
        seat, number = turn["seat"], {"table": self.id, "turn": turn["number"]}
        answer = await self.ask(seat, "act", **number, action=action, **amount)
        while self.next_seq[seat] <= answer.get("seq", 0):
            await self.receive(seat)
        return answer


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    if NODE is None:
        reason = "run tests/install-node.sh bench/live/peer"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with running("peer") as server:
        async with AsyncExitStack() as stack:
            connections = [
                await stack.enter_async_context(
                    connect(f"ws://127.0.0.1:{server.port}/ws", compression=None)
                )
                for _ in range(SEATS)
            ]
            table = Table(connections)
            await table.open()
            yield table


async def play_hands(table: Table, hands: int) -> None:
    """Play that many hands: calls and checks, some bets, raises and folds."""
    turn = await table.turn()
    while sum(event["type"] == "hand_ended" for event in table.seen[0]) < hands:
        bold = turn["number"] % 7 == 0 and turn["min_to"]
        action = turn["actions"][-1 if bold else 1]
        if turn["number"] % 11 == 0 and turn["call"]:
            action = "fold"
        amount = {"amount": turn["min_to"]} if action in ("bet", "raise") else {}
        answer = await table.act(turn, action, **amount)
        assert answer["type"] == "accepted", answer
        turn = await table.turn()


async def test_hands_are_played_to_the_end_with_private_cards(table: Table) -> None:
    await play_hands(table, 6)
    events = table.seen[0]
    for seat, seen in enumerate(table.seen):
        for cards in [event.pop("cards") for event in seen if event["type"] == "hole_cards_dealt"]:
            assert [place for place, own in enumerate(cards) if own != ["??", "??"]] == [seat]
    assert all(seen == events for seen in table.seen)
    begun = [
        dict(zip(event["order"], event["stacks"], strict=True))
        for event in events
        if event["type"] == "hand_started"
    ]
    assert len(begun) >= 7
    assert all(sum(stacks.values()) == SEATS * BUY_IN for stacks in begun)
    first = events[: [event["type"] for event in events].index("hand_ended")]
    stacks, bets = begun[0], dict.fromkeys(range(SEATS), 0)
    for event in first:
        paid(event, stacks, bets)
    assert stacks == begun[1]
    assert {event["type"] for event in events} >= {
        "board_dealt",
        "bets_collected",
        "cards_shown",
        "pot_awarded",
        "bet_placed",
        "raised",
        "folded",
    }


def paid(event: Message, stacks: dict[int, int], bets: dict[int, int]) -> None:
    """Move chips as the protocol defines for the event."""
    match event["type"]:
        case "blind_posted" | "called":
            bets[event["seat"]] += event["amount"]
            stacks[event["seat"]] -= event["amount"]
        case "bet_placed" | "raised":
            stacks[event["seat"]] -= event["to"] - bets[event["seat"]]
            bets[event["seat"]] = event["to"]
        case "bets_collected":
            bets.update(dict.fromkeys(bets, 0))
        case "pot_awarded":
            for share in event["shares"]:
                stacks[share["seat"]] += share["amount"]
        case _:
            pass


async def test_illegal_actions_are_refused_and_change_nothing(table: Table) -> None:
    turn = await table.turn()
    other = {**turn, "seat": (turn["seat"] + 1) % SEATS}
    late = {**turn, "number": turn["number"] - 1}
    refused = [
        await table.act(other, "call"),
        await table.act(late, "call"),
        await table.act(turn, "check"),
        await table.act(turn, "raise", amount=turn["min_to"] - 1),
        await table.act(turn, "raise", amount=turn["max_to"] + 1),
    ]
    assert [answer.get("code") for answer in refused] == [
        "not_your_turn",
        "wrong_turn",
        "illegal_action",
        "amount_too_small",
        "amount_too_large",
    ]
    assert (await table.act(turn, "call"))["type"] == "accepted"
    assert (await table.turn())["number"] == turn["number"] + 1
