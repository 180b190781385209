"""Handlers of operators' messages: lists of players, and sanctions.

Each action is one line of the log, `moderated`.  `handlers` refuses them to all other roles.
"""

from collections.abc import Sequence
from typing import TypeVar

import structlog
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    PAGE_LENGTH,
    Accepted,
    Ban,
    Bans,
    Details,
    EndSession,
    Kick,
    ListBans,
    ListPlayers,
    Mute,
    PlayerEntry,
    Players,
    Refused,
    SanctionEntry,
    Unban,
    Unmute,
)
from pokerws.server.auth.identity import OPERATOR_PREFIX
from pokerws.server.auth.revocations import KEPT_MS
from pokerws.server.auth.text_rules import reason_text
from pokerws.server.moderation.moderation import is_exempt
from pokerws.server.moderation.networks import network_of
from pokerws.server.sessions.session import Session
from pokerws.server.tables.actor import TableActor
from pokerws.storage.sanctions import Sanction, SanctionKey, SanctionKind

_Entry = TypeVar("_Entry")

log = structlog.get_logger("pokerws.moderation")


# ---- tables


async def kick(session: Session, message: Kick) -> None:
    """Free a player's seat; the player may not sit down there again for a time."""
    context, player = session.context, message.player
    reason = given_reason(message.reason)
    actor = await context.lobby.find(message.table)
    stand = commands.Stand(player)
    if not actor.has_answered(session, message.id, stand):
        await check_target(session, player)
        if not is_seated(actor, player):
            raise Refused("not_seated", f"{player} has no seat at this table")
    now_ms = context.clock.wall_ms()
    sanction = Sanction(
        *("kick", player, now_ms + 60_000 * message.minutes, now_ms, session.player, reason),
        table=message.table,
    )
    context.moderation.check_room(sanction.key)
    if is_seated(actor, player, leaving=True):
        session.answer_in_turn(message.table, Accepted(message.id))
    else:
        actor.handle(session, message.id, stand)
    if is_seated(actor, player, leaving=False):
        # Refused, for example while the table is paused.
        return
    log_action(session, "kick", player, sanction)
    if message.minutes:
        await context.moderation.impose(sanction, context.lobby)
    else:
        context.moderation.tell(sanction)


def is_seated(actor: TableActor, player: PlayerId, *, leaving: bool | None = None) -> bool:
    """Whether a player has a seat, and is about to leave it or not, if that is asked."""
    number = actor.table.seat_of(player)
    seat = None if number is None else actor.table.seats[number]
    return seat is not None and leaving in (None, seat.leaving)


# ---- players and addresses


async def mute(session: Session, message: Mute) -> None:
    """Refuse a player's chat for a time."""
    reason = given_reason(message.reason)
    await check_target(session, message.player)
    await impose(session, "mute", message.player, message.minutes, reason)
    session.answer(Accepted(message.id))


async def unmute(session: Session, message: Unmute) -> None:
    """Let a player chat again."""
    await check_known(session, message.player)
    await lift(session, ("mute", message.player, ""))
    session.answer(Accepted(message.id))


async def ban(session: Session, message: Ban) -> None:
    """Keep a player or an address off the server for a time."""
    reason = given_reason(message.reason)
    if message.address is None:
        player = only_player(message.player)
        await check_target(session, player)
        await impose(session, "ban", player, message.minutes, reason)
    else:
        network = only_address(message.player, message.address)
        session.context.moderation.check_unprotected(network_of(network), session.address)
        await impose(session, "address_ban", network, message.minutes, reason)
    session.answer(Accepted(message.id))


async def unban(session: Session, message: Unban) -> None:
    """End a ban."""
    if message.address is None:
        player = only_player(message.player)
        await check_known(session, player)
        await lift(session, ("ban", player, ""))
    else:
        await lift(session, ("address_ban", only_address(message.player, message.address), ""))
    session.answer(Accepted(message.id))


async def end_session(session: Session, message: EndSession) -> None:
    """End all sessions of a player."""
    context, player = session.context, message.player
    await check_target(session, player)
    for connection in context.moderation.roster.of(player):
        if connection.admitted.issued_ms is None:
            # Its token does not say when it was issued, so it is revoked by its session.
            await context.revocations.end(connection.admitted)
    await impose(session, "end_session", player, KEPT_MS // 60_000, "")
    session.answer(Accepted(message.id))


async def impose(
    session: Session, kind: SanctionKind, target: str, minutes: int, reason: str
) -> None:
    """Put a sanction in force.  Raises Refused("sanction_limit")."""
    context = session.context
    now_ms = context.clock.wall_ms()
    sanction = Sanction(kind, target, now_ms + 60_000 * minutes, now_ms, session.player, reason)
    log_action(session, kind, target, sanction)
    await context.moderation.impose(sanction, context.lobby)


async def lift(session: Session, key: SanctionKey) -> None:
    """End a sanction, if there is one."""
    log_action(session, f"end_{key[0]}", key[1])
    await session.context.moderation.lift(key)


def log_action(
    session: Session, action: str, target: str, sanction: Sanction | None = None
) -> None:
    """Log an action."""
    facts: dict[str, object] = {"action": action, "target": target, "by": session.player}
    if sanction is not None:
        facts |= {"until_ms": sanction.until_ms, "reason": sanction.reason}
        if sanction.table:
            facts["table"] = sanction.table
    log.info("moderated", **facts)


# ---- what an operator means


def given_reason(text: str | None) -> str:
    """A reason, or an empty text.  Raises Refused("invalid_value")."""
    return "" if text is None else reason_text(text)


def only_player(player: PlayerId | None) -> PlayerId:
    """The player of a message without an address.  Raises Refused("missing_field")."""
    if player is None:
        raise Refused("missing_field", "give `player` or `address`", Details(field="player"))
    return player


def only_address(player: PlayerId | None, address: str) -> str:
    """The network of a message without a player.  Raises Refused("invalid_value")."""
    if player is not None:
        text = "give `player` or `address`, not both"
        raise Refused("invalid_value", text, Details(field="player"))
    return str(network_of(address))


async def check_target(session: Session, player: PlayerId) -> None:
    """Raise Refused for a protected or unknown player."""
    if player == session.player:
        raise Refused("protected", "that is your own id", Details(field="player"))
    if is_exempt(player):
        kind = "an operator" if player.startswith(OPERATOR_PREFIX) else "the server's own bot"
        raise Refused("protected", f"{player} is {kind}", Details(field="player"))
    await check_known(session, player)


async def check_known(session: Session, player: PlayerId) -> None:
    """Raise Refused("unknown_player") unless the player was ever here.

    While the database is away, a player who is not connected counts as known.
    """
    context = session.context
    if context.moderation.roster.knows(player) or context.moderation.concerns(player):
        return
    if any(context.lobby.tables_of(player)):
        return
    try:
        is_known = await context.cashier.has_account(player)
    except Illegal:
        return
    if not is_known:
        raise Refused("unknown_player", f"there is no player {player}")


# ---- lists


def list_bans(session: Session, message: ListBans) -> None:
    """Answer with the sanctions in force."""
    page, pages = page_of(session.context.moderation.all(), message.page)
    entries = [entry_of(sanction, stored=stored) for sanction, stored in page]
    session.answer(Bans(message.id, message.page, pages, entries))


def entry_of(sanction: Sanction, *, stored: bool) -> SanctionEntry:
    """A sanction as operators see it."""
    is_address = sanction.kind == "address_ban"
    return SanctionEntry(
        sanction.kind,
        sanction.at_ms,
        sanction.until_ms,
        sanction.by,
        stored,
        player=None if is_address else PlayerId(sanction.target),
        address=sanction.target if is_address else None,
        table=TableId(sanction.table) if sanction.table else None,
        reason=sanction.reason,
    )


def list_players(session: Session, message: ListPlayers) -> None:
    """Answer with the players who are connected, seated, or left a short time ago."""
    players = known_players(session)
    page, pages = page_of(sorted(players.values(), key=lambda one: one.player), message.page)
    session.answer(Players(message.id, message.page, pages, page))


def known_players(session: Session) -> dict[PlayerId, PlayerEntry]:
    """The players, without operators."""
    moderation = session.context.moderation
    seats: dict[PlayerId, tuple[str, list[TableId]]] = {}
    for actor in session.context.lobby.actors():
        for seat in actor.table.seats:
            if seat is not None:
                seats.setdefault(seat.player, (seat.name, []))[1].append(actor.table.id)
    found: dict[PlayerId, PlayerEntry] = {}
    for player, (name, tables) in seats.items():
        found[player] = PlayerEntry(player, name, tables=tables)
    for player, left in moderation.roster.left().items():
        tables = found[player].tables if player in found else []
        found[player] = PlayerEntry(
            player, left.name, addresses=[left.address], tables=tables, left_ms=left.at_ms
        )
    for player, connections in moderation.roster.connections():
        found[player] = PlayerEntry(
            player,
            connections[0].admitted.name,
            connections=len(connections),
            addresses=sorted({one.address for one in connections}),
            tables=found[player].tables if player in found else [],
        )
    return {
        player: with_mute(one, moderation.muted_until_ms(player))
        for player, one in found.items()
        if not player.startswith(OPERATOR_PREFIX)
    }


def with_mute(entry: PlayerEntry, until_ms: int | None) -> PlayerEntry:
    """The entry of a player who may not chat until then."""
    return entry if until_ms is None else replace(entry, muted_until_ms=until_ms)


def page_of(entries: Sequence[_Entry], number: int) -> tuple[list[_Entry], int]:
    """A page of a list, and the number of pages, at least one."""
    pages = max(1, -(-len(entries) // PAGE_LENGTH))
    return list(entries[number * PAGE_LENGTH : (number + 1) * PAGE_LENGTH]), pages
