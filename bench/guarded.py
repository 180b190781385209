"""The work that `make bench-guard` counts: the same on any machine and on any day.

Nothing here depends on the clock or on the system's randomness, but for the nonces of what is
sealed.  This module counts nothing.
"""

from collections.abc import Callable
from itertools import cycle
from random import Random

from bench.hands import NOW_MS, Draw, OurTable
from bench.played import VAULT, Played, table_ids
from pokerws.game import commands
from pokerws.game.deal import shuffler
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import play
from pokerws.messages import JSON
from pokerws.server.clock import Clock
from pokerws.server.tables.commit_gate import CommitGate
from pokerws.server.tables.interfaces import TableAnswer
from pokerws.server.tables.recent_events import RecentEvents
from pokerws.server.tables.viewers import Viewers
from pokerws.storage.journal.pending import Pending
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.vault import HandSeal

# Does a piece of the work; what comes of it can be kept.
Piece = Callable[[], object]

DRAWS = 4096
FRAME_HANDS = 4
JOURNAL_TABLES, CHANGES_A_TABLE = 40, 3


def hands() -> Piece:
    """One hand of hold'em, by decide and apply."""
    table, draw = _table(), _draw()

    def one_hand() -> list[TableEvent]:
        table.prepare()
        table.play(draw)
        return table.events

    return one_hand


class _Eyes:
    """A viewer who looks at nothing."""

    wire = JSON

    def __init__(self, player: PlayerId) -> None:
        self.player = player

    def send_table_frame(self, frame: bytes) -> None:
        """Part of `Viewer`, as are the others."""

    def answer(self, message: TableAnswer) -> None:
        raise AssertionError(f"{message} answers nobody")

    def send(self, frame: bytes) -> None:
        raise AssertionError("nobody stops the server")

    def send_droppable(self, frame: bytes) -> None:
        raise AssertionError("nobody chats")

    def close_moved(self, table: TableId) -> None:
        raise AssertionError(f"{table} is nobody else's")


def frames() -> Piece:
    """What happened in one step of a hand, as frames for its six players."""
    playing, draw = _table(), _draw()
    table = playing.table
    steps: list[list[TableEvent]] = []
    for _ in range(FRAME_HANDS):
        playing.prepare()
        steps.append(play(table, commands.TimeUp(), NOW_MS, playing.shuffle))
        while (hand := table.hand) is not None:
            steps.append(play(table, playing.choose(hand, draw), NOW_MS, playing.shuffle))
    gate = CommitGate(durable=False, written=table.seq)
    audience = Viewers(table, 1, gate, RecentEvents(table.id, table.seq), Clock())
    audience.viewers.update(dict.fromkeys(map(_Eyes, playing.players)))
    next_step = cycle(steps).__next__
    return lambda: audience.publish(next_step(), table.seq, NOW_MS)


def snapshot() -> Piece:
    """The sealed snapshot of a table in a hand whose secrets have been sealed before."""
    table = _table()
    table.prepare()
    play(table.table, commands.TimeUp(), NOW_MS, table.shuffle)
    state, seal = TableSnapshot(table.table), HandSeal()
    return lambda: VAULT.seal_snapshot(state, seal)


def journal() -> Piece:
    """Changes of some tables, put into the journal's books, taken in one batch, and written."""
    played = Played.make(tables=1, hands=3)
    tables = [played.steps_of(id, 7 * n) for n, id in enumerate(table_ids(1, JOURNAL_TABLES))]
    changes = [next(steps) for _ in range(CHANGES_A_TABLE) for steps in tables]

    def one_batch() -> Pending:
        pending = Pending(keep_events=True)
        for change in changes:
            pending.put(change, 0.0)
        for entry in pending.take():
            entry.as_change()
            pending.written(entry, entry.version)
        return pending

    return one_batch


# By name, what makes the pieces, and how many of them are counted.
WORK: dict[str, tuple[Callable[[], Piece], int]] = {
    "a hand, decided and applied": (hands, 40),
    "a step as frames for six": (frames, 400),
    "a sealed snapshot": (snapshot, 400),
    "a batch through the journal's books": (journal, 20),
}


def _table() -> OurTable:
    table = OurTable()
    table.shuffle = shuffler(Random(1).randbytes)
    return table


def _draw() -> Draw:
    """Always the same numbers, drawn before anything is counted."""
    rng = Random(2)
    return cycle([rng.random() for _ in range(DRAWS)]).__next__
