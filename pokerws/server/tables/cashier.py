"""Serialises each player's payments, so that a balance is never read while a debit is in flight.

Chips move in the same write as the table's change.  The balance is read before each payment, so the
player's previous payment must be stored by then.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

import structlog
from msgspec import Struct

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Refused
from pokerws.server.clock import Clock
from pokerws.settings import Settings
from pokerws.storage.accounts import Account, AccountId, Accounts, Booked, Transfer, player_account
from pokerws.storage.errors import StoreUnavailable

# How long a payment waits for the player's earlier payment.
PATIENCE_S = 5.0
HISTORY_PAGE = 50

log = structlog.get_logger("pokerws.cashier")


class Terms(Struct, frozen=True):
    """The chips that players are granted: `grant` for a new account, and refills.

    A refill brings a balance of less than `refill_below` to `refill_to`, at most once in
    `refill_interval_ms`.
    """

    grant: int = 100_000
    refill_to: int = 100_000
    refill_below: int = 20_000
    refill_interval_ms: int = 3_600_000


def terms_of(settings: Settings) -> Terms:
    """The chips that the settings grant."""
    return Terms(
        grant=settings.accounts.grant_chips,
        refill_to=settings.accounts.refill_to,
        refill_below=settings.accounts.refill_below,
        refill_interval_ms=settings.accounts.refill_interval_ms,
    )


class Statement(Struct, frozen=True):
    """An account: its balance, when a refill is due, and a page of its history, newest first.

    `refill_at_ms` is None while the balance is too high for a refill.
    """

    balance: int
    refill_at_ms: int | None
    history: list[Booked]


class _Payment:
    """Chips on their way from an account to a table."""

    def __init__(self, payer: AccountId, seq: int) -> None:
        self.payer = payer
        self.seq = seq
        self.arrived = asyncio.Event()


class Cashier:
    """Payments between accounts and tables, and refills; a `JournalListener`.

    It tracks which payments are stored.  The journal stores them, not the cashier.
    """

    def __init__(self, accounts: Accounts, clock: Clock, terms: Terms) -> None:
        self._accounts = accounts
        self._clock = clock
        self._terms = terms
        self._turns: WeakValueDictionary[PlayerId, asyncio.Lock] = WeakValueDictionary()
        self._on_their_way: dict[AccountId, _Payment] = {}
        self._to_tables: dict[TableId, list[_Payment]] = {}

    @asynccontextmanager
    async def paying(self, player: PlayerId) -> AsyncIterator[int]:
        """The player's balance, which does not change until the block ends.

        The block must pass its command to the table without awaiting in between.  Raises
        Refused("bank_unavailable").
        """
        turn = self._turns.setdefault(player, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await turn.acquire()
        except TimeoutError as error:
            raise Refused("bank_unavailable", "an earlier payment is not done yet") from error
        try:
            yield (await self._settled(player)).balance
        finally:
            turn.release()

    async def statement(self, player: PlayerId, before: int | None) -> Statement:
        """A player's account, opened if it is new; `before` pages back.  Raises Illegal."""
        account = await self._open(player)
        with _refusing_outages():
            history = await self._accounts.history(player, before, HISTORY_PAGE)
        due_ms = None
        if account.balance < min(self._terms.refill_below, self._terms.refill_to):
            due_ms = (account.refilled_ms or 0) + self._terms.refill_interval_ms
        return Statement(account.balance, due_ms, history)

    async def refill(self, player: PlayerId) -> None:
        """Refill an account.  Raises Illegal if that is not due."""
        await self._open(player)
        now_ms = self._clock.table_ms()
        with _refusing_outages():
            given = await self._accounts.refill(
                player,
                to=self._terms.refill_to,
                below=self._terms.refill_below,
                due_ms=now_ms - self._terms.refill_interval_ms,
                at_ms=now_ms,
            )
        if not given:
            raise Refused("refill_not_due")
        log.info("account_refilled", player=player, chips=given)

    async def has_account(self, player: PlayerId) -> bool:
        """Whether chips ever moved to or from a player's account.  Raises Illegal."""
        with _refusing_outages():
            return bool(await self._accounts.history(player, None, 1))

    async def open_for(self, player: PlayerId) -> None:
        """Open a player's account if there is none.  Raises Illegal."""
        await self._open(player)

    def moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Chips moved to or from a table; they are about to be stored with its change."""
        for move in transfers:
            if move.source.startswith("player:"):
                payment = _Payment(move.source, move.seq)
                self._on_their_way[move.source] = payment
                self._to_tables.setdefault(table, []).append(payment)

    # ---- the journal's reports

    def written(self, table: TableId, version: int) -> None:
        """Part of `JournalListener`: payments up to event `version` are stored."""
        if table in self._to_tables:
            self._arrive(table, version)

    def rejected(self, table: TableId) -> None:
        """Part of `JournalListener`: payments that are not stored yet never will be."""
        if table in self._to_tables:
            self._arrive(table, None)

    def fenced(self, table: TableId) -> None:
        """Part of `JournalListener`."""
        self.rejected(table)

    def conflict(self, table: TableId) -> None:
        """Part of `JournalListener`."""
        self.rejected(table)

    def went_back(self, table: TableId) -> None:
        """Part of `JournalListener`."""
        self.rejected(table)

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
        """The account, once no payment is on its way from it."""
        payment = self._on_their_way.get(player_account(player))
        if payment is not None:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await payment.arrived.wait()
            except TimeoutError as error:
                raise Refused("bank_unavailable", "an earlier payment is not stored yet") from error
        return await self._open(player)

    async def _open(self, player: PlayerId) -> Account:
        with _refusing_outages():
            return await self._accounts.open(player, self._terms.grant, self._clock.table_ms())


@contextmanager
def _refusing_outages() -> Iterator[None]:
    """Turn StoreUnavailable into a refusal that can be retried."""
    try:
        yield
    except StoreUnavailable as error:
        raise Refused("bank_unavailable", "the database cannot be reached") from error
