"""What each message of a client does.

One function a matter; it answers through the session.  Raises Illegal for what is refused.
"""

from typing import assert_never

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
    ClientMessage,
    CreateTable,
    GetAccount,
    Hello,
    ListTables,
    Ping,
    Pong,
    Refill,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Tables,
    Unwatch,
    Watch,
    WatchLobby,
    Welcome,
)
from pokerws.server.auth import Identity
from pokerws.server.bank import Statement
from pokerws.server.session import Session
from pokerws.server.texts import check_name, is_printable

# The optional parts of the protocol.
CHAT = "chat"
CAPABILITIES = [CHAT]

log = structlog.get_logger("pokerws.session")


async def dispatch(session: Session, message: ClientMessage) -> None:
    """Carry out a message."""
    if isinstance(message, Hello):
        await greet(session, message)
        return
    if session.identity is None:
        raise Illegal("hello_first", "")
    desk, identity = session.desk, session.identity
    match message:
        case Sit() | AddChips():
            await pay(session, message, identity)
        case Act() | Stand() | SitOut() | SitIn():
            actor = await desk.lobby.find(message.table)
            actor.handle(session, message.id, command_of(message, identity))
        case Ping():
            session.send(Pong(message.id, desk.clock.now_ms()))
        case Watch(table=table):
            actor = await desk.lobby.find(table)
            session.watched[actor.table.id] = actor
            actor.watch(session, message)
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
            check_name(name)
            desk.lobby.create(name, config).answer_opened(session, message.id)
        case GetAccount(before=before):
            statement = await desk.bank.statement(identity.player, before)
            session.send(account_of(message.id, statement))
        case Refill():
            await desk.bank.refill(identity.player)
            session.send(Accepted(message.id))
        case _:
            assert_never(message)


async def greet(session: Session, message: Hello) -> None:
    """Find out who the client is."""
    if session.identity is not None:
        raise Illegal("already_greeted", "")
    if message.protocol != PROTOCOL:
        raise Illegal("unsupported_protocol", f"the server speaks version {PROTOCOL}")
    if message.name is not None:
        check_name(message.name)
    identity = await session.desk.admission.admit(message.token, message.name)
    session.identity = identity
    if message.capabilities is not None:
        session.hears_chat = CHAT in message.capabilities
    log.info("session_opened", player=identity.player, name=identity.name, role=identity.role)
    desk = session.desk
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
        actor.handle(session, message.id, command_of(message, identity, balance))


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
    if not is_printable(message.text):
        raise Illegal("invalid_value", "chat takes printable characters")
    session.send(Accepted(message.id, table=message.table))
    now_ms = session.desk.clock.now_ms()
    said = Broadcast(ChatSaid(message.table, identity.player, identity.name, message.text, now_ms))
    for viewer in list(actor.watchers):
        viewer.hear(said.on(viewer.wire))


def command_of(
    message: Act | Sit | Stand | SitOut | SitIn | AddChips,
    identity: Identity,
    balance: int | None = None,
) -> commands.Command:
    """What a message asks of its table, for a player whose account can pay `balance`."""
    player = identity.player
    match message:
        case Act(turn=turn, action=action, amount=amount):
            return commands.Act(player, turn, action, amount)
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
        case _:
            assert_never(message)


def account_of(message_id: str, statement: Statement) -> Account:
    """The answer to `get_account`."""
    transfers = [AccountTransfer(*booked) for booked in statement.history]
    return Account(message_id, statement.balance, transfers, statement.refill_at_ms)
