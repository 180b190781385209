"""The lease of this server: as long as it is renewed, no other server takes its tables over.

The lease only says when another server may claim the tables.  That nothing is written twice is
ensured by the rows themselves, whose writes name owner and epoch.  It has a connection of its own,
so it never waits behind the journal.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import structlog

from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres import owners
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import (
    FAILED,
    UNPREPARED,
    Connection,
    connect,
    reason,
    unavailable,
)
from pokerws.storage.postgres.processes import own_identity

LEASE_S = 3.0
BEAT_S = 0.75
# This server stops relying on its lease so much earlier than others may end it.
MARGIN_S = 0.5
# Time limits of a renewal, in the database and here.  An outage is noticed while the lease lasts.
STATEMENT_S = 1.0
ANSWER_S = 1.5
# A busy machine may need more than one attempt at the start.
REGISTER_S = 5.0
APPLICATION = "pokerws lease"

_BOOTTIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)

log = structlog.get_logger("pokerws.lease")


def now_s() -> float:
    """A clock that also runs while the machine is suspended, where there is one."""
    return time.monotonic() if _BOOTTIME is None else time.clock_gettime(_BOOTTIME)


class Tenure:
    """What the store needs to know of the lease.

    `id` is this server's incarnation.  No table may be claimed before it `is_registered`: others
    would take it for dead.  While it `is_patient`, expired owners get more time: the database may
    have been away for them too.  One that `runs_ahead` shows cards in an outage
    that are not stored.  `found_dead` counts the owners that this one found dead and ended.
    """

    def __init__(self, *, runs_ahead: bool = False) -> None:
        self.runs_ahead = runs_ahead
        self.id = secrets.token_hex(8)
        self.is_registered = False
        self.is_patient = True
        self.found_dead = 0

    def count_dead(self) -> None:
        """Count an owner that was found dead."""
        self.found_dead += 1

    def begin_again(self) -> None:
        """Become another incarnation, since this one has ended."""
        self.id = secrets.token_hex(8)
        self.is_registered = False
        self.is_patient = True


class Lease:
    """Keeps the lease of `tenure` from `register` to `give_up`.  `node` is for people."""

    def __init__(self, address: Address, node: str, tenure: Tenure) -> None:
        self._address = address
        self._node = node
        self._tenure = tenure
        self._process = own_identity()
        self.has_ended = False
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        # The others that owned tables when this one registered.
        self._others: list[owners.OtherOwner] = []
        self._task: asyncio.Task[None] | None = None
        self._until_s = 0.0
        # Set when other owners have had the time to renew their leases.
        self._has_waited = asyncio.Event()
        # Since when all renewals have succeeded.
        self._steady_s: float | None = None
        # Whether the latest renewal failed while this process was awake: the database is away.
        self.is_away = False
        # Called with the new incarnation, once it is registered, after the last one was ended.
        self.on_new_incarnation: Callable[[str], None] = lambda _: None
        self._is_new = False
        # Whether the lease has run out, and this was logged.
        self._is_out = False

    @property
    def incarnation(self) -> str:
        """This server's incarnation, as the owners of tables are named."""
        return self._tenure.id

    @property
    def found_dead(self) -> int:
        """How many servers this one found dead: its own earlier process, and others."""
        return self._tenure.found_dead

    @property
    def is_over(self) -> bool:
        """Whether another server may have ended this one by now."""
        return now_s() > self._until_s

    async def register(self, *, is_alone: bool) -> list[owners.OtherOwner]:
        """Register, and end owners whose processes are gone; returns the others that own tables.

        `is_alone`: no other process can use this database.  Raises StoreUnavailable.
        """
        try_until_s = now_s() + REGISTER_S
        while not self._tenure.is_registered:
            try:
                await self.renew()
            except StoreUnavailable:
                if now_s() > try_until_s:
                    raise
                await asyncio.sleep(BEAT_S / 3)
        async with self._connected() as connection:
            await owners.end_gone(
                connection,
                self._tenure.id,
                is_alone=is_alone,
                found_dead=self._tenure.count_dead,
            )
            await connection.execute(owners.FORGET)
            self._others = await owners.others(connection, self._tenure.id)
        for other in self._others:
            log.warning("tables_owned_elsewhere", node=other.node, tables=other.tables)
        return self._others

    async def settled(self, incarnations: Sequence[str]) -> list[str]:
        """Of these owners, those that no table will be asked about.  Raises StoreUnavailable."""
        if not incarnations:
            return []
        async with self._connected() as connection:
            return await owners.settled(connection, incarnations)

    async def wait_for_others(self) -> None:
        """Give other owners a lease's time to renew, and end those that did not.

        Raises StoreUnavailable.
        """
        if not self._others:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * LEASE_S):
                await self._has_waited.wait()
        async with self._connected() as connection:
            await owners.end_expired(
                connection, self._tenure.id, found_dead=self._tenure.count_dead
            )

    def start(
        self,
        on_lost: Callable[[], None],
        watch: Callable[[asyncio.Task[None]], None] = lambda task: None,
    ) -> None:
        """Renew from now on.  `on_lost` must drop all tables: another server has ended this one.

        `watch` is given the task, which runs until `give_up`.
        """
        self._task = asyncio.create_task(self._run(on_lost), name="lease")
        watch(self._task)

    async def give_up(self, *, all_stored: bool = True) -> None:
        """End this incarnation, so that others may claim its tables at once.

        Gives up after a moment if the database does not answer.  `has_ended` is set otherwise.
        """
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        try:
            async with self._connected() as connection:
                why = "stopped" if all_stored else "stopped early"
                await connection.fetchval(owners.END, self._tenure.id, why)
            self.has_ended = True
        except StoreUnavailable as error:
            log.warning("lease_not_given_up", error=str(error))
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def renew(self) -> bool:
        """Renew the lease; False if this incarnation has ended.  Raises StoreUnavailable."""
        # Read before the statement is sent: the database counts from later on.
        sent_s = now_s()
        async with self._connected() as connection:
            row = await connection.fetchval(
                *(owners.RENEW, self._tenure.id, self._node, self._process, round(LEASE_S * 1000)),
                self._tenure.runs_ahead,
            )
        if row is None:
            return False
        if self._steady_s is None or sent_s > self._until_s:
            self._steady_s = sent_s
        self._until_s = sent_s + LEASE_S - MARGIN_S
        self.is_away = False
        self._tenure.is_registered = True
        self._tenure.is_patient = sent_s - self._steady_s < LEASE_S
        if not self._tenure.is_patient:
            self._has_waited.set()
        return True

    async def _run(self, on_lost: Callable[[], None]) -> None:
        while True:
            began_s = now_s()
            try:
                is_kept = await self.renew()
            except StoreUnavailable as error:
                self._failed(began_s, str(error))
            else:
                self._answered()
                if not is_kept:
                    self._lose(on_lost)
                    continue
                if self._is_new:
                    self._is_new = False
                    self.on_new_incarnation(self._tenure.id)
            await asyncio.sleep(max(0.0, began_s + BEAT_S - now_s()))

    def _failed(self, began_s: float, error: str) -> None:
        self._steady_s = None
        # After a sleep past the lease, a connection that broke meanwhile is no sign of an outage.
        if began_s < self._until_s and now_s() < began_s + ANSWER_S + LEASE_S / 2:
            self.is_away = True
        self._tenure.is_patient = True
        if self.is_over and not self._is_out:
            self._is_out = True
            log.warning("lease_not_renewed", error=error)

    def _answered(self) -> None:
        if self._is_out:
            self._is_out = False
            log.info("lease_renewed")

    def _lose(self, on_lost: Callable[[], None]) -> None:
        log.error(
            "lease_lost",
            node=self._node,
            action="another server took over; all tables are closed; run one server per database",
        )
        on_lost()
        self._tenure.begin_again()
        self._is_new = True
        self._steady_s = None
        self.is_away = False

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        """The lease's connection, opened on demand, and dropped if its state is unknown."""
        try:
            async with asyncio.timeout(ANSWER_S), self._turn:
                if self._connection is None or self._connection.is_closed():
                    # The database was perhaps away, or is another one: the others need time too.
                    self._steady_s = None
                    self._connection = await connect(
                        self._address,
                        APPLICATION,
                        settings={"statement_timeout": str(round(STATEMENT_S * 1000))},
                        answer_s=ANSWER_S,
                    )
                yield self._connection
        except BaseException as error:
            if self._connection is not None:
                self._connection.terminate()
                self._connection = None
            if isinstance(error, UNPREPARED):
                # A pooler is in transaction mode after all.
                self._address = replace(self._address, pooler="transaction")
            if isinstance(error, FAILED):
                log.debug("lease_connection_dropped", error=reason(error))
                raise unavailable(error) from error
            raise
