"""Stand-ins for what surrounds a table: a clock that tests turn, viewers that remember."""

import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

from pokerws.game.deal import Shuffle, shuffler
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import (
    JSON,
    Events,
    Notice,
    ServerMessage,
    TableSummary,
    Wire,
    server_decoder,
)
from pokerws.server.clock import Clock
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Cashier, Terms
from pokerws.server.tables.commit_gate import CommitGate, TableAnswer
from pokerws.server.tables.hand_pace import UNLIMITED, PaceLimits
from pokerws.server.tables.hands.past_hands import PastHands
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.accounts import Transfer
from pokerws.storage.journal.listener import JournalListener
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.null import NullJournal, NullStore
from pokerws.storage.store import Change
from pokerws.storage.vault.vault import Vault
from tests.storage.memory_store import MemoryStore

_decode = server_decoder().decode


class ManualClock(Clock):
    """Time stands still until a test moves it.

    `wall_ahead_ms` is how far somebody has moved the wall clock.
    """

    wall_ahead_ms = 0

    def __init__(self) -> None:
        self._now_ms = 1_000_000
        self._alarms: list[ManualAlarm] = []

    def now_ms(self) -> int:
        return self._now_ms

    def wall_ms(self) -> int:
        return self._now_ms + self.wall_ahead_ms

    def call_at(self, at_ms: int, callback: Callable[[], None]) -> "ManualAlarm":
        alarm = ManualAlarm(at_ms, callback, self._alarms)
        self._alarms.append(alarm)
        return alarm

    @property
    def next_alarm_ms(self) -> int | None:
        """When the next alarm is due."""
        return min((alarm.at_ms for alarm in self._alarms), default=None)

    def ring_early(self) -> None:
        """Call the next alarm now, as an event loop may do that is early by its resolution."""
        alarm = min(self._alarms, key=lambda alarm: alarm.at_ms)
        alarm.cancel()
        alarm.callback()

    def stall(self, by_ms: int) -> None:
        """Let time pass while the event loop is held up: the alarms that are due ring at the end.

        The next ones that they set do not ring.
        """
        self._now_ms += by_ms
        for alarm in [alarm for alarm in self._alarms if alarm.at_ms <= self._now_ms]:
            alarm.cancel()
            alarm.callback()

    def advance(self, by_ms: int) -> None:
        """Let time pass, with the alarms that are due on the way."""
        end_ms = self._now_ms + by_ms
        while self._alarms:
            alarm = min(self._alarms, key=lambda alarm: alarm.at_ms)
            if alarm.at_ms > end_ms:
                break
            self._now_ms = max(self._now_ms, alarm.at_ms)
            alarm.cancel()
            alarm.callback()
        self._now_ms = end_ms


class ManualAlarm:
    """An alarm of a ManualClock."""

    def __init__(
        self, at_ms: int, callback: Callable[[], None], alarms: "list[ManualAlarm]"
    ) -> None:
        self.at_ms = at_ms
        self.callback = callback
        self._alarms = alarms

    def cancel(self) -> None:
        if self in self._alarms:
            self._alarms.remove(self)


class FakeLine:
    """A connection whose quality the test decides."""

    def __init__(self) -> None:
        self.latency_ms = 0
        self.is_silent = False


class FakeConnections:
    """Who is connected: all but those whom the test has sent away."""

    def __init__(self) -> None:
        self.away: set[PlayerId] = set()

    def is_connected(self, player: PlayerId) -> bool:
        return player not in self.away


class FakeViewer:
    """A viewer that keeps all that it is sent, in order."""

    def __init__(self, player: str) -> None:
        self.player = PlayerId(player)
        self.wire: Wire = JSON
        self.hears_presence, self.hears_waiting = True, False
        self.line = FakeLine()
        self.frames: list[bytes] = []
        self.moved_tables: list[TableId] = []

    def answer(self, message: TableAnswer) -> None:
        self.frames.append(msgspec.json.encode(message))

    def held_by(self, gate: CommitGate, table: TableId) -> None:
        """It sends no answers by itself that could overtake those."""

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        self.frames.append(frame)

    def send(self, frame: bytes) -> None:
        self.frames.append(frame)

    def send_droppable(self, frame: bytes) -> None:
        self.frames.append(frame)

    def fail(self, error: Exception) -> None:
        raise error

    def lose_table(self, notice: Notice) -> None:
        self.frames.append(self.wire.encode(notice))

    def close_moved(self, table: TableId) -> None:
        self.moved_tables.append(table)

    def take(self) -> list[ServerMessage]:
        """The messages since the last call."""
        messages = [_decode(frame) for frame in self.frames]
        self.frames.clear()
        return messages

    def take_events(self) -> list[Events]:
        """The `events` messages since the last call."""
        return [message for message in self.take() if isinstance(message, Events)]


class FakeJournal:
    """A journal that keeps what it is given, and tells its actor at once that it is stored."""

    keeps = True
    skipped = None

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._listeners: list[JournalListener] = []
        self.over_high_water = False
        self.oldest_ms = 0
        self.healthy = True
        self.actor: TableActor | None = None

    def put(self, change: Change) -> None:
        self.changes.append(change)
        if self.actor is not None:
            self.actor.written(change.version)

    def subscribe(self, listener: JournalListener) -> None:
        self._listeners.append(listener)

    def commit(self, table: Table) -> None:
        """Report that all of a table is stored."""
        for listener in self._listeners:
            listener.written(table.id, table.seq)

    def drop(self, table: TableId, epoch: int) -> None:
        """Part of `TableJournal`: nothing waits here."""

    async def flush(self, timeout_s: float, table: TableId | None = None) -> None:
        """Nothing ever waits here."""


class FakeOwner:
    """A lobby that notes what it hears."""

    def __init__(self) -> None:
        self.changed = 0
        self.failed: list[TableId] = []
        self.transfers: list[Transfer] = []
        self.nets: list[dict[PlayerId, int]] = []

    def chips_moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        self.transfers += transfers

    def seats_changed(self, table: Table) -> None:
        """The test looks at the table."""

    def bots_changed(self, table: Table) -> None:
        """The test looks at the table."""

    def absent_at(self, table: TableId) -> Sequence[PlayerId]:
        return ()

    def hand_over(self, table: TableId, net: Mapping[PlayerId, int]) -> None:
        self.nets.append(dict(net))

    def table_changed(self, summary: TableSummary) -> None:
        self.changed += 1

    def table_closing(self, table: TableId) -> None:
        """The test looks at the table."""

    def table_failed(self, table: TableId) -> None:
        self.failed.append(table)


class OpenAccounts(MemoryAccounts):
    """Accounts for those who come to a table without having been to the bank."""

    def book(self, moves: dict[TableId, tuple[Transfer, ...]]) -> None:
        for transfers in moves.values():
            for move in transfers:
                if move.source.startswith("player:") and move.source not in self._balances:
                    self._balances[move.source] = 0
                    self._opened_ms[move.source] = self._refilled_ms[move.source] = move.at_ms
                    self._give(move.source, 10**9, "grant", move.at_ms)
        super().book(moves)


class OpenStore(MemoryStore):
    """A store with such accounts."""

    def __init__(self) -> None:
        super().__init__()
        self._accounts: MemoryAccounts = OpenAccounts()


def open_cashier(clock: Clock, store: MemoryStore) -> Cashier:
    """A cashier over the accounts of a store."""
    return Cashier(store.accounts, clock, Terms())


def open_memory_lobby(
    clock: Clock,
    shuffle: Shuffle | None = None,
    *,
    accounts: MemoryAccounts | None = None,
    terms: Terms | None = None,
    max_tables: int = 20,
    max_opened: int = 0,
    max_opened_by_address: int = 0,
    pace: PaceLimits = UNLIMITED,
) -> tuple[Lobby, Cashier]:
    """The lobby and the cashier of a server that stores nothing."""
    store = NullStore(accounts or OpenAccounts())
    cashier = Cashier(store.accounts, clock, terms or Terms())
    lobby = Lobby(
        store=store,
        journal=NullJournal(store.accounts),
        vault=Vault(()),
        keep_events=False,
        clock=clock,
        shuffle=shuffle or shuffler(random.Random(1).randbytes),
        cashier=cashier,
        max_tables=max_tables,
        max_opened=max_opened,
        max_opened_by_address=max_opened_by_address,
        pace=pace,
    )
    return lobby, cashier


def memory_hands(lobby: Lobby) -> PastHands:
    """The hands of the tables of a server that stores nothing."""
    store = NullStore()
    return PastHands(lobby, store, NullJournal(store.accounts))
