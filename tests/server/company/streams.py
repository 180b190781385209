"""A table that those without a seat see late, and clients that fold what they are sent."""

import random
from copy import deepcopy
from typing import Any

from msgspec.structs import replace

from pokerws.client.table_view import TableView
from pokerws.game.config.company import Company
from pokerws.game.config.table_config import TableConfig
from pokerws.game.redaction import redact_table
from pokerws.game.state import Table
from pokerws.messages import JSON, CreateTable, Events, Sit, Snapshot, Watch, server_decoder
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context, read
from tests.server.random_action import random_action

DELAY_MS = 60_000
decode = server_decoder().decode


class Stream:
    """A delayed table of two players, with hands in play, and who watches it."""

    def __init__(self, seed: int = 1, variant: str = "NT", **company: Any) -> None:
        self.rng, self.clock = random.Random(seed), ManualClock()
        self.context = open_context(self.clock, self.rng)
        self.config = TableConfig(
            variant=variant,
            company=Company(**{"delay_ms": DELAY_MS, **company}),
            next_hand_delay_ms=1_000,
            turn_time_ms=600_000,
        )
        # The table as a spectator would see it at each seq, and when that was.
        self.states: dict[int, tuple[int, Table]] = {}
        self.ids = 0

    def id(self) -> str:
        self.ids += 1
        return str(self.ids)

    def client(self, name: str) -> Client:
        return Client(self.context, player=name)

    async def open(self) -> None:
        ann, ben = self.client("ann"), self.client("ben")
        self.players = {"ann": ann, "ben": ben}
        await ann.asks(CreateTable(self.id(), "One", self.config))
        self.table = read(JSON, ann.take()[-1])["table"]
        for player in (ann, ben):
            await self.watch(player)
            await player.asks(Sit(self.id(), self.table, 20_000))
        self.note()

    @property
    def live(self) -> Table:
        actor = self.context.lobby.at(self.table)
        assert actor is not None
        return actor.table

    async def watch(self, client: Client, **more: Any) -> None:
        await client.asks(Watch(self.id(), self.table, **more))

    def note(self) -> None:
        state = deepcopy(redact_table(self.live, None))
        self.states.setdefault(self.live.seq, (self.clock.table_ms(), state))

    def step(self) -> None:
        """Somebody acts, or time passes."""
        if self.live.hand is not None and self.live.hand.turn is not None:
            act = random_action(self.rng, self.live, folds=0.1)
            if act.action in ("bet", "raise"):
                # Nobody loses all chips.
                act = replace(act, amount=self.live.hand.turn.min_to)
            actor = self.context.lobby.at(self.table)
            assert actor is not None
            actor.handle(self.players[act.player].session, self.id(), act)
        self.note()
        for _ in range(self.rng.randint(1, 4)):
            self.clock.advance(500)
            self.note()

    def play(self, steps: int) -> None:
        for _ in range(steps):
            self.step()

    def due_seq(self) -> int:
        """The seq that late viewers may see now."""
        until_ms = self.clock.table_ms() - DELAY_MS
        return max((seq for seq, (at_ms, _) in self.states.items() if at_ms <= until_ms), default=0)


class Late:
    """Folds what a client is sent, as client libraries do."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.view: TableView | None = None
        self.kinds: list[str] = []
        self.events: list[Any] = []

    def take(self) -> None:
        for frame in self.client.take():
            message = decode(frame)
            self.kinds.append(type(message).__name__)
            if isinstance(message, Snapshot):
                self.view = TableView(self.client.player, message.state, message.epoch)
                self.view.take_snapshot(message)
            elif isinstance(message, Events):
                assert self.view is not None
                self.events += message.events
                self.view.take_events(message)

    @property
    def seq(self) -> int:
        return 0 if self.view is None else self.view.table.seq


async def streamed(seed: int = 1, variant: str = "NT", **company: Any) -> Stream:
    stream = Stream(seed, variant, **company)
    await stream.open()
    return stream
