"""Handlers of messages about tables: the lobby's list, watching, seats and play."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import assert_never

from pokerws.game import commands
from pokerws.game.counted import counted
from pokerws.game.state import AutoBuy, PlayerId
from pokerws.messages import (
    Accepted,
    Act,
    AddChips,
    AutoChips,
    AutoMuck,
    ChooseGame,
    CreateTable,
    Details,
    ListTables,
    PostBlind,
    RabbitHunt,
    Refused,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    UnwatchLobby,
    UseTimeBank,
    VoteBombPot,
    WatchLobby,
)
from pokerws.server.auth.bot_tokens import is_bot
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.seat_names import check_unlike
from pokerws.server.auth.text_rules import table_name
from pokerws.server.net.connection import Work
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import check_access, find_table
from pokerws.server.tables.actor import TableActor

# Commands that bring no chips to the table, and so need no balance.
PlainCommand = (
    Act
    | Stand
    | SitOut
    | SitIn
    | Show
    | Straddle
    | RunIt
    | ChooseGame
    | UseTimeBank
    | VoteBombPot
    | RabbitHunt
    | AutoMuck
    | PostBlind
    | Stay
    | AutoChips
)

# ---- play


def command_table(session: Session, message: PlainCommand) -> Work | None:
    """Carry out a command, at once if the table is in memory, otherwise after loading it."""
    actor = session.context.lobby.at(message.table)
    if actor is None:
        return load_and_command(session, message)
    if actor.is_unlisted:
        check_access(session, actor)
    actor.handle(session, message.id, command_of(message, session.player))
    return None


async def load_and_command(session: Session, message: PlainCommand) -> None:
    """Load a table and carry out a command."""
    actor = await find_table(session, message.table)
    actor.handle(session, message.id, command_of(message, session.player))


def command_of(message: PlainCommand, player: PlayerId) -> commands.Command:
    """The table's command for a message."""
    match message:
        case Act():
            return commands.Act(player, message.turn, message.action, message.amount, message.cards)
        case Stand(when=when):
            return commands.Stand(player, when)
        case SitOut(when=begins):
            return commands.SitOut(player, begins)
        case SitIn(entry=entry):
            return commands.SitIn(player, entry)
        case PostBlind(on=on):
            return commands.PostBlind(player, on)
        case Stay():
            return commands.Stay(player)
        case AutoChips(top_up_to=top_up_to, rebuy_to=rebuy_to, at_most=at_most):
            return commands.AutoChips(player, AutoBuy(top_up_to, rebuy_to, at_most))
        case Show(hand=hand, cards=cards):
            return commands.Show(player, hand, cards)
        case Straddle(on=on):
            return commands.Straddle(player, on)
        case RunIt(times=times):
            return commands.RunIt(player, times)
        case ChooseGame(variant=variant):
            return commands.ChooseGame(player, variant)
        case UseTimeBank(turn=turn):
            return commands.UseTimeBank(player, turn)
        case VoteBombPot(on=on):
            return commands.VoteBombPot(player, on)
        case RabbitHunt(hand=hand):
            return commands.RabbitHunt(player, hand)
        case AutoMuck(on=on):
            return commands.AutoMuck(player, on)
        case _:
            assert_never(message)


# ---- chips


async def pay(session: Session, message: Sit | AddChips) -> None:
    """Bring chips from the player's account to a table."""
    cashier, identity = session.context.cashier, session.shown
    key = message.key if isinstance(message, Sit) else None
    actor = await find_table(session, message.table, key)
    command = payment_of(message, identity)
    if actor.has_answered(session, message.id, command):
        actor.handle(session, message.id, command)
        return
    if actor.table.config.hosting.bank:
        await sit_at_bank(session, message, actor, key)
        return
    address = session.guest_address
    async with cashier.paying(identity.player, address) as purse, naming(session, message, actor):
        actor = await find_table(session, message.table, key)
        check_sit(session, message, actor)
        wanted = message.buy_in if isinstance(message, Sit) else message.amount
        purse.check(wanted, session.context.clock.table_ms())
        actor.handle(session, message.id, payment_of(message, identity, purse.available))


async def sit_at_bank(
    session: Session, message: Sit | AddChips, actor: TableActor, key: str | None
) -> None:
    """Take a seat where the chips are the table's, and so need no account."""
    identity = session.shown
    async with naming(session, message, actor):
        actor = await find_table(session, message.table, key)
        check_sit(session, message, actor)
        actor.handle(session, message.id, payment_of(message, identity))


def check_sit(session: Session, message: Sit | AddChips, actor: TableActor) -> None:
    """Raise Refused if the player may not take a seat at the table."""
    if isinstance(message, Sit):
        identity = session.shown
        session.context.moderation.check_seat(identity.player, actor.table.id)
        check_seats(session, actor)
        check_unlike(actor.table.seats, identity.player, identity.name)
        session.context.lobby.claims.check(actor, identity.player)


def naming(
    session: Session, message: Sit | AddChips, actor: TableActor
) -> AbstractAsyncContextManager[None]:
    """Reserve the player's name from before `sit` until no seat shows it."""
    identity = session.shown
    if isinstance(message, AddChips) or actor.table.seat_of(identity.player) is not None:
        return nullcontext()
    names = session.context.admission.names
    return names.sitting(actor.table.id, identity.player, identity.name)


def payment_of(
    message: Sit | AddChips, identity: Identity, balance: int | None = None
) -> commands.Command:
    """The table's command for a message; the player's account has `balance`."""
    player = identity.player
    match message:
        case Sit(seat=seat, buy_in=buy_in, entry=entry):
            return commands.Sit(player, identity.name, seat, buy_in, balance, entry)
        case AddChips(amount=chips):
            return commands.AddChips(player, chips, balance)
        case _:
            assert_never(message)


def check_seats(session: Session, actor: TableActor) -> None:
    """Raise Refused if the player already sits at the maximum number of other tables."""
    cap = 0 if is_bot(session.player) else session.context.caps.player_tables
    if cap and session.context.lobby.seats_of(session.player, besides=actor) >= cap:
        text = f"a player may sit at {counted(cap, 'table')} at a time"
        raise Refused("too_many_tables", text, Details(limit=cap, scope="player"))


# ---- the list of tables


def list_tables(session: Session, message: ListTables) -> None:
    """Answer with all tables, or with a page of them."""
    session.answer(session.context.lobby.list_tables(message, session.wire))


def watch_lobby(session: Session, message: WatchLobby) -> None:
    """Send the list of tables, and from now on its changes."""
    session.answer(Accepted(message.id))
    session.context.lobby.list_watchers.subscribe(session, message)


def unwatch_lobby(session: Session, message: UnwatchLobby) -> None:
    """Send no more changes of the list of tables."""
    session.context.lobby.list_watchers.forget(session)
    session.answer(Accepted(message.id))


def create_table(session: Session, message: CreateTable) -> None:
    """Open a table."""
    context = session.context
    name = table_name(message.name, strict=context.strict)
    session.meter.check("tables", context.clock.now_ms())
    is_admin = session.admitted.role == "admin"
    address = None if is_admin else session.counted_address
    actor = context.lobby.create(name, message.config, session.player, address)
    table = actor.table.id
    key = context.lobby.link_keys.secret_of(table, 0) if actor.is_unlisted else None
    actor.viewers.answer(session, Accepted(message.id, actor.table.seq, table, key=key))
