"""A real server at debug level lives through an evening: its output has no secret and no card."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import InvalidStatus

from pokerws.client import Client, TableView, connect
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import TableId, Turn
from tests.e2e.process import ServerProcess
from tests.e2e.test_command_line import run
from tests.vaults import VAULT_KEYS

METRICS_TOKEN = "the-metrics-are-for-us-only"
OPERATOR_KEY = "an-operator-keeps-this-one-for-himself"
PASSWORD = "correct-horse-battery"
CONFIG = TableConfig(
    seats=2,
    min_buy_in=2_000,
    max_buy_in=2_000,
    next_hand_delay_ms=0,
    turn_time_ms=600_000,
    hosting=HostingRules(unlisted=True),
)
CARD = re.compile(r"(?<![A-Za-z0-9])(?:[2-9TJQKA][cdhs])+(?![A-Za-z0-9])")


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[ServerProcess]:
    """A server that stores everything and logs all that it can; not started yet."""
    process = ServerProcess(
        database_url=database_url,
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        bots=0,
        log_hands_one_in=1,
        log_level="debug",
        metrics_token=METRICS_TOKEN,
        operator_key=OPERATOR_KEY,
    )
    yield process
    if process.running:
        await process.kill()


def _turn(view: TableView) -> Turn | None:
    hand = view.table.hand
    return None if hand is None else hand.turn


class Evening:
    """What two guests, an operator and a stranger do, and the secrets that they know."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.secrets = {METRICS_TOKEN, OPERATOR_KEY, PASSWORD, *VAULT_KEYS.split(","), "eyJ"}
        self.cards_seen = set[str]()

    async def play(self, table: TableId, players: Iterable[Client], hands: int) -> None:
        """Everybody stays in until so many hands have come to a showdown."""
        views = [client.views[table] for client in players]
        last = views[0].table.hand_number + hands
        while views[0].table.hand_number <= last:
            turn = await views[0].wait_for(_turn)
            for client, view in zip(players, views, strict=True):
                await view.reached(views[0].seq)
                self.see(view)
                seat = view.table.seats[turn.seat]
                if seat is not None and seat.player == client.player:
                    action: Any = "check" if "check" in turn.actions else "call"
                    accepted = await client.act(table, turn.number, action)
                    await views[0].reached(accepted.seq or 0)

    def see(self, view: TableView) -> None:
        self.cards_seen |= {str(card) for card in view.cards or ()}
        if view.table.hand is not None:
            self.cards_seen |= {str(card) for card in view.table.hand.board}

    async def ask(self, *messages: dict[str, object]) -> list[dict[str, Any]]:
        """The answers to messages on a connection of its own."""
        async with open_socket(self.server.socket_url, compression=None) as socket:
            answers = []
            for message in messages:
                await socket.send(json.dumps({"id": "1", **message}))
                answer: dict[str, Any] = json.loads(await socket.recv())
                while "id" not in answer:
                    answer = json.loads(await socket.recv())
                answers.append(answer)
            return answers

    async def http(self, path: str, *headers: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        await reader.read()
        writer.close()


async def test_nothing_secret_is_in_the_output_of_an_evening(
    server: ServerProcess,
) -> None:
    await server.start()
    evening = Evening(server)
    async with (
        connect(server.socket_url, name="Hanna") as host,
        connect(server.socket_url, name="Benno") as guest,
    ):
        table = await host.create_table("Evening", CONFIG)
        guest.keys[table] = host.keys[table]
        evening.secrets |= {host.keys[table], host.session or "", guest.session or ""}
        for client in (host, guest):
            await client.watch(table)
            await client.sit(table, 2_000)
        await evening.play(table, (host, guest), hands=2)
        assert len(evening.cards_seen) >= 4

        token = host.session or ""
        welcome, link = await evening.ask(
            {"type": "hello", "token": token}, {"type": "create_link"}
        )
        evening.secrets |= {welcome["session"], link["code"]}
        assert (await evening.ask({"type": "hello", "code": link["code"]}))[0]["type"] == "welcome"
        # Wrong tokens, codes and keys are secrets too: of a mistyped one, nearly all is right.
        wrong_ones: tuple[dict[str, object], ...] = (
            {"type": "hello", "token": token[:-3]},
            {"type": "hello", "code": link["code"]},
            {"type": "hello", "name": "Sue", "password": PASSWORD},
            {"type": "hello", "protocol": f"AsKdQh {PASSWORD}"},
        )
        for wrong in wrong_ones:
            assert (await evening.ask(wrong))[0]["type"] == "rejected"
        *_, refused = await evening.ask(
            {"type": "hello", "name": "Sue"},
            {"type": "watch", "table": table, "key": host.keys[table][:-1]},
        )
        assert refused["code"] in ("unknown_table", "bad_key", "unknown_field")
        await evening.http("/metrics", f"Authorization: Bearer {METRICS_TOKEN}")
        await evening.http("/metrics", f"Authorization: Bearer {METRICS_TOKEN}x")
        await evening.http(f"/?token={token}", f"Origin: http://{PASSWORD}@evil.example")
        with_origin = {"Origin": f"http://ann:{PASSWORD}@evil.example"}
        try:
            async with open_socket(server.socket_url, additional_headers=with_origin):
                raise AssertionError("a foreign page was let in")
        except InvalidStatus:
            pass
        settings = {**server.settings, "PORT": str(server.port)}
        reason = f"said {token[:120]}"
        told = await run(
            *("moderate", "mute", guest.player, "--for", "2h", "--reason", reason), **settings
        )
        assert told[0] == 0, told
    await server.stop()
    await looked_through(server, evening)


async def test_an_error_of_the_database_does_not_have_its_password(server: ServerProcess) -> None:
    url = f"postgresql://poker:{PASSWORD}@127.0.0.1:1/poker?connect_timeout=1"
    server.settings |= {"DATABASE_URL": url}
    await server.launch()
    assert await server.ended() == 1
    assert server.output
    assert not [line for line in server.output if PASSWORD in line]


async def looked_through(server: ServerProcess, evening: Evening) -> None:
    lines = [line for line in server.output if line.startswith("{")]
    events = {msgspec.json.decode(line)["event"] for line in lines}
    assert {"hand_ended", "session_ended", "session_opened", "moderated", "save_game"} <= events
    hands = server.log("hand_ended")
    assert any(hand["showdown"] for hand in hands)
    assert all(hand["players"] == 2 and hand["duration_ms"] is not None for hand in hands)
    ended = server.log("session_ended")
    assert all(line["received_bytes"] > 0 and line["duration_ms"] >= 0 for line in ended)
    assert max(line["messages"] for line in ended) > 4
    assert any(line["refused"] for line in ended)
    for secret in evening.secrets - {""}:
        assert not [line for line in server.output if secret in line], secret
    assert [line for line in server.output if CARD.search(line)] == []
