"""Serialises each player's payments, so that a balance is never read while a debit is in flight.

Chips move in the same write as the table's change.  The balance is read before each payment, so the
player's previous payment must be stored by then.  Free chips are limited here too: the address of a
guest has an allowance, and a new guest's grant is available in part only.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import blake2b
from typing import NamedTuple

import structlog
from msgspec import Struct

from pokerws.game.counted import counted
from pokerws.game.illegal import Details
from pokerws.game.lifecycle import chips_put_in
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Refused
from pokerws.server.auth.bot_tokens import is_bot
from pokerws.server.clock import Clock
from pokerws.server.player_locks import PATIENCE_S, PlayerLocks
from pokerws.settings import Settings
from pokerws.storage.accounts import (
    ALLOWANCE_MS,
    Account,
    AccountId,
    Accounts,
    Adjusted,
    Allowance,
    Booked,
    TableTotal,
    Transfer,
    player_account,
    player_of,
)
from pokerws.storage.admin_log import AdminEntry
from pokerws.storage.errors import StoreUnavailable

HISTORY_PAGE = 50

log = structlog.get_logger("pokerws.cashier")


class Terms(Struct, frozen=True):
    """The chips that players are granted: `grant` for a new account, and refills.

    A refill brings a balance of less than `refill_below` to `refill_to`, at most once in
    `refill_interval_ms`.  The guests of one address get `address_chips` a day; 0 is no limit.  Of
    the grant, a new guest may bring `newcomer_chips` to tables in the first `newcomer_ms`.
    """

    grant: int = 100_000
    refill_to: int = 100_000
    refill_below: int = 20_000
    refill_interval_ms: int = 3_600_000
    address_chips: int = 0
    newcomer_chips: int = 0
    newcomer_ms: int = 0


def terms_of(settings: Settings) -> Terms:
    """The chips that the settings grant."""
    accounts = settings.accounts
    return Terms(
        grant=accounts.grant_chips,
        refill_to=accounts.refill_to,
        refill_below=accounts.refill_below,
        refill_interval_ms=accounts.refill_interval_ms,
        address_chips=accounts.free_chips_per_address,
        newcomer_chips=accounts.newcomer_chips,
        newcomer_ms=accounts.newcomer_ms,
    )


class Purse(NamedTuple):
    """What a player can pay: the balance, of which `held` chips stay in the account until a time.

    Only a new guest's grant is held.
    """

    balance: int
    held: int = 0
    held_until_ms: int = 0

    @property
    def available(self) -> int:
        """The chips that may be brought to a table now."""
        return max(0, self.balance - self.held)

    def check(self, chips: int | None, now_ms: int) -> None:
        """Raise Refused("grant_held") if only held chips are missing."""
        if chips is not None and self.available < chips <= self.balance:
            raise Refused(
                "grant_held",
                f"of {counted(self.balance, 'chip')} a new player may bring {self.available} "
                "to tables now",
                Details(needed=chips, available=self.available),
                retry_after_ms=self.held_until_ms - now_ms,
            )


class Statement(Struct, frozen=True):
    """An account: its purse, when a refill is due, and a page of its history, newest first.

    `refill_at_ms` is None while the player has too many chips for a refill.  `is_ungranted` means
    that the account was opened now, and that the address had no free chips left.
    """

    purse: Purse
    refill_at_ms: int | None
    history: list[Booked]
    is_ungranted: bool = False


# The tables in memory at which a player sits; they are looked at while no payment is in flight.
TablesOf = Callable[[PlayerId], Iterable[Table]]


def _no_tables(player: PlayerId) -> Iterable[Table]:
    return ()


def _seats_of(player: PlayerId, tables_of: TablesOf) -> tuple[int, list[TableId]]:
    """The chips that a player has at tables, pots included, and these tables."""
    chips, seated = 0, []
    for table in tables_of(player):
        # Chips of a table's bank are not the player's.
        number = None if table.config.hosting.bank else table.seat_of(player)
        if number is not None and (seat := table.seats[number]) is not None:
            put_in = {} if table.hand is None else chips_put_in(table, table.hand)
            chips += seat.stack + put_in.get(number, 0)
            seated.append(table.id)
    return chips, seated


class _Payment:
    """Chips on their way from an account to a table."""

    def __init__(self, payer: AccountId, seq: int) -> None:
        self.payer = payer
        self.seq = seq
        self.arrived = asyncio.Event()


class Cashier:
    """Payments between accounts and tables, and refills; a `JournalListener`.

    It tracks which payments are stored.  The journal stores them, not the cashier.  Methods take
    the address of a guest, and None for players without limits.  The store sees a hash of it, which
    needs `key`.
    """

    def __init__(
        self,
        accounts: Accounts,
        clock: Clock,
        terms: Terms,
        *,
        key: str = "",
        on_grant_refused: Callable[[], None] = lambda: None,
    ) -> None:
        self._accounts = accounts
        self._clock = clock
        self._terms = terms
        self._key = blake2b(key.encode(), person=b"free chips").digest()
        self._on_grant_refused = on_grant_refused
        # The latest accounts that were opened without the grant, and when.
        self._ungranted: set[PlayerId] = set()
        self._ungranted_ms = 0
        self._locks = PlayerLocks(
            lambda: Refused("bank_unavailable", "an earlier payment is not done yet")
        )
        self._on_their_way: dict[AccountId, _Payment] = {}
        self._to_tables: dict[TableId, list[_Payment]] = {}

    @asynccontextmanager
    async def paying(self, player: PlayerId, address: str | None = None) -> AsyncIterator[Purse]:
        """What the player can pay; nobody else takes from the account until the block ends.

        Raises Refused("bank_unavailable").
        """
        async with self._locks.of(player):
            yield self._purse(await self._settled(player, address), address)

    async def statement(
        self,
        player: PlayerId,
        before: int | None,
        address: str | None = None,
        tables_of: TablesOf = _no_tables,
    ) -> Statement:
        """A player's account, opened if it is new; `before` selects a page.  Raises Illegal."""
        account, is_ungranted = await self._opened(player, address)
        with _refusing_outages():
            history = await self._accounts.history(player, before, HISTORY_PAGE)
            due_ms = await self._due_ms(account, address)
        if due_ms is not None and not is_bot(player) and _seats_of(player, tables_of)[0]:
            due_ms = None
        return Statement(self._purse(account, address), due_ms, history, is_ungranted)

    async def refill(
        self, player: PlayerId, address: str | None = None, tables_of: TablesOf = _no_tables
    ) -> None:
        """Refill an account.  Raises Illegal if that is not due.

        The server's bots sit at several tables at once, so their chips elsewhere do not count.
        """
        async with self._locks.of(player):
            # Chips on their way to a table count there.
            account = await self._open(player, address)
            now_ms = self._clock.table_ms()
            if not self._is_due(account, now_ms):
                raise self._not_due(account, now_ms)
            chips, seated = _seats_of(player, tables_of)
            if chips and not is_bot(player):
                text = f"the player has {counted(chips, 'chip')} at tables"
                raise Refused("chips_at_table", text, Details(at_tables=chips))
            terms, allowance = self._terms, self._allowance(address)
            with _refusing_outages():
                refill = await self._accounts.refill(
                    player,
                    to=terms.refill_to,
                    below=terms.refill_below,
                    due_ms=now_ms - terms.refill_interval_ms,
                    at_ms=now_ms,
                    besides=None if is_bot(player) else seated,
                    allowance=allowance,
                )
                if refill.refused == "at_table":
                    raise Refused("chips_at_table")
                if refill.refused == "allowance":
                    due_ms = await self._due_ms(account, address) or now_ms
                    raise Refused(
                        "free_chips_used_up",
                        details=Details(
                            limit=terms.address_chips, over_ms=ALLOWANCE_MS, scope="address"
                        ),
                        retry_after_ms=max(1, due_ms - now_ms),
                    )
        if not refill.chips:
            raise Refused("refill_not_due")
        log.info("account_refilled", player=player, chips=refill.chips)

    def _not_due(self, account: Account, now_ms: int) -> Refused:
        """The refusal of a refill, with the time to wait if only the last one is too recent."""
        if account.balance >= min(self._terms.refill_below, self._terms.refill_to):
            return Refused("refill_not_due", details=Details(available=account.balance))
        due_ms = (account.refilled_ms or 0) + self._terms.refill_interval_ms
        return Refused("refill_not_due", retry_after_ms=max(1, due_ms - now_ms))

    def _is_due(self, account: Account, now_ms: int) -> bool:
        """Whether a refill is due, if address and tables allow it."""
        terms = self._terms
        if account.balance >= min(terms.refill_below, terms.refill_to):
            return False
        last_ms = account.refilled_ms
        return last_ms is None or last_ms <= now_ms - terms.refill_interval_ms

    async def _due_ms(self, account: Account, address: str | None) -> int | None:
        """When a refill is due, for the address too; None while the balance is too high."""
        terms = self._terms
        if account.balance >= min(terms.refill_below, terms.refill_to):
            return None
        due_ms = (account.refilled_ms or 0) + terms.refill_interval_ms
        allowance = self._allowance(address)
        if allowance is None:
            return due_ms
        chips = terms.refill_to - account.balance
        allowed_ms = await self._accounts.allowed_ms(allowance, chips, 0)
        return max(due_ms, allowed_ms)

    async def adjust(self, player: PlayerId, chips: int, entry: AdminEntry) -> Adjusted:
        """Move chips from the house to a player's account, or back.  Raises Illegal.

        The `request` of `entry` is booked once.
        """
        async with self._locks.of(player):
            await self._wait_for_payment(player)
            with _refusing_outages():
                return await self._accounts.adjust(player, chips, self._clock.table_ms(), entry)

    async def has_account(self, player: PlayerId) -> bool:
        """Whether chips ever moved to or from a player's account.  Raises Illegal."""
        with _refusing_outages():
            return bool(await self._accounts.history(player, None, 1))

    async def totals(
        self, table: TableId, until_seq: int, after: str, limit: int
    ) -> list[TableTotal]:
        """The chips that accounts have brought to a table and taken away.  Raises Illegal."""
        with _refusing_outages():
            return await self._accounts.table_totals(table, until_seq, after, limit)

    async def has_moved(self, table: TableId, player: PlayerId) -> bool:
        """Whether a player has ever brought chips to a table.  Raises Illegal."""
        with _refusing_outages():
            return await self._accounts.has_moved(table, player)

    async def open_for(self, player: PlayerId) -> None:
        """Open a player's account if there is none.  Raises Illegal."""
        await self._open(player, None)

    def _allowance(self, address: str | None) -> Allowance | None:
        if address is None or not self._terms.address_chips:
            return None
        hashed = blake2b(address.encode(), key=self._key, digest_size=16)
        return Allowance(hashed.hexdigest(), self._terms.address_chips)

    def _purse(self, account: Account, address: str | None) -> Purse:
        terms = self._terms
        until_ms = account.opened_ms + terms.newcomer_ms
        is_new = address is not None and until_ms > self._clock.table_ms()
        if not is_new or not terms.newcomer_chips:
            return Purse(account.balance)
        held = min(account.balance, max(0, terms.grant - terms.newcomer_chips))
        return Purse(account.balance, held, until_ms if held else 0)

    def moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Note that chips moved to or from a table, and are about to be stored with its change."""
        for move in transfers:
            if player_of(move.source) is not None:
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

    def edited(self, table: TableId) -> None:
        """Part of `JournalListener`: the payments are written all the same."""

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

    async def _settled(self, player: PlayerId, address: str | None) -> Account:
        """The account, once no payment is on its way from it."""
        await self._wait_for_payment(player)
        return await self._open(player, address)

    async def _wait_for_payment(self, player: PlayerId) -> None:
        payment = self._on_their_way.get(player_account(player))
        if payment is not None:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await payment.arrived.wait()
            except TimeoutError as error:
                raise Refused("bank_unavailable", "an earlier payment is not stored yet") from error

    async def _open(self, player: PlayerId, address: str | None) -> Account:
        return (await self._opened(player, address))[0]

    async def _opened(self, player: PlayerId, address: str | None) -> tuple[Account, bool]:
        """A player's account, and whether it was opened now and without its grant."""
        grant, now_ms = self._terms.grant, self._clock.table_ms()
        with _refusing_outages():
            account = await self._accounts.open(player, grant, now_ms, self._allowance(address))
        if account.opened_ms != now_ms or account.refilled_ms is not None:
            return account, False
        # It may be asked for twice within a millisecond.
        if self._ungranted_ms != now_ms:
            self._ungranted_ms = now_ms
            self._ungranted.clear()
        is_first = player not in self._ungranted
        if is_first:
            self._ungranted.add(player)
            self._note_ungranted(player)
        return account, is_first

    def _note_ungranted(self, player: PlayerId) -> None:
        """Count and log a new account without its grant."""
        self._on_grant_refused()
        log.warning("grant_refused", player=player)


@contextmanager
def _refusing_outages() -> Iterator[None]:
    """Turn StoreUnavailable into a refusal that can be retried."""
    try:
        yield
    except StoreUnavailable as error:
        raise Refused("bank_unavailable", "the database cannot be reached") from error
