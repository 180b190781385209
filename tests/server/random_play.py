"""A table in random play, with all who may be at one: players in both wires, one of them in two
tabs, spectators, some who leave and come back, and some who come in mid-hand.
"""

import itertools
import random
from collections import Counter

import pytest

from pokerws.game import commands
from pokerws.game.betting.pre_actions import PreActionName
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import Shuffle
from pokerws.game.events import TableEvent, TableOpened
from pokerws.game.state import PlayerId, Table
from pokerws.game.table import play
from pokerws.game.variants import VARIANTS
from pokerws.messages import (
    JSON,
    MSGPACK,
    Act,
    AddChips,
    AutoMuck,
    Chat,
    ChooseGame,
    ClientMessage,
    GetAccount,
    GetHand,
    GetLedger,
    GetStats,
    HostKick,
    JoinWaitingList,
    LeaveWaitingList,
    ListTables,
    ListWatchers,
    Ping,
    PostBlind,
    PreAct,
    RabbitHunt,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    TableFilter,
    Unwatch,
    UnwatchLobby,
    VoteBombPot,
    Watch,
    WatchLobby,
)
from pokerws.server.sessions.context import SessionContext
from pokerws.server.tables import actor as table_actor
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.in_process import Client, open_context
from tests.server.random_action import random_action
from tests.server.secrecy import Oracle

SPECTATORS = ("s0", "s1")
WISHES: tuple[PreActionName, ...] = ("fold", "check_fold", "check", "call", "call_any")
Joining = commands.Sit | commands.SitIn | commands.AddChips


def no_cards_in_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give tables ids that no card can be read into, as it can into hexadecimal numbers."""
    numbers = itertools.count(1)
    monkeypatch.setattr("secrets.token_hex", lambda size: f"t{next(numbers)}")


class RandomPlay:
    """One table, its oracle and its clients: every frame is checked in the step that queues it."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        config: TableConfig,
        *,
        seed: int,
        context: SessionContext | None = None,
        clock: ManualClock | None = None,
    ) -> None:
        self.rng = random.Random(seed)
        # Of its own, so that what is done beforehand does not change what is done otherwise.
        self._wishes = random.Random(seed)
        self.clock = clock or ManualClock()
        self.oracle = Oracle()
        self.events: list[TableEvent] = []
        self.told: Counter[str] = Counter()
        self.frames: Counter[str] = Counter()
        self._ids = map(str, itertools.count())
        no_cards_in_names(monkeypatch)
        self.context = context or open_context(self.clock, self.rng)
        self.actor = self.context.lobby.create("T", config, PlayerId("p0"))
        self.table = self.actor.table
        self.oracle.learn([TableOpened(self.table.id, "T", config, PlayerId("p0"))])
        monkeypatch.setattr(table_actor, "play", self._play)
        players = [f"p{number}" for number in range(config.seats + 1)]
        self.clients = [self._client(player) for player in (*players, "p0", *SPECTATORS)]

    def _play(
        self,
        table: Table,
        command: commands.Command,
        now_ms: int,
        shuffle: Shuffle,
        next_hand_from_ms: int,
    ) -> list[TableEvent]:
        events = play(table, command, now_ms, shuffle, next_hand_from_ms)
        if table is self.table:
            self.oracle.learn(events)
            self.events += events
        return events

    def _client(self, player: str) -> Client:
        return Client(self.context, self.rng.choice((JSON, MSGPACK)), player)

    async def hands(self, count: int) -> None:
        """Play until so many hands are over."""
        while self.oracle.ended_hands < count:
            await self.step()

    async def step(self) -> None:
        """Do one random thing, and look at all that is sent."""
        hand, roll = self.table.hand, self.rng.random()
        if roll < 0.05:
            self._reconnect()
        elif roll < 0.20:
            await self._ask_anything()
        elif hand is None and roll < 0.50:
            await self._look_back()
        elif hand is not None and hand.turn is not None and roll < 0.98:
            act = random_action(self.rng, self.table)
            answer = act.turn, act.action, act.amount, act.cards
            await self._client_of(act.player).asks(Act(self._id, self.table.id, *answer))
        elif self.table.deadline_ms is not None:
            self.clock.advance(self.table.deadline_ms - self.clock.now_ms())
        else:
            await self._join(self.rng.choice(self.clients))
        if hand is not None and self._wishes.random() < 0.1:
            client, wish = self._wishes.choice(self.clients), self._wishes.choice(WISHES)
            await client.asks(PreAct(self._id, self.table.id, self.table.hand_number, wish))
        self.look()

    def look(self) -> None:
        """Check the frames that are queued."""
        for client in self.clients:
            assert not client.is_closed
            for frame in client.take():
                told = self.oracle.check(client.session.wire, frame, client.player)
                self.told += told
                self.frames.update(told.keys())

    def watch_all(self) -> None:
        """Have every client watch from now on."""
        for client in self.clients:
            self.actor.watch(client.session, Watch(self._id, self.table.id))
            client.take()

    def act_at_once(self) -> None:
        """Do the next action, without a client's message, or let the clock do it."""
        hand = self.table.hand
        if hand is not None and hand.turn is not None:
            command: Joining | commands.Act = random_action(self.rng, self.table)
        elif self.table.deadline_ms is not None and self.rng.random() < 0.7:
            self.clock.advance(self.table.deadline_ms - self.clock.now_ms())
            return
        else:
            command = self._joining(self.rng.choice(self.clients[: self.table.config.seats]).player)
        self.actor.handle(FakeViewer(command.player), self._id, command)

    def _joining(self, player: PlayerId) -> Joining:
        number, most = self.table.seat_of(player), self.table.config.max_buy_in
        seat = None if number is None else self.table.seats[number]
        if seat is None:
            return commands.Sit(player, player, None, most)
        return commands.SitIn(player) if seat.stack else commands.AddChips(player, most)

    @property
    def _id(self) -> str:
        return next(self._ids)

    def _client_of(self, player: PlayerId) -> Client:
        return self.rng.choice([client for client in self.clients if client.player == player])

    def _reconnect(self) -> None:
        number = self.rng.randrange(len(self.clients))
        old = self.clients[number]
        old.leave()
        self.clients[number] = self._client(old.player)

    async def _join(self, client: Client) -> None:
        """What brings a player into the next hand."""
        config, number = self.table.config, self.table.seat_of(client.player)
        seat = None if number is None else self.table.seats[number]
        if client.player in SPECTATORS:
            return
        if seat is None:
            buy_in = self.rng.choice((config.min_buy_in, config.min_buy_in, config.max_buy_in))
            await client.asks(Sit(self._id, self.table.id, buy_in))
        elif not seat.stack:
            await client.asks(AddChips(self._id, self.table.id))
        elif seat.sitting_out:
            await client.asks(SitIn(self._id, self.table.id))

    async def _look_back(self) -> None:
        """Show cards of the last hand, or what would have come, or ask about a hand."""
        client, latest = self.rng.choice(self.clients), self.table.hand_number
        hand = self.rng.choice((latest, self.rng.randint(0, latest)))
        ask = self.rng.choice((Show, Show, GetHand, RabbitHunt))
        number, last = self.table.seat_of(client.player), self.table.last_hand
        if ask is Show and number is not None and last is not None and self.rng.random() < 0.5:
            part = last.cards[number][:1]
            await client.asks(Show(self._id, self.table.id, last.number, part))
        else:
            await client.asks(ask(self._id, self.table.id, hand))

    async def _ask_anything(self) -> None:
        client, table, rng = self.rng.choice(self.clients), self.table.id, self.rng
        if table not in client.session.watched or rng.random() < 0.3:
            seq = rng.choice((None, self.table.seq, rng.randint(0, self.table.seq)))
            await client.asks(Watch(self._id, table, seq, self.actor.epoch))
            return
        if rng.random() < 0.6:
            await self._join(client)
            return
        messages: list[ClientMessage] = [
            Ping(self._id),
            Unwatch(self._id, table),
            ListTables(self._id),
            WatchLobby(self._id),
            WatchLobby(self._id, TableFilter(free_seats=1), rng.randint(1, 3)),
            UnwatchLobby(self._id),
            ListTables(self._id, limit=2),
            GetAccount(self._id),
            Chat(self._id, table, "hello"),
            AddChips(self._id, table),
            SitIn(self._id, table),
            SitOut(self._id, table),
            Stand(self._id, table),
            Stand(self._id, table, "hand"),
            Stay(self._id, table),
            PostBlind(self._id, table),
            JoinWaitingList(self._id, table),
            LeaveWaitingList(self._id, table),
            GetLedger(self._id, table),
            ListWatchers(self._id, table),
            HostKick(self._id, table, rng.choice(self.clients).player),
            GetStats(self._id, table),
            Straddle(self._id, table, on=rng.random() < 0.8),
            RunIt(self._id, table, rng.randint(1, 3)),
            ChooseGame(self._id, table, rng.choice(list(VARIANTS))),
            VoteBombPot(self._id, table, on=rng.random() < 0.8),
            AutoMuck(self._id, table, on=rng.random() < 0.5),
        ]
        await client.asks(rng.choice(messages))
