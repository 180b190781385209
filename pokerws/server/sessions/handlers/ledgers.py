"""The handler of `get_ledger`."""

from collections.abc import Iterable, Sequence

from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import GetLedger, Ledger, LedgerPayment, LedgerRow, Refused
from pokerws.server.auth.identity import Identity
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import check_access, is_operator
from pokerws.server.tables.actor import TableActor
from pokerws.storage.accounts import TableTotal, Transfer, table_account
from pokerws.storage.ledgers import LedgerLine, csv_of, lines_of, settle, stacks_at

PAGE_ROWS = 50
# All events.
NO_LIMIT = 2**63 - 1


async def get_ledger(session: Session, message: GetLedger) -> None:
    """Answer with a page of a table's ledger; a player's connections read one at a time."""
    async with session.meter.reading:
        actor = await find(session, message.table)
        if actor is not None:
            check_access(session, actor)
            check_prompt(session, actor)
        await check_reader(session, message.table, None if actor is None else actor.table)
        totals, table = await read(session, message, actor)
        more = len(totals) > PAGE_ROWS
        lines = lines_of(totals[:PAGE_ROWS], stacks_at(table))
        names = await names_of(session, [line.player for line in lines], table)
    following = totals[PAGE_ROWS - 1].account if more else None
    is_whole = message.after is None and not more
    page = answer(message, lines, names, following, is_whole)
    if actor is None:
        session.answer_in_turn(message.table, page)
    else:
        # It tells of the table as it is now, which may not be stored yet.
        actor.viewers.answer(session, page)


async def find(session: Session, table: TableId) -> TableActor | None:
    """The table, if it is open.  Raises Illegal."""
    try:
        actor = await session.context.lobby.find(table)
    except Refused as refusal:
        if refusal.code != "unknown_table":
            raise
        return None
    if actor.is_paused:
        raise Refused("paused")
    return actor


def check_prompt(session: Session, actor: TableActor) -> None:
    """Raise Refused if the player sees the table late: the ledger has its stacks of now."""
    delayed = actor.viewers.delayed
    if delayed is not None and delayed.is_late(session.player) and not is_operator(session):
        raise Refused("forbidden", "only for players with a seat, since others see the table late")


async def check_reader(session: Session, table: TableId, now: Table | None) -> None:
    """Raise Refused unless the session may read a table's ledger; `now` is None if it is closed."""
    has_moved = await session.context.cashier.has_moved(table, session.player)
    if (
        now is None
        and not has_moved
        and not await session.context.cashier.totals(table, NO_LIMIT, "", 1)
    ):
        raise Refused("unknown_table", f"there is no table {table}")
    if not has_moved and not may_read(session.admitted, now):
        raise Refused("forbidden", "only for players who have brought chips to the table")


def may_read(identity: Identity, table: Table | None) -> bool:
    """Whether somebody may read the ledger of a table without having brought chips to it."""
    if identity.role in ("operator", "admin"):
        return True
    if table is None:
        return False
    return identity.player == table.host or table.seat_of(identity.player) is not None


async def read(
    session: Session, message: GetLedger, actor: TableActor | None
) -> tuple[list[TableTotal], Table | None]:
    """A page of totals, one longer if there are more, and the table as it is at that moment.

    The store has all transfers up to the event that it has stored; the actor knows those since.
    """
    after, wanted = message.after or "", PAGE_ROWS + 1
    cashier = session.context.cashier
    if actor is None:
        return await cashier.totals(message.table, NO_LIMIT, after, wanted), None
    until = actor.stored_seq if actor.keeps else NO_LIMIT
    totals = await cashier.totals(message.table, until, after, wanted)
    moves = actor.moves.after(until) if actor.keeps else ()
    if moves is None or session.context.lobby.live(message.table) is not actor:
        raise Refused("table_unavailable")
    return with_moves(totals, moves, message.table, after)[:wanted], actor.table


def with_moves(
    totals: Sequence[TableTotal], moves: Iterable[Transfer], table: TableId, after: str
) -> list[TableTotal]:
    """A page of totals, with transfers that it does not have yet."""
    home, found = table_account(table), {total.account: total for total in totals}
    for move in moves:
        comes = move.target == home
        account = move.source if comes else move.target
        if account <= after:
            continue
        _, bought_in, cashed_out = found.get(account, (account, 0, 0))
        if comes:
            bought_in += move.amount
        else:
            cashed_out += move.amount
        found[account] = TableTotal(account, bought_in, cashed_out)
    return sorted(found.values())


async def names_of(
    session: Session, players: Iterable[PlayerId], table: Table | None
) -> dict[PlayerId, str]:
    """The names of players: as the seat shows it, else as it is reserved, else the id."""
    seats = [] if table is None else table.seats
    names = {seat.player: seat.name for seat in seats if seat is not None}
    known = session.context.admission.names
    for player in players:
        if player not in names:
            try:
                reserved = await known.current(player)
            except Refused:
                reserved = None
            names[player] = known.shown(player, reserved or player)
    return names


def answer(
    message: GetLedger,
    lines: Sequence[LedgerLine],
    names: dict[PlayerId, str],
    following: str | None,
    is_whole: bool,  # noqa: FBT001
) -> Ledger:
    """The answer to `get_ledger`."""
    payments = settle({line.player: line.net for line in lines}) if is_whole else []
    if message.format == "csv":
        text = csv_of(lines, names, payments)
        return Ledger(message.id, message.table, [], next=following, text=text)
    return Ledger(
        message.id,
        message.table,
        [LedgerRow(line.player, names[line.player], *line[1:], line.net) for line in lines],
        [LedgerPayment(*payment) for payment in payments] if is_whole else None,
        following,
    )
