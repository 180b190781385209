"""Handlers of the messages of a table's host.  Each accepted message is one line of the log."""

from typing import assert_never

import structlog

from pokerws.game import commands
from pokerws.game.hosting.admission import check_host
from pokerws.game.state import PlayerId
from pokerws.messages import (
    AddBot,
    ApproveSeat,
    ChangeTable,
    CloseTable,
    DenySeat,
    GetLink,
    GiveChips,
    HandOver,
    HostBan,
    HostKick,
    HostMute,
    HostUnban,
    PauseTable,
    Refused,
    RemoveBot,
    RenewLink,
    ResumeTable,
    TableLink,
    TakeChips,
)
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.table_access import check_access, find_table, is_operator
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.actors.banned_viewers import show_out

HostMessage = (
    HostKick
    | HostBan
    | HostUnban
    | HostMute
    | PauseTable
    | ResumeTable
    | ChangeTable
    | HandOver
    | RenewLink
    | ApproveSeat
    | DenySeat
    | GiveChips
    | TakeChips
    | CloseTable
)

log = structlog.get_logger("pokerws.hosting")


async def command_as_host(session: Session, message: HostMessage) -> None:
    """Carry out a command of a host, or of an operator."""
    actor = await find_table(session, message.table)
    by = None if is_operator(session) else session.player
    before = actor.table.seq
    actor.handle(session, message.id, command_of(message, by))
    if actor.table.seq == before:
        return  # It was refused, or carried out before.
    log_action(session, actor, message)
    if isinstance(message, HostBan) and actor.is_unlisted:
        show_out(actor.table, actor.watchers, actor.unwatch)


def command_of(message: HostMessage, by: PlayerId | None) -> commands.HostCommand:
    """The table's command for a message of `by`; None stands for an operator."""
    match message:
        case HostKick(player=player):
            return commands.HostKick(by, player)
        case HostBan(player=player):
            return commands.HostBan(by, player)
        case HostUnban(player=player):
            return commands.HostUnban(by, player)
        case HostMute(player=player, on=on):
            return commands.HostMute(by, player, on)
        case PauseTable():
            return commands.PauseTable(by)
        case ResumeTable():
            return commands.ResumeTable(by)
        case ChangeTable(config=config):
            return commands.ChangeTable(by, config)
        case HandOver(player=player):
            return commands.HandOver(by, player)
        case RenewLink():
            return commands.RenewLink(by)
        case ApproveSeat(player=player):
            return commands.ApproveSeat(by, player)
        case DenySeat(player=player):
            return commands.DenySeat(by, player)
        case GiveChips(player=player, amount=amount):
            return commands.GiveChips(by, player, amount)
        case TakeChips(player=player, amount=amount):
            return commands.TakeChips(by, player, amount)
        case CloseTable():
            return commands.CloseTable(by)
        case _:
            assert_never(message)


async def get_link(session: Session, message: GetLink) -> None:
    """Answer with the key of an unlisted table."""
    lobby = session.context.lobby
    actor = await lobby.find(message.table)
    check_access(session, actor)
    table = actor.table
    if not is_operator(session):
        check_host(table, session.player)
    if actor.is_paused:
        raise Refused("paused")
    if not actor.is_unlisted:
        raise Refused("not_unlisted")
    key = lobby.link_keys.secret_of(table.id, table.hosting.link)
    session.answer_in_turn(table.id, TableLink(message.id, table.id, key))


def log_action(
    session: Session, actor: TableActor, message: HostMessage | AddBot | RemoveBot
) -> None:
    """Log the action of a host, or of an operator in place of the host."""
    facts: dict[str, object] = {"table": actor.table.id, "host": actor.table.host}
    target = getattr(message, "player", None)
    if target is not None:
        facts["target"] = target
    if isinstance(message, GiveChips | TakeChips):
        facts["amount"] = message.amount
    log.info("host_action", action=message.__struct_config__.tag, by=session.player, **facts)
