"""The database and its disk show no hidden card of a hand in play without the vault's key."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import jwt
import pytest

from pokerws.client import Client, CommandRejected, TableView, connect
from pokerws.game.cards import DECK
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import CardsShown, TableEvent
from pokerws.game.state import Hand, TableId
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.embedded.running import running
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.keys import written
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.e2e.process import ServerProcess
from tests.e2e.test_command_line import run
from tests.simulation.crash import BACKOFF
from tests.storage.logs import stored_state
from tests.vaults import KEY, VAULT, VAULT_KEYS

# Nobody's time is up while the database is searched.
CONFIG = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=200)
NEW = VaultKey("new", bytes(reversed(range(32))))
WRONG = written(VaultKey(KEY.id, NEW.secret))
# As it stands in JSON, or in JSON within JSON.
QUOTED = re.compile(r'\\?"([2-9TJQKA][cdhs])\\?"')

TABLES = """
SELECT c.relname
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


async def stored(url: str, table: TableId, vault: Vault) -> TableSnapshot:
    """What a server with these keys would load."""
    store = await PostgresStore.open(address_of(url))
    try:
        return await stored_state(store, table, vault)
    finally:
        await store.close()


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[ServerProcess]:
    """A server that stores all that it can; not started yet."""
    process = ServerProcess(
        database_url=database_url,
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        log_level="debug",
    )
    yield process
    if process.running:
        await process.kill()


@pytest.fixture
async def embedded_url(place: Path) -> AsyncIterator[str]:
    """The DATABASE_URL of a Postgres of the server's own, whose files can be searched."""
    yield f"embedded:{place / 'postgres'}"
    # After a failure it still runs; whoever takes it over can stop it.
    postgres = await EmbeddedPostgres.start(place / "postgres")
    await postgres.stop()


class Duel:
    """Two players in their first hand; `shown` are the cards that the table was shown."""

    def __init__(self, server: ServerProcess, clients: list[Client]) -> None:
        self.server = server
        self.clients = clients
        self.views: list[TableView] = []
        self.shown: set[str] = set()

    @property
    def table(self) -> TableId:
        return self.views[0].id

    @property
    def hand(self) -> Hand:
        hand = self.views[0].table.hand
        assert hand is not None
        return hand

    async def sit(self) -> None:
        table = await self.clients[0].create_table("Duel", CONFIG)
        for client in self.clients:
            self.views.append(await client.watch(table, self._see))
            await client.sit(table, 10_000)

    def _see(self, seq: int, event: TableEvent) -> None:
        if isinstance(event, CardsShown):
            self.shown.update(event.cards)

    async def act(self) -> None:
        """Whoever is to act checks or calls."""
        turn = self.hand.turn
        assert turn is not None
        client = self.clients[next(n for n, v in enumerate(self.views) if v.seat == turn.seat)]
        action: Action = "check" if "check" in turn.actions else "call"
        await client.act(self.table, turn.number, action)
        await self.views[0].wait_for(
            lambda view: (
                view.table.hand is None
                or (view.table.hand.turn is not None and view.table.hand.turn != turn)
            )
        )

    async def play_to_the_flop(self) -> None:
        await self.views[0].wait_for(lambda view: view.table.hand and view.table.hand.turn)
        while not self.hand.board:
            await self.act()
        await self.stored()

    async def play_to_the_end(self) -> list[str]:
        """No other hand follows.  Returns the board."""
        await self.clients[1].sit_out(self.table)
        board: list[str] = []
        while self.views[0].table.hand is not None:
            board = list(self.hand.board)
            await self.act()
        await self.stored()
        return board

    async def stored(self) -> None:
        seq = self.views[0].seq
        await self.views[1].wait_for(lambda view: view.seq >= seq)
        await self.server.all_written(seq)

    async def reconnected(self) -> None:
        for client, view in zip(self.clients, self.views, strict=True):
            # It is answered after what was missed.
            await client.stats(self.table)
            await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)

    def seen(self) -> object:
        return [(v.cards, self.hand.board, self.hand.street, self.hand.bet) for v in self.views]


@asynccontextmanager
async def duel(server: ServerProcess) -> AsyncIterator[Duel]:
    """Two players at a table of a server that is started."""
    async with (
        connect(server.socket_url, name="Ada", backoff=BACKOFF) as ada,
        connect(server.socket_url, name="Bob", backoff=BACKOFF) as bob,
    ):
        players = Duel(server, [ada, bob])
        await players.sit()
        yield players


@asynccontextmanager
async def operator(dsn: str) -> AsyncIterator[Connection]:
    """A connection beside the server."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def cards_in_rows(connection: Connection) -> set[str]:
    """Every card in any column of any row of any table."""
    found: set[str] = set()
    tables = [row["relname"] for row in await connection.fetch(TABLES)]
    assert {"games", "server_keys", "schema_migrations"} <= set(tables)
    for table in tables:
        for row in await connection.fetch(f'SELECT row_to_json(t)::text AS row FROM "{table}" t'):
            found.update(QUOTED.findall(row["row"]))
            found.update(cards_in_json(json.loads(row["row"])))
    return found


def cards_in_json(value: object) -> Iterator[str]:
    match value:
        case dict():
            for one in value.values():
                yield from cards_in_json(one)
        case list():
            for one in value:
                yield from cards_in_json(one)
        case str() if value in DECK:
            yield value
        case str() if value.startswith(("{", "[")):
            yield from cards_in_json(json.loads(value))
        case _:
            pass


async def nobody_signs_in_with_what_is_stored(players: Duel, connection: Connection) -> None:
    """The stored key of the guests' sessions signs nothing, and the real one is in no file."""
    stored = await connection.fetchval("SELECT value FROM server_keys WHERE name = 'session'")
    ada = players.clients[0]
    assert ada.session is not None
    key = VAULT.open_key("session", stored)
    how: dict[str, Any] = {"algorithms": ["HS256"], "audience": "pokerws-guest"}
    claims = jwt.decode(ada.session, key, **how)
    assert claims["sub"] == ada.player
    forged = jwt.encode(claims, stored, algorithm="HS256")
    with pytest.raises(CommandRejected, match="bad_token"):
        async with connect(players.server.socket_url, token=forged, backoff=BACKOFF):
            pass
    assert not holding(key, Path(await connection.fetchval("SHOW data_directory")))


def holding(text: str, directory: Path) -> list[Path]:
    """The files with a text in them."""
    files = [file for file in directory.rglob("*") if file.is_file()]
    return [file for file in files if text.encode() in file.read_bytes()]


async def cards_in_files(connection: Connection) -> set[str]:
    """Every card, in quotes, in any file of the data directory; the log of writes is one."""
    await connection.execute("CHECKPOINT")
    return searched(Path(await connection.fetchval("SHOW data_directory")))


def searched(directory: Path) -> set[str]:
    assert list(directory.glob("pg_wal/0*"))
    found: set[str] = set()
    for file in directory.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            found.update(card for card in DECK if f'"{card}"'.encode() in data)
    return found


async def test_the_database_and_its_files_hold_no_card_that_nobody_may_see(
    embedded_url: str, server: ServerProcess, place: Path
) -> None:
    server.settings["DATABASE_URL"] = embedded_url
    await server.start()
    dsn = await running(place / "postgres")
    async with duel(server) as players, operator(dsn) as connection:
        await players.play_to_the_flop()
        known = (await stored(dsn, players.table, VAULT)).table.hand
        assert known is not None
        hole_cards = [seat.cards for seat in known.seats if seat is not None]
        assert sorted(hole_cards) == sorted(view.cards for view in players.views)
        secret = {*known.deck, *hole_cards[0], *hole_cards[1]}
        assert secret == set(DECK) - set(players.hand.board)

        assert await connection.fetchval("SELECT key_id FROM games") == KEY.id
        assert await cards_in_rows(connection) == set(players.hand.board)
        in_files = await cards_in_files(connection)
        assert in_files & secret == set()
        assert in_files >= set(players.hand.board)
        await nobody_signs_in_with_what_is_stored(players, connection)

        board = await players.play_to_the_end()
        assert players.shown, "somebody shows at a showdown"
        public = {*board, *players.shown}
        assert await cards_in_rows(connection) == public
        in_files = await cards_in_files(connection)
        assert in_files & (set(DECK) - public) == set()
        assert in_files >= public
    assert await server.stop() == 0


async def test_a_hand_goes_on_with_the_same_cards_under_a_new_key(
    server: ServerProcess, database_url: str
) -> None:
    await server.start()
    async with duel(server) as players:
        await players.play_to_the_flop()
        seen = players.seen()
        assert await server.stop() == 0

        server.settings["VAULT_KEYS"] = f"{written(NEW)},{VAULT_KEYS}"
        await server.start()
        await players.reconnected()
        assert players.seen() == seen
        await players.act()
        await players.stored()
        async with operator(database_url) as connection:
            assert await connection.fetchval("SELECT key_id FROM games") == NEW.id
        # The first change under the new key has stored the whole table.
        hand = (await stored(database_url, players.table, Vault([NEW]))).table.hand
        assert hand is not None
        assert [seat.cards for seat in hand.seats if seat is not None and seat.cards]
        await players.play_to_the_end()
    assert await server.stop() == 0


async def test_without_its_key_the_server_does_not_start_and_with_it_the_hand_goes_on(
    server: ServerProcess, place: Path
) -> None:
    await server.start()
    async with duel(server) as players:
        await players.play_to_the_flop()
        seen = players.seen()
        assert await server.stop() == 0

        file = place / "vault.key"
        for keys, told in (
            ({"VAULT_KEYS": ""}, f"({file}) does not have: {KEY.id} (1 table)"),
            ({"VAULT_KEYS": written(NEW)}, f"VAULT_KEYS does not have: {KEY.id} (1 table)"),
            ({"VAULT_KEYS": WRONG}, f"under the same ids: {KEY.id} (1 table)"),
        ):
            settings = {**server.settings, **keys, "VAULT_KEY_FILE": str(file), "PORT": "0"}
            code, output, errors = await run(**settings)
            assert (code, errors.count("\n")) == (1, 1), output
            assert errors.startswith("pokerws: cards of hands in play are sealed by ")
            assert told in errors
            assert "docs/migration.md" in errors
        assert not file.exists()

        await server.start()
        await players.reconnected()
        assert players.seen() == seen
        await players.play_to_the_end()
    assert await server.stop() == 0


async def test_the_first_start_makes_a_key_that_the_next_one_and_the_operator_find(
    server: ServerProcess, place: Path
) -> None:
    server.settings |= {"VAULT_KEYS": "", "VAULT_KEY_FILE": str(place / "keys/vault.key")}
    await server.start()
    assert len(server.log("vault_key_made")) == 1
    async with duel(server) as players:
        await players.play_to_the_flop()
        seen = players.seen()
        assert await server.stop() == 0
        await server.start()
        await players.reconnected()
        assert players.seen() == seen
        await players.stored()
    assert await server.stop() == 0
    assert len(server.log("vault_key_made")) == 1

    code, output, _ = await run("verify", **server.settings)
    assert (code, output.splitlines()[0]) == (0, "1 game verified, 0 mismatches")
    assert "sealed" not in output
    code, output, _ = await run("verify", **server.settings | {"VAULT_KEYS": VAULT_KEYS})
    assert (code, output.splitlines()[0]) == (0, "1 game verified, 0 mismatches")
    assert "\nsealed cards of 1 game were not checked: VAULT_KEYS has no key " in output


async def test_a_printed_key_is_one_that_the_server_takes() -> None:
    code, key, errors = await run("vault-key")
    assert (code, errors) == (0, "")
    server = ServerProcess(vault_keys=f"{key.strip()}, {VAULT_KEYS}")
    await server.start()
    assert await server.stop() == 0
