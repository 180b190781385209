"""One seeded crash run: the real server under load, killed at random instants, and what must hold.

Players at real sockets play at random and record all that they are shown.  The server is killed
with SIGKILL, started again on the same database, and so on; at the end the database must hold
everything that anybody was shown, and every command that was accepted must stand there once.  In
dual-write that holds for chips that came to a table or went home, and for nothing else.
"""

import asyncio
import csv
import io
import random
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import asyncpg

from pokerws.client import Client, CommandRejected, TableView, connect
from pokerws.client.reconnect import Backoff
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import (
    BetPlaced,
    Called,
    Checked,
    Folded,
    HoleCardsDealt,
    PlayerLeaving,
    PlayerSat,
    PlayerStood,
    Raised,
    TableEvent,
)
from pokerws.game.redaction import redact
from pokerws.game.state import PlayerId, TableId, Turn
from pokerws.maintenance.ledger import print_ledger
from pokerws.messages import Accepted
from pokerws.storage.accounts import player_account
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.vaults import VAULT

TABLES, SEATS, KILLS = 3, 4, 3
# How often one who waits for the next hand takes the chips home, to come back at once.
LEAVES = 0.3
# A run in which nothing is shown for this long has stalled.
STALL_S = 120
CONFIG = TableConfig(
    seats=SEATS, min_buy_in=1_000, max_buy_in=10_000, next_hand_delay_ms=20, turn_time_ms=5_000
)
# How the players wait for the server, so that little of a run is spent on that.
BACKOFF = Backoff(shortest_ms=20, longest_ms=200)
_ACTIONS: dict[str, type[TableEvent]] = {
    "fold": Folded,
    "check": Checked,
    "call": Called,
    "bet": BetPlaced,
    "raise": Raised,
}

MOVED = """
SELECT seq FROM transfers WHERE game_id = $1 AND $2 IN (source, target)
UNION ALL
SELECT seq FROM game_events WHERE game_id = $1 AND type = 'player_leaving'
"""

LEDGER_COLUMNS = 6


class Progress:
    """How many events all players together were shown."""

    def __init__(self) -> None:
        self._count = self._target = 0
        self._reached = asyncio.Event()

    def add(self) -> None:
        self._count += 1
        if self._count >= self._target:
            self._reached.set()

    async def more(self, count: int) -> None:
        """Wait for so many more: an instant in the midst of play."""
        self._target = self._count + count
        self._reached.clear()
        async with asyncio.timeout(STALL_S):
            await self._reached.wait()


class Recorder:
    """One player, and all that it was shown and promised."""

    leaves = LEAVES

    def __init__(
        self, name: str, rng: random.Random, progress: Progress, *, durable: bool = True
    ) -> None:
        self._durable = durable
        self.name = name
        self.rng = rng
        self.progress = progress
        self.highest_seq = 0
        self.player = PlayerId("")
        self.shown: dict[int, TableEvent] = {}
        self.accepted: list[tuple[int, str]] = []
        # The events of the chips that it brought or took home, as they were acknowledged.
        self.moved: list[int] = []
        # Whether a request for a seat may have been carried out without an answer.
        self._may_sit = False

    async def play(self, url: str, table: TableId) -> None:
        """Sit and play at random until cancelled."""
        try:
            await self._play(url, table, self.name)
        except CommandRejected as refused:
            if refused.code != "name_taken" or self.player:
                raise
            # The welcome was lost with the server, and with it the only token for the name.
            await self._play(url, table, f"{self.name} again")

    async def _play(self, url: str, table: TableId, name: str) -> None:
        async with connect(url, name=name, backoff=BACKOFF) as client:
            self.player = client.player
            view = await client.watch(table, self._record)
            while True:
                self.highest_seq = max(self.highest_seq, view.seq)
                await self._step(client, view)

    def _record(self, seq: int, event: TableEvent) -> None:
        before = self.shown.get(seq, event) if self._durable else event
        self.shown[seq] = event
        assert before == event, f"event {seq} was {before} and is {event} now"
        self.progress.add()

    async def _step(self, client: Client, view: TableView) -> None:
        try:
            if view.own is None:
                await self._sit(client, view)
            elif view.own.sitting_out and not view.own.stack and view.own_hand is None:
                self._moved(await client.add_chips(view.id, 5_000))
            elif view.table.hand is None and view.own.stack and self.rng.random() < self.leaves:
                self._moved(await client.stand(view.id))
            elif view.own.sitting_out:
                await client.sit_in(view.id)
            elif view.turn is not None:
                await self._act(client, view, view.turn)
            else:
                await view.wait_for(lambda v: v.turn or v.own is None or v.own.sitting_out)
        except CommandRejected as refused:
            # What was decided on an older view is refused; anything else is a fault.  In dual-write
            # a turn of the same number may be another one after a crash.  A player without chips
            # may lose the seat, after enough missed hands, while chips wait for the database.
            late = refused.retryable or refused.code in ("not_your_turn", "wrong_turn")
            late = late or (refused.code == "not_seated" and view.own is None)
            if self._durable and not late:
                raise
            await asyncio.sleep(0)

    async def _sit(self, client: Client, view: TableView) -> None:
        buy_in = self.rng.randint(view.least_buy_in, 10_000)
        try:
            accepted = await client.sit(view.id, buy_in)
        except CommandRejected as refused:
            self._may_sit = self._may_sit or refused.code == "table_unavailable"
            if not (self._may_sit and refused.code == "already_seated"):
                raise
            # A server that did not answer in time has carried out the one before: it is shown.
            await view.wait_for(lambda v: v.own)
        else:
            self._moved(accepted)
        self._may_sit = False

    def _moved(self, accepted: Accepted) -> None:
        assert accepted.seq is not None
        # Who was dealt in just before stays until the hand is over, and the chips with them; in
        # dual-write nothing else can tell so, if the event came with a snapshot.
        event = self.shown.get(accepted.seq)
        if not isinstance(event, PlayerLeaving) and (self._durable or event is not None):
            self.moved.append(accepted.seq)

    async def _act(self, client: Client, view: TableView, turn: Turn) -> None:
        action = self.rng.choice(turn.actions)
        amount = turn.min_to if action in ("bet", "raise") else None
        accepted = await client.act(view.id, turn.number, cast("Action", action), amount)
        assert accepted.seq is not None
        self.accepted.append((accepted.seq, action))


async def run(seed: int, directory: Path, *, durable: bool = True) -> int:
    """Run one seed in an empty directory; returns how many events were checked.

    Raises AssertionError when anything that must hold does not.
    """
    rng = random.Random(seed)
    server = ServerProcess(
        database_url=f"embedded:{directory / 'postgres'}",
        use_db_repository=True,
        use_event_persistence=True,
        use_input_validation=True,
        use_durable_acks=durable,
        # Whoever has lost it all buys in again, and nobody's account is to end that.
        grant_chips=10**9,
    )
    await server.start()
    try:
        players = await _load(server, rng, durable=durable)
    finally:
        if server.running:
            await server.kill()
    postgres = await EmbeddedPostgres.start(directory / "postgres")
    try:
        await check_database(postgres.dsn)
        await check_ledgers(postgres.dsn, players)
        moved = await check_moved(postgres.dsn, players)
        return await check_shown(postgres.dsn, players) if durable else moved
    finally:
        await postgres.stop()


async def _load(
    server: ServerProcess, rng: random.Random, *, durable: bool
) -> dict[TableId, list[Recorder]]:
    """Players at their tables, through several kills."""
    players: dict[TableId, list[Recorder]] = {}
    progress = Progress()
    async with connect(server.socket_url, name="Opener") as opener:
        for number in range(TABLES):
            table = await opener.create_table(f"Table {number}", CONFIG)
            players[table] = [
                Recorder(f"P{number}{seat}", random.Random(rng.random()), progress, durable=durable)
                for seat in range(SEATS)
            ]
    plays = [
        recorder.play(server.socket_url, table)
        for table, recorders in players.items()
        for recorder in recorders
    ]
    await play_through_kills(
        plays, server, progress, [rng.randint(50, 2_000) for _ in range(KILLS)]
    )
    return players


async def play_through_kills(
    plays: Iterable[Coroutine[Any, Any, None]],
    server: ServerProcess,
    progress: Progress,
    kills: Iterable[int],
) -> None:
    """Let players play while the server is killed, each time after so many events more."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(play) for play in plays]
        for events in kills:
            await progress.more(events)
            await server.kill()
            await server.start()
        await progress.more(100)
        for task in tasks:
            task.cancel()


async def check_ledgers(dsn: str, tables: Iterable[TableId]) -> None:
    """The nets of each table and its rake add up to zero, wherever the server was killed."""
    for table in tables:
        out = io.StringIO()
        await print_ledger(address_of(dsn), table, out, vault=VAULT)
        rows = list(csv.reader(io.StringIO(out.getvalue())))
        nets = [int(row[-1]) for row in rows[1:] if len(row) == LEDGER_COLUMNS]
        rake = sum(int(row[1]) for row in rows if row[:1] == ["rake"])
        assert sum(nets) + rake == 0, f"{table}: {rows}"


async def check_moved(dsn: str, players: dict[TableId, list[Recorder]]) -> int:
    """Chips that were said to have moved have, once and for that player.

    What a `stand` in mid-hand is answered with is that the player is leaving.
    """
    connection = await asyncpg.connect(dsn)
    checked = 0
    try:
        for table, recorders in players.items():
            for recorder in recorders:
                account = player_account(recorder.player)
                rows = await connection.fetch(MOVED, table, account)
                missing = set(recorder.moved) - {row["seq"] for row in rows}
                assert not missing, f"{account}: moved by events {missing}, and not booked"
                checked += len(recorder.moved)
    finally:
        await connection.close()
    return checked


async def check_shown(dsn: str, players: Mapping[TableId, Sequence[Recorder]]) -> int:
    """Everything shown is stored as it was shown; every accepted action stands where it said."""
    connection = await asyncpg.connect(dsn)
    checked = 0
    try:
        for table, recorders in players.items():
            rows = await connection.fetch(
                "SELECT hand_number, payload FROM game_events WHERE game_id = $1 ORDER BY seq",
                table,
            )
            events = [VAULT.open_event(table, row["hand_number"], row["payload"]) for row in rows]
            for recorder in recorders:
                checked += _check_player(events, recorder)
    finally:
        await connection.close()
    return checked


def _check_player(events: list[TableEvent], recorder: Recorder) -> int:
    seats: list[PlayerId | None] = [None] * SEATS
    seat_at: dict[int, int | None] = {}
    for seq, event in enumerate(events, start=1):
        match event:
            case PlayerSat(seat=seat, player=player):
                seats[seat] = player
            case PlayerStood(seat=seat):
                seats[seat] = None
            case HoleCardsDealt(cards=cards, players=players):
                dealt_in = [seats[seat] if own else None for seat, own in enumerate(cards)]
                assert players == dealt_in, (seq, players, dealt_in)
            case _:
                pass
        seat_at[seq] = seats.index(recorder.player) if recorder.player in seats else None
        shown = recorder.shown.get(seq)
        if shown is not None:
            assert shown == redact(event, recorder.player), (seq, shown, event)
    highest = max(recorder.highest_seq, *recorder.shown)
    assert highest <= len(events), f"event {highest} was shown, and {len(events)} are stored"
    seqs = [seq for seq, _ in recorder.accepted]
    assert len(set(seqs)) == len(seqs), "two commands were answered with the same event"
    for seq, action in recorder.accepted:
        event = events[seq - 1]
        assert isinstance(event, _ACTIONS[action]), (seq, action, event)
        assert getattr(event, "seat", None) == seat_at[seq]
    return len(recorder.shown)
