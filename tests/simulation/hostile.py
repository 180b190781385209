"""What a simulation runs on: virtual time, and a store that fails at every step."""

import asyncio
import random
from collections.abc import Sequence
from typing import NoReturn

from msgspec.structs import replace

from pokerws.game.cards import Card
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.server.clock import Clock
from pokerws.storage.errors import StoreRejected, StoreUnavailable
from pokerws.storage.journal.back_off import BackOff
from pokerws.storage.store import Change, Claimed, Position, TableSnapshot
from pokerws.storage.vault.replayed import ReplayedTable
from tests.server.fakes import OpenStore
from tests.vaults import VAULT


class Deck:
    """A shuffled deck, and which of its cards each player has seen."""

    def __init__(self, cards: list[Card]) -> None:
        self.cards = cards
        self.seen: dict[PlayerId, set[Card]] = {}


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop without a world outside, whose time passes when there is nothing to do."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0
        self._selector = self

    def time(self) -> float:
        return self._now_s

    def select(self, timeout_s: float | None) -> list[NoReturn]:
        """What the base class asks the world with: nothing comes, but time goes by."""
        assert timeout_s is not None, "everybody waits, and nothing is due"
        self._now_s += timeout_s
        return []

    def _process_events(self, event_list: list[NoReturn]) -> None:
        """There are none."""


class LoopClock(Clock):
    """The server's clock, by the loop's time."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now_ms(self) -> int:
        return 1_000_000 + round(self._loop.time() * 1000)


class SeededBackOff(BackOff):
    """The usual waits, without their chance."""

    def delay_s(self, failures: int) -> float:
        return min(1.0, 0.05 * 2.0 ** min(failures - 1, 10))


class HostileStore(OpenStore):
    """Takes its time, fails before and after it has done what it is asked, or does it late."""

    def __init__(self, rng: random.Random, *, rejects: bool) -> None:
        super().__init__()
        self.calm = True
        self._rng = rng
        self._rejects = rejects

    def _strikes(self, chance: float) -> bool:
        return not self.calm and self._rng.random() < chance

    async def _delay(self) -> None:
        await asyncio.sleep(self._rng.expovariate(1 / (1.5 if self._strikes(0.02) else 0.005)))

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        await self._delay()
        if self._rejects and self._strikes(0.01):
            raise StoreRejected("a rule is broken")
        if self._strikes(0.05):
            raise StoreUnavailable("lost before the commit")
        if self._strikes(0.03):
            # The server has hung, and carries it out when nobody waits for it any more.
            late_s = self._rng.expovariate(1 / 0.2)
            asyncio.get_running_loop().call_later(late_s, self._save_now, list(changes))
            raise StoreUnavailable("no answer in time")
        written = self._save_now(changes)
        await self._delay()
        if self._strikes(0.05):
            raise StoreUnavailable("lost after the commit")
        return written

    def _save_now(self, changes: Sequence[Change]) -> set[TableId]:
        return self._save(changes)

    async def position(self, table: TableId) -> Position | None:
        await self._delay()
        if self._strikes(0.1):
            raise StoreUnavailable("lost while reading")
        return await super().position(table)

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        await self._delay()
        claimed = await super().claim(table, above_epoch, shown_seq, seen_seq)
        await self._delay()
        if self._strikes(0.1):
            raise StoreUnavailable("lost after the claim")
        return claimed

    def edit(self, table: TableId, by: int) -> None:
        """Somebody changes a row's version by hand."""
        row = self._rows[table]
        row.change = replace(row.change, version=row.change.version + by)

    def let_go(self, table: TableId) -> None:
        """Somebody has put a row right that was set aside because it could not be read."""
        row = self._rows[table]
        row.status = row.change.status

    def chips(self, table: TableId) -> int:
        """The sum over accounts, the house and the table."""
        return sum(self._accounts._balances.values()) + self._rows[table].change.chips

    def log(self, table: TableId) -> list[TableEvent]:
        """All stored events of a table, which have to be without a gap."""
        log = self._rows[table].log
        assert sorted(log) == list(range(1, len(log) + 1))
        rows = [log[seq] for seq in sorted(log)]
        return [VAULT.open_event(table, row.hand_number, row.payload) for row in rows]

    def stored(self, table: TableId) -> TableSnapshot:
        """The newest snapshot, completed by the log after it."""
        row = self._rows[table]
        replayed = ReplayedTable.of(VAULT, table, row.snapshot, row.snapshot_version)
        replayed.take(row.log[seq] for seq in sorted(row.log) if seq > row.snapshot_version)
        return replayed.snapshot

    def has(self, table: TableId, seq: int) -> bool:
        return seq in self._rows[table].log if table in self._rows else False
