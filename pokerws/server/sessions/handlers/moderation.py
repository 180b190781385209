"""Handlers of operators' messages: lists of players, and sanctions.

`handlers` refuses them to all other roles; `operator_actions` carries out most of them.
"""

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from pokerws.game import commands
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
    PlayerSanction,
    Refused,
    SanctionEntry,
    Unban,
    Unmute,
)
from pokerws.server.auth.identity import OPERATOR_PREFIX
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.operator_actions import OperatorActions, given_reason
from pokerws.server.sessions.session import Session
from pokerws.server.tables.actor import TableActor
from pokerws.storage.sanctions import Sanction

_Entry = TypeVar("_Entry")


# ---- tables


async def kick(session: Session, message: Kick) -> None:
    """Free a player's seat; the player may not sit down there again for a time."""
    context, player = session.context, message.player
    reason = given_reason(message.reason)
    actor = await context.lobby.find(message.table)
    stand = commands.Stand(player)
    if not actor.has_answered(session, message.id, stand):
        await actions_of(session).check_target(player)
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
    actions_of(session).log("kick", player, sanction)
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


def actions_of(session: Session) -> OperatorActions:
    """What the operator of a session may do."""
    return OperatorActions(session.context, session.player, session.address)


async def mute(session: Session, message: Mute) -> None:
    """Refuse a player's chat for a time."""
    reason = given_reason(message.reason)
    await actions_of(session).mute(message.player, message.minutes, reason)
    session.answer(Accepted(message.id))


async def unmute(session: Session, message: Unmute) -> None:
    """Let a player chat again."""
    await actions_of(session).unmute(message.player)
    session.answer(Accepted(message.id))


async def ban(session: Session, message: Ban) -> None:
    """Keep a player or an address off the server for a time."""
    reason, actions = given_reason(message.reason), actions_of(session)
    if message.address is None:
        await actions.ban(only_player(message.player), message.minutes, reason)
    else:
        address = only_address(message.player, message.address)
        await actions.ban_network(address, message.minutes, reason)
    session.answer(Accepted(message.id))


async def unban(session: Session, message: Unban) -> None:
    """End a ban."""
    if message.address is None:
        await actions_of(session).unban(only_player(message.player))
    else:
        await actions_of(session).unban_network(only_address(message.player, message.address))
    session.answer(Accepted(message.id))


async def end_session(session: Session, message: EndSession) -> None:
    """End all sessions of a player."""
    await actions_of(session).end_session(message.player)
    session.answer(Accepted(message.id))


# ---- what an operator means


def only_player(player: PlayerId | None) -> PlayerId:
    """The player of a message without an address.  Raises Refused("missing_field")."""
    if player is None:
        raise Refused("missing_field", "give `player` or `address`", Details(field="player"))
    return player


def only_address(player: PlayerId | None, address: str) -> str:
    """The address of a message without a player.  Raises Refused("invalid_value")."""
    if player is not None:
        text = "give `player` or `address`, not both"
        raise Refused("invalid_value", text, Details(field="player"))
    return address


# ---- lists


def list_bans(session: Session, message: ListBans) -> None:
    """Answer with the sanctions in force."""
    page, pages = page_of(sanctions_on_players(session.context), message.page)
    session.answer(Bans(message.id, message.page, pages, page))


def sanctions_on_players(context: SessionContext) -> list[SanctionEntry]:
    """All sanctions in force but those on tables, newest first."""
    return [
        entry_of(sanction, sanction.kind, stored=stored)
        for sanction, stored in context.moderation.all()
        if sanction.kind != "freeze"
    ]


def entry_of(sanction: Sanction, kind: PlayerSanction, *, stored: bool) -> SanctionEntry:
    """A sanction as operators see it."""
    is_address = kind == "address_ban"
    return SanctionEntry(
        kind,
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
    players = known_players(session.context)
    page, pages = page_of(sorted(players.values(), key=lambda one: one.player), message.page)
    session.answer(Players(message.id, message.page, pages, page))


def known_players(context: SessionContext) -> dict[PlayerId, PlayerEntry]:
    """The players, without operators."""
    moderation = context.moderation
    seats: dict[PlayerId, tuple[str, list[TableId]]] = {}
    for actor in context.lobby.actors():
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
