"""Changes of tables that were really played: six players, random legal actions, one actor a table.

What is measured writes these, so that snapshots and events have the sizes and the content that the
server's have.  This module touches no database and measures nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import cast

from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.deal import shuffler
from pokerws.game.state import PlayerId, TableConfig, TableId
from pokerws.game.table import open_table
from pokerws.messages import JSON, Accepted, TableSummary
from pokerws.server.clock import Alarm, Clock
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.interfaces import TableAnswer
from pokerws.storage.accounts import HOUSE, Transfer, table_account
from pokerws.storage.journal.change_builder import Step, sealed
from pokerws.storage.journal.listener import JournalListener
from pokerws.storage.store import Change, EventRow, TableSnapshot
from pokerws.storage.vault.vault import KEY_BYTES, Key, Vault

PLAYERS = 6
EVENTS_A_CHANGE = 2
# Nobody's time is up while something is measured.
CONFIG = TableConfig(seats=PLAYERS, turn_time_ms=600_000, next_hand_delay_ms=1_000)
# Players who lost everything are not dealt in, so that a table is played for a while only.
TABLES, HANDS = 12, 25

# Secrets are sealed, as they are in a server.
VAULT = Vault([Key("bench", bytes(KEY_BYTES))])


class TableClock(Clock):
    """Keeps the one alarm that a table has, to be rung by hand."""

    ring: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self) -> None:
        super().__init__()
        self._skipped_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self._skipped_ms

    def skip(self) -> None:
        """Let the pause between two hands pass."""
        self._skipped_ms += CONFIG.next_hand_delay_ms
        self.ring()

    def think(self, rng: Random) -> None:
        """Somebody is about to act, who takes no time here."""

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> Alarm:
        self.ring = callback
        return self

    def cancel(self) -> None:
        """The next alarm takes its place."""


class Around:
    """What a table has around it: the viewer who acts, a sink that keeps changes, an owner."""

    actor: TableActor
    keeps = True
    over_high_water = False
    oldest_ms = 0
    healthy = True

    def __init__(self) -> None:
        self.player = PlayerId("")
        self.wire = JSON
        self.changes: list[Change] = []

    def put(self, change: Change | Step) -> None:
        self.changes.append(sealed(change))

    def subscribe(self, listener: JournalListener) -> None:
        """Nothing is reported."""

    async def flush(self, timeout_s: float, table: TableId | None = None) -> None:
        """Nothing ever waits here."""

    def answer(self, message: TableAnswer) -> None:
        assert isinstance(message, Accepted), message

    def send_table_frame(self, frame: bytes) -> None:
        """Nobody looks."""

    def send(self, frame: bytes) -> None:
        """Nobody listens."""

    def send_droppable(self, frame: bytes) -> None:
        """Nobody listens."""

    def close_moved(self, table: TableId) -> None:
        raise AssertionError(f"{table} is nobody else's")

    def table_changed(self, summary: TableSummary) -> None:
        """There is no list of tables."""

    def chips_moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Nobody keeps accounts."""

    def table_closing(self, table: TableId) -> None:
        """There is no list of tables."""

    def table_failed(self, table: TableId) -> None:
        raise AssertionError(f"{table} failed")


def play_table(rng: Random, hands: int) -> list[Change]:
    """The changes of one table: opened, six players sit down, so many hands."""
    around, table = Around(), TableId(rng.randbytes(6).hex())
    ids = rng.randbytes(4).hex()
    play_at(table, rng, around, TableClock(), hands=hands, ids=ids)
    return around.changes


def play_at(
    table_id: TableId, rng: Random, around: Around, clock: TableClock, *, hands: int, ids: str
) -> TableActor:
    """A new table where six have played so many hands; the ids of commands begin with `ids`."""
    table, events = open_table(table_id, "Main table", CONFIG)
    actor = around.actor = TableActor(
        TableSnapshot(table),
        1,
        clock=clock,
        shuffle=shuffler(rng.randbytes),
        journal=around,
        keep_events=True,
        owner=around,
        vault=VAULT,
    )
    actor.opened(events)
    count = 0

    def do(player: PlayerId, command: commands.Command) -> None:
        nonlocal count
        count += 1
        around.player = player
        actor.handle(around, f"{ids}-{count}", command)

    for number in range(PLAYERS):
        player = PlayerId(f"p_{rng.randbytes(8).hex()}")
        do(player, commands.Sit(player, f"Player {number}", number, CONFIG.max_buy_in))
    while table.hand_number < hands or table.hand is not None:
        if table.hand is None:
            clock.skip()
        else:
            clock.think(rng)
            act = _random_act(rng, actor)
            do(act.player, act)
    return actor


def _random_act(rng: Random, actor: TableActor) -> commands.Act:
    """Mostly checks and calls, so that hands reach all streets."""
    hand = actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    turn, seat = hand.turn, actor.table.seats[hand.turn.seat]
    assert seat is not None
    weights = {"fold": 0.0 if "check" in turn.actions else 0.3, "bet": 0.3, "raise": 0.2}
    (action,) = rng.choices(turn.actions, [weights.get(name, 1.0) for name in turn.actions])
    amount = turn.min_to if action in ("bet", "raise") else None
    return commands.Act(seat.player, turn.number, cast("commands.Action", action), amount)


@dataclass
class Played:
    """Changes with two events each, which most are, in the order in which they were played."""

    opened: Change
    steps: list[Change]

    @classmethod
    def make(cls, seed: int = 1, tables: int = TABLES, hands: int = HANDS) -> "Played":
        """Play so many tables."""
        rng = Random(seed)
        played = [play_table(rng, hands) for _ in range(tables)]
        # From the second hand on all players have commands to be remembered.
        steps = [
            change
            for changes in played
            for change in changes
            if change.hand_number > 1 and len(change.events) == EVENTS_A_CHANGE
        ]
        return cls(played[0][0], steps)

    @property
    def snapshot_bytes(self) -> float:
        """The mean size of a snapshot."""
        return fmean(len(step.snapshot) for step in self.steps)

    @property
    def event_bytes(self) -> float:
        """The mean size of an event's payload."""
        return fmean(len(event.payload) for step in self.steps for event in step.events)

    def opening(self, table: TableId) -> Change:
        """The change that makes a table's row."""
        rows = tuple(EventRow(e.seq, 0, e.type, e.payload, e.at_ms) for e in self.opened.events)
        return replace(self.opened, table=table, events=rows)

    def steps_of(self, table: TableId, start: int) -> Iterator[Change]:
        """Endless changes of a table after its opening, as played from `start` on.

        Seqs are counted anew, so that the changes follow each other.  Everything that a store
        compares with other rows (chips and what brought them) stays as in the opening.
        """
        opened, version, place = self.opened, self.opened.version, start
        while True:
            step = self.steps[place % len(self.steps)]
            place += 1
            events = tuple(
                EventRow(version + 1 + index, e.hand_number, e.type, e.payload, e.at_ms)
                for index, e in enumerate(step.events)
            )
            yield replace(
                opened,
                table=table,
                status=step.status,
                players=step.players,
                hand_number=step.hand_number,
                total_pot=step.total_pot,
                expected=version,
                version=version + len(events),
                snapshot=step.snapshot,
                key_id=step.key_id,
                at_ms=step.at_ms,
                events=events,
            )
            version += len(events)

    def stored(self, table: TableId, place: int) -> Change:
        """A table in the middle of play as one change that makes its row, to be loaded again.

        Its log has just the last event, and its chips come from the house.
        """
        step = self.steps[place % len(self.steps)]
        state = VAULT.open_snapshot(step.table, step.snapshot)
        state.table.id = table
        snapshot, key_id = VAULT.seal_snapshot(state)
        home = table_account(table)
        chips = Transfer(HOUSE, home, step.chips, "opening", step.version, step.at_ms)
        return replace(
            self.opened,
            table=table,
            status=step.status,
            players=step.players,
            hand_number=step.hand_number,
            total_pot=step.total_pot,
            version=step.version,
            snapshot=snapshot,
            key_id=key_id,
            at_ms=step.at_ms,
            events=step.events[-1:],
            chips=step.chips,
            transfers=(chips,),
        )


def table_ids(seed: int, count: int) -> list[TableId]:
    """Ids like the lobby's."""
    rng = Random(seed)
    return [TableId(rng.randbytes(6).hex()) for _ in range(count)]


class Written:
    """A `JournalListener` that calls a function for each commit."""

    def __init__(self, written: Callable[[TableId, int], None]) -> None:
        self.written = written

    def fenced(self, table: TableId) -> None:
        raise AssertionError(f"{table} was fenced")

    def rejected(self, table: TableId) -> None:
        raise AssertionError(f"{table} was rejected")

    def conflict(self, table: TableId) -> None:
        raise AssertionError(f"{table} was edited")
