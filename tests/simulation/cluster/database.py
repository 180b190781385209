"""One database for several servers, which decides who owns a table as Postgres does.

A statement is carried out after a while whether or not its server still waits for it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from pokerws.game.events import TableEvent
from pokerws.game.state import TableId
from pokerws.storage.errors import OwnedElsewhere, StoreUnavailable
from pokerws.storage.postgres.claiming.giving import Holder, Listed
from pokerws.storage.postgres.lease import BEAT_S, LEASE_S, MARGIN_S
from pokerws.storage.postgres.owners import Node
from pokerws.storage.store import Change, Claimed, EventRow, GameRow, Position, Stored
from tests.server.fakes import OpenStore
from tests.simulation.cluster.processes import OUTSIDE, ProcessLoop
from tests.vaults import VAULT

Result = TypeVar("Result")


class _Owner:
    """A row of `owners`."""

    def __init__(self, node: str, until_s: float) -> None:
        self.node, self.until_s, self.has_ended = node, until_s, False


class Database(OpenStore):
    """The rows of all servers.  `trouble` is how likely a statement is to fail."""

    def __init__(self, rng: random.Random, loop: ProcessLoop) -> None:
        super().__init__()
        self.rng, self.loop, self.trouble = rng, loop, 0.0
        self.owners: dict[str, _Owner] = {}
        self.given_to: dict[TableId, str] = {}
        # Who has claimed each epoch: nobody else may have it.
        self.claims: dict[tuple[TableId, int], str | None] = {}
        self.broken: list[str] = []

    def holder(self, table: TableId) -> str | None:
        """Who may play a table."""
        return self.given_to.get(table, self._rows[table].owner)

    def lives(self, incarnation: str | None) -> bool:
        """Whether the lease of a server lasts."""
        owner = self.owners.get(incarnation or "")
        return owner is not None and not owner.has_ended and owner.until_s >= self.loop.time()

    def free(self, table: TableId, claimer: str | None, *, patient: bool) -> None:
        """End the holder of a table, if it is time.  Raises OwnedElsewhere."""
        holder = self.holder(table)
        if holder is None or holder == claimer or (owner := self.owners[holder]).has_ended:
            return
        if patient or self.lives(holder):
            raise OwnedElsewhere(owner.node, holder, is_alive=self.lives(holder))
        owner.has_ended = True

    def claimed(self, table: TableId, claimer: str | None) -> None:
        epoch = self._rows[table].epoch
        self.given_to.pop(table, None)
        if self.claims.setdefault((table, epoch), claimer) != claimer:
            self.broken.append(f"{table}: epoch {epoch} has two owners")

    def renew(self, incarnation: str, node: str) -> bool:
        until_s = self.loop.time() + LEASE_S
        owner = self.owners.setdefault(incarnation, _Owner(node, until_s))
        owner.until_s = until_s
        return not owner.has_ended

    def log(self, table: TableId) -> list[TableEvent]:
        """All stored events of a table, which have to be without a gap."""
        log = self._rows[table].log
        assert sorted(log) == list(range(1, len(log) + 1))
        return [VAULT.open_event(table, row.hand_number, row.payload) for row in log.values()]

    def version(self, table: TableId) -> int:
        return self._rows[table].change.version

    def is_open(self, table: TableId) -> bool:
        return self._rows[table].is_open

    def listed(self) -> dict[TableId, Listed]:
        """What lists show of the open tables."""
        rows = {table: row.change for table, row in self._rows.items() if row.is_open}
        return {t: Listed(one.status, one.players, one.hand_number) for t, one in rows.items()}

    def chips(self) -> int:
        """The sum over all accounts and tables."""
        rows = sum(row.change.chips for row in self._rows.values())
        return sum(self._accounts._balances.values()) + rows


class NodeStore(OpenStore):
    """What one server has of the database; `owner` is its incarnation."""

    def __init__(self, database: Database) -> None:
        self.__dict__.update(database.__dict__)
        self._database = database
        self.owner: str | None = None
        self.is_patient = True

    async def _ask(self, statement: Callable[[], Result], *, delay_s: float = 0.003) -> Result:
        """Have a statement carried out, in the name of the present incarnation."""
        database, loop, owner = self._database, self._database.loop, self.owner
        rng, answer = database.rng, loop.create_future()
        fault = rng.choice(("before", "after", "late")) if rng.random() < database.trouble else ""

        def carry_out() -> None:
            present, self.owner = self.owner, owner
            try:
                result = None if fault == "before" else statement()
            except Exception as error:  # noqa: BLE001  it is the caller's
                loop.call_later(rng.expovariate(1 / delay_s), _fail, answer, error)
            else:
                loop.call_later(rng.expovariate(1 / delay_s), _answer, answer, result)
            finally:
                self.owner = present

        late_s = rng.expovariate(1 / 0.5) if fault == "late" else 0.0
        at_s = loop.time() + rng.expovariate(1 / delay_s) + late_s
        loop.call_at(at_s, carry_out, context=OUTSIDE)
        if fault == "late":
            # Nobody waits for it any more.
            await asyncio.sleep(rng.expovariate(1 / delay_s))
            raise StoreUnavailable("trouble: no answer in time")
        result: Result = await answer
        if fault:
            raise StoreUnavailable(f"trouble: {fault}")
        return result

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        kept = list(changes)
        return await self._ask(lambda: self._save(kept))

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        return await self._ask(
            lambda: self._claim_now(table, above_epoch, shown_seq, seen_seq), delay_s=0.005
        )

    def _claim_now(self, table: TableId, *numbers: int) -> Claimed | None:
        if self.owner not in self._database.owners:
            raise StoreUnavailable("this server has no lease yet")
        row = self._rows.get(table)
        if row is None or not row.is_open:
            return None
        self._database.free(table, self.owner, patient=self.is_patient)
        claimed = now(super().claim(table, *numbers))
        self._database.claimed(table, self.owner)
        return claimed

    async def position(self, table: TableId) -> Position | None:
        return await self._ask(lambda: now(super(NodeStore, self).position(table)))

    async def look(self, table: TableId) -> Stored | None:
        return await self._ask(lambda: now(super(NodeStore, self).look(table)))

    async def games(self, besides: Collection[TableId] = ()) -> list[GameRow]:
        return await self._ask(lambda: now(super(NodeStore, self).games(besides)))

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        return await self._ask(lambda: now(super(NodeStore, self).events(table, after_seq, limit)))

    async def holder(self, table: TableId) -> Holder | None:
        """Part of `node.Owners`."""
        return await self._ask(lambda: self._holder_now(table))

    def _holder_now(self, table: TableId) -> Holder | None:
        if table not in self._rows or not self._rows[table].is_open:
            return None
        holder = self._database.holder(table)
        if holder is None:
            return None
        node = self._database.owners[holder].node
        return Holder(node, holder, self._database.lives(holder))

    async def listed(self, tables: Sequence[TableId]) -> dict[TableId, Listed]:
        """Part of `node.Owners`."""
        rows = await self._ask(self._database.listed)
        return {table: row for table, row in rows.items() if table in tables}

    async def give(self, table: TableId, at: Position, taker: str) -> bool:
        """Part of `handing_over.Giving`."""
        return await self._ask(lambda: self._give_now(table, at, taker))

    def _give_now(self, table: TableId, at: Position, taker: str) -> bool:
        row, database = self._rows[table], self._database
        is_at = (row.change.version, row.epoch, row.owner) == (*at[:2], self.owner)
        is_free = database.given_to.get(table, taker) == taker
        if not (is_at and is_free and row.is_open) or database.owners[taker].has_ended:
            return False
        database.given_to[table] = taker
        return True

    async def nodes(self) -> list[Node]:
        """Part of `moves.Nodes`."""
        return await self._ask(self._nodes_now)

    def _nodes_now(self) -> list[Node]:
        database, started = self._database, datetime.fromtimestamp(0, UTC)
        held = Counter(map(database.holder, self._rows))
        return [
            Node(owner.node, key, "", started, owner.until_s - database.loop.time(), held[key])
            for key, owner in database.owners.items()
            if not owner.has_ended
        ]

    async def ended(self, incarnations: Sequence[str]) -> list[str]:
        """Part of `node.Owners`."""
        owners = self._database.owners
        return await self._ask(lambda: [key for key, owner in owners.items() if owner.has_ended])

    async def holders_gone(self) -> list[str]:
        """Part of `orphans.Orphanage`."""
        return await self._ask(self._holders_gone_now)

    def _holders_gone_now(self) -> list[str]:
        database = self._database
        if self.owner not in database.owners:
            raise StoreUnavailable("this server has no lease yet")
        for key, owner in database.owners.items():
            if not self.is_patient and key != self.owner and not database.lives(key):
                owner.has_ended = True
        held = dict.fromkeys(database.holder(key) for key, row in self._rows.items() if row.is_open)
        return [key for key in held if key is not None and database.owners[key].has_ended]

    async def next_end_s(self) -> float | None:
        """Part of `orphans.Orphanage`."""
        return await self._ask(self._next_end_now)

    def _next_end_now(self) -> float | None:
        others = [
            owner.until_s - self._database.loop.time()
            for key, owner in self._database.owners.items()
            if key != self.owner and not owner.has_ended
        ]
        return min(others, default=None)

    async def claim_left(
        self, holders: list[str], limit: int, *, active: bool
    ) -> dict[TableId, Claimed]:
        """Part of `orphans.Orphanage`."""
        return await self._ask(lambda: self._claim_left_now(holders, limit, active=active))

    def _claim_left_now(
        self, holders: list[str], limit: int, *, active: bool
    ) -> dict[TableId, Claimed]:
        left = [
            table
            for table, row in self._rows.items()
            if self._database.holder(table) in holders
            and row.is_open
            and (row.change.status == "active") == active
        ]
        claims = {table: self._claim_now(table, 0, 0, 0) for table in left[:limit]}
        return {table: claimed for table, claimed in claims.items() if claimed is not None}

    async def renew(self, node: str) -> bool:
        owner = self.owner
        assert owner is not None
        return await self._ask(lambda: self._database.renew(owner, node))

    async def give_up(self) -> None:
        """End the present incarnation."""
        owner = self._database.owners[self.owner or ""]
        await self._ask(lambda: setattr(owner, "has_ended", True))


class SimulatedLease:
    """What `postgres.lease.Lease` does, in virtual time: a `tables.interfaces.Lease`."""

    is_away = False

    def __init__(self, store: NodeStore, node: str, on_lost: Callable[[], None]) -> None:
        self._store, self._node, self._on_lost = store, node, on_lost
        self._loop = store._database.loop
        self._until_s, self._steady_s = 0.0, float("inf")
        self._count = 0
        self.begin()

    def begin(self) -> None:
        """Become the next incarnation."""
        self._store.owner = f"{self._node}-{self._store._database.rng.getrandbits(32):08x}"
        self._store.is_patient, self._steady_s = True, float("inf")

    @property
    def incarnation(self) -> str:
        assert self._store.owner is not None
        return self._store.owner

    @property
    def is_over(self) -> bool:
        return self._loop.time() > self._until_s

    async def renew(self) -> bool:
        """Renew once; False if this incarnation has ended.  Raises StoreUnavailable."""
        sent_s = self._loop.time()
        async with asyncio.timeout(1.5):
            if not await self._store.renew(self._node):
                return False
        self._steady_s = min(self._steady_s, sent_s)
        self._until_s = sent_s + LEASE_S - MARGIN_S
        self._store.is_patient = sent_s - self._steady_s < LEASE_S
        return True

    async def run(self) -> None:
        while True:
            try:
                if not await self.renew():
                    self._on_lost()
                    self.begin()
                    continue
            except (StoreUnavailable, TimeoutError):
                self._store.is_patient, self._steady_s = True, float("inf")
            await asyncio.sleep(BEAT_S)


def now(work: Coroutine[Any, Any, Result]) -> Result:
    """What a coroutine returns that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as stop:
        result: Result = stop.value
        return result
    raise AssertionError("it waits")


def _answer(answer: "asyncio.Future[Any]", result: object) -> None:
    if not answer.done():
        answer.set_result(result)


def _fail(answer: "asyncio.Future[Any]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
