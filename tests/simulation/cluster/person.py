"""A client of a simulated cluster, who plays by the seed and checks all that it is sent.

It knows no more than a browser does: whatever happens to a server it connects to another one, goes
on after the last event that it has seen, and sends what was not answered again with the same ids.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from pokerws.client.table_view import Gap, TableView
from pokerws.game.commands import Action
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    JSON,
    Accepted,
    Act,
    AddChips,
    Chat,
    ChatSaid,
    ClientMessage,
    Events,
    Notice,
    Rejected,
    Sit,
    SitIn,
    Snapshot,
    Stand,
    TableWatch,
    Unwatch,
    Watch,
    server_decoder,
)
from tests.simulation.cluster.server import Line, Server

if TYPE_CHECKING:
    from tests.simulation.cluster.world import World

# Whatever happens to other servers, an answer comes within this time, or a refusal.
ANSWER_S = 12.0
# A table that is closed has no receipts any more.
CLOSED = frozenset({"unknown_table", "table_closed"})
_decode = server_decoder().decode

# Their answers are remembered: the same id is the same command.
Play = Sit | Stand | SitIn | AddChips | Act


class Person:
    """A client with one connection at a time."""

    def __init__(self, world: "World", name: str, tables: list[TableId], *, plays: bool) -> None:
        self.world, self.rng, self.plays = world, world.rng, plays
        self.player, self.tables = PlayerId(name), tables
        self.line: Line | None = None
        self.views: dict[TableId, TableView] = {}
        self.shown: dict[tuple[TableId, int], TableEvent] = {}
        # Tables that are watched on this connection, once that is answered.
        self.watched: set[TableId] = set()
        # The numbers that the next event there may have; none if a snapshot must come first.
        self.next_seq: dict[TableId, range] = {}
        self.gone: set[TableId] = set()
        # Messages of this connection by id, with the time, and how often each was sent.
        self.asked: dict[str, tuple[ClientMessage, float]] = {}
        self.sent = Counter[str]()
        # What is not answered for good, and the answers.
        self.open: dict[str, Play] = {}
        self.accepted: dict[str, int] = {}
        # Commands that were not answered before their table was closed: nobody knows any more
        # whether they were carried out.
        self.unknown: set[str] = set()
        self.plays_made: dict[str, Play] = {}
        # The latest accepted command at each table.
        self.latest: dict[TableId, Play] = {}
        self.heard = Counter[str]()
        self._numbers = 0

    def holds(self, condition: bool, otherwise: str) -> None:  # noqa: FBT001  as assert has it
        if not condition:
            at = f"{self.world.loop.time():.3f} {self.player}"
            where = "" if self.line is None else f" at {self.line.server.name}"
            self.world.broken.append(f"{at}{where}: {otherwise}")

    # ---- connecting

    async def live(self) -> None:
        """Play until cancelled."""
        while True:
            await asyncio.sleep(self.rng.expovariate(6.0))
            if self.line is None:
                self._connect()
            else:
                self._check_answers()
                if not self.world.is_calm and self.rng.random() < 0.03:
                    self.leave()
                elif self.line is not None:
                    self._do_something()

    def _connect(self) -> None:
        ready = [server for server in self.world.servers.values() if server.is_ready]
        if not ready:
            return
        server = self.rng.choice(ready)
        self.watched.clear()
        self.asked.clear()
        self.sent.clear()
        self.heard.clear()
        self.line = Line(server, self.player, self._receive, self._lost)
        wanted = [table for table in self.tables if table not in self.gone]
        if len(wanted) > 1 and self.rng.random() < 0.4:
            self._watch_several(wanted)
        else:
            for table in wanted:
                self._watch(table)
        for message in list(self.open.values()):
            self._send(message)

    def leave(self) -> None:
        if self.line is not None:
            self.line.leave()
            self.line = None

    def _lost(self) -> None:
        self.line = None

    def _next_id(self) -> str:
        self._numbers += 1
        return f"{self.player}-{self._numbers}"

    def _send(self, message: ClientMessage) -> None:
        assert self.line is not None
        self.asked[message.id] = (message, self.world.loop.time())
        self.sent[message.id] += 1
        self.line.say(JSON.encode(message))

    # ---- watching

    def _place(self, table: TableId) -> tuple[int | None, int | None]:
        """Where to go on; at times it begins again."""
        view = self.views.get(table)
        if view is None or self.rng.random() < 0.1:
            return None, None
        return view.seq, view.epoch

    def _watch(self, table: TableId) -> None:
        self._send(Watch(self._next_id(), table, *self._place(table)))

    def _watch_several(self, tables: list[TableId]) -> None:
        wanted = [TableWatch(table, *self._place(table)) for table in tables]
        self._send(Watch(self._next_id(), tables=wanted))

    # ---- playing

    def _do_something(self) -> None:
        if self.world.is_quiet:
            missing = [table for table in self.tables if table not in self.watched | self.gone]
            if missing and not any(isinstance(one[0], Watch) for one in self.asked.values()):
                self._watch(missing[0])
            return
        table = self.rng.choice(self.tables)
        if table in self.gone:
            return
        chance, view = self.rng.random(), self.views.get(table)
        if any(isinstance(one, Watch | Unwatch) for one, _ in self.asked.values()):
            return
        if table not in self.watched:
            if chance < 0.2:
                self._watch(table)
        elif chance < 0.05:
            name = self._next_id()
            self._send(Chat(name, table, name))
        elif chance < 0.07:
            self._send(Unwatch(self._next_id(), table))
        elif chance < 0.09 and not self.world.is_calm:
            self._watch(table)
        elif self._awaits(table):
            return
        elif chance < 0.12 and table in self.latest:
            # It was accepted, and the client forgets that.
            self._send(self.latest[table])
        elif view is not None and self.plays:
            command = self._choose(view)
            if command is not None:
                self.open[command.id] = self.plays_made[command.id] = command
                self._send(command)

    def _awaits(self, table: TableId) -> bool:
        """Whether a command is not answered: there is one at a time, as receipts want it."""
        asked = [one for one, _ in self.asked.values() if one.id in self.plays_made]
        return any(self.plays_made[one.id].table == table for one in (*asked, *self.open.values()))

    def _choose(self, view: TableView) -> Play | None:
        table, turn, own = view.id, view.turn, view.own
        if own is None:
            return Sit(self._next_id(), table, max(5_000, view.least_buy_in))
        if turn is not None and turn.seat == view.seat:
            action = cast("Action", self.rng.choice(turn.actions))
            amount = turn.min_to if action in ("bet", "raise") else None
            return Act(self._next_id(), table, turn.number, action, amount)
        if own.sitting_out and own.stack:
            return SitIn(self._next_id(), table)
        if own.sitting_out or (view.own_hand is None and self.rng.random() < 0.1):
            return AddChips(self._next_id(), table, 1_000)
        return Stand(self._next_id(), table) if self.rng.random() < 0.03 else None

    # ---- what is sent

    def _receive(self, frame: bytes) -> None:
        match message := _decode(frame):
            case Accepted() | Rejected():
                self._answered(message)
            case Snapshot():
                self._take_snapshot(message)
            case Events():
                self._take_events(message)
            case ChatSaid(text=text):
                self.heard[text] += 1
                self.holds(self.heard[text] == 1, f"chat {text} came twice")
            case Notice(code="table_failed", table=table) if table is not None:
                self.watched.discard(table)
            case _:
                pass

    def _take_snapshot(self, message: Snapshot) -> None:
        table, view = message.table, self.views.get(message.table)
        self.holds(table in self.watched, f"a snapshot of {table}, which is not watched")
        if view is None:
            view = self.views[table] = TableView(
                self.player, message.state, message.epoch, lambda *one: self._see(table, *one)
            )
        self.holds(message.epoch == view.epoch, f"branch {message.epoch} after {view.epoch}")
        self.holds(message.seq >= view.seq, f"snapshot {message.seq} after event {view.seq}")
        self._check_stored(table, message.seq)
        view.take_snapshot(message)
        self._expect(table, message.seq + 1)

    def _take_events(self, message: Events) -> None:
        table, view = message.table, self.views.get(message.table)
        self.holds(table in self.watched, f"events of {table}, which is not watched")
        expected = self.next_seq.get(table, range(0))
        self.holds(message.seq in expected, f"{table}: event {message.seq}, and not {expected}")
        if view is None:
            return
        self._expect(table, message.seq + len(message.events))
        try:
            view.take_events(message)
        except Gap as gap:
            self.holds(False, f"{table}: {gap}")
        self._check_stored(table, view.seq)

    def _expect(self, table: TableId, seq: int) -> None:
        self.next_seq[table] = range(seq, seq + 1)

    def _see(self, table: TableId, seq: int, event: TableEvent) -> None:
        self.shown[table, seq] = event

    def _check_stored(self, table: TableId, seq: int) -> None:
        stored = self.world.database.version(table)
        self.holds(seq <= stored, f"{table}: {seq} was shown, and {stored} is stored")

    # ---- answers

    def _answered(self, answer: Accepted | Rejected) -> None:
        self.sent[answer.id] -= 1
        self.holds(self.sent[answer.id] >= 0, f"{answer.id} was answered too often: {answer}")
        message = self.asked.pop(answer.id, (None, 0.0))[0]
        if answer.id in self.plays_made:
            self._played(answer)
        elif isinstance(message, Watch):
            self._watching(message, answer)
        elif isinstance(message, Unwatch) and isinstance(answer, Accepted):
            self.watched.discard(message.table)

    def _played(self, answer: Accepted | Rejected) -> None:
        if isinstance(answer, Accepted):
            assert answer.seq is not None
            before = self.accepted.setdefault(answer.id, answer.seq)
            self.holds(before == answer.seq, f"{answer.id}: first {before}, then {answer.seq}")
            if (command := self.open.pop(answer.id, None)) is not None:
                self.latest[command.table] = command
            self._check_stored(self.plays_made[answer.id].table, answer.seq)
        elif not answer.retryable:
            known = answer.id in self.accepted and answer.code not in CLOSED
            self.holds(not known, f"{answer.id} was accepted, and now {answer.code}")
            if answer.code in CLOSED and answer.id in self.open:
                self.unknown.add(answer.id)
            self.open.pop(answer.id, None)
        elif self.line is not None:
            self.world.loop.call_later(0.3, self._send_again, answer.id, self.line)

    def _send_again(self, name: str, line: Line) -> None:
        if self.line is line and name in self.open and not self.sent[name]:
            self._send(self.open[name])

    def _watching(self, message: Watch, answer: Accepted | Rejected) -> None:
        if message.table is not None:
            code = None if isinstance(answer, Accepted) else answer.code
            self._watches(message.table, message.after_seq, code)
        elif isinstance(answer, Accepted):
            for wanted, outcome in zip(message.tables or (), answer.tables or (), strict=True):
                self._watches(outcome.table, wanted.after_seq, outcome.code)

    def _watches(self, table: TableId, after_seq: int | None, code: str | None) -> None:
        if code is None:
            # Who watches a table already may get what it has asked for, or just the next event.
            latest = 0
            if table in self.watched and (view := self.views.get(table)) is not None:
                latest = view.seq
            self.watched.add(table)
            if after_seq is None:
                self.next_seq[table] = range(0)
            else:
                self.next_seq[table] = range(after_seq + 1, max(after_seq, latest) + 2)
        elif code == "unknown_table":
            self.holds(not self.world.database.is_open(table), f"{table} is unknown, and open")
            self.gone.add(table)

    def _check_answers(self) -> None:
        assert self.line is not None
        server: Server = self.line.server
        now_s = self.world.loop.time()
        for name, (message, since_s) in list(self.asked.items()):
            frozen_s = server.ever_frozen_s
            awake_s = since_s if frozen_s is None else max(since_s, frozen_s)
            if now_s > awake_s + ANSWER_S:
                kind = type(message).__name__
                self.holds(False, f"{kind} {name} has no answer since {since_s:.1f}")
                del self.asked[name]
            elif now_s > since_s + 3 and not self.world.is_quiet and self.rng.random() < 0.05:
                self.leave()
                return

    async def stop(self, task: "asyncio.Task[None]") -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
