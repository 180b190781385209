"""What each message of a client does.

One function a matter; it answers through the session.  Raises Illegal for what is refused.
"""

from collections.abc import Callable
from functools import partial
from typing import assert_never, get_args

import structlog

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import (
    PROTOCOL,
    Accepted,
    Account,
    AccountTransfer,
    Act,
    AddChips,
    Broadcast,
    Chat,
    ChatSaid,
    ChooseGame,
    ClientMessage,
    CloseTable,
    CreateTable,
    GetAccount,
    GetHand,
    Hello,
    ListTables,
    Logout,
    Ping,
    Pong,
    Refill,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    Tables,
    Unwatch,
    Watch,
    WatchLobby,
    Welcome,
)
from pokerws.server.auth.identity import Identity, TooFast, check_allowed
from pokerws.server.auth.text_rules import chat_text, player_name, table_name
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.variant_summaries import MIX_SUMMARIES, VARIANT_SUMMARIES
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import Statement

# The optional parts of the protocol.
CHAT = "chat"
CAPABILITIES = [CHAT]

# What a player asks of a table; most of it without bringing chips, which takes an account's turn.
FreeOfWaiting = Act | Stand | SitOut | SitIn | Show | Straddle | RunIt | ChooseGame
TableCommand = FreeOfWaiting | Sit | AddChips
_FREE_OF_WAITING = get_args(FreeOfWaiting)

log = structlog.get_logger("pokerws.session")


async def dispatch(session: Session, message: ClientMessage) -> None:
    """Carry out a message."""
    if isinstance(message, Hello):
        await greet(session, message)
        return
    if session.identity is None:
        raise Illegal("hello_first", "")
    desk, identity = session.desk, session.identity
    check_allowed(identity, message)
    count_cost(session, message)
    match message:
        case Sit() | AddChips():
            await pay(session, message, identity)
        case Act() | Stand() | SitOut() | SitIn() | Show() | Straddle() | RunIt() | ChooseGame():
            actor = await desk.lobby.find(message.table)
            actor.handle(session, message.id, command_of(message, identity))
        case GetHand(table=table):
            async with session.meter.reading:
                actor = await desk.lobby.find(table)
                await actor.tell_hand(session, message)
        case Ping():
            session.send(Pong(message.id, desk.clock.now_ms()))
        case Watch():
            await watch(session, message)
        case Unwatch(table=table):
            unwatch(session, message.id, table)
        case Chat():
            chat(session, message, identity)
        case ListTables():
            session.send(Tables(message.id, desk.lobby.summaries()))
        case WatchLobby():
            session.send(Accepted(message.id))
            desk.lobby.subscribe(session)
        case CreateTable(name=name, config=config):
            name = table_name(name, strict=desk.strict)
            TooFast.check(session.meter.table(desk.clock.now_ms()))
            actor = desk.lobby.create(name, config, identity.player)
            actor.answer_opened(session, message.id)
        case Logout():
            await desk.revocations.end(identity)
            session.send(Accepted(message.id))
            desk.revocations.let_go(identity)
        case CloseTable(table=table):
            actor = await desk.lobby.find(table)
            log.info("table_close_asked", table=table, player=identity.player, name=identity.name)
            actor.handle(session, message.id, commands.Close("operator"))
        case GetAccount(before=before):
            statement = await desk.bank.statement(identity.player, before)
            session.send(account_of(message.id, statement))
        case Refill():
            await desk.bank.refill(identity.player)
            session.send(Accepted(message.id))
        case _:
            assert_never(message)


def find_play(session: Session, message: ClientMessage) -> Callable[[], None] | None:
    """How to carry out what is asked of a table that is in memory; None for anything else."""
    if session.identity is None or not isinstance(message, _FREE_OF_WAITING):
        return None
    actor = session.desk.lobby.at(message.table)
    if actor is None:
        return None
    return partial(play, session, message, session.identity, actor)


def play(session: Session, message: FreeOfWaiting, identity: Identity, actor: TableActor) -> None:
    """Carry out what is asked of a table.  Raises Illegal."""
    check_allowed(identity, message)
    count_cost(session, message)
    actor.handle(session, message.id, command_of(message, identity))


def count_cost(session: Session, message: ClientMessage) -> None:
    """Count what costs more than other messages.  Raises TooFast."""
    if isinstance(message, Act):
        return  # It counts as a message, no more, and is what comes most.
    now_ms = session.desk.clock.now_ms()
    match message:
        case Watch() | WatchLobby() | ListTables() | GetHand() | GetAccount():
            TooFast.check(session.meter.read(now_ms))
        case (
            Sit() | Stand() | SitOut() | SitIn() | AddChips() | Straddle() | RunIt() | ChooseGame()
        ):
            TooFast.check(session.meter.seat(now_ms))
        case _:
            pass  # It counts as a message, no more.


async def greet(session: Session, message: Hello) -> None:
    """Find out who the client is; later, renew its right to be here with a newer token."""
    if session.identity is not None and message.token is None:
        raise Illegal("already_greeted", "")
    if message.protocol != PROTOCOL:
        raise Illegal("unsupported_protocol", f"the server speaks version {PROTOCOL}")
    desk, name = session.desk, message.name
    if name is not None:
        name = player_name(name, strict=desk.strict)
    if message.token is None:
        TooFast.check(session.meter.newcomer(desk.clock.now_ms()))
    identity = await desk.admission.admit(message.token, name)
    desk.revocations.check(identity.sid)
    before = session.identity
    if before is not None and before.player != identity.player:
        raise Illegal("wrong_player", "")
    if not session.join(identity):
        return
    if message.capabilities is not None:
        session.hears_chat = CHAT in message.capabilities
    who = {"player": identity.player, "name": identity.name, "role": identity.role}
    if before is None:
        log.info("session_opened", **who)
    else:
        log.debug("session_renewed", **who)
    session.send(
        Welcome(
            id=message.id,
            player=identity.player,
            name=identity.name,
            role=identity.role,
            protocol=PROTOCOL,
            now_ms=desk.clock.now_ms(),
            flags=desk.flags,
            limits=desk.limits,
            capabilities=CAPABILITIES,
            session=identity.session,
            expires_ms=identity.expires_ms,
            variants=VARIANT_SUMMARIES,
            mixes=MIX_SUMMARIES,
        )
    )


async def pay(session: Session, message: Sit | AddChips, identity: Identity) -> None:
    """Bring chips to a table, if the account has them."""
    lobby, bank = session.desk.lobby, session.desk.bank
    actor = await lobby.find(message.table)
    command = command_of(message, identity)
    if actor.has_answered(session, message.id, command):
        actor.handle(session, message.id, command)
        return
    async with bank.paying(identity.player) as balance:
        actor = await lobby.find(message.table)
        if isinstance(message, Sit):
            check_seats(session, actor, identity)
        actor.handle(session, message.id, command_of(message, identity, balance))


def check_seats(session: Session, actor: TableActor, identity: Identity) -> None:
    """Raise Illegal where the player sits at as many other tables as it may."""
    cap = session.desk.caps.player_tables
    if cap and session.desk.lobby.seats_of(identity.player, besides=actor) >= cap:
        raise Illegal("too_many_tables", f"a player may sit at {cap} tables at a time")


def check_watched(session: Session, table: TableId) -> None:
    """Raise Illegal where the connection watches as many other tables as it may."""
    cap = session.desk.caps.watched_tables
    if cap and len(session.watched) >= cap and table not in session.watched:
        raise Illegal("too_many_watched", f"a connection may watch {cap} tables at a time")


def check_watchers(session: Session, actor: TableActor) -> None:
    """Raise Illegal where a table has as many watchers as it may; its players always may watch."""
    cap = session.desk.caps.watchers
    if not cap or len(actor.watchers) < cap or session in actor.watchers:
        return
    if actor.table.seat_of(session.player) is None:
        raise Illegal("too_many_watchers", "")


async def watch(session: Session, message: Watch) -> None:
    """Follow a table, from what the client has seen of it on."""
    lobby = session.desk.lobby
    check_watched(session, message.table)
    async with session.meter.reading:
        actor = await lobby.find(message.table)
        older = await actor.read_back(message)
    if older:
        # It may have left memory meanwhile, and come back as another one.
        actor = await lobby.find(message.table)
    check_watchers(session, actor)
    session.watched[actor.table.id] = actor
    actor.watch(session, message, older)


def unwatch(session: Session, message_id: str, table: TableId) -> None:
    """Follow a table no more."""
    actor = session.watched.pop(table, None)
    if actor is None:
        raise Illegal("not_watching", "")
    actor.unwatch(session)
    session.send(Accepted(message_id, table=table))


def chat(session: Session, message: Chat, identity: Identity) -> None:
    """Say something to all who watch the table."""
    actor = session.watched.get(message.table)
    if actor is None:
        raise Illegal("not_watching", "")
    text = chat_text(message.text, strict=session.desk.strict)
    now_ms = session.desk.clock.now_ms()
    TooFast.check(session.meter.chat(now_ms))
    session.send(Accepted(message.id, table=message.table))
    said = Broadcast(ChatSaid(message.table, identity.player, identity.name, text, now_ms))
    for viewer in list(actor.watchers):
        viewer.hear(said.on(viewer.wire))


def command_of(
    message: TableCommand,
    identity: Identity,
    balance: int | None = None,
) -> commands.Command:
    """What a message asks of its table, for a player whose account can pay `balance`."""
    player = identity.player
    match message:
        case Act():
            return commands.Act(player, message.turn, message.action, message.amount, message.cards)
        case Sit(seat=seat, buy_in=buy_in):
            return commands.Sit(player, identity.name, seat, buy_in, balance)
        case Stand():
            return commands.Stand(player)
        case SitOut():
            return commands.SitOut(player)
        case SitIn():
            return commands.SitIn(player)
        case AddChips(amount=chips):
            return commands.AddChips(player, chips, balance)
        case Show(hand=hand):
            return commands.Show(player, hand)
        case Straddle(on=on):
            return commands.Straddle(player, on)
        case RunIt(times=times):
            return commands.RunIt(player, times)
        case ChooseGame(variant=variant):
            return commands.ChooseGame(player, variant)
        case _:
            assert_never(message)


def account_of(message_id: str, statement: Statement) -> Account:
    """The answer to `get_account`."""
    transfers = [AccountTransfer(*booked) for booked in statement.history]
    return Account(message_id, statement.balance, transfers, statement.refill_at_ms)
