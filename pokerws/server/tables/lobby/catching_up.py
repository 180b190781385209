"""Brings the rows of tables up to date, after the database went back to an older state.

This happens when an asynchronous standby takes over, or an older backup is restored.  If memory is
the source of truth, the table is claimed again and stored as it is.  Its transfers since that row
are booked again, since the accounts went back too.  If that would make or lose a chip, the table
goes back to its row.
"""

import structlog

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.server.keyed_tasks import KeyedTasks
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Cashier
from pokerws.server.tables.interfaces import TableJournal
from pokerws.server.tables.lobby.commit_outcomes import CommitOutcomes
from pokerws.server.tables.lobby.hydration import Hydration
from pokerws.server.tables.lobby.table_registry import TableRegistry
from pokerws.storage.accounts import Transfer, player_of
from pokerws.storage.errors import OwnedElsewhere

log = structlog.get_logger("pokerws.catching_up")


class UnknownTransfers(Exception):
    """Memory does not have all transfers since the stored row, so they cannot be booked again."""


class CatchingUp:
    """Stores tables of `tables` again, each in a task.  `outcomes` is set after construction."""

    def __init__(
        self,
        tables: TableRegistry,
        hydration: Hydration,
        journal: TableJournal,
        cashier: Cashier,
    ) -> None:
        self._tables = tables
        self._hydration = hydration
        self._journal = journal
        self._cashier = cashier
        self._running = KeyedTasks[TableId, None]()
        # Tables that could not be stored yet, because the database was away, or names an owner that
        # is not ended yet.
        self._behind: set[TableId] = set()
        self.outcomes: CommitOutcomes | None = None

    def begin(self, table: TableId) -> None:
        """Store a table again, unless that is being done."""
        if table not in self._running:
            self._behind.discard(table)
            _ = self._running.start_task(table, self._run(table), f"catch up {table}")

    def __contains__(self, table: TableId) -> bool:
        return table in self._running or table in self._behind

    def retry(self) -> None:
        """Try the tables again that could not be stored."""
        for table in list(self._behind):
            self.begin(table)

    def stop(self) -> None:
        """Begin no more, and stop what is running."""
        self._behind.clear()
        self._running.cancel_all()

    async def _run(self, table: TableId) -> None:
        entry = self._tables.get(table)
        actor = None if entry is None else entry.actor
        if actor is None:
            return
        try:
            await self._catch_up(actor)
        except Illegal as refusal:
            self._refused(actor, refusal)
        except UnknownTransfers as error:
            log.error("table_not_stored_again", table=table, error=str(error))  # noqa: TRY400
            self._rewind(table)
        except Exception:
            log.exception("table_not_stored_again", table=table)
            self._rewind(table)

    def _refused(self, actor: TableActor, refusal: Illegal) -> None:
        table = actor.table.id
        if not self._is_current(actor):
            return
        owner = refusal.__cause__
        match refusal.code:
            # The copy may name an earlier owner, whose lease is over.
            case "owned_elsewhere" if isinstance(owner, OwnedElsewhere) and not owner.is_alive:
                self._behind.add(table)
            case "owned_elsewhere" if self.outcomes is not None:
                self.outcomes.fenced(table)
            case "table_unavailable" | "bank_unavailable":
                self._behind.add(table)
            case _:
                log.error("table_not_stored_again", table=table, error=str(refusal))
                self._rewind(table)

    async def _catch_up(self, actor: TableActor) -> None:
        table = actor.table.id
        # Changes under the old epoch would look like those of a fenced server.
        self._journal.drop(table, actor.epoch)
        stored_seq, epoch = await self._claim(actor)
        moves = actor.moves.after(stored_seq)
        if moves is None:
            raise UnknownTransfers(f"the transfers since version {stored_seq} are not all known")
        await self._open_accounts(moves)
        if self._is_current(actor):
            actor.catch_up(stored_seq, epoch)
            log.warning(
                "table_stored_again", table=table, version=actor.table.seq, over_version=stored_seq
            )

    async def _claim(self, actor: TableActor) -> tuple[int, int]:
        """Claim the older row; returns its version and the new epoch.  Raises Illegal."""
        try:
            claimed = await self._hydration.claim(actor.table.id, actor.epoch)
        except Illegal as refusal:
            if refusal.code != "unknown_table":
                raise
            # The table was opened after that state, so it is inserted again.
            return 0, actor.epoch + 1
        return claimed.version, claimed.epoch

    async def _open_accounts(self, moves: tuple[Transfer, ...]) -> None:
        """Open the accounts that were opened since, with the usual grant.  Raises Illegal."""
        accounts = {move.source for move in moves} | {move.target for move in moves}
        for account in sorted(accounts):
            if (player := player_of(account)) is not None:
                await self._cashier.open_for(player)

    def _is_current(self, actor: TableActor) -> bool:
        entry = self._tables.get(actor.table.id)
        return entry is not None and entry.actor is actor

    def _rewind(self, table: TableId) -> None:
        if self.outcomes is not None:
            self.outcomes.rewind(table)
