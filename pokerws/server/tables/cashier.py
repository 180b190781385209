"""The players' accounts as this server uses them: who pays, pays one thing at a time.

Chips move in the same write as the table's change.  What an account holds is read when its player
wants to pay, so no second payment may be on its way then: the first one's has to be stored.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

import structlog
from msgspec import Struct

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.server.clock import Clock
from pokerws.storage.accounts import Account, AccountId, Accounts, Booked, Transfer, player_account
from pokerws.storage.store import StoreUnavailable

# How long a player's earlier payment, or the database, is waited for.
PATIENCE_S = 5.0
HISTORY_PAGE = 50

Book = Callable[[dict[TableId, tuple[Transfer, ...]]], None]

log = structlog.get_logger("pokerws.bank")


class Terms(Struct, frozen=True):
    """What the house gives: `grant` chips to a new player, and to one who has less than
    `refill_below` as many as make `refill_to`, once in `refill_interval_ms`."""

    grant: int = 100_000
    refill_to: int = 100_000
    refill_below: int = 20_000
    refill_interval_ms: int = 3_600_000


class Statement(Struct, frozen=True):
    """An account: its balance, when a refill is due (None where there is too much in it for one),
    and a page of its history, newest first."""

    balance: int
    refill_at_ms: int | None
    history: list[Booked]


class _Payment:
    """Chips on their way from an account to a table."""

    def __init__(self, payer: AccountId, seq: int) -> None:
        self.payer = payer
        self.seq = seq
        self.arrived = asyncio.Event()


class Bank:
    """All accounts.

    `book` moves chips at once, in memory-only play, where no store does it with the change.
    """

    def __init__(
        self, accounts: Accounts, clock: Clock, terms: Terms, *, book: Book | None = None
    ) -> None:
        self._accounts = accounts
        self._book = book
        self._clock = clock
        self._terms = terms
        self._turns: WeakValueDictionary[PlayerId, asyncio.Lock] = WeakValueDictionary()
        self._on_their_way: dict[AccountId, _Payment] = {}
        self._to_tables: dict[TableId, list[_Payment]] = {}

    @asynccontextmanager
    async def paying(self, player: PlayerId) -> AsyncIterator[int]:
        """What the player's account can pay, exactly so until the block ends.

        The block must hand its command to the table at once.  Raises Illegal("bank_unavailable").
        """
        turn = self._turns.setdefault(player, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await turn.acquire()
        except TimeoutError as error:
            raise Illegal("bank_unavailable", "an earlier payment is not done yet") from error
        try:
            yield (await self._settled(player)).balance
        finally:
            turn.release()

    async def statement(self, player: PlayerId, before: int | None) -> Statement:
        """An account, opened if need be; `before` pages back.  Raises Illegal."""
        account = await self._open(player)
        with _reaching():
            history = await self._accounts.history(player, before, HISTORY_PAGE)
        due_ms = None
        if account.balance < min(self._terms.refill_below, self._terms.refill_to):
            due_ms = (account.refilled_ms or 0) + self._terms.refill_interval_ms
        return Statement(account.balance, due_ms, history)

    async def refill(self, player: PlayerId) -> None:
        """Have the house fill an account up.  Raises Illegal where that is not due."""
        await self._open(player)
        now_ms = self._clock.now_ms()
        with _reaching():
            given = await self._accounts.refill(
                player,
                to=self._terms.refill_to,
                below=self._terms.refill_below,
                due_ms=now_ms - self._terms.refill_interval_ms,
                at_ms=now_ms,
            )
        if not given:
            raise Illegal("refill_not_due", "")
        log.info("account_refilled", player=player, chips=given)

    # ---- what the tables and the journal say

    def moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Chips came to a table or left it; they are being stored with its change."""
        if self._book is not None:
            self._book({table: transfers})
            return
        for move in transfers:
            if move.source.startswith("player:"):
                payment = _Payment(move.source, move.seq)
                self._on_their_way[move.source] = payment
                self._to_tables.setdefault(table, []).append(payment)

    def written(self, table: TableId, seq: int) -> None:
        """Everything up to event `seq` of a table is stored."""
        if table in self._to_tables:
            self._arrive(table, seq)

    def lost(self, table: TableId) -> None:
        """What was not stored of a table never will be: the chips stay where they were."""
        if table in self._to_tables:
            self._arrive(table, None)

    def _arrive(self, table: TableId, seq: int | None) -> None:
        later = []
        for payment in self._to_tables.pop(table):
            if seq is not None and payment.seq > seq:
                later.append(payment)
                continue
            payment.arrived.set()
            if self._on_their_way.get(payment.payer) is payment:
                del self._on_their_way[payment.payer]
        if later:
            self._to_tables[table] = later

    async def _settled(self, player: PlayerId) -> Account:
        """The account once nothing is on its way from it."""
        payment = self._on_their_way.get(player_account(player))
        if payment is not None:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await payment.arrived.wait()
            except TimeoutError as error:
                raise Illegal("bank_unavailable", "an earlier payment is not stored yet") from error
        return await self._open(player)

    async def _open(self, player: PlayerId) -> Account:
        with _reaching():
            return await self._accounts.open(player, self._terms.grant, self._clock.now_ms())


@contextmanager
def _reaching() -> Iterator[None]:
    """Refuse, as one may try again, what needs a database that is away."""
    try:
        yield
    except StoreUnavailable as error:
        raise Illegal("bank_unavailable", "the database cannot be reached") from error
