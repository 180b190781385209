"""Handlers of messages about the player: hello and logout, the account, and ping."""

from collections.abc import Sequence

import structlog

from pokerws.messages import (
    NOTICES,
    PROTOCOL,
    Accepted,
    Account,
    AccountTransfer,
    CreateLink,
    Details,
    GetAccount,
    Hello,
    Link,
    Logout,
    Notice,
    Ping,
    Pong,
    Refill,
    Refused,
    Welcome,
)
from pokerws.messages.capabilities import CAPABILITIES, CHAT, HEARTBEAT, PRESENCE, WAITING
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.text_rules import player_name
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.variant_summaries import GAMES_ETAG, MIX_SUMMARIES, VARIANT_SUMMARIES
from pokerws.server.tables.cashier import Statement

log = structlog.get_logger("pokerws.players")


async def greet(session: Session, message: Hello) -> None:
    """Admit the client as a player; a later hello renews the session with a newer token."""
    before = session.identity
    if before is not None and message.token is None:
        raise Refused("already_greeted")
    if message.protocol != PROTOCOL:
        details = Details(field="protocol", min=PROTOCOL, max=PROTOCOL)
        raise Refused("unsupported_protocol", f"the server speaks version {PROTOCOL}", details)
    context, name = session.context, message.name
    if name is not None:
        name = player_name(name, strict=context.strict)
    if message.token is None:
        # Before a name is reserved.
        context.moderation.check_address(session.address)
        session.meter.check("newcomers", context.clock.now_ms())
    ended: Identity | None = None
    if message.code is None:
        identity = await context.admission.admit(message.token, name)
    else:
        check_alone(message)
        identity, ended = await context.links.redeem(message.code)
    context.revocations.check(identity.sid)
    context.moderation.check_admitted(identity, session.address)
    if before is not None and before.player != identity.player:
        raise Refused("wrong_player")
    if not session.join(identity):
        return
    if message.capabilities is not None:
        choose_parts(session, message.capabilities)
    elif before is None:
        choose_parts(session, CAPABILITIES)
    fields = {"player": identity.player, "name": identity.name, "role": identity.role}
    if before is None:
        log.info("session_opened", **fields)
    else:
        log.debug("session_renewed", **fields)
    session.answer(welcome(session, message, identity))
    context.lobby.seating.callers.greet(identity.player, session)
    if ended is not None:
        context.revocations.close_connections(ended)


def check_alone(message: Hello) -> None:
    """Raise Refused if a `code` comes with a token or a name."""
    if message.token is not None or message.name is not None:
        raise Refused("invalid_value", "`code` needs no token and no name", Details(field="code"))


def choose_parts(session: Session, wanted: Sequence[str]) -> None:
    """Send the optional messages that the client wants, and no others."""
    session.hears_chat, session.hears_presence = CHAT in wanted, PRESENCE in wanted
    session.hears_waiting = WAITING in wanted
    heartbeats = session.context.heartbeats
    change = heartbeats.enter if HEARTBEAT in wanted else heartbeats.leave
    change(session)


def welcome(session: Session, message: Hello, identity: Identity) -> Welcome:
    """The answer to an accepted hello."""
    context, has_games = session.context, message.games_etag == GAMES_ETAG
    return Welcome(
        id=message.id,
        player=identity.player,
        name=identity.name,
        role=identity.role,
        protocol=PROTOCOL,
        now_ms=context.clock.table_ms(),
        flags=context.flags,
        limits=context.limits,
        capabilities=CAPABILITIES,
        session=identity.session,
        expires_ms=identity.expires_ms,
        variants={} if has_games else VARIANT_SUMMARIES,
        mixes={} if has_games else MIX_SUMMARIES,
        heartbeat=context.heartbeats.times,
        games_etag=GAMES_ETAG,
    )


async def log_out(session: Session, message: Logout) -> None:
    """Revoke the session and close all its connections."""
    identity, revocations = session.admitted, session.context.revocations
    await revocations.end(identity)
    session.answer(Accepted(message.id))
    revocations.close_connections(identity)


async def create_link(session: Session, message: CreateLink) -> None:
    """Answer with a code that brings the player to another device."""
    identity = session.shown
    code, until_ms = await session.context.links.create(identity, identity.name, keep=message.keep)
    session.answer(Link(message.id, code, until_ms))


def ping(session: Session, message: Ping) -> None:
    """Answer at once."""
    session.answer(Pong(message.id, session.context.clock.table_ms()))


async def get_account(session: Session, message: GetAccount) -> None:
    """Answer with the player's balance and transfers."""
    context = session.context
    statement = await context.cashier.statement(
        session.player, message.before, session.guest_address, context.lobby.tables_of
    )
    if statement.is_ungranted:
        session.send(session.wire.encode(Notice("no_grant", NOTICES["no_grant"])))
    session.answer(account_of(message.id, statement))


async def refill(session: Session, message: Refill) -> None:
    """Refill the player's account, if a refill is due."""
    context = session.context
    await context.cashier.refill(session.player, session.guest_address, context.lobby.tables_of)
    session.answer(Accepted(message.id))


def account_of(message_id: str, statement: Statement) -> Account:
    """The answer to `get_account`."""
    transfers = [AccountTransfer(*booked) for booked in statement.history]
    purse = statement.purse
    return Account(
        message_id,
        purse.balance,
        transfers,
        statement.refill_at_ms,
        purse.held or None,
        purse.held_until_ms or None,
    )
