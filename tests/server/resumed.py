"""Tables in random play over a store, all that happened at them, and what viewers make of it."""

import random
from copy import deepcopy

import msgspec

from pokerws.client import TableView
from pokerws.game import commands
from pokerws.game.apply import apply
from pokerws.game.config.table_config import HouseRules, TableConfig
from pokerws.game.events import TableEvent
from pokerws.game.redaction import redact_table
from pokerws.game.state import PlayerId, Table
from pokerws.game.table import replay
from pokerws.messages import Accepted, Events, Snapshot, Watch
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import Lobby
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby
from tests.server.random_action import random_action
from tests.server.stored_house import StoredHouse
from tests.vaults import VAULT

CONFIG = TableConfig(
    seats=4,
    small_blind=50,
    big_blind=100,
    min_buy_in=300,
    max_buy_in=2_000,
    next_hand_delay_ms=1_000,
    turn_time_ms=10_000,
    house=HouseRules(straddle="under_the_gun", run_it=2),
)
# What is played, by the seed.
GAMES = ("NT", "F2L3D", "F7S", "PO5/8", "NCP", "HORSE")
# More than there are seats, so that seats change hands; the last two never play.
PLAYERS = tuple(PlayerId(f"p{number}") for number in range(6))
SPECTATORS = (PlayerId("sam"), PlayerId("sue"))
VIEWERS = (*PLAYERS, *SPECTATORS)

_encode = msgspec.json.Encoder().encode
_decode_table = msgspec.json.Decoder(Table).decode


def memory_lobby(
    clock: ManualClock,
    *,
    max_tables: int = 1,
    max_opened: int = 0,
    max_opened_by_address: int = 0,
) -> Lobby:
    """A lobby of a server that stores nothing."""
    lobby, _ = open_memory_lobby(
        clock,
        max_tables=max_tables,
        max_opened=max_opened,
        max_opened_by_address=max_opened_by_address,
    )
    return lobby


class Playing:
    """One table, at which the players come, play, show and go at random."""

    def __init__(self, house: StoredHouse, actor: TableActor, seed: int) -> None:
        self.house = house
        self.actor = actor
        self.viewers = {player: FakeViewer(player) for player in VIEWERS}
        self._rng = random.Random(seed)
        self._ids = (f"{seed}-{number}" for number in range(1_000_000))

    @classmethod
    async def begin(cls, house: StoredHouse, seed: int) -> "Playing":
        """A new table."""
        for player in PLAYERS:
            await house.store.accounts.open(player, 10**9, 0)
        config = msgspec.structs.replace(CONFIG, variant=GAMES[seed % len(GAMES)])
        return cls(house, house.lobby.create("One", config), seed)

    async def steps(self, count: int) -> None:
        """So many random things happen, each stored before the next one."""
        for _ in range(count):
            self.step()
            await self.house.written()
        for viewer in self.viewers.values():
            viewer.take()

    def step(self) -> None:
        """Somebody does something, or the clock does; it may be refused."""
        rng, table, now_ms = self._rng, self.actor.table, self.house.clock.now_ms()
        turn = None if table.hand is None else table.hand.turn
        roll = rng.random()
        if turn is not None and roll < 0.75:
            act = random_action(rng, table)
            self.do(act.player, act)
        elif table.deadline_ms is not None and roll < (0.55 if turn is None else 0.80):
            self.house.clock.advance(table.deadline_ms - now_ms)
        else:
            player = rng.choice(PLAYERS)
            self.do(player, self._whim(player))

    def _whim(self, player: PlayerId) -> commands.Command:
        rng = self._rng
        if self.actor.table.seat_of(player) is None:
            return commands.Sit(player, player.upper(), None, rng.choice((300, 1_000, 2_000)))
        return rng.choice(
            (
                commands.Show(player, self.actor.table.hand_number),
                commands.Show(player, self.actor.table.hand_number),
                commands.AddChips(player, None),
                commands.SitIn(player),
                commands.SitOut(player),
                commands.Stand(player),
                commands.RunIt(player, rng.randint(1, 2)),
                commands.Straddle(player, on=rng.random() < 0.7),
            )
        )

    def do(self, player: PlayerId, command: commands.Command) -> None:
        self.actor.handle(self.viewers[player], next(self._ids), command)


class Truth:
    """All events of a table as they are stored, and the table after each."""

    def __init__(self, events: list[TableEvent]) -> None:
        self.events = events
        self.tables = [replay(events[:1])]
        for event in events[1:]:
            table = deepcopy(self.tables[-1])
            apply(table, event)
            self.tables.append(table)

    @classmethod
    async def of(cls, house: StoredHouse, actor: TableActor) -> "Truth":
        return cls(await stored_events(house, actor))

    def seen_at(self, seq: int, player: PlayerId, branch: int) -> TableView:
        """What a client knows that has had a snapshot at `seq`."""
        seen = redact_table(self.tables[seq - 1], player)
        return TableView(player, _decode_table(_encode(seen)), branch)


async def stored_events(house: StoredHouse, actor: TableActor) -> list[TableEvent]:
    """All that has happened at a table, secrets and all."""
    await house.written()
    table = actor.table.id
    rows = await house.store.events(table, 0, 100_000)
    assert [row.seq for row in rows] == list(range(1, actor.table.seq + 1))
    return [VAULT.open_event(table, row.hand_number, row.payload) for row in rows]


async def watch(
    actor: TableActor, viewer: FakeViewer, after_seq: int | None = None, epoch: int | None = None
) -> Events | Snapshot | None:
    """What a viewer is sent who begins to watch; None where it has missed nothing."""
    message = Watch("w", actor.table.id, after_seq, epoch)
    actor.watch(viewer, message, await actor.viewers.read_back(message))
    accepted, *rest = viewer.take()
    assert accepted == Accepted("w", table=actor.table.id)
    if not rest:
        return None
    (sent,) = rest
    assert isinstance(sent, Events | Snapshot)
    return sent


async def check_every_cut(playing: Playing, truth: Truth, first_seq: int = 1) -> int:
    """For each viewer: a snapshot at any event, and what is missing since, make the one of now.

    Returns how many were checked.
    """
    actor, checked = playing.actor, 0
    for player in VIEWERS:
        viewer = FakeViewer(player)
        now = await watch(actor, viewer)
        assert isinstance(now, Snapshot)
        for seq in range(first_seq, actor.table.seq + 1):
            view = truth.seen_at(seq, player, actor.branch)
            missed = await watch(actor, viewer, seq, actor.branch)
            if seq < actor.table.seq:
                assert isinstance(missed, Events), (player, seq)
                assert (missed.seq, len(missed.events)) == (seq + 1, actor.table.seq - seq)
                view.take_events(missed)
            else:
                assert missed is None
            assert _encode(view.table) == _encode(now.state), (player, seq)
            checked += 1
        actor.unwatch(viewer)
    return checked
