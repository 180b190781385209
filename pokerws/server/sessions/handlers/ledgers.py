"""The handler of `get_ledger`."""

from collections.abc import Iterable, Sequence

from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import GetLedger, Ledger, LedgerPayment, LedgerRow, Refused
from pokerws.server.auth.identity import Identity
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import has_access, is_operator, unknown
from pokerws.server.tables.actor import TableActor
from pokerws.storage.accounts import TableTotal, Transfer, table_account, total_of
from pokerws.storage.ledgers import (
    LedgerLine,
    csv_of,
    lines_of,
    rake_in,
    settle_all,
    stacks_at,
    with_bank,
)

PAGE_ROWS = 50
# All events.
NO_LIMIT = 2**63 - 1


async def get_ledger(session: Session, message: GetLedger) -> None:
    """Answer with a page of a table's ledger; a player's connections read one at a time."""
    async with session.meter.reading:
        actor = await find(session, message.table)
        closed = None
        if actor is None:
            closed = await session.context.past_hands.closed_table(message.table)
        else:
            check_prompt(session, actor)
        await check_reader(session, message.table, None if actor is None else actor.table, closed)
        totals, table = await read(session, message, actor, closed)
        more = len(totals) > PAGE_ROWS
        following = totals[PAGE_ROWS - 1].account if more else None
        del totals[PAGE_ROWS:]
        lines = lines_of(totals, {} if actor is None else stacks_at(table))
        names = await names_of(session, [line.player for line in lines], table)
    is_whole = message.after is None and not more
    page = answer(message, lines, names, following, rake=rake_in(totals), is_whole=is_whole)
    if actor is None:
        session.answer_in_turn(message.table, page)
    else:
        # The page has the present state of the table, which may not be stored yet.
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
    """Raise Refused if the player sees the table late, since the ledger has the present stacks."""
    delayed = actor.viewers.delayed
    if delayed is not None and delayed.is_late(session.player) and not is_operator(session):
        raise Refused("forbidden", "only for players with a seat, since others see the table late")


async def check_reader(
    session: Session, table: TableId, now: Table | None, closed: Table | None
) -> None:
    """Raise Refused unless the session may read a table's ledger.

    The table is its state `now`, or the one when it was `closed`, if that is still known.
    """
    state = closed if now is None else now
    has_moved = state is not None and has_line(state, session.player)
    has_moved = has_moved or await session.context.cashier.has_moved(table, session.player)
    if state is not None and is_hidden(session, state, has_moved=has_moved):
        raise unknown(table)
    if (
        now is None
        and not has_moved
        and not await session.context.cashier.totals(table, NO_LIMIT, "", 1)
    ):
        raise unknown(table)
    if not has_moved and not may_read(session.admitted, now):
        raise Refused("forbidden", "only for players who have brought chips to the table")


def is_hidden(session: Session, table: Table, *, has_moved: bool) -> bool:
    """Whether an unlisted table is hidden from the player; players who brought chips may know of
    it.
    """
    if not table.config.hosting.unlisted or has_access(session, table, None):
        return False
    return not has_moved or session.player in table.hosting.banned


def has_line(table: Table, player: PlayerId) -> bool:
    """Whether a player has got chips from the bank of a table."""
    return any(line.player == player for line in table.hosting.bank)


def may_read(identity: Identity, table: Table | None) -> bool:
    """Whether a player may read the ledger of a table without having brought chips to it."""
    if identity.role in ("operator", "admin"):
        return True
    if table is None:
        return False
    return identity.player == table.host or table.seat_of(identity.player) is not None


async def read(
    session: Session, message: GetLedger, actor: TableActor | None, closed: Table | None
) -> tuple[list[TableTotal], Table | None]:
    """A page of totals, one longer if there are more, and the table as it is at that moment.

    The store has all transfers up to the event that it has stored; the actor knows those since.
    """
    state = closed if actor is None else actor.table
    if state is None or not state.config.hosting.bank:
        return await _booked(session, message.table, actor, message.after or ""), state
    # A transfer does not say whose chips of the bank it moved, but the state does.
    booked = await _booked(session, message.table, actor, "")
    state = state if actor is None else actor.table
    totals = with_bank(state, booked, is_over=actor is None)
    page = [total for total in totals if total.account > (message.after or "")]
    return page[: PAGE_ROWS + 1], state


async def _booked(
    session: Session, table: TableId, actor: TableActor | None, after: str
) -> list[TableTotal]:
    """A page of totals by transfers, including those that are not stored yet."""
    wanted, cashier = PAGE_ROWS + 1, session.context.cashier
    if actor is None:
        return await cashier.totals(table, NO_LIMIT, after, wanted)
    until = actor.stored_seq if actor.keeps else NO_LIMIT
    totals = await cashier.totals(table, until, after, wanted)
    moves = actor.moves.after(until) if actor.keeps else ()
    if moves is None or session.context.lobby.live(table) is not actor:
        raise Refused("table_unavailable")
    return with_moves(totals, moves, table, after)[:wanted]


def with_moves(
    totals: Sequence[TableTotal], moves: Iterable[Transfer], table: TableId, after: str
) -> list[TableTotal]:
    """A page of totals, with transfers that it does not have yet."""
    home, found = table_account(table), {total.account: total for total in totals}
    for move in moves:
        account, bought_in, cashed_out = total_of(home, move)
        if account > after:
            _, *before = found.get(account, (account, 0, 0))
            found[account] = TableTotal(account, before[0] + bought_in, before[1] + cashed_out)
    return sorted(found.values())


async def names_of(
    session: Session, players: Iterable[PlayerId], table: Table | None
) -> dict[PlayerId, str]:
    """The names of players: as the table shows it, else as it is reserved, else the id."""
    seats = [] if table is None else table.seats
    bank = () if table is None else table.hosting.bank
    names = {line.player: line.name for line in bank}
    names |= {seat.player: seat.name for seat in seats if seat is not None}
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
    *,
    rake: int,
    is_whole: bool,
) -> Ledger:
    """The answer to `get_ledger`."""
    payments = settle_all(lines, rake) if is_whole else []
    if message.format == "csv":
        text = csv_of(lines, names, payments, rake)
        return Ledger(message.id, message.table, [], next=following, text=text, rake=rake)
    return Ledger(
        message.id,
        message.table,
        [LedgerRow(line.player, names[line.player], *line[1:], line.net) for line in lines],
        [LedgerPayment(*payment) for payment in payments] if is_whole else None,
        following,
        rake=rake,
    )
